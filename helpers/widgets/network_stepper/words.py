"""What each step of the network stepper executes, in code, in indices and in shapes; a test executes every line of code."""

import numpy as np

from helpers.losses import get_loss
from helpers.widgets.kit.numerals import number

LABELS = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
VALUES = {"relu": "np.maximum(0, {z})", "sigmoid": "1 / (1 + np.exp(-{z}))", "tanh": "np.tanh({z})", "identity": "{z}",
          "softmax": "np.exp({z}) / np.exp({z}).sum(axis=0)"}  # fmt: skip
SLOPES = {"relu": "({z} > 0)", "sigmoid": "{a} * (1 - {a})", "tanh": "(1 - {a}**2)", "identity": ""}
VALUES_IN_INDICES = {"relu": "max(0, {z}[j, i])", "sigmoid": "σ({z}[j, i])", "tanh": "tanh {z}[j, i]", "identity": "{z}[j, i]",
                     "softmax": "e^{z}[j, i] / Σₖ e^{z}[k, i]"}  # fmt: skip
SLOPES_IN_INDICES = {"relu": "1 if {z}[j, i] > 0, else 0", "sigmoid": "{a}[j, i] · (1 − {a}[j, i])", "tanh": "1 − {a}[j, i]²"}
LOSSES = {"bce": "np.mean(-y * np.log({a}) - (1 - y) * np.log(1 - {a}))", "cross_entropy": "np.mean(-(y * np.log({a})).sum(axis=0))",
          "several": "np.mean((-y * np.log({a}) - (1 - y) * np.log(1 - {a})).sum(axis=0))",
          "mse": "np.mean(({a} - y)**2)", "half_mse": "np.mean(({a} - y)**2) / 2"}  # fmt: skip
NOISE = 1e-14
LOSSES_IN_INDICES = {"bce": "−y ln a − (1 − y) ln(1 − a)", "cross_entropy": "−Σₖ yₖ ln aₖ", "mse": "(a − y)²", "half_mse": "(a − y)² / 2"}


def steps(sizes, m, hidden, output, loss):
    """All steps in order, each {"name", "keys", "kind", "layer", "code", "formula", "shapes"}: forward, loss, backward."""
    L = len(sizes) - 1
    found = [step for l in range(1, L + 1) for step in (_z(l, sizes, m), _a(l, sizes, m, hidden if l < L else output))]
    found += [_loss(L, sizes, m, output, loss), _first_delta(L, sizes, m, output, loss), _weights(L, sizes, m)]
    for l in range(L - 1, 0, -1):
        found += [_back(l, sizes, m), _delta(l, sizes, m, hidden), _weights(l, sizes, m)]
    return found


def _step(name, kind, l, code, formula, shapes, keys=None):
    return {"name": name, "keys": keys or [name], "kind": kind, "layer": l, "code": code, "formula": formula, "shapes": shapes}


def _z(l, sizes, m):
    n, before = sizes[l], sizes[l - 1]
    formula = f"Z{l}[j, i] = Σₖ W{l}[j, k] · A{l - 1}[k, i] + b{l}[j]"
    return _step(f"Z{l}", "Z", l, f"Z{l} = W{l} @ A{l - 1} + b{l}", formula, f"({n}, {before}) @ ({before}, {m}) + ({n}, 1) → ({n}, {m})")


def _a(l, sizes, m, activation):
    names = {"z": f"Z{l}", "a": f"A{l}"}
    code = f"A{l} = {VALUES[activation].format(**names)}"
    return _step(f"A{l}", "A", l, code, f"A{l}[j, i] = {VALUES_IN_INDICES[activation].format(**names)}", f"({sizes[l]}, {m}) → ({sizes[l]}, {m})")


def _loss(L, sizes, m, output, loss):
    name = get_loss(output, loss).name
    over = f" over {m} examples" if m > 1 else ""
    outputs = " and outputs" if sizes[L] > 1 and name in ("mse", "half_mse") else ""
    each = f"Σⱼ ({LOSSES_IN_INDICES[name]})" if name == "bce" and sizes[L] > 1 else LOSSES_IN_INDICES[name]
    formula = f"J = mean{over}{outputs} of ℓ,  ℓ = {each}" if over or outputs else f"J = ℓ = {each}"
    key = "several" if name == "bce" and sizes[L] > 1 else name
    return _step("loss", "loss", L, f"loss = {LOSSES[key].format(a=f'A{L}')}", formula, f"({sizes[L]}, {m}) → one number")


def _first_delta(L, sizes, m, output, loss):
    rule, n, a = get_loss(output, loss), sizes[L], f"A{L}"
    share = f" / {n}" if n > 1 and rule.name in ("mse", "half_mse") else ""
    if rule.fused_output == output:
        code = f"({a} - y){share}" if share else f"{a} - y"
    else:
        inner = {"mse": f"2 * ({a} - y)", "half_mse": f"({a} - y)", "bce": f"({a} - y) / ({a} * (1 - {a}))"}[rule.name] + share
        slope = SLOPES[output].format(z=f"Z{L}", a=a)
        code = f"{inner} * {slope}" if slope else inner
    formula = f"dZ{L}[j, i] = ∂ℓ / ∂Z{L}[j, i],  ℓ the loss of example i"
    return _step(f"dZ{L}", "dZ", L, f"dZ{L} = {code}", formula, f"({n}, {m}) − ({n}, {m}) → ({n}, {m})")


def _weights(l, sizes, m):
    n, before = sizes[l], sizes[l - 1]
    by_m = f" / {m}" if m > 1 else ""
    code = f"dW{l} = dZ{l} @ A{l - 1}.T / m\ndb{l} = dZ{l}.sum(axis=1, keepdims=True) / m"
    formula = f"dW{l}[j, k] = Σᵢ dZ{l}[j, i] · A{l - 1}[k, i]{by_m},  db{l}[j] = Σᵢ dZ{l}[j, i]{by_m}"
    shapes = f"({n}, {m}) @ ({m}, {before}) → ({n}, {before});  ({n}, {m}) → ({n}, 1)"
    return _step(f"dW{l}", "dW", l, code, formula, shapes, [f"dW{l}", f"db{l}"])


def _back(l, sizes, m):
    n, after = sizes[l], sizes[l + 1]
    formula = f"dA{l}[k, i] = Σⱼ W{l + 1}[j, k] · dZ{l + 1}[j, i]"
    return _step(f"dA{l}", "dA", l, f"dA{l} = W{l + 1}.T @ dZ{l + 1}", formula, f"({n}, {after}) @ ({after}, {m}) → ({n}, {m})")


def _delta(l, sizes, m, hidden):
    names, n = {"z": f"Z{l}", "a": f"A{l}"}, sizes[l]
    code = f"dZ{l} = dA{l} * {SLOPES[hidden].format(**names)}"
    formula = f"dZ{l}[j, i] = dA{l}[j, i] · g′, where g′ = {SLOPES_IN_INDICES[hidden].format(**names)}"
    return _step(f"dZ{l}", "dZ", l, code, formula, f"({n}, {m}) * ({n}, {m}) → ({n}, {m})")


def short(value, largest):
    """A number with three digits, "≈ 0" where it is rounding error beside the largest of its kind; as `short` of numbers.js."""
    return "≈ 0" if 0 < abs(value) < NOISE * largest else number(value, 3)


def brief(value, largest):
    """As `short`, in at most 7 characters: with fewer digits where they do not fit into a unit; as `brief` of numbers.js."""
    written = (short(value, largest), number(value, 2), f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−"))
    return next((text for text in written if len(text) <= 7), written[-1])


def without_noise(values):
    """The numbers with 0 in place of rounding error, which differs from machine to machine."""
    return np.where(np.abs(values) < NOISE * size(values), 0.0, values)


def listed(values, most=16):
    """Numbers with three digits, one after the other."""
    largest = size(values)
    return ", ".join(short(value, largest) for value in values[:most]) + (", …" if len(values) > most else "")


def size(values):
    """The largest absolute value, infinities and NaN left out."""
    return float(np.nanmax(np.where(np.isfinite(values), np.abs(values), 0.0), initial=0.0))
