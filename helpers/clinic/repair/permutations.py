"""Axes of arrays of three and more dimensions in another order: `x.transpose(1, 2, 3, 0)` for another permutation, a missing or surplus one.

Where columns are made of patches, the gradient has to be laid out as the product was, so the permutations that the file has, and those that
undo them, are the likeliest.
"""

import ast
import functools
import itertools

from helpers.clinic.repair.expressions import attribute, function_name, is_number, number, of_module

LARGEST = 4
"""Of so many axes all orders are tried; of more those that the file knows, and swaps of two."""


def permutation_edits(line, text):
    """(cost, kind, {node: expression}): another order of the axes, none, or one before a `reshape`."""
    for node in line.expressions():
        order = order_of(node)
        if order:
            yield 1.0, "permutation", {node: node.args[0] if of_module(node.func) else node.func.value}
            for place, other in enumerate(_others(order, text)):
                yield 0.9 + 0.01 * place, "permutation", dict(zip(_written(node), map(number, other), strict=True))
        elif function_name(node) == "reshape" and isinstance(node.func, ast.Attribute) and not of_module(node.func):
            array = node.func.value
            for place, other in enumerate(_known(text) if not order_of(array) else ()):
                turned = ast.Call(attribute(array, "transpose"), [number(k) for k in other], [])
                yield 1.0 + 0.01 * place, "permutation", {array: turned}


def order_of(node):
    """(1, 2, 3, 0) of x.transpose(1, 2, 3, 0) and of np.transpose(x, (1, 2, 3, 0)); None of anything else."""
    places = _written(node)
    if not places or not all(is_number(part) and isinstance(part.value, int) for part in places):
        return None
    order = tuple(part.value for part in places)
    return order if len(order) > 2 and sorted(order) == list(range(len(order))) else None


def _written(node):
    """The nodes of the axes in a call of transpose."""
    if function_name(node) != "transpose" or not isinstance(node.func, ast.Attribute):
        return []
    axes = [*(node.args[1:] if of_module(node.func) else node.args), *(k.value for k in node.keywords if k.arg == "axes")]
    return list(axes[0].elts) if len(axes) == 1 and isinstance(axes[0], ast.Tuple | ast.List) else axes


def _others(order, text):
    """Other orders of as many axes, the likeliest first."""
    n = len(order)
    every = itertools.permutations(range(n)) if n <= LARGEST else _swapped(order)
    likely = [other for other in _known(text) if len(other) == n]
    return [other for other in dict.fromkeys((*likely, *every)) if other != order]


def _swapped(order):
    for i, j in itertools.combinations(range(len(order)), 2):
        other = list(order)
        other[i], other[j] = other[j], other[i]
        yield tuple(other)


@functools.lru_cache(32)
def _known(text):
    """The orders of axes that a file has, and those that undo them."""
    found = dict.fromkeys(order for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and (order := order_of(node)))
    undoing = [tuple(order.index(k) for k in range(len(order))) for order in found]
    return tuple(dict.fromkeys((*undoing, *found)))
