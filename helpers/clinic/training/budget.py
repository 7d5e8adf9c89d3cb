"""One time for a whole examination, shared among its runs.

What is said about a slow function depends on how many of its steps fit; so each run gets a moment at which it has to stop.
"""

import time

from helpers.clinic import guard


def clock():
    """Seconds of work: what else a machine does counts a tenth, and so does waiting. A test puts a clock of its own in here."""
    return 0.9 * _worked() + 0.1 * time.perf_counter()


_worked = getattr(time, "thread_time", time.process_time)  # a browser has no clock for each thread


class Budget:
    """So many seconds from now on."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.end = clock() + seconds

    def left(self):
        """Seconds that are left, at least 0."""
        return max(0.0, self.end - clock())

    def until(self, part):
        """The moment at which a run has to stop that gets this part of what is left."""
        return clock() + part * self.left()


def ask(end, function, *arguments):
    """Call a learner's function; it is stopped at the moment `end`, or after `guard.TIME_LIMIT`: an OutOfTime that says so."""
    seconds = max(_AT_LEAST, min(guard.TIME_LIMIT, end - clock()))
    try:
        return guard.limited(function, *arguments, seconds=seconds)
    except guard.OutOfTime:
        raise guard.OutOfTime(f"a call was stopped after {seconds:.2g} seconds") from None


_AT_LEAST = 0.05  # an alarm after 0 seconds would be none
