"""Slips of the pen: .shape left out, the index of another array of the line, a name or a key that is spelled otherwise."""

import ast
import difflib

from helpers.clinic.repair.expressions import attribute, function_name, is_number, is_op, key
from helpers.clinic.repair.operands import shifted

_WANT_A_SHAPE = {"zeros", "ones", "empty", "full", "reshape", "standard_normal", "broadcast_to"}


def slip_edits(line, scope, known):
    """(cost, kind, {node: expression}) for each. known : names that exist where the line stands."""
    yield from _shapes(line)
    yield from _indices(line)
    yield from _names(line, known)
    yield from _keys(line, scope)


def _shapes(line):
    """np.zeros(W.shape) for np.zeros(W)."""
    for node in line.expressions():
        name = (function_name(node) or "").split(".")[-1] if isinstance(node, ast.Call) else ""
        if name in _WANT_A_SHAPE and node.args:
            place = node.args[-1] if name == "reshape" else node.args[0]
            if isinstance(place, ast.Name | ast.Subscript | ast.Attribute) and getattr(place, "attr", "") not in ("shape", "size"):
                yield 0.6, "shape", {place: attribute(place, "shape")}


def _indices(line):
    """delta[l + 1] for delta[last] beside W[l + 1]; "W%d" % l for "W%d" % (l + 1)."""
    places = [core for node in line.expressions() if isinstance(node, ast.Subscript) and (core := _core(node.slice)) is not None]
    for place in places:
        for text in {key(other): other for other in places if key(other) != key(place)}.values():
            yield 0.9, "index", {place: text}
    for node in line.expressions():
        if isinstance(node, ast.Subscript) and is_op(node.slice, ast.Mod) and (core := _core(node.slice)) is not None:
            yield from ((cost, "index", {core: other}) for cost, other in shifted(core))


def _core(index):
    """What counts in an index: l of [l], of ["W%d" % l] and of ["W" + str(l)]."""
    if is_op(index, ast.Mod) and isinstance(index.left, ast.Constant) and isinstance(index.left.value, str):
        return _core(index.right)
    if is_op(index, ast.Add) and isinstance(index.right, ast.Call) and function_name(index.right) == "str" and index.right.args:
        return _core(index.right.args[0])
    plain = isinstance(index, ast.Name) or is_number(index) or is_op(index, ast.Add, ast.Sub)
    return index if plain and not any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(index)) else None


def _names(line, known):
    """A name that exists for one that does not."""
    for node in line.expressions():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in known:
            for other in difflib.get_close_matches(node.id, [name for name in known if name.isidentifier()], n=3, cutoff=0.5):
                yield 0.3, "name", {node: ast.Name(other, ast.Load())}


def _keys(line, scope):
    """A key that the function uses for the same dict elsewhere."""
    used = {}
    for statement in scope.statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                used.setdefault(ast.unparse(node.value), set()).add(node.slice.value)
    for node in line.expressions():
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            mine = node.slice.value
            for other in sorted(_respelled(mine) - used.get(ast.unparse(node.value), set())):
                yield 1.2, "key", {node.slice: ast.Constant(other)}


def _respelled(word):
    """A_1, a1 and A1 for one another."""
    plain = word.replace("_", "")
    return {plain, plain.swapcase(), plain.capitalize(), plain.upper(), plain[:1].lower() + plain[1:], f"{plain[:-1]}_{plain[-1:]}"} - {word, ""}
