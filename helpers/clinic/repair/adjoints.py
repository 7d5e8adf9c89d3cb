"""The slope of the loss in every value that the learner's forward pass computes.

A value is moved where it is computed, by the probe round it, and the loss is taken again: no knowledge of the formulas is needed.
"""

import ast
import collections
import contextlib
import itertools
import time

import numpy as np

from helpers.clinic.repair.matches import Target
from helpers.clinic.repair.recording import like

_STEP = 2e-5
_MOST = 400  # entries moved at one point in one value
_TRIALS = 6000  # values of the loss in all, about
_USES = 6  # loads of an array that was changed in place, among which the one is looked for through which it is used
_SHARED = 24  # loads of arrays that are read in several places, in all
_CHOOSING = 0.3  # the part of the time in which it is asked which values move the loss


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
        self.each = self._seconds_of_a_loss()
        chosen = self._chosen()
        trials = min(_TRIALS, clock.left() / self.each)
        share = max(4, int(trials / 2 / max(1, len(chosen) * len(points))))
        for event in self._rarest_first(chosen):
            if clock.over():
                break
            arrays = [self._slopes(p, event, min(share, _MOST)) for p in range(len(points))]
            if any(a is not None and np.isfinite(a).any() for a in arrays) and not _is_constant(arrays):
                self.targets.append(Target("adjoint", _name(event), [np.full(1, np.nan) if a is None else a for a in arrays], event))
        self.targets.sort(key=lambda target: target.event.number)

    # --- which values ------------------------------------------------------------------------------------------------

    def _seconds_of_a_loss(self):
        """Processor time of one loss; a loop over pixels in plain Python takes a thousand times that of a product."""
        began = time.process_time()
        with contextlib.suppress(Exception):
            self.recorder.subject.loss(self.points[0].values)
        return max(time.process_time() - began, 1e-5)

    def _affordable(self):
        """Events that may be targets: of those in long loops as many, from first to last, as there is time to ask."""
        events = [event for event in self.events[0] if _computed(event) or _handed_on(event)]
        often = collections.Counter(event.site for event in events)
        most, room = max(often.values(), default=1), _CHOOSING * self.clock.left() / self.each
        while most > 1 and sum(min(most, n) for n in often.values()) > room:
            most //= 2
        return [event for event in events if often[event.site] <= most or event.times * most % often[event.site] < most]

    def _rarest_first(self, events):
        """What is computed once tells more than each of what a loop computes a hundred times; where time is short, it is measured first."""
        if len(events) * 2 * len(self.points) * 4 * self.each < self.clock.left():
            return events
        often = collections.Counter(event.site for event in events)
        return sorted(events, key=lambda event: (often[event.site], -event.number))

    def _chosen(self):
        """Events of the first point whose value is computed there, moves the loss, and is not another value times a number."""
        found, same = [], set()
        for event in self._affordable():
            if self.clock.over():
                break
            computed = _computed(event)
            if (computed or (_handed_on(event) and event.site not in self.forward)) and self._moves(event):
                self.forward.add(event.site)
                if computed:
                    found.append(event)
                    same.update(_as_good_as(event))
        self._spread()
        return [event for event in found if event not in same] + self._changed_loads() + self._shared_loads()

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

    def _changed_loads(self):
        """Loads of arrays that were filled or changed in place, `g /= g.sum()`: no expression has such a value, but where it is used once it has."""
        uses = {}
        for event in self.events[0]:
            made, loaded = event.origin, event.site.is_load and event.site.role in ("part", "return") and _is_floats(event.value)
            if loaded and event.array.size > 1 and made is not None and (made.site.role == "change" or made.site.stores):
                uses.setdefault(made, []).append(event)
        found = []
        for loads in uses.values():
            moving = [event for event in loads[:_USES] if not self.clock.over() and self._moves(event)]
            alone = len(moving) == 1 and len(loads) <= _USES
            found += moving[:1] if moving and (alone or moving[0].site.role == "return") else []
        return found

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
                moving = (e for e in loads if not self.clock.over() and self._moves(e))
                found += itertools.islice(moving, _SHARED - len(found))
        return found

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
