"""How gradients stand beside the slopes of a loss: at one point, and over several."""

from dataclasses import dataclass, field

import numpy as np

from helpers.gradcheck import relative_error

TOLERANCE = 1e-4
"""Relative error up to which a gradient counts as right: `log(p + 1e-8)` and float32 stay below it."""

EXACT = 1e-7
"""Relative error up to which nothing blurs a gradient, neither `log(p + small)` nor float32."""

SAME_FACTOR = 1e-3
"""Relative difference up to which two factors count as one."""


@dataclass(frozen=True)
class Judgement:
    """How gradients stand at one point.

    Attributes
    ----------
    right, wrong, undecided : frozenset of str
        Parameters. Where gradient and truth are both 0 it counts as right, and as one of `zero`.
    zero : frozenset of str
        Those whose slopes are all 0 there.
    factors : dict of float
        {name: c} where the gradient is c times the truth, also for c = 1.
    errors : dict of float
        {name: relative error} where it is decided; infinite where there is no gradient, or one that holds NaN.
    """

    right: frozenset
    wrong: frozenset
    undecided: frozenset
    zero: frozenset = frozenset()
    factors: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)


UNJUDGED = Judgement(frozenset(), frozenset(), frozenset())
"""That of nothing."""


def judged(point, gradients):
    """The Judgement of gradients {name: ndarray or None} beside the slopes at a point.

    wrong:      ||ours - D|| > TOLERANCE (||ours|| + ||D||) + e, with e the bound for the error of the slopes D;
    undecided:  nothing of D is decided;
    right:      otherwise.
    """
    outcomes, factors, errors = {}, {}, {}
    for name, slopes in point.slopes.items():
        ours = _usable(gradients.get(name), point.values[name].shape)
        outcomes[name], errors[name], factor = _one(slopes, ours, gradients.get(name) is None)
        if factor is not None:
            factors[name] = factor
    parts = {word: frozenset(name for name, outcome in outcomes.items() if outcome == word) for word in ("right", "wrong", "undecided")}
    zero = frozenset(name for name, slopes in point.slopes.items() if slopes.outcome == "zero")
    return Judgement(**parts, zero=zero, factors=factors, errors={n: e for n, e in errors.items() if e is not None})


def _usable(gradient, shape):
    """A gradient as floats in the parameter's shape; None where it is none, or holds NaN."""
    if gradient is None:
        return None
    gradient = np.asarray(gradient, dtype=float)
    return gradient if gradient.shape == shape and np.isfinite(gradient).all() else None


def _one(slopes, ours, missing):
    """(outcome, relative error or None, factor or None) of one gradient; `ours` is None where it is missing or no number."""
    if slopes.outcome in ("kinks", "rounding"):
        return "undecided", None, None
    if slopes.outcome == "zero" and missing:
        return "right", 0.0, None  # an update that does not move it, or nothing to hand over
    if ours is None:
        return "wrong", np.inf, None
    ours, truth, bound = slopes.beside(ours)
    e = np.linalg.norm(bound)
    apart, sizes = np.linalg.norm(ours - truth), np.linalg.norm(ours) + np.linalg.norm(truth)
    if slopes.outcome == "zero":
        return ("wrong", relative_error(ours, truth), None) if apart > 3 * e else ("right", 0.0, None)
    c = float(ours @ truth / (truth @ truth))
    off = np.linalg.norm(ours - c * truth)
    factor = c if abs(c) > TOLERANCE and off <= TOLERANCE * (1 + abs(c)) * np.linalg.norm(truth) + abs(c) * e else None
    return "wrong" if apart > TOLERANCE * sizes + e else "right", relative_error(ours, truth), factor


def overall(judgements):
    """One Judgement from those at several points: wrong where it is wrong at one; right where it is right at one and wrong at none.

    A gradient that is 0, as it should be, at some points and undecided at the others is undecided. Beside one that is wrong and one that is
    exactly right, a tenth of TOLERANCE counts as wrong: what TOLERANCE is there for blurs all gradients.
    """
    names = frozenset().union(*(j.right | j.wrong | j.undecided for j in judgements))
    wrong = frozenset().union(*(j.wrong for j in judgements))
    errors = {name: max(values) for name in names if (values := [j.errors[name] for j in judgements if name in j.errors])}
    seen = frozenset().union(*(j.right - j.zero for j in judgements)) - wrong
    if wrong and any(errors[name] <= EXACT for name in seen):
        wrong |= {name for name in seen if errors[name] > TOLERANCE / 10}
    undecided = frozenset().union(*(j.undecided for j in judgements)) - wrong - seen
    zero = names - wrong - undecided - seen
    factors = {name: _same([j.factors.get(name) for j in judgements if name not in j.undecided | j.zero]) for name in names}
    return Judgement(names - wrong - undecided, wrong, undecided, zero, {n: c for n, c in factors.items() if c is not None}, errors)


def _same(factors):
    """The one number that all factors are, about; None where they differ, or one is missing."""
    if not factors or None in factors:
        return None
    middle = float(np.median(factors))
    return middle if all(abs(c - middle) <= SAME_FACTOR * abs(middle) for c in factors) else None


def common_factor(judgements):
    """The factor by which all gradients differ from the truth at all points; None where there is no one factor, or it is 1.

    Those that are undecided or 0 say nothing of it.
    """
    total = overall(judgements)
    if not total.wrong or total.wrong & total.zero:
        return None
    return _same([total.factors.get(name) for name in sorted(total.wrong | (total.right - total.zero))])
