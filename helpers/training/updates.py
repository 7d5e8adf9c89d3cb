r"""Update rules: how a parameter moves along its gradient, and how gradients are clipped.

Each formula is written once, for arrays of any shape: those of one network, and those of many in a stack (runs, n, k).
Here g is the gradient of one parameter array w, η the learning rate, and t = 1, 2, ... counts the updates.

Derived in: notebooks/08_training_that_fails.ipynb
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.training.schedules import factors

# --- the rules ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Update:
    """w <- w - η d, with d, memory = direction(g, memory, t): an update rule.

    Attributes
    ----------
    name : str
        As the rule is written, "momentum(beta=0.9)".
    memories : int
        How many arrays the rule remembers for each parameter; they are zeros at first.
    direction : callable
        direction(g, memory, t) -> (d, memory): g and d are arrays of one shape, memory a tuple of such arrays, and t is
        the number of this update, counted from 1. Nothing that it is given may be changed.

    Derived in: notebooks/08_training_that_fails.ipynb, "What does momentum add?"
    """

    name: str
    memories: int
    direction: Callable

    def __repr__(self):
        return self.name

    def start(self, p):
        """What is remembered before the first update: zeros for each parameter, {"W1": (zeros, ...), ...}."""
        return {name: (np.zeros_like(w),) * self.memories for name, w in p.items()}

    def step(self, p, grads, memory, learning_rate, t):
        """One update of all parameters: (p, memory), new dicts.

        p : {"W1": ...}; grads : {"dW1": ...}, other keys are left alone; memory : of `start` or of the update before;
        learning_rate : number, or (runs, 1, 1) for parameters in a stack; t : number of this update, from 1.
        Derived in: notebooks/08_training_that_fails.ipynb, "What does momentum add?"
        """
        moved, kept = {}, {}
        for name, w in p.items():
            d, kept[name] = self.direction(grads["d" + name], memory[name], t)
            moved[name] = w - learning_rate * d
        return moved, kept


PLAIN = Update("plain gradient descent", 0, lambda g, memory, t: (g, memory))
"""w <- w - η g."""


def momentum(beta=0.9):
    """v <- β v + g, w <- w - η v: the heavy ball, whose velocity v begins at 0.

    Along a constant gradient v grows to g / (1 - β). Some write (1 - β) g for g: the same path at a rate 1 - β times as large.

    beta : float, 0 <= β < 1; at 0 it is plain gradient descent. Raises ValueError outside. Returns an `Update`.
    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    Derived in: notebooks/08_training_that_fails.ipynb, "What does momentum add?"
    """
    beta = _share("beta", beta)

    def direction(g, memory, t):
        (v,) = memory
        v = beta * v + g
        return v, (v,)

    return Update(f"momentum(beta={beta:g})", 1, direction)


def adam(beta1=0.9, beta2=0.999, eps=1e-8):
    """v <- β₁ v + (1 - β₁) g, s <- β₂ s + (1 - β₂) g², w <- w - η v̂ / (√ŝ + ε), with v̂ = v / (1 - β₁ᵗ), ŝ = s / (1 - β₂ᵗ).

    v and s are running means of g and of g², elementwise. They begin at 0 and so are too small at first: the divisions
    correct this bias, and the first update is η g / (|g| + ε), as long as η in each entry whatever the scale of the gradient.

    beta1, beta2 : float, 0 <= β < 1; eps : float > 0. Raises ValueError outside. Returns an `Update`.
    Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1 (m there is v here, v is s).
    Derived in: notebooks/08_training_that_fails.ipynb, "What does Adam divide by?"
    """
    beta1, beta2, eps = _share("beta1", beta1), _share("beta2", beta2), checks.positive("eps", eps)

    def direction(g, memory, t):
        v, s = memory
        v = beta1 * v + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        v_hat, s_hat = v / (1 - beta1**t), s / (1 - beta2**t)
        return v_hat / (np.sqrt(s_hat) + eps), (v, s)

    return Update(f"adam(beta1={beta1:g}, beta2={beta2:g}, eps={eps:g})", 2, direction)


def _share(name, value):
    value = checks.positive(name, value, zero=True)
    if value >= 1:
        raise ValueError(f"{name} is {value:g}, expected a number from 0 to below 1: it says how much of the past is kept")
    return value


# --- clipping -------------------------------------------------------------------------------------------------------------


def norm(arrays):
    """‖g‖ = √(sum of the squares of all entries of all arrays): a number, or one for each run, (runs,), of arrays in a stack.

    Derived in: notebooks/08_training_that_fails.ipynb, "What does clipping keep?"
    """
    rows = [g.reshape(*g.shape[:-2], -1) for g in arrays]
    length = np.sqrt(sum(np.vecdot(row, row) for row in rows))
    if np.isfinite(length).all():
        return length
    largest = np.maximum.reduce([np.abs(row).max(axis=-1) for row in rows])  # somewhere a square is beyond 1e308
    scale = np.where(largest > 0, largest, 1.0)
    return scale * np.sqrt(sum(np.square(row / scale[..., None]).sum(axis=-1) for row in rows))


def clipped(grads, largest):
    """g <- g min(1, c / ‖g‖): all gradients dW, db together, one vector, shortened to the length c where they are longer.

    All of them get the same factor, so the direction is kept; each run of a stack has a factor of its own.

    grads : dict of "dW1", "db1", ... (other keys are left out); largest : float, c > 0. Returns a new dict.
    Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    Derived in: notebooks/08_training_that_fails.ipynb, "What does clipping keep?"
    """
    return _clipped({name: g for name, g in grads.items() if name[:2] in ("dW", "db")}, checks.positive("largest", largest))


def _clipped(grads, largest):
    factor = (largest / np.maximum(norm(grads.values()), largest))[..., None, None]
    return {name: factor * g for name, g in grads.items()}


# --- all of it together ---------------------------------------------------------------------------------------------------


class Steps:
    """What is done with the gradients at each step of a run, or of a stack: clip, schedule and update rule, once checked.

    Raises TypeError or ValueError where one of them is wrong, before the first step.
    """

    def __init__(self, update, clip, schedule, steps):
        self.update = _rule(update)
        self.clip = None if clip is None else checks.positive("clip", clip)
        self.factors = None if schedule is None else factors(schedule, steps)

    def __call__(self, p, grads, memory, learning_rate, step):
        """The parameters and the memory after the update of `step`, counted from 0."""
        if self.clip is not None:
            grads = _clipped({f"d{name}": grads[f"d{name}"] for name in p}, self.clip)
        if self.factors is not None:
            learning_rate = self.factors[step] * learning_rate
        return self.update.step(p, grads, memory, learning_rate, step + 1)


def _rule(update):
    if not checks.is_a(update, Update):
        remedy = ": write its parentheses, such as adam()" if callable(update) else ""
        raise TypeError(f"update is {checks.shown(update)}, expected an update rule, such as momentum(0.9) or adam(){remedy}")
    return update
