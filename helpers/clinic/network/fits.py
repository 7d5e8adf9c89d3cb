"""Do two arrays hold the same numbers, or multiples of one another? What every comparison of the search rests on."""

import numpy as np

MATCH = 1e-5
"""Relative difference up to which two arrays count as the same formula: clipping by 1e-8 stays below it."""


def same(a, b):
    """Whether two arrays have one shape and agree to `MATCH`."""
    return a.shape == b.shape and _difference(a, b) <= MATCH


def _difference(a, b):
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / scale if scale else 0.0


def attempt(rule, v):
    """The value of a rule for the values v; None where it raises or is no finite array. Wants np.errstate(all="ignore")."""
    try:
        value = np.asarray(rule(v))
        value = value if value.dtype.kind == "f" else value.astype(float)  # float16 stays what it is
    except Exception:
        return None
    return value if np.isfinite(value).all() else None


def fitting_factor(predicted, observed, sizes):
    """{m: theta} such that observed = theta(m) predicted for all probes of that size, or None.

    predicted, observed : lists of arrays, None where there is none; sizes : list of m.
    """
    factors = {}
    for m in sorted(set(sizes)):
        pairs = [(p, o) for p, o, size in zip(predicted, observed, sizes, strict=True) if size == m and o is not None]
        if any(p is None or p.shape != o.shape for p, o in pairs):
            return None
        if not sum(o.size for _, o in pairs):
            continue
        theta = _multiple(*(np.concatenate([pair[i].ravel() for pair in pairs]).astype(float) for i in (0, 1)))
        if theta is None:
            return None
        factors[m] = 1.0 if abs(theta - 1) <= 2 * MATCH else float(theta)
    return factors or None


def _multiple(p, o):
    """theta such that o = theta p, or None."""
    if not (np.isfinite(p).all() and np.isfinite(o).all()):
        return None
    p, o = np.clip(p, -1e100, 1e100), np.clip(o, -1e100, 1e100)
    square = p @ p
    theta = (p @ o) / square if square else 1.0
    if np.linalg.norm(o - theta * p) > MATCH * (np.linalg.norm(o) + np.linalg.norm(theta * p) + 1e-300):
        return None
    return None if theta == 0 and square and not o.any() else theta


def proportional(predicted, observed):
    """For each array of a stack theta such that observed = theta * array, NaN where there is none."""
    count = len(predicted)
    observed = in_place_of(observed, predicted[0])
    if observed is None or observed.shape != predicted.shape[1:]:
        return np.full(count, np.nan)
    p, o = predicted.reshape(count, -1), observed.ravel()
    square = (p * p).sum(axis=1)
    with np.errstate(all="ignore"):
        theta = p @ o / square if o.size > 1 else np.ones(count)  # one number is always a multiple of another
        error = ((o - theta[:, None] * p) ** 2).sum(axis=1)
    fits = (theta != 0) & (error <= (2 * MATCH) ** 2 * (o @ o))
    return np.where(square == 0, 1.0 if not o.any() else np.nan, np.where(fits, theta, np.nan))


def in_place_of(observed, right):
    """What was returned, in the shape of the right gradient where subtracting it from the parameter would do the same."""
    if observed is None or right is None or observed.shape == right.shape:
        return observed
    try:
        return np.broadcast_to(observed, right.shape)
    except ValueError:
        return observed


def is_one(factor):
    """Whether a factor is 1 for every m."""
    return all(theta == 1.0 for theta in factor.values())


def power_law(factor):
    """(k, n) with factor(m) = k m^n and n among 0, 1, 2, 1/2 and their negatives, or None."""
    for n in (0, -1, 1, -2, 2, -0.5, 0.5):
        constants = [theta / m**n for m, theta in factor.items()]
        if max(constants) - min(constants) <= 1e-4 * abs(constants[0]):
            return constants[0], n
    return None
