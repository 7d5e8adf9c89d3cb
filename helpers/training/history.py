r"""What is kept of a run, and of many in a stack.

Derived in: notebooks/05_backward_propagation.ipynb
"""

from dataclasses import dataclass, field

import numpy as np

from helpers.training import outcome


@dataclass(repr=False)
class History:
    """What was seen during a run; entry k of each list belongs to `step[k]`, before that step's update.

    All lists have one length.

    Attributes
    ----------
    step : list of int
        Number of updates made so far.
    loss : list of float
        Mean loss over all examples (nats for cross-entropies).
    accuracy : list of float
        Share of all examples whose label is predicted; NaN where the targets are neither labels nor one-hot.
    gradient_norm : dict of list of float
        "dW1": [...], "db1": [...], ...: Euclidean norms of the gradients of that step's batch, before they are clipped; NaN where the run stopped
        because they have no finite value.
    dead_units : list of tuple of int
        For each hidden layer, the number of units whose slope is 0 for every example.
    stopped : str or None
        Why the run ended early; None where it did not.
    """

    step: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    gradient_norm: dict = field(default_factory=dict)
    dead_units: list = field(default_factory=list)
    stopped: str | None = None

    def __repr__(self):
        if not (self.loss and self.step and self.accuracy):
            return f"History of a run that stopped at once: {self.stopped}" if self.stopped else "History without a record"
        text = f"{self.step[-1]} steps: loss {self.loss[0]:.3g} -> {self.loss[-1]:.3g}"
        if np.isfinite(self.accuracy[-1]):
            text += f", accuracy {self.accuracy[-1]:.3g}"
        return text + (f"; {self.stopped}" if self.stopped else "")

    def fate(self, y):
        """ "trains", "stuck" or "neither", see `outcome.fate`, by the last record; "neither" for a run that stopped early.

        y : (1, m) labels or (K, m) one-hot. Raises ValueError where nothing was recorded.
        Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
        """
        if not (self.loss and self.accuracy):
            raise ValueError("the history has no record, expected one of a run")
        return outcome.fate(np.nan if self.stopped else self.loss[-1], self.accuracy[-1], y)


@dataclass(repr=False)
class Histories:
    """What was seen during many runs; entry k of each array belongs to step[k], before that step's update.

    Attributes
    ----------
    step : ndarray of int, shape (records,)
        Number of updates made so far.
    loss : ndarray, shape (records, runs)
        Mean loss over all examples; infinite or NaN, as it came, from where a run stopped.
    accuracy : ndarray, shape (records, runs)
        NaN where the targets are neither labels nor one-hot. After a run stopped, its last one.
    dead : tuple of bool ndarray, shape (records, runs, n_l) for hidden layer l
        The units with slope 0 for every example, see `dead_mask`. After a run stopped, its last ones.
    gradient_norm : dict of ndarray, shape (records, runs)
        "dW1", "db1", ...: Euclidean norms of the gradients of that step's batch, before they are clipped; NaN from where a run
        stopped.
    stopped : ndarray of int, shape (runs,)
        The step at which a Z, the loss or a gradient of that run was no longer finite; -1 where none was.
    parameters : dict of ndarray, shape (records, runs, n_l, n_{l-1}) or (records, runs, n_l, 1)
        "W1", "b1", ... where they were asked for; after a run stopped, its last ones. Otherwise empty.
    """

    step: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    dead: tuple
    gradient_norm: dict
    stopped: np.ndarray
    parameters: dict = field(default_factory=dict)

    def __repr__(self):
        stopped = np.count_nonzero(self.stopped >= 0)
        return f"{self.loss.shape[1]} runs of {self.step[-1]} steps" + (f"; {stopped} stopped early" if stopped else "")

    def fate(self, y):
        """ "trains", "stuck" or "neither" for each run, shape (runs,), see `outcome.fate`; "neither" where it stopped early.

        y : (n, m), or (runs, n, m).
        Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
        """
        return outcome.fate(np.where(self.stopped >= 0, np.nan, self.loss[-1]), self.accuracy[-1], y)
