"""Name the faults that the search found: factors of m and signs, slopes that no rule names, updates that come too early."""

from dataclasses import replace

import numpy as np

from helpers.clinic.network.by_eye import by_observation, by_share, by_units, unnamed
from helpers.clinic.network.findings import STATEMENTS, Finding, factor_text, remedy, sentence, spoiled
from helpers.clinic.network.fits import fitting_factor, power_law
from helpers.clinic.network.hypotheses import Fault


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
            found.append(_by_factor(fault, meant, wrong, search))
        elif fault.share is not None:
            found.append(by_share(fault, search, wrong))
        elif fault.units is not None:
            found.append(by_units(fault, search, wrong))
        elif fault.observed is not None:
            found.append(by_observation(fault, search, wrong))
        else:
            found.append(unnamed(fault.statement, search, wrong))
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
    """The same factor missing from all three dW, or from all three db, is one mistake; so is another formula with a factor.

    So are one penalty in all dW, and the same factors of the units in dW and db of a layer, which are those of its dZ.
    """
    faults = _of_whole_layers(_same_share(list(faults)))
    for kind in ("dW", "db"):
        same = [f for f in faults if f.factor is not None and f.statement.startswith(kind)]
        laws = {factor_text(power_law(f.factor)) for f in same}
        if len(same) == 3 and len(laws) == 1:
            together = replace(same[0], also=tuple(f.statement for f in same[1:]))
            faults = [together if f is same[0] else f for f in faults if f not in same[1:]]
    named = {f.statement for f in faults if f.rule is not None}
    return [f for f in faults if f.factor is None or f.statement not in named or f.statement == "dZ3"]


def _same_share(faults):
    """One fault for a penalty that all three dW (or db) have, or lack, alike."""
    for kind in ("dW", "db"):
        same = [f for f in faults if f.share is not None and f.statement.startswith(kind)]
        if len(same) == 3 and len({factor_text(power_law(f.share)) for f in same}) == 1:
            together = replace(same[0], also=tuple(f.statement for f in same[1:]))
            faults = [together if f is same[0] else f for f in faults if f not in same[1:]]
    return faults


def _of_whole_layers(faults):
    """One fault of dZ for the same factors of the units in dW and db of a layer."""
    for l in (3, 2, 1):
        pair = [f for f in faults if f.units is not None and f.statement in (f"dW{l}", f"db{l}") and f.units.of == "unit"]
        if len(pair) == 2 and np.allclose(pair[0].units.factors, pair[1].units.factors, rtol=1e-4):
            faults = [replace(f, statement=f"dZ{l}") if f is pair[0] else f for f in faults if f is not pair[1]]
    return faults


def _collapsed(faults, unreadable):
    """Where neither dW nor db of a layer can be explained, its dZ is at fault, and what lies below cannot be told."""
    plain = {f.statement for f in faults if _is_plain(f)} - unreadable.keys()
    for l in (3, 2, 1):
        if {f"dW{l}", f"db{l}"} <= plain and not any(f.statement == f"dZ{l}" for f in faults):
            above = [f for f in faults if int(f.statement[-1]) > l]
            return [*above, Fault(f"dZ{l}")]
    return faults


def _is_plain(fault):
    """Whether nothing is known of a fault but its statement."""
    return fault.rule is fault.factor is fault.observed is fault.share is fault.units is None


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


def _by_factor(fault, meant, wrong, search):
    k, n = law = power_law(fault.factor)
    statement = "dW3" if fault.statement == "dZ3" and n == 1 else fault.statement
    family = "sign" if abs(k + 1) < 1e-4 and n == 0 else "scale"
    why = (
        f"{fault.statement} has the wrong sign: gradient descent would climb." if family == "sign" else _factor_sentence(fault.statement, law, search)
    )
    if fault.also:
        why = f"In {fault.statement}, {' and '.join(fault.also)} alike: {why}"
    sizes = ", ".join(f"m = {m}: {theta:.4g}" for m, theta in sorted(fault.factor.items()))
    gradients = sum((spoiled(name, wrong) for name in (fault.statement, *fault.also)), ())
    evidence = f"what you returned divided by the right formula with your own upstream values: {sizes}."
    return Finding(statement, family, gradients, why, evidence, remedy(statement, meant))


def _factor_sentence(statement, law, search):
    """What a factor k m^n in a statement says about 1/m."""
    k, n = law
    everywhere = statement == "dZ3"
    where = "every dW and db" if everywhere else statement
    why = f"{statement} is {factor_text(law)} times what it should be."
    if search.stated.reduction == "sum":
        if n == -1 and abs(k - 1) < 1e-4:
            why = f"1/m stands in {where}, and the loss that you state is the sum over the examples."
        return why + " Its sign is wrong as well." * (k < 0)
    if n == 1:
        why = f"1/m is missing from {where}: the sum{'s' * everywhere} over the examples {'are' if everywhere else 'is'} not divided by their number."
        if everywhere and abs(k - 1) < 1e-4:
            why += ' If your loss is the sum over the examples, nothing is wrong: say reduction="sum".'
    elif n == -1:
        why = f"{statement} is divided by m once too often."
        if everywhere:
            why = "Everything is divided by m once too often: 1/m belongs into dZ3 or into dW and db, not into both."
    counted = _counted(abs(k), search) if everywhere or statement[1] in "Wb" else None
    if counted and n == 1:
        why = f"The sum over the examples in {where} is divided by {counted}, not by m, the number of examples: it is read from the wrong axis."
    elif counted and n == 0:
        why += f" Is it divided by {counted} besides?"
    elif n and abs(abs(k) - 1) > 1e-4:
        why += f" Besides, there is a factor of {abs(k):.4g}."
    return why + " Its sign is wrong as well." * (k < 0)


def _counted(k, search):
    """What the number 1/k counts in the network; None for nothing."""
    n_x = search.probes[0].X.shape[0]
    names = {10: "10, the number of units of a hidden layer", n_x: f"{n_x}, the number of inputs (X.shape[0])"}
    return next((text for number, text in names.items() if number > 1 and abs(k * number - 1) < 1e-4), None)


def _unreadable(statement, why, meant, wrong):
    """A gradient that is missing, or no array of real numbers."""
    family = "missing_term" if why.startswith(("is not in", "is None")) else "dtype"
    return Finding(statement, family, spoiled(statement, wrong), f"{statement} {why}.", "the keys and values of the returned dict.",
                   remedy(statement, meant))  # fmt: skip
