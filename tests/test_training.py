"""Gradient descent: the update itself, mini-batches, what a History holds, runs that cannot go on."""

import numpy as np
import pytest

from helpers import case, datasets, losses, network
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


def test_a_run_that_cannot_begin_is_an_error():
    start = network.init_params(scheme="zeros")  # a ReLU output of 0, with label 1 for half of the examples
    with pytest.raises(DomainError, match="the loss is inf, expected a finite number"):
        gradient_descent(X, Y, start, learning_rate=0.1, steps=5, output="relu", loss="bce")


def test_what_a_learner_s_function_says_at_step_0_is_not_taken_for_divergence():
    def backward(X, y, c, p):
        return losses.binary_cross_entropy_slope([[2.0]], [[1.0]])

    with pytest.raises(DomainError, match="A holds 2, expected probabilities"):
        gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=5, backward_prop=backward)


@pytest.mark.parametrize("fails_at", [1, 3])
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
    start = {"W1": np.zeros((1, 2)), "b1": np.full((1, 1), 0.5)}
    _, history = gradient_descent(X, Y, start, learning_rate=1.0, steps=50, output="relu", loss="bce")
    assert "A holds" in history.stopped or "the loss is inf" in history.stopped
    assert history.stopped in repr(history)


def test_accuracy_of_a_regression_is_no_number():
    _, history = gradient_descent(X, Y + 0.5, network.init_params(), learning_rate=0.1, steps=2, output="identity")
    assert np.isnan(history.accuracy).all()
    assert "accuracy" not in repr(history)


def test_progress_leaves_no_trace(capsys):
    gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=20, progress=True)
    assert capsys.readouterr() == ("", "")


def changed(by):
    """The reference's backward pass with every gradient changed."""
    return lambda *a: {name: by(value) for name, value in network.backward_prop(*a).items()}


@pytest.mark.parametrize(("change", "error", "says"), [
    ({"learning_rate": 0}, ValueError, "learning_rate is 0, expected one number > 0"),
    ({"steps": 1.5}, TypeError, "steps is 1.5, expected a whole number"),
    ({"batch_size": 201}, ValueError, "batch_size is 201, expected at most the number of examples, 200"),
    ({"y": Y[0]}, ValueError, r"y has shape \(200,\), expected \(1, 200\)"),
    ({"backward_prop": lambda *a: {}}, KeyError, "what backward_prop returned lacks 'dW1': it has ..,?"),
    ({"backward_prop": lambda *a: None}, TypeError, "backward_prop returned None, expected a dict with dW1, db1"),
    ({"backward_prop": changed(lambda v: v.T)}, ValueError, r"backward_prop's dW1 has shape \(2, 10\), expected \(10, 2\): write dW1.T"),
    ({"backward_prop": changed(lambda v: v.astype(str))}, TypeError, "backward_prop's dW1 holds text"),
    ({"backward_prop": changed(lambda v: v + 1j)}, TypeError, "backward_prop's dW1 holds complex numbers"),
    ({"backward_prop": changed(lambda v: v * np.nan)}, DomainError, "backward_prop's dW1 holds nan"),
    ({"backward_prop": changed(lambda v: [[1], [1, 2]])}, TypeError, "backward_prop's dW1 is no array of numbers"),
    ({"backward_prop": 0}, TypeError, "backward_prop is 0, expected a function backward_prop.X, y, c, p."),
    ({"forward_prop": {}}, TypeError, "forward_prop is a dict, expected a function .* give its name without parentheses"),
    ({"forward_prop": lambda X, p: None}, TypeError, "forward_prop returned None, expected a dict with Z1, Z2, Z3, A3"),
    ({"forward_prop": lambda X, p: {k: v for k, v in network.forward_prop(X, p).items() if k[1] == "3"}}, KeyError,
     "what forward_prop returned lacks 'Z1'"),
    ({"forward_prop": lambda X, p: {k: v.T for k, v in network.forward_prop(X, p).items()}}, ValueError,
     r"forward_prop's Z1 has shape \(200, 10\), expected \(10, 200\): columns are examples, so write Z1.T"),
    ({"progress": np.ones(3)}, TypeError, "progress is an array, expected True or False"),
    ({"rng": "seed"}, TypeError, "rng is 'seed'"),
])  # fmt: skip
def test_bad_input_is_named(change, error, says):
    arguments = {"X": X, "y": Y, "p": network.init_params(), "learning_rate": 0.1, "steps": 2} | change
    with pytest.raises(error, match=says):
        gradient_descent(**arguments)


def test_an_empty_history_has_a_repr():
    assert "stopped at once" in repr(History(stopped="stopped at step 0"))
    assert repr(History()) == repr(History(loss=[1.0])) == "History without a record"


def test_gradients_and_caches_may_be_lists():
    settings = {"learning_rate": 0.1, "steps": 5}
    plain = gradient_descent(X, Y, network.init_params(), **settings)[1]
    lists = gradient_descent(
        X, Y, network.init_params(), **settings, backward_prop=changed(np.ndarray.tolist),
        forward_prop=lambda X, p: {name: value.tolist() for name, value in network.forward_prop(X, p).items()},
    )[1]  # fmt: skip
    assert lists.loss == plain.loss
    assert lists.dead_units == plain.dead_units


@pytest.mark.parametrize("batch_size", [None, 50])
def test_no_step_spoils_the_next(batch_size):
    def forward(X, p):
        c = network.forward_prop(X.copy(), p)
        X[:] = np.nan
        return c

    def backward(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        for value in (X, y, *p.values()):
            value[:] = np.nan
        return grads

    settings = {"learning_rate": 0.1, "steps": 8, "batch_size": batch_size}
    spoilt = gradient_descent(X, Y, network.init_params(), **settings, forward_prop=forward, backward_prop=backward)
    plain = gradient_descent(X, Y, network.init_params(), **settings)
    assert spoilt[1] == plain[1]
    for name, value in plain[0].items():
        np.testing.assert_array_equal(spoilt[0][name], value)


def test_a_gradient_that_ceases_to_be_finite_stops_the_run_under_its_own_name():
    calls = []

    def backward(X, y, c, p):
        calls.append(p)
        return {name: value * (np.nan if len(calls) == 4 else 1) for name, value in network.backward_prop(X, y, c, p).items()}

    _, history = gradient_descent(X, Y, network.init_params(), learning_rate=0.1, steps=9, backward_prop=backward)
    assert history.stopped.startswith("stopped at step 3: backward_prop's dW1 holds nan")
    assert_aligned(history)


@pytest.mark.parametrize(("c", "error", "says"), [
    ({"Z1": np.zeros((3, 0)), "Z2": np.zeros((1, 0))}, ValueError, r'c\["Z1"\] has shape \(3, 0\), which holds no numbers'),
    ({"Z1": np.ones(3), "Z2": np.ones((1, 3))}, ValueError, r'c\["Z1"\] has shape \(3,\), expected \(n, m\)'),
    ({"Z2": np.ones((1, 3))}, KeyError, "c lacks 'Z1'"),
])  # fmt: skip
def test_a_cache_that_shows_no_dead_units_is_named(c, error, says):
    with pytest.raises(error, match=says):
        dead_units(c)


@pytest.mark.filterwarnings("error")
def test_underflow_stops_no_run_even_where_numpy_is_told_to_raise():
    x, y = datasets.breast_cancer(standardised=False)
    with np.errstate(all="raise"):
        for hidden in ("relu", "sigmoid", "softplus", "silu", "tanh", "elu"):
            gradient_descent(x, y, network.init_params((30, 10, 10, 1)), learning_rate=0.1, steps=5, hidden=hidden)


def test_the_accuracy_of_one_hot_targets_is_recorded():
    x, y = datasets.digits()
    Y = datasets.one_hot(y[:, :100], 10)
    p, history = gradient_descent(x[:, :100] / 16, Y, network.init_params((64, 10, 10)), learning_rate=0.5, steps=30, output="softmax")
    assert history.accuracy[-1] == network.accuracy(Y, network.forward_prop(x[:, :100] / 16, p, output="softmax")["A2"]) > 0.5
    assert history.fate(Y) == "trains"
