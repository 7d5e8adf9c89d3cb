r"""The table of the engine: how each function hands a gradient on to its arguments.

A row has one rule for each argument: (up, out, *arguments, **options) -> the gradient with respect to that argument, where
out = function(*arguments, **options) and `up` is the gradient with respect to out: the slope that arrives, times the local one.
None: an argument that is never differentiated. Where an argument was broadcast, the engine sums what a rule returns back to
the argument's shape, so no rule needs to.

Derived in: notebooks/10_automatic_differentiation.ipynb, notebooks/05_backward_propagation.ipynb
"""

import operator

import numpy as np

from helpers import convolution, losses

# --- what is longer than a line -------------------------------------------------------------------------------------------


def larger(a, b):
    """Slope of the larger of two tensors with respect to a: 1 where a > b, half where they are equal."""
    return (a > b) + 0.5 * (a == b)


def base(up, out, a, b):
    """Of a^b: b a^{b-1}, which is 0 for b = 0, at a = 0 too."""
    return up * (b * a ** (b - (b != 0)))


def exponent(up, out, a, b):
    """Of a^b: a^b ln a, which is 0 at a = 0."""
    return up * (out * np.log(np.where(a == 0, 1, a)))


def spread(up, a, axis, keepdims):
    """What arrives at a reduction over `axis`, beside each entry of a that went into it."""
    full = np.empty(a.shape, up.dtype)
    full[...] = up if keepdims or axis is None else np.expand_dims(up, axis)
    return full


def extreme(up, out, a, axis=None, *, keepdims=False):
    """Of max and min: the entries that are equal to it share what arrives."""
    chosen = a == spread(out, a, axis, keepdims)
    return spread(up, a, axis, keepdims) * chosen / chosen.sum(axis=axis, keepdims=True)


def left(up, out, A, B):
    """Gradient of A in A @ B: up B^⊤. A vector A is a row, a vector B a column."""
    if np.ndim(B) == 1:
        return np.multiply.outer(up, B)
    return up @ B.mT if A.ndim > 1 else (np.expand_dims(up, -2) @ B.mT)[..., 0, :]


def right(up, out, A, B):
    """Gradient of B in A @ B: A^⊤ up."""
    if np.ndim(A) == 1:
        return np.expand_dims(A, -1) * np.expand_dims(up, -2) if B.ndim > 1 else up * A
    return A.mT @ up if B.ndim > 1 else (A.mT @ np.expand_dims(up, -1))[..., 0]


def back(axes, ndim):
    """The axes that undo a transposition to `axes`."""
    return None if axes is None else np.argsort([axis % ndim for axis in axes])


def entries(up, out, a, index):
    """Of a[index]: what arrives goes where it was taken from; an entry that was taken twice gets both."""
    full = np.zeros(a.shape, up.dtype)
    if all(isinstance(i, _ONCE) for i in (index if isinstance(index, tuple) else (index,))):
        full[index] = up
    else:
        np.add.at(full, index, up)
    return full


_ONCE = (int, slice, type(None), type(...))


class Pieces:
    """The row of a function of any number of arrays, joined along `axis`: rule i cuts piece i out of what arrives."""

    def __getitem__(self, i):
        return lambda up, out, *pieces, axis=0: np.split(up, np.cumsum([piece.shape[axis] for piece in pieces[:-1]]), axis)[i]


def joined(*pieces, axis=0):
    """np.concatenate with its arrays as arguments, as a row of the table needs them."""
    return np.concatenate(pieces, axis)


# --- the table ------------------------------------------------------------------------------------------------------------

RULES = {
    # two arguments, entry by entry
    np.add:        (lambda up, out, a, b: up,
                    lambda up, out, a, b: up),
    np.subtract:   (lambda up, out, a, b: up,
                    lambda up, out, a, b: -up),
    np.multiply:   (lambda up, out, a, b: up * b,
                    lambda up, out, a, b: up * a),
    np.divide:     (lambda up, out, a, b: up / b,
                    lambda up, out, a, b: -up * out / b),
    np.power:      (base, exponent),
    operator.pow:  (base, exponent),
    np.maximum:    (lambda up, out, a, b: up * larger(a, b),
                    lambda up, out, a, b: up * larger(b, a)),
    np.minimum:    (lambda up, out, a, b: up * larger(b, a),
                    lambda up, out, a, b: up * larger(a, b)),
    np.logaddexp:  (lambda up, out, a, b: up * np.exp(a - out),
                    lambda up, out, a, b: up * np.exp(b - out)),
    # one argument, entry by entry
    np.negative:   (lambda up, out, a: -up,),
    np.positive:   (lambda up, out, a: up,),
    np.exp:        (lambda up, out, a: up * out,),
    np.expm1:      (lambda up, out, a: up * (out + 1),),
    np.log:        (lambda up, out, a: up / a,),
    np.log1p:      (lambda up, out, a: up / (1 + a),),
    np.log2:       (lambda up, out, a: up / (a * np.log(2)),),
    np.log10:      (lambda up, out, a: up / (a * np.log(10)),),
    np.sqrt:       (lambda up, out, a: up / (2 * out),),  # at 0 infinite, and NaN where 0 arrives: see the docstring of `autograd`
    np.square:     (lambda up, out, a: up * (2 * a),),
    np.reciprocal: (lambda up, out, a: -up * out * out,),
    np.absolute:   (lambda up, out, a: up * np.sign(a),),  # 0 at 0
    np.tanh:       (lambda up, out, a: up * (1 - out * out),),
    np.sin:        (lambda up, out, a: up * np.cos(a),),
    np.cos:        (lambda up, out, a: -up * np.sin(a),),
    np.where:      (None,
                    lambda up, out, condition, a, b: np.where(condition, up, 0),
                    lambda up, out, condition, a, b: np.where(condition, 0, up)),
    # products of matrices
    np.matmul:     (left, right),
    # many entries to few
    np.sum:        (lambda up, out, a, axis=None, *, keepdims=False: spread(up, a, axis, keepdims),),
    np.mean:       (lambda up, out, a, axis=None, *, keepdims=False: spread(up * (out.size / a.size), a, axis, keepdims),),
    np.max:        (extreme,),
    np.min:        (extreme,),
    # the same entries elsewhere
    np.reshape:      (lambda up, out, a, shape: up.reshape(a.shape),),
    np.transpose:    (lambda up, out, a, axes=None: np.transpose(up, back(axes, a.ndim)),),
    np.matrix_transpose: (lambda up, out, a: up.mT,),
    np.swapaxes:     (lambda up, out, a, one, other: np.swapaxes(up, one, other),),
    np.broadcast_to: (lambda up, out, a, shape: up,),
    operator.getitem: (entries,),
    joined: Pieces(),
    # a loss and its output unit at once, the mean over examples (columns)
    losses.softmax_cross_entropy_from_logits: (
        lambda up, out, Z, Y: up / Z.shape[1] * losses.LOSSES["cross_entropy"].fused_slope(losses.softmax_rule(Z), Y), None),
    losses.binary_cross_entropy_from_logits: (
        lambda up, out, Z, Y: up / Z.shape[1] * losses.LOSSES["bce"].fused_slope(losses.SIGMOID.value_rule(Z), Y), None),
    # images
    convolution.correlate: (
        lambda up, out, X, K, b, stride, padding: convolution.input_gradient(up, X, K, stride, padding),
        lambda up, out, X, K, b, stride, padding: convolution.kernel_gradient(up, X, K, stride, padding),
        lambda up, out, X, K, b, stride, padding: convolution.bias_gradient(up)),
    convolution.max_pool: (
        lambda up, out, X, size, stride, padding: convolution.max_pool_backward(up, X, size, stride, padding),),
}  # fmt: skip
"""One row for each function that is differentiated, one rule for each of its arguments."""

BESIDE_A_NUMBER = {
    np.maximum: (lambda up, out, a, b: up * (a > b), lambda up, out, a, b: up * (b > a)),
    np.minimum: (lambda up, out, a, b: up * (a < b), lambda up, out, a, b: up * (b < a)),
}
"""The rows where only one argument is a tensor: at a tie the plain number has won, so the slope of max(0, z) at 0 is 0."""
