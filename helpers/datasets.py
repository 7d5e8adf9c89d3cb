"""Data sets as (X, y) with columns as examples: X (n_x, m) and y (1, m), both float64. All of them are offline.

The two real ones are shipped beside this file, see `data/README.md` for their sources and licence.
"""

from functools import cache
from importlib.resources import files

import numpy as np

from helpers import checks


def two_moons(m=200, noise=0.2, rng=0):
    """Two half circles that reach into one another, label 0 the upper and 1 the lower one, in random order.

    m : number of examples, even; noise : standard deviation of what is added to each coordinate; rng : Generator or seed.
    Returns X (2, m), y (1, m).
    """
    m = checks.whole("m", m, least=2, most=10**7)
    if m % 2:
        raise ValueError(f"m is {m}, expected an even number: half of the examples go to each moon")
    noise = checks.positive("noise", noise, zero=True)
    rng = checks.generator(rng)
    t = np.linspace(0, np.pi, m // 2)
    upper = np.stack([np.cos(t), np.sin(t)])
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)])
    with np.errstate(all="ignore"):
        X = np.concatenate([upper, lower], axis=1) + noise * rng.standard_normal((2, m))
    if not checks.all_finite([X]):
        raise ValueError(f"noise is {noise:g}, which carries some coordinates beyond the largest float: expected less")
    y = np.repeat([[0.0, 1.0]], m // 2, axis=1)
    order = rng.permutation(m)
    return X[:, order], y[:, order]


def xor():
    """The four corners of the unit square, label 1 where the coordinates differ. Returns X (2, 4), y (1, 4)."""
    return np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0.0, 1, 1, 0]])


def breast_cancer(standardised=True):
    """Breast Cancer Wisconsin (Diagnostic): 30 measurements of 569 tumours, label 1 = benign (357), 0 = malignant (212).

    standardised : with mean 0 and standard deviation 1 for each feature; otherwise as measured, from 0 to 4254.
    Returns X (30, 569), y (1, 569).

    Source: Wolberg, Street, Mangasarian, UCI Machine Learning Repository, 1995, doi 10.24432/C5DW2B, CC BY 4.0.
    """
    X, y = _load("breast_cancer_wisconsin.csv")
    return (standardise(X) if checks.truth("standardised", standardised) else X), y


def breast_cancer_features():
    """The names of the 30 rows of X, in order."""
    with _open("breast_cancer_wisconsin.csv") as lines:
        return tuple(next(lines).strip().split(",")[:-1])


def digits():
    """Optical Recognition of Handwritten Digits: 1797 images of 8 x 8 pixels from 0 to 16, labels 0 to 9.

    Returns X (64, 1797), row 8 r + k being the pixel in row r and column k; y (1, 1797), see `one_hot`.

    Source: Alpaydin, Kaynak, UCI Machine Learning Repository, 1998, doi 10.24432/C50P49, CC BY 4.0.
    """
    return _load("optical_digits_8x8.csv")


def _open(name):
    return (files("helpers") / "data" / name).open()


@cache
def _table(name):
    with _open(name) as lines:
        return np.loadtxt(lines, delimiter=",", skiprows=1)


def _load(name):
    """The last column of the CSV file is y, the others are the features; fresh copies, so a caller may change them."""
    table = _table(name).T
    return table[:-1].copy(), table[-1:].copy()


def standardise(X, like=None):
    """(x - mean) / standard deviation, feature by feature; mean and deviation are those of `like` (X where None).

    X, like : (n_x, m). For test data give the training data as `like`, so that nothing of the test leaks.
    Raises ValueError for a feature that is constant up to rounding: the mean of many 0.1 is not exactly 0.1.
    """
    X, name = checks.matrix("X", X), "X" if like is None else "like"
    like = X if like is None else checks.matrix("like", like, (X.shape[0], None))
    with np.errstate(over="ignore"):
        mean = like.mean(axis=1, keepdims=True)
        deviation = checks.floats(f"the standard deviation of {name}", like.std(axis=1, keepdims=True))
    constant = np.flatnonzero(deviation <= 16 * np.finfo(like.dtype).eps * abs(mean))
    if constant.size:
        row = constant[0]
        raise ValueError(f"feature {row + 1} (row {row}) of {name} is constant, expected features that vary: leave it out")
    return (X - mean) / deviation


def train_test_split(X, y, test_fraction=0.25, rng=0):
    """The examples in random order, cut in two: X_train, y_train, X_test, y_test."""
    X = checks.matrix("X", X)
    y = checks.matrix("y", y, (None, X.shape[1]))
    m_test = round(min(1, checks.positive("test_fraction", test_fraction)) * X.shape[1])
    if not 0 < m_test < X.shape[1]:
        raise ValueError(f"test_fraction is {checks.shown(test_fraction)}: of {X.shape[1]} examples, {m_test} would be for the test, "
                         "expected at least one on each side")
    order = checks.generator(rng).permutation(X.shape[1])
    test, train = order[:m_test], order[m_test:]
    return X[:, train], y[:, train], X[:, test], y[:, test]


def one_hot(y, K):
    """Y with Y[k, i] = 1 where y[0, i] = k, else 0. y : (1, m) whole numbers from 0 to K - 1. Returns (K, m)."""
    y = checks.matrix("y", y, (1, None))
    K = checks.whole("K", K, least=2, most=max(2, 10**8 // y.size))
    classes = np.arange(K)[:, None]
    Y = (y == classes) * 1.0
    missing = np.flatnonzero(Y.sum(axis=0) == 0)
    if missing.size:
        raise ValueError(f"y holds {y[0, missing[0]]:g}, expected whole numbers from 0 to {K - 1}")
    return Y
