"""Curvature and thresholds: beside SymPy, NumPy's eigenvalues, closed forms, central differences and HIPS autograd's Hessian."""

import numpy as np
import pytest

from helpers import curvature, datasets, losses, network, training
from helpers.checks import DomainError
from oracles import require

MOONS = datasets.two_moons()
TUMOURS = datasets.breast_cancer()
RAW = datasets.breast_cancer(standardised=False)


# ---------------------------------------------------------------- the curvature of data


@pytest.mark.parametrize(("X", "expected"), [(RAW[0], 1.67e6), (TUMOURS[0], 13.28), (datasets.digits()[0] / 16, 11.44), (MOONS[0], 1.53)])
def test_the_largest_eigenvalue_of_the_data(X, expected):
    found = curvature.largest(X)
    assert found == pytest.approx(expected, rel=3e-3)
    ones = np.vstack([X, np.ones(X.shape[1])])
    assert found == pytest.approx(np.linalg.norm(ones / np.sqrt(X.shape[1]), 2) ** 2, rel=1e-10)
    assert curvature.largest(X, bias=False) == pytest.approx(np.linalg.svd(X)[1][0] ** 2 / X.shape[1], rel=1e-10)


def test_by_hand_and_with_sympy():
    sympy = require("sympy")
    X = np.array([[1.0, 3.0], [2.0, 0.0]])
    assert curvature.second_moment(X).tolist() == [[5, 1, 2], [1, 2, 1], [2, 1, 1]]
    assert curvature.second_moment(X, bias=False).tolist() == [[5, 1], [1, 2]]
    exact = max(sympy.Matrix([[5, 1], [1, 2]]).eigenvals())
    assert curvature.largest(X, bias=False) == pytest.approx(float(exact), rel=1e-14)
    w, b = sympy.symbols("w1:3"), sympy.symbols("b")
    points, targets = [(1, 2), (3, 0)], (0, 1)
    errors = [sum(v * x for v, x in zip(w, point, strict=True)) + b - t for point, t in zip(points, targets, strict=True)]
    J = sum(e**2 for e in errors) / 4
    np.testing.assert_allclose(curvature.second_moment(X), np.array(sympy.hessian(J, [*w, b]), dtype=float))


def test_an_offset_counts_in_full():
    X = MOONS[0] - MOONS[0].mean(axis=1, keepdims=True)
    near, far = curvature.largest(X), curvature.largest(X + 100)
    assert near == pytest.approx(1, abs=0.5) and far == pytest.approx(2 * 100**2, rel=1e-3)


@pytest.mark.parametrize("X", [TUMOURS[0], RAW[0], MOONS[0], MOONS[0][:, :2]])
def test_principal_directions_are_eigenvectors_in_order(X):
    values, directions = curvature.principal(X)
    H = curvature.second_moment(X)
    assert (np.diff(values) <= 0).all() and values[-1] >= 0 and values[0] == pytest.approx(curvature.largest(X), rel=1e-12)
    np.testing.assert_allclose(H @ directions, directions * values, atol=1e-11 * values[0])
    np.testing.assert_allclose(directions.T @ directions, np.eye(len(H)), atol=1e-12)
    assert (directions[abs(directions).argmax(axis=0), np.arange(len(H))] > 0).all()


def test_the_bowl_of_least_squares_is_half_the_mean_squared_error():
    X, y = TUMOURS
    H, minimum, least = curvature.least_squares(X, y)
    rng = np.random.default_rng(0)
    for w in (minimum, rng.standard_normal(31), np.zeros(31)):
        expected = losses.half_squared_error(w[None, :-1] @ X + w[-1], y)
        assert least + (w - minimum) @ H @ (w - minimum) / 2 == pytest.approx(expected, rel=1e-10)


# ---------------------------------------------------------------- descent on the bowl


def test_each_run_is_the_closed_form_of_its_directions():
    rng = np.random.default_rng(1)
    A = rng.standard_normal((4, 4))
    H, start, minimum = A @ A.T, rng.standard_normal(4), rng.standard_normal(4)
    rates, betas = np.array([0.01, 0.1, 0.3]), np.array([[0.0], [0.5], [0.9]])
    path, loss = curvature.descend(H, start, learning_rate=rates, beta=betas, steps=12, minimum=minimum, least=2.5)
    assert path.shape == (3, 3, 13, 4) and loss.shape == (3, 3, 13)
    values, directions = np.linalg.eigh(H)
    for i, beta in enumerate(betas[:, 0]):
        for j, rate in enumerate(rates):
            for k in (0, 1, 2, 12):
                d = directions.T @ (start - minimum)
                for n, lam in enumerate(values):  # the recurrence as a power of a matrix
                    M = np.linalg.matrix_power([[1 + beta - rate * lam, -beta], [1, 0]], k)
                    d[n] = (M @ [d[n], d[n]])[1] if k == 0 else (M @ [d[n], d[n]])[0]
                np.testing.assert_allclose(path[i, j, k], minimum + directions @ d, rtol=1e-9, atol=1e-9)
                assert loss[i, j, k] == pytest.approx(2.5 + (values * d**2).sum() / 2, rel=1e-9)


def test_descent_on_the_bowl_is_the_training_of_a_linear_unit():
    X, y = TUMOURS
    H, minimum, least = curvature.least_squares(X, y)
    p = {"W1": np.zeros((1, 30)), "b1": np.zeros((1, 1))}
    _, h = training.gradient_descent(X, y, p, learning_rate=0.14, steps=50, output="identity", loss="half_mse")
    _, loss = curvature.descend(H, np.zeros(31), learning_rate=0.14, steps=50, minimum=minimum, least=least)
    np.testing.assert_allclose(loss, h.loss, rtol=1e-9)


@pytest.mark.parametrize("beta", [0, 0.5, 0.9])
@pytest.mark.parametrize("X", [TUMOURS[0], RAW[0]])
def test_the_threshold_parts_convergence_from_divergence(X, beta):
    H = curvature.second_moment(X)
    rate = curvature.threshold(curvature.largest(X), beta)
    start = curvature.principal(X)[1][:, 0]
    loss = curvature.descend(H, start, learning_rate=rate * np.array([0.99, 1, 1.01]), beta=beta, steps=4000)[1]
    assert loss[0, -1] < 1e-6 * loss[0, 0] and loss[2, -1] > 1e6 * loss[2, 0]
    if beta == 0:
        assert loss[1, -1] == pytest.approx(loss[1, 0], rel=1e-6)


def test_numbers_that_the_notebooks_print():
    H, minimum, least = curvature.least_squares(*TUMOURS)
    rate = curvature.threshold(curvature.largest(TUMOURS[0]))
    assert rate == pytest.approx(0.1506, abs=5e-5)
    loss = curvature.descend(H, np.zeros(31), learning_rate=rate * np.array([0.99, 1.01]), steps=400, minimum=minimum, least=least)[1]
    assert loss[0, -1] == pytest.approx(0.027, abs=5e-4) and loss[1, -1] == pytest.approx(5.5e5, rel=0.02)


def test_beyond_the_largest_float_a_run_is_infinite_and_raises_nothing():
    path, loss = curvature.descend(np.eye(2), np.ones(2), learning_rate=[0.5, 1e9], steps=60)
    assert np.isfinite(path[0]).all() and not np.isfinite(loss[1, -1])


def test_thresholds():
    assert curvature.threshold(0.25) == 8 and curvature.threshold(4, 0.5) == 0.75
    assert curvature.threshold(np.array([1.0, 2.0]), [[0.0], [0.9]]) == pytest.approx(np.array([[2, 1], [3.8, 1.9]]))


def test_the_threshold_of_heavy_ball_follows_from_its_roots():
    sympy = require("sympy")
    beta, x, r = sympy.symbols("beta x r")  # x = rate times curvature
    polynomial = r**2 - (1 + beta - x) * r + beta
    assert sympy.solve(polynomial.subs(r, -1), x) == [2 * beta + 2]
    for b in (0.0, 0.5, 0.9):  # and no root leaves the unit circle before
        for factor in np.linspace(0.01, 0.999, 40):
            assert abs(np.roots([1, -(1 + b - factor * 2 * (1 + b)), b])).max() < 1
        assert abs(np.roots([1, -(1 + b - 1.001 * 2 * (1 + b)), b])).max() > 1


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_the_multiplier_is_the_root_and_what_a_run_shows(beta):
    rates = np.array([0.01, 0.3, 0.9, 1.7, 2.5, 3.9])
    found = curvature.multiplier(1.3, rates, beta)
    for rate, r in zip(rates, found, strict=True):
        roots = np.roots([1, -(1 + beta - 1.3 * rate), beta])
        largest = roots[abs(roots).argmax()]
        assert abs(r) == pytest.approx(abs(largest)) and (np.iscomplex(largest) or r == pytest.approx(largest.real))
    if beta == 0:
        assert found == pytest.approx(1 - 1.3 * rates)
    rate = curvature.threshold(1.3, beta) * 1.02
    path, _ = curvature.descend([[1.3]], [1], learning_rate=rate, beta=beta, steps=300)
    assert path[-1, 0] / path[-2, 0] == pytest.approx(curvature.multiplier(1.3, rate, beta), rel=1e-6)
    assert curvature.multiplier(1.3, curvature.threshold(1.3, beta), beta) == pytest.approx(-1)


# ---------------------------------------------------------------- the output bias of a dead network


def test_slope_curvature_and_floor_of_the_bias():
    sympy = require("sympy")
    b, f = sympy.symbols("b f", positive=True)
    J = sympy.log(1 + sympy.exp(b)) - f * b
    best = sympy.log(f / (1 - f))
    assert sympy.simplify(sympy.diff(J, b).subs(b, best)) == 0
    assert sympy.simplify(sympy.diff(J, b, 2).subs(b, best) - f * (1 - f)) == 0
    for share in (0.5, 0.2, 357 / 569):
        number = float(best.subs(f, share))
        assert curvature.bias_curvature(share) == pytest.approx(float(sympy.diff(J, b, 2).subs({b: number, f: share})), rel=1e-12)
        assert curvature.bias_loss(-2.5, share) == pytest.approx(float(J.subs({b: -2.5, f: share})), rel=1e-12)
    assert curvature.bias_loss(np.log(357 / 212), 357 / 569) == pytest.approx(losses.uninformed_loss(TUMOURS[1]), rel=1e-12)


@pytest.mark.parametrize(("data", "rate"), [(MOONS, 10.0), (MOONS, 7.0), (TUMOURS, 9.0), (TUMOURS, 3.0)])
def test_a_dead_network_is_its_output_bias(data, rate):
    X, y = data
    p = network.init_params((len(X), 10, 10, 1))
    p["b2"][:] = -1e4  # all of layer 2 is off
    p["b3"][:] = 0.7
    _, h = training.gradient_descent(X, y, p, learning_rate=rate, steps=80)
    b, loss = curvature.descend_bias(y.mean(), 0.7, learning_rate=rate, steps=80)
    assert h.dead_units[-1][1] == 10 and b.shape == (81,)
    np.testing.assert_allclose(loss, h.loss, rtol=1e-9)


def test_balanced_labels_stand_still_below_8_and_go_round_in_two_above():
    assert curvature.threshold(curvature.bias_curvature(0.5)) == 8
    assert curvature.dead_loss(0.5, 7.9) == pytest.approx([np.log(2)], rel=1e-9)
    assert curvature.dead_loss(0.5, 10) == pytest.approx([1.0444, 1.0444], abs=5e-5)
    for rate in (8.1, 10, 20, 34):
        b = curvature.dead_cycle(0.5, rate)
        assert b.shape == (2,) and b[0] == pytest.approx(-b[1], abs=1e-5)
        assert 4 * b[0] == pytest.approx(rate * np.tanh(b[0] / 2), abs=1e-4)
        sigmoid = 1 / (1 + np.exp(-b[0]))
        assert 1 - rate * sigmoid * (1 - sigmoid) == pytest.approx(1 - 2 * b[0] / np.sinh(b[0]), abs=1e-4)


def test_the_loss_of_the_cycle_is_that_of_a_dead_network_at_rate_10():
    X, y = MOONS
    p = network.init_params()
    p["b2"][:] = -1e4
    p["b3"][:] = 0.01
    _, h = training.gradient_descent(X, y, p, learning_rate=10, steps=200)
    assert curvature.dead_loss(0.5, 10) == pytest.approx(h.loss[-2:], rel=1e-6)


def test_other_shares_double_their_cycles_and_lose_them():
    f = 357 / 569
    rates = curvature.threshold(curvature.bias_curvature(f)) * np.array([0.99, 1.1, 1.5, 2])
    assert [len(curvature.dead_cycle(f, rate)) for rate in rates] == [1, 2, 4, 64]
    assert len(curvature.dead_cycle(0.2, 125)) == 5 and len(curvature.dead_cycle(0.1, 222)) == 10
    low, high = sorted(curvature.dead_loss(f, rates[1]))
    assert low > losses.uninformed_loss(TUMOURS[1]) and high - low > 0.01
    for rate in rates[1:3]:
        cycle = curvature.dead_cycle(f, rate)
        b, _ = curvature.descend_bias(f, cycle[0], learning_rate=rate, steps=len(cycle))
        assert b == pytest.approx([*cycle, cycle[0]], abs=1e-5)


def test_below_its_threshold_a_bias_comes_to_rest_from_everywhere():
    for f in np.linspace(0.05, 0.95, 7):
        rate = curvature.threshold(curvature.bias_curvature(f)) * np.array([0.3, 0.97])
        for start in (-40, -1, 3, 40):
            b, _ = curvature.descend_bias(f, start, learning_rate=rate, steps=3000)
            assert b[:, -1] == pytest.approx(np.log(f / (1 - f)), abs=1e-6)


def test_after_how_many_steps_a_run_comes_round_again():
    assert curvature.period([1, 2, 1, 2, 1, 2], 10, most=4) == 2 and curvature.period(np.ones(6), 10, most=4) == 1
    assert curvature.period([1, 2, 3, 4, 5, 6], 10, most=4) == 0
    with pytest.raises(ValueError, match="expected at least 6 biases"):
        curvature.period([1, 2, 1], 10, most=4)


def test_with_momentum_a_bias_may_go_round_below_its_threshold():
    f = 357 / 569
    rate = 1.5 * curvature.threshold(curvature.bias_curvature(f))
    assert rate < curvature.threshold(curvature.bias_curvature(f), 0.9)
    far, _ = curvature.descend_bias(f, 1.0, learning_rate=rate, beta=0.9, steps=2000)
    near, _ = curvature.descend_bias(f, np.log(f / (1 - f)) + 0.01, learning_rate=rate, beta=0.9, steps=2000)
    assert curvature.period(far[-100:], rate) == 3 and curvature.period(near[-100:], rate) == 1


def test_momentum_moves_the_threshold_of_the_bias_as_well():
    limit = curvature.threshold(curvature.bias_curvature(0.5), 0.5)
    b, _ = curvature.descend_bias(0.5, 0.01, learning_rate=limit * np.array([0.98, 1.02]), beta=0.5, steps=3000)
    assert abs(b[0, -1]) < 1e-6 and abs(b[1, -2:]).min() > 0.1


# ---------------------------------------------------------------- the sharpness of a network


def autograd_hessian(X, y, p, g, J):
    """The dense Hessian by HIPS autograd, of a forward pass written here."""
    from autograd import hessian
    from autograd import numpy as anp

    shapes = [value.shape for value in p.values()]
    ends = np.cumsum([value.size for value in p.values()])

    def loss(theta):
        parts = [theta[end - np.prod(shape) : end].reshape(shape) for end, shape in zip(ends, shapes, strict=True)]
        A = X
        for W, b in zip(parts[:-2:2], parts[1:-2:2], strict=True):
            A = g(anp, W @ A + b)
        return J(anp, parts[-2] @ A + parts[-1], y)

    return hessian(loss)(np.concatenate([value.ravel() for value in p.values()]))


HIDDEN = {
    "tanh": lambda anp, Z: anp.tanh(Z),
    "sigmoid": lambda anp, Z: 1 / (1 + anp.exp(-Z)),
    "relu": lambda anp, Z: anp.maximum(Z, 0),
}
ENDS = {
    ("sigmoid", None): lambda anp, Z, y: anp.mean(anp.logaddexp(0, Z) - y * Z),
    ("identity", "half_mse"): lambda anp, Z, y: anp.mean((Z - y) ** 2) / 2,
}


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("end", ENDS)
def test_the_hessian_is_that_of_autograd(hidden, end):
    require("autograd")
    X, y = MOONS[0][:, :40], MOONS[1][:, :40]
    p = network.init_params((2, 5, 4, 1), scheme="glorot", rng=3)
    H = curvature.hessian(X, y, p, hidden, *end)
    expected = autograd_hessian(X, y, p, HIDDEN[hidden], ENDS[end])
    assert H.shape == (44, 44)
    np.testing.assert_allclose(H, expected, atol=1e-8)
    assert curvature.sharpness(X, y, p, hidden, *end) == pytest.approx(np.linalg.eigvalsh(expected)[-1], rel=1e-6)


def test_the_whole_network_in_several_stacks(monkeypatch):
    X, y = MOONS
    p = network.init_params(scheme="glorot")
    H = curvature.hessian(X, y, p, "tanh")
    assert H.shape == (151, 151)
    assert curvature.sharpness(X, y, p, "tanh") == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-12)
    monkeypatch.setattr("helpers.curvature.hessians._STACK_NUMBERS", 1)
    np.testing.assert_allclose(curvature.hessian(X, y, p, "tanh"), H, rtol=1e-9, atol=1e-11)


def test_the_sharpness_of_a_linear_unit_is_the_curvature_of_the_data():
    X, y = TUMOURS
    p = {"W1": np.zeros((1, 30)), "b1": np.zeros((1, 1))}
    assert curvature.sharpness(X, y, p, output="identity", loss="half_mse") == pytest.approx(curvature.largest(X), rel=1e-8)
    assert curvature.sharpness(X, y, p) == pytest.approx(curvature.largest(X) / 4, rel=1e-8)


def test_the_sharpness_of_a_dead_network_is_that_of_its_bias():
    X, y = TUMOURS
    p = network.init_params((30, 10, 10, 1))
    p["b2"][:] = -1e4
    p["b3"][:] = np.log(y.mean() / (1 - y.mean()))
    assert curvature.sharpness(X, y, p) == pytest.approx(curvature.bias_curvature(y.mean()), rel=1e-8)


def test_along_a_run():
    X, y = MOONS[0][:, :30], MOONS[1][:, :30]
    nets = [network.init_params((2, 3, 1), rng=seed) for seed in range(6)]
    stack = {name: np.stack([p[name] for p in nets]).reshape(3, 2, *nets[0][name].shape) for name in nets[0]}
    found = curvature.sharpness(X, y, stack, "tanh")
    assert found.shape == (3, 2)
    assert found.ravel() == pytest.approx([curvature.sharpness(X, y, p, "tanh") for p in nets])


def test_softmax_has_a_hessian_too():
    y = datasets.one_hot(MOONS[1][:, :20], 2)
    p = network.init_params((2, 3, 2), rng=1)
    H = curvature.hessian(MOONS[0][:, :20], y, p, "tanh", "softmax")
    assert np.linalg.eigvalsh(H)[-1] > 0
    shift = np.zeros(len(H))
    shift[-2:] = 1  # the same for both output biases changes nothing
    np.testing.assert_allclose(H @ shift, 0, atol=1e-9)


# ---------------------------------------------------------------- arguments


def test_nothing_that_was_given_changes():
    X, y = MOONS
    p = network.init_params(scheme="glorot")
    before = {name: value.copy() for name, value in p.items()}
    H, start = np.eye(2), np.ones(2)
    curvature.descend(H, start, learning_rate=0.5, steps=3)
    curvature.hessian(X[:, :9], y[:, :9], p, "tanh")
    assert start.tolist() == [1, 1] and (np.eye(2) == H).all()
    for name in p:
        np.testing.assert_array_equal(p[name], before[name])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: curvature.largest(np.ones(3)), ValueError, "X has shape (3,)"),
        (lambda: curvature.largest([[np.nan]]), DomainError, "X holds nan"),
        (lambda: curvature.largest(np.full((2, 2), 1e200)), DomainError, "holds inf"),
        (lambda: curvature.largest(MOONS[0], bias=1), TypeError, "bias is 1"),
        (lambda: curvature.principal(np.ones(3)), ValueError, "X has shape (3,)"),
        (lambda: curvature.least_squares(*MOONS[::-1]), ValueError, "y has shape (2, 200)"),
        (lambda: curvature.threshold(0), ValueError, "curvature is 0, expected numbers > 0"),
        (lambda: curvature.multiplier(0, 1), ValueError, "curvature is 0"),
        (lambda: curvature.threshold(1, 1), ValueError, "beta is 1, expected numbers from 0 to below 1"),
        (lambda: curvature.descend(np.ones((2, 3)), [1, 1], learning_rate=1, steps=1), ValueError, "H has shape (2, 3)"),
        (lambda: curvature.descend([[1, 2], [0, 1]], [1, 1], learning_rate=1, steps=1), ValueError, "H differs from H.T"),
        (lambda: curvature.descend(np.eye(2), [1], learning_rate=1, steps=1), ValueError, "start has shape (1,), expected (2,)"),
        (lambda: curvature.descend(np.eye(1), [1], learning_rate=0, steps=1), ValueError, "learning_rate is 0"),
        (lambda: curvature.descend(np.eye(1), [1], learning_rate=1, beta=-1, steps=1), ValueError, "beta is -1"),
        (lambda: curvature.descend(np.eye(1), [1], learning_rate=[1, 2], beta=[0, 0, 0], steps=1), ValueError, "shapes that broadcast"),
        (lambda: curvature.descend(np.eye(1), [1], learning_rate=1, steps=1.5), TypeError, "steps is 1.5"),
        (lambda: curvature.bias_curvature(0), ValueError, "f is 0"),
        (lambda: curvature.bias_curvature(1), ValueError, "f is 1, expected a share"),
        (lambda: curvature.bias_loss(np.inf, 0.5), DomainError, "b holds inf"),
        (lambda: curvature.descend_bias(0.5, [1, 2], learning_rate=1, steps=1), ValueError, "start has shape (2,)"),
        (lambda: curvature.dead_cycle(0.5, -1), ValueError, "rate is -1"),
        (lambda: curvature.dead_cycle(0.5, 1e9), ValueError, "expected at most 1e+06"),
        (lambda: curvature.dead_cycle(0.5, 9, start=[1, 2]), ValueError, "start has shape (2,)"),
        (lambda: curvature.dead_loss(0.5, 9, most=0), ValueError, "most is 0"),
        (lambda: curvature.hessian(MOONS[0], MOONS[1], {}, "tanh"), KeyError, "p lacks"),
        (lambda: curvature.hessian(*MOONS, network.init_params(), h=0), ValueError, "h is 0"),
        (lambda: curvature.hessian(*MOONS, network.init_params(), "tahn"), ValueError, "did you mean 'tanh'"),
        (lambda: curvature.sharpness(*MOONS, [1]), TypeError, "p is "),
        (lambda: curvature.sharpness(*MOONS, {"W1": np.ones((3, 1, 2)), "b1": np.ones((1, 1))}), ValueError, "leading axes"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(call, error, words):
    with pytest.raises(error) as raised:
        call()
    assert words in str(raised.value)
