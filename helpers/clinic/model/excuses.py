"""Steps and gradients that are meant to be other than the slope of the loss: clipped, kept in bounds, with weights that decay.

Each is told by a mark that it leaves and no mistake does: many entries that are exactly as large as the largest, gradients whose norm is the
same wherever they are asked, weights whose lengths are. Then the truth is what the clip makes of it (`Excuse.of` a Point), and everything is
judged beside that.
"""

import ast
import re
import time
from dataclasses import replace

import numpy as np

from helpers.clinic.model.clips import LEAST, SAME, Excuse, as_written, changed, clipped_entries, clipped_norm, clipped_norms, rounded, usable
from helpers.clinic.model.draws import rms, usual
from helpers.clinic.model.sources import ran, source_of
from helpers.clinic.model.subject import Trouble

LOOKS = 8
"""Points at which only the gradients are asked, to see marks."""

_SECONDS = 2  # of the processor, after which no further point is asked
_PENALTY = re.compile(r"(?i)reg|penal|lambda|lmbd|^lam|decay|ridge|l2|^wd$")


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
    found, end = [], time.process_time() + _SECONDS
    for k in range(LOOKS):
        if time.process_time() > end:
            break
        size = 2.0 ** (k // 2)
        values = {n: np.asarray(v + size * max(rms(v), usual(v)) * generator.normal(size=v.shape)) for n, v in subject.start.items()}
        try:
            found.append((values, subject.gradients(values)))
        except Trouble:
            continue
    return found


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
    k = rounded(float(np.median(list(found.values()))), 1e-3)
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
        if not usable(ours) or there.sum() < 2 or not point.values[name][there].any():
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
        after = [v[name] - rate * g[name] for v, g in zip(values, gradients, strict=True) if usable(g.get(name))]
        found = name in outcome.total.wrong and (_box(after) or _length(after))
        if found:
            kept[name] = found
    if not kept:
        return None

    def expected(point):
        for name, (_, project, _) in kept.items():
            value = point.values[name]
            point = changed(point, lambda _, D, v=value, p=project: (v - p(v - rate * D)) / rate, whole=True, names=[name])
        return point

    said = "; ".join(f"{name} {words}" for name, (words, _, _) in kept.items())
    note = f"After the update parameters are brought back into bounds ({said}): they were compared with what that makes of the right update."
    return Excuse(f"the bounds of {' and '.join(kept)}", note, expected, plain=all(plain for _, _, plain in kept.values()))


def _box(after):
    """(words, projection, whether people write such numbers) of a smallest and a largest entry, None where there is no mark of them."""
    entries = np.concatenate([a.ravel() for a in after] or [np.zeros(0)])
    if not entries.size:
        return None
    low, high = entries.min(), entries.max()
    ends = [end if (np.abs(entries - end) <= 1e-9 * max(abs(low), abs(high))).sum() >= LEAST else None for end in (low, high)]
    if ends == [None, None] or low == high:
        return None
    low, high = (None if end is None else rounded(abs(end)) * np.sign(end) for end in ends)
    words = f"from {low:g} to {high:g}" if None not in (low, high) else f"at least {low:g}" if high is None else f"at most {high:g}"
    return words, lambda u: np.clip(u, low, high), all(end is None or as_written(end) for end in (low, high))


def _length(after):
    """The same of a length: at most c, or always c."""
    for axis, what in ((0, "each column"), (1, "each row"), (None, "as a whole")):
        if axis is not None and after and after[0].ndim != 2:
            continue
        lengths = np.concatenate([np.atleast_1d(np.sqrt((a**2).sum(axis=axis))).ravel() for a in after] or [np.zeros(1)])
        c = lengths.max()
        same = np.abs(lengths - c) <= SAME * c
        if not c or same.sum() < LEAST:
            continue
        always, c = bool(same.all()), rounded(c)
        words = f"{what} {'of' if always else 'of at most'} the length {c:g}"
        return words, lambda u, axis=axis, c=c, always=always: u * _scale(np.sqrt((u**2).sum(axis=axis, keepdims=True)), c, always), as_written(c)
    return None


def _scale(length, c, always):
    return c / np.maximum(length, 1e-300) if always else np.minimum(1.0, c / np.maximum(length, 1e-300))
