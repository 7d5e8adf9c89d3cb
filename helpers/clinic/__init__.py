"""The clinic: hand it a backward pass, and it names the faulty line, or acquits it and looks for what else stops the training.

    from helpers import clinic
    print(clinic.check(model, loss, grads))                  # code of any shape, as it is
    print(clinic.check(model, loss, step=step, rate=0.1))    # code that only updates its parameters
    print(clinic.check_script("mine.py", loss="loss", rate="lr"))
    print(clinic.examine(backward_prop, forward_prop, hidden="relu"))
    print(clinic.examine_training(backward_prop, forward_prop, X, y, learning_rate=1.2))

`guard` and `patient` make one call, in silence, on copies, for a limited time; `words` and `probes` say which network is meant, and draw
batches for it. `network` examines the backward pass of the 2-10-10-1 network, `training` a run that does not learn. `picture` draws for
their reports.

`check` takes code of any shape: `use` says what is wrong with its arguments, `model` asks the code for its loss and its gradients and knows
what they should be, `repair` finds the line and what to write there, `faults` and `check_report` say it. `python -m helpers.clinic FILE`
starts a `trial` of a file in a process of its own.
"""

from helpers.clinic.check_report import CheckReport
from helpers.clinic.checking import check, check_script
from helpers.clinic.culprit import Culprit
from helpers.clinic.network.examination import examine
from helpers.clinic.network.findings import FAMILIES, Finding
from helpers.clinic.network.report import Report
from helpers.clinic.training.examination import examine_training
from helpers.clinic.training.report import TrainingReport

__all__ = [
    "FAMILIES", "CheckReport", "Culprit", "Finding", "Report", "TrainingReport", "check", "check_script", "examine", "examine_training",
]  # fmt: skip
