"""Another array, number or function in the place of one: the weights for the input, z for a, the layer next to it, index k for k - 1."""

import ast
import re

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, binary, function_name, is_number, is_op, key, number, untransposed, written
from helpers.clinic.repair.nearness import distance, related, role, words
from helpers.clinic.repair.places import operands


def operand_edits(line, scope):
    """(cost, kind, {node: expression}) for each operand and each thing that could stand in its place."""
    places = [(node, parent) for node, parent in _places(line)]
    yield from sizes(line)
    yield from _others(line, scope, places)
    yield from _everywhere(line, scope, places)
    for node in line.expressions():
        if isinstance(node, ast.Subscript):
            yield from _index_arrays(node, scope)
            yield from _subscripts(line, node, scope)
        elif isinstance(node, ast.JoinedStr):
            yield from _fstrings(line, node)
        elif isinstance(node, ast.Call):
            yield from _functions(line, node, scope)


def _places(line):
    for root in line.roots():
        yield from ((node, parent) for node, parent in operands(root, line.node) if node in line.parents)
    for target in _targets(line.node):
        if isinstance(target, ast.Subscript):
            yield from ((node, parent) for node, parent in operands(target.slice, target) if node in line.parents)


def _targets(node):
    return node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _is_number(node, parent, text, scope):
    return (text in scope.numbers and text not in scope.arrays) or text in scope.indices


def _others(line, scope, places):
    used = {line.text(node) for node, _ in places}
    target = " ".join(line.text(t) for t in _targets(line.node) if t in line.parents)
    deltas = [text for text in used if role(text) == "gradient"]
    for node, parent in places:
        text = line.text(node)
        index = isinstance(parent, ast.Subscript) and parent.slice is node
        if text in scope.indices or index:
            continue
        numeric = _is_number(node, parent, text, scope)
        for other in (*scope.numbers, *scope.counts) if numeric else scope.arrays:
            if other == text:
                continue
            cost = 0.35 + 0.65 * distance(text, other) + min(0.02 * max(0, len(scope.arrays) - 10), 0.2)
            if other in scope.unused:
                cost -= 0.35 if len(scope.unused) < 3 else 0.1
            if other in used:
                cost += 0.15 if not _of_a_slope(line, node, parent) else -0.15
            if role(text) == "gradient" == role(other):
                cost -= 0.2
            elif role(other) == "other" and any(related(name, other) for name in deltas if name != text):
                cost -= 0.15
            if words(other) == words(target):
                cost += 0.3
            if scope.shapes and not numeric:
                here, there = scope.shapes.get(text), scope.shapes.get(other)
                cost += 0.0 if None in (here, there) else -0.15 if here == there else 0.2
            yield cost, "operand", {node: written(other)}
        if not numeric and scope.numbers:
            yield from ((1.9, "operand", {node: written(other)}) for other in scope.numbers if other not in scope.arrays and len(scope.numbers) < 8)


def _of_a_slope(line, node, parent):
    """Whether an operand is what a slope is taken of: f(a), a > 0, 1 - a."""
    if isinstance(parent, ast.Call):
        return len(parent.args) == 1 and node in parent.args
    return isinstance(parent, ast.Compare) or (is_op(parent, ast.Sub) and is_number(parent.left)) or is_op(parent, ast.Pow)


def _everywhere(line, scope, places):
    """One name for another at every place of the line."""
    by_text = {}
    for node, parent in places:
        if not (isinstance(parent, ast.Subscript) and parent.slice is node):
            by_text.setdefault(line.text(node), []).append(node)
    for text, nodes in by_text.items():
        if len(nodes) > 1:
            for other in scope.arrays if text in scope.arrays else scope.numbers:
                if other != text:
                    cost = 0.5 + 0.7 * distance(text, other) - (0.4 if other in scope.unused and len(scope.unused) < 3 else 0)
                    yield cost, "operand", {node: written(other) for node in nodes}
    names = list(by_text)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if len(by_text[a]) == len(by_text[b]) == 1 and not _holds(line, by_text[a][0], by_text[b][0]):
                yield 1.3, "swapped", {by_text[a][0]: written(b), by_text[b][0]: written(a)}


def _holds(line, a, b):
    for inner, outer in ((a, b), (b, a)):
        while inner in line.parents:
            inner = line.parents[inner]
            if inner is outer:
                return True
    return False


def _subscripts(line, node, scope):
    index = node.slice
    if isinstance(index, ast.Slice | ast.Tuple):
        yield from _slices(line, node)
        return
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        yield from _lengths(line, node, scope)
        return
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        return  # other entries are operands of the scope
    numbered = is_number(index) or (isinstance(index, ast.UnaryOp) and is_number(index.operand))
    running = any(isinstance(n, ast.Name) and n.id in scope.indices for n in ast.walk(index))
    if numbered:
        value = ast.literal_eval(index)
        yield from ((0.95, "index", {index: number(other)}) for other in (value - 1, value + 1))
    elif running:
        for cost, other in shifted(index):
            yield cost, "index", {index: other}
        for name in scope.indices:
            if key(index) != key(written(name)) and name != "_":
                yield 1.1, "index", {index: written(name)}
    for other in ("-1", "0"):
        if not numbered or ast.literal_eval(index) != int(other):
            yield 1.35, "index", {index: written(other)}
    yield from _string_parts(line, index, scope)


def _index_arrays(node, scope):
    """d[range(n), y - 1] for d[range(n), y]: an array of indices that counts from one, or is taken for one that does."""
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        base = part.left if is_op(part, ast.Add, ast.Sub) and is_number(part.right) else part
        counted = isinstance(base, ast.Name) and base.id in scope.indices
        if isinstance(base, ast.Name | ast.Attribute | ast.Subscript) and not counted:
            known = f"{ast.unparse(base)} - 1" in scope.text and base is part
            near = 0.6 if known else 0.9 if isinstance(node.slice, ast.Tuple) else 1.0
            yield from ((cost, "index", {part: other}) for cost, other in shifted(part, near) if cost == near)


def shifted(index, near=0.85):
    """(cost, expression) for an index or bound one or two further on or back; k - 1 and k + 1 become k."""
    base, by = index, 0
    if is_op(index, ast.Add, ast.Sub) and is_number(index.right) and isinstance(index.right.value, int):
        base, by = index.left, index.right.value * (1 if isinstance(index.op, ast.Add) else -1)
    elif is_number(index) and isinstance(index.value, int):
        yield from ((near + 0.1 * (abs(step) - 1), number(index.value + step)) for step in (-1, 1))
        return
    elif isinstance(index, ast.UnaryOp) and is_number(index.operand):
        value = ast.literal_eval(index)
        yield from ((near, number(value + step)) for step in (-1, 1))
        return
    for other in (by - 1, by + 1, by - 2, by + 2):
        cost = near + (0.0 if abs(other - by) == 1 else 0.2)
        yield cost, base if not other else binary(base, ast.Add if other > 0 else ast.Sub, number(abs(other)))


def _string_parts(line, index, scope):
    """ "dW" + str(l): another word, another l."""
    for part in ast.walk(index):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part in line.parents and part is not index:
            for other in _word_choices(part.value):
                yield 1.0, "operand", {part: ast.Constant(other)}
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "str" and part.args and part.args[0] in line.parents:
            for cost, other in shifted(part.args[0]):
                yield cost, "index", {part.args[0]: other}


def _word_choices(word):
    """Of "dW": "db", "dZ", "dA", "W"; of "A": "Z", "a"."""
    swaps = {"W": "bAZ", "b": "W", "A": "ZW", "Z": "AW", "a": "zw", "z": "aw", "w": "ba"}
    if word and word[-1] in swaps:
        yield from (word[:-1] + letter for letter in swaps[word[-1]])
    if len(word) == 2 and word[0] == "d":
        yield word[1:]
    elif len(word) == 1:
        yield "d" + word


def _fstrings(line, node):
    """f"dW{l}" with another l or another word; before Python 3.12 what stands inside has no place, so the whole is written anew."""
    text = line.text(node)
    for match in re.finditer(r"\{([^{}:!]+)\}", text):
        inside = ast.parse(match[1].strip(), mode="eval").body
        for cost, other in shifted(inside):
            new = text[: match.start(1)] + ast.unparse(other) + text[match.end(1) :]
            yield cost, "index", {node: written(new)}
    word = re.match(r"[fF](['\"])(\w+)\{", text)
    if word:
        for other in _word_choices(word[2]):
            yield 1.0, "operand", {node: written(text[: word.start(2)] + other + text[word.end(2) :])}


def _slices(line, node):
    """[:, 1:] for [1:], without it, with its bounds one further."""
    index = node.slice
    yield 1.1, "slice", {node: node.value}
    text = line.text(index).replace(" ", "")
    near = {":,1:": ("1:", ":,:-1"), "1:": (":,1:", ":-1"), ":-1": ("1:", ":,:-1"), ":,:-1": (":,1:", ":-1"), "1:,:": (":,1:",), ":-1,:": (":,:-1",)}
    if text in near or text in (":,0", "0"):
        for bounds in (":, 1:", "1:", ":-1", ":, :-1"):
            if bounds.replace(" ", "") != text:
                likely = bounds.replace(" ", "") in near.get(text, ())
                yield 0.9 if likely else 1.0, "slice", {node: ast.Subscript(node.value, written(f"x[{bounds}]").slice, ast.Load())}
        if untransposed(node.value) is not None:  # what is left of the transpose is the transpose of what is left the other way
            yield 1.0, "slice", {node: ast.Attribute(ast.Subscript(untransposed(node.value), index, ast.Load()), "T", ast.Load())}
    if text in (":,1:", ":,0"):
        yield 1.0, "slice", {node: ast.Subscript(node.value, written("x[:, 0]" if text == ":,1:" else "x[:, 1:]").slice, ast.Load())}
    for part in ast.walk(index):
        if isinstance(part, ast.Slice):
            for bound in (part.lower, part.upper):
                if bound is not None and bound in line.parents:
                    yield from ((cost + 0.1, "slice", {bound: other}) for cost, other in shifted(bound))


def _lengths(line, node, scope):
    """x.shape[0] for x.shape[1], for x.size; the number of examples of another array is another operand."""
    index, base = node.slice, node.value.value
    if isinstance(index, ast.Constant) and isinstance(index.value, int):
        yield from ((0.8, "count", {index: number(other)}) for other in ((1, 0) if index.value not in (0, 1) else (1 - index.value,)))
    yield 0.85, "count", {node: ast.Attribute(base, "size", ast.Load())}
    for count in scope.counts:
        yield 0.9, "count", {node: written(count)}
    for other in [text for text in scope.arrays if text.isidentifier()][:8]:
        if other != line.text(base):
            yield from ((1.05, "count", {node: written(f"{other}.shape[{axis}]")}) for axis in (0, 1))
    yield 1.0, "count", {node: ast.Call(written("len"), [base], [])}


def sizes(line):
    """Other ways to count: np.size(x), x.size, len(x), x.shape[0], x.shape[1]."""
    for node in line.expressions():
        of = node.args[0] if function_name(node) == "size" and node.args else None
        if isinstance(node, ast.Attribute) and node.attr == "size" and not isinstance(line.parents[node], ast.Call):
            of = node.value
        if of is not None:
            yield 0.85, "count", {node: ast.Call(written("len"), [of], [])}
            for axis in (0, 1):
                yield 0.9, "count", {node: ast.Subscript(ast.Attribute(of, "shape", ast.Load()), number(axis), ast.Load())}


def _functions(line, node, scope):
    """Another function of one argument, or none; another entry of a length."""
    name = line.text(node.func)
    if (
        len(node.args) == 1
        and not node.keywords
        and (name in scope.functions or re.match(r"(?:np|math|numpy)\.(?:exp|tanh|log|sqrt|abs|square)$", name))
    ):
        for other in scope.functions:
            if other != name:
                yield 0.7 + 0.3 * distance(name, other), "function", {node.func: written(other)}
        yield 0.9, "function", {node: node.args[0]}
        yield 1.4, "constant", {node: number(1)}
    if name == "len" and len(node.args) == 1:
        inner = node.args[0]
        yield from ((0.9, "count", {node: written(count)}) for count in scope.counts if count != line.text(node))
        here = dict.fromkeys(line.text(place) for place, _ in _places(line) if line.text(place) in scope.arrays)
        yield from ((1.0, "count", {node: written(f"{text}.size")}) for text in here)
        yield 0.85, "count", {node: ast.Subscript(ast.Attribute(inner, "shape", ast.Load()), number(1), ast.Load())}
        yield 1.0, "count", {node: ast.Attribute(inner, "size", ast.Load())}
    if name in ("np.ones", "np.zeros", "np.ones_like", "np.zeros_like", "np.maximum", "np.minimum", "np.max", "np.min", "np.argmax", "np.argmin"):
        pairs = {"ones": "zeros", "maximum": "minimum", "max": "min", "argmax": "argmin"}
        pairs |= {b: a for a, b in pairs.items()}
        base = node.func.attr.removesuffix("_like")
        yield 0.9, "filled", {node.func: written(name.replace(base, pairs[base]))}


def sounds_like_slope(name):
    """Whether a function is called like the slope of an activation."""
    last = name.rsplit(".", 1)[-1].lower()
    return last.startswith("d") or any(sign in last for sign in ("slope", "grad", "deriv", "prime", "backward", "diff"))


def wrapped_in_functions(line, scope):
    """f(x) for x, for each function of one argument and each operand."""
    for node, parent in _places(line):
        text = line.text(node)
        if (
            text not in scope.arrays
            or (isinstance(parent, ast.Subscript) and parent.slice is node)
            or (isinstance(parent, ast.Attribute) and parent.attr in ARRAY_ATTRIBUTES - {"T"})
        ):
            continue
        for name in scope.functions:
            if not (isinstance(parent, ast.Call) and line.text(parent.func) == name):
                yield (0.85 if is_op(parent, ast.Mult) and sounds_like_slope(name) else 1.25), "function", {node: ast.Call(written(name), [node], [])}
