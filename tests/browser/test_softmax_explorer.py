"""The softmax explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, charts, focus, marks, play, python, rows, show, status, touch, use_theme, violations, wait_until
from helpers.widgets import SoftmaxExplorer
from helpers.widgets.kit.numerals import beside_one, number
from helpers.widgets.softmax_explorer import recording as rec
from helpers.widgets.softmax_explorer import temperatures as heat
from helpers.widgets.softmax_explorer import words

# The squares of each colour and shade, the dots, the frame of the chosen cell, the texts at the ends of its row and its column.
CELLS = """(root) => {
    const seen = (selector) => [...root.querySelectorAll(`.cb-matrix ${selector}`)];
    const starts = (path) => ((path.getAttribute('d') ?? '').match(/M[^h]+/g) ?? []).map((one) => one.slice(1).split(' ').map(Number));
    return {
        shades: seen('path.cb-cell').map((path) => [path.getAttribute('class').includes('cb-minus') ? -1 : 1, Number(path.dataset.level),
            Number(path.getAttribute('fill-opacity')), starts(path)]),
        dots: starts(root.querySelector('.cb-off-dot')),
        chosen: seen('.cb-chosen').map((one) => [Number(one.dataset.unit), Number(one.dataset.example),
            ...['x', 'y', 'width', 'height'].map((name) => Number(one.getAttribute(name)))])[0],
        counts: Object.fromEntries(seen('text[data-name]').map((text) => [text.dataset.name, text.textContent])),
        dead: starts(root.querySelector('.cb-dead')).length,
        numbers: seen('text.cb-halo').map((text) => text.textContent),
        label: root.querySelector('.cb-matrix').getAttribute('aria-label'),
    };
}"""
# Moves the slider of this label over values, and reads the rows and the status at each.
SWEEP = """(root, [label, values]) => {
    const named = [...root.querySelectorAll('label')].find((one) => one.textContent === label);
    const slider = root.querySelector(`#${named.htmlFor}`);
    const cells = (row) => [row.dataset.name, [...row.cells].map((cell) => cell.textContent)];
    const bars = () => [...root.querySelectorAll('.cb-fill')].map((bar) => [bar.getAttribute('class'), Number(bar.dataset.value),
        Number(bar.getAttribute('x')), Number(bar.getAttribute('width'))]);
    return values.map((value) => {
        slider.value = value;
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        const rows = [...root.querySelectorAll('tr[data-name]')].filter((row) => row.checkVisibility()).map(cells);
        return {value, rows: Object.fromEntries(rows), bars: bars(), status: root.querySelector('.cb-status').textContent,
                spoken: slider.getAttribute('aria-valuetext')};
    });
}"""


def slider(widget, label):
    return widget.get_by_label(label, exact=True).and_(widget.locator("input[type=range]"))


# ---------------------------------------------------------------- which gradients survive


AREA = (44, 40, 412, 340)  # where the matrix stands in the drawing
LEVELS = 16


def cell_at(x, y, shape):
    """The cell (unit, example) from 0 in which a point of the drawing lies."""
    left, top, width, height = AREA
    return int((y - top) / height * shape[0]), int((x - left) / width * shape[1])


def assert_matrix_is_true(widget, explorer):
    """Colours, dots, counts and sentences are those of the moment."""
    run, (t, j, i) = explorer.run, explorer.cell
    seen = widget.evaluate(CELLS)
    wish, off = run.arrays["dA1"][t], run.off["pairs"][t]
    cut = off & (explorer.show == "passed")
    painted = np.zeros(wish.shape)
    for sign, level, opacity, starts in seen["shades"]:
        assert opacity == level / LEVELS
        for x, y in starts:
            at = cell_at(x + 1, y + 1, wish.shape)
            assert painted[at] == 0, "a cell is painted once"
            painted[at] = sign * level
    shown = run.arrays["dZ1"][t] if explorer.show == "passed" else wish
    wanted = np.sign(shown) * np.ceil(LEVELS * np.sqrt(np.abs(shown) / np.abs(wish).max()))
    assert np.array_equal(painted, wanted)
    dots = {cell_at(x, y, wish.shape) for x, y in seen["dots"]}
    assert dots == ({tuple(at) for at in np.argwhere(cut).tolist()} if wish.size > 24 else set())
    assert seen["numbers"] == ([number(0 if cut[at] else wish[at]) for at in np.ndindex(wish.shape)] if wish.size <= 24 else [])
    unit, example, x, y, w, h = seen["chosen"]
    assert (unit - 1, example - 1) == (j, i) == cell_at(x + w / 2, y + h / 2, wish.shape)
    assert seen["dead"] == off.all(axis=1).sum()
    assert seen["counts"] == {"missed": f"{off[j].sum()} of {off.shape[1]}", "lost": f"{off[:, i].sum()} of {off.shape[0]}"}
    assert status(widget) == explorer.describe() and explorer.describe() in seen["label"]
    assert_chain_is_true(rows(widget), explorer)


def assert_chain_is_true(found, explorer):
    run, (t, j, i) = explorer.run, explorer.cell
    a = run.arrays
    for k, name in enumerate(run.classes):
        error, weight = a["p"][t, k, i] - run.Y[k, i], run.parameters[t]["W2"][k, j]
        wanted = [a["p"][t, k, i], error, weight, np.float32(error * weight)]
        assert found[f"class{k}"] == [name + (" ✓" if run.Y[k, i] else ""), *(beside_one(value, 2) for value in wanted)]
    on = a["Z1"][t, j, i] > 0
    assert found["wish"][1] == number(run.parameters[t]["W2"][:, j] @ a["error"][t, :, i])
    assert found["slope"] == [f"z = {number(a['Z1'][t, j, i], 3)} is {'on' if on else 'off'}: slope", "1" if on else "0"]
    assert found["passed"][1] == (found["wish"][1] if on else "0")


def test_every_moment_of_both_networks(stage):
    widget = play(stage, "SoftmaxExplorer()")
    for data in ("digits", "toy"):
        widget.get_by_label(words.DATA[data]).check()
        for show_, row in (("passed", 0), ("passed", 5), ("wish", 5), ("wish", 10), ("passed", 10)):
            widget.get_by_label(words.CHIPS[show_]).check()
            slider(widget, "training step").fill(str(row))
            explorer = SoftmaxExplorer(data=data, show=show_, step=rec.STEPS[row])
            assert_matrix_is_true(widget, explorer)
            run = explorer.run
            text = f"{rec.STEPS[row]}: loss {number(run.arrays['loss'][row])}, {run.arrays['right'][row]} of {run.X.shape[1]} right"
            assert slider(widget, "training step").get_attribute("aria-valuetext") == text
    assert violations(stage) == [] and stage.errors == []


def test_every_unit_and_some_examples(stage):
    widget = play(stage, "SoftmaxExplorer(step=20)")
    explorer = SoftmaxExplorer(step=20)
    for seen in widget.evaluate(SWEEP, ["unit", list(range(1, 33))]):
        explorer.unit = seen["value"]
        assert seen["status"] == explorer.describe() and seen["spoken"] == str(seen["value"])
        assert_chain_is_true(seen["rows"], explorer)
    for seen in widget.evaluate(SWEEP, ["example", [1, 8, 15, 30]]):
        explorer.example = seen["value"]
        assert seen["status"] == explorer.describe()
        assert_chain_is_true(seen["rows"], explorer)
        painted = widget.evaluate("(root) => [...root.querySelectorAll('.cb-digit rect')].map((one) => Number(one.getAttribute('fill-opacity')))")
    assert painted == rec.digits().X[:, 29].tolist(), "the last example's image"
    assert stage.errors == []


def test_a_cell_by_keyboard_mouse_and_finger(stage):
    page, widget = stage, play(stage, "explorer = SoftmaxExplorer()\nexplorer")
    slider(widget, "unit").focus()
    for key, unit in (("ArrowRight", 2), ("End", 32), ("Home", 1)):
        page.keyboard.press(key)
        assert status(widget) == SoftmaxExplorer(unit=unit).describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid", "focus is seen"
    slider(widget, "training step").focus()
    page.keyboard.press("End")
    assert status(widget) == SoftmaxExplorer(step=1000).describe()
    widget.get_by_label(words.CHIPS["passed"]).focus()
    page.keyboard.press("ArrowLeft")
    assert_matrix_is_true(widget, SoftmaxExplorer(step=1000, show="wish"))
    widget.locator(".cb-matrix").scroll_into_view_if_needed()

    def middle(unit, example, across=0.5, down=0.5):
        box = widget.locator(".cb-matrix").bounding_box()
        scale = box["width"] / float(widget.locator(".cb-matrix").get_attribute("viewBox").split()[2])
        left, top, width, height = AREA
        return box["x"] + scale * (left + (example - 1 + across) / 30 * width), box["y"] + scale * (top + (unit - 1 + down) / 32 * height)

    page.mouse.move(*middle(7, 3))
    page.mouse.down()
    wait_until(lambda: status(widget) == SoftmaxExplorer(step=1000, unit=7, example=3).describe(), "the cell under the mouse")
    page.mouse.move(*middle(30, 29))
    wait_until(lambda: status(widget) == SoftmaxExplorer(step=1000, unit=30, example=29).describe(), "dragged")
    for unit, example, across, down in ((9, 4, 0.9, 0.1), (20, 21, 0.1, 0.9)):
        page.mouse.move(*middle(unit, example, across, down))
        wanted = SoftmaxExplorer(step=1000, unit=unit, example=example).describe()
        wait_until(lambda wanted=wanted: status(widget) == wanted, "near the corner of a cell")
    x, y = middle(1, 30)
    page.mouse.move(x + 60, y - 30)
    wait_until(lambda: status(widget) == SoftmaxExplorer(step=1000, unit=1, example=30).describe(), "held at the corner")
    page.mouse.up()
    touch(page, lambda: middle(5, 5), lambda: middle(6, 9), lambda: middle(12, 20))
    wait_until(lambda: status(widget) == SoftmaxExplorer(step=1000, unit=12, example=20).describe(), "dragged with a finger")
    asked = "print(explorer.unit, explorer.example, explorer.step, explorer.show)"
    wait_until(lambda: python(page, asked) == "12 20 1000 wish", "the settings in Python")
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget), "what is shown is said")
    assert page.errors == []


def test_ones_own_network(stage):
    code = """import numpy as np; from helpers import network, datasets
rng = np.random.default_rng(1); p = network.init_params((2, 7, 4), rng=rng); X = rng.standard_normal((2, 9)); Y = np.eye(4)[:, rng.integers(0, 4, 9)]
"""
    made = {}
    exec(code, made)  # the same here and there
    widget = play(stage, f"{code}SoftmaxExplorer([p, {{name: 2 * value for name, value in p.items()}}], X, Y)")
    p = made["p"]
    explorer = SoftmaxExplorer([p, {name: 2 * value for name, value in p.items()}], made["X"], made["Y"])
    assert_matrix_is_true(widget, explorer)
    slider(widget, "training step").fill("1")
    slider(widget, "unit").fill("7")
    slider(widget, "example").fill("9")
    explorer.step, explorer.unit, explorer.example = 1, 7, 9
    assert_matrix_is_true(widget, explorer)
    assert f"x = ({number(made['X'][0, 8])}, {number(made['X'][1, 8])})".replace(" ", "\u00a0") in widget.locator(".cb-who").text_content()
    widget.get_by_label("temperature and shift").check()
    widget.get_by_label("Logits of").select_option(label="yours, example 9")
    explorer.view, explorer.sample = "temperature", "own 9"
    assert status(widget) == explorer.describe()
    assert violations(stage) == [] and stage.errors == []


# ---------------------------------------------------------------- temperature and shift


def assert_heat_is_true(seen, explorer):
    """Bars, numbers, verdicts and sentences at one temperature and shift."""
    _, z, true, classes = explorer.samples[explorer.sample]
    t, c = explorer.heated
    T, shift = heat.TEMPERATURES[t], heat.SHIFTS[c]
    e = np.exp(z / T - z.max() / T)
    p = e / e.sum()
    error = p - np.eye(len(z))[true]
    assert seen["status"] == explorer.describe()
    found = heat.of_temperatures(z, true)
    for k, name in enumerate(classes):
        texts = seen["rows"][f"class{k}"]
        assert texts[0] == name + (" ✓" if k == true else "") and texts[1] == number(z[k] + shift)
        wide, steep = beside_one(found["p"][t, k], 3), beside_one(found["dZ"][t, k], 3)
        assert texts[3] == (wide if len(wide) <= 9 else f"1 − {number(found['rest'][t, k], 1)}")
        assert texts[5] == (steep if len(steep) <= 9 else number(found["dZ"][t, k], 3))
        assert found["p"][t, k] == pytest.approx(p[k]) and found["dZ"][t, k] == pytest.approx(error[k] / T, abs=1e-12)
    for which, wanted in (("cb-p", p), ("cb-gradient", error)):
        bars = [bar for bar in seen["bars"] if which in bar[0].split()]
        assert [bar[1] for bar in bars] == pytest.approx(wanted.tolist(), abs=1e-12)
        for kind, value, x, width in bars:
            assert width == pytest.approx(abs(value) * (200 if which == "cb-p" else 100), abs=1e-9)
            assert x == pytest.approx(0 if which == "cb-p" else 100 + min(0, 100 * value), abs=1e-9)
            assert ("cb-minus" in kind) == (value < 0)
    codes = heat.of_shifts(z)["naive"][t, c]
    for i, precision in enumerate(heat.PRECISIONS):
        mark = "✗" if codes[i] else "✓"
        assert seen["rows"][precision] == [precision, number(heat.OVERFLOWS[i]), number((z.max() + shift) / T), f"{mark} {words.NAIVE[codes[i]]}"]


def assert_graph_is_true(widget, explorer):
    found = heat.of_temperatures(*explorer.samples[explorer.sample][1:3])
    (t, _), (one,) = explorer.heated, charts(widget)
    for mark in marks(widget, "cb-point"):
        value = found[mark["data-name"]][t]
        assert float(mark["data-value"]) == pytest.approx(value, abs=1e-300)
        assert np.allclose([mark["x"], mark["y"]], [one.x(heat.EXPONENTS[t]), one.y(np.clip(value, 1e-4, 1e3))], rtol=0, atol=0.02)
    paths = widget.evaluate("(root) => [...root.querySelectorAll('.cb-curve')].map((path) => [path.dataset.name, path.getAttribute('d')])")
    for name, d in paths:
        painted = np.array([[float(n) for n in piece.split()] for piece in d.replace("M", "L").split("L")[1:]])
        wanted = np.array([one.x(heat.EXPONENTS), [one.y(max(value, 1e-4)) for value in found[name]]]).T
        assert np.allclose(painted, wanted, rtol=0, atol=0.02)
    assert {name for name, _ in paths} == {"loss", "largest"}


def test_every_sample_at_temperatures_and_shifts(stage):
    widget = play(stage, "SoftmaxExplorer(view='temperature')")
    for name, (label, *_) in heat.built_in().items():
        widget.get_by_label("Logits of").select_option(label=label)
        explorer = SoftmaxExplorer(view="temperature", sample=name)
        slider(widget, "add to every logit").fill("15")
        for seen in widget.evaluate(SWEEP, ["temperature T", [-1.5, -1, -0.3, 0.4, 1.5, 0]]):
            explorer.temperature = 10 ** seen["value"] if abs(seen["value"]) < 1.5 else heat.TEMPERATURES[0 if seen["value"] < 0 else -1]
            assert seen["spoken"] == number(explorer.temperature)
            assert_heat_is_true(seen, explorer)
        assert_graph_is_true(widget, explorer)
        for seen in widget.evaluate(SWEEP, ["add to every logit", [0, 4, 12, 18, 22, 26, 30]]):
            explorer.shift = heat.SHIFTS[seen["value"]]
            assert seen["spoken"] == number(explorer.shift)
            assert_heat_is_true(seen, explorer)
    assert violations(stage) == [] and stage.errors == []


def test_the_temperature_by_keyboard_and_mouse(stage):
    page, widget = stage, play(stage, "explorer = SoftmaxExplorer(view='temperature', sample='wrong')\nexplorer")
    slider(widget, "temperature T").focus()
    for key, T in (("ArrowLeft", 0.891), ("Home", 0.0316), ("End", 31.6)):
        page.keyboard.press(key)
        assert status(widget) == SoftmaxExplorer(view="temperature", sample="wrong", temperature=T).describe()
    widget.locator(".cb-chart").and_(widget.locator(":visible")).scroll_into_view_if_needed()
    (one,) = charts(widget)
    page.mouse.move(*one.on_screen(one.x(-1), one.frame[1] + 40))
    page.mouse.down()
    wait_until(lambda: status(widget) == SoftmaxExplorer(view="temperature", sample="wrong", temperature=0.1).describe(), "T = 0.1")
    page.mouse.up()
    slider(widget, "add to every logit").focus()
    page.keyboard.press("ArrowRight")
    assert status(widget) == SoftmaxExplorer(view="temperature", sample="wrong", temperature=0.1, shift=1).describe()
    wait_until(lambda: python(page, "print(explorer.temperature, explorer.shift)") == "0.1 1.0", "the settings in Python")
    assert page.errors == []


def test_no_number_runs_into_its_neighbour(stage):
    widget = play(stage, "SoftmaxExplorer(view='temperature', sample='wrong', shift=800)")
    wide = """(root) => [...root.querySelectorAll('.cb-heat td')].filter((cell) => cell.scrollWidth > cell.clientWidth)
        .map((cell) => cell.textContent)"""
    for exponent in np.arange(-1.5, 1.51, 0.1).round(2):
        (seen,) = widget.evaluate(SWEEP, ["temperature T", [float(exponent)]])
        assert widget.evaluate(wide) == [], seen["spoken"]
    slider(widget, "temperature T").fill("-0.7")
    assert rows(widget)["class5"][3] == "1 − 7e−12" and "the largest p, 0.9999999999927" in status(widget)
    assert stage.errors == []


def test_python_computes_and_the_browser_writes(stage):
    """With another recording other numbers are written: none is made of the numbers beside it."""
    widget = play(stage, """from helpers.widgets.kit.base import table; import numpy as np
explorer = SoftmaxExplorer(show='passed'); told = {**explorer.recording}
digits = {**told['runs']['digits'], 'products': table(np.full((11, 32, 30, 10), 7.0), 'float32')}
toy = {**told['samples']['toy 1'], 'shifted': table(np.full((31, 3), 7.0)), 'first': 2}
explorer.recording = {**told, 'runs': {**told['runs'], 'digits': digits}, 'samples': {**told['samples'], 'toy 1': toy}}
explorer""")
    assert {rows(widget)[f"class{k}"][4] for k in range(10)} == {"7"}
    widget.get_by_label("temperature and shift").check()
    assert {rows(widget)[f"class{k}"][1] for k in range(3)} == {"7"} and "class 3 has the largest p" in status(widget)
    assert stage.errors == []


# ---------------------------------------------------------------- two views, themes, no kernel


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    show(desk, lab, IMPORTS, "explorer = SoftmaxExplorer()\nexplorer", "explorer", widgets=2)
    first, second = (desk.locator(".casebook").nth(n) for n in range(2))
    slider(first, "unit").fill("4")
    assert status(first) == status(second) == SoftmaxExplorer(unit=4).describe()
    python(desk, "explorer.data = 'toy'; explorer.unit = 3; explorer.example = 2; explorer.step = 60")
    wait_until(lambda: status(first) == status(second) == SoftmaxExplorer(data="toy", unit=3, example=2, step=50).describe(), "what Python set")
    assert python(desk, "print(explorer.step)") == "50"
    assert python(desk, "explorer.shift = 2000") == "ValueError: shift is 2000, expected a number from -1000 to 1000"
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        for name in ("temperature and shift", "which gradients survive"):
            first.get_by_label(name).check()
            assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    slider(first, "training step").fill("3")
    assert status(first) == status(second) == SoftmaxExplorer(data="toy", unit=3, example=2, step=5).describe(), "it lives on without its kernel"
    assert desk.errors == []


def test_nothing_is_cut_where_it_is_narrow(lab, desk):
    desk.set_viewport_size({"width": 900, "height": 720})
    show(desk, lab, IMPORTS, "SoftmaxExplorer(step=1000)", sidebar=True)
    widget = desk.locator(".casebook").first
    box = widget.bounding_box()
    end = """(node) => { const text = document.createRange(); text.selectNodeContents(node); return text.getBoundingClientRect().right; }"""
    assert widget.locator(".cb-step .cb-value").evaluate(end) <= box["x"] + box["width"]
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "SoftmaxExplorer()", "SoftmaxExplorer(view='temperature')", widgets=2)
    matrix, warm = (page.locator(".casebook").nth(n) for n in range(2))
    slider(matrix, "training step").fill("8")
    slider(matrix, "example").fill("13")
    assert_matrix_is_true(matrix, SoftmaxExplorer(step=200, example=13))
    matrix.get_by_label(words.DATA["toy"]).check()
    assert_matrix_is_true(matrix, SoftmaxExplorer(data="toy", step=200, example=13))
    explorer = SoftmaxExplorer(view="temperature", shift=0)
    for seen in warm.evaluate(SWEEP, ["temperature T", [-1, 1]]):
        explorer.temperature = 10 ** seen["value"]
        assert_heat_is_true(seen, explorer)
    assert violations(page) == [] and page.errors == [] and page.foreign == []
