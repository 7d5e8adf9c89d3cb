"""Read what somebody's functions say of their gradients: a dict, a tuple, lists in lists, one flat vector, or arrays left in the objects.

Where the gradient of a parameter stands is found out once (`matching`) and looked up afterwards (`Match.read`), so that changed code is read
in the way in which the code was read.
"""

import collections
from dataclasses import dataclass

import numpy as np

from helpers.clinic.model.state import is_foreign
from helpers.clinic.model.walk import MISSING, children, follow, leaves


@dataclass(frozen=True)
class Match:
    """Where the gradient of one parameter is found: at the end of `path` in what is given, of a flat vector only `part` (start, stop)."""

    path: tuple
    part: tuple | None = None
    how: str = "name"

    def read(self, answer, shape):
        """(array in the parameter's shape or None, what does not fit or None)."""
        value = number(follow(answer, self.path))
        if value is None:
            return None, None
        if self.part:
            flat = value.ravel()
            return (flat[slice(*self.part)].reshape(shape), None) if flat.size >= self.part[1] else (None, None)
        return fitted(value, shape)


def number(value):
    """A float64 copy of an array, a number or lists of numbers; None of anything else."""
    if value is None or value is MISSING or isinstance(value, (str, bytes, dict, set)):
        return None
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    return array


def fitted(value, shape):
    """(the gradient in the parameter's shape, what does not fit).

    What counts is what an update would make of it, parameter - rate * gradient: (n,) is a row's gradient, not that of a column (n, 1), which it
    would blow up to (n, n). Where it has fewer entries it is spread, as the update would do; where nothing fits it is NaN.
    """
    given = value.shape
    while len(given) > len(shape) and given[0] == 1:
        given = given[1:]
    try:
        spread = np.array(np.broadcast_to(value.reshape(given), shape))
    except ValueError:
        return np.full(shape, np.nan), _misfit(value.shape, shape)
    return spread, None if value.size == spread.size else f"it has shape {value.shape}, where the parameter has {shape}"


def _misfit(given, shape):
    said = f"it has shape {given}, where the parameter has {shape}"
    if len(given) == len(shape) + 1 and shape in (given[1:], given[:-1]):
        axis = 0 if given[1:] == shape else -1
        return f"{said}: one gradient for each of {given[axis]} examples, not summed over axis {axis}"
    if given == shape[::-1] and given != shape:
        return f"{said}: it is transposed"
    return said


# --- what is given, flattened ------------------------------------------------------------------------------------------


def unrolled(answer):
    """What was returned, with iterators and generators turned into tuples: they can be read once only."""
    if isinstance(answer, (map, filter, zip, reversed, collections.abc.Iterator)):
        return tuple(unrolled(value) for value in answer)
    if isinstance(answer, (collections.abc.KeysView, collections.abc.ValuesView, collections.abc.ItemsView)):
        return tuple(answer)
    if type(answer) in (list, tuple):
        return type(answer)(unrolled(value) for value in answer)
    if type(answer) is dict:
        return {key: unrolled(value) for key, value in answer.items()}
    return answer


def arrays_in(answer):
    """[(path, array)] of all numbers and arrays in an answer, in its own order."""
    found, seen, todo = [], set(), [((), answer)]
    while todo:
        path, here = todo.pop()
        value = number(here) if not _splits(here) else None
        if value is not None and value.dtype == float:
            found.append((path, value))
        elif id(here) not in seen:
            seen.add(id(here))
            todo += [((*path, step), value) for step, value in reversed(children(here))]
    return found


def _splits(here):
    """Whether something is to be looked into rather than read as one array: a tuple always, a list unless it holds numbers."""
    if isinstance(here, (np.ndarray, int, float, np.generic)):
        return isinstance(here, np.ndarray) and here.dtype == object
    if isinstance(here, list):
        return any(not isinstance(v, (int, float, np.generic, list)) for v in here) or any(isinstance(v, list) and _splits(v) for v in here)
    return True


# --- what a call wrote ----------------------------------------------------------------------------


def leaves_of(everything):
    """The Leaf objects of [model, {name: global or closure}], float arrays and numbers, that anybody could have written."""
    return [leaf for leaf in leaves(everything, is_foreign, overlaps=True) if leaf.kind != "integers"]


def is_new(leaf, before):
    """Whether a leaf was written since `before`, (object, copy) or None."""
    if before is None or leaf.value is not before[0]:
        return True
    value = number(leaf.value)
    return value is None or before[1] is None or value.shape != before[1].shape or not np.array_equal(value, before[1], equal_nan=True)


def copied(answer):
    """The answer with copies of its arrays, since they are about to be put back."""
    if isinstance(answer, np.ndarray):
        return answer.copy()
    if isinstance(answer, tuple) and hasattr(answer, "_make"):
        return type(answer)._make(copied(value) for value in answer)
    if type(answer) in (list, tuple):
        return type(answer)(copied(value) for value in answer)
    if isinstance(answer, dict):
        return {key: copied(value) for key, value in dict.items(answer)}
    return answer
