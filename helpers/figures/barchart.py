"""Bars with their values written over them."""

import numpy as np
from matplotlib.colors import to_rgba

from helpers.figures import inputs, words
from helpers.figures.style import COLOURS, HATCHES, INK, count_in_wholes, panels, styled

NOISE = 1e-7  # on a logarithmic axis; a smaller error is rounding and differs between machines


@styled
def bars(labels, values, *, ylabel="value", xlabel="", title=None, log=False, digits=3, reference_lines=None, ylim=None, height=4.2):
    """Show one bar, or one for each series, at each label, with its value written over it.

    Parameters
    ----------
    labels : list of k str
    values : array, shape (k,), or dict of str to array, shape (k,)
        A dict gives a series of bars, with a legend, for each entry.
    ylabel, xlabel, title : str
    log : bool
        Logarithmic axis, for relative errors; the description then says "below 1e-7" for anything smaller.
    digits : int
        Significant digits of the values over the bars.
    reference_lines : dict of str to float, optional
    ylim : (float, float), optional
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: each value, by label.

    Raises
    ------
    TypeError, ValueError
        Names the values that do not fit the labels, or a negative one on a logarithmic axis.
    """
    names = {"ylabel": inputs.text("ylabel", ylabel), "xlabel": inputs.text("xlabel", xlabel), "title": inputs.title(title)}
    digits, ylim, height = inputs.whole("digits", digits, least=1), inputs.limits("ylim", ylim, log=log), inputs.inches("height", height)
    values = values if isinstance(values, dict) else {"": values}
    labels = inputs.texts("labels", labels)
    series = {name: inputs.series(name or "values", v, length=len(labels)) for name, v in inputs.named("values", values).items()}
    lines = inputs.levels("reference_lines", reference_lines, log=log)
    figure, (axes,) = panels(height=height)
    floor = _log_axis(axes, series) if log else 0.0
    width = 0.8 / len(series)
    for index, (name, heights) in enumerate(series.items()):
        centres = np.arange(len(labels)) + (index - (len(series) - 1) / 2) * width
        _series(axes, centres, heights, index, name, width, floor, digits, (width if len(series) > 1 else 1.0) / len(labels))
    _finish(axes, labels, series, lines, names, ylim, floor if log else None)
    figure.set_label(_description(labels, series, lines, names, log))
    return figure


def _log_axis(axes, series):
    every = np.concatenate(list(series.values()))
    if (every < 0).any():
        raise ValueError(f"values hold {np.nanmin(every):g}, expected numbers >= 0 for a logarithmic axis")
    positive = every[np.isfinite(every) & (every > 0)]
    axes.set_yscale("log")
    if not positive.size:
        axes.set_ylim(NOISE, 1.0)  # nothing to scale the axis by
        return NOISE
    return 10.0 ** np.floor(np.log10(positive.min()) - 0.5)


def _series(axes, centres, heights, index, name, width, floor, digits, room):
    drawn = np.where(np.isfinite(heights), heights, 0.0)
    colour = COLOURS[index % 5]
    container = axes.bar(centres, drawn, width * 0.92, facecolor=to_rgba(colour, 0.4), edgecolor=colour, hatch=HATCHES[index % 5],
                         linewidth=1.6, label=name)  # fmt: skip
    letters = max(len(words.short(value, digits)) for value in heights)
    size = np.clip(72 * 7.6 * room / (0.68 * letters), 8, 13)  # as large as the width of a bar allows
    for patch, value in zip(container, heights, strict=True):
        patch.set_gid(f"{name}: {words.short(value, digits)}")
        level = value if value < 0 or (np.isfinite(value) and value > floor) else floor
        axes.annotate(
            words.short(value, digits), (patch.get_x() + patch.get_width() / 2, level), xytext=(0, -4 if value < 0 else 4),
            textcoords="offset points", ha="center", va="top" if value < 0 else "bottom", fontsize=size,
        )  # fmt: skip


def _finish(axes, labels, series, lines, names, ylim, floor):
    axes.set(**names)
    axes.set_xticks(range(len(labels)), labels)
    axes.tick_params(axis="x", length=0)
    axes.grid(True, axis="y")
    count_in_wholes(axes.yaxis, *series.values())
    for name, level in lines.items():
        axes.axhline(level, color=INK, linewidth=1.6, linestyle=(0, (2, 2)))
        axes.annotate(f"{name} = {words.short(level)}", (1, level), xycoords=axes.get_yaxis_transform(), xytext=(5, 0),
                      textcoords="offset points", va="center", annotation_clip=False)  # fmt: skip
    if ylim is not None:
        axes.set_ylim(*ylim)
    elif axes.get_autoscaley_on():
        axes.margins(y=0.14)
        if floor is not None:
            axes.set_ylim(bottom=floor)
        if any((v < 0).any() for v in series.values()):
            axes.axhline(0, color=INK, linewidth=1)
    if len(series) > 1:
        axes.figure.legend(loc="outside upper center", ncols=min(len(series), 4))


def _description(labels, series, lines, names, log):
    text = [f"Bars of {words.plain(names['ylabel'])}{' on a logarithmic axis' if log else ''}.", *words.titled(names["title"])]
    for name, values in series.items():
        items = [f"{words.plain(label)} {_said(value, values, log)}" for label, value in zip(labels, values, strict=True)]
        text.append((f"{words.plain(name)}: " if name else "") + ", ".join(items) + ".")
    text += [f"The dotted line is {words.plain(name)} = {words.number(level)}." for name, level in lines.items()]
    return " ".join(text)


def _said(value, values, log):
    if log and 0 < value < NOISE:
        return "below 1e-7"
    finite = np.abs(values[np.isfinite(values)])
    return words.number(value, scale=0 if log or not finite.size else finite.max())
