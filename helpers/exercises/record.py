"""What was said of each answer: remembered in this kernel, and kept in a file for after its restart.

Each notebook has a file of its own in the folder `my_progress` beside the notes, so that two that are open at once, or a copy under
another name, do not disturb each other. Nothing here ever raises, and nothing is kept outside of a notebook.
"""

import ast
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from helpers.exercises.chapters import CHAPTER_OF, answers, slug_of
from helpers.exercises.copies import copied, difference
from helpers.notes import progress_folder

STATUSES = ("right", "wrong", "not attempted")
CHANGED = "its cell has changed since it was checked: run both cells again."


@dataclass(frozen=True)
class Judged:
    """An answer as it was given to its check in this kernel, with a copy that shows later changes in place, and what was said of it."""

    given: tuple
    copies: tuple
    feedback: object

    def still(self, values):
        """Whether these are the very values that were judged, unchanged."""
        with contextlib.suppress(Exception):  # an answer of the reader's own class may do anything when it is compared
            same = all(value is given for value, given in zip(values, self.given, strict=True))
            return same and difference(list(values), list(self.copies), "answers") is None
        return False


@dataclass(frozen=True)
class Kept:
    """What the file says of an exercise: the verdict, the digest of the cell that held the answer (None: unknown), and when."""

    status: str
    message: str
    source: str | None
    time: float


_judged = {}
trouble = ""
"""Why the last verdict could not be kept; empty where it was."""


def remember(name, given, feedback):
    """Note what the check `name` said of these answers; checks that belong to no notebook are not noted."""
    slug = slug_of(name)
    if slug not in CHAPTER_OF:
        return
    with contextlib.suppress(Exception):  # whatever an answer does when it is copied: its verdict is worth more than the note of it
        _judged[slug] = Judged(tuple(given), tuple(copied(answer) for answer in given), feedback)
    with contextlib.suppress(Exception):
        if shell():
            _keep(slug, feedback)


def judged(slug):
    """The `Judged` of this kernel, or None."""
    return _judged.get(slug)


def recalled(slug):
    """The `Kept` of an earlier kernel or this one, open where the saved notebook has another answer by now; None where nothing was kept."""
    kept = _entry(_read(_file(CHAPTER_OF[slug])).get(slug))
    return replace(kept, status="not attempted", message=CHANGED) if kept and _changed_since(kept) else kept


# ---------------------------------------------------------------- where we are


def shell():
    """The running IPython, if any, without importing it."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def namespace():
    """The reader's variables; none outside of a notebook."""
    return shell().user_ns if shell() else {}


def notebook():
    """The file that runs in this kernel, as far as Jupyter's server or VS Code tells; else None."""
    named = namespace().get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    paths = [Path(named), Path.cwd() / Path(named).name] if isinstance(named, str) and named.endswith(".ipynb") else []
    with contextlib.suppress(OSError):
        return next((path for path in paths if path.is_file()), None)
    return None


def cells():
    """The saved notebook's cells as (id, source); none where it is not known or not readable."""
    with contextlib.suppress(Exception):
        stored = json.loads(notebook().read_text(encoding="utf-8"))["cells"]
        return [(cell.get("id", ""), "".join(cell["source"])) for cell in stored if cell["cell_type"] == "code"]
    return []


# ---------------------------------------------------------------- the file


def _file(chapter):
    """One file for the notebook that runs here, by its own name; by the chapter's where that is not known."""
    path = notebook()
    return progress_folder() / f"{path.stem if path else chapter}.json"


def _read(path):
    """The entries of a file; one that is missing or spoilt has none."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        entries = json.loads(path.read_text(encoding="utf-8"))
        return entries if isinstance(entries, dict) else {}
    return {}


def _entry(value):
    """A `Kept` of an entry; None where it is not one."""
    with contextlib.suppress(TypeError):
        kept = Kept(**value)
        kinds = isinstance(kept.message, str) and isinstance(kept.source, str | None) and isinstance(kept.time, int | float)
        return kept if kinds and kept.status in STATUSES else None
    return None


def _keep(slug, feedback):
    """Write one verdict beside the others; a stub that was never answered leaves no trace."""
    global trouble
    path = _file(CHAPTER_OF[slug])
    entries = _read(path)
    if feedback.status == "not attempted" and slug not in entries:
        return
    entries[slug] = vars(Kept(feedback.status, feedback.message, source_now(slug), time.time()))
    try:
        _write(path, json.dumps(entries, indent=1, sort_keys=True) + "\n")
        trouble = ""
    except OSError as error:
        trouble = f"{path.parent.name} cannot be written ({error.strerror})"


def _write(path, text):
    """Put a text in the place of the file in one step, so that who reads or stops meanwhile finds the old or the new one."""
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", encoding="utf-8", delete=False) as file:
        file.write(text)
    try:
        Path(file.name).replace(path)
    except OSError:
        Path(file.name).unlink(missing_ok=True)
        raise


# ---------------------------------------------------------------- the answer's cell


def source_now(slug):
    """The digest of the cell, of those run in this kernel, that last gave the answer its name; None where there is none."""
    history = getattr(getattr(shell(), "history_manager", None), "input_hist_raw", [])
    names = answers(slug)
    return next((digest(source) for source in reversed(history) if names and names[0] in _bound(source)), None)


def _bound(source):
    """The names that a cell binds, wherever in it; none where it is not plain Python."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return set()
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return defined | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def digest(source):
    """A cell's text as a short digest, without regard to blanks at the ends of its lines."""
    return hashlib.sha256("\n".join(line.rstrip() for line in source.strip().splitlines()).encode("utf-8", "replace")).hexdigest()[:16]


def _changed_since(kept):
    """Whether the notebook was saved after the verdict, and no cell of it holds the judged answer any more."""
    saved = cells()
    if not saved or kept.source is None or notebook().stat().st_mtime <= kept.time:
        return False
    return kept.source not in {digest(source) for _, source in saved}
