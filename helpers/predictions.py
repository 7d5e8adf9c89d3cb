"""What a reader predicted: compared with what came out, and kept from one notebook to a later one.

Explained in: notebooks/00_the_case.ipynb
"""

import contextlib
import html
import json
import re
from collections.abc import KeysView, Mapping
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real

import numpy as np

from helpers.exercises.outcome import kind, said, unfinished
from helpers.notes import notes_file

NEAR = 0.05
"""A predicted number that is off by less than this share of the right one counts as right; whole numbers must be equal."""


@dataclass(frozen=True)
class Outcome:
    """A prediction beside what came out, or a note; `came_true` is None where nothing was predicted."""

    came_true: bool | None
    message: str
    about: str = "Your prediction"

    def __str__(self):
        return self.message

    __repr__ = __str__

    def _repr_html_(self):
        mark = {True: "✔", False: "✘", None: "○"}[self.came_true]
        return f"<p><strong>{mark} {self.about}:</strong> {html.escape(self.message)}</p>"


def predicted(my_guess, value):
    """Compare a reader's prediction with what came out; never raises for what the reader wrote.

    Parameters
    ----------
    my_guess : anything
        `...` while nothing is predicted.
    value : number, str, bool, or a tuple, list, set or array of them
        What came out. A set is compared without regard to order, texts without regard to case; a text such as "1/3", "yes" or
        "dW2, dW3" counts as what it means.

    Returns
    -------
    Outcome
        Prints as one sentence with both.

    Explained in: notebooks/00_the_case.ipynb
    """
    if unfinished(my_guess) or my_guess is None:
        return Outcome(None, "none yet. Put it into my_guess, run that cell, then this one again.")
    try:
        agree = _agree(my_guess, value)
    except Exception:  # a guess of the reader's own class may do anything when it is compared
        agree = False
    if agree:
        return Outcome(True, f"you said {_written(my_guess)}, and so it is{'' if _same_text(my_guess, value) else f' ({_written(value)})'}.")
    return Outcome(False, f"you said {_written(my_guess)}; it is {_written(value)}. What made you expect otherwise?")


def _agree(guess, value):
    guess, value = _plain(guess), _plain(value)
    if isinstance(value, set):
        return {_folded(one) for one in value} in [{_folded(one) for one in names} for names in _lists(guess)]
    if isinstance(value, tuple):
        guess = tuple(guess.split(",")) if isinstance(guess, str) else guess
        return isinstance(guess, tuple) and len(guess) == len(value) and all(map(_agree, guess, value))
    if isinstance(value, str) or isinstance(guess, str):
        return _folded(guess) == _folded(value) or _meant(guess, value) == _meant(value, guess) or _same_number(_number(guess), value)
    if isinstance(value, bool) or isinstance(guess, bool):
        return guess == value
    return _same_number(guess, value)


def _same_number(guess, value):
    if isinstance(value, bool | str) or not isinstance(guess, Real) or not isinstance(value, Real):
        return guess is not None and guess == value
    if not np.isfinite(value) or float(value).is_integer():
        return guess == value or (np.isnan(value) and np.isnan(guess))
    return abs(guess - value) <= NEAR * abs(value)


def _plain(value):
    """NumPy's numbers as Python's, an array of one number as that number, other sequences (and a dict's keys) as tuples."""
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.size != 1 else value.item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, set | frozenset):
        return {_plain(one) for one in value}
    if isinstance(value, list | tuple | Mapping | KeysView):
        return tuple(_plain(one) for one in value)
    return value


def _lists(guess):
    """The lists of names that a guess may mean: a text is one name, or several with commas or blanks between."""
    if not isinstance(guess, str):
        return [guess] if isinstance(guess, set | tuple) else []
    if guess.strip().casefold() in NONE:
        return [[]]
    return [[guess], re.split(r"\s*[,;]\s*|\s+and\s+", guess.strip()), re.split(r"[\s,;]+", guess.strip())]


NONE = ("", "none", "nothing", "[]", "{}", "()")
"""Texts that mean an empty list."""

TRUTH = {"yes": True, "true": True, "no": False, "false": False}
"""Words that mean True or False."""


def _meant(one, other):
    """True or False where a word for it meets the other's True or False; else nothing that equals anything."""
    truth = TRUTH.get(_folded(one), one) if isinstance(one, str | bool) else None
    return truth if isinstance(truth, bool) and (isinstance(one, bool) or isinstance(other, bool)) else float("nan")


def _number(text):
    """The number that a text such as "1/3", "1e-6" or "inf" means; None where it means none."""
    with contextlib.suppress(ValueError, TypeError, AttributeError, ZeroDivisionError):
        return float(Fraction(text) if "/" in text else text)  # a fraction such as 1e999999999 would never be done
    return None


def _folded(value):
    """A text without regard to case, and to blanks, underscores and hyphens between its words."""
    return re.sub(r"[\s_-]+", " ", value.strip().casefold()) if isinstance(value, str) else value


def _same_text(guess, value):
    return _folded(_written(guess)) == _folded(_written(value))


def _written(value):
    value = _plain(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, str):
        return value if len(value) <= 80 else f"{value[:80]}…"
    if isinstance(value, set):
        return ", ".join(sorted(map(_written, value))) or "none"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_written, value)) + ("," if len(value) == 1 else "") + ")"
    return said(value, str, 80) if isinstance(value, int | complex) else kind(value)


# --- from one notebook to a later one -----------------------------------------------------------------------------------


def keep(name, value):
    """Keep what a reader noted under `name`, for `kept` in a later notebook; returns the sentence that says so.

    Parameters
    ----------
    name : str
    value : number, str, list or dict of them
        `...`, or a part that is still `...`, keeps nothing.

    Explained in: notebooks/00_the_case.ipynb
    """
    if unfinished(value):
        return Outcome(None, "none kept yet. Replace each ... and run this cell again.", "Your note")
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        return Outcome(None, f"{name} holds {kind(value)}, expected numbers and texts: nothing was kept.", "Your note")
    notes = _notes() | {name: json.loads(text)}
    try:
        notes_file().write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        return Outcome(None, f"{notes_file().name} cannot be written ({error.strerror}): note it on paper.", "Your note")
    return Outcome(None, f"kept in {notes_file().name}, for later.", "Your note")


def kept(name):
    """What `keep` was given under this name, in this or an earlier notebook; None where there is nothing.

    Explained in: notebooks/00_the_case.ipynb
    """
    return _notes().get(name)


def _notes():
    """All notes; a file that is missing or spoilt counts as empty."""
    try:
        notes = json.loads(notes_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
