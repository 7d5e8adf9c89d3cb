"""Which change is run next: the likeliest line's cheapest first, and no line starves.

Each suspect has a row of changes, the cheapest first. The rows are merged by cost plus a penalty for the suspect's place among the
suspects, so that all suspects' cheap changes come before the dear ones of the first.
"""

import ast
import contextlib
import dataclasses
import heapq
import itertools

from helpers.clinic.model.sources import Source, parsed
from helpers.clinic.repair import edits, moves
from helpers.clinic.repair.outcome import difference

PLACE, FAR_PLACE, NEAR = 0.3, 0.05, 6
"""Cost of each place among the suspects, for the first NEAR ones and after them."""

UNACCUSED = 0.5
"""Cost of a line against which nothing speaks but that it ran."""

FAVOUR = 0.5
"""How much cheaper a change is of a kind that was found already."""

SINGLES, IN_ONE = 240, 60
"""How many changes are paired with others in other lines, and how many of one line at most."""


FIRSTS = 40
"""How many changes of a statement are followed by another of what they made."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A change of one suspect's statement. Small `priority`: tried early."""

    priority: float
    place: int
    suspect: object
    source: object
    edit: object


def place_cost(place, suspect):
    """What a suspect's place costs."""
    return PLACE * min(place, NEAR) + FAR_PLACE * max(place - NEAR, 0) + UNACCUSED * (not suspect.score)


def candidates(suspects, sources, favoured=frozenset()):
    """Candidates of all suspects, by priority. `sources` {filename: Source}; kinds of changes in `favoured` come earlier."""
    rows = []
    for place, suspect in enumerate(suspects):
        source = sources[suspect.filename]
        scope = edits.Scope.of(source, suspect.statement)
        for row in (edits.edits_of(source, suspect.statement, scope), moves.moves_of(source, suspect.statement)):
            rows.append(_row(place, suspect, source, row, favoured))
    return heapq.merge(*rows, key=lambda candidate: candidate.priority)


def twice(suspects, sources):
    """Candidates of two changes each in one statement, one after the other, by priority."""
    rows = []
    for place, suspect in enumerate(suspects):
        source = sources[suspect.filename]
        first = (edit for edit in edits.edits_of(source, suspect.statement) if "\n" not in edit.after)
        rows += [_row(place, suspect, source, _again(source, suspect.statement, edit)) for edit in itertools.islice(first, FIRSTS)]
    return heapq.merge(*rows, key=lambda candidate: candidate.priority)


def _again(source, statement, edit):
    """A change and one more of what it made."""
    text = edit.applied(source.text)
    try:
        changed = Source(source.filename, text, parsed(text))
    except SyntaxError:
        return
    place = statement.lineno, statement.col_offset
    there = [node for node in ast.walk(changed.tree) if isinstance(node, type(statement)) and (node.lineno, node.col_offset) == place]
    for other in edits.edits_of(changed, there[0]) if there else ():
        if "\n" not in other.after:
            told = {"before": edit.before, "after": other.after, "words": f"{edit.before} → {other.after}"}
            changes = difference(source.text, other.applied(text))
            yield dataclasses.replace(other, cost=edit.cost + other.cost, kind=f"{edit.kind} and {other.kind}", changes=changes, **told)


def _row(place, suspect, source, row, favoured=frozenset()):
    for edit in _until_it_breaks(row):
        yield Candidate(edit.cost + place_cost(place, suspect) - FAVOUR * (edit.kind in favoured), place, suspect, source, edit)


def _until_it_breaks(row):
    """A row of edits; it ends where the learner's words make something that cannot be written."""
    with contextlib.suppress(SyntaxError, ValueError):
        yield from row


def pairs_across(suspects, sources, is_new):
    """Candidates of two changes in two statements of one file, the cheapest sums first; of changes for which `is_new` holds."""
    counts, singles = {}, []
    for candidate in candidates(suspects, sources):
        if counts.get(candidate.place, 0) < IN_ONE and is_new(candidate):
            counts[candidate.place] = counts.get(candidate.place, 0) + 1
            singles.append(candidate)
        if len(singles) == SINGLES:
            break
    heap = [(singles[0].priority + singles[1].priority, 0, 1)] if len(singles) > 1 else []
    while heap:
        priority, i, j = heapq.heappop(heap)
        if j + 1 < len(singles):
            heapq.heappush(heap, (singles[i].priority + singles[j + 1].priority, i, j + 1))
        if j == i + 1 and j + 1 < len(singles):
            heapq.heappush(heap, (singles[j].priority + singles[j + 1].priority, j, j + 1))
        a, b = singles[i], singles[j]
        if a.place != b.place and a.source is b.source and _apart(a.edit.changes, b.edit.changes):
            yield dataclasses.replace(a, priority=priority, edit=_both(a.edit, b.edit))


def _apart(changes, others):
    spans = sorted(change[:2] for change in (*changes, *others))
    return all(a[1] <= b[0] and a != b for a, b in itertools.pairwise(spans))


def _both(edit, other):
    """Two changes as one that is told line by line (`tidy.line_by_line`)."""
    changes = tuple(sorted((*edit.changes, *other.changes)))
    return dataclasses.replace(
        edit, cost=edit.cost + other.cost, kind=f"{edit.kind} in 2 lines", changes=changes, words=f"{edit.words}; {other.words}"
    )
