"""Stored pictures in JupyterLab's light and dark theme: no slab behind them, ink that reads, a caption smaller than prose."""

from io import BytesIO

import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from browser.lab import THEMES, open_notebook, use_theme
from figure_samples import PICTURES, picture
from helpers.figures import display, style

NOTEBOOK = "pictures.ipynb"
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PAGE = {"light": (255, 255, 255), "dark": (17, 17, 17)}  # the background of a notebook in JupyterLab's themes
INK = [round(255 * part) for part in to_rgb(style.INK)]
# Colours as the reader sees them: what the element and its parents say, each part from 0 to 255, opacity from 0 to 1.
SEEN = """(element) => {
    const style = getComputedStyle(element), numbers = style.color.match(/[\\d.]+/g).map(Number);
    return {colour: numbers.slice(0, 3), opacity: (numbers[3] ?? 1) * style.opacity, size: parseFloat(style.fontSize)};
}"""
PROSE_SIZE = "() => parseFloat(getComputedStyle(document.querySelector('.jp-RenderedMarkdown p')).fontSize)"


def notebook():
    """A notebook that shows every picture as stored: JupyterLab does not trust it and keeps only the HTML that it knows."""
    cells = [nbformat.v4.new_markdown_cell("Some prose.")]
    for name in PICTURES:
        text = display.described(picture(name))
        data = {"text/plain": text, "text/html": display.as_html(picture(name), text)}
        cells.append(nbformat.v4.new_code_cell(name, execution_count=1, outputs=[nbformat.v4.new_output("display_data", data)]))
    return nbformat.v4.new_notebook(cells=cells, metadata=PYTHON)


def luminance(rgb):
    """Relative luminance of colours with parts from 0 to 255, as WCAG defines it."""
    rgb = np.asarray(rgb, dtype=float) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """From 1 to 21, element by element."""
    one, other = luminance(one) + 0.05, luminance(other) + 0.05
    return np.maximum(one, other) / np.minimum(one, other)


def screenshot(image):
    """The pixels of an image in the page, without the outermost, which it may share with what is beside it."""
    image.evaluate("(element) => element.scrollIntoView({block: 'center'})")
    return np.asarray(Image.open(BytesIO(image.screenshot())).convert("RGB"))[2:-2, 2:-2]


def assert_figure_reads(pixels, background, name):
    """The page shows through, nothing is a slab of white, and text and lines stand out."""
    page = (pixels == background).all(axis=2)
    assert page[[0, -1]].all() and page[:, [0, -1]].all(), f"{name} does not end in the notebook's own background"
    assert page.mean() > 0.15, name
    assert (contrast(pixels, background) >= 3).mean() > 0.01, name
    ink = (np.abs(pixels.astype(int) - INK) <= 8).all(axis=2)
    assert ink.sum() > 300 and contrast(pixels[ink], background).min() >= 3, name
    if background != (255, 255, 255):
        assert (pixels > 235).all(axis=2).mean() < 0.05, f"{name} has white areas"


def assert_captions_read(page, background):
    """Smaller than prose, in the theme's colour but muted, folded after the first sentence."""
    prose = page.evaluate(PROSE_SIZE)
    captions = page.locator("figcaption")
    for k, name in enumerate(PICTURES):
        first, _ = display.first_sentence(picture(name).get_label())
        summary, folded = captions.nth(k).locator("summary"), captions.nth(k).locator("small").last
        assert summary.inner_text() == first and summary.is_visible() and not folded.is_visible()
        seen = captions.nth(k).locator("summary small").evaluate(SEEN)
        assert 12 <= seen["size"] <= 13 < prose
        colour = seen["opacity"] * np.array(seen["colour"]) + (1 - seen["opacity"]) * np.array(background)
        assert 4.5 <= contrast(colour, background) < contrast(seen["colour"], background)


@pytest.fixture(scope="module")
def page(lab, jupyterlab):
    """JupyterLab with the pictures."""
    nbformat.write(notebook(), lab.root / NOTEBOOK)
    open_notebook(jupyterlab, lab, NOTEBOOK)
    loaded = "(n) => [...document.querySelectorAll('figure img')].filter(image => image.complete).length === n"
    jupyterlab.wait_for_function(loaded, arg=len(PICTURES))
    yield jupyterlab
    use_theme(jupyterlab, "light")
    (lab.root / NOTEBOOK).unlink()


@pytest.mark.parametrize("theme", THEMES)
def test_stored_pictures_and_their_captions_suit_the_theme(page, theme):
    use_theme(page, theme)
    images = page.locator("figure img")
    for k, name in enumerate(PICTURES):
        assert_figure_reads(screenshot(images.nth(k)), PAGE[theme], name)
        assert images.nth(k).get_attribute("alt") == picture(name).get_label()
    assert_captions_read(page, PAGE[theme])
    assert page.errors == []


def test_a_caption_unfolds(page):
    caption, name = page.locator("figcaption").first, next(iter(PICTURES))
    caption.locator("summary").click()
    assert caption.locator("small").last.is_visible()
    assert caption.locator("small").last.inner_text() == display.first_sentence(picture(name).get_label())[1]
