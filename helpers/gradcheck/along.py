r"""The slope of any function along a line, with a bound for its error: nothing is known of the function but its values.

`precision` knows the network, and so its kinks and the rounding of its loss; here both are read off the values themselves.

    D(h)  = (f(h) - f(-h)) / (2 h)              central difference, wrong by k h^2 where f is smooth
    S(h)  = (f(h) - 2 f(0) + f(-h)) / h         right minus left one-sided difference, f'' h where f is smooth

Where f is smooth, S halves with h and D changes by little. A kink at a distance a < h does neither: with a jump of the slope by
s, |D(h) - D(h/2)| = s a / (2 h) and |2 S(h/2) - S(h)| = s |1 - 3 a / h| for a < h/2, never both small.
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from helpers.gradcheck.precision import EPS, truncation_error

EPS_32 = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Slope:
    """A slope of a function along a line.

    value : float, the slope; rounding, bend : float, bounds for what rounding, and truncation or a kink, may have done to it.
    """

    value: float
    rounding: float
    bend: float

    @property
    def bound(self):
        """A bound for the error of `value`."""
        return self.rounding + self.bend


def slope_along(f, at, h, noise):
    """The Slope of f at 0, from f(-h), f(-h/2), f(h/2), f(h) and f(0) = `at`.

    value: (4 D(h/2) - D(h)) / 3, in which the errors k h^2 cancel. f : callable(float) -> float; noise : float, what rounding does
    to one value of f. Where a value is not finite, so is the bound.
    Derived in: notebooks/06_gradient_checking.ipynb, "How small should the step be?"
    """
    up, half_up, half_down, down = f(h), f(h / 2), f(-h / 2), f(-h)
    wide, near = (up - down) / (2 * h), (half_up - half_down) / h
    bent = abs(2 * (half_up - 2 * at + half_down) / (h / 2) - (up - 2 * at + down) / h)
    value, bend, rounding = (4 * near - wide) / 3, truncation_error(wide, near) + bent, 3 * noise / h
    bend = max(0.0, bend - 8 * rounding)  # as much of it can be rounding: that is counted already
    if not np.isfinite([value, bend]).all():
        return Slope(0.0, rounding, np.inf)
    return Slope(value, rounding, bend)


def step_for(noise, change):
    """The step, in units of a length over which f changes by about `change`, that balances rounding and truncation.

    The cube root of noise / change, between 1e-6 and 0.02.
    Derived in: notebooks/06_gradient_checking.ipynb, "How small should the step be?"
    """
    return float(np.clip(np.cbrt(3 * noise / change), 1e-6, 0.02)) if change > 0 else 1e-5


def noise_along(f, step, points=9):
    """About what rounding does to one value of f, from its values at 0, step, 2 step, ...: what is left in their higher differences.

    sigma_k^2 = (k!)^2 / (2k)! * mean of the squares of the k-th differences; for a smooth f they fall with k until rounding is all
    that is left (Hamming). Returns (sigma, values); sigma is at least that of the float64 or float32 in which the values are held.
    """
    values = np.array([f(k * step) for k in range(points)], dtype=float)
    if not np.isfinite(values).all():
        return np.inf, values
    differences, sigmas = values, []
    for k in range(1, points - 2):
        differences = np.diff(differences)
        if k >= 3:
            sigmas.append(np.sqrt(np.mean(differences**2) / comb(2 * k, k)))
    single = len(set(values)) > 2 and (values == values.astype(np.float32)).all()
    return max(min(sigmas), (EPS_32 if single else EPS) * np.abs(values).max() / 2), values
