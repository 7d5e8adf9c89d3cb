"""Small images side by side, such as handwritten digits, each with a caption."""

import numpy as np
from matplotlib.colors import to_rgb

from helpers import checks
from helpers.figures import inputs, words
from helpers.figures.style import GUIDE, INK, WIDTH, sheet, styled

MOST = 40
TILE, CAPTION_LINE, GAP = 0.84, 0.23, 0.12  # inches


@styled
def digit_images(images, captions, *, shape=(8, 8), columns=9):
    """Show images as ink on the page, a caption under each.

    Parameters
    ----------
    images : array, shape (pixels, m)
        Columns are examples, rows pixels from left to right and top to bottom; 0 is blank, the largest of all numbers full ink.
    captions : list of m str
        Of one or two short lines.
    shape : (int, int)
        Rows and columns of an image.
    columns : int
        Images in a row of the picture.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: number of images, their captions.

    Raises
    ------
    TypeError, ValueError
        Names the argument whose shape does not fit, a pixel below 0, or more images than can be seen.
    """
    images = inputs.table("images", images, finite=True)
    rows, cells = (inputs.whole(f"shape[{k}]", size, least=1, most=32) for k, size in enumerate(_pair(shape)))
    if images.shape[0] != rows * cells or images.shape[1] > MOST:
        raise ValueError(f"images has shape {images.shape}, expected ({rows * cells}, m) with m at most {MOST}: columns are examples")
    if images.min() < 0:
        raise ValueError(f"images holds {images.min():g}, expected numbers >= 0: 0 is blank")
    captions = inputs.texts("captions", captions, images.shape[1])
    columns = min(inputs.whole("columns", columns, least=1, most=9), images.shape[1])
    lines = max(caption.count("\n") + 1 for caption in captions)
    down, step = -(-images.shape[1] // columns), TILE + lines * CAPTION_LINE + GAP
    wide = (WIDTH - 0.2) / 9
    figure, axes = sheet(max(columns * wide + 0.2, 2.0), down * step + 0.12)
    ink = np.array(to_rgb(INK))
    for k, caption in enumerate(captions):
        left = 0.1 + (k % columns) * wide + (wide - TILE) / 2
        top = down * step + 0.06 - (k // columns) * step
        picture = np.empty((rows, cells, 4))
        picture[..., :3], picture[..., 3] = ink, images[:, k].reshape(rows, cells) / (images.max() or 1.0)
        axes.imshow(picture, extent=(left, left + TILE, top - TILE, top), interpolation="nearest", gid=f"image {k + 1}")
        axes.plot(left + TILE * np.array([0, 1, 1, 0, 0]), top - TILE * np.array([0, 0, 1, 1, 0]), color=GUIDE, linewidth=1)
        axes.text(left + TILE / 2, top - TILE - 0.05, caption, ha="center", va="top", fontsize=12, linespacing=1.15)
    axes.set(xlim=(0, figure.get_figwidth()), ylim=(0, figure.get_figheight()))
    figure.set_label(_description(captions, rows, cells))
    return figure


def _pair(shape):
    if not inputs.is_list(shape) or len(shape) != 2:
        raise TypeError(f"shape is {checks.shown(shape)}, expected (rows, columns)")
    return shape


def _description(captions, rows, cells):
    said = [f"{k}: {words.plain(caption.replace(chr(10), ', '))}" for k, caption in enumerate(captions, start=1)]
    return f"{words.count(len(captions), 'image')} of {rows} × {cells} pixels, from left to right and top to bottom. {'; '.join(said)}."
