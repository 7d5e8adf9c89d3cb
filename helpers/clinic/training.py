"""When the gradients are right and it still does not train: read the symptom, then change one thing at a time.

Told in: notebooks/07_the_verdict.ipynb
"""

import time
from dataclasses import replace
from functools import partial

import numpy as np

from helpers import checks, datasets, losses, network
from helpers.activations import ACTIVATIONS
from helpers.clinic import guard
from helpers.clinic.probes import LOSSES, OUTPUTS
from helpers.clinic.runs import Setting, descend
from helpers.clinic.training_report import TrainingReport
from helpers.clinic.words import spelled, told_plainly

TIME = 20.0
"""Seconds that all runs together may take; slower functions get fewer steps, and the report says so."""


def examine_training(
    backward_prop, forward_prop, X, y, *, p=None, scheme="he", learning_rate=0.1, steps=1000,
    hidden="relu", output="sigmoid", loss=None, rng=0,
):  # fmt: skip
    """Run a learner's training, read its symptom, and find the single change that revives it.

    Parameters
    ----------
    backward_prop, forward_prop : callable or None
        The learner's functions; None: the reference.
    X, y : ndarray
        Inputs (n_x, m) and labels 0 and 1, as the learner has them: a y of shape (m,) or (m, 1) is one of the things examined.
    p : dict, optional
        Initial parameters; None: drawn by `scheme`, see `network.init_params`.
    learning_rate : float
    steps : int
    hidden, output, loss
        As in `network`; they say how loss and dead units are read, and what the reference computes.

    Returns
    -------
    TrainingReport
        With `symptom`, `runs` (the learner's first) and `cures`, the changes that make it train.

    Raises
    ------
    TypeError, ValueError
        For arguments that describe no training. Never for what the learner's functions do.

    Told in: notebooks/07_the_verdict.ipynb
    """
    with told_plainly():
        own = _setting(backward_prop, forward_prop, X, y, p, scheme, learning_rate, hidden, output, loss, rng)
        steps = checks.whole("steps", steps)
    with guard.randomness_kept(), np.errstate(all="warn", under="ignore"):
        start = time.perf_counter()
        first = descend(own, steps)
        changes = _changes(own, rng, scheme if p is None else None)
        spent = time.perf_counter() - start
        fewer = max(1, int(steps * min(1.0, (TIME - spent) / max(spent * (len(changes) + 1), 1e-9))))
        runs = [first, *(descend(change, fewer) for change in changes)]
        if not any(run.trains for run in runs):
            runs += [descend(both, fewer) for both in _together(changes)]
    return TrainingReport(tuple(runs), own.floor, steps, fewer)


def _setting(backward_prop, forward_prop, X, y, p, scheme, learning_rate, hidden, output, loss, rng):
    """The learner's own setting after checking every argument; the network in the words of `network`."""
    for name, function, call in (("backward_prop", backward_prop, "(X, y, c, p)"), ("forward_prop", forward_prop, "(X, p)")):
        if function is not None:
            checks.function(name, function, name + call)
    hidden, output = spelled("hidden", hidden, tuple(ACTIVATIONS)), spelled("output", output, OUTPUTS)
    loss = losses.get_loss(output, loss if loss is None else spelled("loss", loss, LOSSES)).name
    X, y = checks.matrix("X", X), checks.floats("y", y)
    floor = _floor(X, y, loss)
    if p is None:
        p = network.init_params((X.shape[0], 10, 10, 1), scheme, rng)
    L = checks.parameters(p)
    for name, axis, wanted in (("W1", 1, X.shape[0]), (f"W{L}", 0, 1)):
        if p[name].shape[axis] != wanted:
            end = "as many columns as X has rows" if axis else "one row, for one output unit"
            raise ValueError(f"p[{name!r}] has shape {p[name].shape}, expected {end}: {wanted}")
    return Setting(
        "as you have it", forward_prop or partial(network.forward_prop, hidden=hidden, output=output),
        backward_prop or partial(network.backward_prop, hidden=hidden, output=output, loss=loss),
        X, y, p, checks.positive("learning_rate", learning_rate), hidden, output, loss, floor,
    )  # fmt: skip


def _floor(X, y, loss):
    """The loss of an uninformed guess: the entropy of the labels, or for a squared error the variance of y (half of it)."""
    if y.size != X.shape[1]:
        raise ValueError(f"y has shape {y.shape}, expected one label for each of the {X.shape[1]} columns of X")
    row = y.reshape(1, -1)
    if loss == "bce":
        if np.isin(row, (-1, 1)).all() and (row == -1).any():
            raise ValueError("y holds the labels -1 and 1, expected 0 and 1: write (y + 1) / 2")
        checks.labels("y", row, row.shape)
    if (row == row[0, 0]).all():
        raise ValueError(f"y holds {row[0, 0]:g} only, expected two different labels: otherwise the best guess needs no input")
    return losses.uninformed_loss(row) if loss == "bce" else float(row.var()) / (2 if loss == "half_mse" else 1)


def _changes(own, rng, drawn):
    """The learner's setting with one thing changed, as far as that is a change; `drawn` is the scheme of the weights, if known."""
    m = own.X.shape[1]
    changes = []
    if own.y.shape != (1, m):
        changes.append(replace(own, note="labels reshaped to (1, m)", y=own.y.reshape(1, m)))
    varying = own.X.std(axis=1) > 0
    if varying.all() and (np.abs(own.X.mean(axis=1)) > 0.05).any() | (np.abs(own.X.std(axis=1) - 1) > 0.05).any():
        changes.append(replace(own, note="inputs standardised", X=datasets.standardise(own.X)))
    sizes = (own.X.shape[0], *(own.p[f"W{l}"].shape[0] for l in range(1, len(own.p) // 2 + 1)))
    scheme = "he" if own.hidden in ("relu", "leaky_relu") else "glorot"
    name = "He" if scheme == "he" else "Glorot"
    if drawn != scheme:
        changes.append(replace(own, note=f"{name} initialisation", p=network.init_params(sizes, scheme, rng)))
    for text, factor in (("learning rate / 10", 0.1), ("learning rate * 10", 10.0)):
        changes.append(replace(own, note=text, learning_rate=own.learning_rate * factor))
    if own.output != "sigmoid" and np.isin(own.y, (0, 1)).all():
        changes.append(replace(
            own, note="sigmoid at the output, cross-entropy", output="sigmoid", loss="bce", floor=losses.uninformed_loss(own.y.reshape(1, m)),
            forward_prop=partial(network.forward_prop, hidden=own.hidden), backward_prop=partial(network.backward_prop, hidden=own.hidden),
        ))  # fmt: skip
    return changes


def _together(changes):
    """Where no single change helps: scaled inputs and scaled weights at once, the two that most often go together."""
    inputs = next((c for c in changes if c.note == "inputs standardised"), None)
    weights = next((c for c in changes if c.note.endswith("initialisation")), None)
    return [] if inputs is None or weights is None else [replace(weights, X=inputs.X, note=f"{inputs.note} and {weights.note}")]
