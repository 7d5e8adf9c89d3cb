"""Checks of the exercises on forward propagation.

Posed in: notebooks/01_forward_propagation.ipynb
"""

import numpy as np

from helpers import case
from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare, items, numbers
from helpers.exercises.forward_deep import check_collapse, check_depth, two

__all__ = ["check_change", "check_collapse", "check_depth", "check_layer", "check_spoilt", "check_unit"]


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
    answers = [_one_unit(call(my_unit, *given, name="my_unit")) for given in cases]
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
    return "z = w · x + b is a weighted sum; a = max(0, z) is where the unit bends."


def _one_unit(result):
    """z and a of what my_unit returned, as two floats; Wrong where they are not."""
    z, a = (numbers(part, name, finite=False) for part, name in zip(two(result, "my_unit", "z, a"), "za", strict=True))
    if z.shape in ((2,), (3,)):
        raise Wrong("z has one number for each input: multiply w and x element by element, then sum, so that one unit has one z.")
    if z.size != 1 or a.size != 1:
        raise Wrong(f"z has shape {z.shape} and a has shape {a.shape}, expected two plain numbers.")
    return z.item(), a.item()


@check
def check_change(my_z3_small, my_z3_large, p=None):
    """z of the output unit after the bias of unit 4 in layer 1 is raised by 0.05 (z3 stays) and by 0.2 (it moves).

    Parameters
    ----------
    my_z3_small, my_z3_large : float
    p : dict of ndarray, optional
        The reader's parameters, which should still be those of the worked network.

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    _untouched(p)
    for name, answer, rise in (("my_z3_small", my_z3_small, 0.05), ("my_z3_large", my_z3_large, 0.2)):
        compare(answer, _z3_with(rise), _change_mistakes(name, rise), name=name, tolerance=1e-5)
    return "a rise that leaves z below 0 changes nothing downstream: for this example the slope of the output by that bias is 0."


def _untouched(p):
    """Wrong where a reader has trained on the notebook's own parameters: its later cells need them."""
    for name, value in case.worked_params().items() if p is not None else ():
        if not np.array_equal(np.asarray(p[name]), value):
            raise Wrong(f"you changed p: {name} is no longer what it was, and later cells read it. Run the cell p = case.worked_params() "
                        "again, then work on a copy: q = {name: value.copy() for name, value in p.items()}.")  # fmt: skip


def _change_mistakes(name, rise):
    before, right = _z3_with(0.0), _z3_with(rise)
    linear = "unit 4 of layer 1 has z = -0.1 before: only what lies above 0 comes out of ReLU."
    mistakes = [
        (_z3_with(rise, fully_linear=True), f"{name} lets the whole rise through: {linear}"),
        (1 / (1 + np.exp(-right)), f"{name} is a of the output unit: the question asks for its z, before the sigmoid."),
        (_z3_with(rise, rectify_second=False), f"{name} passes negative z through layer 2: its units rectify as well."),
        (_z3_with(rise + 0.5), f"{name} sets the bias to {rise}: raise it by {rise}, from -0.5 to {rise - 0.5:g}."),
    ]
    if rise == 0.2:
        mistakes.append((_z3_with(0.25), f"{name} adds 0.2 to the 0.05 of before: both attempts start from the same parameters."))
    if right != before:
        reason = f"a rise of {rise} takes unit 4 above 0, so layer 2 sees it. (Unit 4 has index 3.)"
        mistakes.append((before, f"{name} has not moved: {reason}"))
    return mistakes


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
    """Z = A Wᵀ + bᵀ for examples as rows: A (m, n_prev), W (n, n_prev), b (n, 1), giving Z (m, n).

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
    names = items(answer, "spoilt returns", "names such as ['A1']")
    if not all(isinstance(name, str) for name in names):
        raise Wrong("spoilt returns something else than names, expected a list of str such as ['A1'].")
    return set(names)


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
