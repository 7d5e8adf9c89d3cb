"""Slopes of activations: missing, with another argument, in another form, or with a sign the wrong way round."""

import ast
import re

from helpers.clinic.repair.expressions import attribute, binary, call, function_name, is_number, is_op, key, number, times, written
from helpers.clinic.repair.nearness import number_in, related, role
from helpers.clinic.repair.operands import sounds_like_slope
from helpers.clinic.repair.places import operands


def slope_edits(line, scope):
    """(cost, kind, {node: expression}) for slopes that are missing and for those that stand there."""
    yield from missing_slopes(line, scope)
    for node in line.expressions():
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _compared(node)
        elif is_op(node, ast.Sub):
            yield from _one_minus(node)
        elif is_op(node, ast.Pow):
            yield from _powers(node)
        elif function_name(node) in ("power", "square"):
            yield 1.1, "slope", {node: binary(number(1), ast.Sub, node)}
        elif function_name(node) == "where" and len(node.args) == 3:
            yield 1.0, "slope", {node: ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], [])}
        elif isinstance(node, ast.Attribute | ast.Name | ast.Call | ast.Subscript) and is_op(line.parents.get(node), ast.Mult):
            yield from _forms(line, node, scope)


def slopes_at(text, scope):
    """(cost, expression) for the slopes that can be taken of an array."""
    e = written(text)
    for slope in scope.slopes:
        yield 0.05, written(slope.replace("\0", text))
    ways = scope.activations or frozenset(("relu", "sigmoid", "tanh"))
    if "sigmoid" in ways or ("tanh" not in ways and "relu" not in ways):
        yield 0.0, times(e, binary(number(1), ast.Sub, e))
    if "tanh" in ways:
        yield 0.0, binary(number(1), ast.Sub, binary(e, ast.Pow, number(2)))
    if "relu" in ways or "leaky" in ways:
        yield 0.0, ast.Compare(e, [ast.Gt()], [number(0)])
    if "tanh" in ways:
        yield 0.35, binary(number(1), ast.Sub, binary(call("np.tanh", e), ast.Pow, number(2)))
    for name in scope.functions:
        yield -0.1 if sounds_like_slope(name) else 0.25, ast.Call(written(name), [e], [])


def missing_slopes(line, scope):
    """The value times the slope at an array of the scope; first those whose name belongs to the target's."""
    value = _made(line.node)
    if value is None or value not in line.parents:
        return
    targets = " ".join(line.text(t) for t in getattr(line.node, "targets", [getattr(line.node, "target", None)]) if t in line.parents)
    standing = _standing(scope)
    calm = isinstance(line.node, ast.Return) or role(targets) == "gradient" or not targets
    inside = [line.text(node) for node, _ in operands(value) if node in line.parents]
    named = {re.sub(r"^(?:d|g|grad|delta|to|err|error)_?(?=\w)", "", text) for text in inside if role(text) == "gradient"}
    layers = {number_in(text) for text in inside} - {None}
    masks = any(function_name(node) == "where" for s in scope.statements for node in ast.walk(s) if isinstance(node, ast.Call))
    bare = -0.2 if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) else 0.0
    here = {line.text(node) for node, _ in operands(value)} if is_op(value, ast.Sub) else ()
    for place, more in _multipliable(value, line):
        for text in scope.arrays:
            if "[:" in text or text == targets:
                continue
            near = 0.0 if related(targets, text) or text in here or text in named else 0.15 if number_in(text) in layers else 0.25
            near += 0.35 if role(text) != "other" else 0.0
            near += 0.3 if isinstance(line.node, ast.AugAssign) or not calm else 0.0
            if masks or "relu" in scope.activations:
                yield (
                    (1.3 if masks else 1.5) + near + more,
                    "slope",
                    {place: call("np.where", ast.Compare(written(text), [ast.Gt()], [number(0)]), place, number(0))},
                )
            for cost, slope in slopes_at(text, scope):
                yield bare + 1.15 + cost + near + more, "slope", {place: times(place, slope)}
    for slope in standing:
        yield 1.05, "slope", {value: times(value, slope)}


def _made(node):
    """What a statement makes: what it assigns, returns or appends."""
    if isinstance(node, ast.Expr):
        call = node.value
        appends = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("append", "insert") and call.args
        return call.args[-1] if appends else None
    return node.value if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.AnnAssign) else None


def _multipliable(value, line):
    """(expression, extra cost): where a factor can be missing: the whole value, its terms, the numerator, what is summed or handed over."""
    if isinstance(value, ast.Tuple | ast.List):
        yield from ((part, 0.25) for part in value.elts if part in line.parents)
        return
    yield value, 0.0
    if isinstance(value, ast.Call):
        yield from ((part, 0.3) for part in value.args[:2] if part in line.parents and not isinstance(part, ast.Constant))
    if is_op(value, ast.MatMult, ast.Add, ast.Sub, ast.Div):
        yield value.left, 0.3
        if not is_op(value, ast.Div):
            yield value.right, 0.3
    if isinstance(value, ast.IfExp):
        yield value.body, 0.2
        yield value.orelse, 0.2


def _standing(scope):
    """Slopes that the function multiplies by elsewhere: (z > 0), 1 - a ** 2, ..."""
    seen = set()
    for statement in scope.statements:
        for node in ast.walk(statement):
            if is_op(node, ast.Mult):
                for side in (node.left, node.right):
                    if _looks_like_slope(side) and key(side) not in seen:
                        seen.add(key(side))
                        yield written(ast.unparse(side))


def _looks_like_slope(node):
    if isinstance(node, ast.Compare):
        return True
    if is_op(node, ast.Sub) and is_number(node.left):
        return is_op(node.right, ast.Pow, ast.Mult)
    return isinstance(node, ast.Call) and function_name(node) == "where"


def _compared(node):
    left, right, op = node.left, node.comparators[0], type(node.ops[0])
    if not isinstance(node.ops[0], ast.Gt | ast.GtE | ast.Lt | ast.LtE):
        return
    turned = {
        ast.Gt: (ast.Lt, ast.LtE, ast.GtE),
        ast.GtE: (ast.Lt, ast.Gt, ast.LtE),
        ast.Lt: (ast.Gt, ast.GtE, ast.LtE),
        ast.LtE: (ast.Gt, ast.GtE, ast.Lt),
    }
    for cost, other in zip((0.85, 1.0, 1.05), turned[op], strict=True):
        yield cost, "comparison", {node: ast.Compare(left, [other()], [right])}
    yield 1.2, "slope", {node: left}


def _one_minus(node):
    """1 - a ** 2 and 1 - a and a * (1 - a), one for another; a - a ** 2."""
    if is_number(node.left) and node.left.value == 1:
        right = node.right
        if is_op(right, ast.Pow) and is_number(right.right) and right.right.value == 2:
            yield 0.9, "slope", {node: binary(number(1), ast.Sub, right.left)}
            yield 1.0, "slope", {node: times(right.left, binary(number(1), ast.Sub, right.left))}
        elif is_op(right, ast.Mult) and key(right.left) == key(right.right):
            yield 0.9, "slope", {node: binary(number(1), ast.Sub, right.left)}
        elif not is_number(right):
            yield 0.8, "slope", {node: binary(number(1), ast.Sub, binary(right, ast.Pow, number(2)))}
            yield 0.9, "slope", {node: times(right, binary(number(1), ast.Sub, right))}


def _powers(node):
    yield 1.1, "slope", {node: binary(number(1), ast.Sub, node)}
    yield 1.0, "power", {node: node.left}
    if is_number(node.right):
        yield 1.1, "power", {node.right: number(3 if node.right.value == 2 else 2)}
        if node.right.value == 2:
            yield 1.05, "power", {node: times(number(2), node.left)}


def _forms(line, node, scope):
    """A slope of an array in place of the array itself as a factor: * z → * (z > 0)."""
    text = line.text(node)
    if text not in scope.arrays:
        return
    low = 0.8 if "sigmoid" in scope.activations and is_op(line.parents[node].left, ast.Sub) else 0.95
    yield from ((low + max(cost, 0), "slope", {node: slope}) for cost, slope in slopes_at(text, scope) if not isinstance(slope, ast.Call))


def slope_bodies(line, scope):
    """What a function of one argument can return as a slope: other formulas with the names that it has."""
    own = [text for text in scope.arrays if "." not in text and "[" not in text]
    if not isinstance(line.node, ast.Return) or line.node.value is None or len(own) > 4:
        return
    value = line.node.value
    names = [line.text(node) for node, _ in operands(value)]
    if len(scope.statements) > 6 or not names:
        return
    for text in dict.fromkeys((*names, *own)):
        e = written(text)
        yield 1.2, "slope", {value: times(e, binary(number(1), ast.Sub, e))}
        yield 1.2, "slope", {value: binary(number(1), ast.Sub, binary(e, ast.Pow, number(2)))}
        yield 1.2, "slope", {value: ast.Call(attribute(ast.Compare(e, [ast.Gt()], [number(0)]), "astype"), [written("float")], [])}
        yield 1.25, "slope", {value: call("np.where", ast.Compare(e, [ast.Gt()], [number(0)]), number(1), number(0))}
        yield 1.3, "slope", {value: binary(number(1), ast.Sub, binary(call("np.tanh", e), ast.Pow, number(2)))}
        for name in scope.functions:
            f = ast.Call(written(name), [e], [])
            yield 1.3, "slope", {value: times(f, binary(number(1), ast.Sub, f))}
            yield 1.35, "slope", {value: binary(number(1), ast.Sub, binary(f, ast.Pow, number(2)))}
