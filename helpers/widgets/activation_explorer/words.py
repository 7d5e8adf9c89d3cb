"""The formulas of the activations as readable text, with places for the numbers; a test computes every one of them.

{z} and {a} are places for numbers, {(z)} one with parentheses around a negative number, ^{…} is raised, and a reason
follows after " as ". A formula made of pieces is a triple: for z below 0, at 0 and above 0.
"""

from dataclasses import dataclass

LABELS = {"identity": "identity", "relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU",
          "sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "silu": "SiLU"}  # fmt: skip

FROM_OUTPUT = {"sigmoid": "{a} · (1 − {(a)})", "tanh": "1 − {(a)}²"}
"""The two rules that the case mixes up, for the output a of any activation."""

VERDICTS = ("passed on", "vanishing", "exploding", "cut")
RULE_LABELS = {"sigmoid": "a(1 − a)", "tanh": "1 − a²"}


@dataclass(frozen=True)
class Words:
    """Value, slope from z and slope from a of one activation, each a text or a triple of texts."""

    value: str | tuple
    slope: str | tuple
    from_output: str | tuple | None


def words(activation):
    """The `Words` of an Activation, its leak or subgradient put in."""
    s = activation.slope_at_kink
    if activation.name == "relu":
        chosen = f"{s:g} as chosen at the kink"
        known = ("0 as a is 0", "0 as a is 0", "1 as a > 0") if activation.slope_from_output else None
        return Words("max(0, {z})", ("0 as z < 0", chosen, "1 as z > 0"), known)
    if activation.name == "leaky_relu":
        value = (f"{s:g} · {{(z)}}", f"{s:g} · {{z}}", "{z}")
        chosen = f"{s:g} as chosen at the kink"
        return Words(value, (f"{s:g} as z < 0", chosen, "1 as z > 0"), (f"{s:g} as a < 0", f"{s:g} as a is 0", "1 as a > 0"))
    return SMOOTH[activation.name]


SMOOTH = {
    "identity": Words("{z}", "1", "1"),
    "elu": Words(
        ("e^{{z}} − 1", "e^{{z}} − 1", "{z}"), ("e^{{z}} as z < 0", "e^{{z}} as z is 0", "1 as z > 0"),
        ("{a} + 1 as a < 0", "{a} + 1 as a is 0", "1 as a > 0")),
    "sigmoid": Words("1 / (1 + e^{−{(z)}})", "σ({z}) · (1 − σ({z}))", FROM_OUTPUT["sigmoid"]),
    "tanh": Words("tanh({z})", "1 − tanh({z})²", FROM_OUTPUT["tanh"]),
    "softplus": Words("ln(1 + e^{{z}})", "σ({z})", "1 − e^{−{a}}"),
    "silu": Words("{z} · σ({z})", "σ({z}) + {(z)} · σ({z}) · (1 − σ({z}))", None),
}  # fmt: skip
