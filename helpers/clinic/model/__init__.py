"""Code of any shape as something that can be asked: parameters that can be moved, a loss, and gradients.

`subject` says what can be asked of it; `live` is for objects in memory, `script` for a file that runs from top to bottom; `walk` finds the
parameters, `state` puts everything back, `given` reads what the code says of its gradients; `sources` knows the learner's own lines;
`points` and `slopes` measure the truth, `truth` judges gradients beside it.
"""
