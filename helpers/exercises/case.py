"""Checks of the exercises in notebook 00: gradient descent, reading a stuck loss, dead units, shapes, number of parameters."""

import itertools

import numpy as np

from helpers.exercises.descent import check_descent
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, numbers, short, unfinished
from helpers.losses import uninformed_loss

__all__ = ["check_descent", "check_parameter_count", "check_shapes", "check_silent_units", "check_uninformed_loss"]

LAYERS = ((2, 10, 10, 1), (30, 10, 10, 1), (4, 3), (5, 7, 2, 6))


# --- the loss of a guess ----------------------------------------------------------------------------------------------


@check
def check_uninformed_loss(loss_balanced, loss_357_212):
    """J(f) = -f ln f - (1 - f) ln(1 - f): ln 2 = 0.6931 for f = 1/2 and 0.6603 for f = 357/569.

    Posed in: notebooks/00_the_case.ipynb
    """
    for name, answer, ones, zeros in (("loss_balanced", loss_balanced, 100, 100), ("loss_357_212", loss_357_212, 357, 212)):
        right = uninformed_loss(np.repeat([[1.0, 0.0]], [ones, zeros], axis=1))
        answer = numbers(answer, name)
        compare(answer, right, _loss_mistakes(name, ones, zeros, right), name=name, tolerance=1e-3)
    return "ln 2 = 0.693 and 0.660 nats: a loss below this number proves that the network uses its input."


def _loss_mistakes(name, ones, zeros, right):
    f = ones / (ones + zeros)
    mistakes = [
        (right / np.log(2), f"{name} is in bits: use the natural logarithm, np.log, for nats."),
        (-right, f"{name} has the wrong sign: a loss is -ln of a probability, so it is not negative."),
        (right * (ones + zeros), f"{name} is the sum over all examples: divide by their number for the mean."),
        (right / np.log(10), f"{name} uses the logarithm to base 10: use the natural logarithm, np.log."),
    ]
    if ones != zeros:
        mistakes += [
            (np.log(2), f"{name} is ln 2, the price of the guess 0.5: a guess that knows f = 357/569 pays less."),
            (-f * np.log(f), f"{name} counts the ones only: add the zeros, -(1 - f) ln(1 - f)."),
            (-(1 - f) * np.log(1 - f), f"{name} counts the zeros only: add the ones, -f ln f."),
            (-np.log(f), f"{name} is -ln f, the loss of an example with label 1: take the mean over both labels."),
            (-np.log(1 - f), f"{name} is -ln(1 - f), the loss of an example with label 0: take the mean over both labels."),
            (f, f"{name} is the best guess a = f (and its accuracy): what does it cost?"),
            (1 - f, f"{name} is the share of zeros, that is of wrong labels: the loss is made of logarithms."),
        ]
    else:
        mistakes += [
            (-f * np.log(f), f"{name} counts one of the labels only: add both terms of J(a)."),
            (0.5, f"{name} is the best guess a = 0.5 (and its accuracy): what does it cost?"),
            (0.69, f"{name} is 0.69, right to two digits: give three or more, so that you can tell it from other plateaus."),
        ]
    return mistakes


# --- dead units -------------------------------------------------------------------------------------------------------


@check
def check_silent_units(count_dead):
    """The number of rows of A that are 0 in every column: (A == 0).all(axis=1).sum().

    Posed in: notebooks/00_the_case.ipynb
    """
    for A, dead in _activations():
        name = f"the count for {dead} dead of {len(A)} units"
        compare(call(count_dead, A, name="count_dead"), dead, _dead_mistakes(A), name=name)
    return "a unit counts only if it is off for every example; in the stuck run on the moons all ten units of both hidden layers are."


def _activations():
    """(A, number of dead units): units that are on once, units that are barely on, and no, some or all units dead."""
    A = np.maximum(0.1, np.random.default_rng(0).uniform(size=(5, 7)))
    A[0, 1] = A[2, 1] = A[2, 2] = 0
    A[:, 4] = A[3:] = 0
    once = np.diag([0.5, 0.2, 1.0, 0.3, 0.7, 0.4])  # unit j is on for example j alone
    faint = np.array([[0.0, 1e-6, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [2e-3, 0.0, 0.0, 1e-9]])
    return (A, 2), (once, 0), (faint, 2), (np.zeros((3, 1)), 3)


def _dead_mistakes(A):
    off = A == 0
    one_each = "you return True or False for each unit: count them, for example with .sum()."
    return [
        ((A < 1e-2).all(axis=1).sum(), "a small activation is not 0: such a unit is on, and learns. Compare with 0 itself."),
        (off.all(axis=1), one_each),
        (off.all(axis=1, keepdims=True), one_each),
        (off.all(axis=1).sum() / max(1, len(A)), "you return the share of dead units: count them instead of taking the mean."),
        ((~off).any(axis=1).sum(), "you count the units that are not dead."),
        (off.any(axis=1).sum(), "you count units that are off for at least one example: a dead one is off for all (all, not any)."),
        (off.all(axis=0).sum(), "wrong axis: you count examples for which every unit is off. A unit is a row, so use axis=1."),
        (off.any(axis=0).sum(), "wrong axis, and any instead of all: a unit is a row, so use .all(axis=1)."),
        (off.sum(), "you count zeros, not units: ask for each row whether all of it is 0."),
        (off[:, :2].all(axis=1).sum(), "you look at some of the examples only: a unit is dead if it is off for all of them."),
    ]


# --- shapes -----------------------------------------------------------------------------------------------------------

SHAPES = {
    "shape_W1": ((10, 30), {
        (30, 10): "it is transposed: W1 @ X needs as many columns in W1 as X has rows, 30.",
        (10, 2): "2 inputs belong to the moons; the breast-cancer data have 30.",
        (10, 569): "weights do not depend on the number of examples.",
        (10, 10): "(10, 10) is W2: W1 stands between 30 inputs and 10 units.",
    }),
    "shape_b1": ((10, 1), {
        (10,): "a flat (10,) is added along the wrong axis when m = 10: keep one column, (10, 1).",
        (1, 10): "it is transposed: a unit is a row, so the biases are one column.",
        (10, 569): "one bias for each unit serves all examples: it is one column.",
        (30, 1): "a bias belongs to a unit of layer 1, not to an input.",
    }),
    "shape_Z2": ((10, 569), {
        (569, 10): "it is transposed: columns are examples.",
        (10, 10): "(10, 10) is W2: Z2 = W2 A1 + b2 has a column for each example.",
        (10, 200): "200 examples belong to the moons; the breast-cancer data have 569.",
        (10, 1): "that is Z2 of one example; here there are 569.",
        (30, 569): "that is X: Z2 has a row for each unit of layer 2.",
    }),
    "shape_dW3": ((1, 10), {
        (10, 1): "it is transposed: dW3 has the shape of W3, and W3 @ A2 is (1, 10) @ (10, 569).",
        (1, 569): "that is dZ3: dW3 sums over the examples and has the shape of W3.",
        (10, 10): "that is dW2: W3 stands between 10 units and 1 output.",
        (10,): "it is flat: dW3 has the shape of W3, a matrix with one row.",
        (1, 1): "that is db3: W3 has a weight for each of the 10 units before the output.",
    }),
}  # fmt: skip
"""Name of the answer: (right shape, {wrong shape: what it would be})."""


@check
def check_shapes(shape_W1, shape_b1, shape_Z2, shape_dW3):
    """W1 (10, 30), b1 (10, 1), Z2 (10, 569), dW3 (1, 10).

    Posed in: notebooks/00_the_case.ipynb
    """
    for (name, (right, mistakes)), answer in zip(SHAPES.items(), (shape_W1, shape_b1, shape_Z2, shape_dW3), strict=True):
        _shape(name, answer, right, mistakes)
    return "weights are (units, units before), a gradient has its parameter's shape, and only Z, A and their gradients have m columns."


def _shape(name, answer, right, mistakes):
    if unfinished(answer):
        raise NotAttempted
    if isinstance(answer, list) or (isinstance(answer, np.ndarray) and answer.ndim == 1):
        answer = tuple(answer)
    if not isinstance(answer, tuple):
        raise Wrong(f"{name} is {short(answer)}, expected a tuple such as (2, 200); one number alone is (7,).")
    if not all(isinstance(part, int | np.integer) and not isinstance(part, bool) for part in answer):
        raise Wrong(f"{name} holds something else than whole numbers, expected a tuple such as (2, 200).")
    if answer != right:
        reason = mistakes.get(answer, f"expected {len(right)} whole numbers: (rows, columns)." if len(answer) != len(right)
                              else "count rows and columns again with the table of symbols.")  # fmt: skip
        came = ", ".join(short(part) for part in answer)
        raise Wrong(f"{name} = ({came}{',' * (len(answer) == 1)}): {reason}")


# --- how many parameters ----------------------------------------------------------------------------------------------


@check
def check_parameter_count(count_parameters):
    """The sum over layers of n_out n_in + n_out: 151 for (2, 10, 10, 1).

    Posed in: notebooks/00_the_case.ipynb
    """
    counts = [numbers(call(count_parameters, sizes, name="count_parameters"), f"count_parameters({sizes})", ()) for sizes in LAYERS]
    right = [_count(sizes, lambda n_in, n_out: n_out * n_in + n_out) for sizes in LAYERS]
    mistakes = [
        (_each(lambda n_in, n_out: n_out * n_in), "you count the weights only: each unit has a bias as well."),
        (_each(lambda n_in, n_out: n_out), "you count the biases only: each unit has a weight for every unit before it."),
        (_each(lambda n_in, n_out: n_out * n_in + n_in), "you count a bias for each unit of the layer before: a layer's biases are its own units'."),
        (_each(lambda n_in, n_out: n_out * n_in + 1), "you count one bias for a whole layer: there is one for each unit."),
        (_each(lambda n_in, n_out: n_out + n_in + n_out), "you add n_in and n_out: a matrix (n_out, n_in) holds their product."),
        ([n + sizes[0] for n, sizes in zip(right, LAYERS, strict=True)], "you give the inputs biases: they are given, not computed."),
        ([sum(sizes) for sizes in LAYERS], "you count units: each unit has several weights and a bias."),
        ([right[0]] * len(LAYERS), "151 is right for (2, 10, 10, 1): compute it from layer_sizes, so that it holds for other networks."),
        ([np.prod(sizes) for sizes in LAYERS], "you multiply all sizes: only neighbouring layers are connected."),
    ]  # fmt: skip
    compare(np.array(counts), right, mistakes, name=f"count_parameters for {', '.join(map(str, LAYERS))}")
    return "151 numbers for (2, 10, 10, 1) and 431 for (30, 10, 10, 1): that many gradients the backward pass has to get right."


def _count(sizes, layer):
    return sum(layer(n_in, n_out) for n_in, n_out in itertools.pairwise(sizes))


def _each(layer):
    return [_count(sizes, layer) for sizes in LAYERS]
