"""The same change in another statement: at the same place, with the other layer's names."""

import ast

from helpers.clinic.repair.expressions import written
from helpers.clinic.repair.places import operands
from helpers.clinic.repair.siblings import all_exist, carried, side_by_side, target_of, with_names


def transported(plan, line, there, known):
    """{node there: expression} for the same change at the same place of another statement; None where there is no such place.

    The names in it are carried over by what stands at the same places of both statements, and by what the targets differ in.
    """
    value, other = getattr(line.node, "value", None), getattr(there.node, "value", None)
    if value is None or other is None:
        return None
    same = {ast.unparse(a): ast.unparse(b) for a, b in side_by_side(value, other)}
    mine, theirs = target_of(line.node), target_of(there.node)
    carry = (carried(mine, theirs) if mine and theirs else None) or (lambda text: text)
    found = {}
    for node, new in plan.items():
        place = other if node is value else _counterpart(node, line, value, other)
        if place is None or place not in there.parents:
            return None
        moved = _moved(new, line, node, place, other, value, same, carry, known)
        if moved is None:
            return None
        found[place] = moved
    return found


def _path(node, line, root):
    """The way from a root down to a node: ((field, index), ...)."""
    way = []
    while node is not root:
        parent = line.parents.get(node)
        if parent is None:
            return None
        for name, value in ast.iter_fields(parent):
            if value is node:
                way.append((name, None))
            elif isinstance(value, list) and any(part is node for part in value):
                way.append((name, next(i for i, part in enumerate(value) if part is node)))
        node = parent
    return way[::-1]


def _counterpart(node, line, value, other):
    """The node at the same place of another expression of the same kind."""
    way = _path(node, line, value)
    mine = value
    for name, index in way or ():
        if type(mine) is not type(other):
            return None
        mine, other = getattr(mine, name), getattr(other, name, None)
        if index is not None:
            if not isinstance(other, list) or len(other) <= index:
                return None
            mine, other = mine[index], other[index]
        if other is None:
            return None
    return other if way is not None and (type(other) is type(node) or isinstance(node, ast.Name | ast.Attribute | ast.Subscript)) else None


def _moved(new, line, node, place, other, value, same, carry, known):
    """A new expression with the pieces of one statement replaced by those of the other."""
    if new in line.parents:
        return place if new is node else _counterpart(new, line, value, other)
    if isinstance(new, ast.Name | ast.Attribute | ast.Subscript) or hasattr(new, "text"):
        text = getattr(new, "text", None) or ast.unparse(new)
        names = {ast.unparse(n): same.get(ast.unparse(n), carry(ast.unparse(n))) for n, _ in operands(new)}
        if not all(all_exist(t, known) for t in names.values()):
            names = {name: t if all_exist(t, known) else name for name, t in names.items()}
        return written(ast.unparse(with_names(new, names))) if names else written(text)
    fields = {}
    for name, part in ast.iter_fields(new):
        if isinstance(part, list):
            part = [_moved(p, line, node, place, other, value, same, carry, known) if isinstance(p, ast.expr) else p for p in part]
            if None in part:
                return None
        elif isinstance(part, ast.expr):
            part = _moved(part, line, node, place, other, value, same, carry, known)
            if part is None:
                return None
        fields[name] = part
    return type(new)(**fields)
