"""When the gradients are right and it still does not train: read the symptom, then change one thing at a time.

Told in: notebooks/07_the_verdict.ipynb
"""

from dataclasses import replace
from functools import partial

import numpy as np

from helpers import checks, curvature, losses, network
from helpers.activations import ACTIVATIONS
from helpers.clinic import guard
from helpers.clinic.probes import LOSSES, OUTPUTS
from helpers.clinic.training import causes
from helpers.clinic.training.budget import Budget
from helpers.clinic.training.cause import Examined
from helpers.clinic.training.changes import asked_for, pairs, slower, standard
from helpers.clinic.training.first_call import DRAWS, first_call, noise
from helpers.clinic.training.report import TrainingReport
from helpers.clinic.training.runs import Run, Setting, descend
from helpers.clinic.words import spelled, told_plainly
from helpers.training import batches

TIME = 9.0
"""Seconds that all runs together may take; slower functions get fewer steps, and the report says so."""

_FIRST = 0.3  # the part of the time that the learner's own run may take
_ONE_STEP = 0.5  # the part that the first step of all may take
_FEWEST = 5  # steps; changes that could not make as many are not run
_SLOW = 0.002  # seconds of one step; the reference's takes a tenth of it on small data
_ABOUT = 8  # runs that share the time, about
_PAIRS = 6
_MOST_PARAMETERS = 1500  # of networks whose curvature is computed
_MOST_NUMBERS = 5e7  # parameters squared times examples: about a quarter of a second


def examine_training(
    backward_prop, forward_prop, X, y, *, p=None, scheme="he", learning_rate=0.1, steps=1000, batch_size=None,
    hidden="relu", output="sigmoid", loss=None, rng=0,
):  # fmt: skip
    """Run a learner's training, read its symptom, name the cause with its evidence, and find the single changes that revive it.

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
    batch_size : int, optional
        Examples in each step, as in `training.gradient_descent`; None: all of them. Functions that draw batches by themselves are found out.
    hidden, output, loss
        As in `network`; they say how loss and dead units are read, and what the reference computes.
    rng : numpy.random.Generator or int
        Draws initial weights and batches.

    Returns
    -------
    TrainingReport
        With `symptom`, `causes`, `runs` (the learner's first) and `cures`, the changes that make it train.

    Raises
    ------
    TypeError, ValueError
        For arguments that describe no training. Never for what the learner's functions do.

    All runs together take about `TIME` seconds, whatever the functions cost.
    Told in: notebooks/07_the_verdict.ipynb
    """
    with told_plainly():
        own = _setting(backward_prop, forward_prop, X, y, p, scheme, learning_rate, batch_size, hidden, output, loss, rng)
        steps = checks.whole("steps", steps)
    with guard.randomness_kept(), np.errstate(all="warn", under="ignore"):
        budget = Budget(TIME)
        learners = forward_prop is not None or backward_prop is not None
        call = first_call(own, budget.until(_ONE_STEP), _FIRST * TIME / _FEWEST, learners)
        before = budget.left()
        first = _first_run(own, steps, budget, call)
        each = (before - budget.left()) / first.reached if first.reached else call.took or 0.0  # of many: a single one may have been held up
        slow = call.right and each > _SLOW and (first.cut or each * steps > budget.left() / _ABOUT)
        setting = _by_the_reference(own) if slow else own
        stand_in = descend(setting, steps, budget.until(_FIRST), budget.end) if slow and first.cut else None
        judged = stand_in or first
        told = partial(TrainingReport, floor=own.floor, steps=steps, stand_in=stand_in, by_reference=slow, wrong=call.wrong)
        if judged.trains or judged.symptom == "too slow":
            return told((first,))
        tried = standard(setting, rng, scheme if p is None else None, call.random)
        suspects, runs = _experiments(setting, judged, call, steps, budget, tried, 0.0 if slow else each)
        return told((first, *runs.values()), causes=causes.judged(suspects, runs, judged))


def _first_run(own, steps, budget, call):
    """The learner's run; "too slow" where one step, or a few, is all that it had the time for."""
    if call.stopped or (call.took or 0.0) > budget.left():
        return Run(own.note, cut=True, stopped=f"step 0: {call.stopped or f'one step takes {call.took:.2g} seconds'}", symptom="too slow")
    first = descend(own, steps, budget.until(_FIRST), budget.end)
    if first.cut and first.reached < _FEWEST and not first.trains:
        first.symptom = "too slow"
    return first


def _by_the_reference(s):
    """The setting with the reference's passes, for functions that are right and slow."""
    words = {"hidden": s.hidden, "output": s.output}
    backward = partial(network.backward_prop, **words, loss=s.loss)
    return replace(s, note="the same, by the reference", forward_prop=partial(network.forward_prop, **words), backward_prop=backward)


def _experiments(own, first, call, steps, budget, tried, cost):
    """What a run that does not train shows, and what becomes of it with one thing changed, or two: (suspects, {key: Run})."""
    noisy = first.first and (call.random or own.batch_size not in (None, own.X.shape[1])) and cost * 2 * DRAWS < _FIRST * budget.left()
    known = own.p if not noisy or first.last.blocked else first.last.p
    curved = None if first.last is None or first.last.blocked else _curvature(own)
    examined = Examined(own, first, call, curved, noise(own, known, budget.end) if noisy else None)
    suspects = causes.suspected(examined)
    keys = list(dict.fromkeys(key for cause in suspects for key in cause.removed_by))
    tried += [change for key in keys if (change := asked_for(key, own, examined.rates()))]
    runs = {}
    for k, change in enumerate(tried):
        _run(runs, change, own, steps, budget, 1 / (len(tried) - k + 1), cost)
    if not any(run.trains for run in runs.values()):
        further = [slower(own)] if "rate/100" in keys else []
        any(_run(runs, change, own, steps, budget, 1 / 2, cost) for change in [*further, *pairs(tried, keys)[:_PAIRS]])  # until one trains
    return suspects, runs


def _run(runs, change, own, steps, budget, part, cost):
    """Run one change if a few of its steps, each of so many seconds, fit into this part of what is left; True where it trains."""
    cost *= DRAWS if change.key == "mean of calls" else 1
    if cost * _FEWEST > part * budget.left():
        return False
    runs[change.key] = descend(change(own), steps, budget.until(part), budget.end)
    return runs[change.key].trains


def _curvature(s):
    """The largest eigenvalue of the Hessian at the start, by the reference, of as many examples as can be afforded; None where it has none."""
    n = sum(value.size for value in s.p.values())
    if n > _MOST_PARAMETERS:
        return None
    some = slice(None, None, max(1, int(np.ceil(n * n * s.X.shape[1] / _MOST_NUMBERS))))
    try:
        return curvature.sharpness(s.X[:, some], s.y.reshape(1, -1)[:, some], s.p, s.hidden, s.output, s.loss)
    except (ValueError, np.linalg.LinAlgError):
        return None


def _setting(backward_prop, forward_prop, X, y, p, scheme, learning_rate, batch_size, hidden, output, loss, rng):
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
    if batch_size is not None:
        batch_size = batches.size(batch_size, X.shape[1])
    seed = int(checks.generator(rng).integers(2**32))
    return Setting(
        "as you have it", forward_prop or partial(network.forward_prop, hidden=hidden, output=output),
        backward_prop or partial(network.backward_prop, hidden=hidden, output=output, loss=loss),
        X, y, p, checks.positive("learning_rate", learning_rate), hidden, output, loss, floor, *_two_values(y), batch_size, seed,
    )  # fmt: skip


def _two_values(y):
    """The share of the commoner value of y and the middle between its two values; NaN where it does not take exactly two."""
    values, counts = np.unique(y, return_counts=True)
    return (float(counts.max() / y.size), float(values.mean())) if len(values) == 2 else (np.nan, np.nan)


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


