r"""Mini-batches: which examples each update sees.

Derived in: notebooks/08_training_that_fails.ipynb
"""

import numpy as np

from helpers import checks


def size(batch_size, m):
    """The examples of a batch, after checking that there are as many; m where batch_size is None."""
    B = m if batch_size is None else checks.whole("batch_size", batch_size)
    if B > m:
        raise ValueError(f"batch_size is {B}, expected at most the number of examples, {m}")
    return B


def draw(m, B, rng):
    """Endless batches of B indices of m examples: each epoch deals all of them once, in a new random order of its own.

    Where B does not divide m, the last batch of an epoch is smaller.
    Derived in: notebooks/08_training_that_fails.ipynb, "How noisy is a small batch?"
    """
    while True:
        order = rng.permutation(m)
        yield from (order[start : start + B] for start in range(0, m, B))


def generators(rng, runs):
    """One generator for each run: those that are given, or children of the one seed or generator."""
    if not checks.is_a(rng, list | tuple | range | np.ndarray) or getattr(rng, "ndim", 1) != 1:
        return checks.generator(rng).spawn(runs)
    if len(rng) != runs:
        raise ValueError(f"rng has {len(rng)} seeds, expected one, or one for each run, {runs}")
    return [checks.generator(one) for one in rng]


def take(array, chosen):
    """The columns `chosen`, (B,), of (n, m); or in a stack (runs, n, B): those of chosen (runs, B), of one (n, m) or of (runs, n, m)."""
    if chosen.ndim == 1:
        return array[:, chosen]
    if array.ndim == 2:
        return array.T[chosen].mT
    return np.take_along_axis(array, chosen[:, None, :], axis=-1)
