"""Everything that somebody's functions could change, written down once and put back as often as needed.

A loss that is asked a thousand times has to be asked the same question a thousand times. Caches, counters, velocities, running means and
random generators live in objects, closures and globals; all that the functions can reach is noted with its content, and put back in place.
What never changed is not put back: after the first calls only what was found changed, now and then everything (`restore(everything=True)`).
"""

import collections
import functools
import random
import sys
import types

import numpy as np

from helpers.clinic.model import sources
from helpers.clinic.model.kept import note_of
from helpers.clinic.model.walk import MISSING, attributes, namespace, slots

_PLAIN = (str, bytes, bool, int, float, complex, type(None), type(Ellipsis), np.generic, range, slice, types.CodeType, types.BuiltinFunctionType)
_ATOMS = frozenset((str, bytes, bool, int, float, complex, type(None), np.float64))
_GENERATORS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)
_KEPT = (staticmethod, classmethod)
_LARGE = 2**30  # bytes: an array beyond it is not copied
_MANY = 500_000  # objects


class State:
    """What can be reached from `roots`: the model, and the functions with their closures, defaults and the globals they name."""

    def __init__(self, *roots):
        self._notes, self._seen, self._named, self._namespaces = {}, {}, {}, {}
        self._tuples, self.uncopied, self._dirty, self._made = [], [], [], {}
        self._visitors = self._visits()
        self._todo = [(root, ()) for root in roots]
        while self._todo and len(self._seen) < _MANY:
            self._visit(*self._todo.pop())
        self._notes["numpy"] = note_of("randomness", np.random.mtrand._rand)
        self._notes["random"] = note_of("randomness", random._inst)
        self.globals = list(self._namespaces.values())
        del self._todo, self._visitors

    # --- what is there -----------------------------------------------------------------------------------------------

    def _visit(self, it, names):
        """Note one object, and put down what it leads to; `names`: those that the function used it was found in."""
        if isinstance(it, _PLAIN) or it is MISSING:
            return
        if isinstance(it, types.ModuleType):
            if of_theirs(it):
                self._later([vars(it)[name] for name in names if name in vars(it)], names)
            return
        if id(it) in self._seen:
            return
        self._seen[id(it)] = it
        visit = next((visit for kinds, visit in self._visitors if isinstance(it, kinds)), self._visit_object)
        visit(it)

    def _visits(self):
        return (
            (_GENERATORS, lambda it: self._note(it, note_of("randomness", it))),
            (types.FunctionType, self._visit_function),
            (types.MethodType, lambda it: self._later([it.__self__, it.__func__])),
            (functools.partial, lambda it: self._later([it.func, *it.args, *it.keywords.values()])),
            (property, lambda it: self._later([it.fget, it.fset])),
            (_KEPT, lambda it: self._later([it.__func__])),
            (types.CellType, self._visit_cell),
            (np.ndarray, self._visit_array),
            (type, self._visit_class),
        )

    def _later(self, values, names=()):
        self._todo += [(value, names) for value in values if type(value) not in _ATOMS]

    def _note(self, it, note):
        self._notes[id(it)] = note

    def _visit_function(self, it):
        if not sources.is_theirs(it.__code__):
            self._later([getattr(it, "__wrapped__", None)])
            return
        names = _names(it.__code__)
        for name, cell in zip(it.__code__.co_freevars, it.__closure__ or (), strict=True):
            self._named.setdefault(name, []).append(cell)
            self._visit_cell(cell, names)
        self._later([*(it.__defaults__ or ()), *(it.__kwdefaults__ or {}).values()])
        self._note(it, note_of("dict", it.__dict__))
        self._later(it.__dict__.values())
        held = it.__globals__
        if id(held) not in self._namespaces:
            self._namespaces[id(held)] = self._notes["globals", id(held)] = note_of("globals", held)
        note = self._namespaces[id(held)]
        self._later([note.add(name) for name in names], names)

    def _visit_cell(self, it, names=()):
        note = self._notes.setdefault(id(it), note_of("cell", it))
        self._later([note.value], names)

    def _visit_array(self, it):
        if it.nbytes > _LARGE:
            self.uncopied.append(it)
        else:
            self._note(it, note_of("array", it))
        self._later([it.base] if isinstance(it.base, np.ndarray) else [])
        self._later(it.flat if it.dtype == object else [])

    def _visit_class(self, it):
        if of_theirs(it):
            self._note(it, note_of("class", it))
            self._later([*(v for n, v in vars(it).items() if n not in ("__dict__", "__weakref__")), *it.__bases__])

    def _visit_object(self, it):
        if isinstance(it, dict):
            self._note(it, note_of("dict", it))
            self._later(dict.values(it))
        elif isinstance(it, (list, collections.deque)):
            self._note(it, note_of("list", it))
            self._later(it)
        elif isinstance(it, (set, bytearray)):
            self._note(it, note_of("set", it) if isinstance(it, set) else note_of("list", it))
        elif isinstance(it, tuple):
            self._tuples.append(it)
            self._later(it)
        elif isinstance(it, frozenset) or is_foreign(it):
            return
        self._visit_attributes(it)

    def _visit_attributes(self, it):
        if slots(it):
            self._notes["slots", id(it)] = note_of("slots", it)
        held = namespace(it)
        if isinstance(held, dict) and (held or not isinstance(it, (dict, list, set, tuple))):
            self._notes["dict", id(it)] = note_of("dict", held)
        self._later(attributes(it).values())
        self._later([type(it), getattr(it, "__wrapped__", None) if isinstance(it, functools._lru_cache_wrapper) else None])

    # --- putting back ------------------------------------------------------------------------------------------------

    def changed(self):
        """The notes whose object is no longer as it was."""
        return [note for note in self._notes.values() if note.changed()]

    def restore(self, everything=False):
        """Put back what is known to change, or everything; what was found changed is known from then on."""
        if everything:
            known = set(map(id, self._dirty))
            self._dirty += [note for note in self.changed() if id(note) not in known]
        for note in self._dirty:
            note.put_back()
        self._made.clear()

    def forget(self):
        """Forget what is known to change: what was moved to see what it is, such as data, is moved no more."""
        self._dirty = []

    @property
    def draws(self):
        """Whether random numbers are known to be drawn."""
        return any(isinstance(note.held, _GENERATORS) for note in self._dirty)

    def restore_randomness(self):
        """Put back the random generators alone."""
        for note in self._dirty:
            if isinstance(note.held, _GENERATORS):
                note.put_back()

    def draw(self, k):
        """Draw k numbers from every generator that is known to be drawn from."""
        for note in self._dirty:
            if isinstance(note.held, (np.random.Generator, np.random.RandomState, random.Random)):
                for _ in range(k):
                    note.held.random()

    # --- who holds what ----------------------------------------------------------------------------------------------

    def holders(self, it):
        """(note, key) wherever this very object stood at the start."""
        return [(note, key) for note in self._notes.values() for key, value in note.items() if value is it]

    def called(self, name, it):
        """(note, key) of the globals and closures of this name that hold this very object."""
        found = [(note, name) for note in self.globals if note.saved.get(name, MISSING) is it]
        cells = [self._notes[id(cell)] for cell in self._named.get(name, ())]
        return found + [(cell, "value") for cell in cells if cell.saved["value"] is it]

    def replace(self, old, new):
        """Put one object in the place of another wherever it stood at the start, within tuples as well."""
        for note, key in self.holders(old):
            note.set(key, new)
        for held in self._tuples:
            for k, value in enumerate(held):
                if value is old:
                    self.rewrite(held, k, new)

    def rewrite(self, held, k, value):
        """Put a value into a tuple: since none can be changed, a new one takes its place."""
        values = self._made.get(id(held), list(held))
        values = [value if i == k else v for i, v in enumerate(values)]
        self._made[id(held)] = new = type(held)._make(values) if hasattr(held, "_make") else tuple(values)
        self.replace(held, new)

    def instead_of(self, held):
        """The tuple that stands in the place of another until all is put back, or that one itself."""
        return self._made.get(id(held), held)

    def now(self):
        """{name: value} of the globals and closures that the functions use, as they are at this moment."""
        found = {name: self._notes[id(cell)].value for name, cells in self._named.items() for cell in cells}
        for note in self.globals:
            found.update({key: note.held[key] for key in note.saved if key in note.held})
        return {name: value for name, value in found.items() if not isinstance(value, (types.ModuleType, types.FunctionType, type))}


def of_theirs(it):
    """Whether a class or a module is the learner's."""
    file = getattr(it, "__file__", None)
    if isinstance(it, type):
        if it.__module__ == "builtins":
            return False
        functions = [v for v in vars(it).values() if isinstance(v, types.FunctionType)]
        if functions:
            return any(sources.is_theirs(f.__code__) for f in functions)
        module = sys.modules.get(it.__module__)
        return module is None or of_theirs(module)
    if it.__name__ == "__main__" or file is None:
        return it.__name__ not in sys.builtin_module_names
    return sources.is_theirs(of_theirs.__code__.replace(co_filename=file))


def is_foreign(it):
    """Whether an object belongs to a library that keeps its own affairs."""
    top = (type(it).__module__ or "").partition(".")[0]
    if isinstance(it, np.ndarray):
        return False
    if isinstance(it, types.SimpleNamespace) or top in ("collections", "builtins", "helpers"):
        return isinstance(it, (types.GeneratorType, types.CodeType, types.FrameType, types.TracebackType, memoryview))
    return not any(of_theirs(cls) for cls in type(it).__mro__[:-1])


def _names(code):
    """The names that a function and all within it use of globals, modules and objects."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found
