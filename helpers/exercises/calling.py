"""Calling a reader's function: on copies, with a word of ours for the errors that NumPy words for itself."""

import inspect
import re
import traceback

import numpy as np

from helpers.exercises.copies import copied, difference
from helpers.exercises.outcome import NotAttempted, Wrong, kind, raised, said, unfinished

SHAPE = re.compile(r"\(\d+(?:, ?\d+)*,?\)")
SIZES = re.compile(r"size (\d+) is different from (\d+)")
LAYER = re.compile(r"d?[WbZA](\d+)")


class Misfit(Wrong):
    """Two arrays do not fit together; another network may tell which mistake it is."""


def call(function, *arguments, name=None, depth=None, spoilt="work on a new array, or the cache is spoilt for the next line."):
    """What a reader's function returns for copies of the arguments; Wrong says what went wrong.

    Wrong is raised as well where the function changes an argument; one that it puts back before it returns is fine.

    Parameters
    ----------
    function : anything
    arguments : anything
        Arrays, dicts and lists are copied.
    name : str, optional
        What the reader calls the function; its own name unless given.
    depth : int, optional
        The number of layers, so that a KeyError for a layer beyond it is told.
    spoilt : str
        What to do instead of overwriting an argument.
    """
    name = name or _name(function)
    if not callable(function):
        raise Wrong(f"{name} is {kind(function) if function is not None else 'None'}, expected a function.")
    copies = [copied(argument) for argument in arguments]
    try:
        result = function(*copies)
    except (KeyboardInterrupt, Wrong):
        raise
    except BaseException as error:
        raise _reason(error, name, function, arguments, depth) from None
    if unfinished(result):
        raise NotAttempted
    if result is None:
        raise Wrong(f"{name} returns None: is the return missing?")
    for copy, argument, label in zip(copies, arguments, _labels(function, len(arguments)), strict=True):
        if changed := difference(copy, argument, label):
            raise Wrong(f"{name} overwrites its argument {changed}: {spoilt}")
    return result


def _name(function):
    name = getattr(function, "__name__", None) if inspect.isroutine(function) else None
    return name if isinstance(name, str) and name.isidentifier() else "your function"


def _labels(function, count):
    """The names of the first `count` parameters, as far as they are known."""
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        names = []
    return [names[k] if k < len(names) else f"number {k + 1}" for k in range(count)]


def _reason(error, name, function, arguments, depth):
    """The exception that tells what an error in a reader's function means."""
    text = said(error, str, 400)
    if isinstance(error, TypeError | AttributeError) and "ellipsis" in text:
        return NotAttempted()
    layer = LAYER.fullmatch(str(error.args[0])) if isinstance(error, KeyError) and depth and error.args and isinstance(error.args[0], str) else None
    if layer and int(layer[1]) > depth:
        return Wrong(f"{name} asks for {layer[0]}, but this network has {depth} layer{'s' * (depth > 1)}: "
                     "find L = len(p) // 2 and loop over the layers.")  # fmt: skip
    if isinstance(error, ValueError) and (misfit := _misfit(text)):
        given = [(label, a) for label, a in zip(_labels(function, len(arguments)), arguments, strict=True) if isinstance(a, np.ndarray)]
        shapes = ", ".join(f"{label} {a.shape}" for label, a in given)
        return Misfit(f"{name}{_line(error, function)} joins arrays that do not fit: {misfit}. {_turned(text, given)} The arguments: {shapes}.")
    return Wrong(f"{name} raised {raised(error)}")


def _misfit(text):
    """What NumPy says about two shapes, in the terms of matrices; None where it says something else."""
    shapes = " and ".join(shape.replace(",", ", ").replace(",  ", ", ").replace(", )", ",)") for shape in SHAPE.findall(text))
    if sizes := SIZES.search(text):
        return f"a product A @ B needs as many columns in A as rows in B, here {sizes[2]} and {sizes[1]}"
    if "not aligned" in text:
        return f"a product needs as many columns on the left as rows on the right, the shapes are {shapes}"
    return f"entry by entry, {shapes} cannot be combined" if "broadcast" in text else None


def _turned(text, given):
    """A row that became a column is named; else the usual suspect."""
    shapes = {shape.replace(" ", "") for shape in SHAPE.findall(text)}
    for label, array in given:
        if array.ndim == 2 and array.shape[0] == 1 and f"({array.size},1)" in shapes:
            return f"{label} has become a column; it is a row."
    return "Is a transpose missing, or one too many?"


def _line(error, function):
    """The reader's line in which the error came up, in words, where it is known."""
    told = getattr(error, "line_of_answer", None)  # by the process in which the answer runs, see helpers.exercises.grading
    line = where(error, function) if told is None else told
    return f", in the line {line!r}," if line else ""


def where(error, function):
    """The reader's line in which the error came up; empty where it is not known."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file and frame.line]
    return lines[-1].strip()[:80] if lines else ""


def execute(text, space):
    """Run a text with a line that a reader wrote; the gradebook runs it where the reader's other code is."""
    exec(compile(text, "<brought>", "exec"), space)


def beside(function, helper, *arguments):
    """helper(function, *arguments), run where the reader's function is: for helpers that look at more than what it returns."""
    return getattr(function, "beside", _beside)(function, helper, *arguments)


def _beside(function, helper, *arguments):
    return helper(function, *arguments)
