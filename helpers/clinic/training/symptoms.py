"""The one word for a loss curve: the words of `helpers.training`, carried over to squared errors, and those for what went wrong."""

import numpy as np

from helpers import training
from helpers.training.outcome import ACCURACY_MARGIN, STUCK_FROM, TRAINS_BELOW

_OF_THE_REST = 0.1  # an accuracy that beats the majority's share by less than this part of what is missing to 1 is "at the share"

MEANING = {
    "trains": "the loss falls well below that of an uninformed guess",
    "answers the majority": "the loss lies below that of an uninformed guess, but the answer is that of the commoner label for nearly everyone",
    "stuck at the entropy of the labels": "the loss is that of somebody who has not looked at the input",
    "stuck": "neither the loss nor the accuracy is better than that of somebody who has not looked at the input",
    "not finite": "the loss or an output is no longer a finite number",
    "diverges": "the loss grows",
    "oscillates": "the loss jumps up and down",
    "dead units": "all units of a layer are dead: their slope is 0 for every example, so no gradient passes",
    "saturated units": "nearly all units of a layer are saturated for every example: their slope is almost 0",
    "too sure": "it uses its input, and is so sure of its mistakes that the loss lies above that of an uninformed guess",
    "slow": "the loss falls, but has not come far",
    "shapes": "a gradient has another shape than its parameter, and the update would broadcast",
    "too slow": "the functions take so long that too few steps were made for anything to be said",
    "raises": "the functions raise",
}
"""Each symptom in words."""


def symptom(run, s):
    """The one word for a run that came to its end in a setting s, and for what was seen in the units."""
    fate = _fate(run, s)
    if fate == "trains":
        return "answers the majority" if at_the_majority(run.accuracy, s.majority) else "trains"
    loss = np.array(run.loss)
    if loss[-1] >= STUCK_FROM * s.floor and (run.last.blocked or run.last.output_off):
        return "dead units"
    last = float(np.median(loss[-max(3, len(loss) // 10) :]))
    if last > max(2 * loss[0], 2 * s.floor) and last > loss.min() * 4:
        return "diverges"
    late = loss[len(loss) // 2 :]
    if len(late) > 4 and (np.diff(late) > 0.05 * late.mean()).mean() > 0.2:
        return "oscillates"
    if loss[-1] >= STUCK_FROM * s.floor and run.last.saturates:
        return "saturated units"
    if fate == "stuck":
        return "stuck at the entropy of the labels" if s.loss == "bce" and training.at_floor(loss[-1], s.y.reshape(1, -1)) else "stuck"
    return "too sure" if last > s.floor else "slow"


def at_the_majority(accuracy, majority):
    """Whether an accuracy is about the share of the commoner label: it gains less than a tenth of what is missing to 1. NaN is not."""
    return bool(accuracy <= majority + _OF_THE_REST * (1 - majority))


def _fate(run, s):
    """`training.fate`, with the setting's own floor; the accuracy counts where the targets take two values."""
    share = run.loss[-1] / s.floor
    better = run.accuracy > s.majority + ACCURACY_MARGIN
    return "trains" if share < TRAINS_BELOW else "stuck" if share >= STUCK_FROM and not better else "neither"
