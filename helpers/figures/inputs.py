"""Checks of what comes in, for pictures that may also show what is not finite: each error names the argument."""

from collections.abc import Mapping

import numpy as np
from matplotlib.mathtext import MathTextParser

from helpers import checks
from helpers.figures.words import kind

LARGEST = 1e300  # a picture needs room for margins, and floats end at 1.8e308


# --- arrays --------------------------------------------------------------------------------------------------------


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
    """Return `value` as a float array of numbers that can be drawn; NaN and infinities are let through unless `finite`."""
    array = np.asarray((checks.floats if finite else checks.reals)(name, value), dtype=float)
    sizes = np.abs(array[np.isfinite(array)])
    if sizes.size and sizes.max() > LARGEST:
        raise ValueError(f"{name} holds a number of size {sizes.max():g}, too large to draw: expected at most {LARGEST:g}")
    return array


# --- single numbers ------------------------------------------------------------------------------------------------


def number(name, value, *, positive=False):
    """Return `value` as one finite float, above 0 where `positive`."""
    array = numbers(name, value, finite=True)
    if array.ndim:
        raise ValueError(f"{name} has shape {array.shape}, expected one number")
    if positive and array <= 0:
        raise ValueError(f"{name} is {array:g}, expected a number > 0{' for a logarithmic axis' if positive == 'log' else ''}")
    return float(array)


def inches(name, value, *, least=2.0, most=40.0):
    """Return a height in inches that leaves room for axes and labels."""
    value = number(name, value)
    if not least <= value <= most:
        raise ValueError(f"{name} is {value:g}, expected {least:g} to {most:g} inches")
    return value


def whole(name, value, *, least=0, most=12):
    """Return `value` as an int between `least` and `most`, 12 digits unless told."""
    value = checks.whole(name, value, least=least)
    if value > most:
        raise ValueError(f"{name} is {value if value < 1e15 else 'a far larger number'}, expected at most {most}")
    return value


def limits(name, value, *, log=False):
    """Return (low, high) for an axis as two floats with low < high, above 0 on a logarithmic one; None gives None."""
    if value is None:
        return None
    array = numbers(name, value, finite=True)
    if array.shape != (2,) or array[0] >= array[1]:
        raise ValueError(f"{name} is {written(value)}, expected (low, high) with low < high")
    if log and array[0] <= 0:
        raise ValueError(f"{name} begins at {array[0]:g}, expected a number > 0 for a logarithmic axis")
    return float(array[0]), float(array[1])


# --- texts and lists -----------------------------------------------------------------------------------------------


def text(name, value):
    """Return `value` as a text that can be drawn: TeX between pairs of dollar signs is tried here."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {written(value)}, expected a text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{name} is {ascii(value)[:60]}, which holds half a character, expected a text") from None
    dollars = value.count("$") - value.count(r"\$")
    if dollars % 2:
        raise ValueError(rf"{name} is {written(value)}, in which one $ has no partner: write \$ for a dollar sign, or a second $ where the TeX ends")
    if dollars:
        try:
            for line in value.split("\n"):
                MathTextParser("path").parse(line)
        except ValueError as error:
            reason = written(str(error).strip().splitlines()[-1])
            raise ValueError(f"{name} is {written(value)}, whose TeX cannot be read: {reason}") from None
    return value


def is_list(value):
    """Whether `value` is a list, a tuple or an array with an axis."""
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)


def title(value):
    """Return the text of a title; None gives an empty one."""
    return "" if value is None else text("title", value)


def texts(name, value, length=None):
    """Return `value` as a list of `length` texts, of any number where that is None; numbers are written out."""
    if not is_list(value):
        raise TypeError(f"{name} is {written(value)}, expected a list of {'' if length is None else f'{length} '}texts")
    if length is not None and len(value) != length:
        raise ValueError(f"{name} has {len(value)} entries, expected {length}")
    return [text(f"{name}[{k}]", str(item) if isinstance(item, int | float | np.number) else item) for k, item in enumerate(value)]


def named(name, value, *, of="values"):
    """Return `value` after checking that it is a non-empty dict with text keys."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is {kind(value)}, expected a dict {{label: {of}}}")
    if not value:
        raise ValueError(f"{name} is empty, expected a dict {{label: {of}}} with at least one entry")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{name} has the key {written(key)}, expected a text to label the {of} with")
        text(f"a key of {name}", key)
    return dict(value)


def levels(name, value, *, log=False):
    """Return {label: level} as floats, above 0 on a logarithmic axis; None gives an empty dict."""
    given = {} if value is None else named(name, value, of="level")
    return {label: number(label, level, positive="log" if log else False) for label, level in given.items()}


def entries(name, value, expected, *, sizes=(2,)):
    """Return `value` as a list of lists with so many items; a single one that is not in a list is named."""
    if not is_list(value) and not isinstance(value, set | frozenset | zip):
        raise TypeError(f"{name} is {written(value)}, expected a list of {expected}")
    value = list(value)
    if value and not any(isinstance(item, list | tuple | np.ndarray) for item in value):
        raise TypeError(f"{name} is {written(tuple(value))}, expected a list of {expected}: put it in [ ]")
    for k, item in enumerate(value):
        if not isinstance(item, list | tuple | np.ndarray) or len(item) not in sizes:
            raise ValueError(f"{name}[{k}] is {written(item)}, expected {expected}")
    return [list(item) for item in value]


def written(value):
    """repr(value), cut, whatever it does."""
    try:
        written = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    except Exception:
        return kind(value)
    return written if len(written) <= 80 else f"{written[:77]}..."
