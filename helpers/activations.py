r"""Activations g(z): value, slope g'(z), and the slope from the output a = g(z) where the output determines it.

Each activation is one row of the table `ACTIVATIONS`. All functions work elementwise on scalars and arrays, keep
float32 as float32, and neither overflow nor return NaN for |z| up to 1e4.

Derived in: notebooks/02_activations.ipynb
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import checks


@dataclass(frozen=True, repr=False)
class Activation:
    r"""One activation a = g(z) with its slope g'(z) = da/dz.

    Attributes
    ----------
    name : str
    latex_value, latex_slope : str
        g(z) and g'(z) as LaTeX, in terms of z.
    latex_slope_from_output : str or None
        g'(z) as LaTeX in terms of a; None where a does not determine the slope.
    kink : float or None
        The z at which g has no derivative.
    slope_at_kink : float or None
        What `slope` returns there: one of the two one-sided slopes (`make_relu` takes any number between them as well).
        Where the slope rises at the kink, as ReLU's does, that is a subgradient.
    outputs : tuple of float
        The bounds between which every a = g(z) lies.
    """

    name: str
    value_rule: Callable
    slope_rule: Callable
    output_rule: Callable | None
    latex_value: str
    latex_slope: str
    latex_slope_from_output: str | None
    kink: float | None = None
    slope_at_kink: float | None = None
    outputs: tuple = (-np.inf, np.inf)

    def value(self, z):
        """a = g(z), elementwise; z : real number or array of any shape. Raises TypeError, DomainError (NaN, inf)."""
        return self._applied(self.value_rule, checks.floats("z", z))

    def slope(self, z):
        """g'(z) = da/dz, elementwise; at a kink, `slope_at_kink`. Raises as `value`."""
        return self._applied(self.slope_rule, checks.floats("z", z))

    @property
    def slope_from_output(self):
        """The function a -> g'(z) for a = g(z), or None where a does not determine the slope (as for silu).

        It raises DomainError for an a that is no output of g.
        """
        if self.output_rule is None:
            return None
        return lambda a: self._applied(self.output_rule, self._output(a))

    @staticmethod
    def _applied(rule, numbers):
        """A scalar for a scalar. What underflows on the way is 0, as it should be."""
        with np.errstate(all="ignore"):
            return rule(numbers)[()]

    def _output(self, a):
        """`a` as floats between the bounds of g; rounding may have carried it a few digits across."""
        a, (least, most) = checks.floats("a", a), self.outputs
        within = np.clip(a, least, most)
        outside = a[abs(a - within) > 16 * np.finfo(a.dtype).eps * (1 + abs(within))]
        if outside.size:
            raise checks.DomainError(f"a is {outside[0]:.6g}, no output of {self.name}, which lies between {least:g} and {most:g}: did you give z?")
        return within

    def __repr__(self):
        return f"Activation({self.name!r})"


# --- the rules; z and a are float arrays -------------------------------------------------------------------------


def _sigmoid(z):
    e = np.exp(-np.abs(z))  # no exponent is positive, so nothing overflows
    return np.where(z >= 0, z.dtype.type(1), e) / (1 + e)


def _sigmoid_slope(z):
    e = np.exp(-np.abs(z))
    return 1 / (1 + e) * (e / (1 + e))  # sigma(z) sigma(-z), whichever of them is the larger


def _tanh_slope(z):
    return 4 * _sigmoid_slope(2 * z)  # 1 - tanh(z)^2, which the subtraction would round to 0 from z = 19 on


def _softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _silu_slope(z):
    e, one, right = np.exp(-np.abs(z)), z.dtype.type(1), z >= 0
    sigma, other = np.where(right, one, e) / (1 + e), np.where(right, e, one) / (1 + e)  # of z and of -z, with one exponential
    return sigma + z * sigma * other


def _step(z, at_zero, below):
    """1 right of 0, `below` left of it, `at_zero` at it: the slope of everything with a kink at 0."""
    right = z > 0
    if at_zero == below == 0:
        return right.astype(z.dtype)
    one, at_zero, below = (z.dtype.type(slope) for slope in (1, at_zero, below))  # float32 stays float32
    return np.where(right, one, below if at_zero == below else np.where(z == 0, at_zero, below))


# --- activations with a parameter ----------------------------------------------------------------------------------

_MOST = 1e30
"""Times a z of up to 1e4 that is a number in float32, too."""


def make_relu(slope_at_zero=0.0):
    """ReLU, max(0, z), with a chosen subgradient ReLU'(0) in [0, 1].

    With ReLU'(0) other than 0 the output a = 0 no longer determines the slope (z = 0 and z < 0 differ), so
    `slope_from_output` is then None.

    Source: Bertoin, Bolte, Gerchinovitz, Pauwels, "Numerical influence of ReLU'(0) on backpropagation", NeurIPS 2021.
    Derived in: notebooks/02_activations.ipynb, "What is ReLU's slope at 0?"
    """
    slope_at_zero = checks.positive("slope_at_zero", slope_at_zero, zero=True)
    if slope_at_zero > 1:
        raise ValueError(f"slope_at_zero is {slope_at_zero:g}, expected a subgradient between 0 and 1")

    def slope(z):
        return _step(z, slope_at_zero, 0)

    return Activation(
        "relu", lambda z: np.maximum(z, 0), slope, slope if slope_at_zero == 0 else None,
        r"\max(0, z)", r"1 \text{ if } z > 0, \text{ else } 0",
        r"1 \text{ if } a > 0, \text{ else } 0" if slope_at_zero == 0 else None,
        kink=0.0, slope_at_kink=slope_at_zero, outputs=(0, np.inf),
    )  # fmt: skip


def make_leaky_relu(leak=0.01):
    """Leaky ReLU: z for z > 0, leak * z otherwise, with leak > 0; its slope at 0 is taken to be `leak`, that from the left.

    Without a kink for leak = 1, which is the identity.

    Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML workshop 2013.
    Derived in: notebooks/02_activations.ipynb, "What is the slope of a function made of two pieces?"
    """
    leak = checks.positive("leak", leak, most=_MOST)

    def slope(z):
        return _step(z, leak, leak)

    return Activation(
        "leaky_relu", lambda z: np.where(z > 0, z, leak * z), slope, slope,
        rf"z \text{{ if }} z > 0, \text{{ else }} {leak:g}\,z", rf"1 \text{{ if }} z > 0, \text{{ else }} {leak:g}",
        rf"1 \text{{ if }} a > 0, \text{{ else }} {leak:g}",
        kink=None if leak == 1 else 0.0, slope_at_kink=None if leak == 1 else leak,
    )  # fmt: skip


def make_elu(alpha=1.0):
    """Exponential linear unit: z for z > 0, alpha (e^z - 1) otherwise; smooth at 0 only for alpha = 1.

    For any other alpha its slope at 0 is taken to be `alpha`, that from the left.

    Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by ELUs", ICLR 2016.
    Derived in: notebooks/02_activations.ipynb, "What is the slope of a function made of two pieces?"
    """
    alpha = checks.positive("alpha", alpha, most=_MOST)
    factor = "" if alpha == 1 else f"{alpha:g}\\,"
    return Activation(
        "elu",
        lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, np.ones_like(z), alpha * np.exp(np.minimum(z, 0))),
        lambda a: np.where(a > 0, np.ones_like(a), a + alpha),
        rf"z \text{{ if }} z > 0, \text{{ else }} {factor}(e^z - 1)", rf"1 \text{{ if }} z > 0, \text{{ else }} {factor}e^z",
        rf"1 \text{{ if }} a > 0, \text{{ else }} a + {alpha:g}",
        kink=None if alpha == 1 else 0.0, slope_at_kink=None if alpha == 1 else alpha, outputs=(-alpha, np.inf),
    )  # fmt: skip


# --- the table -----------------------------------------------------------------------------------------------------

ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("identity", lambda z: z.copy(), np.ones_like, np.ones_like, "z", "1", "1"),
        make_relu(),
        make_leaky_relu(),
        make_elu(),
        Activation(
            "sigmoid", _sigmoid, _sigmoid_slope, lambda a: a * (1 - a),
            r"\sigma(z) = \frac{1}{1 + e^{-z}}", r"\sigma(z)\,(1 - \sigma(z))", "a\\,(1 - a)", outputs=(0, 1)),
        Activation("tanh", np.tanh, _tanh_slope, lambda a: 1 - a**2, r"\tanh z", r"1 - \tanh^2 z", "1 - a^2", outputs=(-1, 1)),
        Activation(
            "softplus", _softplus, _sigmoid, lambda a: -np.expm1(-a), r"\ln(1 + e^z)", r"\sigma(z)", "1 - e^{-a}", outputs=(0, np.inf)),
        Activation(
            "silu", lambda z: z * _sigmoid(z), _silu_slope, None,
            r"z\,\sigma(z)", r"\sigma(z) + z\,\sigma(z)\,(1 - \sigma(z))", None),
    )
}  # fmt: skip
"""Every activation by name."""


def get_activation(activation, argument="activation"):
    """Return the Activation of that name; an Activation (say, `make_leaky_relu(0.2)`) is returned as it is.

    argument : what an error calls it.
    """
    if checks.is_a(activation, Activation):
        return activation
    return ACTIVATIONS[checks.choice(argument, activation, ACTIVATIONS)]


def chain(activation, w, a, layers):
    r"""da_L/da_0 = \prod_l w g'(z_l) along a chain of one unit a layer: z_l = w a_{l-1}, a_l = g(z_l).

    Parameters
    ----------
    activation : str or Activation
    w : real number
        The weight of every layer.
    a : real number or array of any shape
        a_0, what goes into the first layer.
    layers : int
        L, at least 1 and at most a million, divided by the number of entries of a.

    Returns
    -------
    dict of str to ndarray, shape (layers, *shape of a)
        "Z", "A", the factors "w g'(Z)" as "factors", and "products" of the factors up to and including each layer.

    Raises
    ------
    ValueError, TypeError
        Names the activation, number or layer count that is wrong; DomainError where a layer's output is no longer finite.

    Derived in: notebooks/02_activations.ipynb, "How do slopes multiply through depth?"
    """
    activation = get_activation(activation)
    w, a = checks.floats("w", w), checks.floats("a", a)
    if w.ndim:
        raise ValueError(f"w has shape {w.shape}, expected one number")
    Z, A, factors = [], [], []
    for _ in range(checks.whole("layers", layers, most=max(1, 10**6 // max(1, a.size)))):
        with np.errstate(all="ignore"):
            z = w * a
        a = activation.value(z)
        Z.append(z)
        A.append(a)
        factors.append(activation.slope(z))
    with np.errstate(all="ignore"):
        factors = w * np.array(factors)
        return {"Z": np.array(Z), "A": np.array(A), "factors": factors, "products": np.cumprod(factors, axis=0)}
