"""Pictures of many classes: small images, the confusion matrix, and what of a gradient passes an activation."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from figure_samples import picture, texts
from helpers import figures
from helpers.figures import matrices, style


def by_gid(figure):
    return {text.get_gid(): text for axes in figure.axes for text in axes.texts if text.get_gid()}


def filled(figure):
    """{(x, y) of its lower left corner, rounded: face colour} of each filled cell."""
    return {tuple(np.round(p.get_xy(), 3)): p.get_facecolor() for a in figure.axes for p in a.patches if isinstance(p, Rectangle) and p.get_fill()}


# --- images ---------------------------------------------------------------------------------------------------------


def test_an_image_stands_upright_and_its_ink_is_its_pixels():
    one = np.arange(12.0).reshape(12, 1)  # 3 rows of 4 pixels
    (image,) = figures.digit_images(one, ["a"], shape=(3, 4)).axes[0].images
    assert np.allclose(image.get_array()[..., 3], one.reshape(3, 4) / 11)
    assert np.allclose(image.get_array()[..., :3], to_rgba(style.INK)[:3])
    left, right, bottom, top = image.get_extent()
    assert left < right and bottom < top and image.origin == "upper"


def test_images_share_one_scale_and_stand_in_rows():
    figure = figures.digit_images(np.array([[1.0, 4.0, 2.0]] * 4), ["a", "b", "c"], shape=(2, 2), columns=2)
    images = figure.axes[0].images
    assert [image.get_array()[0, 0, 3] for image in images] == [0.25, 1.0, 0.5]
    assert images[0].get_extent()[2] == images[1].get_extent()[2] > images[2].get_extent()[3]
    assert figure.get_label() == "3 images of 2 × 2 pixels, from left to right and top to bottom. 1: a; 2: b; 3: c."


@pytest.mark.parametrize(("arguments", "says"), [
    ((np.ones((9, 2)), ["a", "b"]), r"images has shape \(9, 2\), expected \(64, m\)"),
    ((np.ones((64, 41)), ["a"] * 41), "at most 40"),
    ((-np.ones((64, 1)), ["a"]), "images holds -1, expected numbers >= 0"),
    ((np.ones((64, 2)), ["a"]), "captions has 1 entries, expected 2"),
])  # fmt: skip
def test_images_that_cannot_be_shown_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        figures.digit_images(*arguments)


def test_a_blank_image_is_blank():
    assert not figures.digit_images(np.zeros((64, 1)), ["blank"]).axes[0].images[0].get_array()[..., 3].any()


# --- confusion ------------------------------------------------------------------------------------------------------


def test_a_confusion_matrix_shows_each_count_where_it_belongs():
    figure = picture("confusion_matrix")
    found = by_gid(figure)
    assert {gid: text.get_text() for gid, text in found.items() if gid.startswith("count")} == {
        "count[0,0]": "40", "count[0,1]": "2", "count[1,1]": "38", "count[1,2]": "1", "count[2,0]": "5", "count[2,2]": "33"}  # fmt: skip
    wrong, right = found["count[2,0]"].get_position(), found["count[0,1]"].get_position()
    assert wrong[0] < right[0] and wrong[1] < right[1], "rows run downwards, columns to the right"
    assert [found[f"missed {name}"].get_text() for name in "012"] == ["4.8 %", "2.6 %", "13.2 %"]


def test_right_counts_are_blue_and_mistakes_orange():
    colours = set(filled(picture("confusion_matrix")).values())
    assert tuple(matrices.POSITIVE[127]) in colours and tuple(matrices.NEGATIVE[0]) in colours
    assert len(colours) == 4


def test_the_description_of_a_confusion_matrix_counts():
    label = figures.confusion_matrix([[9, 1], [0, 5]], ["cat", "dog"]).get_label()
    assert "14 of 15 examples right" in label and "cat for dog taken once" in label and "Missed most often: cat, 1 of 10." in label
    assert "mistakes:" not in figures.confusion_matrix([[9, 0], [0, 5]]).get_label()
    assert "none seen" in texts(figures.confusion_matrix([[9, 0], [0, 0]]))


@pytest.mark.parametrize(("counts", "says"), [
    ([[1, 2]], r"shape \(1, 2\), expected \(K, K\)"), ([[1, -1], [0, 1]], "whole numbers"), ([[0.5, 0], [0, 1]], "whole numbers"),
    ([[0, 0], [0, 0]], "no example"), (np.eye(13), "K from 2 to 12"),
])  # fmt: skip
def test_what_is_no_table_of_counts_is_refused(counts, says):
    with pytest.raises(ValueError, match=says):
        figures.confusion_matrix(counts)


# --- surviving gradient ---------------------------------------------------------------------------------------------


def test_a_cell_is_filled_where_the_gradient_passes():
    figure = picture("surviving_gradient")
    found = {gid: text.get_text() for gid, text in by_gid(figure).items() if gid.startswith("dZ")}
    assert found == {"dZ[0,0]": "0.66", "dZ[0,1]": "(0.28)", "dZ[1,0]": "−0.72", "dZ[1,1]": "(−0.09)", "dZ[2,0]": "(1.55)", "dZ[2,1]": "−0.21"}
    assert sorted(filled(figure).values()) == sorted(map(tuple, (
        matrices.POSITIVE[round(127 * 0.66 / 0.72)], matrices.NEGATIVE[::-1][127], matrices.NEGATIVE[::-1][round(127 * 0.21 / 0.72)])))  # fmt: skip


def test_large_matrices_cross_out_what_was_cut():
    dA = np.random.default_rng(0).standard_normal((20, 30))
    dZ = np.where(dA > 0, dA, 0)
    dZ[3] = 0
    figure = figures.surviving_gradient(dA, dZ, title="Twenty units")
    cut = next(lines for lines in figure.axes[0].collections if lines.get_gid() == "cut")
    assert len(cut.get_segments()) == (dZ == 0).sum() and len(filled(figure)) == (dZ != 0).sum()
    assert "Units that pass nothing: 4." in figure.get_label() and "Its title: Twenty units." in figure.get_label()
    assert "0 of 30" in texts(figure)


def test_the_description_counts_by_unit_and_by_example():
    label = picture("surviving_gradient").get_label()
    assert label.startswith("Gradient behind the activation: 3 of 6 pairs of unit and example pass.")
    assert "unit 1 1 of 2" in label and "example 1 2 of 3, example 2 1 of 3" in label and "pass nothing: none" in label


def test_nothing_passes_at_all():
    assert "0 of 4 pairs" in figures.surviving_gradient(np.ones((2, 2)), np.zeros((2, 2))).get_label()


@pytest.mark.parametrize("shapes", [((2, 2), (2, 3)), ((65, 2), (65, 2)), ((2, 61), (2, 61))])
def test_shapes_that_do_not_fit_are_refused(shapes):
    with pytest.raises(ValueError, match="expected one shape of at most 64 units and 60 examples"):
        figures.surviving_gradient(*map(np.ones, shapes))
