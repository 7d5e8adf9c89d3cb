"""What a changed line would have computed, without running the rest.

What a statement saw each time it ran is recorded (`scopes`). So a changed right side is evaluated there in microseconds: where it raises,
or computes what another change did that was of no use, it need not be run.
"""

import ast

import numpy as np

from helpers.clinic import guard
from helpers.clinic.repair.rewriting import applied, span

RAISES = "raises"

SECONDS = 0.3
"""A changed line may take so long."""

STOPPED = (Exception, SystemExit, guard.OutOfTime)
"""What a changed line may raise."""

DIGITS = 9
"""Values that agree to so many digits after the point are the same."""


_ELSEWHERE = ast.Yield | ast.YieldFrom | ast.Await
"""What is an expression within a function only."""


class _Opaque(Exception):
    """A value that is neither a number nor an array: nothing can be said of it here."""


class Local:
    """One statement and the scopes in which it ran.

    `usable` where its own right side can be evaluated there, or raised when it ran (`raised`) as it does there.
    """

    def __init__(self, statement, source, scopes, raised=False):
        self.statement, self.source, self.scopes = statement, source, tuple(scopes)
        self.start, self.end = span(source.text, statement)
        value = getattr(statement, "value", None)
        plain = isinstance(value, ast.expr) and not isinstance(value, _ELSEWHERE)
        self.usable = bool(self.scopes) and plain and self._is_as_it_was(value, raised)

    def _is_as_it_was(self, value, raised):
        """Whether a value can be evaluated, or raises in the last scope only, where it did."""
        code = compile(ast.Expression(value), "<line>", "eval")
        try:
            self._evaluated(code, self.scopes)
        except _Opaque:
            return False
        except STOPPED:
            if not raised:
                return False
        else:
            return True
        try:
            self._evaluated(code, self.scopes[:-1])
        except STOPPED:
            return False
        return True

    def value(self, edit):
        """What tells equal values of an edit's right side: RAISES, or a tuple; None where it cannot be evaluated here."""
        code = self._code(edit) if self.usable else None
        if code is None:
            return None
        try:
            return tuple(_key(value) for value in self._evaluated(code, self.scopes))
        except _Opaque:
            return None
        except STOPPED:
            return RAISES

    def brings_one(self, edit):
        """Whether an edit brings in a name or a length that is 1 here."""
        after = self._statement(edit) if self.usable else None
        if after is None:
            return False
        known = {ast.unparse(node) for node in ast.walk(self.statement.value) if isinstance(node, ast.expr)}
        fresh = [node for node in ast.walk(after.value) if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))]
        return any(self._is_one(node) for node in fresh if ast.unparse(node) not in known)

    def _is_one(self, node):
        try:
            value = eval(compile(ast.Expression(node), "<line>", "eval"), dict(self.scopes[0]))
        except STOPPED:
            return False
        return isinstance(value, (int, float)) and value == 1

    def _evaluated(self, code, scopes):
        with guard.quiet():
            return guard.limited(lambda: [_array(eval(code, dict(scope))) for scope in scopes], seconds=SECONDS)

    def _code(self, edit):
        """The changed right side as code; None where something else changes."""
        statement = self._statement(edit)
        return None if statement is None else compile(ast.Expression(statement.value), "<line>", "eval")

    def _statement(self, edit):
        """The changed statement; None where more than its right side changes."""
        if any(not self.start <= start <= end <= self.end for start, end, _ in edit.changes):
            return None
        text = self.source.text[self.start : self.end]
        text = applied([(start - self.start, end - self.start, new) for start, end, new in edit.changes], text)
        returns = isinstance(self.statement, ast.Return)
        try:
            body = ast.parse(f"def f():\n {text}" if returns else text).body
            (statement,) = body[0].body if returns else body
        except (SyntaxError, ValueError, AttributeError):
            return None
        same = type(statement) is type(self.statement) and _targets(statement) == _targets(self.statement)
        return statement if same and isinstance(statement.value, ast.expr) else None


def _targets(statement):
    """What a statement sets, and how."""
    targets = [*getattr(statement, "targets", ()), *([statement.target] if hasattr(statement, "target") else ())]
    return [ast.dump(target) for target in targets], type(getattr(statement, "op", None))


def _array(value):
    """A number or an array of numbers as an array; _Opaque for anything else."""
    if not isinstance(value, (np.ndarray, np.generic, int, float)):
        raise _Opaque
    value = np.asarray(value)
    if value.dtype.kind not in "fiub":
        raise _Opaque
    return value


def _key(value):
    with np.errstate(all="ignore"):
        return value.shape, (np.round(value.astype(float), DIGITS) + 0.0).tobytes()
