"""Checks of the answers to notebook 07: a slope that overwrites nothing, a delta, a learning rate, the culprits, the clinic round."""

from dataclasses import dataclass

import numpy as np

from helpers import case, datasets
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, items, kind, numbers, short
from helpers.losses import uninformed_loss
from helpers.training import gradient_descent

# --- suspect 2: a slope that leaves the cache alone -----------------------------------------------------------------------


@check
def check_harmless_slope(my_relu_derivative):
    """1 where A is positive, else 0, in a new array.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    A = np.array([[0.0, 0.3, 2.0, 0.0], [1.5, 0.0, 0.0, 0.7], [0.1, 4.0, 0.0, 1.0]])
    answer = call(my_relu_derivative, A, name="my_relu_derivative")
    mistakes = [
        (A, "that is A itself: the slope is 1 where A is positive, whatever its size."),
        (np.ones_like(A), "every slope is 1: A is never negative, so ask for A > 0 and not for A >= 0."),
        (A <= 0, "it is turned round: the slope is 1 where A is positive."),
        (1 - A**2, "that is tanh's slope, written with a: ReLU's is 0 or 1."),
        (A * (1 - A), "that is the sigmoid's slope, written with a: ReLU's is 0 or 1."),
        (np.zeros_like(A), "every slope is 0: where A is positive it is 1."),
    ]
    compare(answer, A > 0, mistakes, name="the slope")
    return "a comparison makes a new array, so the cache stays as it was and no line has to care about its place."


# --- suspect 5: the delta of a ReLU output --------------------------------------------------------------------------------


@check
def check_relu_output_delta(my_delta):
    """(A3 - y) / (A3 (1 - A3)) for 0 < Z3 < 1, the slope of the cross-entropy of A3 = ReLU(Z3).

    Posed in: notebooks/07_the_verdict.ipynb
    """
    A, y = np.array([[0.2, 0.6, 0.3, 0.9]]), np.array([[1.0, 1.0, 0.0, 0.0]])
    right, m = (A - y) / (A * (1 - A)), A.shape[1]
    mistakes = [
        (A - y, "A3 - y is the delta of a sigmoid output: its slope A3 (1 - A3) cancels the denominator. ReLU's slope is 1 here."),
        (-right, "the sign is turned round: with y = 1 the loss falls as A3 rises, so the slope is negative."),
        (right / m, "1/m enters in dW and db: a column of dZ3 is the slope of that example's own loss."),
        ((A - y) * A * (1 - A), "A3 (1 - A3) belongs in the denominator."),
        (-y / A, "only the term of the ones: examples with y = 0 have a slope of 1 / (1 - A3)."),
        ((1 - y) / (1 - A), "only the term of the zeros: examples with y = 1 have a slope of -1 / A3."),
        (-y / A - (1 - y) / (1 - A), "the second term has the wrong sign: ln(1 - a) has the slope -1 / (1 - a)."),
        ((A - y) / A, "the factor 1 - A3 is missing from the denominator."),
        ((A - y) / (1 - A), "the factor A3 is missing from the denominator."),
    ]
    compare(call(my_delta, A, y, name="my_delta"), right, mistakes, name="dZ3")
    return "-1 / A3 for label 1 and 1 / (1 - A3) for label 0: it grows without bound where the network is wrong and sure of it."


# --- suspects 6 and 7: revive the learner's run ---------------------------------------------------------------------------


@check
def check_revive(learning_rate):
    """A learning rate with which the learner's run from all-positive weights gets well below ln 2 in 300 steps.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    rate = float(numbers(learning_rate, "learning_rate", ()))
    if rate <= 0:
        raise Wrong(f"learning_rate is {rate:g}, expected a positive number: with a negative one the loss climbs.")
    if rate == case.LEARNING_RATE:
        raise Wrong("1.2 is the learner's own rate, with which the run stands still.")
    X, y = datasets.two_moons()
    _, history = gradient_descent(
        X, y, case.initial_params(), learning_rate=rate, steps=300,
        forward_prop=case.forward_prop, backward_prop=case.backward_prop, record_every=300,
    )  # fmt: skip
    if history.stopped:
        raise Wrong(f"with {rate:g} the run {history.stopped}: the steps are far too long.")
    loss, dead = history.loss[-1], history.dead_units[-1]
    if max(dead) == 10:
        raise Wrong(f"with {rate:g} all units of a layer are dead, {dead}: the first steps are too long. Take a smaller rate.")
    if loss > 0.7 * uninformed_loss(y):
        raise Wrong(f"with {rate:g} the loss is {loss:.3f} after 300 steps: alive, but too slow. Take a larger rate.")
    return f"the loss is {loss:.3f} after 300 steps from the learner's own weights: neither of the two accomplices manages it alone."


# --- who is guilty, and of what? --------------------------------------------------------------------------------------------

WRONG_GRADIENTS, STOPS = {4}, {6, 7, 8}

SUSPECTS = {
    1: "A is positive exactly where Z is, so the run is the same to the last digit.",
    2: "in the learner's order each dW has read its activation before it is overwritten.",
    3: "with 0, 0.5 and 1 the run has the same fate.",
    4: "the comment is tanh's slope: with sigmoid units four gradients are wrong, and the loss falls all the same.",
    5: "the learner's output unit is a sigmoid.",
    6: "with He's weights, and nothing else changed, the run on the moons trains.",
    7: "with a tenth of the rate, and nothing else changed, the run on the moons trains.",
    8: "on the raw measurements no single change helps at the learner's rate: they have to be standardised too.",
}


@check
def check_culprits(wrong_gradients, stops_training):
    """Suspect 4 makes gradients wrong in the learner's code; 6, 7 and 8 stop the learner's runs.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    for name, answer, right in (("wrong_gradients", wrong_gradients, WRONG_GRADIENTS), ("stops_training", stops_training, STOPS)):
        named = _suspects(name, answer)
        if innocent := sorted(named - right):
            raise Wrong(f"{name} accuses suspect {innocent[0]}: {SUSPECTS[innocent[0]]}")
        if missing := sorted(right - named):
            raise Wrong(f"{name} lacks {'suspect' if len(missing) == 1 else 'suspects such as'} {missing[0]}: {SUSPECTS[missing[0]]}")
    return "the two lists have no suspect in common: a wrong gradient that trains, and three things outside the backward pass that stop it."


def _suspects(name, answer):
    """The reader's list as a set of whole numbers from 1 to 8."""
    named = items(answer, f"{name} is", "numbers such as [1, 5]")
    if unknown := [number for number in named if not isinstance(number, int | float) or number not in SUSPECTS]:
        raise Wrong(f"{name} holds {short(unknown[0])}, expected numbers from 1 to 8, as in the table.")
    return set(named)


# --- the clinic round -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patient:
    """The answer to one backward pass of the round: the statement at fault (None: right), the gradients it spoils, and why.

    `mistaken` holds what to say about other statements that a reader may accuse.
    """

    fault: str | None
    wrong: tuple
    why: str
    hidden: str = "relu"
    loss: str = "bce"
    mistaken: tuple = ()


BELOW = {
    "dZ3": ("dW1", "db1", "dW2", "db2", "dW3", "db3"),
    "dZ2": ("dW1", "db1", "dW2", "db2"),
    "dZ1": ("dW1", "db1"),
}

PATIENTS = {
    "A": Patient(None, (), "a mask from A is that from Z: ReLU's output is positive exactly where its input is."),
    "B": Patient("dZ1", BELOW["dZ1"], "W2 lacks its transpose. It is square, so NumPy does not complain."),
    "C": Patient(None, (), "1/m stands in dZ3 and nowhere else, and every dW and db inherits it once."),
    "D": Patient("db2", ("db2",), "its 1/m is missing: db2 is m times too large."),
    "E": Patient("db1", ("db1",), "the sum runs over the units as well (axis=1 is missing), so all ten biases get one number."),
    "F": Patient("dZ1", BELOW["dZ1"], "1 - A1^2 is tanh's slope; the layer above has the sigmoid's.", hidden="sigmoid"),
    "G": Patient(None, (), "1 - A^2 is tanh's slope, and these are tanh units.", hidden="tanh"),
    "H": Patient("dW2", ("dW2",), "it reads A2, the output of its own layer, instead of A1. Both are (10, m)."),
    "I": Patient("dZ2", BELOW["dZ2"], "its mask is that of layer 1: Z1 instead of Z2. Both are (10, m).",
                 mistaken=(("dZ1", "dZ1 is right for the dZ2 that it is given: it inherits the mistake."),)),
    "J": Patient("dZ3", BELOW["dZ3"], "A3 - y is the delta of cross-entropy. Half the squared error needs the factor A3 (1 - A3).", loss="half_mse"),
    "K": Patient("dZ2", ("dW3",), "the slope is written into A2 itself, and dW3 reads A2 afterwards.",
                 mistaken=(("dW3", "dW3 is where it shows, and that line is right: who has changed A2 before?"),)),
    "L": Patient(None, (), "W3.T is (10, 1) and dZ3 is (1, m): with one output unit, * broadcasts to what @ gives."),
}  # fmt: skip
"""The twelve backward passes of the round; the functions themselves stand in the notebook."""

STATEMENTS = ("dZ3", "dW3", "db3", "dZ2", "dW2", "db2", "dZ1", "dW1", "db1")
_INNOCENT = {None, "none", "nothing", "right", "innocent", "ok", "no fault"}


@check
def check_round(answers):
    """For each of the twelve the statement at fault, or None: four are right, eight have one fault.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    if not isinstance(answers, dict):
        raise Wrong(f"answers is {kind(answers)}, expected a dict such as {{'A': 'dW3', 'B': None}}.")
    given = {str(letter).strip().upper(): answer for letter, answer in answers.items() if answer is not Ellipsis}
    if unknown := sorted(given.keys() - PATIENTS.keys()):
        raise Wrong(f"there is no {unknown[0]}: the letters are A to L.")
    if not given:
        raise NotAttempted
    for letter in sorted(given):
        _judge(letter, given[letter], PATIENTS[letter])
    if left := sorted(PATIENTS.keys() - given.keys()):
        raise Wrong(f"right so far ({', '.join(sorted(given))}); {', '.join(left)} {'is' if len(left) == 1 else 'are'} still open.")
    return "all twelve: four innocents that look suspicious, and eight faults of which not one raises an error."


def _judge(letter, answer, patient):
    """Wrong with the reason, where one answer of the round is not right."""
    accused = _statement(letter, answer)
    if accused == patient.fault:
        return
    if patient.fault is None:
        raise Wrong(f"{letter}: you accuse {accused}, and all six gradients are right: {patient.why}")
    if accused is None:
        count, layer = len(patient.wrong), (patient.fault or "")[-1]
        raise Wrong(f"{letter}: {count} of its six gradients {'is' if count == 1 else 'are'} wrong. Read the lines of layer {layer} again.")
    if accused in dict(patient.mistaken):
        raise Wrong(f"{letter}: {dict(patient.mistaken)[accused]}")
    if accused in patient.wrong:
        raise Wrong(f"{letter}: {accused} is wrong, but it inherits that: which line before it is the first to be wrong?")
    raise Wrong(f"{letter}: {accused} is right. Another statement of this backward pass is not.")


def _statement(letter, answer):
    """The accused statement as written in STATEMENTS, None for innocent."""
    text = answer.strip() if isinstance(answer, str) else answer
    if text is None or (isinstance(text, str) and text.lower() in _INNOCENT):
        return None
    known = {statement.lower(): statement for statement in STATEMENTS} | {f"da{l}": f"dZ{l}" for l in (1, 2, 3)}  # dA is part of the line
    if not isinstance(text, str) or text.lower() not in known:
        raise Wrong(f"{letter}: your answer is {text!r}, expected the statement at fault, such as 'dZ2' or 'dW3', or None.")
    return known[text.lower()]
