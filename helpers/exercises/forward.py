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
        mistakes.append((_z3_with(rise + 0.5), f"{name} sets the bias to {rise}: raise it by {rise}, from -0.5 to {rise - 0.5:g}."))
        if rise == 0.2:
            mistakes.append((_z3_with(0.25), f"{name} adds 0.2 to the 0.05 of before: both attempts start from the same parameters."))
        if right != before:
            mistakes.append((before, f"{name} has not moved: a rise of {rise} takes unit 4 above 0, so layer 2 sees it. (Unit 4 is row 3.)"))
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
def check_layer(my_row_layer):
    """Z = A W^T + b^T for examples as rows: A (m, n_prev), W (n, n_prev), b (n, 1), giving Z (m, n).

    Parameters
    ----------
    my_row_layer : function (W, A, b) -> Z

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(1)
    for n, n_prev, m in ((3, 3, 3), (4, 3, 5), (10, 2, 1)):
        W, A, b = (np.round(rng.normal(size=shape), 1) for shape in ((n, n_prev), (m, n_prev), (n, 1)))
        Z = A @ W.T + b.T
        mistakes = [
            (A @ W.T, "the bias is missing: add b, lying down."),
            (A @ W.T - b.T, "the bias is subtracted: add it."),
            (_relu(Z), "Z is already rectified: my_row_layer stops at Z, the activation comes after it."),
            (Z.T, "Z is transposed: examples came as rows, so they go out as rows, shape (m, n)."),
        ]
        if n == n_prev == m:
            mistakes += [
                (A @ W + b.T, "W is not transposed: row j of W holds the weights of unit j. (Square matrices do not complain.)"),
                (A @ W.T + b, "b stands upright: it was added by example instead of by unit. A unit is a column now, so b has to lie down."),
                (A @ W + b, "W and b are not transposed: their rows belong to units, and a unit is a column now. (Square matrices do not complain.)"),
                (W @ A + b, "this is the layer for examples as columns: here row i of A is example i. (Square matrices do not complain.)"),
                (W @ A.T + b.T, "the product is Z transposed, and b was added to it by example: transpose the whole formula."),
                (W.T @ A + b.T, "the product is in the wrong order: A stands on the left now. (Square matrices do not complain.)"),
                (A * W + b.T, "A * W multiplies element by element: the matrix product is written @."),
                (A * W.T + b.T, "A * W.T multiplies element by element: the matrix product is written @."),
            ]
        name = f"Z for W {W.shape}, A {A.shape}, b {b.shape}"
        compare(call(my_row_layer, W, A, b, name="my_row_layer"), Z, mistakes, name=name)
    return "row i of A meets row j of W in Z[i, j], and b lies down, so that each unit keeps its bias for every example."


@check
def check_spoilt(spoilt):
    """The names of the entries of a cache that differ from those of a fresh forward pass on its A0.

    Parameters
    ----------
    spoilt : function (c, p) -> list of str

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    p = case.worked_params()
    X = np.array([[1.5, 0.0, -1.0, 0.5], [-0.5, 1.0, 0.5, 0.0]])
    for names in ((), ("A1",), ("A2",), ("Z3",), ("A1", "A2"), ("Z1", "A3")):
        c = case.forward_prop(X, p)
        for name in names:
            c[name] = (c[name] > 0) * 1.0 if name[0] == "A" else c[name] + 1
        found = _names(call(spoilt, c, p, name="spoilt"))
        if found != set(names):
            was = " and ".join(names) if names else "nothing"
            came = ", ".join(sorted(found)) if found else "no name"
            raise Wrong(f"where {was} was overwritten you return {came}: {_spoilt_reason(found, names, c, p)}")
    return "a second forward pass from A0 brings the truth back; an entry compared with its neighbours only tells that one of the two is wrong."


def _names(answer):
    """The names that a reader's function returned, as a set."""
    if isinstance(answer, bool | np.bool_):
        raise Wrong("spoilt returns True or False, expected the names of the spoilt entries: which ones?")
    if not isinstance(answer, list | tuple | set | frozenset | np.ndarray):
        raise Wrong(f"spoilt returns a {type(answer).__name__}, expected a list of names such as ['A1'].")
    if not all(isinstance(name, str) for name in list(answer)):
        raise Wrong("spoilt returns something else than names, expected a list of str such as ['A1'].")
    return {str(name) for name in answer}


def _spoilt_reason(found, names, c, p):
    """What a wrong set of names suggests."""
    order = list(c)
    if found == set(order) - set(names):
        return "these are the intact ones."
    if found == _against_neighbours(c, p):
        return ("you compare entries with their neighbours. An entry that no longer fits the one before it may itself be intact: "
                "compare with a fresh forward pass.")  # fmt: skip
    if names and found == set(order[order.index(names[0]):]):
        return "the later entries were stored before it happened, and nobody has changed them."
    if found < set(names):
        return "some are missing."
    return f"expected {', '.join(names) if names else 'an empty list'}."


def _against_neighbours(c, p):
    """The entries that their own formula, fed with the entries of this cache, does not give."""
    g = {1: _relu, 2: _relu, 3: ACTIVATIONS["sigmoid"].value}
    wrong = set()
    for l in (1, 2, 3):
        if not np.allclose(c[f"Z{l}"], p[f"W{l}"] @ c[f"A{l - 1}"] + p[f"b{l}"]):
            wrong.add(f"Z{l}")
        if not np.allclose(c[f"A{l}"], g[l](c[f"Z{l}"])):
            wrong.add(f"A{l}")
    return wrong


@check
def check_collapse(my_collapse):
    """W = W[L] ... W[2] W[1], and b from b <- W[l] b + b[l] for l = 2 ... L, starting from b[1].

    Parameters
    ----------
    my_collapse : function (p) -> (W, b)

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(2)
    for sizes in ((3, 3, 3, 3), (2, 10, 10, 1), (4, 3, 5, 2), (3, 2), (2, 4, 1), (3, 3, 3, 3, 3), (2, 5, 4, 3, 1)):
        p, L = network.init_params(sizes, rng=rng), len(sizes) - 1
        p.update({f"b{l}": rng.uniform(-1, 1, size=(sizes[l], 1)) for l in range(1, L + 1)})
        Ws, bs = ([p[f"{kind}{l}"] for l in range(1, L + 1)] for kind in "Wb")
        W, b = _two(_collapse_call(my_collapse, p, L), "my_collapse", "W, b")
        right_W, right_b = _collapsed(Ws, bs)
        square = len(set(sizes)) == 1
        compare(W, right_W, _weight_mistakes(Ws, bs, right_W, square), name=f"W for layer sizes {sizes}")
        compare(b, right_b, _bias_mistakes(Ws, bs, square), name=f"b for layer sizes {sizes}")
    return "each later layer comes from the left, and each bias passes through all the layers after its own."


def _collapse_call(my_collapse, p, L):
    """What my_collapse returns; a KeyError at another depth than 3 is named for what it is."""
    try:
        return call(my_collapse, p, name="my_collapse")
    except Wrong as reason:
        if L < 3 and "raised KeyError" in str(reason):
            raise Wrong(f"my_collapse asks for a layer that a network with L = {L} does not have: loop over its {L} layers.") from None
        raise


def _collapsed(Ws, bs):
    W, b = Ws[0], bs[0]
    for W_l, b_l in zip(Ws[1:], bs[1:], strict=True):
        W, b = W_l @ W, W_l @ b + b_l
    return W, b


def _weight_mistakes(Ws, bs, right, square):
    mistakes = [(right.T, "W is transposed: expected shape (outputs, inputs).")]
    if len(Ws) > 3:
        mistakes.append((_collapsed(Ws[:3], bs[:3])[0], "you stop after layer 3: loop over all layers."))
    if len(Ws) > 1:
        mistakes += [
            (_collapsed(Ws[:-1], bs[:-1])[0], "the last layer is missing: range(2, L + 1) includes L."),
            (Ws[-1], "this is the last layer's W alone: multiply it from the left on what you have so far."),
            (Ws[0], "this is W1 alone: the later layers come from the left."),
        ]
    if square:
        mistakes += [
            (_product(Ws), "the order is reversed: x meets W1 first, so W1 stands next to x, on the right."),
            (np.prod(Ws, axis=0), "* multiplies element by element: use @."),
            (np.sum(Ws, axis=0), "the matrices are added: layers one after the other multiply."),
        ]
    return mistakes


def _product(factors):
    result = factors[0]
    for factor in factors[1:]:
        result = result @ factor
    return result


def _bias_mistakes(Ws, bs, square):
    none = [0 * b for b in bs]
    mistakes = [
        (none[-1], "b is 0: the biases must not be dropped."),
        (bs[-1], "b holds the last bias only: the earlier ones reach the output as well, through the later weights."),
        (_collapsed(Ws, [none[0], *bs[1:]])[1], "b1 is missing: it passes through all layers after the first."),
        (_collapsed(Ws, [*bs[:-1], none[-1]])[1], "the last bias is missing: it is added at the very end."),
        (_collapsed(Ws, [bs[0], *none[1:]])[1], "only b1 arrives: each layer adds its own bias after multiplying."),
    ]
    if len(Ws) > 3:
        mistakes.append((_collapsed(Ws[:3], bs[:3])[1], "you stop after layer 3: loop over all layers."))
    if len(Ws) > 2:
        mistakes.append((_collapsed(Ws, [bs[0], *none[1:-1], bs[-1]])[1], "b2 is missing: it passes through the layers after the second."))
    if square:
        accumulated, inside, W = bs[0], bs[0], Ws[0]
        for W_l, b_l in zip(Ws[1:], bs[1:], strict=True):
            W = W_l @ W
            accumulated, inside = W @ accumulated + b_l, W_l @ (inside + b_l)
        mistakes += [
            (sum(bs), "the biases are added as they are: each passes through the weights of all later layers."),
            (accumulated, "b is multiplied by the collapsed W, which has just grown: it meets W[l] alone. Compute b before W, or both in one line."),
            (inside, "a bias is not multiplied by its own W: it is added after it, W[l] b + b[l]."),
            (W @ sum(bs), "a bias is not multiplied by its own W: it is added after it."),
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
