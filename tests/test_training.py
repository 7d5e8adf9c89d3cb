"""Gradient descent: the update itself, mini-batches, what a History holds, runs that cannot go on."""

import numpy as np
import pytest

from helpers import case, datasets, network
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


def test_a_run_that_diverges_stops_and_says_so():
    p, history = gradient_descent(X, Y, network.init_params(), learning_rate=1e30, steps=50, output="identity")
    assert history.stopped.startswith("stopped at step 2")
    assert len(history.loss) == len(history.step) < 50
    assert all(np.isfinite(value).all() for value in p.values())
    assert "stopped" in repr(history)


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
