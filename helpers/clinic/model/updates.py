"""Which statements look like the update of a parameter, and what they change."""

import ast
import builtins
import re

from helpers.clinic.model.guess import sized
from helpers.clinic.model.syntax import inside, reached, root, roots


def is_update(statement, functions):
    """Whether a statement looks like the update of something: `W -= …`, `W = W - …`, `W, b = step(W, b)`, `net.step()`."""
    if isinstance(statement, ast.AugAssign):
        return isinstance(statement.op, (ast.Add, ast.Sub)) and not isinstance(statement.value, (ast.Constant, ast.List, ast.Tuple))
    if isinstance(statement, ast.Assign):
        if calls(statement, functions):
            return True
        return any(_reads_itself(target, statement.value, functions) for target in statement.targets)
    return isinstance(statement, ast.Expr) and calls(statement, functions)


def adds_up(statement, body):
    """Whether a statement adds to a plain name that `body` sets to a number: `error += w * delta` after `error = 0.0`, `total += loss(x)`.

    With a rate or a number as a factor, as in `w += rate * x`, it may be an update all the same.
    """
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.op, ast.Add) or not isinstance(statement.target, ast.Name):
        return False
    if sized(statement):
        return False
    begun = [one for one in inside(body) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)]
    return any(isinstance(target, ast.Name) and target.id == statement.target.id for one in begun for target in one.targets)


def steps(statement, own):
    """Whether an update computes what it adds from the very name that it updates: `w -= 0.1 * grad(w)`, `w = sgd(w, X, y, 0.1)`."""
    value = statement.value
    if isinstance(statement, ast.AugAssign):
        return bool(own & roots(value))
    if not isinstance(statement, ast.Assign):
        return False
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return bool(_STEP.search(value.func.id)) and any(own & roots(part) for part in value.args)
    inner = [part for call in ast.walk(value) if isinstance(call, ast.Call) for part in call.args]
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) and any(own & roots(part) for part in inner)


_STEP = re.compile(r"(?i)(^|_)(sgd|step|update\w*|descen[td]|adam|train\w*|optimi[sz]e\w*|learn)($|_|\d)")


def calls(statement, functions):
    """Whether a statement calls a function of the file that updates something."""
    return any(functions.moving(part) for part in ast.walk(statement) if isinstance(part, ast.Call))


def _reads_itself(target, value, functions):
    """Whether a target becomes a sum, a difference or a result made of itself; not another form of it, as list(x) or x[order]."""
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            return any(_reads_itself(one, other, functions) for one, other in zip(target.elts, value.elts, strict=True))
        return isinstance(value, ast.Call) and any(_reads_itself(one, value, functions) for one in target.elts)
    own = ast.dump(target).replace("Store()", "Load()")

    def holds(node):
        return any(ast.dump(part) == own for part in ast.walk(node) if isinstance(part, type(target)))

    if isinstance(value, (ast.ListComp, ast.DictComp)):
        return holds(value) and any(_is_sum(part) for part in ast.walk(value))
    return any((_is_sum(part) or _is_step(part, functions)) and holds(part) for part in ast.walk(value))


def _is_sum(node):
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def _is_step(node, functions):
    """Whether it is a call that may give something else than it gets in another form: of the file's own function, or of one from elsewhere."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return not hasattr(builtins, node.func.id) or node.func.id in functions.roles
    name = getattr(node.func, "attr", None)
    return name in functions.methods or name in ("add", "subtract") or (root(node.func) not in functions.imported and bool(node.args))


def moved(statement, functions):
    """Names whose objects an update changes or binds anew."""
    found = functions.effects(statement)
    if isinstance(statement, ast.Assign) and not calls(statement, functions):
        return {name for target in statement.targets for name in _aimed(target)}  # not what its calls keep, such as caches
    return found.changes | found.binds


def _aimed(target):
    """The names that an assignment binds, or whose objects it changes."""
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return {root(part) for part in parts} - {None}


def beyond(statement, outside, declared, seconds, functions):
    """Whether an update reaches something that is not the function's own. A name bound anew is its own, unless it is declared global."""
    if isinstance(statement, ast.Assign) and all(isinstance(part, (ast.Name, ast.Tuple)) for part in statement.targets):
        names = functions.effects(statement).changes | (functions.effects(statement).binds & declared)
    else:
        names = moved(statement, functions)
    return any(reached(name, seconds) & (outside | declared) for name in names)


def picked(update, loop, seconds):
    """Whether a loop picks what an update changes, one parameter or layer after the other: `for k in …: W[k] -= …`, `for p, g in …: p -= …`."""
    if isinstance(update, (ast.Assign, ast.AugAssign)):
        aims = [update.target] if isinstance(update, ast.AugAssign) else list(update.targets)
        calls = [part for part in ast.walk(update.value) if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)]
    else:
        aims, calls = [], [part for part in ast.walk(update) if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)]
    aims = aims + [call.func.value for call in calls if not isinstance(update, ast.AugAssign)]
    names = set()
    for aim in aims:
        for name in roots(aim):
            names |= reached(name, seconds)
    return bool(names & _turning(loop))


def _turning(loop):
    """Names that change from pass to pass because of the loop itself: its targets, or what a `while` counts."""
    if isinstance(loop, ast.For):
        return roots(loop.target)
    counted = roots(loop.test)
    return {one.target.id for one in loop.body if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name) and one.target.id in counted}
