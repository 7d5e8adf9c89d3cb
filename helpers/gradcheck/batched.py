r"""The numerical gradient of `network`, all steps of a parameter in one stack of matrices, and the kinks that they cross.

Derived in: notebooks/06_gradient_checking.ipynb
"""

import itertools

import numpy as np

from helpers import checks, network
from helpers.activations import get_activation
from helpers.gradcheck.numerical import STEP
from helpers.losses import get_loss


def batched_numerical_gradient(X, y, p, hidden="relu", output="sigmoid", loss=None, h=STEP):
    """What `numerical_gradient` finds for `network`, with all perturbations of a parameter in one stack.

    A step in W[l][j, k] or b[l][j] moves row j of Z[l] only. So the stack holds that row alone, up and down, for every
    (j, k); the next layer adds W[l+1][:, j] times the change, and all later layers are stacked matrix products.

    Arguments as in `network.backward_prop`. Returns {"dW1", "db1", ...} in the shapes of the parameters.
    Derived in: notebooks/06_gradient_checking.ipynb, "How do you check a whole network?"
    """
    return perturb(X, checks.floats("y", y), p, hidden, output, loss, h)[0]


def crossed_kinks(X, p, hidden="relu", output="sigmoid", h=STEP):
    """For each entry of each parameter: does a step of +h or -h carry some unit across a kink for some example?

    There a central difference mixes the slopes of both sides, and no backward pass can agree with it.
    Returns {"W1": bool array, ...} in the shapes of the parameters.
    Derived in: notebooks/06_gradient_checking.ipynb, "What if the step crosses a kink?"
    """
    return perturb(X, None, p, hidden, output, None, h)[1]


_STACK_NUMBERS = 2_000_000
"""At most about so many numbers are held in one stack, whatever m is."""


def perturb(X, y, p, hidden, output, loss, h):
    """What `batched_numerical_gradient` returns (zeros where y is None) and what `crossed_kinks` returns, from one pass."""
    h = checks.positive("h", h)
    c = network.forward_prop(X, p, hidden, output)
    net = _Net(p, c, get_activation(hidden, "hidden"), output, get_loss(output, loss), y)
    if y is not None:
        network.compute_loss(y, c, output, loss)  # checks y
    gradients, kinks = {}, {}
    for l in range(1, net.L + 1):
        inputs = {"W": c[f"A{l - 1}"], "b": np.ones((1, c["A0"].shape[1]))}
        for kind, A in inputs.items():
            gradients[f"d{kind}{l}"], kinks[f"{kind}{l}"] = net.differences(l, A, h)
    return gradients, kinks


class _Net:
    """One network on one batch, ready to be asked what happens when a single row of some Z moves."""

    def __init__(self, p, c, hidden, output, loss, y):
        self.p, self.c, self.hidden, self.output, self.loss, self.y = p, c, hidden, output, loss, y
        self.L = network.depth(c)
        self.g = network.activation_rules(self.L, hidden, output)

    def differences(self, l, A, h):
        """Central differences for the parameters of layer l that multiply the rows of A: shapes (n_l, rows of A)."""
        n, m = self.c[f"Z{l}"].shape
        widest = max(self.p[f"W{k}"].shape[0] for k in range(l, self.L + 1))
        chunk = max(1, _STACK_NUMBERS // (2 * m * widest))
        pairs = np.array(list(itertools.product(range(n), range(A.shape[0]))))
        with np.errstate(all="ignore"):
            parts = [self._chunk(l, j, A[k], h) for j, k in (pairs[i : i + chunk].T for i in range(0, len(pairs), chunk))]
        slopes, crossed = (np.concatenate(part).reshape(n, A.shape[0]) for part in zip(*parts, strict=True))
        return checks.floats(f"a central difference in layer {l}", slopes), crossed

    def _chunk(self, l, j, a, h):
        """Slopes and crossings for a step h in row j[s] of layer l with input a[s], for each s of a stack."""
        steps = np.array([h, -h])[:, None, None]
        row = self.c[f"Z{l}"][j] + steps * a  # (2, S, m)
        crossed = self._crossed(l, row)
        if l == self.L:
            Z = np.repeat(self.c[f"Z{l}"][None, None], 2, axis=0).repeat(len(j), axis=1)
            Z[:, np.arange(len(j)), j] = row
        else:
            change = self.g[l - 1](row) - self.c[f"A{l}"][j]
            l += 1
            Z = self.c[f"Z{l}"] + self.p[f"W{l}"].T[j][:, :, None] * change[:, :, None, :]
        c = {f"Z{l}": Z} | network.forward(self.g[l - 1](Z), self.p, self.g, below=l)
        for k in range(l, self.L + 1):
            crossed |= self._crossed(k, c[f"Z{k}"]).any(axis=-1)
        return self._slope(c, h), crossed

    def _crossed(self, l, Z):
        """Whether the two steps (first axis) lie on different sides of a kink of layer l for some example (last axis)."""
        kink = (self.hidden if l < self.L else _output_activation(self.output)).kink
        if kink is None:
            return np.zeros(Z.shape[1:-1], dtype=bool)
        right = Z > kink
        return (right[0] != right[1]).any(axis=-1)

    def _slope(self, c, h):
        Z, A = c[f"Z{self.L}"], c[f"A{self.L}"]
        if self.y is None:
            return np.zeros(Z.shape[1])
        losses = network.loss_per_example(Z, A, self.y, self.output, self.loss).mean(axis=-1)
        if not np.isfinite(losses).all() and self.loss.fused_output != self.output:
            self.loss.check(A, self.y)
        return (losses[0] - losses[1]) / (2 * h)


def _output_activation(output):
    return get_activation("identity" if output == "softmax" else output)
