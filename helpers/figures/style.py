"""The common look: colours, line styles and fonts that read from the back row, without touching global settings."""

import functools
import warnings
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure

BLACK = "#000000"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GREY = "#6B6B6B"
PALE = "#E4E4E4"

# Text needs more contrast on white than a thick line does, so words in a line's colour use a darker shade of it.
TEXT_COLOURS = {VERMILLION: "#A84300", GREEN: "#006B4E", PURPLE: "#8E3A68"}

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, BLACK)
DASHES = ("-", (0, (5, 2)), (0, (7, 2, 1.5, 2)), (0, (1.5, 1.5)), (0, (9, 3)))
MARKERS = ("o", "s", "^", "D", "v")
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
    "axes.edgecolor": "#333333",
    "axes.axisbelow": True,
    "lines.linewidth": 2.6,
    "lines.markersize": 8,
    "hatch.linewidth": 1.2,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "grid.color": "#DDDDDD",
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
            if figure.get_layout_engine() is not None:
                figure.draw_without_rendering()
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
    figure = Picture(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.06, wspace=0.06)
    return figure, list(figure.subplots(1, columns, squeeze=False, **options)[0])


def sheet(width, height):
    """Return a Picture of that size in inches and bare axes that fill it, whose data unit is one inch."""
    figure = Picture(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    return figure, axes


def line_look(index):
    """Colour and dashes of the line number `index`; the first 25 differ."""
    return {"color": COLOURS[index % 5], "linestyle": DASHES[(index + index // 5) % 5]}


def text_colour(colour):
    """The shade of `colour` that is dark enough for words."""
    return TEXT_COLOURS.get(colour, colour)
