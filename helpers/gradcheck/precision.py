r"""How exact central differences are: their rounding error, their truncation error, and where the slope is exactly 0.

Derived in: notebooks/06_gradient_checking.ipynb
"""

import numpy as np

from helpers import network
from helpers.activations import get_activation
from helpers.losses import get_loss

EPS = np.finfo(float).eps


def rounding_error(y, c, output, loss, h):
    """A bound for the rounding error of one central difference, 10 eps (J + S + h) / h.

    J is the loss, and S the mean over the examples of sum_k |dZ_k Z_k| in the last layer: what a relative error of 1 in
    each Z would do to the loss. Both count, since a loss near 0 is computed from a Z that is not near 0. The 10 is a
    margin for the sums over units and examples.
    y, c, output, loss : checked, as in `network.compute_loss`. Returns a float in units of the slope.
    Derived in: notebooks/06_gradient_checking.ipynb, "How small should the step be?"
    """
    L = network.depth(c)
    Z, A = c[f"Z{L}"], c[f"A{L}"]
    dZ = network.output_delta(Z, A, y, output, get_loss(output, loss))
    S = np.abs(dZ * Z).sum(axis=0).mean()
    return 10 * EPS * (abs(network.compute_loss(y, c, output, loss)) + S + h) / h


def truncation_error(at_h, at_half):
    """A bound for the truncation error k h^2 of central differences: 2 |D(h) - D(h/2)|, which is 3/2 k h^2.

    at_h, at_half : D(h) and D(h/2), arrays of one shape. Returns an array of that shape.
    Derived in: notebooks/06_gradient_checking.ipynb, "How can you test a derivative that you do not trust?"
    """
    return 2 * np.abs(at_h - at_half)


def cut_off(p, c, hidden, output):
    """For each entry of each parameter: is its gradient exactly 0 because no path of active units leads to the loss?

    From the last layer to the first, as in a backward pass, but with true and false in place of numbers: a unit is
    reached, for an example, where its slope is not 0 and some weight other than 0 leads to a unit that is reached.

    p, c, hidden, output : as in `network.forward_prop`. Returns {"W1": bool array, ...} in the shapes of the parameters.
    Derived in: notebooks/06_gradient_checking.ipynb, "What does a gradient check report?"
    """
    L, g = network.depth(c), get_activation(hidden)
    Z = c[f"Z{L}"]
    reached = get_activation("relu").slope(Z) != 0 if output == "relu" else np.ones(Z.shape, dtype=bool)
    cut = {}
    for l in range(L, 0, -1):
        cut[f"W{l}"] = ~(reached @ (c[f"A{l - 1}"] != 0).T)  # a product of booleans: is there an example for which both hold?
        cut[f"b{l}"] = ~reached.any(axis=1, keepdims=True)
        if l > 1:
            reached = ((p[f"W{l}"] != 0).T @ reached) & (g.slope(c[f"Z{l - 1}"]) != 0)
    return cut
