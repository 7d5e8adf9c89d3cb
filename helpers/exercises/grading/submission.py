"""One notebook that a learner handed in: which chapter it is, and its cells in the order of the project's own notebook."""

import ast
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from helpers.exercises.chapters import CHAPTERS

LARGEST = 200 * 2**20  # bytes
PARTS = ("", "-check", "-hints", "-solution")
UNNEEDED = ("progress",)  # cells of the project's own that no answer needs


class Unusable(Exception):
    """A file cannot be graded; the message says why."""


@dataclass(frozen=True)
class Cell:
    """A cell as it is stored."""

    id: str
    kind: str
    source: str


@dataclass(frozen=True)
class Step:
    """What is done next: a cell is run, or an exercise is judged.

    Attributes
    ----------
    cell : str
        The id of the cell; of an exercise the id of its answer.
    source : str
        What to run; the check's call where `slug` is set.
    slug : str
        The exercise to be judged; empty where a cell is run.
    answered : bool
        Whether the learner handed in a cell for this answer.
    """

    cell: str
    source: str
    slug: str = ""
    answered: bool = True


@dataclass
class Submission:
    """A learner's notebook of one chapter, with what a teacher should know of it."""

    path: Path
    chapter: str
    cells: list
    notes: list = field(default_factory=list)


def load(path):
    """The cells of a notebook; Unusable where the file is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unusable(f"has {path.stat().st_size / 2**20:.0f} MB, at most {LARGEST // 2**20}")
        stored = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Unusable(f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise Unusable("is no notebook: it does not hold JSON") from None
    if isinstance(stored, dict) and "worksheets" in stored:
        raise Unusable("has the format of before 2015: open it in JupyterLab, save it, and hand in that")
    if not isinstance(stored, dict) or not isinstance(stored.get("cells"), list):
        raise Unusable("is no notebook: it has no cells")
    return [_cell(cell) for cell in stored["cells"] if isinstance(cell, dict)]


def _cell(stored):
    """A cell of a stored notebook, with what is missing or odd left empty."""
    source = stored.get("source", "")
    text = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    metadata = stored.get("metadata") if isinstance(stored.get("metadata"), dict) else {}
    named = stored.get("id") or metadata.get("id") or ""  # Colab keeps it in the metadata
    return Cell(str(named), str(stored.get("cell_type", "")), text if isinstance(text, str) else "")


@cache
def originals(folder):
    """{chapter: cells} of the project's own notebooks."""
    found = {chapter: load(folder / f"{chapter}.ipynb") for chapter in CHAPTERS if (folder / f"{chapter}.ipynb").is_file()}
    if not found:
        raise Unusable(f"{folder} holds none of the casebook's notebooks: name their folder with --notebooks")
    return found


def recognised(path, folder):
    """The Submission in a file: its chapter is known by the ids of its exercises, by its title, by its cells' texts, or else by its name."""
    cells = load(path)
    chapter = _chapter(cells, originals(folder)) or _by_name(path, originals(folder))
    if chapter is None:
        raise Unusable("is none of the casebook's notebooks")
    submission = Submission(path, chapter, _with_ids(cells, originals(folder)[chapter]))
    if not any(cell.source.strip() for cell in cells):
        submission.notes.append("handed in without any cell")
    return submission


def _chapter(cells, known):
    """The chapter that shares most with these cells."""
    ids, texts = {cell.id for cell in cells}, {cell.source.strip() for cell in cells}
    title = next((match[0] for cell in cells if (match := re.match(r"# \d\d .*", cell.source.strip()))), None)
    shared = {}
    for chapter, own in known.items():
        answers = len(ids & {f"ex-{slug}" for slug in CHAPTERS[chapter]})
        titled = title is not None and own[0].source.startswith(f"{title}\n")
        alike = len(texts & {cell.source.strip() for cell in own} - {""})
        shared[chapter] = (answers, titled, alike if alike >= 3 else 0)
    best = max(shared, key=shared.get)
    return best if any(shared[best]) else None


def _by_name(path, known):
    """The chapter whose name, or whose number, stands in the file's name."""
    return next((chapter for chapter in known if chapter in path.stem or re.search(rf"(?<!\d){chapter[:2]}(?!\d)", path.stem)), None)


def _with_ids(cells, own):
    """The cells with the ids of the project's cells, where a tool has dropped them: by their text, and an answer by the check after it."""
    known = {cell.id for cell in own}
    if any(cell.id in known for cell in cells):
        return cells
    by_text = {}
    for cell in reversed(own):
        by_text.setdefault(cell.source.strip(), cell.id)
    named = [Cell(by_text.pop(cell.source.strip(), ""), cell.kind, cell.source) for cell in cells]
    for i, cell in enumerate(named[1:], start=1):
        if cell.id.endswith("-check") and not named[i - 1].id:
            named[i - 1] = Cell(cell.id.removesuffix("-check"), named[i - 1].kind, named[i - 1].source)
    return named


def steps(submission, folder):
    """What to run and to judge, in the order of the project's own notebook.

    The learner's version of a cell stands in its place, and the project's where they have deleted it. Cells that the learner
    added follow the cell after which they stand. The checks are the project's own; a check's cell that was changed is run before, as a
    cell like any other, in case it holds the answer.
    """
    own = originals(folder)[submission.chapter]
    theirs, added = _placed(submission.cells, {cell.id for cell in own})
    found = [Step(f"added cell {i}", source) for i, source in enumerate(added.pop("", []), start=1)]
    for cell in own:
        slug, part = _exercise(cell.id, submission.chapter)
        if cell.id not in UNNEEDED:
            sources = theirs.get(cell.id, [cell.source] if cell.kind == "code" and not slug else [])
            if part == "-check":
                sources = [source for source in sources if source.strip() != cell.source.strip()]
            found += [Step(cell.id, source) for source in sources if source.strip()]
        found += [Step(f"cell after {cell.id}", source) for source in added.get(cell.id, [])]
        if part == "-solution":
            found.append(_judgement(slug, own, theirs))
    return found


def _exercise(cell_id, chapter):
    """(slug, part) of a cell of an exercise; ("", "") of any other."""
    return next(((slug, part) for slug in CHAPTERS[chapter] for part in PARTS if cell_id == f"ex-{slug}{part}"), ("", ""))


def _placed(cells, known):
    """{id: sources} of the learner's cells that the project has too, and {id: sources} of those that they added after it."""
    theirs, added, last = {}, {}, ""
    for cell in cells:
        last = cell.id if cell.id in known else last
        if cell.kind == "code":
            (theirs if cell.id in known else added).setdefault(last, []).append(cell.source)
    return theirs, added


def _judgement(slug, own, theirs):
    """The step that judges an exercise."""
    check = next(cell for cell in own if cell.id == f"ex-{slug}-check")
    answered = any(source.strip() for source in theirs.get(f"ex-{slug}", []))
    return Step(f"ex-{slug}", check.source, slug, answered)


def asked(check):
    """The names of the variables that a check's cell hands over, in order."""
    call = ast.parse(check).body[0].value
    return [argument.id for argument in call.args]


def given(check, own, slug):
    """Those of them that the answer's own cell, as the project poses it, is to give."""
    stub = next(cell.source for cell in own if cell.id == f"ex-{slug}")
    stored = {node.id for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored |= {node.name for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.FunctionDef)}
    return [name for name in asked(check) if name in stored]
