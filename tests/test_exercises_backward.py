"""The checks on backward propagation: right answers pass, each known mistake is told by its name, nothing raises."""

import numpy as np
import pytest

from helpers import network
from helpers.exercises import backward


def weight_gradient(dZ, A_prev):
    return dZ @ A_prev.T / dZ.shape[1]


def bias_gradient(dZ):
    return dZ.mean(axis=1, keepdims=True)


def activation_gradient(W, dZ):
    return W.T @ dZ


def layer(dA, Z, A_prev, W):
    dZ = dA * (Z > 0)
    return dZ, dZ @ A_prev.T / Z.shape[1], bias_gradient(dZ), W.T @ dZ


def tanh_pass(X, y, c, p, slope=lambda Z, A: 1 - A**2, mean=1.0, transposed=True):
    L, m = len(p) // 2, X.shape[1]
    grads, dZ = {}, c[f"A{L}"] - y
    for l in range(L, 0, -1):
        grads[f"dW{l}"], grads[f"db{l}"] = dZ @ c[f"A{l - 1}"].T / m**mean, dZ.sum(axis=1, keepdims=True) / m**mean
        if l > 1:
            W = p[f"W{l}"]
            W = W if not transposed and W.shape[0] == W.shape[1] and l < L else W.T
            dZ = W @ dZ * slope(c[f"Z{l - 1}"], c[f"A{l - 1}"])
    return grads


def tanh_with(**changes):
    return lambda X, y, c, p: tanh_pass(X, y, c, p, **changes)


def layer_with(entry, change):
    """The right layer, with one of its four results changed; change gets the result and the arguments."""

    def answer(dA, Z, A_prev, W):
        parts = list(layer(dA, Z, A_prev, W))
        parts[entry] = change(parts[entry], dA, Z, A_prev, W)
        return tuple(parts)

    return answer


def overwriting_layer(dA, Z, A_prev, W):
    dA *= Z > 0
    return dA, dA @ A_prev.T / Z.shape[1], bias_gradient(dA), W.T @ dA


CHECKS = {
    "weight_gradient": (backward.check_weight_gradient, weight_gradient),
    "bias_gradient": (backward.check_bias_gradient, bias_gradient),
    "activation_gradient": (backward.check_activation_gradient, activation_gradient),
    "dz2_column": (backward.check_dz2_column, [0, -0.2273, 0, 0, -0.0649, 0, 0, 0, 0.0325, -0.1299]),
    "layer_sizes": (backward.check_layer_sizes, (2, 4, 2, 1)),
    "one_layer": (backward.check_one_layer, layer),
    "tanh_network": (backward.check_tanh_network, tanh_pass),
}

STUBS = {
    "weight_gradient": lambda dZ, A_prev: ...,
    "bias_gradient": lambda dZ: ...,
    "activation_gradient": lambda W, dZ: ...,
    "dz2_column": ...,
    "layer_sizes": ...,
    "one_layer": lambda dA, Z, A_prev, W: (..., ..., ..., ...),
    "tanh_network": lambda X, y, c, p: ...,
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_right_answer_is_right(name):
    judge, answer = CHECKS[name]
    assert judge(answer).right, judge(answer)


def test_other_right_answers_are_right():
    assert backward.check_dz2_column(np.array([W3 * ON * 0.324658]).T).right
    assert backward.check_layer_sizes([2, 3, 2, 1]).right
    assert backward.check_layer_sizes(np.array([2, 2, 4, 1])).right
    assert backward.check_one_layer(lambda *arguments: list(layer(*arguments))).right
    assert backward.check_tanh_network(lambda X, y, c, p: network.backward_prop(X, y, c, p, "tanh")).right


@pytest.mark.parametrize("name", CHECKS)
def test_an_untouched_stub_is_not_attempted(name):
    assert CHECKS[name][0](STUBS[name]).status == "not attempted"


def with_slope_at_output(y, c, p, slope):
    """The cache with an output that makes A - y be (A - y) times the slope."""
    A = c[f"A{len(p) // 2}"]
    return c | {f"A{len(p) // 2}": y + (A - y) * slope(A)}


W3 = np.array([0.1, -0.7, -0.3, -0.3, -0.2, 1.0, -0.3, -0.3, 0.1, -0.4])  # of the worked network
ON = np.array([0, 1, 0, 0, 1, 0, 0, 0, 1, 1])  # its layer 2 for example 2 of the notebook
MISTAKES = [
    ("weight_gradient", lambda dZ, A: dZ @ A.T, "1/m is missing"),
    ("weight_gradient", lambda dZ, A: dZ @ A.T / len(dZ), "number of units, 4"),
    ("weight_gradient", lambda dZ, A: dZ @ A.T / len(A), "number of inputs, 2"),
    ("weight_gradient", lambda dZ, A: dZ @ A.T / 3, "the m of the notebook"),
    ("weight_gradient", lambda dZ, A: A @ dZ.T / dZ.shape[1], "is transposed"),
    ("weight_gradient", lambda dZ, A: A @ dZ.T, "transposed, and the 1/m is missing"),
    ("weight_gradient", lambda dZ, A: -weight_gradient(dZ, A), "wrong sign"),
    ("weight_gradient", lambda dZ, A: dZ @ (A if len(A) == A.shape[1] else A.T) / dZ.shape[1], "transpose of A_prev is missing"),
    ("weight_gradient", lambda dZ, A: dZ * A / 5 if dZ.shape == A.shape else weight_gradient(dZ, A), "entry by entry"),
    ("weight_gradient", lambda dZ, A: dZ @ A, "transpose of A_prev is missing"),
    ("weight_gradient", lambda dZ, A: dZ @ A.T / 5, "expected"),  # m taken from the first example
    ("weight_gradient", lambda dZ, A: dZ @ A.T / dZ.size, "all 25 numbers in dZ"),
    ("weight_gradient", lambda dZ, A: dZ.mean(axis=1, keepdims=True) @ A.mean(axis=1, keepdims=True).T, "product of means"),
    ("bias_gradient", lambda dZ: dZ.sum(axis=1, keepdims=True), "1/m is missing"),
    ("bias_gradient", lambda dZ: dZ.sum(axis=1, keepdims=True) / 3, "the m of the notebook"),
    ("bias_gradient", lambda dZ: dZ.mean(axis=1), "keepdims"),
    ("bias_gradient", lambda dZ: dZ.sum(axis=1), "The 1/m is missing as well"),
    ("bias_gradient", lambda dZ: dZ.sum(axis=1, keepdims=True) / len(dZ), "number of units"),
    ("bias_gradient", lambda dZ: dZ.sum(axis=0, keepdims=True) / dZ.shape[1], "axis 0"),
    ("bias_gradient", lambda dZ: dZ.mean(axis=0), "axis 0"),
    ("bias_gradient", lambda dZ: dZ.mean(), "units and examples"),
    ("bias_gradient", lambda dZ: dZ.sum() / dZ.shape[1], "units and examples"),
    ("activation_gradient", lambda W, dZ: W @ dZ, "transpose of W is missing"),
    ("activation_gradient", lambda W, dZ: W @ dZ / dZ.shape[1], "there is no 1/m"),
    ("activation_gradient", lambda W, dZ: W.T @ dZ / dZ.shape[1], "1/m too many"),
    ("activation_gradient", lambda W, dZ: dZ.T @ W, "is transposed"),
    ("activation_gradient", lambda W, dZ: (W.T @ dZ).sum(axis=1, keepdims=True), "sums over the examples"),
    ("activation_gradient", lambda W, dZ: W.T * dZ if W.shape == dZ.shape else W.T @ dZ, "entry by entry"),
    ("activation_gradient", lambda W, dZ: W * dZ if W.shape == dZ.shape else W.T @ dZ, "entry by entry"),
    ("activation_gradient", lambda W, dZ: np.linalg.pinv(W) @ dZ, "inverse of W"),
    ("one_layer", lambda *a: tuple(layer(*a)[k] for k in (1, 0, 2, 3)), "in another order"),
    ("one_layer", lambda *a: tuple(layer(*a)[k] for k in (3, 0, 1, 2)), "in another order"),
    ("one_layer", lambda dA, Z, A, W: (dA * np.heaviside(Z, 0.5), *layer(dA, Z, A, W)[1:]), "the slope is 0.5"),
    ("tanh_network", lambda X, y, c, p: tanh_pass(X, y, with_slope_at_output(y, c, p, lambda A: 1 - A**2), p), "last layer was multiplied"),
    ("tanh_network", lambda X, y, c, p: tanh_pass(X, y, with_slope_at_output(y, c, p, lambda A: A * (1 - A)), p), "last layer was multiplied"),
    ("dz2_column", W3 * 0.32466, "ReLU's slope is missing"),
    ("dz2_column", W3 * ON, "dZ3 is missing"),
    ("dz2_column", ON * 0.32466, "W3 is missing"),
    ("dz2_column", W3 * ON * -0.32466, "sign is wrong"),
    ("dz2_column", W3 * ON * 0.32466 / 3, "1/m too many"),
    ("dz2_column", [0, 0.4323, 0, 0.1853, 0, 0, 0, 0, -0.0618, 0.2471], "of example 1"),
    ("dz2_column", [0, 0.4453, 0, 0.1908, 0.1272, 0, 0, 0, -0.0636, 0], "of example 3"),
    ("dz2_column", W3 * 0.32466 * [0, 1, 0, 1, 0, 0, 0, 0, 1, 1], "mask is that of example 1"),
    ("dz2_column", W3 * 0.32466 * [0, 1, 0, 0, 1, 1, 0, 1, 0, 1], "mask is that of layer 1"),
    ("dz2_column", W3 * 0.32466 * [0, 0.546, 0, 0, 0.612, 0, 0, 0, 0.85, 0.032], "where its slope belongs"),
    ("dz2_column", [0, -0.2273, 0, 0, -0.0649, 0, 0, 0, 0.0325, 0.1299], "wrong in 1 of 10 entries"),
    ("dz2_column", [-0.2273, -0.0649, 0.0325, -0.1299], "has shape (4,)"),
    ("layer_sizes", (2, 3, 3, 1), "W2 is square"),
    ("layer_sizes", (2, 4, 1, 1), "W3 is (1, 1)"),
    ("layer_sizes", (2, 10, 7, 1), "17 hidden units"),
    ("layer_sizes", (3, 4, 2, 1), "3 inputs"),
    ("layer_sizes", (2, 4.5, 2, 1), "whole numbers"),
    ("layer_sizes", (2, 0, 2, 1), "at least 1"),
    ("layer_sizes", (2, 4, 1), "has shape (3,)"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dA), "slope is missing"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dA * (Z >= 0)), "the mask is Z >= 0"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dA * Z), "dA times Z"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dA * np.maximum(Z, 0)), "dA times the activation"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dA * (Z <= 0)), "where the unit is off"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: Z > 0), "slope alone"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dZ / Z.shape[1]), "1/m too many"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: np.maximum(dA, 0)), "taken from dA"),
    ("one_layer", layer_with(0, lambda dZ, dA, Z, A, W: dA * (A > 0) if A.shape == Z.shape else dZ), "A_prev, the layer before"),
    ("one_layer", layer_with(1, lambda it, dA, Z, A, W: it * Z.shape[1]), "dW: the 1/m is missing"),
    ("one_layer", layer_with(1, lambda it, dA, Z, A, W: it * Z.shape[1] / 3), "the m of the notebook"),
    ("one_layer", layer_with(2, lambda it, dA, Z, A, W: it * Z.shape[1] / 3), "the m of the notebook"),
    ("one_layer", layer_with(1, lambda it, dA, Z, A, W: dA @ A.T / Z.shape[1]), "dW is computed from dA"),
    ("one_layer", layer_with(2, lambda it, dA, Z, A, W: it[:, 0]), "db has shape"),
    ("one_layer", layer_with(2, lambda it, dA, Z, A, W: bias_gradient(dA)), "db is computed from dA"),
    ("one_layer", layer_with(3, lambda it, dA, Z, A, W: W @ (dA * (Z > 0))), "transpose of W is missing"),
    ("one_layer", layer_with(3, lambda it, dA, Z, A, W: W.T @ dA), "computed from dA"),
    ("one_layer", layer_with(3, lambda it, dA, Z, A, W: it / Z.shape[1]), "1/m too many"),
    ("one_layer", overwriting_layer, "overwrites its argument"),
    ("one_layer", lambda dA, Z, A, W: layer(dA, Z, A, W)[:3], "four results"),
    ("one_layer", lambda dA, Z, A, W: dict(zip("abcd", layer(dA, Z, A, W), strict=True)), "four results"),
    ("tanh_network", lambda X, y, c, p: network.backward_prop(X, y, c, p), "still ReLU's"),
    ("tanh_network", tanh_with(slope=lambda Z, A: A * (1 - A)), "sigmoid's"),
    ("tanh_network", tanh_with(slope=lambda Z, A: 1 - Z**2), "1 - Z**2"),
    ("tanh_network", tanh_with(slope=lambda Z, A: 1 - np.tanh(A) ** 2), "tanh(Z) already"),
    ("tanh_network", tanh_with(slope=lambda Z, A: 1 - A), "square is missing"),
    ("tanh_network", tanh_with(slope=lambda Z, A: A**2 - 1), "wrong sign"),
    ("tanh_network", tanh_with(slope=lambda Z, A: np.ones_like(A)), "slope is missing"),
    ("tanh_network", tanh_with(mean=0.0), "1/m is missing"),
    ("tanh_network", tanh_with(mean=2.0), "1/m too many"),
    ("tanh_network", lambda X, y, c, p: {k: g * X.shape[1] / 3 for k, g in tanh_pass(X, y, c, p).items()}, "the m of the notebook"),
    ("tanh_network", tanh_with(transposed=False), "transpose of W is missing"),
    ("tanh_network", lambda X, y, c, p: {"dW1": 0}, "dW3 is missing"),
    ("tanh_network", lambda X, y, c, p: [1, 2], "expected the dict"),
    ("tanh_network", lambda X, y, c, p: tanh_pass(X, y, {k: c[k] for k in ("A0", "A1", "A2", "A3", "Z1", "Z2")}, p), "KeyError"),
]


@pytest.mark.parametrize(("name", "answer", "reason"), MISTAKES, ids=[f"{n}-{r}" for n, _, r in MISTAKES])
def test_a_mistake_is_named(name, answer, reason):
    feedback = CHECKS[name][0](answer)
    assert feedback.status == "wrong"
    assert reason in feedback.message


def raises(*arguments):
    raise RuntimeError("broken")


GARBAGE = {
    "None": None,
    "text": "text",
    "raises": raises,
    "returns None": lambda *arguments: None,
    "returns text": lambda *arguments: "text",
    "wrong shape": lambda *arguments: np.zeros((7, 8, 9)),
    "NaN": lambda *arguments: np.full((3, 4), np.nan),
    "ragged": lambda *arguments: [[1, 2], [3]],
    "no arguments": lambda: 1,
    "a dict": {"dW1": None},
    "a dict of text": lambda *arguments: {name: "text" for name in ("dW1", "db1", "dW2", "db2", "dW3", "db3", "dW4", "db4")},
}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_wrong_and_never_raises(name, garbage):
    feedback = CHECKS[name][0](GARBAGE[garbage])
    assert feedback.status == "wrong"
    assert feedback.message


def test_an_answer_that_is_partly_written_is_not_attempted():
    assert backward.check_tanh_network(lambda X, y, c, p: {**tanh_pass(X, y, c, p), "dW2": ...}).status == "not attempted"
