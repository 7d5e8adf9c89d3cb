"""Examine a file from the command line: exit status 0 right, 1 wrong, 2 raises or unusable.

    python -m helpers.clinic mine.py                                    says what is in the file, and what is still to be said
    python -m helpers.clinic mine.py --loss loss --rate lr              a script, with a training loop or without
    python -m helpers.clinic mine.py --model net --loss "net.loss()" --step "net.learn(X, y, 0.1)" --rate 0.1
    python -m helpers.clinic my_network.py --hidden relu                a function backward_prop(X, y, c, p)

The file is run in a process of its own, which is ended where it does not come to an end by itself, and whose prints are not
those of the report. That works wherever Python can start another Python, on Windows as well.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.clinic.advice import held, told
from helpers.clinic.model.reading import text_of
from helpers.clinic.model.subject import Trouble
from helpers.clinic.options import kind, parsed
from helpers.clinic.survey import survey

_GRACE = 1.5, 10
"""A check ends by itself; it is ended after so many times its seconds, and so many seconds more."""


def main(arguments=None):
    """Examine a file and print the report; returns the exit status."""
    options, error = parsed(arguments)
    name = "standard input" if options.file == "-" else options.file
    with tempfile.TemporaryDirectory() as folder:
        try:
            path, home = _file(options.file, Path(folder))
            found = survey(text_of(path), str(path))
            what = kind(options, found, error)
            if what == "say":
                return _said(found, options.file)
            if what != "examine":
                print(f"{name} holds", *held(found), "", sep="\n", flush=True)
            answer = _tried(_task(options, what, path, home), Path(folder), options.seconds)
        except BrokenPipeError:  # no fault of the file
            raise
        except (OSError, ValueError, Trouble) as trouble:
            print(f"{name} cannot be used: {trouble}", file=sys.stderr)
            return 2
    print(answer["report"])
    if options.write:
        return _written(options.write, answer)
    return answer["status"]


def _said(found, name):
    """Say what a file holds, and what it needs."""
    text, ready = told(found, name)
    if not ready:
        own = [one.name for one in found.functions]
        there = f" It defines {', '.join(own[:10])}." if own else " It defines no function at all."
        raise ValueError(f"nothing in it is seen to compute gradients or to update parameters.{there}\n{text}".rstrip())
    print(text)
    return 2


def _written(target, answer):
    """Write the repaired file where that was asked for."""
    if answer.get("repaired") is None:
        print(f"{target} is not written: there is no repair that makes all gradients right.", file=sys.stderr)
        return answer["status"]
    try:
        Path(target).write_text(answer["repaired"], encoding="utf-8")
    except OSError as error:
        print(f"{target} cannot be written: {error}", file=sys.stderr)
        return answer["status"]
    print(f"\nThe repaired file was written to {target}.")
    return answer["status"]


def _task(options, what, path, home):
    words = ("hidden", "output", "loss", "slope", "rate", "grads", "once", "only", "model", "step", "before", "seconds")
    task = {word: getattr(options, word) for word in words}
    return task | {"what": what, "n_x": options.inputs, "repair": not options.no_repair, "path": str(path), "home": str(home)}


def _file(given, folder):
    """(path, folder of its neighbours) of a file or of standard input."""
    if given != "-":
        return Path(given).resolve() if Path(given).exists() else Path(given), Path(given).resolve().parent
    path = folder / "standard_input.py"
    path.write_bytes(sys.stdin.buffer.read())
    return path.resolve(), Path.cwd()


_CHILD = "import sys; sys.path.append(sys.argv[1]); from helpers.clinic.trial import main; main(sys.argv[2])"


def _tried(task, folder, seconds):
    """The answer of a trial in a process of its own. ValueError where it gives no report."""
    answer, question = folder / "answer.json", folder / "question.json"
    question.write_text(json.dumps(task | {"answer": str(answer)}), encoding="utf-8")
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    if task["what"] != "examine":
        seconds = _GRACE[0] * seconds + _GRACE[1]
        if sys.stderr is not None and sys.stderr.isatty():
            del streams["stderr"]  # where it says how far it has come
    root = str(Path(__file__).resolve().parents[2])
    try:
        ended = subprocess.run([sys.executable, "-c", _CHILD, root, str(question)], timeout=seconds, **streams)
    except subprocess.TimeoutExpired:
        ended = None
    said = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else {}
    if "report" in said:
        return said
    raise ValueError(said.get("trouble") or _unfinished(said.get("read"), ended, task["seconds"]))


def _unfinished(read, ended, seconds):
    """Why a trial has no answer. `read` says whether the last line of the file was reached."""
    if ended is not None:
        return f"it ended Python itself, with the exit status {ended.returncode}."
    if read:
        return f"its functions were stopped after {seconds} seconds: does a loop in them never end?"
    return (f"it was stopped after {seconds} seconds, before its last line was reached: does a loop in it never end? "
            'What trains belongs below `if __name__ == "__main__":`.')  # fmt: skip


def _piped():
    """The exit status of `main`, also where whoever reads what it prints has left, as `head` does."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more when it ends
        return 2
    return status


if __name__ == "__main__":
    sys.exit(_piped())
