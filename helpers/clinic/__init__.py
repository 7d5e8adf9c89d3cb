"""The clinic: hand it a backward pass, and it names the faulty statement, or acquits it and looks for what else stops the training.

    from helpers import clinic
    print(clinic.examine(backward_prop, forward_prop, hidden="relu"))
    print(clinic.examine_training(backward_prop, forward_prop, X, y, learning_rate=1.2))

From the learner's function to the report: `words` (what network is meant) and `probes` (networks and batches) → `guard` and `patient`
(one call, in silence, on copies, for a limited time) → `hearing` (what the functions make of the batches, and the truth) →
`rule`, `slopes`, `output_rules`, `hidden_rules`, `parameter_rules` (what people write for each statement) → `fits`, `hypotheses`,
`search`, `singles` (which statements reproduce what the code returned) → `explain`, `findings`, `forward`, `raised`, `source` (in words,
and in the learner's own names) → `examination`, `remarks`, `report`.

For a run that does not learn: `budget`, `first_call` (what may it cost, and are its gradients right) → `runs`, `seen`, `symptoms` (one run,
measured) → `cause`, `start_causes`, `step_causes` (what its measurements accuse) → `changes` (one thing at a time) → `causes` (what the
experiments say of the accused) → `training`, `training_report`. `python -m helpers.clinic FILE` starts a `trial` of a file in a process of
its own.
"""

from helpers.clinic.examination import examine
from helpers.clinic.findings import FAMILIES, Finding
from helpers.clinic.report import Report
from helpers.clinic.training import examine_training
from helpers.clinic.training_report import TrainingReport

__all__ = ["FAMILIES", "Finding", "Report", "TrainingReport", "examine", "examine_training"]
