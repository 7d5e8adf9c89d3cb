"""One trial of a file, in a process of its own: run it, examine its functions, leave the answer in a file.

Started by `helpers.clinic.__main__`, which ends it where it does not end by itself. The answer goes into a file, since the
examined code may print, or set sys.stdout to what it likes.
"""

import difflib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import sys
from pathlib import Path

from helpers.clinic import examine
from helpers.clinic.guard import said

STATUS = {"right": 0, "wrong": 1, "raises": 2}


def main(question):
    """Carry out the task in the file `question`."""
    task = json.loads(Path(question).read_text(encoding="utf-8"))
    answer = Path(task["answer"]).resolve()
    try:
        module = _loaded(task)
        function = _function(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _answer(answer, trouble=_reason(error))
    _answer(answer, read=True)
    network = {word: task[word] for word in ("hidden", "output", "loss", "slope", "n_x")}
    report = examine(function, getattr(module, "forward_prop", None), **network)
    if report.misused:
        return _answer(answer, trouble=said(report.trouble, length=400))
    return _answer(answer, status=STATUS[report.verdict], report=str(report))


def _answer(path, **content):
    """Replace the answer in one step, so that no half of it is read when this process is ended."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(content), encoding="utf-8")
    os.replace(half, path)


def _loaded(task):
    """The file as a module: it finds its neighbours, and its own name in sys.argv, as it would if it were run."""
    sys.argv = [task["path"]]
    sys.path.insert(0, task["home"])
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("examined", task["path"])
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("examined", loader))
    sys.modules["examined"] = module
    loader.exec_module(module)
    return module


class _NoFunction(Exception):
    """The file does not define what is examined."""


def _function(module):
    """backward_prop of the module; _NoFunction names what there is instead."""
    if hasattr(module, "backward_prop"):
        return module.backward_prop
    own = [name for name, value in vars(module).items() if inspect.isfunction(value) and value.__module__ == "examined"]
    near = difflib.get_close_matches("backward_prop", own, n=1, cutoff=0.5)
    there = f" It defines {', '.join(own[:10])}." if own else " It defines no function at all."
    hint = f" Write backward_prop = {near[0]} at its end." if near else ""
    raise _NoFunction(f"it defines no function backward_prop(X, y, c, p).{there}{hint}")


def _reason(error):
    if isinstance(error, _NoFunction):
        return str(error)
    if isinstance(error, SystemExit):
        return f"it exits with {said(error.code, repr)} when it is run, before its functions can be examined: does it want arguments?"
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{type(error).__name__}: {said(error.msg)}, in line {error.lineno}"
    return f"{type(error).__name__}: {said(error)}"


if __name__ == "__main__":
    main(sys.argv[1])
