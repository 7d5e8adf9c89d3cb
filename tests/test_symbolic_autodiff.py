"""Every formula that notebook 10 displays, checked with SymPy; the notebook displays no other."""

import re

import pytest

from notebook_tools import NOTEBOOKS, markdown_cells, read, without_code_blocks
from oracles import require

sympy = require("sympy")

NOTEBOOK = NOTEBOOKS / "10_automatic_differentiation.ipynb"
t, x, k, L = sympy.symbols("t x k L", positive=True)


def matrix(name, rows, columns):
    return sympy.Matrix(rows, columns, lambda j, i: sympy.Symbol(f"{name}{j}{i}"))


def J_of(Z):
    """Some loss in which every entry of Z counts in its own way."""
    return sum((n + 2) * z**2 + sympy.sin(n * z) for n, z in enumerate(Z))


def slopes(J, M):
    return M.applyfunc(lambda entry: sympy.diff(J, entry))


def over_edges():
    """The slope at s is the sum over the edges that leave it: of u in u + s with s = u^2, and of x in u u with u = x^2."""
    u, s = sympy.symbols("u s")
    loss = u + s
    left = sympy.diff(loss.subs(s, u**2), u)
    right = sympy.diff(loss, u) + sympy.diff(loss, s) * sympy.diff(u**2, u)
    yield left.subs(u, x**2), right.subs([(s, u**2), (u, x**2)])
    a, b = sympy.symbols("a b")  # the two factors, both of them u
    yield sympy.diff(x**4, x), sum(sympy.diff(a * b, f).subs({a: x**2, b: x**2}) * 2 * x for f in (a, b))


def neuron():
    z, w1, w2, x1, x2, b = sympy.symbols("z w1 w2 x1 x2 b", real=True)
    sigma = 1 / (1 + sympy.exp(-z))
    loss, sums = sympy.log(1 + sympy.exp(-z)), w1 * x1 + w2 * x2 + b
    yield loss, -sympy.log(sigma)
    yield sympy.diff(loss, z), sigma - 1
    yield sympy.diff(loss.subs(z, sums), w1), ((sigma - 1) * x1).subs(z, sums)


def product():
    """Entry by entry, and as the products of matrices that the sentence after it names."""
    W, A, Z = matrix("W", 2, 3), matrix("A", 3, 2), matrix("Z", 2, 2)
    up, J = slopes(J_of(Z), Z).subs(dict(zip(Z, W * A, strict=True))), J_of(W * A)
    for j, r in ((0, 2), (1, 0)):
        yield sympy.diff(J, W[j, r]), sum(up[j, i] * A[r, i] for i in range(2))
        yield sympy.diff(J, A[r, j]), sum(W[i, r] * up[i, j] for i in range(2))
    yield from zip(slopes(J, W), up * A.T, strict=True)
    yield from zip(slopes(J, A), W.T * up, strict=True)


def repeated():
    Z, b = matrix("Z", 2, 3), matrix("b", 2, 1)
    shifted = Z + b * sympy.ones(1, 3)
    up = slopes(J_of(Z), Z).subs(dict(zip(Z, shifted, strict=True)), simultaneous=True)
    for j in range(2):
        yield sympy.diff(J_of(shifted), b[j]), sum(up[j, i] for i in range(3))


def dual():
    W, A = (matrix(name, 2, 2).applyfunc(lambda entry: sympy.Function(entry.name)(t)) for name in "WA")
    yield from zip((W * A).diff(t), W.diff(t) * A + W * A.diff(t), strict=True)


def checkpoints():
    kept = L / k + 3 * k
    yield sympy.diff(kept, k), -L / k**2 + 3
    yield sympy.solve(sympy.diff(kept, k), k)[0], sympy.sqrt(L / 3)
    yield sympy.sign(sympy.diff(kept, k, 2)), 1  # smallest, not largest


DISPLAYED = {
    r"\frac{\partial\ell}{\partials}=\sum_{s\toe}\frac{\partial\ell}{\partiale}\cdot\frac{\partiale}{\partials}": over_edges,
    r"\frac{\partial\ell}{\partialz}=\sigma(z)-1,\qquad\frac{\partial\ell}{\partialw_1}=(\sigma(z)-1)\,x_1": neuron,
    r"z_j^{(i)}=\sum_kW_{jk}\,a_k^{(i)}\quad\Rightarrow\quad"
    r"\frac{\partialJ}{\partialW_{jk}}=\sum_{i=1}^{m}\frac{\partialJ}{\partialz_j^{(i)}}\,a_k^{(i)},\qquad"
    r"\frac{\partialJ}{\partiala_k^{(i)}}=\sum_{j}W_{jk}\,\frac{\partialJ}{\partialz_j^{(i)}}": product,
    r"\frac{\partialJ}{\partialb_j}=\sum_{i=1}^{m}\frac{\partialJ}{\partialz_j^{(i)}}": repeated,
    r"Z=WA\quad\Rightarrow\quad\dot{Z}=\dot{W}A+W\dot{A}": dual,
    r"\frac{L}{k}+3k\quad\text{issmallestwhere}\quad-\frac{L}{k^2}+3=0,\quad\text{at}\quadk=\sqrt{\frac{L}{3}}": checkpoints,
}
"""Each display formula without its blanks, and the pairs that must be equal for it to be true."""


def test_the_notebook_displays_these_formulas_and_no_others():
    text = "\n".join(without_code_blocks(cell.source) for cell in markdown_cells(read(NOTEBOOK)))
    assert [re.sub(r"\s", "", formula) for formula in re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL)] == list(DISPLAYED)


@pytest.mark.parametrize("pairs", DISPLAYED.values(), ids=lambda pairs: pairs.__name__)
def test_what_is_displayed_is_true(pairs):
    checked = list(pairs())
    assert checked
    for left, right in checked:
        assert sympy.simplify(left - right) == 0
