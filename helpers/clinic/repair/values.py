"""Which line is at fault: the first whose value is explained by nothing while what goes into it is right.

The learner's lines run with probes (`instrument`, `recording`), the slope of the loss in every value of the forward pass is measured
(`adjoints`), and the backward pass is followed from each wrong gradient to where it went wrong (`flow`, `direction`, `constants`, `absent`).
"""

import ast
import time
from dataclasses import dataclass

from helpers.clinic.model.truth import judged, overall, points
from helpers.clinic.repair.absent import Absent, raising
from helpers.clinic.repair.adjoints import Adjoints
from helpers.clinic.repair.charges import Charges
from helpers.clinic.repair.constants import Constants
from helpers.clinic.repair.direction import Direction
from helpers.clinic.repair.flow import Flow
from helpers.clinic.repair.matches import matched
from helpers.clinic.repair.recording import Recorder, lines_of

SECONDS = 8
"""Processor time for one search."""


@dataclass
class Suspect:
    """A statement that may be at fault.

    Attributes
    ----------
    filename : str
    statement : ast.stmt
    score : float
        The larger the more suspicious; comparable within one list only.
    evidence : str
        What speaks against it, in a sentence with numbers.
    gradients : tuple of str
        The parameters it is suspected for.
    part : str
        The expression within it that is off, as it stands there; "" where that is not known.
    """

    filename: str
    statement: ast.stmt
    score: float
    evidence: str
    gradients: tuple = ()
    part: str = ""

    @property
    def line(self):
        """Where it begins, counted from 1."""
        return self.statement.lineno


class Suspects(list):
    """Suspects, the most suspicious first; `reason` says why there are none."""

    reason = ""


class _Clock:
    def __init__(self, seconds):
        self.end = time.process_time() + seconds

    def left(self):
        return max(self.end - time.process_time(), 0.0)

    def over(self):
        return not self.left()


def suspects(subject, at=None, *, seconds=SECONDS):
    """The statements that may be at fault, the most suspicious first.

    Parameters
    ----------
    subject : Subject
    at : sequence of Point, optional
        Where to look: `truth.points(subject)`.
    seconds : float
        Processor time.

    Returns
    -------
    Suspects
        A list of Suspect; empty, with a `reason`, where the lines cannot be read or nothing is wrong.
    """
    at, clock = points(subject) if at is None else tuple(at), _Clock(seconds)
    at = sorted(at, key=lambda point: not point.drawn)  # the first is looked at most closely: as it came it may be special
    in_loss, in_gradients = lines_of(subject, at[0].values)
    ran = {key: set(in_loss.get(key, ())) | set(in_gradients.get(key, ())) for key in {**in_loss, **in_gradients}}
    recorder = Recorder(subject, ran)
    if not recorder.texts:
        return _none("the text of the lines that ran is not known")
    try:
        with recorder.probing():
            return _ranked(subject, _charges(subject, at, recorder, clock))
    except Exception as error:  # somebody else's objects may do anything when they are looked at; the search goes on without suspects
        return _none(f"the lines cannot be followed: {type(error).__name__}: {error}")


def _charges(subject, at, recorder, clock):
    """What speaks against which statement."""
    runs = [recorder.events(lambda p=p: subject.gradients(p.values)) for p in at]
    raised = next((answer for _, answer in runs if isinstance(answer, Exception)), None)
    if raised is not None:  # what was not asked to the end may have been asked at the start only
        keep = [k for k, point in enumerate(at) if not point.drawn] or [0]
        at, runs = [at[k] for k in keep], [runs[k] for k in keep]
    gradients = [{} if isinstance(answer, Exception) else answer for _, answer in runs]
    flow, charges = Flow(Adjoints(recorder, at, clock), [events for events, _ in runs], gradients), Charges()
    if raised is not None:
        raising(flow, charges, raised, Direction(flow, charges, {}))
        return charges
    verdict = overall([judged(point, g) for point, g in zip(at, gradients, strict=True)])
    if verdict.wrong:
        _blamed(flow, charges, _standing(flow, verdict))
    return charges


def _standing(flow, verdict):
    """{name: (word, factor, final event)}: how each gradient stands; a flat vector is cut into the arrays that it is put together of."""
    found = {}
    for name in sorted(flow.parameters):
        final = flow.final(name) if name not in verdict.undecided else None
        word = "wrong" if name in verdict.wrong else "undecided" if name in verdict.undecided | verdict.zero else "right"
        pieces = flow.pieces(final) if final is not None and word == "wrong" and flow.parameters[name].values[0].ndim == 1 else []
        for event, first, last in pieces:
            part = f"{name}[{first}:{last}]"
            flow.cut(name, part, first, last)
            found[part] = (*_of_piece(flow.parameters[part]), event)
        if not pieces:
            found[name] = word, verdict.factors.get(name), final
    flow.forget()
    return found


def _of_piece(parameter):
    """(word, factor) of a part of a flat gradient."""
    match = matched(parameter.said, parameter.truth)
    if match is None or match.turned or match.row:
        return "wrong", None
    return ("right" if abs(match.factor - 1) < 1e-3 else "wrong"), match.factor


def _blamed(flow, charges, standing):
    """Charge statements for every gradient that is wrong."""
    finals = {name: final for name, (_, _, final) in standing.items()}
    right = [name for name, (word, _, _) in standing.items() if word == "right"]
    direction, scaled = Direction(flow, charges, finals, right), {}
    for name, (word, factor, final) in standing.items():
        if word == "wrong" and final is None:
            Absent(flow, charges, finals, direction).blame(name)
        elif word == "wrong" and factor is None:
            direction.blame(name, final)
        elif word == "wrong" and not direction.another(name, flow.chain(final)):
            scaled[name] = factor
    if scaled:
        Constants(flow, charges, finals, right).blame(scaled)


def _ranked(subject, charges):
    found = Suspects()
    for statement, charge in charges.items():
        if any(c.co_filename == charge.source.filename and _within(statement, c) for c in subject.handed_over):
            continue
        evidence, part = (max(what, key=what.get, default="") for what in (charge.evidence, charge.parts))
        found.append(Suspect(charge.source.filename, statement, charge.weight, evidence, tuple(sorted(charge.gradients)), part))
    found.sort(key=lambda s: (-round(s.score, 9), s.filename, s.statement.lineno, s.statement.col_offset))
    if not found:
        found.reason = "no gradient is wrong, or no line can be named"
    return found


def _none(reason):
    found = Suspects()
    found.reason = reason
    return found


def _within(statement, code):
    lines = [line for _, _, line in code.co_lines() if line]
    return bool(lines) and min(lines) <= statement.lineno <= max(lines)
