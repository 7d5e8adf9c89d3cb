"""Ways of writing a network in functions: dicts, tuples of caches, a flat vector, plain floats.

A manner makes a `Shape`: the lines of the file, each with its part in the backward pass, what its owner has in memory, and the call of the
clinic that the owner would write. In the texts below `#: gW` is a line's part (no fault is planted in lines without one), and `@backward` a
block of lines.
"""

import ast
import re
import textwrap
from dataclasses import dataclass, field


def _vocabulary(W, b, z, a, d, e, gW, gb, X, y, m):
    return {"W": W, "b": b, "z": z, "a": a, "d": d, "e": e, "gW": gW, "gb": gb, "X": X, "y": y, "m": m}


VOCABULARIES = (
    _vocabulary("W{l}", "b{l}", "Z{l}", "A{l}", "dZ{l}", "dA{l}", "dW{l}", "db{l}", "X", "Y", "m"),
    _vocabulary("W{l}", "b{l}", "z{l}", "a{l}", "d{l}", "e{l}", "grad_W{l}", "grad_b{l}", "x", "y", "n"),
    _vocabulary("w{l}", "bias{l}", "net{l}", "out{l}", "delta{l}", "error{l}", "grad_w{l}", "grad_bias{l}", "inputs", "targets", "n"),
    _vocabulary("theta{l}", "offset{l}", "s{l}", "h{l}", "q{l}", "back{l}", "g_theta{l}", "g_offset{l}", "features", "wanted", "count"),
    _vocabulary("peso{l}", "vies{l}", "soma{l}", "saida{l}", "erro{l}", "volta{l}", "gpeso{l}", "gvies{l}", "entrada", "alvo", "total"),
    _vocabulary("ham{l}", "egg{l}", "soup{l}", "stew{l}", "spoon{l}", "ladle{l}", "dham{l}", "degg{l}", "menu", "dish", "guests"),
    _vocabulary("Θ{l}", "β{l}", "ζ{l}", "α{l}", "δ{l}", "ε{l}", "dΘ{l}", "dβ{l}", "x", "t", "N"),
    _vocabulary("{U}", "{u}", "into_{U}", "from_{U}", "err_{U}", "down_{U}", "to_{U}", "to_{u}", "rows", "labels", "size"),
)


def word(words, kind, l):
    """What this person calls it; the activation of layer 0 is the input."""
    if kind == "a" and l == 0:
        return words["X"]
    return f"mask{l}" if kind == "mask" else words[kind].format(l=l, U="PQVST"[l - 1], u="pqvsu"[l - 1])


@dataclass(frozen=True)
class Line:
    """One line of a file; `role` is its part in the backward pass, "" outside it."""

    text: str
    role: str = ""


def sheet(template, **blocks):
    """The lines of a template: `code #: role`, and `@block` for lines that are made elsewhere, indented as it is."""
    lines = []
    for text in textwrap.dedent(template).strip("\n").split("\n"):
        if text.strip().startswith("@"):
            indent = text[: len(text) - len(text.lstrip())]
            lines += [Line(indent + line.text if line.text else "", line.role) for line in blocks[text.strip()[1:]]]
        else:
            code, _, role = text.partition("#:")
            lines.append(Line(code.rstrip(), role.strip()))
    return lines


@dataclass(frozen=True)
class Shape:
    """A file, what its owner has in memory, and the owner's call of the clinic.

    `parameters`: {the clinic's name: the expression that reaches it}. Gradients are `grads` with `got` {name: expression in `g`}, or an
    update, `step` at `rate`. For a script, `marker` is the text of the first line that is run again with other parameters, and `once` makes
    its loops run once.
    """

    manner: str
    net: object
    lines: tuple
    setup: tuple
    parameters: dict
    loss: str
    call: str
    grads: str = ""
    got: dict = field(default_factory=dict)
    step: str = ""
    rate: float = 0.1
    marker: str = ""
    once: str = ""

    @property
    def text(self):
        return "\n".join(line.text for line in self.lines) + "\n"


class Pass:
    """The statements of a network without loops, in the words of `name(kind, l)`: blocks for a `sheet`."""

    def __init__(self, ink, name, y, m):
        self.ink, self.net, self.name, self.y, self.m = ink, ink.net, name, y, m
        self.keys = [(kind, l) for l in range(1, self.net.layers + 1) for kind in ("Wb" if self.net.bias else "W")]

    def count(self, x):
        """`m = ...` where the statements need it."""
        return [Line(f"{self.m} = {self.ink.examples(x)}", "m")] if self.net.layout != "one" else []

    def dropped(self, l):
        return self.net.dropout and l == 1

    def forward(self):
        ink, name = self.ink, self.name
        for l in range(1, self.net.layers + 1):
            W, b, z, a = (name(kind, l) for kind in "Wbza")
            yield Line(f"{z} = {ink.affine(W, name('a', l - 1), b)}")
            if self.dropped(l):
                yield Line(f"{name('mask', l)} = (np.random.rand(*{z}.shape) < 0.8) / 0.8")
            out = ink.output(z) if l == self.net.layers else ink.activation(z)
            yield Line(f"{a} = {out}" + (f" * {name('mask', l)}" if self.dropped(l) else ""))

    def delta(self, l):
        ink, name = self.ink, self.name
        if l == self.net.layers:
            yield Line(f"{name('d', l)} = {ink.error(name('a', l), self.y, self.m)}", "top")
            return
        down, slope = ink.down(name("d", l + 1), name("W", l + 1)), ink.slope(name("z", l), name("a", l))
        slope = f"{name('mask', l)} * {slope}" if self.dropped(l) else slope
        if ink.two_steps:
            yield Line(f"{name('e', l)} = {down}", "down")
        down = name("e", l) if ink.two_steps else f"({down})" if "@" in down else down
        yield Line(f"{name('d', l)} = {down} * {slope}", "delta")

    def gradient(self, l):
        ink, name = self.ink, self.name
        weights = ink.over(ink.weight_gradient(name("a", l - 1), name("d", l)), self.m)
        yield Line(f"{name('gW', l)} = {ink.decayed(weights, name('W', l))}", "gW")
        if self.net.bias:
            yield Line(f"{name('gb', l)} = {ink.over(ink.bias_gradient(name('d', l)), self.m)}", "gb")

    def backward(self):
        makers = ((self.delta,), (self.gradient,)) if self.ink.deltas_first else ((self.delta, self.gradient),)
        return [line for together in makers for l in range(self.net.layers, 0, -1) for make in together for line in make(l)]

    def updates(self, rate):
        sign, pairs = "+" if self.ink.upward else "-", [(self.name(kind, l), self.name("g" + kind, l)) for kind, l in self.keys]
        if self.ink.updates == "together":
            arrays, steps = (", ".join(names) for names in zip(*pairs, strict=True))
            return [Line(f"for array, step in zip(({arrays},), ({steps},)):"), Line(f"    array {sign}= {rate} * step", "update")]
        new = "{W} = {W} {sign} {rate} * {g}" if self.ink.updates == "new" else "{W} {sign}= {rate} * {g}"
        return [Line(new.format(W=W, g=g, sign=sign, rate=rate), "update") for W, g in pairs]

    def cost(self):
        return self.ink.loss(self.name("a", self.net.layers), self.y, self.m, [self.name("W", l) for l in range(1, self.net.layers + 1)])


def top(ink):
    """The first lines of a file: the import, the strength of the penalty, helper functions."""
    penalty = [Line(f"{ink.lam_name} = {ink.lam}")] if ink.net.penalty else []
    helpers = [*sheet(ink.helpers()), Line(""), Line("")] if ink.helpers() else []
    return [Line("import numpy as np"), *penalty, Line(""), Line(""), *helpers]


def dicts(net, ink, words, rng):
    """forward(X, p) -> cache, cost(X, y, p), backward(X, y, p, cache) -> gradients, all in dicts."""
    ink.upward, X, y = False, words["X"], words["y"]
    keyed = {"W": "p", "b": "p", "z": "c", "a": "c", "mask": "c"}

    def name(kind, l):
        plain = word(words, kind, l)
        return f'{keyed[kind]}["{plain}"]' if kind in keyed and (kind, l) != ("a", 0) else plain

    body, own = Pass(ink, name, y, words["m"]), rng.random() < 0.5
    plain = {key: word(words, *key) for key in body.keys}
    grads = {plain[kind, l]: (word(words, kind if own else "g" + kind, l), word(words, "g" + kind, l)) for kind, l in body.keys}
    returned = ", ".join(f'"{key}": {value}' for key, value in grads.values())
    lines = sheet(
        f"""
        @top
        def forward({X}, p):
            c = {{}}
            @forward
            return c


        def cost({X}, {y}, p):
            c = forward({X}, p)
            @count
            return {body.cost()}


        def backward({X}, {y}, p, c):
            @count
            @backward
            return {{{returned}}}
        """, top=top(ink), forward=body.forward(), count=body.count(X), backward=body.backward(),
    )  # fmt: skip
    drawn, loss, grad = net.drawn(ink.flat), f"cost({X}, {y}, p)", f"backward({X}, {y}, p, forward({X}, p))"
    setup = (*net.data(X, y), "p = {" + ", ".join(f'"{plain[key]}": {drawn[key]}' for key in body.keys) + "}")
    return Shape(
        "dicts", net, tuple(lines), setup, {n: f'p["{n}"]' for n in plain.values()}, loss, f"check(p, lambda: {loss}, lambda: {grad})",
        grads=grad, got={n: f'g["{key}"]' for n, (key, _) in grads.items()},
    )  # fmt: skip


def tuples(net, ink, words, rng):
    """run(X, *weights) -> (out, cache); gradients(y, cache, ...) -> tuple in the order of the weights."""
    ink.upward, X, y = False, words["X"], words["y"]
    body = Pass(ink, lambda kind, l: word(words, kind, l), y, words["m"])
    names, out = ", ".join(word(words, *key) for key in body.keys), word(words, "a", net.layers)
    kept = [word(words, kind, l) for l in range(1, net.layers + 1) for kind in (("mask", "z", "a") if body.dropped(l) else "za")]
    lines = sheet(
        f"""
        @top
        def run({X}, {names}):
            @forward
            return {out}, ({", ".join([X, *kept])})


        def objective({X}, {y}, {names}):
            {out} = run({X}, {names})[0]
            @count
            return {body.cost()}


        def gradients({y}, cache, {names}):
            {", ".join([X, *kept])} = cache
            @count
            @backward
            return {", ".join(word(words, "g" + kind, l) for kind, l in body.keys)}
        """, top=top(ink), forward=body.forward(), count=body.count(X), backward=body.backward(),
    )  # fmt: skip
    drawn, each = net.drawn(ink.flat), range(len(body.keys))
    setup = (*net.data(X, y), f"params = [{', '.join(drawn[key] for key in body.keys)}]")
    loss, grad = f"objective({X}, {y}, *params)", f"gradients({y}, run({X}, *params)[1], *params)"
    return Shape(
        "tuples", net, tuple(lines), setup, {f"[{i}]": f"params[{i}]" for i in each}, loss, f"check(params, lambda: {loss}, lambda: {grad})",
        grads=grad, got={f"[{i}]": f"g[{i}]" for i in each},
    )  # fmt: skip


def _cut(drawn, keys, words):
    """Lines that cut a flat vector into parameters, and its length."""
    lines, at = [], 0
    for key in keys:
        shape = ast.literal_eval(re.search(r"size=(\([^)]*\)|\d+)", drawn[key])[1])
        shape = shape if isinstance(shape, tuple) else (shape,)
        size = shape[0] * (shape[1] if len(shape) > 1 else 1)
        lines.append(Line(f"{word(words, *key)} = theta_all[{at}:{at + size}].reshape({shape})"))
        at += size
    return lines, at


def flat_vector(net, ink, words, rng):
    """One function of an unrolled vector: cost and gradient."""
    ink.upward, X, y = False, words["X"], words["y"]
    body = Pass(ink, lambda kind, l: word(words, kind, l), y, words["m"])
    cut, length = _cut(net.drawn(ink.flat), body.keys, words)
    lines = sheet(
        f"""
        @top
        def cost_and_slope(theta_all, {X}, {y}):
            @cut
            @count
            @forward
            J = {body.cost()}
            @backward
            return J, np.concatenate([{", ".join(f"{word(words, 'g' + kind, l)}.ravel()" for kind, l in body.keys)}])
        """, top=top(ink), cut=cut, count=body.count(X), forward=body.forward(), backward=body.backward(),
    )  # fmt: skip
    setup, value = (*net.data(X, y), f"theta_all = r.normal(size={length}) * 0.5"), f"cost_and_slope(theta_all, {X}, {y})"
    return Shape(
        "flat vector", net, tuple(lines), setup, {"params": "theta_all"}, f"{value}[0]", f"check(theta_all, lambda: {value}[0], lambda: {value}[1])",
        grads=f"{value}[1]", got={"params": "g"},
    )  # fmt: skip


def floats(net, ink, words, rng):
    """Two inputs, two hidden units, one output, all in plain numbers."""
    net = type(net)((2, 2, 1), "one", "sigmoid", "sigmoid", "half_sse")
    factor, half = ("2 * ", "") if rng.random() < 0.5 else ("", "0.5 * ")
    weights = ("wa", "wb", "wc", "wd", "ba", "bb", "va", "vb", "bo")
    args = ", ".join(weights)
    lines = sheet(f"""
        import math


        def squash(t):
            return 1 / (1 + math.exp(-t))


        def predict(x1, x2, {args}):
            p = squash(wa * x1 + wb * x2 + ba)
            q = squash(wc * x1 + wd * x2 + bb)
            return p, q, squash(va * p + vb * q + bo)


        def slopes(x1, x2, t, {args}):
            p, q, o = predict(x1, x2, {args})
            go = {factor}(o - t) * o * (1 - o)  #: top
            gp = go * va * p * (1 - p)  #: delta
            gq = go * vb * q * (1 - q)  #: delta
            g_wa = gp * x1  #: gW
            g_wb = gp * x2  #: gW
            g_wc = gq * x1  #: gW
            g_wd = gq * x2  #: gW
            g_ba = gp  #: gb
            g_bb = gq  #: gb
            g_va = go * p  #: gW
            g_vb = go * q  #: gW
            g_bo = go  #: gb
            return dict({", ".join(f"{n}=g_{n}" for n in weights)})
        """)
    setup = ("w = {" + ", ".join(f'"{n}": float(r.normal())' for n in weights) + "}", "x1, x2, t = 0.7, -1.2, 1.0")
    loss = f"{half}(predict(x1, x2, **w)[2] - t) ** 2"
    return Shape(
        "floats", net, tuple(lines), setup, {n: f'w["{n}"]' for n in weights}, loss, f"check(w, lambda: {loss}, lambda: slopes(x1, x2, t, **w))",
        grads="slopes(x1, x2, t, **w)", got={n: f'g["{n}"]' for n in weights},
    )  # fmt: skip
