"""Terms that are missing: the slope of a penalty that the loss has, and arrays that are added as they are."""

import ast
import functools
import re

from helpers.clinic.repair.expressions import binary, function_name, is_number, is_op, times, written
from helpers.clinic.repair.habits import RATE
from helpers.clinic.repair.nearness import distance, related, role, words
from helpers.clinic.repair.places import operands


def term_edits(line, scope, tree):
    """(cost, kind, {node: expression}) for terms that are missing."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.AugAssign | ast.Return | ast.AnnAssign) or not isinstance(value, ast.expr):
        return
    if isinstance(value, ast.Constant):
        return
    target = " ".join(line.text(t) for t in getattr(line.node, "targets", [getattr(line.node, "target", None)]) if t in line.parents)
    places = [(value, 0.0)] if not isinstance(value, ast.Tuple | ast.List) else [(part, 0.2) for part in value.elts if part in line.parents]
    strengths = list(strengths_of(tree, scope))
    penalised, already = penalised_in(tree), _already(scope)
    for place, more in places:
        if logarithms(tree) and not is_number(place):
            yield from ((1.3 + more, "term", {place: binary(place, ast.Add, written(f"1 / {n}"))}) for n in scope.counts[:3])
        for other in scope.arrays:
            if other == target or not (other.replace(".", "").replace("_", "").isalnum() or "[" in other):
                continue
            if role(other) != "gradient":
                likely = -0.25 if related(target, other) else 0.1
                likely += 0.0 if _own(other) in penalised or role(other) == "weight" else 0.35
                likely += ANOTHER * (other in already)
                for strength, cost in strengths:
                    yield cost + likely + more, "term", {place: binary(place, ast.Add, times(written(strength), written(other)))}
            if "[" not in other or role(other) == "gradient":
                yield 1.45 + more + (0.0 if role(other) == "gradient" else 0.35), "term", {place: binary(place, ast.Add, written(other))}
    yield from _added_slopes(line, scope, target)
    if is_op(value, ast.Mult) and isinstance(line.node, ast.AugAssign):  # rate * (gradient + penalty)
        for other in scope.arrays:
            if distance(target, other) < 0.1:
                right = value.right
                yield from ((c + 0.1, "term", {right: binary(right, ast.Add, times(written(s), written(other)))}) for s, c in strengths)


def _added_slopes(line, scope, target):
    """A slope inside a product or a call, plus another of the function: what flows back past a block, and joins what flows through it."""
    names = set(scope.arrays)
    slopes = [other for other in scope.arrays if other.isidentifier() and (role(other) == "gradient" or _after(other, names))]
    slopes = [other for other in slopes if other != target][:MOST]
    for node, parent in operands(line.node.value, line.node):
        inside = is_op(parent, ast.MatMult, ast.Mult) or isinstance(parent, ast.Call | ast.Attribute)
        if inside and node in line.parents and line.text(node) in slopes:
            for k, other in enumerate(other for other in slopes if other != line.text(node)):
                yield 1.2 + 0.01 * k, "term", {node: binary(node, ast.Add, written(other))}


def _after(name, names):
    """Whether a name is that of a slope in another array: de beside e."""
    return name[0] == "d" and name[1:].strip("_") in names


MOST = 16
"""So many slopes are added to another."""

ANOTHER = 0.7
"""What a penalty costs more for an array that has one in the function."""


def _already(scope):
    """Arrays that the function multiplies by the strength of a penalty."""
    found = set()
    for statement in scope.statements:
        for node in ast.walk(statement) if not hasattr(statement, "body") else ():
            if is_op(node, ast.Mult):
                names = {ast.unparse(n) for n, _ in operands(node)}
                if names & set(scope.penalties):
                    found |= names
    return found


def _own(text):
    return tuple(word.lower() for word in words(text) if word.isalnum() and word not in ("self", "p", "params", "parameters"))


def _squares(node):
    return (is_op(node, ast.Pow) and is_number(node.right) and node.right.value == 2) or function_name(node) == "square"


@functools.lru_cache(16)
def logarithms(tree):
    """Whether a file names the logarithm of a spread: its own slope in the loss is 1 for each example."""
    return bool(re.search(r"(?i)log_?(var|std|sigma|sd)|nll|\bsigma|likelihood", ast.unparse(tree)))


def penalised_in(tree):
    """The words of the names whose squares the file adds up."""
    found = set()
    for node in ast.walk(tree):
        if _squares(node):
            inside = node.left if isinstance(node, ast.BinOp) else node.args[0] if node.args else None
            if isinstance(inside, ast.Name | ast.Attribute | ast.Subscript):
                found.add(_own(ast.unparse(inside)))
    return found


def strengths_of(tree, scope):
    """(text, cost) of what a penalty's gradient multiplies the weights by: alpha for alpha / 2 * (W ** 2).sum() in the file's loss."""
    known = set()
    for node in ast.walk(tree):
        if is_op(node, ast.Mult) and any(_squares(n) for n in ast.walk(node.right)):
            text = _twice(node.left)
            if text and text not in known and {ast.unparse(n) for n, _ in operands(written(text))} & set(scope.penalties):
                known.add(text)
                yield text, 1.05
    for name in scope.penalties:
        sure = not known and any(_squares(node) for node in ast.walk(tree)) and not RATE.match(name)
        for text in (name, f"2 * {name}", *(f"{name} / {m}" for m in scope.counts[:2])):
            if text not in known and (not RATE.match(name) or not known):
                yield text, (1.1 if sure else 1.45)


def _twice(coefficient):
    """2 c, with its own twos and halves taken away: alpha / 2 → alpha, lam / (2 * m) → lam / m, 0.5 * alpha → alpha, lam → 2 * lam."""
    text = ast.unparse(coefficient)
    for half in (" / 2.0", " / 2", "0.5 * ", "1 / 2 * ", " * 0.5"):
        if half in text:
            return _read(text.replace(half, "", 1))
    if "/ (2 * " in text or "/ (2.0 * " in text:
        return _read(text.replace("(2 * ", "(", 1).replace("(2.0 * ", "(", 1))
    return f"2 * {text}" if not isinstance(coefficient, ast.Constant) else None


def _read(text):
    try:
        return ast.unparse(ast.parse(text, mode="eval"))
    except SyntaxError:
        return None
