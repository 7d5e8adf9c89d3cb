"""How far each gradient is from right; of a flat vector, each of its entries.

A flat vector holds the parameters of all layers, so a repair of one layer makes a part of it right: judged as a whole, none of several
repairs would be seen to help.
"""

import math
from dataclasses import dataclass

import numpy as np

from helpers.clinic.model import truth

RIGHT, TURNED, SCALED, TURNED_AND_SCALED, WRONG, MISSING = range(6)
"""How far a gradient is from right: minus what it should be; in the right direction but of another size; both; anything else; no gradient."""


@dataclass(frozen=True)
class State:
    """How far each parameter's gradient is from right: `distances` {name: RIGHT … MISSING}; `trouble` where the code stopped."""

    distances: dict
    trouble: Exception | None = None

    @property
    def wrong(self):
        """The parameters whose gradient is wrong."""
        return frozenset(name for name, distance in self.distances.items() if distance)

    @property
    def total(self):
        """All distances together."""
        return sum(self.distances.values())

    @property
    def is_off_everywhere(self):
        """Whether several gradients are wrong, each of them in its size or sign only."""
        wrong = [distance for distance in self.distances.values() if distance]
        scaled = sum(distance <= TURNED_AND_SCALED for distance in wrong)
        return len(wrong) > 1 and len(wrong) > len(self.distances) / 2 and scaled >= len(wrong) / 2

    def no_worse_than(self, other):
        """Whether no parameter is further from right than there."""
        return all(distance <= other.distances[name] for name, distance in self.distances.items())


LEAST = 6
"""Shorter vectors are judged as a whole."""


class Parts:
    """What is judged apart: parameters by their names, the entries of a flat vector as "theta[3]". `names`: all of them."""

    def __init__(self, points):
        values = points[0].values
        size = sum(np.size(value) for value in values.values())
        self.flat = [n for n in points[0].slopes if np.ndim(values[n]) == 1 and max(LEAST, size / 2) <= np.size(values[n])]
        self.entries = {name: np.flatnonzero(np.all([p.slopes[name].decided for p in points], axis=0)) for name in self.flat}
        self.keys = {n: [f"{n}[{i}]" for i in self.entries[n]] if len(self.entries.get(n, ())) else [n] for n in points[0].slopes}
        self.names = tuple(key for keys in self.keys.values() for key in keys)

    def state(self, told):
        """The State of gradients at several points. told : list of (Point, {name: gradient})"""
        total = truth.overall([truth.judged(point, gradients) for point, gradients in told])
        found = {}
        for name, keys in self.keys.items():
            distance = _distance(total.factors.get(name), total.errors.get(name)) if name in total.wrong else RIGHT
            found |= dict.fromkeys(keys, distance)
            if distance == WRONG and len(keys) > 1:
                right = np.all([self._right(name, point, gradients[name]) for point, gradients in told], axis=0)
                if not right.all():
                    found |= {key: RIGHT for key, is_right in zip(keys, right, strict=True) if is_right}
        return State(found)

    def _right(self, name, point, gradient):
        """Which entries of a flat vector are right at a point."""
        entries, slopes = self.entries[name], point.slopes[name]
        ours, D = np.asarray(gradient, dtype=float)[entries], slopes.D[entries]
        least = 1e-7 * np.linalg.norm(D) / max(1, np.sqrt(len(D)))
        return np.abs(ours - D) <= truth.TOLERANCE * (np.abs(ours) + np.abs(D)) + slopes.bound[entries] + least

    def whole(self, keys, wrong):
        """The parameters of which all that was `wrong` is among `keys`."""
        return frozenset(name for name, own in self.keys.items() if set(own) & wrong and set(own) & wrong <= set(keys))

    def of(self, keys):
        """The parameters to which parts belong."""
        return frozenset(name for name, own in self.keys.items() if set(own) & set(keys))


def _distance(factor, error):
    """From the factor by which a wrong gradient differs from what it should be, and its relative error."""
    if factor is None:
        return MISSING if error is None or math.isinf(error) else WRONG
    if abs(abs(factor) - 1) < 1e-3:
        return TURNED
    return SCALED if factor > 0 else TURNED_AND_SCALED
