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
        For X, y, p and for functions that return something else than a dict; DomainError where the loss is not finite.
        What is wrong with a single gradient (missing, wrong shape, NaN) stands in the report.

    Derived in: notebooks/06_gradient_checking.ipynb, "How do you check a whole network?"
    """
    checks.parameters(p)
    X, y, p = np.array(X, dtype=float), np.array(y, dtype=float), {name: value.astype(float) for name, value in p.items()}
    reference = network.forward_prop(X, p, hidden, output)
    network.compute_loss(y, reference, output, loss)  # checks y
    forward = forward_prop or partial(network.forward_prop, hidden=hidden, output=output)
    c = forward(X.copy(), _copy(p))
    if not np.isfinite(value := network.compute_loss(y, c, output, loss)):
        raise checks.DomainError(f"the loss is {value}, expected a finite number: it has no slope there")
    grads = backward_prop(X.copy(), y.copy(), _copy(c), _copy(p))
    if not isinstance(grads, dict):
        raise TypeError(f"backward_prop returned {type(grads).__name__}, expected a dict with {', '.join(f'd{name}' for name in p)}")
    at_h, at_half, kinks = _differences(X, y, p, forward_prop, hidden, output, loss, h)
    rounding, cut = rounding_error(y, c, output, loss, h), cut_off(p, reference, hidden, output)
    rows = []
    for name in p:
        D = at_h[f"d{name}"]
        central = Differences(D, kinks[name], cut[name], rounding, truncation_error(D, at_half[f"d{name}"]))
        rows.append(compare(f"d{name}", grads, central))
    return GradientReport(tuple(rows))


def _copy(arrays):
    return {key: np.array(value) for key, value in arrays.items()}


def _differences(X, y, p, forward_prop, hidden, output, loss, h):
    """Central differences with steps h and h / 2, and the entries whose step h crosses a kink."""
    if forward_prop is None:
        at_h, kinks = perturb(X, y, p, hidden, output, loss, h)
        return at_h, batched_numerical_gradient(X, y, p, hidden, output, loss, h / 2), kinks
    f = partial(_loss_of, forward_prop, X, y, output, loss)
    return numerical_gradient(f, p, h), numerical_gradient(f, p, h / 2), crossed_kinks(X, p, hidden, output, h)


def _loss_of(forward_prop, X, y, output, loss, p):
    return network.compute_loss(y, forward_prop(X.copy(), p), output, loss)
