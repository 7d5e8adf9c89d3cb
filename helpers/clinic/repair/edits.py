"""The catalogue of changes of one statement: what people mistake for what in a backward pass, as changes of the learner's own text.

A change is worth trying in the order of its cost: how likely a person made that slip. What the same statement says for another layer
comes first, then small slips (another layer's array, a transpose, an axis, a factor), last what has little to do with what stands there.
Two changes that are the same by arithmetic are tried once.
"""

import ast
import builtins
import functools
from dataclasses import dataclass, field

from helpers.clinic.repair import (
    areas,
    axes,
    comprehensions,
    conditions,
    entries,
    factors,
    forgotten,
    neighbours,
    operands,
    partners,
    passed,
    permutations,
    piecewise,
    products,
    shares,
    siblings,
    slices,
    slips,
    slopes,
    softmaxes,
    statements,
    terms,
    transport,
)
from helpers.clinic.repair.expressions import meaning
from helpers.clinic.repair.rewriting import BLOCKS, Written, applied
from helpers.clinic.repair.scope import Scope
from helpers.clinic.repair.shapes import CannotBe, broadcast, shape_of

__all__ = ["Edit", "Scope", "edits_of", "together"]


@dataclass(frozen=True)
class Edit:
    """A change of the learner's text.

    Attributes
    ----------
    cost : float
        The smaller, the likelier it is that a person made this slip.
    kind : str
        "operand", "transpose", "axis", "slope", "factor", ...
    changes : tuple of (int, int, str)
        (start, end, new): parts of the file's text and what stands there instead.
    words : str
        The statement before and after, as in "dW1 = dZ1 @ W1.T → dW1 = dZ1 @ X.T".
    before, after : str
        The statement as it stands, and as it is changed; of a move, the lines concerned.
    """

    cost: float
    kind: str
    changes: tuple
    words: str
    before: str = ""
    after: str = ""
    plan: dict = field(default=None, compare=False, repr=False)

    def applied(self, text):
        """The file's text with this change."""
        return applied(self.changes, text)


def edits_of(source, statement, scope=None):
    """Each change of one statement of `source` (with `text` and `tree`), an `Edit`, the likeliest first. scope : Scope, optional."""
    if scope is not None and scope.shapes:
        yield from _made(source, statement, scope)
        return
    place = id(statement), source.text
    row = _ROWS.get(place)
    if row is None or row.statement is not statement:
        while len(_ROWS) >= _KEPT:
            del _ROWS[next(iter(_ROWS))]
        row = _ROWS[place] = _Row(statement, _made(source, statement, scope))
    yield from row


_ROWS, _KEPT = {}, 64


class _Row:
    """The changes of a statement, made once however often they are asked for."""

    def __init__(self, statement, edits):
        self.statement, self.edits, self.made = statement, edits, []

    def __iter__(self):
        at = 0
        while True:
            if at == len(self.made):
                edit = next(self.edits, None)
                if edit is None:
                    return
                self.made.append(edit)
            yield self.made[at]
            at += 1


def _made(source, statement, scope):
    scope = scope or Scope.of(source, statement)
    line = Written(source.text, statement)
    seen = {meaning(line.bare, line.meanings)}
    for cost, kind, what in sorted(_candidates(source, line, scope), key=lambda candidate: candidate[0]):
        edit = _edit(line, cost, kind, what, scope, seen)
        if edit is not None:
            yield edit


def _candidates(source, line, scope):
    """(cost, kind, {node: expression} or changes of the text), in no order; a rule that trips over unusual code is left out, the others go on."""
    known, text, tree, others = _known(source.text, source.tree, scope), source.text, source.tree, scope.statements
    rules = [
        (siblings.sibling_edits, scope, known), (siblings.list_analogies, scope, known), (siblings.step_signs, scope),
        (operands.operand_edits, scope), (operands.wrapped_in_functions, scope), (slopes.slope_edits, scope),
        (slopes.slope_bodies, scope), (factors.factor_edits, scope, text), (terms.term_edits, scope, tree),
        (products.grouping_edits,), (conditions.condition_edits, scope), (conditions.order_edits,),
        (comprehensions.comprehension_edits, scope), (partners.partner_edits, scope, text), (partners.normalisations, scope, text),
        (statements.default_arguments,), (statements.assignment_edits, scope, tree), (statements.removal, text, tree),
        (statements.missing_lines, text, others, known), (slips.slip_edits, scope, known),
        (entries.swapped_indices,), (passed.activation_edits, scope, text), (forgotten.forgotten_edits, scope, text, tree),
        (shares.forward_scales, scope, text), (piecewise.piece_edits, scope, text), (shares.companions, scope, text),
        (neighbours.neighbour_edits, scope, text),
    ]  # fmt: skip
    if not scope.plain:
        rules += [
            (products.product_edits, scope), (products.reshaped, scope), (permutations.permutation_edits, text),
            (areas.area_edits, scope, tree), (areas.normalised_terms, scope), (axes.axis_edits, scope), (statements.array_edits, scope),
            (statements.guards, text), (statements.divisions_after, text, scope), (slices.slice_edits, scope, text),
            (passed.missing_products, scope, text), (passed.reductions, scope),
            (shares.shares, scope), (shares.repeated_indices,),
            (passed.row_reductions, scope, text), (softmaxes.softmax_slopes, scope, text), (softmaxes.one_hots, tree),
        ]  # fmt: skip
    for rule, *arguments in rules:
        try:
            yield from rule(line, *arguments)
        except Exception:
            if STRICT:
                raise


STRICT = False
"""Whether a rule that raises does so; for tests."""


def _edit(line, cost, kind, what, scope, seen):
    """The Edit of a candidate; None where it is nothing new or nothing that can be."""
    if not what:
        return None
    if not isinstance(what, dict):
        after = applied(what, line.whole)
        return (
            Edit(cost, kind, what, _words(line.segment, kind), line.segment, _lines_after(line, what, after))
            if after not in seen and not seen.add(after)
            else None
        )
    if scope.shapes and not _possible(line, what, scope.shapes):
        return None
    told = line.rewritten(what)
    if told is None:
        return None
    changes, tree = told
    said = meaning(tree, line.meanings)
    if said in seen:
        return None
    seen.add(said)
    after = line.after(changes)
    return Edit(cost, kind, changes, f"{_flat(line.segment)} → {_flat(after)}", line.segment, after, what)


def _flat(segment):
    return " ".join(segment.split())


def _words(segment, kind):
    return f"{kind}: {_flat(segment)}"


def _lines_after(line, changes, after):
    """The text of the statement after changes of the file's text."""
    grown = len(after) - len(line.whole)
    start = min(line.start, min(change[0] for change in changes))
    return after[start : max(line.end, max(change[1] for change in changes)) + grown].strip()


def _possible(line, what, shapes):
    """Whether arrays of these shapes can be put together so; of an update, whether the array keeps its shape."""
    for new in what.values():
        try:
            shape_of(new, shapes)
        except CannotBe:
            return False
    node = line.node
    if isinstance(node, ast.AugAssign) and node.value in what:
        target = shapes.get(line.text(node.target))
        try:
            shape = shape_of(what[node.value], shapes)
            return target is None or shape is None or broadcast(tuple(target), shape) == tuple(target)
        except CannotBe:
            return False
    return True


_OUTSIDE = frozenset(("breakpoint", "compile", "eval", "exec", "exit", "help", "input", "open", "print", "quit", "__import__"))
_BUILTINS = frozenset(dir(builtins)) - _OUTSIDE - {"copyright", "credits", "license"}
"""Names that need not be set, without those that ask, end or reach outside: no change brings such a call in."""


@functools.lru_cache(64)
def _file_names(text):
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            names.add(ast.unparse(node))
        elif isinstance(node, ast.arg):
            names.add(node.arg)
    return frozenset(names)


def _known(text, tree, scope):
    """Names that exist where the statement stands: those of its function, of its class, and of the file's functions and numbers."""
    own = {ast.unparse(n) for s in scope.statements for n in ast.walk(s) if isinstance(n, ast.Name | ast.Attribute | ast.Subscript)}
    arguments = {a.arg for a in ast.walk(scope.function) if isinstance(a, ast.arg)}
    shared = {name for name in _file_names(text) if name.startswith("self.")} if scope.owner is not None else set()
    top = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            top |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    modules = {name for name in _file_names(text) if name.split(".")[0] in top}
    return own | arguments | shared | top | modules | {"self", *_BUILTINS} | set(scope.numbers) | set(scope.arrays)


def together(source, statement, edit, others=None):
    """One Edit that makes the same change in a statement and in those that say the same for other layers; None where there are none.

    others : statements, optional
        Where the same change is made; without them, the siblings of the statement in its function.
    """
    if not edit.plan:
        return None
    scope = Scope.of(source, statement)
    line = Written(source.text, statement)
    chosen = others if others is not None else [other for other, _ in siblings.siblings(statement, scope.statements)]
    known = _known(source.text, source.tree, scope)
    changes, befores, afters = list(edit.changes), [edit.before], [edit.after]
    for other in chosen:
        if other is statement or isinstance(other, BLOCKS):
            continue
        there = Written(source.text, other)
        plan = transport.transported(edit.plan, line, there, known)
        told = there.rewritten(plan) if plan else None
        if told is not None:
            changes += told[0]
            befores.append(there.segment)
            afters.append(there.after(told[0]))
    if len(befores) == 1:
        return None
    return Edit(
        edit.cost + 0.2,
        f"{edit.kind} in {len(befores)} lines",
        tuple(sorted(changes)),
        f"{edit.words} (and the same in {len(befores) - 1} more)",
        "\n".join(befores),
        "\n".join(afters),
    )
