"""The report on a training run: the symptom, the single changes that were tried, and their curves side by side."""

import html
from dataclasses import dataclass

from helpers.clinic.picture import curves_svg, framed

MEANING = {
    "trains": "the loss falls well below that of an uninformed guess",
    "stuck at the entropy of the labels": "the loss is that of somebody who has not looked at the input",
    "stuck": "neither the loss nor the accuracy is better than that of somebody who has not looked at the input",
    "not finite": "the loss or an output is no longer a finite number",
    "diverges": "the loss grows",
    "oscillates": "the loss jumps up and down",
    "dead units": "all units of a layer are dead: their slope is 0 for every example, so no gradient passes",
    "saturated units": "nearly all units of a layer are saturated for every example: their slope is almost 0",
    "too sure": "it uses its input, and is so sure of its mistakes that the loss lies above that of an uninformed guess",
    "slow": "the loss falls, but has not come far",
    "shapes": "a gradient has another shape than its parameter, and the update would broadcast",
    "raises": "the functions raise",
}


@dataclass(frozen=True)
class TrainingReport:
    """What `examine_training` found.

    Attributes
    ----------
    runs : tuple of Run
        The learner's own first, then one for each single change.
    floor : float
        The loss of an uninformed guess.
    steps, steps_of_changes : int
        Steps of the learner's run, and of the others (fewer where the functions are slow).
    """

    runs: tuple
    floor: float
    steps: int
    steps_of_changes: int

    @property
    def symptom(self):
        """The symptom of the learner's own run."""
        return self.runs[0].symptom

    @property
    def cures(self):
        """The changes after which it trains, the lowest loss first; empty where it trains already."""
        if self.runs[0].trains:
            return ()
        return tuple(run.note for run in sorted((r for r in self.runs[1:] if r.trains), key=lambda r: r.loss[-1]))

    @property
    def sentence(self):
        """The finding in a sentence or two."""
        own = self.runs[0]
        text = f"Symptom: {self.symptom} ({MEANING[self.symptom]})"
        text += f"; {own.stopped}." if own.stopped else f"; loss {own.loss[-1]:.3g} after {own.step[-1]} steps, uninformed guess {self.floor:.3g}."
        if own.trains:
            return text + " Nothing needs to be revived."
        if not self.cures:
            return text + " No single change revives it: look for two causes, or for a fault in the gradients."
        if " and " in self.cures[0]:
            return text + f" No single change revives it; two together do: {self.cures[0]}."
        return text + f" Revived by one change alone: {' or '.join(self.cures)}."

    def _rows(self):
        rows = []
        for run in self.runs:
            first, last = (f"{run.loss[0]:.3g}", f"{run.loss[-1]:.3g}") if run.loss else ("-", "-")
            accuracy = f"{run.accuracy:.3f}" if run.loss else "-"
            rows.append((run.note, first, last, accuracy, str(run.dead), run.symptom))
        return rows

    def __str__(self):
        head = ("change", "first loss", "last loss", "accuracy", "dead units", "symptom")
        width = max(len(row[0]) for row in self._rows())
        lines = [f"{row[0]:<{width}} {row[1]:>10} {row[2]:>10} {row[3]:>9}  {row[4]:<11} {row[5]}" for row in [head, *self._rows()]]
        if self.steps_of_changes < self.steps:
            lines.append(f"The changes ran for {self.steps_of_changes} of {self.steps} steps, since the functions are slow.")
        return "\n".join([self.sentence, "", *lines])

    __repr__ = __str__

    def _repr_html_(self):
        left = 'style="text-align:left"'
        head = "".join(f'<th scope="col" {left}>{cell}</th>' for cell in ("change", "first loss", "last loss", "accuracy", "dead units", "symptom"))
        body = "".join("<tr>" + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self._rows())
        picture = curves_svg([(run.note, run.step, run.loss) for run in self.runs], self.floor, self.description)
        return (f"<p><strong>{html.escape(self.sentence)}</strong></p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
                f"{framed(picture, self.description)}")  # fmt: skip

    @property
    def description(self):
        """The picture in words."""
        parts = [f"{run.note}: {run.loss[0]:.3g} to {run.loss[-1]:.3g}" for run in self.runs if run.loss]
        return f"Loss against step, one panel a run; the dashed line is the uninformed guess, {self.floor:.3g}. " + "; ".join(parts) + "."
