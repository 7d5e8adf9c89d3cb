"""Small multiples of histograms: how numbers move to one side of 0 from step to step."""

import numpy as np
from matplotlib.colors import to_rgba

from helpers.figures import inputs, words
from helpers.figures.style import BLUE, INK, VERMILLION, grid, styled

MOST_ROWS, MOST_COLUMNS = 6, 4  # panels that can be read
WORDS = 0.35  # of the width of a panel, one of two, for "100 % above 0"


@styled
def histograms(rows, *, bins=40, xlabel="z", row_height=1.45):
    """Show a histogram in each panel, with 0 marked and the share of the numbers above it.

    Parameters
    ----------
    rows : dict of str to dict of str to array of any shape
        The rows of panels from top to bottom, such as {"step 0": {"Z1": Z1, "Z2": Z2}, "step 1": ...}; each has the same
        columns, which share their axis. Numbers that are not finite are counted in words alone.
    bins : int
        Bars across a column; 0 lies between two of them.
    xlabel : str
    row_height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: for each panel the range, the median and the share above 0.

    Raises
    ------
    TypeError, ValueError
        Names the row whose columns differ, or the panel that holds no finite number.
    """
    bins, xlabel = inputs.whole("bins", bins, least=2, most=200), inputs.text("xlabel", xlabel)
    row_height = inputs.inches("row_height", row_height, least=1.2, most=10)
    panels = _panels(rows)
    columns = list(next(iter(panels.values())))
    figure, axes = grid(len(panels), len(columns), height=row_height * len(panels) + 0.8, sharex="col")
    for j, column in enumerate(columns):
        edges = _edges(np.concatenate([_finite(row[column]) for row in panels.values()]), bins)
        for i, (name, row) in enumerate(panels.items()):
            _draw(axes[i, j], row[column], edges, f"{name}, {column}")
        axes[0, j].set_title(column)
        axes[-1, j].set_xlabel(xlabel)
    for i, name in enumerate(panels):
        axes[i, 0].set_ylabel(name, rotation=0, ha="right", va="center")
    figure.set_label(_description(panels, columns))
    return figure


def _panels(rows):
    """The numbers by row and column, as float arrays of shape (k,)."""
    rows = inputs.named("rows", rows, of="dict of arrays by column")
    panels = {name: inputs.named(f"rows[{inputs.written(name)}]", row, of="array") for name, row in rows.items()}
    columns = list(next(iter(panels.values())))
    if len(panels) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        raise ValueError(f"rows holds {len(panels)} rows of {len(columns)} panels, expected at most {MOST_ROWS} rows of {MOST_COLUMNS}")
    for name in panels:
        if list(panels[name]) != columns:
            has, wanted = inputs.written(list(panels[name])), inputs.written(columns)
            raise ValueError(f"rows[{inputs.written(name)}] has the columns {has}, expected {wanted} as in the first row")
    panels = {name: {c: inputs.numbers(f"{c} of {inputs.written(name)}", v).ravel() for c, v in row.items()} for name, row in panels.items()}
    for name, row in panels.items():
        for column, values in row.items():
            if not np.isfinite(values).any():
                raise ValueError(f"{column} of {inputs.written(name)} holds no finite number, expected at least one to draw")
    return panels


def _finite(values):
    return values[np.isfinite(values)]


def _edges(values, bins):
    """Edges of equal bins, one of them at 0, from the smallest number to the largest, with 0 always in view."""
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    width = (high - low) / bins or 1.0
    return width * np.arange(np.floor(low / width) - 1, np.ceil(high / width) + 2)


def _draw(axes, values, edges, name):
    counts, _ = np.histogram(_finite(values), edges)
    for side, colour, hatch in ((edges[:-1] >= 0, BLUE, ""), (edges[:-1] < 0, VERMILLION, "//")):
        axes.bar(edges[:-1][side], counts[side], np.diff(edges)[side], align="edge", facecolor=to_rgba(colour, 0.4), edgecolor=colour,
                 linewidth=0.8, hatch=hatch, gid=name)  # fmt: skip
    axes.axvline(0, color=INK, linewidth=2)
    axes.set(xlim=edges[[0, -1]], ylim=(0, 1.45 * counts.max()), yticks=[])
    axes.spines["left"].set_visible(False)
    left = -edges[0] > (1 - WORDS) * (edges[-1] - edges[0])  # the line at 0 would run through the words on the right
    place, side = (0.01, "left") if left else (0.99, "right")
    axes.text(place, 0.97, f"{_share(values)} above 0", transform=axes.transAxes, ha=side, va="top", fontsize=13)


def _share(values):
    """The share of numbers above 0 in whole per cent; 0 % and 100 % are said of none and all alone."""
    finite = _finite(values)
    above = int((finite > 0).sum())
    per_cent = round(100 * above / finite.size)
    return "under 1 %" if above and per_cent < 1 else "over 99 %" if above < finite.size and per_cent > 99 else f"{per_cent} %"


def _description(panels, columns):
    rows = [words.plain(name) for name in panels]
    text = [f"Histograms of {words.listing(map(words.plain, columns))}: {words.listing(rows)}."]
    if len(text[0]) > words.CAPTION:
        text = [f"Histograms in {words.count(len(rows), 'row')} and {words.count(len(columns), 'column')}."]
    text.append("A line marks 0; the numbers above it are solid blue, the others hatched orange, and each panel has a height of its own.")
    text += [f"{words.plain(name)}: {'; '.join(_said(column, values) for column, values in row.items())}." for name, row in panels.items()]
    return " ".join(text)


def _said(column, values):
    finite = _finite(values)
    low, middle, high = (words.number(v, scale=np.abs(finite).max()) for v in (finite.min(), np.median(finite), finite.max()))
    odd = values.size - finite.size
    return (f"{words.plain(column)} from {low} to {high}, median {middle}, {_share(values)} above 0"
            + (f", {odd} not finite" if odd else ""))  # fmt: skip
