r"""One gradient beside its central differences: how far apart they are, and the verdict.

Derived in: notebooks/06_gradient_checking.ipynb
"""

from dataclasses import dataclass

import numpy as np

from helpers import checks

TOLERANCE = 1e-7
"""Relative error up to which two gradients count as the same."""

WELL_ABOVE = 1000
"""A gradient is decided where it is so many times larger than the error of its differences: then 3 digits are known."""


def relative_error(a, b):
    """||a - b|| / (||a|| + ||b||), between 0 (equal) and 1 (opposite, or one of them 0); 0 where both are 0.

    Computed in float64 after a division by the power of two next to the largest entry: that changes no digit, and
    squares neither overflow nor vanish.

    a, b : arrays of one shape. Raises ValueError where the shapes differ: nothing broadcasts.
    Derived in: notebooks/06_gradient_checking.ipynb, "How far apart are two gradients?"
    """
    a, b = checks.floats("a", a).astype(float), checks.floats("b", b).astype(float)
    if a.shape != b.shape:
        raise ValueError(f"b has shape {b.shape}, expected that of a, {a.shape}")
    largest = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    if largest == 0:
        return 0.0
    a, b = (np.ldexp(x, 1 - np.frexp(largest)[1]) for x in (a, b))
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


@dataclass(frozen=True)
class GradientRow:
    """One gradient under examination: its name, shape, relative error and verdict.

    Attributes
    ----------
    name : str
    shape : tuple
    relative_error : float
        As it is, also where rounding explains it; entries whose step crosses a kink are left out. NaN where nothing can
        be compared.
    kinks : int
        Number of entries whose step crosses a kink.
    verdict : str
        In words.
    outcome : str
        "agrees", "differs" (also: missing, wrong shape, NaN), or "undecided".
    reason : str
        Why it is undecided; empty otherwise.
    """

    name: str
    shape: tuple
    relative_error: float
    kinks: int
    verdict: str
    outcome: str
    reason: str = ""


UNDECIDED = {
    "crossed a kink in every entry": "every step crosses a kink",
    "below rounding": "too small for the digits that rounding leaves at this step",
    "step too large": "the step is too large for the curvature of the loss",
}
"""Why a row is undecided: in its verdict, and in a sentence."""


@dataclass(frozen=True)
class Differences:
    """The central differences D of one parameter and what is known about them, arrays in the parameter's shape.

    slopes : D itself; crossed : bool, the step crosses a kink; cut_off : bool, the gradient is exactly 0; rounding : float,
    and truncation : array, bounds for the errors of each entry.
    """

    slopes: np.ndarray
    crossed: np.ndarray
    cut_off: np.ndarray
    rounding: float
    truncation: np.ndarray


def compare(name, grads, central):
    """The GradientRow of grads[name] beside its Differences D, which are wrong by at most e (rounding and truncation).

    differs:    ||ours - D|| > e, and the relative error is above TOLERANCE;
    agrees:     otherwise, where the relative error is at most TOLERANCE, or ||D|| well above e;
    undecided:  otherwise, since 0 or three times the gradient would have looked the same.

    Where all entries are cut off, so that the gradient is known to be exactly 0, ours has to be exactly 0.
    Derived in: notebooks/06_gradient_checking.ipynb, "How do you check a whole network?"
    """
    shape, size, kinks = central.slopes.shape, central.slopes.size, int(central.crossed.sum())
    ours, fault = _array(name, grads, shape)
    if fault:
        return GradientRow(name, shape if ours is None else ours.shape, np.nan, kinks, fault, "differs")
    if kinks == size:
        why = "crossed a kink in every entry"
        return GradientRow(name, shape, np.nan, kinks, f"{why}: undecided", "undecided", UNDECIDED[why])
    there = ~central.crossed
    ours, D = ours[there], checks.floats(f"the central difference for {name}", central.slopes[there])
    error = relative_error(ours, D)
    if central.cut_off[there].all() and not D.any():
        outcome, why = "differs" if ours.any() else "agrees", None
    else:
        rounding, truncation = central.rounding * np.sqrt(D.size), np.linalg.norm(central.truncation[there])
        outcome, why = _judge(ours, D, error, rounding, truncation)
    return GradientRow(name, shape, error, kinks, _verdict(outcome, why, kinks, size), outcome, UNDECIDED.get(why, ""))


def _judge(ours, D, error, rounding, truncation):
    """The outcome, and why it is undecided (None where it is not)."""
    e = rounding + truncation
    with np.errstate(over="ignore"):
        apart, size = np.linalg.norm(ours - D), np.linalg.norm(D)
    if error > TOLERANCE and apart > e:
        return "differs", None
    if size > WELL_ABOVE * e or (0 < size and error <= TOLERANCE):
        return "agrees", None
    return "undecided", "step too large" if truncation > rounding else "below rounding"


def _verdict(outcome, why, kinks, size):
    verdict = f"{why}: undecided" if why else outcome
    if not kinks or outcome == "differs":
        return verdict
    return f"crossed a kink in {kinks} of {size} entries; the others {'agree' if outcome == 'agrees' else verdict}"


def _array(name, grads, shape):
    """grads[name] as an array of finite floats (None where it is none), and what is wrong with it (None if nothing is)."""
    if name not in grads:
        return None, "missing from the returned dict"
    try:
        ours = np.asarray(grads[name], dtype=float)
    except (TypeError, ValueError):
        return None, f"wrong type: {type(grads[name]).__name__}"
    if ours.shape != shape:
        return ours, f"wrong shape: expected {shape}"
    if not np.isfinite(ours).all():
        return ours, "holds NaN or infinite entries"
    return ours, None
