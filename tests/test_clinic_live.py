"""Code in memory, of many shapes: which numbers are parameters, what the code says of their gradients, and that nothing is left changed."""

import numpy as np
import pytest

from helpers.clinic.model.live import Live
from helpers.clinic.model.subject import Trouble


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
    with pytest.raises(Trouble, match=r"step\(\) raised ValueError: shapes") as trouble:
        Live(net, net.loss, step=step, rate=0.1)
    assert np.array_equal(net.W1, before) and net.v == {} and not hasattr(net, "a")
    assert trouble.value.filename == __file__ and trouble.value.line
