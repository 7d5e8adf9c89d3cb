"""Goes through one learner's notebook and says of each exercise whether it is right.

The checks run here, on plain data that the worker sent; where an answer is a function, the check calls a stand-in that asks the worker
for its result. What hangs or ends the process is left out, and the notebook begins again without it.
"""

import time
from dataclasses import dataclass, field

from helpers.exercises import calling
from helpers.exercises.chapters import CHAPTERS, find
from helpers.exercises.grading.process import Ended, Nonsense, Process
from helpers.exercises.grading.submission import asked, given, originals, steps
from helpers.exercises.outcome import raised

MOST_STARTS = 4
MOST_NOTES = 3


@dataclass(frozen=True)
class Verdict:
    """Of one exercise: "right", "wrong" or "open", and why."""

    status: str
    reason: str = ""

    def __str__(self):
        return self.status if self.status == "right" else f"{self.status}: {self.reason}"


@dataclass
class Graded:
    """A learner's notebook after its run: a verdict for each exercise, what a teacher should know, and the seconds it took."""

    verdicts: dict
    notes: list = field(default_factory=list)
    seconds: float = 0.0


class Judge:
    """Grades one Submission.

    Parameters
    ----------
    submission : Submission
    folder : Path
        The project's own notebooks.
    limits : Limits
    """

    def __init__(self, submission, folder, limits):
        self.submission, self.folder, self.limits = submission, folder, limits
        self.own = originals(folder)[submission.chapter]
        self.steps = steps(submission, folder)
        self.verdicts, self.errors, self.fatal = {}, {}, {}

    def grade(self):
        """Run the notebook, again where something ended it, and judge its exercises."""
        start = time.monotonic()
        for _ in range(MOST_STARTS):
            if self._run(start + self.limits.total):
                break
        left = f"not reached: {next(reversed(self.fatal.values()), 'the process did not start')}"
        verdicts = {slug: self.verdicts.get(slug, Verdict("open", left)) for slug in CHAPTERS[self.submission.chapter]}
        return Graded(verdicts, self._notes(), time.monotonic() - start)

    def _run(self, end):
        """Go through the steps once, without those that ended the process before; whether the end was reached."""
        with Process(self.limits, end, self.folder) as process:
            if not process.ready:
                self.fatal.setdefault("the start", process.ended or "the process did not start")
                return True
            for i, step in enumerate(self.steps):
                try:
                    self._judge(step, process) if step.slug else self._cell(i, step, process)
                except (Ended, Nonsense) as reason:
                    self._ended(i, step, str(reason))
                    return time.monotonic() >= end
                except Exception as error:  # the worker's own, as when its time is over or its memory full between two cells
                    self._failed(i, step, raised(error))
        return True

    def _cell(self, i, step, process):
        """Run a cell; before an answer's own, nothing of an earlier cell has its names."""
        if i in self.fatal:
            return
        if (slug := step.cell.removeprefix("ex-")) in CHAPTERS[self.submission.chapter] and slug != step.cell:
            process.ask("forget", names=given(self._check(slug), self.own, slug))
        if error := process.ask("run", source=step.source):
            self.errors[i] = str(error)[:300]

    def _check(self, slug):
        return next(step.source for step in self.steps if step.slug == slug)

    def _failed(self, i, step, reason):
        if step.slug:
            self.verdicts[step.slug] = Verdict("wrong", f"the answer cannot be judged: {reason}")
        else:
            self.errors[i] = reason

    def _ended(self, i, step, how):
        """Remember what ended the process: this cell, or the answer that was being judged, with all of its cells."""
        self.fatal[i] = how
        if step.slug:
            self.verdicts[step.slug] = Verdict("wrong", f"when it was checked, the answer {how}.")
            self.fatal.update({k: how for k, other in enumerate(self.steps) if other.cell == step.cell})

    def _judge(self, step, process):
        """The verdict on one exercise, once."""
        if step.slug in self.verdicts:
            return
        cells = [i for i, other in enumerate(self.steps) if other.cell == step.cell and not other.slug]
        if fatal := [self.fatal[i] for i in cells if i in self.fatal]:
            self.verdicts[step.slug] = Verdict("wrong", f"its cell {fatal[-1]}.")
            return
        names = asked(step.source)
        values = process.values(names)
        if missing := [name for name in names if name not in values]:
            self.verdicts[step.slug] = self._without(step, missing, [self.errors[i] for i in cells if i in self.errors])
            return
        self.verdicts[step.slug] = self._checked(step, [values[name] for name in names], process)

    def _without(self, step, missing, errors):
        """The verdict where a variable is missing."""
        if errors:
            return Verdict("wrong", f"its cell raised {errors[-1]}")
        if not step.answered:
            return Verdict("open", "its cell is missing or empty.")
        return Verdict("wrong", f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not defined.")

    def _checked(self, step, values, process):
        """What the project's check says of these values; Ended where the process has not survived it."""
        process.start_clock()
        for value in values:
            if hasattr(value, "lent"):
                value.beside = process.run_beside
        kept, calling.execute = calling.execute, process.execute
        try:
            feedback = find(step.slug).unnoted(*values)
        finally:
            calling.execute = kept
        if process.ended:
            raise Ended(process.ended)
        if feedback.status == "not attempted":
            return Verdict("open", "a ... is left.")
        return Verdict(feedback.status, " ".join(feedback.message.split()))

    def _notes(self):
        """What else happened: cells that raised or ended the process, but for those that a verdict speaks of."""
        said = {self.steps[i].cell: how for i, how in self.fatal.items() if isinstance(i, int) and not self.steps[i].cell.startswith("ex-")}
        raised = {self.steps[i].cell: f"raised {error}" for i, error in self.errors.items() if not self.steps[i].cell.startswith("ex-")}
        told = [f"{cell} {what}" for cell, what in {**raised, **said}.items()]
        more = [f"and {len(told) - MOST_NOTES} more cells"] if len(told) > MOST_NOTES else []
        return [*self.submission.notes, *told[:MOST_NOTES], *more]
