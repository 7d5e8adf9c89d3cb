"""The checks of notebook 03: right, untouched, each known mistake by its message, and answers that are no answers."""

import numpy as np
import pytest

from helpers.exercises import loss

FLOOR = -0.05 * np.log(0.05) - 0.95 * np.log(0.95)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def softmax(Z, axis=0):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def each(A, y):
    return -y * np.log(A) - (1 - y) * np.log(1 - A)


def stable(Z, y):
    return np.maximum(0, Z) + np.log1p(np.exp(-np.abs(Z))) - y * Z


def squared_delta(Z, y):
    A = sigmoid(Z)
    return (A - y) * A * (1 - A)


def weighted_delta(A, y, w):
    return -w * y * (1 - A) + (1 - y) * A


def softmax_delta(Z, Y):
    return softmax(Z) - Y


RIGHT = {
    loss.check_cross_entropy: lambda A, y: each(A, y).mean(),
    loss.check_squared_error_delta: squared_delta,
    loss.check_weighted_delta: weighted_delta,
    loss.check_softmax_delta: softmax_delta,
    loss.check_loss_from_logits: lambda Z, y: stable(Z, y).mean(),
    loss.check_uninformed_floor: FLOOR,
}
FUNCTIONS = [check for check, answer in RIGHT.items() if callable(answer)]

MISTAKES = [
    (loss.check_cross_entropy, lambda A, y: -each(A, y).mean(), "sign is turned"),
    (loss.check_cross_entropy, lambda A, y: each(A, y).sum(), "divide by m"),
    (loss.check_cross_entropy, each, "take their mean"),
    (loss.check_cross_entropy, lambda A, y: (-y * np.log(A)).mean(), "term for label 0 is missing"),
    (loss.check_cross_entropy, lambda A, y: (-(1 - y) * np.log(1 - A)).mean(), "term for label 1 is missing"),
    (loss.check_cross_entropy, lambda A, y: each(A, y).mean() / np.log(2), "in bits"),
    (loss.check_cross_entropy, lambda A, y: each(A, y).mean() / np.log(10), "base 10"),
    (loss.check_cross_entropy, lambda A, y: each(1 - A, y).mean(), "labels are exchanged"),
    (loss.check_cross_entropy, lambda A, y: (-y * np.log(A) + (1 - y) * np.log(1 - A)).mean(), "second term has the wrong sign"),
    (loss.check_cross_entropy, lambda A, y: np.exp(-each(A, y).sum()), "likelihood"),
    (loss.check_cross_entropy, lambda A, y: ((A - y) ** 2).mean(), "mean squared error"),
    (loss.check_squared_error_delta, lambda Z, y: sigmoid(Z) - y, "slope of cross-entropy"),
    (loss.check_squared_error_delta, lambda Z, y: -squared_delta(Z, y), "sign is turned"),
    (loss.check_squared_error_delta, lambda Z, y: 2 * squared_delta(Z, y), "twice as much"),
    (loss.check_squared_error_delta, lambda Z, y: squared_delta(Z, y) / y.shape[1], "1/m does not belong"),
    (loss.check_squared_error_delta, lambda Z, y: (sigmoid(Z) - y) * (1 - sigmoid(Z) ** 2), "slope of tanh"),
    (loss.check_squared_error_delta, lambda Z, y: (sigmoid(Z) - y) * sigmoid(Z), "half of the sigmoid's slope"),
    (loss.check_squared_error_delta, lambda Z, y: sigmoid(Z) * (1 - sigmoid(Z)), "slope alone"),
    (loss.check_squared_error_delta, lambda Z, y: (Z - y) * Z * (1 - Z), "through the sigmoid first"),
    (loss.check_squared_error_delta, lambda Z, y: (sigmoid(Z) - y) * Z * (1 - Z), "not z (1 - z)"),
    (loss.check_squared_error_delta, lambda Z, y: (sigmoid(Z) - y) ** 2 / 2, "not its slope"),
    (loss.check_squared_error_delta, lambda Z, y: squared_delta(Z, y).mean(), "mean over the examples"),
    (loss.check_squared_error_delta, lambda Z, y: squared_delta(Z, y).sum(), "sum over the examples"),
    (loss.check_weighted_delta, lambda A, y, w: A - y, "weight is missing"),
    (loss.check_weighted_delta, lambda A, y, w: w * (A - y), "on both labels"),
    (loss.check_weighted_delta, lambda A, y, w: A - w * y, "a - w y is not it"),
    (loss.check_weighted_delta, lambda A, y, w: -weighted_delta(A, y, w), "sign is turned"),
    (loss.check_weighted_delta, lambda A, y, w: w * y * (1 - A) + (1 - y) * A, "first term"),
    (loss.check_weighted_delta, lambda A, y, w: -w * y * (1 - A) - (1 - y) * A, "second term"),
    (loss.check_weighted_delta, lambda A, y, w: -w * y / A + (1 - y) / (1 - A), "with respect to a"),
    (loss.check_weighted_delta, lambda A, y, w: -y * (1 - A) + w * (1 - y) * A, "on label 0"),
    (loss.check_weighted_delta, lambda A, y, w: weighted_delta(A, y, w) / y.shape[1], "1/m does not belong"),
    (loss.check_weighted_delta, lambda A, y, w: weighted_delta(A, y, w) * A * (1 - A), "one factor too many"),
    (loss.check_softmax_delta, lambda Z, Y: Y - softmax(Z), "not y - p"),
    (loss.check_softmax_delta, lambda Z, Y: softmax(Z), "subtract Y"),
    (loss.check_softmax_delta, lambda Z, Y: softmax_delta(Z, Y) / Y.shape[1], "1/m does not belong"),
    (loss.check_softmax_delta, lambda Z, Y: softmax(Z, axis=1) - Y, "along the rows"),
    (loss.check_softmax_delta, lambda Z, Y: np.exp(Z) / np.exp(Z).sum() - Y, "over all entries"),
    (loss.check_softmax_delta, lambda Z, Y: sigmoid(Z) - Y, "sigmoid of each entry"),
    (loss.check_softmax_delta, lambda Z, Y: Z - Y, "softmax is missing"),
    (loss.check_softmax_delta, lambda Z, Y: np.exp(Z) - Y, "not yet a probability"),
    (loss.check_softmax_delta, lambda Z, Y: -Y / softmax(Z), "with respect to p"),
    (loss.check_softmax_delta, lambda Z, Y: softmax_delta(Z, Y) * softmax(Z) * (1 - softmax(Z)), "one factor too many"),
    (loss.check_softmax_delta, lambda Z, Y: np.exp(Z) / np.exp(Z).sum(axis=0) - Y, "Subtract Z.max(axis=0)"),
    (loss.check_softmax_delta, lambda Z, Y: softmax_delta(Z, Y).T, "transposed"),
    (loss.check_loss_from_logits, lambda Z, y: -stable(Z, y).mean(), "sign is turned"),
    (loss.check_loss_from_logits, lambda Z, y: stable(Z, y).sum(), "sum over the examples"),
    (loss.check_loss_from_logits, stable, "take their mean"),
    (loss.check_loss_from_logits, lambda Z, y: stable(Z, 0).mean(), "term - y z is missing"),
    (loss.check_loss_from_logits, lambda Z, y: stable(Z, -y).mean(), "sign of y z is turned"),
    (loss.check_loss_from_logits, lambda Z, y: stable(Z, 1).mean(), "multiply z by y"),
    (loss.check_loss_from_logits, lambda Z, y: (np.maximum(0, Z) - y * Z).mean(), "bends the loss"),
    (loss.check_loss_from_logits, lambda Z, y: (np.log1p(np.exp(-np.abs(Z))) - y * Z).mean(), "max(0, z) is missing"),
    (loss.check_loss_from_logits, lambda Z, y: (np.maximum(0, Z) + np.log1p(np.exp(np.abs(Z))) - y * Z).mean(), "exponent has the wrong sign"),
    (loss.check_loss_from_logits, lambda Z, y: (np.maximum(0, Z) + np.log1p(np.exp(-Z)) - y * Z).mean(), "absolute value is missing"),
    (loss.check_loss_from_logits, lambda Z, y: each(sigmoid(Z), y).mean(), "for z = 40 and y = 0 the loss is not finite"),
    (loss.check_loss_from_logits, lambda Z, y: (np.log1p(np.exp(Z)) - y * Z).mean(), "for z = 10000 and y = 0 the loss is not finite"),
    (loss.check_uninformed_floor, np.log(2), "equally frequent"),
    (loss.check_uninformed_floor, -FLOOR, "sign is turned"),
    (loss.check_uninformed_floor, -np.log(0.05), "one ill person"),
    (loss.check_uninformed_floor, -np.log(0.95), "one healthy person"),
    (loss.check_uninformed_floor, -0.05 * np.log(0.05), "healthy 95 are missing"),
    (loss.check_uninformed_floor, -0.95 * np.log(0.95), "ill 5 are missing"),
    (loss.check_uninformed_floor, FLOOR / np.log(2), "in bits"),
    (loss.check_uninformed_floor, FLOOR / np.log(10), "base 10"),
    (loss.check_uninformed_floor, 100 * FLOOR, "sum over 100"),
    (loss.check_uninformed_floor, -0.05 * np.log(0.95) - 0.95 * np.log(0.05), "logarithms are exchanged"),
    (loss.check_uninformed_floor, 0.05, "best constant output"),
    (loss.check_uninformed_floor, 0.2, "read off"),
]  # fmt: skip


def raises(*_):
    raise ZeroDivisionError("oh")


def leaves(*_):
    raise SystemExit


def overwrites(*arguments):
    arguments[0][:] = 0
    return 0.0


def name(value):
    return getattr(value, "__name__", None)


@pytest.mark.parametrize("check", RIGHT, ids=name)
def test_right(check):
    feedback = check(RIGHT[check])
    assert feedback.right, feedback


def test_four_decimals_are_enough_for_the_floor():
    assert loss.check_uninformed_floor(0.1985).right


@pytest.mark.parametrize("check", RIGHT, ids=name)
def test_untouched(check):
    assert check(... if check not in FUNCTIONS else lambda *_: ...).status == "not attempted"
    assert check(...).status == "not attempted"


@pytest.mark.parametrize(("check", "answer", "words"), MISTAKES, ids=[f"{m[0].__name__}-{m[2]}" for m in MISTAKES])
def test_a_known_mistake_is_named(check, answer, words):
    feedback = check(answer)
    assert feedback.status == "wrong"
    assert words in feedback.message, feedback.message


@pytest.mark.parametrize("check", RIGHT, ids=name)
@pytest.mark.parametrize("answer", [None, "text", float("nan"), np.zeros((2, 3)), {}, [[1], [1, 2]], object(), 7 + 1j, b"", np.inf])
def test_no_answer_is_wrong_and_never_raises(check, answer):
    assert check(answer).status == "wrong"
    assert check(lambda *_: answer).status == "wrong"


@pytest.mark.parametrize("check", FUNCTIONS, ids=name)
@pytest.mark.parametrize(
    ("function", "words"),
    [(raises, "raised ZeroDivisionError: oh"), (leaves, "raised SystemExit"), (lambda: 1, "raised TypeError"),
     (lambda *_: None, "returns None"), (overwrites, "overwrites its argument"), (lambda *_: np.zeros((7, 7)), "has shape (7, 7)")],
    ids=["raises", "leaves", "arguments", "None", "overwrites", "shape"],
)  # fmt: skip
def test_a_function_that_misbehaves_is_told_so(check, function, words):
    feedback = check(function)
    assert feedback.status == "wrong"
    assert words in feedback.message, feedback.message
