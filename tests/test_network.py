"""The reference network: against HIPS autograd and central differences, shapes, purity, bad input."""

import itertools

import numpy as np
import pytest

from helpers import checks, datasets, losses, network
from helpers.activations import ACTIVATIONS
from helpers.checks import DomainError
from helpers.gradcheck import numerical_gradient, relative_error
from oracles import require

autograd = require("autograd")
hypothesis = require("hypothesis")
anp = require("autograd.numpy")

HIDDEN = {
    "identity": lambda z: z,
    "relu": lambda z: anp.where(z > 0, z, 0.0),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "elu": lambda z: anp.where(z > 0, z, anp.exp(anp.minimum(z, 0)) - 1),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "silu": lambda z: z / (1 + anp.exp(-z)),
}
OUTPUT = HIDDEN | {"softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=0)}
LOSS = {
    "bce": lambda A, y: anp.mean(anp.sum(-y * anp.log(A) - (1 - y) * anp.log(1 - A), axis=0)),
    "cross_entropy": lambda A, y: -anp.mean(anp.sum(y * anp.log(A), axis=0)),
    "mse": lambda A, y: anp.mean((A - y) ** 2),
    "half_mse": lambda A, y: anp.mean((A - y) ** 2) / 2,
}
PAIRS = [(output, loss) for output, names in losses.OUTPUT_LOSSES.items() for loss in names]


def oracle_loss(p, X, y, hidden, output, loss):
    """The network once more, written for HIPS autograd."""
    L, A = len(p) // 2, X
    for l in range(1, L + 1):
        Z = anp.dot(p[f"W{l}"], A) + p[f"b{l}"]
        A = OUTPUT[output](Z) if l == L else HIDDEN[hidden](Z)
    return LOSS[loss](A, y)


def problem(depth, m, output, loss, seed=0, n=1):
    """Random inputs, labels and parameters; for a ReLU output, outputs between 0 and 1 and away from its kink."""
    rng = np.random.default_rng(seed)
    K = 3 if output == "softmax" else n
    sizes = [2, *rng.integers(3, 6, size=depth - 1), K]
    p = network.init_params([int(n) for n in sizes], rng=rng)
    for l in range(1, depth + 1):
        p[f"b{l}"] = rng.uniform(-0.5, 0.5, p[f"b{l}"].shape)
    if output == "relu":
        p[f"W{depth}"] *= 0.02
        p[f"b{depth}"][:] = 0.5
    X = rng.standard_normal((2, m))
    if output == "softmax":
        return X, datasets.one_hot(rng.integers(0, K, size=(1, m)), K), p
    return X, rng.integers(0, 2, size=(K, m)) * 1.0, p


@pytest.mark.parametrize("m", [1, 7, 10])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_gradients_agree_with_autograd_and_central_differences(hidden, output, loss, depth, m):
    agree_with_autograd_and_central_differences(*problem(depth, m, output, loss, seed=depth), hidden, output, loss)


@pytest.mark.parametrize("n", [2, 5])
@pytest.mark.parametrize(("output", "loss"), [pair for pair in PAIRS if pair[0] != "softmax"])
@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_gradients_of_several_outputs(hidden, output, loss, n):
    agree_with_autograd_and_central_differences(*problem(3, 7, output, loss, seed=n, n=n), hidden, output, loss)


def test_the_textbook_starts_from_the_output_minus_the_target():
    X, y, p = problem(2, 7, "sigmoid", "bce", n=3)
    c = network.forward_prop(X, p)
    np.testing.assert_array_equal(network.backward_prop(X, y, c, p)["dZ2"], c["A2"] - y)
    c = network.forward_prop(X, p, output="identity")
    np.testing.assert_array_equal(network.backward_prop(X, y, c, p, output="identity")["dZ2"], (c["A2"] - y) / 3)


def agree_with_autograd_and_central_differences(X, y, p, hidden, output, loss):
    c = network.forward_prop(X, p, hidden, output)
    grads = network.backward_prop(X, y, c, p, hidden, output, loss)
    value = network.compute_loss(y, c, output, loss)
    oracle_value, oracle = autograd.value_and_grad(oracle_loss)(p, X, y, hidden, output, loss)
    numerical = numerical_gradient(lambda q: network.compute_loss(y, network.forward_prop(X, q, hidden, output), output, loss), p)
    assert value == pytest.approx(oracle_value, rel=1e-12, abs=1e-13)
    for name in p:
        assert grads[f"d{name}"].shape == p[name].shape
        assert relative_error(grads[f"d{name}"], oracle[name]) < 1e-12 or np.abs(grads[f"d{name}"] - oracle[name]).max() < 1e-16
        assert relative_error(grads[f"d{name}"], numerical[f"d{name}"]) < 1e-7 or np.abs(grads[f"d{name}"] - numerical[f"d{name}"]).max() < 1e-10


def test_forward_prop_is_the_formula_written_out():
    X, _, p = problem(3, 4, "sigmoid", "bce")
    c = network.forward_prop(X, p)
    assert c["A0"] is X
    A1 = np.maximum(0, p["W1"] @ X + p["b1"])
    A2 = np.maximum(0, p["W2"] @ A1 + p["b2"])
    Z3 = p["W3"] @ A2 + p["b3"]
    np.testing.assert_allclose(c["A2"], A2)
    np.testing.assert_allclose(c["A3"], 1 / (1 + np.exp(-Z3)))
    assert list(c) == ["A0", "Z1", "A1", "Z2", "A2", "Z3", "A3"]


sizes = hypothesis.strategies.integers(1, 5)


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(widths=hypothesis.strategies.lists(sizes, min_size=2, max_size=6), m=hypothesis.strategies.integers(1, 12),
                  seed=hypothesis.strategies.integers(0, 2**16))
def test_shapes_purity_and_independence_of_examples(widths, m, seed):
    rng = np.random.default_rng(seed)
    p = network.init_params([*widths, 1], rng=rng)
    X, y = rng.standard_normal((widths[0], m)), rng.integers(0, 2, (1, m)) * 1.0
    before = {name: value.copy() for name, value in p.items()}, X.copy(), y.copy()
    c = network.forward_prop(X, p)
    cached = {name: value.copy() for name, value in c.items()}
    grads = network.backward_prop(X, y, c, p)
    for name, value in p.items():
        assert grads[f"d{name}"].shape == value.shape
    single = [network.backward_prop(X[:, [i]], y[:, [i]], network.forward_prop(X[:, [i]], p), p) for i in range(m)]
    for name in p:
        np.testing.assert_allclose(grads[f"d{name}"], np.mean([s[f"d{name}"] for s in single], axis=0), atol=1e-12)
    for l in range(1, len(widths) + 1):
        np.testing.assert_allclose(grads[f"dZ{l}"], np.concatenate([s[f"dZ{l}"] for s in single], axis=1), atol=1e-12)
    for then, now in zip((*before, cached), (p, X, y, c), strict=True):
        for a, b in zip(*((list(v.values()) if isinstance(v, dict) else [v]) for v in (then, now)), strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_softmax_of_two_is_a_sigmoid():
    X, y = datasets.two_moons(20)
    p = network.init_params((2, 4, 1), rng=1)
    q = p | {"W2": np.concatenate([0 * p["W2"], p["W2"]]), "b2": np.concatenate([0 * p["b2"], p["b2"]])}
    one, two = network.forward_prop(X, p), network.forward_prop(X, q, output="softmax")
    np.testing.assert_allclose(two["A2"][1:], one["A2"])
    assert network.compute_loss(datasets.one_hot(y, 2), two, "softmax") == pytest.approx(network.compute_loss(y, one))
    np.testing.assert_array_equal(network.predict(X, q, output="softmax"), network.predict(X, p))


@pytest.mark.parametrize(("scheme", "deviation"), [("he", np.sqrt(2 / 400)), ("glorot", np.sqrt(2 / 700)), ("normal", 1), ("small", 0.01)])
def test_schemes_have_their_spread(scheme, deviation):
    p = network.init_params((400, 300, 1), scheme)
    assert p["W1"].std() == pytest.approx(deviation, rel=0.01)
    assert p["W1"].mean() == pytest.approx(0, abs=deviation / 50)
    assert not p["b1"].any()


def test_uniform_lies_between_0_and_1_and_seeds_repeat():
    W = network.init_params((50, 40, 1), "uniform", rng=3)["W1"]
    assert 0 <= W.min() < 0.01
    assert 0.99 < W.max() <= 1
    np.testing.assert_array_equal(W, network.init_params((50, 40, 1), "uniform", rng=np.random.default_rng(3))["W1"])


def bad(change, error, says, *, call="backward", name=""):
    return pytest.param(change, error, says, call, id=name or says[:40])


@pytest.mark.parametrize(("change", "error", "says", "call"), [
    bad(lambda a: a | {"y": a["y"][0]}, ValueError, r"y has shape \(10,\), expected \(1, 10\): write y.reshape\(1, -1\)"),
    bad(lambda a: a | {"y": a["y"] + 1}, ValueError, "y holds 2, expected only the labels 0 and 1"),
    bad(lambda a: a | {"y": a["y"].T}, ValueError, r"y has shape \(10, 1\), expected \(1, 10\)"),
    bad(lambda a: a | {"X": a["X"][0]}, ValueError, r"X has shape \(10,\)"),
    bad(lambda a: a | {"X": a["X"].T}, ValueError, "columns are examples, so write X.T", call="forward"),
    bad(lambda a: a | {"X": a["X"] * np.nan}, DomainError, r"X holds nan at index \(0, 0\)", call="forward"),
    bad(lambda a: a | {"X": a["X"][:, :0]}, ValueError, "holds no numbers", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"b1": a["p"]["b1"].ravel()}}, ValueError,
        r"b1 has shape \(10,\), expected \(10, 1\): write b1.reshape\(-1, 1\)", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"W2": a["p"]["W2"][:, :9]}}, ValueError, r"W2 has shape \(10, 9\), expected \(n, 10\)", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"W1": a["p"]["W1"].astype(int)}}, TypeError, r"W1.*dtype int64.*astype\(float\)", call="forward"),
    bad(lambda a: a | {"p": {k: v for k, v in a["p"].items() if k != "b2"}}, KeyError, "p lacks 'b2'", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"w2": a["p"]["W2"]}}, KeyError, "unknown key 'w2'", call="forward"),
    bad(lambda a: a | {"p": list(a["p"])}, TypeError, "p is a list", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"b1": a["p"]["b1"].T}}, ValueError, r"expected \(10, 1\): write b1.T", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"W1": a["p"]["W1"].view(np.matrix)}}, TypeError, "W1.* is a matrix, expected a NumPy", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"W1": np.ma.masked_array(a["p"]["W1"])}}, TypeError, "is a MaskedArray", call="forward"),
    bad(lambda a: a | {"p": a["p"] | {"W1": a["p"]["W1"].astype(object)}}, TypeError, "dtype object, expected float64", call="forward"),
    bad(lambda a: a | {"p": {"W9999": a["p"]["W1"]}}, KeyError, "p lacks 'W1': it has .'W9999'.", call="forward"),
    bad(lambda a: a | {"p": {"W99999999999": a["p"]["W1"]}}, KeyError, "p lacks 'W1'", call="forward"),
    bad(lambda a: a | {"p": {k: v * 1e200 for k, v in a["p"].items()}}, DomainError, r"Z2 = W2 A1 \+ b2 holds -?inf", call="forward"),
    bad(lambda a: a | {"p": {k: np.full_like(v, 1e308) for k, v in a["p"].items()}}, DomainError, "dW[12] holds", name="overflow backwards"),
    bad(lambda a: a | {"hidden": "rleu"}, ValueError, "hidden is 'rleu'.*did you mean 'relu'", call="forward"),
    bad(lambda a: a | {"hidden": "rleu"}, ValueError, "hidden is 'rleu'", name="hidden backwards"),
    bad(lambda a: a | {"c": a["c"] | {"A0": a["X"] * np.nan}}, DomainError, r'c\["A0"\] holds nan'),
    bad(lambda a: a | {"c": a["c"] | {"A0": a["X"].astype(str)}}, TypeError, r'c\["A0"\] holds text'),
    bad(lambda a: a | {"X": a["X"] + 1}, ValueError, r'X differs from c\["A0"\]'),
    bad(lambda a: a | {"c": a["c"] | {"Z4": a["y"], "A4": a["y"]}}, ValueError, "c has 'Z4', but p has only 3 layers"),
    bad(lambda a: a | {"c": a["c"] | {"A1": "text"}}, TypeError, r'c\["A1"\] is .text., expected real numbers'),
    bad(lambda a: a | {"output": "tanh"}, ValueError, "output is 'tanh', expected one of sigmoid", call="forward"),
    bad(lambda a: a | {"loss": "cross_entropy"}, ValueError, "expected one that goes with output 'sigmoid'"),
    bad(lambda a: a | {"c": {k: v for k, v in a["c"].items() if k != "A1"}}, KeyError, "c lacks 'A1'"),
    bad(lambda a: a | {"c": a["c"] | {"Z2": a["c"]["Z2"][:, :3]}}, ValueError, r"Z2.* has shape \(10, 3\), expected \(10, 10\)"),
    bad(lambda a: a | {"c": None}, TypeError, "c is None, expected the dict that forward_prop returns"),
])  # fmt: skip
def test_bad_input_is_named(change, error, says, call):
    X, y = datasets.two_moons(10)
    p = network.init_params()
    a = {"X": X, "y": y, "p": p, "c": network.forward_prop(X, p), "hidden": "relu", "output": "sigmoid", "loss": None}
    a = change(a)
    with pytest.raises(error, match=says):
        if call == "forward":
            network.forward_prop(a["X"], a["p"], a["hidden"], a["output"])
        else:
            network.backward_prop(a["X"], a["y"], a["c"], a["p"], a["hidden"], a["output"], a["loss"])


@pytest.mark.parametrize(("sizes", "says"), [
    ((2,), "at least inputs"), (3, "layer_sizes is 3, expected a sequence"), ({2, 1}, "is a set"), (b"ab", "is a bytes"),
    ((2, 0, 1), "at least 1"), ((2, 1.5, 1), "whole number"),
    ((2, 10**12, 1), r"layer_sizes\[1\] is 1000000000000, expected at most 100000000"),
    ((2, 10**400, 1), "a whole number of more than 40 digits"), ((10**6, 10**6, 1), r"asks for 1e\+12 weights, expected at most 1e\+08"),
])  # fmt: skip
def test_bad_layer_sizes_are_named(sizes, says):
    with pytest.raises((TypeError, ValueError), match=says):
        network.init_params(sizes)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_no_argument_is_changed(hidden, output, loss):
    X, y, p = problem(3, 5, output, loss)
    c = network.forward_prop(X, p, hidden, output)
    arguments = {"X": X, "y": y, **p, **c}
    before = {name: value.copy() for name, value in arguments.items()}
    network.compute_loss(y, c, output, loss)
    grads = network.backward_prop(X, y, c, p, hidden, output, loss)
    for value in grads.values():
        value += 1  # nor does a gradient share its memory with an argument
    for name, value in arguments.items():
        np.testing.assert_array_equal(value, before[name])


def test_a_relu_output_of_0_may_cost_infinitely_much():
    X, y, p = problem(2, 5, "relu", "bce")
    c = network.forward_prop(X, p, output="relu")
    c["A2"][:] = 0
    assert network.compute_loss(np.ones_like(y), c, "relu", "bce") == np.inf


def test_a_relu_output_above_one_is_no_probability():
    X, y, p = problem(2, 5, "relu", "bce")
    p["b2"][:] = 3.0
    with pytest.raises(DomainError, match="expected probabilities between 0 and 1"):
        network.compute_loss(y, network.forward_prop(X, p, output="relu"), "relu", "bce")


def test_labels_and_accuracy():
    assert network.classify(np.array([[0.2, 0.5, 0.7]])).tolist() == [[0, 0, 1]]
    assert network.classify(np.array([[0.2, 0.5], [0.7, 0.1], [0.1, 0.4]])).tolist() == [[1, 0]]
    assert network.accuracy(np.array([[1.0, 0, 1, 0]]), np.array([[0.9, 0.2, 0.1, 0.3]])) == 0.75
    with pytest.raises(ValueError, match=r"example 1 \(column 0\) of y holds 2 ones"):
        network.accuracy(np.ones((2, 1)), np.array([[0.9], [0.8]]))


def test_every_pair_of_output_and_loss_is_tried():
    assert {output for output, _ in PAIRS} == {"sigmoid", "identity", "relu", "softmax"}
    assert len(list(itertools.product(ACTIVATIONS, PAIRS))) == 8 * len(PAIRS)


def test_a_cache_of_lists_is_as_good_as_one_of_arrays():
    X, y, p = problem(3, 5, "sigmoid", "bce")
    c = network.forward_prop(X, p)
    lists = {name: value.tolist() for name, value in c.items()}
    assert network.compute_loss(y, lists) == network.compute_loss(y, c)
    for name, value in network.backward_prop(X, y, lists, p).items():
        np.testing.assert_array_equal(value, network.backward_prop(X, y, c, p)[name])


def test_a_message_is_short_however_many_keys_there_are():
    with pytest.raises(KeyError) as error:
        network.forward_prop(np.ones((2, 3)), {f"W{l}": np.ones((2, 2)) for l in range(1, 5000)})
    assert len(str(error.value)) < 400


def test_the_depth_counts_layers_and_nothing_else():
    assert network.depth({"Z1": 0, "Z2": 0, "Z²": 0, "Zeta": 0, 3: 0}) == 2
    for c in ({"Z²": 1}, {"Z0": 1}, {}):
        with pytest.raises(KeyError, match="c lacks 'Z1'"):
            network.depth(c)


def test_class_numbers_for_a_softmax_are_told_of_one_hot():
    X, y = datasets.two_moons(10)
    c = network.forward_prop(X, network.init_params((2, 4, 3)), output="softmax")
    with pytest.raises(ValueError, match=r"for class numbers write datasets.one_hot\(y, 3\)"):
        network.compute_loss(y, c, "softmax")


@pytest.mark.filterwarnings("error")
def test_a_loss_too_large_for_a_float_is_infinite():
    c = {"Z1": np.array([[1e200]]), "A1": np.array([[1e200]])}
    assert network.compute_loss([[0.0]], c, "identity") == np.inf


def test_layer_sizes_may_be_any_sequence():
    for sizes in ([1, 2, 3], (1, 2, 3), range(1, 4), np.array([1, 2, 3])):
        assert network.init_params(sizes)["W2"].shape == (3, 2)


def spoilt(arrays, name, value):
    """A dict of copies with one entry of one array replaced."""
    arrays = {key: array.copy() for key, array in arrays.items()}
    arrays[name][-1, -1] = value
    return arrays


@pytest.mark.parametrize("hidden", ["relu", "tanh"])  # both make a number of Z = -inf
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_number_that_is_not_finite_slips_through(hidden, value):
    X, y, p = problem(3, 4, "sigmoid", "bce")
    c = network.forward_prop(X, p, hidden)
    for name in p:
        for call in (lambda q: network.forward_prop(X, q, hidden), lambda q: network.backward_prop(X, y, c, q, hidden)):
            with pytest.raises(DomainError, match=f"^{name} holds {value}"):
                call(spoilt(p, name, value))
    for name in c:
        with pytest.raises(DomainError, match=rf'^c\["{name}"\] holds {value}'):
            network.backward_prop(X, y, spoilt(c, name, value), p, hidden)
    wrong = spoilt({"X": X, "y": y}, "X", value)["X"]
    with pytest.raises(DomainError, match=f"^X holds {value}"):
        network.forward_prop(wrong, p, hidden)
    with pytest.raises(DomainError, match=f"^X holds {value}"):
        network.backward_prop(wrong, y, c | {"A0": wrong}, p, hidden)
    with pytest.raises(DomainError, match=f"^y holds {value}"):
        network.backward_prop(X, spoilt({"y": y}, "y", value)["y"], c, p, hidden)


def test_numbers_whose_squares_overflow_are_finite_all_the_same():
    X, y, p = np.full((2, 3), 1e160), np.ones((1, 3)), {"W1": np.ones((1, 2)), "b1": np.full((1, 1), 1e200)}
    c = network.forward_prop(X, p)
    assert network.backward_prop(X, y, c, p)["dW1"].tolist() == [[0, 0]]
    assert network.compute_loss(y, c) == 0


def test_a_stack_of_networks_goes_through_the_same_passes():
    several = [problem(3, 5, "softmax", None, seed=0)[2] for _ in range(2)]
    several[1] = {name: value + 0.1 for name, value in several[1].items()}
    X, y, _ = problem(3, 5, "softmax", None)
    g, rule = network.activation_rules(3, "tanh", "softmax"), losses.get_loss("softmax")
    stack = {name: np.stack([p[name] for p in several]) for name in several[0]}
    c = network.forward(X, stack, g)
    grads = network.backward(network.output_delta(c["Z3"], c["A3"], y, "softmax", rule), c, stack, lambda Z, A: 1 - A**2)
    per_example = network.loss_per_example(c["Z3"], c["A3"], y, "softmax", rule)
    for r, p in enumerate(several):
        one = network.forward_prop(X, p, "tanh", "softmax")
        assert per_example[r].mean() == pytest.approx(network.compute_loss(y, one, "softmax"), rel=1e-14)
        assert network.shares_right(y, c["A3"])[r] == network.accuracy(y, one["A3"])
        for name, value in network.backward_prop(X, y, one, p, "tanh", "softmax").items():
            np.testing.assert_allclose(grads[name][r], value, rtol=1e-12, atol=1e-15)
    above = network.forward(c["A1"], stack, g, below=1)
    assert list(above) == ["A1", "Z2", "A2", "Z3", "A3"]
    np.testing.assert_array_equal(above["A3"], c["A3"])


def test_messages_end_where_they_end():
    for X, p, says in ((np.ones((3, 4)), network.init_params(), "X has shape (3, 4), expected (2, m)"),
                       (np.ones((2, 4)), network.init_params() | {"b1": np.ones((3, 3))}, "b1 has shape (3, 3), expected (10, 1)")):
        with pytest.raises(ValueError) as error:
            network.forward_prop(X, p)
        assert str(error.value) == says


class Unequal(str):
    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = str.__hash__


def test_a_key_of_somebody_s_own_class_stays_out_of_the_memory():
    p = network.init_params()
    for _ in range(2):
        with pytest.raises(KeyError, match="p has an unknown key 'W7'"):
            network.forward_prop(np.ones((2, 3)), {**p, Unequal("W7"): 1})
    assert network.depth({"Z1": 0, "Z2": 0}) == 2


@pytest.mark.parametrize("size", [10, 9_999, 10_001, 40_000])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_seen_in_arrays_of_any_size(size, bad):
    fine, spoilt = np.full(size, 1e200), np.ones(size)
    spoilt[size // 2] = bad
    assert checks.all_finite([fine]) and checks.all_finite([fine, np.ones(3)], [-fine, np.ones(3)]) and checks.all_finite([])
    assert not checks.all_finite([spoilt]) and not checks.all_finite([fine, spoilt]) and not checks.all_finite([fine], [spoilt])
    assert not checks.all_finite([spoilt], [fine])
