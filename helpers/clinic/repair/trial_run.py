"""One limited trial of a changed text: does it make gradients right, and spoil nothing?

Most changes are wrong, so a trial ends at the first thing that tells: the gradients at the first point, then the loss there, then the
other points. A change of the text may loop for ever or build an array of a million rows and columns: each trial is limited in time and,
where the system can do it, in memory.
"""

import contextlib
import math
import time
from dataclasses import dataclass
from functools import partial

from helpers.clinic import guard
from helpers.clinic.model import truth
from helpers.clinic.model.subject import Trouble
from helpers.clinic.repair.remaining import lines_that_ran
from helpers.clinic.repair.scopes import scopes_of

try:
    import resource
except ImportError:  # Windows has none
    resource = None

LEAST_SECONDS = 0.3
"""A trial may always take so long."""

TIMES = 20
"""And so many times as long as the learner's code as it stands."""

MORE_MEMORY = 1 << 30
"""Bytes by which a trial may enlarge the process."""

SAME_LOSS = 1e-9
"""Relative difference up to which the loss is unchanged."""


RIGHT, TURNED, SCALED, TURNED_AND_SCALED, WRONG, MISSING = range(6)
"""How far a gradient is from right: minus what it should be; in the right direction but of another size; both; anything else; no gradient."""


@dataclass(frozen=True)
class State:
    """How far each parameter's gradient is from right: `distances` {name: RIGHT … MISSING}; `trouble` where the code stopped."""

    distances: dict
    trouble: Exception | None = None

    @property
    def wrong(self):
        """The parameters whose gradient is wrong."""
        return frozenset(name for name, distance in self.distances.items() if distance)

    @property
    def total(self):
        """All distances together."""
        return sum(self.distances.values())

    @property
    def is_off_everywhere(self):
        """Whether several gradients are wrong, each of them in its size or sign only."""
        wrong = [distance for distance in self.distances.values() if distance]
        scaled = sum(distance <= TURNED_AND_SCALED for distance in wrong)
        return len(wrong) > 1 and len(wrong) > len(self.distances) / 2 and scaled >= len(wrong) / 2

    def no_worse_than(self, other):
        """Whether no parameter is further from right than there."""
        return all(distance <= other.distances[name] for name, distance in self.distances.items())


class Trials:
    """Runs of a subject's gradients under changed texts; `tried` counts them, `passed` says how many points the last one came through."""

    def __init__(self, subject, points):
        self.subject, self.points = subject, points
        self.names = tuple(points[0].slopes)
        self.tried = self.passed = 0
        self.limit = None

    def base(self, texts):
        """The State of a text, without a comparison."""
        began = time.perf_counter()
        try:
            with self._under(texts):
                state = self._state([truth.judged(point, self.subject.gradients(point.values)) for point in self.points])
        except Exception as trouble:
            state = self._stopped(trouble)
        except guard.OutOfTime:
            state = self._stopped(Trouble("it does not end"))
        each = (time.perf_counter() - began) / len(self.points)
        self.limit = max(LEAST_SECONDS, TIMES * min(each, guard.TIME_LIMIT / TIMES))
        return state

    def _stopped(self, trouble):
        return State(dict.fromkeys(self.names, MISSING), trouble)

    def scopes(self, texts, statements):
        """What statements, a list of (filename, ast statement), saw at the first point: see `scopes_of`."""
        try:
            with self._under(texts):
                return scopes_of(statements, lambda: self.subject.gradients(self.points[0].values))
        except (Exception, SystemExit, guard.OutOfTime):
            return {}

    def ran(self, texts):
        """({filename: {line: times}} in the gradients, the same in the loss) at the first point."""
        values, skipped = self.points[0].values, self.subject.handed_over
        try:
            with self._under(texts):
                return tuple(lines_that_ran(partial(ask, values), skipped) for ask in (self.subject.gradients, self.subject.loss))
        except (Exception, guard.OutOfTime):
            return {}, {}

    def better(self, texts, before):
        """The State of a text that is better than `before`: some parameter nearer to right, none further away, the loss as it was; else None."""
        self.tried, self.passed = self.tried + 1, 0
        try:
            with self._under(texts):
                return self._compared(before)
        except (Exception, SystemExit, guard.OutOfTime):  # whatever a wrong change leads to is not better
            return None

    def _compared(self, before):
        judgements, state = [], None
        for point in self.points:
            judgements.append(truth.judged(point, self.subject.gradients(point.values)))
            state = self._state(judgements)
            if not state.no_worse_than(before) or state.total >= before.total or not self._loss_kept(point):
                return None
            self.passed += 1
        return state

    def _state(self, judgements):
        total = truth.overall(judgements)
        return State({name: _distance(total.factors.get(name), total.errors.get(name)) if name in total.wrong else RIGHT for name in self.names})

    def _loss_kept(self, point):
        return abs(self.subject.loss(point.values) - point.loss) <= SAME_LOSS * (1 + abs(point.loss))

    @contextlib.contextmanager
    def _under(self, texts):
        """The changed texts, and a limit for each call of the learner's code."""
        with guard.at_most(self.limit or guard.TIME_LIMIT), self.subject.edited(texts) if texts else contextlib.nullcontext():
            yield


def _distance(factor, error):
    """From the factor by which a wrong gradient differs from what it should be, and its relative error."""
    if factor is None:
        return MISSING if error is None or math.isinf(error) else WRONG
    if abs(abs(factor) - 1) < 1e-3:
        return TURNED
    return SCALED if factor > 0 else TURNED_AND_SCALED


@contextlib.contextmanager
def memory_limited(more=MORE_MEMORY):
    """Let the process grow by so many bytes and no further, where the system can say so (Linux)."""
    size = _size() if resource else None
    if size is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size + more if soft == resource.RLIM_INFINITY else min(soft, size + more)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _size():
    """Bytes of address space of this process; None where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return None
