"""Pictures read on a white page and on a nearly black one: no background, and colours with contrast on both."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from figure_samples import PICTURES, picture, png
from helpers.figures import decision, display, matrices, palette, style

PAGES = {"light": "#ffffff", "dark": "#111111"}  # JupyterLab's


def luminance(rgb):
    """Relative luminance of colours with parts from 0 to 1, as WCAG defines it."""
    rgb = np.asarray(rgb)[..., :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """From 1 to 21, of two colours that matplotlib knows."""
    low, high = sorted(luminance(to_rgba(colour)) + 0.05 for colour in (one, other))
    return high / low


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_text_and_lines_have_contrast(page):
    text = 4.5 if page == PAGES["light"] else 4
    assert contrast(style.INK, page) >= text
    for colour in style.COLOURS:
        assert contrast(colour, page) >= 3
        assert contrast(style.text_colour(colour), page) >= text
    fills = [colour for colour in matrices.SIGNED.colors if colour[3]]
    assert min(contrast(fill, page) for fill in fills) >= 3


def test_text_inside_shapes_has_contrast():
    fills = [colour for colour in matrices.SIGNED.colors if colour[3]]
    assert len(fills) == 256
    for fill in (style.INK, *fills):
        assert contrast(style.ON_INK, fill) >= 4.5


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_text_on_a_tint_has_contrast(page):
    *tint, alpha = to_rgba(style.TINT)
    on_page = alpha * np.array(tint) + (1 - alpha) * np.array(to_rgba(page)[:3])
    assert contrast(style.INK, tuple(on_page)) >= 3


def letters(figure):
    """Every text of a figure that is not empty."""
    found = [text for axes in figure.axes for text in axes.findobj(Text) if text.get_text()]
    return found + [text for legend in figure.legends for text in legend.get_texts()]


@pytest.mark.parametrize("name", PICTURES)
def test_every_text_is_large_and_its_colour_reads_on_both_pages(name):
    inks = {style.INK, *map(style.text_colour, style.COLOURS)}
    for text in letters(picture(name)):
        assert text.get_fontsize() * display.SCREEN_DOTS / 72 >= 12, text
        boxed = text.get_bbox_patch() is not None or (text.get_color() == style.ON_INK and "[" in (text.get_gid() or ""))
        assert text.get_color() in ({style.ON_INK} if boxed else inks), text


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_no_background_and_no_white(name):
    pixels = np.asarray(Image.open(BytesIO(png(name))).convert("RGBA"))
    clear = pixels[..., 3] == 0
    assert clear[0].all() and clear.mean() > 0.3
    whitish = (pixels[..., :3] > 235).all(axis=2) & (pixels[..., 3] > 25)
    assert whitish.mean() < 0.05, "white is for letters inside shapes alone"


def test_a_figure_of_the_readers_own_keeps_a_white_page():
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([0, 1])
    pixels = np.asarray(Image.open(BytesIO(display.as_png(figure))).convert("RGBA"))
    assert (pixels[0, 0] == 255).all() and (pixels[..., 3] == 255).all()


# --- few colours -----------------------------------------------------------------------------------------------------


def test_few_colours_stay_as_they_are():
    colours = np.random.default_rng(0).integers(1, 256, size=(16, 16, 4), dtype=np.uint8)
    assert np.array_equal(np.asarray(palette.few_colours(Image.fromarray(colours)).convert("RGBA")), colours)


@pytest.mark.parametrize("name", PICTURES)
def test_many_colours_move_little_on_any_page_and_the_commonest_not_at_all(name):
    figure, drawn = picture(name), BytesIO()
    figure.savefig(drawn, format="png", dpi=60, facecolor="none", bbox_inches=figure.bbox_inches)
    before = np.asarray(Image.open(drawn).convert("RGBA"))
    image = palette.few_colours(Image.fromarray(before))
    after = np.asarray(image.convert("RGBA"))
    assert image.mode == "P" and len(np.unique(after.reshape(-1, 4), axis=0)) <= palette.MOST
    for page in (0, 255):
        old, new = (p[..., :3] * (p[..., 3:] / 255) + page * (1 - p[..., 3:] / 255) for p in (before, after))
        assert np.abs(old - new).max() <= 12
    colours, counts = np.unique(before[before[..., 3] > 0], axis=0, return_counts=True)
    commonest = colours[counts.argmax()]
    assert (after[(before == commonest).all(axis=2)] == commonest).all()


def test_what_is_clear_stays_clear_in_the_file():
    noise = np.random.default_rng(0).integers(0, 256, size=(60, 60, 4), dtype=np.uint8)
    noise[:10, :, 3] = 0
    stored = BytesIO()
    palette.few_colours(Image.fromarray(noise)).save(stored, "PNG")
    assert (np.asarray(Image.open(stored).convert("RGBA"))[:10, :, 3] == 0).all()


def test_clear_pixels_are_one_colour_whatever_lies_under_them():
    pixels = np.random.default_rng(0).integers(0, 256, size=(15, 15, 4), dtype=np.uint8)
    pixels[..., 3] = 0
    image = palette.few_colours(Image.fromarray(pixels))
    assert len(image.getcolors()) == 1


# --- fills -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fill", [style.BLUE, style.VERMILLION])
def test_the_field_is_a_tint_in_which_its_own_points_are_seen(fill):
    *colour, alpha = decision.FIELD(0.0 if fill == style.BLUE else 1.0)
    assert np.allclose(colour, to_rgba(fill)[:3])
    for page in PAGES.values():
        on_page = alpha * np.array(colour) + (1 - alpha) * np.array(to_rgba(page)[:3])
        assert contrast(fill, tuple(on_page)) >= 1.6
    assert decision.FIELD(0.5)[3] < 0.01


def test_bars_are_tints_with_an_outline():
    for container in picture("bars").axes[0].containers:
        for bar in container:
            *inside, alpha = bar.get_facecolor()
            assert inside == list(bar.get_edgecolor()[:3]) and 0.2 <= alpha <= 0.6 and bar.get_edgecolor()[3] == 1
