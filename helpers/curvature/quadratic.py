r"""The quadratic bowl: the curvature of data, the threshold of the learning rate, and descent on it.

J(w) = J* + 1/2 (w - w*)^⊤ H (w - w*). Half the mean squared error of one linear unit is such a bowl, H being the second
moments of the inputs; that of a logistic unit is at most a quarter as curved, since sigmoid's slope is at most 1/4.

Derived in: notebooks/08_training_that_fails.ipynb
"""

import numpy as np

from helpers import checks
from helpers.curvature.steps import heavy_ball, momentum, runs


def second_moment(X, bias=True):
    """X̃ X̃^⊤ / m, where X̃ is X with a row of ones below it, the input of the bias: the Hessian of half the mean squared error.

    Parameters
    ----------
    X : ndarray, shape (n_x, m)
    bias : bool
        Whether X̃ has that row; its second moment is 1, and it comes last.

    Returns
    -------
    ndarray, shape (n_x + 1, n_x + 1), or (n_x, n_x) without the bias; in units of the inputs squared.
    Raises ValueError for X, DomainError where its squares overflow.

    Derived in: notebooks/08_training_that_fails.ipynb, "When is a learning rate too high?"
    """
    X = _with_bias(X, bias)
    with np.errstate(over="ignore", invalid="ignore"):
        return checks.floats("X̃ X̃^⊤ / m", X @ X.T / X.shape[1])


def largest(X, bias=True):
    """The largest eigenvalue of `second_moment(X, bias)`, a float: the curvature of the steepest direction.

    Without a bias it is the largest variance along a line only where the mean of the inputs is 0: an offset counts in full.
    Derived in: notebooks/08_training_that_fails.ipynb, "When is a learning rate too high?"
    """
    return float(np.linalg.eigvalsh(second_moment(X, bias))[-1])


def principal(X, bias=True):
    """Eigenvalues and directions of `second_moment(X, bias)`, the steepest first: (n,) and (n, n), a column for each.

    Found from the singular values of X̃, so that flat directions keep their digits beside steep ones. The sign of a direction
    is such that its largest entry is positive.
    """
    X = _with_bias(X, bias)
    with np.errstate(over="ignore"):
        U, s, _ = np.linalg.svd(X / np.sqrt(X.shape[1]), full_matrices=True)
        values = np.zeros(len(X))
        values[: len(s)] = checks.floats("the eigenvalues of X̃ X̃^⊤ / m", s**2)
    return values, U * np.sign(U[abs(U).argmax(axis=0), np.arange(len(U))])


def threshold(curvature, beta=0.0):
    """2 (1 + beta) / curvature: the learning rate beyond which heavy ball, or plain descent with beta = 0, leaves a bowl.

    With v <- beta v + gradient and w <- w - learning_rate v, the distance along a direction of curvature lambda obeys
    d_{k+1} = (1 + beta - learning_rate lambda) d_k - beta d_{k-1}. Both roots of r^2 - (1 + beta - learning_rate lambda) r + beta
    lie inside the unit circle until one of them is -1, where 2 (1 + beta) = learning_rate lambda.

    curvature : float or array > 0; beta : float or array from 0 to below 1. Returns a float, or an array of the broadcast shape.
    Raises ValueError for other numbers.

    Derived in: notebooks/08_training_that_fails.ipynb, "When is a learning rate too high?"
    Source: Polyak, USSR Computational Mathematics and Mathematical Physics 4(5), 1964.
    """
    curvature = checks.floats("curvature", curvature)
    if (curvature <= 0).any():
        raise ValueError(f"curvature is {curvature.min():g}, expected numbers > 0: a direction that does not curve upwards has no threshold")
    rate = 2 * (1 + momentum("beta", beta)) / curvature
    return rate if rate.ndim else float(rate)


def multiplier(curvature, learning_rate, beta=0.0):
    """By what a step multiplies the distance along a direction of this curvature, in the long run; 1 - learning_rate curvature for beta = 0.

    It is the root of r^2 - (1 + beta - learning_rate curvature) r + beta that is larger in size, negative where the path hops
    across. Where the roots are complex the path swings, and their size, the root of beta, is returned.
    Arguments are floats or arrays > 0 and beta from 0 to below 1. Returns a float, or an array of the broadcast shape.
    Derived in: notebooks/08_training_that_fails.ipynb, "What does momentum add?"
    """
    curvature, (rates, betas) = checks.floats("curvature", curvature), runs(learning_rate, beta)
    if (curvature <= 0).any():
        raise ValueError(f"curvature is {curvature.min():g}, expected numbers > 0")
    s = 1 + betas - rates * curvature
    inside = s**2 - 4 * betas
    root = np.where(inside >= 0, (s + np.sign(s) * np.sqrt(np.maximum(inside, 0))) / 2, np.sqrt(betas))
    return root if root.ndim else float(root)


def least_squares(X, y, bias=True):
    """The bowl of half the mean squared error of one linear unit, w^⊤ X̃ against y: (H, w*, J*).

    X : (n_x, m), y : (1, m). H : `second_moment(X, bias)`; w* : (n,), the shortest minimum, the bias last; J* : float, the loss
    there, so that 1/2 mean (w^⊤ X̃ - y)^2 = J* + 1/2 (w - w*)^⊤ H (w - w*). Raises ValueError for shapes.
    """
    H, inputs = second_moment(X, bias), _with_bias(X, bias)
    y = checks.matrix("y", y, (1, inputs.shape[1])).astype(float)
    minimum = np.linalg.lstsq(inputs.T, y[0])[0]
    return H, minimum, float(np.square(minimum @ inputs - y).mean() / 2)


def descend(H, start, *, learning_rate, steps, beta=0.0, minimum=None, least=0.0):
    """Heavy ball on J(w) = J* + 1/2 (w - w*)^⊤ H (w - w*): v <- beta v + H (w - w*), w <- w - learning_rate v, with v = 0 at first.

    Parameters
    ----------
    H : ndarray, shape (n, n)
        Symmetric.
    start : ndarray, shape (n,)
    learning_rate, beta : float or array
        Broadcast against one another: one run for each. beta = 0 is plain gradient descent.
    steps : int
    minimum : ndarray, shape (n,), optional
        w*; None: zeros.
    least : float
        J*.

    Returns
    -------
    path : ndarray, shape (*runs, steps + 1, n)
        w before each step and after the last; infinite, then NaN, once a run has overflowed.
    loss : ndarray, shape (*runs, steps + 1)

    Raises
    ------
    TypeError, ValueError
        For shapes, a matrix that is not symmetric, rates that are not positive, momenta outside [0, 1).

    Derived in: notebooks/08_training_that_fails.ipynb, "When is a learning rate too high?"
    """
    H = checks.matrix("H", H).astype(float)
    if H.shape[0] != H.shape[1] or not np.allclose(H, H.T, rtol=1e-9, atol=1e-12 * abs(H).max()):
        raise ValueError(f"H has shape {H.shape}, expected a symmetric matrix" + (": H differs from H.T" if H.shape[0] == H.shape[1] else ""))
    start = _vector("start", start, len(H))
    minimum = np.zeros(len(H)) if minimum is None else _vector("minimum", minimum, len(H))
    least = checks.floats("least", least)
    rates, betas = runs(learning_rate, beta)
    distance = heavy_ball(lambda d: d @ H, start - minimum, rates, betas, checks.whole("steps", steps))
    with np.errstate(all="ignore"):
        return minimum + distance, least + (distance @ H * distance).sum(axis=-1) / 2


def _with_bias(X, bias):
    X = checks.matrix("X", X).astype(float)
    return np.vstack([X, np.ones((1, X.shape[1]))]) if checks.truth("bias", bias) else X


def _vector(name, value, n):
    vector = checks.floats(name, value).astype(float)
    if vector.shape not in ((n,), (n, 1)):
        raise ValueError(f"{name} has shape {vector.shape}, expected ({n},): one number for each row of H")
    return vector.reshape(n)
