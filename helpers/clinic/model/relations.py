"""How a wrong gradient is related to the right one, in words: twice it, its transpose, without a penalty, wrong in one row only."""

import numpy as np

from helpers.clinic.model.truth import TOLERANCE

REASONS = {
    "kinks": "every step crosses a kink of the loss",
    "rounding": "the loss is not precise enough to show it",
}
"""Why a gradient cannot be decided."""

_FEW = 4  # rows or columns that are named


def relation(points, gradients, name, factor=None):
    """What a wrong gradient is instead of the right one; "" where nothing simple fits.

    points, gradients : as of a `truth.Outcome`; factor : float or None, the one at all points.
    """
    ours = [given.get(name) for given in gradients]
    if any(g is None for g in ours):
        return "there is none"
    if all(np.isnan(g).all() for g in ours):
        return "its shape does not fit, or all of it is NaN"
    if not all(np.isfinite(g).all() for g in ours):
        return "it holds NaN or infinite entries"
    if not any(g.any() for g in ours):
        return "0, which it should not be"
    if factor is not None:
        return f"{times(factor)} the right one"
    pairs = [(p.slopes[name], g, p.values[name]) for p, g in zip(points, ours, strict=True) if p.slopes[name].outcome == "decided"]
    if pairs and all(_transposed(slopes, g) for slopes, g, _ in pairs):
        return "the transpose of the right one"
    return _penalty(pairs) or _somewhere(pairs)


def times(factor):
    """A factor in front of a noun: "2 times", "minus", "1/7 of"."""
    text = fraction(abs(factor))
    words = "" if text == "1" else f"{text} of" if "/" in text and abs(factor) < 1 else f"{text} times"
    return f"minus {words}".strip() if factor < 0 else words


def fraction(number):
    """A positive number as 3, 1/7, 2/9, or with four digits."""
    for below in range(1, 10):
        for value, text in ((number * below, "{0}" if below == 1 else f"{{0}}/{below}"), (below / number, f"{below}/{{0}}")):
            whole = round(value)
            if 1 <= whole < (1e6 if below < 3 else 10) and abs(value - whole) <= 1e-5 * value:
                return text.format(whole) if "/1" != text.format(whole)[-2:] else str(below)
    return f"{number:.4g}"


def _known(slopes):
    return np.where(slopes.decided, slopes.D, np.nan)


def _same(ours, truth):
    """Whether two arrays agree where both are numbers, and there are some."""
    both = np.isfinite(ours) & np.isfinite(truth)
    return bool(both.any()) and np.linalg.norm((ours - truth)[both]) <= 5 * TOLERANCE * np.linalg.norm(truth[both])


def _transposed(slopes, ours):
    return ours.ndim == 2 and ours.shape[0] == ours.shape[1] > 1 and _same(ours, _known(slopes).T)


def _penalty(pairs):
    """ "... times the parameter itself is missing", where that is all that is wrong, at every point."""
    found = []
    for slopes, ours, value in pairs:
        rest, there = ours - _known(slopes), slopes.decided
        if there.sum() < 2 or not value[there].any():
            return ""
        k = float(rest[there] @ value[there] / (value[there] @ value[there]))
        if not k or np.linalg.norm((rest - k * value)[there]) > 0.01 * np.linalg.norm(rest[there]):
            return ""
        found.append(k)
    if not found or max(found) - min(found) > 0.01 * abs(found[0]):
        return ""
    return f"{abs(found[0]):.3g} times the parameter itself is {'missing' if found[0] < 0 else 'too much'}"


def _somewhere(pairs):
    """In which rows, columns or entries it is wrong, where that is a part of them."""
    wrong = None
    for slopes, ours, _ in pairs:
        if len(slopes.directions):
            return ""  # most of them were not looked at
        D = _known(slopes)
        off = np.abs(ours - D) > 10 * TOLERANCE * np.nanmax(np.abs(D)) if slopes.decided.any() else np.zeros(D.shape, dtype=bool)
        wrong = off if wrong is None else wrong | off
    if wrong is None or not wrong.any() or wrong.all() or wrong.ndim > 2:
        return ""
    if wrong.ndim < 2:
        return f"in {_listed('entry', 'entries', np.flatnonzero(wrong), wrong.size)}"
    for axis, one, many in ((1, "row", "rows"), (0, "column", "columns")):
        lines = wrong.any(axis=axis)
        if 2 * lines.sum() <= lines.size:
            return f"in {_listed(one, many, np.flatnonzero(lines), lines.size)}"
    return ""


def _listed(one, many, where, size):
    if len(where) > _FEW:
        return f"{len(where)} of {size} {many} only"
    return f"{one if len(where) == 1 else many} {', '.join(map(str, where))} only, counted from 0"
