"""Examine a backward pass: is it right, what is wrong, which statement is at fault, and how that is known."""

from dataclasses import replace

import numpy as np

from helpers import checks
from helpers.clinic import guard
from helpers.clinic.network import raised, remarks
from helpers.clinic.network.explain import findings_of
from helpers.clinic.network.hearing import Hearing
from helpers.clinic.network.report import Report
from helpers.clinic.network.search import Search
from helpers.clinic.network.slope_picture import picture_of
from helpers.clinic.network.source import in_their_names
from helpers.clinic.patient import GRADIENTS
from helpers.clinic.probes import N_X, meant
from helpers.clinic.words import told_plainly
from helpers.gradcheck import relative_error

TOLERANCE = 2e-5
"""Relative error up to which a gradient counts as right: clipping of probabilities and float32 stay below it."""

NUMERICAL_TOLERANCE = 1e-4
"""The same where the truth itself comes from central differences of the learner's own forward pass."""


def examine(backward_prop, forward_prop=None, *, hidden="relu", output="sigmoid", loss="bce", slope=0.01, n_x=N_X, rng=0):
    """Examine a learner's backward pass for a network with two hidden layers of 10 units and one output unit.

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
        "bce", "mse" (mean of (A3 - y)^2) or "half_mse".
    slope : float
    n_x : int
        Number of inputs of the networks on which it is judged; 3 unless given, and no number that another width has: where
        two widths are equal, a forgotten transpose raises nothing.
    rng : numpy.random.Generator or int
        Draws the networks and batches.

    Returns
    -------
    Report
        With `verdict`, `wrong`, `findings`, `risks`.

    Raises
    ------
    TypeError, ValueError
        For a word that describes no network, or something that cannot be called. Never for what the functions do.

    Told in: notebooks/07_the_verdict.ipynb
    """
    with told_plainly():
        checks.function("backward_prop", backward_prop, "backward_prop(X, y, c, p)")
        if forward_prop is not None:
            checks.function("forward_prop", forward_prop, "forward_prop(X, p)")
        network = meant(hidden, output, loss, slope)
        n_x = checks.whole("n_x", n_x, most=1000)
        rng = checks.generator(rng)
    with guard.randomness_kept(), np.errstate(all="warn", under="ignore"):
        return _report(Hearing(backward_prop, forward_prop, network, n_x, rng))


def _report(hearing):
    """The report on what was heard; see `examine`."""
    forward_findings = ()
    if hearing.forward_prop is not None:
        forward_findings, trouble = hearing.hear_forward()
        if trouble:
            return raised.forward_report(hearing.meant, trouble)
    probes = hearing.probes
    outcomes = [hearing.backward(probe) for probe in probes]
    if outcomes[0].error and outcomes[1].error and not any(o.values for o in outcomes):
        return raised.report(hearing.meant, probes, outcomes, [])
    errors = [_errors(outcome, hearing.truth(probe)) for probe, outcome in zip(probes, outcomes, strict=True) if not outcome.error]
    tolerance = NUMERICAL_TOLERANCE if hearing.own else TOLERANCE
    wrong = tuple(name for name in GRADIENTS if any(e[name] > tolerance for e in errors))
    search = _search(hearing, outcomes) if wrong else None
    hypothesis = search.best() if wrong else None
    findings = _findings(hearing, forward_findings, search, hypothesis, wrong)
    findings = in_their_names(findings, hearing.backward_prop, hearing.meant, lambda function: _is_right(hearing, function))
    if any(outcome.error for outcome, probe in zip(outcomes, probes, strict=True) if probe.m > 1):
        return raised.report(hearing.meant, probes, outcomes, findings)
    return Report(
        verdict="wrong" if wrong or findings else "right", wrong=wrong, findings=tuple(findings),
        risks=tuple(remarks.risks(hearing, outcomes, wrong, findings)),
        errors={name: max(e[name] for e in errors) for name in GRADIENTS},
        shapes={name: outcomes[0].values[name].shape for name in GRADIENTS if name in outcomes[0].values},
        ruled_out=tuple(remarks.ruled_out(hearing, outcomes, wrong, findings)),
        picture=picture_of(hearing.meant, search, hypothesis, findings), n_x=probes[0].X.shape[0],
    )  # fmt: skip


def _search(hearing, outcomes):
    """The search over two batches and the same examples one by one."""
    probes, results, singles = [], [], {}
    for batch, outcome in zip(hearing.probes[:2], outcomes[:2], strict=True):
        at = len(probes)
        alone = hearing.one_by_one(batch)
        probes += [batch, *alone]
        results += [outcome, *(hearing.backward(single) for single in alone)]
        singles[at] = list(range(at + 1, len(probes)))
    return Search(hearing.meant, [hearing.completed(probe) for probe in probes], results, singles)


def _findings(hearing, forward_findings, search, hypothesis, wrong):
    """Forward findings where the function differs, or where the backward pass is right for what it was given; then the others."""
    backward = findings_of(hypothesis, search, wrong) if hypothesis is not None else []
    backward = [f for f in backward if f.gradients or not hearing.own]
    if not hearing.own and (backward or not wrong):
        return backward
    return [replace(f, gradients=wrong) for f in forward_findings] + backward


def _is_right(hearing, function):
    """Whether another backward pass is right for the two large batches."""
    return not any(max(_errors(hearing.backward(probe, function), hearing.truth(probe)).values()) > TOLERANCE for probe in hearing.probes[:2])


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
