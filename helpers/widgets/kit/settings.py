"""Settings of a widget: traits that are checked in the reader's terms, and the checks that they use."""

import numpy as np
import traitlets

from helpers import checks


class Setting(traitlets.TraitType):
    """A trait shared with the browser; each value passes through `check(name, value)`, which returns what is kept or raises.

    Parameters
    ----------
    check : function of (name, value)
        Its ValueError or TypeError names what came and what was expected.
    default : object
    """

    def __init__(self, check, default):
        super().__init__(default_value=default)
        self.check = check
        self.tag(sync=True)

    def validate(self, obj, value):
        """Return the value that is kept."""
        return self.check(self.name, value)


class Own(Setting):
    """A setting whose check needs to know the widget: `check(widget, value)`."""

    def validate(self, obj, value):
        """Return the value that is kept."""
        return self.check(obj, value)


def one_of(options):
    """A check: the value is one of these words; a near miss is named."""
    return lambda name, value: checks.choice(name, value, list(options))


def some_of(options):
    """A check: one word or several different ones, kept as a tuple in the order of `options`."""

    def check(name, value):
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple) or not given:
            raise TypeError(f"{name} is {checks.brief(value)}, expected at least one of {', '.join(options)}")
        given = [checks.choice(name, item, list(options)) for item in given]
        return tuple(option for option in options if option in given)

    return check


def one_number_of(options):
    """A check: the value is one of these numbers."""

    def check(name, value):
        number = _number(name, value, f"one of {_listed(options)}")
        if number not in options:
            raise ValueError(f"{name} is {checks.brief(value)}, expected one of {_listed(options)}")
        return options[list(options).index(number)]

    return check


def nearest_of(values, *, ratio=False):
    """A check: a number within the range of the increasing `values`; the nearest of them is kept, since only they are recorded.

    ratio : whether the nearest is the one with the ratio nearest to 1, instead of the smallest difference.
    """
    values = np.asarray(values, dtype=float)
    places = np.log(values) if ratio else values
    expected = f"a number from {values[0]:g} to {values[-1]:g}"

    def check(name, value):
        number = _number(name, value, expected)
        if not values[0] <= number <= values[-1]:
            raise ValueError(f"{name} is {checks.brief(value)}, expected {expected}")
        return float(values[np.abs(places - (np.log(number) if ratio else number)).argmin()])

    return check


def whole_number(least, most):
    """A check: a whole number from `least` to `most`."""

    def check(name, value):
        number = checks.whole(name, value, least=least)
        if number > most:
            raise ValueError(f"{name} is {value}, expected at most {most}")
        return number

    return check


def interval(lowest, highest, narrowest):
    """A check: two numbers (from, to) within these bounds and at least `narrowest` apart, kept as a tuple."""
    expected = f"two numbers (from, to) between {lowest:g} and {highest:g}, at least {narrowest:g} apart"

    def check(name, value):
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise TypeError(f"{name} is {checks.brief(value)}, expected {expected}")
        low, high = (_number(name, end, expected) for end in value)
        if low < lowest or high > highest or high - low < narrowest * (1 - 1e-9):
            raise ValueError(f"{name} is {checks.brief(value)}, expected {expected}")
        return (low, high)

    return check


def yes_or_no(name, value):
    """A check: True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {checks.brief(value)}, expected True or False")
    return bool(value)


def _number(name, value, expected):
    wrong = f"{name} is {checks.brief(value)}, expected {expected}"
    try:
        number = checks.floats(name, value)
    except (TypeError, ValueError) as error:
        raise (ValueError if checks.is_a(error, ValueError) else TypeError)(wrong) from None
    if number.ndim or checks.is_a(value, bool | np.bool_):
        raise TypeError(wrong)
    return float(number)


def _listed(options):
    return ", ".join(f"{option:g}" for option in options)
