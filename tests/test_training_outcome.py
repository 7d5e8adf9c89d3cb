"""The words for what becomes of a run: at the floor, trains, stuck, dead, comes back, revived."""

import numpy as np
import pytest

from helpers import datasets, losses, network
from helpers.training import History, at_floor, comebacks, dead_mask, dead_units, fate, gradient_descent, revived

X, Y = datasets.two_moons()
LN2 = float(np.log(2))
RARE = np.array([[1.0] * 357 + [0.0] * 212])


def test_at_the_floor_is_within_1_percent_of_it():
    assert at_floor(0.6931, Y) and at_floor(1.0099 * LN2, Y) and at_floor(0.9901 * LN2, Y)
    assert not at_floor(1.0101 * LN2, Y) and not at_floor(0.9899 * LN2, Y)
    assert at_floor(losses.uninformed_loss(RARE), RARE) and not at_floor(LN2, RARE)
    assert at_floor([0.6931, 0.1, np.nan, np.inf], Y).tolist() == [True, False, False, False]
    assert losses.what_a_loss_means(1.0099 * 0.5, entropy=0.5).name == "entropy of the labels"
    assert losses.what_a_loss_means(1.0101 * 0.5, entropy=0.5).name != "entropy of the labels"


@pytest.mark.parametrize(("loss", "accuracy", "y", "said"), [
    (0.699 * LN2, 0.5, Y, "trains"), (0.701 * LN2, 0.9, Y, "neither"), (0.701 * LN2, 0.5, Y, "neither"),
    (0.899 * LN2, 0.5, Y, "neither"), (0.901 * LN2, 0.5, Y, "stuck"), (0.901 * LN2, 0.549, Y, "stuck"), (0.901 * LN2, 0.551, Y, "neither"),
    (3.47, 0.909, RARE, "neither"), (0.66, 357 / 569, RARE, "stuck"), (0.66, 212 / 569, 1 - RARE, "stuck"), (0.66, 0.68, RARE, "neither"),
    (np.log(3), 1 / 3, np.eye(3), "stuck"), (np.log(3), 0.4, np.eye(3), "neither"), (0.5, 1.0, np.eye(3), "trains"),
    (np.nan, 0.5, Y, "neither"), (np.inf, 0.5, Y, "neither"), (np.inf, 1.0, Y, "neither"),
])  # fmt: skip
def test_a_run_trains_or_is_stuck_or_neither(loss, accuracy, y, said):
    assert fate(loss, accuracy, y) == said


def test_the_fates_of_many_runs_are_those_of_each():
    loss, accuracy = np.array([[0.1, 0.69, np.nan], [0.69, 0.69, 0.5]]), np.array([[1, 0.5, 0.5], [0.9, 0.5, 0.8]])
    found = fate(loss, accuracy, Y)
    assert found.tolist() == [["trains", "stuck", "neither"], ["neither", "stuck", "neither"]]
    several = np.array([RARE[:, ::50], 1 - RARE[:, ::50], np.array([[1.0] * 11 + [0.0]])])
    assert fate(np.array([0.65] * 3), np.array([0.6, 0.6, 0.9]), several).tolist() == ["stuck", "stuck", "stuck"]
    assert at_floor(np.array([0.65] * 3), several).tolist() == [bool(at_floor(0.65, y)) for y in several]


@pytest.mark.parametrize(("arguments", "error", "says"), [
    ((0.5, 0.5, np.ones((1, 4))), ValueError, "y has one class only, expected two or more"),
    (([0.5, 0.6], 0.5, Y), ValueError, r"accuracy has shape \(\), expected that of loss, \(2,\)"),
    (("0.5", 0.5, Y), TypeError, "loss is '0.5', expected real numbers"),
    ((0.5, None, Y), TypeError, "accuracy is None, expected real numbers"),
    ((0.5, 0.5, Y + 0.5), ValueError, "y holds 1.5, expected labels|y holds 0.5, expected labels"),
    ((0.5, 0.5, Y[0]), ValueError, r"y has shape \(200,\)"),
])  # fmt: skip
def test_what_no_fate_can_be_read_from_is_named(arguments, error, says):
    with pytest.raises(error, match=says):
        fate(*arguments)


def test_a_history_knows_its_fate():
    trained = gradient_descent(X, Y, network.init_params(), learning_rate=1.2, steps=300, record_every=300)[1]
    assert trained.fate(Y) == "trains"
    stuck = gradient_descent(X, Y, network.init_params(scheme="zeros"), learning_rate=1.2, steps=3)[1]
    assert stuck.fate(Y) == "stuck"
    assert revived(stuck, trained, Y) is True
    assert [revived(*pair, Y) for pair in ((trained, trained), (stuck, stuck), (trained, stuck))] == [False] * 3


def test_a_run_that_stopped_does_not_train_however_low_its_last_loss():
    stopped = History(step=[0], loss=[0.1], accuracy=[1.0], stopped="stopped at step 1: the loss is inf")
    assert stopped.fate(Y) == "neither"
    with pytest.raises(ValueError, match="the history has no record"):
        History().fate(Y)


def test_a_unit_is_dead_where_its_slope_is_0_for_every_example():
    c = {"Z1": np.array([[-1.0, -2.0], [-1.0, 2.0], [0.0, 0.0]]), "Z2": np.array([[-1.0, -1.0]]), "Z3": np.array([[-1.0, -1.0]])}
    assert [mask.tolist() for mask in dead_mask(c)] == [[True, False, True], [True]]
    assert dead_units(c) == (2, 1)
    assert [mask.tolist() for mask in dead_mask(c, "tanh")] == [[False] * 3, [False]]


def test_deaths_and_returns_are_counted_unit_by_unit():
    dead = np.array([[0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 0, 1], [1, 0, 0, 1]], dtype=bool)
    deaths, returns = comebacks(dead)
    assert deaths.tolist() == [2, 1, 0, 1]
    assert returns.tolist() == [1, 1, 0, 0]
    stacked = comebacks(np.stack([dead, ~dead], axis=1))
    assert np.array_equal(stacked[0][0], deaths) and stacked[1][1].tolist() == [2, 0, 0, 1]
    assert [count.tolist() for count in comebacks(dead[:1])] == [[0, 1, 0, 0], [0] * 4]


@pytest.mark.parametrize("dead", [np.zeros((3, 2)), np.zeros(3, dtype=bool), np.zeros((0, 2), dtype=bool), "dead"])
def test_what_is_no_record_of_dead_units_is_named(dead):
    with pytest.raises(ValueError, match="expected bool masks"):
        comebacks(dead)
