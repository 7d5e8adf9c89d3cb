"""The checks of notebook 00: right, untouched, each known mistake by its message, and answers that are no answers."""

import itertools

import numpy as np
import pytest

from helpers import case as the_case
from helpers.exercises import case

LN2 = np.log(2)
F = 357 / 569
PRICE = -F * np.log(F) - (1 - F) * np.log(1 - F)
SHAPES = ((10, 30), (10, 1), (10, 569), (1, 10))
NO_NUMBERS = [None, "text", float("nan"), np.zeros((2, 3)), print, {}, [[1], [1, 2]], object()]


def count_dead(A):
    return (A == 0).all(axis=1).sum()


def count(sizes):
    return sum(n_out * n_in + n_out for n_in, n_out in itertools.pairwise(sizes))


def raises(*_):
    raise ZeroDivisionError("oh")


def wrong(feedback, words):
    assert feedback.status == "wrong"
    assert words in feedback.message, feedback.message


# --- gradient descent -------------------------------------------------------------------------------------------------


def descend(X, y, p, rate, steps, *, sign=-1, moved="Wb", forward_once=False, backward_once=False):
    """The loop of the exercise, with slips to choose from."""
    c = the_case.forward_prop(X, p)
    first = the_case.backward_prop(X, y, the_case.forward_prop(X, p), p)
    for _ in range(steps):
        c = c if forward_once else the_case.forward_prop(X, p)
        grads = first if backward_once else the_case.backward_prop(X, y, c, p)
        p = {name: value + sign * rate * grads["d" + name] * (name[0] in moved) for name, value in p.items()}
    return p


def in_place(X, y, p, rate, steps):
    for _ in range(steps):
        grads = the_case.backward_prop(X, y, the_case.forward_prop(X, p), p)
        for name in p:
            p[name] -= rate * grads["d" + name]
    return p


def test_descent_right():
    assert case.check_descent(descend).right, case.check_descent(descend)


def test_descent_untouched():
    assert case.check_descent(lambda *_: ...).status == "not attempted"
    assert case.check_descent(...).status == "not attempted"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda X, y, p, r, s: descend(X, y, p, r, s, sign=1), "subtract it"),
        (lambda X, y, p, r, s: descend(X, y, p, 1, s), "learning rate is missing"),
        (lambda X, y, p, r, s: descend(X, y, p, 1.2, s), "the argument learning_rate"),
        (lambda X, y, p, r, s: descend(X, y, p, r / X.shape[1], s), "divide by m"),
        (lambda X, y, p, r, s: descend(X, y, p, r, s, moved="W"), "only the weights"),
        (lambda X, y, p, r, s: descend(X, y, p, r, s, moved="b"), "only the biases"),
        (lambda X, y, p, r, s: descend(X, y, p, r, s + 1), "one step too many"),
        (lambda X, y, p, r, s: descend(X, y, p, r, 1), "one step only"),
        (lambda X, y, p, r, s: descend(X, y, p, r, s, backward_once=True), "anew in each step"),
        (lambda X, y, p, r, s: descend(X, y, p, r, s, forward_once=True), "new cache"),
        (lambda X, y, p, r, s: p, "have not moved"),
        (lambda X, y, p, r, s: (descend(X, y, p, r, s), []), "2 values"),
        (lambda X, y, p, r, s: the_case.backward_prop(X, y, the_case.forward_prop(X, p), p), "returns the gradients"),
        (lambda X, y, p, r, s: {k: v for k, v in descend(X, y, p, r, s).items() if k[0] == "W"}, "lacks b1, b2, b3"),
        (lambda X, y, p, r, s: descend(X, y, p, r / 3, s), "W1 after 1 step is"),
        (lambda X, y, p, r, s: {k: v.T for k, v in descend(X, y, p, r, s).items()}, "transposed"),
        (lambda X, y, p, r, s: dict.fromkeys(p, "text"), "no real numbers"),
        (in_place, "overwrites"),
        (lambda *_: None, "return missing"),
        (lambda *_: "text", "returns a str"),
        (lambda *_: np.zeros(3), "returns an ndarray"),
        (raises, "ZeroDivisionError"),
        (lambda: 1, "TypeError"),
        (None, "expected a function"),
        ({}, "expected a function"),
    ],
)
def test_descent_mistakes(answer, words):
    wrong(case.check_descent(answer), words)


# --- the loss of a guess ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [
    (LN2, PRICE), (0.6931, 0.6603), (0.693, 0.660), (np.float32(LN2), np.array(PRICE)), (np.array([LN2]), [[PRICE]]),
])  # fmt: skip
def test_uninformed_loss_right(answers):
    assert case.check_uninformed_loss(*answers).right


@pytest.mark.parametrize("answers", [(..., ...), (LN2, ...), (..., PRICE)])
def test_uninformed_loss_untouched(answers):
    assert case.check_uninformed_loss(*answers).status == "not attempted"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((1.0, PRICE), "bits"),
        ((-LN2, PRICE), "wrong sign"),
        ((0.5, PRICE), "what does it cost"),
        ((0.69, PRICE), "give three or more"),
        ((LN2 / 2, PRICE), "one of the labels"),
        ((200 * LN2, PRICE), "sum over all"),
        ((np.log10(2), PRICE), "base 10"),
        ((LN2, LN2), "loss_357_212 is ln 2"),
        ((LN2, PRICE / LN2), "bits"),
        ((LN2, -PRICE), "wrong sign"),
        ((LN2, F), "best guess"),
        ((LN2, 1 - F), "share of zeros"),
        ((LN2, -np.log(F)), "label 1"),
        ((LN2, -np.log(1 - F)), "label 0"),
        ((LN2, -F * np.log(F)), "ones only"),
        ((LN2, -(1 - F) * np.log(1 - F)), "zeros only"),
        ((LN2, 0.7), "loss_357_212 is 0.7"),
    ],
)
def test_uninformed_loss_mistakes(answers, words):
    wrong(case.check_uninformed_loss(*answers), words)


@pytest.mark.parametrize("answer", NO_NUMBERS, ids=lambda answer: repr(answer).partition(" at 0x")[0])
def test_uninformed_loss_garbage(answer):
    assert case.check_uninformed_loss(answer, PRICE).status == "wrong"
    assert case.check_uninformed_loss(LN2, answer).status == "wrong"


# --- dead units -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [
    count_dead, lambda A: int(count_dead(A)), lambda A: sum(not row.any() for row in A), lambda A: np.array([count_dead(A)]),
    lambda A: np.float32(count_dead(A)), lambda A: (A.max(axis=1, keepdims=True) == 0).sum(axis=0),
])
def test_silent_units_right(answer):
    assert case.check_silent_units(answer).right


def test_silent_units_untouched():
    assert case.check_silent_units(lambda A: ...).status == "not attempted"
    assert case.check_silent_units(...).status == "not attempted"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda A: (A == 0).any(axis=1).sum(), "at least one example"),
        (lambda A: (A == 0).all(axis=0).sum(), "wrong axis"),
        (lambda A: (A == 0).any(axis=0).sum(), "wrong axis"),
        (lambda A: (A == 0).sum(), "zeros, not units"),
        (lambda A: (A > 0).any(axis=1).sum(), "not dead"),
        (lambda A: (A == 0).all(axis=1).mean(), "share"),
        (lambda A: (A.mean(axis=1) < 0.01).sum(), "is not 0"),
        (lambda A: (A.max(axis=1) < 1e-2).sum(), "is not 0"),
        (lambda A: ((A[:, 0] == 0) & (A[:, -1] == 0)).sum(), "some of the examples only"),
        (lambda A: (A[:, :2] == 0).all(axis=1).sum(), "some of the examples only"),
        (lambda A: (A.sum(axis=1) < 1e-5).sum(), "for 2 dead of 4"),
        (lambda A: (A == 0).all(axis=1), "for each unit"),
        (lambda A: (A == 0).all(axis=1, keepdims=True), "for each unit"),
        (lambda A: A.fill(0) or 5, "overwrites"),
        (lambda A: None, "return missing"),
        (lambda A: "text", "holds no real numbers"),
        (raises, "ZeroDivisionError"),
        (lambda: 1, "TypeError"),
        (lambda A: 9, "for 2 dead of 5"),
    ],
)
def test_silent_units_mistakes(answer, words):
    wrong(case.check_silent_units(answer), words)


@pytest.mark.parametrize("answer", [None, "text", 3, np.zeros(4), {}], ids=repr)
def test_silent_units_garbage(answer):
    wrong(case.check_silent_units(answer), "expected a function")


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [tuple, list, np.array])
def test_shapes_right(kind):
    assert case.check_shapes(*map(kind, SHAPES)).right


def test_shapes_untouched():
    assert case.check_shapes(..., ..., ..., ...).status == "not attempted"
    assert case.check_shapes(SHAPES[0], (10, ...), *SHAPES[2:]).status == "not attempted"
    assert case.check_shapes(SHAPES[0], [10, ...], *SHAPES[2:]).status == "not attempted"


@pytest.mark.parametrize(
    ("which", "answer", "words"),
    [
        (0, (30, 10), "transposed"),
        (0, (10, 2), "moons"),
        (0, (10, 569), "number of examples"),
        (0, (10, 10), "W2"),
        (1, (10,), "flat"),
        (1, (1, 10), "transposed"),
        (1, (10, 569), "serves all examples"),
        (1, (30, 1), "not to an input"),
        (2, (569, 10), "columns are examples"),
        (2, (10, 10), "W2"),
        (2, (10, 200), "moons"),
        (2, (10, 1), "one example"),
        (2, (30, 569), "that is X"),
        (3, (10, 1), "transposed"),
        (3, (1, 569), "dZ3"),
        (3, (10, 10), "dW2"),
        (3, (10,), "flat"),
        (3, (1, 1), "db3"),
        (0, (7, 8), "count rows"),
        (0, (1, 2, 3), "2 whole numbers"),
        (0, 300, "expected a tuple"),
        (0, None, "expected a tuple"),
        (0, "text", "expected a tuple"),
        (0, (10.0, 30.0), "whole numbers"),
        (0, ("10", "30"), "whole numbers"),
        (0, raises, "expected a tuple"),
    ],
)
def test_shapes_mistakes(which, answer, words):
    answers = list(SHAPES)
    answers[which] = answer
    wrong(case.check_shapes(*answers), words)


# --- how many parameters ----------------------------------------------------------------------------------------------


def test_parameter_count_right():
    assert count((2, 10, 10, 1)) == 151
    assert case.check_parameter_count(count).right


def test_parameter_count_untouched():
    assert case.check_parameter_count(lambda sizes: ...).status == "not attempted"
    assert case.check_parameter_count(...).status == "not attempted"


def layers(rule):
    return lambda sizes: sum(rule(n_in, n_out) for n_in, n_out in itertools.pairwise(sizes))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (layers(lambda n_in, n_out: n_in * n_out), "weights only"),
        (layers(lambda n_in, n_out: n_out), "biases only"),
        (layers(lambda n_in, n_out: n_in * n_out + n_in), "layer before"),
        (layers(lambda n_in, n_out: n_in * n_out + 1), "whole layer"),
        (layers(lambda n_in, n_out: n_in + 2 * n_out), "product"),
        (lambda sizes: count(sizes) + sizes[0], "inputs biases"),
        (sum, "count units"),
        (np.prod, "multiply all"),
        (lambda sizes: 151, "compute it from layer_sizes"),
        (lambda sizes: 7, "wrong in 4 of 4"),
        (lambda sizes: None, "return missing"),
        (lambda sizes: "text", "holds no real numbers"),
        (lambda sizes: [1, 2], "shape (2,)"),
        (raises, "ZeroDivisionError"),
        (lambda: 1, "TypeError"),
        (151, "expected a function"),
        (None, "expected a function"),
        ("text", "expected a function"),
    ],
)
def test_parameter_count_mistakes(answer, words):
    wrong(case.check_parameter_count(answer), words)
