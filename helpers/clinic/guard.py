"""Run somebody else's function: in silence, for a limited time, and with what it changes in the interpreter put back.

A loop that swallows every exception swallows the alarm as well, so the alarm is raised again where nothing swallows it. Where
there is no alarm (Windows, other threads than the main one) a watchdog thread raises it again and again, until one strikes
between two `try`. In a browser there are neither alarms nor threads: there the clock is looked at from line to line of the function's
own code. Against a call that never comes back to Python only a process of its own helps: see `helpers.clinic.trial`.
"""

import _signal  # its `signal` makes no enumerations, which cost `signal.signal` more than a short call takes
import contextlib
import ctypes
import dis
import gc
import io
import itertools
import os
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np

TIME_LIMIT = 10
"""Seconds after which one call is stopped."""

_IN_A_BROWSER = sys.platform == "emscripten"

_AGAIN = (2e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""Seconds to the next alarm; they take turns, so that no loop keeps step with them."""


class OutOfTime(BaseException):
    """Not an Exception, so that a learner's own `except Exception` does not swallow it."""


def call(function, *arguments):
    """What a function returns; it raises what the function raises, and OutOfTime where it had to be stopped."""
    with quiet(), settings_kept():
        return limited(function, *arguments)


def said(value, write=str, length=200):
    """What `write` makes of somebody else's object, on one line and cut to `length`; a word for it where that raises."""
    try:
        return " ".join(str.__getitem__(write(value), slice(2 * length)).split())[:length]  # a plain text, also of a class derived from str
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "(no message)" if isinstance(value, BaseException) else f"a {type(value).__name__[:40]}"


class _Nowhere(io.TextIOBase):
    """What is written is gone."""

    def write(self, text):
        return len(text)


@contextlib.contextmanager
def quiet():
    """No warnings, no prints, no floating-point errors."""
    with (
        warnings.catch_warnings(), np.errstate(all="ignore"),
        contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()),
    ):  # fmt: skip
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def settings_kept():
    """Put back NumPy's print options, the recursion limit and the working folder."""
    options, limit, folder = np.get_printoptions(), sys.getrecursionlimit(), _folder()
    try:
        yield
    finally:
        if np.get_printoptions() != options:
            np.set_printoptions(**options)
        if sys.getrecursionlimit() != limit:
            sys.setrecursionlimit(limit)
        if folder is not None and _folder() != folder:
            os.chdir(folder)


def _folder():
    """The working folder; None where it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return None


@contextlib.contextmanager
def randomness_kept():
    """Put back the state of the two global random generators."""
    mine, numpys = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(mine)
        np.random.set_state(numpys)


@contextlib.contextmanager
def rarely_collected():
    """Within, Python seldom goes through all of memory for cycles: a search makes syntax trees by the thousand, which hold none."""
    young, older, all_of_it = gc.get_threshold()
    gc.set_threshold(young, older, 100 * all_of_it)
    try:
        yield
    finally:
        gc.set_threshold(young, older, all_of_it)


@contextlib.contextmanager
def at_most(seconds):
    """Within, calls that name no time limit of their own are stopped after so many seconds, if that is sooner."""
    global TIME_LIMIT
    before = TIME_LIMIT
    TIME_LIMIT = min(before, seconds)
    try:
        yield
    finally:
        TIME_LIMIT = before


# --- the time limit --------------------------------------------------------------------------------------------------


def _inside(function, arguments):
    """The frame below which an alarm strikes."""
    return function(*arguments)


def _is_inside(frame):
    """Whether a frame belongs to the function that `_inside` calls."""
    below = 0
    while frame is not None and frame.f_code is not _inside.__code__:
        frame, below = frame.f_back, below + 1
    return frame is not None and below > 0


def limited(function, *arguments, seconds=None):
    """`call` without the silence, for so many seconds (None: TIME_LIMIT).

    Whatever the function makes of an alarm, it counts as stopped: OutOfTime.
    """
    struck = []
    alarm = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    timer = _clock if _IN_A_BROWSER else _alarm if alarm else _watchdog
    with timer(struck, TIME_LIMIT if seconds is None else seconds):
        try:
            result = _inside(function, arguments)
        except BaseException:
            if struck:
                raise OutOfTime from None
            raise
    if struck:
        raise OutOfTime
    return result


@contextlib.contextmanager
def _alarm(struck, seconds):
    def stop(number, frame):
        if _is_inside(frame):
            struck.append(True)
            _trace(frame)
            raise OutOfTime

    before, traced = _signal.signal(signal.SIGALRM, stop), sys.gettrace()
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN[-1])
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _signal.signal(signal.SIGALRM, before)
        if struck:
            sys.settrace(traced)


def _trace(frame):
    """Raise OutOfTime once more at the next line where no `try` would swallow it: in the handler that swallowed the first, mostly."""

    def trace(frame, event, arg):
        if event == "line" and not _swallowed(frame):
            raise OutOfTime
        return trace

    sys.settrace(trace)
    while frame.f_code is not _inside.__code__:
        frame.f_trace = trace
        frame = frame.f_back


def _swallowed(frame):
    """Whether an exception raised here would land in an `except` or `finally` of this frame or of one above it."""
    while frame.f_code is not _inside.__code__:
        table = getattr(dis.Bytecode(frame.f_code), "exception_entries", ())
        if any(entry.start <= frame.f_lasti < entry.end and not entry.lasti for entry in table):  # lasti: what tidies up after an `except`
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def _watchdog(struck, seconds):
    done, here = threading.Event(), threading.get_ident()

    def watch():
        again, wait = itertools.cycle(_AGAIN), seconds
        while not done.wait(wait) and _is_inside(sys._current_frames().get(here)):
            struck.append(True)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(here), ctypes.py_object(OutOfTime))
            wait = next(again)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


@contextlib.contextmanager
def _clock(struck, seconds):
    """Stop at a line where nothing swallows it, and a second later anywhere. What is traced already, to see its values, is not timed."""
    end, traced = time.monotonic() + seconds, sys.gettrace()

    def trace(frame, event, arg):
        late = time.monotonic() - end
        if event == "line" and late > 0 and (late > 1 or not _swallowed(frame)):
            struck.append(True)
            raise OutOfTime
        return None if _is_library(frame.f_code.co_filename) else trace

    if traced is None:
        sys.settrace(trace)
    try:
        yield
    finally:
        if traced is None:
            sys.settrace(None)


def _is_library(name):
    """Whether a file was installed, rather than written by a learner: its loops end, and its lines are many."""
    return "site-packages" in name or name.startswith(os.path.dirname(os.__file__))
