"""Probes in the learner's text, what a run with them tells, and lines at fault in code of other shapes."""

import ast
import builtins
import linecache
import types
from pathlib import Path

import numpy as np
import pytest

import helpers
from helpers.clinic.model import sources
from helpers.clinic.model.live import Live
from helpers.clinic.model.script import Script
from helpers.clinic.repair.instrument import PROBE, instrumented
from helpers.clinic.repair.matches import Target, matched
from helpers.clinic.repair.values import suspects


def made(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    return module


class WithoutProbes(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        return node.args[1] if isinstance(node.func, ast.Name) and node.func.id == PROBE else node


@pytest.mark.parametrize("path", sorted(Path(helpers.__file__).parent.joinpath("clinic").rglob("*.py"))[::3], ids=lambda p: p.stem)
def test_probes_change_nothing_but_themselves(path):
    source = sources.source_of(str(path))
    every = range(len(source.lines) + 1)
    text, sites = instrumented(source, every, every)
    assert bool(sites) == (PROBE in text) and text.count("\n") == source.text.count("\n")
    assert ast.dump(WithoutProbes().visit(ast.parse(text))) == ast.dump(source.tree)


def test_a_value_is_a_number_times_a_target_at_every_point_or_not_at_all():
    r = np.random.default_rng(0)
    one, two = r.normal(size=(2, 3, 4))
    target = Target("adjoint", "z", [one, two])
    assert matched([2 * one, 2 * two], target).factor == pytest.approx(2)
    assert matched([2 * one.T, 2 * two.T], target).turned
    assert matched([2 * one, 3 * two], target) is None
    assert matched([one + 1e-2, two], target) is None
    assert matched([0 * one, 2 * two], Target("adjoint", "z", [0 * one, two])).factor == pytest.approx(2)
    assert matched([one[1], two[1]], target).row


LOOPED = """
import numpy as np


def act(t):
    return np.tanh(t)


def slope(t):
    return 1 - np.tanh(t) ** 2


class Net:
    def __init__(self, r):
        self.W = [r.normal(size=(4, 3)), r.normal(size=(5, 4)), r.normal(size=(2, 5))]
        self.b = [r.normal(size=(4, 1)), r.normal(size=(5, 1)), r.normal(size=(2, 1))]

    def forward(self, x):
        self.a, self.z = [x], []
        for k in range(3):
            self.z.append(self.W[k] @ self.a[-1] + self.b[k])
            self.a.append(self.z[-1] if k == 2 else act(self.z[-1]))
        return self.a[-1]

    def error(self, x, y):
        return np.sum((self.forward(x) - y) ** 2) / x.shape[1]

    def learn(self, x, y, rate):
        self.forward(x)
        m = x.shape[1]
        d = 2 * (self.a[-1] - y)
        for k in range(2, -1, -1):
            gW = d @ self.a[k].T / m
            gb = d.sum(axis=1, keepdims=True) / m
            if k > 0:
                d = (self.W[k].T @ d) * slope(self.z[k - 1])
            self.W[k] -= rate * gW
            self.b[k] -= rate * gb
"""

LOOPED_FAULTS = [
    ("d = 2 * (self.a[-1] - y)", "d = self.a[-1] - y"),
    ("m = x.shape[1]\n        d", "m = x.shape[0]\n        d"),
    ("slope(self.z[k - 1])", "slope(self.a[k])"),
    ("return 1 - np.tanh(t) ** 2", "return 1 - np.tanh(t)"),
    ("for k in range(2, -1, -1):", "for k in range(2, 0, -1):"),
    ("gb = d.sum(axis=1, keepdims=True) / m", "gb = d.sum(axis=1, keepdims=True)"),
    ("self.b[k] -= rate * gb", "self.b[k] -= gb"),
    ("self.W[k] -= rate * gW", "self.W[k] += rate * gW"),
    ("gW = d @ self.a[k].T / m", "gW = d @ self.z[k - 1].T / m"),
    ("d = (self.W[k].T @ d) * slope(self.z[k - 1])", "d = self.W[k].T @ d"),
]


@pytest.mark.parametrize(("right", "wrong"), LOOPED_FAULTS)
def test_the_line_at_fault_comes_first_in_a_loop_over_layers(right, wrong):
    assert LOOPED.count(right) == 1
    text = LOOPED.replace(right, wrong)
    r, module = np.random.default_rng(1), made(text, "learner_in_a_loop")
    net, X, y = module.Net(r), r.normal(size=(3, 7)), r.normal(size=(2, 7))
    subject = Live(net, lambda: net.error(X, y), step=lambda: net.learn(X, y, 0.1), rate=0.1)
    weights = [W.copy() for W in net.W]
    found = suspects(subject)
    assert text.split("\n")[found[0].line - 1].strip() == wrong.split("\n")[0].strip() or wrong in text.split("\n")[found[0].line - 1]
    assert not hasattr(builtins, PROBE)
    assert all(np.array_equal(a, b) for a, b in zip(net.W, weights, strict=True))
    assert net.error.__func__.__code__.co_filename == "learner_in_a_loop" and PROBE not in net.learn.__func__.__code__.co_names


def test_the_line_is_named_in_a_script(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "import numpy as np\n\nr = np.random.default_rng(0)\nX, y = r.normal(size=(6, 3)), r.normal(size=(6, 1))\n"
        "W, V = r.normal(size=(3, 4)), r.normal(size=(4, 1))\nlr = 0.1\n\nfor step in range(20):\n    h = np.tanh(X @ W)\n    out = h @ V\n"
        "    loss = np.mean((out - y) ** 2)\n    d = 2 * (out - y) / len(X)\n    gV = h.T @ d\n    e = d @ V.T * (1 - h)\n    gW = X.T @ e\n"
        "    W -= lr * gW\n    V -= lr * gV\n"
    )
    found = suspects(Script(path, "loss", rate="lr"))
    assert (found[0].line, found[0].filename, found[0].gradients) == (14, str(path), ("W",))
    assert "what goes into it is right" in found[0].evidence and "entry [" in found[0].evidence


def test_a_line_that_raises_is_named():
    text = LOOPED.replace("gW = d @ self.a[k].T / m", "gW = d @ self.a[k] / m")
    r, module = np.random.default_rng(1), made(text, "learner_that_raises")
    net, X, y = module.Net(r), r.normal(size=(3, 7)), r.normal(size=(2, 7))
    found = suspects(Live(net, lambda: net.error(X, y), step=lambda: net.learn(X, y, 0.1), rate=0.1))
    assert text.split("\n")[found[0].line - 1].strip() == "gW = d @ self.a[k] / m" and "raises" in found[0].evidence
