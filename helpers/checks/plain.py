"""What is asked of arguments that are no arrays: one number, a choice, a function, a seed."""

import difflib

import numpy as np

from helpers.checks.arrays import floats
from helpers.checks.words import is_a, shown


def function(name, value, call):
    """Return `value` after checking that it can be called; `call` shows how it will be."""
    if not callable(value):
        raise TypeError(f"{name} is {shown(value)}, expected a function {call}: give its name without parentheses")
    return value


def positive(name, value, *, zero=False, most=None):
    """Return `value` as a float after checking that it is one finite number above 0 (or 0 itself where `zero`), at most `most`."""
    number = floats(name, value)
    if number.ndim or number < 0 or (number == 0 and not zero):
        raise ValueError(f"{name} is {shown(value)}, expected one number {'>= 0' if zero else '> 0'}")
    if most is not None and number > most:
        raise ValueError(f"{name} is {shown(value)}, expected at most {most:g}")
    return float(number)


def whole(name, value, *, least=1, most=None):
    """Return `value` as an int after checking that it is a whole number of at least `least` and at most `most`."""
    if is_a(value, bool | np.timedelta64) or not is_a(value, int | np.integer):  # a span of time is an integer to NumPy
        raise TypeError(f"{name} is {shown(value)}, expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {shown(value)}, expected at least {least}")
    if most is not None and value > most:
        raise ValueError(f"{name} is {shown(value)}, expected at most {most}")
    return int(value)


def truth(name, value):
    """Return `value` after checking that it is True or False."""
    if not is_a(value, bool | np.bool_):
        raise TypeError(f"{name} is {shown(value)}, expected True or False")
    return bool(value)


def choice(name, value, options):
    """Return `value` after checking that it is one of `options`, names; a near miss is named."""
    if type(value) is str and value in options:
        return value
    if not is_a(value, str):
        raise TypeError(f"{name} is {shown(value)}, expected one of {', '.join(options)}")
    if value not in options:
        near = difflib.get_close_matches(value[:100].lower(), options, n=1)
        hint = f": did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name} is {shown(value)}, expected one of {', '.join(options)}{hint}")
    return value


def generator(rng):
    """Return a NumPy random Generator: `rng` itself, or a new one from a whole-number seed."""
    if is_a(rng, np.random.Generator):
        return rng
    if is_a(rng, bool | np.timedelta64) or not is_a(rng, int | np.integer):
        raise TypeError(f"rng is {shown(rng)}, expected a seed such as 0, or np.random.default_rng(0)")
    return np.random.default_rng(whole("rng", rng, least=0))
