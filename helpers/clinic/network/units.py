"""A right value but for a factor of each unit's own: a row, or a column, that is multiplied by a number."""

from dataclasses import dataclass

import numpy as np

from helpers.clinic.network.fits import MATCH


@dataclass(frozen=True)
class UnitFactors:
    """The factors of the rows ("unit"), of the columns ("input"), or of rows that have another in each batch ("batch", none given)."""

    of: str
    factors: tuple = ()

    @property
    def text(self):
        """The factors in words."""
        if not self.factors:
            return "which differs from batch to batch"
        low, high = min(self.factors), max(self.factors)
        return f"from {low:.4g} to {high:.4g}"


def unit_factors(observed, rights):
    """UnitFactors such that observed = factor · right for every batch, or None. Lists of arrays, None where there is none."""
    pairs = [(o, r) for o, r in zip(observed, rights, strict=True) if o is not None and r is not None]
    if not pairs or any(o.shape != r.shape or o.ndim != 2 for o, r in pairs) or len({r.shape[0] for _, r in pairs}) > 1:
        return None
    if pairs[0][1].shape[0] == 1 or sum(r.shape[1] for _, r in pairs) < 3:
        return None
    factors = _factors([np.hstack([pair[i] for pair in pairs]) for i in (0, 1)])
    if factors is not None:
        return UnitFactors("unit", factors)
    if all(r.shape == pairs[0][1].shape for _, r in pairs):
        factors = _factors([np.vstack([pair[i] for pair in pairs]).T for i in (0, 1)])
        if factors is not None:
            return UnitFactors("input", factors)
        if pairs[0][1].shape[1] > 1 and all(_factors(pair) is not None for pair in pairs):
            return UnitFactors("batch")
    return None


def _factors(pair):
    """The factor of each row of `right` that gives `observed`, None where there is none or they are all alike."""
    observed, right = (np.clip(part, -1e100, 1e100) for part in pair)
    square = (right * right).sum(axis=1)
    if not square.any():
        return None
    with np.errstate(all="ignore"):
        factors = np.where(square > 0, (observed * right).sum(axis=1) / np.where(square > 0, square, 1), 1.0)
    error = np.linalg.norm(observed - factors[:, None] * right)
    if not error <= MATCH * np.linalg.norm(observed) or np.ptp(factors) <= 1e-4 * np.abs(factors).max():
        return None
    return tuple(float(f) for f in factors)
