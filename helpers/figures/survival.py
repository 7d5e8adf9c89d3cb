"""What is left of a layer's gradient behind its activation: units against examples."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from helpers.figures import inputs, words
from helpers.figures.matrices import NEGATIVE, POSITIVE
from helpers.figures.style import GUIDE, INK, ON_INK, WIDTH, sheet, styled

MOST_UNITS, MOST_EXAMPLES, WRITTEN = 64, 60, 60  # so many cells have room for their numbers
LEFT, BELOW, SHARE = 0.75, 0.62, 1.0  # inches


@styled
def surviving_gradient(dA, dZ, *, digits=2, title=None):
    """Show which parts of dA pass the activation: a row for each unit, a column for each example.

    A cell in which dZ = dA ⊙ g'(Z) is not 0 is filled, blue for positive and orange for negative, the fuller the larger; one that was
    cut to 0 is empty and crossed out. Small matrices carry their numbers: dZ, and in brackets the part of dA that was cut.

    Parameters
    ----------
    dA, dZ : array, shape (n, m)
        Gradients with respect to the layer's activations and to its weighted sums.
    digits : int
        Decimals of the numbers.
    title : str, optional

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: how many cells survive, of all, for each unit and for each example; which units pass nothing.

    Raises
    ------
    TypeError, ValueError
        Names shapes that differ or are too large to be seen.
    """
    dA, dZ = inputs.table("dA", dA, finite=True), inputs.table("dZ", dZ, finite=True)
    if dA.shape != dZ.shape or dZ.shape[0] > MOST_UNITS or dZ.shape[1] > MOST_EXAMPLES:
        raise ValueError(f"dA has shape {dA.shape} and dZ {dZ.shape}, expected one shape of at most {MOST_UNITS} units and {MOST_EXAMPLES} examples")
    digits, title = inputs.whole("digits", digits), inputs.title(title)
    n, m = dZ.shape
    numbers = n * m <= WRITTEN and m <= 8
    wide = 1.1 if numbers else min(0.3, (WIDTH - LEFT - SHARE) / m)
    high = 0.42 if numbers else min(0.3, max(0.085, 4.6 / n))
    head = 0.72 if title else 0.36
    figure, axes = sheet(max(LEFT + m * wide + SHARE, 4.0), head + n * high + BELOW)
    top = figure.get_figheight() - head
    crossed = []
    for (j, i), value in np.ndenumerate(dZ):
        x, y = LEFT + i * wide, top - (j + 1) * high
        if value:
            shades, size = (POSITIVE, abs(value)) if value > 0 else (NEGATIVE[::-1], abs(value))
            axes.add_patch(Rectangle((x, y), wide, high, facecolor=shades[round(127 * size / np.abs(dZ).max())], edgecolor="none"))
        elif not numbers:
            crossed.append([(x, y), (x + wide, y + high)])
        if numbers:
            text = words.fixed(value, digits) if value else f"({words.fixed(dA[j, i], digits)})"
            axes.text(x + wide / 2, y + high / 2, text, ha="center", va="center_baseline", color=ON_INK if value else INK, gid=f"dZ[{j},{i}]")
    axes.add_collection(LineCollection(crossed, colors=[GUIDE], linewidths=0.8, gid="cut"))
    _lattice(axes, n, m, wide, high, top)
    _titles(axes, (dZ != 0).sum(axis=1), n, m, wide, high, top, title)
    figure.set_label(_description(dZ, title))
    return figure


def _lattice(axes, n, m, wide, high, top):
    rows = [[(LEFT, top - j * high), (LEFT + m * wide, top - j * high)] for j in range(n + 1)]
    columns = [[(LEFT + i * wide, top), (LEFT + i * wide, top - n * high)] for i in range(m + 1)]
    axes.add_collection(LineCollection(rows + columns, colors=[GUIDE], linewidths=0.5))


def _titles(axes, passed, n, m, wide, high, top, title):
    """Numbers of units and examples, counted from 1, as many as there is room for; beside each unit the share that passes."""
    middle, bottom = LEFT + m * wide / 2, top - n * high
    axes.text(middle, bottom - 0.30, "example", ha="center", va="top")
    axes.text(0.1, top - n * high / 2, "unit", ha="left", va="center", rotation=90)
    axes.text(LEFT + m * wide + 0.1, top + 0.06, "passes", ha="left", va="bottom")
    if title:
        axes.text(middle, top + 0.36, title, ha="center", va="bottom", fontsize=14)
    for j in range(0, n, max(1, round(0.2 / high))):
        y = top - (j + 0.5) * high
        axes.text(LEFT - 0.08, y, str(j + 1), ha="right", va="center", fontsize=11)
        axes.text(LEFT + m * wide + 0.1, y, f"{passed[j]} of {m}", ha="left", va="center", fontsize=11)
    for i in range(0, m, max(1, round(0.3 / wide))):
        axes.text(LEFT + (i + 0.5) * wide, bottom - 0.06, str(i + 1), ha="center", va="top", fontsize=11)


def _description(dZ, title):
    passes = dZ != 0
    n, m = dZ.shape
    text = [f"Gradient behind the activation: {passes.sum()} of {passes.size} pairs of unit and example pass.", *words.titled(title)]
    for noun, counts, of in (("unit", passes.sum(axis=1), m), ("example", passes.sum(axis=0), n)):
        if counts.size <= 12:
            text.append(f"{noun.capitalize()}s: {', '.join(f'{noun} {k} {count} of {of}' for k, count in enumerate(counts, start=1))}.")
        else:
            text.append(f"For each of {counts.size} {noun}s from {counts.min()} to {counts.max()} of {of} pass.")
    none = [str(k) for k, count in enumerate(passes.sum(axis=1), start=1) if not count]
    text.append(f"Units that pass nothing: {words.listing(none)}.")
    return " ".join([*text, "Blue is positive, orange negative, the fuller the larger; what is crossed out or in brackets was cut to 0."])
