"""Call the functions that were handed over, and say in one sentence what stopped them."""

import contextlib
import dis
import inspect
import numbers
import sys

import numpy as np
import numpy.random.bit_generator

from helpers.clinic import guard
from helpers.clinic.model import sources
from helpers.clinic.model.subject import Trouble

_RATE = ("rate", "lr", "learning_rate", "alpha", "eta", "step_size", "learningrate", "l_rate")


class Call:
    """One of the learner's functions: `what` names it ("loss", "grads" or "step"), `run` calls it.

    It is called without arguments; one that needs exactly one gets the model, or the rate where it asks for that by name.
    """

    def __init__(self, what, function, rate=None, within=contextlib.nullcontext):
        """within : context manager in which it is called."""
        if not callable(function):
            came = guard.said(function, repr, 60)
            raise Trouble(f"{what} has to be a function, and {came} came: write {what}=lambda: … and your call behind it.")
        self.what, self.function, self.within = what, function, within
        wanted = _required(function)
        if len(wanted) > 1:
            raise Trouble(f"{what} takes {', '.join(wanted)}, and nobody here knows them: write {what}=lambda: yours({', '.join(wanted)}).")
        self.takes_rate = bool(wanted) and rate is not None and wanted[0].lower() in _RATE
        self.takes_model = bool(wanted) and not self.takes_rate
        self.rate = rate

    def run(self, model, seconds=None, around=None, whole=False):
        """What the function returns, or what `around(function)` does; `whole`: outside of the context it is called in else. Raises Trouble."""
        arguments = (model,) if self.takes_model else (self.rate,) if self.takes_rate else ()
        try:
            with contextlib.nullcontext() if whole else self.within():
                return guard.limited(around(self.function) if around else self.function, *arguments, seconds=seconds)
        except KeyboardInterrupt:
            raise
        except guard.OutOfTime as error:
            limit = guard.TIME_LIMIT if seconds is None else seconds
            raise Trouble(f"{self.what}() did not end within {limit:.3g} s.", *_place(error), error) from None
        except BaseException as error:
            raise Trouble(f"{self.what}() raised {type(error).__name__}: {guard.said(error)}", *_place(error), error) from None


@contextlib.contextmanager
def undisturbed():
    """Without prints and warnings, with the interpreter's settings put back, and with no randomness from outside."""
    with guard.quiet(), guard.settings_kept(), _one_entropy():
        yield


@contextlib.contextmanager
def _one_entropy():
    """A generator that is made without a seed starts at the same place each time."""
    source = numpy.random.bit_generator
    drawn = getattr(source, "randbits", None)
    if drawn is not None:
        source.randbits = lambda bits: 20261126 % 2**bits
    try:
        yield
    finally:
        if drawn is not None:
            source.randbits = drawn


def _required(function):
    """The names of the arguments that a function cannot do without."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


def _place(error):
    """(filename, line) of the innermost line of theirs that an exception passed, (None, None) where there is none."""
    place, step = (None, None), error.__traceback__
    while step is not None:
        if sources.is_theirs(step.tb_frame.f_code):
            place = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    return place


def loss_value(value):
    """The loss as a float. Raises Trouble that says what came instead of a number."""
    if isinstance(value, numbers.Real):
        return float(value)
    if value is None:
        raise Trouble("loss() returned None: does it end without return?")
    if isinstance(value, (tuple, list, dict)):
        raise Trouble(f"loss() returned a {type(value).__name__} of {len(value)}, not one number: pick it, such as loss=lambda: yours()[0].")
    held = getattr(value, "data", value) if not isinstance(value, np.ndarray) else value
    try:
        array = np.asarray(held, dtype=float)
    except (TypeError, ValueError):
        raise Trouble(f"loss() returned {guard.said(value, repr, 60)}, and one number is needed.") from None
    if array.size != 1:
        raise Trouble(f"loss() returned an array of shape {array.shape}, and one number is needed: take the mean or the sum.")
    return float(array.reshape(()))


# --- functions written for the clinic -------------------------------------------------------------------------------

_SUMS = {"dot", "matmul", "outer", "einsum", "sum", "mean", "exp", "log", "maximum", "where", "tanh", "multiply", "subtract", "add"}


def handed_over(*functions):
    """The code objects of what was written for the clinic: lambdas, and functions beside the call that only call others."""
    here, found = _callers_file(), set()
    for function in functions:
        code = getattr(function, "__code__", None)
        if code and not inspect.ismethod(function) and (code.co_name == "<lambda>" or (code.co_filename == here and _only_calls(code))):
            found |= {code, *(c for c in code.co_consts if inspect.iscode(c))}
    return frozenset(found)


def _callers_file():
    """The file in which the clinic was called."""
    frame = sys._getframe()
    while frame is not None and not sources.is_theirs(frame.f_code):
        frame = frame.f_back
    return frame.f_code.co_filename if frame else None


def _only_calls(code):
    """Whether a function computes nothing itself."""
    operations = [i for i in dis.get_instructions(code) if i.opname in ("BINARY_OP", "UNARY_NEGATIVE")]
    return not any(i.argrepr != "[]" for i in operations) and not _SUMS & set(code.co_names)
