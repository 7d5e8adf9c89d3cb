"""Runs that fail, one way for each cause, drawn by seed; and how such a run is made again with one thing changed.

Used in: notebooks/08_training_that_fails.ipynb
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from helpers import datasets, network
from helpers.activations import Activation, get_activation, make_leaky_relu
from helpers.training import gradient_descent, step_decay

STEPS = 300


@dataclass(frozen=True)
class Setting:
    """All that a run depends on. `column`: the labels stand in a column; `from_outputs`: the loss is computed from A, as written."""

    X: np.ndarray
    y: np.ndarray
    p: dict
    learning_rate: float
    hidden: str | Activation = "relu"
    schedule: Callable | None = None
    batch_size: int | None = None
    column: bool = False
    from_outputs: bool = False


def descend(s, record_every=1):
    """(p, History) of a run of `STEPS` steps in a `Setting`."""
    logged, passes = [], {}
    if s.column:
        passes["backward_prop"] = lambda X, y, c, p: _backward_of_a_column(y, c, p, s.hidden)
    if s.from_outputs:
        passes["forward_prop"] = lambda X, p: _logging(X, p, s, logged)
    p, history = gradient_descent(
        s.X, s.y, s.p, learning_rate=s.learning_rate, steps=STEPS, hidden=s.hidden, schedule=s.schedule, batch_size=s.batch_size,
        record_every=record_every, **passes,
    )  # fmt: skip
    if s.from_outputs:
        history.loss = [logged[step] for step in history.step]
    return p, history


def _backward_of_a_column(y, c, p, hidden):
    """The gradients where A - y of (1, m) and (m, 1) became (m, m): each example is compared with every label, so with their mean."""
    slope = get_activation(hidden).slope_rule
    return network.backward(c[f"A{len(p) // 2}"] - y.mean(), c, p, lambda Z, A: slope(Z))


def _logging(X, p, s, logged):
    """A forward pass that notes the loss of all examples, -y ln A - (1 - y) ln(1 - A), which is nan where A is 0 or 1."""
    c = network.forward_prop(X, p, s.hidden)
    A = c[f"A{len(p) // 2}"]
    logged.append(float(np.mean(-s.y * np.log(A) - (1 - s.y) * np.log(1 - A))))
    return c


def fresh_start(s, rng):
    """The parameters of `s` drawn anew: He, or Glorot for sigmoid and tanh, and biases of 0."""
    sizes = (s.X.shape[0], *(s.p[f"b{l}"].shape[0] for l in range(1, len(s.p) // 2 + 1)))
    return network.init_params(sizes, "glorot" if s.hidden in ("sigmoid", "tanh") else "he", rng=rng)


# --- the causes -----------------------------------------------------------------------------------------------------------


def _sound(rng, learning_rate, hidden="relu", *, tumours=False):
    """A setting that trains, where the rate is chosen well: two moons, or the standardised tumours."""
    X, y = datasets.breast_cancer() if tumours else datasets.two_moons(rng=int(rng.integers(1000)))
    sizes = (X.shape[0], 10, 10, 1)
    start = network.init_params(sizes, "glorot" if hidden in ("sigmoid", "tanh") else "he", rng=rng)
    return Setting(X, y, start, learning_rate, hidden)


def _too_high(rng):
    kinds = [("relu", rng.uniform(9, 11), False), (make_leaky_relu(0.2), rng.uniform(8, 12), False), ("relu", rng.uniform(12, 14), True)]
    hidden, rate, tumours = kinds[rng.integers(3)]
    return _sound(rng, rate, hidden, tumours=tumours)


def _too_low(rng):
    return _sound(rng, rng.uniform(0.04, 0.07), "sigmoid")


def _decay(rng):
    return replace(_sound(rng, rng.uniform(0.5, 1), "sigmoid"), schedule=step_decay(int(rng.integers(3, 6))))


def _small(rng):
    s = _sound(rng, rng.uniform(0.3, 0.5))
    scale = rng.uniform(0.001, 0.004)
    return replace(s, p={name: scale * value for name, value in s.p.items()})


def _zeros(rng):
    hidden = ["relu", "sigmoid", "tanh"][rng.integers(3)]
    s = _sound(rng, rng.uniform(0.5, 1) if hidden == "sigmoid" else 0.3, hidden, tumours=hidden == "relu")
    return replace(s, p={name: 0 * value for name, value in s.p.items()})


def _saturated(rng):
    s = _sound(rng, rng.uniform(0.5, 1), ["sigmoid", "tanh"][rng.integers(2)])
    far = {f"b{l}": rng.uniform(9, 12) * rng.choice([-1.0, 1.0], size=(10, 1)) for l in (1, 2)}
    return replace(s, p=s.p | far)


def _offset(rng):
    s = _sound(rng, rng.uniform(0.3, 0.5))
    return replace(s, X=s.X + rng.uniform(60, 150, size=(2, 1)) * rng.choice([-1, 1], size=(2, 1)))


def _spread(rng):
    s = _sound(rng, rng.uniform(0.3, 0.5))
    X = s.X - s.X.mean(axis=1, keepdims=True)
    return replace(s, X=X * np.array([[rng.uniform(800, 2000)], [rng.uniform(0.05, 0.2)]]))


def _shuffled(rng):
    s = _sound(rng, rng.uniform(0.2, 0.3), tumours=bool(rng.integers(2)))
    return replace(s, y=rng.permutation(s.y, axis=1))


def _column(rng):
    return replace(_sound(rng, rng.uniform(0.3, 0.5), tumours=bool(rng.integers(2))), column=True)


def _noise(rng):
    B = int(rng.choice([2, 4]))
    return replace(_sound(rng, {2: 2.0, 4: 2.5}[B]), batch_size=B)


def _unstable(rng):
    s = _sound(rng, rng.uniform(0.7, 0.9), tumours=True)
    return replace(s, y=1 - s.y, from_outputs=True)  # so that the majority's logits grow downwards, the others' above 37, where A is 1


DRAWN = {
    "rate too high": _too_high,
    "rate too low": _too_low,
    "rate decays too early": _decay,
    "small weights": _small,
    "all weights zero": _zeros,
    "saturated units": _saturated,
    "offset of the inputs": _offset,
    "spread of the inputs": _spread,
    "labels shuffled": _shuffled,
    "labels of the wrong shape": _column,
    "noise of small batches": _noise,
    "unstable loss": _unstable,
}
"""For each cause a function of a Generator that draws a Setting; its gradients are right (but for the column, of another loss)."""
