"""Repairs of the learner's own lines for what `examine` found: looked for by `repair.search`, run, and right for every batch.

The findings name statement and family; the search names the line and what to write there. A finding gets the repair whose line bears its
statement's name, or which puts its gradients right.
"""

import ast
import contextlib
import re
from dataclasses import replace

from helpers.clinic import guard
from helpers.clinic.model import sources
from helpers.clinic.network.findings import statement_of
from helpers.clinic.network.followed import Followed
from helpers.clinic.network.known import FORWARD, Known
from helpers.clinic.network.known_forward import KnownForward
from helpers.clinic.repair import search, values
from helpers.clinic.repair.raised import Raised
from helpers.clinic.repair.words import explained

QUICK = 3
"""Seconds for the search where the right formula, put in place of what their line computes, does."""


def mended(hearing, findings, outcomes, seconds, is_right, hypothesis=None):
    """(findings with `line`, `number` and `repair` where a repair was found and run, the repaired text or None).

    is_right : callable, () -> whether the code as it is then, with the repair, is right for every batch.
    """
    try:
        with guard.quiet(), guard.settings_kept():
            outcome = _searched(hearing, findings, outcomes, seconds, is_right, hypothesis)
    except Exception:  # no text, or code that cannot be followed
        return findings, None
    if outcome is None or not outcome.complete or not outcome.steps:
        return findings, None
    return _told(findings, outcome), "\n".join(outcome.texts.values())


def _searched(hearing, findings, outcomes, seconds, is_right, hypothesis):
    """The Outcome of the search; None where there is nothing to search in."""
    usable = [probe for probe, o in zip(hearing.probes[:3], outcomes, strict=False) if probe.m > 1 or not o.error]
    forward = bool(findings) and all(f.family == "forward_mismatch" for f in findings)
    subject = KnownForward(hearing, usable) if forward else Known(hearing, usable)
    points = subject.points()
    ran = _ran(subject, points)
    if not ran:
        return None
    is_right = (lambda: True) if forward else is_right
    v = subject.explained() if forward else hypothesis.values[0] if hypothesis is not None and not outcomes[0].error else None
    followed = Followed(subject, points, ran, v)
    suspects = _suspects(subject, points, findings, ran, followed)
    plain = followed.written_anew(hearing.meant, is_right)
    found = search.repairs(subject, points, suspects, seconds=min(seconds, QUICK) if plain else seconds,
                           again=lambda texts: _again(subject, points, ran, texts))  # fmt: skip
    if found.complete:
        with subject.edited(found.texts):
            found = found if is_right() else replace(found, complete=False)
    return found if found.complete or plain is None else plain


def _ran(subject, points):
    """[(Source, statement)] of the learner's lines that run for the gradients, in the order of the file."""
    lines = {}
    with contextlib.suppress(Exception):
        sources.ran(lambda: subject.gradients(points[0].values), lines)
    found = []
    for filename, counts in lines.items():
        source = sources.source_of(filename) if filename != FORWARD else None
        if source is not None:
            found += [(source, s) for s in _statements(source.tree) if s.lineno in counts or (not hasattr(s, "body") and _within(s, counts))]
    return found


def _statements(tree):
    """Every statement that does something, in the order of the file."""
    every = [s for s in ast.walk(tree) if isinstance(s, ast.stmt) and not isinstance(s, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)]
    return sorted(every, key=lambda s: (s.lineno, s.col_offset))


def _within(statement, lines):
    return any(line in lines for line in range(statement.lineno, statement.end_lineno + 1))


def _suspects(subject, points, findings, ran, followed):
    """The lines that computed what a finding is about, those that bear its name, those that the values speak against, all others that ran."""
    wanted = {f.statement.split()[-1] for f in findings}
    names = wanted | {f"dZ{name[-1]}" for name in wanted if name[:2] == "dA"}
    first = followed.lines_of(names | {f"f{name}" for name in names if len(name) == 2})
    counts = [pair for pair in ran if _counts(pair[1])] if any(f.family in ("scale", "axis_or_keepdims", "missing_term") for f in findings) else []
    named = [pair for pair in ran if _names(pair[1]) & names]
    by_value = []
    with contextlib.suppress(Exception):
        by_value = [s for s in values.suspects(subject, points, seconds=3) if s.filename != FORWARD]
    about_all = len(findings) == 1 and findings[0].statement in ("dZ3", "dW3") and len(findings[0].gradients) > 3
    told = [followed.suspect(*pair) for pair in first]
    counting = [_suspect(*pair, "it counts") for pair in counts]
    rows = [counting, told] if about_all else [told[:3], by_value[:2], counting, told[3:]]
    rows += [[_suspect(*pair, "it bears the name") for pair in named], by_value, [_suspect(*pair, "it ran") for pair in reversed(ran)]]
    return _once([suspect for row in rows for suspect in row])


def _counts(statement):
    """Whether a statement says how many examples there are."""
    if isinstance(statement, ast.For):
        return "range(" in ast.unparse(statement.iter)
    value = ast.unparse(statement.value) if isinstance(statement, ast.Assign) else ""
    return len(value) < 40 and bool(re.search(r"\.shape\b|^(float|int)?\(?len\(|\.size\b|^1\.?0* ?/", value))


def _suspect(source, statement, why):
    return Raised(source.filename, statement, 0.5, why)


def _once(suspects):
    seen = {}
    for suspect in suspects:
        seen.setdefault((suspect.filename, suspect.statement.lineno, suspect.statement.col_offset), suspect)
    return list(seen.values())


def _again(subject, points, ran, texts):
    """Suspects in changed texts: every statement of the functions that ran."""
    found = []
    with subject.edited(texts):
        by_value = [s for s in values.suspects(subject, points, texts=texts, seconds=3) if s.filename != FORWARD]
    for filename in dict.fromkeys(source.filename for source, _ in ran):
        source = sources.source_of(filename)
        text = texts.get(filename, source.text)
        source = sources.Source(filename, text, sources.parsed(text, filename))
        lines = sorted({s.lineno for own, s in ran if own.filename == filename})
        found += [_suspect(source, s, "it ran") for line in lines if (s := source.statement(line)) is not None]
    return _once([*by_value, *found])


def _names(statement):
    """The statements of the notation that an assignment sets, by its targets' names."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    parts = [part for target in targets if target is not None for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return {statement_of(ast.unparse(part)) for part in parts} - {None}


# --- from steps to findings ---------------------------------------------------------------------------------------------------------


def _told(findings, outcome):
    """The findings, each with the step that is its own."""
    told = []
    for finding in findings:
        step = max(outcome.steps, key=lambda step: _closeness(finding, step))
        told.append(_with(finding, step))
    rest = [
        step for step in outcome.steps if all(step is not f_step for f_step in (max(outcome.steps, key=lambda s: _closeness(f, s)) for f in findings))
    ]
    if rest and told:
        more = "; ".join(_written(step) for step in rest)
        told[-1] = replace(told[-1], repair=f"{told[-1].repair}; {more}")
    return told


def _closeness(finding, step):
    """How well a step fits a finding: it bears its name, it puts its gradients right."""
    gained = {f"d{name}" for name in step.gained}
    names = {finding.statement, finding.statement.replace("dA", "dZ")}
    own = bool(_names(step.statement) & names) or _target(step.statement) == finding.statement.split()[-1]
    return own, len(gained & set(finding.gradients)) - 0.1 * len(gained - set(finding.gradients))


def _target(statement):
    target = getattr(statement, "targets", [getattr(statement, "target", None)])[0]
    return ast.unparse(target) if target is not None else ""


def _with(finding, step):
    family, why = _explained(step)
    source = "" if step.choice.added else " ".join(step.choice.source.split())[:200]
    changes = {"number": _place(step), "line": source or finding.line, "repair": _written(step)}
    if finding.family == "none" and family != "none":
        changes |= {"family": family, "explanation": f"{finding.explanation} {why}"}
    return replace(finding, **changes)


def _explained(step):
    with contextlib.suppress(Exception):
        return explained(step.edit)
    return "none", ""


def _written(step):
    """What to write, on one line; the move in words where lines only move."""
    if step.choice.added:
        return f"put in, as line {_place(step)}: {step.choice.added}"
    return " ".join(step.choice.written.split()) or step.edit.words


def _place(step):
    """The number of the line; of one that comes, the number that it gets."""
    return step.line + (bool(step.choice.added) and step.choice.comes_after)
