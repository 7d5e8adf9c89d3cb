"""`python -m helpers.clinic FILE`: whatever the file does, a report or a sentence, the right exit status, and an end."""

import os
import subprocess
import sys

import pytest

import clinic_styles
from helpers.clinic.__main__ import main
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
    "endless": ("while True:\n    pass\n", ("--seconds", "2"), "stopped after 2 seconds, before its last line"),
    "endless with except": ("while True:\n    try:\n        sum(range(99))\n    except:\n        pass\n", ("--seconds", "2"), "before its last line"),
    "endless function": (
        "import signal\n\n\ndef backward_prop(X, y, c, p):\n    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n    while True: pass\n",
        ("--seconds", "4"), "stopped after 4 seconds"),
    "ends Python": ("import os\nos._exit(7)\n", (), "exit status 7"),
    "exits": ("raise SystemExit('bye')\n", (), "it exits with 'bye'"),
    "asks": ("input()\n", (), "EOFError"),
    "raises without words": ("class Mute(Exception):\n    def __str__(self):\n        raise SystemExit\n\n\nraise Mute\n", (), "Mute: (no message)"),
    "no function at all": ("x = 1\n", (), "It defines no function at all."),
    "another name": ("def backprop(X, y, c, p):\n    pass\n", (), "It defines backprop. Write backward_prop = backprop"),
    "no function by that name": ("backward_prop = 3\n", (), "backward_prop is 3, expected a function"),
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


def test_a_notebook_is_pointed_to_its_own_way(tmp_path, capsys):
    (tmp_path / "learner.ipynb").write_text("{}", encoding="utf-8")
    assert "clinic.examine" in clinic_says_here(capsys, tmp_path / "learner.ipynb")[2]


def test_standard_input(tmp_path):
    (tmp_path / "neighbour.py").write_text("NUMBER = 4\n", encoding="utf-8")
    status, out, _ = clinic_says(tmp_path, "-", stdin=b"import neighbour\n" + RIGHT.encode())
    assert status == 0 and out.startswith("All six")
    status, _, err = clinic_says(tmp_path, "-", stdin=b"x = 1")
    assert status == 2 and err.startswith("standard input cannot be used")


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
    (("--seconds", "x"), "'x' is no whole number"), (("--output", "identity", "--loss", "bce"), "loss is 'bce', expected one that goes with"),
])  # fmt: skip
def test_a_wrong_option_is_said(tmp_path, capsys, options, says):
    (tmp_path / "learner.py").write_text(CASE, encoding="utf-8")
    status, out, err = clinic_says_here(capsys, tmp_path / "learner.py", *options)
    assert (status, out) == (2, "")
    assert says in err
