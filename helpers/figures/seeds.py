"""The losses of many starts in one picture: what is one seed's anecdote, and what all of them do."""

import numpy as np

from helpers.figures import inputs, words
from helpers.figures.labels import label_ends
from helpers.figures.style import INK, count_in_wholes, line_look, panels, styled


@styled
def seed_curves(step, runs, reference_lines=None, *, ylabel="loss (nats)", title=None, ylim=None, height=4.2):
    """Show a thin line for each run of a group and a thick one for the group's median at each step.

    Parameters
    ----------
    step : array, shape (records,)
    runs : dict of str to array, shape (records, runs)
        A group of runs for each label, such as `Histories.loss`; what is not finite leaves a gap and counts as infinite in the median.
    reference_lines : dict of str to float, optional
        Levels to compare with, such as {"floor": 0.693}.
    ylabel, title : str
    ylim : (float, float), optional
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: for each group the number of runs, the median at both ends, and the lowest and
        highest end.

    Raises
    ------
    TypeError, ValueError
        Names the group whose shape does not fit, or that holds no finite number.
    """
    ylabel, title, height, ylim = inputs.text("ylabel", ylabel), inputs.title(title), inputs.inches("height", height), inputs.limits("ylim", ylim)
    step = inputs.series("step", step, finite=True)
    groups = {label: _group(label, losses, step) for label, losses in inputs.named("runs", runs, of="losses (records, runs)").items()}
    lines = inputs.levels("reference_lines", reference_lines)
    figure, (axes,) = panels(height=height)
    ends = [_draw(axes, index, label, step, losses) for index, (label, losses) in enumerate(groups.items())]
    for value in lines.values():
        axes.axhline(value, color=INK, linewidth=1.4, linestyle=(0, (2, 2)), zorder=1)
    axes.set(xlabel="step", ylabel=ylabel, title=title)
    axes.grid(True)
    axes.margins(x=0.015)
    count_in_wholes(axes.xaxis, step)
    axes.set_ylim(*(ylim or axes.get_ylim()))
    axes.set_xlim(axes.get_xlim())
    low, high = axes.get_ylim()
    named = [(axes.get_xlim()[1], value, f"{label} = {words.short(value)}", INK) for label, value in lines.items()]
    label_ends(axes, [(x, min(max(y, low), high), text, colour) for x, y, text, colour in ends + named])
    figure.set_label(_description(step, groups, lines, title))
    return figure


def _group(label, losses, step):
    losses = inputs.table(label, losses)
    if len(losses) != len(step):
        raise ValueError(f"{label} has {len(losses)} records, expected {len(step)}, as many as there are steps")
    if not np.isfinite(losses).any():
        raise ValueError(f"{label} holds no finite loss, expected at least one to draw")
    return losses


def _median(losses):
    """The median of the runs at each step; those that are not finite count as infinite."""
    return np.median(np.where(np.isfinite(losses), losses, np.inf), axis=1)


def _draw(axes, index, label, step, losses):
    """Draw one group and return where its label goes."""
    look, median = line_look(index), _median(losses)
    axes.plot(step, np.where(np.isfinite(losses), losses, np.nan), color=look["color"], linewidth=0.9, alpha=0.55)
    axes.plot(step, np.where(np.isfinite(median), median, np.nan), label=label, **(look | {"linewidth": 3.4}))
    seen = np.flatnonzero(np.isfinite(median))
    last = seen[-1] if seen.size else 0
    height = median[last] if seen.size else losses[np.isfinite(losses)][0]
    return step[last], height, label, look["color"]


def _description(step, groups, lines, title):
    text = [f"The losses of many starts, from step {words.number(step[0], digits=7)} to {words.number(step[-1], digits=7)}.", *words.titled(title)]
    for label, losses in groups.items():
        median, last = _median(losses), losses[-1]
        ended = last[np.isfinite(last)]
        course = f"the median goes from {words.number(median[0])} to {words.number(median[-1])}"
        spread = "no run ends with a finite number"
        if ended.size:
            spread = f"the ends lie between {words.number(ended.min())} and {words.number(ended.max())}"
        lost = "" if ended.size in (0, last.size) else f", {last.size - ended.size} not finite"
        text.append(f"{words.plain(label)}: {words.count(last.size, 'run')}, {course}, {spread}{lost}.")
    text += [f"The dotted line is {words.plain(label)} = {words.number(value)}." for label, value in lines.items()]
    return " ".join(text)
