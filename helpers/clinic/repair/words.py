"""What a change of the learner's line says about the mistake: its family, and a sentence in the learner's own names.

The sentences say what the line does and what the changed line does instead; the reason is given only where it holds whatever the network is.
"""

import ast
import re

from helpers.clinic.repair.expressions import function_name, is_number, is_op, key, meaning, product_of, untransposed
from helpers.clinic.repair.nearness import words as words_of
from helpers.clinic.repair.scope import PENALTY, RATE, operands

_COUNT = re.compile(r"(?:\w+\.)?(?:m|n|N|M|B|bs|batch_?size|n_?samples|n_?examples|num_?\w*|samples|size|examples)$|len\(|\.shape\[|\.size$")


def explained(edit, after=None):
    """(family, sentence) of an Edit, or of a statement's text before and after.

    The family is one of `helpers.clinic.network.findings.FAMILIES`, "none" where the change fits none of them.
    """
    kind, before = (edit.kind, edit.before) if after is None else ("", edit)
    if after is None and kind in _WHOLE:
        return _WHOLE[kind](edit)
    try:
        old, new = _parsed(before), _parsed(edit.after if after is None else after)
    except (SyntaxError, ValueError, AttributeError, IndexError):
        return "none", "The line is changed as shown."
    if kind.split(" in ")[0] in _WHOLE:
        return _WHOLE[kind.split(" in ")[0]](edit)
    return _statements(old, new)


def _parsed(text):
    """The first statement of a text, one that holds others without them."""
    text = text.strip().splitlines()[0] if "\n" in text and ":" not in text.splitlines()[0] and _alone(text.strip().splitlines()[0]) else text.strip()
    text = text[2:] if text.startswith("elif") else text
    return ast.parse(text + " pass" if text.endswith(":") else text).body[0]


def _alone(row):
    try:
        ast.parse(row)
    except SyntaxError:
        return False
    return True


def _say(node):
    return f"`{node if isinstance(node, str) else ast.unparse(node)}`"


# --- changes of a whole statement --------------------------------------------------------------------------------------------


def _order(edit):
    done = re.sub(r"^move ", "", edit.words)
    target = re.match(r"\s*([\w.\[\]'\" -]+?)\s*(?:[-+*/]?=)(?!=)", edit.before)
    changed = re.findall(r"(?m)^\s*([\w.]+(?:\[[^\]]*\])?)\s*[-+*/]=", edit.before)
    what = changed[0] if changed else target[1] if target else None
    why = (
        f"{_say(what)} is changed before another line has read its old value"
        if changed
        else "a value is read before, or after, the line that it belongs with"
    )
    return "update_order", f"The order of the lines matters here: {why}. {_capital(done)}: {_after_words(edit.words)}"


def _after_words(words):
    return (
        "then every line reads what the forward pass used."
        if words.startswith(("move", "compute", "exchange"))
        else "then it is done when it should be."
    )


def _capital(text):
    return text[:1].upper() + text[1:]


def _dedented(edit):
    return "update_order", f"These lines are carried out in each pass of a loop or condition to which they do not belong: {edit.words}."


def _indented(edit):
    return "update_order", f"These lines belong inside: as they stand they are carried out once, after the last pass. {_capital(edit.words)}."


def _assignment(edit):
    old, new = (_parsed(text) for text in (edit.before, edit.after))
    target = _say(old.target if isinstance(old, ast.AugAssign) else old.targets[0])
    if isinstance(old, ast.AugAssign) and isinstance(new, ast.AugAssign):
        if isinstance(old.op, ast.Add | ast.Sub) and isinstance(new.op, ast.Add | ast.Sub):
            return "sign", f"The step goes the wrong way: {target} has to {'fall' if isinstance(new.op, ast.Sub) else 'grow'} by this value."
        return (
            "scale",
            f"{target} is {'divided' if isinstance(new.op, ast.Div) else 'multiplied'} here in the changed line, and the opposite in yours.",
        )
    if isinstance(new, ast.AugAssign):
        return "missing_term", f"`=` puts this value in place of what {target} holds; the changed line adds to it."
    return "missing_term", f"{target} holds a value already, and this line changes that instead of setting it anew."


def _in_place(edit):
    target = _parsed(edit.before)
    name = _say(target.target) if isinstance(target, ast.AugAssign) else "the array"
    return (
        "in_place",
        f"This line writes into the array itself, and every other name for the same array changes too; the changed line gives {name} a new one.",
    )


def _removed(edit):
    return "scale" if re.search(
        r"[/*]=", edit.before
    ) else "none", f"The line {_say(edit.before.strip())} is one too many: without it the gradients are right."


def _missing(edit):
    added = [row.strip() for row in edit.after.splitlines() if row.strip() and row.strip() not in edit.before]
    return "missing_term", f"There is no line {_say(added[0] if added else edit.after)}: what it should set is never set."


def _copied(edit):
    if edit.plan is None:
        name = edit.after.split("=")[0].strip()
        kind = "dtype" if "astype" in edit.after else "in_place"
        return kind, f"The lines below write into {_say(name)}, which the caller still uses; they need an array of their own."
    return "in_place", "Both names stand for one array: what changes one of them changes the other. The changed line makes a copy."


_WHOLE = {
    "order": lambda edit: _order(edit) if edit.plan is None else _statements(_parsed(edit.before), _parsed(edit.after)),
    "dedent": _dedented, "indent": _indented, "assignment": _assignment,
    "in place": lambda edit: _in_place(edit) if edit.plan is None else _statements(_parsed(edit.before), _parsed(edit.after)),
    "left out": _removed, "missing line": _missing, "copy": _copied,
}  # fmt: skip


# --- changes of expressions --------------------------------------------------------------------------------------------------


def _statements(old, new):
    changed = []
    for name in ("value", "test", "iter"):
        a, b = getattr(old, name, None), getattr(new, name, None)
        if isinstance(a, ast.expr) and isinstance(b, ast.expr):
            changed += _pairs(a, b, old, old)
    if not changed:
        if type(old) is not type(new) and isinstance(old, ast.Assign | ast.AugAssign) and isinstance(new, ast.Assign | ast.AugAssign):
            return "missing_term", "The line sets the array anew where it should add to it, or the other way round."
        return "wrong_layer", f"The line sets {_say(_targets(old))}, and should set {_say(_targets(new))}."
    told = {}
    for a, b, parent in changed:  # one name for another at several places is one mistake, told by the place that says most
        said = (key(a), key(b))
        family, sentence = _change(a, b, old, parent)
        if said not in told or told[said][0] == "wrong_layer":
            told[said] = family, sentence
    return next(iter(told.values()))[0], " ".join(dict.fromkeys(sentence for _, sentence in told.values()))


def _pairs(a, b, statement, parent):
    """[(expression, what it becomes, the node above it)]: the smallest parts of two expressions that have something to say."""
    if key(a) == key(b):
        return []
    if type(a) is not type(b) or any(rule(a, b, statement, parent) for rule in (_transpose, _product, _reduction, _sign, _wrapped, _unwrapped)):
        return [(a, b, parent)]
    found = []
    for name in a._fields:
        mine, new = getattr(a, name, None), getattr(b, name, None)
        if isinstance(mine, ast.expr) and isinstance(new, ast.expr):
            found += _pairs(mine, new, statement, a)
        elif isinstance(mine, list) and isinstance(new, list) and len(mine) == len(new):
            for x, y in zip(mine, new, strict=True):
                if isinstance(x, ast.keyword) and isinstance(y, ast.keyword) and x.arg == y.arg:
                    found += _pairs(x.value, y.value, statement, x)
                elif isinstance(x, ast.expr) and isinstance(y, ast.expr):
                    found += _pairs(x, y, statement, a)
                elif key(x) != key(y):
                    return [(a, b, parent)]
        elif name not in ("ctx", "kind") and key(mine) != key(new):
            return [(a, b, parent)]
    return found if len(found) <= 3 else [(a, b, parent)]


def _targets(statement):
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", statement)]
    return ", ".join(ast.unparse(t) for t in targets)


def _change(a, b, statement, parent):
    """(family, sentence) for an expression a that becomes b."""
    for rule in (_condition, _transpose, _product, _reduction, _sign, _wrapped, _unwrapped, _slope, _dtype, _number, _function, _operand):
        told = rule(a, b, statement, parent)
        if told:
            return told
    family = "wrong_layer" if isinstance(b, ast.Name | ast.Attribute | ast.Subscript) else "none"
    return family, f"{_say(a)} stands where {_say(b)} should."


def _condition(a, b, statement, parent):
    if isinstance(statement, ast.For):
        return (
            "missing_term",
            f"The loop runs over {_say(statement.iter)}: with {_say(b)} in place of {_say(a)} it reaches the layers that it should.",
        )
    if isinstance(statement, ast.If | ast.While):
        return (
            "missing_term",
            f"The condition {_say(statement.test)} holds for other layers than it should: {_say(b)} in place of {_say(a)} picks the right ones.",
        )
    if (isinstance(parent, ast.IfExp) and parent.test is a) or (isinstance(a, ast.IfExp) and not isinstance(b, ast.BinOp)):
        return "missing_term", f"The condition picks the wrong value: {_say(b)} in place of {_say(a)}."
    return None


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
                f"{_say(name)} has to be transposed here: a product sums over the axis that its two sides share, and now that is the wrong one.",
            )
        return (
            "transpose",
            f"{_say(name)} must not be transposed here: a product sums over the axis that its two sides share, and now that is the wrong one.",
        )
    if product_of(a) and product_of(b) and _factors_of_product(a) == _factors_of_product(b):
        return "transpose", f"{_say(a)} has its sides in the wrong order or transposed wrongly; {_say(b)} sums over the axis that it should."
    if function_name(a) == function_name(b) == "outer":
        if _factors_of_product(a) == _factors_of_product(b):
            return (
                "transpose",
                f"The outer product has one row for each entry of its first argument: {_say(a)} is the transpose of {_say(b)}.",
            )
        return None
    if function_name(a) == function_name(b) == "einsum" or (function_name(parent) == "einsum" and isinstance(a, ast.Constant)):
        return "transpose", f"The subscripts {_say(a)} sum over the wrong axis, or put the result's axes in the wrong order."
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
    return "elementwise_vs_matmul", f"{_say(a)} is an {kinds[0]}; what is needed is the {kinds[1]} {_say(b)}.".replace("an product", "a product")


def _reduction(a, b, statement, parent):
    names = function_name(a), function_name(b)
    reductions = ("sum", "mean", "max", "min", "average")
    if names[0] in reductions and names[1] in reductions:
        if names[0] != names[1] and {names[0], names[1]} <= {"sum", "mean", "average"}:
            if names[0] == "sum":
                return "scale", f"{_say(a)} adds up; the mean {_say(b)} also divides by how many there are."
            return "scale", f"{_say(a)} divides by how many there are; what is needed is the sum, {_say(b)}."
        return "axis_or_keepdims", f"{_say(a)} works along the wrong axis or leaves the wrong shape; {_say(b)} keeps the axis of the units."
    if names[1] in ("sum", "mean") and _contains(b, a):
        return "axis_or_keepdims", f"The sum is missing: {_say(a)} still has an axis over which {_say(b)} adds up."
    if names[0] in ("sum", "mean") and _contains(a, b):
        return "axis_or_keepdims", f"{_say(a)} adds up what has to stay apart: {_say(b)}."
    if (isinstance(parent, ast.keyword) and parent.arg in ("axis", "keepdims")) or (
        isinstance(parent, ast.Call) and function_name(parent) in reductions and is_number(a)
    ):
        return "axis_or_keepdims", f"The sum or mean works along the wrong axis or leaves the wrong shape: {_say(b)} in place of {_say(a)}."
    if names[0] in ("reshape", "ravel", "flatten", "squeeze", "diag") or names[1] in ("reshape", "ravel"):
        return "broadcasting", f"{_say(a)} has a shape that NumPy stretches to fit; {_say(b)} has the shape that is meant."
    return None


def _contains(node, part):
    said = key(part)
    return any(key(n) == said for n in ast.walk(node) if isinstance(n, ast.expr))


def _sign(a, b, statement, parent):
    if is_op(a, ast.Sub) and is_op(b, ast.Sub) and key(a.left) == key(b.right) and key(a.right) == key(b.left):
        return "sign", f"{_say(a)} has the wrong sign: it should be {_say(b)}."
    if (
        isinstance(a, ast.BinOp)
        and isinstance(b, ast.BinOp)
        and {type(a.op), type(b.op)} == {ast.Add, ast.Sub}
        and key(a.left) == key(b.left)
        and key(a.right) == key(b.right)
    ):
        return "sign", f"The sign in front of {_say(a.right)} is wrong: {_say(b)} in place of {_say(a)}."
    for node, other in ((a, b), (b, a)):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and key(node.operand) == key(other):
            return "sign", f"The sign is wrong: {_say(b)} in place of {_say(a)}."
    return ("sign", f"The sign is wrong: {_say(b)} in place of {_say(a)}.") if meaning(ast.UnaryOp(ast.USub(), a)) == meaning(b) else None


def _wrapped(a, b, statement, parent):
    """a becomes a with something more: a factor, a divisor, a term, a function."""
    if not isinstance(b, ast.BinOp):
        return _around(a, b)
    extra = _extra(a, b)
    if extra is None:
        return None
    op, parts = extra
    name = _targets(statement) if isinstance(statement, ast.Assign | ast.AugAssign) else None
    what = _say(a)
    if op in (ast.Add, ast.Sub):
        if any(PENALTY.match(ast.unparse(n)) for part in parts for n, _ in operands(part)):
            return (
                "missing_term",
                f"The penalty on the weights is part of the loss: its slope {_say(parts[0])} belongs to the gradient, and the line leaves it out.",
            )
        return "missing_term", f"The term {_say(parts[0])} is missing{f' in {_say(name)}' if name else ''}."
    if any(_is_slope(part) for part in parts) or (len(parts) > 1 and _is_slope(_multiplied(parts))):
        slope = " * ".join(f"({ast.unparse(p)})" if isinstance(p, ast.Compare) or is_op(p, ast.Sub) else ast.unparse(p) for p in parts)
        return (
            "missing_term",
            f"The slope of the activation, {_say(slope)}, is missing: by the chain rule a gradient that passes it is multiplied by its slope.",
        )
    return _scaled(op, parts, what, missing=True)


def _around(a, b):
    if isinstance(b, ast.Call) and len(b.args) == 1 and key(b.args[0]) == key(a):
        return "derivative_of_wrong_argument", f"{_say(a)} stands where {_say(b)} should."
    return None


def _extra(a, b):
    """(operator, parts) where b is a with more factors or terms; None otherwise."""
    said, parts, node = meaning(a), [], b
    while isinstance(node, ast.BinOp):
        if meaning(node.left) == said:
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
        say = (
            f"The value has to be {done} {_say(text)} here."
            if missing
            else f"The value must not be {done} {_say(text)} here: the factor is one too many."
        )
        return "scale", say
    if any(RATE.match(n) for n in names):
        return "scale", f"The learning rate {_say(text)} {'is missing from this step' if missing else 'is one factor too many'}."
    if missing:
        return "missing_term", f"The factor {_say(text)} is missing: the value has to be {done} it."
    return "missing_term", f"The value is {done} {_say(text)}, which does not belong there."


def _unwrapped(a, b, statement, parent):
    """a becomes what is left of it without a factor, a divisor, a term or a function."""
    if isinstance(a, ast.Call) and len(a.args) == 1 and key(a.args[0]) == key(b):
        return "derivative_of_wrong_argument", f"{_say(a)} applies {_say(a.func)} where the value itself is meant, {_say(b)}."
    extra = _extra(b, a) if isinstance(a, ast.BinOp) else None
    if extra is None:
        return None
    op, parts = extra
    if op in (ast.Add, ast.Sub):
        return "missing_term", f"The term {_say(parts[0])} does not belong there."
    if any(_is_slope(part) for part in parts):
        return "wrong_derivative", f"The slope {_say(parts[0])} is one factor too many here."
    return _scaled(op, parts, _say(a), missing=False)


def _slope(a, b, statement, parent):
    """Changes inside slopes and of one slope for another."""
    compared = isinstance(a, ast.Compare) and isinstance(b, ast.Compare)
    if compared and type(a.ops[0]) is not type(b.ops[0]) and key(a.left) == key(b.left):
        return "wrong_derivative", f"The comparison is the wrong way round: the slope is not 0 where {_say(b)}."
    if (_is_slope(a) and _is_slope(b)) or (is_op(a, ast.Sub) and is_number(a.left) and (_is_slope(b) or is_op(b, ast.Sub))):
        return "wrong_derivative", f"{_say(a)} is not the slope here; {_say(b)} is."
    if isinstance(parent, ast.Compare | ast.Pow) or is_op(parent, ast.Pow) or (is_op(parent, ast.Sub) and is_number(parent.left)):
        if is_number(a) and is_number(b):
            return "wrong_derivative", f"In the formula of the slope {_say(a)} should be {_say(b)}."
        return "derivative_of_wrong_argument", f"The slope is taken at {_say(a)}; it belongs to {_say(b)}."
    if (
        isinstance(parent, ast.Call)
        and len(parent.args) == 1
        and any(part is a for part in parent.args)
        and re.search(r"slope|grad|deriv|prime|^d", function_name(parent) or "")
    ):
        return "derivative_of_wrong_argument", f"{_say(parent.func)} is given {_say(a)}; it should be given {_say(b)}."
    if isinstance(statement, ast.Return) and statement.value is a and (_is_slope(b) or is_op(b, ast.Mult, ast.Sub)):
        return "wrong_derivative", f"{_say(a)} is not the slope; {_say(b)} is."
    if is_op(a, ast.Pow) != is_op(b, ast.Pow):
        return "wrong_derivative", f"The power is wrong: {_say(b)} in place of {_say(a)}."
    return None


def _dtype(a, b, statement, parent):
    said = ast.unparse(b)
    if (
        (re.search(r"float", said) and not re.search(r"float", ast.unparse(a)))
        or function_name(a) in ("astype", "int", "round")
        or is_op(a, ast.FloorDiv)
    ):
        return "dtype", f"{_say(a)} holds whole numbers, and cuts what is put into it; {_say(b)} holds all digits."
    if function_name(b) == "copy" or isinstance(b, ast.ListComp):
        return (
            "in_place",
            f"{_say(a)} is the same array under another name: what changes one changes the other. The changed line makes arrays of its own.",
        )
    return None


def _number(a, b, statement, parent):
    if not (is_number(a) or (isinstance(a, ast.UnaryOp) and is_number(a.operand))):
        return None
    if isinstance(parent, ast.Subscript) and isinstance(parent.value, ast.Attribute) and parent.value.attr == "shape":
        return "scale", f"{_say(parent)} counts the wrong axis: it should be axis {ast.unparse(b)}."
    if isinstance(parent, ast.Subscript | ast.Slice):
        return "wrong_layer", f"The index {_say(a)} should be {_say(b)}."
    return "scale", f"The factor {_say(a)} should be {_say(b)}."


def _function(a, b, statement, parent):
    if isinstance(parent, ast.Call) and parent.func is a:
        if {getattr(a, "attr", ""), getattr(b, "attr", "")} <= {"ones", "zeros", "ones_like", "zeros_like"}:
            return "missing_term", f"{_say(parent)} puts ones where there should be zeros, or zeros for ones: {_say(b)}."
        return "wrong_derivative", f"{_say(a)} is the wrong function here; it should be {_say(b)}."
    if isinstance(a, ast.Call) and isinstance(b, ast.Call) and key(a.func) != key(b.func):
        return "wrong_derivative", f"{_say(a)} should be {_say(b)}."
    if isinstance(a, ast.Call) and isinstance(b, ast.Call):
        return "wrong_layer", f"The arguments of {_say(a.func)} are wrong: {_say(b)}."
    return None


def _operand(a, b, statement, parent):
    if not isinstance(a, ast.Name | ast.Attribute | ast.Subscript) or not isinstance(
        b, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BinOp
    ):
        index = isinstance(parent, ast.Subscript) and parent.slice is a
        return ("wrong_layer", f"The index {_say(a)} takes the wrong layer's: it should be {_say(b)}.") if index else None
    if _COUNT.match(ast.unparse(a)) and (_COUNT.search(ast.unparse(b)) or is_number(b)):
        return "scale", f"{_say(a)} is not what this line has to count with; {_say(b)} is."
    if is_op(b, ast.Mult, ast.Div, ast.Add, ast.Sub):
        return ("missing_term", f"{_say(a)} alone is not enough: {_say(b)}.") if _contains(b, a) else None
    if isinstance(parent, ast.Subscript) and parent.slice is a:
        return "wrong_layer", f"The index {_say(a)} takes the wrong layer's: it should be {_say(b)}."
    gradient = _gradient_sentence(a, b, statement, parent)
    return "wrong_layer", gradient or f"{_say(a)} stands where {_say(b)} should."


def _gradient_sentence(a, b, statement, parent):
    """The reason for another operand of a product of matrices: a weight's gradient is input times delta."""
    whole = parent if product_of(parent) or function_name(parent) == "outer" or is_op(parent, ast.Mult) else None
    if whole is None or not isinstance(statement, ast.Assign | ast.AugAssign):
        return None
    name = _targets(statement)
    pair = product_of(whole) or (tuple(whole.args) if isinstance(whole, ast.Call) else (whole.left, whole.right))
    other = next((side for side in pair if side is not a and untransposed(side) is not a), None)
    if other is None:
        return None
    letters = [w for w in words_of(name) if w.isalpha()]
    weight = any(w in ("W", "w", "weights", "weight", "U", "V", "theta", "Theta") for w in letters)
    verb = "is multiplied by"
    if weight:
        why = "The gradient of a weight is its input times the delta of its output"
        return f"{why}: in {_say(name)}, {_say(untransposed(other) or other)} {verb} {_say(a)} and should be by {_say(b)}."
    return f"In {_say(name)}, {_say(untransposed(other) or other)} {verb} {_say(a)}; it should be {_say(b)}."
