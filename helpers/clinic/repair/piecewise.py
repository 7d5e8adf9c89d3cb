"""Slopes of what is put together from pieces: the sign that an absolute value leaves, the constant of a branch, a mask that scales.

Beside them two rules that people halve: d x**3 = 3 x**2, and the norm that stands squared in the slope of a quotient.
"""

import ast
import functools
import re

from helpers.clinic.repair.expressions import binary, call, function_name, is_number, is_op, number, over, times, written
from helpers.clinic.repair.nearness import role
from helpers.clinic.repair.places import operands

_MASKS = ast.Compare | ast.Name
_PIECES = ("where", "maximum", "minimum", "select", "piecewise", "clip")


def piece_edits(line, scope, text):
    """(cost, kind, {node: expression} or changes of the text)."""
    yield from _signs(line, scope, text)
    yield from _branches(line, scope, text)
    yield from _masks(line, scope, text)
    yield from _powers(line)
    yield from _squares(line, scope, text)


def _signs(line, scope, text):
    """lam * w → lam * np.sign(w), and delta → delta * np.sign(r) in a branch, where the file takes an absolute value."""
    sizes = _inside_abs(text)
    if not sizes or not isinstance(line.node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        return
    bare = dict.fromkeys((*sizes, *scope.arrays))
    known = [other for other in bare if other in scope.arrays or other.isidentifier()]
    for node, parent in ((node, parent) for root in line.roots() for node, parent in operands(root, line.node)):
        if node in line.parents and is_op(parent, ast.Mult) and line.text(node) in scope.arrays and role(line.text(node)) != "gradient":
            yield 1.0, "slope", {node: _sign(written(line.text(node)), scope)}
    for node in line.expressions():
        if is_op(node, ast.Pow) and is_number(node.right) and node.right.value % 2 == 0:
            yield 1.0, "slope", {node: times(node, _sign(node.left, scope))}
        if isinstance(node, ast.Compare) and ast.unparse(node.left) in sizes:
            yield 0.85, "slope", {node.left: ast.Call(written("abs" if scope.plain else "np.abs"), [node.left], [])}
    for branch, others in _pieces(line):
        near = [ast.unparse(n) for other in others for n, _ in operands(other)]
        for k, other in enumerate([*[name for name in known if name in near], *[name for name in known if name not in near][:4]]):
            if other != line.text(branch):
                yield 0.95 + 0.05 * k, "slope", {branch: times(branch, _sign(written(other), scope))}
                yield 1.15 + 0.05 * k, "slope", {branch: _sign(written(other), scope)}


def _sign(node, scope):
    return ast.Call(written("np.sign"), [node], []) if not scope.plain else written(f"(1 if {ast.unparse(node)} > 0 else -1)")


@functools.lru_cache(16)
def _inside_abs(text):
    """The names of which a file takes absolute values."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if function_name(node) in ("abs", "absolute", "fabs") and isinstance(node, ast.Call) and node.args:
            found |= {ast.unparse(part): None for part in ast.walk(node.args[0]) if isinstance(part, ast.Name | ast.Attribute)}
    return tuple(found)


def _pieces(line):
    """(branch, the other branches): of np.where(c, a, b), of `a if c else b`."""
    for node in line.expressions():
        parts = node.args[1:] if function_name(node) == "where" and len(node.args) == 3 else ()
        parts = (node.body, node.orelse) if isinstance(node, ast.IfExp) else parts
        for part in parts:
            if part in line.parents:
                yield part, [other for other in parts if other is not part]


def _branches(line, scope, text):
    """a → a + alpha, alpha * exp(z) and so on in a branch: the constant that the activation has in its own."""
    constants = constants_of(text, scope)
    for branch, _ in _pieces(line):
        here = {ast.unparse(part) for part in ast.walk(branch)}
        for k, name in enumerate(constant for constant in constants if constant not in here):
            if not is_number(branch):
                yield 0.95 + 0.05 * k, "slope", {branch: binary(branch, ast.Add, written(name))}
                yield 0.95 + 0.05 * k, "factor", {branch: times(written(name), branch)}
            else:
                yield 1.0 + 0.05 * k, "constant", {branch: written(name)}
            if isinstance(branch, ast.Name | ast.Attribute | ast.Subscript):
                yield 1.1 + 0.05 * k, "slope", {branch: times(written(name), call("np.exp", branch))}


@functools.lru_cache(64)
def _constants(text):
    """(names that a file sets to a number, with those first that stand in an activation; small numbers in activations)."""
    tree, named, pieces = ast.parse(text), {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and is_number(node.value):
            named |= {ast.unparse(target): None for target in node.targets if isinstance(target, ast.Name | ast.Attribute)}
        elif isinstance(node, ast.FunctionDef):
            names = [one.arg for one in node.args.args]
            given = zip(names[len(names) - len(node.args.defaults) :], node.args.defaults, strict=True)
            named |= {name: None for name, value in given if is_number(value)}
        elif function_name(node) in _PIECES or isinstance(node, ast.IfExp):
            pieces |= {ast.unparse(part): None for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute | ast.Constant)}
    numbers = [said for said in pieces if re.fullmatch(r"0?\.\d+", said)]
    return (*[name for name in named if name in pieces], *numbers), tuple(name for name in named if name not in pieces)


def constants_of(text, scope, most=6):
    """Constants that may stand in a slope, the likeliest first: what the file's activations have in theirs."""
    there = {node.arg for node in ast.walk(scope.function) if isinstance(node, ast.arg)}
    first, later = _constants(text)
    own = scope.known | set(scope.numbers) | there
    return [name for name in (*first, *later) if name in own or "." in name or name in first][:most]


def _masks(line, scope, text):
    """dZ[Z <= 0] = 0 → dZ[Z <= 0] *= slope: a mask that is to scale what stands there; and the same for an assigned constant."""
    node = line.node
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Subscript):
        return
    if not isinstance(node.targets[0].slice, _MASKS) or not (is_number(node.value) or isinstance(node.value, ast.Name)):
        return
    place = line.sign("=", node.targets[0], node.value)
    if not place:
        return
    start, end = line.held(node.value)
    for k, name in enumerate(constants_of(text, scope)):
        yield 0.9 + 0.05 * k, "assignment", ((*place, "*="), (line.start + start, line.start + end, name))


def _powers(line):
    """c * x**2 → 3 * c * x**2: the exponent that the power rule brings down; * sech(z) → * sech(z) ** 2."""
    for node in line.expressions():
        if is_op(node, ast.Mult) and isinstance(node.right, ast.Call) and len(node.right.args) == 1:
            yield 1.0, "power", {node.right: binary(node.right, ast.Pow, number(2))}
        if not is_op(node, ast.Pow) or not is_number(node.right) or node not in line.parents:
            continue
        parent, power = line.parents[node], node.right.value
        if is_op(parent, ast.Mult) and parent.right is node:
            yield 1.0, "constant", {parent: times(number(power + 1), parent)}
            yield 1.1, "constant", {parent: times(number(power), parent)}
        elif not is_op(parent, ast.Mult, ast.Div):
            yield 1.1, "constant", {node: times(number(power + 1), node)}


def _squares(line, scope, text):
    """out / norm → out / norm**2, first for what the file takes a root or a norm for."""
    for node in line.expressions():
        if is_op(node, ast.Div) and isinstance(node.right, ast.Name | ast.Attribute | ast.Subscript):
            rooted = re.search(rf"(?<![\w.]){re.escape(line.text(node.right))}\s*=[^=\n]*\b(?:norm|sqrt)\b", text)
            if not rooted and line.text(node.right) not in scope.arrays:
                continue
            yield 0.75 if rooted else 1.0, "power", {node: over(node.left, binary(node.right, ast.Pow, number(2)))}
            yield 0.9 if rooted else 1.25, "power", {node: over(node.left, binary(node.right, ast.Pow, number(3)))}
