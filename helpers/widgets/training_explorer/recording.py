"""What the training explorer plays: runs of `helpers.training` at many rates, and what their networks look like at the recorded steps."""

from dataclasses import asdict
from functools import cache, lru_cache

import numpy as np

from helpers import network
from helpers.training import comebacks, descend_many
from helpers.widgets.kit.base import table
from helpers.widgets.kit.svg import power
from helpers.widgets.training_explorer import words
from helpers.widgets.training_explorer.experiment import DATA, HIDDEN, OUTPUTS, SEEDS, STARTS, STEPS, Experiment, examples, largest_slope

RATES = (
    0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.12, 0.2, 0.3, 0.5, 0.7, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0,
    8.0, 9.0, 10.0, 12.0, 15.0, 20.0,
)  # fmt: skip
"""Learning rates, on a scale that is about logarithmic; the case's 1.2 and a tenth of it are among them."""

BINS = 24  # of the sums Z, as many to the left of 0 as to the right
WIDE = {"moons": 100.0, "standardised": 100.0, "raw": 1e5}  # what lies beyond is counted in the outermost bin
NARROW = 0.5  # where the axis of Z turns from linear to logarithmic
OUTPUT_BINS = 20  # of the output, from 0 to 1
COLUMNS, ROWS = 36, 26  # of the field
X_RANGE, Y_RANGE = (-1.7, 2.7), (-1.3, 1.9)

CASE = Experiment()


def place(z):
    """Where a sum stands on the axis of the histograms: linear near 0, logarithmic beyond, the same to both sides."""
    return np.arcsinh(np.asarray(z) / NARROW)


def edges(data):
    """The edges of the bins of Z, (BINS + 1,), as sums; 0 is the middle one. A sum on an edge is counted to its left, as 0 is off."""
    return NARROW * np.sinh(np.linspace(-1, 1, BINS + 1) * place(WIDE[data]))


def grid():
    """The centres of the field's cells as inputs, (2, ROWS * COLUMNS), the top row first."""
    along = [low + (high - low) * (np.arange(n) + 0.5) / n for (low, high), n in ((X_RANGE, COLUMNS), (Y_RANGE, ROWS))]
    return np.stack(np.meshgrid(along[0], along[1][::-1])).reshape(2, -1)


def tones(A):
    """Outputs as whole numbers from 0 to 255: 128 and more exactly where A > 0.5, which is class 1."""
    return np.clip(np.ceil(256 * np.nan_to_num(A)) - 1, 0, 255).astype(np.uint8)


def run(experiment, rates):
    """One run of 300 steps for each rate, from the same first weights: {name: array (rates, ...)}, with a second axis of recorded steps.

    Returns
    -------
    dict
        "curve" (rates, 301): the loss of every step; "stopped" (rates,), see `Histories`. At the recorded steps: "loss",
        "accuracy"; "norms" (…, 3) of each layer's gradient, dW and db together; "states" (…, 20): 0 alive, 1 dead, 2 alive again;
        "flow" (…, 20): mean slope as percent of the largest that there is; "counts" (…, 2, 2, BINS): for both hidden layers the sums
        of the living and of the dead units in each bin, "above" (…, 2) how many percent of them lie above 0; "field"
        (…, ROWS * COLUMNS), in percent "ones" (…) of it class 1; or "answers" (…, 2, OUTPUT_BINS) by label, in percent "told" (…, 2)
        of each label's examples that are given it; "says".
    """
    (X, y), start = experiment.Xy, experiment.first()
    _, h = descend_many(
        X, y, [start] * len(rates), learning_rate=np.array(rates), steps=STEPS[-1], hidden=experiment.rule, output=experiment.unit,
        loss=experiment.loss, slope=experiment.slope, record_every=1, parameters=True)  # fmt: skip
    steps = list(STEPS)
    norms = [np.hypot(h.gradient_norm[f"dW{l}"][steps], h.gradient_norm[f"db{l}"][steps]) for l in (1, 2, 3)]
    found = {
        "curve": h.loss.T, "stopped": h.stopped, "loss": h.loss[steps].T, "accuracy": h.accuracy[steps].T,
        "norms": np.stack(norms, axis=-1).swapaxes(0, 1), "states": np.stack([_states(h.dead, r) for r in range(len(rates))]),
    }  # fmt: skip
    p = {name: np.where((h.stopped == 0)[:, None, None], start[name], value[steps]) for name, value in h.parameters.items()}
    parts = [_looks(experiment, {name: value[:, r] for name, value in p.items()}, found["states"][r] == 1) for r in range(len(rates))]
    found |= {name: np.stack([part[name] for part in parts]) for name in parts[0]}
    return found | {"says": [words.of_run(experiment, rate, _one(found, r), h.dead, r) for r, rate in enumerate(rates)]}


def _one(found, r):
    return {name: values[r] for name, values in found.items()}


def _states(dead, r):
    """For each recorded step 0 alive, 1 dead, 2 alive again after it had died, (records, 20); deaths of every step count."""
    masks = np.concatenate([layer[:, r] for layer in dead], axis=1)
    returned = np.stack([comebacks(masks[: step + 1])[1] > 0 for step in STEPS])
    now = masks[list(STEPS)]
    return (now + 2 * (returned & ~now)).astype(np.uint8)


def _looks(experiment, p, dead):
    """What the networks p, stacked over the recorded steps, look like: flow, counts, field or answers."""
    X, y = experiment.Xy
    g = network.activation_rules(3, experiment.rule, experiment.unit)
    with np.errstate(all="ignore"):
        c = network.forward(X, p, g)
        slopes = [np.abs(experiment.rule.slope_rule(c[f"Z{l}"])).mean(axis=-1) / largest_slope(experiment.hidden) for l in (1, 2)]
        counts = np.stack([_counts(c[f"Z{l}"], dead[:, 10 * l - 10 : 10 * l], edges(experiment.data)) for l in (1, 2)], axis=1)
        above = 100 * counts[..., BINS // 2 :].sum(axis=(2, 3)) / counts.sum(axis=(2, 3))
        found = {"flow": np.rint(100 * np.concatenate(slopes, axis=1)).astype(np.uint8), "counts": counts, "above": above}
        if experiment.data == "moons":
            field = tones(network.forward(grid(), p, g)["A3"][:, 0])
            return found | {"field": field, "ones": 100 * (field > 127).mean(axis=1)}
    by_label = [c["A3"][:, 0, y[0] == label] for label in (0, 1)]
    told = np.stack([100 * ((A > 0.5) == label).mean(axis=1) for label, A in enumerate(by_label)], axis=1)
    return found | {"answers": np.stack([_shares(A) for A in by_label], axis=1), "told": told}


def _counts(Z, dead, bounds):
    """How many sums of the living and of the dead units fall into each bin, (records, 2, BINS), from Z (records, 10, m) and dead (records, 10)."""
    bins = np.clip(np.searchsorted(bounds, Z, side="left") - 1, 0, BINS - 1)
    first = np.arange(len(Z))[:, None, None] * 2 * BINS + dead[:, :, None] * BINS
    return np.bincount((first + bins).ravel(), minlength=len(Z) * 2 * BINS).reshape(len(Z), 2, BINS).astype(np.uint16)


def _shares(A):
    """How many outputs (records, m) fall into each of the bins from 0 to 1, (records, OUTPUT_BINS); what lies outside is counted at the ends."""
    bins = np.clip(np.ceil(OUTPUT_BINS * np.nan_to_num(A)) - 1, 0, OUTPUT_BINS - 1).astype(int)
    first = np.arange(len(A))[:, None] * OUTPUT_BINS
    return np.bincount((first + bins).ravel(), minlength=len(A) * OUTPUT_BINS).reshape(len(A), OUTPUT_BINS).astype(np.uint16)


@cache
def own_runs():
    """The case's own experiment at all rates."""
    return run(CASE, RATES)


@lru_cache(maxsize=256)
def one_run(experiment, rate):
    """One experiment at one rate, {name: array (1, ...)}."""
    if experiment == CASE:
        r = RATES.index(rate)
        return {name: values[r : r + 1] for name, values in own_runs().items()}
    return run(experiment, (rate,))


def loss_range(experiment, curve):
    """From where to where the axis of the loss goes, both powers of ten, for all losses of a run that are between 1e-6 and 1e6."""
    high = np.max(curve, where=np.isfinite(curve), initial=10.0)
    usual = 0.01 if experiment.loss == "bce" else 0.001
    low = np.min(curve, where=np.isfinite(curve) & (curve >= 1e-6), initial=usual)
    return float(10.0 ** np.floor(np.log10(low) + 1e-9)), min(1e6, float(10.0 ** np.ceil(np.log10(high))))


DTYPES = {"curve": "float32", "states": "uint8", "flow": "uint8", "counts": "uint16", "field": "uint8", "answers": "uint16",
          "above": "float32", "ones": "float32", "told": "float32"}  # fmt: skip
"""How the arrays are sent; the others as float64, for they are written out as numbers."""


def sent(experiment, rates, found):
    """Runs as the browser takes them: JSON values and tables."""
    curve = np.where(np.isfinite(found["curve"]), np.minimum(found["curve"], 1e30), found["curve"])  # what float32 can hold
    arrays = {name: values for name, values in found.items() if name not in ("says", "stopped")} | {"curve": curve}
    tables = {name: table(values, DTYPES.get(name, "float64")) for name, values in arrays.items()}
    return {
        "key": experiment.key, "rates": list(rates), "floor": experiment.floor, "cycles": [experiment.cycle(rate) for rate in rates],
        "ranges": [loss_range(experiment, curve) for curve in found["curve"]], "stopped": found["stopped"].tolist(), "says": found["says"], **tables,
    }  # fmt: skip


def runs(experiment, rates):
    """Runs at these rates, each computed once and kept for a while, as they are sent."""
    each = [one_run(experiment, rate) for rate in rates]
    joined = {name: np.concatenate([one[name] for one in each]) for name in each[0] if name != "says"}
    return sent(experiment, rates, joined | {"says": [says for one in each for says in one["says"]]})


def constants():
    """What holds for all runs: choices, recorded steps, axes, examples."""
    axes = {}
    for data in DATA:
        marks = [1, 10, 100] if WIDE[data] <= 100 else [100, 1e5]
        ticks = [[float(side * place(mark)), sign + power(mark)] for mark in marks for side, sign in ((-1, "−"), (1, ""))]
        axes[data] = {"most": float(place(WIDE[data])), "ticks": ticks}
    X, y = examples("moons")
    return {
        "hidden": [[name, text] for name, (text, _) in HIDDEN.items()], "start": list(STARTS.items()), "data": list(DATA.items()),
        "output": [[name, text] for name, (text, _, _) in OUTPUTS.items()], "seeds": SEEDS, "rates": RATES, "steps": STEPS,
        "places": table(np.log1p(np.arange(STEPS[-1] + 1))), "axes": axes, "columns": COLUMNS, "rows": ROWS, "x_range": X_RANGE, "y_range": Y_RANGE,
        "X": table(X), "y": table(y), "case": CASE.key, "own": asdict(CASE) | {"rate": 1.2, "step": 0}, "bins": BINS, "output_bins": OUTPUT_BINS,
    }  # fmt: skip


@cache
def recording():
    """All that the browser holds from the beginning."""
    return constants() | {"runs": sent(CASE, RATES, own_runs())}
