r"""The formulas of the losses and of their slopes, for arrays that were checked: of one network, or of many in a stack.

Shapes: a loss per example (..., n, m) -> (..., m), a slope (..., n, m) -> (..., n, m).

Derived in: notebooks/03_loss.ipynb
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.activations import ACTIVATIONS

SIGMOID = ACTIVATIONS["sigmoid"]


def error(A, Y):
    """a - y: what is left of a cross-entropy's slope after the slope of its own output unit, sigmoid or softmax."""
    return A - Y


def bce(A, Y):
    """-y ln a - (1 - y) ln(1 - a), with 0 ln 0 = 0; infinite where a confident answer is wrong, NaN where a is no probability."""
    A = np.where((A >= 0) & (A <= 1), A, np.nan)
    return (-np.where(Y > 0, np.log(A), 0) - np.where(Y < 1, np.log1p(-A), 0)).sum(axis=-2)


def bce_slope(A, Y):
    """(1 - y) / (1 - a) - y / a; not finite where that is not, NaN where a is no probability."""
    A = np.where((A >= 0) & (A <= 1), A, np.nan)
    return np.where(Y < 1, (1 - Y) / (1 - A), 0) - np.where(Y > 0, Y / A, 0)


def check_probabilities(A, Y):
    """Raise DomainError where the cross-entropy of probabilities A has no value; Y is not looked at."""
    outside = A[(A < 0) | (A > 1)]
    if outside.size:
        raise checks.DomainError(
            f"A holds {outside[0]:.6g}, expected probabilities between 0 and 1: is the output unit a sigmoid?")


def check_bce_slope(A, Y):
    """Raise DomainError where the slope of that cross-entropy is not finite."""
    check_probabilities(A, Y)
    with np.errstate(all="ignore"):
        finite = np.isfinite(bce_slope(A, Y))
    if not finite.all():
        where = np.unravel_index(np.argmin(finite), finite.shape)
        raise checks.DomainError(f"A holds {A[where]:g} where y is {Y[where]:g}: there -ln has no finite slope")


def bce_from_logits(Z, Y):
    """softplus(z) - y z."""
    # the tiny last term comes last, since adding it to a large z first would round it away
    return (np.maximum(0, Z) - Y * Z + np.log1p(np.exp(-np.abs(Z)))).sum(axis=-2)


def softmax_rule(Z):
    """`softmax` of checked logits, (..., K, m)."""
    e = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True)


def cross_entropy_from_logits(Z, Y):
    """ln sum_j e^{z_j} - z_true."""
    # with the largest logit out of the sum: its e^0 = 1 would swallow the others, hence log1p last
    top = Z.max(axis=-2, keepdims=True)
    first = np.arange(Z.shape[-2])[:, None] == Z.argmax(axis=-2, keepdims=True)
    others = np.where(first, 0, np.exp(Z - top)).sum(axis=-2)
    return top[..., 0, :] - (Y * Z).sum(axis=-2) + np.log1p(others)


def mse(A, Y):
    """(a - y)^2, the mean over the outputs."""
    return ((A - Y) ** 2).mean(axis=-2)


def mse_slope(A, Y):
    """2 (a - y) / n."""
    return 2 * (A - Y) / A.shape[-2]


def half_mse(A, Y):
    """Half of that mean."""
    return mse(A, Y) / 2


def half_mse_slope(A, Y):
    """(a - y) / n."""
    return mse_slope(A, Y) / 2


@dataclass(frozen=True)
class Loss:
    """The rules of one loss: per example (..., n, m) -> (..., m), slope (..., n, m) -> (..., n, m), for one network or a stack.

    Where an output unit and the loss cancel to something simpler and more stable, `fused_output` names that unit: the loss is
    then computed from its logits Z, and `fused_slope`, from its outputs A, is that of each example's own loss by Z.
    The rules check nothing: where a loss or its slope has no finite value they return infinity or NaN, and `check` and
    `check_slope`, called with A and Y, raise the DomainError that says why (or nothing, if A and Y are not to blame).
    """

    name: str
    per_example: Callable | None
    slope: Callable | None
    fused_output: str | None = None
    per_example_from_logits: Callable | None = None
    fused_slope: Callable | None = None
    check: Callable = lambda A, Y: None
    check_slope: Callable = lambda A, Y: None


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("bce", bce, bce_slope, "sigmoid", bce_from_logits, error, check_probabilities, check_bce_slope),
        Loss("cross_entropy", None, None, "softmax", cross_entropy_from_logits, error),
        Loss("mse", mse, mse_slope),
        Loss("half_mse", half_mse, half_mse_slope),
    )
}
"""Every loss by name."""
