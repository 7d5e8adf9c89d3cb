"""A part of a gradient that is missing: the share of a second use, an index that stands several times, a scale of the forward pass."""

import ast
import functools
import itertools
import re

from helpers.clinic.repair.expressions import binary, function_name, is_number, is_op, over, times, written
from helpers.clinic.repair.nearness import role
from helpers.clinic.repair.places import operands
from helpers.clinic.repair.products import multiplied, transposed

MOST = 120
"""So many products are offered for one statement."""


def shares(line, scope):
    """(cost, kind, {node: expression}): the gradient plus a product of an input and a delta: what a parameter gives that is used twice."""
    value = getattr(line.node, "value", None)
    target = getattr(line.node, "target", None) or next(iter(getattr(line.node, "targets", ())), None)
    if not isinstance(line.node, ast.Assign | ast.Return | ast.AugAssign) or not isinstance(value, ast.BinOp | ast.Call | ast.Attribute):
        return
    if target is not None and role(ast.unparse(target)) != "gradient":
        return
    own = ast.unparse(target) if target is not None else ""
    deltas = [name for name in scope.arrays if role(name) == "gradient" and name != own]
    inputs = [name for name in scope.arrays if role(name) == "other" and "[:" not in name]
    made = []
    for k, (delta, array) in enumerate(itertools.product(deltas, inputs)):
        d, a = written(delta), written(array)
        near = 0.0 if not any(ast.unparse(n) == delta for n, _ in operands(value)) else 0.1
        for pair in ((transposed(a, scope), d), (transposed(d, scope), a), (d, transposed(a, scope)), (a, transposed(d, scope))):
            made.append((1.5 + near + 0.002 * k, "term", {value: binary(value, ast.Add, multiplied(*pair, scope))}))
    yield from made[:MOST]


def repeated_indices(line):
    """(cost, kind, changes): np.add.at(X, ids, v) for X[ids] += v, which takes an index that stands several times once."""
    node = line.node
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Subscript) or not isinstance(node.op, ast.Add | ast.Sub):
        return
    index = node.target.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(part, ast.Slice | ast.Constant) for part in parts):
        return
    array, value = line.text(node.target.value), line.segment[slice(*line.held(node.value))]
    at = f"({line.text(index)})" if isinstance(index, ast.Tuple) else line.text(index)
    function = "np.add.at" if isinstance(node.op, ast.Add) else "np.subtract.at"
    yield 0.95, "repeated", ((line.start, line.end, f"{function}({array}, {at}, {value})"),)


def forward_scales(line, scope, text):
    """(cost, kind, {node: expression}): what the file divides or multiplies by elsewhere, such as a square root of a size."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.Return | ast.AugAssign) or value is None or isinstance(value, ast.Constant | ast.Tuple):
        return
    here = ast.unparse(value)
    exists = set(scope.numbers) | set(scope.arrays) | set(scope.counts)
    for said, divides in scales(text):
        node = written(said)
        names = {ast.unparse(n) for n, _ in operands(node)}
        if said in here or not names <= exists:
            continue
        yield 0.8, "factor", {value: over(value, node) if divides else times(value, node)}
        yield 1.3, "factor", {value: times(value, node) if divides else over(value, node)}


def companions(line, scope, text):
    """(cost, kind, {node: expression}): / keep beside a mask, where the file divides by it elsewhere beside the same mask."""
    pairs = _companions(text)
    for node in line.expressions():
        if not is_op(node, ast.Mult):
            continue
        for side in (node.left, node.right):
            for other, divides in pairs.get(ast.unparse(side), ()):
                if other in scope.numbers and other not in line.segment:
                    yield 0.7, "factor", {node: over(node, written(other)) if divides else times(node, written(other))}


@functools.lru_cache(32)
def _companions(text):
    """{array: {(number, whether it divides)}} of what stands together in the products of a file: x * mask / keep."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if is_op(node, ast.Div) and isinstance(node.right, ast.Name | ast.Attribute):
            left = node.left.right if is_op(node.left, ast.Mult) else node.left
            if isinstance(left, ast.Name | ast.Attribute | ast.Subscript) and is_op(node.left, ast.Mult):
                found.setdefault(ast.unparse(left), {})[ast.unparse(node.right), True] = None
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and isinstance(node.value, ast.Name | ast.Attribute):
            for other in _multiplied_by(text, ast.unparse(node.target)):
                found.setdefault(other, {})[ast.unparse(node.value), True] = None
    return found


def _multiplied_by(text, name):
    """What a file multiplies a name by where it sets it: D1 for A1 = A1 * D1 and A1 *= D1."""
    for node in ast.walk(ast.parse(text)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        if not any(ast.unparse(target) == name for target in targets):
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mult):
            yield ast.unparse(node.value)
        elif is_op(node.value, ast.Mult) and isinstance(node.value.right, ast.Name | ast.Attribute | ast.Subscript):
            yield ast.unparse(node.value.right)


@functools.lru_cache(32)
def scales(text):
    """((expression, whether it divides), ...) of the roots and powers by which a file divides and multiplies."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if is_op(node, ast.Div, ast.Mult):
            for side, divides in ((node.right, is_op(node, ast.Div)), (node.left, False)):
                rooted = function_name(side) == "sqrt" or (is_op(side, ast.Pow) and is_number(side.right) and side.right.value != 2)
                if rooted and not re.search(r"\brandn?\b|random|rng", ast.unparse(node)):
                    found[ast.unparse(side), divides] = None
    return tuple(found)[:6]
