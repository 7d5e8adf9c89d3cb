"""Gradient checking: right answers pass, every kind of wrong one is found, kinks are reported as kinks."""

from functools import partial

import numpy as np
import pytest

from helpers import case, datasets, gradcheck, losses, network, training
from helpers.activations import ACTIVATIONS, make_relu
from helpers.checks import DomainError

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


def test_the_step_that_was_taken_counts():
    slope = gradcheck.numerical_gradient(lambda q: 3 * q["b"] - 3e9, {"b": np.array(1e9)})["db"]  # 1e9 + 1e-5 is rounded by 1e-7
    assert slope == pytest.approx(3, rel=1e-15)


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
    monkeypatch.setattr(gradcheck.batched, "_STACK_NUMBERS", 3 * 2 * 20 * 10)
    for name, slopes in gradcheck.batched_numerical_gradient(X, Y, P).items():
        np.testing.assert_allclose(slopes, whole[name], atol=1e-14)


def test_relative_error():
    assert gradcheck.relative_error([3.0], [3.0]) == 0
    assert gradcheck.relative_error([1.0], [3.0]) == 0.5
    assert gradcheck.relative_error([0.0], [2.0]) == gradcheck.relative_error([-2.0], [2.0]) == 1
    assert gradcheck.relative_error([0.0], [0.0]) == 0
    with pytest.raises(ValueError, match=r"b has shape \(1, 3\), expected that of a, \(3,\)"):
        gradcheck.relative_error(np.ones(3), np.ones((1, 3)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0, 1e200, 1.7e308, *np.float32([1e-45, 1e-23, 1e23, 3e38])])
def test_the_relative_error_neither_overflows_nor_vanishes(size):
    a = np.array([size])
    assert gradcheck.relative_error(a, -a) == gradcheck.relative_error(a, 0 * a) == 1
    assert gradcheck.relative_error(a, a) == 0
    assert gradcheck.relative_error([1e-160], [3e-160]) == pytest.approx(0.5)


def test_the_relative_error_is_the_formula_to_the_last_digit():
    for a, b in np.random.default_rng(0).normal(size=(50, 2, 6)):
        assert gradcheck.relative_error(a, b) == np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


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
    assert (report.passed, report.wrong, report.undecided) == (False, [], ["db1", "db2"])
    assert report["db1"].verdict == "crossed a kink in every entry: undecided"
    assert report.summary == "4 gradients agree with central differences. db1, db2 cannot be decided: every step crosses a kink."
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


def test_entries_that_cross_no_kink_decide():
    X4, y4 = datasets.xor()
    p = network.init_params(rng=1)
    p["b1"][1:] = p["b2"][:] = 0.3
    report = gradcheck.check_gradients(network.backward_prop, X4, y4, p)
    assert report["db1"].verdict == "crossed a kink in 1 of 10 entries; the others agree"
    assert report.passed
    assert report.summary == "All 6 gradients agree with central differences. 1 entries whose step crosses a kink were left out."


# --- what rounding and truncation do -----------------------------------------------------------------------------------


def changed(by, hidden="relu", output="sigmoid", loss=None):
    """The reference's backward pass with some gradients multiplied by a factor: {"dW1": -3} or a number for all."""

    def backward(X, y, c, p):
        grads = network.backward_prop(X, y, c, p, hidden, output, loss)
        return {name: value * (by.get(name, 1) if isinstance(by, dict) else by) for name, value in grads.items()}

    return backward


@pytest.mark.parametrize(("depth", "outcomes"), [
    (3, ("differs", "agrees")), (8, ("differs", "agrees")), (12, ("differs", "undecided")),  # of 12 layers, 2 digits are left
    (16, ("undecided", "undecided")), (24, ("undecided", "undecided")),
])  # fmt: skip
@pytest.mark.parametrize("factor", [-3, 0])
def test_a_gradient_lost_in_rounding_never_agrees(depth, outcomes, factor):
    p = network.init_params((2, *[10] * depth, 1), "glorot", rng=0)
    report = gradcheck.check_gradients(changed({"dW1": factor}, "sigmoid"), X, Y, p, hidden="sigmoid")
    right = gradcheck.check_gradients(changed(1, "sigmoid"), X, Y, p, hidden="sigmoid")
    assert not report.passed
    assert right.wrong == []
    assert (report["dW1"].outcome, right["dW1"].outcome) == outcomes
    if depth == 16:
        assert report["dW1"].verdict == "below rounding: undecided"
        assert report["dW1"].relative_error > 0.5  # kept as it is
        assert "dW1, db1" in report.summary.split("agree with central differences. ")[1]


@pytest.mark.parametrize("h", [1e-5, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16, 1e-25])
def test_a_step_that_is_too_small_decides_nothing(h):
    for factor in (0, -1, 2):
        report = gradcheck.check_gradients(changed(factor), X, Y, P, h=h)
        assert not report.passed
        assert "agree with" not in report.summary
        assert set(report.wrong) | set(report.undecided) == set(gradcheck.numerical_gradient(loss_of, P))
    right = gradcheck.check_gradients(network.backward_prop, X, Y, P, h=h)
    assert right.wrong == []
    if h <= 1e-14:
        assert right.undecided == [row.name for row in right.rows]
        assert right.summary.startswith("No gradient could be confirmed. dW1, db1,")


@pytest.mark.parametrize("k", [5, 10, 15, 20, 25, 30, 40])
def test_right_gradients_of_a_confident_unit_are_not_accused(k):
    x, y = np.array([[1.0, -1.0]]), np.array([[1.0, 0.0]])
    p = {"W1": np.array([[float(k)]]), "b1": np.zeros((1, 1))}
    report = gradcheck.check_gradients(network.backward_prop, x, y, p)
    assert report.wrong == []
    assert report.undecided == (["db1"] if k < 28 else ["dW1", "db1"])  # the two slopes of db1 cancel


def test_right_gradients_of_a_trained_network_are_not_accused():
    X30, y30 = datasets.breast_cancer()
    p, history = training.gradient_descent(X30, y30, network.init_params((30, 10, 10, 1)), learning_rate=0.5, steps=2000, record_every=2000)
    assert history.loss[-1] < 0.002
    assert gradcheck.check_gradients(network.backward_prop, X30, y30, p).wrong == []


@pytest.mark.parametrize("hidden", ["relu", "sigmoid", "tanh", "silu"])
def test_large_inputs_bend_the_loss_but_accuse_nobody(hidden):
    X30, y30 = datasets.breast_cancer(standardised=False)
    p = network.init_params((30, 10, 10, 1))
    right = gradcheck.check_gradients(changed(1, hidden), X30, y30, p, hidden=hidden)
    wrong = gradcheck.check_gradients(changed({"dW1": 1.01}, hidden), X30, y30, p, hidden=hidden)
    assert (right.passed, right.wrong, wrong.wrong) == (True, [], ["dW1"])


def test_a_step_that_is_too_large_is_named():
    p = network.init_params((2, 6, 1), "normal", rng=3)
    report = gradcheck.check_gradients(changed(1, "tanh"), 30 * X, Y, p, hidden="tanh", h=0.05)
    assert report.wrong == []
    assert report["dW1"].verdict == "step too large: undecided"
    assert "cannot be decided: the step is too large for the curvature of the loss." in report.summary


def test_what_agrees_is_right_to_three_digits():
    fooled = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        hidden, scheme, scale = rng.choice(["relu", "tanh", "sigmoid", "silu"]), rng.choice(["he", "glorot", "normal"]), 10.0 ** rng.integers(-2, 4)
        p = network.init_params((2, *rng.integers(2, 8, size=rng.integers(0, 8)).tolist(), 1), scheme, rng=rng)
        right = gradcheck.check_gradients(changed(1, hidden), scale * X, Y, p, hidden=hidden)
        wrong = gradcheck.check_gradients(changed(1.002, hidden), scale * X, Y, p, hidden=hidden)
        assert right.wrong == []
        grads = network.backward_prop(scale * X, Y, network.forward_prop(scale * X, p, hidden), p, hidden)
        fooled += [row for row in wrong.rows if row.outcome == "agrees" and grads[row.name].any()]
    assert fooled == []


def test_digits_that_are_noise_are_not_printed():
    y = 1e5 + np.random.default_rng(0).standard_normal((1, 20))  # a loss of 1e10: its differences hold few digits
    report = gradcheck.check_gradients(changed(1, "tanh", "identity"), X, y, P, hidden="tanh", output="identity")
    assert report.passed
    row = max(report.rows, key=lambda row: row.relative_error)
    assert 1e-7 < row.relative_error < 1e-4
    assert f"{row.name:<9} {row.shape!s:<10} {f'below {10.0 ** np.ceil(np.log10(row.relative_error)):.0e}':>14}  agrees" in str(report)


# --- gradients that are exactly 0 --------------------------------------------------------------------------------------


def dead(layer):
    return {**P, f"b{layer}": np.full((10, 1), -50.0)}


def test_where_no_active_path_leads_to_the_loss_0_is_right_and_nothing_else():
    for p, zeros in ((dead(1), ["dW1", "db1", "dW2"]), (dead(2), ["dW1", "db1", "dW2", "db2", "dW3"])):
        p["b3"] = p["b3"] + 0.3  # with half of the labels 1, an output of 0.5 would have a slope of 0 by cancellation
        p["b2"] = p["b2"] + 1 if zeros[-1] == "dW2" else p["b2"]
        report = gradcheck.check_gradients(network.backward_prop, X, Y, p)
        assert report.passed
        assert not any(gradcheck.batched_numerical_gradient(X, Y, p)[name].any() for name in zeros)
        wrong = gradcheck.check_gradients(lambda *a: {k: v + 1e-12 for k, v in network.backward_prop(*a).items()}, X, Y, p)
        assert wrong.wrong == zeros


@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("hidden", ["relu", "leaky_relu", "sigmoid"])
def test_a_gradient_that_is_cut_off_is_0_in_the_backward_pass(hidden, output, loss):
    counts = np.zeros(2, dtype=int)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        p = network.init_params((2, 4, 3, 2), "normal", rng=rng)
        for name in p:
            p[name] *= rng.random(p[name].shape) < 0.6  # paths end at weights of 0 as well
        p["b3"] += 0.1
        x, y = rng.standard_normal((2, 2)), datasets.one_hot([[0, 1]], 2)
        c = network.forward_prop(x, p, hidden, output)
        if loss == "bce" and output == "relu":
            continue
        grads = network.backward_prop(x, y, c, p, hidden, output, loss)
        for name, cut in gradcheck.precision.cut_off(p, c, hidden, output).items():
            assert cut.shape == p[name].shape
            assert not grads[f"d{name}"][cut].any()
            counts += (grads[f"d{name}"] == 0).sum(), cut.sum()
    assert counts[1] >= 0.9 * counts[0] and (counts[1] or loss == "bce")


# --- precision of the arguments, several outputs, losses that are not finite -------------------------------------------


def test_float32_parameters_are_checked_in_float64():
    p = {name: value.astype(np.float32) for name, value in P.items()}
    X32, Y32 = X.astype(np.float32), Y.astype(np.float32)
    before = {name: value.copy() for name, value in p.items()}
    assert gradcheck.check_gradients(network.backward_prop, X32, Y32, p).passed
    assert gradcheck.check_gradients(case.backward_prop, X32, Y32, p, forward_prop=case.forward_prop).passed
    for name in p:
        assert p[name].dtype == np.float32
        np.testing.assert_array_equal(p[name], before[name])


def test_nothing_that_is_given_is_changed():
    def forward(X, p):
        c = network.forward_prop(X, p)
        X[:] = 0
        for value in p.values():
            value[:] = 0
        return c

    def backward(X, y, c, p):
        grads = network.backward_prop(c["A0"], y, c, p)
        for value in (X, y, *c.values(), *p.values()):
            value[:] = np.nan
        return grads

    x, y, p = X.copy(), Y.copy(), {name: value.copy() for name, value in P.items()}
    gradcheck.check_gradients(backward, x, y, p, forward_prop=lambda X, p: forward(X.copy(), p))
    for given, before in ((x, X), (y, Y), *((p[name], P[name]) for name in P)):
        np.testing.assert_array_equal(given, before)


def textbook(X, y, c, p):
    """dZ = A - y, then the chain rule: the pass of notebook 05."""
    L, m = len(p) // 2, X.shape[1]
    grads = {f"dZ{L}": c[f"A{L}"] - y}
    for l in range(L, 0, -1):
        dZ = grads[f"dZ{l}"]
        grads |= {f"dW{l}": dZ @ c[f"A{l - 1}"].T / m, f"db{l}": dZ.sum(axis=1, keepdims=True) / m}
        if l > 1:
            grads[f"dZ{l - 1}"] = p[f"W{l}"].T @ dZ * (c[f"Z{l - 1}"] > 0)
    return grads


def test_the_textbook_s_pass_agrees_for_several_sigmoid_outputs():
    y = np.random.default_rng(1).integers(0, 2, size=(2, 20)) * 1.0
    assert gradcheck.check_gradients(textbook, X, y, network.init_params((2, 3, 2))).passed
    assert gradcheck.check_gradients(textbook, X, Y, P).passed


def test_a_loss_that_is_not_finite_has_no_slope():
    p = network.init_params(scheme="zeros")
    with pytest.raises(DomainError, match="the loss is inf, expected a finite number"):
        gradcheck.check_gradients(lambda *a: {}, X, Y, p, output="relu", loss="bce")


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
