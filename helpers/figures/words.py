"""Numbers and lists in words: short enough to read aloud, rounded so that they agree from machine to machine."""

import re

import numpy as np

CAPTION = 90  # letters that the first sentence of a description has at most, as it is the caption


def number(value, *, scale=0.0, digits=3):
    """Write a number with at most `digits` significant digits: 0.0521, 1230, 3.4e-7, not a number, infinity.

    Parameters
    ----------
    value : real number
    scale : float
        The largest size among its fellows; a value below 1e-9 of it is rounding noise and is written 0.
    digits : int
    """
    value = float(value)
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or abs(value) < 1e-9 * scale:
        return "0"
    if 1e-4 <= abs(rounded) < 1e7:
        return np.format_float_positional(rounded, trim="-")
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def short(value, digits=3):
    """As `number`, for a label inside a picture: a true minus sign, nan and ∞."""
    text = number(value, digits=digits)
    text = {"not a number": "nan", "infinity": "∞", "minus infinity": "−∞"}.get(text, text)
    return text.replace("-", "−")


def fixed(value, digits):
    """Write a number with `digits` decimals and a true minus sign; never −0.00."""
    if not np.isfinite(value):
        return short(value)
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def listing(items):
    """Join with commas and a last "and"."""
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else "none"


def count(n, noun, plural=None):
    """1 run, 2 runs."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"


def kind(value):
    """The type with its article: an int, a list, an ndarray."""
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeio' or name.startswith('nd') else 'a'} {name}"


def opening(text):
    """`text` for the beginning of a sentence: a word gets a capital, a symbol such as dW2, z or tanh(z) stays."""
    first = text.split()[0].rstrip(",") if text.split() else ""
    return text[:1].upper() + text[1:] if len(first) > 2 and first.isalpha() and first.islower() else text


def titled(title):
    """The sentence that says the title of a picture; none where there is no title."""
    return [f"Its title: {plain(title)}{'' if title[-1] in '.?!' else '.'}"] if title else []


def plain(text):
    """Strip TeX from a label so that it can be read aloud: r"$\\sigma(z)$" becomes σ(z)."""
    names = {r"\sigma": "σ", r"\ell": "ℓ", r"\ln": "ln ", r"\max": "max", r"\partial": "∂", r"\cdot": "·", r"\times": "×", r"\eta": "η",
             r"\alpha": "α", r"\hat": "", r"\varepsilon": "ε", r"\epsilon": "ε", r"\,": " ", r"\prime": "'"}  # fmt: skip
    text = text.replace(r"\$", "\0")  # a dollar sign that is meant
    text = re.sub(r"\$[^$]*\$", lambda maths: re.sub(r"[_^]\{?(\w+)\}?", r"\1", maths[0]), text)
    for tex, word in names.items():
        text = text.replace(tex, word)
    return " ".join(text.replace("$", "").replace("{", "").replace("}", "").replace("\0", "$").split())


def course(x, y, *, scale=0.0, where="at"):
    """Say how y moves with x: rises, falls, stays, or its ends with its extremes.

    Parameters
    ----------
    x, y : ndarray, shape (k,)
    scale : float
        As in `number`.
    where : str
        What stands before a value of x, such as "at x =".
    """
    finite = np.isfinite(y)
    if not finite.any():
        return "is nowhere a finite number"
    xs, ys = x[finite], y[finite]
    say = lambda value: number(value, scale=scale)  # noqa: E731
    steps, slack = np.diff(ys), 1e-9 * max(np.ptp(ys), np.abs(ys).max() * 1e-3)
    gap = "" if finite.all() else f" ({count(int((~finite).sum()), 'value')} not finite)"
    if np.ptp(ys) <= slack:
        return f"stays at {say(ys[0])}{gap}"
    if (steps >= -slack).all():
        return f"rises from {say(ys[0])} to {say(ys[-1])}{gap}"
    if (steps <= slack).all():
        return f"falls from {say(ys[0])} to {say(ys[-1])}{gap}"
    ends = {0, len(ys) - 1}
    extremes = [f"{word} {say(ys[i])} {where} {number(xs[i], scale=np.abs(xs).max())}"
                for word, i in (("lowest", _middle(ys, -1)), ("highest", _middle(ys, 1))) if i not in ends]  # fmt: skip
    return f"starts at {say(ys[0])} and ends at {say(ys[-1])}" + (f", {listing(extremes)}" if extremes else "") + gap


def _middle(y, sign):
    """Index of the extreme; of several that differ only by rounding, the middle one, so that machines agree on it."""
    top = (sign * y).max()
    ties = np.flatnonzero(sign * y >= top - 1e-9 * max(np.ptp(y), 1e-300))
    return int(ties[len(ties) // 2])
