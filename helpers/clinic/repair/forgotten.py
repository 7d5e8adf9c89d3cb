"""What is computed and goes nowhere: a gradient without its update, a delta that is not handed on, a result that nobody takes.

A value that no line reads tells which line is missing: it is written like the line for another parameter, or hands the value on.
"""

import ast
import itertools
import re

from helpers.clinic.repair.entries import chain
from helpers.clinic.repair.nearness import related, role, words
from helpers.clinic.repair.places import operands
from helpers.clinic.repair.statements import indent_of, rows_of

MOST = 60
"""So many lines are offered after one statement."""

_MUTATING = frozenset(("append", "extend", "insert", "update", "pop", "fill"))


def forgotten_edits(line, scope, text, tree):
    """(cost, kind, changes) for each line that is missing after this statement."""
    statement = line.node
    yield from _results(line, scope)
    if isinstance(statement, ast.Assign | ast.AugAssign):
        rows = list(itertools.islice(_updates(line, scope, text, tree), MOST))
        yield from rows
    yield from _handed_on(line, scope, text)


# --- updates ---------------------------------------------------------------------------------------------------------


def _updates(line, scope, text, tree):
    """The update of another parameter by another gradient, written like this one, where that gradient is read nowhere."""
    statement = line.node
    pair = _parameter_and_gradient(statement)
    if pair is None or "\n" in line.segment:
        return
    (array, places), gradient = pair
    unread = [name for name in _unread(scope, tree) if name != gradient]
    if not unread:
        return
    for name, other in itertools.product(unread, _not_updated(scope, text, tree, array)):
        if role(other) == "gradient" or other == name:
            continue
        sure = _belongs(name, other)
        new = _renamed(line.segment, {gradient: name, array: other})
        if new is None or new == line.segment:
            continue
        for at, indices in _depths(statement, places, scope):
            yield from _line_after(at, _shortened(new, (name, other), places, indices), text, (0.9 if sure else 1.25) + 0.1 * (at is not statement))


def _parameter_and_gradient(statement):
    """((parameter, its indices), gradient) of W -= rate * dW and W = W - rate * dW; None for other statements."""
    target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    if isinstance(target, ast.Tuple | ast.List):
        return None
    base, indices = chain(target)
    inside = [chain(node) for node, _ in operands(statement.value)]
    names = list(dict.fromkeys(ast.unparse(node) for node, _ in inside))
    array = ast.unparse(base)
    if isinstance(statement, ast.Assign) and array not in names and not any(related(array, n) for n in names if role(n) != "gradient"):
        return None
    gradient = next((n for n in names if n != array and role(n) == "gradient"), None)
    return ((array, [ast.unparse(i) for i in indices]), gradient) if gradient else None


def _unread(scope, tree):
    """Names and attributes that sound like gradients, are set in the function or file, and are read nowhere."""
    found, read = {}, set()
    top = scope.owner if scope.owner is not None else scope.function
    for node in ast.walk(top):
        if isinstance(node, ast.Name | ast.Attribute):
            name = ast.unparse(node)
            if isinstance(node.ctx, ast.Load):
                read.add(name)
            elif role(name) == "gradient" and (isinstance(node, ast.Name) or name.startswith("self.")):
                found[name] = None
    stored = {ast.unparse(chain(n)[0]) for n in ast.walk(top) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)}
    made = {ast.unparse(t) for s in scope.statements if isinstance(s, ast.Assign) for part in s.targets for t in _parts(part)}
    for name in stored & made | {n for n in stored if n.startswith("self.")}:
        if role(name) == "gradient" and not _is_read(name, top):
            found[name] = None
            read.discard(name)
    return [name for name in found if name not in read]


def _is_read(name, top):
    """Whether a list of gradients is read, not only filled."""
    filled = {id(chain(n)[0]) for n in ast.walk(top) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)}
    return any(
        isinstance(n, ast.Name | ast.Attribute) and isinstance(n.ctx, ast.Load) and ast.unparse(n) == name and id(n) not in filled
        for n in ast.walk(top)
    )


def _parts(target):
    return target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _not_updated(scope, text, tree, array):
    """Names that the file knows and that the function does not change, those that sound like the updated one first."""
    changed = {ast.unparse(chain(t)[0]) for s in scope.statements for t in _targets(s)}
    known = (
        {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Name | ast.Attribute) and ast.unparse(n).startswith("self.")}
        if (scope.owner is not None)
        else set()
    )
    known |= {n.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    known |= {a.arg for a in ast.walk(scope.function) if isinstance(a, ast.arg)}
    inside = (n for s in scope.statements for n in ast.walk(s) if isinstance(n, ast.Name | ast.Attribute))
    known |= {ast.unparse(n) for n in inside if isinstance(n.ctx, ast.Load)}
    same = [n for n in known - changed - {array} if n.count(".") == array.count(".") and not n.endswith(".shape")]
    return sorted(same, key=lambda n: (not _sounds_alike(n, array), n))[:24]


def _targets(statement):
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target] if isinstance(statement, ast.AugAssign) else []
    return [part for target in targets for part in _parts(target)]


def _sounds_alike(name, array):
    return role(name) == "weight" or len(words(name)) == len(words(array))


def _belongs(gradient, array):
    """Whether a gradient is called after an array: gb of bs, nabla_w of weights."""
    mine = [w.lower() for w in words(gradient) if w.isalnum() and w not in ("self", "d", "g", "grad", "grads", "nabla", "delta")]
    theirs = [w.lower() for w in words(array) if w.isalnum() and w != "self"]
    last = mine[-1].lstrip("dg") or mine[-1] if mine else ""
    return bool(mine and theirs) and (mine == theirs or any(t == m or (t[:1] == last[:1] and last[:1] in "wbvuct") for m in mine for t in theirs))


def _renamed(own, names):
    """A line for other names, all at once."""
    pattern = "|".join(rf"(?<![\w.]){re.escape(name)}(?![\w])" for name in sorted(names, key=len, reverse=True))
    return re.sub(pattern, lambda match: names[match[0]], own)


def _depths(statement, indices, scope):
    """(statement after which the line goes, how many indices it keeps): also after the loop over the last index, with one index less."""
    yield statement, len(indices)
    at, left = statement, len(indices)
    while left > 1:
        loop = next((n for n in scope.statements if isinstance(n, ast.For) and n.body and any(part is at for part in n.body)), None)
        if loop is None or ast.unparse(loop.target) != indices[left - 1] or loop.body[-1] is not at:
            return
        at, left = loop, left - 1
        yield at, left


def _shortened(new, names, indices, left):
    """A line with fewer indices after its arrays."""
    for name in names:
        whole = name + "".join(f"[{i}]" for i in indices)
        new = new.replace(whole, name + "".join(f"[{i}]" for i in indices[:left])) if left < len(indices) else new
    return new


def _line_after(statement, new, text, cost):
    """The change that puts a line after a statement."""
    rows = rows_of(text, statement)
    try:
        ast.parse(new)
    except SyntaxError:
        return
    if rows is None:
        return
    eol = "\r\n" if "\r\n" in text else "\n"
    whole = f"{indent_of(text, statement)}{new}{eol}"
    yield cost, "missing line", ((rows[1], rows[1], whole if text[: rows[1]].endswith("\n") else eol + whole.rstrip()),)


# --- what nobody takes -----------------------------------------------------------------------------------------------


def _results(line, scope):
    """grad = layer.backward(grad) for layer.backward(grad)."""
    node = line.node
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return
    name = node.value.func.attr if isinstance(node.value.func, ast.Attribute) else ""
    if name in _MUTATING:
        return
    read = [part.id for part in node.value.args if isinstance(part, ast.Name)]
    for other in dict.fromkeys((*read, *(n for n in scope.arrays if n.isidentifier() and role(n) == "gradient"))):
        yield 0.9 if other in read else 1.1, "taken", ((line.start, line.start, f"{other} = "),)


def _handed_on(line, scope, text):
    """delta = previous, where `previous` is made in a loop, and no line takes it."""
    statement = line.node
    made = _made(statement)
    if made is None or rows_of(text, statement) is None:
        return
    read = {n.id for s in scope.statements for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    filled = {ast.unparse(n.func.value) for s in scope.statements for n in ast.walk(s) if _appends(n)}
    entries = (n for s in scope.statements for n in ast.walk(s) if isinstance(n, ast.Subscript))
    filled |= {ast.unparse(chain(n)[0]) for n in entries if isinstance(n.ctx, ast.Store)}
    if made in read and not (made in filled and not _taken(made, scope)):
        return
    others = [n for n in _carried(scope, statement) if n != made]
    for other in others[:6]:
        near = 0.0 if role(other) == "gradient" else 0.2
        yield from _line_after(_last_of(statement, scope), f"{other} = {made}", text, 0.95 + near)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            target = statement.targets[0]
            yield 0.9 + near, "target", ((line.start + line.span(target)[0], line.start + line.span(target)[1], other),)


def _made(statement):
    """The one name that a statement sets or fills."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        base, _ = chain(statement.targets[0])
        return base.id if isinstance(base, ast.Name) else None
    if isinstance(statement, ast.Expr) and _appends(statement.value) and isinstance(statement.value.func.value, ast.Name):
        return statement.value.func.value.id
    return None


def _appends(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATING


def _taken(made, scope):
    """Whether a list that is filled is read otherwise."""
    for statement in scope.statements:
        filling = {id(n.func.value) for n in ast.walk(statement) if _appends(n)}
        filling |= {id(chain(n)[0]) for n in ast.walk(statement) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)}
        for node in ast.walk(statement) if not isinstance(statement, ast.For | ast.While | ast.If | ast.With) else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == made and id(node) not in filling:
                return True
    return False


def _carried(scope, statement):
    """Names that the loops around a statement read, and that were set before it: what goes from pass to pass."""
    here = statement.lineno
    loops = [n for n in scope.statements if isinstance(n, ast.For | ast.While) and n.lineno < here <= n.end_lineno]
    if not loops:
        return []
    outer = loops[0]
    earlier = (n for s in scope.statements if s.lineno < outer.lineno for n in ast.walk(s) if isinstance(n, ast.Name))
    before = {n.id for n in earlier if isinstance(n.ctx, ast.Store)}
    before |= {a.arg for a in ast.walk(scope.function) if isinstance(a, ast.arg)}
    inside = [n.id for part in outer.body for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    found = [n for n in dict.fromkeys(inside) if n in before]
    return sorted(found, key=lambda n: role(n) != "gradient")


def _last_of(statement, scope):
    """The statement itself; of one that fills a list in a loop of its own, that loop."""
    appended = isinstance(statement, ast.Expr) or isinstance(getattr(statement, "targets", [None])[0], ast.Subscript)
    at = statement
    while appended:
        loop = next((n for n in scope.statements if isinstance(n, ast.For) and any(part is at for part in n.body)), None)
        made = _made(statement)
        if loop is None or any(isinstance(s, ast.Assign) and any(isinstance(t, ast.Name) and t.id == made for t in s.targets) for s in loop.body):
            return at
        at = loop
    return at
