r"""What became of a run: the words trains, stuck, at the floor, dead, comes back and revived, each as one function.

The floor is the loss of somebody who does not look at the input, `losses.uninformed_loss(y)`; so all of this is about
cross-entropies. A loss below the floor proves that the network uses its input; one at or above it proves nothing.

Defined in: notebooks/00_the_case.ipynb
"""

import numpy as np

from helpers import checks, network
from helpers.activations import get_activation
from helpers.losses import uninformed_loss
from helpers.losses.meaning import AT_FLOOR

TRAINS_BELOW = 0.7
"""A run trains where its last loss lies below so many floors."""

STUCK_FROM = 0.9
"""A run is stuck where its last loss is at least so many floors, and its accuracy that of a constant answer."""

ACCURACY_MARGIN = 0.05
"""So much accuracy more than the share of the majority still counts as that of a constant answer."""


def at_floor(loss, y):
    """|J - floor| <= 0.01 floor: is the loss that of somebody who does not look at the input? True or False, or an array.

    loss : number or array; y : (n, m) as in `uninformed_loss`, or (runs, n, m) with a loss for each run on the last axis.
    Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
    """
    loss, (floor, _) = checks.reals("loss", loss), _yardsticks(y)
    return _plain(np.abs(loss - floor) <= AT_FLOOR * floor)


def fate(loss, accuracy, y):
    """ "trains" where J < 0.7 floor; "stuck" where J >= 0.9 floor and the accuracy <= majority share + 0.05; else "neither".

    A loss that is no longer finite is "neither": it is not stuck at anything.

    Parameters
    ----------
    loss, accuracy : number or array of one shape
        At the end of a run, or of many; the runs on the last axis.
    y : ndarray, shape (n, m) or (runs, n, m)
        Labels (n = 1) or one-hot columns, the same for all runs or one's own for each.

    Returns
    -------
    str, or ndarray of str in the shape of the losses

    Raises ValueError where the shapes differ, or y has one class only and so no floor.
    Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
    """
    loss, accuracy = checks.reals("loss", loss), checks.reals("accuracy", accuracy)
    if loss.shape != accuracy.shape:
        raise ValueError(f"accuracy has shape {accuracy.shape}, expected that of loss, {loss.shape}")
    floor, majority = _yardsticks(y)
    stuck = np.isfinite(loss) & (loss >= STUCK_FROM * floor) & (accuracy <= majority + ACCURACY_MARGIN)
    return _plain(np.where(loss < TRAINS_BELOW * floor, "trains", np.where(stuck, "stuck", "neither")))


def revived(before, after, y):
    """True where the run `before` does not train and the run `after` does; both as History, or as Histories (then an array).

    Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
    """
    return _plain((np.asarray(before.fate(y)) != "trains") & (np.asarray(after.fate(y)) == "trains"))


def _yardsticks(y):
    """The floor and the majority's share; arrays of one entry a run where y is (runs, n, m)."""
    y = checks.floats("y", y)
    if y.ndim == 3:
        return tuple(np.array(numbers) for numbers in zip(*map(_yardsticks, y), strict=True))
    floor = uninformed_loss(y)
    if floor == 0:
        raise ValueError("y has one class only, expected two or more: an answer that ignores the input costs nothing, so there is no floor")
    counts = np.unique(y, return_counts=True)[1] if y.shape[0] == 1 else y.sum(axis=1)
    return floor, counts.max() / y.shape[1]


def _plain(array):
    """A bool or str where there is one entry without an axis."""
    return array if array.ndim else array.item()


def dead_mask(c, hidden="relu"):
    """For each hidden layer of a cache, which units are dead, slope 0 for every example: a tuple of bool arrays (n_l,).

    Such a unit gets no gradient from these examples, so no update of its own parameters wakes it. In layer 1 it stays dead
    under gradient descent on the same examples; a unit of layer 2 or higher may come back: when the layers below it
    learn, its inputs move. c : dict with "Z1", ..., "ZL"; hidden : str or Activation.
    Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
    """
    g, L = get_activation(hidden, "hidden"), network.depth(c)
    return masks([checks.cached(c, f"Z{l}", (None, None)) for l in range(1, L)], g)


def masks(Z, g):
    """`dead_mask` of checked weighted sums [Z1, Z2, ...], each (n_l, m), or (runs, n_l, m) for runs in a stack."""
    return tuple(without_slope(g.slope_rule(z)) for z in Z)


def without_slope(slopes):
    """Which units have slope 0 for every example, from slopes (..., n_l, m)."""
    return (slopes == 0).all(axis=-1)


def dead_units(c, hidden="relu"):
    """The number of dead units in each hidden layer of a cache, a tuple of int: see `dead_mask`.

    Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
    """
    return tuple(int(mask.sum()) for mask in dead_mask(c, hidden))


def comebacks(dead):
    """How many times each unit died and how many times it came back, counted along the records: (deaths, returns).

    dead : bool array, shape (records, ..., units). A unit that is dead at the first record has died before it, so that
    returns never exceed deaths. Returns two arrays of int, shape (..., units): `returns.sum()` of `deaths.sum()` came back.
    Defined in: notebooks/00_the_case.ipynb, "When does a run train, and when is it stuck?"
    """
    dead = np.asarray(dead)
    if dead.dtype != bool or dead.ndim < 2 or not len(dead):
        raise ValueError(f"dead is {checks.shown(dead)} of {dead.dtype} and shape {dead.shape}, expected bool masks (records, ..., units)")
    died = dead[1:] & ~dead[:-1]
    return dead[0] + died.sum(axis=0), (~dead[1:] & dead[:-1]).sum(axis=0)
