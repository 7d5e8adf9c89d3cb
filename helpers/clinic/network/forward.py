"""Is the learner's forward pass the network that they mean? Statement by statement, each judged by the learner's own values before it."""

import numpy as np

from helpers import checks
from helpers.activations import ACTIVATIONS
from helpers.clinic.network.findings import Finding, remedy
from helpers.clinic.network.fits import same

CACHE = ("Z1", "A1", "Z2", "A2", "Z3", "A3")


def same_function(outcomes, references):
    """Whether A3 is, for every probe, the output of the network that is meant."""
    return all("A3" in o.values and same(o.values["A3"], c["A3"]) for o, c in zip(outcomes, references, strict=True))


def forward_findings(meant, probes, outcomes):
    """A finding for each forward statement that is not the one that is meant, in order.

    A value that agrees with the reference, or with the formula for the learner's own values before it, is in order.
    """
    found = []
    for name in CACHE:
        if any(not _in_order(meant, name, probe, outcome.values) for probe, outcome in zip(probes, outcomes, strict=True)):
            found.append(_finding(meant, name, probes, outcomes))
    return found


def _in_order(meant, name, probe, c):
    if name not in c:
        return False
    if same(c[name], meant.forward(probe.X, probe.p)[name]):
        return True
    pair = _pair(meant, name, probe, c)
    return pair is not None and same(*pair)


def _pair(meant, name, probe, c):
    """(what the cache holds, what it should hold), None where something is missing or does not fit."""
    if name not in c:
        return None
    try:
        return c[name], _right(meant, name, probe, c)
    except (KeyError, ValueError, TypeError):
        return None


def _right(meant, name, probe, c):
    kind, l = name[0], int(name[1])
    if kind == "Z":
        return probe.p[f"W{l}"] @ (probe.X if l == 1 else c[f"A{l - 1}"]) + probe.p[f"b{l}"]
    g = ACTIVATIONS[meant.output] if l == 3 else meant.hidden
    return g.value(c[f"Z{l}"])


def _finding(meant, name, probes, outcomes):
    """The finding, without the gradients that it spoils: those are known when the backward pass has been judged."""
    probe, c = probes[0], outcomes[0].values
    explanation = f"{name} of the forward pass is not that of the network that you describe."
    evidence = "what forward_prop returned for random inputs, compared with the formula for its own values before it."
    if name not in c:
        explanation, evidence = f"{name} is not in the cache that forward_prop returns.", f"the keys of the cache: {checks.listed(c)}."
    else:
        guess = _guess(meant, name, probe, c)
        if guess:
            explanation = f"{name} is {guess}, not {remedy('forward ' + name, meant).split(' = ')[1]}."
    return Finding(f"forward {name}", "forward_mismatch", (), explanation, evidence, remedy(f"forward {name}", meant))


def _guess(meant, name, probe, c):
    """What the statement seems to compute, or None."""
    l = int(name[1])
    W, b = probe.p[f"W{l}"], probe.p[f"b{l}"]
    guesses = []
    if name[0] == "A":
        guesses += [(f"{g.name} of Z{l}", lambda g=g: g.value(c[f"Z{l}"])) for g in ACTIVATIONS.values()]
    else:
        inputs = {"X": probe.X} | {k: c[k] for k in ("A1", "Z1", "A2", "Z2") if k in c and k != name}
        for key, value in inputs.items():
            guesses += [
                (f"W{l} @ {key} + b{l}", lambda v=value: W @ v + b), (f"W{l} @ {key}, without b{l}", lambda v=value: W @ v),
                (f"W{l}.T @ {key} + b{l}", lambda v=value: W.T @ v + b), (f"W{l} @ {key} - b{l}", lambda v=value: W @ v - b),
                (f"W{l} @ {key} + b{l}.T", lambda v=value: W @ v + b.T),
            ]  # fmt: skip
    for text, formula in guesses:
        try:
            with np.errstate(all="ignore"):
                value = formula()
        except (ValueError, TypeError):
            continue
        if np.isfinite(value).all() and same(c[name], value):
            return text
    return None
