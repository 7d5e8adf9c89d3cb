"""A file as one run of statements: the body of `if __name__ == "__main__":` and of functions that train, put where they are called.

Nodes keep their line numbers, so what is compiled from them is still the learner's file. What cannot be put in place stays a call.
"""

import ast
import copy
from dataclasses import dataclass

from helpers.clinic.model.syntax import blocks, inside, links
from helpers.clinic.model.updates import adds_up, is_update, picked

DEEPEST = 4
"""How many calls are followed into each other: `main()` that calls `train()` that calls `epoch()`."""


@dataclass(frozen=True)
class Placed:
    """What was put in place: the names of functions whose bodies were, and whether those of `with`, `try` and `if` were."""

    functions: frozenset = frozenset()
    blocks: bool = False


def unrolled(tree, functions, chosen=None):
    """(statements, Placed).

    chosen : Placed
        What was put in place earlier, for the text with an edit: nothing else is.
    """
    body, used = _guards(tree.body), set()
    if chosen is not None and not chosen.functions:
        return (_opened(body, functions) if chosen.blocks else body), chosen
    defined = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    owners = {
        node.name: group.name for group in tree.body if isinstance(group, ast.ClassDef) for node in group.body if isinstance(node, ast.FunctionDef)
    }
    for _ in range(DEEPEST):
        calls = {id(one): _called(one, defined) for one in inside(body) if _called(one, defined)}
        wanted = {
            key: name
            for key, name in calls.items()
            if name not in used and (leads(defined[name], functions, defined) if chosen is None else name in chosen.functions)
        }
        if not wanted and chosen is None and not used:
            wanted = _entry(body, calls, functions, defined)
        body = _replaced(body, {key: defined[name] for key, name in wanted.items()}, owners)
        now = {name for key, name in wanted.items() if not any(id(one) == key for one in inside(body))}
        if not now:
            break
        used |= now
    if chosen is not None and not chosen.blocks:
        return body, chosen
    opened = _opened(body, functions)
    return opened, Placed(frozenset(used), [id(one) for one in inside(opened)] != [id(one) for one in inside(body)])


def _opened(body, functions):
    """The statements, with those of `with`, `try` and `if` round a training loop in their place."""
    found = []
    for statement in body:
        loops = [one for one in inside([statement]) if isinstance(one, (ast.For, ast.While)) and _trains(one, functions, body)]
        if isinstance(statement, (ast.With, ast.Try, ast.If)) and loops:
            branches = [block for block in blocks(statement) if any(one is loop for one in inside(block) for loop in loops)]
            found += [*_entered(statement), *_opened(branches[0], functions)]
        elif isinstance(statement, (ast.For, ast.While)) and any(one is not statement for one in loops):
            inner = _opened(statement.body, functions)
            if any(one is not two for one, two in zip(inner, statement.body, strict=False)):
                statement = copy.copy(statement)
                statement.body = inner
            found.append(statement)
        else:
            found.append(statement)
    return found


def _entered(statement):
    """What `with` does when it is entered."""
    for item in getattr(statement, "items", ()):
        entered = ast.Call(ast.Attribute(item.context_expr, "__enter__", ast.Load()), [], [])
        made = ast.Expr(entered) if item.optional_vars is None else ast.Assign([item.optional_vars], entered)
        yield ast.fix_missing_locations(ast.copy_location(made, statement))


def _guards(body):
    """The statements, with those below `if __name__ == "__main__":` in its place."""
    found = []
    for statement in body:
        found += statement.body if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test) else [statement]
    return found


def _called(statement, defined):
    """The file's function that a statement calls and does nothing else, or None: `train(X, y)`, `W, b = train(X, y)`, `net.fit(X)`."""
    call = getattr(statement, "value", None) if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)) else None
    if not isinstance(call, ast.Call):
        return None
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else None
    return name if name in defined else None


def _entry(body, calls, functions, defined):
    """Calls such as `main()` of a file whose own level updates nothing."""
    if any(is_update(one, functions) for one in inside(body) if id(one) not in calls):
        return {}
    return {
        id(one): calls[id(one)]
        for one in body
        if id(one) in calls and any(is_update(part, functions) for part in inside(defined[calls[id(one)]].body))
    }


def trains(function, functions):
    """Whether a function holds a loop of training: one that updates, again and again, something that is not picked by the loop itself."""
    seconds = links(function.body)
    loops = [one for one in inside(function.body) if isinstance(one, (ast.For, ast.While))]
    return any(_trains(loop, functions, function.body, seconds) for loop in loops)


def _trains(loop, functions, body, seconds=None):
    """The same of one loop in a body; what adds up numbers in a name that starts from one, such as the errors of units, trains nothing."""
    seconds = links(loop.body) if seconds is None else seconds
    return any(
        is_update(one, functions) and not adds_up(one, body) and not picked(one, loop, seconds) and _works(one, loop, functions)
        for one in inside(loop.body)
    )


def leads(function, functions, defined, deep=DEEPEST):
    """Whether a function trains, or calls one that does."""
    if trains(function, functions):
        return True
    names = {_called(one, defined) for one in inside(function.body)} - {None, function.name}
    return deep > 0 and any(leads(defined[name], functions, defined, deep - 1) for name in names)


def _works(update, loop, functions):
    """Whether an update in a loop takes what the loop has made, or does all by itself."""
    made = set()
    for one in inside(loop.body):
        if one is not update and not blocks(one):
            made |= functions.effects(one).binds | functions.effects(one).changes
    return bool(functions.effects(update).reads & made) or (len(loop.body) == 1 and isinstance(update, (ast.Expr, ast.Assign)))


def _replaced(body, functions, owners):
    """The statements, with the bodies of functions (by the id of the calling statement) in the place of the calls, where that can be done."""
    found = []
    for statement in body:
        function = functions.get(id(statement))
        placed = _placed(statement, function, owners.get(function.name)) if function else None
        if placed is not None:
            found += placed
            continue
        if any(id(one) in functions for block in blocks(statement) for one in inside(block)) and not isinstance(
            statement, (ast.FunctionDef, ast.ClassDef)
        ):
            statement = copy.copy(statement)
            for name in ("body", "orelse", "finalbody"):
                if getattr(statement, name, None):
                    setattr(statement, name, _replaced(getattr(statement, name), functions, owners))
        found.append(statement)
    return found


class _Private(ast.NodeTransformer):
    """self.__name of a class stands outside of it as self._Class__name."""

    def __init__(self, owner):
        self.owner = owner.lstrip("_")

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if node.attr.startswith("__") and not node.attr.endswith("__"):
            node.attr = f"_{self.owner}{node.attr}"
        return node


def _named_inside(function, owner):
    """A method with its private names as they are to be written outside of its class."""
    private = owner and any(isinstance(part, ast.Attribute) and part.attr.startswith("__") for part in ast.walk(function))
    return _Private(owner).visit(copy.deepcopy(function)) if private else function


def _placed(statement, function, owner):
    """The body of a function in the place of a call, or None: parameters become assignments, the last `return` what the call stood for."""
    bound = _bound(statement.value, function)
    unfit = (ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await)
    if bound is None or function.decorator_list or any(isinstance(part, unfit) for part in ast.walk(function)):
        return None
    function = _named_inside(function, owner)
    body = _left(function.body, loops=0)
    last = function.body[-1]
    if isinstance(last, ast.Return):
        body = body[:-1]
        if isinstance(statement, ast.Expr) and isinstance(last.value, ast.Call):  # what is returned goes nowhere, and what the call leaves counts
            body = [*body, ast.copy_location(ast.Expr(last.value), last)]
        if isinstance(statement, ast.Assign) and last.value is not None:
            body = body if _same(statement.targets, last.value) else [*body, ast.copy_location(ast.Assign(statement.targets, last.value), last)]
    own = [(name, value) for name, value in bound if not (isinstance(value, ast.Name) and value.id == name)]
    if own:
        target = ast.Tuple([ast.Name(name, ast.Store()) for name, _ in own], ast.Store())
        given = ast.Assign([target], ast.Tuple([value for _, value in own], ast.Load()))
        body = [given, *body]
    return [one if hasattr(one, "lineno") else ast.fix_missing_locations(ast.copy_location(one, statement)) for one in body]


def _same(targets, value):
    """Whether the names that take what a function returns are those that it returns."""
    return len(targets) == 1 and ast.unparse(targets[0]) == ast.unparse(value)


def _bound(call, function):
    """[(parameter, expression)] of a call, or None where stars or surplus arguments leave that open."""
    spec = function.args
    names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    given = ([call.func.value] if isinstance(call.func, ast.Attribute) else []) + call.args
    if spec.vararg or spec.kwarg or len(given) > len(names) or any(isinstance(one, ast.Starred) for one in given):
        return None
    values = dict(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
    values |= {one.arg: value for one, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value is not None}
    values |= dict(zip(names, given, strict=False))
    values |= {keyword.arg: keyword.value for keyword in call.keywords}
    names += [one.arg for one in spec.kwonlyargs]
    return None if set(values) != set(names) else [(name, values[name]) for name in names]


def _left(body, loops):
    """A body without `return` but at its end: in a loop it leaves the loop, which has one pass all the same."""
    found = []
    for statement in body:
        if isinstance(statement, ast.Return) and (loops or statement is not body[-1]):
            found.append(ast.copy_location(ast.Break() if loops else ast.Pass(), statement))
            continue
        if any(isinstance(part, ast.Return) for block in blocks(statement) for part in inside(block)) and not isinstance(
            statement, (ast.FunctionDef, ast.ClassDef)
        ):
            statement = copy.copy(statement)
            deeper = loops + isinstance(statement, (ast.For, ast.While))
            for name in ("body", "orelse", "finalbody"):
                if getattr(statement, name, None):
                    setattr(statement, name, _left(getattr(statement, name), deeper))
        found.append(statement)
    return found
