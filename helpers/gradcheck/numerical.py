r"""The numerical gradient of any loss, by central differences, one entry at a time.

Central difference: dJ/dtheta is approximately (J(theta + h) - J(theta - h)) / (2 h), wrong by O(h^2) through truncation
and by O(eps J / h) through rounding.

Derived in: notebooks/06_gradient_checking.ipynb
"""

from functools import partial

import numpy as np

from helpers import checks

STEP = 1e-5
"""The default step h: near the cube root of the machine epsilon, where truncation and rounding balance."""


def numerical_gradient(loss, p, h=STEP):
    """dJ/dtheta by central differences, one entry of one parameter at a time.

    Parameters
    ----------
    loss : callable
        loss(p) -> float, for any dict `p` of float arrays. It gets a copy and may do with it what it likes.
    p : dict of ndarray, float32 or float64
    h : float

    Returns
    -------
    dict of ndarray : "d" + name for each name in p, in the parameter's shape

    Raises TypeError or ValueError where p or h is no such thing or loss(p) is not one finite number.
    Derived in: notebooks/06_gradient_checking.ipynb, "How can you test a derivative that you do not trust?"
    """
    checks.function("loss", loss, "loss(p)")
    h = checks.positive("h", h)
    p = _float_arrays(p)
    return {f"d{name}": _slopes(partial(_loss_with, loss, p, name), value, h) for name, value in p.items()}


def _float_arrays(p):
    if not isinstance(p, dict) or not p:
        raise TypeError(f"p is {'an empty dict' if p == {} else checks.shown(p)}, expected a dict of float arrays with at least one entry")
    for name, value in p.items():
        if type(value) is not np.ndarray or value.dtype.kind != "f" or value.dtype.itemsize < 4:
            what = f"an array of {value.dtype}" if type(value) is np.ndarray else checks.shown(value)
            raise TypeError(f"p[{checks.brief(name)}] is {what}, expected an array of float64: a step h is lost in anything coarser")
        checks.floats(f"p[{checks.brief(name)}]", value)
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
