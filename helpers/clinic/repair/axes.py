"""Sums and means: over which axis, with which shape, and whether they stand there at all."""

import ast

from helpers.clinic.repair.expressions import attribute, function_name, is_op, key, number, of_module, times, written
from helpers.clinic.repair.places import operands

_REDUCTIONS = ("sum", "mean", "max", "min", "argmax", "argmin", "average")


def axis_edits(line, scope):
    """(cost, kind, {node: expression}) for each sum, mean and maximum, and for those that are missing."""
    for node in line.expressions():
        if function_name(node) in _REDUCTIONS and isinstance(node.func, ast.Attribute):
            yield from _reduction(node)
            yield from _products_inside(line, node, scope)
    yield from _all_at_once(line)
    yield from _missing(line, scope)


def _parts(node):
    """(function, array or None for a method, axis expression or None, keepdims or None, whether the axis has its name)."""
    arguments = node.args[1:] if of_module(node.func) else node.args
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    axis = arguments[0] if arguments else given.get("axis")
    return axis, given.get("keepdims"), bool(arguments)


def _remade(node, axis, keepdims, function=None, bare=False):
    """The call with another axis and keepdims; None leaves them out."""
    arguments = list(node.args[:1] if of_module(node.func) else ())
    other = [keyword for keyword in node.keywords if keyword.arg not in ("axis", "keepdims")]
    keywords = []
    if axis is not None:
        if bare:
            arguments.append(axis)
        else:
            keywords.append(ast.keyword("axis", axis))
    if keepdims is not None:
        keywords.append(ast.keyword("keepdims", keepdims))
    return ast.Call(function or node.func, arguments, keywords + other)


def _reduction(node):
    axis, keepdims, bare = _parts(node)
    name, true = function_name(node), written("True")
    keeps = isinstance(keepdims, ast.Constant) and keepdims.value is True
    value = _value(axis)
    options = [None, 0, 1] + ([] if value in (None, 0, 1) else [value]) + ([-1] if value == -1 else [])
    for other in dict.fromkeys(options):
        for keep in (keeps, not keeps):
            if (other is None and keep) or (other, keep) == (value, keeps):
                continue
            cost = 0.8 if keep == keeps and other is not None else 0.9 if other == value else 1.05
            yield cost, "axis", {node: _remade(node, None if other is None else number(other), true if keep else None, bare=bare)}
    swaps = {"sum": "mean", "mean": "sum", "max": "min", "min": "max", "average": "sum"}
    if name in swaps:
        function = (
            ast.Attribute(node.func.value, swaps[name], ast.Load())
            if not hasattr(node.func, "text")
            else written(node.func.text.replace(name, swaps[name]))
        )
        yield 0.85, "mean", {node: _remade(node, axis, keepdims, function, bare)}
        for other in (0, 1):
            if other != value:
                yield 1.2, "mean", {node: _remade(node, number(other), keepdims, function, bare)}
    yield 1.05, "sum", {node: node.args[0] if of_module(node.func) and node.args else node.func.value}


def _all_at_once(line):
    """Another axis in every sum and mean of the line."""
    calls = [node for node in line.expressions() if function_name(node) in ("sum", "mean") and isinstance(node.func, ast.Attribute)]
    if len(calls) > 1:
        for axis in (0, 1):
            for keep in (False, True):
                yield 1.05, "axis", {node: _remade(node, number(axis), written("True") if keep else None) for node in calls}


def _products_inside(line, node, scope):
    """(x * y).mean() for x.mean()."""
    inside = node.args[0] if of_module(node.func) and node.args else node.func.value
    here = {line.text(part) for root in line.roots() for part, _ in operands(root)}
    if inside in line.parents and isinstance(inside, ast.Name | ast.Attribute | ast.Subscript):
        for other in scope.arrays:
            yield (1.2 if other in here else 1.5), "factor", {inside: times(inside, written(other))}


def _value(axis):
    try:
        return ast.literal_eval(axis) if axis is not None else None
    except ValueError:
        return "?"


def _missing(line, scope):
    """A sum round the whole value or round a numerator, written as the function's other sums are."""
    if not isinstance(line.node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        return
    styles = list(_styles(scope))
    for place, cost in _summable(line):
        for style in styles if not isinstance(place, ast.Constant) else ():
            yield cost, "sum", {place: style(place)}


def _summable(line):
    for root in line.roots():
        if isinstance(root, ast.Tuple | ast.List):
            yield from ((part, 1.35) for part in root.elts if part in line.parents)
            continue
        yield root, 1.15
        while is_op(root, ast.Div, ast.Mult):
            side = root.left if is_op(root, ast.Div) or not isinstance(root.left, ast.Name | ast.Constant) else root.right
            yield side, 1.2
            root = side
        if isinstance(root, ast.Call):
            yield from ((part, 1.4) for part in root.args[:1] if part in line.parents and function_name(root) == "append")


def _styles(scope):
    """Functions that put a sum round an expression: first those that the function itself uses, then the usual ones."""
    seen = set()
    for statement in scope.statements:
        for node in ast.walk(statement):
            if function_name(node) in ("sum", "mean") and isinstance(node.func, ast.Attribute) and "axis" in {k.arg for k in node.keywords}:
                like = key(ast.Call(ast.Name(function_name(node)), [], node.keywords)), of_module(node.func)
                if like not in seen:
                    seen.add(like)
                    yield _styled(node, node.keywords)
    module = scope.sums == "np.sum"
    for axis in (0, 1):
        for keep in (False, True):
            keywords = [ast.keyword("axis", number(axis)), *([ast.keyword("keepdims", written("True"))] if keep else ())]
            like = key(ast.Call(ast.Name("sum"), [], keywords)), module
            if like not in seen:
                seen.add(like)
                yield _styled(None, keywords, module)
    yield _styled(None, [], module)


def _styled(node, keywords, module=False):
    name = function_name(node) if node is not None else "sum"
    keywords = [ast.keyword(k.arg, written(ast.unparse(k.value))) for k in keywords]
    if of_module(node.func) if node is not None else module:
        function = written(ast.unparse(node.func) if node is not None else "np.sum")
        return lambda place: ast.Call(function, [place], keywords)
    return lambda place: ast.Call(attribute(place, name), [], keywords)
