"""Sizes that are products: the pixels of an image, the entries of a window, over which the forward pass took a mean.

An average over an axis of its own is divided by a size that mostly has no name: `(h * w)`, `N * H * W`, 4 of windows of 2 by 2.
"""

import ast
import functools
import itertools
import math
import re

from helpers.clinic.repair.expressions import function_name, is_number, is_op, over, times, written

_SIDES = frozenset(("k", "size", "pool", "pool_size", "kernel", "kernel_size", "window", "ps", "p", "f", "s", "stride"))
"""What the side of a square window is called."""


def area_edits(line, scope, tree):
    """(cost, kind, {node: expression}): a division by an area, and one size that should be a product of several."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.Return | ast.AugAssign) or not isinstance(value, ast.expr) or isinstance(value, ast.Tuple):
        return
    together = _unpacked(scope)
    own = value.id if isinstance(value, ast.Name) else None
    if own is None or own not in {name for names in together for name in names}:
        places = [value, *(value.args[:1] if isinstance(value, ast.Call) and not isinstance(value.func, ast.Name) else [])]
        for place in (place for place in places if place in line.parents and not isinstance(place, ast.Constant)):
            for k, area in enumerate((*_windows(tree), *_products(together), *_squares(scope))):
                yield 0.85 + 0.02 * k + 0.1 * (place is not value), "area", {place: over(place, area)}
    for names in together:
        if own in names:
            for number in range(2, len(names) + 1):
                for group in itertools.combinations(names, number):
                    if own in group:
                        pixels = group[-2:] == names[-2:]
                        yield 0.9 + 0.02 * number + 0.1 * (not pixels), "area", {value: times(*map(written, group))}


def _unpacked(scope):
    """Groups of names that get their values from one shape, N, C, H, W = x.shape; the last two first, which are those of an image."""
    found = []
    for node in scope.statements:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Name | ast.Attribute):
            names = [part.id for part in node.targets[0].elts if isinstance(part, ast.Name) and part.id != "_"]
            if len(names) > 1 and ("shape" in ast.unparse(node.value) or set(names) <= set(scope.counts) or len(names) == 2):
                found.append(tuple(names))
    return found


def _products(together):
    for names in together:
        yield times(written(names[-2]), written(names[-1]))
        if len(names) == 4:
            yield times(written(names[0]), written(names[-2]), written(names[-1]))


def _squares(scope):
    """k * k of names that are called as the side of a window is."""
    for name in dict.fromkeys((*scope.numbers, *scope.counts)):
        if name.rsplit(".", 1)[-1].lower() in _SIDES:
            yield times(written(name), written(name))


def _windows(tree):
    """How many numbers the means of the file are taken over, where its text says so: 4 of x.reshape(n, h // 2, 2, w // 2, 2).mean(axis=(2, 4))."""
    return [written(str(size)) for size in _sizes(tree)]


@functools.lru_cache(16)
def _sizes(tree):
    found = {}
    for node in ast.walk(tree):
        shaped = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and function_name(node) == "mean" else None
        if function_name(shaped) != "reshape":
            continue
        axes = next((keyword.value for keyword in node.keywords if keyword.arg == "axis"), node.args[0] if node.args else None)
        axes = axes.elts if isinstance(axes, ast.Tuple) else [axes]
        sides = shaped.args[0].elts if len(shaped.args) == 1 and isinstance(shaped.args[0], ast.Tuple) else shaped.args
        if all(is_number(axis) and isinstance(axis.value, int) and axis.value < len(sides) for axis in axes):
            lengths = [sides[axis.value] for axis in axes]
            if lengths and all(is_number(length) for length in lengths):
                found[math.prod(length.value for length in lengths)] = None
    return tuple(found)


def normalised_terms(line, scope):
    """(cost, kind, {node: expression}): the shares of a variance and a mean in what was normalised, `dvar * 2 * (x - mu) / n` and `dmu / n`."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.Return) or not isinstance(value, ast.BinOp):
        return
    used = {ast.unparse(node) for node in ast.walk(value)}
    slopes = [name for name in scope.arrays if name not in used and name.isidentifier() and name[0] in "dg"]
    counts = [written(count) for count in scope.counts[:3]]
    for slope in slopes:
        if "var" in slope or "std" in slope or "sig" in slope:
            for difference, n in itertools.product(_differences(scope), counts):
                share = over(times(written(slope), written("2"), difference), n)
                yield 1.0, "term", {value: ast.BinOp(value, ast.Add(), share)}
        if "mu" in slope or "mean" in slope:
            yield from ((1.0, "term", {value: ast.BinOp(value, ast.Add(), over(written(slope), n))}) for n in counts)


def _differences(scope):
    """What is subtracted from what in the function, as (x - mu), and what is called after it."""
    found = {}
    for statement in scope.statements:
        for node in ast.walk(statement) if not hasattr(statement, "body") else ():
            if is_op(node, ast.Sub) and all(isinstance(n, ast.Name | ast.Attribute) for n in (node.left, node.right)):
                found[ast.unparse(node)] = node
    centred = [name for name in scope.arrays if re.search(r"(?i)(^|\.|_)(x_?mu|xc|x?_?cent(er|re)d)$", name)]
    return [written(said) for said in list(found)[:3]] + [written(name) for name in centred]
