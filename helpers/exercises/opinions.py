"""Checks of the answers to notebook 12: four judgements, three deciding experiments, the offset of a neuron's line."""

import re

from helpers import checks
from helpers.exercises.feedback import NotAttempted, Wrong, check, numbers, short
from helpers.exercises.outcome import unfinished

# --- what a judgement means --------------------------------------------------------------------------------------------------

SPELLINGS = {
    "true": "true", "t": "true", "yes": "true", "right": "true", "1": "true", "false": "false", "f": "false", "no": "false", "wrong": "false",
    "0": "false", "half true": "half true", "half": "half true", "h": "half true", "half right": "half true", "0.5": "half true", "1/2": "half true",
    "½": "half true", "partly": "half true", "partly true": "half true",
}  # fmt: skip
"""Ways to write a judgement, and what they mean; True, False and 0.5 are written so, too."""


def judgement(given):
    """Which of "true", "half true" and "false" is meant, in any usual spelling.

    Raises
    ------
    ValueError
        Says what came and what was expected.
    """
    said = re.sub(r"[\s_-]+", " ", str(given)).strip(" .!").casefold() if isinstance(given, str | bool | int | float) else None
    said = {"1.0": "1", "0.0": "0"}.get(said, said)
    if said not in SPELLINGS:
        raise ValueError(f'your judgement is {checks.brief(given)}, expected "true", "half true" or "false".')
    return SPELLINGS[said]


# --- four answers to judge --------------------------------------------------------------------------------------------------

JUDGEMENTS = {
    "a": ("false", "one number at the kink is enough, and any subgradient serves: training with 0 and with 1 there ends alike."),
    "b": ("half true", "on the moons every gradient is 0, but on the tumours sigmoid units learn from zeros, all of them alike."),
    "c": ("true", "below a dead layer the right gradient of every weight is 0, and the gradient check passes."),
    "d": ("half true", "the slope is 1 where a unit is on; what arrives through 30 layers depends on the spread of the weights."),
}
"""{letter: (judgement, why)}."""


@check
def check_judgements(my_judgements):
    """Which of four answers are true, half true and false.

    Posed in: notebooks/12_interview.ipynb
    """
    given = _by_letter("my_judgements", my_judgements, JUDGEMENTS)
    for letter, said in given.items():
        truth, reason = JUDGEMENTS[letter]
        try:
            meant = judgement(said)
        except ValueError as error:
            raise Wrong(f"{letter}: {error}") from None
        if meant != truth:
            raise Wrong(f"{letter} is not {meant}: {reason}")
    return "two of the four are half true: of such an answer, say which half."


# --- the experiment that decides ---------------------------------------------------------------------------------------------

EXPERIMENTS = {
    "a": ("3", {
        "1": "both have a loss near ln 2: that is the sign that needs explaining.",
        "2": "a right gradient passes the check, dead layer or small weights.",
        "4": "with shuffled labels neither would get far: it tells nothing about the units.",
    }),
    "b": ("2", {
        "1": "a wrong gradient may lower the loss all the same.",
        "3": "counting units says nothing about a formula.",
        "4": "shuffled labels change the data, not the formula.",
    }),
    "c": ("4", {
        "1": "a falling loss may be memory as well.",
        "2": "the gradient of a network that memorises is right.",
        "3": "units that are on may serve either.",
    }),
}  # fmt: skip
"""{claim: (number of the experiment, {number of another: why it does not decide})}."""


@check
def check_deciding(my_experiments):
    """Which experiment decides each of three claims: dead or waiting, right or wrong gradient, learned or memorised.

    Posed in: notebooks/12_interview.ipynb
    """
    for letter, said in _by_letter("my_experiments", my_experiments, EXPERIMENTS).items():
        right, wrong = EXPERIMENTS[letter]
        named = str(said).strip(" .)") if isinstance(said, str) else f"{float(numbers(said, letter, ())):g}"
        if named in wrong:
            raise Wrong(f"{letter}: experiment {named} does not decide: {wrong[named]}")
        if named != right:
            raise Wrong(f"{letter} is {short(said)}, expected the number of an experiment, 1 to 4.")
    return "an answer that names its experiment can be checked by whoever asked."


def _by_letter(name, given, expected):
    if not checks.is_a(given, dict):
        raise Wrong(f"{name} is {short(given)}, expected a dict with the keys {', '.join(expected)}.")
    if any(unfinished(one) for one in given.values()):
        raise NotAttempted
    if set(given) != set(expected):
        raise Wrong(f"{name} has the keys {short(sorted(map(str, given)))}, expected {', '.join(expected)}.")
    return {letter: given[letter] for letter in expected}


# --- how far the line lies below the curve -----------------------------------------------------------------------------------


@check
def check_line_offset(my_offset):
    """1 / (2 tau), 20 impulses a second for tau = 25 ms.

    Posed in: notebooks/12_interview.ipynb
    """
    offset = float(numbers(my_offset, "my_offset", ()))
    mistakes = {
        40.0: "that is 1/τ: the expansion of the logarithm leaves half of it.",
        0.02: "that is per millisecond: τ is 0.025 seconds.",
        50.0: "that is the offset for 10 ms, the neuron of the figure.",
        80.0: "that is 2/τ: the 2 belongs below.",
        0.0: "the line lies below the curve even at large currents.",
        -20.0: "the curve lies above the line.",
    }
    for value, reason in mistakes.items():
        if abs(offset - value) <= 1e-3 * max(abs(value), 1e-3):
            raise Wrong(f"my_offset is {short(my_offset)}: {reason}")
    if abs(offset - 20) > 0.1:
        raise Wrong(f"my_offset is {short(my_offset)}, expected 1/(2τ) with τ in seconds.")
    return "a slower membrane ends nearer to its line."
