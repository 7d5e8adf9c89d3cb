"""Read, run and rewrite notebooks: what the storing script and the tests share."""

import os
import re
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_TIMEOUT = 120  # seconds; the same as nbval's in pyproject.toml
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_CELL_METADATA = {"tags", "slideshow"}  # the second holds the marks of the slides, see docs/slides/README.md
COLLAPSED = {"outputs_hidden": True}  # under "jupyter"; JupyterLab opens the output when the cell is run
# In place of a collapsed output JupyterLab shows the first line of the cell's first output. This one has none, and shows nothing.
CURTAIN = {"output_type": "display_data", "data": {}, "metadata": {}}
EXERCISE_PARTS = ("-check", "-hints", "-solution")
PROGRESS = "from helpers.exercises import progress\n\nprogress()  # what is right, wrong or open so far, also from before a restart"
LOOKED_UP = "question-index"  # a list that nobody reads through
PREDICT, ANSWER = "**Predict.**", "<details><summary>Answer</summary>"


def notebook_paths() -> list[Path]:
    """All notebooks of the collection in reading order."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """The notebook stored in `path`."""
    return nbformat.read(path, as_version=4)


def to_text(notebook: NotebookNode) -> str:
    """The one way in which a notebook is written: keys sorted, indented by 1, a newline at the end."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write(notebook: NotebookNode, path: Path) -> None:
    """Store `notebook` in `path`, with line feeds on every system."""
    path.write_text(to_text(notebook), encoding="utf-8", newline="\n")


def execute(notebook: NotebookNode, folder: Path, widget_state: bool = False) -> float:
    """Run every cell in a clean kernel that works in `folder`, fill in the outputs, return the seconds.

    The kernel is this interpreter's own (the one nbval uses), whatever kernels the user has installed; it keeps and reads
    notes (see helpers.predictions) in a folder of its own, so that nobody's own notes are stored. With `widget_state` the state of
    every widget is kept in the metadata, for a page on which they live without a kernel.
    Raises nbclient.exceptions.CellExecutionError at the first cell that raises.
    """
    manager = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    client = NotebookClient(
        notebook,
        km=manager,
        resources={"metadata": {"path": str(folder)}},
        timeout=CELL_TIMEOUT,
        extra_arguments=["--log-level=40"],
        record_timing=False,
        store_widget_state=widget_state,
    )
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        client.execute(cleanup_kc=True, env=os.environ | {"CASEBOOK_NOTES": str(Path(home) / "notes.json")})
    return time.perf_counter() - start


def normalised(notebook: NotebookNode) -> NotebookNode:
    """A copy without what changes from run to run or from machine to machine."""
    clean = deepcopy(notebook)
    clean.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    clean.nbformat, clean.nbformat_minor = 4, 5
    revealing = {cell.id for reveal in reveals(clean) for cell in reveal if shows_outcome(cell)}
    revealing |= {cell.id for cell in clean.cells if "reveal" in cell.metadata.get("tags", [])}  # the answer of an exercise
    for cell in clean.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT_CELL_METADATA}
        if cell.id in revealing:
            cell.metadata["jupyter"] = dict(COLLAPSED)
        if cell.cell_type == "code":
            cell.outputs = without_live_views(merged_streams([output for output in cell.outputs if output != CURTAIN]))
            if cell.id in revealing and cell.outputs:
                cell.outputs.insert(0, nbformat.from_dict(CURTAIN))
    nbformat.validate(clean)
    return clean


def reveals(notebook: NotebookNode) -> list[list[NotebookNode]]:
    """For each prediction the cell that asks it and all that follow, up to the next heading or prediction."""
    found: list[list[NotebookNode]] = []
    asked = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asks = PREDICT in without_code_blocks(cell.source)
            if asks:
                found.append([])
            asked = asks or (asked and not re.search(r"^#{2,3} ", cell.source, re.MULTILINE))
        if asked:
            found[-1].append(cell)
    return found


def shows_outcome(cell: NotebookNode) -> bool:
    """Whether this cell has an output that may give a prediction away: code, but for stubs, their checks and the guess itself."""
    return cell.cell_type == "code" and bool(cell.outputs) and not cell.id.startswith(("ex-", "guess-"))


def minutes(cells: list[NotebookNode]) -> int:
    """How long a reader needs for these cells, to five minutes.

    100 words of technical prose a minute, eight lines of code, four minutes for an exercise, one for a prediction:
    the numbers that come nearest to the times of readers who worked through five of the notebooks.
    """
    texts = [cell.source for cell in cells if cell.cell_type == "markdown" and cell.id != LOOKED_UP]
    words = sum(len(re.findall(r"\w+", re.sub(r"\]\([^)]*\)", "]", prose(text)))) for text in texts)
    code = [cell for cell in cells if cell.cell_type == "code" and not cell.id.startswith("ex-") and cell.id != "progress"]
    lines = sum(bool(line.strip()) for cell in code for line in cell.source.splitlines())
    exercises = sum(cell.id.startswith("ex-") and not cell.id.endswith(EXERCISE_PARTS) for cell in cells)
    predictions = sum(text.count(PREDICT) for text in texts)
    return max(5, 5 * round((words / 100 + lines / 8 + 4 * exercises + predictions) / 5))


def sections(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """{heading: its cells} for the headings of level 2, the heading's own cell included."""
    found: dict[str, list[NotebookNode]] = {}
    current: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (match := re.match(r"## (.+?)\s*$", cell.source, re.MULTILINE)):
            current = found[match[1]] = []
        current.append(cell)
    return found


def formulas(markdown: str) -> list[str]:
    """The formulas of a piece of markdown, without their dollars."""
    text = without_code_blocks(markdown).replace(r"\$", "")
    return [display or inline for display, inline in re.findall(r"\$\$(.*?)\$\$|\$([^$\n]+)\$", text, flags=re.DOTALL)]


GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "eta", "theta", "lambda", "mu", "rho", "sigma", "tau", "phi", "omega", "Delta", "ell",
}  # fmt: skip


def symbols(formula: str) -> set[str]:
    r"""The letters that a formula uses, Latin and Greek; of dw the w, of words such as \text{in} none."""
    without_words = re.sub(r"\\(text|operatorname|mathrm|begin|end)\s*\{[^}]*\}", " ", formula)
    found = set()
    for command, letters in re.findall(r"\\([A-Za-z]+)|([A-Za-z]+)", without_words):
        found |= {command} & GREEK if command else set(letters) - {"d"}
    return found


def merged_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join stream outputs that follow one another: where the kernel flushed is chance."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output.output_type == "stream" and last and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def without_live_views(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs of widgets without the reference to the live view, whose id is chance and which no stored notebook can show.

    What stays is the picture with its description. A reader who runs the cell gets the live view.
    """
    for output in outputs:
        output.get("data", {}).pop(LIVE_VIEW, None)
    return outputs


def stderr_outputs(notebook: NotebookNode) -> list[tuple[str, str]]:
    """(cell id, text) of everything that a cell wrote to stderr, warnings for example."""
    return [
        (cell.id, output.text)
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The markdown cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def prose(markdown: str) -> str:
    """Markdown without its code blocks, inline code and formulas: what is read as sentences."""
    without_code = without_code_blocks(markdown)
    return re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$", " ", without_code, flags=re.DOTALL)


def without_code_blocks(markdown: str) -> str:
    """Markdown without fenced blocks and inline code."""
    without_blocks = re.sub(r"^```.*?^```\s*$", " ", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]+`", " ", without_blocks)


def headings(notebook: NotebookNode) -> list[tuple[int, str]]:
    """(level, text) of every heading in the markdown cells, fenced blocks left out."""
    found = []
    for cell in markdown_cells(notebook):
        text = re.sub(r"^```.*?^```\s*$", "", cell.source, flags=re.DOTALL | re.MULTILINE)
        found += re.findall(r"^(#{1,6})\s+(.+?)\s*$", text, flags=re.MULTILINE)
    return [(len(marks), text) for marks, text in found]


def output_texts(output: NotebookNode) -> dict[str, str]:
    """What one output shows as text, by MIME type; a stream counts as text/plain."""
    if output.output_type == "stream":
        return {"text/plain": output.text}
    if output.output_type == "error":
        return {"text/plain": "\n".join(output.traceback)}
    return {mime: text for mime, text in output.data.items() if mime.startswith("text/")}


def cell_text(cell: NotebookNode) -> str:
    """All text in the outputs of a cell, one output after the other, picture bytes left out."""
    texts = [text for output in cell.outputs for text in output_texts(output).values()]
    return without_picture_bytes("\n".join(texts))


def without_picture_bytes(text: str) -> str:
    """`text` with the base64 bytes of embedded pictures removed."""
    return re.sub(r"data:image/[\w+.-]+;base64,[A-Za-z0-9+/=]+", "", text)


def exercise_slugs(notebook: NotebookNode) -> list[str]:
    """SLUG of each exercise, that is of each cell `ex-SLUG` which is not one of its other parts."""
    ids = [cell.id for cell in notebook.cells]
    return [i.removeprefix("ex-") for i in ids if i.startswith("ex-") and not i.endswith(EXERCISE_PARTS)]


def by_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells by their ids."""
    return {cell.id: cell for cell in notebook.cells}


def solution_code(cell: NotebookNode) -> str:
    """The one python block of a solution cell."""
    blocks = re.findall(r"^```python\n(.*?)^```\s*$", cell.source, flags=re.DOTALL | re.MULTILINE)
    if len(blocks) != 1:
        raise ValueError(f"{cell.id} holds {len(blocks)} blocks of python, expected 1")
    return blocks[0].rstrip("\n")


def with_solutions(notebook: NotebookNode) -> NotebookNode:
    """A copy in which each stub `ex-SLUG` is replaced by the code in `ex-SLUG-solution`."""
    solved = deepcopy(notebook)
    cells = by_id(solved)
    for slug in exercise_slugs(solved):
        cells[f"ex-{slug}"].source = solution_code(cells[f"ex-{slug}-solution"])
    return solved
