"""The clinic: hand it a backward pass, and it names the faulty statement, or acquits it and looks for what else stops the training.

    from helpers import clinic
    print(clinic.examine(backward_prop, forward_prop, hidden="relu"))
    print(clinic.examine_training(backward_prop, forward_prop, X, y, learning_rate=1.2))

`probes` draws networks and batches, `patient` runs the learner's code safely, `rules` and `slopes` hold what people write for each
statement, `search` finds the statements that reproduce what the code returned, `explain` and `findings` put it into words; `training`
changes one thing at a time in a run that does not learn.
"""

from helpers.clinic.examination import examine
from helpers.clinic.findings import FAMILIES, Finding
from helpers.clinic.report import Report
from helpers.clinic.training import examine_training
from helpers.clinic.training_report import TrainingReport

__all__ = ["FAMILIES", "Finding", "Report", "TrainingReport", "examine", "examine_training"]
