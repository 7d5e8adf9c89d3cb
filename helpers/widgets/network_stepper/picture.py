"""The first state of the network stepper as a picture, with the same places as network.js."""

import numpy as np

from helpers.widgets.kit.svg import GREY, document, element, text
from helpers.widgets.network_stepper.words import brief, listed, size, without_noise

WIDTH, TOP, BOTTOM = 510, 50, 446
BLUE, VERMILLION = "#0072B2", "#D55E00"
LOOKS = {"positive": (BLUE, ""), "negative": (VERMILLION, "7 4"), "zero": (GREY, "2 4")}


def places(sizes):
    """{(layer, unit): (x, y)}, and the width and height of a unit."""
    wide = 60 if len(sizes) <= 4 else 48
    left, right = wide / 2 + 4, WIDTH - wide / 2 - 92
    at, gap = {}, min(40, (BOTTOM - TOP) / max(sizes))
    for l, n in enumerate(sizes):
        step = min(40, (BOTTOM - TOP) / n)
        for j in range(n):
            at[l, j] = (left + (right - left) * l / (len(sizes) - 1), (TOP + BOTTOM) / 2 + (j - (n - 1) / 2) * step)
    return at, wide, min(28, gap - 4)


def shown_in(steps, position, layer):
    """The name of the array whose numbers stand in the units of a layer: the last one computed; "" before there is one."""
    if layer == 0:
        return "A0"
    return next((s["name"] for s in steps[position::-1] if s["layer"] == layer and s["kind"] in ("Z", "A", "dZ", "dA")), "")


def lit(step):
    """Which layers of units, and which layer of weights (0 for none), the statement is about."""
    l = step["layer"]
    return {"Z": ([l - 1, l], l), "A": ([l], 0), "loss": ([l], 0), "dZ": ([l], 0), "dW": ([l - 1, l], l), "dA": ([l, l + 1], l + 1)}[step["kind"]]


def sign(value):
    """In which of the three looks a number is drawn."""
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def draw(net, run, position, example):
    """The network on the left; statement, formula, shapes and numbers on the right."""
    steps, arrays = run["steps"], run["arrays"]
    step = steps[position]
    at, wide, high = places(net.sizes)
    layers, weights = lit(step)
    parts = [_edges(net, arrays, l, at, wide, weights, step, example) for l in range(1, net.L + 1)]
    for l, n in enumerate(net.sizes):
        name = shown_in(steps, position, l)
        x = at[l, 0][0]
        parts.append(text("input" if l == 0 else "output" if l == net.L else f"hidden {l}", x, 18, text_anchor="middle"))
        parts.append(text(name, x, 37, text_anchor="middle", font_weight="bold"))
        values = arrays[name][:, example] if name else [None] * n
        largest = size(values) if name else 0
        parts += [_unit(values[j], largest, *at[l, j], wide, high, name, l in layers) for j in range(n)]
    return document(980, 462, *parts, *_words(step, run, example, arrays))


def _edges(net, arrays, l, at, wide, weights, step, example):
    values = arrays[f"own{l}"][example] if weights == l and step["kind"] == "dW" else net.p[f"W{l}"]
    values = without_noise(values[:, : net.sizes[l - 1]])
    largest = size(values) or 1.0
    drawn = []
    for j, k in np.ndindex(net.sizes[l], net.sizes[l - 1]):
        colour, dash = LOOKS[sign(values[j, k])]
        (x1, y1), (x2, y2) = at[l - 1, k], at[l, j]
        width = 0.6 + 3.2 * min(1, abs(values[j, k]) / largest) if np.isfinite(values[j, k]) else 0.6
        drawn.append(element("line", x1=x1 + wide / 2, y1=y1, x2=x2 - wide / 2, y2=y2, stroke=colour, stroke_width=width,
                             stroke_dasharray=dash, opacity=0.9 if weights == l else 0.2))  # fmt: skip
    return "".join(drawn)


def _unit(value, largest, x, y, wide, high, name, is_lit):
    written = "" if value is None else brief(value, largest)
    seen = None if value is None else 0.0 if written == "≈ 0" else value
    colour, dash = (GREY, "2 4") if seen is None else (LOOKS[sign(seen)][0], LOOKS[sign(seen)][1] if seen < 0 else "")
    box = element("rect", x=x - wide / 2, y=y - high / 2, width=wide, height=high, rx=4 if name.startswith("d") else high / 2, stroke=colour,
                  fill="#DDDDDD" if seen == 0 else "#FFFFFF", stroke_width=3 if is_lit else 1.4, stroke_dasharray=dash)  # fmt: skip
    return box + (text(written, x, y + 5, text_anchor="middle", font_size=13) if written else "")


def _words(step, run, example, arrays):
    x = WIDTH + 20
    lines = [*step["code"].split("\n"), "", *step["formula"].split(",  "), "", step["shapes"], ""]
    if step["kind"] not in ("loss", "dW"):
        numbers = listed(arrays[step["name"]][:, example]).split(", ")
        lines += [f"{step['name']}, example {example + 1}:"] + [", ".join(numbers[i : i + 5]) for i in range(0, len(numbers), 5)]
    code = step["code"].count("\n") + 1
    for i, line in enumerate(lines):
        family = {"font_family": "DejaVu Sans Mono, Menlo, Consolas, monospace", "font_weight": "bold"} if i < code else {}
        yield text(line, x, 60 + 24 * i, font_size=14, **family)
