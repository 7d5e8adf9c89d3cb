"""What the forward pass says of a line of the backward pass.

The gradient of W1 multiplies by what W1 is multiplied by; a slope a * (1 - a) has the same array in both places.
"""

import ast
import functools
import re

from helpers.clinic.repair.expressions import function_name, is_number, is_op, key, product_of, times, untransposed, written
from helpers.clinic.repair.nearness import role, words
from helpers.clinic.repair.places import operands

_HOLDERS = frozenset(("self", "p", "params", "parameters", "c", "cache", "layer", "net", "model", "d", "grad", "grads", "g", "delta"))


def partner_edits(line, scope, text):
    """(cost, kind, {node: expression}) for operands that are not what the forward pass multiplies by, and for slopes at two different arrays."""
    yield from _uneven_slopes(line)
    targets = getattr(line.node, "targets", [getattr(line.node, "target", None)])
    if not isinstance(line.node, ast.Assign | ast.AugAssign) or len(targets) != 1 or isinstance(targets[0], ast.Tuple):
        return
    mine = _own_words(line.text(targets[0]))
    stripped = re.sub(r"^(?:d|g|grad|delta|to|err|error)_?(?=\w)", "", line.text(targets[0]))
    if not mine:
        return
    places = [(node, line.text(node)) for root in line.roots() for node, parent in operands(root, line.node) if _movable(line, node, parent)]
    plain = len(places) <= 4 and not any(isinstance(node, ast.Compare) or is_op(node, ast.Sub) for node in line.expressions())
    for parameter, others in partners_of(text):
        own = _own_words(parameter)
        if not any(w.isalpha() for w in own) or not (set(own) <= set(mine) or parameter == stripped) or role(parameter) == "gradient":
            continue
        for other in dict.fromkeys(o for o in (_here(other, scope) for other in others) if o):
            for node, text_now in places:
                if text_now in scope.arrays and text_now != other:
                    yield (0.55 if plain else 1.0) + (0.3 if role(text_now) == "gradient" else 0.0), "operand", {node: written(other)}
            if other not in {text_now for _, text_now in places}:
                yield 0.9, "factor", {line.node.value: times(line.node.value, written(other))}


def _movable(line, node, parent):
    return node in line.parents and not isinstance(parent, ast.Subscript)


@functools.lru_cache(32)
def partners_of(text):
    """((a, (b, ...)), ...): what each name is multiplied by, in the lines of a file that do not compute gradients."""
    found = {}
    for statement in ast.walk(ast.parse(text)):
        if not isinstance(statement, ast.Assign | ast.Return | ast.Expr) or statement.value is None:
            continue
        if isinstance(statement, ast.Assign) and any(role(ast.unparse(t)) == "gradient" for t in statement.targets):
            continue
        for node in ast.walk(statement.value):
            pair = product_of(node) or ((node.left, node.right) if is_op(node, ast.Mult) else None)
            if pair:
                a, b = (ast.unparse(untransposed(side) or side) for side in pair)
                if len(a) < 40 and len(b) < 40:
                    found.setdefault(a, []).append(b)
                    found.setdefault(b, []).append(a)
    return tuple((a, tuple(dict.fromkeys(b))) for a, b in found.items())


def _own_words(text):
    """The words of a name that say which array it is: W, 1 of self.W1, p["W1"] and dW1."""
    return [part for part in words(text) if part.isalnum() and part not in _HOLDERS]


def _here(other, scope):
    """What an array of the forward pass is called where the statement stands; None where it is not there."""
    if other in scope.arrays:
        return other
    said = [word.lower() for word in _own_words(other)]
    return next((text for text in scope.arrays if said and [word.lower() for word in _own_words(text)] == said), None)


def _uneven_slopes(line):
    """a * (1 - b) with a for b and b for a; the same in a chain of products."""
    for node in line.expressions():
        if not is_op(node, ast.Mult):
            continue
        for one, minus in ((node.left, node.right), (node.right, node.left)):
            if is_op(minus, ast.Sub) and is_number(minus.left) and isinstance(minus.right, ast.Name | ast.Attribute | ast.Subscript):
                for factor in _factors(one):
                    if key(factor) != key(minus.right):
                        nearest = factor is one or (is_op(one, ast.Mult) and factor is one.right)
                        yield 0.65 if nearest else 0.95, "slope", {minus.right: written(ast.unparse(factor))}
                        yield 0.7 if nearest else 1.0, "operand", {factor: written(ast.unparse(minus.right))}
            if is_op(minus, ast.Sub) and is_number(minus.left) and is_op(minus.right, ast.Mult) and key(minus.right.left) != key(minus.right.right):
                yield 0.7, "slope", {minus.right.left: written(ast.unparse(minus.right.right))}
                yield 0.7, "slope", {minus.right.right: written(ast.unparse(minus.right.left))}


def _factors(node):
    if is_op(node, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node] if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else []


def normalisations(line, scope, text):
    """The gradient that goes back through a normalisation: (d - mean of d - h times the mean of d h) / spread, where the file takes a variance."""
    if not re.search(r"\.var\(|\.std\(|np\.var|np\.std", text) or not isinstance(line.node, ast.Assign | ast.Return) or line.node.value is None:
        return
    value = line.node.value
    here = dict.fromkeys(line.text(node) for node, _ in operands(value) if node in line.parents and line.text(node) in scope.arrays)
    axis = "axis=1" if re.search(r"\.(?:var|std)\(axis=1|(?:var|std)\([^()]*axis=1", text) else "axis=0"
    kept = ", keepdims=True" if re.search(r"(?:var|std)\([^()]*keepdims", text) else ""
    if not any(function_name(node) in ("mean", "sum") for node in ast.walk(value)):
        return
    hats = dict.fromkeys([t for t in (*here, *scope.arrays) if re.search(r"(?i)hat|norm|^n$|xn", t)] + list(here))
    below = next((line.text(node.right) for node in [value] if is_op(node, ast.Div) and node.right in line.parents), None)
    for d in here:
        for hat in hats:
            if d != hat:
                inner = f"{d} - {d}.mean({axis}{kept}) - {hat} * ({d} * {hat}).mean({axis}{kept})"
                yield 1.3, "normalisation", {value: written(f"({inner}) / {below}" if below else inner)}
