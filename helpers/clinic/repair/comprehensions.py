"""What people get wrong inside [nb + dnb for nb, dnb in zip(...)]: a name that is left out, another of the same loop, a missing factor."""

import ast

from helpers.clinic.repair.entries import depths_in, entries, running
from helpers.clinic.repair.expressions import binary, is_op, over, times, written
from helpers.clinic.repair.places import operands
from helpers.clinic.repair.slopes import slopes_at


def comprehension_edits(line, scope):
    """(cost, kind, {node: expression}) for the elements of comprehensions."""
    for node in line.expressions():
        if not isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp) or node.elt not in line.parents:
            continue
        names = [name.id for part in node.generators for name in ast.walk(part.target) if isinstance(name, ast.Name)]
        here = [(place, line.text(place)) for place, _ in operands(node.elt) if place in line.parents]
        for name in names:
            for place, text in here:
                if text in names and text != name:
                    yield 0.95, "operand", {place: written(name)}
            if name not in {text for _, text in here}:
                yield 0.9, "term", {node.elt: binary(node.elt, ast.Add, written(name))}
                yield 1.0, "term", {node.elt: binary(written(name), ast.Add, node.elt)}
                yield 1.0, "term", {node.elt: binary(written(name), ast.Sub, node.elt)}
                yield 1.0, "factor", {node.elt: times(node.elt, written(name))}
        yield from _as_in_others(line, node, names, scope)
        yield from _of_elements(node, names, scope)
        for place in factor_places(node.elt):
            for count in scope.counts[:6]:
                yield 0.95, "factor", {place: over(place, written(count))}
            for rate in scope.rates[:3]:
                yield 0.95, "factor", {place: times(written(rate), place)}


def _as_in_others(line, node, names, scope):
    """[b - eta * nb for …] → [b - eta / n * nb for …], as in the comprehension for the weights."""
    mine = _step_of(node)
    for other in (part for one in scope.statements if one is not line.node and not hasattr(one, "body") for part in ast.walk(one)):
        theirs = _step_of(other) if isinstance(other, ast.ListComp) else None
        if mine is None or theirs is None or mine not in line.parents or ast.unparse(mine) == ast.unparse(theirs):
            continue
        own = {name.id for part in other.generators for name in ast.walk(part.target) if isinstance(name, ast.Name)}
        if not own & {name.id for name in ast.walk(theirs) if isinstance(name, ast.Name)}:
            yield 0.4, "sibling", {mine: written(ast.unparse(theirs))}


def _step_of(node):
    """The factor of a gradient in `w - rate * g`; None where an element is no step."""
    step = node.elt
    return step.right.left if is_op(step, ast.Sub) and is_op(step.right, ast.Mult) else None


def _of_elements(node, names, scope):
    """Factors and slopes of an element, in the names of its own loop: o * (1 - o) of `for o, t in zip(out, target)`, h[k] of `for k in range(n)`."""
    counts = [index for part in node.generators for index in running(part.target, part.iter)]
    depths = depths_in(scope.text)
    rows = {name: name for name, depth in depths.items() if depth <= len(counts) and (name in scope.known or name.startswith("self."))}
    arrays = [*(name for name in names if name not in counts), *entries(scope.text, rows, counts)[:16]]
    for place in (node.elt, *([node.elt.left, node.elt.right] if is_op(node.elt, ast.Div) else ())):
        for text in arrays:
            yield 1.2, "factor", {place: times(place, written(text))}
            for cost, slope in slopes_at(text, scope):
                yield 1.1 + cost, "slope", {place: times(place, slope)}


def factor_places(value):
    """Where a factor of an element goes: the element, what is added to it or taken from it."""
    yield value
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
        yield value.left
        yield value.right
