"""A file that runs from top to bottom, with or without a loop, as something that can be asked."""

import ast
import contextlib
import difflib
import re

import numpy as np

from helpers.clinic import guard
from helpers.clinic.model import sources
from helpers.clinic.model.cut import Cut
from helpers.clinic.model.examples import shares, words
from helpers.clinic.model.given import fitted, number
from helpers.clinic.model.guess import kept_rate, rate_of
from helpers.clinic.model.learned import find_parameters
from helpers.clinic.model.plan import ENTERED, Plan
from helpers.clinic.model.put_back import PUT_BACK
from helpers.clinic.model.reading import expression_of, text_of
from helpers.clinic.model.restated import restated
from helpers.clinic.model.stage import FIRST_RUN, as_if_run, namespace, neighbours_forgotten, trouble
from helpers.clinic.model.state import State
from helpers.clinic.model.strides import strides
from helpers.clinic.model.subject import Subject, Trouble
from helpers.clinic.model.syntax import free, roots

MOST = 64
"""Plans of edited texts that are kept."""


class Script(Subject):
    """A script, run once down to its training loop, and then asked pass by pass.

    path : str or Path
        The file. Of a notebook the code cells count.
    loss : str
        An expression in the script's names, as they are after the forward part: "loss", "((out - y) ** 2).mean()".
    rate : str or float, optional
        The learning rate: a name, an expression, a number. A gradient is then (before - after) / rate.
    grads : dict, optional
        {parameter: expression of its gradient}, where the script leaves gradients in names. Without it and without `rate` the script's updates tell.
    once : dict, optional
        Names that get another value before the training loop is entered: {"epochs": 1}.
    only : sequence of str, optional
        The parameters that count.
    seconds : float, optional
        Time for one question; guard.TIME_LIMIT without it.

    Raises Trouble.
    """  # fmt: skip

    def __init__(self, path, loss, rate=None, grads=None, once=None, only=None, seconds=None):
        self.filename, self.seconds = str(path), seconds
        self.text = text_of(path)
        self.stated, self._rate = expression_of(loss, "loss"), None if rate is None else expression_of(rate, "rate")
        self._grads = {name: expression_of(given, f"the gradient of {name}") for name, given in (grads or {}).items()}
        wanted = {name for one in (*self._grads, *(only or ())) for name in roots(expression_of(one, "a parameter's name")[1])}
        results = {name for _, tree, _ in self._grads.values() for name in roots(tree)}
        notes = self._planned(wanted, results)
        sources.register(self.filename, self.text)
        self._known, self._plans, self._patches = set(), {}, sources.Patches()
        self.cut = Cut(self._patches)
        self.slots, self._values = {}, {}
        self._factor, self._matches, self.kept = 1.0, None, []
        with guard.randomness_kept():
            self._begin(once or {})
        self._shares = {name: expression_of(piece, "data") for name, piece in shares(self.stated[1], self.plan.split, self.namespace).items()}
        self.plan.names |= {name for _, tree, _ in self._shares.values() for name in roots(tree)} - set(self._shares)
        notes += [words({name: piece[0] for name, piece in self._shares.items()})] if self._shares else []
        notes += find_parameters(self, list(self._grads) or list(only or ()))
        self.start = {name: slot.start for name, slot in self.slots.items()}
        if not self._grads and self._rate is None:
            notes += self._guess_rate()
        if not self._grads:
            self._factor, self._matches, more = strides(self, [slot.leaf for slot in self.slots.values()])
            notes += more
        self.notes = tuple(notes)
        self.handed_over = frozenset(code for _, _, code in filter(None, (self.stated, self._rate, *self._grads.values())))

    def _planned(self, wanted, results):
        """Read the text for the pass; notes where the loss of one pass has to be said in other words."""
        self.loss_names, notes = free(self.stated[1]), []
        self.plan = Plan(self.text, self.filename, self.loss_names, wanted, results)
        other = restated(self.stated[1], self.plan.split, self.plan.search.places)
        if other is not None:
            tree, note = other
            self.stated, notes = expression_of(ast.unparse(tree), "loss"), [note]
            self.loss_names = free(tree)
            self.plan = Plan(self.text, self.filename, self.loss_names, wanted, results)
        self._first = self.plan
        return notes

    def _guess_rate(self):
        """What the updates themselves say of the rate, as a note."""
        said = rate_of(self.plan.updates, self.plan.functions) or kept_rate(self.namespace)
        if said is None and any(isinstance(one, (ast.AugAssign, ast.Assign)) for one in self.plan.updates):
            self._rate = expression_of("1", "rate")
            return ["No learning rate is seen in the updates: it is taken to be 1."]
        if said is None:
            why = "say what the learning rate is, rate='lr', or where the gradients are, grads={'W1': 'dW1'}: the updates do not show it"
            raise Trouble(why, self.filename)
        self._rate = expression_of(said, "rate")
        return [f"The learning rate is taken to be {said}, as the updates show."]

    # --- the start -------------------------------------------------------------------------------------------------------

    def _begin(self, once):
        """Run what runs once, and go into the training loop."""
        self.namespace = namespace(self.filename)
        with neighbours_forgotten(self.filename):
            self._run(self.plan.head(), FIRST_RUN, ", above the training")
            missing = [name for name in once if name not in self.namespace]
            if missing:
                raise Trouble(f"once names {missing[0]}, which is nothing that the script sets above its training loop", self.filename)
            self.namespace.update(once)
            for line, code in self.plan.entrances():
                self.namespace.pop(ENTERED, None)
                self._run(code, FIRST_RUN, ", on the way into the training loop")
                if ENTERED not in self.namespace:
                    raise Trouble(f"the loop in line {line} makes no pass", self.filename, line)
        for name in self.plan.split.moving:
            value = self.namespace.get(name)
            if type(value) is int or (isinstance(value, np.ndarray) and value.dtype.kind in "iu"):
                self.namespace[name] = float(value) if type(value) is int else value.astype(float)
        self.namespace[PUT_BACK] = lambda: self._put()  # a function of ours, which State leaves alone
        self.state = State(self.namespace)

    def _run(self, code, seconds, where=""):
        """Run code in the script's namespace."""
        if code is None:
            return
        try:
            with as_if_run(self.filename), guard.quiet():
                guard.limited(exec, code, self.namespace, seconds=seconds)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise trouble(error, self.filename, where) from error

    def _put(self):
        for name, slot in self.slots.items():
            slot.put(self._values[name])

    # --- questions -------------------------------------------------------------------------------------------------------

    def loss(self, values):
        """The loss at `values`, without any update. Raises Trouble."""
        return self.ask(values, self.plan.loss_code, self.loss_now, self.cut.within)

    def gradients(self, values):
        """What one pass says: (before - after) / rate, or what stands in the names given. Raises Trouble."""
        return self.ask(values, self.plan.pass_code, self._said)

    def ask(self, values, code, answer, within=contextlib.nullcontext):
        """Run code with the parameters at `values`, and return `answer()`, taken while the namespace is as it was left; both `within()`."""
        self._values, new = values, code not in self._known
        self._known.add(code)
        with guard.randomness_kept() if new or self.state.draws else contextlib.nullcontext():
            self.state.restore()
            try:
                self._put()
                with within():
                    self._run(code, self.seconds)
                    return answer()
            finally:
                self.state.restore(everything=new)  # code that runs for the first time may change what none did before

    def loss_now(self):
        """The loss in the namespace as it is, the parameters at their values."""
        self._put()
        self.namespace.update({name: self._evaluated(piece, "data") for name, piece in self._shares.items()})
        value = self._evaluated(self.stated, "loss")
        array = number(value)
        if array is None or array.size != 1:
            what = f"of shape {np.shape(value)}: take its mean or its sum" if array is not None and array.ndim else f"{guard.said(value, repr)}"
            raise Trouble(f"loss {self.stated[0]!r} is no number but {'an array ' if array is not None else ''}{what}", self.filename)
        return float(array.ravel()[0])

    @property
    def rate(self):
        """The learning rate of the updates, None where gradients are given."""
        if self._grads or self._matches is not None:
            return None
        inside = not roots(self._rate[1]) <= set(self.namespace)  # a function that is part of the pass gets it handed over
        return self._factor * self.ask(self.start, self.plan.pass_code if inside else None, self._rate_now)

    def _said(self):
        if self._grads:
            return {
                name: self._shaped(name, number(self._evaluated(self._grads[name], "grads"))) if name in self._grads else None for name in self.slots
            }
        if self._matches is not None:
            matches = {name: self._matches[name].read(self.namespace, slot.shape)[0] for name, slot in self.slots.items()}
            return matches
        rate = self._factor * self._rate_now()
        return {name: self._difference(name, slot.read(), rate) for name, slot in self.slots.items()}

    def _shaped(self, name, value):
        return None if value is None else fitted(value, self.slots[name].shape)[0]

    def _difference(self, name, after, rate):
        before = self._values[name]
        if after is None or (after.shape == np.shape(before) and np.array_equal(after, before)):
            return None
        return (before - after) / rate if after.shape == np.shape(before) else np.full(np.shape(before), np.nan)

    def _rate_now(self):
        rate = number(self._evaluated(self._rate, "rate"))
        if rate is None or rate.size != 1 or not np.isfinite(rate).all() or not rate.any():
            raise Trouble(
                f"rate {self._rate[0]!r} is {guard.said(self._evaluated(self._rate, 'rate'), repr)}, expected a number other than 0", self.filename
            )
        return float(rate.ravel()[0])

    def _evaluated(self, expression, what):
        said, _, code = expression
        try:
            with guard.quiet():
                return guard.limited(eval, code, self.namespace, seconds=self.seconds)
        except KeyboardInterrupt:
            raise
        except NameError as error:
            why = f"{what} {said!r} names {error.name}, which the script does not have{self._near(error.name)}"
            raise Trouble(why, self.filename) from error
        except BaseException as error:
            raise Trouble(f"{what} {said!r} raises {type(error).__name__}: {guard.said(error)}", self.filename, None, error) from error

    def _near(self, name):
        known = [one for one in self.namespace if not one.startswith("__")]
        near = difflib.get_close_matches(name or "", known, n=3, cutoff=0.5) or [one for one in known if re.search(r"(?i)loss|cost|err", one)][:3]
        return f": did you mean {' or '.join(near)}?" if near else ""

    # --- edits -----------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def edited(self, texts):
        """Within, the code is that of {filename: whole text}: one pass is compiled anew, functions get other code, nothing is run.

        ValueError where what runs only once was changed, SyntaxError as it comes.
        """
        texts = dict(texts)
        plan, functions = self._edited(texts.pop(self.filename, self.text))
        texts |= functions
        with self._patches(texts) if texts else contextlib.nullcontext():
            before, self.plan = self.plan, plan
            try:
                self._known, self.cut.texts = set(), texts
                yield
            finally:
                self.plan, self._known, self.cut.texts = before, set(), {}

    def _edited(self, text):
        """(plan, {filename: text} for the functions) of another text; the last ones are kept."""
        if text == self.text:
            return self._first, {}
        if text not in self._plans:
            plan = self._first.edited(text)
            same = self._first.same_functions(plan)
            while len(self._plans) >= MOST:
                self._plans.pop(next(iter(self._plans)))
            self._plans[text] = plan, {} if same else {self.filename: self._first.functions_of(plan)}
        return self._plans[text]
