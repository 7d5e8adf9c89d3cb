"""The loss of one pass, where a script's loss is known only after the loop in which its parameters move: a mean over the examples, mostly."""

import ast
import copy

from helpers.clinic.model.syntax import inside, roots


def restated(tree, split, places=()):
    """(expression for one pass, what was done in words), or None where nothing was to be done or nothing can be.

    `loss = total / n` after a loop with `total += value` becomes `value`, as does `np.mean(losses)` after `losses.append(value)`;
    anything else that is set after the loop becomes the expression that it is set to, and so do the names in it. places : all of the script's.
    """
    body, done = split.loops[-1].body if split.loops else (), {}
    for statement in split.after:
        if _sets_name(statement):
            name, value = statement.targets[0].id, statement.value
            done[name] = _collected(value, body) or _opened(value, _later(statement, split, places))
    done = {name: value for name, value in done.items() if name in roots(tree)}
    if not done:
        return None
    again = _Instead(done).visit(copy.deepcopy(tree))
    words = ", ".join(f"{name} for one pass is {ast.unparse(value)}" for name, value in done.items())
    return ast.fix_missing_locations(again), f"The parameters move before {' and '.join(done)} is known: {words}."


def _sets_name(statement):
    return isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)


def _later(statement, split, places):
    """The assignments of names behind the training loop and above a statement, the last one first."""
    orders = {id(place.statement): place for place in places}
    if not split.loops or id(statement) not in orders:
        return []
    begin, end = orders[id(split.loops[-1])], orders[id(statement)]
    last = max((place.order for place in places if split.loops[-1] in place.loops), default=begin.order)
    between = [place for place in reversed(places) if last < place.order < end.order and place.loops == end.loops]
    return [place.statement for place in between if _sets_name(place.statement)]


def _opened(value, later):
    """An expression without the names that are set behind the loop: what they are set to stands there."""
    for statement in later:
        name = statement.targets[0].id
        if name in roots(value):
            value = _Instead({name: statement.value}).visit(copy.deepcopy(value))
    return ast.fix_missing_locations(value)


def _collected(value, body):
    """What a pass adds to a sum, or appends to a list, of which `value` is made; None where there is not exactly one."""
    found = []
    for statement in inside(body):
        name, part = _adds(statement)
        if name in roots(value):
            found.append(part)
    return found[0] if len(found) == 1 else None


def _adds(statement):
    """(name, what is added) of `total += value` and `losses.append(value)`."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    call = getattr(statement, "value", None)
    if not isinstance(statement, ast.Expr) or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None, None
    appends = call.func.attr == "append" and len(call.args) == 1 and isinstance(call.func.value, ast.Name)
    return (call.func.value.id, call.args[0]) if appends else (None, None)


class _Instead(ast.NodeTransformer):
    def __init__(self, values):
        self.values = values

    def visit_Name(self, node):
        return copy.deepcopy(self.values.get(node.id, node))
