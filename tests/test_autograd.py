"""The engine as a reader meets it: NumPy's forward passes unchanged, kinks, what is refused, deep graphs, gradients that add up."""

import copy
import inspect
import math
import operator

import numpy as np
import pytest

from helpers import autograd, datasets, losses, network
from helpers.activations import ACTIVATIONS
from helpers.autograd import Tensor, gradient, order
from helpers.autograd.numpy_functions import CONSTANT
from helpers.autograd.rules import RULES
from helpers.autograd.tensor import COMPOSED
from helpers.checks import DomainError
from helpers.gradcheck import numerical_gradient, relative_error
from oracles import require

PAIRS = [(output, loss) for output, names in losses.OUTPUT_LOSSES.items() for loss in names]


def slope(f, x):
    """df/dx at one number."""
    return gradient(f, x)[0]


# --- NumPy's forward passes, as they are -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_the_reference_network_runs_on_tensors_and_agrees_with_its_backward_pass(hidden, output, loss):
    rng = np.random.default_rng(3)
    K, m = (3 if output == "softmax" else 2), 7
    p = network.init_params((2, 5, 4, K), rng=rng)
    for l in (1, 2, 3):
        p[f"b{l}"] = rng.uniform(0.1, 0.5, p[f"b{l}"].shape)
    if output == "relu":
        p["W3"] *= 0.02
    X = rng.standard_normal((2, m))
    y = datasets.one_hot(rng.integers(0, K, (1, m)), K) if output == "softmax" else rng.integers(0, 2, (K, m)) * 1.0
    rule = losses.get_loss(output, loss)

    def J(*arrays):
        c = network.forward(X, dict(zip(p, arrays, strict=True)), network.activation_rules(3, hidden, output))
        return network.loss_per_example(c["Z3"], c["A3"], y, output, rule).mean()

    grads = network.backward_prop(X, y, network.forward_prop(X, p, hidden, output), p, hidden, output, loss)
    for name, ours in zip(p, gradient(J, *p.values()), strict=True):
        assert relative_error(ours, grads[f"d{name}"]) < 1e-13


X, y = datasets.two_moons(20)
labels = np.arange(20) % 2


def by_name(p):
    A1 = np.maximum(0, p["W1"] @ X + p["b1"])
    A2 = np.maximum(0, np.matmul(p["W2"], A1) + p["b2"])
    A3 = 1 / (1 + np.exp(-(p["W3"] @ A2 + p["b3"])))
    return -np.mean(y * np.log(A3) + (1 - y) * np.log(1 - A3))


def in_place(p):
    A = X
    for l in (1, 2, 3):
        Z = np.dot(p[f"W{l}"], A)
        Z += p[f"b{l}"]
        A = np.tanh(Z)
    A += 1
    A /= 2
    total = 0.0
    total += ((A - y) ** 2).sum()
    total /= X.shape[1]
    return total


def with_methods(p):
    Z1 = p["W1"].dot(X) + p["b1"]
    A1 = Z1 * (Z1 > 0)
    Z2 = p["W2"].dot(A1) + p["b2"]
    A2 = np.where(Z2 > 0, Z2, 0.01 * Z2)
    Z3 = (p["W3"] @ A2 + p["b3"]).reshape(-1)
    return (np.maximum(Z3, 0) - Z3 * y.ravel() + np.log1p(np.exp(-abs(Z3)))).mean() + 0.1 * np.sum(np.square(p["W1"])) / 2


def example_by_example(p):
    total = 0
    for x, t in zip(X.T, y[0], strict=True):
        a = np.maximum(p["W1"] @ x + p["b1"][:, 0], 0)
        a = np.maximum(p["W2"] @ a + p["b2"].squeeze(), 0)
        (z,) = p["W3"] @ a + p["b3"].flatten()
        total = total + np.logaddexp(0, z) - t * z
    return total / len(X.T)


def softmax(p):
    A = np.vstack([np.ones((1, 20)), np.tanh(p["W1"] @ X + p["b1"])])[1:]
    Z = np.concatenate([p["W2"] @ A + p["b2"], p["W3"] @ A + p["b3"]], axis=0)
    Z = Z - Z.max(axis=0, keepdims=True)
    P = np.exp(Z) / np.exp(Z).sum(axis=0)
    return -np.log(np.clip(P[labels, np.arange(20)], 1e-12, 1 - 1e-12)).mean()


def standardised(p):
    rows = X.T @ p["W1"].T + p["b1"].T
    rows = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-5)
    norms = np.linalg.norm(np.maximum(rows @ p["W2"], 0.0), axis=1, keepdims=True)
    return np.mean((norms - y.T) ** 2) + np.std(p["W3"]) + np.stack([p["b2"], p["b2"]]).transpose(1, 0, 2).sum() * p["b3"][0, 0]


@pytest.mark.parametrize("forward", [by_name, in_place, with_methods, example_by_example, softmax, standardised])
def test_forward_passes_run_unchanged(forward):
    rng = np.random.default_rng(1)
    p = {name: value + 0.1 * rng.random(value.shape) for name, value in network.init_params().items()}
    tensors = {name: Tensor(value) for name, value in p.items()}
    J = forward(tensors)
    assert J.value == forward(p)
    J.backward()
    numerical = numerical_gradient(lambda q: float(forward(q)), p)
    for name, value in p.items():
        if tensors[name].grad is None:
            assert not numerical[f"d{name}"].any()
        else:
            assert tensors[name].grad.shape == value.shape
            assert np.abs(tensors[name].grad - numerical[f"d{name}"]).max() < 1e-8


def test_training_with_the_engine_is_training_by_hand():
    X, y = datasets.two_moons()
    p = network.init_params(rng=0)
    W = {name: Tensor(value) for name, value in p.items()}
    g = network.activation_rules(3, "relu", "sigmoid")
    for _ in range(100):
        J = autograd.binary_cross_entropy_from_logits(network.forward(X, W, g)["Z3"], y)
        J.backward()
        grads = network.backward_prop(X, y, network.forward_prop(X, p), p)
        for name, tensor in W.items():
            tensor.value -= 0.5 * tensor.grad
            tensor.grad = None
            p[name] = p[name] - 0.5 * grads[f"d{name}"]
    assert J.value < 0.4
    for name, tensor in W.items():
        np.testing.assert_allclose(tensor.value, p[name], rtol=0, atol=1e-13)


# --- where there is no one derivative ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("f", "x", "right"), [
    (lambda x: np.maximum(x, 0), 0.0, 0), (lambda x: np.maximum(0, x), 0.0, 0), (lambda x: np.maximum(x, np.zeros(())), 0.0, 0),
    (lambda x: np.maximum(x, 0), 1e-300, 1), (lambda x: np.maximum(0, x), -1e-300, 0),
    (lambda x: np.minimum(x, 0), 0.0, 0), (lambda x: np.minimum(0, x), 0.0, 0),
    (lambda x: np.clip(x, 0, 1), 0.0, 0), (lambda x: np.clip(x, 0, 1), 1.0, 0), (lambda x: np.clip(x, 0, 1), 0.5, 1),
    (lambda x: np.maximum(x, x), 0.0, 1), (lambda x: np.minimum(x, x), 2.0, 1), (lambda x: np.maximum(0.01 * x, x), 0.0, 0.505),
    (lambda x: np.maximum(x, 0) - np.maximum(-x, 0), 0.0, 0),  # which is x, and has slope 1: the trap of every convention but one half
    (abs, 0.0, 0), (np.abs, -0.0, 0), (np.sqrt, 4.0, 0.25), (lambda x: x**0, 0.0, 0), (lambda x: x**1, 0.0, 1), (lambda x: x**2, 0.0, 0),
    (lambda x: 0.0**x, 2.0, 0), (lambda x: np.where(x > 0, x, 0), 0.0, 0), (lambda x: np.where(x >= 0, x, 0), 0.0, 1),
    (lambda x: np.sqrt(np.where(x > 0, x, 1)) * (x > 0), 0.0, 0), (lambda x: np.where(x, 3 * x, 0), 0.0, 0),
    (lambda x: x * (x > 0), 0.0, 0), (lambda x: np.logaddexp(0, x), 800.0, 1), (lambda x: np.logaddexp(0, x), -800.0, 0),
    (lambda x: x * np.sign(x), 3.0, 1), (lambda x: x + np.floor(x) + np.round(x), 3.3, 1),
])  # fmt: skip
def test_a_slope_is_chosen_where_there_are_several(f, x, right):
    assert slope(f, x) == right


def test_ties_of_a_maximum_share():
    four = np.array([[1.0, 3, 3], [3, 2, 3]])
    np.testing.assert_array_equal(slope(np.max, four), np.array([[0, 1, 1], [1, 0, 1]]) / 4)
    np.testing.assert_array_equal(slope(lambda a: a.max(axis=1).sum(), four), [[0, 0.5, 0.5], [0.5, 0, 0.5]])
    np.testing.assert_array_equal(slope(lambda a: np.min(a, axis=0, keepdims=True).sum(), four), [[1, 0, 0.5], [0, 1, 0.5]])


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_what_is_infinite_stays_infinite_and_where_hides_no_nan():
    assert slope(np.sqrt, 0.0) == np.inf
    assert np.isnan(slope(lambda x: np.sqrt(x**2), 0.0))
    assert np.isnan(slope(lambda x: np.where(x > 0, np.sqrt(x), 0), 0.0))
    assert np.isnan(slope(np.linalg.norm, np.zeros(2))).all()


def test_an_infinite_slope_warns():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        slope(np.sqrt, 0.0)


# --- gradient and backward ----------------------------------------------------------------------------------------------------


def test_a_gradient_for_each_array():
    W, b, unused = np.ones((2, 3)), np.ones((2, 1)), np.ones(4)
    dW, db, nothing, number = gradient(lambda W, b, unused, c: (W * W + c * b).sum(), W, b, unused, 3)
    np.testing.assert_array_equal(dW, 2 * W)
    np.testing.assert_array_equal(db, np.full((2, 1), 9.0))
    np.testing.assert_array_equal(nothing, np.zeros(4))
    assert number == 6
    assert type(number) is np.float64
    assert gradient(lambda x: x.reshape(1, 1) * 2, 1.0) == (2,)
    assert gradient(lambda: Tensor(1)) == ()


def test_what_only_decides_has_no_gradient():
    decides, chosen = gradient(lambda a, b: np.where(2 * a, b, 0.0).sum(), np.array([0.0, 1.0]), np.ones(2))
    np.testing.assert_array_equal([decides, chosen], [[0, 0], [0, 1]])


def test_arguments_stay_and_gradients_have_memory_of_their_own():
    a, b = np.arange(3.0), np.arange(3.0)
    grads = gradient(lambda a, b: (a + b).sum(), a, b)
    for grad in grads:
        grad += 5
    np.testing.assert_array_equal([a, b, *grads], [[0, 1, 2], [0, 1, 2], [6, 6, 6], [6, 6, 6]])
    x, y = Tensor(a), Tensor(b)
    assert not np.shares_memory(x.value, a)
    J = (x + y).sum()
    J.backward()
    x.grad *= 0
    np.testing.assert_array_equal(y.grad, np.ones(3))


def test_every_tensor_on_the_way_gets_its_gradient():
    x = Tensor([1.0, 2.0])
    z = x * 3
    a = z * z
    J = a.sum()
    J.backward()
    np.testing.assert_array_equal([J.grad, *a.grad, *z.grad, *x.grad], [1, 1, 1, 6, 12, 18, 36])


def test_a_second_backward_adds_the_same_again():
    x = Tensor(2.0)
    u = x**2
    J = u * u + u
    for times in (1, 2, 3):
        J.backward()
        assert (x.grad, u.grad, J.grad) == (36 * times, 9 * times, times)
    x.grad = None
    J.backward()
    assert x.grad == 36
    (x * 5).backward()
    assert x.grad == 41


def test_a_graph_of_an_old_value_is_refused():
    x = Tensor([1.0, 2.0])
    J = (x * x).sum()
    J.backward()
    x.value -= 0.1 * x.grad
    with pytest.raises(RuntimeError, match="an input got a new value after this tensor was computed from the old one: compute it anew"):
        J.backward()
    x.value = [3, 4]
    x.grad = 0
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [6, 8])
    with pytest.raises(ValueError, match=r"value has shape \(2, 1\), expected \(2,\)"):
        x.value = [[3], [4]]
    with pytest.raises(TypeError, match="the value of a computed tensor cannot be set"):
        J.value = 3


def test_each_tensor_hands_on_once_when_all_has_arrived():
    x = Tensor(2.0)
    u = x**2
    for J in (u + u * u, u * u + u, u * (1 + u)):
        x.grad = None
        J.backward()
        assert x.grad == 36
    a = Tensor(3.0)
    (a * a).backward()
    assert a.grad == 6
    doubled = Tensor(1.0)
    J = doubled
    for _ in range(60):  # 2^60 paths
        J = J + J
    J.backward()
    assert doubled.grad == 2.0**60


def test_no_graph_is_too_deep():
    x = Tensor(1.0)
    J = x
    for _ in range(100_000):
        J = J + 1e-6
    J.backward()
    assert x.grad == 1
    assert len(order(J)) == 100_001
    del J  # which frees the whole chain


hypothesis = require("hypothesis")
st = hypothesis.strategies


@hypothesis.settings(max_examples=50, deadline=None)
@hypothesis.given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40))
def test_the_order_is_topological(pairs):
    tensors = [Tensor(1.0)]
    for i, j in pairs:
        tensors.append(tensors[i % len(tensors)] + tensors[j % len(tensors)])
    listed = order(tensors[-1])
    place = {tensor: i for i, tensor in enumerate(listed)}
    assert len(place) == len(listed)
    assert listed[-1] is tensors[-1]
    for tensor in listed:
        assert all(place[parent] < place[tensor] for _, parent in tensor.parents)


def test_float32_stays():
    x = Tensor(np.ones((2, 2), np.float32))
    J = np.mean(np.maximum(x @ x, x) ** 2)
    J.backward()
    assert J.dtype == x.grad.dtype == np.float32


# --- what becomes of NumPy's other functions ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
def test_nothing_in_numpy_takes_the_numbers_out_in_silence():
    """Every public function of NumPy, called with tensors: a tensor by a rule, a constant by the list, or an error; nothing else."""
    leave = {"save", "savez", "savez_compressed", "savetxt", "test", "info", "show_config", "show_runtime"}
    harmless = {"isscalar", "iterable", "issubdtype", "finfo", "dtype", "promote_types", "printoptions", "str_", "bmat", "min_scalar_type"}
    known = {*CONSTANT, *COMPOSED, *RULES}
    tried = 0
    for module in (np, np.linalg, np.fft):
        for name in sorted(set(dir(module)) - leave - harmless):
            function = getattr(module, name)
            if name.startswith("_") or not callable(function) or (inspect.isclass(function) and issubclass(function, BaseException)):
                continue
            for count in (1, 2, 3):
                tried += 1
                try:
                    result = function(*(Tensor([[1.0, 2.0], [3.0, 4.0]]) for _ in range(count)))
                except Exception:
                    continue
                assert function in known, f"np.{name} of {count} tensors gives {result!r}"
                assert function in CONSTANT or type(result) is Tensor, name
    assert tried > 900


t, s, plain = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor(2.0), np.ones((2, 2))


TEXTS = {np.array_repr, np.array_str, np.array2string}


MOVED = sorted(CONSTANT - TEXTS - {np.empty_like}, key=lambda function: function.__name__)  # in one order for all workers


@pytest.mark.parametrize("function", MOVED, ids=lambda function: function.__name__)
def test_the_constants_are_constant(function):
    """They give the same after a small step in any of their arguments."""
    point = [np.array([[1.3, -2.2], [0.4, 1.9]]), np.array([[0.3, 2.2], [-0.4, 1.1]])]
    try:
        function(*point)
    except TypeError:  # as it takes one array, or an axis as its second argument
        point.pop()
    before = function(*point)
    for k in range(len(point)):
        moved = [array + (i == k) * np.array([[1e-9, 3e-9], [-2e-9, 1e-9]]) for i, array in enumerate(point)]
        np.testing.assert_array_equal(function(*moved), before)


@pytest.mark.parametrize(("f", "value"), [
    (lambda: t > 2, [[False, False], [True, True]]), (lambda: plain < t, [[False, True], [True, True]]),
    (lambda: t == t, [[True, True], [True, True]]),
    (lambda: np.sign(-t), [[-1, -1], [-1, -1]]), (lambda: t.argmax(axis=0), [1, 1]), (lambda: np.argmax(t), 3), (lambda: np.isnan(t).any(), False),
    (lambda: (*t.shape, t.ndim, t.size, len(t)), [2, 2, 2, 4, 2]), (lambda: np.shape(t), [2, 2]), (lambda: np.zeros_like(t), [[0, 0], [0, 0]]),
    (lambda: np.allclose(t, t.value), True), (lambda: (t > 2).astype(float).mean(), 0.5), (lambda: bool(s), True), (lambda: max(s, 3), 3),
])  # fmt: skip
def test_what_does_not_move_with_its_arguments_is_plain(f, value):
    result = f()
    assert not isinstance(result, Tensor)
    np.testing.assert_array_equal(result, value)


@pytest.mark.parametrize(("f", "value"), [
    (lambda: np.float64(2) * t, [[2, 4], [6, 8]]), (lambda: np.ones(2) @ t, [4, 6]), (lambda: [1, 2] - t, [[0, 0], [-2, -2]]),
    (lambda: t @ [1, 2], [5, 11]),
    (lambda: [[1, 2], [3, 4]] @ t, [[7, 10], [15, 22]]), (lambda: np.add.reduce(t), [4, 6]),
    (lambda: np.add.reduce(t, axis=1, keepdims=True), [[3], [7]]),
    (lambda: np.maximum.reduce(t, axis=None), 4), (lambda: np.sum(t, dtype=None, out=None), 10), (lambda: t.T[0], [1, 3]), (lambda: sum(t), [4, 6]),
    (lambda: [*t][1], [3, 4]), (lambda: t.clip(max=2), [[1, 2], [2, 2]]), (lambda: t.clip(2), [[2, 2], [3, 4]]),
    (lambda: t.astype(float), t.value),
    (lambda: np.concatenate([t, t], axis=None), [1, 2, 3, 4, 1, 2, 3, 4]), (lambda: copy.deepcopy({"t": t})["t"], t.value),
    (lambda: copy.copy(t), t.value),
    (lambda: t.transpose(1, 0), t.value.T), (lambda: t.transpose((1, 0)), t.value.T), (lambda: t.reshape(1, -1), [[1, 2, 3, 4]]),
    (lambda: t.reshape((4,)), [1, 2, 3, 4]), (lambda: np.reshape(t, (4, 1)), [[1], [2], [3], [4]]), (lambda: +t - -t, 2 * t.value),
    (lambda: t.swapaxes(0, 1), t.value.T), (lambda: np.append(t, [5]), [1, 2, 3, 4, 5]), (lambda: np.append(t, t, axis=1), [[1, 2] * 2, [3, 4] * 2]),
    (lambda: ((1, 2), (3, 4)) @ t, [[7, 10], [15, 22]]), (lambda: t @ ((1, 2), (3, 4)), [[7, 10], [15, 22]]),
    (lambda: t ** (1, 2), [[1, 4], [3, 16]]), (lambda: t ** [1, 2], [[1, 4], [3, 16]]), (lambda: (2, 3) ** t, [[2, 9], [8, 81]]),
    (lambda: np.transpose(t, [1, 0]), t.value.T), (lambda: np.vstack([[5, 6], t]), [[5, 6], [1, 2], [3, 4]]),
    (lambda: np.where([True, False], t, [0, 1]), [[1, 1], [3, 1]]), (lambda: np.concatenate([[[5, 6]], t]), [[5, 6], [1, 2], [3, 4]]),
])  # fmt: skip
def test_what_does_is_a_tensor_whose_gradient_arrives(f, value):
    result = f()
    assert type(result) is Tensor
    np.testing.assert_array_equal(result.value, value)
    t.grad = None
    result.sum().backward()
    assert np.abs(t.grad).max() > 0


PLAIN = "is no plain number or array, and as one it would lose its gradient"
NO_RULE = r"of a tensor.* has no rule here: write it with .*, or take t.value"


def assign(index, value):
    (t * 1)[index] = value


@pytest.mark.parametrize(("f", "error", "says"), [
    (lambda: float(s), TypeError, PLAIN), (lambda: int(s), TypeError, PLAIN), (lambda: complex(s), TypeError, PLAIN),
    (lambda: plain[s], TypeError, PLAIN),
    (lambda: math.exp(s), TypeError, "NumPy's functions for those of math"), (lambda: np.array(t), TypeError, PLAIN),
    (lambda: np.asarray(t), TypeError, PLAIN),
    (lambda: np.array(t, dtype=float), TypeError, PLAIN), (lambda: np.array([s, s]), TypeError, "np.stack for a list"),
    (lambda: np.float64(s), TypeError, PLAIN),
    (lambda: np.sum([t, t]), TypeError, "np.stack for a list"), (lambda: plain.dot(t), TypeError, r"X @ t for X.dot\(t\)"),
    (lambda: np.array([t], dtype=object), TypeError, PLAIN), (lambda: operator.setitem(plain, 0, t[0]), TypeError, PLAIN),
    (lambda: operator.setitem(plain, (0, 0), s), ValueError, "sequence"),
    (lambda: operator.iadd(plain, t), TypeError, "cannot write a tensor into an array"),
    (lambda: np.exp(t, out=plain), TypeError, r"np.exp cannot write a tensor into an array \(out=, .*\): write a = a \+ b"),
    (lambda: np.exp(t, where=plain > 0), TypeError, "np.exp of a tensor with where has no rule"),
    (lambda: np.add(t, 1, dtype=float), TypeError, "with dtype"),
    (lambda: np.add.accumulate(t), TypeError, f"np.add.accumulate {NO_RULE}"), (lambda: np.multiply.outer(t, t), TypeError, NO_RULE),
    (lambda: np.add.at(plain, 0, t), TypeError, NO_RULE), (lambda: np.arctan(t), TypeError, NO_RULE),
    (lambda: np.linalg.inv(t), TypeError, f"np.linalg.inv {NO_RULE}"),
    (lambda: np.heaviside(t, 0), TypeError, r"\(a > 0\) \* 1.0"),
    (lambda: np.tile(t, 2), TypeError, r"np.concatenate\(\[a, a\]\)"), (lambda: np.logaddexp.reduce(t, axis=0), TypeError, "np.log.np.exp.a - m"),
    (lambda: np.fmax(t, 0), TypeError, "np.maximum"), (lambda: operator.setitem(plain, 0, t[0]), TypeError, r"\(Z\[j\] = t\)"),
    (lambda: np.full((2, 2), t), TypeError, PLAIN), (lambda: np.full_like(plain, s), TypeError, "np.copyto"),
    (lambda: np.prod(t), TypeError, "np.exp.np.log"), (lambda: np.einsum("ij->i", t), TypeError, r"write it with @, \* and .sum"),
    (lambda: np.sum(t, axis=0, dtype=float), TypeError, "np.sum of a tensor is not known with 1 arguments by position, axis, dtype by name"),
    (lambda: np.sum(t, 0, float), TypeError, "3 arguments by position"), (lambda: np.sum(a=t), TypeError, "give the tensor first"),
    (lambda: np.max(t, initial=3), TypeError, "initial"), (lambda: np.linalg.norm(t, 1), TypeError, "2 arguments by position"),
    (lambda: np.sum(plain, axis=s), TypeError, "."), (lambda: np.pad(t, 1, mode="edge"), TypeError, "mode 'edge'"),
    (lambda: np.dot(t, np.ones((2, 2, 2))), TypeError, "write a @ b"),
    (lambda: t.item(), AttributeError, "a Tensor has no .item: take t.value.item"), (lambda: t.sort(), AttributeError, "no .sort"),
    (lambda: t.values, AttributeError, "no attribute 'values'"), (lambda: assign(0, 1.0), TypeError, r"np.where\(mask, b, a\)"),
    (lambda: t // 2, TypeError, "unsupported"), (lambda: t % 2, TypeError, "unsupported"), (lambda: t.astype(int), TypeError, r"astype\(int64\)"),
    (lambda: t + 1j, TypeError, "complex128, expected real numbers"), (lambda: t + np.array([1, None]), TypeError, "."),
    (lambda: t + np.array([s.value, 1], dtype=object), TypeError, "dtype object"),
    (lambda: t + np.ma.masked_array([1, 2]), TypeError, "a MaskedArray"),
    (lambda: np.asmatrix(plain) @ t, TypeError, "a matrix, expected real numbers in a plain array"), (lambda: t + "a", TypeError, "."),
    (lambda: Tensor(t), TypeError, "value is a Tensor: use it as it is"), (lambda: Tensor("a"), TypeError, "value is 'a', expected real numbers"),
    (lambda: Tensor([1j]), TypeError, "complex"), (lambda: Tensor([[1], [1, 2]]), TypeError, "different lengths"),
    (lambda: t + np.ones(3), ValueError, "broadcast"),
    (lambda: t.backward(), ValueError, r"backward\(\) was called on a tensor of shape \(2, 2\), expected one number: take .sum\(\) or .mean\(\)"),
    (lambda: gradient(lambda a: a * 2, plain), ValueError, r"f returned a tensor of shape \(2, 2\), expected one number"),
    (lambda: gradient(lambda a: a.value.sum(), plain), TypeError, "f returned np.float64.4.0., expected a tensor"),
    (lambda: gradient(lambda a: None, plain), TypeError, "f returned None"),
    (lambda: gradient(plain, plain), TypeError, "f is an array, expected a function"),
    (lambda: gradient(lambda p: 1, {"W": plain}), TypeError, "value is a dict"), (lambda: gradient(lambda a: a, "x"), TypeError, "value is 'x'"),
    (lambda: gradient(lambda a: gradient(lambda b: b * b, a)[0], 1.0), TypeError, "no second derivatives"),
    (lambda: autograd.softmax_cross_entropy_from_logits(t, Tensor(np.eye(2))), TypeError, "Y is a Tensor, expected a plain array"),
    (lambda: autograd.softmax_cross_entropy_from_logits(t, plain), ValueError, "holds 2 ones"),
    (lambda: autograd.binary_cross_entropy_from_logits(t, plain[0]), ValueError, r"Y has shape \(2,\), expected \(2, 2\)"),
    (lambda: autograd.binary_cross_entropy_from_logits(t / 0.0, plain), DomainError, "Z holds inf"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning", "ignore:the matrix subclass:PendingDeprecationWarning")
def test_what_would_lose_the_gradient_is_refused(f, error, says):
    with pytest.raises(error, match=says):
        f()


def test_in_place_is_right_or_refused():
    x = Tensor(np.ones(2))
    z = other = x * 2
    z += 1
    z -= x
    z *= 3
    z /= 2
    z **= 2
    z @= np.ones((2, 2))
    np.testing.assert_array_equal(z.value, [18, 18])
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, [18, 18])  # of 2 (3 (2x + 1 - x) / 2)^2 for each entry
    for use in (lambda: other + 1, lambda: np.exp(other), lambda: other.value, lambda: other.shape, lambda: other[0], lambda: other > 0):
        with pytest.raises(RuntimeError, match=r"changed by an operation in place .*, under another of its names: write a = a \+ b"):
            use()
    with pytest.raises(TypeError, match=r"a \+= b would change an input of the computation, .*: write a = a \+ b"):
        x += 1
    row = (x * 2)[:1]
    with pytest.raises(TypeError, match=r"a \*= b would change another tensor, of which a is a part, .*: write a = a \* b"):
        row *= 2
    z = x * 2
    with pytest.raises(ValueError, match=r"a \+= b: a has shape \(2,\), and with b of shape \(3, 2\) it would become \(3, 2\)"):
        z += np.ones((3, 2))


def test_it_shows_its_numbers():
    assert repr(t) == "Tensor([[1., 2.],\n        [3., 4.]])"
    assert (f"{s:.3f}", f"{s}", str(s)) == ("2.000", "Tensor(2.)", "Tensor(2.)")
    assert not hasattr(t, "_repr_html_")
