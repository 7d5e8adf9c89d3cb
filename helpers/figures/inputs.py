"""Checks of what comes in, for pictures that may also show what is not finite."""

from collections.abc import Mapping

import numpy as np

from helpers import checks


def series(name, value, *, length=None, finite=False):
    """Return `value` as a new float array of shape (k,); a row (1, k) or column (k, 1) counts as one."""
    array = numbers(name, value, finite=finite)
    if array.ndim == 2 and 1 in array.shape:
        array = array.ravel()
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected (k,) with k >= 1")
    if length is not None and array.size != length:
        raise ValueError(f"{name} has {array.size} values, expected {length}, as many as there are positions")
    return array.copy()


def table(name, value, *, finite=False):
    """Return `value` as a new float array of shape (rows, columns)."""
    array = numbers(name, value, finite=finite)
    if array.ndim != 2 or array.size == 0:
        hint = f": write {name}.reshape(-1, 1) for a column" if array.ndim == 1 else ""
        raise ValueError(f"{name} has shape {array.shape}, expected (rows, columns){hint}")
    return array.copy()


def numbers(name, value, *, finite=False):
    """Return `value` as a float array; NaN and infinities are let through unless `finite`."""
    if finite:
        return np.asarray(checks.floats(name, value), dtype=float)
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(f"{name} is no array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} is a {type(value).__name__} of dtype {array.dtype}, expected real numbers")
    return array.astype(float)


def named(name, value, *, of="values"):
    """Return `value` after checking that it is a non-empty dict with text keys."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is a {type(value).__name__}, expected a dict {{label: {of}}}")
    if not value:
        raise ValueError(f"{name} is empty, expected a dict {{label: {of}}} with at least one entry")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{name} has the key {key!r}, expected a text to label the {of} with")
    return dict(value)


def texts(name, value, length):
    """Return `value` as a list of `length` texts; None gives None."""
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__len__"):
        raise TypeError(f"{name} is {value!r}, expected a list of {length} texts")
    if len(value) != length:
        raise ValueError(f"{name} has {len(value)} entries, expected {length}")
    return [str(item) for item in value]
