"""Pictures of gradient checking and of slopes multiplied through depth."""

import numpy as np

from helpers.figures import inputs, words
from helpers.figures.labels import label_ends
from helpers.figures.lines import draw_lines
from helpers.figures.style import count_in_wholes, panels, styled


@styled
def gradient_check_error(h, errors, *, ylabel="relative error", height=4.6):
    """Show the error of a numerical gradient against the step size h: on each curve rounding left, truncation right.

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
        With the description as its label: where each curve is lowest, which a ring marks. As the left branch is rounding
        noise, a place counts together with its neighbours, and only powers of ten are given.

    Raises
    ------
    TypeError, ValueError
        Names the array that does not fit.
    """
    ylabel, height = inputs.text("ylabel", ylabel), inputs.inches("height", height, least=2.5)
    h = _positive_steps(h)
    errors = {label: _errors(label, e, h.size) for label, e in inputs.named("errors", errors, of="errors").items()}
    order = np.argsort(h)
    figure, (axes,) = panels(height=height)
    axes.set(xscale="log", yscale="log", xlabel="step size h", ylabel=ylabel)
    errors, h = {label: e[order] for label, e in errors.items()}, h[order]
    lowest = {label: _valley(e) for label, e in errors.items()}
    lines = draw_lines(axes, h, errors, markers=True)
    for (label, e), line in zip(errors.items(), lines, strict=True):
        line.set_markersize(6)
        k = lowest[label]
        axes.plot([h[k]], [e[k]], "o", markersize=15, markerfacecolor="none", markeredgecolor=line.get_color(), markeredgewidth=2.2)
    axes.grid(True)
    axes.margins(x=0.02)
    _name_the_arms(axes)
    ends = [(h[-1], e[-1], label, line.get_color()) for (label, e), line in zip(errors.items(), lines, strict=True)]
    label_ends(axes, [end for end in ends if np.isfinite(end[1])])
    figure.set_label(_description(h, errors, lowest))
    return figure


def _positive_steps(h):
    h = inputs.series("h", h, finite=True)
    if (h <= 0).any() or h.size < 2:
        raise ValueError(f"h holds {h.size} numbers from {h.min():g} to {h.max():g}, expected at least two step sizes > 0")
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
    """Index of the lowest place after smoothing: a single lucky rounding makes no valley."""
    means = _of_three(np.mean, _of_three(np.median, np.log10(errors)))
    return int(np.nanargmin(np.where(np.isnan(errors), np.nan, means)))


def _of_three(statistic, values):
    """The mean or median of each value and its two neighbours, without those that are not drawn."""
    padded = np.pad(values, 1, mode="edge")
    triples = [padded[k : k + 3][~np.isnan(padded[k : k + 3])] for k in range(values.size)]
    return np.array([statistic(triple) if triple.size else np.nan for triple in triples])


def _name_the_arms(axes):
    """Say at the upper ends what the falling and the rising arm are; no divider, since each curve turns at a place of its own."""
    low, high = axes.get_ylim()
    axes.set(xlim=axes.get_xlim(), ylim=(low, high * (high / low) ** 0.16))
    for x, side, text in ((0.01, "left", "← rounding:\nerror grows as h shrinks"), (0.99, "right", "truncation: →\nerror grows with h")):
        axes.text(x, 0.98, text, transform=axes.transAxes, ha=side, va="top", fontsize=14)


def _description(h, errors, lowest):
    text = ["Error of the numerical gradient against the step size h.",
            f"Both axes are logarithmic, h runs from {words.number(h[0])} to {words.number(h[-1])}."]  # fmt: skip
    for label, e in errors.items():
        k, missing = lowest[label], int(np.isnan(e).sum())
        around = np.nanmedian(e[max(k - 1, 0) : k + 2])
        last = words.number(e[-1], digits=2) if np.isfinite(e[-1]) else "none drawn"
        text.append(f"{words.plain(label)}: lowest around h = {_power(h[k], round)}, about {_power(around, round)}; {last} at the largest h"
                    + (f"; {words.count(missing, 'value')} zero or not finite, not drawn" if missing else "") + ".")  # fmt: skip
    text.append("On each curve rounding dominates left of its lowest place (ringed), truncation right of it.")
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
    xlabel, ylabel, height = inputs.text("xlabel", xlabel), inputs.text("ylabel", ylabel), inputs.inches("height", height)
    depths = inputs.series("depths", depths, finite=True)
    products = {label: inputs.series(label, v, length=depths.size) for label, v in inputs.named("products", products, of="products").items()}
    figure, (axes,) = panels(height=height)
    axes.set(yscale="log", xlabel=xlabel, ylabel=ylabel)
    sizes = {label: np.where((v == 0) | ~np.isfinite(v), np.nan, np.abs(v)) for label, v in products.items()}
    if all(np.isnan(v).all() for v in sizes.values()):
        raise ValueError("products holds no finite number other than 0, expected some for a logarithmic axis")
    lines = draw_lines(axes, depths, sizes, markers=True)
    axes.grid(True)
    axes.margins(x=0.02)
    count_in_wholes(axes.xaxis, depths)
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
    text = [f"{words.opening(words.plain(ylabel))} against {words.plain(xlabel)}.",
            f"From {words.number(depths[0])} to {words.number(depths[-1])}, on a logarithmic axis."]  # fmt: skip
    for label, v in products.items():
        zero = np.flatnonzero(v == 0)
        text.append(f"{words.plain(label)}: {words.number(v[0])} at first, {words.number(v[-1])} at last"
                    + (f", 0 from {words.number(depths[zero[0]])} on" if zero.size and (v[zero[0] :] == 0).all() else "") + ".")  # fmt: skip
    return " ".join(text)
