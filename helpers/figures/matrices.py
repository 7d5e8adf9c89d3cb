"""Matrices as tables of numbers with colour, side by side, so that a product can be followed cell by cell."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.patches import Rectangle

from helpers import checks
from helpers.figures import inputs, words
from helpers.figures.style import CLEAR, GUIDE, INK, ON_INK, WIDTH, sheet, styled

# White numbers read on each of these colours, and these on both pages; a zero, in the middle, has none and is written in INK.
NEGATIVE = LinearSegmentedColormap.from_list("negative", ["#C15500", "#8A6C5A"])(np.linspace(0, 1, 128))
POSITIVE = LinearSegmentedColormap.from_list("positive", ["#5C7586", "#0072B2"])(np.linspace(0, 1, 128))
SIGNED = ListedColormap(np.vstack([NEGATIVE, [[0, 0, 0, 0]], POSITIVE]), "signed").with_extremes(bad=CLEAR)
MOST_COLUMNS, MOST_ROWS = 22, 20
FRAME = 6.0  # points; white between two greys, seen on each colour and on both pages
CELL = 0.40  # height of a cell in inches
DIGIT = 0.122  # width of a digit in inches at 13 points


@styled
def matrix_heatmap(matrix, *, digits=2, row_labels=None, col_labels=None, between=None, highlight=None, vmax=None):
    """Show one or more matrices with the number in each cell, blue for positive and orange for negative.

    Parameters
    ----------
    matrix : array, shape (rows, columns), or dict of str to such arrays
        All share one colour scale.
    digits : int, or dict of str to int
        Decimals in the cells; by matrix name, 2 for a matrix that is not named.
    row_labels, col_labels : list of str, or dict of str to list of str
        For the rows and columns of one matrix, or by matrix name.
    between : list of str, optional
        Signs between neighbours, such as ["@", "+", "="].
    highlight : list of (i, j), or dict of str to such lists
        Cells with a thick frame, counted from 0; None in place of i or j means a whole column or row.
    vmax : float, optional
        The size with the fullest colour; the largest one in the matrices unless given.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: all values of a small matrix, range and signs of a large one.

    Raises
    ------
    TypeError, ValueError
        Names the matrix whose shape or type does not fit, or one too large to be read.
    """
    tables = inputs.named("matrix", matrix, of="matrix") if isinstance(matrix, dict) else {"": matrix}
    tables = {name: inputs.table(name or "matrix", value) for name, value in tables.items()}
    digits = _digits(digits, tables)
    signs = [""] * (len(tables) - 1) if between is None else inputs.texts("between", between, len(tables) - 1)
    rows, columns, frames = (_by_name(n, v, tables) for n, v in (("row_labels", row_labels), ("col_labels", col_labels), ("highlight", highlight)))
    layout = _Layout(tables, digits, rows, columns, signs)
    vmax = inputs.number("vmax", vmax, positive=True) if vmax is not None else max(_largest(t) for t in tables.values()) or 1.0
    figure, axes = sheet(layout.width, layout.height)
    for name, table in tables.items():
        _draw(axes, layout, name, table, vmax, digits[name])
        _label(axes, layout, name, table, rows.get(name), columns.get(name))
        _frame(axes, layout, name, table, frames.get(name, ()))
    for x, sign in zip(layout.gaps, signs, strict=True):
        axes.text(x, layout.middle, {"@": "@", "*": "∗", "-": "−"}.get(sign, sign), ha="center", va="center", fontsize=20)
    figure.set_label(_description(tables, signs, frames))
    return figure


class _Layout:
    """Where each matrix goes on the sheet, in inches; cells shrink, and their numbers with them, when space is short."""

    def __init__(self, tables, digits, rows, columns, signs):
        for name, table in tables.items():
            if table.shape[0] > MOST_ROWS or sum(t.shape[1] for t in tables.values()) > MOST_COLUMNS:
                raise ValueError(f"{name or 'matrix'} has shape {table.shape}, too large to read: at most {MOST_ROWS} rows and "
                                 f"{MOST_COLUMNS} columns in all; pass a part such as A[:, :5]")  # fmt: skip
        texts = {name: [words.fixed(v, digits[name]) for v in table.flat] + columns.get(name, []) for name, table in tables.items()}
        widths = {name: DIGIT * max(map(len, items)) + 0.14 for name, items in texts.items()}
        self.margins = {name: 0.05 + (0.06 + DIGIT * max(map(len, rows[name])) if name in rows else 0) for name in tables}
        self.head = (0.42 if any(tables) else 0.1) + (0.32 if columns else 0)
        self.gap = 0.5 if any(signs) else 0.35
        for self.scale in np.arange(1.0, 0.55, -0.02):
            self.cell = {name: width * self.scale for name, width in widths.items()}
            self.row = max(CELL * self.scale, 0.3)
            self._place(tables)
            if self.width <= WIDTH:
                break

    def _place(self, tables):
        tallest = max(t.shape[0] for t in tables.values()) * self.row
        self.height = self.head + tallest + 0.45
        self.middle = self.height - self.head - tallest / 2
        self.left, self.top, self.gaps, x = {}, {}, [], 0.1
        for name, table in tables.items():
            # The name and the shape of a narrow matrix may be wider than itself.
            spare = max(0.0, max(0.14 * len(name), 0.105 * len(str(table.shape))) - self.cell[name] * table.shape[1])
            self.left[name] = x + self.margins[name] + spare / 2
            self.top[name] = self.middle + table.shape[0] * self.row / 2
            x = self.left[name] + self.cell[name] * table.shape[1] + spare / 2 + self.gap
            self.gaps.append(x - self.gap / 2)
        self.gaps.pop()
        self.width = max(x - self.gap + 0.1, 2.0)


def _digits(digits, tables):
    given = digits if isinstance(digits, dict) else dict.fromkeys(tables, digits)
    for name in given:
        checks.choice("a key of digits", name, list(tables))
    return {name: inputs.whole("digits", given.get(name, 2)) for name in tables}


def _largest(table):
    finite = np.abs(table[np.isfinite(table)])
    return finite.max() if finite.size else 0.0


def _by_name(name, value, tables):
    """Options by matrix name; a plain list belongs to the only matrix."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        if len(tables) > 1:
            raise TypeError(f"{name} is {words.kind(value)}, expected a dict by matrix name, as there are {len(tables)} matrices")
        value = {next(iter(tables)): value}
    for key, items in value.items():
        checks.choice(f"a key of {name}", key, list(tables))
        if name == "highlight":
            value = {**value, key: _cells(f"{name} of {key or 'matrix'}", items, tables[key].shape)}
        else:
            value = {**value, key: inputs.texts(name, items, tables[key].shape[name == "col_labels"])}
    return value


def _cells(name, cells, shape):
    """The cells as pairs of row and column, None for all."""
    cells = inputs.entries(name, cells, "cells (row, column)")
    for i, j in cells:
        for value, size in ((i, shape[0]), (j, shape[1])):
            if value is not None and checks.whole(f"a row or column in {name}", value, least=0) >= size:
                raise ValueError(f"{name} holds the cell at index ({i}, {j}), but the shape is {shape}")
    return cells


def _draw(axes, layout, name, table, vmax, digits):
    rows, columns = table.shape
    left, top = layout.left[name], layout.top[name]
    extent = (left, left + columns * layout.cell[name], top - rows * layout.row, top)
    image = axes.imshow(table, cmap=SIGNED, vmin=-vmax, vmax=vmax, extent=extent, aspect="auto", interpolation="nearest", zorder=1)
    image.set_label(name)
    axes.set(xlim=(0, layout.width), ylim=(0, layout.height), aspect="equal")
    for i, j in np.ndindex(table.shape):
        axes.text(
            left + (j + 0.5) * layout.cell[name], top - (i + 0.5) * layout.row, words.fixed(table[i, j], digits), ha="center", va="center_baseline",
            fontsize=13 * layout.scale, color=ON_INK if SIGNED((table[i, j] / vmax + 1) / 2)[3] else INK, zorder=3, gid=f"{name}[{i},{j}]",
        )  # fmt: skip
    for i in range(rows + 1):
        axes.plot(extent[:2], [top - i * layout.row] * 2, color=GUIDE, linewidth=0.6, zorder=2)
    for j in range(columns + 1):
        axes.plot([left + j * layout.cell[name]] * 2, extent[2:], color=GUIDE, linewidth=0.6, zorder=2)


def _label(axes, layout, name, table, rows, columns):
    left, top = layout.left[name], layout.top[name]
    centre = left + table.shape[1] * layout.cell[name] / 2
    axes.text(centre, top + (0.42 if columns else 0.1), name, ha="center", va="bottom", fontsize=15, fontweight="bold")
    axes.text(centre, top - table.shape[0] * layout.row - 0.1, str(table.shape), ha="center", va="top", fontsize=13)
    for i, text in enumerate(rows or ()):
        axes.text(left - 0.08, top - (i + 0.5) * layout.row, text, ha="right", va="center_baseline", fontsize=13)
    for j, text in enumerate(columns or ()):
        axes.text(left + (j + 0.5) * layout.cell[name], top + 0.1, text, ha="center", va="bottom", fontsize=13 * layout.scale)


def _frame(axes, layout, name, table, cells):
    for i, j in cells:
        high, wide = (table.shape[0] if i is None else 1), (table.shape[1] if j is None else 1)
        x, y = layout.left[name] + (j or 0) * layout.cell[name], layout.top[name] - ((i or 0) + high) * layout.row
        width, height = wide * layout.cell[name], high * layout.row
        axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=INK, linewidth=FRAME, zorder=4))
        axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=ON_INK, linewidth=FRAME / 3, zorder=5))


def _description(tables, signs, frames):
    order = "".join(name + (f" {sign} " if sign else ", ") for name, sign in zip(tables, [*signs, ""], strict=True)).rstrip(", ")
    text = [f"From left to right: {words.plain(order)}." if len(tables) > 1 else f"The matrix {words.plain(order)}".rstrip() + "."]
    for name, table in tables.items():
        text.append(f"{words.plain(name) or 'Matrix'}, shape {table.shape}: {_values(table)}.")
        if framed := [_framed(i, j) for i, j in frames.get(name, ())]:
            text.append(f"Framed: {words.listing(framed)}{f' of {words.plain(name)}' if name else ''}.")
    return " ".join(text)


def _framed(i, j):
    """What a frame surrounds, counted from 1."""
    row, column = "" if i is None else f"row {i + 1}", "" if j is None else f"column {j + 1}"
    return ", ".join(part for part in (row, column) if part) or "everything"


def _values(table):
    scale = _largest(table)
    if table.size <= 12:
        rows = [", ".join(words.number(v, scale=scale) for v in row) for row in table]
        return "; ".join(rows) if table.shape[0] == 1 or table.shape[1] > 1 else ", ".join(rows)
    finite = table[np.isfinite(table)]
    if not finite.size:
        return "no finite values"
    odd = table.size - finite.size
    tiny = np.abs(finite) <= 1e-9 * scale
    return (f"values from {words.number(finite.min(), scale=scale)} to {words.number(finite.max(), scale=scale)}, "
            f"{_signs(finite, tiny)}"
            + (f", {odd} not finite" if odd else ""))  # fmt: skip


def _signs(finite, tiny):
    return f"{int((~tiny & (finite > 0)).sum())} positive, {int((~tiny & (finite < 0)).sum())} negative, {int(tiny.sum())} zero"
