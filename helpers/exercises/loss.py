"""Checks of the exercises on losses."""

import numpy as np

from helpers import losses
from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare

SIGMOID = ACTIVATIONS["sigmoid"].value

A = np.array([[0.9, 0.2, 0.6, 0.3]])
Z = np.array([[-6.0, -0.5, 0.4, 3.0]])
Y = np.array([[1.0, 0.0, 0.0, 1.0]])
Z_CLASSES = np.array([[2.0, -1.0, 0.3, 0.0], [0.5, 1.5, -0.2, 0.1], [-1.0, 0.2, 0.9, 2.0]])
Y_CLASSES = np.array([[0.0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]])
LARGE = 1e4


@check
def check_cross_entropy(my_cross_entropy):
    """The mean over the examples of -y ln a - (1 - y) ln(1 - a), a single float.

    Posed in: notebooks/03_loss.ipynb
    """
    answer = call(my_cross_entropy, A, Y, name="my_cross_entropy")
    each = -Y * np.log(A) - (1 - Y) * np.log(1 - A)
    right = each.mean()
    compare(
        answer, right,
        [
            (-right, "the sign is turned: ln of a probability is negative, so the loss needs a minus."),
            (each.sum(), "this is the sum over the examples: divide by m, or the loss grows with the number of examples."),
            (each, "these are the losses of the single examples: take their mean to get one number."),
            ((-Y * np.log(A)).mean(), "the term for label 0 is missing: with -y ln a alone an output of 1 everywhere would be perfect."),
            ((-(1 - Y) * np.log(1 - A)).mean(), "the term for label 1 is missing: add -y ln a."),
            (right / np.log(2), "this is in bits: use the natural logarithm, np.log, to get nats."),
            (right / np.log(10), "this uses the logarithm to base 10: use the natural logarithm, np.log."),
            ((-(1 - Y) * np.log(A) - Y * np.log(1 - A)).mean(), "the labels are exchanged: y goes with ln a, 1 - y with ln(1 - a)."),
            ((-Y * np.log(A) + (1 - Y) * np.log(1 - A)).mean(), "the second term has the wrong sign: both logarithms need a minus."),
            (np.exp(-each.sum()), "this is the likelihood: take -ln of it and divide by m."),
            (((A - Y) ** 2).mean(), "this is the mean squared error, not cross-entropy."),
        ],
        name="my_cross_entropy(A, y)",
    )  # fmt: skip
    return "the labels choose which logarithm counts, and the mean makes the number independent of m."


@check
def check_squared_error_delta(my_squared_error_delta):
    """(a - y) a (1 - a) for each example, with a = sigmoid(z), shape (1, m).

    Posed in: notebooks/03_loss.ipynb
    """
    answer = call(my_squared_error_delta, Z, Y, name="my_squared_error_delta")
    a = SIGMOID(Z)
    right = (a - Y) * a * (1 - a)
    compare(
        answer, right,
        [
            (a - Y, "this is the slope of cross-entropy: with squared error the sigmoid's slope a (1 - a) does not cancel."),
            (-right, "the sign is turned: the slope of (a - y)^2 / 2 with respect to a is a - y, not y - a."),
            (2 * right, "this is twice as much: the half in front of the square cancels the 2."),
            (right / Y.size, "1/m does not belong here: column i is the slope of example i's own loss."),
            ((a - Y) * (1 - a**2), "1 - a^2 is the slope of tanh: the sigmoid's is a (1 - a)."),
            ((a - Y) * a, "only half of the sigmoid's slope is there: it is a (1 - a), not a."),
            (a * (1 - a), "this is the sigmoid's slope alone: multiply by the slope of the loss, a - y."),
            ((Z - Y) * Z * (1 - Z), "Z is used where a = sigmoid(Z) belongs: put the logits through the sigmoid first."),
            ((a - Y) * Z * (1 - Z), "the sigmoid's slope is a (1 - a), with the output a, not z (1 - z)."),
            (((a - Y) ** 2) / 2, "this is the loss, not its slope."),
            (right.mean(), "this is the mean over the examples: keep one slope for each example, shape (1, m)."),
            (right.sum(), "this is the sum over the examples: keep one slope for each example, shape (1, m)."),
        ],
        name="my_squared_error_delta(Z, y)",
    )  # fmt: skip
    return "two links, two factors; the second one is nearly 0 when the network is confident, even if it is wrong."


@check
def check_weighted_delta(my_weighted_delta):
    """-w y (1 - a) + (1 - y) a for each example, shape (1, m).

    Posed in: notebooks/03_loss.ipynb
    """
    w = 3.0
    right = -w * Y * (1 - A) + (1 - Y) * A
    compare(
        call(my_weighted_delta, A, Y, w, name="my_weighted_delta"), right,
        [
            (A - Y, "the weight is missing: this is the slope for w = 1."),
            (w * (A - Y), "the weight is on both labels: only the term of label 1 carries w."),
            (A - w * Y, "a - w y is not it: for y = 1 the loss is w times -ln a, so its slope is w (a - 1)."),
            (-right, "the sign is turned: ln a rises with a, so -w y ln a falls and its slope is negative."),
            (w * Y * (1 - A) + (1 - Y) * A, "the sign of the first term is turned: -w y ln a falls as z rises."),
            (-w * Y * (1 - A) - (1 - Y) * A, "the sign of the second term is turned: the inner derivative of ln(1 - a) is -1."),
            (-w * Y / A + (1 - Y) / (1 - A), "this is the slope with respect to a: multiply by the sigmoid's slope a (1 - a)."),
            (-Y * (1 - A) + w * (1 - Y) * A, "the weight is on label 0: it belongs to label 1."),
            (right / Y.size, "1/m does not belong here: column i is the slope of example i's own loss."),
            (right * A * (1 - A), "a (1 - a) is one factor too many: the two denominators have cancelled it."),
        ],
        name="my_weighted_delta(A, y, 3)",
    )  # fmt: skip
    return "each logarithm cancels one half of the sigmoid's slope, so the weight stays with its label and nothing fades."


@check
def check_softmax_delta(my_softmax_delta):
    """softmax(Z) - Y, with the softmax of each column, shape (K, m), finite for large logits too.

    Posed in: notebooks/03_loss.ipynb
    """
    p = losses.softmax(Z_CLASSES)
    right = p - Y_CLASSES
    e = np.exp(Z_CLASSES)
    rows = e / e.sum(axis=1, keepdims=True)
    compare(
        call(my_softmax_delta, Z_CLASSES, Y_CLASSES, name="my_softmax_delta"), right,
        [
            (-right, "the sign is turned: it is p - y, not y - p."),
            (p, "this is the softmax alone: subtract Y."),
            (right / Y_CLASSES.shape[1], "1/m does not belong here: column i is the slope of example i's own loss."),
            (rows - Y_CLASSES, "the sum runs along the rows, over the examples: a column is one example, so sum over axis 0."),
            (e / e.sum() - Y_CLASSES, "the sum runs over all entries: each column is one example and sums to 1 by itself, so sum over axis 0."),
            (SIGMOID(Z_CLASSES) - Y_CLASSES, "this is the sigmoid of each entry: the probabilities of a column must sum to 1."),
            (Z_CLASSES - Y_CLASSES, "the softmax is missing: this subtracts Y from the logits."),
            (e - Y_CLASSES, "e^z is not yet a probability: divide by the sum of its column."),
            (-Y_CLASSES / p, "this is the slope with respect to p: carry it through the softmax to the logits."),
            (right * p * (1 - p), "p (1 - p) is one factor too many: the softmax's slope is already in p - y."),
        ],
        name="my_softmax_delta(Z, Y)",
    )  # fmt: skip
    large = np.asarray(call(my_softmax_delta, LARGE * Z_CLASSES, Y_CLASSES, name="my_softmax_delta"), dtype=float)
    if not np.isfinite(large).all():
        raise Wrong("right for small logits, but not finite for large ones: np.exp overflows. Subtract Z.max(axis=0) from Z first.")
    compare(large, losses.softmax(LARGE * Z_CLASSES) - Y_CLASSES, name="my_softmax_delta(10000 Z, Y)")
    return "p - y holds all paths through the softmax, and the subtracted maximum keeps np.exp finite."


@check
def check_loss_from_logits(my_loss_from_logits):
    """The mean of max(0, z) + ln(1 + e^{-|z|}) - y z, a single float, finite for |z| up to 10000.

    Posed in: notebooks/03_loss.ipynb
    """
    each = np.log1p(np.exp(Z)) - Y * Z
    right = each.mean()
    compare(
        call(my_loss_from_logits, Z, Y, name="my_loss_from_logits"), right,
        [
            (-right, "the sign is turned: the loss is ln(1 + e^z) - y z."),
            (each.sum(), "this is the sum over the examples: take the mean."),
            (each, "these are the losses of the single examples: take their mean to get one number."),
            (np.log1p(np.exp(Z)).mean(), "the term - y z is missing: this is the loss if every label were 0."),
            ((np.log1p(np.exp(Z)) + Y * Z).mean(), "the sign of y z is turned: a large logit is good for label 1, so it is subtracted."),
            ((np.log1p(np.exp(Z)) - Z).mean(), "this is the loss if every label were 1: multiply z by y."),
            ((np.maximum(0, Z) - Y * Z).mean(), "the term ln(1 + e^{-|z|}) is missing: it is what bends the loss near z = 0."),
            ((np.log1p(np.exp(-np.abs(Z))) - Y * Z).mean(), "the term max(0, z) is missing."),
            ((np.maximum(0, Z) + np.log1p(np.exp(np.abs(Z))) - Y * Z).mean(), "the exponent has the wrong sign: it is e^{-|z|}, never above 1."),
            ((np.maximum(0, Z) + np.log1p(np.exp(-Z)) - Y * Z).mean(), "the absolute value is missing: for z < 0 the exponent must be -|z|, not -z."),
        ],
        name="my_loss_from_logits(Z, y)",
    )  # fmt: skip
    for z, y in ((40.0, 0.0), (-800.0, 1.0), (LARGE, 0.0), (-LARGE, 1.0), (LARGE, 1.0), (-LARGE, 0.0)):
        _finite(my_loss_from_logits, z, y)
    return "no probability is formed, so none can round to 0 or 1, and the exponent is never positive."


def _finite(function, z, y):
    """Wrong unless the loss of one large logit is finite and right."""
    answer = call(function, np.array([[z]]), np.array([[y]]), name="my_loss_from_logits")
    if not np.isfinite(np.asarray(answer, dtype=float)).all():
        reason = ("sigmoid(z) rounds to 1, so 1 - a is 0" if abs(z) < 100 else "np.exp overflows, or a rounds to 0 or 1")
        raise Wrong(f"right for small logits, but for z = {z:.0f} and y = {y:.0f} the loss is not finite: {reason}. "
                    "Use max(0, z) + ln(1 + e^{-|z|}) - y z.")  # fmt: skip
    compare(answer, losses.binary_cross_entropy_from_logits(np.array([[z]]), np.array([[y]])),
            name=f"the loss for z = {z:.0f} and y = {y:.0f}")  # fmt: skip


@check
def check_uninformed_floor(floor):
    """The entropy of labels of which 5 in 100 are 1, in nats: 0.1985.

    Posed in: notebooks/03_loss.ipynb
    """
    f = 0.05
    right = -f * np.log(f) - (1 - f) * np.log(1 - f)
    compare(
        floor, right,
        [
            (np.log(2), "ln 2 is the floor for equally frequent labels: here they are 5 to 95."),
            (-right, "the sign is turned: logarithms of frequencies are negative, so the entropy needs a minus."),
            (-np.log(f), "this is what one ill person costs: weight both labels with their frequencies."),
            (-np.log(1 - f), "this is what one healthy person costs: weight both labels with their frequencies."),
            (-f * np.log(f), "the healthy 95 are missing: add -0.95 ln 0.95."),
            (-(1 - f) * np.log(1 - f), "the ill 5 are missing: add -0.05 ln 0.05."),
            (right / np.log(2), "this is in bits: use the natural logarithm to get nats."),
            (right / np.log(10), "this uses the logarithm to base 10: use the natural logarithm."),
            (100 * right, "this is the sum over 100 people: the loss is a mean."),
            (-f * np.log(1 - f) - (1 - f) * np.log(f), "the logarithms are exchanged: each frequency goes with its own logarithm."),
            (0.2, "this is the loss that was read off: compute what the label frequencies cost, to four decimals."),
            (f, "this is the best constant output, a = f: its loss is asked for."),
        ],
        name="floor", tolerance=2e-3,
    )  # fmt: skip
    return "a loss of 0.1985 is what the label frequencies alone give, so the network has learned nothing from its input."
