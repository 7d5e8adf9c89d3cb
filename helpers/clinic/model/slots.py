"""Where the parameters of a script stand: to be set, put back after an update, and read."""

import numpy as np

from helpers.clinic.model.given import number
from helpers.clinic.model.walk import MISSING, follow


class Slot:
    """A number or an array in a namespace, with everything on the way to it as it was at the start."""

    def __init__(self, leaf, namespace):
        self.leaf, self.path, self.kind, self.root = leaf, leaf.path, leaf.kind, namespace
        self.start = leaf.array()
        self.way = []
        here = namespace
        for step in leaf.path:
            inner = step.of(here)
            self.way.append((here, step, inner))
            here = inner
        self.object = here

    @property
    def shape(self):
        """That of the parameter as it came."""
        return self.start.shape

    def put(self, value):
        """Set it, and what stands on the way to it where that was bound anew."""
        if self.kind == "array":
            self.object[...] = value
        elif self.kind == "numbers":
            self.object[:] = value.tolist()
        for owner, step, inner in self.way[: None if self.kind in ("array", "numbers") else -1]:
            if step.of(owner) is not inner:
                _set(owner, step, inner)
        if self.kind == "number":
            owner, step, _ = self.way[-1]
            _set(owner, step, type(self.object)(value))

    def read(self):
        """What stands there now, as an array; None where there is nothing of the kind."""
        value = follow(self.root, self.path)
        return None if value is MISSING else number(value)


def _set(owner, step, value):
    if step.kind == "attr":
        object.__setattr__(owner, step.which, value)
    elif not isinstance(owner, tuple):
        owner[step.which] = value


def names_of(leaves):
    """Short names: what the script calls them, without what they all stand in."""
    nested = [leaf for leaf in leaves if len(leaf.path) > 1]
    shared = {leaf.path[0].which for leaf in nested}
    names = []
    for leaf in leaves:
        short = len(leaf.path) > 1 and len(shared) == 1 and all(one.path[1].kind in ("key", "attr") for one in nested)
        names.append(_said(leaf.path[1:]) if short else leaf.name)
    return names if len(set(names)) == len(names) else [leaf.name for leaf in leaves]


def _said(path):
    from helpers.clinic.model.walk import name_of

    return name_of(path)


def rearranged(before, after):
    """Whether an array holds the same values in another order: examples that were shuffled."""
    return before.shape == after.shape and before.size > 1 and np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))
