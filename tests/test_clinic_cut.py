"""A loss out of code that raises behind it: what is left out, and that nothing is left out that the loss needs."""

import ast

import numpy as np
import pytest

from helpers.clinic import check, check_script
from helpers.clinic.model.cut import shortened
from helpers.clinic.model.flow import Functions

ROWS, TARGETS = np.random.default_rng(0).normal(size=(8, 3)), np.random.default_rng(1).normal(size=(8, 2))


def weights():
    r = np.random.default_rng(2)
    return {"W1": r.normal(size=(3, 4)), "b1": np.zeros(4), "W2": r.normal(size=(4, 2)), "b2": np.zeros(2)}


P = weights()


def both():
    h = np.tanh(ROWS @ P["W1"] + P["b1"])
    out = h @ P["W2"] + P["b2"]
    loss = ((out - TARGETS) ** 2).mean()
    dout = 2 * (out - TARGETS) / out.size
    grads = {"W2": h.T @ dout, "b2": dout.sum(axis=0)}
    dh = dout @ P["W2"] * (1 - h**2)
    grads["W1"], grads["b1"] = ROWS.T @ dh, dh.sum(axis=0)
    return loss, grads


def in_a_dict():
    h = np.tanh(ROWS @ P["W1"] + P["b1"])
    out = h @ P["W2"] + P["b2"]
    dout = 2 * (out - TARGETS) / out.size
    dh = dout @ P["W2"].T * (1 - h**2)
    return {"W1": ROWS.T @ dh, "b1": dh.sum(axis=0), "W2": h @ dout, "b2": dout.sum(axis=0), "mse": ((out - TARGETS) ** 2).mean()}


def through_another():
    """The function that raises is called by one that works with what it returns."""
    loss, grads = both()
    norm = sum((g**2).sum() for g in grads.values())
    return loss, {name: g / max(1.0, norm) for name, g in grads.items()}


class Net:
    """Updates itself, and returns its loss at the end; the gradients are attributes beside what the loss reads."""

    def __init__(self):
        self.__dict__.update(weights())

    def forward(self):
        self.h = np.tanh(ROWS @ self.W1 + self.b1)
        self.out = self.h @ self.W2 + self.b2

    def backward(self):
        self.dout = 2 * (self.out - TARGETS) / self.out.size
        self.dW2, self.db2 = self.h.T @ self.dout, self.dout.sum(axis=0)
        self.dh = self.dout @ self.W2.T * (1 - self.h**2)
        self.dW1, self.db1 = ROWS.T @ self.dh, self.dh.sum(axis=1)

    def train(self):
        self.forward()
        self.backward()
        for name in ("W1", "b1", "W2", "b2"):
            setattr(self, name, getattr(self, name) - 0.1 * getattr(self, "d" + name))
        return ((self.out - TARGETS) ** 2).mean()


@pytest.mark.parametrize(("loss", "grads", "line"), [
    (lambda: both()[0], lambda: both()[1], 'dh = dout @ P["W2"].T * (1 - h**2)'),
    (lambda: in_a_dict()["mse"], in_a_dict, '"W2": h.T @ dout'),
    (lambda: through_another()[0], lambda: through_another()[1], None),
])  # fmt: skip
def test_one_function_gives_both_and_raises(loss, grads, line):
    report = check(P, loss, grads, repair=line is not None)
    assert report.verdict == "raises"
    assert report.wrong == ("W1", "b1", "W2", "b2")
    assert any("it was computed without" in note for note in report.notes)
    if line:
        assert report.repaired is not None
        assert line in report.findings[0].repair


def test_a_class_that_updates_itself_and_raises():
    net = Net()
    report = check(net, net.train, step=net.train, rate=0.1)
    assert report.verdict == "raises"
    assert [finding.source for finding in report.findings] == ["self.dW1, self.db1 = ROWS.T @ self.dh, self.dh.sum(axis=1)"]
    assert "self.dh.sum(axis=0)" in report.findings[0].repair
    assert net.train.__func__.__code__ is Net.train.__code__


SCRIPT = """import numpy as np
r = np.random.default_rng(0)
X, T = r.normal(size=(8, 3)), r.normal(size=(8, 2))
W1, W2 = r.normal(size=(3, 4)), r.normal(size=(4, 2))
def step(X, T):
    h = np.tanh(X @ W1)
    out = h @ W2
    loss = ((out - T) ** 2).mean()
    dout = 2 * (out - T) / out.size
    return loss, X.T @ (dout @ W2 * (1 - h ** 2)), h.T @ dout
for epoch in range(100):
    loss, dW1, dW2 = step(X, T)
    W1 -= 0.1 * dW1
    W2 -= 0.1 * dW2
"""


def test_a_script_whose_function_raises(tmp_path):
    (tmp_path / "mine.py").write_text(SCRIPT)
    report = check_script(tmp_path / "mine.py", "loss", rate=0.1)
    assert report.verdict == "raises"
    assert report.findings[0].line == 10
    assert report.repaired == SCRIPT.replace("dout @ W2 *", "dout @ W2.T *")


def forward_raises():
    h = ROWS @ P["W1"] + P["b1"]
    h = h @ P["W2"].T  # the loss needs it
    loss = (h**2).mean()
    return loss, {"W1": ROWS.T @ h}


def test_a_forward_pass_that_raises_is_not_cut():
    report = check(P, lambda: forward_raises()[0], lambda: forward_raises()[1])
    assert report.verdict == "raises"
    assert report.trouble.startswith("loss() raised ValueError")
    assert not report.notes


TEXT = """def f(self, x):
    # kept
    a = self.w * x
    for k in range(3):
        a = a + 1
        self.g = a @ a
    self.a, b = a, (a *
        2)
    if b: self.c = b; b = 3
    return (self.a.sum(),
            {"g": self.g,
             "c": self.c})
"""

SHORT = """def f(self, x):
    # kept
    a = self.w * x
    for k in range(3):
        a = a + 1
        pass
    self.a, b = a, (a *
        2)
    pass
    return (self.a.sum(),
            None
)
"""


def test_lines_keep_their_numbers():
    functions = Functions(ast.parse(TEXT))
    assert shortened(TEXT, {("f", 0): 0}, functions) == SHORT
    assert shortened(TEXT, {}, functions) == TEXT
