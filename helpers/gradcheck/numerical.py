r"""The numerical gradient of any loss, by central differences, one entry at a time.

Central difference: dL/dtheta is approximately (L(theta + h) - L(theta - h)) / (2 h), wrong by O(h^2) through truncation
and by O(eps L / h) through rounding.

Derived in: notebooks/06_gradient_checking.ipynb
"""

from functools import partial

import numpy as np

from helpers import checks

STEP = 1e-5
"""The default step h: near the cube root of the machine epsilon, where truncation and rounding balance."""


def numerical_gradient(loss, p, h=STEP):
    """dL/dtheta by central differences, one entry of one parameter at a time.

    Parameters
    ----------
    loss : callable
        loss(p) -> float, for any dict `p` of float arrays. It gets a copy and may do with it what it likes.
    p : dict of ndarray
    h : float

    Returns
    -------
    dict of ndarray : "d" + name for each name in p, in the parameter's shape

    Raises TypeError or ValueError where p or h is no such thing or loss(p) is not one finite number.
    Derived in: notebooks/06_gradient_checking.ipynb, "How can you test a derivative that you do not trust?"
    """
    h = checks.positive("h", h)
    p = _float_arrays(p)
    return {f"d{name}": _slopes(partial(_loss_with, loss, p, name), value, h) for name, value in p.items()}


def _float_arrays(p):
    if not isinstance(p, dict) or not p:
        raise TypeError(f"p is {type(p).__name__}, expected a dict of float arrays with at least one entry")
    for name, value in p.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            raise TypeError(f"p[{name!r}] is {getattr(value, 'dtype', type(value).__name__)}, expected a float array")
    return p


def _loss_with(loss, p, name, value):
    """loss(p) with one parameter replaced; the other arrays are copied so that no call can spoil the next."""
    result = loss({key: (value if key == name else array).copy() for key, array in p.items()})
    number = checks.floats("loss(p)", result)
    if number.size != 1:
        raise ValueError(f"loss(p) has shape {number.shape}, expected one number: take the mean over the examples")
    return number.item()


def _slopes(f, value, h):
    slopes = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        step = np.zeros_like(value)
        step[index] = h
        up, down = value + step, value - step
        taken = (up - down)[index] or 2 * h  # 2 h but for the rounding of theta + h, which counts where theta is large
        slopes[index] = (f(up) - f(down)) / taken
    return slopes
