"""The pages' sources: notebooks as the site shows them, and pages that are made from what stands elsewhere, so that nothing is typed twice."""

import re
import shutil
import subprocess
import sys
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import jinja2
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from executed import DOCS, ROOT, CannotRun, executed, executed_all
from links import REPOSITORY, moved, pictures, place
from notebook_tools import CURTAIN, KERNELSPEC, by_id, code_cells, markdown_cells, read, write
from offers import runs
from players import with_players

TEMPLATES = ("index.md", "clinic.md")  # filled in with what is computed
# Guides as they are, those that are there, in the order in which they stand beside the pages.
COPIED = ("404.md", "lite/README.md", "teaching.md", "handout.md", "slides/README.md", "classroom/README.md", "classroom/grading.md")
PICTURE = re.compile(r'<img alt="([^"]*)" src="data:image/png;base64,([^"]+)" width="(\d+)"')


@dataclass
class Chapter:
    """What the site says of a notebook before it is opened; all of it stands in the notebook's first cell."""

    path: Path

    def __post_init__(self):
        self.first = read(self.path).cells[0].source

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.path.name[:2]

    @property
    def title(self) -> str:
        """Its title without the number."""
        return re.match(r"# \d\d (.+)", self.first)[1]

    @property
    def minutes(self) -> int:
        """How long the whole takes."""
        return int(re.search(r"\*\*Time:\*\* (\d+) minutes", self.first)[1])

    @property
    def express(self) -> int:
        """How long its part of the express route takes, 0 where it has none."""
        route = re.search(r"\*\*Express route:\*\*.*?(\d+) minutes", self.first, re.DOTALL)
        return int(route[1]) if route else 0

    @property
    def goal(self) -> str:
        """What the reader can do at its end, as the README's table of notebooks says; nothing where it has no row yet."""
        row = re.search(rf"\(notebooks/{re.escape(self.path.name)}\) \| ([^|]+) \|", (ROOT / "README.md").read_text(encoding="utf-8"))
        return row[1] if row else ""

    @property
    def link(self) -> str:
        """Where it stands, seen from the landing page."""
        return f"notebooks/{self.path.name}"


def write_sources(notebooks: list[Path], source: Path, static: Path, parts: list[str]) -> None:
    """Write the sources of all pages into the folder `source`, and the files that they load into `static`; `parts` as in offers.py."""
    for folder in (source, static):
        shutil.rmtree(folder, ignore_errors=True)
    (source / "notebooks").mkdir(parents=True)
    gallery = with_players(executed(gallery_notebook(source.parent)), static)
    for path, notebook in executed_all(notebooks).items():
        write(shown(notebook, path, static), source / "notebooks" / path.name)
    write(gallery, source / "widgets.ipynb")
    case = read(notebooks[0])
    (source / "routes.md").write_text(routes(case, notebooks[0]), encoding="utf-8")
    (source / "questions.md").write_text(questions(case, notebooks[0]), encoding="utf-8")
    values = {"chapters": [Chapter(path) for path in notebooks], "widgets": live(gallery), "pages": existing()}
    values |= {"runs": runs(notebooks[0].stem, parts)} | clinic_report() | quick_start()
    for name in TEMPLATES:
        template = jinja2.Template((DOCS / name).read_text(encoding="utf-8"), undefined=jinja2.StrictUndefined, trim_blocks=True)
        put(template.render(values), DOCS / name, name, source)
    for name in existing().values():
        text = (DOCS / name).read_text(encoding="utf-8")
        put(with_decks(text, notebooks) if name == "slides/README.md" and "slides" in parts else text, DOCS / name, page(name), source)


def with_decks(text: str, notebooks: list[Path]) -> str:
    """The guide to the slides, with the decks of the site before its first section."""
    decks = " · ".join(f'<a href="slides/{path.name[:2]}.html">{path.name[:2]}</a>' for path in notebooks)
    return text.replace("\n## ", f"\n**The decks of this site:** {decks}\n\n## ", 1)


def existing() -> dict[str, str]:
    """{page: file} of those in COPIED that are there."""
    return {page(name).removesuffix(".md"): name for name in COPIED if (DOCS / name).is_file()}


def page(name: str) -> str:
    """The source of the page that is made from a file of docs/."""
    return place(DOCS / name)


def put(text: str, home: Path, name: str, source: Path) -> None:
    """Write one page, its links led right, and the pictures that it shows."""
    (source / name).parent.mkdir(parents=True, exist_ok=True)
    (source / name).write_text(moved(text, home, name), encoding="utf-8")
    for picture in pictures(text, home):
        copy = source / picture.relative_to(DOCS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, copy)


# ---------------------------------------------------------------- notebooks


def shown(notebook: NotebookNode, path: Path, static: Path) -> NotebookNode:
    """A notebook as the site shows it: widgets play, what stands collapsed in JupyterLab is folded, pictures are files."""
    page = with_players(notebook, static)
    for cell in markdown_cells(page):
        cell.source = moved(cell.source, path, f"notebooks/{path.name}")
    for cell in code_cells(page):
        cell.outputs = [output for output in cell.outputs if output != CURTAIN and not asks(output)]
        if cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
            if any("live-widget" in output.get("data", {}).get("text/html", "") for output in cell.outputs):
                cell.metadata["mystnb"] = {"code_prompt_show": "Show the widget", "code_prompt_hide": "Hide the widget"}
        for output in cell.outputs:
            if html := output.get("data", {}).get("text/html"):
                output.data["text/html"] = PICTURE.sub(lambda found: picture(found, static), html)
    return page


def asks(output: NotebookNode) -> bool:
    """Whether an output does nothing but ask for a prediction, which has no place to be written on a page."""
    return "<strong>○ Your prediction" in output.get("data", {}).get("text/html", "")


def picture(found: re.Match, static: Path) -> str:
    """A picture as a file of its own, fetched when the reader comes near, its height known before, so that nothing jumps."""
    alt, data, width = found.groups()
    content = b64decode(data)
    name = f"figures/{sha256(content).hexdigest()[:16]}.png"
    (static / "figures").mkdir(parents=True, exist_ok=True)
    (static / name).write_bytes(content)
    wide, high = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))  # of the PNG's header
    size = f'width="{width}" height="{round(int(width) * high / wide)}"'
    return f'<img alt="{alt}" src="../_static/{name}" loading="lazy" decoding="async" {size}'


def gallery_notebook(folder: Path) -> Path:
    """A notebook that shows all widgets, one a section, each with a thing to try."""
    from helpers.widgets.gallery import EXHIBITS

    cells = [new_markdown_cell(f"# All widgets\n\n{INTRODUCTION}", id="title")]
    for name, (heading, sentence) in EXHIBITS.items():
        cells.append(new_markdown_cell(f"## {heading}\n\n{sentence}", id=f"{name}-text"))
        cells.append(new_code_cell(f"from helpers.widgets import {name}\n\n{name}()", id=name))
    path = folder / "widgets.ipynb"
    write(new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), path)
    return path


INTRODUCTION = """What the notebooks let you drag, all on one page. Each plays what the reference implementation computed; here no Python runs
behind it. In a notebook they take your own network, batch and backward pass."""


def live(gallery: NotebookNode) -> dict[str, str]:
    """{class: the HTML of its widget}."""
    return {cell.id: cell.outputs[0].data["text/html"] for cell in code_cells(gallery)}


# ---------------------------------------------------------------- pages from notebook 00 and from programs


def routes(case: NotebookNode, path: Path) -> str:
    """The two routes, as notebook 00 gives them, which needs no link to itself and says what JupyterLab does with cells and links."""
    text = re.sub(r"^## ", "# ", by_id(case)["routes"].source)
    text = re.sub(r"\s*\(In JupyterLab a link [^)]*\)", "", text)
    text = text.replace("To run the express route, open a chapter,", "To read, follow the links. To run it all, open a chapter in JupyterLab,")
    text = re.sub(r"^\| (00 [^|\]]+?) \|", rf"| [\1]({path.name}) |", text, flags=re.MULTILINE)
    return moved(text, path, "routes.md")


def questions(case: NotebookNode, path: Path) -> str:
    """The index of questions, as notebook 00 gives it, with a heading for each notebook."""
    text = by_id(case)["question-index"].source
    heading, lists = re.match(r"## (.+)", text)[1], text[text.index("\n**00 ") :]
    lists = re.sub(r"^\*\*(\d\d .+)\*\*$", r"## \1", lists, flags=re.MULTILINE)
    how = "Search this page for a word of your question: Ctrl+F, or on a phone *Find in page* in the browser's menu."
    return moved(f"# {heading}\n\n{how}\n{lists}\n", path, "questions.md")


def clinic_report() -> dict[str, str]:
    """The clinic's example: its program, and what that prints now."""
    path = DOCS / "somebodys_network.py"
    ran = subprocess.run([sys.executable, path.name], cwd=DOCS, capture_output=True, text=True, encoding="utf-8", timeout=300)
    if ran.returncode:
        raise CannotRun(f"{path.name} cannot be shown: {ran.stderr.strip().splitlines()[-1]}")
    program = path.read_text(encoding="utf-8").split("\n\n\n", 1)[1]
    return {"program": program.strip(), "report": ran.stdout.strip()}


def quick_start() -> dict[str, str]:
    """How to open the notebooks on one's own machine: the README's first command, and what fetches the repository."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {"repository": REPOSITORY, "clone": REPOSITORY.rsplit("/", 1)[-1], "start": re.search(r"```bash\n(.*?)```", readme, re.DOTALL)[1].strip()}


def notebook_paths(numbers: list[str] | None = None) -> list[Path]:
    """The notebooks in reading order, or those whose numbers are named, and notebook 00, which holds the routes."""
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    known = {path.name[:2] for path in paths}
    if unknown := sorted(set(numbers or ()) - known):
        raise SystemExit(f"There is no notebook {', '.join(unknown)}, expected some of {', '.join(sorted(known))}.")
    return [path for path in paths if not numbers or path.name[:2] in {"00", *numbers}]
