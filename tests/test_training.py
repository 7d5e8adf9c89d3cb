"""Gradient descent: the update itself, mini-batches, what a History holds, runs that cannot go on."""

import numpy as np
import pytest

from helpers import case, datasets, network
from helpers.checks import DomainError
from helpers.training import History, dead_units, gradient_descent

X, Y = datasets.two_moons()


def test_one_step_is_the_update_rule():
    p = network.init_params()
    before = {name: value.copy() for name, value in p.items()}
    after, history = gradient_descent(X, Y, p, learning_rate=0.3, steps=1)
    grads = network.backward_prop(X, Y, network.forward_prop(X, p), p)
    for name in p:
        np.testing.assert_allclose(after[name], p[name] - 0.3 * grads[f"d{name}"], rtol=1e-14)
        np.testing.assert_array_equal(p[name], before[name])
        assert history.gradient_norm[f"d{name}"][0] == pytest.approx(np.linalg.norm(grads[f"d{name}"]))
    assert history.step == [0, 1]
    assert history.loss[1] == network.compute_loss(Y, network.forward_prop(X, after))


def test_it_learns_the_moons():
    p, history = gradient_descent(X, Y, network.init_params(), learning_rate=1.2, steps=500)
    assert history.loss[-1] < 0.1
    assert history.accuracy[-1] == (network.predict(X, p) == Y).mean() > 0.95
    assert len(history.loss) == len(history.step) == len(history.dead_units) == len(history.gradient_norm["dW1"]) == 501
    assert repr(history).startswith("500 steps: loss 0.571 -> 0.0")


def test_mini_batches_use_every_example_once_an_epoch():
    seen = []

    def forward(X, p):
        if X.shape[1] == 50:
            seen.append(X)
        return network.forward_prop(X, p)

    gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=8, batch_size=50, forward_prop=forward, record_every=8)
    for epoch in (seen[:4], seen[4:8]):
        columns = np.concatenate(epoch, axis=1)
        np.testing.assert_array_equal(np.sort(columns[0]), np.sort(X[0]))
    assert not np.array_equal(seen[0], seen[4])


def test_mini_batches_learn_and_repeat():
    runs = [gradient_descent(X, Y, network.init_params(), learning_rate=0.5, steps=200, batch_size=32, record_every=50, rng=1) for _ in range(2)]
    assert runs[0][1].step == [0, 50, 100, 150, 200]
    assert runs[0][1].loss == runs[1][1].loss
    assert runs[0][1].loss[-1] < 0.3


def test_the_last_batch_of_an_epoch_may_be_smaller():
    _, history = gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=7, batch_size=64)
    assert history.stopped is None


def test_a_learner_s_functions_drop_in():
    _, history = gradient_descent(
        X, Y, case.initial_params(), learning_rate=case.LEARNING_RATE, steps=300,
        forward_prop=case.forward_prop, backward_prop=case.backward_prop,
    )  # fmt: skip
    assert history.loss[-1] == pytest.approx(np.log(2), abs=1e-3)
    assert history.dead_units[-1] == (10, 10)


def test_dead_units_are_off_for_every_example():
    c = {"Z1": np.array([[-1.0, -2.0], [-1.0, 2.0], [0.0, 0.0]]), "Z2": np.array([[1.0, 1.0]])}
    assert dead_units(c) == (2,)
    assert dead_units(c, "sigmoid") == (0,)
    assert dead_units({"Z1": np.full((1, 3), 20.0), "Z2": np.ones((1, 3))}, "tanh") == (0,)  # saturated, not dead


def test_a_dead_unit_of_layer_2_may_come_back_and_one_of_layer_1_does_not():
    started = [gradient_descent(X, Y, network.init_params(rng=seed), learning_rate=1.0, steps=200)[1].dead_units for seed in range(20)]
    falls = np.array([(np.diff(np.array(dead), axis=0) < 0).any(axis=0) for dead in started])
    assert not falls[:, 0].any()
    assert falls[:, 1].any()


def test_a_run_that_diverges_stops_and_says_so():
    p, history = gradient_descent(X, Y, network.init_params(), learning_rate=1e30, steps=50, output="identity")
    assert history.stopped.startswith("stopped at step 2")
    assert len(history.loss) == len(history.step) < 50
    assert all(np.isfinite(value).all() for value in p.values())
    assert "stopped" in repr(history)


def linear_output(X, p):
    """A forward pass of one's own, which checks nothing: ReLU inside, no activation at the output."""
    c, L = {"A0": X}, len(p) // 2
    for l in range(1, L + 1):
        c[f"Z{l}"] = p[f"W{l}"] @ c[f"A{l - 1}"] + p[f"b{l}"]
        c[f"A{l}"] = np.maximum(0, c[f"Z{l}"]) if l < L else c[f"Z{l}"]
    return c


def backward_of_linear_output(X, y, c, p):
    m = X.shape[1]
    dZ3 = c["A3"] - y
    dZ2 = p["W3"].T @ dZ3 * (c["Z2"] > 0)
    dZ1 = p["W2"].T @ dZ2 * (c["Z1"] > 0)
    grads = {}
    for l, dZ in ((1, dZ1), (2, dZ2), (3, dZ3)):
        grads |= {f"dW{l}": dZ @ c[f"A{l - 1}"].T / m, f"db{l}": dZ.sum(axis=1, keepdims=True) / m}
    return grads


def assert_aligned(history):
    lengths = [len(history.loss), len(history.accuracy), len(history.dead_units), *map(len, history.gradient_norm.values())]
    assert lengths == [len(history.step)] * len(lengths)


@pytest.mark.parametrize("record_every", [1, 2, 10, 100])
@pytest.mark.parametrize("own", [{}, {"forward_prop": linear_output, "backward_prop": backward_of_linear_output}], ids=["reference", "own"])
@pytest.mark.parametrize("batch_size", [None, 50])
@pytest.mark.parametrize("learning_rate", [50, 1e30])
def test_a_run_that_stops_returns_the_parameters_of_its_last_record(own, record_every, batch_size, learning_rate):
    p, history = gradient_descent(
        X, Y, network.init_params(), learning_rate=learning_rate, steps=200, output="identity",
        record_every=record_every, batch_size=batch_size, **own,
    )  # fmt: skip
    assert history.stopped
    assert_aligned(history)
    assert network.compute_loss(Y, network.forward_prop(X, p, output="identity"), "identity") == pytest.approx(history.loss[-1], rel=1e-12)


def test_a_run_that_stops_at_once_returns_the_initial_parameters():
    start = network.init_params(scheme="zeros")  # a ReLU output of 0, with label 1 for half of the examples
    p, history = gradient_descent(X, Y, start, learning_rate=0.1, steps=5, output="relu", loss="bce")
    assert history.stopped.startswith("stopped at step 0: the loss is inf")
    assert_aligned(history)
    for name in start:
        np.testing.assert_array_equal(p[name], start[name])


@pytest.mark.parametrize("fails_at", [0, 3])
def test_records_stay_aligned_where_the_backward_pass_gives_up(fails_at):
    calls = []

    def backward(X, y, c, p):
        calls.append(p)
        if len(calls) > fails_at:
            raise DomainError("a slope has no finite value")
        return network.backward_prop(X, y, c, p)

    p, history = gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=9, backward_prop=backward)
    assert history.stopped == f"stopped at step {fails_at}: a slope has no finite value"
    assert history.step == list(range(fails_at + 1))
    assert_aligned(history)
    assert all(np.isfinite(norms[:-1]).all() and np.isnan(norms[-1]) for norms in history.gradient_norm.values())
    assert network.compute_loss(Y, network.forward_prop(X, p)) == history.loss[-1]


def test_data_are_not_changed_by_functions_that_overwrite_them():
    def backward(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        X[:] = y[:] = 0
        return grads

    x, y = X.copy(), Y.copy()
    gradient_descent(x, y, network.init_params(), learning_rate=0.1, steps=1, backward_prop=backward)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_several_sigmoid_outputs_train():
    targets = np.concatenate([Y, 1 - Y, (X[:1] > 0) * 1.0])  # not one-hot: each output answers a question of its own
    _, history = gradient_descent(X, targets, network.init_params((2, 10, 3)), learning_rate=0.5, steps=300, record_every=100)
    assert history.loss[-1] < history.loss[0] / 3
    assert np.isnan(history.accuracy).all()


def test_an_output_that_is_no_probability_stops_the_run():
    _, history = gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=50, output="relu", loss="bce")
    assert "the loss is inf" in history.stopped
    assert isinstance(repr(history), str)


def test_accuracy_of_a_regression_is_no_number():
    _, history = gradient_descent(X, Y + 0.5, network.init_params(), learning_rate=0.1, steps=2, output="identity")
    assert np.isnan(history.accuracy).all()
    assert "accuracy" not in repr(history)


def test_progress_leaves_no_trace(capsys):
    gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=20, progress=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("change", "error", "says"), [
    ({"learning_rate": 0}, ValueError, "learning_rate is 0, expected one number > 0"),
    ({"steps": 1.5}, TypeError, "steps is 1.5, expected a whole number"),
    ({"batch_size": 201}, ValueError, "batch_size is 201, expected at most the number of examples, 200"),
    ({"y": Y[0]}, ValueError, r"y has shape \(200,\), expected \(1, 200\)"),
    ({"backward_prop": lambda *a: {}}, KeyError, "lacks 'dW1'"),
    ({"rng": "seed"}, TypeError, "rng is 'seed'"),
])  # fmt: skip
def test_bad_input_is_named(change, error, says):
    arguments = {"X": X, "y": Y, "p": network.init_params(), "learning_rate": 0.1, "steps": 2} | change
    with pytest.raises(error, match=says):
        gradient_descent(**arguments)


def test_an_empty_history_has_a_repr():
    assert "stopped at once" in repr(History(stopped="stopped at step 0"))
