"""Which gradient belongs to which parameter.

Names decide first, those in a return statement among them, then the order where shapes fit, then shapes. Where another order makes every
gradient right it is taken: a gradient that is right in one direction drawn at random is hardly another's.
"""

import numpy as np

from helpers.clinic.model import names
from helpers.clinic.model.given import Match, arrays_in, fitted, number
from helpers.clinic.model.walk import MISSING, follow, name_of


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
    if not by_name_only and _with_gaps(parameters, answer):
        return {leaf.name: Match(leaf.path, how="order") for leaf in parameters}
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


def _with_gaps(parameters, answer):
    """Whether the answer is nested as the model is, with None where a loop has left a gradient out: then the place says whose the others are."""
    here = [follow(answer, leaf.path) for leaf in parameters]
    return any(value is None for value in here) and all(value is not MISSING and (value is None or number(value) is not None) for value in here)


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
    """Matches of what no name decides: the order, where it fits, unless another one makes every gradient right; else shapes and values."""
    if not left or not free:
        return {}
    fits = {(p, g): fitted(value, np.shape(leaf.value))[1] is None for p, leaf in enumerate(left) for g, (_, value) in enumerate(free)}

    def right(p, g):
        return fits[p, g] and is_slope is not None and is_slope(left[p].name, fitted(free[g][1], np.shape(left[p].value))[0])

    same = {_numbers(path): g for g, (path, _) in enumerate(free)}
    there = [_numbers(leaf.path) for leaf in left]
    if len(free) < len(left) and all(len(place) > 1 and place in there for place in same):  # lists like the model's, not filled everywhere
        return {leaf.name: Match(free[same[place]][0], how="order") for leaf, place in zip(left, there, strict=True) if place in same}
    orders = [order for order in _orders(free, len(left), fits) if all(fits[p, g] for p, g in enumerate(order))]
    scores = [sum(right(p, g) for p, g in enumerate(order)) for order in orders] if len(orders) > 1 else [0] * len(orders)
    usual = bool(orders) and orders[0] == sorted(orders[0])
    if usual and scores[0] < len(left):
        those = _by_value(len(left), len(free), right)
        if len(those) == len(left) and orders[0] != [those[p] for p in range(len(left))]:
            return {left[p].name: Match(free[g][0], how="value") for p, g in those.items()}
    near = [fits[k, k] or value.shape == np.shape(leaf.value)[::-1] for k, (leaf, (_, value)) in enumerate(zip(left, free, strict=False))]
    if not orders and len(left) == len(free) and 2 * sum(near) >= len(left):
        orders, usual = [list(range(len(left)))], True  # of some the shape is wrong
    if orders:
        best = 0 if usual else int(np.argmax(scores))
        return {leaf.name: Match(free[g][0], how="order" if usual else "shape") for leaf, g in zip(left, orders[best], strict=True)}
    pairs = _by_shape(left, free, fits, _by_value(len(left), len(free), right), orderly=len(left) == len(free))
    return {left[p].name: Match(free[g][0], how="shape") for p, g in pairs.items()}


def _numbers(path):
    """The numbers along a path."""
    return tuple(step.which for step in path if isinstance(step.which, int))


def _orders(free, count, fits):
    """Orders in which gradients may stand, likeliest first: as the parameters, from the last layer to the first, weights and biases apart."""
    if len(free) != count:
        found, at = [], 0
        for p in range(count):
            at = next((g for g in range(at, len(free)) if fits[p, g]), None)
            if at is None:
                return []
            found.append(at)
            at += 1
        return [found]
    numbers = [_numbers(path) for path, _ in free]
    half = max(count // 2, 1)
    places = [
        [(n[0], n[1:]) if n else (0, ()) for n in numbers],
        [(k // 2, k % 2) for k in range(count)],
        [(k // half, k % half) for k in range(count)],
    ]
    orders = [list(range(count)), list(range(count))[::-1]]
    for outer in places:
        for one, other in ((0, 1), (1, 0)):
            for backwards in (False, True):
                by_second = sorted(range(count), key=lambda k, o=outer, i=other: o[k][i])
                orders.append(sorted(by_second, key=lambda k, o=outer, i=one: o[k][i], reverse=backwards))
                orders.append(sorted(by_second[::-1], key=lambda k, o=outer, i=one: o[k][i], reverse=backwards))
    return [order for k, order in enumerate(orders) if order not in orders[:k]]


def _by_value(parameters, gradients, right):
    """{index: index} of parameters with exactly one array that is their gradient, as far as a direction tells."""
    pairs = {}
    for p in range(parameters):
        those = [g for g in range(gradients) if right(p, g)]
        if len(those) == 1 and those[0] not in pairs.values():
            pairs[p] = those[0]
    return pairs


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
