r"""Cross-correlation and max-pooling of images, forward and backward, for any stride and padding.

Images are X (m, channels, height, width), kernels K (kernels, channels, kh, kw): what the field calls a convolution layer slides
K over X without turning it round. The output of stride s and padding p has (height + 2p - kh) // s + 1 rows; its row i looks at
rows s i - p ... s i - p + kh - 1 of X, and outside X there are zeros. Nothing loops over examples or positions, only over the
kh kw entries of a kernel. As everywhere here, dZ holds the gradient of each example's own loss; dK and db are sums over examples and positions,
so that a mean over examples is a division by m, done once by whoever calls.

Derived in: notebooks/11_convolution.ipynb
"""

import numpy as np

from helpers import checks

__all__ = [
    "bias_gradient", "correlate", "correlate_backward", "im2col", "input_gradient", "kernel_gradient", "max_pool", "max_pool_backward",
]  # fmt: skip

# --- the formulas, for checked arrays --------------------------------------------------------------------------------------


def positions(length, size, stride, padding):
    """(length + 2 padding - size) // stride + 1, how many places there are for a window of this size."""
    return (length + 2 * padding - size) // stride + 1


def padded(X, padding, value=0.0):
    """A copy of X with a margin of this width round each image; X itself where there is none."""
    if not padding:
        return X
    m, channels, height, width = X.shape
    wide = np.full((m, channels, height + 2 * padding, width + 2 * padding), value, X.dtype)
    wide[:, :, padding:-padding, padding:-padding] = X
    return wide


def cropped(X, padding):
    """X without that margin."""
    return X[:, :, padding:-padding, padding:-padding] if padding else X


def entries(X, size, shape, stride):
    """((u, v), view) for each entry of a window, in reading order: what lies under entry (u, v), at every place of the window.

    X : padded images; size (kh, kw); shape (oh, ow), the numbers of places. The views have shape (m, channels, oh, ow).
    """
    rows, columns = (stride * (n - 1) + 1 for n in shape)
    for u in range(size[0]):
        for v in range(size[1]):
            yield (u, v), X[:, :, u : u + rows : stride, v : v + columns : stride]


def patches(X, size, stride, padding):
    """What lies under the window at each of its places, shape (m, channels kh kw, oh ow)."""
    m, channels, *image = X.shape
    shape = [positions(n, k, stride, padding) for n, k in zip(image, size, strict=True)]
    P = np.empty((m, channels, *size, *shape), X.dtype)
    for (u, v), view in entries(padded(X, padding), size, shape, stride):
        P[:, :, u, v] = view
    return P.reshape(m, channels * size[0] * size[1], shape[0] * shape[1])


def kernel_gradient(dZ, X, K, stride, padding):
    """dK[k, c, u, v] = Σ over examples and places (i, j) of dZ[k, i, j] X[c, s i + u - p, s j + v - p]: dZ by the patches, transposed."""
    dZ = dZ.reshape(*dZ.shape[:2], -1)
    return (dZ @ patches(X, K.shape[2:], stride, padding).mT).sum(axis=0).reshape(K.shape)


def input_gradient(dZ, X, K, stride, padding):
    """dX[c, r, t] = Σ of dZ[k, i, j] K[k, c, u, v] over all kernels, places and entries with s i + u - p = r, s j + v - p = t."""
    m, channels, height, width = X.shape
    kernels, _, kh, kw = K.shape
    shape = dZ.shape[2:]
    dP = (K.reshape(kernels, -1).T @ dZ.reshape(m, kernels, -1)).reshape(m, channels, kh, kw, *shape)
    dX = np.zeros((m, channels, height + 2 * padding, width + 2 * padding), dP.dtype)
    for (u, v), view in entries(dX, (kh, kw), shape, stride):
        view += dP[:, :, u, v]  # the places overlap, so they add up
    return cropped(dX, padding)


def bias_gradient(dZ):
    """db[k] = Σ over examples and places of dZ[k, i, j]."""
    return dZ.sum(axis=(0, 2, 3))


# --- the same with every argument checked ----------------------------------------------------------------------------------


def correlate(X, K, b=None, stride=1, padding=0):
    """Z[k, i, j] = b[k] + Σ_{c, u, v} K[k, c, u, v] X[c, s i + u - p, s j + v - p] for each example: s the stride, p the padding.

    Parameters
    ----------
    X : ndarray, shape (m, channels, height, width)
    K : ndarray, shape (kernels, channels, kh, kw)
    b : ndarray, shape (kernels,), optional
    stride : int, at least 1
    padding : int, at least 0
        The width of the margin of zeros round each image.

    Returns
    -------
    ndarray, shape (m, kernels, (height + 2p - kh) // s + 1, (width + 2p - kw) // s + 1)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what came and what was expected; DomainError for NaN and infinities.

    Derived in: notebooks/11_convolution.ipynb, "What does a kernel compute?"
    """
    X, K = _images_and_kernels(X, K, stride, padding)
    kernels, _, *size = K.shape
    shape = [positions(n, k, stride, padding) for n, k in zip(X.shape[2:], size, strict=True)]
    Z = (K.reshape(kernels, -1) @ patches(X, size, stride, padding)).reshape(len(X), kernels, *shape)
    if b is not None:
        b = checks.floats("b", b)
        if b.shape != (kernels,):
            raise ValueError(f"b has shape {b.shape}, expected {(kernels,)}: one number for each kernel")
        Z += b[:, None, None]
    return Z


def correlate_backward(dZ, X, K, stride=1, padding=0):
    """dX, dK, db from dZ: sums over the places (and for dK and db over the examples) at which a number was used; no 1/m.

    Parameters
    ----------
    dZ : ndarray, shape (m, kernels, oh, ow), that of `correlate(X, K, b, stride, padding)`
    X, K, stride, padding
        As in `correlate`.

    Returns
    -------
    dX (m, channels, height, width), dK (kernels, channels, kh, kw), db (kernels,) : ndarray

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what came and what was expected; DomainError for NaN and infinities.

    Derived in: notebooks/11_convolution.ipynb, "Which places does the gradient of a kernel sum over?",
    and notebooks/11_convolution.ipynb, "Why does the kernel turn round on the way back?"
    """
    X, K = _images_and_kernels(X, K, stride, padding)
    shape = (len(X), len(K), *(positions(n, k, stride, padding) for n, k in zip(X.shape[2:], K.shape[2:], strict=True)))
    dZ = _of_shape("dZ", dZ, shape, "that of Z")
    return input_gradient(dZ, X, K, stride, padding), kernel_gradient(dZ, X, K, stride, padding), bias_gradient(dZ)


def im2col(X, size, stride=1, padding=0):
    """Every patch as a column, shape (channels kh kw, m oh ow): Z of one kernel is then K.reshape(1, -1) @ im2col(X, (kh, kw)).

    Patches are to a kernel what examples are to a unit: place after place of the first image in reading order, then of the
    next. size : (kh, kw), or one number for both. Other arguments and errors as in `correlate`.

    Derived in: notebooks/11_convolution.ipynb, "Are patches examples?"
    """
    X = _images("X", X)
    size = _window(X, size, stride, padding)
    P = patches(X, size, stride, padding)
    return np.moveaxis(P, 1, 0).reshape(P.shape[1], -1)


def max_pool(X, size=2, stride=None, padding=0):
    """A[c, i, j] = max over 0 <= u, v < size of X[c, s i + u - p, s j + v - p] for each example; what lies outside X never wins.

    Parameters
    ----------
    X : ndarray, shape (m, channels, height, width)
    size : int, or (kh, kw)
    stride : int, optional
        None: `size`, so that the windows tile the image. A smaller one lets them overlap.
    padding : int, at least 0 and less than `size`

    Returns
    -------
    ndarray, shape (m, channels, (height + 2p - kh) // s + 1, (width + 2p - kw) // s + 1)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what came and what was expected; DomainError for NaN and infinities.

    Derived in: notebooks/11_convolution.ipynb, "What does max-pooling pass back?"
    """
    return _largest(*_pooling(X, size, stride, padding))


def max_pool_backward(dA, X, size=2, stride=None, padding=0):
    """dX[c, r, t] = Σ of dA[c, i, j] over all windows whose largest number is the one at (r, t).

    Where several numbers of a window are the largest, the first of them in reading order gets all of it, as in PyTorch (sharing it
    would be as good a choice: see `autograd`, whose max over an axis does). Windows that overlap add up.

    Parameters
    ----------
    dA : ndarray, shape (m, channels, oh, ow), that of `max_pool(X, size, stride, padding)`
    X, size, stride, padding
        As in `max_pool`.

    Returns
    -------
    ndarray, shape (m, channels, height, width)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what came and what was expected; DomainError for NaN and infinities.

    Derived in: notebooks/11_convolution.ipynb, "What does max-pooling pass back?"
    """
    wide, window, shape, stride = _pooling(X, size, stride, padding)
    A = _largest(wide, window, shape, stride)
    dA = _of_shape("dA", dA, A.shape, "that of the pooled images")
    dX, open_ = np.zeros_like(wide), np.ones(A.shape, bool)
    for (_, x), (_, dx) in zip(entries(wide, window, shape, stride), entries(dX, window, shape, stride), strict=True):
        first = open_ & (x == A)
        dx += dA * first
        open_ ^= first
    return cropped(dX, padding)


# --- what is asked of the arguments ------------------------------------------------------------------------------------------

_AXES = {"X": "(m, channels, height, width)", "K": "(kernels, channels, kh, kw)"}
_REMEDIES = {
    ("X", 2): ": write X[None, None] for one image with one channel",
    ("X", 3): ": write X[:, None] for images with one channel, X[None] for one image with several",
    ("K", 2): ": write K[None, None] for one kernel and one channel",
    ("K", 3): ": write K[:, None] for kernels of one channel, K[None] for one kernel of several",
}


def _images(name, value):
    array = checks.floats(name, value)
    if array.ndim != 4:
        raise ValueError(f"{name} has shape {array.shape}, expected {_AXES[name]}{_REMEDIES.get((name, array.ndim), '')}")
    if not array.size:
        raise ValueError(f"{name} has shape {array.shape}, which holds no numbers")
    return array


def _images_and_kernels(X, K, stride, padding):
    X, K = _images("X", X), _images("K", K)
    if K.shape[1] != X.shape[1]:
        raise ValueError(f"K has shape {K.shape}, kernels of {K.shape[1]} channels, expected {X.shape[1]} as in X of shape {X.shape}")
    _window(X, K.shape[2:], stride, padding)
    return X, K


def _window(X, size, stride, padding):
    """(kh, kw), after checking that it fits into the padded images."""
    pair = size if isinstance(size, tuple | list) else (size, size)
    if len(pair) != 2:
        raise ValueError(f"size has {len(pair)} entries, expected one whole number, or (kh, kw)")
    pair = tuple(checks.whole("size", n) for n in pair)
    checks.whole("stride", stride)
    padding = checks.whole("padding", padding, least=0, most=10_000)
    height, width = (n + 2 * padding for n in X.shape[2:])
    if pair[0] > height or pair[1] > width:
        margin = f" with a margin of {padding}" if padding else ""
        raise ValueError(f"a window of {pair[0]} x {pair[1]} does not fit into images of {X.shape[2]} x {X.shape[3]}{margin}")
    return pair


def _pooling(X, size, stride, padding):
    """What `entries` takes: images with a margin that never wins, the window, the numbers of its places, and the stride."""
    X = _images("X", X)
    window = _window(X, size, 1 if stride is None else stride, padding)
    if padding >= min(window):
        raise ValueError(f"padding is {padding}, expected less than size, {size}: a window must not lie outside the image as a whole")
    if stride is None:
        if window[0] != window[1]:
            raise ValueError(f"stride is None, expected a whole number for a window of {window[0]} x {window[1]}, which is no square")
        stride = window[0]
    shape = [positions(n, k, stride, padding) for n, k in zip(X.shape[2:], window, strict=True)]
    return padded(X, padding, -np.inf), window, shape, stride


def _largest(wide, window, shape, stride):
    views = [view for _, view in entries(wide, window, shape, stride)]
    A = views[0].copy()
    for view in views[1:]:
        np.maximum(A, view, out=A)
    return A


def _of_shape(name, value, shape, whose):
    array = checks.floats(name, value)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, expected {shape}, {whose}")
    return array
