r"""A fully connected network of any depth and width: forward propagation, loss, backward propagation.

Columns are examples: X is (n_x, m). Parameters `p`, cache `c` and gradients are plain dicts: "W1" (n_1, n_x),
"b1" (n_1, 1), "Z1" and "A1" (n_1, m), ..., "A0" = X; "dW1", "db1", "dZ1", "dA1", .... Column i of dZ and dA is the
gradient of example i's own loss; the mean over examples enters once, as 1/m in dW and db. Nothing here changes its
arguments.

Derived in: notebooks/01_forward_propagation.ipynb, notebooks/05_backward_propagation.ipynb
"""

import itertools

import numpy as np

from helpers import checks
from helpers.activations import get_activation
from helpers.losses import OUTPUT_LOSSES, get_loss, softmax

SCHEMES = ("he", "glorot", "normal", "small", "uniform", "zeros")
"""Ways to draw initial weights, see `init_params`."""


def init_params(layer_sizes=(2, 10, 10, 1), scheme="he", rng=0):
    """W[l] at random with a spread that depends on the scheme, b[l] = 0.

    Parameters
    ----------
    layer_sizes : sequence of int
        Number of inputs, units of each layer, outputs.
    scheme : str
        "he": N(0, 2 / n_in), keeps the second moment through ReLU; "glorot": N(0, 2 / (n_in + n_out)), for sigmoid
        and tanh; "normal": N(0, 1); "small": N(0, 0.01^2); "uniform": between 0 and 1; "zeros".
    rng : numpy.random.Generator or int

    Returns
    -------
    dict of ndarray : "W1" (n_1, n_x), "b1" (n_1, 1), ...

    Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015; Glorot, Bengio, AISTATS 2010.
    """
    sizes = _layer_sizes(layer_sizes)
    checks.choice("scheme", scheme, SCHEMES)
    rng = checks.generator(rng)
    p = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        p[f"W{l}"] = _draw(scheme, n_out, n_in, rng)
        p[f"b{l}"] = np.zeros((n_out, 1))
    return p


def _layer_sizes(layer_sizes):
    try:
        sizes = list(layer_sizes)
    except TypeError:
        raise TypeError(f"layer_sizes is {layer_sizes!r}, expected a sequence such as (2, 10, 10, 1)") from None
    if len(sizes) < 2:
        raise ValueError(f"layer_sizes is {layer_sizes!r}, expected at least inputs and outputs, such as (2, 1)")
    return [checks.whole(f"layer_sizes[{i}]", size) for i, size in enumerate(sizes)]


def _draw(scheme, n_out, n_in, rng):
    if scheme == "uniform":
        return rng.uniform(size=(n_out, n_in))
    deviation = {"he": np.sqrt(2 / n_in), "glorot": np.sqrt(2 / (n_in + n_out)), "normal": 1, "small": 0.01, "zeros": 0}
    return deviation[scheme] * rng.standard_normal((n_out, n_in))


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
    L = checks.parameters(p)
    g = _activations(L, hidden, output)
    c = {"A0": checks.matrix("X", X, (p["W1"].shape[1], None))}
    for l in range(1, L + 1):
        c[f"Z{l}"] = p[f"W{l}"] @ c[f"A{l - 1}"] + p[f"b{l}"]
        c[f"A{l}"] = g[l](c[f"Z{l}"])
    return c


def _activations(L, hidden, output):
    """{1: g, ..., L: g} as functions of Z."""
    checks.choice("output", output, list(OUTPUT_LOSSES))
    last = softmax if output == "softmax" else get_activation(output).value
    return dict.fromkeys(range(1, L), get_activation(hidden).value) | {L: last}


def depth(c):
    """L, the number of layers of a cache: the largest l for which it holds "Zl"."""
    if not isinstance(c, dict):
        raise TypeError(f"c is a {type(c).__name__}, expected the dict that forward_prop returns")
    layers = [int(key[1:]) for key in c if isinstance(key, str) and key[:1] == "Z" and key[1:].isdigit()]
    if not layers:
        raise KeyError(f"c lacks 'Z1': it has {sorted(map(str, c))}")
    return max(layers)


def _targets(y, A, loss):
    """y in the shape of the outputs, checked for the kind of labels that the loss takes."""
    check = {"bce": checks.labels, "cross_entropy": checks.one_hot}.get(loss.name, checks.matrix)
    return check("y", y, A.shape)


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
    Z = checks.matrix(f"Z{L}", c[f"Z{L}"])
    A = checks.matrix(f"A{L}", checks.cached(c, f"A{L}", Z.shape))
    y = _targets(y, A, rule)
    return float(loss_per_example(Z, A, y, output, rule).mean())


def loss_per_example(Z, A, y, output, rule):
    """Each example's own loss, shape (m,), for checked matrices and a rule from `losses.get_loss`."""
    if rule.fused_output == output:
        return rule.per_example_from_logits(Z, y)
    return rule.per_example(A, y)


def output_delta(Z, A, y, output, rule):
    """dZ of the last layer, shape (n, m): the gradient of each example's own loss with respect to its Z.

    For checked matrices and a rule from `losses.get_loss`, as in `loss_per_example`.
    """
    if rule.fused_output == output:
        return rule.slope_from_logits(Z, y)  # A - y
    return rule.slope(A, y) * get_activation(output).slope(Z)


def backward_prop(X, y, c, p, hidden="relu", output="sigmoid", loss=None):
    """All gradients of the mean loss, from the last layer to the first.

    dZ[L] = A[L] - y for sigmoid and softmax with cross-entropy, (A[L] - y) / n for n outputs without activation and half
    the mean squared error, otherwise dL/dA[L] * g'(Z[L]); then for l = L ... 1:
    dW[l] = dZ[l] A[l-1]^T / m,  db[l] = sum over examples of dZ[l] / m,
    dA[l-1] = W[l]^T dZ[l],      dZ[l-1] = dA[l-1] * g'(Z[l-1]).

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
    L = checks.parameters(p)
    g = get_activation(hidden)
    rule = get_loss(output, loss)
    _check_cache(X, c, p, L)
    y = _targets(y, c[f"A{L}"], rule)
    m = y.shape[1]
    grads = {f"dZ{L}": output_delta(c[f"Z{L}"], c[f"A{L}"], y, output, rule)}
    for l in range(L, 0, -1):
        dZ = grads[f"dZ{l}"]
        grads[f"dW{l}"] = dZ @ c[f"A{l - 1}"].T / m
        grads[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            grads[f"dA{l - 1}"] = p[f"W{l}"].T @ dZ
            grads[f"dZ{l - 1}"] = grads[f"dA{l - 1}"] * g.slope(c[f"Z{l - 1}"])
    return grads


def _check_cache(X, c, p, L):
    X = checks.matrix("X", X, (p["W1"].shape[1], None))
    m = X.shape[1]
    checks.cached(c, "A0", X.shape)
    for l in range(1, L + 1):
        shape = (p[f"W{l}"].shape[0], m)
        checks.floats(f'c["Z{l}"]', checks.cached(c, f"Z{l}", shape))
        checks.floats(f'c["A{l}"]', checks.cached(c, f"A{l}", shape))


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
    return float((classify(A) == classify(y)).mean())
