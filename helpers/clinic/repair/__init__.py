"""Which line is at fault, and what to write there instead: found by running it.

`values` compares what each line assigned with what it should have; `edits` and `moves` say what people mistake for what, as changes of the
text; `search` runs them, the likeliest first, and keeps those that make the gradients right; `words` says them.
"""
