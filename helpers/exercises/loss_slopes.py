"""Checks of the exercises on the slope of a loss with respect to the logits: squared error, a weight, softmax."""

import numpy as np

from helpers import losses
from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare, numbers

SIGMOID = ACTIVATIONS["sigmoid"].value
A = np.array([[0.9, 0.2, 0.6, 0.3]])
Z = np.array([[-6.0, -0.5, 0.4, 3.0]])
Y = np.array([[1.0, 0.0, 0.0, 1.0]])
Z_CLASSES = np.array([[2.0, -1.0, 0.3, 0.0], [0.5, 1.5, -0.2, 0.1], [-1.0, 0.2, 0.9, 2.0]])
Y_CLASSES = np.array([[0.0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]])
LARGE = 1e4
BATCH = (A, Y)


@check
def check_squared_error_delta(my_squared_error_delta):
    """(a - y) (1 - a²) for each example, with a = tanh z and labels -1 and 1, shape (1, m).

    Posed in: notebooks/03_loss.ipynb
    """
    y = 2 * Y - 1
    answer = call(my_squared_error_delta, Z, y, name="my_squared_error_delta")
    a, s = np.tanh(Z), SIGMOID(Z)
    right = (a - y) * (1 - a**2)
    compare(
        answer, right,
        [
            (a - y, "this is the slope with respect to a: carry it on to z with tanh's slope."),
            ((a - y) * a * (1 - a), "a (1 - a) is the sigmoid's slope: tanh's is 1 - a²."),
            ((s - y) * s * (1 - s), "the output is tanh here, not a sigmoid: both a and its slope are others."),
            ((s - y) * (1 - s**2), "the slope is tanh's, but a is the sigmoid's: A = np.tanh(Z)."),
            (-right, "the sign is turned: the slope of (a - y)²/2 with respect to a is a - y, not y - a."),
            (2 * right, "this is twice as much: the half in front of the square cancels the 2."),
            (right / Y.size, "1/m does not belong here: column i is the slope of example i's own loss."),
            (1 - a**2, "this is tanh's slope alone: multiply by the slope of the loss, a - y."),
            ((Z - y) * (1 - Z**2), "Z is used where a = tanh(Z) belongs: put the logits through tanh first."),
            ((a - y) * (1 - Z**2), "tanh's slope is 1 - a², with the output a, not 1 - z²."),
            ((a - y) * (1 - a), "only half of tanh's slope is there: 1 - a² = (1 - a) (1 + a)."),
            ((a - y) * (1 - a) ** 2, "tanh's slope is 1 - a², the square of a alone, not (1 - a)²."),
            ((a - y) * (1 - np.tanh(a) ** 2), "tanh is applied twice: its slope is 1 - a², and a is tanh(Z) already."),
            ((Z - y) * (1 - a**2), "the error is a - y: the label is compared with the output, not with the logit."),
            ((a - y) ** 2 / 2, "this is the loss, not its slope."),
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
    for w, A, Y in ((3.0, *BATCH), (0.5, BATCH[0][:, 1:], BATCH[1][:, 1:])):
        name = f"my_weighted_delta(A, y, {w:g})"
        compare(call(my_weighted_delta, A, Y, w, name="my_weighted_delta"), -w * Y * (1 - A) + (1 - Y) * A, _weight_mistakes(A, Y, w), name=name)
    return "each logarithm cancels one half of the sigmoid's slope, so the weight stays with its label and nothing fades."


def _weight_mistakes(A, Y, w):
    right = -w * Y * (1 - A) + (1 - Y) * A
    return [
        (-3 * Y * (1 - A) + (1 - Y) * A, "the weight is 3 whatever comes: use the argument w."),
        (A - Y, "the weight is missing: this is the slope for w = 1."),
        (w * (A - Y), "the weight is on both labels: only the term of label 1 carries w."),
        (w * A - Y, "w a - y is not it: for y = 1 the slope is w (a - 1), and for y = 0 it is a, without w."),
        (A * (1 - Y) - w * Y, "the first term lacks its (1 - a): -w y / a times a (1 - a) leaves -w y (1 - a)."),
        (A - w * Y, "a - w y is not it: for y = 1 the loss is w times -ln a, so its slope is w (a - 1)."),
        (-right, "the sign is turned: ln a rises with a, so -w y ln a falls and its slope is negative."),
        (w * Y * (1 - A) + (1 - Y) * A, "the sign of the first term is turned: -w y ln a falls as z rises."),
        (-w * Y * (1 - A) - (1 - Y) * A, "the sign of the second term is turned: the inner derivative of ln(1 - a) is -1."),
        (-w * Y / A + (1 - Y) / (1 - A), "this is the slope with respect to a: multiply by the sigmoid's slope a (1 - a)."),
        (-Y * (1 - A) + w * (1 - Y) * A, "the weight is on label 0: it belongs to label 1."),
        (right / Y.size, "1/m does not belong here: column i is the slope of example i's own loss."),
        (right * A * (1 - A), "a (1 - a) is one factor too many: the two denominators have cancelled it."),
    ]


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
            (_row_maxima(Z_CLASSES) - Y_CLASSES, "the maximum of a row was subtracted, which differs within a column: take Z.max(axis=0)."),
            (SIGMOID(Z_CLASSES) - Y_CLASSES, "this is the sigmoid of each entry: the probabilities of a column must sum to 1."),
            (Z_CLASSES - Y_CLASSES, "the softmax is missing: this subtracts Y from the logits."),
            (e - Y_CLASSES, "e^z is not yet a probability: divide by the sum of its column."),
            (-Y_CLASSES / p, "this is the slope with respect to p: carry it through the softmax to the logits."),
            (right * p * (1 - p), "p (1 - p) is one factor too many: the softmax's slope is already in p - y."),
        ],
        name="my_softmax_delta(Z, Y)",
    )  # fmt: skip
    answer = call(my_softmax_delta, LARGE * Z_CLASSES, Y_CLASSES, name="my_softmax_delta")
    large = numbers(answer, "my_softmax_delta(10000 Z, Y)", Z_CLASSES.shape, finite=False)
    if not np.isfinite(large).all():
        e = np.exp(LARGE * (Z_CLASSES - Z_CLASSES.max()))
        if np.array_equal(np.isnan(large), np.isnan(e / e.sum(axis=0))):
            raise Wrong("right for small logits, but 0/0 for large ones: Z.max() is the largest number of all examples, and in a column far below it "
                        "every e^z rounds to 0. Subtract each column's own, Z.max(axis=0, keepdims=True).")  # fmt: skip
        raise Wrong("right for small logits, but not finite for large ones: np.exp overflows. Subtract Z.max(axis=0) from Z first.")
    compare(large, losses.softmax(LARGE * Z_CLASSES) - Y_CLASSES, name="my_softmax_delta(10000 Z, Y)")
    return "p - y holds all paths through the softmax, and the subtracted maximum keeps np.exp finite."


def _row_maxima(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=0)
