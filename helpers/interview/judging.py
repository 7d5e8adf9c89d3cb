"""What a reader's judgement means, and what is said of it."""

from helpers import checks
from helpers.exercises.opinions import judgement
from helpers.interview.experiments import EXPERIMENTS
from helpers.interview.shown import paragraph


def chosen(given, names):
    """The experiment that a letter (a, b, …) or a name means.

    Raises
    ------
    ValueError
        Says what came and what was expected.
    """
    letters = "abcdefgh"[: len(names)]
    said = given.strip(" .()").casefold() if isinstance(given, str) else None
    if said in names:
        return said
    if not said or len(said) != 1 or said not in letters:
        raise ValueError(f"your experiment is {checks.brief(given)}, expected one of the letters {', '.join(letters)}.")
    return names[letters.index(said)]


def verdict(item, said, experiment):
    """Lines on a judgement and an experiment: right or not, the reason, where it is derived."""
    right, found = item.truth == said, item.experiment == experiment
    first = f"✔ It is {item.truth}." if right else f"✘ You say {said}; it is {item.truth}."
    decides = EXPERIMENTS[item.experiment][1]
    second = f"✔ The experiment decides: {decides}." if found else f"✘ What decides: {decides}; yours was: {EXPERIMENTS[experiment][1]}."
    return [paragraph(first, item.reason), second, paragraph("Derived in", item.heading, item.link, item.file)]


__all__ = ["chosen", "judgement", "verdict"]
