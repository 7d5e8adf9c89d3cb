"""Find repairs of the learner's own source: changes that were run, and that make the gradients right and leave the loss as it is.

One level of the search runs the changes of all suspects, the likeliest first (`explore`). Where none makes everything right there are
several faults: changes that make strictly more parameters right, and spoil none, are put together; else the best few are taken as the
first step each, and what is left is searched for in the text with that step, with suspects found anew.
"""

import contextlib
import time
from dataclasses import replace

from helpers.clinic import guard
from helpers.clinic.model import sources as source_files
from helpers.clinic.repair import values
from helpers.clinic.repair.choice import Judge
from helpers.clinic.repair.explore import Exploration, OutOfSeconds
from helpers.clinic.repair.outcome import Outcome, Step, line_before
from helpers.clinic.repair.overwriting import overwrites
from helpers.clinic.repair.places import enclosing
from helpers.clinic.repair.raised import raised_suspects
from helpers.clinic.repair.remaining import order_of, origins, remaining_suspects
from helpers.clinic.repair.tidy import line_by_line, merged, without_needless
from helpers.clinic.repair.together import all_applied, covers
from helpers.clinic.repair.trial_run import Trials, memory_limited

FAULTS = 3
"""Faults that are looked for one after the other."""

FIRST_STEPS = 3
"""Partial repairs that are tried as the first of several."""

HOPEFUL = 4
"""Changes that bring parameters nearer to right, and make none right, that are tried as the first of several."""

_OVERWRITES = "it puts a value in the place of one to which others are added"

OVERWRITING = 4
"""Lines that seem to overwrite what they should add to, and are looked at early."""

AGAIN_SECONDS = 3
"""Processor time for finding suspects once more."""

OTHERS = 5
"""Other repairs that are kept for a fault."""


def repairs(subject, points, suspects, seconds=60, say=None, again=None):
    """The Outcome of searching for repairs.

    Parameters
    ----------
    subject : Subject
    points : sequence of Point
        Where the truth is known.
    suspects : sequence of Suspect
        The most suspicious first.
    seconds : float
        When it ends at the latest.
    say : callable, optional
        Called about twice a second with (changes tried, seconds).
    again : callable, optional
        `again(texts)`: suspects in texts so far, {filename: text}; by default `values.suspects`.
    """
    with memory_limited(), guard.randomness_kept():
        return _Search(subject, points, seconds, say, again).outcome(suspects)


class _Node:
    """A text so far: `texts` {filename: text}, `steps` that led there, `state` with what is still wrong."""

    def __init__(self, texts, steps, state):
        self.texts, self.steps, self.state = texts, steps, state

    @property
    def wrong(self):
        return self.state.wrong


class _Search:
    def __init__(self, subject, points, seconds, say, again):
        self.trials, self.judge = Trials(subject, points), Judge(subject, points)
        self.say, self.seconds = say, seconds
        self.again = again or (lambda texts: values.suspects(subject, points, texts=texts, seconds=AGAIN_SECONDS))
        self.began, self.processor = time.perf_counter(), time.process_time()
        self.said = self.began
        self.originals, self.parsed, self.order = {}, {}, {}
        self.start = self.start_node = self.best = None

    # --- from level to level -----------------------------------------------------------------------------------------

    def outcome(self, suspects):
        """Search from the text as it stands. That an exception goes away is no step, where the gradients are wrong then."""
        self.start = self.trials.base({})
        self.best = self.start_node = _Node({}, (), self.start)
        if self.best.wrong:
            with contextlib.suppress(OutOfSeconds):
                self._searched(self.best, self._all_suspects(self.best, suspects), FAULTS)
        node = self.start_node if self.start.trouble and self.best.wrong else self._tidied(self.best)
        parts = self.trials.parts
        steps = tuple(replace(step, gained=parts.whole(step.gained, self.start.wrong)) for step in node.steps)
        return Outcome(steps, node.texts, not node.wrong, parts.of(node.wrong), self.trials.tried, time.process_time() - self.processor)

    def _searched(self, node, suspects, faults):
        """Whether everything was made right from a node; `best` is kept up to date."""
        sources, favoured = self._sources(node, suspects), frozenset(step.edit.kind for step in node.steps)
        level = Exploration(self.trials, self.judge, suspects, sources, node.texts, node.state, self.order, self._tick, favoured)
        followed = set()
        for explore in (level.singles, level.singles, *([level.pairs] if not node.steps else ())):
            found = explore()
            if found.whole:
                self._reached(self._stepped(node, found.whole))
                return True
            if self._covered(node, found.partial) or (faults > 1 and self._followed(node, found, followed, faults)):
                return True
        return False

    def _followed(self, node, found, followed, faults):
        """Whether everything was made right after one of the best partial repairs that were not `followed` before."""
        children = [self._stepped(node, group) for group in _groups(found.partial)[:FIRST_STEPS]]
        for child in children:
            self._reached(child)
        children += [self._stepped(node, [pair]) for pair in found.hopeful[:HOPEFUL]]
        for child in children:
            key = tuple(child.texts.items())
            if key not in followed:
                followed.add(key)
                if self._searched(child, self._suspects(child), faults - 1):
                    return True
        return False

    def _tidied(self, node):
        """A node with no step too many, and one for each statement."""
        steps, texts = node.steps, node.texts
        if not node.wrong and len(steps) > 1:
            steps, texts = without_needless(steps, texts, self._makes_all_right)
        return _Node(texts, line_by_line(merged(steps)), node.state)

    def _makes_all_right(self, texts):
        state = self.trials.better(texts, self.start)
        return state is not None and not state.wrong

    def _reached(self, node):
        if len(node.wrong) < len(self.best.wrong):
            self.best = node

    def _covered(self, node, partial):
        """Whether some partial repairs together make everything right."""
        gained = {id(choice): node.wrong - state.wrong for choice, state in partial}
        for group in covers([(choice, gained[id(choice)]) for choice, _ in partial], node.wrong):
            self._tick()
            texts = dict(node.texts)
            for filename in {choice.filename for choice in group}:
                texts[filename] = all_applied([choice for choice in group if choice.filename == filename])
            state = self.trials.better(texts, node.state)
            if state is not None and not state.wrong:
                steps = tuple(self._step(choice, gained[id(choice)], _alike(choice, partial)) for choice in group)
                self._reached(_Node(texts, node.steps + steps, state))
                return True
        return False

    # --- nodes -------------------------------------------------------------------------------------------------------

    def _stepped(self, node, group):
        """The node after the first choice of a group; the others are said to work as well."""
        (choice, state), *others = group
        texts = node.texts | {choice.filename: choice.after}
        step = self._step(choice, node.wrong - state.wrong, [other for other, _ in others])
        return _Node(texts, (*node.steps, step), state)

    def _step(self, choice, gained, others):
        line = line_before(self.originals[choice.filename], choice.text, choice.line)
        return Step(choice, line, frozenset(gained), tuple(others[:OTHERS]))

    def _suspects(self, node):
        """Suspects in a text so far."""
        try:
            found = self.again(node.texts)
        except Exception:
            found = []
        return self._all_suspects(node, found)

    def _all_suspects(self, node, suspects):
        """Where the code raises, the lines that may be why come first; last, all others that ran."""
        trouble, suspects = node.state.trouble, list(suspects)
        if getattr(trouble, "filename", None):
            first = raised_suspects(trouble, self._source(node, trouble.filename))
            lines = {(suspect.filename, suspect.statement.lineno) for suspect in first}
            suspects = first + [suspect for suspect in suspects if (suspect.filename, suspect.statement.lineno) not in lines]
        ran = self.trials.ran(node.texts)
        self.order = order_of(*ran)
        sources = {filename: source for filename in ran[0] if (source := self._source(node, filename)) is not None}
        if node.state.is_off_everywhere:
            suspects = _first_ones_early(suspects, origins(sources, self.order))
        return _overwriting_early(suspects + remaining_suspects(suspects, sources, *ran), sources)

    def _sources(self, node, suspects):
        """{filename: Source} of the text so far."""
        return {filename: self._source(node, filename) for filename in dict.fromkeys(suspect.filename for suspect in suspects)}

    def _source(self, node, filename):
        """The Source of a file, the same object for the same text: statements are told by what they are, not by what they say."""
        text = node.texts.get(filename)
        if (filename, text) not in self.parsed:
            source = source_files.source_of(filename)
            if source is not None:
                self.originals.setdefault(filename, source.text)
                source = source if text is None else source_files.Source(filename, text, source_files.parsed(text, filename))
            self.parsed[filename, text] = source
        return self.parsed[filename, text]

    def _tick(self):
        """Say how far it is; OutOfSeconds where the time is used up."""
        now = time.perf_counter()
        if self.say is not None and now - self.said >= 0.5:
            self.said = now
            self.say(self.trials.tried, now - self.began)
        if now - self.began > self.seconds:
            raise OutOfSeconds


def _first_ones_early(suspects, first):
    """Suspects with the statements that ran first after the most suspicious one."""
    head, tail = suspects[:1], suspects[1:]
    taken = {(s.filename, s.statement.lineno) for s in head}
    first = [s for s in first if (s.filename, s.statement.lineno) not in taken]
    taken |= {(s.filename, s.statement.lineno) for s in first}
    return [*head, *first, *(s for s in tail if (s.filename, s.statement.lineno) not in taken)]


def _overwriting_early(suspects, sources):
    """Suspects with lines that seem to overwrite what they should add to after the most suspicious one."""
    trees = {filename: source.tree for filename, source in sources.items()}
    known = [s for s in suspects[1:] if s.filename in trees]
    odd = [s for s in known if overwrites(s.statement, enclosing(trees[s.filename], s.statement)[0], trees[s.filename])][:OVERWRITING]
    told = [one if one.score else replace(one, evidence=_OVERWRITES) for one in odd]
    return [*suspects[:1], *told, *(s for s in suspects[1:] if not any(s is one for one in odd))]


def _groups(partial):
    """Partial repairs by what they make right: most first; in each group the likeliest first."""
    groups = {}
    for choice, state in partial:
        groups.setdefault(state.wrong, []).append((choice, state))
    return list(groups.values())


def _alike(choice, partial):
    """Other repairs that make the same parameters right."""
    wrong = next(state.wrong for other, state in partial if other is choice)
    return [other for other, state in partial if state.wrong == wrong and other is not choice]
