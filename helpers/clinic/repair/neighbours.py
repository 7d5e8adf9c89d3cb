"""What stands beside something of the same kind and is taken for it: another list of the layers, another word, the slope of another function."""

import ast
import functools
import re

from helpers.clinic.repair.expressions import binary, function_name, is_number, is_op, key, number, times, written
from helpers.clinic.repair.operands import shifted


def neighbour_edits(line, scope, text):
    """(cost, kind, {node: expression})."""
    yield from _other_lists(line, scope, text)
    yield from _other_words(line, text)
    yield from _slopes_in_products(line, scope, text)


def _other_lists(line, scope, text):
    """self.acts[i] → self.zs[i - 1]: lists that a loop fills need not begin at the same layer."""
    filled = _filled(text)
    known = scope.known | {name for name in filled if name.startswith("self.") and scope.owner is not None}
    for node in line.expressions():
        if not isinstance(node, ast.Subscript) or ast.unparse(node.value) not in filled or isinstance(node.slice, ast.Slice | ast.Tuple):
            continue
        mine = ast.unparse(node.value)
        for k, other in enumerate([name for name in filled if name in known and name != mine][:6]):
            by = filled[other] - filled[mine]  # what one has ahead of the other
            for index, apart in ((node.slice, 0), *((index, 1 if k else -1) for k, (_, index) in enumerate(list(shifted(node.slice))[:2]))):
                yield (0.8 if apart == by else 1.1) + 0.05 * k, "operand", {node: _entry(other, index)}


def _entry(name, index):
    return ast.Subscript(written(name), index, ast.Load())


@functools.lru_cache(32)
def _filled(text):
    """{list to which a file appends: with how many entries it begins}: that of activations begins with the input."""
    begun, found = {}, {}
    for node in ast.walk(ast.parse(text)):
        appends = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append"
        if appends and isinstance(node.func.value, ast.Name | ast.Attribute):
            found[ast.unparse(node.func.value)] = 0
        for target, value in _assigned(node) if isinstance(node, ast.Assign) else ():
            if isinstance(value, ast.List):
                begun[ast.unparse(target)] = len(value.elts)
    return {name: begun.get(name, 0) for name in found}


def _assigned(node):
    """(target, value) of an assignment, of `zs, acts = [], [x]` each."""
    for target in node.targets:
        both = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts)
        yield from zip(target.elts, node.value.elts, strict=True) if both else [(target, node.value)]


def _other_words(line, text):
    """activation_backward(dA, cache, "sigmoid") → "relu": a word that the file hands over, or compares with, in the same place."""
    words = _words(text)
    for node in line.expressions():
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        parent = line.parents[node]
        where = "==" if isinstance(parent, ast.Compare) else function_name(parent) if isinstance(parent, ast.Call) else None
        for other in words.get(where, ()) if where else ():
            if other != node.value:
                yield 0.9, "operand", {node: ast.Constant(other)}


@functools.lru_cache(32)
def _words(text):
    """{function, or "==" for comparisons: the words that are handed over or compared with}."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        name = "==" if isinstance(node, ast.Compare) else function_name(node) if isinstance(node, ast.Call) else None
        parts = [node.left, *node.comparators] if isinstance(node, ast.Compare) else node.args if name else ()
        said = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier()]
        if said:
            found.setdefault(name, {}).update(dict.fromkeys(said))
    for name, said in found.items():
        if name != "==":
            said.update(dict.fromkeys(word for word in found.get("==", ()) if len(found["=="]) <= 6))
    return found


def _slopes_in_products(line, scope, text):
    """d * a * (1 - a) → d * (1 - a ** 2), and for swish d * s * (1 - s) → d * (s + x * s * (1 - s)): slopes that are part of a longer product."""
    swish = bool(re.search(r"(?i)swish|silu|(\b\w+) \* \w*sig\w*\(\1\)", text))
    for node in line.expressions():
        if not is_op(node, ast.Mult) or not is_op(node.right, ast.Sub) or not is_number(node.right.left) or node.right.left.value != 1:
            continue
        out = node.right.right
        rest = node.left.left if is_op(node.left, ast.Mult) and key(node.left.right) == key(out) else None
        if rest is None and key(node.left) != key(out):
            continue
        for cost, slope in _others(out, scope, swish):
            yield cost, "slope", {node: slope if rest is None else times(rest, slope)}


def _others(out, scope, swish):
    yield 0.95, binary(number(1), ast.Sub, binary(out, ast.Pow, number(2)))
    for k, name in enumerate(scope.arrays[:6] if swish else ()):
        if name != ast.unparse(out):
            slope = times(written(name), out, binary(number(1), ast.Sub, out))
            yield 1.0 + 0.05 * k, binary(out, ast.Add, slope)
