"""The numbers behind a network diagram: what stands in its units, and its description."""

from itertools import pairwise

import numpy as np

from helpers.figures import inputs, words


def read(values, quantity, sizes):
    """Return the names of what is shown and, for each layer, a list with a tuple of numbers for each unit, or None."""
    if values is None:
        return [], [None] * len(sizes)
    if not isinstance(quantity, str | list | tuple) or not quantity or not all(isinstance(name, str) for name in quantity):
        raise TypeError(f"quantity is {inputs.written(quantity)}, expected a name such as 'A', or several such as ('Z', 'A')")
    names = [quantity] if isinstance(quantity, str) else list(quantity)
    if isinstance(values, dict):
        layers = [_from_dict(values, names, l, n) for l, n in enumerate(sizes)]
        if all(layer is None for layer in layers[1:]):
            wanted, there = [f"{names[0]}{l}" for l in range(1, len(sizes))], sorted(key for key in values if isinstance(key, str))
            raise KeyError(f"values has none of {inputs.written(wanted)}: it has {inputs.written(there)}")
        return names, layers
    if not isinstance(values, list | tuple):
        raise TypeError(f"values is {words.kind(values)}, expected a cache (dict) or a list with one array for each layer")
    if len(values) != len(sizes):
        raise ValueError(f"values has {len(values)} entries, expected one for each of the {len(sizes)} layers")
    return names, [None if v is None else [(x,) for x in _column(f"values[{l}]", v, sizes[l])] for l, v in enumerate(values)]


def _from_dict(values, names, l, n):
    """Layer l: each name that the dict holds for it; the input has no Z and shows A0 alone."""
    keys = [f"{name}{l}" for name in names if f"{name}{l}" in values] if l or not {"A", "Z"} & set(names) else ["A0"]
    keys = [key for key in keys if key in values]
    columns = [_column(f"values[{inputs.written(key)}]", values[key], n) for key in keys]
    return list(zip(*columns, strict=True)) if columns else None


def _column(name, value, n):
    array = inputs.numbers(name, value)
    if array.ndim == 2 and array.shape[0] == n and array.shape[1] != 1:
        raise ValueError(f"{name} has shape {array.shape}, expected ({n}, 1): pass the values of one example, such as forward_prop(X[:, [0]], p)")
    if array.shape not in ((n, 1), (n,)):
        raise ValueError(f"{name} has shape {array.shape}, expected ({n}, 1)")
    return array.ravel()


def description(sizes, p, names, numbers, highlighted, path, quiet, off):
    """What the diagram shows, with its numbers."""
    count = sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))
    text = [f"Network with {words.listing(sizes)} units from input to output, {words.count(count, 'parameter')}."]
    if len(text[0]) > words.CAPTION:
        text = [f"Network of {len(sizes) - 1} layers, {words.count(count, 'parameter')}.", f"Units from input to output: {words.listing(sizes)}."]
    if p is not None:
        weights = [p[f"W{l}"] for l in range(1, len(sizes))]
        signs = [f"W{l} has {int((W > 0).sum())} positive and {int((W < 0).sum())} negative" for l, W in enumerate(weights, start=1)]
        text.append(f"Positive weights are solid blue, negative ones dashed orange{', those not highlighted thin grey' if quiet else ''}: "
                    f"{'; '.join(signs)}.")  # fmt: skip
    text += [_layer(l, len(sizes) - 1, names, layer, {i for k, i in off if k == l}) for l, layer in enumerate(numbers) if layer is not None]
    units, edges = highlighted
    marked = [_called(unit) for unit in units] + [f"the connection from {_called(start)} to {_called(end)}" for start, end in edges]
    if marked:
        text.append(f"Highlighted: {words.listing(marked)}.")
    if path:
        text.append(_path(path, p))
    return " ".join(text)


def _layer(l, last, names, layer, off):
    values = np.array([unit[-1] for unit in layer])
    scale = np.abs(values).max()
    name = f"{names[-1]}{l}" if l else "A0" if {"A", "Z"} & set(names) else f"{names[-1]}0"
    text = f"{'Input' if l == 0 else 'Output' if l == last else f'Layer {l}'}, {name}: "
    text += ", ".join(words.number(v, scale=scale) for v in values[:12]) + (", …" if len(values) > 12 else "")
    what = "at 0" if off == set(np.flatnonzero(values == 0)) else "off"
    return text + (f" ({len(off)} of {len(values)} {what}, grey)" if off else "") + "."


def _called(unit):
    """The name of the unit at (layer, index): units are counted from 1."""
    return f"unit {unit[1] + 1} of layer {unit[0]}" if unit[0] else f"input {unit[1] + 1}"


def _path(path, p):
    text = f"The path through input {path[0] + 1} and {'unit' if len(path) == 2 else 'units'} {words.listing(i + 1 for i in path[1:])} stands out"
    if p is None:
        return text + "."
    weights = [float(p[f"W{l}"][j, i]) for l, (i, j) in enumerate(pairwise(path), start=1)]
    return f"{text}; its weights are {words.listing(map(words.number, weights))}, their product {words.number(np.prod(weights))}."
