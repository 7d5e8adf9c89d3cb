"""One trial of a file, in a process of its own: run it, examine it, leave the answer in a file.

Started by `helpers.clinic.__main__`, which ends it where it does not end by itself. The answer goes into a file, since the
examined code may print, or set sys.stdout to what it likes.
"""

import ast
import difflib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import sys
from pathlib import Path

from helpers.clinic import check, check_script, examine
from helpers.clinic.guard import said
from helpers.clinic.model import script, sources, stage
from helpers.clinic.model.reading import text_of

STATUS = {"right": 0, "wrong": 1, "raises": 2}


def main(question):
    """Carry out the task in the file `question`."""
    task = json.loads(Path(question).read_text(encoding="utf-8"))
    answer = Path(task["answer"]).resolve()
    {"examine": _examined, "script": _script, "model": _model}[task["what"]](task, answer)


def _answer(path, **content):
    """Replace the answer in one step, so that no half of it is read when this process is ended."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(content), encoding="utf-8")
    os.replace(half, path)


# --- backward_prop of the network ------------------------------------------------------------------------------------


def _examined(task, answer):
    try:
        module = _loaded(task)
        function = _function(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _answer(answer, trouble=_reason(error))
    _answer(answer, read=True)
    network = {word: task[word] for word in ("hidden", "output", "loss", "slope", "n_x")}
    try:
        report = examine(function, getattr(module, "forward_prop", None), **network, repair=task["repair"])
    except (TypeError, ValueError) as error:
        return _answer(answer, trouble=said(error, length=400))
    return _answer(answer, status=STATUS[report.verdict], report=str(report))


def _loaded(task):
    """The file as a module: it finds its neighbours, and its own name in sys.argv, as it would if it were run."""
    sys.argv = [task["path"]]
    sys.path.insert(0, task["home"])
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("examined", task["path"])
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("examined", loader))
    sys.modules["examined"] = module
    if not task["path"].endswith(".ipynb"):
        loader.exec_module(module)
        return module
    text = text_of(task["path"])
    sources.register(task["path"], text)
    exec(compile(text, task["path"], "exec"), vars(module))
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


# --- code of any shape -----------------------------------------------------------------------------------------------


def _checked(answer, report):
    _answer(answer, status=STATUS[report.verdict], report=str(report), repaired=report.repaired)


def _script(task, answer):
    script.FIRST_RUN, stage.HOME = min(stage.FIRST_RUN, task["seconds"]), task["home"]
    said_of_it = {word: task[word] for word in ("rate", "grads", "once", "only", "seconds", "repair")}
    _checked(answer, check_script(task["path"], task["loss"], **said_of_it))


def _model(task, answer):
    try:
        namespace = _run(task)
        model = _evaluated(task["model"], namespace, "--model")
        loss, step, grads = (_callable(task[word], namespace, f"--{word}") for word in ("loss", "step", "grads"))
        rate = None if task["rate"] is None else float(_evaluated(task["rate"], namespace, "--rate"))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _answer(answer, trouble=str(error) if isinstance(error, _Unfit) else _reason(error))
    _answer(answer, read=True)
    return _checked(answer, check(model, loss, grads, step=step, rate=rate, only=task["only"], seconds=task["seconds"], repair=task["repair"]))


class _Unfit(Exception):
    """What was said on the command line is not what it should be."""


def _run(task):
    """The names of a file after it has run, with what --before makes."""
    namespace = vars(_loaded(task))
    if task["before"]:
        try:
            exec(compile(task["before"], "<--before>", "exec"), namespace)
        except Exception as error:
            raise _Unfit(f"--before {said(task['before'])!r} raises {type(error).__name__}: {said(error)}") from error
    return namespace


def _evaluated(text, namespace, what):
    try:
        return eval(text.strip(), namespace)
    except Exception as error:
        raise _Unfit(f"{what} {said(text)!r} raises {type(error).__name__}: {said(error)}") from error


def _callable(text, namespace, what):
    """A function without arguments that runs statements and returns what the last of them, an expression, gives. None for None."""
    if text is None:
        return None
    try:
        tree = ast.parse(text.strip())
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            tree.body[-1] = ast.copy_location(ast.Return(tree.body[-1].value), tree.body[-1])
        made = ast.parse("def given(): pass")
        made.body[0].body = tree.body
        exec(compile(ast.fix_missing_locations(made), f"<{what}>", "exec"), namespace, own := {})
    except SyntaxError as error:
        raise _Unfit(f"{what} {said(text)!r} is no Python: {error.msg}") from error
    function = own["given"]
    function.__code__ = function.__code__.replace(co_name="<lambda>", co_qualname="<lambda>")  # handed over, like a lambda
    return function


if __name__ == "__main__":
    main(sys.argv[1])
