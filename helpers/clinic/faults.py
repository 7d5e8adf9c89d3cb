"""From repairs that were found to faults in the learner's own lines: line, source, repair, why, evidence."""

import ast
import time
from dataclasses import replace

from helpers.clinic import guard
from helpers.clinic.check_report import listed
from helpers.clinic.culprit import Culprit, excerpt_of
from helpers.clinic.model.sources import source_of
from helpers.clinic.network.findings import statement_of
from helpers.clinic.repair import search, values
from helpers.clinic.repair.words import explained

LEFT = 0.5
"""Seconds with which no search is begun."""

_OTHERS = 3  # other repairs that are told
_FOLLOWING = 0.3  # the part of the time in which the lines are followed
_MOVES = ("order", "dedent", "indent")  # kinds of changes that words tell better than lines


def with_faults(report, subject, outcome, end, say):
    """The report with the lines at fault and their repairs, as far as they are found until the time `end`."""
    suspects, found = (), None
    try:
        say("following your lines")
        suspects = values.suspects(subject, outcome.points, seconds=min(values.SECONDS, _FOLLOWING * (end - time.perf_counter())))
        left = end - time.perf_counter()
        if left > LEFT:
            found = search.repairs(subject, outcome.wanted or outcome.points, suspects, seconds=left, say=say.tried)
    except (Exception, guard.OutOfTime) as what:  # the verdict stands, whatever happens to the search
        report = replace(report, notes=(*report.notes, f"The search for the line ended early: {type(what).__name__}: {guard.said(what)}"))
    if found is None or not found.steps:
        findings = tuple(_suspected(suspect, report) for suspect in list(suspects)[:1])
        return replace(report, findings=findings, tried=found.tried if found else 0)
    steps = sorted(found.steps, key=lambda step: (step.filename, step.line)) if found.complete else found.steps
    findings = tuple(_fault(step, found, k, outcome, report) for k, step in enumerate(steps))
    texts = found.texts if found.complete else None
    repaired = texts.get(findings[0].filename) if texts else None
    if found.wrong and not found.complete:
        notes = (
            *report.notes,
            f"With what is written here, the gradient{'' if len(found.wrong) == 1 else 's'} of {listed(sorted(found.wrong))} would still be wrong.",
        )
        report = replace(report, notes=notes)
    return replace(report, findings=findings, repaired=repaired, files=texts, tried=found.tried)


def _suspected(suspect, report):
    """A line that looks wrong, for which no repair was found."""
    source = source_of(suspect.filename)
    first, last = suspect.statement.lineno, _last(suspect.statement)
    return Culprit(
        suspect.filename, first, _text(source, first, last), gradients=report.wrong, evidence=_evidence(suspect, report),
        explanation="" if report.verdict == "raises" else "This is the first line whose value is not what it should be.",
        excerpt=excerpt_of(source.lines, first, last) if source else (),
    )  # fmt: skip


def _fault(step, found, number, outcome, report):
    """One fault with its repair."""
    source = source_of(step.filename)
    family, why = explained(step.edit)
    evidence = "" if step.edit.kind in _MOVES else _evidence(step.suspect, report)
    last = step.line + step.choice.source.strip("\n").count("\n")
    return Culprit(
        step.filename, step.line, step.choice.source.strip() or _text(source, step.line, step.line), repair=_repair(step.choice),
        explanation=why, evidence=evidence, gradients=tuple(name for name in outcome.points[0].values if name in step.gained),
        family=family, statement=_statement(step.statement),
        moved=step.edit.kind in _MOVES, others=tuple(_repair(other) for other in step.others[:_OTHERS]),
        excerpt=excerpt_of(source.lines, step.line, last) if source else (), verified=_verified(step, found, number, outcome, report),
    )  # fmt: skip


def _verified(step, found, number, outcome, report):
    """What was run."""
    points = len(outcome.points)
    where = f"Run at {points} point{'' if points == 1 else 's'}"
    alone = len(found.steps) == 1
    if found.complete and (alone or number == len(found.steps) - 1):
        all_of_them = len(outcome.points[0].values)
        every = {1: "the gradient is", 2: "both gradients are"}.get(all_of_them, f"all {all_of_them} gradients are")
        return f"{where}{'' if alone else ', all repairs together'}: the loss is unchanged, and {every} right."
    names = sorted(step.gained)
    better = f", and the gradient{'' if len(names) == 1 else 's'} of {listed(names)} {'becomes' if len(names) == 1 else 'become'} right"
    return f"{where}: the loss is unchanged{better if names else ''}."


def _repair(choice):
    """What to write, as the learner's lines will stand; the words of the change where lines only go or move."""
    written, before = choice.written.strip("\n"), choice.source.strip("\n")
    if not written.strip() or choice.edit.kind in _MOVES:
        return choice.edit.words
    one = "\n" not in written and "\n" not in before
    return written.strip() if one else _dedented(written)


def _dedented(text):
    lines = text.splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines)


def _statement(statement):
    """What a statement computes, as `examine` calls it, "dZ2": by the name that it sets, or None."""
    target = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", ())), None)
    return statement_of(ast.unparse(target)) if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)) else None


def _evidence(suspect, report):
    """What speaks against a line, as a sentence; names in front keep their letters. The exception is told already."""
    said = (getattr(suspect, "evidence", "") or "").strip()
    if report.verdict == "raises" and "raise" in said:
        return ""
    first = said.split(" ", 1)[0]
    named = {part.id for part in ast.walk(suspect.statement) if isinstance(part, ast.Name)} if said else set()
    said = said[:1].upper() + said[1:] if first.isalpha() and first.islower() and len(first) > 1 and first not in named else said
    return said if not said or said.endswith((".", "?", "!")) else f"{said}."


def _last(statement):
    """The last line of a statement, of a compound one that of its head."""
    body = getattr(statement, "body", None)
    return statement.lineno if body else statement.end_lineno


def _text(source, first, last):
    return "\n".join(line.strip() for line in source.lines[first - 1 : last]) if source else ""
