r"""Gradient descent of many networks at once, stacked along a first axis: what one seed shows, counted over many.

Derived in: notebooks/05_backward_propagation.ipynb
"""

from dataclasses import dataclass

import numpy as np

from helpers import checks, network
from helpers.training import outcome
from helpers.training.stack import arguments, stacked


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
    stopped : ndarray of int, shape (runs,)
        The step at which a Z, the loss or a gradient of that run was no longer finite; -1 where none was.
    """

    step: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    dead: tuple
    stopped: np.ndarray

    def __repr__(self):
        stopped = np.count_nonzero(self.stopped >= 0)
        return f"{self.loss.shape[1]} runs of {self.step[-1]} steps" + (f"; {stopped} stopped early" if stopped else "")

    def fate(self, y):
        """ "trains", "stuck" or "neither" for each run, shape (runs,), see `outcome.fate`; "neither" where it stopped early.

        y : (n, m), or (runs, n, m).
        Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
        """
        return outcome.fate(np.where(self.stopped >= 0, np.nan, self.loss[-1]), self.accuracy[-1], y)


def descend_many(
    X, y, starts, *, learning_rate, steps, hidden="relu", output="sigmoid", loss=None, slope=None, record_every=None,
):  # fmt: skip
    """What `gradient_descent` does with whole batches, for many networks of equal shapes at once.

    Parameters
    ----------
    X, y : ndarray, shapes (n_x, m) and (n, m), or with a first axis (runs, ...)
        The same for all runs, or each run's own.
    starts : sequence of dict, or dict of ndarray with a first axis (runs, ...)
        Initial parameters, which are not changed.
    learning_rate : float, or one for each run
    steps : int
        Number of updates.
    hidden, output, loss
        As in `network`.
    slope : callable, optional
        slope(Z, A), elementwise, stands in the backward pass where the hidden activation's own slope belongs: what does a
        wrong one do? Dead units are told by the activation's own.
    record_every : int, optional
        Steps between two records; None: at the start and at the end.

    Returns
    -------
    p : dict of ndarray, shapes (runs, n_l, n_{l-1}) and (runs, n_l, 1)
        The parameters at the end, or where a run stopped those of its last record: it does not disturb the others.
    histories : Histories

    Raises
    ------
    TypeError, KeyError, ValueError
        For arguments of the wrong kind or shape, before the first step.

    Derived in: notebooks/05_backward_propagation.ipynb, "Does it train on the two moons?"
    """
    steps = checks.whole("steps", steps)
    record_every = steps if record_every is None else checks.whole("record_every", record_every)
    p = stacked(starts)
    count = len(p["W1"])
    X, y, rates, rules = arguments(X, y, p, learning_rate, hidden, output, loss, slope)
    parts = []
    for first in range(0, count, size := _at_once(p, X)):
        chosen = slice(first, first + size)
        X_part, y_part = (one[chosen] if one.ndim == 3 else one for one in (X, y))
        runs = _Runs(X_part, y_part, {name: value[chosen] for name, value in p.items()}, rates[chosen], rules, _recorded(steps, record_every))
        with np.errstate(all="ignore"):
            for step in range(steps + 1):
                if not runs.step(step, step < steps):
                    break
        parts.append(runs)
    return _joined(parts)


def _recorded(steps, every):
    return np.unique([*range(0, steps + 1, every), steps])


_STACK_NUMBERS = 8_000
"""About so many numbers are held in one array of a stack; of 4,000 to 64,000 this was the fastest, for larger arrays are asked of the system
at each step."""


def _at_once(p, X):
    """How many runs go into one stack."""
    widest = max(value.shape[-2] for value in p.values())
    return max(1, _STACK_NUMBERS // (widest * X.shape[-1]))


def _joined(parts):
    """The parameters and Histories of stacks as those of one."""
    h = [part.histories for part in parts]
    loss, accuracy = (np.concatenate([getattr(one, name) for one in h], axis=1) for name in ("loss", "accuracy"))
    dead = tuple(np.concatenate(layer, axis=1) for layer in zip(*(one.dead for one in h), strict=True))
    p = {name: np.concatenate([part.end[name] for part in parts]) for name in parts[0].end}
    return p, Histories(h[0].step, loss, accuracy, dead, np.concatenate([one.stopped for one in h]))


class _Runs:
    """The runs that go on, as a stack: p, X, y, learning rates and their numbers `alive`; a run that stops leaves all of these."""

    def __init__(self, X, y, p, rates, rules, recorded):
        count, records = len(rates), (len(recorded), len(rates))
        self.X, self.y, self.p, self.rates, self.rules = X, y, p, rates, rules
        self.alive, self.next, self.recorded = np.arange(count), 0, p  # the record to be written next, the parameters of the last one
        self.end = {name: value.copy() for name, value in p.items()}
        self.histories = Histories(
            recorded, np.full(records, np.nan), np.full(records, np.nan),
            tuple(np.zeros((*records, p[f"W{l}"].shape[-2]), dtype=bool) for l in range(1, rules.L)), np.full(count, -1))  # fmt: skip

    def step(self, step, update):
        """One record where one is due, and one update; False where no run is left."""
        rules = self.rules
        c = network.forward(self.X, self.p, rules.g)
        c = self._keep(_finite([c[f"Z{l}"] for l in range(1, rules.L + 1)]), step, c)
        if step == self.histories.step[self.next]:
            c = self._record(step, c)
        delta = network.output_delta(c[f"Z{rules.L}"], c[f"A{rules.L}"], self.y, rules.output, rules.loss)
        grads = network.backward(delta, c, self.p, rules.slope)
        grads = {name: grads[f"d{name}"] for name in self.p}
        grads = self._keep(_finite(list(grads.values())), step, c, grads)
        if update:
            self.p = {name: self.p[name] - self.rates * grads[name] for name in self.p}
        else:
            for name, value in self.p.items():
                self.end[name][self.alive] = value
        return len(self.alive)

    def _losses(self, c):
        Z, A = c[f"Z{self.rules.L}"], c[f"A{self.rules.L}"]
        return network.loss_per_example(Z, A, self.y, self.rules.output, self.rules.loss).sum(axis=-1) / self.y.shape[-1]

    def _record(self, step, c):
        """Write the record that is due, of the runs whose loss is finite; the others stop."""
        loss = self._losses(c)
        fine = np.isfinite(loss)
        c, loss = self._keep(fine, step, c), loss[fine]
        h, k, alive = self.histories, self.next, self.alive
        h.loss[k, alive] = loss
        if self.rules.labelled:
            h.accuracy[k, alive] = network.shares_right(self.y, c[f"A{self.rules.L}"])
        Z = [c[f"Z{l}"] for l in range(1, self.rules.L)]
        for dead, mask in zip(h.dead, outcome.masks(Z, self.rules.hidden), strict=True):
            dead[k, alive] = mask
        self.recorded, self.next = self.p, k + 1
        return c

    def _keep(self, fine, step, c, arrays=None):
        """Let the runs that are not `fine` stop at this step; returns `arrays` (None: the cache c) of the others."""
        arrays = c if arrays is None else arrays
        if fine.all():
            return arrays
        h, k, gone = self.histories, self.next, self.alive[~fine]
        loss = self._losses(c)[~fine]
        h.stopped[gone] = step
        h.loss[k:, gone] = np.where(np.isfinite(loss), np.nan, loss)
        if k:
            for seen in (h.accuracy, *h.dead):
                seen[k:, gone] = seen[k - 1, gone]
        for name, value in self.recorded.items():
            self.end[name][gone] = value[~fine]
        self.alive, self.rates = self.alive[fine], self.rates[fine]
        self.p, self.recorded = ({name: value[fine] for name, value in q.items()} for q in (self.p, self.recorded))
        self.X, self.y = (one[fine] if one.ndim == 3 else one for one in (self.X, self.y))
        return {name: value[fine] if value.ndim == 3 else value for name, value in arrays.items()}


def _finite(arrays):
    """For each run of a stack: is every entry of every array finite?"""
    if checks.all_finite(arrays):
        return np.ones(len(arrays[-1]), dtype=bool)
    return np.logical_and.reduce([np.isfinite(array).all(axis=(-2, -1)) for array in arrays])
