"""What the bowl plays: descent on quadratics as curved as the data, and on the output bias of a dead network, at 120 rates and 3 momenta."""

from functools import cache

import numpy as np

from helpers import curvature, datasets
from helpers.widgets.kit.base import table
from helpers.widgets.training_explorer import bowl_words as words

QUADRATICS = ("raw", "standardised")
BIASES = ("balanced", "tumours")
BOWLS = QUADRATICS + BIASES
MOMENTA = (0.0, 0.5, 0.9)
FACTORS = np.arange(1, 121) / 60  # rates in units of 2 / λ; the thresholds of all momenta, 1 + β, are among them
STEPS = 25
START = 1.0  # of each distance from the minimum, and of the bias
REACH = 1.7  # as far the landscape goes from its minimum
LEVELS = 8  # contours, a factor 4 apart

LONG = 2000  # steps after which a bias is taken to have ended where it ends
MOST = 16  # the longest cycle that is looked for
NEAR = 0.2  # a bias at its threshold that is nearer than this to its minimum comes nearer still, ever more slowly


@cache
def recording():
    """The whole recording of this view, the same for every explorer."""
    common = {"bowls": list(BOWLS), "momenta": MOMENTA, "steps": STEPS, "rules": words.RULES, "templates": words.TEMPLATES, "texts": words.TEXTS}
    return common | {"steep": _sent(steep()), "tapes": {bowl: {name: _sent(value) for name, value in tape(bowl).items()} for bowl in BOWLS}}


def _sent(value):
    return table(value, str(value.dtype)) if isinstance(value, np.ndarray) else value


@cache
def tape(bowl):
    """All numbers of one bowl, as they are sent: arrays in the dtype of their table, numbers and texts."""
    steepest = curvatures(bowl)[0]
    thresholds = [curvature.threshold(steepest, beta) for beta in MOMENTA]
    rates = FACTORS * thresholds[0]
    sides = np.array([np.sign(np.round(FACTORS - (1 + beta), 9)) for beta in MOMENTA])  # below, at, above the threshold
    common = {"label": words.LABELS[bowl], "curvature": steepest, "thresholds": thresholds, "rates": rates, "sides": (1 + sides).astype("uint8")}
    return common | (_quadratic(bowl, rates, sides) if bowl in QUADRATICS else _bias(bowl, rates, sides))


@cache
def curvatures(bowl):
    """The curvatures of a bowl: of the steepest and of the middle one of the 31 directions of the data; or f (1 - f)."""
    if bowl in BIASES:
        return (curvature.bias_curvature(share(bowl)),)
    X, _ = datasets.breast_cancer(standardised=bowl == "standardised")
    values, _ = curvature.principal(X)
    return float(values[0]), float(values[len(values) // 2])


@cache
def steep():
    """Distances along the steep direction (momenta, rates, steps + 1): the same for every quadratic, at the same share of 2 / λ."""
    path, _ = curvature.descend([[1.0]], [START], steps=STEPS, **_grid(FACTORS * curvature.threshold(1.0)))
    return path[..., 0].astype("float32")


def share(bowl):
    """The share f of labels 1."""
    return 0.5 if bowl == "balanced" else float(datasets.breast_cancer()[1].mean())


def _grid(rates):
    return {"learning_rate": rates, "beta": np.array(MOMENTA)[:, None]}


def _quadratic(bowl, rates, sides):
    """Distances along the flat direction and losses (momenta, rates, steps + 1), multipliers (2, momenta, rates) and their sizes, contours.

    The distances along the steep direction are those of `steep`.
    """
    both = np.array(curvatures(bowl))
    path, loss = curvature.descend(np.diag(both), np.full(2, START), steps=STEPS, **_grid(rates))
    multipliers = np.stack([curvature.multiplier(one, **_grid(rates)) for one in both])
    low, high = 10.0 ** np.floor(np.log10(both[1] / 40)), 10.0 ** np.ceil(np.log10(loss[0, 0, 0] * 1000))
    return {
        "kind": "quadratic", "flat_curvature": float(both[1]), "flat": path[..., 1].astype("float32"), "loss": loss.astype("float32"),
        "multipliers": multipliers, "sizes": np.abs(multipliers),
        "rule": quadratic_rules(multipliers[0], sides), "contours": contours(both).astype("float32"),
        "reach": REACH, "loss_range": [float(low), float(high)],
    }  # fmt: skip


def quadratic_rules(multiplier, sides):
    """For each momentum and rate the number of the sentence of `words.RULES` that holds along the steep direction."""
    betas = np.array(MOMENTA)[:, None]
    swings = (betas > 0) & (np.abs(multiplier - np.sqrt(betas)) < 1e-12)
    kinds = np.select([sides == 0, sides > 0, swings, multiplier < 0], ["at", "away", "swings", "hops"], "nearer")
    return _numbered(kinds, np.where(betas > 0, " with momentum", ""))


def contours(both):
    """The curves where the loss is that of the start, a quarter of it, ..., and four times it, ...: (levels, 2 halves, 2, points).

    Each half, above and below, is (flat distances, steep distances), steep = ± sqrt((2 J - λ_flat flat²) / λ_steep); NaN outside.
    """
    first = both.sum() * START**2 / 2
    found = []
    for level in first * 4.0 ** np.arange(2 - LEVELS, 2):
        end = min(REACH, np.sqrt(2 * level / both[1]))
        flat = end * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 61))  # close together near the ends, where the ellipse turns
        steep = np.sqrt(np.maximum(0, 2 * level - both[1] * flat**2) / both[0])
        found.append([[flat, steep], [flat, -steep]])
    return np.array(found)


def _bias(bowl, rates, sides):
    """Biases and losses (momenta, rates, steps + 1), the curve J(b), where the loss ends (momenta, rates, MOST), lowest and highest, periods."""
    f = share(bowl)
    b, loss = curvature.descend_bias(f, START, steps=LONG, **_grid(rates))
    best = float(np.log(f / (1 - f)))
    floor = curvature.bias_loss(best, f)
    reach = [float(np.floor(2 * b.min()) / 2) - 0.5, float(np.ceil(2 * b.max()) / 2) + 0.5]
    grid = np.linspace(*reach, 161)
    ends, periods = np.full((*b.shape[:2], MOST), np.nan), np.zeros(b.shape[:2], dtype="uint8")
    for where in np.ndindex(periods.shape):
        periods[where] = found = curvature.period(b[where][-3 * MOST :], rates[where[1]], MOST)
        if sides[where] == 0 and abs(b[where][-1] - best) < NEAR:
            periods[where] = found = 1
        ends[where][: found or MOST] = floor if found == 1 else loss[where][-(found or MOST) :]
    return {
        "kind": "bias", "share": f, "best": best, "floor": float(floor), "b": b[..., : STEPS + 1].astype("float32"),
        "loss": loss[..., : STEPS + 1].astype("float32"), "grid": grid, "curve": curvature.bias_loss(grid, f), "reach": reach,
        "ends": ends.astype("float32"),
        "low": np.nanmin(ends, axis=-1).astype("float32"),
        "high": np.nanmax(ends, axis=-1).astype("float32"), "periods": periods, "rule": bias_rules(periods, ends, sides),
        "loss_range": [0.0, float(np.ceil(5 * loss.max()) / 5)],
    }  # fmt: skip


def bias_rules(periods, ends, sides):
    """For each momentum and rate the number of the sentence that says how the bias ends."""
    low, high = np.nanmin(ends, axis=-1), np.nanmax(ends, axis=-1)
    one_loss = high - low < 5e-5
    kinds = np.select([(periods == 1) & (sides == 0), periods == 1, periods == 0, one_loss], ["creeps", "rests", "wanders", "stands"], "cycles")
    below = (periods > 1) & (sides < 0)
    return _numbered(kinds, np.where(below, " below the threshold", ""))


def _numbered(kinds, suffix):
    """The place of each name in the list of rules."""
    names = list(words.RULES)
    joined = np.char.add(kinds, np.broadcast_to(suffix, kinds.shape))
    return np.array([names.index(name) for name in joined.ravel()], dtype="uint8").reshape(kinds.shape)
