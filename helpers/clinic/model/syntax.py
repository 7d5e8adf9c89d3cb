"""Small questions to a syntax tree."""

import ast

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def root(node):
    """The name at the bottom of `a.b[0].c`, or None."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def roots(node):
    """All names that an expression reads."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def free(node):
    """The names that an expression reads from outside: not those of its own comprehensions."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    return {part.id for part in names} - {part.id for part in names if isinstance(part.ctx, ast.Store)}


def inside(block):
    """Every statement of a block and of the blocks in it, not those of functions and classes, in the order of the text."""
    for statement in block:
        yield statement
        if not isinstance(statement, DEFINITIONS):
            for child in blocks(statement):
                yield from inside(child)


def blocks(statement):
    """The blocks that a statement holds."""
    found = [getattr(statement, name) for name in ("body", "orelse", "finalbody") if getattr(statement, name, None)]
    return found + [handler.body for handler in getattr(statement, "handlers", ())] + [case.body for case in getattr(statement, "cases", ())]


def links(block):
    """{name: names whose objects it may stand for or hold}: targets of loops, second names, lists of names."""
    found = {}
    for statement in inside(block):
        if isinstance(statement, ast.For):
            pairs = [(one, roots(through)) for one, through in _turned(statement.target, statement.iter)]
        elif isinstance(statement, ast.Assign):
            pairs = [(one, _held(value)) for target in statement.targets for one, value in _paired(target, statement.value)]
        else:
            continue
        for target, names in pairs:
            for name in roots(target) if names else ():
                found.setdefault(name, set()).update(names)
    return found


def _turned(target, through):
    """(target, what it runs through) of a loop; of `zip` and `enumerate` each with its own."""
    elements, called = getattr(target, "elts", ()), getattr(getattr(through, "func", None), "id", None)
    if called == "zip" and len(elements) == len(through.args) and not any(isinstance(part, ast.Starred) for part in (*elements, *through.args)):
        return [pair for one, part in zip(elements, through.args, strict=True) for pair in _turned(one, part)]
    if called == "enumerate" and len(elements) == 2 and through.args:
        return _turned(elements[1], through.args[0])
    return [(target, through)]


def _paired(target, value):
    """(target, value) of an assignment; of `a, b = X, y` each with its own."""
    many = (ast.Tuple, ast.List)
    if isinstance(target, many) and isinstance(value, many) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _held(value):
    """The names whose objects a value is, or holds as they are."""
    if isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
        return roots(value)
    parts = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", ())
    return {name for part in parts if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) for name in roots(part)}


def reached(name, links):
    """A name and all that it may stand for."""
    found, new = set(), {name}
    while new:
        found |= new
        new = {other for one in new for other in links.get(one, ())} - found
    return found
