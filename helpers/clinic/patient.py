"""Ask a learner's function: on copies, guarded, never raising.

What comes back is an `Outcome`: the arrays it returned, the arguments it changed, or what stopped it and where.
"""

import contextlib
import copy
import traceback
from dataclasses import dataclass, field

import numpy as np

from helpers import checks
from helpers.clinic import guard

GRADIENTS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")


@dataclass
class Outcome:
    """What one call did.

    Attributes
    ----------
    values : dict of ndarray
        What it returned, as float arrays (`GRADIENTS` of a backward pass, the cache of a forward pass).
    error : str or None
        Why there are no values, in one sentence.
    stopped : bool
        Whether it ran out of time.
    line : str or None
        The learner's own source line on which an exception was raised.
    local_shapes, local_numbers : dict
        Names and shapes of the arrays, names and values of the whole numbers, in the frame of that line.
    exception : BaseException or None
    said : str
        The text of the exception, cut.
    changed : dict
        Names of arguments that were changed in place, with what they hold afterwards: "A2", "W3", "X", "y".
    unreadable : dict
        What is wrong with a value that is no array of numbers, by name.
    raw : dict
        The cache of a forward pass as the learner's function returned it.
    returned : object
        What was returned where that is None, a tuple or a list; else ...
    keys : tuple of str or None
        The keys of the dict that a backward pass returned.
    local_names : list of str
    local_keys : dict
        The names in that frame, and the keys of each of its dicts.
    places : list of (str, int)
        File and line of each frame of the learner's in which an exception was on its way, the innermost first.
    """

    values: dict = field(default_factory=dict)
    error: str | None = None
    stopped: bool = False
    line: str | None = None
    local_shapes: dict = field(default_factory=dict)
    local_numbers: dict = field(default_factory=dict)
    exception: BaseException | None = None
    said: str = ""
    changed: dict = field(default_factory=dict)
    unreadable: dict = field(default_factory=dict)
    raw: dict = field(default_factory=dict)
    returned: object = ...
    keys: tuple | None = None
    places: list = field(default_factory=list)
    local_names: list = field(default_factory=list)
    local_keys: dict = field(default_factory=dict)


def run_backward(function, X, y, c, p):
    """Call `backward_prop(X, y, c, p)` on copies."""
    arguments = [_copy(part) for part in (X, y, c, p)]
    outcome = _ask(function, arguments, "backward_prop", GRADIENTS)
    named = [("X", X, arguments[0]), ("y", y, arguments[1])]
    for before, after in ((c, arguments[2]), (p, arguments[3])):
        named += [(name, before[name], after[name]) for name in before if name in after and name != "A0"]
    outcome.changed |= {name: after for name, before, after in named if _changed(before, after)}
    return outcome


def run_forward(function, X, p):
    """Call `forward_prop(X, p)` on copies; a tuple that holds the cache counts as the cache."""
    return _ask(function, [_copy(X), _copy(p)], "forward_prop")


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


class _Unusable(Exception):
    """What came back is no dict of arrays; the text says what it is."""


def _ask(function, arguments, name, wanted=None):
    """One guarded call, what it returned read in there as well: reading somebody's own class may run their code."""
    outcome = Outcome()

    def asked():
        _read(function(*arguments), wanted, outcome)

    try:
        guard.call(asked)
    except KeyboardInterrupt:
        raise
    except guard.OutOfTime:
        outcome.stopped, outcome.error = True, f"{name} was stopped after {guard.TIME_LIMIT} seconds: does a loop in it never end?"
    except _Unusable as what:
        outcome.error = str(what)
    except BaseException as error:
        outcome.exception, outcome.said = error, guard.said(error)
        outcome.error = f"{name} raises {type(error).__name__[:80]}: {outcome.said}"
        with contextlib.suppress(Exception):
            _locate(outcome, error, function)
    if outcome.error:
        outcome.values, outcome.unreadable, outcome.raw = {}, {}, {}
    return outcome


def _read(returned, wanted, outcome):
    """Turn what was returned into float arrays; what cannot be is kept in `unreadable` with the reason."""
    if wanted is None and isinstance(returned, tuple):
        returned = next((part for part in returned if isinstance(part, dict)), returned)
    outcome.returned = returned if returned is None or isinstance(returned, tuple | list) else ...
    if isinstance(returned, type) or not (hasattr(returned, "keys") and hasattr(returned, "__getitem__")):
        text = ", ".join(wanted) if wanted else "Z1, A1, ..., A3"
        raise _Unusable(f"it returns {kind(returned)}, expected a dict with {text}")
    outcome.raw = returned
    outcome.keys = tuple(key[:40] for key in list(returned.keys())[:50] if isinstance(key, str)) if wanted else None
    for name in wanted or [key for key in list(returned.keys()) if isinstance(key, str)]:
        if name not in returned:
            outcome.unreadable[name] = "is not in the returned dict"
            continue
        value = returned[name]
        try:
            outcome.values[name] = np.array(checks.reals(name, value), dtype=float)
        except Exception as error:
            why = guard.said(error).removeprefix(name).strip() if isinstance(value, np.ndarray | np.generic | list | tuple) else ""
            outcome.unreadable[name] = why or f"is {kind(value)}, expected an array of numbers"


def kind(value):
    """What somebody's object is, with its article: None, an int, the class dict itself."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__[:40]} itself"
    name = type(value).__name__[:40]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


_OWN_FILES = (__file__, guard.__file__)


def _locate(outcome, error, function):
    """The last line of the learner's own file in the traceback, with the shapes of the arrays around it."""
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename not in _OWN_FILES]
    own = [(frame, line) for frame, line in frames if frame.f_code.co_filename == home] if home else frames
    if not (own or frames):
        return
    frame, number = (own or frames)[-1]
    outcome.places = [(each.f_code.co_filename, line) for each, line in reversed(own or frames)]
    with contextlib.suppress(Exception):
        line = traceback.FrameSummary(frame.f_code.co_filename, number, "", lookup_line=True).line
        outcome.line = line[:200] or None
    outcome.local_names = [name for name in frame.f_locals if name.isidentifier()]
    for name, value in frame.f_locals.items():
        if type(value) is dict:
            outcome.local_keys[name] = [key for key in value if isinstance(key, str)][:50]
        if isinstance(value, np.ndarray):
            outcome.local_shapes[name] = value.shape
        elif isinstance(value, int) and not isinstance(value, bool):
            outcome.local_numbers[name] = value
