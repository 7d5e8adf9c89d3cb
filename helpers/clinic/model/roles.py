"""Tell parameters from caches, data, settings and velocities, by moving them and looking.

A parameter is what the loss depends on and a gradient comes for. An array that the forward pass writes anew is a cache; what the loss does not
depend on, wherever the others are, is kept for other reasons (velocities, counters). What it depends on without a gradient is data or a
setting, unless what stands beside it learns: then it is a parameter that never does.
"""

import re
import time
from dataclasses import dataclass, field

import numpy as np

from helpers.clinic.model import given
from helpers.clinic.model.names import words, words_of
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.walk import follow

_POINTS = 10  # a deep network may be dead at several of them
_SECONDS = 1  # processor time
_LARGE = 1_000_000  # entries: data mostly
_DATA = words(
    "x y t xs ys data target targets label labels inputs image images pixels sample samples answers answer wanted onehot hot batch batches features "
    "feature mask masks true expected desired truth train test val validation result results running moving mean means var variance std "
    "eps epsilon lr rate rates alpha eta lam lambda reg decay dropout keep momentum history costs losses class classes"
)
_LEARNS = re.compile(r"^([wvubc]s?|bias|biases|weights?|kernels?|filters?|embeddings?|theta|thetas|gamma|beta|coefs?|intercepts?|offset|scale)_?\d*$")


@dataclass
class Roles:
    """What the numbers of a model are: lists of Leaf, by their order in the model."""

    depends: list = field(default_factory=list)
    caches: list = field(default_factory=list)
    parameters: list = field(default_factory=list)
    data: list = field(default_factory=list)
    never: list = field(default_factory=list)


def dependence(bench, leaves, rng):
    """Roles with `depends` and `caches`: what the loss depends on at the start, or where everything has moved; what it writes anew."""
    roles, caches = Roles(), _written_by_the_loss(bench, leaves)
    open_leaves = [leaf for leaf in leaves if id(leaf) not in caches]
    found, began = set(), time.process_time()
    for k in range(_POINTS):
        left = [leaf for leaf in open_leaves if id(leaf) not in found and id(leaf) not in caches]
        if not left or (found and (k > 2 and time.process_time() - began > _SECONDS)):
            break
        point = moved([leaf for leaf in open_leaves if leaf.kind != "number" and np.size(leaf.value) < _LARGE], rng, 0.3 * max(1, k)) if k else []
        value = _loss(bench, point)
        if value is None or not np.isfinite(value):
            continue
        for leaf in left:
            after, kept = _moved_alone(bench, leaf, point, rng)
            if not kept:
                caches.add(id(leaf))
            elif after is None or not abs(after - value) <= 1e-13 * abs(value):
                found.add(id(leaf))
    roles.depends = [leaf for leaf in leaves if id(leaf) in found]
    roles.caches = [leaf for leaf in leaves if id(leaf) in caches]
    return roles


def moved(leaves, rng, size=0.3):
    """[(leaf, array)]: every entry moved at random, in proportion to the array's size and at least by some."""
    found = []
    for leaf in leaves:
        start = leaf.array()
        scale = size * np.sqrt(np.mean(start**2)) + (0.05 if start.size > 1 else 0.1 * abs(float(start.ravel()[0])) + 0.01)
        noise = rng.normal(size=min(start.size, _LARGE // 10))
        found.append((leaf, start + scale * np.resize(noise, start.shape)))
    return found


def _loss(bench, point):
    try:
        return bench.loss(point)
    except Trouble:
        return None


def _moved_alone(bench, leaf, point, rng):
    """(the loss when a leaf has moved, None where it raises; whether what was put there is still there)."""
    ((_, value),) = moved([leaf], rng)
    kept = []

    def look():
        here = bench.now(leaf)
        if leaf.kind != "number":
            kept.append(here is bench.held(leaf) and np.array_equal(np.asarray(here), value))

    try:
        return bench.loss([*(p for p in point if p[0] is not leaf), (leaf, value)], look), all(kept)
    except Trouble:
        return None, True


def _written_by_the_loss(bench, leaves):
    """Ids of what the forward pass binds anew; what it changes in place shows when that has been moved."""
    found = set()

    def look():
        for leaf in leaves:
            here, start = follow(bench.root, leaf.path), bench.held(leaf)
            if here is not start and not (leaf.kind == "number" and here == start):
                found.add(id(leaf))

    bench.loss(after=look)
    return found


# --- what learns ---------------------------------------------------------------------------------------------------------


def decided(roles, learns, chosen=None):
    """Fill `parameters`, `never` (those of them without a gradient) and `data`.

    learns : set of id
        The leaves that a gradient comes for, or that the step moves.
    chosen : set of id, optional
        Those that are parameters because somebody says so; no other is.
    """
    trained = [leaf for leaf in [*roles.depends, *roles.caches] if id(leaf) in learns]
    for leaf in roles.depends:
        if chosen is not None and id(leaf) not in chosen:
            continue
        if id(leaf) in learns:
            roles.parameters.append(leaf)
        elif chosen is not None or _should_learn(leaf, trained):
            roles.parameters.append(leaf)
            roles.never.append(leaf)
        else:
            roles.data.append(leaf)
    return roles


def _should_learn(leaf, trained):
    """Whether what has no gradient stands where only parameters stand."""
    if looks_like_data(leaf):
        return False
    beside = [t for t in trained if t.path[:-1] == leaf.path[:-1]]
    if leaf.kind == "number":
        return any(_stem(t) == _stem(leaf) and t.kind == "number" for t in beside)
    same_list = leaf.path and leaf.path[-1].kind == "item" and (beside or _like_a_trained_list(leaf, trained))
    by_hand = all(step.kind != "attr" for step in leaf.path) and not (isinstance(leaf.root, dict) and "__name__" in leaf.root)
    alike = any(_stem(t) == _stem(leaf) or word(t).lower() == word(leaf).lower() for t in beside)
    return bool(same_list or by_hand or alike or learns_by_name(leaf) or not leaf.array().any())  # data is not all 0, new biases are


def _like_a_trained_list(leaf, trained):
    """Whether a list beside the one of a leaf is trained, as long as that one: weights beside biases, of sizes that go together."""
    lists = {}
    for one in trained:
        if len(one.path) > 1 and one.path[-1].kind == "item" and one.path[:-2] == leaf.path[:-2]:
            lists.setdefault(one.path[:-1], {})[one.path[-1].which] = np.shape(one.value)
    length = len(follow(leaf.root, leaf.path[:-1]))
    size, at = np.size(leaf.value), leaf.path[-1].which
    return any(len(shapes) == length and size in shapes.get(at, ()) for shapes in lists.values())


def listed(leaves, most=8):
    """Their names, the first so many of them."""
    names = [leaf.name for leaf in leaves]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def word(leaf):
    """The last name on the path of a leaf; of `w.data`, which stands beside `w.grad`, it is w."""
    said = [str(w) for w in words_of(leaf.path) if isinstance(w, str)]
    if len(leaf.path) > 1 and said and said[-1] in ("data", "value", "val"):
        said.pop()
    return said[-1] if said else ""


def looks_like_data(leaf):
    """Whether a name says that it is data, a setting or a statistic."""
    tokens = [t for t in re.split(r"[_\d]+", word(leaf).lower()) if t]
    if {"running", "moving"} & set(tokens):
        return True
    return bool(tokens) and (tokens[0] in _DATA or tokens[-1] in _DATA) and not _LEARNS.match(tokens[-1])


def learns_by_name(leaf):
    """Whether it is called as parameters are."""
    tokens = [t for t in word(leaf).lower().split("_") if t]
    return bool(tokens) and (bool(_LEARNS.match(tokens[0])) or bool(_LEARNS.match(tokens[-1])))


def _stem(leaf):
    """What W1 and W2, w_low and w_top have in common."""
    name = word(leaf)
    return re.sub(r"_?\d+$", "", name) if re.search(r"\d+$", name) else name.split("_")[0] if "_" in name else name


def alive(bench, leaves, rng):
    """A point at which the loss depends on all leaves, as far as one of a few has it: [(leaf, array)]."""
    best, most = [], -1
    for k in range(8):
        point = moved(leaves, rng, 0.3 * max(1, k))
        value = _loss(bench, point)
        if value is None or not np.isfinite(value):
            continue
        moves = sum(_moved_alone(bench, leaf, point, rng)[0] != value for leaf in leaves)
        if moves > most:
            best, most = point, moves
        if moves == len(leaves):
            break
    return best


def arrays_after(bench, leaves):
    """{id of a leaf: float64 copy of what it holds now, None where that is no array of numbers}."""
    return {id(leaf): given.number(bench.now(leaf)) for leaf in leaves}
