"""Lines out of loops and conditions, and into them."""

import ast

from helpers.clinic.repair.effects import reads_and_sets
from helpers.clinic.repair.moving import eol_of, lines_said, move_edit, place_in
from helpers.clinic.repair.rewriting import line_starts
from helpers.clinic.repair.statements import block_of, indent_of, rows_of

_LOOPS = ast.For | ast.While | ast.If | ast.With


def holder_of(tree, statement):
    """The statement whose block holds another directly; None at the top of a function or file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and any(any(part is statement for part in getattr(node, name, ()) or ()) for name in ("body", "orelse")):
            return node
    return None


def out_of(source, statement):
    """The statement and those that follow it, out of the loop or condition whose end they are."""
    holder, block, text = holder_of(source.tree, statement), block_of(source.tree, statement), source.text
    at = place_in(block, statement)
    if at is None or not isinstance(holder, _LOOPS):
        return
    run = block[at:]
    rows = [rows_of(text, part) for part in run]
    if None in rows or rows_of(text, holder) is None or (block is holder.body and getattr(holder, "orelse", None)):
        return
    deeper, outer = indent_of(text, statement), indent_of(text, holder)
    start, end = rows[0][0], rows[-1][1]
    lines = _indented(text[start:end], deeper, outer)
    kept = f"{deeper}pass{eol_of(text)}" if at == 0 else ""
    loop = isinstance(holder, ast.For | ast.While)
    yield move_edit(
        source,
        (0.9 if loop else 1.0) + 0.03 * len(run) + (0.2 if at == 0 else 0),
        "dedent",
        ((start, end, kept + lines),),
        f"dedent {lines_said(run)}, out of the {_name(holder)}",
    )
    outermost = holder_of(source.tree, holder)
    if isinstance(outermost, ast.For | ast.While) and at and rows_of(text, outermost) and (outermost.body[-1] is holder):
        far = _indented(text[start:end], deeper, indent_of(text, outermost))
        yield move_edit(source, 1.2, "dedent", ((start, end, far),), f"dedent {lines_said(run)} twice, out of both loops")
    if len(run) > 1 and not isinstance(statement, _LOOPS):  # this one alone, behind the loop
        alone = _indented(text[slice(*rows[0])], deeper, outer)
        yield move_edit(source, 1.25, "dedent", ((*rows[0], kept), (end, end, alone)), f"move line {statement.lineno} out of the {_name(holder)}")


def into(source, statement):
    """The statement, and those after it, at the end of the loop or condition before it."""
    block, text = block_of(source.tree, statement), source.text
    at = place_in(block, statement)
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
        yield move_edit(source, 1.0 + 0.05 * count, "indent", ((start, end, lines),), f"indent {lines_said(run)}, into the {_name(holder)}")


def before_the_loop(source, statement):
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
            yield move_edit(source, 1.0, "dedent", ((start, start, moved), (*rows, "")), f"move line {statement.lineno} before the {_name(holder)}")
    at = place_in(block, statement)
    if at is not None:
        for later in block[at + 1 : at + 4]:
            if isinstance(later, ast.For | ast.While) and rows_of(text, later.body[0]):
                start = line_starts(text)[later.body[0].lineno - 1]
                moved = _indented(text[slice(*rows)], indent_of(text, statement), indent_of(text, later.body[0]))
                yield move_edit(
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
