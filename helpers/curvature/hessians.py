r"""The Hessian of the loss of a network, and its largest eigenvalue, the sharpness.

Derived in: notebooks/08_training_that_fails.ipynb
"""

import numpy as np

from helpers import checks, network
from helpers.activations import get_activation
from helpers.losses import get_loss

STEP = 1e-5
"""The default step of the differences, near the cube root of the machine epsilon."""

_STACK_NUMBERS = 64_000
"""About so many numbers are held in one array of a stack, whatever m is; of 4,000 to 300,000 this was the fastest."""


def hessian(X, y, p, hidden="relu", output="sigmoid", loss=None, h=STEP):
    """H_ij = d²J / dθ_i dθ_j by central differences of the gradient: (dJ/dθ_j at θ_i + h, less dJ/dθ_j at θ_i - h) / (2 h).

    θ holds all parameters in the order W1, b1, W2, ..., each row by row. The networks of all steps stand in a stack, two
    for each parameter, and what comes out is made symmetric. A step that carries a unit of ReLU across its kink mixes two
    sides, as it does in a gradient check: ReLU itself has no curvature, the loss and the products of layers have.

    Parameters
    ----------
    X, y, p, hidden, output, loss
        As in `network.backward_prop`.
    h : float

    Returns
    -------
    ndarray, shape (n, n), n being the number of parameters: 151 for 2-10-10-1.

    Raises
    ------
    TypeError, KeyError, ValueError
        Naming the argument; DomainError where a gradient is not finite.

    Derived in: notebooks/08_training_that_fails.ipynb, "Does training stay below the limit?"
    """
    h = checks.positive("h", h)
    network.backward_prop(X, y, network.forward_prop(X, p, hidden, output), p, hidden, output, loss)  # checks every argument
    gradient = _gradient(np.asarray(X, float), np.asarray(y, float), len(p) // 2, hidden, output, loss)
    order = [name for names in checks.names("W b", len(p) // 2) for name in names]
    theta = np.concatenate([p[name].ravel() for name in order]).astype(float)
    n, widest = len(theta), max(len(value) for value in p.values())
    size = max(1, _STACK_NUMBERS // (2 * widest * np.shape(X)[1]))
    H = np.empty((n, n))
    with np.errstate(all="ignore"):
        for first in range(0, n, size):
            steps = h * np.eye(n)[first : first + size]
            stack = _stack(np.concatenate([theta + steps, theta - steps]), {name: p[name].shape for name in order})
            up, down = np.split(gradient(stack, order), 2)
            H[first : first + size] = (up - down) / (2 * h)
    checks.floats("the Hessian", H)
    return (H + H.T) / 2


def sharpness(X, y, p, hidden="relu", output="sigmoid", loss=None, h=STEP):
    """The largest eigenvalue of `hessian`: the curvature of the loss along its steepest direction.

    Plain descent at a rate above `threshold(sharpness)` climbs along that direction, unless the curvature falls on the way.

    p : parameters of one network, or of many with leading axes (..., n_l, n_{l-1}) as `descend_many` records them along a
    run. Other arguments as in `hessian`. Returns a float, or an array of the leading axes' shape.
    Raises as `hessian` does, and ValueError where the leading axes differ.

    Derived in: notebooks/08_training_that_fails.ipynb, "Does training stay below the limit?"
    """
    axes = {np.shape(value)[:-2] for value in p.values()} if checks.is_a(p, dict) else {()}
    if len(axes) > 1:
        raise ValueError(f"p holds arrays with leading axes {' and '.join(map(str, sorted(axes)))}, expected the same for all")
    if axes <= {()}:
        return float(np.linalg.eigvalsh(hessian(X, y, p, hidden, output, loss, h))[-1])
    (shape,) = axes
    found = np.empty(shape)
    for where in np.ndindex(shape):
        found[where] = sharpness(X, y, {name: value[where] for name, value in p.items()}, hidden, output, loss, h)
    return found


def _stack(thetas, shapes):
    """Parameters with a first axis, one network for each row of thetas (k, n)."""
    ends = np.cumsum([np.prod(shape) for shape in shapes.values()])
    parts = np.split(thetas, ends[:-1], axis=1)
    return {name: part.reshape(-1, *shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def _gradient(X, y, L, hidden, output, loss):
    """A function from a stack of k parameters to their gradients, (k, n), for arguments that were checked."""
    g, slope, rule = network.activation_rules(L, hidden, output), get_activation(hidden, "hidden").slope_rule, get_loss(output, loss)

    def gradient(p, order):
        c = network.forward(X, p, g)
        dZ = network.output_delta(c[f"Z{L}"], c[f"A{L}"], y, output, rule)
        grads = network.backward(dZ, c, p, lambda Z, A: slope(Z))
        return np.concatenate([grads[f"d{name}"].reshape(len(p[name]), -1) for name in order], axis=1)

    return gradient
