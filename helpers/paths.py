r"""The gradient of one weight as a sum over all paths from it to the loss, factor by factor.

A path from W[l][j, k] goes through unit j of layer l, one unit r of each layer after it, and one output. Its product, for one example,

    A[l-1][k] * g'(Z[l][j]) * W[l+1][r, j] * g'(Z[l+1][r]) * ... * W[L][o, r] * dZ[L][o],

is what reaches the loss along it; the products of all paths add up to the entry [j, k] of dW[l] (for a batch: to m times
that example's share). A unit with g'(Z) = 0 cuts its paths. For a bias the first factor is 1.

Derived in: notebooks/04_chain_rule.ipynb, "Which of ten paths reach a weight of the worked network?"
"""

import math
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.activations import get_activation


@dataclass(frozen=True)
class Paths:
    """All paths of one weight: units (P, L - l + 1), factors (P, 2 (L - l) + 2) in the order of the formula, products (P,), their sum."""

    units: np.ndarray
    factors: np.ndarray
    products: np.ndarray

    @property
    def total(self):
        """The sum over all paths: the weight's gradient for this example."""
        return float(self.products.sum())


def from_weight(p, c, grads, l, j, k=None, *, hidden="relu", example=0):
    """sum over paths of (product of factors) = the gradient of one example's loss with respect to W[l][j, k], or to b[l][j].

    Parameters
    ----------
    p, c, grads : dict of ndarray
        Parameters, and what `network.forward_prop` and `network.backward_prop` returned; of grads only "dZL" is read.
    l, j, k : int
        Layer from 1, row and column from 0; k = None is the bias.
    hidden : str or Activation
    example : int
        The column of the batch.

    Returns
    -------
    Paths

    Raises
    ------
    TypeError, ValueError, KeyError
        Names the layer, unit or argument that does not fit.

    Derived in: notebooks/04_chain_rule.ipynb, "Which of ten paths reach a weight of the worked network?"
    """
    units, factors = beyond(p, c, grads, l, j, hidden=hidden)
    m = factors.shape[-1]
    example = _index("example", example, m)
    a = 1.0
    if k is not None:
        inputs = p[f"W{l}"].shape[1]
        a = checks.cached(c, f"A{l - 1}", (inputs, m))[_index("k", k, inputs), example]
    factors = np.column_stack([np.full(len(units), a), factors[..., example]])
    with np.errstate(all="ignore"):
        return Paths(units, factors, factors.prod(axis=1))


MOST_NUMBERS = 20_000_000
"""So many factors may be asked for at once; they take 0.16 GB."""


def beyond(p, c, grads, l, j=None, *, hidden="relu"):
    """The part of the paths that all weights of one unit share: from its Z to the loss, for all examples.

    Arguments as in `from_weight`; without j the paths of all units of layer l, one unit's after the other's.
    Returns units (P, L - l + 1) and factors (P, 2 (L - l) + 1, m).
    """
    L = checks.parameters(p)
    l = checks.whole("l", l)
    if l > L:
        raise ValueError(f"l is {l}, expected a layer from 1 to {L}")
    slope = get_activation(hidden, "hidden").slope
    sizes = [p[f"W{q}"].shape[0] for q in range(l, L + 1)]
    last = checks.cached(grads, f"dZ{L}", (sizes[-1], None), argument="grads", source="backward_prop")
    m = last.shape[1]
    slopes = [slope(checks.cached(c, f"Z{q}", (p[f"W{q}"].shape[0], m))) for q in range(l, L)]
    units = _units(sizes, None if j is None else _index("j", j, sizes[0]), m)
    columns = []
    for i, (g, here, there) in enumerate(zip(slopes, units.T[:-1], units.T[1:], strict=True)):
        g = g[here]  # (P, m)
        columns += [g, np.broadcast_to(p[f"W{l + i + 1}"][there, here][:, None], g.shape)]
    columns.append(last[units[:, -1]])
    return units, np.stack(columns, axis=1)


def _units(sizes, j, m):
    """The units of each path, one row a path, from unit j of the first layer (None: from each): the last one changes first."""
    sizes = sizes if j is None else [1, *sizes[1:]]
    count = math.prod(sizes)
    if count * (2 * len(sizes) - 1) * m > MOST_NUMBERS:
        raise ValueError(f"there are {float(min(count, 10**300)):.3g} paths for {m} examples, expected at most {MOST_NUMBERS:.0e} factors in all: "
                         "take one unit, fewer examples or a smaller network")
    before = np.cumprod([1, *sizes[:-1]])
    columns = [np.tile(np.repeat(np.arange(n), count // (n * b)), b) for n, b in zip(sizes, before, strict=True)]
    units = np.stack(columns, axis=1)
    if j is not None:
        units[:, 0] = j
    return units


def _index(name, value, size):
    value = checks.whole(name, value, least=0)
    if value >= size:
        raise ValueError(f"{name} is {value}, expected at most {size - 1}")
    return value
