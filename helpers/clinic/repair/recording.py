"""What every probed expression was worth in one run, and where it came from.

An event is one expression evaluated once. Its `inside` are the events of the expressions within it; its `origin` is the event that made the
object which a name, a key or a call stands for, found by the object's identity: so a value is followed through calls, tuples, dicts and loops.
"""

import ast
import builtins
import contextlib
import operator
from dataclasses import dataclass, field

import numpy as np

from helpers.clinic.model.sources import ran_where, source_of
from helpers.clinic.repair.instrument import PROBE, instrumented

MOST_ENTRIES = 4_000_000
"""Entries of arrays that are copied in one run; later ones are followed, but not compared."""

_IN_PLACE = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.MatMult: operator.matmul,
    ast.Pow: operator.pow,
}  # fmt: skip


@dataclass(eq=False, slots=True, repr=False)
class Event:
    """One expression, evaluated once.

    `array` is its value in float64, None where that is no number and no array of numbers; `before` and `after` are those of the array that it
    changes; `times` counts the events of the same site before it; `outer` is the event of the expression around it.
    """

    number: int
    site: object
    value: object
    array: np.ndarray | None
    times: int
    before: np.ndarray | None = None
    after: np.ndarray | None = None
    inside: list = field(default_factory=list)
    origin: object = None
    earlier: object = None
    outer: object = None

    @property
    def whole(self):
        """The event of the whole expression in its statement."""
        event = self
        while event.outer is not None and event.site.role == "part":
            event = event.outer
        return event

    @property
    def is_handed_on(self):
        """Whether its value is that of its origin: a name, a key, what a call returns; `dh += dz` changes what was there before."""
        return self.origin is not None and self.earlier is None and (self.site.is_load or isinstance(self.site.node, ast.Call))

    @property
    def sources(self):
        """The events that this one was made from."""
        if self.is_handed_on:
            return [self.origin]
        return [*self.inside, *([self.origin] if self.origin is not None else []), *([self.earlier] if self.earlier is not None else [])]


class Recorder:
    """Runs a subject's loss and gradients with probes in the learner's lines."""

    def __init__(self, subject, ran):
        """ran : {(filename, at the top level): lines}, as `ran_where` says."""
        self.subject, self.sites, self.texts = subject, [], {}
        for filename in sorted({filename for filename, _ in ran}):
            source = source_of(filename)
            if source is not None:
                text, sites = instrumented(source, ran.get((filename, False), ()), ran.get((filename, True), ()), len(self.sites))
                self.sites += sites
                self.texts[filename] = text

    @contextlib.contextmanager
    def probing(self):
        """Within, the probes are in the text; they do nothing until `probe` is set."""
        with self.subject.edited(self.texts), _installed(_pass_on):
            yield

    def events(self, ask):
        """(events, what `ask` returned or raised): of one run, within `probing`."""
        notes, room = [], [MOST_ENTRIES]

        def probe(number, value, into=None):
            notes.append((number, value, _copied(value, room), into, None if into is None else _copied(into, room)))
            return value

        with _installed(probe):
            try:
                answer = ask()
            except Exception as error:
                answer = error
        return _linked(notes, self.sites), answer

    def loss_with(self, values, site, times, change):
        """The loss where the value of one site, at one of its times, is `change(value)`; within `probing`."""
        count = [0]

        def probe(number, value, into=None):
            if number != site.number:
                return value
            count[0] += 1
            return change(value) if count[0] == times + 1 else value

        with _installed(probe):
            return self.subject.loss(values)

    def value_with(self, values, event, other, wanted):
        """What another event is worth in a run of the gradients in which `event` has the value `other`; within `probing`. None: nothing."""
        count, found = {}, []

        def probe(number, value, into=None):
            times = count[number] = count.get(number, -1) + 1
            if (number, times) == wanted and isinstance(value, np.ndarray):
                found.append(np.array(value, dtype=float))
            return like(value, other) if (number, times) == (event.site.number, event.times) else value

        with _installed(probe), contextlib.suppress(Exception):
            self.subject.gradients(values)
        return found[0] if found else None


def lines_of(subject, values):
    """(lines that ran in the loss, lines that ran in the gradients), each as `ran_where`; what raises ran as far as it came."""
    both = []
    for ask in (subject.loss, subject.gradients):
        found = {}
        with contextlib.suppress(Exception):
            ran_where(lambda ask=ask: ask(values), found)
        both.append(found)
    return both


@contextlib.contextmanager
def _installed(probe):
    before = getattr(builtins, PROBE, None)
    setattr(builtins, PROBE, probe)
    try:
        yield
    finally:
        if before is None:
            delattr(builtins, PROBE)
        else:
            setattr(builtins, PROBE, before)


def _pass_on(number, value, into=None):
    return value


def like(value, array):
    """An array as the kind of object that `value` is."""
    if isinstance(value, np.ndarray):
        return np.array(array, dtype=value.dtype if value.dtype.kind == "f" else float).reshape(value.shape)
    return type(value)(float(array)) if isinstance(value, (float, np.floating)) else float(array)


def _copied(value, room):
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "fiub" or value.size > room[0]:
            return None
        room[0] -= value.size
        return np.array(value, dtype=float)
    if isinstance(value, (float, int, np.number, np.bool_)) and not isinstance(value, complex):
        return np.array(float(value)) if abs(value) < 1e300 or value != value else None
    return None


def _followed(value):
    """Whether an object is known by its identity: small whole numbers, words and the like are shared."""
    return isinstance(value, (np.ndarray, np.floating)) or type(value) is float


def _linked(notes, sites):
    """The events of a run, each with what it was made from."""
    links = _Links()
    waiting, events, times = {}, [], {}
    for number, value, array, into, before in notes:
        site = sites[number]
        event = Event(len(events), site, value, array, times.setdefault(number, 0), before)
        times[number] += 1
        for inner in site.inside:
            event.inside += waiting.pop(inner.number, ())
        for inner in event.inside:
            inner.outer = event
        waiting.setdefault(number, []).append(event)
        links.note(event, into)
        events.append(event)
    return events


class _Links:
    """Which event made the object that is looked at now."""

    def __init__(self):
        self.by_object, self.by_name, self.last = {}, {}, {}

    def note(self, event, into):
        site, value = event.site, event.value
        if _followed(value):
            event.origin = self._origin(event, value)
            if not site.is_load or site.role != "part":
                self.by_object[id(value)] = event
                if site.role == "value":
                    self.by_name.setdefault(id(value), {})[site.target] = event
        elif site.is_load and event.array is not None:
            event.origin = self.last.get((site.scope, site.written))
        if site.role in ("value", "change") and not site.stores:
            self.last[site.scope, site.target] = event
        if into is not None:
            self._changed(event, into)

    def _origin(self, event, value):
        names = self.by_name.get(id(value), {})
        if names and event.site.is_load:
            made = names.get(event.site.written)
            if made is not None:
                return made
        made = self.by_object.get(id(value))
        if made is None and event.site.is_load and not event.inside:
            made = self.last.get((event.site.scope, event.site.written)) if not isinstance(value, np.ndarray) else None
            if made is None and getattr(value, "base", None) is not None:
                made = self.by_object.get(id(value.base))
        return made

    def _changed(self, event, into):
        """An array was changed in place, or a number was replaced."""
        event.earlier = self.by_object.get(id(into)) if _followed(into) else None
        step = _IN_PLACE.get(type(event.site.operator))
        if step is not None and event.before is not None and event.array is not None:
            with contextlib.suppress(ValueError), np.errstate(all="ignore"):
                event.after = step(event.before, event.array)
        if isinstance(into, np.ndarray):
            for array in (into, into.base):
                if isinstance(array, np.ndarray):
                    self.by_object[id(array)] = event
                    self.by_name.pop(id(array), None)
