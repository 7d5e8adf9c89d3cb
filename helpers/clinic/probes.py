"""Random networks and batches on which a backward pass is judged: away from kinks, from saturation and from symmetry.

The number of inputs, 3 unless the learner says theirs, differs from every other width, and m is 7 or 10: 10 equals the hidden
width, so that code which only runs by that coincidence runs there too.
"""

from dataclasses import dataclass

import numpy as np

from helpers import checks, losses, network
from helpers.activations import get_activation, make_leaky_relu
from helpers.clinic.words import spelled

N_X = 3
"""The number of inputs, unless another is asked for: no other width, so that no missing transpose fits by chance."""

HIDDEN = ("relu", "leaky_relu", "sigmoid", "tanh")
OUTPUTS = ("sigmoid", "identity", "relu")
LOSSES = ("bce", "mse", "half_mse")
_KINK_MARGIN = 0.02  # of every z of a layer with a kink
_LARGEST_LOGIT = 3.5  # of a sigmoid at the output: a(1 - a) stays above 0.03


@dataclass(frozen=True)
class Meant:
    """The network that the learner means: hidden activation g, output unit and loss."""

    hidden: object
    output: str
    loss: str

    def forward(self, X, p):
        """The reference's cache."""
        return network.forward_prop(X, p, self.hidden, self.output)

    def backward(self, X, y, c, p):
        """The reference's gradients, dZ and dA included."""
        return network.backward_prop(X, y, c, p, self.hidden, self.output, self.loss)


def meant(hidden, output, loss, slope):
    """The network that four words of a learner describe, in any usual spelling. Raises ValueError or TypeError."""
    hidden, output, loss = spelled("hidden", hidden, HIDDEN), spelled("output", output, OUTPUTS), spelled("loss", loss, LOSSES)
    losses.get_loss(output, loss)
    slope = checks.positive("slope", slope, zero=True)
    g = make_leaky_relu(slope) if hidden == "leaky_relu" else get_activation(hidden)
    return Meant(g, output, loss)


@dataclass(frozen=True)
class Probe:
    """One batch on one network: X (n_x, m), y (1, m), parameters p, and the cache c that goes into the backward pass."""

    X: np.ndarray
    y: np.ndarray
    p: dict
    c: dict

    @property
    def m(self):
        """Number of examples."""
        return self.X.shape[1]

    def columns(self, chosen, forward):
        """The probe made of some of the examples, its cache computed anew."""
        X, y = self.X[:, chosen].copy(), self.y[:, chosen].copy()
        return Probe(X, y, self.p, forward(X, self.p))


def draw(meant, m, rng, n_x=N_X):
    """A random network and a batch of m examples with both labels (one of them where m = 1)."""
    p = {}
    for l, (n, n_in, spread) in enumerate(((10, n_x, 0.9 * np.sqrt(N_X / n_x)), (10, 10, 0.45), (1, 10, 0.5)), start=1):
        p[f"W{l}"] = spread * rng.standard_normal((n, n_in))
        p[f"b{l}"] = 0.5 * rng.standard_normal((n, 1))
    candidates = rng.standard_normal((n_x, 400))
    _centre_output(meant, p, candidates)
    c = meant.forward(candidates, p)
    good = np.flatnonzero(_far_from_trouble(meant, c))
    if good.size < m:
        return draw(meant, m, rng, n_x)
    X = candidates[:, good[:m]].copy()
    y = (np.arange(m) % 2 if m > 1 else rng.integers(0, 2, size=1)) * 1.0
    return Probe(X, rng.permutation(y)[None, :], p, meant.forward(X, p))


def _centre_output(meant, p, X):
    """Move the output to where its loss is defined and both sides of a kink occur."""
    Z = meant.forward(X, {**p, "b3": np.zeros((1, 1))})["Z3"]
    if meant.output == "relu" and meant.loss == "bce":  # 0 < a < 1
        p["W3"] *= 0.18 / Z.std()
        p["b3"] = np.full((1, 1), 0.5 - 0.18 * Z.mean() / Z.std())
    else:
        p["W3"] *= 1.2 / Z.std()
        p["b3"] = np.full((1, 1), 0.3 - 1.2 * Z.mean() / Z.std())


def _far_from_trouble(meant, c):
    """Which examples are far from every kink, from saturation, and from where the loss is infinite."""
    good = np.ones(c["Z1"].shape[1], dtype=bool)
    if meant.hidden.kink is not None:
        good &= (np.abs(c["Z1"]) > _KINK_MARGIN).all(axis=0) & (np.abs(c["Z2"]) > _KINK_MARGIN).all(axis=0)
    Z = c["Z3"][0]
    if meant.output == "sigmoid":
        return good & (np.abs(Z) < _LARGEST_LOGIT) & (np.abs(Z) > _KINK_MARGIN)
    if meant.output == "relu" and meant.loss == "bce":
        return good & (Z > 0.08) & (Z < 0.92) & (np.abs(Z - 0.5) > _KINK_MARGIN)
    return good & (np.abs(Z) > _KINK_MARGIN) & (np.abs(Z - 1) > _KINK_MARGIN)
