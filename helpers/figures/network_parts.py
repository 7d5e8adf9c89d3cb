"""Which network, units, connections and path a diagram is asked for, and which units are off."""

import numpy as np

from helpers import checks
from helpers.figures import inputs, words


def sizes_of(layers):
    """Return the layer sizes and, where they were given, the parameters."""
    if isinstance(layers, dict):
        L = checks.parameters(layers)
        return [layers["W1"].shape[1]] + [layers[f"W{l}"].shape[0] for l in range(1, L + 1)], layers
    if not inputs.is_list(layers) or len(layers) < 2:
        raise TypeError(f"layers is {inputs.written(layers)}, expected layer sizes such as (2, 10, 10, 1) or parameters p")
    return [checks.whole(f"layers[{i}]", int(n) if isinstance(n, np.integer) else n) for i, n in enumerate(layers)], None


def path_of(path, sizes):
    """Return the path as a list of units, one for each layer; none gives an empty list."""
    if path is None:
        return []
    if not inputs.is_list(path):
        raise TypeError(f"path is {inputs.written(path)}, expected one unit for each layer, such as (0, 3, 7, 0)")
    if len(path) != len(sizes):
        raise ValueError(f"path has {len(path)} units, expected one for each of the {len(sizes)} layers")
    return [_unit((l, i), sizes)[1] for l, i in enumerate(path)]


def highlighted(highlight, sizes):
    """Return the units and the connections in `highlight`."""
    units, edges = [], []
    for item in inputs.entries("highlight", highlight, "(layer, unit) or ((layer, unit), (layer + 1, unit))"):
        if not hasattr(item[0], "__len__"):
            units.append(_unit(item, sizes))
            continue
        start, end = (_unit(unit, sizes) for unit in inputs.entries("a connection in highlight", item, "(layer, unit)"))
        if end[0] != start[0] + 1:
            raise ValueError(f"highlight holds the connection {inputs.written(item)}, expected units of neighbouring layers, from left to right")
        edges.append((start, end))
    return units, edges


def off(units, numbers, sizes):
    """Return the set of units that are drawn grey: those named, or those whose value is exactly 0."""
    if units is None:
        return {(l, i) for l, layer in enumerate(numbers) if l and layer is not None for i, unit in enumerate(layer) if unit[-1] == 0}
    return {_unit(unit, sizes) for unit in inputs.entries("off", units, "(layer, unit)")}


def _unit(unit, sizes):
    l, i = (checks.whole("a layer or unit", int(k) if isinstance(k, np.integer) else k, least=0) for k in unit)
    if l >= len(sizes):
        raise ValueError(f"there is no layer {l}: the last one is layer {len(sizes) - 1}")
    if i >= sizes[l]:
        raise ValueError(f"layer {l} has no unit at index {i}: it has {words.count(sizes[l], 'unit')}, so the last index is {sizes[l] - 1}")
    return l, i
