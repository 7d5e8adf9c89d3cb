"""Checks of the exercises on the layers of a softmax network: what ReLU cuts, and the backward pass with examples as rows.

Posed in: notebooks/09_softmax.ipynb
"""

import contextlib

import numpy as np

from helpers import losses
from helpers.exercises.feedback import Misfit, NotAttempted, Wrong, call, check, compare, kind, numbers, unfinished


def parts(answer, function, names):
    """What a reader's function returned, as so many things; of a dict those with these names."""
    listed = ", ".join(names)
    if isinstance(answer, dict) and set(names) <= set(answer):
        answer = [answer[name] for name in names]
    if not isinstance(answer, tuple | list) or len(answer) != len(names):
        came = f"{len(answer)} things" if isinstance(answer, tuple | list) else kind(answer)
        raise Wrong(f"{function} returns {came}, expected {len(names)}: return {listed}.")
    if unfinished(answer):
        raise NotAttempted
    return answer


Z_UNITS = np.array([[1.2, 0.3, 0.4, -2.0, 0.7], [-0.5, -1.1, -0.2, -0.9, -3.0], [0.0, 2.0, -0.6, 0.8, -0.1]])
"""Unit 2 is off for every example; unit 3 has z = 0 once, where the slope is 0 too."""


@check
def check_count_cut(my_counts):
    """For each unit the examples for which it is off, for each example the units that are off, and how many units are dead.

    my_counts(Z1) for Z1 (n, m) returns per_unit (n,), per_example (m,), dead (one number).
    Posed in: notebooks/09_softmax.ipynb
    """
    for Z in (Z_UNITS, np.vstack([-np.ones((1, 4)), Z_UNITS[:, :4]]), Z_UNITS[[0, 2]]):
        off = Z <= 0
        answer = parts(call(my_counts, Z, name="my_counts"), "my_counts", ("per_unit", "per_example", "dead"))
        _count("per_unit", answer[0], Z, 1, "examples for which it is off", "units")
        _count("per_example", answer[1], Z, 0, "units that are off", "examples")
        dead = off.all(axis=1).sum()
        compare(numbers(answer[2], "dead", ()), dead, [
            (off.all(axis=0).sum(), "dead counts examples for which every unit is off: a dead unit is off for every example, so look along its row."),
            ((~off).all(axis=1).sum(), "dead counts units that are on for every example: dead is off for every one."),
            (off.any(axis=1).sum(), "dead counts units that are off for some example: dead is off for every one (all, not any)."),
            (off.all(axis=1).mean(), "dead is a share: count the units."),
            (len(Z) - dead, "dead counts the others: the units that are on for some example."),
            (off.sum(), "dead counts pairs of unit and example: count the units that are off for every example."),
            (np.flatnonzero(off.all(axis=1)).sum(), "dead is the index of a unit: count them."),
        ], name="dead", tolerance=1e-9)  # fmt: skip
    return "about half of the pairs are cut, and hardly a unit is dead: which of the two somebody means changes the answer."


def _count(name, answer, Z, axis, what, whose):
    """One of the two counts; with a mistake in the axis it has the length of the other."""
    off = Z <= 0
    right, other = off.sum(axis=axis), off.sum(axis=1 - axis)
    array = numbers(answer, name)
    array = array.ravel() if max(array.shape, default=0) == array.size else array
    if array.shape == other.shape != right.shape and np.array_equal(array, other):
        raise Wrong(f"{name} counts along the other axis: there is one number for each of the {right.size} {whose}, so sum over axis {axis}.")
    compare(array, right, [
        (other, f"{name} counts along the other axis: for the {whose} sum over axis {axis}."),
        ((~off).sum(axis=axis), f"{name} counts where the unit is on: z <= 0 is off."),
        ((Z < 0).sum(axis=axis), f"{name} leaves out z = 0: ReLU's slope is 0 there too, so nothing passes."),
        ((Z == 0).sum(axis=axis), f"{name} counts z = 0 alone: a negative z is off as well."),
        (off.mean(axis=axis), f"{name} is a share: count the {what}."),
        (off.all(axis=axis) * 1.0, f"{name} says whether all are off: count the {what}."),
        (off.any(axis=axis) * 1.0, f"{name} says whether any is off: count the {what}."),
    ], name=name, tolerance=1e-9)  # fmt: skip


def _rows(m, n, K, rng):
    """A1 (m, n), P (m, K), Y (m, K) and W2 (n, K) with examples as rows."""
    rng = np.random.default_rng(rng)
    P = losses.softmax(rng.standard_normal((K, m))).T
    return np.maximum(0, rng.standard_normal((m, n)) + 0.5), P, np.eye(K)[rng.integers(0, K, m)], rng.standard_normal((n, K))


@check
def check_layer_rows(my_layer_rows):
    """dW2 = A1^T (P - Y) / m, db2 = mean over the rows of P - Y, dA1 = (P - Y) W2^T, all with examples as rows.

    my_layer_rows(A1, P, Y, W2) for A1 (m, n), P, Y (m, K), W2 (n, K) returns dW2 (n, K), db2 (K,), dA1 (m, n); dA1 without 1/m.
    Posed in: notebooks/09_softmax.ipynb
    """
    with contextlib.suppress(Misfit):  # where a transpose is missing, the square batch tells which
        _layer_rows(my_layer_rows, 6, 3, 5)
    for sizes in ((4, 4, 4), (6, 3, 5), (2, 5, 3)):
        _layer_rows(my_layer_rows, *sizes)
    return "every product is written backwards, and the sum over the examples runs down the rows."


def _layer_rows(my_layer_rows, m, n, K):
    A1, P, Y, W2 = _rows(m, n, K, rng=m)
    answer = parts(call(my_layer_rows, A1, P, Y, W2, name="my_layer_rows"), "my_layer_rows", ("dW2", "db2", "dA1"))
    dZ = P - Y
    compare(answer[0], A1.T @ dZ / m, _weight_mistakes(A1, P, dZ), name="dW2")
    db = numbers(answer[1], "db2")
    compare(db[0] if db.shape == (1, K) else db, dZ.mean(axis=0), _bias_mistakes(dZ, P), name="db2")
    compare(answer[2], dZ @ W2.T, _activation_mistakes(dZ, P, W2), name="dA1")


def _weight_mistakes(A1, P, dZ):
    m = len(A1)
    right = A1.T @ dZ / m
    found = [
        (right * m, "dW2: the sum over the examples lacks its 1/m, since the loss is a mean."),
        (right * m / 6, "dW2 is divided by 6, the m of another call: read m from the shape of A1."),
        (right / m, "dW2: 1/m entered twice, in dZ2 and once more here."),
        (-right, "dW2 has the wrong sign: it is P - Y."),
        (right.T, "dW2 is that of the columns convention, (K, n): with rows W2 has shape (n, K), and so has its gradient."),
        (A1.T @ P / m, "dW2: Y is missing, dZ2 = P - Y."),
        (right / dZ.shape[1], "dW2: divide by m alone, not by the number of classes."),
    ]
    if A1.shape[1] == m:
        found.append((A1 @ dZ / m, "dW2: the transpose is missing, A1ᵀ dZ2. With as many units as examples NumPy does not complain."))
    return found


def _bias_mistakes(dZ, P):
    right, m = dZ.mean(axis=0), len(dZ)
    return [
        (dZ.sum(axis=0), "db2: the sum over the examples lacks its 1/m, since the loss is a mean."),
        (right / m, "db2: 1/m entered twice, in dZ2 and once more here."),
        (-right, "db2 has the wrong sign: it is P - Y."),
        (0 * dZ.sum(axis=1), "db2 is 0: the sum runs over the classes, and each row of P - Y sums to 0. With rows the examples are axis 0."),
        (P.mean(axis=0), "db2: Y is missing, dZ2 = P - Y."),
        (dZ.mean(), "db2 is one number: sum over the examples only, axis 0, so that each class keeps its own."),
        (dZ, "db2 has a row for each example: take the mean over them."),
    ]


def _activation_mistakes(dZ, P, W2):
    m = len(dZ)
    right = dZ @ W2.T
    found = [
        (right / m, "dA1 carries 1/m: row i belongs to example i's own loss, so 1/m enters in dW2 and db2 only."),
        (-right, "dA1 has the wrong sign: it is P - Y."),
        (P @ W2.T, "dA1: Y is missing, dZ2 = P - Y."),
        (W2 @ dZ.T, "dA1 is that of the columns convention, (n, m): with rows it is dZ2 W2ᵀ."),
    ]
    if W2.shape[0] == W2.shape[1]:
        found.append((dZ @ W2, "dA1: the transpose is missing, dZ2 W2ᵀ. With as many units as classes NumPy does not complain."))
    return found
