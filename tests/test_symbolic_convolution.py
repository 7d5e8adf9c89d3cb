"""The formulas that notebook 11 displays, with symbols for the numbers: Z, dK, db, dX, the matrix C, and the projection."""

import itertools

import numpy as np
import sympy as sp

from helpers import convolution

ROWS, SIZE = 4, 2
PLACES = ROWS - SIZE + 1
X = sp.Matrix(ROWS, ROWS, lambda r, t: sp.Symbol(f"x{r + 1}{t + 1}"))
K = sp.Matrix(SIZE, SIZE, lambda u, v: sp.Symbol(f"k{u + 1}{v + 1}"))
dZ = sp.Matrix(PLACES, PLACES, lambda i, j: sp.Symbol(f"d{i + 1}{j + 1}"))
b = sp.Symbol("b")


def entry(M, row, column):
    """Counted from 1, as in the formulas; 0 where there is no such entry."""
    return M[row - 1, column - 1] if 1 <= row <= M.rows and 1 <= column <= M.cols else sp.Integer(0)


def places(n):
    return itertools.product(range(1, n + 1), repeat=2)


def Z(i, j):
    return b + sum(entry(K, u, v) * entry(X, i + u - 1, j + v - 1) for u, v in places(SIZE))


J = sum(entry(dZ, i, j) * Z(i, j) for i, j in places(PLACES))
"""A loss whose slopes with respect to Z are dZ."""


def test_the_kernels_gradient_is_a_correlation_with_nothing_turned():
    for u, v in places(SIZE):
        formula = sum(entry(dZ, i, j) * entry(X, i + u - 1, j + v - 1) for i, j in places(PLACES))
        assert sp.expand(sp.diff(J, entry(K, u, v)) - formula) == 0
    assert sp.expand(sp.diff(J, b) - sum(dZ)) == 0


def test_the_images_gradient_meets_the_kernel_backwards():
    turned = sp.Matrix(SIZE, SIZE, lambda u, v: K[SIZE - 1 - u, SIZE - 1 - v])
    for r, t in places(ROWS):
        formula = sum(entry(dZ, i, j) * entry(K, r - i + 1, t - j + 1) for i, j in places(PLACES))
        slid = sum(entry(turned, u, v) * entry(dZ, r + u - SIZE, t + v - SIZE) for u, v in places(SIZE))
        assert sp.expand(sp.diff(J, entry(X, r, t)) - formula) == 0
        assert sp.expand(formula - slid) == 0


def test_a_convolution_turns_the_kernel_once_more():
    """Z with K turned: its dK is the one above, turned."""
    turned = sum(entry(dZ, i, j) * entry(K, 3 - u, 3 - v) * entry(X, i + u - 1, j + v - 1) for i, j in places(PLACES) for u, v in places(SIZE))
    for u, v in places(SIZE):
        assert sp.expand(sp.diff(turned, entry(K, u, v)) - sp.diff(J, entry(K, 3 - u, 3 - v))) == 0


def test_the_matrix_has_36_places_for_four_numbers_and_its_transpose_goes_back():
    C = sp.Matrix([[sp.diff(Z(i, j), x) for x in X] for i, j in places(PLACES)])
    assert sum(c != 0 for c in C) == 36 and set(C) == {sp.Integer(0), *K}
    back = C.T * sp.Matrix(list(dZ))
    assert all(sp.expand(back[k] - sp.diff(J, x)) == 0 for k, x in enumerate(X))
    dC = sp.Matrix(list(dZ)) * sp.Matrix(list(X)).T
    for k in K:
        shared = sum(dC[place] for place in range(len(C)) if C[place] == k)
        assert sp.expand(shared - sp.diff(J, k)) == 0


def test_stride_and_padding_read_the_pixels_that_the_formula_names():
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(7, 6)), rng.normal(size=(3, 2))
    for s, p in itertools.product((1, 2, 3), (0, 1, 2)):
        computed = convolution.correlate(image[None, None], kernel[None, None], stride=s, padding=p)[0, 0]
        rows, columns = ((n + 2 * p - k) // s + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
        assert computed.shape == (rows, columns)
        for i, j in itertools.product(range(1, rows + 1), range(1, columns + 1)):
            total = 0.0
            for u, v in itertools.product((1, 2, 3), (1, 2)):
                row, column = s * (i - 1) + u - p, s * (j - 1) + v - p
                if 1 <= row <= 7 and 1 <= column <= 6:
                    total += kernel[u - 1, v - 1] * image[row - 1, column - 1]
            np.testing.assert_allclose(computed[i - 1, j - 1], total, atol=1e-13)


def test_with_a_stride_the_images_gradient_has_zeros_between_the_slopes():
    """u = r + p - s (i - 1), v alike; the same as sliding the turned kernel over dZ with s - 1 zeros between, without the margin."""
    rng = np.random.default_rng(1)
    image, kernel = rng.normal(size=(7, 6)), rng.normal(size=(3, 2))
    for s, p in itertools.product((1, 2, 3), (0, 1, 2)):
        rows, columns = ((n + 2 * p - k) // s + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
        slopes = rng.normal(size=(rows, columns))
        dX = convolution.correlate_backward(slopes[None, None], image[None, None], kernel[None, None], s, p)[0][0, 0]
        formula = np.zeros(image.shape)
        for i, j, r, t in itertools.product(range(1, rows + 1), range(1, columns + 1), range(1, 8), range(1, 7)):
            u, v = r + p - s * (i - 1), t + p - s * (j - 1)
            if 1 <= u <= 3 and 1 <= v <= 2:
                formula[r - 1, t - 1] += slopes[i - 1, j - 1] * kernel[u - 1, v - 1]
        np.testing.assert_allclose(dX, formula, atol=1e-13)
        spread = np.zeros((s * (rows - 1) + 1, s * (columns - 1) + 1))
        spread[::s, ::s] = slopes
        wide = np.pad(spread, ((2, 2 + s), (1, 1 + s)))  # s more for the rows that rounding down leaves unread
        slid = convolution.correlate(wide[None, None], kernel[None, None, ::-1, ::-1])[0, 0]
        np.testing.assert_allclose(dX, slid[p : p + 7, p : p + 6], atol=1e-13)


def test_gradient_descent_from_zero_ends_at_the_projection():
    P = sp.Matrix([[1, 0, 1, 2], [0, 1, 1, 1], [1, 1, 2, 3]])  # rank 2
    K_right = sp.Matrix([[1, -2, 3]])
    shadow = K_right * P * P.pinv()
    assert shadow != K_right and sp.simplify((shadow - K_right) * P) == sp.zeros(1, 4)  # loss 0
    k, right, patches = np.zeros((1, 3)), np.array(K_right, dtype=float), np.array(P, dtype=float)
    for _ in range(2000):
        k = k - (k - right) @ patches @ patches.T / 4 / np.linalg.eigvalsh(patches @ patches.T / 4)[-1]
    np.testing.assert_allclose(k, np.array(shadow, dtype=float), atol=1e-9)
