"""The convolution explorer in a real browser: what is painted is what Python computes, by mouse, keyboard, and without a kernel."""

import numpy as np
import pytest

from browser.widgets import IMPORTS, charts, focus, marks, play, python, show, status, touch, use_theme, violations, wait_until
from helpers.widgets import ConvolutionExplorer
from helpers.widgets.convolution_explorer import learning, words
from helpers.widgets.convolution_explorer import recording as rec
from helpers.widgets.kit.numerals import number

OWN = [[0.5, -1.0, 2.0], [0.0, 3.0, -0.25], [1.0, 0.0, -7.0]]
FAINT = 0.6
# Each grid that is seen: its heading, label, cells (row, column, value, kind, opacity, text) and frames.
GRIDS = """(root) => {
    const kind = (node) => node.getAttribute('class').split(' ')[1];
    const cell = (box, text) => [Number(box.dataset.row), Number(box.dataset.column), 'value' in box.dataset ? Number(box.dataset.value) : null,
        kind(box), Number(box.getAttribute('fill-opacity')), text ? text.textContent : null];
    const read = (one) => {
        const texts = [...one.querySelectorAll('text')];
        return {heading: one.querySelector('figcaption').textContent, label: one.querySelector('svg').getAttribute('aria-label'),
            cells: [...one.querySelectorAll('.cb-square')].map((box, n) => cell(box, texts[n])),
            frames: [...one.querySelectorAll('.cb-frame-box')].map((box) => [kind(box), box.dataset.rows, box.dataset.columns])};
    };
    const seen = [...root.querySelectorAll('figure[data-name]')].filter((one) => one.checkVisibility());
    return Object.fromEntries(seen.map((one) => [one.dataset.name, read(one)]));
}"""
PRODUCTS = """(root) => ({
    cells: [...root.querySelectorAll('.cb-product')].map((one) => [one.querySelector('span').textContent, one.querySelector('b').textContent,
        Number(one.dataset.value), 'outside' in one.dataset]),
    sum: root.querySelector('.cb-sum').textContent,
    label: root.querySelector('.cb-products').getAttribute('aria-label'),
    entries: [...root.querySelectorAll('.cb-entries input')].map((one) => one.valueAsNumber),
})"""
# Moves a slider over values, and reads what `read` says at each.
SWEEP = """(root, [label, values, read]) => {
    const named = [...root.querySelectorAll('label')].find((one) => one.textContent === label && one.checkVisibility());
    const slider = root.querySelector(`#${named.htmlFor}`);
    return values.map((value) => {
        slider.value = value;
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        return {value, spoken: slider.getAttribute('aria-valuetext'), status: root.querySelector('.cb-status').textContent, seen: eval(read)(root)};
    });
}"""


def slider(widget, label):
    return widget.get_by_label(label, exact=True).and_(widget.locator("input[type=range]:visible"))


def entry(widget, u, v):
    return widget.get_by_label(f"K, row {u}, column {v}", exact=True)


def assert_grid(found, values, *, margin=0, shown=None, largest=None, written=(1, 2), ink=False):
    """The cells are these numbers with their colours, and a margin of zeros."""
    values = np.asarray(values, dtype=float)
    largest = largest or np.nanmax(np.abs(np.nan_to_num(values))) or 1
    assert len(found["cells"]) == np.prod([n + 2 * margin for n in values.shape])
    for row, column, value, kind, opacity, text in found["cells"]:
        inside = 1 <= row <= values.shape[0] and 1 <= column <= values.shape[1]
        wanted = values[row - 1, column - 1] if inside else 0.0
        if inside and (np.isnan(wanted) or (shown is not None and not shown[row - 1, column - 1])):
            assert (value, kind, opacity, text or "") == (None, "cb-empty", 0, "")
            continue
        assert value == wanted and kind == ("cb-outside" if not inside else "cb-ink" if ink else "cb-minus" if wanted < 0 else "cb-plus")
        assert opacity == pytest.approx(FAINT * abs(wanted) / largest, abs=6e-4)
        assert text == (words.short(wanted, *written) if written else None)


def frame(rows, columns, kind="cb-window"):
    return [kind, f"{min(rows) + 1} {max(rows) + 1}", f"{min(columns) + 1} {max(columns) + 1}"]


def assert_slide(widget, explorer):
    """Image, window, entries, products, sum and Z are those of the place."""
    grids, made, (i, j), rows = widget.evaluate(GRIDS), widget.evaluate(PRODUCTS), explorer.at, explorer.layout["rows"]
    Z = explorer.Z
    assert_grid(grids["image"], explorer.X, margin=explorer.padding, ink=True, largest=3 if explorer.image == "toy" else 16)
    assert grids["image"]["frames"] == [frame(rows[i], rows[j])]
    assert_grid(grids["output"], Z, shown=np.arange(Z.size).reshape(Z.shape) <= i * Z.shape[1] + j)
    assert grids["output"]["frames"] == [frame([i], [j])] and explorer.describe() in grids["output"]["label"]
    assert grids["output"]["heading"] == f"Output Z, {Z.shape[0]} × {Z.shape[1]}"
    wide = np.pad(explorer.X, explorer.padding)
    for (u, v), (factors, product, value, outside) in zip(np.ndindex(explorer.K.shape), made["cells"], strict=True):
        r, c = rows[i][u], rows[j][v]
        e = number(explorer.K[u, v], 3)
        assert factors == f"{wide[r + explorer.padding, c + explorer.padding]:.0f} × {f'({e})' if e[0] == '−' else e}"
        assert value == explorer.products[i, j, u, v] and product == number(value) and f"{factors} = {product}" in made["label"]
        assert outside == (not (0 <= r < len(explorer.X) and 0 <= c < len(explorer.X)))
    texts = [number(value) for value in explorer.products[i, j].ravel()]
    joined = "".join(text if n == 0 else f" − {text[1:]}" if text[0] == "−" else f" + {text}" for n, text in enumerate(texts))
    assert made["sum"] == f"{joined} = {number(Z[i, j])}"
    assert np.allclose(made["entries"], explorer.K.ravel(), rtol=5e-4) and status(widget) == explorer.describe()


def assert_gradient(widget, explorer):
    """Image with the pixels that take part, dZ, the products and the whole gradient."""
    grids, (i, j), (u, v), rows = widget.evaluate(GRIDS), explorer.at, explorer.target, explorer.layout["rows"]
    _, products = explorer.terms
    kernel = explorer.of == "kernel"
    assert_grid(grids["pixels"], explorer.X, margin=explorer.padding, ink=True, largest=3 if explorer.image == "toy" else 16)
    parts = [frame([r[u]], [c[v]], "cb-part") for r in rows for c in rows] if kernel else [frame([u], [v], "cb-part")]
    here = frame([rows[i][u]], [rows[j][v]]) if kernel else frame([u], [v])
    assert grids["pixels"]["frames"] == [frame(rows[i], rows[j], "cb-patch-box"), *parts, here]
    assert_grid(grids["dZ"], explorer.dZ)
    assert_grid(grids["terms"], products)
    assert grids["dZ"]["frames"] == grids["terms"]["frames"] == [frame([i], [j])]
    whole = explorer.dK if kernel else explorer.dX
    assert_grid(grids["whole"], whole)
    assert grids["whole"]["frames"] == [frame([u], [v])]
    assert grids["whole"]["heading"] == f"{'dK' if kernel else 'dX'}: {number(whole[u, v])} here"
    assert status(widget) == explorer.describe() and all(explorer.describe() in one["label"] for one in grids.values())


def assert_learn(widget, explorer):
    """Kernels, images, answers, lines and marks of the step."""
    grids, found, k = widget.evaluate(GRIDS), learning.run(explorer.data), learning.STEPS.index(explorer.step)
    assert_grid(grids["learned"], found.K[k].astype("float32"), largest=2, written=(2, 3))
    assert_grid(grids["sobel"], rec.SOBEL, largest=2, written=(2, 3))
    for n in range(2):
        target = found.targets[n].astype("float32")
        assert_grid(grids[f"answer{n}"], found.answers[k, n].astype("float32"), largest=np.abs(target).max() or 1, written=None)
        assert_grid(grids[f"target{n}"], target, written=None)
        ink = n == 1 or explorer.data != "noise"
        assert_grid(grids[f"shown{n}"], found.shown[n].astype("float32"), written=None, ink=ink)
    (one,) = charts(widget)
    for mark in marks(widget, "cb-point"):
        value = np.float32(found.errors[k, learning.ERRORS.index(mark["data-name"])])
        assert float(mark["data-value"]) == value
        assert np.allclose([mark["x"], mark["y"]], [one.x(learning.PLACES[k]), one.y(max(value, learning.LOWEST))], rtol=0, atol=0.02)
    paths = widget.evaluate("(root) => [...root.querySelectorAll('.cb-curve')].map((path) => [path.dataset.name, path.getAttribute('d')])")
    assert [name for name, _ in paths] == list(learning.ERRORS)
    for name, d in paths:
        painted = np.array([[float(n) for n in piece.split()] for piece in d.replace("M", "L").split("L")[1:]])
        errors = np.maximum(found.errors[:, learning.ERRORS.index(name)].astype("float32"), learning.LOWEST)
        assert np.allclose(
            painted, [[one.x(place), one.y(error)] for place, error in zip(learning.PLACES[: k + 1], errors, strict=False)], rtol=0, atol=0.02
        )
    assert status(widget) == explorer.describe() and explorer.describe() in one.label


# ---------------------------------------------------------------- slide


def test_every_kernel_on_both_kinds_of_images(stage):
    widget = play(stage, "ConvolutionExplorer()")
    for kernel, label in words.KERNELS.items():
        widget.get_by_label("Kernel", exact=True).select_option(label=label)
        for image in ("toy", "8"):
            widget.get_by_label("Image", exact=True).select_option(label=words.IMAGES[image])
            for stride, padding in ((1, 0), (1, 1), (2, 1), (3, 0)):
                widget.get_by_role("group", name="Stride").get_by_label(str(stride)).check()
                widget.get_by_role("group", name="Padding").get_by_label(str(padding)).check()
                slider(widget, "place").fill("1000")
                assert_slide(widget, ConvolutionExplorer(image=image, kernel=kernel, stride=stride, padding=padding, place=(10, 10)))
    assert violations(stage) == [] and stage.errors == []


def test_every_place(stage):
    widget, explorer = play(stage, "ConvolutionExplorer(image=3, padding=1)"), ConvolutionExplorer(image=3, padding=1)
    for seen in widget.evaluate(SWEEP, ["place", list(range(64)), PRODUCTS]):
        i, j = divmod(seen["value"], 8)
        explorer.place = (i + 1, j + 1)
        assert seen["status"] == explorer.describe() and seen["spoken"] == f"row {i + 1}, column {j + 1}"
        assert [cell[2] for cell in seen["seen"]["cells"]] == explorer.products[i, j].ravel().tolist()
        assert seen["seen"]["sum"].endswith(f" = {number(explorer.Z[i, j])}")


def test_steps_by_button_keyboard_mouse_and_finger(stage):
    page, widget = stage, play(stage, "explorer = ConvolutionExplorer()\nexplorer")
    button = lambda name: widget.get_by_role("button", name=name, exact=True)  # noqa: E731
    for name, place in (("Next step", (1, 2)), ("To the end", (6, 6)), ("Step back", (6, 5))):
        button(name).click()
        explorer = ConvolutionExplorer(place=place)
        wait_until(lambda: status(widget) == explorer.describe(), name)  # noqa: B023, it is awaited here
        assert_slide(widget, explorer)
        assert button("Next step").is_disabled() == button("To the end").is_disabled() == (name == "To the end")
    button("To the start").click()
    button("Play").click()
    wait_until(lambda: status(widget) == ConvolutionExplorer(place=(1, 4)).describe(), "it plays")
    button("Pause").click()
    slider(widget, "place").focus()
    for key, place in (("Home", (1, 1)), ("ArrowRight", (1, 2)), ("End", (6, 6)), ("ArrowLeft", (6, 5))):
        page.keyboard.press(key)
        assert status(widget) == ConvolutionExplorer(place=place).describe()
    assert focus(page, "(node) => getComputedStyle(node).outlineStyle") == "solid", "focus is seen"
    output = widget.locator(".cb-of-output")
    output.scroll_into_view_if_needed()

    def at(row, column):
        box = output.bounding_box()
        return box["x"] + (column - 0.5) / 6 * box["width"], box["y"] + (row - 0.5) / 6 * box["height"]

    page.mouse.move(*at(4, 2))
    page.mouse.down()
    wait_until(lambda: status(widget) == ConvolutionExplorer(place=(4, 2)).describe(), "the cell under the mouse")
    page.mouse.move(*at(5, 5))
    wait_until(lambda: status(widget) == ConvolutionExplorer(place=(5, 5)).describe(), "dragged")
    page.mouse.up()
    touch(page, lambda: at(1, 1), lambda: at(2, 2), lambda: at(2, 6))
    wait_until(lambda: status(widget) == ConvolutionExplorer(place=(2, 6)).describe(), "dragged with a finger")
    wait_until(lambda: python(page, "print(explorer.place)") == "(2, 6)", "the place in Python")
    wait_until(lambda: widget.locator(".cb-spoken").text_content() == status(widget), "what is shown is said")
    assert page.errors == []


def test_it_plays_to_the_end_and_stops(stage):
    widget = play(stage, "ConvolutionExplorer(image='toy', kernel='toy', stride=2)")
    widget.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: status(widget) == ConvolutionExplorer(image="toy", kernel="toy", stride=2, place=(2, 2)).describe(), "the end")
    wait_until(lambda: widget.get_by_role("button", name="Play", exact=True).count() == 1, "it has stopped")


def test_an_own_kernel(stage):
    page, widget = stage, play(stage, "explorer = ConvolutionExplorer(image=5, place=(3, 3))\nexplorer")
    explorer = ConvolutionExplorer(image=5, place=(3, 3), kernel=[[-1, 0, 1], [-2, 7.5, 2], [-1, 0, 1]])
    entry(widget, 2, 2).fill("7.5")
    entry(widget, 2, 2).press("Enter")
    wait_until(lambda: status(widget) == explorer.describe(), "the answer")
    assert_slide(widget, explorer)
    wait_until(lambda: python(page, "print(explorer.kernel)") == str(explorer.kernel), "the kernel in Python")
    entry(widget, 1, 1).focus()
    page.keyboard.press("ArrowUp")
    explorer.kernel = [[0, 0, 1], [-2, 7.5, 2], [-1, 0, 1]]
    wait_until(lambda: widget.evaluate(PRODUCTS)["cells"][0][2] == explorer.products[2, 2, 0, 0] and not waiting(widget), "a step by key")
    assert_slide(widget, explorer)
    for of in words.OF.values():
        widget.get_by_label("where a gradient comes from").check()
        widget.get_by_label(of).check()
        explorer.view, explorer.of = "gradient", next(name for name, label in words.OF.items() if label == of)
        assert_gradient(widget, explorer)
    widget.get_by_label("slide a kernel").check()
    explorer.view = "slide"
    widget.get_by_label("Kernel", exact=True).select_option(label=words.KERNELS["blur"])
    assert_slide(widget, ConvolutionExplorer(image=5, place=(3, 3), kernel="blur"))
    widget.get_by_label("Kernel", exact=True).select_option(label=words.OWN)
    assert_slide(widget, explorer)
    entry(widget, 2, 2).fill("100")
    entry(widget, 2, 2).press("Enter")
    assert "An entry is a number from −99 to 99" in widget.get_by_role("alert").text_content()
    assert entry(widget, 2, 2).get_attribute("aria-invalid") == "true" and python(page, "print(explorer.kernel)") == str(explorer.kernel)
    slider(widget, "place").fill("0")
    assert widget.get_by_role("alert").count() == 0 and widget.evaluate(PRODUCTS)["entries"][4] == 7.5, "the kernel is the one before"
    entry(widget, 1, 1).fill("5")
    entry(widget, 1, 1).press("Tab")
    entry(widget, 1, 2).fill("6")
    explorer.kernel, explorer.place = [[5, 0, 1], [-2, 7.5, 2], [-1, 0, 1]], (1, 1)
    wait_until(lambda: python(page, "print(explorer.kernel)") == str(explorer.kernel) and not waiting(widget), "the answer while one types on")
    explorer.place = (1, 2)
    python(page, "explorer.place = (1, 2)")
    wait_until(lambda: status(widget) == explorer.describe(), "drawn anew")
    assert widget.evaluate(PRODUCTS)["entries"][:2] == [5, 6], "what is not entered yet is not overwritten"
    entry(widget, 1, 2).press("Enter")
    explorer.kernel = [[5, 6, 1], [-2, 7.5, 2], [-1, 0, 1]]
    wait_until(lambda: widget.evaluate(PRODUCTS)["cells"][1][2] == explorer.products[0, 1, 0, 1] and not waiting(widget), "entered")
    assert_slide(widget, explorer)
    assert violations(page) == [] and page.errors == []


def test_entries_that_have_a_name_get_it(stage):
    page, widget = stage, play(stage, "explorer = ConvolutionExplorer(kernel=[[1, 0], [-1, 3]], image='toy')\nexplorer")
    entry(widget, 2, 2).fill("2")
    entry(widget, 2, 2).press("Tab")
    wait_until(lambda: status(widget) == ConvolutionExplorer(kernel="toy", image="toy").describe(), "its name")
    wait_until(lambda: python(page, "print(explorer.kernel)") == "toy", "its name in Python")
    assert_slide(widget, ConvolutionExplorer(kernel="toy", image="toy"))


def test_an_entry_keeps_all_its_digits(stage):
    page, widget = stage, play(stage, "explorer = ConvolutionExplorer(kernel='edges', image=2)\nexplorer")
    assert widget.evaluate(PRODUCTS)["entries"][0] == -1.333, "as much as fits"
    entry(widget, 2, 2).fill("1")
    entry(widget, 2, 2).press("Enter")
    wait_until(lambda: python(page, "print(explorer.kernel[0][0] == -4 / 3, explorer.kernel[1][1])") == "True 1.0", "the others as they were")


def waiting(widget):
    return widget.locator(".cb-waiting").count()


# ---------------------------------------------------------------- gradient, learn


def test_where_a_gradient_comes_from(stage):
    widget = play(stage, "ConvolutionExplorer('gradient', image='toy', kernel='toy')")
    for image in ("toy", "3"):
        widget.get_by_label("Image", exact=True).select_option(label=words.IMAGES[image])
        for of, label in words.OF.items():
            widget.get_by_label(label).check()
            for stride, padding in ((1, 0), (2, 1), (1, 1)):
                widget.get_by_role("group", name="Stride").get_by_label(str(stride)).check()
                widget.get_by_role("group", name="Padding").get_by_label(str(padding)).check()
                explorer = ConvolutionExplorer("gradient", image=image, kernel="toy", stride=stride, padding=padding, of=of)
                side = len(explorer.K if of == "kernel" else explorer.X)
                for which in {0, side + 1, side * side - 1}:
                    slider(widget, "which").fill(str(which))
                    slider(widget, "place").fill(str(which % 5))
                    target = (which // side + 1, which % side + 1)
                    explorer.place = (which % 5 // len(explorer.Z) + 1, which % 5 % len(explorer.Z) + 1)
                    explorer.entry, explorer.pixel = (target, explorer.pixel) if of == "kernel" else (explorer.entry, target)
                    assert_gradient(widget, explorer)
    assert violations(stage) == [] and stage.errors == []


def test_an_entry_and_a_pixel_by_mouse(stage):
    page, widget = stage, play(stage, "explorer = ConvolutionExplorer('gradient', image=3, place=(2, 2))\nexplorer")

    def click(name, row, column, count):
        box = widget.locator(f".cb-of-{name}").bounding_box()
        page.mouse.click(box["x"] + (column - 0.5) / count * box["width"], box["y"] + (row - 0.5) / count * box["height"])

    widget.locator(".cb-of-whole").scroll_into_view_if_needed()
    click("whole", 3, 2, 3)
    wait_until(lambda: status(widget) == ConvolutionExplorer("gradient", image=3, place=(2, 2), entry=(3, 2)).describe(), "an entry")
    click("terms", 4, 5, 6)
    wait_until(lambda: status(widget) == ConvolutionExplorer("gradient", image=3, place=(4, 5), entry=(3, 2)).describe(), "a place")
    click("pixels", 5, 6, 8)
    explorer = ConvolutionExplorer("gradient", image=3, place=(4, 5), of="pixel", pixel=(5, 6), entry=(3, 2))
    wait_until(lambda: status(widget) == explorer.describe(), "a pixel")
    assert_gradient(widget, explorer)
    wait_until(lambda: python(page, "print(explorer.of, explorer.pixel, explorer.entry)") == "pixel (5, 6) (3, 2)", "in Python")


def test_learning(stage):
    page, widget = stage, play(stage, "explorer = ConvolutionExplorer('learn')\nexplorer")
    for data, label in words.DATA.items():
        widget.get_by_label(label).check()
        for row in (0, 1, 12, len(learning.STEPS) - 1):
            slider(widget, "step").fill(str(row))
            assert_learn(widget, ConvolutionExplorer("learn", data=data, step=learning.STEPS[row]))
    widget.get_by_role("button", name="To the start", exact=True).and_(widget.locator(":visible")).click()
    widget.get_by_role("button", name="Play", exact=True).and_(widget.locator(":visible")).click()
    wait_until(lambda: status(widget).startswith("Step 3,"), "it plays")
    widget.get_by_role("button", name="Pause", exact=True).click()
    (one,) = charts(widget)
    page.mouse.click(*one.on_screen(one.x(learning.PLACES[learning.STEPS.index(150)]), one.frame[1] + 60))
    wait_until(lambda: status(widget) == ConvolutionExplorer("learn", data="edges", step=150).describe(), "the step under the mouse")
    wait_until(lambda: python(page, "print(explorer.step, explorer.data)") == "150 edges", "in Python")
    assert violations(page) == [] and page.errors == []


# ---------------------------------------------------------------- two views, themes, no kernel


def test_shown_twice_in_both_themes_and_after_a_restart(lab, desk):
    show(desk, lab, IMPORTS, "explorer = ConvolutionExplorer()\nexplorer", "explorer", widgets=2)
    first, second = (desk.locator(".casebook").nth(n) for n in range(2))
    slider(first, "place").fill("9")
    assert status(first) == status(second) == ConvolutionExplorer(place=(2, 4)).describe()
    python(desk, f"explorer.kernel = {OWN}; explorer.image = 7; explorer.stride = 2; explorer.place = (3, 1)")
    explorer = ConvolutionExplorer(kernel=OWN, image=7, stride=2, place=(3, 1))
    wait_until(lambda: status(first) == status(second) == explorer.describe(), "what Python set")
    assert_slide(first, explorer)
    assert_slide(second, explorer)
    assert python(desk, "explorer.stride = 4") == "ValueError: stride is 4, expected one of 1, 2, 3"
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        for name in reversed(words.VIEWS.values()):
            first.get_by_label(name).check()
            assert violations(desk) == []
    desk.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    slider(first, "place").fill("3")
    assert_slide(second, ConvolutionExplorer(kernel=OWN, image=7, stride=2, place=(2, 1)))
    before = first.evaluate(PRODUCTS)["cells"]
    entry(first, 1, 1).fill("4")
    entry(first, 1, 1).press("Enter")
    assert waiting(first) == 1 and status(first) == words.WAITING and first.evaluate(PRODUCTS)["cells"] == before, "the picture before is kept"
    assert first.evaluate(PRODUCTS)["entries"][0] == 4
    desk.wait_for_function("() => document.querySelector('.casebook-host').shadowRoot.querySelector('.cb-notice').textContent", timeout=20_000)
    assert "This needs a running kernel" in first.get_by_role("alert").text_content()
    first.get_by_label("Kernel", exact=True).select_option(label=words.KERNELS["identity"])
    assert waiting(first) == 0 and first.get_by_role("alert").count() == 0
    assert_slide(first, ConvolutionExplorer(kernel="identity", image=7, stride=2, place=(2, 1)))
    assert desk.errors == []


def test_without_a_kernel(exported, page):
    code = f"ConvolutionExplorer(kernel={OWN}, image=2)"
    exported(page, IMPORTS, code, "ConvolutionExplorer('gradient', image=4)", "ConvolutionExplorer('learn')", widgets=3)
    slide, gradient, learn = (page.locator(".casebook").nth(n) for n in range(3))
    slider(slide, "place").fill("22")
    assert_slide(slide, ConvolutionExplorer(kernel=OWN, image=2, place=(4, 5)))
    assert entry(slide, 1, 1).is_disabled()
    slide.get_by_label("Kernel", exact=True).select_option(label=words.KERNELS["laplacian"])
    slide.get_by_label("Image", exact=True).select_option(label=words.IMAGES["9"])
    assert_slide(slide, ConvolutionExplorer(kernel="laplacian", image=9, place=(4, 5)))
    slider(gradient, "which").fill("7")
    assert_gradient(gradient, ConvolutionExplorer("gradient", image=4, entry=(3, 2)))
    slider(learn, "step").fill("30")
    assert_learn(learn, ConvolutionExplorer("learn", step=learning.STEPS[30]))
    assert violations(page) == [] and page.errors == [] and page.foreign == []
