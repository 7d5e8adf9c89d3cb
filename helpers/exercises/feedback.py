"""How an answer is judged: never an exception, always a reason.

A check is a generator-free function that compares answers with the right value and with the values that known
mistakes give; it raises `Wrong` with the reason, or returns the sentence that confirms a right answer. The decorator
`check` turns that, and anything else that can go wrong in a reader's code, into a `Feedback`.
"""

import functools
import html
import warnings
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Feedback:
    """The outcome of a check: status "right", "wrong" or "not attempted", and one sentence that says why."""

    status: str
    message: str

    @property
    def right(self):
        """True for a right answer."""
        return self.status == "right"

    def __str__(self):
        return f"{self.status.capitalize()}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        mark = {"right": "✔", "wrong": "✘"}.get(self.status, "○")
        return f"<p><strong>{mark} {self.status.capitalize()}.</strong> {html.escape(self.message)}</p>"


class Wrong(Exception):
    """An answer is wrong; the message is the reason, in the reader's terms."""


class NotAttempted(Exception):
    """A stub was left as it is."""


def check(judge):
    """Make a check that never raises out of a function that returns a sentence or raises Wrong or NotAttempted."""

    @functools.wraps(judge)
    def checked(*answers):
        if not answers or any(answer is Ellipsis for answer in answers):
            return Feedback("not attempted", "replace each ... with your answer and run this cell again.")
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return Feedback("right", judge(*answers))
        except NotAttempted:
            return Feedback("not attempted", "replace each ... with your answer and run both cells again.")
        except Wrong as reason:
            return Feedback("wrong", str(reason))
        except (Exception, SystemExit) as error:
            return Feedback("wrong", f"the answer cannot be judged: {type(error).__name__}: {_text(error)}")

    return checked


def _text(value):
    """str(value), whatever it does."""
    try:
        return str(value)[:200]
    except Exception:
        return "(no message)"


def call(function, *arguments, name="your function"):
    """What a reader's function returns for copies of the arguments; Wrong says what went wrong.

    Wrong is raised as well where the function changes an argument in place.
    """
    if not callable(function):
        raise Wrong(f"{name} is a {type(function).__name__}, expected a function.")
    copies = [_copy(argument) for argument in arguments]
    try:
        result = function(*copies)
    except (Exception, SystemExit) as error:
        raise Wrong(f"{name} raised {type(error).__name__}: {_text(error)}") from None
    if result is Ellipsis or (isinstance(result, dict | tuple | list) and any(part is Ellipsis for part in _parts(result))):
        raise NotAttempted
    if result is None:
        raise Wrong(f"{name} returns None: is the return missing?")
    for copy, argument in zip(copies, arguments, strict=True):
        if not _same(copy, argument):
            raise Wrong(f"{name} overwrites its argument: work on a new array, or the cache is spoilt for the next line.")
    return result


def _parts(collection):
    return collection.values() if isinstance(collection, dict) else collection


def _copy(value):
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(left, right):
    if isinstance(right, dict):
        return isinstance(left, dict) and left.keys() == right.keys() and all(_same(left[k], right[k]) for k in right)
    return np.array_equal(left, right) if isinstance(right, np.ndarray) else True


def numbers(answer, name="your answer", shape=None):
    """The answer as an array of finite floats of the given shape; Wrong says what came instead."""
    if answer is Ellipsis:
        raise NotAttempted
    if answer is None:
        raise Wrong(f"{name} is None, expected numbers.")
    try:
        array = np.asarray(answer)
    except Exception:
        raise Wrong(f"{name} is no array of numbers but a {type(answer).__name__}.") from None
    if array.dtype.kind not in "fiub":
        raise Wrong(f"{name} is a {type(answer).__name__} that holds no real numbers, expected numbers.")
    if shape is not None and array.shape != shape:
        raise Wrong(f"{name} has shape {array.shape}, expected {shape}{_shape_reason(array.shape, shape)}.")
    array = array.astype(float)
    if not np.isfinite(array).all():
        raise Wrong(f"{name} holds NaN or infinite numbers.")
    return array


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
        Largest difference, relative to the largest number of `right` (absolute where that is 0).
    """
    right = np.asarray(right, dtype=float)
    for value, sentence in mistakes:
        if _close(answer, value, tolerance) and not _close(answer, right, tolerance):
            raise Wrong(sentence)
    array = numbers(answer, name, right.shape)
    if not _close(array, right, tolerance):
        raise Wrong(f"{name} is {_sample(array, right)}.")


def _close(answer, value, tolerance):
    try:
        answer, value = np.asarray(answer, dtype=float), np.asarray(value, dtype=float)
    except Exception:
        return False
    if answer.shape != value.shape:
        return False
    scale = np.abs(value).max(initial=0) or 1
    return bool((np.abs(answer - value) <= tolerance * scale).all())


def _sample(array, right):
    """Where the answer is furthest off, as "0.5, expected 0.25 (at index (0, 1))"."""
    if array.ndim == 0:
        return f"{array:.6g}, which is not the right number"
    index = tuple(int(i) for i in np.unravel_index(np.abs(array - right).argmax(), array.shape))
    wrong = int((~np.isclose(array, right, rtol=1e-6, atol=1e-9)).sum())
    return f"wrong in {wrong} of {array.size} entries; at index {index} it is {array[index]:.6g}, expected {right[index]:.6g}"
