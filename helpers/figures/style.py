"""The common look: colours, line styles and fonts that read from the back row, without touching global settings.

A picture has no background of its own, since the page behind it is white or nearly black as the reader's theme wants: what
it draws reads on both. Contrasts on #ffffff and on #111111, JupyterLab's dark background: INK 4.6 and 4.1, the lines at
least 3.0 and 3.6, text in a line's colour 4.5 and 4.1, white text on INK and on the text colours 4.5.
"""

import functools
import warnings
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK = "#757575"  # text, axes, and lines without a colour
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
CLEAR = "none"
ON_INK = "#FFFFFF"  # text inside an opaque shape of INK or of a text colour
GUIDE = "#75757599"  # zero lines, frames of cells
TINT = "#75757530"  # areas behind text, which stays readable on them

# Text needs more contrast than a thick line does, so words in a line's colour use a shade of it that reads on both pages.
TEXT_COLOURS = {BLUE: "#007BC0", VERMILLION: "#C15500", GREEN: "#008661", PURPLE: "#BC4E8B"}

COLOURS = {VERMILLION: "#A84300", GREEN: "#006B4E", PURPLE: "#8E3A68"}

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, INK)
DASHES = ("-", (0, (5, 2)), (0, (7, 2, 1.5, 2)), (0, (1.5, 1.5)), (0, (9, 3)))
HATCHES = ("", "//", "..", "xx", "\\\\")

WIDTH = 9.0  # inches; at 96 pixels an inch 864 pixels of a 1280-pixel screen

STYLE = {
    "font.family": ["DejaVu Sans"],
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.labelsize": 14,
    "xtick.labelsize": 12.5,
    "ytick.labelsize": 12.5,
    "legend.fontsize": 13,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.facecolor": CLEAR,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.axisbelow": True,
    "lines.linewidth": 2.6,
    "lines.markersize": 8,
    "hatch.linewidth": 1.2,
    "figure.facecolor": CLEAR,
    "savefig.facecolor": CLEAR,
    "grid.color": INK,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.8,
}


@contextmanager
def look():
    """The style of every picture, for as long as the `with` block lasts; the reader's own settings come back after it."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        for of_no_use in ("constrained_layout not applied", "Glyph"):  # a picture all the same, and nothing to mend in the reader's cell
            warnings.filterwarnings("ignore", of_no_use, UserWarning)
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def styled(draw):
    """Decorate a function that returns a figure: it runs in the common look, and the layout is settled once and for all."""

    @functools.wraps(draw)
    def in_the_common_look(*args, **kwargs):
        with look():
            figure = draw(*args, **kwargs)
            if (engine := figure.get_layout_engine()) is not None:
                engine.execute(figure)
                figure.set_layout_engine("none")  # else each drawing would move the axes by a hair
            return figure

    return in_the_common_look


class Picture(Figure):
    """A matplotlib Figure, made without pyplot, that has the common look whenever it is drawn."""

    def draw(self, renderer):
        """Draw on `renderer`; ticks are only made now, so the look is needed here too."""
        with look():
            super().draw(renderer)


def panels(columns=1, *, width=WIDTH, height=4.2, **options):
    """Return a Picture and the list of its axes, side by side in one row."""
    figure, axes = grid(1, columns, width=width, height=height, **options)
    return figure, list(axes[0])


def grid(rows, columns, *, width=WIDTH, height, **options):
    """Return a Picture and its axes, an array of shape (rows, columns)."""
    figure = Picture(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.06, wspace=0.06)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def sheet(width, height):
    """Return a Picture of that size in inches and bare axes that fill it, whose data unit is one inch."""
    figure = Picture(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    return figure, axes


def count_in_wholes(axis, *values):
    """Let the ticks of `axis` stand at whole numbers where every finite one of `values` is whole: there is no half unit or step."""
    if all((v[np.isfinite(v)] == np.round(v[np.isfinite(v)])).all() for v in values) and axis.get_scale() == "linear":
        axis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def line_look(index):
    """Colour and dashes of the line number `index`; the first 25 differ."""
    return {"color": COLOURS[index % 5], "linestyle": DASHES[(index + index // 5) % 5]}


def text_colour(colour):
    """The shade of `colour` in which words can be read on both pages."""
    return TEXT_COLOURS.get(colour, colour)
