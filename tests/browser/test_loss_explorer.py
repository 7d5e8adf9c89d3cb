"""The loss explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import (
    IMPORTS,
    MARKS,
    charts,
    drag,
    focus,
    marks,
    play,
    point_at,
    python,
    rows,
    show,
    status,
    touch,
    use_theme,
    violations,
    wait_until,
)
from helpers import losses
from helpers.widgets import LossExplorer
from helpers.widgets.kit.numerals import number
from helpers.widgets.loss_explorer import recording as rec

# Moves the slider of p through many values, and reads all that is painted at each.
SWEEP = f"""(root, values) => {{
    const slider = root.querySelector('input[type=range]'), read = {MARKS};
    const cells = (row) => [row.dataset.name, [...row.cells].map((cell) => cell.textContent)];
    return values.map((p) => {{
        slider.value = p;
        slider.dispatchEvent(new Event('input', {{bubbles: true}}));
        const rows = Object.fromEntries([...root.querySelectorAll('.cb-costs tbody tr')].map(cells));
        return {{p, marks: read(root), rows, status: root.querySelector('.cb-status').textContent, spoken: slider.getAttribute('aria-valuetext')}};
    }});
}}"""
FILLS = """(root, kind) => [...root.querySelectorAll(`.cb-logits tr:not([hidden]) .cb-${kind}`)]
    .map((bar) => ['x', 'width', 'data-value'].map((name) => Number(bar.getAttribute(name))))"""
DRAG = """(slider) => {
    for (let z = -10; z <= 7.05; z += 0.1) {
        slider.value = z;
        slider.dispatchEvent(new Event('input', {bubbles: true}));
    }
}"""


def slider(widget, label="p of the true class"):
    return widget.get_by_label(label, exact=True)


def near(painted, wanted, within=0.02):
    return np.allclose(painted, wanted, rtol=0, atol=within)


def points(path):
    return np.array([[float(n) for n in piece.split()] for piece in path.replace("M", "L").split("L")[1:]])


def assert_reading_is_true(seen, explorer, left, right):
    """Points, tangents, formulas and sentences at one p are what helpers compute."""
    y, a = explorer.label, explorer.p if explorer.label else round(1 - explorer.p, 3)
    loss, slope = losses.binary_cross_entropy([[a]], [[y]]), losses.binary_cross_entropy_slope([[a]], [[y]])[0, 0]
    z = np.log(a) - np.log1p(-a)
    dz = losses.binary_cross_entropy_from_logits_slope([[z]], [[y]])[0, 0]
    assert seen["spoken"] == number(explorer.p) and seen["status"] == explorer.describe()
    dots = [mark for mark in seen["marks"] if "cb-point" in mark["class"].split()]
    tangents = [mark for mark in seen["marks"] if "cb-tangent" in mark["class"].split()]
    for dot, tangent, chart, x, wanted in zip(dots, tangents, (left, right), (a, z), (slope, dz), strict=True):
        assert near([dot["x"], dot["y"]], [chart.x(x), chart.y(loss)])
        assert float(dot["data-loss"]) == pytest.approx(loss) and float(dot["data-slope"]) == pytest.approx(wanted)
        ends = {key: float(tangent[key]) for key in ("x1", "y1", "x2", "y2")}
        assert near([(ends["x1"] + ends["x2"]) / 2, (ends["y1"] + ends["y2"]) / 2], [dot["x"], dot["y"]])
        run, rise = chart.x(1) - chart.x(0), chart.y(wanted) - chart.y(0)
        size = np.hypot(run, rise)
        assert near((ends["y2"] - ends["y1"]) * run / size, (ends["x2"] - ends["x1"]) * rise / size, within=0.1)
    texts = [mark["text"] for mark in seen["marks"] if "cb-slope-text" in mark["class"].split()]
    assert texts == [f"slope {number(slope)}", f"slope {number(dz)}"]
    numbers = {name: cells[-1] for name, cells in seen["rows"].items()}
    assert numbers == {"loss": number(loss), "slope": number(slope), "rise": number(a * (1 - a)), "dz": number(a - y)}


def test_the_cost_at_many_probabilities(stage):
    widget = play(stage, "LossExplorer()")
    left, right = charts(widget)
    for y in (1, 0):
        widget.get_by_label(f"y = {y}", exact=True).check()
        explorer = LossExplorer(label=y)
        for seen in widget.evaluate(SWEEP, [0.001, 0.01, 0.137, 0.3, 0.5, 0.75, 0.9, 0.999]):
            explorer.p = seen["p"]
            assert_reading_is_true(seen, explorer, left, right)
        for chart, name in ((0, "a"), (1, "z")):
            columns = rec.columns(y)
            path = widget.locator(f".cb-chart >> nth={chart}").locator(f".cb-cost[data-name=y{y}]").get_attribute("d")
            axes = (left, right)[chart]
            assert near(points(path), np.array([axes.x(columns[name]), axes.y(columns["loss"])]).T)
    assert violations(stage) == [] and stage.errors == []


def test_p_by_keyboard_mouse_and_finger(stage):
    page, widget = stage, play(stage, "explorer = LossExplorer()\nexplorer")
    slider(widget).focus()
    for key, wanted in (("ArrowRight", 0.301), ("ArrowLeft", 0.3), ("Home", 0.001), ("End", 0.999)):
        page.keyboard.press(key)
        assert status(widget) == LossExplorer(p=wanted).describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid", "focus is seen"
    widget.locator(".cb-charts").first.scroll_into_view_if_needed()
    point_at(page, widget, 0, 0.2)
    page.mouse.down()
    wait_until(lambda: status(widget).startswith("The true class, y = 1, has probability 0.2:"), "a = 0.2")
    point_at(page, widget, 0, 5)
    wait_until(lambda: "probability 0.999:" in status(widget), "held at the end")
    page.mouse.up()
    widget.get_by_label("y = 0", exact=True).check()
    point_at(page, widget, 0, 0.2)
    page.mouse.down()
    wait_until(lambda: status(widget) == LossExplorer(p=0.8, label=0).describe(), "a = 0.2 is p = 0.8 where y = 0")
    page.mouse.up()
    one = charts(widget)[1]
    touch(page, *(one.on_screen(one.x(z), one.frame[1] + 60) for z in (-2.0, 0.0, np.log(3))))
    wait_until(lambda: status(widget) == LossExplorer(p=0.25, label=0).describe(), "dragged along z with a finger")
    wait_until(lambda: python(page, "print(explorer.p, explorer.label)") == "0.25 0", "the settings in Python")
    assert page.errors == []


def assert_softmax_is_true(widget, logits, true):
    found = rec.softmax(logits, true)
    wait_until(lambda: status(widget) == found["words"], found["words"])
    assert near(widget.evaluate(FILLS, "p"), [[0, 200 * p, p] for p in found["p"]], within=1e-9)
    assert near(widget.evaluate(FILLS, "gradient"), [[100 + min(0, 100 * g), abs(100 * g), g] for g in found["gradient"]], within=1e-9)
    cells = rows(widget)
    assert len(cells) == len(logits) and widget.locator(".cb-loss").text_content() == number(found["loss"])
    for k, (p, g) in enumerate(zip(found["p"], found["gradient"], strict=True)):
        assert cells[f"class{k}"][3] == number(p) and cells[f"class{k}"][5] == number(g)


def test_logits(stage):
    page, widget = stage, play(stage, "explorer = LossExplorer('logits')\nexplorer")
    assert_softmax_is_true(widget, (2, 1, 0), 0)
    widget.get_by_label("Classes", exact=True).select_option("10")
    assert_softmax_is_true(widget, (2, 1) + (0,) * 8, 0)
    widget.get_by_label("class 10").check()
    slider(widget, "z₁₀").press("ArrowRight")
    assert_softmax_is_true(widget, (2, 1) + (0,) * 7 + (0.1,), 9)
    slider(widget, "z₁").evaluate(DRAG)
    assert_softmax_is_true(widget, (7, 1) + (0,) * 7 + (0.1,), 9)
    widget.get_by_role("button", name="Add 1 to all").click()
    assert_softmax_is_true(widget, (8, 2) + (1,) * 7 + (1.1,), 9)
    assert widget.get_by_role("button", name="Double all").is_disabled(), "16 would leave the range"
    widget.get_by_label("Classes", exact=True).select_option("3")
    assert_softmax_is_true(widget, (8, 2, 1), 2)
    widget.get_by_role("button", name="All equal").click()
    assert_softmax_is_true(widget, (0, 0, 0), 2)
    for label, (values, true) in rec.PRESETS.items():
        widget.get_by_label("Example").select_option(label=label)
        assert_softmax_is_true(widget, values, true)
    wait_until(lambda: python(page, "print(explorer.logits, explorer.true_class)") == "(0.0, 1.5) 2", "the settings in Python")
    python(page, "explorer.logits = [3, -2.5, 1, 0]")
    assert_softmax_is_true(widget, (3, -2.5, 1, 0), 1)
    assert violations(page) == [] and page.errors == []


def test_what_python_answers_is_seen_while_somebody_drags(stage):
    widget = play(stage, "LossExplorer('logits', logits=(-1, 1, 0.5))")
    values = np.round(np.arange(-1, 7.05, 0.1), 1)
    seen = drag(slider(widget, "z₁"), values)
    texts = [rec.softmax((value, 1, 0.5), 0)["words"] for value in values]
    assert set(seen) <= set(texts) and len(seen) > 4, "numbers of logits on the way, none of them made up"
    assert_softmax_is_true(widget, (values[-1], 1, 0.5), 0)
    assert stage.errors == []


def assert_number_is_true(widget, text, K):
    found = rec.reading(text, K)
    wait_until(lambda: status(widget) == LossExplorer("number", stuck=text, classes=K).describe(), f"{text} for {K}")
    assert widget.locator(".cb-headline").text_content() == found["headline"] and widget.locator(".cb-says").text_content() == found["says"]
    assert [cells[1:] for cells in rows(widget).values()] == found["suspects"]
    chart, dot = charts(widget)[0], marks(widget, "cb-point")[0]
    cost = losses.softmax_cross_entropy_from_logits(np.zeros((K, 1)), np.eye(K)[:, :1])
    assert near([dot["x"], dot["y"]], [chart.x(K), chart.y(cost)]) and float(dot["data-loss"]) == pytest.approx(cost)
    levels = marks(widget, "cb-level")
    if found["height"] is not None and 0 <= found["height"] <= 8:
        assert near(float(levels[0]["y1"]), chart.y(found["height"]))
    else:
        assert levels == []


def test_a_loss_number(stage):
    page, widget = stage, play(stage, "explorer = LossExplorer('number')\nexplorer")
    loss, classes = widget.get_by_label("Loss", exact=True), widget.get_by_label("Number of classes", exact=True)
    assert_number_is_true(widget, "6.908", 1000)
    for text, K in (("0.6931", 2), ("2.31", 10), ("3.7", 37), ("nan", 37), ("-inf", 37), ("1e300", 5), ("1e-300", 5), ("87.34", 100), ("-2", 100)):
        classes.fill(str(K))
        loss.fill(text)
        assert_number_is_true(widget, text, K)
    loss.fill("1,5")
    assert_number_is_true(widget, "1.5", 100)
    for wrong in ("abc", "", "1.2.3", "9" * 40, "0x10"):
        loss.fill(wrong)
        trouble = widget.locator(".cb-trouble").nth(0)
        assert trouble.text_content() == "a number such as 6.908, or nan or inf, please" and loss.get_attribute("aria-invalid") == "true"
    loss.fill("1.5")
    for wrong in ("1", "1001", "2.5", "1e9", ""):
        classes.fill(wrong)
        assert widget.locator(".cb-trouble").nth(1).text_content() == "a whole number from 2 to 1000, please"
    assert violations(page) == []
    slider(widget, "K").fill("250")
    assert_number_is_true(widget, "1.5", 250)
    point_at(page, widget, 0, 400)
    page.mouse.down()
    page.mouse.up()
    wait_until(lambda: "over 4" in status(widget), "dragged on the curve")
    for label, (text, K) in list(rec.KNOWN.items())[::4]:
        widget.get_by_label("Numbers to know").select_option(label=label)
        assert_number_is_true(widget, text, K)
    python(page, "explorer.stuck = 0.66; explorer.classes = 2")
    assert_number_is_true(widget, "0.66", 2)
    assert python(page, "explorer.stuck = 'high'").startswith("ValueError: stuck is 'high'")
    loss.fill("0.7")
    wait_until(lambda: python(page, "print(explorer.stuck)") == "0.7", "the loss in Python")
    python(page, "explorer.stuck = 3.5")
    assert_number_is_true(widget, "3.5", 2)
    assert loss.input_value() == "0.7", "nothing is written into a field while somebody types there"
    assert page.errors == []


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    show(desk, lab, IMPORTS, "explorer = LossExplorer('logits')\nexplorer", "explorer", "LossExplorer(p=0.5)", widgets=3)
    first, second, other = (desk.locator(".casebook").nth(n) for n in range(3))
    slider(first, "z₃").fill("4.5")
    for widget in (first, second):
        assert_softmax_is_true(widget, (2, 1, 4.5), 0)
    python(desk, "explorer.view = 'number'")
    wait_until(lambda: status(first) == status(second) == LossExplorer("number").describe(), "what Python set")
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        for name in ("one probability", "logits and softmax", "read a loss"):
            first.get_by_label(name).check()
            assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    slider(other).fill("0.125")
    assert status(other) == LossExplorer(p=0.125).describe(), "it lives on without its kernel"
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    cells = ("LossExplorer()", "LossExplorer('logits', logits=(1, 2.5))", "LossExplorer('number', stuck=2.5, classes=12)")
    exported(page, IMPORTS, *cells, widgets=3)
    cost, logits, stuck = (page.locator(".casebook").nth(n) for n in range(3))
    left, right = charts(cost)
    for seen in cost.evaluate(SWEEP, [0.05, 0.5, 0.95]):
        assert_reading_is_true(seen, LossExplorer(p=seen["p"]), left, right)
    assert_softmax_is_true(logits, (1, 2.5), 0)
    assert slider(logits, "z₁").is_disabled() and "needs Python" in logits.locator(".cb-note").text_content()
    for label, (values, true) in rec.PRESETS.items():
        logits.get_by_label("Example").select_option(label=label)
        assert_softmax_is_true(logits, values, true)
    assert_number_is_true(stuck, "2.5", 12)
    slider(stuck, "K").fill("500")
    assert "needs Python" in stuck.locator(".cb-headline").text_content() and status(stuck).startswith(
        "A uniform guess over 500 classes costs 6.215."
    )
    for label, (text, K) in rec.KNOWN.items():
        stuck.get_by_label("Numbers to know").select_option(label=label)
        assert_number_is_true(stuck, text, K)
    assert all(widget.locator(".cb-notice").is_hidden() for widget in (cost, logits, stuck))
    assert violations(page) == [] and page.errors == [] and page.foreign == []
