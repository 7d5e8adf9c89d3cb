"""The pictures carry the data that they were given, and their descriptions say what is in it."""

import html
import re
import subprocess
import sys
from io import BytesIO
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from PIL import Image

from helpers import activations, datasets, figures, network
from helpers.figures import display, graph_layout, labels, words

RNG = np.random.default_rng(0)
X, Y = datasets.two_moons(m=40)
P = network.init_params(rng=1)
ONE = network.forward_prop(X[:, [0]], P)
HISTORY = SimpleNamespace(step=[0, 1], loss=[0.8, 0.4], stopped=None)
GRAPH = (
    {"w": "$w_1$", "x": "x", "b": "b", "m": "×", "s": "+"},
    [("w", "m", 2.0, 1.5), ("x", "m", 1.5, 2.0), ("m", "s", 3.0, 1.0), ("b", "s", -0.5, 1.0), ("s", None, 2.5, 1.0)],
)


def probability(points):
    return network.forward_prop(points, P)["A3"]


PICTURES = {
    "activation_and_slope": lambda: figures.activation_and_slope(["relu", "tanh"]),
    "bars": lambda: figures.bars(["dW1", "db1"], {"relu": [1e-9, 0.25], "tanh": [0.5, 0]}, log=True, reference_lines={"limit": 1e-7}),
    "computational_graph": lambda: figures.computational_graph(*GRAPH),
    "curves": lambda: figures.curves(
        np.arange(5), {"a": np.arange(5) ** 2, "b: long label for a line": np.zeros(5)}, marks=[(1, 1, "here")], shade=[(2, 3, "s")]
    ),
    "decision_boundary": lambda: figures.decision_boundary(X, Y, {"before": probability, "none": lambda p: np.full((1, p.shape[1]), 0.4)}),
    "gradient_check_error": lambda: figures.gradient_check_error([1e-8, 1e-6, 1e-4, 1e-2], {"central": [1e-7, 1e-10, 1e-8, 1e-4]}),
    "loss_curves": lambda: figures.loss_curves({"relu": [0.8, 0.4, 0.05], "rate 5": [0.8, 2.5, np.inf]}, reference_lines={"ln 2": np.log(2)}),
    "matrix_heatmap": lambda: figures.matrix_heatmap({"W": [[1, -2], [0.5, 3]], "x": [[1], [-1]]}, between=["@"], highlight={"W": [(0, None)]}),
    "network_diagram": lambda: figures.network_diagram(P, values=ONE, path=(0, 3, 7, 0)),
    "slope_products": lambda: figures.slope_products([1, 2, 3], {"sigmoid": [0.25, 0.0625, 0.015625], "off": [1, 0, 0]}),
}


def labelled(figure, label):
    """The line of that label."""
    return next(line for axes in figure.axes for line in axes.get_lines() if line.get_label() == label)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


# --- all pictures --------------------------------------------------------------------------------------------------


def test_every_public_picture_is_tried_here():
    assert set(PICTURES) | {"show"} == set(figures.__all__)
    for name in PICTURES:
        assert f"`{name}`" in figures.__doc__


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_figure_with_a_description(name):
    figure = PICTURES[name]()
    assert isinstance(figure, Figure)
    assert len(figure.get_label()) > 40
    assert "\n" not in figure.get_label() and "$" not in figure.get_label()
    assert not re.search(r"(?<![\w.])-0(?![.\d])|\bnan\b|\binf\b", figure.get_label())


@pytest.mark.parametrize("name", PICTURES)
def test_a_description_begins_with_a_caption(name):
    first, rest = display.first_sentence(PICTURES[name]().get_label())
    assert len(first) <= words.CAPTION and first.endswith(".") and rest


@pytest.mark.parametrize("name", PICTURES)
def test_a_description_has_at_most_three_significant_digits(name):
    for number in re.findall(r"\d+\.\d+", PICTURES[name]().get_label()):
        assert len(number.replace(".", "").lstrip("0")) <= 3, number


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_same_bytes_every_time(name):
    figure = PICTURES[name]()
    png = display.as_png(figure)
    assert png == display.as_png(figure) == display.as_png(PICTURES[name]())
    assert png.startswith(b"\x89PNG") and b"Software" not in png and b"tEXt" not in png
    assert len(png) < 200_000


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_fits_a_screen_and_nothing_is_cut(name):
    figure = PICTURES[name]()
    width, height = figure.get_size_inches()
    assert width <= 9.001 and height <= 6.3
    alpha = np.asarray(Image.open(BytesIO(display.as_png(figure))).convert("RGBA"))[..., 3]
    frame = np.concatenate([alpha[:2].ravel(), alpha[-2:].ravel(), alpha[:, :2].ravel(), alpha[:, -2:].ravel()])
    assert (frame == 0).all(), "something reaches the edge of the picture, or it has a background"


def test_the_readers_settings_are_neither_used_nor_changed():
    plain = display.as_png(PICTURES["curves"]())
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "black", "savefig.bbox": "tight", "figure.dpi": 40}):
        before = dict(matplotlib.rcParams)
        assert display.as_png(PICTURES["curves"]()) == plain
        for make in PICTURES.values():
            make()
        assert dict(matplotlib.rcParams) == before


def test_no_pyplot_and_no_matplotlib_for_the_mathematics():
    code = (
        "import sys; import helpers.network; assert 'matplotlib' not in sys.modules, 'network'; "
        "from helpers import figures; figures.show(figures.bars(['a'], [1])); "
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'; assert 'IPython' not in sys.modules, 'IPython'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Bars of value. a 1.\n"


# --- show ----------------------------------------------------------------------------------------------------------


def shown(figure, description=None, monkeypatch=None):
    """What `show` hands to Jupyter."""
    import IPython.display

    bundles = []
    monkeypatch.setattr(display, "_shell", lambda: SimpleNamespace())
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: bundles.append(bundle))
    figures.show(figure, description)
    (bundle,) = bundles
    return bundle


def read_caption(page):
    """The text of a caption that is seen at first, and what unfolds."""
    caption = re.search(r"<figcaption[^>]*>(.*?)</figcaption>", page)[1]
    seen, _, folded = caption.partition("</summary>")
    return [html.unescape(re.sub("<[^>]+>", "", part)) for part in (seen, folded)]


def test_show_gives_the_same_text_to_eyes_and_screen_readers(monkeypatch):
    words_given = 'Loss < 0.1 & "falling", it\'s <b>good</b>'
    bundle = shown(figures.bars(["a"], [1]), words_given, monkeypatch)
    page = bundle["text/html"]
    alt = re.search(r'<img alt="([^"]*)"', page)[1]
    assert html.unescape(alt) == bundle["text/plain"] == words_given
    assert read_caption(page) == [words_given, ""]
    assert "<b>" not in page and "<details>" not in page
    assert 'width="864"' in page and "max-width: 100%" in page and page.count("data:image/png;base64,") == 1


def test_a_caption_is_the_first_sentence_and_unfolds_to_the_rest(monkeypatch):
    text = "Bars of 0.5, e.g. a & b. a 1.5. It ends!"
    page = shown(figures.bars(["a"], [1]), text, monkeypatch)["text/html"]
    assert read_caption(page) == ["Bars of 0.5, e.g. a & b.", "a 1.5. It ends!"]
    assert page.count("<details><summary>") == page.count("</summary>") == page.count("</details>") == 1
    assert html.escape(text) in re.search(r'<img alt="([^"]*)"', page)[1]


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [("One.", "One.", ""), ("No end", "No end", ""), ("Up? Down.", "Up?", "Down."), ('"Yes." No.', '"Yes."', "No."), ("z = 0.5 up", "z = 0.5 up", ""),
     ("a vs. b. c", "a vs. b.", "c")],
)  # fmt: skip
def test_the_first_sentence(text, first, rest):
    assert display.first_sentence(text) == (first, rest)


def test_a_caption_is_smaller_than_prose_and_takes_the_themes_colour(monkeypatch):
    page = shown(figures.bars(["a"], [1]), "One. Two.", monkeypatch)["text/html"]
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", page)]
    assert sizes and all(12 <= size <= 13 for size in sizes) and page.count("<small") == 2
    assert "background: transparent" in page and not re.search(r"[ ;\"]color:", page)


def test_show_takes_the_figures_own_description(monkeypatch):
    figure = figures.bars(["a"], [1])
    assert shown(figure, None, monkeypatch)["text/plain"] == figure.get_label() == "Bars of value. a 1."


def test_show_wants_a_figure_and_a_description():
    with pytest.raises(ValueError, match="no description: expected a text"):
        figures.show(Figure())
    with pytest.raises(ValueError, match="no description"):
        figures.show(figures.bars(["a"], [1]), "  ")
    with pytest.raises(TypeError, match="figure is a list, expected a matplotlib Figure"):
        figures.show([1])
    with pytest.raises(TypeError, match="description is an int"):
        figures.show(Figure(), 3)


def test_a_pyplot_figure_is_shown_whole_and_closed(monkeypatch):
    backend = matplotlib.get_backend()
    matplotlib.use("agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    try:
        figure, axes = plt.subplots()
        axes.set_ylabel("two\nlines\nand more")
        assert "image/png" in shown(figure, "A plot.", monkeypatch)["text/html"]
        assert not plt.fignum_exists(figure.number)
    finally:
        plt.close("all")
        matplotlib.use(backend)


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05213, "0.0521"), (-0.0, "0"), (1500, "1500"), (1234.5, "1230"), (-2.0, "-2"), (3.4e-7, "3.4e-7"), (1e-10, "1e-10"), (1e9, "1e9"),
     (np.nan, "not a number"), (-np.inf, "minus infinity"), (0.99999, "1"), (0.0001, "0.0001")],
)  # fmt: skip
def test_numbers_in_words(value, text):
    assert words.number(value) == text


def test_rounding_noise_is_zero_among_larger_numbers():
    assert words.number(1e-17, scale=1) == "0"
    assert words.fixed(-0.001, 2) == "0.00"
    assert words.fixed(-1.5, 1) == "−1.5"


def test_the_course_of_a_curve():
    x = np.arange(5.0)
    assert words.course(x, x * 2) == "rises from 0 to 8"
    assert words.course(x, -x) == "falls from 0 to -4"
    assert words.course(x, x * 0 + 3) == "stays at 3"
    assert words.course(x, (x - 2) ** 2, where="at x =") == "starts at 4 and ends at 4, lowest 0 at x = 2"
    assert words.course(x, np.where(x == 0, np.nan, x)) == "rises from 1 to 4 (1 value not finite)"
    assert words.course(x, x * np.nan) == "is nowhere a finite number"


def test_tex_is_made_readable():
    assert words.plain(r"$\sigma(z)$ of $w_{12}$ in leaky_relu") == "σ(z) of w12 in leaky_relu"


def test_labels_keep_apart_and_in_order():
    levels = labels.spread([0.5, 0.5, 0.99, 1.0], [0.1] * 4)
    assert (np.diff(np.sort(levels)) >= 0.1 - 1e-12).all() and levels.max() <= 1
    assert levels[2] < levels[3]


# --- each picture ---------------------------------------------------------------------------------------------------


def test_curves_hold_the_data():
    x, y = np.linspace(0, 2, 9), RNG.normal(size=9)
    figure = figures.curves(x, {"y of x": y}, xlabel="time", marks=[(1, 2, "there")])
    line = labelled(figure, "y of x")
    assert np.array_equal(line.get_xdata(), x) and np.array_equal(line.get_ydata(), y)
    assert f"lowest {words.number(y.min())} at time = {words.number(x[y.argmin()])}" in figure.get_label() or y.argmin() in (0, 8)
    assert "Marked at (1, 2): there." in figure.get_label()
    assert "y of x" in texts(figure) and "there" in texts(figure)


def test_a_description_follows_the_data():
    assert "rises from 0 to 4" in figures.curves([0, 1], {"a": [0, 4]}).get_label()
    assert "rises from 0 to 5" in figures.curves([0, 1], {"a": [0, 5]}).get_label()


def test_curves_on_logarithmic_axes():
    (axes,) = figures.curves([1, 10], {"a": [1, 100]}, log="xy").axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_loss_curves_hold_runs_and_reference():
    history = SimpleNamespace(step=[0, 10, 20], loss=[0.8, 0.4, 0.05214])
    figure = figures.loss_curves({"relu": history, "sigmoid": [0.7, 0.69]}, reference_lines={"ln 2": np.log(2)})
    assert np.array_equal(labelled(figure, "relu").get_xdata(), [0, 10, 20])
    assert np.array_equal(labelled(figure, "relu").get_ydata(), history.loss)
    assert np.array_equal(labelled(figure, "sigmoid").get_xdata(), [0, 1])
    assert any(np.allclose(line.get_ydata(), np.log(2)) for line in figure.axes[0].get_lines())
    description = figure.get_label()
    assert "from step 0 to step 20, 2 runs" in description
    assert "relu starts at 0.8 and ends at 0.0521." in description
    assert "The dotted line is ln 2 = 0.693." in description
    assert "relu: 0.0521" in texts(figure) and "ln 2 = 0.693" in texts(figure)


def test_a_loss_that_stops_being_finite_is_crossed_and_said():
    figure = figures.loss_curves({"rate 5": [0.8, 2.5, np.inf, np.nan]})
    cross = next(line for line in figure.axes[0].get_lines() if line.get_marker() == "X")
    assert (list(cross.get_xdata()), list(cross.get_ydata())) == ([1], [2.5])
    assert "rate 5 starts at 0.8, reaches" not in figure.get_label()
    assert "is infinity after step 1 (marked with a cross at 2.5)" in figure.get_label()


def test_activation_panels_hold_value_and_slope():
    z = np.linspace(-3, 3, 7)
    figure = figures.activation_and_slope("sigmoid", z, slopes={"suspect": 1 - activations.get_activation("sigmoid").value(z) ** 2})
    left, right = figure.axes
    sigmoid = activations.get_activation("sigmoid")
    value = next(line for line in left.get_lines() if line.get_label() == "sigmoid")
    slope = next(line for line in right.get_lines() if line.get_label() == "sigmoid")
    assert np.array_equal(value.get_ydata(), sigmoid.value(z)) and np.array_equal(slope.get_ydata(), sigmoid.slope(z))
    assert np.array_equal(labelled(figure, "suspect").get_ydata(), 1 - sigmoid.value(z) ** 2)
    assert "highest 0.25 at z = 0" in figure.get_label() and "suspect" in figure.get_label()


@pytest.mark.parametrize("at_zero", [0.0, 0.5])
def test_a_kink_has_open_ends_and_a_closed_dot(at_zero):
    _, right = figures.activation_and_slope(activations.make_relu(at_zero)).axes
    dots = [line for line in right.get_lines() if line.get_marker() == "o"]
    (opened,) = [line for line in dots if line.get_markerfacecolor() == "none"]
    (closed,) = [line for line in dots if line.get_markerfacecolor() != "none"]
    assert list(opened.get_ydata()) == [0, 1] and list(closed.get_ydata()) == [at_zero]
    assert np.isnan(next(line for line in right.get_lines() if line.get_label() == "relu").get_ydata()).sum() == 1


def test_decision_boundary_holds_points_and_contour():
    figure = figures.decision_boundary(X, Y, lambda points: 1 / (1 + np.exp(-4 * (points[:1] - 0.5))))
    axes = figure.axes[0]
    points = [c for c in axes.collections if isinstance(c, PathCollection)]
    assert np.array_equal(points[0].get_offsets(), X[:, Y[0] == 0].T)
    assert np.array_equal(points[1].get_offsets(), X[:, Y[0] == 1].T)
    missed = (X[0] > 0.5) != Y[0]
    assert np.array_equal(points[2].get_offsets(), X[:, missed].T)
    assert [0.5] in [list(c.levels) for c in axes.collections if hasattr(c, "levels")]
    assert not np.array_equal(points[0].get_paths()[0].vertices, points[1].get_paths()[0].vertices)  # another shape
    assert f"Accuracy {words.number(1 - missed.mean())}, {missed.sum()} of 40 on the wrong side" in figure.get_label()
    assert "over the plane, and 40 points of two classes. 20 of class 0 (blue circles) and 20 of class 1" in figure.get_label()


def test_decision_boundary_says_when_there_is_none():
    figure = figures.decision_boundary(X, Y, lambda points: np.full((1, points.shape[1]), 0.25))
    assert "no boundary in view, the probability stays between 0.25 and 0.25" in figure.get_label()
    assert "Accuracy 0.5, 20 of 40" in figure.get_label()


def test_heat_map_holds_matrices_and_writes_every_cell():
    W, x = np.array([[1.0, -2.0, 0.004], [0.5, 3.0, np.nan]]), np.array([[1.0], [-1.0], [2.0]])
    figure = figures.matrix_heatmap({"W": W, "x": x}, between=["@"], digits={"W": 2, "x": 1}, row_labels={"W": ["unit 1", "unit 2"]})
    first, second = figure.axes[0].get_images()
    assert np.array_equal(first.get_array().filled(np.nan), W, equal_nan=True) and np.array_equal(second.get_array(), x)
    assert first.get_clim() == second.get_clim() == (-3, 3)
    cells = {text.get_gid(): text.get_text() for text in figure.axes[0].texts if text.get_gid()}
    assert [cells[f"W[0,{j}]"] for j in range(3)] == ["1.00", "−2.00", "0.00"]
    assert cells["W[1,2]"] == "nan" and cells["x[1,0]"] == "−1.0" and len(cells) == 9
    assert {"W", "x", "@", "(2, 3)", "(3, 1)", "unit 1"} <= set(texts(figure))
    assert "W, shape (2, 3): 1, -2, 0.004; 0.5, 3, not a number." in figure.get_label()
    assert "From left to right: W @ x." in figure.get_label()


def test_heat_map_of_a_large_matrix_counts_signs():
    table = np.array([[1e-17, -1, 2, 3, 4]] * 3)
    assert "values from -1 to 4, 12 positive, 3 negative, 3 zero" not in figures.matrix_heatmap(table).get_label()
    assert "values from -1 to 4, 9 positive, 3 negative, 3 zero" in figures.matrix_heatmap(table).get_label()


def test_network_diagram_shows_sign_size_and_values():
    p = {"W1": np.array([[1.0, -2.0], [0.0, 4.0]]), "b1": np.zeros((2, 1)), "W2": np.array([[0.5, -0.5]]), "b2": np.zeros((1, 1))}
    c = network.forward_prop(np.array([[1.0], [0.25]]), p, output="identity")
    figure = figures.network_diagram(p, values=c, quantity=("Z", "A"))
    lines = {c.get_gid(): c for c in figure.axes[0].collections if isinstance(c, LineCollection)}
    assert {name: len(c.get_segments()) for name, c in lines.items()} == {
        "W1 positive": 2, "W1 negative": 1, "W1 zero": 1, "W2 positive": 1, "W2 negative": 1}  # fmt: skip
    assert np.ptp(lines["W1 positive"].get_linewidths()) > 1
    assert lines["W1 positive"].get_linestyle() != lines["W1 negative"].get_linestyle()
    assert {"1.00", "0.25", "0.50 → 0.50", "1.00 → 1.00", "−0.25 → −0.25", "W1 (2, 2)\nb1 (2, 1)", "Z1, A1 (2, 1)"} <= set(texts(figure))
    assert "9 parameters" in figure.get_label() and "W1 has 2 positive and 1 negative" in figure.get_label()
    assert "Layer 1, A1: 0.5, 1." in figure.get_label() and "Output, A2: -0.25." in figure.get_label()


def test_network_diagram_greys_units_that_are_off():
    figure = figures.network_diagram((2, 2, 1), values=[[[1], [2]], [[0], [3]], [[1]]])
    colours = {patch.get_gid(): patch.get_facecolor()[3] for patch in figure.axes[0].patches}
    assert colours["unit 1 0"] > colours["unit 1 1"] == 0
    assert "Layer 1, A1: 0, 3 (1 of 2 at 0, grey)" in figure.get_label()


def test_network_diagram_colours_highlighted_connections_alone():
    leaving = [((1, 1), (2, j)) for j in (0, 3)]
    figure = figures.network_diagram(P, highlight=leaving, weights="highlighted")
    lines = {c.get_gid(): c for c in figure.axes[0].collections if isinstance(c, LineCollection)}
    signs = ["positive" if P["W2"][j, 1] > 0 else "negative" for j in (0, 3)]
    assert sum(len(lines[name].get_segments()) for name in lines if name.endswith("bold")) == 2
    assert {f"W2 {sign} bold" for sign in signs} <= set(lines) and "W1 positive" not in lines and len(lines["W1"].get_segments()) == 20
    assert len({tuple(colour) for name in ("W1", "W2", "W3") for colour in lines[name].get_colors()}) == 1
    assert "those not highlighted thin grey" in figure.get_label()


def test_weights_stand_away_from_the_unit_that_connections_share():
    def places(highlight):
        figure = figures.network_diagram(P, highlight=highlight)
        weights = [words.fixed(P["W2"][j, i], 2) for (_, i), (_, j) in highlight]
        units = {patch.get_gid(): patch.get_window_extent() for patch in figure.axes[0].patches}
        to_inches = figure.axes[0].transData.inverted().transform
        left, right = to_inches(units["unit 1 0"].get_points())[1, 0], to_inches(units["unit 2 0"].get_points())[0, 0]
        found = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts if text.get_text() in weights}
        return [(found[weight] - left) / (right - left) for weight in weights]

    assert all(share > 0.7 for share in places([((1, 1), (2, 0)), ((1, 1), (2, 3))]))
    assert all(share < 0.3 for share in places([((1, 1), (2, 3)), ((1, 4), (2, 3))]))
    assert places([((1, 1), (2, 3))]) == [pytest.approx(0.5)]


def test_network_diagram_greys_the_units_that_it_is_told():
    figure = figures.network_diagram((2, 2, 1), values=[None, [[0], [3]], [[1]]], off=[(1, 1)])
    colours = {patch.get_gid(): patch.get_facecolor()[3] for patch in figure.axes[0].patches}
    assert colours["unit 1 1"] > colours["unit 1 0"] == 0
    assert "Layer 1, A1: 0, 3 (1 of 2 off, grey)" in figure.get_label()


def test_network_diagram_path_has_its_weights():
    figure = figures.network_diagram(P, path=(1, 2, 3, 0))
    product = P["W1"][2, 1] * P["W2"][3, 2] * P["W3"][0, 3]
    assert "The path through input 2 and units 3, 4 and 1 stands out; its weights are" in figure.get_label()
    assert f"their product {words.number(product)}" in figure.get_label()
    assert words.fixed(P["W2"][3, 2], 2) in texts(figure)
    bold = [c for c in figure.axes[0].collections if (c.get_gid() or "").endswith("bold")]
    assert sum(len(c.get_segments()) for c in bold) == 3


def test_network_diagram_shortens_a_wide_layer_and_highlights():
    figure = figures.network_diagram((30, 4, 1), highlight=[(1, 3), ((0, 29), (1, 3))])
    gids = {patch.get_gid() for patch in figure.axes[0].patches}
    assert "unit 0 29" in gids and "unit 0 20" not in gids and "⋮" in texts(figure)
    assert "Highlighted: unit 4 of layer 1 and the connection from input 30 to unit 4 of layer 1." in figure.get_label()


def test_graph_has_every_value_on_its_edge():
    figure = figures.computational_graph(*GRAPH)
    written = texts(figure)
    assert [written.count(text) for text in ("2", "[1.5]", "1.5", "[2]", "3", "−0.5", "2.5", "[1]")] == [1, 1, 1, 1, 1, 1, 1, 3]
    for said in ("w1 to ×: forward 2, backward 1.5.", "b to +: forward -0.5, backward 1.", "+ out: forward 2.5, backward 1."):
        assert said in figure.get_label()
    forward, backward = (next(t for t in figure.axes[0].texts if t.get_text() == s) for s in ("3", "[1.5]"))
    assert forward.get_color() != backward.get_color()
    middle = {t.get_text(): t.get_position()[1] for t in figure.axes[0].texts}
    assert middle["2.5"] > middle["+"]


def test_graph_layout_runs_left_to_right_without_overlap():
    places = graph_layout.place(GRAPH[0], GRAPH[1])
    assert [places[name][0] for name in ("w", "x", "m", "b", "s")] == [0, 0, 1, 1, 2]
    assert len(set(places.values())) == len(places)
    assert abs(places["m"][1] - places["b"][1]) >= 1
    assert graph_layout.place({"a": "", "b": ""}, [("a", "b")], {"a": (0, 2), "b": (1, 0)}) == {"a": (0, 2), "b": (1, 0)}


def test_gradient_check_error_marks_the_valley():
    h, e = np.array([1e-2, 1e-4, 1e-6, 1e-8]), np.array([1e-4, 1e-8, 1e-10, 1e-7])
    figure = figures.gradient_check_error(h, {"central": e, "exact": [1, 0, 1e-3, 1e-2]})
    line = labelled(figure, "central")
    assert np.array_equal(line.get_xdata(), h[::-1]) and np.array_equal(line.get_ydata(), e[::-1])
    ring = next(line for line in figure.axes[0].get_lines() if line.get_markerfacecolor() == "none")
    assert (list(ring.get_xdata()), list(ring.get_ydata())) == ([1e-6], [1e-10])
    assert "central: lowest around h = 1e-6" in figure.get_label() and "0.0001 at the largest h" in figure.get_label()
    assert "1 value zero or not finite, not drawn" in figure.get_label()
    assert any("rounding" in t for t in texts(figure)) and any("truncation" in t for t in texts(figure))
    assert not [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2], "a divider fits one curve at most"


def test_gradient_check_error_does_not_ring_a_lucky_rounding():
    h = 10.0 ** (-np.arange(37) / 3)
    e = h + 1e-14 / h
    e[27] = 1e-9  # at h = 1e-9, between neighbours of about 1e-5
    rings = [line for line in figures.gradient_check_error(h, {"one-sided": e}).axes[0].get_lines() if line.get_markerfacecolor() == "none"]
    assert [list(ring.get_xdata()) for ring in rings] == [[pytest.approx(1e-7)]]


def test_slope_products_mark_zero():
    figure = figures.slope_products([1, 2, 3], {"sigmoid": [0.25, 0.0625, 0.015625], "off": [1, 0, 0]})
    assert np.array_equal(labelled(figure, "sigmoid").get_ydata(), [0.25, 0.0625, 0.015625])
    cross = next(line for line in figure.axes[0].get_lines() if line.get_marker() == "X")
    assert list(cross.get_xdata()) == [2, 3]
    assert "sigmoid: 0.25 at first, 0.0156 at last." in figure.get_label() and "0 from 2 on" in figure.get_label()


def test_bars_hold_heights_and_write_them():
    figure = figures.bars(["a", "b"], {"one": [0.5, -1.25], "two": [np.nan, 2]}, ylabel="share")
    heights = [[patch.get_height() for patch in container] for container in figure.axes[0].containers]
    assert heights == [[0.5, -1.25], [0, 2]]
    assert figure.axes[0].containers[0][0].get_hatch() != figure.axes[0].containers[1][0].get_hatch()
    assert texts(figure) == ["0.5", "−1.25", "nan", "2"]
    assert figure.get_label() == "Bars of share. one: a 0.5, b -1.25. two: a not a number, b 2."


def test_bars_of_errors_hide_rounding_noise_in_words():
    figure = figures.bars(["dW1", "db1", "dW2"], [3.21e-10, 0.5, 0], log=True)
    assert [patch.get_height() for patch in figure.axes[0].containers[0]] == [3.21e-10, 0.5, 0]
    assert "dW1 below 1e-7, db1 0.5, dW2 0." in figure.get_label()


def test_zeros_beside_the_lowest_error():
    for errors, lowest in (([0, 1e-10, 0, 1e-4], 1e-6), ([1e-7, 0, 0, 1e-4], 1e-8), ([0, 0, 1e-4, 0], 1e-4)):
        figure = figures.gradient_check_error([1e-8, 1e-6, 1e-4, 1e-2], {"a": errors})
        ring = next(line for line in figure.axes[0].get_lines() if line.get_markerfacecolor() == "none")
        assert list(ring.get_xdata()) == [lowest]
        assert "nan" not in figure.get_label() and "not a number" not in figure.get_label()
        display.as_png(figure)


@pytest.mark.parametrize("place", [(-1, 0), (0, 1), (-0.001, 2)])
def test_an_edge_may_run_back_or_straight_down(place):
    figure = figures.computational_graph(["a", "b"], [("a", "b", 1.5, -2)], positions={"a": (0, 0), "b": place})
    assert np.asarray(Image.open(BytesIO(display.as_png(figure)))).size
    low, high = figure.axes[0].get_xlim()
    assert all(low < text.get_position()[0] < high for text in figure.axes[0].texts)
    assert "left to right" not in figure.get_label()


def test_bars_of_zeros_on_a_logarithmic_axis():
    figure = figures.bars(["a"], [0], log=True)
    assert figure.axes[0].get_ylim()[1] == 1 and "a 0." in figure.get_label()
    display.as_png(figure)


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in ("computational_graph", "matrix_heatmap", "network_diagram")])
def test_no_height_brings_a_warning_of_matplotlib(name, recwarn):
    low = {"activation_and_slope": lambda h: figures.activation_and_slope("relu", height=h), "bars": lambda h: figures.bars(["a"], [1], height=h),
           "curves": lambda h: figures.curves([0, 1], {"a": [0, 1]}, height=h), "loss_curves": lambda h: figures.loss_curves({"a": [1, 0]}, height=h),
           "decision_boundary": lambda h: figures.decision_boundary(X, Y, probability, height=h),
           "gradient_check_error": lambda h: figures.gradient_check_error([1, 2], {"a": [1, 2]}, height=h + 0.5),
           "slope_products": lambda h: figures.slope_products([1, 2], {"a": [1, 2]}, height=h)}  # fmt: skip
    display.as_png(low[name](2.0))
    assert not list(recwarn)


def test_a_caption_begins_with_a_capital_unless_it_is_a_symbol():
    for label, begins in (("loss (nats)", "Loss (nats) against"), ("dW2", "dW2 against"), ("z", "z against"), ("tanh(z)", "tanh(z) against")):
        assert figures.curves([0, 1], {"a": [0, 1]}, ylabel=label).get_label().startswith(begins)
    assert figures.slope_products([1, 2], {"a": [1, 0.5]}, ylabel="$dW_2$").get_label().startswith("dW2 against")


def test_a_dollar_sign_that_is_meant_is_kept():
    assert words.plain(r"\$5 or $w_1$") == "$5 or w1"
    assert "$5" in figures.bars([r"\$5"], [1]).get_label()


def test_half_a_character_in_a_description_can_be_shown(monkeypatch):
    assert shown(Figure(), "a \ud800", monkeypatch)["text/plain"] == r"a \ud800"


# --- bad input -----------------------------------------------------------------------------------------------------

BAD = {
    "curves lengths": (lambda: figures.curves([0, 1], {"a": [1, 2, 3]}), ValueError, "a has 3 values, expected 2"),
    "curves no dict": (lambda: figures.curves([0, 1], [1, 2]), TypeError, "lines is a list, expected a dict"),
    "curves empty": (lambda: figures.curves([0, 1], {}), ValueError, "lines is empty"),
    "curves text": (lambda: figures.curves([0, 1], {"a": ["x", "y"]}), TypeError, "a is a list of dtype"),
    "curves x nan": (lambda: figures.curves([0, np.nan], {"a": [1, 2]}), ValueError, "x holds nan at index"),
    "curves log": (lambda: figures.curves([0, 1], {"a": [1, 2]}, log="x"), ValueError, "x holds 0, expected numbers > 0"),
    "curves log y": (lambda: figures.curves([0, 1], {"a": [-1, 0]}, log="y"), ValueError, "a holds no number > 0"),
    "curves scale": (lambda: figures.curves([0, 1], {"a": [1, 2]}, log="z"), ValueError, "log is 'z', expected one of"),
    "curves mark": (lambda: figures.curves([0, 1], {"a": [1, 2]}, marks=[(1, 2)]), ValueError, r"marks\[0\] is \(1, 2\)"),
    "loss empty": (lambda: figures.loss_curves({"relu": []}), ValueError, r"relu has shape \(0,\)"),
    "loss nan": (lambda: figures.loss_curves({"relu": [np.nan]}), ValueError, "relu holds no finite loss"),
    "loss bare": (lambda: figures.loss_curves([1, 2]), TypeError, "runs is a list, expected a dict"),
    "activation name": (lambda: figures.activation_and_slope("rellu"), ValueError, "did you mean 'relu'"),
    "activation z": (lambda: figures.activation_and_slope("relu", [1, 0]), ValueError, "z is not increasing"),
    "activation none": (lambda: figures.activation_and_slope(3), TypeError, "names_or_activations is 3"),
    "decision X": (lambda: figures.decision_boundary(X.T, Y, probability), ValueError, r"X has shape \(40, 2\), expected \(2, m\)"),
    "decision y": (lambda: figures.decision_boundary(X, Y[0], probability), ValueError, r"y has shape \(40,\), expected \(1, 40\): write y.reshape"),
    "decision labels": (lambda: figures.decision_boundary(X, Y + 1, probability), ValueError, "expected only the labels 0 and 1"),
    "decision function": (lambda: figures.decision_boundary(X, Y, 3), TypeError, "predict_probability is an int, expected a function"),
    "decision shape": (lambda: figures.decision_boundary(X, Y, lambda p: p), ValueError, r"predict_probability returned shape \(2, 25600\)"),
    "decision range": (lambda: figures.decision_boundary(X, Y, lambda p: p[:1] * 0 + 2), ValueError, "returned 2 to 2, expected probabilities"),
    "matrix vector": (lambda: figures.matrix_heatmap([1, 2]), ValueError, r"matrix has shape \(2,\).*reshape\(-1, 1\)"),
    "matrix large": (lambda: figures.matrix_heatmap({"A": np.zeros((3, 200))}), ValueError, r"A has shape \(3, 200\), too large to read"),
    "matrix labels": (lambda: figures.matrix_heatmap([[1, 2]], col_labels=["a"]), ValueError, "col_labels has 1 entries, expected 2"),
    "matrix cell": (lambda: figures.matrix_heatmap([[1, 2]], highlight=[(1, 0)]), ValueError, r"at index \(1, 0\), but the shape is \(1, 2\)"),
    "matrix between": (lambda: figures.matrix_heatmap({"A": [[1]], "B": [[1]]}, between=[]), ValueError, "between has 0 entries, expected 1"),
    "network values": (lambda: figures.network_diagram(P, values=network.forward_prop(X, P)), ValueError, "pass the values of one example"),
    "network keys": (lambda: figures.network_diagram(P, values={"B1": 1}), KeyError, "values has none of"),
    "network p": (lambda: figures.network_diagram({"W1": P["W1"]}), KeyError, "p lacks 'b1'"),
    "network sizes": (lambda: figures.network_diagram(3), TypeError, "layers is 3, expected layer sizes"),
    "network path": (lambda: figures.network_diagram(P, path=(0, 1)), ValueError, "path has 2 units, expected one for each of the 4 layers"),
    "network unit": (lambda: figures.network_diagram(P, path=(2, 0, 0, 0)), ValueError, "layer 0 has no unit at index 2: it has 2"),
    "network layer": (lambda: figures.network_diagram(P, highlight=[(4, 0)]), ValueError, "there is no layer 4: the last one is layer 3"),
    "network edge": (lambda: figures.network_diagram(P, highlight=[((0, 0), (2, 0))]), ValueError, "expected units of neighbouring layers"),
    "network weights": (lambda: figures.network_diagram(P, weights="some"), ValueError, "weights is 'some', expected one of all, highlighted"),
    "network off": (lambda: figures.network_diagram(P, off=[(1, 10)]), ValueError, "at index 10: it has 10 units, so the last index is 9"),
    "network hidden": (lambda: figures.network_diagram((30, 1), highlight=[(0, 20)]), ValueError, "unit 21 of layer 0 is not shown"),
    "graph node": (lambda: figures.computational_graph(["a"], [("a", "b")]), ValueError, "there is no node 'b'"),
    "graph cycle": (lambda: figures.computational_graph(["a", "b"], [("a", "b"), ("b", "a")]), ValueError, "cycle through a, b"),
    "graph edge": (lambda: figures.computational_graph(["a"], [("a",)]), ValueError, "expected .start, end, forward, backward."),
    "graph places": (lambda: figures.computational_graph(["a", "b"], [("a", "b")], positions={"a": (0, 0)}), ValueError, "positions lacks 'b'"),
    "check h": (lambda: figures.gradient_check_error([0, 1], {"a": [1, 1]}), ValueError, "expected at least two step sizes > 0"),
    "check negative": (lambda: figures.gradient_check_error([1, 2], {"a": [1, -1]}), ValueError, "a holds -1, expected errors >= 0"),
    "check zero": (lambda: figures.gradient_check_error([1, 2], {"a": [0, 0]}), ValueError, "a holds no finite error above 0"),
    "slopes": (lambda: figures.slope_products([1, 2], {"a": [1]}), ValueError, "a has 1 values, expected 2"),
    "bars": (lambda: figures.bars(["a"], [1, 2]), ValueError, "values has 2 values, expected 1"),
    "bars log": (lambda: figures.bars(["a"], [-1], log=True), ValueError, "values hold -1, expected numbers >= 0"),
    "bars labels": (lambda: figures.bars("ab", [1, 2]), TypeError, "labels is 'ab', expected a list of 2 texts"),
    "curves one mark": (lambda: figures.curves([0, 1], {"a": [1, 2]}, marks=(1, 1, "t")), TypeError, r"marks is \(1, 1, 't'\), .*put it in \[ \]"),
    "curves one region": (lambda: figures.curves([0, 1], {"a": [1, 2]}, shade=(0, 1, "t")), TypeError, r"shade is .*put it in \[ \]"),
    "curves mark text": (lambda: figures.curves([0, 1], {"a": [1, 2]}, marks=[(1, "x", "t")]), TypeError, r"y of marks\[0\] is 'x'"),
    "curves mark log": (lambda: figures.curves([1, 2], {"a": [1, 2]}, marks=[(0, 1, "t")], log="x"), ValueError, r"x of marks\[0\] is 0, expected"),
    "curves region log": (lambda: figures.curves([1, 2], {"a": [1, 2]}, shade=[(0, 1, "t")], log="x"), ValueError, r"shade\[0\] begins at 0"),
    "curves region": (lambda: figures.curves([0, 1], {"a": [1, 2]}, shade=[(1, 0, "t")]), ValueError, r"shade\[0\] is \(1, 0\), expected"),
    "curves ylim": (lambda: figures.curves([0, 1], {"a": [1, 2]}, ylim=(1, 1)), ValueError, r"ylim is \(1, 1\), .* with low < high"),
    "curves ylim one": (lambda: figures.curves([0, 1], {"a": [1, 2]}, ylim=3), ValueError, "ylim is 3, expected"),
    "curves ylim log": (lambda: figures.curves([1, 2], {"a": [1, 2]}, ylim=(0, 1), log="y"), ValueError, "ylim begins at 0"),
    "curves height": (lambda: figures.curves([0, 1], {"a": [1, 2]}, height=0), ValueError, "height is 0, expected 2 to 40 inches"),
    "curves height text": (lambda: figures.curves([0, 1], {"a": [1, 2]}, height="4"), TypeError, "height is '4'"),
    "curves xlabel": (lambda: figures.curves([0, 1], {"a": [1, 2]}, xlabel=3), TypeError, "xlabel is 3, expected a text"),
    "curves ylabel": (lambda: figures.curves([0, 1], {"a": [1, 2]}, ylabel="cost in $"), ValueError, "ylabel is 'cost in .', .* no partner"),
    "curves TeX": (lambda: figures.curves([0, 1], {"a": [1, 2]}, title="$\\frac$"), ValueError, "title is .*TeX cannot be read"),
    "curves label": (lambda: figures.curves([0, 1], {"a$": [1, 2]}), ValueError, "a key of lines is 'a.', in which one . has no partner"),
    "curves half a character": (lambda: figures.curves([0, 1], {"\ud800": [1, 2]}), ValueError, r"a key of lines is '\\ud800', which holds half"),
    "curves huge": (lambda: figures.curves([0, 1], {"a": [1, 1e308]}), ValueError, r"a holds a number of size 1e\+308, too large to draw"),
    "curves no number": (lambda: figures.curves([0, 1], {"a": [1, 10**400]}), TypeError, "a is a list of dtype object"),
    "loss pair": (lambda: figures.loss_curves({"relu": (P, HISTORY)}), TypeError, "expected the History alone"),
    "loss stopped": (lambda: figures.loss_curves({"relu": SimpleNamespace(step=[], loss=[], stopped="z is nan")}), ValueError, "at once, z is nan"),
    "loss log": (lambda: figures.loss_curves({"relu": [0, -1]}, log=True), ValueError, "relu holds no loss > 0"),
    "loss line": (lambda: figures.loss_curves({"a": [1]}, reference_lines={"r": [1, 2]}), ValueError, r"r has shape \(2,\), expected one number"),
    "loss line log": (lambda: figures.loss_curves({"a": [1]}, log=True, reference_lines={"r": 0}), ValueError, "r is 0, expected a number > 0"),
    "activation height": (lambda: figures.activation_and_slope("relu", height=-1), ValueError, "height is -1"),
    "decision margin": (lambda: figures.decision_boundary(X, Y, probability, margin=-1), ValueError, "margin is -1, expected a number > 0"),
    "decision names": (lambda: figures.decision_boundary(X, Y, probability, names=("a", 2.0, "c")), ValueError, "names has 3 entries, expected 2"),
    "decision axes": (lambda: figures.decision_boundary(X, Y, probability, axis_labels=[object(), "b"]), TypeError, r"axis_labels\[0\] is"),
    "decision size": (lambda: figures.decision_boundary(X, Y, probability, resolution=10**9), ValueError, "resolution is 1000000000, expected"),
    "decision height": (lambda: figures.decision_boundary(X, Y, probability, height=0), ValueError, "height is 0"),
    "matrix one cell": (lambda: figures.matrix_heatmap([[1, 2]], highlight=(0, 1)), TypeError, r"highlight of matrix is \(0, 1\), .*put it in \[ \]"),
    "matrix cell text": (lambda: figures.matrix_heatmap([[1, 2]], highlight=[("a", 1)]), TypeError, "a row or column in highlight of matrix is 'a'"),
    "matrix digits": (lambda: figures.matrix_heatmap([[1, 2]], digits=99), ValueError, "digits is 99, expected at most 12"),
    "matrix row labels": (lambda: figures.matrix_heatmap([[1, 2]], row_labels=5), TypeError, "row_labels is 5, expected a list of 1 texts"),
    "network one unit": (lambda: figures.network_diagram(P, highlight=(1, 2)), TypeError, r"highlight is \(1, 2\), .*put it in \[ \]"),
    "network one off": (lambda: figures.network_diagram(P, off=(1, 2)), TypeError, r"off is \(1, 2\), .*put it in \[ \]"),
    "network no path": (lambda: figures.network_diagram(P, path=3), TypeError, "path is 3, expected one unit for each layer"),
    "network no values": (lambda: figures.network_diagram(P, values=3), TypeError, "values is an int, expected a cache"),
    "network quantity": (lambda: figures.network_diagram(P, values=ONE, quantity=3), TypeError, "quantity is 3, expected a name such as 'A'"),
    "network digits": (lambda: figures.network_diagram(P, digits=-1), ValueError, "digits is -1, expected at least 0"),
    "network units": (lambda: figures.network_diagram(P, max_units=10**400), ValueError, "max_units is a far larger number, expected at most 60"),
    "graph nodes": (lambda: figures.computational_graph("ab", []), TypeError, "nodes is a str, expected a dict"),
    "graph no edges": (lambda: figures.computational_graph(["a", "b"], ("a", "b")), TypeError, r"edges is \('a', 'b'\), .*put it in \[ \]"),
    "graph value": (lambda: figures.computational_graph(["a", "b"], [("a", "b", object())]), TypeError, "a value of an edge is an object"),
    "graph loop": (lambda: figures.computational_graph(["a"], [("a", "a")]), ValueError, "expected an edge between two nodes"),
    "graph row height": (lambda: figures.computational_graph(["a"], [], row_height=0), ValueError, "row_height is 0, expected 0.6 to 10 inches"),
    "graph digits": (lambda: figures.computational_graph(["a"], [], digits=None), TypeError, "digits is None, expected a whole number"),
    "graph place": (lambda: figures.computational_graph(["a"], [], positions={"a": 3}), ValueError, r"positions\['a'\] is 3, expected .column, row."),
    "graph twins": (lambda: figures.computational_graph(["a", "b"], [], positions={"a": (0, 0), "b": (0, 0)}), ValueError, "both at"),
    "graph no places": (lambda: figures.computational_graph(["a"], [], positions=[(0, 0)]), TypeError, "positions is a list, expected a dict"),
    "check ylabel": (lambda: figures.gradient_check_error([1, 2], {"a": [1, 1]}, ylabel=None), TypeError, "ylabel is None, expected a text"),
    "slopes zero": (lambda: figures.slope_products([1, 2], {"a": [0, 0]}), ValueError, "products holds no finite number other than 0"),
    "bars digits": (lambda: figures.bars(["a"], [1], digits=0), ValueError, "digits is 0, expected at least 1"),
    "bars no labels": (lambda: figures.bars(None, [1]), TypeError, "labels is 'None', expected a list"),
    "bars lines": (lambda: figures.bars(["a"], [1], reference_lines=[1]), TypeError, "reference_lines is a list, expected a dict"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    draw, error, message = BAD[name]
    with pytest.raises(error, match=message):
        draw()


def test_arguments_are_not_changed():
    errors, z = np.array([0.0, 1e-3, 1e-2]), np.array([1.0, 0.0, 2.0])
    figures.gradient_check_error([1e-6, 1e-4, 1e-2], {"a": errors})
    figures.slope_products([1, 2, 3], {"a": z})
    figures.decision_boundary(X, Y, lambda points: np.clip(points.__imul__(0)[:1], 0, 1))
    assert list(errors) == [0, 1e-3, 1e-2] and list(z) == [1, 0, 2] and np.abs(X).max() > 0
