"""Causes that were there before the first step: labels, gradients, inputs, weights, biases.

Each rule takes an `Examined`, and returns a Cause or a false value.
"""

import numpy as np

from helpers import datasets
from helpers.clinic.training import seen
from helpers.clinic.training.cause import Cause, those

_SMALL, _LARGE = 0.01, 5.0  # products over the layers of the sizes of `seen.sizes`
_ONE_SMALL = 0.1  # and at least one layer is smaller than this
_OFFSET = 3.0  # length of the mean input against that of its spread
_SCALE = 3.0  # spread of the inputs, or the root of one over it
_VANISHED = 1e-3


def labels(e):
    """A y of another shape than the outputs."""
    shape = (1, e.s.X.shape[1])
    return e.s.y.shape != shape and Cause("the shape of the labels", f"y has shape {e.s.y.shape}, the outputs have {shape}", ("labels",))


def gradients(e):
    """Gradients that are not the reference's, though the outputs are."""
    wrong = e.call.wrong
    if wrong:
        name = max(wrong, key=wrong.get)
        text = f"the outputs are the reference's, {name} is not: {wrong[name]:.2g} times its length away (`clinic.examine` looks for the line)"
        return Cause("wrong gradients", text, ("reference",))


def symmetric(e):
    """Units that are copies of one another, and stay so."""
    layers = [l for l, (a, b) in enumerate(zip(e.first.copies, e.last.copies, strict=True), 1) if a and b]
    if layers:
        zeros = all((value == 0).all() for value in e.first.p.values())
        text = "all weights are 0 at the start, and" if zeros else ""
        moved = ", ".join(f"‖dW{l}‖ = {norm:.2g}" for l, norm in enumerate(e.last.norms, 1))
        text = f"{text} {those(layers)} has units that are all copies of one another, at step 0 and at step {e.last.step}; there {moved}"
        return Cause("a symmetric start", text.strip(), ("weights",))


def output_off(e):
    """A ReLU at the output that is 0 for every example."""
    if e.last.output_off:
        return Cause("an output that is off", f"the ReLU at the output is 0 for every example at step {e.last.step}: its slope is 0", ("output",))


def offset(e):
    """Inputs far from 0, compared with how they spread."""
    mean, spread = e.s.X.mean(axis=1), e.s.X.std(axis=1)
    offset = np.linalg.norm(mean) / max(np.linalg.norm(spread), 1e-300)
    if offset > _OFFSET:
        largest = int(np.abs(mean).argmax())
        text = f"the mean of the inputs is {offset:.3g} times as long as their spread (input {largest + 1} has the mean {mean[largest]:.3g})"
        return Cause("the offset of the inputs", text, ("centred",))


def scale(e):
    """Inputs that spread much more, or much less, than 1."""
    spread = e.s.X.std(axis=1)
    typical = np.sqrt((spread**2).mean())
    if typical > _SCALE or typical < 1 / _SCALE**2:
        text = f"the spread of the inputs runs from {spread.min():.2g} to {spread.max():.3g}, expected about 1"
        return Cause("the scale of the inputs", text, ("standardised",))


def small(e):
    """Weights too small to keep a signal's size."""
    sizes = seen.sizes(e.first.p, e.s.hidden)
    if 0 < np.prod(sizes) < _SMALL and min(sizes) < _ONE_SMALL:
        grown = f"‖dW‖ goes from {e.run.totals[0]:.2g} to {e.run.totals[-1]:.2g}" if e.run.totals else "no gradient came back"
        text = f"the weights are {_list(sizes)} times as large as those that keep a signal's size, {np.prod(sizes):.2g} together; {grown}"
        return Cause("small weights", text, ("enlarged", "weights"))


def large(e):
    """Weights too large to keep it."""
    sizes = seen.sizes(e.first.p, e.s.hidden)
    if np.prod(sizes) > _LARGE or max(sizes) > _LARGE:
        text = f"the weights are {_list(sizes)} times as large as those that keep a signal's size; the first loss is {e.run.loss[0]:.3g}"
        return Cause("large weights", text, ("weights",))


def one_sign(e):
    """Weights of a layer that are all positive, or all negative."""
    W = [value for name, value in e.first.p.items() if name.startswith("W")]
    layers = [l for l, w in enumerate(W, 1) if w.size > 5 and abs(np.sign(w).sum()) == w.size]
    if layers:
        text = f"all weights of {those(layers)} have one sign, so that the sums add up: the first loss is {e.run.loss[0]:.3g}, "
        return Cause("weights of one sign", text + f"an uninformed guess {e.s.floor:.3g}", ("weights",))


def born_dead(e):
    """A layer that is dead before any step."""
    if e.first.blocked and not any(e.first.copies):
        text = f"every unit of {those(e.first.blocked)} is dead at step 0"
        return Cause("units dead from the start", text, ("raised biases",))


def vanishing(e):
    """A gradient that is lost on the way from the last layer to the first."""
    norms = e.first.norms
    if norms and not e.first.blocked and not e.first.saturates and 0 < norms[0] < _VANISHED * norms[-1]:
        text = f"at step 0 ‖dW1‖ is {norms[0]:.2g}, ‖dW{len(norms)}‖ is {norms[-1]:.2g}"
        return Cause("gradients that vanish on their way down", text, ("weights", "adam"))


def misfit(e):
    """Labels that do not go with the inputs more often than by chance."""
    share, chance = neighbours(e.s.X, e.s.y)
    if share <= chance + 3 * np.sqrt(chance * (1 - chance) / e.s.y.size):  # more than 2, since neighbours are so mutually, mostly
        text = f"an example and its nearest neighbour have the same label in {share:.0%} of the cases, by chance in {chance:.0%}"
        return Cause("labels that do not belong to the inputs", f"{text}; no change of the training cures that")


def neighbours(X, y, most=1000):
    """The share of examples whose nearest other example has their label, and that share by chance, f² + (1 - f)² for two labels.

    Of the first `most` examples; the inputs that vary are standardised, so that each counts.
    """
    X, y = X[:, :most], y.reshape(-1)[:most]
    X = datasets.standardise(X[X.std(axis=1) > 0]) if (X.std(axis=1) > 0).any() else X
    square = (X**2).sum(axis=0)
    away = square[:, None] + square[None, :] - 2 * X.T @ X
    np.fill_diagonal(away, np.inf)
    shares = np.unique(y, return_counts=True)[1] / y.size
    return float((y[away.argmin(axis=1)] == y).mean()), float((shares**2).sum())


def _list(numbers):
    return ", ".join(f"{number:.2g}" for number in numbers)
