"""Which names a statement reads and sets, and whether the order of two statements matters."""

import ast

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, MODULES
from helpers.clinic.repair.places import enclosing


def touches_itself(statement):
    """Whether an assignment sets what it reads: W = W - rate * dW."""
    if not isinstance(statement, ast.Assign):
        return False
    targets = {ast.unparse(t) for target in statement.targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])}
    return bool(targets & {ast.unparse(node) for node in ast.walk(statement.value) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)})


def reads_and_sets(statement):
    """(names read, names set, whether it calls a learner's own code, which may do anything)."""
    reads, sets, calls = set(), set(), False
    for node in ast.walk(statement):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            name = _base(node)
            (sets if isinstance(node.ctx, ast.Store | ast.Del) else reads).add(name)
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and not (isinstance(function.value, ast.Name) and function.value.id in MODULES):
                if function.attr in ("append", "insert", "extend", "fill", "update", "pop"):
                    sets.add(_base(function.value))
                elif function.attr not in ARRAY_ATTRIBUTES:
                    calls = True
            elif isinstance(function, ast.Name) and function.id in ("setattr", "exec"):
                calls = True
    if isinstance(statement, ast.AugAssign):
        reads.add(_base(statement.target))
    return reads - MODULES - {"self"}, sets - {"self"}, calls


def _base(node):
    """The name of an array without its subscripts: self.W of self.W[k]."""
    while isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in ARRAY_ATTRIBUTES):
        node = node.value
    return ast.unparse(node)


def conflict(a, b):
    """Whether the order of two statements matters: one sets or changes what the other reads or sets, or both call what nobody knows."""
    (reads, sets, calls), (others, changes, called) = reads_and_sets(a), reads_and_sets(b)
    if sets & (others | changes) or changes & reads:
        return True
    attributes = any("." in name for name in sets | changes)
    return ((calls or called) and (attributes or (bool(sets) and bool(changes)))) or (calls and called)


def unset(source, statement, other, direction):
    """Whether a name would be read before any line has set it."""
    first, second = (statement, other) if direction == -1 else (other, statement)
    needed = {name for name in reads_and_sets(first)[0] & reads_and_sets(second)[1] if name.isidentifier()}
    if not needed:
        return False
    function, _ = enclosing(source.tree, statement)
    given = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    earlier = min(statement.lineno, other.lineno)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno < earlier:
            given.add(node.id)
    own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return bool((needed & own) - given)
