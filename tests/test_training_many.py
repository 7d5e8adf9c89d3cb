"""Many networks in a stack: each run is that of gradient_descent, whatever the others do."""

from dataclasses import replace

import numpy as np
import pytest

from helpers import case, datasets, network
from helpers.activations import ACTIVATIONS, make_leaky_relu, make_relu
from helpers.checks import DomainError
from helpers.training import Histories, comebacks, dead_mask, descend_many, fate, gradient_descent, momentum, revived, unstack

X, Y = datasets.two_moons()
MOONS = [network.init_params(rng=seed) for seed in range(5)]


def agree(many, X, y, starts, learning_rate, rtol=1e-12, **settings):
    """Compare a stack run by run with gradient_descent; the fates of all of them, for tests that want both kinds."""
    p, h = many
    assert h.loss.shape == h.accuracy.shape == (len(h.step), len(starts))
    for r, (start, rate) in enumerate(zip(starts, np.broadcast_to(learning_rate, len(starts)), strict=True)):
        one, history = gradient_descent(X, y, start, learning_rate=rate, **settings)
        seen = len(history.step)
        assert h.step[:seen].tolist() == history.step
        np.testing.assert_allclose(h.loss[:seen, r], history.loss, rtol=rtol)
        np.testing.assert_array_equal(h.accuracy[:seen, r], history.accuracy)
        assert not np.isfinite(h.loss[seen:, r]).any()
        assert (h.stopped[r] >= 0) == bool(history.stopped) and f"stopped at step {h.stopped[r]}:" in (history.stopped or "stopped at step -1:")
        counts = np.stack([mask[:seen, r].sum(axis=-1) for mask in h.dead], axis=1)
        assert counts.tolist() == [list(dead) for dead in history.dead_units]
        for name, value in one.items():
            np.testing.assert_allclose(p[name][r], value, rtol=rtol, atol=1e-15)
    return h


@pytest.mark.parametrize("hidden", [*ACTIVATIONS, make_relu(0.5), make_leaky_relu(0.2)], ids=str)
def test_each_run_is_that_of_gradient_descent(hidden):
    settings = {"steps": 40, "hidden": hidden, "record_every": 1}
    agree(descend_many(X, Y, MOONS, learning_rate=0.3, **settings), X, Y, MOONS, 0.3, **settings)


@pytest.mark.parametrize("record_every", [1, 7, 40])
def test_each_run_has_its_own_rate_and_those_that_diverge_leave_the_others_alone(record_every):
    rates = [0.01, 1e30, 0.05, 200, 0.1]
    settings = {"steps": 40, "output": "identity", "record_every": record_every}
    h = agree(descend_many(X, Y, MOONS, learning_rate=rates, **settings), X, Y, MOONS, rates, **settings)
    assert (h.stopped[[0, 2, 4]] == -1).all() and (h.stopped[[1, 3]] > 0).all()


def test_each_run_has_its_own_examples():
    data = [datasets.two_moons(50, rng=seed) for seed in range(3)]
    inputs, labels = (np.stack(arrays) for arrays in zip(*data, strict=True))
    p, h = descend_many(inputs, labels, MOONS[:3], learning_rate=1.0, steps=60)
    for r, (x, y) in enumerate(data):
        one, history = gradient_descent(x, y, MOONS[r], learning_rate=1.0, steps=60, record_every=60)
        np.testing.assert_allclose(h.loss[:, r], history.loss, rtol=1e-12)
        np.testing.assert_allclose(p["W1"][r], one["W1"], rtol=1e-12)
        assert h.fate(labels)[r] == history.fate(y)


@pytest.mark.parametrize(("output", "loss"), [("softmax", None), ("sigmoid", "mse"), ("relu", None), ("relu", "bce"), ("identity", "mse")])
def test_all_outputs_and_losses(output, loss):
    sizes = (2, 6, 5, 3 if output == "softmax" else 1)
    starts = [network.init_params(sizes, rng=seed) for seed in range(6)]
    for p in starts:
        if output == "relu":  # outputs that are probabilities, at first
            p["W3"] *= 0.02
            p["b3"][:] = 0.5
    y = datasets.one_hot(Y + (X[:1] > 1), 3) if output == "softmax" else Y
    settings = {"steps": 60, "output": output, "loss": loss, "record_every": 5}
    h = agree(descend_many(X, y, starts, learning_rate=0.5, **settings), X, y, starts, 0.5, **settings)
    assert np.isfinite(h.accuracy).all()
    if loss == "bce":
        assert (h.stopped >= 0).any()


def test_raw_tumours_run_into_their_fates():
    x, y = datasets.breast_cancer(standardised=False)
    starts = [network.init_params((30, 10, 10, 1), rng=seed) for seed in range(8)]
    settings = {"steps": 30, "record_every": 1}
    h = agree(descend_many(x, y, starts, learning_rate=1e-4, **settings), x, y, starts, 1e-4, rtol=1e-9, **settings)
    assert set(h.fate(y)) >= {"stuck"}


def test_the_case_dies_in_each_of_20_seeds():
    starts = [case.initial_params(rng=seed) for seed in range(20)]
    _, h = descend_many(X, Y, starts, learning_rate=case.LEARNING_RATE, steps=10, record_every=1)
    np.testing.assert_array_equal(h.fate(Y), fate(h.loss[-1], h.accuracy[-1], Y))
    assert h.dead[1][-1].all(axis=-1).sum() == 19  # runs whose whole second layer is dead
    deaths, returns = comebacks(h.dead[0])
    assert deaths.shape == (20, 10) and deaths.sum() > 150 and returns.sum() == 0
    healthy = descend_many(X, Y, MOONS * 4, learning_rate=case.LEARNING_RATE, steps=300)[1]
    assert revived(h, healthy, Y).tolist() == ((h.fate(Y) != "trains") & (healthy.fate(Y) == "trains")).tolist()


def test_a_slope_of_one_s_own_stands_in_the_backward_pass_only():
    def comment(Z, A):
        return 1 - A**2

    p, h = descend_many(X, Y, MOONS, learning_rate=1.2, steps=30, hidden="sigmoid", slope=comment, record_every=1)
    for r, start in enumerate(MOONS):
        one, history = gradient_descent(X, Y, start, learning_rate=1.2, steps=30, hidden="sigmoid",
                                        forward_prop=case.forward_prop_sigmoid, backward_prop=case.backward_prop_sigmoid)  # fmt: skip
        np.testing.assert_allclose(h.loss[:, r], history.loss, rtol=1e-9)
        np.testing.assert_allclose(p["W2"][r], one["W2"], rtol=1e-9)
    right = descend_many(X, Y, MOONS, learning_rate=1.2, steps=30, hidden="sigmoid", slope=lambda Z, A: A * (1 - A))[1]
    np.testing.assert_allclose(right.loss, descend_many(X, Y, MOONS, learning_rate=1.2, steps=30, hidden="sigmoid")[1].loss, rtol=1e-12)


def test_a_stack_may_be_given_and_nothing_that_was_given_changes():
    starts = {name: np.stack([p[name] for p in MOONS]) for name in MOONS[0]}
    before = {name: value.copy() for name, value in starts.items()}
    p, h = descend_many(X, Y, starts, learning_rate=0.5, steps=20)
    again, other = descend_many(X, Y, unstack(starts), learning_rate=0.5, steps=20)
    np.testing.assert_array_equal(h.loss, other.loss)
    for name in before:
        np.testing.assert_array_equal(starts[name], before[name])
        np.testing.assert_array_equal(p[name], again[name])
    assert [q["W1"].shape for q in unstack(p)] == [(10, 2)] * 5
    assert h.step.tolist() == [0, 20]
    assert repr(h) == "5 runs of 20 steps"


def test_a_run_that_cannot_begin_is_a_run_that_stopped_at_step_0():
    starts = [MOONS[0], {name: np.zeros_like(value) for name, value in MOONS[0].items()}]
    starts[0] = starts[0] | {"W3": starts[0]["W3"] * 0.02, "b3": np.full((1, 1), 0.5)}
    p, h = descend_many(X, Y, starts, learning_rate=0.01, steps=4, output="relu", loss="bce", record_every=1)
    assert h.stopped.tolist() == [-1, 0]
    assert np.isinf(h.loss[:, 1]).all() and np.isfinite(h.loss[:, 0]).all()
    assert h.fate(Y)[1] == "neither" and repr(h) == "2 runs of 4 steps; 1 stopped early"
    assert not p["W1"][1].any()


def test_all_runs_may_stop():
    _, h = descend_many(X, Y, MOONS, learning_rate=1e30, steps=50, output="identity")
    assert (h.stopped > 0).all() and set(h.fate(Y)) == {"neither"}


def test_the_dead_of_the_last_record_are_those_of_the_last_parameters():
    p, h = descend_many(X, Y, MOONS, learning_rate=1.0, steps=50)
    for r, q in enumerate(unstack(p)):
        for mask, dead in zip(dead_mask(network.forward_prop(X, q)), h.dead, strict=True):
            np.testing.assert_array_equal(dead[-1, r], mask)


@pytest.mark.parametrize(("change", "error", "says"), [
    ({"starts": []}, TypeError, "starts is empty, expected a list of parameters"),
    ({"starts": 3}, TypeError, "starts is 3, expected a list of parameters, one dict for each run"),
    ({"starts": MOONS[0]}, ValueError, r"starts is a dict, expected arrays \(runs, n, k\)"),
    ({"starts": [MOONS[0], None]}, TypeError, r"starts\[1\]: p is None"),
    ({"starts": [MOONS[0], {"W1": MOONS[0]["W1"]}]}, KeyError, r"starts\[1\]: p lacks 'b1'"),
    ({"starts": [MOONS[0], network.init_params((2, 3, 1))]}, ValueError, r"starts\[1\] has other shapes than starts\[0\]"),
    ({"starts": [MOONS[0], network.init_params((2, 10, 9, 1))]}, ValueError, r"starts\[1\] has other shapes than starts\[0\]"),
    ({"learning_rate": [0.1, 0.2, 0.3]}, ValueError, r"learning_rate has shape \(3,\), expected one number or one for each run, \(2,\)"),
    ({"learning_rate": [0.1, 0]}, ValueError, "learning_rate is 0, expected numbers > 0"),
    ({"steps": 0}, ValueError, "steps is 0, expected at least 1"),
    ({"record_every": 1.5}, TypeError, "record_every is 1.5"),
    ({"X": X.T}, ValueError, r"X has shape \(200, 2\), expected \(2, m\): columns are examples, so write X.T"),
    ({"X": X * np.nan}, DomainError, "X holds nan"),
    ({"X": np.stack([X] * 3)}, ValueError, r"X has shape \(3, 2, 200\), expected .* with 2 runs"),
    ({"y": Y[0]}, ValueError, r"y has shape \(200,\), expected \(1, 200\)"),
    ({"y": np.stack([Y, Y + 1])}, ValueError, r"y\[1\] holds 2, expected only the labels 0 and 1"),
    ({"hidden": "rleu"}, ValueError, "hidden is 'rleu'.*did you mean 'relu'"),
    ({"loss": "cross_entropy"}, ValueError, "goes with output 'sigmoid'"),
    ({"slope": 1}, TypeError, r"slope is 1, expected a function slope\(Z, A\)"),
    ({"slope": lambda Z, A: A.sum()}, ValueError, r"slope\(Z, A\) returned shape \(\) for a Z of shape"),
])  # fmt: skip
def test_bad_input_is_named(change, error, says):
    arguments = {"X": X, "y": Y, "starts": MOONS[:2], "learning_rate": 0.1, "steps": 2} | change
    with pytest.raises(error, match=says):
        descend_many(**arguments)


@pytest.mark.parametrize("batch_size", [None, 30])
def test_the_number_of_runs_in_one_stack_makes_no_difference(monkeypatch, batch_size):
    settings = {"learning_rate": [0.1, 1e30, 0.3, 0.5, 0.7], "steps": 20, "output": "identity", "record_every": 3,
                "update": momentum(), "batch_size": batch_size, "parameters": True}  # fmt: skip
    whole = descend_many(X, Y, MOONS, **settings)
    monkeypatch.setattr("helpers.training.many._STACK_NUMBERS", 1)
    single = descend_many(X, Y, MOONS, **settings)
    assert isinstance(whole[1], Histories)
    for one, other in zip(vars(whole[1]).values(), vars(single[1]).values(), strict=True):
        if not isinstance(one, dict):
            one, other = {"": one}, {"": other}
        assert one.keys() == other.keys() != set()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])


def test_a_stack_in_which_no_run_can_begin_ends_at_once():
    start = network.init_params((2, 10, 10, 1), "uniform")
    X, y = datasets.two_moons()
    p, h = descend_many(X, y, [start, start], learning_rate=1.2, steps=5, output="relu", loss="bce", record_every=1, parameters=True)
    assert (h.stopped == 0).all() and np.isnan(h.loss).all() and np.array_equal(p["W1"][1], start["W1"])


@pytest.mark.parametrize(("batch_size", "slope", "calls"), [(None, None, 2 * 6), (16, None, 4 * 6), (None, lambda Z, A: 1 - A**2, 2 * 6)])
def test_a_slope_that_a_record_has_computed_is_not_computed_again(batch_size, slope, calls):
    """Two layers, six records: where the backward pass takes the same slopes, they are the record's."""
    X, y = datasets.two_moons()
    seen = []
    silu = ACTIVATIONS["silu"]
    counting = replace(silu, slope_rule=lambda z: seen.append(z.shape) or silu.slope_rule(z))
    starts = [network.init_params((2, 4, 3, 1), rng=seed) for seed in range(2)]
    kind = {"learning_rate": 0.5, "steps": 5, "record_every": 1, "batch_size": batch_size, "slope": slope}
    p, h = descend_many(X, y, starts, hidden=counting, **kind)
    assert len(seen) == calls
    other, same = descend_many(X, y, starts, hidden="silu", **kind)
    assert np.array_equal(h.loss, same.loss) and all(np.array_equal(p[name], other[name]) for name in p)
