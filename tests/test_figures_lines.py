"""Pictures of lines, bars and histograms carry the data that they were given, and their descriptions say what is in it."""

from types import SimpleNamespace

import numpy as np
import pytest

from figure_samples import draw, labelled, texts
from helpers import activations, figures
from helpers.figures import labels, words

RNG = np.random.default_rng(0)


def test_curves_hold_the_data():
    x, y = np.linspace(0, 2, 9), RNG.normal(size=9)
    figure = figures.curves(x, {"y of x": y}, xlabel="time", marks=[(1, 2, "there")])
    line = labelled(figure, "y of x")
    assert np.array_equal(line.get_xdata(), x) and np.array_equal(line.get_ydata(), y)
    assert f"lowest {words.number(y.min())} at time = {words.number(x[y.argmin()])}" in figure.get_label() or y.argmin() in (0, 8)
    assert "Marked at (1, 2): there." in figure.get_label()
    assert "y of x" in texts(figure) and "there" in texts(figure)


def test_a_description_follows_the_data():
    assert "rises from 0 to 4" in figures.curves([0, 1], {"a": [0, 4]}).get_label()
    assert "rises from 0 to 5" in figures.curves([0, 1], {"a": [0, 5]}).get_label()


def test_curves_on_logarithmic_axes():
    (axes,) = figures.curves([1, 10], {"a": [1, 100]}, log="xy").axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_loss_curves_hold_runs_and_reference():
    history = SimpleNamespace(step=[0, 10, 20], loss=[0.8, 0.4, 0.05214])
    figure = figures.loss_curves({"relu": history, "sigmoid": [0.7, 0.69]}, reference_lines={"ln 2": np.log(2)})
    assert np.array_equal(labelled(figure, "relu").get_xdata(), [0, 10, 20])
    assert np.array_equal(labelled(figure, "relu").get_ydata(), history.loss)
    assert np.array_equal(labelled(figure, "sigmoid").get_xdata(), [0, 1])
    assert any(np.allclose(line.get_ydata(), np.log(2)) for line in figure.axes[0].get_lines())
    description = figure.get_label()
    assert "from step 0 to step 20, 2 runs" in description
    assert "relu starts at 0.8 and ends at 0.0521." in description
    assert "The dotted line is ln 2 = 0.693." in description
    assert "relu: 0.0521" in texts(figure) and "ln 2 = 0.693" in texts(figure)


def test_a_loss_that_stops_being_finite_is_crossed_and_said():
    figure = figures.loss_curves({"rate 5": [0.8, 2.5, np.inf, np.nan]})
    cross = next(line for line in figure.axes[0].get_lines() if line.get_marker() == "X")
    assert (list(cross.get_xdata()), list(cross.get_ydata())) == ([1], [2.5])
    assert "rate 5 starts at 0.8, reaches" not in figure.get_label()
    assert "is infinity after step 1 (marked with a cross at 2.5)" in figure.get_label()


def test_activation_panels_hold_value_and_slope():
    z = np.linspace(-3, 3, 7)
    figure = figures.activation_and_slope("sigmoid", z, slopes={"suspect": 1 - activations.get_activation("sigmoid").value(z) ** 2})
    left, right = figure.axes
    sigmoid = activations.get_activation("sigmoid")
    value = next(line for line in left.get_lines() if line.get_label() == "sigmoid")
    slope = next(line for line in right.get_lines() if line.get_label() == "sigmoid")
    assert np.array_equal(value.get_ydata(), sigmoid.value(z)) and np.array_equal(slope.get_ydata(), sigmoid.slope(z))
    assert np.array_equal(labelled(figure, "suspect").get_ydata(), 1 - sigmoid.value(z) ** 2)
    assert "highest 0.25 at z = 0" in figure.get_label() and "suspect" in figure.get_label()


@pytest.mark.parametrize("at_zero", [0.0, 0.5])
def test_a_kink_has_open_ends_and_a_closed_dot(at_zero):
    _, right = figures.activation_and_slope(activations.make_relu(at_zero)).axes
    dots = [line for line in right.get_lines() if line.get_marker() == "o"]
    (opened,) = [line for line in dots if line.get_markerfacecolor() == "none"]
    (closed,) = [line for line in dots if line.get_markerfacecolor() != "none"]
    assert list(opened.get_ydata()) == [0, 1] and list(closed.get_ydata()) == [at_zero]
    assert np.isnan(next(line for line in right.get_lines() if line.get_label() == "relu").get_ydata()).sum() == 1
    line = next(line for line in right.get_lines() if line.get_label() == "relu")
    drawn = line.get_xdata()[np.isfinite(line.get_ydata())]
    assert np.abs(drawn).min() > 0.1, "nothing hides the end of the line inside the open dot"


def test_gradient_check_error_marks_the_valley():
    h, e = np.array([1e-2, 1e-4, 1e-6, 1e-8]), np.array([1e-4, 1e-8, 1e-10, 1e-7])
    figure = figures.gradient_check_error(h, {"central": e, "exact": [1, 0, 1e-3, 1e-2]})
    line = labelled(figure, "central")
    assert np.array_equal(line.get_xdata(), h[::-1]) and np.array_equal(line.get_ydata(), e[::-1])
    ring = next(line for line in figure.axes[0].get_lines() if line.get_markerfacecolor() == "none")
    assert (list(ring.get_xdata()), list(ring.get_ydata())) == ([1e-6], [1e-10])
    assert "central: lowest around h = 1e-6" in figure.get_label() and "0.0001 at the largest h" in figure.get_label()
    assert "1 value zero or not finite, not drawn" in figure.get_label()
    assert any("rounding" in t for t in texts(figure)) and any("truncation" in t for t in texts(figure))
    assert not [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2], "a divider fits one curve at most"


def test_gradient_check_error_does_not_ring_a_lucky_rounding():
    h = 10.0 ** (-np.arange(37) / 3)
    e = h + 1e-14 / h
    e[27] = 1e-9  # at h = 1e-9, between neighbours of about 1e-5
    rings = [line for line in figures.gradient_check_error(h, {"one-sided": e}).axes[0].get_lines() if line.get_markerfacecolor() == "none"]
    assert [list(ring.get_xdata()) for ring in rings] == [[pytest.approx(1e-7)]]


def test_zeros_beside_the_lowest_error():
    for errors, lowest in (([0, 1e-10, 0, 1e-4], 1e-6), ([1e-7, 0, 0, 1e-4], 1e-8), ([0, 0, 1e-4, 0], 1e-4)):
        figure = figures.gradient_check_error([1e-8, 1e-6, 1e-4, 1e-2], {"a": errors})
        ring = next(line for line in figure.axes[0].get_lines() if line.get_markerfacecolor() == "none")
        assert list(ring.get_xdata()) == [lowest]
        assert "nan" not in figure.get_label() and "not a number" not in figure.get_label()
        draw(figure)


def test_slope_products_mark_zero():
    figure = figures.slope_products([1, 2, 3], {"sigmoid": [0.25, 0.0625, 0.015625], "off": [1, 0, 0]})
    assert np.array_equal(labelled(figure, "sigmoid").get_ydata(), [0.25, 0.0625, 0.015625])
    cross = next(line for line in figure.axes[0].get_lines() if line.get_marker() == "X")
    assert list(cross.get_xdata()) == [2, 3]
    assert "sigmoid: 0.25 at first, 0.0156 at last." in figure.get_label() and "0 from 2 on" in figure.get_label()


def test_bars_hold_heights_and_write_them():
    figure = figures.bars(["a", "b"], {"one": [0.5, -1.25], "two": [np.nan, 2]}, ylabel="share")
    heights = [[patch.get_height() for patch in container] for container in figure.axes[0].containers]
    assert heights == [[0.5, -1.25], [0, 2]]
    assert figure.axes[0].containers[0][0].get_hatch() != figure.axes[0].containers[1][0].get_hatch()
    assert texts(figure) == ["0.5", "−1.25", "nan", "2"]
    assert figure.get_label() == "Bars of share. one: a 0.5, b -1.25. two: a not a number, b 2."


def test_bars_of_errors_hide_rounding_noise_in_words():
    figure = figures.bars(["dW1", "db1", "dW2"], [3.21e-10, 0.5, 0], log=True)
    assert [patch.get_height() for patch in figure.axes[0].containers[0]] == [3.21e-10, 0.5, 0]
    assert "dW1 below 1e-7, db1 0.5, dW2 0." in figure.get_label()


def test_bars_of_zeros_on_a_logarithmic_axis():
    figure = figures.bars(["a"], [0], log=True)
    assert figure.axes[0].get_ylim()[1] == 1 and "a 0." in figure.get_label()
    draw(figure)


def test_labels_keep_apart_and_in_order():
    levels = labels.spread([0.5, 0.5, 0.99, 1.0], [0.1] * 4)
    assert (np.diff(np.sort(levels)) >= 0.1 - 1e-12).all() and levels.max() <= 1
    assert levels[2] < levels[3]


def test_histograms_hold_every_number_on_its_side_of_zero():
    values = {"step 0": {"Z1": RNG.normal(size=(10, 30)), "Z2": RNG.normal(size=50)}, "step 1": {"Z1": [-1e-3, 0, 1e-3], "Z2": [-2, np.inf]}}
    figure = figures.histograms(values, bins=20)
    assert [axes.get_title() for axes in figure.axes] == ["Z1", "Z2", "", ""]
    assert [axes.get_ylabel() for axes in figure.axes] == ["step 0", "", "step 1", ""]
    panels = [np.ravel(row[column]) for row in values.values() for column in row]
    for axes, numbers in zip(figure.axes, panels, strict=True):
        finite = numbers[np.isfinite(numbers)]
        right, left = ([bar for bar in bars if bar.get_height()] for bars in axes.containers)
        assert sum(bar.get_height() for bar in right) == (finite >= 0).sum() and sum(bar.get_height() for bar in left) == (finite < 0).sum()
        assert all(bar.get_x() >= 0 for bar in right) and all(bar.get_x() + bar.get_width() <= 1e-12 for bar in left)
        assert any(list(line.get_xdata()) == [0, 0] for line in axes.get_lines())
        counts, edges = np.histogram(finite, [*(bar.get_x() for bar in [*axes.containers[1], *axes.containers[0]]), np.inf])
        assert list(counts) == [bar.get_height() for bar in [*axes.containers[1], *axes.containers[0]]] and len(edges) <= 25
    assert figure.axes[0].get_xlim() == figure.axes[2].get_xlim() != figure.axes[1].get_xlim()
    assert [text for text in texts(figure)][2:] == ["33 % above 0", "0 % above 0"]
    description = figure.get_label()
    assert description.startswith("Histograms of Z1 and Z2: step 0 and step 1. A line marks 0;")
    assert "step 1: Z1 from -0.001 to 0.001, median 0, 33 % above 0; Z2 from -2 to -2, median -2, 0 % above 0, 1 not finite." in description


@pytest.mark.parametrize(
    ("above", "of", "said"), [(0, 300, "0 %"), (1, 300, "under 1 %"), (150, 300, "50 %"), (299, 300, "over 99 %"), (300, 300, "100 %")]
)
def test_none_and_all_are_said_of_none_and_all_alone(above, of, said):
    figure = figures.histograms({"s": {"Z": np.where(np.arange(of) < above, 1.0, -1.0)}})
    assert texts(figure) == [f"{said} above 0"] and f"{said} above 0" in figure.get_label()


@pytest.mark.parametrize("values", [[0, 0], [5], [1e300, -1e300], [1e-320, 0], [1e12, 1e12 + 1]])
def test_histograms_of_odd_numbers(values):
    figure = figures.histograms({"s": {"Z": values}}, bins=7)
    (axes,) = figure.axes
    assert sum(bar.get_height() for bars in axes.containers for bar in bars) == len(values)
    low, high = axes.get_xlim()
    assert low <= min(values) and max(values) < high and low < 0 < high


def test_many_histograms_have_a_short_caption():
    figure = figures.histograms({f"after step {k} of the run": {"Z1": [1], "Z2": [2]} for k in range(6)})
    assert figure.get_label().startswith("Histograms in 6 rows and 2 columns. ")


def ticks(axis):
    """The numbers beside an axis that are in view."""
    low, high = sorted(axis.get_view_interval())
    return [tick for tick in axis.get_ticklocs() if low - 1e-9 <= tick <= high + 1e-9]


WHOLE = {
    "bars of counts": lambda: figures.bars(["a", "b", "c"], {"one": [0, 1, 3], "two": [2, 2, 1]}).axes[0].yaxis,
    "few steps": lambda: figures.loss_curves({"a": [0.8, 0.7, 0.6]}).axes[0].xaxis,
    "x of curves": lambda: figures.curves([1, 2, 3], {"a": [0.5, 1, 2]}).axes[0].xaxis,
    "y of curves": lambda: figures.curves([0.5, 1, 2], {"units": [1, 3, np.nan], "more": [0, 1, 1]}).axes[0].yaxis,
    "depths": lambda: figures.slope_products([1, 2, 3], {"a": [1, 0.1, 0.01]}).axes[0].xaxis,
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_axis_of_whole_numbers_shows_whole_numbers(name):
    shown = ticks(WHOLE[name]())
    assert len(shown) >= 3 and all(tick == round(tick) for tick in shown)


def test_an_axis_of_other_numbers_may_have_others():
    (axes,) = figures.curves([0, 0.5, 1], {"a": [0, 0.5, 1]}).axes
    assert any(tick != round(tick) for tick in ticks(axes.xaxis)) and any(tick != round(tick) for tick in ticks(axes.yaxis))
    assert figures.bars(["a"], [1], log=True).axes[0].get_yscale() == "log"


def test_a_title_is_said():
    for figure in (
        figures.curves([0, 1], {"a": [0, 1]}, title="Two $x$"), figures.loss_curves({"a": [1, 0]}, title="Two $x$"),
        figures.bars(["a"], [1], title="Two $x$"),
    ):  # fmt: skip
        assert " Its title: Two x. " in figure.get_label()
        assert figure.axes[0].get_title() == "Two $x$"


@pytest.mark.parametrize("given", [{"n": 1}, [("n", 2)]])
def test_the_labels_of_bars_are_a_list(given):
    with pytest.raises((TypeError, ValueError), match="labels"):
        figures.bars(given, [1])
