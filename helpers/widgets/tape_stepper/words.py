"""What the tape stepper says and writes: operations, their local slopes, the orders, and sentences that Python and the browser fill in alike."""

import operator
import re

import numpy as np

from helpers.widgets.kit.numerals import number

ORDERS = {
    "right": "tape backwards", "preorder": "depth first, each once", "unordered": "at every arrival", "overwrite": "backwards, = for +=",
}  # fmt: skip
"""The order in which nodes have their turn; "overwrite" is the right one, but what arrives replaces what was there."""

BINARY = {
    np.add: "+", np.subtract: "−", np.multiply: "×", np.divide: "÷", np.power: "^", operator.pow: "^", np.maximum: "max", np.minimum: "min",
}  # fmt: skip
CALLED = {np.absolute: "abs", np.negative: "−", operator.getitem: "[ ]"}

POWER = "{1} * {0}**({1} - 1)"
SLOPES = {
    np.add: ("1", "1"), np.subtract: ("1", "-1"), np.multiply: ("{1}", "{0}"), np.divide: ("1 / {1}", "-{out} / {1}"),
    np.power: (POWER, "{out} * log({0})"), operator.pow: (POWER, "{out} * log({0})"),
    np.negative: ("-1",), np.exp: ("{out}",), np.log: ("1 / {0}",), np.tanh: ("1 - {out}**2",), np.sqrt: ("1 / (2 * {out})",),
    np.sin: ("cos({0})",), np.cos: ("-sin({0})",), np.square: ("2 * {0}",), np.absolute: ("sign({0})",),
}  # fmt: skip
"""The local slope towards each argument, as Python; a test holds each against the engine's rule."""

START = "Step 0 of {last}: the inputs {inputs}."
FORWARD = "Step {step} of {last}, forward: {name} = {formula} = {value}."
KINK = " It stands at its kink: the slope there is a choice."
SEED = "Step {step} of {last}: the forward pass is done, {name} = {value}. Backward begins with d{name}/d{name} = 1."
TURN = "Step {step} of {last}, backward: {name} hands on its {up}, {shares}."
SHARE = "to {parent} {local} · {up} = {share}, which then has {sum}"
EARLY = " Too early: {missing} of the {uses} shares of {name} are still to come."
AGAIN = " It has handed on before, and hands all of it on again."
LOST = " Lost: the {before} that {parent} had."
END = {
    "right": " Gradients: {found}.",
    "wrong": " Gradients in this order: {found}; right: {right}.",
    "lucky": " Gradients in this order: {found}, which are right here.",
}
REST = " That is the last turn shown: {rest} more would follow, and the gradients are not complete."
SENTENCES = {
    "start": START, "forward": FORWARD, "kink": KINK, "seed": SEED, "turn": TURN, "share": SHARE, "early": EARLY, "again": AGAIN, "lost": LOST,
    "rest": REST, **{f"end_{name}": text for name, text in END.items()},
}  # fmt: skip


def constant(value):
    """A plain number among the arguments, as it is written."""
    return number(value, 4)


def is_relu(function, arguments):
    """Whether it is max(0, z) of a tensor z and the plain number 0."""
    return function is np.maximum and any(not isinstance(a, str) and np.ndim(a) == 0 and a == 0 for a in arguments)


def operation(function, arguments):
    """(label on the node, formula with {n3} for node 3) of a computed node; arguments are names of nodes or plain values."""
    written = ["{(" + a + ")}" if isinstance(a, str) else constant(a) if np.ndim(a) == 0 and np.isreal(a) else "…" for a in arguments]
    named = CALLED.get(function, getattr(function, "__name__", "f"))
    if is_relu(function, arguments):
        inner = next(a for a in arguments if isinstance(a, str))
        return "relu", "relu({" + inner + "})"
    if function not in BINARY:
        if function is np.negative:
            return "−", f"−{written[0]}"
        return named, f"{named}({', '.join(a.replace('{(', '{').replace(')}', '}') for a in written if a != '…')})"
    sign, plain = BINARY[function], [a for a in arguments if not isinstance(a, str)]
    if sign in ("max", "min"):
        return f"{sign} {constant(plain[0])}" if plain else sign, f"{sign}({', '.join(a.replace('{(', '{').replace(')}', '}') for a in written)})"
    first = written[0].replace("{(", "{").replace(")}", "}") if sign != "^" else written[0]
    label = f"{sign} {constant(plain[0])}" if plain and isinstance(arguments[0], str) else f"{constant(plain[0])} {sign}" if plain else sign
    return label, f"{first} {sign} {written[1]}"


def slope(function, arguments, position, out):
    """The local slope towards argument number `position` in words, "{n3}" for node 3; "" where there is no short form."""
    if is_relu(function, arguments):
        inner = next(a for a in arguments if isinstance(a, str))
        return "1 if {" + inner + "} > 0, else 0"
    if function in (np.maximum, np.minimum) and all(isinstance(a, str) for a in arguments):
        a, b = arguments[position], arguments[1 - position]
        return "1 if {" + a + "} " + ("> {" if function is np.maximum else "< {") + b + "}, else 0"
    if function not in SLOPES:
        return ""
    named = ["{" + a + "}" if isinstance(a, str) else constant(a) for a in arguments]
    if SLOPES[function][0] == POWER and not isinstance(arguments[1], str):
        b = arguments[1]
        return pretty(f"{constant(b)} * {named[0]}" + (f"**{constant(b - 1)}" if b != 2 else ""))
    return pretty(SLOPES[function][position].format(*named, out="{" + out + "}"))


def pretty(code):
    """Python as one writes it by hand: 2 · x, u², a minus sign."""
    code = code.replace("**2", "²").replace("**", "^").replace("*", "·")
    return re.sub(r"(?<!\w)-|(?<= )-(?= )", "−", code)


def listed(names, values):
    """a 6.5, b 6."""
    return ", ".join(f"{name} {number(value)}" for name, value in zip(names, values, strict=True))
