"""When the gradients are right and it still does not train: read the symptom, then change one thing at a time.

Told in: notebooks/07_the_verdict.ipynb
"""

import time
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from helpers import checks, datasets, losses, network
from helpers.activations import get_activation
from helpers.clinic.training_report import TrainingReport
from helpers.training import dead_units

TIME = 20.0
"""Seconds that all runs together may take; slower functions get fewer steps, and the report says so."""

RECORDS = 150
_SATURATED = 0.01  # a sigmoid unit whose slope is below this share of its largest for every example
_STUCK = 0.03  # relative distance from the loss of an uninformed guess


@dataclass
class Setting:
    """What a run depends on. `note` says what was changed."""

    note: str
    forward_prop: object
    backward_prop: object
    X: np.ndarray
    y: np.ndarray
    p: dict
    learning_rate: float
    hidden: str
    output: str
    loss: str | None


@dataclass
class Run:
    """One run: the recorded steps and losses, and what was seen at the end.

    Attributes
    ----------
    note : str
    step, loss : list
    accuracy : float
    dead, saturated : tuple of int
        For each hidden layer, units whose slope is 0, or nearly 0, for every example at the end.
    stopped : str or None
        Why it ended early.
    symptom : str
        "trains", "stuck at the entropy of the labels", "not finite", "diverges", "oscillates", "dead units", "saturated units",
        "slow", "shapes", "raises".
    """

    note: str
    step: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    accuracy: float = float("nan")
    dead: tuple = ()
    saturated: tuple = ()
    stopped: str | None = None
    symptom: str = ""

    @property
    def trains(self):
        """Whether it has learned something worth the name."""
        return self.symptom == "trains"


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
    X = checks.matrix("X", X)
    y = checks.floats("y", y)
    if y.size != X.shape[1]:
        raise ValueError(f"y has shape {y.shape}, expected one label for each of the {X.shape[1]} columns of X")
    steps, learning_rate = checks.whole("steps", steps), checks.positive("learning_rate", learning_rate)
    losses.get_loss(output, loss)
    drawn = p is None
    if drawn:
        p = network.init_params((X.shape[0], 10, 10, 1), scheme, rng)
    own = Setting(
        "as you have it", forward_prop or partial(network.forward_prop, hidden=hidden, output=output),
        backward_prop or partial(network.backward_prop, hidden=hidden, output=output, loss=loss),
        X, y, p, learning_rate, hidden, output, loss,
    )  # fmt: skip
    floor = losses.uninformed_loss(y.reshape(1, -1)) if np.isin(y, (0, 1)).all() and (loss or "bce") == "bce" else float(y.var())
    start = time.perf_counter()
    first = _run(own, steps, floor)
    changes = _changes(own, rng, scheme if drawn else None)
    spent = time.perf_counter() - start
    fewer = max(1, int(steps * min(1.0, (TIME - spent) / max(spent * (len(changes) + 1), 1e-9))))
    runs = [first, *(_run(change, fewer, floor) for change in changes)]
    if not any(run.trains for run in runs):
        runs += [_run(both, fewer, floor) for both in _together(changes)]
    return TrainingReport(tuple(runs), floor, steps, fewer)


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
    if own.output != "sigmoid":
        changes.append(replace(
            own, note="sigmoid at the output, cross-entropy", output="sigmoid", loss=None,
            forward_prop=partial(network.forward_prop, hidden=own.hidden), backward_prop=partial(network.backward_prop, hidden=own.hidden),
        ))  # fmt: skip
    return changes


def _together(changes):
    """Where no single change helps: scaled inputs and scaled weights at once, the two that most often go together."""
    inputs = next((c for c in changes if c.note == "inputs standardised"), None)
    weights = next((c for c in changes if c.note.endswith("initialisation")), None)
    return [] if inputs is None or weights is None else [replace(weights, X=inputs.X, note=f"{inputs.note} and {weights.note}")]


def _run(s, steps, floor):
    """Gradient descent in one setting."""
    run = Run(s.note)
    p = {name: np.array(value, dtype=float) for name, value in s.p.items()}
    every = max(1, steps // RECORDS)
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            try:
                c = s.forward_prop(s.X.copy(), p)
                if step % every == 0 or step == steps:
                    _record(run, step, s, c)
                grads = s.backward_prop(s.X.copy(), s.y.copy(), c, p)
                p = _updated(p, grads, s.learning_rate)
            except _Stop as reason:
                run.stopped, run.symptom = f"step {step}: {reason.args[0]}", reason.args[1]
                break
            except (Exception, SystemExit) as error:
                known = isinstance(error, checks.DomainError)
                run.stopped = f"step {step}: {'' if known else type(error).__name__ + ': '}{error}"
                run.symptom = "not finite" if known else "raises"
                break
    if not run.symptom:
        run.symptom = _symptom(run, floor)
    return run


class _Stop(Exception):
    """A run cannot go on: the reason and the symptom."""


def _record(run, step, s, c):
    L = network.depth(c)
    A = np.asarray(c[f"A{L}"], dtype=float)
    if not np.isfinite(A).all():
        raise _Stop(f"A{L} holds numbers that are not finite", "not finite")
    y = s.y.reshape(1, -1)
    cache = {f"A{L}": A, f"Z{L}": np.asarray(c[f"Z{L}"], dtype=float)}
    try:
        value = network.compute_loss(y, cache, s.output, s.loss)
    except checks.DomainError:
        value = float("inf")
    run.step.append(step)
    run.loss.append(value)
    run.accuracy = float(((A > 0.5) == (y > 0.5)).mean())
    run.dead = dead_units(c, s.hidden)
    run.saturated = _saturated(c, s.hidden, L)
    if not np.isfinite(value):
        raise _Stop("the loss is infinite: A3 is 0 or 1, or outside, where the label says otherwise", "not finite")


def _saturated(c, hidden, L):
    """For each hidden layer, the number of sigmoid or tanh units whose slope is small for every example."""
    if hidden not in ("sigmoid", "tanh"):
        return (0,) * (L - 1)
    g = get_activation(hidden)
    largest = float(g.slope(0.0))
    return tuple(int((g.slope(np.asarray(c[f"Z{l}"])) < _SATURATED * largest).all(axis=1).sum()) for l in range(1, L))


def _updated(p, grads, rate):
    new = {}
    for name, value in p.items():
        gradient = np.asarray(grads[f"d{name}"], dtype=float)
        step = value - rate * gradient
        if step.shape != value.shape:
            raise _Stop(f"d{name} has shape {gradient.shape}, so that the update would turn {name} from {value.shape} into {step.shape}", "shapes")
        new[name] = step
    return new


def _symptom(run, floor):
    """The one word for a loss curve, and for what was seen in the units."""
    loss, width = np.array(run.loss), len(run.dead)
    last = float(np.median(loss[-max(3, len(loss) // 10) :]))
    dead_layer = any(count == 10 for count in run.dead)
    if last < 0.7 * floor or last < 0.02:
        return "trains"
    if last > max(2 * loss[0], 2 * floor) and last > loss.min() * 4:
        return "diverges"
    late = loss[len(loss) // 2 :]
    if len(late) > 4 and (np.diff(late) > 0.05 * late.mean()).mean() > 0.2:
        return "oscillates"
    if abs(last - floor) < _STUCK * floor or last > floor:
        if dead_layer:
            return "dead units"
        if width and any(count >= 8 for count in run.saturated):
            return "saturated units"
        return "stuck at the entropy of the labels" if abs(last - floor) < _STUCK * floor else "slow"
    return "slow"
