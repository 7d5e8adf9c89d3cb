"""Products of matrices: transposes, the order, the kind of product, and what belongs together in parentheses."""

import ast
import itertools
import re

from helpers.clinic.repair.expressions import (
    attribute,
    binary,
    call,
    function_name,
    is_number,
    is_op,
    number,
    of_module,
    product_of,
    untransposed,
    written,
)
from helpers.clinic.repair.places import operands


def product_edits(line, scope):
    """(cost, kind, {node: expression}) for each product and transpose of the statement."""
    for node in line.expressions():
        pair = product_of(node)
        if pair:
            yield from _product(line, node, *pair, scope)
        elif is_op(node, ast.Mult):
            yield from _elementwise(node, scope)
        elif function_name(node) == "outer" and len(getattr(node, "args", ())) == 2:
            yield from _outer(node, scope)
        elif function_name(node) == "einsum" and node.args and isinstance(node.args[0], ast.Constant):
            yield from _einsum(line, node)
        elif function_name(node) in ("swapaxes", "moveaxis") and isinstance(node.func, ast.Attribute):
            yield 1.0, "transpose", {node: node.args[0] if of_module(node.func) else node.func.value}
        below = untransposed(node)
        if below is not None:
            yield 0.8, "transpose", {node: below}
    yield from _transposed_operands(line, scope)


def grouping_edits(line):
    """(cost, kind, {node: expression}): other parentheses, also of plain numbers."""
    for node in line.expressions():
        if isinstance(node, ast.BinOp):
            yield from _grouping(line, node)


def transposed(node, scope):
    """xᵀ as the file writes it; of xᵀ, x."""
    below = untransposed(node)
    if below is not None:
        return below
    if scope.transposes == ".T":
        return attribute(node, "T")
    return ast.Call(attribute(node, "transpose"), [], []) if scope.transposes == ".transpose()" else call(scope.transposes, node)


def multiplied(left, right, scope, like=None):
    """The product of two matrices, written as `like` is, or as in the rest of the file."""
    style = "@" if is_op(like, ast.MatMult) else None
    if like is not None and style is None:
        style = ".dot" if not of_module(like.func) else ast.unparse(like.func)
    style = style or scope.dots
    if style == "@":
        return binary(left, ast.MatMult, right)
    return ast.Call(attribute(left, "dot"), [right], []) if style == ".dot" else call(style, left, right)


def _product(line, node, a, b, scope):
    def product(left, right):
        return multiplied(left, right, scope, node)

    ta, tb = transposed(a, scope), transposed(b, scope)
    yield 0.85, "transpose", {node: product(ta, b)}
    yield 0.85, "transpose", {node: product(a, tb)}
    yield 0.95, "transpose", {node: product(tb, ta)}
    yield 1.0, "turned", {node: product(b, a)}
    yield 1.1, "transpose", {node: product(ta, tb)}
    yield 1.1, "transpose", {node: product(b, ta)}
    yield 1.1, "transpose", {node: product(tb, a)}
    yield 1.05, "kind", {node: binary(a, ast.Mult, b)}
    yield 1.4, "kind", {node: binary(untransposed(a) or a, ast.Mult, untransposed(b) or b)}
    yield 1.2, "kind", {node: call("np.outer", untransposed(a) or a, untransposed(b) or b)}
    yield 1.35, "kind", {node: call("np.outer", untransposed(b) or b, untransposed(a) or a)}
    yield 1.3, "dropped", {node: a}
    yield 1.3, "dropped", {node: b}


def _elementwise(node, scope):
    a, b = node.left, node.right
    if is_number(a) or is_number(b):
        return
    if is_op(a, ast.Mult, ast.MatMult) and not is_op(a.right, ast.Add, ast.Sub):  # 1 / m * a * b is 1 / m * (a * b)
        c, ta, tb = a.right, transposed(a.right, scope), transposed(b, scope)
        for cost, left, right in ((1.15, c, b), (1.15, c, tb), (1.2, ta, b), (1.25, b, c), (1.25, tb, c), (1.25, b, ta)):
            yield cost, "kind", {node: ast.BinOp(a.left, a.op, multiplied(left, right, scope))}
    ta, tb = transposed(a, scope), transposed(b, scope)
    outer = 0.9 if scope.outer else 1.3
    for cost, left, right in ((1.05, a, b), (1.15, b, a), (1.15, ta, b), (1.15, a, tb), (1.25, tb, a), (1.25, b, ta), (1.3, tb, ta)):
        yield cost, "kind", {node: multiplied(left, right, scope)}
    yield outer, "kind", {node: call("np.outer", a, b)}
    yield outer + 0.05, "kind", {node: call("np.outer", b, a)}


def _outer(node, scope):
    a, b = node.args
    yield 0.85, "turned", {node: ast.Call(node.func, [b, a], [])}
    yield 1.05, "kind", {node: binary(a, ast.Mult, b)}
    yield 1.15, "kind", {node: multiplied(a, b, scope)}
    yield 1.2, "kind", {node: multiplied(transposed(a, scope), b, scope)}
    yield 1.2, "kind", {node: multiplied(a, transposed(b, scope), scope)}


def _einsum(line, node):
    """Other subscripts: two letters of one group swapped, the result's letters in another order, one letter for another."""
    said = node.args[0].value
    match = re.fullmatch(r"\s*([\w,\s]+?)(?:\s*->\s*(\w*))?\s*", said)
    if not match:
        return
    groups, result = match[1].replace(" ", "").split(","), match[2]
    quote = line.text(node.args[0])[:1]
    arrow = " -> " if " -> " in said else "->"
    comma = ", " if ", " in said else ","

    def new(ins, out):
        return {node.args[0]: written(quote + comma.join(ins) + (arrow + out if result is not None else "") + quote)}

    if result is not None:
        for order in itertools.permutations(result):
            if "".join(order) != result:
                yield 0.9, "transpose", new(groups, "".join(order))
        for letter in sorted(set("".join(groups)) - set(result)):
            yield 1.2, "transpose", new(groups, result + letter)
        for i in range(len(result)):
            yield 1.2, "transpose", new(groups, result[:i] + result[i + 1 :])
    letters = sorted(set("".join(groups)))
    for i, group in enumerate(groups):
        for order in itertools.permutations(group):
            if "".join(order) != group:
                yield 0.95, "transpose", new([*groups[:i], "".join(order), *groups[i + 1 :]], result)
        for j, letter in itertools.product(range(len(group)), letters):
            if letter != group[j]:
                yield 1.15, "transpose", new([*groups[:i], group[:j] + letter + group[j + 1 :], *groups[i + 1 :]], result)


def _grouping(line, node):
    """a * 1 - b for a * (1 - b), x / 2 * m for x / (2 * m), (a @ b) * c for a @ (b * c): other parentheses."""
    left, right, op = node.left, node.right, type(node.op)
    if isinstance(left, ast.BinOp) and not _same(type(left.op), op):
        yield 0.95, "grouping", {node: ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))}
    if isinstance(right, ast.BinOp) and not _same(op, type(right.op)):
        yield 0.95, "grouping", {node: ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)}
    if isinstance(right, ast.Call) and len(right.args) == 1 and op in (ast.Mult, ast.Div, ast.MatMult) and function_name(right) in ("exp", "dot"):
        return
    pair = product_of(left) if op is ast.Mult and not is_op(left, ast.MatMult) else None
    if pair:
        yield 1.1, "grouping", {node: _regrouped(left, pair, right)}
    pair = product_of(node)
    if pair and is_op(pair[1], ast.Mult) and not is_op(node, ast.MatMult):
        yield 1.1, "grouping", {node: binary(_regrouped_call(node, pair[0], pair[1].left), ast.Mult, pair[1].right)}


def _regrouped(product, pair, factor):
    """np.dot(a, b) * c → np.dot(a, b * c)."""
    return _regrouped_call(product, pair[0], binary(pair[1], ast.Mult, factor))


def _regrouped_call(product, a, b):
    return ast.Call(product.func, [a, b], []) if of_module(product.func) else ast.Call(attribute(a, product.func.attr), [b], [])


def _same(inner, outer):
    """Whether a (b c) and (a b) c are the same by arithmetic: nothing to try."""
    return (inner, outer) in ((ast.Mult, ast.Mult), (ast.Add, ast.Add), (ast.Add, ast.Sub), (ast.MatMult, ast.MatMult), (ast.Mult, ast.Div))


def _transposed_operands(line, scope):
    """xᵀ for x where x is no side of a product of matrices: those are edits of the product."""
    for root in line.roots():
        for node, parent in operands(root, line.node):
            if (
                node not in line.parents or line.text(node) not in scope.arrays or untransposed(parent) is not None
                if parent is not line.node
                else False
            ):
                continue
            if product_of(parent) or (isinstance(parent, ast.Subscript) and parent.slice is node):
                continue
            yield 1.3 if parent is not line.node else 1.0, "transpose", {node: transposed(node, scope)}
        if not isinstance(root, ast.Name | ast.Attribute | ast.Subscript | ast.Constant | ast.Tuple | ast.Compare):
            yield 1.25, "transpose", {root: transposed(root, scope)}


def reshaped(line, scope):
    """x.reshape(1, -1), x[:, None], x.ravel() for x, and each of them taken away."""
    for node in line.expressions():
        name = function_name(node)
        if name in ("reshape", "ravel", "flatten", "squeeze", "diag") and isinstance(node.func, ast.Attribute):
            yield 1.2, "shape", {node: node.args[0] if of_module(node.func) and node.args else node.func.value}
        if name == "reshape":
            for a, b in ((1, -1), (-1, 1)):
                yield 1.1, "shape", {node: ast.Call(node.func, [*(node.args[:1] if of_module(node.func) else ()), number(a), number(b)], [])}
            if isinstance(node.func, ast.Attribute) and len(node.args) == 2 and not of_module(node.func):
                yield 1.15, "shape", {node: ast.Call(node.func, node.args[::-1], [])}
    for root in line.roots():
        if isinstance(root, ast.Tuple | ast.Compare | ast.Constant) or function_name(root) in ("range", "zip", "enumerate"):
            continue
        for a, b in ((-1, 1), (1, -1)):
            yield 1.7, "shape", {root: ast.Call(attribute(root, "reshape"), [number(a), number(b)], [])}
        yield 1.8, "shape", {root: ast.Call(attribute(root, "ravel"), [], [])}
