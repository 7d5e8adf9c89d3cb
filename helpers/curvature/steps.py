r"""The update that all runs of this room share: gradient descent and heavy ball, for many rates at once.

Derived in: notebooks/08_training_that_fails.ipynb
"""

import numpy as np

from helpers import checks


def heavy_ball(gradient, start, rates, betas, steps):
    """v <- beta v + gradient(w), w <- w - rate v from w = start and v = 0: all w, shape (*runs, steps + 1, n).

    start (n,); rates and betas of one shape, (*runs,). Where w overflows it becomes infinite, then NaN. Checks nothing.
    """
    w = np.broadcast_to(start, (*rates.shape, len(start)))
    v = np.zeros_like(w)
    path = np.empty((*rates.shape, steps + 1, len(start)))
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            path[..., step, :] = w
            v = betas[..., None] * v + gradient(w)
            w = w - rates[..., None] * v
    return path


def runs(learning_rate, beta):
    """Learning rates (> 0) and momenta (from 0 to below 1) as float arrays of one shape, broadcast against one another."""
    rates = checks.floats("learning_rate", learning_rate).astype(float)
    betas = momentum("beta", beta)
    if (rates <= 0).any():
        raise ValueError(f"learning_rate is {rates.min():g}, expected numbers > 0")
    try:
        return np.broadcast_arrays(rates, betas)
    except ValueError:
        raise ValueError(f"learning_rate has shape {rates.shape} and beta {betas.shape}, expected shapes that broadcast") from None


def momentum(name, beta):
    """`beta` as a float array of numbers from 0 to below 1."""
    betas = checks.floats(name, beta).astype(float)
    outside = betas[(betas < 0) | (betas >= 1)]
    if outside.size:
        raise ValueError(f"{name} is {outside.flat[0]:g}, expected numbers from 0 to below 1")
    return betas
