"""What every public function asks of its arguments, and the words it uses when an argument is wrong.

Errors are in the reader's terms: which argument, what came, what was expected and, where there is one, the remedy.
"""

import difflib
import re

import numpy as np


class DomainError(ValueError):
    """A number for which a formula has no finite value: NaN, an infinity, a probability outside [0, 1].

    A class of its own, so that a training run that diverges can be stopped without hiding other mistakes.
    """


def floats(name, value):
    """Return `value` as an array of finite floats; whole numbers and booleans become float64.

    Raises TypeError for anything that is not an array of real numbers, DomainError for NaN and infinities.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise TypeError(f"{name} is no array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds {_what(value, array)}, expected real numbers")
    if array.dtype.kind != "f" or array.dtype.itemsize < 4:
        array = array.astype(float)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise DomainError(f"{name} holds {array[where]}{f' at index {where}' if where else ''}, expected finite numbers")
    return array


def _what(value, array):
    return type(value).__name__ if array.dtype.kind == "O" else f"dtype {array.dtype}"


def matrix(name, value, shape=(None, None)):
    """Return `value` as a matrix of finite floats of the given shape, in which None stands for any size above 0."""
    array = floats(name, value)
    fits = array.ndim == 2 and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits:
        raise ValueError(f"{name} has shape {array.shape}, expected {_shape_text(shape)}{_reshape_hint(name, array, shape)}")
    if array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, which holds no numbers: expected at least one row and one example")
    return array


def _shape_text(shape):
    names = ("n", "m")
    return "(" + ", ".join(names[i] if size is None else str(size) for i, size in enumerate(shape)) + ")"


def _reshape_hint(name, array, shape):
    """The remedy when only the axes are missing or turned: a vector given for a row or a column, or a transpose."""
    if array.ndim == 1 and shape[0] == 1 and shape[1] in (None, array.size):
        return f": write {name}.reshape(1, -1)"
    if array.ndim == 1 and shape[1] == 1 and shape[0] in (None, array.size):
        return f": write {name}.reshape(-1, 1)"
    if array.ndim == 2 and array.shape != shape and all(w in (None, h) for w, h in zip(shape, array.shape[::-1], strict=True)):
        return f": columns are examples, so write {name}.T"
    return ""


def parameters(p):
    """Return the depth L of the parameters `p` = {"W1", "b1", ..., "WL", "bL"} after checking every shape.

    Raises KeyError for a missing or unknown key, TypeError for whole-number arrays (an update `W -= ...` on them
    would be rounded or refused), ValueError where widths do not follow from one another.
    """
    if not isinstance(p, dict):
        raise TypeError(f"p is a {type(p).__name__}, expected a dict with keys 'W1', 'b1', 'W2', ...")
    L = _depth(p)
    width = None
    for l in range(1, L + 1):
        W = _parameter(p, f"W{l}", (None, width))
        _parameter(p, f"b{l}", (W.shape[0], 1))
        width = W.shape[0]
    return L


def _depth(p):
    L = max((int(key[1:]) for key in p if isinstance(key, str) and re.fullmatch(r"[Wb][1-9]\d*", key)), default=1)
    expected = [f"{kind}{l}" for l in range(1, L + 1) for kind in "Wb"]
    for key in expected:
        if key not in p:
            raise KeyError(f"p lacks {key!r}: it has {sorted(map(str, p))}, expected {expected}")
    for key in p:
        if key not in expected:
            raise KeyError(f"p has an unknown key {key!r}, expected {expected}")
    return L


def _parameter(p, name, shape):
    value = p[name]
    if not isinstance(value, np.ndarray):
        raise TypeError(f"p[{name!r}] is a {type(value).__name__}, expected a NumPy array of floats")
    if value.dtype.kind in "iub":
        raise TypeError(f"p[{name!r}] has dtype {value.dtype}, expected float64: write {name}.astype(float)")
    return matrix(name, value, shape)


def cached(c, name, shape):
    """Return c[name] after checking that the cache has it, in the right shape."""
    if not isinstance(c, dict):
        raise TypeError(f"c is a {type(c).__name__}, expected the dict that forward_prop returns")
    if name not in c:
        raise KeyError(f"c lacks {name!r}: it has {sorted(map(str, c))}")
    if np.shape(c[name]) != shape:
        raise ValueError(f"c[{name!r}] has shape {np.shape(c[name])}, expected {shape}")
    return c[name]


def labels(name, y, shape):
    """Return `y` as a matrix of zeros and ones of the given shape."""
    y = matrix(name, y, shape)
    wrong = y[(y != 0) & (y != 1)]
    if wrong.size:
        raise ValueError(f"{name} holds {wrong[0]:g}, expected only the labels 0 and 1")
    return y


def one_hot(name, Y, shape):
    """Return `Y` as a matrix of zeros and ones with a single 1 in each column."""
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
        raise ValueError(f"{name} is {value!r}, expected one number {'>= 0' if zero else '> 0'}")
    return float(number)


def whole(name, value, *, least=1):
    """Return `value` as an int after checking that it is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}, expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}, expected at least {least}")
    return int(value)


def choice(name, value, options):
    """Return `value` after checking that it is one of `options`; a near miss is named."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}, expected one of {', '.join(options)}")
    if value not in options:
        near = difflib.get_close_matches(value.lower(), options, n=1)
        hint = f": did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name} is {value!r}, expected one of {', '.join(options)}{hint}")
    return value


def generator(rng):
    """Return a NumPy random Generator: `rng` itself, or a new one from a whole-number seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.default_rng(whole("rng", rng, least=0))
