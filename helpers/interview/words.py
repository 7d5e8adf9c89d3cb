"""A reader's own answers to the questions of the chapter: kept one by one, shown together at the end."""

from helpers import checks
from helpers.exercises.outcome import unfinished
from helpers.interview.item import Item
from helpers.interview.shown import Shown, paragraph
from helpers.predictions import Outcome, keep, kept

QUESTIONS = {
    "linear": "Is ReLU a linear function?",
    "kink": "Can ReLU be trained without a derivative at 0?",
    "sigmoid": "Why do gradients vanish through sigmoids?",
    "vanishing": "Can gradients vanish through ReLU?",
    "dead": "Who comes back from the dead?",
    "stillborn": "Can a network be dead before the first step?",
    "leaky": "Does leaky ReLU cure a dying network?",
    "centred": "Does it matter that ReLU is never negative?",
    "zeros": "Do weights of zero never learn?",
    "sparse": "Are the units that are off wasted?",
    "deep": "Does a deep ReLU network bend its output more often?",
    "backwards": "Why does backpropagation go backwards?",
    "transpose": "What if you forget the transpose?",
    "learning": "Is backpropagation a way of learning?",
    "cross-entropy": "Why cross-entropy and not squared error?",
    "universal": "Does universal mean trainable?",
    "inventor": "Who invented ReLU?",
    "neuron": "Is a nerve cell a ReLU?",
}
"""{name of an answer: heading of its section}."""


def say(name, answer):
    """Keep what you would say to the question of that name, for `said`.

    name : a key of QUESTIONS; answer : str, your two sentences, `...` while there are none. Returns the sentence that says so.
    Explained in: notebooks/12_interview.ipynb, "How do you use this chapter?"
    """
    checks.choice("name", name, list(QUESTIONS))
    if not unfinished(answer) and not isinstance(answer, str):
        return Outcome(None, f"your answer is {checks.brief(answer)}, expected a text between quotation marks: nothing was kept.", "Your note")
    return keep(f"said: {name}", answer)


def said():
    """All answers that `say` kept, each under its question with the link to its section.

    Explained in: notebooks/12_interview.ipynb, "What did you say?"
    """
    found = {name: kept(f"said: {name}") for name in QUESTIONS}
    given = {name: answer for name, answer in found.items() if isinstance(answer, str)}
    if not given:
        return Shown(["No answer is kept yet: put your words into the cells with say, and run them."])
    lines = [f"{len(given)} of {len(QUESTIONS)} questions answered."]
    for name, answer in given.items():
        lines += [paragraph("", QUESTIONS[name], _section(QUESTIONS[name]).link, "12_interview.ipynb"), f"“{answer}”"]
    return Shown(lines)


def _section(heading):
    return Item("", 1, "", "", "true", "", "", f"12 {heading}")
