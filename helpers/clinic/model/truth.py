"""What the gradients should have been, and how those of the code stand beside it.

The truth is that of the learner's own loss, at several points (`points`); `judging` puts a gradient beside it, here is decided where.
"""

import contextlib
from dataclasses import dataclass, replace

import numpy as np

from helpers.clinic.model.draws import asked
from helpers.clinic.model.excuses import Excuse, excuses
from helpers.clinic.model.judging import TOLERANCE, UNJUDGED, Judgement, common_factor, judged, overall
from helpers.clinic.model.points import Ground, Point, points
from helpers.clinic.model.slopes import Slopes
from helpers.clinic.model.small import small_numbers
from helpers.clinic.model.subject import Trouble

__all__ = ["TOLERANCE", "Judgement", "Outcome", "Point", "Slopes", "common_factor", "examined", "judged", "overall", "points", "starts_anew"]

SLIGHT = 0.01
"""Relative error up to which a gradient is only slightly wrong: it is judged again where the loss is gentle."""

_HIGH = 0.3  # the same where all gradients are wrong at once, as they are where the loss is clipped

_CHANGED = 0.2  # so small a part of the loss do small numbers in it make


@dataclass(frozen=True)
class Outcome:
    """What came of judging code: the points, what it said there, and how that stands.

    Attributes
    ----------
    points : tuple of Point
    gradients : tuple of dict
        {name: ndarray or None} at each point.
    judgements : tuple of Judgement
    total : Judgement
        Over all points.
    anew : bool
        Whether the code sets its parameters itself, so that only the point as it came counts.
    gentle : bool
        Whether points with small parameters were taken, since at others `log(p + small)` or a clip made right gradients look wrong.
    glances : int
        Further points at which it was compared along one direction for each parameter.
    excuses : tuple of Excuse
        What the gradients are meant to be beside the slope of the loss: clipped, in bounds. The points hold what is expected then.
    wanted : tuple of Point
        What repaired gradients have to be, where that is not what those as they are can be judged beside.
    trouble : Trouble or None
        What stopped the gradients, at every point.
    """

    points: tuple
    gradients: tuple = ()
    judgements: tuple = ()
    total: Judgement = UNJUDGED
    anew: bool = False
    gentle: bool = False
    glances: int = 0
    excuses: tuple = ()
    wanted: tuple = ()
    trouble: Trouble | None = None


def examined(subject, rng=0, most=None):
    """The Outcome of judging a subject at `points`; at gentler ones where right gradients may look a little wrong.

    Raises Trouble where the loss cannot be had; what stops the gradients is in the outcome.
    """
    ground = Ground(subject, rng, most)
    outcome = _outcome(subject, ground.points())
    if outcome.trouble:
        return outcome
    if outcome.total.wrong and starts_anew(outcome.points, outcome.gradients):
        return replace(_outcome(subject, (ground.start(),)), anew=True)
    if not outcome.total.wrong:
        outcome = _glanced(subject, ground, outcome)
    outcome = _excused(subject, ground, outcome)
    doubtful = set() if outcome.excuses else _doubtful(outcome)
    if doubtful:
        gentle = _outcome(subject, ground.points(gentle=True))
        if not gentle.trouble and doubtful - _still_wrong(gentle, outcome):
            return replace(gentle, gentle=True, total=_without(gentle.total, _still_wrong(gentle, outcome)))
    return outcome


def _excused(subject, ground, outcome):
    """The outcome beside what the gradients are meant to be, where they show marks of a clip or the like that explains some of what is wrong."""
    if not outcome.total.wrong:
        return outcome
    for excuse in excuses(subject, outcome, ground.generator):
        pairs = zip(outcome.points, outcome.gradients, strict=True)
        again = _of([excuse.judged_at(point, gradients) for point, gradients in pairs], outcome.gradients)
        if again.total.wrong < outcome.total.wrong or (excuse.plain and again.total.wrong == outcome.total.wrong):
            wanted = tuple(excuse.of(point) for point in outcome.wanted or outcome.points)
            outcome = replace(again, excuses=(*outcome.excuses, excuse), wanted=wanted)
    return outcome if not outcome.total.wrong else _without_small(subject, ground, outcome)


def _without_small(subject, ground, outcome):
    """The outcome beside a loss without the small numbers in its logarithms, if that leaves less that is wrong, and nothing but small errors more."""
    small = small_numbers(subject)
    if small is None:
        return outcome
    try:
        with small.left_out(subject):
            if abs(subject.loss(subject.start) - ground.first) > _CHANGED * abs(ground.first):
                return outcome
            again = _outcome(subject, Ground(subject, ground.generator, ground.most).points())
    except (Trouble, SyntaxError, ValueError):
        return outcome
    mended = outcome.total.wrong - again.total.wrong
    if again.trouble or not again.total.wrong < outcome.total.wrong:
        return outcome
    at = tuple(replace(point, loss=loss) for point in again.points if (loss := asked(subject, point.values)) is not None)
    error = max(outcome.total.errors[name] for name in mended)
    note = f"A small number keeps a logarithm in your loss from 0 ({small.words}). Your gradients leave it out: with it they are off by {error:.1g}."
    return replace(again, wanted=at, excuses=(*outcome.excuses, Excuse("a small number in a logarithm", note, lambda point: point)))


def _still_wrong(gentle, outcome):
    """What is wrong where the loss is gentle, but for errors that have become so small with it that `log(p + small)` explains them."""
    before, now = outcome.total.errors, gentle.total.errors
    blurred = {name for name in gentle.total.wrong if now[name] <= 5 * TOLERANCE and 3 * now[name] <= before.get(name, 0.0)}
    return gentle.total.wrong - blurred


def _without(total, wrong):
    """A Judgement in which nothing but `wrong` is wrong."""
    return replace(total, right=total.right | (total.wrong - wrong), wrong=frozenset(wrong))


def _glanced(subject, ground, outcome):
    """The outcome with a look at further points: what is right at three may be wrong where other units are on."""
    glances = ground.glances()
    for point in glances:
        with contextlib.suppress(Trouble):
            gradients = subject.gradients(point.values)
            if judged(point, gradients).wrong:
                more = _of((*outcome.points, ground.fully(point)), (*outcome.gradients, gradients))
                if more.total.wrong:
                    return replace(more, glances=len(glances))
    return replace(outcome, glances=len(glances))


def _doubtful(outcome):
    """The gradients that may look wrong through `log(p + small)` or a clip: that changes all of them at once, or all by very little."""
    errors = outcome.total.errors
    doubtful = {name for name in outcome.total.wrong if errors[name] < SLIGHT}
    if all(not j.wrong or not j.right - j.zero for j in outcome.judgements):
        doubtful |= {name for name in outcome.total.wrong if errors[name] < _HIGH or any(name in j.right for j in outcome.judgements)}
    return doubtful


def _outcome(subject, at):
    """The Outcome at these points; those where only the gradients raise are left out, unless it is all of them."""
    said, trouble = [], None
    for point in at:
        try:
            said.append(subject.gradients(point.values))
        except Trouble as what:
            said.append(None)
            trouble = trouble or what
    kept = [k for k, gradients in enumerate(said) if gradients is not None]
    if not kept or said[0] is None:
        return Outcome(at, trouble=trouble)
    return _of([at[k] for k in kept], [said[k] for k in kept])


def _of(at, gradients):
    found = tuple(judged(point, ours) for point, ours in zip(at, gradients, strict=True))
    return Outcome(tuple(at), tuple(gradients), found, overall(found))


def starts_anew(points, gradients):
    """Whether the code draws or sets its parameters itself before it updates them: then what it returns is (values - a constant) / rate.

    gradients : sequence of {name: ndarray or None}, one for each point. Such code can be judged at the point as it came only.
    """
    for (p, ours), (q, others) in zip(zip(points, gradients, strict=True), zip(points[1:], gradients[1:], strict=False), strict=False):
        names = [name for name in p.values if ours.get(name) is not None and others.get(name) is not None]
        moved = np.concatenate([(p.values[n] - q.values[n]).ravel() for n in names] or [np.zeros(0)])
        changed = np.concatenate([(ours[n] - others[n]).ravel() for n in names] or [np.zeros(0)])
        if moved.size < 2 or not changed.any() or not np.isfinite(changed).all():
            return False
        if abs(moved @ changed) < (1 - 1e-9) * np.linalg.norm(moved) * np.linalg.norm(changed):
            return False
    return len(points) > 1
