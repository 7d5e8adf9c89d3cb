r"""Checking gradients: central differences, how far two gradients are apart, and kinks that make a check lie.

Central difference: dL/dtheta is approximately (L(theta + h) - L(theta - h)) / (2 h), wrong by O(h^2) through truncation
and by O(eps L / h) through rounding.

Derived in: notebooks/06_gradient_checking.ipynb
"""

import html
import itertools
from dataclasses import dataclass
from functools import partial

import numpy as np

from helpers import checks, network
from helpers.activations import get_activation
from helpers.losses import get_loss

STEP = 1e-5
"""The default step h: near the cube root of the machine epsilon, where truncation and rounding balance."""

TOLERANCE = 1e-7
"""Relative error up to which two gradients count as the same."""


def numerical_gradient(loss, p, h=STEP):
    """dL/dtheta by central differences, one entry of one parameter at a time.

    Parameters
    ----------
    loss : callable
        loss(p) -> float, for any dict `p` of float arrays. It gets a copy and may do with it what it likes.
    p : dict of ndarray
    h : float

    Returns
    -------
    dict of ndarray : "d" + name for each name in p, in the parameter's shape

    Raises TypeError or ValueError where p or h is no such thing or loss(p) is not one finite number.
    Derived in: notebooks/06_gradient_checking.ipynb, "How can you test a derivative that you do not trust?"
    """
    h = checks.positive("h", h)
    p = _float_arrays(p)
    return {f"d{name}": _slopes(partial(_loss_with, loss, p, name), value, h) for name, value in p.items()}


def _float_arrays(p):
    if not isinstance(p, dict) or not p:
        raise TypeError(f"p is {type(p).__name__}, expected a dict of float arrays with at least one entry")
    for name, value in p.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            raise TypeError(f"p[{name!r}] is {getattr(value, 'dtype', type(value).__name__)}, expected a float array")
    return p


def _loss_with(loss, p, name, value):
    """loss(p) with one parameter replaced; the other arrays are copied so that no call can spoil the next."""
    result = loss({key: (value if key == name else array).copy() for key, array in p.items()})
    number = checks.floats("loss(p)", result)
    if number.size != 1:
        raise ValueError(f"loss(p) has shape {number.shape}, expected one number: take the mean over the examples")
    return number.item()


def _slopes(f, value, h):
    slopes = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        step = np.zeros_like(value)
        step[index] = h
        slopes[index] = (f(value + step) - f(value - step)) / (2 * h)
    return slopes


# --- all perturbations of this network at once -----------------------------------------------------------------------


def batched_numerical_gradient(X, y, p, hidden="relu", output="sigmoid", loss=None, h=STEP):
    """What `numerical_gradient` finds for `network`, with all perturbations of a parameter in one stack.

    A step in W[l][j, k] or b[l][j] moves row j of Z[l] only. So the stack holds that row alone, up and down, for every
    (j, k); the next layer adds W[l+1][:, j] times the change, and all later layers are stacked matrix products.

    Arguments as in `network.backward_prop`. Returns {"dW1", "db1", ...} in the shapes of the parameters.
    Derived in: notebooks/06_gradient_checking.ipynb, "How do you check a whole network?"
    """
    return _perturb(X, y, p, hidden, output, loss, h)[0]


def crossed_kinks(X, p, hidden="relu", output="sigmoid", h=STEP):
    """For each entry of each parameter: does a step of +h or -h carry some unit across a kink for some example?

    There a central difference mixes the slopes of both sides, and no backward pass can agree with it.
    Returns {"W1": bool array, ...} in the shapes of the parameters.
    Derived in: notebooks/06_gradient_checking.ipynb, "What if the step crosses a kink?"
    """
    return _perturb(X, None, p, hidden, output, None, h)[1]


_STACK_NUMBERS = 2_000_000
"""At most about so many numbers are held in one stack, whatever m is."""


def _perturb(X, y, p, hidden, output, loss, h):
    """Numerical gradients (None where y is None) and crossed kinks, parameter by parameter."""
    h = checks.positive("h", h)
    c = network.forward_prop(X, p, hidden, output)
    net = _Net(p, c, get_activation(hidden), output, get_loss(output, loss), y)
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

    def differences(self, l, A, h):
        """Central differences for the parameters of layer l that multiply the rows of A: shapes (n_l, rows of A)."""
        n, m = self.c[f"Z{l}"].shape
        widest = max(self.p[f"W{k}"].shape[0] for k in range(l, self.L + 1))
        chunk = max(1, _STACK_NUMBERS // (2 * m * widest))
        pairs = np.array(list(itertools.product(range(n), range(A.shape[0]))))
        parts = [self._chunk(l, j, A[k], h) for j, k in (pairs[i : i + chunk].T for i in range(0, len(pairs), chunk))]
        slopes, crossed = (np.concatenate(part).reshape(n, A.shape[0]) for part in zip(*parts, strict=True))
        return slopes, crossed

    def _chunk(self, l, j, a, h):
        """Slopes and crossings for a step h in row j[s] of layer l with input a[s], for each s of a stack."""
        steps = np.array([h, -h])[:, None, None]
        row = self.c[f"Z{l}"][j] + steps * a  # (2, S, m)
        crossed = self._crossed(l, row)
        if l == self.L:
            Z = np.repeat(self.c[f"Z{l}"][None, None], 2, axis=0).repeat(len(j), axis=1)
            Z[:, np.arange(len(j)), j] = row
        else:
            change = self.hidden.value(row) - self.c[f"A{l}"][j]
            Z = self.c[f"Z{l + 1}"] + self.p[f"W{l + 1}"].T[j][:, :, None] * change[:, :, None, :]
            for k in range(l + 1, self.L):
                crossed |= self._crossed(k, Z).any(axis=-1)
                Z = self.p[f"W{k + 1}"] @ self.hidden.value(Z) + self.p[f"b{k + 1}"]
            crossed |= self._crossed(self.L, Z).any(axis=-1)
        return self._slope(Z, h), crossed

    def _crossed(self, l, Z):
        """Whether the two steps (first axis) lie on different sides of a kink of layer l for some example (last axis)."""
        kink = (self.hidden if l < self.L else _output_activation(self.output)).kink
        if kink is None:
            return np.zeros(Z.shape[1:-1], dtype=bool)
        right = Z > kink
        return (right[0] != right[1]).any(axis=-1)

    def _slope(self, Z, h):
        if self.y is None:
            return np.zeros(Z.shape[1])
        up, down = (self._losses(part) for part in Z)
        return (up - down) / (2 * h)

    def _losses(self, Z):
        """Mean loss of each (n_L, m) in a stack; the losses take matrices, so the stack is laid side by side."""
        S, n, m = Z.shape
        wide = Z.transpose(1, 0, 2).reshape(n, S * m)
        y = np.tile(self.y, (1, S))
        A = _output_activation(self.output).value(wide)
        return network.loss_per_example(wide, A, y, self.output, self.loss).reshape(S, m).mean(axis=1)


def _output_activation(output):
    return get_activation("identity" if output == "softmax" else output)


# --- comparing ---------------------------------------------------------------------------------------------------------


def relative_error(a, b):
    """||a - b|| / (||a|| + ||b||), between 0 (equal) and 1 (opposite, or one of them 0); 0 where both are 0.

    a, b : arrays of one shape. Raises ValueError where the shapes differ: nothing broadcasts.
    Derived in: notebooks/06_gradient_checking.ipynb, "How far apart are two gradients?"
    """
    a, b = checks.floats("a", a), checks.floats("b", b)
    if a.shape != b.shape:
        raise ValueError(f"b has shape {b.shape}, expected that of a, {a.shape}")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size else 0.0


@dataclass(frozen=True)
class GradientRow:
    """One gradient under examination: its name, shape, relative error and verdict."""

    name: str
    shape: tuple
    relative_error: float
    kinks: int
    verdict: str


@dataclass(frozen=True)
class GradientReport:
    """The outcome of `check_gradients`: a table that prints as text and shows as HTML in Jupyter.

    `passed` is True when no gradient differs (entries whose step crosses a kink are left out of the comparison);
    `wrong` names the gradients that differ; `report["dW2"]` is one row.
    """

    rows: tuple

    @property
    def passed(self):
        """True when no gradient differs from central differences."""
        return not self.wrong

    @property
    def wrong(self):
        """Names of the gradients that differ."""
        return [row.name for row in self.rows if row.verdict.startswith(("differs", "wrong", "missing", "holds"))]

    def __getitem__(self, name):
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{name!r} is not in the report: it has {[row.name for row in self.rows]}")

    def _cells(self):
        return [(row.name, str(row.shape), _error_text(row.relative_error), row.verdict) for row in self.rows]

    @property
    def summary(self):
        """One sentence."""
        if self.wrong:
            return f"{len(self.wrong)} of {len(self.rows)} gradients differ from central differences: {', '.join(self.wrong)}."
        undecided = [row.name for row in self.rows if row.kinks == np.prod(row.shape)]
        agree = len(self.rows) - len(undecided)
        text = f"{agree if undecided else f'All {agree}'} gradients agree with central differences."
        if undecided:
            text += f" {', '.join(undecided)} cannot be decided: every step crosses a kink."
        elif kinks := sum(row.kinks for row in self.rows):
            text += f" {kinks} entries whose step crosses a kink were left out."
        return text

    def __str__(self):
        lines = [("gradient", "shape", "relative error", "verdict"), *self._cells()]
        table = ["{:<9} {:<10} {:>14}  {}".format(*line) for line in lines]
        return "\n".join([*table, self.summary])

    __repr__ = __str__

    def _repr_html_(self):
        head = "".join(f'<th scope="col" style="text-align:left">{h}</th>' for h in ("gradient", "shape", "relative error", "verdict"))
        body = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(cell)}</td>' for cell in cells) + "</tr>"
            for cells in self._cells()
        )
        return f"<table><caption>{html.escape(self.summary)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _error_text(error):
    """Rounding noise differs from machine to machine, so everything that counts as equal prints the same."""
    if np.isnan(error):
        return "-"
    return f"below {TOLERANCE:.0e}" if error <= TOLERANCE else f"{error:.3g}"


def check_gradients(backward_prop, X, y, p, *, forward_prop=None, hidden="relu", output="sigmoid", loss=None, h=STEP):
    """Compare each gradient of a backward pass with central differences of the loss.

    Parameters
    ----------
    backward_prop : callable
        backward_prop(X, y, c, p) -> dict with "dW1", "db1", ...; it gets copies, so it may overwrite what it likes.
    X, y, p
        Inputs (n_x, m), labels (1, m) and parameters as in `network`.
    forward_prop : callable, optional
        forward_prop(X, p) -> dict with "Z1", "A1", ...; None: `network.forward_prop` with `hidden` and `output`.
    hidden, output, loss
        The network that is meant. With a `forward_prop` of your own, `hidden` still says where the kinks are.
    h : float

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError, KeyError, ValueError
        For X, y, p and for functions that return something else than a dict. What is wrong with a single gradient
        (missing, wrong shape, NaN) stands in the report.

    Derived in: notebooks/06_gradient_checking.ipynb, "How do you check a whole network?"
    """
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    reference = network.forward_prop(X, p, hidden, output)
    network.compute_loss(y, reference, output, loss)  # checks y
    kinks = crossed_kinks(X, p, hidden, output, h)
    if forward_prop is None:
        forward_prop = partial(network.forward_prop, hidden=hidden, output=output)
        truth = batched_numerical_gradient(X, y, p, hidden, output, loss, h)
    else:
        truth = numerical_gradient(partial(_loss_of, forward_prop, X, y, output, loss), p, h)
    c = forward_prop(X.copy(), _copy(p))
    grads = backward_prop(X.copy(), y.copy(), _copy(c), _copy(p))
    if not isinstance(grads, dict):
        raise TypeError(f"backward_prop returned {type(grads).__name__}, expected a dict with {', '.join(truth)}")
    floor = 10 * np.finfo(float).eps * abs(network.compute_loss(y, c, output, loss)) / h
    return GradientReport(tuple(_row(name, grads, truth[name], kinks[name[1:]], floor) for name in truth))


def _copy(arrays):
    return {key: np.array(value) for key, value in arrays.items()}


def _loss_of(forward_prop, X, y, output, loss, p):
    return network.compute_loss(y, forward_prop(X.copy(), p), output, loss)


def _row(name, grads, truth, crossed, floor):
    """`floor` is the rounding error of one central difference: below it nothing can be told apart."""
    kinks = int(crossed.sum())
    if name not in grads:
        return GradientRow(name, truth.shape, np.nan, kinks, "missing from the returned dict")
    try:
        value = np.asarray(grads[name], dtype=float)
    except (TypeError, ValueError):
        return GradientRow(name, truth.shape, np.nan, kinks, f"wrong type: {type(grads[name]).__name__}")
    if value.shape != truth.shape:
        return GradientRow(name, value.shape, np.nan, kinks, f"wrong shape: expected {truth.shape}")
    if not np.isfinite(value).all():
        return GradientRow(name, value.shape, np.nan, kinks, "holds NaN or infinite entries")
    ours, numerical = value[~crossed], truth[~crossed]
    if kinks == truth.size:
        return GradientRow(name, value.shape, np.nan, kinks, "crossed a kink in every entry: undecided")
    error = relative_error(ours, numerical)
    close = error <= TOLERANCE or np.linalg.norm(ours - numerical) <= floor * np.sqrt(ours.size)
    if kinks and close:
        verdict = f"crossed a kink in {kinks} of {truth.size} entries; the others agree"
    else:
        verdict = "agrees" if close else "differs"
    return GradientRow(name, value.shape, min(error, TOLERANCE) if close else error, kinks, verdict)
