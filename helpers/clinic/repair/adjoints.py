"""The slope of the loss in every value that the learner's forward pass computes, and what a value of the backward pass is beside them.

A value is moved where it is computed, by the probe round it, and the loss is taken again: no knowledge of the formulas is needed.
"""

import ast
import contextlib
from dataclasses import dataclass

import numpy as np

from helpers.clinic.repair.recording import like

TOLERANCE = 2e-4
"""Relative error up to which a value is what it is compared with: differences, and a loss with log(p + 1e-8), are not exact."""

_NOTHING = 1e-8  # of what it is at other points: 0, as far as differences let see
_STEP = 2e-5
_MOST = 400  # entries moved at one point in one value
_TRIALS = 6000  # values of the loss in all, about


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


class Adjoints:
    """What the forward pass computes, and the slope of the loss in it.

    Attributes
    ----------
    events : list of list of Event
        Of one run of the loss at each point.
    targets : list of Target
    forward : set of Site
        Those whose value the loss depends on.
    """

    def __init__(self, recorder, points, clock):
        self.recorder, self.points, self.clock = recorder, points, clock
        runs = [recorder.events(lambda p=p: recorder.subject.loss(p.values)) for p in points]
        self.events = [events for events, _ in runs]
        self.bases = [answer if isinstance(answer, float) else np.nan for _, answer in runs]
        self.forward, self.targets, self.trials = set(), [], 0
        self.by_key = [{(e.site.number, e.times): e for e in events} for events in self.events]
        chosen = self._chosen()
        share = max(4, int(_TRIALS / 2 / max(1, len(chosen) * len(points))))
        for event in chosen:
            if clock.over():
                break
            arrays = [self._slopes(p, event, min(share, _MOST)) for p in range(len(points))]
            if any(a is not None and np.isfinite(a).any() for a in arrays) and not _is_constant(arrays):
                self.targets.append(Target("adjoint", _name(event), [np.full(1, np.nan) if a is None else a for a in arrays], event))

    # --- which values ------------------------------------------------------------------------------------------------

    def _chosen(self):
        """Events of the first point whose value is computed there, moves the loss, and is not another value times a number."""
        found, same = [], set()
        for event in self.events[0]:
            computed = _computed(event)
            if (computed or (_handed_on(event) and event.site not in self.forward)) and self._moves(event):
                self.forward.add(event.site)
                if computed:
                    found.append(event)
                    same.update(_as_good_as(event))
        self._spread()
        return [event for event in found if event not in same] + self._shared_loads()

    def _spread(self):
        """What stands in one expression with a value that the loss depends on is of the forward pass as well."""
        for site in self.recorder.sites:
            if site.role != "part":
                every = list(_all_inside(site))
                if any(inner in self.forward for inner in every):
                    self.forward.update(every)

    def _moves(self, event):
        """Whether the loss depends on a value, at any point: it is moved at random, all entries at once."""
        rng = np.random.default_rng(event.number)
        for p in range(len(self.points)):
            there = self.by_key[p].get((event.site.number, event.times))
            if there is None or there.array is None:
                continue
            noise = rng.normal(size=there.array.shape) * (1 + np.abs(there.array))
            moved = next((m for size in (1e-3, 1e-6) if np.isfinite(m := self._loss(p, there, size * noise))), self.bases[p])
            if moved != self.bases[p]:
                return True
        return False

    def _shared_loads(self):
        """Loads of one and the same array in several places: the slope through one of them is a part of the gradient."""
        by_object, found = {}, []
        for event in self.events[0]:
            if event.site.is_load and event.site.role == "part" and event.origin is None and _is_floats(event.value) and event.array.size > 1:
                owner = event.value if event.value.base is None else event.value.base
                by_object.setdefault(id(owner), []).append(event)
        parameters = [v.ravel() for v in self.points[0].values.values()]
        for loads in by_object.values():
            several = len({(e.site, e.times) for e in loads}) > 1
            if several and any(np.array_equal(e.array.ravel(), v) for e in loads for v in parameters):
                found += [e for e in loads if self._moves(e)]
        return found[:24]

    # --- slopes ------------------------------------------------------------------------------------------------------

    def _loss(self, p, event, change):
        self.trials += 1
        with contextlib.suppress(Exception):
            return self.recorder.loss_with(self.points[p].values, event.site, event.times, lambda v: like(v, np.asarray(v, dtype=float) + change))
        return np.nan

    def _slopes(self, p, event, most):
        """Central differences in the entries of one value; NaN for entries that are left out, and where there is a kink."""
        there = self.by_key[p].get((event.site.number, event.times))
        if there is None or there.array is None or there.array.shape != event.array.shape:
            return None
        base, value = self.bases[p], there.array
        if self._loss(p, event, np.zeros(value.shape)) != base:  # a copy is another object than the code counts on
            return None
        slopes = np.full(value.shape, np.nan)
        entries = np.arange(value.size)
        if value.size > most:
            entries = np.sort(np.random.default_rng(event.number).choice(value.size, most, replace=False))
        for index in entries:
            step = _STEP * (0.1 + abs(value.flat[index]))
            change = np.zeros(value.shape)
            change.flat[index] = step
            above, below = self._loss(p, event, change), self._loss(p, event, -change)
            slope, bend = (above - below) / (2 * step), abs(above + below - 2 * base)
            if bend <= 0.02 * abs(above - below) + 1e-9 * abs(base) + 10 * step**2:
                slopes.flat[index] = slope
            if self.clock.over():
                break
        return slopes


def _all_inside(site):
    yield site
    for inner in site.inside:
        yield from _all_inside(inner)


def _name(event):
    return event.site.target if event.site.role == "value" and event.site.target else event.site.text


def _is_constant(arrays):
    """Whether a slope is one and the same number everywhere, as that in the loss itself is: it tells of nothing."""
    numbers = np.concatenate([np.zeros(0) if a is None else a.ravel() for a in arrays])
    return all(a is not None and a.size == 1 for a in arrays) and bool(np.ptp(numbers) <= 1e-7 * np.abs(numbers).max())


def _is_floats(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _computed(event):
    """Whether an event made a new array or number of floats."""
    if event.array is None or not event.array.size or event.origin is not None or event.site.is_load:
        return False
    if isinstance(event.site.node, (ast.Constant, ast.Compare, ast.BoolOp)):
        return False
    value = event.value
    return _is_floats(value) or isinstance(value, (float, np.floating))


def _handed_on(event):
    """Whether an event hands on a value that was made elsewhere: `self.X = X`, what a function of the learner's returns."""
    whole = event.site.role != "part" or (event.origin is not None and not event.site.is_load)
    return whole and event.array is not None and event.array.size > 0 and (_is_floats(event.value) or isinstance(event.value, (float, np.floating)))


def _as_good_as(event):
    """The parts of an expression whose slopes are those of the whole, times a number."""
    node, inside = event.site.node, [e for e in event.inside if e.array is not None]
    if isinstance(node, ast.UnaryOp):
        parts = inside
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        parts = [e for e in inside if e.array.shape == event.array.shape]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        parts = [e for e in inside if e.array.shape == event.array.shape] if any(e.array.ndim == 0 for e in inside) or len(inside) == 1 else []
    else:
        parts = []
    return [e for e in parts if not e.site.is_load]


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
