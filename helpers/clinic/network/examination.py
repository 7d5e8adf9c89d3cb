"""Examine a backward pass: is it right, what is wrong, which statement is at fault, and how that is known."""

from dataclasses import replace

import numpy as np

from helpers import checks
from helpers.clinic import guard
from helpers.clinic.network import elsewhere, raised, remarks, unlike
from helpers.clinic.network.asked import asked
from helpers.clinic.network.explain import findings_of
from helpers.clinic.network.findings import factor_text
from helpers.clinic.network.fits import fitting_factor, in_place_of, power_law
from helpers.clinic.network.hearing import Hearing
from helpers.clinic.network.mending import mended
from helpers.clinic.network.report import Report
from helpers.clinic.network.search import Search
from helpers.clinic.network.slope_picture import picture_of
from helpers.clinic.network.source import in_their_names
from helpers.clinic.patient import GRADIENTS
from helpers.clinic.probes import N_X
from helpers.gradcheck import relative_error

TOLERANCE = 2e-5
"""Relative error up to which a gradient counts as right: clipping of probabilities and float32 stay below it."""

NUMERICAL_TOLERANCE = 1e-4
"""The same where the truth itself comes from central differences of the learner's own forward pass."""


SECONDS = 10
"""Seconds for the search for a repair."""

QUICK = 4
"""Seconds for the search for a repair where the usual formula, put in their line, does."""


def examine(
    backward_prop, forward_prop=None, *, hidden="relu", output="sigmoid", loss="bce", slope=0.01, reduction="mean", l2=0.0, n_x=N_X, rng=0,
    repair=True, seconds=None,
):  # fmt: skip
    """Examine a learner's backward pass for a network with two hidden layers of 10 units and one output unit.

    Whatever is wrong with the call, or with the functions, is a report with the verdict "raises", never an exception: a word that
    describes no network, something that cannot be called, code of another network (its report has the call of `clinic.check` to write).

    Parameters
    ----------
    backward_prop : callable
        backward_prop(X, y, c, p) -> dict with "dW1" (10, n_x), "db1" (10, 1), "dW2", "db2", "dW3", "db3".
    forward_prop : callable, optional
        forward_prop(X, p) -> dict with "Z1", "A1", ..., "A3"; None: the reference.
    hidden : str
        "relu", "leaky_relu" (with `slope` left of 0), "sigmoid" or "tanh". These and the next two in any usual spelling.
    output : str
        "sigmoid", "identity" or "relu".
    loss : str
        "bce", "mse" (mean of (A3 - y)^2) or "half_mse". Of the sum instead of the mean: "bce_sum", "sse" and the like, or `reduction`.
    slope : float
    reduction : str
        "mean" or "sum": how the losses of the examples become one loss.
    l2 : float
        λ of a penalty on the weights W1, W2, W3, not on the biases, that is part of the loss: λ/2 · ΣW², or as many write it
        λ/(2m) · ΣW², λ · ΣW² or λ/m · ΣW², where "sum" or "mean" concerns the examples alone. Which of these your dW belong to is
        read off, for all three alike, and said in the report.
    n_x : int
        Number of inputs of the networks on which it is judged; 3 unless given, and no number that another width has: where
        two widths are equal, a forgotten transpose raises nothing.
    rng : numpy.random.Generator or int
        Draws the networks and batches.
    repair : bool
        Whether to search for repairs of the learner's own lines; without it, only the usual formula is tried there.
    seconds : float, optional
        For how long at most; 10 unless given.

    Returns
    -------
    Report
        With `verdict`, `wrong`, `findings`, `risks`, `notes`.

    Told in: notebooks/07_the_verdict.ipynb
    """
    try:
        checks.function("backward_prop", backward_prop, "backward_prop(X, y, c, p)")
        if forward_prop is not None:
            checks.function("forward_prop", forward_prop, "forward_prop(X, p)")
        wanted, rng = asked(hidden, output, loss, slope, reduction, l2, n_x), checks.generator(rng)
        functions = elsewhere.in_order(backward_prop, forward_prop)
    except (TypeError, ValueError) as error:
        return elsewhere.misused(error)
    except elsewhere.Elsewhere as found:
        return elsewhere.report(found, backward_prop, forward_prop)
    with guard.randomness_kept(), guard.rarely_collected(), np.errstate(all="warn", under="ignore"):
        try:
            return _report(Hearing(*functions, wanted, rng, handed=(backward_prop, forward_prop)), _time(seconds) if repair else 0)
        except elsewhere.Elsewhere as found:
            return elsewhere.report(found, backward_prop, forward_prop)


def _time(seconds):
    return SECONDS if seconds is None else seconds


def _report(hearing, seconds):
    """The report on what was heard; see `examine`. Raises Elsewhere where the code is another network's."""
    forward_findings = ()
    if hearing.forward_prop is not None:
        forward_findings, trouble = hearing.hear_forward()
        if trouble:
            return _mended(raised.forward_report(hearing.meant, trouble), hearing, [trouble], seconds)
    hearing.stated.read_off(lambda: len(_wrong(hearing, _outcomes(hearing, 2))))
    outcomes = _outcomes(hearing)
    unlike.of_backward(hearing, outcomes)
    if outcomes[0].error and outcomes[1].error and not any(o.values for o in outcomes):
        return _mended(raised.report(hearing.meant, hearing.probes, outcomes, []), hearing, outcomes, seconds)
    wrong, notes = _wrong(hearing, outcomes), list(hearing.stated.notes())
    if not wrong and not forward_findings and not any(o.error for o in outcomes):
        hearing, outcomes, wrong, more = _with_whole_labels(hearing, outcomes)
        notes += more
    report, hypothesis = _judged(hearing, forward_findings, outcomes, wrong, notes)
    return _mended(report, hearing, outcomes, seconds, hypothesis)


def _mended(report, hearing, outcomes, seconds, hypothesis=None):
    """The report with repairs of the learner's own lines, where these are found in the time."""
    if report.verdict == "right" or any(o.stopped for o in outcomes):
        return report
    findings = in_their_names(report.findings, hearing.handed, hearing.meant, lambda function: _is_right(hearing, function))
    if not seconds or not findings:
        return replace(report, findings=tuple(findings))
    sure = bool(findings) and all(f.repair for f in findings)
    findings, repaired = mended(hearing, findings, outcomes, min(seconds, QUICK) if sure else seconds, lambda: _is_right(hearing), hypothesis)
    return replace(report, findings=tuple(findings), repaired=repaired)


def _outcomes(hearing, most=None):
    return [hearing.backward(probe) for probe in hearing.probes[:most]]


def _wrong(hearing, outcomes):
    """The gradients that are not the derivative of the loss, for at least one batch."""
    tolerance = NUMERICAL_TOLERANCE if hearing.own else TOLERANCE
    errors = _all_errors(hearing, outcomes)
    return tuple(name for name in GRADIENTS if any(e[name] > tolerance for e in errors))


def _all_errors(hearing, outcomes):
    """The errors of each batch that raised nothing."""
    return [_errors(o, hearing.truth(probe)) for probe, o in zip(hearing.probes, outcomes, strict=False) if not o.error]


def _with_whole_labels(hearing, outcomes):
    """(hearing, outcomes, wrong, notes) with labels of whole numbers where these make a difference; else what came, and nothing wrong."""
    whole = hearing.with_whole_labels()
    others = _outcomes(whole)
    wrong = _wrong(whole, others)
    if wrong and not any(o.error for o in others):
        return whole, others, wrong, ["with labels of whole numbers (dtype int64), as a data set or np.array([0, 1]) has them; "
                                      "with labels of floats all six gradients are right."]  # fmt: skip
    return hearing, outcomes, (), []


def _judged(hearing, forward_findings, outcomes, wrong, notes):
    """(report, hypothesis) once the gradients have been compared."""
    probes = hearing.probes
    search = _search(hearing, outcomes) if wrong else None
    hypothesis = search.best() if wrong else None
    findings = _findings(hearing, forward_findings, search, hypothesis, wrong)
    if any(outcome.error for outcome, probe in zip(outcomes, probes, strict=True) if probe.m > 1):
        return raised.report(hearing.meant, probes, outcomes, findings), hypothesis
    errors = _all_errors(hearing, outcomes)
    factor = _factor(hearing, outcomes) if len(wrong) == len(GRADIENTS) else None
    return Report(
        verdict="wrong" if wrong or findings else "right", wrong=wrong, findings=tuple(findings),
        risks=tuple(remarks.risks(hearing, outcomes, wrong, findings)),
        errors={name: max(e[name] for e in errors) for name in GRADIENTS},
        shapes={name: outcomes[0].values[name].shape for name in GRADIENTS if name in outcomes[0].values},
        ruled_out=tuple(remarks.ruled_out(hearing, outcomes, wrong, findings)),
        picture=picture_of(hearing.meant, search, hypothesis, findings), n_x=probes[0].X.shape[0], notes=tuple(notes),
        factor=factor, unsaid=hearing.stated.unsaid(factor, findings),
    ), hypothesis  # fmt: skip


def _factor(hearing, outcomes):
    """What all six gradients are multiplied by, in words; None where that is no one positive factor."""
    came, right, sizes = [], [], []
    for outcome, probe in zip(outcomes, hearing.probes, strict=True):
        truth = hearing.truth(probe)
        if outcome.error or truth is None or not all(name in outcome.values for name in GRADIENTS):
            return None
        came += [in_place_of(outcome.values[name], truth[name]) for name in GRADIENTS]
        right += [truth[name] for name in GRADIENTS]
        sizes += [probe.m] * len(GRADIENTS)
    factor = fitting_factor(right, came, sizes)
    law = power_law(factor) if factor else None
    return factor_text(law) if law and law[0] > 0 else None


def _search(hearing, outcomes):
    """The search over two batches and the same examples one by one."""
    probes, results, singles = [], [], {}
    for batch, outcome in zip(hearing.probes[:2], outcomes[:2], strict=True):
        at = len(probes)
        alone = hearing.one_by_one(batch)
        probes += [batch, *alone]
        results += [outcome, *(hearing.backward(single) for single in alone)]
        singles[at] = list(range(at + 1, len(probes)))
    return Search(hearing.meant, [hearing.completed(probe) for probe in probes], results, singles, hearing.stated)


def _findings(hearing, forward_findings, search, hypothesis, wrong):
    """Forward findings where the function differs, or where the backward pass is right for what it was given; then the others."""
    backward = findings_of(hypothesis, search, wrong) if hypothesis is not None else []
    backward = [_as_stated(f, hearing.stated) for f in backward if f.gradients or not hearing.own]
    if not hearing.own and (backward or not wrong):
        return backward
    return [replace(f, gradients=wrong) for f in forward_findings] + backward


def _as_stated(finding, stated):
    """The finding with formulas for the sum, or with the penalty, where these are stated."""
    remedy = finding.remedy + (stated.added(finding.statement) if " = " in finding.remedy else "")
    return replace(finding, evidence=stated.worded(finding.evidence), remedy=stated.worded(remedy))


def _is_right(hearing, function=None):
    """Whether another backward pass, or the learner's as it is now, is right for the two large batches."""
    probes = hearing.probes[:2] if hearing.forward_prop is None else [hearing.renewed(probe) for probe in hearing.probes[:2]]
    tolerance = NUMERICAL_TOLERANCE if hearing.own else TOLERANCE
    return not any(max(_errors(hearing.backward(probe, function), hearing.truth(probe)).values()) > tolerance for probe in probes)


def _errors(outcome, truth):
    return {name: _error(outcome, name, truth) for name in GRADIENTS}


def _error(outcome, name, truth):
    """Relative error of one gradient, in the shape in which it would be subtracted; infinite where that is impossible."""
    if truth is None or name not in outcome.values:
        return np.inf
    value, right = outcome.values[name], truth[name]
    try:
        value = np.broadcast_to(value, right.shape) if value.shape != right.shape else value
    except ValueError:
        return np.inf
    if not np.isfinite(value).all():
        return np.inf
    if np.linalg.norm(value - right) <= 2e-7 * max(1.0, np.linalg.norm(right)):  # float32, where a sum over examples cancels
        return 0.0
    return relative_error(value, right)
