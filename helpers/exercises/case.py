"""Checks of the exercises in notebook 00: gradient descent, reading a stuck loss, silent units, shapes, number of parameters."""

import itertools

import numpy as np

from helpers import case, datasets, network
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, kind, numbers, short, unfinished
from helpers.losses import uninformed_loss

NETWORK = (30, 10, 10, 1)
EXAMPLES = 569
OWN_COPY = ("the caller's parameters are trained as well, so that a second run does not start where the first did. Make new ones, "
            "p = {name: value - ... for name, value in p.items()}; W -= ... and p['W1'] = ... change what came in.")  # fmt: skip
LAYERS = ((2, 10, 10, 1), (30, 10, 10, 1), (4, 3), (5, 7, 2, 6))


# --- gradient descent -------------------------------------------------------------------------------------------------


@check
def check_descent(my_descent):
    """p <- p - learning_rate dp, repeated; both passes of the case run anew in each step.

    Posed in: notebooks/00_the_case.ipynb
    """
    X, y = datasets.two_moons(m=20)
    p = network.init_params((2, 10, 10, 1), rng=1)
    rate = 0.5
    for steps in (1, 3):
        answer = call(my_descent, X, y, p, rate, steps, name="my_descent", spoilt=OWN_COPY)
        _parameters(answer, p)
        right = _descend(X, y, p, rate, steps)
        if not _equal(answer, right):
            for wrong, sentence in _descent_mistakes(X, y, p, rate, steps):
                if _equal(answer, wrong):
                    raise Wrong(f"after {steps} steps: {sentence}" if steps > 1 else sentence)
        for name in p:
            compare(answer[name], right[name], name=f"{name} after {steps} step{'s' * (steps > 1)}")
    return "forward, backward, a small move against the gradient, and again from the new parameters: that is all of training."


def _parameters(answer, p):
    """Wrong unless the answer is a dict with every parameter."""
    if isinstance(answer, tuple | list) and answer and isinstance(answer[0], dict):
        raise Wrong(f"my_descent returns {len(answer)} values, expected the dict of parameters alone.")
    if not isinstance(answer, dict):
        raise Wrong(f"my_descent returns {kind(answer)}, expected the dict of parameters.")
    missing = [name for name in p if name not in answer]
    if missing and all(f"d{name}" in answer for name in p):
        raise Wrong("my_descent returns the gradients, expected the parameters after the last step.")
    if missing:
        raise Wrong(f"the returned dict lacks {', '.join(missing)}: every parameter moves, weights and biases.")


def _equal(answer, expected):
    try:
        return all(np.shape(answer[k]) == v.shape and np.allclose(answer[k], v, rtol=1e-9, atol=1e-12) for k, v in expected.items())
    except Exception:
        return False


def _gradients(X, y, p):
    return case.backward_prop(X, y, case.forward_prop(X, p), p)


def _descend(X, y, p, rate, steps, moved="Wb"):
    for _ in range(steps):
        grads = _gradients(X, y, p)
        p = {name: value - rate * grads[f"d{name}"] * (name[0] in moved) for name, value in p.items()}
    return p


def _descent_mistakes(X, y, p, rate, steps):
    grads = _gradients(X, y, p)
    mistakes = [
        (p, "the parameters have not moved."),
        (_descend(X, y, p, -rate, steps), "you add the gradient, so the loss rises: subtract it."),
        (_descend(X, y, p, 1.0, steps), "the learning rate is missing: learning_rate times the gradient."),
        (_descend(X, y, p, rate / X.shape[1], steps), "you divide by m, which the gradients of backward_prop have done already."),
        (_descend(X, y, p, rate, steps, "W"), "only the weights move: the biases have gradients too."),
        (_descend(X, y, p, rate, steps, "b"), "only the biases move: the weights have gradients too."),
        (_descend(X, y, p, rate, steps + 1), "you make one step too many: range(steps) runs steps times."),
        (_descend(X, y, p, case.LEARNING_RATE, steps), "you use the learner's 1.2: use the argument learning_rate."),
    ]
    if steps > 1:
        mistakes += [
            (_descend(X, y, p, rate, 1), "you make one step only (a return inside the loop?)."),
            ({name: p[name] - steps * rate * grads[f"d{name}"] for name in p},
             "all your steps use the gradients of the first parameters: compute them anew in each step."),
            (_with_old_cache(X, y, p, rate, steps), "the forward pass runs once only: new parameters need a new cache."),
        ]  # fmt: skip
    return mistakes


def _with_old_cache(X, y, p, rate, steps):
    c = case.forward_prop(X, p)
    for _ in range(steps):
        grads = case.backward_prop(X, y, c, p)
        p = {name: p[name] - rate * grads[f"d{name}"] for name in p}
    return p


# --- the loss of a guess ----------------------------------------------------------------------------------------------


@check
def check_uninformed_loss(loss_balanced, loss_357_212):
    """L(f) = -f ln f - (1 - f) ln(1 - f): ln 2 = 0.6931 for f = 1/2 and 0.6603 for f = 357/569.

    Posed in: notebooks/00_the_case.ipynb
    """
    for name, answer, ones, zeros in (("loss_balanced", loss_balanced, 100, 100), ("loss_357_212", loss_357_212, 357, 212)):
        right = uninformed_loss(np.repeat([[1.0, 0.0]], [ones, zeros], axis=1))
        answer = numbers(answer, name)
        compare(answer, right, _loss_mistakes(name, ones, zeros, right), name=name, tolerance=1e-3)
    return "ln 2 = 0.693 and 0.660 nats: a loss that stands still at this number means that nothing of the input reaches the output."


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
            (-f * np.log(f), f"{name} counts one of the labels only: add both terms of L(a)."),
            (0.5, f"{name} is the best guess a = 0.5 (and its accuracy): what does it cost?"),
            (0.69, f"{name} is 0.69, right to two digits: give three or more, so that you can tell it from other plateaus."),
        ]
    return mistakes


# --- silent units -----------------------------------------------------------------------------------------------------


@check
def check_silent_units(silent_units):
    """The number of rows of A that are 0 in every column: (A == 0).all(axis=1).sum().

    Posed in: notebooks/00_the_case.ipynb
    """
    rng = np.random.default_rng(0)
    for units, m, silent in ((5, 7, 2), (6, 4, 0), (3, 1, 1), (4, 9, 4)):
        A = np.maximum(0.1, rng.uniform(size=(units, m)))
        if units == 5:
            A[0, 1] = A[3, 1] = A[3, 2] = 0
            A[:, 4] = 0
        if units == 6:
            A[1, 0] = A[2, 3] = A[2, 2] = 0
        A[units - silent :] = 0
        answer = call(silent_units, A, name="silent_units")
        compare(answer, silent, _silent_mistakes(A), name=f"the count for {silent} silent of {units} units")
    return "a unit counts only if it is off for every example; on the moons all ten units of both hidden layers are."


def _silent_mistakes(A):
    off = A == 0
    return [
        (off.all(axis=1), "you return True or False for each unit: count them, for example with .sum()."),
        (off.all(axis=1, keepdims=True), "you return True or False for each unit: count them, for example with .sum()."),
        (off.all(axis=1).mean(), "you return the share of silent units: count them instead of taking the mean."),
        ((~off).any(axis=1).sum(), "you count the units that are not silent."),
        (off.any(axis=1).sum(), "you count units that are off for at least one example: a silent one is off for all (all, not any)."),
        (off.all(axis=0).sum(), "wrong axis: you count examples for which every unit is off. A unit is a row, so use axis=1."),
        (off.any(axis=0).sum(), "wrong axis, and any instead of all: a unit is a row, so use .all(axis=1)."),
        (off.sum(), "you count zeros, not units: ask for each row whether all of it is 0."),
    ]


# --- shapes -----------------------------------------------------------------------------------------------------------


@check
def check_shapes(shape_W1, shape_b1, shape_Z2, shape_dW3):
    """W1 (10, 30), b1 (10, 1), Z2 (10, 569), dW3 (1, 10).

    Posed in: notebooks/00_the_case.ipynb
    """
    n_x, n_1, n_2, n_3 = NETWORK
    _shape("shape_W1", shape_W1, (n_1, n_x), {
        (n_x, n_1): "it is transposed: W1 @ X needs as many columns in W1 as X has rows, 30.",
        (n_1, 2): "2 inputs belong to the moons; the breast-cancer data have 30.",
        (n_1, EXAMPLES): "weights do not depend on the number of examples.",
        (n_1, n_2): "(10, 10) is W2: W1 stands between 30 inputs and 10 units.",
    })  # fmt: skip
    _shape("shape_b1", shape_b1, (n_1, 1), {
        (n_1,): "a flat (10,) is added along the wrong axis when m = 10: keep one column, (10, 1).",
        (1, n_1): "it is transposed: a unit is a row, so the biases are one column.",
        (n_1, EXAMPLES): "one bias for each unit serves all examples: it is one column.",
        (n_x, 1): "a bias belongs to a unit of layer 1, not to an input.",
    })  # fmt: skip
    _shape("shape_Z2", shape_Z2, (n_2, EXAMPLES), {
        (EXAMPLES, n_2): "it is transposed: columns are examples.",
        (n_2, n_1): "(10, 10) is W2: Z2 = W2 A1 + b2 has a column for each example.",
        (n_2, 200): "200 examples belong to the moons; the breast-cancer data have 569.",
        (n_2, 1): "that is Z2 of one example; here there are 569.",
        (n_x, EXAMPLES): "that is X: Z2 has a row for each unit of layer 2.",
    })  # fmt: skip
    _shape("shape_dW3", shape_dW3, (n_3, n_2), {
        (n_2, n_3): "it is transposed: dW3 has the shape of W3, and W3 @ A2 is (1, 10) @ (10, 569).",
        (n_3, EXAMPLES): "that is dZ3: dW3 sums over the examples and has the shape of W3.",
        (n_2, n_1): "that is dW2: W3 stands between 10 units and 1 output.",
        (n_2,): "it is flat: dW3 has the shape of W3, a matrix with one row.",
        (n_3, 1): "that is db3: W3 has a weight for each of the 10 units before the output.",
    })  # fmt: skip
    return "weights are (units, units before), a gradient has its parameter's shape, and only Z, A and their gradients know m."


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
