r"""The losses to know by heart, what each says, and the suspects that it points to with the experiment that tells them apart.

The numbers are cross-entropies in nats, as a training log shows them.

Derived in: notebooks/03_loss.ipynb
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

AT_FLOOR = 1e-2
"""A loss within 1 % of the entropy of the labels is that of somebody who does not look at the input."""


@dataclass(frozen=True)
class Suspect:
    """One possible cause, and the experiment that convicts or acquits it."""

    cause: str
    experiment: str


# --- suspects -------------------------------------------------------------------------------------------------------------

OVERFIT = Suspect("labels do not belong to the inputs", "train on 20 examples alone: if their loss goes to 0, look at labels and order")
RATE = Suspect("learning rate too high, or decayed to nothing", "same first weights, a tenth and ten times the rate: does the loss move?")
DEAD = Suspect("a layer is dead or saturated", "count the units that are 0 for every example: a whole layer of them lets nothing pass")
SCALE = Suspect("inputs are not scaled", "print mean and standard deviation of each input; standardise and restart")
WEIGHTS = Suspect("first weights too small or too large", "print the spread of A in each layer before the first step: it must not fade or grow")
GRADIENT = Suspect("the backward pass is wrong", "check the gradients once, in float64, with central differences")
LEAK = Suspect("the label is among the inputs", "drop one input at a time: does a single one carry everything?")
KNOWN = Suspect("the training examples are known by heart", "compute the loss on examples that were held out")
CONFIDENT = Suspect(
    "sure of itself before the first step", "print the largest first logit: beyond 10 it is sure without reason; smaller last weights"
)
OUTPUT = Suspect("output unit and loss do not go together", "a ReLU or a second softmax at the output? Use the loss from logits")
BLOCKED = Suspect("labels are counted from 1, or shifted", "print the smallest and largest label: they must be 0 and K - 1")
CLIPPED = Suspect("the clip hides how far it diverged", "compute the loss from logits: it has no clip")
DIVERGED = Suspect("training diverged", "print the largest weight every 10 steps; restart with a tenth of the learning rate")
INPUT_NAN = Suspect("an input is nan or infinite", "np.isfinite(X).all(), before anything else")
LOG_ZERO = Suspect("the logarithm of 0 was taken", "print the smallest probability of a true class; compute the loss from logits")
OVERFLOW = Suspect("e^z overflowed", "print the largest logit: above 709 (88 in float32) e^z is infinite; subtract the maximum first")
SIGN = Suspect("wrong sign, or labels outside 0 to 1", "print the loss of one example beside -ln of its true class's probability")
DENSITY = Suspect("it is no loss of classes", "a density may exceed 1, and its -ln lie below 0: then nothing is wrong")
SUM = Suspect("a sum is shown for a mean", "double the batch: a sum doubles, a mean stays")
LEARNING = Suspect("it is still learning", "look at the slope of the last tenth of the curve, not at the number")
RATIO = Suspect("it knows the label frequencies alone", "compare with `uninformed_loss(y)`: only a loss below it proves that the input is used")

NO_PROOF = "Most often nothing of the input reaches the output; the number alone does not prove it, so look at the accuracy as well."
"""Only a loss below that of an uninformed guess proves something: that the input is used."""

GUESSING = (RATE, DEAD, SCALE, WEIGHTS, OVERFIT, GRADIENT)


# --- the table ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Landmark:
    """One number to know: its name and value for K classes, how near counts (relative), what it says, ranked suspects."""

    name: str
    value: Callable
    within: float
    says: str
    suspects: tuple
    most: float = math.inf
    least: int = 2


def _clip(name, probability, why):
    return Landmark(
        f"-ln({name})", lambda K: -math.log(probability), 2e-3,
        f"Every true class got a probability of 0, which {why}. The network is certain, and wrong each time.",
        (DIVERGED, BLOCKED, OVERFIT, CLIPPED),
    )  # fmt: skip


def _one_class(name, cost, least=2):
    return Landmark(
        f"(1 - 1/K) · {name}", lambda K: (1 - 1 / K) * cost, 2e-3,
        "It names one and the same class with certainty for every example: right for 1 in K, clipped for the others.",
        (RATE, SCALE, OUTPUT, DEAD), least=least,
    )  # fmt: skip


LANDMARKS = (
    Landmark("ln K", math.log, AT_FLOOR, f"What a uniform guess over K classes costs. {NO_PROOF}", GUESSING),
    Landmark("ln(K + 1)", lambda K: math.log(K + 1), 5e-3,
             "A uniform guess over one class more than there are: the network has K + 1 outputs.",
             (Suspect("one output too many", "print the number of rows of the last W; a class of its own for the background?"), *GUESSING[:3]),
             most=50),
    Landmark("log2 K", math.log2, 5e-3, "A uniform guess over K classes, counted in bits instead of nats.",
             (Suspect("the logarithm has base 2", "divide by ln 2 = 0.6931: is it ln K?"), *GUESSING[:3]), least=3),
    Landmark("ln 2", lambda K: math.log(2), 1e-2,
             "Every output says 0.5: K sigmoids, each with its own binary cross-entropy, averaged over outputs.",
             (Suspect("a binary loss for exclusive classes", "print its name; softmax would start at ln K"), *GUESSING[:4]), least=3),
    Landmark("K ln 2", lambda K: K * math.log(2), 5e-3,
             "Every output says 0.5: K sigmoids, each with its own binary cross-entropy, summed over outputs.",
             (Suspect("the loss is a sum over outputs", "divide by K: is it 0.6931?"), *GUESSING[:4]), least=3),
    _clip("1e-7", 1e-7, "Keras and others replace by 1e-7"),
    _clip("eps of float32", float(np.finfo(np.float32).eps), "became the spacing of float32 numbers below 1 when 1 - 1e-7 was rounded"),
    _clip("1e-8", 1e-8, "the code replaces by 1e-8"),
    _clip("1e-10", 1e-10, "the code replaces by 1e-10"),
    _clip("1e-12", 1e-12, "the code replaces by 1e-12"),
    _clip("1e-15", 1e-15, "older scikit-learn and others replace by 1e-15"),
    _clip("eps of float64", float(np.finfo(float).eps), "newer scikit-learn replaces by the spacing of float64 numbers"),
    _clip("smallest normal float32", float(np.finfo(np.float32).tiny), "Caffe's SoftmaxWithLoss replaces by 2^-126"),
    _clip("smallest normal float64", float(np.finfo(float).tiny), "the code replaces by 2^-1022"),
    Landmark("PyTorch's clamp", lambda K: 100.0, 2e-3, "Every true class got a probability of 0: PyTorch's BCELoss clamps each logarithm at -100.",
             (DIVERGED, BLOCKED, OUTPUT, CLIPPED)),
    _one_class("16.118", -math.log(1e-7)),
    _one_class("34.539", -math.log(1e-15)),
    _one_class("100", 100.0),
)  # fmt: skip
"""Every number to know; where several are near, the nearest is meant."""
