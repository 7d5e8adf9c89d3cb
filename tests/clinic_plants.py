"""Faults that people make, planted as edits of lines of a file: which lines, and what stood there.

A fault is a function of the lines that yields `Plant`s, each of one kind: a transpose forgotten, a sum over the wrong axis, an update before
its weights have been used. It knows nothing of the repairs that the clinic tries. Whether a plant is a fault at all is `clinic_shapes_truth`'s
to say: most of what is yielded here raises, or changes nothing.
"""

import ast
import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plant:
    """`lines`: the file with the fault; `roots`: the numbers (from 1) of the lines at fault in it; `original`: the lines that make it right."""

    fault: str
    lines: tuple
    roots: frozenset
    original: str


def _changed(lines, i, text, fault):
    new = replace(lines[i], text=text)
    return Plant(fault, (*lines[:i], new, *lines[i + 1 :]), frozenset([i + 1]), lines[i].text)


def _statement(text):
    """The tree of one line, and where its columns begin; None where it is no statement of its own."""
    body = text.strip()
    try:
        return ast.parse(body + " pass" if body.endswith(":") else body).body[0], len(text) - len(text.lstrip())
    except SyntaxError:
        return None, 0


def _columns(text, node, indent):
    """Where a node stands in its line, in characters."""
    body = text.strip().encode()
    return indent + len(body[: node.col_offset].decode()), indent + len(body[: node.end_col_offset].decode())


def _nodes(text, kind):
    tree, indent = _statement(text)
    if tree is None:
        return
    for node in ast.walk(tree):
        if isinstance(node, kind):
            yield node, *_columns(text, node, indent), lambda part: text[slice(*_columns(text, part, indent))]


def _named(dropped):
    """What it is called to forget a factor or a term."""
    if re.fullmatch(r"2|0\.5", dropped):
        return "factor 2"
    if "mask" in dropped:
        return "mask of the dropout forgotten"
    if re.search(r"> 0|\*\* 2|^[a-z_]+\([^)]*\)$|1 - |np\.where", dropped):
        return "slope forgotten"
    if re.search(r"^(m|n|count|total|guests|N|size|len\(.*\)|.*\.size)$", dropped):
        return "division forgotten"
    if re.search(r"^(lr|rate|alpha|eta|step_size)$", dropped):
        return "rate forgotten"
    if "gamma" in dropped or "hat" in dropped:
        return "term of the normalisation forgotten"
    return "factor forgotten"


# --- faults of one line: each yields (fault, new text) --------------------------------------------------------------------


def _grouped(node, of):
    """The text of a node, a sum or difference in its parentheses."""
    return f"({of(node)})" if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) else of(node)


def forgotten(text, role):
    """A factor, a divisor or a term is missing."""
    for node, start, end, of in _nodes(text, ast.BinOp):
        if isinstance(node.op, ast.Div) or (isinstance(node.op, ast.Mult) and role != "update"):  # an update without its gradient nobody writes
            yield _named(of(node.right)), text[:start] + _grouped(node.left, of) + text[end:]
        if isinstance(node.op, ast.Mult):
            yield _named(of(node.left)), text[:start] + _grouped(node.right, of) + text[end:]
        if role == "norm" and isinstance(node.op, ast.Sub):
            yield "term of the normalisation forgotten", text[:start] + of(node.left) + text[end:]
        if role == "gW" and isinstance(node.op, ast.Add) and "str(" not in text[start - 5 : end]:
            yield "penalty forgotten", text[:start] + of(node.left) + text[end:]


A_NAME = r"[\w.]+(?:\[[^\]]*\])?"
SWAPPED = (
    rf"(?P<a>{A_NAME})(?<!\.T)\.T @ (?P<b>{A_NAME})",
    rf"(?P<a>{A_NAME}) @ (?P<b>{A_NAME})(?<!\.T)\.T\b",
    rf"(?P<a>{A_NAME})\.dot\((?P<b>{A_NAME})(?<!\.T)\.T\)",
    rf"np\.dot\((?P<a>{A_NAME})(?<!\.T)\.T, (?P<b>{A_NAME})\)",
    rf"np\.dot\((?P<a>{A_NAME}), (?P<b>{A_NAME})(?<!\.T)\.T\)",
    r"np\.outer\((?P<a>[^,]+), (?P<b>[^,)]+)\)",
)
"""Products in which the two names change places."""


def transposed(text, role):
    """A gradient comes out transposed, or a transpose is forgotten or too many."""
    for node, start, end, of in _nodes(text, ast.Attribute):
        if node.attr == "T":
            yield "transpose forgotten", text[:start] + of(node.value) + text[end:]
    if role in ("gW", "gather", "down", "delta"):
        for pattern in SWAPPED:
            if found := re.search(pattern, text):
                kind = "gradient transposed" if role in ("gW", "gather") else "transpose on the other side"
                (a, b), start, end = found.span("a"), *found.span("b")
                yield kind, text[:a] + found["b"] + text[b:start] + found["a"] + text[end:]


def axes(text, role):
    """A sum over the wrong axis, over everything, or a mean in its place."""
    for a, b in (("axis=0", "axis=1"), ("axis=1", "axis=0")):
        if a in text:
            yield "wrong axis", text.replace(a, b)
            yield "wrong axis", text.replace(f", {a}", "").replace(f"({a}, ", "(").replace(f"({a})", "()")
    if ", keepdims=True" in text:
        yield "keepdims forgotten", text.replace(", keepdims=True", "")
    if "sum(" in text:
        yield "mean for sum", text.replace("sum(", "mean(", 1)


def counted(text, role):
    """The number of examples from the wrong axis or of something else."""
    of_m = [("shape[0]", "shape[1]"), ("shape[1]", "shape[0]"), ("len(", "np.size(")]
    swaps = of_m if role == "m" else [(".size", ".shape[0]"), (".size", ".shape[1]")]
    for a, b in swaps:
        if a in text:
            yield "number of examples", text.replace(a, b)


def signs(text, role):
    """A sign or a comparison turned round."""
    for node, start, end, of in _nodes(text, ast.BinOp):
        if isinstance(node.op, ast.Sub) and role == "top":
            yield "sign", text[:start] + f"{of(node.right)} - {of(node.left)}" + text[end:]
        if isinstance(node.op, ast.Sub) and ast.unparse(node.left) == "1":
            yield "slope with the wrong sign", text[:start] + f"{of(node.left)} + {of(node.right)}" + text[end:]
    if role == "update" and re.search(r" [-+]= ", text):
        yield "sign", text.translate(str.maketrans("+-", "-+"))
    if " > 0" in text and role in ("delta", "slope"):
        yield "comparison", text.replace(" > 0", " < 0")


def numbers(text, role):
    """A number that is another."""
    for a, b, fault in (("0.01", "0.1", "leak"), ("0.01", "0", "leak"), (" ** 2", "", "power forgotten"), (" / 2", "", "factor 2")):
        if a in text and role in ("delta", "slope", "top"):
            yield fault, text.replace(a, b, 1)


def doubled(text, role):
    """A factor too many: a slope that belongs to another loss, the number of examples twice, a 2."""
    head, _, value = text.partition(" = ")
    if not value or role not in ("top", "gW", "gb", "gather", "delta"):
        return
    value = value if re.fullmatch(r"[\w.\[\]\"]+|\(.*\)", value) and value.count("(") <= 1 else f"({value})"
    if role == "top" and (out := re.search(r"(?<![\w.])((?:self\.)?[\w]+(?:\[[^\]]*\])?) - |- ((?:self\.)?\w+(?:\[[^\]]*\])?)", text)):
        name = out[1] or out[2]
        yield "slope of the output too many", f"{head} = {value} * {name} * (1 - {name})"
    if role in ("gW", "gb", "top") and (count := re.search(r"\b(m|n|count|total|guests|N|size)\b", text)):
        yield "division too many", f"{head} = {value} / {count[1]}"
    yield "factor 2", f"{head} = 2 * {value}" if role != "delta" else f"{head} = {value} * 2"


def products(text, role):
    """A product of elements for a product of matrices, or the other way."""
    if " @ " in text:
        yield "product of elements", text.replace(" @ ", " * ", 1)
    if " * " in text and role == "delta":
        yield "product of matrices", text.replace(" * ", " @ ", 1)


def gathered(text, role):
    """The gradient of the last example instead of the sum of all."""
    if " += " in text and role == "gather":
        yield "not added up", text.replace(" += ", " = ")


LAYERS = (
    ("[k - 1]", "[k]"), ("[k]", "[k - 1]"), ("[k]", "[k + 1]"), ("{l - 1}", "{l}"), ("{l}", "{l - 1}"),
    ("str(l - 1)", "str(l)"), ("str(l)", "str(l - 1)"),
)  # fmt: skip
ENDS = (
    (" - 1, -1, -1)", " - 1, 0, -1)"), ("range(L, 0, -1)", "range(L, 1, -1)"), (" - 1, -1, -1)", " - 2, -1, -1)"), ("if l > 1:", "if l > 2:"),
    ("if k > 0:", "if k > 1:"),
)  # fmt: skip


def neighbours(text, role):
    """In a loop: the layer above or below."""
    for a, b in LAYERS:
        head, equal, value = text.partition(" = ") if " += " not in text else text.partition(" += ")
        for found in re.finditer(re.escape(a), value):
            yield "wrong layer", head + equal + value[: found.start()] + b + value[found.end() :]
    for a, b in ENDS:
        if a in text and role in ("loop", "if"):
            yield "loop ends early" if role == "loop" else "wrong condition", text.replace(a, b)


EDITS = (forgotten, transposed, axes, counted, signs, numbers, doubled, products, gathered, neighbours)


# --- faults of the whole -------------------------------------------------------------------------------------------------


def other_names(lines, shape):
    """Another name of the file in the place of one: the layer above, z for a, the weight for its input."""
    of_these = [line.text for line in lines if line.role not in ("", "m", "return", "loop", "if")]
    names = {n for text in of_these for n in re.findall(r"(?:self\.)?[^\W\d]\w*\d?(?:\[\"[^\"]*\"\])?", text)}
    kin = [n for n in sorted(names) if not n.startswith(("np", "sum", "mean", "axis", "keepdims", "self.T", "True"))]
    for i, line in enumerate(lines):
        head, equal, value = (*re.split(r"( [-+]?= )", line.text, maxsplit=1), "", "")[:3]
        if line.role not in ("gW", "gb", "down", "delta", "update", "velocity", "gather"):
            continue
        for name in kin:
            for found in re.finditer(rf"(?<![\w.\"]){re.escape(name)}(?![\w\"\[(])", value):
                for other in kin:
                    if other != name and (fault := _mixed_up(name, other)):
                        yield _changed(lines, i, head + equal + value[: found.start()] + other + value[found.end() :], fault)


Z_AND_A = (("Z", "A"), ("z", "a"), ("net", "out"), ("s", "h"), ("soma", "saida"), ("soup", "stew"), ("ζ", "α"))


def _mixed_up(name, other):
    """The name of the mistake, where anybody would make it."""

    def letters(n):
        return re.sub(r"[\d\[\]\"]|self|\.", "", n)

    def level(n):
        return re.findall(r"\d", n)[-1:]

    if letters(name) == letters(other):
        return "wrong layer"
    pairs = {frozenset(p) for c in ("", "c") for p in ((c + z, c + a) for z, a in Z_AND_A)}
    if level(name) == level(other) and frozenset((letters(name), letters(other))) in pairs:
        return "z for a"
    if letters(name)[:1] == letters(other)[:1] and name[0] in "gd" and level(name) == level(other) and len(letters(name)) > 1:
        return "gradient of something else"
    return "weights for input" if name in ("x1", "x2", "p", "q") and other in ("wa", "wb", "wc", "wd", "va", "vb") else ""


def orders(lines, shape):
    """An update before its weights are used, a bias's gradient after its delta has been handed on; an update inside or outside a loop, or none."""

    def indent(line):
        return len(line.text) - len(line.text.lstrip())

    for i, line in enumerate(lines):
        if line.role in ("update", "mean") and not line.text.strip().startswith("self.v_"):
            near = frozenset(range(max(1, i - 1), min(i + 2, len(lines)) + 1))
            yield Plant(f"{line.role} forgotten", (*lines[:i], *lines[i + 1 :]), near, line.text)
        if line.role == "update":
            needs = set(re.findall(r"(?:self\.)?\w+(?:\[[^\]]*\])?", line.text.split("=", 1)[1]))
            for j in range(i - 1, 0, -1):
                before = lines[j]
                if indent(before) != indent(line) or not before.role or before.text.split(" = ")[0].strip() in needs:
                    break
                if before.role in ("down", "delta"):
                    moved = (*lines[:j], line, *lines[j:i], *lines[i + 1 :])
                    yield Plant("update before use", moved, frozenset([j + 1, j + 2]), f"{line.text.strip()} after {before.text.strip()}")
                    break
        if line.role in ("gW", "gb", "gather") and i + 2 < len(lines) and lines[i + 1].role == "if":
            end = next(j for j in range(i + 2, len(lines)) if lines[j].role not in ("down", "delta"))
            moved = (*lines[:i], *lines[i + 1 : end], line, *lines[end:])
            original = f"{line.text.strip()} before {lines[i + 1].text.strip()}"
            yield Plant("after it was handed on", moved, frozenset(range(i + 1, end + 1)), original)
        if line.role == "mean" and lines[i - 1].role != "mean":
            end = next(j for j in range(i, len(lines)) if lines[j].role == "return") + 1
            inside = tuple(replace(one, text="    " + one.text) for one in lines[i:end])
            original = "\n".join(one.text for one in lines[i:end])
            yield Plant("inside the loop", (*lines[:i], *inside, *lines[end:]), frozenset(range(i + 1, end + 1)), original)


def plants(shape):
    """Every plant of every fault, most of them no faults at all: ask the truth."""
    lines = shape.lines
    for i, line in enumerate(lines):
        if line.role:
            for edit in EDITS:
                for fault, text in edit(line.text, line.role):
                    if text != line.text:
                        yield _changed(lines, i, text, fault)
    for make in (other_names, orders):
        yield from make(lines, shape)
