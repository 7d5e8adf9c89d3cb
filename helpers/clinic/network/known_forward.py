"""A forward pass as a Subject of the search for repairs: what it puts into the cache takes the place of gradients."""

from helpers.activations import ACTIVATIONS
from helpers.clinic.model import sources
from helpers.clinic.model.points import Point
from helpers.clinic.model.subject import Subject, Trouble
from helpers.clinic.network.forward import CACHE
from helpers.clinic.network.known import exact
from helpers.clinic.patient import run_forward


class KnownForward(Subject):
    """The forward pass of a hearing on its batches: right where its cache is that of the network that is meant."""

    def __init__(self, hearing, probes):
        self.hearing, self.probes = hearing, list(probes)
        self._patches = sources.Patches()
        self.start = self._values(self.probes[0])

    def edited(self, texts):
        """Within, the functions in memory run other texts; see `sources.Patches`."""
        return self._patches(texts)

    def loss(self, values):
        """Nothing: what is repaired is the loss itself."""
        return 0.0

    def gradients(self, values):
        """The cache."""
        probe = next(probe for probe in self.probes if probe.p["W1"] is values["W1"])
        outcome = run_forward(self.hearing.forward_prop, probe.X, probe.p)
        if outcome.error:
            filename, line = outcome.places[0] if outcome.places else (None, None)
            raise Trouble(outcome.error, filename, line, outcome.exception)
        return {name: outcome.values.get(name) for name in CACHE}

    def points(self):
        """A Point for each batch, with the right cache for its slopes."""
        return tuple(Point(v, 0.0, {name: exact(v[name]) for name in CACHE}) for v in map(self._values, self.probes))

    def explained(self):
        """The values of the first batch, as a hypothesis about a backward pass has them: the learner's own, and what they were made from."""
        probe, meant = self.probes[0], self.hearing.meant
        values = run_forward(self.hearing.forward_prop, probe.X, probe.p).values
        own = {name: value for name, value in values.items() if name in CACHE}
        rules = {1: meant.hidden.value, 2: meant.hidden.value, 3: ACTIVATIONS[meant.output].value}
        return {"X": probe.X, "m": probe.m, "y": probe.y, **probe.p, **own, "forward": own, "rules": rules}

    def _values(self, probe):
        right = self.hearing.meant.forward(probe.X, probe.p)
        return {**probe.p, **{name: right[name] for name in CACHE}}
