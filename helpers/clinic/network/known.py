"""The network that `examine` knows as a Subject of the search for repairs: its parameters, its loss, and the learner's gradients.

The points are the batches themselves: each has parameters of its own, by which it is recognised, and its slopes are known without
differences. So a repair counts only where it is right for 7 and for 10 examples, and for a single one where the code takes it.
"""

from functools import cached_property

import numpy as np

from helpers.clinic.model import sources
from helpers.clinic.model.points import Point
from helpers.clinic.model.slopes import Slopes
from helpers.clinic.model.subject import Subject, Trouble
from helpers.clinic.network.fits import in_place_of
from helpers.clinic.patient import GRADIENTS, run_forward

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
FORWARD = "<the network that is meant>"
"""The name under which the forward pass is known where the learner has handed over none."""

_ACTIVATIONS = {
    "relu": "np.maximum(0, {z})", "leaky_relu": "np.where({z} > 0, {z}, LEAK * {z})", "sigmoid": "1 / (1 + np.exp(-{z}))", "tanh": "np.tanh({z})",
    "identity": "1.0 * {z}",
}  # fmt: skip
_LOSSES = {
    "bce": "-(y * np.log(A3) + (1 - y) * np.log(1 - A3)).mean()", "mse": "((A3 - y) ** 2).mean()", "half_mse": "((A3 - y) ** 2).mean() / 2",
}  # fmt: skip


class Known(Subject):
    """A backward pass (and a forward pass, if handed over) on the batches of a hearing, {"W1": ..., "b3": ...}.

    hearing : Hearing; probes : those batches of it that count.
    """

    def __init__(self, hearing, probes):
        self.hearing, self.probes = hearing, list(probes)
        self.start = self.probes[0].p
        self._patches = sources.Patches()
        self.handed_over = frozenset({self._pass.__code__})
        self.fresh = hearing.forward_prop is not None  # a changed forward pass has another cache

    def edited(self, texts):
        """Within, the functions in memory run other texts; see `sources.Patches`."""
        return self._patches(texts)

    def loss(self, values):
        """The loss of the forward pass that is meant, or of the learner's own."""
        probe = self._probe(values)
        if not self.fresh:
            return float(self._pass(probe.X, probe.y, values)["loss"])
        outcome = run_forward(self.hearing.forward_prop, probe.X, dict(values))
        if outcome.error or "A3" not in outcome.values:
            raise Trouble(outcome.error or "it returns no A3")
        return float(self.hearing.loss_of(outcome.values, probe.y))

    def gradients(self, values):
        """What the learner returns, brought to the mean without a penalty; None for what is no array of the right shape."""
        probe = self._probe(values)
        outcome = self.hearing.backward(self.hearing.renewed(probe) if self.fresh else probe)
        if outcome.error:
            filename, line = outcome.places[0] if outcome.places else (None, None)
            raise Trouble(outcome.error, filename, line, outcome.exception)
        came = {name[1:]: outcome.values.get(name) for name in GRADIENTS}
        return {name: _of_shape(came[name], values[name]) for name in values}

    def points(self):
        """A Point for each batch."""
        return tuple(self._point(probe) for probe in self.probes)

    def _point(self, probe):
        truth = self.hearing.truth(probe)
        slopes = {name: exact(truth[f"d{name}"]) for name in probe.p}
        return Point(probe.p, self.loss(probe.p), slopes)

    def _probe(self, values):
        first = values["W1"]
        return next(probe for probe in self.probes if probe.p["W1"] is first or np.array_equal(probe.p["W1"], first))

    @cached_property
    def _pass(self):
        """The forward pass that is meant, from a text, so that its lines can be followed like a learner's."""
        meant, text = self.hearing.meant, _forward_text(self.hearing.meant)
        sources.register(FORWARD, text)
        space = {"np": np, "LEAK": float(meant.hidden.slope(-1.0))}
        exec(compile(text, FORWARD, "exec"), space)
        return space["forward_pass"]


def _forward_text(meant):
    lines = ["def forward_pass(X, y, p):"]
    for l in (1, 2, 3):
        g = _ACTIVATIONS[meant.output if l == 3 else meant.hidden.name]
        lines += [f'    Z{l} = p["W{l}"] @ {f"A{l - 1}" if l > 1 else "X"} + p["b{l}"]', f"    A{l} = {g.format(z=f'Z{l}')}"]
    return "\n".join([*lines, f"    loss = {_LOSSES[meant.loss]}", '    return {"loss": loss}', ""])


def _of_shape(value, parameter):
    """A gradient in its parameter's shape, None where subtracting it would not do."""
    value = in_place_of(value, parameter)
    return value if value is not None and value.shape == parameter.shape else None


def exact(D):
    """Slopes that are known, each to the last digits."""
    none = np.zeros(0)
    bound = np.full(D.shape, 1e-9 * (np.linalg.norm(D) + 1e-3))
    return Slopes(D, bound, np.ones(D.shape, dtype=bool), np.zeros((0, *D.shape)), none, none, none.astype(bool), "decided")
