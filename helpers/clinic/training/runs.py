"""One run of gradient descent with a learner's functions, guarded and for a limited time, with what was seen on the way."""

import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from helpers import checks, network
from helpers.clinic import guard
from helpers.clinic.patient import kind
from helpers.clinic.training import budget, seen
from helpers.clinic.training.symptoms import symptom
from helpers.training import PLAIN, batches

RECORDS = 150
_EVERY_STEP = 20  # so many steps are looked at one by one: units die in the first ones
_LATEST = 20  # so many output biases are kept, of steps that follow one another


@dataclass
class Setting:
    """What a run depends on. `note` says what was changed, `floor` is the loss of an uninformed guess, `majority` the share of the commoner
    of two labels (NaN where y takes other values than two), `middle` lies between these two."""

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
    majority: float
    middle: float
    batch_size: int | None = None
    seed: int = 0
    update: object = PLAIN


@dataclass
class Run:
    """One run: the recorded steps and losses, and what was seen.

    Attributes
    ----------
    note : str
    step, loss : list
    accuracy : float
        At the last record; NaN where y takes other values than two.
    first, last : Seen or None
        The first record and the last.
    died : dict
        {layer: step}: where it was first seen that every unit of a hidden layer, counted from 1, is dead.
    totals : list of float
        ‖dW‖ of all layers together, at each record.
    biases : deque of float
        The output bias at the last steps, one after another.
    reached : int
        The last step that was begun.
    cut : bool
        Whether its time was over before its steps were.
    stopped : str or None
        At which step it ended early, and why.
    symptom : str
        A word of `symptoms.MEANING`.
    """

    note: str
    step: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    accuracy: float = float("nan")
    first: object = None
    last: object = None
    died: dict = field(default_factory=dict)
    totals: list = field(default_factory=list)
    biases: deque = field(default_factory=lambda: deque(maxlen=_LATEST))
    reached: int = 0
    cut: bool = False
    stopped: str | None = None
    symptom: str = ""

    @property
    def trains(self):
        """Whether it has learned something worth the name."""
        return self.symptom == "trains"

    @property
    def dead(self):
        """For each hidden layer, the number of units with slope 0 for every example, at the end."""
        return self.last.dead if self.last else ()

    @property
    def saturated(self):
        """For each hidden layer, the number of units whose slope is nearly 0 for every example, at the end."""
        return self.last.saturated if self.last else ()

    @property
    def widths(self):
        """The units of each hidden layer."""
        return self.last.widths if self.last else ()


class _Stop(Exception):
    """A run cannot go on: the reason and the symptom."""


def descend(s, steps, until=float("inf"), end=float("inf")):
    """Gradient descent in one setting: a Run, whatever the functions do.

    until, end : moments by `budget.clock`: no step begins that would probably end after `until`, and a call is stopped at `end`.
    """
    run = Run(s.note)
    with guard.quiet(), guard.settings_kept():
        try:
            _descend(run, s, steps, until, partial(budget.ask, end))
        except KeyboardInterrupt:
            raise
        except _Stop as reason:
            why, run.symptom = reason.args
        except guard.OutOfTime as stop:
            why, run.symptom = str(stop), "too slow"
        except checks.DomainError as error:
            why, run.symptom = guard.said(error), "not finite"
        except BaseException as error:
            why, run.symptom = f"{type(error).__name__[:80]}: {guard.said(error)}", "raises"
        else:
            why = None
    run.stopped = why and f"step {run.reached}: {why}"
    run.symptom = run.symptom or symptom(run, s)
    return run


def _descend(run, s, steps, until, ask):
    p = {name: np.array(value, dtype=float) for name, value in s.p.items()}
    memory, choices = s.update.start(p), chosen_columns(s)
    every = max(1, steps // RECORDS) | 1  # an odd number, so that a loss that alternates shows both its values
    took = 0.0
    for reached in range(steps + 1):
        began = budget.clock()
        if reached and began + took > until:
            run.cut = True
            return
        run.reached = reached
        chosen, record = next(choices), reached % every == 0 or reached == steps
        if chosen is None or record:
            c = ask(s.forward_prop, s.X.copy(), p)
        if record or (chosen is None and reached < _EVERY_STEP):
            look = _look(run, s, c, p, record)
        if chosen is not None:
            c = ask(s.forward_prop, columns(s, chosen)[0], p)
        grads = _gradients(ask(s.backward_prop, *columns(s, chosen), c, p), p)
        if record:
            _keep(run, look, p, grads, s.learning_rate)
        run.biases.append(float(p[f"b{len(p) // 2}"][0, 0]))
        p, memory = s.update.step(p, grads, memory, s.learning_rate, reached + 1)
        took = budget.clock() - began


def chosen_columns(s):
    """Endless choices of columns, as `training.gradient_descent` makes them; None for all of them."""
    m = s.X.shape[1]
    return itertools.repeat(None) if s.batch_size in (None, m) else batches.draw(m, s.batch_size, np.random.default_rng(s.seed))


def columns(s, chosen):
    """Copies of X and y, or of the chosen columns of both; a y of another shape than (1, m) is cut as it is."""
    if chosen is None:
        return s.X.copy(), s.y.copy()
    return s.X[:, chosen], s.y[:, chosen] if s.y.ndim == 2 and s.y.shape[0] == 1 else s.y[chosen]


def _look(run, s, c, p, record):
    """What the cache of all examples shows; where a record is due, with loss and accuracy."""
    look = seen.look(run.reached, p, c, s.hidden, s.output)
    for l in look.blocked:
        run.died.setdefault(l, run.reached)
    if not record:
        return look
    L = network.depth(c)
    A, Z = (np.array(checks.reals(f"{kind}{L} of forward_prop", c[f"{kind}{L}"]), dtype=float) for kind in "AZ")
    if not np.isfinite(A).all():
        raise _Stop(f"A{L} holds numbers that are not finite", "not finite")
    y = s.y.reshape(1, -1)
    try:
        value = network.compute_loss(y, {f"A{L}": A, f"Z{L}": Z}, s.output, s.loss)
    except checks.DomainError:
        value = float("inf")
    run.step.append(run.reached)
    run.loss.append(value)
    run.accuracy = float(((A > s.middle) == (y > s.middle)).mean()) if np.isfinite(s.middle) else float("nan")
    run.last = look
    run.first = run.first or look
    if not np.isfinite(value):
        raise _Stop(f"J is infinite: A{L} is 0 or 1, or outside, where the label says otherwise", "not finite")
    return look


def _keep(run, look, p, grads, rate):
    """Complete a record by what the backward pass returned."""
    norms, moves = seen.norms(p, grads, rate)
    complete = replace(look, norms=norms, moves=moves)
    run.first = complete if run.first is look else run.first
    run.last = complete
    run.totals.append(float(np.linalg.norm(norms)))


def _gradients(returned, p):
    """The gradients by name, in the shapes of their parameters."""
    if not isinstance(returned, Mapping):
        raise _Stop(f"backward_prop returns {kind(returned)}, expected a dict with {', '.join(f'd{name}' for name in p)}", "raises")
    grads = {}
    for name, value in p.items():
        gradient = checks.reals(f"d{name}", returned[f"d{name}"])
        shape = np.broadcast_shapes(gradient.shape, value.shape)
        if shape != value.shape:
            raise _Stop(f"d{name} has shape {gradient.shape}, so that the update would turn {name} from {value.shape} into {shape}", "shapes")
        grads[f"d{name}"] = gradient if gradient.shape == shape else np.broadcast_to(gradient, shape)
    return grads
