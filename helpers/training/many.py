r"""Gradient descent of many networks at once, stacked along a first axis: what one seed shows, counted over many.

Derived in: notebooks/05_backward_propagation.ipynb
"""

import itertools

import numpy as np

from helpers import checks, network
from helpers.training import batches, outcome
from helpers.training.history import Histories
from helpers.training.stack import arguments, stacked
from helpers.training.updates import PLAIN, Steps


def descend_many(
    X, y, starts, *, learning_rate, steps, hidden="relu", output="sigmoid", loss=None, slope=None, record_every=None,
    update=PLAIN, clip=None, schedule=None, batch_size=None, rng=0, parameters=False,
):  # fmt: skip
    """What `gradient_descent` does, for many networks of equal shapes at once.

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
    update, clip, schedule
        As in `gradient_descent`; each run is clipped by the norm of its own gradients, and has its own memory.
    batch_size : int, optional
        Examples per update, of each run's own choice; records are still those of the whole data set. None: all of them.
    rng : numpy.random.Generator or int, or a sequence of one for each run
        Draws the mini-batches. One alone is the parent of a generator for each run, `default_rng(rng).spawn(runs)`.
    parameters : bool
        Keep the parameters of each record in `histories.parameters`.

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
    move, recorded = Steps(update, clip, schedule, steps), _recorded(steps, record_every)
    m, B, rngs = X.shape[-1], batches.size(batch_size, X.shape[-1]), batches.generators(rng, count)
    parameters = checks.truth("parameters", parameters)
    parts = []
    for first in range(0, count, at_once := _at_once(p, B)):
        chosen = slice(first, first + at_once)
        X_part, y_part = (one[chosen] if one.ndim == 3 else one for one in (X, y))
        part = {name: value[chosen] for name, value in p.items()}
        draws = [] if B == m else [batches.draw(m, B, one) for one in rngs[chosen]]
        runs = _Runs(X_part, y_part, part, rates[chosen], rules, _empty(recorded, part, rules.L, parameters), move, draws)
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


def _at_once(p, examples):
    """How many runs go into one stack."""
    widest = max(value.shape[-2] for value in p.values())
    return max(1, _STACK_NUMBERS // (widest * examples))


def _joined(parts):
    """The parameters and Histories of stacks as those of one."""
    h = [part.histories for part in parts]
    loss, accuracy = (np.concatenate([getattr(one, name) for one in h], axis=1) for name in ("loss", "accuracy"))
    dead = tuple(np.concatenate(layer, axis=1) for layer in zip(*(one.dead for one in h), strict=True))
    norms, parameters = ({key: np.concatenate([getattr(one, name)[key] for one in h], axis=1) for key in getattr(h[0], name)}
                         for name in ("gradient_norm", "parameters"))  # fmt: skip
    p = {name: np.concatenate([part.end[name] for part in parts]) for name in parts[0].end}
    return p, Histories(h[0].step, loss, accuracy, dead, norms, np.concatenate([one.stopped for one in h]), parameters)


def _empty(recorded, p, L, parameters):
    """The Histories of runs from p before their first record."""
    count = len(p["W1"])
    records = len(recorded), count
    kept = {name: np.full((len(recorded), *value.shape), value) for name, value in p.items()} if parameters else {}
    dead = tuple(np.zeros((*records, p[f"W{l}"].shape[-2]), dtype=bool) for l in range(1, L))
    return Histories(recorded, np.full(records, np.nan), np.full(records, np.nan), dead, {}, np.full(count, -1), kept)


class _Runs:
    """The runs that go on, as a stack: p, memory, data, learning rates, and their numbers `alive`; a run that stops leaves all of these."""

    def __init__(self, X, y, p, rates, rules, histories, move, draws):
        self.whole = self.seen = X, y  # all examples, and those of this step
        self.p, self.rates, self.rules, self.histories, self.move, self.draws = p, rates, rules, histories, move, draws
        self.memory = move.update.start(p)
        self.alive, self.next, self.recorded = np.arange(len(rates)), 0, p  # the record to be written next, the parameters of the last one
        self.end = {name: value.copy() for name, value in p.items()}
        self.begins = np.cumsum([0] + [value[0].size for value in p.values()])[:-1]  # of each gradient, where all lie in one row
        self.slopes = []  # (Z, the hidden activation's own slope there) of the record just made, which the backward pass needs as well
        self.norms = np.full((len(p), *histories.loss.shape), np.nan)
        histories.gradient_norm.update(zip((f"d{name}" for name in p), self.norms, strict=True))

    def step(self, step, update):
        """One record where one is due, and one update; False where no run is left."""
        rules, due = self.rules, step == self.histories.step[self.next]
        self.seen = self.whole
        if due or not self.draws:
            c = self._forward(step)
        if due:
            c = self._record(step, c)
        if self.draws and len(self.alive):
            chosen = np.stack([next(draw) for draw in self.draws])
            self.seen = tuple(batches.take(one, chosen) for one in self.whole)
            c = self._forward(step)
        delta = network.output_delta(c[f"Z{rules.L}"], c[f"A{rules.L}"], self.seen[1], rules.output, rules.loss)
        grads = network.backward(delta, c, self.p, self._slope)
        grads = {name: grads[name] for name in self.histories.gradient_norm}
        grads = self._keep(_finite(list(grads.values())), step, c, grads)
        if due and len(self.alive):
            rows = np.concatenate([g.reshape(len(self.alive), -1) for g in grads.values()], axis=1)
            self.norms[:, self.next - 1, self.alive] = np.sqrt(np.add.reduceat(np.square(rows), self.begins, axis=1)).T
        if update:
            self.p, self.memory = self.move(self.p, grads, self.memory, self.rates, step)
        else:
            for name, value in self.p.items():
                self.end[name][self.alive] = value
        return len(self.alive)

    def _forward(self, step):
        """The cache of the examples of this step, of the runs in which it is finite; the others stop."""
        c = network.forward(self.seen[0], self.p, self.rules.g)
        return self._keep(_finite([c[f"Z{l}"] for l in range(1, self.rules.L + 1)]), step, c)

    def _slope(self, Z, A):
        """The slope of the backward pass at Z; the activation's own is taken from the record where it is known."""
        known = [slope for z, slope in self.slopes if z is Z] if self.rules.own else []
        return known[0] if known else self.rules.slope(Z, A)

    def _losses(self, c):
        Z, A, y = c[f"Z{self.rules.L}"], c[f"A{self.rules.L}"], self.seen[1]
        return network.loss_per_example(Z, A, y, self.rules.output, self.rules.loss).sum(axis=-1) / y.shape[-1]

    def _record(self, step, c):
        """Write the record that is due, of the runs whose loss is finite; the others stop."""
        loss = self._losses(c)
        fine = np.isfinite(loss)
        c, loss = self._keep(fine, step, c), loss[fine]
        h, k, alive = self.histories, self.next, self.alive
        h.loss[k, alive] = loss
        if self.rules.labelled:
            h.accuracy[k, alive] = network.shares_right(self.whole[1], c[f"A{self.rules.L}"])
        Z = [c[f"Z{l}"] for l in range(1, self.rules.L)]
        self.slopes = [(z, self.rules.hidden.slope_rule(z)) for z in Z]
        for dead, (_, slope) in zip(h.dead, self.slopes, strict=True):
            dead[k, alive] = outcome.without_slope(slope)
        for name, kept in h.parameters.items():
            kept[k, alive] = self.p[name]
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
            for seen in (h.accuracy, *h.dead, *h.parameters.values()):
                seen[k:, gone] = seen[k - 1, gone]
        for name, value in self.recorded.items():
            self.end[name][gone] = value[~fine]
        self.alive, self.rates = self.alive[fine], self.rates[fine]
        self.p, self.recorded = ({name: value[fine] for name, value in q.items()} for q in (self.p, self.recorded))
        self.memory = {name: tuple(value[fine] for value in values) for name, values in self.memory.items()}
        self.draws = list(itertools.compress(self.draws, fine))
        self.whole, self.seen = (tuple(one[fine] if one.ndim == 3 else one for one in data) for data in (self.whole, self.seen))
        return {name: value[fine] if value.ndim == 3 else value for name, value in arrays.items()}


def _finite(arrays):
    """For each run of a stack: is every entry of every array finite?"""
    if checks.all_finite(arrays):
        return np.ones(len(arrays[-1]), dtype=bool)
    return np.logical_and.reduce([np.isfinite(array).all(axis=(-2, -1)) for array in arrays])
