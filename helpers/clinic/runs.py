"""One run of gradient descent with a learner's functions, guarded, and the word for its symptom.

What "trains", "stuck", "at the floor" and "dead" mean is said once, in `helpers.training`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from helpers import checks, network, training
from helpers.activations import get_activation
from helpers.clinic import guard
from helpers.clinic.patient import kind
from helpers.training.outcome import STUCK_FROM, TRAINS_BELOW

RECORDS = 150
_SATURATED = 0.01  # a sigmoid unit whose slope is below this share of its largest for every example
_NEARLY_ALL = 0.8  # of the units of a layer


@dataclass
class Setting:
    """What a run depends on. `note` says what was changed, `floor` is the loss of an uninformed guess."""

    note: str
    forward_prop: object
    backward_prop: object
    X: np.ndarray
    y: np.ndarray
    p: dict
    learning_rate: float
    hidden: str
    output: str
    loss: str
    floor: float


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
    widths : tuple of int
        The units of each hidden layer.
    reached : int
        The last step that was begun.
    stopped : str or None
        At which step it ended early, and why.
    symptom : str
        A word of `training_report.MEANING`.
    """

    note: str
    step: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    accuracy: float = float("nan")
    dead: tuple = ()
    saturated: tuple = ()
    widths: tuple = ()
    reached: int = 0
    stopped: str | None = None
    symptom: str = ""

    @property
    def trains(self):
        """Whether it has learned something worth the name."""
        return self.symptom == "trains"


class _Stop(Exception):
    """A run cannot go on: the reason and the symptom."""


def descend(s, steps):
    """Gradient descent in one setting: a Run, whatever the functions do."""
    run = Run(s.note)
    with guard.quiet(), guard.settings_kept():
        try:
            _descend(run, s, steps)
        except KeyboardInterrupt:
            raise
        except _Stop as reason:
            why, run.symptom = reason.args
        except guard.OutOfTime:
            why, run.symptom = f"a call was stopped after {guard.TIME_LIMIT} seconds", "raises"
        except checks.DomainError as error:
            why, run.symptom = guard.said(error), "not finite"
        except BaseException as error:
            why, run.symptom = f"{type(error).__name__[:80]}: {guard.said(error)}", "raises"
        else:
            why = None
    run.stopped = why and f"step {run.reached}: {why}"
    run.symptom = run.symptom or _symptom(run, s)
    return run


def _descend(run, s, steps):
    p = {name: np.array(value, dtype=float) for name, value in s.p.items()}
    every = max(1, steps // RECORDS)
    for run.reached in range(steps + 1):
        c = guard.limited(s.forward_prop, s.X.copy(), p)
        if run.reached % every == 0 or run.reached == steps:
            _record(run, s, c)
        p = _updated(p, guard.limited(s.backward_prop, s.X.copy(), s.y.copy(), c, p), s.learning_rate)


def _record(run, s, c):
    L = network.depth(c)
    A, Z = (np.array(checks.reals(f"{kind}{L} of forward_prop", c[f"{kind}{L}"]), dtype=float) for kind in "AZ")
    if not np.isfinite(A).all():
        raise _Stop(f"A{L} holds numbers that are not finite", "not finite")
    try:
        value = network.compute_loss(s.y.reshape(1, -1), {f"A{L}": A, f"Z{L}": Z}, s.output, s.loss)
    except checks.DomainError:
        value = float("inf")
    dead = training.dead_mask(c, s.hidden)
    run.step.append(run.reached)
    run.loss.append(value)
    run.accuracy = float(((A > 0.5) == (s.y.reshape(1, -1) > 0.5)).mean())
    run.dead, run.widths = tuple(int(mask.sum()) for mask in dead), tuple(mask.size for mask in dead)
    run.saturated = _saturated(c, s.hidden, L)
    if not np.isfinite(value):
        raise _Stop(f"J is infinite: A{L} is 0 or 1, or outside, where the label says otherwise", "not finite")


def _saturated(c, hidden, L):
    """For each hidden layer, the number of sigmoid or tanh units whose slope is small for every example."""
    if hidden not in ("sigmoid", "tanh"):
        return (0,) * (L - 1)
    g = get_activation(hidden)
    largest = float(g.slope(0.0))
    return tuple(int((g.slope(np.asarray(c[f"Z{l}"])) < _SATURATED * largest).all(axis=1).sum()) for l in range(1, L))


def _updated(p, grads, rate):
    if not isinstance(grads, Mapping):
        raise _Stop(f"backward_prop returns {kind(grads)}, expected a dict with {', '.join(f'd{name}' for name in p)}", "raises")
    new = {}
    for name, value in p.items():
        gradient = checks.reals(f"d{name}", grads[f"d{name}"])
        step = value - rate * gradient
        if step.shape != value.shape:
            raise _Stop(f"d{name} has shape {gradient.shape}, so that the update would turn {name} from {value.shape} into {step.shape}", "shapes")
        new[name] = step
    return new


# --- the symptom -----------------------------------------------------------------------------------------------------


def _symptom(run, s):
    """The one word for a loss curve, and for what was seen in the units."""
    fate = _fate(run, s)
    if fate == "trains":
        return "trains"
    loss = np.array(run.loss)
    last = float(np.median(loss[-max(3, len(loss) // 10) :]))
    if last > max(2 * loss[0], 2 * s.floor) and last > loss.min() * 4:
        return "diverges"
    late = loss[len(loss) // 2 :]
    if len(late) > 4 and (np.diff(late) > 0.05 * late.mean()).mean() > 0.2:
        return "oscillates"
    if run.loss[-1] >= STUCK_FROM * s.floor:
        if any(dead == width for dead, width in zip(run.dead, run.widths, strict=True)):
            return "dead units"
        if any(count >= _NEARLY_ALL * width for count, width in zip(run.saturated, run.widths, strict=True)):
            return "saturated units"
    if fate == "stuck":
        return "stuck at the entropy of the labels" if s.loss == "bce" and training.at_floor(run.loss[-1], s.y.reshape(1, -1)) else "stuck"
    return "too sure" if s.loss == "bce" and last > s.floor else "slow"


def _fate(run, s):
    """`training.fate`; for a squared error the same with the variance of y for the floor, and no accuracy."""
    if s.loss == "bce":
        return training.fate(run.loss[-1], run.accuracy, s.y.reshape(1, -1))
    share = run.loss[-1] / s.floor
    return "trains" if share < TRAINS_BELOW else "stuck" if share >= STUCK_FROM else "neither"
