"""What every public function asks of its arguments, and the words it uses when an argument is wrong.

Errors are in the reader's terms: which argument, what came, what was expected and, where there is one, the remedy.
"""

import difflib
import math
import re
import reprlib
from decimal import Decimal
from functools import lru_cache
from numbers import Number, Real

import numpy as np


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
    return math.isfinite(math.hypot(*map(np.vdot, arrays, others))) or all(np.isfinite(array).all() for array in arrays + others)


def is_floats(value, shape):
    """Whether `value` is a plain array of floats of this shape, at a glance; numbers that are not finite are not looked for."""
    return type(value) is np.ndarray and value.shape == shape and value.dtype.char in "fd"


def reals(name, value):
    """What `floats` returns, but NaN and infinities are let through."""
    if type(value) is np.ndarray and value.dtype.char in "fd":
        return value
    if np.ma.is_masked(value):
        raise TypeError(f"{name} is an array with masked entries, expected a number in each")
    try:
        array = np.asarray(value)
    except Exception as error:  # __array__ of somebody's own class may raise anything
        why = "its rows have different lengths" if "inhomogeneous" in str(error) else reprlib.repr(str(error))
        raise TypeError(f"{name} is no array of numbers: {why}") from None
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


_KINDS = {"c": "complex numbers", "U": "text", "S": "bytes", "M": "dates"}


def _python_numbers(name, array):
    for item in array.flat:
        if not isinstance(item, Real | Decimal | np.bool_):
            raise TypeError(f"{name} {'holds' if array.ndim else 'is'} {shown(item)}, expected real numbers")
    try:
        return array.astype(float)
    except (OverflowError, ValueError):
        raise DomainError(f"{name} holds a number too large for a float, expected finite numbers") from None


def shown(value):
    """`value` in a message: None and short texts and numbers as they are, anything else by its type."""
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a whole number of more than 40 digits"
    if value is None or isinstance(value, Number | str | np.generic):
        return reprlib.repr(value)
    kind = "array" if type(value) is np.ndarray else type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def listed(keys, most=20):
    """The keys of a dict in a message: sorted, and the first few only."""
    names = sorted(reprlib.repr(key) for key in keys)
    return f"[{', '.join(names[:most])}{', ...' if len(names) > most else ''}]"


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


def parameters(p):
    """Return the depth L of the parameters `p` = {"W1", "b1", ..., "WL", "bL"} after checking every shape and number.

    Raises KeyError for a missing or unknown key, TypeError for whole-number arrays (an update `W -= ...` on them
    would be rounded or refused), ValueError where widths do not follow from one another.
    """
    L = structure(p)
    if not all_finite(p.values()):
        for name, value in p.items():
            floats(name, value)
    return L


def structure(p):
    """What `parameters` does, but NaN and infinities are let through: who multiplies with them sees them in what comes out."""
    if not isinstance(p, dict):
        raise TypeError(f"p is {shown(p)}, expected a dict with keys 'W1', 'b1', 'W2', ...")
    return _depth_at_a_glance(p) or _depth_of_each(p)


@lru_cache
def names(kinds, L, first=1):
    """(("W1", "b1"), ..., ("WL", "bL")) for the kinds "W b": made once, since making a text takes as long as adding a hundred numbers."""
    return tuple(tuple(f"{kind}{l}" for kind in kinds.split()) for l in range(first, L + 1))


def _depth_at_a_glance(p):
    """L where all is well, which takes two microseconds; 0 where it has to be looked at again, to find words."""
    L, n = len(p) // 2, None
    for W, b in names("W b", min(L, 10_000)):
        W, b = p.get(W), p.get(b)
        if type(W) is not np.ndarray or W.ndim != 2 or W.dtype.char not in "fd":
            return 0
        rows, columns = W.shape
        if n not in (None, columns) or not W.size or not is_floats(b, (rows, 1)):
            return 0
        n = rows
    return L if len(p) == 2 * L else 0


def _depth_of_each(p):
    L = _depth(p)
    width = None
    for l in range(1, L + 1):
        W = _parameter(p, f"W{l}", (None, width))
        _parameter(p, f"b{l}", (W.shape[0], 1))
        width = W.shape[0]
    return L


def layer(key, kinds):
    """l where `key` is one of the letters `kinds` and a layer number, as in "W2"; 0 for any other key."""
    return _layer(key, kinds) if type(key) is str else 0  # a key of somebody's own class stays out of the cache


@lru_cache
def _layer(key, kinds):
    found = re.fullmatch(rf"[{kinds}]([1-9][0-9]{{0,3}})", key)
    return int(found[1]) if found else 0


def _depth(p):
    L = max((layer(key, "Wb") for key in p), default=1) or 1
    for name in (f"{kind}{l}" for l in range(1, L + 1) for kind in "Wb"):
        if name not in p:
            raise KeyError(f"p lacks {name!r}: it has {listed(p)}, expected W and b for each layer, from 'W1' and 'b1' on")
    for key in p:
        if not layer(key, "Wb"):
            raise KeyError(f"p has an unknown key {shown(key)}, expected W and b for each layer, from 'W1' and 'b1' on")
    return L


def _parameter(p, name, shape):
    value = p[name]
    if type(value) is not np.ndarray:  # a np.matrix or a masked array would multiply in a way of its own
        raise TypeError(f"p[{name!r}] is {shown(value)}, expected a NumPy array of floats: write np.array({name}, dtype=float)")
    if value.dtype.kind in "iub":
        raise TypeError(f"p[{name!r}] has dtype {value.dtype}, expected float64: write {name}.astype(float)")
    if value.dtype.kind == "O":
        raise TypeError(f"p[{name!r}] has dtype object, expected float64: write {name}.astype(float)")
    return matrix(name, value, shape)


def cached(c, name, shape):
    """Return c[name] as a matrix of finite floats after checking that the cache has it, in the right shape."""
    if not isinstance(c, dict):
        raise TypeError(f"c is {shown(c)}, expected the dict that forward_prop returns")
    if name not in c:
        raise KeyError(f"c lacks {name!r}: it has {listed(c)}")
    return matrix(f'c["{name}"]', c[name], shape)


def function(name, value, call):
    """Return `value` after checking that it can be called; `call` shows how it will be."""
    if not callable(value):
        raise TypeError(f"{name} is {shown(value)}, expected a function {call}: give its name without parentheses")
    return value


def returned(function, result, shapes):
    """The arrays that a learner's `function` should have returned, {name: shape}, as matrices of finite floats."""
    if not isinstance(result, dict):
        raise TypeError(f"{function} returned {shown(result)}, expected a dict with {', '.join(shapes)}")
    for name in shapes:
        if name not in result:
            raise KeyError(f"what {function} returned lacks {name!r}: it has {listed(result)}")
    return {name: matrix(f"{function}'s {name}", result[name], shape) for name, shape in shapes.items()}


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
        raise ValueError(f"column {i} of {name} holds {counts[i]:g} ones, expected one-hot columns: see datasets.one_hot")
    return Y


def positive(name, value, *, zero=False):
    """Return `value` as a float after checking that it is one finite number above 0 (or 0 itself where `zero`)."""
    number = floats(name, value)
    if number.ndim or number < 0 or (number == 0 and not zero):
        raise ValueError(f"{name} is {shown(value)}, expected one number {'>= 0' if zero else '> 0'}")
    return float(number)


def whole(name, value, *, least=1, most=None):
    """Return `value` as an int after checking that it is a whole number of at least `least` and at most `most`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {shown(value)}, expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {shown(value)}, expected at least {least}")
    if most is not None and value > most:
        raise ValueError(f"{name} is {shown(value)}, expected at most {most}")
    return int(value)


def truth(name, value):
    """Return `value` after checking that it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {shown(value)}, expected True or False")
    return bool(value)


def choice(name, value, options):
    """Return `value` after checking that it is one of `options`, names; a near miss is named."""
    if type(value) is str and value in options:
        return value
    if not isinstance(value, str):
        raise TypeError(f"{name} is {shown(value)}, expected one of {', '.join(options)}")
    if value not in options:
        near = difflib.get_close_matches(value[:100].lower(), options, n=1)
        hint = f": did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name} is {shown(value)}, expected one of {', '.join(options)}{hint}")
    return value


def generator(rng):
    """Return a NumPy random Generator: `rng` itself, or a new one from a whole-number seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    if not isinstance(rng, int | np.integer):
        raise TypeError(f"rng is {shown(rng)}, expected a seed such as 0, or np.random.default_rng(0)")
    return np.random.default_rng(whole("rng", rng, least=0))
