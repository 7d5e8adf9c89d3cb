"""The backward pass as it ran: which of its values are explained, and what each was made from.

A value is explained where it is, up to a number, the slope of the loss in a value of the forward pass or a parameter's gradient, at every
point; or the slope of an activation, a quotient of two such. Values that came from outside or from the forward pass are taken as right.
"""

import ast
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from helpers.clinic.repair.matches import Target, matched


class _Seen:
    """The arrays that the forward pass computed, and the rows and columns of the smaller ones: looked up by what they hold."""

    def __init__(self, events):
        self.keys = set()
        floats = [e for e in events if e.array is not None and e.array.size > 1 and e.value.dtype.kind == "f"]
        for array in {id(e.value): e.array for e in floats}.values():
            parts = [array]
            if array.ndim == 2 and max(array.shape) <= 64 and 1 not in array.shape:
                parts += [*array, *array.T]
            self.keys.update(_key(part) for part in parts)

    def holds(self, array):
        return _key(array) in self.keys or (array.ndim > 1 and _key(array.T) in self.keys)


def _key(array):
    return array.size, np.round(array.ravel(), 9).tobytes() if np.any(array) else b""


@dataclass
class Parameter:
    """A parameter, or a part of a flat one: its values, the gradient that the code says, and the Target that is the truth; lists by point."""

    values: list
    said: list
    truth: Target


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
        self.parameters = {name: self._parameter(name) for name in self.points[0].values}
        self._matches, self._fine, self._carrying, self._slopes = {}, {}, {}, {}
        self._seen = _Seen([e for e in adjoints.events[0] if e.site in adjoints.forward])

    def _parameter(self, name):
        values = [np.asarray(p.values[name], dtype=float) for p in self.points]
        truth = Target("gradient", name, [_decided(p.slopes[name]) for p in self.points])
        return Parameter(values, [g.get(name) for g in self.gradients], truth)

    def cut(self, name, part, first, last):
        """Let a part of a flat parameter be one of its own."""
        whole = self.parameters[name]
        truth = Target("gradient", part, [a.ravel()[first:last] for a in whole.truth.arrays])
        self.parameters[part] = Parameter([v.ravel()[first:last] for v in whole.values], [np.ravel(g)[first:last] for g in whole.said], truth)

    def forget(self):
        """Compare anew: there are other parameters."""
        for name in {part.split("[")[0] for part in self.parameters if "[" in part and part.split("[")[0] in self.parameters and ":" in part}:
            del self.parameters[name]
        self._matches, self._fine, self._carrying, self._slopes = {}, {}, {}, {}

    def is_backward(self, event):
        """Whether the forward pass does not run what this event belongs to."""
        return event.site not in self.adjoints.forward

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
        """[(target, Match)]: what an event's value is a number times."""
        key = event, after
        if key not in self._matches:
            worth = self.worth(event) if after else self.value(event)
            worth = [] if _is_count(event) else worth
            targets = (*(p.truth for p in self.parameters.values()), *self.adjoints.targets)
            self._matches[key] = [(t, m) for t in targets if (m := self._beside(worth, t)) is not None]
        return self._matches[key]

    def _beside(self, worth, target):
        """The Match of a value with a target, or None; too few numbers agree by chance."""
        if not worth or any(a.shape != worth[0][1].shape for _, a in worth) or worth[0][1].size * len(worth) < 3:
            return None
        part = Target(target.kind, target.name, [target.arrays[p] for p, _ in worth], target.event)
        return matched([a for _, a in worth], part)

    def alike(self, one, other):
        """Whether two values are each other times a number."""
        first, second = self.worth(one), self.worth(other)
        if not first or [p for p, _ in first] != [p for p, _ in second] or first[0][1].size != second[0][1].size:
            return False
        if all(not np.any(a) for _, a in first + second):
            return True
        return matched([a for _, a in first], Target("value", "", [a for _, a in second])) is not None

    # --- which are explained -----------------------------------------------------------------------------------------

    def fine(self, event):
        """Whether nothing is known against a value."""
        if event not in self._fine:
            self._fine[event] = True  # what depends on itself does not count against itself
            self._fine[event] = self._is_fine(event)
        return self._fine[event]

    def _is_fine(self, event):
        site, worth = event.site, self.worth(event)
        if not self.is_backward(event) or not worth or worth[0][1].size == 0 or _is_count(event):
            return True
        if self.again(event) or not any(np.any(a) for _, a in worth):
            return True
        if self.matches(event):
            return True
        if event.is_handed_on:
            return self.fine(event.origin)
        if site.is_load and event.earlier is None:
            return all(self.fine(e) for e in event.inside)
        if self.carrying(event):
            return False
        if all(np.ptp(a) == 0 for _, a in worth) and worth[0][1].size > 1:
            return True  # zeros, ones
        return site in self.acquitted or self.is_slope(event) or not self.of_forward(event)

    def again(self, event):
        """Whether a value is one of the forward pass, computed once more."""
        return event.array is not None and event.array.size > 1 and event.after is None and self._seen.holds(event.array)

    def carrying(self, event):
        """Whether a slope of the loss went into a value."""
        if event not in self._carrying:
            self._carrying[event] = False
            if event.site.is_load and event.site.role == "part":  # what is looked up carries what was put there
                self._carrying[event] = any(self.carrying(e) for e in event.sources)
            elif self.is_backward(event):
                matches = event.array is not None and event.array.size > 0 and self.matches(event)
                self._carrying[event] = bool(matches) or (not self.again(event) and any(self.carrying(e) for e in event.sources))
        return self._carrying[event]

    def of_forward(self, event):
        """Whether a value was made from values of the forward pass or parameters, not from data alone."""
        return any(self._is_of_forward(e) for e in ancestors(event))

    def _is_of_forward(self, event):
        if event.array is None or (event.array.size < 2 and not isinstance(event.value, float)):
            return False
        if (event.site in self.adjoints.forward and not event.site.is_load) or self.again(event):
            return True
        return event.site.is_load and event.origin is None and any(_same(event.array, a) for a in self._known)

    @cached_property
    def _known(self):
        """Values of the forward pass and the parameters at the first point."""
        values = [parameter.values[0] for parameter in self.parameters.values()]
        return values + [e.array for e in self.adjoints.events[0] if e.site in self.adjoints.forward and not e.site.is_load and e.array is not None]

    def is_slope(self, event):
        """Whether a value is the slope of one value of the forward pass in another: the quotient of two adjoints."""
        if event not in self._slopes:
            self._slopes[event] = self._is_some_slope(self.worth(event))
        return self._slopes[event]

    def _is_some_slope(self, worth, beside=()):
        """Whether values are a quotient of two adjoints, of one of `beside` where it is given."""
        targets = [t for t in self.adjoints.targets if worth and t.arrays[0].size == worth[0][1].size]
        above = [t for t in targets if not beside or t in beside]
        pairs = ((a, below) for below in targets for a in above if below.event.number < a.event.number)
        return any(self._quotient(worth, a, below) for a, below in pairs)

    def _quotient(self, worth, above, below):
        """Whether value * adjoint above = adjoint below, up to a number."""
        if any(a.size != above.arrays[p].size or a.size != below.arrays[p].size for p, a in worth):
            return False
        values = [a.ravel() * above.arrays[p].ravel() for p, a in worth]
        arrays = [below.arrays[p].ravel() for p, _ in worth]
        known = [np.isfinite(v) & np.isfinite(b) for v, b in zip(values, arrays, strict=True)]
        if sum(k.sum() for k in known) < 3 or not all(k.any() for k in known):
            return False
        product = Target("slope", below.name, [b[k] for b, k in zip(arrays, known, strict=True)])
        return matched([v[k] for v, k in zip(values, known, strict=True)], product) is not None

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
            if self.is_backward(event) and not event.site.is_load and event.origin is None and self.matches(event):
                visit(event)
        return found

    # --- from the end to the beginning -------------------------------------------------------------------------------

    def final(self, name):
        """The last event whose value is the gradient that the code says, or the parameter after its step; None where there is none."""
        parameter = self.parameters[name]
        if any(g is None or not np.isfinite(g).all() for g in parameter.said) or not any(np.any(g) for g in parameter.said):
            return None
        gradient = Target("said", name, [np.asarray(g, dtype=float) for g in parameter.said])
        starts, same, other = parameter.values, [], None
        for event in reversed(self.events):
            left = event.array if event.after is None else event.after
            if left is None or left.size != starts[0].size or not self.is_backward(event):
                continue
            value, worth = ([a for _, a in of(event)] for of in (self.value, self.worth))
            if len(value) < len(starts) or any(a.size != starts[0].size for a in worth):
                continue
            if matched([start.reshape(a.shape) - a for start, a in zip(starts, worth, strict=True)], gradient):
                return event
            found = [m for arrays in (value, worth) if arrays[0].size == left.size and (m := matched(arrays, gradient))]
            same += [event] if any(abs(m.factor - 1) < 1e-6 for m in found) else []
            other = event if other is None and found else other
        if same:  # of several values that are the same, the one that is called so
            return next((e for e in same if is_called(e.site.target or e.site.text, name)), same[0])
        return other

    def pieces(self, final):
        """[(event, first, last)] where a flat vector is put together of arrays: the entries that each becomes; [] where it is not."""
        whole = self.chain(final)[-1].whole
        flat, found, at = whole.array.ravel(), [], 0
        for event in self.inputs(whole):
            if event.array is not None and _is_part(event, flat, at):
                found.append((event, at, at + event.array.size))
                at += event.array.size
        return found if at == flat.size and len(found) > 1 and isinstance(whole.site.node, (ast.Call, ast.Subscript)) else []

    def chain(self, event):
        """From an event up through all that is the same value times a number: names, returns, steps of a learning rate."""
        found = [event]
        while True:
            event = found[-1]
            sources = [e for e in event.sources if e.array is not None and self.is_backward(e) and e is not event.earlier]
            changes = event.after is not None
            first = self.value(event) if changes else self.worth(event)
            through = next((e for e in sources if e not in found and self._same_up_to(first, e)), None)
            if through is None and not changes:
                through = next((e for e in sources if e not in found and self._is_step(event, e)), None)
            if through is None:
                return found
            found.append(through)

    def _same_up_to(self, worth, event):
        second = self.worth(event)
        if not worth or [p for p, _ in worth] != [p for p, _ in second] or worth[0][1].size != second[0][1].size:
            return False
        return matched([a for _, a in worth], Target("value", "", [a for _, a in second])) is not None

    def _is_step(self, event, inner):
        """Whether an event is a parameter plus a number times another value."""
        if event.array is None or inner.array is None or inner.array.size != event.array.size:
            return False
        for parameter in self.parameters.values():
            if parameter.values[0].size == event.array.size:
                steps = [(p, np.reshape(parameter.values[p], a.shape) - a) for p, a in self.worth(event)]
                if any(np.any(s) for _, s in steps) and self._same_up_to(steps, inner):
                    return True
        return False

    def inputs(self, event):
        """What a statement's expression takes: names, keys, and what the learner's own functions return."""
        for inner in event.inside:
            named = inner.site.is_load or isinstance(inner.site.node, ast.Call)
            plain = inner.site.is_load and inner.array is not None and not any(e.array is not None and e.array.size > 1 for e in inner.inside)
            if (inner.origin is not None and named) or plain:
                yield inner
            else:
                yield from self.inputs(inner)
        if event.earlier is not None:
            if event.origin is not None and event.site.is_load:
                yield event.origin
            yield event.earlier

    def argument(self, call):
        """(input, name of a value) with which a call of the learner's function would be a slope: it is handed another; None where there is none."""
        made = [e for e in self.inputs(call) if not self.carrying(e) and e.array is not None and e.array.size == call.array.size]
        beside = [t for e in inside(call.whole) if self.carrying(e) for t, _ in self.matches(e)]
        for inner in made:
            for target in self.adjoints.targets if not self.adjoints.clock.over() else ():
                other = self.adjoints.by_key[0][target.event.site.number, target.event.times].array
                if other.shape == inner.array.shape and not np.array_equal(other, inner.array):
                    worth = self.adjoints.recorder.value_with(self.points[0].values, inner, other, (call.site.number, call.times))
                    if worth is not None and np.ptp(worth) > 1e-6 * np.abs(worth).max() and self._is_some_slope([(0, worth)], beside):
                        return inner, target.name
        return None

    def part(self, event):
        """The innermost expression within one that is not explained while what is inside it is."""
        while True:
            inner = next((e for e in event.inside if not self.fine(e) and not (e.site.is_load or e.origin is not None)), None)
            if inner is None:
                return event
            event = inner

    def consumers(self, array):
        """Targets whose value was computed from such an array: a product with a parameter, a sum."""
        found = [t for t in self.adjoints.targets if t.event is not None and not t.event.site.is_load and self._takes(t.event, array)]
        return [t for t in found if not any(other is not t and other.event in inside(t.event) for other in found)]

    def _takes(self, event, array):
        """Whether an expression is computed from an array, not the same array in another shape."""
        return not _same(event.array, array) and any(_same(e.array, array) for e in reached(event))


def _is_count(event):
    """Whether an event is a whole number or a truth, no array that is changed by one."""
    return event.after is None and isinstance(event.value, (int, bool, np.integer, np.bool_))


def _is_part(event, flat, at):
    end = at + event.array.size
    return end <= flat.size and bool(np.array_equal(event.array.ravel(), flat[at:end]) or np.array_equal(event.array.T.ravel(), flat[at:end]))


def inside(event):
    """All events of the expressions within one."""
    found = []
    for inner in event.inside:
        found += [inner, *inside(inner)]
    return found


def is_called(target, name):
    """Whether a target is called after a parameter: dW2, grads["W2"], self.W2 after W2."""
    words = re.findall(r"\w+", name)
    last = words[-1] if words else name
    return not last.isdigit() and bool(re.search(rf"(^|[^A-Za-z0-9]|d|g|grad|delta|step|to|_){re.escape(last)}($|[^A-Za-z0-9])", target))


def reached(event):
    """The loads within an expression."""
    for inner in event.inside:
        if inner.site.is_load and inner.array is not None:
            yield inner
        elif not inner.site.is_load or inner.array is None:
            yield from reached(inner)


def _same(one, other):
    """Whether two arrays hold the same, perhaps transposed."""
    if one is None or one.size != np.size(other) or not one.size:
        return False
    return bool(np.array_equal(one.ravel(), np.ravel(other)) or np.array_equal(one.T.ravel(), np.ravel(other)))


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
