"""Which statements, right or wrong, reproduce what a backward pass returned: hypotheses run as code and compared.

A hypothesis is a rule for each of the statements dZ3, dW3, db3, dA2 and dZ2, dW2, db2, dA1 and dZ1, dW1, db1. They are chosen layer by
layer, each with the values that the ones before it gave, so that a gradient which inherits a fault is not accused of it. Several
hypotheses are kept, the cheapest first: a right statement costs nothing, a usual mistake 1, a mistake without a name more.

With one example, db of a layer is its dZ. Where no rule explains a dZ, that is what the next layer is judged by.
"""

from functools import lru_cache

import numpy as np

from helpers.clinic.network.fits import attempt, fitting_factor, in_place_of, is_one, power_law, proportional
from helpers.clinic.network.hidden_rules import activation_gradient_rules, slope_rules
from helpers.clinic.network.hypotheses import Deltas, Distinct, Fault, Hypothesis, given, scaled
from helpers.clinic.network.output_rules import output_rules
from helpers.clinic.network.parameter_rules import bias_rules, weight_rules
from helpers.clinic.network.singles import observed_deltas
from helpers.clinic.network.stated import NOTHING, share_of
from helpers.clinic.network.units import unit_factors

BEAM = 6
_UNKNOWN = 2.6  # dearer than two named mistakes
_SCALED = 1.0
_SEEN = 1.3  # a penalty, or a factor for each unit: no rule, and yet a name
_USUAL = 1.4  # one mistake; two at once are looked for only where one does not do
_WORTH = 1.6  # a hypothesis that is this much dearer than the best is given up


class Search:
    """The search over one learner's outputs.

    probes : list of Probe; outcomes : list of Outcome, one for each probe.
    `singles[i]` lists for batch i the positions of the probes that hold its examples one by one.
    stated : Stated, what the outcomes have been freed of.
    """

    def __init__(self, meant, probes, outcomes, singles, stated=NOTHING):
        self.meant, self.singles, self.stated = meant, singles, stated
        self.usable = [i for i, outcome in enumerate(outcomes) if not outcome.error]
        self.probes = probes
        self.outcomes = outcomes
        self.sizes = [probes[i].m for i in self.usable]
        self.weights, self.biases, self.deltas = _rules(meant)

    def observed(self, name):
        """What the learner returned for a gradient, probe by probe; None where it cannot be read."""
        return [self.outcomes[i].values.get(name) for i in self.usable]

    def best(self):
        """The cheapest hypothesis about all statements."""
        changed = {name for i in self.usable for name in self.outcomes[i].changed}
        start = Hypothesis(0.0, (), [given(self.meant, self.probes[i], self.outcomes[i], changed) for i in self.usable])
        beam = [start]
        with np.errstate(all="ignore"):
            for l in (3, 2, 1):
                beam = _distinct(l, [h for old in beam for h in self._layer(l, old)])[:BEAM]
                beam = [h for h in beam if h.cost <= beam[0].cost + _WORTH]
        return beam[0] if beam else None

    # --- one layer ---------------------------------------------------------------------------------------------------

    def _layer(self, l, old):
        """All hypotheses worth keeping that add layer l to an old one."""
        found = []
        for choice in self._delta_choices(l, old):
            found += self._with_parameters(l, old, *choice)
        if min((h.cost for h in found), default=np.inf) >= old.cost + 1.9:
            found += self._unexplained(l, old)
        return _distinct(l, found)[: 2 * BEAM]

    def _delta_choices(self, l, old):
        """(cost, faults, values, how the right dW and db fit) for every rule of dZ of layer l that an output of the first batch supports."""
        deltas, distinct = Deltas(l, old.values), Distinct(l)
        limit = np.inf
        for tier in self.deltas[l]:
            if not tier or tier[0][0] > limit:
                return
            for cost, rules in self._supported(l, deltas, tier):
                if cost > limit:
                    return
                new = deltas.all(rules)
                if new is None or not distinct.is_new(new):
                    continue
                values = [{**v, **dz} for v, dz in zip(old.values, new, strict=True)]
                fits = self._right_fits(l, values)
                limit = min(limit, cost + _reach(cost, fits))
                yield cost, tuple(Fault(r.statement, r) for r in rules if r.statement), values, fits

    def _supported(self, l, deltas, choices):
        """(cost, rules) for the rules from whose dZ the right dW or db of the first probe follows, up to a factor, and for the right rules."""
        v = deltas.values[0]
        A, m = v[f"A{l - 1}"] if l > 1 else v["X"], v["m"]
        shape = (1 if l == 3 else 10, m)
        found = []
        for cost, rules in choices:
            new = deltas.value(0, rules)
            if new is not None and new[f"dZ{l}"].shape == shape:
                found.append((cost, rules, new[f"dZ{l}"]))
        if not found:
            return []
        D = np.clip(np.stack([dZ for _, _, dZ in found]).astype(float), -1e100, 1e100)
        dW, db = self.observed(f"dW{l}")[0], self.observed(f"db{l}")[0]
        support = np.stack([proportional(D @ A.T / m, dW), proportional(D.sum(axis=2, keepdims=True) / m, db)], axis=1)
        return [(cost, rules) for (cost, rules, _), s in zip(found, support, strict=True) if not cost or not np.isnan(s).all()]

    def _with_parameters(self, l, old, cost, faults, values, fits):
        """Complete a choice of dZ by the statements for dW and db, if at least one of these is then right up to a factor."""
        weight, bias = fits
        plain = not faults
        if weight is None and bias is None and not plain:
            return []
        found = []
        for factor in self._shared_factors(weight, bias):
            shared = values if is_one(factor) else [scaled(v, l, factor[v["m"]]) for v in values]
            more = () if is_one(factor) else (Fault(f"dZ{l}", None, factor),)
            extra_cost = 0.0 if is_one(factor) else _SCALED
            dW = self._parameter(f"dW{l}", self.weights[l], shared, bool(faults) and bias is None)
            db = self._parameter(f"db{l}", self.biases[l], shared, bool(faults) and weight is None)
            if dW is None or db is None:
                continue
            total = old.cost + cost + extra_cost + dW[0] + db[0]
            found.append(Hypothesis(total, old.faults + faults + more + dW[1] + db[1], shared))
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
            if factor is None or (not is_one(factor) and power_law(factor) is None):
                continue
            cost = rule.cost + (0.0 if is_one(factor) else _SCALED)
            faults = (Fault(name, rule),) if rule.statement else ()
            if not is_one(factor):
                faults += (Fault(name, None, factor),)
            if best is None or cost < best[0]:
                best = (cost, faults)
        best = best or self._seen(name, rules[0], values, observed)
        if best is None and must_be_named:
            return None
        return best or (2.0, (Fault(name),))

    def _seen(self, name, right, values, observed):
        """(cost, faults) where dW or db is the right one but for a penalty, or for a factor for each unit; else None."""
        rights = [attempt(right.value, v) for v in values]
        share = share_of(observed, rights, [v[name[1:]] for v in values], self.sizes)
        if share and power_law(share) and any(share.values()):
            return _SEEN, (Fault(name, share=share),)
        units = unit_factors(observed, rights)
        return (_SEEN, (Fault(name, units=units),)) if units else None

    def _fits(self, rule, values, observed):
        """The factor by which a rule for dW or db fits what was returned, for each m; None where it does not fit."""
        right = not rule.statement
        predicted, targets = [], []
        for v, o in zip(values, observed, strict=True):
            p = attempt(rule.value, v)
            o = in_place_of(o, p) if right else o
            if p is None or (o is not None and p.shape != o.shape):
                return None
            if not predicted and o is not None and fitting_factor([p], [o], [v["m"]]) is None:
                return None
            predicted.append(p)
            targets.append(o)
        return fitting_factor(predicted, targets, self.sizes)

    def _unexplained(self, l, old):
        """The hypothesis that dZ of layer l is what the outputs for single examples show, whatever made it."""
        deltas = observed_deltas(self, l)
        if deltas is None:
            return []
        values = []
        for v, dZ in zip(old.values, deltas, strict=True):
            values.append({**v, f"dZ{l}": dZ, f"dA{l}": attempt(lambda v: v[f"W{l + 1}"].T @ v[f"dZ{l + 1}"], v)})
        dW = self._parameter(f"dW{l}", self.weights[l], values, False)
        db = self._parameter(f"db{l}", self.biases[l], values, False)
        cost = old.cost + _UNKNOWN + dW[0] + db[0]
        fault = Fault(f"dZ{l}", observed=(l, [v.get(f"dA{l}") for v in values], deltas))
        return [Hypothesis(cost, (*old.faults, fault, *dW[1], *db[1]), values)]


@lru_cache(maxsize=16)
def _rules(meant):
    """For each layer the rules for dW, those for db, and the choices for dZ: (cost, rules), the cheapest first, in tiers."""
    weights, biases = {l: weight_rules(l) for l in (1, 2, 3)}, {l: bias_rules(l) for l in (1, 2, 3)}
    deltas = {l: _pairs(activation_gradient_rules(l), slope_rules(l, meant.hidden)) for l in (1, 2)}
    deltas[3] = sorted(((rule.cost, (rule,)) for rule in output_rules(meant.output, meant.loss)), key=lambda pair: pair[0])
    return weights, biases, {l: _tiers(choices) for l, choices in deltas.items()}


def _distinct(l, hypotheses):
    """The cheapest of those that give layer l the same values, in the order of their costs."""
    seen = Distinct(l)
    return [h for h in sorted(hypotheses, key=lambda h: h.cost) if seen.is_new(h.values)]


def _pairs(products, slopes):
    """(cost, (rule of dA, rule of its slope)), the cheapest first."""
    return sorted(((a.cost + g.cost, (a, g)) for a in products for g in slopes), key=lambda pair: pair[0])


def _tiers(choices):
    """The usual choices, and the others."""
    usual = sum(cost <= _USUAL for cost, _ in choices)
    return choices[:usual], choices[usual:]


def _reach(cost, fits):
    """How much dearer rules are still looked at after one with which the right dW and the right db fit so well."""
    if not any(fits):
        return np.inf
    if all(factor and is_one(factor) for factor in fits):
        return 0.04
    return 0.6 if cost > 0.5 else 1.25
