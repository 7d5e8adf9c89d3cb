r"""The sweep back: every tensor hands its gradient on once, when all that arrives at it has been added.

Derived in: notebooks/10_automatic_differentiation.ipynb
"""

from functools import lru_cache

import numpy as np


def order(root):
    """Every tensor that went into `root`, each after those that it was computed from, `root` last: a topological order.

    A stack instead of recursion, so that no graph is too deep. A tensor is listed when it comes up for the second time:
    all that lies below it has then been listed.

    Derived in: notebooks/10_automatic_differentiation.ipynb, "How deep may a graph be?"
    """
    listed, seen, stack = [], set(), [(root, False)]
    while stack:
        tensor, complete = stack.pop()
        if complete:
            listed.append(tensor)
        elif tensor not in seen:
            seen.add(tensor)
            stack.append((tensor, True))
            stack += [(parent, False) for _, parent in tensor.parents]
    return listed


def sweep(root):
    """(tensor, d root / d tensor) for every tensor that `root` depends on, the last computed first.

    When a tensor's turn comes, everything computed from it has handed its share on, so the sum over all paths is complete.
    Raises RuntimeError where an input has got a new value since.
    """
    arrived = {root: np.ones(root.shape, root.dtype)}
    for tensor in reversed(order(root)):
        up = arrived.pop(tensor, None)
        if up is None:  # it decided a `where`, and nothing else came of it
            continue
        yield tensor, up
        for i, parent in tensor.parents:
            argument, rule = tensor.recorded[i + 1], tensor.rules[i]
            if not parent.parents and parent.value is not argument:
                raise RuntimeError("an input got a new value after this tensor was computed from the old one: compute it anew, then call backward()")
            if rule is None:
                continue
            share = rule(up, *tensor.recorded, **tensor.options)
            if share.shape != argument.shape:
                share = unbroadcast(share, argument.shape)
            arrived[parent] = arrived[parent] + share if parent in arrived else share


def unbroadcast(gradient, shape):
    """Sum over the axes along which an array of this shape was repeated: each of its entries is used there once for each.

    Derived in: notebooks/10_automatic_differentiation.ipynb, "What does broadcasting do on the way back?"
    """
    return np.add.reduce(gradient, axis=_repeated(gradient.shape, shape), keepdims=True).reshape(shape)


@lru_cache
def _repeated(long, short):
    new = len(long) - len(short)
    return tuple(i for i in range(len(long)) if i < new or short[i - new] == 1 != long[i])


def one_number(J, what):
    """J, if it holds one number."""
    if J.size != 1:
        raise ValueError(f"{what} of shape {J.shape}, expected one number: take .sum() or .mean() of it")
    return J


def own(gradient, tensor):
    """A gradient with memory of its own, since several may share one array, in its tensor's type; a NumPy scalar for a number."""
    dtype = (tensor.recorded[0] if tensor.parents else tensor.value).dtype
    return np.array(gradient, dtype) if gradient.ndim else gradient.astype(dtype)[()]
