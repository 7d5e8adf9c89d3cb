"""Which change is run next: the likeliest line's cheapest first, and no line starves.

Each suspect has a row of changes, the cheapest first. The rows are merged by cost plus a penalty for the suspect's place among the
suspects, so that all suspects' cheap changes come before the dear ones of the first. Where what a line computed is known
(`local.Local`), a change that raises there, or computes what another did, is never run, and one that computes what was wanted is run at once.
"""

import heapq
from dataclasses import dataclass

from helpers.clinic.repair import edits, moves

PLACE = 0.3
"""Cost of each place among the suspects, for the first ones."""

FAR_PLACE = 0.05
"""Cost of each place after the first `NEAR` ones."""

NEAR = 6


@dataclass(frozen=True)
class Candidate:
    """A change of one suspect's statement. Small `priority`: tried early."""

    priority: float
    place: int
    suspect: object
    source: object
    edit: object


UNACCUSED = 0.5
"""Cost of a line against which nothing speaks but that it ran."""


def place_cost(place, suspect):
    """What a suspect's place costs."""
    return PLACE * min(place, NEAR) + FAR_PLACE * max(place - NEAR, 0) + UNACCUSED * (not suspect.score)


def candidates(suspects, sources, favoured=frozenset()):
    """Candidates of all suspects, by priority. `sources` {filename: Source}; kinds of changes in `favoured` come earlier."""
    heap = []
    for place, suspect in enumerate(suspects):
        source = sources[suspect.filename]
        scope = edits.Scope.of(source, suspect.statement)
        for number, row in enumerate((edits.edits_of(source, suspect.statement, scope), moves.moves_of(source, suspect.statement))):
            _push(heap, place, number, 0, suspect, source, row, favoured)
    while heap:
        priority, place, number, count, edit, suspect, source, row = heapq.heappop(heap)
        yield Candidate(priority, place, suspect, source, edit)
        _push(heap, place, number, count + 1, suspect, source, row, favoured)


def _push(heap, place, number, count, suspect, source, row, favoured):
    edit = next(row, None)
    if edit is not None:
        priority = edit.cost + place_cost(place, suspect) - 0.5 * (edit.kind in favoured)
        heapq.heappush(heap, (priority, place, number, count, edit, suspect, source, row))
