"""The checks of notebook 11: right answers in every form, wrong ones with the mistake that was made; and what they say is true."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from helpers import autograd, convolution, gradcheck
from helpers.exercises import convolution as exercises

L, P, K, X = exercises.check_output_length, exercises.check_parameters, exercises.check_kernel_gradient, exercises.check_input_gradient
E, T, B, W = exercises.check_enough_data, exercises.check_ties, exercises.check_blank_patch, exercises.check_white_patch


def length(n, k, stride, padding):
    return (n + 2 * padding - k) // stride + 1


def slide(X, K):
    return np.array([[(X[i:i + K.shape[0], j:j + K.shape[1]] * K).sum() for j in range(X.shape[1] - K.shape[1] + 1)]
                     for i in range(X.shape[0] - K.shape[0] + 1)])


def wide(dZ, K):
    return np.pad(dZ, ((K.shape[0] - 1,) * 2, (K.shape[1] - 1,) * 2))


def dX(dZ, K):
    return slide(wide(dZ, K), K[::-1, ::-1])


def dX_by_adding(dZ, K):
    dX = np.zeros((dZ.shape[0] + K.shape[0] - 1, dZ.shape[1] + K.shape[1] - 1))
    for i in range(dZ.shape[0]):
        for j in range(dZ.shape[1]):
            dX[i:i + K.shape[0], j:j + K.shape[1]] += dZ[i, j] * K
    return dX


def spoil(dZ, K):
    K[:] = K[::-1, ::-1].copy()
    return slide(wide(dZ, K), K)


DK = np.array([[3, 0], [3, 4]])
DZ = np.array([[0, 0, 2, 0], [0, 0, 0, 0], [3, 0, 0, -4], [0, 0, 0, 0]])
BAR = np.array([[0, 1, 0]] * 3)


def with_entries(base, **entries):
    changed = np.array(base, dtype=float)
    for place, value in entries.items():
        changed[int(place[1]), int(place[2])] = value
    return changed


ANSWERS = [
    (L, (length,), "right", "every so-manyth"),
    (L, (lambda n, k, s, p: len(range(0, n + 2 * p - k + 1, s)),), "right", "every so-manyth"),
    (L, (lambda n, k, s, p: int((n + 2 * p - k) / s) + 1,), "right", "every so-manyth"),
    (L, (lambda n, k, s, p: np.floor((n + 2 * p - k) / s) + 1,), "right", "every so-manyth"),
    (L, (lambda n, k, s, p: np.array([length(n, k, s, p)]),), "right", "every so-manyth"),
    (L, (lambda n, k, s, p: Fraction(length(n, k, s, p)),), "right", "every so-manyth"),
    (L, (lambda n, k, s, p: (n + 2 * p - k) / s + 1,), "wrong", "you divide with /"),
    (L, (lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1,), "wrong", "you round up"),
    (L, (lambda n, k, s, p: (n + 2 * p - k) // s,), "wrong", "the first place is missing"),
    (L, (lambda n, k, s, p: (n + p - k) // s + 1,), "wrong", "on both sides"),
    (L, (lambda n, k, s, p: (n - k) // s + 1,), "wrong", "padding is forgotten"),
    (L, (lambda n, k, s, p: n + 2 * p - k + 1,), "wrong", "stride is forgotten"),
    (L, (lambda n, k, s, p: (n + 2 * p - k + 1) // s,), "wrong", "divide before + 1"),
    (L, (lambda n, k, s, p: (n + 2 * p) // s,), "wrong", "size of the kernel"),
    (L, (lambda n, k, s, p: (n - 2 * p - k) // s + 1,), "wrong", "+ 2 padding"),
    (L, (lambda n, k, s, p: (n + 2 * p - k) // s - 1,), "wrong", "- 1 for + 1"),
    (L, (lambda n, k, s, p: 6,), "wrong", "for n = 8, k = 3, stride 1, padding 1 you find 6 places"),
    (L, (lambda n, k, s: 6,), "wrong", "TypeError"),
    (L, (lambda n, k, s, p: None,), "wrong", "is the return missing"),
    (L, (lambda n, k, s, p: "6",), "wrong", "no real numbers"),
    (L, (6,), "wrong", "expected a function"),
    (L, (lambda n, k, s, p: ...,), "not attempted", "replace"),
    (P, (1216, 50348032), "right", "41,000"),
    (P, ([1216.0], np.int64(50348032)), "right", "41,000"),
    (P, (Decimal(1216), 5.0348032e7), "right", "41,000"),
    (P, (1200, 50348032), "wrong", "biases are missing"),
    (P, (16 * 26, 50348032), "wrong", "an entry for each channel"),
    (P, (16 * 25, 50348032), "wrong", "each of the 3 channels"),
    (P, (76, 50348032), "wrong", "that is one kernel"),
    (P, (16 * 3 * 26, 50348032), "wrong", "not one for each channel"),
    (P, (1200 + 16384, 50348032), "wrong", "one bias for all its places"),
    (P, (1216 * 1024, 50348032), "wrong", "do not multiply by the places"),
    (P, (1000, 50348032), "wrong", "my_convolution is 1000"),
    (P, (1216, 3072 * 16384), "wrong", "biases are missing"),
    (P, (1216, 3073 * 17), "wrong", "my_dense is"),
    (P, (1216, 3072 * 16 + 16), "wrong", "16 · 32 · 32 outputs"),
    (P, (1216, 1025 * 16384), "wrong", "three channels"),
    (P, (1216, 3072 * 16385), "wrong", "not to an input"),
    (P, (1216, ...), "not attempted", "replace"),
    (K, (DK.tolist(),), "right", "all places"),
    (K, (DK.astype(np.float32),), "right", "all places"),
    (K, (tuple(map(tuple, DK)),), "right", "all places"),
    (K, ([[Fraction(3), 0], [3, Decimal(4)]],), "right", "all places"),
    (K, (DK[::-1, ::-1],), "wrong", "turned round by 180°"),
    (K, (DK.T,), "wrong", "transposed"),
    (K, (DK / 9,), "wrong", "no mean over the nine"),
    (K, (slide(exercises.TOY_X, exercises.TOY_dZ[::-1, ::-1]),), "wrong", "you turned dZ"),
    (K, (slide(exercises.TOY_X, exercises.TOY_dZ.T),), "wrong", "read dZ by columns"),
    (K, (slide(exercises.TOY_X, abs(exercises.TOY_dZ)),), "wrong", "sign of the -1"),
    (K, (slide(exercises.TOY_X, np.ones((3, 3))),), "wrong", "without their dZ"),
    (K, ([[3, 0], [3, 5]],), "wrong", "at index (1, 1) it is 5, expected 4"),
    (K, ([3, 0, 3, 4],), "wrong", "has shape (4,), expected (2, 2)"),
    (K, ([[3, 0], [3, ...]],), "not attempted", "replace"),
    (X, (dX,), "right", "with a margin"),
    (X, (dX_by_adding,), "right", "with a margin"),
    (X, (lambda dZ, K: dX(dZ, K).astype(np.float32),), "right", "with a margin"),
    (X, (lambda dZ, K: slide(wide(dZ, K), np.rot90(K, 2)).tolist(),), "right", "with a margin"),
    (X, (lambda dZ, K: slide(wide(dZ, K), K),), "wrong", "K is not turned round"),
    (X, (lambda dZ, K: slide(wide(dZ, K), K[::-1]),), "wrong", "the rows of K alone"),
    (X, (lambda dZ, K: slide(wide(dZ, K), K[:, ::-1]),), "wrong", "the columns of K alone"),
    (X, (lambda dZ, K: slide(np.pad(dZ, (K.shape[0] - 1, K.shape[1] - 1)), K.T),), "wrong", "transposed, expected turned"),
    (X, (lambda dZ, K: slide(wide(dZ, K), np.rot90(K)),), "wrong", "turned by 90°"),
    (X, (lambda dZ, K: slide(dZ, K[::-1, ::-1]),), "wrong", "margin is missing: dX"),
    (X, (slide,), "wrong", "margin is missing, and"),
    (X, (lambda dZ, K: dX(dZ, K)[::-1, ::-1],), "wrong", "turned round as a whole"),
    (X, (lambda dZ, K: dX(dZ, K) / dZ.size,), "wrong", "no mean over the places"),
    (X, (lambda dZ, K: slide(np.pad(dZ, 1), K[::-1, ::-1]),), "wrong", "has shape"),
    (X, (spoil,), "wrong", "overwrites its argument K"),
    (X, (dX(np.ones((3, 3)), BAR),), "wrong", "expected a function"),
    (X, (lambda dZ, K: ...,), "not attempted", "replace"),
    (E, (["A", "C"],), "right", "rank of their patches"),
    (E, ({"C", "A"},), "right", "rank of their patches"),
    (E, ("a and c",), "right", "rank of their patches"),
    (E, (np.array(["A", "C"]),), "right", "rank of their patches"),
    (E, ((name for name in ("C", "A")),), "right", "rank of their patches"),
    (E, ({name: name in "AC" for name in "ABCDEFG"},), "right", "rank of their patches"),
    (E, (["A"],), "wrong", "a set is missing that is enough: the bright pixel"),
    (E, (["C"],), "wrong", "a set is missing that is enough: one image of noise"),
    (E, (["A", "B", "C"],), "wrong", "B is not enough: in upright edges"),
    (E, (["A", "C", "F"],), "wrong", "F is not enough: in upright stripes"),
    (E, (["A", "C", "G"],), "wrong", "rank 5"),
    (E, (["D"],), "wrong", "rank 2"),
    (E, (["E"],), "wrong", "rank 1"),
    (E, ([],), "wrong", "a set is missing"),
    (E, (["H"],), "wrong", "expected letters from A to G"),
    (E, (5,), "wrong", "expected letters from A to G"),
    (E, (...,), "not attempted", "replace"),
    (T, (DZ,), "right", "decided by convention"),
    (T, (DZ.tolist(),), "right", "decided by convention"),
    (T, (with_entries(DZ, _00=1),), "wrong", "that is dA"),
    (T, (with_entries(DZ, _02=1, _12=1, _20=1, _30=1, _31=1),), "wrong", "you share among the largest. That"),
    (T, (with_entries(DZ, _00=0.25, _01=0.25, _10=0.25, _11=0.25, _02=1, _12=1, _20=1, _30=1, _31=1),), "wrong", "and ReLU is missing: here"),
    (T, (with_entries(DZ, _12=2, _30=3, _31=3),), "wrong", "to each of the largest"),
    (T, (with_entries(DZ, _02=0, _12=2, _20=0, _31=3),), "wrong", "last of the largest: the first"),
    (T, (with_entries(DZ, _11=1, _02=0, _12=2, _20=0, _31=3),), "wrong", "last of the largest, and ReLU"),
    (T, (np.kron([[1, 2], [3, -4]], np.ones((2, 2))),), "wrong", "to all four"),
    (T, (np.zeros((4, 4)),), "wrong", "wrong in 3 of 16"),
    (T, (DZ[:2],), "wrong", "has shape (2, 4)"),
    (T, ([[..., 0, 2, 0]] * 4,), "not attempted", "replace"),
    (B, (0, 0.3, "random biases"), "right", "no longer on the kink"),
    (B, ([0.0], np.float32(0.3), "Random Biases."), "right", "no longer on the kink"),
    (B, (0, Fraction(3, 10), "random_biases"), "right", "no longer on the kink"),
    (B, (0.6, 0.3, "random biases"), "wrong", "slope 1"),
    (B, (0.3, 0.3, "random biases"), "wrong", "what the central difference says"),
    (B, (0, 0.6, "random biases"), "wrong", "slope to the right alone"),
    (B, (0, 0, "random biases"), "wrong", "is not 0"),
    (B, (0, 0.15, "random biases"), "wrong", "halved once too often"),
    (B, (0, -0.3, "random biases"), "wrong", "the sign"),
    (B, (0, 0.4, "random biases"), "wrong", "not the right number"),
    (B, (0, 0.3, "smaller h"), "wrong", "one foot on either side"),
    (B, (0, 0.3, "float32"), "wrong", "in either precision"),
    (B, (0, 0.3, "pray"), "wrong", 'expected "random biases"'),
    (B, (0, 0.3, ...), "not attempted", "replace"),
    (W, ([[-1, 1, -1]] * 3,), "right", "must cost"),
    (W, ((BAR - 1 / 3),), "right", "must cost"),
    (W, ([[-0.1, 5, -3], [-2, 0.5, -2], [-1, 1, -9]],), "right", "must cost"),
    (W, (BAR,), "wrong", "the all-white patch scores 3, the bar 3"),
    (W, (-BAR,), "wrong", "blank patch"),
    (W, (np.ones((3, 3)),), "wrong", "all-white"),
    (W, (np.zeros((3, 3)),), "wrong", "blank patch"),
    (W, ([[-1, 1, -1], [0, 1, -1], [-1, 1, -1]],), "wrong", "a pixel costs nothing"),
    (W, ([[-1, 1, 1], [-1, 1, -1], [-1, 1, -1]],), "wrong", "scores 4, the bar 3"),
    (W, ([-1, 1, -1] * 3,), "wrong", "has shape (9,), expected (3, 3)"),
    (W, ([[-1, np.inf, -1]] * 3,), "wrong", "infinite"),
    (W, ([[..., 1, -1]] * 3,), "not attempted", "replace"),
]


@pytest.mark.parametrize(("check", "answers", "status", "words"), ANSWERS, ids=[f"{c.__name__}-{i}" for i, (c, *_) in enumerate(ANSWERS)])
def test_answers(check, answers, status, words):
    feedback = check(*answers)
    assert feedback.status == status, feedback
    assert words.lower() in feedback.message.lower(), feedback


# --- what the checks say is true ------------------------------------------------------------------------------------------


def test_the_mistakes_of_a_check_can_be_told_apart():
    cases = exercises._LENGTHS
    right = [length(*case) for case in cases]
    given = [[rule(*case) for case in cases] for rule, _ in exercises._LENGTH_MISTAKES]
    assert right not in given
    assert len({tuple(one) for one in given}) == len(given)


def test_a_kernel_gradient_is_that_of_central_differences():
    X, dZ = exercises.TOY_X, exercises.TOY_dZ
    loss = lambda q: (convolution.correlate(X[None, None], q["K"][None, None])[0, 0] * dZ).sum()  # noqa: E731
    np.testing.assert_allclose(gradcheck.numerical_gradient(loss, {"K": np.ones((2, 2))})["dK"], DK, atol=1e-8)


def test_what_passes_ties_is_what_the_engine_says():
    Z = np.where(exercises.TIES_A > 0, exercises.TIES_A, 0.0)[None, None]
    loss = lambda Z: (autograd.max_pool(np.maximum(0, Z)) * exercises.TIES_dP).sum()  # noqa: E731
    np.testing.assert_array_equal(autograd.gradient(loss, Z)[0][0, 0], DZ)


def test_the_ranks_are_those_that_are_told():
    ranks = {name: int(np.linalg.matrix_rank(convolution.im2col(images, 3))) for name, images in exercises.data_sets().items()}
    assert ranks == {"A": 9, "B": 3, "C": 9, "D": 2, "E": 1, "F": 3, "G": 5}
    assert {name: len(images) for name, images in exercises.data_sets().items()} == {"A": 1, "B": 7, "C": 1, "D": 1, "E": 50, "F": 200, "G": 40}
    assert all(images.min() >= 0 for images in exercises.data_sets().values())


def test_a_blank_patch_has_the_slopes_that_are_told():
    central = gradcheck.numerical_gradient(lambda q: float(0.6 * np.maximum(0, q["b"]).sum()), {"b": np.zeros(1)})["db"]
    assert central[0] == pytest.approx(0.3)
