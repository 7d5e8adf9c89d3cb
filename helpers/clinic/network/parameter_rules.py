"""Rules for dW and db of a layer: the right statements, and every mistake that has a name."""

import numpy as np

from helpers.clinic.network.rule import Rule


def weight_rules(l):
    """Rules for dW of layer l, the right one first."""
    D, A = f"dZ{l}", f"A{l - 1}" if l > 1 else "X"
    name = f"dW{l}"

    def rule(family, says, why, value, cost=1.0):
        return Rule(name, family, says, why, value, cost)

    rules = [
        Rule("", "none", f"{D} @ {A}.T / m", "", lambda v: v[D] @ v[A].T / v["m"], 0.0),
        rule("transpose", f"({D} @ {A}.T).T / m", "the product is the transpose of the gradient", lambda v: v[A] @ v[D].T / v["m"]),
        rule("transpose", f"{D} @ {A} / m", f"{A} is not transposed", lambda v: v[D] @ v[A] / v["m"]),
        rule("transpose", f"{D}.T @ {A} / m", f"{D} is transposed instead of {A}", lambda v: v[D].T @ v[A] / v["m"], 1.1),
        rule("transpose", f"{D} @ {A} reshaped / m", f"{A} is reshaped instead of transposed, which mixes examples and units",
             lambda v: v[D] @ v[A].reshape(v["m"], -1) / v["m"]),
        rule("transpose", f"({A} @ {D}.T) reshaped / m", f"the product {A} @ {D}.T is reshaped instead of transposed",
             lambda v: (v[A] @ v[D].T).reshape(v[f"W{l}"].shape) / v["m"], 1.02),
        rule("in_place", f"{D} @ {A}.T / m with {A} overwritten", f"{A} is overwritten before dW{l} reads it",
             lambda v: v[D] @ v[f"{A} after"].T / v["m"], 0.9),
        rule("missing_term", f"{D} / m", f"{A} is left out", lambda v: v[D] / v["m"]),
        rule("missing_term", f"sum of {D} / m", f"{A} is left out", lambda v: v[D].sum(axis=1, keepdims=True) / v["m"], 1.1),
        rule("missing_term", f"sum of {D} / m in every column", f"{A} is left out",
             lambda v: v[D].sum(axis=1, keepdims=True) / v["m"] * np.ones((1, v[A].shape[0])), 1.1),
        rule("missing_term", f"{A} alone", f"{D} is left out",
             lambda v: np.ones((v[D].shape[0], 1)) * v[A].mean(axis=1, keepdims=True).T, 1.1),
        rule("missing_term", "0", f"dW{l} is zero: nothing was added to it", lambda v: np.zeros_like(v[f"W{l}"])),
        rule("missing_term", f"last example of {D} @ {A}.T", "only the last example counts: the sum over the examples is left out",
             lambda v: v[D][:, -1:] @ v[A][:, -1:].T, 1.1),
        rule("missing_term", f"first example of {D} @ {A}.T", "only the first example counts: the sum over the examples is left out",
             lambda v: v[D][:, :1] @ v[A][:, :1].T, 1.2),
        rule("axis_or_keepdims", f"mean of {D} @ mean of {A}.T", "the examples are averaged before the product instead of after it",
             lambda v: v[D].mean(axis=1, keepdims=True) @ v[A].mean(axis=1, keepdims=True).T, 1.1),
        rule("elementwise_vs_matmul", f"{D} * {A} / m", "the elementwise product stands where the matrix product belongs",
             lambda v: v[D] * v[A] / v["m"]),
        rule("elementwise_vs_matmul", f"sum of {D} * {A} over the examples / m",
             "the elementwise product stands where the matrix product belongs",
             lambda v: (v[D] * v[A]).sum(axis=1, keepdims=True) / v["m"]),
        rule("elementwise_vs_matmul", f"sum of {D} * {A} over the examples / m, in every column",
             "the elementwise product stands where the matrix product belongs",
             lambda v: (v[D] * v[A]).sum(axis=1, keepdims=True) / v["m"] * np.ones_like(v[f"W{l}"]), 1.1),
        rule("elementwise_vs_matmul", f"{D} * {A}.T / m", "the elementwise product stands where the matrix product belongs",
             lambda v: v[D] * v[A].T / v["m"], 1.1),
        rule("dtype", f"int({D} @ {A}.T / m)", "the gradient is cut to whole numbers",
             lambda v: np.trunc(v[D] @ v[A].T / v["m"]), 0.98),
        rule("dtype", f"{D} @ {A}.T // m", "// cuts the quotient to whole numbers", lambda v: v[D] @ v[A].T // v["m"], 0.99),
        rule("dtype", f"{D} @ {A}.T / m in float16", "the gradient is kept in float16, three digits",
             lambda v: (v[D] @ v[A].T / v["m"]).astype(np.float16), 0.98),
        rule("dtype", f"{D} @ {A}.T / m, rounded", "the gradient is rounded", lambda v: np.round(v[D] @ v[A].T / v["m"], 2), 1.1),
        rule("dtype", f"int({D}) @ {A}.T / m", f"{D} is cut to whole numbers", lambda v: np.trunc(v[D]) @ v[A].T / v["m"], 1.1),
        rule("dtype", f"{D} @ int({A}).T / m", f"{A} is cut to whole numbers", lambda v: v[D] @ np.trunc(v[A]).T / v["m"], 1.1),
    ]  # fmt: skip
    if l > 1:
        rules.append(rule("sign", f"{D} @ |{A}|.T / m", f"the signs of {A} are lost", lambda v: v[D] @ np.abs(v[A]).T / v["m"], 1.1))
    rules += _two_at_once(l, name, A)
    for other in ("X", "Z1", "A1", "Z2", "A2", "Z3", "A3"):
        if other != A:
            why = f"{other} stands where {A} belongs"
            rules.append(rule("wrong_layer", f"{D} @ {other}.T / m", why, lambda v, o=other: v[D] @ v[o].T / v["m"]))
            rules.append(rule("wrong_layer", f"{D} @ (first rows of {other}).T / m", why,
                              lambda v, o=other: v[D] @ v[o][: v[A].shape[0]].T / v["m"], 1.2))  # fmt: skip
            rules.append(rule("transpose", f"({D} @ {other}.T).T / m", why, lambda v, o=other: v[o] @ v[D].T / v["m"], 1.8))
    rules += _other_gradient_rules(l, name, lambda v, d: v[d] @ v[A].T / v["m"], f"{{}} @ {A}.T / m")
    return rules


def _two_at_once(l, name, A):
    """Both factors of dW wrong; what has another shape than W may broadcast all the same, and is told."""
    rules = []
    for gradient in ("dZ1", "dA1", "dZ2", "dA2", "dZ3"):
        for other in ("X", "Z1", "A1", "Z2", "A2", "Z3", "A3"):
            if gradient != f"dZ{l}" and other != A:
                rules.append(Rule(name, "wrong_layer", f"{gradient} @ {other}.T / m", f"{gradient} stands for dZ{l}, and {other} for {A}",
                                  lambda v, d=gradient, o=other: v[d] @ v[o].T / v["m"], 1.95))  # fmt: skip
    return rules


def bias_rules(l):
    """Rules for db of layer l, the right one first."""
    D, name = f"dZ{l}", f"db{l}"

    def rule(family, says, why, value, cost=1.0):
        return Rule(name, family, says, why, value, cost)

    rules = [
        Rule("", "none", f"sum of {D} over the examples / m", "", lambda v: v[D].sum(axis=1, keepdims=True) / v["m"], 0.0),
        rule("axis_or_keepdims", f"np.sum({D}, axis=1) / m", "keepdims is missing: subtracting it from b would broadcast",
             lambda v: v[D].sum(axis=1) / v["m"]),
        rule("axis_or_keepdims", f"np.sum({D}, axis=1) / m as a row", "the sum stands in a row instead of a column",
             lambda v: v[D].sum(axis=1)[None, :] / v["m"]),
        rule("axis_or_keepdims", f"np.sum({D}, axis=0, keepdims=True) / m", "the sum runs over the units instead of the examples",
             lambda v: v[D].sum(axis=0, keepdims=True) / v["m"]),
        rule("axis_or_keepdims", f"np.sum({D}, axis=0) / m", "the sum runs over the units instead of the examples",
             lambda v: v[D].sum(axis=0) / v["m"]),
        rule("axis_or_keepdims", f"np.sum({D}, axis=0) / m as a column", "the sum runs over the units instead of the examples",
             lambda v: v[D].sum(axis=0)[:, None] / v["m"], 1.1),
        rule("axis_or_keepdims", f"np.sum({D}) / m", "the sum runs over the units as well as the examples",
             lambda v: v[D].sum() / v["m"]),
        rule("axis_or_keepdims", f"np.sum({D}) / m", "the sum runs over the units as well as the examples",
             lambda v: v[D].sum(keepdims=True) / v["m"], 1.05),
        rule("axis_or_keepdims", f"np.sum({D}) / m", "the sum runs over the units as well as the examples",
             lambda v: v[D].sum(keepdims=True).ravel() / v["m"], 1.05),
        rule("axis_or_keepdims", f"np.sum({D}) / m for every unit", "the sum runs over the units as well as the examples",
             lambda v: v[D].sum() / v["m"] * np.ones_like(v[f"b{l}"]), 1.1),
        rule("axis_or_keepdims", f"{D} / m", "the sum over the examples is left out", lambda v: v[D] / v["m"]),
        rule("missing_term", "0", f"{name} is zero: nothing was added to it", lambda v: np.zeros_like(v[f"b{l}"])),
        rule("missing_term", f"last example of {D}", "only the last example counts: the sum over the examples is left out",
             lambda v: v[D][:, -1:], 1.1),
        rule("missing_term", f"first example of {D}", "only the first example counts: the sum over the examples is left out",
             lambda v: v[D][:, :1], 1.2),
        rule("dtype", f"int({D}) summed / m", f"{D} is cut to whole numbers",
             lambda v: np.trunc(v[D]).sum(axis=1, keepdims=True) / v["m"], 1.1),
        rule("dtype", f"int(sum of {D} / m)", "the gradient is cut to whole numbers",
             lambda v: np.trunc(v[D].sum(axis=1, keepdims=True) / v["m"]), 0.98),
        rule("dtype", f"sum of {D} // m", "// cuts the quotient to whole numbers",
             lambda v: v[D].sum(axis=1, keepdims=True) // v["m"], 0.99),
        rule("dtype", f"sum of {D} / m in float16", "the gradient is kept in float16, three digits",
             lambda v: (v[D].sum(axis=1, keepdims=True) / v["m"]).astype(np.float16), 0.98),
        rule("missing_term", "1", f"{D} is left out", lambda v: np.ones_like(v[f"b{l}"]), 1.1),
        rule("wrong_layer", f"sum of dW{l} over its columns", f"dW{l} is summed instead of {D}",
             lambda v: (v[D] @ v[f"A{l - 1}" if l > 1 else "X"].T).sum(axis=1, keepdims=True) / v["m"], 1.1),
        rule("wrong_layer", f"mean over the inputs of dW{l}", f"dW{l} is averaged instead of summing {D}",
             lambda v: (v[D] @ v[f"A{l - 1}" if l > 1 else "X"].T).mean(axis=1, keepdims=True) / v["m"], 1.1),
        rule("wrong_layer", f"sum of {D} * A{l} over the examples / m", f"{D} is multiplied by an activation: b has no input",
             lambda v: (v[D] * v[f"A{l}"]).sum(axis=1, keepdims=True) / v["m"], 1.1),
        rule("missing_term", f"sum of b{l} * {D} over the examples / m", f"{D} is multiplied by b{l}",
             lambda v: (v[D] * v[f"b{l}"]).sum(axis=1, keepdims=True) / v["m"], 1.2),
    ]  # fmt: skip
    sums = "sum of {} over the examples / m"
    for k in (1, 2, 3):
        if k != l:
            both = f"dZ{k} stands where {D} belongs, and the sum runs over the wrong axis"
            rules += [
                rule("axis_or_keepdims", f"np.sum(dZ{k}, axis=1) / m", both, lambda v, k=k: v[f"dZ{k}"].sum(axis=1) / v["m"], 1.95),
                rule("axis_or_keepdims", f"np.sum(dZ{k}, axis=0, keepdims=True) / m", both,
                     lambda v, k=k: v[f"dZ{k}"].sum(axis=0, keepdims=True) / v["m"], 1.95),
                rule("axis_or_keepdims", f"np.sum(dZ{k}) / m", both, lambda v, k=k: v[f"dZ{k}"].sum() / v["m"], 1.95),
            ]  # fmt: skip
    rules += _other_gradient_rules(l, name, lambda v, d: v[d].sum(axis=1, keepdims=True) / v["m"], sums)
    return rules


def _other_gradient_rules(l, name, formula, says):
    """A parameter's gradient made from another gradient than dZ of its own layer."""
    rules = [
        Rule(name, "missing_term", says.format(f"dA{l}"), f"dA{l} stands where dZ{l} belongs: the slope is left out",
             lambda v: formula(v, f"dA{l}"))
    ]  # fmt: skip
    for k in (1, 2, 3):
        if k != l:
            rules += [
                Rule(name, "wrong_layer", says.format(f"dZ{k}"), f"dZ{k} stands where dZ{l} belongs", lambda v, k=k: formula(v, f"dZ{k}")),
                Rule(name, "wrong_layer", says.format(f"dA{k}"), f"dA{k} stands where dZ{l} belongs",
                     lambda v, k=k: formula(v, f"dA{k}"), 1.1),
            ]  # fmt: skip
    return rules
