"""Where code is judged: the point as it came and others nearby, with the slopes of the learner's own loss there.

A point as it came is often special: biases of 0, tiny weights, saturated units, none of which shows a fault. Points that are drawn are
not. Their loss is moderate, so that no probability lies where `log(p + 1e-8)` or a clip flattens it: there right code looks wrong.

The slopes are central differences of all entries, or of some of them and along random directions, which see every entry. Each has a
bound for its error (`gradcheck.along`); where a kink or rounding leaves too little of it, it is not decided, and nothing is guessed.
"""

import time
from dataclasses import dataclass
from functools import partial

import numpy as np

from helpers.clinic.model.draws import Draws, asked, rms, usual
from helpers.clinic.model.slopes import DECIDED, collected, slopes_along, typical_of
from helpers.clinic.model.subject import Trouble
from helpers.gradcheck.along import EPS_32, noise_along, step_for

DRAWN = 2
"""Points that are drawn, beside the one as it came."""

DIRECTIONS = 3
"""Random directions over all entries, where not every entry is measured."""

GLANCES = 6
"""Further points at which right gradients are compared along one direction for each parameter."""

GENTLE = 4
"""Points that are drawn where the loss has to be gentle."""

_QUICK = 2e-3  # seconds of one loss up to which more points cost little
_SECONDS = 0.25  # processor time for one point, about, a quarter of the values of its differences


@dataclass(frozen=True)
class Point:
    """One point: `values` {name: ndarray}, the `loss` there, `slopes` {name: Slopes}, and whether it was `drawn`."""

    values: dict
    loss: float
    slopes: dict
    drawn: bool = True


def points(subject, rng=0, most=None, gentle=False):
    """The point as it came, and two that are drawn, with the slopes of the loss.

    Parameters
    ----------
    subject : Subject
    rng : numpy.random.Generator or int
    most : int, optional
        Entries measured at one point, over all parameters together; None: as many as take about a second. Where there are more, random
        directions are measured as well.
    gentle : bool
        Drawn points only, with parameters so small that the loss is about that of parameters near 0.

    Returns
    -------
    tuple of Point
        The one as it came first; it is left out where its loss lies far above that of the others.

    Raises Trouble where the loss at the start does, or is not finite, or is another one when it is asked again.
    """
    return Ground(subject, rng, most).points(gentle)


class Ground:
    """Where a subject is judged: its loss at the start and what that costs, and points as they are asked for."""

    def __init__(self, subject, rng=0, most=None):
        self.subject, self.generator = subject, np.random.default_rng(rng)
        self.first, self.cost = _first(subject)
        if most is None:
            most = 4 ** int(np.clip(np.log(_SECONDS / max(self.cost, 1e-6)) / np.log(4), 0, 6))
        self.most = most
        self.entries = _entries(subject.start, most, self.generator)
        self.draw = Draws(subject, self.first, self.generator)
        self.losses = [self.first]

    def points(self, gentle=False):
        """As the function `points`."""
        number = GENTLE if gentle and self.cost < _QUICK else DRAWN
        places = self._drawn(number, gentle=gentle)
        high = bool(places) and self.first - max(loss for _, loss in places) > max(abs(loss) for _, loss in places)
        kept = [] if places and (gentle or high) else [self.start()]
        return (*kept, *(self._measured(*place, True, self.entries, DIRECTIONS) for place in places))

    def start(self):
        """The point as it came."""
        return self._measured(self.subject.start, self.first, False, self.entries, DIRECTIONS)

    def glances(self):
        """A few points with random signs and one direction for each parameter: cheap, and elsewhere."""
        nothing = {name: np.zeros(0, dtype=int) for name in self.entries}
        places = self._drawn(GLANCES if self.cost < _QUICK else 1 if self.cost < 10 * _QUICK else 0, flipped=True)
        return tuple(self._measured(*place, True, nothing, 1) for place in places)

    def fully(self, point):
        """A glance, measured as the others are."""
        return self._measured(point.values, point.loss, point.drawn, self.entries, DIRECTIONS)

    def _drawn(self, number, **options):
        places = [place for _ in range(number) if (place := self.draw(**options)) is not None]
        self.losses += [loss for _, loss in places]
        return places

    def _measured(self, values, loss, drawn, entries, directions):
        """The Point at `values`."""
        single = len(set(self.losses)) > 1 and all(loss == float(np.float32(loss)) for loss in self.losses)
        noise = 2 * max(_noise(self.subject, values, self.generator), EPS_32 * abs(loss) / 2 if single else 0.0)
        h, found = step_for(noise, max(map(abs, self.losses))), {}
        for name, value in values.items():
            step = 2.0 ** np.round(np.log2(h * _scale(value)))  # a power of 2: a parameter plus it is rounded least
            ways = self._ways(value.shape, 0 if len(entries[name]) == value.size else directions)
            moves = [partial(_entry_moved, value, index) for index in entries[name]] + [partial(_moved, value, way) for way in ways]
            found[name] = slopes_along([partial(_loss_at, self.subject, values, name, move) for move in moves], loss, step, noise), ways
        seen = DECIDED[1] * max(typical_of(slopes) * _scale(values[name]) for name, (slopes, _) in found.items())
        slopes = {name: collected(value.shape, entries[name], *found[name], seen / _scale(value)) for name, value in values.items()}
        return Point(values, loss, slopes, drawn)

    def _ways(self, shape, number):
        """So many random directions, each of length 1."""
        ways = self.generator.normal(size=(number, *shape))
        return ways / np.sqrt((ways**2).sum(axis=tuple(range(1, ways.ndim)), keepdims=True)) if number else ways


def _scale(value):
    """About how far a parameter can be moved before the loss is another one."""
    return max(rms(value), usual(value) / 4)


def _first(subject):
    """The loss at the start and the processor time that it takes. Raises Trouble where it is not finite, or not the same again."""
    first = subject.loss(subject.start)
    began = time.process_time()
    again = [subject.loss(subject.start) for _ in range(3)]
    cost = (time.process_time() - began) / 3
    if not np.isfinite(first):
        raise Trouble(
            f"the loss is {first} at the parameters as they come, expected a finite number: it has no slope there. "
            "If training has made it so, hand over parameters as they were before it"
        )
    other = next((value for value in again if abs(value - first) > 1e-9 * max(abs(first), abs(value))), None)
    if other is not None:
        raise Trouble(f"the loss is {first:.6g}, and {other:.6g} when it is asked again with the same parameters: does it draw random numbers "
                      "from a generator that is made anew each time, or keep something from call to call?")  # fmt: skip
    return first, cost


def _entries(start, most, generator):
    """Which entries are measured: {name: flat indices}, all where there are not twice as many as `most`."""
    sizes = {name: value.size for name, value in start.items()}
    if sum(sizes.values()) <= 2 * most:
        return {name: np.arange(size) for name, size in sizes.items()}
    chosen, left, names = {}, most, sorted(sizes, key=sizes.get)
    for k, name in enumerate(names):
        number = min(sizes[name], max(2, left // (len(names) - k)))
        left -= number
        chosen[name] = np.sort(generator.choice(sizes[name], number, replace=False))
    return {name: chosen[name] for name in start}


def _entry_moved(value, index, t):
    moved = value.copy()
    moved.flat[index] += t
    return moved


def _moved(value, way, t):
    return np.asarray(value + t * way)


def _loss_at(subject, values, name, move, t):
    """The loss with one parameter moved by t; NaN where it raises."""
    try:
        return subject.loss({**values, name: move(t)})
    except Trouble:
        return np.nan


def _noise(subject, values, generator):
    """About what rounding does to one value of the loss, the smaller of two lines through all parameters: a line may cross a kink."""
    size = np.sqrt(sum(value.size for value in values.values()))
    levels = []
    for _ in range(2):
        way = {name: _scale(value) / size * generator.normal(size=value.shape) for name, value in values.items()}

        def along(t, way=way):
            loss = asked(subject, {name: np.asarray(value + t * way[name]) for name, value in values.items()})
            return np.nan if loss is None else loss

        levels.append(noise_along(along, 2.0**-20)[0])
    noise = min(levels)
    if not np.isfinite(noise):
        raise Trouble("the loss is not finite next to a point where it is: it has no slope there")
    return noise
