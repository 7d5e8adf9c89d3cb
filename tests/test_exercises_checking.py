"""The checks of notebook 06: right, untouched and wrong answers, each with its reason."""

import numpy as np
import pytest

from helpers import gradcheck
from helpers.exercises import checking

n = np.linalg.norm
ANSWERS = [
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z - h)) / (2 * h), "right", "symmetrically"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z - h)) / h, "wrong", "twice the slope"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z)) / h, "wrong", "one-sided"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z - h)) / 2 * h, "wrong", "brackets round 2"),
    (checking.check_central_difference, lambda f, z, h: f(z + h) - f(z - h) / (2 * h), "wrong", "round the difference"),
    (checking.check_central_difference, lambda f, z, h: (f(z - h) - f(z + h)) / (2 * h), "wrong", "sign"),
    (checking.check_relative_error, gradcheck.relative_error, "right", "whichever"),
    (checking.check_relative_error, lambda a, b: n(a - b), "wrong", "absolute error"),
    (checking.check_relative_error, lambda a, b: n(a - b) / n(a), "wrong", "one norm only"),
    (checking.check_relative_error, lambda a, b: n(a - b) / n(a + b), "wrong", "norm of the sum"),
    (checking.check_relative_error, lambda a, b: abs(n(a) - n(b)) / (n(a) + n(b)), "wrong", "lengths"),
    (checking.check_relative_error, lambda a, b: abs(a - b) / (abs(a) + abs(b)), "wrong", "one error for each entry"),
    (checking.check_slope_near_kink, lambda z, h: (z + h) / (2 * h), "right", "0 at z = -h"),
    (checking.check_slope_near_kink, lambda z, h: 1.0, "wrong", "mixes both sides"),
    (checking.check_slope_near_kink, lambda z, h: 0.5, "wrong", "only at z = 0"),
    (checking.check_slope_near_kink, lambda z, h: (z + h) / h, "wrong", "divide by 2 h"),
    (checking.check_wrong_gradients, ["dW1", "db1", "dW2", "db2"], "right", "came before"),
    (checking.check_wrong_gradients, ["dW1", "dW2"], "wrong", "is not all"),
    (checking.check_wrong_gradients, ["dW1", "db1", "dW2", "db2", "dW3"], "wrong", "before the slope"),
    (checking.check_wrong_gradients, "dW1", "wrong", "expected a list"),
    (checking.check_wrong_gradients, ["dW1", "db1", "dW2", "db2", "W9"], "wrong", "W9 is no gradient"),
    (checking.check_wrong_gradients, [...], "not attempted", "replace"),
]
CHECKS = list(dict.fromkeys(check for check, *_ in ANSWERS))


@pytest.mark.parametrize(("check", "answer", "status", "says"), ANSWERS)
def test_every_answer_gets_its_reason(check, answer, status, says):
    feedback = check(answer)
    assert (feedback.status, says in feedback.message) == (status, True), feedback


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("answer", [None, "text", 3, object(), lambda: 1, lambda *a: 1 / 0, lambda *a: None, lambda *a: "x", lambda *a: np.ones(7)])
def test_garbage_is_wrong_and_never_raises(check, answer):
    assert check(answer).status == "wrong"


@pytest.mark.parametrize("check", CHECKS)
def test_untouched(check):
    assert check(...).status == "not attempted"
