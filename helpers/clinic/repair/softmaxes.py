"""The slope of a softmax: not entry by entry, since its entries sum to 1 and each depends on all that it was made of."""

import ast
import functools
import re

from helpers.clinic.repair.expressions import attribute, binary, call, function_name, is_number, is_op, key, number, over, times, written

_PEAKED = frozenset(("sum", "max", "softmax", "log_softmax", "amax", "logsumexp"))


def softmax_slopes(line, scope, text):
    """(cost, kind, {node: expression}): out * (d - (d * out).sum(axis)) for d * out * (1 - out), where the file divides exponentials by their sum."""
    along = axes_of(text)
    for node in line.expressions() if along else ():
        if not is_op(node, ast.Mult) or is_op(line.parents[node], ast.Mult):
            continue
        factors = _factors(node)
        yield from _missing(node, factors, along, scope, text)
        for minus in factors:
            out = minus.right if is_op(minus, ast.Sub) and is_number(minus.left) and minus.left.value == 1 else None
            same = next((factor for factor in factors if out is not None and key(factor) == key(out)), None)
            rest = [factor for factor in factors if factor is not minus and factor is not same]
            if same is None or not rest:
                continue
            above = times(*rest)
            for place, axis in enumerate(along):
                yield 0.9 + 0.05 * place, "softmax", {node: times(same, binary(above, ast.Sub, _total(times(above, same), axis, scope)))}


def _missing(node, factors, along, scope, text):
    """The slope is left out but for its first factor: out * d for out * (d - (d * out).sum(axis)), of the outputs that the file has."""
    for out in factors:
        rest = [factor for factor in factors if factor is not out]
        if rest and isinstance(out, ast.Name | ast.Attribute | ast.Subscript) and _last(out) in _outputs(text):
            above = times(*rest)
            for place, axis in enumerate(along):
                yield 1.0 + 0.05 * place, "softmax", {node: times(out, binary(above, ast.Sub, _total(times(above, out), axis, scope)))}


def one_hots(line, tree):
    """(cost, kind, {node: expression}): what a softmax minus one-hot was multiplied by before the 1 was taken off: `d[range(n), y] -= adv`."""
    node = line.node
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Subscript) or not is_number(node.value) or node.value.value != 1:
        return
    name = ast.unparse(node.target.value)
    before = [one for one in ast.walk(tree) if isinstance(one, ast.Assign | ast.AugAssign) and one.lineno < node.lineno and _sets(one, name)]
    if not before:
        return
    last = max(before, key=lambda one: one.lineno)
    divides = isinstance(last, ast.AugAssign) and isinstance(last.op, ast.Div)
    if isinstance(last, ast.AugAssign) and not divides and not isinstance(last.op, ast.Mult):
        return
    scales = [(last.value, divides)] if isinstance(last, ast.AugAssign) else _scales(last.value)
    for scale, divides in scales:
        bare = scale.value if isinstance(scale, ast.Subscript) and "None" in ast.unparse(scale.slice) else scale
        yield 0.7, "one-hot", {node.value: over(number(1), bare) if divides else bare}


def _scales(value):
    """[(factor, whether it divides)] of a product or quotient, without its first factor and with it."""
    if is_op(value, ast.Div):
        return [(value.right, True), *_scales(value.left)]
    return [(factor, False) for factor in _factors(value)[::-1]] if is_op(value, ast.Mult) else []


def _sets(statement, name):
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(ast.unparse(target) == name for target in targets)


def _last(node):
    """The last word of a name: g of self.g and of cache["g"]."""
    return re.findall(r"\w+", ast.unparse(node))[-1]


@functools.lru_cache(32)
def _outputs(text):
    """The last words of the names that a file gives its softmax's output: of what it divides by a sum, or gets from a function that is called so."""
    nodes, found = list(ast.walk(ast.parse(text))), set()
    for node in nodes:
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        if targets and (_divides_by_sum(value, nodes) or _divides_by_sum(node, nodes) or "softmax" in (function_name(value) or "")):
            found |= {_last(target) for target in targets if isinstance(target, ast.Name | ast.Attribute | ast.Subscript)}
    return frozenset(found)


def _factors(node):
    return [*_factors(node.left), *_factors(node.right)] if is_op(node, ast.Mult) else [node]


def _total(inside, axis, scope):
    """The sum along an axis, which stays; the sum of all for None."""
    keywords = {} if axis is None else {"axis": number(axis), "keepdims": written("True")}
    return call("np.sum", inside, **keywords) if scope.sums == "np.sum" else call(attribute(inside, "sum"), **keywords)


@functools.lru_cache(32)
def axes_of(text):
    """Axes along which a file's softmax may sum to 1, those that it writes itself first, None for all; empty where it has no softmax."""
    nodes = list(ast.walk(ast.parse(text)))
    if not re.search(r"softmax|logsumexp", text) and not ("exp(" in text and any(_divides_by_sum(node, nodes) for node in nodes)):
        return ()
    found = {}
    for node in nodes:
        if function_name(node) in _PEAKED:
            axes = [keyword.value for keyword in node.keywords if keyword.arg == "axis"]
            found |= {-axis.operand.value if isinstance(axis, ast.UnaryOp) else axis.value: None for axis in axes if _is_whole(axis)}
    return tuple(dict.fromkeys((*found, *(axis for axis in (1, 0, None) if axis != 1 or -1 not in found))))


def _divides_by_sum(node, nodes):
    """Whether a node divides by a sum, or by a name that a sum was given."""
    below = node.right if is_op(node, ast.Div) else node.value if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) else None
    if isinstance(below, ast.Name):
        given = [n.value for n in nodes if isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == below.id for t in n.targets)]
        return any(function_name(value) == "sum" for value in given)
    return function_name(below) == "sum"


def _is_whole(axis):
    return is_number(axis) or (isinstance(axis, ast.UnaryOp) and isinstance(axis.op, ast.USub) and is_number(axis.operand))
