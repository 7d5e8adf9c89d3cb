"""Eight runs that fail, and twelve causes to choose from: the reader asks for experiments and names the cause of each.

Posed in: notebooks/08_training_that_fails.ipynb
"""

import difflib
import string

import numpy as np

from helpers import checks
from helpers.exercises.feedback import NotAttempted, Wrong, check, kind, short, unfinished
from helpers.exercises.hidden_causes import DRAWN, descend
from helpers.exercises.hidden_experiments import EXPERIMENTS, FAILS, TRAINS, perform

CAUSES = tuple(DRAWN)
"""The causes to choose from."""

# --- which experiment tells what ------------------------------------------------------------------------------------------

_USUAL = {
    "rate / 10": FAILS, "rate x 10": FAILS, "fresh start": FAILS, "standardise": FAILS, "whole batch": FAILS, "constant rate": FAILS,
    "loss from logits": FAILS, "largest weight": "ordinary", "gradient norms": "not all 0", "small slopes": "not nearly all",
    "inputs": "ordinary", "shape of y": "a row", "labels of neighbours": "better than chance",
}  # fmt: skip
"""What these experiments find in a run whose cause they do not concern."""

_MARKS = {
    "rate too high": {"rate / 10": TRAINS},
    "rate too low": {"rate x 10": TRAINS},
    "rate decays too early": {"constant rate": TRAINS},
    "small weights": {"largest weight": "tiny", "fresh start": TRAINS},
    "all weights zero": {"largest weight": "all are 0", "fresh start": TRAINS, "gradient norms": "exactly 0"},
    "saturated units": {"small slopes": "nearly all", "fresh start": TRAINS},
    "offset of the inputs": {"inputs": "far from 0", "standardise": TRAINS},
    "spread of the inputs": {"inputs": "spreads differ", "standardise": TRAINS},
    "labels shuffled": {"labels of neighbours": "like chance"},
    "labels of the wrong shape": {"shape of y": "a column"},
    "noise of small batches": {"whole batch": TRAINS},
    "unstable loss": {"loss from logits": TRAINS},
}
"""What marks each cause: first the experiment that names it."""

_VARIES = {
    "rate too high": {"standardise"},
    "rate too low": {"standardise"},
    "small weights": {"rate x 10"},
    "labels shuffled": {"rate x 10"},
    "all weights zero": {"small slopes"},
    "noise of small batches": {"rate / 10", "fresh start", "standardise"},
    "unstable loss": {"rate / 10"},
}
"""The experiments whose finding depends on the seed."""


def _shown(cause):
    changing = _VARIES.get(cause, set())
    return _MARKS[cause] | {name: finding for name, finding in _USUAL.items() if name not in _MARKS[cause] and name not in changing}


SHOWS = {cause: _shown(cause) for cause in CAUSES}
"""For each cause the experiments that find the same for every seed, with what they find: its marks first."""


def deciding(said, true):
    """The experiment that tells two causes apart: one that marks the true one, as far as there is one."""
    return next(name for name, finding in SHOWS[true].items() if SHOWS[said].get(name, finding) != finding)


# --- the runs -------------------------------------------------------------------------------------------------------------


class HiddenRun:
    """A run whose cause is not told.

    Attributes
    ----------
    name : str
        Its letter.
    history : training.History
    y : ndarray, shape (1, m)
        The labels, for `history.fate(y)` and the floor.
    asked : list of str
        The experiments that were asked so far.
    """

    def __init__(self, name, setting):
        with np.errstate(all="ignore"):
            p, self.history = descend(setting)
        self.name, self.y, self.asked = name, setting.y.copy(), []
        self._perform = lambda experiment: perform(experiment, setting, p, self.history)

    def ask(self, experiment):
        """The `Outcome` of one of `EXPERIMENTS`; ValueError where there is none of that name."""
        self.asked.append(checks.choice("experiment", experiment, EXPERIMENTS))
        return self._perform(experiment)

    def __repr__(self):
        return f"run {self.name}: {self.history!r}"


def case_of(cause, seed):
    """A run with that cause, one of `CAUSES`, drawn by seed: for those who want to count how often a sign tells the cause."""
    cause = checks.choice("cause", cause, CAUSES)
    return HiddenRun(f"of seed {seed}", _setting(cause, seed))


def cases(seed=0):
    """Eight runs that fail, {"A": HiddenRun, ..., "H": HiddenRun}: the same for the same seed, others for another one.

    Posed in: notebooks/08_training_that_fails.ipynb, "Can you name the cause?"
    """
    return {letter: HiddenRun(letter, _setting(cause, seed)) for letter, cause in _truth(seed).items()}


_DEAL = 99
"""With it, the eight of seed 0 are those whose signs the notebook treats at most length."""


def _setting(cause, seed):
    return DRAWN[cause](np.random.default_rng([checks.whole("seed", seed, least=0), CAUSES.index(cause)]))


def _truth(seed):
    order = np.random.default_rng([checks.whole("seed", seed, least=0), _DEAL]).permutation(len(CAUSES))
    return {letter: CAUSES[k] for letter, k in zip(string.ascii_uppercase[:8], order, strict=False)}


# --- the judgement --------------------------------------------------------------------------------------------------------


@check
def check_hidden_runs(my_causes, seed=0):
    """For each of the eight letters the cause, one of `CAUSES`; a wrong one is told the experiment that decides.

    Posed in: notebooks/08_training_that_fails.ipynb
    """
    if not isinstance(my_causes, dict):
        raise Wrong(f"my_causes is {kind(my_causes)}, expected a dict such as {{'A': 'small weights', 'B': 'rate too high'}}.")
    truth = _truth(seed)
    given = {str(letter).strip().upper(): answer for letter, answer in my_causes.items() if not unfinished(answer)}
    if unknown := sorted(given.keys() - truth.keys()):
        raise Wrong(f"there is no {short(unknown[0])}: the letters are A to H.")
    if not given:
        raise NotAttempted
    said = {letter: _cause(letter, answer) for letter, answer in sorted(given.items())}
    missed = [letter for letter in said if said[letter] != truth[letter]]
    left = sorted(truth.keys() - given.keys())
    score = f"{len(said) - len(missed)} of {len(said)} right{f', {_listed(left)} still open' if left else ''}."
    if missed or left:
        raise Wrong(" ".join([score, *(_reason(letter, said[letter], truth[letter]) for letter in missed)]))
    return "all eight: each cause has an experiment that it alone answers in its way."


def _listed(letters):
    return " and ".join(filter(None, (", ".join(letters[:-1]), letters[-1])))


def _cause(letter, answer):
    """The cause that an answer names, in any case and with any punctuation."""
    names = {_plain(cause): cause for cause in CAUSES}
    if isinstance(answer, str) and (near := difflib.get_close_matches(_plain(answer), names, n=1, cutoff=0.8)):
        return names[near[0]]
    raise Wrong(f"{letter}: your answer is {short(answer)}, expected one of the causes: {', '.join(CAUSES)}.")


def _plain(text):
    return "".join(character for character in text.lower() if character.isalnum())


def _reason(letter, said, true):
    """The experiment that decides between two causes, and what it would find with the reader's."""
    experiment = deciding(said, true)
    return f'{letter}: ask "{experiment}"; with "{said}" it would find: {SHOWS[said][experiment]}.'
