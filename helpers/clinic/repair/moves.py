"""The order of statements: one earlier or later in its block, a run of lines out of a loop or into it.

A weight that is changed before it is read, an update inside a loop that only counts, an accumulator that every pass sets back to zero.
Only moves that can change something are given: one of two statements sets what the other reads or sets.
"""

import ast
import re

from helpers.clinic.repair.effects import conflict, reads_and_sets, touches_itself, unset
from helpers.clinic.repair.moving import eol_of, move_edit, moved, place_in
from helpers.clinic.repair.nearness import words
from helpers.clinic.repair.nesting import before_the_loop, into, out_of
from helpers.clinic.repair.rewriting import span
from helpers.clinic.repair.statements import block_of, indent_of, rows_of

_FAR = 8
"""How many statements a move passes at most."""


def moves_of(source, statement):
    """Each `Edit` that puts a statement, or it and its neighbours, elsewhere; the likeliest first."""
    found = [*_within(source, statement), *_to_the_updates(source, statement), *_later_write(source, statement), *_updates_last(source, statement)]
    found += [*out_of(source, statement), *into(source, statement), *before_the_loop(source, statement)]
    seen = set()
    for edit in sorted(found, key=lambda e: e.cost):
        text = edit.applied(source.text)
        if text != source.text and text not in seen:
            seen.add(text)
            yield edit


def _within(source, statement):
    """The statement before an earlier one or after a later one of its block."""
    block = block_of(source.tree, statement)
    at = place_in(block, statement)
    if at is None:
        return
    updating = isinstance(statement, ast.AugAssign) or touches_itself(statement)
    for direction in (-1, 1):
        crossed = []
        for distance in range(1, _FAR + 1):
            other = at + direction * distance
            if not 0 <= other < len(block) or (isinstance(block[other], ast.Return) and direction == 1) or _is_docstring(block[other]):
                break
            crossed.append(block[other])
            if unset(source, statement, block[other], direction):
                break
            if not conflict(statement, block[other]):
                continue  # the same as the shorter move
            edit = moved(source, [statement], block[other], direction)
            if edit is not None:
                reads = any(isinstance(c, ast.AugAssign) or touches_itself(c) for c in crossed)
                yield move_edit(source, 0.85 + 0.06 * distance + (0.0 if (updating if direction == 1 else reads) else 0.4), "order", *edit)


def _to_the_updates(source, statement):
    """An update beside the updates that follow, before that of the same layer, where a line in between reads what it changes."""
    block = block_of(source.tree, statement)
    at = place_in(block, statement)
    if at is None or not isinstance(statement, ast.AugAssign):
        return
    later = [part for part in block[at + 1 :] if isinstance(part, ast.AugAssign) and type(part.op) is type(statement.op)]
    readers = [part for part in block[at + 1 :] if part not in later and conflict(statement, part)]
    later = [part for part in later if readers and part.lineno > readers[0].lineno]
    if not later:
        return
    own = set(words(ast.unparse(statement.target))) - {"self", "."}
    beside = next((part for part in later if own & {w for w in words(ast.unparse(part.target)) if w.isdigit() or len(w) > 1} - {"self"}), None)
    edit = moved(source, [statement], beside or later[-1], -1 if beside else 1)
    if edit is not None:
        yield move_edit(source, 0.86, "order", *edit)


def _is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _later_write(source, statement):
    """An update whose value is computed where it stands, and which is carried out after a later line has read the array."""
    block = block_of(source.tree, statement)
    at, text = place_in(block, statement), source.text
    rows = rows_of(text, statement)
    if at is None or rows is None or not (isinstance(statement, ast.AugAssign) or touches_itself(statement)):
        return
    target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    if isinstance(target, ast.Tuple):
        return
    _, sets, _ = reads_and_sets(statement)
    for other in block[at + 1 : at + 1 + _FAR]:
        reads, changed, _ = reads_and_sets(other)
        there = rows_of(text, other)
        if there is None or isinstance(other, ast.Return) or not sets & reads:
            continue
        if not changed & reads_and_sets(statement)[0] - sets:
            break  # moving the statement does as well
        name = _free(text, "step" if isinstance(statement, ast.AugAssign) else "updated")
        (start, end), (first, last) = span(text, target), span(text, statement.value)
        sign = re.sub(r"\s", "", text[end:first].rstrip("("))
        head, eol = indent_of(text, statement), eol_of(text)
        begun = text[first:last] if text[end:first].count("(") == 0 else text[text.index("(", end) : span(text, statement)[1]]
        late = f"{head}{text[start:end]} {sign} {name}{eol}"
        late = late if there[1] < len(text) or text.endswith(("\n", "\r")) else eol + late.rstrip()
        changes = ((*span(text, statement), f"{name} = {begun}"), (there[1], there[1], late))
        yield move_edit(
            source, 1.1, "order", changes, f"compute the step of line {statement.lineno} there, and carry it out after line {other.end_lineno}"
        )
        break


def _free(text, name):
    while re.search(rf"\b{name}\b", text):
        name += "_"
    return name


def _updates_last(source, statement):
    """All updates of a block after its last other statement, in the order in which they stand."""
    block = block_of(source.tree, statement)
    if block is None or not isinstance(statement, ast.AugAssign):
        return
    updates = [part for part in block if isinstance(part, ast.AugAssign) and rows_of(source.text, part) and type(part.op) is type(statement.op)]
    others = [part for part in block if part not in updates and not isinstance(part, ast.Return)]
    early = [part for part in updates if others and part.lineno < others[-1].lineno and any(part.lineno < o.lineno for o in others)]
    if len(early) < 2 or rows_of(source.text, others[-1]) is None:
        return
    rows = [rows_of(source.text, part) for part in early]
    place = rows_of(source.text, others[-1])[1]
    lines = "".join(source.text[a:b] if source.text[a:b].endswith(("\n", "\r")) else source.text[a:b] + eol_of(source.text) for a, b in rows)
    changes = (*((a, b, "") for a, b in rows), (place, place, lines))
    yield move_edit(
        source, 1.2, "order", changes, f"move the updates of lines {', '.join(str(p.lineno) for p in early)} after line {others[-1].end_lineno}"
    )
