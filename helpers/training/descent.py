"""Gradient descent on a network, whole batches or mini-batches.

Derived in: notebooks/05_backward_propagation.ipynb
"""

import itertools
import math
import sys
from functools import partial

import numpy as np

from helpers import checks, network
from helpers.activations import get_activation
from helpers.losses import get_loss
from helpers.training import batches
from helpers.training.history import History
from helpers.training.outcome import masks
from helpers.training.updates import PLAIN, Steps


def gradient_descent(
    X, y, p, *, learning_rate, steps, batch_size=None, forward_prop=None, backward_prop=None,
    hidden="relu", output="sigmoid", loss=None, rng=0, record_every=1, progress=False, update=PLAIN, clip=None, schedule=None,
):  # fmt: skip
    """Repeat W <- W - learning_rate dW, b <- b - learning_rate db, or what another update rule says.

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
        Your own forward_prop(X, p) -> c and backward_prop(X, y, c, p) -> grads; they get copies of X, y and p.
        None: those of `network`.
    hidden, output, loss
        As in `network`; with functions of your own they say how loss and dead units are read from the cache.
    rng : numpy.random.Generator or int
        Draws the mini-batches.
    record_every : int
        Steps between two records of the whole data set.
    progress : bool
        Show the step and the loss while it runs; nothing of it remains when it is done.
    update : Update
        `momentum(beta)`, `adam(beta1, beta2, eps)`, or plain gradient descent.
    clip : float, optional
        The largest norm of all gradients together, as one vector: longer ones are shortened to it, see `clipped`.
    schedule : callable, optional
        schedule(step) -> factor of the learning rate for that step, from 0: `warm_up(20)`, `cosine(500)`, or one of your own.

    Returns
    -------
    p : dict of ndarray
        The parameters at the end. Where the run stopped early, those of the last record, `history.step[-1]`: the last
        ones whose loss is known to be finite, namely `history.loss[-1]`.
    history : History

    Raises
    ------
    TypeError, KeyError, ValueError
        For arguments of the wrong kind or shape, before the first step, and for functions that return something else
        than expected; DomainError where the loss or a gradient is not finite at step 0. A loss that ceases to be finite
        later raises nothing: `history.stopped` says so.

    Derived in: notebooks/05_backward_propagation.ipynb, "Does it train on the two moons?"
    """
    learning_rate = checks.positive("learning_rate", learning_rate)
    steps, record_every = checks.whole("steps", steps), checks.whole("record_every", record_every)
    forward, backward = _passes(forward_prop, backward_prop, hidden, output, loss, p)
    X, y = _data(X, y, p, hidden, output, loss)
    batched = _batches(X, y, batch_size, checks.generator(rng))
    move, memory = Steps(update, clip, schedule, steps), update.start(p)
    line = _ProgressLine(checks.truth("progress", progress), steps)
    p = recorded = _copy(p)
    history = History(gradient_norm={f"d{name}": [] for name in p})
    note = _recorder(history, y, hidden, output, loss)
    with line, np.errstate(all="ignore"):
        for step in range(steps + 1):
            record = step % record_every == 0 or step == steps
            try:
                X_batch, y_batch = next(batched)
                if record:
                    whole, seen = forward(X, p)
                    note(step, seen)
                    recorded = p
                    line.show(step, history.loss[-1])
                c = whole if batch_size is None and record else forward(X_batch, p)[0]
                grads = backward(X_batch, y_batch, c, p)
            except checks.DomainError as error:
                if step == 0:
                    raise
                history.stopped = f"stopped at step {step}: {error}"
                break
            if record:
                for name, norms in history.gradient_norm.items():
                    norms[-1] = math.sqrt(np.vdot(grads[name], grads[name]))
            if step < steps:
                p, memory = move(p, grads, memory, learning_rate, step)
    return (recorded if history.stopped else p), history


def _passes(forward_prop, backward_prop, hidden, output, loss, p):
    """forward(X, p) -> the cache, and what a History is read from as checked arrays; backward(X, y, c, p) -> checked gradients."""
    if forward_prop is not None:
        forward = _own_forward(forward_prop)
    else:
        forward = partial(_forward, hidden, output, network.activation_rules(checks.parameters(p), hidden, output))
    if backward_prop is not None:
        return forward, _own_backward(backward_prop)
    if forward_prop is not None:  # whatever that returns has to be looked at
        return forward, partial(network.backward_prop, hidden=hidden, output=output, loss=loss)
    return forward, partial(_backward, hidden, output, get_loss(output, loss), get_activation(hidden, "hidden").slope_rule)


def _forward(hidden, output, g, X, p):
    """The reference's forward pass; its checks, which find words for what is wrong, only where a Z is not finite."""
    c = network.forward(X, p, g)
    if not checks.all_finite([c[f"Z{l}"] for l in range(1, len(g) + 1)]):
        c = network.forward_prop(X, p, hidden, output)
    return c, c


def _backward(hidden, output, rule, slope, X, y, c, p):
    """The reference's backward pass; its checks only where a gradient is not finite."""
    L = len(p) // 2
    dZ = network.output_delta(c[f"Z{L}"], c[f"A{L}"], y, output, rule)
    grads = network.backward(dZ, c, p, lambda Z, A: slope(Z))
    return grads if checks.all_finite([grads[f"d{name}"] for name in p]) else network.backward_prop(X, y, c, p, hidden, output, rule.name)


def _own_forward(forward_prop):
    """A learner's forward pass, with copies for it to spoil, and its cache checked for what a History is read from."""
    checks.function("forward_prop", forward_prop, "forward_prop(X, p)")

    def forward(X, p):
        c = forward_prop(X.copy(), _copy(p))
        L = len(p) // 2
        shapes = {name: (p[f"W{name[1:]}"].shape[0], X.shape[1]) for name in (*(f"Z{l}" for l in range(1, L + 1)), f"A{L}")}
        return c, checks.returned("forward_prop", c, shapes)

    return forward


def _own_backward(backward_prop):
    """A learner's backward pass, with copies for it to spoil, and its gradients as checked arrays."""
    checks.function("backward_prop", backward_prop, "backward_prop(X, y, c, p)")

    def backward(X, y, c, p):
        grads = backward_prop(X.copy(), y.copy(), c, _copy(p))
        return checks.returned("backward_prop", grads, {f"d{name}": value.shape for name, value in p.items()})

    return backward


def _copy(p):
    return {name: value.copy() for name, value in p.items()}


def _data(X, y, p, hidden, output, loss):
    """X and y as float matrices of their own, after one pass of the reference has found whatever is wrong with any argument."""
    c = network.forward_prop(X, p, hidden, output)
    network.compute_loss(y, c, output, loss)
    return c["A0"].copy(), checks.floats("y", y).astype(float)


def _batches(X, y, batch_size, rng):
    """Endless batches: all examples, or `batch_size` of them at a time in a new random order for each epoch."""
    m = X.shape[1]
    B = batches.size(batch_size, m)
    return itertools.repeat((X, y)) if B == m else ((X[:, chosen], y[:, chosen]) for chosen in batches.draw(m, B, rng))


def _recorder(history, y, hidden, output, loss):
    """A function that adds a record of step and cache to the history; the backward pass has yet to fill in the norms."""
    rule, g = get_loss(output, loss), get_activation(hidden, "hidden")
    labelled = is_labelled(y)

    def note(step, c):
        L = network.depth(c)
        Z, A = c[f"Z{L}"], c[f"A{L}"]
        value = network.mean_loss(Z, A, y, output, rule)
        if not np.isfinite(value):
            raise checks.DomainError(f"the loss is {value}, expected a finite number")
        history.step.append(step)
        history.loss.append(value)
        history.accuracy.append(float(network.shares_right(y, A)) if labelled else float("nan"))
        history.dead_units.append(tuple(int(np.count_nonzero(mask)) for mask in masks([c[f"Z{l}"] for l in range(1, L)], g)))
        for norms in history.gradient_norm.values():
            norms.append(float("nan"))

    return note


def is_labelled(y):
    """Whether targets (..., n, m) are labels or one-hot columns, so that an accuracy can be read."""
    return bool(np.isin(y, (0, 1)).all() and (y.shape[-2] == 1 or (y.sum(axis=-2) == 1).all()))


class _ProgressLine:
    """A line on a terminal that is overwritten and finally wiped; silent elsewhere, so stored outputs stay the same."""

    def __init__(self, wanted, steps):
        self.steps = steps
        self.every = max(1, steps // 100)
        self.live = wanted and sys.stderr is not None and sys.stderr.isatty()

    def show(self, step, loss):
        if self.live and step % self.every == 0:
            print(f"\rstep {step} of {self.steps}: loss {loss:.4g}   ", end="", file=sys.stderr, flush=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.live:
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
