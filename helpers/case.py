"""The case: the network of a learner whose backward pass "works with sigmoid and fails with ReLU".

`forward_prop` and `backward_prop` stand here as the learner brought them, faults and all, so that every notebook
examines the same code; the reference is in `helpers.network`. Nothing here checks its arguments, just as the learner's
code does not.

Told in: notebooks/00_the_case.ipynb
"""

import numpy as np

from helpers import checks
from helpers.activations import ACTIVATIONS
from helpers.network import init_params

LEARNING_RATE = 1.2
"""The learning rate that the learner used for everything."""


def initial_params(n_x=2, rng=0):
    """The learner's initial parameters: weights uniform between 0 and 1, biases 0."""
    return init_params((checks.whole("n_x", n_x), 10, 10, 1), scheme="uniform", rng=rng)


def forward_prop(X, p):
    """The learner's forward pass with ReLU in the hidden layers and a sigmoid at the output."""
    return _forward_prop(X, p, lambda Z: np.maximum(0, Z))


def forward_prop_sigmoid(X, p):
    """The learner's forward pass with sigmoid in every layer."""
    return _forward_prop(X, p, ACTIVATIONS["sigmoid"].value)


def _forward_prop(X, p, g):
    Z1 = p["W1"] @ X + p["b1"]
    A1 = g(Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = g(Z2)
    Z3 = p["W3"] @ A2 + p["b3"]
    A3 = ACTIVATIONS["sigmoid"].value(Z3)
    return {"A0": X, "Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}


def relu_derivative(A):
    """The accused line: 1 where A is positive, else 0, written into A itself."""
    A[A > 0] = 1
    A[A <= 0] = 0
    return A


def backward_prop(X, y, c, p):
    """The learner's backward pass, ReLU version. It overwrites c["A1"] and c["A2"]."""
    m = X.shape[1]
    dZ3 = c["A3"] - y
    dW3 = dZ3 @ c["A2"].T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dZ2 = p["W3"].T @ dZ3 * relu_derivative(c["A2"])  # for sigmoid: (1 - A2**2)
    dW2 = dZ2 @ c["A1"].T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = p["W2"].T @ dZ2 * relu_derivative(c["A1"])  # for sigmoid: (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def backward_prop_sigmoid(X, y, c, p):
    """The learner's backward pass, "sigmoid" version: the comment of `backward_prop` put into effect."""
    m = X.shape[1]
    dZ3 = c["A3"] - y
    dW3 = dZ3 @ c["A2"].T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dZ2 = p["W3"].T @ dZ3 * (1 - c["A2"] ** 2)
    dW2 = dZ2 @ c["A1"].T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = p["W2"].T @ dZ2 * (1 - c["A1"] ** 2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def worked_params():
    """Parameters of the worked 2-10-10-1 network: every number has one decimal, so that it can be followed by hand."""
    rng = np.random.default_rng(1607)
    p = init_params((2, 10, 10, 1), rng=rng)
    for l in (1, 2, 3):
        p[f"b{l}"] = rng.uniform(-0.5, 0.5, size=p[f"b{l}"].shape)
    return {name: np.round(value, 1) + 0.0 for name, value in p.items()}  # + 0.0 turns -0.0 into 0.0


def worked_example():
    """The worked example: x = (1.5, -0.5), shape (2, 1), with label y = 1, shape (1, 1)."""
    return np.array([[1.5], [-0.5]]), np.array([[1.0]])
