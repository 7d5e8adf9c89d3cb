"""Show a figure together with its description: as a caption that unfolds and as the image's alternative text."""

import html
import re
import sys
from base64 import b64encode
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image

from helpers.figures import words
from helpers.figures.palette import few_colours
from helpers.figures.style import Picture

DOTS_PER_INCH = 160  # stored pixels; a screen shows 96 an inch, so the picture stays sharp when enlarged by two thirds
SCREEN_DOTS = 96
CAPTION_WIDTH = 864  # pixels; the caption of a narrow picture may be wider than it
# Smaller than prose (14 px in JupyterLab, which drops what it does not know from a stored output: these survive), in the
# theme's own colour; <small> says so where inline styles are dropped, as on GitHub.
SMALL = '<small style="font-size: 12.5px; line-height: 1.45; opacity: 0.75">'
NO_END = ("e.g.", "i.e.", "cf.", "vs.", "approx.")


def show(figure, description=None):
    """Display `figure` with `description`, which is also what a screen reader says in its place.

    The first sentence of the description is the caption, so let it be short and say what the picture is; the rest unfolds
    at a click. Plain image outputs lose their alternative text in JupyterLab, so the picture goes out as HTML. Outside Jupyter the
    description is printed. A pyplot figure is closed, since it would appear a second time at the end of the cell.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    description : str, optional
        What there is to see. Every picture of this package brings its own (`figure.get_label()`).

    Raises
    ------
    TypeError
        Names what came instead of a Figure or a text.
    ValueError
        There is no description.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is {words.kind(figure)}, expected a matplotlib Figure")
    text = described(figure, description)
    shell = _shell()
    if shell is None:
        print(text)
    else:
        from IPython.display import display

        display({"text/plain": text, "text/html": as_html(figure, text)}, raw=True)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)


def described(figure, description=None):
    """Return the description, on one line; the figure's own where none is given."""
    if description is None:
        description = figure.get_label()
    if not isinstance(description, str):
        raise TypeError(f"description is {words.kind(description)}, expected a text that says what there is to see")
    text = " ".join(description.encode("utf-8", "backslashreplace").decode().split())
    if not text:
        raise ValueError("the figure has no description: expected a text that says what there is to see, "
                         "as in show(figure, 'Loss falls from 0.83 to 0.05 in 200 steps.')")  # fmt: skip
    return text


def as_html(figure, text):
    """Return the figure as HTML: the image at its natural size with `text` as alt text, and a caption of `text` beneath."""
    width = round(figure.get_figwidth() * SCREEN_DOTS)
    image = b64encode(as_png(figure)).decode()
    return (
        f'<figure style="margin: 4px 0; max-width: {max(width, CAPTION_WIDTH)}px; background: transparent">'
        f'<img alt="{html.escape(text)}" src="data:image/png;base64,{image}" width="{width}" style="max-width: 100%; height: auto">'
        f"{caption(text)}</figure>"
    )


def caption(text):
    """Return `text` as a <figcaption>: its first sentence, which unfolds to the rest where there is more."""
    first, rest = first_sentence(text)
    shown = f"{SMALL}{html.escape(first)}</small>"
    if rest:
        shown = f"<details><summary>{shown}</summary>{SMALL}{html.escape(rest)}</small></details>"
    return f'<figcaption style="margin: 4px 0 0 0">{shown}</figcaption>'


def first_sentence(text):
    """Return the first sentence of `text` and what comes after it."""
    for end in re.finditer(r"[.!?][\"'”)]?\s+", text):
        first = text[: end.end()].rstrip()
        if not first.endswith(NO_END):
            return first, text[end.end() :]
    return text, ""


def as_png(figure):
    """Return the figure as PNG bytes: the same bytes for the same data, no date and no version inside, few colours.

    A picture of this package has no background, so that it stands on light and dark pages alike; a figure of the reader's
    own, drawn in black, keeps a white one.
    """
    drawn = BytesIO()
    own = not isinstance(figure, Picture)
    # A figure of the reader's own, made without a layout engine, would be cut at its labels: its margins are fitted.
    tight = own and figure.get_layout_engine() is None
    figure.savefig(
        drawn, format="png", dpi=DOTS_PER_INCH, facecolor="white" if own else "none", metadata={"Software": None},
        bbox_inches="tight" if tight else figure.bbox_inches, pil_kwargs={"compress_level": 1},
    )  # fmt: skip
    stored = BytesIO()
    few_colours(Image.open(drawn).convert("RGBA")).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _shell():
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
