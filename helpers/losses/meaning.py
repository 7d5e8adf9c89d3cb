r"""What a loss number means: a table of landmarks, with the causes of each ranked and the experiment that tells them apart.

The numbers are cross-entropies in nats, as a training log shows them.

Derived in: notebooks/03_loss.ipynb
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import checks

NEAR_ZERO = 1e-3
"""Up to here a loss counts as 0."""

AT_FLOOR = 1e-2
"""A loss within 1 % of the entropy of the labels is that of somebody who does not look at the input."""


@dataclass(frozen=True)
class Suspect:
    """One possible cause, and the experiment that convicts or acquits it."""

    cause: str
    experiment: str


@dataclass(frozen=True)
class LossMeaning:
    """What a loss says: `name` and `value` of the landmark it stands at (None where it stands at none), words, ranked suspects."""

    loss: float
    K: int
    name: str
    value: float | None
    says: str
    suspects: tuple

    def __str__(self):
        ranked = [f"{i}. {s.cause}: {s.experiment}" for i, s in enumerate(self.suspects, 1)]
        return "\n".join([f"{self.headline} {self.says}", *ranked])

    @property
    def headline(self):
        """The number and its landmark in one sentence."""
        if self.value is None:
            return f"{_written(self.loss)}: {self.name}."
        name = re.sub(r"\bK\b", str(self.K), self.name)
        return f"{_written(self.loss)} is {name} = {_written(self.value)}."


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
RATIO = Suspect("it knows the label frequencies alone", "compare with `uninformed_loss(y)`: at that number nothing of the input arrives")

STUCK = (RATE, DEAD, SCALE, WEIGHTS, OVERFIT, GRADIENT)


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
    Landmark("ln K", math.log, 1e-2, "A uniform guess over K classes. Nothing of the input reaches the output.", STUCK),
    Landmark("ln(K + 1)", lambda K: math.log(K + 1), 5e-3,
             "A uniform guess over one class more than there are: the network has K + 1 outputs.",
             (Suspect("one output too many", "print the number of rows of the last W; a class of its own for the background?"), *STUCK[:3]), most=50),
    Landmark("log2 K", math.log2, 5e-3, "A uniform guess over K classes, counted in bits instead of nats.",
             (Suspect("the logarithm has base 2", "divide by ln 2 = 0.6931: is it ln K?"), *STUCK[:3]), least=3),
    Landmark("ln 2", lambda K: math.log(2), 1e-2,
             "Every output says 0.5: K sigmoids, each with its own binary cross-entropy, averaged over outputs.",
             (Suspect("a binary loss for exclusive classes", "print its name; softmax would start at ln K"), *STUCK[:4]), least=3),
    Landmark("K ln 2", lambda K: K * math.log(2), 5e-3,
             "Every output says 0.5: K sigmoids, each with its own binary cross-entropy, summed over outputs.",
             (Suspect("the loss is a sum over outputs", "divide by K: is it 0.6931?"), *STUCK[:4]), least=3),
    _clip("1e-7", 1e-7, "Keras and others replace by 1e-7"),
    _clip("eps of float32", float(np.finfo(np.float32).eps), "became the spacing of float32 numbers below 1 when 1 - 1e-7 was rounded"),
    _clip("1e-8", 1e-8, "the code replaces by 1e-8"),
    _clip("1e-10", 1e-10, "the code replaces by 1e-10"),
    _clip("1e-12", 1e-12, "the code replaces by 1e-12"),
    _clip("1e-15", 1e-15, "older scikit-learn and others replace by 1e-15"),
    _clip("eps of float64", float(np.finfo(float).eps), "newer scikit-learn replaces by the spacing of float64 numbers"),
    _clip("smallest normal float32", float(np.finfo(np.float32).tiny), "the code replaces by 2^-126 (Caffe does)"),
    _clip("smallest normal float64", float(np.finfo(float).tiny), "the code replaces by 2^-1022"),
    Landmark("PyTorch's clamp", lambda K: 100.0, 2e-3, "Every true class got a probability of 0: PyTorch's BCELoss clamps each logarithm at -100.",
             (DIVERGED, BLOCKED, OUTPUT, CLIPPED)),
    _one_class("16.118", -math.log(1e-7)),
    _one_class("34.539", -math.log(1e-15)),
    _one_class("100", 100.0),
)  # fmt: skip
"""Every number to know; where several are near, the nearest is meant."""


def landmarks(K):
    """{name: value} of the numbers to know for K classes, 0 first, increasing.

    Derived in: notebooks/03_loss.ipynb, "What does a loss tell you?"
    """
    checks.whole("K", K, least=2)
    found = {one.name: one.value(K) for one in LANDMARKS if one.least <= K <= one.most}
    return {"0": 0.0} | dict(sorted(found.items(), key=lambda item: item[1]))


def what_a_loss_means(loss, K=2, entropy=None):
    """Say what a loss at which training stands means, for K classes.

    Parameters
    ----------
    loss : real number
        In nats. NaN and infinities mean something, too.
    K : int
        How many classes there are, at least 2.
    entropy : real number, optional
        Entropy of the label frequencies, `uninformed_loss(y)`: the loss that ignores the input.

    Returns
    -------
    LossMeaning
        Prints as text: landmark, what it says, suspects with their experiments, likeliest first.

    Raises
    ------
    TypeError, ValueError
        Names loss, K or entropy where it is no such number.

    Derived in: notebooks/03_loss.ipynb, "What does a loss tell you?"
    """
    if isinstance(loss, bool) or not isinstance(loss, int | float | np.number):
        raise TypeError(f"loss is {loss!r}, expected a real number")
    loss, K = float(loss), checks.whole("K", K, least=2)
    if entropy is not None:
        entropy = checks.positive("entropy", entropy, zero=True)
    return _special(loss, K) or _standing(loss, K, entropy) or _between(loss, K, entropy)


def _special(loss, K):
    """NaN, infinite, negative and 0."""
    if math.isnan(loss):
        return LossMeaning(loss, K, "not a number", None, "Some step computed 0 · ∞, ∞ - ∞ or 0 / 0, and everything after it is lost.",
                           (DIVERGED, LOG_ZERO, OVERFLOW, INPUT_NAN))  # fmt: skip
    if loss == math.inf:
        return LossMeaning(
            loss, K, "infinite", None, "Some true class got a probability of exactly 0, and -ln 0 is infinite.", (LOG_ZERO, DIVERGED, OVERFLOW)
        )
    if loss < 0:
        return LossMeaning(
            loss, K, "below 0", None, "No cross-entropy of classes: a probability is at most 1, so -ln of it is at least 0.", (SIGN, DENSITY)
        )
    if loss <= NEAR_ZERO:
        return LossMeaning(loss, K, "0, or nearly", None, "Every true class gets a probability of 1, or nearly.", (KNOWN, LEAK))
    return None


def _standing(loss, K, entropy):
    """The nearest landmark, if one is near enough."""
    table = [one for one in LANDMARKS if one.least <= K <= one.most]
    if entropy:
        says = "The best that can be said without looking at the input: the label frequencies are learned, the input does not arrive."
        table.insert(0, Landmark("entropy of the labels", lambda K: entropy, AT_FLOOR, says, STUCK))
    away = [abs(loss / one.value(K) - 1) for one in table]
    near = [i for i, one in enumerate(table) if away[i] <= one.within]
    if not near:
        return None
    one = table[min(near, key=lambda i: (away[i], i))]
    return LossMeaning(loss, K, one.name, one.value(K), one.says, one.suspects)


def _between(loss, K, entropy):
    """Below or above the loss of a guess."""
    guess = math.log(K) if entropy is None else entropy
    name = "ln K" if entropy is None else "the entropy of the labels"
    if loss < guess:
        says = f"On (geometric) average the true class gets a probability of {_written(math.exp(-loss))}. "
        if K == 2 and entropy is None:
            f = _frequency(loss)
            says += f"It is also what somebody pays who ignores the input, if the labels are {100 * f:.1f} : {100 - 100 * f:.1f}."
        elif entropy is None:
            says += "It is also what somebody may pay who ignores the input, if some classes are rare."
        suspects = (LEARNING, GRADIENT) if entropy else (RATIO, LEARNING, GRADIENT)
        return LossMeaning(loss, K, f"below {name}, which is {_written(guess)}", None, says, suspects)
    says = "Worse than a guess: it is confident, and wrong. "
    says += (
        f"On (geometric) average the true class gets a probability of {_written(math.exp(-loss))}." if loss < 700 else "No probability is that small."
    )
    return LossMeaning(loss, K, f"above {name}, which is {_written(guess)}", None, says, (CONFIDENT, SCALE, RATE, BLOCKED, SUM))


def _frequency(entropy):
    """The share f <= 1/2 of the rarer of two labels with this entropy, -f ln f - (1 - f) ln(1 - f), by halving."""
    low, high = 0.0, 0.5
    for _ in range(60):
        f = (low + high) / 2
        low, high = (f, high) if -f * math.log(f) - (1 - f) * math.log1p(-f) < entropy else (low, f)
    return high


def _written(value):
    """With four decimals, as logs write a loss, where these say enough."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value == 0 or 1e-2 <= abs(value) < 1e5 else f"{value:.4g}"
