"""What comes out of a check: a Feedback in any case, whatever the answer is and does."""

import functools
import html
import inspect
import warnings
from dataclasses import dataclass

import numpy as np

from helpers.exercises.record import remember

PARTLY = "replace each ... with your answer and run both cells again."


@dataclass(frozen=True)
class Feedback:
    """The outcome of a check: status "right", "wrong" or "not attempted", and one sentence that says why."""

    status: str
    message: str

    def __post_init__(self):
        object.__setattr__(self, "message", self.message.encode("utf-8", "backslashreplace").decode())  # half a surrogate pair

    @property
    def right(self):
        """True for a right answer."""
        return self.status == "right"

    def __str__(self):
        return f"{self.status.capitalize()}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        mark = {"right": "✔", "wrong": "✘"}.get(self.status, "○")
        return f"<p><strong>{mark} {self.status.capitalize()}:</strong> {html.escape(self.message)}</p>"


class Wrong(Exception):
    """An answer is wrong; the message is the reason, in the reader's terms."""


class NotAttempted(Exception):
    """A stub, or a part of it, was left as it is."""


def check(judge):
    """Make a check that never raises out of a function that returns a sentence or raises Wrong or NotAttempted.

    What it says is noted for `progress`; its attribute `unnoted` says the same and leaves no note.
    """
    signature = inspect.signature(judge)

    @functools.wraps(judge)
    def checked(*answers, **named):
        feedback = unnoted(*answers, **named)
        remember(judge.__name__, [*answers, *named.values()], feedback)
        return feedback

    def unnoted(*answers, **named):
        given = [*answers, *named.values()]
        if not given or any(answer is Ellipsis for answer in given):
            return Feedback("not attempted", "replace each ... with your answer and run this cell again.")
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return _judged(judge, signature, answers, named)
        except NotAttempted:
            return Feedback("not attempted", PARTLY)
        except Wrong as reason:
            return Feedback("wrong", str(reason))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if any(unfinished(answer) for answer in given):
                return Feedback("not attempted", PARTLY)
            return Feedback("wrong", f"the answer cannot be judged: {raised(error)}")

    checked.unnoted = unnoted
    return checked


def _judged(judge, signature, answers, named):
    try:
        signature.bind(*answers, **named)
    except TypeError:
        raise Wrong(f"the check takes {', '.join(signature.parameters)}, in this order: run its cell as it was.") from None
    return Feedback("right", judge(*answers, **named))


def unfinished(value):
    """Whether the ... of a stub is left anywhere in lists, tuples, sets, dicts and arrays, whatever their classes do."""
    try:
        return _unfinished(value, 5)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return False


def _unfinished(value, depth):
    if value is Ellipsis:
        return True
    if isinstance(value, dict):
        value = value.values()
    elif isinstance(value, np.ndarray) and value.dtype == object:
        value = value.ravel().tolist()
    elif not isinstance(value, list | tuple | set | frozenset):
        return False
    return depth > 0 and any(_unfinished(part, depth - 1) for part in value)


def raised(error):
    """The error as "KeyError: 'Z1'", whatever its text does."""
    return f"{_class(error)}: {said(error, str)}"


def said(value, write=repr, length=200):
    """What `write` makes of a value, cut to `length`; the kind of value where it raises."""
    try:
        return str.__getitem__(write(value), slice(length))  # a plain text, also of a class derived from str
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "(no message)" if isinstance(value, BaseException) else kind(value)


def short(value):
    """A number or a text as it is written, of anything else its kind."""
    return said(value, length=40) if isinstance(value, bool | int | float | str | np.number | np.bool_) else kind(value)


def kind(value):
    """The type with its article: an int, a list, an ndarray."""
    name = _class(value)
    return f"{'an' if name[:1].lower() in 'aeio' or name.startswith('nd') else 'a'} {name}"


def _class(value):
    """The name of a value's class, cut: a class may have been given any name."""
    return type.__dict__["__name__"].__get__(type(value))[:80]
