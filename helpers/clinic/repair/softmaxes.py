"""The slope of a softmax: not entry by entry, since its entries sum to 1 and each depends on all that it was made of."""

import ast
import functools
import re

from helpers.clinic.repair.expressions import attribute, binary, call, function_name, is_number, is_op, key, number, times, written

_PEAKED = frozenset(("sum", "max", "softmax", "log_softmax", "amax", "logsumexp"))


def softmax_slopes(line, scope, text):
    """(cost, kind, {node: expression}): out * (d - (d * out).sum(axis)) for d * out * (1 - out), where the file divides exponentials by their sum."""
    along = axes_of(text)
    for node in line.expressions() if along else ():
        if not is_op(node, ast.Mult) or is_op(line.parents[node], ast.Mult):
            continue
        factors = _factors(node)
        for minus in factors:
            out = minus.right if is_op(minus, ast.Sub) and is_number(minus.left) and minus.left.value == 1 else None
            same = next((factor for factor in factors if out is not None and key(factor) == key(out)), None)
            rest = [factor for factor in factors if factor is not minus and factor is not same]
            if same is None or not rest:
                continue
            above = times(*rest)
            for place, axis in enumerate(along):
                yield 0.9 + 0.05 * place, "softmax", {node: times(same, binary(above, ast.Sub, _total(times(above, same), axis, scope)))}


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
