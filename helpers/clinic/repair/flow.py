"""The backward pass as it ran: which of its values are explained, and which statement made the first that is not.

A value is explained where it is, up to a number, the slope of the loss in a value of the forward pass or a parameter's gradient, at every
point; or a slope of an activation, a quotient of two such. Values that came from outside or from the forward pass are taken as right.
"""

import ast
from functools import cached_property

import numpy as np

from helpers.clinic.repair.adjoints import Target, matched

_SAME = 2e-4


class Flow:
    """Events of the gradients' run at each point, beside the targets.

    Parameters
    ----------
    adjoints : Adjoints
    runs : list of list of Event
        At each point.
    gradients : list of dict
        What the code says at each point.
    """

    def __init__(self, adjoints, runs, gradients):
        self.adjoints, self.points, self.gradients = adjoints, adjoints.points, gradients
        self.events = runs[0]
        self.by_key = [{(e.site.number, e.times): e for e in run} for run in runs]
        self.truths = [
            Target("gradient", name, [np.where(p.slopes[name].decided, p.slopes[name].D, np.nan) for p in self.points])
            for name in self.points[0].values
        ]
        self._matches, self._fine, self._carrying = {}, {}, {}

    # --- values of one event -----------------------------------------------------------------------------------------

    def worth(self, event):
        """What an event left behind, at each point where it happened: of an array that it changed the array afterwards."""
        key = event.site.number, event.times
        there = [(p, by[key]) for p, by in enumerate(self.by_key) if key in by]
        return [(p, e.array if e.after is None else e.after) for p, e in there if e.array is not None]

    def value(self, event):
        """The value itself at each point."""
        key = event.site.number, event.times
        return [(p, by[key].array) for p, by in enumerate(self.by_key) if key in by and by[key].array is not None]

    def matches(self, event, after=True):
        """The targets that an event's value is a number times."""
        key = event, after
        if key not in self._matches:
            worth = self.worth(event) if after else self.value(event)
            self._matches[key] = self._found(worth)
        return self._matches[key]

    def _found(self, worth):
        if not worth or worth[0][1].size == 0 or any(a.shape != worth[0][1].shape for _, a in worth):
            return []
        if worth[0][1].size * len(worth) < 3:
            return []
        found = []
        for target in [*self.truths, *self.adjoints.targets]:
            at = [p for p, _ in worth]
            part = target if len(at) == len(target.arrays) else Target(target.kind, target.name, [target.arrays[p] for p in at], target.event)
            match = matched([a for _, a in worth], part)
            if match is not None:
                found.append((target, match))
        return found

    # --- which are explained -----------------------------------------------------------------------------------------

    def fine(self, event):
        """Whether nothing is known against a value."""
        if event not in self._fine:
            self._fine[event] = True  # what depends on itself does not count against itself
            self._fine[event] = self._is_fine(event)
        return self._fine[event]

    def _is_fine(self, event):
        site, worth = event.site, self.worth(event)
        if site in self.adjoints.forward or not worth or worth[0][1].size == 0 or isinstance(event.value, (int, bool, np.integer, np.bool_)):
            return True
        if all(np.ptp(a) == 0 for _, a in worth) and not self.carrying(event) and worth[0][1].size > 1:
            return True  # zeros, ones
        if self.matches(event):
            return True
        if event.origin is not None and (site.is_load or isinstance(site.node, ast.Call)):
            return self.fine(event.origin)
        if site.is_load:
            return all(self.fine(e) for e in event.inside)
        if not event.inside and event.earlier is None and event.site.role != "change":
            return not isinstance(site.node, ast.Call) or event.array.ndim == 0
        return not self.carrying(event) and (site in self.acquitted or self.is_slope(event))

    def carrying(self, event):
        """Whether a slope of the loss went into a value."""
        if event not in self._carrying:
            self._carrying[event] = False
            self._carrying[event] = event.site not in self.adjoints.forward and (
                bool(self.matches(event)) or any(self.carrying(e) for e in event.sources)
            )
        return self._carrying[event]

    def is_slope(self, event):
        """Whether a value is the slope of one value of the forward pass in another: the quotient of two adjoints."""
        worth = self.worth(event)
        targets = [t for t in self.adjoints.targets if t.arrays[0].size == worth[0][1].size and t.arrays[0].size > 1]
        for below in targets:
            for above in targets:
                if above is not below and self._quotient(worth, above, below):
                    return True
        return False

    def _quotient(self, worth, above, below):
        """Whether value * adjoint above = adjoint below, up to a number."""
        if any(a.size != above.arrays[p].size or a.size != below.arrays[p].size for p, a in worth):
            return False
        product = Target("slope", below.name, [below.arrays[p] for p, _ in worth])
        values = [a.ravel() * above.arrays[p].ravel() for p, a in worth]
        known = [np.isfinite(v) & np.isfinite(b.ravel()) for v, b in zip(values, product.arrays, strict=True)]
        if any(k.sum() < 2 for k in known):
            return False
        product.arrays = [b.ravel()[k] for b, k in zip(product.arrays, known, strict=True)]
        match = matched([v[k] for v, k in zip(values, known, strict=True)], product)
        return match is not None

    @cached_property
    def acquitted(self):
        """Sites that carry no slope and went into a value that is explained."""
        found, seen = set(), set()

        def visit(event):
            for inner in event.sources:
                if inner not in seen and not self.carrying(inner):
                    seen.add(inner)
                    found.add(inner.site)
                    visit(inner)

        for event in self.events:
            if event.site not in self.adjoints.forward and not event.site.is_load and self.matches(event):
                visit(event)
        return found

    # --- the ends ----------------------------------------------------------------------------------------------------

    def final(self, name):
        """The last event whose value is the gradient that the code says, or the parameter after its step; None where there is none."""
        said = [g.get(name) for g in self.gradients]
        if any(g is None or not np.isfinite(g).all() or not np.any(g) for g in said):
            return None
        gradient = Target("said", name, [np.asarray(g, dtype=float) for g in said])
        starts = [np.asarray(p.values[name], dtype=float) for p in self.points]
        for event in reversed(self.events):
            if event.array is None or event.array.size != starts[0].size or event.site in self.adjoints.forward:
                continue
            value, worth = self.value(event), self.worth(event)
            if len(value) < len(self.points) or len(worth) < len(self.points):
                continue
            steps = [starts[p].reshape(a.shape) - a for p, a in worth]
            if any(matched(arrays, gradient) for arrays in ([a for _, a in value], steps)):
                return event
        return None

    def alike(self, one, other):
        """Whether two values are each other times a number."""
        first, second = self.worth(one), self.worth(other)
        if not first or [p for p, _ in first] != [p for p, _ in second] or first[0][1].size != second[0][1].size:
            return False
        return matched([a for _, a in first], Target("value", "", [a for _, a in second])) is not None


def _decided(slopes):
    return np.where(slopes.decided, slopes.D, np.nan)


def ancestors(event):
    """All events that went into one, itself among them."""
    found, waiting = {event}, [event]
    while waiting:
        for inner in waiting.pop().sources:
            if inner not in found:
                found.add(inner)
                waiting.append(inner)
    return found
