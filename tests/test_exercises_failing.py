"""The checks of notebook 08: right answers in every form, wrong ones with the mistake that was made; and what they say is true."""

from fractions import Fraction

import numpy as np
import pytest

from helpers import curvature, datasets, network
from helpers.exercises import failing, update_rules
from helpers.training import clipped, descend_many, gradient_descent


def with_ones(X):
    return np.vstack([X, np.ones(X.shape[1])])


def largest(S):
    return np.linalg.eigvalsh(S)[-1]


def threshold(X):
    return 2 / largest(with_ones(X) @ with_ones(X).T / X.shape[1])


def second(X):
    return with_ones(X) @ with_ones(X).T / X.shape[1]


def layers(rule):
    return lambda c: [l for l in (1, 2) if rule(c[f"Z{l}"])]


def norm(grads):
    return np.sqrt(sum((g**2).sum() for g in grads.values()))


def clip(grads, largest):
    factor = min(1, largest / max(norm(grads), 1e-300))
    return {name: g * factor for name, g in grads.items()}


def clip_in_place(grads, largest):
    for g in grads.values():
        g *= min(1, largest / max(norm(grads), 1e-300))
    return grads


def adam(w, g, v, s, t, rate):
    v = 0.9 * v + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    return w - rate * v / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8), v, s


def adam_but(w_of):
    """Adam with another last line: w_of(w, g, v, s, t, rate)."""
    def step(w, g, v, s, t, rate):
        v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
        return w_of(w, g, v, s, t, rate), v, s
    return step


def adam_with(v_of=None, s_of=None):
    """Adam with another v or s."""
    def step(w, g, v, s, t, rate):
        w, new_v, new_s = adam(w, g, v, s, t, rate)
        return w, v_of(v, g) if v_of else new_v, s_of(s, g) if s_of else new_s
    return step


def root(s, t):
    return np.sqrt(s / (1 - 0.999**t)) + 1e-8


DEAD = curvature.dead_loss(0.5, 10)[0]
JUMP = abs(curvature.dead_cycle(0.5, 10)[0])
T, D, L, Z = failing.check_rate_threshold, failing.check_dead_loss, failing.check_dead_layers, failing.check_zeros
N, C, A, M = update_rules.check_noise_factor, update_rules.check_clip, update_rules.check_adam_step, failing.check_cures

ANSWERS = [
    (T, threshold, "right", "of data alone"),
    (T, lambda X: np.array([[threshold(X)]]), "right", "of data alone"),
    (T, lambda X: np.float32(threshold(X)), "right", "of data alone"),
    (T, lambda X: 2 / np.linalg.svd(with_ones(X))[1][0] ** 2 * X.shape[1], "right", "of data alone"),
    (T, lambda X: 2 / np.max(np.linalg.eigvals(second(X)).real), "right", "of data alone"),
    (T, lambda X: threshold(X) / 2, "wrong", "that is 1/λ: there one step lands"),
    (T, lambda X: 2 / largest(X @ X.T / X.shape[1]), "wrong", "the bias is forgotten"),
    (T, lambda X: 1 / largest(X @ X.T / X.shape[1]), "wrong", "1/λ, and the bias is forgotten"),
    (T, lambda X: 2 / largest(np.cov(X, bias=True)), "wrong", "took the means off"),
    (T, lambda X: threshold(X) / X.shape[1], "wrong", "the 1/m is missing"),
    (T, lambda X: 2 / largest(X @ X.T), "wrong", "the 1/m and the row of ones"),
    (T, lambda X: 4 / threshold(X), "wrong", "2 λ: the steeper"),
    (T, lambda X: 2 / threshold(X), "wrong", "λ itself"),
    (T, lambda X: 2 * threshold(X), "wrong", "4/λ"),
    (T, lambda X: 2 / np.linalg.eigvalsh(second(X))[0], "wrong", "smallest eigenvalue"),
    (T, lambda X: 2 / np.linalg.svd(with_ones(X))[1][0], "wrong", "largest singular value"),
    (T, lambda X: 2 / np.trace(second(X)), "wrong", "trace"),
    (T, lambda X: 2 / np.linalg.eigvalsh(second(X)), "wrong", "has shape (4,), expected a single number"),
    (T, lambda X: threshold(X.T), "wrong", "my_threshold(X) is"),
    (T, 1.5, "wrong", "expected a function"),
    (T, lambda X: ..., "not attempted", "replace"),
    (D, DEAD, "right", "above ln 2"),
    (D, 1.0444, "right", "above ln 2"),
    (D, [1.044], "right", "above ln 2"),
    (D, np.float32(1.0444), "right", "above ln 2"),
    (D, Fraction(10444, 10000), "right", "above ln 2"),
    (D, np.log(2), "wrong", "ln 2 is the loss at the minimum"),
    (D, 0.693, "wrong", "ln 2 is the loss at the minimum"),
    (D, JUMP, "wrong", "that is the bias itself"),
    (D, -JUMP, "wrong", "that is the bias itself"),
    (D, 2 * DEAD, "wrong", "sum over the two labels"),
    (D, np.log1p(np.exp(-JUMP)), "wrong", "agrees with"),
    (D, np.log1p(np.exp(JUMP)), "wrong", "speaks against"),
    (D, 1 / (1 + np.exp(-JUMP)), "wrong", "the output a"),
    (D, 0, "wrong", "no bias makes a loss of 0"),
    (D, 8, "wrong", "8 is the rate"),
    (D, float("inf"), "wrong", "NaN or infinite"),
    (D, 1.1, "wrong", "not the right number"),
    (D, 1.05, "wrong", "near the right number"),
    (L, layers(lambda z: (z <= 0).all()), "right", "how ReLU works"),
    (L, lambda c: {l for l in (1, 2) if not c[f"A{l}"].any()}, "right", "how ReLU works"),
    (L, lambda c: tuple(f"layer {l}" for l in (1, 2) if not c[f"A{l}"].any()), "right", "how ReLU works"),
    (L, lambda c: (l for l in (1, 2) if not c[f"A{l}"].any()), "right", "how ReLU works"),
    (L, lambda c: np.array([l for l in (1, 2) if not c[f"A{l}"].any()]), "right", "how ReLU works"),
    (L, lambda c: {l: not c[f"A{l}"].any() for l in (1, 2)}, "right", "how ReLU works"),
    (L, layers(lambda z: (z <= 0).any()), "wrong", "any zero"),
    (L, layers(lambda z: (z <= 0).all(axis=1).any()), "wrong", "one unit is dead"),
    (L, layers(lambda z: (z <= 0).all(axis=0).any()), "wrong", "one example turns"),
    (L, layers(lambda z: (z <= 0).mean() > 0.5), "wrong", "most zeros"),
    (L, layers(lambda z: (z < 0).all()), "wrong", "at Z = 0 a unit is off too"),
    (L, layers(lambda z: not (z <= 0).all()), "wrong", "the layers that live"),
    (L, lambda c: [], "wrong", "for Z1 = [[-1.0, -1.0, -2.0, -3.0]"),
    (L, lambda c: [l for l in (1, 2, 3) if (c[f"Z{l}"] <= 0).all()], "wrong", "layer 3 is the output"),
    (L, lambda c: ["all"], "wrong", "expected 1 or 2"),
    (L, lambda c: [0], "wrong", "expected 1 or 2"),
    (L, lambda c: [True], "wrong", "expected 1 or 2"),
    (L, lambda c: None, "wrong", "is the return missing"),
    (L, lambda c: [c["Z4"]], "wrong", "KeyError"),
    (L, lambda c: ..., "not attempted", "replace"),
    (N, 0.5, "right", "1/√B"),
    (N, Fraction(1, 2), "right", "1/√B"),
    (N, np.array([[0.5]]), "right", "1/√B"),
    (N, 1 / 4, "wrong", "what the variance becomes"),
    (N, 2, "wrong", "Turn the factor round"),
    (N, 4, "wrong", "it shrinks, and by the root"),
    (N, 1, "wrong", "shrinks with more examples"),
    (N, 1 / 16, "wrong", "not with its square"),
    (N, "half", "wrong", "expected real ones"),
    (C, clip, "right", "in the same direction"),
    (C, lambda grads, largest: {name: g.tolist() for name, g in clip(grads, largest).items()}, "right", "in the same direction"),
    (C, lambda grads, largest: {name: g.astype(np.float32) for name, g in clip(grads, largest).items()}, "right", "in the same direction"),
    (C, clipped, "right", "in the same direction"),
    (C, lambda grads, c: {name: np.clip(g, -c, c) for name, g in grads.items()}, "wrong", "direction is lost"),
    (C, lambda grads, c: {n: g * min(1, c / max(np.linalg.norm(g), 1e-300)) for n, g in grads.items()}, "wrong", "by its own norm"),
    (C, lambda grads, c: {n: g * c / max(norm(grads), 1e-300) for n, g in grads.items()}, "wrong", "You make them longer"),
    (C, lambda grads, c: {n: g * min(1, c / max(norm(grads) ** 2, 1e-300)) for n, g in grads.items()}, "wrong", "square of the norm"),
    (C, lambda grads, c: {n: g * min(1, 1 / max(norm(grads), 1e-300)) for n, g in grads.items()}, "wrong", "without multiplying by largest"),
    (C, lambda grads, c: {n: g * min(1, c / max(sum(np.linalg.norm(v) for v in grads.values()), 1e-300)) for n, g in grads.items()},
     "wrong", "norms of the arrays are added"),
    (C, lambda grads, c: {n: g * min(1, c / max(*(np.linalg.norm(v) for v in grads.values()), 1e-300)) for n, g in grads.items()},
     "wrong", "largest norm of one array"),
    (C, lambda grads, c: {n: g * min(1, c / max(*(abs(v).max() for v in grads.values()), 1e-300)) for n, g in grads.items()},
     "wrong", "largest entry"),
    (C, lambda grads, c: dict(grads), "wrong", "nothing is shortened"),
    (C, lambda grads, c: {n: g * min(1, c / norm(grads)) for n, g in grads.items()}, "right", "in the same direction"),
    (C, clip_in_place, "wrong", "overwrites its argument grads"),
    (C, lambda grads, c: {"dW1": grads["dW1"]}, "wrong", "dW2 is missing"),
    (C, lambda grads, c: {n: g.ravel() for n, g in grads.items()}, "wrong", "the clipped dW1 has shape (4,), expected (2, 2): the numbers may be"),
    (C, lambda grads, c: grads | {"dW1": [[1.0], [1.0, 2.0]]}, "wrong", "whose rows have different lengths"),
    (C, lambda grads, c: {n: g * np.nan for n, g in grads.items()}, "wrong", "NaN"),
    (C, lambda grads, c: norm(grads), "wrong", "expected the dict of gradients"),
    (C, lambda grads, c: ..., "not attempted", "replace"),
    (A, adam, "right", "as long as the rate"),
    (A, lambda *a: [x.tolist() for x in adam(*a)], "right", "as long as the rate"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / (np.sqrt(s) + 1e-8)), "wrong", "the bias correction is missing"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / (1 - 0.9**t) / (np.sqrt(s) + 1e-8)), "wrong", "s lacks its bias correction"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / root(s, t)), "wrong", "v lacks its bias correction"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / (1 - 0.9 ** (t + 1)) / root(s, t + 1)), "wrong", "t is one too large"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / (1 - 0.9) / root(s, 1)), "wrong", "t stands still"),
    (A, adam_but(lambda w, g, v, s, t, rate: w + rate * v / (1 - 0.9**t) / root(s, t)), "wrong", "sign is turned round"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / (1 - 0.9**t) / (s / (1 - 0.999**t) + 1e-8)), "wrong", "root of s is missing"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * g / root(s, t)), "wrong", "Adam steps along its running mean"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v / (1 - 0.9**t)), "wrong", "as far as the gradient is large"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - rate * v), "wrong", "and the bias correction of v"),
    (A, adam_but(lambda w, g, v, s, t, rate: w - v / (1 - 0.9**t) / root(s, t)), "wrong", "rate is missing"),
    (A, adam_but(lambda w, g, v, s, t, rate: w), "wrong", "w does not move"),
    (A, adam_with(v_of=lambda v, g: 0.1 * v + 0.9 * g), "wrong", "the shares of v are turned round"),
    (A, adam_with(v_of=lambda v, g: 0.9 * v + g), "wrong", "v is a mean"),
    (A, adam_with(v_of=lambda v, g: v), "wrong", "v is returned as it came"),
    (A, adam_with(v_of=lambda v, g: v + 0.1 * g), "wrong", "v after step 2"),
    (A, adam_with(s_of=lambda s, g: 0.999 * s + 0.001 * g), "wrong", "of g², not of g"),
    (A, adam_with(s_of=lambda s, g: 0.9 * s + 0.1 * g**2), "wrong", "s forgets with β₂"),
    (A, lambda *a: adam(*a)[0], "wrong", "expected the three arrays w, v, s"),
    (A, lambda *a: (adam(*a)[0], ..., ...), "not attempted", "replace"),
    (A, lambda w, g, v, s, t, rate: ..., "not attempted", "replace"),
    (M, {"A": "leaky 0.2", "B": "leaky 0.01"}, "right", '"leaky 0.2" trains 20 of 20 seeds of A'),
    (M, {"a": "Warm-up of 20 steps", "b": "Leaky ReLU 0.01"}, "right", "no cure without its cause"),
    (M, {"A": 0.2, "B": "leaky_relu(0.01)"}, "right", "no cure without its cause"),
    (M, {"A": "warmup", "B": "a leak of .01"}, "right", "no cure without its cause"),
    (M, {"A": "leaky 0.01", "B": "leaky 0.01"}, "wrong", 'A: with "leaky 0.01", 2 of 20 seeds train: the units live'),
    (M, {"A": "leaky 0.2", "B": "leaky 0.2"}, "wrong", 'B: with "leaky 0.2", 1 of 20 seeds train: nothing stops'),
    (M, {"A": "warm-up 20", "B": "warm-up 20"}, "wrong", 'B: with "warm-up 20", 16 of 20 seeds train: the small first steps'),
    (M, {"A": "warm-up 20", "B": "Adam"}, "wrong", "your cure is 'Adam', expected one of leaky 0.01, leaky 0.2, warm-up 20"),
    (M, {"A": "warm-up 20"}, "wrong", "a cure for A and one for B"),
    (M, ["leaky 0.2"], "wrong", "expected a dict"),
    (M, {"A": ..., "B": "leaky 0.01"}, "not attempted", "replace"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "answer", "status", "says"), ANSWERS)
def test_every_answer_gets_its_reason(check, answer, status, says):
    feedback = check(answer)
    assert (feedback.status, says in feedback.message) == (status, True), feedback
    assert len(feedback.message) < 420


@pytest.mark.parametrize("check", dict.fromkeys(check for check, *_ in ANSWERS))
def test_an_untouched_stub_is_not_attempted(check):
    assert check(...).status == "not attempted"


@pytest.mark.parametrize(("moved", "different", "status", "says"), [
    (["b3"], 1, "right", "equal units stay equal"),
    ("b3", np.array([1]), "right", "equal units stay equal"),
    ({"b3"}, 1.0, "right", "equal units stay equal"),
    ({"W1": False, "b3": True}, 1, "right", "equal units stay equal"),
    (["B_3"], 1, "right", "equal units stay equal"),
    (["b[3]"], 1, "right", "equal units stay equal"),
    ([], 1, "wrong", "my_moved lacks b3"),
    (["W3", "b3"], 1, "wrong", "my_moved has W3: its gradient is dZ3 (A2)"),
    (["b1", "b2", "b3"], 1, "wrong", "my_moved has b1: its gradient comes through W3 and W2"),
    (["W1", "W2", "W3", "b1", "b2", "b3"], 1, "wrong", "my_moved has W1"),
    (["db3"], 1, "wrong", "expected names of parameters"),
    (["b3"], 10, "wrong", "nothing tells them apart"),
    (["b3"], 0, "wrong", "zero would be no unit"),
    (["b3"], 2, "wrong", "layer 1 alone"),
    (["b3"], 5, "wrong", "not the right number"),
    ([...], ..., "not attempted", "replace"),
    (["b3"], ..., "not attempted", "replace"),
])  # fmt: skip
def test_zeros(moved, different, status, says):
    feedback = Z(moved, different)
    assert (feedback.status, says in feedback.message) == (status, True), feedback


def test_zeros_do_on_the_tumours_what_the_check_says():
    x, y = datasets.breast_cancer()
    zeros = network.init_params((30, 10, 10, 1), "zeros")
    p, _ = gradient_descent(x, y, zeros, learning_rate=0.5, steps=200)
    assert [name for name, value in p.items() if value.any()] == ["b3"]
    p, h = gradient_descent(x, y, zeros, learning_rate=2.0, steps=500, hidden="sigmoid")
    assert h.accuracy[-1] > 0.98 and np.ptp(p["W1"], axis=0).max() < 1e-12


def test_a_dead_network_at_rate_10_has_the_loss_that_the_check_expects():
    x, y = datasets.two_moons()
    dead = network.init_params() | {"b1": np.full((10, 1), -100.0), "b3": np.array([[0.3]])}
    _, h = gradient_descent(x, y, dead, learning_rate=10, steps=400)
    assert h.dead_units[-1][0] == 10 and h.loss[-2:] == pytest.approx([DEAD, DEAD], abs=1e-9)


def test_the_noise_of_a_batch_shrinks_as_the_check_says():
    x, y = datasets.breast_cancer()
    p, rng = network.init_params((30, 10, 10, 1)), np.random.default_rng(0)

    def spread(B):
        draws = [rng.permutation(x.shape[1])[:B] for _ in range(400)]
        grads = [network.backward_prop(x[:, i], y[:, i], network.forward_prop(x[:, i], p), p)["dW1"].ravel() for i in draws]
        return np.sqrt(np.var(grads, axis=0).sum())

    assert spread(32) / spread(8) == pytest.approx(0.5, abs=0.06)


def test_runs_diverge_beyond_the_threshold():
    """Least squares on the standardised tumours, one linear unit."""
    x, y = datasets.breast_cancer()
    rate = threshold(x)
    start = {"W1": np.full((1, 30), 0.5), "b1": np.zeros((1, 1))}
    _, h = descend_many(x, y, [start] * 2, learning_rate=[0.97 * rate, 1.03 * rate], steps=300, output="identity", loss="half_mse")
    assert h.loss[-1, 0] < 0.1 < 100 < h.loss[-1, 1]
