"""Step through a network forward and back: each statement with its numbers, each gradient as a sum over paths, a learner's code beside the truth."""

import math
import re
from pathlib import Path

import numpy as np
import traitlets

from helpers import checks
from helpers.widgets.kit.base import Widget, table
from helpers.widgets.kit.settings import Own, Setting, one_number_of, one_of, yes_or_no
from helpers.widgets.network_stepper import picture, words
from helpers.widgets.network_stepper import recording as rec

SPEEDS = (0.5, 1.0, 2.0)
REACH = 4.0  # the sliders of x go at least so far
ENTRY = re.compile(r"\s*([Wb])(\d+)\s*\[\s*(\d+)\s*(?:,\s*(\d+)\s*)?\]\s*")


def _step(stepper, value):
    """A step's name ("dZ2"; "db2" is the step of "dW2"), or its number, counted from 1 as on the screen."""
    steps = stepper.steps
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        if not 1 <= value <= len(steps):
            raise ValueError(f"step is {checks.shown(value)}, expected 1 to {len(steps)} or a name such as 'Z1'")
        return steps[value - 1]["name"]
    for step in steps:
        if isinstance(value, str) and value in step["keys"]:
            return step["name"]
    names = ", ".join(step["name"] for step in steps)
    raise (ValueError if isinstance(value, str) else TypeError)(f"step is {checks.shown(value)}, expected 1 to {len(steps)} or one of {names}")


def _example(stepper, value):
    """Which example of the batch, counted from 1 as on the screen."""
    last = stepper.net.shown
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"example is {checks.shown(value)}, expected a whole number from 1 to {last}")
    if not 1 <= value <= last:
        raise ValueError(f"example is {checks.shown(value)}, expected 1 to {last}")
    return int(value)


def _selected(stepper, value):
    """A weight "W2[3, 1]" or a bias "b2[3]", or nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    found = ENTRY.fullmatch(value) if isinstance(value, str) else None
    if not found or (found[1] == "W") != (found[4] is not None):
        error = ValueError if isinstance(value, str) else TypeError
        raise error(f"selected is {checks.shown(value)}, expected a weight 'W2[3, 1]', a bias 'b2[3]', or ''")
    kind, l, j, k = found[1], int(found[2]), int(found[3]), found[4]
    sizes = stepper.net.sizes
    if not 1 <= l < len(sizes):
        raise ValueError(f"selected is {value!r}, expected a layer from 1 to {len(sizes) - 1}")
    if j >= sizes[l] or (k is not None and int(k) >= sizes[l - 1]):
        shape = (sizes[l], sizes[l - 1]) if kind == "W" else (sizes[l],)
        raise ValueError(f"selected is {value!r}, expected an entry of {kind}{l}, whose shape is {shape}, counted from 0")
    return f"{kind}{l}[{j}]" if k is None else f"{kind}{l}[{j}, {int(k)}]"


def _x(stepper, value):
    """Another input in place of the chosen example's, one number for each input unit; nothing for its own."""
    n = stepper.net.sizes[0]
    try:
        array = checks.reals("x", value).ravel()
    except TypeError:
        raise TypeError(f"x is {checks.shown(value)}, expected {n} numbers, or () for the example's own") from None
    if array.size not in (0, n) or not np.isfinite(array).all():
        raise ValueError(f"x is {checks.shown(value)}, expected {n} finite numbers, or () for the example's own")
    return tuple(array.tolist())


class NetworkStepper(Widget):
    """Forward Z1, A1, ... loss and back dZL, dWL, ... dW1, statement by statement, with every number; gradients as sums over paths.

    Parameters
    ----------
    p : dict of ndarray, optional
        "W1" (n_1, n_x), "b1" (n_1, 1), ..., at most 16 units a layer and 4 hidden layers. The worked 2-10-10-1 network if left out.
    X, y : ndarray, shapes (n_x, m) and (1, m), optional
        A batch; if left out that of the chapter on backward propagation, whose example 1 is the worked example.
    backward_prop : function (X, y, c, p) -> grads, optional
        A learner's own: each of its gradients is shown beside the numerical truth, and the first statement that goes wrong is marked.
    output, loss : str, optional
        As in `helpers.network.forward_prop` and `compute_loss`.

    All others are traits, which can be set and read later (`stepper.step = "dZ2"`):

    step : str or int
        "Z1", "A1", ..., "loss", "dZ3", "dW3" (with db3), "dA2", ..., or its number from 1. Kept as the name. If left out it begins
        at the first, or with a learner's backward_prop at its first statement that goes wrong.
    example : int
        Which example of the batch is shown, counted from 1 as on the screen.
    hidden : str
        "relu", "sigmoid" or "tanh" in the hidden layers.
    selected : str
        A weight "W1[1, 0]" or a bias "b2[3]", whose gradient is shown as a sum over paths; "" for none.
    batch : bool
        Whether the table shows all examples, or the chosen one with what it is computed from.
    speed : float
        Steps a second when it plays: 0.5, 1 or 2.
    x : sequence of float
        Another input in place of the chosen example's; () for its own.

    Raises
    ------
    TypeError, ValueError, KeyError
        Names the argument, what came and what was expected. NaN and infinities in p, X and y are told in the widget.

    Derived in: notebooks/05_backward_propagation.ipynb, "How do you write it for any depth?"
    """

    _folder = Path(__file__).parent

    step = Own(_step, "Z1")
    example = Own(_example, 1)
    hidden = Setting(one_of(rec.HIDDEN), "relu")
    selected = Own(_selected, "")
    batch = Setting(yes_or_no, False)
    speed = Setting(one_number_of(SPEEDS), 1.0)
    x = Own(_x, ())

    def __init__(self, p=None, X=None, y=None, backward_prop=None, *, output="sigmoid", loss=None, **settings):
        self.net = rec.make_net(p, X, y, output, loss, backward_prop)
        self.steps = words.steps(self.net.sizes, self.net.m, "relu", output, loss)
        self._runs = {}
        super().__init__(**settings)
        if backward_prop is not None and "step" not in settings:
            self.step = self.run()["check"]["first"] or self.step

    @traitlets.observe("example")
    def _back_to_its_own_input(self, change):
        if self.recording:
            self.x = ()

    def record(self):
        """The network, the batch, and a run for each hidden activation."""
        net = self.net
        reach = max(REACH, math.ceil(np.abs(rec.calm(net.X)).max()))
        return {
            "sizes": net.sizes, "m": net.m, "shown": net.shown, "hidden": rec.HIDDEN, "labels": words.LABELS, "speeds": SPEEDS,
            "p": {name: table(value) for name, value in net.p.items()}, "y": table(net.y[:, : net.shown]), "reach": reach,
            "noise": words.NOISE, "learner": net.backward_prop is not None,
            "runs": {hidden: rec.sent(self.run(hidden)) for hidden in rec.HIDDEN},
        }  # fmt: skip

    def run(self, hidden=None, x=(), example=1):
        """The recorded run of a hidden activation (the chosen one if left out), with another input for an example where x is given."""
        hidden = hidden or self.hidden
        if x:
            return rec.run(self.net, hidden, rec.with_input(self.net, example - 1, x), example - 1)
        if hidden not in self._runs:
            self._runs[hidden] = rec.run(self.net, hidden, self.net.X)
        return self._runs[hidden]

    def shown_run(self):
        """The run that is shown now."""
        return self.run(self.hidden, self.x, self.example)

    def answer(self, question):
        """A run for {"x", "example", "hidden"}."""
        example, x = _example(self, question["example"]), _x(self, question["x"])
        return rec.sent(self.run(one_of(rec.HIDDEN)("hidden", question["hidden"]), x, example))

    @property
    def column(self):
        """The shown example's column of X, from 0."""
        return self.example - 1

    @property
    def position(self):
        """Which step is shown, from 0."""
        return [step["name"] for step in self.steps].index(self.step)

    @property
    def entry(self):
        """The selected weight or bias as ("W" or "b", l, j, k), k the column behind the last one for a bias; None if there is none."""
        if not (found := ENTRY.fullmatch(self.selected)):
            return None
        l = int(found[2])
        return found[1], l, int(found[3]), self.net.sizes[l - 1] if found[4] is None else int(found[4])

    def describe(self):
        """The step with its numbers, and the chosen weight's gradient, in words."""
        run = self.shown_run()
        if run["message"]:
            return f"Step {self.position + 1} of {len(self.steps)}: {self.step} has no numbers. {run['message']}"
        says = run["says"][self.position][self.column]
        return f"{says} {rec.about(self.net, run['arrays'], self.entry, self.column)}" if self.entry else says

    def picture(self):
        """The network with the numbers of the step in its units, and the statement with its formula."""
        return picture.draw(self.net, self.shown_run(), self.position, self.column)

    def __repr__(self):
        sizes = "-".join(map(str, self.net.sizes))
        return super().__repr__().replace("(", f"({sizes}, " if super().__repr__()[-2] != "(" else f"({sizes}", 1)
