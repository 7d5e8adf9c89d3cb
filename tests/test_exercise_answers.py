"""Answers as readers really give them: odd kinds of number, half-filled stubs, arrays that do not fit, one point that fits."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from helpers import network
from helpers.exercises import activations, backward, case, chain, checking, forward, loss, softmax, verdict
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, items, numbers, true_or_false


@check
def check_halves(answer):
    compare(answer, [0.5, 1.25], [([1, 2.5], "twice too large.")], name="halves")
    return "halves."


@check
def check_half(function, z=0.5):
    compare(call(function, np.array([[1.0, 3.0]])), np.array([[z, 3 * z]]))
    return "half."


def wrong(feedback, *words):
    assert feedback.status == "wrong", feedback
    for word in words:
        assert word in feedback.message, feedback
    feedback.message.encode("utf-8")


# ---------------------------------------------------------------- numbers of every kind


@pytest.mark.parametrize("answer", [
    [Fraction(1, 2), Fraction(5, 4)], [Decimal("0.5"), Decimal("1.25")], np.array([0.5, 1.25], dtype=object), (np.float32(0.5), 1.25),
    [np.array(0.5), np.array(1.25)], np.ma.array([0.5, 1.25]),
])  # fmt: skip
def test_whatever_float_takes_is_a_number(answer):
    assert check_halves(answer).right


@pytest.mark.parametrize(("answer", "words"), [
    ([Fraction(1), Fraction(5, 2)], ["twice too large"]),
    ([10**400, 1], ["too large for a float"]),
    ([2**70, 1], ["wrong in 2 of 2 entries"]),
    (["0.5", "1.25"], ["a list that holds no real numbers"]),
    ([0.5, "1.25", None], ["a list that holds"]),
    ([0.5, None], ["a list that holds a NoneType"]),
    ([0.5j, 1], ["complex numbers"]),
    ([[1], [1, 2]], ["different lengths"]),
    (np.ma.array([0.5, 1.25], mask=[True, False]), ["behind a mask"]),
    (0.5, ["has shape (), expected (2,)"]),
    ({1: 2}, ["a dict"]),
])  # fmt: skip
def test_what_is_no_number_is_told_by_its_kind(answer, words):
    wrong(check_halves(answer), *words)


def test_an_unreadable_number_of_digits_is_no_obstacle():
    wrong(case.check_shapes((10**5000, 1), (1,), (1,), (1,)), "shape_W1 = (")
    wrong(activations.check_piece_slope(lambda z: np.where(z > 0, 1, 1 / (1 - z) ** 2), 10**5000), "expected True or False")
    wrong(backward.check_layer_sizes((10**5000, 1, 1, 1)), "too large for a float")


# ---------------------------------------------------------------- messages that do not contradict themselves


def test_digits_enough_to_see_the_difference():
    with pytest.raises(Wrong, match=r"it is 0\.105599\d+, expected 0\.1055995"):
        compare([0.10559939, 1], [0.1055995, 1], tolerance=1e-9)
    with pytest.raises(Wrong, match="near the right number, but not it: give more digits"):
        compare(0.1055, 0.105599)
    with pytest.raises(Wrong, match=r"expected 0\."):
        compare([1.0, 1.0], [-0.0, 1.0])
    with pytest.raises(Wrong, match="wrong in 1 of 2 entries"):
        compare([1 + 1e-8, 1], [1, 1], tolerance=1e-9)


def test_integer_dtype_is_named():
    wrong(check_half(lambda z: (z / 2).astype(int)), "integer dtype int64", "cuts off")

    def filled(z):
        result = np.zeros(z.shape, dtype=int)
        result[:] = z / 2
        return result * 1.0

    wrong(check_half(filled), "holds whole numbers", "cuts off")
    wrong(backward.check_bias_gradient(lambda dZ: dZ.mean(axis=1, keepdims=True).astype(int)), "db has the integer dtype")
    wrong(check_half(lambda z: z * 0), "wrong in 2 of 2")


# ---------------------------------------------------------------- stubs


@pytest.mark.parametrize("answer", [
    [..., 1], [[1, ...]], {"a": [...]}, ({"a": np.array([1, ...], dtype=object)},), {...},
])  # fmt: skip
def test_a_stub_filled_in_part_is_not_attempted(answer):
    assert check_halves(answer).status == "not attempted"
    assert check_half(lambda z: answer).status == "not attempted"


@pytest.mark.parametrize("answer", [lambda z: ... + 1, lambda z: z * ..., lambda z: np.exp(...), lambda z: (...).T, lambda z: -...])
def test_an_error_that_the_ellipsis_makes_is_not_attempted(answer):
    assert check_half(answer).status == "not attempted"


def test_other_partly_filled_stubs():
    assert case.check_shapes((10, ...), (10, 1), (10, 569), (1, 10)).status == "not attempted"
    assert checking.check_reported_faults([...]).status == "not attempted"
    with pytest.raises(NotAttempted):
        numbers([[1, ...]])
    with pytest.raises(NotAttempted):
        items(["A1", ...], "it is", "names")


def test_a_list_that_holds_itself():
    loop = [1.0]
    loop.append(loop)
    wrong(check_halves(loop))


# ---------------------------------------------------------------- calls of a check


def test_answers_by_keyword_and_a_wrong_number_of_them():
    assert check_halves(answer=[0.5, 1.25]).right
    assert check_halves(answer=...).status == "not attempted"
    assert activations.check_comment_factor(factor_at_quarter=5, factor_at_z_zero=3).right
    wrong(check_halves([0.5, 1.25], 3), "the check takes answer, in this order")
    wrong(check_halves(other=3), "the check takes answer")


class Odd(BaseException):
    def __str__(self):
        raise Odd


@pytest.mark.parametrize("error", [GeneratorExit, Odd, SystemExit, RecursionError])
def test_every_exception_but_the_interrupt_is_held(error):
    def raises(z):
        raise error

    wrong(check_half(raises), f"raises raised {error.__name__}")


def test_the_interrupt_passes():
    def raises(z):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_half(raises)


def test_half_a_surrogate_pair_can_be_shown():
    def raises(z):
        raise ValueError("\ud800")

    wrong(check_half(raises), r"\ud800")
    check_half(raises)._repr_html_().encode("utf-8")


# ---------------------------------------------------------------- arguments


def test_the_overwritten_argument_is_named():
    def spoils(p, z):
        p["W1"] *= 2
        return z

    with pytest.raises(Wrong, match=r"spoils overwrites its argument p\['W1'\]: work on"):
        call(spoils, {"W1": np.ones(2), "b1": np.ones(2)}, np.ones(3))
    with pytest.raises(Wrong, match="its argument edges"):
        call(lambda edges: edges.clear() or 1, [(1, 2)])
    with pytest.raises(Wrong, match="its argument number 1"):
        call(lambda *given: given[0].sort() or 1, np.array([2.0, 1.0]))


def test_descent_says_what_overwriting_does():
    def in_place(X, y, p, learning_rate, steps):
        for _ in range(steps):
            p["W1"] = p["W1"] * 2
        return p

    wrong(case.check_descent(in_place), "its argument p['W1']", "the caller's parameters are trained as well")


def test_a_step_that_is_taken_back_is_allowed():
    def restored(loss, p, h=1e-5):
        grads = {}
        for name, value in p.items():
            grads[f"d{name}"] = np.zeros_like(value)
            for index in np.ndindex(value.shape):
                value[index] += h
                up = loss(p)
                value[index] -= 2 * h
                down = loss(p)
                value[index] += h
                grads[f"d{name}"][index] = (up - down) / (2 * h)
        return grads

    assert checking.check_numerical_gradient(restored).right


# ---------------------------------------------------------------- arrays that do not fit


def test_a_product_that_does_not_exist_is_told_with_shapes():
    def product(A, B):
        return A @ B

    def sums(A, B):
        return A + B

    A, B = np.ones((2, 3)), np.ones((4, 5))
    with pytest.raises(Wrong, match=r"in the line 'return A @ B', .* in A as rows in B, here 3 and 4\. .* A \(2, 3\), B \(4, 5\)"):
        call(product, A, B)
    with pytest.raises(Wrong, match=r"entry by entry, \(2, 3\) and \(4, 5\) cannot be combined"):
        call(sums, A, B)
    with pytest.raises(Wrong, match=r"left as rows on the right, the shapes are \(2, 3\) and \(4, 5\)"):
        call(np.dot, A, B, name="f")
    with pytest.raises(Wrong, match="y has become a column; it is a row"):
        call(lambda A, y: A + y.T, np.ones((2, 4)), np.ones((1, 4)))


def layer(dA, Z, A_prev, W, slope=lambda Z: Z > 0, dW=lambda dZ, A: dZ @ A.T / dZ.shape[1], dA_prev=lambda W, dZ: W.T @ dZ):
    dZ = dA * slope(Z)
    return dZ, dW(dZ, A_prev), dZ.mean(axis=1, keepdims=True), dA_prev(W, dZ)


@pytest.mark.parametrize(("slips", "words"), [
    ({"dW": lambda dZ, A: dZ @ A / dZ.shape[1]}, "dW: the transpose of A_prev is missing"),
    ({"dW": lambda dZ, A: -dZ @ A.T}, "dW has the wrong sign"),
    ({"dA_prev": lambda W, dZ: W @ dZ}, "dA_prev: the transpose of W is missing"),
    ({"dA_prev": lambda W, dZ: dZ @ W}, "dZ @ W sums over the examples"),
    ({"dA_prev": lambda W, dZ: -W.T @ dZ}, "dA_prev has the wrong sign"),
    ({"slope": lambda Z: 1 - np.tanh(Z) ** 2}, "tanh's slope"),
    ({"slope": lambda Z: 1 - np.maximum(Z, 0) ** 2}, "tanh's formula"),
    ({"slope": lambda Z: 1 - Z**2}, "tanh's formula"),
    ({"slope": lambda Z: 1 / (1 + np.exp(-Z)) * (1 - 1 / (1 + np.exp(-Z)))}, "sigmoid's slope"),
    ({"slope": lambda Z: Z * (1 - Z)}, "sigmoid's formula"),
    ({"slope": lambda Z: (Z > 0) * -1.0}, "dZ has the wrong sign"),
])  # fmt: skip
def test_slips_in_one_layer(slips, words):
    wrong(backward.check_one_layer(lambda *given: layer(*given, **slips)), words)


@pytest.mark.parametrize(("check", "answer", "words"), [
    (backward.check_weight_gradient, lambda dZ, A: dZ @ A / dZ.shape[1], "transpose of A_prev is missing"),
    (backward.check_weight_gradient, lambda dZ, A: dZ.T @ A / dZ.shape[1], "sums over the units"),
    (backward.check_weight_gradient, lambda dZ, A: -dZ @ A.T, "the wrong sign"),
    (backward.check_bias_gradient, lambda dZ: -dZ.mean(axis=1, keepdims=True), "the wrong sign"),
    (backward.check_bias_gradient, lambda dZ: dZ.sum(axis=1, keepdims=True) / dZ.size, "divided by all 20 numbers"),
    (backward.check_bias_gradient, lambda dZ: np.ma.array(dZ.mean(axis=1, keepdims=True), mask=True), "behind a mask"),
    (backward.check_activation_gradient, lambda W, dZ: -W.T @ dZ, "the wrong sign"),
    (backward.check_activation_gradient, lambda W, dZ: dZ @ W, "dZ @ W sums over the examples"),
    (backward.check_activation_gradient, lambda W, dZ: W @ dZ, "transpose of W is missing"),
])  # fmt: skip
def test_slips_in_one_gradient(check, answer, words):
    wrong(check(answer), words)


def tanh_pass(X, y, c, p, *, L=None, delta=lambda A, y: A - y, dW=lambda dZ, A, m: dZ @ A.T / m, db=None, back=lambda W, dZ: W.T @ dZ):
    L, m, grads = L or len(p) // 2, X.shape[1], {}
    dZ = delta(c[f"A{L}"], y)
    for l in range(L, 0, -1):
        grads[f"dW{l}"] = dW(dZ, c[f"A{l - 1}"], m)
        grads[f"db{l}"] = db(dZ, m) if db else dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dZ = back(p[f"W{l}"], dZ) * (1 - c[f"A{l - 1}"] ** 2)
    return grads


@pytest.mark.parametrize(("slips", "words"), [
    ({"dW": lambda dZ, A, m: dZ @ A / m}, "transpose of A_prev is missing"),
    ({"dW": lambda dZ, A, m: -dZ @ A.T / m}, "points uphill"),
    ({"back": lambda W, dZ: W @ dZ}, "the transpose of W is missing"),
    ({"delta": lambda A, y: A - y.T}, "y has become a column"),
    ({"delta": lambda A, y: A - y.reshape(-1, 1)}, "y has become a column"),
    ({"delta": lambda A, y: y - A}, "y - A for A - y"),
    ({"db": lambda dZ, m: dZ.sum(axis=0, keepdims=True) / m}, "sums over axis 0"),
    ({"db": lambda dZ, m: dZ.sum(axis=0) / m}, "sums over axis 0"),
    ({"db": lambda dZ, m: dZ.sum() / m}, "sums over units and examples"),
    ({"db": lambda dZ, m: dZ.sum(axis=1) / m}, "keepdims=True"),
    ({"db": lambda dZ, m: dZ.sum(axis=1, keepdims=True) / dZ.size}, "divided by all"),
])  # fmt: skip
def test_slips_in_the_tanh_network(slips, words):
    wrong(backward.check_tanh_network(lambda *given: tanh_pass(*given, **slips)), words)


def test_the_tanh_network_takes_a_row_however_it_is_made():
    assert backward.check_tanh_network(lambda *given: tanh_pass(*given, delta=lambda A, y: A - y.reshape(1, -1))).right


def test_a_backward_pass_for_more_layers_is_told_the_depth():
    two_at_least = lambda X, y, c, p: tanh_pass(X, y, c, p, L=max(2, len(p) // 2))  # noqa: E731
    wrong(backward.check_tanh_network(two_at_least), "asks for A2, but this network has 1 layer")


def test_a_backward_pass_for_fewer_layers_is_told_the_depth():
    first_three = lambda X, y, c, p: {k: g for k, g in network.backward_prop(X, y, c, p, "tanh").items() if "4" not in k}  # noqa: E731
    wrong(backward.check_tanh_network(first_three), "dW4 is missing", "this network has 4 layers")


# ---------------------------------------------------------------- right at one point, wrong as a function


def per_example(A, y):
    return -np.log(np.where(y == 1, A, 1 - A))


def run(X, p, *functions):
    A = X
    for l, g in enumerate(functions, start=1):
        A = g(p[f"W{l}"] @ A + p[f"b{l}"])
    return A


def relu(z):
    return np.maximum(z, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def swept(edges, start):
    slopes = {start: 1.0}
    for begin, end, local in edges:
        slopes[end] = slopes.get(end, 0.0) + slopes.get(begin, 0.0) * local
    return slopes


def emptied(edges, start):
    slopes = {start: 1.0}
    while edges:
        begin, end, local = edges.pop(0)
        slopes[end] = slopes.get(end, 0.0) + slopes.get(begin, 0.0) * local
    return slopes


def careless(edges, start):
    slopes = {start: 1.0}
    for begin, end, local in edges:
        slopes[end] += slopes[begin] * local
    return slopes


def ratio(size):
    norm = np.linalg.norm
    return lambda a, b: norm(a - b) / size(norm(a), norm(b))


@pytest.mark.parametrize(("check", "answer", "words"), [
    (checking.check_slope_near_kink, lambda z, h: 0.6, "compute it from z and h"),
    (checking.check_slope_near_kink, lambda z, h: (abs(z) + h) / (2 * h), "its sign counts"),
    (checking.check_relative_error, ratio(max), "the larger norm"),
    (checking.check_relative_error, ratio(lambda a, b: a), "one norm only"),
    (checking.check_relative_error, ratio(lambda a, b: b), "one norm only"),
    (checking.check_relative_error, ratio(lambda a, b: (a + b) / 2), "the mean of the two norms"),
    (checking.check_relative_error, lambda a, b: abs(a - b).max() / (abs(a).max() + abs(b).max()), "largest entries"),
    (checking.check_relative_error, lambda a, b: 0.8, "wrong in 2 of 2"),
    (checking.check_central_difference, lambda f, z, h: (np.exp(z + h) - np.exp(z - h)) / (2 * h), "np.exp is built in"),
    (chain.check_forward_sweep, lambda edges, start: swept(edges, "w"), "begin at the argument start"),
    (chain.check_forward_sweep, emptied, "overwrites its argument edges"),
    (chain.check_forward_sweep, careless, "'u' has no slope yet"),
    (loss.check_weighted_delta, lambda A, y, w: -3 * y * (1 - A) + (1 - y) * A, "use the argument w"),
    (loss.check_cross_entropy, lambda A, y: per_example(A, y).sum() / 4, "read m from y.shape[1]"),
    (loss.check_cross_entropy, lambda A, y: per_example(A, y.T).mean(), "a row and a column"),
    (loss.check_cross_entropy, lambda A, y: per_example(A, y.reshape(-1, 1)).sum() / y.size, "a row and a column"),
    (forward.check_depth, lambda X, p, g, h: run(X, p, *[relu] * (len(p) // 2 - 1), sigmoid), "use g_hidden and g_output"),
    (forward.check_depth, lambda X, p, g, h: run(X, p, *[g] * (len(p) // 2 - 1), sigmoid), "use g_hidden and g_output"),
    (forward.check_depth, lambda X, p, g, h: run(X, p, g, g, h), "asks for W3, but this network has 2 layers"),
    (loss.check_softmax_delta, lambda Z, Y: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=0) - Y, "each column's own"),
    (loss.check_softmax_delta, lambda Z, Y: np.exp(Z) / np.exp(Z).sum(axis=0) - Y, "np.exp overflows"),
    (softmax.check_count_cut, lambda Z: ((Z <= 0).sum(axis=1), (Z <= 0).sum(axis=0), 1), "dead is 1"),
    (softmax.check_single_unit, lambda W, b: (W[:1] - W[1:], 0.2), "b is 0.2"),
    (softmax.check_layer_rows, lambda A, P, Y, W: (A.T @ (P - Y) / 6, (P - Y).mean(axis=0), (P - Y) @ W.T), "6, the m of another call"),
])  # fmt: skip
def test_an_answer_that_fits_one_point_only_is_wrong(check, answer, words):
    wrong(check(answer), words)


# ---------------------------------------------------------------- nothing is left to NumPy's own words


def then_text(right):
    """Right at the first call, a text from then on."""
    calls = []

    def answer(*given):
        calls.append(1)
        return right(*given) if len(calls) == 1 else "text"

    return answer


@pytest.mark.parametrize("feedback", [
    lambda: case.check_shapes(np.array(10), (1,), (1,), (1,)),
    lambda: case.check_shapes([[1], [1, 2]], (1,), (1,), (1,)),
    lambda: checking.check_reported_faults(np.array("A")),
    lambda: checking.check_reported_faults(list),
    lambda: checking.check_wrong_gradients([[1], {}]),
    lambda: verdict.check_culprits([[4]], [6, 7, 8]),
    lambda: verdict.check_culprits(np.array(5), [6, 7, 8]),
    lambda: forward.check_spoilt(lambda c, p: np.array("A1")),
    lambda: forward.check_unit(lambda w, x, b: ([[1], [1, 2]], 1)),
    lambda: forward.check_unit(lambda w, x, b: (1.0, "a")),
    lambda: loss.check_cross_entropy(then_text(lambda A, y: per_example(A, y).mean())),
    lambda: loss.check_softmax_delta(then_text(lambda Z, Y: np.exp(Z) / np.exp(Z).sum(axis=0) - Y)),
    lambda: loss.check_loss_from_logits(then_text(lambda Z, y: (np.log1p(np.exp(Z)) - y * Z).mean())),
    lambda: checking.check_relative_error(then_text(lambda a, b: math.hypot(3, 12) / 15)),
    lambda: softmax.check_unchanged([[1], {}]),
    lambda: softmax.check_unchanged(np.array("A")),
    lambda: softmax.check_unchanged(list),
    lambda: softmax.check_class_moves([[1], [1, 2], 3]),
    lambda: softmax.check_single_unit(lambda W2, b2: ([[1], [1, 2]], "b")),
    lambda: softmax.check_count_cut(lambda Z1: (np.array("a"), {}, None)),
    lambda: softmax.check_layer_rows(then_text(lambda A, P, Y, W: (A.T @ (P - Y) / 6, (P - Y).mean(axis=0), (P - Y) @ W.T))),
])  # fmt: skip
def test_odd_answers_get_a_reason_of_ours(feedback):
    wrong(feedback())
    assert "cannot be judged" not in feedback().message


def test_true_or_false_wants_one_of_the_two():
    assert true_or_false(np.True_, "it") is True
    for answer in (1, "True", None, [True]):
        with pytest.raises(Wrong, match=r"it is .*, expected True or False"):
            true_or_false(answer, "it")
