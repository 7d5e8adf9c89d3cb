"""One level of the search: run the changes of all suspects on a text so far, and sort out what they came to."""

import itertools
from dataclasses import dataclass, field, replace

import numpy as np

from helpers.clinic.repair import edits
from helpers.clinic.repair.candidates import NEAR, Candidate, candidates, place_cost
from helpers.clinic.repair.choice import LATE
from helpers.clinic.repair.local import RAISES, WANTED, Local
from helpers.clinic.repair.outcome import Choice
from helpers.clinic.repair.pairs import wanted_pairs

MARGIN = 0.9
"""How much dearer changes are still run after one that makes everything right."""

AFTER_FOUND = 300
"""How many changes are still run after one that makes everything right."""

COVERED_MARGIN, AFTER_COVERED = 1.2, 600
"""The same after changes each of which makes some parameters right, and together all."""

MOST = 6000
"""How many changes are run for one fault."""

SEEN = 20
"""For how many suspects it is recorded what they saw when they ran."""

LOOKED_AHEAD = 400
"""How many changes of each of the first suspects are evaluated where they stand before anything is run."""


class OutOfSeconds(Exception):
    """The time that was given is used up."""


@dataclass
class Found:
    """Lists of (Choice, State): `whole` make everything right, `partial` more, `hopeful` bring some
    nearer to right, or compute what their line should, and spoil nothing."""

    whole: list = field(default_factory=list)
    partial: list = field(default_factory=list)
    hopeful: list = field(default_factory=list)

    def sort(self):
        """The likeliest first."""
        for row in (self.whole, self.partial, self.hopeful):
            row.sort(key=lambda pair: (len(pair[1].wrong), pair[1].total, pair[0].badness))
        return self


class Exploration:
    """The changes of all suspects, run on `texts` so far in which the parameters `wrong` are wrong.

    trials : Trials; judge : Judge; sources : {filename: Source} of the texts so far;
    order : {(filename, line): when it ran, from 0 to 1}; tick : called often, raises OutOfSeconds.
    """

    def __init__(self, trials, judge, suspects, sources, texts, state, order, tick):
        self.trials, self.judge, self.suspects, self.sources, self.tick = trials, judge, suspects, sources, tick
        self.texts, self.state, self.order = texts, state, order
        self.found, self.run, self.useless = Found(), set(), set()
        self.locals, self.scopes = {}, None
        self.last, self.ended, self.count = np.inf, MOST, 0
        self.left = state.wrong

    def singles(self, favoured=frozenset()):
        """Run single changes, what lines should compute first; the Found so far."""
        return self._all(itertools.chain(self._ahead(), candidates(self.suspects, self.sources, favoured)))

    def pairs(self):
        """Run two changes at once in one of the first suspects' statements, where they compute what it should."""
        return self._all(self._paired())

    def _all(self, row):
        try:
            for candidate in row:
                if self.count >= self.ended or candidate.priority > self.last:
                    break
                self._one(candidate)
        except OutOfSeconds:
            if not (self.found.whole or self.found.partial):
                raise
        return self.found.sort()

    def _one(self, candidate):
        """Run a candidate, unless it was run, or is known to be of no use."""
        self.tick()
        text = candidate.edit.applied(candidate.source.text)
        key = candidate.source.filename, text
        if key in self.run:
            return
        self.run.add(key)
        meaning, value = self._of(candidate.suspect).meaning(candidate.edit)
        value = id(candidate.suspect), value
        if meaning == RAISES or value in self.useless:
            return
        self.count += 1
        state = self.trials.better(self.texts | {key[0]: text}, self.state, spoils_none=meaning == WANTED)
        if state is None:
            if value[1] is not None and not self.trials.passed:
                self.useless.add(value)
            return
        self._sort_in(candidate, state)
        joint = edits.together(candidate.source, candidate.suspect.statement, candidate.edit) if state.wrong else None
        if joint is not None:
            self._one(replace(candidate, edit=joint))

    def _sort_in(self, candidate, state):
        pair = self._choice(candidate), state
        if not state.wrong:
            self.found.whole.append(pair)
            self._end_soon(candidate, MARGIN, AFTER_FOUND)
        elif state.wrong < self.state.wrong:
            self.found.partial.append(pair)
            self.left &= state.wrong
            if not self.left:
                self._end_soon(candidate, COVERED_MARGIN, AFTER_COVERED)
        else:
            self.found.hopeful.append(pair)

    def _end_soon(self, candidate, margin, number):
        """Run only what is not much dearer than a candidate from now on."""
        self.last = min(self.last, candidate.priority + margin)
        self.ended = min(self.ended, self.count + number)

    def _ahead(self):
        """Candidates that compute what the first suspects' lines should have."""
        for place, suspect in enumerate(self.suspects[:NEAR]):
            local = self._of(suspect)
            if local.usable and local.wanted:
                for edit in itertools.islice(self._row(suspect), LOOKED_AHEAD):
                    self.tick()
                    if local.looks_wanted(edit):
                        yield Candidate(edit.cost + place_cost(place, suspect), place, suspect, local.source, edit)

    def _paired(self):
        for place, suspect in enumerate(self.suspects[:NEAR]):
            local = self._of(suspect)
            for edit in wanted_pairs(local, self._row(suspect), self.tick):
                yield Candidate(edit.cost + place_cost(place, suspect), place, suspect, local.source, edit)

    def _row(self, suspect):
        source = self.sources[suspect.filename]
        return edits.edits_of(source, suspect.statement, edits.Scope.of(source, suspect.statement))

    def _of(self, suspect):
        if self.scopes is None:
            self.scopes = self.trials.scopes(self.texts, [(s.filename, s.statement) for s in self.suspects[:SEEN]])
        if id(suspect) not in self.locals:
            scopes = self.scopes.get(id(suspect.statement), ())
            self.locals[id(suspect)] = Local(suspect, self.sources[suspect.filename], scopes, self._raised(suspect))
        return self.locals[id(suspect)]

    def _raised(self, suspect):
        """Whether the code stops in a suspect's statement."""
        trouble = self.state.trouble
        node = suspect.statement
        return (
            trouble is not None and getattr(trouble, "filename", None) == suspect.filename and node.lineno <= (trouble.line or 0) <= node.end_lineno
        )

    def _choice(self, candidate):
        source, statement = candidate.source, candidate.suspect.statement
        badness = self.judge.badness(candidate) + LATE * self.order.get((source.filename, statement.lineno), 1.0)
        return Choice(source.filename, statement, candidate.edit, source.text, badness, candidate.suspect)
