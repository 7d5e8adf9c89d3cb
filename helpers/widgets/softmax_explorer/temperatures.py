"""Logits divided by a temperature and shifted: probabilities, gradient and loss, and where the formula without the maximum breaks down."""

from functools import cache

import numpy as np

from helpers import losses, network
from helpers.widgets.kit.base import table
from helpers.widgets.softmax_explorer import recording as rec
from helpers.widgets.softmax_explorer import words

EXPONENTS = np.arange(-30, 31) / 20  # log10 of the temperature
TEMPERATURES = np.array([float(f"{10**k:.3g}") for k in EXPONENTS])
RISES = (1, 2, 5, 10, 20, 50, 80, 90, 100, 200, 500, 700, 750, 800, 1000)
SHIFTS = np.array([*(-float(c) for c in RISES[::-1]), 0.0, *map(float, RISES)])
PRECISIONS = ("float64", "float32", "float16")
OVERFLOWS = tuple(float(np.log(np.finfo(dtype).max)) for dtype in PRECISIONS)
"""Beyond it e^z is infinite."""
WRONG = 0.01  # a naive probability that is off by more is called wrong
OWN = 12  # so many examples of a learner's network get a temperature


def scaled(z, T, shift=0.0):
    """(z + shift) / T, one column (K, 1)."""
    return (np.asarray(z, dtype=float)[:, None] + shift) / T


def of_temperatures(z, true):
    """{"p", "rest", "error", "dZ": (temperatures, K), "loss", "largest": (temperatures,)}.

    rest = 1 - p, as the sum of the others' p, so that it is not rounded away; error = p - y; dZ = (p - y) / T is the gradient with respect to z.
    """
    Y = np.zeros((len(z), 1))
    Y[true] = 1
    p = np.array([losses.softmax(scaled(z, T))[:, 0] for T in TEMPERATURES])
    rest = p @ (1 - np.eye(len(z)))
    loss = np.array([losses.softmax_cross_entropy_from_logits(scaled(z, T), Y) for T in TEMPERATURES])
    error = np.array([losses.softmax_cross_entropy_from_logits_slope(scaled(z, T), Y)[:, 0] for T in TEMPERATURES])
    dZ = error / TEMPERATURES[:, None]
    return {"p": p, "rest": rest, "error": error, "dZ": dZ, "loss": loss, "largest": np.abs(dZ).max(axis=1)}


def naive(u, dtype, p):
    """What e^u / sum e^u comes to in `dtype`: which of words.NAIVE. u, p : (..., K) scaled logits and their true softmax."""
    with np.errstate(all="ignore"):
        e = np.exp(u.astype(dtype))
        total = e.sum(axis=-1, keepdims=True)
        found = e / total
    apart = np.abs(found.astype(float) - p).max(axis=-1)
    return np.select([np.isinf(e).any(axis=-1), (total == 0)[..., 0], ~(apart <= WRONG)], [1, 2, 3], 0)


def of_shifts(z):
    """{"z": (shifts, K), "naive": (temperatures, shifts, precisions), "top", "drift": (temperatures, shifts)}.

    z are the shifted logits, top is the largest scaled one, drift by how much the shift moves any probability of `losses.softmax`.
    """
    shifted = np.asarray(z, dtype=float) + SHIFTS[:, None]
    u = shifted / TEMPERATURES[:, None, None]
    p = losses.softmax(u.reshape(-1, len(z)).T).T.reshape(u.shape)
    still = p[:, [len(RISES)]]  # where nothing is added
    codes = np.stack([naive(u, dtype, still) for dtype in PRECISIONS], axis=-1)
    return {"z": shifted, "naive": codes, "top": u.max(axis=-1), "drift": np.abs(p - still).max(axis=-1)}


@cache
def built_in():
    """{name: (label, logits, true class from 0, names of classes)} of the chapter's examples."""
    toy, digits = rec.toy(), rec.digits()
    Z = network.forward_prop(toy.X, toy.parameters[0], output="softmax")["Z2"]
    found = {f"toy {i + 1}": (f"toy, example {i + 1}", Z[:, i], toy.true[i], toy.classes) for i in range(2)}
    *_, X, Y = rec.split_digits()
    c = network.forward_prop(X, digits.parameters[-1], output="softmax")
    for name, i in chosen(c["A2"], Y.argmax(axis=0)).items():
        true, said = Y[:, i].argmax(), c["A2"][:, i].argmax()
        a, one = words.called(str(true)), words.called(str(said))
        label = {"sure": f"{a}, sure and right", "torn": f"{a}, torn", "wrong": f"{a}, taken for {one}"}[name]
        found[name] = (label, c["Z2"][:, i], true, digits.classes)
    return found


def chosen(P, true):
    """Three test examples: right and of the usual confidence; right by the smallest margin; wrong with the largest confidence."""
    confidence, right = P.max(axis=0), P.argmax(axis=0) == true
    margin = np.diff(np.sort(P, axis=0)[-2:], axis=0)[0]
    usual = np.abs(confidence - np.median(confidence[right]))
    return {
        "sure": int(np.where(right, usual, np.inf).argmin()),
        "torn": int(np.where(right, margin, np.inf).argmin()),
        "wrong": int(np.where(right, 0, confidence).argmax()),
    }


def own(run):
    """The same of a learner's first examples, at the last moment."""
    Z = network.forward_prop(run.X[:, :OWN], run.parameters[-1], output="softmax")["Z2"]
    return {f"own {i + 1}": (f"yours, example {i + 1}", Z[:, i], run.true[i], run.classes) for i in range(Z.shape[1])}


def sent(label, z, true, classes):
    """One sample as the browser takes it."""
    shifts = of_shifts(z)
    return {
        "label": label, "z": z.tolist(), "true": int(true), "classes": list(classes), "first": int(np.argmax(z)), "shifted": table(shifts["z"]),
        **{name: table(values) for name, values in of_temperatures(z, true).items()},
        "naive": table(shifts["naive"], "uint8"), "top": table(shifts["top"]), "drift": table(shifts["drift"], "float32"),
    }  # fmt: skip


@cache
def recorded():
    """{name: `sent`} of the chapter's examples."""
    return {name: sent(*sample) for name, sample in built_in().items()}
