"""Losses: values against their definitions, slopes against central differences, stability, yardsticks, bad input."""

import numpy as np
import pytest

from helpers import losses
from helpers.checks import DomainError

RNG = np.random.default_rng(0)
Z = RNG.normal(scale=3, size=(4, 6))
A = RNG.uniform(0.05, 0.95, size=(1, 6))
Y = np.array([[0.0, 1, 1, 0, 1, 0]])
ONE_HOT = np.eye(4)[:, [0, 1, 2, 3, 1, 0]]


@pytest.mark.parametrize(("loss", "slope", "at", "y"), [
    (losses.binary_cross_entropy, losses.binary_cross_entropy_slope, A, Y),
    (losses.binary_cross_entropy_from_logits, losses.binary_cross_entropy_from_logits_slope, Z[:1], Y),
    (losses.binary_cross_entropy, losses.binary_cross_entropy_slope, np.concatenate([A, 1 - A, A]), np.concatenate([Y, Y, 1 - Y])),
    (losses.binary_cross_entropy_from_logits, losses.binary_cross_entropy_from_logits_slope, Z, np.concatenate([Y, Y, 1 - Y, Y])),
    (losses.softmax_cross_entropy_from_logits, losses.softmax_cross_entropy_from_logits_slope, Z, ONE_HOT),
    (losses.mean_squared_error, losses.mean_squared_error_slope, Z, ONE_HOT),
    (losses.half_squared_error, losses.half_squared_error_slope, Z, ONE_HOT),
])  # fmt: skip
def test_slopes_are_those_of_each_example_s_own_loss(loss, slope, at, y):
    h = 1e-6
    for index in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[index] = h
        own = (loss(at + step, y) - loss(at - step, y)) / (2 * h) * at.shape[1]  # the mean divides by m
        assert slope(at, y)[index] == pytest.approx(own, rel=1e-6, abs=1e-8)


def test_binary_cross_entropy_is_its_definition():
    expected = np.mean([-np.log(a) if y else -np.log(1 - a) for a, y in zip(A[0], Y[0], strict=True)])
    assert losses.binary_cross_entropy(A, Y) == pytest.approx(expected, rel=1e-14)


def test_from_logits_is_the_same_number():
    probabilities = 1 / (1 + np.exp(-Z[:1]))
    assert losses.binary_cross_entropy_from_logits(Z[:1], Y) == pytest.approx(losses.binary_cross_entropy(probabilities, Y))
    P = np.exp(Z) / np.exp(Z).sum(axis=0)
    assert losses.softmax_cross_entropy_from_logits(Z, ONE_HOT) == pytest.approx(-np.log((P * ONE_HOT).sum(axis=0)).mean())


@pytest.mark.filterwarnings("error")
def test_logits_of_any_size_give_finite_losses():
    one = np.array([[1.0]])
    assert losses.binary_cross_entropy_from_logits(-1e4 * one, one) == 1e4
    assert losses.binary_cross_entropy_from_logits(1e4 * one, one) == 0
    huge = np.array([[1e4], [-1e4]])
    assert losses.softmax_cross_entropy_from_logits(huge, np.array([[0.0], [1]])) == 2e4
    np.testing.assert_array_equal(losses.softmax(huge), [[1], [0]])


@pytest.mark.parametrize("z", [5.0, 20.0, 36.0, 37.0, 40.0, 300.0])
def test_a_tiny_loss_is_not_rounded_away(z):
    tiny = np.log1p(np.exp(-z))  # right and sure of it
    for logit, y in ((z, 1.0), (-z, 0.0)):
        assert losses.binary_cross_entropy_from_logits([[logit]], [[y]]) == pytest.approx(tiny, rel=1e-15, abs=0)
    assert losses.softmax_cross_entropy_from_logits([[z], [0.0]], [[1.0], [0.0]]) == pytest.approx(tiny, rel=1e-15, abs=0)
    assert losses.softmax_cross_entropy_from_logits([[0.0], [z], [-1e4]], [[0.0], [1.0], [0.0]]) == pytest.approx(tiny, rel=1e-15, abs=0)


def test_a_softmax_of_equal_logits_costs_ln_K():
    assert losses.softmax_cross_entropy_from_logits(np.full((10, 3), 7.0), np.eye(10)[:, :3]) == pytest.approx(np.log(10), rel=1e-15)


def test_the_cross_entropies_of_several_outputs_are_summed():
    A, Y = np.array([[0.2, 0.3], [0.6, 0.9]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    Z = np.log(A / (1 - A))
    alone = [losses.binary_cross_entropy(A[[k]], Y[[k]]) for k in (0, 1)]
    assert losses.binary_cross_entropy(A, Y) == pytest.approx(sum(alone), rel=1e-15)
    assert losses.binary_cross_entropy_from_logits(Z, Y) == pytest.approx(sum(alone), rel=1e-14)
    np.testing.assert_allclose(losses.binary_cross_entropy_slope(A, Y), (A - Y) / (A * (1 - A)), rtol=1e-14)
    np.testing.assert_allclose(losses.binary_cross_entropy_from_logits_slope(Z, Y), A - Y, rtol=1e-14)


def test_squared_errors_of_several_outputs_are_averaged():
    A, Y = np.array([[1.0, 3.0], [2.0, 2.0]]), np.zeros((2, 2))
    assert losses.mean_squared_error(A, Y) == (1 + 9 + 4 + 4) / 4 == 2 * losses.half_squared_error(A, Y)
    np.testing.assert_array_equal(losses.mean_squared_error_slope(A, Y), 2 * (A - Y) / 2)
    np.testing.assert_array_equal(losses.half_squared_error_slope(A, Y), (A - Y) / 2)


@pytest.mark.filterwarnings("error")
def test_probabilities_of_0_and_1():
    assert losses.binary_cross_entropy(np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])) == 0
    assert losses.binary_cross_entropy(np.array([[0.0]]), np.array([[1.0]])) == np.inf


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("a", "y", "says"), [
    (0.0, 1.0, "A holds 0 where y is 1: there -ln has no finite slope"), (1.0, 0.0, "A holds 1 where y is 0"),
    (1e-310, 1.0, "A holds 1e-310 where y is 1"), (np.float32(1e-39), 1.0, "A holds 1e-39 where y is 1"),
])  # fmt: skip
def test_a_slope_that_overflows_is_refused(a, y, says):
    with pytest.raises(DomainError, match=says):
        losses.binary_cross_entropy_slope(np.array([[0.5, a]], dtype=np.asarray(a).dtype), np.array([[y, y]], dtype=np.asarray(a).dtype))


def test_squared_errors_by_hand():
    a, y = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
    assert losses.mean_squared_error(a, y) == 2.5
    assert losses.half_squared_error(a, y) == 1.25


def test_softmax_sums_to_1_and_ignores_a_shift():
    P = losses.softmax(Z)
    np.testing.assert_allclose(P.sum(axis=0), 1)
    np.testing.assert_allclose(losses.softmax(Z + 100), P)


def test_softmax_jacobian_against_central_differences():
    z, h = Z[:, :1], 1e-6
    J = np.concatenate([(losses.softmax(z + h * e[:, None]) - losses.softmax(z - h * e[:, None])) / (2 * h) for e in np.eye(4)], axis=1)
    np.testing.assert_allclose(losses.softmax_jacobian(z), J, atol=1e-9)


def test_the_uninformed_loss_is_the_entropy_of_the_labels():
    assert losses.uninformed_loss([[0, 1, 1, 0]]) == pytest.approx(np.log(2))
    assert losses.uninformed_loss(np.eye(1000)) == pytest.approx(np.log(1000))
    assert losses.uninformed_loss([list(range(10))]) == pytest.approx(np.log(10))
    assert losses.uninformed_loss([[1, 1, 1]]) == 0
    y = np.array([[1.0] * 357 + [0.0] * 212])
    best = min(losses.binary_cross_entropy(np.full(y.shape, a), y) for a in np.linspace(0.5, 0.8, 3001))
    assert losses.uninformed_loss(y) == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize(("function", "arguments", "error", "says"), [
    (losses.binary_cross_entropy, ([[1.2]], [[1]]), DomainError, "A holds 1.2, expected probabilities"),
    (losses.binary_cross_entropy, ([[0.2]], [[2]]), ValueError, "Y holds 2, expected only the labels"),
    (losses.binary_cross_entropy, (A, Y[0]), ValueError, r"Y has shape \(6,\), expected \(1, 6\)"),
    (losses.binary_cross_entropy_from_logits, (A[0], Y), ValueError, r"Z has shape \(6,\), expected \(n, m\): write Z.reshape\(1, -1\) for one row"),
    (losses.softmax_cross_entropy_from_logits, (Z, ONE_HOT * 0), ValueError, r"example 1 \(column 0\) of Y holds 0 ones"),
    (losses.mean_squared_error, (Z, ONE_HOT.T), ValueError, "columns are examples, so write Y.T"),
    (losses.mean_squared_error, ([["a"]], [[1]]), TypeError, "A holds text, expected real numbers"),
    (losses.softmax_cross_entropy_from_logits, (Z, [[0, 1, 2, 3, 1, 0]]), ValueError, r"for class numbers write datasets.one_hot\(Y, 4\)"),
    (losses.softmax_cross_entropy_from_logits, (Z, [0, 1, 2, 3, 1, 0]), ValueError, r"datasets.one_hot\(Y.reshape\(1, -1\), 4\)"),
    (losses.uninformed_loss, ([[0.1, 0.7, 0.7]],), ValueError, "y holds 0.1, expected labels: whole numbers"),
    (losses.get_loss, ("sigmoid", losses.LOSSES["bce"]), TypeError, "loss is a Loss, expected one of bce"),
    (losses.softmax_jacobian, (Z,), ValueError, r"expected \(n, 1\)"),
    (losses.uninformed_loss, ([[]],), ValueError, "holds no numbers"),
    (losses.get_loss, ("softmax", "bce"), ValueError, "goes with output 'softmax': cross_entropy"),
])  # fmt: skip
def test_bad_input_is_named(function, arguments, error, says):
    with pytest.raises(error, match=says):
        function(*arguments)


@pytest.mark.filterwarnings("error")
def test_a_loss_too_large_for_a_float_is_infinite():
    assert losses.mean_squared_error([[1e200]], [[0.0]]) == np.inf
    assert losses.softmax_cross_entropy_from_logits([[1e308], [-1e308]], [[0.0], [1.0]]) == np.inf
    assert losses.softmax([[1e308], [-1e308]]).tolist() == [[1], [0]]


@pytest.mark.filterwarnings("error")
def test_the_largest_logits_and_smallest_slopes_raise_nothing_of_numpy_s():
    with np.errstate(all="raise"):
        for z in (1e300, 1e308):
            logits, y = np.array([[z, -z, 0.0, -800.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
            value = losses.binary_cross_entropy_from_logits(logits, y)
            assert value == pytest.approx(z / 2) or z > 1e300
            losses.binary_cross_entropy_from_logits_slope(logits, y)
            assert losses.softmax(np.concatenate([logits, -logits])).sum() == 4
            losses.softmax_cross_entropy_from_logits(np.concatenate([logits, -logits]), np.concatenate([y, 1 - y]))
        assert losses.mean_squared_error([[1e200]], [[0.0]]) == np.inf
        assert losses.mean_squared_error([[1e-200]], [[0.0]]) == 0
        assert losses.binary_cross_entropy([[1e-320, 1.0]], [[0.0, 1.0]]) < 1e-300
