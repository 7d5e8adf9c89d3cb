"""A computational graph with the forward and backward value on every edge."""

from itertools import pairwise

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers.figures import inputs, words
from helpers.figures.graph_layout import place
from helpers.figures.style import BLUE, CLEAR, INK, TINT, VERMILLION, WIDTH, sheet, styled, text_colour

NODE = 0.56  # height of a node in inches
ROW = 1.2  # distance of rows


@styled
def computational_graph(nodes, edges, *, positions=None, digits=3, row_height=ROW):
    """Show a graph of operations from left to right: forward values above the edges, backward values below, in brackets.

    Parameters
    ----------
    nodes : dict of str to str, or list of str
        Label of each node, by name. A node without incoming edge is an input and is drawn as a box.
    edges : list of (start, end), (start, end, forward) or (start, end, forward, backward)
        Numbers or texts; None for a value that is not shown. An `end` of None is an arrow that leaves the graph.
    positions : dict of str to (column, row), optional
        Row 0 is the top one; fractions are fine. Found from the edges unless given.
    digits : int
        Significant digits of the numbers.
    row_height : float
        Distance of rows in inches.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: every edge with its values.

    Raises
    ------
    TypeError, ValueError
        Names the edge that does not fit, an unknown node, or a cycle.
    """
    digits, row_height = inputs.whole("digits", digits, least=1), inputs.inches("row_height", row_height, least=0.6, most=10)
    nodes = _nodes(nodes)
    edges = [_edge(edge, nodes) for edge in inputs.entries("edges", edges, "(start, end, forward, backward)", sizes=(2, 3, 4))]
    places = place(nodes, edges, positions)
    rows = [row for _, row in places.values()]
    height = row_height * (max(rows) - min(rows) + 1) + 0.15
    across = _across(nodes, places, any(end is None for _, end, *_ in edges))
    at = {name: (across[c], height - 0.1 - row_height * (r - min(rows) + 0.5)) for name, (c, r) in places.items()}
    figure, axes = sheet(WIDTH, height)
    boxes = {name: _node(axes, at[name], label, not any(end == name for _, end, *_ in edges), name) for name, label in nodes.items()}
    for edge in edges:
        _arrow(axes, at, boxes, edge, _share(edge, edges), digits)
    figure.set_label(_description(nodes, edges, digits, all(end is None or at[start][0] < at[end][0] for start, end, *_ in edges)))
    return figure


def _nodes(nodes):
    if isinstance(nodes, list | tuple) and nodes:
        nodes = {inputs.text(f"nodes[{k}]", name): name for k, name in enumerate(nodes)}
    nodes = inputs.named("nodes", nodes, of="text on the node")
    return {name: inputs.text(f"nodes[{inputs.written(name)}]", label) for name, label in nodes.items()}


def _edge(edge, nodes):
    start, end, forward, backward = (*edge, None, None)[:4]
    for name in (start, end) if end is not None else (start,):
        if not isinstance(name, str) or name not in nodes:
            there = inputs.written(list(nodes))
            raise ValueError(f"edges holds {inputs.written(edge)}, but there is no node {inputs.written(name)}: the nodes are {there}")
    if start == end:
        raise ValueError(f"edges holds {inputs.written(edge)}, expected an edge between two nodes")
    values = [v if v is None else inputs.text("a value of an edge", v) if isinstance(v, str) else _value(v) for v in (forward, backward)]
    return start, end, *values


def _value(value):
    """A number on an edge; one that is not finite is shown as well."""
    array = inputs.numbers("a value of an edge", value)
    if array.size != 1:
        raise ValueError(f"a value of an edge has shape {array.shape}, expected one number, a text or None")
    return array.item()


def _width(label):
    return max(NODE, 0.118 * len(words.plain(label)) + 0.26)


def _across(nodes, places, leaving):
    """Where each column is, in inches: the gaps between the widest nodes of neighbouring columns are equal."""
    columns = sorted({column for column, _ in places.values()})
    widths = [max(_width(nodes[name]) for name, at in places.items() if at[0] == column) for column in columns]
    gaps = [after - before for before, after in pairwise(columns)] + ([0.8] if leaving else [])
    unit = (WIDTH - 0.5 - sum(widths)) / max(sum(gaps), 1)
    across, x = {}, 0.25
    for column, width, gap in zip(columns, widths, [*gaps, 0][: len(columns)], strict=True):
        across[column] = x + width / 2
        x += width + gap * unit
    return across


def _share(edge, edges):
    """How far along an edge its values stand: away from the node where edges crowd together."""
    start, end = (sum(e[k] == edge[k] for e in edges if e[k] is not None) for k in (0, 1))
    return 0.5 if edge[1] is None or start == end else 0.4 if end > start else 0.6


def _node(axes, at, label, is_input, name):
    width = _width(label)
    box = FancyBboxPatch(
        (at[0] - width / 2, at[1] - NODE / 2), width, NODE, boxstyle=f"round,pad=0,rounding_size={0.07 if is_input else NODE / 2}",
        facecolor=TINT if is_input else CLEAR, edgecolor=INK, linewidth=1.8, zorder=3, gid=f"node {name}",
    )  # fmt: skip
    axes.add_patch(box)
    axes.text(*at, label, ha="center", va="center", fontsize=15, zorder=4)
    return box


def _arrow(axes, at, boxes, edge, share, digits):
    """Draw one edge and write its values above and below it, clear of the line however it slants."""
    start, end, *values = edge
    first, box, target = np.array(at[start]), boxes[start], boxes.get(end)
    final = np.array(at[end]) if end is not None else np.array([WIDTH - 0.1, first[1]])
    axes.add_patch(FancyArrowPatch(
        first, final, patchA=box, patchB=target, arrowstyle="-|>", mutation_scale=17, linewidth=1.7, color=INK, shrinkA=0, shrinkB=1, zorder=1,
    ))  # fmt: skip
    from_x, to_x = first[0] + box.get_width() / 2, final[0] - (target.get_width() / 2 if target else 0)
    if final[0] - first[0] < 0.1:
        _beside(axes, first + 0.5 * (final - first), values, digits)
        return
    middle = first + (from_x + share * (to_x - from_x) - first[0]) / (final[0] - first[0]) * (final - first)
    slope = (final[1] - first[1]) / (final[0] - first[0])
    for value, sign, colour in ((values[0], 1, BLUE), (values[1], -1, VERMILLION)):
        text = _written(value, digits, backward=sign < 0)
        half, shift = 0.0525 * (len(text) - 0.5), min(1.0, 1.3 * abs(slope))  # half of the width; 1: beside a steep edge
        away = 0.06 + abs(slope) * half * (1 - shift)
        x, y = middle[0] - sign * np.sign(slope) * half * shift, middle[1] + sign * away
        axes.text(x, y, text, va="bottom" if sign > 0 else "top", **_look(colour))


def _look(colour):
    return {"ha": "center", "fontsize": 13.5, "fontweight": "bold", "color": text_colour(colour), "zorder": 5}


def _beside(axes, middle, values, digits):
    """Write the values of an edge that runs straight up or down, or back to the left, one over the other."""
    for value, sign, colour in ((values[0], 1, BLUE), (values[1], -1, VERMILLION)):
        text = _written(value, digits, backward=sign < 0)
        axes.text(middle[0] + 0.12 + 0.0525 * len(text), middle[1] + 0.14 * sign, text, va="center", **_look(colour))


def _written(value, digits, backward):
    if value is None:
        return ""
    text = value if isinstance(value, str) else words.short(value, digits)
    return f"[{text}]" if backward else text


def _description(nodes, edges, digits, rightward):
    forward = any(edge[2] is not None for edge in edges)
    backward = any(edge[3] is not None for edge in edges)
    kinds = ["forward values above the edges in blue"] * forward + ["backward ones below in brackets"] * backward
    text = [f"{words.listing(kinds).capitalize()}."] if kinds else []  # the caption: what stands there has to be said first
    counts = f"{words.count(len(nodes), 'node')} and {words.count(len(edges), 'edge')}"
    text.append(f"Computational graph with {counts}{', from left to right' * rightward}.")
    names = {name: words.plain(label) + (f" ({name})" if list(nodes.values()).count(label) > 1 else "") for name, label in nodes.items()}
    for start, end, *values in edges:
        said = [f"{word} {v if isinstance(v, str) else words.number(v, digits=digits)}"
                for word, v in zip(("forward", "backward"), values, strict=True) if v is not None]  # fmt: skip
        target = "out" if end is None else f"to {names[end]}"
        text.append(f"{names[start]} {target}{': ' if said else ''}{', '.join(said)}.")
    return " ".join(text)
