"""How a wrong argument is shown in a message: briefly, and whatever its own `__repr__` does.

A message is read by somebody who made a mistake: it names what came in a few words, never in kilobytes.
"""

import reprlib
from numbers import Number

import numpy as np


def is_a(value, kinds):
    """isinstance(value, kinds) by the type alone: what an object says of its own class may raise."""
    return issubclass(type(value), kinds)


def shown(value):
    """`value` in a message: None and short texts and numbers as they are, anything else by its type."""
    kind = type(value)
    if is_a(value, int) and not -(10**40) < value < 10**40:
        return "a whole number of more than 40 digits"
    if value is None or is_a(value, Number | str | np.generic):
        return brief(value)
    name = "array" if kind is np.ndarray else brief(kind.__name__)[1:-1]
    return f"{'an' if name[:1] in tuple('aeiou') else 'a'} {name}"


def brief(value):
    """repr(value) with its middle left out where it is long, or the type where it cannot be had."""
    try:
        text = reprlib.repr(value)
    except Exception:  # somebody's own __repr__ may raise anything
        return f"<{type(value).__name__[:40]}>"
    return text if len(text) <= 80 else f"{text[:40]}...{text[-30:]}"


def said(error):
    """What an exception says, in a message of ours."""
    try:
        return brief(str(error))
    except Exception:  # its __str__ may raise as well
        return type(error).__name__[:40]


def listed(keys, most=20):
    """The keys of a dict in a message: sorted, and the first few only."""
    names = sorted(brief(key) for key in keys)
    return f"[{', '.join(names[:most])}{', ...' if len(names) > most else ''}]"
