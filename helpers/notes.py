"""Where a reader's notes are kept: beside the notebooks, or where the environment variable CASEBOOK_NOTES says."""

import os
from pathlib import Path

NOTES = "my_notes.json"


def notes_file():
    """The file that `helpers.predictions.keep` writes."""
    return Path(os.environ.get("CASEBOOK_NOTES", NOTES))


def progress_folder():
    """The folder beside it in which `helpers.exercises` keeps, for each notebook, which answers were right: my_progress."""
    notes = notes_file()
    return notes.with_name(f"{notes.stem.removesuffix('_notes')}_progress")
