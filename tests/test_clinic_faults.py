"""From a file to its repaired text: `check` and `check_script` on whole files, the line named, the repair run again from the text."""

import importlib.util

import numpy as np
import pytest

from helpers.clinic import FAMILIES, check, check_script

CLASS = """\
import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Net:
    def __init__(self, X, y, k, rng):
        self.X, self.y = X, y
        self.W1, self.b1 = rng.normal(size=(X.shape[1], 6)) * 0.6, np.zeros(6)
        self.W2, self.b2 = rng.normal(size=(6, k)) * 0.6, np.zeros(k)

    def loss(self):
        self.z = self.X @ self.W1 + self.b1
        self.a = np.tanh(self.z)
        self.prob = softmax(self.a @ self.W2 + self.b2)
        return -np.mean(np.log(self.prob[np.arange(len(self.y)), self.y]))

    def learn(self, rate):
        d2 = self.prob.copy()
        d2[np.arange(len(self.y)), self.y] -= 1
        d2 /= len(self.y)
        # how each unit moves the loss
        d1 = (d2 @ self.W2.T) * (1 - self.a ** 2)
        self.W2 -= rate * self.a.T @ d2
        self.b2 -= rate * d2.sum(axis=0)
        self.W1 -= rate * self.X.T @ d1
        self.b1 -= rate * d1.sum(axis=0)
"""

SCRIPT = """\
import numpy as np

rng = np.random.default_rng(1)
x, t = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
A, B = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
lr = 0.05
for epoch in range(200):
    h = np.tanh(x @ A)
    out = h @ B
    loss = ((out - t) ** 2).sum()
    d = 2 * (out - t)
    gA = x.T @ ((d @ B.T) * (1 - h ** 2))
    B -= lr * h.T @ d
    A -= lr * gA
"""


def asked(folder, text, name="mine", **options):
    """The report on the class of a file, and the net."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rng = np.random.default_rng(0)
    net = module.Net(rng.normal(size=(9, 5)), rng.integers(0, 3, 9), 3, rng)
    return check(net, net.loss, step=lambda: (net.loss(), net.learn(0.1)), rate=0.1, **options)


FAULTS = {
    "slope of z": ("(1 - self.a ** 2)", "(1 - self.z ** 2)", "self.W1 self.b1"),
    "mean": ("rate * d1.sum(axis=0)", "rate * d1.mean(axis=0)", "self.b1"),
    "sign": ("self.b2 -= rate", "self.b2 += rate", "self.b2"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_planted_fault_is_found_and_its_repair_is_right(tmp_path, what):
    right, wrong, names = FAULTS[what]
    assert CLASS.count(right) == 1
    text = CLASS.replace(right, wrong)
    report = asked(tmp_path, text)
    line = text[: text.index(wrong)].count("\n") + 1
    assert report.verdict == "wrong"
    assert {f"self.{name}" for name in report.wrong} == set(names.split())
    (fault,) = report.findings
    assert fault.line == line
    assert fault.source == text.splitlines()[line - 1].strip()
    assert fault.repair in report.repaired
    assert fault.family in FAMILIES
    assert fault.explanation
    assert set(fault.gradients) == set(report.wrong)
    assert [n for n, _, marked in fault.excerpt if marked] == [line]
    assert "all 4 gradients are right" in fault.verified
    assert "# how each unit moves the loss" in report.repaired
    assert asked(tmp_path, report.repaired, "repaired").verdict == "right"
    assert report.tried > 0
    assert not any("ended early" in note for note in report.notes)


def test_right_code_has_no_faults_and_nothing_is_tried(tmp_path):
    report = asked(tmp_path, CLASS)
    assert (report.verdict, report.findings, report.repaired, report.tried) == ("right", (), None, 0)


def test_without_repair_there_is_the_verdict_alone(tmp_path):
    report = asked(tmp_path, CLASS.replace("self.b2 -= rate", "self.b2 += rate"), repair=False)
    assert report.wrong == ("b2",)
    assert (report.findings, report.tried) == ((), 0)


def test_a_script_whose_lines_stand_in_the_wrong_order(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(SCRIPT, encoding="utf-8")
    assert check_script(path, "loss", "lr").verdict == "right"
    lines = SCRIPT.splitlines()
    lines[11], lines[12] = lines[12], lines[11]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = check_script(path, "loss", "lr")
    assert report.wrong == ("A",)
    (fault,) = report.findings
    assert fault.line in (12, 13)
    assert fault.moved
    assert "move line" in fault.repair
    path.write_text(report.repaired, encoding="utf-8")
    assert check_script(path, "loss", "lr").verdict == "right"
