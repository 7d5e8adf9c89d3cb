"""What to say of a function that raises, or returns nothing that can be read: in terms of shapes and statements."""

import re

import numpy as np

from helpers.clinic.network.exceptions import Meaning, meaning, statement_text, statements_on_the_way
from helpers.clinic.network.findings import STATEMENTS, Finding, remedy, sentence, statement_of
from helpers.clinic.network.hidden_rules import activation_gradient_rules, slope_rules
from helpers.clinic.network.hypotheses import given
from helpers.clinic.network.output_rules import output_rules
from helpers.clinic.network.parameter_rules import bias_rules, weight_rules
from helpers.clinic.network.report import Report

_WIDTH = {"3": 1, "2": 10, "1": 10}


def report(meant, probes, outcomes, findings):
    """The report about a backward pass that raises for at least one of the batches."""
    k, outcome = next((k, o) for k, o in enumerate(outcomes) if o.error)
    m = probes[k].m
    ran = sorted({p.m for p, o in zip(probes, outcomes, strict=True) if not o.error})
    findings = list(findings)
    if not any(f.family != "none" for f in findings):
        finding = _same_exception(meant, probes, outcomes) or _from_exception(meant, outcome, m)
        findings = [finding] if finding else findings
    errors = [outcome.error + (f", in the line `{outcome.line}`" if outcome.line else "") + f", for m = {m}."]
    if outcome.stopped:
        errors = [outcome.error]
    if ran:
        errors.append(f"It runs for m = {', '.join(map(str, ran))}: a coincidence of sizes.")
    shapes = _notated(outcome)
    if shapes:
        errors.append("There, " + ", ".join(f"{name} has shape {shape}" for name, shape in shapes.items()) + ".")
    return Report(verdict="raises", wrong=(), findings=tuple(findings), trouble=" ".join(errors))


def _same_exception(meant, probes, outcomes):
    """The finding whose rule, put in place of one statement, raises the very same exception for every batch that raises; or None."""
    raising = [(given(meant, probe, o), o) for probe, o in zip(probes, outcomes, strict=True) if isinstance(o.exception, ValueError)]
    if not raising:
        return None
    own, wanted = _assigned(raising[0][1]), [_signature(o.said) for _, o in raising]
    program = [(statement, rules[0]) for statement, rules in _statements(meant)]
    found = []
    for statement, rules in _statements(meant):
        for rule in rules:
            if rule.statement and all(_signature(_raised(program, statement, rule, v)) == it for (v, _), it in zip(raising, wanted, strict=True)):
                found.append((own is not None and own != statement, rule.cost, STATEMENTS.index(statement), statement, rule))
    if not found:
        return None
    statement, rule = min(found, key=lambda item: item[:3])[3:]
    outcome = raising[0][1]
    line = f"`{outcome.line}` raises it. " if outcome.line else ""
    return Finding(rule.statement, rule.family, (), sentence(rule.why),
                   f"{line}{statement} = {rule.says} raises the same exception: {outcome.said}.", remedy(rule.statement, meant))  # fmt: skip


def _signature(message):
    """What two wordings of one complaint share: the sizes that do not fit, or the shapes that do not broadcast."""
    if message is None:
        return None
    sizes = re.search(r"\(size (\d+) is different from (\d+)\)", message) or re.search(r"(\d+) \(dim \d\) != (\d+) \(dim \d\)", message)
    if sizes:
        return frozenset(sizes.groups())
    return tuple(re.findall(r"\([\d, ]+\)", message)) or message


def _statements(meant):
    """(statement, rules) in the order of a backward pass."""
    yield "dZ3", output_rules(meant.output, meant.loss)
    for l in (3, 2, 1):
        yield f"dW{l}", weight_rules(l)
        yield f"db{l}", bias_rules(l)
        if l > 1:
            yield f"dA{l - 1}", activation_gradient_rules(l - 1)
            # Slopes are elementwise, so only the rules for dZ as a whole can raise.
            slopes = slope_rules(l - 1, meant.hidden)
            yield f"dZ{l - 1}", [slopes[0], *(rule for rule in slopes if rule.whole)]


def _raised(program, statement, rule, given_values):
    """What the pass says when it raises, with one statement written as the rule has it and the others right; None if it does not."""
    v = dict(given_values)
    try:
        with np.errstate(all="ignore"):
            for name, right in program:
                chosen = rule if name == statement else right
                value = chosen.value(v)
                v[name] = value if name[1] != "Z" or name == "dZ3" or chosen.whole else v[f"dA{name[2]}"] * value
    except ValueError as error:
        return str(error)
    except Exception:
        return None
    return None


def forward_report(meant, outcome):
    """The report about a forward pass that cannot be used."""
    trouble = outcome.error or "forward_prop returns no A3 of shape (1, m) with finite numbers."
    if "A3" in outcome.unreadable:
        trouble = f"A3 of forward_prop {outcome.unreadable['A3']}."
    if outcome.line:
        trouble += f", in the line `{outcome.line}`."
    named = re.match(r"\W*([ZA])_?\[?['\"]?([123])", (outcome.line or "").strip())
    statement = f"forward {named[1]}{named[2]}" if named else "forward A3"
    finding = Finding(statement, "forward_mismatch", (), trouble, "the call itself.", remedy(statement, meant))
    return Report(verdict="raises", wrong=(), findings=(finding,), trouble=trouble)


def _from_exception(meant, outcome, m):
    """A finding from the line that raised and the shapes around it; its statement in the learner's own words where it has no other name."""
    means = meaning(outcome) if outcome.exception is not None else Meaning(_family(outcome))
    of_shapes = means.why is None or _family(outcome) in ("transpose", "broadcasting")
    statement = (_first_wrong_shape(outcome, m) if of_shapes else None) or _assigned(outcome)
    family = means.family if means.family != "none" else _family(outcome)
    if statement is None:
        return None
    name = type(outcome.exception).__name__ if outcome.exception is not None else "stopped"
    line = f" in `{outcome.line}`" if outcome.line else ""
    shapes = ", ".join(f"{n} {s}" for n, s in _notated(outcome).items())
    evidence = f"{name}{line}" + (f"; there, {shapes}" if shapes else "") + "."
    why = sentence(means.why) if means.why and not of_shapes else f"{statement} cannot be computed: {outcome.error}."
    return Finding(statement, family, (), why, evidence, remedy(statement, meant) if statement in STATEMENTS else why)


def _family(outcome):
    text = (outcome.error or "").lower()
    if "matmul" in text or "not aligned" in text or "mismatch in its core dimension" in text:
        return "transpose"
    if "broadcast" in text:
        return "broadcasting"
    return "none"


def _notated(outcome):
    """Shapes of the local arrays whose names are those of the notation, in the order of the statements."""
    found = {}
    for name, shape in outcome.local_shapes.items():
        statement = statement_of(name, outcome.local_numbers)
        if statement in STATEMENTS:
            found[statement] = shape
    return {s: found[s] for s in STATEMENTS if s in found}


def _assigned(outcome):
    """The statement that raised: the innermost on the exception's way whose left side has a name of the notation."""
    for text in (*statements_on_the_way(outcome), outcome.line or ""):
        left = re.split(r"(?<![=!<>+*/-])[-+*/@]?=(?!=)", text)[0]
        statement = statement_of(left, outcome.local_numbers) if left != text else None
        if statement in STATEMENTS:
            return statement
    text = statement_text(outcome) or ""
    name = re.match(r"([A-Za-z_]\w*(?:, *[A-Za-z_]\w*)*)\s*(?:\[[^=]*\])?\s*[-+*/@]?=(?!=)", text)
    return name[1] if name else None


def _first_wrong_shape(outcome, m):
    """The first statement whose value already has a wrong shape where the exception was raised."""
    for statement, shape in _notated(outcome).items():
        n = _WIDTH[statement[2]]
        if statement[1] in "ZA" and len(shape) == 2 and (shape[0] != n or shape[1] not in (1, m)):  # (n,) and (n, 1): one example at a time
            return statement
    return None
