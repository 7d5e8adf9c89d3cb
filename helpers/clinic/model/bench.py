"""Put parameters where a question wants them, ask, and put everything back as it was."""

import contextlib

import numpy as np

from helpers.clinic.model.calls import Call, loss_value, undisturbed
from helpers.clinic.model.roles import learns_by_name
from helpers.clinic.model.state import State, is_foreign
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.walk import MISSING, follow, leaves

_MOST = 20_000_000  # entries: what is larger is data, and is never moved


class Bench:
    """A model and its functions, on which questions are asked.

    With `primed` every question is asked after one forward pass, which has made what was not there before.
    `numbers` are the Leaf objects that can be moved, `integers` those that hold integers. Arrays that are not of float64, or cannot be
    written, are replaced while a question is asked by arrays that are and can, wherever they stand.
    """

    def __init__(self, model, loss, grads=None, step=None, rate=None, primed=False, within=contextlib.nullcontext):
        self.model, self.root = model, model
        self.call = Call("loss", loss, within=within)
        self.other = Call("grads", grads) if grads is not None else Call("step", step, rate) if step is not None else None
        self.outer = State(model, loss, grads, step) if primed else None
        if primed:
            self._prime()
        self.state = State(model, loss, grads, step)
        found = leaves(model, is_foreign)
        if primed:
            self.outer.restore(everything=True)
        for leaf in found:
            if type(leaf.value) is int and learns_by_name(leaf):
                leaf.kind = "number"  # `b = 0` beside `w = 0.5`
        self.numbers = [leaf for leaf in found if leaf.kind != "integers" and np.size(leaf.value) <= _MOST]
        self.integers = [leaf for leaf in found if leaf.kind == "integers" and isinstance(leaf.value, np.ndarray)]
        self.seconds, self.everything, self.forward_first, self._stand_ins = None, True, True, {}
        self.repeats = 1  # calls of step() that make one update
        arrays = [leaf for leaf in self.numbers if leaf.kind == "array"]
        self._replaced = [leaf for leaf in arrays if not (leaf.value.dtype == np.float64 and leaf.value.flags.writeable)]
        self._elsewhere = {}

    # --- questions ---------------------------------------------------------------------------------------------------

    def ask(self, moved, question, everything=None):
        """What `question()` returns with the (leaf, array) of `moved` in their places. Everything is put back, whatever happens."""
        try:
            if self.outer:
                self.state.restore(everything=True)
            with undisturbed():
                self._put(moved)
                return question()
        finally:
            self.state.restore(self.everything if everything is None else everything)
            self.root, self._stand_ins = self.model, {}
            if self.outer:
                self.outer.restore(everything=True)

    def _prime(self):
        """One forward pass that stays, for layers that make their parameters when they first see an input."""
        try:
            with undisturbed():
                self.call.run(self.model)
        except BaseException:
            self.outer.restore(everything=True)
            raise

    def loss(self, moved=(), after=lambda: None):
        """The loss, a float; `after` is called before anything is put back. Raises Trouble."""

        def question():
            value = loss_value(self.call.run(self.root, self.seconds))
            after()
            return value

        return self.ask(moved, question)

    def answer(self, moved, read, before=lambda: None):
        """`read(what grads() or step() returned)`, after a forward pass with the same randomness; `before` is called between them."""

        return self.ask(moved, lambda: read(self.after_forward(before=before)), everything=True)

    def after_forward(self, around=None, before=lambda: None):
        """What grads() or step() returns after a forward pass. Raises Trouble.

        The loss is called as it is, for what it leaves behind; the random numbers that it drew are drawn again by who comes next.
        """
        if self.forward_first:
            self.call.run(self.root, self.seconds, whole=True)
            self.state.restore_randomness()
        before()
        for _ in range(self.repeats - 1):
            self.other.run(self.root, self.seconds, around)
        return self.other.run(self.root, self.seconds, around)

    def stands_alone(self):
        """Whether grads() or step() raises without a forward pass before it: then it makes its own, and that of the loss would be one more."""
        try:
            self.ask([], lambda: self.other.run(self.root, self.seconds), everything=True)
        except Trouble as what:
            return isinstance(what.cause, Exception) and bool(what.line)
        return False

    # --- moving ------------------------------------------------------------------------------------------------------

    def _put(self, moved):
        for leaf in self._replaced:
            self._stand_ins[id(leaf)] = stand_in = leaf.array()
            self.state.replace(leaf.value, stand_in)
            self.root = stand_in if leaf.value is self.model else self.state.instead_of(self.root)
        for leaf, value in moved:
            if leaf.kind == "array":
                np.ndarray.__setitem__(self.held(leaf), ..., value)
            elif leaf.kind == "numbers":
                _write(leaf.value, np.asarray(value).tolist())
            else:
                self._put_number(leaf, float(value))

    def put_again(self, moved):
        """Put leaves back to where a question wants them, wherever the code has bound them meanwhile."""
        for leaf, value in moved:
            here = self.now(leaf)
            if isinstance(here, np.ndarray) and here.shape == np.shape(value) and here.flags.writeable:
                np.ndarray.__setitem__(here, ..., value)
            elif leaf.kind == "number":
                self._put_number(leaf, float(value))
            elif leaf.kind == "numbers" and isinstance(here, list):
                _write(here, np.asarray(value).tolist())

    def held(self, leaf):
        """The object that stands in the place of a leaf during a question."""
        return self._stand_ins.get(id(leaf), leaf.value)

    def _put_number(self, leaf, value):
        value = type(leaf.value)(value) if isinstance(leaf.value, np.float64) else value
        if not leaf.path:
            self.root = value
            return
        self._stand_ins[id(leaf)] = value
        owner, step = follow(self.model, leaf.path[:-1]), leaf.path[-1]
        if isinstance(owner, tuple):
            self._put_in_tuple(owner, step, value)
        elif step.kind == "attr":
            object.__setattr__(owner, step.which, value) if not isinstance(owner, type) else setattr(owner, step.which, value)
        else:
            type(owner).__setitem__(owner, step.which, value)
        if len(leaf.path) == 1 and step.kind == "key":
            for note, key in self.state.called(step.which, leaf.value):
                note.set(key, value)

    def _put_in_tuple(self, owner, step, value):
        at = owner._fields.index(step.which) if step.kind == "field" else step.which
        self.state.rewrite(owner, at, value)
        self.root = self.state.instead_of(self.model)

    def everything_now(self):
        """What can be looked up during a question: the model, and the globals and closures by name."""
        return [self.root, self.state.now()]

    # --- what stands there now ---------------------------------------------------------------------------------------

    def now(self, leaf):
        """What a leaf holds at this moment, bound anew or changed in place; MISSING where nothing is left."""
        here = follow(self.root, leaf.path)
        start = self.held(leaf)
        if here is not start and here is not MISSING:
            return here
        for note, key, owner, rest in self._other_places(leaf):
            current = note.get(key)
            if current is not owner and not any(current is s for s in self._stand_ins.values()):
                elsewhere = follow(current, rest)
                if elsewhere is not MISSING and elsewhere is not start:
                    return elsewhere
        return here

    def _other_places(self, leaf):
        """(note, key, object, path from there on) wherever the leaf, or an object on its path, is known by another name."""
        if id(leaf) not in self._elsewhere:
            places = [(leaf.value, ())] if leaf.kind != "number" else []
            places += leaf.owners()
            found = [(note, key, owner, rest) for owner, rest in places for note, key in self.state.holders(owner)]
            if leaf.kind == "number" and len(leaf.path) == 1:
                found += [(note, key, leaf.value, ()) for note, key in self.state.called(leaf.path[0].which, leaf.value)]
            self._elsewhere[id(leaf)] = found
        return self._elsewhere[id(leaf)]


def _write(held, values):
    """Write nested lists into nested lists."""
    for k, value in enumerate(values):
        if isinstance(value, list):
            _write(held[k], value)
        else:
            held[k] = value
