"""Name the faults that the search found: factors of m and signs, slopes that no rule names, updates that come too early."""

from dataclasses import replace

import numpy as np

from helpers.clinic.network.findings import STATEMENTS, Finding, factor_text, remedy, sentence, spoiled
from helpers.clinic.network.fits import MATCH, fitting_factor, power_law
from helpers.clinic.network.hypotheses import Fault
from helpers.clinic.network.singles import used_slope


def findings_of(hypothesis, search, wrong):
    """The findings of a hypothesis, in the order of the statements, without repetition."""
    meant = search.meant
    found = []
    unreadable = {name: why for outcome in reversed(search.outcomes) for name, why in outcome.unreadable.items()}
    for fault in _collapsed(_merged(hypothesis.faults), unreadable):
        if fault.statement in unreadable:
            found.append(_unreadable(fault.statement, unreadable[fault.statement], meant, wrong))
        elif fault.rule is not None:
            found.append(_by_rule(fault, meant, wrong, search))
        elif fault.factor is not None:
            found.append(_by_factor(fault, meant, wrong))
        elif fault.observed is not None:
            found.append(_by_observation(fault, search, meant, wrong))
        else:
            found.append(_unnamed(fault.statement, meant, wrong, search))
    cut = {f.statement[-1] for f in found if f.family == "dtype" and f.statement[1] in "ZA"}
    found = [f for f in found if not (f.family == "dtype" and f.statement[1] in "Wb" and f.statement[-1] in cut)]  # inherited digits
    found = _joined(found)
    order = {statement: i for i, statement in enumerate(STATEMENTS)}
    return sorted(found, key=lambda f: order.get(f.statement, -1))


def _joined(found):
    """One finding for each statement and family: an argument overwritten once may spoil several lines."""
    joined = {}
    for f in found:
        first = joined.setdefault((f.statement, f.family), f)
        if first is not f:
            gradients = tuple(dict.fromkeys((*first.gradients, *f.gradients)))
            joined[f.statement, f.family] = replace(first, gradients=gradients)
    return list(joined.values())


def _merged(faults):
    """The same factor missing from all three dW, or from all three db, is one mistake; so is another formula with a factor."""
    faults = list(faults)
    for kind in ("dW", "db"):
        same = [f for f in faults if f.factor is not None and f.statement.startswith(kind)]
        laws = {factor_text(power_law(f.factor)) for f in same}
        if len(same) == 3 and len(laws) == 1:
            together = replace(same[0], also=tuple(f.statement for f in same[1:]))
            faults = [together if f is same[0] else f for f in faults if f not in same[1:]]
    named = {f.statement for f in faults if f.rule is not None}
    return [f for f in faults if f.factor is None or f.statement not in named or f.statement == "dZ3"]


def _collapsed(faults, unreadable):
    """Where neither dW nor db of a layer can be explained, its dZ is at fault, and what lies below cannot be told."""
    plain = {f.statement for f in faults if f.rule is None and f.factor is None and f.observed is None} - unreadable.keys()
    for l in (3, 2, 1):
        if {f"dW{l}", f"db{l}"} <= plain and not any(f.statement == f"dZ{l}" for f in faults):
            above = [f for f in faults if int(f.statement[-1]) > l]
            return [*above, Fault(f"dZ{l}")]
    return faults


def _by_rule(fault, meant, wrong, search):
    rule, statement = fault.rule, fault.statement
    if rule.family == "update_order":
        statement = f"update W{int(statement[-1]) + 1}"
    if rule.family == "in_place":
        statement = _overwriter(rule.says, search)
    gradients = spoiled(fault.statement, wrong)
    evidence = f"{_target(fault.statement)} = {rule.says}: that reproduces all that you returned for layer {fault.statement[-1]}, to the last digit."
    why = sentence(rule.why)
    advice = remedy(fault.statement, meant)
    if rule.family == "in_place":
        advice = "work on a new array, such as 1.0 * (A > 0), and leave the cache as it is"
    if rule.family == "update_order":
        advice = remedy(statement, meant)
    return Finding(statement, rule.family, gradients, why, evidence, advice)


def _target(statement):
    return f"the slope in {statement}" if statement in ("dZ1", "dZ2") else statement


def _overwriter(says, search):
    """The statement that overwrote an argument: a slope written into A2 belongs to dZ2, a division of A2 by m to dW3."""
    for name in ("A1", "Z1", "A2", "Z2", "A3", "Z3"):
        if f"with {name} overwritten" in says or f"{name} after" in says:
            l = int(name[1])
            return f"dW{l + 1}" if l < 3 and _only_scaled(name, search) else f"dZ{l}"
    return "dW1" if "with X overwritten" in says else "dZ3"


def _only_scaled(name, search):
    """Whether an argument was multiplied by a number, nothing else."""
    for i in search.usable:
        after = search.outcomes[i].changed.get(name)
        if after is not None:
            return fitting_factor([search.probes[i].c[name]], [np.asarray(after, dtype=float)], [1]) is not None
    return False


def _by_factor(fault, meant, wrong):
    k, n = law = power_law(fault.factor)
    statement = "dW3" if fault.statement == "dZ3" and n == 1 else fault.statement
    family = "sign" if abs(k + 1) < 1e-4 and n == 0 else "scale"
    why = f"{fault.statement} has the wrong sign: gradient descent would climb." if family == "sign" else _factor_sentence(fault.statement, law)
    if fault.also:
        why = f"In {fault.statement}, {' and '.join(fault.also)} alike: {why}"
    sizes = ", ".join(f"m = {m}: {theta:.4g}" for m, theta in sorted(fault.factor.items()))
    gradients = sum((spoiled(name, wrong) for name in (fault.statement, *fault.also)), ())
    evidence = f"what you returned divided by the right formula with your own upstream values: {sizes}."
    return Finding(statement, family, gradients, why, evidence, remedy(statement, meant))


def _factor_sentence(statement, law):
    """What a factor k m^n in a statement says about 1/m."""
    k, n = law
    everywhere = statement == "dZ3"
    why = f"{statement} is {factor_text(law)} times what it should be."
    if n == 1:
        why = f"1/m is missing from {statement}: the sum over the examples is not divided by their number."
        if everywhere:
            why = "1/m is missing from every dW and db: the sums over the examples are not divided by their number."
    elif n == -1:
        why = f"{statement} is divided by m once too often."
        if everywhere:
            why = "Everything is divided by m once too often: 1/m belongs into dZ3 or into dW and db, not into both."
    if n and abs(abs(k) - 1) > 1e-4:
        why += f" Besides, there is a factor of {abs(k):.4g}."
    return why + " Its sign is wrong as well." * (k < 0)


def _by_observation(fault, search, meant, wrong):
    """A dZ that no rule explains: is it an early update, or a slope that can be read off?"""
    l, dA, dZ = fault.observed
    gradients = spoiled(fault.statement, wrong)
    singles = [k for k, i in enumerate(search.usable) if search.probes[i].m == 1]
    if l < 3 and all(a is not None for a in dA):
        slope = search.meant.hidden.slope
        expected = [slope(search.probes[i].c[f"Z{l}"]) * a for i, a in zip(search.usable, dA, strict=True)]
        if _nearly(dZ, expected):
            return _few_digits(fault.statement, meant, gradients)
        law = _read_slope(l, search, dA, dZ, singles)
        if law:
            return Finding(
                f"dZ{l}", "wrong_derivative", gradients, f"The slope that the code uses is {law}, not that of {meant.hidden.name}.",
                f"dZ{l} divided by W{l + 1}.T @ dZ{l + 1}, both from your own values, for {len(singles)} examples.",
                remedy(f"dZ{l}", meant))  # fmt: skip
    return _unnamed(fault.statement, meant, wrong, search)


FEW_DIGITS = 5e-3
"""Relative difference below which a wrong number is taken to be the right one with too few digits: float16 has three."""


def _nearly(came, expected):
    pairs = [(a, b) for a, b in zip(came, expected, strict=True) if a is not None and b is not None]
    return bool(pairs) and all(
        a.shape == b.shape and np.linalg.norm(a - b) <= FEW_DIGITS * np.linalg.norm(b) for a, b in pairs
    )  # fmt: skip


def _few_digits(statement, meant, gradients):
    return Finding(
        statement, "dtype", gradients, f"{statement} is right to about three digits only: it passes through float16, or is rounded.",
        "the difference from the right value is small and irregular.", remedy(statement, meant) + ", in float64")  # fmt: skip


def _read_slope(l, search, dA, dZ, singles):
    """The slope as a formula, if it takes two values or is a polynomial of z or a up to the second degree."""
    z, a, r = used_slope(l, search, dA, dZ, singles)
    if r.size < 20:
        return None
    for side in (z > 0, a > 0):
        left, right = r[~side], r[side]
        if left.size and right.size and max(np.ptp(left), np.ptp(right)) <= 1e-6 * (np.abs(r).max() + 1e-12):
            return f"{right[0]:.4g} for z > 0 and {left[0]:.4g} for z < 0"
    order = np.argsort(z)
    z, a, r = z[order], a[order], r[order]
    for name, t in (("a", a), ("z", z)):
        basis = np.stack([np.ones_like(t), t, t**2], axis=1)
        weights = np.linalg.lstsq(basis, r, rcond=None)[0]
        if np.linalg.norm(basis @ weights - r) <= MATCH * np.linalg.norm(r):
            return " + ".join(f"{w:.4g}{power}" for w, power in zip(weights, ("", f" {name}", f" {name}^2"), strict=True) if abs(w) > 1e-6)
    between = np.interp(z[1:-1:2], z[::2], r[::2])  # every second point, from its neighbours
    if np.abs(between - r[1:-1:2]).max(initial=0) <= 0.02 * np.ptp(r):
        return "a function of z without a name here (see the picture)"
    return None


def _unnamed(statement, meant, wrong, search):
    shapes = {o.values[statement].shape for i in search.usable if statement in (o := search.outcomes[i]).values}
    evidence = "everything before it agrees with the right formulas for your own upstream values; this statement does not."
    if shapes and statement in wrong:
        evidence += f" Its shape is {' or '.join(map(str, sorted(shapes)))}."
    named = _parameter_by_eye(statement, search, meant, wrong)
    if named:
        return named
    why = f"{statement} is the first statement that is wrong; none of the known mistakes reproduces it."
    return Finding(statement, "none", spoiled(statement, wrong), why, evidence, remedy(statement, meant))


def _unreadable(statement, why, meant, wrong):
    """A gradient that is missing, or no array of real numbers."""
    family = "missing_term" if why.startswith(("is not in", "is None")) else "dtype"
    return Finding(statement, family, spoiled(statement, wrong), f"{statement} {why}.", "the keys and values of the returned dict.",
                   remedy(statement, meant))  # fmt: skip


def _parameter_by_eye(statement, search, meant, wrong):
    """What can be said of a dW or db that no rule gives: few digits, weight decay, another layer's gradient; None where nothing fits."""
    if statement[1] not in "Wb":
        return None
    truths = [meant.backward(search.probes[i].X, search.probes[i].y, search.probes[i].c, search.probes[i].p) for i in search.usable]
    came = search.observed(statement)
    gradients = spoiled(statement, wrong)
    if _nearly(came, [truth[statement] for truth in truths]):
        return _few_digits(statement, meant, gradients)
    for other in ("dW3", "db3", "dW2", "db2", "dW1", "db1"):
        if other != statement and all(a is not None and b is not None and a.shape == b.shape and np.allclose(a, b, rtol=MATCH)
                                      for a, b in zip(came, [truth[other] for truth in truths], strict=True)):  # fmt: skip
            return Finding(statement, "wrong_layer", gradients, f"{statement} holds what should be {other}.",
                           f"it agrees with the right {other} to the last digit.", remedy(statement, meant))  # fmt: skip
    decay = _decay(statement, search, came, truths)
    if decay is not None:
        return Finding(statement, "missing_term", gradients, f"{decay:.4g} * {statement[1:]} is added: a weight decay that the loss lacks.",
                       f"what you returned less the right {statement} is {decay:.4g} * {statement[1:]}.", remedy(statement, meant))  # fmt: skip
    return None


def _decay(statement, search, came, truths):
    """lambda such that came = right + lambda * parameter for every probe, or None."""
    extra, parameter = [], []
    for i, value, truth in zip(search.usable, came, truths, strict=True):
        if value is None or value.shape != truth[statement].shape:
            return None
        extra.append((value - truth[statement]).ravel())
        parameter.append(search.probes[i].p[statement[1:]].ravel())
    factor = fitting_factor([np.concatenate(parameter)], [np.concatenate(extra)], [1])
    return factor[1] if factor else None
