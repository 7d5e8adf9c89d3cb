"""What the first calls of a learner's functions tell before any step is made: what they cost, and whether they are random or wrong."""

from dataclasses import dataclass, field

import numpy as np

from helpers import checks, network
from helpers.clinic import guard
from helpers.clinic.training import budget
from helpers.clinic.training.runs import chosen_columns, columns

DRAWS = 8
"""So many gradients are drawn where they are random."""

_RANDOM = 1e-6  # two calls that differ by less, compared with the length of the gradient, count as one answer
_WRONG = 1e-4
_RIGHT = 1e-8


@dataclass(frozen=True)
class FirstCall:
    """Before any step.

    Attributes
    ----------
    took : float or None
        Seconds of one forward and one backward pass; None where they raised.
    stopped : str or None
        What is said where they did not come to an end in time.
    random : bool
        Whether a second call on the same arguments gives another gradient.
    same_outputs : bool
        Whether the outputs are those of the reference.
    errors : dict
        How far each gradient is from the reference's, in the length of that: {"dW1": 0.4}; empty where nothing can be compared.
    """

    took: float | None = None
    stopped: str | None = None
    random: bool = False
    same_outputs: bool = False
    errors: dict = field(default_factory=dict)

    @property
    def wrong(self):
        """The gradients that are not the reference's, though the outputs are."""
        return {name: error for name, error in self.errors.items() if error > _WRONG} if self.same_outputs and not self.random else {}

    @property
    def right(self):
        """Whether outputs and gradients are the reference's, to rounding."""
        return self.same_outputs and not self.random and bool(self.errors) and max(self.errors.values()) < _RIGHT


def first_call(s, end, affordable, compare):
    """Call the functions of a setting once, and once more where that takes at most `affordable` seconds: a FirstCall, whatever they do.

    end : the moment at which a call is stopped; compare : whether the functions are a learner's, to be compared with the reference.
    """
    y = s.y.reshape(1, -1)
    with guard.quiet(), guard.settings_kept():
        try:
            began = budget.clock()
            outputs, grads = _asked(s, s.X.copy(), y.copy(), end)
            took = budget.clock() - began
            again = compare and took <= affordable and _asked(s, s.X.copy(), y.copy(), end)[1]
        except KeyboardInterrupt:
            raise
        except guard.OutOfTime as stop:
            return FirstCall(stopped=str(stop))
        except BaseException:
            return FirstCall()
        random = bool(again) and _apart(grads, again) > _RANDOM
        return FirstCall(took, None, random, *(_compared(s, y, outputs, grads) if compare else (False, {})))


def _compared(s, y, outputs, grads):
    """Whether the outputs are the reference's, and how far each gradient is from its; no gradient where the reference has none."""
    try:
        c = network.forward_prop(s.X, s.p, s.hidden, s.output)
        right = network.backward_prop(s.X, y, c, s.p, s.hidden, s.output, s.loss)
    except checks.DomainError:
        return False, {}
    same = outputs.shape == y.shape and bool(np.allclose(outputs, c[f"A{network.depth(c)}"], rtol=1e-6, atol=1e-9))
    whole = np.linalg.norm([np.linalg.norm(right[name]) for name in grads])
    far = {name: float(np.linalg.norm(g - right[name])) for name, g in grads.items()}
    return same, {name: away / max(float(np.linalg.norm(right[name])), 1e-6 * whole, 1e-12) for name, away in far.items()}


def noise(s, p, end, draws=DRAWS):
    """√(mean of ‖g - ḡ‖²) / ‖ḡ‖ over so many gradients g, drawn at p, with ḡ their mean; for batches ḡ is that of all examples.

    None where the functions raise, or ḡ is 0.
    """
    with guard.quiet(), guard.settings_kept():
        try:
            choices = chosen_columns(s)
            g = np.array([_flat(_asked(s, *columns(s, next(choices)), end, p)[1]) for _ in range(draws)])
            mean = g.mean(axis=0) if s.batch_size is None else _flat(_asked(s, s.X.copy(), s.y.copy(), end, p)[1])
        except KeyboardInterrupt:
            raise
        except BaseException:
            return None
        length = np.linalg.norm(mean)
        return float(np.sqrt(((g - mean) ** 2).sum(axis=1).mean()) / length) if length > 0 and np.isfinite(g).all() else None


def averaged(forward_prop, backward_prop, calls=DRAWS):
    """A backward pass that is the mean of so many calls, each with a forward pass of its own: its noise is √calls times smaller."""

    def mean(X, y, c, p):
        grads = [backward_prop(X.copy(), y.copy(), forward_prop(X.copy(), p), p) for _ in range(calls)]
        return {f"d{name}": sum(np.asarray(g[f"d{name}"]) for g in grads) / calls for name in p}

    return mean


def _asked(s, X, y, end, p=None):
    """The outputs and the gradients of one forward and one backward pass."""
    p = {name: np.array(value, dtype=float) for name, value in (p or s.p).items()}
    names = {name: value.shape for name, value in p.items()}
    c = budget.ask(end, s.forward_prop, X.copy(), p)
    outputs = np.array(checks.reals("A", c[f"A{network.depth(c)}"]), dtype=float)
    grads = budget.ask(end, s.backward_prop, X, y, c, p)
    return outputs, {f"d{name}": np.broadcast_to(checks.reals(name, grads[f"d{name}"]), shape).astype(float) for name, shape in names.items()}


def _flat(grads):
    return np.concatenate([g.ravel() for g in grads.values()])


def _apart(one, other):
    """How far two gradients are apart, in the length of the first."""
    a, b = _flat(one), _flat(other)
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(a), 1e-12))
