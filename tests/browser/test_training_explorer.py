"""The training explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np

from browser.widgets import (
    IMPORTS,
    charts,
    drag,
    focus,
    play,
    point_at,
    python,
    show,
    status,
    use_theme,
    violations,
    wait_until,
)
from helpers.widgets import TrainingExplorer
from helpers.widgets.kit.numerals import number
from helpers.widgets.training_explorer import recording as rec
from helpers.widgets.training_explorer.experiment import STEPS

READ = """(root) => {
    const all = (selector) => [...root.querySelectorAll(selector)].filter((node) => node.checkVisibility());
    const own = (node) => Object.fromEntries([...node.attributes].map(({name, value}) => [name, value]));
    const canvas = all('canvas')[0];
    return {
        status: root.querySelector('.cb-status').textContent, captions: all('figcaption').map((node) => node.textContent),
        waiting: root.querySelector('.cb-panels').classList.contains('cb-waiting'),
        point: all('.cb-loss-point').map(own)[0], line: root.querySelector('.cb-loss-line').getAttribute('d'),
        levels: all('.cb-floor, .cb-cycle').map(own), lamps: all('.cb-lamp').map((node) => ({...own(node), title: node.textContent})),
        bars: all('.cb-bar-z').map(own), answers: all('.cb-answer').map(own),
        norms: all('.cb-norm').map((node) => Number(node.dataset.value)), written: all('.cb-norm-value').map((node) => node.textContent),
        pixels: canvas && [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data],
        spoken: all('input[type=range]').map((node) => node.getAttribute('aria-valuetext')), label: all('.cb-chart')[0].getAttribute('aria-label'),
    };
}"""
SWEEP = f"""(root, places) => {{
    const [rate, step] = root.querySelectorAll('.cb-sliders input'), read = {READ};
    const to = (slider, value) => {{ slider.value = value; slider.dispatchEvent(new Event('input', {{bubbles: true}})); }};
    return places.map(([r, k]) => {{ to(rate, r); to(step, k); return read(root); }});
}}"""
CHOOSE = f"""(root, [name, value]) => {{
    const input = root.querySelector(`.cb-dial-${{name}} select`), read = {READ};
    input.value = value;
    input.dispatchEvent(new Event('change', {{bubbles: true}}));
    return read(root);
}}"""

TURNS = (
    ("start", "he"), ("data", "standardised"), ("seed", "3"), ("output", "relu_half_mse"), ("hidden", "leaky_relu_0.2"), ("data", "moons"),
    ("output", "relu"),
)  # fmt: skip


def near(painted, wanted, within=0.02):
    return np.allclose(np.array(painted, dtype=float), wanted, rtol=0, atol=within)


def loss_place(chart, loss):
    """Where a loss stands, held inside the frame as its point is."""
    _, top, _, height = chart.frame
    return float(np.clip(chart.y(loss), top, top + height))


def assert_painted(widget, explorer, seen=None):
    """All that is painted belongs to the run and the step of `explorer`."""
    seen = seen or widget.evaluate(READ)
    run, k = explorer.run, STEPS.index(explorer.step)
    assert seen["status"] == explorer.describe() and not seen["waiting"]
    assert seen["spoken"] == [number(explorer.rate), str(explorer.step)]
    loss, states, counts = run["loss"][k], run["states"][k], run["counts"][k]
    assert seen["captions"][0] == f"Loss {number(loss) if np.isfinite(loss) else 'no finite number'} at step {explorer.step}"
    for l in (0, 1):
        dead, back = ((states[10 * l : 10 * l + 10] == state).sum() for state in (1, 2))
        assert seen["captions"][2 + l] == f"Layer {l + 1}: {dead} of 10 dead" + (f", {back} back" if back else "")
    assert [[int(lamp["data-state"]), int(lamp["data-flow"])] for lamp in seen["lamps"]] == np.stack([states, run["flow"][k]], axis=1).tolist()
    bars = np.array([int(bar["data-count"]) for bar in seen["bars"]]).reshape(2, 2, rec.BINS)
    assert np.array_equal(bars, counts)
    assert np.array_equal(seen["norms"], run["norms"][k], equal_nan=True)
    assert seen["written"] == [number(norm, 3) if np.isfinite(norm) else "–" for norm in run["norms"][k]]
    if explorer.data == "moons":
        assert_field(seen["pixels"], run["field"][k])
    else:
        painted = np.array([int(bar["data-count"]) for bar in seen["answers"]]).reshape(2, rec.OUTPUT_BINS)
        assert np.array_equal(painted, run["answers"][k])
    return seen


def assert_field(pixels, tones):
    """Opacity tells how sure, colour which class."""
    red, _, blue, opacity = np.array(pixels).reshape(-1, 4).T
    assert near(opacity, np.abs(tones - 127.5) / 127.5 * 150, within=1)
    sure = opacity > 20
    assert np.array_equal((red > blue)[sure], (tones > 127)[sure])


def assert_lines(widget, explorer, seen):
    """The point of the loss, the line up to it, floor and cycle stand where the axes say."""
    chart, run, k = charts(widget)[0], explorer.run, STEPS.index(explorer.step)
    point, loss = seen["point"], run["loss"][k]
    assert float(point["data-loss"]) == loss and near([point["cx"], point["cy"]], [chart.x(np.log1p(explorer.step)), loss_place(chart, loss)])
    places = np.array([[float(n) for n in piece.split()] for piece in seen["line"].replace("M", "L").split("L")[1:]])
    shown = run["curve"][: explorer.step + 1]
    assert near(places, np.array([chart.x(np.log1p(np.arange(len(shown)))), chart.y(shown)]).T)
    levels = [explorer.experiment.floor, *(explorer.experiment.cycle(explorer.rate) or ())]
    assert near([level["y1"] for level in seen["levels"]], [chart.y(level) for level in levels])
    assert [float(level["data-loss"]) for level in seen["levels"]] == levels


def bars_stand_on_their_axes(widget, seen, run, k):
    """The height of each bar is its share of all sums of the layer."""
    for l, chart in enumerate(charts(widget)[2:4]):
        counts, bars = run["counts"][k][l].astype(float), np.array(seen["bars"]).reshape(2, 2, rec.BINS)[l]
        total, zero = counts.sum(), chart.y(0)
        for which in (0, 1):
            heights = [float(bar["height"]) for bar in bars[which]]
            assert near(heights, [zero - chart.y(100 * n / total) for n in counts[which]])
        edges = np.linspace(-1, 1, rec.BINS + 1)[:-1] * float(chart.data["xHigh"])
        assert near([float(bar["x"]) for bar in bars[0]], [chart.x(edge) + 0.6 for edge in edges])


def test_what_is_painted_at_many_rates_and_steps(stage):
    widget = play(stage, "TrainingExplorer()")
    places = [(rec.RATES.index(rate), k) for rate in (0.001, 0.12, 1.2, 8.0, 10.0, 20.0) for k in (0, 1, 2, 7, 12, 25)]
    for (r, k), seen in zip(places, widget.evaluate(SWEEP, places), strict=True):
        assert_painted(widget, TrainingExplorer(rate=rec.RATES[r], step=STEPS[k]), seen)
    for rate, step in ((0.12, 300), (10, 60), (1.2, 2)):
        seen = widget.evaluate(SWEEP, [(rec.RATES.index(rate), STEPS.index(step))])[0]
        explorer = TrainingExplorer(rate=rate, step=step)
        assert_lines(widget, explorer, seen)
        bars_stand_on_their_axes(widget, seen, explorer.run, STEPS.index(step))
    assert violations(stage) == [] and stage.errors == []


def test_two_steps_by_buttons_keys_and_mouse(stage):
    page, widget = stage, play(stage, "explorer = TrainingExplorer()\nexplorer")
    button = lambda name: widget.get_by_role("button", name=name, exact=True)  # noqa: E731
    assert button("Back one picture").is_disabled() and button("Back to step 0").is_disabled()
    for step in (1, 2):
        button("Take a step").click()
        assert_painted(widget, TrainingExplorer(step=step))
    assert "all 20 units are dead" in status(widget)
    button("Back one picture").click()
    assert status(widget) == TrainingExplorer(step=1).describe()
    rate, step = (widget.get_by_label(name, exact=True) for name in ("Learning rate η", "Step"))
    for _ in range(6):
        rate.press("ArrowLeft")
    assert status(widget) == TrainingExplorer(step=1, rate=0.12).describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid", "focus is seen"
    step.press("End")
    assert status(widget) == TrainingExplorer(step=300, rate=0.12).describe() and button("Take a step").is_disabled()
    step.press("ArrowLeft")
    assert button("Take 50 steps").text_content() == "Take 50 steps ▶"
    point_at(page, widget, 0, np.log1p(5.2))
    page.mouse.down()
    wait_until(lambda: status(widget) == TrainingExplorer(step=5, rate=0.12).describe(), "a click jumps to the nearest recorded step")
    point_at(page, widget, 0, np.log1p(95))
    wait_until(lambda: status(widget) == TrainingExplorer(step=100, rate=0.12).describe(), "and a drag")
    page.mouse.up()
    wait_until(lambda: python(page, "print(explorer.rate, explorer.step)") == "0.12 100", "the settings in Python")
    spoken = lambda: widget.evaluate("(root) => root.querySelector('.cb-spoken').getAttribute('aria-live')")  # noqa: E731
    home = lambda: button("Back to the settings of the case").bounding_box()["x"]  # noqa: E731
    place = home()
    playing = """(root) => { root.querySelector('[aria-label=Play]').click(); return root.querySelector('.cb-spoken').getAttribute('aria-live'); }"""
    assert widget.evaluate(playing) == "off", "a screen reader does not read each picture"
    wait_until(lambda: status(widget) == TrainingExplorer(step=300, rate=0.12).describe(), "it plays to the end")
    wait_until(lambda: button("Play").is_visible(), "and stops there")
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget) and spoken() == "polite", "the end is read aloud")
    step.press("Home")
    assert button("Take a step").is_visible() and home() == place, "no button moves when another says how many steps it takes"
    button("Back to the settings of the case").click()
    assert_painted(widget, TrainingExplorer()) and button("Back to the settings of the case").is_disabled()
    assert page.errors == []


def test_other_settings_are_asked_of_python_and_the_old_picture_stays(stage):
    page, widget = stage, play(stage, "explorer = TrainingExplorer(step=7)\nexplorer")
    before = widget.evaluate(READ)
    seen = widget.evaluate(CHOOSE, ["hidden", "tanh"])
    assert seen["waiting"] and seen["status"].startswith("Computing: tanh units, uniform weights of seed 0, two moons,")
    assert all(seen[name] == before[name] for name in ("captions", "point", "lamps", "bars", "norms", "pixels"))
    settings = {"step": 7, "hidden": "tanh"}
    for name, value in TURNS:
        wait_until(lambda: status(widget) == TrainingExplorer(**settings).describe(), str(settings))
        seen = assert_painted(widget, TrainingExplorer(**settings))
        if settings.get("data") != "standardised" and np.isfinite(float(seen["point"]["data-loss"])):
            assert_lines(widget, TrainingExplorer(**settings), seen)
        widget.locator(f".cb-dial-{name} select").select_option(value)
        settings[name] = int(value) if name == "seed" else value
    wait_until(lambda: status(widget) == TrainingExplorer(**settings).describe(), "a run that cannot begin")
    assert "cannot begin" in status(widget) and widget.evaluate(READ)["captions"][:2] == ["Loss no finite number at step 7", "Boundary"]
    widget.get_by_label("slope 1 − A²").check()
    widget.locator(".cb-dial-output select").select_option("sigmoid")
    wait_until(lambda: status(widget) == TrainingExplorer(**settings | {"output": "sigmoid", "wrong_slope": True}).describe(), "the comment's slope")
    wait_until(lambda: python(page, "print(explorer.held['key'])") == "leaky_relu_0.2|he|3|moons|comment|sigmoid", "Python holds it as well")
    assert violations(page) == [] and page.errors == []


def test_neighbouring_rates_are_computed_ahead(stage):
    page, widget = stage, play(stage, "TrainingExplorer(hidden='silu', step=20)")
    r = rec.RATES.index(1.2)
    quiet = lambda: [not one["waiting"] for one in widget.evaluate(SWEEP, [(r - 3, 13), (r + 3, 13), (r, 13)])]  # noqa: E731
    wait_until(lambda: all(quiet()), "the neighbours are there before anybody goes to them")
    seen = widget.evaluate(SWEEP, [(r - 3, 13)])[0]
    assert_painted(widget, TrainingExplorer(hidden="silu", step=20, rate=rec.RATES[r - 3]), seen)
    assert page.errors == []


def test_a_question_that_was_dropped_is_asked_again(stage):
    widget = play(stage, "TrainingExplorer(hidden='silu', step=20)")
    quickly = f"(root) => [['hidden', 'tanh'], ['hidden', 'elu'], ['hidden', 'silu']].map((dial) => ({CHOOSE})(root, dial))"
    assert [seen["waiting"] for seen in widget.evaluate(quickly)] == [True, True, False]
    wait_until(lambda: widget.evaluate(SWEEP, [(0, 13)])[0]["waiting"] is False, "the neighbours have been asked for meanwhile")
    widget.evaluate(SWEEP, [(rec.RATES.index(1.2), 13)])
    widget.evaluate(CHOOSE, ["hidden", "elu"])
    wait_until(lambda: status(widget) == TrainingExplorer(hidden="elu", step=20).describe(), "what was asked first and dropped")
    assert stage.errors == []


def test_the_rate_is_dragged_over_what_is_not_recorded(stage):
    widget = play(stage, "TrainingExplorer(start='he', seed=5, data='standardised', step=30)")
    rates = widget.get_by_label("Learning rate η", exact=True)
    seen = drag(rates, range(30))
    known = {TrainingExplorer(start="he", seed=5, data="standardised", step=30, rate=rate).describe() for rate in rec.RATES}
    assert all(text in known or text.startswith("Computing: ReLU units, He weights of seed 5") for text in seen)
    last = TrainingExplorer(start="he", seed=5, data="standardised", step=30, rate=rec.RATES[29])
    wait_until(lambda: status(widget) == last.describe(), "the last rate")
    assert_painted(widget, last)
    assert stage.errors == []


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    cells = (IMPORTS, "explorer = TrainingExplorer(step=1)\nexplorer", "explorer", "TrainingExplorer(rate=0.12)")
    show(desk, lab, *cells, widgets=3)
    first, second, other = (desk.locator(".casebook").nth(n) for n in range(3))
    first.get_by_role("button", name="Take a step").click()
    for widget in (first, second):
        assert_painted(widget, TrainingExplorer(step=2))
    wait_until(lambda: python(desk, "print(explorer.step)") == "2", "the move in Python, or it would come after what Python sets")
    python(desk, "explorer.step = 10; explorer.hidden = 'elu'")
    for widget in (first, second):
        wait_until(lambda widget=widget: status(widget) == TrainingExplorer(step=10, hidden="elu").describe(), "what Python set")
    assert python(desk, "explorer.hidden = 'rely'").startswith("ValueError: hidden is 'rely', expected one of relu")
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        assert_painted(first, TrainingExplorer(step=10, hidden="elu"))
        assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    other.get_by_label("Step", exact=True).fill("3")
    assert_painted(other, TrainingExplorer(rate=0.12, step=3))
    before = other.evaluate(READ)
    after = other.evaluate(CHOOSE, ["hidden", "tanh"])
    assert other.locator(".cb-notice").text_content().startswith("No answer from Python.")
    assert after["waiting"] and after["captions"] == before["captions"], "dimmed, never blank"
    other.get_by_role("button", name="Back to the settings of the case").click()
    assert_painted(other, TrainingExplorer())
    assert other.locator(".cb-notice").is_hidden()
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "TrainingExplorer(step=2)", "TrainingExplorer(hidden='tanh', data='standardised', rate=0.5, step=100)", widgets=2)
    case, other = (page.locator(".casebook").nth(n) for n in range(2))
    places = [(rec.RATES.index(rate), k) for rate in (0.12, 1.2, 10.0) for k in (0, 2, 25)]
    for (r, k), seen in zip(places, case.evaluate(SWEEP, places), strict=True):
        assert_painted(case, TrainingExplorer(rate=rec.RATES[r], step=STEPS[k]), seen)
    assert case.locator(".cb-dial select").first.is_disabled() and "need Python" in case.locator(".cb-dial select").first.get_attribute("title")
    held = {"hidden": "tanh", "data": "standardised", "rate": 0.5}
    assert_painted(other, TrainingExplorer(**held, step=100))
    other.get_by_label("Step", exact=True).fill("2")
    assert_painted(other, TrainingExplorer(**held, step=2))
    other.get_by_label("Learning rate η", exact=True).fill("0")
    words = "Not recorded on this page: tanh units, uniform weights of seed 0, standardised tumours, output sigmoid, rate 0.001."
    assert status(other).startswith(words) and other.locator(".cb-computing").text_content() == "not recorded"
    assert other.evaluate(READ)["waiting"] and other.locator(".cb-notice").is_hidden()
    other.get_by_role("button", name="Back to the settings of the case").click()
    assert_painted(other, TrainingExplorer())
    assert violations(page) == [] and page.errors == [] and page.foreign == []
