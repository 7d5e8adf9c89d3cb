"""Where a script runs: its namespace, its folder, its arguments, and a word for everything that can go wrong in it."""

import ast
import builtins
import contextlib
import io
import os
import sys
from functools import lru_cache
from pathlib import Path

from helpers.clinic import guard
from helpers.clinic.model.subject import Trouble

FIRST_RUN = 60
"""Seconds for what stands above the training loop: it may read data."""

HOME = None
"""The working folder of a script, where it is not the one that it stands in: for one that comes from standard input."""

_PLOTS = ("matplotlib", "pylab", "seaborn", "plotly")


@contextlib.contextmanager
def as_if_run(path):
    """Within, the working folder, the arguments and the input are those of `python path`, with nobody at the keyboard, and plots go nowhere."""
    folder = HOME or _folder(path)
    kept = sys.argv, sys.stdin, sys.dont_write_bytecode, sys.path[:], os.environ.get("MPLBACKEND")
    figures = _figures()
    sys.argv, sys.stdin, sys.dont_write_bytecode = [os.fspath(path)], io.StringIO(), True
    sys.path.insert(0, folder)
    if "matplotlib" not in sys.modules:
        os.environ.setdefault("MPLBACKEND", "agg")
    try:
        with guard.settings_kept():
            with contextlib.suppress(OSError):
                os.chdir(folder)
            yield
    finally:
        sys.argv, sys.stdin, sys.dont_write_bytecode, sys.path[:] = kept[:4]
        if kept[4] is None:
            os.environ.pop("MPLBACKEND", None)
        else:
            os.environ["MPLBACKEND"] = kept[4]
        for figure in set(_figures()) - set(figures):
            sys.modules["matplotlib.pyplot"].close(figure)


@lru_cache
def _folder(path):
    return os.fspath(Path(path).resolve().parent)


def _figures():
    """The numbers of open figures, where anybody draws."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot.get_fignums() if hasattr(pyplot, "get_fignums") else ()


@contextlib.contextmanager
def neighbours_forgotten(path):
    """Afterwards the modules that were imported from the script's folder are forgotten: another script may have others of that name."""
    folder, known = Path(path).resolve().parent, set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).resolve().is_relative_to(folder):
                del sys.modules[name]


def namespace(filename):
    """What a script finds in its namespace."""
    return {"__name__": "__main__", "__file__": filename, "__builtins__": builtins, "__doc__": None}


def trouble(error, filename, where=""):
    """What an exception of the learner's code means, as Trouble with the line of theirs where it was raised."""
    line = _line(error, filename)
    place = f" in line {line}" if line else ""
    if isinstance(error, guard.OutOfTime):
        why = f"it was stopped{place}{where}, where it was still running: does a loop there never end?"
    elif isinstance(error, SystemExit):
        why = f"it ends Python{place} (exit with {guard.said(error.code, repr)}){where}: does it want arguments? Take that line out."
    elif isinstance(error, EOFError):
        why = f"it asks for input{place}: write a value in the place of input()"
    elif isinstance(error, SyntaxError):
        why = f"{type(error).__name__}: {guard.said(error.msg)}, in line {error.lineno}"
        line = error.lineno
    else:
        why = f"{type(error).__name__}{place}: {guard.said(error)}"
    return Trouble(why, filename, line, error)


def _line(error, filename):
    """The innermost line of the file in the traceback of an exception, or of what it was raised in place of."""
    while error is not None:
        found, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == filename:
                found = trace.tb_lineno
            trace = trace.tb_next
        if found is not None:
            return found
        error = error.__context__
    return None


class WithoutPlots(ast.NodeTransformer):
    """Statements that draw, wait, or show a plot do nothing: they have no part in a gradient, and there is nobody to look."""

    def __init__(self, tree):
        self.names = {
            name.asname or name.name.split(".")[0]
            for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in node.names if (getattr(node, "module", None) or name.name).startswith(_PLOTS)
        }  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and self._draws(node.value):
                self.names |= {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}

    def _draws(self, node):
        node = node.func if isinstance(node, ast.Call) else node
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            node = node.func if isinstance(node, ast.Call) else node.value
        return isinstance(node, ast.Name) and node.id in self.names

    def visit_FunctionDef(self, node):
        """Bodies of functions stay: they may return what they draw."""
        return node

    visit_ClassDef = visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Expr(self, node):
        """Nothing in the place of a line that only draws or waits."""
        waits = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in ("time.sleep", "sleep")
        return ast.copy_location(ast.Pass(), node) if waits or (isinstance(node.value, ast.Call) and self._draws(node.value)) else node
