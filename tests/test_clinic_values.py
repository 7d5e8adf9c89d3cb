"""The line from which a gradient is wrong, in code of several shapes."""

import linecache
import types

import numpy as np
import pytest

from helpers.clinic.model.live import Live
from helpers.clinic.repair.values import suspects

FUNCTIONS = """
import numpy as np


def forward(X, p):
    z1 = X @ p["W1"] + p["b1"]
    a1 = np.tanh(z1)
    z2 = a1 @ p["W2"] + p["b2"]
    return z1, a1, z2


def loss(X, y, p):
    return 0.5 * np.sum((forward(X, p)[2] - y) ** 2) / len(X)


def gradients(X, y, p):
    z1, a1, z2 = forward(X, p)
    m = len(X)
    dz2 = z2 - y
    dW2 = a1.T @ dz2 / m
    db2 = dz2.sum(axis=0) / m
    da1 = dz2 @ p["W2"].T
    dz1 = da1 * (1 - a1**2)
    dW1 = X.T @ dz1 / m
    db1 = dz1.sum(axis=0) / m
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""

FAULTS = [
    ("dz2 = z2 - y", "dz2 = y - z2"),
    ("dz2 = z2 - y", "dz2 = 2 * (z2 - y)"),
    ("dW2 = a1.T @ dz2 / m", "dW2 = a1.T @ dz2"),
    ("dW2 = a1.T @ dz2 / m", "dW2 = np.tanh(a1).T @ dz2 / m"),
    ("db2 = dz2.sum(axis=0) / m", "db2 = dz2.mean(axis=0) / m"),
    ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * (1 - z1**2)"),
    ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * (1 - a1)"),
    ("dz1 = da1 * (1 - a1**2)", "dz1 = da1"),
    ("dW1 = X.T @ dz1 / m", "dW1 = 2 * X.T @ dz1 / m"),
    ("db1 = dz1.sum(axis=0) / m", "db1 = dz1.sum(axis=0)"),
]


def made(text, name="learner_of_values"):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    return module


def subject(text):
    r, m = np.random.default_rng(1), made(text)
    X, y = r.normal(size=(7, 4)), r.normal(size=(7, 2))
    p = {"W1": r.normal(size=(4, 5)), "b1": r.normal(size=5), "W2": r.normal(size=(5, 2)), "b2": r.normal(size=2)}
    return Live(p, lambda: m.loss(X, y, p), lambda: m.gradients(X, y, p))


@pytest.mark.parametrize(("right", "wrong"), FAULTS)
def test_the_line_at_fault_comes_first(right, wrong):
    text = FUNCTIONS.replace(right, wrong)
    assert text != FUNCTIONS
    found = suspects(subject(text))
    assert text.split("\n")[found[0].line - 1].strip() == wrong
    assert found[0].filename == "learner_of_values" and found[0].evidence and found[0].score > 0


def test_nothing_is_suspected_in_right_code():
    found = suspects(subject(FUNCTIONS))
    assert found == [] and "no gradient is wrong" in found.reason


def test_the_same_code_gives_the_same_suspects():
    text = FUNCTIONS.replace("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * (1 - a1)")
    one, two = ([(s.line, s.score, s.evidence) for s in suspects(subject(text))] for _ in range(2))
    assert one == two


def test_code_without_text_has_a_reason():
    space = {}
    exec(FUNCTIONS.replace("z2 - y\n    dW2", "y - z2\n    dW2"), space)
    r = np.random.default_rng(1)
    X, y = r.normal(size=(7, 4)), r.normal(size=(7, 2))
    p = {"W1": r.normal(size=(4, 5)), "b1": r.normal(size=5), "W2": r.normal(size=(5, 2)), "b2": r.normal(size=2)}
    lines = {}
    exec("loss = lambda: f(X, y, p)\ngrads = lambda: g(X, y, p)", {"f": space["loss"], "g": space["gradients"], "X": X, "y": y, "p": p}, lines)
    found = suspects(Live(p, lines["loss"], lines["grads"]))
    assert found == [] and "not known" in found.reason
