"""The notebooks in a real JupyterLab, as a reader meets them: opened, looked at, the first one run."""

import pytest

from browser.lab import open_notebook, run_all
from notebook_tools import code_cells, notebook_paths, read

SETTLE = 1500  # milliseconds that MathJax may need after the notebook is there
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

CUT = """() => [...document.querySelectorAll('.jp-RenderedMarkdown, .jp-OutputArea-output')]
    .filter(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
    .map(box => `${box.scrollWidth} px in ${box.clientWidth}: ${box.textContent.slice(0, 60)}`)"""


def figures_stored(path):
    """How many pictures the outputs of a stored notebook hold."""
    return sum(str(cell.outputs).count("<img") for cell in code_cells(read(path)))


def assert_pictures_are_shown(images, path):
    """As many as are stored, each with bytes, a size and a description."""
    assert len(images) == figures_stored(path)
    for image in images:
        assert image["alt"].strip() not in ("", "Image"), "JupyterLab calls a picture without a text 'Image'"
        assert image["width"] > 0 and image["shown"] > 0, image


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_as_stored_every_formula_and_picture_is_shown(lab, page, path):
    lab.set_theme("light")
    open_notebook(page, lab, path.name)
    page.wait_for_timeout(SETTLE)
    assert page.evaluate(RAW_FORMULAS) == []
    assert page.evaluate(CUT) == []
    assert_pictures_are_shown(page.evaluate(IMAGES), path)
    assert page.errors == []


@pytest.mark.parametrize("path", notebook_paths()[:1], ids=lambda path: path.stem)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_notebook_runs(lab, page, path, theme):
    lab.set_theme(theme)
    open_notebook(page, lab, path.name)
    run_all(page)
    assert page.locator(FAILED_OUTPUTS).all_text_contents() == []
    assert page.evaluate(PROMPTS) == [f"[{n}]:" for n in range(1, len(code_cells(read(path))) + 1)]
    assert page.locator("body").get_attribute("data-jp-theme-light") == ("true" if theme == "light" else "false")
    assert figures_stored(path) > 0
    assert_pictures_are_shown(page.evaluate(IMAGES), path)
    assert page.errors == []
