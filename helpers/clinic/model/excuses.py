"""Steps and gradients that are meant to be other than the slope of the loss: clipped, kept in bounds, with weights that decay.

Each is told by a mark that it leaves and no mistake does: many entries that are exactly as large as the largest, gradients whose norm is the
same wherever they are asked, weights whose lengths are. Then the truth is what the clip makes of it (`Excuse.of` a Point), and everything is
judged beside that.
"""

import ast
import re
from dataclasses import dataclass, replace

import numpy as np

from helpers.clinic.model.draws import rms, usual
from helpers.clinic.model.sources import ran, source_of
from helpers.clinic.model.subject import Trouble

SAME = 1e-6
"""Relative difference up to which two lengths are the same."""

NEARLY = 1e-4
"""The same for norms that were divided by a norm plus a small number."""

LOOKS = 8
"""Points at which only the gradients are asked, to see marks."""

_WITHIN = 0.1  # the part of all slopes that a clip has to leave as they are, or it would explain everything
_LEAST = 3  # entries, or points, of exactly one size
_PENALTY = re.compile(r"(?i)reg|penal|lambda|lmbd|^lam|decay|ridge|l2|^wd$")


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


def excuses(subject, outcome, generator):
    """The Excuses that the gradients show marks of, given an outcome in which some are wrong."""
    looks = _looks(subject, generator)
    gradients = [*outcome.gradients, *(g for _, g in looks)]
    values = [*(point.values for point in outcome.points), *(v for v, _ in looks)]
    rate = subject.rate
    entries = clipped_entries(gradients, outcome.points)  # several of them in one array make a norm of their own
    found = [entries] if entries is not None else [clipped_norms(gradients, outcome.points), clipped_norm(gradients)]
    if rate is not None:
        found += [decay(subject, outcome), bounds(values, gradients, outcome, rate)]
    return [one for one in found if one is not None]


def _looks(subject, generator):
    """[(values, gradients)] at points further and further away."""
    found = []
    for k in range(LOOKS):
        size = 2.0 ** (k // 2)
        values = {n: np.asarray(v + size * max(rms(v), usual(v)) * generator.normal(size=v.shape)) for n, v in subject.start.items()}
        try:
            found.append((values, subject.gradients(values)))
        except Trouble:
            continue
    return found


def _usable(gradient):
    return gradient is not None and gradient.size > 0 and bool(np.isfinite(gradient).all())


# --- clips ---------------------------------------------------------------------------------------------------------------


def clipped_entries(gradients, points):
    """Each entry kept within ±c: the largest of all entries stands there several times, at several points, and not all would be above it."""
    entries = [np.concatenate([g.ravel() for g in given.values() if _usable(g)] or [np.zeros(0)]) for given in gradients]
    entries = [one for one in entries if one.size == max(map(len, entries))]
    c = max((np.abs(one).max(initial=0.0) for one in entries), default=0.0)
    there = [np.flatnonzero(np.abs(np.abs(one) - c) <= SAME * c) for one in entries]
    places = set(np.concatenate(there).tolist()) if c and np.isfinite(c) else set()
    if len(places) < _LEAST or sum(len(one) > 0 for one in there) < 2:
        return None
    signs = {float(np.sign(one[k])) for one, where in zip(entries, there, strict=True) for k in where}
    slopes = np.concatenate([s.D[s.decided & (s.D != 0)] for point in points for s in point.slopes.values()])
    if np.mean(np.abs(slopes) < c) < _WITHIN:
        return None
    c = _round(c)
    said = f"a clip of every entry at ±{c:g}"
    return Excuse(said, f"The gradients are clipped at ±{c:g}: entries that would be larger were compared with the clip's bound.",
                  lambda point: _changed(point, lambda name, D: np.clip(D, -c, c), whole=False), plain=len(signs) == 2)  # fmt: skip


def clipped_norm(gradients):
    """All gradients together shortened to a norm of at most c."""
    c = _most([np.concatenate([g.ravel() for g in given.values() if _usable(g)] or [np.zeros(0)]) for given in gradients])
    if c is None:
        return None
    return Excuse(f"a clip of their norm at {c:g}", f"A clip shortens all gradients together where their norm would be above {c:g}.",
                  lambda point: _shortened(point, c), lambda point, given: _agreed(point, given, together=True), plain=_as_written(c))  # fmt: skip


def clipped_norms(gradients, points):
    """Each gradient by itself shortened to a norm of at most c."""
    each = {name: _most([given[name].ravel() for given in gradients if _usable(given.get(name))]) for name in points[0].values}
    sizes = {c for c in each.values() if c is not None}
    if len(sizes) != 1:
        return None
    (c,) = sizes
    return Excuse(f"a clip of each norm at {c:g}", f"A clip shortens each gradient whose norm would be above {c:g}.",
                  lambda point: _changed(point, lambda name, D: D * min(1.0, c / max(np.linalg.norm(D), 1e-300)), whole=True),
                  lambda point, given: _agreed(point, given, together=False), plain=_as_written(c))  # fmt: skip


def _most(arrays):
    """The largest norm of arrays where several have it that differ, else None."""
    norms = [float(np.linalg.norm(one)) for one in arrays]
    top = max(norms, default=0.0)
    same = [one for one, norm in zip(arrays, norms, strict=True) if abs(norm - top) <= NEARLY * top]
    if not top or not np.isfinite(top) or len(same) < _LEAST:
        return None
    if max(len(np.unique(np.abs(one).round(12))) for one in same) < _LEAST:  # signs and counts have few sizes, and few norms
        return None
    alike = all(one.shape == same[0].shape and np.allclose(one, same[0], rtol=1e-3, atol=1e-6 * top) for one in same)
    return None if alike else _round(top, NEARLY)


def _as_written(c):
    """Whether a number is one that people write, of two digits at most."""
    return float(f"{c:.2g}") == c


def _round(c, within=SAME):
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
    return _changed(point, lambda name, D: D * min(1.0, c / max(norm, 1e-300)), whole=True)


def _agreed(point, given, together):
    """Slopes of the size that the gradients have: that of most of those in the right direction, or each its own."""
    sizes = {}
    for name, slopes in point.slopes.items():
        if _usable(given.get(name)) and slopes.outcome == "decided":
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


def _changed(point, change, whole, names=None):
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


# --- steps that do more -------------------------------------------------------------------------------------------------------


def decay(subject, outcome):
    """W ← (1 - rate k) W beside the update, of which the loss says nothing: the step is rate times (gradient + k W)."""
    found = {}
    for name in outcome.total.wrong:
        k = _share(outcome, name)
        if k is not None and k > 0:
            found[name] = k
    if not found or max(found.values()) - min(found.values()) > 0.01 * min(found.values()) or _has_penalty(subject):
        return None
    k = _round(float(np.median(list(found.values()))), 1e-3)
    weights = {name for name in outcome.total.wrong if outcome.points[0].values[name].ndim > 1}
    names = sorted(set(found) | (weights if set(found) <= weights else set()))
    note = (f"Beside the update, the step takes rate times {k:g} of itself from {' and '.join(sorted(found))}: a decay of the weights, for which "
            f"your loss has no penalty ({k / 2:g} times the sum of their squares would be one). It was left out of the comparison.")  # fmt: skip
    return Excuse("a decay of the weights", note, lambda point: _decayed(point, names, k), plain=False)


def _share(outcome, name):
    """k where ours - truth = k times the parameter at every point, else None."""
    found = []
    for point, given in zip(outcome.points, outcome.gradients, strict=True):
        slopes, ours, there = point.slopes[name], given.get(name), point.slopes[name].decided
        if not _usable(ours) or there.sum() < 2 or not point.values[name][there].any():
            return None
        value, rest = point.values[name][there], (ours - slopes.D)[there]
        k = float(rest @ value / (value @ value))
        if np.linalg.norm(rest - k * value) > 0.01 * np.linalg.norm(rest):
            return None
        found.append(k)
    return float(np.median(found)) if found and max(found) - min(found) <= 0.01 * abs(found[0]) else None


def _decayed(point, names, k):
    slopes = dict(point.slopes)
    for name in names:
        one, value = slopes[name], k * point.values[name]
        along = one.along + np.tensordot(one.directions, value, value.ndim) if len(one.directions) else one.along
        slopes[name] = replace(one, D=one.D + value, along=along)
    return replace(point, slopes=slopes)


def _has_penalty(subject):
    """Whether the lines of the loss speak of a penalty: then a gradient with too much of it is a mistake."""
    lines, names = {}, {re.split(r"[.\[\]']+", name.rstrip("]'"))[-1] for name in subject.start}
    try:
        ran(lambda: subject.loss(subject.start), lines)
    except Trouble:
        return True
    trees = [subject.stated[1]] if subject.stated else []
    for filename, there in lines.items():
        source = source_of(filename)
        trees += [statement for line in there if source and (statement := source.statement(line)) is not None and not hasattr(statement, "body")]
    return any(_speaks(tree, names) for tree in trees)


def _speaks(tree, names):
    words = {part.id if isinstance(part, ast.Name) else part.attr for part in ast.walk(tree) if isinstance(part, (ast.Name, ast.Attribute))}
    if any(_PENALTY.search(word) for word in words):
        return True
    squares = [part for part in ast.walk(tree) if (isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Pow, ast.Mult)))
               or (isinstance(part, ast.Call) and re.search(r"norm|square|vdot", ast.unparse(part.func)))]  # fmt: skip
    return any(_is_word(side, names) for part in squares for side in ([part.left] if isinstance(part, ast.BinOp) else part.args))


def _is_word(node, names):
    word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
    return word in names


def bounds(values, gradients, outcome, rate):
    """Parameters that the step brings back into bounds after the update: entries within a box, or rows, columns or the whole of at most a length."""
    kept = {}
    for name in outcome.points[0].values:
        after = [v[name] - rate * g[name] for v, g in zip(values, gradients, strict=True) if _usable(g.get(name))]
        found = name in outcome.total.wrong and (_box(after) or _length(after))
        if found:
            kept[name] = found
    if not kept:
        return None

    def expected(point):
        for name, (_, project) in kept.items():
            value = point.values[name]
            point = _changed(point, lambda _, D, v=value, p=project: (v - p(v - rate * D)) / rate, whole=True, names=[name])
        return point

    said = "; ".join(f"{name} {words}" for name, (words, _) in kept.items())
    note = f"After the update parameters are brought back into bounds ({said}): they were compared with what that makes of the right update."
    return Excuse(f"the bounds of {' and '.join(kept)}", note, expected)


def _box(after):
    """(words, projection) of a smallest and a largest entry, None where there is no mark of them."""
    entries = np.concatenate([a.ravel() for a in after] or [np.zeros(0)])
    if not entries.size:
        return None
    low, high = entries.min(), entries.max()
    ends = [end if (np.abs(entries - end) <= 1e-9 * max(abs(low), abs(high))).sum() >= _LEAST else None for end in (low, high)]
    if ends == [None, None] or low == high:
        return None
    low, high = (None if end is None else _round(abs(end)) * np.sign(end) for end in ends)
    words = f"from {low:g} to {high:g}" if None not in (low, high) else f"at least {low:g}" if high is None else f"at most {high:g}"
    return words, lambda u: np.clip(u, low, high)


def _length(after):
    """The same of a length: at most c, or always c."""
    for axis, what in ((0, "each column"), (1, "each row"), (None, "as a whole")):
        if axis is not None and after and after[0].ndim != 2:
            continue
        lengths = np.concatenate([np.atleast_1d(np.sqrt((a**2).sum(axis=axis))).ravel() for a in after] or [np.zeros(1)])
        c = lengths.max()
        same = np.abs(lengths - c) <= SAME * c
        if not c or same.sum() < _LEAST:
            continue
        always, c = bool(same.all()), _round(c)
        words = f"{what} {'of' if always else 'of at most'} the length {c:g}"
        return words, lambda u, axis=axis, c=c, always=always: u * _scale(np.sqrt((u**2).sum(axis=axis, keepdims=True)), c, always)
    return None


def _scale(length, c, always):
    return c / np.maximum(length, 1e-300) if always else np.minimum(1.0, c / np.maximum(length, 1e-300))
