"""Which exercises of a notebook are right, wrong or open."""

import html
import sys
from dataclasses import dataclass
from types import ModuleType

from helpers.exercises import record
from helpers.exercises.chapters import CHAPTER_OF, CHAPTERS, MODULES, answers, find

MARKS = {"right": "✔", "wrong": "✘", "open": "○"}
NOT_RUN = "not checked yet."


@dataclass(frozen=True)
class State:
    """An exercise with its status, "right", "wrong" or "open", and the sentence that says why."""

    slug: str
    status: str
    reason: str

    @property
    def title(self):
        """The exercise in words."""
        return self.slug.replace("-", " ")


@dataclass(frozen=True)
class Progress:
    """The exercises of one notebook in its order; `note` says what a reader should know besides."""

    states: tuple
    note: str = ""

    @property
    def summary(self):
        """How many are right, wrong and open."""
        count = {status: sum(state.status == status for state in self.states) for status in MARKS}
        rest = [f"{count[status]} {status}" for status in ("wrong", "open") if count[status]]
        return f"{count['right']} of {len(self.states)} exercises right" + "".join(f", {part}" for part in rest) + "."

    def __str__(self):
        if not self.states:
            return self.note
        width = max(len(state.title) for state in self.states)
        lines = [f"{MARKS[state.status]} {state.status:5}  {state.title:{width}}  {state.reason}" for state in self.states]
        return "\n".join([self.summary, *lines, *filter(None, [self.note])])

    __repr__ = __str__

    def _repr_html_(self):
        if not self.states:
            return f"<p>{html.escape(self.note)}</p>"
        left = 'style="text-align: left; vertical-align: top"'
        rows = "".join(
            f'<tr><td {left}>{MARKS[state.status]} {state.status}</td><th scope="row" {left}>{html.escape(state.title)}</th>'
            f"<td {left}>{html.escape(state.reason)}</td></tr>"
            for state in self.states
        )
        heads = "".join(f'<th scope="col" {left}>{head}</th>' for head in ("", "exercise", "what was said"))
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return f"<p><strong>{self.summary}</strong></p><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}"


def progress():
    """Which exercises of this notebook are right, wrong or open.

    What this kernel has run is judged as it is now; of what it has not run, the last verdict from before its restart is told, unless
    the saved notebook has another answer by now. The verdicts are kept in the folder my_progress beside the notebook.

    Returns
    -------
    Progress
    """
    if (chapter := _chapter()) is None:
        return Progress((), "No notebook of the casebook is known to run here: run its first cell, then this one again.")
    note = f"After a restart of the kernel this is forgotten: {record.trouble}." if record.trouble else ""
    return Progress(tuple(_state(slug) for slug in CHAPTERS[chapter]), note)


def _chapter():
    """The chapter of the notebook that runs here: by its file, its imports, the checks that it has run, or else what is loaded."""
    stored = _by_slugs(name.removeprefix("ex-").removesuffix("-check") for name, _ in record.cells() if name.startswith("ex-"))
    imported = _by_modules({value.__name__ for value in list(record.namespace().values()) if isinstance(value, ModuleType)})
    if stored and (stored in imported or not imported):
        return stored
    judged = _by_slugs(slug for slug in CHAPTER_OF if record.judged(slug))
    return next(iter(imported), None) or judged or next(iter(_by_modules(sys.modules)), None)


def _by_modules(names):
    """The chapters that have a module among these."""
    return [chapter for chapter, modules in MODULES.items() if any(f"helpers.exercises.{module}" in names for module in modules)]


def _by_slugs(slugs):
    """The chapter that most of these belong to, or None."""
    chapters = [CHAPTER_OF[slug] for slug in slugs if slug in CHAPTER_OF]
    return max(sorted(set(chapters)), key=chapters.count, default=None)


def _state(slug):
    """What can be said of one exercise: of its variables where they are all there, else what was kept."""
    values = record.namespace()
    names = answers(slug)
    kept = record.recalled(slug)
    if not all(name in values for name in names):
        return _told(slug, kept)
    given = [values[name] for name in names]
    judged = record.judged(slug)
    if judged and judged.still(given):
        return _told(slug, judged.feedback)
    feedback = find(slug).unnoted(*given)
    if kept and kept.status == "right" and "NameError" in feedback.message and kept.source == record.source_now(slug):
        return State(slug, "right", f"{kept.message} (Checked before the kernel was restarted; the cells that it needs have not been run since.)")
    record.remember(find(slug).__name__, given, feedback)
    return _told(slug, feedback)


def _told(slug, verdict):
    """A `Feedback` or a `Kept` as the reader is told."""
    if verdict is None:
        return State(slug, "open", NOT_RUN)
    return State(slug, verdict.status if verdict.status in MARKS else "open", verdict.message)
