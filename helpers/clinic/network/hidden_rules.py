"""Rules for dA and dZ of a hidden layer: the right statements, and every mistake that has a name."""

import re

import numpy as np

from helpers.clinic.network.rule import Rule
from helpers.clinic.network.slopes import catalogue, is_right


def activation_gradient_rules(l):
    """Rules for dA of hidden layer l, the right one first."""
    W, dZ = f"W{l + 1}", f"dZ{l + 1}"
    name = f"dA{l}"

    def rule(family, says, why, value, cost=1.0):
        return Rule(name, family, says, why, value, cost)

    rules = [
        Rule("", "none", f"{W}.T @ {dZ}", "", lambda v: v[W].T @ v[dZ], 0.0),
        rule("transpose", f"{W} @ {dZ}", f"{W} is not transposed", lambda v: v[W] @ v[dZ]),
        rule("missing_term", f"{dZ} for every unit", f"{W} is left out", lambda v: v[dZ] * np.ones((10, 1))),
        rule("missing_term", f"{W}.T @ dA{l + 1}", f"dA{l + 1} stands where {dZ} belongs: a slope is left out",
             lambda v: v[W].T @ v[f"dA{l + 1}"]),
        rule("elementwise_vs_matmul", f"{W}.T * {dZ}", "the elementwise product stands where the matrix product belongs",
             lambda v: v[W].T * v[dZ]),
        rule("elementwise_vs_matmul", f"{W} * {dZ}", "the elementwise product stands where the matrix product belongs",
             lambda v: v[W] * v[dZ], 1.2),
        rule("elementwise_vs_matmul", f"sum of {W}.T over its columns, times {dZ}",
             "the elementwise product stands where the matrix product belongs",
             lambda v: v[W].sum(axis=0).reshape(10, 1) * v[dZ], 1.2),
        rule("elementwise_vs_matmul", f"sum of {W} over its columns, times {dZ}",
             "the elementwise product stands where the matrix product belongs",
             lambda v: v[W].sum(axis=1).reshape(-1, 1) * v[dZ], 1.2),
        rule("missing_term", f"sum of {W}.T over its columns", f"{dZ} is left out",
             lambda v: v[W].T.sum(axis=1, keepdims=True) * np.ones((1, v["m"]))),
        rule("update_order", f"{W}.T @ {dZ} with {W} updated before", f"{W} is updated before it is used", lambda v: v[f"{W} after"].T @ v[dZ], 0.9),
        rule("wrong_layer", f"W{l}.T @ {dZ}", f"W{l} stands where {W} belongs", lambda v: v[f"W{l}"].T @ v[dZ], 1.05),
        rule("update_order", f"({W} - rate * dW{l + 1}).T @ {dZ}", f"{W} is updated before it is used", lambda v: _with_early_update(v, l), 1.02),
        rule("transpose", f"sum of {W}, times {dZ}", f"{W} is not transposed, and the sum runs over it alone",
             lambda v: v[W].sum() * v[dZ] * np.ones((10, 1)), 1.3),
        rule("missing_term", f"{W}.T @ (A3 - y)", "the error goes back without the slope of the output unit", _raw_error(l), 1.1),
        rule("missing_term", "1", "the gradient from above is left out", lambda v: np.ones((10, v["m"]))),
        rule("sign", f"|{W}|.T @ {dZ}", f"the signs of {W} are lost", lambda v: np.abs(v[W]).T @ v[dZ]),
        rule("dtype", f"int({W}.T @ {dZ})", "the product is cut to whole numbers", lambda v: np.trunc(v[W].T @ v[dZ]), 0.99),
        rule("dtype", f"{W}.T @ {dZ} in float16", "the product is kept in float16, three digits",
             lambda v: (v[W].T @ v[dZ]).astype(np.float16), 0.99),
        rule("axis_or_keepdims", f"{W}.T @ mean of {dZ}", f"{dZ} is averaged over the examples before it is sent back",
             lambda v: v[W].T @ v[dZ].mean(axis=1, keepdims=True) * np.ones((1, v["m"])), 1.2),
        rule("axis_or_keepdims", f"{W}.T @ sum of {dZ}", f"{dZ} is added up over the examples before it is sent back",
             lambda v: v[W].T @ v[dZ].sum(axis=1, keepdims=True) * np.ones((1, v["m"])), 1.2),
    ]  # fmt: skip
    if l == 1:
        rules += [
            rule("wrong_layer", "W3.T @ dZ3", "layer 3's gradient stands where layer 2's belongs", lambda v: v["W3"].T @ v["dZ3"]),
            rule("wrong_layer", "dA2", "the gradient of layer 2 is used once more", lambda v: v["dA2"]),
            rule("wrong_layer", "W3.T * dZ2", "W3 stands where W2 belongs", lambda v: v["W3"].T * v["dZ2"], 1.1),
            rule("transpose", "W2 @ dA2", "W2 is not transposed, and a slope is left out", lambda v: v["W2"] @ v["dA2"], 1.9),
            rule("update_order", "W2 @ dZ2 with W2 updated before, not transposed", "W2 is updated before it is used",
                 lambda v: v["W2 after"] @ v["dZ2"], 1.9),
        ]  # fmt: skip
    return rules


def _with_early_update(v, l):
    """dA with W - rate dW in place of W, the rate being the one that fits the returned db of this layer best."""
    W, dW, dZ = v[f"W{l + 1}"], v["returned"][f"dW{l + 1}"], v[f"dZ{l + 1}"]
    g = v["slope"](v[f"Z{l}"])
    right = (g * (W.T @ dZ)).mean(axis=1)
    shift = (g * (dW.T @ dZ)).mean(axis=1)
    square = shift @ shift
    rate = (right - v["returned"][f"db{l}"].ravel()) @ shift / square if square else 0.0
    return (W - rate * dW).T @ dZ


def _raw_error(l):
    if l == 2:
        return lambda v: v["W3"].T @ (v["A3"] - v["y"])
    return lambda v: v["W2"].T @ (v["W3"].T @ v["dZ3"])


def slope_rules(l, hidden):
    """Rules for the slope that dA of hidden layer l is multiplied by, the right one first. hidden : Activation."""
    name, other = f"dZ{l}", 3 - l
    rules = [
        Rule("", "none", f"g'(Z{l})", "", lambda v: hidden.slope(v[f"Z{l}"]), 0.0),
        Rule("", "none", f"slope from A{l}", "", lambda v: hidden.output_rule(v[f"A{l}"]), 0.001),
        Rule(name, "missing_term", "1", "the slope of the activation is left out", lambda v: np.ones_like(v[f"Z{l}"])),
    ]
    arguments = [(f"Z{l}", 0.0), (f"A{l}", 0.0), (f"Z{other}", 0.1), (f"A{other}", 0.1), (f"dA{l}", 0.1), (f"dZ{l + 1}", 0.3),
                 ("Z3", 0.3), ("A3", 0.3), (f"A{l} after", 0.2), (f"Z{l} after", 0.2)]  # fmt: skip
    for slope in catalogue(hidden):
        for argument, surcharge in arguments:
            family, why = judge(slope, argument, l, hidden)
            says = with_argument(slope.text, argument)
            cost = 1 + surcharge + (0.0 if slope.owner else 0.05)
            rules.append(Rule(name, family, says, why, lambda v, f=slope.rule, a=argument: f(v[a]), cost))
    return rules + _whole_rules(l, hidden)


def _whole_rules(l, hidden):
    """Rules for dZ as a whole: cut digits, averaged slopes, matrix products."""
    name = f"dZ{l}"

    def slope(v):
        return hidden.slope(v[f"Z{l}"])

    rows = [
        ("dtype", f"int(dA{l} * g'(Z{l}))", f"dZ{l} is cut to whole numbers", lambda v: np.trunc(v[f"dA{l}"] * slope(v)), 0.98),
        ("dtype", f"dZ{l} in float16", f"dZ{l} is kept in float16, three digits", lambda v: (v[f"dA{l}"] * slope(v)).astype(np.float16), 0.98),
        ("dtype", f"dA{l} * int(g'(Z{l}))", "the slope is cut to whole numbers", lambda v: v[f"dA{l}"] * np.trunc(slope(v)), 1.04),
        ("dtype", f"dA{l} * g'(int(Z{l}))", f"Z{l} is cut to whole numbers before the slope is taken",
         lambda v: v[f"dA{l}"] * hidden.slope(np.trunc(v[f"Z{l}"])), 1.04),
        ("dtype", f"dA{l} * slope from int(A{l})", f"A{l} is cut to whole numbers before the slope is taken",
         lambda v: v[f"dA{l}"] * hidden.output_rule(np.trunc(v[f"A{l}"])), 1.04),
        ("broadcasting", f"dA{l} * mean of g'(Z{l}) over the examples", "the slope is averaged over the examples",
         lambda v: v[f"dA{l}"] * slope(v).mean(axis=1, keepdims=True), 1.1),
        ("broadcasting", f"dA{l} * mean of g'(Z{l}) over the units", "the slope is averaged over the units",
         lambda v: v[f"dA{l}"] * slope(v).mean(axis=0, keepdims=True), 1.1),
        ("broadcasting", f"dA{l} * sum of g'(Z{l}) over the units", "the slope is added up over the units",
         lambda v: v[f"dA{l}"] * slope(v).sum(axis=0, keepdims=True), 1.2),
        ("broadcasting", f"dA{l} * sum of g'(Z{l}) over the examples", "the slope is added up over the examples",
         lambda v: v[f"dA{l}"] * slope(v).sum(axis=1, keepdims=True), 1.2),
        ("broadcasting", f"dA{l} * g'(Z{l}) of the first example", "the slope of the first example is used for all",
         lambda v: v[f"dA{l}"] * slope(v)[:, :1], 1.1),
        ("broadcasting", f"dA{l} * g'(Z{l}) of the first unit", "the slope of the first unit is used for all",
         lambda v: v[f"dA{l}"] * slope(v)[:1], 1.1),
        ("elementwise_vs_matmul", f"dA{l} @ g'(Z{l})", "a matrix product stands where the elementwise product belongs",
         lambda v: v[f"dA{l}"] @ slope(v), 1.0),
        ("elementwise_vs_matmul", f"dA{l} @ g'(Z{l}).T", "a matrix product stands where the elementwise product belongs",
         lambda v: v[f"dA{l}"] @ slope(v).T, 1.0),
        ("elementwise_vs_matmul", f"dA{l} + g'(Z{l})", "the slope is added instead of multiplied", lambda v: v[f"dA{l}"] + slope(v), 1.1),
        ("scale", f"dA{l} * g'(Z{l})^2", "the slope is multiplied in twice", lambda v: v[f"dA{l}"] * slope(v) ** 2, 0.99),
        ("missing_term", f"g'(Z{l})", "the gradient from above is left out", slope, 0.99),
    ]  # fmt: skip
    rows += _mixed_layers(l, hidden)
    return [Rule(name, family, says, why, value, cost, True) for family, says, why, value, cost in rows]


def _mixed_layers(l, hidden):
    """Slopes of a product whose factors belong to different layers."""
    other = 3 - l
    why = f"the slope mixes the layers: A{other} stands where A{l} belongs, once"
    rows = []
    for first, second in ((l, other), (other, l)):
        if hidden.name == "sigmoid":
            rows.append(("derivative_of_wrong_argument", f"dA{l} * A{first} * (1 - A{second})", why,
                         lambda v, i=first, j=second: v[f"dA{l}"] * v[f"A{i}"] * (1 - v[f"A{j}"]), 1.1))  # fmt: skip
        if hidden.name == "tanh":
            rows.append(("derivative_of_wrong_argument", f"dA{l} * (1 - A{first} * A{second})", why,
                         lambda v, i=first, j=second: v[f"dA{l}"] * (1 - v[f"A{i}"] * v[f"A{j}"]), 1.1))  # fmt: skip
    return rows[: 2 if hidden.name == "sigmoid" else 1]


def with_argument(text, argument):
    """The formula with its argument's name for the letter t."""
    return re.sub(r"\bt\b", argument, text)


def judge(slope, argument, l, hidden):
    """Family and explanation of a slope at an argument."""
    if argument.endswith("after"):
        return "in_place", f"{argument.split()[0]} is overwritten before the slope is computed from it"
    if is_right(slope, hidden):
        if argument in (f"Z{l}", f"A{l}"):
            return "derivative_of_wrong_argument", (f"the formula for the slope takes {'z' if slope.of == 'z' else 'a'}, but it is given {argument}")
        return "derivative_of_wrong_argument", f"the slope is right, but it is taken at {argument} instead of layer {l}'s own z"
    if hidden.name == "sigmoid" and slope.text == "1 - t" and argument == f"A{l}":
        return "missing_term", "of the slope a (1 - a) the factor a is left out"
    if slope.owner:
        return "wrong_derivative", f"this is the slope of {slope.owner}, not of {hidden.name}"
    if slope.text in ("t", "max(0, t)", "tanh(t)"):
        return "wrong_derivative", "the activation itself stands where its slope belongs"
    return "wrong_derivative", f"this is not the slope of {hidden.name}"
