"""What is asked of arrays: real numbers, finite, of a shape, labels."""

import math
import re
from decimal import Decimal
from numbers import Real

import numpy as np

from helpers.checks.words import is_a, said, shown


class DomainError(ValueError):
    """A number for which a formula has no finite value: NaN, an infinity, a probability outside [0, 1].

    A class of its own, so that a training run that diverges can be stopped without hiding other mistakes.
    """


def floats(name, value):
    """Return `value` as an array of finite floats, float32 as it is; whole numbers, booleans, Fraction, ... become float64.

    Raises TypeError for anything that is not an array of real numbers, DomainError for NaN, infinities and numbers too
    large for a float.
    """
    array = reals(name, value)
    if not all_finite([array]):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise DomainError(f"{name} holds {array[where]}{f' at index {where}' if where else ''}, expected finite numbers")
    return array


def all_finite(arrays, others=None):
    """Whether every entry of every float array is finite, and of their partners of equal sizes, if there are any.

    No NaN and no infinity leaves the sum of an array's products finite, nor the length of the vector of such sums. Where that
    is not finite, numbers above 1e154 may be the reason, so each entry is looked at.
    """
    arrays = list(arrays)
    others = arrays if others is None else list(others)
    if max([array.size for array in arrays], default=0) <= _ONE_THREAD and math.isfinite(math.hypot(*map(np.vdot, arrays, others))):
        return True
    return all(np.isfinite(array).all() for array in (arrays if others is arrays else arrays + others))


_ONE_THREAD = 10_000
"""To multiply more numbers, OpenBLAS wakes a second thread; on a busy machine that takes a thousand times as long as to look at each."""


def is_floats(value, shape):
    """Whether `value` is a plain array of floats of this shape, at a glance; numbers that are not finite are not looked for."""
    return type(value) is np.ndarray and value.shape == shape and value.dtype.char in "fd"


def reals(name, value):
    """What `floats` returns, but NaN and infinities are let through."""
    if type(value) is np.ndarray and value.dtype.char in "fd":
        return value
    try:
        masked = np.ma.is_masked(value)
        array = np.asarray(value)
    except Exception as error:  # somebody's own class may raise anything
        if hasattr(type(value), "backward"):
            instead = "take its .value, or, in what is differentiated, NumPy's functions and those of autograd"
            raise TypeError(f"{name} is {shown(value)}, expected plain numbers: {instead}") from None
        ragged = type(error) is ValueError and "inhomogeneous" in str(error)  # NumPy's own
        raise TypeError(f"{name} is no array of numbers: {'its rows have different lengths' if ragged else said(error)}") from None
    if masked:
        raise TypeError(f"{name} is an array with masked entries, expected a number in each")
    kind = array.dtype.kind
    if kind == "O":
        return _python_numbers(name, array)
    if kind not in "fiub":
        what = f"is {shown(value)}" if array.ndim == 0 else f"holds {_KINDS.get(kind, f'dtype {array.dtype}')}"
        raise TypeError(f"{name} {what}, expected real numbers")
    if kind == "f" and array.dtype.itemsize in (4, 8):
        return array
    with np.errstate(over="ignore"):  # a longdouble above 1.8e308 becomes infinite
        return array.astype(float)


_KINDS = {"c": "complex numbers", "U": "text", "S": "bytes", "M": "dates", "m": "spans of time"}


def _python_numbers(name, array):
    for item in array.flat:
        if not is_a(item, Real | Decimal | np.bool_):
            raise TypeError(f"{name} {'holds' if array.ndim else 'is'} {shown(item)}, expected real numbers")
    try:
        return array.astype(float)
    except (OverflowError, ValueError):
        raise DomainError(f"{name} holds a number too large for a float, expected finite numbers") from None
    except Exception as error:  # a number class of somebody's own
        raise TypeError(f"{name} is no array of numbers: {said(error)}") from None


def matrix(name, value, shape=(None, None), *, finite=True):
    """Return `value` as a matrix of floats of the given shape, in which None stands for any size above 0.

    finite : with False, NaN and infinities may be let through: whoever multiplies with them sees them in what comes out.
    """
    if not finite and type(value) is np.ndarray and value.ndim == 2 and value.dtype.char in "fd" and value.size and _fits(value.shape, shape):
        return value
    array = floats(name, value)
    if array.shape != shape and not (array.ndim == 2 and _fits(array.shape, shape)):
        raise ValueError(f"{name} has shape {array.shape}, expected {_shape_text(shape)}{_reshape_hint(name.split()[-1], array, shape)}")
    if array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, which holds no numbers: expected at least one row and one example")
    return array


def _fits(have, want):
    return want[0] in (None, have[0]) and want[1] in (None, have[1])


def _shape_text(shape):
    names = ("n", "m")
    return "(" + ", ".join(names[i] if size is None else str(size) for i, size in enumerate(shape)) + ")"


def _reshape_hint(name, array, shape):
    """The remedy when only the axes are missing or turned: a vector given for a row or a column, or a transpose."""
    if array.ndim == 1 and shape == (None, None):
        return f": write {name}.reshape(1, -1) for one row, {name}.reshape(-1, 1) for one example"
    if array.ndim == 1 and shape[0] in (1, None) and shape[1] in (None, array.size):
        return f": write {name}.reshape(1, -1)"
    if array.ndim == 1 and shape[1] in (1, None) and shape[0] in (None, array.size):
        return f": write {name}.reshape(-1, 1)"
    if array.ndim == 2 and _fits(array.shape[::-1], shape):
        reason = "" if re.match("d?[Wb][0-9]", name) else "columns are examples, so "
        return f": {reason}write {name}.T"
    return ""


def labels(name, y, shape):
    """Return `y` as a matrix of zeros and ones of the given shape."""
    y = matrix(name, y, shape, finite=False)
    if np.count_nonzero(y) != np.count_nonzero(y == 1):
        floats(name, y)
        raise ValueError(f"{name} holds {y[(y != 0) & (y != 1)][0]:g}, expected only the labels 0 and 1")
    return y


def one_hot(name, Y, shape):
    """Return `Y` as a matrix of zeros and ones with a single 1 in each column."""
    given = floats(name, Y)
    if given.shape in ((shape[1],), (1, shape[1])) and shape[0] > 1:
        row = name if given.ndim == 2 else f"{name}.reshape(1, -1)"
        raise ValueError(f"{name} has shape {given.shape}, expected {shape}: for class numbers write datasets.one_hot({row}, {shape[0]})")
    Y = labels(name, Y, shape)
    counts = Y.sum(axis=0)
    if (counts != 1).any():
        i = int(np.argmax(counts != 1))
        raise ValueError(f"example {i + 1} (column {i}) of {name} holds {counts[i]:g} ones, expected one-hot columns: see datasets.one_hot")
    return Y
