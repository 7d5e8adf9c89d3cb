"""What a stored notebook must be, as small functions: notebook in, list of complaints out.

`RULES` are applied to every notebook by test_notebooks.py; test_notebook_tests_bite.py plants one fault for
each of them and sees it found. A complaint begins with the id of the cell it is about.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from helpers.notes import NOTES
from notebook_tools import (
    ANSWER,
    COLLAPSED,
    CURTAIN,
    EXERCISE_PARTS,
    KERNELSPEC,
    PREDICT,
    PROGRESS,
    by_id,
    cell_text,
    code_cells,
    exercise_slugs,
    formulas,
    headings,
    markdown_cells,
    minutes,
    output_texts,
    prose,
    read,
    reveals,
    sections,
    shows_outcome,
    solution_code,
    stderr_outputs,
    without_code_blocks,
    without_picture_bytes,
)
from slide_rules import slide_complaints

MAX_BYTES = 2_000_000
MAX_CODE_LINES = 12
MAX_SETUP_LINES = 20
MAX_COLUMNS = 95  # fits JupyterLab beside its sidebar at 1280 pixels
MAX_PRINTED = 106  # what an output of text shows there before it breaks a line anywhere, within a number too
MAX_DIGITS = 6
MIN_EXERCISES = 3
LAST_HEADING = "What you can do now"
BANNED_WORDS = r"\b(simply|obviously|just|trivially|easy|easily)\b"
ADDRESS = r"\bat 0x[0-9a-fA-F]+"
ABSOLUTE_PATH = r"(?<![\w.<:/])/(?:home|root|tmp|work|Users|usr|opt|mnt|var|private)/\w|\b[A-Za-z]:\\\w"
DECIMAL = r"(?<![\w.])\d+\.\d+(?:[eE][-+]?\d+)?(?![\w.]*\d)"
NBVAL_MARKER = r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)"


# ---------------------------------------------------------------- the file


def file_complaints(path: Path) -> list[str]:
    """A notebook is small enough for GitHub to show."""
    size = path.stat().st_size
    return [f"{path.name} has {size} bytes, at most {MAX_BYTES}"] if size > MAX_BYTES else []


BROUGHT = "brought"


def folder_complaints(folder: Path) -> list[str]:
    """Notebooks alone live in notebooks/, numbered 00, 01, … without a gap; a guide in markdown is welcome.

    What learners brought as files, for a notebook to examine, stands in notebooks/brought/: Python and nothing else.
    """
    entries = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(".") and entry.name != BROUGHT)
    strangers = [name for name in entries if not name.endswith((".ipynb", ".md")) and name not in (NOTES, "my_progress")]
    inside = sorted((folder / BROUGHT).iterdir()) if (folder / BROUGHT).is_dir() else []
    strangers += [f"{BROUGHT}/{path.name}" for path in inside if path.suffix != ".py" and path.name != "__pycache__"]
    numbers = [name[:3] for name in entries if name.endswith(".ipynb")]
    expected = [f"{n:02d}_" for n in range(len(numbers))]
    return [f"{name} does not belong into {folder.name}/" for name in strangers] + (
        [] if numbers == expected else [f"notebooks are numbered {numbers}, expected {expected}"]
    )


def metadata_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """The kernel is the reader's own Python 3, and no widget state is stored."""
    found = []
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        found.append(f"kernelspec is {notebook.metadata.get('kernelspec')}, expected {KERNELSPEC}")
    if "widgets" in notebook.metadata:
        found.append("widget state is stored in the metadata")
    return found


# ---------------------------------------------------------------- outputs


def stripped_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Execution counts run 1..n and what shows something has outputs; nbval passes a stripped notebook."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    found = []
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"execution counts are {counts}, expected 1 to {len(counts)}: store the outputs anew")
    found += [f"{c.id}: no outputs" for c in code_cells(notebook) if shows_something(c.source) and not c.outputs]
    return found if counts else ["no code cells"]


def shows_something(source: str) -> bool:
    """Whether a cell must have outputs: it prints or shows at its top level, or ends with a bare name."""
    body = parsed(source).body
    expressions = [node.value for node in body if isinstance(node, ast.Expr)]
    called = [ast.unparse(value.func) for value in expressions if isinstance(value, ast.Call)]
    ends_with_name = bool(body) and isinstance(body[-1], ast.Expr) and isinstance(body[-1].value, ast.Name)
    return ends_with_name or any(re.fullmatch(r"print|display|.*\bshow|exercises\.check_\w+|progress", c) for c in called)


def parsed(source: str) -> ast.Module:
    """The syntax tree of a cell, an empty one where the cell is not plain Python (see `python_complaints`)."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def output_kind_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """No errors, nothing on stderr, and pictures only inside HTML, where their description survives."""
    found = [f"{cell}: writes to stderr: {text[:80]!r}" for cell, text in stderr_outputs(notebook)]
    for cell, output in each_output(notebook):
        if output.output_type == "error":
            found.append(f"{cell.id}: raises {output.ename}")
        plain_images = [m for m in output.get("data", {}) if m in ("image/png", "image/jpeg")]
        found += [f"{cell.id}: {mime} output without a description: use figures.show" for mime in plain_images]
    return found


def each_output(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """(cell, output) for every output of the notebook."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            yield cell, output


def address_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """No output shows a memory address: it changes from run to run and tells the reader nothing."""
    return [
        f"{cell.id}: output shows an address: {match[0]}"
        for cell in code_cells(notebook)
        for match in re.finditer(ADDRESS, cell_text(cell))
    ]


def path_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Neither sources nor outputs name a folder of somebody's machine."""
    texts = [(cell.id, cell.source) for cell in notebook.cells]
    texts += [(cell.id, cell_text(cell)) for cell in code_cells(notebook)]
    return [
        f"{cell}: absolute path near {text[match.start() : match.end() + 20]!r}"
        for cell, text in texts
        for match in re.finditer(ABSOLUTE_PATH, text)
    ]


def digit_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Outputs show at most six significant digits: more differ between machines. Integers are exempt."""
    return [
        f"{cell.id}: {number} has {significant_digits(number)} significant digits, at most {MAX_DIGITS}"
        for cell, output in each_output(notebook)
        for mime, text in output_texts(output).items()
        for number in re.findall(DECIMAL, shown_text(text) if mime == "text/html" else text)
        if significant_digits(number) > MAX_DIGITS
    ]


def significant_digits(number: str) -> int:
    """Digits of the mantissa from the first that is not 0; `12345678.0` counts as the integer that it is."""
    mantissa = re.split("[eE]", number)[0]
    if re.fullmatch(r"\d+\.0+", mantissa):
        return 1
    return len(mantissa.replace(".", "").lstrip("0"))


def shown_text(html: str) -> str:
    """What HTML shows a reader or a screen reader: its text and the alternative texts of its pictures."""
    descriptions = " ".join(attributes.get("alt") or "" for attributes in images(html))
    return unescape(re.sub(r"<[^>]*>", " ", without_picture_bytes(html))) + " " + descriptions


def image_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Every picture, in outputs and in markdown, has an alternative text."""
    texts = [(cell.id, text) for cell, out in each_output(notebook) for text in output_texts(out).values()]
    texts += [(cell.id, without_code_blocks(cell.source)) for cell in markdown_cells(notebook)]
    found = [
        f"{cell}: an <img> without a text in its alt"
        for cell, text in texts
        for attributes in images(text)
        if not (attributes.get("alt") or "").strip()
    ]
    return found + [f"{cell}: a picture ![] without a text" for cell, text in texts if re.search(r"!\[\s*\]\(", text)]


def images(html: str) -> list[dict[str, str | None]]:
    """The attributes of each <img> in a piece of HTML."""
    found: list[dict[str, str | None]] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag == "img":
                found.append(dict(attrs))

    Collector().feed(html)
    return found


# ---------------------------------------------------------------- code


def python_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Code cells are plain Python: no magics, no shell commands, no semicolons, not empty."""
    found = []
    for cell in code_cells(notebook):
        if not parsed(cell.source).body:
            found.append(f"{cell.id}: empty or not plain Python (magic, shell command, syntax error)")
        elif has_semicolon(cell.source):
            found.append(f"{cell.id}: a semicolon; one at the end hides the output")
    return found


def has_semicolon(source: str) -> bool:
    """Whether a `;` separates or ends statements; those in strings and comments do not count."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return any(token.type == tokenize.OP and token.string == ";" for token in tokens)


def marker_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """No cell asks nbval to look away."""
    return [
        f"{cell.id}: tells nbval not to compare"
        for cell in code_cells(notebook)
        if re.search(NBVAL_MARKER, cell.source, re.MULTILINE)
        or any(re.match("nbval|raises-exception|pytest", tag.lower()) for tag in cell.metadata.get("tags", []))
    ]


def length_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """A code cell has at most a dozen lines, the setup cell (the first) a few more; none needs sideways scrolling."""
    found = []
    for i, cell in enumerate(code_cells(notebook)):
        lines = sum(bool(line.strip()) for line in cell.source.splitlines())
        limit = MAX_CODE_LINES if i else MAX_SETUP_LINES
        found += [f"{cell.id}: {lines} lines of code, at most {limit}"] if lines > limit else []
        columns = max(map(len, cell.source.splitlines()), default=0)
        found += [f"{cell.id}: a line of {columns} columns, at most {MAX_COLUMNS}"] if columns > MAX_COLUMNS else []
        printed = "\n".join(output.text for output in cell.outputs if output.output_type == "stream")
        columns = max(map(len, printed.splitlines()), default=0)
        found += [f"{cell.id}: prints a line of {columns} columns, at most {MAX_PRINTED}"] if columns > MAX_PRINTED else []
    return found


# ---------------------------------------------------------------- structure


def id_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Ids are unique and say in kebab-case what the cell is about; random ones make every diff noise."""
    ids = [cell.id for cell in notebook.cells]
    found = [f"{i}: id used {ids.count(i)} times" for i in sorted(set(ids)) if ids.count(i) > 1]
    return found + [f"{i}: not a readable id in kebab-case" for i in ids if not is_readable_id(i)]


def is_readable_id(cell_id: str) -> bool:
    """Lower-case words joined by hyphens, and not the eight hexadecimal digits that Jupyter invents."""
    kebab = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell_id) and re.search("[a-z]{2}", cell_id)
    invented = re.fullmatch("[0-9a-f]{8}", cell_id) and re.search(r"\d", cell_id)
    return bool(kebab and not invented)


def title_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """The first cell is the title `# NN …` with the file's number, and says how many minutes it takes."""
    first = notebook.cells[0]
    number = path.name[:2]
    found = []
    if first.cell_type != "markdown" or not re.match(rf"# {number}\b.*\w", first.source):
        found.append(f"{first.id}: does not begin with '# {number} Title'")
    found += [f"{first.id}: {complaint}" for complaint in time_complaints(first.source, notebook)]
    return found + [
        f"a second title: # {text}" for level, text in headings(notebook)[1:] if level == 1
    ]


def time_complaints(title: str, notebook: NotebookNode) -> list[str]:
    """The minutes are those that `minutes` counts: of the chapter's line, of Further, and of the express route, where they are."""
    further = sections(notebook).get("Further", [])
    aside = {cell.id for cell in further}
    line = minutes([cell for cell in notebook.cells if cell.id not in aside])
    expected = f"**Time:** {line} minutes" + (f", and {minutes(further)} for Further" if further else "")
    found = [] if f"{expected}." in title else [f"does not say '{expected}.'"]
    if route := re.search(r"\*\*Express route:\*\*(.*?)(\d+) minutes", title, re.DOTALL):
        rooms = {anchor(text): cells for text, cells in sections(notebook).items()}
        named = [unquote(link) for link in re.findall(r"\]\(#([^)]+)\)", route[1])]
        needed = minutes([cell for link in named for cell in rooms.get(link, [])])
        if not set(named) <= rooms.keys() or int(route[2]) != needed:
            found.append(f"the express route names {named}, which take {needed} minutes, and says {route[2]}")
    return found


def ending_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """The last section says what the reader can do now, and its last cell which exercises are right."""
    sections = [text for level, text in headings(notebook) if level == 2]
    found = [] if sections[-1:] == [LAST_HEADING] else [f"the last section is {sections[-1:]}, expected {LAST_HEADING!r}"]
    last = notebook.cells[-1]
    return found + ([] if (last.id, last.source) == ("progress", PROGRESS) else [f"{last.id}: is the last cell, expected one progress: {PROGRESS!r}"])


def section_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Each heading occurs once, so that a link to it has one meaning."""
    texts = [text for _, text in headings(notebook)]
    return [f"heading {text!r} occurs more than once" for text in sorted(set(texts)) if texts.count(text) > 1]


def exercise_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """At least three exercises, each a task and then stub, check, hints and solution, in this order."""
    slugs = exercise_slugs(notebook)
    found = [] if len(slugs) >= MIN_EXERCISES else [f"{len(slugs)} exercises, at least {MIN_EXERCISES}"]
    for slug in slugs:
        found += one_exercise_complaints(notebook, slug)
    known = {f"ex-{slug}{part}" for slug in slugs for part in ("", *EXERCISE_PARTS)}
    orphans = [i for i in by_id(notebook) if i.startswith("ex-") and i not in known]
    return found + [f"{i}: belongs to no exercise" for i in orphans]


def one_exercise_complaints(notebook: NotebookNode, slug: str) -> list[str]:
    """The five cells of one exercise, from the task to the solution."""
    ids = [cell.id for cell in notebook.cells]
    at = ids.index(f"ex-{slug}")
    expected = [f"ex-{slug}{part}" for part in ("", *EXERCISE_PARTS)]
    if ids[at : at + 4] != expected:
        return [f"ex-{slug}: is followed by {ids[at + 1 : at + 4]}, expected {expected[1:]}"]
    stub, check, hints, solution = notebook.cells[at : at + 4]
    found = []
    if at == 0 or "**Your turn.**" not in notebook.cells[at - 1].source:
        found.append(f"{stub.id}: no **Your turn.** in the cell before it")
    if "..." not in stub.source:
        found.append(f"{stub.id}: no `...` to be answered")
    if not re.fullmatch(rf"[a-z_]+\.check_{slug.replace('-', '_')}\(.*\)", check.source.strip()):
        found.append(f"{check.id}: not one line CHAPTER.check_{slug.replace('-', '_')}(…)")
    found += [f"{c.id}: no <details>" for c in (hints, solution) if "<details>" not in c.source]
    return found + solution_complaints(solution)


def answer_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """The variables of an answer belong to it alone: a cell that binds them as well would spoil what is said of it later."""
    bound = {cell.id: bound_names(cell.source) for cell in code_cells(notebook)}
    found = []
    for slug in exercise_slugs(notebook):
        asked = {node.id for node in ast.walk(parsed(by_id(notebook)[f"ex-{slug}-check"].source)) if isinstance(node, ast.Name)}
        own = asked & bound[f"ex-{slug}"]
        found += [f"{cell}: binds {', '.join(sorted(own & names))}, the answer of ex-{slug}" for cell, names in bound.items()
                  if cell != f"ex-{slug}" and own & names]  # fmt: skip
    return found


def bound_names(source: str) -> set[str]:
    """The names that a cell binds at its top level; those inside of functions and comprehensions are their own."""
    found: set[str] = set()
    waiting: list[ast.AST] = [parsed(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            found |= {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
            waiting += ast.iter_child_nodes(node)
    return found


def solution_complaints(cell: NotebookNode) -> list[str]:
    """A solution holds one block of Python and says why."""
    try:
        code = solution_code(cell)
    except ValueError as error:
        return [str(error)]
    words = re.findall(r"\w+", re.sub(r"</?\w+>|Solution", "", prose(cell.source)))
    complaints = [] if parsed(code).body else [f"{cell.id}: its block is not plain Python"]
    return complaints + ([] if len(words) >= 5 else [f"{cell.id}: does not say why"])


def untouched_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """As stored, each check says that its exercise is not attempted."""
    cells = by_id(notebook)
    checks = [cells[i] for slug in exercise_slugs(notebook) if (i := f"ex-{slug}-check") in cells]
    return [f"{c.id}: does not say 'not attempted'" for c in checks if "not attempted" not in cell_text(c).lower()]


# ---------------------------------------------------------------- predictions


def prediction_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """A prediction can be made: in the notebook as it is opened nothing gives its answer away (see DESIGN.md)."""
    return [complaint for reveal in reveals(notebook) for complaint in one_prediction_complaints(*reveal)]


def one_prediction_complaints(question: NotebookNode, *reveal: NotebookNode) -> list[str]:
    """The question ends its cell, the outputs after it are collapsed, and the first prose after it is the folded answer."""
    found = []
    rest = question.source.split(PREDICT)[-1].strip()
    paragraphs = [part for part in re.split(r"\n[ \t]*\n", rest) if not re.match(r"[-|]|\d\.", part.strip())]
    if len(paragraphs) > 1:
        found.append(f"{question.id}: goes on after the question")
    if not reveal or reveal[0].cell_type != "code":
        return [*found, f"{question.id}: is not followed by the code that reveals"]
    revealing = [cell for cell in reveal if shows_outcome(cell)]
    told = [c.id for c in revealing if c.metadata.get("jupyter") != COLLAPSED or (c.outputs and c.outputs[0] != CURTAIN)]
    found += [f"{i}: its output gives the answer of {question.id} away: store it collapsed" for i in told]
    first = next((cell for cell in reveal if cell.cell_type == "markdown"), None)
    if first is None or not is_answer(first):
        found.append(f"{question.id}: the first prose after it is no folded answer: {first and first.id}")
    return found + guess_complaints(question, reveal)


def is_answer(cell: NotebookNode) -> bool:
    """Whether a cell is one folded answer and nothing else."""
    text = cell.source.strip()
    return text.startswith(ANSWER) and text.endswith("</details>") and text.count("<details>") == 1


def guess_complaints(question: NotebookNode, reveal: tuple[NotebookNode, ...]) -> list[str]:
    """A guess is a cell `my_guess = ...` right after the question, and the section comes back to it with a computed value."""
    sources = [cell.source for cell in reveal if cell.cell_type == "code"]
    compared = [call for source in sources for call in calls(source, "predicted")]
    if not any("my_guess" in source for source in sources):
        return []
    found = []
    if not (reveal[0].id.startswith("guess-") and re.match(r"my_guess = \.\.\.", reveal[0].source)):
        found.append(f"{question.id}: is not followed by a cell guess-… that holds my_guess = ...")
    if not compared:
        found.append(f"{question.id}: nothing comes back to the guess with predicted(my_guess, …)")
    typed = [call for call in compared if len(call.args) < 2 or not any(isinstance(n, ast.Name) for n in ast.walk(call.args[1]))]
    return found + [f"{question.id}: {ast.unparse(call)} holds a typed answer, expected a computed one" for call in typed]


def calls(source: str, name: str) -> list[ast.Call]:
    """The calls of the function `name` in a cell."""
    return [
        node for node in ast.walk(parsed(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]  # fmt: skip


def widget_question_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """The question before a widget has a folded answer after it."""
    cells = notebook.cells
    return [
        f"{cell.id}: its question has no folded answer in the cell after the widget"
        for i, cell in enumerate(cells)
        if cell.cell_type == "markdown" and "**Question.**" in cell.source and not (i + 2 < len(cells) and is_answer(cells[i + 2]))
    ]


# ---------------------------------------------------------------- prose

BANNED_IN_FORMULAS = {
    r"\^\s*\{?\s*(T\b|\\mathsf|\\mathrm\{T|\\intercal)|\]\s*T\b": r"the transpose is written ^\top",
    r"\\circ\b|(?<![_^{])\*": r"the elementwise product is written \odot",
    r"\\mathcal|(?<![A-Za-z\\])L\s*(\(|=\s*-|=\s*\d*\.\d|_\{?\\text)|\\partial L\b": "L is the depth; a mean loss is J, one example's \\ell",
    r"\](\\,)?\(i\)": "write [l] (i) with a space, since ](…) is a link in markdown",
}


def notation_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """One notation: notebook 00 has the table of symbols."""
    found = [
        f"{cell.id}: {formula.strip()[:60]!r}: {remedy}"
        for cell in markdown_cells(notebook)
        for formula in formulas(cell.source)
        for pattern, remedy in BANNED_IN_FORMULAS.items()
        if re.search(pattern, formula)
    ]
    texts = {cell.id: cell.source if cell.cell_type == "code" else prose(cell.source) for cell in notebook.cells}
    found += [f"{i}: 'silent' units are called dead" for i, text in texts.items() if re.search(r"\bsilent\b", text, re.IGNORECASE)]
    return found + [f"{i}: a loss called L" for i, text in texts.items() if re.search(r"\bloss L\b|\bL\(a\)", text)]


def word_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """No word that tells a reader who is stuck that it is their fault."""
    return [
        f"{cell.id}: banned word {match[0]!r}"
        for cell in markdown_cells(notebook)
        for match in re.finditer(BANNED_WORDS, prose(cell.source), re.IGNORECASE)
    ]


def details_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """<details> and <summary> are closed, and a blank line lets markdown begin again after the summary."""
    found = []
    for cell in markdown_cells(notebook):
        text = without_code_blocks(cell.source)
        for tag in ("details", "summary"):
            if len(re.findall(rf"<{tag}\b", text)) != text.count(f"</{tag}>"):
                found.append(f"{cell.id}: <{tag}> is not balanced")
        if re.search(r"</summary>[^\n]*\n?[^\n]*\S", text):
            found.append(f"{cell.id}: no blank line after </summary>")
        if number := re.search(r"</summary>\s*(\d+)[.)]\s", text):
            found.append(f"{cell.id}: begins with {number[1]}., which Markdown takes for a list of one and JupyterLab cuts off")
    return found


def table_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """A blank line ends a table: what follows without one becomes a row of it."""
    found = []
    for cell in markdown_cells(notebook):
        if match := re.search(r"^\|.*\n(?![|\n])(.+)", without_code_blocks(cell.source), re.MULTILINE):
            found.append(f"{cell.id}: {match[1][:40]!r} becomes a row of the table above it")
    return found


def formula_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Formulas that both JupyterLab and GitHub show: `$$` closed and on its own, no `|` in a table's formula."""
    found = []
    for cell in markdown_cells(notebook):
        text = without_code_blocks(cell.source).replace(r"\$", "")
        if text.count("$$") % 2:
            found.append(f"{cell.id}: $$ is not balanced")
            continue
        found += [f"{cell.id}: {c}" for c in display_complaints(text)]
        if any(line.count("$") % 2 for line in re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL).split("\n")):
            found.append(f"{cell.id}: a $ is not closed on its line")
        if match := re.search(r"\\(tag|newcommand|def|label|ref)\b", text):
            found.append(f"{cell.id}: {match[0]} does not render everywhere")
        if re.search(r"^\|.*\$[^$\n]*\|[^$\n]*\$", re.sub(r"\$[^$|\n]*\$", "", text), re.MULTILINE):
            found.append(f"{cell.id}: | inside a formula in a table: write \\lvert")
    return found


def display_complaints(text: str) -> list[str]:
    """Each $$ … $$ begins and ends its lines, with a blank line before and after."""
    blocks = re.finditer(r"\$\$.*?\$\$", text, re.DOTALL)
    around = [(match[0], text[: match.start()], text[match.end() :]) for match in blocks]
    return [
        f"no blank line around {block[:30]!r}…"
        for block, before, after in around
        if not re.search(r"(\A|\n[ \t]*\n)[ \t]*\Z", before) or not re.match(r"[ \t]*(\Z|\n[ \t]*(\n|\Z))", after)
    ]


def link_complaints(notebook: NotebookNode, path: Path) -> list[str]:
    """Relative links lead to a file that is there, and to a heading in it."""
    found = []
    for cell in markdown_cells(notebook):
        for target in re.findall(r"\]\(\s*<?([^)\s>]+)", without_code_blocks(cell.source)):
            if not re.match(r"[a-z]+:", target) and not link_exists(target, notebook, path):
                found.append(f"{cell.id}: link to {target} leads nowhere")
    return found


def link_exists(target: str, notebook: NotebookNode, path: Path) -> bool:
    """Whether `file#heading`, `file` or `#heading` exists, headings spelled as JupyterLab does."""
    name, _, fragment = unquote(target).partition("#")
    file = path.parent / name if name else path
    if not file.exists():
        return False
    if not fragment:
        return True
    goal = notebook if not name else read(file) if file.suffix == ".ipynb" else None
    return goal is not None and fragment in {anchor(text) for _, text in headings(goal)}


def anchor(heading: str) -> str:
    """The id that JupyterLab gives a heading: its shown text with hyphens for blanks."""
    return re.sub(r"[`*]", "", heading).replace(" ", "-")


RULES: tuple[Callable[[NotebookNode, Path], list[str]], ...] = (
    metadata_complaints,
    stripped_complaints,
    output_kind_complaints,
    address_complaints,
    path_complaints,
    digit_complaints,
    image_complaints,
    python_complaints,
    marker_complaints,
    length_complaints,
    id_complaints,
    title_complaints,
    ending_complaints,
    section_complaints,
    exercise_complaints,
    answer_complaints,
    untouched_complaints,
    prediction_complaints,
    widget_question_complaints,
    notation_complaints,
    word_complaints,
    details_complaints,
    table_complaints,
    formula_complaints,
    link_complaints,
    slide_complaints,
)
