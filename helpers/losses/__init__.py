r"""Losses in nats, each with its derivative, and the loss of somebody who has not looked at the input.

Columns are examples. A loss is the mean over the m examples of each example's own loss. With n outputs, that is the
sum of their n cross-entropies, or the mean of their n squared errors, as the field does. Column i of a `..._slope` is the
gradient of example i's own loss, without that 1/m: the mean enters a backward pass once, in dW and db.

Derived in: notebooks/03_loss.ipynb
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.activations import ACTIVATIONS

SIGMOID = ACTIVATIONS["sigmoid"]

_quietly = np.errstate(all="ignore")  # a rule's underflow is right, and what it makes of NaN or infinity is looked at afterwards


def _error(A, Y):
    """a - y: what is left of a cross-entropy's slope after the slope of its own output unit, sigmoid or softmax."""
    return A - Y


# --- per example: (..., n, m) -> (..., m); slopes: (..., n, m) -> (..., n, m); the rules check nothing ---------------------


def _bce(A, Y):
    """-y ln a - (1 - y) ln(1 - a), with 0 ln 0 = 0; infinite where a confident answer is wrong, NaN where a is no probability."""
    A = np.where((A >= 0) & (A <= 1), A, np.nan)
    return (-np.where(Y > 0, np.log(A), 0) - np.where(Y < 1, np.log1p(-A), 0)).sum(axis=-2)


def _bce_slope(A, Y):
    A = np.where((A >= 0) & (A <= 1), A, np.nan)
    return np.where(Y < 1, (1 - Y) / (1 - A), 0) - np.where(Y > 0, Y / A, 0)


def _check_probabilities(A, Y):
    """Raise DomainError where the cross-entropy of probabilities A has no value; Y is not looked at."""
    outside = A[(A < 0) | (A > 1)]
    if outside.size:
        raise checks.DomainError(
            f"A holds {outside[0]:.6g}, expected probabilities between 0 and 1: is the output unit a sigmoid?")


def _check_bce_slope(A, Y):
    """Raise DomainError where the slope of that cross-entropy is not finite."""
    _check_probabilities(A, Y)
    with np.errstate(all="ignore"):
        finite = np.isfinite(_bce_slope(A, Y))
    if not finite.all():
        where = np.unravel_index(np.argmin(finite), finite.shape)
        raise checks.DomainError(f"A holds {A[where]:g} where y is {Y[where]:g}: there -ln has no finite slope")


def _bce_from_logits(Z, Y):
    # softplus(z) - y z; its tiny last term comes last, since adding it to a large z first would round it away
    return (np.maximum(0, Z) - Y * Z + np.log1p(np.exp(-np.abs(Z)))).sum(axis=-2)


def softmax_rule(Z):
    """`softmax` of checked logits, (..., K, m)."""
    e = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True)


def _cross_entropy_from_logits(Z, Y):
    # ln sum_j e^{z_j} - z_true with the largest logit out of the sum: its e^0 = 1 would swallow the others, hence log1p last
    top = Z.max(axis=-2, keepdims=True)
    first = np.arange(Z.shape[-2])[:, None] == Z.argmax(axis=-2, keepdims=True)
    others = np.where(first, 0, np.exp(Z - top)).sum(axis=-2)
    return top[..., 0, :] - (Y * Z).sum(axis=-2) + np.log1p(others)


def _mse(A, Y):
    return ((A - Y) ** 2).mean(axis=-2)


def _mse_slope(A, Y):
    return 2 * (A - Y) / A.shape[-2]


def _half_mse(A, Y):
    return _mse(A, Y) / 2


def _half_mse_slope(A, Y):
    return _mse_slope(A, Y) / 2


# --- binary cross-entropy -------------------------------------------------------------------------------------------


@_quietly
def binary_cross_entropy(A, Y):
    """Mean over examples of -y ln a - (1 - y) ln(1 - a), summed over the n outputs, from probabilities.

    A : (n, m) in [0, 1]; Y : (n, m) of labels 0 and 1. Returns a float in nats, infinite where a = 0 or 1 is wrong.
    Raises DomainError for A outside [0, 1], ValueError for shapes and labels.
    Derived in: notebooks/03_loss.ipynb, "What does a probability cost?"
    """
    A = checks.matrix("A", A)
    Y = checks.labels("Y", Y, A.shape)
    _check_probabilities(A, Y)
    return float(_bce(A, Y).mean())


@_quietly
def binary_cross_entropy_slope(A, Y):
    """(a - y) / (a (1 - a)): gradient of each example's own cross-entropy with respect to its n outputs, shape (n, m).

    Raises DomainError for A outside [0, 1] and where the slope overflows: at a = 0 (or as good as 0) with y = 1, at
    a = 1 with y = 0; ValueError for shapes and labels.
    """
    A = checks.matrix("A", A)
    Y = checks.labels("Y", Y, A.shape)
    _check_bce_slope(A, Y)
    return _bce_slope(A, Y)


@_quietly
def binary_cross_entropy_from_logits(Z, Y):
    """Mean over examples of softplus(z) - y z, summed over the n outputs: the cross-entropy of a = sigmoid(z), never infinite.

    Computed as max(0, z) - y z + ln(1 + e^{-|z|}) in this order: first what is large and may cancel, the tiny term last.
    Z : (n, m) logits; Y : (n, m) of labels 0 and 1. Returns a float in nats.
    Derived in: notebooks/03_loss.ipynb, "Why compute the loss from logits?"
    """
    Z = checks.matrix("Z", Z)
    return float(_bce_from_logits(Z, checks.labels("Y", Y, Z.shape)).mean())


@_quietly
def binary_cross_entropy_from_logits_slope(Z, Y):
    """sigmoid(z) - y: gradient of each example's own cross-entropy with respect to its n logits, shape (n, m)."""
    Z = checks.matrix("Z", Z)
    return _error(SIGMOID.value_rule(Z), checks.labels("Y", Y, Z.shape))


# --- softmax ----------------------------------------------------------------------------------------------------------


@_quietly
def softmax(Z):
    """p_k = e^{z_k} / sum_j e^{z_j} for each column; the column's maximum is subtracted first, so nothing overflows.

    Z : (K, m) logits. Returns (K, m), each column summing to 1.
    Derived in: notebooks/03_loss.ipynb, "For which outputs and losses does it hold?"
    """
    return softmax_rule(checks.matrix("Z", Z))


def softmax_jacobian(z):
    """dp_j / dz_k = p_j (delta_jk - p_k), the matrix diag(p) - p p^T of one example.

    z : (K, 1) logits. Returns (K, K).
    """
    p = softmax(checks.matrix("z", z, (None, 1)))
    return np.diagflat(p) - p @ p.T


@_quietly
def softmax_cross_entropy_from_logits(Z, Y):
    """Mean over examples of ln sum_j e^{z_j} - z_true, the cross-entropy -ln p_true of p = softmax(z).

    Computed as z_top - z_true + ln(1 + sum over the others of e^{z_j - z_top}), the tiny term last, as for one logit.
    Z : (K, m) logits; Y : (K, m) one-hot columns. Returns a float in nats.
    Derived in: notebooks/03_loss.ipynb, "For which outputs and losses does it hold?"
    """
    Z = checks.matrix("Z", Z)
    return float(_cross_entropy_from_logits(Z, checks.one_hot("Y", Y, Z.shape)).mean())


@_quietly
def softmax_cross_entropy_from_logits_slope(Z, Y):
    """p - y: gradient of each example's own cross-entropy with respect to its logits, shape (K, m)."""
    Z = checks.matrix("Z", Z)
    return _error(softmax_rule(Z), checks.one_hot("Y", Y, Z.shape))


# --- squared errors ---------------------------------------------------------------------------------------------------


@_quietly
def mean_squared_error(A, Y):
    """Mean of (a - y)^2 over all n m entries: over the n outputs of an example as well as over the m examples.

    A, Y : (n, m). Returns a float in units of y squared.

    Derived in: notebooks/03_loss.ipynb, "Why does squared error learn slowly when it is confidently wrong?"
    """
    A = checks.matrix("A", A)
    return float(_mse(A, checks.matrix("Y", Y, A.shape)).mean())


@_quietly
def mean_squared_error_slope(A, Y):
    """2 (a - y) / n: gradient of each example's own mean squared error over its n outputs, shape (n, m)."""
    A = checks.matrix("A", A)
    return _mse_slope(A, checks.matrix("Y", Y, A.shape))


def half_squared_error(A, Y):
    """Half of the mean of (a - y)^2 over all n m entries, half of `mean_squared_error`.

    A, Y : (n, m). Returns a float in units of y squared. A backward pass that starts from a - y with n > 1 outputs is that
    of n times this loss (the half squared *distance* of an example from its target).

    Derived in: notebooks/03_loss.ipynb, "Why does squared error learn slowly when it is confidently wrong?"
    """
    return mean_squared_error(A, Y) / 2


def half_squared_error_slope(A, Y):
    """(a - y) / n: gradient of each example's own half squared error over its n outputs, shape (n, m)."""
    return mean_squared_error_slope(A, Y) / 2


# --- which loss goes with which output unit -----------------------------------------------------------------------------


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
        Loss("bce", _bce, _bce_slope, "sigmoid", _bce_from_logits, _error, _check_probabilities, _check_bce_slope),
        Loss("cross_entropy", None, None, "softmax", _cross_entropy_from_logits, _error),
        Loss("mse", _mse, _mse_slope),
        Loss("half_mse", _half_mse, _half_mse_slope),
    )
}
"""Every loss by name."""

OUTPUT_LOSSES = {
    "sigmoid": ("bce", "mse", "half_mse"),
    "identity": ("half_mse", "mse"),
    "relu": ("half_mse", "mse", "bce"),
    "softmax": ("cross_entropy",),
}
"""The losses that each output unit goes with, its usual one first."""


def get_loss(output, loss=None):
    """Return the Loss that goes with an output unit: the usual one where `loss` is None.

    Raises ValueError for an unknown output or loss, and for a pair that has no meaning.
    """
    checks.choice("output", output, OUTPUT_LOSSES)
    if loss is None:
        return LOSSES[OUTPUT_LOSSES[output][0]]
    checks.choice("loss", loss, LOSSES)
    if loss not in OUTPUT_LOSSES[output]:
        raise ValueError(f"loss is {loss!r}, expected one that goes with output {output!r}: {', '.join(OUTPUT_LOSSES[output])}")
    return LOSSES[loss]


# --- the yardstick --------------------------------------------------------------------------------------------------------


def uninformed_loss(y):
    """Entropy of the label frequencies, -sum_k f_k ln f_k: the best loss without looking at the input.

    y : (1, m) labels (0 and 1, or class numbers), or (K, m) one-hot columns. Returns nats: ln 2 = 0.6931 for two
    equally frequent labels, ln K for K of them.
    Derived in: notebooks/03_loss.ipynb, "What does a loss tell you?"
    """
    y = checks.matrix("y", y)
    if y.shape[0] == 1:
        if (y != np.round(y)).any():
            raise ValueError(f"y holds {y[y != np.round(y)][0]:g}, expected labels: whole numbers, one for each class")
        counts = np.unique(y, return_counts=True)[1]
    else:
        counts = checks.one_hot("y", y, y.shape).sum(axis=1)
    f = counts[counts > 0] / y.shape[1]
    return float(abs((f * np.log(f)).sum()))


# --- reading a loss: at the end, since the table stands in a module of its own ----------------------------------------------

from helpers.losses.meaning import landmarks, what_a_loss_means  # noqa: E402, F401
