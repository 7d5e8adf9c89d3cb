"""Draw points at which nothing is special: the loss is moderate there, and depends on every parameter if that can be had."""

import numpy as np

from helpers.clinic.model.subject import Trouble

_SHRUNK = 0.6 ** np.arange(15)  # down to less than a thousandth
_ABOVE = 0.5  # the loss of a point lies at most so much, in parts of it, above that of parameters next to 0
_GENTLE = 0.1  # the same where the loss has to be gentle
_VANISHING = 0.75  # of itself is the loss at most, where parameters next to 0 shrink to 0.6 of themselves, if it goes to 0 with them
_TRIES = 8  # for a point at which the loss depends on every parameter
_ENOUGH = 3  # tries after which a point is taken that is as good as the best ever
_NUDGE = 2.0**-10  # so much of its size is a parameter moved to see whether the loss depends on it


class Draws:
    """Random points of a subject. `first` : its loss at the start."""

    def __init__(self, subject, first, generator):
        self.subject, self.first, self.generator = subject, first, generator
        self.most_alive = 0

    def __call__(self, gentle=False, flipped=False):
        """(values, loss) of a new point; None where there is none.

        gentle : with parameters so small that the loss is about that of parameters near 0. flipped : with random signs, at once; else only
        where the loss does not depend on every parameter: units that are off at every point near the start may be on elsewhere.
        """
        best = None
        for attempt in range(_TRIES):
            found = self._moderate(gentle, flipped or attempt % 2 == 1)
            if found is None:
                continue
            alive = self._alive(*found)
            self.most_alive = max(self.most_alive, alive)
            if best is None or alive > best[0]:
                best = alive, found
            if alive == len(found[0]) or (attempt + 1 >= _ENOUGH and best[0] >= self.most_alive):
                break
        return best[1] if best else None

    def _moderate(self, gentle, flipped):
        """A point whose loss is at most a little above that of parameters next to 0, if it can be had, else the lowest; (values, loss) or None."""
        start = self.subject.start
        noise = {n: max(0.6 * rms(v), usual(v)) * self.generator.normal(size=v.shape) for n, v in start.items()}
        signs = {n: self._signs(v) if flipped else 1.0 for n, v in start.items()}
        moved = {n: signs[n] * v + noise[n] for n, v in start.items()}
        limit, best = self._limit(moved, _GENTLE if gentle else _ABOVE), None
        for s in _SHRUNK[2:] if gentle else _SHRUNK:
            for values in ({n: s * v for n, v in moved.items()}, {n: v + s * (moved[n] - v) for n, v in start.items()}):
                values = _held(values)
                loss = asked(self.subject, values)
                if loss is not None and (best is None or loss < best[1]):
                    best = values, loss
                if loss is not None and loss <= limit:
                    return values, loss
        return best

    def _limit(self, moved, above):
        """Up to which the loss is moderate: a little above that of parameters next to 0. One that goes to 0 with them, as (out ** 2).sum() does,
        says nothing there, where every activation is a straight line: then it is a part of what it is at the start."""
        quiet, quieter = (asked(self.subject, _held({n: s * v for n, v in moved.items()})) for s in (_SHRUNK[-1], 0.6 * _SHRUNK[-1]))
        if quiet is None:
            return self.first + above * abs(self.first)
        vanishing = quieter is not None and abs(quieter) <= _VANISHING * abs(quiet)
        return above * abs(self.first) if vanishing else quiet + above * abs(quiet)

    def _signs(self, value):
        """Random signs for a parameter that has both; 1 for one that may have to be positive."""
        both = value.size > 1 and value.min() < 0 < value.max()
        return self.generator.choice([-1.0, 1.0], size=value.shape) if both else 1.0

    def _alive(self, values, loss):
        """On how many parameters the loss depends there."""
        alive = 0
        for name, value in values.items():
            step = _NUDGE * max(rms(value), usual(value) / 4) * self.generator.normal(size=value.shape)
            nudged = asked(self.subject, values | {name: np.asarray(value + step)})
            alive += nudged is not None and nudged != loss
        return alive


def rms(value):
    """The root of the mean square."""
    return float(np.sqrt(np.mean(value**2))) if value.size else 0.0


def usual(value):
    """A size that parameters of such a shape often have: that of weights after a usual start, 0.2 for biases."""
    return 0.5 / np.sqrt(max(value.shape)) if value.ndim > 1 else 0.2


def asked(subject, values):
    """The loss there; None where it raises or is not finite."""
    try:
        loss = subject.loss(values)
    except Trouble:
        return None
    return loss if np.isfinite(loss) else None


def _held(values):
    """Rounded so that float32 holds them as they are."""
    return {name: np.array(np.asarray(value).astype(np.float32), dtype=float) for name, value in values.items()}
