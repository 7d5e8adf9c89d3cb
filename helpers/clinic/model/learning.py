"""Find out what a gradient comes for, and where it is found: by one update, or by one look at what is given.

Both are tried at a point where the loss depends on everything that may be a parameter, since a dead network has no gradients to show.
"""

import contextlib

import numpy as np

from helpers.clinic.model import given, matching, returned, roles
from helpers.clinic.model.subject import Trouble

MOST_CALLS = 8
"""Calls of a step within which it has to move something: it may add up the gradients of several."""

ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}


class Learning:
    """What learns in a model: `matches` {name: Match} says where gradients, or new parameters, are found; `notes` what to say of it."""

    def __init__(self, bench, rng):
        self._bench, self._rng = bench, rng
        self.matches, self.notes = {}, []

    def likely(self, found):
        """What may be a parameter, as far as names tell."""
        scalars = not any(leaf.kind == "array" for leaf in self._bench.numbers)
        possible = [leaf for leaf in found.depends if leaf.kind != "number" or len(leaf.path) == 1 or scalars]
        return [leaf for leaf in possible if not roles.looks_like_data(leaf)]

    def by_step(self, found):
        """Ids of what one step moves, at the start or elsewhere."""
        leaves = [leaf for leaf in found.depends if not {"running", "moving"} & set(roles.word(leaf).lower().split("_"))]
        learns, answer = self._moved_by_step(leaves, [])
        while not learns and self._bench.repeats < MOST_CALLS:
            self._bench.repeats += 1
            learns, answer = self._moved_by_step(leaves, [])
        if not learns:
            self._bench.repeats = 1
        elif self._bench.repeats > 1:
            k = self._bench.repeats
            self.notes.append(f"Your step updates at every {ORDINALS[k]} call only: {k} calls were taken for one.")
        point = roles.alive(self._bench, self.likely(found), self._rng)
        with contextlib.suppress(Trouble):  # what was moved may have been data after all
            learns |= self._moved_by_step(leaves, point)[0]
        if not learns:
            likely = self.likely(found)
            matches = matching.matched(likely, answer)
            fitting = {n: m for n, m in matches.items() if m.how in ("name", "order", "only", "shape")}
            self.matches = fitting if len(fitting) == len(likely) or any(m.how == "name" for m in fitting.values()) else {}
            learns = {id(leaf) for leaf in likely if leaf.name in self.matches}
            nothing = "step() moves nothing that the loss depends on: does it bind local names (W = W - …)?"
            self.notes.append("step() returns the new parameters." if learns else nothing)
        return learns

    def _moved_by_step(self, leaves, point):
        before = {id(leaf): leaf.array() for leaf in leaves} | {id(leaf): value for leaf, value in point}

        def read(answer):
            return roles.arrays_after(self._bench, leaves), given.unrolled(answer)

        after, answer = self._bench.answer(point, read)
        return {key for key, value in after.items() if value is None or not np.array_equal(value, before[key])}, answer

    def by_grads(self, found):
        """Ids of what a gradient is given for; says where each is found."""
        likely = self.likely(found)
        point = roles.alive(self._bench, likely, self._rng)
        try:
            (answer, said), written = self._given_at(point)
        except Trouble:  # what was moved may have been data after all
            point = []
            (answer, said), written = self._given_at(point)
        slopes = Slopes(self._bench, point or [(leaf, leaf.array()) for leaf in likely], self._rng)
        matches = matching.matched(likely, answer, said, slopes, self._bench.loss(point))
        fitting = [leaf for leaf in likely if leaf.name in matches and matches[leaf.name].read(answer, np.shape(leaf.value))[1] is None]
        left = matching.left_behind(likely, written) if len(fitting) < len(likely) else {}
        named = {}
        if len(left) > len(fitting):
            matches = left
        elif matches:
            rest = [leaf for leaf in self._bench.numbers if leaf.name not in matches and leaf not in likely and leaf not in found.caches]
            named = matching.matched(rest, answer, said, by_name_only=True, apart={match.path for match in matches.values()})
        extra = [leaf for leaf in self._bench.numbers if leaf.name in named and leaf not in found.depends]
        self.matches = {**matches, **named}
        found.depends = [leaf for leaf in self._bench.numbers if leaf in found.depends or leaf in extra]
        if extra:
            self.notes.append(f"The loss does not depend on {roles.listed(extra)}, though a gradient is given.")
        self.notes += matching.told(self.matches, found.depends)
        return {id(leaf) for leaf in found.depends if leaf.name in self.matches}

    def _given_at(self, point):
        """((what grads() returned, the names in its return statement), Leaf objects that it wrote)."""
        bench, kept, said = self._bench, {}, []

        def before():
            kept.update({leaf.path: (leaf.value, given.number(leaf.value)) for leaf in given.leaves_of(self._bench.everything_now())})

        def read(answer):
            answer, now = given.unrolled(answer), given.leaves_of(self._bench.everything_now())
            written = [leaf for leaf in now if given.is_new(leaf, kept.get(leaf.path))]
            return (given.copied(answer), said[-1] if said else None), written

        function = bench.other.function
        bench.other.function = returned.watched(function, said)
        try:
            return bench.answer(point, read, before)
        finally:
            bench.other.function = function


class Slopes:
    """`slopes(name, array)` says whether an array is the gradient of a parameter at a point, as far as one direction drawn at random tells."""

    def __init__(self, bench, point, rng):
        self._bench, self._point, self._rng, self._known = bench, point, rng, {}

    def __call__(self, name, value):
        if name not in self._known:
            self._known[name] = self._slope(next(leaf for leaf, _ in self._point if leaf.name == name))
        way, slope = self._known[name]
        mine = float(np.sum(value * way))
        return abs(mine - slope) <= 1e-4 * (abs(mine) + abs(slope)) + 1e-9

    def _slope(self, leaf, eps=1e-5):
        """(a direction, the slope of the loss along it)."""
        way = self._rng.normal(size=np.shape(next(value for one, value in self._point if one is leaf)))
        ends = [self._bench.loss([(one, v + sign * eps * way if one is leaf else v) for one, v in self._point]) for sign in (1, -1)]
        return way, (ends[0] - ends[1]) / (2 * eps)
