"""What the marks of slides must be, see docs/slides/README.md: a question is on the screen before its answer."""

from pathlib import Path

from nbformat import NotebookNode

from notebook_tools import reveals, shows_outcome

STARTS = ("slide", "subslide")
SHOWN = (*STARTS, "fragment")
KINDS = (*SHOWN, "notes", "skip")
TAGS = {"slide-whole": "markdown", "slide-code": "code", "slide-no-code": "code"}  # which cells they are for
MAX_SLIDES = 32  # a lesson of 50 minutes has no time for more


def slide_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """The marks make a deck, of at most MAX_SLIDES slides, in which no answer stands without its question."""
    marks = {cell.id: kind for cell in notebook.cells if (kind := cell.metadata.get("slideshow", {}).get("slide_type"))}
    shown = {cell: kind for cell, kind in marks.items() if kind in SHOWN}
    found = [f"{cell}: slide type {kind!r}, expected one of {', '.join(KINDS)}" for cell, kind in marks.items() if kind not in KINDS]
    if not shown:
        return [*found, f"{path.name} has no slides"]
    first, kind = next(iter(shown.items()))
    found += [f"{first}: a deck begins with a slide, not with a {kind}"] if kind != "slide" else []
    slides = sum(kind in STARTS for kind in shown.values())
    found += [f"{first}: begins {slides} slides, at most {MAX_SLIDES}"] if slides > MAX_SLIDES else []
    return found + tag_complaints(notebook, shown) + order_complaints(notebook, shown)


def tag_complaints(notebook: NotebookNode, shown: dict[str, str]) -> list[str]:
    """A tag for slides stands at a cell that is on one, and of the right kind."""
    return [
        f"{cell.id}: the tag {tag} is for a {TAGS[tag]} cell on a slide"
        for cell in notebook.cells
        for tag in TAGS.keys() & set(cell.metadata.get("tags", []))
        if cell.id not in shown or cell.cell_type != TAGS[tag]
    ]


def order_complaints(notebook: NotebookNode, shown: dict[str, str]) -> list[str]:
    """What a prediction, a widget's question or an exercise is answered with comes after it, and not without it."""
    cells = notebook.cells
    pairs = [(question, cell) for question, *reveal in reveals(notebook) for cell in reveal if shows_outcome(cell)]
    for i, cell in enumerate(cells[:-2]):
        if "**Question.**" in cell.source:
            pairs += [(cell, cells[i + 1]), (cell, cells[i + 2])]
        if (solution := f"ex-{cells[i + 1].id.removeprefix('ex-')}-solution") in shown:
            pairs += [(cell, later) for later in cells if later.id == solution]
    return [
        f"{cell.id}: is on a slide, its question {question.id} is not"
        for question, cell in pairs
        if cell.id in shown and question.id not in shown
    ]
