"""One factor for all gradients, in the words of the case: which size of the learner's own arrays it is."""

import sys

import numpy as np

from helpers.clinic.model.relations import fraction, times
from helpers.clinic.model.sources import is_theirs

_MOST = 3  # names for one number
_DEEP = 40  # attributes of one object that are looked at


def sizes_seen(ask):
    """{number: [what has this size in the learner's functions]} of all that runs during `ask()`, in the names that stand there."""
    found = {}

    def leave(frame, event, arg):
        if event == "return" and is_theirs(frame.f_code):
            for name, value in list(frame.f_locals.items()):
                _note(found, name, value)

    before = sys.getprofile()
    sys.setprofile(leave)
    try:
        ask()
    except Exception:
        pass
    finally:
        sys.setprofile(before)
    return {number: list(names) for number, names in found.items()}


def _note(found, name, value, deep=True):
    """Remember the sizes of an array, a list or a whole number, and those of the attributes of an object."""
    if (not name.isidentifier() and "." not in name) or name.startswith("_"):
        return
    if isinstance(value, (bool, np.bool_)):
        return
    if isinstance(value, (int, np.integer)):
        _add(found, int(value), name)
    elif type(value) is np.ndarray:
        for axis, n in enumerate(value.shape):
            _add(found, n, f"{name}.shape[{axis}]")
        if value.ndim > 1:
            _add(found, value.size, f"{name}.size")
    elif type(value) in (list, tuple):
        _add(found, len(value), f"len({name})")
    elif deep and hasattr(value, "__dict__") and not isinstance(value, type):
        for attribute, part in list(vars(value).items())[:_DEEP]:
            _note(found, f"{name}.{attribute}", part, deep=False)


def _add(found, number, name):
    if number > 1:
        names = found.setdefault(number, {})
        if len(names) < _MOST or "." not in name:  # a plain name says most
            names.setdefault(name)


def told(c, sizes, stepped=False):
    """What a common factor is, in a sentence or two. sizes : as of `sizes_seen`; stepped : whether a step with a rate was judged."""
    if c < 0:
        size = "" if abs(c + 1) < 1e-5 else f", and {fraction(-c)} times as large"
        return f"Every gradient points the wrong way: it is minus the derivative of your loss{size}. A step along it climbs."
    text = fraction(c)
    words = [f"The direction is right, the size is {times(c)} what it should be."]
    number, above = _number(text)
    if number > 2:
        names = sorted(sizes.get(number, ()), key=lambda name: ("." in name or "(" in name, len(name)))[:_MOST]
        named = f"{number} is {' = '.join(names)}: " if names else ""
        which = ("the loss", "the gradients") if above else ("the gradients", "the loss")
        words.append(f"{named}{which[0]} {'is' if above else 'are'} divided by {number} once more than {which[1]}.")
        words[-1] = words[-1][0].upper() + words[-1][1:] if not named else words[-1]
    elif number == 2:
        words.append("A half that stands with the square in only one of the two, the loss or the gradients, makes such a factor.")
    if stepped:
        words.append("Such a factor also comes from a rate that is not the one of the step.")
    return " ".join(words)


def _number(text):
    """(the larger number of a fraction, whether it stands above)."""
    above, _, below = text.partition("/")
    try:
        above, below = int(above), int(below or 1)
    except ValueError:
        return 0, False
    return max(above, below), above > below
