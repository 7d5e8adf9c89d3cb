r"""Initial parameters: ways to draw the first weights.

Derived in: notebooks/01_forward_propagation.ipynb
"""

import itertools

import numpy as np

from helpers import checks

SCHEMES = ("he", "glorot", "normal", "small", "uniform", "zeros")
"""Ways to draw initial weights, see `init_params`."""


def init_params(layer_sizes=(2, 10, 10, 1), scheme="he", rng=0):
    """W[l] at random with a spread that depends on the scheme, b[l] = 0.

    Parameters
    ----------
    layer_sizes : sequence of int
        Number of inputs, units of each layer, outputs.
    scheme : str
        "he": N(0, 2 / n_in), keeps the second moment through ReLU; "glorot": N(0, 2 / (n_in + n_out)), for
        slopes near 1, as tanh has around 0; "normal": N(0, 1); "small": N(0, 0.01^2); "uniform": between 0 and 1; "zeros".
    rng : numpy.random.Generator or int

    Returns
    -------
    dict of ndarray : "W1" (n_1, n_x), "b1" (n_1, 1), ...

    Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015; Glorot, Bengio, AISTATS 2010.
    """
    sizes = _layer_sizes(layer_sizes)
    checks.choice("scheme", scheme, SCHEMES)
    rng = checks.generator(rng)
    p = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        p[f"W{l}"] = _draw(scheme, n_out, n_in, rng)
        p[f"b{l}"] = np.zeros((n_out, 1))
    return p


_MOST_WEIGHTS = 10**8
"""As many as take 0.8 GB."""


def _layer_sizes(layer_sizes):
    if not isinstance(layer_sizes, list | tuple | range | np.ndarray) or getattr(layer_sizes, "ndim", 1) != 1:
        raise TypeError(f"layer_sizes is {checks.shown(layer_sizes)}, expected a sequence such as (2, 10, 10, 1)")
    sizes = list(layer_sizes)
    if len(sizes) < 2:
        raise ValueError(f"layer_sizes is {checks.brief(layer_sizes)}, expected at least inputs and outputs, such as (2, 1)")
    sizes = [checks.whole(f"layer_sizes[{i}]", size, most=_MOST_WEIGHTS) for i, size in enumerate(sizes)]
    weights = sum(n_in * n_out for n_in, n_out in itertools.pairwise(sizes))
    if weights > _MOST_WEIGHTS:
        raise ValueError(f"layer_sizes asks for {weights:.3g} weights, expected at most {_MOST_WEIGHTS:.0e}")
    return sizes


def _draw(scheme, n_out, n_in, rng):
    if scheme == "uniform":
        return rng.uniform(size=(n_out, n_in))
    deviation = {"he": np.sqrt(2 / n_in), "glorot": np.sqrt(2 / (n_in + n_out)), "normal": 1, "small": 0.01, "zeros": 0}
    return deviation[scheme] * rng.standard_normal((n_out, n_in))
