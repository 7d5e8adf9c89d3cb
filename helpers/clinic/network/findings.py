"""From a fault that the search found to words: statement, family, what it spoils, why, the evidence, and the remedy."""

import re
from dataclasses import dataclass

FAMILIES = (
    "wrong_derivative", "derivative_of_wrong_argument", "output_delta", "transpose", "axis_or_keepdims", "scale", "sign", "wrong_layer",
    "missing_term", "in_place", "broadcasting", "elementwise_vs_matmul", "update_order", "dtype", "forward_mismatch", "none",
)  # fmt: skip
"""Every family of mistakes; "none" where the clinic knows the statement but not the mistake."""

STATEMENTS = ("dA3", "dZ3", "dW3", "db3", "dA2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")
"""The statements of a backward pass in their usual order."""

_SPOILS = {3: ("dW3", "db3", "dW2", "db2", "dW1", "db1"), 2: ("dW2", "db2", "dW1", "db1"), 1: ("dW1", "db1")}


@dataclass(frozen=True)
class Finding:
    """One mistake.

    Attributes
    ----------
    statement : str
        The root: "dZ2", "dW3", "forward Z2", "update W3", ...
    family : str
        One of `FAMILIES`.
    gradients : tuple of str
        The gradients that it spoils.
    explanation, evidence, remedy : str
        What is wrong, how that is known, and what to write instead.
    line : str or None
        The learner's own line.
    repair : str or None
        What to write there in the learner's own names, or the move in words: run, and found right.
    number : int or None
        The number of that line in the learner's file or cell.
    """

    statement: str
    family: str
    gradients: tuple
    explanation: str
    evidence: str
    remedy: str
    line: str | None = None
    repair: str | None = None
    number: int | None = None

    @property
    def yours(self):
        """Another name of `repair`."""
        return self.repair

    @property
    def source(self):
        """Another name of `line`, the one that the findings of `check` have."""
        return self.line

    def __str__(self):
        lines = [f"{self.statement} ({self.family.replace('_', ' ')}): {self.explanation}", f"  spoils: {', '.join(self.gradients) or '-'}"]
        lines += [f"  evidence: {self.evidence}"]
        where = f"   (line {self.number})" if self.number else ""
        lines += [f"  your line: {self.line}{where}"] if self.line else []
        lines += [f"  instead: {self.repair or self.remedy}"]
        return "\n".join(lines)

    __repr__ = __str__


def sentence(why):
    """A reason as a sentence; names such as dZ3, y or keepdims keep their letters."""
    first = why if re.match(r"\w*\d|[ymX]\b|keepdims\b", why) else why[:1].upper() + why[1:]
    return first + "." * (not first.endswith("?"))


def statement_of(name, numbers=None):
    """The statement that a learner's name stands for: dz2, delta2, d_Z2, grads["dW2"], dW[l] ..., or None.

    numbers : dict, optional
        Whole numbers by name, to tell l.
    """
    match = re.search(r"(?i)\b(?:delta|grad|d|g)_?\[?f?['\"]?d?([zawb])?_?(?:\{(\w+)[^}]*\}|([123]))", name)
    if not match:
        return None
    kind = {"Z": "Z", "A": "A", "W": "W", "B": "b"}[(match[1] or "Z").upper()]
    l = match[3] or str((numbers or {}).get(match[2], ""))
    return f"d{kind}{l}" if l in ("1", "2", "3") else None


def spoiled(statement, wrong):
    """Of the wrong gradients, those that depend on a statement."""
    kind, l = statement[-2], int(statement[-1])
    if statement.startswith("d") and kind in "Wb":
        reach = (statement,)
    elif statement.startswith("forward"):
        reach = _SPOILS[3]
    elif statement.startswith("update"):
        reach = _SPOILS[l - 1] if l > 1 else ()
    else:
        reach = _SPOILS[l]
    return tuple(name for name in reach if name in wrong)


def remedy(statement, meant):
    """The right statement as code."""
    kind, l = statement[-2], int(statement[-1])
    before = f'c["A{l - 1}"]' if l > 1 else "X"
    if statement.startswith("forward Z"):
        return f'Z{l} = p["W{l}"] @ {"A" + str(l - 1) if l > 1 else "X"} + p["b{l}"]'
    if statement.startswith("forward A"):
        return f"A{l} = {_activation(meant, l)}, applied to Z{l}"
    if statement.startswith("update"):
        return f"compute every gradient first, and change W{l} afterwards"
    if kind == "W":
        return f"dW{l} = dZ{l} @ {before}.T / m"
    if kind == "b":
        return f"db{l} = np.sum(dZ{l}, axis=1, keepdims=True) / m"
    if l == 3:
        return f"dZ3 = {output_delta_code(meant)}"
    if kind == "A":
        return f'dA{l} = p["W{l + 1}"].T @ dZ{l + 1}'
    z, a = f'c["Z{l}"]', f'c["A{l}"]'
    return f"dZ{l} = dA{l} * {slope_code(meant.hidden, z, a)}"


def _activation(meant, l):
    return meant.output if l == 3 else meant.hidden.name


def output_delta_code(meant, z='c["Z3"]', a='c["A3"]', y="y"):
    """dZ3 of the network that is meant as code. z, a, y : str, names for Z3, A3 and the labels."""
    if (meant.output, meant.loss) in (("sigmoid", "bce"), ("identity", "half_mse")):
        return f"{a} - {y}"
    error = {"mse": f"2 * ({a} - {y})", "half_mse": f"({a} - {y})", "bce": f"({a} - {y}) / ({a} * (1 - {a}))"}[meant.loss]
    return error + {"sigmoid": f" * {a} * (1 - {a})", "identity": "", "relu": f" * ({z} > 0)"}[meant.output]


def activation_code(name, hidden, z):
    """An activation as code, for a name of z. hidden : Activation, for the leak."""
    leak = f"{hidden.slope(-1.0):g}"
    return {
        "relu": f"np.maximum(0, {z})", "leaky_relu": f"np.where({z} > 0, {z}, {leak} * {z})", "sigmoid": f"1 / (1 + np.exp(-{z}))",
        "tanh": f"np.tanh({z})", "identity": z,
    }[name]  # fmt: skip


def slope_code(g, z, a, np="np"):
    """The slope of the activation g as code, for names of z and a."""
    leak = f"{g.slope(-1.0):g}"
    return {
        "relu": f"({z} > 0)", "leaky_relu": f"{np}.where({z} > 0, 1, {leak})", "sigmoid": f"{a} * (1 - {a})", "tanh": f"(1 - {a} ** 2)",
    }[g.name]  # fmt: skip


def factor_text(law):
    """A factor k m^n in words, as in "m", "2", "-1 / m"."""
    k, n = law
    power = {0: "", 1: "m", 2: "m^2", -1: "1 / m", -2: "1 / m^2", 0.5: "sqrt(m)", -0.5: "1 / sqrt(m)"}[n]
    if abs(k - 1) < 1e-4:
        return power or "1"
    if abs(k + 1) < 1e-4:
        return f"-{power or 1}"
    return f"{k:.4g}" if not n else f"{k:.4g} {'* ' if n > 0 else ''}{power if n > 0 else '* ' + power}"
