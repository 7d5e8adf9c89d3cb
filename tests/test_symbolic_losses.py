"""Every derivative that notebook 03 displays, checked with SymPy, equals sign by equals sign.

`BLOCKS` spells each display formula that holds a derivative a second time: as chains of pairs (LaTeX, SymPy), all of a
chain being equal. One test demands that the LaTeX is, sign for sign, what the notebook displays (and that the notebook
displays no other derivative), the other that the SymPy side is an identity.
"""

import itertools
import re
from dataclasses import dataclass

import numpy as np
import pytest

from helpers import losses
from notebook_tools import NOTEBOOKS, markdown_cells, read
from oracles import require

sympy = require("sympy")

NOTEBOOK = NOTEBOOKS / "03_loss.ipynb"
K = 3

z = sympy.Symbol("z", real=True)
a, p, f, w = sympy.symbols("a p f w", positive=True)
y = sympy.Symbol("y", real=True)
exp, ln, half, diff = sympy.exp, sympy.log, sympy.Rational(1, 2), sympy.diff

SIGMOID = 1 / (1 + exp(-z))
CROSS_ENTROPY = -y * ln(a) - (1 - y) * ln(1 - a)
HALF_SQUARED = half * (a - y) ** 2
SQUARED = (a - y) ** 2
WEIGHTED = -w * y * ln(a) - (1 - y) * ln(1 - a)
CONSTANT = -f * ln(a) - (1 - f) * ln(1 - a)

zs = sympy.symbols(f"z1:{K + 1}", real=True)
ps = sympy.symbols(f"p1:{K + 1}", positive=True)
ys = (*sympy.symbols(f"y1:{K}", real=True), 1 - sum(sympy.symbols(f"y1:{K}", real=True)))  # sums to 1
S = sum(exp(t) for t in zs)
SOFTMAX = [exp(t) / S for t in zs]
OF_Z = dict(zip(ps, SOFTMAX, strict=True))
CLASS_LOSS = -sum(y_j * ln(p_j) for y_j, p_j in zip(ys, ps, strict=True))
PAIRS = [(j, k) for j in range(K) for k in range(K)]


def delta(j, k):
    return int(j == k)


def of_z(loss, output=SIGMOID):
    """The derivative with respect to z of a loss that is given in terms of a, where a = output."""
    return diff(loss.subs(a, output), z)


@dataclass(frozen=True)
class Block:
    """One display formula: where it stands, its chains, and what a and p stand for in them."""

    cell: str
    number: int
    chains: list
    put: dict

    def __str__(self):
        return f"{self.cell}-{self.number}"


A_IS_SIGMOID, A_IS_Z = {a: SIGMOID}, {a: z}

BLOCKS = [
    Block("price-reading", 0, [[(r"\frac{d}{dp}\left(-\ln p\right)", diff(-ln(p), p)), (r"-\frac{1}{p}", -1 / p)]], {}),
    Block("slow-formula", 0, [
        [(r"\ell", HALF_SQUARED), (r"\tfrac{1}{2}(a - y)^2", HALF_SQUARED)],
        [("a", a), (r"\sigma(z)", SIGMOID)],
        [(r"\frac{\partial \ell}{\partial a}", diff(HALF_SQUARED, a)), ("a - y", a - y)],
        [(r"\frac{\partial a}{\partial z}", diff(SIGMOID, z)), (r"a(1 - a)", a * (1 - a))],
        [(r"\frac{\partial \ell}{\partial z}", of_z(HALF_SQUARED)), ("(a - y)a(1 - a)", (a - y) * a * (1 - a))],
    ], A_IS_SIGMOID),
    Block("delta-loss-slope", 0, [
        [(r"\ell", CROSS_ENTROPY), (r"-y \ln a - (1 - y) \ln(1 - a)", CROSS_ENTROPY)],
        [(r"\frac{\partial \ell}{\partial a}", diff(CROSS_ENTROPY, a)),
         (r"-\frac{y}{a} + \frac{1 - y}{1 - a}", -y / a + (1 - y) / (1 - a)),
         (r"\frac{-y(1 - a) + (1 - y)a}{a(1 - a)}", (-y * (1 - a) + (1 - y) * a) / (a * (1 - a))),
         (r"\frac{-y + ya + a - ya}{a(1 - a)}", (-y + y * a + a - y * a) / (a * (1 - a))),
         (r"\frac{a - y}{a(1 - a)}", (a - y) / (a * (1 - a)))],
    ], {}),
    Block("delta-sigmoid-slope", 0, [
        [("a", a), (r"\frac{1}{1 + e^{-z}}", SIGMOID)],
        [(r"\frac{\partial a}{\partial z}", diff(SIGMOID, z)),
         (r"\frac{e^{-z}}{(1 + e^{-z})^2}", exp(-z) / (1 + exp(-z)) ** 2),
         (r"\frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}", SIGMOID * (exp(-z) / (1 + exp(-z)))),
         ("a(1 - a)", a * (1 - a))],
    ], A_IS_SIGMOID),
    Block("delta-product", 0, [
        [(r"\frac{\partial \ell}{\partial z}", of_z(CROSS_ENTROPY)),
         (r"\frac{\partial \ell}{\partial a} \cdot \frac{\partial a}{\partial z}", diff(CROSS_ENTROPY, a) * diff(SIGMOID, z)),
         (r"\frac{a - y}{a(1 - a)} \cdot a(1 - a)", sympy.Mul((a - y) / (a * (1 - a)), a * (1 - a), evaluate=False)),
         ("a - y", a - y)],
    ], A_IS_SIGMOID),
    Block("ex-weighted-delta-solution", 0, [
        [(r"\frac{\partial \ell}{\partial z}", of_z(WEIGHTED)),
         (r"\left(-\frac{wy}{a} + \frac{1 - y}{1 - a}\right) a(1 - a)", (-w * y / a + (1 - y) / (1 - a)) * a * (1 - a)),
         ("-wy(1 - a) + (1 - y)a", -w * y * (1 - a) + (1 - y) * a)],
    ], A_IS_SIGMOID),
    Block("pairs-identity", 0, [
        [(r"\ell", HALF_SQUARED), (r"\tfrac{1}{2}(a - y)^2", HALF_SQUARED)],
        [(r"\frac{\partial \ell}{\partial z}", of_z(HALF_SQUARED, z)), (r"(a - y) \cdot 1", (a - y) * 1), ("a - y", a - y)],
    ], A_IS_Z),
    Block("pairs-identity", 1, [
        [(r"\ell", SQUARED), ("(a - y)^2", SQUARED)],
        [(r"\frac{\partial \ell}{\partial z}", of_z(SQUARED, z)), ("2(a - y)", 2 * (a - y))],
    ], A_IS_Z),
    Block("pairs-softmax-jacobian", 0, [
        [(r"\frac{\partial p_j}{\partial z_k}", [diff(SOFTMAX[j], zs[k]) for j, k in PAIRS]),
         (r"\frac{\delta_{jk} e^{z_j} S - e^{z_j} e^{z_k}}{S^2}",
          [(delta(j, k) * exp(zs[j]) * S - exp(zs[j]) * exp(zs[k])) / S**2 for j, k in PAIRS]),
         (r"p_j \left(\delta_{jk} - p_k\right)", [ps[j] * (delta(j, k) - ps[k]) for j, k in PAIRS])],
    ], OF_Z),
    Block("pairs-softmax", 0, [
        [(r"\frac{\partial \ell}{\partial z_k}", [diff(CLASS_LOSS.subs(OF_Z), t) for t in zs]),
         (r"\sum_j \frac{\partial \ell}{\partial p_j}\frac{\partial p_j}{\partial z_k}",
          [sum(diff(CLASS_LOSS, ps[j]) * diff(SOFTMAX[j], t) for j in range(K)) for t in zs]),
         (r"\sum_j \left(-\frac{y_j}{p_j}\right) p_j \left(\delta_{jk} - p_k\right)",
          [sum(-ys[j] / ps[j] * ps[j] * (delta(j, k) - ps[k]) for j in range(K)) for k in range(K)]),
         (r"-y_k + p_k \sum_j y_j", [-ys[k] + ps[k] * sum(ys) for k in range(K)]),
         ("p_k - y_k", [ps[k] - ys[k] for k in range(K)])],
    ], OF_Z),
    Block("pairs-not", 0, [
        [(r"\ell", SQUARED), ("(a - y)^2", SQUARED)],
        [(r"\frac{\partial \ell}{\partial z}", of_z(SQUARED)), ("2(a - y)a(1 - a)", 2 * (a - y) * a * (1 - a))],
    ], A_IS_SIGMOID),
    Block("pairs-not", 1, [
        [(r"\frac{\partial \ell}{\partial z}", of_z(CROSS_ENTROPY, z)),
         (r"\frac{a - y}{a(1 - a)} \cdot 1", (a - y) / (a * (1 - a)) * 1)],
    ], A_IS_Z),
    Block("stable-formula", 1, [
        [(r"\frac{\partial \ell}{\partial z}", diff(ln(1 + exp(z)) - y * z, z)),
         (r"\frac{e^{z}}{1 + e^{z}} - y", exp(z) / (1 + exp(z)) - y),
         (r"\sigma(z) - y", SIGMOID - y)],
    ], {}),
    Block("reading-entropy", 0, [
        [("J(a)", CONSTANT), (r"-f \ln a - (1 - f) \ln(1 - a)", CONSTANT)],
        [(r"\frac{dJ}{da}", diff(CONSTANT, a)),
         (r"-\frac{f}{a} + \frac{1 - f}{1 - a}", -f / a + (1 - f) / (1 - a)),
         (r"\frac{a - f}{a(1 - a)}", (a - f) / (a * (1 - a)))],
    ], {}),
]  # fmt: skip


def bare(latex):
    """LaTeX without what only places it: spaces, alignment, line ends, and the comma between two formulas."""
    latex = re.sub(r"\\begin\{aligned\}|\\end\{aligned\}|\\\\(\[\d+pt\])?|\\q?quad|\\[,;]|&", "", latex)
    return re.sub(r"[\s,]", "", latex)


def displays(notebook):
    """{(cell id, number in the cell): display formula} of a notebook, fenced code left out."""
    found = {}
    for cell in markdown_cells(notebook):
        text = re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)
        for number, formula in enumerate(re.findall(r"\$\$(.*?)\$\$", text, flags=re.DOTALL)):
            found[cell.id, number] = formula
    return found


def is_zero(expression):
    return sympy.simplify(expression) == 0


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_the_notebook_displays_what_is_checked(block):
    spelled = "".join("=".join(latex for latex, _ in chain) for chain in block.chains)
    assert bare(displays(read(NOTEBOOK))[block.cell, block.number]) == bare(spelled)


def test_no_displayed_derivative_is_left_out():
    with_derivative = {at for at, formula in displays(read(NOTEBOOK)).items() if re.search(r"\\partial|\\frac\{d", formula)}
    assert with_derivative == {(block.cell, block.number) for block in BLOCKS}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_each_equals_sign_is_an_identity(block):
    for chain in block.chains:
        for (left_latex, left), (right_latex, right) in itertools.pairwise(chain):
            left, right = (side if isinstance(side, list) else [side] for side in (left, right))
            for one, other in zip(left, right, strict=True):
                difference = (one - other).subs(block.put)
                assert is_zero(difference), f"{left_latex} = {right_latex}: differs by {sympy.simplify(difference)}"


# --- formulas and claims beside the derivatives ---------------------------------------------------------------------------


def test_a_planted_mistake_is_not_an_identity():
    assert not is_zero(of_z(CROSS_ENTROPY) - (a - y).subs(a, 1 - SIGMOID))
    assert not is_zero(of_z(HALF_SQUARED) - ((a - y) * (1 - a**2)).subs(A_IS_SIGMOID))


def test_the_jacobian_is_diag_p_minus_p_p_transposed():
    column = sympy.Matrix(SOFTMAX)
    assert sympy.simplify(column.jacobian(zs) - (sympy.diag(*SOFTMAX) - column * column.T)) == sympy.zeros(K, K)


def test_the_strongest_pull_of_squared_error_is_4_27_at_one_third():
    pull = (1 - a) * a * (1 - a)
    inside = [root for root in sympy.solve(diff(pull, a), a) if root < 1]
    assert inside == [sympy.Rational(1, 3)]
    assert pull.subs(a, inside[0]) == sympy.Rational(4, 27)


def test_the_times_of_the_two_races():
    """Steps of small size: the integral of 1 / pull from -d to 0, for label 1."""
    t, d = sympy.symbols("t d", positive=True)
    pulls = [1 - SIGMOID, (1 - SIGMOID) ** 2 * SIGMOID]
    integrands = [1 + exp(z), (1 + exp(z)) ** 2 * (1 + exp(-z))]
    exact = [d + 1 - exp(-d), exp(d) + 3 * d + sympy.Rational(5, 2) - 3 * exp(-d) - exp(-2 * d) / 2]
    for pull, integrand, time in zip(pulls, integrands, exact, strict=True):
        assert is_zero(integrand * pull - 1)
        assert is_zero(sympy.integrate(sympy.expand(integrand.subs(z, -t)), (t, 0, d)) - time)


def test_the_tanh_output_of_the_exercise():
    assert is_zero((diff(HALF_SQUARED.subs(a, sympy.tanh(z)), z) - (sympy.tanh(z) - y) * (1 - sympy.tanh(z) ** 2)).rewrite(exp))


def test_slope_of_cross_entropy_and_of_squared_error_differ_by_the_factor_of_the_table():
    ratio = of_z(CROSS_ENTROPY) / of_z(HALF_SQUARED)
    assert is_zero((ratio - 1 / (a * (1 - a))).subs(A_IS_SIGMOID))


def test_the_weighted_slope_in_words():
    solution = -w * y * (1 - a) + (1 - y) * a
    assert is_zero(solution.subs(w, 1) - (a - y))
    assert is_zero((solution - w * (a - y)).subs(y, 1))
    assert is_zero((solution - (a - y)).subs(y, 0))


def test_the_loss_from_logits_is_the_loss_from_probabilities():
    softplus = ln(1 + exp(z))
    assert is_zero(sympy.expand_log(-ln(SIGMOID).rewrite(exp) - ln(1 + exp(-z)), force=True))
    for label in (0, 1):
        from_probabilities = exp(CROSS_ENTROPY.subs(y, label).subs(A_IS_SIGMOID))
        assert is_zero(from_probabilities - exp(softplus - label * z))


@pytest.mark.parametrize("sign", [1, -1])
def test_softplus_splits_into_a_large_and_a_small_part(sign):
    t = sympy.Symbol("t", positive=True)
    stable = exp(sympy.Max(0, sign * t)) * (1 + exp(-sympy.Abs(sign * t)))
    assert is_zero(stable - (1 + exp(sign * t)))


def test_log_sum_exp_does_not_depend_on_the_number_subtracted():
    t = sympy.Symbol("t", real=True)
    shifted = exp(t) * sum(exp(z_j - t) for z_j in zs)
    assert is_zero(shifted - S)


def test_the_best_constant_output_is_the_frequency_and_costs_the_entropy():
    assert sympy.solve(diff(CONSTANT, a), a) == [f]
    assert is_zero(diff(CONSTANT, a, 2).subs(a, f) - 1 / (f * (1 - f)))  # positive: a minimum
    entropy = CONSTANT.subs({a: f, f: sympy.Rational(357, 569)}).evalf()
    labels = np.repeat([[1.0, 0.0]], [357, 212], axis=1)
    assert losses.uninformed_loss(labels) == pytest.approx(float(entropy), rel=1e-12)
    assert f"{float(entropy):.3f}" == "0.660"


@pytest.mark.parametrize(
    ("loss", "slope"),
    [
        (CROSS_ENTROPY, losses.binary_cross_entropy_slope),
        (SQUARED, losses.mean_squared_error_slope),
        (HALF_SQUARED, losses.half_squared_error_slope),
    ],
    ids=["cross-entropy", "squared", "half squared"],
)
def test_slopes_of_helpers_are_the_symbolic_ones(loss, slope):
    outputs = np.array([[0.01, 0.3, 0.7, 0.99]])
    for label in (0.0, 1.0):
        expected = [float(diff(loss, a).subs({y: int(label), a: sympy.Float(v, 30)})) for v in outputs[0]]
        np.testing.assert_allclose(slope(outputs, np.full_like(outputs, label)), [expected], rtol=1e-12)
