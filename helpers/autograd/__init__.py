r"""Reverse-mode automatic differentiation: a loss written in NumPy, and its gradients, without deriving them.

    J = np.mean((W @ X + b - y) ** 2), with W = autograd.Tensor(...) and b likewise; J.backward(); W.grad, b.grad
    dW, db = autograd.gradient(lambda W, b: np.mean((W @ X + b - y) ** 2), W, b), with plain arrays W and b

A forward pass in NumPy runs on tensors as it is, through NumPy's own functions. What has no rule, or would lose the gradient in
silence (float(t), np.array(t), t[...] = ..., out=), raises a TypeError that says what to write instead. Comparisons, argmax, sign and
other functions that stay constant when their arguments move a little give plain arrays. a += b makes a new tensor; a view that was taken of
the old one does not follow. Plain arrays are not copied: leave X as it is until the gradients are there. There are no second derivatives.

Where there is no one derivative, a choice was made, as everywhere:

    max(0, z) at 0    0, as in `activations` (ReLU'(0) = 0). In general, where a tensor is equal to the plain number beside it in maximum or
                      minimum, the number wins and the slope is 0, at the bounds of np.clip too. Of two equal tensors each gets half.
    |z| at 0          0
    max over an axis  the largest share equally. `max_pool`: the first of them in reading order gets all
    where(c, a, b)    the branch that was chosen. What computes the other one runs all the same, and 0 times an infinite slope is NaN:
                      where(z > 0, sqrt(z), 0) has the slope NaN at 0, so write where(z > 0, z, 1) inside of sqrt, too
    sqrt(z) at 0      infinite, with NumPy's warning

A smooth function that is written with kinks has there what the choices add up to: max(0, z) - max(0, -z) is z, with slope 0 at 0.

Others choose otherwise: in PyTorch 2.13 and HIPS autograd 1.9 two equal arguments of maximum get half each, numbers too; PyTorch's relu has slope
0 at 0, its clamp 1 at both bounds, HIPS autograd's clip 0. Of several largest, PyTorch's max(dim) and max_pool2d choose one, its amax and HIPS
autograd share. With where and sqrt all do the same.

Derived in: notebooks/10_automatic_differentiation.ipynb, notebooks/04_chain_rule.ipynb
"""

import numpy as np

from helpers import checks, convolution, losses
from helpers.autograd.backward import one_number, order, own, sweep
from helpers.autograd.tensor import Tensor, record

__all__ = [
    "Tensor", "binary_cross_entropy_from_logits", "correlate", "gradient", "max_pool", "order", "softmax_cross_entropy_from_logits", "sweep",
]  # fmt: skip


def gradient(f, *arrays):
    """dJ/da for each array a, where J = f(*arrays) is one number: f is called once, with a tensor for each array.

    Parameters
    ----------
    f : function
        Computes one number (or an array with one entry) from tensors, with NumPy's functions as on arrays.
    *arrays : ndarray or real number

    Returns
    -------
    tuple of ndarray : one for each array, in its shape (a NumPy scalar for a number), zeros where J does not depend on it.
        A tuple for a single array, too: (dW,) = gradient(f, W).

    Raises
    ------
    TypeError
        Where f computes something that has no rule, or returns a plain number: the numbers were taken out of their tensors.
    ValueError
        Where f returns more than one number.

    Derived in: notebooks/10_automatic_differentiation.ipynb, "Does your own forward pass run on the finished engine?"
    """
    leaves = [Tensor(array) for array in arrays]
    J = checks.function("f", f, "of tensors, one for each array")(*leaves)
    if not isinstance(J, Tensor):
        raise TypeError(f"f returned {checks.shown(J)}, expected a tensor: it does not use its arguments, or only their .value")
    found = dict.fromkeys(leaves)
    for tensor, up in sweep(one_number(J, "f returned a tensor")):
        if tensor in found:
            found[tensor] = own(up, tensor)
    return tuple(np.zeros(leaf.shape)[()] if grad is None else grad for leaf, grad in found.items())


def softmax_cross_entropy_from_logits(Z, Y):
    """`losses.softmax_cross_entropy_from_logits` of a tensor Z: the mean over examples, whose gradient is (p - y) / m.

    Z : Tensor (K, m) of logits; Y : ndarray (K, m), one-hot columns, not a tensor. Returns a Tensor of one number.
    Derived in: notebooks/03_loss.ipynb, "For which outputs and losses does it hold?"
    """
    return record(losses.softmax_cross_entropy_from_logits, (Z, _labels(Y)))


def binary_cross_entropy_from_logits(Z, Y):
    """`losses.binary_cross_entropy_from_logits` of a tensor Z: the mean over examples, whose gradient is (sigmoid(z) - y) / m.

    Z : Tensor (n, m) of logits; Y : ndarray (n, m) of labels 0 and 1, not a tensor. Returns a Tensor of one number.
    Derived in: notebooks/03_loss.ipynb, "Why compute the loss from logits?"
    """
    return record(losses.binary_cross_entropy_from_logits, (Z, _labels(Y)))


def _labels(Y):
    if isinstance(Y, Tensor):
        raise TypeError("Y is a Tensor, expected a plain array: a loss is not differentiated with respect to labels, so write Y.value")
    return np.asarray(Y)


def correlate(X, K, b=None, stride=1, padding=0):
    """`convolution.correlate` of tensors: any of X, K and b may be one, the others are plain arrays. Returns a Tensor.

    Derived in: notebooks/11_convolution.ipynb, "What does a kernel compute?"
    """
    return record(convolution.correlate, (X, K, b), {"stride": stride, "padding": padding})


def max_pool(X, size=2, stride=None, padding=0):
    """`convolution.max_pool` of a tensor X. Returns a Tensor.

    Derived in: notebooks/11_convolution.ipynb, "What does max-pooling pass back?"
    """
    return record(convolution.max_pool, (X,), {"size": size, "stride": stride, "padding": padding})
