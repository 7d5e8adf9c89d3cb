"""Lines over a common axis: the general picture for everything that has none of its own."""

import numpy as np

from helpers import checks
from helpers.figures import inputs, words
from helpers.figures.labels import label_ends
from helpers.figures.style import CLEAR, GUIDE, INK, ON_INK, TINT, count_in_wholes, line_look, panels, styled

SCALES = ("", "x", "y", "xy")


@styled
def curves(
    x, lines, *, xlabel="x", ylabel="y", title=None, marks=(), shade=(), log="", markers=False, zero_lines=False, ylim=None, height=4.2
):  # fmt: skip
    """Show y against x, a line for each label.

    Parameters
    ----------
    x : array, shape (k,)
    lines : dict of str to array, shape (k,)
        Values that are not finite leave a gap, and the description says so.
    xlabel, ylabel, title : str
        May hold TeX between dollar signs.
    marks : list of (x, y, text) or (x, y, text, (dx, dy))
        Points with a note, placed dx, dy points away.
    shade : list of (x_from, x_to, text)
        Regions of x with a name.
    log : str
        The logarithmic axes: "", "x", "y" or "xy".
    markers : bool
        Mark each value with a symbol.
    zero_lines : bool
        Draw x = 0 and y = 0.
    ylim : (float, float), optional
        The y that are shown; of a line's values outside only the description tells.
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: for each line its ends and extremes, then the marks and regions.

    Raises
    ------
    ValueError, TypeError
        Names the array whose shape or type does not fit, or the unknown scale.
    """
    checks.choice("log", log, SCALES)
    xlabel, ylabel, title = inputs.text("xlabel", xlabel), inputs.text("ylabel", ylabel), inputs.title(title)
    ylim, height = inputs.limits("ylim", ylim, log="y" in log), inputs.inches("height", height)
    marks, shade = _marks(marks, log), _regions(shade, log)
    x = inputs.series("x", x, finite=True)
    lines = {label: inputs.series(label, y, length=x.size) for label, y in inputs.named("lines", lines).items()}
    figure, (axes,) = panels(height=height)
    _scales(axes, log, x, lines)
    drawn = draw_lines(axes, x, lines, markers=markers)
    if zero_lines:
        axes.axhline(0, color=GUIDE, linewidth=1, zorder=0.5)
        axes.axvline(0, color=GUIDE, linewidth=1, zorder=0.5)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_title(title, pad=26 if shade else 8)
    axes.margins(x=0.015)
    axes.grid(True)
    count_in_wholes(axes.xaxis, x)
    count_in_wholes(axes.yaxis, *lines.values())
    if ylim is not None:
        axes.set_ylim(*ylim)
    _shade(axes, shade)
    _mark(axes, marks)
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    _name(axes, x, lines, drawn)
    figure.set_label(_description(x, lines, xlabel, ylabel, title, marks, shade, log))
    return figure


def draw_lines(axes, x, lines, *, markers=False, start=0):
    """Draw each line in a look of its own and return the artists."""
    drawn = []
    for index, (label, y) in enumerate(lines.items(), start=start):
        marker = {"marker": "os^Dv"[index % 5]} if markers else {}
        drawn += axes.plot(x, y, label=label, **line_look(index), **marker)
    return drawn


def _scales(axes, log, x, lines):
    if "x" in log:
        if (x <= 0).any():
            raise ValueError(f"x holds {x.min():g}, expected numbers > 0 for a logarithmic axis")
        axes.set_xscale("log")
    if "y" in log:
        for label, y in lines.items():
            if not (y[np.isfinite(y)] > 0).any():
                raise ValueError(f"{label} holds no number > 0, expected some for a logarithmic axis")
        axes.set_yscale("log", nonpositive="mask")


def _marks(marks, log):
    """The marks as (x, y, text, (dx, dy))."""
    found = []
    for k, (x, y, text, *offset) in enumerate(inputs.entries("marks", marks, "(x, y, text) or (x, y, text, (dx, dy))", sizes=(3, 4))):
        name = f"marks[{k}]"
        place = [inputs.number(f"{axis} of {name}", v, positive="log" if axis in log else False) for axis, v in (("x", x), ("y", y))]
        ((dx, dy),) = inputs.entries(f"the place of {name}", offset or [(12, 12)], "(dx, dy)")
        found.append((*place, inputs.text(f"the text of {name}", text), tuple(inputs.number(f"the place of {name}", d) for d in (dx, dy))))
    return found


def _regions(shade, log):
    """The regions as (x_from, x_to, text)."""
    given = inputs.entries("shade", shade, "(x_from, x_to, text)", sizes=(3,))
    return [(*inputs.limits(f"shade[{k}]", (low, high), log="x" in log), inputs.text(f"the text of shade[{k}]", text))
            for k, (low, high, text) in enumerate(given)]  # fmt: skip


def _shade(axes, shade):
    for index, (low, high, text) in enumerate(shade):
        axes.axvspan(low, high, facecolor=(TINT, "#0072B228")[index % 2], edgecolor="none", zorder=0)
        log = axes.get_xscale() == "log"
        centre = np.sqrt(low * high) if log else (low + high) / 2
        axes.text(centre, 1.01, text, transform=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize=13)


def _mark(axes, marks):
    for x, y, text, offset in marks:
        axes.plot([x], [y], "o", color=INK, markersize=9, zorder=4)
        axes.annotate(
            text, (x, y), xytext=offset, textcoords="offset points", fontsize=13, zorder=5,
            ha="left" if offset[0] > 0 else "right" if offset[0] < 0 else "center",
            va="bottom" if offset[1] > 0 else "top" if offset[1] < 0 else "center",
            color=ON_INK, bbox={"boxstyle": "round,pad=0.2", "facecolor": INK, "edgecolor": CLEAR},
        )  # fmt: skip


def _name(axes, x, lines, drawn):
    """Label the line ends that lie inside the picture; a legend where one does not, or where one line needs no name."""
    ends, (low, high) = [], sorted(axes.get_ylim())
    for (label, y), line in zip(lines.items(), drawn, strict=True):
        last = np.flatnonzero(np.isfinite(y) & (y > 0 if axes.get_yscale() == "log" else True))
        if not last.size or not low <= y[last[-1]] <= high:
            axes.legend()
            return
        ends.append((x[last[-1]], y[last[-1]], label, line.get_color()))
    label_ends(axes, ends)


def _description(x, lines, xlabel, ylabel, title, marks, shade, log):
    axes = {"": "", "x": "; x is logarithmic", "y": "; y is logarithmic", "xy": "; both axes are logarithmic"}[log]
    scale = np.abs(x).max() if "x" not in log else 0
    text = [f"{words.opening(words.plain(ylabel))} against {words.plain(xlabel)}.", *words.titled(title),
            f"From {words.number(x[0], scale=scale)} to {words.number(x[-1], scale=scale)}{axes}."]  # fmt: skip
    for label, y in lines.items():
        size = 0 if "y" in log or not np.isfinite(y).any() else np.abs(y[np.isfinite(y)]).max()
        text.append(f"{words.plain(label)} {words.course(x, y, scale=size, where=f'at {words.plain(xlabel)} =')}.")
    text += [f"Marked at ({words.number(m[0])}, {words.number(m[1])}): {words.plain(m[2])}." for m in marks]
    text += [f"Shaded from {words.number(s[0])} to {words.number(s[1])}: {words.plain(s[2])}." for s in shade]
    return " ".join(text)
