"""What can be seen of a fault that no rule reproduces: a slope read off, a penalty, a factor for each unit, few digits, another layer's gradient."""

import numpy as np

from helpers.clinic.network.findings import Finding, factor_text, remedy, sentence, spoiled
from helpers.clinic.network.fits import MATCH, power_law
from helpers.clinic.network.singles import used_slope
from helpers.clinic.network.units import unit_factors


def by_observation(fault, search, wrong):
    """A dZ that no rule explains: is it a slope that can be read off, or a factor for each unit?"""
    l, dA, dZ = fault.observed
    meant, gradients = search.meant, spoiled(fault.statement, wrong)
    singles = [k for k, i in enumerate(search.usable) if search.probes[i].m == 1]
    if l < 3 and all(a is not None for a in dA):
        slope = meant.hidden.slope
        expected = [slope(search.probes[i].c[f"Z{l}"]) * a for i, a in zip(search.usable, dA, strict=True)]
        if _nearly(dZ, expected):
            return _few_digits(fault.statement, meant, gradients)
        units = unit_factors(dZ, expected)
        if units and units.of == "unit":
            return _units_finding(fault.statement, units, gradients, meant)
        law = _read_slope(l, search, dA, dZ, singles)
        if law:
            return Finding(
                f"dZ{l}", "wrong_derivative", gradients, f"The slope that the code uses is {law}, not that of {meant.hidden.name}.",
                f"dZ{l} divided by W{l + 1}.T @ dZ{l + 1}, both from your own values, for {len(singles)} examples.",
                remedy(f"dZ{l}", meant))  # fmt: skip
    return unnamed(fault.statement, search, wrong)


def by_units(fault, search, wrong):
    """A dW, db or dZ that is right but for a factor of each unit's own."""
    return _units_finding(fault.statement, fault.units, spoiled(fault.statement, wrong), search.meant)


def _units_finding(statement, units, gradients, meant):
    one = "column" if units.of == "input" else "row"
    why = f"each {one} of {statement} is multiplied by a factor of its own, {units.text}"
    return Finding(statement, "scale", gradients, sentence(why), f"what you returned divided by the right {statement}, {one} by {one}.",
                   remedy(statement, meant))  # fmt: skip


def by_share(fault, search, wrong):
    """A dW or db to which a multiple of its parameter is added: a penalty that is not stated, is missing, or is another."""
    stated, alike = search.stated, (fault.statement, *fault.also)
    names = " and ".join([", ".join(alike[:-1]), alike[-1]] if fault.also else alike)
    share, present = stated.in_own_units(fault.share), stated.present(fault.statement, fault.share)
    parameter = "W" if fault.also else fault.statement[1:]
    there = f"{factor_text(power_law(share))} * {parameter}"
    family = "missing_term"
    if stated.l2 and fault.statement[1] == "W" and any(present.values()):
        law = power_law(present)
        came = f"{factor_text(law)} * {parameter}" if law else f"no multiple of {parameter} that is usual"
        why, family = f"the penalty in {names} is {came} instead of {stated.number()} * {parameter}", "scale"
    elif stated.l2 and fault.statement[1] == "W":
        why = f"the penalty is missing from {names}: {stated.number()} * {parameter} is to be added"
    elif fault.statement[1] == "b":
        why = f"{there} is added in {names}: the bias is penalised, too"
    elif fault.also:
        why = (f"{there} is added in {names} alike, it looks as if a penalty were in it that the loss lacks; "
               f"if your loss has it, nothing is wrong: say l2={stated.guess(share)}")  # fmt: skip
    else:
        why = f"{there} is added: a weight decay that the loss lacks"
    gradients = sum((spoiled(name, wrong) for name in alike), ())
    return Finding(fault.statement, family, gradients, sentence(why), f"what you returned less the right {names} is {there}.",
                   remedy(fault.statement, search.meant))  # fmt: skip


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


def unnamed(statement, search, wrong):
    """A statement of which nothing is known but that it is the first that is wrong, or what can be seen of it."""
    meant = search.meant
    shapes = {o.values[statement].shape for i in search.usable if statement in (o := search.outcomes[i]).values}
    evidence = "everything before it agrees with the right formulas for your own upstream values; this statement does not."
    if shapes and statement in wrong:
        evidence += f" Its shape is {' or '.join(map(str, sorted(shapes)))}."
    named = _parameter_by_eye(statement, search, meant, wrong)
    if named:
        return named
    why = f"{statement} is the first statement that is wrong; none of the known mistakes reproduces it."
    return Finding(statement, "none", spoiled(statement, wrong), why, evidence, remedy(statement, meant))


def _parameter_by_eye(statement, search, meant, wrong):
    """What can be said of a dW or db that no rule gives: few digits, another layer's gradient; None where nothing fits."""
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
    return None
