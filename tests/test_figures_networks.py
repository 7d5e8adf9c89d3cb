"""Pictures of networks, graphs, matrices and boundaries carry the data that they were given, and their descriptions say what is in it."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba

from figure_samples import GRAPH, P, X, Y, draw, texts
from helpers import figures, network
from helpers.figures import graph_layout, words
from helpers.figures.style import INK, ON_INK


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


@pytest.mark.parametrize("place", [(-1, 0), (0, 1), (-0.001, 2)])
def test_an_edge_may_run_back_or_straight_down(place):
    figure = figures.computational_graph(["a", "b"], [("a", "b", 1.5, -2)], positions={"a": (0, 0), "b": place})
    draw(figure)
    low, high = figure.axes[0].get_xlim()
    assert all(low < text.get_position()[0] < high for text in figure.axes[0].texts)
    assert "left to right" not in figure.get_label()


def test_frames_are_seen_on_every_colour_and_said():
    figure = figures.matrix_heatmap({"A": [[1, 2], [3, 4]], "B": [[1]]}, highlight={"A": [(1, 0), (None, 1)], "B": [(0, None)]})
    frames = [patch for patch in figure.axes[0].patches if not patch.get_fill()]
    assert len(frames) == 6 and {patch.get_edgecolor() for patch in frames} == {to_rgba(INK), to_rgba(ON_INK)}
    assert "4. Framed: row 2, column 1 and column 2 of A. B, shape (1, 1): 1. Framed: row 1 of B." in figure.get_label()


def test_cells_are_read_on_every_colour():
    """White on a colour, INK on the cells of zeros, which have none."""
    figure = figures.matrix_heatmap({"A": [[0, 1e-20, np.nan, 1e-2, -1e-2, 0.5, -1]]})
    image = figure.axes[0].get_images()[0]
    fills = image.cmap(image.norm(image.get_array().filled(np.nan)))[0]
    inks = [text.get_color() for text in figure.axes[0].texts if text.get_gid()]
    assert [fill[3] for fill in fills] == [0, 0, 0, 1, 1, 1, 1]
    assert inks == [INK] * 3 + [ON_INK] * 4
    assert fills[3][2] > fills[3][0] and fills[4][0] > fills[4][2], "a small number shows its sign"


def test_units_are_counted_from_one():
    figure = figures.network_diagram((2, 3, 1), highlight=[(1, 0), ((0, 1), (1, 2))], path=(0, 2, 0))
    assert "Highlighted: unit 1 of layer 1 and the connection from input 2 to unit 3 of layer 1." in figure.get_label()
    assert "The path through input 1 and units 3 and 1 stands out." in figure.get_label()
    assert "through input 1 and unit 1 stands" in figures.network_diagram((2, 1), path=(0, 0)).get_label()


def test_connections_end_at_their_units():
    """A unit has no fill that would hide them."""
    figure = figures.network_diagram((2, 3, 1), values=[[1, 2], [-10, 20, 30], [4]])
    axes, to_inches = figure.axes[0], figure.axes[0].transData.inverted().transform
    boxes = {patch.get_gid(): to_inches(patch.get_window_extent().get_points()) for patch in axes.patches}
    segments = [segment for lines in axes.collections if isinstance(lines, LineCollection) for segment in lines.get_segments()]
    assert len(segments) == 9
    for (x0, y0), (x1, y1) in segments:
        start = next(box for box in boxes.values() if box[0, 1] < y0 < box[1, 1] and abs(box[1, 0] - x0) < 0.03)
        end = next(box for box in boxes.values() if box[0, 1] < y1 < box[1, 1] and abs(box[0, 0] - x1) < 0.03)
        assert start is not end


def test_a_deep_network_has_a_short_caption():
    assert figures.network_diagram([10] * 30).get_label().startswith("Network of 29 layers, 3190 parameters. Units from input to output: 10, 10,")
