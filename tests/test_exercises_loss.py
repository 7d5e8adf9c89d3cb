"""The checks of notebook 03: right, untouched, each known mistake by its message, and answers that are no answers."""

import numpy as np
import pytest

from helpers.exercises import loss

FREQUENCIES = np.array([0.80, 0.15, 0.05])
FLOOR = -(FREQUENCIES * np.log(FREQUENCIES)).sum()
EASY, HARD = -99 * np.log(0.99), -np.log(0.001)
MEAN, SHARE = (EASY + HARD) / 100, HARD / (EASY + HARD)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def softmax(Z, axis=0):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def each(A, y):
    return -y * np.log(A) - (1 - y) * np.log(1 - A)


def stable(Z, y):
    return np.maximum(0, Z) - y * Z + np.log1p(np.exp(-np.abs(Z)))


def squared_delta(Z, y):
    A = np.tanh(Z)
    return (A - y) * (1 - A**2)


def weighted_delta(A, y, w):
    return -w * y * (1 - A) + (1 - y) * A


def softmax_delta(Z, Y):
    return softmax(Z) - Y


def cross_entropy(A, y):
    return -np.log(np.where(y == 1, A, 1 - A)).mean()


def plus(A, y, small):
    return (-y * np.log(A + small) - (1 - y) * np.log(1 - A + small)).mean()


def clipped(smallest):
    return lambda Z, y: each(np.clip(sigmoid(Z), smallest, 1 - smallest), y).mean()


RIGHT = {
    loss.check_cross_entropy: cross_entropy,
    loss.check_one_wrong: (MEAN, SHARE),
    loss.check_squared_error_delta: squared_delta,
    loss.check_weighted_delta: weighted_delta,
    loss.check_softmax_delta: softmax_delta,
    loss.check_loss_from_logits: lambda Z, y: stable(Z, y).mean(),
    loss.check_uninformed_floor: (FLOOR, True, False),
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
    (loss.check_cross_entropy, lambda A, y: each(A, y).mean(), "0 times minus infinity"),
    (loss.check_cross_entropy, lambda A, y: cross_entropy(A, y) if (A < 1).all() else 7.0, "exactly right cost 7, more than nothing"),
    (loss.check_cross_entropy, lambda A, y: each(np.clip(A, 1e-7, 1 - 1e-7), y).mean(), "cost 1e-07, more than nothing: a probability was clipped"),
    (loss.check_cross_entropy, lambda A, y: each(np.clip(A, 1e-10, 1 - 1e-10), y).mean(), "a probability was clipped"),
    (loss.check_cross_entropy, lambda A, y: plus(A, y, 1e-7), "cost -1e-07, less than nothing: something was added"),
    (loss.check_cross_entropy, lambda A, y: plus(A, y, 1e-9), "less than nothing"),
    (loss.check_cross_entropy, lambda A, y: plus(A, y, 1e-15), "less than nothing"),
    (loss.check_cross_entropy, lambda A, y: plus(A, y, 1e-17), "output 0 for label 1 costs 39.14"),
    (loss.check_cross_entropy, lambda A, y: each(np.clip(A, 1e-15, 1 - 1e-15), y).mean(), "cost 1e-15, more than nothing"),
    (loss.check_cross_entropy, lambda A, y: -np.log(np.where(y == 1, A, 1 - A) + 1e-300).mean(), "costs 690.8, and -ln 0 is infinite"),
    (loss.check_cross_entropy, lambda A, y: -np.log(np.where(y == 1, A, 1 - A).mean()), "take the logarithm of each"),
    (loss.check_cross_entropy, lambda A, y: np.abs(A - y).mean(), "mean distance"),
    (loss.check_one_wrong, (100 * MEAN, SHARE), "divide by 100"),
    (loss.check_one_wrong, (HARD / 100, SHARE), "last label only"),
    (loss.check_one_wrong, (EASY / 100, SHARE), "leaves out the last"),
    (loss.check_one_wrong, (-np.log(0.99 * 0.001) / 2, SHARE), "both kinds once"),
    (loss.check_one_wrong, (-np.log((99 * 0.99 + 0.001) / 100), SHARE), "not of the probabilities"),
    (loss.check_one_wrong, (-MEAN, SHARE), "wrong sign"),
    (loss.check_one_wrong, (MEAN / np.log(2), SHARE), "in bits"),
    (loss.check_one_wrong, (MEAN / np.log(10), SHARE), "base 10"),
    (loss.check_one_wrong, (MEAN, 100 * SHARE), "per cent"),
    (loss.check_one_wrong, (MEAN, 1 - SHARE), "the 99 contribute"),
    (loss.check_one_wrong, (MEAN, 0.01), "share of the examples"),
    (loss.check_one_wrong, (MEAN, HARD / EASY), "cost of all"),
    (loss.check_one_wrong, (MEAN, HARD), "divide it by the cost of all 100"),
    (loss.check_one_wrong, (MEAN, 0.001), "label's probability"),
    (loss.check_one_wrong, (MEAN, 0.5), "share is 0.5"),
    (loss.check_squared_error_delta, lambda Z, y: np.tanh(Z) - y, "with respect to a"),
    (loss.check_squared_error_delta, lambda Z, y: (np.tanh(Z) - y) * np.tanh(Z) * (1 - np.tanh(Z)), "sigmoid's slope"),
    (loss.check_squared_error_delta, lambda Z, y: (sigmoid(Z) - y) * sigmoid(Z) * (1 - sigmoid(Z)), "not a sigmoid"),
    (loss.check_squared_error_delta, lambda Z, y: (sigmoid(Z) - y) * (1 - sigmoid(Z) ** 2), "A = np.tanh(Z)"),
    (loss.check_squared_error_delta, lambda Z, y: -squared_delta(Z, y), "sign is turned"),
    (loss.check_squared_error_delta, lambda Z, y: 2 * squared_delta(Z, y), "twice as much"),
    (loss.check_squared_error_delta, lambda Z, y: squared_delta(Z, y) / y.shape[1], "1/m does not belong"),
    (loss.check_squared_error_delta, lambda Z, y: 1 - np.tanh(Z) ** 2, "slope alone"),
    (loss.check_squared_error_delta, lambda Z, y: (np.tanh(Z) - y) * (1 - np.tanh(Z)) ** 2, "not (1 - a)²"),
    (loss.check_squared_error_delta, lambda Z, y: (np.tanh(Z) - y) * (1 - np.tanh(np.tanh(Z)) ** 2), "applied twice"),
    (loss.check_squared_error_delta, lambda Z, y: (Z - y) * (1 - np.tanh(Z) ** 2), "not with the logit"),
    (loss.check_weighted_delta, lambda A, y, w: w * A - y, "w a - y is not it"),
    (loss.check_weighted_delta, lambda A, y, w: A * (1 - y) - w * y, "lacks its (1 - a)"),
    (loss.check_softmax_delta, lambda Z, Y: np.exp(Z - Z.max(1, keepdims=True)) / np.exp(Z - Z.max(1, keepdims=True)).sum(0) - Y, "maximum of a row"),
    (loss.check_squared_error_delta, lambda Z, y: (Z - y) * (1 - Z**2), "through tanh first"),
    (loss.check_squared_error_delta, lambda Z, y: (np.tanh(Z) - y) * (1 - Z**2), "not 1 - z²"),
    (loss.check_squared_error_delta, lambda Z, y: (np.tanh(Z) - y) * (1 - np.tanh(Z)), "only half of tanh's slope"),
    (loss.check_squared_error_delta, lambda Z, y: (np.tanh(Z) - y) ** 2 / 2, "not its slope"),
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
    (loss.check_loss_from_logits, clipped(1e-15), "instead of 40: a probability was clipped at 1e-15"),
    (loss.check_loss_from_logits, clipped(1e-7), "clipped at 1e-07"),
    (loss.check_loss_from_logits, lambda Z, y: (np.maximum(0, Z) + np.log1p(np.exp(-np.abs(Z))) - y * Z).mean(), "9.237e-14 instead of 9.358e-14"),
    (loss.check_loss_from_logits, lambda Z, y: (np.maximum(0, Z) - y * Z + np.log(1 + np.exp(-np.abs(Z)))).mean(), "np.log1p"),
    (loss.check_uninformed_floor, (np.log(3), True, False), "three equal classes"),
    (loss.check_uninformed_floor, (-FLOOR, True, False), "wrong sign"),
    (loss.check_uninformed_floor, (-np.log(FREQUENCIES).sum(), True, False), "weight each with its frequency"),
    (loss.check_uninformed_floor, (-np.log(FREQUENCIES).mean(), True, False), "mean over the classes"),
    (loss.check_uninformed_floor, (-np.log(0.8), True, False), "example of the largest class"),
    (loss.check_uninformed_floor, (-0.8 * np.log(0.8), True, False), "largest class only"),
    (loss.check_uninformed_floor, (-0.8 * np.log(0.8) - 0.2 * np.log(0.2), True, False), "told apart"),
    (loss.check_uninformed_floor, (FLOOR + 0.05 * np.log(0.05), True, False), "leaves out the smallest"),
    (loss.check_uninformed_floor, (FLOOR / np.log(2), True, False), "in bits"),
    (loss.check_uninformed_floor, (FLOOR / np.log(10), True, False), "base 10"),
    (loss.check_uninformed_floor, (FLOOR / 3, True, False), "number of classes"),
    (loss.check_uninformed_floor, (100 * FLOOR, True, False), "sum over 100"),
    (loss.check_uninformed_floor, (FLOOR, False, False), "0.55 is below"),
    (loss.check_uninformed_floor, (FLOOR, True, True), "0.1985"),
    (loss.check_uninformed_floor, (FLOOR, 1, False), "expected True or False"),
    (loss.check_uninformed_floor, (FLOOR, True, "no"), "expected True or False"),
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


def judged(check, answer):
    """The feedback of a check for one answer, or for a tuple of them."""
    return check(*answer) if isinstance(answer, tuple) else check(answer)


@pytest.mark.parametrize("check", RIGHT, ids=name)
def test_right(check):
    feedback = judged(check, RIGHT[check])
    assert feedback.right, feedback


@pytest.mark.parametrize(
    "function",
    [
        lambda Z, y: stable(Z.astype(np.float32), y.astype(np.float32)).mean(),
        lambda Z, y: float(stable(Z.astype(np.float32), y.astype(np.float32)).mean()),
        lambda Z, y: stable(Z, y).mean(keepdims=True),
        lambda Z, y: np.logaddexp(0, np.where(y == 1, -Z, Z)).mean(),
    ],
)
def test_other_right_losses_from_logits(function):
    assert loss.check_loss_from_logits(function).right


@pytest.mark.parametrize(
    "function",
    [
        lambda A, y: cross_entropy(A.astype(np.float32), y),
        lambda A, y: np.array([[cross_entropy(A, y)]]),
        lambda A, y: np.nan_to_num(each(A, y)).mean(),
        lambda A, y: -np.log(A**y * (1 - A) ** (1 - y)).mean(),
        lambda A, y: -np.nansum(y * np.log(A) + (1 - y) * np.log(1 - A)) / y.shape[1],
        lambda A, y: -np.log(np.abs(1 - y - A)).mean(),
        lambda A, y: -(np.log(A[y == 1]).sum() + np.log1p(-A[y == 0]).sum()) / y.size,
    ],
)
def test_other_right_cross_entropies(function):
    feedback = loss.check_cross_entropy(function)
    assert feedback.right, feedback


def test_as_many_digits_as_the_task_asks_for_are_enough():
    assert loss.check_uninformed_floor(0.6129, True, np.bool_(False)).right
    assert loss.check_one_wrong(0.0790, 0.87).right


def test_the_numbers_that_the_solutions_quote():
    assert f"{FLOOR:.4f} {-0.05 * np.log(0.05) - 0.95 * np.log(0.95):.4f} {SHARE:.2f}" == "0.6129 0.1985 0.87"
    z = 36.0
    assert np.maximum(0, z) + np.log1p(np.exp(-z)) - z == 0 < stable(z, 1)


@pytest.mark.parametrize("check", RIGHT, ids=name)
def test_untouched(check):
    assert check(... if check not in FUNCTIONS else lambda *_: ...).status == "not attempted"
    assert check(...).status == "not attempted"


@pytest.mark.parametrize("check", [check for check in RIGHT if check not in FUNCTIONS], ids=name)
def test_one_answer_of_several_untouched(check):
    for i in range(len(RIGHT[check])):
        answers = [... if j == i else value for j, value in enumerate(RIGHT[check])]
        assert check(*answers).status == "not attempted"


@pytest.mark.parametrize(("check", "answer", "words"), MISTAKES, ids=[f"{m[0].__name__}-{m[2]}" for m in MISTAKES])
def test_a_known_mistake_is_named(check, answer, words):
    feedback = judged(check, answer)
    assert feedback.status == "wrong"
    assert words in feedback.message, feedback.message


@pytest.mark.parametrize("check", RIGHT, ids=name)
@pytest.mark.parametrize("answer", [None, "text", float("nan"), np.zeros((2, 3)), {}, [[1], [1, 2]], object(), 7 + 1j, b"", np.inf])
def test_no_answer_is_wrong_and_never_raises(check, answer):
    right = RIGHT[check]
    if check in FUNCTIONS:
        assert check(answer).status == "wrong"
        assert check(lambda *_: answer).status == "wrong"
    else:
        for i in range(len(right)):
            assert check(*right[:i], answer, *right[i + 1 :]).status == "wrong"


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
