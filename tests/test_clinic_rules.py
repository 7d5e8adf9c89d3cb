"""Every rule of the clinic's catalogue: turned into a program it is found again, by its own name, and it computes what it says."""

import functools
import re
import zlib

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS
from helpers.clinic.network.explain import findings_of
from helpers.clinic.network.findings import FAMILIES
from helpers.clinic.network.fits import attempt, fitting_factor, in_place_of, same
from helpers.clinic.network.hidden_rules import activation_gradient_rules, slope_rules
from helpers.clinic.network.hypotheses import given
from helpers.clinic.network.output_rules import output_rules
from helpers.clinic.network.parameter_rules import bias_rules, weight_rules
from helpers.clinic.network.search import Search
from helpers.clinic.network.slopes import SIGMOID
from helpers.clinic.patient import GRADIENTS, Outcome, run_backward
from helpers.clinic.probes import draw, meant

NETWORKS = [
    ("relu", "sigmoid", "bce"), ("leaky_relu", "relu", "half_mse"), ("sigmoid", "sigmoid", "mse"), ("tanh", "identity", "half_mse"),
    ("relu", "relu", "bce"), ("tanh", "identity", "mse"), ("sigmoid", "identity", "half_mse"), ("leaky_relu", "sigmoid", "half_mse"),
]  # fmt: skip


@functools.cache
def network(k):
    """(what is meant, two batches)."""
    it = meant(*NETWORKS[k], 0.01)
    rng = np.random.default_rng(k)
    return it, [draw(it, m, rng) for m in (7, 10)]


@functools.cache
def places(k):
    """[(statement, its rules)] in the order of a backward pass; the slopes of dZ1 and dZ2 stand apart."""
    it, _ = network(k)
    rows = [("dZ3", output_rules(it.output, it.loss))]
    for l in (3, 2, 1):
        rows += [(f"dW{l}", weight_rules(l)), (f"db{l}", bias_rules(l))]
        if l > 1:
            rows += [(f"dA{l - 1}", activation_gradient_rules(l - 1)), (f"dZ{l - 1}", slope_rules(l - 1, it.hidden))]
    return rows


def values(k, planted=None, at=None):
    """[the values of every statement] for the two batches, with one rule in place of the right one; None where it raises."""
    it, probes = network(k)
    found = []
    for probe in probes:
        v = given(it, probe, Outcome())
        for place, rules in places(k):
            rule = planted if place == at else rules[0]
            try:
                with np.errstate(all="ignore"):
                    value = np.asarray(rule.value(v), dtype=float if rule.family != "dtype" else None)
                    v[place] = value if place[1] != "Z" or place == "dZ3" or rule.whole else v[f"dA{place[2]}"] * value
            except (ValueError, KeyError, TypeError):
                return None
        found.append(v)
    return found


def gradients(found):
    return None if found is None else [{name: v[name] for name in GRADIENTS} for v in found]


def alike(one, other):
    """Whether subtracting one set of gradients from the parameters does what subtracting the other does."""
    return all(same(in_place_of(a[name], b[name]), b[name]) for a, b in zip(one, other, strict=True) for name in GRADIENTS)


def tells(k, at, rule):
    """Whether the two batches show what a rule does: a slope at another layer's values may be 0, or one number, nearly everywhere."""
    _, probes = network(k)
    if at[1] != "Z":
        return True
    found = values(k, rule, at)
    away = at != "dZ3" and not re.search(rf"\b[AZ]{at[2]}\b", rule.says)
    for v in found:
        with np.errstate(all="ignore"):
            slope = np.asarray(rule.value(v), dtype=float)
        on = v[f"dA{at[2]}"] != 0
        if np.mean(v[at] != 0) < 0.3 or (away and not rule.whole and rule.says != "1" and np.ptp((slope + 0 * on)[on]) < 1e-9):
            return False
    return len(found) == len(probes)


def key(at, rule):
    """What a rule is in any layer."""
    return at[:2], re.sub(r"(?<=[ZAWb])\d", "#", rule.says), rule.cost


@functools.cache
def owners():
    """{rule: its places, (network, statement)}."""
    found = {}
    for k in range(len(NETWORKS)):
        for at, rules in places(k):
            for rule in rules:
                found.setdefault(key(at, rule), {})[k, at] = None
    return {rule: list(there) for rule, there in found.items()}


def share(k):
    """The rules that are asked for this network: each of the catalogue in one place of one network, of far-fetched slopes every fifth."""
    for at, rules in places(k):
        for rule in rules:
            turn, there = zlib.crc32(repr(key(at, rule)).encode()), owners()[key(at, rule)]
            usual = at[1] != "Z" or rule.whole or rule.cost < 1.08 or turn % 5 == 0
            if rule.statement and usual and there[turn % len(there)] == (k, at):
                yield at, rule


def found_by_search(k, planted):
    """The findings for a program that returns these gradients."""
    it, probes = network(k)
    right = [it.backward(p.X, p.y, p.c, p.p) for p in probes]
    outcomes = [run_backward(lambda X, y, c, p, grads=grads: grads, o.X, o.y, o.c, o.p) for o, grads in zip(probes, planted, strict=True)]
    wrong = tuple(name for name in GRADIENTS if not all(same(a[name], b[name]) for a, b in zip(planted, right, strict=True)))
    search = Search(it, probes, outcomes, {})
    return findings_of(search.best(), search, wrong)


def is_multiple(grads, right):
    """Whether all gradients are the right ones times one number, half of them for instance."""
    return bool(fitting_factor([a[name] for a in right for name in GRADIENTS], [a[name] for a in grads for name in GRADIENTS], [1] * 12))


def twins(k, rule, grads):
    """Statements and families of all rules that do what a rule does, and are no more far-fetched."""
    found = set()
    for at, rules in places(k):
        for other in rules:
            if other.statement and other.cost <= rule.cost and (theirs := gradients(values(k, other, at))) and alike(grads, theirs):
                found.add((other.statement, other.family))
    return found


@pytest.mark.parametrize("k", range(len(NETWORKS)), ids=[" ".join(words) for words in NETWORKS])
def test_a_planted_rule_is_found_by_its_own_name(k):
    right = gradients(values(k))
    failures, asked, by_name = [], 0, 0
    for at, rule in share(k):
        grads = gradients(values(k, rule, at))
        if grads is None or alike(grads, right) or not all(np.isfinite(a).all() for each in grads for a in each.values()) or not tells(k, at, rule):
            continue  # it raises, or is right for this network, or divides by 0
        asked += 1
        names = [(f.statement, f.family) for f in found_by_search(k, grads)]
        if names == [(rule.statement, rule.family)]:
            by_name += 1
            continue
        others = twins(k, rule, grads) | ({(at, "scale")} if is_multiple(grads, right) else set())
        if len(names) != 1 or names[0] not in others:
            failures.append(f"{at} = {rule.says} ({rule.statement} {rule.family}): found {names}")
    assert not failures, f"{len(failures)} of {asked}:\n" + "\n".join(failures)
    assert asked >= 20 and by_name >= 0.8 * asked, (asked, by_name)


# --- a rule computes what it says --------------------------------------------------------------------------------------------

WORDS = [
    (r"([^(]+) where (\S+) ([<>]=?) ([\d.]+), else ([^)]+)", r"np.where(\2 \3 \4, \1, \5)"), (r"(\d) ([AZ]\d|d[AZ]\d)\b", r"\1 * \2"),
    (r"\be\^(\w+)", r"np.exp(\1)"), (r"^sum of (\w+) \* (\w+) over the examples / m$", r"(\1 * \2).sum(axis=1, keepdims=True) / m"),
    (r"^sum of (\w+) / m$", r"\1.sum(axis=1, keepdims=True) / m"), (r"^sum of (\w+) / m in float16$", r"half(\1.sum(axis=1, keepdims=True) / m)"),
    (r"^np.sum\((\w+)\) / m for every unit$", r"\1.sum() / m"), (r"^np.sum\((\w+), axis=0\) / m as a column$", r"\1.sum(axis=0)[:, None] / m"),
    (r"^np.sum\((\w+), axis=1\) / m as a row$", r"\1.sum(axis=1)[None, :] / m"), (r"^(.*), rounded$", r"np.round(\1, 2)"),
    (r"^(\w+)\.T @ (mean|sum) of (\w+)$", r"\1.T @ \3.\2(axis=1, keepdims=True) * np.ones((1, m))"), (r"\bsign\(", "np.sign("),
    (r"^dA(\d) \* g'\((\w+)\) of the first example$", r"dA\1 * g(\2)[:, :1]"), (r"^dA(\d) \* g'\((\w+)\) of the first unit$", r"dA\1 * g(\2)[:1]"),
    (r"^dA(\d) \* mean of g'\((\w+)\) over the examples$", r"dA\1 * g(\2).mean(axis=1, keepdims=True)"),
    (r"\b2 y\b", "2 * y"), (r"A3 - mean\(y\)", "A3 - y.mean()"), (r"A3 - the first label", "A3 - y[:, :1]"), (r"A3 without y", "A3"),
    (r"-y without A3", "-y"), (r"^(mean|sum) of dZ3 over the examples$", r"dZ3.\1()"),
    (r"^int\(sum of (\w+) / m\)$", r"np.trunc(\1.sum(axis=1, keepdims=True) / m)"),
    (r"^int\((\w+)\) summed / m$", r"np.trunc(\1).sum(axis=1, keepdims=True) / m"),
    (r"^sum of (\w+) over the examples / m$", r"\1.sum(axis=1, keepdims=True) / m"), (r"^(.*) in float16$", r"half(\1)"),
    (r"^mean of (\w+) @ mean of (\w+)\.T$", r"\1.mean(axis=1, keepdims=True) @ \2.mean(axis=1, keepdims=True).T"),
    (r"g'\((\w+\d)\)\^2", r"g(\1) ** 2"), (r"g'\(", "g("), (r"\bint\(", "np.trunc("), (r"(?<!\.)\bround\(", "np.round("),
    (r"\|(\w+)\|", r"np.abs(\1)"),
    (r"\|(.*)\|", r"np.abs(\1)"), (r"^1 where (\w+) > ([\d.]+), else 0$", r"(\1 > \2) * 1.0"),
    (r"^1 where (\w+) > 0, else (-?[\d.]+)$", r"np.where(\1 > 0, 1, \2)"), (r"\^", "**"), (r"e\*\*\(", "np.exp("),
    (r"(?<![\w.])(\d|[AZ]\d|dA\d|dZ\d) \(", r"\1 * ("), (r"\btanh\(", "np.tanh("), (r"\bmax\(", "np.maximum("), (r"\bcosh\(", "np.cosh("),
    (r"^sum of (\w+) // m$", r"\1.sum(axis=1, keepdims=True) // m"), (r"^last example of (\w+) @ (\w+)\.T$", r"\1[:, -1:] @ \2[:, -1:].T"),
    (r"^first example of (\w+) @ (\w+)\.T$", r"\1[:, :1] @ \2[:, :1].T"), (r"^last example of (\w+)$", r"\1[:, -1:]"),
    (r"\((\w+) in float16\)", r"half(\1)"), (r"^sum of (\w+)\.T over its columns$", r"\1.T.sum(axis=1, keepdims=True) * np.ones((1, m))"),
    (r"^(\w+) for every unit$", r"\1 * np.ones((10, 1))"),
    (r"^the formula for dZ3 with \((.*)\) for \(A3 - y\)$", r"(\1) / (A3 - y) * (dA3 * g(Z3))"),
    (r"^first example of (\w+)$", r"\1[:, :1]"), (r"^(\w+) @ \(first rows of (\w+)\)\.T / m$", r"\1 @ \2[: rows].T / m"),
]  # fmt: skip
"""The words in which rules speak, as code."""


def as_code(says):
    """What a rule says as a Python expression, None where it uses other words."""
    for words, code in WORDS:
        says = re.sub(words, code, says)
    try:
        return compile(says, "<a rule>", "eval")
    except SyntaxError:
        return None


@pytest.mark.parametrize("k", range(len(NETWORKS)), ids=[" ".join(words) for words in NETWORKS])
def test_a_rule_computes_what_it_says(k):
    it, _ = network(k)
    v = values(k)[0]
    space = v | {"np": np, "g": it.hidden.slope, "half": lambda a: a.astype(np.float16), "sigmoid": SIGMOID.value}
    compared, failures = 0, []
    for at, rules in places(k):
        before = v[f"A{int(at[2]) - 1}" if at[2] != "1" else "X"]
        names = {"rows": before.shape[0], "g": ACTIVATIONS[it.output].slope if at == "dZ3" else it.hidden.slope}
        for rule in rules:
            code = as_code(rule.says)
            try:
                with np.errstate(all="ignore"):
                    said, does = np.asarray(eval(code, space | names)) if code else None, np.asarray(rule.value(v))
            except (NameError, ValueError, KeyError, TypeError, IndexError):
                continue  # other words, or shapes that do not fit this network
            if said is None or not np.isfinite(does).all():
                continue
            compared += 1
            if rule.family == "dtype":
                said, does = said.astype(float), does.astype(float)
            said = np.broadcast_to(said, does.shape) if said.size == 1 else said
            known = np.isfinite(said)  # the words for dZ3 divide by A3 - y
            if said.shape != does.shape or not np.allclose(said[known], does[known], rtol=1e-9, atol=1e-12):
                failures.append(f"{at} = {rule.says}: {said.shape}, {does.shape}")
    assert not failures, f"{len(failures)} of {compared}:\n" + "\n".join(failures)
    assert compared >= 0.75 * sum(len(rules) for _, rules in places(k)), compared


def test_every_rule_does_something_somewhere():
    """Each runs in some layer of some network, with arguments that were changed as well, and is not what is right there."""
    idle = {}
    for k in range(len(NETWORKS)):
        for v in values(k):
            changed = {f"{name} after": 0.5 * v[name] + 0.1 for name in ("X", "W1", "W2", "W3", "Z1", "A1", "Z2", "A2", "Z3", "A3")}
            v |= changed | {"returned": {f"d{kind}{l}": v[f"d{kind}{l}"] * 1.5 for kind in "Wb" for l in (1, 2, 3)}}
            for at, rules in places(k):
                with np.errstate(all="ignore"):
                    right = rules[0].value(v) * (v[f"dA{at[2]}"] if at in ("dZ1", "dZ2") else 1)
                    for rule in rules:
                        if rule.statement and idle.get(key(at, rule), True):
                            made = attempt(rule.value, v)
                            made = made * v[f"dA{at[2]}"] if made is not None and at in ("dZ1", "dZ2") and not rule.whole else made
                            idle[key(at, rule)] = made is None or same(made, right)
    assert len(idle) >= 250
    never = [rule for rule, is_idle in idle.items() if is_idle]
    assert all(re.search(r"[@*] X\b", says) for _, says, _ in never), never  # 3 inputs: these raise, which names them as well


def test_every_rule_has_a_name_a_family_and_a_reason():
    for k in range(len(NETWORKS)):
        for at, rules in places(k):
            assert rules[0].statement == "" and rules[0].cost == 0
            for rule in rules:
                if rule.statement:
                    assert rule.family in FAMILIES[:-2] and rule.why and rule.cost >= 0.9
                    assert rule.statement == at
                else:
                    assert (rule.family, rule.why) == ("none", "") and rule.cost < 0.01
