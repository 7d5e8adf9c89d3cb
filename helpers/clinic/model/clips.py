"""Gradients that are clipped: each entry kept within ±c, or all shortened to a norm of at most c, together or one by one.

The marks of a clip are many entries that are exactly as large as the largest, and norms that are the same wherever they are asked.
"""

from dataclasses import dataclass, replace

import numpy as np

SAME = 1e-6
"""Relative difference up to which two lengths are the same."""

NEARLY = 1e-4
"""The same for norms that were divided by a norm plus a small number."""

_WITHIN = 0.1  # the part of all slopes that a clip has to leave as they are, or it would explain everything
LEAST = 3  # entries, or points, of exactly one size


@dataclass(frozen=True)
class Excuse:
    """What is meant: `upto` for the verdict ("a clip at ±5"), a `note`, and `of(point)`, the Point with what is expected there.

    `beside(point, gradients)` is the Point beside which the gradients as they are can be judged one by one, where a norm mixes them: the size
    that most of them agree on counts. `plain`: its mark is enough to take it as meant, also where all that is wrong stays wrong beside it.
    """

    upto: str
    note: str
    of: object
    beside: object = None
    plain: bool = True

    def judged_at(self, point, gradients):
        """The Point beside which these gradients are judged."""
        return self.of(point) if self.beside is None else self.beside(point, gradients)


def usable(gradient):
    """Whether it holds numbers, and nothing but numbers."""
    return gradient is not None and gradient.size > 0 and bool(np.isfinite(gradient).all())


def clipped_entries(gradients, points):
    """Each entry kept within ±c: the largest of all entries stands there several times, at several points, and not all would be above it."""
    entries = [np.concatenate([g.ravel() for g in given.values() if usable(g)] or [np.zeros(0)]) for given in gradients]
    entries = [one for one in entries if one.size == max(map(len, entries))]
    c = max((np.abs(one).max(initial=0.0) for one in entries), default=0.0)
    there = [np.flatnonzero(np.abs(np.abs(one) - c) <= SAME * c) for one in entries]
    places = set(np.concatenate(there).tolist()) if c and np.isfinite(c) else set()
    if len(places) < LEAST or sum(len(one) > 0 for one in there) < 2:
        return None
    signs = {float(np.sign(one[k])) for one, where in zip(entries, there, strict=True) for k in where}
    slopes = np.concatenate([s.D[s.decided & (s.D != 0)] for point in points for s in point.slopes.values()])
    if np.mean(np.abs(slopes) < c) < _WITHIN:
        return None
    c = rounded(c)
    said = f"a clip of every entry at ±{c:g}"
    return Excuse(said, f"The gradients are clipped at ±{c:g}: entries that would be larger were compared with the clip's bound.",
                  lambda point: changed(point, lambda name, D: np.clip(D, -c, c), whole=False), plain=len(signs) == 2)  # fmt: skip


def clipped_norm(gradients):
    """All gradients together shortened to a norm of at most c."""
    c = _most([np.concatenate([g.ravel() for g in given.values() if usable(g)] or [np.zeros(0)]) for given in gradients])
    if c is None:
        return None
    return Excuse(f"a clip of their norm at {c:g}", f"A clip shortens all gradients together where their norm would be above {c:g}.",
                  lambda point: _shortened(point, c), lambda point, given: _agreed(point, given, together=True), plain=as_written(c))  # fmt: skip


def clipped_norms(gradients, points):
    """Each gradient by itself shortened to a norm of at most c."""
    each = {name: _most([given[name].ravel() for given in gradients if usable(given.get(name))]) for name in points[0].values}
    sizes = {c for c in each.values() if c is not None}
    if len(sizes) != 1:
        return None
    (c,) = sizes
    return Excuse(f"a clip of each norm at {c:g}", f"A clip shortens each gradient whose norm would be above {c:g}.",
                  lambda point: changed(point, lambda name, D: D * min(1.0, c / max(np.linalg.norm(D), 1e-300)), whole=True),
                  lambda point, given: _agreed(point, given, together=False), plain=as_written(c))  # fmt: skip


def _most(arrays):
    """The largest norm of arrays where several have it that differ, else None."""
    norms = [float(np.linalg.norm(one)) for one in arrays]
    top = max(norms, default=0.0)
    same = [one for one, norm in zip(arrays, norms, strict=True) if abs(norm - top) <= NEARLY * top]
    if not top or not np.isfinite(top) or len(same) < LEAST:
        return None
    if max(len(np.unique(np.abs(one).round(12))) for one in same) < LEAST:  # signs and counts have few sizes, and few norms
        return None
    alike = all(one.shape == same[0].shape and np.allclose(one, same[0], rtol=1e-3, atol=1e-6 * top) for one in same)
    return None if alike else rounded(top, NEARLY)


def as_written(c):
    """Whether a number is one that people write, of two digits at most."""
    return float(f"{c:.2g}") == c


def rounded(c, within=SAME):
    """A number as people write it, where one is that near."""
    for digits in (1, 2, 3):
        plain = float(f"{c:.{digits}g}")
        if abs(plain - c) <= within * c:
            return plain
    return float(c)


def _shortened(point, c):
    """All slopes together shortened to a norm of c."""
    if not _all_measured(point):
        return point
    norm = np.sqrt(sum(float(np.nansum(s.D**2)) for s in point.slopes.values()))
    return changed(point, lambda name, D: D * min(1.0, c / max(norm, 1e-300)), whole=True)


def _agreed(point, given, together):
    """Slopes of the size that the gradients have: that of most of those in the right direction, or each its own."""
    sizes = {}
    for name, slopes in point.slopes.items():
        if usable(given.get(name)) and slopes.outcome == "decided":
            ours, truth, _ = slopes.beside(given[name])
            size = float(ours @ truth / (truth @ truth))
            if 0 < size <= 1 + SAME and np.linalg.norm(ours - size * truth) <= NEARLY * np.linalg.norm(ours):
                sizes[name] = size
    if together:
        best = max(sizes.values(), key=lambda a: sum(abs(a - b) <= 10 * NEARLY * a for b in sizes.values()), default=1.0)
        sizes = dict.fromkeys(point.slopes, best)
    slopes = {n: replace(s, D=s.D * k, bound=s.bound * k, along=s.along * k, along_bound=s.along_bound * k)
              for n, s in point.slopes.items() for k in [sizes.get(n, 1.0)]}  # fmt: skip
    return replace(point, slopes=slopes)


def _all_measured(point, names=None):
    return all(np.isfinite(point.slopes[name].D).all() for name in names or point.slopes)


def changed(point, change, whole, names=None):
    """A Point whose slopes are `change(name, slopes)`; `whole`: only where every entry is known. Directions are not known then."""
    slopes = dict(point.slopes)
    for name in names or slopes:
        one = slopes[name]
        if whole and not np.isfinite(one.D).all():
            continue
        D = np.asarray(change(name, one.D))
        ratio = np.abs(D) / np.where(one.D == 0, 1, np.abs(one.D)) if whole else 1.0
        bound = np.where(D == one.D, one.bound, one.bound * np.maximum(ratio, SAME))
        slopes[name] = replace(one, D=D, bound=bound, along_decided=np.zeros_like(one.along_decided))
    return replace(point, slopes=slopes)
