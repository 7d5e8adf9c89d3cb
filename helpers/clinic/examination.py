"""Examine a backward pass: is it right, what is wrong, which statement is at fault, and how that is known."""

from dataclasses import replace

import numpy as np

from helpers import losses
from helpers.clinic import forward as forward_pass
from helpers.clinic import raised
from helpers.clinic.explain import findings_of, used_slope
from helpers.clinic.patient import GRADIENTS, run_backward, run_forward
from helpers.clinic.probes import Probe, draw, meant
from helpers.clinic.report import Report, SlopePicture
from helpers.clinic.search import MATCH, Search
from helpers.clinic.slopes import SIGMOID
from helpers.gradcheck import numerical_gradient, relative_error

TOLERANCE = 2e-5
"""Relative error up to which a gradient counts as right: clipping of probabilities and float32 stay below it."""

NUMERICAL_TOLERANCE = 1e-4
"""The same where the truth itself comes from central differences of the learner's own forward pass."""


def examine(backward_prop, forward_prop=None, *, hidden="relu", output="sigmoid", loss="bce", slope=0.01, rng=0):
    """Examine a learner's backward pass for a network with two hidden layers of 10 units and one output unit.

    Parameters
    ----------
    backward_prop : callable
        backward_prop(X, y, c, p) -> dict with "dW1" (10, n_x), "db1" (10, 1), "dW2", "db2", "dW3", "db3".
    forward_prop : callable, optional
        forward_prop(X, p) -> dict with "Z1", "A1", ..., "A3"; None: the reference.
    hidden : str
        "relu", "leaky_relu" (with `slope` left of 0), "sigmoid" or "tanh".
    output : str
        "sigmoid", "identity" or "relu".
    loss : str
        "bce", "mse" (mean of (A3 - y)^2) or "half_mse".
    slope : float
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
    for name, function in (("backward_prop", backward_prop), ("forward_prop", forward_prop)):
        if not callable(function) and not (name == "forward_prop" and function is None):
            raise TypeError(f"{name} is a {type(function).__name__}, expected a function")
    return _Examination(backward_prop, forward_prop, meant(hidden, output, loss, slope), np.random.default_rng(rng)).report()


class _Examination:
    """One examination: the batches, what the functions made of them, and the truth."""

    def __init__(self, backward_prop, forward_prop, meant, rng):
        self.backward_prop, self.forward_prop, self.meant = backward_prop, forward_prop, meant
        self.batches = [draw(meant, m, rng) for m in (7, 10)]
        self.others = [draw(meant, m, rng) for m in (1, 7, 1)]
        self.own, self.forward_findings = False, []  # whether the forward pass is another network than the one that is meant
        self.stopped = None  # the outcome of a call that had to be stopped

    def report(self):
        """The report; see `examine`."""
        if self.forward_prop is not None:
            trouble = self._use_own_forward()
            if trouble:
                return trouble
        probes = [*self.batches, *self.others]
        outcomes = [self._backward(probe) for probe in probes]
        if outcomes[0].error and outcomes[1].error and not any(o.values for o in outcomes):
            return raised.report(self.meant, probes, outcomes, [])
        truths = [self._truth(probe) for probe in probes]
        errors = [{name: _error(o, name, truth) for name in GRADIENTS} for o, truth in zip(outcomes, truths, strict=True) if not o.error]
        wrong = tuple(name for name in GRADIENTS if any(e[name] > (NUMERICAL_TOLERANCE if self.own else TOLERANCE) for e in errors))
        search, hypothesis = self._search(probes, outcomes) if wrong else (None, None)
        findings = self._findings(search, hypothesis, wrong)
        if any(outcome.error for outcome, probe in zip(outcomes, probes, strict=True) if probe.m > 1):
            return raised.report(self.meant, probes, outcomes, findings)
        verdict = "wrong" if wrong or findings else "right"
        return Report(
            verdict=verdict, wrong=wrong, findings=tuple(findings), risks=tuple(self._risks(probes, outcomes, wrong, findings)),
            errors={name: max(e[name] for e in errors) for name in GRADIENTS},
            shapes={name: outcomes[0].values[name].shape for name in GRADIENTS if name in outcomes[0].values},
            ruled_out=tuple(self._ruled_out(probes, outcomes, wrong, findings)),
            picture=self._picture(search, hypothesis, findings),
        )  # fmt: skip

    # --- forward -----------------------------------------------------------------------------------------------------

    def _use_own_forward(self):
        """Give the probes the learner's own cache; a report where their forward pass cannot be used."""
        probes = [*self.batches, *self.others]
        outcomes = [run_forward(self.forward_prop, probe.X, probe.p) for probe in probes]
        for outcome in outcomes:
            if outcome.error or "A3" not in outcome.values or not _holds_outputs(outcome.values["A3"]):
                return raised.forward_report(self.meant, outcome)
        self.own = not forward_pass.same_function(outcomes, [probe.c for probe in probes])
        self.forward_findings = forward_pass.forward_findings(self.meant, probes, outcomes)
        self.batches = [self._own_probe(probe) for probe in self.batches]
        self.others = [self._own_probe(probe) for probe in self.others]
        return None

    def _tame(self, probe):
        """Scale W3 down until the loss of the learner's own output is finite and far from saturation."""
        p = {name: value.copy() for name, value in probe.p.items()}
        for _ in range(8):
            A = run_forward(self.forward_prop, probe.X, p).values.get("A3")
            if self.meant.loss != "bce" or A is None or ((A > 0.02) & (A < 0.98)).all():
                break
            p["W3"] *= 0.5
            p["b3"] = np.full_like(p["b3"], 0.4)
        return p

    def _own_probe(self, probe):
        p = self._tame(probe) if self.own else probe.p
        return Probe(probe.X, probe.y, p, self._forward(probe.X, p))

    def _forward(self, X, p):
        """The cache that goes into the backward pass."""
        if self.forward_prop is None:
            return self.meant.forward(X, p)
        return run_forward(self.forward_prop, X, p).raw

    def _backward(self, probe):
        """One call; none follows one that had to be stopped."""
        if self.stopped is None:
            outcome = run_backward(self.backward_prop, probe.X, probe.y, probe.c, probe.p)
            self.stopped = outcome if outcome.error and outcome.exception is None and "was stopped" in outcome.error else None
            return outcome
        return self.stopped

    def _truth(self, probe):
        """The gradients of the loss that the forward pass in use really computes."""
        if not self.own:
            return self.meant.backward(probe.X, probe.y, self.meant.forward(probe.X, probe.p), probe.p)

        def loss(p):
            return self._loss(run_forward(self.forward_prop, probe.X, p).values, probe.y)

        try:
            return numerical_gradient(loss, probe.p)
        except (ValueError, TypeError, KeyError):
            return None

    def _loss(self, c, y):
        """The loss of the learner's own A3; a cross-entropy from Z3 where A3 is its sigmoid, since 1 - A3 loses digits."""
        A = c["A3"]
        if self.meant.loss != "bce":
            return float(((A - y) ** 2).mean() / (2 if self.meant.loss == "half_mse" else 1))
        if "Z3" in c and c["Z3"].shape == A.shape and np.allclose(A, SIGMOID.value(c["Z3"]), rtol=1e-9, atol=0):
            return losses.binary_cross_entropy_from_logits(c["Z3"], y)
        return losses.binary_cross_entropy(np.clip(A, 1e-12, 1 - 1e-12), y)

    # --- the search ------------------------------------------------------------------------------------------------------

    def _search(self, probes, outcomes):
        """The search over the two batches, the same examples one by one, and the best hypothesis."""
        chosen, results, singles = [], [], {}
        for batch, outcome in zip(probes[:2], outcomes[:2], strict=True):
            at = len(chosen)
            chosen.append(batch)
            results.append(outcome)
            singles[at] = []
            for i in range(batch.m):
                single = batch.columns([i], self._forward)
                singles[at].append(len(chosen))
                chosen.append(single)
                results.append(self._backward(single))
        chosen = [self._complete(probe) for probe in chosen]
        search = Search(self.meant, chosen, results, singles)
        return search, search.best()

    def _complete(self, probe):
        """The probe with a cache of float arrays: the learner's where it can be read, else the reference's."""
        c = self.meant.forward(probe.X, probe.p)
        for name in forward_pass.CACHE:
            try:
                value = np.asarray(probe.c[name], dtype=float)
            except (KeyError, TypeError, ValueError):
                continue
            if value.shape == c[name].shape:
                c[name] = value
        return Probe(probe.X, probe.y, probe.p, c)

    def _findings(self, search, hypothesis, wrong):
        """Forward findings where the function differs, or where the backward pass is right for what it was given; then the others."""
        backward = findings_of(hypothesis, search, wrong) if hypothesis is not None else []
        backward = [f for f in backward if f.gradients or not self.own]
        if not self.own and (backward or not wrong):
            return backward
        forward = [replace(f, gradients=wrong) for f in self.forward_findings]
        return forward + backward

    # --- what else can be said ---------------------------------------------------------------------------------------------

    def _risks(self, probes, outcomes, wrong, findings):
        changed = sorted({name for o in outcomes for name in o.changed})
        if changed and not any(f.family in ("in_place", "update_order") for f in findings):
            yield f"it overwrites {', '.join(changed)}: harmless here, but whatever reads them afterwards is wrong."
            if not wrong and self._second_call_differs(probes[0]):
                yield "called a second time on the same cache it gives other gradients."
        again = self._backward(probes[0])
        if not again.error and any(name in again.values and not _equal(again.values[name], outcomes[0].values.get(name)) for name in GRADIENTS):
            yield "two calls with equal arguments give different gradients: is there something random in it, or something that is kept?"
        for probe, outcome in zip(probes, outcomes, strict=True):
            if outcome.error and probe.m == 1:
                yield f"with a single example {outcome.error}."
                break
        for name in GRADIENTS:
            shape = outcomes[0].values[name].shape if name in outcomes[0].values else None
            if shape is not None and name not in wrong and shape != probes[0].p[name[1:]].shape:
                yield f"{name} has shape {shape} instead of {probes[0].p[name[1:]].shape}; subtracting it from {name[1:]} happens to work."

    def _second_call_differs(self, probe):
        """Whether a second call on what the first one left behind gives other gradients."""
        both = []

        def twice(X, y, c, p):
            for _ in range(2):
                both.append({k: np.array(v, dtype=float) for k, v in self.backward_prop(X, y, c, p).items() if k in GRADIENTS})
            return both[-1]

        run_backward(twice, probe.X, probe.y, probe.c, probe.p)
        return len(both) == 2 and any(not _equal(both[0][k], both[1].get(k)) for k in both[0])

    def _ruled_out(self, probes, outcomes, wrong, findings):
        families = {f.family for f in findings}
        if not any(o.changed for o in outcomes):
            yield "overwritten arguments: X, y, the cache and the parameters are unchanged after the call."
        if not families & {"scale", "axis_or_keepdims", "broadcasting"} and not outcomes[0].error:
            yield "a wrong factor of m or a wrong axis: batches of 1, 7 and 10 examples agree with each other."
        if not wrong:
            yield f"a wrong derivative, a missing transpose, another layer's values: all six gradients agree on {len(probes)} random batches."
        elif families and "none" not in families:
            yield "everything else: with the statements named above replaced, every number that you returned is reproduced."
        if self.forward_prop is not None and not self.own:
            yield "the forward pass: A3 is the output of the network that you describe."

    def _picture(self, search, hypothesis, findings):
        """The slope that the code really uses, for the hidden layer that is at fault."""
        if hypothesis is None:
            return None
        at_fault = [f for f in findings if f.statement in ("dZ2", "dZ1", "dA2", "dA1") and f.family != "in_place"]
        if not at_fault:
            return None
        l = int(at_fault[0].statement[-1])
        singles = [k for k, i in enumerate(search.usable) if search.probes[i].m == 1]
        deltas = search.observed_deltas(l)
        upstream = [v.get(f"dZ{l + 1}") for v in hypothesis.values]
        if deltas is None or not singles or any(u is None for u in upstream):
            return None
        dA = [search.probes[i].p[f"W{l + 1}"].T @ u if u.ndim == 2 and u.shape[0] in (1, 10) else None
              for i, u in zip(search.usable, upstream, strict=True)]  # fmt: skip
        if any(a is None for a in dA):
            return None
        z, _, used = used_slope(l, search, dA, deltas, singles)
        return SlopePicture(l, z, used, self.meant.hidden)


def _holds_outputs(A):
    return A.ndim == 2 and A.shape[0] == 1 and np.isfinite(A).all()


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


def _equal(a, b):
    return b is not None and a.shape == b.shape and np.allclose(a, b, rtol=MATCH, atol=1e-12, equal_nan=True)
