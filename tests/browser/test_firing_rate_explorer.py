"""The firing-rate explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import charts, drag, focus, marks, play, point_at, python, rows, status, touch, use_theme, violations, wait_until
from helpers.widgets import FiringRateExplorer
from helpers.widgets.firing_rate_explorer import recording as rec
from helpers.widgets.kit.numerals import number

CURVES = """(root) => [...root.querySelectorAll('path.cb-curve')].map((line) => [line.dataset.name, line.getAttribute('d')])"""


def slider(widget):
    return widget.get_by_label("current I, nA", exact=True)


def points(path):
    return np.array([[float(n) for n in piece.split()] for piece in path.replace("M", "L").split("L")[1:]])


def assert_true(widget, explorer):
    """Points, table, sentence and slider at the explorer's current."""
    k, i = explorer.place
    rate, relu, left, right = rec.rates()[k, i], rec.line()[i], *charts(widget)
    wanted = [("relu", left, relu), ("neuron", left, rate), ("neuron", right, rate - relu)]
    for mark, (name, chart, value) in zip(marks(widget, "cb-point"), wanted, strict=True):
        assert mark["data-name"] == name and float(mark["data-y"]) == value and float(mark["data-x"]) == explorer.current
        assert np.allclose([mark["x"], mark["y"]], [chart.x(explorer.current), chart.y(value)], rtol=0, atol=0.02)
    shown = {name: cells[1] for name, cells in rows(widget).items()}
    ceiling = number(rec.ceiling(explorer.refractory)) if explorer.refractory else "none"
    assert shown == {"neuron": number(rate), "relu": number(relu), "difference": number(rate - relu), "ceiling": ceiling}
    assert status(widget) == explorer.describe()
    assert number(rate) in left.label and number(rate - relu) in right.label


@pytest.mark.parametrize("refractory", rec.REFRACTORY)
def test_every_refractory_period_at_many_currents(stage, refractory):
    widget = play(stage, f"FiringRateExplorer(refractory={refractory})")
    left, right = charts(widget)
    found = [points(path) for _, path in widget.evaluate(CURVES)]
    k = rec.REFRACTORY.index(refractory)
    curves = [(left, rec.line()), (left, rec.rates()[k]), (right, rec.rates()[k] - rec.line())]
    for painted, (chart, values) in zip(found, curves, strict=True):
        assert np.allclose(painted, np.array([[chart.x(x), chart.y(y)] for x, y in zip(rec.CURRENTS, values, strict=True)]), rtol=0, atol=0.02)
    for current in (0.0, 1.5, 1.53, 2.1, 3.99, 6.0):
        slider(widget).fill(f"{current}")
        assert_true(widget, FiringRateExplorer(current, refractory=refractory))
    assert stage.errors == []


def test_mouse_and_finger_drag_the_current(stage):
    widget = play(stage, "explorer = FiringRateExplorer()\nexplorer")
    for chart, current in ((0, 3.3), (1, 0.9)):
        point_at(stage, widget, chart, current)
        stage.mouse.down()
        stage.mouse.up()
        wait_until(lambda: status(widget) == FiringRateExplorer(current).describe(), "the current under the mouse")  # noqa: B023
    one = charts(widget)[0]
    touch(stage, one.on_screen(one.x(1.2), one.frame[1] + 60), one.on_screen(one.x(4.5), one.frame[1] + 70))
    wait_until(lambda: status(widget) == FiringRateExplorer(4.5).describe(), "the current under the finger")
    wait_until(lambda: python(stage, "print(explorer.current)") == "4.5", "the current in Python")
    assert stage.errors == []


def test_by_keyboard_and_from_the_next_cell(stage):
    widget = play(stage, "explorer = FiringRateExplorer(current=2.1)\nexplorer")
    slider(widget).press("ArrowRight")
    assert status(widget) == FiringRateExplorer(2.13).describe()
    slider(widget).press("Tab")
    assert focus(stage, "(node) => node.type") == "radio"
    widget.get_by_label("5", exact=True).check()
    assert_true(widget, FiringRateExplorer(2.13, refractory=5))
    wait_until(lambda: python(stage, "print(explorer)") == "FiringRateExplorer(current=2.13, refractory=5.0)", "settings in Python")
    python(stage, "explorer.current = 4.5\nexplorer.refractory = 0")
    wait_until(lambda: status(widget) == FiringRateExplorer(4.5).describe(), "what Python set")
    assert stage.errors == []


def test_every_frame_of_a_drag_is_true(stage):
    widget = play(stage, "FiringRateExplorer(refractory=2)")
    currents = rec.CURRENTS[::5]
    assert drag(slider(widget), currents) == [FiringRateExplorer(current, refractory=2).describe() for current in currents]


def test_two_themes_break_no_rule(stage):
    play(stage, "FiringRateExplorer(refractory=5)")
    for theme in ("dark", "light"):
        use_theme(stage, theme)
        assert violations(stage) == []
    assert stage.errors == []
