"""Data sets: shapes, types, known counts, splits without leaks, bad input."""

import numpy as np
import pytest

from helpers import case, datasets, network


@pytest.mark.parametrize(("load", "shape"), [
    (datasets.two_moons, (2, 200)), (datasets.xor, (2, 4)), (datasets.breast_cancer, (30, 569)), (datasets.digits, (64, 1797)),
])  # fmt: skip
def test_columns_are_examples(load, shape):
    X, y = load()
    assert X.shape == shape
    assert y.shape == (1, shape[1])
    assert X.dtype == y.dtype == np.float64


def test_breast_cancer_as_published():
    X, y = datasets.breast_cancer(standardised=False)
    assert (int(y.sum()), int((y == 0).sum())) == (357, 212)
    assert X[:, 0][:4].tolist() == [17.99, 10.38, 122.8, 1001.0]
    assert (X.min(), X.max()) == (0, 4254)
    assert datasets.breast_cancer_features()[0] == "mean_radius" and len(datasets.breast_cancer_features()) == 30


def test_standardised_features():
    X, _ = datasets.breast_cancer()
    np.testing.assert_allclose(X.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(X.std(axis=1), 1)


def test_digits_as_published():
    X, y = datasets.digits()
    assert (X.min(), X.max()) == (0, 16)
    assert np.unique(y, return_counts=True)[1].tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_a_caller_may_change_what_it_gets():
    datasets.digits()[0][:] = -1
    assert datasets.digits()[0].min() == 0


def test_moons_lie_on_their_half_circles():
    X, y = datasets.two_moons(100, noise=0)
    upper, lower = X[:, y[0] == 0], X[:, y[0] == 1]
    np.testing.assert_allclose((upper**2).sum(axis=0), 1)
    np.testing.assert_allclose((lower[0] - 1) ** 2 + (lower[1] - 0.5) ** 2, 1)
    assert upper[1].min() > -1e-12 and lower[1].max() < 0.5 + 1e-12
    assert upper.shape == lower.shape
    np.testing.assert_array_equal(datasets.two_moons(rng=5)[0], datasets.two_moons(rng=np.random.default_rng(5))[0])


def test_a_split_keeps_every_example_once():
    X, y = np.arange(20.0)[None], np.arange(20.0)[None]
    X_train, y_train, X_test, y_test = datasets.train_test_split(X, y, 0.25)
    assert (X_train.shape, X_test.shape) == ((1, 15), (1, 5))
    np.testing.assert_array_equal(X_train, y_train)
    np.testing.assert_array_equal(X_test, y_test)
    assert sorted([*X_train[0], *X_test[0]]) == list(range(20))


def test_test_data_are_standardised_like_the_training_data():
    train, test = np.array([[0.0, 2.0]]), np.array([[4.0]])
    assert datasets.standardise(test, like=train).tolist() == [[3.0]]


@pytest.mark.parametrize("m", [3, 7, 10, 569, 100_003])
@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, -1 / 3, 1e6 + 0.1, np.float32(0.1), np.float32(1e6 + 0.1)])
def test_a_constant_feature_is_refused_whatever_its_mean_rounds_to(value, m):
    X = np.array([np.arange(m), np.full(m, value)], dtype=np.asarray(value).dtype)
    with pytest.raises(ValueError, match=r"feature 2 \(row 1\) of X is constant"):
        datasets.standardise(X)


def test_a_feature_far_from_0_that_varies_is_kept():
    X = 1e6 + np.linspace(0, 1e-3, 50)[None]
    assert datasets.standardise(X).std() == pytest.approx(1)


def test_one_hot():
    assert datasets.one_hot([[2, 0]], 3).tolist() == [[0, 1], [0, 0], [1, 0]]


@pytest.mark.parametrize(("function", "error", "says"), [
    (lambda: datasets.two_moons(7), ValueError, "m is 7, expected an even number"),
    (lambda: datasets.two_moons(noise=-1), ValueError, "noise is -1"),
    (lambda: datasets.one_hot([[3]], 3), ValueError, "y holds 3, expected whole numbers from 0 to 2"),
    (lambda: datasets.one_hot([1, 2], 3), ValueError, r"y.reshape\(1, -1\)"),
    (lambda: datasets.standardise([[1, 1]]), ValueError, r"feature 1 \(row 0\) of X is constant"),
    (lambda: datasets.train_test_split([[1, 2]], [[1, 2]], 0.1), ValueError, "0 would be for the test"),
    (lambda: datasets.train_test_split([[1, 2]], [[1, 2]], 1e308), ValueError, r"test_fraction is 1e\+308: of 2 examples, 2 would be for the test"),
    (lambda: datasets.train_test_split([[1, 2]], [1, 2], 0.5), ValueError, r"y.reshape\(1, -1\)"),
    (lambda: datasets.two_moons(10**12), ValueError, "m is 1000000000000, expected at most 10000000"),
    (lambda: datasets.two_moons(rng=None), TypeError, r"rng is None, expected a seed such as 0, or np.random.default_rng\(0\)"),
    (lambda: datasets.one_hot([[1]], 10**12), ValueError, "K is 1000000000000, expected at most 100000000"),
    (lambda: datasets.breast_cancer("no"), TypeError, "standardised is 'no', expected True or False"),
    (lambda: datasets.standardise([[1e300, -1e300]]), ValueError, "the standard deviation of X holds inf"),
    (lambda: datasets.train_test_split([[1, 2]], [[1]], 0.5), ValueError, r"y has shape \(1, 1\), expected \(n, 2\)"),
])  # fmt: skip
def test_bad_input_is_named(function, error, says):
    with pytest.raises(error, match=says):
        function()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("call", "error", "says"), [
    (lambda: datasets.standardise([[1, 2]], like=np.ones((1, 5))), ValueError, r"feature 1 \(row 0\) of like is constant"),
    (lambda: datasets.standardise([[1, 2]], like=[[1e308, -1e308]]), ValueError, "the standard deviation of like holds inf"),
    (lambda: datasets.standardise([[1, 2]], like=[[np.nan, 1]]), ValueError, r"like holds nan at index \(0, 0\)"),
    (lambda: datasets.two_moons(noise=1e308), ValueError, r"noise is 1e\+308, which carries some coordinates beyond the largest float"),
    (lambda: datasets.two_moons(np.timedelta64(20, "s")), TypeError, "m is np.timedelta64.*, expected a whole number"),
    (lambda: datasets.two_moons(rng=np.timedelta64(20, "s")), TypeError, "rng is np.timedelta64.*, expected a seed"),
    (lambda: case.initial_params(None), TypeError, "n_x is None, expected a whole number"),
    (lambda: case.initial_params(0), ValueError, "n_x is 0, expected at least 1"),
    (lambda: network.init_params(np.array(3)), TypeError, "layer_sizes is an array, expected a sequence such as"),
    (lambda: network.init_params(np.array([[2, 1]])), TypeError, "layer_sizes is an array, expected a sequence such as"),
    (lambda: network.init_params(["x" * 10**4]), ValueError, "layer_sizes is .{0,80}, expected at least inputs and outputs"),
])  # fmt: skip
def test_the_argument_that_is_wrong_is_named(call, error, says):
    with pytest.raises(error, match=says) as raised:
        call()
    assert len(str(raised.value)) < 300
