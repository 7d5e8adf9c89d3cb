"""A hypothesis about a backward pass: which rule stands for each statement, what it costs, and the values that it gives."""

from dataclasses import dataclass

import numpy as np

from helpers.clinic.network.fits import attempt
from helpers.clinic.network.output_rules import right_dA3


@dataclass(frozen=True)
class Fault:
    """A statement that is wrong, as the search found it; `rule` is None where no rule explains it, `also` names statements alike.

    `factor` and `share` ({m: number}) are what it is multiplied by, and what of its parameter is added; `units` is a `UnitFactors`.
    """

    statement: str
    rule: object = None
    factor: dict | None = None
    observed: object = None
    also: tuple = ()
    share: dict | None = None
    units: object = None


@dataclass
class Hypothesis:
    """What was chosen so far: its cost, its faults, and for each probe the values that it gives."""

    cost: float
    faults: tuple
    values: list


def given(meant, probe, outcome, overwritten=()):
    """The values that rules are made of, before any gradient; `overwritten` names arguments that other calls changed."""
    v = {"X": probe.X, "y": probe.y, "m": probe.m, "output": meant.output, "loss": meant.loss}
    v |= {"slope": meant.hidden.slope, "returned": outcome.values}
    v |= {name: probe.c[name] for name in ("Z1", "A1", "Z2", "A2", "Z3", "A3") if name in probe.c} | probe.p
    v |= {f"{name} after": v[name] for name in overwritten if name in v}  # a call may write what stood there before
    v |= {f"{name} after": after for name, after in outcome.changed.items()}
    with np.errstate(all="ignore"):
        v["dA3"] = attempt(right_dA3, v)
    return v


def scaled(v, l, theta):
    """The values with dZ (and dA) of layer l multiplied by theta."""
    return {**v, f"dZ{l}": v[f"dZ{l}"] * theta, f"dA{l}": v[f"dA{l}"] * (theta if l < 3 else 1)}


class Distinct:
    """Which dZ and dA of a layer have been seen: another choice with the same numbers can do no better than a cheaper one."""

    def __init__(self, l):
        self.names, self.seen = (f"dZ{l}", f"dA{l}"), []

    def is_new(self, values):
        """Whether no earlier values, probe by probe, were these; they are remembered."""
        numbers = [v[name] for v in values for name in self.names if v.get(name) is not None]
        shapes, numbers = [a.shape for a in numbers], np.concatenate([a.ravel() for a in numbers]).astype(float)
        scale = 1e-9 * np.linalg.norm(numbers)
        if any(shapes == others and np.linalg.norm(numbers - other) <= scale for others, other in self.seen):
            return False
        self.seen.append((shapes, numbers))
        return True


class Deltas:
    """dA and dZ of layer l by any pair of rules, probe by probe; what depends on one rule alone is computed once."""

    def __init__(self, l, values):
        self.l, self.values = l, values
        self.memory = [{} for _ in values]

    def value(self, k, rules):
        """{"dAl": ..., "dZl": ...} for probe k, or None where the rules raise."""
        v, l = self.values[k], self.l
        if l == 3:
            dZ = attempt(rules[0].value, v)
            return None if dZ is None else {"dZ3": dZ}
        dA = self._once(k, rules[0], v)
        if dA is None:
            return None
        if rules[1].whole or f"dA{l}" in rules[1].says:
            g = attempt(rules[1].value, {**v, f"dA{l}": dA})
        else:
            g = self._once(k, rules[1], v)
        if g is None:
            return None
        try:
            dZ = g if rules[1].whole else dA * g
        except ValueError:
            return None
        return {f"dA{l}": dA, f"dZ{l}": dZ}

    def all(self, rules):
        """The values of every probe, or None where the rules raise for one of them."""
        found = []
        for k in range(len(self.values)):
            new = self.value(k, rules)
            if new is None:
                return None
            found.append(new)
        return found

    def _once(self, k, rule, v):
        key = (rule.statement, rule.says)
        if key not in self.memory[k]:
            self.memory[k][key] = attempt(rule.value, v)
        return self.memory[k][key]
