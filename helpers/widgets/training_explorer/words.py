"""What the training explorer says: what happened up to a recorded step, in the words of notebook 00."""

import numpy as np

from helpers.training import at_floor, fate
from helpers.widgets.kit.numerals import number
from helpers.widgets.training_explorer.experiment import STEPS, UNITS

WHY_DEAD = {"relu": "off for every example"}
FATES = {"trains": "The run trains.", "stuck": "The run is stuck.", "neither": "The run neither trains nor is stuck."}


def of_run(experiment, rate, seen, dead, r):
    """The sentences of all recorded steps of run r: `seen` its arrays as in `recording.run`, `dead` the masks of all steps and runs."""
    masks = [layer[:, r] for layer in dead]
    return [of_step(experiment, rate, seen, masks, k) for k in range(len(STEPS))]


def of_step(experiment, rate, seen, masks, k):
    """The sentences of recorded step k."""
    step, stopped = STEPS[k], int(seen["stopped"])
    if 0 <= stopped <= step and not np.isfinite(seen["loss"][k]):
        return of_stop(stopped, seen["loss"][k])
    before = STEPS[k - 1] if k else 0
    parts = [of_the_dead(experiment, masks, step), of_comebacks(masks, before, step), of_the_output(experiment, seen, k)]
    parts.append(of_loss(experiment, rate, seen, k))
    if step == STEPS[-1]:
        parts.append(of_the_end(experiment, seen, k))
    return f"Step {step}: " + " ".join(part for part in parts if part)


def of_stop(step, loss):
    """Where the run ended early."""
    if step == 0:
        return f"Step 0: the loss is {infinite(loss)} before the first update, so there is nothing to descend. The run cannot begin."
    return f"Step {step}: the loss is {infinite(loss)}. The run has stopped; the pictures show its last finite networks."


def infinite(loss):
    """A loss that is no finite number, in words."""
    return "infinite" if np.isinf(loss) else "not a number (NaN)"


def of_the_dead(experiment, masks, step):
    """How many units of each layer are dead, and what that means here."""
    counts = [int(mask[step].sum()) for mask in masks]
    why = WHY_DEAD.get(experiment.hidden, "slope 0 for every example")
    whole = [l for l, count in enumerate(counts, start=1) if count == UNITS]
    if not any(counts):
        return "no unit is dead."
    if len(whole) == 2:
        return f"all {sum(counts)} units are dead, {why}: no example's input reaches the output."
    said = " and ".join(f"{count} of {UNITS} units of layer {l}" for l, count in enumerate(counts, start=1) if count)
    verb = "is" if sum(counts) == 1 else "are"
    return f"{said} {verb} dead, {why}" + (f": layer {whole[0]} lets nothing through." if whole else ".")


def of_comebacks(masks, before, step):
    """Which units have come back since the recorded step before."""
    said = []
    for l, mask in enumerate(masks, start=1):
        back = np.flatnonzero((mask[before:step].any(axis=0)) & ~mask[step]) + 1
        if back.size:
            named = listed(back)
            said.append(f"unit{'s' if back.size > 1 else ''} {named} of layer {l} {'come' if back.size > 1 else 'comes'} back")
    text = " and ".join(said)
    return text and text[0].upper() + text[1:] + "."


def of_the_output(experiment, seen, k):
    """Whether a ReLU in the output is dead: then every gradient is 0, though the network still makes mistakes."""
    dead = experiment.unit == "relu" and not seen["norms"][k].any() and seen["accuracy"][k] < 1
    return "The output unit is off for every example, so every gradient is 0." if dead else ""


def listed(numbers):
    """1; 1 and 2; 1, 2 and 3."""
    numbers = [str(n) for n in numbers]
    return " and ".join([", ".join(numbers[:-1])] * (len(numbers) > 1) + numbers[-1:])


def of_loss(experiment, rate, seen, k):
    """The loss beside the floor, and the accuracy."""
    loss, floor = seen["loss"][k], experiment.floor
    cycle = experiment.cycle(rate)
    near = at_floor(loss, experiment.Xy[1]) if experiment.loss == "bce" else abs(loss - floor) <= 0.01 * floor
    whole = (seen["states"][k].reshape(2, -1) == 1).all(axis=1).any()
    if cycle and whole and cycle[0] * 0.99 <= loss <= cycle[1] * 1.01:
        where = f"in the cycle of a dead network beyond rate {number(experiment.threshold)}"
    elif near:
        where = f"at the floor of {number(floor)}"
    elif loss < floor:
        where = "below the floor, so the input is used"
    else:
        where = f"above the floor of {number(floor)}"
    return f"Loss {number(loss)}, {where}; accuracy {number(seen['accuracy'][k], 3)}."


def of_the_end(experiment, seen, k):
    """What became of the run, where the words for it are defined: for cross-entropies."""
    return FATES[fate(seen["loss"][k], seen["accuracy"][k], experiment.Xy[1])] if experiment.loss == "bce" else ""
