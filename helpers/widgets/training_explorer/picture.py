"""The training explorer as a picture for readers without JavaScript: loss so far, boundary or outputs, lamps."""

from itertools import pairwise

import numpy as np

from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.svg import COLOURS, GREY, TEXT, Chart, document, element, text
from helpers.widgets.training_explorer import recording as rec
from helpers.widgets.training_explorer.experiment import STEPS, UNITS, examples

TICKS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 300)
BLUE, VERMILLION, GREEN = COLOURS[:3]
LAMP = "#F2A900"
LEVELS = 6  # of tints to each side of 0.5, so that the field takes few bytes


def draw(experiment, rate, run, k):
    """The picture at recorded step k."""
    right = _field(run["field"][k]) if experiment.data == "moons" else _answers(run["answers"][k])
    return document(1080, 420, _loss(experiment, rate, run, k), right, *_lamps(run["states"][k], run["flow"][k]))


def _loss(experiment, rate, run, k):
    step, last = STEPS[k], STEPS[-1]
    low, high = rec.loss_range(experiment, run["curve"])
    chart = Chart(
        f"Loss at rate {number(rate)}, step {step}: {number(run['loss'][k])}", "step (logarithmic)", "loss J", x=(0, np.log1p(last) * 1.01),
        y=(low, high), width=560, height=330, log=True, x_ticks=[(np.log1p(tick), str(tick)) for tick in TICKS])  # fmt: skip
    ends = [0, np.log1p(last) * 1.01]
    chart.line(ends, [experiment.floor] * 2, 2, name=f"floor {number(experiment.floor, 3)}", width=2)
    if cycle := experiment.cycle(rate):
        chart.line(ends, [cycle[1]] * 2, 1, name=f"cycle {number(cycle[1])}", width=2)
    chart.line(np.log1p(np.arange(step + 1)), run["curve"][: step + 1], 0)
    if np.isfinite(run["loss"][k]):
        chart.point(np.log1p(step), run["loss"][k], 0)
    return chart.markup()


def _field(tones):
    """The tints around the two moons, one rectangle for each stretch of a row that has one tint, and the examples."""
    left, top, width, height = 640, 34, 400, 291
    cell_x, cell_y = width / rec.COLUMNS, height / rec.ROWS
    rows = tones.reshape(rec.ROWS, rec.COLUMNS).astype(int)
    levels = np.where(rows > 127, (rows - 128) * LEVELS // 128 + 1, -((127 - rows) * LEVELS // 128 + 1))
    parts = [text("Decision boundary", left, 18, font_weight="bold", font_size=15)]
    for y, row in enumerate(levels):
        cuts = [0, *(np.flatnonzero(np.diff(row)) + 1), rec.COLUMNS]
        for first, end in pairwise(cuts):
            shade = {"fill": VERMILLION if row[first] > 0 else BLUE, "fill_opacity": round(0.09 * (abs(row[first]) - 0.5), 3)}
            parts.append(element("rect", x=left + first * cell_x, y=top + y * cell_y, width=(end - first) * cell_x, height=cell_y, **shade))
    X, y = examples("moons")
    for (x1, x2), label in zip(X.T, y[0], strict=True):
        x = left + (x1 - rec.X_RANGE[0]) / (rec.X_RANGE[1] - rec.X_RANGE[0]) * width
        z = top + (rec.Y_RANGE[1] - x2) / (rec.Y_RANGE[1] - rec.Y_RANGE[0]) * height
        mark = element("rect", x=x - 2.5, y=z - 2.5, width=5, height=5, fill=VERMILLION) if label else element("circle", cx=x, cy=z, r=2.8, fill=BLUE)
        parts.append(mark)
    parts.append(element("rect", x=left, y=top, width=width, height=height, fill="none", stroke=GREY))
    return "".join(parts)


def _answers(counts):
    """How often each output, by label, as shares of the label: 1 upwards, 0 downwards."""
    shares = 100 * counts / counts.sum(axis=1, keepdims=True)
    top = float(10 * np.ceil(shares.max() / 10))
    heading = "Outputs by label: benign up, malignant down"
    chart = Chart(heading, "output a", "% of the label", x=(0, 1), y=(-top, top), left=560, width=580, height=330)
    for label, row in enumerate(shares):
        for x, share in zip((np.arange(rec.OUTPUT_BINS) + 0.5) / rec.OUTPUT_BINS, row, strict=True):
            chart.line([x, x], [0, share if label else -share], label, width=16, dash="")
    return chart.markup()


def _lamps(states, flow):
    """The lamps of both layers in a row each, a dead unit hollow with a cross, one that came back with a ring."""
    for l in (0, 1):
        dead = int((states[UNITS * l : UNITS * (l + 1)] == 1).sum())
        left = 72 + 500 * l
        yield text(f"Layer {l + 1}: {dead} of {UNITS} dead", left, 388, font_weight="bold")
        for j in range(UNITS):
            state, x, y = states[UNITS * l + j], left + 190 + 27 * j, 383
            lit = {"fill": LAMP, "fill_opacity": round(0.12 + 0.0088 * int(flow[UNITS * l + j]), 3)} if state != 1 else {"fill": "none"}
            yield element("circle", cx=x, cy=y, r=10, stroke=GREY if state == 1 else TEXT, **lit)
            if state == 1:
                yield element("path", d=f"M{x - 5} {y - 5}l10 10m-10 0l10 -10", stroke=GREY, fill="none")
            if state == 2:
                yield element("circle", cx=x, cy=y, r=13, stroke=GREEN, stroke_width=2, fill="none")
