"""Checks for the exercises on backward propagation: one gradient, one layer, a whole network."""

import contextlib

import numpy as np

from helpers import case, network
from helpers.exercises import mistakes_in_a_layer as mistakes_in
from helpers.exercises.feedback import Misfit, Wrong, call, check, compare, kind, numbers


def _draw(*shapes, rng=505):
    rng = np.random.default_rng(rng)
    return [rng.standard_normal(shape) for shape in shapes]


@check
def check_weight_gradient(my_dW):
    """dW = dZ A_prev^T / m: the mean over the examples of dZ[j, i] A_prev[k, i].

    my_dW(dZ, A_prev) for dZ (n, m), A_prev (n_prev, m) returns (n, n_prev).
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    for n, n_prev, m in ((5, 5, 5), (4, 2, 5), (2, 4, 1)):  # square first: there no transpose is missed by NumPy
        dZ, A_prev = _draw((n, m), (n_prev, m))
        right = dZ @ A_prev.T / m
        compare(call(my_dW, dZ, A_prev, name="my_dW"), right, mistakes_in.weight(dZ, A_prev), name="dW")
    return "the sum runs over the examples, which is why A_prev is transposed, and 1/m makes it that of the mean loss."


@check
def check_bias_gradient(my_db):
    """db = sum over the examples of dZ, / m, shape (n, 1).

    my_db(dZ) for dZ (n, m).
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    for n, m in ((4, 5), (5, 5), (4, 1)):
        (dZ,) = _draw((n, m))
        compare(call(my_db, dZ, name="my_db"), dZ.mean(axis=1, keepdims=True), mistakes_in.bias(dZ), name="db")
    return "a bias acts in every example with the input 1, so its gradient is the mean of dZ over the examples."


@check
def check_activation_gradient(my_dA_prev):
    """dA_prev = W^T dZ: for unit k and example i the sum over j of W[j, k] dZ[j, i], without 1/m.

    my_dA_prev(W, dZ) for W (n, n_prev), dZ (n, m) returns (n_prev, m).
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    for n, n_prev, m in ((4, 4, 4), (4, 4, 3), (2, 5, 3)):
        W, dZ = _draw((n, n_prev), (n, m))
        compare(call(my_dA_prev, W, dZ, name="my_dA_prev"), W.T @ dZ, mistakes_in.activation(W, dZ), name="dA_prev")
    return "the sum runs over the units j of this layer, the first index of W, and the examples keep their columns."


@check
def check_dz2_column(my_column):
    """dZ2 of the worked network for x = (-1, 0.6), y = 0: W3[0, j] times a3 - y where unit j is on, else 0.

    my_column : ten numbers, four digits are plenty.
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    p, y = case.worked_params(), np.array([[1.0, 0.0, 1.0]])
    c = network.forward_prop(np.array([[1.5, -1.0, -0.4], [-0.5, 0.6, -1.3]]), p)
    answer = numbers(my_column, "my_column")
    answer = answer.ravel() if answer.shape in ((10, 1), (1, 10)) else answer
    all_columns = p["W3"].T * (c["A3"] - y) * (c["Z2"] > 0)
    W3, delta, on = p["W3"][0], c["A3"][0, 1] - y[0, 1], c["Z2"][:, 1] > 0
    right = all_columns[:, 1]
    mistakes = [
        (W3 * delta, "this is the column of dA2: ReLU's slope is missing, which is 0 where the unit is off."),
        (W3 * on, "dZ3 is missing: each weight that leaves a unit which is on is multiplied by dZ3 of example 2."),
        (on * delta, "W3 is missing: unit j reaches the output over the weight W3[0, j]."),
        (-right, "the sign is wrong: dZ3 = A3 - y, and y = 0 for example 2."),
        (all_columns[:, 0], "this is the column of example 1; example 2 has a mask and a dZ3 of its own."),
        (all_columns[:, 2], "this is the column of example 3; example 2 has a mask and a dZ3 of its own."),
        (W3 * delta * (c["Z2"][:, 0] > 0), "the mask is that of example 1: look which units are on for example 2."),
        (W3 * delta * (c["Z1"][:, 1] > 0), "the mask is that of layer 1; the slope is taken at layer 2's own z."),
        (W3 * delta * c["A2"][:, 1], "a2 stands where its slope belongs: 1 where z > 0, else 0."),
        (right / 3, mistakes_in.MEAN_AGAIN),
    ]
    if answer.shape == right.shape:
        answer = np.where(np.isclose(answer, right, rtol=0, atol=5e-4), right, answer)  # rounded by hand
    compare(answer, right, mistakes, name="my_column", tolerance=2e-3)
    return "four units are on, and each gets its weight times dZ3; for the other six ReLU's slope is 0."


@check
def check_layer_sizes(my_layer_sizes):
    """Hidden widths n1 != n2 and n2 != 1, at most 6 in all: then W2 @ dZ2 and W3 @ dZ3 both raise an error.

    my_layer_sizes : (2, n1, n2, 1).
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    sizes = numbers(my_layer_sizes, "my_layer_sizes", (4,))
    if (sizes != np.round(sizes)).any() or (sizes < 1).any():
        raise Wrong(f"my_layer_sizes is {sizes.tolist()}, expected four whole numbers of at least 1.")
    n_x, n1, n2, n_y = (int(size) for size in sizes)
    if (n_x, n_y) != (2, 1):
        raise Wrong(f"the network has {n_x} inputs and {n_y} outputs, expected 2 inputs and 1 output.")
    if n1 == n2:
        raise Wrong(f"both hidden layers have {n1} units, so W2 is square and W2 @ dZ2 raises no error.")
    if n2 == 1:
        raise Wrong("the second hidden layer has 1 unit, so W3 is (1, 1) and W3 @ dZ3 raises no error.")
    if n1 + n2 > 6:
        raise Wrong(f"both slips raise an error, but there are {n1 + n2} hidden units, expected at most 6.")
    return f"W2 is ({n2}, {n1}) against dZ2 ({n2}, m), and W3 is (1, {n2}) against dZ3 (1, m): neither product exists."


@check
def check_one_layer(my_layer_backward):
    """dZ = dA * (Z > 0), dW = dZ A_prev^T / m, db = mean of dZ over the examples, dA_prev = W^T dZ.

    my_layer_backward(dA, Z, A_prev, W) returns (dZ, dW, db, dA_prev) for a layer of ReLU units.
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    for n, n_prev, m in ((4, 4, 4), (4, 4, 5), (2, 5, 4)):
        dA, Z, A_prev, W = _draw((n, m), (n, m), (n_prev, m), (n, n_prev))
        A_prev = np.maximum(A_prev, 0)
        Z[0, 0] = 0.0  # where ReLU'(0) = 0 tells Z > 0 from Z >= 0
        result = call(my_layer_backward, dA, Z, A_prev, W, name="my_layer_backward")
        if not isinstance(result, tuple | list) or len(result) != 4:
            raise Wrong("my_layer_backward must return the four results dZ, dW, db, dA_prev, in this order.")
        dZ = dA * (Z > 0)
        order = [(other, "the four results come in another order: dZ, dW, db, dA_prev.") for other in (dZ @ A_prev.T / m, W.T @ dZ)]
        compare(result[0], dZ, [*mistakes_in.slope(dA, Z, A_prev), *order], name="dZ")
        compare(result[1], dZ @ A_prev.T / m, _unmasked(mistakes_in.weight, dA, dZ, A_prev, "dW"), name="dW")
        compare(result[2], dZ.mean(axis=1, keepdims=True), _unmasked(mistakes_in.bias, dA, dZ, None, "db"), name="db")
        mistakes = [*mistakes_in.activation(W, dZ), (W.T @ dA, "dA_prev is computed from dA, not from dZ.")]
        compare(result[3], W.T @ dZ, mistakes, name="dA_prev")
    return "the slope first, then two sums over the examples with their 1/m, then one over the layer's units."


def _unmasked(mistakes, dA, dZ, A_prev, name):
    """The mistakes of one gradient, and that of computing it from dA."""
    rest = () if A_prev is None else (A_prev,)
    from_dA = dA.mean(axis=1, keepdims=True) if A_prev is None else dA @ A_prev.T / dA.shape[1]
    return [*mistakes(dZ, *rest, name=name), (from_dA, f"{name} is computed from dA, expected from dZ: the slope is missing.")]


@check
def check_tanh_network(my_backward_tanh):
    """The loop of backward_prop with dZ[l-1] = dA[l-1] * (1 - A[l-1]^2) for hidden tanh units.

    my_backward_tanh(X, y, c, p) returns a dict with dW1, db1, ..., for any depth.
    Posed in: notebooks/05_backward_propagation.ipynb
    """
    for sizes, m in (((2, 4, 4, 1), 6), ((3, 5, 4, 2, 1), 7), ((2, 1), 1)):
        try:
            _judge_network(my_backward_tanh, sizes, m)
        except Misfit:
            # Where shapes collide, one layer or square matrices let the mistake through, so that its value names it.
            for sizes, m in (((2, 1), 5), ((4, 4, 4, 4), 4)):
                with contextlib.suppress(Misfit):
                    _judge_network(my_backward_tanh, sizes, m)
            raise
    return "the activation enters in one line, its slope at the layer's own z; everything else is as for ReLU, at any depth."


def _judge_network(my_backward_tanh, sizes, m):
    (X,) = _draw((sizes[0], m))
    y = (np.arange(m * sizes[-1]).reshape(sizes[-1], m) % 3 == 0) * 1.0
    p = network.init_params(sizes, "normal", rng=7)
    c = network.forward_prop(X, p, "tanh")
    grads = call(my_backward_tanh, X, y, c, p, name="my_backward_tanh", depth=len(sizes) - 1)
    if not isinstance(grads, dict):
        raise Wrong(f"my_backward_tanh returns {kind(grads)}, expected the dict of gradients.")
    _compare_networks(grads, X, y, c, p)


TANH_SLOPES = (
    (lambda Z, A: Z > 0, "the hidden slope is still ReLU's, expected tanh's: 1 - A**2."),
    (lambda Z, A: A * (1 - A), "the hidden slope A * (1 - A) is sigmoid's, expected tanh's: 1 - A**2."),
    (lambda Z, A: 1 - Z**2, "the hidden slope is 1 - Z**2, expected 1 - A**2: the formula holds for the output a = tanh(z)."),
    (lambda Z, A: 1 - np.tanh(A) ** 2, "the hidden slope applies tanh to A, which is tanh(Z) already: use 1 - A**2."),
    (lambda Z, A: 1 - A, "the hidden slope is 1 - A, expected 1 - A**2: the square is missing."),
    (lambda Z, A: A**2 - 1, "the hidden slope has the wrong sign: 1 - A**2 is never negative."),
    (lambda Z, A: np.ones_like(A), "the hidden slope is missing: multiply dA with 1 - A**2."),
)


def _compare_networks(grads, X, y, c, p):
    right = network.backward_prop(X, y, c, p, "tanh")
    L, m = len(p) // 2, X.shape[1]
    wrong = _wrong_passes(y, c, p, L)
    for l in range(L, 0, -1):
        dZ, A_prev = right[f"dZ{l}"], c[f"A{l - 1}"]
        for name, known in ((f"dW{l}", mistakes_in.weight(dZ, A_prev, f"dW{l}")), (f"db{l}", mistakes_in.bias(dZ, f"db{l}"))):
            if name not in grads:
                raise Wrong(f"{name} is missing from the returned dict: this network has {L} layer{'s' * (L > 1)}, so loop over all of them.")
            mistakes = [(other[name], sentence) for other, sentence in wrong if name in other]
            compare(grads[name], right[name], [*mistakes, *known, (right[name] / m, f"{name}: a 1/m too many.")], name=name)


def _wrong_passes(y, c, p, L):
    """The gradients that known slips in the loop give, each with what to say about it."""
    passes = [(_backward(y, c, p, slope=slope), sentence) for slope, sentence in TANH_SLOPES]
    for crossed in (range(2, L), range(2, L + 1)):
        if L > 2 and all(p[f"W{l}"].shape[0] == p[f"W{l}"].shape[1] for l in crossed):
            passes.append((_backward(y, c, p, as_it_is=crossed), mistakes_in.NO_TRANSPOSE))
    turned = _backward(-y, {**c, f"A{L}": -c[f"A{L}"]}, p)
    passes.append((turned, "the sign is turned, as with y - A for A - y: a gradient points uphill, the minus comes with the update."))
    A = c[f"A{L}"]
    for slope in (1 - A**2, A * (1 - A)):
        at_output = _backward(y, {**c, f"A{L}": y + (A - y) * slope}, p)
        passes.append((at_output, "the last layer was multiplied by a slope: the output is a sigmoid, and its slope is in A - y already."))
    column = f"y has become a column: A{L} - y then holds every pair of two examples. Both are rows, shape (1, m)."
    return [*passes, (_backward(y.T, c, p), column)]


def _backward(y, c, p, slope=lambda Z, A: 1 - A**2, as_it_is=()):
    """A backward pass with a chosen hidden slope (Z, A) -> slope, without the transpose of some weights; as far as it runs."""
    L, m = len(p) // 2, c["A0"].shape[1]
    grads, dZ = {}, c[f"A{L}"] - y
    for l in range(L, 0, -1):
        grads[f"dW{l}"], grads[f"db{l}"] = dZ @ c[f"A{l - 1}"].T / m, dZ.sum(axis=1, keepdims=True) / m
        W = p[f"W{l}"] if l in as_it_is else p[f"W{l}"].T
        if l == 1 or W.shape[1] != dZ.shape[0]:
            break
        dZ = W @ dZ * slope(c[f"Z{l - 1}"], c[f"A{l - 1}"])
    return grads
