"""Backward passes as source text, in the ways that people write them.

A `Program` holds one template per statement. A style turns it into source: unrolled, a loop over layers, dA-style with a
`linear_backward`, a class that keeps its state, a loop over examples, einsum. A fault changes the templates, so that it
can be planted in every style without being written again.

Templates: `<A-1>` is A of the layer before the statement's own, `<W+1>` W of the next, `<dZ>` dZ of its own; `<X>`, `<y>`
and `<m>` are what they are; `<slope>` is the slope of the statement's layer, `<g>` a name for it where it is stored;
`DOT(a, b)` is the product of matrices, spelled as the style spells it.
"""

import copy
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

SYMBOL = re.compile(r"<(dZ|dA|dW|db|Z|A|W|b|g|X|y|m|slope)([+-]\d)?>")
GRADIENTS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")


class CannotRender(Exception):
    """This style has no way to write this program (a loop whose layers differ, say)."""


# --- the network in text ---------------------------------------------------------------------------------------------

ACTIVATION = {
    "relu": "np.maximum(0, {z})",
    "leaky_relu": "np.where({z} > 0, {z}, 0.01 * {z})",
    "sigmoid": "1 / (1 + np.exp(-{z}))",
    "tanh": "np.tanh({z})",
    "identity": "{z}",
}
SLOPE_FROM_A = {
    "relu": "(<A> > 0)",
    "leaky_relu": "np.where(<A> > 0, 1, 0.01)",
    "sigmoid": "<A> * (1 - <A>)",
    "tanh": "(1 - <A> ** 2)",
    "identity": "np.ones_like(<A>)",
}
SLOPE_FROM_Z = {
    "relu": "(<Z> > 0)",
    "leaky_relu": "np.where(<Z> > 0, 1, 0.01)",
    "sigmoid": "sigmoid(<Z>) * (1 - sigmoid(<Z>))",
    "tanh": "(1 - np.tanh(<Z>) ** 2)",
    "identity": "np.ones_like(<Z>)",
}
SLOPE_CALL = {"relu": "d_relu(<Z>)", "leaky_relu": "d_leaky(<Z>)", "sigmoid": "d_sigmoid(<Z>)", "tanh": "d_tanh(<Z>)"}
SLOPE_IN_PLACE = {"relu": "relu_slope(<A>)", "leaky_relu": "leaky_slope(<A>)", "sigmoid": "sigmoid_slope(<A>)", "tanh": "tanh_slope(<A>)"}

LOSS_SLOPE = {
    "bce": "-(<y> / <A> - (1 - <y>) / (1 - <A>))",
    "mse": "2 * (<A> - <y>)",
    "half_mse": "(<A> - <y>)",
}

HELPERS = {
    "sigmoid": "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n",
    "d_relu": "def d_relu(x):\n    return 1.0 * (x > 0)\n",
    "d_leaky": "def d_leaky(x, slope=0.01):\n    dx = np.ones_like(x)\n    dx[x < 0] = slope\n    return dx\n",
    "d_sigmoid": "def d_sigmoid(x):\n    s = 1 / (1 + np.exp(-x))\n    return s * (1 - s)\n",
    "d_tanh": "def d_tanh(x):\n    return 1 - np.tanh(x) ** 2\n",
    "relu_slope": "def relu_slope(A):\n    A[A > 0] = 1\n    A[A <= 0] = 0\n    return A\n",
    "leaky_slope": "def leaky_slope(A):\n    A[A > 0] = 1\n    A[A <= 0] = 0.01\n    return A\n",
    "sigmoid_slope": "def sigmoid_slope(A):\n    A *= 1 - A\n    return A\n",
    "tanh_slope": "def tanh_slope(A):\n    A **= 2\n    np.subtract(1, A, out=A)\n    return A\n",
}


def output_delta(output, loss):
    """dZ3 in one line: A3 - y for sigmoid with cross-entropy, else the loss's slope times the output unit's."""
    if (output, loss) == ("sigmoid", "bce"):
        return "<A> - <y>"
    first = LOSS_SLOPE[loss] if loss != "bce" else "(<A> - <y>) / (<A> * (1 - <A>))"
    return first if output == "identity" else f"{first} * {output_slope(output)}"


def output_slope(output):
    """The slope of the output unit as a learner writes it."""
    return SLOPE_FROM_Z["relu"] if output == "relu" else SLOPE_FROM_A[output]


# --- programs --------------------------------------------------------------------------------------------------------


@dataclass
class Program:
    """One template per statement, in the order in which they run."""

    slots: dict
    order: str = "layer by layer"
    m: str = "X.shape[1]"
    start: list = field(default_factory=list)
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    returns: dict = field(default_factory=lambda: {name: (name[:2], int(name[2])) for name in GRADIENTS})

    def copy(self):
        return copy.deepcopy(self)

    def statements(self):
        """The statements in order; dA3 only where the program has one."""
        first = [key for key in (("dA", 3), ("dZ", 3)) if key in self.slots]
        deltas = [[("dA", l), ("dZ", l)] for l in (2, 1)]
        weights = [[("dW", l), ("db", l)] for l in (3, 2, 1)]
        if self.order == "deltas first":
            return [*first, *deltas[0], *deltas[1], *weights[0], *weights[1], *weights[2]]
        return [*first, *weights[0], *deltas[0], *weights[1], *deltas[1], *weights[2]]

    def statement(self, key):
        """All that belongs to one statement, to see whether two layers are written alike."""
        slope = self.slots[("slope", key[1])] if key[0] == "dZ" and key[1] < 3 else None
        return self.slots[key], slope, self.before.get(key, []), self.after.get(key, [])

    def alike(self, kind, layers):
        first, *rest = ((self.statement((kind, l))) for l in layers)
        return all(other == first for other in rest)


@dataclass(frozen=True)
class Style:
    """How one kind of learner writes: the layout, the spelling, whether dZ3 is made in one line or by way of dA3."""

    name: str
    layout: Callable
    slope: dict
    form: str = "delta"
    matmul: str = "({a} @ {b})"
    weights: str = "DOT(<dZ>, <A-1>.T) / <m>"
    bias: str = "np.sum(<dZ>, axis=1, keepdims=True) / <m>"
    own_forward: bool = False

    def program(self, hidden, output, loss):
        """The right program for this network."""
        slots = {}
        if self.form == "dA":
            slots |= {("dA", 3): LOSS_SLOPE[loss], ("slope", 3): output_slope(output), ("dZ", 3): "<dA> * <slope>"}
        else:
            slots[("dZ", 3)] = output_delta(output, loss)
        for l in (3, 2, 1):
            slots |= {("dW", l): self.weights, ("db", l): self.bias}
        for l in (2, 1):
            slots |= {("dA", l): "DOT(<W+1>.T, <dZ+1>)", ("slope", l): self.slope[hidden], ("dZ", l): "<dA> * <slope>"}
        return Program(slots)

    def source(self, program, forward=None):
        """The text of a module with backward_prop, and forward_prop where one is given."""
        body = self.layout(program, self)
        helpers = [text for name, text in HELPERS.items() if re.search(rf"\b{name}\(", body)]
        parts = ["import numpy as np\n", *helpers, *([forward] if forward else []), body]
        return "\n\n".join(part if part.endswith("\n") else part + "\n" for part in parts)


def right_source(style, hidden, output, loss, **forward_changes):
    """A right backward pass in the given style, with its own forward pass where the style has one."""
    style = STYLES[style]
    forward = forward_source(hidden, output, **forward_changes) if style.own_forward or forward_changes else None
    return style.source(style.program(hidden, output, loss), forward)


def forward_source(hidden, output, *, lines=(), cache=(), extra=""):
    """A forward pass of one's own; `lines` and `cache` replace what they name, `extra` adds to the cache."""
    text = {}
    for l in (1, 2, 3):
        text[f"Z{l}"] = f'p["W{l}"] @ {"X" if l == 1 else f"A{l - 1}"} + p["b{l}"]'
        text[f"A{l}"] = ACTIVATION[output if l == 3 else hidden].format(z=f"Z{l}")
    text |= dict(lines)
    names = {name: name for name in ("Z1", "A1", "Z2", "A2", "Z3", "A3")} | dict(cache)
    body = [f"    {name} = {expression}" for name, expression in text.items()]
    pairs = ", ".join(f'"{key}": {value}' for key, value in names.items())
    return "\n".join(["def forward_prop(X, p):", *body, f"    return {{{pairs}{extra}}}", ""])


# --- templates to text -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Index:
    """A layer: a number, or in a loop "l" plus a number."""

    number: int
    loop: bool = False

    def __str__(self):
        if not self.loop:
            return str(self.number)
        return "l" if not self.number else f"l {'+' if self.number > 0 else '-'} {abs(self.number)}"

    def __add__(self, offset):
        return Index(self.number + offset, self.loop)


class Text:
    """Templates of one program in one style's names."""

    def __init__(self, program, style, name, fused=False):
        self.program, self.style, self.name, self.fused = program, style, name, fused

    def expression(self, template, index, layer):
        """The template as text; `layer` is the number that stands for `index`."""
        text = SYMBOL.sub(lambda match: self._symbol(match[1], int(match[2] or 0), index, layer), template)
        return _unwrap(self._products(text))

    def _symbol(self, kind, offset, index, layer):
        if kind == "slope" or (kind == "dA" and self.fused and layer + offset < 3):
            template = self.program.slots[kind, layer + offset]
            return _wrap(self.expression(template, index + offset, layer + offset))
        return self.name(kind, index + offset)

    def _products(self, text):
        while (start := text.find("DOT(")) >= 0:
            a, b, end = _arguments(text, start + 4)
            text = text[:start] + self.style.matmul.format(a=_wrap(a), b=_wrap(b)) + text[end:]
        return text

    def line(self, key, index, *, add=False):
        """`dW2 = ...` with what stands before and after it."""
        kind, layer = key
        target = self.name(kind, index)
        value = self.expression(self.program.slots[key], index, layer)
        if target != value:
            yield from self.extra(self.program.before.get(key, []), index, layer)
            yield f"{target} = {target} + {value}" if add else f"{target} = {value}"
        yield from self.extra(self.program.after.get(key, []), index, layer)

    def extra(self, templates, index, layer):
        return (self.expression(template, index, layer) for template in templates)

    def start(self):
        return [self.expression(template, Index(l), l) for template, l in self.program.start]

    def statements(self):
        """The statements that get a line; where everything is fused, dA stands inside dZ."""
        return [key for key in self.program.statements() if not (self.fused and key[0] == "dA" and key[1] < 3)]

    def lines(self, keys=None, add=()):
        """One line per statement."""
        return [line for key in keys or self.statements() for line in self.line(key, Index(key[1]), add=key[0] in add)]

    def returned(self):
        pairs = ", ".join(f'"{name}": {self.name(kind, Index(l))}' for name, (kind, l) in self.program.returns.items())
        return f"return {{{pairs}}}"


def _arguments(text, start):
    """The two arguments of a call whose first character is at `start`, and where the call ends."""
    depth, comma = 0, None
    for i, character in enumerate(text[start:], start):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            if depth == 0:
                return text[start:comma].strip(), text[comma + 1 : i].strip(), i + 1
            depth -= 1
        elif character == "," and depth == 0 and comma is None:
            comma = i
    raise ValueError(f"unbalanced: {text[start:]}")


def _encloses(text):
    """Whether the first bracket of a text that starts with one is closed by its last character."""
    depth = 0
    for i, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return i == len(text) - 1
    return False


def _wrap(text):
    """Brackets round anything that is not one name, one call or bracketed already."""
    head = re.match(r"[\w.]*(\[[^\]]*\])?(\.\w+)?", text)[0]
    rest = text[len(head) :]
    return text if not rest or (rest[0] == "(" and _encloses(rest)) else f"({text})"


def _unwrap(text):
    return _unwrap(text[1:-1]) if text[:1] == "(" and _encloses(text) and "," not in text else text


def _function(lines, head="def backward_prop(X, y, c, p):"):
    return "\n".join([head, *(f"    {line}" for line in lines), ""])


# --- names -----------------------------------------------------------------------------------------------------------


def dictionary_names(kind, i):
    if kind in "Xym" or (kind, str(i)) == ("A", "0"):
        return kind if kind in "Xym" else "X"
    return {"A": "c", "Z": "c", "W": "p", "b": "p"}[kind] + f'["{kind}{i}"]' if kind in "AZWb" else f"{kind}{i}"


def _short_names(kind, i):
    if kind in "Xym":
        return kind
    return "X" if (kind, str(i)) == ("A", "0") else f"{kind}{i}"


def _self_names(kind, i):
    return "self." + dictionary_names(kind, i)


def _list_names(kind, i):
    return kind if kind in "Xym" else f"{kind}[{i}]"


def _example_names(kind, i):
    """Column i of everything that has one; parameters and sums keep their names."""
    if kind == "X" or (kind, str(i)) == ("A", "0"):
        return "x"
    if kind in ("y", "m"):
        return {"y": "t", "m": "m"}[kind]
    return f"{kind}{i}" if kind in ("W", "b", "dW", "db") else f"{kind}{i}".lower()


# --- layouts ---------------------------------------------------------------------------------------------------------

SHORT = [
    'Z1, Z2, Z3 = c["Z1"], c["Z2"], c["Z3"]', 'A1, A2, A3 = c["A1"], c["A2"], c["A3"]',
    'W1, W2, W3 = p["W1"], p["W2"], p["W3"]', 'b1, b2, b3 = p["b1"], p["b2"], p["b3"]',
]  # fmt: skip


def unrolled(program, style):
    """One line per gradient, dA inside dZ, everything taken from the dicts where it is used."""
    text = Text(program, style, dictionary_names, fused=True)
    return _function([f"m = {program.m}", *text.start(), *text.lines(), text.returned()])


def short_names(program, style):
    """One line per statement, with the cache and the parameters unpacked first."""
    text = Text(program, style, _short_names)
    return _function([f"m = {program.m}", *SHORT, *text.start(), *text.lines(), text.returned()])


def looped(program, style):
    """Lists of layers and a loop from the last layer to the first."""
    text = Text(program, style, _list_names)
    lines = [f"m = {program.m}", *_lists(), *text.start()]
    lines += text.lines([key for key in (("dA", 3), ("dZ", 3)) if key in program.slots])
    if not all(program.alike(kind, (2, 1)) for kind in ("dA", "dZ", "dW", "db")):
        raise CannotRender("the layers differ")
    own, before = Index(0, loop=True), Index(-1, loop=True)
    if program.order == "deltas first":
        if not _same_weights(program):
            raise CannotRender("the layers differ")
        lines += _for("(2, 1)", _body(text, [("dA", 2), ("dZ", 2)], own))
        lines += _for("(3, 2, 1)", _body(text, [("dW", 2), ("db", 2)], own))
    elif _same_weights(program):
        inner = _body(text, [("dA", 2), ("dZ", 2)], before)
        weights = _body(text, [("dW", 2), ("db", 2)], own)
        lines += _for("(3, 2, 1)", [*weights, "if l > 1:", *(f"    {line}" for line in inner)])
    else:
        lines += text.lines([("dW", 3), ("db", 3)])
        lines += _for("(2, 1)", _body(text, [("dA", 2), ("dZ", 2), ("dW", 2), ("db", 2)], own))
    return _function([*lines, text.returned()])


def _same_weights(program):
    return all(program.alike(kind, (3, 2, 1)) for kind in ("dW", "db"))


def _body(text, keys, index):
    return [line for key in keys for line in text.line(key, index)]


def _for(layers, lines):
    return [f"for l in {layers}:", *(f"    {line}" for line in lines)]


def _lists():
    lists = [f"{kind} = [{first}, " + ", ".join(f'{source}["{kind}{l}"]' for l in (1, 2, 3)) + "]" for kind, first, source in (
        ("A", "X", "c"), ("Z", "None", "c"), ("W", "None", "p"), ("b", "None", "p"))]  # fmt: skip
    return [*lists, "dW, db, dZ, dA, g = {}, {}, {}, {}, {}"]


LINEAR = {"dW": {"<dZ>", "<A-1>", "<W>", "<m>"}, "db": {"<dZ>", "<A-1>", "<W>", "<m>", "<dW>"}, "dA": {"<dZ+1>", "<W+1>", "<m>"}}
"""What linear_backward knows when it computes each of its three results."""
LOCAL = {"<dZ>": "dZ", "<A-1>": "A_prev", "<W>": "W", "<m>": "m", "<dW>": "dW"}


def linear_backward(program, style):
    """dA-style: dZ = dA * g'(Z), then dA_prev, dW, db = linear_backward(dZ, A_prev, W, m)."""
    if program.order != "layer by layer":
        return short_names(program, style)
    text = Text(program, style, _short_names)
    shared, helper = _linear_helper(program, style, text)
    lines = [f"m = {program.m}", *SHORT, *text.start(), *text.lines([("dA", 3), ("dZ", 3)])]
    for l in (3, 2, 1):
        keys = [("dW", l), ("db", l)] + ([("dA", l - 1)] if l > 1 else [])
        if all(program.statement(key) == (shared[key[0]], None, [], []) for key in keys):
            lines.append(f"{f'dA{l - 1}' if l > 1 else '_'}, dW{l}, db{l} = linear_backward(dZ{l}, {'X' if l == 1 else f'A{l - 1}'}, W{l}, m)")
        else:
            lines += text.lines(keys)
        if l > 1:
            lines += text.lines([("dZ", l - 1)])
    return helper + "\n\n" + _function([*lines, text.returned()])


def _linear_helper(program, style, text):
    """What linear_backward computes: the program's own way where all layers share it, else the right way."""
    shared = {"dW": style.weights, "db": style.bias, "dA": "DOT(<W+1>.T, <dZ+1>)"}
    uniform = {"dW": (3, 2, 1), "db": (3, 2, 1), "dA": (2, 1)}
    for kind, layers in uniform.items():
        known = all(match[0] in LINEAR[kind] for match in SYMBOL.finditer(program.slots[kind, layers[0]]))
        if known and program.alike(kind, layers) and not program.before and not program.after:
            shared[kind] = program.slots[kind, layers[0]]
    local = {kind: _local(template.replace("<W+1>", "<W>").replace("<dZ+1>", "<dZ>"), text) for kind, template in shared.items()}
    lines = [f"dW = {local['dW']}", f"db = {local['db']}", f"return {local['dA']}, dW, db"]
    return shared, _function(lines, "def linear_backward(dZ, A_prev, W, m):")


def _local(template, text):
    for symbol, name in LOCAL.items():
        template = template.replace(symbol, name)
    return _unwrap(text._products(template))


def classed(program, style):
    """A class that keeps the cache, the parameters and every gradient as attributes, one method per step."""
    text = Text(program, style, _self_names)
    groups = []
    for key in text.statements():
        if not groups or groups[-1][-1][1] != key[1]:
            groups.append([])
        groups[-1].append(key)
    lines = ["class Backward:", "    def __init__(self, X, y, c, p):", "        self.X, self.y, self.c, self.p = X, y, c, p"]
    lines += [f"        self.m = {program.m}", *(f"        {line}" for line in text.start())]
    for i, keys in enumerate(groups, 1):
        lines += ["", f"    def step_{i}(self):", *(f"        {line}" for line in text.lines(keys))]
    lines += ["", "    def run(self):", *(f"        self.step_{i}()" for i in range(1, len(groups) + 1)), f"        {text.returned()}"]
    return "\n".join(lines) + "\n\n\n" + _function(["return Backward(X, y, c, p).run()"])


def example_by_example(program, style):
    """A loop over the examples that adds each one's share to dW and db."""
    text = Text(program, style, _example_names)
    columns = [f'{kind.lower()}{l} = c["{kind}{l}"][:, i : i + 1]' for l in (1, 2, 3) for kind in ("Z", "A")]
    body = ["x, t = X[:, i : i + 1], y[:, i : i + 1]", *columns, *text.start(), *text.lines(add=("dW", "db"))]
    lines = [f"m = {program.m}", *SHORT[2:], "dW1 = db1 = dW2 = db2 = dW3 = db3 = 0"]
    return _function([*lines, "for i in range(X.shape[1]):", *(f"    {line}" for line in body), text.returned()])


STYLES = {
    style.name: style
    for style in (
        Style("unrolled", unrolled, SLOPE_FROM_A),
        Style("loop", looped, SLOPE_CALL, matmul="np.dot({a}, {b})", bias="<dZ>.sum(axis=1, keepdims=True) / <m>"),
        Style("dA", linear_backward, SLOPE_CALL, form="dA", matmul="np.dot({a}, {b})", weights="1 / <m> * DOT(<dZ>, <A-1>.T)",
              bias="1 / <m> * np.sum(<dZ>, axis=1, keepdims=True)", own_forward=True),
        Style("class", classed, SLOPE_FROM_Z, matmul="{a}.dot({b})", own_forward=True),
        Style("examples", example_by_example, SLOPE_FROM_A),
        Style("einsum", short_names, SLOPE_FROM_Z, matmul='np.einsum("ij,jk->ik", {a}, {b})', bias="np.mean(<dZ>, axis=1, keepdims=True)"),
    )
}  # fmt: skip
"""Every style by name."""


# --- source to functions ---------------------------------------------------------------------------------------------


def functions(source, name="learner"):
    """(backward_prop, forward_prop or None) of a module's text; `inspect.getsource` finds its lines."""
    filename = f"<{name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    space = {"np": np, "__name__": "learner"}
    exec(compile(source, filename, "exec"), space)
    return space["backward_prop"], space.get("forward_prop")
