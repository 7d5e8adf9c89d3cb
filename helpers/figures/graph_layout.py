"""Columns and rows for the nodes of a graph without cycles."""

from itertools import pairwise

import numpy as np

from helpers.figures import inputs, words

FURTHEST = 30  # columns and rows that a sheet can hold


def place(nodes, edges, positions=None):
    """Return {node: (column, row)}: column by the longest way from an input, rows so that few edges cross.

    Raises ValueError for a cycle, or for positions that leave out a node.
    """
    if positions is not None:
        if not isinstance(positions, dict):
            raise TypeError(f"positions is {words.kind(positions)}, expected a dict {{node: (column, row)}}")
        missing = [name for name in nodes if name not in positions]
        if missing:
            raise ValueError(f"positions lacks {inputs.written(missing[0])}, expected (column, row) for each node")
        places = {name: _place(f"positions[{inputs.written(name)}]", positions[name]) for name in nodes}
        for name, place in places.items():
            if twin := next((other for other in places if other != name and places[other] == place), None):
                raise ValueError(f"positions puts {inputs.written(name)} and {inputs.written(twin)} both at {place}, expected a place for each node")
        return places
    parents = {name: [s for s, e, *_ in edges if e == name] for name in nodes}
    children = {name: [e for s, e, *_ in edges if s == name and e is not None] for name in nodes}
    columns = _columns(nodes, parents, children)
    return _rows(columns, parents, children)


def _place(name, value):
    array = inputs.numbers(name, value, finite=True)
    if array.shape != (2,) or np.abs(array).max() > FURTHEST:
        raise ValueError(f"{name} is {inputs.written(value)}, expected (column, row), two numbers of at most {FURTHEST}")
    return tuple(value)


def _columns(nodes, parents, children):
    """Longest way from an input; an input itself goes just before the first node that uses it."""
    columns = {}
    while len(columns) < len(nodes):
        ready = [name for name in nodes if name not in columns and all(parent in columns for parent in parents[name])]
        if not ready:
            raise ValueError(f"the edges form a cycle through {', '.join(name for name in nodes if name not in columns)}, expected none")
        for name in ready:
            columns[name] = max((columns[parent] + 1 for parent in parents[name]), default=0)
    for name in nodes:
        if not parents[name] and children[name]:
            columns[name] = min(columns[child] for child in children[name]) - 1
    return columns


def _rows(columns, parents, children):
    """Column by column: a node stands at the mean row of its parents, an input in a free place near its fellow parents."""
    rows = {}
    for column in range(min(columns.values()), max(columns.values()) + 1):
        here = [name for name in columns if columns[name] == column]
        for name in here:
            if parents[name]:
                rows[name] = sum(rows[parent] for parent in parents[name]) / len(parents[name])
        _separate([name for name in here if parents[name]], rows)
        for name in here:
            if not parents[name]:
                rows[name] = _free(name, here, rows, [p for child in children[name] for p in parents[child] if p in rows])
    return {name: (columns[name], rows[name] - min(rows.values())) for name in columns}


def _free(name, here, rows, fellows):
    """The row nearest to the mean of `fellows` at which no node of the column is less than a row away; the next one without."""
    taken = sorted(rows[other] for other in here if other in rows)
    if not fellows or not taken:
        return sum(rows[f] for f in fellows) / len(fellows) if fellows else taken[-1] + 1 if taken else 0.0
    wish = sum(rows[f] for f in fellows) / len(fellows)
    between = [(low + high) / 2 for low, high in pairwise(taken) if high - low >= 2]
    return min([*between, taken[-1] + 1, taken[0] - 1], key=lambda row: abs(row - wish))


def _separate(names, rows):
    """Move the nodes of one column apart until neighbours are one row from each other, around the same centre."""
    ordered = sorted(names, key=rows.get)
    centre = sum(rows[name] for name in ordered) / max(len(ordered), 1)
    for before, name in pairwise(ordered):
        rows[name] = max(rows[name], rows[before] + 1)
    shift = centre - sum(rows[name] for name in ordered) / max(len(ordered), 1)
    for name in ordered:
        rows[name] += shift
