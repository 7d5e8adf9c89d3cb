"""The lines that may be at fault although nothing speaks against them: all others that ran for the gradients, the likelier first.

A condition or a loop computes nothing, so no value of its own can speak against it: those around or beside a suspect come first, with the lines
of functions that it calls. Then what ran for the gradients and not for the loss, nearest to the first suspect first; at last what ran for
both, where an edit mostly changes the loss.
"""

import ast
import contextlib
import re
from dataclasses import dataclass

from helpers.clinic.model import sources as source_files
from helpers.clinic.repair.nearness import role

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)
CALLERS = 3
"""The functions that so many first suspects call come first."""

_HEADS = (ast.If, ast.For, ast.While)


@dataclass(frozen=True)
class Remaining:
    """A statement against which nothing speaks but that it ran."""

    filename: str
    statement: object
    score: float = 0.0
    evidence: str = "nothing but what happens when it is changed"


def remaining_suspects(known, sources, in_gradients, in_loss):
    """Suspects of `sources` {filename: Source} that are not among the known ones.

    in_gradients, in_loss : {filename: {line: times}}, the lines that ran.
    """
    taken = {(suspect.filename, suspect.statement.lineno, suspect.statement.col_offset) for suspect in known}
    first = known[0] if known else None
    called = {name for suspect in known[:CALLERS] for name in _called(suspect.statement)}
    rows = []
    for filename, source in sources.items():
        lines, both = in_gradients.get(filename, {}), in_loss.get(filename, {})
        inside = {id(node) for f in ast.walk(source.tree) if isinstance(f, ast.FunctionDef) and f.name in called for node in ast.walk(f)}
        for node in ast.walk(source.tree):
            if not isinstance(node, (*_SIMPLE, *_HEADS)) or node.lineno not in lines or _says_nothing(node):
                continue
            if (filename, node.lineno, node.col_offset) not in taken:
                rows.append((_order(node, filename, first, both, id(node) in inside), Remaining(filename, node)))
    return [suspect for _, suspect in sorted(rows, key=lambda row: row[0])]


def origins(sources, order):
    """The first statements that ran for the gradients alone: where something is off everywhere, it is off from there on.

    sources : {filename: Source}; order : {(filename, line): when it ran}, of `order_of`
    """
    found = []
    for filename, source in sources.items():
        for node in ast.walk(source.tree):
            when = order.get((filename, getattr(node, "lineno", 0)), 0.0)
            if isinstance(node, _SIMPLE) and when and not _says_nothing(node) and not _EMPTY.search(ast.unparse(node)):
                found.append((when, filename, node))
    found.sort(key=lambda row: row[:2])
    slopes = [row for row in found if any(role(ast.unparse(target)) == "gradient" for target in _targets(row[2]))]
    chosen = {id(row[2]) for row in (*found[:ORIGINS], *slopes[:ORIGINS])}
    return [Remaining(filename, node, 0.5, _EVERYWHERE) for _, filename, node in found if id(node) in chosen]


def _targets(node):
    return getattr(node, "targets", None) or [target for target in [getattr(node, "target", None)] if target is not None]


_EMPTY = re.compile(r"zeros|\[\[?0(?:\.0?)?\b|\bNone\b|= 0(?:\.0)?$|= \[\]")
_EVERYWHERE = "all gradients are off by the same factor, so it is off from the first line on"
ORIGINS = 6
"""How many of the first statements are looked at early, where all gradients are off by one factor."""


def lines_that_ran(ask, skipped):
    """{filename: {line: times}} of the learner's lines that ran in `ask`, without the code objects `skipped`."""
    found = {}
    with contextlib.suppress(Exception, SystemExit):  # what ran until then is known
        source_files.ran(ask, into=found)
    for code in skipped:
        for _, _, line in code.co_lines():
            found.get(code.co_filename, {}).pop(line, None)
    return found


def order_of(in_gradients, in_loss):
    """{(filename, line): when a line first ran, from 0 to 1}, of the lines that ran for the gradients and not for the loss; of the others 0."""
    lines = [(filename, line) for filename, ran in in_gradients.items() for line in ran]
    own = [place for place in lines if place[1] not in in_loss.get(place[0], {})]
    return dict.fromkeys(lines, 0.0) | {place: (k + 1) / len(own) for k, place in enumerate(own)}


def _order(node, filename, first, both, called):
    """What is sorted by: small is likely."""
    apart, far = node.lineno in both, not called
    if first is None or first.filename != filename:
        return far, apart, 1, not isinstance(node, _HEADS), -node.lineno if apart else node.lineno
    distance = abs(node.lineno - first.statement.lineno)
    near_head = isinstance(node, _HEADS) and distance < 12
    return far and not (near_head and not apart), apart, 0, not near_head, distance


def _called(statement):
    """Names of the functions that a statement calls, of a loop or condition those in its head."""
    parts = [statement.test] if isinstance(statement, (ast.If, ast.While)) else [statement.iter] if isinstance(statement, ast.For) else [statement]
    calls = [node.func for part in parts for node in ast.walk(part) if isinstance(node, ast.Call)]
    return {func.id if isinstance(func, ast.Name) else func.attr for func in calls if isinstance(func, (ast.Name, ast.Attribute))}


def _says_nothing(node):
    """A text on its own, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
