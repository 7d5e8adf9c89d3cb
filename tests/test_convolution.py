"""Cross-correlation and pooling: against the definition in loops, NumPy's Fourier transform, HIPS autograd, the engine, central differences."""

import itertools

import numpy as np
import pytest

from helpers import autograd, convolution, datasets, network
from helpers.checks import DomainError
from oracles import require

hips = require("autograd")
anp = require("autograd.numpy")
hypothesis = require("hypothesis")
st = hypothesis.strategies


# --- the definitions, one number after the other, for NumPy, HIPS autograd and the engine alike --------------------------------


def places(X, size, stride, padding):
    """(i, j, {(u, v): (row, column) of X}) for each place of a window, with the entries that lie inside X."""
    height, width = X.shape[2:]
    for i in range((height + 2 * padding - size[0]) // stride + 1):
        for j in range((width + 2 * padding - size[1]) // stride + 1):
            inside = {}
            for u, v in itertools.product(range(size[0]), range(size[1])):
                row, column = stride * i + u - padding, stride * j + v - padding
                if 0 <= row < height and 0 <= column < width:
                    inside[u, v] = row, column
            yield i, j, inside


def by_definition(X, K, b, stride, padding, weights):
    """Σ weights Z, each Z[e, k, i, j] summed up from its products; and the Z where the arguments are plain arrays."""
    Z = np.zeros(weights.shape)
    total = 0.0
    for e, k in itertools.product(range(X.shape[0]), range(K.shape[0])):
        for i, j, inside in places(X, K.shape[2:], stride, padding):
            z = b[k]
            for (u, v), (row, column) in inside.items():
                for c in range(X.shape[1]):
                    z = z + K[k, c, u, v] * X[e, c, row, column]
            total = total + weights[e, k, i, j] * z
            if type(z) is np.float64:
                Z[e, k, i, j] = z
    return total, Z


def central(f, array, h=1e-5):
    grad = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        ends = []
        for step in (h, -h):
            moved = array.copy()
            moved[index] += step
            ends.append(f(moved))
        grad[index] = (ends[0] - ends[1]) / (2 * h)
    return grad


CASES = list(itertools.product([(1, 1), (2, 3), (3, 2)], [1, 2, 3], [0, 1, 2]))


@pytest.mark.parametrize(("size", "stride", "padding"), CASES)
def test_correlation_and_its_gradients_are_those_of_the_definition(size, stride, padding):
    rng = np.random.default_rng(stride + 3 * padding)
    X, K, b = rng.standard_normal((2, 2, 4, 5)), rng.standard_normal((3, 2, *size)), rng.standard_normal(3)
    Z = convolution.correlate(X, K, b, stride, padding)
    dZ = rng.standard_normal(Z.shape)
    np.testing.assert_allclose(Z, by_definition(X, K, b, stride, padding, dZ)[1], rtol=0, atol=1e-14)
    ours = convolution.correlate_backward(dZ, X, K, stride, padding)
    theirs = hips.grad(lambda *a: by_definition(*a, stride, padding, dZ)[0], argnum=(0, 1, 2))(X, K, b)
    engine = autograd.gradient(lambda *a: (autograd.correlate(*a, stride, padding) * dZ).sum(), X, K, b)
    for k, array in enumerate((X, K, b)):
        given = [X, K, b]
        numerical = central(lambda a, k=k, given=given: (convolution.correlate(*given[:k], a, *given[k + 1 :], stride, padding) * dZ).sum(), array)
        assert ours[k].shape == array.shape
        np.testing.assert_allclose(ours[k], theirs[k], rtol=0, atol=1e-13)
        np.testing.assert_array_equal(ours[k], engine[k])
        np.testing.assert_allclose(ours[k], numerical, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_the_engine_finds_the_same_from_shifted_images(stride, padding):
    """A correlation of NumPy's own functions alone, a shifted image for each entry of the kernel, differentiated by the rules of those."""
    rng = np.random.default_rng(0)
    X, K, b = rng.standard_normal((3, 2, 6, 7)), rng.standard_normal((4, 2, 3, 2)), rng.standard_normal(4)
    dZ = rng.standard_normal(convolution.correlate(X, K, b, stride, padding).shape)

    def shifted(X, K, b):
        wide = np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        rows, columns = (stride * (n - 1) + 1 for n in dZ.shape[2:])
        Z = np.reshape(b, (1, -1, 1, 1))
        for u, v, c in itertools.product(range(3), range(2), range(2)):
            Z = Z + K[:, c, u, v].reshape(1, -1, 1, 1) * wide[:, c : c + 1, u : u + rows : stride, v : v + columns : stride]
        return (Z * dZ).sum()

    for ours, theirs in zip(convolution.correlate_backward(dZ, X, K, stride, padding), autograd.gradient(shifted, X, K, b), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_it_is_the_correlation_of_numpys_fourier_transform_and_of_np_correlate():
    rng = np.random.default_rng(2)
    X, K = rng.standard_normal((3, 2, 8, 9)), rng.standard_normal((5, 2, 3, 4))
    spectrum = np.einsum("mcij,kcij->mkij", np.fft.rfft2(X), np.conj(np.fft.rfft2(K, s=X.shape[2:])))
    around = np.fft.irfft2(spectrum, s=X.shape[2:])  # round the edges, so only the places inside are compared
    np.testing.assert_allclose(convolution.correlate(X, K), around[:, :, :6, :6], rtol=0, atol=1e-13)
    line, kernel = rng.standard_normal(20), rng.standard_normal(5)
    along = convolution.correlate(line[None, None, None], kernel[None, None, None])[0, 0, 0]
    np.testing.assert_allclose(along, np.correlate(line, kernel), rtol=0, atol=1e-14)


TOY_X = np.array([[1.0, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 2], [1, 0, 1, 3]])[None, None]
TOY_K = np.array([[1.0, 0], [-1, 2]])[None, None]
TOY_dZ = np.array([[1.0, 0, -1], [0, 2, 0], [1, 0, 1]])[None, None]


def test_the_toy_image_by_hand():
    np.testing.assert_array_equal(convolution.correlate(TOY_X, TOY_K)[0, 0], [[3, 7, -1], [0, 0, 7], [1, 3, 5]])
    np.testing.assert_array_equal(convolution.correlate(TOY_X, TOY_K, np.array([10.0]))[0, 0, 0], [13, 17, 9])
    dX, dK, db = convolution.correlate_backward(TOY_dZ, TOY_X, TOY_K)
    np.testing.assert_array_equal(dK[0, 0], [[5, 10], [1, 3]])
    np.testing.assert_array_equal(dX[0, 0], [[1, 0, -1, 0], [-1, 4, 1, -2], [1, -2, 5, 0], [-1, 2, -1, 2]])
    np.testing.assert_array_equal(db, [4])
    np.testing.assert_array_equal(convolution.im2col(TOY_X, 2), [
        [1, 2, 0, 0, 1, 3, 2, 1, 0], [2, 0, 1, 1, 3, 1, 1, 0, 2], [0, 1, 3, 2, 1, 0, 1, 0, 1], [1, 3, 1, 1, 0, 2, 0, 1, 3],
    ])  # fmt: skip


def test_the_input_gradient_is_a_correlation_with_the_kernel_turned_round():
    rng = np.random.default_rng(0)
    dZ, K = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((3, 2, 3, 2))
    turned = K.swapaxes(0, 1)[:, :, ::-1, ::-1]
    wide = np.pad(dZ, ((0, 0), (0, 0), (2, 2), (1, 1)))
    np.testing.assert_allclose(convolution.input_gradient(dZ, np.zeros((2, 2, 6, 6)), K, 1, 0), convolution.correlate(wide, turned), atol=1e-13)


def test_patches_are_examples():
    rng = np.random.default_rng(0)
    X, K, b = rng.standard_normal((3, 2, 6, 5)), rng.standard_normal((4, 2, 3, 2)), rng.standard_normal(4)
    P = convolution.im2col(X, (3, 2), stride=2, padding=1)
    Z = convolution.correlate(X, K, b, 2, 1)
    assert P.shape == (12, 3 * 3 * 3)
    as_columns = np.moveaxis(Z, 1, 0).reshape(4, -1)
    np.testing.assert_allclose(as_columns, K.reshape(4, -1) @ P + b[:, None], atol=1e-14)
    dZ = rng.standard_normal(Z.shape)
    dK = np.moveaxis(dZ, 1, 0).reshape(4, -1) @ P.T
    np.testing.assert_allclose(convolution.correlate_backward(dZ, X, K, 2, 1)[1], dK.reshape(K.shape), atol=1e-13)


def test_what_is_never_read_has_no_gradient():
    X, K = np.ones((1, 1, 8, 8)), np.ones((1, 1, 3, 3))
    dX = convolution.correlate_backward(np.ones((1, 1, 3, 3)), X, K, stride=2)[0][0, 0]
    assert not dX[7].any()
    assert not dX[:, 7].any()
    assert dX[:7, :7].all()


# --- pooling --------------------------------------------------------------------------------------------------------------------


POOLS = [(2, None, 0), (2, 1, 0), (3, 2, 1), (3, 1, 2), ((2, 3), 2, 1), (1, 1, 0), (2, 3, 1)]


@pytest.mark.parametrize(("size", "stride", "padding"), POOLS)
@pytest.mark.parametrize("ties", [False, True])
def test_pooling_is_that_of_the_definition(size, stride, padding, ties):
    rng = np.random.default_rng(0)
    X = rng.integers(-3, 0, (3, 2, 7, 6)) * 1.0 if ties else rng.permutation(3 * 2 * 7 * 6).reshape(3, 2, 7, 6) / 100 - 9.0
    window, step = (size if isinstance(size, tuple) else (size, size)), stride or size
    A = convolution.max_pool(X, size, stride, padding)
    dA = rng.standard_normal(A.shape)
    right, dX = np.zeros_like(A), np.zeros_like(X)
    for e, c in itertools.product(range(3), range(2)):
        for i, j, inside in places(X, window, step, padding):
            best = max(inside.values(), key=lambda place: X[e, c, *place])  # Python's max takes the first of several
            right[e, c, i, j] = X[e, c, *best]
            dX[e, c, *best] += dA[e, c, i, j]
    np.testing.assert_array_equal(A, right)
    ours = convolution.max_pool_backward(dA, X, size, stride, padding)
    np.testing.assert_allclose(ours, dX, rtol=0, atol=1e-14)
    (engine,) = autograd.gradient(lambda X: (autograd.max_pool(X, size, stride, padding) * dA).sum(), X)
    np.testing.assert_array_equal(ours, engine)
    if not ties:
        numerical = central(lambda X: (convolution.max_pool(X, size, stride, padding) * dA).sum(), X)
        np.testing.assert_allclose(ours, numerical, rtol=0, atol=1e-7)


def test_ties_go_to_the_first_and_overlapping_windows_add_up():
    X = np.array([[1.0, 5, 1], [1, 1, 1], [2, 2, 2]])[None, None]
    dA = np.array([[1.0, 10], [100, 1000]])[None, None]
    np.testing.assert_array_equal(convolution.max_pool(X, 2, 1)[0, 0], [[5, 5], [2, 2]])
    np.testing.assert_array_equal(convolution.max_pool_backward(dA, X, 2, 1)[0, 0], [[0, 11, 0], [0, 0, 0], [100, 1000, 0]])


# --- any of them ----------------------------------------------------------------------------------------------------------------


@hypothesis.settings(max_examples=80, deadline=None)
@hypothesis.given(m=st.integers(1, 3), channels=st.integers(1, 3), kernels=st.integers(1, 3), height=st.integers(1, 7),
                  width=st.integers(1, 7), kh=st.integers(1, 4), kw=st.integers(1, 4), stride=st.integers(1, 4), padding=st.integers(0, 3),
                  seed=st.integers(0, 99))  # fmt: skip
def test_shapes_purity_and_that_the_gradients_are_adjoint(m, channels, kernels, height, width, kh, kw, stride, padding, seed):
    hypothesis.assume(kh <= height + 2 * padding and kw <= width + 2 * padding)
    rng = np.random.default_rng(seed)
    X, K = rng.standard_normal((m, channels, height, width)), rng.standard_normal((kernels, channels, kh, kw))
    Z = convolution.correlate(X, K, stride=stride, padding=padding)
    assert Z.shape == (m, kernels, (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1)
    dZ = rng.standard_normal(Z.shape)
    before = [a.copy() for a in (X, K, dZ)]
    dX, dK, db = convolution.correlate_backward(dZ, X, K, stride, padding)
    # Z is linear in X and in K, so the products of a gradient with either are those of dZ with Z
    assert (dX * X).sum() == pytest.approx((dZ * Z).sum(), abs=1e-10)
    assert (dK * K).sum() == pytest.approx((dZ * Z).sum(), abs=1e-10)
    np.testing.assert_allclose(db, dZ.sum(axis=(0, 2, 3)))
    single = [convolution.correlate(X[[i]], K, stride=stride, padding=padding) for i in range(m)]
    np.testing.assert_allclose(np.concatenate(single), Z, atol=1e-12)
    for result in (Z, dX, dK, db):
        result += 1
    for a, then in zip((X, K, dZ), before, strict=True):
        np.testing.assert_array_equal(a, then)


def test_a_small_network_of_convolution_pooling_and_softmax():
    """The network of the notebook: by hand, by the engine, and by central differences of a few of its parameters."""
    X, labels = datasets.digits()
    X, Y = X[:, :12].T.reshape(-1, 1, 8, 8), datasets.one_hot(labels[:, :12], 10)
    rng = np.random.default_rng(0)
    K, b = rng.standard_normal((4, 1, 3, 3)), rng.standard_normal(4)
    W, c = rng.standard_normal((10, 64)) / 8, np.zeros((10, 1))

    def J(K, b, W, c):
        A = autograd.max_pool(np.maximum(0, autograd.correlate(X, K, b, padding=1)))
        return autograd.softmax_cross_entropy_from_logits(W @ A.reshape(len(X), -1).T + c, Y)

    Z = convolution.correlate(X, K, b, padding=1)
    A = convolution.max_pool(np.maximum(0, Z))
    flat = A.reshape(len(X), -1).T
    cache = network.forward_prop(flat, {"W1": W, "b1": c}, output="softmax")
    dZ2 = cache["A1"] - Y
    dA = (W.T @ dZ2).T.reshape(A.shape)
    dZ1 = convolution.max_pool_backward(dA, np.maximum(0, Z)) * (Z > 0)
    _, dK, db = convolution.correlate_backward(dZ1, X, K, padding=1)
    m = len(X)
    grads = autograd.gradient(J, K, b, W, c)
    for ours, right in zip(grads, (dK / m, db / m, dZ2 @ flat.T / m, dZ2.sum(axis=1, keepdims=True) / m), strict=True):
        np.testing.assert_allclose(ours, right, rtol=0, atol=1e-13)
    value = lambda K, b: float(J(*map(autograd.Tensor, (K, b, W, c))).value)  # noqa: E731
    np.testing.assert_allclose(grads[0], central(lambda K: value(K, b), K), rtol=0, atol=1e-7)
    np.testing.assert_allclose(grads[1], central(lambda b: value(K, b), b), rtol=0, atol=1e-7)


# --- what is refused ------------------------------------------------------------------------------------------------------------


x, k = np.ones((2, 3, 5, 6)), np.ones((4, 3, 2, 3))


@pytest.mark.parametrize(("f", "error", "says"), [
    (lambda: convolution.correlate(x[0, 0], k), ValueError, r"X has shape \(5, 6\), expected \(m, channels, height, width\): write X\[None, None\]"),
    (lambda: convolution.correlate(x[0], k), ValueError, r"X has shape \(3, 5, 6\), .*: write X\[:, None\] for images with one channel"),
    (lambda: convolution.correlate(x, k[0, 0]), ValueError, r"K has shape \(2, 3\), expected \(kernels, channels, kh, kw\): write K\[None, None\]"),
    (lambda: convolution.correlate(x[:0], k), ValueError, r"X has shape \(0, 3, 5, 6\), which holds no numbers"),
    (lambda: convolution.correlate(x, k[:, :2]), ValueError, r"K has shape \(4, 2, 2, 3\), kernels of 2 channels, expected 3 as in X of shape"),
    (lambda: convolution.correlate(x, k, np.ones((4, 1))), ValueError, r"b has shape \(4, 1\), expected \(4,\): one number for each kernel"),
    (lambda: convolution.correlate(x, k, stride=0), ValueError, "stride is 0, expected at least 1"),
    (lambda: convolution.correlate(x, k, stride=1.5), TypeError, "stride is 1.5, expected a whole number"),
    (lambda: convolution.correlate(x, k, padding=-1), ValueError, "padding is -1, expected at least 0"),
    (lambda: convolution.correlate(x, k, padding="same"), TypeError, "padding is 'same', expected a whole number"),
    (lambda: convolution.correlate(x[:, :, :1], k), ValueError, "a window of 2 x 3 does not fit into images of 1 x 6"),
    (lambda: convolution.correlate(x, np.ones((1, 3, 9, 9)), padding=1), ValueError, "a window of 9 x 9 does not fit .* 5 x 6 with a margin of 1"),
    (lambda: convolution.correlate(x * np.nan, k), DomainError, r"X holds nan at index \(0, 0, 0, 0\)"),
    (lambda: convolution.correlate(x.astype(str), k), TypeError, "X holds text"),
    (lambda: convolution.correlate(autograd.Tensor(x), k), TypeError, "X is a Tensor, expected plain numbers: take its .value, or, in what is"),
    (lambda: convolution.correlate_backward(x, x, k), ValueError, r"dZ has shape \(2, 3, 5, 6\), expected \(2, 4, 4, 4\), that of Z"),
    (lambda: convolution.correlate_backward(x, x, k, 2, 1), ValueError, r"expected \(2, 4, 3, 3\)"),
    (lambda: convolution.im2col(x, (2, 2, 2)), ValueError, r"size has 3 entries, expected one whole number, or \(kh, kw\)"),
    (lambda: convolution.im2col(x, 0), ValueError, "size is 0, expected at least 1"),
    (lambda: convolution.max_pool(x, 2, padding=2), ValueError, "padding is 2, expected less than size, 2: a window must not lie outside"),
    (lambda: convolution.max_pool(x, (2, 3)), ValueError, "stride is None, expected a whole number for a window of 2 x 3, which is no square"),
    (lambda: convolution.max_pool(x, 7), ValueError, "a window of 7 x 7 does not fit"),
    (lambda: convolution.max_pool(x[0]), ValueError, r"X has shape \(3, 5, 6\)"),
    (lambda: convolution.max_pool_backward(x, x), ValueError, r"dA has shape \(2, 3, 5, 6\), expected \(2, 3, 2, 3\), that of the pooled images"),
    (lambda: autograd.correlate(autograd.Tensor(x), k[:, :2]), ValueError, "kernels of 2 channels"),
])  # fmt: skip
def test_bad_input_is_named(f, error, says):
    with pytest.raises(error, match=says):
        f()


def test_whole_numbers_and_float32():
    Z = convolution.correlate(x.astype(int), k.astype(np.uint8))
    assert Z.dtype == np.float64
    Z = convolution.correlate(x.astype(np.float32), k.astype(np.float32))
    assert Z.dtype == np.float32
    assert all(grad.dtype == np.float32 for grad in convolution.correlate_backward(Z, x.astype(np.float32), k.astype(np.float32)))
