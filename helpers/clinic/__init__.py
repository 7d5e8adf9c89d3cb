"""The clinic: hand it a backward pass, and it names the faulty statement, or acquits it and looks for what else stops the training.

    from helpers import clinic
    print(clinic.examine(backward_prop, forward_prop, hidden="relu"))
    print(clinic.examine_training(backward_prop, forward_prop, X, y, learning_rate=1.2))

`guard` and `patient` make one call, in silence, on copies, for a limited time; `words` and `probes` say which network is meant, and draw
batches for it. `network` examines the backward pass of the 2-10-10-1 network, `training` a run that does not learn. `picture` draws for
their reports. `python -m helpers.clinic FILE` starts a `trial` of a file in a process of its own.
"""

from helpers.clinic.network.examination import examine
from helpers.clinic.network.findings import FAMILIES, Finding
from helpers.clinic.network.report import Report
from helpers.clinic.training.examination import examine_training
from helpers.clinic.training.report import TrainingReport

__all__ = ["FAMILIES", "Finding", "Report", "TrainingReport", "examine", "examine_training"]
