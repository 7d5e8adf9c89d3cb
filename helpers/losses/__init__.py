r"""Losses in nats, each with its derivative, and the loss of somebody who has not looked at the input.

Columns are examples. A loss is the mean over the m examples of each example's own loss. With n outputs, that is the
sum of their n cross-entropies, or the mean of their n squared errors, as the field does. Column i of a `..._slope` is the
gradient of example i's own loss, without that 1/m: the mean enters a backward pass once, in dW and db.

Derived in: notebooks/03_loss.ipynb
"""

import numpy as np

from helpers import checks
from helpers.losses import rules
from helpers.losses.meaning import landmarks, what_a_loss_means
from helpers.losses.rules import LOSSES, SIGMOID, Loss, softmax_rule

__all__ = [
    "LOSSES", "OUTPUT_LOSSES", "SIGMOID", "Loss", "binary_cross_entropy", "binary_cross_entropy_from_logits",
    "binary_cross_entropy_from_logits_slope", "binary_cross_entropy_slope", "get_loss", "half_squared_error", "half_squared_error_slope",
    "landmarks", "mean_squared_error", "mean_squared_error_slope", "softmax", "softmax_cross_entropy_from_logits",
    "softmax_cross_entropy_from_logits_slope", "softmax_jacobian", "softmax_rule", "uninformed_loss", "what_a_loss_means",
]  # fmt: skip

_quietly = np.errstate(all="ignore")  # a rule's underflow is right, and what it makes of NaN or infinity is looked at afterwards


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
    rules.check_probabilities(A, Y)
    return float(rules.bce(A, Y).mean())


@_quietly
def binary_cross_entropy_slope(A, Y):
    """(a - y) / (a (1 - a)): gradient of each example's own cross-entropy with respect to its n outputs, shape (n, m).

    Raises DomainError for A outside [0, 1] and where the slope overflows: at a = 0 (or as good as 0) with y = 1, at
    a = 1 with y = 0; ValueError for shapes and labels.
    """
    A = checks.matrix("A", A)
    Y = checks.labels("Y", Y, A.shape)
    rules.check_bce_slope(A, Y)
    return rules.bce_slope(A, Y)


@_quietly
def binary_cross_entropy_from_logits(Z, Y):
    """Mean over examples of softplus(z) - y z, summed over the n outputs: the cross-entropy of a = sigmoid(z).

    Computed as max(0, z) - y z + ln(1 + e^{-|z|}) in this order: first what is large and may cancel, the tiny term last.
    Z : (n, m) logits; Y : (n, m) of labels 0 and 1. Returns a float in nats, finite for |z| up to 1e300.
    Derived in: notebooks/03_loss.ipynb, "Why compute the loss from logits?"
    """
    Z = checks.matrix("Z", Z)
    return float(rules.bce_from_logits(Z, checks.labels("Y", Y, Z.shape)).mean())


@_quietly
def binary_cross_entropy_from_logits_slope(Z, Y):
    """sigmoid(z) - y: gradient of each example's own cross-entropy with respect to its n logits, shape (n, m)."""
    Z = checks.matrix("Z", Z)
    return rules.error(SIGMOID.value_rule(Z), checks.labels("Y", Y, Z.shape))


# --- softmax ----------------------------------------------------------------------------------------------------------


@_quietly
def softmax(Z):
    """p_k = e^{z_k} / sum_j e^{z_j} for each column; the column's maximum is subtracted first, so nothing overflows.

    Z : (K, m) logits. Returns (K, m), each column summing to 1.
    Derived in: notebooks/03_loss.ipynb, "For which outputs and losses does it hold?"
    """
    return rules.softmax_rule(checks.matrix("Z", Z))


def softmax_jacobian(z):
    """dp_j / dz_k = p_j (delta_jk - p_k), the matrix diag(p) - p p^⊤ of one example.

    z : (K, 1) logits. Returns (K, K).
    Derived in: notebooks/09_softmax.ipynb, "What is the slope of softmax?"
    """
    p = softmax(checks.matrix("z", z, (None, 1)))
    return np.diagflat(p) - p @ p.T


@_quietly
def softmax_cross_entropy_from_logits(Z, Y):
    """Mean over examples of ln sum_j e^{z_j} - z_true, the cross-entropy -ln p_true of p = softmax(z).

    Computed as z_top - z_true + ln(1 + sum over the others of e^{z_j - z_top}), the tiny term last, as for one logit.
    Z : (K, m) logits; Y : (K, m) one-hot columns. Returns a float in nats, finite for |z| up to 1e300.
    Derived in: notebooks/03_loss.ipynb, "For which outputs and losses does it hold?"
    """
    Z = checks.matrix("Z", Z)
    return float(rules.cross_entropy_from_logits(Z, checks.one_hot("Y", Y, Z.shape)).mean())


@_quietly
def softmax_cross_entropy_from_logits_slope(Z, Y):
    """p - y: gradient of each example's own cross-entropy with respect to its logits, shape (K, m)."""
    Z = checks.matrix("Z", Z)
    return rules.error(rules.softmax_rule(Z), checks.one_hot("Y", Y, Z.shape))


# --- squared errors ---------------------------------------------------------------------------------------------------


@_quietly
def mean_squared_error(A, Y):
    """Mean of (a - y)^2 over all n m entries: over the n outputs of an example as well as over the m examples.

    A, Y : (n, m). Returns a float in units of y squared.

    Derived in: notebooks/03_loss.ipynb, "Why does squared error learn slowly when it is confidently wrong?"
    """
    A = checks.matrix("A", A)
    return float(rules.mse(A, checks.matrix("Y", Y, A.shape)).mean())


@_quietly
def mean_squared_error_slope(A, Y):
    """2 (a - y) / n: gradient of each example's own mean squared error over its n outputs, shape (n, m)."""
    A = checks.matrix("A", A)
    return rules.mse_slope(A, checks.matrix("Y", Y, A.shape))


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
