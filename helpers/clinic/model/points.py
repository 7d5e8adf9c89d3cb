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

from helpers.clinic.model.slopes import DECIDED, collected, slopes_along, typical_of
from helpers.clinic.model.subject import Trouble
from helpers.gradcheck.along import EPS_32, noise_along, step_for

DRAWN = 2
"""Points that are drawn, beside the one as it came."""

DIRECTIONS = 3
"""Random directions over all entries, where not every entry is measured."""

_SECONDS = 0.25  # processor time for one point, about, a quarter of the values of its differences
_SHRUNK = 0.6 ** np.arange(15)  # down to less than a thousandth
_ABOVE = 0.5  # the loss of a point that is drawn lies at most so much, in parts of it, above that of parameters next to 0
_GENTLE = 0.1  # the same where the loss has to be gentle


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
    generator = np.random.default_rng(rng)
    first, cost = _first(subject)
    entries = _entries(subject.start, 4 ** int(np.clip(np.log(_SECONDS / max(cost, 1e-6)) / np.log(4), 0, 6)) if most is None else most, generator)
    places = [(subject.start, first, False), *(p for _ in range(DRAWN) if (p := _drawn(subject, first, generator, gentle)) is not None)]
    losses = [loss for _, loss, _ in places]
    if len(places) > 1 and (gentle or first - max(losses[1:]) > 3 * max(map(abs, losses[1:]))):
        places = places[1:]
    change = max(map(abs, losses))
    single = len(set(losses)) > 1 and all(loss == float(np.float32(loss)) for loss in losses)
    return tuple(_measured(subject, *place, entries, change, single, generator) for place in places)


def _first(subject):
    """The loss at the start and the processor time that it takes. Raises Trouble where it is not finite, or not the same again."""
    first = subject.loss(subject.start)
    began = time.process_time()
    again = [subject.loss(subject.start) for _ in range(3)]
    cost = (time.process_time() - began) / 3
    if not np.isfinite(first):
        raise Trouble(f"the loss is {first} at the parameters as they come, expected a finite number: it has no slope there")
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


# --- drawing ---------------------------------------------------------------------------------------------------------


def _rms(value):
    return float(np.sqrt(np.mean(value**2))) if value.size else 0.0


def _usual(value):
    """A size that parameters of such a shape often have: that of weights after a usual start, 0.2 for biases."""
    return 0.5 / np.sqrt(max(value.shape)) if value.ndim > 1 else 0.2


def _asked(subject, values):
    """The loss there; None where it raises or is not finite."""
    try:
        loss = subject.loss(values)
    except Trouble:
        return None
    return loss if np.isfinite(loss) else None


def _drawn(subject, first, generator, gentle):
    """A random point with a moderate loss, (values, loss, True), about that of parameters near 0 if it can be had. None: there is none."""
    noise = {n: max(0.6 * _rms(v), _usual(v)) * generator.normal(size=v.shape) for n, v in subject.start.items()}
    quiet = _asked(subject, _held({n: _SHRUNK[-1] * (v + noise[n]) for n, v in subject.start.items()}))
    limit = first if quiet is None else quiet
    limit, best = limit + (_GENTLE if gentle else _ABOVE) * abs(limit), None
    for s in _SHRUNK[2:] if gentle else _SHRUNK:
        for values in ({n: s * (v + noise[n]) for n, v in subject.start.items()}, {n: v + s * noise[n] for n, v in subject.start.items()}):
            values = _held(values)
            loss = _asked(subject, values)
            if loss is not None and (best is None or loss < best[1]):
                best = values, loss, True
            if loss is not None and loss <= limit:
                return values, loss, True
    return best


def _held(values):
    """Rounded so that float32 holds them as they are."""
    return {name: np.array(np.asarray(value).astype(np.float32), dtype=float) for name, value in values.items()}


# --- measuring -------------------------------------------------------------------------------------------------------


def _measured(subject, values, loss, drawn, entries, change, single, generator):
    """The Point at `values`. change : how much the loss differs between points; single : whether it is held in float32."""
    scales = {name: max(_rms(value), _usual(value) / 4) for name, value in values.items()}
    noise = _noise(subject, values, scales, generator)
    noise = 2 * max(noise, EPS_32 * abs(loss) / 2 if single else 0.0)
    h = step_for(noise, change)
    found = {}
    for name, value in values.items():
        step = 2.0 ** np.round(np.log2(h * scales[name]))  # a power of 2: a parameter plus it is rounded least
        ways = generator.normal(size=(0 if len(entries[name]) == value.size else DIRECTIONS, *value.shape))
        ways /= np.sqrt((ways**2).sum(axis=tuple(range(1, ways.ndim)), keepdims=True)) if len(ways) else 1
        moves = [partial(_entry_moved, value, index) for index in entries[name]] + [partial(_moved, value, way) for way in ways]
        found[name] = slopes_along([partial(_loss_at, subject, values, name, move) for move in moves], loss, step, noise), ways
    typical = {name: typical_of(slopes) * scales[name] for name, (slopes, _) in found.items()}
    seen = DECIDED[1] * max(typical.values())
    slopes = {name: collected(values[name].shape, entries[name], *found[name], seen / scales[name]) for name in values}
    return Point(values, loss, slopes, drawn)


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


def _noise(subject, values, scales, generator):
    """About what rounding does to one value of the loss, the smaller of two lines through all parameters: a line may cross a kink."""
    size = np.sqrt(sum(value.size for value in values.values()))
    levels = []
    for _ in range(2):
        way = {name: scales[name] / size * generator.normal(size=value.shape) for name, value in values.items()}

        def along(t, way=way):
            loss = _asked(subject, {name: np.asarray(value + t * way[name]) for name, value in values.items()})
            return np.nan if loss is None else loss

        levels.append(noise_along(along, 2.0**-20)[0])
    noise = min(levels)
    if not np.isfinite(noise):
        raise Trouble("the loss is not finite next to a point where it is: it has no slope there")
    return noise
