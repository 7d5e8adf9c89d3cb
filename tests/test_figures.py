"""All pictures: one look, on light and dark pages alike, the same bytes every time, and a description of each."""

import re
import subprocess
import sys
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from figure_samples import PICTURES, X, Y, draw, picture, png, probability
from helpers import figures
from helpers.figures import display, words


def test_every_public_picture_is_tried_here():
    assert set(PICTURES) | {"show"} == set(figures.__all__)
    for name in PICTURES:
        assert f"`{name}`" in figures.__doc__


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_figure_with_a_description(name):
    figure = picture(name)
    assert isinstance(figure, Figure)
    assert len(figure.get_label()) > 40
    assert "\n" not in figure.get_label() and "$" not in figure.get_label()
    assert not re.search(r"(?<![\w.])-0(?![.\d])|\bnan\b|\binf\b", figure.get_label())


@pytest.mark.parametrize("name", PICTURES)
def test_a_description_begins_with_a_caption(name):
    first, rest = display.first_sentence(picture(name).get_label())
    assert len(first) <= words.CAPTION and first.endswith(".") and rest


@pytest.mark.parametrize("name", PICTURES)
def test_a_description_has_at_most_three_significant_digits(name):
    for number in re.findall(r"\d+\.\d+", picture(name).get_label()):
        assert len(number.replace(".", "").lstrip("0")) <= 3, number


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_same_bytes_every_time(name):
    stored = png(name)
    assert stored == display.as_png(picture(name)) == display.as_png(PICTURES[name]())
    assert stored.startswith(b"\x89PNG") and b"Software" not in stored and b"tEXt" not in stored
    assert len(stored) < 200_000


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_fits_a_screen_and_nothing_is_cut(name):
    width, height = picture(name).get_size_inches()
    assert width <= 9.001 and height <= 6.3
    alpha = np.asarray(Image.open(BytesIO(png(name))).convert("RGBA"))[..., 3]
    frame = np.concatenate([alpha[:2].ravel(), alpha[-2:].ravel(), alpha[:, :2].ravel(), alpha[:, -2:].ravel()])
    assert (frame == 0).all(), "something reaches the edge of the picture, or it has a background"


def test_the_readers_settings_are_neither_used_nor_changed():
    plain = png("curves")
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "black", "savefig.bbox": "tight", "figure.dpi": 40}):
        before = dict(matplotlib.rcParams)
        assert display.as_png(PICTURES["curves"]()) == plain
        for make in PICTURES.values():
            make()
        assert dict(matplotlib.rcParams) == before


def test_no_pyplot_and_no_matplotlib_for_the_mathematics():
    code = (
        "import sys; import helpers.network; assert 'matplotlib' not in sys.modules, 'network'; "
        "from helpers import figures; figures.show(figures.bars(['a'], [1])); "
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'; assert 'IPython' not in sys.modules, 'IPython'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Bars of value. a 1.\n"


SHEETS = ("computational_graph", "confusion_matrix", "digit_images", "matrix_heatmap", "network_diagram", "surviving_gradient")
"""Pictures as high as what they hold."""


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in SHEETS])
def test_no_height_brings_a_warning_of_matplotlib(name, recwarn):
    low = {"activation_and_slope": lambda h: figures.activation_and_slope("relu", height=h), "bars": lambda h: figures.bars(["a"], [1], height=h),
           "curves": lambda h: figures.curves([0, 1], {"a": [0, 1]}, height=h), "loss_curves": lambda h: figures.loss_curves({"a": [1, 0]}, height=h),
           "decision_boundary": lambda h: figures.decision_boundary(X, Y, probability, height=h),
           "gradient_check_error": lambda h: figures.gradient_check_error([1, 2], {"a": [1, 2]}, height=h + 0.5),
           "histograms": lambda h: figures.histograms({"s": {"Z": [1]}}, row_height=h),
           "seed_curves": lambda h: figures.seed_curves([0, 1], {"a": [[1, 2], [0, 1]]}, height=h),
           "slope_products": lambda h: figures.slope_products([1, 2], {"a": [1, 2]}, height=h)}  # fmt: skip
    draw(low[name](2.0))
    assert not list(recwarn)
