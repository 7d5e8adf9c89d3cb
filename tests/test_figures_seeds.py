"""seed_curves: every run is there, the thick line is the median, and the description says what a reader cannot see."""

import numpy as np
import pytest

from figure_samples import draw
from helpers import figures

STEP = [0, 10, 20]
LOSS = np.array([[0.9, 0.8, 0.7, 0.6], [0.7, 0.5, 0.69, 0.4], [0.69, 0.2, 0.69, np.inf]])


def lines(figure):
    return figure.axes[0].get_lines()


def test_each_run_has_a_thin_line_and_the_group_a_thick_median():
    figure = figures.seed_curves(STEP, {"rate 5": LOSS})
    *thin, thick = lines(figure)
    assert len(thin) == 4 and thick.get_label() == "rate 5"
    for line, run in zip(thin, LOSS.T, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), np.where(np.isfinite(run), run, np.nan))
        assert line.get_linewidth() < thick.get_linewidth()
    np.testing.assert_allclose(thick.get_ydata(), [0.75, 0.595, 0.69])


def test_the_description_counts_runs_and_those_that_are_lost():
    figure = figures.seed_curves(STEP, {"rate 5": LOSS, "rate 1": LOSS[:, :2]}, {"floor": np.log(2)})
    label = figure.get_label()
    assert "rate 5: 4 runs, the median goes from 0.75 to 0.69, the ends lie between 0.2 and 0.69, 1 not finite." in label
    assert "rate 1: 2 runs, the median goes from 0.85 to 0.445, the ends lie between 0.2 and 0.69." in label
    assert label.endswith("The dotted line is floor = 0.693.")
    assert sum(line.get_linestyle() != "-" and len(line.get_xdata()) == 2 for line in lines(figure)) == 1


def test_a_group_whose_median_is_lost_is_named_where_it_was_last_seen():
    lost = np.array([[1.0, 2.0, 3.0], [5.0, 6.0, np.inf], [np.nan, np.inf, np.inf]])
    figure = figures.seed_curves(STEP, {"leak 0.01": lost})
    assert "the median goes from 2 to infinity, no run ends with a finite number." in figure.get_label()
    assert [text.xy for text in figure.axes[0].texts] == [(10, 6.0)]
    draw(figure)


def test_what_never_has_a_finite_median_can_be_drawn():
    draw(figures.seed_curves([0, 1], {"a": [[1.0, np.nan, np.inf], [2.0, np.nan, np.inf]]}, title="Lost", ylim=(0, 3)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], {"a": [[1.0], [2.0], [3.0]]}), "a has 3 records, expected 2"),
        (([0, 1], {"a": [1.0, 2.0]}), r"a has shape \(2,\), expected \(rows, columns\)"),
        (([0, 1], {"a": [[np.nan], [np.inf]]}), "a holds no finite loss"),
        (([0, np.nan], {"a": [[1.0], [2.0]]}), "step"),
        (([0], {}), "runs is empty"),
        (([0], {"a": [[1.0]]}, {"floor": [1, 2]}), "floor has shape"),
    ],
)
def test_arguments_that_do_not_fit_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        figures.seed_curves(*arguments)


def test_nothing_that_is_given_is_changed():
    loss = LOSS.copy()
    figures.seed_curves(STEP, {"a": loss})
    np.testing.assert_array_equal(loss, LOSS)
