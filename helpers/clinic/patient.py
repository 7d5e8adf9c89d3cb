"""Run a learner's function safely: on copies, with a time limit, with warnings and prints kept away, never raising.

What comes back is an `Outcome`: the arrays it returned, the arguments it changed, or what stopped it and where.
"""

import contextlib
import copy
import io
import signal
import threading
import traceback
import warnings
from dataclasses import dataclass, field

import numpy as np

TIME_LIMIT = 10
"""Seconds after which one call is stopped, where the platform can (main thread, not on Windows)."""

GRADIENTS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")


class _OutOfTime(BaseException):
    """Not an Exception, so that a learner's own `except Exception` does not swallow it."""


@dataclass
class Outcome:
    """What one call did.

    Attributes
    ----------
    values : dict of ndarray
        What it returned, as float arrays (`GRADIENTS` of a backward pass, the cache of a forward pass).
    error : str or None
        Why there are no values, in one sentence.
    line : str or None
        The learner's own source line on which an exception was raised.
    local_shapes, local_numbers : dict
        Names and shapes of the arrays, names and values of the whole numbers, in the frame of that line.
    exception : BaseException or None
    changed : dict
        Names of arguments that were changed in place, with what they hold afterwards: "A2", "W3", "X", "y".
    unreadable : dict
        What is wrong with a value that is no array of numbers, by name.
    raw : dict
        The cache of a forward pass as the learner's function returned it.
    """

    values: dict = field(default_factory=dict)
    error: str | None = None
    line: str | None = None
    local_shapes: dict = field(default_factory=dict)
    local_numbers: dict = field(default_factory=dict)
    exception: BaseException | None = None
    changed: dict = field(default_factory=dict)
    unreadable: dict = field(default_factory=dict)
    raw: dict = field(default_factory=dict)


def run_backward(function, X, y, c, p):
    """Call `backward_prop(X, y, c, p)` on copies."""
    arguments = [_copy(part) for part in (X, y, c, p)]
    outcome = _call(function, arguments, "backward_prop")
    _read(outcome, GRADIENTS)
    named = [("X", X, arguments[0]), ("y", y, arguments[1])]
    for before, after in ((c, arguments[2]), (p, arguments[3])):
        named += [(name, before[name], after[name]) for name in before if name in after and name != "A0"]
    outcome.changed |= {name: after for name, before, after in named if _changed(before, after)}
    return outcome


def run_forward(function, X, p):
    """Call `forward_prop(X, p)` on copies; a tuple that holds the cache counts as the cache."""
    outcome = _call(function, [_copy(X), _copy(p)], "forward_prop")
    if isinstance(outcome.values, tuple):
        outcome.values = next((part for part in outcome.values if isinstance(part, dict)), outcome.values)
    outcome.raw = outcome.values if isinstance(outcome.values, dict) else {}
    _read(outcome, tuple(outcome.raw))
    return outcome


def _copy(value):
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return value.copy()
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def _changed(before, after):
    if not isinstance(before, np.ndarray) or before.dtype == object:
        return False
    return not (isinstance(after, np.ndarray) and after.shape == before.shape and np.array_equal(before, after))


def _call(function, arguments, name):
    outcome = Outcome()
    try:
        with _quiet(), _time_limit():
            outcome.values = function(*arguments)
    except _OutOfTime:
        outcome.values, outcome.error = {}, f"{name} was stopped after {TIME_LIMIT} seconds: does a loop in it never end?"
    except (Exception, SystemExit) as error:
        outcome.values, outcome.exception = {}, error
        outcome.error = f"{name} raises {type(error).__name__}: {_text(error)}"
        _locate(outcome, error, function)
    return outcome


@contextlib.contextmanager
def _quiet():
    with (
        warnings.catch_warnings(), np.errstate(all="ignore"),
        contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()),
    ):  # fmt: skip
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _time_limit():
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _text(error):
    try:
        return " ".join(str(error).split())[:200]
    except Exception:
        return "(no message)"


def _locate(outcome, error, function):
    """The last line of the learner's own file in the traceback, with the shapes of the arrays around it."""
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = list(traceback.walk_tb(error.__traceback__))[1:]
    own = [(frame, line) for frame, line in frames if frame.f_code.co_filename == home] if home else frames
    if not (own or frames):
        return
    frame, number = (own or frames)[-1]
    with contextlib.suppress(Exception):
        outcome.line = traceback.FrameSummary(frame.f_code.co_filename, number, "", lookup_line=True).line or None
    for name, value in frame.f_locals.items():
        if isinstance(value, np.ndarray):
            outcome.local_shapes[name] = value.shape
        elif isinstance(value, int) and not isinstance(value, bool):
            outcome.local_numbers[name] = value


def _read(outcome, names):
    """Turn what was returned into float arrays; what cannot be is kept in `unreadable` with the reason."""
    returned, outcome.values = outcome.values, {}
    if outcome.error:
        return
    if not hasattr(returned, "keys") or not hasattr(returned, "__getitem__"):
        wanted = ", ".join(names) if names else "Z1, A1, ..., A3"
        outcome.error = f"it returns {_kind(returned)}, expected a dict with {wanted}"
        return
    for name in names:
        if name not in returned:
            outcome.unreadable[name] = "is not in the returned dict"
            continue
        try:
            array = np.asarray(returned[name])
            if array.dtype.kind not in "fiub":
                array = np.asarray(array, dtype=float)
            outcome.values[name] = np.array(array, dtype=float)
        except Exception:
            outcome.unreadable[name] = f"is {_kind(returned[name])}, expected an array of numbers"


def _kind(value):
    return "None" if value is None else f"a {type(value).__name__}"
