"""Labels at the ends of lines, so that no legend has to be matched against them, kept apart where lines meet."""

import textwrap

import numpy as np

from helpers.figures.style import INK, text_colour

LINE = 19.0  # points that one line of a label needs
LETTERS = 19  # a longer label is broken


def label_ends(axes, ends):
    """Write a label right of the axes at the height of each line's end.

    Limits and scale of the axes must be final. A thin line joins a label that had to move away, or whose line
    stops early, to the end that it names.

    Parameters
    ----------
    axes : matplotlib Axes
    ends : list of (x, y, text, colour)
    """
    if not ends:
        return
    axes.figure.get_layout_engine().execute(axes.figure)  # settles the height of the axes
    gap = LINE / (axes.get_window_extent().height * 72 / axes.figure.dpi)
    to_axes = axes.transData + axes.transAxes.inverted()
    anchors = [to_axes.transform((x, y)) for x, y, _, _ in ends]
    texts = [_broken(text) for _, _, text, _ in ends]
    levels = spread([anchor[1] for anchor in anchors], [gap * (text.count("\n") + 1.1) for text in texts])
    for (x, y, _, colour), text, anchor, level in zip(ends, texts, anchors, levels, strict=True):
        away = abs(level - anchor[1]) > gap / 3 or anchor[0] < 0.96
        axes.annotate(
            text, xy=(x, y), xytext=(1.04 if away else 1.012, level), textcoords="axes fraction", va="center", ha="left",
            color=text_colour(colour), annotation_clip=False, fontsize=13, fontweight="normal" if colour == INK else "bold",
            linespacing=1.05, zorder=2.5,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1, "shrinkA": 1, "shrinkB": 2, "relpos": (0, 0.5)} if away else None,
        )  # fmt: skip


def _broken(text):
    """Break a long label, after its colon where it has one."""
    if len(text) <= LETTERS:
        return text
    name, colon, rest = text.partition(": ")
    parts = [name + ":", rest] if colon else [text]
    return "\n".join(textwrap.fill(part, LETTERS + 5, break_long_words=False) for part in parts)


def spread(levels, sizes, low=0.0, high=1.0):
    """Return `levels` moved apart so that labels of these sizes do not overlap: same order, inside [low, high] if they fit."""
    order = np.argsort(levels, kind="stable")
    placed = np.clip(np.asarray(levels, dtype=float)[order], low, high)
    sizes = np.asarray(sizes, dtype=float)[order]
    gaps = (sizes[1:] + sizes[:-1]) / 2
    for i, gap in enumerate(gaps, start=1):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    placed[-1] = min(placed[-1], high)
    for i in range(len(placed) - 2, -1, -1):
        placed[i] = min(placed[i], placed[i + 1] - gaps[i])
    result = np.empty_like(placed)
    result[order] = placed
    return result
