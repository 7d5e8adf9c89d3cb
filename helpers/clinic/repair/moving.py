"""Edits that put whole lines elsewhere."""

from helpers.clinic.repair.edits import Edit
from helpers.clinic.repair.rewriting import span
from helpers.clinic.repair.statements import rows_of


def lines_said(run):
    """The words line 3, or lines 3 to 5."""
    first, last = run[0].lineno, run[-1].end_lineno
    return f"line {first}" if first == last else f"lines {first} to {last}"


def eol_of(text):
    """The line's end that a text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def move_edit(source, cost, kind, changes, words):
    """The Edit of several changes, with the text that they cover before and after."""
    start, end = min(c[0] for c in changes), max(c[1] for c in changes)
    edit = Edit(cost, kind, tuple(sorted(changes)), words, source.text[start:end].rstrip(), "")
    after = edit.applied(source.text)
    return Edit(cost, kind, edit.changes, words, edit.before, after[start : end + len(after) - len(source.text)].rstrip())


def moved(source, run, other, direction):
    """(changes, what it says) for a run of statements put before (-1) or after (1) another of the same block."""
    text = source.text
    rows, there = [rows_of(text, part) for part in run], rows_of(text, other)
    if None in rows or there is None:
        return _exchanged(source, run, other, direction)
    start, end = rows[0][0], rows[-1][1]
    block = text[start:end]
    place = there[0] if direction == -1 else there[1]
    whole = block if block.endswith(("\n", "\r")) else block + eol_of(text)
    if place == len(text) and not text.endswith(("\n", "\r")):
        whole = eol_of(text) + block.rstrip("\r\n")
    words = f"{lines_said(run)} {'before' if direction == -1 else 'after'} line {other.lineno if direction == -1 else other.end_lineno}"
    return ((start, end, ""), (place, place, whole)), f"move {words}"


def _exchanged(source, run, other, direction):
    """The same for two statements that stand on one line, a semicolon between them."""
    (a, b), (c, d) = span(source.text, run[0]), span(source.text, other)
    if len(run) > 1 or source.text[min(b, d) : max(a, c)].strip() != ";":
        return None
    return (
        (a, b, source.text[c:d]),
        (c, d, source.text[a:b]),
    ), f"exchange `{source.text[min(a, c) : min(b, d)]}` and `{source.text[max(a, c) : max(b, d)]}`"


def place_in(block, statement):
    """Which statement of a block it is; None where it is not in there."""
    return next((i for i, part in enumerate(block) if part is statement), None) if block else None
