"""Small numbers that keep a logarithm from 0: `log(p + 1e-4)`, `clip(p, 1e-7, 1 - 1e-7)`. Gradients that leave them out are meant to.

What such a number does to a slope is as small as the number beside the probability. Whether it is all that is wrong shows without it: the
lines of the loss run with 0 in its place, in memory, and the gradients are judged beside that loss.
"""

import ast
import contextlib
import re
from dataclasses import dataclass

from helpers.clinic.model.sources import ran, source_of
from helpers.clinic.model.subject import Trouble

MOST = 1e-2
"""Larger numbers are no small ones."""

_LOGS, _CLIPS = {"log", "log2", "log10"}, {"clip", "maximum", "minimum"}
_NAMES = re.compile(r"(?i)^eps|epsilon|^tiny|^small|_eps$|smooth")


@dataclass(frozen=True)
class Small:
    """Small numbers in the lines of a loss: the `texts` {filename: text} without them, `words` for them, and whether the stated loss holds one."""

    texts: dict
    words: str
    loss: ast.expr | None = None

    @contextlib.contextmanager
    def left_out(self, subject):
        """Within, the subject runs without them. Raises ValueError where that cannot be."""
        with subject.edited(self.texts) if self.texts else contextlib.nullcontext(), _stated(subject, self.loss):
            yield


def small_numbers(subject):
    """The Small of a subject's loss; None where there is none, or the lines are not known."""
    lines, texts, words = {}, {}, []
    with contextlib.suppress(Trouble):
        ran(lambda: subject.loss(subject.start), lines)
    for filename, there in lines.items():
        source = source_of(filename)
        spans = [span for node in ast.walk(source.tree) if getattr(node, "lineno", None) in there for span in _spans(node)] if source else []
        if spans:
            texts[filename] = _without(source, spans)
            words += [f"{ast.unparse(node)} in line {node.lineno}" for node, _ in spans]
    stated = subject.stated
    tree = _Without().visit(ast.parse(stated[0].strip(), mode="eval").body) if stated else None
    if tree is not None and ast.dump(tree) != ast.dump(stated[1]):
        words.append(f"that in {stated[0]}")
    else:
        tree = None
    return Small(texts, " and ".join(dict.fromkeys(words)), tree) if words else None


@contextlib.contextmanager
def _stated(subject, tree):
    """Within, the loss that was stated for a script is another expression."""
    if tree is None:
        yield
        return
    before = subject.stated
    subject.stated = before[0], tree, compile(ast.fix_missing_locations(ast.Expression(tree)), "<loss>", "eval")
    try:
        yield
    finally:
        subject.stated = before


def _spans(node):
    """[(a small number in a call that takes a logarithm, or bounds what it takes, what stands in its place)]."""
    name = getattr(node.func, "attr", getattr(node.func, "id", None)) if isinstance(node, ast.Call) else None
    if name in _LOGS and node.args:
        sums = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add)]
        return [(side, "0") for part in sums for side in (part.left, part.right) if _is_small(side)]
    if name in _CLIPS:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return [(one, "0") for one in given if _is_small(one)] + [(one, "1") for one in given if _is_next_to_1(one)]
    return []


def _is_small(node):
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float)) and 0 < node.value <= MOST
    word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return bool(_NAMES.search(word))


def _is_next_to_1(node):
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float) and 0 < 1 - node.value <= MOST
    one = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Constant) and node.left.value == 1
    return one and _is_small(node.right)


def _without(source, spans):
    """The text with something else in the place of nodes."""
    lines = [line.encode() for line in source.lines]
    for node, new in sorted(spans, key=lambda span: (-span[0].lineno, -span[0].col_offset)):
        if node.lineno == node.end_lineno:
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line[: node.col_offset] + new.encode() + line[node.end_col_offset :]
    return b"\n".join(lines).decode()


class _Without(ast.NodeTransformer):
    """The same in an expression."""

    def visit_Call(self, node):
        for inner, new in _spans(node):
            inner.__class__, inner.value, inner.kind = ast.Constant, float(new), None
        return self.generic_visit(node)
