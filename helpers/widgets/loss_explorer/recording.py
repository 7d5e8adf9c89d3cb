"""What the loss explorer plays: the cost of a probability, of a uniform guess over 2 to 1000 classes, and examples with their answers."""

from functools import cache

import numpy as np

from helpers import checks, losses
from helpers.widgets.kit.base import table
from helpers.widgets.loss_explorer import words

P = np.arange(1, 1000) / 1000  # the probability of the true class
CLASSES = np.arange(2, 1001)
LOGITS = (-10.0, 10.0)
LOGIT_STEP = 0.1
MOST_LOGITS = 10
PRESETS = {
    "three classes, a little sure": ((2.0, 1.0, 0.0), 0),
    "the same, and wrong": ((2.0, 1.0, 0.0), 2),
    "sure and right": ((8.0, 0.0, -1.0, 0.5), 0),
    "sure and wrong": ((8.0, 0.0, -1.0, 0.5), 2),
    "two rivals": ((4.0, 4.0, -2.0, -3.0, 0.0), 1),
    "ten equal classes": ((0.0,) * 10, 3),
    "a sigmoid: two classes, one logit 0": ((0.0, 1.5), 1),
}
KNOWN = {
    "0": ("0", 2),
    "0.660: labels 357 : 212": ("0.660", 2),
    "0.6931 on 2 classes": ("0.6931", 2),
    "0.6931 on 10 classes": ("0.6931", 10),
    "2.303 on 10 classes": ("2.303", 10),
    "6.908 on 1000 classes": ("6.908", 1000),
    "3.2 on 10 classes": ("3.2", 10),
    "8.059 on 2 classes": ("8.059", 2),
    "14.506 on 10 classes": ("14.506", 10),
    "16.118": ("16.118", 10),
    "34.539": ("34.539", 10),
    "87.3365": ("87.3365", 1000),
    "100": ("100", 2),
    "nan": ("nan", 10),
}


@cache
def recording():
    """The whole recording, the same for every explorer."""
    return {
        "p": table(P), "labels": {str(y): costs(y) for y in (0, 1)}, "formulas": {str(y): texts for y, texts in words.FORMULAS.items()},
        "classes": table(CLASSES, "int32"), "uniform": table([uniform(K) for K in CLASSES]),
        "logits": [{"label": label, **softmax(*preset)} for label, preset in PRESETS.items()],
        "reading": [{"label": label, **reading(*known)} for label, known in KNOWN.items()],
        "logit_range": LOGITS, "logit_step": LOGIT_STEP, "most_logits": MOST_LOGITS,
    }  # fmt: skip


def columns(y):
    """{name: numbers over P}: output a, logit z, loss, its slope with respect to a, da/dz, and with respect to z."""
    a = P if y else np.round(1 - P, 3)
    A, Y = a[None, :], np.full((1, len(P)), float(y))
    z = np.log(a) - np.log1p(-a)
    slope = losses.binary_cross_entropy_slope(A, Y)[0]
    return {
        "a": a, "z": z, "loss": losses.LOSSES["bce"].per_example(A, Y), "slope": slope, "rise": losses.SIGMOID.slope_from_output(a),
        "dz": losses.binary_cross_entropy_from_logits_slope(z[None, :], Y)[0],
    }  # fmt: skip


def costs(y):
    """`columns` as tables."""
    return {name: table(values) for name, values in columns(y).items()}


def one_hot(K, true):
    """A column of K zeros with a 1 at class `true`."""
    Y = np.zeros((K, 1))
    Y[true] = 1
    return Y


def uniform(K):
    """What a uniform guess over K classes costs."""
    return float(losses.LOSSES["cross_entropy"].per_example_from_logits(np.zeros((K, 1)), one_hot(K, 0))[0])


def softmax(logits, true):
    """Probabilities, loss and gradient of one example with its logits, class `true` (from 0) being the true one."""
    Z, Y = np.array(logits, dtype=float)[:, None], one_hot(len(logits), true)
    p, loss = losses.softmax(Z)[:, 0], losses.softmax_cross_entropy_from_logits(Z, Y)
    gradient = losses.softmax_cross_entropy_from_logits_slope(Z, Y)[:, 0]
    found = {"values": [float(z) for z in logits], "true": true, "p": p.tolist(), "loss": loss, "gradient": gradient.tolist()}
    return found | {"words": words.of_logits(true, p, loss, gradient)}


def reading(text, K):
    """What a loss, written as text, means for K classes: headline, words, suspects; and where its landmark lies."""
    meaning = losses.what_a_loss_means(as_loss("loss", text), K)
    return {
        "loss": text, "K": K, "height": meaning.loss if np.isfinite(meaning.loss) else None, "value": meaning.value,
        "name": words.typeset(meaning.name),
        "headline": words.typeset(meaning.headline), "says": words.typeset(meaning.says).strip(),
        "suspects": [[words.typeset(s.cause), words.typeset(s.experiment)] for s in meaning.suspects],
    }  # fmt: skip


def as_loss(name, text):
    """The number that a text stands for; nan and inf are numbers here, and so are a comma and a true minus sign."""
    try:
        return float(text.strip().replace("−", "-").replace(",", ".").replace("∞", "inf"))
    except ValueError:
        raise ValueError(f"{name} is {text!r}, expected a number such as 6.908, or nan or inf") from None


def loss_text(name, value):
    """A check: a loss as text, since nan and inf are among them; numbers are written out."""
    if isinstance(value, str) and len(value) <= 30:
        as_loss(name, value)
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} is {value!r}, expected a number such as 6.908, or nan or inf")
    return f"{value:.12g}"


def logits(name, values):
    """A check: 2 to 10 numbers within LOGITS, rounded to LOGIT_STEP, kept as a tuple."""
    expected = f"2 to {MOST_LOGITS} numbers from {LOGITS[0]:g} to {LOGITS[1]:g}"
    array = checks.floats(name, values)
    if array.ndim != 1 or not 2 <= array.size <= MOST_LOGITS:
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")
    outside = array[(array < LOGITS[0]) | (array > LOGITS[1])]
    if outside.size:
        raise ValueError(f"{name} holds {outside[0]:g}, expected {expected}")
    return tuple(round(float(z), 1) + 0.0 for z in array)
