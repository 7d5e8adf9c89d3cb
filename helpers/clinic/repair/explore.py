"""One level of the search: run the changes of all suspects on a text so far, and sort out what they came to."""

import ast
import dataclasses

import numpy as np

from helpers.clinic.repair import edits
from helpers.clinic.repair.candidates import candidates, pairs_across, twice
from helpers.clinic.repair.choice import LATE, ONE
from helpers.clinic.repair.direction import form
from helpers.clinic.repair.local import RAISES, Local
from helpers.clinic.repair.outcome import Choice

MARGIN, AFTER_FOUND = 0.9, 300
"""How much dearer changes are still run after one that makes everything right, and how many."""

COVERED_MARGIN, AFTER_COVERED = 1.2, 600
"""The same after changes each of which makes some parameters right, and together all."""

PARTIAL_MARGIN, AFTER_PARTIAL = 1.5, 1000
"""The same after one that makes some parameters right, before it is taken for the first of several."""

RUNS_MARGIN, AFTER_RUNS = 0.5, 60
"""The same after one with which code that raised runs through."""

MOST = 6000
"""How many changes are run for one fault."""

ALIKE = 12
"""In so many lines that are written alike one change is made at once."""

SEEN = 20
"""For how many suspects it is recorded what they saw when they ran."""

PAIRED = 6
"""In how many suspects two changes are made at once."""

MOST_PAIRS = 3000
"""How many pairs of changes are run in one statement, and in two."""


FORWARD = 1.0
"""What a line costs more through which the loss runs, and against which nothing speaks."""


class OutOfSeconds(Exception):
    """The time that was given is used up."""


@dataclasses.dataclass
class Found:
    """Lists of (Choice, State): `whole` make everything right, `partial` more, `hopeful` bring some nearer to right; none spoils any."""

    whole: list = dataclasses.field(default_factory=list)
    partial: list = dataclasses.field(default_factory=list)
    hopeful: list = dataclasses.field(default_factory=list)

    def sort(self):
        """The likeliest first."""
        for row in (self.whole, self.partial, self.hopeful):
            row.sort(key=lambda pair: (len(pair[1].wrong), pair[1].total, pair[0].badness))
        return self


class Exploration:
    """The changes of all suspects, run on `texts` so far, of which `state` says what is wrong.

    trials : Trials; judge : Judge; sources : {filename: Source} of the texts so far;
    order : {(filename, line): when it ran, from 0 to 1}; tick : called often, raises OutOfSeconds.
    """

    def __init__(self, trials, judge, suspects, sources, texts, state, order, tick, favoured=frozenset()):
        self.trials, self.judge, self.suspects, self.sources, self.tick = trials, judge, suspects, sources, tick
        self.texts, self.state, self.order = texts, state, order
        self.found, self.run, self.useless, self.left = Found(), set(), set(), state.wrong
        self.locals, self.scopes = {}, None
        self.last, self.ended, self.count = np.inf, MOST, 0
        self.pause = None
        self.row = candidates(suspects, sources, favoured)

    def singles(self):
        """Run single changes; the Found so far. It stops for the first time a while after some parameters were made right; then to the end."""
        self._all(self.row)
        return self.found.sort()

    def pairs(self):
        """Run two changes at once, in one of the first suspects' statements or in two; the Found so far."""
        for row in (twice(self.suspects[:PAIRED], self.sources), pairs_across(self._accused(), self.sources, self._is_new)):
            self.last, self.ended, self.pause = np.inf, self.count + MOST_PAIRS, (np.inf, np.inf)
            self._all(row)
            if self.found.whole:
                break
        return self.found.sort()

    def _all(self, row):
        try:
            for candidate in row:
                if self.count >= self.ended or candidate.priority > self.last:
                    break
                self._one(candidate)
                if self.pause and (candidate.priority > self.pause[0] or self.count > self.pause[1]):
                    self.pause = (np.inf, np.inf)
                    break
        except OutOfSeconds:
            if not (self.found.whole or self.found.partial):
                raise

    def _one(self, candidate):
        """Run a candidate, unless it was run, or is known to be of no use."""
        self.tick()
        text = candidate.edit.applied(candidate.source.text)
        key = candidate.source.filename, text
        value = id(candidate.suspect), self._of(candidate.suspect).value(candidate.edit)
        if key in self.run or value[1] == RAISES or value in self.useless:
            return
        self.run.add(key)
        self.count += 1
        state = self.trials.better(self.texts | {key[0]: text}, self.state)
        if state is None:
            if value[1] is not None and not self.trials.passed and not self.state.trouble:  # what stopped did not make all its passes
                self.useless.add(value)
            return
        self._sort_in(candidate, state)
        for joint in self._joint(candidate) if state.wrong and " in " not in candidate.edit.kind else ():
            self._one(dataclasses.replace(candidate, edit=joint))

    def _joint(self, candidate):
        """The same change in all lines that say the same for other layers, and in all that are written alike."""
        source, statement = candidate.source, candidate.suspect.statement
        alike = [other for other in ast.walk(source.tree) if type(other) is type(statement) and form(other) == form(statement)]
        for others in (None, *([alike] if 2 < len(alike) <= ALIKE and not isinstance(statement, ast.Return) else [])):
            try:
                joint = edits.together(source, statement, candidate.edit, others)
            except (SyntaxError, ValueError):  # names that cannot be carried over
                continue
            if joint is not None:
                yield joint

    def _is_forward(self, candidate):
        """Whether nothing speaks against a line, and the loss runs through it: it is left alone, unless everything is right with its change."""
        ran = self.order.get((candidate.source.filename, candidate.suspect.statement.lineno))
        return ran == 0.0 and not candidate.suspect.score

    def _sort_in(self, candidate, state):
        if state.wrong and self._is_forward(candidate):
            return
        pair = self._choice(candidate), state
        if not state.wrong:
            self.found.whole.append(pair)
            self._end_soon(candidate, MARGIN, AFTER_FOUND)
        elif state.wrong < self.state.wrong:
            self.found.partial.append(pair)
            self.left &= state.wrong
            self.pause = self.pause or (candidate.priority + PARTIAL_MARGIN, self.count + AFTER_PARTIAL)
            if not self.left:
                self._end_soon(candidate, COVERED_MARGIN, AFTER_COVERED)
        else:
            self.found.hopeful.append(pair)
            if self.state.trouble:
                self.pause = self.pause or (candidate.priority + RUNS_MARGIN, self.count + AFTER_RUNS)

    def _end_soon(self, candidate, margin, number):
        """Run only what is not much dearer than a candidate from now on."""
        self.last = min(self.last, candidate.priority + margin)
        self.ended = min(self.ended, self.count + number)

    def _accused(self):
        """The suspects against which something speaks, all where that is only one."""
        accused = [suspect for suspect in self.suspects if suspect.score]
        return accused if len(accused) > 1 else self.suspects

    def _is_new(self, candidate):
        """Whether a candidate computes what no other did that was asked so; False where it raises."""
        value = self._of(candidate.suspect).value(candidate.edit)
        if value == RAISES or (value is not None and (candidate.place, value) in self.paired):
            return False
        self.paired.add((candidate.place, value))
        return True

    def _of(self, suspect):
        """The Local of a suspect's statement."""
        if self.scopes is None:
            self.paired = set()
            alone = [s for s in self.suspects[:SEEN] if self._begins_its_line(s)]
            self.scopes = self.trials.scopes(self.texts, [(s.filename, s.statement) for s in alone])
        statement = suspect.statement
        if id(statement) not in self.locals:
            source, trouble = self.sources[suspect.filename], self.state.trouble
            where = getattr(trouble, "filename", None), getattr(trouble, "line", None) or 0
            raised = where[0] == suspect.filename and statement.lineno <= where[1] <= statement.end_lineno
            self.locals[id(statement)] = Local(statement, source, self.scopes.get(id(statement), ()), raised)
        return self.locals[id(statement)]

    def _begins_its_line(self, suspect):
        """Whether no other statement stands before it on its line."""
        node, source = suspect.statement, self.sources[suspect.filename]
        return not source.lines[node.lineno - 1].encode()[: node.col_offset].strip()

    def _choice(self, candidate):
        source, statement = candidate.source, candidate.suspect.statement
        badness = self.judge.badness(candidate) + ONE * self._of(candidate.suspect).brings_one(candidate.edit)
        badness += FORWARD * self._is_forward(candidate)
        badness += LATE * self.order.get((source.filename, statement.lineno), 1.0)
        return Choice(source.filename, statement, candidate.edit, source.text, badness, candidate.suspect)
