"""The learner's own lines: their text, which of them ran, and functions in memory that run another text for a while."""

import contextlib
import sys

from helpers.clinic.model.patches import Patches, patched
from helpers.clinic.model.texts import Source, first_line, is_theirs, parsed, register, source_of

__all__ = ["Patches", "Source", "first_line", "is_theirs", "parsed", "patched", "ran", "ran_where", "register", "source_of", "tracing"]


@contextlib.contextmanager
def tracing(enter):
    """Within, `enter(frame, event, arg)` is asked at every call, as by `sys.settrace`; whoever traced before goes on afterwards."""
    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)


def ran(ask, into=None):
    """{filename: {line: times}}: the lines of theirs that ran during `ask()`.

    `into` is filled as they run, so that it is known as well where `ask` raises.
    """
    counts = {} if into is None else into
    _followed(ask, lambda code: counts.setdefault(code.co_filename, {}))
    return counts


def ran_where(ask, into=None):
    """{(filename, whether at the top level and not in a function): {line: times}}, as `ran`."""
    counts = {} if into is None else into
    _followed(ask, lambda code: counts.setdefault((code.co_filename, code.co_name == "<module>"), {}))
    return counts


def _followed(ask, lines_of):
    """Call `ask` and count in `lines_of(code)` the lines of theirs that run."""

    def enter(frame, event, arg):
        if not is_theirs(frame.f_code):
            return None
        lines = lines_of(frame.f_code)

        def step(frame, event, arg):
            if event == "line":
                lines[frame.f_lineno] = lines.get(frame.f_lineno, 0) + 1
            return step

        return step

    with tracing(enter):
        ask()
