"""Show a figure together with its description: as visible text and as the image's alternative text."""

import html
import sys
from base64 import b64encode
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image

from helpers.figures import words
from helpers.figures.style import Picture

DOTS_PER_INCH = 160  # stored pixels; a screen shows 96 an inch, so the picture stays sharp when enlarged by two thirds
SCREEN_DOTS = 96


def show(figure, description=None):
    """Display `figure` with `description` beneath it, which is also what a screen reader says in its place.

    Plain image outputs lose their alternative text in JupyterLab, so the picture goes out as HTML. Outside Jupyter the
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
    """Return the figure as a light card of HTML: the image at its natural size, and `text` beneath and as alt text."""
    width = round(figure.get_figwidth() * SCREEN_DOTS)
    image = b64encode(as_png(figure)).decode()
    text = html.escape(text)
    return (
        f'<figure style="margin: 4px 0; padding: 12px; border-radius: 6px; background: #ffffff; color: #111111; max-width: {width}px">'
        f'<img alt="{text}" src="data:image/png;base64,{image}" width="{width}" style="max-width: 100%; height: auto">'
        f'<figcaption style="margin-top: 8px; color: #111111; font-size: 15px; line-height: 1.45">{text}</figcaption></figure>'
    )


def as_png(figure):
    """Return the figure as PNG bytes: the same bytes for the same data, no date and no version inside, few colours.

    A palette of 256 colours, which line drawings do not miss, makes the file a third as large.
    """
    drawn, stored = BytesIO(), BytesIO()
    # A figure of the reader's own, made without a layout engine, would be cut at its labels: its margins are fitted.
    tight = not isinstance(figure, Picture) and figure.get_layout_engine() is None
    figure.savefig(
        drawn, format="png", dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None},
        bbox_inches="tight" if tight else figure.bbox_inches, pil_kwargs={"compress_level": 1},
    )  # fmt: skip
    image = Image.open(drawn).convert("RGB")
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _shell():
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
