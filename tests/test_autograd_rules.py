"""The rules of the engine, one by one and in random graphs, against HIPS autograd and central differences."""

import math

import numpy as np
import pytest

from helpers import autograd, convolution, datasets
from helpers.autograd import Tensor, gradient, rules
from helpers.autograd.tensor import COMPOSED
from oracles import require

hips = require("autograd")
anp = require("autograd.numpy")
hypothesis = require("hypothesis")
st = hypothesis.strategies

# --- every rule -----------------------------------------------------------------------------------------------------------

A, B, ROW, COLUMN, VECTOR, CUBE, SQUARE, ONE = (3, 4), (3, 4), (1, 4), (3, 1), (4,), (2, 4, 3), (4, 4), ()


def arrays_of(shapes, seed=0):
    """An array of each shape, of numbers between 0.3 and 2.4, no two of them equal: there every function of the table has a slope."""
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.permutation(np.linspace(0.3, 2.3, math.prod(shape))).reshape(shape) + 0.1 * rng.random()) for shape in shapes]


def where(xp, condition, a, b):
    """np.where; with its branches in one shape for HIPS autograd, whose rule does not undo their broadcasting."""
    if xp is np:
        return np.where(condition, a, b)
    full = np.zeros(np.broadcast_shapes(condition.shape, np.shape(a), np.shape(b)))
    return xp.where(condition, full + a, full + b)


one_hot = datasets.one_hot(np.array([[0, 2, 1, 0]]), 3)

EXAMPLES = [  # (a function of the table, shapes of the arguments, how it is called; xp is NumPy, or HIPS autograd's NumPy)
    ("add", (A, B), lambda xp, a, b: a + b),
    ("add", (A, ROW), lambda xp, a, b: a + b),
    ("add", (COLUMN, ROW), lambda xp, a, b: b + a),
    ("add", (VECTOR, A), lambda xp, a, b: xp.add(a, b)),
    ("add", (ONE, A), lambda xp, a, b: a + b),
    ("add", (A,), lambda xp, a: 2 + a + 1),
    ("subtract", (A, COLUMN), lambda xp, a, b: a - b),
    ("subtract", (A,), lambda xp, a: 1 - (a - 3)),
    ("multiply", (A, ROW), lambda xp, a, b: a * b),
    ("multiply", (A, A), lambda xp, a, b: a * b * a),
    ("divide", (A, COLUMN), lambda xp, a, b: a / b),
    ("divide", (VECTOR, A), lambda xp, a, b: a / b),
    ("divide", (A,), lambda xp, a: 2 / a / 3),
    ("power", (A, ROW), lambda xp, a, b: xp.power(a, b)),
    ("pow", (A, ROW), lambda xp, a, b: a**b),
    ("pow", (A,), lambda xp, a: a**2 + a**3 + a**-1 + a**0.5 + a**0 + a**1),
    ("pow", (A,), lambda xp, a: 2.0**a),
    ("maximum", (A, ROW), lambda xp, a, b: xp.maximum(a, b)),
    ("maximum", (A,), lambda xp, a: xp.maximum(1.2, a)),
    ("maximum", (A,), lambda xp, a: xp.maximum(a, 1.2)),
    ("minimum", (A, B), lambda xp, a, b: xp.minimum(a, b)),
    ("minimum", (A,), lambda xp, a: xp.minimum(a, 1.2) + 2 * xp.minimum(1.2, a)),
    ("logaddexp", (A, ROW), lambda xp, a, b: xp.logaddexp(a, b)),
    ("negative", (A,), lambda xp, a: -a),
    ("positive", (A,), lambda xp, a: +a if xp is np else a * 1),
    ("exp", (A,), lambda xp, a: xp.exp(a)),
    ("expm1", (A,), lambda xp, a: xp.expm1(a)),
    ("log", (A,), lambda xp, a: xp.log(a)),
    ("log1p", (A,), lambda xp, a: xp.log1p(a)),
    ("log2", (A,), lambda xp, a: xp.log2(a)),
    ("log10", (A,), lambda xp, a: xp.log10(a)),
    ("sqrt", (A,), lambda xp, a: xp.sqrt(a)),
    ("square", (A,), lambda xp, a: xp.square(a)),
    ("reciprocal", (A,), lambda xp, a: xp.reciprocal(a)),
    ("absolute", (A,), lambda xp, a: abs(a - 1.3) + 2 * xp.abs(a - 1)),
    ("tanh", (A,), lambda xp, a: xp.tanh(a)),
    ("sin", (A,), lambda xp, a: xp.sin(a)),
    ("cos", (A,), lambda xp, a: xp.cos(a)),
    ("where", (A, ROW), lambda xp, a, b: where(xp, np.arange(12).reshape(3, 4) % 3 > 0, a, b)),
    ("where", (A,), lambda xp, a: where(xp, np.arange(4) > 1, 3 * a, 0) + where(xp, np.arange(4) > 2, 0, a)),
    ("matmul", (A, SQUARE), lambda xp, a, b: a @ b),
    ("matmul", (A, VECTOR), lambda xp, a, b: a @ b),
    ("matmul", (VECTOR, SQUARE), lambda xp, a, b: a @ b),
    ("matmul", (VECTOR, VECTOR), lambda xp, a, b: a @ b),
    ("matmul", (A, CUBE), lambda xp, a, b: xp.matmul(a, b)),
    ("matmul", (CUBE, A), lambda xp, a, b: a @ b),
    ("matmul", (VECTOR, CUBE), lambda xp, a, b: a @ b),
    ("matmul", (CUBE, COLUMN), lambda xp, a, b: a @ b[:, 0]),
    ("matmul", (A,), lambda xp, a: xp.matmul(np.arange(6.0).reshape(2, 3), a) @ np.arange(4.0)),
    ("sum", (A,), lambda xp, a: xp.sum(a)),
    ("sum", (CUBE,), lambda xp, a: a.sum(axis=1)),
    ("sum", (CUBE,), lambda xp, a: a.sum(axis=(0, -1), keepdims=True) * a),
    ("sum", (CUBE,), lambda xp, a: xp.sum(a, -2)),
    ("mean", (CUBE,), lambda xp, a: xp.mean(a, axis=(0, 2))),
    ("mean", (A,), lambda xp, a: a.mean() * a.mean(0) + a.mean(axis=1, keepdims=True)),
    ("max", (CUBE,), lambda xp, a: xp.max(a, axis=1)),
    ("max", (A,), lambda xp, a: a - xp.max(a, axis=0, keepdims=True) + xp.max(a)),
    ("min", (CUBE,), lambda xp, a: xp.min(a, axis=-1, keepdims=True)),
    ("reshape", (A,), lambda xp, a: a.reshape(2, 6) * xp.reshape(a, (-1, 6))),
    ("transpose", (CUBE,), lambda xp, a: a.T * np.arange(4.0)[:, None]),
    ("transpose", (CUBE,), lambda xp, a: xp.transpose(a, (2, 0, 1)) * np.arange(4.0)),
    ("transpose", (CUBE,), lambda xp, a: xp.transpose(a, (-1, 0, 1) if xp is np else (2, 0, 1)) * np.arange(4.0)),
    ("matrix_transpose", (CUBE,), lambda xp, a: (a.mT if xp is np else xp.swapaxes(a, -1, -2)) * np.arange(4.0)),
    ("swapaxes", (CUBE,), lambda xp, a: xp.swapaxes(a, 0, 1) * np.arange(3.0) + xp.swapaxes(a, -3, 1)),
    ("broadcast_to", (ROW,), lambda xp, a: xp.broadcast_to(a, (2, 3, 4)) * np.arange(24.0).reshape(2, 3, 4) if xp is np else
     (a + np.zeros((2, 3, 4))) * np.arange(24.0).reshape(2, 3, 4)),
    ("getitem", (A,), lambda xp, a: a[1] * a[-1, 2] + a[0, ::-2].sum()),
    ("getitem", (A,), lambda xp, a: a[:, [0, 0, 2]] * np.arange(3.0)),
    ("getitem", (A,), lambda xp, a: a[np.array([0, 1, 1, 1]), np.arange(4)]),
    ("getitem", (A,), lambda xp, a: a[np.arange(12).reshape(3, 4) % 2 > 0]),
    ("getitem", (A,), lambda xp, a: a[None, ..., np.int64(2)] + a[..., None, 0]),
    ("joined", (A, ROW), lambda xp, a, b: xp.concatenate([a, np.ones((1, 4)), b, a]) * np.arange(8.0)[:, None]),
    ("joined", (A, COLUMN), lambda xp, a, b: xp.concatenate((a, b), axis=-1) * np.arange(5.0)),
    ("softmax_cross_entropy_from_logits", (A,), lambda xp, Z: autograd.softmax_cross_entropy_from_logits(Z, one_hot) if xp is np else
     xp.mean(xp.log(xp.sum(xp.exp(Z), axis=0)) - xp.sum(Z * one_hot, axis=0))),
    ("binary_cross_entropy_from_logits", (A,), lambda xp, Z: autograd.binary_cross_entropy_from_logits(Z, one_hot) if xp is np else
     xp.mean(xp.sum(xp.logaddexp(0, Z) - one_hot * Z, axis=0))),
]  # fmt: skip

OTHERS = [
    ("dot", (A, SQUARE), lambda xp, a, b: xp.dot(a, b)),
    ("dot", (A, ONE), lambda xp, a, b: xp.dot(a, b)),
    ("outer", (ROW, COLUMN), lambda xp, a, b: xp.outer(a, b) if xp is np else xp.outer(a[0], b[:, 0])),
    ("var", (A,), lambda xp, a: xp.var(a, axis=0) + xp.var(a)),
    ("std", (A,), lambda xp, a: xp.std(a, axis=1) if xp is not np else a.std(axis=1)),
    ("norm", (A,), lambda xp, a: xp.linalg.norm(a) + xp.linalg.norm(a, axis=0)),
    ("clip", (A,), lambda xp, a: xp.clip(a, 0.8, 1.5) * a),
    ("ravel", (A,), lambda xp, a: xp.ravel(a) * np.arange(12.0)),
    ("squeeze", (COLUMN,), lambda xp, a: xp.squeeze(a, 1) * np.arange(3.0)),
    ("expand_dims", (A,), lambda xp, a: xp.expand_dims(a, 1) * np.arange(24.0).reshape(3, 2, 4)),
    ("stack", (A, B), lambda xp, a, b: xp.stack([a, b, np.ones((3, 4))], axis=-1) * np.arange(3.0)),
    ("vstack", (A, VECTOR), lambda xp, a, b: xp.vstack([a, b]) * np.arange(4.0)[:, None]),
    ("hstack", (A, COLUMN), lambda xp, a, b: xp.hstack([a, b]) * np.arange(5.0)),
    ("hstack", (VECTOR, ONE), lambda xp, a, b: xp.hstack([a, b]) * np.arange(5.0)),
    ("append", (A, ROW), lambda xp, a, b: xp.append(a, b, axis=0) * np.arange(4.0)[:, None]),
    ("pad", (A,), lambda xp, a: xp.pad(a, ((1, 2), (0, 1)), mode="constant") * np.arange(30.0).reshape(6, 5)),
    ("full_like", (ONE,), lambda xp, a: (xp.full_like(a + np.ones((3, 4)), a) if xp is np else np.ones((3, 4)) * a) * np.arange(4.0)),
    ("copy", (A,), lambda xp, a: a.copy() * a if xp is np else a * a),
    ("amax", (A,), lambda xp, a: xp.amax(a, axis=0)),
    ("amin", (A,), lambda xp, a: xp.amin(a)),
    ("fabs", (A,), lambda xp, a: xp.fabs(a - 1)),
    ("concatenate", (A, B), lambda xp, a, b: xp.concatenate([a, b], axis=1) * np.arange(8.0)),
]  # fmt: skip


def weighted(f, xp=np):
    """f as one number: its entries with different weights, so that none can stand for another."""

    def number(*arrays):
        out = f(xp, *arrays)
        weights = np.cos(1 + np.arange(math.prod(out.shape))).reshape(out.shape)
        return xp.sum(out * weights)

    return number


def central(f, arrays, h=1e-5):
    """Central differences of f with respect to every entry of every array."""
    grads = []
    for k, array in enumerate(arrays):
        slope = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            ends = []
            for step in (h, -h):
                moved = array.copy()
                moved[index] += step
                ends.append(float(f(*arrays[:k], moved, *arrays[k + 1 :])))
            slope[index] = (ends[0] - ends[1]) / (2 * h)
        grads.append(slope)
    return grads


def close(one, other, tolerance):
    return np.abs(one - other).max(initial=0) <= tolerance * (1 + np.abs(other).max(initial=0))


@pytest.mark.parametrize(("shapes", "f"), [pytest.param(*row[1:], id=f"{i} {row[0]}") for i, row in enumerate(EXAMPLES + OTHERS)])
def test_every_rule_agrees_with_autograd_and_central_differences(shapes, f):
    arrays = arrays_of(shapes)

    def plain(*arrays):
        return getattr(out := weighted(f)(*arrays), "value", out)  # a cross-entropy of `autograd` is a tensor in any case

    everywhere = tuple(range(len(arrays)))
    np.testing.assert_array_equal(weighted(f)(*map(Tensor, arrays)).value, plain(*arrays))
    oracle = hips.grad(weighted(f, anp), argnum=everywhere)(*arrays)
    for ours, theirs, numerical in zip(gradient(weighted(f), *arrays), oracle, central(plain, arrays), strict=True):
        assert ours.shape == theirs.shape
        assert close(ours, theirs, 1e-13)
        assert close(ours, numerical, 1e-8)
    for k in everywhere:  # the others are plain arrays: the same rules, one at a time
        (alone,) = gradient(lambda a, k=k: weighted(f)(*arrays[:k], a, *arrays[k + 1 :]), arrays[k])
        assert close(alone, oracle[k], 1e-13)


def test_every_function_of_the_tables_is_among_the_examples():
    images = {convolution.correlate, convolution.max_pool}  # see test_convolution.py
    assert {name for name, *_ in EXAMPLES} == {function.__name__ for function in set(rules.RULES) - images}
    assert {name for name, *_ in OTHERS} == {function.__name__ for function in COMPOSED}


# --- random graphs ----------------------------------------------------------------------------------------------------------


def fitting(xp, a, b):
    """b where it broadcasts with a, otherwise its mean."""
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return xp.mean(b)
    return b


def axes(a, k):
    """The k-th choice of what to reduce: everything, one axis from the front or from the back, two axes."""
    choices = [None, *range(-a.ndim, a.ndim), *([(0, -1), (1, 0)] if a.ndim > 1 else [])]
    return choices[k % len(choices)]


def product(xp, a, b):
    """a @ b where that fits, otherwise with a transpose, with itself, or entry by entry."""
    pairs = [(a, b), (a, b.T), (a.T, b), (a, a.T)] if min(a.ndim, b.ndim) > 0 else []
    for left, right in pairs:
        if left.shape[-1] == right.shape[max(0, right.ndim - 2)] and max(left.ndim, right.ndim) < 3:
            return xp.matmul(left, right)
    return a * fitting(xp, a, b)


OPERATIONS = {
    "add": lambda xp, a, b, k: a + fitting(xp, a, b),
    "subtract": lambda xp, a, b, k: fitting(xp, a, b) - a,
    "multiply": lambda xp, a, b, k: xp.tanh(a * fitting(xp, a, b)),
    "divide": lambda xp, a, b, k: a / (1 + fitting(xp, a, b) ** 2),
    "matmul": lambda xp, a, b, k: xp.tanh(product(xp, a, b)),
    "maximum": lambda xp, a, b, k: xp.maximum(a, fitting(xp, a, b)),
    "relu": lambda xp, a, b, k: where(xp, a > 0, a, (k % 3) * a),
    "where": lambda xp, a, b, k: where(xp, a > fitting(xp, a, b), fitting(xp, a, b), a),
    "exp": lambda xp, a, b, k: xp.exp(xp.tanh(a)),
    "log": lambda xp, a, b, k: xp.log(1.5 + a * a),
    "sqrt": lambda xp, a, b, k: xp.sqrt(1 + abs(a)),
    "softplus": lambda xp, a, b, k: xp.logaddexp(a, fitting(xp, a, b)),
    "sum": lambda xp, a, b, k: xp.tanh(xp.sum(a, axis=axes(a, k), keepdims=k % 2 > 0)),
    "mean": lambda xp, a, b, k: xp.mean(a, axis=axes(a, k), keepdims=k % 2 > 0),
    "max": lambda xp, a, b, k: xp.max(a, axis=axes(a, k), keepdims=k % 2 > 0),
    "reshape": lambda xp, a, b, k: xp.reshape(a, [(-1,), (1, -1), (-1, 1), a.shape[::-1]][k % 4]),
    "transpose": lambda xp, a, b, k: a.T,
    "front": lambda xp, a, b, k: a[[0, -1, 0]] if a.ndim else a * 2,
    "back": lambda xp, a, b, k: a[..., None, ::-1] if a.ndim else a * 3,
    "join": lambda xp, a, b, k: xp.concatenate([xp.reshape(a, (-1,)), xp.reshape(b, (-1,))]),
}  # fmt: skip

shapes = st.lists(st.lists(st.integers(1, 3), max_size=3).map(tuple), min_size=1, max_size=3)
steps = st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), *[st.integers(0, 11)] * 3), min_size=1, max_size=12)


def graph(program, xp):
    """The function that a program stands for: each step takes two of the latest results, and all that is left goes into one number."""

    def number(*arrays):
        results = list(arrays)
        for name, i, j, k in program:
            a, b = (results[-1 - n % min(5, len(results))] for n in (i, j))
            if math.prod(a.shape) * math.prod(b.shape) < 5000:
                results.append(OPERATIONS[name](xp, a, b, k))
        return sum(weighted(lambda xp, result: result, xp)(result) for result in results[-4:])

    return number


@hypothesis.settings(max_examples=400, deadline=None)
@hypothesis.given(shapes=shapes, program=steps, seed=st.integers(0, 2**16))
def test_random_graphs_agree_with_autograd_and_central_differences(shapes, program, seed):
    rng = np.random.default_rng(seed)
    arrays, direction = ([rng.standard_normal(shape) for shape in shapes] for _ in range(2))
    f = graph(program, np)
    ours, theirs = gradient(f, *arrays), hips.grad(graph(program, anp), argnum=tuple(range(len(arrays))))(*arrays)
    scale = max(np.abs(grad).max() for grad in theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * (1 + scale))
    slope = sum((grad * way).sum() for grad, way in zip(ours, direction, strict=True))
    ahead, behind, near = (f(*[a + h * way for a, way in zip(arrays, direction, strict=True)]) for h in (1e-5, -1e-5, 1e-6))
    numerical = (ahead - behind) / 2e-5
    hypothesis.assume(abs((near - f(*arrays)) / 1e-6 - numerical) < 1e-3 * (1 + scale))  # otherwise a kink lies between
    assert abs(slope - numerical) < 1e-5 * (1 + scale + abs(f(*arrays)))
