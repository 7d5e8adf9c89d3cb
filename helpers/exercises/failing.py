"""Checks of the answers to notebook 08: the threshold of the rate, dead layers, zeros, and which cure cures what.

Those about updates are in `update_rules`, the hidden runs at the end in `hidden_runs`.
"""

import re

import numpy as np

from helpers import case, curvature, datasets, network, training
from helpers.activations import make_leaky_relu
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, items, kind, short, unfinished


@check
def check_rate_threshold(my_threshold):
    """Right: 2 / λ, with the largest eigenvalue λ of X̃ X̃^⊤ / m, where X̃ is X with a row of ones.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    for rng, size, offset in ((0, (3, 8), 1.0), (1, (2, 11), -2.0)):
        X = np.random.default_rng(rng).normal(size=size) + offset
        compare(call(my_threshold, X, name="my_threshold"), 2 / curvature.largest(X), _threshold_mistakes(X), name="my_threshold(X)")
    return "one eigenvalue, of data alone, says beforehand which rates diverge."


def _threshold_mistakes(X):
    m, bias = X.shape[1], np.vstack([X, np.ones(X.shape[1])])
    lam, without = curvature.largest(X), curvature.largest(X, bias=False)
    correlated = float(np.linalg.eigvalsh(np.cov(X, bias=True))[-1])
    smallest = float(np.linalg.eigvalsh(bias @ bias.T / m)[0])
    return [
        (1 / lam, "that is 1/λ: there one step lands in the minimum along that direction. It diverges beyond 2/λ, where the step back is as long."),
        (2 / without, "the bias is forgotten: it is a weight too, with the input 1. Put a row of ones under X."),
        (1 / without, "that is 1/λ, and the bias is forgotten: 2/λ, with a row of ones under X."),
        (2 / correlated, "you took the means off first: the curvature is that of X as it is, so an offset counts."),
        (2 / (lam * m), "the 1/m is missing: the loss is a mean over the examples, and so is its curvature."),
        (2 / (without * m), "the 1/m and the row of ones for the bias are missing."),
        (2 * lam, "that is 2 λ: the steeper the bowl, the smaller the rate, so divide."),
        (lam, "that is λ itself: the threshold is 2/λ."),
        (2 / smallest, "that is the smallest eigenvalue: the steepest direction diverges first, so take the largest."),
        (2 / np.sqrt(lam * m), "that is the largest singular value of X̃: its square, divided by m, is the eigenvalue."),
        (2 / np.sqrt(lam), "that is the root of the eigenvalue: curvature is the eigenvalue itself."),
        (2 / float(np.trace(bias @ bias.T / m)), "that is the trace, the sum of all eigenvalues: take the largest one."),
        (4 / lam, "that is 4/λ: a step of the rate η multiplies the distance by 1 - ηλ, which is -1 at 2/λ."),
    ]


@check
def check_dead_loss(my_loss):
    """Right: 1.0444, between the two values of b3 that a dead network jumps between at rate 10 with balanced labels.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    loss = float(curvature.dead_loss(0.5, 10)[0])
    b = float(np.abs(curvature.dead_cycle(0.5, 10)[0]))
    p = 1 / (1 + np.exp(-b))
    compare(my_loss, loss, [
        (np.log(2), "ln 2 is the loss at the minimum, b3 = 0. At rate 10 > 8 b3 does not stay there: it jumps across it, and further than before."),
        (b, "that is the bias itself. Its loss is -ln a for label 1 and -ln(1 - a) for label 0: take the mean."),
        (-b, "that is the bias itself. Its loss is -ln a for label 1 and -ln(1 - a) for label 0: take the mean."),
        (-np.log(p), "that is the loss of the examples whose label the bias agrees with: half of them have the other label."),
        (-np.log(1 - p), "that is the loss of the examples whose label the bias speaks against: half of them have the other label."),
        (2 * loss, "that is the sum over the two labels: take their mean."),
        (p, "that is the output a, not the loss."),
        (1 - p, "that is the output a, not the loss."),
        (8, "8 is the rate beyond which it jumps. Which loss does it jump to at rate 10?"),
        (0, "no bias makes a loss of 0 where half of the labels are 1 and half are 0."),
    ], name="my_loss", tolerance=2e-3)  # fmt: skip
    return "above ln 2, at the same height after each step: the sign of a dead network whose rate is past 8."


# --- dead or asleep -------------------------------------------------------------------------------------------------------


@check
def check_dead_layers(my_dead_layers):
    """Right: the hidden layers of a cache in which Z <= 0 for all units and all examples.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    named = [_layers(my_dead_layers, Z) for Z in _CACHES]
    right = [_where(Z, _is_dead) for Z in _CACHES]
    if named != right:
        raise Wrong(_dead_reason(named, right))
    return "a layer is dead where all units are off for all examples: a few zeros, or many, are how ReLU works."


def _layers(my_dead_layers, Z):
    """The layers that a reader's function names for Z1 and Z2, a set."""
    c = {f"Z{l}": z for l, z in enumerate(Z, start=1)} | {"Z3": np.zeros((1, 4))}
    c |= {f"A{l}": np.maximum(0, z) for l, z in enumerate(Z, start=1)} | {"A3": np.full((1, 4), 0.5)}
    return {_layer(name) for name in items(call(my_dead_layers, c, name="my_dead_layers"), "my_dead_layers returns", "layers, such as [2]")}


def _where(Z, rule):
    return {l for l, z in enumerate(Z, start=1) if rule(z)}


def _is_dead(z):
    return (z <= 0).all()


_CACHES = (
    (np.array([[1.0, -1, 2, -3], [-2, 3, -1, 1], [0.5, -1, 1, -2]]), np.array([[-1.0, 1, -1, 1], [1, -1, 2, -2]])),
    (np.array([[-1.0, -1, -2, -3], [-2, 3, -1, 1], [-1, -1, 2, 2]]), np.array([[-1.0, -1, -1, -1], [-2, -1, -2, -3]])),
    (np.array([[-1.0, 1, 2, 3], [-2, 3, 1, 1], [-1, 1, 2, 2]]), np.array([[2.0, -1, 1, -1], [2, -1, 2, -3]])),
    (np.array([[-1.0, 0, -2, -3], [-2, 0, -1, 0], [-1, -1, 0, -2]]), np.array([[0.1, 0.1, 0.1, 0.1], [-0.2, -0.2, -0.2, -0.2]])),
    (np.array([[0.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]), np.array([[0.0, 0, 0, 0], [0, 0, 0, 0]])),
)
"""Weighted sums of layers 1 and 2: some zeros; dead units, and a dead layer 2; an example that is off everywhere; zeros at the kink."""


def _layer(name):
    digits = re.fullmatch(r"\D*([123])(?:\.0)?", str(name).strip())
    if isinstance(name, bool) or not digits:
        raise Wrong(f"my_dead_layers returns {short(name)} as a layer, expected 1 or 2.")
    return int(digits[1])


def _dead_reason(named, right):
    if any(3 in layers for layers in named):
        return "layer 3 is the output, whose sigmoid has no dead units: look at the hidden layers, 1 and 2."
    k = next(k for k, layers in enumerate(named) if layers != right[k])
    Z1, Z2 = _CACHES[k]
    found = f"for Z1 = {Z1.tolist()}, Z2 = {Z2.tolist()} you find {sorted(named[k]) or 'none'}, right is {sorted(right[k]) or 'none'}."
    slips = [sentence for sentence, rule in _DEAD_MISTAKES if named == [_where(Z, rule) for Z in _CACHES]]
    return " ".join([*slips, f"{found[0].upper()}{found[1:]}" if slips else found])


_DEAD_MISTAKES = (
    ("you count a layer as dead where there is any zero: a unit that is off for one example is on for another.", lambda z: (z <= 0).any()),
    ("you count a layer as dead where one unit is dead: the others let the gradient pass.", lambda z: (z <= 0).all(axis=1).any()),
    ("you count a layer as dead where one example turns all its units off: the others get through.", lambda z: (z <= 0).all(axis=0).any()),
    ("you take most zeros for all of them.", lambda z: (z <= 0).mean() > 0.5),
    ("at Z = 0 a unit is off too, its slope is 0 there: write <= 0, or ask A == 0.", lambda z: (z < 0).all()),
    ("you name the layers that live.", lambda z: not (z <= 0).all()),
)


@check
def check_zeros(my_moved, my_different_units):
    """Right: from zeros, ReLU on the tumours moves b3 alone; with sigmoid, one kind of unit is left in layer 1, however long it learns.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    named = {_parameter(name) for name in items(my_moved, "my_moved is", "parameters, such as ['W1', 'b3']")}
    if named != {"b3"}:
        wrong = sorted(named - {"b3"})
        raise Wrong(f"my_moved has {wrong[0]}: {_STAYS[wrong[0][0] + wrong[0][1]]}" if wrong else
                    "my_moved lacks b3: 63 % of the tumours have label 1, so the mean of A3 - y is not 0.")  # fmt: skip
    compare(my_different_units, 1, [
        (10, "ten units with equal weights get equal gradients, and so stay equal: nothing tells them apart."),
        (0, "zero would be no unit at all: how many rows of W1 differ from all others, when equal ones count once?"),
        (2, "layer 1 alone is asked for: all its rows are equal, whatever those of layer 2 are."),
    ], name="my_different_units")  # fmt: skip
    return "b3 finds the share of the labels; equal units stay equal, so a network of ten learns as one of one."


_STAYS = {
    "W3": "its gradient is dZ3 (A2)^⊤ / m, and A2 is 0 with ReLU.",
    "W2": "its gradient comes through W3, which is 0.",
    "W1": "its gradient comes through W3 and W2, which are 0.",
    "b2": "its gradient comes through W3, which is 0 and stays so.",
    "b1": "its gradient comes through W3 and W2, which are 0 and stay so.",
}


def _parameter(name):
    found = re.fullmatch(r"(w|b)[\W_]*([123])[\W_]*", str(name).strip().lower())
    if not found:
        raise Wrong(f"my_moved holds {short(name)}, expected names of parameters: W1, b1, W2, b2, W3, b3.")
    return ("W" if found[1] == "w" else "b") + found[2]


# --- cures ----------------------------------------------------------------------------------------------------------------

CURES = {
    "leaky 0.01": {"hidden": make_leaky_relu(0.01)},
    "leaky 0.2": {"hidden": make_leaky_relu(0.2)},
    "warm-up 20": {"schedule": training.warm_up(20)},
}
"""What the reader may choose."""

SEEDS, ENOUGH = 20, 18

_WHY = {
    ("A", "leaky 0.01"): "the units live, but a slope of 0.01 lets a hundredth of the gradient through each layer: stuck as before",
    ("B", "leaky 0.2"): "nothing stops what is too large any more: the dead layer has become inf",
    ("B", "warm-up 20"): "the small first steps save most of them, but the rate that follows is still too large for some",
}


@check
def check_cures(my_cures):
    """Right: for A one of "leaky 0.2" and "warm-up 20", for B "leaky 0.01": each revives at least 18 of 20 seeds.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    if not isinstance(my_cures, dict):
        raise Wrong(f"my_cures is {kind(my_cures)}, expected a dict such as {{'A': 'leaky 0.2', 'B': 'warm-up 20'}}.")
    chosen = {str(run).strip().upper(): _cure(cure) for run, cure in my_cures.items()}
    if chosen.keys() != {"A", "B"}:
        raise Wrong("my_cures needs a cure for A and one for B, and for no other run.")
    counts = {run: trained(run, cure) for run, cure in sorted(chosen.items())}
    for run, count in counts.items():
        if count < ENOUGH:
            raise Wrong(f'{run}: with "{chosen[run]}", {count} of {SEEDS} seeds train: {_WHY[run, chosen[run]]}.')
    told = " and ".join(f'"{chosen[run]}" trains {count} of {SEEDS} seeds of {run}' for run, count in counts.items())
    return f"{told}. A leak that saves one of them is useless or worse for the other: no cure without its cause."


def trained(run, cure):
    """How many of 20 seeds train in 300 steps: run "A" (weights uniform, rate 1.2) or "B" (He, rate 5) on the moons, with one of `CURES`."""
    X, y = datasets.two_moons()
    start, rate = {"A": (case.initial_params, case.LEARNING_RATE), "B": (network.init_params, 5.0)}[run]
    _, histories = training.descend_many(X, y, [start(rng=seed) for seed in range(SEEDS)], learning_rate=rate, steps=300, **CURES[cure])
    return int((histories.fate(y) == "trains").sum())


def _cure(answer):
    if unfinished(answer):
        raise NotAttempted
    for name, sign in (("warm-up 20", r"warm"), ("leaky 0.01", r"(?<!\d)0?\.01\b"), ("leaky 0.2", r"(?<!\d)0?\.20?\b")):
        if re.search(sign, str(answer).lower()):
            return name
    raise Wrong(f"your cure is {short(answer)}, expected one of {', '.join(CURES)}.")
