"""What is trained: the choices of the dials, and what they mean for `helpers.training`."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from helpers import curvature, datasets, network
from helpers.activations import ACTIVATIONS, make_leaky_relu
from helpers.losses import uninformed_loss

HIDDEN = {
    "relu": ("ReLU", ACTIVATIONS["relu"]), "leaky_relu": ("leaky 0.01", ACTIVATIONS["leaky_relu"]),
    "leaky_relu_0.2": ("leaky 0.2", make_leaky_relu(0.2)),
    "elu": ("ELU", ACTIVATIONS["elu"]), "silu": ("SiLU", ACTIVATIONS["silu"]), "sigmoid": ("sigmoid", ACTIVATIONS["sigmoid"]),
    "tanh": ("tanh", ACTIVATIONS["tanh"]),
}  # fmt: skip
"""Hidden activations by the value of the setting: how each is called on the screen, and its rule."""

STARTS = {"uniform": "uniform", "small": "small", "he": "He", "glorot": "Glorot", "zeros": "zeros"}
"""Ways to draw the first weights, see `helpers.initial.init_params`."""

DATA = {"moons": "two moons", "raw": "raw tumours", "standardised": "standardised tumours"}
OUTPUTS = {
    "sigmoid": ("sigmoid", "sigmoid", "bce"),
    "relu": ("ReLU", "relu", "bce"),
    "relu_half_mse": ("ReLU, squared error", "relu", "half_mse"),
}
"""Output unit and loss: how they are called on the screen, and as `helpers.training` knows them. The squared error is half of it."""

STEPS = (*range(11), 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300)
"""The recorded ones; of the others only the loss is kept."""

SEEDS = 20
UNITS = 10  # of each hidden layer


@dataclass(frozen=True)
class Experiment:
    """One position of all dials but the learning rate; the defaults are the case's own."""

    hidden: str = "relu"
    start: str = "uniform"
    seed: int = 0
    data: str = "moons"
    wrong_slope: bool = False
    output: str = "sigmoid"

    @property
    def key(self):
        """As one text, the same as `keyOf` of runs.js."""
        return "|".join([self.hidden, self.start, str(self.seed), self.data, "comment" if self.wrong_slope else "own", self.output])

    @property
    def rule(self):
        """The hidden activation."""
        return HIDDEN[self.hidden][1]

    @property
    def unit(self):
        """The output unit's name."""
        return OUTPUTS[self.output][1]

    @property
    def loss(self):
        """The loss's name."""
        return OUTPUTS[self.output][2]

    @property
    def Xy(self):
        """Inputs (n_x, m) and labels (1, m)."""
        return examples(self.data)

    @property
    def floor(self):
        """The loss of the best answer that is the same for every example: an entropy, or for half the squared error half the variance."""
        y = self.Xy[1]
        return uninformed_loss(y) if self.loss == "bce" else float(y.var() / 2)

    @property
    def slope(self):
        """What stands in the backward pass where the activation's own slope belongs; None for that one."""
        return comment_slope if self.wrong_slope else None

    def first(self):
        """The parameters before the first step."""
        return network.init_params((self.Xy[0].shape[0], UNITS, UNITS, 1), self.start, self.seed)

    @property
    def threshold(self):
        """The rate beyond which a dead network jumps to and fro."""
        share = float(self.Xy[1].mean())
        return curvature.threshold(curvature.bias_curvature(share))

    def cycle(self, rate):
        """The lowest and the highest loss between which a dead network jumps at this rate; None where it comes to rest."""
        known = (self.unit, self.loss) == ("sigmoid", "bce") and rate > self.threshold
        return _cycle(float(self.Xy[1].mean()), rate) if known else None


@cache
def _cycle(share, rate):
    losses = curvature.dead_loss(share, rate)
    return float(losses.min()), float(losses.max())


def comment_slope(Z, A):
    """1 - a^2, which the case's comment takes for the slope of the sigmoid: it is that of tanh."""
    return 1 - A**2


@cache
def examples(data):
    """Inputs and labels of a data set."""
    return datasets.two_moons() if data == "moons" else datasets.breast_cancer(standardised=data == "standardised")


@cache
def largest_slope(hidden):
    """The largest slope that a hidden activation has."""
    return float(HIDDEN[hidden][1].slope(np.linspace(-10, 10, 4001)).max())
