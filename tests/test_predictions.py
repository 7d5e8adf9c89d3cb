"""A prediction is compared with what came out, and notes survive from one notebook to the next."""

import json

import numpy as np
import pytest

from helpers.predictions import keep, kept, predicted


@pytest.mark.parametrize(
    ("guess", "value"),
    [
        (9, 9), (9.0, 9), (np.int64(9), 9), (np.array([9]), 9), ([[9]], ((9,),)),
        (np.inf, np.inf), (np.nan, np.float64("nan")), (0.69, np.log(2)), (0.7, np.float64(0.6931)),
        ("ReLU ", "relu"), (True, True), (True, np.bool_(True)),
        ((10, 200), (10, 200)), ([10, 200], (10, 200)), (np.array([10, 200]), (10, 200)),
        (["dW2", "dW3"], {"dW3", "dW2"}), ("dw2", {"dW2"}), ({"c"}, {"c"}), ([], set()),
        ("dW2, dW3", {"dW3", "dW2"}), ("dW2 and dW3", {"dW3", "dW2"}), ("dW2 dW3", {"dW3", "dW2"}), ({"c": 1}, {"c"}), ({"c": 1}.keys(), {"c"}),
        ("none", set()), ("[]", set()), ({}, set()), ("leaky_relu, ELU", {"leaky ReLU", "elu"}),
        ("9", 9.0), ("1/3", 1 / 3), ("1e-6", 1e-6), ("inf", np.inf), ("nan", np.nan), ("10, 200", (10, 200)), (["inf", "nan"], (np.inf, np.nan)),
        ("yes", np.bool_(True)), ("False", False), (True, "yes"), ((True, "no"), ("yes", "no")), ("yes, no", ("yes", "no")),
    ],
)  # fmt: skip
def test_a_right_prediction_comes_true(guess, value):
    assert predicted(guess, value).came_true is True


@pytest.mark.parametrize(
    ("guess", "value"),
    [
        (8, 9), (9.2, 9), (0.5, np.log(2)), ("relu", "sigmoid"), (True, False), (True, 2), ("8", 9.0), ("nine", 9), (float("nan"), 1.0),
        (1.0, np.nan), (40.0, np.inf), (-np.inf, np.inf),
        ((200, 10), (10, 200)), ((10,), (10, 200)), (10, (10, 200)), ("dW2", {"dW2", "dW3"}), (2, {"dW2"}),
        ("none", {"dW2"}), ("dW2", set()), (0, set()), ("no", True),
        (True, "no"), ("yes", "no"), ("yes", 1), ("1/0", 0.0), ("1e999999999", 1.0), ("10 200", (10, 200)),
        (object(), 1), (None, False),
    ],
)  # fmt: skip
def test_a_wrong_one_does_not_and_is_told_what_came_out(guess, value):
    outcome = predicted(guess, value)
    assert outcome.came_true is not True
    if guess is not None:
        assert outcome.came_true is False and "it is" in str(outcome)


@pytest.mark.parametrize("guess", [..., [...], (1, ...), {"a": ...}, None])
def test_without_a_prediction_nothing_is_given_away(guess):
    outcome = predicted(guess, 1234)
    assert outcome.came_true is None
    assert "1234" not in str(outcome) + outcome._repr_html_()


def test_both_are_shown_and_markup_is_escaped():
    assert "<b>" not in predicted("<b>", 3)._repr_html_()
    assert str(predicted(2, 3)) == "you said 2; it is 3. What made you expect otherwise?"
    assert str(predicted(0.7, np.log(2))) == "you said 0.7, and so it is (0.6931)."


def test_a_guess_that_raises_is_a_wrong_guess():
    class Hostile:
        def __eq__(self, other):
            raise RuntimeError

        __hash__ = None

    assert predicted(Hostile(), 3).came_true is False


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEBOOK_NOTES", str(tmp_path / "notes.json"))
    return tmp_path / "notes.json"


def test_what_is_kept_comes_back_and_leaves_the_rest(notes):
    assert kept("suspects") is None
    keep("line", "dZ2")
    assert "kept" in str(keep("suspects", {"1": 40, "2": 60}))
    assert kept("suspects") == {"1": 40, "2": 60} and kept("line") == "dZ2"


@pytest.mark.parametrize("value", [..., {"1": ...}, [40, ...], {"1": object()}])
def test_what_cannot_be_kept_changes_nothing(notes, value):
    keep("suspects", {"1": 40})
    keep("suspects", value)
    assert json.loads(notes.read_text()) == {"suspects": {"1": 40}}


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00"])
def test_a_spoilt_file_counts_as_empty(notes, text):
    notes.write_text(text)
    assert kept("suspects") is None
    keep("suspects", 1)
    assert kept("suspects") == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEBOOK_NOTES", str(tmp_path / "missing" / "notes.json"))
    assert "cannot be written" in str(keep("suspects", 1))
