"""Run notebooks in a clean kernel and store their outputs, the same bytes from run to run.

    python tests/store_outputs.py                       all notebooks
    python tests/store_outputs.py notebooks/03_*.ipynb  some of them
    python tests/store_outputs.py --check               write nothing, exit 1 where stored and new differ

A notebook in which a cell raises or writes to stderr is left as it was. `--check` compares bytes, those of
the pictures included: use it with the version of Matplotlib that stored them (pytest compares all but the
bytes of the pictures).
"""

import argparse
import difflib
import sys
from pathlib import Path

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from notebook_tools import (
    execute,
    normalised,
    notebook_paths,
    read,
    stderr_outputs,
    to_text,
    without_picture_bytes,
)

SLOW = 20  # seconds; a notebook should need less on two cores


class NotStored(Exception):
    """Why a notebook's outputs were not stored."""


def fresh_text(path: Path) -> tuple[str, float]:
    """The text of the notebook with new outputs, and the seconds its run took."""
    notebook = read(path)
    try:
        seconds = execute(notebook, path.parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotStored(f"a cell failed:\n{error}") from error
    if complaints := stderr_outputs(notebook):
        raise NotStored("\n".join(f"cell {cell} wrote to stderr:\n{text}" for cell, text in complaints))
    return to_text(normalised(notebook)), seconds


def difference(stored: str, fresh: str) -> str:
    """The lines that differ; what a picture looks like as base64 is left out."""
    if without_picture_bytes(stored) == without_picture_bytes(fresh):
        return "only the bytes of pictures differ"
    lines = [without_picture_bytes(text).splitlines() for text in (stored, fresh)]
    return "\n".join(difflib.unified_diff(*lines, "stored", "fresh", n=1, lineterm=""))


def process(path: Path, check: bool) -> str:
    """Store the outputs of one notebook, or check those that are stored; returns what to tell the user."""
    stored = path.read_text(encoding="utf-8")
    fresh, seconds = fresh_text(path)
    if check and fresh != stored:
        raise NotStored(f"stored and new outputs differ:\n{difference(stored, fresh)}")
    if fresh != stored:
        path.write_text(fresh, encoding="utf-8", newline="\n")
    verdict = "as stored" if fresh == stored else "stored anew"
    slow = f"  WARNING: more than {SLOW} s" if seconds > SLOW else ""
    return f"{verdict}, {seconds:.1f} s{slow}"


def main(arguments: list[str] | None = None) -> int:
    """Process each notebook named (all where none is); 1 if any was refused."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of notebooks/")
    parser.add_argument("--check", action="store_true", help="compare with what is stored, write nothing")
    options = parser.parse_args(arguments)
    if absent := [str(path) for path in options.notebooks if not path.is_file()]:
        parser.error(f"no such notebook: {', '.join(absent)}")
    refused = 0
    for path in [p.resolve() for p in options.notebooks] or notebook_paths():
        try:
            print(f"{path.name}: {process(path, options.check)}", flush=True)
        except NotStored as reason:
            refused = 1
            print(f"{path.name}: {'CHECK FAILED' if options.check else 'NOT STORED'}, {reason}", file=sys.stderr)
    return refused


if __name__ == "__main__":
    sys.exit(main())
