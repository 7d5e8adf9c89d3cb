"""The order of statements: one earlier or later in its block, a run of lines out of a loop or into it.

A weight that is changed before it is read, an update inside a loop that only counts, an accumulator that every pass sets back to zero.
Only moves that can change something are given: one of two statements sets what the other reads or sets.
"""

import ast
import re

from helpers.clinic.repair.edits import Edit
from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, MODULES
from helpers.clinic.repair.nearness import words
from helpers.clinic.repair.rewriting import line_starts, span
from helpers.clinic.repair.scope import enclosing
from helpers.clinic.repair.statements import block_of, indent_of, rows_of

_FAR = 8
"""How many statements a move passes at most."""

_LOOPS = ast.For | ast.While | ast.If | ast.With


def moves_of(source, statement):
    """Each `Edit` that puts a statement, or it and its neighbours, elsewhere; the likeliest first."""
    found = [*_within(source, statement), *_to_the_updates(source, statement), *_later_write(source, statement), *_updates_last(source, statement)]
    found += [*_out_of(source, statement), *_into(source, statement), *_before_the_loop(source, statement)]
    seen = set()
    for edit in sorted(found, key=lambda e: e.cost):
        text = edit.applied(source.text)
        if text != source.text and text not in seen:
            seen.add(text)
            yield edit


def _within(source, statement):
    """The statement before an earlier one or after a later one of its block."""
    block = block_of(source.tree, statement)
    at = _place(block, statement)
    if at is None:
        return
    updating = isinstance(statement, ast.AugAssign) or _touches_itself(statement)
    for direction in (-1, 1):
        crossed = []
        for distance in range(1, _FAR + 1):
            other = at + direction * distance
            if not 0 <= other < len(block) or (isinstance(block[other], ast.Return) and direction == 1) or _is_docstring(block[other]):
                break
            crossed.append(block[other])
            if _unset(source, statement, block[other], direction):
                break
            if not _conflict(statement, block[other]):
                continue  # the same as the shorter move
            edit = _moved(source, [statement], block[other], direction)
            if edit is not None:
                reads = any(isinstance(c, ast.AugAssign) or _touches_itself(c) for c in crossed)
                yield _edit(source, 0.85 + 0.06 * distance + (0.0 if (updating if direction == 1 else reads) else 0.4), "order", *edit)


def _to_the_updates(source, statement):
    """An update beside the updates that follow, before that of the same layer, where a line in between reads what it changes."""
    block = block_of(source.tree, statement)
    at = _place(block, statement)
    if at is None or not isinstance(statement, ast.AugAssign):
        return
    later = [part for part in block[at + 1 :] if isinstance(part, ast.AugAssign) and type(part.op) is type(statement.op)]
    readers = [part for part in block[at + 1 :] if part not in later and _conflict(statement, part)]
    later = [part for part in later if readers and part.lineno > readers[0].lineno]
    if not later:
        return
    own = set(words(ast.unparse(statement.target))) - {"self", "."}
    beside = next((part for part in later if own & {w for w in words(ast.unparse(part.target)) if w.isdigit() or len(w) > 1} - {"self"}), None)
    edit = _moved(source, [statement], beside or later[-1], -1 if beside else 1)
    if edit is not None:
        yield _edit(source, 0.86, "order", *edit)


def _unset(source, statement, other, direction):
    """Whether a name would be read before any line has set it."""
    first, second = (statement, other) if direction == -1 else (other, statement)
    needed = {name for name in reads_and_sets(first)[0] & reads_and_sets(second)[1] if name.isidentifier()}
    if not needed:
        return False
    function, _ = enclosing(source.tree, statement)
    given = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    earlier = min(statement.lineno, other.lineno)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno < earlier:
            given.add(node.id)
    own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return bool((needed & own) - given)


def _place(block, statement):
    return next((i for i, part in enumerate(block) if part is statement), None) if block else None


def _is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _moved(source, run, other, direction):
    """(changes, what it says) for a run of statements put before (-1) or after (1) another of the same block."""
    text = source.text
    rows, there = [rows_of(text, part) for part in run], rows_of(text, other)
    if None in rows or there is None:
        return _exchanged(source, run, other, direction)
    start, end = rows[0][0], rows[-1][1]
    block = text[start:end]
    place = there[0] if direction == -1 else there[1]
    whole = block if block.endswith(("\n", "\r")) else block + _eol(text)
    if place == len(text) and not text.endswith(("\n", "\r")):
        whole = _eol(text) + block.rstrip("\r\n")
    words = f"{_lines(run)} {'before' if direction == -1 else 'after'} line {other.lineno if direction == -1 else other.end_lineno}"
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


def _lines(run):
    first, last = run[0].lineno, run[-1].end_lineno
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _eol(text):
    return "\r\n" if "\r\n" in text else "\n"


def _edit(source, cost, kind, changes, words):
    start, end = min(c[0] for c in changes), max(c[1] for c in changes)
    edit = Edit(cost, kind, tuple(sorted(changes)), words, source.text[start:end].rstrip(), "")
    after = edit.applied(source.text)
    return Edit(cost, kind, edit.changes, words, edit.before, after[start : end + len(after) - len(source.text)].rstrip())


# --- what reads and sets what -----------------------------------------------------------------------------------------------


def _touches_itself(statement):
    """Whether an assignment sets what it reads: W = W - rate * dW."""
    if not isinstance(statement, ast.Assign):
        return False
    targets = {ast.unparse(t) for target in statement.targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])}
    return bool(targets & {ast.unparse(node) for node in ast.walk(statement.value) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)})


def reads_and_sets(statement):
    """(names read, names set, whether it calls a learner's own code, which may do anything)."""
    reads, sets, calls = set(), set(), False
    for node in ast.walk(statement):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            name = _base(node)
            (sets if isinstance(node.ctx, ast.Store | ast.Del) else reads).add(name)
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and not (isinstance(function.value, ast.Name) and function.value.id in MODULES):
                if function.attr in ("append", "insert", "extend", "fill", "update", "pop"):
                    sets.add(_base(function.value))
                elif function.attr not in ARRAY_ATTRIBUTES:
                    calls = True
            elif isinstance(function, ast.Name) and function.id in ("setattr", "exec"):
                calls = True
    if isinstance(statement, ast.AugAssign):
        reads.add(_base(statement.target))
    return reads - MODULES - {"self"}, sets - {"self"}, calls


def _base(node):
    """The name of an array without its subscripts: self.W of self.W[k]."""
    while isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in ARRAY_ATTRIBUTES):
        node = node.value
    return ast.unparse(node)


def _conflict(a, b):
    (reads, sets, calls), (others, changes, called) = reads_and_sets(a), reads_and_sets(b)
    if sets & (others | changes) or changes & reads:
        return True
    attributes = any("." in name for name in sets | changes)
    return ((calls or called) and (attributes or (bool(sets) and bool(changes)))) or (calls and called)


# --- a value kept until the other line has read it ----------------------------------------------------------------------------


def _later_write(source, statement):
    """An update whose value is computed where it stands, and which is carried out after a later line has read the array."""
    block = block_of(source.tree, statement)
    at, text = _place(block, statement), source.text
    rows = rows_of(text, statement)
    if at is None or rows is None or not (isinstance(statement, ast.AugAssign) or _touches_itself(statement)):
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
        head, eol = indent_of(text, statement), _eol(text)
        begun = text[first:last] if text[end:first].count("(") == 0 else text[text.index("(", end) : span(text, statement)[1]]
        late = f"{head}{text[start:end]} {sign} {name}{eol}"
        late = late if there[1] < len(text) or text.endswith(("\n", "\r")) else eol + late.rstrip()
        changes = ((*span(text, statement), f"{name} = {begun}"), (there[1], there[1], late))
        yield _edit(
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
    lines = "".join(source.text[a:b] if source.text[a:b].endswith(("\n", "\r")) else source.text[a:b] + _eol(source.text) for a, b in rows)
    changes = (*((a, b, "") for a, b in rows), (place, place, lines))
    yield _edit(
        source, 1.2, "order", changes, f"move the updates of lines {', '.join(str(p.lineno) for p in early)} after line {others[-1].end_lineno}"
    )


# --- out of loops, and into them ------------------------------------------------------------------------------------------------


def holder_of(tree, statement):
    """The statement whose block holds another directly; None at the top of a function or file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and any(any(part is statement for part in getattr(node, name, ()) or ()) for name in ("body", "orelse")):
            return node
    return None


def _out_of(source, statement):
    """The statement and those that follow it, out of the loop or condition whose end they are."""
    holder, block, text = holder_of(source.tree, statement), block_of(source.tree, statement), source.text
    at = _place(block, statement)
    if at is None or not isinstance(holder, _LOOPS):
        return
    run = block[at:]
    rows = [rows_of(text, part) for part in run]
    if None in rows or rows_of(text, holder) is None or (block is holder.body and getattr(holder, "orelse", None)):
        return
    deeper, outer = indent_of(text, statement), indent_of(text, holder)
    start, end = rows[0][0], rows[-1][1]
    lines = _indented(text[start:end], deeper, outer)
    kept = f"{deeper}pass{_eol(text)}" if at == 0 else ""
    loop = isinstance(holder, ast.For | ast.While)
    yield _edit(
        source,
        (0.9 if loop else 1.0) + 0.03 * len(run) + (0.2 if at == 0 else 0),
        "dedent",
        ((start, end, kept + lines),),
        f"dedent {_lines(run)}, out of the {_name(holder)}",
    )
    outermost = holder_of(source.tree, holder)
    if isinstance(outermost, ast.For | ast.While) and at and rows_of(text, outermost) and (outermost.body[-1] is holder):
        far = _indented(text[start:end], deeper, indent_of(text, outermost))
        yield _edit(source, 1.2, "dedent", ((start, end, far),), f"dedent {_lines(run)} twice, out of both loops")
    if len(run) > 1 and not isinstance(statement, _LOOPS):  # this one alone, behind the loop
        alone = _indented(text[slice(*rows[0])], deeper, outer)
        yield _edit(source, 1.25, "dedent", ((*rows[0], kept), (end, end, alone)), f"move line {statement.lineno} out of the {_name(holder)}")


def _into(source, statement):
    """The statement, and those after it, at the end of the loop or condition before it."""
    block, text = block_of(source.tree, statement), source.text
    at = _place(block, statement)
    if not at or not isinstance(block[at - 1], _LOOPS) or rows_of(text, block[at - 1].body[-1]) is None:
        return
    holder = block[at - 1]
    last = (holder.orelse or holder.body)[-1] if not isinstance(holder, ast.If) else holder.body[-1]
    if holder.end_lineno != last.end_lineno:
        return
    deeper = indent_of(text, last)
    for count in range(1, min(6, len(block) - at) + 1):
        run = block[at : at + count]
        rows = [rows_of(text, part) for part in run]
        if None in rows or (isinstance(run[-1], ast.Return) and count > 1):
            break
        start, end = rows[0][0], rows[-1][1]
        lines = _indented(text[start:end], indent_of(text, statement), deeper)
        yield _edit(source, 1.0 + 0.05 * count, "indent", ((start, end, lines),), f"indent {_lines(run)}, into the {_name(holder)}")


def _before_the_loop(source, statement):
    """What a loop sets anew in each pass, before the loop; what stands before a loop, at the beginning of each pass."""
    holder, block, text = holder_of(source.tree, statement), block_of(source.tree, statement), source.text
    rows = rows_of(text, statement)
    if rows is None or not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr):
        return
    if isinstance(holder, ast.For | ast.While) and block is holder.body and len(block) > 1 and rows_of(text, holder):
        _, sets, _ = reads_and_sets(statement)
        if any(sets & reads_and_sets(other)[1] for other in block if other is not statement):
            start = line_starts(text)[holder.lineno - 1]
            moved = _indented(text[slice(*rows)], indent_of(text, statement), indent_of(text, holder))
            yield _edit(source, 1.0, "dedent", ((start, start, moved), (*rows, "")), f"move line {statement.lineno} before the {_name(holder)}")
    at = _place(block, statement)
    if at is not None:
        for later in block[at + 1 : at + 4]:
            if isinstance(later, ast.For | ast.While) and rows_of(text, later.body[0]):
                start = line_starts(text)[later.body[0].lineno - 1]
                moved = _indented(text[slice(*rows)], indent_of(text, statement), indent_of(text, later.body[0]))
                yield _edit(
                    source,
                    1.2,
                    "indent",
                    ((*rows, ""), (start, start, moved)),
                    f"move line {statement.lineno} into the {_name(later)}, as its first line",
                )
                break


def _indented(lines, old, new):
    """Lines with another indentation; a last line that ends the file gets a line break."""
    out = "".join(new + row[len(old) :] if row.startswith(old) and row.strip() else row for row in lines.splitlines(keepends=True))
    return out if out.endswith(("\n", "\r")) else out + "\n"


def _name(holder):
    return f"{'loop' if isinstance(holder, ast.For | ast.While) else 'condition' if isinstance(holder, ast.If) else 'block'} of line {holder.lineno}"
