"""Activations beside their slopes."""

import numpy as np

from helpers import activations, checks
from helpers.figures import inputs, words
from helpers.figures.style import CLEAR, COLOURS, GUIDE, line_look, panels, styled

NEAR = 1e-9  # how far from a kink its one-sided values are read
DOT = 0.018  # radius of an open dot as a share of the z shown; the curve ends there, as nothing hides it inside


@styled
def activation_and_slope(names_or_activations, z=None, *, slopes=None, height=4.2):
    """Show g(z) and, beside it, g'(z); a jump of the slope has open dots at its ends and a closed dot at its value.

    Parameters
    ----------
    names_or_activations : str, Activation or a list of them
        As in `helpers.activations`: "relu", ["sigmoid", "tanh"], make_leaky_relu(0.1).
    z : array, shape (k,), optional
        401 values from -4 to 4 unless given.
    slopes : dict of str to array of shape (k,) or function of z, optional
        Further curves for the right-hand panel, such as a suspected derivative.
    height : float
        In inches; the width is 9.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: range of values and slopes, kinks.

    Raises
    ------
    TypeError, ValueError
        Names the unknown activation, or the array that is not increasing or of another length.
    """
    chosen = _chosen(names_or_activations)
    z = np.linspace(-4, 4, 401) if z is None else inputs.series("z", z, finite=True)
    if (np.diff(z) <= 0).any() or z.size < 2:
        raise ValueError("z is not increasing, expected at least two values from small to large")
    extra = _extra(slopes, z)
    height = inputs.inches("height", height)
    figure, (left, right) = panels(2, height=height)
    for index, activation in enumerate(chosen):
        _draw(left, z, activation.value, activation, index)
        _draw(right, z, activation.slope, activation, index, jump=True)
    for index, (label, slope) in enumerate(extra.items(), start=len(chosen)):
        right.plot(z, slope, label=label, **line_look(index))
    _finish(figure, left, right)
    figure.set_label(_description(z, chosen, extra))
    return figure


def _chosen(given):
    if isinstance(given, str | activations.Activation):
        given = [given]
    if not isinstance(given, list | tuple) or not given:
        raise TypeError(f"names_or_activations is {inputs.written(given)}, expected a name, an Activation or a list of them")
    return [activations.get_activation(item) for item in given]


def _extra(slopes, z):
    slopes = {} if slopes is None else inputs.named("slopes", slopes)
    return {label: inputs.series(label, s(z) if callable(s) else s, length=z.size) for label, s in slopes.items()}


def _kink(activation, z):
    """The kink inside z, or None."""
    return activation.kink if activation.kink is not None and z[0] < activation.kink < z[-1] else None


def _draw(axes, z, function, activation, index, jump=False):
    kink, colour = _kink(activation, z), COLOURS[index % 5]
    x, y = z, function(z)
    if jump and kink is not None:
        gap = DOT * (z[-1] - z[0])
        x = np.sort(np.append(z[np.abs(z - kink) > gap], np.clip([kink - gap, kink, kink + gap], z[0], z[-1])))
        y = np.where(x == kink, np.nan, function(x))  # the gap in which the jump is
        below, above = function(np.array([kink - NEAR, kink + NEAR]))
        axes.plot([kink, kink], [below, above], "o", markerfacecolor=CLEAR, markeredgecolor=colour, markeredgewidth=2, zorder=3)
    axes.plot(x, y, label=activation.name, **line_look(index))
    if kink is not None:
        axes.plot([kink], [function(kink)], "o", color=colour, zorder=4)


def _finish(figure, left, right):
    for axes, ylabel in ((left, "a = g(z)"), (right, "slope g′(z) = da/dz")):
        axes.set(xlabel="z", ylabel=ylabel)
        axes.axhline(0, color=GUIDE, linewidth=1, zorder=0.5)
        axes.axvline(0, color=GUIDE, linewidth=1, zorder=0.5)
        axes.grid(True)
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 4))


def _description(z, chosen, extra):
    names = [activation.name for activation in chosen]
    text = [f"Value and slope of {words.listing(names) if len(names) < 4 else f'{len(names)} activations'}.",
            f"Left: the value g(z) for z from {words.number(z[0])} to {words.number(z[-1])}. Right: the slope g'(z)."]  # fmt: skip
    for activation in chosen:
        value, slope = activation.value(z), activation.slope(z)
        name, where = activation.name, "at z ="
        text.append(f"{name}: the value {words.course(z, value, scale=np.abs(value).max(), where=where)}; "
                    f"the slope {_slope(z, slope, activation, where)}.")  # fmt: skip
    for label, slope in extra.items():
        text.append(f"{words.plain(label)}, in the right panel only, {words.course(z, slope, scale=1, where='at z =')}.")
    return " ".join(text)


def _slope(z, slope, activation, where):
    kink = _kink(activation, z)
    if kink is None:
        return words.course(z, slope, scale=np.abs(slope).max(), where=where)
    below, above = activation.slope(np.array([kink - NEAR, kink + NEAR]))
    return (f"jumps from {words.number(below)} to {words.number(above)} at the kink z = {words.number(kink)}, "
            f"where {words.number(checks.floats('slope', activation.slope(kink)))} is used")  # fmt: skip
