"""One limited trial of a changed text: does it make gradients right, and spoil nothing?

Most changes are wrong, so a trial ends at the first thing that tells: the gradients at the first point, then the loss there, then the
other points. A change of the text may loop for ever or build an array of a million rows and columns: each trial is limited in time and,
where the system can do it, in memory.
"""

import contextlib
import time
from functools import partial

from helpers.clinic import guard
from helpers.clinic.model.subject import Trouble
from helpers.clinic.repair.parts import MISSING, Parts, State
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


class Trials:
    """Runs of a subject's gradients under changed texts; `tried` counts them, `passed` says how many points the last one came through."""

    def __init__(self, subject, points):
        self.subject, self.points = subject, points
        self.parts = Parts(points)
        self.tried = self.passed = 0
        self.limit = None

    def base(self, texts):
        """The State of a text, without a comparison."""
        began = time.perf_counter()
        try:
            with self._under(texts):
                state = self.parts.state([(point, self.subject.gradients(point.values)) for point in self.points])
        except Exception as trouble:
            state = self._stopped(trouble)
        except guard.OutOfTime:
            state = self._stopped(Trouble("it does not end"))
        each = (time.perf_counter() - began) / len(self.points)
        self.limit = max(LEAST_SECONDS, TIMES * min(each, guard.TIME_LIMIT / TIMES))
        return state

    def _stopped(self, trouble):
        return State(dict.fromkeys(self.parts.names, MISSING), trouble)

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
        told, state = [], None
        for point in self.points:
            told.append((point, self.subject.gradients(point.values)))
            state = self.parts.state(told)
            if not state.no_worse_than(before) or state.total >= before.total or not self._loss_kept(point):
                return None
            self.passed += 1
        return state

    def _loss_kept(self, point):
        return abs(self.subject.loss(point.values) - point.loss) <= SAME_LOSS * (1 + abs(point.loss))

    @contextlib.contextmanager
    def _under(self, texts):
        """The changed texts, and a limit for each call of the learner's code."""
        with guard.at_most(self.limit or guard.TIME_LIMIT), self.subject.edited(texts) if texts else contextlib.nullcontext():
            yield


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
