"""The tables: a row a learner and a column an exercise, and the pass rate of each exercise."""

import csv
import io
from collections import Counter
from pathlib import Path

from helpers.exercises.chapters import CHAPTERS

MISSING = "missing"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Gradebook:
    """What was found out so far.

    Parameters
    ----------
    learners : list of str
    chapters : list of str
        Those that anybody handed in: they have columns.
    """

    def __init__(self, learners, chapters):
        self.learners, self.chapters = sorted(learners), sorted(chapters)
        self.graded, self.notes = {}, {learner: [] for learner in learners}

    @property
    def exercises(self):
        """(chapter, slug) of each column."""
        return [(chapter, slug) for chapter in self.chapters for slug in CHAPTERS[chapter]]

    def enter(self, learner, chapter, graded):
        """Enter a learner's notebook."""
        self.graded[learner, chapter] = graded
        self.notes[learner] += [f"{chapter[:2]}: {note}" for note in graded.notes]

    def rows(self):
        """The table with its head: how many are right, a score for each chapter, a verdict for each exercise, and notes."""
        head = ["learner", "right", "wrong", "open", "of", "percent", *(f"{chapter[:2]} right" for chapter in self.chapters)]
        yield [*head, *(f"{chapter[:2]} {slug}" for chapter, slug in self.exercises), "notes"]
        for learner in self.learners:
            cells = [self._cell(learner, *exercise) for exercise in self.exercises]
            count = Counter(cell.partition(":")[0] for cell in cells)
            right = [self._right(learner, chapter) for chapter in self.chapters]
            share = f"{100 * count['right'] / len(cells):.0f}" if cells else ""
            yield [learner, count["right"], count["wrong"], count["open"], len(cells), share, *right, *cells, "; ".join(self.notes[learner])]

    def _cell(self, learner, chapter, slug):
        graded = self.graded.get((learner, chapter))
        return str(graded.verdicts[slug]) if graded else MISSING

    def _right(self, learner, chapter):
        graded = self.graded.get((learner, chapter))
        return sum(verdict.status == "right" for verdict in graded.verdicts.values()) if graded else MISSING

    def rates(self):
        """For each exercise how many of those who handed in its chapter are right, and the commonest reason of those who are not."""
        yield ["exercise", "handed in", "right", "wrong", "open", "percent right", "commonest reason"]
        for chapter, slug in self.exercises:
            verdicts = [graded.verdicts[slug] for (_, one), graded in self.graded.items() if one == chapter]
            count = Counter(verdict.status for verdict in verdicts)
            reasons = Counter(verdict.reason for verdict in verdicts if verdict.status == "wrong").most_common(1)
            share = f"{100 * count['right'] / len(verdicts):.0f}" if verdicts else ""
            said = f"{reasons[0][1]} times: {reasons[0][0]}" if reasons and reasons[0][1] > 1 else reasons[0][0] if reasons else ""
            yield [f"{chapter[:2]} {slug}", len(verdicts), count["right"], count["wrong"], count["open"], share, said]

    def write(self, path):
        """Write both tables, each in one step, so that a stop leaves whole ones: `path`, and beside it `…_rates.csv`."""
        replace(path, as_csv(self.rows()))
        replace(rates_path(path), as_csv(self.rates()))


def rates_path(path):
    """Where the pass rates go: grades_rates.csv beside grades.csv."""
    return path.with_name(f"{path.stem}_rates{path.suffix}")


def as_csv(rows):
    """Rows as text; what a spreadsheet would take for a formula is given as a text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[_cell(cell) for cell in row] for row in rows])
    return out.getvalue()


def _cell(value):
    text = " ".join(str(value).encode("utf-8", "backslashreplace").decode().split())
    return f"'{text}" if text.startswith(FORMULA) else text


def replace(path, text):
    """Put a text in the place of a file in one step."""
    new = Path(f"{path}.new")
    new.write_text(text, encoding="utf-8", newline="")
    new.replace(path)
