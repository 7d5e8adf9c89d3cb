"""Checks of the answers to notebook 07: a slope that overwrites nothing, a delta, a learning rate, the culprits, the clinic round."""

import re
from dataclasses import dataclass

import numpy as np

from helpers import case, datasets
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, items, kind, numbers, short
from helpers.training import gradient_descent

# --- suspect 2: a slope that leaves the cache alone -----------------------------------------------------------------------


@check
def check_harmless_slope(my_relu_derivative):
    """1 where A is positive, else 0, in a new array.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    A = np.array([[0.0, 0.3, 2.0, 1e-300], [1.5, 0.0, 1e-12, 0.7], [0.1, 4.0, 0.0, 1.0]])
    answer = call(my_relu_derivative, A, name="my_relu_derivative")
    mistakes = [
        (A, "that is A itself: the slope is 1 where A is positive, whatever its size."),
        (np.ones_like(A), "every slope is 1: A is never negative, so ask for A > 0 and not for A >= 0."),
        (A <= 0, "it is turned round: the slope is 1 where A is positive."),
        (1 - A**2, "that is tanh's slope, written with a: ReLU's is 0 or 1."),
        (A * (1 - A), "that is the sigmoid's slope, written with a: ReLU's is 0 or 1."),
        (np.zeros_like(A), "every slope is 0: where A is positive it is 1."),
        *[(A > least, "it calls a small positive activation off: the slope is 1 for every A > 0, however small.") for least in SOME_LEAST],
    ]
    compare(answer, A > 0, mistakes, name="the slope")
    return "a comparison makes a new array, so the cache stays as it was and no line has to care about its place."


SOME_LEAST = (1e-200, 1e-9, 0.2, 0.5)
"""A threshold in each gap between the activations of `check_harmless_slope` at which a reader may cut."""


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
    if history.fate(y) != "trains":
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
    8: "on the raw tumours other weights, another rate or both leave the run stuck; once the inputs are standardised, either of the two is enough.",
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
    """The reader's list as a set of whole numbers from 1 to 8; digits in quotes are numbers too."""
    named = [int(n) if isinstance(n, str) and n.isdecimal() else n for n in items(answer, f"{name} is", "numbers such as [1, 5]")]
    if unknown := [number for number in named if not isinstance(number, int | float) or number not in SUSPECTS]:
        raise Wrong(f"{name} holds {short(unknown[0])}, expected numbers from 1 to 8, as in the table.")
    return {int(number) for number in named}


# --- the clinic round -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patient:
    """The answer to one backward pass of the round: the statement at fault (None: right), the gradients it spoils, and what to ask.

    `ask` goes to a reader whose answer is wrong, so it must not hold the answer; `mistaken` has words of its own for some answers.
    """

    fault: str | None
    wrong: tuple
    ask: str
    hidden: str = "relu"
    loss: str = "bce"
    mistaken: tuple = ()


BELOW = {
    "dZ3": ("dW1", "db1", "dW2", "db2", "dW3", "db3"),
    "dZ2": ("dW1", "db1", "dW2", "db2"),
    "dZ1": ("dW1", "db1"),
}
FACTOR = "{0} is what {1} sends down, and right here. Read the rest of the line in which it stands, and name the statement of that line."

PATIENTS = {
    "A": Patient(None, (), "for which z does the mask of A differ from the mask of Z?"),
    "B": Patient("dZ1", BELOW["dZ1"], "write the shapes under each product, as if layer 2 had 7 units instead of 10."),
    "C": Patient(None, (), "follow 1/m from dZ3 to each dW and db: how many times does it arrive?"),
    "D": Patient("db2", ("db2",), "follow 1/m to each dW and db: how many times does it arrive?"),
    "E": Patient("db1", ("db1",), "what shape has each sum before it is divided, and over what does it run?"),
    "F": Patient("dZ1", BELOW["dZ1"], "which slope belongs to the activation that F means, and where does it stand?", hidden="sigmoid",
                 mistaken=(("dA1", FACTOR.format("dA1 = W2.T @ dZ2", "layer 2")),)),
    "G": Patient(None, (), "which slope belongs to the activation that G means?", hidden="tanh"),
    "H": Patient("dW2", ("dW2",), "dW of a layer needs what came into that layer: which A is that?"),
    "I": Patient("dZ2", BELOW["dZ2"], "read the numbers behind the letters: which layer does each array belong to?",
                 mistaken=(("dZ1", "dZ1 is right for what it is given: it inherits the mistake."),
                           ("dA2", FACTOR.format("dA2 = W3.T @ dZ3", "layer 3")))),
    "J": Patient("dZ3", BELOW["dZ3"], "derive the delta for the loss that J means: is there a factor that cancels?", loss="half_mse"),
    "K": Patient("dZ2", ("dW3",), "ask at each line what A2 holds by then.",
                 mistaken=(("dW3", "dW3 is where it shows, and that line is right: who has changed A2 before, and for whose sake?"),
                           ("dA2", FACTOR.format("dA2 = W3.T @ dZ3", "layer 3")))),
    "L": Patient(None, (), "write the shapes under each product. What does * make of (10, 1) and (1, m)?"),
}  # fmt: skip
"""The twelve backward passes of the round; the functions themselves stand in the notebook."""

STATEMENTS = ("dZ3", "dW3", "db3", "dZ2", "dW2", "db2", "dZ1", "dW1", "db1")
_KNOWN = {statement.lower(): statement for statement in (*STATEMENTS, "dA2", "dA1")}
_INNOCENT = {None, "", "none", "nothing", "right", "correct", "innocent", "ok", "no fault", "healthy", "-"}
_FAULTY_FACTOR = {"B": "dA1"}
"""Where the factor dA inside the line of dZ is itself wrong, so that its name is an answer too."""


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
    accused = {letter: _statement(letter, answer) for letter, answer in sorted(given.items())}
    missed = [letter for letter in accused if not _is_right(letter, accused[letter])]
    left = sorted(PATIENTS.keys() - given.keys())
    score = f"{len(given) - len(missed)} of {len(given)} right{f', {_listed(left)} still open' if left else ''}"
    if missed:
        first = missed[0]
        raise Wrong(f"{score}; look again at {_listed(missed)}. {first}: {_reason(accused[first], PATIENTS[first])}")
    if left:
        raise Wrong(f"{score}.")
    return "all twelve: four innocents that look suspicious, and eight faults of which not one raises an error."


def _listed(letters):
    return " and ".join(filter(None, (", ".join(letters[:-1]), letters[-1])))


def _is_right(letter, accused):
    return accused == PATIENTS[letter].fault or (accused is not None and accused == _FAULTY_FACTOR.get(letter))


def _reason(accused, patient):
    """What a wrong answer overlooks, without saying whether this one has a fault where the reader does not know it yet."""
    if accused in dict(patient.mistaken):
        return dict(patient.mistaken)[accused]
    if accused in patient.wrong and patient.fault is not None:
        return f"{accused} is wrong, but it inherits that: which line before it is the first to be wrong?"
    if accused is None:
        return f"you find no fault. {patient.ask[0].upper()}{patient.ask[1:]}"
    return f"{accused} does what it should. {patient.ask[0].upper()}{patient.ask[1:]}"


def _statement(letter, answer):
    """The accused statement as written in STATEMENTS, or the factor "dA2" or "dA1"; None for innocent."""
    text = answer.strip() if isinstance(answer, str) else answer
    if text is None or (isinstance(text, str) and text.lower() in _INNOCENT):
        return None
    name = re.sub("[^a-z0-9]", "", text.lower()) if isinstance(text, str) else None  # "dZ^[2]" and "dz_2" are dZ2 too
    if name not in _KNOWN:
        raise Wrong(f"{letter}: your answer is {short(answer)}, expected the statement at fault, such as 'dZ2' or 'dW3', or None.")
    return _KNOWN[name]
