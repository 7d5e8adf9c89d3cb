"""Check gradients of code of any shape, and repair it: people's code as it is.

The model is walked for its parameters (`model.live`, `model.script`), the truth is differences of the learner's own loss (`model.truth`),
the lines at fault are found by their values (`repair.values`) and by repairs that are run (`repair.search`).
"""

import time
import warnings
from dataclasses import replace
from functools import partial

import numpy as np

from helpers.clinic import guard, use
from helpers.clinic.check_report import CheckReport, Row, listed
from helpers.clinic.culprit import excerpt_of, short
from helpers.clinic.faults import with_faults
from helpers.clinic.model import factor, truth, within
from helpers.clinic.model.live import Live
from helpers.clinic.model.relations import REASONS, relation
from helpers.clinic.model.script import Script
from helpers.clinic.model.sources import source_of
from helpers.clinic.model.subject import Adaptive, Trouble
from helpers.clinic.progress import Progress


def check(model, loss, grads=None, *, step=None, rate=None, only=None, layers=None, seconds=60, repair=True, rng=0):
    """Check the gradients of any hand-written backward pass, and find the line at fault and what to write there.

    Parameters
    ----------
    model : dict, list, tuple, ndarray, object
        Holds the parameters, at any depth: what the loss depends on is found by moving it. A flat vector is one parameter.
    loss : callable
        loss() -> number, with the model as it is at that moment: `lambda: cost(X, y, W)`.
    grads : callable, optional
        grads() -> dict, tuple, list or flat vector of gradients; or None, if it leaves them in the objects.
    step : callable, optional
        In place of grads: step() makes one update with the learning rate `rate`.
    rate : float, optional
    only : str or sequence of str, optional
        Names of the parameters to be judged, where others are not meant.
    layers : sequence, optional
        Layer objects that belong to the model and that nothing in it holds.
    seconds : float
        Within which it ends, the search for repairs included.
    repair : bool
        Whether to look for the line and for repairs; the verdict takes a moment, repairs take seconds.
    rng : numpy.random.Generator or int
        Draws the points at which it is judged.

    Returns
    -------
    CheckReport
        With `verdict`, `wrong`, `factor`, `findings` (each with `line`, `source`, `repair`, ...) and `repaired`. Errors of use are
        reports as well. Everything is put back as it was: parameters, caches, randomness.

    Told in: notebooks/07_the_verdict.ipynb
    """
    wrong_use = use.of_check(model, loss, grads, step, rate, only, layers, seconds)
    if wrong_use:
        return CheckReport("raises", trouble=wrong_use)
    only = (only,) if isinstance(only, str) else only
    make = partial(Live, model, loss, grads=grads, step=step, rate=rate, only=only, layers=layers)
    again = partial(Live, model, loss, only=only, layers=layers)
    return _checked(make, seconds, repair, rng, step, again)


def check_script(path, loss, rate=None, *, grads=None, once=None, only=None, seconds=60, repair=True, rng=0):
    """Check the gradients of a script that runs from top to bottom, with a training loop or without, as `check` does.

    Parameters
    ----------
    path : str or Path
    loss : str
        The loss as an expression in the script's own names, "loss" or "0.5 * ((out - target) ** 2).sum()".
    rate : str or float, optional
        The learning rate: a name or an expression of the script, or a number.
    grads : dict of str, optional
        {"W1": "g_W1"}: the names of the gradients, where the script does not update its parameters.
    once : dict, optional
        Names that are set before the first pass, so that the loop is left after one: {"epochs": 1}.
    only, seconds, repair, rng
        As in `check`.

    Returns
    -------
    CheckReport

    Told in: notebooks/07_the_verdict.ipynb
    """
    wrong_use = use.of_script(path, loss, rate, grads, once, seconds)
    if wrong_use:
        return CheckReport("raises", trouble=wrong_use)
    only = (only,) if isinstance(only, str) else only
    make = partial(Script, path, loss, rate=rate, grads=grads, once=once, only=only)
    return _checked(make, seconds, repair, rng, stepped=not grads)


# --- the check -------------------------------------------------------------------------------------------------------


def _checked(make, seconds, repair, rng, step=None, again=None, stepped=False):
    """The report on a subject that is still to be made. again(grads=…) makes it anew, where no gradient can be read from the step."""
    began = time.perf_counter()
    with (
        guard.randomness_kept(), guard.settings_kept(), guard.rarely_collected(), np.errstate(all="ignore"), warnings.catch_warnings(),
        Progress() as say,
    ):  # fmt: skip
        warnings.simplefilter("ignore")
        try:
            say("looking for your parameters")
            subject, outcome, aside = _examined(make, rng, step, again, say)
        except Trouble as what:
            return _stopped(what, began)
        except guard.OutOfTime:
            return _stopped(Trouble(f"it was stopped after {guard.TIME_LIMIT} seconds: does a loop in it never end?"), began)
        report = _judged(subject, outcome, stepped or (step is not None and not aside))
        report = replace(report, notes=(*report.notes, aside)) if aside else report
        if repair and report.verdict != "right":
            report = with_faults(report, subject, outcome, began + seconds, say)
    return replace(report, seconds=time.perf_counter() - began)


def _examined(make, rng, step, again, say):
    """(subject, Outcome, note): where no gradient can be read from a step, of the gradients that it leaves or returns on its way."""
    why = ""
    try:
        subject = make()
        if not subject.start:
            raise Trouble("no parameters were found: nothing that the loss depends on keeps its value from call to call.")
        say("measuring your loss")
        outcome = truth.examined(subject, rng)
        if step is not None and outcome.total.wrong:
            why = within.unreadable(subject)
    except Adaptive as what:
        subject, why = what.subject, str(what)
    if not why:
        return subject, outcome, ""
    other, where = within.instead(step, subject, again)
    if other is None:
        raise Trouble(why)
    return other, truth.examined(other, rng), f"No gradient can be read from the update: {why.split(':')[0].rstrip('.')}. Judged is {where}."


def _stopped(trouble, began):
    """The report where the code raises, or the use is wrong."""
    return CheckReport("raises", trouble=_reason(trouble), excerpt=_excerpt(trouble), seconds=time.perf_counter() - began)


def _reason(trouble):
    """What happened, the exception by name, and where."""
    text, cause = str(trouble).rstrip(), trouble.cause
    if isinstance(cause, Exception) and type(cause).__name__ not in text:
        text = f"{text.rstrip('.')}: {type(cause).__name__}: {guard.said(cause)}"
    if trouble.line and trouble.filename and f"line {trouble.line}" not in text:
        text = f"{text.rstrip('.')}, in line {trouble.line} of {short(trouble.filename)}"
    return text if text.endswith((".", "?", "!")) else text + "."


def _excerpt(trouble):
    source = source_of(trouble.filename) if trouble.filename else None
    return excerpt_of(source.lines, trouble.line) if source is not None and trouble.line else ()


def _judged(subject, outcome, stepped):
    """The report with the verdict alone."""
    notes = _notes(subject, outcome)
    if outcome.trouble:
        return CheckReport("raises", wrong=tuple(subject.start), trouble=_reason(outcome.trouble), excerpt=_excerpt(outcome.trouble), notes=notes)
    total = outcome.total
    rows = tuple(_row(outcome, name, value) for name, value in subject.start.items())
    wrong, undecided = (tuple(name for name in subject.start if name in part) for part in (total.wrong, total.undecided))
    told = {"rows": rows, "notes": notes, "undecided": undecided, "basis": _basis(outcome)}
    if not wrong and len(undecided) == len(rows):
        why = listed(sorted({REASONS[p.slopes[n].outcome] for p in outcome.points for n in undecided if p.slopes[n].outcome in REASONS}))
        return CheckReport("raises", trouble=f"no gradient can be decided, since {why or 'the loss depends on none of the parameters'}.", **told)
    c = truth.common_factor(outcome.judgements) if wrong else None
    size = factor.told(c, factor.sizes_seen(lambda: subject.gradients(outcome.points[0].values)), stepped) if c is not None else ""
    upto = listed([excuse.upto for excuse in outcome.excuses])
    return CheckReport("wrong" if wrong else "right", wrong=wrong, factor=c, size=size, upto=upto, **told)


def _row(outcome, name, value):
    total = outcome.total
    if name in total.wrong:
        remark = relation(outcome.points, outcome.gradients, name, total.factors.get(name))
        return Row(name, value.shape, total.errors.get(name), "wrong", remark)
    if name in total.undecided:
        reasons = [p.slopes[name].outcome for p in outcome.points]
        return Row(name, value.shape, None, "undecided", next((REASONS[r] for r in reasons if r in REASONS), ""))
    return Row(name, value.shape, total.errors.get(name), "right", "0, as it should be" if name in total.zero else "")


def _notes(subject, outcome):
    notes = [*subject.notes, *(excuse.note for excuse in outcome.excuses)]
    if outcome.anew:
        notes.append("Your step sets its parameters itself before it updates them, so it was judged at its own start alone.")
    if outcome.gentle:
        notes.append(
            "Judged where no probability is near 0 or 1: near them a small number inside a logarithm, or a clip, changes the slope of the loss."
        )
    out = {
        n: sum(p.slopes[n].measured - int(p.slopes[n].decided.sum()) for p in outcome.points)
        for n in subject.start
        if n not in outcome.total.undecided
    }
    if outcome.judgements and any(out.values()):
        told = listed([f"{k:,} of {n}" for n, k in out.items() if k])
        notes.append(f"Slopes that are not known well enough, next to a kink mostly, were left out: {told}, over all points.")
    return tuple(notes)


def _basis(outcome):
    """What the verdict rests on."""
    points = outcome.points
    drawn = sum(point.drawn for point in points)
    yours = "yours" if drawn < len(points) else ""
    near = "it" if yours else "yours, where the loss is far higher"
    which = " and ".join(part for part in (yours, f"{drawn} drawn near {near}" if drawn else "") if part)
    text = f"Judged at {len(points)} point{'' if len(points) == 1 else 's'} ({which}) by central differences of your own loss"
    more = ""
    if outcome.glances and not outcome.total.wrong:
        more = f" There it agrees, and so it does along one direction at {outcome.glances} points further away."
    sampled = {n: s for n, s in points[0].slopes.items() if len(s.directions)}
    if not sampled:
        return f"{text} in every entry.{more}"
    parts = [f"{s.measured:,} of {s.D.size:,} entries of {n}" for n, s in sampled.items()]
    return f"{text}: {listed(parts)}, and {len(next(iter(sampled.values())).directions)} directions over all entries of each.{more}"
