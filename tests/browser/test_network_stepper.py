"""The network stepper in a real browser: what is painted is what Python computes, by mouse, keyboard, touch, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, drag, focus, play, python, show, status, touch, use_theme, violations, wait_until
from helpers import case, network, paths
from helpers.widgets import NetworkStepper
from helpers.widgets.kit.numerals import number
from helpers.widgets.network_stepper import recording as rec

READ = """(root) => ({
    status: root.querySelector('.cb-status').textContent, code: root.querySelector('.cb-code').textContent,
    formula: root.querySelector('.cb-formula').textContent, shapes: root.querySelector('.cb-shapes').textContent,
    step: root.querySelector('.cb-steps input:checked').value, notice: root.querySelector('.cb-notice').textContent,
    units: Object.fromEntries([...root.querySelectorAll('.cb-node[data-unit]')].map((node) =>
        [node.dataset.unit, [node.dataset.of ?? '', node.dataset.value ?? '', node.querySelector('text').textContent, node.getAttribute('class')]])),
    edges: Object.fromEntries([...root.querySelectorAll('.cb-edge[data-entry]')].map((node) =>
        [node.dataset.entry, [Number(node.dataset.value), node.getAttribute('class'), Number(node.getAttribute('stroke-width'))]])),
    cells: [...root.querySelectorAll('.cb-matrix td[data-value]')].filter((cell) => cell.checkVisibility()).map((cell) => Number(cell.dataset.value)),
    lines: [...root.querySelectorAll('.cb-path')].map((node) =>
        [Number(node.dataset.path), Number(node.dataset.product), node.getAttribute('class')]),
    paths: [...root.querySelectorAll('tr[data-path]')].map((row) => [...row.cells].map((cell) => cell.textContent)),
    foot: Object.fromEntries([...root.querySelectorAll('.cb-path-table tfoot tr')].map((row) => [row.dataset.name, row.cells[1].textContent])),
    height: root.getBoundingClientRect().height,
})"""
# Chooses every step in turn, and reads all that is painted at each.
SWEEP = f"""(root) => [...root.querySelectorAll('.cb-steps input')].map((input) => {{ input.click(); return ({READ})(root); }})"""
CHOOSE = f"""(root, entries) => entries.map((entry) => {{
    const pick = (labels, value) => {{
        const input = [...root.querySelectorAll('select')].find((one) => labels.includes(one.labels[0].textContent));
        input.value = value;
        input.dispatchEvent(new Event('change', {{bubbles: true}}));
    }};
    const [, name, row, column] = entry.match(/^(\\w+)\\[(\\d+)(?:, (\\d+))?\\]$/);
    pick(['Paths of'], name);
    pick(['to unit', 'of unit'], row);
    if (column) pick(['from unit', 'from input'], column);
    return ({READ})(root);
}})"""
NAME = "(node) => node.getAttribute('aria-label')"
TWO_FRAMES = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


def view(page, n=0):
    return page.locator(".casebook").nth(n)


def choose_step(widget, name):
    widget.locator(f".cb-steps input[value={name}]").check(force=True)


def entries(sizes):
    """Every weight and bias by name, with (l, j, k)."""
    for l in range(1, len(sizes)):
        yield from ((f"W{l}[{j}, {k}]", (l, j, k)) for j, k in np.ndindex(sizes[l], sizes[l - 1]))
        yield from ((f"b{l}[{j}]", (l, j, None)) for j in range(sizes[l]))


def expected_cells(run, step, example, net):
    """The numbers of the table of one example, row by row, the line above first."""
    arrays, p, kind, l = run["arrays"], net.p, step["kind"], step["layer"]
    of = lambda name: arrays[name][:, example]  # noqa: E731
    if kind == "Z":
        return [*of(f"A{l - 1}"), *np.column_stack([p[f"W{l}"], p[f"b{l}"], of(f"Z{l}")]).ravel()]
    if kind == "A":
        return np.column_stack([of(f"Z{l}"), of(f"A{l}")]).ravel()
    if kind == "loss":
        return [*arrays["loss"][1:], arrays["loss"][0]]
    if kind == "dA":
        return [*of(f"dZ{l + 1}"), *np.column_stack([p[f"W{l + 1}"].T, of(f"dA{l}")]).ravel()]
    if kind == "dW":
        return [*of(f"A{l - 1}"), *np.column_stack([of(f"dZ{l}"), arrays[f"own{l}"][example]]).ravel()]
    if l == net.L:
        return np.column_stack([of(f"A{l}"), net.y[:, example], of(f"dZ{l}")]).ravel()
    return np.column_stack([of(f"dA{l}"), of(f"slope{l}"), of(f"dZ{l}")]).ravel()


def assert_step_is_true(seen, stepper):
    run, step, example = stepper.shown_run(), stepper.shown_run()["steps"][stepper.position], stepper.column
    assert (seen["step"], seen["code"], seen["formula"], seen["shapes"]) == tuple(step[key] for key in ("name", "code", "formula", "shapes"))
    assert seen["status"] == stepper.describe() and seen["notice"] == ""
    assert np.array_equal(seen["cells"], expected_cells(run, step, example, stepper.net))
    for unit, (name, value, text, classes) in seen["units"].items():
        l, j = map(int, unit.split())
        if not name:
            assert text == value == "" and "cb-empty" in classes
            continue
        true = run["arrays"][name][j, example]
        assert float(value) == true and len(text) <= 7
        assert text in (number(true, 3), number(true, 2), f"{true:.1e}".replace("e-0", "e−").replace("-", "−"), "≈ 0")
        assert f"cb-{'positive' if true > 0 else 'negative' if true < 0 else 'zero'}" in classes
    for entry, (value, classes, width) in seen["edges"].items():
        l = int(entry[1])
        j, k = map(int, entry[3:-1].split(", "))
        shown = run["arrays"][f"own{l}"][example] if step["kind"] == "dW" and step["layer"] == l else stepper.net.p[f"W{l}"]
        assert value == shown[j, k] and ("cb-lit" in classes) == (l == {"Z": 0, "dW": 0, "dA": 1}.get(step["kind"], 99) + step["layer"])
        assert np.isclose(width, 0.6 + 3.2 * abs(value) / (np.abs(shown[:, : stepper.net.sizes[l - 1]]).max() or 1), atol=0.006)


def test_every_step_of_every_example_and_activation(stage):
    widget = play(stage, "NetworkStepper()")
    stepper = NetworkStepper()
    assert widget.locator(".cb-edge[data-entry]").count() == 130 and widget.locator(".cb-node[data-unit]").count() == 23
    for hidden, label in (("relu", "ReLU"), ("sigmoid", "sigmoid"), ("tanh", "tanh")):
        widget.get_by_label(label, exact=True).check()
        for example in (1, 2, 3):
            widget.get_by_label("Example").select_option(str(example))
            stepper.hidden, stepper.example = hidden, example
            for seen in widget.evaluate(SWEEP):
                stepper.step = seen["step"]
                assert_step_is_true(seen, stepper)
                assert seen["height"] <= 640, f"{seen['step']} is {seen['height']} pixels high"
    assert stage.errors == []


@pytest.mark.parametrize("sizes", [(3, 16, 2), (1, 2, 3, 2, 4, 2)])
def test_other_networks(stage, sizes):
    code = f"""
        import numpy as np
        from helpers import network
        p = network.init_params({sizes}, rng=1)
        X, y = np.random.default_rng(2).normal(size=({sizes[0]}, 2)), np.eye({sizes[-1]})[:, [1, 0]]
    """
    made = {}
    exec("\n".join(line.strip() for line in code.splitlines()), made)
    widget = play(stage, "\n".join(line.strip() for line in code.splitlines()) + "\nNetworkStepper(p, X, y, output='softmax', example=2)")
    stepper = NetworkStepper(made["p"], made["X"], made["y"], output="softmax", example=2)
    for seen in widget.evaluate(SWEEP):
        stepper.step = seen["step"]
        assert_step_is_true(seen, stepper)
    assert_paths_are_true(widget, stepper, list(entries(sizes))[::7])
    assert violations(stage) == [] and stage.errors == []


def assert_paths_are_true(widget, stepper, chosen):
    net, example = stepper.net, stepper.column
    c = network.forward_prop(net.X, net.p, stepper.hidden, net.output)
    grads = network.backward_prop(net.X, net.y, c, net.p, stepper.hidden, net.output)
    for seen, (name, (l, j, k)) in zip(widget.evaluate(CHOOSE, [name for name, _ in chosen]), chosen, strict=True):
        true = paths.from_weight(net.p, c, grads, l, j, k, hidden=stepper.hidden, example=example)
        listed = stepper.shown_run()["arrays"][f"which{l}"][example, j].astype(int)
        stepper.selected = name
        assert seen["status"] == stepper.describe()
        assert len(seen["paths"]) == len(listed) == min(16, len(true.products))
        for n, row in zip(listed, seen["paths"], strict=True):
            assert [text.removesuffix(" ✕") for text in row[1:-1]] == [number(factor, 3) for factor in true.factors[n][k is None :]]
            assert row[-1] == ("cut" if true.products[n] == 0 else number(true.products[n]))
        drawn = {n: (product, "cb-cut" in classes) for n, product, classes in seen["lines"]}
        assert np.allclose([drawn[n][0] for n in range(len(listed))], true.products[listed], rtol=1e-12, atol=0)
        assert [drawn[n][1] for n in range(len(listed))] == (true.products[listed] == 0).tolist()
        gradient = grads[f"dW{l}"][j, k] if k is not None else grads[f"db{l}"][j, 0]
        assert np.isclose(
            np.mean([paths.from_weight(net.p, c, grads, l, j, k, hidden=stepper.hidden, example=i).total for i in range(net.m)]), gradient
        )
        assert seen["foot"]["sum"] == seen["foot"]["own"] == number(true.total) or abs(true.total) < 1e-15
        if net.m > 1:
            assert seen["foot"]["mean"] == number(gradient)


@pytest.mark.parametrize("hidden", rec.HIDDEN)
def test_the_paths_of_many_weights(stage, hidden):
    example = rec.HIDDEN.index(hidden) + 1
    widget = play(stage, f"NetworkStepper(hidden='{hidden}', step='dW1', example={example})")
    every = list(entries((2, 10, 10, 1)))
    assert_paths_are_true(widget, NetworkStepper(hidden=hidden, step="dW1", example=example), every if hidden == "relu" else every[::9])
    assert violations(stage) == [] and stage.errors == []


def test_ten_paths_of_which_six_are_cut(stage):
    widget = play(stage, "stepper = NetworkStepper(step='dW1', selected='W1[1, 0]')\nstepper")
    assert widget.locator(".cb-path").count() == 10 and widget.locator(".cb-path.cb-cut").count() == 6
    p, (X, _) = case.worked_params(), case.worked_example()
    off = {f"2 {r}" for r in np.flatnonzero(network.forward_prop(X, p)["Z2"][:, 0] <= 0)}
    assert set(widget.locator(".cb-cross").evaluate_all("(all) => all.map((one) => one.dataset.unit)")) == off and len(off) == 6
    assert widget.evaluate("(root) => root.getBoundingClientRect().height") <= 640
    assert widget.locator(".cb-panel .cb-scroll").locator("visible=true").evaluate("(box) => box.scrollHeight <= box.clientHeight"), (
        "all ten are seen"
    )
    widget.get_by_role("button", name="Show the path through 4").focus()
    assert widget.locator(".cb-path:not(.cb-faded)").evaluate_all("(all) => all.map((one) => one.dataset.path)") == ["3"]
    widget.get_by_role("button", name="Close the paths").click()
    assert widget.locator(".cb-path").count() == 0 and widget.locator(".cb-path-table").is_hidden()
    wait_until(lambda: python(stage, "print(repr(stepper.selected))") == "''", "the choice in Python")


def test_by_keyboard_alone(stage):
    page, widget = stage, play(stage, "stepper = NetworkStepper()\nstepper")
    widget.get_by_role("button", name="Play").focus()
    reached = []
    for _ in range(16):
        reached.append(focus(page, "(node) => node.labels?.[0]?.textContent ?? node.getAttribute('aria-label')?.split(':')[0]"))
        page.keyboard.press("Tab")
    assert reached[:13] == ["Play", "Next step", "Speed", "Example", "ReLU", "whole batch", "Z1", "Unit 1 of layer 1", "Numbers of this step",
                            "x₁", "x₂", "Paths of", reached[12]], reached  # fmt: skip
    widget.locator(".cb-steps input:checked").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert status(widget) == NetworkStepper(step="Z2").describe()
    widget.locator(".cb-network [tabindex='0']").focus()
    walked = []
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown", "PageDown", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        walked.append(focus(page, NAME).split(":")[0])
    assert walked == ["Unit 2 of layer 1", "Weight W2[0, 1]", "Weight W2[1, 1]", "Weight W2[2, 1]", "Weight W2[2, 2]", "Unit 3 of layer 2",
                      "Weight W2[2, 0]", "Unit 1 of layer 1", "Weight W1[0, 0]"]  # fmt: skip
    assert widget.locator(".cb-readout").text_content() == focus(page, NAME)
    assert focus(page, "(node) => node.matches(':focus-visible')")
    page.keyboard.press("Enter")
    assert "W1[0, 0]: 10 paths" in status(widget) and widget.locator(".cb-path").count() == 10
    page.keyboard.press("Escape")
    assert widget.locator(".cb-path").count() == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert "b1[0]: 10 paths" in status(widget)
    widget.get_by_role("button", name="Next step").focus()
    page.keyboard.press("Enter")
    assert "Step 4 of 15" in status(widget)
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget), "what is shown is said")
    wait_until(lambda: python(page, "print(stepper.step, stepper.selected)") == "A2 b1[0]", "settings in Python")
    assert violations(page) == [] and page.errors == []


def place_of(widget, selector):
    """The middle of a unit or an edge on the screen."""
    box = widget.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_by_mouse_and_finger(stage):
    page, widget = stage, play(stage, "stepper = NetworkStepper(step='dW1')\nstepper")
    widget.scroll_into_view_if_needed()
    run, stepper = NetworkStepper().run(), NetworkStepper()
    readout = widget.locator(".cb-readout")
    page.mouse.move(*place_of(widget, "[data-unit='2 3'] rect"))
    c = {name: number(run["arrays"][name][3, 0]) for name in ("Z2", "A2", "dA2", "slope2", "dZ2")}
    said = f"Unit 4 of layer 2: z {c['Z2']}, a {c['A2']}, dA {c['dA2']}, slope g′ {c['slope2']}, dZ {c['dZ2']}, bias b −0.2, db {c['dZ2']}, mean db "
    wait_until(lambda: readout.text_content().startswith(said), said)
    for entry in ("W1[0, 0]", "W1[9, 1]", "W3[0, 4]"):
        l, (j, k) = int(entry[1]), map(int, entry[3:-1].split(", "))
        page.mouse.move(*place_of(widget, f"[data-entry='{entry}']"))
        own, whole = run["arrays"][f"own{l}"][0, j, k], run["arrays"][f"dW{l}"][j, k]
        said = f"Weight {entry}: {number(stepper.net.p[f'W{l}'][j, k])}, gradient {number(own)} for example 1, mean dW {number(whole)}"
        wait_until(lambda said=said: readout.text_content() == said, said)
    page.mouse.down()
    page.mouse.up()
    wait_until(lambda: "W3[0, 4]: 1 path, 0 alive" in status(widget), "a click chooses")
    touch(page, place_of(widget, "[data-unit='1 6'] rect"))
    wait_until(lambda: "b1[6]: 10 paths" in status(widget), "a finger chooses")
    wait_until(lambda: python(page, "print(stepper.selected)") == "b1[6]", "the choice in Python")
    widget.get_by_role("button", name="Step back").click()
    assert "Step 14 of 15" in status(widget)
    widget.get_by_label("whole batch").check()
    widget.get_by_role("button", name="Close the paths").click()
    seen = widget.evaluate(READ)
    assert np.array_equal(seen["cells"], run["arrays"]["dZ1"].ravel())
    choose_step(widget, "dW2")
    assert np.array_equal(widget.evaluate(READ)["cells"], np.hstack([run["arrays"]["dW2"], run["arrays"]["db2"]]).ravel())
    assert page.errors == []


def test_it_plays_to_the_end_and_stops(stage):
    page, widget = stage, play(stage, "stepper = NetworkStepper(step='dA1', speed=2)\nstepper")
    page.emulate_media(reduced_motion="reduce")
    widget.get_by_role("button", name="Play").click()
    assert widget.get_by_role("button", name="Pause").is_visible()
    wait_until(lambda: "Step 15 of 15" in status(widget), "the last step")
    wait_until(lambda: widget.get_by_role("button", name="Play").is_visible(), "it stops")
    assert widget.get_by_role("button", name="Next step").is_disabled()
    assert widget.locator(".cb-edge").first.evaluate("(edge) => getComputedStyle(edge).transitionDuration") == "0s"
    widget.get_by_role("button", name="Play").click()
    wait_until(lambda: "Step 2 of 15" in status(widget), "it begins again")
    widget.get_by_role("button", name="Pause").click()
    widget.get_by_label("Speed").select_option("0.5")
    wait_until(lambda: python(page, "print(stepper.speed, stepper.step)") == "0.5 A1", "settings in Python")
    page.emulate_media(reduced_motion="no-preference")
    assert page.errors == []


def test_another_input_is_asked_for(stage):
    page, widget = stage, play(stage, "stepper = NetworkStepper(step='loss')\nstepper")
    widget.get_by_label("x₁").fill("-2.5")
    widget.get_by_label("x₂").fill("3")
    stepper = NetworkStepper(step="loss", x=(-2.5, 3))
    wait_until(lambda: status(widget) == stepper.describe(), "the answer")
    assert [float(value) for _, value, *_ in list(widget.evaluate(READ)["units"].values())[:2]] == [-2.5, 3]
    for seen in widget.evaluate(SWEEP):
        stepper.step = seen["step"]
        assert_step_is_true(seen, stepper)
    widget.get_by_label("tanh").check()
    stepper.hidden = "tanh"
    wait_until(lambda: status(widget) == stepper.describe(), "the answer for tanh")
    wait_until(lambda: python(page, "print(stepper.x)") == "(-2.5, 3.0)", "x in Python")
    widget.get_by_role("button", name="Reset x").click()
    assert status(widget) == NetworkStepper(step="dW1", hidden="tanh").describe()
    wait_until(lambda: python(page, "print(stepper.x)") == "()", "its own input again in Python")
    python(page, "stepper.x = (0, 0)")
    wait_until(lambda: status(widget) == NetworkStepper(step="dW1", hidden="tanh", x=(0, 0)).describe(), "what Python set")
    widget.get_by_label("Example").select_option("2")
    assert status(widget) == NetworkStepper(step="dW1", hidden="tanh", example=2).describe()
    assert page.errors == []


def test_what_python_answers_is_seen_while_somebody_drags(stage):
    widget = play(stage, "NetworkStepper()")
    values = np.round(np.arange(-2, 3.05, 0.1), 1)
    seen = drag(widget.get_by_label("x₁"), values)
    own = NetworkStepper()
    texts = [own.describe(), *(NetworkStepper(x=(value, own.net.X[1, 0])).describe() for value in values)]
    assert set(seen) <= set(texts) and len(seen) > 4, "numbers of inputs on the way, none of them made up"
    wait_until(lambda: status(widget) == texts[-1], "the last input")
    assert stage.errors == []


LEARNER = "from helpers import case\nstepper = NetworkStepper(backward_prop=case.backward_prop_sigmoid, hidden='sigmoid')\nstepper"


def test_a_learners_first_wrong_statement_is_marked(stage):
    page, widget = stage, play(stage, LEARNER)
    stepper = NetworkStepper(backward_prop=case.backward_prop_sigmoid, hidden="sigmoid")
    check = stepper.run()["check"]
    assert widget.locator(".cb-learner").text_content() == check["summary"]
    assert widget.evaluate(READ)["step"] == "dZ2", "it begins at the first statement that goes wrong"
    own, reference = (widget.locator(f".cb-side-by-side > :nth-child({n})").bounding_box() for n in (1, 2))
    assert own["x"] + own["width"] <= reference["x"] and abs(own["y"] - reference["y"]) < 3, "the learner's numbers come first"
    assert widget.locator(".cb-first-wrong").text_content() == "✗dZ2"
    assert widget.locator(".cb-step-mark:not(:empty)").count() == sum(one["wrong"] for one in check["steps"].values())
    for name, one in check["steps"].items():
        choose_step(widget, name)
        said = widget.locator(".cb-verdict p").text_content()
        assert one["verdict"] in said and ("✗" in said) == one["wrong"] and ("First" in said) == (name == "dZ2")
        rows = widget.locator(".cb-side-by-side > :first-child:not([hidden]) tbody tr").evaluate_all(
            "(all) => all.map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
        assert rows == (one["rows"] if one["wrong"] else [])
        assert widget.evaluate("(root) => root.getBoundingClientRect().height") <= 640
    widget.locator(".cb-network [tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    mine, truth = check["mine"]["dW2"][0, 0], check["truth"]["dW2"][0, 0]
    assert f"yours {number(mine)}, numerical {number(truth)}" in widget.locator(".cb-readout").text_content()
    assert violations(page) == []
    use_theme(page, "dark")
    assert violations(page) == []
    use_theme(page, "light")
    widget.get_by_label("ReLU", exact=True).check()
    assert "first goes wrong at dZ2" in widget.locator(".cb-learner").text_content()
    assert page.errors == []


@pytest.mark.parametrize(
    ("code", "said"),
    [("p['W2'][0, 0] = np.nan\nNetworkStepper(p)", "W2 holds nan"), ("p['W1'][:] = 1e308\nNetworkStepper(p)", "expected finite numbers"),
     ("NetworkStepper(p, np.array([[np.inf], [0.0]]), np.ones((1, 1)))", "X holds inf"),
     ("NetworkStepper(p, backward_prop=lambda X, y, c, p: 1 / 0)", "ZeroDivisionError: division by zero"),
     ("NetworkStepper(p, backward_prop=lambda X, y, c, p: 'nonsense')", "returned 'nonsense', expected a dict"),
     ("NetworkStepper(p, backward_prop=lambda X, y, c, p: {'dW3': 'x', 'dZ2': np.inf})", "first goes wrong at dZ3"),
     ("p['b2'][:] = -1e6\nNetworkStepper(p, step='dW1', selected='W1[0, 0]')", "10 paths, 0 alive"),
     ("NetworkStepper({k: v * 1e60 for k, v in p.items()}, step='dZ1')", "Step 14 of 15")],
)  # fmt: skip
def test_what_cannot_be_shown_is_said(stage, code, said):
    widget = play(stage, "import numpy as np\nfrom helpers import case\np = case.worked_params()\n" + code)
    text = " ".join(widget.locator(f".cb-{part}").text_content() for part in ("notice", "learner", "status"))
    assert said in text.replace('"', "'"), text
    for _ in range(3):
        widget.get_by_role("button", name="Next step").click(force=True, no_wait_after=True) if "Step 15" not in status(widget) else None
    widget.get_by_label("Paths of").select_option("W1")
    assert "This cannot be drawn" not in widget.locator(".cb-notice").text_content()
    assert violations(stage) == [] and stage.errors == []


def test_shown_twice_set_from_python_closed(lab, desk):
    log = lab.logged()
    show(desk, lab, IMPORTS, "stepper = NetworkStepper()\nstepper", "stepper", "NetworkStepper(step='dZ2')", widgets=3)
    first, second, other = (view(desk, n) for n in range(3))
    choose_step(first, "dA2")
    assert status(first) == status(second) == NetworkStepper(step="dA2").describe() and status(other) == NetworkStepper(step="dZ2").describe()
    python(desk, "stepper.step = 12; stepper.example = 2; stepper.hidden = 'tanh'; stepper.selected = 'W2[4, 5]'")
    expected = NetworkStepper(step="dW2", example=2, hidden="tanh", selected="W2[4, 5]").describe()
    wait_until(lambda: status(first) == status(second) == expected, "what Python set")
    assert "expected an entry of W2" in python(desk, "stepper.selected = 'W2[40, 5]'")
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        assert violations(desk) == []
    second.get_by_role("button", name="Play").click()
    python(desk, "stepper.close()")
    wait_until(lambda: desk.locator(".casebook").count() == 1, "closed views go away")
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    choose_step(view(desk), "A3")
    assert status(view(desk)) == NetworkStepper(step="A3").describe(), "it lives on without its kernel"
    assert desk.errors == [] and lab.complaints(log) == []


def test_without_a_kernel(exported, page):
    exported(page, IMPORTS, "NetworkStepper()", LEARNER, widgets=2)
    widget, learner = view(page), view(page, 1)
    stepper = NetworkStepper()
    for hidden, example in (("relu", 1), ("tanh", 2)):
        widget.locator(f"input[value={hidden}]").check()
        widget.get_by_label("Example").select_option(str(example))
        stepper.hidden, stepper.example = hidden, example
        for seen in widget.evaluate(SWEEP):
            stepper.step = seen["step"]
            assert_step_is_true(seen, stepper)
    assert_paths_are_true(widget, stepper, list(entries((2, 10, 10, 1)))[::17])
    assert learner.locator(".cb-first-wrong").text_content() == "✗dZ2"
    before = status(widget)
    widget.get_by_label("x₁").fill("2")
    assert "New numbers need Python" in widget.locator(".cb-notice").text_content()
    assert status(widget) == before and widget.get_by_label("x₁").input_value() == number(stepper.net.X[0, stepper.column]).replace("−", "-")
    assert violations(page) == [] and page.errors == [] and page.foreign == []
