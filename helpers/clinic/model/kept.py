"""What one object holds, written down and put back in place: a dict, a list, a cell, a class, an array, a random generator.

Every note knows its object (`held`) and what that held (`saved`), whether it has changed, and how to put it back; where other objects can
be put in, also what stands under which key.
"""

import collections
import ctypes
import pickle
import random

import numpy as np

from helpers.clinic.model.walk import MISSING, slots

_BIG, _SOME = 2**24, 100_000  # bytes, entries


class Note:
    """An object (`held`) and what it held (`saved`), under keys where each can be replaced."""

    __slots__ = ("held", "saved")

    def changed(self):
        """Whether it no longer holds what it held."""
        raise NotImplementedError

    def put_back(self):
        """Let it hold again what it held."""
        raise NotImplementedError

    def items(self):
        """(key, value) of what was held and can be replaced."""
        return self.saved.items() if isinstance(self.saved, dict) else ()

    def get(self, key):
        """What is held under a key now, MISSING where nothing is."""
        raise NotImplementedError

    def set(self, key, value):
        """Put something else in its place."""
        raise NotImplementedError


def note_of(kind, held):
    """A Note of an object: kind "dict", "globals" (of a namespace only the names that are added), "list", "set", "cell", "slots", "class", "array"
    or "randomness"."""
    return _KINDS[kind](held)


class _Dict(Note):
    def __init__(self, held):
        self.held, self.saved = held, dict(dict.items(held))

    def changed(self):
        held = self.held
        return len(held) != len(self.saved) or any(dict.get(held, key, MISSING) is not value for key, value in self.saved.items())

    def put_back(self):
        kind = collections.OrderedDict if isinstance(self.held, collections.OrderedDict) else dict
        if len(self.held) != len(self.saved) or any(key not in self.saved for key in self.held):
            for key in [key for key in self.held if key not in self.saved]:
                kind.__delitem__(self.held, key)
        for key, value in self.saved.items():
            if dict.get(self.held, key, MISSING) is not value:
                kind.__setitem__(self.held, key, value)

    def get(self, key):
        return dict.get(self.held, key, MISSING)

    def set(self, key, value):
        dict.__setitem__(self.held, key, value)


class _Globals(_Dict):
    """Of a namespace only the names that are used."""

    def __init__(self, held):
        self.held, self.saved = held, {}

    def add(self, name):
        return self.saved.setdefault(name, self.held.get(name, MISSING))

    def changed(self):
        return any(self.held.get(key, MISSING) is not value for key, value in self.saved.items())

    def put_back(self):
        for key, value in self.saved.items():
            if self.held.get(key, MISSING) is not value:
                self.held.pop(key, None) if value is MISSING else self.held.__setitem__(key, value)


class _List(Note):
    def __init__(self, held):
        self.held, self.saved = held, list(held)

    def changed(self):
        return len(self.held) != len(self.saved) or any(a is not b for a, b in zip(self.held, self.saved, strict=True))

    def put_back(self):
        if isinstance(self.held, collections.deque):
            self.held.clear()
            self.held.extend(self.saved)
        else:
            self.held[:] = self.saved

    def items(self):
        return enumerate(self.saved)

    def get(self, key):
        return self.held[key] if key < len(self.held) else MISSING

    def set(self, key, value):
        self.held[key] = value


class _Set(Note):
    def __init__(self, held):
        self.held, self.saved = held, set(held)

    def changed(self):
        return self.held != self.saved

    def put_back(self):
        self.held.clear()
        self.held.update(self.saved)


class _Cell(Note):
    def __init__(self, held):
        self.held = held
        self.saved = {"value": self.value}

    @property
    def value(self):
        try:
            return self.held.cell_contents
        except ValueError:
            return MISSING

    def get(self, key):
        return self.value

    def changed(self):
        return self.value is not self.saved["value"]

    def put_back(self):
        self.set("value", self.saved["value"])

    def set(self, key, value):
        if value is not MISSING:
            self.held.cell_contents = value
        elif self.value is not MISSING:
            del self.held.cell_contents


class _Slots(Note):
    def __init__(self, held):
        self.held = held
        self.saved = {d: self.get(d) for _, d in slots(held)}

    def get(self, descriptor):
        try:
            return descriptor.__get__(self.held)
        except AttributeError:
            return MISSING

    def changed(self):
        return any(self.get(d) is not value for d, value in self.saved.items())

    def put_back(self):
        for d, value in self.saved.items():
            if self.get(d) is not value:
                self.set(d, value)

    def set(self, descriptor, value):
        descriptor.__delete__(self.held) if value is MISSING else descriptor.__set__(self.held, value)


class _Class(Note):
    def __init__(self, held):
        self.held = held
        self.saved = self._own()

    def _own(self):
        return {name: value for name, value in vars(self.held).items() if not (name.startswith("__") and name.endswith("__"))}

    def changed(self):
        own = self._own()
        return len(own) != len(self.saved) or any(own.get(key, MISSING) is not value for key, value in self.saved.items())

    def put_back(self):
        own = self._own()
        for key in own.keys() - self.saved.keys():
            type.__delattr__(self.held, key)
        for key, value in self.saved.items():
            if own.get(key, MISSING) is not value:
                self.set(key, value)

    def get(self, key):
        return vars(self.held).get(key, MISSING)

    def set(self, key, value):
        type.__setattr__(self.held, key, value)


class _Array(Note):
    def __init__(self, held):
        self.held, self.saved = held, np.array(held, dtype=held.dtype, copy=True, subok=False)

    def changed(self):
        held = self.held
        if held.shape != self.saved.shape or held.dtype != self.saved.dtype:
            return True
        if held.dtype == object:
            return any(a is not b for a, b in zip(held.flat, self.saved.flat, strict=True))
        if held.nbytes > _BIG:  # a look at some entries: whoever writes into such an array writes everywhere
            some = held.size // _SOME
            return not np.array_equal(held.ravel(order="K")[::some], self.saved.ravel(order="K")[::some], equal_nan=held.dtype.kind in "fc")
        return held.tobytes() != self.saved.tobytes()

    def put_back(self):
        held, writes = self.held, self.held.flags.writeable
        if held.shape != self.saved.shape:
            held.resize(self.saved.shape, refcheck=False)
        if not writes:
            if not self.changed():
                return
            held.flags.writeable = True
        np.ndarray.__setitem__(held, ..., self.saved)
        held.flags.writeable = writes

    def items(self):
        return ((i, self.saved[i]) for i in np.ndindex(self.saved.shape)) if self.saved.dtype == object else ()

    def get(self, key):
        return self.held[key]

    def set(self, key, value):
        self.held[key] = value


class _Randomness(Note):
    def __init__(self, held):
        self.held, self.saved = held, self._now(held)
        waits = isinstance(held, np.random.RandomState) and self.saved["has_gauss"]  # a number kept for the next call: it shows in no word
        self._words = None if waits else _words_of(held)

    @staticmethod
    def _now(held):
        if isinstance(held, random.Random):
            return held.getstate()
        if isinstance(held, np.random.RandomState):
            return held.get_state(legacy=False)
        return getattr(held, "bit_generator", held).state

    def changed(self):
        if isinstance(self.held, random.Random):
            return self._now(self.held) != self.saved
        if self._words is not None:
            return _words_of(self.held) != self._words
        return pickle.dumps(self._now(self.held)) != pickle.dumps(self.saved)

    def put_back(self):
        if isinstance(self.held, random.Random):
            self.held.setstate(self.saved)
        elif isinstance(self.held, np.random.RandomState):
            self.held.set_state(self.saved)
        else:
            getattr(self.held, "bit_generator", self.held).state = self.saved

    def items(self):
        return ()


_TWISTER = 625 * 4  # bytes: 624 words and a position


def _words_of(held):
    """The memory of NumPy's old generator, a hundred times as fast as its state; None of any other."""
    bits = getattr(held, "_bit_generator", None)
    return ctypes.string_at(bits.ctypes.state_address, _TWISTER) if isinstance(bits, np.random.MT19937) else None


_KINDS = {
    "dict": _Dict, "globals": _Globals, "list": _List, "set": _Set, "cell": _Cell, "slots": _Slots, "class": _Class, "array": _Array,
    "randomness": _Randomness,
}  # fmt: skip
