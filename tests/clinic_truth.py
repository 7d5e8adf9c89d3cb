"""What is true about a backward pass, found without the clinic: central differences on a few random networks.

A gradient is wrong where a step of gradient descent with it goes somewhere else than a step with the true one. So a
db2 of shape (10,) is wrong (b2 becomes (10, 10)), a db3 of shape (1,) or () is harmless.
"""

import contextlib
import copy
import functools
import io
import warnings
from dataclasses import dataclass

import numpy as np

from clinic_styles import GRADIENTS
from helpers import network
from helpers.gradcheck import batched_numerical_gradient, numerical_gradient

INPUTS = 4
EXAMPLES = (1, 7, 10)
SEEDS = (0, 1)
TOLERANCE = 1e-6
FLOOR = 2e-9
"""Absolute error of a central difference of a loss of about 1 with a step of 1e-5, with room to spare."""

PAIRS = (
    ("sigmoid", "bce"), ("sigmoid", "mse"), ("sigmoid", "half_mse"), ("identity", "mse"), ("identity", "half_mse"),
    ("relu", "half_mse"), ("relu", "mse"), ("relu", "bce"),
)  # fmt: skip
HIDDEN = ("relu", "leaky_relu", "sigmoid", "tanh")


@dataclass(frozen=True)
class Problem:
    """Inputs, labels, parameters, the reference's cache, and the true gradients of the reference network."""

    X: np.ndarray
    y: np.ndarray
    p: dict
    c: dict
    truth: dict


def _draw(output, loss, m, seed, rng):
    X = rng.standard_normal((INPUTS, m))
    y = rng.integers(0, 2, (1, m)) * 1.0
    if m > 1:  # both labels occur, and the first label is not the same for every seed
        y[0, :2] = seed % 2, 1 - seed % 2
    p = network.init_params((INPUTS, 10, 10, 1), rng=rng)
    for l in (1, 2, 3):
        p[f"b{l}"] = rng.uniform(-0.5, 0.5, p[f"b{l}"].shape)
    if (output, loss) == ("relu", "bce"):  # outputs between 0 and 1, or there is no cross-entropy
        p["W3"] *= 0.05
        p["b3"][:] = 0.5
    return X, y, p


def _usable(c, output, loss, m):
    """Away from every kink; a ReLU output that is on for some examples, off for others unless the loss forbids it."""
    if min(np.abs(c[f"Z{l}"]).min() for l in (1, 2, 3)) < 2e-3:
        return False
    if output != "relu":
        return True
    on = (c["Z3"] > 0).mean()
    if loss == "bce":
        return on == 1 and c["A3"].max() < 0.98 and c["A3"].min() > 0.02
    return 0.3 < on < 1 if m > 1 else on == 1


@functools.cache
def problem(hidden, output, loss, m, seed):
    """A network, inputs and labels at which each activation has a slope."""
    for attempt in range(10_000):
        X, y, p = _draw(output, loss, m, seed, np.random.default_rng([seed, m, attempt]))
        c = network.forward_prop(X, p, hidden, output)
        if _usable(c, output, loss, m):
            return Problem(X, y, p, c, batched_numerical_gradient(X, y, p, hidden, output, loss))
    raise AssertionError(f"no usable network for {hidden}, {output}, {loss}, m = {m}")


def problems(hidden, output, loss, seeds=SEEDS):
    """One network per seed and number of examples."""
    return [problem(hidden, output, loss, m, seed) for seed in seeds for m in EXAMPLES]


def own_truth(forward_prop, one, output, loss):
    """Central differences of the loss of somebody's own forward pass; None where it has no finite loss."""
    try:
        return numerical_gradient(lambda p: network.compute_loss(one.y, forward_prop(one.X.copy(), p), output, loss), one.p)
    except (ValueError, TypeError):
        return None


@dataclass
class Run:
    """What one call did: the gradients or the exception, and which arguments it changed to what."""

    gradients: dict | None
    error: BaseException | None
    changed: dict


def run(backward_prop, one, c=None):
    """Call a backward pass with copies; its prints and warnings are swallowed."""
    arguments = copy.deepcopy({"X": one.X, "y": one.y, "c": c or one.c, "p": one.p})
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            gradients, error = backward_prop(arguments["X"], arguments["y"], arguments["c"], arguments["p"]), None
        except Exception as raised:
            gradients, error = None, raised
    before = {"X": one.X, "y": one.y, **(c or one.c), **one.p}
    after = {"X": arguments["X"], "y": arguments["y"], **arguments["c"], **arguments["p"]}
    changed = {name: after.get(name) for name in before if name not in after or not _same(before[name], after[name])}
    return Run(gradients, error, changed)


def _same(a, b):
    return np.shape(a) == np.shape(b) and np.array_equal(np.asarray(a), np.asarray(b))


def is_wrong(gradient, truth, parameter):
    """Whether parameter - gradient is not what parameter - truth is."""
    try:
        gradient = np.asarray(gradient, dtype=float)
        moved = parameter - gradient
    except (TypeError, ValueError):
        return True
    if moved.shape != parameter.shape:
        return True
    difference = np.linalg.norm(gradient - truth)
    size = np.linalg.norm(np.broadcast_to(gradient, truth.shape)) + np.linalg.norm(truth)
    return not difference <= TOLERANCE * size + FLOOR * np.sqrt(truth.size)  # NaN is wrong


@dataclass(frozen=True)
class Truth:
    """The verdict, and the names of all wrong gradients; `decided` is False where no network had a finite loss."""

    verdict: str
    wrong: frozenset
    decided: bool = True
    errors: tuple = ()


def examine(backward_prop, forward_prop, hidden, output, loss, *, other_network=False):
    """The truth about a backward pass; `other_network` where its own forward pass is not the one that is meant."""
    wrong, errors, decided = set(), [], 0
    for one in problems(hidden, output, loss, SEEDS[:1] if other_network else SEEDS):
        with np.errstate(all="ignore"):
            c = forward_prop(one.X.copy(), copy.deepcopy(one.p)) if forward_prop else None
        truth = own_truth(forward_prop, one, output, loss) if other_network else one.truth
        if truth is None or (other_network and min(np.abs(c[f"Z{l}"]).min() for l in (1, 2, 3)) < 1e-4):
            continue
        decided += 1
        result = run(backward_prop, one, c)
        if result.error is not None:
            errors.append(result.error)
        elif isinstance(result.gradients, dict):
            wrong |= {name for name in GRADIENTS if is_wrong(result.gradients.get(name), truth[name], one.p[name[1:]])}
        else:
            wrong |= set(GRADIENTS)
    verdict = "raises" if errors else "wrong" if wrong else "right"
    return Truth(verdict, frozenset(wrong), decided > 0, tuple(errors))
