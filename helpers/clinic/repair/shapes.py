"""Shapes of expressions, as far as the shapes of their names are known: what cannot be computed need not be tried."""

import ast

from helpers.clinic.repair.expressions import function_name, is_op, of_module, product_of, untransposed


class CannotBe(Exception):
    """No arrays of these shapes can be put together so."""


_ELEMENTWISE = frozenset(
    [
        "exp",
        "log",
        "tanh",
        "sqrt",
        "abs",
        "square",
        "maximum",
        "minimum",
        "where",
        "sign",
        "negative",
        "log1p",
        "expm1",
        "multiply",
        "add",
        "subtract",
        "divide",
        "power",
        "clip",
        "sinh",
        "cosh",
    ]
)
_LIKE = frozenset(["zeros_like", "ones_like", "copy", "astype"])


def shape_of(node, shapes):
    """The shape that an expression has, None where that is not known. shapes : {text: shape}. Raises CannotBe."""
    if isinstance(node, ast.Constant):
        return ()
    known = (
        shapes.get(getattr(node, "text", None)) or shapes.get(ast.unparse(node))
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
        else None
    )
    if known is not None:
        return tuple(known)
    below = untransposed(node)
    if below is not None:
        shape = shape_of(below, shapes)
        return None if shape is None else shape[::-1]
    pair = product_of(node)
    if pair:
        return _multiplied(*(shape_of(part, shapes) for part in pair), stretched=function_name(node) == "dot")
    if is_op(node, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.FloorDiv, ast.Mod):
        return broadcast(shape_of(node.left, shapes), shape_of(node.right, shapes))
    if isinstance(node, ast.Compare):
        shape = shape_of(node.left, shapes)
        for part in node.comparators:
            shape = broadcast(shape, shape_of(part, shapes)) if not isinstance(part, ast.Tuple | ast.List) else None
        return shape
    if isinstance(node, ast.UnaryOp):
        return shape_of(node.operand, shapes)
    if isinstance(node, ast.Call):
        return _called(node, shapes)
    return _children_can_be(node, shapes)


def _children_can_be(node, shapes):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            shape_of(child, shapes)


def _called(node, shapes):
    name = function_name(node)
    arguments = node.args if of_module(node.func) or not isinstance(node.func, ast.Attribute) else [node.func.value, *node.args]
    of = [shape_of(part, shapes) for part in arguments if not isinstance(part, ast.Starred)]
    if name in ("sum", "mean", "max", "min") and arguments and of[0] is not None:
        return _reduced(of[0], node, arguments[1:])
    if name == "outer" and len(of) == 2:
        sizes = [None if shape is None else _size(shape) for shape in of]
        return None if None in sizes else tuple(sizes)
    if name in _ELEMENTWISE and of and not node.keywords:
        shape = of[0]
        for other in of[1:]:
            shape = broadcast(shape, other)
        return shape
    return of[0] if name in _LIKE and of else None


def _size(shape):
    size = 1
    for n in shape:
        size *= n
    return size


def _reduced(shape, node, more):
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    axis = given.get("axis", more[0] if more else None)
    if axis is None:
        axes = set(range(len(shape)))
    elif isinstance(axis, ast.Constant) and isinstance(axis.value, int):
        axes = {axis.value}
    elif isinstance(axis, ast.UnaryOp) and isinstance(axis.operand, ast.Constant):
        axes = {-axis.operand.value}
    else:
        return None
    if any(not -len(shape) <= a < len(shape) for a in axes if a is not None):
        raise CannotBe
    axes = {a % len(shape) for a in axes} if shape else set()
    keeps = isinstance(kept := given.get("keepdims"), ast.Constant) and kept.value is True
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keeps or i not in axes)


def broadcast(a, b):
    """The shape of an elementwise result. Raises CannotBe."""
    if a is None or b is None:
        return None
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    out = list(longer)
    for i in range(1, len(shorter) + 1):
        m, n = longer[-i], shorter[-i]
        if m != n and 1 not in (m, n):
            raise CannotBe
        out[-i] = max(m, n) if 0 not in (m, n) else 0
    return tuple(out)


def _multiplied(a, b, stretched):
    if a is None or b is None:
        return None
    if () in (a, b):
        if stretched:
            return a or b
        raise CannotBe
    if len(a) > 2 or len(b) > 2:
        return None
    if a[-1] != (b[-2] if len(b) == 2 else b[0]):
        raise CannotBe
    return a[:-1] + (b[1:] if len(b) == 2 else ())
