"""The checks of notebook 06: right, untouched and wrong answers, each with its reason."""

import numpy as np
import pytest

from helpers import datasets, gradcheck, network
from helpers.exercises import checking

n = np.linalg.norm


def slopes(difference, one=True, prefix="d", rest=True, flat=False):
    """The right numerical gradient, with a place for each mistake."""

    def my_gradient(loss, p, h=1e-5):
        grads = {}
        for name, value in p.items():
            found = []
            for index in np.ndindex(value.shape):
                step = np.zeros_like(value)
                step[index if one else ...] = h
                others = p if rest else {}
                found.append(difference(*(loss({**others, name: value + s}) for s in (step, 0 * step, -step)), h))
            grads[prefix + name] = found if flat else np.reshape(found, value.shape)
        return grads

    return my_gradient


def in_place(loss, p, h=1e-5):
    grads = gradcheck.numerical_gradient(loss, p, h)
    p["W1"] += h
    return grads


ANSWERS = [
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z - h)) / (2 * h), "right", "symmetrically"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z - h)) / h, "wrong", "twice the slope"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z)) / h, "wrong", "one-sided"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h) - f(z - h)) / 2 * h, "wrong", "brackets round 2"),
    (checking.check_central_difference, lambda f, z, h: f(z + h) - f(z - h) / (2 * h), "wrong", "round the difference"),
    (checking.check_central_difference, lambda f, z, h: (f(z - h) - f(z + h)) / (2 * h), "wrong", "sign"),
    (checking.check_central_difference, lambda f, z, h: (f(z + h / 2) - f(z - h / 2)) / h, "wrong", "h/2 away from z"),
    (checking.check_central_difference, lambda f, z, h: (f(z + 1e-5) - f(z - 1e-5)) / 2e-5, "wrong", "use the argument h"),
    (checking.check_relative_error, gradcheck.relative_error, "right", "whichever"),
    (checking.check_relative_error, lambda a, b: -n(a - b) / (n(a) + n(b)), "wrong", "without the minus"),
    (checking.check_relative_error, lambda a, b: n(a - b) / n(a) + n(b), "wrong", "brackets round the sum"),
    (checking.check_relative_error, lambda a, b: n(a - b) ** 2 / (n(a) + n(b)), "wrong", "not its square"),
    (checking.check_relative_error, lambda a, b: n(a - b), "wrong", "absolute error"),
    (checking.check_relative_error, lambda a, b: n(a - b) / n(a), "wrong", "one norm only"),
    (checking.check_relative_error, lambda a, b: n(a - b) / n(a + b), "wrong", "norm of the sum"),
    (checking.check_relative_error, lambda a, b: abs(n(a) - n(b)) / (n(a) + n(b)), "wrong", "lengths"),
    (checking.check_relative_error, lambda a, b: abs(a - b) / (abs(a) + abs(b)), "wrong", "one error for each entry"),
    (checking.check_slope_near_kink, lambda z, h: (z + h) / (2 * h), "right", "0 at z = -h"),
    (checking.check_slope_near_kink, lambda z, h: 1.0, "wrong", "mixes both sides"),
    (checking.check_slope_near_kink, lambda z, h: z / h, "wrong", "2 h apart"),
    (checking.check_slope_near_kink, lambda z, h: z / (2 * h), "wrong", "z + h, not z"),
    (checking.check_slope_near_kink, lambda z, h: (h - z) / (2 * h), "wrong", "sign of z is turned"),
    (checking.check_slope_near_kink, lambda z, h: 0.5, "wrong", "only at z = 0"),
    (checking.check_slope_near_kink, lambda z, h: (z + h) / h, "wrong", "divide by 2 h"),
    (checking.check_slope_near_kink, lambda z, h: (z + h) / 2 * h, "wrong", "brackets round 2"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / (2 * h)), "right", "not a line about networks"),
    (checking.check_numerical_gradient, gradcheck.numerical_gradient, "right", "not a line about networks"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / h), "wrong", "divided by h"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (down - up) / (2 * h)), "wrong", "sign is turned round"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (here - here) / (2 * h)), "wrong", "all slopes are 0"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - here) / h), "wrong", "one-sided"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (here - down) / h), "wrong", "one-sided"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / 2 * h), "wrong", "brackets round 2"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: up - down), "wrong", "lacks 2 h"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / (2 * h), one=False), "wrong", "all entries moved at once"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / (2 * h), prefix=""), "wrong", "dW1 is missing"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / (2 * h), rest=False), "wrong", "KeyError"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (up - down) / (2 * h), flat=True), "wrong", "has shape (6,)"),
    (checking.check_numerical_gradient, in_place, "wrong", "overwrites its argument"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: ...), "not attempted", "replace"),
    (checking.check_numerical_gradient, slopes(lambda up, here, down, h: (... - ...) / (2 * h)), "not attempted", "replace"),
    (checking.check_reported_faults, ["B", "D"], "right", "nothing else"),
    (checking.check_reported_faults, "b and d", "right", "nothing else"),
    (checking.check_reported_faults, {"A": False, "B": True, "C": False, "D": True, "E": False}, "right", "nothing else"),
    (checking.check_wrong_gradients, "dW2 and dW3", "right", "overwritten"),
    (checking.check_wrong_gradients, ["W2", "dW_3"], "right", "overwritten"),
    (checking.check_reported_faults, ("D", "B"), "right", "nothing else"),
    (checking.check_reported_faults, ["B"], "wrong", "D: a mask from the wrong layer"),
    (checking.check_reported_faults, ["D"], "wrong", "B: without its 1/m"),
    (checking.check_reported_faults, ["A", "B", "D"], "wrong", "never runs it"),
    (checking.check_reported_faults, ["B", "C", "D"], "wrong", "same shuffled labels"),
    (checking.check_reported_faults, ["B", "D", "E"], "wrong", "loss that it is told"),
    (checking.check_reported_faults, [], "wrong", "does report some"),
    (checking.check_reported_faults, ["B", "F"], "wrong", "none of the five"),
    *((checking.check_reported_faults, form, "right", "nothing else") for form in ("BD", "bd", "B, D", ["b", "d"], {"B", "D"}, np.array(["D", "B"]))),
    (checking.check_reported_faults, "BF", "wrong", "BF is none of the five"),
    (checking.check_reported_faults, [...], "not attempted", "replace"),
    (checking.check_wrong_gradients, ["dW2", "dW3"], "right", "overwritten"),
    (checking.check_wrong_gradients, ["dW2"], "wrong", "dW3 is missing: it reads A2"),
    (checking.check_wrong_gradients, ["dW3"], "wrong", "dW2 is missing: it reads A1"),
    (checking.check_wrong_gradients, ["dW1", "dW2", "dW3"], "wrong", "nobody writes into X"),
    (checking.check_wrong_gradients, ["dW2", "db2", "dW3"], "wrong", "reads its dZ alone"),
    (checking.check_wrong_gradients, [], "wrong", "some are wrong"),
    (checking.check_wrong_gradients, "dW2", "wrong", "dW3 is missing"),
    *((checking.check_wrong_gradients, form, "right", "overwritten") for form in ("dW2, dW3", ["dw2", "DW3"], {"dW2": 1, "dW3": 1}.keys())),
    (checking.check_wrong_gradients, ["dW2", "dW3", "W9"], "wrong", "W9 is no gradient"),
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


def test_the_faults_show_as_the_exercise_says():
    X, y = datasets.two_moons(m=20)
    p = network.init_params(rng=1)

    def faulty(X, y, c, p, letter="", **options):
        grads = network.backward_prop(X, y, c, p, **options)
        if letter == "B":
            grads["db2"] = grads["db2"] * X.shape[1]
        if letter == "D":
            dZ1 = grads["dA1"] * (c["Z2"] > 0)
            grads |= {"dW1": dZ1 @ X.T / X.shape[1], "db1": dZ1.mean(axis=1, keepdims=True)}
        return grads

    shuffled = y[:, np.random.default_rng(0).permutation(20)]
    reports = {
        "A": gradcheck.check_gradients(faulty, X, y, p | {"W2": p["W2"] + 0.1}),
        "B": gradcheck.check_gradients(lambda *args: faulty(*args, letter="B"), X, y, p),
        "C": gradcheck.check_gradients(faulty, X, shuffled, p),
        "D": gradcheck.check_gradients(lambda *args: faulty(*args, letter="D"), X, y, p),
        "E": gradcheck.check_gradients(lambda *args: faulty(*args, loss="half_mse"), X, y, p, loss="half_mse"),
    }
    assert [letter for letter, report in reports.items() if report.wrong] == ["B", "D"]
