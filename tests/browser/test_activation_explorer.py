"""The activation explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, MARKS, charts, focus, marks, play, point_at, python, rows, show, status, touch, use_theme, violations, wait_until
from helpers.activations import ACTIVATIONS, chain
from helpers.widgets import ActivationExplorer
from helpers.widgets.activation_explorer import recording as rec
from helpers.widgets.activation_explorer import words as activation_words
from helpers.widgets.kit.numerals import beside_one, number

# Moves the slider of z through many values, and reads all that is painted at each.
SWEEP = f"""(root, values) => {{
    const slider = root.querySelector('input[type=range]'), read = {MARKS};
    return values.map((z) => {{
        slider.value = z;
        slider.dispatchEvent(new Event('input', {{bubbles: true}}));
        const rows = [...root.querySelectorAll('.cb-unit tbody tr')].map((row) => [row.dataset.name, [...row.cells].map((cell) => cell.textContent)]);
        return {{z, marks: read(root), rows: Object.fromEntries(rows), status: root.querySelector('.cb-status').textContent,
                value: root.querySelector('output').textContent, spoken: slider.getAttribute('aria-valuetext')}};
    }});
}}"""
LINES = """(root) => [...root.querySelectorAll('.cb-chart path[data-name][fill=none]')].filter((node) => node.checkVisibility())
    .map((node) => [node.getAttribute('class'), node.dataset.name, node.getAttribute('d')])"""
TWO_FRAMES = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
CELLS = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"


def view(page, n=0):
    return page.locator(".casebook").nth(n)


def slider(widget, label="z"):
    return widget.get_by_label(label, exact=True)


def points(path):
    """The points of a path as an array of shape (k, 2); moves and lines alike."""
    return np.array([[float(n) for n in piece.split()] for piece in path.replace("M", "L").split("L")[1:]]).reshape(-1, 2)


def near(painted, wanted, within=0.02):
    return np.allclose(painted, wanted, rtol=0, atol=within)


def assert_reading_is_true(seen, explorer, left, right):
    """Points, tangents, rings, factors, formulas and sentences at one z are what helpers compute."""
    z, rule = explorer.z, explorer.rule
    assert seen["value"] == seen["spoken"] == number(z) and seen["status"] == explorer.describe()
    of = lambda kind: {m["data-name"]: m for m in seen["marks"] if kind in m["class"].split()}  # noqa: E731
    values = {m["data-name"]: m for m in seen["marks"] if "data-a" in m and "cb-point" in m["class"]}
    slopes = {m["data-name"]: m for m in seen["marks"] if "data-a" not in m and "cb-point" in m["class"]}
    tangents, rings = of("cb-tangent"), of("cb-ring")
    for activation, _ in explorer.chosen():
        name = activation.name
        a, slope, row = activation.value(z), activation.slope(z), seen["rows"][name]
        assert float(values[name]["data-a"]) == a and near([values[name]["x"], values[name]["y"]], [left.x(z), left.y(a)])
        assert float(slopes[name]["data-slope"]) == slope and near([slopes[name]["x"], slopes[name]["y"]], [right.x(z), right.y(slope)])
        ends = {key: float(tangents[name][key]) for key in ("x1", "y1", "x2", "y2")}
        assert near([(ends["x1"] + ends["x2"]) / 2, (ends["y1"] + ends["y2"]) / 2], [left.x(z), left.y(a)])
        unit_run, unit_rise = left.x(1) - left.x(0), left.y(slope) - left.y(0)
        assert near((ends["y2"] - ends["y1"]) * unit_run, (ends["x2"] - ends["x1"]) * unit_rise, within=0.5)
        assert row[1].split(" = ")[-1] == beside_one(a) and row[2].split(" = ")[-1].split(",")[0] == beside_one(slope)
        from_output = rec.rule(activation, rule)
        assert (name in rings) == (from_output is not None)
        if from_output:
            assert_slope_from_output_is_true(rings[name], row, from_output(a), slope, right)
        elif rule != "none":
            assert row[3] == "none: a alone does not determine it"


def assert_slope_from_output_is_true(ring, row, wrong, right_slope, chart):
    factor = float(rec.factor(wrong, right_slope))
    painted = float(ring["data-factor"].replace("Infinity", "inf"))
    assert float(ring["data-from-output"]) == wrong and np.isclose(painted, factor, rtol=0, atol=0, equal_nan=True)
    if ring["y"] > 0:
        assert near(ring["y"], chart.y(wrong))
    assert row[3].split(" = ")[-1].split(",")[0] == beside_one(wrong)
    assert row[4] == ("both are 0" if np.isnan(factor) else f"× {number(factor)}")


def test_every_activation_at_many_z(stage):
    widget = play(stage, f"ActivationExplorer({list(ACTIVATIONS)})")
    zs = sorted({*rec.Z[::12], -0.05, 0.0, 0.05})
    for rule, slope_at_zero, leak in (("none", 0.0, 0.01), ("own", 0.5, 0.1), ("tanh", 1.0, 0.3), ("sigmoid", 0.0, 0.01)):
        widget.get_by_label("Slope from a").select_option(rule)
        widget.get_by_label("ReLU′(0)").select_option(label=number(slope_at_zero))
        widget.get_by_label("Leak", exact=True).select_option(label=number(leak))
        explorer = ActivationExplorer(list(ACTIVATIONS), rule=rule, slope_at_zero=slope_at_zero, leak=leak, domain=(-8, 8))
        while charts(widget)[0].data["xLow"] != "-8":
            widget.get_by_role("button", name="Zoom out").click()
        left, right = charts(widget)
        for seen in widget.evaluate(SWEEP, [float(z) for z in zs]):
            explorer.z = seen["z"]
            assert_reading_is_true(seen, explorer, left, right)
    assert stage.errors == []


def test_every_curve_in_every_row(stage):
    widget = play(stage, f"ActivationExplorer({list(ACTIVATIONS)}, rule='own', domain=(-1.5, 2.5))")
    left, right = charts(widget)
    z = rec.Z[(rec.Z >= -1.5) & (rec.Z <= 2.5)]
    painted = {(kind, name): points(path) for kind, name, path in widget.evaluate(LINES)}
    for name, activation in ACTIVATIONS.items():
        a, slope = activation.value(z), activation.slope(z)
        assert near(painted["cb-value", name], np.array([left.x(z), left.y(a)]).T)
        wanted = np.array([right.x(z), right.y(slope)]).T
        if activation.kink is not None:
            sides = [[right.x(0), right.y(activation.slope(side))] for side in (-1e-9, 1e-9)]
            wanted = np.concatenate([wanted[z < 0], sides, wanted[z > 0]])
        assert near(painted["cb-slope", name], wanted)
        if activation.slope_from_output:
            assert near(painted["cb-from-output", name], wanted), "the right rule lies under the slope"
    dots = [(m["data-name"], float(m["data-y"]), m["fill"] == "var(--cb-back)") for m in marks(widget, "cb-kink")]
    assert sorted(dots) == [("leaky_relu", 0.01, False), ("leaky_relu", 1.0, True), ("relu", 0.0, False), ("relu", 1.0, True)]
    names = widget.locator(".cb-chart >> nth=1").locator(".cb-labels text").all_text_contents()
    assert sorted(names) == sorted(["identity", "ReLU", "leaky ReLU", "ELU", "sigmoid", "tanh", "softplus", "SiLU"])


def test_the_cases_mistake_is_a_wrong_curve_with_its_factor(stage):
    page, widget = stage, play(stage, "explorer = ActivationExplorer('sigmoid')\nexplorer")
    assert widget.locator(".cb-from-output").count() == widget.locator(".cb-ring").count() == 0
    slider(widget).fill("0")
    widget.get_by_label("Slope from a").select_option(label="tanh’s rule 1 − a² for all")
    assert widget.locator(".cb-factor").text_content() == "× 3"
    assert widget.locator(".cb-cell-rule").inner_text() == "1 − 0.5² = 0.75"
    assert widget.locator(".cb-cell-slope").inner_text() == "σ(0) · (1 − σ(0)) = 0.25"
    assert widget.locator(".cb-cell-value").inner_text() == "1 / (1 + e−0) = 0.5"
    right = charts(widget)[1]
    z = rec.Z[np.abs(rec.Z) <= 4]
    band = next(points(path) for kind, _, path in widget.evaluate(LINES) if kind == "cb-from-output")
    assert near(band, np.array([right.x(z), right.y(1 - ACTIVATIONS["sigmoid"].value(z) ** 2)]).T)
    widget.get_by_label("ReLU", exact=True).check()
    assert widget.locator(".cb-factor").all_text_contents() == ["ReLU × ∞", "sigmoid × 3"]
    widget.get_by_label("ReLU", exact=True).uncheck()
    widget.get_by_label("tanh", exact=True).check()
    widget.get_by_label("sigmoid", exact=True).uncheck()
    assert widget.locator(".cb-factor").count() == 0, "for tanh the rule is right"
    wait_until(lambda: python(page, "print(explorer)") == "ActivationExplorer(activations=('tanh',), z=0.0, rule='tanh')", "settings in Python")
    assert page.errors == []


def test_by_keyboard_alone(stage):
    page, widget = stage, play(stage, "explorer = ActivationExplorer(['relu', 'leaky_relu'])\nexplorer")
    cells = page.evaluate(CELLS)
    widget.get_by_label("identity").focus()
    reached = []
    for _ in range(22):
        reached.append(focus(page, "(node) => node.labels?.[0]?.textContent ?? node.textContent"))
        page.keyboard.press("Tab")
    controls = "identity ReLU leaky ReLU ELU sigmoid tanh softplus SiLU|one unit|Slope from a|ReLU′(0)|Leak|◀ ▶ zoom in zoom out reset|z"
    controls = controls.replace("|", " ")
    assert " ".join(reached).strip().startswith(controls)
    z = slider(widget)
    z.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert status(widget).startswith("At z = 1.15:") and z.input_value() == "1.15"
    for _ in range(26):
        page.keyboard.press("ArrowLeft")
    assert status(widget) == ActivationExplorer(["relu", "leaky_relu"], z=-0.15).describe()
    for key in ("a", "b", "x", "d", "d", "m", "y"):  # cells are inserted, cut, deleted and changed with these in command mode
        page.keyboard.press(key)
    assert page.evaluate(CELLS) == cells
    page.keyboard.press("Home")
    assert status(widget).startswith("At z = −4:"), "the slider ends where the charts do"
    widget.get_by_label("sigmoid").focus()
    page.keyboard.press("Space")
    assert "sigmoid a = 0.01799" in status(widget)
    widget.get_by_label("one unit").focus()
    page.keyboard.press("ArrowRight")
    assert status(widget).startswith("Product over 10 layers")
    ring = "(node) => getComputedStyle(node).outlineStyle"
    assert focus(page, ring) == "solid", "focus is seen"
    for name in ("relu", "leaky_relu", "sigmoid"):
        widget.locator(f"input[value={name}]").focus()
        page.keyboard.press("Space")
    assert widget.locator("input[value=sigmoid]").is_checked(), "the last one stays"
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget), "what is shown is said")
    assert python(page, "print(explorer.activations, explorer.view)") == "('sigmoid',) depth"
    assert page.errors == []


def test_by_mouse_pan_and_zoom(stage):
    page, widget = stage, play(stage, "explorer = ActivationExplorer('tanh')\nexplorer")
    widget.locator(".cb-charts").first.scroll_into_view_if_needed()
    for chart in (0, 1):
        point_at(page, widget, chart, -1.0, down=30)
        page.mouse.down()
        wait_until(lambda: status(widget).startswith("At z = −1:"), "z = −1")
        for z in (-0.5, 0.5, 2.02):
            point_at(page, widget, chart, z)
        wait_until(lambda: status(widget).startswith("At z = 2:"), "z = 2")
        point_at(page, widget, chart, -20)  # far outside: held at the end of the chart
        wait_until(lambda: status(widget).startswith("At z = −4:"), "z = −4")
        page.mouse.up()
        point_at(page, widget, chart, 0)
        page.evaluate(TWO_FRAMES)
        assert status(widget).startswith("At z = −4:"), "released"
    wait_until(lambda: python(page, "print(explorer.z)") == "-4.0", "z in Python")
    one = charts(widget)[0]
    touch(page, *(one.on_screen(one.x(z), one.frame[1] + 60) for z in (-2.0, -1.0, 1.0, 3.0)))
    wait_until(lambda: status(widget).startswith("At z = 3:"), "dragged with a finger")
    slider(widget).fill("-4")

    def assert_ranges(wanted, after):
        ranges = lambda: [(float(one.data["xLow"]), float(one.data["xHigh"])) for one in charts(widget)]  # noqa: E731
        wait_until(lambda: ranges() == [wanted, wanted], f"{wanted} after {after}")

    for button, wanted in (("Zoom in", (-2, 2)), ("Move right", (-1, 3)), ("Zoom in", (0, 2)), ("Zoom in", (0.5, 1.5)), ("Zoom in", (0.5, 1.5)),
                           ("Move left", (0.25, 1.25)), ("Reset the range", (-4, 4)), ("Zoom out", (-8, 8)), ("Move left", (-8, 8))):  # fmt: skip
        widget.get_by_role("button", name=button).click()
        assert_ranges(wanted, button)
        z = slider(widget)
        assert (float(z.get_attribute("min")), float(z.get_attribute("max"))) == wanted, "the slider runs over what the charts show"
        assert wanted[0] <= float(z.input_value()) <= wanted[1]
        wait_until(lambda: widget.locator(".cb-point").count() == 2, f"a point in each chart after {button}")
    widget.get_by_role("button", name="Reset the range").click()
    page.keyboard.down("Shift")
    point_at(page, widget, 0, 1)
    page.mouse.down()
    one = charts(widget)[0]
    page.mouse.move(*one.on_screen(one.x(3), one.frame[1] + 60))
    page.mouse.up()
    page.keyboard.up("Shift")
    assert_ranges((-6, 2), "dragged with Shift")
    point_at(page, widget, 0, -2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    assert_ranges((-5.2, 1.2), "zoomed around the pointer")
    wait_until(lambda: python(page, "print(explorer.domain)") == "(-5.2, 1.2)", "the domain in Python")
    python(page, "explorer.z = 6")
    assert_ranges((-5.2, 6), "a z outside widens the domain")
    python(page, "explorer.domain = (-1, 1)")
    wait_until(lambda: status(widget).startswith("At z = 1:"), "a domain without z moves it to its end")
    assert page.errors == []


@pytest.mark.parametrize("weight", [-1.0, 2.0])
def test_products_over_layers(stage, weight):
    names = ["sigmoid", "tanh", "relu", "leaky_relu"]
    widget = play(stage, f"ActivationExplorer({names}, view='depth', weight={weight})")
    for start in (-1.5, 0.0, 2.0):
        slider(widget, "a₀").fill(str(start))
        runs = {name: chain(name, weight, start, 20) for name in names}
        product, factor = charts(widget)
        lines = {(kind, name): points(path) for kind, name, path in widget.evaluate(LINES)}
        layers = np.arange(1, 21)
        for name, run in runs.items():
            assert near(lines["cb-factors", name], np.array([factor.x(layers), factor.y(run["factors"])]).T)
            size = np.abs(run["products"])
            assert near(lines["cb-product", name], np.array([product.x(layers), product.y(size)]).T[size > 0])
        for count in (1, 7, 20):
            slider(widget, "Layers").fill(str(count))
            assert_products_are_true(widget, runs, count)
            expected = ActivationExplorer(names, view="depth", weight=weight, start=start, layers=count)
            assert status(widget) == expected.describe()
    assert violations(stage) == [] and stage.errors == []


def assert_products_are_true(widget, runs, count):
    """Rows, dots and crosses after `count` layers are what helpers compute."""
    products, seen = {name: run["products"][count - 1] for name, run in runs.items()}, rows(widget)
    for name, run in runs.items():
        _, factors, product, verdict = seen[name]
        listed = [number(factor, 3) for factor in run["factors"][:count]]
        assert factors.replace("(", "").replace(")", "").split(" · ") == (listed if count <= 7 else [*listed[:4], "…", *listed[-2:]])
        assert product == number(products[name]) and verdict == activation_words.VERDICTS[int(rec.verdict(products[name]))]
    crosses = {m["data-name"]: float(m["data-product"]) for m in marks(widget, "cb-off")}
    dots = {m["data-name"]: float(m["data-product"]) for m in marks(widget, "cb-point") if "data-product" in m}
    assert crosses | dots == products and set(crosses) == {name for name, value in products.items() if value == 0}


def test_shown_twice_set_from_python_restarted(lab, desk):
    log = lab.logged()
    show(desk, lab, IMPORTS, "explorer = ActivationExplorer('elu')\nexplorer", "explorer", "ActivationExplorer('silu', rule='own')", widgets=3)
    first, second, other = (view(desk, n) for n in range(3))
    slider(first).fill("-2.5")
    assert status(second) == status(first) == ActivationExplorer("elu", z=-2.5).describe()
    assert status(other) == ActivationExplorer("silu").describe()
    python(desk, "explorer.z = 1.5; explorer.activations = ['elu', 'silu']; explorer.rule = 'tanh'")
    expected = ActivationExplorer(["elu", "silu"], z=1.5, rule="tanh").describe()
    wait_until(lambda: status(first) == status(second) == expected, "what Python set")
    assert slider(second).input_value() == "1.5" and second.get_by_label("Slope from a").input_value() == "tanh"
    assert python(desk, "explorer.z = 12") == "ValueError: z is 12, expected a number from -8 to 8"
    assert violations(desk) == []
    use_theme(desk, "dark")
    assert violations(desk) == []
    back = first.evaluate("(root) => getComputedStyle(root).backgroundColor")
    assert max(int(n) for n in back[4:-1].split(",")) < 60, f"the dark theme's ground is {back}"
    use_theme(desk, "light")
    python(desk, "explorer.close()")
    wait_until(lambda: desk.locator(".casebook").count() == 1, "closed views go away")
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    left = view(desk)
    slider(left).fill("3")
    assert status(left) == ActivationExplorer("silu", z=3).describe(), "it lives on without its kernel"
    assert desk.errors == [] and lab.complaints(log) == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "ActivationExplorer(['sigmoid', 'tanh'], rule='tanh')", "ActivationExplorer('relu', view='depth')", widgets=2)
    widget, deep = view(page), view(page, 1)
    left, right = charts(widget)
    explorer = ActivationExplorer(["sigmoid", "tanh"], rule="tanh")
    for seen in widget.evaluate(SWEEP, [-3.05, 0.0, 0.7, 2.0]):
        explorer.z = seen["z"]
        assert_reading_is_true(seen, explorer, left, right)
    slider(widget).press("ArrowRight")
    assert status(widget).startswith("At z = 2.05:")
    widget.get_by_label("Slope from a").select_option("own")
    widget.get_by_role("button", name="Zoom in").click()
    slider(deep, "a₀").fill("-1")
    assert "cut" in status(deep)
    assert widget.locator(".cb-notice").is_hidden() and violations(page) == []
    assert page.errors == [] and page.foreign == []
