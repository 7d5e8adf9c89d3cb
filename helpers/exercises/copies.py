"""Copies of what is handed out and of what comes in, so that changes in place are seen."""

import numpy as np


def copied(value):
    """A copy of arrays, sets, dicts and lists, whatever they hold; anything else is handed on as it is."""
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    if isinstance(value, list):
        return [copied(part) for part in value]
    return value.copy() if isinstance(value, np.ndarray | set) else value


def difference(left, right, label):
    """The name of the first thing in `left` that is not as in `right`, or None; rounding is no difference."""
    if isinstance(right, dict | list):
        if len(left) != len(right) or (isinstance(right, dict) and left.keys() != right.keys()):
            return label
        keys = right if isinstance(right, dict) else range(len(right))
        return next((changed for k in keys if (changed := difference(left[k], right[k], f"{label}[{k!r}]"))), None)
    if isinstance(right, np.ndarray):
        same = isinstance(left, np.ndarray) and left.shape == right.shape and np.allclose(left, right, rtol=1e-9, atol=1e-12)
    else:
        same = left is right or (type(left) is type(right) and left == right)
    return None if same else label
