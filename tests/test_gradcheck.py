"""Gradient checking: right answers pass, every kind of wrong one is found, kinks are reported as kinks."""

from functools import partial

import numpy as np
import pytest

from helpers import case, datasets, gradcheck, losses, network
from helpers.activations import ACTIVATIONS, make_relu

X, Y = datasets.two_moons(20)
P = network.init_params(rng=2)
PAIRS = [(output, loss) for output, names in losses.OUTPUT_LOSSES.items() for loss in names]


def loss_of(p):
    return network.compute_loss(Y, network.forward_prop(X, p))


def test_numerical_gradient_of_a_polynomial():
    p = {"a": np.array([[1.0, -2.0]]), "b": np.array(3.0)}
    grads = gradcheck.numerical_gradient(lambda q: (q["a"] ** 3).sum() * q["b"], p)
    np.testing.assert_allclose(grads["da"], [[9, 36]], rtol=1e-8)
    np.testing.assert_allclose(grads["db"], -7, rtol=1e-8)


def test_a_loss_that_spoils_its_argument_does_no_harm():
    def spoils(p):
        value = loss_of(p)
        p["W1"][:] = np.nan
        return value

    np.testing.assert_array_equal(gradcheck.numerical_gradient(spoils, P)["dW2"], gradcheck.numerical_gradient(loss_of, P)["dW2"])
    assert np.isfinite(P["W1"]).all()


@pytest.mark.parametrize("sizes", [(2, 1), (2, 4, 1), (2, 10, 10, 1), (2, 3, 4, 5, 1)])
@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_batched_is_the_loop(hidden, output, loss, sizes):
    K = 3 if output == "softmax" else 1
    p = network.init_params((*sizes[:-1], K), rng=4)
    y = datasets.one_hot(np.arange(20)[None] % 3, 3) if K == 3 else Y
    if output == "relu":
        p[f"W{len(sizes) - 1}"] *= 0.02
        p[f"b{len(sizes) - 1}"] += 0.5
    fast = gradcheck.batched_numerical_gradient(X, y, p, hidden, output, loss)
    slow = gradcheck.numerical_gradient(lambda q: network.compute_loss(y, network.forward_prop(X, q, hidden, output), output, loss), p)
    for name, slopes in slow.items():
        np.testing.assert_allclose(fast[name], slopes, rtol=1e-7, atol=1e-9)


def test_chunks_do_not_change_the_result(monkeypatch):
    whole = gradcheck.batched_numerical_gradient(X, Y, P)
    monkeypatch.setattr(gradcheck, "_STACK_NUMBERS", 3 * 2 * 20 * 10)
    for name, slopes in gradcheck.batched_numerical_gradient(X, Y, P).items():
        np.testing.assert_allclose(slopes, whole[name], atol=1e-14)


def test_relative_error():
    assert gradcheck.relative_error([3.0], [3.0]) == 0
    assert gradcheck.relative_error([1.0], [3.0]) == 0.5
    assert gradcheck.relative_error([0.0], [2.0]) == gradcheck.relative_error([-2.0], [2.0]) == 1
    assert gradcheck.relative_error([0.0], [0.0]) == 0
    with pytest.raises(ValueError, match=r"b has shape \(1, 3\), expected that of a, \(3,\)"):
        gradcheck.relative_error(np.ones(3), np.ones((1, 3)))


def test_the_reference_passes():
    report = gradcheck.check_gradients(network.backward_prop, X, Y, P)
    assert report.passed
    assert [row.name for row in report.rows] == ["dW1", "db1", "dW2", "db2", "dW3", "db3"]
    assert "All 6 gradients agree" in str(report)
    assert "<table>" in report._repr_html_()


def test_the_case():
    relu = gradcheck.check_gradients(case.backward_prop, X, Y, P, forward_prop=case.forward_prop)
    comment = gradcheck.check_gradients(case.backward_prop_sigmoid, X, Y, P, hidden="sigmoid", forward_prop=case.forward_prop_sigmoid)
    assert relu.passed
    assert comment.wrong == ["dW1", "db1", "dW2", "db2"]
    assert "4 of 6 gradients differ" in str(comment)


@pytest.mark.parametrize("name", ["dW1", "db1", "dW2", "db2", "dW3", "db3"])
@pytest.mark.parametrize("spoil", [
    lambda g: -g, lambda g: g * (1 + 1e-5), lambda g: g + 1e-6, lambda g: g * np.nan, lambda g: g.ravel(), lambda g: "no", None,
])  # fmt: skip
def test_a_spoilt_gradient_is_found_and_no_other(name, spoil):
    def backward(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        if spoil is None:
            del grads[name]
        else:
            grads[name] = spoil(grads[name])
        return grads

    report = gradcheck.check_gradients(backward, X, Y, P)
    assert report.wrong == [name]
    assert not report.passed


def test_kinks_are_reported_as_kinks():
    X4, y4 = datasets.xor()
    p = network.init_params(rng=1)
    report = gradcheck.check_gradients(network.backward_prop, X4, y4, p)
    assert report.passed
    assert report["db1"].verdict == "crossed a kink in every entry: undecided"
    assert report["dW1"].kinks == 0
    crossed = gradcheck.crossed_kinks(X4, p)
    assert crossed["b1"].all() and not crossed["W1"].any()  # x = (0, 0) feeds nothing through W1
    assert not any(kinks.any() for kinks in gradcheck.crossed_kinks(X4, p, hidden="tanh").values())


def test_a_kink_does_not_hide_a_wrong_gradient():
    X4, y4 = datasets.xor()
    p = network.init_params(rng=1)
    p["b1"][1:] = 0.3

    def backward(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        grads["db1"] = -grads["db1"]
        return grads

    report = gradcheck.check_gradients(backward, X4, y4, p)
    assert 0 < report["db1"].kinks < 10
    assert report.wrong == ["db1"]


def test_the_subgradient_makes_no_difference_away_from_the_kink():
    backward = partial(network.backward_prop, hidden=make_relu(0.5))
    assert gradcheck.check_gradients(backward, X, Y, P, hidden=make_relu(0.5)).passed


@pytest.mark.parametrize(("function", "error", "says"), [
    (lambda: gradcheck.numerical_gradient(lambda p: p["a"], {"a": np.ones(3)}), ValueError, r"loss\(p\) has shape \(3,\), expected one number"),
    (lambda: gradcheck.numerical_gradient(lambda p: "x", {"a": np.ones(3)}), TypeError, r"loss\(p\) holds"),
    (lambda: gradcheck.numerical_gradient(sum, {"a": np.ones(3, int)}), TypeError, "p.'a'. is int64, expected a float array"),
    (lambda: gradcheck.numerical_gradient(sum, []), TypeError, "p is list"),
    (lambda: gradcheck.numerical_gradient(sum, {"a": np.ones(1)}, h=0), ValueError, "h is 0, expected one number > 0"),
    (lambda: gradcheck.check_gradients(lambda *a: None, X, Y, P), TypeError, "returned NoneType, expected a dict with dW1, db1"),
    (lambda: gradcheck.check_gradients(network.backward_prop, X, Y[0], P), ValueError, r"y has shape \(20,\)"),
    (lambda: gradcheck.batched_numerical_gradient(X, Y + 1, P), ValueError, "y holds 2"),
])  # fmt: skip
def test_bad_input_is_named(function, error, says):
    with pytest.raises(error, match=says):
        function()
