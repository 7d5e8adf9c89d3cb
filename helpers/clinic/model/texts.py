"""What stands behind a filename: a file, a notebook cell, a text that was registered. And whether it is the learner's."""

import __future__

import ast
import linecache
import os
import sysconfig
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

FEATURES = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}
"""The flags of `compile` for what `from __future__ import …` says."""

_texts = {}


@dataclass(frozen=True, eq=False)
class Source:
    """The text behind a filename: `text`, `lines` (line n is lines[n - 1]) and `tree` (ast.Module)."""

    filename: str
    text: str
    tree: ast.Module

    @cached_property
    def lines(self):
        """The text by lines."""
        return tuple(self.text.split("\n"))

    @cached_property
    def _by_line(self):
        """{line: the innermost statement there}: of a loop, a condition or a function only its head."""
        found = {}
        for node in ast.walk(self.tree):  # from the outside in, so that the innermost is noted last
            if isinstance(node, ast.stmt):
                found.update(dict.fromkeys(range(first_line(node), node.end_lineno + 1), node))
        return found

    def statement(self, line):
        """The innermost statement on a line (ast.stmt), or None."""
        return self._by_line.get(line)

    def segment(self, node):
        """The text of a node as it stands in the file."""
        return ast.get_source_segment(self.text, node) or ""

    @cached_property
    def flags(self):
        """What `from __future__ import …` says, for `compile`."""
        imports = (node for node in self.tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__")
        return sum({FEATURES.get(alias.name, 0) for node in imports for alias in node.names})


def first_line(node):
    """The first line of a statement, its decorators among it."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def register(filename, text):
    """Say what stands behind a filename that no file and no notebook cell has; text=None forgets it."""
    if text is None:
        _texts.pop(filename, None)
    else:
        _texts[filename] = text


def source_of(filename):
    """The Source behind a filename: registered, a file, a notebook cell, or a file of that name (with .py) in the working folder.

    None where there is no text, or none that Python can read.
    """
    text = _texts.get(filename)
    return _source(filename, text if text is not None else _found(filename))


def _found(filename):
    if not filename or filename.startswith("<frozen ") or filename == "<string>":  # since 3.13 `python -c` keeps its text under that name
        return None
    for name in (filename, f"{filename}.py"):
        linecache.checkcache(name)  # a file that was saved since it was last read
        lines = linecache.getlines(name)
        if lines:
            return "".join(lines)
    return None


@lru_cache(maxsize=64)
def _source(filename, text):
    if not text:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return Source(filename, text, parsed(text, filename))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parsed(text, filename="<learner>"):
    """The syntax tree of a text; a notebook cell may await."""
    return compile(text, filename, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


def is_theirs(code):
    """Whether a code object is the learner's: not Python's own, not an installed package's, not ours."""
    return _theirs(code.co_filename)


@lru_cache(maxsize=4096)
def _theirs(filename):
    if filename.startswith(("<frozen ", "<__array_function__")):
        return False
    parts = Path(filename).parts
    if "site-packages" in parts or "dist-packages" in parts:
        return False
    where = os.path.abspath(filename)
    return not where.startswith(_not_theirs())


@lru_cache(maxsize=1)
def _not_theirs():
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__), str(Path(__file__).parents[2])}
    return tuple(os.path.join(os.path.abspath(folder), "") for folder in folders if folder)
