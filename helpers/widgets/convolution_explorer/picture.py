"""The convolution explorer's first picture, for readers without JavaScript."""

import numpy as np

from helpers.widgets.convolution_explorer import learning, words
from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.svg import COLOURS, GREY, Chart, document, element, text

INK = "#333333"
SIDE = 280  # of the larger grids
FAINT = 0.6  # as in grid.js: numbers stay legible on it


def grid(heading, values, left, top, side, *, shown=None, margin=0, window=None, signed=True, written=(1, 2)):
    """A matrix as cells with their numbers; those that are not `shown` stay empty, `window` = (rows, columns) from 0 gets a frame."""
    rows, columns = (n + 2 * margin for n in values.shape)
    size = side / max(rows, columns)
    largest = np.nanmax(np.abs(np.where(np.isfinite(values), values, 0))) or 1
    yield text(heading, left, top - 8, font_weight="bold", font_size=15)
    for i, j in np.ndindex(rows, columns):
        x, y, inside = left + j * size, top + i * size, 0 <= i - margin < values.shape[0] and 0 <= j - margin < values.shape[1]
        value = values[i - margin, j - margin] if inside else 0.0
        seen = bool(np.isfinite(value)) and (shown is None or shown[i, j])
        tint = COLOURS[int(value < 0)] if signed else INK
        strength = FAINT * abs(value) / largest if seen else 0
        edge = "#C8C8C8" if inside else "#E8E8E8"
        yield element("rect", x=x, y=y, width=size, height=size, fill=tint, fill_opacity=round(float(strength), 2), stroke=edge)
        if seen and written:
            yield text(
                words.short(value, *written),
                x + size / 2,
                y + size / 2 + 4.5,
                text_anchor="middle",
                font_size=min(15, round(size * (0.42 if written[0] < 2 else 0.32))),
            )
    for r, c in [] if window is None else [window]:
        x, y = left + (min(c) + margin) * size, top + (min(r) + margin) * size
        wide, high = ((max(one) - min(one) + 1) * size for one in (c, r))
        yield element("rect", x=x, y=y, width=wide, height=high, fill="none", stroke="#000000", stroke_width=3)


def slide(explorer):
    """The image with the window, the products under it, and Z so far."""
    (i, j), rows, Z = explorer.at, explorer.layout["rows"], explorer.Z
    so_far = np.arange(Z.size).reshape(Z.shape) <= i * Z.shape[1] + j
    label = words.IMAGES[explorer.image]
    parts = [*grid(f"X: {label}", explorer.X, 8, 40, SIDE, margin=explorer.padding, window=(rows[i], rows[j]), signed=False)]
    parts += grid("K", explorer.K, 330, 40, 110, written=(2, 3))
    parts += grid("pixel × entry", explorer.products[i, j], 330, 184, 136, written=(2, 3))
    parts += [text(f"sum: {number(Z[i, j])}", 330, 344, font_weight="bold", font_size=16)]
    parts += grid(f"Z = X ⋆ K, stride {explorer.stride}, padding {explorer.padding}", Z, 540, 40, SIDE, shown=so_far, window=([i], [j]))
    return document(840, 360, *parts)


def gradient(explorer):
    """The image with the pixels that take part, dZ, their products, and the whole gradient."""
    (i, j), (u, v), (_, products), rows = explorer.at, explorer.target, explorer.terms, explorer.layout["rows"]
    kernel = explorer.of == "kernel"
    window = ([rows[i][u]], [rows[j][v]]) if kernel else ([u], [v])
    parts = [*grid(f"X: {words.IMAGES[explorer.image]}", explorer.X, 8, 40, SIDE, margin=explorer.padding, window=window, signed=False)]
    parts += grid("dZ", explorer.dZ, 320, 40, 230, window=([i], [j]))
    parts += grid("dZ times the pixel" if kernel else "dZ times the entry", products, 580, 40, 230, window=([i], [j]))
    whole = explorer.dK if kernel else explorer.dX
    parts += grid("dK" if kernel else "dX", whole, 840, 40, 150 if kernel else 230, window=([u], [v]))
    return document(1090, 340, *parts)


def learn(explorer):
    """The kernel beside Sobel's, what both make of a digit, and how far off it is over the steps."""
    found, k = learning.run(explorer.data), learning.STEPS.index(explorer.step)
    parts = [*grid(f"K at step {explorer.step}", found.K[k], 8, 40, 130, written=(2, 3))]
    parts += grid("Sobel", learning.SOBEL, 160, 40, 130)
    parts += grid("of a digit", found.answers[k, 1], 8, 204, 130, written=None)
    parts += grid("Sobel's", found.targets[1], 160, 204, 130, written=None)
    ticks = [(learning.PLACES[learning.STEPS.index(step)], str(step)) for step in learning.TICKS]
    chart = Chart(
        "Off from Sobel",
        "step (logarithmic)",
        "per cent",
        x=(0, learning.PLACES[-1]),
        y=(learning.LOWEST, 300),
        left=310,
        width=560,
        log=True,
        x_ticks=ticks,
    )
    for index, name in enumerate(learning.ERRORS):
        errors = np.maximum(found.errors[:, index], learning.LOWEST)
        chart.line(learning.PLACES, errors, index, name=words.ERRORS[name])
        chart.point(learning.PLACES[k], errors[k], index)
    return document(890, 345, *parts, chart.markup(), element("path", d="M300 30V330", stroke=GREY, stroke_width=0.5))
