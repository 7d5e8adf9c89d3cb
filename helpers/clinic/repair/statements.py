"""Changes of a whole statement: = for +=, a copy for another name, an array of floats, a line that is missing or too much."""

import ast
import contextlib
import re

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, attribute, function_name, is_op, key, number, of_module, times, written
from helpers.clinic.repair.nearness import NUMBERED, reworded, role, words
from helpers.clinic.repair.overwriting import overwrites
from helpers.clinic.repair.places import operands
from helpers.clinic.repair.rewriting import BLOCKS, line_starts, span


def assignment_edits(line, scope, tree):
    """(cost, kind, ((start, end, new), ...)) in the file's text: another kind of assignment."""
    node = line.node
    if isinstance(node, ast.AugAssign):
        sign = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}.get(type(node.op))
        place = line.sign(sign, node.target, node.value)
        if place:
            for other, cost in {
                "+=": (("-=", 0.8), ("=", 0.95)),
                "-=": (("+=", 0.8), ("=", 1.2)),
                "*=": (("/=", 0.9), ("=", 1.2)),
                "/=": (("*=", 1.1),),
            }[sign]:
                yield cost, "assignment", ((*place, other),)
            target, low = line.text(node.target), "(" if _loose(node.value, node.op) else ""
            _, end = line.held(node.value)
            spread = f"= {target} {sign[0]} {low}"
            changes = ((*place, spread.rstrip() if not low and spread.endswith(" ") else spread),)
            yield 1.0, "in place", changes + (((line.start + end, line.start + end, ")"),) if low else ())
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        place = line.sign("=", node.targets[0], node.value)
        if place and not isinstance(node.targets[0], ast.Tuple | ast.List):
            yield 0.5 if overwrites(node, scope.function, tree) else 0.95, "assignment", ((*place, "+="),)
            yield 1.1, "assignment", ((*place, "-="),)


def _loose(value, op):
    return (
        is_op(value, ast.Add, ast.Sub)
        or isinstance(value, ast.IfExp | ast.Compare | ast.BoolOp)
        or (isinstance(op, ast.Mult | ast.Div) and isinstance(value, ast.BinOp))
    )


def array_edits(line, scope):
    """(cost, kind, {node: expression}): copies, arrays of floats, arrays that are made anew instead of being overwritten."""
    value = getattr(line.node, "value", None)
    values = [value] if isinstance(value, ast.expr) else []
    if isinstance(value, ast.Tuple | ast.List):
        values = [part for part in value.elts if part in line.parents]
    for part in values:
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(line.node, ast.AugAssign):
            yield 0.95 if not isinstance(line.node, ast.Return) else 1.2, "copy", {part: ast.Call(attribute(part, "copy"), [], [])}
            yield 1.3, "zeros", {part: call_like("np.zeros_like", part)}
            yield 1.3, "zeros", {part: _each("np.zeros_like", part)}
            yield 1.35, "copy", {part: _each(None, part)}
    for node in line.expressions():
        name = function_name(node)
        if name in ("zeros", "ones", "zeros_like", "ones_like", "full", "empty_like", "full_like", "array", "asarray", "empty"):
            yield from _floats(node, name)
        elif name in ("astype", "copy") and isinstance(node.func, ast.Attribute):
            yield 1.0, "dtype", {node: node.func.value}
            if name == "astype" and node.args and ast.unparse(node.args[0]) != "float":
                yield 0.9, "dtype", {node.args[0]: written("float")}
        elif name in ("subtract", "multiply", "add", "divide", "maximum") and any(k.arg == "out" for k in node.keywords):
            yield 0.9, "in place", {node: ast.Call(node.func, node.args, [k for k in node.keywords if k.arg != "out"])}
        elif name in ("int", "round"):
            yield 1.0, "dtype", {node: node.args[0]} if node.args else {}
    if not isinstance(line.node, BLOCKS):
        for node, parent in ((n, p) for root in line.roots() for n, p in operands(root, line.node)):
            if (
                node in line.parents
                and line.text(node) in scope.arrays
                and isinstance(parent, ast.Compare | ast.Call)
                and not isinstance(parent, ast.Attribute)
            ):
                plain = isinstance(parent, ast.Call) and node in parent.args and not of_module(parent.func)
                if plain:
                    yield 1.2, "copy", {node: ast.Call(attribute(node, "copy"), [], [])}
                elif isinstance(parent, ast.Compare):
                    yield 1.35, "dtype", {parent: ast.Call(attribute(parent, "astype"), [written("float")], [])}


def call_like(name, *arguments):
    """name(arguments)."""
    return ast.Call(written(name), list(arguments), [])


def _each(function, over):
    """[np.zeros_like(a) for a in over], or [a.copy() for a in over]."""
    name = ast.Name("a", ast.Load())
    element = call_like(function, name) if function else ast.Call(attribute(name, "copy"), [], [])
    return ast.ListComp(element, [ast.comprehension(ast.Name("a", ast.Store()), over, [], 0)])


def _floats(node, name):
    typed = [k for k in node.keywords if k.arg == "dtype"]
    other = [k for k in node.keywords if k.arg != "dtype"]
    if typed and ast.unparse(typed[0].value) != "float":
        yield 0.9, "dtype", {node: ast.Call(node.func, node.args, [*other, ast.keyword("dtype", written("float"))])}
    elif not typed:  # like an array of whole numbers: where floats make it right, nothing else is the fault
        cost = 0.3 if name in ("zeros_like", "ones_like", "empty_like") else 0.95
        yield cost, "dtype", {node: ast.Call(node.func, node.args, [*other, ast.keyword("dtype", written("float"))])}
    if name.endswith("_like") and node.args and of_module(node.func):
        yield (
            1.1,
            "dtype",
            {node: ast.Call(ast.Attribute(node.func.value, name.removesuffix("_like"), ast.Load()), [attribute(node.args[0], "shape")], other)},
        )
    if name == "full_like" and len(node.args) == 2:
        yield 1.1, "dtype", {node: times(call_like("np.ones", attribute(node.args[0], "shape")), node.args[1])}
    if name == "zeros" and node.args and isinstance(node.args[0], ast.Name | ast.Attribute) and getattr(node.args[0], "attr", "") != "shape":
        yield 1.0, "shape", {node.args[0]: attribute(node.args[0], "shape")}


def block_of(tree, statement):
    """The list of statements that a statement stands in, None where it is not in the tree."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and any(part is statement for part in block):
                return block
    return None


def rows_of(text, statement):
    """(start, end) of the lines of a statement, its last line break included; None where it shares a line with other code."""
    starts = line_starts(text)
    start, end = span(text, statement)
    first = starts[statement.lineno - 1]
    last = min(starts[statement.end_lineno], len(text))
    rest = text[end:last].strip()
    return (first, last) if not text[first:start].strip() and (not rest or rest.startswith("#")) else None


def indent_of(text, statement):
    """What stands before a statement in its line."""
    start = line_starts(text)[statement.lineno - 1]
    return text[start : span(text, statement)[0]]


def removal(line, text, tree):
    """(cost, kind, changes): the statement left out, where the block keeps another one; what was computed a second time is the likeliest."""
    statement = line.node
    block = block_of(tree, statement)
    rows = rows_of(text, statement)
    if block is None or isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Return | ast.Import | ast.ImportFrom | ast.For | ast.While):
        return
    again = isinstance(statement, ast.AugAssign) or (isinstance(statement, ast.Assign) and _uses_itself(statement))
    cost = 1.0 if again else 1.7
    if len(block) == 1 or rows is None:
        yield cost + 0.1, "left out", ((*span(text, statement), "pass"),)
    else:
        yield cost, "left out", ((*rows, ""),)


def _uses_itself(statement):
    targets = {key(t) for t in statement.targets}
    return any(key(node) in targets for node in ast.walk(statement.value))


def guards(line, text):
    """(cost, kind, changes): a copy made on the line before an array is written into: A[A > 0] = 1 and A *= 1 - A."""
    statement = line.node
    rows = rows_of(text, statement)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target if isinstance(statement, ast.AugAssign) else None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        out = [k.value for k in statement.value.keywords if k.arg == "out"]
        target = out[0] if out else None
    if rows is None or target is None:
        return
    masked = isinstance(target, ast.Subscript)
    array = target.value if masked else target
    if not isinstance(array, ast.Name) or (isinstance(statement, ast.Assign) and not masked):
        return
    eol = "\r\n" if "\r\n" in text else "\n"
    yield 1.0, "copy", ((rows[0], rows[0], f"{indent_of(text, statement)}{array.id} = {array.id}.copy(){eol}"),)
    if masked or isinstance(statement, ast.AugAssign):
        yield 1.2, "dtype", ((rows[0], rows[0], f"{indent_of(text, statement)}{array.id} = {array.id}.astype(float){eol}"),)


def divisions_after(line, text, scope):
    """(cost, kind, changes): X /= m on the line after one that changes single entries of X, as `X[range(m), y] -= 1`."""
    target = line.node.target if isinstance(line.node, ast.AugAssign) else None
    rows = rows_of(text, line.node)
    if not isinstance(target, ast.Subscript) or rows is None or not isinstance(target.value, ast.Name | ast.Attribute):
        return
    eol = "\r\n" if "\r\n" in text else "\n"
    for count in scope.counts[:5]:
        new = f"{indent_of(text, line.node)}{ast.unparse(target.value)} /= {count}{eol}"
        yield 1.05, "missing line", ((rows[1], rows[1], new if text[: rows[1]].endswith("\n") else eol + new),)


def default_arguments(line):
    """(cost, kind, {node: expression}): True and False of a call for one another, a keyword left out."""
    for node in line.expressions():
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            name = line.parents[node].arg if isinstance(line.parents[node], ast.keyword) else None
            if name not in ("keepdims",):
                yield 1.1, "constant", {node: ast.Constant(not node.value)}
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("insert", "append")
            and node.func.attr in ARRAY_ATTRIBUTES
        ):
            if node.func.attr == "append" and len(node.args) == 1:
                yield 1.0, "appended", {node: ast.Call(ast.Attribute(node.func.value, "insert", ast.Load()), [number(0), node.args[0]], [])}
            elif node.func.attr == "insert" and len(node.args) == 2:
                yield 1.0, "appended", {node: ast.Call(ast.Attribute(node.func.value, "append", ast.Load()), [node.args[1]], [])}


def missing_lines(line, text, others, exists):
    """(cost, kind, changes): a line by analogy with this one for another parameter, where the function has no such line.

    others : statements of the function; exists : set of names that the scope knows.
    """
    statement = line.node
    rows = rows_of(text, statement)
    if not isinstance(statement, ast.AugAssign | ast.Assign | ast.Expr):
        return
    own = text[slice(*span(text, statement))]
    if "\n" in own:
        return
    standing = None
    target = statement.target if isinstance(statement, ast.AugAssign) else None
    branches = set(_other_branches(own, exists)) if target is not None else set()
    for new in (*_renamed(own, exists), *_of_lists(own, exists), *branches):
        try:
            (node,) = ast.parse(new).body
        except (SyntaxError, ValueError):
            continue
        standing = standing or _Standing(others)
        if new in branches and ast.unparse(node) not in standing.lines and ast.unparse(target) == ast.unparse(getattr(node, "target", node)):
            pass  # one more share of what adds up already
        elif not _is_update(node) or standing.has(node) or (_of_itself(node) and not _of_itself(statement)):
            continue
        if rows is None:  # it shares its line with others
            end = span(text, statement)[1]
            yield 1.1, "missing line", ((end, end, f"; {new}"),)
            continue
        eol = "\r\n" if "\r\n" in text else "\n"
        head = indent_of(text, statement)
        at = rows_of(text, _last_needed(node, statement, others))[1] if new in branches else rows[1]
        end = at if text[:at].endswith("\n") else None
        yield 1.1, "missing line", ((at, at, f"{head}{new}{eol}") if end is not None else (at, at, f"{eol}{head}{new}"),)


def _last_needed(new, statement, others):
    """The last of the lines beside a statement that set what a new one reads, or the statement itself."""
    read = {ast.unparse(part) for part in ast.walk(new.value) if isinstance(part, ast.Name)}
    beside = [other for other in others if other.col_offset == statement.col_offset and other.lineno > statement.lineno]
    makers = [other for other in beside if isinstance(other, ast.Assign) and {ast.unparse(target) for target in other.targets} & read]
    return max(makers, key=lambda other: other.lineno, default=statement)


class _Standing:
    """What the statements of a function set, change and read."""

    def __init__(self, others):
        self.lines = {ast.unparse(node) for node in others if not hasattr(node, "body")}
        self.set, self.changed = set(), set()
        for node in others:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
            names = {ast.unparse(part) for t in targets for part in (t.elts if isinstance(t, ast.Tuple) else [t])}
            self.set |= names
            if isinstance(node, ast.AugAssign) or _of_itself(node):
                self.changed |= names
        parts = (n for other in others if not hasattr(other, "body") for n in ast.walk(other))
        self.read = {ast.unparse(n) for n in parts if isinstance(n, ast.Name | ast.Subscript) and isinstance(n.ctx, ast.Load)}

    def has(self, node):
        """Whether a line is there already, or what it sets is set otherwise, or nobody needs it."""
        target = ast.unparse(node.target if isinstance(node, ast.AugAssign) else node.targets[0])
        if ast.unparse(node) in self.lines:
            return True
        if isinstance(node, ast.AugAssign) or _of_itself(node):
            return target in self.changed
        return target in self.set or ("." not in target and target not in self.read)


def _of_itself(node):
    return isinstance(node, ast.Assign) and _uses_itself(node)


def _is_update(node):
    return isinstance(node, ast.AugAssign) or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Attribute | ast.Subscript))


def _renamed(own, exists):
    """The line for other names: each layer's number by another, w for b and b for w, a word of the target by another, where all names exist."""
    target = re.split(r"[-+*/]?=(?!=)", own)[0]
    known = _Names(exists)
    for old in sorted(set(re.findall(NUMBERED, target))):
        for new in sorted(known.numbers - {old}):
            yield from known.kept(_renumbered(own, old, new))
    for by in (1, -1, 2, -2):  # the line for another layer: W2 and a1 of W1 and a0
        new = re.sub(NUMBERED, lambda match, by=by: str(int(match[0]) + by), own)
        yield from known.kept(new) if new != own else ()
    name = target.strip()
    if name.isidentifier() and len(name) < 4:
        for other in sorted(n for n in known.identifiers if n != name and n[0] == name[0] and len(n) == len(name)):
            yield from known.kept(re.sub(rf"\b{name}\b", other, own))
    for old in dict.fromkeys(word for word in words(target) if word.isalpha()):
        for new in (*_TWINS.get(old, ()), *(w for w in known.words if (len(w) > 2) == (len(old) > 2) and w != old)):
            yield from known.kept(reworded(own, old, new))


def _other_branches(own, exists):
    """dh += az @ Uz.T → dh += ar @ Ur.T: the line for another gate, whose names end, or begin, in another letter."""
    known = _Names(exists)
    names = set(re.findall(r"[^\W\d]\w+", own))
    for at in (-1, 0):
        letters = {name[at] for name in known.identifiers if len(name) > 1}
        for old in sorted({name[at] for name in names if name[at].isalpha()}):
            those = [name for name in names if name[at] == old and len(name) < 4]
            for new in sorted(letters - {old}) if len(those) > 1 else ():
                other = own
                for name in those:
                    other = re.sub(rf"\b{name}\b", name[:-1] + new if at else new + name[1:], other)
                yield from known.kept(other)


def _of_lists(own, exists):
    """Ws[k] -= rate * gW[k] → bs[k] -= rate * gb[k]: another list and another gradient at the same index."""
    match = re.fullmatch(r"([\w.]+)(\[[^\]'\"]+\])(\s*[-+]=.*?)([\w.]+)(\[[^\]]+\])", own)
    if not match or match[2] != match[5]:
        return
    at = match[2]
    others = sorted(name[: -len(at)] for name in exists if name.endswith(at) and re.fullmatch(r"[\w.]+", name[: -len(at)]))
    for array in others:
        for gradient in others:
            if array != match[1] and gradient != match[4] and role(array) != "gradient" and role(gradient) == "gradient":
                yield f"{array}{at}{match[3]}{gradient}{at}"


class _Names:
    """The names that a scope knows, taken apart."""

    def __init__(self, exists):
        self.exists = exists
        self.identifiers = {part for name in exists for part in re.findall(r"[^\W\d]\w*", name)}
        self.words = sorted({word for name in self.identifiers for word in words(name) if word.isalpha()})
        self.numbers = {digit for name in exists for digit in re.findall(NUMBERED, name)}

    def kept(self, new):
        """The line, where all its names exist."""
        if all(part in self.identifiers for part in re.findall(r"[^\W\d]\w*", new)):
            with contextlib.suppress(SyntaxError, ValueError):
                parts = (n for n in ast.walk(ast.parse(new)) if isinstance(n, ast.Name | ast.Attribute))
                names = {ast.unparse(n) for n in parts if getattr(n, "attr", "") not in ARRAY_ATTRIBUTES}
                if names <= self.exists:
                    yield new


_TWINS = {
    "W": ("b", "B"), "w": ("b",), "b": ("W", "w"), "weights": ("biases", "bias"), "biases": ("weights",), "bias": ("weights", "weight", "w", "W"),
    "weight": ("bias",),
}  # fmt: skip


def _renumbered(own, old, new):
    return re.sub(NUMBERED, lambda match: new if match[0] == old else match[0], own)
