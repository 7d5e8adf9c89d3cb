"""The softmax explorer's first picture, for readers without JavaScript."""

import numpy as np

from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.svg import COLOURS, GREY, Chart, document, element, text
from helpers.widgets.softmax_explorer import temperatures as heat
from helpers.widgets.softmax_explorer import words

LEFT, TOP, WIDE, HIGH = 60, 66, 430, 352  # where the matrix stands
LEVELS = 16  # shades to a colour, as in matrix.js
FEW = 24  # cells that are large enough for their numbers


def gradient(run, t, j, i, show):
    """The matrix unit by example at moment t, and beside it what the cell of unit j and example i is made of."""
    return document(900, 470, *_matrix(run, t, j, i, show), *_chain(run, t, j, i))


def _matrix(run, t, j, i, show):
    n, m = run.units, run.X.shape[1]
    values, off = run.arrays["dA1"][t], run.off["pairs"][t]
    w, h = WIDE / m, HIGH / n
    size = np.sqrt(np.abs(values) / (np.abs(values).max() or 1))
    level = np.ceil(LEVELS * size).astype(int) * np.where(values < 0, -1, 1)
    heading = words.SHOW[show]
    yield text(f"{heading[0].upper()}{heading[1:]}: step {run.steps[t]}", 8, 20, font_weight="bold", font_size=15)
    yield text(f"each column an example, each row a unit; {'a dot: off, dZ1 = 0' if show == 'passed' else 'stronger: larger'}", 8, 42)
    drawn = np.ones_like(off) if show == "wish" else ~off
    for one in sorted(set(level[drawn].tolist()) - {0}):
        boxes = "".join(f"M{LEFT + b * w:.1f} {TOP + a * h:.1f}h{w - 1:.1f}v{h - 1:.1f}h{1 - w:.1f}z" for a, b in np.argwhere(drawn & (level == one)))
        yield element("path", d=boxes, fill=COLOURS[one < 0], fill_opacity=abs(one) / LEVELS)
    dots = "" if values.size <= FEW else "".join(f"M{LEFT + (b + 0.5) * w - 1:.1f} {TOP + (a + 0.5) * h:.1f}h2" for a, b in np.argwhere(~drawn))
    yield element("path", d=dots, stroke=GREY, stroke_width=2)
    yield element("rect", x=LEFT + i * w - 1, y=TOP + j * h - 1, width=w + 1, height=h + 1, fill="none", stroke="#000000", stroke_width=2)
    yield text("unit", 8, TOP + 12)
    if values.size <= FEW:
        for a, b in np.ndindex(values.shape):
            value = number(values[a, b] if drawn[a, b] else 0)
            yield text(value, LEFT + (b + 0.5) * w, TOP + (a + 0.5) * h + 5, text_anchor="middle", font_weight="bold")
    yield text(f"{j + 1}", LEFT - 8, TOP + (j + 0.5) * h + 5, text_anchor="end", font_weight="bold")
    yield text(f"{run.off['by_unit'][t, j]} of {m} off", LEFT + WIDE + 8, TOP + (j + 0.5) * h + 5)
    yield text(f"example {i + 1}: {run.off['by_example'][t, i]} of {n} off", max(LEFT, LEFT + i * w - 40), TOP + HIGH + 22)


def _chain(run, t, j, i):
    a, left = run.arrays, LEFT + WIDE + 110
    yield text(f"Unit {j + 1}, example {i + 1} ({words.called(run.classes[run.true[i]])})", left, 20, font_weight="bold", font_size=15)
    for x, head in ((left, "class"), (left + 140, "p − y"), (left + 220, "W2"), (left + 300, "product")):
        yield text(head, x, 46, text_anchor="start" if head == "class" else "end")
    K, line = len(run.classes), 66
    for k in range(K):
        yield text(words.classed(run.classes[k]), left, line, font_weight="bold" if k == run.true[i] else "normal")
        for x, value in ((140, a["error"][t, k, i]), (220, a["W2"][t, k, j]), (300, a["products"][t, j, i, k])):
            yield text(number(value, 3), left + x, line, text_anchor="end")
        line += 24
    state = words.STATE[int(run.off["pairs"][t, j, i])]
    results = (("the wish, their sum: dA1", "dA1"), (f"z, {state}: slope {0 if state == 'off' else 1}", "Z1"), ("what passes: dZ1", "dZ1"))
    for name, key in results:
        yield text(name, left, line + 14)
        yield text(number(a[key][t, j, i], 3), left + 300, line + 14, text_anchor="end", font_weight="bold")
        line += 26


def temperature(sample, t, c):
    """Probabilities at temperature number t as bars; loss and largest gradient against all temperatures."""
    label, z, true, classes = sample
    found = heat.of_temperatures(z, true)
    K, T, first = len(z), heat.TEMPERATURES[t], int(classes[0].removeprefix("class "))
    left = Chart(f"{label}: p at T = {number(T)}, shift {number(heat.SHIFTS[c])}", "class", "p", x=(first - 0.5, first + K - 0.5), y=(0, 1))
    for k, value in enumerate(found["p"][t], start=first):
        left.line([k, k], [0, value], 1 if k == first + true else 0, width=16, dash="")
    right = Chart("Loss and gradient against T", "log₁₀ T", "nats", x=(heat.EXPONENTS[0], heat.EXPONENTS[-1]), y=(1e-4, 1e3), left=540, log=True)
    for index, (name, key) in enumerate((("loss", "loss"), ("|dZ|", "largest"))):
        right.line(heat.EXPONENTS, np.maximum(found[key], 1e-4), index, name=name)
        right.point(heat.EXPONENTS[t], max(found[key][t], 1e-4), index)
    return document(1080, 330, left.markup(), right.markup())
