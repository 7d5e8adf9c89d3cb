"""A network as units and connections, with weights, the values of one example, and paths through it."""

from functools import partial
from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, FancyBboxPatch

from helpers import checks
from helpers.figures import inputs, network_parts, network_values, words
from helpers.figures.style import BLUE, CLEAR, GUIDE, INK, ON_INK, TINT, VERMILLION, WIDTH, sheet, styled

UNIT = 0.42  # height of a unit in inches
DIGIT = 0.113  # width of a digit in inches at 12 points
WEIGHT = {"ha": "center", "va": "center", "fontsize": 13, "fontweight": "bold", "color": ON_INK, "zorder": 6,
          "bbox": {"boxstyle": "round,pad=0.2", "facecolor": INK, "edgecolor": CLEAR}}  # fmt: skip
FADED, THIN, FULL = 0.18, 0.5, 0.9


@styled
def network_diagram(
    layers, *, values=None, quantity="A", highlight=(), path=None, weights="all", off=None, digits=2, max_units=10
):  # fmt: skip
    """Show a network's units and connections, input on the left.

    Parameters
    ----------
    layers : sequence of int, or dict of ndarray
        Layer sizes, or parameters p: a weight is then solid blue if positive, dashed orange if negative, the wider the larger.
    values : dict of ndarray, shape (n, 1), or list of such arrays, optional
        Written into the units: a cache c (or grads) of one example, or one array for each layer, None for a layer without.
    quantity : str or sequence of str
        What to read from the dict: "A", "Z", "dZ", or ("Z", "A") for "z → a".
    highlight : list
        Units (layer, index) and connections ((layer, index), (layer + 1, index)): the indices count from 0, so that (2, 3) is
        unit 4 of layer 2; layer 0 is the input.
    path : sequence of int, optional
        The index of one unit for each layer, as in `highlight`: the way through them stands out, with its weights where p is given.
    weights : str
        "all", or "highlighted": sign and size are then shown of highlighted connections and of the path alone.
    off : list of (layer, index), optional
        The grey units; those whose value is exactly 0 unless given.
    digits : int
        Decimals of values and weights.
    max_units : int
        A larger layer shows its first units, dots and its last unit.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: sizes, number of parameters, signs of the weights, values, path.

    Raises
    ------
    TypeError, ValueError, KeyError
        Names the layer, unit or key that does not fit.
    """
    sizes, p = network_parts.sizes_of(layers)
    names, numbers = network_values.read(values, quantity, sizes)
    path = network_parts.path_of(path, sizes)
    units, edges = network_parts.highlighted(highlight, sizes)
    off = network_parts.off(off, numbers, sizes)
    digits = inputs.whole("digits", digits)
    quiet = checks.choice("weights", weights, ["all", "highlighted"]) == "highlighted"
    layout = _Layout(sizes, numbers, digits, inputs.whole("max_units", max_units, least=3, most=60))
    layout.require(units + list(enumerate(path)))
    figure, axes = sheet(WIDTH, layout.height)
    _connections(axes, layout, p, edges, path, digits, quiet)
    _units(axes, layout, units, path, off)
    _captions(axes, layout, names)
    figure.set_label(network_values.description(sizes, p, names, numbers, (units, edges), path, quiet, off))
    return figure


class _Layout:
    """Where each unit is, in inches, and what is written in it."""

    def __init__(self, sizes, numbers, digits, max_units):
        self.sizes = sizes
        self.shown = [list(range(n)) if n <= max_units else [*range(max_units - 2), n - 1] for n in sizes]
        self.texts = {(l, i): " → ".join(words.fixed(v, digits) for v in numbers[l][i]) if numbers[l] is not None else ""
                      for l, shown in enumerate(self.shown) for i in shown}  # fmt: skip
        self.width = max(UNIT, max((DIGIT * len(t) + 0.12 for t in self.texts.values() if t), default=0))
        slots = [len(shown) + (len(shown) < n) for shown, n in zip(self.shown, sizes, strict=True)]
        steps = [min(0.85, max(UNIT + 0.06, 4.6 / n)) for n in slots]
        tall = max(step * n for step, n in zip(steps, slots, strict=True))
        self.height = tall + 1.35
        middle, margin = 0.75 + tall / 2, max(self.width / 2 + 0.15, 0.75)
        self.x = np.linspace(margin, WIDTH - margin, len(sizes))
        self.dots, self.y = {}, {}
        for l, shown in enumerate(self.shown):
            rows = [*shown[:-1], None, shown[-1]] if slots[l] > len(shown) else shown
            for row, i in enumerate(rows):
                y = middle + steps[l] * ((len(rows) - 1) / 2 - row)
                if i is None:
                    self.dots[l] = y
                else:
                    self.y[l, i] = y

    def require(self, units):
        for l, i in units:
            if (l, i) not in self.y:
                raise ValueError(f"unit {i + 1} of layer {l} is not shown: raise max_units above {self.sizes[l] - 1}")

    def ends(self, start, end):
        """Where the connection of two units begins and stops: right and left of them, since a unit hides nothing behind it."""
        reach = self.width / 2
        return (self.x[start[0]] + reach, self.y[start]), (self.x[end[0]] - reach, self.y[end])


def _connections(axes, layout, p, edges, path, digits, quiet):
    along = set(pairwise(enumerate(path)))
    strong = along | set(edges)
    for l in range(1, len(layout.sizes)):
        pairs = [((l - 1, i), (l, j)) for j in layout.shown[l] for i in layout.shown[l - 1]]
        weights = [None if p is None or (quiet and pair not in strong) else p[f"W{l}"][pair[1][1], pair[0][1]] for pair in pairs]
        largest = None if p is None else np.abs(p[f"W{l}"]).max() or 1.0
        for sign, test in (("", lambda w: w is None), ("positive", lambda w: w is not None and w > 0),
                           ("negative", lambda w: w is not None and w < 0), ("zero", lambda w: w is not None and w == 0)):  # fmt: skip
            kept = [(pair, w) for pair, w in zip(pairs, weights, strict=True) if test(w)]
            for group, bold in ((kept, False), ([k for k in kept if k[0] in strong], True)):
                _lines(axes, layout, f"W{l} {sign}".strip(), group, largest, bold, bool(along))
    for start, end in sorted(strong) if p is not None else ():
        (x0, y0), (x1, y1) = layout.ends(start, end)
        share = _share(start, end, strong)
        axes.text(x0 + share * (x1 - x0), y0 + share * (y1 - y0), words.fixed(p[f"W{end[0]}"][end[1], start[1]], digits), **WEIGHT)


def _share(start, end, strong):
    """How far along a connection its weight stands: away from the unit at which several of them meet."""
    leaving, arriving = sum(s == start for s, _ in strong), sum(e == end for _, e in strong)
    return 0.5 if leaving == arriving else 0.74 if leaving > arriving else 0.26


def _lines(axes, layout, name, group, largest, bold, fade):
    """Draw connections of one sign: the width says the size, a bold one is wide in any case."""
    if not group:
        return
    unsigned = (INK, (0, (1, 3)) if "zero" in name else "-", THIN)
    colour, dashes, full = {"positive": (BLUE, "-", FULL), "negative": (VERMILLION, (0, (4, 2)), FULL)}.get(name.split()[-1], unsigned)
    widths = [0.8 if w is None or w == 0 else 0.4 + 2.6 * abs(w) / largest for _, w in group]
    axes.add_collection(LineCollection(
        [layout.ends(start, end) for (start, end), _ in group],
        linewidths=[max(4.0, width) for width in widths] if bold else widths,
        colors=[colour], linestyles=[dashes],
        alpha=1.0 if bold else FADED if fade else full, zorder=3 if bold else 1, gid=name + (" bold" if bold else ""),
    ), autolim=False)  # fmt: skip


def _units(axes, layout, units, path, off):
    ringed = set(units) | set(enumerate(path))
    for unit, text in layout.texts.items():
        x, y = layout.x[unit[0]], layout.y[unit]
        faded = bool(path) and unit not in ringed
        axes.add_patch(_shape(x, y, layout.width)(
            facecolor=TINT if unit in off else CLEAR, edgecolor=GUIDE if faded else INK,
            linewidth=3.6 if unit in ringed else 1.4, zorder=4, gid=f"unit {unit[0]} {unit[1]}",
        ))  # fmt: skip
        axes.text(x, y, text, ha="center", va="center_baseline", fontsize=12, zorder=5)
    for l, y in layout.dots.items():
        axes.text(layout.x[l], y, "⋮", ha="center", va="center", fontsize=20)


def _shape(x, y, width):
    """The outline of a unit, still to be given its colours: a circle, or longer where its numbers need the room."""
    if width <= UNIT:
        return partial(Circle, (x, y), UNIT / 2)
    corner = (x - (width - UNIT) / 2, y)
    return partial(FancyBboxPatch, corner, width - UNIT, 0, boxstyle=f"round,pad={UNIT / 2},rounding_size={UNIT / 2}")


def _captions(axes, layout, names):
    last = len(layout.sizes) - 1
    columns = "1" if names else "m"
    for l, n in enumerate(layout.sizes):
        kind = "input" if l == 0 else "output" if l == last else f"hidden {l}"
        shown = names if l else ["A"]
        letter = "A0 = X" if l == 0 else ", ".join(f"{name}{l}" for name in shown or ["A"])
        axes.text(layout.x[l], 0.42, kind, ha="center", va="baseline", fontsize=13)
        axes.text(layout.x[l], 0.15, f"{letter} ({n}, {columns})", ha="center", va="baseline", fontsize=13)
    for l in range(1, last + 1):
        n_in, n_out = layout.sizes[l - 1], layout.sizes[l]
        axes.text((layout.x[l - 1] + layout.x[l]) / 2, layout.height - 0.1, f"W{l} ({n_out}, {n_in})\nb{l} ({n_out}, 1)",
                  ha="center", va="top", fontsize=13, linespacing=1.3)  # fmt: skip
