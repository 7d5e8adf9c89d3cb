"""What the forward pass computes on its way and may have no name for: an activation where the backward pass has its argument.

`1 - z ** 2` is the slope of tanh in terms of tanh(z), not of z; `dZ @ W.T` needs the weights by which the forward pass multiplied.
"""

import ast
import functools
import re

from helpers.clinic.repair.expressions import (
    binary,
    call,
    function_name,
    is_number,
    is_op,
    key,
    number,
    product_of,
    times,
    untransposed,
    written,
)  # fmt: skip
from helpers.clinic.repair.nearness import related, role, words
from helpers.clinic.repair.places import operands
from helpers.clinic.repair.products import multiplied, transposed
from helpers.clinic.repair.statements import indent_of, rows_of

_PLAIN = frozenset(("tanh", "sigmoid", "expit", "exp"))
_BIASES = frozenset(("b", "bias", "biases"))
FOLDED = ("[:, 1:]", "[1:]", "[:-1]", "[:, :-1]")
"""Weights without those of the biases, where these are a column or row of one matrix."""


@functools.lru_cache(32)
def activations(text):
    """((pattern, (arguments, ...)), ...): the activations that a file applies, "\\0" for the argument, and what it applies them to."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        told = _activation(node) if isinstance(node, ast.expr) else None
        if told is not None:
            pattern, argument = told
            found.setdefault(pattern, {})[ast.unparse(argument)] = None
    return tuple((pattern, tuple(arguments)) for pattern, arguments in found.items())


def _activation(node):
    """(pattern, argument) of tanh(z), 1 / (1 + exp(-z)), maximum(z, 0); None of anything else."""
    name = function_name(node)
    if name in _PLAIN - {"exp"} and len(node.args) == 1 and not node.keywords:
        return f"{ast.unparse(node.func)}(\0)", node.args[0]
    if is_op(node, ast.Div) and is_number(node.left) and is_op(node.right, ast.Add):
        last = node.right.right if not is_number(node.right.right) else node.right.left
        if function_name(last) == "exp" and len(last.args) == 1:
            whole = last.args[0]
            inner = whole.operand if isinstance(whole, ast.UnaryOp) else whole
            if inner is not whole:
                return f"1 / (1 + {ast.unparse(last.func)}(-\0))", inner
    if name == "maximum" and len(node.args) == 2 and any(is_number(a) and a.value == 0 for a in node.args):
        inner = next((a for a in node.args if not is_number(a)), None)
        return (f"{ast.unparse(node.func)}(0, \0)", inner) if inner is not None else None
    return None


def applied_to(pattern, text):
    """The activation of an expression, as the file writes it."""
    bare = text.replace("_", "").replace(".", "").isalnum() or pattern.endswith("(\0)") or ", \0)" in pattern
    return pattern.replace("\0", text if bare else f"({text})")


def activation_edits(line, scope, text):
    """(cost, kind, {node: expression}): f(z) for z in a slope or product, where the forward pass has f(z); slopes of what it applies f to."""
    known = activations(text)
    if not known:
        return
    for node in line.expressions():
        said = ast.unparse(node)
        alone = isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
        if (alone and said not in scope.arrays) or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            continue
        parent = line.parents[node]
        if isinstance(parent, ast.Attribute | ast.Call) and getattr(parent, "func", None) is node:
            continue
        squared = is_op(parent, ast.Pow) or (is_op(parent, ast.Sub) and is_number(parent.left))
        for pattern, arguments in known:
            if _activation(parent) is not None and _activation(parent)[1] is node:
                continue
            if said in arguments or (alone and squared):
                sure = said in arguments
                places = [n for n in line.expressions() if not isinstance(getattr(n, "ctx", None), ast.Store) and key(n) == key(node)]
                new = written(applied_to(pattern, said))
                if len(places) > 1:
                    yield (0.8 if sure else 1.0), "activation", dict.fromkeys(places, new)
                yield (0.8 if squared and sure else 1.0 if squared else 1.15), "activation", {node: new}
    yield from _slopes(line, scope, known)


def _slopes(line, scope, known):
    """The value times the slope of an activation of something that has no name."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.AugAssign | ast.Return) or value is None or isinstance(value, ast.Constant | ast.Tuple):
        return
    exists = set(scope.arrays) | set(scope.numbers)
    for pattern, arguments in known:
        for argument in arguments:
            node = written(argument)
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or not {ast.unparse(n) for n, _ in operands(node)} <= exists:
                continue
            made = applied_to(pattern, argument)
            made = made if made.endswith(")") and made[0].isalpha() else f"({made})"
            if "tanh" in pattern:
                yield 1.2, "slope", {value: times(value, binary(number(1), ast.Sub, binary(written(made), ast.Pow, number(2))))}
            elif "maximum" in pattern:
                yield 1.2, "slope", {value: times(value, ast.Compare(node, [ast.Gt()], [number(0)]))}
            else:
                yield 1.2, "slope", {value: times(value, written(made), binary(number(1), ast.Sub, written(made)))}


def missing_products(line, scope, text):
    """(cost, kind, {node: expression}): a delta times the weights that it should have passed."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.Return | ast.AugAssign) or value is None or isinstance(value, ast.Constant | ast.Tuple | ast.List):
        return
    target = getattr(line.node, "target", None) or next(iter(getattr(line.node, "targets", ())), None)
    target = line.text(target) if target in line.parents else ""
    here = {line.text(node) for node, _ in operands(value) if node in line.parents}
    weights = list(_weights(scope, text, here))
    if isinstance(line.node, ast.Assign) and role(target) == "gradient":
        yield from _whole_products(line, value, target, weights, scope)
    for node, more in _deltas(line, value):
        if product_of(line.parents.get(node)) or product_of(node):
            continue
        for weight, cost in weights:
            near = 0.0 if related(target, weight) or any(related(name, weight) for name in here) else 0.1
            w = written(weight)
            t = transposed(w, scope)
            for extra, pair in ((0.0, (node, t)), (0.0, (t, node)), (0.1, (node, w)), (0.1, (w, node))):
                yield 1.0 + more + cost + near + extra, "product", {node: multiplied(*pair, scope)}


def _whole_products(line, value, target, weights, scope):
    """The delta from above times the weights, where a line has the slope alone: d = slope(z) → d = (W.T @ d) * slope(z)."""
    here = {line.text(node) for node, _ in operands(value) if node in line.parents}
    if any(role(name) == "gradient" for name in here):
        return
    deltas = [target, *(name for name in scope.arrays if name != target)]
    for k, delta in enumerate([name for name in deltas if role(name) == "gradient"][:4]):
        d = written(delta)
        for weight, cost in weights:
            w = written(weight)
            t = transposed(w, scope)
            for extra, pair in ((0.0, (d, t)), (0.0, (t, d)), (0.1, (d, w)), (0.1, (w, d))):
                yield 1.1 + cost + extra + 0.05 * k, "product", {value: times(multiplied(*pair, scope), value)}


def _deltas(line, value):
    """(expression, extra cost): what a product with weights can be missing of: names that sound like a delta, the whole value."""
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        yield value, 0.0
        return
    for node, parent in operands(value, line.node):
        read = node in line.parents and isinstance(node.ctx, ast.Load)
        sized = isinstance(parent, ast.Attribute) and untransposed(parent) is None
        if read and not sized and not isinstance(parent, ast.Compare | ast.Subscript) and not is_op(parent, ast.Pow):
            inside = untransposed(parent) is not None or isinstance(parent, ast.Call) or (is_op(parent, ast.Sub) and is_number(parent.left))
            if not inside:
                yield node, 0.0 if role(line.text(node)) == "gradient" else 0.25
    yield value, 0.3


def _weights(scope, text, here):
    """(text, extra cost) of the arrays that sound like weights, and what is left of them without their biases."""
    folded = any(sign in text for sign in ("np.ones", "np.c_", "np.hstack", "np.vstack", "np.insert", "np.pad", "append(1", "column_stack"))
    for name in scope.arrays:
        if name in here or role(name) == "gradient" or _BIASES & {w.lower() for w in words(name)} or "[:" in name or "[1:" in name:
            continue
        cost = 0.0 if role(name) == "weight" else 0.3
        yield name, cost
        if folded and cost == 0.0:
            for bounds in FOLDED:
                yield name + bounds, cost + (0.1 if name + bounds not in text else 0.0)


def reductions(line, scope):
    """(cost, kind, {node: expression}): minus how many entries of a row are set, where one entry of it is set: mask[rows, y] = -mask.sum(axis=1)."""
    node = line.node
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
    value = getattr(node, "value", None)
    picked = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Tuple)
    if not picked or not isinstance(value, ast.Constant | ast.UnaryOp | ast.BinOp):
        return
    array = written(ast.unparse(target.value))
    for axis in (1, 0):
        total = ast.Call(ast.Attribute(array, "sum", ast.Load()), [], [ast.keyword("axis", number(axis))])
        if scope.sums == "np.sum":
            total = call("np.sum", array, axis=number(axis))
        yield 1.0 + 0.1 * (axis == 0), "reduction", {value: total if isinstance(node, ast.AugAssign) else ast.UnaryOp(ast.USub(), total)}


def row_reductions(line, scope, text):
    """(cost, kind, changes): the same as a line that is missing, with rows and labels as the file picks them."""
    node = line.node
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
    base = target.value if isinstance(target, ast.Subscript) else target
    rows = rows_of(text, node) if target is not None else None
    if rows is None or not isinstance(base, ast.Name) or not _is_mask(base.id, text):
        return
    eol = "\r\n" if "\r\n" in text else "\n"
    for index in picks(text):
        total = f"np.sum({base.id}, axis=1)" if scope.sums == "np.sum" else f"{base.id}.sum(axis=1)"
        lines = [(1.15, f"{base.id}[{index}] = -{total}"), (1.2, f"{base.id}[{index}] -= {total}"), (1.2, f"{base.id}[{index}] -= 1")]
        for cost, new in [*lines, (1.2, f"{base.id}[{index}] = 0")]:
            whole = f"{indent_of(text, node)}{new}{eol}"
            yield cost, "missing line", ((rows[1], rows[1], whole if text[: rows[1]].endswith("\n") else eol + whole),)


def _is_mask(name, text):
    """Whether an array is made by a comparison, and no entry of each row of it is set to a sum over the row."""
    return bool(re.search(rf"\b{name}\b(?:\[[^\n]*\])? = [^\n]*>", text)) and not re.search(rf"\b{name}\[[^\n]*= *-?[^\n]*\bsum\(", text)


@functools.lru_cache(32)
def picks(text):
    """How a file picks one entry of each row: "np.arange(n), y"."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            first = node.slice.elts[0]
            if function_name(first) in ("arange", "range"):
                found[", ".join(ast.unparse(part) for part in node.slice.elts)] = None
    return tuple(found)[:3]
