"""Checks of the exercises on forward propagation.

Posed in: notebooks/01_forward_propagation.ipynb
"""

import numpy as np

from helpers import case, network
from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare


def _two(result, name, parts):
    """The two parts of what a reader's function returned."""
    if not isinstance(result, tuple | list) or len(result) != 2:
        came = f"{len(result)} values" if isinstance(result, tuple | list) else f"one {type(result).__name__}"
        raise Wrong(f"{name} returns {came}, expected two: return {parts}.")
    if any(part is Ellipsis for part in result):
        raise NotAttempted
    return result


def _relu(z):
    return np.maximum(z, 0)


@check
def check_unit(my_unit):
    """z = sum over k of w[k] x[k], plus b, for any number of inputs; a = max(0, z).

    Parameters
    ----------
    my_unit : function (w, x, b) -> (z, a)
        w, x : (n,); b : float.

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    cases = [([0.3, -0.1], [1.5, -0.5], 0.3), ([-0.3, 0.7], [1.5, -0.5], 0.1), ([0.2, 0.4, -0.5], [1.0, -2.0, 3.0], 2.5)]
    cases = [(np.array(w), np.array(x), b) for w, x, b in cases]
    answers = [_two(call(my_unit, *given, name="my_unit"), "my_unit", "z, a") for given in cases]
    for z, a in answers:
        if np.shape(z) == (2,) or np.shape(z) == (3,):
            raise Wrong("z has one number for each input: multiply w and x element by element, then sum, so that one unit has one z.")
        if np.shape(z) or np.shape(a):
            raise Wrong(f"z has shape {np.shape(z)} and a has shape {np.shape(a)}, expected two plain numbers.")
    z = np.array([w @ x + b for w, x, b in cases])
    no_b = np.array([w @ x for w, x, _ in cases])
    b = np.array([b for _, _, b in cases])
    first_two = np.array([w[:2] @ x[:2] + b for w, x, b in cases])
    names = {"name": "z (of three units in turn)"}
    compare([pair[0] for pair in answers], z, (
        (no_b, "the bias is missing from z: z = w · x + b."),
        (no_b - b, "the bias is subtracted: z = w · x + b."),
        (_relu(z), "z is already rectified: z keeps its sign, only a = max(0, z) cuts it off."),
        (first_two, "z uses the first two inputs only: a unit with three inputs needs three products."),
        ([(w + x).sum() + b for w, x, b in cases], "w and x are added: each input is multiplied by its weight."),
    ), **names)  # fmt: skip
    compare([pair[1] for pair in answers], _relu(z), (
        (z, "a equals z: the activation is missing, a = max(0, z)."),
        (_relu(no_b) + b, "the bias is added after ReLU: it belongs inside, a = max(0, w · x + b)."),
        (np.abs(z), "a is the absolute value of z: ReLU gives 0 for a negative z."),
        (np.minimum(z, 0), "a is min(0, z): ReLU is max(0, z)."),
        ((z > 0) * 1.0, "a is ReLU's slope (1 or 0): ReLU itself gives z where z > 0."),
        (1 / (1 + np.exp(-z)), "a is the sigmoid of z: hidden units here use ReLU."),
    ), name="a (of three units in turn)")  # fmt: skip
    return "z = w · x + b is linear in x; a = max(0, z) is where the unit stops being linear."


@check
def check_change(my_z3_small, my_z3_large):
    """z of the output unit after the bias of unit 4 in layer 1 is raised by 0.05 (z3 stays) and by 0.2 (it moves).

    Parameters
    ----------
    my_z3_small, my_z3_large : float

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    before = _z3_with(0.0)
    linear = "unit 4 of layer 1 has z = -0.1 before: "
    for name, answer, rise in (("my_z3_small", my_z3_small, 0.05), ("my_z3_large", my_z3_large, 0.2)):
        right = _z3_with(rise)
        answer = np.squeeze(answer) if isinstance(answer, np.ndarray) and answer.size == 1 else answer
        mistakes = [
            (_z3_with(rise, fully_linear=True), f"{name} lets the whole rise through: {linear}only what lies above 0 comes out of ReLU."),
            (1 / (1 + np.exp(-right)), f"{name} is a of the output unit: the question asks for its z, before the sigmoid."),
            (_z3_with(rise, rectify_second=False), f"{name} passes negative z through layer 2: its units rectify as well."),
        ]
        if right != before:
            mistakes.append((before, f"{name} has not moved: a rise of {rise} takes unit 4 above 0, so layer 2 sees it."))
        compare(answer, right, mistakes, name=name, tolerance=1e-5)
    return "a rise that leaves z below 0 changes nothing downstream: for this example the slope of the output by that bias is 0."


def _z3_with(rise, fully_linear=False, rectify_second=True):
    """z3 of the worked example with the bias of unit 4 in layer 1 raised."""
    p, (x, _) = case.worked_params(), case.worked_example()
    z1 = p["W1"] @ x + p["b1"]
    a1 = _relu(z1)
    a1[3] = rise if fully_linear else max(0.0, z1[3, 0] + rise)
    z2 = p["W2"] @ a1 + p["b2"]
    return round(float((p["W3"] @ (_relu(z2) if rectify_second else z2) + p["b3"])[0, 0]), 12)


@check
def check_layer(my_layer):
    """Z = W A + b with W (n, n_prev), A (n_prev, m), b (n, 1), giving Z (n, m).

    Parameters
    ----------
    my_layer : function (W, A, b) -> Z

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(1)
    for n, n_prev, m in ((3, 3, 3), (4, 3, 5), (10, 2, 1)):
        W, A, b = (np.round(rng.normal(size=shape), 1) for shape in ((n, n_prev), (n_prev, m), (n, 1)))
        square = n == n_prev == m
        Z = W @ A + b
        mistakes = [
            (W @ A, "the bias is missing: Z = W A + b."),
            (W @ A - b, "the bias is subtracted: Z = W A + b."),
            (_relu(Z), "Z is already rectified: my_layer stops at Z, the activation comes after it."),
            (Z.T, "Z is transposed: rows are units, columns are examples."),
        ]
        if square:
            mistakes += [
                (W.T @ A + b, "W is transposed: row j of W already holds the weights of unit j. (Square matrices do not complain.)"),
                (A @ W + b, "the product is in the wrong order: W stands on the left, W @ A. (Square matrices do not complain.)"),
                (W * A + b, "W * A multiplies element by element: the matrix product is W @ A."),
                (W @ A + b.T, "b lies down: it was added by example instead of by unit. Keep its shape (n, 1)."),
            ]
        name = f"Z for W {W.shape}, A {A.shape}, b {b.shape}"
        compare(call(my_layer, W, A, b, name="my_layer"), Z, mistakes, name=name)
    return "row j of W meets column i of A in Z[j, i], and b, one number for each unit, is repeated for every example."


@check
def check_collapse(my_collapse):
    """W = W3 W2 W1 and b = W3 W2 b1 + W3 b2 + b3.

    Parameters
    ----------
    my_collapse : function (p) -> (W, b)

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(2)
    for sizes in ((3, 3, 3, 3), (2, 10, 10, 1), (4, 3, 5, 2)):
        p = network.init_params(sizes, rng=rng)
        p.update({f"b{l}": rng.uniform(-1, 1, size=(sizes[l], 1)) for l in (1, 2, 3)})
        W, b = _two(call(my_collapse, p, name="my_collapse"), "my_collapse", "W, b")
        compare(W, p["W3"] @ p["W2"] @ p["W1"], _weight_mistakes(p, sizes), name=f"W for layer sizes {sizes}")
        compare(b, p["W3"] @ (p["W2"] @ p["b1"] + p["b2"]) + p["b3"], _bias_mistakes(p, sizes), name=f"b for layer sizes {sizes}")
    return "the last layer acts last, so it stands leftmost, and each bias passes through all the layers after its own."


def _weight_mistakes(p, sizes):
    W1, W2, W3 = p["W1"], p["W2"], p["W3"]
    mistakes = [((W3 @ W2 @ W1).T, "W is transposed: expected shape (outputs, inputs).")]
    if len(set(sizes)) == 1:
        mistakes += [
            (W1 @ W2 @ W3, "the order is reversed: x meets W1 first, so W1 stands next to x, on the right."),
            (W3 * W2 * W1, "* multiplies element by element: use @."),
            (W3 + W2 + W1, "the matrices are added: layers one after the other multiply."),
        ]
    return mistakes


def _bias_mistakes(p, sizes):
    W2, W3, b1, b2, b3 = (p[name] for name in ("W2", "W3", "b1", "b2", "b3"))
    mistakes = [
        (np.zeros_like(b3), "b is 0: the biases must not be dropped."),
        (b3, "b holds the last bias only: b1 and b2 reach the output as well, through the later weights."),
        (W3 @ b2 + b3, "b1 is missing: it passes through W2 and then W3."),
        (W3 @ W2 @ b1 + b3, "b2 is missing: it passes through W3."),
        (W3 @ W2 @ b1 + W3 @ b2, "b3 is missing: it is added at the very end."),
    ]
    if len(set(sizes)) == 1:
        mistakes += [
            (b1 + b2 + b3, "the biases are added as they are: b1 passes through W2 and W3, b2 through W3."),
            (W2 @ b1 + W3 @ b2 + b3, "b1 is multiplied by W2 alone: W3 follows."),
            (W3 @ W2 @ p["W1"] @ (b1 + b2 + b3), "a bias is not multiplied by its own W: it is added after it."),
            (W3 @ b1 + W3 @ b2 + b3, "b1 is multiplied by W3 alone: it meets W2 first."),
        ]
    return mistakes


@check
def check_depth(my_forward):
    """A[L], from A[0] = X, Z[l] = W[l] A[l-1] + b[l], with g_hidden in layers 1 to L-1 and g_output in layer L.

    Parameters
    ----------
    my_forward : function (X, p, g_hidden, g_output) -> A of the last layer

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(3)
    hidden, output = ACTIVATIONS["relu"].value, ACTIVATIONS["sigmoid"].value
    for sizes in ((3, 3, 3, 3), (2, 5, 4, 1), (2, 4, 1), (2, 1), (3, 5, 4, 4, 2)):
        p = network.init_params(sizes, rng=rng)
        p.update({f"b{l}": rng.uniform(-1, 1, size=(n, 1)) for l, n in enumerate(sizes[1:], start=1)})
        X, L = rng.normal(size=(sizes[0], 6)), len(sizes) - 1
        answer = call(my_forward, X, p, hidden, output, name="my_forward")
        right = network.forward_prop(X, p)[f"A{L}"]
        compare(answer, right, _depth_mistakes(X, p, L, hidden, output), name=f"A{L} for layer sizes {sizes}")
    return "all layers say the same sentence; only the last one uses another activation, so that its output is a probability."


def _depth_mistakes(X, p, L, hidden, output):
    """What slips in the loop give; values of another shape than the answer never match."""

    def run(activations, bias=1):
        A = X
        for l, g in enumerate(activations, start=1):
            A = g(p[f"W{l}"] @ A + bias * p[f"b{l}"])
        return A

    def identity(Z):
        return Z

    layers = [hidden] * (L - 1) + [output]
    mistakes = [
        (run([hidden] * L), "the last layer uses the hidden activation as well: with ReLU at the output, A is no probability. That is suspect 5."),
        (run([*layers[:-1], identity]), "the last activation is missing: this is Z of the last layer."),
        (run(layers, bias=0), "the biases are missing: Z = W A + b."),
    ]
    if L > 1:
        mistakes += [
            (run([output] * L), "the hidden layers use the output's activation."),
            (run([identity] * (L - 1) + [output]), "Z goes on to the next layer: pass A = g(Z) on, or the layers collapse into one."),
            (run(layers[:-1]), "the loop stops one layer early: range(1, L + 1) includes L."),
            (run([output] + [hidden] * (L - 1)), "the two activations are swapped: the output's belongs to layer L, not to layer 1."),
            (run([hidden] * (L - 2) + [output]), "the loop stops one layer early: range(1, L + 1) includes L."),
        ]
        if X.shape[0] == p[f"W{L}"].shape[1]:
            mistakes.append((output(p[f"W{L}"] @ X + p[f"b{L}"]), "every layer reads X: layer l reads the A of layer l - 1."))
    return mistakes
