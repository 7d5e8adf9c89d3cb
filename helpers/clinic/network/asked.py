"""What a learner asks `examine` for, in their own words: the network, how the loss is added up, what is penalised."""

import re
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.clinic.network.elsewhere import Elsewhere
from helpers.clinic.probes import HIDDEN, LOSSES, OUTPUTS, Meant, meant
from helpers.clinic.words import SPELLINGS, letters, spelled

REDUCTIONS = {"mean": ("average", "avg", "averaged", "batch mean"), "sum": ("summed", "total")}
"""How the losses of the examples become one loss, with other spellings."""

_SUMMED = {
    "mse": ("sse", "sum of squares", "sum of squared errors", "squared errors", "rss", "residual sum of squares"),
    "half_mse": ("half sse", "half the sum of squares", "half sum of squares", "1/2 sse", "sse/2", "half squared errors"),
}
_OTHERS = (
    "softmax", "categorical cross-entropy", "sparse categorical cross-entropy", "cce", "softmax cross-entropy", "multiclass cross-entropy",
    "multi-class cross-entropy", "mae", "l1", "absolute error", "mean absolute error", "hinge", "huber", "kl", "kl divergence", "gelu", "mish",
    "hard sigmoid", "hard tanh", "relu6", "prelu", "selu", "softsign", "sin", "sine", "gaussian", "step", "swish", "maxout", "focal",
)  # fmt: skip
_ELSEWHERE = {letters(word) for word in (*_OTHERS, *SPELLINGS, *(spelling for others in SPELLINGS.values() for spelling in others))}


@dataclass(frozen=True)
class Asked:
    """What is examined for: the network that is meant, "mean" or "sum", λ of the penalty, the number of inputs."""

    meant: Meant
    reduction: str
    l2: float
    n_x: int


def asked(hidden, output, loss, slope, reduction, l2, n_x):
    """What the words mean. TypeError, ValueError for nonsense; Elsewhere for a network that is another."""
    output = "none" if output is None else output
    loss, summed = _loss(loss, output)
    for name, word, options in (("hidden", hidden, HIDDEN), ("output", output, OUTPUTS), ("loss", loss, LOSSES)):
        _known(name, word, options)
    network = meant(_word(hidden), _word(output), loss, slope)
    return Asked(network, "sum" if summed else _reduction(reduction), _penalty(l2), checks.whole("n_x", n_x, most=1000))


def _word(word):
    """A word, or the name of a function that stands for one."""
    return getattr(word, "__name__", None) or getattr(word, "name", word) if callable(word) else word


def _loss(word, output):
    """(the loss, whether its word says that it is summed); "sum" alone is the sum of the losses that go with the output."""
    if not isinstance(word, str):
        return word, False
    plain = word[:100]
    if letters(plain) in ("sum", "summed"):
        return ("bce" if letters(str(_word(output))) in ("sigmoid", "logistic") else "mse"), True
    for loss, others in _SUMMED.items():
        if letters(plain) in {letters(other) for other in others}:
            return loss, True
    text = re.sub(r"[\W_]+", " ", plain.casefold()).strip()
    rest = re.sub(r"\b(the )?(sum|summed|total)\b( of| over( the)? examples)?", "", text).strip()
    return (rest, True) if rest and rest != text else (plain, False)


def _known(name, word, options):
    """Elsewhere for a word that describes another network than those that `examine` knows."""
    word = _word(word)
    if isinstance(word, list | tuple):
        raise Elsewhere(f"{name} is {checks.shown(word)}: examine knows one word for all hidden layers, one of {', '.join(options)}")
    if not isinstance(word, str) or letters(word[:100]) not in _ELSEWHERE:
        return
    try:
        spelled(name, word, options)
    except ValueError:
        raise Elsewhere(f"{name} is {checks.shown(word)}, and examine knows {', '.join(options)}") from None


def _reduction(word):
    known = {letters(spelling): name for name, others in REDUCTIONS.items() for spelling in (name, *others)}
    meant = known.get(letters(word[:100])) if isinstance(word, str) else None
    return meant or checks.choice("reduction", word, tuple(REDUCTIONS))


def _penalty(l2):
    if l2 is None or l2 is False:
        return 0.0
    if isinstance(l2, np.ndarray) and l2.size == 1:
        l2 = l2.item()
    return checks.positive("l2", l2, zero=True)
