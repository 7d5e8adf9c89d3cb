"""What each line of the learner's computed in one call, and which of them computed a statement of the backward pass: by its values, not its name.

The hypothesis that reproduces what was returned says what every statement came to, right or wrong. The line that came to the same numbers,
up to a factor and turned or not, is the line of that statement, whatever it is called and wherever it stands.
"""

import ast
import contextlib
import sys
from dataclasses import dataclass

import numpy as np

MOST = 4000
"""Values that are kept."""


@dataclass(frozen=True)
class Value:
    """What a statement of a Source set or returned, one of its runs."""

    source: object
    statement: ast.stmt
    array: np.ndarray


def followed(ask, ran):
    """[Value] in the order in which they came while `ask()` ran. ran : [(Source, statement)]."""
    places = {(source.filename, line): (source, s) for source, s in ran for line in range(s.lineno, _end(s) + 1)}
    files = {source.filename for source, _ in ran}
    found, at = [], {}

    def enter(frame, event, arg):
        return step if frame.f_code.co_filename in files else None

    def step(frame, event, arg):
        before = at.get(id(frame))
        here = places.get((frame.f_code.co_filename, frame.f_lineno)) if event == "line" else None
        if before is not None and (event != "line" or here is None or here[1] is not before[1] or _is_loop(before[1])):
            _note(found, *before, frame, arg if event == "return" else None)
        at[id(frame)] = here
        if event == "return":
            at.pop(id(frame), None)
        return step

    earlier = sys.gettrace()
    sys.settrace(enter)
    try:
        with contextlib.suppress(Exception):
            ask()
    finally:
        sys.settrace(earlier)
    return found


def _is_loop(statement):
    return hasattr(statement, "body")


def _end(statement):
    """The last line of a statement's own: of a loop or a condition, that of its head."""
    return statement.body[0].lineno - 1 if _is_loop(statement) and statement.body[0].lineno > statement.lineno else (
        statement.lineno if _is_loop(statement) else statement.end_lineno)  # fmt: skip


def _note(found, source, statement, frame, returned):
    if len(found) >= MOST:
        return
    if isinstance(statement, ast.Return):
        values = returned if isinstance(returned, tuple) else [returned]
    else:
        values = [_value(part, frame) for part in _targets(statement)]
    for value in values:
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fib" and 0 < value.size < 10_000:
            found.append(Value(source, statement, np.array(value, dtype=float)))


def _targets(statement):
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for target in targets:
        if target is not None and not _is_loop(statement):
            yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _value(target, frame):
    """What a target holds; a slice of an array counts as the array."""
    if isinstance(target, ast.Starred):
        return None
    with contextlib.suppress(Exception):
        if isinstance(target, ast.Subscript):
            whole = eval(compile(ast.Expression(_loaded(target.value)), "<target>", "eval"), frame.f_globals, frame.f_locals)
            if isinstance(whole, np.ndarray):
                return whole
        return eval(compile(ast.Expression(_loaded(target)), "<target>", "eval"), frame.f_globals, frame.f_locals)
    return None


def _loaded(target):
    return ast.parse(ast.unparse(target), mode="eval").body


def lines_of(values, wanted):
    """[(source, statement)] of the lines that came to one of the `wanted` arrays, up to a factor, turned or not; the first ones first."""
    found = {}
    for value in values:
        if any(_alike(value.array, array) for array in wanted if array is not None):
            found.setdefault(id(value.statement), (value.source, value.statement))
    return list(found.values())


def _alike(one, other):
    if one.size != other.size or one.size < 2:
        return one.size == other.size == 1 and bool(np.allclose(one.ravel(), other.ravel(), rtol=1e-9))
    for turned in (one, one.T):
        if turned.size == other.size and (turned.shape == other.shape or 1 in other.shape):
            a, b = turned.ravel(), other.ravel()
            square = b @ b
            if square and np.linalg.norm(a - (a @ b / square) * b) <= 1e-7 * np.linalg.norm(a) and a.any():
                return True
    return False
