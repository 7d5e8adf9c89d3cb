"""The backward pass of the 2-10-10-1 network under examination: what people write for each of its statements, tried as code.

`hearing` (what the functions make of the batches, and the truth) → `rule`, `slopes`, `output_rules`, `hidden_rules`, `parameter_rules` (what
people write for each statement) → `fits`, `hypotheses`, `search`, `singles` (which statements reproduce what the code returned) →
`explain`, `findings`, `forward`, `raised`, `source` (in words, and in the learner's own names) → `examination`, `remarks`, `report`.
"""
