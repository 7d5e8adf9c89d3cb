"""What people get wrong inside [nb + dnb for nb, dnb in zip(...)]: a name that is left out, another of the same loop, a missing factor."""

import ast

from helpers.clinic.repair.expressions import binary, over, times, written
from helpers.clinic.repair.places import operands


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
        for place in factor_places(node.elt):
            for count in scope.counts[:6]:
                yield 0.95, "factor", {place: over(place, written(count))}
            for rate in scope.rates[:3]:
                yield 0.95, "factor", {place: times(written(rate), place)}


def factor_places(value):
    """Where a factor of an element goes: the element, what is added to it or taken from it."""
    yield value
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
        yield value.left
        yield value.right
