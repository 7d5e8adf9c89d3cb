r"""What `descend_many` is given, checked: parameters, inputs and labels in stacks, rates, and the rules that all runs share.

Derived in: notebooks/05_backward_propagation.ipynb
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import checks, network
from helpers.activations import Activation, get_activation
from helpers.losses import Loss, get_loss
from helpers.training.descent import is_labelled


def stacked(starts):
    """One dict of arrays (runs, ...), after checking each run's parameters."""
    if isinstance(starts, dict):
        if not starts or any(np.ndim(value) != 3 or len(value) == 0 or len(value) != len(next(iter(starts.values()))) for value in starts.values()):
            raise ValueError("starts is a dict, expected arrays (runs, n, k) in it with the same number of runs each, or a list of dicts")
        starts = unstack(starts)
    if not isinstance(starts, list | tuple) or not starts:
        what = checks.shown(starts) if not isinstance(starts, list | tuple) else "empty"
        raise TypeError(f"starts is {what}, expected a list of parameters, one dict for each run")
    for r, p in enumerate(starts):
        try:
            checks.parameters(p)
        except (TypeError, KeyError, ValueError) as error:
            raise type(error)(f"starts[{r}]: {error.args[0]}") from None
        if [value.shape for value in p.values()] != [starts[0][name].shape for name in p if name in starts[0]] or len(p) != len(starts[0]):
            raise ValueError(f"starts[{r}] has other shapes than starts[0], expected networks of one size")
    return {name: np.stack([p[name] for p in starts]).astype(float) for name in starts[0]}


def unstack(p):
    """The parameters of each run of a stack, a list of dicts."""
    return [{name: value[r] for name, value in p.items()} for r in range(len(next(iter(p.values()))))]


@dataclass(frozen=True)
class Rules:
    """What all runs of a stack compute with."""

    L: int
    g: tuple
    hidden: Activation
    slope: Callable
    output: str
    loss: Loss
    labelled: bool
    own: bool  # whether the backward pass takes the activation's own slope


def arguments(X, y, p, learning_rate, hidden, output, loss, slope):
    """X, y, the learning rates (runs, 1, 1) and the rules, after checking all of them."""
    L, count = len(p) // 2, len(p["W1"])
    g, activation, rule = network.activation_rules(L, hidden, output), get_activation(hidden, "hidden"), get_loss(output, loss)
    X = _batch("X", X, count, lambda name, one: checks.matrix(name, one, (p["W1"].shape[-1], None)))
    shape = p[f"W{L}"].shape[-2], X.shape[-1]
    y = _batch("y", y, count, lambda name, one: network.targets(one, shape, rule, name))
    is_own = slope is None
    slope = (lambda Z, A: activation.slope_rule(Z)) if is_own else _elementwise(slope)
    return X, y, _rates(learning_rate, count), Rules(L, g, activation, slope, output, rule, is_labelled(y), is_own)


def _batch(name, value, runs, check):
    """X or y as a matrix, or as a stack of one for each run."""
    value = checks.floats(name, value).astype(float)
    if value.ndim != 3:
        return check(name, value)
    if len(value) != runs:
        raise ValueError(f"{name} has shape {value.shape}, expected (n, m), or (runs, n, m) with {runs} runs")
    return np.stack([check(f"{name}[{r}]", one) for r, one in enumerate(value)])


def _elementwise(slope):
    """A slope of somebody's own, tried on a few numbers."""
    checks.function("slope", slope, "slope(Z, A)")
    Z = np.linspace(0.1, 0.9, 6).reshape(1, 2, 3)
    tried = checks.floats("what slope(Z, A) returns", slope(Z.copy(), Z.copy()))
    if tried.shape != Z.shape:
        raise ValueError(f"slope(Z, A) returned shape {tried.shape} for a Z of shape {Z.shape}, expected the same: it works elementwise")
    return slope


def _rates(learning_rate, count):
    """The learning rate of each run, shape (runs, 1, 1)."""
    rates = checks.floats("learning_rate", learning_rate).astype(float)
    if rates.shape not in ((), (count,)):
        raise ValueError(f"learning_rate has shape {rates.shape}, expected one number or one for each run, ({count},)")
    if (rates <= 0).any():
        raise ValueError(f"learning_rate is {rates.min():g}, expected numbers > 0")
    return np.full(count, rates)[:, None, None]
