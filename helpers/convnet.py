r"""A small network for images: kernels, ReLU, max-pooling, and one dense layer with softmax. A line of code for each formula.

Images are X (m, 1, height, width), as in `convolution`; from the dense layer on, columns are examples, as everywhere else. As
everywhere, dZ, dA and dP hold gradients of each example's own loss, and the mean over examples enters once, as 1/m in dK1,
db1, dW2 and db2. A step of training is then p, memory = update.step(p, grads, memory, rate, t), with any rule of `training`.

Derived in: notebooks/11_convolution.ipynb
"""

import math

import numpy as np

from helpers import checks, convolution, losses

__all__ = ["backward_prop", "compute_loss", "forward_prop", "images", "init_params"]


def images(X):
    """Columns of pixels, (side², m), row by row from the top, as images (m, 1, side, side) of their own.

    Raises ValueError where the number of pixels is no square.
    Derived in: notebooks/11_convolution.ipynb, "What do hand-made operators see?"
    """
    X = checks.matrix("X", X)
    side = math.isqrt(X.shape[0])
    if side**2 != X.shape[0]:
        raise ValueError(f"X has shape {X.shape}, expected (side², m): columns are examples, and the images are squares")
    return np.ascontiguousarray(X.T).reshape(-1, 1, side, side)


def init_params(kernels=8, size=3, side=8, classes=10, rng=0):
    """Kernels N(0, 2 / size²) and weights N(0, 2 / inputs), He's spread for ReLU; biases 0.

    The number of parameters is kernels (size² + 1) + classes (kernels (side // 2)² + 1).

    Returns
    -------
    dict of ndarray : K1 (kernels, 1, size, size), b1 (kernels,), W2 (classes, kernels (side // 2)²), b2 (classes, 1)

    Derived in: notebooks/11_convolution.ipynb, "How is a small network put together?"
    """
    kernels, size, side = checks.whole("kernels", kernels), checks.whole("size", size), checks.whole("side", side, least=2)
    classes, rng = checks.whole("classes", classes, least=2), checks.generator(rng)
    n = kernels * (side // 2) ** 2
    K1 = rng.standard_normal((kernels, 1, size, size)) * math.sqrt(2 / size**2)
    W2 = rng.standard_normal((classes, n)) * math.sqrt(2 / n)
    return {"K1": K1, "b1": np.zeros(kernels), "W2": W2, "b2": np.zeros((classes, 1))}


def forward_prop(X, p):
    """Z1 = K1 ⋆ X + b1, A1 = max(0, Z1), P1 = pool(A1), V = P1 as columns, Z2 = W2 V + b2, A2 = softmax(Z2).

    The margin of zeros is size // 2 wide, so that kernels of odd size leave the images as large as they are; the pools are 2 × 2.

    Parameters
    ----------
    X : ndarray, shape (m, 1, height, width)
    p : dict of ndarray, as `init_params` makes it

    Returns
    -------
    dict of ndarray : A0 (X), Z1 and A1 (m, kernels, height, width), P1 (m, kernels, height // 2, width // 2), V (n, m),
        Z2 and A2 (classes, m)

    Raises
    ------
    KeyError, TypeError, ValueError
        For parameters that are missing or do not fit; DomainError for NaN and infinities.

    Derived in: notebooks/11_convolution.ipynb, "How is a small network put together?"
    """
    K1, b1, W2, b2 = (p[name] for name in ("K1", "b1", "W2", "b2"))
    Z1 = convolution.correlate(X, K1, b1, padding=np.shape(K1)[-1] // 2)
    A1 = np.maximum(0, Z1)
    P1 = convolution.max_pool(A1)
    V = P1.reshape(len(P1), -1).T
    W2 = checks.matrix("W2", W2, (None, V.shape[0]))
    Z2 = W2 @ V + checks.matrix("b2", b2, (W2.shape[0], 1))
    return {"A0": X, "Z1": Z1, "A1": A1, "P1": P1, "V": V, "Z2": Z2, "A2": losses.softmax(Z2)}


def backward_prop(X, Y, c, p):
    """dZ2 = A2 - Y, then back through W2, the pools, ReLU and the kernels.

    Parameters
    ----------
    X, p
        As in `forward_prop`, and c, what that returned for them.
    Y : ndarray, shape (classes, m)
        One-hot labels.

    Returns
    -------
    dict of ndarray : dZ2, dW2, db2, dP1, dA1, dZ1, dK1, db1, in the shapes of Z2, W2, ...

    Raises
    ------
    TypeError, ValueError
        For labels that do not fit.

    Derived in: notebooks/11_convolution.ipynb, "How is a small network put together?"
    """
    Y, m = checks.one_hot("Y", Y, c["A2"].shape), len(c["Z1"])
    dZ2 = c["A2"] - Y
    dW2, db2 = dZ2 @ c["V"].T / m, dZ2.sum(axis=1, keepdims=True) / m
    dP1 = (p["W2"].T @ dZ2).T.reshape(c["P1"].shape)
    dA1 = convolution.max_pool_backward(dP1, c["A1"])
    dZ1 = dA1 * (c["Z1"] > 0)
    dK1 = convolution.kernel_gradient(dZ1, X, p["K1"], 1, p["K1"].shape[-1] // 2) / m
    db1 = convolution.bias_gradient(dZ1) / m
    return {"dZ2": dZ2, "dW2": dW2, "db2": db2, "dP1": dP1, "dA1": dA1, "dZ1": dZ1, "dK1": dK1, "db1": db1}


def compute_loss(Y, c):
    """J, the mean cross-entropy in nats of one-hot labels Y (classes, m), from the logits Z2 of the cache c."""
    return losses.softmax_cross_entropy_from_logits(c["Z2"], Y)
