"""Pictures of gradient checking and of slopes multiplied through depth."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.figures import inputs, words
from helpers.figures.labels import label_ends
from helpers.figures.lines import draw_lines
from helpers.figures.style import BLACK, panels, styled


@styled
def gradient_check_error(h, errors, *, ylabel="relative error", height=4.6):
    """Show the error of a numerical gradient against the step size h: rounding left of the minimum, truncation right.

    Parameters
    ----------
    h : array, shape (k,)
        Step sizes, > 0.
    errors : dict of str to array, shape (k,)
        Errors >= 0; one that is exactly 0 cannot stand on a logarithmic axis and is left out, which the description says.
    ylabel : str
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: where each curve is smallest. As the left branch is rounding noise, which
        differs between machines, only powers of ten are given.

    Raises
    ------
    TypeError, ValueError
        Names the array that does not fit.
    """
    h = _positive_steps(h)
    errors = {label: _errors(label, e, h.size) for label, e in inputs.named("errors", errors, of="errors").items()}
    order = np.argsort(h)
    figure, (axes,) = panels(height=height)
    axes.set(xscale="log", yscale="log", xlabel="step size h", ylabel=ylabel)
    middle = {label: _valley(e[order]) for label, e in errors.items()}
    lines = draw_lines(axes, h[order], {label: e[order] for label, e in errors.items()}, markers=True)
    for e, line in zip(errors.values(), lines, strict=True):
        line.set_markersize(6)
        k = int(np.nanargmin(e))
        axes.plot([h[k]], [e[k]], "o", markersize=15, markerfacecolor="none", markeredgecolor=line.get_color(), markeredgewidth=2.2)
    axes.grid(True)
    axes.margins(x=0.02)
    _regions(axes, h[order][middle[next(iter(middle))]])
    ends = [(h[order][-1], e[order][-1], label, line.get_color()) for (label, e), line in zip(errors.items(), lines, strict=True)]
    label_ends(axes, [end for end in ends if np.isfinite(end[1])])
    figure.set_label(_description(h[order], {label: e[order] for label, e in errors.items()}, middle))
    return figure


def _positive_steps(h):
    h = inputs.series("h", h, finite=True)
    if (h <= 0).any() or h.size < 2:
        raise ValueError(f"h is {h}, expected at least two step sizes > 0")
    return h


def _errors(label, values, length):
    values = inputs.series(label, values, length=length)
    if (values < 0).any():
        raise ValueError(f"{label} holds {np.nanmin(values):g}, expected errors >= 0")
    values[(values == 0) | ~np.isfinite(values)] = np.nan
    if np.isnan(values).all():
        raise ValueError(f"{label} holds no finite error above 0, expected at least one for a logarithmic axis")
    return values


def _valley(errors):
    """Index of the lowest place over three neighbours: a single lucky rounding does not make a valley."""
    logs = np.log10(np.pad(errors, 1, mode="edge"))
    windows = np.stack([logs[:-2], logs[1:-1], logs[2:]])
    means = np.where(np.isnan(windows).all(axis=0), np.inf, np.nansum(windows, axis=0) / np.maximum((~np.isnan(windows)).sum(axis=0), 1))
    return int(np.argmin(means))


def _regions(axes, at):
    axes.axvline(at, color=BLACK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=0.5)
    low, high = axes.get_xlim()
    axes.set(xlim=(low, high), ylim=(axes.get_ylim()[0], axes.get_ylim()[1] * 30))
    for left, right, text in ((low, at, "rounding: error grows\nas h shrinks"), (at, high, "truncation: error grows\nwith h")):
        if np.log10(right / left) > 0.25 * np.log10(high / low):
            axes.text(np.sqrt(left * right), 0.98, text, transform=axes.get_xaxis_transform(), ha="center", va="top", fontsize=14,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip


def _description(h, errors, middle):
    text = [f"Error of the numerical gradient against step sizes h from {words.number(h[0])} to {words.number(h[-1])}, both axes logarithmic."]
    for label, e in errors.items():
        k, missing = middle[label], int(np.isnan(e).sum())
        around = np.nanmedian(e[max(k - 1, 0) : k + 2])
        text.append(f"{words.plain(label)}: lowest around h = {_power(h[k], round)}, about {_power(around, round)}; "
                    f"{words.number(e[-1], digits=2)} at the largest h"
                    + (f"; {words.count(missing, 'value')} zero or not finite, not drawn" if missing else "") + ".")  # fmt: skip
    text.append("Left of the minimum rounding dominates, right of it truncation.")
    return " ".join(text)


def _power(value, to_whole):
    return f"1e{int(to_whole(np.log10(value)))}"


@styled
def slope_products(depths, products, *, xlabel="layers passed", ylabel="product of slopes", height=4.2):
    """Show how a product of slopes shrinks or grows with depth, on a logarithmic axis; a cross marks a product of 0.

    Parameters
    ----------
    depths : array, shape (k,)
    products : dict of str to array, shape (k,)
        The size of a negative product is drawn.
    xlabel, ylabel : str
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: first and last product, and from where on it is 0.

    Raises
    ------
    TypeError, ValueError
        Names the array that does not fit.
    """
    depths = inputs.series("depths", depths, finite=True)
    products = {label: inputs.series(label, v, length=depths.size) for label, v in inputs.named("products", products, of="products").items()}
    figure, (axes,) = panels(height=height)
    axes.set(yscale="log", xlabel=xlabel, ylabel=ylabel)
    sizes = {label: np.where(v == 0, np.nan, np.abs(v)) for label, v in products.items()}
    lines = draw_lines(axes, depths, sizes, markers=True)
    axes.grid(True)
    axes.margins(x=0.02)
    if (depths == np.round(depths)).all():
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
    ends = []
    for (label, v), line in zip(products.items(), lines, strict=True):
        alive = np.flatnonzero(np.isfinite(sizes[label]))
        bottom = axes.get_ylim()[0]
        if (v == 0).any():
            zero = depths[v == 0]
            axes.plot(zero, np.full(zero.size, bottom), "X", color=line.get_color(), markersize=12, clip_on=False, zorder=4)
        last = (depths[alive[-1]], sizes[label][alive[-1]]) if alive.size and v[-1] != 0 else (depths[-1], bottom)
        ends.append((*last, f"{label}: {words.short(v[-1], digits=2)}", line.get_color()))
    label_ends(axes, ends)
    figure.set_label(_products_description(depths, products, ylabel, xlabel))
    return figure


def _products_description(depths, products, ylabel, xlabel):
    span = f"from {words.number(depths[0])} to {words.number(depths[-1])}"
    name = words.plain(ylabel)
    text = [f"{name[:1].upper()}{name[1:]} against {words.plain(xlabel)} {span}, logarithmic."]
    for label, v in products.items():
        zero = np.flatnonzero(v == 0)
        text.append(f"{words.plain(label)}: {words.number(v[0])} at first, {words.number(v[-1])} at last"
                    + (f", 0 from {words.number(depths[zero[0]])} on" if zero.size and (v[zero[0] :] == 0).all() else "") + ".")  # fmt: skip
    return " ".join(text)
