"""How people spell the mathematics of a network: one network and one set of habits, expressions as text.

A `Net` says what is computed, an `Ink` how it is written: the product of matrices, slopes from z or from a or by a helper function, where
the loss is divided by the number of examples, the shape of the biases, whether the error is target minus output. `manners` puts the
expressions together to functions, classes and scripts.
"""

import functools
from dataclasses import dataclass
from itertools import pairwise

NORMED = {"bce": "m", "cce": "m", "half_mse": "m", "hinge": "m", "mse": "size", "cce_sum": "", "sse": "", "half_sse": ""}
"""What the loss is divided by: the number of examples, of all outputs, nothing."""


@dataclass(frozen=True)
class Net:
    """What is computed."""

    sizes: tuple
    layout: str
    hidden: str
    output: str
    loss: str
    bias: bool = True
    penalty: bool = False
    dropout: bool = False
    integers: bool = False
    m: int = 7

    @property
    def layers(self):
        return len(self.sizes) - 1

    @property
    def id(self):
        more = [name for name in ("penalty", "dropout", "integers") if getattr(self, name)] + ([] if self.bias else ["no biases"])
        return " ".join([f"{self.layers} layers", self.layout, self.hidden, self.output, self.loss, *more])

    def data(self, X, y, one=None):
        """Lines that draw inputs and labels with a generator `r`, in the layout of the code."""
        m, n, k = self.m, self.sizes[0], self.sizes[-1]
        one = self.layout == "one" if one is None else one
        turned = self.layout == "columns"

        def shape(units):
            return f"({units},)" if one else f"({units}, {m})" if turned else f"({m}, {units})"

        labels = {"softmax": f"np.arange({m}) % {k}", "sigmoid": f"r.integers(0, 2, {shape(k)}) * 1.0"}.get(self.output, f"r.normal(size={shape(k)})")
        if self.loss == "hinge":
            labels = f"np.sign(r.normal(size={shape(k)}))"
        if self.output == "softmax" and one:
            labels = f"{k - 1}" if self.integers else f"np.eye({k})[{k - 1}]"
        elif self.output == "softmax" and not self.integers:
            labels = f"np.eye({k})[{labels}]" + (".T" if turned else "")
        return [f"{X} = r.normal(size={shape(n)})", f"{y} = {labels}"]

    def drawn(self, flat):
        """{("W", l), ("b", l): text that draws it with a generator `r`}; biases are not zero."""
        text = {}
        for l, (n_in, n_out) in enumerate(pairwise(self.sizes), 1):
            text["W", l] = f"r.normal(size={(n_in, n_out) if self.layout == 'rows' else (n_out, n_in)}) * {1.2 / n_in**0.5:.2f}"
            shape = n_out if flat or self.layout == "one" else (1, n_out) if self.layout == "rows" else (n_out, 1)
            if self.bias:
                text["b", l] = f"r.normal(size={shape}) * 0.3"
        return text


def _one_of(rng, items):
    return items[rng.integers(len(items))]


def draw_net(rng, layouts=("rows", "columns", "one"), depths=(2, 2, 3, 3, 4, 5), **fixed):
    """A network of one of these layouts and depths; equally wide neighbours, where transposes go unnoticed, are frequent."""
    pick = functools.partial(_one_of, rng)
    layout, depth = pick(layouts), pick(depths)
    output = pick(("softmax", "softmax", "sigmoid", "sigmoid", "identity"))
    losses = {"softmax": ("cce", "cce", "cce_sum"), "sigmoid": ("bce", "bce", "mse", "half_sse", "sse", "half_mse")}
    loss = pick(losses.get(output, ("mse", "half_mse", "sse", "hinge")))
    wide = int(rng.integers(3, 6))
    hidden_sizes = [wide if rng.random() < 0.6 else int(rng.integers(3, 6)) for _ in range(depth - 1)]
    last = int(rng.integers(3, 5)) if output == "softmax" else int(pick((1, 1, 2, 3)))
    parts = {
        "sizes": (int(rng.integers(3, 6)), *hidden_sizes, wide if output == "softmax" and rng.random() < 0.4 else last),
        "layout": layout, "hidden": pick(("relu", "relu", "leaky_relu", "sigmoid", "tanh", "elu")), "output": output, "loss": loss,
        "bias": rng.random() < 0.9, "penalty": layout != "one" and rng.random() < 0.2,
        "integers": output == "softmax" and rng.random() < 0.4, "m": int(rng.integers(6, 10)),
    }  # fmt: skip
    return Net(**(parts | fixed))


class Ink:
    """One person's habits; every method gives text."""

    def __init__(self, net, rng):
        def pick(*items):
            return _one_of(rng, items)

        self.net, self.rng = net, rng
        self.product = pick("{a} @ {b}", "{a} @ {b}", "np.dot({a}, {b})", "{a}.dot({b})")
        self.flat = net.layout == "one" or (net.layout == "rows" and rng.random() < 0.5)
        self.sums = pick("np.sum({a}, axis={k}{more})", "{a}.sum(axis={k}{more})")
        self.divides = pick("delta", "gradients") if net.layout != "one" else "delta"
        self.slopes = pick("a", "z", "helper")
        self.relu = pick("np.maximum(0, {z})", "np.maximum({z}, 0)", "{z} * ({z} > 0)", "np.where({z} > 0, {z}, 0)")
        self.upward = net.loss in ("bce", "cce", "half_mse", "half_sse", "cce_sum") and not net.penalty and rng.random() < 0.15
        self.two_steps, self.deltas_first = rng.random() < 0.5, rng.random() < 0.3
        self.squash, self.softmax = pick("sigmoid", "squash", "logistic", "sig"), pick("softmax", "soft")
        self.slope_name = pick("slope", "d_act", "prime", "deriv")
        self.lam, self.lam_name = 0.2, pick("lam", "reg", "decay", "alpha_l2")
        self.rate_name = pick("lr", "rate", "alpha", "eta", "step_size")
        self.length, self.updates = rng.random() < 0.5, pick("in place", "in place", "new", "together")

    # --- products and sums

    def mm(self, a, b):
        return self.product.format(a=_atom(a), b=b if self.product.startswith("np.") else b if ".dot" in self.product else _atom(b))

    def affine(self, W, x, b):
        z = self.mm(x, W) if self.net.layout == "rows" else self.mm(W, x)
        return f"{z} + {b}" if self.net.bias else z

    def weight_gradient(self, x, d):
        if self.net.layout == "one":
            return f"np.outer({d}, {x})"
        return self.mm(f"{x}.T", d) if self.net.layout == "rows" else self.mm(d, f"{x}.T")

    def bias_gradient(self, d):
        if self.net.layout == "one":
            return d
        return self.sums.format(a=d, k=int(self.net.layout == "columns"), more="" if self.flat else ", keepdims=True")

    def down(self, d, W):
        return self.mm(d, f"{W}.T") if self.net.layout == "rows" else self.mm(f"{W}.T", d)

    # --- activations

    def activation(self, z):
        return self._act(self.net.hidden, z)

    def _act(self, kind, z):
        return {
            "relu": self.relu, "leaky_relu": "np.where({z} > 0, {z}, 0.01 * {z})", "sigmoid": self.squash + "({z})", "tanh": "np.tanh({z})",
            "elu": "np.where({z} > 0, {z}, np.exp(np.minimum({z}, 0)) - 1)", "identity": "{z}", "softmax": self.softmax + "({z})",
        }[kind].format(z=z)  # fmt: skip

    def output(self, z):
        return self._act(self.net.output, z)

    def slope(self, z, a):
        """The slope of the hidden activation; `a` is what it made of `z`."""
        kind, how = self.net.hidden, "z" if self.net.dropout else self.slopes
        if how == "helper" or (how == "z" and kind == "sigmoid"):
            return f"{self.slope_name}({z})"
        return {
            ("relu", "a"): f"({a} > 0)", ("relu", "z"): f"({z} > 0)", ("leaky_relu", "a"): f"np.where({a} > 0, 1, 0.01)",
            ("leaky_relu", "z"): f"np.where({z} > 0, 1, 0.01)", ("sigmoid", "a"): f"{a} * (1 - {a})", ("tanh", "a"): f"(1 - {a} ** 2)",
            ("tanh", "z"): f"(1 - np.tanh({z}) ** 2)",
            ("elu", "a"): f"np.where({a} > 0, 1, {a} + 1)", ("elu", "z"): f"np.where({z} > 0, 1, np.exp({z}))",
        }[kind, how]  # fmt: skip

    def helpers(self):
        """The text of the helper functions, each line of a slope marked as one."""
        net, f, text = self.net, self.slope_name, ""
        if "sigmoid" in (net.hidden, net.output):
            text += f"def {self.squash}(t):\n    return 1 / (1 + np.exp(-t))\n\n\n"
        if net.output == "softmax":
            axis = {"rows": "axis=1, keepdims=True", "columns": "axis=0, keepdims=True", "one": ""}[net.layout]
            text += f"def {self.softmax}(t):\n    e = np.exp(t - t.max({axis}))\n    return e / e.sum({axis})\n\n\n"
        slope = {
            "relu": "    return (t > 0) * 1.0  #: slope", "leaky_relu": "    return np.where(t > 0, 1.0, 0.01)  #: slope",
            "sigmoid": f"    s = {self.squash}(t)  #: slope\n    return s * (1 - s)  #: slope", "tanh": "    return 1 - np.tanh(t) ** 2  #: slope",
            "elu": "    return np.where(t > 0, 1, np.exp(t))  #: slope",
        }[net.hidden]  # fmt: skip
        return f"{text}def {f}(t):\n{slope}\n\n" if self.slope("z", "a").startswith(f + "(") else text.removesuffix("\n")

    # --- the loss

    def examples(self, x):
        return f"{x}.shape[1]" if self.net.layout == "columns" else f"len({x})" if self.length else f"{x}.shape[0]"

    def loss(self, out, y, m, weights=()):
        net, diff = self.net, f"({out} - {y}) ** 2"
        if net.loss == "bce":
            terms = f"{y} * np.log({out}) + (1 - {y}) * np.log(1 - {out})"
            text = f"-np.mean({terms})" if net.sizes[-1] == 1 else f"-np.sum({terms})" + (f" / {m}" if net.layout != "one" else "")
        elif net.loss.startswith("cce"):
            which = {"rows": f"np.arange({m}), {y}", "columns": f"{y}, np.arange({m})", "one": y}[net.layout]
            terms = f"np.log({out}[{which}])" if net.integers else f"{y} * np.log({out})"
            text = f"-np.sum({terms})" + (f" / {m}" if net.loss == "cce" and net.layout != "one" else "")
        else:
            text = {
                "mse": f"np.mean({diff})", "half_mse": f"0.5 * np.sum({diff})", "sse": f"np.sum({diff})", "half_sse": f"0.5 * np.sum({diff})",
                "hinge": f"np.sum(np.maximum(0, 1 - {y} * {out}))",
            }[net.loss] + (f" / {m}" if net.loss in ("half_mse", "hinge") and net.layout != "one" else "")  # fmt: skip
        squares = " + ".join(f"np.sum({W} ** 2)" for W in weights)
        return f"{text} + {self.lam_name} / 2 * ({squares})" if net.penalty else text

    def hot(self, y):
        return f"np.eye({self.net.sizes[-1]})[{y}]" + (".T" if self.net.layout == "columns" else "")

    def error(self, out, y, m):
        """The slope of the loss in the output's weighted sums, divided where this person divides there."""
        net = self.net
        y = self.hot(y) if net.integers else y
        difference = f"{y} - {out}" if self.upward else f"{out} - {y}"
        if (net.output, net.loss) in (("sigmoid", "bce"), ("softmax", "cce"), ("softmax", "cce_sum")):
            text, single = difference, False
        elif net.loss == "hinge":
            text, single = f"-{y} * ({y} * {out} < 1)", True
        else:
            slope = f" * {out} * (1 - {out})" if net.output == "sigmoid" else ""
            factor = "2 * " if net.loss in ("mse", "sse") else ""
            text = f"{factor}({difference}){slope}" if factor or slope else difference
            single = bool(factor or slope)
        over = self.normaliser(out, m) if self.divides == "delta" or NORMED[net.loss] == "size" else ""
        return text if not over else f"{text} / {over}" if single else f"({text}) / {over}"

    def normaliser(self, out, m):
        kind = NORMED[self.net.loss]
        return "" if not kind or (kind == "m" and self.net.layout == "one") else m if kind == "m" else f"{out}.size"

    def over(self, text, m):
        """A gradient, divided by the number of examples where this person divides there."""
        if self.divides == "delta" or NORMED[self.net.loss] != "m" or self.net.layout == "one":
            return text
        return f"{text} / {m}" if self.product.startswith("np.") or (text.endswith(")") and "@" not in text) else f"({text}) / {m}"

    def decayed(self, text, W):
        return f"{text} + {self.lam_name} * {W}" if self.net.penalty else text


def _atom(text):
    """In parentheses where it is a sum, a difference or a product."""
    depth = 0
    for i, c in enumerate(text):
        depth += c in "([{"
        depth -= c in ")]}"
        if depth == 0 and c == " " and i:
            return f"({text})"
    return f"({text})" if text.startswith("-") else text
