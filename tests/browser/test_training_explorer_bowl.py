"""The bowl in a real browser: what is painted is what Python computes, by mouse, keyboard and finger, in both themes, without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, charts, drag, focus, marks, play, point_at, python, show, status, touch, use_theme, violations, wait_until
from helpers.widgets import TrainingExplorer
from helpers.widgets.training_explorer import bowl_recording as rec

PATHS = """(root) => Object.fromEntries([...root.querySelectorAll('.cb-chart path[data-name][fill=none]')].filter((node) => node.checkVisibility())
    .map((node) => [node.dataset.name, node.getAttribute('d') ?? '']))"""
DOTS = """(root) => [...root.querySelectorAll('.cb-bowl-dot')].filter((node) => node.checkVisibility())
    .map((node) => [node.dataset.name, Number(node.getAttribute('cx')), Number(node.getAttribute('cy'))])"""
SETTINGS = "explorer.bowl, explorer.bowl_momentum, explorer.bowl_rate, explorer.bowl_step"


def slider(widget, label):
    return widget.get_by_label(label, exact=True).and_(widget.locator("input[type=range]"))


def near(painted, wanted, within=0.02):
    return np.allclose(painted, wanted, rtol=0, atol=within)


def points(path):
    return np.array([[float(n) for n in piece.split()] for piece in path.replace("M", "L").split("L")[1:]])


def choose(widget, bowl, beta):
    widget.get_by_label("Bowl", exact=True).select_option(bowl)
    widget.get_by_label(f"{beta:g}", exact=True).check()


def assert_true(widget, explorer):
    """Paths, dots, curves, the threshold and the words are those of the recording in Python."""
    tape, (i, j), k = rec.tape(explorer.bowl), explorer.bowl_place(), explorer.bowl_step
    left, right, strip = charts(widget)
    painted, quadratic = widget.evaluate(PATHS), explorer.bowl in rec.QUADRATICS
    loss = tape["loss"][i, j, : k + 1].astype(float)
    xs = (tape["flat"] if quadratic else tape["b"])[i, j, : k + 1].astype(float)
    ys = rec.steep()[i, j, : k + 1].astype(float) if quadratic else loss
    assert status(widget) == explorer.describe() == left.label
    assert near(points(painted["path"]), np.array([[left.x(x), np.clip(left.y(y), -9999, 9999)] for x, y in zip(xs, ys, strict=True)]))
    assert near(points(painted["loss"]), np.array([[right.x(n), np.clip(right.y(one), -9999, 9999)] for n, one in enumerate(loss)]))
    dots = {name: place for name, *place in widget.evaluate(DOTS)}
    for n in range(k + 1):
        for name, chart, x, y in (("where", left, xs[n], ys[n]), ("loss", right, n, loss[n])):
            place = [chart.x(x), chart.y(y)]
            frame = chart.frame
            seen = -1 <= place[0] - frame[0] <= frame[2] + 1 and -1 <= place[1] - frame[1] <= frame[3] + 1
            assert (f"{name} {n}" in dots) == seen
            assert not seen or near(dots[f"{name} {n}"], place)
    lines = {mark["data-name"]: mark for kind in ("cb-bowl-threshold", "cb-bowl-here") for mark in marks(widget, kind)}
    assert near([float(lines["threshold"]["x1"]), float(lines["rate"]["x1"])], [strip.x(tape["thresholds"][i]), strip.x(tape["rates"][j])])
    (assert_quadratic if quadratic else assert_bias)(painted, tape, i, left, strip)


def assert_quadratic(painted, tape, i, left, strip):
    for n, name in enumerate(("steep", "flat")):
        sizes = np.abs(tape["multipliers"][n, i])
        assert near(points(painted[name]), np.array([strip.x(tape["rates"]), strip.y(sizes)]).T)
    for n, level in enumerate(tape["contours"].astype(float)):
        for half, (x, y) in enumerate(level):
            assert near(points(painted[f"level {n} {half}"]), np.array([left.x(x), left.y(y)]).T)


def assert_bias(painted, tape, i, left, strip):
    assert near(points(painted["J"]), np.array([left.x(tape["grid"]), left.y(tape["curve"])]).T)
    ends = zip(tape["rates"], tape["ends"][i].astype(float), strict=True)
    wanted = [[strip.x(rate), strip.y(loss)] for rate, losses in ends for loss in losses[np.isfinite(losses)]]
    assert near(points(painted["ends"].replace("h0", "")), np.array(wanted), within=0.06)


@pytest.mark.parametrize("bowl", rec.BOWLS)
def test_every_bowl_with_every_momentum(stage, bowl):
    widget = play(stage, "TrainingExplorer('bowl')")
    for beta in rec.MOMENTA:
        choose(widget, bowl, beta)
        explorer = TrainingExplorer("bowl", bowl=bowl, bowl_momentum=beta)
        for place, step in ((1, 25), (58, 7), (60, 0), (61, 25), (95, 12), (120, 25)):
            slider(widget, "rate").fill(str(place))
            slider(widget, "up to step").fill(str(step))
            explorer.bowl_rate, explorer.bowl_step = rec.tape(bowl)["rates"][place - 1], step
            assert_true(widget, explorer)
        explorer.close()
    assert violations(stage) == [] and stage.errors == []


def test_the_sentences_are_those_of_python(stage):
    widget = play(stage, "TrainingExplorer('bowl')")
    for bowl in rec.BOWLS:
        for beta in rec.MOMENTA:
            choose(widget, bowl, beta)
            explorer = TrainingExplorer("bowl", bowl=bowl, bowl_momentum=beta)
            said = set()
            for rate in rec.tape(bowl)["rates"][::7]:
                explorer.bowl_rate = rate
                said.add(explorer.describe())
            assert set(drag(slider(widget, "rate"), range(1, 121, 7))) == said and len(said) == 18
            explorer.close()
    assert stage.errors == []


def test_by_keyboard_mouse_and_finger(stage):
    page, widget = stage, play(stage, "explorer = TrainingExplorer('bowl')\nexplorer")
    explorer, rates = TrainingExplorer("bowl"), rec.tape("standardised")["rates"]
    slider(widget, "rate").focus()
    for key, place in (("ArrowRight", 57), ("ArrowLeft", 56), ("Home", 0), ("End", 119)):
        page.keyboard.press(key)
        explorer.bowl_rate = rates[place]
        assert status(widget) == explorer.describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid"
    point_at(page, widget, 2, rates[40], down=30)
    page.mouse.down()
    explorer.bowl_rate = rates[40]
    wait_until(lambda: status(widget) == explorer.describe(), "the rate under the mouse")
    point_at(page, widget, 2, rates[70], down=50)
    explorer.bowl_rate = rates[70]
    wait_until(lambda: status(widget) == explorer.describe(), "the rate to which the mouse has dragged")
    page.mouse.up()
    point_at(page, widget, 1, 9)
    page.mouse.down()
    page.mouse.up()
    explorer.bowl_step = 9
    wait_until(lambda: status(widget) == explorer.describe(), "the step under the mouse")
    strip = charts(widget)[2]
    touch(page, strip.on_screen(strip.x(rates[70]), 60), strip.on_screen(strip.x(rates[20]), 60))
    explorer.bowl_rate = rates[20]
    wait_until(lambda: status(widget) == explorer.describe(), "the rate under the finger")
    wait_until(lambda: python(page, f"print({SETTINGS})") == f"standardised 0.0 {rates[20]} 9", "the settings in Python")
    choose(widget, "balanced", 0.5)
    wait_until(lambda: python(page, f"print({SETTINGS})") == f"balanced 0.5 {rec.tape('balanced')['rates'][20]} 9", "another bowl, the same share")
    explorer.close()
    assert page.errors == []


def test_python_sets_what_is_shown(stage):
    page, widget = stage, play(stage, "explorer = TrainingExplorer()\nexplorer")
    python(page, "explorer.view = 'bowl'; explorer.bowl = 'raw'")
    explorer = TrainingExplorer("bowl", bowl="raw")
    wait_until(lambda: status(widget) == explorer.describe(), "the raw tumours")
    assert_true(widget, explorer)
    python(page, "explorer.bowl = 'balanced'; explorer.bowl_rate = 10; explorer.bowl_step = 24")
    explorer = TrainingExplorer("bowl", bowl="balanced", bowl_rate=10, bowl_step=24)
    wait_until(lambda: status(widget) == explorer.describe(), "rate 10")
    assert "the loss stands at 1.0444" in status(widget)
    assert python(page, "explorer.bowl_rate = 99") == (
        "ValueError: bowl_rate is 99, expected a number from 0.133 to 16 for dead network, balanced labels"
    )
    assert python(page, "print(explorer.bowl_rate)") == "10.0"
    assert page.errors == []


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    show(desk, lab, IMPORTS, "explorer = TrainingExplorer('bowl')\nexplorer", "explorer", widgets=2)
    first, second = (desk.locator(".casebook").nth(n) for n in range(2))
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        for bowl in ("raw", "tumours"):
            choose(first, bowl, 0.9 if theme == "dark" else 0)
            assert status(first) == status(second)
            assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    slider(first, "rate").fill("100")
    wanted = TrainingExplorer("bowl", bowl="tumours", bowl_rate=rec.tape("tumours")["rates"][99])
    assert status(first) == status(second) == wanted.describe(), "it lives on without its kernel"
    assert_true(first, wanted)
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "TrainingExplorer('bowl')")
    widget = page.locator(".casebook").first
    for bowl in rec.BOWLS:
        choose(widget, bowl, 0)
        slider(widget, "rate").fill("75")
        assert_true(widget, TrainingExplorer("bowl", bowl=bowl, bowl_rate=rec.tape(bowl)["rates"][74]))
    assert violations(page) == [] and page.errors == [] and page.foreign == []
