"""What a reader predicted: compared with what came out, and kept from one notebook to a later one.

Explained in: notebooks/00_the_case.ipynb
"""

import html
import json
import os
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import numpy as np

from helpers.exercises.outcome import kind, said, unfinished

NEAR = 0.05
"""A predicted number that is off by less than this share of the right one counts as right; whole numbers must be equal."""

NOTES = "my_notes.json"
"""The file, beside the notebooks, that keeps what a reader noted; the environment variable CASEBOOK_NOTES names another."""


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
        return f"<p><strong>{mark} {self.about}.</strong> {html.escape(self.message)}</p>"


def predicted(my_guess, value):
    """Compare a reader's prediction with what came out; never raises for what the reader wrote.

    Parameters
    ----------
    my_guess : anything
        `...` while nothing is predicted.
    value : number, str, bool, or a tuple, list, set or array of them
        What came out. A set is compared without regard to order, texts without regard to case.

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
        return isinstance(guess, str | set | tuple) and {_folded(one) for one in _many(guess)} == {_folded(one) for one in value}
    if isinstance(value, tuple):
        return isinstance(guess, tuple) and len(guess) == len(value) and all(map(_agree, guess, value))
    if isinstance(value, str) or isinstance(guess, str):
        return _folded(guess) == _folded(value)
    if isinstance(value, bool) or isinstance(guess, bool) or not isinstance(guess, Real):
        return guess == value
    if not np.isfinite(value) or float(value).is_integer():
        return guess == value or (np.isnan(value) and np.isnan(guess))
    return abs(guess - value) <= NEAR * abs(value)


def _plain(value):
    """NumPy's numbers as Python's, an array of one number as that number, other sequences as tuples."""
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.size != 1 else value.item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, set | frozenset):
        return {_plain(one) for one in value}
    if isinstance(value, list | tuple):
        return tuple(_plain(one) for one in value)
    return value


def _many(guess):
    return {guess} if isinstance(guess, str) else guess


def _folded(value):
    return value.strip().casefold() if isinstance(value, str) else value


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
        _file().write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        return Outcome(None, f"{_file().name} cannot be written ({error.strerror}): note it on paper.", "Your note")
    return Outcome(None, f"kept in {_file().name}, for later.", "Your note")


def kept(name):
    """What `keep` was given under this name, in this or an earlier notebook; None where there is nothing.

    Explained in: notebooks/00_the_case.ipynb
    """
    return _notes().get(name)


def _file():
    return Path(os.environ.get("CASEBOOK_NOTES", NOTES))


def _notes():
    """All notes; a file that is missing or spoilt counts as empty."""
    try:
        notes = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
