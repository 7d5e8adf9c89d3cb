"""What the same statement for another layer says that this one should look like.

`dW2 = dZ2 @ A1.T / m` says of layer 1: `dZ1 @ A0.T / m`, and as there is no A0, the array that stands in its place in the line itself.
Names are carried over by what the two targets differ in: a number, or words such as low and top.
"""

import ast
import copy
import itertools
import re

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, key, product_of, written
from helpers.clinic.repair.nearness import KINDS, NUMBERED, reworded, words
from helpers.clinic.repair.places import operands


def sibling_edits(line, scope, known):
    """(cost, kind, {node: expression}): what the siblings of a statement say, the smallest change first. known : names that exist."""
    value = getattr(line.node, "value", None)
    if not isinstance(line.node, ast.Assign | ast.AugAssign) or not isinstance(value, ast.expr):
        return
    for other, carry in siblings(line.node, scope.statements):
        for meant in _carried(other.value, carry, value, known, scope):
            changed = differences(value, meant)
            if changed and all(node in line.parents for node in changed):
                if sum(_size(new) for new in changed.values()) > 3 + 0.6 * _size(value):
                    continue  # another formula altogether
                size = sum(min(_size(node), _size(new)) for node, new in changed.items())
                yield 0.35 + 0.12 * len(changed) + 0.03 * min(size, 12), "sibling", changed
                if 1 < len(changed) <= 4:
                    for node, new in changed.items():
                        yield 0.6 + 0.03 * min(_size(new), 12), "sibling", {node: new}


def step_signs(line, scope):
    """(cost, kind, changes): += for -= and -= for +=, as in the other updates of the function."""
    node = line.node
    if isinstance(node, ast.Assign):
        yield from _signs_of_velocities(node, scope)
    if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Add | ast.Sub):
        return
    others = [type(s.op) for s in scope.statements if isinstance(s, ast.AugAssign) and s is not node and isinstance(s.op, ast.Add | ast.Sub)]
    if others and type(node.op) not in others:
        place = line.sign("+=" if isinstance(node.op, ast.Add) else "-=", node.target, node.value)
        if place:
            yield 0.4, "assignment", ((*place, "-=" if isinstance(node.op, ast.Add) else "+="),)


def _signs_of_velocities(node, scope):
    """v = mu * v + rate * g → v = mu * v - rate * g, where all other velocities of the function have the other sign."""

    def kept(statement):
        """What a velocity keeps of itself, its own name left out; None for other statements."""
        value = statement.value
        if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub) and isinstance(value.left, ast.BinOp)):
            return None
        own = ast.unparse(statement.targets[0])
        return ast.unparse(value.left).replace(own, "") if own in ast.unparse(value.left) else None

    mine = kept(node)
    others = [one for one in scope.statements if isinstance(one, ast.Assign) and one is not node and mine and kept(one) == mine]
    if others and all(type(one.value.op) is not type(node.value.op) for one in others):
        yield 0.4, "sign", {node.value: ast.BinOp(node.value.left, others[0].value.op, node.value.right)}


def siblings(statement, others):
    """(statement, carry) for each statement that says the same for another layer; carry: a name's text there -> its text here."""
    mine = target_of(statement)
    if mine is None:
        return
    for other in others:
        if (
            other is statement
            or type(other) is not type(statement)
            or (isinstance(other, ast.AugAssign) and type(other.op) is not type(statement.op))
        ):
            continue
        theirs = target_of(other)
        if theirs is None or theirs == mine:
            continue
        carry = carried(theirs, mine)
        if carry and (isinstance(statement, ast.AugAssign) or _layers_apart(theirs, mine)):
            yield other, carry


def target_of(statement):
    """The one name, attribute or place that a statement assigns to; None for other statements."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0])
    return ast.unparse(statement.target) if isinstance(statement, ast.AugAssign) else None


def _layers_apart(theirs, mine):
    """Whether two targets differ by a number or a word: dW2 and dW1, step_low and step_top, not dW1 and dZ1."""
    if any(x.lower() in KINDS or y.lower() in KINDS for x, y in zip(words(theirs), words(mine), strict=True) if x != y):
        return False  # a weight's gradient and a delta
    return all(x.isdigit() or (len(x) > 1 and len(y) > 1) for x, y in zip(words(theirs), words(mine), strict=True) if x != y)


def carried(theirs, mine):
    """The function that takes names of one target's layer to the other's; None where the two differ in more than one respect."""
    p, q = words(theirs), words(mine)
    if len(p) != len(q):
        return None
    pairs = {(x, y) for x, y in zip(p, q, strict=True) if x != y}
    if len(pairs) != 1:
        return None
    ((x, y),) = pairs
    if x.isdigit() and y.isdigit():
        by = int(y) - int(x)
        return lambda text: re.sub(NUMBERED, lambda match: _shifted_number(match[0], by), text)
    if x.isalpha() and y.isalpha():
        return lambda text: reworded(text, x, y)
    return None


def _carried(value, carry, mine, known, scope):
    """The sibling's value with this layer's names; names that do not exist are those that stand in their place here, or are left over."""
    places = [node for node, _ in operands(value)]
    texts = {ast.unparse(node): carry(ast.unparse(node)) for node in places}
    unknown = [text for text, new in texts.items() if not all_exist(new, known)]
    if len(unknown) > 1:
        return
    here = [ast.unparse(node) for node, _ in operands(mine)]
    if not unknown:
        yield with_names(value, texts)
        return
    aligned = [ast.unparse(b) for a, b in side_by_side(value, mine) if ast.unparse(a) == unknown[0]]
    spare = [text for text in here if text not in texts.values()]
    given = [
        text
        for text in scope.arrays
        if text in scope.unused or re.fullmatch(r"(?i)(?:self\.)?(?:x\w*|inputs?|data|images|features|batch|samples)", text)
    ]
    for text in dict.fromkeys((*aligned, *spare, *given[:3])):
        if all_exist(text, known):
            yield with_names(value, texts | {unknown[0]: text})


def all_exist(text, known):
    """Whether all names of an expression are among the known ones."""
    try:
        parts = [n for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name | ast.Attribute)]
    except SyntaxError:
        return False
    if any(ast.unparse(n) not in known for n in parts if getattr(n, "attr", "") not in ARRAY_ATTRIBUTES):
        return False
    return "[" not in text or text in known or not re.search(r"\[['\"]", text)


def side_by_side(a, b):
    """Operands at the same places of two expressions, as far as these are alike."""
    if (
        isinstance(a, ast.Name | ast.Attribute | ast.Subscript) and isinstance(b, ast.Name | ast.Attribute | ast.Subscript) and type(a) is not type(b)
    ) or (isinstance(a, ast.Name) and isinstance(b, ast.Name)):
        yield a, b
    elif type(a) is type(b):
        if isinstance(a, ast.Subscript | ast.Attribute) and getattr(a, "attr", None) == getattr(b, "attr", None):
            yield a, b
        parts, others = list(ast.iter_child_nodes(a)), list(ast.iter_child_nodes(b))
        for x, y in zip(parts, others, strict=False):
            yield from side_by_side(x, y)


def with_names(value, texts):
    """A copy of an expression with its operands replaced by texts."""

    class Names(ast.NodeTransformer):
        def visit(self, node):
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
                new = texts.get(ast.unparse(node))
                if new is not None:
                    return written(new)
            return self.generic_visit(node)

    return Names().visit(copy.deepcopy(value))


def differences(mine, meant):
    """The smallest {node of mine: expression} that makes `mine` say what `meant` says."""
    if key(mine) == key(meant):
        return {}
    best = {mine: meant}
    a, b = product_of(mine), product_of(meant)
    if a and b and (type(mine) is not type(meant) or isinstance(mine, ast.Call)):  # a @ b and np.dot(a, b) say the same
        return differences(a[0], b[0]) | differences(a[1], b[1])
    if type(mine) is type(meant):
        below = _below(mine, meant)
        if below is not None and _cost(below) <= _cost(best):
            best = below
    if isinstance(meant, ast.BinOp):
        for side in ("left", "right"):
            inner = differences(mine, getattr(meant, side)) if _alike(mine, getattr(meant, side)) else None
            if inner is not None and mine not in inner:
                other = meant.right if side == "left" else meant.left
                whole = ast.BinOp(mine, meant.op, other) if side == "left" else ast.BinOp(other, meant.op, mine)
                if _cost(inner) + _size(other) < _cost(best):
                    best = {mine: whole, **inner}
    if isinstance(mine, ast.BinOp):
        for part in (mine.left, mine.right):
            inner = differences(part, meant) if _alike(part, meant) else None
            if inner is not None and part not in inner and _cost(inner) + 1 < _cost(best):
                best = {mine: part, **inner}
    return best


def _below(mine, meant):
    """Differences of the parts of two expressions of one kind; None where the kind itself differs."""
    found = {}
    for name in mine._fields:
        a, b = getattr(mine, name, None), getattr(meant, name, None)
        if isinstance(a, ast.expr) and isinstance(b, ast.expr):
            found |= differences(a, b)
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and all(isinstance(x, ast.expr) for x in (*a, *b)):
            for x, y in zip(a, b, strict=True):
                found |= differences(x, y)
        elif name != "ctx" and name != "kind" and key(a) != key(b):
            return None
    return found


def _alike(a, b):
    return key(a) == key(b) or (
        type(a) is type(b) and (not isinstance(a, ast.BinOp) or type(a.op) is type(b.op)) and not isinstance(a, ast.Name | ast.Constant)
    )


def _size(node):
    return sum(isinstance(n, ast.expr) for n in ast.walk(node))


def _cost(changed):
    return sum(_size(new) + 0.5 for new in changed.values())


def list_analogies(line, scope, known):
    """(cost, kind, {node: expression}) for parts of one tuple, list or dict that say the same for different layers."""
    for node in line.expressions():
        parts = node.elts if isinstance(node, ast.Tuple | ast.List) else node.values if isinstance(node, ast.Dict) else []
        parts = [part for part in parts if part in line.parents and isinstance(part, ast.expr)]
        if not 1 < len(parts) <= 12:
            continue
        for part, other in itertools.permutations(parts, 2):
            if isinstance(other, ast.BinOp) and isinstance(other.op, ast.Div | ast.Mult) and not isinstance(other.right, ast.BinOp):
                yield 0.8, "factor", {part: ast.BinOp(part, other.op, written(ast.unparse(other.right)))}
        for part in parts:
            for other in parts:
                if other is part:
                    continue
                for by in (-1, 1, -2, 2):
                    meant = _shifted(other, by, known)
                    if meant is None:
                        continue
                    changed = differences(part, meant)
                    size = sum(_size(new) for new in changed.values())
                    if changed and size <= 4 and part not in changed:
                        yield 0.55 + 0.1 * len(changed), "sibling", changed


def _shifted_number(digits, by):
    """The number of another layer; one below 0 is nobody's."""
    return str(int(digits) + by) if int(digits) + by >= 0 else f"{digits}_none"


def _shifted(value, by, known):
    texts = {ast.unparse(node): re.sub(NUMBERED, lambda m: _shifted_number(m[0], by), ast.unparse(node)) for node, _ in operands(value)}
    if all(a == b for a, b in texts.items()) or not all(all_exist(text, known) for text in texts.values()):
        return None
    return with_names(value, texts)
