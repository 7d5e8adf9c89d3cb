r"""A dead network is one number, its output bias b: the loss as a function of b, its curvature, and where descent on it ends.

Where all units of the last hidden layer are off for every example, the output is sigmoid(b) whatever the input. With a
share f of labels 1 the loss is J(b) = ln(1 + e^b) - f b.

Derived in: notebooks/08_training_that_fails.ipynb
"""

import math

import numpy as np

from helpers import checks
from helpers.curvature.quadratic import threshold
from helpers.curvature.steps import heavy_ball, runs
from helpers.losses import SIGMOID, get_loss

_BCE = get_loss("sigmoid")


def bias_loss(b, f):
    """J(b) = ln(1 + e^b) - f b, the mean cross-entropy in nats where the output is sigmoid(b) for every example.

    b : float or array; f : float, the share of labels 1, between 0 and 1. Returns a float, or an array of b's shape.
    Its slope is sigmoid(b) - f, 0 where sigmoid(b) = f: there it is the floor, the entropy of the labels.
    Derived in: notebooks/08_training_that_fails.ipynb, "Why does a dead network jump?"
    """
    b, f = checks.floats("b", b).astype(float), _share(f)
    loss = _loss(b, f)
    return loss if b.ndim else float(loss)


def bias_curvature(f):
    """f (1 - f): the curvature of the loss in the output bias of a dead network, at its minimum; at most 1/4.

    f : float, the share of labels 1. The slope sigmoid(b) - f has the slope sigmoid(b) (1 - sigmoid(b)), and sigmoid(b) = f.
    The threshold of the rate, 2 / (f (1 - f)), is 8 for balanced labels. Returns a float. Raises ValueError outside (0, 1).
    Derived in: notebooks/08_training_that_fails.ipynb, "Why does a dead network jump?"
    """
    f = _share(f)
    return f * (1 - f)


def descend_bias(f, start, *, learning_rate, steps, beta=0.0):
    """Heavy ball on `bias_loss`: v <- beta v + sigmoid(b) - f, b <- b - learning_rate v, with v = 0 at first.

    f, start : float; learning_rate, beta : float or array, one run for each. Returns b and the loss, each (*runs, steps + 1).
    Derived in: notebooks/08_training_that_fails.ipynb, "Why does a dead network jump?"
    """
    f = _share(f)
    start = _number("start", start)
    rates, betas = runs(learning_rate, beta)
    b = heavy_ball(lambda b: _slope(b, f), np.array([start]), rates, betas, checks.whole("steps", steps))[..., 0]
    return b, _loss(b, f)


def dead_cycle(f, rate, start=1.0, most=64):
    """The output biases among which gradient descent on a dead network goes round in the end, shape (period,).

    Up to the threshold 2 / (f (1 - f)) that is one, ln(f / (1 - f)). Above it, for balanced labels, two: b and -b with
    4 b = rate tanh(b / 2), which attract at every such rate, since a step multiplies the distance from them by
    1 - rate sigmoid'(b) = 1 - 2 b / sinh b, between -1 and 1. For other shares the two become four, eight, ... as the rate
    grows, then any number, and for some rates no cycle is found: then `most` biases that follow one another are returned.
    Which of these holds at a rate is told by running 20,000 steps, not by a law.

    f : share of labels 1; rate : learning rate; start : where b begins (at b = ln(f / (1 - f)) itself nothing would move);
    most : the longest cycle that is looked for. Raises ValueError for numbers out of range.
    Derived in: notebooks/08_training_that_fails.ipynb, "Why does a dead network jump?"
    """
    f, rate, most = _share(f), checks.positive("rate", rate), checks.whole("most", most)
    b = _number("start", start)
    if rate <= threshold(bias_curvature(f)):
        return np.array([math.log(f / (1 - f))])
    if rate > _LARGEST_RATE:
        raise ValueError(f"rate is {rate:g}, expected at most {_LARGEST_RATE:g}: no cycle is told from rounding beyond that")
    for _ in range(_SETTLED):
        b -= rate * (_sigmoid(b) - f)
    orbit = [b]
    for _ in range(2 * most):
        orbit.append(orbit[-1] - rate * (_sigmoid(orbit[-1]) - f))
    orbit = np.array(orbit)
    return orbit[: period(orbit, rate, most) or most]


def period(b, rate, most=64):
    """After how many steps the biases b come round again, a whole number from 1 to `most`; 0 where they do not.

    b : array of at least most + 2 biases at the end of a run; rate : its learning rate, beside a millionth of which two biases
    count as one: at high rates a cycle creeps, since sigmoid is flat far out. Raises ValueError for fewer biases.
    """
    b, rate, most = checks.floats("b", b), checks.positive("rate", rate), checks.whole("most", most)
    if b.ndim != 1 or len(b) < most + 2:
        raise ValueError(f"b has shape {b.shape}, expected at least {most + 2} biases, two more than the longest cycle that is looked for")
    return next((k for k in range(1, most + 1) if np.abs(b[k:] - b[:-k]).max() <= _SAME * rate), 0)


def dead_loss(f, rate, start=1.0, most=64):
    """The losses between which gradient descent on a dead network jumps in the end, in nats: `bias_loss` of `dead_cycle`, (period,).

    One, the floor, up to the threshold of the rate; at rate 10 with balanced labels two that are equal, 1.0444, so that the
    curve of the loss looks still. Arguments as in `dead_cycle`.
    Derived in: notebooks/08_training_that_fails.ipynb, "Why does a dead network jump?"
    """
    return bias_loss(dead_cycle(f, rate, start, most), f)


_SETTLED = 20_000
"""Steps after which a run is taken to have reached its cycle."""

_SAME = 1e-6
"""Biases nearer than this share of the rate count as one."""

_LARGEST_RATE = 1e6


def _loss(b, f):
    """The loss of label 1 and of label 0 at once, weighted by their shares."""
    with np.errstate(all="ignore"):
        each = _BCE.per_example_from_logits(np.asarray(b)[..., None, None], np.array([[1.0, 0.0]]))
        return each @ np.array([f, 1 - f])


def _slope(b, f):
    return SIGMOID.value_rule(b) - f


def _sigmoid(b):
    """One float at a time, which takes a twentieth of an array's time; e^-b of a b that no cycle reaches is cut off."""
    return 1 / (1 + math.exp(min(-b, 700.0)))


def _number(name, value):
    number = checks.floats(name, value)
    if number.ndim:
        raise ValueError(f"{name} has shape {number.shape}, expected one number")
    return float(number)


def _share(f):
    f = checks.positive("f", f)
    if f >= 1:
        raise ValueError(f"f is {f:g}, expected a share of labels 1 between 0 and 1, with both classes there")
    return f
