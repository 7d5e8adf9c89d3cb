"""Read what somebody's functions say of their gradients: a dict, a tuple, lists in lists, one flat vector, or arrays left in the objects.

Which gradient belongs to which parameter is decided once (`matched`): by names, then by structure and order, where shapes fit, then by
shape; where that is ambiguous, by value, since a gradient that is right in one direction drawn at random is hardly another's. Afterwards
it is looked up (`Match.read`), so that changed code is read in the way in which the code was read.
"""

import collections
from dataclasses import dataclass

import numpy as np

from helpers.clinic.model import names
from helpers.clinic.model.state import is_foreign
from helpers.clinic.model.walk import MISSING, children, follow, leaves, name_of


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
    """(the gradient in the parameter's shape, what does not fit): the entries where they are as many, spread where it has fewer, else NaN.

    Flat for a row or a column counts as the same; a row for a column does not, for no update would take it so.
    """
    if value.shape == shape:
        return value, None
    if value.size == np.prod(shape, dtype=int) and _unequal_to_one(value.shape) == _unequal_to_one(shape) and not _crossed(value.shape, shape):
        return value.reshape(shape), None
    try:
        return np.array(np.broadcast_to(value, shape)), f"it has shape {value.shape}, where the parameter has {shape}"
    except ValueError:
        return np.full(shape, np.nan), _misfit(value.shape, shape)


def _unequal_to_one(shape):
    return tuple(n for n in shape if n != 1)


def _crossed(given, shape):
    """Whether one is a row and the other a column."""
    return len(given) == len(shape) == 2 and given == shape[::-1] and given != shape


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


# --- which belongs to which ----------------------------------------------------------------------------------------------


def matched(parameters, answer, said=None, is_slope=None, loss=None, by_name_only=False, apart=()):
    """{name of a parameter: Match} for what grads() returned.

    parameters : list of Leaf
    said : list of str or None
        The names in the function's own `return`, one for each thing it returns.
    is_slope : callable
        (name, array) -> whether this is the parameter's gradient as far as one direction tells.
    loss : float
        A number like it among what is returned is the loss itself.
    apart : set of path
        What belongs to others already.
    """
    found = [(path, value) for path, value in arrays_in(answer) if path not in apart and not _is_loss(path, value, loss)]
    whole = None if by_name_only else _one_vector(parameters, found)
    if whole is not None:
        return whole
    called = [_called(path, said) for path, _ in found]
    result = {}
    for p, g in names.pairs([leaf.path for leaf in parameters], called).items():
        result[parameters[p].name] = Match(found[g][0])
    if by_name_only:
        return result
    taken = {match.path for match in result.values()}
    left = [leaf for leaf in parameters if leaf.name not in result]
    free = [(path, value) for path, value in found if path not in taken]
    return result | _by_place(left, free, is_slope)


def _is_loss(path, value, loss):
    """Whether this is the loss, returned beside the gradients."""
    return loss is not None and value.size == 1 and len(path) == 1 and bool(np.isclose(value.ravel()[0], loss, rtol=1e-6, atol=0))


def _called(path, said):
    """A path with the name from the return statement in the place of the first number."""
    if path and said and path[0].kind == "item" and path[0].which < len(said) and said[path[0].which]:
        return (said[path[0].which], *path[1:])
    return path


def _one_vector(parameters, found):
    """The matches where all gradients stand in one array, or None."""
    sizes = [int(np.prod(np.shape(leaf.value), dtype=int)) for leaf in parameters]
    if len(found) != 1 or not parameters:
        return None
    path, value = found[0]
    if len(parameters) == 1:
        return {parameters[0].name: Match(path, how="only")} if value.size == sizes[0] or not path else None
    if value.size != sum(sizes) or sum(n > 1 for n in value.shape) > 1:
        return None
    ends = np.cumsum(sizes).tolist()
    return {leaf.name: Match(path, (end - size, end), "order") for leaf, size, end in zip(parameters, sizes, ends, strict=True)}


def _by_place(left, free, is_slope):
    """Matches of what no name decides: where the order fits all of them, the order; else, or against it, what value and shape say."""
    if not left or not free:
        return {}
    fits = {(p, g): fitted(value, np.shape(leaf.value))[1] is None for p, leaf in enumerate(left) for g, (_, value) in enumerate(free)}
    in_order = len(left) == len(free) and all(fits[k, k] for k in range(len(left)))
    pairs, sure = _by_value(left, free, fits, is_slope) if is_slope else ({}, set())
    if in_order and all(pairs.get(k, k) == k for k in range(len(left))):
        return {leaf.name: Match(free[k][0], how="order") for k, leaf in enumerate(left)}
    pairs = _by_shape(left, free, fits, pairs, orderly=len(left) == len(free))
    return {left[p].name: Match(free[g][0], how="value" if p in sure else "shape") for p, g in pairs.items()}


def _by_value(left, free, fits, is_slope):
    """{index: index} of parameters with exactly one array that is their gradient, as far as a direction tells."""
    pairs = {}
    for p, leaf in enumerate(left):
        same = [g for g in range(len(free)) if fits[p, g]]
        if len(same) == 1 and len(left) == len(free):
            continue
        right = [g for g in same if is_slope(leaf.name, fitted(free[g][1], np.shape(leaf.value))[0])]
        if len(right) == 1 and right[0] not in pairs.values():
            pairs[p] = right[0]
    return pairs, set(pairs)


def _by_shape(left, free, fits, pairs, orderly):
    """Complete the pairs: a shape that occurs once decides, then, of as many arrays as parameters, the order among equal shapes."""
    pairs = dict(pairs)
    while True:
        open_p = [p for p in range(len(left)) if p not in pairs]
        open_g = [g for g in range(len(free)) if g not in pairs.values()]
        options = {p: [g for g in open_g if fits[p, g]] for p in open_p}
        alone = [(p, o[0]) for p, o in options.items() if len(o) == 1 and sum(o[0] in other for other in options.values()) == 1]
        if not alone and orderly:
            alone = [(p, o[0]) for p, o in options.items() if o][:1]
        if not alone:
            return pairs
        pairs.update(alone)


def left_behind(parameters, left):
    """{name: Match} for arrays that a call left in objects: by name, of those without a name by their order beside the parameters.

    left : list of Leaf
        All that the call wrote, as found from [the model, the globals by name].
    """
    own = {leaf.path for leaf in parameters}
    left = [leaf for leaf in left if leaf.path[1:] not in own]
    paths, others = [leaf.path for leaf in parameters], [leaf.path[1:] for leaf in left]
    fits = {(p, g): fitted(number(it.value), np.shape(leaf.value))[1] is None for p, leaf in enumerate(parameters) for g, it in enumerate(left)}
    pairs = names.pairs(paths, others, lambda p, g: fits[p, g])
    pairs |= {p: g for p, g in names.pairs(paths, others).items() if p not in pairs and g not in pairs.values()}  # named so, in another shape
    result = {parameters[p].name: Match(left[g].path, how="left") for p, g in pairs.items()}
    return result | _beside(parameters, left, result)


def _beside(parameters, left, result):
    """Matches by order of what stands in a list called `grads` or the like in the same object as the parameters."""
    found = {}
    for home in {leaf.path[:-1] for leaf in parameters if leaf.name not in result}:
        here = [leaf for leaf in parameters if leaf.path[:-1] == home]
        deep = len(home) + 1
        there = [leaf for leaf in left if leaf.path[1:deep] == home and len(leaf.path) == deep + 2 and names.only_says_gradient(leaf.path[deep])]
        if len(here) == len(there) and all(fitted(number(b.value), np.shape(a.value))[1] is None for a, b in zip(here, there, strict=True)):
            found |= {a.name: Match(b.path, how="left") for a, b in zip(here, there, strict=True)}
    return found


def told(matches, parameters):
    """What was matched how, in sentences, as far as it was not by name."""
    found = []
    for how, words in (("order", "by their order"), ("shape", "by their shapes"), ("value", "by their values")):
        those = [leaf.name for leaf in parameters if leaf.name in matches and matches[leaf.name].how == how]
        if those:
            found.append(f"Gradients were matched {words}: {', '.join(those)}.")
    left = {leaf.name: name_of(matches[leaf.name].path[1:]) for leaf in parameters if leaf.name in matches and matches[leaf.name].how == "left"}
    if left:
        some = [f"{name} from {where}" for name, where in list(left.items())[:3]]
        found.append(f"Gradients were read from the objects: {', '.join(some)}{' …' if len(left) > 3 else ''}.")
    return found


# --- what a call wrote, and what it returned ----------------------------------------------------------------------------


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
