"""Whether a value is a number times another, at every point: of the backward pass, what it is beside a slope of the loss."""

from dataclasses import dataclass

import numpy as np

TOLERANCE = 2e-4
"""Relative error up to which a value is what it is compared with: differences, and a loss with log(p + 1e-8), are not exact."""

_NOTHING = 1e-8  # of what it is at other points: 0, as far as differences let see


@dataclass(eq=False)
class Target:
    """Something that a value of the backward pass may be.

    kind : "adjoint" (of `event`, a value of the forward pass), "gradient" (of the parameter `name`)
    arrays : one for each point; NaN where it is not known
    """

    kind: str
    name: str
    arrays: list
    event: object = None


@dataclass(frozen=True)
class Match:
    """That a value is `factor` times a target, perhaps `turned` (transposed) or one `row` of it."""

    target: Target
    factor: float
    turned: bool = False
    row: bool = False


def matched(values, target):
    """The Match of a value, given at each point, with a target; None where it is none.

    A factor counts only where it is the same at every point.
    """
    for turned in (False, True):
        pairs = [(v.T if turned else v, a) for v, a in zip(values, target.arrays, strict=True)]
        if turned and (values[0].ndim < 2 or 1 in values[0].shape):
            continue
        if all(_fits(v, a) for v, a in pairs):
            factor = _factor([(v.ravel(), a.ravel()) for v, a in pairs])
            if factor is not None:
                return Match(target, factor, turned)
    return _row(values, target) if target.kind == "adjoint" else None


def _fits(value, array):
    return value.size == array.size and (value.shape == array.shape or _slim(value.shape) == _slim(array.shape))


def _slim(shape):
    return tuple(n for n in shape if n != 1)


def _factor(pairs):
    """The c with value = c * array at every point; None where there is none."""
    pairs = [(v[known], a[known]) for v, a in pairs if (known := np.isfinite(a)).any()] if all(np.isfinite(a).any() for _, a in pairs) else []
    if not pairs or not all(np.isfinite(v).all() for v, _ in pairs):
        return None
    sizes = [(np.linalg.norm(v), np.linalg.norm(a)) for v, a in pairs]
    least = [_NOTHING * max(size) for size in zip(*sizes, strict=True)]
    factors = []
    for (value, array), size in zip(pairs, sizes, strict=True):
        small = [one <= limit for one, limit in zip(size, least, strict=True)]
        if all(small):  # a unit that is off, an example that costs nothing: no number is told from another
            continue
        if any(small):
            return None
        c = float(value @ array) / float(array @ array)
        if np.linalg.norm(value - c * array) > TOLERANCE * size[0]:
            return None
        factors.append(c)
    middle = float(np.median(factors)) if factors else 0.0
    return middle if factors and all(abs(c - middle) <= 10 * TOLERANCE * abs(middle) for c in factors) else None


def _row(values, target):
    """A value that is one example's row or column of the target."""
    array = target.arrays[0]
    size = values[0].size
    if array.ndim != 2 or size < 2 or size not in array.shape or array.size == size:
        return None
    for axis in (0, 1):
        if array.shape[1 - axis] == size:
            for k in range(array.shape[axis]):
                if all(a.shape == array.shape for a in target.arrays):
                    factor = _factor([(v.ravel(), a.take(k, axis)) for v, a in zip(values, target.arrays, strict=True)])
                    if factor is not None:
                        return Match(target, factor, row=True)
    return None
