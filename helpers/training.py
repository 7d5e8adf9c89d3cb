"""Gradient descent on a network, whole batches or mini-batches, and the history of a run.

Derived in: notebooks/05_backward_propagation.ipynb
"""

import sys
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from helpers import checks, network
from helpers.activations import get_activation


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
        "dW1": [...], "db1": [...], ...: Euclidean norms of the gradients of that step's batch; NaN where the run stopped
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
        if not self.loss:
            return f"History of a run that stopped at once: {self.stopped}"
        text = f"{self.step[-1]} steps: loss {self.loss[0]:.3g} -> {self.loss[-1]:.3g}"
        if np.isfinite(self.accuracy[-1]):
            text += f", accuracy {self.accuracy[-1]:.3g}"
        return text + (f"; {self.stopped}" if self.stopped else "")


def gradient_descent(
    X, y, p, *, learning_rate, steps, batch_size=None, forward_prop=None, backward_prop=None,
    hidden="relu", output="sigmoid", loss=None, rng=0, record_every=1, progress=False,
):  # fmt: skip
    """Repeat W <- W - learning_rate dW, b <- b - learning_rate db.

    Parameters
    ----------
    X, y, p
        Inputs (n_x, m), labels (1, m) or (K, m), and initial parameters, which are not changed.
    learning_rate : float
    steps : int
        Number of updates.
    batch_size : int, optional
        Examples per update, drawn without replacement until all were used; None: all of them.
    forward_prop, backward_prop : callable, optional
        Your own forward_prop(X, p) -> c and backward_prop(X, y, c, p) -> grads; None: those of `network`.
    hidden, output, loss
        As in `network`; with functions of your own they say how loss and dead units are read from the cache.
    rng : numpy.random.Generator or int
        Draws the mini-batches.
    record_every : int
        Steps between two records of the whole data set.
    progress : bool
        Show the step and the loss while it runs; nothing of it remains when it is done.

    Returns
    -------
    p : dict of ndarray
        The parameters at the end. Where the run stopped early, those of the last record, `history.step[-1]`: the last
        ones whose loss is known to be finite, namely `history.loss[-1]` (the initial ones where nothing was recorded).
    history : History

    Raises
    ------
    TypeError, KeyError, ValueError
        For arguments of the wrong kind or shape, before the first step. A loss that ceases to be finite raises
        nothing: `history.stopped` says so.

    Derived in: notebooks/05_backward_propagation.ipynb, "Does it train on the two moons?"
    """
    learning_rate = checks.positive("learning_rate", learning_rate)
    steps, record_every = checks.whole("steps", steps), checks.whole("record_every", record_every)
    forward = forward_prop or partial(network.forward_prop, hidden=hidden, output=output)
    backward = backward_prop or partial(network.backward_prop, hidden=hidden, output=output, loss=loss)
    X, y = _data(X, y, p, hidden, output, loss)
    batches = _batches(X, y, batch_size, checks.generator(rng))
    p = recorded = {name: value.copy() for name, value in p.items()}
    history = History(gradient_norm={f"d{name}": [] for name in p})
    line = _ProgressLine(progress, steps)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for step in range(steps + 1):
            record = step % record_every == 0 or step == steps
            try:
                X_batch, y_batch = next(batches)
                if record:
                    whole = forward(X, p)
                    _record(history, step, y, whole, get_activation(hidden), output, loss)
                    recorded = p
                    line.show(step, history.loss[-1])
                c = whole if batch_size is None and record else forward(X_batch, p)
                grads = _gradients(backward, X_batch, y_batch, c, p)
            except checks.DomainError as error:
                history.stopped = f"stopped at step {step}: {error}"
                break
            if record:
                for name, norms in history.gradient_norm.items():
                    norms[-1] = float(np.linalg.norm(grads[name]))
            if step < steps:
                p = {name: p[name] - learning_rate * grads[f"d{name}"] for name in p}
    line.clear()
    return (recorded if history.stopped else p), history


def _data(X, y, p, hidden, output, loss):
    """X and y as float matrices of their own, after one pass of the reference has found whatever is wrong with any argument."""
    c = network.forward_prop(X, p, hidden, output)
    network.compute_loss(y, c, output, loss)
    return c["A0"].copy(), np.array(y, dtype=float)


def _batches(X, y, batch_size, rng):
    """Endless batches: all examples, or `batch_size` of them at a time in a new random order for each epoch."""
    m = X.shape[1]
    size = m if batch_size is None else checks.whole("batch_size", batch_size)
    if size > m:
        raise ValueError(f"batch_size is {size}, expected at most the number of examples, {m}")
    while True:
        order = np.arange(m) if batch_size is None else rng.permutation(m)
        for start in range(0, m, size):
            chosen = order[start : start + size]
            yield (X, y) if size == m else (X[:, chosen], y[:, chosen])


def _record(history, step, y, c, g, output, loss):
    value = network.compute_loss(y, c, output, loss)
    if not np.isfinite(value):
        raise checks.DomainError(f"the loss is {value}, expected a finite number")
    L = network.depth(c)
    history.step.append(step)
    history.loss.append(value)
    history.accuracy.append(_accuracy(y, c[f"A{L}"]))
    history.dead_units.append(dead_units(c, g))
    for norms in history.gradient_norm.values():
        norms.append(float("nan"))  # until the backward pass has come to its end


def _accuracy(y, A):
    labelled = np.isin(y, (0, 1)).all() and (y.shape[0] == 1 or (y.sum(axis=0) == 1).all())
    return network.accuracy(y, A) if labelled else float("nan")


def dead_units(c, hidden="relu"):
    """For each hidden layer of a cache, the number of units whose slope is 0 for every example: a tuple of int.

    Such a unit gets no gradient from these examples, so no update of its own parameters wakes it. A unit of layer 2 or
    higher may come back all the same: when the layers below it learn, its inputs move. c : dict with "Z1", ..., "ZL".
    """
    g = get_activation(hidden)
    return tuple(int((g.slope(c[f"Z{l}"]) == 0).all(axis=1).sum()) for l in range(1, network.depth(c)))


def _gradients(backward_prop, X, y, c, p):
    """The gradients of one batch, after checking that there is one in the right shape for every parameter."""
    grads = backward_prop(X, y, c, p)
    for name, value in p.items():
        checks.cached(grads, f"d{name}", value.shape)
    return grads


class _ProgressLine:
    """A line on a terminal that is overwritten and finally wiped; silent elsewhere, so stored outputs stay the same."""

    def __init__(self, wanted, steps):
        self.steps = steps
        self.every = max(1, steps // 100)
        self.live = wanted and sys.stderr is not None and sys.stderr.isatty()

    def show(self, step, loss):
        if self.live and step % self.every == 0:
            print(f"\rstep {step} of {self.steps}: loss {loss:.4g}   ", end="", file=sys.stderr, flush=True)

    def clear(self):
        if self.live:
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
