r"""NumPy's functions beyond the table of rules: made of others, constant, or refused with what to write instead.

Whatever is called here with tensors comes back to the engine, function by function.
"""

import inspect
from functools import lru_cache

import numpy as np


def dot(a, b):
    """np.dot for at most two axes."""
    if max(np.ndim(a), np.ndim(b)) > 2:
        raise TypeError(f"np.dot of shapes {np.shape(a)} and {np.shape(b)}: for more than two axes write a @ b, which multiplies matrix by matrix")
    return np.matmul(a, b) if min(np.ndim(a), np.ndim(b)) else np.multiply(a, b)


def clip(a, a_min=None, a_max=None, *, min=None, max=None):
    """np.clip; its slope is 0 at the bounds, too."""
    lowest, highest = a_min if min is None else min, a_max if max is None else max
    a = a if lowest is None else np.maximum(a, lowest)
    return a if highest is None else np.minimum(a, highest)


def with_axes(change):
    """A function that changes nothing but the axes, from NumPy's own and `np.reshape`."""
    return lambda a, axis=None: np.reshape(a, change(np.empty(np.shape(a), bool), axis).shape)


def pad(array, pad_width, mode="constant"):
    """np.pad with zeros."""
    if mode != "constant":
        raise TypeError(f"np.pad of a tensor with mode {mode!r} has no rule: only zeros are padded, mode='constant'")
    for axis, widths in enumerate(np.broadcast_to(pad_width, (np.ndim(array), 2))):
        shape = np.shape(array)
        before, after = (np.zeros((*shape[:axis], width, *shape[axis + 1 :])) for width in widths)
        array = np.concatenate([before, array, after], axis)
    return array


MADE_OF_OTHERS = {
    np.amax: np.max,
    np.amin: np.min,
    np.fabs: np.absolute,
    np.dot: dot,
    np.outer: lambda a, b: np.ravel(a)[:, None] * np.ravel(b),
    np.var: lambda a, axis=None, *, keepdims=False: np.mean((a - np.mean(a, axis, keepdims=True)) ** 2, axis, keepdims=keepdims),
    np.std: lambda a, axis=None, *, keepdims=False: np.sqrt(np.var(a, axis, keepdims=keepdims)),
    np.linalg.norm: lambda x, *, axis=None, keepdims=False: np.sqrt(np.sum(x**2, axis, keepdims=keepdims)),
    np.clip: clip,
    np.ravel: lambda a: np.reshape(a, (-1,)),
    np.squeeze: with_axes(np.squeeze),
    np.expand_dims: with_axes(np.expand_dims),
    np.stack: lambda arrays, axis=0: np.concatenate([np.expand_dims(a, axis) for a in arrays], axis),
    np.vstack: lambda tup: np.concatenate([a if np.ndim(a) > 1 else np.reshape(a, (1, -1)) for a in tup]),
    np.hstack: lambda tup: np.concatenate([a if np.ndim(a) else np.reshape(a, (1,)) for a in tup], 0 if np.ndim(tup[0]) < 2 else 1),
    np.append: lambda arr, values, axis=None: np.concatenate([arr, values], axis),
    np.pad: pad,
    np.full_like: lambda a, fill_value: np.zeros_like(a) + fill_value,
    np.copy: lambda a: np.positive(a),  # a ufunc has no signature to look at in NumPy 2.0
}
"""Functions of NumPy that call others of the table."""

CONSTANT = {
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.isfinite, np.isnan, np.isinf, np.signbit,
    np.logical_not, np.logical_and, np.logical_or, np.sign, np.floor, np.ceil, np.rint, np.trunc, np.round, np.argmax, np.argmin,
    np.argsort, np.any, np.all, np.count_nonzero, np.nonzero, np.isclose, np.allclose, np.array_equal, np.shape, np.ndim, np.size,
    np.zeros_like, np.ones_like, np.empty_like, np.result_type, np.array_repr, np.array_str, np.array2string,
}  # fmt: skip
"""Functions that stay what they are when their arguments move a little: their result is a plain array, with gradient 0."""

INSTEAD = {
    np.heaviside: "(a > 0) * 1.0",
    np.prod: "np.exp(np.log(a).sum()) where all entries are positive, or a product of factors",
    np.cumsum: "a @ np.triu(np.ones((n, n)))",
    np.einsum: "@, * and .sum(axis=...)",
    np.tensordot: "reshape and @",
    np.inner: "a @ b.T",
    np.sort: "a[np.argsort(a)]",
    np.insert: "np.concatenate",
    np.trace: "a[np.arange(n), np.arange(n)].sum()",
    np.diag: "a[np.arange(n), np.arange(n)]",
    np.take_along_axis: "a[labels, np.arange(m)]",
    np.lib.stride_tricks.sliding_window_view: "autograd.correlate",
    np.tile: "broadcasting, or np.concatenate([a, a])",
    np.repeat: "broadcasting, or a[[0, 0, 1, 1]]",
    np.flip: "a[::-1]",
    np.roll: "np.concatenate([a[-k:], a[:-k]])",
    np.split: "slices, a[:k] and a[k:]",
    np.take: "a[indices]",
    np.average: "np.mean(a), or (w * a).sum() / w.sum()",
    np.ptp: "a.max() - a.min()",
    np.vdot: "(a * b).sum()",
    np.moveaxis: "np.transpose(a, axes)",
    np.atleast_2d: "np.reshape",
    np.select: "np.where",
    np.piecewise: "np.where",
    np.nan_to_num: "np.where(np.isnan(a), 0, a)",
    np.hypot: "np.sqrt(a**2 + b**2)",
    np.exp2: "2.0**a",
    np.fmax: "np.maximum(a, b)",
    np.fmin: "np.minimum(a, b)",
    np.logaddexp: "m + np.log(np.exp(a - m).sum()), where m = a.max()",  # its .reduce
}
"""What to write in place of some functions that have no rule."""


def name_of(function):
    """A function as a reader writes it: np.exp, np.linalg.norm."""
    module = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    return f"{module if module.startswith('np') else module.split('.')[-1]}.{function.__name__}"


def refuse(what, instead="+ - * / ** @, sums, indexing and NumPy's elementwise functions"):
    """Raise the TypeError that says what to write instead."""
    raise TypeError(f"{what} has no rule here: write it with {instead}, or take t.value where no gradient is needed")


@lru_cache
def takes(function, count, names):
    """Whether a function can be called with so many arguments by position and these by name."""
    try:
        inspect.signature(function).bind(*[None] * count, **dict.fromkeys(names))
    except TypeError:
        return False
    return True
