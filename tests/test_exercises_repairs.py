"""The checks of notebook 07's repairs: every right line in any form, wrong ones with what is wrong, anything else without an exception."""

import numpy as np
import pytest

from helpers.exercises import repairs

ANSWERS = [
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ D1, D1.sum(axis=0)"), "right", "mean divides once more"),
    (repairs.check_repair_m, [16, "    dW1, db1 = X.T @ D1, np.sum(D1, 0)"], "right", "mean divides once more"),
    (repairs.check_repair_m, ("dW1, db1 = X.T @ D1, D1.mean(axis=0) * len(D1)", 16), "right", "mean divides once more"),
    (repairs.check_repair_m, (np.int64(17), 'return {"W1": dW1, "b1": 30 * db1, "W2": dW2, "b2": db2}'), "right", "mean divides"),
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ D1, D1.mean(axis = 0)"), "wrong", "as it stands"),
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ D1, D1.sum()"), "wrong", "6 entries"),
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ D1, D1.sum(axis=1)"), "wrong", "the examples are the rows"),
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ D1 / len(X), D1.sum(axis=0)"), "wrong", "from D2"),
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ D1, 2 * D1.sum(axis=0)"), "wrong", "still a wrong gradient: b1"),
    (repairs.check_repair_m, (13, "D2 = P - Y"), "wrong", "W1, W2, b2"),
    (repairs.check_repair_m, (16, "dW1 = X.T @ D1"), "wrong", "NameError"),
    (repairs.check_repair_m, (16, "dW1, db1 = X.T @ (D1"), "wrong", "no Python"),
    (repairs.check_repair_m, (1, "raise KeyError(1)"), "wrong", "no Python"),
    (repairs.check_repair_m, (160, "dW1 = 1"), "wrong", "no line 160"),
    (repairs.check_repair_m, (16, 3), "wrong", "quotation marks"),
    (repairs.check_repair_m, (16, " "), "wrong", "quotation marks"),
    (repairs.check_repair_m, "dW1 = 1", "wrong", "a line's number"),
    (repairs.check_repair_m, (..., "..."), "not attempted", "replace"),
    (repairs.check_repair_m, (16, "..."), "not attempted", "replace"),
    (repairs.check_repair_m, ..., "not attempted", "replace"),
    (repairs.check_repair_n, (19, "dW1 = X.T @ D1 + 2 * penalty * p['W1']"), "right", "2 w"),
    (repairs.check_repair_n, (19, 'dW1 = 0.2 * p["W1"] + X.T @ D1'), "right", "2 w"),
    (repairs.check_repair_n, (19, "dW1 = X.T @ D1"), "wrong", "derivative of w²"),
    (repairs.check_repair_n, (19, "dW1 = X.T @ D1 + penalty"), "wrong", "not constant"),
    (repairs.check_repair_n, (1, "penalty = 0"), "wrong", "the loss itself"),
    (repairs.check_repair_n, (19, "dW1 = X.T @ D1 - 2 * penalty * p['W1']"), "wrong", "still a wrong gradient: W1"),
]


@pytest.mark.parametrize(("check", "answer", "outcome", "reason"), ANSWERS)
def test_answers_are_judged_with_their_reason(check, answer, outcome, reason):
    feedback = check(answer)
    assert feedback.status == outcome and reason in str(feedback), feedback


@pytest.mark.parametrize("letter", sorted(repairs.BROUGHT))
def test_what_is_brought_has_one_wrong_gradient_and_no_repair_is_shown(letter, capsys):
    report = repairs.brought(letter)
    printed = capsys.readouterr().out
    assert report.verdict == "wrong" and len(report.wrong) == 1 and not report.findings and report.repaired is None
    assert printed.splitlines()[0].startswith(" 1  ") and len(printed.splitlines()) == len(repairs.BROUGHT[letter].lines)
