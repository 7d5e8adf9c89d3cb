"""The tape stepper in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, focus, play, python, rows, show, status, touch, use_theme, violations, wait_until
from helpers.widgets import TapeStepper
from helpers.widgets.kit.numerals import number
from helpers.widgets.tape_stepper import words

FULL = "p = a*x + b*y; q = c*x - a*y; r = relu(p); s = relu(q); t = tanh(r*s); w = exp(-t); (w - 1)*w + r*r + s"
FULL_INPUTS = {"a": 1, "b": 2, "c": 0.5, "x": 1.5, "y": -0.5}
# The graph and the tables as they are painted.
SEEN = """(root) => {
    const texts = (node) => Object.fromEntries(['forward', 'back', 'label'].map((name) => [name, node.querySelector(`.cb-${name}`).textContent]));
    const cells = (row) => [row.dataset.name, [...row.cells].map((cell) => cell.textContent)];
    return {
        nodes: [...root.querySelectorAll('[data-node]')].map((node) => ({name: node.dataset.node, value: node.dataset.value ?? null,
            gradient: node.dataset.gradient ?? null, active: node.classList.contains('cb-active'), ...texts(node)})),
        used: [...root.querySelectorAll('.cb-used')].map((edge) => Number(edge.dataset.edge)),
        now: [...root.querySelectorAll('.cb-now')].map((edge) => Number(edge.dataset.edge)),
        locals: [...root.querySelectorAll('.cb-local')].map((text) => text.textContent),
        paths: [...root.querySelectorAll('.cb-line')].map((path) => path.getAttribute('d')),
        boxes: [...root.querySelectorAll('.cb-graph rect')].map((box) => ['x', 'y', 'width'].map((name) => Number(box.getAttribute(name)))),
        rows: Object.fromEntries([...root.querySelectorAll('tr[data-name]')].map(cells)),
        status: root.querySelector('.cb-status').textContent, label: root.querySelector('.cb-graph').getAttribute('aria-label'),
    };
}"""
# Moves the slider of this label over values, and reads everything at each.
SWEEP = f"""(root, [label, values]) => {{
    const look = {SEEN};
    const named = [...root.querySelectorAll('label')].find((one) => one.textContent === label);
    const slider = root.querySelector(`#${{named.htmlFor}}`);
    return values.map((value) => {{
        slider.value = value;
        slider.dispatchEvent(new Event('input', {{bubbles: true}}));
        return {{value, spoken: slider.getAttribute('aria-valuetext'), ...look(root)}};
    }});
}}"""


def slider(widget, label):
    return widget.get_by_label(label, exact=True).and_(widget.locator("input[type=range]"))


def assert_painted(seen, stepper):
    """Every number of the graph and of the tables is the one that Python has for this step."""
    graph, run, row = stepper.recorded.graph, stepper.run[stepper.order], stepper.row
    t = stepper.step - stepper.seed - 1
    hands = [(h, e) for h, (at, e) in enumerate(stepper.turns.hands) if at <= t]
    now = [(h, e) for h, e in hands if stepper.turns.hands[h][0] == t]
    held = {len(graph.names) - 1: 1.0} if t >= -1 else {}
    for h, e in hands:
        held[graph.edges[e][0]] = run["after"][row, h]
    active = stepper.turns.nodes[t] if t >= 0 else graph.inputs + stepper.step - 1 if 0 < stepper.step < stepper.seed else None
    assert [node["name"] for node in seen["nodes"]] == graph.names and [node["label"] for node in seen["nodes"]] == graph.labels
    for k, node in enumerate(seen["nodes"]):
        known = k < graph.inputs or k - graph.inputs < stepper.step
        value = stepper.run["nodes"][row, k]
        assert node["forward"] == (f"{graph.names[k]} = {number(value, 3)}" if known else graph.names[k])
        assert (node["value"] is not None) == known and (not known or float(node["value"]) == pytest.approx(value, rel=1e-15, nan_ok=True))
        wrong = stepper.step == stepper.last and bool(run["wrong"][row, k])
        assert node["back"] == (f"[{number(held[k], 3)}]{' ✗' * wrong}" if k in held else "")
        assert (node["gradient"] is not None) == (k in held) and (k not in held or float(node["gradient"]) == pytest.approx(held[k], nan_ok=True))
        assert node["active"] == (k == active)
    assert sorted(seen["used"]) == sorted({e for _, e in hands}) and sorted(seen["now"]) == sorted(e for _, e in now)
    local = stepper.run["local"][row]
    assert seen["locals"] == [f"× {number(local[e], 3)}" if e in seen["now"] else "" for e in range(len(graph.edges))]
    assert seen["status"] == stepper.describe() and seen["status"] in seen["label"]
    assert_tables(seen["rows"], stepper, now, held)


def assert_tables(found, stepper, now, held):
    graph, run, row = stepper.recorded.graph, stepper.run[stepper.order], stepper.row
    local = stepper.run["local"][row]
    for h, e in now:
        to, slope, share, arrived = found[f"share{h}"]
        assert to == graph.names[graph.edges[e][0]] and slope.split(" = ")[-1].split("here ")[-1] == number(local[e])
        assert share == number(run["share"][row, h])
        assert arrived.split(" = ")[-1].split(",")[0] == number(run["after"][row, h])
    over = stepper.step == stepper.last and stepper.order != "right"
    for k, name in enumerate(stepper.inputs):
        wrong = over and bool(run["wrong"][row, k])
        cells = found[f"input{k}"]
        assert cells[:2] == [name, number(stepper.run["nodes"][row, k])]
        assert cells[2] == (number(held[k]) if k in held else cells[2]) + (" ✗" if wrong else "")
        assert cells[3:] == ([number(stepper.right[name])] if over else [])


@pytest.mark.parametrize("order", words.ORDERS)
def test_every_step_of_an_order(stage, order):
    widget = play(stage, "TapeStepper()")
    widget.get_by_label(words.ORDERS[order], exact=True).check()
    stepper = TapeStepper(order=order)
    for seen in widget.evaluate(SWEEP, ["step", list(range(stepper.last + 1))]):
        stepper.step = seen["value"]
        assert seen["spoken"] == f"{stepper.step} of {stepper.last}"
        assert_painted(seen, stepper)
    assert widget.locator(".cb-expression").text_content() == "z = a*b + c; u = relu(z); u + a*u"
    places = stepper.recorded.places
    assert seen["paths"] == [edge["d"] for edge in places["edges"]], "where Python has put it"
    assert np.allclose([[x + w / 2, y + 14, w] for x, y, w in seen["boxes"]], places["nodes"])
    assert violations(stage) == [] and stage.errors == []


def test_shares_arrive_one_by_one(stage):
    widget = play(stage, "TapeStepper('u = x**2; u + u*u', x=2, step='end')")
    found = rows(widget)
    assert found["share4"] == ["x", "2 · x = 4", "36", "36"] and found["input0"] == ["x", "2", "36"]
    slider(widget, "step").fill("6")
    assert rows(widget)["share2"] == ["u", "u = 4", "4", "1 + 4 = 5"] and rows(widget)["share3"] == ["u", "u = 4", "4", "1 + 4 + 4 = 9"]
    widget.get_by_label(words.ORDERS["preorder"]).check()
    slider(widget, "step").fill("7")
    assert rows(widget)["input0"] == ["x", "2", "4 ✗", "36"]
    widget.get_by_label(words.ORDERS["unordered"]).check()
    assert rows(widget)["input0"] == ["x", "2", "76 ✗", "36"], "who is at the end stays there"
    widget.get_by_label(words.ORDERS["overwrite"]).check()
    assert rows(widget)["input0"] == ["x", "2", "16 ✗", "36"]
    widget = play(stage, "TapeStepper('a*a', a=3, order='overwrite', step='end')")
    assert rows(widget)["share1"] == ["a", "a = 3", "3", "3, and 3 is lost"]


def test_inputs_over_the_kink(stage):
    widget = play(stage, "TapeStepper(step='end')")
    stepper = TapeStepper(step="end")
    for name in ("b", "a", "c"):
        widget.get_by_label("Move input").select_option(label=name)
        stepper.input = name
        assert status(widget) == stepper.describe()
        for seen in widget.evaluate(SWEEP, ["its value", [0, 10, 19, 21, 40]]):
            stepper.value = stepper.recorded.values[name][seen["value"]]
            assert seen["spoken"] == f"{name} = {number(stepper.value)}"
            assert_painted(seen, stepper)
    widget.get_by_label("Move input").select_option(label="b")
    slider(widget, "its value").fill("10")
    slider(widget, "step").fill("3")
    assert "It stands at its kink" in status(widget) and "b = 0.5" in slider(widget, "its value").get_attribute("aria-valuetext")
    widget.get_by_role("button", name="Back to the value that was given").click()
    assert status(widget) == TapeStepper(step=3).describe()
    assert violations(stage) == [] and stage.errors == []


def test_the_largest_graph(stage):
    code = f"TapeStepper({FULL!r}, **{FULL_INPUTS})"
    widget = play(stage, code)
    for order in ("right", "unordered"):
        widget.get_by_label(words.ORDERS[order]).check()
        stepper = TapeStepper(FULL, **FULL_INPUTS, order=order)
        for seen in widget.evaluate(SWEEP, ["step", [0, 9, stepper.seed, stepper.seed + 4, stepper.last - 1, stepper.last]]):
            stepper.step = seen["value"]
            assert_painted(seen, stepper)
    assert violations(stage) == [] and stage.errors == []


def test_by_keyboard_mouse_and_finger(stage):
    page, widget = stage, play(stage, "stepper = TapeStepper()\nstepper")
    slider(widget, "step").focus()
    for key, step in (("ArrowRight", 1), ("End", 11), ("ArrowLeft", 10), ("Home", 0)):
        page.keyboard.press(key)
        assert status(widget) == TapeStepper(step=step).describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid", "focus is seen"
    widget.get_by_role("button", name="Next step").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert status(widget) == TapeStepper(step=2).describe()
    widget.get_by_role("button", name="Step back").click()
    assert status(widget) == TapeStepper(step=1).describe()
    widget.get_by_role("button", name="Where backward begins").click()
    assert status(widget) == TapeStepper(step="backward").describe()
    widget.get_by_role("button", name="To the last step").click()
    widget.get_by_label(words.ORDERS["right"]).focus()
    page.keyboard.press("ArrowRight")
    assert status(widget) == TapeStepper(order="preorder", step="end").describe()
    slider(widget, "its value").focus()
    page.keyboard.press("ArrowLeft")
    assert status(widget) == TapeStepper(order="preorder", step="end", value=1.4).describe()

    def middle(name):
        box = widget.locator(f"[data-node={name}] rect").bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    x, y = middle("c")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 36, y + 3, steps=4)
    wait_until(lambda: status(widget) == TapeStepper(order="preorder", step="end", input="c", value=-0.5).describe(), "dragged")
    page.mouse.up()
    x, y = middle("a")
    touch(page, (x, y), (x - 20, y), (x - 70, y))
    wait_until(lambda: status(widget) == TapeStepper(order="preorder", step="end", input="a", value=1).describe(), "dragged with a finger")
    asked = "print(stepper.order, stepper.step, stepper.input, stepper.value)"
    wait_until(lambda: python(page, asked) == "preorder 11 a 1.0", "the settings in Python")
    widget.get_by_label(words.ORDERS["unordered"]).check()
    wait_until(lambda: python(page, "print(stepper.order, stepper.step)") == "unordered 14", "a later step in a longer order")
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget), "what is shown is said")
    assert page.errors == []


def test_it_plays_to_the_end(stage):
    widget = play(stage, "TapeStepper('a*a', a=3)")
    widget.get_by_role("button", name="Play").click()
    wait_until(lambda: status(widget) == TapeStepper("a*a", a=3, step="end").describe(), "the end")
    wait_until(lambda: widget.get_by_role("button", name="Play").count() == 1, "it stops there")
    assert stage.errors == []


# ---------------------------------------------------------------- two views, themes, no kernel


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    show(desk, lab, IMPORTS, "stepper = TapeStepper()\nstepper", "stepper", widgets=2)
    first, second = (desk.locator(".casebook").nth(n) for n in range(2))
    slider(first, "step").fill("8")
    assert status(first) == status(second) == TapeStepper(step=8).describe()
    python(desk, "stepper.order = 'unordered'; stepper.step = 'end'; stepper.input = 'c'; stepper.value = 0.52")
    wanted = TapeStepper(order="unordered", step="end", input="c", value=0.5).describe()
    wait_until(lambda: status(first) == status(second) == wanted, "what Python set")
    assert python(desk, "print(stepper.step, stepper.value)") == "14 0.5"
    assert python(desk, "stepper.value = 20") == "ValueError: value is 20, expected a number from -3 to 1, around what was given for c"
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    first.get_by_label(words.ORDERS["right"]).check()
    assert status(first) == status(second) == TapeStepper(step="end", input="c", value=0.5).describe(), "it lives on without its kernel"
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "TapeStepper(step='end')", "TapeStepper('u = x**2; u + u*u', x=2, order='unordered', step='end')", widgets=2)
    one, other = (page.locator(".casebook").nth(n) for n in range(2))
    stepper = TapeStepper(step="end")
    for seen in one.evaluate(SWEEP, ["its value", [5, 10, 30]]):
        stepper.value = stepper.recorded.values["b"][seen["value"]]
        assert_painted(seen, stepper)
    one.get_by_label("Move input").select_option(label="a")
    stepper.input = "a"
    assert status(one) == stepper.describe()
    stepper = TapeStepper("u = x**2; u + u*u", x=2, order="unordered")
    for seen in other.evaluate(SWEEP, ["step", [0, 3, 6, 8, 9]]):
        stepper.step = seen["value"]
        assert_painted(seen, stepper)
    assert violations(page) == [] and page.errors == [] and page.foreign == []
