r"""What a loss number means: the landmark at which it stands, and the causes ranked with the experiment that tells them apart.

The numbers are cross-entropies in nats, as a training log shows them.

Derived in: notebooks/03_loss.ipynb
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.losses import table
from helpers.losses.table import AT_FLOOR, LANDMARKS, NO_PROOF, Landmark

NEAR_ZERO = 1e-3
"""Up to here a loss counts as 0."""

MOST_CLASSES = 10**12
"""More than anybody tells apart."""


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


def landmarks(K):
    """{name: value} of the numbers to know for K classes, 0 first, increasing.

    Derived in: notebooks/03_loss.ipynb, "What does a loss tell you?"
    """
    checks.whole("K", K, least=2, most=MOST_CLASSES)
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
    number = checks.reals("loss", loss)
    if number.ndim or checks.is_a(loss, bool | np.bool_):
        raise TypeError(f"loss is {checks.shown(loss)}, expected one real number")
    loss, K = float(number), checks.whole("K", K, least=2, most=MOST_CLASSES)
    if entropy is not None:
        entropy = checks.positive("entropy", entropy, zero=True)
    return _special(loss, K) or _standing(loss, K, entropy) or _between(loss, K, entropy)


def _special(loss, K):
    """NaN, infinite, negative and 0."""
    if math.isnan(loss):
        return LossMeaning(loss, K, "not a number", None, "Some step computed 0 · ∞, ∞ - ∞ or 0 / 0, and everything after it is lost.",
                           (table.DIVERGED, table.LOG_ZERO, table.OVERFLOW, table.INPUT_NAN))  # fmt: skip
    if loss == math.inf:
        return LossMeaning(loss, K, "infinite", None, "Some true class got a probability of exactly 0, and -ln 0 is infinite.",
                           (table.LOG_ZERO, table.DIVERGED, table.OVERFLOW))  # fmt: skip
    if loss < 0:
        return LossMeaning(loss, K, "below 0", None, "No cross-entropy of classes: a probability is at most 1, so -ln of it is at least 0.",
                           (table.SIGN, table.DENSITY))  # fmt: skip
    if loss <= NEAR_ZERO:
        return LossMeaning(loss, K, "0, or nearly", None, "Every true class gets a probability of 1, or nearly.", (table.KNOWN, table.LEAK))
    return None


def _standing(loss, K, entropy):
    """The nearest landmark, if one is near enough."""
    known = [one for one in LANDMARKS if one.least <= K <= one.most]
    if entropy:
        says = f"The least that can be paid without looking at the input, by an answer that knows the label frequencies. {NO_PROOF}"
        known.insert(0, Landmark("entropy of the labels", lambda K: entropy, AT_FLOOR, says, table.GUESSING))
    away = [abs(loss / one.value(K) - 1) for one in known]
    near = [i for i, one in enumerate(known) if away[i] <= one.within]
    if not near:
        return None
    one = known[min(near, key=lambda i: (away[i], i))]
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
        else:
            says += "Nobody who ignores the input pays so little: it is used."
        suspects = (table.LEARNING, table.GRADIENT) if entropy else (table.RATIO, table.LEARNING, table.GRADIENT)
        return LossMeaning(loss, K, f"below {name}, which is {_written(guess)}", None, says, suspects)
    says = "More than a guess costs: by a few answers that are sure and wrong, or by one answer for all that does not fit. "
    says += "Whether it uses the input, this number does not tell. "
    says += (
        f"On (geometric) average the true class gets a probability of {_written(math.exp(-loss))}." if loss < 700 else "No probability is that small."
    )
    suspects = (table.CONFIDENT, table.SCALE, table.RATE, table.BLOCKED, table.SUM)
    return LossMeaning(loss, K, f"above {name}, which is {_written(guess)}", None, says, suspects)


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
