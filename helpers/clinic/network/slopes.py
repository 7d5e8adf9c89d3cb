"""Slopes that people write into a backward pass: functions of one argument t, and the arguments they are given.

A slope is a function and an argument. The right ones are g'(z) at Z, and, where the output determines the slope, the
formula in a at A; everything else that occurs in practice stands in this table, with what to call it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.activations import ACTIVATIONS, make_leaky_relu

SIGMOID = ACTIVATIONS["sigmoid"]


@dataclass(frozen=True)
class Slope:
    """One formula for a slope.

    Attributes
    ----------
    text : str
        The formula with t for its argument.
    rule : callable
        t -> slope, elementwise.
    owner : str or None
        The activation whose slope it is.
    of : str
        "z" where the formula takes z, "a" where it takes a = g(z); "any" where it is nobody's slope.
    """

    text: str
    rule: Callable
    owner: str | None
    of: str


def _step(left, right=1.0):
    return lambda t: np.where(t > 0, right, left)


def _sigmoid(t):
    return SIGMOID.value(np.clip(t, -500, 500))


def _sigmoid_slope(t):
    return SIGMOID.slope(np.clip(t, -500, 500))


def catalogue(hidden):
    """All slopes, those of the learner's own activation first. hidden : Activation."""
    own = hidden.name
    leaks = {0.01, 0.1, 0.2, 0.3, 0.5, 0.001, 0.05, -0.01, -1.0}
    table = [
        Slope("1 where t > 0, else 0", _step(0.0), "relu", "z"),
        Slope("1 where t > 0, else 0", _step(0.0), "relu", "a"),
        Slope("sigmoid(t) (1 - sigmoid(t))", _sigmoid_slope, "sigmoid", "z"),
        Slope("t (1 - t)", lambda t: t * (1 - t), "sigmoid", "a"),
        Slope("1 - tanh(t)^2", lambda t: 1 - np.tanh(t) ** 2, "tanh", "z"),
        Slope("1 - t^2", lambda t: 1 - t**2, "tanh", "a"),
        Slope("1 where t > 0, else e^t", lambda t: np.where(t > 0, 1, np.exp(np.minimum(t, 0))), "elu", "z"),
        Slope("sigmoid(t)", _sigmoid, "softplus", "z"),
        Slope("t", lambda t: t, None, "any"),
        Slope("max(0, t)", lambda t: np.maximum(t, 0), None, "any"),
        Slope("tanh(t)", np.tanh, None, "any"),
        Slope("1 - t", lambda t: 1 - t, None, "any"),
        Slope("1 + t", lambda t: 1 + t, None, "any"),
        Slope("t^2", lambda t: t**2, None, "any"),
        Slope("t (1 + t)", lambda t: t * (1 + t), None, "any"),
        Slope("t (1 - t^2)", lambda t: t * (1 - t**2), None, "any"),
        Slope("1 + t^2", lambda t: 1 + t**2, None, "any"),
        Slope("(1 - t)^2", lambda t: (1 - t) ** 2, None, "any"),
        Slope("t^2 (1 - t)^2", lambda t: (t * (1 - t)) ** 2, None, "any"),
        Slope("(1 - t^2)^2", lambda t: (1 - t**2) ** 2, None, "any"),
        Slope("1 - tanh(t)", lambda t: 1 - np.tanh(t), None, "any"),
        Slope("1 - sigmoid(t)", lambda t: 1 - _sigmoid(t), None, "any"),
        Slope("1 / cosh(t)", lambda t: 1 / np.cosh(np.clip(t, -500, 500)), None, "any"),
        Slope("1 where t <= 0, else 0", _step(1.0, 0.0), None, "any"),
        Slope("1 where t > 1, else 0", lambda t: (t > 1) * 1.0, None, "any"),
        Slope("1 where t > 0.5, else 0", lambda t: (t > 0.5) * 1.0, None, "any"),
        Slope("1 where |t| < 1, else 0", lambda t: (np.abs(t) < 1) * 1.0, None, "any"),
        Slope("t where t > 0, else 1", lambda t: np.where(t > 0, t, 1.0), None, "any"),
        Slope("0 where t > 0, else t", lambda t: np.minimum(t, 0), None, "any"),
        Slope("e^(-t)", lambda t: np.exp(-np.clip(t, -500, 500)), None, "any"),
        Slope("e^(-t) / (1 + e^(-t))", lambda t: _sigmoid(-t), None, "any"),
        Slope("1 / t", lambda t: 1 / t, None, "any"),
    ]
    leak = float(hidden.slope(-1.0)) if own == "leaky_relu" else None
    for value in sorted(leaks | {leak} - {None}, key=lambda x: (x != leak, x)):
        owner = "leaky_relu" if value == leak or leak is None else None
        table.append(Slope(f"1 where t > 0, else {value:g}", _step(value), owner, "z"))
        if value == leak:
            table += [
                Slope(f"{value:g} where t > 0, else 1", _step(1.0, value), None, "any"),
                Slope(f"1 where t > 0, else {value:g} t", lambda t, k=value: np.where(t > 0, 1, k * t), None, "any"),
                Slope(f"t where t > 0, else {value:g} t", lambda t, k=value: make_leaky_relu(k).value(t), None, "any"),
                Slope(f"t where t > 0, else {value:g}", lambda t, k=value: np.where(t > 0, t, k), None, "any"),
            ]
    return sorted(table, key=lambda slope: slope.owner != own)


def is_right(slope, hidden):
    """Whether the formula is the slope of the learner's own activation, for the argument that it is made for."""
    return slope.owner == hidden.name
