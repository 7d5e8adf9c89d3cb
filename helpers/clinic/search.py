"""Which statements, right or wrong, reproduce what a backward pass returned: hypotheses run as code and compared.

A hypothesis is a rule for each of the statements dZ3, dW3, db3, dA2 and dZ2, dW2, db2, dA1 and dZ1, dW1, db1. They are chosen layer by
layer, each with the values that the ones before it gave, so that a gradient which inherits a fault is not accused of it. Several
hypotheses are kept, the cheapest first: a right statement costs nothing, a usual mistake 1, a mistake without a name more.

With one example, db of a layer is its dZ. Where no rule explains a dZ, that is what the next layer is judged by.
"""

from dataclasses import dataclass

import numpy as np

from helpers.clinic.hidden_rules import activation_gradient_rules, slope_rules
from helpers.clinic.output_rules import output_rules, right_dA3
from helpers.clinic.parameter_rules import bias_rules, weight_rules

MATCH = 1e-5
"""Relative difference up to which two arrays count as the same formula: clipping by 1e-8 stays below it."""

BEAM = 6
_UNKNOWN = 2.6  # dearer than two named mistakes
_SCALED = 1.0
_USUAL = 1.4  # one mistake; two at once are looked for only where one does not do
_WORTH = 1.6  # a hypothesis that is this much dearer than the best is given up


@dataclass(frozen=True)
class Fault:
    """A statement that is wrong, as the search found it; `rule` is None where no rule explains it, `also` names statements alike."""

    statement: str
    rule: object = None
    factor: dict | None = None
    observed: object = None
    also: tuple = ()


@dataclass
class Hypothesis:
    """What was chosen so far: its cost, its faults, and for each probe the values that it gives."""

    cost: float
    faults: tuple
    values: list


def same(a, b):
    """Whether two arrays have one shape and agree to `MATCH`."""
    return a.shape == b.shape and _difference(a, b) <= MATCH


def _difference(a, b):
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / scale if scale else 0.0


def fitting_factor(predicted, observed, sizes):
    """{m: theta} such that observed = theta(m) predicted for all probes of that size, or None.

    predicted, observed : lists of arrays, None where there is none; sizes : list of m.
    """
    factors = {}
    for m in sorted(set(sizes)):
        pairs = [(p, o) for p, o, size in zip(predicted, observed, sizes, strict=True) if size == m and o is not None]
        if any(p is None or p.shape != o.shape for p, o in pairs):
            return None
        p, o = (np.concatenate([pair[i].ravel() for pair in pairs]) if pairs else np.zeros(0) for i in (0, 1))
        p, o = np.clip(p.astype(float), -1e100, 1e100), np.clip(o, -1e100, 1e100)
        if not o.size:
            continue
        if not (np.isfinite(p).all() and np.isfinite(o).all()):
            return None
        square = p @ p
        theta = (p @ o) / square if square else 1.0
        if np.linalg.norm(o - theta * p) > MATCH * (np.linalg.norm(o) + np.linalg.norm(theta * p) + 1e-300):
            return None
        if theta == 0 and np.linalg.norm(o) == 0 and square:
            return None
        factors[m] = 1.0 if abs(theta - 1) <= 2 * MATCH else float(theta)
    return factors or None


def is_one(factor):
    """Whether a factor is 1 for every m."""
    return all(theta == 1.0 for theta in factor.values())


def power_law(factor):
    """(k, n) with factor(m) = k m^n and n among 0, 1, 2, 1/2 and their negatives, or None."""
    for n in (0, -1, 1, -2, 2, -0.5, 0.5):
        constants = [theta / m**n for m, theta in factor.items()]
        if max(constants) - min(constants) <= 1e-4 * abs(constants[0]):
            return constants[0], n
    return None


def given(meant, probe, outcome):
    """The values that rules are made of, before any gradient."""
    v = {"X": probe.X, "y": probe.y, "m": probe.m, "output": meant.output, "loss": meant.loss}
    v |= {"slope": meant.hidden.slope, "returned": outcome.values}
    v |= {name: probe.c[name] for name in ("Z1", "A1", "Z2", "A2", "Z3", "A3") if name in probe.c} | probe.p
    v |= {f"{name} after": after for name, after in outcome.changed.items()}
    v["dA3"] = _attempt(right_dA3, v)
    return v


class _Deltas:
    """dA and dZ of layer l by any pair of rules, probe by probe; what depends on one rule alone is computed once."""

    def __init__(self, l, values):
        self.l, self.values = l, values
        self.memory = [{} for _ in values]

    def value(self, k, rules):
        """{"dAl": ..., "dZl": ...} for probe k, or None where the rules raise."""
        v, l = self.values[k], self.l
        if l == 3:
            dZ = _attempt(rules[0].value, v)
            return None if dZ is None else {"dZ3": dZ}
        dA = self._once(k, rules[0], v)
        if dA is None:
            return None
        if rules[1].whole or f"dA{l}" in rules[1].says:
            g = _attempt(rules[1].value, {**v, f"dA{l}": dA})
        else:
            g = self._once(k, rules[1], v)
        if g is None:
            return None
        try:
            with np.errstate(all="ignore"):
                dZ = g if rules[1].whole else dA * g
        except ValueError:
            return None
        return {f"dA{l}": dA, f"dZ{l}": dZ}

    def _once(self, k, rule, v):
        key = (rule.statement, rule.says)
        if key not in self.memory[k]:
            self.memory[k][key] = _attempt(rule.value, v)
        return self.memory[k][key]


def _proportional(predicted, observed):
    """For each array of a stack theta such that observed = theta * array, NaN where there is none."""
    count = len(predicted)
    observed = _in_place_of(observed, predicted[0])
    if observed is None or observed.shape != predicted.shape[1:]:
        return np.full(count, np.nan)
    p, o = predicted.reshape(count, -1), observed.ravel()
    square = (p * p).sum(axis=1)
    with np.errstate(all="ignore"):
        theta = p @ o / square if o.size > 1 else np.ones(count)  # one number is always a multiple of another
        error = ((o - theta[:, None] * p) ** 2).sum(axis=1)
    fits = (theta != 0) & (error <= (2 * MATCH) ** 2 * (o @ o))
    return np.where(square == 0, 1.0 if not o.any() else np.nan, np.where(fits, theta, np.nan))


def _reach(cost, support):
    """How much dearer rules are still looked at after one that the outputs support so well."""
    if np.isnan(support).all():
        return np.inf
    if (np.abs(support - 1) <= 10 * MATCH).all():
        return 0.04
    return 0.6 if cost > 0.5 else 1.25


class Search:
    """The search over one learner's outputs.

    probes : list of Probe; outcomes : list of Outcome, one for each probe.
    `singles[i]` lists for batch i the positions of the probes that hold its examples one by one.
    """

    def __init__(self, meant, probes, outcomes, singles):
        self.meant, self.singles = meant, singles
        self.usable = [i for i, outcome in enumerate(outcomes) if not outcome.error]
        self.probes = probes
        self.outcomes = outcomes
        self.sizes = [probes[i].m for i in self.usable]
        self.weights = {l: weight_rules(l) for l in (1, 2, 3)}
        self.biases = {l: bias_rules(l) for l in (1, 2, 3)}
        self.outputs = sorted(((rule.cost, (rule,)) for rule in output_rules(meant.output, meant.loss)), key=lambda pair: pair[0])
        self.pairs = {l: _pairs(activation_gradient_rules(l), slope_rules(l, meant.hidden)) for l in (1, 2)}

    def observed(self, name):
        """What the learner returned for a gradient, probe by probe; None where it cannot be read."""
        return [self.outcomes[i].values.get(name) for i in self.usable]

    def best(self):
        """The cheapest hypothesis about all statements."""
        start = Hypothesis(0.0, (), [given(self.meant, self.probes[i], self.outcomes[i]) for i in self.usable])
        beam = [start]
        for l in (3, 2, 1):
            beam = sorted((h for old in beam for h in self._layer(l, old)), key=lambda h: h.cost)[:BEAM]
            beam = [h for h in beam if h.cost <= beam[0].cost + _WORTH]
        return beam[0] if beam else None

    # --- one layer ---------------------------------------------------------------------------------------------------

    def _layer(self, l, old):
        """All hypotheses worth keeping that add layer l to an old one."""
        found = []
        for cost, faults, values in self._delta_choices(l, old):
            found += self._with_parameters(l, old, cost, faults, values)
        found.sort(key=lambda h: h.cost)
        best = found[0].cost if found else np.inf
        if best >= old.cost + 1.9:
            found += self._unexplained(l, old)
        return sorted(found, key=lambda h: h.cost)[: 2 * BEAM]

    def _delta_choices(self, l, old):
        """(cost, faults, dA and dZ per probe) for every rule of dZ of layer l that at least one output supports."""
        deltas = _Deltas(l, old.values)
        limit = np.inf
        choices = self.outputs if l == 3 else self.pairs[l]
        usual = sum(cost <= _USUAL for cost, _ in choices)
        for tier in (choices[:usual], choices[usual:]):
            if not tier or tier[0][0] > limit:
                return
            for cost, rules, support in self._supported(l, deltas, tier):
                if cost > limit:
                    return
                values = [deltas.value(k, rules) for k in range(len(old.values))]
                if any(new is None for new in values):
                    continue
                limit = min(limit, cost + _reach(cost, support))
                yield cost, tuple(Fault(r.statement, r) for r in rules if r.statement), values

    def _supported(self, l, deltas, choices):
        """(cost, rules, support) for the rules that fit the first probe, and for the right ones, the cheapest first.

        `support` holds the factors by which the right dW and the right db, made from that dZ, fit; NaN where they do not.
        """
        v = deltas.values[0]
        A, m = v[f"A{l - 1}"] if l > 1 else v["X"], v["m"]
        n = 1 if l == 3 else 10
        found = [(cost, rules, new[f"dZ{l}"]) for cost, rules in choices if (new := deltas.value(0, rules)) is not None]
        found = [(cost, rules, dZ) for cost, rules, dZ in found if dZ.shape == (n, m)]
        if not found:
            return []
        D = np.clip(np.stack([dZ for _, _, dZ in found]).astype(float), -1e100, 1e100)
        support = np.stack([
            _proportional(D @ A.T / m, self.observed(f"dW{l}")[0]), _proportional(D.sum(axis=2, keepdims=True) / m, self.observed(f"db{l}")[0]),
        ], axis=1)  # fmt: skip
        kept = [(cost, rules, s) for (cost, rules, _), s in zip(found, support, strict=True) if not cost or not np.isnan(s).all()]
        return kept

    def _with_parameters(self, l, old, cost, faults, new):
        """Complete a choice of dZ by the statements for dW and db, if at least one of these is then right up to a factor."""
        values = [{**v, **dz} for v, dz in zip(old.values, new, strict=True)]
        weight, bias = self._right_fits(l, values)
        plain = not faults
        if weight is None and bias is None and not plain:
            return []
        found = []
        for factor in self._shared_factors(weight, bias):
            scaled = values if is_one(factor) else [_scaled(v, l, factor[v["m"]]) for v in values]
            more = () if is_one(factor) else (Fault(f"dZ{l}", None, factor),)
            extra_cost = 0.0 if is_one(factor) else _SCALED
            dW = self._parameter(f"dW{l}", self.weights[l], scaled, bool(faults) and bias is None)
            db = self._parameter(f"db{l}", self.biases[l], scaled, bool(faults) and weight is None)
            if dW is None or db is None:
                continue
            total = old.cost + cost + extra_cost + dW[0] + db[0]
            found.append(Hypothesis(total, old.faults + faults + more + dW[1] + db[1], scaled))
        return found

    def _right_fits(self, l, values):
        """The factors by which the right dW and db of layer l fit, None where they do not."""
        return [self._fits(rules[0], values, self.observed(name)) for name, rules in ((f"dW{l}", self.weights[l]), (f"db{l}", self.biases[l]))]

    def _shared_factors(self, weight, bias):
        """Factors that dZ may have been multiplied by: none, or what the right dW or the right db needs."""
        one = dict.fromkeys(self.sizes, 1.0)
        factors = [one]
        for factor in (weight, bias):
            if factor and not is_one(factor) and power_law(factor) and factor not in factors and 0 not in factor.values():
                factors.append(one | factor)
        return factors

    def _parameter(self, name, rules, values, must_be_named):
        """(cost, faults) of the cheapest rule for dW or db; None where it must have a name and has none."""
        observed = self.observed(name)
        if all(o is None for o in observed):
            return 1.0, (Fault(name),)
        best = None
        for rule in rules:
            if best is not None and rule.cost >= best[0]:
                continue
            factor = self._fits(rule, values, observed)
            if factor is None:
                continue
            law = power_law(factor)
            if not is_one(factor) and law is None:
                continue
            cost = rule.cost + (0.0 if is_one(factor) else _SCALED)
            faults = (Fault(name, rule),) if rule.statement else ()
            if not is_one(factor):
                faults += (Fault(name, None, factor),)
            if best is None or cost < best[0]:
                best = (cost, faults)
        if best is None and must_be_named:
            return None
        return best or (2.0, (Fault(name),))

    def _fits(self, rule, values, observed):
        right = not rule.statement
        predicted = []
        for v, o in zip(values, observed, strict=True):
            p = _attempt(rule.value, v)
            o = _in_place_of(o, p) if right else o
            if p is None or (o is not None and p.shape != o.shape):
                return None
            if not predicted and o is not None and fitting_factor([p], [o], [v["m"]]) is None:
                return None
            predicted.append(p)
        targets = [_in_place_of(o, p) if right else o for o, p in zip(observed, predicted, strict=True)]
        return fitting_factor(predicted, targets, self.sizes)

    # --- a dZ without a name -----------------------------------------------------------------------------------------------

    def _unexplained(self, l, old):
        """The hypothesis that dZ of layer l is what the outputs for single examples show, whatever made it."""
        deltas = self.observed_deltas(l)
        if deltas is None:
            return []
        values = [{**v, f"dZ{l}": dZ, f"dA{l}": _attempt(lambda v: v[f"W{l + 1}"].T @ v[f"dZ{l + 1}"], v)}
                  for v, dz in zip(old.values, deltas, strict=True) for dZ in [dz]]  # fmt: skip
        dW = self._parameter(f"dW{l}", self.weights[l], values, False)
        db = self._parameter(f"db{l}", self.biases[l], values, False)
        cost = old.cost + _UNKNOWN + dW[0] + db[0]
        fault = Fault(f"dZ{l}", observed=(l, [v.get(f"dA{l}") for v in values], deltas))
        return [Hypothesis(cost, (*old.faults, fault, *dW[1], *db[1]), values)]

    def observed_deltas(self, l):
        """dZ of layer l for every usable probe, read off the outputs for single examples; None where that is impossible."""
        single = {}
        for position, i in enumerate(self.usable):
            if self.probes[i].m == 1:
                single[i] = self._read_single(l, position, i)
        if not single or any(dZ is None for dZ in single.values()):
            return None
        deltas = []
        for i in self.usable:
            if self.probes[i].m == 1:
                deltas.append(single[i])
            elif all(j in single for j in self.singles.get(i, [])) and self.singles.get(i):
                deltas.append(np.hstack([single[j] for j in self.singles[i]]))
            else:
                return None
        return deltas

    def _read_single(self, l, position, i):
        """dZ (n, 1) of one example: db itself where it has that shape, else what dW divided by its input gives."""
        n = 1 if l == 3 else 10
        db = self.observed(f"db{l}")[position]
        if db is not None and db.size == n:
            return db.reshape(n, 1)
        dW = self.observed(f"dW{l}")[position]
        A = self.probes[i].X if l == 1 else self.probes[i].c[f"A{l - 1}"]
        if dW is None or dW.shape != (n, A.shape[0]) or not (A**2).sum():
            return None
        return dW @ A / (A**2).sum()


def _pairs(products, slopes):
    """(cost, (rule of dA, rule of its slope)), the cheapest first."""
    return sorted(((a.cost + g.cost, (a, g)) for a in products for g in slopes), key=lambda pair: pair[0])


def _attempt(rule, v, default=None):
    """The value of a rule, `default` where it raises or is no finite array."""
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(rule(v))
            value = value if value.dtype.kind == "f" else value.astype(float)  # float16 stays what it is
    except Exception:
        return default
    return value if np.isfinite(value).all() else default


def _scaled(v, l, theta):
    return {**v, f"dZ{l}": v[f"dZ{l}"] * theta, f"dA{l}": v[f"dA{l}"] * (theta if l < 3 else 1)}


def _in_place_of(observed, right):
    """What was returned, in the shape of the right gradient where subtracting it from the parameter would do the same."""
    if observed is None or right is None or observed.shape == right.shape:
        return observed
    try:
        return np.broadcast_to(observed, right.shape)
    except ValueError:
        return observed
