"""What is asked of the dicts of a network: parameters, caches, gradients."""

import re
from functools import lru_cache

import numpy as np

from helpers.checks.arrays import all_finite, floats, is_floats, matrix
from helpers.checks.words import is_a, listed, shown


def parameters(p):
    """Return the depth L of the parameters `p` = {"W1", "b1", ..., "WL", "bL"} after checking every shape and number.

    Raises KeyError for a missing or unknown key, TypeError for whole-number arrays (an update `W -= ...` on them
    would be rounded or refused), ValueError where widths do not follow from one another.
    """
    L = structure(p)
    if not all_finite(p.values()):
        for name, value in p.items():
            floats(name, value)
    return L


def structure(p):
    """What `parameters` does, but NaN and infinities are let through: who multiplies with them sees them in what comes out."""
    if not is_a(p, dict):
        raise TypeError(f"p is {shown(p)}, expected a dict with keys 'W1', 'b1', 'W2', ...")
    return _depth_at_a_glance(p) or _depth_of_each(p)


@lru_cache
def names(kinds, L, first=1):
    """(("W1", "b1"), ..., ("WL", "bL")) for the kinds "W b": made once, since making a text takes as long as adding a hundred numbers."""
    return tuple(tuple(f"{kind}{l}" for kind in kinds.split()) for l in range(first, L + 1))


def _depth_at_a_glance(p, c=None, n=None, m=None):
    """L where all is well, which takes two microseconds; 0 where it has to be looked at again, to find words.

    c, n, m : a cache that has to fit, with the number of inputs and of examples.
    """
    L = len(p) // 2
    for W, b, Z, A in names("W b Z A", min(L, 10_000)):
        W = p.get(W)
        if type(W) is not np.ndarray or W.ndim != 2 or W.dtype.char not in "fd":
            return 0
        rows, columns = W.shape
        if n not in (None, columns) or not W.size or not is_floats(p.get(b), (rows, 1)):
            return 0
        if c is not None and not (is_floats(c.get(Z), (rows, m)) and is_floats(c.get(A), (rows, m))):
            return 0
        n = rows
    return L if len(p) == 2 * L else 0


def _depth_of_each(p):
    L = _depth(p)
    width = None
    for l in range(1, L + 1):
        W = _parameter(p, f"W{l}", (None, width))
        _parameter(p, f"b{l}", (W.shape[0], 1))
        width = W.shape[0]
    return L


def layer(key, kinds):
    """l where `key` is one of the letters `kinds` and a layer number, as in "W2"; 0 for any other key."""
    return _layer(key, kinds) if type(key) is str else 0  # a key of somebody's own class stays out of the cache


@lru_cache
def _layer(key, kinds):
    found = re.fullmatch(rf"[{kinds}]([1-9][0-9]{{0,3}})", key)
    return int(found[1]) if found else 0


def _depth(p):
    L = max((layer(key, "Wb") for key in p), default=1) or 1
    for name in (f"{kind}{l}" for l in range(1, L + 1) for kind in "Wb"):
        if name not in p:
            raise KeyError(f"p lacks {name!r}: it has {listed(p)}, expected W and b for each layer, from 'W1' and 'b1' on")
    for key in p:
        if not layer(key, "Wb"):
            raise KeyError(f"p has an unknown key {shown(key)}, expected W and b for each layer, from 'W1' and 'b1' on")
    return L


def _parameter(p, name, shape):
    value = p[name]
    if type(value) is not np.ndarray:  # a np.matrix or a masked array would multiply in a way of its own
        raise TypeError(f"p[{name!r}] is {shown(value)}, expected a NumPy array of floats: write np.array({name}, dtype=float)")
    if value.dtype.kind in "iub":
        raise TypeError(f"p[{name!r}] has dtype {value.dtype}, expected float64: write {name}.astype(float)")
    if value.dtype.kind == "O":
        raise TypeError(f"p[{name!r}] has dtype object, expected float64: write {name}.astype(float)")
    return matrix(name, value, shape)


def cached(c, name, shape, *, argument="c", source="forward_prop"):
    """Return c[name] as a matrix of finite floats after checking that the dict has it, in the right shape.

    argument, source : what the dict is called, and which function returns it.
    """
    if not is_a(c, dict):
        raise TypeError(f"{argument} is {shown(c)}, expected the dict that {source} returns")
    if name not in c:
        raise KeyError(f"{argument} lacks {name!r}: it has {listed(c)}")
    return matrix(f'{argument}["{name}"]', c[name], shape)


def returned(function, result, shapes):
    """The arrays that a learner's `function` should have returned, {name: shape}, as matrices of finite floats."""
    if not is_a(result, dict):
        raise TypeError(f"{function} returned {shown(result)}, expected a dict with {', '.join(shapes)}")
    for name in shapes:
        if name not in result:
            raise KeyError(f"what {function} returned lacks {name!r}: it has {listed(result)}")
    return {name: matrix(f"{function}'s {name}", result[name], shape) for name, shape in shapes.items()}


def depth(c):
    """L, the number of layers of a cache: the largest l for which it holds "Zl"."""
    if not is_a(c, dict):
        raise TypeError(f"c is {shown(c)}, expected the dict that forward_prop returns")
    L = max((layer(key, "Z") for key in c), default=0)
    if not L:
        raise KeyError(f"c lacks 'Z1': it has {listed(c)}")
    return L


def fitting(X, c, p):
    """(L, c): the depth, and the cache `c` with arrays of the shapes that follow from X and p; NaN and infinities are let through."""
    if type(p) is type(c) is dict and c.get("A0") is X and is_a(X, np.ndarray) and is_floats(X, X.shape) and X.ndim == 2 and X.size:
        L = _depth_at_a_glance(p, c, *X.shape)
        if L and len(c) == 2 * L + 1:
            return L, c  # the usual case
    L = structure(p)
    return L, _fitting_cache(matrix("X", X, (p["W1"].shape[1], None), finite=False), c, p, L)


def _fitting_cache(X, c, p, L):
    found = {"A0": cached(c, "A0", X.shape)}
    if c["A0"] is not X and not np.array_equal(found["A0"], X):
        floats("X", X)
        raise ValueError('X differs from c["A0"], expected the X from which forward_prop computed c')
    found |= {f"{name}{l}": cached(c, f"{name}{l}", (len(p[f"W{l}"]), X.shape[1])) for l in range(1, L + 1) for name in "ZA"}
    if depth(c) > L:
        raise ValueError(f"c has 'Z{depth(c)}', but p has only {L} layers: expected the cache of a forward pass with this p")
    return found
