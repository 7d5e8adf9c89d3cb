"""Which class was taken for which."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.figures import inputs, words
from helpers.figures.matrices import NEGATIVE, POSITIVE
from helpers.figures.style import GUIDE, INK, ON_INK, sheet, styled

MOST = 12  # classes that can be read
HIGH, LEFT, HEAD, SHARE = 0.36, 1.25, 0.72, 1.25  # inches: a cell, room for the labels, for the column of shares


@styled
def confusion_matrix(counts, names=None, *, row_title="true", column_title="the network says"):
    """Show how many examples of each class, a row each, were taken for each class, a column each.

    The right ones, on the diagonal, are blue, the mistakes orange, each the fuller the more there are; no mistake is an empty cell.

    Parameters
    ----------
    counts : array, shape (K, K)
        Whole numbers; row j, column k counts the examples of class j that were taken for class k.
    names : list of K str, optional
        0 to K - 1 unless given.
    row_title, column_title : str

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: how many are right, the commonest mistakes, the class that is missed most often.

    Raises
    ------
    TypeError, ValueError
        Names a shape that is not square, numbers that are no counts, or more classes than can be read.
    """
    counts = _counts(counts)
    size = len(counts)
    names = inputs.texts("names", list(range(size)) if names is None else names, size)
    row_title, column_title = inputs.text("row_title", row_title), inputs.text("column_title", column_title)
    wide = max(0.62, 0.12 * max(map(len, names)) + 0.2)
    figure, axes = sheet(LEFT + size * wide + SHARE, HEAD + size * HIGH + 0.12)
    top = figure.get_figheight() - HEAD
    wrong = counts * (1 - np.eye(size, dtype=int))
    for (j, k), count in np.ndenumerate(counts):
        x, y = LEFT + k * wide, top - (j + 1) * HIGH
        axes.add_patch(Rectangle((x, y), wide, HIGH, fill=False, edgecolor=GUIDE, linewidth=0.8))
        if count or j == k:
            colour = POSITIVE[127] if j == k else NEGATIVE[round(127 * (1 - count / wrong.max()))]
            axes.add_patch(Rectangle((x, y), wide, HIGH, facecolor=colour, edgecolor=GUIDE, linewidth=0.8))
            axes.text(x + wide / 2, y + HIGH / 2, str(count), ha="center", va="center_baseline", color=ON_INK, gid=f"count[{j},{k}]")
    _titles(axes, names, wide, top, row_title, column_title)
    for j, (missed, total) in enumerate(zip(wrong.sum(axis=1), counts.sum(axis=1), strict=True)):
        y = top - (j + 0.5) * HIGH
        axes.text(LEFT + size * wide + 0.12, y, _share(missed, total), ha="left", va="center_baseline", gid=f"missed {names[j]}")
    figure.set_label(_description(counts, wrong, names))
    return figure


def _counts(counts):
    counts = inputs.table("counts", counts, finite=True)
    if counts.shape[0] != counts.shape[1] or not 2 <= len(counts) <= MOST:
        raise ValueError(f"counts has shape {counts.shape}, expected (K, K) with K from 2 to {MOST}")
    if (counts < 0).any() or (counts != np.round(counts)).any() or counts.max() >= 1e6:
        raise ValueError("counts holds numbers that count nothing, expected whole numbers from 0 to 999,999")
    if not counts.any():
        raise ValueError("counts holds no example, expected at least one")
    return counts.astype(int)


def _titles(axes, names, wide, top, row_title, column_title):
    size = len(names)
    for k, name in enumerate(names):
        axes.text(LEFT + (k + 0.5) * wide, top + 0.08, name, ha="center", va="bottom", fontweight="bold")
        axes.text(LEFT - 0.12, top - (k + 0.5) * HIGH, name, ha="right", va="center_baseline", fontweight="bold")
    axes.text(LEFT + size * wide / 2, top + 0.38, column_title, ha="center", va="bottom", fontsize=14)
    axes.text(0.12, top - size * HIGH / 2, row_title, ha="left", va="center", fontsize=14)
    axes.text(LEFT + size * wide + 0.12, top + 0.08, "missed", ha="left", va="bottom", color=INK)


def _share(missed, total):
    return f"{100 * missed / total:.1f} %" if total else "none seen"


def _description(counts, wrong, names):
    total, right = int(counts.sum()), int(np.trace(counts))
    text = [f"Which class was taken for which: {right} of {words.count(total, 'example')} right."]
    order = [(j, k) for j, k in zip(*np.unravel_index(np.argsort(-wrong, axis=None, kind="stable"), wrong.shape), strict=True) if wrong[j, k]]
    if order:
        text.append(f"Commonest mistakes: {words.listing(f'{names[j]} for {names[k]} taken {_times(wrong[j, k])}' for j, k in order[:5])}.")
    seen = np.maximum(counts.sum(axis=1), 1)
    worst = int(np.argmax(wrong.sum(axis=1) / seen))
    if wrong[worst].any():
        text.append(f"Missed most often: {names[worst]}, {int(wrong[worst].sum())} of {int(counts[worst].sum())}.")
    return " ".join([*text, "Blue on the diagonal is right, orange off it is wrong, an empty cell is no mistake."])


def _times(count):
    return "once" if count == 1 else f"{count} times"
