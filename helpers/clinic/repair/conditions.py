"""Conditions, bounds of loops, order of what is returned, arguments of calls."""

import ast
import itertools

from helpers.clinic.repair.expressions import function_name, is_number, key, number, written
from helpers.clinic.repair.operands import shifted
from helpers.clinic.repair.rewriting import BLOCKS


def condition_edits(line, scope):
    """(cost, kind, {node: expression}) for what decides which statements run, and how often."""
    for node in line.expressions():
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _compared(line, node, scope)
        elif isinstance(node, ast.BoolOp):
            for i in range(len(node.values)):
                rest = [value for j, value in enumerate(node.values) if j != i]
                yield 1.0, "condition", {node: rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)}
            yield 1.1, "condition", {node: ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)}
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield 0.9, "condition", {node: node.operand}
        elif isinstance(node, ast.IfExp):
            yield 1.0, "condition", {node: node.body}
            yield 1.0, "condition", {node: node.orelse}
            yield 1.0, "condition", {node: ast.IfExp(node.test, node.orelse, node.body)}
            yield from _choices(node.test, scope)
        elif function_name(node) == "range":
            yield from _bounds(node)
        elif function_name(node) in ("reversed", "sorted", "enumerate") and len(node.args) == 1:
            yield 1.2, "loop", {node: node.args[0]}
    if isinstance(line.node, ast.If | ast.While):
        yield from _choices(line.node.test, scope)
        yield 1.5, "condition", {line.node.test: written("True")}
    if isinstance(line.node, ast.For):
        yield from _loops(line.node.iter)


def _choices(test, scope):
    """Other conditions about a running index: k > 0, k < len(W) - 1, and the condition turned round."""
    yield 1.15, "condition", {test: ast.UnaryOp(ast.Not(), test)}
    limits = [text for text in scope.counts if text.startswith("len(")] + [
        n for n in scope.numbers if n in ("L", "depth", "layers", "n_layers", "num_layers")
    ]
    for index in (i for i in scope.indices if i != "_"):
        yield from ((1.35, "condition", {test: written(f"{index} {op} 0")}) for op in (">", "!="))
        for limit in limits[:3]:
            yield from ((1.4, "condition", {test: written(f"{index} {op} {limit} - 1")}) for op in ("<", "!="))
            yield 1.45, "condition", {test: written(f"{index} < {limit}")}


_TURNED = {
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE), ast.NotEq: (ast.Eq, ast.Gt, ast.Lt), ast.Gt: (ast.GtE, ast.Lt, ast.NotEq), ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip


def _compared(line, node, scope):
    left, right, op = node.left, node.comparators[0], node.ops[0]
    running = any(isinstance(n, ast.Name) and n.id in scope.indices for n in ast.walk(node))
    if isinstance(line.node, ast.If | ast.While) or running or isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn | ast.Is | ast.IsNot):
        for other in _TURNED.get(type(op), ()):
            yield 1.05 if running and is_number(right) else 0.95, "condition", {node: ast.Compare(left, [other()], [right])}
        if isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE | ast.Eq | ast.NotEq):
            yield from ((cost, "condition", {right: other}) for cost, other in shifted(right, 0.95))
    if isinstance(right, ast.Tuple | ast.List | ast.Set) and isinstance(op, ast.In | ast.NotIn):
        equal = ast.NotEq if isinstance(op, ast.NotIn) else ast.Eq
        for i in range(len(right.elts)):
            rest = [part for j, part in enumerate(right.elts) if j != i]
            if len(rest) == 1:
                yield 0.85, "condition", {node: ast.Compare(left, [equal()], [rest[0]])}
            elif rest:
                yield 0.9, "condition", {right: type(right)(rest, ast.Load()) if not isinstance(right, ast.Set) else ast.Set(rest)}


def _bounds(node):
    arguments = node.args
    for i, part in enumerate(arguments):
        if i < 2:
            yield from ((cost, "loop", {part: other}) for cost, other in shifted(part, 0.85))
        elif is_number(part) or isinstance(part, ast.UnaryOp):
            yield 1.2, "loop", {part: number(-ast.literal_eval(part))}
    if len(arguments) == 1:
        yield 1.0, "loop", {node: ast.Call(node.func, [number(1), arguments[0]], [])}
        yield 1.0, "loop", {node: ast.Call(written("reversed"), [node], [])}
    elif len(arguments) == 2:
        yield 1.0, "loop", {node: ast.Call(node.func, [arguments[1]], [])}
        yield 1.05, "loop", {node: ast.Call(written("reversed"), [node], [])}
        yield 1.1, "loop", {node: ast.Call(node.func, [arguments[1], arguments[0], written("-1")], [])}
        if isinstance(arguments[0], ast.Constant) and arguments[0].value == 1:
            yield 1.0, "loop", {arguments[1]: ast.BinOp(arguments[1], ast.Add(), number(1))}
    elif len(arguments) == 3 and isinstance(arguments[2], ast.UnaryOp):
        zero = arguments[1]
        if is_number(zero) and zero.value == 0:
            yield 0.8, "loop", {zero: number(-1)}
        for (c, first), (d, last) in itertools.product(itertools.islice(shifted(arguments[0]), 2), itertools.islice(shifted(arguments[1]), 2)):
            yield (c + d) / 2 + 0.25, "loop", {arguments[0]: first, arguments[1]: last}


def _loops(over):
    """The other way round, and without what is first or last."""
    name = function_name(over)
    if name not in ("reversed", "range"):
        yield (
            1.2,
            "loop",
            {over: ast.Subscript(over, written("x[::-1]").slice, ast.Load())}
            if not isinstance(over, ast.Call)
            else {over: ast.Call(written("reversed"), [over], [])},
        )
    if isinstance(over, ast.Subscript) and isinstance(over.slice, ast.Slice):
        yield 1.0, "loop", {over: over.value}
    if not isinstance(over, ast.Call):
        yield from ((1.3, "loop", {over: ast.Subscript(over, written(f"x[{bounds}]").slice, ast.Load())}) for bounds in ("1:", ":-1"))
    if name in ("zip", "reversed", "enumerate"):
        for part in over.args:
            if not isinstance(part, ast.Call | ast.Starred):
                yield from ((1.3, "loop", {part: ast.Subscript(part, written(f"x[{bounds}]").slice, ast.Load())}) for bounds in ("::-1", "1:", ":-1"))
                if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
                    yield 1.0, "loop", {part: part.value}


def order_edits(line):
    """Two parts of a tuple, list or call for one another; a list the other way round."""
    statement = line.node
    if isinstance(statement, BLOCKS):
        return
    for node in line.expressions():
        if isinstance(node, ast.Tuple | ast.List) and 1 < len(node.elts) <= 12 and not isinstance(line.parents[node], ast.Subscript):
            near = len(node.elts) > 6
            for i, j in itertools.combinations(range(len(node.elts)), 2):
                if not near or j - i <= 2:
                    yield from _exchanged(line, node.elts[i], node.elts[j], 1.05 if j - i == 1 else 1.15)
        elif isinstance(node, ast.Dict) and len(node.values) <= 12:
            for i, j in itertools.combinations(range(len(node.values)), 2):
                yield from _exchanged(line, node.values[i], node.values[j], 1.1)
        elif isinstance(node, ast.Call) and 1 < len(node.args) <= 8:
            for i, j in itertools.combinations(range(len(node.args)), 2):
                yield from _exchanged(line, node.args[i], node.args[j], 1.1)
            named = [keyword.value for keyword in node.keywords if not isinstance(keyword.value, ast.Constant)]
            for a, b in itertools.combinations(named, 2):
                yield from _exchanged(line, a, b, 1.15)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and ast.unparse(node.slice) == "::-1":
            yield 0.95, "turned", {node: node.value}
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Return) and value is not None:
        for part in value.elts if isinstance(value, ast.Tuple | ast.List) else [value]:
            if isinstance(part, ast.Name | ast.Attribute):
                yield 1.1, "turned", {part: ast.Subscript(part, written("x[::-1]").slice, ast.Load())}
        names = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        plain = [part for part in names if isinstance(part, ast.Name | ast.Attribute)]
        if len(plain) > 1:
            yield 1.1, "turned", {part: ast.Subscript(part, written("x[::-1]").slice, ast.Load()) for part in plain}
        reversed_ = [part for part in names if isinstance(part, ast.Subscript) and ast.unparse(part.slice) == "::-1"]
        if len(reversed_) > 1:
            yield 1.0, "turned", {part: part.value for part in reversed_}


def _exchanged(line, a, b, cost):
    if a in line.parents and b in line.parents and key(a) != key(b) and not isinstance(a, ast.Starred) and not isinstance(b, ast.Starred):
        yield cost, "swapped", {a: _copy(line, b), b: _copy(line, a)}


def _copy(line, node):
    """A node with its own text, so that it does not take part in what happens at its old place."""
    text = line.text(node)
    try:
        return written(text if "\n" not in text else f"({text})")
    except SyntaxError:
        return written(ast.unparse(node))
