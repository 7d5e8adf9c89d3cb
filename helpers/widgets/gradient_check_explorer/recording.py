"""What the gradient check explorer plays: differences over a grid of step sizes in two precisions, and z drawn over a kink."""

from functools import cache

import numpy as np

from helpers.activations import ACTIVATIONS, make_leaky_relu
from helpers.gradcheck import STEP, TOLERANCE
from helpers.widgets.gradient_check_explorer import words
from helpers.widgets.kit.base import table

FUNCTIONS = ("sigmoid", "tanh", "softplus", "silu")
POINTS = (-2.0, -0.5, 0.7, 1.0, 3.0)
EXPONENTS = np.arange(-160, 1) / 10  # log10 of the step
STEPS = np.array([float(f"1e{k:.0f}") if k == int(k) else 10.0**k for k in EXPONENTS])
PRECISIONS = ("float64", "float32")
DIFFERENCES = ("central", "one_sided")
GRID = np.arange(-120, 121) / 20  # z of the functions' curves
SMOOTH = 9  # steps over whose errors the median is taken before the best is looked for: the rounding side is ragged

KINKED = {"relu": ACTIVATIONS["relu"], "leaky_relu": make_leaky_relu(0.1)}
KINK_STEPS = (1e-1, 1e-3, 1e-5, 1e-7)
SHARES = np.arange(-120, 121) / 40  # z / h


@cache
def recording():
    """The whole recording, the same for every explorer."""
    return {
        "exponents": table(EXPONENTS), "steps": table(STEPS), "functions": FUNCTIONS, "labels": words.LABELS, "points": POINTS,
        "precisions": PRECISIONS, "differences": DIFFERENCES, "curves": {name: [curve(name, z) for z in POINTS] for name in FUNCTIONS},
        "grid": table(GRID), "shapes": {name: table(ACTIVATIONS[name].value(GRID)) for name in FUNCTIONS}, "crossings": words.CROSSINGS,
        "shares": table(SHARES), "kink_steps": KINK_STEPS, "kinked": list(KINKED), "sides": words.SIDES, "verdicts": words.VERDICTS,
        "kinks": {name: [near_kink(name, h) for h in KINK_STEPS] for name in KINKED}, "step": STEP, "tolerance": TOLERANCE,
    }  # fmt: skip


def relative_errors(a, b):
    """`relative_error` of each entry with its partner: |a - b| / (|a| + |b|), 0 where both are 0."""
    size = np.abs(a) + np.abs(b)
    return np.divide(np.abs(a - b), size, out=np.zeros_like(size), where=size > 0)


def differences(activation, z, h, dtype):
    """What happens in `dtype` at z and steps h: z + h, z - h, the values there and at z, and both differences.

    Returns a dict of arrays of that dtype, in the shape of h. A quotient of differences is computed in that dtype, too, as a
    check in that precision would.
    """
    z, h = np.broadcast_arrays(np.asarray(z, dtype=dtype), np.asarray(h, dtype=dtype))
    up, down = z + h, z - h
    at, above, below = activation.value(z), activation.value(up), activation.value(down)
    return {"up": up, "down": down, "above": above, "at": at, "below": below,
            "central": (above - below) / (2 * h), "one_sided": (above - at) / h}  # fmt: skip


@cache
def measure(name, z):
    """{dtype: {"up", ..., "central", "one_sided" and their "errors" and "best"}} over all steps, as float64."""
    activation = ACTIVATIONS[name]
    slope, found = activation.slope(z), {}
    for dtype in PRECISIONS:
        columns = {key: values.astype(float) for key, values in differences(activation, z, STEPS, dtype).items()}
        errors = {kind: relative_errors(columns[kind], np.full(STEPS.shape, slope)) for kind in DIFFERENCES}
        found[dtype] = {"columns": columns, "errors": errors, "best": {kind: best(errors[kind]) for kind in DIFFERENCES}}
    return found


def curve(name, z):
    """One function at one z, as tables: (precisions, 7, steps) of columns, (precisions, differences, steps) of errors."""
    found = measure(name, z)
    columns = [list(found[dtype]["columns"].values()) for dtype in PRECISIONS]
    errors = [[found[dtype]["errors"][kind] for kind in DIFFERENCES] for dtype in PRECISIONS]
    return {
        "columns": table(columns), "errors": table(errors), "slope": float(ACTIVATIONS[name].slope(z)),
        "best": [[found[dtype]["best"][kind] for kind in DIFFERENCES] for dtype in PRECISIONS],
    }  # fmt: skip


def best(errors):
    """The row where truncation takes over from rounding: the lowest of the errors, smoothed by a median over SMOOTH steps."""
    logs = np.log10(np.maximum(errors, 1e-17))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(logs, SMOOTH // 2, mode="edge"), SMOOTH)
    smooth = np.median(windows, axis=1)
    lowest = np.flatnonzero(smooth == smooth.min())
    return int(lowest[len(lowest) // 2])


@cache
def over_kink(name, h):
    """{column: numbers over SHARES} for z = share · h: differences, slope, relative error, sides of z - h, z, z + h, verdict."""
    activation = KINKED[name]
    z = SHARES * h
    found = differences(activation, z, np.full(z.shape, h), "float64")
    slope = activation.slope(z)
    error = relative_errors(found["central"], slope)
    sides = np.array([1 + np.sign(where - activation.kink) for where in (found["down"], z, found["up"])], dtype=int)
    crossed = (found["down"] > activation.kink) != (found["up"] > activation.kink)  # as gradcheck.crossed_kinks
    verdict = np.select([error <= TOLERANCE, crossed], [0, 1], 2)
    scaled = {f"{key}_in_steps": found[key] / h for key in ("below", "at", "above")}
    where = {"sides": sides, "crossing": crossing(*sides), "crossed": crossed}
    return {"z": z, **found, "slope": slope, "error": error, **scaled, **where, "verdict": verdict}


def crossing(down, z, up):
    """Which of CROSSINGS fits the sides of z - h, z and z + h (0 below the kink, 1 at it, 2 above)."""
    conditions = [z == 1, (down != z) & (down != 1), (up != z) & (up != 1), (down == 1) | (up == 1)]
    return np.select(conditions, [4, 2, 3, 1], 0)


def near_kink(name, h):
    """`over_kink` as tables."""
    whole = ("sides", "crossing", "crossed", "verdict")
    return {key: table(values, "uint8" if key in whole else "float64") for key, values in over_kink(name, h).items()}
