"""The checks of notebook 01: right, untouched, named mistakes, and whatever else a reader may hand in."""

import inspect

import numpy as np
import pytest

from helpers import case
from helpers.exercises import forward

CHECKS = [value for name, value in vars(forward).items() if name.startswith("check_")]


def relu(z):
    return np.maximum(z, 0)


def unit(w, x, b):
    z = w @ x + b
    return z, max(0.0, z)


def collapse(p, stop=None):
    W, b = p["W1"], p["b1"]
    for l in range(2, (stop or len(p) // 2) + 1):
        W, b = p[f"W{l}"] @ W, p[f"W{l}"] @ b + p[f"b{l}"]
    return W, b


def collapse_three(p):
    return p["W3"] @ p["W2"] @ p["W1"], p["W3"] @ (p["W2"] @ p["b1"] + p["b2"]) + p["b3"]


def collapse_in_two_lines(p):
    W, b = p["W1"], p["b1"]
    for l in range(2, len(p) // 2 + 1):
        W = p[f"W{l}"] @ W
        b = W @ b + p[f"b{l}"]
    return W, b


def spoilt(c, p):
    fresh = case.forward_prop(c["A0"], p)
    return [name for name in c if not np.allclose(c[name], fresh[name])]


def neighbours(c, p):
    return forward._against_neighbours(c, p)


def deep(X, p, g_hidden, g_output, *, stop=0, feed_z=False, bias=1, from_x=False):
    """The pass of the exercise, with slips to choose from."""
    L, A = len(p) // 2, X
    for l in range(1, L + 1 - stop):
        Z = p[f"W{l}"] @ (X if from_x else A) + bias * p[f"b{l}"]
        A = g_output(Z) if l == L else Z if feed_z else g_hidden(Z)
    return A


def z3_after(rise):
    p, (x, _) = case.worked_params(), case.worked_example()
    p["b1"][3, 0] += rise
    return case.forward_prop(x, p)["Z3"].item()


RIGHT = [
    (forward.check_unit, (unit,)),
    (forward.check_unit, (lambda w, x, b: [np.sum(w * x) + b, relu(np.sum(w * x) + b)],)),
    (forward.check_unit, (lambda w, x, b: np.array(unit(w, x, b)),)),
    (forward.check_unit, (lambda w, x, b: (np.array([w @ x + b]), np.array([[relu(w @ x + b)]])),)),
    (forward.check_unit, (lambda w, x, b: np.array(unit(w, x, b), dtype=np.float32),)),
    (forward.check_change, (z3_after(0.05), z3_after(0.2), case.worked_params())),
    (forward.check_change, (np.array([-0.4795]), [-0.4335])),
    (forward.check_change, (z3_after(0.05), z3_after(0.2))),
    (forward.check_change, (-0.4795, -0.4335)),
    (forward.check_change, (np.array([[-0.4795]]), np.float64(-0.4335))),
    (forward.check_layer, (lambda W, A, b: A @ W.T + b.T,)),
    (forward.check_layer, (lambda W, A, b: (W @ A.T + b).T,)),
    (forward.check_spoilt, (spoilt,)),
    (forward.check_spoilt, (lambda c, p: set(spoilt(c, p)),)),
    (forward.check_spoilt, (lambda c, p: np.array(spoilt(c, p), dtype=str),)),
    (forward.check_spoilt, (lambda c, p: {name: c[name] for name in spoilt(c, p)}.keys(),)),
    (forward.check_spoilt, (lambda c, p: (name for name in spoilt(c, p)),)),
    (forward.check_spoilt, (lambda c, p: filter(spoilt(c, p).__contains__, c),)),
    (forward.check_layer, (lambda W, A, b: (A @ W.T + b.T).astype(np.float32),)),
    (forward.check_collapse, (lambda p: [part.astype(np.float32) for part in collapse(p)],)),
    (forward.check_depth, (lambda *given: deep(*given).astype(np.float32),)),
    (forward.check_collapse, (collapse,)),
    (forward.check_depth, (deep,)),
]

UNTOUCHED = [
    (forward.check_unit, (lambda w, x, b: (..., ...),)),
    (forward.check_unit, (lambda w, x, b: (w @ x + b, ...),)),
    (forward.check_change, (..., ...)),
    (forward.check_change, (-0.4795, ...)),
    (forward.check_layer, (lambda W, A, b: ...,)),
    (forward.check_spoilt, (lambda c, p: ...,)),
    (forward.check_collapse, (lambda p: (..., ...),)),
    (forward.check_depth, (lambda X, p, g_hidden, g_output: ...,)),
]


def by_size(X, p, g_hidden, g_output, last=None):
    """The output's activation wherever a layer has one unit; at the last layer too, or `last`."""
    A = X
    for l in range(1, len(p) // 2 + 1):
        Z = p[f"W{l}"] @ A + p[f"b{l}"]
        single = len(Z) == 1 or (last and l == len(p) // 2)
        A = g_output(Z) if single else g_hidden(Z)
    return A


def changed_params():
    p = case.worked_params()
    p["b1"][3, 0] += 0.2
    return p


def units(z, a):
    return forward.check_unit, (lambda w, x, b: (z(w, x, b), a(w, x, b)),)


def layer(answer):
    return forward.check_layer, (answer,)


def collapsed(W=lambda p: collapse(p)[0], b=lambda p: collapse(p)[1]):
    return forward.check_collapse, (lambda p: (W(p), b(p)),)


def depth(**slips):
    return forward.check_depth, (lambda X, p, g, f: deep(X, p, g, f, **slips),)


def z(w, x, b):
    return w @ x + b


LINEAR_SMALL, LINEAR_LARGE = (forward._z3_with(rise, fully_linear=True) for rise in (0.05, 0.2))

MISTAKES = [
    (units(lambda w, x, b: w @ x, lambda w, x, b: relu(w @ x)), "bias is missing"),
    (units(lambda w, x, b: w @ x - b, lambda w, x, b: relu(w @ x - b)), "subtracted"),
    (units(lambda w, x, b: relu(z(w, x, b)), lambda w, x, b: relu(z(w, x, b))), "already rectified"),
    (units(lambda w, x, b: w[0] * x[0] + w[1] * x[1] + b, lambda w, x, b: 0.0), "first two inputs"),
    (units(lambda w, x, b: (w + x).sum() + b, lambda w, x, b: 0.0), "are added"),
    (units(lambda w, x, b: w * x + b, lambda w, x, b: relu(w * x + b)), "one number for each input"),
    (units(lambda w, x, b: np.array([z(w, x, b)] * 4), lambda w, x, b: np.array([0.0])), "plain numbers"),
    ((forward.check_unit, (lambda w, x, b: np.array([w @ x + b, w @ x + b]),)), "activation is missing"),
    ((forward.check_unit, (lambda w, x, b: w * x + b,)), "3 values"),
    (units(z, z), "activation is missing"),
    (units(z, lambda w, x, b: relu(w @ x) + b), "added after ReLU"),
    (units(z, lambda w, x, b: abs(z(w, x, b))), "absolute value"),
    (units(z, lambda w, x, b: min(0, z(w, x, b))), "min(0, z)"),
    (units(z, lambda w, x, b: float(z(w, x, b) > 0)), "slope"),
    (units(z, lambda w, x, b: 1 / (1 + np.exp(-z(w, x, b)))), "sigmoid"),
    ((forward.check_unit, (z,)), "expected two"),
    ((forward.check_change, (LINEAR_SMALL, -0.4335)), "whole rise"),
    ((forward.check_change, (-0.4795, LINEAR_LARGE)), "whole rise"),
    ((forward.check_change, (-0.4795, -0.4795)), "has not moved"),
    ((forward.check_change, (1 / (1 + np.exp(0.4795)), -0.4335)), "before the sigmoid"),
    ((forward.check_change, (forward._z3_with(0.05, rectify_second=False), -0.4335)), "layer 2"),
    ((forward.check_change, (-0.4795, forward._z3_with(0.25))), "to the 0.05 of before"),
    ((forward.check_change, (forward._z3_with(0.55), -0.4335)), "sets the bias to 0.05"),
    ((forward.check_change, (-0.4795, forward._z3_with(0.7))), "from -0.5 to -0.3"),
    (layer(lambda W, A, b: A @ W.T), "bias is missing"),
    (layer(lambda W, A, b: A @ W.T - b.T), "subtracted"),
    (layer(lambda W, A, b: relu(A @ W.T + b.T)), "already rectified"),
    (layer(lambda W, A, b: (A @ W.T + b.T).T), "Z is transposed"),
    (layer(lambda W, A, b: A @ W + b.T), "W is not transposed"),
    (layer(lambda W, A, b: A @ W.T + b), "stands upright"),
    (layer(lambda W, A, b: A @ W + b), "W and b are not transposed"),
    (layer(lambda W, A, b: W @ A + b), "examples as columns"),
    (layer(lambda W, A, b: W @ A.T + b.T), "transpose the whole formula"),
    (layer(lambda W, A, b: W.T @ A + b.T), "wrong order"),
    (layer(lambda W, A, b: A * W + b.T), "element by element"),
    (layer(lambda W, A, b: A * W.T + b.T), "element by element"),
    ((forward.check_spoilt, (neighbours,)), "with their neighbours"),
    ((forward.check_spoilt, (lambda c, p: [name for name in c if name not in spoilt(c, p)],)), "the intact ones"),
    ((forward.check_spoilt, (lambda c, p: bool(spoilt(c, p)),)), "which ones"),
    ((forward.check_spoilt, (lambda c, p: 1,)), "expected a list of str"),
    ((forward.check_spoilt, (lambda c, p: [1],)), "something else than names"),
    ((forward.check_spoilt, (lambda c, p: [],)), "some are missing"),
    ((forward.check_spoilt, (lambda c, p: spoilt(c, p)[:1],)), "some are missing"),
    ((forward.check_spoilt, (lambda c, p: ["A2"] if spoilt(c, p) else [],)), "expected A1"),
    ((forward.check_spoilt, (lambda c, p: list(c)[list(c).index(spoilt(c, p)[0]) :] if spoilt(c, p) else [],)), "stored before it happened"),
    (collapsed(W=lambda p: p["W1"] @ p["W2"] @ p["W3"]), "order is reversed"),
    (collapsed(W=lambda p: p["W1"] + p["W2"] + p["W3"]), "matrices are added"),
    (collapsed(W=lambda p: p["W1"] * p["W2"] * p["W3"]), "use @"),
    (collapsed(W=lambda p: collapse(p)[0].T), "W is transposed"),
    ((forward.check_collapse, (collapse_three,)), "asks for W3, but this network has 1 layer: find L"),
    ((forward.check_collapse, (lambda p: collapse(p, min(3, len(p) // 2)),)), "stop after layer 3"),
    ((forward.check_collapse, (lambda p: collapse(p, len(p) // 2 - 1),)), "last layer is missing"),
    ((forward.check_collapse, (collapse_in_two_lines,)), "Compute b before W"),
    (collapsed(W=lambda p: p["W3"]), "last layer's W alone"),
    (collapsed(W=lambda p: p["W1"]), "W1 alone"),
    (collapsed(b=lambda p: p["b3"]), "last bias only"),
    (collapsed(b=lambda p: 0 * p["b3"]), "b is 0"),
    (collapsed(b=lambda p: p["b1"] + p["b2"] + p["b3"]), "as they are"),
    (collapsed(b=lambda p: p["W3"] @ p["b2"] + p["b3"]), "b1 is missing"),
    (collapsed(b=lambda p: p["W3"] @ p["W2"] @ p["b1"] + p["b3"]), "b2 is missing"),
    (collapsed(b=lambda p: p["W3"] @ (p["W2"] @ p["b1"] + p["b2"])), "last bias is missing"),
    (collapsed(b=lambda p: p["W3"] @ p["W2"] @ p["b1"]), "only b1 arrives"),
    (collapsed(b=lambda p: p["W3"] @ (p["W2"] @ (p["b1"] + p["b2"]) + p["b3"])), "not multiplied by its own W"),
    (collapsed(b=lambda p: collapse(p)[0] @ (p["b1"] + p["b2"] + p["b3"])), "its own W"),
    ((forward.check_collapse, (lambda p: collapse(p)[0],)), "expected two"),
    (depth(stop=1), "one layer early"),
    (depth(feed_z=True), "collapse into one"),
    (depth(bias=0), "biases are missing"),
    (depth(from_x=True), "every layer reads X"),
    ((forward.check_depth, (lambda X, p, g, f: deep(X, p, g, g),)), "suspect 5"),
    ((forward.check_depth, (lambda X, p, g, f: deep(X, p, f, f),)), "hidden layers use the output's"),
    ((forward.check_depth, (by_size,)), "Ask l == L"),
    ((forward.check_depth, (lambda *given: by_size(*given, last=True),)), "because it has one unit"),
    ((forward.check_change, (-0.4795, -0.4335, changed_params())), "you changed p: b1"),
    ((forward.check_depth, (lambda X, p, g, f: deep(X, p, g, lambda Z: Z),)), "last activation is missing"),
    ((forward.check_depth, (lambda X, p, g, f: deep(X, p, g, f) if len(p) == 6 else X,)), "A2 for layer sizes"),
]


@pytest.mark.parametrize(("check", "answers"), RIGHT)
def test_a_right_answer_is_right(check, answers):
    assert check(*answers).right, check(*answers)


@pytest.mark.parametrize(("check", "answers"), UNTOUCHED)
def test_an_untouched_stub_is_not_attempted(check, answers):
    assert check(*answers).status == "not attempted"


@pytest.mark.parametrize(("given", "reason"), MISTAKES, ids=[f"{given[0].__name__[6:]}-{reason}" for given, reason in MISTAKES])
def test_a_known_mistake_is_named(given, reason):
    check, answers = given
    feedback = check(*answers)
    assert feedback.status == "wrong"
    assert reason in feedback.message


def raises(*_):
    raise RuntimeError("the reader's own")


def overwrites(W, A, b):
    Z = A @ W.T + b.T
    A[:] = 0
    return Z


GARBAGE = [None, "text", 7, np.nan, [], {}, object(), np.zeros((4, 4)), raises, lambda *_: None, lambda *_: "text",
           lambda *_: (None, None), lambda *_: ("a", "b"), lambda *_: np.zeros((7, 7)), lambda *_: ([[1], [2, 3]], 0), lambda: 1]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", GARBAGE, ids=lambda answer: type(answer).__name__)
def test_garbage_is_wrong_and_never_raises(check, answer):
    number = len(inspect.signature(check).parameters)
    feedback = check(*[answer] * number)
    assert feedback.status == "wrong"
    assert feedback.message


def test_an_overwritten_argument_is_named():
    assert "overwrites its argument" in forward.check_layer(overwrites).message


def test_the_reason_names_what_the_function_raised():
    assert "RuntimeError: the reader's own" in forward.check_layer(raises).message


def test_z3_of_the_exercise_is_what_the_case_computes():
    for rise in (0.0, 0.05, 0.2):
        assert forward._z3_with(rise) == pytest.approx(z3_after(rise), abs=1e-12)
