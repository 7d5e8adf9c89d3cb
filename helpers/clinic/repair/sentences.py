"""What one expression that becomes another says about the mistake: rules, each for one kind of change.

A rule takes the expression, what it becomes, the statement and the node above it, and gives (family, sentence), or None where it has nothing to say.
"""

import ast
import re

from helpers.clinic.repair.entries import chain
from helpers.clinic.repair.expressions import function_name, is_number, is_op, key, meaning, product_of, untransposed
from helpers.clinic.repair.habits import PENALTY, RATE
from helpers.clinic.repair.nearness import words as words_of
from helpers.clinic.repair.places import operands

_COUNT = re.compile(r"(?:\w+\.)?(?:m|n|N|M|B|bs|batch_?size|n_?samples|n_?examples|num_?\w*|samples|size|examples)$|len\(|\.shape\[|\.size$")


def say(node):
    """Code in a sentence."""
    return f"`{node if isinstance(node, str) else ast.unparse(node)}`"


def targets(statement):
    """What a statement assigns to, as written."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", statement)]
    return ", ".join(ast.unparse(t) for t in targets)


def _condition(a, b, statement, parent):
    if isinstance(statement, ast.For):
        return (
            "missing_term",
            f"The loop runs over {say(statement.iter)}: with {say(b)} in place of {say(a)} it reaches the layers that it should.",
        )
    if isinstance(statement, ast.If | ast.While):
        return (
            "missing_term",
            f"The condition {say(statement.test)} holds for other layers than it should: {say(b)} in place of {say(a)} picks the right ones.",
        )
    if (isinstance(parent, ast.IfExp) and parent.test is a) or (isinstance(a, ast.IfExp) and not isinstance(b, ast.BinOp)):
        return "missing_term", f"The condition picks the wrong value: {say(b)} in place of {say(a)}."
    return None


def _index(a, b, statement, parent):
    if isinstance(a, ast.Subscript) and isinstance(b, ast.Subscript):
        (one, mine), (other, meant) = chain(a), chain(b)
        if key(one) == key(other) and sorted(map(ast.dump, mine)) == sorted(map(ast.dump, meant)):
            return "transpose", f"The indices of {say(a)} are in the wrong order: the entry that is meant is {say(b)}."
        return None
    if not isinstance(parent, ast.Subscript) or parent.slice is not a:
        return None
    if isinstance(parent.value, ast.Attribute) and parent.value.attr == "shape":
        return "scale", f"{say(parent)} counts the wrong axis: it should be axis {ast.unparse(b)}."
    if isinstance(a, ast.Tuple) and isinstance(b, ast.Tuple) and len(a.elts) == len(b.elts):
        others = [(x, y) for x, y in zip(a.elts, b.elts, strict=True) if key(x) != key(y)]
        if len(others) == 1 and _one_off(*others[0]):
            x, y = others[0]
            return "wrong_layer", f"The index {say(x)} is one off in {say(parent)}: the entries that are meant are those at {say(y)}."
    if isinstance(a, ast.Slice | ast.Tuple) or isinstance(b, ast.Slice | ast.Tuple):
        return "wrong_layer", f"{say(parent)} is the wrong part of the array; the one that is meant is {say(_at(parent, b))}."
    if _one_off(a, b):
        return "wrong_layer", f"The index is one off: {say(parent)} belongs beside what is meant here, {say(_at(parent, b))}."
    return "wrong_layer", f"The index {say(a)} should be {say(b)} in {say(parent)}."


def _at(subscript, index):
    """The same array at another index."""
    return ast.Subscript(subscript.value, index, ast.Load())


def _one_off(a, b):
    """Whether two indices count from the same and are one step apart."""
    return not isinstance(a, ast.Slice) and _steps(a)[0] == _steps(b)[0] and abs(_steps(a)[1] - _steps(b)[1]) == 1


def _steps(index):
    """(what an index counts from, how many steps on): (l, -1) of l - 1, ("", 2) of 2."""
    if is_op(index, ast.Add, ast.Sub) and is_number(index.right):
        return ast.unparse(index.left), index.right.value * (1 if isinstance(index.op, ast.Add) else -1)
    if is_number(index):
        return "", index.value
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub) and is_number(index.operand):
        return "", -index.operand.value
    return ast.unparse(index), 0


def _factors_of_product(node):
    pair = product_of(node)
    if pair is None and function_name(node) == "outer" and len(node.args) == 2:
        pair = tuple(node.args)
    if pair is None and is_op(node, ast.Mult):
        pair = node.left, node.right
    return {meaning(untransposed(side) or side) for side in pair} if pair else None


def _transpose(a, b, statement, parent):
    plain = [meaning(untransposed(node) or node) for node in (a, b)]
    if plain[0] == plain[1] and meaning(a) != meaning(b):
        name = untransposed(b) or untransposed(a)
        if untransposed(b) is not None:
            return (
                "transpose",
                f"{say(name)} has to be transposed here: a product sums over the axis that its two sides share, and now that is the wrong one.",
            )
        return (
            "transpose",
            f"{say(name)} must not be transposed here: a product sums over the axis that its two sides share, and now that is the wrong one.",
        )
    sides = product_of(a), product_of(b)
    for i in (0, 1):
        if all(sides) and key(sides[0][i]) == key(sides[1][i]):
            return _transpose(sides[0][1 - i], sides[1][1 - i], statement, parent)
    if product_of(a) and product_of(b) and _factors_of_product(a) == _factors_of_product(b):
        return "transpose", f"{say(a)} has its sides in the wrong order or transposed wrongly; {say(b)} sums over the axis that it should."
    if function_name(a) == function_name(b) == "outer":
        if _factors_of_product(a) == _factors_of_product(b):
            return (
                "transpose",
                f"The outer product has one row for each entry of its first argument: {say(a)} is the transpose of {say(b)}.",
            )
        return None
    whole = function_name(a) == function_name(b) == "einsum" and key(a.args[0]) != key(b.args[0])
    if whole or (function_name(parent) == "einsum" and isinstance(a, ast.Constant)):
        return "transpose", f"The subscripts {say(a)} sum over the wrong axis, or put the result's axes in the wrong order."
    return None


def _kind(node):
    return (
        "outer product"
        if function_name(node) == "outer"
        else "product of matrices"
        if product_of(node)
        else "elementwise product"
        if is_op(node, ast.Mult)
        else None
    )


def _product(a, b, statement, parent):
    kinds = _kind(a), _kind(b)
    if None in kinds or kinds[0] == kinds[1] or _factors_of_product(a) != _factors_of_product(b):
        return None
    return "elementwise_vs_matmul", f"{say(a)} is an {kinds[0]}; what is needed is the {kinds[1]} {say(b)}.".replace("an product", "a product")


def _reduction(a, b, statement, parent):
    names = function_name(a), function_name(b)
    reductions = ("sum", "mean", "max", "min", "average")
    if names[0] in reductions and names[1] in reductions:
        if names[0] != names[1] and {names[0], names[1]} <= {"sum", "mean", "average"}:
            if names[0] == "sum":
                return "scale", f"{say(a)} adds up; the mean {say(b)} also divides by how many there are."
            return "scale", f"{say(a)} divides by how many there are; what is needed is the sum, {say(b)}."
        return "axis_or_keepdims", f"{say(a)} works along the wrong axis or leaves the wrong shape; {say(b)} keeps the axis of the units."
    if names[1] in ("sum", "mean") and _contains(b, a) and not is_number(a):
        return "axis_or_keepdims", f"The sum is missing: {say(a)} still has an axis over which {say(b)} adds up."
    if names[0] in ("sum", "mean") and _contains(a, b):
        return "axis_or_keepdims", f"{say(a)} adds up what has to stay apart: {say(b)}."
    if (isinstance(parent, ast.keyword) and parent.arg in ("axis", "keepdims")) or (
        isinstance(parent, ast.Call) and function_name(parent) in reductions and is_number(a)
    ):
        return "axis_or_keepdims", f"The sum or mean works along the wrong axis or leaves the wrong shape: {say(b)} in place of {say(a)}."
    if names[0] in ("reshape", "ravel", "flatten", "squeeze", "diag") or names[1] in ("reshape", "ravel"):
        return "broadcasting", f"{say(a)} has a shape that NumPy stretches to fit; {say(b)} has the shape that is meant."
    return None


def _contains(node, part):
    said = key(part)
    return any(key(n) == said for n in ast.walk(node) if isinstance(n, ast.expr))


def _sign(a, b, statement, parent):
    if is_op(a, ast.Sub) and is_op(b, ast.Sub) and key(a.left) == key(b.right) and key(a.right) == key(b.left):
        return "sign", f"{say(a)} has the wrong sign: it should be {say(b)}."
    if (
        isinstance(a, ast.BinOp)
        and isinstance(b, ast.BinOp)
        and {type(a.op), type(b.op)} == {ast.Add, ast.Sub}
        and key(a.left) == key(b.left)
        and key(a.right) == key(b.right)
    ):
        return "sign", f"The sign in front of {say(a.right)} is wrong: {say(b)} in place of {say(a)}."
    for node, other in ((a, b), (b, a)):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and key(node.operand) == key(other):
            return "sign", f"The sign is wrong: {say(b)} in place of {say(a)}."
    return ("sign", f"The sign is wrong: {say(b)} in place of {say(a)}.") if meaning(ast.UnaryOp(ast.USub(), a)) == meaning(b) else None


def _wrapped(a, b, statement, parent):
    """a becomes a with something more: a factor, a divisor, a term, a function."""
    if not isinstance(b, ast.BinOp):
        return _around(a, b)
    extra = _extra(a, b)
    if extra is None:
        return None
    op, parts = extra
    name = targets(statement) if isinstance(statement, ast.Assign | ast.AugAssign) else None
    what = say(a)
    if op in (ast.Add, ast.Sub):
        if any(PENALTY.match(ast.unparse(n)) for part in parts for n, _ in operands(part)):
            return (
                "missing_term",
                f"The penalty on the weights is part of the loss: its slope {say(parts[0])} belongs to the gradient, and the line leaves it out.",
            )
        return "missing_term", f"The term {say(parts[0])} is missing{f' in {say(name)}' if name else ''}."
    if any(_is_slope(part) for part in parts) or (len(parts) > 1 and _is_slope(_multiplied(parts))):
        slope = " * ".join(f"({ast.unparse(p)})" if isinstance(p, ast.Compare) or is_op(p, ast.Sub) else ast.unparse(p) for p in parts)
        return (
            "missing_term",
            f"The slope of the activation, {say(slope)}, is missing: by the chain rule a gradient that passes it is multiplied by its slope.",
        )
    return _scaled(op, parts, what, missing=True)


def _around(a, b):
    if isinstance(b, ast.Call) and len(b.args) == 1 and key(b.args[0]) == key(a):
        return "derivative_of_wrong_argument", f"{say(a)} stands where {say(b)} should."
    return None


def _extra(a, b):
    """(operator, parts) where b is a with more factors or terms; None otherwise."""
    said, parts, node = meaning(a), [], b
    while isinstance(node, ast.BinOp):
        if meaning(node.left) == said and isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub):
            return type(node.op), [*parts, node.right][::-1]
        if meaning(node.right) == said and isinstance(node.op, ast.Add | ast.Mult):
            return type(node.op), [*parts, node.left][::-1]
        if not isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub | ast.MatMult):
            return None
        parts.append(node.right)
        node = node.left
    return None


def _multiplied(parts):
    product = parts[0]
    for part in parts[1:]:
        product = ast.BinOp(product, ast.Mult(), part)
    return product


def _is_slope(node):
    """Whether an expression looks like the slope of an activation: (z > 0), a * (1 - a), 1 - a ** 2, slope(z), np.where(z > 0, 1, 0.01)."""
    if isinstance(node, ast.Compare):
        return True
    if is_op(node, ast.Sub) and is_number(node.left) and node.left.value == 1:
        return is_op(node.right, ast.Pow) or is_op(node.right, ast.Mult)
    if is_op(node, ast.Mult):
        return is_op(node.right, ast.Sub) and is_number(node.right.left) and meaning(node.left) == meaning(node.right.right)
    if isinstance(node, ast.Call):
        return function_name(node) == "where" or (
            len(node.args) == 1 and bool(re.search(r"slope|grad|deriv|prime|^d_?[a-z]|backward", function_name(node) or ""))
        )
    return False


def _scaled(op, parts, what, missing):
    text = ast.unparse(parts[0])
    names = [ast.unparse(node) for node, _ in operands(parts[0])] or [text]
    done = "divided by" if op is ast.Div else "multiplied by"
    if any(_COUNT.search(n) for n in (text, *names)) or is_number(parts[0]):
        sentence = (
            f"The value has to be {done} {say(text)} here."
            if missing
            else f"The value must not be {done} {say(text)} here: the factor is one too many."
        )
        return "scale", sentence
    if any(RATE.match(n) for n in names):
        return "scale", f"The learning rate {say(text)} {'is missing from this step' if missing else 'is one factor too many'}."
    if missing:
        return "missing_term", f"The factor {say(text)} is missing: the value has to be {done} it."
    return "missing_term", f"The value is {done} {say(text)}, which does not belong there."


def _unwrapped(a, b, statement, parent):
    """a becomes what is left of it without a factor, a divisor, a term or a function."""
    if isinstance(a, ast.Call) and len(a.args) == 1 and key(a.args[0]) == key(b):
        return "derivative_of_wrong_argument", f"{say(a)} applies {say(a.func)} where the value itself is meant, {say(b)}."
    extra = _extra(b, a) if isinstance(a, ast.BinOp) else None
    if extra is None:
        return None
    op, parts = extra
    if op in (ast.Add, ast.Sub):
        return "missing_term", f"The term {say(parts[0])} does not belong there."
    if any(_is_slope(part) for part in parts):
        return "wrong_derivative", f"The slope {say(parts[0])} is one factor too many here."
    return _scaled(op, parts, say(a), missing=False)


def _slope(a, b, statement, parent):
    """Changes inside slopes and of one slope for another."""
    compared = isinstance(a, ast.Compare) and isinstance(b, ast.Compare)
    if compared and type(a.ops[0]) is not type(b.ops[0]) and key(a.left) == key(b.left):
        return "wrong_derivative", f"The comparison is the wrong way round: the slope is not 0 where {say(b)}."
    if (_is_slope(a) and _is_slope(b)) or (is_op(a, ast.Sub) and is_number(a.left) and (_is_slope(b) or is_op(b, ast.Sub))):
        return "wrong_derivative", f"{say(a)} is not the slope here; {say(b)} is."
    if is_op(a, ast.Pow) != is_op(b, ast.Pow):
        return "wrong_derivative", f"The power is wrong: {say(b)} in place of {say(a)}."
    if isinstance(parent, ast.Compare | ast.Pow) or is_op(parent, ast.Pow) or (is_op(parent, ast.Sub) and is_number(parent.left)):
        if is_number(a) and is_number(b):
            return "wrong_derivative", f"In the formula of the slope {say(a)} should be {say(b)}."
        return "derivative_of_wrong_argument", f"The slope is taken at {say(a)}; it belongs to {say(b)}."
    if (
        isinstance(parent, ast.Call)
        and len(parent.args) == 1
        and any(part is a for part in parent.args)
        and re.search(r"slope|grad|deriv|prime|^d", function_name(parent) or "")
    ):
        return "derivative_of_wrong_argument", f"{say(parent.func)} is given {say(a)}; it should be given {say(b)}."
    if isinstance(statement, ast.Return) and statement.value is a and (_is_slope(b) or is_op(b, ast.Mult, ast.Sub)):
        return "wrong_derivative", f"{say(a)} is not the slope; {say(b)} is."
    return None


def _dtype(a, b, statement, parent):
    said = ast.unparse(b)
    if (function_name(a) or "").endswith("_like") and function_name(b) == function_name(a) and len(b.keywords) > len(a.keywords) and "float" in said:
        return "dtype", f"The buffer takes whole numbers from {say(a.args[0])} and cuts what is written into it; {say(b)} holds all digits."
    if (
        (re.search(r"float", said) and not re.search(r"float", ast.unparse(a)))
        or function_name(a) in ("astype", "int", "round")
        or is_op(a, ast.FloorDiv)
    ):
        return "dtype", f"{say(a)} holds whole numbers, and cuts what is put into it; {say(b)} holds all digits."
    if function_name(b) == "copy" or isinstance(b, ast.ListComp):
        return (
            "in_place",
            f"{say(a)} is the same array under another name: what changes one changes the other. The changed line makes arrays of its own.",
        )
    return None


def _number(a, b, statement, parent):
    if not (is_number(a) or (isinstance(a, ast.UnaryOp) and is_number(a.operand))):
        return None
    if isinstance(parent, ast.Subscript) and isinstance(parent.value, ast.Attribute) and parent.value.attr == "shape":
        return "scale", f"{say(parent)} counts the wrong axis: it should be axis {ast.unparse(b)}."
    if isinstance(parent, ast.Subscript | ast.Slice):
        return "wrong_layer", f"The index {say(a)} should be {say(b)}."
    return "scale", f"The factor {say(a)} should be {say(b)}."


def _softmax(a, b, statement, parent):
    """d * out * (1 - out) becomes out * (d - (d * out).sum(axis))."""
    total = b.right.right if is_op(b, ast.Mult) and is_op(b.right, ast.Sub) else None
    if function_name(total) != "sum" or not is_op(a, ast.Mult) or not _contains(total, b.left) or _contains(a, total):
        return None
    return (
        "wrong_derivative",
        f"{say(a)} takes the slope entry by entry; but the entries of {say(b.left)} sum to 1, so each depends on all they are made of: {say(b)}.",
    )


def _function(a, b, statement, parent):
    if isinstance(parent, ast.Call) and parent.func is a:
        if {getattr(a, "attr", ""), getattr(b, "attr", "")} <= {"ones", "zeros", "ones_like", "zeros_like"}:
            return "missing_term", f"{say(parent)} puts ones where there should be zeros, or zeros for ones: {say(b)}."
        return "wrong_derivative", f"{say(a)} is the wrong function here; it should be {say(b)}."
    if isinstance(a, ast.Call) and isinstance(b, ast.Call) and key(a.func) != key(b.func):
        return "wrong_derivative", f"{say(a)} should be {say(b)}."
    if isinstance(a, ast.Call) and isinstance(b, ast.Call):
        return "wrong_layer", f"The arguments of {say(a.func)} are wrong: {say(b)}."
    return None


def _operand(a, b, statement, parent):
    if not isinstance(a, ast.Name | ast.Attribute | ast.Subscript) or not isinstance(
        b, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BinOp
    ):
        index = isinstance(parent, ast.Subscript) and parent.slice is a
        return ("wrong_layer", f"The index {say(a)} takes the wrong layer's: it should be {say(b)}.") if index else None
    if _COUNT.match(ast.unparse(a)) and (_COUNT.search(ast.unparse(b)) or is_number(b)):
        return "scale", f"{say(a)} is not what this line has to count with; {say(b)} is."
    if is_op(b, ast.Mult, ast.Div, ast.Add, ast.Sub):
        return ("missing_term", f"{say(a)} alone is not enough: {say(b)}.") if _contains(b, a) else None
    if isinstance(parent, ast.Subscript) and parent.slice is a:
        return "wrong_layer", f"The index {say(a)} takes the wrong layer's: it should be {say(b)}."
    gradient = _gradient_sentence(a, b, statement, parent)
    return "wrong_layer", gradient or f"{say(a)} stands where {say(b)} should."


def _gradient_sentence(a, b, statement, parent):
    """The reason for another operand of a product of matrices: a weight's gradient is input times delta."""
    whole = parent if product_of(parent) or function_name(parent) == "outer" or is_op(parent, ast.Mult) else None
    if whole is None or not isinstance(statement, ast.Assign | ast.AugAssign):
        return None
    name = targets(statement)
    pair = product_of(whole) or (tuple(whole.args) if isinstance(whole, ast.Call) else (whole.left, whole.right))
    other = next((side for side in pair if side is not a and untransposed(side) is not a), None)
    if other is None:
        return None
    letters = [w for w in words_of(name) if w.isalpha()]
    weight = any(w in ("W", "w", "weights", "weight", "U", "V", "theta", "Theta") for w in letters)
    verb = "is multiplied by"
    if weight:
        why = "The gradient of a weight is its input times the delta of its output"
        return f"{why}: in {say(name)}, {say(untransposed(other) or other)} {verb} {say(a)} and should be by {say(b)}."
    return f"In {say(name)}, {say(untransposed(other) or other)} {verb} {say(a)}; it should be {say(b)}."


BUILDING = (_softmax, _transpose, _product, _reduction, _sign, _wrapped, _unwrapped)
"""Rules for whole expressions: where one of them has something to say, the parts are not looked at."""

RULES = (_condition, _index, *BUILDING, _slope, _dtype, _number, _function, _operand)
"""All rules, in the order in which they are asked."""
