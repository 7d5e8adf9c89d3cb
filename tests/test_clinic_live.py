"""Code in memory, of many shapes: which numbers are parameters, what the code says of their gradients, and that nothing is left changed."""

import contextlib
import io
import random
from pathlib import Path

import numpy as np
import pytest

import clinic_live_shapes
from clinic_live_more import SHAPES as MORE
from clinic_live_shapes import SHAPES
from helpers.clinic import guard
from helpers.clinic.model import bench
from helpers.clinic.model.live import Live
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.walk import leaves


def squash(t):
    return 1 / (1 + np.exp(-t))


class Net:
    """Columns, two layers, everything in self; `backward(rate)` updates, with momentum."""

    def __init__(self, seed=0, beta=0.0):
        r = np.random.default_rng(seed)
        self.X, self.Y = r.normal(size=(3, 6)), r.normal(size=(2, 6))
        self.W1, self.b1 = r.normal(size=(4, 3)), np.zeros((4, 1))
        self.W2, self.b2 = r.normal(size=(2, 4)), np.zeros((2, 1))
        self.beta, self.v = beta, {}

    def forward(self):
        self.a = np.tanh(self.W1 @ self.X + self.b1)
        self.out = self.W2 @ self.a + self.b2
        return self.out

    def loss(self):
        return 0.5 * ((self.forward() - self.Y) ** 2).sum()

    def gradients(self):
        d2 = self.out - self.Y
        d1 = (self.W2.T @ d2) * (1 - self.a**2)
        return {"dW1": d1 @ self.X.T, "db1": d1.sum(1, keepdims=True), "dW2": d2 @ self.a.T, "db2": d2.sum(1, keepdims=True)}

    def backward(self, rate=0.1):
        for name, gradient in self.gradients().items():
            self.v[name] = self.beta * self.v.get(name, 0) - rate * gradient
            setattr(self, name[1:], getattr(self, name[1:]) + self.v[name])


def slopes(live, at):
    found = {}
    for name, value in at.items():
        found[name] = np.zeros(np.shape(value))
        for i in np.ndindex(np.shape(value)):
            ends = []
            for move in (1e-5, -1e-5):
                moved = np.array(value)
                moved[i] += move
                ends.append(live.loss({**at, name: moved}))
            found[name][i] = (ends[0] - ends[1]) / 2e-5
    return found


def wrong(live, seed=1):
    """Names whose gradient is not that of the loss, at the start or at a point nearby."""
    r, found = np.random.default_rng(seed), set()
    for size in (0, 0.2):
        at = {name: value + size * r.normal(size=value.shape) for name, value in live.start.items()}
        gradients, truth = live.gradients(at), slopes(live, at)
        for name, slope in truth.items():
            given = gradients[name]
            if given is None or not np.allclose(given, slope, rtol=1e-4, atol=1e-6):
                found.add(name)
    return found


def test_an_object_that_updates_itself():
    net = Net()
    live = Live(net, net.loss, step=net.backward, rate=0.1)
    assert set(live.start) == {"W1", "b1", "W2", "b2"}
    assert not wrong(live)


def test_nothing_is_left_changed():
    net = Net()
    before = {name: np.copy(value) if isinstance(value, np.ndarray) else value for name, value in vars(net).items()}
    arrays = {name: id(value) for name, value in vars(net).items()}
    live = Live(net, net.loss, step=net.backward, rate=0.1)
    wrong(live)
    assert vars(net).keys() == before.keys()
    assert {name: id(value) for name, value in vars(net).items()} == arrays
    assert all(np.array_equal(value, before[name]) for name, value in vars(net).items() if isinstance(value, np.ndarray))
    assert net.v == {}


def test_an_exception_leaves_nothing_changed():
    net = Net()

    def step():
        net.W1 += 1
        net.v["W1"] = 3
        raise ValueError("shapes")

    before = net.W1.copy()
    subject = Live(net, net.loss, step=step, rate=0.1)  # a repair may make it run
    with pytest.raises(Trouble, match=r"step\(\) raised ValueError: shapes") as trouble:
        subject.gradients(subject.start)
    assert np.array_equal(net.W1, before) and net.v == {} and not hasattr(net, "a")
    assert trouble.value.filename == __file__ and trouble.value.line


# --- many shapes -----------------------------------------------------------------------------------------------------


def fingerprint(model):
    """Every number that a model holds, and which array holds it."""
    found = [(leaf.name, id(leaf.value) if leaf.kind != "number" else 0, np.array(leaf.value).tobytes()) for leaf in leaves(model, overlaps=True)]
    return found, np.random.get_state()[1].tobytes(), random.getstate()


ALL = SHAPES | MORE


def made(make):
    """(what is handed over by name, names of the parameters, names of the wrong)."""
    arguments, names, bad = make()
    if not isinstance(arguments, dict):
        arguments = dict(zip(("model", "loss", "grads", "step", "rate"), arguments, strict=False))
    return arguments, names, bad


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_any_shape(make):
    arguments, names, bad = made(make)
    before = fingerprint(arguments["model"])
    live = Live(**arguments)
    assert set(live.start) == names
    assert wrong(live) == bad
    assert fingerprint(arguments["model"]) == before


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_the_same_question_has_the_same_answer(make):
    live = Live(**made(make)[0])
    r = np.random.default_rng(5)
    at = {name: value + 0.1 * r.normal(size=value.shape) for name, value in live.start.items()}
    first, loss = live.gradients(at), live.loss(at)
    live.gradients(live.start)
    again = live.gradients(at)
    assert live.loss(at) == loss and all(np.array_equal(first[name], again[name], equal_nan=True) for name in first if first[name] is not None)


# --- what cannot be examined -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda: np.ones((1, 8)), r"array of shape \(1, 8\), and one number is needed: take the mean or the sum"),
        (lambda: None, "returned None: does it end without return"),
        (lambda: (1.0, {}), r"a tuple of 2, not one number: pick it, such as loss=lambda: yours\(\)\[0\]"),
        (lambda X, y: 1.0, r"loss takes X, y, .*loss=lambda: yours\(X, y\)"),
        (lambda: 3.0, r"depends on nothing in the model \(W1, b1.*\)"),
        (lambda: "much", "returned 'much', and one number is needed"),
        (0.25, "loss has to be a function, and 0.25 came"),
    ],
)
def test_a_loss_that_is_none(loss, said):
    net = Net()
    with pytest.raises(Trouble, match=said):
        Live({"W1": net.W1, "b1": net.b1}, loss, net.gradients)


def test_integers_are_named():
    W = np.array([[1, 2], [3, 4]])
    with pytest.raises(Trouble, match="W: the model holds integers only"):
        Live({"W": W}, lambda: float((W @ W).sum()), lambda: W)


@pytest.mark.parametrize("gradient_of", [np.sign, lambda g: 3 * np.sign(g)])
def test_a_step_of_one_size_cannot_be_read(gradient_of):
    net = Net()

    def step():
        for name, g in net.gradients().items():
            setattr(net, name[1:], getattr(net, name[1:]) - 0.1 * gradient_of(g))

    with pytest.raises(Trouble, match=r"step\(\) moves every entry by 0\.[13], whatever its gradient is"):
        Live(net, net.loss, step=step, rate=0.1)


def test_an_endless_loss_is_stopped(monkeypatch):
    monkeypatch.setattr(guard, "TIME_LIMIT", 0.2)
    net = Net()

    def loss():
        while True:
            with contextlib.suppress(Exception):
                net.W1 += 1

    before = net.W1.copy()
    with pytest.raises(Trouble, match=r"loss\(\) did not end within 0.2 s"):
        Live(net, loss, net.gradients)
    assert np.array_equal(net.W1, before)


def test_an_interrupt_passes_and_leaves_nothing():
    net = Net()

    def loss():
        net.W1 += 1
        raise KeyboardInterrupt

    before = net.W1.copy()
    with pytest.raises(KeyboardInterrupt):
        Live(net, loss, net.gradients)
    assert np.array_equal(net.W1, before)


@pytest.mark.parametrize("more", [{}, {"grads": lambda: {}, "step": lambda: None}])
def test_either_gradients_or_a_step(more):
    net = Net()
    with pytest.raises(Trouble, match=r"either grads=.*or step="):
        Live(net, net.loss, **more)


def test_a_step_needs_its_rate():
    net = Net()
    with pytest.raises(Trouble, match="say rate="):
        Live(net, net.loss, step=net.backward)


def test_only_restricts_and_says_what_there_is():
    net = Net()
    assert set(Live(net, net.loss, step=net.backward, rate=0.1, only=("W1", "b2")).start) == {"W1", "b2"}
    with pytest.raises(Trouble, match=r"only names W7, and the model holds X, Y, W1"):
        Live(net, net.loss, step=net.backward, rate=0.1, only="W7")


def test_what_is_too_large_for_a_parameter_is_never_moved(monkeypatch):
    monkeypatch.setattr(bench, "_MOST", 17)
    net, seen = Net(), io.BytesIO()  # a set would be put back as well

    def loss():
        seen.write(net.X.tobytes())
        return net.loss()

    X = net.X.tobytes()
    assert set(Live(net, loss, step=net.backward, rate=0.1).start) == {"W1", "b1", "W2", "b2"}
    assert seen.getvalue() == X * (len(seen.getvalue()) // len(X))


# --- edits -----------------------------------------------------------------------------------------------------------


def test_edited_code_answers_within_and_no_longer_after():
    text = Path(clinic_live_shapes.__file__).read_text(encoding="utf-8")
    arguments, *_ = SHAPES["rate_kept_in_the_object"]()
    live = Live(*arguments)
    at, before = live.start, live.gradients(live.start)
    other = text.replace("back.sum(0), a.T @ err, err.sum(0)", "2 * back.sum(0), a.T @ err, err.sum(0)", 1)
    with live.edited({clinic_live_shapes.__file__: other}):
        assert np.allclose(live.gradients(at)["b1"], 2 * before["b1"]) and np.allclose(live.gradients(at)["W1"], before["W1"])
    assert np.allclose(live.gradients(at)["b1"], before["b1"])


def test_what_an_edit_changes_is_put_back():
    """An edit may write where the code never did."""
    text = Path(clinic_live_shapes.__file__).read_text(encoding="utf-8")
    arguments, *_ = SHAPES["rate_kept_in_the_object"]()
    live, net = Live(*arguments), arguments[0]
    X = net.X.copy()
    other = text.replace("        self.W1 -= self.lr * dW1\n", "        self.X -= self.lr * dW1[0, 0]\n", 1)
    loss = live.loss(live.start)
    with live.edited({clinic_live_shapes.__file__: other}):
        live.gradients(live.start)
        assert np.array_equal(net.X, X) and live.loss(live.start) == loss
    assert np.array_equal(net.X, X)


def test_lambdas_are_handed_over_and_their_own_functions_are_not():
    net = Net()
    loss, step = lambda: net.loss(), lambda: net.backward(0.1)
    assert Live(net, loss, step=step, rate=0.1).handed_over == {loss.__code__, step.__code__}
    assert not Live(net, net.loss, step=net.backward, rate=0.1).handed_over

    def adapter():
        net.forward()
        net.backward(0.1)

    assert Live(net, net.loss, step=adapter, rate=0.1).handed_over == {adapter.__code__}


# --- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("momentum_after_a_few_steps", "step() has a momentum of 0.9 (W1, b1, W2, b2); what one gradient adds counts."),
        ("momentum_as_a_mean", "step() has a momentum of 0.9 (W1, b1, W2, b2), and moves by a mean of gradients, 1 - 0.9 of the last; "
                               "what one gradient adds counts."),
        ("tensors_with_slots_that_add_up", "A second call adds to what the first left ([0].data, [1].data, [2].data, [3].data): "
                                           "are gradients set to 0 before each? What one call adds counts."),
        ("one_gradient_for_each_example", "The gradient of W1 does not fit: it has shape (6, 3, 4), where the parameter has (3, 4): "
                                          "one gradient for each of 6 examples, not summed over axis 0."),
        ("a_number_for_a_whole_bias", "The gradient of b1 does not fit: it has shape (), where the parameter has (4,)."),
        ("a_bias_that_never_learns", "No gradient comes for b1."),
        ("a_bias_that_the_forward_pass_forgets", "The loss does not depend on b1, though a gradient is given."),
        ("settings_and_targets_beside_the_weights", "Taken for data or settings: X, Y, alpha, target."),
        ("fit_with_a_seed", "step() draws its parameters itself; others were put in their place once they were drawn."),
        ("step_returns_new_parameters", "step() returns the new parameters."),
        ("updates_in_a_local_name", "step() moves nothing that the loss depends on: does it bind local names (W = W - …)?"),
        ("globals_hold_the_gradients", "Gradients were read from the objects: W1 from dW1, W2 from dW2, b1 from db1 …."),
        ("read_only_arrays", "Gradients were matched by their order: W1, b1, W2, b2."),
        ("list_of_pairs_answered_from_the_end", "Gradients were matched by their values: [0][0], [0][1], [1][0], [1][1]."),
        ("rate_kept_in_the_object", "The learning rate was read from lr: 0.05."),
    ],
)  # fmt: skip
def test_notes_say_what_was_taken_for_granted(shape, said):
    assert said in Live(**made(ALL[shape])[0]).notes


def test_plain_code_needs_no_notes():
    net = Net()
    p = {name: getattr(net, name) for name in ("W1", "b1", "W2", "b2")}
    assert Live(p, net.loss, net.gradients).notes == ()


def test_integers_beside_floats_are_named_if_they_are_called_like_parameters():
    W2, W1, labels = np.ones((2, 2)), np.array([[1, 2], [3, 4]]), np.array([0, 1])
    notes = Live({"W1": W1, "W2": W2, "labels": labels}, lambda: float(((W1 @ W2)[labels] ** 2).sum()), lambda: {"dW2": 2 * W1.T @ (W1 @ W2)}).notes
    assert notes == ("W1: integers, taken for data. A parameter has to hold floats, such as 1.0.",)


def test_a_parameter_that_a_step_blows_up_is_said():
    p, X = {"b": np.zeros((2, 1)), "W": np.ones((2, 3))}, np.arange(12.0).reshape(3, 4)

    def loss():
        return 0.5 * ((p["W"] @ X + p["b"]) ** 2).sum()

    def step():
        err = p["W"] @ X + p["b"]
        p["W"] = p["W"] - 0.001 * err @ X.T
        p["b"] = p["b"] - 0.001 * err.sum(axis=1)

    live = Live(p, loss, step=step, rate=0.001)
    assert "b has shape (2, 1), and (2, 2) after a step." in live.notes and np.isnan(live.gradients(live.start)["b"]).all()
