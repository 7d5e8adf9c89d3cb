"""Examine a file from the command line: exit status 0 right, 1 wrong, 2 raises or unusable.

    python -m helpers.clinic my_network.py --hidden relu

The file is run in a process of its own, which is ended where it does not come to an end by itself, and whose prints are not
those of the report. That works wherever Python can start another Python, on Windows as well.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.clinic.probes import HIDDEN, LOSSES, N_X, OUTPUTS
from helpers.clinic.words import spelled

SECONDS = 60
"""Time for all: to run the file once, and to examine its functions."""


def main(arguments=None):
    """Examine the functions of a file and print the report; returns the exit status."""
    options = _options(arguments)
    name = "standard input" if options.file == "-" else options.file
    task = {"n_x": options.inputs} | {word: getattr(options, word) for word in ("hidden", "output", "loss", "slope")}
    with tempfile.TemporaryDirectory() as folder:
        try:
            path, home = _file(options.file, Path(folder))
            status, report = _tried(task | {"path": str(path), "home": str(home)}, Path(folder), options.seconds)
        except (OSError, ValueError) as trouble:
            print(f"{name} cannot be used: {trouble}", file=sys.stderr)
            return 2
    print(report)
    return status


def _options(arguments):
    parser = argparse.ArgumentParser(prog="python -m helpers.clinic", description="Examine the backward pass in a Python file.")
    parser.add_argument("file", help="defines backward_prop(X, y, c, p) and, if you like, forward_prop(X, p); - for standard input")
    for name, choices, default in (("hidden", HIDDEN, "relu"), ("output", OUTPUTS, "sigmoid"), ("loss", LOSSES, "bce")):
        parser.add_argument(f"--{name}", type=_word(name, choices), default=default, help=f"{', '.join(choices)} (default: {default})")
    parser.add_argument("--slope", type=_slope, default=0.01, help="of leaky ReLU, left of 0 (default: 0.01)")
    parser.add_argument("--inputs", type=_positive, default=N_X, help=f"number of inputs of the network (default: {N_X})")
    parser.add_argument("--seconds", type=_positive, default=SECONDS, help=f"after which the file is stopped (default: {SECONDS})")
    return parser.parse_args(arguments)


def _word(name, choices):
    def word(text):
        try:
            return spelled(name, text, choices)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return word


def _slope(text):
    try:
        slope = float(text)
    except ValueError:
        slope = float("nan")
    if not 0 <= slope < float("inf"):
        raise argparse.ArgumentTypeError(f"slope is {text[:40]!r}, expected a number of at least 0, such as 0.01")
    return slope


def _positive(text):
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number from 1 to 1000")
    return number


def _file(given, folder):
    """(path, folder of its neighbours) of a file or of standard input. OSError, ValueError where it is no Python file."""
    if given == "-":
        path, home = folder / "standard_input.py", Path.cwd()
        path.write_bytes(sys.stdin.buffer.read())
    else:
        path = Path(given)
        home = path.resolve().parent
        if path.is_dir():
            raise IsADirectoryError("it is a folder, expected a Python file")
        if not path.is_file():
            raise FileNotFoundError("there is no such file")
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("it is stored as UTF-16, and Python reads UTF-8: save it again with the encoding UTF-8")
    if b"\0" in content:
        raise ValueError("it holds null bytes: it is no Python file")
    if path.suffix == ".ipynb":
        raise ValueError("it is a notebook: there, write `from helpers import clinic` and `clinic.examine(backward_prop)`")
    return path.resolve(), home


_CHILD = "import sys; sys.path.append(sys.argv[1]); from helpers.clinic.trial import main; main(sys.argv[2])"


def _tried(task, folder, seconds):
    """(status, report) of a trial in a process of its own. ValueError where it gives no report."""
    answer, question = folder / "answer.json", folder / "question.json"
    question.write_text(json.dumps(task | {"answer": str(answer)}), encoding="utf-8")
    nothing = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    root = str(Path(__file__).resolve().parents[2])
    try:
        ended = subprocess.run([sys.executable, "-c", _CHILD, root, str(question)], timeout=seconds, **nothing)
    except subprocess.TimeoutExpired:
        ended = None
    said = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else {}
    if "report" in said:
        return said["status"], said["report"]
    raise ValueError(said.get("trouble") or _unfinished(said.get("read"), ended, seconds))


def _unfinished(read, ended, seconds):
    """Why a trial has no answer. `read` says whether the last line of the file was reached."""
    if ended is not None:
        return f"it ended Python itself, with the exit status {ended.returncode}."
    if read:
        return f"its functions were stopped after {seconds} seconds: does a loop in them never end?"
    return (f"it was stopped after {seconds} seconds, before its last line was reached: does a loop in it never end? "
            'What trains belongs below `if __name__ == "__main__":`.')  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
