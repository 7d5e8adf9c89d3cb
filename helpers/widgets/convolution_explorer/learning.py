"""Sobel's kernel learned back from images and its answers, by plain descent from 0 at the rate 1/λmax."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from helpers import curvature, datasets
from helpers.convolution import correlate, im2col
from helpers.widgets.convolution_explorer.recording import SOBEL
from helpers.widgets.kit.base import table

STEPS = (*range(21), *range(22, 51, 2), *range(55, 101, 5), *range(110, 301, 10))
PLACES = np.log10(1 + np.array(STEPS))  # along the chart: noise is learned in 5 steps, digits take 150
TICKS = (0, 1, 3, 10, 30, 100, 300)
UNSEEN = 13  # among all digits: a 3 that is not one of the first ten
SHOWN = {"noise": 0, "digits": 2, "centred": 2, "edges": 1}  # which of its images each set shows
ROUNDING = 1e-9  # per cent: less is rounding, which differs from machine to machine
LOWEST = 1e-4  # per cent: where the chart ends
ERRORS = ("kernel", "own", "other")


@dataclass(frozen=True)
class Run:
    """One descent at STEPS.

    K : (steps, 3, 3); loss : (steps,), half the mean squared error; errors : (steps, 3) in per cent, of the kernel, of its answers on its
    own images, and on all digits; answers : (steps, 2, 6, 6) and targets : (2, 6, 6) on the images shown (2, 8, 8), one of its own and
    a digit that it has not seen; rank : of the patches; rate : 1/λmax.
    """

    K: np.ndarray
    loss: np.ndarray
    errors: np.ndarray
    answers: np.ndarray
    targets: np.ndarray
    shown: np.ndarray
    rank: int
    rate: float


@cache
def digits():
    """All digits, pixels between 0 and 1, shape (1797, 1, 8, 8)."""
    return datasets.digits()[0].T.reshape(-1, 1, 8, 8) / 16


@cache
def data(name):
    """The ten images of a set, (10, 1, 8, 8)."""
    ten = digits()[:10]
    if name in ("digits", "centred"):
        return ten - ten.mean() * (name == "centred")
    rng = np.random.default_rng(0)
    if name == "noise":
        return rng.normal(size=(10, 1, 8, 8))
    starts = rng.integers(1, 8, size=(10, 1, 1, 1))  # dark, then white: upright edges
    return np.broadcast_to(np.arange(8) >= starts, (10, 1, 8, 8)) * 1.0


@cache
def run(name):
    """The descent on a set of images."""
    P = im2col(data(name), 3)
    T, n = SOBEL.reshape(1, 9) @ P, P.shape[1]
    lam = curvature.largest(P, bias=False)
    k, path = np.zeros((1, 9)), []
    for step in range(STEPS[-1] + 1):
        if step in STEPS:
            path.append(k)
        k = k - (k @ P - T) @ P.T / (n * lam)
    K = np.array(path).reshape(-1, 1, 3, 3)
    shown = np.concatenate([data(name)[[SHOWN[name]]], digits()[[UNSEEN]]])
    answers = correlate(shown, K).swapaxes(0, 1)
    own, other = (_off(K, patches) for patches in (P, im2col(digits(), 3)))
    errors = np.array([_off(K, np.eye(9)), own, other]).T
    loss = np.square((K.reshape(-1, 9) - SOBEL.ravel()) @ P).mean(axis=1) / 2 * (own > 0)
    targets = correlate(shown, SOBEL[None, None])[:, 0]
    return Run(K[:, 0], loss, errors, answers, targets, shown[:, 0], int(np.linalg.matrix_rank(P)), float(1 / lam))


def _off(K, P):
    """How far K P is from Sobel's, in per cent of its length, for each K of a path."""
    true = SOBEL.reshape(1, 9) @ P
    off = 100 * np.linalg.norm(K.reshape(-1, 9) @ P - true, axis=1) / np.linalg.norm(true)
    return np.where(off < ROUNDING, 0, off)


def sent(name):
    """One descent as the browser takes it."""
    found = run(name)
    arrays = {key: table(getattr(found, key), "float32") for key in ("K", "loss", "errors", "answers", "targets", "shown")}
    return arrays | {"rank": found.rank, "rate": found.rate}


@cache
def recording():
    """All sets."""
    return {
        "steps": STEPS,
        "sobel": table(SOBEL),
        "runs": {name: sent(name) for name in SHOWN},
        "lowest": LOWEST,
        "places": PLACES.tolist(),
        "ticks": TICKS,
    }
