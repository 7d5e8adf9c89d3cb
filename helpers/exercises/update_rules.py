"""Checks of the answers to notebook 08 about updates: the noise of a batch, clipping by norm, a step of Adam."""

import numpy as np

from helpers import training
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, kind, numbers, unfinished


@check
def check_noise_factor(my_factor):
    """Right: 1/2, by which the spread of a batch's gradient shrinks from B to 4 B examples.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    compare(my_factor, 0.5, [
        (0.25, "a quarter is what the variance becomes. The spread, a standard deviation, is its root."),
        (2, "it shrinks: more examples, less noise. Turn the factor round."),
        (4, "it shrinks, and by the root: more examples, less noise."),
        (1, "the noise is that of a mean over the batch: it shrinks with more examples."),
        (0.0625, "the variance goes with 1/B, not with its square; and the spread is its root."),
        (0.75, "that is the loss of three quarters of the batch: the spread of a mean of B goes with 1/√B."),
    ], name="my_factor")  # fmt: skip
    return "1/√B: four times the work for half the noise, which is why batches stay small."


@check
def check_clip(my_clip):
    """Right: all gradients times min(1, largest / norm of all of them together).

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    grads = {"dW1": np.array([[3.0, -4.0], [0.0, 12.0]]), "db1": np.array([[0.5], [-2.0]]), "dW2": np.array([[6.0, 0.2]]), "db2": np.array([[1.5]])}
    for largest in (1.0, 5.0, 100.0):
        _compare_clipped(call(my_clip, grads, largest, name="my_clip", spoilt="make new arrays."), grads, largest)
    zeros = {name: np.zeros_like(g) for name, g in grads.items()}
    _compare_clipped(call(my_clip, zeros, 1.0, name="my_clip"), zeros, 1.0)
    return "one factor for all of them: shorter, in the same direction."


def _compare_clipped(clipped, grads, largest):
    if not isinstance(clipped, dict):
        raise Wrong(f"my_clip returns {kind(clipped)}, expected the dict of gradients.")
    if missing := sorted(grads.keys() - clipped.keys()):
        raise Wrong(f"{missing[0]} is missing from the returned dict.")
    right = training.clipped(grads, largest)
    norm = float(training.norm(grads.values()))
    each = {name: np.linalg.norm(g) for name, g in grads.items()}
    wrong = {
        "each entry is cut by itself, so the step turns: the direction is lost. Shorten all of them by one factor.":
            {name: np.clip(g, -largest, largest) for name, g in grads.items()},
        "each array is shortened by its own norm, so the layers no longer have the gradient's proportions: one norm for all together.":
            {name: g * min(1, largest / (each[name] or 1)) for name, g in grads.items()},
        "gradients that are short enough are to stay as they are: min(1, ...). You make them longer.":
            {name: g * largest / (norm or 1) for name, g in grads.items()},
        "you divide by the square of the norm: the root is missing.": {name: g * min(1, largest / (norm**2 or 1)) for name, g in grads.items()},
        "you divide by the norm without multiplying by largest.": {name: g * min(1, 1 / (norm or 1)) for name, g in grads.items()},
        "the norms of the arrays are added up: the norm of all together is the root of the sum of their squares.":
            {name: g * min(1, largest / (sum(each.values()) or 1)) for name, g in grads.items()},
        "that is the largest norm of one array: take all entries of all arrays together.":
            {name: g * min(1, largest / (max(each.values()) or 1)) for name, g in grads.items()},
        "you divide by the largest entry: take the norm, the root of the sum of all squares.":
            {name: g * min(1, largest / (max(np.abs(v).max() for v in grads.values()) or 1)) for name, g in grads.items()},
        "nothing is shortened.": grads,
    }  # fmt: skip
    compare(_row(clipped, grads), _row(right, grads), [(_row(value, grads), sentence) for sentence, value in wrong.items()],
            name=f"the clipped gradients, one after the other, of norm {norm:.4g} with largest = {largest:g},")  # fmt: skip


def _row(grads, like):
    """All entries in one row, whatever array-likes they stand in."""
    for name, g in like.items():
        numbers(grads[name], f"the clipped {name}", g.shape)
    return np.concatenate([np.asarray(grads[name]).ravel() for name in like])


@check
def check_adam_step(my_adam_step):
    """Right: one step of Adam, my_adam_step(w, g, v, s, t, rate) -> (w, v, s), with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    rng = np.random.default_rng(0)
    w, rate = rng.normal(size=(2, 3)), 0.01
    v = s = np.zeros((2, 3))
    for t, size in ((1, 1.0), (2, 1e-3), (3, 30.0)):
        g = size * (1 + rng.random((2, 3))) * np.array([[1, -1, 1], [-1, 1, -1]])
        returned = call(my_adam_step, w, g, v, s, t, rate, name="my_adam_step", spoilt="make new arrays.")
        if unfinished(returned):
            raise NotAttempted
        if not isinstance(returned, tuple | list) or len(returned) != 3:
            raise Wrong(f"my_adam_step returns {kind(returned)}, expected the three arrays w, v, s.")
        new_v, new_s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
        compare(returned[1], new_v, _mean_mistakes(g, v, 0.9, "v"), name=f"v after step {t}")
        compare(returned[2], new_s, [*_mean_mistakes(g**2, s, 0.999, "s"), (0.999 * s + 0.001 * g, "s is the running mean of g², not of g."),
                (0.9 * s + 0.1 * g**2, "s forgets with β₂ = 0.999, more slowly than v.")], name=f"s after step {t}")  # fmt: skip
        right = w - rate * new_v / (1 - 0.9**t) / (np.sqrt(new_s / (1 - 0.999**t)) + 1e-8)
        compare(returned[0], right, _adam_mistakes(w, g, new_v, new_s, t, rate), name=f"w after step {t}", tolerance=1e-9)
        w, v, s = right, new_v, new_s
    return "corrected, the first step is as long as the rate, whatever the size of the gradient."


def _mean_mistakes(g, old, beta, name):
    return [
        ((1 - beta) * old + beta * g, f"the shares of {name} are turned round: β of what was, 1 - β of what comes."),
        (beta * old + g, f"{name} is a mean: what comes counts with 1 - β."),
        (g, f"{name} forgets all that was: β {name} is missing."),
        (old, f"{name} is returned as it came: return the new one."),
        ((beta * old + (1 - beta) * g) / (1 - beta), f"you return {name} corrected: remember it as it is, correct a copy for the step."),
    ]


def _adam_mistakes(w, g, v, s, t, rate):
    def moved(t_v, t_s, eps=1e-8, sign=-1):
        return w + sign * rate * v / (1 - 0.9**t_v) / (np.sqrt(s / (1 - 0.999**t_s)) + eps)

    forever = np.inf
    return [
        (moved(forever, forever), "the bias correction is missing: v and s began at 0 and are too small, s by a factor of 1000 at t = 1."),
        (moved(t, forever), "s lacks its bias correction, 1 - β₂ᵗ."),
        (moved(forever, t), "v lacks its bias correction, 1 - β₁ᵗ."),
        (moved(t + 1, t + 1), "t is one too large: the first step has t = 1, so that 1 - β₁ᵗ is 0.1 there."),
        (moved(1, 1), "t stands still: the powers β₁ᵗ and β₂ᵗ shrink from step to step."),
        (moved(t, t, sign=1), "the sign is turned round: w moves against the gradient."),
        (w - rate * v / (1 - 0.9**t) / (s / (1 - 0.999**t) + 1e-8), "the root of s is missing."),
        (w - rate * g / (np.sqrt(s / (1 - 0.999**t)) + 1e-8), "you step along g: Adam steps along its running mean v."),
        (w - rate * v / (1 - 0.9**t), "the division by the root of s is missing: w moves as far as the gradient is large."),
        (w - rate * v, "the division by the root of s is missing, and the bias correction of v."),
        (w - rate * g, "that is plain gradient descent."),
        (w - v / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8), "the rate is missing."),
        (w, "w does not move."),
    ]
