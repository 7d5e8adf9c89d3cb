"""The learner's own line for a statement, and that line put right in their own names, where their source can be read.

A corrected line is shown only if it works: the backward pass is built once more with it, and has to be right.
"""

import ast
import contextlib
import inspect
import textwrap
from dataclasses import dataclass, replace

import numpy as np

from helpers.clinic.network.findings import output_delta_code, slope_code, statement_of


def in_their_names(findings, backward_prop, meant, is_right):
    """The findings with `line`, and with `yours` where all corrected lines together make the backward pass right.

    is_right : callable
        backward_prop -> bool
    """
    try:
        code = _Code(backward_prop)
    except Exception:  # no source, a lambda, something that only looks like a function
        return findings
    places = [code.place(f.statement) if f.family not in _ADVICE else None for f in findings]
    told = [replace(f, line=code.text(place), number=code.number(place)) if place else f for f, place in zip(findings, places, strict=True)]
    lines = [code.corrected(place, meant) if place else None for place in places]
    rows = {(place.node.lineno, place.node.end_lineno): line for place, line in zip(places, lines, strict=True) if line}
    if None in lines or len(rows) < len(findings) or not rows:
        return told
    function = code.rebuilt(rows)
    if function is None or not is_right(function):
        return told
    return [replace(f, repair=line) for f, line in zip(told, lines, strict=True)]


_ADVICE = ("in_place", "update_order", "forward_mismatch")  # what helps there is no other formula


@dataclass(frozen=True)
class _Place:
    """Where one statement stands: the assignment, and which of its targets it is."""

    node: ast.Assign
    position: int
    name: str


class _Code:
    """The source of a plain function, and what its names stand for. Raises whatever it likes where that cannot be told."""

    def __init__(self, function):
        self.function = function
        self.source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(self.source)
        (self.node,) = tree.body
        if not isinstance(self.node, ast.FunctionDef) or self.node.decorator_list:
            raise ValueError("not a plain function")
        parameters = [a.arg for a in (*self.node.args.posonlyargs, *self.node.args.args)]
        self.X, self.y, self.c, self.p = parameters[1:5] if inspect.ismethod(function) else parameters[:4]
        self.np = next((name for name in function.__code__.co_names if function.__globals__.get(name) is np), "np")
        self.quote = "'" if self.source.count("'") > self.source.count('"') else '"'
        self.places, self.aliases, self.m = {}, {}, f"{self.X}.shape[1]"
        for node in self.node.body:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                for position, (target, value) in enumerate(_parts(node)):
                    self._note(node, position, target, value)

    def _note(self, node, position, target, value):
        """Remember what an assignment says: a statement of the backward pass, another name for a value, or m."""
        name, text = ast.unparse(target), ast.unparse(value)
        if text in (f"{self.X}.shape[1]", f"{self.y}.shape[1]", f"{self.y}.size", f"{self.c}['A3'].shape[1]"):
            self.m = name
        for holder, kinds in ((self.c, "ZA"), (self.p, "W")):
            for kind in kinds:
                for l in "123":
                    if text in (f"{holder}['{kind}{l}']", f"{holder}['{kind}{l}'].copy()"):
                        self.aliases[kind + l] = name
                        return
        statement = statement_of(name)
        if statement:
            self.places[statement] = None if statement in self.places else _Place(node, position, name)  # twice: which one is it?

    def place(self, statement):
        """Where a statement stands: a dA that has no line of its own is part of the line of its dZ."""
        place = self.places.get(statement)
        return self.places.get(f"dZ{statement[2]}") if place is None and statement[:2] == "dA" else place

    def number(self, place):
        """The number of the learner's line in its file."""
        return self.function.__code__.co_firstlineno + place.node.lineno - 1

    def text(self, place):
        """The learner's line, on one line."""
        return " ".join((ast.get_source_segment(self.source, place.node) or "").split())[:200] or None

    def name(self, symbol):
        """What the learner calls Z2, A2, W2, dZ2, ...; KeyError where there is no name for it."""
        if symbol in self.aliases:
            return self.aliases[symbol]
        if symbol[0] == "d":
            place = self.places.get(symbol)
            if place is None:
                raise KeyError(symbol)
            return place.name
        return f"{self.p if symbol[0] == 'W' else self.c}[{self.quote}{symbol}{self.quote}]"

    def corrected(self, place, meant):
        """The learner's line with the right formula, in the learner's names; None where a name is missing."""
        written = statement_of(place.name)
        try:
            formula = self._formula(written, int(written[2]), meant)
        except KeyError:
            return None
        pairs = [(ast.unparse(t), ast.unparse(v)) for t, v in _parts(place.node)]
        pairs[place.position] = (place.name, formula)
        return f"{', '.join(name for name, _ in pairs)} = {', '.join(value for _, value in pairs)}"

    def _formula(self, statement, l, meant):
        kind = statement[1]
        if kind == "W":
            return f"{self.name(f'dZ{l}')} @ {self.name(f'A{l - 1}') if l > 1 else self.X}.T / {self.m}"
        if kind == "b":
            return f"{self.np}.sum({self.name(f'dZ{l}')}, axis=1, keepdims=True) / {self.m}"
        if l == 3:
            return output_delta_code(meant, self.name("Z3"), self.name("A3"), self.y)
        product = f"{self.name(f'W{l + 1}')}.T @ {self.name(f'dZ{l + 1}')}"
        if kind == "A":
            return product
        upstream = self.name(f"dA{l}") if self.places.get(f"dA{l}") else product
        return f"{upstream} * {slope_code(meant.hidden, self.name(f'Z{l}'), self.name(f'A{l}'), self.np)}"

    def rebuilt(self, lines):
        """The function with some lines put in place of others, {(first, last): text}; None where that is no function."""
        rows = self.source.splitlines()
        for (first, last), text in sorted(lines.items(), reverse=True):
            indent = rows[first - 1][: len(rows[first - 1]) - len(rows[first - 1].lstrip())]
            rows[first - 1 : last] = [indent + text]
        if self.function.__closure__ or inspect.ismethod(self.function):
            return None
        space = dict(self.function.__globals__)
        with contextlib.suppress(Exception):
            exec(compile("\n".join(rows), "<corrected>", "exec"), space)
            return space[self.node.name]
        return None


def _parts(node):
    """(target, value) for each name that an assignment sets; none where that cannot be told."""
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple):
        both = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
        return list(zip(target.elts, value.elts, strict=True)) if both else []
    return [(target, value)]
