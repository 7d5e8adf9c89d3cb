"""The formulas that notebook 02 displays, one by one, against SymPy: every line of every derivation, and the helpers."""

import itertools

import numpy as np
import pytest

from helpers import network
from helpers.activations import ACTIVATIONS, make_elu, make_leaky_relu, make_relu
from helpers.gradcheck import batched_numerical_gradient
from oracles import require

sp = require("sympy")

z, h, t = sp.symbols("z h t", real=True)
a = sp.symbols("a", real=True)
alpha, leak = sp.symbols("alpha lambda", positive=True)


def sigma(x):
    return 1 / (1 + sp.exp(-x))


def same(left, right):
    """Whether two expressions are equal for all values of their symbols."""
    return sp.simplify(sp.expand((left - right).rewrite(sp.exp))) == 0


SMOOTH = {
    # g(z), the lines of the derivation of g'(z), g'(z) in terms of a (None where a does not determine it)
    "sigmoid": (
        sigma(z),
        [
            -((1 + sp.exp(-z)) ** -2) * sp.diff(1 + sp.exp(-z), z),
            sp.exp(-z) / (1 + sp.exp(-z)) ** 2,
            1 / (1 + sp.exp(-z)) * sp.exp(-z) / (1 + sp.exp(-z)),
            1 / (1 + sp.exp(-z)) * ((1 + sp.exp(-z)) - 1) / (1 + sp.exp(-z)),
            sigma(z) * (1 - sigma(z)),
        ],
        a * (1 - a),
    ),
    "tanh": (
        sp.sinh(z) / sp.cosh(z),
        [
            (sp.diff(sp.sinh(z), z) * sp.cosh(z) - sp.sinh(z) * sp.diff(sp.cosh(z), z)) / sp.cosh(z) ** 2,
            (sp.cosh(z) ** 2 - sp.sinh(z) ** 2) / sp.cosh(z) ** 2,
            1 - sp.sinh(z) ** 2 / sp.cosh(z) ** 2,
            1 - sp.tanh(z) ** 2,
            4 * sigma(2 * z) * (1 - sigma(2 * z)),
        ],
        1 - a**2,
    ),
    "softplus": (
        sp.log(1 + sp.exp(z)),
        [sp.exp(z) / (1 + sp.exp(z)), 1 / (sp.exp(-z) + 1), sigma(z)],
        1 - sp.exp(-a),
    ),
    "silu": (
        z * sigma(z),
        [sigma(z) + z * sp.diff(sigma(z), z), sigma(z) + z * sigma(z) * (1 - sigma(z))],
        None,
    ),
    "product_of_the_exercise": (z * sp.tanh(z), [sp.tanh(z) + z * (1 - sp.tanh(z) ** 2)], None),
}

# left piece, its slope in z, its slope in a; the right piece is z with slope 1
LEFT = {
    "relu": (sp.Integer(0), sp.Integer(0), sp.Integer(0), ACTIVATIONS["relu"], {}),
    "leaky_relu": (leak * z, leak, leak, make_leaky_relu(0.01), {leak: 0.01}),
    "elu": (alpha * (sp.exp(z) - 1), alpha * sp.exp(z), a + alpha, make_elu(1.0), {alpha: 1}),
    "piece of the exercise": (z / (1 - z), 1 / (1 - z) ** 2, (1 + a) ** 2, None, {}),
    "elu with alpha 2": (alpha * (sp.exp(z) - 1), alpha * sp.exp(z), a + alpha, make_elu(2.0), {alpha: 2}),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_every_line_of_the_derivation(name):
    g, lines, _ = SMOOTH[name]
    for number, line in enumerate(lines, start=1):
        assert same(sp.diff(g, z), line), f"line {number}: {line}"


@pytest.mark.parametrize("name", [name for name in SMOOTH if SMOOTH[name][2] is not None])
def test_slope_from_the_output(name):
    g, _, from_output = SMOOTH[name]
    assert same(sp.diff(g, z), from_output.subs(a, g))


@pytest.mark.parametrize("name", LEFT)
def test_the_pieces(name):
    g, slope, from_output, _, _ = LEFT[name]
    assert sp.limit((z + h - z) / h, h, 0) == 1
    assert same(sp.limit((g.subs(z, z + h) - g) / h, h, 0), slope)
    assert same(from_output.subs(a, g), slope)


@pytest.mark.parametrize("name", LEFT)
def test_one_sided_slopes_at_zero(name):
    g, slope, _, activation, constants = LEFT[name]
    left = sp.limit((g.subs(z, 0) - g.subs(z, -h)) / h, h, 0, "+").subs(constants)
    assert left == slope.subs(z, 0).subs(constants)
    assert (activation is None or activation.kink is None) == (left == 1)


@pytest.mark.parametrize("name", [name for name in SMOOTH if name in ACTIVATIONS])
def test_the_helpers_compute_these_formulas(name):
    g, lines, from_output = SMOOTH[name]
    activation = ACTIVATIONS[name]
    for number in (-30, -7.5, -1, -0.25, 0, 0.5, 2, 9.75, 30):
        value, slope = (float(f.evalf(40, subs={z: number})) for f in (g, lines[-1]))
        assert activation.value(number) == pytest.approx(value, rel=1e-14, abs=1e-300)
        # tanh's slope from its own rounded value is only as exact as 1 - tanh² allows
        assert activation.slope(number) == pytest.approx(slope, rel=1e-12, abs=1e-15)
        if from_output is not None and abs(number) < 10:
            expected = float(from_output.evalf(40, subs={a: activation.value(number)}))
            assert activation.slope_from_output(activation.value(number)) == pytest.approx(expected, rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("name", [name for name in LEFT if LEFT[name][3] is not None])
def test_the_helpers_compute_these_pieces(name):
    g, slope, from_output, activation, constants = LEFT[name]
    for number in (-20, -3.5, -1, -0.125):
        value = float(g.subs(constants).evalf(40, subs={z: number}))
        assert activation.value(number) == pytest.approx(value, rel=1e-14)
        assert activation.slope(number) == pytest.approx(float(slope.subs(constants).evalf(40, subs={z: number})), rel=1e-14)
        assert activation.slope_from_output(value) == pytest.approx(float(from_output.subs(constants).subs(a, value)), rel=1e-12, abs=1e-15)
    for number in (0.125, 2.0):
        assert (activation.value(number), activation.slope(number), activation.slope_from_output(number)) == (number, 1, 1)


def test_the_comment_of_the_case():
    assert same((1 - a**2) / (a * (1 - a)), (1 + a) / a)
    assert same((1 + a) / a, 1 + 1 / a)
    inside = sp.symbols("inside", positive=True)  # a = 1 / (1 + inside) runs over all of ]0, 1[
    assert sp.simplify(((1 + a) / a - 2).subs(a, 1 / (1 + inside))).is_positive
    assert sp.limit((1 + a) / a, a, 0, "+") == sp.oo
    assert sp.limit((1 + a) / a, a, 1) == 2


def test_sigmoid_is_steepest_in_the_middle():
    assert same(a * (1 - a), sp.Rational(1, 4) - (a - sp.Rational(1, 2)) ** 2)


def test_tanh_is_a_sigmoid_in_disguise():
    chain = [2 * sigma(2 * z) - 1, 2 / (1 + sp.exp(-2 * z)) - 1, (1 - sp.exp(-2 * z)) / (1 + sp.exp(-2 * z)),
             (sp.exp(z) - sp.exp(-z)) / (sp.exp(z) + sp.exp(-z)), sp.tanh(z)]  # fmt: skip
    assert all(same(left, right) for left, right in itertools.pairwise(chain))
    assert same(sp.diff(sp.tanh(z), z), 4 * sp.diff(sigma(t), t).subs(t, 2 * z))


def test_the_shifted_sigmoid_of_the_exercise():
    output = 2 * sigma(z) - 1
    assert same(sp.diff(output, z), ((1 - a**2) / 2).subs(a, output))


def test_differences_of_the_cube():
    assert sp.expand(((z + h) ** 3 - z**3) / h - (3 * z**2 + 3 * z * h + h**2)) == 0
    assert sp.expand(((z + h) ** 3 - (z - h) ** 3) / (2 * h) - (3 * z**2 + h**2)) == 0


def test_central_difference_error():
    g = sp.Function("g")
    series = [g(z).diff(z, n) / sp.factorial(n) for n in range(4)]
    plus, minus = (sum(term * step**n for n, term in enumerate(series, start=0)) for step in (h, -h))
    assert sp.expand((plus - minus) / (2 * h) - g(z).diff(z) - h**2 / 6 * g(z).diff(z, 3)) == 0


def test_central_difference_at_a_kink():
    step = sp.symbols("step", positive=True)
    assert (sp.Max(0, step) - sp.Max(0, -step)) / (2 * step) == sp.Rational(1, 2)
    assert sp.simplify((step - leak * -step) / (2 * step) - (1 + leak) / 2) == 0


def test_the_neuron():
    tau, R, current, D, u = sp.symbols("tau R I D u", positive=True)
    rest, reset, threshold = sp.symbols("V_rest V_reset V_th", real=True)
    final = rest + R * current
    V = final + (reset - final) * sp.exp(-t / tau)
    assert sp.simplify(tau * sp.diff(V, t) - (rest - V + R * current)) == 0
    assert sp.simplify(V.subs(t, 0) - reset) == 0
    T = tau * sp.log((final - reset) / (final - threshold))
    assert sp.simplify(V.subs(sp.exp(-t / tau), (final - threshold) / (final - reset)) - threshold) == 0
    assert sp.simplify(sp.exp(T / tau) - (final - reset) / (final - threshold)) == 0
    # with u = final - threshold and D = threshold - reset the quotient is 1 + D/u
    assert sp.simplify(((final - reset) / (final - threshold)).subs(reset, threshold - D).subs(rest, threshold + u - R * current) - (1 + D / u)) == 0
    # the lines between: the drive left at the time T
    remaining = threshold - final
    assert sp.simplify((reset - final) * sp.exp(-T / tau) - remaining) == 0
    small = sp.symbols("small", positive=True)  # x = D / u
    assert sp.series(sp.log(1 + small), small, 0, 3).removeO() == small - small**2 / 2
    assert sp.series(1 / (1 - small / 2), small, 0, 2).removeO() == 1 + small / 2
    assert sp.simplify((1 / (tau * small) * (1 + small / 2)).subs(small, D / u) - (u / (tau * D) + 1 / (2 * tau))) == 0
    series = sp.series(1 / (tau * sp.log(1 + small)), small, 0, 2).removeO()
    assert sp.simplify(series - (1 / (tau * small) + 1 / (2 * tau) - small / (12 * tau))) == 0


@pytest.mark.parametrize("j", range(10))
def test_both_sums_at_the_double_kink_of_xor(j):
    """db1 of unit j for the example (0, 0): central differences open units upwards only, a backward pass multiplies by s twice."""
    p = network.init_params((2, 10, 10, 1), rng=0)
    x, y = np.zeros((2, 1)), np.zeros((1, 1))
    dz3 = (network.forward_prop(x, p)["A3"] - y).item()
    terms = p["W3"][0] * p["W2"][:, j]
    central = batched_numerical_gradient(x, y, p)["db1"][j, 0]
    assert central == pytest.approx(dz3 * terms[p["W2"][:, j] > 0].sum() / 2, rel=1e-4)  # one-sided: wrong by O(h)
    for s in (0.0, 0.5, 1.0):
        g = make_relu(s)
        ours = network.backward_prop(x, y, network.forward_prop(x, p, hidden=g), p, hidden=g)["db1"][j, 0]
        assert ours == pytest.approx(s**2 * dz3 * terms.sum(), rel=1e-12, abs=1e-15)
