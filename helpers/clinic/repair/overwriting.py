"""Accumulators that a line overwrites: `x.grad = …` where other lines have `+=`, a window or a row of zeros that a loop comes to again.

What is used twice gets a share of its gradient for each use. The last share alone is right wherever things are used once, so such a line
stands in code that was tried on a small case; nothing in its values speaks against it but that it should be in place of none.
"""

import ast

from helpers.clinic.repair.expressions import function_name
from helpers.clinic.repair.nearness import role
from helpers.clinic.repair.places import statements_of

_EMPTY = frozenset(("zeros", "zeros_like", "empty", "empty_like", "ones", "ones_like", "full", "full_like", "copy", "array"))


def overwrites(statement, function, tree):
    """Whether an assignment puts something in the place of what it should be added to, as far as the text tells.

    function : the innermost one around it, or the file.
    """
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or _is_start(statement.value):
        return False
    target = statement.targets[0]
    if any(ast.unparse(part) == ast.unparse(target) for part in ast.walk(statement.value)):
        return False
    if isinstance(target, ast.Attribute):
        return role(target.attr) == "gradient" and any(_adds(node, target.attr) for node in ast.walk(tree))
    around = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While) and _holds(node, statement)]
    if not around:
        return False
    if isinstance(target, ast.Subscript):
        counts = {name for loop in around if isinstance(loop, ast.For) for name in _names(loop.target)}
        return _comes_again(target.slice, counts) and _starts_at_zero(ast.unparse(target.value), function, around)
    outermost = min(around, key=lambda node: node.lineno)
    read = any(isinstance(node, ast.Name) and node.id == ast.unparse(target) and isinstance(node.ctx, ast.Load) for node in ast.walk(outermost))
    return isinstance(target, ast.Name) and not read and _starts_at_zero(target.id, function, around)


def _is_start(value):
    """Whether a value is where something starts: a number, zeros, ones."""
    return isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Tuple) or function_name(value) in _EMPTY


def _adds(node, attribute):
    return isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub) and getattr(node.target, "attr", None) == attribute


def _holds(node, statement):
    return node.lineno < statement.lineno <= node.end_lineno


def _names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _comes_again(index, counts):
    """Whether an index may stand for the same place in another pass: a window, or a row that is looked up."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    windows = any(isinstance(part, ast.Slice) and part.lower is not None and part.upper is not None for part in parts)
    return windows or any(isinstance(part, ast.Subscript) and _names(part.slice) & counts for part in parts)


def _starts_at_zero(name, function, around):
    """Whether an array is made of zeros before the loops."""
    first = min(node.lineno for node in around)
    made = [
        node.value for node in statements_of(function)
        if isinstance(node, ast.Assign) and node.lineno < first and any(ast.unparse(target) == name for target in node.targets)
    ]  # fmt: skip
    return any(function_name(value) in ("zeros", "zeros_like") for value in made)
