"""Code that is in memory: a model of any shape, the learner's own loss, and their gradients or their update."""

import contextlib
import dataclasses
import inspect
from functools import partial

import numpy as np

from helpers.clinic.model import fresh, given, names, refusals, roles, sources
from helpers.clinic.model.bench import Bench
from helpers.clinic.model.calls import handed_over, loss_value
from helpers.clinic.model.cut import Cut, cut_where_needed
from helpers.clinic.model.learning import Learning, Slopes
from helpers.clinic.model.memory import Memory
from helpers.clinic.model.subject import Adaptive, Subject, Trouble


class Live(Subject):
    """A model in memory.

    Parameters
    ----------
    model : object
        Where the parameters are: a dict, list, tuple, flat vector, object, layers nested in each other.
    loss : callable
        The learner's own, without arguments (one that takes exactly one gets the model).
    grads : callable, optional
        Returns gradients, or leaves them in the objects. Either it or `step` is needed.
    step : callable, optional
        Updates the parameters, or returns new ones: (before - after) / rate counts as the gradient.
    rate : float, optional
        The learning rate of `step`; found in the model where it has just one.
    only : iterable of str, optional
        Names (`W1`, `layers[0].weights`, or the last word of them): nothing else is a parameter.
    layers : list, optional
        Loose layer objects.

    Raises Trouble where the loss is no number, raises, depends on nothing in the model, or changes from call to call.
    """

    def __init__(self, model, loss, grads=None, step=None, rate=None, only=None, layers=None):
        if layers is not None:
            model = {"layers": list(layers)} if model is None else {"model": model, "layers": list(layers)}
        if (grads is None) == (step is None):
            raise Trouble("Say either grads=… (a function that gives gradients) or step=…, rate=… (one that updates the parameters).")
        self.handed_over = handed_over(loss, grads, step)
        self._rng, self._notes, self.seconds, self._added = np.random.default_rng(0), [], None, 1
        self._patches = sources.Patches()
        self._cut = Cut(self._patches)
        make = partial(Bench, model, loss, grads, step, rate, within=self._cut.within)
        self._bench = make()
        self._rate = float(rate if rate is not None else self._read_rate()) if step is not None else None
        self._matches, self._memory, self._slopes = {}, Memory(), {}
        self._notes += cut_where_needed(self._cut, self._bench.loss)
        refusals.refuse_chance(self._bench)
        alone = bool(self._cut.chosen) and self._bench.stands_alone()
        found = roles.dependence(self._bench, self._bench.numbers, self._rng)
        if not found.depends and len(Bench(model, loss, primed=True, within=self._cut.within).numbers) > len(self._bench.numbers):
            self._bench = make(primed=True)
            found = roles.dependence(self._bench, self._bench.numbers, self._rng)
        self._bench.forward_first = not alone
        chosen = refusals.chosen_of(self._bench, only)
        refusals.refuse_nothing(self._bench, found, chosen)
        self._raised, self._found = False, found
        learns = self._learning(found)
        found = roles.decided(found, learns, chosen)
        self._leaves = {leaf.name: leaf for leaf in found.parameters}
        self.start = {name: leaf.array() for name, leaf in self._leaves.items()}
        self._never = {leaf.name for leaf in found.never}
        self._anew = step is not None and not self._raised and self._draws_anew()
        if self._anew:
            self._notes.append("step() draws its parameters itself; others were put in their place once they were drawn.")
        whole = [leaf for leaf in self._bench.integers if roles.learns_by_name(leaf)]
        if whole:
            self._notes.append(f"{roles.listed(whole)}: integers, taken for data. A parameter has to hold floats, such as 1.0.")
        self._remember(found)
        self._bench.state.forget()
        with contextlib.suppress(Trouble):
            self._bench.loss(roles.moved(found.parameters, self._rng))  # shows what a question changes
        self._bench.everything = False
        self.notes = tuple(self._notes)

    # --- the questions -----------------------------------------------------------------------------------------------

    def loss(self, values):
        """The loss at `values`. Raises Trouble."""
        self._bench.seconds = self.seconds
        return self._bench.loss(self._places(values))

    def gradients(self, values):
        """What the code says is the gradient at `values`, NaN where its shape does not fit. Raises Trouble."""
        self._bench.seconds = self.seconds
        if self._raised and not self._matched and self._rate is None:
            self._bench.ask(self._places(values), self._bench.after_forward, everything=True)  # most changes do not let it run, and end here
            self._matches, self._matched = self._matches_now(), True
        places = self._places(values)
        return self._memory.cleared(self._calls(places, self._memory.calls))

    @property
    def rate(self):
        """The learning rate of the step, None where gradients are given."""
        return self._rate

    # --- how a step goes about it ------------------------------------------------------------------------------------

    @property
    def leaves(self):
        """The parameters as Leaf objects."""
        return list(self._leaves.values())

    @property
    def by_name(self):
        """Whether every gradient was found by its name; of what is left in objects, by one that says that it is a gradient."""
        return set(self._matches) == set(self._leaves) and all(
            match.how == "name" or (match.how == "left" and names.says_gradient(match.path)) for match in self._matches.values()
        )

    @property
    def unclear(self):
        """Parameters whose update changes from call to call, and not as a momentum changes it."""
        return self._memory.unclear

    def ask_step(self, question):
        """`question(run)` at the start, or `question()` of one that runs the step itself."""
        run = self._bench.after_forward
        takes = inspect.signature(question).parameters
        return self._bench.ask([], (lambda: question(run)) if takes else question, everything=True)

    def values_now(self):
        """{name: array} of the parameters at this moment of a question."""
        found = {name: given.number(self._bench.now(leaf)) for name, leaf in self._leaves.items()}
        return {name: value for name, value in found.items() if value is not None}

    def shaken(self, k):
        """(gradients, loss) at the start after k random numbers were drawn from every generator."""

        bench = self._bench

        def loss():
            bench.state.draw(k)
            return loss_value(bench.call.run(bench.root, self.seconds))

        return bench.ask([], lambda: self._one_call([], before=lambda: bench.state.draw(k)), everything=True), bench.ask([], loss, everything=True)

    @contextlib.contextmanager
    def edited(self, texts):
        """Within, the functions run the code of `texts`. Raises SyntaxError, ValueError."""
        before = self._bench.everything
        try:
            with self._patches(texts):
                self._bench.everything, self._matched, self._cut.texts = True, False, texts
                yield
        finally:
            self._matched, self._cut.texts = False, {}
            self._bench.everything = before
            self._bench.state.restore(everything=True)

    def _learning(self, found):
        """Ids of what learns; where the code raises, of what may be a parameter: a repair may make it run."""
        learning, self._matched = Learning(self._bench, self._rng), False
        try:
            learns = learning.by_grads(found) if self._rate is None else learning.by_step(found)
        except Trouble as what:
            if not isinstance(what.cause, Exception) or not what.line:
                raise
            self._raised = True
            return {id(leaf) for leaf in learning.likely(found)}
        self._matches = learning.matches
        self._notes += learning.notes
        return learns

    def _matches_now(self):
        """Where code that raised as it stood has its gradients once it runs. Raises Trouble where it does not yet."""
        learning = Learning(self._bench, np.random.default_rng(0))
        learning.by_grads(dataclasses.replace(self._found))
        return learning.matches

    def _places(self, values):
        return [(leaf, np.asarray(values[name], dtype=float)) for name, leaf in self._leaves.items() if name in values]

    def _calls(self, places, times):
        """What so many calls in a row say of the gradients, each from the same parameters."""
        return self._bench.ask(places, lambda: [self._one_call(places, again=k) for k in range(times)], everything=True)

    def _one_call(self, places, again=0, before=lambda: None):
        bench = self._bench
        if again:
            bench.put_again(places)
        placed = (lambda step: fresh.placing(bench, places, step)) if self._anew else None
        answer = given.unrolled(bench.after_forward(placed, before))
        values = {leaf.name: value for leaf, value in places}
        if self._rate is None:
            return {name: self._read(name, answer) for name in self._leaves}
        return {name: self._step(leaf, values.get(name, self.start[name]), answer) for name, leaf in self._leaves.items()}

    def _read(self, name, answer):
        match = self._matches.get(name)
        if match is None:
            return None
        return match.read(self._bench.everything_now() if match.how == "left" else answer, self.start[name].shape)[0]

    def _step(self, leaf, before, answer):
        match = self._matches.get(leaf.name)
        if match is not None:
            after, _ = match.read(answer, np.shape(before))
        else:
            after = given.number(self._bench.now(leaf))
        if after is None or (leaf.name in self._never and np.array_equal(after, before)):
            return None
        if after.shape != np.shape(before):
            return np.full(np.shape(before), np.nan)
        return (before - after) / (self._rate * self._added)

    def _misfits(self):
        """Sentences about gradients whose shape is not that of their parameter."""

        def read(answer):
            answer = given.unrolled(answer)
            for name, match in self._matches.items():
                leaf = self._leaves.get(name)
                said = leaf and match.read(self._bench.everything_now() if match.how == "left" else answer, np.shape(leaf.value))[1]
                if said:
                    yield f"The gradient of {name} does not fit: {said}."
            for leaf in self._leaves.values() if self._rate is not None else ():
                after = given.number(self._bench.now(leaf))
                if after is not None and after.shape != np.shape(leaf.value):
                    yield f"{leaf.name} has shape {np.shape(leaf.value)}, and {after.shape} after a step."

        return self._bench.answer([], lambda answer: list(read(answer)))

    def _draws_anew(self):
        """Whether step() draws its own parameters before it updates them, such that others can be put in their place."""
        arrays = [leaf for leaf in self._leaves.values() if leaf.kind == "array"]
        if len(arrays) < len(self._leaves) or self._matches:
            return False
        self._anew = False
        first, other = (self._after(point) for point in ([], roles.moved(arrays, self._rng)))
        if not all(np.array_equal(first[key], other[key]) for key in first):
            return False
        self._anew = True
        placed = self._after([(leaf, self.start[leaf.name]) for leaf in arrays])
        return all(np.array_equal(first[key], placed[key]) for key in first)

    def _after(self, point):
        """{id of a leaf: what step() makes of it}."""
        leaves = list(self._leaves.values())
        return self._bench.ask(point, lambda: self._one_call(point) and roles.arrays_after(self._bench, leaves), everything=True)

    def _share_of_calls(self, point):
        """Where the gradients of several calls make one update, see whether they are added up or averaged."""
        k = self._bench.repeats
        if k > 1:
            right, slopes = Slopes(self._bench, point, self._rng), self._calls(point, 1)[0]
            fits = [sum(value is not None and right(name, value / by) for name, value in slopes.items()) for by in (1, k)]
            if fits[1] > fits[0]:
                self._added = k
                self._notes.append(f"It adds up their gradients: 1/{k} of its update was taken.")

    # --- what is a parameter -----------------------------------------------------------------------------------------

    def _read_rate(self):
        leaf = refusals.rate_of(self._bench)
        self._notes.append(f"The learning rate was read from {leaf.name}: {float(leaf.value):g}.")
        return leaf.value

    def _choose_forward(self):
        """Where the loss takes another batch at each call, a forward pass before the gradients may take theirs away."""
        bench = self._bench

        def value():
            bench.state.restore_randomness()
            return loss_value(bench.call.run(bench.root, self.seconds))

        one, two = bench.ask([], lambda: (value(), value()), everything=True)
        if one == two or np.isnan(one):
            return
        point = roles.alive(bench, list(self._leaves.values()), self._rng)
        slopes, right = Slopes(bench, point, self._rng), {}
        for first in (True, False):
            bench.forward_first = first
            with contextlib.suppress(Trouble):
                right[first] = sum(value is not None and slopes(name, value) for name, value in self._calls(point, 1)[0].items())
        bench.forward_first = right.get(True, -1) >= right.get(False, -1)
        self._notes.append(f"A second call of loss() gives another value ({one:.6g}, {two:.6g}): it keeps something. Each question starts anew.")

    def _remember(self, found):
        """Say what was taken for data, and see whether a second call gives the same."""
        if found.data:
            self._notes.append(f"Taken for data or settings: {roles.listed(found.data)}.")
        if found.never:
            self._notes.append(f"No gradient comes for {roles.listed(found.never)}.")
        if self._raised:
            return
        self._choose_forward()
        self._notes += self._misfits()
        point = roles.alive(self._bench, list(self._leaves.values()), self._rng)
        with contextlib.suppress(Trouble):  # a parameter that a step gives another shape: the next call raises, the first shows it
            self._memory = Memory.of(self._calls(point, 3), self._rate is not None, Slopes(self._bench, point, self._rng))
        self._notes += self._memory.said
        self._share_of_calls(point)
        size = _one_size(self._calls(point, 1)[0]) if self._rate is not None else None
        if size is not None:
            raise Adaptive(
                f"step() moves every entry by {size * self._rate:.3g}, whatever its gradient is (as Adam, RMSprop or the sign alone do in a "
                "first step): the gradient cannot be read from it. Hand over grads=…, or a step of plain descent.",
                self,
            )


def _one_size(gradients):
    """The size that all entries have in common, None where they differ."""
    entries = np.abs(np.concatenate([g.ravel() for g in gradients.values() if g is not None] or [np.zeros(0)]))
    entries = entries[entries != 0]
    alike = entries.size >= 4 and bool(np.all(np.abs(entries - entries[0]) < 1e-3 * entries[0]))
    return float(entries[0]) if alike else None
