"""Slopes of a loss in one parameter: which of them are known well enough to judge a gradient by."""

from dataclasses import dataclass

import numpy as np

from helpers.gradcheck.along import slope_along

DECIDED = (1e-5, 1e-4, 1e-3)
"""A slope is decided where its bound is so small a part of a typical slope of its parameter: the smallest part that most of them keep to."""


@dataclass(frozen=True)
class Slopes:
    """Slopes of the loss in one parameter at one point.

    Attributes
    ----------
    D, bound : ndarray
        Central differences and bounds for their errors, in the parameter's shape; NaN and infinite for entries that were not measured.
    decided : ndarray of bool
    directions : ndarray, (number, *shape)
        Of length 1; none where every entry was measured.
    along, along_bound, along_decided : ndarray, (number,)
        The same along the directions.
    outcome : str
        "decided"; "zero": every slope is 0 as far as rounding lets see, and it sees well; "kinks" or "rounding": why nothing is decided.
    """

    D: np.ndarray
    bound: np.ndarray
    decided: np.ndarray
    directions: np.ndarray
    along: np.ndarray
    along_bound: np.ndarray
    along_decided: np.ndarray
    outcome: str

    @property
    def measured(self):
        """How many entries were measured."""
        return int(np.isfinite(self.D).sum())

    def beside(self, gradient):
        """(ours, truth, bound) of all that is decided: entries first, then directions. gradient : ndarray in the parameter's shape."""
        where, ways = self.decided, self.along_decided
        ours = [gradient[where], np.tensordot(self.directions, gradient, gradient.ndim)[ways] if ways.any() else np.zeros(0)]
        return (np.concatenate(ours), np.concatenate([self.D[where], self.along[ways]]),
                np.concatenate([self.bound[where], self.along_bound[ways]]))  # fmt: skip


def typical_of(slopes):
    """A typical size of slopes: the root of the mean square of what their bounds leave of them; 0 where they leave nothing."""
    return float(np.sqrt(np.mean([max(abs(s.value) - s.bound, 0.0) ** 2 for s in slopes]))) if slopes else 0.0


def slopes_along(lines, loss, step, noise):
    """The Slope along each line; where its bound is too large, with a smaller step (kinks, truncation) or a larger one (rounding)."""
    slopes = [slope_along(f, loss, step, noise) for f in lines]
    typical = typical_of(slopes)
    for k, f in enumerate(lines):
        for times in (16, 256) if slopes[k].bend > slopes[k].rounding else (1 / 8, 1 / 32):
            if slopes[k].bound <= DECIDED[0] * typical or (typical == 0 and not slopes[k].bend):
                break
            again = slope_along(f, loss, step / times, noise)
            if again.bound < slopes[k].bound:
                slopes[k] = again
    return slopes


def collected(shape, entries, slopes, ways, seen):
    """The Slopes of one parameter. seen : a slope so small is nothing beside those of the other parameters."""
    typical = typical_of(slopes)
    value, rounding, bound = (np.array([getattr(s, what) for s in slopes]) for what in ("value", "rounding", "bound"))
    straight = bound <= 2 * rounding
    part = next((part for part in DECIDED if np.mean(bound <= part * typical) >= 0.5), DECIDED[-1])
    decided = bound <= part * typical if typical else straight & (bound <= seen)
    n = len(entries)
    D, bounds, known = np.full(shape, np.nan), np.full(shape, np.inf), np.zeros(shape, dtype=bool)
    D.flat[entries], bounds.flat[entries], known.flat[entries] = value[:n], bound[:n], decided[:n]
    if decided.any():
        outcome = "decided" if typical else "zero"
    else:
        outcome = "rounding" if straight.any() else "kinks"
    return Slopes(D, bounds, known, ways, value[n:], bound[n:], decided[n:], outcome)
