"""The checks of notebook 12: right answers in any form are accepted, wrong ones get their own mistake told."""

from fractions import Fraction

import numpy as np
import pytest

from helpers.exercises import opinions

RIGHT = {"a": "false", "b": "half true", "c": "true", "d": "half true"}
DECIDING = {"a": 3, "b": 2, "c": 4}


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT, {"a": False, "b": 0.5, "c": True, "d": "half"}, {"a": "FALSE", "b": "half-true", "c": "T", "d": "Half True."},
        dict(reversed(RIGHT.items())),
    ],
)  # fmt: skip
def test_right_judgements_in_any_form(answer):
    assert opinions.check_judgements(answer).right


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (RIGHT | {"a": "true"}, "a is not true: one number at the kink"),
        (RIGHT | {"b": "true"}, "b is not true: on the moons"),
        (RIGHT | {"b": "false"}, "b is not false: on the moons"),
        (RIGHT | {"c": "half true"}, "c is not half true: below a dead layer"),
        (RIGHT | {"d": "true"}, "d is not true: the slope is 1"),
        (RIGHT | {"d": "maybe"}, "d: your judgement is 'maybe', expected"),
        ({"a": "false"}, "has the keys"),
        (["false", "half true", "true", "half true"], "expected a dict"),
        (RIGHT | {"e": "true"}, "has the keys"),
    ],
)
def test_wrong_judgements(answer, message):
    said = opinions.check_judgements(answer)
    assert said.status == "wrong" and message in said.message


@pytest.mark.parametrize("answer", [DECIDING, {"a": "3", "b": "2.", "c": "4"}, {"a": 3.0, "b": np.int64(2), "c": np.array([4])}])
def test_right_experiments_in_any_form(answer):
    assert opinions.check_deciding(answer).right


@pytest.mark.parametrize(
    ("answer", "message"),
    [(DECIDING | {letter: wrong}, reason) for letter, (_, reasons) in opinions.EXPERIMENTS.items() for wrong, reason in reasons.items()]
    + [(DECIDING | {"a": 5}, "expected the number of an experiment"), (DECIDING | {"b": None}, "None"), ({}, "has the keys"), (3, "expected a dict")],
)
def test_wrong_experiments(answer, message):
    said = opinions.check_deciding(answer)
    assert said.status == "wrong" and message in said.message


@pytest.mark.parametrize("answer", [20, 20.0, 1 / 0.05, np.float32(20), [20], np.array([[20.0]]), Fraction(20)])
def test_right_offsets_in_any_form(answer):
    assert opinions.check_line_offset(answer).right


@pytest.mark.parametrize(
    ("answer", "message"),
    [(40, "that is 1/τ"), (0.02, "per millisecond"), (50, "for 10 ms"), (80, "2/τ"), (0, "lies below the curve"), (-20, "above the line"),
     (33, "expected 1/(2τ)"), ("twenty", "my_offset"), ([1, 2], "shape"), (float("nan"), "NaN")],
)  # fmt: skip
def test_wrong_offsets(answer, message):
    said = opinions.check_line_offset(answer)
    assert said.status == "wrong" and message in said.message


@pytest.mark.parametrize(
    ("check", "answer"),
    [(opinions.check_judgements, dict.fromkeys("abcd", ...)), (opinions.check_judgements, RIGHT | {"c": ...}), (opinions.check_judgements, ...),
     (opinions.check_deciding, dict.fromkeys("abc", ...)), (opinions.check_line_offset, ...)],
)  # fmt: skip
def test_untouched_stubs(check, answer):
    assert check(answer).status == "not attempted"
