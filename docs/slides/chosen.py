"""From an executed notebook to the notebook of its deck: the marked cells, shortened, with what was left out in the speaker's notes.

The marks are Jupyter's own, `slideshow.slide_type` in a cell's metadata. What is not marked is not on a slide.
"""

import ast
import re
from copy import deepcopy
from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from slides.shortened import heading_of, headings_of, question_of, said, without_links

STARTS = ("slide", "subslide")
SHOWN = (*STARTS, "fragment")
MARKS = (*SHOWN, "notes", "skip")
ANSWERS = "<details>"
WHOLE, CODE, NO_CODE = "slide-whole", "slide-code", "slide-no-code"  # tags, for where the rules below choose wrongly


class NoSlides(ValueError):
    """A notebook whose marks make no deck, and why."""


def mark(cell: NotebookNode) -> str | None:
    """The cell's slide type; None where it has none ("-" in JupyterLab).

    Raises NoSlides for a type that Jupyter does not know.
    """
    kind = cell.metadata.get("slideshow", {}).get("slide_type")
    if kind in (None, "", "-"):
        return None
    if kind not in MARKS:
        raise NoSlides(f"cell {cell.get('id', '?')} has the slide type {kind!r}, expected one of {', '.join(MARKS)}")
    return kind


def deck(notebook: NotebookNode) -> NotebookNode:
    """A notebook of the marked cells as they stand on the slides, each slide with one cell of notes.

    Raises NoSlides where no cell is marked, or the first mark does not begin a slide.
    """
    kinds = [mark(cell) for cell in notebook.cells]
    shown = [kind for kind in kinds if kind in SHOWN]
    if not shown or shown[0] != "slide":
        raise NoSlides("its first marked cell must be a slide" if shown else "no cell is marked as a slide")
    slides: list[Slide] = []
    heading = asked = ""
    for cell, kind in zip(notebook.cells, kinds, strict=True):
        heading = heading_of(cell) or heading
        if kind not in SHOWN and any(found.startswith("## ") for found in headings_of(cell)):
            slides.append(Slide(heading, shown=False))  # a section that is left out keeps its prose to itself
        if kind in STARTS:
            slides.append(Slide(heading, asked if kind == "subslide" else ""))
        if slides:
            slides[-1].add(cell, kind)
        if kind in SHOWN:
            asked = "" if ANSWERS in cell.source else question_of(cell) or asked
    made = deepcopy(notebook)
    made.cells = [cell for slide in slides for cell in slide.cells()]
    return made


class Slide:
    """What one slide shows, cell by cell, and what its speaker reads."""

    def __init__(self, heading: str, asked: str = "", shown: bool = True):
        self.heading, self.asked, self.shown = heading, asked, shown
        self.pieces: list[NotebookNode] = []
        self.notes: list[str] = []

    def add(self, cell: NotebookNode, kind: str | None) -> None:
        """Show the cell, or keep its prose for the notes."""
        if not self.shown or kind == "skip":
            return
        if kind in SHOWN:
            piece, rest = on_slide(cell)
            piece.metadata["slideshow"] = {"slide_type": kind}
            self.pieces.append(piece)
            self.notes += [rest] if rest else []
        elif cell.cell_type == "markdown":
            self.notes.append(spoken(cell.source))

    def cells(self) -> list[NotebookNode]:
        """The slide's cells: under its heading what it shows, the notes after the first (those inside a fragment show only with it)."""
        if not self.pieces:
            return []
        first, *others = self.pieces
        before = []
        if self.heading and not heading_of(first):
            before = [new_markdown_cell(self.above(first), metadata={"slideshow": first.metadata.slideshow})]
            first.metadata["slideshow"] = {"slide_type": "-"}
        text = "\n\n".join(self.notes)
        aside = [new_markdown_cell(text, metadata={"slideshow": {"slide_type": "notes"}})] if text else []
        return [*before, first, *aside, *others]

    def above(self, first: NotebookNode) -> str:
        """The heading of the section: in full where the section begins, small where it goes on, with the question that the slide replies to."""
        words = self.heading.lstrip("# ")
        if first.metadata.slideshow.slide_type == "slide":
            return f"## {words}"
        where = f'<p class="where">{words}</p>'
        replies = self.asked and (first.cell_type == "code" or '<div class="answer">' in first.source)
        return f'{where}\n\n<div class="asked">\n\n{without_links(self.asked)}\n\n</div>' if replies else where


def on_slide(cell: NotebookNode) -> tuple[NotebookNode, str]:
    """A copy of the cell as a slide shows it, and the rest of its prose."""
    piece = deepcopy(cell)
    tags = cell.metadata.get("tags", [])
    if cell.cell_type == "code":
        return (vote(piece) if cell.id.startswith("guess-") else with_what_counts(piece, tags)), ""
    text = said(cell.source, whole=WHOLE in tags)
    piece.source = without_links(text.shown)
    return piece, spoken(text.rest)


def spoken(text: str) -> str:
    """Prose for the notes: what is folded stands open, under what its fold is called."""
    return without_links(re.sub(r"<details><summary>(.*?)</summary>", r"**\1.**", text).replace("</details>", "")).strip()


def vote(cell: NotebookNode) -> NotebookNode:
    """In place of the cell that takes a reader's guess: what there is to choose from, for a show of hands."""
    choices = in_words(cell.source.partition("#")[2].strip())
    counted = re.match("(of|in) |[a-z]+( [a-z]+)?s$", choices)  # says what the number counts: "of ten", "in nats", "forward passes"
    return new_markdown_cell(f'<p class="vote">{"… " if counted else ""}{escape(choices)}</p>', id=cell.id)


def in_words(choices: str) -> str:
    """The choices as one says them: without Python's brackets, and quotes but where an "or" is quoted."""
    for python, words in (
        (r"names in braces(,? from|:)", "any of"),
        (r", \[\] for none", ", or none"),
        (r",? such as those in [A-Z]+", ""),
        (r"\ba (set|list) (of )?", ""),
        (r"^\(([^()]*)\)$", r"\1"),
        (r'"((?:(?! and | or )[^"])*)"', r"\1"),
        (r"[\[\]{}]", ""),
    ):
        choices = re.sub(python, words, choices)
    return choices


def with_what_counts(cell: NotebookNode, tags: list[str]) -> NotebookNode:
    """Of a code cell its code or its picture, not both; the comparison with a reader's own guess is left out."""
    cell.outputs = [output for output in cell.outputs if output.get("data", True)]  # the curtain of a collapsed output
    lines = cell.source.splitlines()
    last = ast.parse(cell.source).body[-1:]
    if last and ast.unparse(last[0]).startswith("predicted("):
        lines = lines[: last[0].lineno - 1]
        cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
    pictured = any("text/html" in output.get("data", {}) for output in cell.outputs)
    cell.source = "\n".join(lines)
    cell.metadata["transient"] = {"remove_source": NO_CODE in tags or (pictured and CODE not in tags)}
    return cell

