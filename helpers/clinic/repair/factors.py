"""Factors, signs, constants and terms: missing, surplus, twice, or of the wrong kind."""

import ast
import re

from helpers.clinic.repair.expressions import binary, function_name, is_number, is_op, key, negative, number, over, times, written
from helpers.clinic.repair.nearness import related, role
from helpers.clinic.repair.places import operands


def factor_edits(line, scope, text=""):
    """(cost, kind, {node: expression}) for factors, signs, terms and constants."""
    yield from _left_out(line)
    yield from _signs(line)
    yield from _constants(line)
    yield from _file_constants(line, text)
    yield from _put_in(line, scope)
    yield from _in_terms(line, scope)
    yield from _as_elsewhere(line, scope)


_JOINING = frozenset(("concatenate", "hstack", "vstack", "stack", "column_stack", "append", "r_", "c_"))
"""What puts arrays together: of two that were subtracted one has the other sign."""


def _left_out(line):
    for node in line.expressions():
        if is_op(node, ast.Mult):
            small = [is_number(side) or isinstance(side, ast.Name) for side in (node.left, node.right)]
            yield 0.9 if small[1] else 1.0, "dropped", {node: node.left}
            yield 0.9 if small[0] else 1.0, "dropped", {node: node.right}
            yield 1.1, "inverse", {node: over(node.left, node.right)}
            if is_op(node.left, ast.Mult):  # both factors of a slope a * (1 - a)
                yield 0.9 if is_op(node.right, ast.Sub) else 1.3, "dropped", {node: node.left.left}
            if is_op(node.left, ast.Div) and is_number(node.left.left):
                yield 0.9, "dropped", {node: node.right}
        elif is_op(node, ast.Div):
            yield 0.85, "dropped", {node: node.left}
            if not is_number(node.left):
                yield 1.1, "inverse", {node: times(node.left, node.right)}
            elif node.left.value == 1:
                yield 1.0, "inverse", {node: node.right}
        elif is_op(node, ast.FloorDiv):
            yield 0.8, "division", {node: over(node.left, node.right)}
        elif is_op(node, ast.Add, ast.Sub):
            yield 1.05, "term dropped", {node: node.left}
            if is_op(node, ast.Add):
                yield 1.1, "term dropped", {node: node.right}
            elif not is_number(node.left):
                yield 1.25, "term dropped", {node: node.right}
            yield 1.4, "product for sum", {node: times(node.left, node.right)}


def _signs(line):
    for node in line.expressions():
        if is_op(node, ast.Sub):
            yield 0.8 if not is_number(node.left) else 1.1, "sign", {node: binary(node.right, ast.Sub, node.left)}
            yield 0.95, "sign", {node: binary(node.left, ast.Add, node.right)}
        elif is_op(node, ast.Add):
            yield 0.85, "sign", {node: binary(node.left, ast.Sub, node.right)}
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not is_number(node.operand):
            yield 0.75, "sign", {node: node.operand}
        elif function_name(node) in ("exp", "log") and len(node.args) == 1:
            yield 1.15, "sign", {node.args[0]: negative(node.args[0])}
    value = getattr(line.node, "value", None)
    if isinstance(line.node, ast.Assign | ast.Return | ast.AugAssign) and isinstance(value, ast.Tuple | ast.List):
        yield from ((1.2, "sign", {part: negative(part)}) for part in value.elts if not isinstance(part, ast.Constant | ast.Starred))
    elif isinstance(line.node, ast.Assign | ast.Return | ast.AugAssign) and value is not None and not isinstance(value, ast.Constant):
        yield 0.9, "sign", {value: negative(value)}
    if isinstance(value, ast.Call):
        yield from ((1.25, "sign", {part: negative(part)}) for part in value.args[:2] if not isinstance(part, ast.Constant | ast.Starred))
        joined = value.args[0] if function_name(value) in _JOINING and value.args and isinstance(value.args[0], ast.Tuple | ast.List) else None
        yield from ((0.9, "sign", {part: negative(part)}) for part in (joined.elts if joined else ()) if part in line.parents)


def _constants(line):
    """Another number: 0, 1, 2 and 0.5, one more and one less, the opposite, ten times as much or little."""
    for node in line.expressions():
        if not is_number(node) or isinstance(line.parents[node], ast.Subscript | ast.keyword | ast.UnaryOp):
            continue
        value = node.value
        if value == 1 and line.parents[node] is line.node and "grad" in line.segment:
            continue  # the slope of the loss in itself, from which an engine starts
        likely = {0: (1, 0.01), 1: (2, 0), 2: (1, 0.5), 0.5: (1, 2), 3: (2, 1), 4: (1, 2), 0.25: (0.5, 1)}.get(value, (1, 2))
        inside = 0.3 if isinstance(line.parents[node], ast.Compare) else 0.15 if is_op(line.parents[node], ast.Sub, ast.Add, ast.Pow) else 0.0
        for i, other in enumerate(dict.fromkeys((*likely, 0, 1, 2, 0.5))):
            if other != value:
                cost = inside + ((0.8 if i == 0 else 0.9) if other in likely else 1.1)
                left = _times_one(line, node) if other == 1 else None
                yield (cost, "dropped", {line.parents[node]: left}) if left else (cost, "constant", {node: number(other)})
        if isinstance(value, float) and 0 < value < 0.5:
            yield from ((1.2, "constant", {node: number(other)}) for other in (round(1 - value, 10), round(10 * value, 10), round(value / 10, 10)))
        if is_number(node) and isinstance(value, int) and value > 1:
            yield from ((1.2, "constant", {node: number(other)}) for other in (value - 1, value + 1))


def _times_one(line, node):
    """What is left of a product or quotient where a number in it is 1, since nobody writes `1 * x` or `x / 1`; None where it is neither."""
    parent = line.parents[node]
    if is_op(parent, ast.Mult, ast.Div) and parent.right is node:
        return parent.left
    return parent.right if is_op(parent, ast.Mult) else None


def _file_constants(line, text):
    """Another number of the file for a small one: the constant of a leaky ReLU stands in two places."""
    numbers = dict.fromkeys(float(n) for n in re.findall(r"(?<![\w.])0?\.\d+(?![\w.])", text))
    for node in line.expressions():
        branch = function_name(line.parents[node]) in ("where", "maximum") if node in line.parents else False
        if is_number(node) and (0 < node.value < 1 or (branch and node.value in (0, 1))):
            yield from ((0.85, "constant", {node: number(other)}) for other in list(numbers)[:12] if other not in (node.value, 0.0))
        parent = line.parents.get(node)
        if is_number(node) and node.value == 0 and function_name(parent) == "where" and node in parent.args[1:]:
            other = parent.args[1] if node is parent.args[2] else parent.args[2]  # of a leaky ReLU a part of the other branch, not nothing
            yield from ((0.85, "leak", {node: times(number(k), other)}) for k in list(numbers)[:6] if k)


def _numerator(value):
    """(expression, extra cost): where a factor goes: the expression itself, the elements of a tuple, terms and arguments."""
    if isinstance(value, ast.Tuple | ast.List):
        return [(part, 0.2) for part in value.elts if isinstance(part, ast.expr)]
    places = [(value, 0.0)]
    if is_op(value, ast.Add, ast.Sub):
        places += [(value.left, 0.2), (value.right, 0.2)]
    if is_op(value, ast.Mult, ast.Div) and is_op(value.left, ast.Add, ast.Sub):
        places += [(value.left.left, 0.25), (value.left.right, 0.25)]
    if isinstance(value, ast.Call) and not isinstance(value.func, ast.Name):
        places += [(part, 0.3) for part in value.args[:2] if not isinstance(part, ast.Constant | ast.Starred)]
    if isinstance(value, ast.IfExp):
        places += [(value.body, 0.2), (value.orelse, 0.2)]
    if isinstance(value, ast.Dict):
        places = [(part, 0.1) for part in value.values]
    return places


def _in_terms(line, scope):
    """A factor of the line that is missing in one of its other terms."""
    here = list(dict.fromkeys(line.text(node) for root in line.roots() for node, _ in operands(root) if node in line.parents))
    for node in line.expressions():
        if is_op(node, ast.Add, ast.Sub):
            for side in (node.left, node.right):
                if not is_number(side) and not is_op(side, ast.Add, ast.Sub):
                    own = {ast.unparse(n) for n, _ in operands(side)}
                    for other in here:
                        if other in scope.arrays or other in scope.numbers:
                            yield 1.0 if other not in own else 1.1, "factor", {side: times(side, written(other))}


def _put_in(line, scope):
    """/ m, * m, * 2, / 2, the learning rate, any number or array of the scope."""
    if not isinstance(line.node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr | ast.AnnAssign) or line.node.value is None:
        return
    value = line.node.value
    if (isinstance(line.node, ast.Expr) and not isinstance(value, ast.Call)) or isinstance(value, ast.Constant | ast.JoinedStr) or _is_list(value):
        return  # twice a list is the list and itself once more: whoever updates what is in it does so twice
    update = isinstance(line.node, ast.AugAssign)
    here = list(dict.fromkeys(line.text(node) for node, _ in operands(value) if node in line.parents))
    target = " ".join(line.text(t) for t in getattr(line.node, "targets", [getattr(line.node, "target", None)]) if t in line.parents)
    for place, more in _numerator(value):
        if place not in line.parents:
            continue
        more += 0.3 if isinstance(line.node, ast.Expr) and place is value else 0.0
        for i, text in enumerate(_lengths(scope, here)):
            yield 0.95 + more + (0.2 if "(" in text or "[" in text else 0) + 0.03 * i, "factor", {place: over(place, written(text))}
            if i < 3:
                yield 1.25 + more, "factor", {place: times(place, written(text))}
        for text in scope.rates:
            yield (
                0.9 + more + (0 if update or "-" in line.segment else 0.2),
                "factor",
                {place: times(written(text), place) if update else times(place, written(text))},
            )
            yield 1.3 + more, "factor", {place: over(place, written(text))}
        for other in scope.numbers:
            if other not in scope.counts and other not in scope.rates and (other not in scope.arrays or len(scope.numbers) < 6):
                yield 1.2 + more, "factor", {place: times(place, written(other))}
                yield 1.25 + more, "factor", {place: over(place, written(other))}
                if re.search(r"keep|drop|beta|mom|^p$|rate", other):
                    yield 1.4 + more, "factor", {place: times(place, binary(number(1), ast.Sub, written(other)))}
                    yield 1.5 + more, "factor", {place: over(place, binary(number(1), ast.Sub, written(other)))}
        yield 1.0 + more, "factor", {place: times(number(2), place)}
        yield 1.05 + more, "factor", {place: over(place, number(2))}
        bare = -0.2 if isinstance(place, ast.Name | ast.Attribute | ast.Subscript) else 0.0
        for other in scope.arrays:
            if other != target and "[:" not in other:
                yield 1.4 + more + bare + _strange(other, target, scope, here), "factor", {place: times(place, written(other))}
                if len(scope.arrays) < 7 or re.search(r"std|spread|var|norm|keep|sd|sigma|dist|tau|temp", other):
                    yield 1.55 + more, "factor", {place: over(place, written(other))}


def _is_list(value):
    return isinstance(value, ast.List | ast.ListComp) or (is_op(value, ast.Add) and (_is_list(value.left) or _is_list(value.right)))


def _strange(other, target, scope, here):
    """How unlikely an array is a factor that was forgotten: masks, scales and what is not used at all are likely, weights and labels are not."""
    if re.search(r"(?i)mask|keep|drop|gamma|scale|slope|prime|deriv|hat|gain", other):
        return -0.35
    if role(other) == "gradient" and not any(role(text) == "gradient" for text in here):
        return -0.4  # what comes from above is left out
    spare = other in scope.unused and len(scope.unused) < 4 and role(other) != "gradient"
    return (
        (-0.5 if spare else 0.0)
        + (0.35 if role(other) == "gradient" else 0.0)
        + (0.0 if related(target, other) else 0.15)
        + (0.1 if role(other) == "weight" else 0.0)
    )


def _lengths(scope, here):
    """What may count the examples, the likeliest first: counts of the scope, then lengths of its arrays."""
    yield from scope.counts[:5]
    known = [text for text in scope.arrays if text.replace(".", "").replace("_", "").isalnum()]
    names = [*[text for text in here if text in known][:2], *known[: 1 if len(scope.counts) > 1 else 3]]
    ways = ("len({})", "{}.shape[0]", "{}.shape[1]", "{}.size")
    yield from (text for name in names for text in (way.format(name) for way in ways) if text not in scope.counts)


def _as_elsewhere(line, scope):
    """Factors by which other lines of the function multiply or divide their whole value: / m, 1 / m *, rate *."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.AugAssign) or not isinstance(value, ast.expr) or isinstance(value, ast.Constant | ast.Tuple):
        return
    seen = set()
    for statement in scope.statements:
        other = getattr(statement, "value", None)
        if statement is line.node or not isinstance(statement, ast.Assign | ast.AugAssign) or not isinstance(other, ast.BinOp) or key(other) in seen:
            continue
        seen.add(key(other))
        if is_op(other, ast.Div) and _plain(other.right, scope):
            yield 0.7, "factor", {value: over(value, written(ast.unparse(other.right)))}
        elif is_op(other, ast.Mult) and _plain(other.right, scope):
            yield 0.85, "factor", {value: times(value, written(ast.unparse(other.right)))}
        first = other
        while is_op(first, ast.Mult, ast.MatMult, ast.Div) and not _plain(first, scope):
            first = first.left
        if first is not other and _plain(first, scope) and not isinstance(first, ast.Name | ast.Attribute | ast.Subscript):
            yield 0.75, "factor", {value: times(written(ast.unparse(first)), value)}
        elif (
            is_op(other, ast.Mult) and isinstance(other.left, ast.Name | ast.Attribute) and ast.unparse(other.left) in (*scope.numbers, *scope.rates)
        ):
            yield 0.75, "factor", {value: times(written(ast.unparse(other.left)), value)}


def _plain(node, scope):
    """Whether an expression is a number of the kind that one divides by: m, 1 / m, len(X), X.shape[0], 2."""
    if isinstance(node, ast.BinOp):
        return _plain(node.left, scope) and _plain(node.right, scope)
    if isinstance(node, ast.Name | ast.Attribute):
        return ast.unparse(node) in scope.numbers or getattr(node, "attr", "") == "size"
    if function_name(node) == "sqrt":
        return all(_plain(part, scope) for part in node.args)
    return is_number(node) or function_name(node) == "len" or (isinstance(node, ast.Subscript) and ".shape" in ast.unparse(node))
