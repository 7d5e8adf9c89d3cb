r"""A whole backward pass beside central differences.

Derived in: notebooks/06_gradient_checking.ipynb
"""

from functools import partial

import numpy as np

from helpers import checks, network
from helpers.gradcheck.batched import batched_numerical_gradient, crossed_kinks, perturb
from helpers.gradcheck.comparison import Differences, compare
from helpers.gradcheck.numerical import STEP, numerical_gradient
from helpers.gradcheck.precision import cut_off, rounding_error, truncation_error
from helpers.gradcheck.report import GradientReport


def check_gradients(backward_prop, X, y, p, *, forward_prop=None, hidden="relu", output="sigmoid", loss=None, h=STEP):
    """Compare each gradient of a backward pass with central differences of the loss, in float64.

    Parameters
    ----------
    backward_prop : callable
        backward_prop(X, y, c, p) -> dict with "dW1", "db1", ...; it gets copies, so it may overwrite what it likes.
    X, y, p
        Inputs (n_x, m), labels (n, m) and parameters as in `network`; float32 is computed in float64 here.
    forward_prop : callable, optional
        forward_prop(X, p) -> dict with "Z1", "A1", ...; None: `network.forward_prop` with `hidden` and `output`.
    hidden, output, loss
        The network that is meant. With a `forward_prop` of your own, `hidden` still says where the kinks are.
    h : float
        The step. Every difference is taken with h / 2 as well: how much it changes shows its truncation error. That holds
        for steps that move each z by far less than 1: for inputs near 1/h, standardise them or take a smaller h.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError, KeyError, ValueError
        For X, y, p, and for functions that return something else than a dict or, given the same twice, something else
        the second time; DomainError where the loss is not finite.
        What is wrong with a single gradient (missing, wrong shape, NaN) stands in the report.

    Derived in: notebooks/06_gradient_checking.ipynb, "How do you check a whole network?"
    """
    checks.function("backward_prop", backward_prop, "backward_prop(X, y, c, p)")
    checks.parameters(p)
    X, y = (checks.floats(name, value).astype(float) for name, value in (("X", X), ("y", y)))
    p = {name: value.astype(float) for name, value in p.items()}
    reference = network.forward_prop(X, p, hidden, output)
    network.compute_loss(y, reference, output, loss)  # checks y
    forward = partial(network.forward_prop, hidden=hidden, output=output)
    if forward_prop is not None:
        forward = partial(_forward, checks.function("forward_prop", forward_prop, "forward_prop(X, p)"))
    c = _last_layer(forward(X, p), p)
    if not np.isfinite(value := network.compute_loss(y, c, output, loss)):
        raise checks.DomainError(f"the loss is {value}, expected a finite number: it has no slope there")
    own = forward(X.copy(), _copy(p))  # a second cache, for the backward pass to spoil: A0 is that copy of X
    _same(c, own)
    grads = backward_prop(X.copy(), y.copy(), own, _copy(p))
    if not isinstance(grads, dict):
        raise TypeError(f"backward_prop returned {checks.shown(grads)}, expected a dict with {', '.join(f'd{name}' for name in p)}")
    at_h, at_half, kinks = _differences(X, y, p, forward_prop, hidden, output, loss, h)
    rounding, cut = rounding_error(y, c, output, loss, h), cut_off(p, reference, hidden, output)
    rows = []
    for name in p:
        D = at_h[f"d{name}"]
        central = Differences(D, kinks[name], cut[name], rounding, truncation_error(D, at_half[f"d{name}"]))
        rows.append(compare(f"d{name}", grads, central))
    return GradientReport(tuple(rows))


def _copy(arrays):
    return {name: value.copy() for name, value in arrays.items()}


def _forward(forward_prop, X, p):
    """What a learner's forward_prop returns for copies of X and p, after checking its last layer."""
    c, L = forward_prop(X.copy(), _copy(p)), len(p) // 2
    shape = p[f"W{L}"].shape[0], X.shape[1]
    checks.returned("forward_prop", c, {f"Z{L}": shape, f"A{L}": shape})
    return c


def _last_layer(c, p):
    """Copies of Z and A of the last layer of a cache: the loss needs no more, and a learner's cache may hold anything."""
    return {name: np.array(c[name], dtype=float) for name in (f"Z{len(p) // 2}", f"A{len(p) // 2}")}


def _same(first, second):
    """Refuse a forward pass that gives something else for the same X and p, by more than the order of its sums may explain."""
    for name, value in first.items():
        again = np.asarray(second[name], dtype=float)
        if np.abs(value - again).max() > 1e-9 * np.abs(value).max():
            raise ValueError(f"forward_prop returned two different {name} for the same X and p, expected a function of X and p alone: "
                             "does it draw random numbers?")


def _differences(X, y, p, forward_prop, hidden, output, loss, h):
    """Central differences with steps h and h / 2, and the entries whose step h crosses a kink."""
    if forward_prop is None:
        at_h, kinks = perturb(X, y, p, hidden, output, loss, h)
        return at_h, batched_numerical_gradient(X, y, p, hidden, output, loss, h / 2), kinks
    f = partial(_loss_of, forward_prop, X, y, output, loss)
    return numerical_gradient(f, p, h), numerical_gradient(f, p, h / 2), crossed_kinks(X, p, hidden, output, h)


def _loss_of(forward_prop, X, y, output, loss, p):
    return network.compute_loss(y, _last_layer(_forward(forward_prop, X, p), p), output, loss)
