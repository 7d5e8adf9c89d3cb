"""Where a statement stands, and the places of an expression where arrays and numbers stand."""

import ast

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, MODULES, function_name, is_op

_BUILTIN = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__) - {"input"}


def enclosing(tree, statement):
    """(the function or module that holds a statement directly, the class it belongs to or None)."""
    function, owner, at = tree, None, (statement.lineno, statement.col_offset)
    inside = True
    node = tree
    while inside:
        inside = False
        for child in _blocks(node):
            if (
                child is not statement
                and (child.lineno, child.col_offset) <= at
                and (child.end_lineno, child.end_col_offset) >= (statement.end_lineno, statement.end_col_offset)
            ):
                node, inside = child, True
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    function = child
                elif isinstance(child, ast.ClassDef):
                    owner = child
                break
    return function, owner


def _blocks(node):
    for name in ("body", "orelse", "finalbody", "handlers"):
        yield from getattr(node, name, ()) if isinstance(getattr(node, name, None), list) else ()


def statements_of(function):
    """Every statement of a function, without those of functions and classes inside it."""
    found, todo = [], list(_blocks(function))
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.stmt):
            found.append(node)
        todo = [*_blocks(node), *todo]
    return tuple(found)


def operands(node, parent=None):
    """(expression, parent) for each place of an expression where an array or number stands: names, attributes, subscripts."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        if isinstance(parent, ast.Call) and parent.func is node:
            if isinstance(node, ast.Attribute) and node.attr in ARRAY_ATTRIBUTES:
                yield from operands(node.value, node)
            return
        if isinstance(node, ast.Attribute):
            if node.attr in ARRAY_ATTRIBUTES:
                yield from operands(node.value, node)
                return
            if isinstance(node.value, ast.Name) and node.value.id in MODULES:
                return
        if isinstance(node, ast.Name) and (node.id in MODULES or node.id in _BUILTIN or node.id == "self"):
            return
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            yield node, parent
            return
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Attribute)
            and isinstance(node.value.value, ast.Name)
            and node.value.value.id in MODULES
        ):
            yield from operands(node.slice, node)  # np.c_[...]
            return
        yield node, parent
        if isinstance(node, ast.Subscript):
            if not isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
                yield from operands(node.value, node)
            yield from operands(node.slice, node)
        elif isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name):
            yield from operands(node.value, node) if not isinstance(node.value, ast.Attribute | ast.Subscript) else ()
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.arguments):
            yield from operands(child, node)


def own_parts(statement):
    """The expressions of a statement, without those of statements inside it."""
    return [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr | ast.keyword | ast.withitem)]


def product_like(value):
    """Whether a value is made by a product of matrices, so that it is an array."""
    return any(is_op(node, ast.MatMult) or function_name(node) in ("dot", "outer", "matmul", "einsum") for node in ast.walk(value))
