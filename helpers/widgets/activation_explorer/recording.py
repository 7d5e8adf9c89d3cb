"""What the activation explorer plays: every activation, rule and dial over a grid of z, and chains of 1 to 20 layers."""

from functools import cache

import numpy as np

from helpers.activations import ACTIVATIONS, chain, make_leaky_relu, make_relu
from helpers.widgets.activation_explorer import words as wording
from helpers.widgets.kit.base import table

Z = np.arange(-160, 161) / 20  # -8 to 8 in steps of 0.05
SLOPES_AT_ZERO = (0.0, 0.5, 1.0)
LEAKS = (0.01, 0.1, 0.3)
RULES = ("none", "own", "sigmoid", "tanh")
STARTS = np.arange(-6, 7) / 2  # -3 to 3 in steps of 0.5
WEIGHTS = np.arange(-8, 9) / 2  # -4 to 4 in steps of 0.5
LAYERS = 20
NEAR = 1e-9  # how far from a kink its one-sided slopes are read
LOOKS = ("sigmoid", "tanh", "relu", "leaky_relu", "identity", "elu", "softplus", "silu")  # the first five differ in colour
FADED, GROWN = 1e-3, 1e3


def variants(name):
    """The activations behind one name, one for each position of its dial."""
    if name == "relu":
        return [make_relu(s) for s in SLOPES_AT_ZERO]
    if name == "leaky_relu":
        return [make_leaky_relu(leak) for leak in LEAKS]
    return [ACTIVATIONS[name]]


def variant(name, slope_at_zero, leak):
    """The activation of that name with the dials where they stand."""
    position = {"relu": SLOPES_AT_ZERO.index(slope_at_zero), "leaky_relu": LEAKS.index(leak)}.get(name, 0)
    return variants(name)[position]


def rule(activation, name):
    """The function a -> slope that the rule `name` uses, or None: the activation's own, or one borrowed from another activation."""
    return {"none": None, "own": activation.slope_from_output}[name] if name in ("none", "own") else ACTIVATIONS[name].output_rule


def factor(wrong, right):
    """How many times too large: wrong / right, infinite where the right slope is 0 and the wrong one is not, nan where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(wrong) / np.asarray(right)


@cache
def recording():
    """The whole recording, the same for every explorer."""
    columns = Columns()
    curves = {name: [curve(activation, columns) for activation in variants(name)] for name in ACTIVATIONS}
    return {
        "z": table(Z), "columns": columns.table(), "curves": curves, "labels": wording.LABELS, "order": list(ACTIVATIONS), "looks": LOOKS,
        "slopes_at_zero": SLOPES_AT_ZERO, "leaks": LEAKS, "rule_labels": wording.RULE_LABELS, "depth": depth(),
    }  # fmt: skip


class Columns:
    """Columns over Z, each kept once however many curves share it."""

    def __init__(self):
        self.kept = {}

    def add(self, values):
        """The number of this column."""
        values = np.broadcast_to(np.asarray(values, dtype=float), Z.shape)
        return self.kept.setdefault(values.tobytes(), len(self.kept))

    def table(self):
        """All of them, shape (columns, len(Z))."""
        return table(np.array([np.frombuffer(column) for column in self.kept]))


def curve(activation, columns):
    """One activation: columns of its value, its slope, and the slope by each rule with its factor; kink and words."""
    a, slope, words = activation.value(Z), activation.slope(Z), wording.words(activation)
    rules = {}
    for name in RULES[1:]:
        if from_output := rule(activation, name):
            text = words.from_output if name == "own" else wording.FROM_OUTPUT[name]
            rules[name] = {"slope": columns.add(from_output(a)), "factor": columns.add(factor(from_output(a), slope)), "text": pieces(text)}
    return {
        "value": columns.add(a), "slope": columns.add(slope), "rules": rules, "kink": kink(activation),
        "text": {"value": pieces(words.value), "slope": pieces(words.slope)},
    }  # fmt: skip


def kink(activation):
    """Row, slopes on both sides and slope at the kink, or None."""
    if activation.kink is None:
        return None
    below, above = activation.slope(activation.kink + NEAR * np.array([-1, 1]))
    return {"row": int(np.flatnonzero(activation.kink == Z)[0]), "below": float(below), "above": float(above)}


def pieces(text):
    """[[first row, text], …] of a text or a triple of texts for z below, at and above 0."""
    zero = int(np.flatnonzero(Z == 0)[0])
    return [[0, text]] if isinstance(text, str) else [[row, piece] for row, piece in zip((0, zero, zero + 1), text, strict=True)]


def depth():
    """Chains of units: which row of `factors` and `products` belongs to (activation, dial, weight, start), and what came of it."""
    rows, index = {}, {}
    for name in ACTIVATIONS:
        index[name] = []
        for activation in variants(name):
            runs = [chain(activation, w, STARTS, LAYERS) for w in WEIGHTS]
            both = [[(run["factors"][:, i], run["products"][:, i]) for i in range(len(STARTS))] for run in runs]
            index[name].append(table([[rows.setdefault(_bytes(pair), len(rows)) for pair in run] for run in both], "uint16"))
    stacked = np.array([np.frombuffer(row).reshape(2, LAYERS) for row in rows])
    return {
        "starts": table(STARTS), "weights": table(WEIGHTS), "layers": LAYERS, "index": index, "factors": table(stacked[:, 0]),
        "products": table(stacked[:, 1]), "verdict": table(verdict(stacked[:, 1]), "uint8"), "verdicts": wording.VERDICTS,
    }  # fmt: skip


def _bytes(pair):
    return np.array(pair).tobytes()


def verdict(products):
    """Which of `words.VERDICTS` fits each product of slopes and weights."""
    size = np.abs(products)
    return np.select([size == 0, size < FADED, size > GROWN], [3, 1, 2], 0)
