"""What a classifier of the plane says at each point."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from helpers import checks
from helpers.figures import inputs, words
from helpers.figures.style import BLUE, CLEAR, INK, VERMILLION, panels, styled

FIELD = LinearSegmentedColormap.from_list("field", [(0, f"{BLUE}90"), (0.5, f"{BLUE}00"), (0.5, f"{VERMILLION}00"), (1, f"{VERMILLION}90")])
BANDS = np.linspace(0, 1, 11)


@styled
def decision_boundary(
    X, y, predict_probability, *, names=("class 0", "class 1"), axis_labels=("x₁", "x₂"), resolution=160, margin=0.4, height=None
):  # fmt: skip
    """Show two classes of points, the predicted probability of class 1 around them and its contour 0.5.

    Parameters
    ----------
    X : array, shape (2, m)
        Columns are examples.
    y : array, shape (1, m)
        Labels 0 and 1.
    predict_probability : function or dict of str to function
        Takes points of shape (2, k), returns P(class 1) of shape (1, k). A dict gives a panel for each entry.
    names, axis_labels : (str, str)
    resolution : int
        Points of the field along each axis.
    margin : float
        Room around the points, in their own units.
    height : float, optional
        In inches; as much as the points' own proportions need unless given.

    Returns
    -------
    matplotlib.figure.Figure
        With the description as its label: examples of each class, accuracy, where the boundary is.

    Raises
    ------
    TypeError, ValueError
        Names the wrong shape, label or probability.
    """
    X = checks.matrix("X", X, (2, None))
    y = checks.labels("y", y, (1, X.shape[1]))
    functions = _functions(predict_probability)
    names = inputs.texts("names", ("class 0", "class 1") if names is None else names, 2)
    axis_labels = inputs.texts("axis_labels", ("", "") if axis_labels is None else axis_labels, 2)
    resolution = inputs.whole("resolution", resolution, least=2, most=2000)
    X, margin = inputs.numbers("X", X), inputs.number("margin", margin, positive=True)
    height = None if height is None else inputs.inches("height", height)
    if margin < 1e-9 * np.abs(X).max():
        raise ValueError(f"margin is {margin:g}, expected more beside points as large as {np.abs(X).max():g}")
    along = [np.linspace(row.min() - margin, row.max() + margin, resolution) for row in X]
    width = 6.6 if len(functions) == 1 else 9.0
    tall = np.ptp(along[1]) / np.ptp(along[0]) * (width - 1.9) / len(functions)
    figure, axes = panels(len(functions), width=width, height=np.clip(tall + 1.5, 3.2, 6.2) if height is None else height, sharey=True)
    text, field = [_classes(y, names)], None
    for panel, (title, function) in zip(axes, functions.items(), strict=True):
        field, says = _panel(panel, X, y, function, along)
        panel.set(title=title, xlabel=axis_labels[0], aspect="equal")
        text.append((f"{words.plain(title)}: " if title else "") + (says if title else says[0].upper() + says[1:]))
    axes[0].set_ylabel(axis_labels[1])
    _keys(figure, axes, field, names)
    figure.set_label(" ".join(text))
    return figure


def _functions(given):
    functions = inputs.named("predict_probability", given, of="function") if isinstance(given, dict) else {"": given}
    for function in functions.values():
        if not callable(function):
            raise TypeError(f"predict_probability is {words.kind(function)}, expected a function of points (2, k)")
    return functions


def _panel(axes, X, y, function, along):
    """Draw one panel; return its filled contours and the sentence that describes it."""
    grid = np.stack([g.ravel() for g in np.meshgrid(*along)])
    field = _probability(function, grid).reshape(len(along[1]), len(along[0]))
    filled = axes.contourf(*along, field, levels=BANDS, cmap=FIELD, vmin=0, vmax=1, zorder=0)
    crossed = field.min() < 0.5 < field.max()
    if crossed:
        axes.contour(*along, field, levels=[0.5], colors=[INK], linewidths=2.6, zorder=1)
    predicted = _probability(function, X) > 0.5
    for label, marker, colour in ((0, "o", BLUE), (1, "^", VERMILLION)):
        points = X[:, y[0] == label]
        axes.scatter(*points, marker=marker, s=46, c=colour, linewidths=0, zorder=2)
    missed = X[:, (predicted != y)[0]]
    if missed.size:
        axes.scatter(*missed, marker="o", s=120, facecolors="none", edgecolors=INK, linewidths=1.4, zorder=3, label="missed")
    return filled, _sentence(field, predicted == y, crossed)


def _probability(function, points):
    P = checks.floats("predict_probability(points)", function(points.copy()))
    if P.shape != (1, points.shape[1]):
        raise ValueError(f"predict_probability returned shape {P.shape} for points of shape {points.shape}, expected {(1, points.shape[1])}")
    if P.min() < 0 or P.max() > 1:
        raise ValueError(f"predict_probability returned {P.min():g} to {P.max():g}, expected probabilities between 0 and 1")
    return P


def _keys(figure, axes, field, names):
    bar = figure.colorbar(field, ax=axes, label=f"P({names[1]})", aspect=16)
    bar.set_ticks([0, 0.5, 1], labels=["0", "0.5", "1"])
    bar.outline.set_visible(False)
    bar.ax.axhline(0.5, color=INK, linewidth=2.6)
    mark = {"color": "none", "markeredgecolor": CLEAR, "markersize": 10}
    handles = [
        axes[0].plot([], [], "o", **{**mark, "markerfacecolor": BLUE})[0],
        axes[0].plot([], [], "^", **{**mark, "markerfacecolor": VERMILLION})[0],
        axes[0].plot([], [], "o", markersize=13, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.6)[0],
    ]
    figure.legend(handles, [*names, "wrong side"], loc="outside upper center", ncols=3, handlelength=1.2)


def _classes(y, names):
    ones = int(y.sum())
    return (f"Probability of {words.plain(names[1])} over the plane, and {words.count(y.size, 'point')} of two classes. "
            f"{y.size - ones} of {words.plain(names[0])} (blue circles) and {ones} of {words.plain(names[1])} (orange triangles).")  # fmt: skip


def _sentence(field, right, crossed):
    hits = int(right.sum())
    text = (f"accuracy {words.number(hits / right.size)}, {right.size - hits} of {right.size} on the wrong side"
            f"{' (ringed)' if hits < right.size else ''}; ")  # fmt: skip
    share = words.number(100 * (field > 0.5).mean(), digits=2)
    if crossed:
        return (text + f"the grey line is the boundary, probability 0.5; {share} % of the area shown is above it, "
                f"and the probability runs from {_two(field.min())} to {_two(field.max())}.")  # fmt: skip
    return text + f"no boundary in view, the probability stays between {_two(field.min())} and {_two(field.max())}."


def _two(probability):
    return words.number(round(float(probability), 2))
