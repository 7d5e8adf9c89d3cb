"""Read a file of Python, whatever it is stored as: a module, a script, a notebook."""

import ast
import io
import json
import tokenize
from pathlib import Path

from helpers.clinic.model.subject import Trouble


def text_of(path):
    """The text of a Python file; of a notebook its code cells, one below the other. Trouble where there is none."""
    path = Path(path)
    if path.is_dir():
        raise Trouble("it is a folder, expected a Python file", str(path))
    if not path.is_file():
        raise Trouble("there is no such file", str(path))
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Trouble("it is stored as UTF-16, and Python reads UTF-8: save it again with the encoding UTF-8", str(path))
    if b"\0" in content:
        raise Trouble("it holds null bytes: it is no Python file", str(path))
    return _cells(content, path) if path.suffix == ".ipynb" else _decoded(content, path)


def _decoded(content, path):
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        where = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise Trouble(f"it is not stored as UTF-8{where}: save it again with the encoding UTF-8", str(path), cause=error) from None


def _cells(content, path):
    """The code cells of a notebook; what only IPython understands becomes a comment, so that lines keep their numbers."""
    try:
        cells = json.loads(content.decode("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble("it is no notebook that can be read: its JSON holds no cells", str(path), cause=error) from None
    lines = [line for source in sources if not source.startswith("%%") for line in [*source.split("\n"), ""]]
    return "\n".join(_plain(line) for line in lines)


def _plain(line):
    bare = line.lstrip()
    if not bare.startswith(("%", "!", "?")) and not bare.endswith("?"):
        return line
    return line[: len(line) - len(bare)] + "pass  # " + bare


def tree_of(text, filename):
    """The syntax tree. Trouble with the line where that is no Python."""
    try:
        return ast.parse(text, filename)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        place = f", in line {line}" if line else ""
        raise Trouble(f"{type(error).__name__}: {getattr(error, 'msg', None) or error}{place}", filename, line, error) from None


def expression_of(said, what):
    """(text, tree, code) of an expression. Trouble where it is none."""
    text = said if isinstance(said, str) else repr(said)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        return text, tree, compile(ast.Expression(tree), f"<{what}>", "eval")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise Trouble(
            f"{what} is {text[:80]!r}, expected an expression in the script's names, such as ((out - y) ** 2).mean()", cause=error
        ) from None
