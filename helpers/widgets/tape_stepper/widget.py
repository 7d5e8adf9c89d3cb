"""Step along the tape of a small expression: forward values, then gradients handed back one node at a time, in the right order or a wrong one."""

from pathlib import Path

import numpy as np
import traitlets

from helpers import checks
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.settings import Own, Setting, one_of
from helpers.widgets.tape_stepper import picture, says, words
from helpers.widgets.tape_stepper import recording as rec
from helpers.widgets.tape_stepper.expression import Expression

DEFAULT, GIVEN = "z = a*b + c; u = relu(z); u + a*u", {"a": 2.0, "b": 1.5, "c": -1.0}


def _step(stepper, value):
    """A step from 0, "backward" or "end"."""
    last = stepper.last
    if isinstance(value, str):
        return {"backward": stepper.seed, "end": last}[checks.choice("step", value, ["backward", "end"])]
    return checks.whole("step", value, least=0, most=last)


def _input(stepper, value):
    """The input that moves."""
    return checks.choice("input", value, list(stepper.inputs))


def _value(stepper, value):
    """The value of the input that moves; the nearest recorded one is kept."""
    column = stepper.recorded.values[stepper.input]
    try:
        number = float(checks.floats("value", value))
    except (TypeError, ValueError):
        number = np.nan
    if not column[0] <= number <= column[-1]:
        reach = f"{column[0]:g} to {column[-1]:g}, around what was given for {stepper.input}"
        raise ValueError(f"value is {checks.shown(value)}, expected a number from {reach}")
    return float(column[np.abs(column - number).argmin()])


class TapeStepper(Widget):
    """A graph of your own expression: forward values, then backward one node at a time, each local slope times what came from above.

    Parameters
    ----------
    f : str or function, optional
        "u = x**2; u + u*u": numbers, names, + - * / **, relu, exp, log, tanh, sqrt, sin, cos, abs, max, min; `name = ...;` names a node, the last
        part is the result. Or a function of tensors that is called with the inputs by name and computes one number at each step with
        NumPy's functions. At most 22 nodes, inputs and operations. If left out an expression with a node that is used twice and a relu.
    **inputs : number
        A value for each input: TapeStepper("(a*b + exp(c)) * a", a=2, b=-3, c=0.5).

    All others are traits, which can be set and read later (`stepper.order = "preorder"`):

    order : str
        Whose turn it is to hand on. "right": the tape backwards, last computed first. "preorder": depth first, each node once.
        "unordered": at every arrival. "overwrite": the right order, but what arrives replaces what was there.
    step : int or str
        0: the inputs; then one computation at each step, then the seed dJ/dJ = 1 ("backward"), then a turn at each; "end" for the last.
    input : str
        The input that moves; the others have the values that were given.
    value : float
        Its value; the nearest of 41 recorded ones is kept.

    `stepper.gradients` and `stepper.right` are {input: gradient} when all turns of the order are over, and as they should be.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected; for an expression what is allowed, and where it is not.

    Derived in: notebooks/10_automatic_differentiation.ipynb, "In which order do slopes go back?"
    """

    _folder = Path(__file__).parent

    order = Setting(one_of(words.ORDERS), "right")
    step = Own(_step, 0)
    input = Own(_input, "")
    value = Own(_value, 0.0)

    def __init__(self, f=None, **settings):
        inputs = {name: settings.pop(name) for name in list(settings) if name not in self.settings() and not self.has_trait(name)}
        self.f, self.inputs = _expected(f, inputs, [*self.settings(), *self.class_trait_names()])
        self.recorded = rec.make(self.f, self.inputs)
        late = {name: settings.pop(name) for name in ("value", "step") if name in settings}
        self._first, self._together = "b" if f is None else next(iter(self.inputs)), ()
        super().__init__(**{"input": self._first} | settings)
        for name, value in late.items():
            setattr(self, name, value)

    @traitlets.observe("input")
    def _back_to_what_was_given(self, _):
        if "value" not in self._together:
            self.value = self.inputs[self.input]

    @traitlets.observe("order")
    def _stay_on_the_tape(self, _):
        if "step" not in self._together and self.step > self.last:
            self.step = self.last

    def set_state(self, sync_data):
        """What the browser has set: the order before its step, the input before its value, which are checked by them."""
        self._together = sync_data.keys()
        first = {name: sync_data[name] for name in ("order", "input") if name in sync_data}
        for part in (first, {name: value for name, value in sync_data.items() if name not in first}):
            if part:
                super().set_state(part)
        self._together = ()

    def record(self):
        """Every order at 41 values of each input, the places of the graph, the words."""
        return rec.sent(self.recorded) | {"expression": getattr(self.f, "text", ""), "orders": words.ORDERS, "sentences": words.SENTENCES}

    @property
    def turns(self):
        """The turns of the order that is chosen."""
        return self.recorded.turns[self.order]

    @property
    def seed(self):
        """The step at which backward begins."""
        return len(self.recorded.graph.names) - self.recorded.graph.inputs + 1

    @property
    def last(self):
        """The last step in the order that is chosen."""
        return self.seed + len(self.turns.nodes)

    @property
    def row(self):
        """Which of the recorded values is shown, from 0."""
        return int(np.abs(self.recorded.values[self.input] - self.value).argmin())

    @property
    def run(self):
        """What is recorded for the input that moves."""
        return self.recorded.runs[self.input]

    @property
    def gradients(self):
        """{input: its gradient at the end of the order that is chosen}."""
        return dict(zip(self.inputs, self.run[self.order]["found"][self.row].tolist(), strict=False))

    @property
    def right(self):
        """{input: its right gradient}."""
        return dict(zip(self.inputs, self.run["true"][self.row].tolist(), strict=False))

    def describe(self):
        """The step in words."""
        return says.sentence(self)

    def picture(self):
        """The graph with its values and the gradients so far."""
        return picture.draw(self)

    def __repr__(self):
        shown = {} if self.f is None or self._is_default() else {"": _written(self.f)} | self.inputs
        shown |= {name: getattr(self, name) for name in ("order", "step") if getattr(self, name) != self.trait_defaults(name)}
        shown |= {"input": self.input} if self.input != self._first else {}
        shown |= {"value": self.value} if self.value != self.inputs[self.input] else {}
        return f"TapeStepper({', '.join(f'{name}={value!r}' if name else value for name, value in shown.items())})"

    def _is_default(self):
        return getattr(self.f, "text", None) == DEFAULT and self.inputs == GIVEN


def _written(f):
    return repr(f.text) if isinstance(f, Expression) else getattr(f, "__name__", "f")


def _expected(f, inputs, taken):
    """(an `Expression` or the function, {name: number}) after checking that they belong together."""
    if f is None:
        f, inputs = DEFAULT, GIVEN | inputs
    if not isinstance(f, str) and not callable(f):
        raise TypeError(f"f is {checks.shown(f)}, expected an expression such as 'u = x**2; u + u*u', or a function of tensors")
    f = Expression(f) if isinstance(f, str) else f
    if isinstance(f, Expression):
        if clash := [name for name in f.inputs if name in taken]:
            raise ValueError(f"the expression has an input {clash[0]!r}, the name of a setting: call it otherwise")
        if missing := [name for name in f.inputs if name not in inputs]:
            raise TypeError(f"no value came for the input {missing[0]}, expected one: TapeStepper({f.text!r}, {missing[0]}=1.0)")
        if more := [name for name in inputs if name not in f.inputs]:
            known = f"its inputs are {', '.join(f.inputs)}" if f.inputs else "it has no inputs"
            raise TypeError(f"{more[0]} is no input of the expression {f.text!r}, and no setting: {known}")
        inputs = {name: inputs[name] for name in f.inputs}
    if not inputs:
        raise TypeError("no inputs came, expected at least one by name: TapeStepper('x*x', x=3.0)")
    return f, {name: _number(name, value) for name, value in inputs.items()}


def _number(name, value):
    array = checks.floats(name, value)
    if array.shape != () or abs(array) > 1e6:
        raise ValueError(f"{name} is {checks.shown(value)}, expected one number between −1e6 and 1e6")
    return float(array)
