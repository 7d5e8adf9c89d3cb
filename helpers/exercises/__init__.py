"""Checks of the readers' answers: each `check_…` says right, not attempted, or what is wrong and why. None ever raises.

One module per chapter; `feedback` holds what they share, `progress()` says which exercises of a notebook are right, and
`python -m helpers.exercises` makes a gradebook of learners' notebooks. `exercises.check_…` finds the check of any chapter.
"""

from helpers.exercises.chapters import CHAPTER_OF, find, slug_of
from helpers.exercises.feedback import Feedback
from helpers.exercises.overview import progress

__all__ = ["Feedback", "progress"]


def __getattr__(name):
    """The checks of all chapters, so that a notebook's name `exercises` may mean its chapter's module or this package."""
    if name.startswith("check_") and slug_of(name) in CHAPTER_OF:
        return find(slug_of(name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
