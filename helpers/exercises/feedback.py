"""How an answer is judged: never an exception, always a reason.

A check is a function that compares answers with the right value and with the values that known mistakes give; it
raises `Wrong` with the reason, or returns the sentence that confirms a right answer. The decorator `check` turns that,
and anything else that can go wrong in a reader's code, into a `Feedback`.
"""

import itertools
import re
from numbers import Real

import numpy as np

from helpers.exercises.calling import Misfit, call
from helpers.exercises.outcome import Feedback, NotAttempted, Wrong, check, kind, short, unfinished

__all__ = [
    "Feedback", "Misfit", "NotAttempted", "Wrong", "call", "check", "compare", "items", "kind", "numbers", "rounding", "short",
    "true_or_false", "unfinished",
]  # fmt: skip


def numbers(answer, name="your answer", shape=None, *, finite=True):
    """The answer as an array of floats of the given shape, finite unless told; Wrong says what came instead.

    Whatever float() takes is a number (fractions and decimals too), but for texts.
    """
    if unfinished(answer):
        raise NotAttempted
    if answer is None:
        raise Wrong(f"{name} is None, expected numbers.")
    array = _floats(answer, name)
    if shape == () and array.size == 1:  # one number is one number, in however many brackets
        array = array.reshape(())
    if shape is not None and array.shape != shape:
        raise Wrong(f"{name} has shape {array.shape}, expected {shape or 'a single number'}{_shape_reason(array.shape, shape)}.")
    if finite and not np.isfinite(array).all():
        raise Wrong(f"{name} holds NaN or infinite numbers.")
    return array


def _floats(answer, name):
    if isinstance(answer, np.ma.MaskedArray) and np.ma.is_masked(answer):
        raise Wrong(f"{name} hides entries behind a mask, expected a plain array.")
    try:
        array = np.asarray(answer)
    except KeyboardInterrupt:
        raise
    except BaseException:
        ragged = isinstance(answer, list | tuple)
        raise Wrong(f"{name} is no array of numbers but {kind(answer)}{' whose rows have different lengths' if ragged else ''}.") from None
    if array.dtype.kind == "O":
        return np.reshape([_float(value, name, answer) for value in array.ravel()], array.shape)
    if array.dtype.kind not in "fiub":
        what = "complex" if array.dtype.kind == "c" else "no real"
        raise Wrong(f"{name} is {kind(answer)} that holds {what} numbers, expected real ones.")
    return array.astype(float)


def _float(value, name, answer):
    try:
        if not isinstance(value, str | bytes):
            return float(value)
    except OverflowError:
        raise Wrong(f"{name} holds a number that is too large for a float.") from None
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever the object does
        pass
    if isinstance(answer, list | tuple | np.ndarray | dict):
        raise Wrong(f"{name} is {kind(answer)} that holds {short(value)}, expected real numbers.")
    raise Wrong(f"{name} is no array of numbers but {kind(answer)}.")


def _shape_reason(came, expected):
    if came == expected[::-1] and len(came) == 2:
        return ": it is transposed"
    if int(np.prod(came)) == int(np.prod(expected)):
        return ": the numbers may be right, the axes are not (keepdims, or reshape)"
    return ""


def compare(answer, right, mistakes=(), *, name="your answer", tolerance=1e-6):
    """Wrong unless `answer` equals `right`; where it equals the value of a known mistake, that mistake is named.

    Parameters
    ----------
    answer : anything
    right : float or ndarray
    mistakes : iterable of (value, sentence)
        What known mistakes give, and what to say about them; a value of another shape never matches.
    tolerance : float
        Largest difference, relative to the largest number of `right` (absolute where that is 0); at least `SINGLE` where
        the answer was computed in float32.
    """
    right = np.asarray(right, dtype=float)
    tolerance = max(tolerance, rounding(answer))
    array = _or_none(answer, name, right.shape)
    if array is not None and not _close(array, right, tolerance):
        for value, sentence in mistakes:
            if _close(array, np.asarray(value, dtype=float), tolerance):
                raise Wrong(sentence)
    array = numbers(answer, name, right.shape)
    if not _close(array, right, tolerance):
        raise Wrong(f"{name} {_cut_off(answer, array, right) or 'is ' + _sample(array, right, tolerance)}.")


SINGLE = 1e-5
"""What a computation in float32, of numbers with 7 digits, may be off by."""


def rounding(answer):
    """The relative error that the precision of an answer excuses: `SINGLE` for float32 (1e-2 for float16), 0 otherwise."""
    kind = getattr(answer, "dtype", None)
    return {2: 1e-2, 4: SINGLE}.get(kind.itemsize, 0.0) if getattr(kind, "kind", "") == "f" else 0.0


def _or_none(answer, name, shape):
    try:
        array = numbers(answer, name, finite=False)
    except Wrong:
        return None
    return array.reshape(()) if shape == () and array.size == 1 else array


def _close(array, value, tolerance):
    if array.shape != value.shape:
        return False
    scale = np.abs(value).max(initial=0) or 1
    return bool((np.abs(array - value) <= tolerance * scale).all())


def _cut_off(answer, array, right):
    """What to say where whole numbers stand for the right ones, which are not whole."""
    if array.ndim == 0 or (right == np.round(right)).all():
        return ""
    whole = isinstance(answer, np.ndarray) and answer.dtype.kind in "iu"
    if not whole and not (np.trunc(right).any() and np.array_equal(array, np.trunc(right))):
        return ""
    dtype = f"has the integer dtype {answer.dtype}" if whole else "holds whole numbers"
    return f"{dtype}, which cuts off everything behind the decimal point: make the array with floats (dtype=float, or 0.0 instead of 0)"


def _sample(array, right, tolerance):
    """Where the answer is furthest off, as "0.5, expected 0.25 (at index (0, 1))", with digits enough to see it."""
    if array.ndim == 0:
        near = abs(array - right) <= 1e-2 * abs(right)
        return f"{array + 0.0:.6g}, which is {'near the right number, but not it: give more digits' if near else 'not the right number'}"
    index = tuple(int(i) for i in np.unravel_index(np.abs(array - right).argmax(), array.shape))
    wrong = int((np.abs(array - right) > tolerance * (np.abs(right).max() or 1)).sum())
    came, expected = _distinct(array[index], right[index])
    return f"wrong in {wrong} of {array.size} entries; at index {index} it is {came}, expected {expected}"


def _distinct(*values):
    """Two numbers with six digits, or as many more as it takes to tell them apart; never -0."""
    for digits in range(6, 18):
        texts = [f"{value:.{digits}g}" for value in values]
        if texts[0] != texts[1]:
            break
    return ["0" if text == "-0" else text for text in texts]


def items(answer, name, expected):
    """The entries of a reader's list, in whatever form it comes: list, set, keys, generator, array, "B, D", "B and D", or one entry alone.

    Of a dict of True and False the names with True.

    Wrong says that a list of `expected` was expected.
    """
    if unfinished(answer):
        raise NotAttempted
    if isinstance(answer, str):
        return [part for part in re.split(r"[\s,;.]+", answer) if part and part.lower() != "and"]
    if isinstance(answer, dict) and answer and all(isinstance(chosen, bool | np.bool_) for chosen in answer.values()):
        answer = [name for name, chosen in answer.items() if chosen]
    if isinstance(answer, Real | np.generic) or (isinstance(answer, np.ndarray) and not answer.ndim):
        answer = [answer]
    try:
        entries = list(itertools.islice(iter(answer), _MOST_ITEMS))
    except TypeError:
        raise Wrong(f"{name} {kind(answer)}, expected a list of {expected}.") from None
    if unfinished(entries):
        raise NotAttempted
    return [entry.item() if isinstance(entry, np.generic) or (isinstance(entry, np.ndarray) and entry.size == 1) else entry for entry in entries]


_MOST_ITEMS = 1000
"""An endless generator ends here."""


def true_or_false(answer, name):
    """The answer as a bool; Wrong says what came instead."""
    if isinstance(answer, np.ndarray) and answer.size == 1:
        answer = answer.item()
    if not isinstance(answer, bool | np.bool_):
        raise Wrong(f"{name} is {short(answer)}, expected True or False.")
    return bool(answer)
