"""The checks of notebook 07: right, untouched and wrong answers, each with its reason; and what they say is true."""

import numpy as np
import pytest

from helpers import case, clinic, datasets, gradcheck, network
from helpers.exercises import verdict
from helpers.training import gradient_descent
from notebook_tools import NOTEBOOKS, code_cells, read

ROUND = {letter: patient.fault for letter, patient in verdict.PATIENTS.items()}


def overwriting(A):
    A[A > 0] = 1
    return A


ANSWERS = [
    (verdict.check_harmless_slope, lambda A: 1.0 * (A > 0), "right", "new array"),
    (verdict.check_harmless_slope, lambda A: A > 0, "right", "new array"),
    (verdict.check_harmless_slope, lambda A: np.where(A > 0, 1, 0), "right", "new array"),
    (verdict.check_harmless_slope, overwriting, "wrong", "overwrites its argument"),
    (verdict.check_harmless_slope, lambda A: 1.0 * (A >= 0), "wrong", "A > 0 and not"),
    (verdict.check_harmless_slope, lambda A: 1.0 * (A <= 0), "wrong", "turned round"),
    (verdict.check_harmless_slope, lambda A: 1 - A**2, "wrong", "tanh's slope"),
    (verdict.check_harmless_slope, lambda A: A * (1 - A), "wrong", "sigmoid's slope"),
    (verdict.check_harmless_slope, lambda A: A, "wrong", "A itself"),
    (verdict.check_harmless_slope, lambda A: 0 * A, "wrong", "every slope is 0"),
    (verdict.check_harmless_slope, lambda A: np.sign(A), "right", "new array"),
    (verdict.check_harmless_slope, lambda A: (A > 0).astype(np.float32), "right", "new array"),
    (verdict.check_harmless_slope, lambda A: (A > 0).tolist(), "right", "new array"),
    (verdict.check_harmless_slope, lambda A: 1.0 * (A > 0.05), "wrong", "small positive activation"),
    (verdict.check_harmless_slope, lambda A: 1.0 * (A > 1e-7), "wrong", "small positive activation"),
    (verdict.check_harmless_slope, lambda A: 1.0 * (A > 1e-15), "wrong", "small positive activation"),
    (verdict.check_harmless_slope, lambda A: 1.0 * (A > 0.3), "wrong", "small positive activation"),
    (verdict.check_harmless_slope, lambda A: A / (A + 1e-8), "wrong", "entries"),
    (verdict.check_harmless_slope, lambda A: ..., "not attempted", "replace"),
    (verdict.check_relu_output_delta, lambda A, y: (A - y) / (A * (1 - A)), "right", "without bound"),
    (verdict.check_relu_output_delta, lambda A, y: -y / A + (1 - y) / (1 - A), "right", "without bound"),
    (verdict.check_relu_output_delta, lambda A, y: ((A - y) / (A * (1 - A))).astype(np.float32), "right", "without bound"),
    (verdict.check_relu_output_delta, lambda A, y: [[(a - b) / (a * (1 - a)) for a, b in zip(A[0], y[0], strict=True)]], "right", "without bound"),
    (verdict.check_relu_output_delta, lambda A, y: A - y, "wrong", "sigmoid output"),
    (verdict.check_relu_output_delta, lambda A, y: (y - A) / (A * (1 - A)), "wrong", "sign is turned"),
    (verdict.check_relu_output_delta, lambda A, y: (A - y) / (A * (1 - A)) / y.size, "wrong", "1/m enters"),
    (verdict.check_relu_output_delta, lambda A, y: (A - y) * A * (1 - A), "wrong", "denominator"),
    (verdict.check_relu_output_delta, lambda A, y: -y / A, "wrong", "term of the ones"),
    (verdict.check_relu_output_delta, lambda A, y: (1 - y) / (1 - A), "wrong", "term of the zeros"),
    (verdict.check_relu_output_delta, lambda A, y: -y / A - (1 - y) / (1 - A), "wrong", "second term"),
    (verdict.check_relu_output_delta, lambda A, y: (A - y) / A, "wrong", "1 - A3 is missing"),
    (verdict.check_relu_output_delta, lambda A, y: (A - y) / (1 - A), "wrong", "A3 is missing"),
    (verdict.check_relu_output_delta, lambda A, y: ..., "not attempted", "replace"),
    (verdict.check_revive, 0.12, "right", "accomplices"),
    (verdict.check_revive, 0.05, "right", "accomplices"),
    (verdict.check_revive, np.float64(0.2), "right", "accomplices"),
    (verdict.check_revive, np.array([0.2]), "right", "accomplices"),
    (verdict.check_revive, [[0.2]], "right", "accomplices"),
    (verdict.check_revive, np.float32(0.12), "right", "accomplices"),
    (verdict.check_revive, 1.2, "wrong", "learner's own"),
    (verdict.check_revive, 5, "wrong", "dead"),
    (verdict.check_revive, 1e-5, "wrong", "too slow"),
    (verdict.check_revive, -0.1, "wrong", "climbs"),
    (verdict.check_revive, 0, "wrong", "positive"),
    (verdict.check_revive, 1e300, "wrong", "1e+300"),
    (verdict.check_round, ROUND, "right", "all twelve"),
    (verdict.check_round, ROUND | {"B": "dA1", "A": "right", "C": "None"}, "right", "all twelve"),
    (verdict.check_round, {letter.lower(): str(fault).lower() for letter, fault in ROUND.items()}, "right", "all twelve"),
    (verdict.check_round, ROUND | {"B": " dZ_1", "F": "dZ^[1]", "H": "dW[2]", "L": "-"}, "right", "all twelve"),
    (verdict.check_round, ROUND | {"L": ...}, "wrong", "11 of 11 right, L still open."),
    (verdict.check_round, {"A": None, "D": "db2"}, "wrong", "2 of 2 right, B, C, E, F, G, H, I, J, K and L still open."),
    (verdict.check_round, {"A": None, "D": "dW2"}, "wrong", "1 of 2 right, B, C, E, F, G, H, I, J, K and L still open; look again at D."),
    (verdict.check_round, ROUND | {"C": "dZ3", "F": None, "K": "dW3"}, "wrong", "9 of 12 right; look again at C, F and K. C: dZ3 does what"),
    (verdict.check_round, ROUND | {"A": "dZ2"}, "wrong", "mask of A differ"),
    (verdict.check_round, ROUND | {"B": None}, "wrong", "11 of 12 right; look again at B. B: you find no fault. Write the shapes"),
    (verdict.check_round, ROUND | {"C": "dW3"}, "wrong", "how many times does it arrive?"),
    (verdict.check_round, ROUND | {"D": None}, "wrong", "how many times does it arrive?"),
    (verdict.check_round, ROUND | {"B": "dW1"}, "wrong", "inherits"),
    (verdict.check_round, ROUND | {"H": "dZ2"}, "wrong", "dZ2 does what it should. DW of a layer"),
    (verdict.check_round, ROUND | {"F": "dA1"}, "wrong", "dA1 = W2.T @ dZ2 is what layer 2 sends down, and right here"),
    (verdict.check_round, ROUND | {"I": "dA2"}, "wrong", "dA2 = W3.T @ dZ3 is what layer 3 sends down, and right here"),
    (verdict.check_round, ROUND | {"K": "da2"}, "wrong", "dA2 = W3.T @ dZ3 is what layer 3 sends down, and right here"),
    (verdict.check_round, ROUND | {"I": "dA1"}, "wrong", "dA1 does what it should"),
    (verdict.check_round, ROUND | {"I": "dZ1"}, "wrong", "dZ1 is right for what it is given"),
    (verdict.check_round, ROUND | {"K": "dW3"}, "wrong", "where it shows"),
    (verdict.check_round, ROUND | {"J": "dA3"}, "wrong", "expected the statement"),
    (verdict.check_round, ROUND | {"K": "the mask"}, "wrong", "expected the statement"),
    (verdict.check_round, ROUND | {"K": 3}, "wrong", "expected the statement"),
    (verdict.check_round, ROUND | {"M": "dZ2"}, "wrong", "letters are A to L"),
    (verdict.check_round, ["dZ1"], "wrong", "expected a dict"),
    (verdict.check_round, dict.fromkeys("ABCDEFGHIJKL", ...), "not attempted", "replace"),
]  # fmt: skip
CHECKS = list(dict.fromkeys(check for check, *_ in ANSWERS))


@pytest.mark.parametrize(("check", "answer", "status", "says"), ANSWERS)
def test_every_answer_gets_its_reason(check, answer, status, says):
    feedback = check(answer)
    assert (feedback.status, says in feedback.message) == (status, True), feedback


@pytest.mark.parametrize(("answers", "status", "says"), [
    (([4], [6, 7, 8]), "right", "no suspect in common"),
    (((4,), {8, 7, 6}), "right", "no suspect in common"),
    ((4, {6: 1, 7: 1, 8: 1}.keys()), "right", "no suspect in common"),
    (({4}, (n for n in (6, 7, 8))), "right", "no suspect in common"),
    ((np.array([4]), range(6, 9)), "right", "no suspect in common"),
    (([4.0], filter(None, [6, 7, 8])), "right", "no suspect in common"),
    (("4", "6, 7, 8"), "right", "no suspect in common"),
    (([4, 1], [6, 7, 8]), "wrong", "accuses suspect 1"),
    (([4, 2], [6, 7, 8]), "wrong", "before it is overwritten"),
    (([], [6, 7, 8]), "wrong", "lacks suspect 4"),
    (([4], [4, 6, 7, 8]), "wrong", "the loss falls all the same"),
    (([4], [6, 7]), "wrong", "lacks suspect 8"),
    (([4], [7, 8]), "wrong", "He's weights"),
    (([4], []), "wrong", "suspects such as 6"),
    (([4], [9]), "wrong", "from 1 to 8"),
    (("the comment", [6]), "wrong", "expected numbers from 1 to 8"),
    (([4.5], [6]), "wrong", "expected numbers from 1 to 8"),
    (([True], [6]), "wrong", "accuses suspect 1"),
    (([...], [...]), "not attempted", "replace"),
])  # fmt: skip
def test_the_culprits(answers, status, says):
    feedback = verdict.check_culprits(*answers)
    assert (feedback.status, says in feedback.message) == (status, True), feedback


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("answer", [None, "text", object(), lambda: 1, lambda *a: 1 / 0, lambda *a: None, lambda *a: "x", lambda *a: np.ones(7)])
def test_garbage_is_wrong_and_never_raises(check, answer):
    assert check(answer).status == "wrong"


@pytest.mark.parametrize("check", [*CHECKS, verdict.check_culprits])
def test_untouched(check):
    assert check(...).status == "not attempted"


# --- what the checks say is true ------------------------------------------------------------------------------------------


def patient(letter):
    """The function of the notebook's cell patient-…."""
    space = {"np": np}
    (cell,) = [cell for cell in code_cells(read(NOTEBOOKS / "07_the_verdict.ipynb")) if cell.id == f"patient-{letter.lower()}"]
    exec(cell.source, space)
    return space[f"patient_{letter}"]


@pytest.mark.parametrize("letter", verdict.PATIENTS)
def test_central_differences_confirm_the_twelve(letter):
    known = verdict.PATIENTS[letter]
    X, y = datasets.two_moons(m=14)
    for seed in (1, 2, 3):
        p = network.init_params(rng=seed)
        p |= {f"b{l}": np.random.default_rng(seed).uniform(-0.5, 0.5, size=p[f"b{l}"].shape) for l in (1, 2, 3)}
        report = gradcheck.check_gradients(patient(letter), X, y, p, hidden=known.hidden, loss=known.loss)
        assert sorted(report.wrong) == sorted(known.wrong), report


@pytest.mark.parametrize("letter", verdict.PATIENTS)
def test_the_clinic_agrees_about_the_twelve(letter):
    known = verdict.PATIENTS[letter]
    report = clinic.examine(patient(letter), hidden=known.hidden, loss=known.loss)
    assert set(report.wrong) == set(known.wrong)
    assert [finding.statement.replace("dA", "dZ") for finding in report.findings] == ([known.fault] if known.fault else [])


def test_the_delta_of_a_relu_output_is_the_slope_of_its_loss():
    Z, y, h = np.array([[0.2, 0.6, 0.3, 0.9]]), np.array([[1.0, 1.0, 0.0, 0.0]]), 1e-6
    loss = lambda a: -y * np.log(a) - (1 - y) * np.log(1 - a)  # noqa: E731
    central = (loss(Z + h) - loss(Z - h)) / (2 * h)
    assert np.allclose(central, (Z - y) / (Z * (1 - Z)), rtol=1e-7)


def test_weights_and_rate_are_accomplices():
    X, y = datasets.two_moons()

    def last(p, rate):
        return gradient_descent(X, y, p, learning_rate=rate, steps=300, forward_prop=case.forward_prop,
                                backward_prop=case.backward_prop, record_every=300)[1].loss[-1]  # fmt: skip

    assert last(case.initial_params(), 1.2) == pytest.approx(np.log(2), abs=1e-3)
    assert last(network.init_params(), 1.2) < 0.2
    assert last(case.initial_params(), 0.12) < 0.35


@pytest.mark.parametrize("letter", verdict.PATIENTS)
def test_a_wrong_answer_is_not_told_the_right_one(letter):
    fault = verdict.PATIENTS[letter].fault
    for accused in (None, *verdict.STATEMENTS, "dA2", "dA1"):
        message = verdict.check_round(ROUND | {letter: accused}).message
        if accused != fault and not message.startswith("all twelve"):
            assert "11 of 12 right" in message and "all six" not in message
            words = message.split(": ", 1)[1]
            for known in ("dA2 = W3.T @ dZ3", "dA1 = W2.T @ dZ2", str(accused)):
                words = words.replace(known, "")
            assert fault is None or fault not in words, message


def test_standardised_inputs_need_one_change_more_and_raw_ones_do_not_train():
    y = datasets.breast_cancer()[1]
    fates = {}
    for form in (False, True):
        X, _ = datasets.breast_cancer(standardised=form)
        for scheme in ("uniform", "he"):
            for rate in (1.2, 0.12):
                p = network.init_params((30, 10, 10, 1), scheme=scheme)
                _, history = gradient_descent(X, y, p, learning_rate=rate, steps=200, record_every=200)
                fates[form, scheme, rate] = history.fate(y)
    assert {key for key, word in fates.items() if word == "trains"} == {(True, "uniform", 0.12), (True, "he", 1.2), (True, "he", 0.12)}
