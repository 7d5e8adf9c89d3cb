"""A script is asked for its loss and its gradients, one pass of its training loop at a time, whatever its shape."""

import json
import time

import numpy as np
import pytest

from clinic_classics import CLASSICS
from clinic_scripts import BACKWARD, CASES, DATA, FORWARD, FUNCTIONS, LOOP, MAIN, START
from helpers.clinic.model.script import Script
from helpers.clinic.model.subject import Trouble

EVERY = CASES | CLASSICS


def script_of(folder, source, *arguments, **said):
    (folder / "mine.py").write_text(source, encoding="utf-8")
    np.savetxt(folder / "data.csv", np.random.default_rng(0).normal(size=(8, 4)), delimiter=",")
    return Script(folder / "mine.py", *arguments, **said)


def differences(script, values, eps=1e-6):
    """Central differences of the script's loss."""
    slopes = {}
    for name, value in values.items():
        slopes[name] = np.zeros(np.shape(value))
        for i in np.ndindex(*np.shape(value)):
            ends = []
            for by in (eps, -eps):
                moved = {other: np.array(array) for other, array in values.items()}
                moved[name][i] += by
                ends.append(script.loss(moved))
            slopes[name][i] = (ends[0] - ends[1]) / (2 * eps)
    return slopes


def wrong(script, rng=0):
    """The parameters whose gradients are not those of the loss, at a point beside the start."""
    rng = np.random.default_rng(rng)
    values = {name: value + 0.1 * rng.normal(size=value.shape) for name, value in script.start.items()}
    slopes, gradients = differences(script, values), script.gradients(values)
    found = set()
    for name, slope in slopes.items():
        said = np.zeros(slope.shape) if gradients[name] is None else gradients[name]
        if not np.linalg.norm(said - slope) <= 1e-5 * (np.linalg.norm(said) + np.linalg.norm(slope)):
            found.add(name)
    return found


@pytest.mark.parametrize("name", EVERY)
def test_a_script_is_asked_one_pass_at_a_time(tmp_path, name):
    case = EVERY[name]
    script = script_of(tmp_path, case.source, case.loss, **case.said)
    assert set(script.start) == set(case.parameters)
    assert wrong(script) == set(case.wrong)


# --- edits -------------------------------------------------------------------------------------------------------------


FAULTS = [
    ("loop", "H.T @ d2", "H.T @ (2 * d2)"),
    ("loop", "d2 @ W2.T) * (1 - H ** 2)", "d2 @ W2.T)"),
    ("loop", "    b1 -= lr * db1\n", ""),
    ("no loop", "W1 -= lr", "W1 += lr"),
    ("in main", "2 * (out - Y)", "(out - Y)"),
    ("examples", "- eta * dz * x", "- dz * x"),
    ("functions", "return X.T @ d1,", "return 2 * X.T @ d1,"),
    ("functions", "W1 = W1 - alpha", "W1 = W1 + alpha"),
    ("dictionary", 'grads["b2"] = H.T @ d2', 'grads["b2"] = H.T @ d2 / 3'),
    ("fit", "self.W2 -= lr", "self.W2 -= 2 * lr"),
]
"""Of a case: what is right, and what is wrong."""


@pytest.mark.parametrize(("name", "right", "fault"), FAULTS)
def test_a_script_with_an_edit_answers_as_if_it_had_been_written_so(tmp_path, name, right, fault):
    case = CASES[name]
    faulty = case.source.replace(right, fault, 1)
    assert faulty != case.source
    (tmp_path / "other").mkdir()
    script, other = script_of(tmp_path, faulty, case.loss, **case.said), script_of(tmp_path / "other", case.source, case.loss, **case.said)
    before = script.gradients(script.start), script.loss(script.start)
    with script.edited({script.filename: case.source}):
        assert script.loss(script.start) == other.loss(other.start)
        found, wanted = script.gradients(script.start), other.gradients(other.start)
    for key in other.start:
        np.testing.assert_allclose(found[key], wanted[key], rtol=1e-9)
    after = script.gradients(script.start), script.loss(script.start)
    assert after[1] == before[1]
    for key in before[0]:
        np.testing.assert_array_equal(after[0][key], before[0][key])


def test_statements_move_within_the_pass(tmp_path):
    late = LOOP.replace("    d1 = (d2 @ W2.T) * (1 - H ** 2)\n", "").replace(
        "    W2 -= lr * dW2\n", "    W2 -= lr * dW2\n    d1 = (d2 @ W2.T) * (1 - H ** 2)\n"
    )
    lines = late.split("\n")
    at, to = (next(k for k, line in enumerate(lines) if line.startswith(start)) for start in ("    d1 =", "    dW1 ="))
    lines.insert(to, lines.pop(at))
    script = script_of(tmp_path, late, "loss", rate="lr")
    with script.edited({script.filename: "\n".join(lines)}):
        assert wrong(script) == set()
    with pytest.raises(Trouble, match="NameError in line"):
        script.gradients(script.start)


@pytest.mark.parametrize("change", [
    ("lr = 0.1", "lr = 0.2"), ("default_rng(3)", "default_rng(4)"), ("range(1000)", "range(2)"), ("import numpy as np", "import numpy as np, math"),
])  # fmt: skip
def test_what_runs_once_is_not_edited(tmp_path, change):
    script = script_of(tmp_path, LOOP, "loss")
    with pytest.raises(ValueError, match="only once"), script.edited({script.filename: LOOP.replace(*change)}):
        pass
    with pytest.raises(SyntaxError), script.edited({script.filename: LOOP.replace("H.T @ d2", "H.T @")}):
        pass


def test_lines_stay_those_of_the_file(tmp_path):
    from helpers.clinic.model import sources

    for source in (LOOP, MAIN):
        script = script_of(tmp_path, source, "loss", rate="lr")
        lines = source.split("\n")
        forward = {lines[n - 1].strip() for n in sources.ran(lambda script=script: script.loss(script.start))[script.filename]}
        every = {lines[n - 1].strip() for n in sources.ran(lambda script=script: script.gradients(script.start))[script.filename]}
        assert {"H = np.tanh(X @ W1 + b1)", "out = H @ W2 + b2", "loss = ((out - Y) ** 2).mean()"} <= forward
        assert every - forward >= {"d2 = 2 * (out - Y) / Y.size", "dW1 = X.T @ d1", "b2 -= lr * db2"}
        assert "dW1 = X.T @ d1" not in forward


# --- what goes wrong ---------------------------------------------------------------------------------------------------

TROUBLES = {
    "no such file": (None, {"loss": "loss"}, "there is no such file"),
    "no Python": ("x = 1\ny = = 2\n", {"loss": "x"}, "SyntaxError: .*line 2"),
    "Python 2": ("print 'hello'\n", {"loss": "x"}, "SyntaxError: .*line 1"),
    "no name": (LOOP, {"loss": "los"}, "loss 'los' names los, which the script does not have: did you mean loss"),
    "no name, and none like it": (LOOP, {"loss": "J"}, "names J, .* did you mean loss"),
    "an array": (LOOP, {"loss": "(out - Y) ** 2"}, r"no number but an array of shape \(8, 2\): take its mean or its sum"),
    "a word": (LOOP, {"loss": "'loss'"}, "is no number but 'loss'"),
    "no expression": (LOOP, {"loss": "loss ="}, "loss is 'loss =', expected an expression"),
    "no rate": (LOOP, {"loss": "loss", "rate": "eta"}, "rate 'eta' names eta, which"),
    "rate 0": (LOOP, {"loss": "loss", "rate": "0 * lr"}, "rate '0 \\* lr' is 0.0, expected a number other than 0"),
    "no gradient": (LOOP, {"loss": "loss", "grads": {"W1": "gW1"}}, "names gW1, which the script does not have: did you mean .*dW1"),
    "no parameter": (LOOP, {"loss": "loss", "grads": {"W3": "dW1"}}, "W3 is said to be a parameter, and no array of floats of that name"),
    "nothing learns": (START + FORWARD, {"loss": "loss"}, "no parameter was found"),
    "no update": (START + FORWARD + BACKWARD, {"loss": "loss"}, "grads="),
    "raises above": ("x = 1 / 0\n" + LOOP, {"loss": "loss"}, "ZeroDivisionError in line 1"),
    "exits": ("import sys\nsys.exit('bye')\n" + LOOP, {"loss": "loss"}, r"it ends Python in line 2 \(exit with 'bye'\)"),
    "asks": ("n = int(input('units? '))\n" + LOOP, {"loss": "loss"}, "it asks for input in line 1"),
    "no module": ("import nowhere_to_be_found\n" + LOOP, {"loss": "loss"}, "ModuleNotFoundError in line 1"),
    "no data": (DATA.replace("data.csv", "other.csv"), {"loss": "loss"}, "FileNotFoundError in line"),
    "no pass": (LOOP.replace("range(1000)", "range(0)"), {"loss": "loss"}, "the loop in line 12 makes no pass"),
    "raises in the pass": (LOOP.replace("H.T @ d2", "H @ d2"), {"loss": "loss"}, "ValueError in line 18"),
    "raises in a function": (FUNCTIONS.replace("H.T @ d2", "H @ d2"), {"loss": "((out - Y) ** 2).mean()"}, "ValueError in line 25"),
    "once of nothing": (LOOP, {"loss": "loss", "once": {"epochs": 1}}, "once names epochs, which is nothing"),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_is_said_with_its_line(tmp_path, name):
    source, said, words = TROUBLES[name]
    if source is None:
        with pytest.raises(Trouble, match=words):
            Script(tmp_path / "nothing.py", **said)
        return
    with pytest.raises(Trouble, match=words):
        script = script_of(tmp_path, source, **said)
        script.gradients(script.start)


def test_a_folder_and_other_encodings(tmp_path):
    with pytest.raises(Trouble, match="it is a folder"):
        Script(tmp_path, "loss")
    for content, words in ((LOOP.encode("utf-16"), "UTF-16"), (b"x = '\xff'\n", "not stored as UTF-8"), (b"x = 1\0", "null bytes")):
        (tmp_path / "mine.py").write_bytes(content)
        with pytest.raises(Trouble, match=words):
            Script(tmp_path / "mine.py", "loss")
    (tmp_path / "mine.py").write_bytes(b"# -*- coding: latin-1 -*-\r\n# Gr\xfc\xdfe\r\n" + LOOP.replace("\n", "\r\n").encode())
    assert set(Script(tmp_path / "mine.py", "loss").start) == {"W1", "b1", "W2", "b2"}


def test_a_notebook_counts_by_its_code_cells(tmp_path):
    sources = "%matplotlib inline\n" + START, "!ls\n" + LOOP[len(START) :], "W1?"
    cells = [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]
    cells.insert(0, {"cell_type": "markdown", "source": ["# Mine"]})
    (tmp_path / "mine.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    script = Script(tmp_path / "mine.ipynb", "loss", rate="lr")
    assert wrong(script) == set()
    (tmp_path / "mine.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(Trouble, match="no notebook that can be read"):
        Script(tmp_path / "mine.ipynb", "loss")


def test_endless_loops_are_stopped_where_they_are(tmp_path, monkeypatch):
    from helpers.clinic.model import script as module

    monkeypatch.setattr(module, "FIRST_RUN", 0.3)
    with pytest.raises(Trouble, match="stopped in line 2, above the training") as caught:
        script_of(tmp_path, "n = 0\nwhile True:\n    n += 1\n" + LOOP, "loss")
    assert caught.value.line in (2, 3)
    source = LOOP.replace("    d2 = 2", "    while b2[0] > 5:\n        pass\n    d2 = 2")
    script = script_of(tmp_path, source, "loss", seconds=0.3)
    with pytest.raises(Trouble, match=r"stopped in line 1[67]"):
        script.gradients(script.start | {"b2": script.start["b2"] + 9})
    assert script.gradients(script.start)["b2"] is not None


def test_nothing_is_left_changed(tmp_path, monkeypatch, capsys):
    import os
    import random
    import sys

    import matplotlib.pyplot as plt

    (tmp_path / "neighbour.py").write_text("NUMBER = 0.1\n", encoding="utf-8")
    start = START.replace("lr = 0.1", "lr = neighbour.NUMBER")
    source = (
        "import random, os, warnings\nimport neighbour\nimport matplotlib.pyplot as plt\nos.chdir('/')\nrandom.seed(1)\n" + start
        + "np.random.seed(0)\nnp.seterr(all='raise')\nfig = plt.figure()\nplt.show()\nprint('hello')\n"
        + "\nfor epoch in range(10):\n    order = np.random.permutation(8)\n    X, Y = X[order], Y[order]\n    noise = random.random()\n"
        + LOOP[len(START) + 27:]
    )  # fmt: skip

    def around():
        mine = np.random.get_state()[1].tolist(), random.getstate(), np.geterr(), plt.get_fignums()
        return os.getcwd(), list(sys.argv), list(sys.path), sys.stdin, *mine

    before = around()
    script = script_of(tmp_path, source, "loss + noise")
    assert set(script.start) == {"W1", "b1", "W2", "b2"}
    assert wrong(script) == set()
    assert script.loss(script.start) == script.loss(script.start)
    assert around() == before
    assert "neighbour" not in sys.modules
    assert capsys.readouterr() == ("", "")


def test_a_question_costs_what_a_pass_costs(tmp_path):
    script = script_of(tmp_path, LOOP, "loss", rate="lr")
    script.gradients(script.start)
    code, namespace = script.plan.pass_code, dict(script.namespace)
    times = {}
    for name, run in (("question", lambda: script.gradients(script.start)), ("pass", lambda: exec(code, namespace))):
        best = []
        for _ in range(60):
            began = time.process_time()
            run()
            best.append(time.process_time() - began)
        times[name] = np.median(best)
    assert times["question"] < times["pass"] + 1e-3  # seconds; 0.2 ms on a quiet machine
