"""Find every number that a model holds, whatever it is made of: dicts, lists, tuples, objects, arrays, nested as they like.

A place is a path from the model to a number or an array: the steps that a learner would write behind its name. A path is followed
again after the learner's code has run, so that what was bound anew is found as well as what was changed in place.
"""

import collections
import types
from dataclasses import dataclass, field

import numpy as np

MISSING = object()
"""What stands where nothing is."""

_ATOMS = (str, bytes, bool, int, float, complex, type(None), type(Ellipsis), type(NotImplemented), range, slice)
_OPAQUE = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType, types.FrameType)
_LONG = 400  # numbers
_MANY = 200_000  # objects: a model with more is walked no further


@dataclass(frozen=True)
class Step:
    """One step of a path: `kind` "key" (of a dict), "item" (of a list, tuple, array of objects), "field" (of a namedtuple) or "attr", and which."""

    kind: str
    which: object

    def of(self, owner):
        """What stands there in `owner`, MISSING where nothing does."""
        try:
            if self.kind == "attr":
                return attribute(owner, self.which)
            if self.kind == "key":
                return dict.get(owner, self.which, MISSING)
            return getattr(owner, self.which) if self.kind == "field" else owner[self.which]
        except (AttributeError, LookupError, TypeError, ValueError):
            return MISSING


@dataclass(eq=False)
class Leaf:
    """A number or an array of the model: `path`, its `name`, what it is (`kind`) and what stands there (`value`).

    kind : "array" (floats), "integers" (an array of them, or one that has a name), "number" (a float) or "numbers" (lists of them that form an array)
    """

    path: tuple
    kind: str
    value: object
    root: object = field(repr=False, default=None)

    @property
    def name(self):
        """What a learner would write."""
        return name_of(self.path)

    def array(self):
        """A copy in float64."""
        return np.array(self.value, dtype=float)

    def owners(self):
        """(object, path from there on) for every object on the path, from the innermost to the model itself."""
        chain, here = [], self.root
        for k, step in enumerate(self.path):
            chain.append((here, self.path[k:]))
            here = step.of(here)
        return chain[::-1]


def attribute(owner, name):
    """An attribute of an object or of its class, without running any property or `__getattr__` of the learner's."""
    own = attributes(owner)
    if name in own:
        return own[name]
    for cls in (owner if isinstance(owner, type) else type(owner)).__mro__:
        if name in vars(cls):
            return vars(cls)[name]
    return MISSING


def attributes(owner):
    """{name: value} of what an object keeps, in `__dict__` and in slots."""
    own = {name: descriptor.__get__(owner) for name, descriptor in slots(owner) if _filled(descriptor, owner)}
    return own | dict(namespace(owner))


def namespace(owner):
    """The `__dict__` of an object, {} where it has none."""
    try:
        return object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return {}


def slots(owner):
    """(name, descriptor) of the slots of an object."""
    if isinstance(owner, type):
        return []
    classes = [cls for cls in type(owner).__mro__ if "__slots__" in vars(cls)]
    return [(name, d) for cls in classes for name, d in vars(cls).items() if isinstance(d, types.MemberDescriptorType)]


def _filled(descriptor, owner):
    try:
        descriptor.__get__(owner)
    except AttributeError:
        return False
    return True


def name_of(path):
    """What a learner would write: `W1`, `layers[0].weights`, `[0].W`, `params['W']`; `params` for the model itself."""
    said = ""
    for step in path:
        if step.kind in ("attr", "field"):
            said += f".{step.which}" if said else str(step.which)
        elif step.kind == "item":
            said += f"[{', '.join(map(str, step.which)) if isinstance(step.which, tuple) else step.which}]"
        elif not said and isinstance(step.which, str):
            said = step.which
        elif not said and isinstance(step.which, tuple):
            said = "".join(map(str, step.which))
        else:
            said += f"[{step.which!r}]"
    return said or "params"


def follow(root, path):
    """What stands at the end of a path, MISSING where it leads nowhere."""
    for step in path:
        root = step.of(root)
        if root is MISSING:
            return MISSING
    return root


def children(owner, root=False):
    """(Step, what stands there) of one object; () of what holds nothing, or nothing of the learner's.

    root : bool
        Whether the object was handed over as the model: then a module or a class is looked into as well.
    """
    if isinstance(owner, dict):
        apart = "__builtins__" in owner or "__name__" in owner  # globals(): what the interpreter keeps is no model
        found = [(Step("key", k), v) for k, v in dict.items(owner) if not (apart and str(k).startswith(("_", "In", "Out")))]
    elif isinstance(owner, tuple) and hasattr(type(owner), "_fields"):
        return [(Step("field", name), value) for name, value in zip(owner._fields, owner, strict=False)]
    elif isinstance(owner, (list, tuple, collections.deque)):
        found = [(Step("item", i), v) for i, v in enumerate(owner)]
    elif isinstance(owner, np.ndarray):
        found = [(Step("item", i), owner[i]) for i in np.ndindex(owner.shape)] if owner.dtype == object else []
    else:
        found = []
    if not isinstance(owner, (*_ATOMS, *_OPAQUE, np.generic)) or (root and isinstance(owner, (type, types.ModuleType))):
        found += _kept(owner)
    return found


def _kept(owner):
    """The attributes of an object, and the arrays and containers that it has from its class."""
    own = attributes(owner)
    if isinstance(owner, (type, types.ModuleType)):
        own = {name: value for name, value in own.items() if not name.startswith("__")}
    found = [(Step("attr", name), value) for name, value in own.items()]
    if not isinstance(owner, (type, types.ModuleType)):
        for cls in type(owner).__mro__[:-1]:
            held = ((n, v) for n, v in vars(cls).items() if n not in own and not n.startswith("__"))
            found += [(Step("attr", n), v) for n, v in held if isinstance(v, (np.ndarray, list, dict, float)) and cls.__module__ != "builtins"]
    return found


def leaves(model, foreign=lambda owner: False, overlaps=False):
    """Every Leaf of a model, in its own order; an array that is reached twice counts once.

    foreign : callable
        object -> whether it belongs to a library, so that nobody has to look into it.
    overlaps : bool
        Whether of arrays that are views of one memory all are wanted.
    """
    found, seen, todo = [], {}, [((), model)]
    while todo and len(seen) < _MANY:
        path, here = todo.pop()
        kind = kind_of(here)
        if isinstance(here, (*_ATOMS, np.generic)):
            if type(here) is int and path and path[-1].kind != "item":
                kind = "integers"
            if kind:
                found.append(Leaf(path, kind, here, model))
            continue
        if id(here) in seen:
            continue
        seen[id(here)] = here
        if kind:
            found.append(Leaf(path, kind, here, model))
        elif not path or not foreign(here):
            todo += [((*path, step), value) for step, value in reversed(children(here, root=not path))]
    return _without_long_lists(found if overlaps else _without_overlaps(found))


def _without_long_lists(found):
    """Without numbers that stand by the hundreds in tuples or lists: examples, not parameters."""
    homes = collections.Counter(leaf.path[0] if leaf.path else None for leaf in found if _is_item(leaf))
    many = {home for home, count in homes.items() if count > _LONG}
    return [leaf for leaf in found if not (many and _is_item(leaf) and leaf.path[0] in many)] if many else found


def _is_item(leaf):
    return leaf.kind == "number" and bool(leaf.path) and leaf.path[-1].kind == "item"


def kind_of(value):
    """What kind of Leaf something is, None where it is none."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and value.size:
            return "array"
        return "integers" if value.dtype.kind in "iu" and value.size else None
    if isinstance(value, (float, np.floating)):
        return "number"
    if isinstance(value, list) and _is_table(value):
        return "numbers"
    return None


def _is_table(value):
    """Whether nested lists hold numbers only, at least one of them a float, in the shape of an array."""
    flat, level = value, 0
    while flat and all(isinstance(v, list) for v in flat):
        if len({len(v) for v in flat}) > 1:
            return False
        flat, level = [w for v in flat for w in v], level + 1
    numbers = all(isinstance(v, (int, float, np.floating, np.integer)) and not isinstance(v, bool) for v in flat)
    return bool(flat) and numbers and any(isinstance(v, (float, np.floating)) for v in flat)


def _without_overlaps(found):
    """Of arrays that are views of one memory, those that together make up the whole; else the first."""
    arrays = [leaf for leaf in found if leaf.kind == "array"]
    out = set()
    for leaf in sorted(arrays, key=lambda one: -one.value.nbytes):
        if id(leaf) in out:
            continue
        others = [o for o in arrays if o is not leaf and id(o) not in out]
        parts = [o for o in others if np.may_share_memory(o.value, leaf.value) and _shared(o.value, leaf.value)]
        smaller = [o for o in parts if o.value.nbytes < leaf.value.nbytes]
        if smaller and sum(o.value.nbytes for o in smaller) == leaf.value.nbytes:
            out.add(id(leaf))
        else:
            out.update(id(o) for o in parts)
    return [leaf for leaf in found if id(leaf) not in out]


def _shared(a, b):
    try:
        return np.shares_memory(a, b, max_work=10_000)
    except np.exceptions.TooHardError:
        return True
