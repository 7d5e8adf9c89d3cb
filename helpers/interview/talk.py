"""The mock interview: ten items drawn by seed, asked one at a time, judged with the reason, kept."""

import numpy as np

from helpers import checks
from helpers.exercises.outcome import unfinished
from helpers.interview import judging
from helpers.interview.bank import BANK
from helpers.interview.experiments import EXPERIMENTS, RIVALS
from helpers.interview.item import TRUTHS
from helpers.interview.shown import Shown, paragraph
from helpers.predictions import keep, kept

QUESTIONS, CHOICES = 10, 4
LEVELS = (1, 2, 3)


class Interview:
    """Ten questions, each with somebody's answer: you judge it, and name the experiment that decides.

    Parameters
    ----------
    seed : int
        Which ten are drawn, without repetition, and in which order their experiments stand.
    levels : sequence of int
        1, what every interview asks; 2, the follow-up; 3, for a good day. The ten come in this order.

    Raises
    ------
    TypeError, ValueError
        For another seed or level; naming what came.

    Explained in: notebooks/12_interview.ipynb, "Are you ready for ten questions?"
    """

    def __init__(self, seed=0, levels=LEVELS):
        self.seed = checks.whole("seed", seed, least=0)
        wanted = set(levels) if isinstance(levels, tuple | list | set | range) else {levels}
        if not wanted or not wanted <= set(LEVELS):
            odd = next(iter(wanted - set(LEVELS)), "nothing")
            raise ValueError(f"levels holds {checks.shown(odd)}, expected some of 1, 2, 3")
        wanted = sorted(wanted)
        rng = np.random.default_rng(self.seed)
        self.items = drawn(rng, wanted)
        self.lists = [experiments(rng, item) for item in self.items]
        self.name = f"interview {self.seed}, levels {'-'.join(map(str, wanted))}"

    def __repr__(self):
        return f"{self.name}: {len(self.answers())} of {QUESTIONS} questions judged"

    def answers(self):
        """{number of the question: (judgement, name of the experiment)}, as kept; the latest answer counts."""
        notes = kept(self.name)
        if not isinstance(notes, dict):
            return {}
        known = {str(n): n for n in range(1, QUESTIONS + 1)}
        return {known[key]: tuple(given) for key, given in notes.items() if key in known and _is_answer(given)}

    def ask(self, number, judgement=..., experiment=...):
        """Show question `number`, and judge it once both answers stand there: a judgement, and the letter of an experiment.

        Returns
        -------
        Shown
            Questions open one after the other; an answer that makes no sense is named and not counted.
        """
        number = checks.whole("number", number, least=1)
        if number > QUESTIONS:
            raise ValueError(f"number is {number}, expected 1 to {QUESTIONS}")
        given = self.answers()
        if missing := [n for n in range(1, number) if n not in given]:
            return Shown([f"Question {number} opens once question {missing[0]} is judged."])
        asked = self._question(number)
        if not (unfinished(judgement) or unfinished(experiment)):
            try:
                answer = judging.judgement(judgement), self._experiment(number, experiment)
            except (TypeError, ValueError) as error:
                return Shown([*asked, f"Not judged: {error}"])
            given = given | {number: answer}
            keep(self.name, {str(n): list(one) for n, one in given.items()})
        if number not in given:
            return Shown([*asked, "Judge the answer and name the experiment: replace both ... and run the cell again."])
        return Shown([*asked, *judging.verdict(self.items[number - 1], *given[number])])

    def _question(self, number):
        item = self.items[number - 1]
        return [
            paragraph(f"Question {number} of {QUESTIONS}", item.question), paragraph("Somebody answers", item.answer), "Which experiment decides?",
            *(f"{letter}) {EXPERIMENTS[name][1]}" for letter, name in zip("abcd", self.lists[number - 1], strict=True)),
        ]  # fmt: skip

    def _experiment(self, number, given):
        names = self.lists[number - 1]
        return judging.chosen(given, names)

    def report(self):
        """How many were right, and the sections to read again, each with its link."""
        given = self.answers()
        if not given:
            return Shown(["Nothing is judged yet: the report comes after the questions."])
        right = [self.items[n - 1].truth == judgement for n, (judgement, _) in sorted(given.items())]
        found = [self.items[n - 1].experiment == experiment for n, (_, experiment) in sorted(given.items())]
        lines = [f"{len(given)} of {QUESTIONS} judged: {sum(right)} judgements right, {sum(found)} experiments right."]
        again = [self.items[n - 1] for (n, _), a, b in zip(sorted(given.items()), right, found, strict=True) if not (a and b)]
        if not again:
            return Shown([*lines, "Nothing to read again. Another seed draws other questions."])
        links = {item.section: item for item in again}
        return Shown([*lines, "Read again:", *(paragraph("", item.heading, item.link, item.file) for item in links.values())])


def drawn(rng, levels):
    """QUESTIONS different items of these levels, easier ones first; every judgement is right for at least two of them."""
    pool = [item for item in BANK if item.level in levels]
    while True:
        chosen = [pool[i] for i in rng.permutation(len(pool))[:QUESTIONS]]
        if min(sum(item.truth == truth for item in chosen) for truth in TRUTHS) >= 2:
            return sorted(chosen, key=lambda item: item.level)


def experiments(rng, item):
    """CHOICES experiments in random order: the one that decides, and others of other subjects that do not."""
    subject = EXPERIMENTS[item.experiment][0]
    others = [name for name, (about, _) in EXPERIMENTS.items() if about != subject and {name, item.experiment} not in RIVALS]
    names = [item.experiment, *(others[i] for i in rng.permutation(len(others))[: CHOICES - 1])]
    return [names[i] for i in rng.permutation(CHOICES)]


def _is_answer(given):
    return isinstance(given, list) and len(given) == 2 and given[0] in TRUTHS and given[1] in EXPERIMENTS
