"""Errors of use, each in a sentence that says what came and what to write instead."""

import numpy as np

from helpers.clinic.model import roles
from helpers.clinic.model.subject import Trouble

_RATES = ("rate", "lr", "learning_rate", "alpha", "eta")


def rate_of(bench):
    """The Leaf that holds the learning rate, if the model has just one. Raises Trouble."""
    rates = [leaf for leaf in bench.numbers if leaf.kind == "number" and roles.word(leaf).lower() in _RATES]
    if len(rates) != 1:
        raise Trouble("step needs its learning rate: say rate=…, the number that it multiplies gradients by.")
    return rates[0]


def chosen_of(bench, only):
    """Ids of the leaves that are parameters, None where nobody said so. Raises Trouble where a name in `only` is none."""
    leaves = bench.numbers
    if only is None:
        return None
    only = (only,) if isinstance(only, str) else tuple(only)
    of = {name: [leaf for leaf in leaves if _is_called(leaf, name)] for name in only}
    missing = [name for name, found in of.items() if not found]
    if missing:
        raise Trouble(f"only names {', '.join(missing)}, and the model holds {roles.listed(leaves, 20) or 'no numbers'}.")
    return {id(leaf) for found in of.values() for leaf in found}


def refuse_chance(bench):
    """Raise Trouble where the loss is another one when it is asked the same question again."""
    first, second = bench.loss(), bench.loss()
    if first != second and not (np.isnan(first) and np.isnan(second)):
        raise Trouble(
            f"loss() is {first:.6g}, and {second:.6g} when it is called again from the same state: it uses "
            "something that nobody can put back, such as an iterator that is read on, or the time. Give it the same examples each time."
        )


def refuse_nothing(bench, found, chosen):
    """Raise Trouble where the loss depends on no parameter that was found or chosen."""
    if any(chosen is None or id(leaf) in chosen for leaf in found.depends):
        return
    if found.depends:
        unused = [leaf for leaf in bench.numbers if id(leaf) in chosen]
        raise Trouble(f"The loss does not depend on {roles.listed(unused)}, but on {roles.listed(found.depends)}.")
    start = bench.loss()
    if not np.isfinite(start):
        raise Trouble(
            f"loss() is {start} at the parameters as they come, and where they are moved a little: it has no slope there. "
            "If training has made it so, hand over parameters as they were before it."
        )
    whole = roles.listed(bench.integers)
    if whole and not bench.numbers:
        raise Trouble(f"{whole}: the model holds integers only, and a step would be cut to integers. Write floats, such as 1.0.")
    there = roles.listed(bench.numbers, 12)
    if found.caches and len(found.caches) == len(bench.numbers):
        raise Trouble(f"loss() writes {there} anew each time: hand over what it makes them from.")
    raise Trouble(f"The loss depends on nothing in the model ({there or 'no numbers there'}): does loss() use other arrays, or no forward pass?")


def _is_called(leaf, name):
    last = str(leaf.path[-1].which) if leaf.path else "params"
    said = {leaf.name, last, roles.word(leaf)}
    return name in said | {one.lstrip("_") for one in said} or leaf.name.startswith((f"{name}.", f"{name}["))
