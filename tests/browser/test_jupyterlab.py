"""The notebooks in a real JupyterLab, as a reader meets them: opened, looked at, the first one run."""

import pytest
from ipykernel.ipkernel import IPythonKernel
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from browser.lab import PATIENCE, open_notebook, outputs, run_all, run_cell, show_all, use_theme, wait_until
from notebook_tools import COLLAPSED, code_cells, normalised, notebook_paths, read, write

IMAGES = """() => [...document.querySelectorAll('.jp-OutputArea img')].map(
    image => ({alt: image.alt, width: image.naturalWidth, shown: image.getBoundingClientRect().width}))"""
PROMPTS = "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.textContent)"
FAILED_OUTPUTS = ".jp-OutputArea-output:is([data-mime-type*=error], [data-mime-type*=stderr])"
# Text in a markdown cell that should have become a formula: MathJax leaves what it cannot read as it is.
RAW_FORMULAS = r"""() => {
    const found = [], cells = [...document.querySelectorAll('.jp-RenderedMarkdown')];
    for (const cell of cells) {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const {data, parentElement} = walker.currentNode;
            if (/\$|\\[a-zA-Z]{2,}/.test(data) && !parentElement.closest('mjx-container, code, pre, script')) found.push(data);
        }
    }
    return found.concat([...document.querySelectorAll(
        'mjx-merror, [data-mjx-error], mjx-container [style*="color: red"]')].map(error => error.textContent));
}"""

# What a reader has to scroll sideways for, with the id of its cell.
WIDE = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell) =>
    [...cell.node.querySelectorAll('.cm-scroller, .jp-RenderedHTMLCommon, .jp-OutputArea-output')]
        .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
        .map((box) => `${cell.model.id}: ${box.scrollWidth} pixels in ${box.clientWidth}`))"""
FOLDED = "() => [...document.querySelectorAll('.jp-RenderedMarkdown details')].map((answer) => !answer.open)"
UNSAVED = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"
SIDEBAR = "() => document.querySelector('#filebrowser')?.checkVisibility() ?? false"


@pytest.fixture(scope="module", params=notebook_paths(), ids=lambda path: path.stem)
def opened(request, lab, jupyterlab):
    """The page with a notebook as a reader opens it, beside the sidebar, and the notebook's path."""
    write(as_saved_here(read(request.param)), lab.root / request.param.name)
    open_notebook(jupyterlab, lab, request.param.name, sidebar=True)
    return jupyterlab, request.param


def as_saved_here(notebook):
    """The notebook with the version of Python that JupyterLab writes into it.

    A notebook that another version has saved is marked as unsaved on opening, whatever it holds.
    """
    notebook.metadata["language_info"] = IPythonKernel.language_info
    return notebook


STILL = "Run the cell to make it move."


def figures_stored(path, *, run=False):
    """How many pictures the outputs of a stored notebook hold; once it is `run`, widgets stand in place of their own."""
    outputs = [str(cell.outputs) for cell in code_cells(read(path))]
    return sum(text.count("<img") - (text.count(STILL) if run else 0) for text in outputs)


def assert_pictures_are_shown(images, path, *, run=False):
    """As many as are stored, each with bytes, a size and a description."""
    assert len(images) == figures_stored(path, run=run)
    for image in images:
        assert image["alt"].strip() not in ("", "Image"), "JupyterLab calls a picture without a text 'Image'"
        assert image["width"] > 0 and image["shown"] > 0, image


def test_every_formula_is_shown(opened):
    page, _ = opened
    until = page.evaluate("() => performance.now()") + 1000 * PATIENCE
    page.wait_for_function(f"(until) => !({RAW_FORMULAS})().length || performance.now() > until", arg=until, polling=200)
    assert page.evaluate(RAW_FORMULAS) == [] and page.errors == []


def test_opening_it_does_not_change_it(opened):
    page, _ = opened
    assert page.evaluate(SIDEBAR) and not page.evaluate(UNSAVED)


def test_no_output_and_no_answer_gives_a_prediction_away(opened):
    page, path = opened
    hidden = {cell.id for cell in code_cells(read(path)) if cell.metadata.get("jupyter") == COLLAPSED}
    shown = outputs(page)
    assert {name for name, state in shown.items() if state.startswith("collapsed")} == hidden
    assert {shown[name] for name in hidden} <= {"collapsed: "}, "the first line of an output stands in its place"
    assert all(page.evaluate(FOLDED))


def test_every_picture_is_shown(opened):
    page, path = opened
    show_all(page)
    assert_pictures_are_shown(page.evaluate(IMAGES), path)
    assert page.errors == []


def test_nothing_scrolls_sideways(opened):
    page, _ = opened
    show_all(page)
    assert page.evaluate(WIDE) == []


def test_the_first_notebook_runs_in_both_themes(lab, desk):
    path = notebook_paths()[0]
    open_notebook(desk, lab, path.name)
    run_all(desk)
    assert desk.locator(FAILED_OUTPUTS).all_text_contents() == []
    assert desk.evaluate(PROMPTS) == [f"[{n}]:" for n in range(1, len(code_cells(read(path))) + 1)]
    assert figures_stored(path, run=True) > 0
    for theme in ("light", "dark"):
        use_theme(desk, theme)
        assert_pictures_are_shown(desk.evaluate(IMAGES), path, run=True)
    assert desk.errors == []


# ---------------------------------------------------------------- a prediction, as a reader makes it

QUESTION = "**Predict.** How much is 6 times 7?"
ANSWERED = "<details><summary>Answer</summary>\n\nIt is 42.\n\n</details>"


@pytest.fixture
def riddle(lab, desk):
    """The page with a notebook of one prediction, as the storing script leaves it."""
    cells = [new_markdown_cell(QUESTION, id="question"), new_code_cell("print(6 * 7)", id="reveal"), new_markdown_cell(ANSWERED, id="answer")]
    cells[1].update(execution_count=1, outputs=[new_output("stream", text="42\n")])
    write(as_saved_here(normalised(new_notebook(cells=cells))), lab.root / "riddle.ipynb")
    open_notebook(desk, lab, "riddle.ipynb", sidebar=True)
    return desk


def test_an_output_opens_when_its_cell_is_run(riddle):
    assert outputs(riddle) == {"reveal": "collapsed: "} and "42" not in riddle.locator(".jp-Notebook").inner_text()
    run_cell(riddle, "reveal")
    assert outputs(riddle) == {"reveal": "open"}
    assert riddle.locator(".jp-OutputArea-output").all_inner_texts() == ["42\n"] and riddle.errors == []


def test_an_output_opens_without_a_run_as_well(riddle):
    riddle.locator(".jp-OutputPlaceholder .jp-Placeholder-content").click()
    wait_until(lambda: outputs(riddle) == {"reveal": "open"}, "the stored output")
    assert riddle.locator(".jp-OutputArea-output").all_inner_texts() == ["42\n"] and riddle.errors == []


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_an_answer_opens_and_closes_by_keyboard(riddle, key):
    answer, cells = riddle.locator(".jp-RenderedMarkdown details"), riddle.locator(".jp-Cell").count()
    assert answer.get_by_text("It is 42.").is_hidden()
    for _ in range(9):  # from the notebook on, by the key Tab alone
        riddle.keyboard.press("Tab")
        if riddle.evaluate("() => document.activeElement.tagName") == "SUMMARY":
            break
    riddle.keyboard.press(key)
    wait_until(answer.get_by_text("It is 42.").is_visible, "the answer")
    riddle.keyboard.press(key)
    wait_until(answer.get_by_text("It is 42.").is_hidden, "the answer closes")
    assert riddle.locator(".jp-Cell").count() == cells and riddle.errors == []
