r"""Schedules of the learning rate: functions step -> factor. Step 0 makes the first update, with the rate factor(0) η.

Derived in: notebooks/08_training_that_fails.ipynb
"""

import math

from helpers import checks


def warm_up(steps):
    """min(1, (step + 1) / steps): the rate grows along a straight line and is whole from the update number `steps` on.

    Derived in: notebooks/08_training_that_fails.ipynb, "What does a warm-up change?"
    """
    steps = checks.whole("steps", steps)
    return lambda step: min(1.0, (step + 1) / steps)


def step_decay(every, factor=0.5):
    """factor^⌊step / every⌋: after each `every` updates the rate falls to `factor` of what it was, 0 < factor <= 1.

    Derived in: notebooks/08_training_that_fails.ipynb, "What if the rate decays too early?"
    """
    every, factor = checks.whole("every", every), checks.positive("factor", factor, most=1)
    return lambda step: factor ** (step // every)


def exponential_decay(half_life):
    """2^(-step / half_life): every `half_life` updates, the rate has halved.

    Derived in: notebooks/08_training_that_fails.ipynb, "What if the rate decays too early?"
    """
    half_life = checks.positive("half_life", half_life)
    return lambda step: 2.0 ** (-step / half_life)


def cosine(steps, last=0.0):
    """last + (1 - last) (1 + cos(π step / steps)) / 2: from 1 down to `last` in `steps` updates, where it stays.

    Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
    Derived in: notebooks/08_training_that_fails.ipynb, "What if the rate decays too early?"
    """
    steps, last = checks.whole("steps", steps), checks.positive("last", last, zero=True, most=1)
    return lambda step: last + (1 - last) * (1 + math.cos(math.pi * min(step, steps) / steps)) / 2


def after(steps, schedule):
    """schedule(step - steps), and schedule(0) before: a schedule that begins later, as in product(warm_up(20), after(20, cosine(980))).

    Derived in: notebooks/08_training_that_fails.ipynb, "What if the rate decays too early?"
    """
    steps, schedule = checks.whole("steps", steps, least=0), checks.function("schedule", schedule, "schedule(step)")
    return lambda step: schedule(max(0, step - steps))


def product(*schedules):
    """schedules[0](step) · schedules[1](step) · ...: several schedules at once.

    Derived in: notebooks/08_training_that_fails.ipynb, "What if the rate decays too early?"
    """
    for i, schedule in enumerate(schedules):
        checks.function(f"schedules[{i}]", schedule, "schedule(step)")
    return lambda step: math.prod(schedule(step) for schedule in schedules)


def factors(schedule, steps):
    """[schedule(0), ..., schedule(steps - 1)], after checking that each is one finite number >= 0.

    Raises TypeError where schedule cannot be called, ValueError where it returns something else.
    """
    checks.function("schedule", schedule, "schedule(step)")
    return [_factor(schedule(step), step) for step in range(steps)]


def _factor(factor, step):
    try:
        return checks.positive("factor", factor, zero=True)
    except (TypeError, ValueError):
        raise ValueError(f"schedule({step}) returned {checks.shown(factor)}, expected one finite number >= 0, a factor of the rate") from None
