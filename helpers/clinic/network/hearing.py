"""What the learner's two functions make of the clinic's batches, and what they should have made of them."""

import copy
from dataclasses import replace

import numpy as np

from helpers import losses
from helpers.clinic.network import forward as forward_pass
from helpers.clinic.network import unlike
from helpers.clinic.network.slopes import SIGMOID
from helpers.clinic.network.stated import Stated
from helpers.clinic.patient import run_backward, run_forward
from helpers.clinic.probes import Probe, draw
from helpers.gradcheck import numerical_gradient


class Hearing:
    """The batches, what the functions made of them, and the truth.

    Attributes
    ----------
    probes : list of Probe
        Batches of 7, 10, 1, 7 and 1 examples, with the cache that goes into the backward pass.
    own : bool
        Whether the learner's forward pass is another network than the one that is meant.
    stated : Stated
        Whether the loss is a sum, and what it penalises: taken out of every gradient, so that all else is judged as the plain mean.
    handed, handed_forward : callable
        The functions as they were handed in, before their arguments were put into order.
    """

    def __init__(self, backward_prop, forward_prop, asked, rng, handed=None):
        self.backward_prop, self.forward_prop, self.meant = backward_prop, forward_prop, asked.meant
        self.handed, self.handed_forward = handed or (backward_prop, forward_prop)
        self.stated = Stated(asked.reduction, asked.l2)
        self.probes = [draw(asked.meant, m, rng, asked.n_x) for m in (7, 10, 1, 7, 1)]
        self.own = False
        self.stopped = None  # the outcome of a call that had to be stopped

    # --- the forward pass --------------------------------------------------------------------------------------------

    def hear_forward(self):
        """(findings, None) after giving the probes the learner's own cache; ((), outcome) where their forward pass cannot be used.

        Raises Elsewhere where it is another network's.
        """
        outcomes = []
        for probe in self.probes:
            outcomes.append(run_forward(self.forward_prop, probe.X, probe.p))
            if outcomes[-1].stopped:  # a pass that does not end is not waited for again
                return (), outcomes[-1]
        unlike.of_forward(self, outcomes)
        for outcome in outcomes:
            if outcome.error or "A3" not in outcome.values or not _holds_outputs(outcome.values["A3"]):
                return (), outcome
        self.own = not forward_pass.same_function(outcomes, [probe.c for probe in self.probes])
        findings = forward_pass.forward_findings(self.meant, self.probes, outcomes)
        self.probes = [self._own_probe(probe) for probe in self.probes]
        return findings, None

    def _own_probe(self, probe):
        p = self._tame(probe) if self.own else probe.p
        return Probe(probe.X, probe.y, p, self._forward(probe.X, p))

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

    def _forward(self, X, p):
        """The cache that goes into the backward pass."""
        if self.forward_prop is None:
            return self.meant.forward(X, p)
        return run_forward(self.forward_prop, X, p).raw

    # --- the backward pass -------------------------------------------------------------------------------------------

    def backward(self, probe, function=None):
        """The outcome of one call, of another function than the learner's if given; none follows one that had to be stopped."""
        if self.stopped is None:
            outcome = run_backward(function or self.backward_prop, probe.X, probe.y, probe.c, probe.p)
            self.stopped = outcome if outcome.stopped else None
            return self.brought(outcome, probe.m, probe.p)
        return self.stopped

    def brought(self, outcome, m, p):
        """The outcome with gradients of the plain mean: what is stated about sum and penalty taken out."""
        outcome.values = self.stated.taken_out(outcome.values, m, p)
        return outcome

    def with_whole_labels(self):
        """The same hearing with labels of whole numbers, as data sets and `np.array([0, 1])` have them."""
        other = copy.copy(self)
        other.probes = [replace(probe, y=probe.y.astype(np.int64)) for probe in self.probes]
        return other

    def one_by_one(self, probe):
        """The examples of a batch as probes of their own."""
        return [probe.columns([i], self._forward) for i in range(probe.m)]

    def completed(self, probe):
        """The probe with a cache of float arrays: the learner's where it can be read, else the reference's."""
        c = self.meant.forward(probe.X, probe.p)
        for name in forward_pass.CACHE:
            try:
                value = np.asarray(probe.c[name], dtype=float)
            except Exception:  # the cache may be anything at all
                continue
            if value.shape == c[name].shape:
                c[name] = value
        return Probe(probe.X, probe.y, probe.p, c)

    # --- the truth -----------------------------------------------------------------------------------------------------

    def truth(self, probe):
        """The gradients of the loss that the forward pass in use really computes; None where that has no finite loss."""
        if not self.own:
            return self.meant.backward(probe.X, probe.y, self.meant.forward(probe.X, probe.p), probe.p)

        def loss(p):
            return self.loss_of(run_forward(self.forward_prop, probe.X, p).values, probe.y)

        try:
            return numerical_gradient(loss, probe.p)
        except (ValueError, TypeError, KeyError):
            return None

    def renewed(self, probe):
        """The probe with a cache that the learner's forward pass makes now."""
        return replace(probe, c=self._forward(probe.X, probe.p))

    def loss_of(self, c, y):
        """The loss of the learner's own A3; a cross-entropy from Z3 where A3 is its sigmoid, since 1 - A3 loses digits."""
        A = c["A3"]
        if self.meant.loss != "bce":
            return float(((A - y) ** 2).mean() / (2 if self.meant.loss == "half_mse" else 1))
        if "Z3" in c and c["Z3"].shape == A.shape and np.allclose(A, SIGMOID.value(c["Z3"]), rtol=1e-9, atol=0):
            return losses.binary_cross_entropy_from_logits(c["Z3"], y)
        return losses.binary_cross_entropy(np.clip(A, 1e-12, 1 - 1e-12), y)


def _holds_outputs(A):
    return A.ndim == 2 and A.shape[0] == 1 and np.isfinite(A).all()
