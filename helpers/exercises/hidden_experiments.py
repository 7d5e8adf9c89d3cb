"""The experiments that a reader may ask of a hidden run: each is carried out when it is asked, and says what came out.

Used in: notebooks/08_training_that_fails.ipynb
"""

import textwrap
from dataclasses import dataclass, replace

import numpy as np

from helpers import datasets, network, training
from helpers.activations import get_activation
from helpers.exercises.hidden_causes import STEPS, descend, fresh_start

TRAINS, FAILS = "trains", "does not train"


@dataclass(frozen=True, repr=False)
class Outcome:
    """What an experiment found: one of a few words, and the sentence with the numbers."""

    experiment: str
    finding: str
    text: str

    @property
    def trains(self):
        """Whether the changed run trains; False for an experiment that only looks."""
        return self.finding == TRAINS

    def __repr__(self):
        lines = [part for line in self.text.splitlines() for part in textwrap.wrap(line, 92)]
        return "\n    ".join([f"{self.experiment}: {self.finding}", *lines])


# --- those that look ------------------------------------------------------------------------------------------------------


def _caches(s, p):
    """The caches of all examples before the first step, and with the last parameters."""
    return [network.forward_prop(s.X, q, s.hidden) for q in (s.p, p)]


def _dead_units(s, p, history):
    first, last = (training.dead_mask(c, s.hidden) for c in _caches(s, p))
    counts = [" and ".join(f"{mask.sum()} of {mask.size} in layer {l}" for l, mask in enumerate(masks, start=1)) for masks in (first, last)]
    whole = any(mask.all() for mask in last)
    return "a whole layer" if whole else "no whole layer", f"before step 0: {counts[0]}\nat the end: {counts[1]}"


def _small_slopes(s, p, history):
    g = get_activation(s.hidden)
    largest = float(np.max(g.slope(np.linspace(-4, 4, 801))))
    shares = [[float((np.abs(g.slope_rule(c[f"Z{l}"])) < 0.01 * largest).mean()) for l in (1, 2)] for c in _caches(s, p)]
    first, last = (" and ".join(f"{100 * share:.0f} % in layer {l}" for l, share in enumerate(pair, start=1)) for pair in shares)
    finding = "nearly all" if max(shares[0]) > 0.95 else "not nearly all"
    return finding, f"before step 0: {first}\nat the end: {last}"


def _gradient_norms(s, p, history):
    norms = [{name: float(training.norm([grads[f"d{name}"]])) for name in ("W1", "W2", "W3")} for grads in _gradients(s, p)]
    first, last = (", ".join(f"d{name} {norm:.2g}" for name, norm in pair.items()) for pair in norms)
    return "exactly 0" if not any(norms[0].values()) else "not all 0", f"before step 0: {first}\nat the end: {last}"


def _gradients(s, p):
    y = np.full_like(s.y, s.y.mean()) if s.column else s.y
    slope = get_activation(s.hidden).slope_rule
    return [network.backward(c["A3"] - y, c, q, lambda Z, A: slope(Z)) for c, q in zip(_caches(s, p), (s.p, p), strict=True)]


def _largest_weight(s, p, history):
    first, last = (max(float(np.abs(q[f"W{l}"]).max()) for l in (1, 2, 3)) for q in (s.p, p))
    finding = "all are 0" if first == 0 else "tiny" if first < 0.05 else "ordinary"
    return finding, f"before step 0: {first:.2g}; at the end: {last:.3g}"


def _inputs(s, p, history):
    mean, deviation = s.X.mean(axis=1), s.X.std(axis=1)
    far, spread = (np.abs(mean) / deviation).max(), deviation.max() / deviation.min()
    finding = "far from 0" if far > 10 else "spreads differ" if spread > 10 else "ordinary"
    return finding, (f"{len(mean)} inputs, means from {mean.min():.3g} to {mean.max():.3g}, "
                     f"standard deviations from {deviation.min():.3g} to {deviation.max():.3g}")  # fmt: skip


def _shape_of_y(s, p, history):
    m = s.y.shape[1]
    shape = (m, 1) if s.column else (1, m)
    return "a column" if s.column else "a row", f"y has shape {shape}, A3 has shape {(1, m)}; the labels are 0 and 1, {100 * s.y.mean():.1f} % are 1"


def _neighbours(s, p, history):
    X = datasets.standardise(s.X)
    squares = (X**2).sum(axis=0)
    distances = squares[:, None] + squares - 2 * X.T @ X
    np.fill_diagonal(distances, np.inf)
    agree = float((s.y[0, distances.argmin(axis=1)] == s.y[0]).mean())
    chance = float(s.y.mean() ** 2 + (1 - s.y.mean()) ** 2)
    finding = "like chance" if agree < (1 + chance) / 2 - 0.05 else "better than chance"
    return finding, f"{100 * agree:.0f} % of the examples have the label of their nearest neighbour; by chance it would be {100 * chance:.0f} %"


# --- those that run it again ----------------------------------------------------------------------------------------------


def _again(change):
    """An experiment that makes the run again with something changed: change(s) -> Setting."""

    def experiment(s, p, history):
        changed = change(s)
        if changed is not s:
            _, history = descend(changed, record_every=STEPS)
        same = "there is nothing to change, the run stays as it is; " if changed is s else ""
        return TRAINS if history.fate(changed.y) == TRAINS else FAILS, f"{same}{history!r}"

    return experiment


def _without_schedule(s):
    return s if s.schedule is None else replace(s, schedule=None)


def _whole_batch(s):
    return s if s.batch_size is None else replace(s, batch_size=None)


def _from_logits(s):
    return replace(s, from_outputs=False) if s.from_outputs else s


_EXPERIMENTS = {
    "dead units": (_dead_units, "count the units that are dead, by layer, before the first step and at the end"),
    "small slopes": (_small_slopes, "the share of unit-example pairs whose slope is below 1 % of the activation's largest"),
    "gradient norms": (_gradient_norms, "the norms of dW1, dW2, dW3, before the first step and at the end"),
    "largest weight": (_largest_weight, "the largest size of a weight, before the first step and at the end"),
    "inputs": (_inputs, "means and standard deviations of the inputs"),
    "shape of y": (_shape_of_y, "the shapes of y and of A3"),
    "labels of neighbours": (_neighbours, "how often the nearest example has the same label; no network is asked"),
    "rate / 10": (_again(lambda s: replace(s, learning_rate=s.learning_rate / 10)), "the same run at a tenth of the rate"),
    "rate x 10": (_again(lambda s: replace(s, learning_rate=s.learning_rate * 10)), "the same run at ten times the rate"),
    "constant rate": (_again(_without_schedule), "the same run without a schedule"),
    "fresh start": (_again(lambda s: replace(s, p=fresh_start(s, 2026))), "other first weights: He (Glorot for sigmoid and tanh), biases 0"),
    "standardise": (_again(lambda s: replace(s, X=datasets.standardise(s.X))), "the same run on inputs with mean 0 and standard deviation 1"),
    "whole batch": (_again(_whole_batch), "the same run with all examples in each step"),
    "loss from logits": (_again(_from_logits), "the same run with the loss computed from Z3, not from A3"),
}

EXPERIMENTS = {name: says for name, (_, says) in _EXPERIMENTS.items()}
"""The experiments that can be asked, and what each does."""


def perform(name, s, p, history):
    """The Outcome of one of `EXPERIMENTS` on a Setting whose run ended with the parameters p and this History."""
    with np.errstate(all="ignore"):
        finding, text = _EXPERIMENTS[name][0](s, p, history)
    return Outcome(name, finding, text)
