"""The truth that a gradient is judged by: central differences of any loss, at several points, with what cannot be decided left out."""

import contextlib

import numpy as np
import pytest

from helpers.clinic.model import points as places
from helpers.clinic.model import truth
from helpers.clinic.model.subject import Subject, Trouble
from helpers.gradcheck.along import EPS_32, noise_along, slope_along


class Plain(Subject):
    """A subject made of two functions of {name: array}."""

    def __init__(self, start, loss, gradients=None):
        self.start = {name: np.array(value, dtype=float) for name, value in start.items()}
        self._loss, self._gradients, self.asked = loss, gradients, 0

    def loss(self, values):
        self.asked += 1
        with np.errstate(all="ignore"):
            return float(self._loss({name: value.copy() for name, value in values.items()}))

    def gradients(self, values):
        return self._change(self._gradients({name: value.copy() for name, value in values.items()}))

    _change = staticmethod(lambda gradients: gradients)

    def edited(self, texts):
        return contextlib.nullcontext()


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def network(rng, n=(5, 6, 3), m=9, hidden="relu", eps=0.0, weights=None, biases=0.3, dtype=float, factor=1.0):
    """A right two-layer network in rows with a softmax, as a Plain."""
    X, y = rng.normal(size=(m, n[0])).astype(dtype), rng.integers(0, n[2], m)
    g, slope = {"relu": (lambda z: np.maximum(z, 0), lambda z, a: z > 0), "tanh": (np.tanh, lambda z, a: 1 - a**2)}[hidden]
    start = {
        "W1": rng.normal(size=n[:2]) * (weights or 0.6), "b1": biases * rng.normal(size=n[1]),
        "W2": rng.normal(size=n[1:]) * (weights or 0.6), "b2": biases * rng.normal(size=n[2]),
    }  # fmt: skip

    def forward(p):
        p = {name: value.astype(dtype) for name, value in p.items()}
        z = X @ p["W1"] + p["b1"]
        a = g(z)
        return p, z, a, softmax(a @ p["W2"] + p["b2"])

    def loss(p):
        return -np.mean(np.log(forward(p)[3][range(m), y] + dtype(eps)))

    def gradients(p):
        p, z, a, prob = forward(p)
        d2 = (prob - np.eye(n[2])[y]) * factor / m
        d1 = d2 @ p["W2"].T * slope(z, a)
        return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": a.T @ d2, "b2": d2.sum(axis=0)}

    return Plain(start, loss, gradients)


def judgements(subject, change=lambda g: g, **options):
    at = truth.points(subject, **options)
    return at, [truth.judged(point, change(subject.gradients(point.values))) for point in at]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", [
    {}, {"hidden": "tanh"}, {"eps": 1e-8}, {"eps": 1e-6, "n": (5, 6, 10)}, {"biases": 0.0}, {"weights": 1e-9},
    {"weights": 1e-3, "biases": 0.0}, {"weights": 30.0, "eps": 1e-12}, {"dtype": np.float32}, {"m": 1}, {"m": 300},
], ids=str)  # fmt: skip
def test_right_gradients_are_right(kind, seed):
    outcome = truth.examined(network(np.random.default_rng(seed), **kind), rng=seed)
    assert not outcome.total.wrong
    assert outcome.total.right == {"W1", "b1", "W2", "b2"}
    assert truth.common_factor(outcome.judgements) is None
    assert not outcome.anew
    assert not outcome.gentle or kind.get("eps")


SPOILT = {
    "a penalty that is missing": lambda g: g | {"W1": g["W1"] + 3e-3 * np.ones(g["W1"].shape)},
    "a sign": lambda g: g | {"b2": -g["b2"]},
    "one entry": lambda g: g | {"W2": g["W2"] * (1 + 0.01 * (np.arange(g["W2"].size) == 7).reshape(g["W2"].shape))},
    "nothing": lambda g: g | {"W1": None},
    "NaN": lambda g: g | {"W1": g["W1"] * np.nan},
    "zeros": lambda g: g | {"b1": 0 * g["b1"]},
    "another shape": lambda g: g | {"W1": g["W1"].T},
}


@pytest.mark.parametrize("what", SPOILT)
@pytest.mark.parametrize("kind", [{}, {"weights": 1e-9, "biases": 0.0}, {"dtype": np.float32}], ids=str)
def test_wrong_gradients_are_wrong(what, kind):
    subject = network(np.random.default_rng(1), **kind)
    right = subject.gradients(subject.start)
    changed = next(name for name, value in SPOILT[what](right).items() if not np.array_equal(value, subject.gradients(subject.start)[name]))
    subject._change = SPOILT[what]
    outcome = truth.examined(subject)
    assert outcome.total.wrong == {changed}
    assert truth.common_factor(outcome.judgements) is None


def test_a_common_factor_is_found_at_all_points():
    _, found = judgements(network(np.random.default_rng(3), factor=1 / 9))
    assert truth.common_factor(found) == pytest.approx(1 / 9)
    assert truth.overall(found).wrong == {"W1", "b1", "W2", "b2"}
    assert all(c == pytest.approx(1 / 9) for c in truth.overall(found).factors.values())
    _, found = judgements(network(np.random.default_rng(3), factor=1 / 9), lambda g: g | {"b2": 2 * g["b2"]})
    assert truth.common_factor(found) is None


def test_the_sizes_of_both_are_no_factor_where_a_direction_differs():
    _, found = judgements(network(np.random.default_rng(3)), lambda g: {n: 3 * v + (n == "W1") * 0.01 for n, v in g.items()})
    assert truth.common_factor(found) is None
    assert set(truth.overall(found).factors) == {"b1", "W2", "b2"}


@pytest.mark.parametrize("bad", [None, "W1"])
def test_large_models_are_sampled_and_every_entry_counts(bad):
    subject = network(np.random.default_rng(0), n=(60, 40, 10))

    def change(g):
        if bad:
            g["W1"][17, 23] += 0.2 * np.abs(g["W1"]).max()  # one entry of 2,400
        return g

    at, found = judgements(subject, change, most=60)
    assert subject.asked < 3 * (60 + 4 * places.DIRECTIONS) * 4 * 2
    assert all(point.slopes["W1"].measured < 60 and len(point.slopes["W1"].directions) == places.DIRECTIONS for point in at)
    assert not any(np.isfinite(point.slopes["W1"].D[17, 23]) for point in at)
    assert truth.overall(found).wrong == ({bad} if bad else set())


def test_a_kink_exactly_at_the_point_is_undecided_and_not_guessed():
    subject = Plain({"w": [0.0, 1.0, -2.0], "b": 0.0}, lambda p: 10 + np.abs(p["w"]).sum() + max(p["b"], 0.0), None)
    start, *drawn = truth.points(subject)
    assert start.slopes["w"].decided.tolist() == [False, True, True]
    assert start.slopes["b"].outcome == "kinks"
    assert truth.judged(start, {"w": np.array([0.0, 1.0, -1.0]), "b": np.zeros(())}).undecided == {"b"}
    assert all(point.slopes["w"].decided.all() and point.slopes["b"].outcome in ("decided", "zero") for point in drawn)


def test_a_parameter_that_is_undecided_everywhere_stays_so():
    def rounded(p):
        return round(1000 + float(p["W"].sum()), 1) + 1e-12 * float(p["v"] @ p["v"])

    subject = Plain({"W": np.ones((2, 2)), "v": np.ones(3)}, rounded, None)
    _, found = truth.points(subject), [truth.judged(p, {"W": np.ones((2, 2)), "v": 2e-12 * p.values["v"]}) for p in truth.points(subject)]
    assert "v" in truth.overall(found).undecided
    assert "v" not in truth.overall(found).wrong | truth.overall(found).right


def test_a_gradient_of_nothing_is_right_where_it_is_zero():
    """The bias in front of a normalisation changes nothing."""
    rng = np.random.default_rng(0)
    X, t = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))

    def loss(p):
        z = X @ p["W"] + p["b"]
        return 0.5 * ((((z - z.mean(axis=0)) / z.std(axis=0)) @ p["V"] - t) ** 2).sum()

    subject = Plain({"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "V": rng.normal(size=(4, 2))}, loss, None)
    for point in truth.points(subject):
        assert point.slopes["b"].outcome == "zero"
        right = {name: np.nan_to_num(s.D) for name, s in point.slopes.items()}
        assert truth.judged(point, right | {"b": 1e-16 * np.ones(4)}).right == {"W", "b", "V"}
        assert truth.judged(point, right | {"b": 1e-3 * np.ones(4)}).wrong == {"b"}


def test_saturated_points_accuse_nobody():
    """clip keeps probabilities of 0 and 1 from the logarithm, and flattens the loss there; y - p does not know of it."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 4)), rng.integers(0, 2, 12)

    def p1(p):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-(X @ p["w"] + p["b"])))

    def loss(p):
        a = np.clip(p1(p), 1e-6, 1 - 1e-6)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    for size in (1, 30, 300):
        subject = Plain({"w": size * rng.normal(size=4), "b": 0.0}, loss, lambda p: {"w": X.T @ (p1(p) - y) / 12, "b": np.mean(p1(p) - y)})
        outcome = truth.examined(subject)
        assert outcome.total.right == {"w", "b"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("eps", [1e-8, 1e-6, 1e-5])
def test_a_small_number_in_the_logarithm_accuses_nobody(eps, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 4)), rng.integers(0, 2, 20)

    def p1(p):
        return 1 / (1 + np.exp(-(X @ p["w"] + p["b"])))

    def loss(p):
        return -np.mean(y * np.log(p1(p) + eps) + (1 - y) * np.log(1 - p1(p) + eps))

    def slopes(p):
        return {"w": X.T @ (p1(p) - y) / 20, "b": np.mean(p1(p) - y)}

    start = {"w": 3 * rng.normal(size=4), "b": 0.0}
    assert not truth.examined(Plain(start, loss, slopes)).total.wrong
    assert truth.examined(Plain(start, loss, lambda p: slopes(p) | {"b": 1.01 * slopes(p)["b"]})).total.wrong == {"b"}


def test_a_loss_that_draws_is_said():
    rng = np.random.default_rng(0)
    with pytest.raises(Trouble, match="asked again"):
        truth.points(Plain({"w": np.ones(2)}, lambda p: rng.normal(), None))
    with pytest.raises(Trouble, match="the loss is nan"):
        truth.points(Plain({"w": np.ones(2)}, lambda p: np.nan, None))


def test_the_same_seed_gives_the_same_points():
    first, second = (truth.points(network(np.random.default_rng(0)), rng=5, most=30) for _ in range(2))
    for p, q in zip(first, second, strict=True):
        assert p.loss == q.loss
        assert all(np.array_equal(p.slopes[n].D, q.slopes[n].D, equal_nan=True) for n in p.slopes)


def test_code_that_draws_its_weights_itself_is_recognised():
    subject = network(np.random.default_rng(0))
    at = truth.points(subject)
    drawn = [{name: (point.values[name] - value) / 0.1 for name, value in subject.start.items()} for point in at]
    assert truth.starts_anew(at, drawn)
    assert not truth.starts_anew(at, [subject.gradients(point.values) for point in at])


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_steps_follow_the_size_of_the_parameters(scale, offset):
    x = np.array([1.0, -2.0, 0.5]) / scale

    def loss(p):
        return offset + float(np.log1p(np.exp(p["w"] @ x)))

    subject = Plain({"w": scale * np.array([0.3, 0.2, -0.4])}, loss, lambda p: {"w": x / (1 + np.exp(-p["w"] @ x))})
    _, found = judgements(subject)
    assert truth.overall(found).right == {"w"}
    _, found = judgements(subject, lambda g: {"w": 1.01 * g["w"]})
    assert truth.overall(found).wrong == {"w"}


# --- gradcheck.along -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [0.0, 0.1, 1 / 3, 0.49, 0.51, 0.9, 0.999])
def test_the_bound_covers_a_kink_wherever_it_lies(a):
    h = 1e-5
    slope = slope_along(lambda t: np.sin(t) + 2 * max(t - a * h, 0.0), 0.0, h, 1e-17)
    assert abs(slope.value - 1.0) <= slope.bound or a == 0.0
    assert slope.bound > 1e-3


def test_the_slope_of_a_smooth_function_is_far_better_than_its_bound():
    slope = slope_along(np.exp, 1.0, 1e-4, 1e-16)
    assert abs(slope.value - 1) < slope.bound < 1e-7


def test_noise_is_read_off_the_values():
    rng = np.random.default_rng(0)
    assert noise_along(lambda t: np.exp(t), 1e-6)[0] < 1e-15
    assert 1e-10 < noise_along(lambda t: np.exp(t) + 1e-9 * rng.normal(), 1e-6)[0] < 3e-9
    assert noise_along(lambda t: float(np.float32(np.exp(t))), 1e-6)[0] > EPS_32 / 5
