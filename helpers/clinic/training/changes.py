"""What can be changed in a setting, one thing at a time: the few changes that are always tried, and those that a cause asks for."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from helpers import datasets, losses, network, training
from helpers.clinic.training import seen
from helpers.clinic.training.first_call import DRAWS, averaged

KINDS = ("labels", "functions", "inputs", "weights", "biases", "rate", "rule", "batches", "output")
"""What is changed; two changes of one kind are not made together. In the order in which they are made."""


@dataclass(frozen=True)
class Change:
    """A word for it (two for a pair), what is changed, how it is written in the report, and the change itself: a function of the setting."""

    key: str | tuple
    kind: str
    note: str
    make: Callable

    def __call__(self, s):
        """The setting with this changed."""
        return replace(self.make(s), note=self.note)


def standard(own, rng, drawn, random):
    """The changes that are always tried, as far as they are changes.

    drawn : the scheme of the weights, if known; random : whether two calls of the functions differ.
    """
    changes = []
    if own.y.shape != (1, own.X.shape[1]):
        changes.append(Change("labels", "labels", "labels reshaped to (1, m)", lambda s: replace(s, y=s.y.reshape(1, -1))))
    mean, spread = own.X.mean(axis=1), own.X.std(axis=1)
    if (spread > 0).all() and ((np.abs(mean) > 0.05).any() or (np.abs(spread - 1) > 0.05).any()):
        changes.append(Change("standardised", "inputs", "inputs standardised", lambda s: replace(s, X=datasets.standardise(s.X))))
    name, scheme = ("He", "he") if own.hidden in seen.RECTIFIERS else ("Glorot", "glorot")
    if drawn != scheme:
        start = network.init_params((own.X.shape[0], *(own.p[f"W{l}"].shape[0] for l in range(1, len(own.p) // 2 + 1))), scheme, rng)
        changes.append(Change("weights", "weights", f"{name} initialisation", lambda s: replace(s, p=start)))
    changes += [_rate("rate/10", "learning rate / 10", own.learning_rate / 10), _rate("rate*10", "learning rate * 10", own.learning_rate * 10)]
    if own.output != "sigmoid" and np.isin(own.y, (0, 1)).all():
        changes.append(Change("output", "output", "sigmoid at the output, cross-entropy", _with_cross_entropy))
    if own.batch_size is not None and own.batch_size < own.X.shape[1]:
        changes.append(Change("whole batch", "batches", "all examples in each step", lambda s: replace(s, batch_size=None)))
    elif random:
        changes.append(Change("mean of calls", "batches", f"the mean of {DRAWS} calls", _averaged))
    return changes


def asked_for(key, own, rates):
    """The change that a cause asks for by its key; None where it is no change here. rates : {key: learning rate} for those that set one."""
    if key in rates:
        return _rate(key, f"learning rate {rates[key]:.2g}", rates[key])
    return {
        "reference": Change("reference", "functions", "the reference's backward pass", _with_reference),
        "centred": Change("centred", "inputs", "inputs centred alone", lambda s: replace(s, X=s.X - s.X.mean(axis=1, keepdims=True))),
        "enlarged": Change("enlarged", "weights", "the same weights, enlarged", _enlarged),
        "raised biases": Change("raised biases", "biases", "biases raised", _raised),
        "adam": Change("adam", "rule", "Adam at rate 0.01", lambda s: replace(s, update=training.adam(), learning_rate=0.01)),
    }.get(key)


def slower(own):
    """A hundredth of the rate, for where a tenth of it does not help."""
    return _rate("rate/100", "learning rate / 100", own.learning_rate / 100)


def pairs(changes, first):
    """Two changes at once, for where none helps alone; those that a cause named come first, by their keys in `first`."""
    rank = {change.key: (first.index(change.key) if change.key in first else len(first)) for change in changes}
    two = [pair for pair in itertools.combinations(changes, 2) if pair[0].kind != pair[1].kind and "rate*10" not in (pair[0].key, pair[1].key)]
    two = [sorted(pair, key=lambda change: KINDS.index(change.kind)) for pair in two]
    return [_both(*pair) for pair in sorted(two, key=lambda pair: (sum(rank[c.key] for c in pair), max(rank[c.key] for c in pair)))]


def _both(one, other):
    return Change((one.key, other.key), "two", f"{one.note} and {other.note}", lambda s: other.make(one.make(s)))


def _rate(key, note, rate):
    return Change(key, "rate", note, lambda s: replace(s, learning_rate=rate))


def _with_reference(s):
    return replace(s, backward_prop=partial(network.backward_prop, hidden=s.hidden, output=s.output, loss=s.loss))


def _with_cross_entropy(s):
    forward, backward = partial(network.forward_prop, hidden=s.hidden), partial(network.backward_prop, hidden=s.hidden)
    floor = losses.uninformed_loss(s.y.reshape(1, -1))
    return replace(s, output="sigmoid", loss="bce", floor=floor, forward_prop=forward, backward_prop=backward)


def _averaged(s):
    return replace(s, backward_prop=averaged(s.forward_prop, s.backward_prop))


def _enlarged(s):
    """Each W times the factor that brings it to the size that keeps a signal's; a W of zeros stays."""
    sizes = seen.sizes(s.p, s.hidden)
    return replace(s, p=s.p | {f"W{l}": s.p[f"W{l}"] / (size or 1.0) for l, size in enumerate(sizes, 1)})


def _raised(s):
    """b less the median of Z over the examples for each unit that is on for less than half of them, layer by layer."""
    p, L = dict(s.p), len(s.p) // 2
    for l in range(1, L):
        Z = network.forward_prop(s.X, p, s.hidden, "identity")[f"Z{l}"]
        p[f"b{l}"] = p[f"b{l}"] + np.maximum(0.0, -np.median(Z, axis=1, keepdims=True))
    return replace(s, p=p)
