"""Where the statements of a script stand, and how it is cut into what runs once and one pass."""

import ast
from dataclasses import dataclass, field

from helpers.clinic.model.syntax import blocks

_LOOPS = (ast.For, ast.While)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass
class Place:
    """A statement, the loops round it from outside in, and its index in the order of the text."""

    statement: ast.stmt
    loops: tuple
    order: int


@dataclass
class Pass:
    """A file in two: `head` runs once, then the loops are entered, and `block` is one pass.

    `before` holds for each of `loops` what stands in its body before the next one; `updates` are the statements that move parameters,
    `moving` the names they move. `after` are statements that give names in the loss their values only behind the training loop.
    """

    head: list
    loops: list
    before: list
    block: list
    updates: list = field(default_factory=list)
    moving: frozenset = frozenset()
    after: list = field(default_factory=list)


def places(body, loops=()):
    """Every statement outside functions, with the loops round it."""
    found = []

    def walk(block, loops):
        for statement in block:
            found.append(Place(statement, loops, len(found)))
            if not isinstance(statement, DEFINITIONS):
                for child in blocks(statement):
                    walk(child, (*loops, statement) if isinstance(statement, _LOOPS) else loops)

    walk(body, loops)
    return found


def targets_of(statement):
    """What an assignment gives values to, one by one."""
    for target in getattr(statement, "targets", None) or [target for target in [getattr(statement, "target", None)] if target is not None]:
        yield from target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]


def common(chains):
    """The loops that all chains begin with."""
    found = []
    for row in zip(*chains, strict=False):
        if any(loop is not row[0] for loop in row):
            break
        found.append(row[0])
    return tuple(found)
