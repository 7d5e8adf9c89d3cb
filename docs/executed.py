"""Notebooks run afresh, with the state of their widgets: what the pages and the slides show.

    from executed import executed, executed_all
    notebook = executed(Path("notebooks/02_activations.ipynb"))

A run is kept in docs/_cache under the content of all that it depends on (the notebook, helpers/, what learners brought, the versions
of what runs it), so that a second build takes seconds and none shows what is out of date.
"""

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
CACHE = DOCS / "_cache"
sys.path.append(str(ROOT / "tests"))  # one way of running notebooks, shared with the storing script

from notebook_tools import code_cells, execute, normalised, read, to_text  # noqa: E402

VERSIONS = ("numpy", "matplotlib", "pillow", "ipywidgets", "anywidget", "ipykernel", "ipython", "nbclient")
FORMAT = "2"  # another number where this module keeps something else than before
AT_ONCE = 2  # each run has a kernel of its own, which uses one core


class CannotRun(Exception):
    """Why a notebook cannot be shown: names the notebook and the cell."""


def executed(path: Path, cache: Path = CACHE) -> NotebookNode:
    """The notebook stored in `path`, run in a clean kernel, with `metadata.widgets`; from the cache where nothing has changed.

    Raises CannotRun with the notebook, the cell and what it raised.
    """
    path = Path(path).resolve()
    if not path.is_file():
        raise CannotRun(f"There is no notebook {path.name} in {path.parent.name}/.")
    kept = place(path, cache)
    if not kept.is_file():
        ran = run(read(path), path.name, path.parent)
        if place(path, cache) != kept:
            raise CannotRun(f"{path.name}, or what it imports, was changed while it ran. Build again.")
        keep(ran, kept)
    return read(kept)


def executed_all(paths: Iterable[Path], say: Callable[[str], None] = print, cache: Path = CACHE) -> dict[Path, NotebookNode]:
    """{path: the notebook run}, in the order of `paths`, two at a time; `say` is told of each that is not in the cache.

    Raises CannotRun for the first that cannot run; those that can are in the cache by then.
    """

    def one(path: Path) -> NotebookNode:
        if not place(path, cache).is_file():
            say(f"  running {path.name}")
        return executed(path, cache)

    paths = list(paths)
    with ThreadPoolExecutor(AT_ONCE) as runners:
        return dict(zip(paths, runners.map(one, paths), strict=True))


def run(notebook: NotebookNode, name: str, folder: Path) -> NotebookNode:
    """`notebook` with the outputs of a run in `folder`, as its page shows it."""
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    try:
        execute(notebook, folder, widget_state=True)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise CannotRun(complaint(notebook, name, error)) from error
    return shown(notebook)


def shown(notebook: NotebookNode) -> NotebookNode:
    """A notebook that was run as its page shows it: normalised as the storing script does, the live views and their state kept."""
    views, state = [cell.get("outputs") for cell in notebook.cells], notebook.metadata.get("widgets", {})
    clean = normalised(notebook)
    for cell, outputs in zip(clean.cells, views, strict=True):
        restore_views(cell, outputs or [])
    clean.metadata["widgets"] = state
    return clean


def restore_views(cell: NotebookNode, outputs: list[NotebookNode]) -> None:
    """Put back the live views that `normalised` takes out, in a cell that has some."""
    shown = [output for output in outputs if "data" in output]
    cleaned = [output for output in cell.get("outputs", []) if output.get("data")]
    for output, source in zip(cleaned, shown, strict=True):
        output.data = source.data


def complaint(notebook: NotebookNode, name: str, error: Exception) -> str:
    """Which cell stopped the run, and how: the last that was begun."""
    begun = [cell for cell in code_cells(notebook) if cell.execution_count or cell.outputs]
    cell = begun[-1].id if begun else code_cells(notebook)[0].id
    if isinstance(error, CellExecutionError):
        what = f"raises {error.ename}: {error.evalue}"
    else:
        what = "does not end" if isinstance(error, CellTimeoutError) else "ends its kernel"
    return f"{name} cannot be shown: cell {cell} {what}"


def keep(notebook: NotebookNode, path: Path) -> None:
    """Write `notebook` to `path` at once, so that nobody who builds at the same time reads half of it; older runs of the notebook go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(to_text(notebook))
    os.replace(name, path)
    for old in set(path.parent.glob(f"{path.stem.rpartition('-')[0]}-{'?' * 16}.ipynb")) - {path}:
        old.unlink(missing_ok=True)


def place(path: Path, cache: Path) -> Path:
    """Where the run of the notebook in `path` is kept as long as nothing that it depends on changes."""
    return cache / f"{path.stem}-{fingerprint(path)[:16]}.ipynb"


def fingerprint(path: Path) -> str:
    """A hash of all that the outputs of the notebook in `path` depend on."""
    whole = hashlib.sha256("\n".join([FORMAT, platform.python_version(), *(f"{name} {version(name)}" for name in VERSIONS)]).encode())
    for file in [path, *sources(ROOT / "helpers"), *sources(path.parent / "brought")]:
        whole.update(f"\0{file.name}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def sources(folder: Path) -> list[Path]:
    """The files beneath a folder, but for what Python makes of them."""
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
