"""The machinery of the exercise checks: never an exception, always a reason."""

import numpy as np
import pytest

from helpers.exercises.feedback import Feedback, Wrong, call, check, compare, numbers


@check
def check_double(function):
    z = np.array([[1.0, -2.0]])
    compare(call(function, z), 2 * z, [(z**2, "you squared z."), (z, "that is z itself.")])
    return "2 z."


class Hostile:
    """An answer that refuses everything."""

    def __eq__(self, other):
        raise RuntimeError("no")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    __hash__ = None


def overwrites(z):
    z *= 2
    return z


@pytest.mark.parametrize(("answer", "status", "says"), [
    (lambda z: 2 * z, "right", "2 z"),
    (lambda z: [[2, -4]], "right", "2 z"),
    (..., "not attempted", "replace each"),
    (lambda z: ..., "not attempted", "replace each"),
    (lambda z: z**2, "wrong", "you squared z"),
    (lambda z: z + 1, "wrong", r"wrong in 1 of 2 entries; at index (0, 1) it is -1, expected -4"),
    (lambda z: (2 * z).T, "wrong", "it is transposed"),
    (lambda z: (2 * z).ravel(), "wrong", "has shape (2,), expected (1, 2)"),
    (lambda z: None, "wrong", "is the return missing"),
    (lambda z: "text", "wrong", "a str that holds no real numbers"),
    (lambda z: z * np.nan, "wrong", "NaN"),
    (lambda z: 1 / 0, "wrong", "raised ZeroDivisionError"),
    (lambda: 3, "wrong", "raised TypeError"),
    (lambda z: exit(), "wrong", "raised SystemExit"),
    (lambda z: [[1], [1, 2]], "wrong", "no array of numbers"),
    (lambda z: Hostile(), "wrong", "no array of numbers"),
    (lambda z: overwrites(z), "wrong", "overwrites its argument"),
    (Hostile(), "wrong", "expected a function"),
    (3, "wrong", "is an int, expected a function"),
    (None, "wrong", "expected a function"),
])  # fmt: skip
def test_every_answer_gets_a_reason(answer, status, says):
    feedback = check_double(answer)
    assert isinstance(feedback, Feedback)
    assert feedback.status == status
    assert says in feedback.message
    assert feedback.right == (status == "right")
    assert str(feedback).startswith(status.capitalize())
    assert "<strong>" in feedback._repr_html_()


def test_a_check_without_an_answer_and_a_check_that_fails_itself():
    assert check_double().status == "not attempted"
    assert check(lambda answer: 1 / 0)(1).status == "wrong"


def test_tolerance_is_relative_to_the_largest_number():
    compare(1e6 + 0.5, 1e6)
    with pytest.raises(Wrong):
        compare(1e6 + 5, 1e6)
    with pytest.raises(Wrong, match="not the right number"):
        compare(1e-3, 0)


def test_numbers_names_what_came():
    with pytest.raises(Wrong, match="the answer is None"):
        numbers(None, "the answer")
    assert numbers(True).item() == 1.0
