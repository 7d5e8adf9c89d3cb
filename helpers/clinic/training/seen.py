"""What is measured in one step of a run: sizes of weights and gradients, units that are dead, saturated or copies of each other.

Nothing here judges; `helpers.clinic.training.causes` does.
"""

from dataclasses import dataclass

import numpy as np

from helpers import checks, network, training
from helpers.activations import get_activation

_SATURATED = 0.01  # a sigmoid unit whose slope is below this share of its largest for every example
_NEARLY_ALL = 0.8  # of the units of a layer
_THE_SAME = 1e-9  # two units whose weights and biases differ by less, compared with the largest of the layer, are copies
RECTIFIERS = ("relu", "leaky_relu", "elu", "silu")
"""Activations that want He's weights; the others want Glorot's."""


@dataclass(frozen=True)
class Seen:
    """One step of one run.

    Attributes
    ----------
    step : int
    p : dict
        The parameters before this step's update.
    dead, saturated : tuple of int
        For each hidden layer, units whose slope is 0, or nearly 0, for every example.
    widths : tuple of int
        The units of each hidden layer.
    copies : tuple of bool
        For each hidden layer of two units or more, whether all of them have the same weights and bias.
    spread : float
        Largest minus smallest Z of the output unit: 0 where every example gets the same answer.
    output_off : bool
        Whether a ReLU at the output is off for every example.
    norms : tuple of float
        ‖dW1‖, ..., ‖dWL‖ (Frobenius).
    moves : tuple of float
        η ‖dW‖ / ‖W‖ of each layer: how far the update moves the weights, in their own size; 0 where both are 0.
    """

    step: int
    p: dict
    dead: tuple
    saturated: tuple
    widths: tuple
    copies: tuple
    spread: float
    output_off: bool
    norms: tuple = ()
    moves: tuple = ()

    @property
    def blocked(self):
        """The hidden layers, counted from 1, of which every unit is dead."""
        return tuple(l for l, (dead, width) in enumerate(zip(self.dead, self.widths, strict=True), 1) if dead == width)

    @property
    def saturates(self):
        """The hidden layers, counted from 1, of which nearly every unit is saturated."""
        return tuple(l for l, (n, width) in enumerate(zip(self.saturated, self.widths, strict=True), 1) if n >= _NEARLY_ALL * width)


def look(step, p, c, hidden, output):
    """What the cache c of all examples shows before the backward pass, which may spoil it."""
    L = network.depth(c)
    dead = training.dead_mask(c, hidden)
    Z = [np.asarray(checks.reals(f"Z{l} of forward_prop", c[f"Z{l}"]), dtype=float) for l in range(1, L + 1)]
    copies = tuple(_copies(p[f"W{l}"], p[f"b{l}"]) for l in range(1, L))
    return Seen(
        step, {name: value.copy() for name, value in p.items()}, tuple(int(mask.sum()) for mask in dead), _saturated(Z[:-1], hidden),
        tuple(mask.size for mask in dead), copies, float(np.ptp(Z[-1])), output == "relu" and bool((Z[-1] <= 0).all()),
    )  # fmt: skip


def norms(p, grads, rate):
    """(norms, moves) of `Seen`; the gradients by name, as arrays in the shapes of the parameters."""
    W = [name for name in p if name.startswith("W")]
    gradients = tuple(float(np.linalg.norm(grads[f"d{name}"])) for name in W)
    sizes = (float(np.linalg.norm(p[name])) for name in W)
    return gradients, tuple(rate * g / size if size else np.inf * g if g else 0.0 for g, size in zip(gradients, sizes, strict=True))


def _saturated(Z, hidden):
    """For each hidden layer, the number of sigmoid or tanh units whose slope is small for every example."""
    if hidden not in ("sigmoid", "tanh"):
        return (0,) * len(Z)
    g = get_activation(hidden)
    largest = float(g.slope(0.0))
    return tuple(int((g.slope(z) < _SATURATED * largest).all(axis=1).sum()) for z in Z)


def _copies(W, b):
    """Whether all units of a layer, at least two, have the same weights and bias."""
    units = np.hstack([W, b])
    return len(units) > 1 and bool(np.ptp(units, axis=0).max() <= _THE_SAME * np.abs(units).max())


def sizes(p, hidden):
    """Root mean square of each W[l] in units of what keeps a signal's size: √(2/n_in) for rectifiers, else √(1/n_in).

    Returns a tuple of L numbers; He's weights have about 1 everywhere.
    Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
    """
    numerator = 2 if hidden in RECTIFIERS else 1
    W = [value for name, value in p.items() if name.startswith("W")]
    return tuple(float(np.sqrt((w**2).mean() * w.shape[1] / numerator)) for w in W)
