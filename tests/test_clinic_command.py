"""`python -m helpers.clinic FILE`: whatever the file does, a report or a sentence, the right exit status, and an end."""

import json
import os
import shlex
import subprocess
import sys

import pytest

import clinic_styles
from clinic_scripts import CASES, FITTED, FUNCTIONS, LOOP, OBJECTS, START
from helpers.clinic import trial
from helpers.clinic.__main__ import main
from helpers.clinic.model import script, stage
from notebook_tools import ROOT
from test_clinic import RIGHT

CASE = "from helpers.case import backward_prop\n"


def clinic_says(folder, *arguments, stdin=None):
    """(exit status, standard output, standard error) of the command, started in a folder."""
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "helpers.clinic", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, cwd=folder, timeout=300, env=environment, input=stdin)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def clinic_says_here(capsys, *arguments):
    """The same without a process for the command itself."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as left:  # argparse
        status = left.code
    return status, *capsys.readouterr()


RIGHT_ALL_THE_SAME = {
    "takes over standard output": "import io, sys\nsys.stdout = sys.stderr = io.StringIO()\n" + CASE,
    "closes standard output": "import os\nos.close(1)\nos.close(2)\n" + CASE,
    "prints": "print('hello' * 1000)\n" + CASE,
    "imports its neighbour": "from neighbour import NUMBER\nassert NUMBER == 4\n" + CASE,
    "reads its arguments": "import argparse\nargparse.ArgumentParser().parse_args()\nimport sys\nassert sys.argv[0].endswith('learner.py')\n" + CASE,
    "has a main part": CASE + "if __name__ == '__main__':\n    raise SystemExit(5)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT_ALL_THE_SAME)
def test_a_file_may_do_much(tmp_path, name):
    home = tmp_path / "home"
    home.mkdir()
    (home / "neighbour.py").write_text("NUMBER = 4\n", encoding="utf-8")
    (home / "learner.py").write_text(RIGHT_ALL_THE_SAME[name], encoding="utf-8")
    status, out, err = clinic_says(tmp_path, home / "learner.py")
    assert (status, err) == (0, "")
    assert out.startswith("All six gradients are right")
    assert "hello" not in out
    assert sorted(path.name for path in home.iterdir()) == ["learner.py", "neighbour.py"]


UNUSABLE = {
    "endless": ("while True:\n    pass\n" + CASE, ("--seconds", "1"), "stopped after 1 seconds, before its last line"),
    "endless with except": (
        "while True:\n    try:\n        sum(range(99))\n    except:\n        pass\n" + CASE, ("--seconds", "1"), "before its last line"),
    "endless function": (
        "import signal\n\n\ndef backward_prop(X, y, c, p):\n    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n    while True: pass\n",
        ("--seconds", "4"), "stopped after 4 seconds"),
    "ends Python": ("import os\nos._exit(7)\n" + CASE, (), "exit status 7"),
    "exits": ("raise SystemExit('bye')\n" + CASE, (), "it exits with 'bye'"),
    "asks": ("input()\n" + CASE, (), "EOFError"),
    "raises without words": (
        "class Mute(Exception):\n    def __str__(self):\n        raise SystemExit\n\n\nraise Mute\n" + CASE, (), "Mute: (no message)"),
    "no function at all": ("x = 1\n", (), "It defines no function at all."),
    "no Python": ("x = 1\ndef backward_prop(:\n", (), "line 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used_is_said_and_named(tmp_path, capsys, monkeypatch, name):
    source, options, says = UNUSABLE[name]
    if name == "endless function" and not hasattr(__import__("signal"), "pthread_sigmask"):
        pytest.skip("no signals to block")
    (tmp_path / "learner.py").write_text(source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    status, out, err = clinic_says_here(capsys, "learner.py", *options)
    assert (status, out) == (2, "")
    assert err.startswith("learner.py cannot be used: ")
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("content", "says"), [
    ("def backward_prop(): pass".encode("utf-16"), "UTF-16"), (b"x = 1\0", "null bytes"), (None, "it is a folder"),
])  # fmt: skip
def test_what_is_no_python_file_is_said(tmp_path, capsys, content, says):
    path = tmp_path / "learner.py"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    status, _, err = clinic_says_here(capsys, path)
    assert status == 2
    assert says in err and "learner.py" in err


def test_what_was_said_wrongly_of_the_network_is_a_report(tmp_path, capsys):
    (tmp_path / "learner.py").write_text(CASE, encoding="utf-8")
    status, out, err = clinic_says_here(capsys, tmp_path / "learner.py", "--output", "identity", "--loss", "bce")
    assert (status, err) == (2, "")
    assert "loss is 'bce', expected one that goes with" in out


def test_standard_input(tmp_path):
    (tmp_path / "neighbour.py").write_text("NUMBER = 4\n", encoding="utf-8")
    status, out, _ = clinic_says(tmp_path, "-", stdin=b"import neighbour\n" + RIGHT.encode())
    assert status == 0 and out.startswith("All six")
    status, _, err = clinic_says(tmp_path, "-", stdin=b"x = 1")
    assert status == 2 and err.startswith("standard input cannot be used")
    status, out, err = clinic_says(tmp_path, "-", "--loss", "loss", "--no-repair", stdin=b"import neighbour\n" + LOOP.encode())
    assert (status, err) == (0, "") and "All 4 gradients are right" in out


def test_words_in_any_spelling_and_the_number_of_inputs(tmp_path, capsys):
    source = clinic_styles.right_source("unrolled", "leaky_relu", "sigmoid", "bce")
    (tmp_path / "learner.py").write_text(source.replace("m = X.shape[1]", "n_x, m = X.shape\n    assert n_x == 2"), encoding="utf-8")
    options = ("--hidden", "Leaky ReLU", "--output", "Logistic", "--loss", "binary cross-entropy", "--inputs", "2")
    status, out, _ = clinic_says_here(capsys, tmp_path / "learner.py", *options)
    assert status == 0
    assert "(10, 2)" in out and "2-10-10-1" in out


@pytest.mark.parametrize(("options", "says"), [
    (("--slope", "nan"), "slope is 'nan', expected a number of at least 0"), (("--slope", "-1"), "slope is '-1'"), (("--slope", "a"), "slope is 'a'"),
    (("--hidden", "rleu"), "did you mean 'relu'?"), (("--loss", "hinge"), "expected one of bce, mse, half_mse"), (("--inputs", "0"), "'0' is no"),
    (("--seconds", "x"), "'x' is no whole number"), (("--step", "f()"), "--step needs --model"), (("--model", "net"), "--model needs --loss"),
    (("--model", "net", "--loss", "l", "--step", "s"), "--step needs --rate"), (("--once", "epochs"), "expected names and their values"),
])  # fmt: skip
def test_a_wrong_option_is_said(tmp_path, capsys, options, says):
    (tmp_path / "learner.py").write_text(CASE, encoding="utf-8")
    status, out, err = clinic_says_here(capsys, tmp_path / "learner.py", *options)
    assert (status, out) == (2, "")
    assert says in err


# --- any file ----------------------------------------------------------------------------------------------------------

PAIRED = """
import numpy as np
def mse(out, T): return ((out - T) ** 2).mean()
def grads(net, X, T): return [2 * (net[0] @ X - T) @ X.T / T.size]
X, T = np.ones((2, 5)), np.ones((3, 5))
net = [np.zeros((3, 2))]
for step in range(9):
    for k, (W, dW) in enumerate(zip(net, grads(net, X, T))):
        W -= 0.1 * dW
"""

NEEDS = {
    "a script": (LOOP, ("a training loop (line 12), which updates W1, W2, b1, b2 with the rate lr", "--loss loss --rate lr")),
    "functions": (FUNCTIONS, ("5 functions: init(), forward_prop(X, W1, b1, W2, b2)", "which updates W1, W2, b1, b2 with the rate alpha",
        "Put your own loss")),
    "a class": (FITTED.split("rng = ")[0], ("class Net (line 4): forward(X), backward(X, y, out, lr), fit(X, y)", '--before "net = Net(rng)"',
        '--step "out = net.forward(X); net.backward(X, y, out, 0.1)" --rate 0.1')),
    "gradients": (CASES["no loop, no update"].source, ("gradients, and no update: dW1, dW2, db1, db2", "--grads W1=dW1,W2=dW2,b1=db1,b2=db2")),
    "a loss that is not called": (PAIRED, ("which updates net with the rate 0.1", "If mse is its loss, put what it takes",
        '--loss "mse(out, T)" --rate 0.1')),
    "layers": (OBJECTS, ("class Layer (line 4): forward(x), backward(grad, lr)", "which updates layers with the rate 0.1", "--loss error")),
}  # fmt: skip


@pytest.fixture
def in_this_process(monkeypatch, tmp_path):
    """The trial without a process of its own, from the folder of the file; what it sets for its process is put back."""
    for where, name in ((sys, "argv"), (sys, "path"), (sys, "dont_write_bytecode"), (stage, "HOME"), (script, "FIRST_RUN")):
        value = getattr(where, name)
        monkeypatch.setattr(where, name, list(value) if isinstance(value, list) else value)
    monkeypatch.setattr(subprocess, "run", lambda command, **options: trial.main(command[-1]))
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("examined", None)


def test_no_repair_is_heard_for_a_backward_prop_as_well(tmp_path, capsys, monkeypatch, in_this_process):
    asked, examine = [], trial.examine
    monkeypatch.setattr(trial, "examine", lambda *functions, **more: asked.append(more["repair"]) or examine(*functions, **more))
    (tmp_path / "mine.py").write_text(RIGHT, encoding="utf-8")
    for options in ((), ("--no-repair",)):
        assert clinic_says_here(capsys, "mine.py", *options)[0] == 0
    assert asked == [True, False]


@pytest.mark.parametrize("name", NEEDS)
def test_a_file_is_read_before_it_is_run(tmp_path, capsys, monkeypatch, name):
    source, words = NEEDS[name]
    (tmp_path / "mine.py").write_text("raise SystemExit\n" + source[source.index("\n") :] if name == "functions" else source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    status, out, err = clinic_says_here(capsys, "mine.py")
    assert (status, err) == (2, "")
    assert out.startswith("mine.py holds")
    said = " ".join(out.split())
    assert "Nothing was run so far." in said
    for word in words:
        assert word in said


@pytest.mark.parametrize("name", ["a script", "gradients", "layers"])
def test_the_command_that_is_shown_can_be_copied(tmp_path, capsys, in_this_process, name):
    (tmp_path / "mine.py").write_text(NEEDS[name][0], encoding="utf-8")
    command = clinic_says_here(capsys, "mine.py")[1].strip().split("\n")[-1].strip()
    assert command.startswith("python -m helpers.clinic mine.py --loss ")
    status, out, err = clinic_says_here(capsys, *shlex.split(command)[3:])
    assert (status, err) == (0, "")
    assert "gradients are right" in out


@pytest.mark.parametrize(("source", "options", "status", "words"), [
    (LOOP.replace("H.T @ d2", "H.T @ d2 * 3"), ("--loss", "loss", "--no-repair"), 1, "The gradient of W2 is wrong"),
    (LOOP, ("--loss", "loss", "--rate", "lr", "--only", "W1,b1"), 0, "Both gradients are right"),
    (LOOP.replace("range(1000)", "range(epochs)").replace("lr = 0.1", "lr, epochs = 0.1, 10**9"),
        ("--loss", "loss", "--once", "epochs=1"), 0, "right"),
    (LOOP, ("--loss", "-(-loss)", "--rate", "lr", "--no-repair"), 0, "All 4 gradients are right"),
    (LOOP, ("--loss", "J"), 2, "loss 'J' names J, which the script does not have"),
    (LOOP.replace("H.T @ d2", "H @ d2"), ("--loss", "loss", "--no-repair"), 2, "line 18"),
    ("import sys\nsys.exit(3)\n" + START, ("--loss", "loss"), 2, "it ends Python in line 2"),
    ("while True:\n    pass\n" + LOOP, ("--loss", "loss", "--seconds", "1"), 2, "stopped in line"),
    (FITTED.split("rng = ")[0],
        ("--before", "r = np.random.default_rng(0); net, X, y = Net(r), r.normal(size=(5, 3)), r.normal(size=(5, 1))", "--model", "net", "--loss",
         "0.5 * ((net.forward(X) - y) ** 2).sum() / 5", "--step", "out = net.forward(X); net.backward(X, y, out, 0.1)", "--rate", "0.1"), 0, "All 4"),
    (FITTED, ("--model", "nett", "--loss", "1", "--grads", "2"), 2, "--model 'nett' raises NameError"),
    (FITTED, ("--model", "net", "--loss", "1 +", "--grads", "2"), 2, "--loss '1 +' is no Python"),
    (FITTED, ("--before", "1 / 0", "--model", "net", "--loss", "1", "--grads", "2"), 2, "--before '1 / 0' raises ZeroDivisionError"),
])  # fmt: skip
def test_any_file_is_judged_by_its_own_loss(tmp_path, capsys, in_this_process, source, options, status, words):
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    found, out, err = clinic_says_here(capsys, "mine.py", *options)
    assert found == status
    assert words in " ".join((out + err).split())
    assert "Traceback" not in out + err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_the_repaired_file_is_written_where_it_is_asked_for(tmp_path, capsys, in_this_process):
    (tmp_path / "mine.py").write_text(LOOP.replace("W1 -= lr * dW1", "W1 += lr * dW1"), encoding="utf-8")
    status, out, _ = clinic_says_here(capsys, "mine.py", "--loss", "loss", "--rate", "lr", "--write", "repaired.py")
    assert status == 1 and "The repaired file was written to repaired.py." in out
    assert clinic_says_here(capsys, "repaired.py", "--loss", "loss", "--rate", "lr")[0] == 0
    status, _, err = clinic_says_here(capsys, "repaired.py", "--loss", "loss", "--write", "again.py")
    assert status == 0 and "again.py is not written" in err


def test_a_notebook_is_read_cell_by_cell(tmp_path, capsys, in_this_process):
    cells = [{"cell_type": "code", "source": source} for source in ("%matplotlib inline\n" + START, LOOP[len(START) :])]
    (tmp_path / "mine.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert "which updates W1, W2, b1, b2" in clinic_says_here(capsys, "mine.ipynb")[1]
    assert clinic_says_here(capsys, "mine.ipynb", "--loss", "loss")[0] == 0
    (tmp_path / "network.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": [CASE, "%pwd"]}]}), encoding="utf-8")
    assert clinic_says_here(capsys, "network.ipynb")[1].startswith("All six gradients are right")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell with head")
def test_a_reader_that_leaves_early_sees_no_traceback():
    script = ROOT / "notebooks" / "brought" / "script.py"
    command = f'"{sys.executable}" -m helpers.clinic "{script}" --loss "((out - y) ** 2).mean() / 2" --rate lr --no-repair | head -1'
    ran = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.stdout.count("\n") == 1 and ran.stderr == ""
