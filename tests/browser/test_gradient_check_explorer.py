"""The gradient check explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, MARKS, charts, focus, marks, play, point_at, python, rows, show, status, touch, use_theme, violations, wait_until
from helpers.activations import ACTIVATIONS
from helpers.gradcheck import relative_error
from helpers.widgets import GradientCheckExplorer
from helpers.widgets.gradient_check_explorer import recording as rec
from helpers.widgets.gradient_check_explorer.widget import FLOOR
from helpers.widgets.kit.numerals import number

# Moves the n-th slider through many values, and reads all that is painted at each.
SWEEP = f"""(root, [nth, values]) => {{
    const slider = root.querySelectorAll('input[type=range]')[nth], read = {MARKS};
    const cells = (row) => [row.dataset.name, [...row.cells].map((cell) => cell.textContent)];
    return values.map((value) => {{
        slider.value = value;
        slider.dispatchEvent(new Event('input', {{bubbles: true}}));
        const rows = [...root.querySelectorAll('tr[data-name]')].filter((row) => row.checkVisibility()).map(cells);
        return {{value, marks: read(root), rows: Object.fromEntries(rows), status: root.querySelector('.cb-status').textContent,
                spoken: slider.getAttribute('aria-valuetext'), verdict: root.querySelector('.cb-verdict').textContent}};
    }});
}}"""
PATHS = """(root) => [...root.querySelectorAll('.cb-chart path[data-name][fill=none]')].filter((node) => node.checkVisibility())
    .map((node) => [node.getAttribute('class'), node.dataset.name, node.getAttribute('d') ?? ''])"""


def slider(widget, label):
    return widget.get_by_label(label, exact=True).and_(widget.locator("input[type=range]"))


def near(painted, wanted, within=0.02):
    return np.allclose(painted, wanted, rtol=0, atol=within)


def points(path):
    return np.array([[float(n) for n in piece.split()] for piece in path.replace("M", "L").split("L")[1:]])


def named(seen, kind):
    return {mark["data-name"]: mark for mark in seen["marks"] if kind in (mark.get("class") or "").split()}


# ---------------------------------------------------------------- the step size


def assert_step_is_true(seen, explorer, left, right):
    """Points, lines, digits and sentences at one step are what helpers compute."""
    explorer.h = rec.STEPS[int(np.abs(rec.EXPONENTS - seen["value"]).argmin())]
    f, dtype = ACTIVATIONS[explorer.function], np.dtype(explorer.precision).type
    z, h = dtype(explorer.at), dtype(explorer.h)
    above, at, below = f.value(z + h), f.value(z), f.value(z - h)
    central = explorer.difference == "central"
    row = explorer.row()
    value = rec.measure(explorer.function, explorer.at)[explorer.precision]["columns"][explorer.difference][row]
    assert value == pytest.approx(
        float((above - below) / (2 * h) if central else (above - at) / h), rel=1e-5, abs=float(4 * np.finfo(dtype).eps / explorer.h)
    )
    slope = f.slope(explorer.at)
    error = relative_error([value], [slope])
    assert seen["spoken"] == number(explorer.h) and seen["status"] == explorer.describe()
    ends = {"z + h": (z + h, above), **({"z − h": (z - h, below)} if central else {"z": (z, at)})}
    dots = named(seen, "cb-point")
    for name, (x, y) in ends.items():
        assert near([dots[name]["x"], dots[name]["y"]], [left.x(float(x)), left.y(float(y))])
    for name, kind, wanted in (("tangent", "cb-tangent", slope), ("chord", "cb-chord", value)):
        line = {key: float(named(seen, kind)[name][key]) for key in ("x1", "x2", "y1", "y2")}
        painted = (line["y2"] - line["y1"]) / (line["x2"] - line["x1"]) * (left.x(1) - left.x(0)) / (left.y(1) - left.y(0))
        assert painted == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    dot = dots["error"]
    assert near([dot["x"], dot["y"]], [right.x(np.log10(explorer.h)), right.y(max(error, FLOOR))], within=0.1)
    assert float(dot["data-error"]) == pytest.approx(error)
    digits = 17 if dtype is np.float64 else 9
    texts = [seen["rows"][name][1].replace("−", "-") for name in ("above", "below")]
    assert [float(text) for text in texts] == [float(f"{float(one):.{digits}g}") for one in (above, below if central else at)]
    assert seen["rows"]["above"][3] == number(slope, 8) and seen["rows"]["below"][3] == number(value, 8)
    assert seen["rows"]["error"][3] == number(error, 3)


def test_every_difference_in_both_precisions(stage):
    widget = play(stage, "GradientCheckExplorer()")
    for name, z in (("sigmoid", 0.7), ("tanh", -2.0), ("silu", -0.5), ("softplus", 3.0)):
        widget.get_by_label("f", exact=True).and_(widget.locator("select")).select_option(name)
        widget.get_by_label("z", exact=True).select_option(label=number(z))
        for difference, label in (("central", "central"), ("one_sided", "one-sided")):
            for precision in rec.PRECISIONS:
                widget.get_by_label(label, exact=True).check()
                widget.get_by_label(precision, exact=True).check()
                explorer = GradientCheckExplorer(function=name, at=z, difference=difference, precision=precision)
                left, right = charts(widget)
                for seen in widget.evaluate(SWEEP, [0, [-16, -12.3, -8, -5, -2.5, -0.7, 0]]):
                    assert_step_is_true(seen, explorer, left, right)
                assert_curves_are_true(widget, explorer, right)
    assert violations(stage) == [] and stage.errors == []


def assert_curves_are_true(widget, explorer, right):
    """All four curves, and the border between the regions."""
    found = rec.measure(explorer.function, explorer.at)
    paths = {name: points(d) for kind, name, d in widget.evaluate(PATHS) if kind == "cb-error"}
    for dtype in rec.PRECISIONS:
        for kind in rec.DIFFERENCES:
            errors = np.maximum(found[dtype]["errors"][kind], FLOOR)
            assert near(paths[f"{kind} {dtype}"], np.array([right.x(rec.EXPONENTS), right.y(errors)]).T)
    border = rec.EXPONENTS[found[explorer.precision]["best"][explorer.difference]]
    line = marks(widget, "cb-border")[-1]
    assert near(float(line["x1"]), right.x(border)) and float(line["data-x"]) == border
    names = {mark["data-name"]: mark["x"] for mark in marks(widget, "cb-region")}
    assert names["rounding"] < right.x(border) < names["truncation"]


def test_the_step_by_keyboard_mouse_and_finger(stage):
    page, widget = stage, play(stage, "explorer = GradientCheckExplorer()\nexplorer")
    slider(widget, "step h").focus()
    for key, wanted in (("ArrowLeft", rec.STEPS[149]), ("ArrowRight", 0.1), ("Home", 1e-16), ("End", 1.0)):
        page.keyboard.press(key)
        assert status(widget) == GradientCheckExplorer(h=wanted).describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid", "focus is seen"
    widget.locator(".cb-charts").first.scroll_into_view_if_needed()
    point_at(page, widget, 1, -8)
    page.mouse.down()
    wait_until(lambda: status(widget) == GradientCheckExplorer(h=1e-8).describe(), "1e-8")
    point_at(page, widget, 1, -40)
    wait_until(lambda: status(widget) == GradientCheckExplorer(h=1e-16).describe(), "held at the end")
    page.mouse.up()
    point_at(page, widget, 0, 1.2)
    page.mouse.down()
    page.mouse.up()
    wait_until(lambda: status(widget) == GradientCheckExplorer(h=0.5).describe(), "half a unit from z")
    one = charts(widget)[1]
    touch(page, *(one.on_screen(one.x(x), one.frame[1] + 60) for x in (-2.0, -4.0, -5.0)))
    wait_until(lambda: status(widget) == GradientCheckExplorer(h=1e-5).describe(), "dragged with a finger")
    wait_until(lambda: python(page, "print(explorer.h)") == "1e-05", "h in Python")
    widget.get_by_label("central", exact=True).focus()
    page.keyboard.press("ArrowRight")
    widget.get_by_label("float64", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert status(widget) == GradientCheckExplorer(h=1e-5, difference="one_sided", precision="float32").describe()
    widget.get_by_label("the step size").focus()
    page.keyboard.press("ArrowRight")
    assert status(widget) == GradientCheckExplorer("kink").describe()
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget), "what is shown is said")
    assert page.errors == []


# ---------------------------------------------------------------- a kink


def assert_kink_is_true(seen, explorer, left, right):
    """Points, crosses, sides, slopes and the verdict at one z are what helpers compute."""
    explorer.share = seen["value"]
    f, h = rec.KINKED[explorer.kinked], explorer.kink_step
    z = explorer.share * h
    places = {"z − h": z - h, "z": z, "z + h": z + h}
    central, slope = (f.value(z + h) - f.value(z - h)) / (2 * h), f.slope(z)
    assert seen["spoken"] == number(explorer.share) and seen["status"] == explorer.describe()
    dots, crosses = named(seen, "cb-point"), named(seen, "cb-cross")
    beyond = {name for name, place in places.items() if place * z < 0}
    assert {mark["data-name"] for mark in seen["marks"] if "cb-warning" in (mark.get("class") or "")} == beyond
    for k, (name, place) in enumerate(places.items()):
        assert near([dots[name]["x"], dots[name]["y"]], [left.x(place / h), left.y(float(f.value(place)) / h)])
        assert seen["rows"]["position"][k + 1] == number(place) and seen["rows"]["f"][k + 1] == number(f.value(place))
        assert seen["rows"]["side"][k + 1] == ("below the kink" if place < 0 else "above the kink" if place > 0 else "at the kink")
    assert set(crosses) == beyond
    for name, value in (("central", central), ("slope", slope), ("one_sided", (f.value(z + h) - f.value(z)) / h)):
        assert near([dots[name]["x"], dots[name]["y"]], [right.x(explorer.share), right.y(value)])
    error = relative_error([central], [slope])
    assert f"= {number(central)}, slope {number(slope)}, relative error {number(error, 3)}" in seen["verdict"]
    assert seen["verdict"].endswith("✓ agrees" if error <= 1e-7 else "✗ crossed the kink")


@pytest.mark.parametrize("kinked", rec.KINKED)
def test_z_drawn_over_the_kink(stage, kinked):
    widget = play(stage, f"GradientCheckExplorer('kink', kinked='{kinked}')")
    for h in rec.KINK_STEPS:
        widget.get_by_label("step h", exact=True).and_(widget.locator("select")).select_option(label=number(h))
        explorer = GradientCheckExplorer("kink", kinked=kinked, kink_step=h)
        left, right = charts(widget)
        for seen in widget.evaluate(SWEEP, [1, [-3, -1.5, -1.025, -1, -0.5, -0.025, 0, 0.025, 0.75, 1, 1.025, 2.5]]):
            assert_kink_is_true(seen, explorer, left, right)
        paths = {name: points(d) for kind, name, d in widget.evaluate(PATHS) if kind == "cb-curve"}
        found = rec.over_kink(kinked, h)
        for name in ("central", "one_sided"):
            assert near(paths[name], np.array([right.x(rec.SHARES), right.y(found[name])]).T)
        apart = rec.SHARES != 0
        assert near(paths["slope"], np.array([right.x(rec.SHARES), right.y(found["slope"])]).T[apart])
        shade = next(mark for mark in marks(widget, "cb-rounding") if mark["data-name"] == "crossed")
        assert near([float(shade["x"]), float(shade["width"])], [right.x(float(shade["data-from"])), right.x(1) - right.x(float(shade["data-from"]))])
    assert violations(stage) == [] and stage.errors == []


def test_the_kink_by_keyboard_and_mouse(stage):
    page, widget = stage, play(stage, "explorer = GradientCheckExplorer('kink')\nexplorer")
    slider(widget, "z / h").focus()
    for key, wanted in (("ArrowRight", 1.525), ("Home", -3), ("End", 3)):
        page.keyboard.press(key)
        assert status(widget) == GradientCheckExplorer("kink", share=wanted).describe()
    for chart in (0, 1):
        for share in (0.5, -0.5, 0.0):
            point_at(page, widget, chart, share)
            page.mouse.down()
            page.mouse.up()
            wait_until(lambda share=share: status(widget) == GradientCheckExplorer("kink", share=share).describe(), f"{share} in chart {chart}")
    widget.get_by_label("ReLU", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert status(widget) == GradientCheckExplorer("kink", kinked="leaky_relu", share=0).describe()
    wait_until(lambda: python(page, "print(explorer.share, explorer.kinked)") == "0.0 leaky_relu", "the settings in Python")
    assert page.errors == []


# ---------------------------------------------------------------- two views, themes, no kernel


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    show(desk, lab, IMPORTS, "explorer = GradientCheckExplorer()\nexplorer", "explorer", widgets=2)
    first, second = (desk.locator(".casebook").nth(n) for n in range(2))
    slider(first, "step h").fill("-5")
    assert status(first) == status(second) == GradientCheckExplorer(h=1e-5).describe()
    python(desk, "explorer.view = 'kink'; explorer.share = 0.25")
    wait_until(lambda: status(first) == status(second) == GradientCheckExplorer("kink", share=0.25).describe(), "what Python set")
    assert python(desk, "explorer.h = 0") == "ValueError: h is 0, expected a number from 1e-16 to 1"
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        for name in ("the step size", "a kink"):
            first.get_by_label(name).check()
            assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    slider(first, "z / h").fill("-0.5")
    assert status(first) == status(second) == GradientCheckExplorer("kink", share=-0.5).describe(), "it lives on without its kernel"
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "GradientCheckExplorer(h=1e-8)", "GradientCheckExplorer('kink')", widgets=2)
    step, kink = (page.locator(".casebook").nth(n) for n in range(2))
    explorer = GradientCheckExplorer()
    for seen in step.evaluate(SWEEP, [0, [-14, -9, -5, -1]]):
        assert_step_is_true(seen, explorer, *charts(step))
    step.get_by_label("float32", exact=True).check()
    assert status(step) == GradientCheckExplorer(h=0.1, precision="float32").describe()
    explorer = GradientCheckExplorer("kink")
    for seen in kink.evaluate(SWEEP, [1, [-0.5, 0.5, 2]]):
        assert_kink_is_true(seen, explorer, *charts(kink))
    assert rows(kink)["side"][1] == "above the kink"
    assert violations(page) == [] and page.errors == [] and page.foreign == []
