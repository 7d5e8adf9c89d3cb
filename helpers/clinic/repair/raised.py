"""Suspects where the code raises: the line that did, and the lines that computed its operands."""

import ast
from dataclasses import dataclass

DEPTH = 2
"""How far back operands are followed."""


@dataclass(frozen=True)
class Raised:
    """A suspect because of an exception. `statement` is an ast statement; small place in the list: more suspicious."""

    filename: str
    statement: object
    score: float
    evidence: str


def raised_suspects(trouble, source):
    """Suspects in a file, the line where it stopped first; empty where the line is not known."""
    if source is None or not trouble.line:
        return []
    here = [node for node in ast.walk(source.tree) if _simple(node) and node.lineno <= trouble.line <= _end(node)]
    if not here:
        return []
    first = max(here, key=lambda node: node.lineno)
    found = [Raised(source.filename, first, 1.0, f"line {first.lineno} raises: {trouble}")]
    names = _read(first)
    for depth in range(1, DEPTH + 1):
        more = set()
        for node in _assignments(source.tree, names):
            if all(node is not suspect.statement for suspect in found):
                found.append(Raised(source.filename, node, 1.0 / (1 + depth), f"line {node.lineno} computes what line {first.lineno} uses"))
                more |= _read(node)
        names = more
    return found


def _simple(node):
    return isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr, ast.If, ast.For, ast.While))


def _end(node):
    """The last line of a statement's own words: of a loop or a condition, that of its head."""
    if isinstance(node, (ast.If, ast.While)):
        return node.test.end_lineno
    return node.iter.end_lineno if isinstance(node, ast.For) else node.end_lineno


def _read(node):
    """Names, attributes and subscripts that a statement reads, as they are written."""
    head = [node.test] if isinstance(node, (ast.If, ast.While)) else [node.iter] if isinstance(node, ast.For) else [node]
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return {ast.unparse(n) for top in head for n in ast.walk(top) if isinstance(n, kinds) and isinstance(n.ctx, ast.Load)}


def _assignments(tree, names):
    """Statements that assign one of the names, the latest first."""
    found = []
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []
        parts = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) and ast.unparse(part) in names for part in parts):
            found.append(node)
    return sorted(found, key=lambda node: -node.lineno)
