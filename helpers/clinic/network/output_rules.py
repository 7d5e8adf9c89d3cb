"""Rules for dZ3, the gradient at the output unit: the right statement, and every mistake that has a name."""

import numpy as np

from helpers.activations import ACTIVATIONS
from helpers.clinic.network.hidden_rules import judge, with_argument
from helpers.clinic.network.rule import Rule
from helpers.clinic.network.slopes import catalogue


def output_slope(v):
    """g'(Z3) of the output unit that is meant."""
    return ACTIVATIONS[v["output"]].slope(v["Z3"])


def slope_from_output(v):
    """The same from A3, which differs where the forward pass is not the one that is meant."""
    return ACTIVATIONS[v["output"]].output_rule(v["A3"])


def right_dA3(v):
    """dL/dA3 of each example's own loss."""
    a, y = v["A3"], v["y"]
    if v["loss"] == "bce":
        return (a - y) / (a * (1 - a))
    return (2 if v["loss"] == "mse" else 1) * (a - y)


def _right(v):
    return right_dA3(v) * output_slope(v)


def _a(v):
    return v["A3"] * (1 - v["A3"])


def _error(v):
    return v["A3"] - v["y"]


def _error_in_place(v):
    """The error, where A3 was overwritten."""
    return _error(v) + 0 * v["A3 after"]


def _dA3(v, first=1.0, second=1.0):
    """-(first y / a) + second (1 - y) / (1 - a): cross-entropy's slope with its two terms under two signs."""
    a, y = v["A3"], v["y"]
    return -first * y / a + second * (1 - y) / (1 - a)


def _loss_value(v):
    a, y = v["A3"], v["y"]
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)) if v["loss"] == "bce" else (a - y) ** 2


def _first(v, number):
    """dZ3 with 0 for all examples but the first ones."""
    return _right(v) * (np.arange(v["m"]) < number)


def _with_error(change):
    """The right formula in which A3 - y is replaced by change(A3, y)."""

    def delta(v):
        error = change(v["A3"], v["y"])
        if v["loss"] == "bce":
            return error / _a(v) * output_slope(v)
        return (2 if v["loss"] == "mse" else 1) * error * output_slope(v)

    return delta


def _with_labels(change):
    """The right formula computed from other labels."""
    return lambda v: _right({**v, "y": change(v["y"])})


def output_rules(output, loss):
    """Rules for dZ3, the right ones first. output, loss : str, as the learner means them."""
    rules = [
        Rule("", "none", "dA3 * g'(Z3)", "", _right, 0.0),
        Rule("", "none", "dA3 * slope from A3", "", lambda v: right_dA3(v) * slope_from_output(v), 0.001),
    ]
    if (output, loss) in (("sigmoid", "bce"), ("identity", "half_mse")):
        rules.append(Rule("", "none", "A3 - y", "", _error, 0.001))
    plain = len(rules) == 3  # dZ3 is A3 - y itself
    for family, says, why, value, *cost in (*_OTHER_DELTAS, *_LEFT_OUT, *_SIGNS, *_LABELS, *_DIGITS):
        replaced = value.__qualname__.startswith("_with_error") and not plain
        rules.append(Rule("dZ3", family, f"the formula for dZ3 with ({says}) for (A3 - y)" if replaced else says, why, value, *cost))
    return rules + _other_slopes(output)


_OTHER_DELTAS = (
    ("output_delta", "A3 - y", "A3 - y belongs to cross-entropy with a sigmoid, or to half the squared error with an identity", _error),
    ("output_delta", "2 (A3 - y)", "2 (A3 - y) belongs to the mean squared error with an identity", lambda v: 2 * _error(v), 0.99),
    ("output_delta", "(A3 - y) * A3 * (1 - A3)", "this is the delta of a squared error with a sigmoid", lambda v: _error(v) * _a(v), 0.99),
    ("output_delta", "2 (A3 - y) * A3 * (1 - A3)", "this is the delta of the mean squared error with a sigmoid",
     lambda v: 2 * _error(v) * _a(v), 0.99),
    ("output_delta", "(A3 - y) / (A3 * (1 - A3))", "this is the slope of cross-entropy by A3, without the output unit's",
     lambda v: _error(v) / _a(v)),
    ("output_delta", "(A3 - y) * (Z3 > 0)", "this is the delta of a squared error with ReLU", lambda v: _error(v) * (v["Z3"] > 0), 1.02),
    ("output_delta", "A3 - (2 y - 1)", "the labels are taken to be -1 and 1", lambda v: v["A3"] - (2 * v["y"] - 1)),
    ("output_delta", "(A3 > 0.5) - y", "the predicted label stands where the output belongs", _with_error(lambda a, y: (a > 0.5) - y)),
    ("output_delta", "A3 - (1 - y)", "the labels are turned round", _with_error(lambda a, y: a - (1 - y))),
    ("output_delta", "(A3 - y)^2", "this is the squared error itself, not its slope", lambda v: _error(v) ** 2),
    ("output_delta", "sign(A3 - y)", "this is the slope of the absolute error", lambda v: np.sign(_error(v))),
    ("output_delta", "the loss itself", "the value of the loss stands where its slope belongs", _loss_value),
    ("derivative_of_wrong_argument", "Z3 - y", "Z3 stands where A3 belongs", lambda v: v["Z3"] - v["y"]),
)  # fmt: skip

_LEFT_OUT = (
    ("missing_term", "dA3", "the slope of the output unit is left out: this is dA3, not dZ3", right_dA3, 1.01),
    ("missing_term", "dA3 * (1 - A3)", "of the slope A3 * (1 - A3) a factor is left out", lambda v: right_dA3(v) * (1 - v["A3"])),
    ("missing_term", "A3 without y", "the labels are left out", _with_error(lambda a, y: a)),
    ("missing_term", "-y without A3", "the output is left out", _with_error(lambda a, y: -y)),
    ("missing_term", "-y / A3 * g'(Z3)", "the term of dA3 for the label 0 is left out", lambda v: _dA3(v, 1, 0) * output_slope(v)),
    ("missing_term", "(1 - y) / (1 - A3) * g'(Z3)", "the term of dA3 for the label 1 is left out",
     lambda v: _dA3(v, 0, 1) * output_slope(v)),
    ("missing_term", "g'(Z3)", "the error is left out", output_slope, 1.1),
    ("scale", "dA3 * g'(Z3)^2", "the slope of the output unit is multiplied in twice", lambda v: right_dA3(v) * output_slope(v) ** 2, 1.1),
)  # fmt: skip

_SIGNS = (
    ("sign", "(-y / A3 - (1 - y) / (1 - A3)) * g'(Z3)", "the second term of dA3 has the wrong sign",
     lambda v: _dA3(v, 1, -1) * output_slope(v)),
    ("sign", "(y / A3 + (1 - y) / (1 - A3)) * g'(Z3)", "the first term of dA3 has the wrong sign",
     lambda v: _dA3(v, -1, 1) * output_slope(v)),
    ("sign", "-y / A3 - (1 - y) / (1 - A3)", "the second term of dA3 has the wrong sign, and the slope is left out",
     lambda v: _dA3(v, 1, -1), 1.2),
    ("sign", "|A3 - y|", "the sign of the error is lost", _with_error(lambda a, y: np.abs(a - y))),
    ("sign", "A3 + y", "the labels are added instead of subtracted", _with_error(lambda a, y: a + y)),
)  # fmt: skip

_COLUMN = "y is turned into a column, so that A3 - y becomes a square of all pairs"
_LABELS = (
    ("broadcasting", "A3 - y as a column", _COLUMN, _with_labels(lambda y: y.T), 1.1),
    ("broadcasting", "(A3 - y as a column), averaged", _COLUMN,
     lambda v: _with_labels(lambda y: y.T)(v).mean(axis=0, keepdims=True), 1.1),
    ("broadcasting", "(A3 - y as a column), averaged over the outputs", _COLUMN,
     lambda v: _with_labels(lambda y: y.T)(v).mean(axis=1, keepdims=True).T, 1.1),
    ("broadcasting", "A3 - the first label", "the first label is used for every example", _with_error(lambda a, y: a - y[:, :1]), 1.1),
    ("broadcasting", "A3 - mean(y)", "the labels are averaged over the examples",
     _with_error(lambda a, y: a - y.mean()), 1.1),
    ("axis_or_keepdims", "mean of dZ3 over the examples", "dZ3 is averaged over the examples, which are then all the same",
     lambda v: np.full_like(v["Z3"], _right(v).mean()), 1.1),
    ("axis_or_keepdims", "mean of dA3 over the examples, times g'(Z3)", "the error is averaged over the examples before it is sent back",
     lambda v: right_dA3(v).mean() * output_slope(v), 1.1),
    ("axis_or_keepdims", "dZ3 of as many examples as there are inputs", "a loop over the examples counts the inputs, X.shape[0]",
     lambda v: _first(v, v["X"].shape[0]), 1.1),
    ("missing_term", "dZ3 without the last example", "the last example is left out", lambda v: _first(v, v["m"] - 1), 1.1),
    ("missing_term", "dZ3 without the first example", "the first example is left out", lambda v: _right(v) * (np.arange(v["m"]) > 0), 1.1),
    ("missing_term", "dZ3 of the last example", "only the last example counts: the sum over the examples is left out",
     lambda v: _right(v) * (np.arange(v["m"]) == v["m"] - 1) * v["m"], 1.1),
    ("missing_term", "dZ3 of the first example", "only the first example counts: the sum over the examples is left out",
     lambda v: _right(v) * (np.arange(v["m"]) == 0) * v["m"], 1.2),
    ("axis_or_keepdims", "sum of dZ3 over the examples", "dZ3 is added up over the examples, which are then all the same",
     lambda v: np.full_like(v["Z3"], _right(v).sum()), 1.1),
)  # fmt: skip

_DIGITS = (
    ("dtype", "int(A3) - y", "A3 is cut to whole numbers", _with_error(lambda a, y: np.trunc(a) - y)),
    ("dtype", "int(dZ3)", "dZ3 is cut to whole numbers", lambda v: np.trunc(_right(v)), 0.98),
    ("dtype", "int(dA3) * g'(Z3)", "dA3 is cut to whole numbers", lambda v: np.trunc(right_dA3(v)) * output_slope(v)),
    ("dtype", "round(A3) - y", "A3 is rounded", _with_error(lambda a, y: np.round(a) - y), 1.01),
    ("dtype", "dZ3 in float16", "dZ3 is kept in float16, three digits", lambda v: _right(v).astype(np.float16), 0.98),
    ("dtype", "(dA3 in float16) * g'(Z3)", "dA3 is kept in float16, three digits", lambda v: right_dA3(v).astype(np.float16) * output_slope(v), 0.99),
)  # fmt: skip


def _other_slopes(output):
    """dA3 times a slope that is not the output unit's, or at another place."""
    g = ACTIVATIONS[output]
    rules = [
        Rule("dZ3", "in_place", "dA3 * slope from A3 after it was overwritten", "A3 is overwritten before its slope is taken",
             lambda v: right_dA3(v) * g.output_rule(v["A3 after"]), 1.0),
        Rule("dZ3", "in_place", "dA3 from A3 after it was overwritten", "A3 is overwritten before the loss's slope is taken",
             lambda v: right_dA3({**v, "A3": v["A3 after"]}) * output_slope(v), 1.0),
        Rule("dZ3", "in_place", "dA3 * slope from A3 after y was subtracted from it", "A3 is overwritten by the error before its slope is taken",
             lambda v: right_dA3(v) * g.output_rule(_error_in_place(v)), 1.0),
        Rule("dZ3", "in_place", "(A3 - y) * slope from A3 after y was subtracted from it", "A3 is overwritten by the error before its slope is taken",
             lambda v: _error(v) * g.output_rule(_error_in_place(v)), 1.05),
        Rule("dZ3", "derivative_of_wrong_argument", "dA3 * slope from (A3 - y)", "the slope is taken at the error instead of the output",
             lambda v: right_dA3(v) * g.output_rule(_error(v)), 1.2),
    ]  # fmt: skip
    for slope in catalogue(g):
        for argument, surcharge in (("Z3", 0.0), ("A3", 0.0), ("dA3", 0.1)):
            family, why = judge(slope, argument, 3, g)
            rules.append(Rule("dZ3", family, f"dA3 * ({with_argument(slope.text, argument)})", why,
                              lambda v, f=slope.rule, a=argument: right_dA3(v) * f(v[a]), 1.03 + surcharge))  # fmt: skip
    return rules
