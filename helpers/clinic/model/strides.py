"""Updates that are not rate times gradient: averages of gradients, and steps whose size is adapted, as Adam's.

From the first step of an average (1 - beta) of the gradient is seen, and from Adam's only the sign. So where the script keeps gradients under
names of their own, the update is compared with them.
"""

import ast
import re

import numpy as np

from helpers.clinic.model import names
from helpers.clinic.model.given import Match, fitted
from helpers.clinic.model.learned import floats
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.walk import name_of

_ROOT = re.compile(r"sqrt|\*\* ?\(?(0?\.5|1 ?/ ?2)")

SAME = 1e-6
"""Relative difference up to which steps are one multiple of the gradients."""


def strides(script, leaves):
    """(factor of the steps, {parameter: Match of its gradient} or None, notes) for a script that is judged by its update."""
    plain = 1.0, None, []
    kept = bool({leaf.value.shape for leaf in script.kept} & {np.shape(leaf.value) for leaf in leaves})
    kept = kept or any(_ROOT.search(ast.unparse(one)) for one in script.plan.updates)  # like a velocity, or a mean of squares
    try:
        steps = script.gradients(script.start)
    except Trouble:
        return plain
    still = bool(steps) and all(step is None for step in steps.values())
    if not kept and not still:
        return plain
    steps = {name: step for name, step in steps.items() if step is not None and np.isfinite(step).all()}
    matches, named = _named(script, leaves)
    everything = set(named) == set(script.start)
    if still:
        return (1.0, matches, [f"The first pass updates nothing: judged are {_said(matches)}."]) if everything else plain
    factor = _factor(steps, named)
    if factor is not None and 0 < factor < 1 - SAME:  # an average keeps 1 - beta of it
        return factor, None, [f"The first step is {factor:.6g} of rate times gradient, as that of an average of gradients is: taken as such."]
    if factor is None and _signs(steps):
        if not everything:
            why = "its step shows only the sign of the gradient, as Adam's first does: name the gradients, grads={'W1': 'dW1'}"
            raise Trouble(why, script.filename)
        return 1.0, matches, [f"Its step shows only the sign of the gradient: judged are {_said(matches)}."]
    if factor is None and everything and _along(steps, named):
        return 1.0, matches, [f"Its step goes along the gradient and is not rate times the gradient: judged are {_said(matches)}."]
    return plain


def _said(matches):
    return ", ".join(name_of(one.path) for one in matches.values())


def _along(steps, named):
    """Whether every entry of the steps has the sign of the gradient, as where each is divided by a root of its own."""
    pairs = [(steps.get(name), gradient) for name, gradient in named.items() if gradient.any()]
    return bool(pairs) and all(step is not None and step.shape == g.shape and bool(np.all(np.sign(step) == np.sign(g))) for step, g in pairs)


def _named(script, leaves):
    """({parameter: Match}, {parameter: array}) of the gradients that one pass leaves under names of their own."""
    own, names_of = {leaf.path for leaf in leaves}, list(script.slots)

    def look():
        left = _unlike([leaf for leaf in floats(script.namespace) if leaf.path not in own])
        arrays = [leaf.array() for leaf in left]
        found = names.pairs([leaf.path for leaf in leaves], [leaf.path for leaf in left], lambda p, g: _fits(arrays[g], leaves[p]))
        return {names_of[p]: Match(left[g].path) for p, g in found.items()}, {names_of[p]: arrays[g] for p, g in found.items()}

    matches, arrays = script.ask(script.start, script.plan.pass_code, look)
    return matches, {name: fitted(array, script.slots[name].shape)[0] for name, array in arrays.items()}


def _unlike(leaves):
    """The leaves without those that hold what another one holds: a sum of gradients, after the first."""
    seen = set()
    return [leaf for leaf in leaves if (key := (np.shape(leaf.value), leaf.array().tobytes())) not in seen and not seen.add(key)]


def _fits(array, leaf):
    return fitted(array, np.shape(leaf.value))[1] is None


def _factor(steps, named):
    """The one factor between steps and gradients, None where there is none."""
    both = [name for name in steps if named.get(name) is not None and np.any(named[name])]
    if len(both) < max(1, len(steps) // 2):
        return None
    a, b = (np.concatenate([np.ravel(one[name]) for name in both]) for one in (steps, named))
    factor = float(a @ b / (b @ b))
    return factor if np.linalg.norm(a - factor * b) <= SAME * np.linalg.norm(a) else None


def _signs(steps):
    """Whether steps are of one size, whatever the gradient."""
    sizes = np.abs(np.concatenate([np.ravel(step) for step in steps.values()])) if steps else np.zeros(0)
    sizes = sizes[sizes > 0]
    return sizes.size > 3 and sizes.max() < 1.05 * sizes.min()
