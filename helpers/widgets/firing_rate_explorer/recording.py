"""What the firing-rate explorer plays: the rate at 201 currents for five refractory periods, and the ReLU beside it."""

from functools import cache

import numpy as np

from helpers import firing
from helpers.widgets.firing_rate_explorer import words
from helpers.widgets.kit.base import table

CURRENTS = np.arange(201) * 3 / 100  # nA, 0 to 6; the threshold of 1.5 is one of them
REFRACTORY = (0.0, 1.0, 2.0, 5.0, 10.0)  # ms
OFFSET = 1 / (2 * firing.TAU)  # how far the rate without refractory period ends above the ReLU
HIGHEST, LOWEST = 360.0, -240.0  # impulses a second, where the charts of rates and of differences end
ABOVE = OFFSET + 60  # and where that of differences ends at its top


@cache
def rates():
    """(refractory periods, currents): impulses a second."""
    return np.array([firing.firing_rate(CURRENTS, t_ref / 1000) for t_ref in REFRACTORY])


@cache
def line():
    """(currents,): the ReLU, in impulses a second."""
    return firing.relu_rate(CURRENTS)


@cache
def recording():
    """The whole recording, the same for every explorer."""
    return {
        "currents": table(CURRENTS), "refractory": REFRACTORY, "rates": table(rates()), "relu": table(line()),
        "difference": table(rates() - line()), "ceilings": [ceiling(t_ref) for t_ref in REFRACTORY],
        "offset": OFFSET, "threshold": firing.THRESHOLD, "highest": HIGHEST, "lowest": LOWEST, "above": ABOVE,
        "sentences": words.SENTENCES, "rows": words.ROWS, "names": words.NAMES, "none": words.NO_CEILING,
    }  # fmt: skip


def ceiling(t_ref):
    """1 / t_ref in impulses a second, which no current exceeds; 0 stands for none."""
    return 1000 / t_ref if t_ref else 0.0
