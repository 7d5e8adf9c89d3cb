"""The loss of one or more training runs."""

import numpy as np

from helpers.figures import inputs, words
from helpers.figures.labels import label_ends
from helpers.figures.style import INK, count_in_wholes, line_look, panels, styled


@styled
def loss_curves(runs, *, reference_lines=None, log=False, ylabel="loss (nats)", title=None, ylim=None, height=4.2):
    """Show the loss against the step for each run; a cross marks where a run stopped being finite.

    Parameters
    ----------
    runs : dict of str to array of shape (steps,) or History
        A History has .step and .loss; an array starts at step 0.
    reference_lines : dict of str to float, optional
        Losses to compare with, such as {"ln 2": np.log(2)}.
    log : bool
        Logarithmic loss axis.
    ylabel, title : str
    ylim : (float, float), optional
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: first and last loss of each run, what is not finite, the reference lines.

    Raises
    ------
    TypeError, ValueError
        Names the run that holds no losses or no finite one.
    """
    ylabel, title, height = inputs.text("ylabel", ylabel), inputs.title(title), inputs.inches("height", height)
    ylim = inputs.limits("ylim", ylim, log=log)
    runs = {label: _run(label, run, log) for label, run in inputs.named("runs", runs, of="losses or History").items()}
    lines = inputs.levels("reference_lines", reference_lines, log=log)
    figure, (axes,) = panels(height=height)
    if log:
        axes.set_yscale("log", nonpositive="mask")
    ends = [_draw(axes, index, label, *run) for index, (label, run) in enumerate(runs.items())]
    for value in lines.values():
        axes.axhline(value, color=INK, linewidth=1.4, linestyle=(0, (2, 2)), zorder=1)
    axes.set(xlabel="step", ylabel=ylabel, title=title)
    axes.grid(True)
    count_in_wholes(axes.xaxis, *(step for step, _ in runs.values()))
    _limits(axes, runs, lines, ylim, log)
    right = axes.get_xlim()[1]
    low, high = axes.get_ylim()
    ends = [(x, min(max(y, low), high), text, colour) for x, y, text, colour in ends]
    label_ends(axes, ends + [(right, value, _reference(label, value), INK) for label, value in lines.items()])
    figure.set_label(_description(runs, lines, log, title))
    return figure


def _run(label, run, log):
    """Return (steps, losses) as float arrays of one length."""
    if isinstance(run, tuple) and any(hasattr(part, "loss") for part in run):
        raise TypeError(f"{label} holds the parameters and the History, expected the History alone: p, history = gradient_descent(...)")
    if hasattr(run, "loss"):
        stopped = getattr(run, "stopped", None)
        losses = inputs.numbers(f"{label}.loss", run.loss)
        if not losses.size:
            raise ValueError(f"{label} has no losses: {f'the run stopped at once, {stopped}' if stopped else 'nothing was recorded'}")
        losses = inputs.series(f"{label}.loss", losses)
        steps = getattr(run, "step", np.arange(losses.size))
        steps = inputs.series(f"{label}.step", steps, length=losses.size, finite=True)
    else:
        losses, stopped = inputs.series(label, run), None
        steps = np.arange(losses.size, dtype=float)
    if not np.isfinite(losses).any():
        raise ValueError(f"{label} holds no finite loss, expected at least one to draw{f': {stopped}' if stopped else ''}")
    if log and not (losses[np.isfinite(losses)] > 0).any():
        raise ValueError(f"{label} holds no loss > 0, expected some for a logarithmic axis")
    return steps, losses


def _draw(axes, index, label, step, loss):
    """Draw one run and return where its label goes."""
    look, finite = line_look(index), np.flatnonzero(np.isfinite(loss))
    axes.plot(step, loss, label=label, **look, marker="o" if loss.size == 1 else None)
    last = finite[-1]
    if last < loss.size - 1:
        axes.plot([step[last]], [loss[last]], "X", color=look["color"], markersize=14, zorder=4)
        ending = f"{words.short(loss[last + 1])} after step {words.short(step[last], digits=7)}"
    else:
        ending = words.short(loss[-1])
    return step[last], loss[last], f"{label}: {ending}", look["color"]


def _limits(axes, runs, lines, ylim, log):
    steps = np.concatenate([step for step, _ in runs.values()])
    span = max(np.ptp(steps), 1)
    axes.set_xlim(steps.min() - 0.015 * span, steps.max() + 0.01 * span)
    if ylim is not None:
        axes.set_ylim(*ylim)
    elif not log and min(np.nanmin(loss) for _, loss in runs.values()) >= 0 and min(lines.values(), default=0) >= 0:
        axes.set_ylim(bottom=0)
    axes.set_ylim(axes.get_ylim())


def _reference(label, value):
    return label if any(character.isdigit() for character in label.split("=")[-1]) and "=" in label else f"{label} = {words.short(value)}"


def _description(runs, lines, log, title):
    steps = np.concatenate([step for step, _ in runs.values()])
    text = [f"Loss from step {words.number(steps.min(), digits=7)} to step {words.number(steps.max(), digits=7)}, "
            f"{words.count(len(runs), 'run')}{', logarithmic loss axis' if log else ''}.", *words.titled(title)]  # fmt: skip
    text += [f"{words.plain(label)} {_course(step, loss)}." for label, (step, loss) in runs.items()]
    text += [f"The dotted line is {words.plain(_reference(label, value))}." for label, value in lines.items()]
    return " ".join(text).replace("−", "-")


def _course(step, loss):
    finite = np.flatnonzero(np.isfinite(loss))
    text = f"starts at {words.number(loss[0])}"
    top = finite[np.argmax(loss[finite])]
    if loss[top] > 1.2 * max(abs(loss[finite[0]]), abs(loss[finite[-1]])):
        text += f", reaches {words.number(loss[top], digits=2)}"
    if finite[-1] < loss.size - 1:
        last = finite[-1]
        return (f"{text} and is {words.number(loss[last + 1])} after step {words.number(step[last], digits=7)} "
                f"(marked with a cross at {words.number(loss[last], digits=2)})")  # fmt: skip
    return f"{text} and ends at {words.number(loss[-1])}"
