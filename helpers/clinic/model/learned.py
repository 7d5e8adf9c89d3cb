"""Which numbers of a script are its parameters: what a pass changes and the loss depends on, and what should learn beside them."""

import ast
import contextlib
import re

import numpy as np

from helpers.clinic.model.cut import cut_where_needed
from helpers.clinic.model.given import number
from helpers.clinic.model.slots import Slot, names_of, rearranged
from helpers.clinic.model.state import is_foreign
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.syntax import inside
from helpers.clinic.model.walk import MISSING, follow, leaves

SAME = 1e-9
"""Relative difference up to which two ways to the loss give the same."""
POINTS = 16
"""At so many it is tried whether the loss depends on a number."""


def floats(namespace):
    """Every Leaf of floats in a namespace."""
    return [leaf for leaf in leaves(namespace, foreign=is_foreign) if leaf.kind != "integers" and isinstance(leaf.path[0].which, str)]


def root_of(leaf):
    """The name under which the script itself holds a leaf."""
    return leaf.path[0].which


def find_parameters(script, known):
    """Give a script its slots, and its plan the shortest way to the loss. Returns notes.

    known : list of str
        Names of the parameters, where somebody said them.
    """
    found = floats(script.namespace)
    chosen = [_called(name, found, script) for name in known] if known else _moving(script, found)
    _take(script, chosen, known)
    notes = _choose_loss(script)
    if not known:
        _choose_parameters(script, chosen, found)
    loops = script.plan.split.loops
    return [*([f"One pass is the body of the loop in line {loops[-1].lineno}."] if loops else []), *notes]


def _take(script, chosen, names=()):
    for slot in script.slots.values():
        slot.put(slot.start)
    script.slots = {name: Slot(leaf, script.namespace) for name, leaf in zip(names or names_of(chosen), chosen, strict=True)}


def _starts(script):
    return {name: slot.start for name, slot in script.slots.items()}


def _called(name, found, script):
    """The leaf that a learner calls so: W1, params["W1"], net.W1, or W1 for one of the latter."""
    plain = name.replace('"', "'")
    fitting = [leaf for leaf in found if leaf.name == plain] or [leaf for leaf in found if str(leaf.path[-1].which) == plain]
    if len(fitting) != 1:
        several = ", ".join(leaf.name for leaf in fitting) if fitting else ""
        why = f"{name} is said to be a parameter, and " + (
            f"may be {several}" if several else "no array of floats of that name is there before the pass"
        )
        raise Trouble(why, script.filename)
    return fitting[0]


def _moving(script, found):
    """The leaves that one pass changes; where it raises, those whose names it would update."""
    plan = script.plan
    results = (script.loss_names | plan.search.sums) - plan.needed_before()
    found = [leaf for leaf in found if len(leaf.path) > 1 or root_of(leaf) not in results]
    named = [leaf for leaf in found if root_of(leaf) in plan.split.moving]
    before = [leaf.array() for leaf in found]
    try:
        moved, shuffled = script.ask({}, plan.pass_code, lambda: _moved(found, before, script.namespace))
    except Trouble:
        return named
    named = [leaf for leaf in named if len(leaf.path) == 1 and root_of(leaf) in plan.named() and leaf not in shuffled]
    return [leaf for leaf in found if leaf in moved or leaf in named]


def _moved(found, before, namespace):
    """(the leaves that differ now in values or shape, those whose values stand in another order); of lists that grew, none."""
    changed, shuffled = [], []
    for leaf, old in zip(found, before, strict=True):
        here = follow(namespace, leaf.path)
        new = None if here is MISSING else number(here)
        grown = leaf.kind == "numbers" and new is not None and new.shape != old.shape
        if new is None or grown or (new.shape == old.shape and np.array_equal(new, old, equal_nan=True)):
            continue
        (shuffled if rearranged(old, new) else changed).append(leaf)
    return changed, shuffled


def _choose_loss(script):
    """The shortest code that gives the loss of the pass, as runs of the pass with its updates taken back tell. Returns notes."""
    rng, start = np.random.default_rng(0), _starts(script)
    points = [start, {name: shaken(value, rng) for name, value in start.items()}]
    plan = script.plan
    wanted = [_tried(script, point, plan.steadied()) for point in points]
    for keeping in ("nothing", "updates", "all"):
        plan.keep_for_loss(keeping)
        if all(_agree(_tried(script, point, plan.loss_code), value) for point, value in zip(points, wanted, strict=True)):
            break
    return cut_where_needed(script.cut, lambda: script.loss(start))


def _tried(script, point, code, within=contextlib.nullcontext):
    try:
        return script.ask(point, code, script.loss_now, within)
    except Trouble as error:
        return error


def _agree(value, wanted):
    if isinstance(value, Trouble) or isinstance(wanted, Trouble):
        return not isinstance(value, Trouble)
    return value == wanted or abs(value - wanted) <= SAME * (abs(value) + abs(wanted)) or (np.isnan(value) and np.isnan(wanted))


def _choose_parameters(script, chosen, found):
    """Of what moves, what the loss depends on, and what stands beside it without learning."""
    moved, chosen = chosen, _that_matter(script, chosen)
    script.kept = [leaf for leaf in moved if leaf not in chosen and leaf.kind == "array"]
    if not chosen:
        raise Trouble(_nothing(script), script.filename)
    firsts = _first_statements(script)
    extra = _that_matter(script, beside(chosen, found, lambda name: firsts.get(name)), chosen)
    order = {leaf.path: k for k, leaf in enumerate(found)}
    _take(script, sorted([*chosen, *extra], key=lambda leaf: order[leaf.path]))


def _that_matter(script, some, others=()):
    """Those on which the loss depends, at the start or, since a deep network may be dead there, at one of several points drawn at random."""
    if not some:
        return []
    within = script.cut.within
    _take(script, [*some, *others])
    names, start, rng = list(script.slots), _starts(script), np.random.default_rng(1)
    left, found = dict(zip(names, some, strict=False)), set()
    for k in range(POINTS):
        point = start if k == 0 else {name: _elsewhere(value, rng, k) for name, value in start.items()}
        at = _tried(script, point, script.plan.loss_code, within)
        if k and isinstance(at, Trouble):
            continue
        for name in [name for name in left if name not in found]:
            value = _tried(script, point | {name: shaken(point[name], rng)}, script.plan.loss_code, within)
            if isinstance(value, Trouble) or value != at:
                found.add(name)
        if len(found) == len(left):
            break
    return [leaf for name, leaf in left.items() if name in found]


def _elsewhere(value, rng, k):
    """Another value, far from the start; every other one positive, where rectifiers are on."""
    moved = value + rng.normal(size=value.shape) * (0.5 * np.abs(value).mean() + 0.1 if value.size else 0.0)
    return np.abs(moved) if k % 2 else moved


def _nothing(script):
    """Why no parameter was found, and what would help."""
    moving = sorted(script.plan.split.moving)
    seen = (
        f"The updates of {', '.join(moving[:6])} do not change it"
        if moving
        else "No statement that looks like an update, such as W1 -= lr * dW1, was found"
    )
    return f"no parameter was found: the loss depends on nothing that a pass changes. {seen}. Name the gradients: grads={{'W1': 'dW1'}}"


def _first_statements(script):
    """{name: text of the statement that first sets it}."""
    firsts = {}
    for statement in inside(script.plan.body):
        for name in script.plan.functions.effects(statement).binds:
            firsts.setdefault(name, ast.dump(statement))
    return firsts


def beside(chosen, found, statement_of):
    """Leaves that stand beside those that learn and do not: in the same container, under a name of the same make, or set in the same statement.

    statement_of : callable
        Name -> the text of the statement that first sets it, or None.
    """
    own = {leaf.path for leaf in chosen}
    containers = {leaf.path[:-1] for leaf in chosen if len(leaf.path) > 1 and leaf.path[-1].kind != "attr"}
    plain = {root_of(leaf) for leaf in chosen if len(leaf.path) == 1}
    parts = {part for name in plain for part in _parts(name)}
    statements = {statement_of(name) for name in plain} - {None}
    extra = []
    for leaf in found:
        if leaf.path in own:
            continue
        name = root_of(leaf)
        alike = len(leaf.path) == 1 and (
            (name not in plain and len(_parts(name)) > 1 and set(_parts(name)) <= parts) or statement_of(name) in statements
        )  # fmt: skip
        if alike or leaf.path[:-1] in containers or _sibling_list(leaf, chosen) or _sibling_attribute(leaf, chosen):
            extra.append(leaf)
    return extra


def _sibling_attribute(leaf, chosen):
    """Whether an attribute has the name of one that learns, but for its digits, or is it in another object of the same list."""
    return leaf.path[-1].kind == "attr" and any(
        len(leaf.path) == len(one.path) and one.path[-1].kind == "attr" and leaf.path[0] == one.path[0]
        and set(_parts(str(leaf.path[-1].which))) <= {part for two in chosen for part in _parts(str(two.path[-1].which))}
        for one in chosen
    )  # fmt: skip


def _sibling_list(leaf, chosen):
    """Whether it stands in a list beside the list of one that learns: `biases[0]` beside `weights[0]`, of the same length."""
    if len(leaf.path) != 2 or leaf.path[-1].kind != "item" or leaf.kind != "array":
        return False
    return bool(_stems(root_of(leaf)) & _LAYERS) and any(len(one.path) == 2 and _stems(root_of(one)) & _LAYERS for one in chosen)


_LAYERS = {"weight", "w", "bias", "bia", "b"}


def _stems(name):
    return {part.lower().rstrip("s").removesuffix("e") for part in _parts(name)}


def _parts(name):
    """The words and numbers in a name: W1 -> W, 1; b_out -> b, out."""
    return re.findall(r"[A-Za-z]+|\d+", name)


def shaken(value, rng):
    """A value moved at random, in proportion to its size and at least some."""
    return value + rng.normal(size=value.shape) * (0.1 * np.abs(value).mean() + 0.01 if value.size else 0.0)
