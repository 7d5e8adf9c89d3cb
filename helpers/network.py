r"""A fully connected network of any depth and width: forward propagation, loss, backward propagation.

Columns are examples: X is (n_x, m). Parameters `p`, cache `c` and gradients are plain dicts: "W1" (n_1, n_x),
"b1" (n_1, 1), "Z1" and "A1" (n_1, m), ..., "A0" = X; "dW1", "db1", "dZ1", "dA1", .... Column i of dZ and dA is the
gradient of example i's own loss; the mean over examples enters once, as 1/m in dW and db. Nothing here changes its
arguments.

Derived in: notebooks/01_forward_propagation.ipynb, notebooks/05_backward_propagation.ipynb
"""

import numpy as np

from helpers import checks
from helpers.activations import get_activation
from helpers.checks import depth
from helpers.initial import SCHEMES, init_params
from helpers.losses import OUTPUT_LOSSES, get_loss, softmax_rule

__all__ = [
    "SCHEMES", "accuracy", "activation_rules", "backward", "backward_prop", "classify", "compute_loss", "depth", "forward", "forward_prop",
    "init_params", "loss_per_example", "mean_loss", "output_delta", "predict", "shares_right", "targets",
]  # fmt: skip

# --- the formulas: for checked arrays of one network, or of many in a stack whose first axis counts them ----------------


def forward(X, p, g, *, below=0):
    """Z[l] = W[l] A[l-1] + b[l] and A[l] = g[l](Z[l]), {"A0": X, "Z1": ..., "AL": ...}; g : `activation_rules`.

    below : the layer whose output is given as X, where the pass does not begin at the input.
    """
    c = {f"A{below}": X}
    for g_l, (W, b, Z, A) in zip(g[below:], checks.names("W b Z A", len(g))[below:], strict=True):
        c[Z] = p[W] @ X + p[b]
        c[A] = X = g_l(c[Z])  # which the next layer gets
    return c


def activation_rules(L, hidden, output):
    """(g_1, ..., g_L) as functions of Z."""
    checks.choice("output", output, OUTPUT_LOSSES)
    last = softmax_rule if output == "softmax" else get_activation(output).value_rule
    return (get_activation(hidden, "hidden").value_rule,) * (L - 1) + (last,)


def loss_per_example(Z, A, y, output, rule):
    """Each example's own loss, shape (..., m), from Z and A of the last layer, (..., n, m), and a rule from `losses.get_loss`."""
    if rule.fused_output == output:
        return rule.per_example_from_logits(Z, y)
    return rule.per_example(A, y)


def mean_loss(Z, A, y, output, rule):
    """The mean of `loss_per_example` for one network, a float; DomainError where A is no probability."""
    with np.errstate(all="ignore"):
        value = float(loss_per_example(Z, A, y, output, rule).sum() / y.shape[1])
    if not np.isfinite(value) and rule.fused_output != output:
        rule.check(A, y)
    return value


def output_delta(Z, A, y, output, rule):
    """dZ of the last layer, shape (..., n, m): the gradient of each example's own loss with respect to its Z.

    Arguments as in `loss_per_example`.
    """
    if rule.fused_output == output:
        return rule.fused_slope(A, y)
    return rule.slope(A, y) * get_activation(output).slope_rule(Z)


def backward(dZ, c, p, slope):
    """All gradients from dZ[L], the `output_delta`, as in `backward_prop`; slope(Z, A) is that of the hidden activation."""
    L, m = len(p) // 2, dZ.shape[-1]
    grads = {f"dZ{L}": dZ}
    layers, below = checks.names("W dW db", L), checks.names("Z A dZ dA", L - 1, first=0)
    for (W, dW, db), (Z, A, dZ_below, dA) in zip(layers[::-1], below[::-1], strict=True):
        grads[dW] = dZ @ c[A].mT / m
        grads[db] = np.add.reduce(dZ, axis=-1, keepdims=True) / m  # the sum, without the way through np.sum
        if A != "A0":
            grads[dA] = p[W].mT @ dZ
            grads[dZ_below] = dZ = grads[dA] * slope(c[Z], c[A])
    return grads


def shares_right(y, A):
    """Share of the examples whose label is predicted, shape (...): of labels (1, m) or one-hot (K, m) beside outputs (..., n, m)."""
    predicted, true = (a[..., 0, :] > 0.5 if a.shape[-2] == 1 else a.argmax(axis=-2) for a in (A, y))
    return (predicted == true).mean(axis=-1)


# --- the same with every argument checked --------------------------------------------------------------------------------

def forward_prop(X, p, hidden="relu", output="sigmoid"):
    """Z[l] = W[l] A[l-1] + b[l] and A[l] = g[l](Z[l]) for l = 1 ... L, starting from A[0] = X.

    Parameters
    ----------
    X : ndarray, shape (n_x, m)
    p : dict of ndarray
        "W1" (n_1, n_x), "b1" (n_1, 1), ...
    hidden : str or Activation
        The activation of every hidden layer.
    output : str
        "sigmoid", "identity", "relu" or "softmax".

    Returns
    -------
    dict of ndarray : the cache, "A0" = X, "Z1", "A1" (n_1, m), ..., "ZL", "AL" (n_L, m)

    Raises
    ------
    TypeError, KeyError, ValueError
        Naming the argument, what came and what was expected; DomainError for NaN and infinities.

    Derived in: notebooks/01_forward_propagation.ipynb, "How do you write it for any depth?"
    """
    L = checks.structure(p)
    g = activation_rules(L, hidden, output)
    X = checks.matrix("X", X, (p["W1"].shape[1], None), finite=False)
    with np.errstate(all="ignore"):
        c = forward(X, p, g)
    if not checks.all_finite([c[Z] for (Z,) in checks.names("Z", L)]):  # what is not finite in X and p shows in some Z
        checks.parameters(p)
        checks.floats("X", X)
        for l in range(1, L + 1):
            checks.floats(f"Z{l} = W{l} A{l - 1} + b{l}", c[f"Z{l}"])
    return c


def targets(y, shape, rule, name="y"):
    """y in the shape of the outputs, checked for the kind of labels that the loss takes; rule : from `losses.get_loss`."""
    return _TARGETS.get(rule.name, checks.matrix)(name, y, shape)


_TARGETS = {"bce": checks.labels, "cross_entropy": checks.one_hot}


def compute_loss(y, c, output="sigmoid", loss=None):
    """Mean over the examples of each example's own loss, a float in nats (for a squared error: in units of y squared).

    With n outputs, an example's own loss is the sum of n cross-entropies ("bce") or the mean of n squared errors.

    Parameters
    ----------
    y : ndarray, shape (n, m), n = 1 mostly; (K, m) one-hot for "softmax"
    c : dict
        The cache of `forward_prop`.
    output : str
    loss : str, optional
        "bce" (with sigmoid; with relu only while 0 <= A <= 1), "cross_entropy" (softmax), "mse", "half_mse". None: the usual
        one of the output unit. With sigmoid and softmax, cross-entropies are computed from the logits Z and stay finite;
        with relu it is computed from A and infinite where A = 0 or A = 1 is wrong.

    Derived in: notebooks/03_loss.ipynb, "Why compute the loss from logits?"
    """
    rule = get_loss(output, loss)
    L = depth(c)
    Z = checks.cached(c, f"Z{L}", (None, None))
    A = checks.cached(c, f"A{L}", Z.shape)
    y = targets(y, A.shape, rule)
    return mean_loss(Z, A, y, output, rule)


def backward_prop(X, y, c, p, hidden="relu", output="sigmoid", loss=None):
    """All gradients of the mean loss, from the last layer to the first.

    dZ[L] = A[L] - y for sigmoid and softmax with cross-entropy, (A[L] - y) / n for n outputs without activation and half
    the mean squared error, otherwise dℓ/dA[L] ⊙ g'(Z[L]); then for l = L ... 1:
    dW[l] = dZ[l] (A[l-1])^⊤ / m,  db[l] = sum over examples of dZ[l] / m,
    dA[l-1] = (W[l])^⊤ dZ[l],      dZ[l-1] = dA[l-1] ⊙ g'(Z[l-1]).

    Parameters
    ----------
    X : ndarray, shape (n_x, m)
    y : ndarray, shape (n, m), n = 1 mostly; (K, m) one-hot for "softmax"
    c : dict
        What `forward_prop(X, p, hidden, output)` returned.
    p, hidden, output, loss
        As in `forward_prop` and `compute_loss`.

    Returns
    -------
    dict of ndarray : "dW1", "db1", ... in the shapes of the parameters, and "dZ1", "dA1", ... (n_l, m)

    Raises
    ------
    TypeError, KeyError, ValueError
        Naming the argument, what came and what was expected.

    Derived in: notebooks/05_backward_propagation.ipynb, "How do you write it for any depth?"
    """
    L, c = checks.fitting(X, c, p)
    slope, rule = get_activation(hidden, "hidden").slope_rule, get_loss(output, loss)
    Z, A = c[f"Z{L}"], c[f"A{L}"]
    y = targets(y, A.shape, rule)
    with np.errstate(all="ignore"):
        grads = backward(output_delta(Z, A, y, output, rule), c, p, lambda Z, A: slope(Z))
    Zs = [c[Z] for (Z,) in checks.names("Z", L)]  # what is not finite in some A shows in a dW
    if not checks.all_finite([*p.values(), *Zs], [*[grads[f"d{name}"] for name in p], *Zs]):
        _say_what_is_not_finite(X, p, c, y, grads, None if rule.fused_output == output else rule)
    return grads


def _say_what_is_not_finite(X, p, c, y, grads, rule):
    """Raise the DomainError that names it: a parameter, X, an array of the cache, an output without a slope, or a gradient."""
    checks.parameters(p)
    checks.floats("X", X)
    for name, value in c.items():
        checks.floats(f'c["{name}"]', value)
    L = len(p) // 2
    if rule:
        rule.check_slope(c[f"A{L}"], y)
    for l in range(L, 0, -1):
        for name in (f"dW{l}", f"db{l}"):
            checks.floats(name, grads[name])


def classify(A):
    """Labels from outputs, shape (1, m): 1.0 where A > 0.5 for one output unit, the class of the largest for several."""
    A = checks.matrix("A", A)
    return (A > 0.5) * 1.0 if A.shape[0] == 1 else A.argmax(axis=0)[None, :] * 1.0


def predict(X, p, hidden="relu", output="sigmoid"):
    """The labels that the network gives to X, shape (1, m): see `classify`. Arguments as in `forward_prop`."""
    c = forward_prop(X, p, hidden, output)
    return classify(c[f"A{depth(c)}"])


def accuracy(y, A):
    """Share of examples whose label is predicted, a float between 0 and 1.

    y : (1, m) labels 0 and 1, or (K, m) one-hot; A : outputs of the same shape. Raises ValueError for other targets.
    """
    A = checks.matrix("A", A)
    y = checks.labels("y", y, A.shape) if A.shape[0] == 1 else checks.one_hot("y", y, A.shape)
    return float(shares_right(y, A))
