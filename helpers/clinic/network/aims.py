"""What a line of theirs should have computed, and that line written anew in their own names.

The hypothesis gives every value that the code has, right or wrong. From the wrong statement's own right formula, applied to what stands
before it, follows what its line should have come to in each of its runs; and the names of that line's surroundings that hold what the
formula wants, in every run, give the line itself.
"""

import ast
import itertools
from dataclasses import dataclass

import numpy as np

from helpers.clinic.network.findings import activation_code, output_delta_code
from helpers.clinic.network.output_rules import output_slope, right_dA3
from helpers.clinic.repair.edits import Edit

QUANTITIES = ("dZ3", "dW3", "db3", "dA2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1", "dA3", "fZ1", "fA1", "fZ2", "fA2", "fZ3", "fA3")
"""The statements of a backward pass, and ("f") those of a forward pass."""


@dataclass(frozen=True)
class Aim:
    """One run of a line: the statement that it computes, the example (None: all), the factor that it has, what it should come to."""

    statement: str
    example: int | None
    factor: float
    wanted: np.ndarray


def aims(values, v):
    """{id(statement): (Aim of each run, ...)} for the lines all of whose runs came to something that is known. v : a hypothesis's values."""
    runs = {}
    for value in values:
        runs.setdefault(id(value.statement), []).append(value.array)
    known = {name: (array, right(name, v)) for name in QUANTITIES if (array := came(name, v)) is not None}
    known = dict(sorted(known.items(), key=lambda item: _is_right(*item[1])))  # what is off first: A3 may be a multiple of Z3, say
    found = {key: tuple(_aim(array, known) for array in arrays) for key, arrays in runs.items() if len(arrays) <= 30}
    shares = {key: _shares(arrays, known, v["m"]) for key, arrays in runs.items() if len(arrays) == v["m"] > 1}
    return {key: row for key, row in (found | {k: row for k, row in shares.items() if row}).items() if None not in row}


def _shares(arrays, known, m):
    """The Aims of a line that adds the examples' shares to dW or db, one by one; None where it is no such line."""
    last = _aim(arrays[-1], known)
    if last is None or last.statement[1] not in "Wb" or _aim(arrays[0], known) is not None:
        return None
    return tuple(Aim(last.statement, i, last.factor, last.wanted) for i in range(m))


def _is_right(value, wanted):
    return wanted is not None and value.shape == wanted.shape and np.allclose(value, wanted, rtol=1e-6, atol=1e-12)


def came(name, v):
    """What a statement came to, None where that is not known."""
    if name[0] == "f":
        value = v.get("forward", {}).get(name[1:])
    else:
        value = v.get("returned", {}).get(name) if name[1] in "Wb" else v.get(name)
    return value if value is not None and value.ndim == 2 and (np.any(value) or name[0] == "f") else None


def right(name, v):
    """What the right formula gives for what stands before it; None where it cannot."""
    kind, l = name[1], int(name[2])
    try:
        if name[0] == "f":
            before = v["X"] if l == 1 else v[f"A{l - 1}"]
            return v[f"W{l}"] @ before + v[f"b{l}"] if kind == "Z" else v["rules"][l](v[f"Z{l}"])
        if name == "dA3":
            return right_dA3(v)
        if name == "dZ3":
            return right_dA3(v) * output_slope(v)
        if kind == "W":
            return v[f"dZ{l}"] @ (v[f"A{l - 1}"] if l > 1 else v["X"]).T / v["m"]
        if kind == "b":
            return v[f"dZ{l}"].sum(axis=1, keepdims=True) / v["m"]
        dA = v[f"W{l + 1}"].T @ v[f"dZ{l + 1}"]
        return dA if kind == "A" else dA * v["slope"](v[f"Z{l}"])
    except (KeyError, ValueError, TypeError):
        return None


def _aim(array, known):
    """The Aim of a run that came to an array; None where that is nothing known."""
    for name, (value, wanted) in known.items():
        if wanted is None:
            continue
        if array.shape == value.shape and (factor := _factor(array, value)):
            return Aim(name, None, factor, factor * wanted)
        if name[0] == "d" and name[1] in "ZA" and array.shape == (value.shape[0], 1) and wanted.shape == value.shape:
            for i in range(value.shape[1]):
                if factor := _factor(array, value[:, [i]]):
                    return Aim(name, i, factor, factor * wanted[:, [i]])
    return None


def _factor(array, value):
    """c such that array = c · value, or None."""
    square = float((value * value).sum())
    if not square:
        return None if array.any() or not value.size else 1.0
    c = float((array * value).sum()) / square
    return c if c and np.linalg.norm(array - c * value) <= 1e-7 * np.linalg.norm(array) else None


# --- the line anew --------------------------------------------------------------------------------------------------------------


def anew(source, statement, row, scopes, v, meant):
    """Edits that put the right formula, in names of the line's surroundings, in place of what it computes. row : its Aims; scopes : of its runs."""
    value = _replaced(statement, row)
    if value is None or len(row) != len(scopes) or not row or isinstance(getattr(statement, "targets", [None])[0], ast.Tuple):
        return
    statements = {aim.statement[:2] for aim in row}
    if len(statements) > 1:
        return
    names = _Names(source, statement, row, scopes, v)
    for text in _formulas(statements.pop(), names, meant, row):
        start, end = _span(source.text, value)
        after = f"{source.text[_span(source.text, statement)[0] : start]}{text}"
        yield Edit(1.0, "anew", ((start, end, text),), f"{source.segment(statement)} → {after}", source.segment(statement), after)


def _replaced(statement, row):
    """The expression to replace: of what is added example by example, the share."""
    value = getattr(statement, "value", None)
    shares = row and row[0].statement[1] in "Wb" and row[0].example is not None
    if isinstance(statement, ast.AugAssign):
        return value if shares and isinstance(statement.op, ast.Add) else None
    if shares:
        return value.right if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) else None
    return value


class _Names:
    """Expressions of a line's surroundings by what they hold in every run."""

    def __init__(self, source, statement, row, scopes, v):
        self.row, self.scopes, self.v = row, scopes, v
        inside = next(
            (n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef) and n.lineno <= statement.lineno <= n.end_lineno), source.tree
        )
        inside = [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef) and n.lineno <= statement.lineno <= n.end_lineno][-1:] or [
            inside
        ]
        kinds = ast.Name | ast.Subscript | ast.Attribute
        texts = {ast.unparse(n) for n in ast.walk(inside[0]) if isinstance(n, kinds) and not isinstance(getattr(n, "slice", None), ast.Slice)}
        self.texts = sorted(
            {source.segment(n) or ast.unparse(n) for n in ast.walk(inside[0]) if isinstance(n, kinds)} | texts, key=lambda t: (len(t), t)
        )
        quote = "'" if source.text.count("'") > source.text.count('"') else '"'
        self.texts += [text for name in self.texts for text in self._inside(name, quote)]
        self.held = {text: values for text in dict.fromkeys(self.texts) if (values := self._arrays(text)) is not None}

    def _inside(self, text, quote):
        """What a list, a dict or an object of theirs holds: `A[3]`, `c["Z3"]`, `self.y`."""
        value = (self._values(text) or [None])[0]
        if isinstance(value, dict):
            keys = [key for key in value if isinstance(key, str | int)][:40]
            return [f"{text}[{quote}{key}{quote}]" if isinstance(key, str) else f"{text}[{key}]" for key in keys]
        if isinstance(value, list | tuple):
            return [f"{text}[{k}]" for k in range(len(value))][:12]
        return [f"{text}.{name}" for name in list(vars(value))[:40]] if text == "self" and hasattr(value, "__dict__") else []

    def _values(self, text):
        try:
            code = compile(text, "<name>", "eval")
            return [eval(code, dict(scope)) for scope in self.scopes]
        except Exception:
            return None

    def _arrays(self, text):
        values = self._values(text)
        numbers = np.ndarray | np.generic | int | float
        return [np.asarray(value) for value in values] if values and all(isinstance(value, numbers) for value in values) else None

    def of(self, role):
        """The names that hold a role ("A-1", "W+1", "dZ+1", "Z", ...) in every run; a factor in common does not count."""
        wanted = [self._wanted(role, aim) for aim in self.row]
        if any(w is None for w in wanted):
            return []
        return [text for text, values in self.held.items() if all(_holds(a, w) for a, w in zip(values, wanted, strict=True))][:2]

    def _wanted(self, role, aim):
        l = int(aim.statement[2])
        if role in ("X", "y"):
            value = self.v[role]
        else:
            kind, at = role.rstrip("+-1"), l + (1 if "+" in role else -1 if "-" in role else 0)
            value = self.v.get("X" if (kind, at) == ("A", 0) else f"{kind}{at}")
        if value is None or aim.example is None or role[0] == "W":
            return value
        return value[:, [aim.example]]

    def counts(self):
        """Names of the number of examples."""
        m = self.v["m"]
        named = [text for text, values in self.held.items() if all(a.ndim == 0 and a.dtype.kind in "if" and a == m for a in values)]
        return [*named[:1], *(f"{text}.shape[1]" for text in self.of("X")[:1])]


def _holds(a, wanted):
    if a.shape != wanted.shape or a.dtype.kind not in "fiub" or not a.any():
        return False
    return np.allclose(a, wanted, rtol=1e-9, atol=1e-12) or bool(a.size > 1 and _factor(a.astype(float), wanted.astype(float)))


def _formulas(kind, names, meant, row):
    """Right sides for a kind of statement, the likeliest first."""
    layers = {aim.statement[2] for aim in row}
    if kind == "fZ":
        yield from (f"{w} @ {a} + {b}" for w in names.of("W") for a in names.of("A-1") for b in names.of("b"))
    elif kind == "fA":
        unit = meant.output if layers == {"3"} else meant.hidden.name
        yield from (activation_code(unit, meant.hidden, z) for z in names.of("Z"))
    elif kind == "dZ" and "3" in layers:
        deltas = [output_delta_code(meant, z, a, y) for z, a, y in itertools.product(names.of("Z") or ["None"], names.of("A"), names.of("y"))]
        deltas = [text for text in deltas if "None" not in text] if layers == {"3"} else []
        deltas += [f"{up} * {slope}" for up in names.of("dA") for slope in _slopes(meant.output, names) if layers == {"3"}]
        yield from deltas
        yield from (f"({text}) / {m}" for text in deltas for m in names.counts())
    elif kind == "dA":
        yield from (f"{w}.T @ {d}" for w, d in itertools.product(names.of("W+1"), names.of("dZ+1")))
    elif kind == "dZ":
        ups = [*names.of("dA"), *(f"({w}.T @ {d})" for w, d in itertools.product(names.of("W+1"), names.of("dZ+1")))]
        yield from (f"{up} * {slope}" for slope in _slopes(meant.hidden.name, names, meant.hidden) for up in ups)
    elif kind in ("dW", "db"):
        for d in names.of("dZ"):
            sums = [f"{d} @ {a}.T" for a in names.of("A-1")] if kind == "dW" else [f"{d}.sum(axis=1, keepdims=True)"]
            sums = sums or [f"{d} @ {a}.T" for a in names.of("X") if kind == "dW" and layers == {"1"}]
            yield from (f"{text} / {m}" for text in sums for m in names.counts())
            yield from sums


def _slopes(name, names, hidden=None):
    """The slope of an activation from what there is, its output or z."""
    z, a = names.of("Z")[:1], names.of("A")[:1]
    if name in ("relu", "leaky_relu"):
        leak = f"np.where({{}} > 0, 1, {hidden.slope(-1.0):g})" if name == "leaky_relu" else "({} > 0)"
        return [leak.format(text) for text in (*z, *a)]
    if name == "identity":
        return ["1"]
    from_a = {"sigmoid": "{0} * (1 - {0})", "tanh": "(1 - {0} ** 2)"}[name]
    from_z = {"sigmoid": "np.exp(-{0}) / (1 + np.exp(-{0})) ** 2", "tanh": "(1 - np.tanh({0}) ** 2)"}[name]
    return [*(from_a.format(text) for text in a), *(from_z.format(text) for text in z)]


def _span(text, node):
    lines = text.splitlines(keepends=True)

    def offset(line, column):
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)
