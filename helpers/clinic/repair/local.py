"""What a changed line would have computed, without running the rest.

A suspect knows the names that its statement saw each time it ran, and, mostly, the value that it should have assigned. So a changed right
side is evaluated there in microseconds: it raises, it computes what it did before, or what was wanted.
"""

import ast

import numpy as np

from helpers.clinic import guard

RAISES, SAME, WANTED, SCALED, OTHER = "raises", "same", "wanted", "scaled", "other"
"""What a change comes to: `SCALED` is what was wanted up to a constant factor."""

CLOSE = 1e-5

SECONDS = 0.3
"""A changed line may take so long."""

STOPPED = (Exception, SystemExit, guard.OutOfTime)
"""What a changed line may raise."""


class _Opaque(Exception):
    """A value that is neither a number nor an array: nothing can be said of it here."""


class Local:
    """One suspect, the scopes in which it ran and the values wanted there.

    `usable` where its own right side can be evaluated there, or raised when it ran (`raised`) as it does there.
    """

    def __init__(self, suspect, source, scopes, raised=False):
        self.suspect, self.source, self.raised = suspect, source, raised
        self.scopes = tuple(scopes)
        wanted = getattr(suspect, "wanted", None) or ()
        self.wanted = wanted if wanted and isinstance(wanted[0], tuple) else (tuple(wanted),) if len(wanted) else ()
        self.start, self.end = span(source.text, suspect.statement)
        self.kind = type(suspect.statement)
        value = getattr(suspect.statement, "value", None)
        self.usable = bool(self.scopes) and value is not None and self._original(value)

    def _original(self, value):
        """What it computes as it stands, None where it raises; whether there is any use in evaluating it here."""
        code = compile(ast.Expression(value), "<line>", "eval")
        try:
            self.first = self._evaluated(code)
        except STOPPED as reason:
            self.first = None
            return not isinstance(reason, _Opaque) and self._raises_last(code)
        return True

    def _raises_last(self, code):
        """Whether it raises where it ran last only: it did so there as well, and what was copied can be used."""
        try:
            with guard.quiet():
                for scope in self.scopes[:-1]:
                    eval(code, dict(scope))
        except Exception:
            return False
        return bool(self.raised)

    def meaning(self, edit):
        """(one of the words above, what tells equal values) for an edit; (None, None) where it cannot be told here."""
        code = self._code(edit) if self.usable else None
        if code is None:
            return None, None
        try:
            values = self._evaluated(code)
        except _Opaque:
            return None, None
        except STOPPED:
            return RAISES, None
        return self._named(values), tuple(_key(value) for value in values)

    def looks_wanted(self, edit):
        """Whether an edit computes exactly what was wanted."""
        code = self._code(edit)
        try:
            return code is not None and self._is_wanted(self._evaluated(code))
        except STOPPED:
            return False

    def _is_wanted(self, values):
        return any(len(wanted) == len(values) and all(map(_same, values, wanted)) for wanted in self.wanted)

    def _named(self, values):
        if self.first is not None and all(map(_same, values, self.first)):
            return SAME
        if self._is_wanted(values):
            return WANTED
        for wanted in self.wanted:
            if len(wanted) == len(values) and _factor(values, wanted):
                return SCALED
        return OTHER

    def _evaluated(self, code):
        with guard.quiet():
            return guard.limited(self._all, code, seconds=SECONDS)

    def _all(self, code):
        return [_array(eval(code, dict(scope))) for scope in self.scopes]

    def _code(self, edit):
        """The changed right side as code; None where something else changes."""
        if any(not self.start <= start <= end <= self.end for start, end, _ in edit.changes):
            return None
        text = self.source.text[self.start : self.end]
        for start, end, new in sorted(edit.changes, reverse=True):
            text = text[: start - self.start] + new + text[end - self.start :]
        try:
            body = ast.parse(text if self.kind is not ast.Return else f"def f():\n {text}").body
            statement = body[0].body[0] if self.kind is ast.Return else body[0]
            if len(body) != 1 or type(statement) is not self.kind or not self._same_targets(statement):
                return None
            return compile(ast.Expression(statement.value), "<line>", "eval")
        except (SyntaxError, ValueError, AttributeError, IndexError):
            return None

    def _same_targets(self, statement):
        mine = self.suspect.statement
        if isinstance(mine, ast.Assign):
            return [ast.dump(t) for t in mine.targets] == [ast.dump(t) for t in statement.targets]
        if isinstance(mine, ast.AugAssign):
            return type(mine.op) is type(statement.op) and ast.dump(mine.target) == ast.dump(statement.target)
        return isinstance(mine, ast.Return)


def span(text, node):
    """(start, end) offsets of a node in a text; its columns count bytes."""
    lines = text.splitlines(keepends=True)

    def offset(line, column):
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)


def _array(value):
    """A number or an array of numbers as an array; _Opaque for anything else."""
    if not isinstance(value, (np.ndarray, np.generic, int, float)):
        raise _Opaque
    return np.asarray(value)


def _same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return False
    difference = np.linalg.norm(np.subtract(a, b, dtype=float))
    return bool(difference <= CLOSE * (np.linalg.norm(a) + np.linalg.norm(b)) or difference < 1e-12)


def _factor(values, wanted):
    """Whether all values are the wanted ones times one number."""
    factors = []
    for a, b in zip(values, wanted, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape or a.dtype.kind not in "fiub" or not (size := float(np.sum(b * b))):
            return False
        factors.append(float(np.sum(a * b)) / size)
        if not _same(a, factors[-1] * b):
            return False
    return bool(factors) and factors[0] != 0 and max(factors) - min(factors) <= CLOSE * abs(factors[0])


def _key(value):
    if value.dtype.kind not in "fiub":
        return repr(value)[:200]
    with np.errstate(all="ignore"):
        return value.shape, np.round(value.astype(float), 9).tobytes()
