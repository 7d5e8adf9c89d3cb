"""Sums over paths are the gradients of backward_prop, for any depth, width, activation and weight."""

import numpy as np
import pytest

from helpers import case, network, paths
from oracles import require

given, strategies = (require("hypothesis").given, require("hypothesis").strategies)


def setting(sizes, m=1, hidden="relu", output="sigmoid", seed=0):
    rng = np.random.default_rng(seed)
    p = network.init_params(sizes, "glorot", rng)
    p |= {name: rng.normal(size=value.shape) for name, value in p.items() if name[0] == "b"}
    X = rng.normal(size=(sizes[0], m))
    y = np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], m)] if output == "softmax" else rng.integers(0, 2, (sizes[-1], m)) * 1.0
    c = network.forward_prop(X, p, hidden, output)
    return p, c, network.backward_prop(X, y, c, p, hidden, output)


@given(
    strategies.lists(strategies.integers(1, 4), min_size=2, max_size=5),
    strategies.integers(1, 3),
    strategies.sampled_from(["relu", "sigmoid", "tanh", "identity"]),
    strategies.sampled_from(["sigmoid", "identity", "softmax"]),
    strategies.integers(0, 1000),
)
def test_the_sum_over_paths_is_the_entry_of_the_gradient(sizes, m, hidden, output, seed):
    p, c, grads = setting(sizes, m, hidden, output, seed)
    for l in range(1, len(sizes)):
        for j, k in np.ndindex(p[f"W{l}"].shape):
            shares = [paths.from_weight(p, c, grads, l, j, k, hidden=hidden, example=i) for i in range(m)]
            assert len(shares[0].products) == np.prod(sizes[l + 1 :])
            assert np.isclose(np.mean([share.total for share in shares]), grads[f"dW{l}"][j, k], rtol=1e-10, atol=1e-14)
        for j in range(sizes[l]):
            shares = [paths.from_weight(p, c, grads, l, j, hidden=hidden, example=i).total for i in range(m)]
            assert np.isclose(np.mean(shares), grads[f"db{l}"][j, 0], rtol=1e-10, atol=1e-14)


def test_the_paths_of_a_layer_are_those_of_its_units_one_after_the_other():
    p, c, grads = setting((2, 4, 3, 2), m=3, hidden="tanh")
    for l in (1, 2, 3):
        units, factors = paths.beyond(p, c, grads, l, hidden="tanh")
        each = [paths.beyond(p, c, grads, l, j, hidden="tanh") for j in range(p[f"W{l}"].shape[0])]
        assert np.array_equal(units, np.vstack([found for found, _ in each]))
        assert np.array_equal(factors, np.vstack([found for _, found in each]))


def test_ten_paths_of_the_worked_network_with_their_factors():
    p, (X, y) = case.worked_params(), case.worked_example()
    c = network.forward_prop(X, p)
    grads = network.backward_prop(X, y, c, p)
    found = paths.from_weight(p, c, grads, 1, 1, 0)
    assert found.units.tolist() == [[1, r, 0] for r in range(10)]
    r = 3
    assert found.factors[r].tolist() == [1.5, 1.0, p["W2"][r, 1], 1.0, p["W3"][0, r], grads["dZ3"][0, 0]]
    assert np.flatnonzero(found.products).tolist() == np.flatnonzero(c["Z2"][:, 0] > 0).tolist()
    assert np.isclose(found.total, 0.4076, atol=5e-5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((3, 0, 0), "l is 3, expected a layer from 1 to 2"), ((1, 4, 0), "j is 4, expected at most 3"), ((1, 0, 2), "k is 2, expected at most 1"),
     ((0, 0, 0), "l is 0"), ((1, -1, 0), "j is -1")],
)  # fmt: skip
def test_what_is_not_there_is_named(arguments, said):
    p, c, grads = setting([2, 4, 1])
    with pytest.raises(ValueError, match=said):
        paths.from_weight(p, c, grads, *arguments)
    with pytest.raises(ValueError, match="example is 1, expected at most 0"):
        paths.from_weight(p, c, grads, 1, 0, 0, example=1)
    with pytest.raises(KeyError, match="dZ2"):
        paths.from_weight(p, c, {}, 1, 0, 0)


def changed(by):
    """Parameters, cache, gradients of a small network and the options of a call, after `by` has changed them."""
    p, c, grads = setting([2, 4, 1], m=3)
    return by({"p": p, "c": c, "grads": grads, "l": 1, "j": 0, "k": 0})


@pytest.mark.parametrize(("by", "error", "said"), [
    (lambda a: a | {"p": None}, TypeError, "p is None, expected a dict"),
    (lambda a: a | {"c": None}, TypeError, "c is None, expected the dict that forward_prop returns"),
    (lambda a: a | {"c": {}}, KeyError, "c lacks 'Z1'"),
    (lambda a: a | {"c": {k: v for k, v in a["c"].items() if k != "A0"}}, KeyError, "c lacks 'A0'"),
    (lambda a: a | {"c": a["c"] | {"A0": "text"}}, TypeError, r'c\["A0"\] is .text., expected real numbers'),
    (lambda a: a | {"c": a["c"] | {"A0": np.ones((3, 3))}}, ValueError, r'c\["A0"\] has shape \(3, 3\), expected \(2, 3\)'),
    (lambda a: a | {"c": a["c"] | {"Z1": a["c"]["Z1"] * np.nan}}, ValueError, r'c\["Z1"\] holds nan'),
    (lambda a: a | {"c": a["c"] | {"Z1": a["c"]["Z1"][:, :2]}}, ValueError, r'c\["Z1"\] has shape \(4, 2\), expected \(4, 3\)'),
    (lambda a: a | {"grads": None}, TypeError, "grads is None, expected the dict that backward_prop returns"),
    (lambda a: a | {"grads": {"dZ2": 1.0}}, ValueError, r'grads\["dZ2"\] has shape \(\), expected \(1, m\)'),
    (lambda a: a | {"grads": {"dW1": 1.0}}, KeyError, "grads lacks 'dZ2': it has .'dW1'."),
    (lambda a: a | {"hidden": "rleu"}, ValueError, "hidden is 'rleu', expected one of .* did you mean 'relu'"),
    (lambda a: a | {"k": 0.5}, TypeError, "k is 0.5, expected a whole number"),
    (lambda a: a | {"j": np.timedelta64(1, "s")}, TypeError, "j is .*timedelta64.*, expected a whole number"),
    (lambda a: a | {"example": None}, TypeError, "example is None"),
])  # fmt: skip
def test_arguments_of_the_wrong_kind_are_named(by, error, said):
    with pytest.raises(error, match=said):
        paths.from_weight(**changed(by))


def test_a_network_may_be_deep():
    p = network.init_params([1] * 201, "glorot")
    c = network.forward_prop(np.ones((1, 1)), p, "identity")
    grads = network.backward_prop(np.ones((1, 1)), np.ones((1, 1)), c, p, "identity")
    found = paths.from_weight(p, c, grads, 1, 0, 0, hidden="identity")
    assert found.factors.shape == (1, 400) and np.isclose(found.total, grads["dW1"][0, 0], rtol=1e-9)


def test_more_paths_than_fit_are_refused_at_once():
    p, c, grads = setting([2, *[10] * 12, 1])
    with pytest.raises(ValueError, match=r"there are 1e\+11 paths for 1 examples, expected at most 2e\+07 factors"):
        paths.from_weight(p, c, grads, 1, 0, 0)
    p, c, grads = setting([2, *[50] * 400, 1], hidden="tanh")
    with pytest.raises(ValueError, match=r"there are 1e\+300 paths"):
        paths.beyond(p, c, grads, 1, hidden="tanh")
