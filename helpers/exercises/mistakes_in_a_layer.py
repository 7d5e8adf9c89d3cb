"""What known mistakes in the gradients of one layer give, each beside what to say about it: tables of (value, sentence)."""

import numpy as np

NO_MEAN = "the 1/m is missing: the loss is the mean over the examples, so this gradient is divided by m."
MEAN_AGAIN = "a 1/m too many: it enters once, in dW and db, since column i of dZ and dA belongs to example i's own loss."
M_OF_THE_NOTEBOOK = "divided by 3, the m of the notebook: read m from dZ.shape[1]."
WRONG_SIGN = "the wrong sign: a gradient points uphill, the minus comes with the update."
NO_TRANSPOSE = ("the transpose of W is missing: W @ dZ sums over the wrong index, and a square W raises no error. "
                "Unit k reaches the loss through column k of W.")  # fmt: skip


def weight(dZ, A_prev, name="dW"):
    """What dW comes out as, shape (n, n_prev), from dZ (n, m) and A_prev (n_prev, m)."""
    (n, m), n_prev = dZ.shape, A_prev.shape[0]
    total = dZ @ A_prev.T
    mistakes = [
        (total, f"{name}: {NO_MEAN}"),
        (total / 3, f"{name} is {M_OF_THE_NOTEBOOK}"),
        (total / n, f"{name} is divided by the number of units, {n}; m is the number of examples, dZ.shape[1]."),
        (total / n_prev, f"{name} is divided by the number of inputs, {n_prev}; m is the number of examples, dZ.shape[1]."),
        (total / (n * m), f"{name} is divided by all {n * m} numbers in dZ; m is the number of examples, dZ.shape[1]."),
        (dZ.mean(axis=1, keepdims=True) @ A_prev.mean(axis=1, keepdims=True).T,
         f"{name} is a product of means: multiply example by example first, then take the mean."),
        (total.T / m, f"{name} is transposed: row j belongs to unit j of this layer, so dZ stands on the left."),
        (total.T, f"{name} is transposed, and the 1/m is missing."),
        (-total / m, f"{name} has {WRONG_SIGN}"),
        (-total, f"{name} has {WRONG_SIGN} The 1/m is missing as well."),
    ]
    if n_prev == m:
        missing = f"{name}: the transpose of A_prev is missing, so the sum does not run over the examples."
        mistakes += [(dZ @ A_prev / m, missing), (dZ @ A_prev, f"{missing} The 1/m is missing as well.")]
    if n == n_prev == m:
        mistakes += [(dZ.T @ A_prev / m, f"{name} sums over the units: the index that disappears is the example, so A_prev is transposed, not dZ.")]
    if (n, m) == A_prev.shape:
        mistakes.append((dZ * A_prev / m, f"{name}: * multiplies entry by entry; the sum over the examples needs @."))
    return mistakes


def bias(dZ, name="db"):
    """What db comes out as, from dZ (n, m)."""
    n, m = dZ.shape
    rows = dZ.sum(axis=1, keepdims=True)
    mistakes = [
        (rows, f"{name}: {NO_MEAN}"),
        (rows / 3, f"{name} is {M_OF_THE_NOTEBOOK}"),
        (rows / n, f"{name} is divided by the number of units, {n}, not by that of examples, {m}."),
        (rows / (n * m), f"{name} is divided by all {n * m} numbers in dZ; the mean runs over the {m} examples."),
        (-rows / m, f"{name} has {WRONG_SIGN}"),
        (-rows, f"{name} has {WRONG_SIGN} The 1/m is missing as well."),
    ]
    flat = f"{name} has shape ({n},), expected ({n}, 1): keepdims=True keeps the axis, or NumPy broadcasts {name} as a row."
    mistakes += [(rows[:, 0] / m, flat), (rows[:, 0], f"{flat} The 1/m is missing as well.")]
    units = f"{name} sums over axis 0, the units; the index that disappears is the example, axis 1."
    for columns in (dZ.sum(axis=0), dZ.sum(axis=0, keepdims=True), dZ.sum(axis=0)[:, None]):
        mistakes += [(columns / divisor, units) for divisor in (1, n, m)]
    whole = f"{name} sums over units and examples; each unit has a bias of its own: sum over axis 1 only."
    mistakes += [(np.reshape(dZ.sum() / divisor, shape), whole) for divisor in (1, m, n * m) for shape in ((), (1, 1))]
    return mistakes


def activation(W, dZ, name="dA_prev"):
    """What dA_prev comes out as, shape (n_prev, m), from W (n, n_prev) and dZ (n, m)."""
    m = dZ.shape[1]
    right = W.T @ dZ
    mistakes = [
        (right / m, f"{name}: {MEAN_AGAIN}"),
        (right.T, f"{name} is transposed: examples are columns, so W.T stands on the left of dZ."),
        (right.sum(axis=1, keepdims=True), f"{name} sums over the examples; each keeps its own column."),
        (-right, f"{name} has {WRONG_SIGN}"),
    ]
    if W.shape[0] == W.shape[1]:
        inverse = f"{name} is computed with the inverse of W: the slopes are summed over the units j, not solved for. Use W.T."
        mistakes.append((np.linalg.pinv(W) @ dZ, inverse))
        mistakes += [(W @ dZ, f"{name}: {NO_TRANSPOSE}"), (W @ dZ / m, f"{name}: {NO_TRANSPOSE} And there is no 1/m here.")]
    if W.shape == dZ.shape and W.shape[0] == W.shape[1]:
        mistakes.append((dZ @ W, f"{name}: dZ @ W sums over the examples: W.T stands on the left, so that the units j are summed."))
        mistakes.append((W.T @ dZ.T, f"{name}: dZ is transposed, but its columns are the examples that stay."))
        entries = f"{name}: * multiplies entry by entry; the sum over the units needs @."
        mistakes += [(W.T * dZ, entries), (W * dZ, entries)]
    return mistakes


def slope(dA, Z, A_prev):
    """What dZ of ReLU units comes out as, from dA and Z (n, m), beside the A_prev of the layer before."""
    sigmoid = 1 / (1 + np.exp(-Z))
    mistakes = [
        (dA, "dZ equals dA: ReLU's slope is missing, which is 0 where the unit is off."),
        (dA * (Z >= 0), "the mask is Z >= 0: with ReLU'(0) = 0, as the formula says, ask for Z > 0."),
        (dA * np.heaviside(Z, 0.5), "at z = 0 the slope is 0.5: with ReLU'(0) = 0, as the formula says, ask for Z > 0."),
        (dA * Z, "dZ is dA times Z, expected dA times the slope at Z: 1 where Z > 0, else 0."),
        (dA * np.maximum(Z, 0), "dZ is dA times the activation, expected dA times the slope at Z: 1 where Z > 0, else 0."),
        (dA * (Z <= 0), "dZ lets the gradient through where the unit is off; it passes where Z > 0."),
        ((Z > 0) * 1.0, "dZ is the slope alone: the chain rule multiplies it with dA, what comes from above."),
        (dA * (Z > 0) / Z.shape[1], f"dZ: {MEAN_AGAIN}"),
        (dA * (1 - np.tanh(Z) ** 2), "dZ uses tanh's slope; this layer has ReLU units: 1 where Z > 0, else 0."),
        (dA * (1 - Z**2), "dZ uses 1 - Z**2, tanh's formula; this layer has ReLU units: 1 where Z > 0, else 0."),
        (dA * (1 - np.maximum(Z, 0) ** 2), "dZ uses 1 - A**2, tanh's formula; this layer has ReLU units: 1 where Z > 0, else 0."),
        (dA * sigmoid * (1 - sigmoid), "dZ uses sigmoid's slope; this layer has ReLU units: 1 where Z > 0, else 0."),
        (dA * Z * (1 - Z), "dZ uses Z (1 - Z), sigmoid's formula; this layer has ReLU units: 1 where Z > 0, else 0."),
        (-dA * (Z > 0), f"dZ has {WRONG_SIGN}"),
        (dA * (dA > 0), "the mask is taken from dA; a unit is off where its own Z is not positive, whatever sign dA has."),
    ]
    if A_prev.shape == Z.shape:
        mistakes.append((dA * (A_prev > 0), "the mask is taken from A_prev, the layer before; the slope is that at the layer's own Z."))
    return mistakes
