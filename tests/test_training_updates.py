"""Momentum, Adam, clipping, schedules and batches: against independent optimisers, scalar loops and closed formulas; stacked and alone."""

import math

import numpy as np
import pytest
from autograd.misc import optimizers

from helpers import datasets, network, training
from helpers.training import PLAIN, Update, adam, clipped, descend_many, gradient_descent, momentum, norm

X, Y = datasets.two_moons()
STARTS = [network.init_params(rng=seed) for seed in range(5)]
RULES = {"plain": PLAIN, "momentum": momentum(0.8), "adam": adam(), "adam, other betas": adam(0.7, 0.95, 1e-3)}


def gradients(p, X=X, y=Y, **settings):
    grads = network.backward_prop(X, y, network.forward_prop(X, p, **settings), p, **settings)
    return {name: grads[f"d{name}"] for name in p}


def assert_same(p, q, rtol=1e-10):
    for name in p:
        np.testing.assert_allclose(p[name], q[name], rtol=rtol, atol=1e-13)


# ---------------------------------------------------------------- each rule against somebody else's


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_momentum_is_the_heavy_ball_of_autograd(beta, seed):
    """Its velocity is -(1 - mass) times ours, so its rate has to be 1 / (1 - mass) times as large."""
    p, _ = gradient_descent(X, Y, STARTS[seed], learning_rate=0.1, steps=40, update=momentum(beta), hidden="tanh")
    q = optimizers.sgd(lambda p, i: gradients(p, hidden="tanh"), STARTS[seed], num_iters=40, step_size=0.1 / (1 - beta), mass=beta)
    assert_same(p, q)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("beta1", "beta2", "eps"), [(0.9, 0.999, 1e-8), (0.5, 0.9, 1e-3), (0.0, 0.0, 1e-6)])
def test_adam_is_that_of_autograd(beta1, beta2, eps, seed):
    p, _ = gradient_descent(X, Y, STARTS[seed], learning_rate=0.01, steps=40, update=adam(beta1, beta2, eps), hidden="tanh")
    q = optimizers.adam(lambda p, i: gradients(p, hidden="tanh"), STARTS[seed], num_iters=40, step_size=0.01, b1=beta1, b2=beta2, eps=eps)
    assert_same(p, q)


def by_hand(rule, w, slope, rate, steps):
    """The textbook's loop for one number w."""
    v = s = 0.0
    for t in range(1, steps + 1):
        g = slope(w)
        if rule == "momentum":
            v = 0.8 * v + g
            w -= rate * v
        elif rule == "adam":
            v = 0.9 * v + 0.1 * g
            s = 0.999 * s + 0.001 * g * g
            w -= rate * (v / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8)
        else:
            w -= rate * g
    return w


@pytest.mark.parametrize("rule", ["plain", "momentum", "adam"])
def test_each_rule_is_the_textbook_s_loop_on_a_bowl(rule):
    p, memory = {"w": np.array([[3.0]])}, RULES[rule].start({"w": np.zeros((1, 1))})
    for t in range(1, 31):
        p, memory = RULES[rule].step(p, {"dw": 2 * (p["w"] - 1)}, memory, 0.05, t)
    assert p["w"].item() == pytest.approx(by_hand(rule, 3.0, lambda w: 2 * (w - 1), 0.05, 30), rel=1e-12)


def test_the_first_update_of_adam_is_the_rate_in_each_entry():
    p, _ = gradient_descent(X, Y, STARTS[0], learning_rate=0.25, steps=1, update=adam(eps=1e-30))
    g = gradients(STARTS[0])
    assert_same(p, {name: w - 0.25 * np.sign(g[name]) for name, w in STARTS[0].items()})


def test_velocity_grows_to_g_over_1_minus_beta():
    d, memory = 0, (0.0,)
    for t in range(1, 200):
        d, memory = momentum(0.9).direction(1.0, memory, t)
    assert d == pytest.approx(10)


def test_rules_say_what_they_are_and_change_nothing_they_are_given():
    assert repr(momentum(0.5)) == "momentum(beta=0.5)" and repr(adam()) == "adam(beta1=0.9, beta2=0.999, eps=1e-08)"
    assert repr(PLAIN) == "plain gradient descent"
    for rule in RULES.values():
        start, g = {"W1": np.ones((2, 3))}, {"dW1": np.full((2, 3), 0.5)}
        memory = rule.start(start)
        p, once = rule.step(start, g, memory, 0.1, 1)
        rule.step(p, g, once, 0.1, 2)
        assert (start["W1"] == 1).all() and (g["dW1"] == 0.5).all() and all(not zeros.any() for zeros in memory["W1"])
        assert rule.step(start, g, memory, 0.1, 1)[0]["W1"].tolist() == p["W1"].tolist()


def test_a_rule_of_one_s_own():
    signs = Update("signs", 0, lambda g, memory, t: (np.sign(g), memory))
    p, _ = gradient_descent(X, Y, STARTS[0], learning_rate=0.01, steps=1, update=signs)
    assert_same(p, {name: STARTS[0][name] - 0.01 * np.sign(g) for name, g in gradients(STARTS[0]).items()})


# ---------------------------------------------------------------- clipping


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


@pytest.mark.parametrize("largest", [1e-3, 0.1, 1.0, 1e3])
def test_clipping_keeps_the_direction_of_all_gradients_together(largest):
    c = network.forward_prop(X, STARTS[0])
    grads = network.backward_prop(X, Y, c, STARTS[0])
    short = clipped(grads, largest)
    assert set(short) == {f"d{name}" for name in STARTS[0]}
    before, after = flat(grads[name] for name in short), flat(short.values())
    length = np.linalg.norm(before)
    assert norm([grads[name] for name in short]) == pytest.approx(length)
    assert np.linalg.norm(after) == pytest.approx(min(length, largest))
    assert before @ after == pytest.approx(length * np.linalg.norm(after))  # the cosine of the angle between them is 1


def test_clipping_leaves_short_gradients_and_zeros_as_they_are():
    grads = {"dW1": np.array([[0.3, -0.4]]), "db1": np.zeros((1, 1))}
    assert all((clipped(grads, 0.5)[name] == g).all() for name, g in grads.items())
    assert not clipped({"dW1": np.zeros((2, 2))}, 0.5)["dW1"].any()


def test_clipping_of_a_huge_gradient_is_not_lost_to_overflow():
    grads = {"dW1": np.array([[3e200, -4e200], [0, 0]]), "db1": np.zeros((2, 1))}
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(clipped(grads, 5.0)["dW1"], [[3, -4], [0, 0]])
        stack = {name: np.stack([g, np.zeros_like(g), np.ones_like(g)]) for name, g in grads.items()}
        np.testing.assert_allclose(norm(stack.values()), [5e200, 0, np.sqrt(6)])


def test_each_run_of_a_stack_is_clipped_by_its_own_norm():
    grads = {"dW1": np.array([[[3.0, 4.0]], [[0.3, 0.4]]]), "db1": np.zeros((2, 1, 1))}
    np.testing.assert_allclose(clipped(grads, 1.0)["dW1"], [[[0.6, 0.8]], [[0.3, 0.4]]])


def test_a_clipped_step_is_no_longer_than_rate_times_clip():
    p, history = gradient_descent(X, Y, STARTS[0], learning_rate=2.0, steps=1, clip=0.05)
    assert np.linalg.norm(flat(p[name] - STARTS[0][name] for name in p)) == pytest.approx(2.0 * 0.05)
    assert history.gradient_norm["dW1"][0] == pytest.approx(np.linalg.norm(gradients(STARTS[0])["W1"]))  # as it came, not clipped


# ---------------------------------------------------------------- schedules


SCHEDULES = {
    "warm up": (training.warm_up(4), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1]),
    "steps": (training.step_decay(3, 0.1), [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001]),
    "exponential": (training.exponential_decay(2), [1, 2**-0.5, 0.5, 2**-1.5, 0.25, 2**-2.5, 0.125, 2**-3.5, 2**-4, 2**-4.5]),
    "cosine": (training.cosine(4), [1, (2 + 2**0.5) / 4, 0.5, (2 - 2**0.5) / 4, 0, 0, 0, 0, 0, 0]),
    "cosine to a tenth": (training.cosine(2, last=0.1), [1, 0.55, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]),
    "composed": (
        training.product(training.warm_up(2), training.after(2, training.step_decay(2))), [0.5, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125],
    ),
    "product of none": (training.product(), [1] * 10),
}  # fmt: skip


@pytest.mark.parametrize(("schedule", "factors"), SCHEDULES.values(), ids=SCHEDULES)
def test_schedules_by_closed_formula(schedule, factors):
    assert [schedule(step) for step in range(10)] == pytest.approx(factors, abs=1e-15)


@pytest.mark.parametrize("rule", RULES)
def test_a_schedule_multiplies_the_rate_of_its_step(rule):
    factors = [0.5, 1, 0, 0.25, 2]
    p, memory = STARTS[0], RULES[rule].start(STARTS[0])
    for step, factor in enumerate(factors):
        grads = {f"d{name}": g for name, g in gradients(p).items()}
        p, memory = RULES[rule].step(p, grads, memory, 0.1 * factor, step + 1)
    assert_same(gradient_descent(X, Y, STARTS[0], learning_rate=0.1, steps=5, update=RULES[rule], schedule=factors.__getitem__)[0], p)


# ---------------------------------------------------------------- a stack is its runs


SETTINGS = {
    "momentum": {"update": momentum(0.9)},
    "adam": {"update": adam()},
    "clip": {"clip": 0.05},
    "schedule": {"schedule": training.product(training.warm_up(5), training.cosine(20, last=0.1))},
    "batches": {"batch_size": 30},
    "all examples as one batch": {"batch_size": 200},
    "all of it": {"update": adam(0.8), "clip": 0.1, "schedule": training.warm_up(7), "batch_size": 64},
}


@pytest.mark.parametrize("rates", [(0.05, 0.1, 0.2, 0.02, 0.3), (0.01, 1e30, 0.05, 200, 0.02)], ids=["all go on", "two diverge"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_stack_is_its_runs(settings, rates):
    shared = {"steps": 25, "record_every": 6, "output": "identity"} | settings
    p, h = descend_many(X, Y, STARTS, learning_rate=rates, rng=[7, 8, 9, 10, 11], parameters=True, **shared)
    for r, rate in enumerate(rates):
        one, history = gradient_descent(X, Y, STARTS[r], learning_rate=rate, rng=7 + r, **shared)
        seen = len(history.step)
        np.testing.assert_allclose(h.loss[:seen, r], history.loss, rtol=1e-9)
        assert (h.stopped[r] >= 0) == bool(history.stopped) and f"stopped at step {h.stopped[r]}:" in (history.stopped or "stopped at step -1:")
        assert_same({name: value[r] for name, value in p.items()}, one, rtol=1e-9)
        for name, norms in history.gradient_norm.items():
            np.testing.assert_allclose(h.gradient_norm[name][:seen, r], norms, rtol=1e-9)
            assert np.isnan(h.gradient_norm[name][seen:, r]).all()
    assert not (h.stopped > 0).any() or 1e30 in rates


def test_parameters_of_each_record_are_kept_where_they_are_asked_for():
    settings = {"learning_rate": [0.1, 1e30, 0.3, 200, 0.2], "steps": 20, "record_every": 4, "output": "identity", "update": momentum()}
    p, h = descend_many(X, Y, STARTS, parameters=True, **settings)
    assert h.parameters.keys() == p.keys() and h.parameters["W1"].shape == (6, 5, 10, 2)
    for r, start in enumerate(STARTS):
        for k, step in enumerate(h.step):
            kept = {name: value[k, r] for name, value in h.parameters.items()}
            if np.isfinite(h.loss[k, r]):
                assert network.compute_loss(Y, network.forward_prop(X, kept, output="identity"), "identity") == pytest.approx(h.loss[k, r])
            assert step or all((kept[name] == start[name]).all() for name in start)
        assert all((h.parameters[name][-1, r] == value[r]).all() for name, value in p.items())
    assert descend_many(X, Y, STARTS, **settings)[1].parameters == {}


def test_each_run_draws_its_own_batches_and_one_seed_serves_all():
    same = [STARTS[0]] * 3
    settings = {"learning_rate": 0.3, "steps": 20, "batch_size": 10, "record_every": 5}
    h = descend_many(X, Y, same, rng=4, **settings)[1]
    assert len(set(h.loss[-1])) == 3 and len(set(h.loss[0])) == 1
    np.testing.assert_array_equal(h.loss, descend_many(X, Y, same, rng=4, **settings)[1].loss)
    np.testing.assert_array_equal(h.loss, descend_many(X, Y, same, rng=np.random.default_rng(4).spawn(3), **settings)[1].loss)
    assert (h.loss[-1] != descend_many(X, Y, same, rng=5, **settings)[1].loss[-1]).all()


def test_runs_with_examples_of_their_own_draw_batches_of_these():
    data = [datasets.two_moons(50, rng=seed) for seed in range(3)]
    inputs, labels = (np.stack(arrays) for arrays in zip(*data, strict=True))
    settings = {"learning_rate": 0.5, "steps": 30, "batch_size": 15, "record_every": 10}
    h = descend_many(inputs, labels, STARTS[:3], rng=range(3), **settings)[1]
    for r, (x, y) in enumerate(data):
        np.testing.assert_allclose(h.loss[:, r], gradient_descent(x, y, STARTS[r], rng=r, **settings)[1].loss, rtol=1e-10)


@pytest.mark.parametrize("rule", RULES)
def test_a_learner_s_functions_move_by_every_rule(rule):
    settings = {"learning_rate": 0.02, "steps": 15, "update": RULES[rule], "clip": 0.2}
    own = gradient_descent(X, Y, STARTS[0], forward_prop=network.forward_prop, backward_prop=network.backward_prop, **settings)
    assert_same(own[0], gradient_descent(X, Y, STARTS[0], **settings)[0])


# ---------------------------------------------------------------- words for what is wrong


@pytest.mark.parametrize(("make", "says"), [
    (lambda: momentum(1), "beta is 1, expected a number from 0 to below 1: it says how much of the past is kept"),
    (lambda: momentum(-0.1), "beta is -0.1, expected one number >= 0"),
    (lambda: adam(beta2=1.5), "beta2 is 1.5, expected a number from 0 to below 1"),
    (lambda: adam(eps=0), "eps is 0, expected one number > 0"),
    (lambda: clipped({"dW1": np.ones((1, 1))}, 0), "largest is 0, expected one number > 0"),
    (lambda: training.warm_up(0), "steps is 0, expected at least 1"),
    (lambda: training.step_decay(3, 1.5), "factor is 1.5, expected at most 1"),
    (lambda: training.exponential_decay(0), "half_life is 0, expected one number > 0"),
    (lambda: training.cosine(10, last=2), "last is 2, expected at most 1"),
])  # fmt: skip
def test_rules_and_schedules_name_what_is_wrong(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize("run", [
    lambda **change: gradient_descent(X, Y, STARTS[0], **{"learning_rate": 0.1, "steps": 4} | change),
    lambda **change: descend_many(X, Y, STARTS, **{"learning_rate": 0.1, "steps": 4} | change),
], ids=["alone", "stack"])  # fmt: skip
@pytest.mark.parametrize(("change", "error", "says"), [
    ({"update": "adam"}, TypeError, r"update is 'adam', expected an update rule, such as momentum\(0.9\) or adam\(\)$"),
    ({"update": adam}, TypeError, r"update is a function, expected an update rule, .*: write its parentheses, such as adam\(\)"),
    ({"clip": 0}, ValueError, "clip is 0, expected one number > 0"),
    ({"clip": np.nan}, ValueError, "clip holds nan|clip is nan"),
    ({"schedule": 0.5}, TypeError, r"schedule is 0.5, expected a function schedule\(step\)"),
    ({"schedule": lambda step: 1 - step}, ValueError, r"schedule\(2\) returned -1, expected one finite number >= 0, a factor of the rate"),
    ({"schedule": lambda step: None}, ValueError, r"schedule\(0\) returned None"),
    ({"schedule": lambda step: np.nan}, ValueError, r"schedule\(0\) returned nan"),
    ({"batch_size": 201}, ValueError, "batch_size is 201, expected at most the number of examples, 200"),
    ({"batch_size": 0}, ValueError, "batch_size is 0, expected at least 1"),
    ({"batch_size": 10, "rng": "seed"}, TypeError, "rng is 'seed'"),
])  # fmt: skip
def test_a_run_names_what_is_wrong_before_its_first_step(run, change, error, says):
    with pytest.raises(error, match=says):
        run(**change)


@pytest.mark.parametrize(("change", "error", "says"), [
    ({"rng": [1, 2]}, ValueError, "rng has 2 seeds, expected one, or one for each run, 5"),
    ({"rng": np.array(3)}, TypeError, "rng is an array, expected a seed"),
    ({"parameters": 1}, TypeError, "parameters is 1, expected True or False"),
])  # fmt: skip
def test_a_stack_names_what_is_wrong(change, error, says):
    with pytest.raises(error, match=says):
        descend_many(X, Y, STARTS, learning_rate=0.1, steps=2, batch_size=20, **change)
