"""Slices that leave a column or row of biases out: missing, surplus, on one side of an assignment only."""

import ast
import re

from helpers.clinic.repair.expressions import written
from helpers.clinic.repair.places import operands

_JOINS = r"np\.(?:hstack|vstack|c_|r_|concatenate|insert|append|pad|column_stack)\b"
_FOLDED = re.compile(rf"{_JOINS}[^\n]*(?i:\bones?|bias|1)|(?i:ones?|bias)\b[^\n]*{_JOINS}")


def slice_edits(line, scope, text):
    """(cost, kind, {node: expression}) for arrays that are sliced elsewhere in the file."""
    used = dict.fromkeys(re.findall(r"\[(:, 1:|1:, :|1:|:-1|:, :-1|1:, 1:)\]", text))
    if _FOLDED.search(text):  # a column or row of ones: the weights that it meets are biases
        used |= dict.fromkeys((":, 1:", "1:", ":-1", ":, :-1"))
    if not used:
        return
    places = [
        node for root in line.roots() for node, parent in operands(root, line.node) if node in line.parents and not isinstance(parent, ast.Subscript)
    ]
    whole = [
        node
        for node in places
        if line.text(node) in scope.arrays and not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice | ast.Tuple))
    ]
    target = getattr(line.node, "target", None) or next(iter(getattr(line.node, "targets", ())), None)
    for bounds in used:
        index = written(f"x[{bounds}]").slice
        for node in whole:
            known = f"{line.text(node)}[{bounds}]" in text
            yield 0.7 if known else 1.15, "slice", {node: ast.Subscript(node, index, ast.Load())}
            if isinstance(target, ast.Name | ast.Attribute) and target in line.parents:
                yield 1.1, "slice", {node: ast.Subscript(node, index, ast.Load()), target: ast.Subscript(target, index, ast.Store())}
        if isinstance(target, ast.Name | ast.Attribute) and target in line.parents and isinstance(line.node, ast.AugAssign):
            yield 1.2, "slice", {target: ast.Subscript(target, index, ast.Store())}
