"""What the loss explorer writes: formulas with places for numbers, which a test computes, and sentences."""

from helpers.widgets.kit.numerals import number

FORMULAS = {
    1: {"a": "{p}", "loss": "−ln {a}", "slope": "−1 / {a}", "rise": "{a} · (1 − {a})", "dz": "{a} − 1"},
    0: {"a": "1 − {p}", "loss": "−ln(1 − {a})", "slope": "1 / (1 − {a})", "rise": "{a} · (1 − {a})", "dz": "{a} − 0"},
}
"""By label; a test computes every one of them."""

TYPESET = {"2^-126": "2⁻¹²⁶", "2^-1022": "2⁻¹⁰²²", "log2": "log₂", "1e-": "1e−", "-ln": "−ln", " - ": " − ", "`": "", "-inf": "−∞"}


def of_logits(true, p, loss, gradient):
    """Softmax, cross-entropy and gradient of one example, in words."""
    words = f"Class {true + 1} of {len(p)} is the true one: p = {number(p[true])}, loss −ln p = {number(loss)}. "
    return words + f"Its own gradient is {number(gradient[true])}; {rival(gradient, true)}."


def rival(gradient, true):
    """In words, which other class is pushed down most."""
    others = [k for k in range(len(gradient)) if k != true]
    top = max(others, key=lambda k: gradient[k])
    ties = [k for k in others if gradient[k] == gradient[top]]
    if len(ties) > 1:
        return f"{'every other class' if len(ties) == len(others) else f'{len(ties)} others'} the same, {number(gradient[top])}"
    return (
        f"the largest of the others is class {top + 1} with {number(gradient[top])}" if len(others) > 1 else f"the other has {number(gradient[top])}"
    )


def typeset(text):
    """With true minus signs and raised or lowered digits."""
    for plain, fine in TYPESET.items():
        text = text.replace(plain, fine)
    return "−" + text[1:] if text.startswith("-") else text
