"""The report on a training run: symptom, evidence, cause, and the changes that were tried, with their curves side by side."""

import html
import textwrap
from dataclasses import dataclass, field

from helpers.clinic.picture import curves_svg, framed
from helpers.clinic.training.symptoms import MEANING
from helpers.clinic.words import told_html

_COLUMNS = 100
_MOST = 2  # causes that no experiment confirmed


@dataclass(frozen=True)
class TrainingReport:
    """What `examine_training` found.

    Attributes
    ----------
    runs : tuple of Run
        The learner's own first, then one for each change.
    floor : float
        The loss of an uninformed guess.
    steps : int
        Steps that were asked for.
    causes : tuple of Cause
        Those that an experiment confirmed first; empty where it trains.
    stand_in : Run or None
        The learner's run by the reference's passes, where the learner's own took too long and agreed with these.
    by_reference : bool
        Whether the changes were run by the reference's passes, for the same reason.
    wrong : dict
        {"dW1": error} of gradients that are not the reference's, though the outputs are.
    """

    runs: tuple
    floor: float
    steps: int
    causes: tuple = ()
    stand_in: object = None
    by_reference: bool = False
    wrong: dict = field(default_factory=dict)

    @property
    def own(self):
        """The run that is judged: the learner's own, or its stand-in."""
        return self.stand_in or self.runs[0]

    @property
    def symptom(self):
        """The symptom of the learner's own run."""
        return self.own.symptom

    @property
    def cause(self):
        """The name of the first cause that an experiment confirmed, or else of the first that was suspected; None where there is none."""
        return self.causes[0].name if self.causes else None

    @property
    def cures(self):
        """The changes after which it trains, the lowest loss first; empty where it trains already."""
        if self.own.trains:
            return ()
        return tuple(run.note for run in sorted((r for r in self.runs[1:] if r.trains), key=lambda r: r.loss[-1]))

    @property
    def steps_of_changes(self):
        """The fewest steps that a change had the time for."""
        return min((run.reached for run in self.runs[1:] if run.cut), default=self.steps)

    @property
    def paragraphs(self):
        """The finding: (word, sentence) for the symptom, each cause with its evidence, and the cures."""
        own = self.own
        text = f"{self.symptom} ({MEANING[self.symptom]})"
        text += f"; {own.stopped}." if own.stopped else f"; loss {own.loss[-1]:.3g} after {own.step[-1]} steps, uninformed guess {self.floor:.3g}."
        parts = [("Symptom", text)]
        if self._time:
            parts.append(("Time", self._time))
        if own.trains:
            return [(parts[0][0], f"{text} Nothing needs to be revived.{self._aside()}"), *parts[1:]]
        if self.symptom == "too slow":
            return parts
        confirmed = [cause for cause in self.causes if cause.decided]
        parts += [("Cause", f"{cause.name}: {cause.evidence}. Decided by: {' or '.join(cause.by)}.") for cause in confirmed]
        others = [cause for cause in self.causes if not cause.decided]
        others = [cause for cause in others if cause.name == "wrong gradients"] if confirmed else others[:_MOST]
        parts += [("Suspected", f"{cause.name}: {cause.evidence}." + (f" In vain: {', '.join(cause.by)}." if cause.by else "")) for cause in others]
        return [*parts, ("Cures", self._cured())]

    def _cured(self):
        if len(self.runs) == 1:
            return "nothing was changed: your functions leave no time for it."
        if not self.cures:
            return "no single change revives it: look for two causes, or for a fault in the gradients."
        if " and " in self.cures[0]:
            return f"no single change revives it; two together do: {self.cures[0]}."
        return f"one change alone revives it: {' or '.join(self.cures)}."

    def _aside(self):
        """What a run that trains shows all the same."""
        copies = [l for l, same in enumerate(self.own.last.copies, 1) if same]
        text = f" Yet all units of layer {' and '.join(map(str, copies))} are copies of one another, worth one unit." if copies else ""
        if self.wrong:
            text += f" Yet {max(self.wrong, key=self.wrong.get)} is not the reference's, {max(self.wrong.values()):.2g} times its length away."
        return text

    @property
    def _time(self):
        """What is said of functions that are slow; empty where all runs came to their end."""
        first, words = self.runs[0], []
        if first.cut:
            words.append(f"Your functions had the time for {first.reached} of {self.steps} steps.")
        if self.by_reference:
            words.append("At the first step they agree with the reference's, which are faster and took their place in all that follows.")
        if self.steps_of_changes < self.steps:
            words.append(f"The changes had the time for {self.steps_of_changes} steps or more.")
        return " ".join(words)

    @property
    def sentence(self):
        """The paragraphs as lines of text."""
        return "\n".join(f"{word}: {text}" for word, text in self.paragraphs)

    def _rows(self):
        rows = []
        for run in self._all:
            first, last = (f"{run.loss[0]:.3g}", f"{run.loss[-1]:.3g}") if run.loss else ("-", "-")
            accuracy = f"{run.accuracy:.3f}" if run.loss else "-"
            rows.append((run.note, first, last, accuracy, str(run.dead), run.symptom))
        return rows

    @property
    def _all(self):
        """Every run: the learner's, its stand-in, the changes."""
        return (self.runs[0], *([self.stand_in] if self.stand_in else []), *self.runs[1:])

    def __str__(self):
        width = max(len(row[0]) for row in self._rows())
        lines = [f"{row[0]:<{width}} {row[1]:>10} {row[2]:>10} {row[3]:>9}  {row[4]:<11} {row[5]}" for row in [_HEAD, *self._rows()]]
        told = [textwrap.fill(f"{word}: {text}", _COLUMNS, subsequent_indent="  ") for word, text in self.paragraphs]
        return "\n".join([*told, "", *lines])

    __repr__ = __str__

    def _repr_html_(self):
        left = 'style="text-align:left"'
        head = "".join(f'<th scope="col" {left}>{cell}</th>' for cell in _HEAD)
        body = "".join("<tr>" + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self._rows())
        picture = curves_svg([(run.note, run.step, run.loss) for run in self._all], self.floor, self.description)
        told = "".join(f"<p><strong>{word}:</strong> {told_html(text)}</p>" for word, text in self.paragraphs)
        return f"{told}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{framed(picture, self.description)}"

    @property
    def description(self):
        """The picture in words."""
        parts = [f"{run.note}: {run.loss[0]:.3g} to {run.loss[-1]:.3g}" for run in self._all if run.loss]
        return f"Loss against step, one panel a run; the dashed line is the uninformed guess, {self.floor:.3g}. " + "; ".join(parts) + "."


_HEAD = ("change", "first loss", "last loss", "accuracy", "dead units", "symptom")
