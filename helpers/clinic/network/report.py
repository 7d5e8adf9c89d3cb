"""The clinic's report: as text for a terminal, as HTML in Jupyter."""

import html
from dataclasses import dataclass, field

import numpy as np

from helpers.clinic.network.slope_picture import SlopePicture
from helpers.clinic.patient import GRADIENTS
from helpers.clinic.picture import framed
from helpers.clinic.probes import N_X
from helpers.clinic.words import told_html


@dataclass(frozen=True)
class Report:
    """What the clinic found.

    Attributes
    ----------
    verdict : str
        "right", "wrong" or "raises".
    wrong : tuple of str
        All gradients that are not the derivative of the loss, those that inherit a fault included.
    findings : tuple of Finding
        The faults, each with the statement that is its root; the most important first.
    risks : tuple of str
        What does no harm here but may elsewhere.
    errors : dict of float
        Largest relative error of each gradient over the batches.
    shapes : dict of tuple
    ruled_out : tuple of str
    picture : SlopePicture or None
    trouble : str or None
        What stopped the functions, for the verdict "raises".
    n_x : int
        The number of inputs of the networks that it was judged on.
    notes : tuple of str
        What was taken for granted: a sum over the examples, a penalty, the dtype of the labels.
    factor : str or None
        What all six gradients are multiplied by, "m" or "2" for instance, where their direction is right and their size is not.
    use : str or None
        The call to write where the code is not the network that `examine` knows.
    misused : bool
        Whether the call of `examine` itself could not be carried out.
    unsaid : str or None
        What may have been left unsaid about the loss, with which nothing would be wrong: that it is a sum, that it has a penalty.
    repaired : str or None
        The learner's whole text with all repairs.
    """

    verdict: str
    wrong: tuple
    findings: tuple
    risks: tuple = ()
    errors: dict = field(default_factory=dict)
    shapes: dict = field(default_factory=dict)
    ruled_out: tuple = ()
    picture: SlopePicture | None = None
    trouble: str | None = None
    n_x: int = 3
    notes: tuple = ()
    factor: str | None = None
    use: str | None = None
    misused: bool = False
    unsaid: str | None = None
    repaired: str | None = None

    @property
    def sentence(self):
        """The verdict in one sentence."""
        if self.verdict == "raises":
            opening = "This call cannot be carried out" if self.misused else "Your code cannot be judged as it is"
            return f"{'Your code is not judged here' if self.use else opening}: {self.trouble}"
        if self.verdict == "right":
            return "All six gradients are right. If the network does not train, the cause lies elsewhere: see clinic.examine_training."
        if not self.findings:
            return f"{_and(self.wrong)} {'is' if len(self.wrong) == 1 else 'are'} wrong; the statement at fault could not be found."
        roots = _and([f.statement for f in self.findings])
        if not self.wrong:
            return f"Your gradients are those of your forward pass, but that is not the network that you describe: {roots}."
        is_wrong = f"{_and(self.wrong)} {'is' if len(self.wrong) == 1 else 'are'} wrong"
        if self.factor:
            is_wrong = f"The direction of all six gradients is right, the size is {self.factor} times what it should be"
        return f"{is_wrong}: {self.unsaid}" if self.unsaid else f"{is_wrong}; the fault lies in {roots}."

    @property
    def basis(self):
        """What the verdict rests on."""
        text = f"Judged on random {self.n_x}-10-10-1 networks and labels of the clinic's own, with 1, 7 and 10 examples, away from kinks."
        if self.n_x == N_X:
            text += f" Why {N_X} inputs: no other width is {N_X}, so no forgotten transpose fits by chance; n_x=2 takes your own number."
        return text + " Other depths, several outputs, rows: clinic.check."

    def _rows(self):
        rows = []
        for name in GRADIENTS:
            if name not in self.errors:
                continue
            error = self.errors[name]
            shape = str(self.shapes[name]) if name in self.shapes else "-"
            number = "-" if np.isinf(error) else "below 2e-05" if error <= 2e-5 else f"{error:.2g}"
            verdict = "right" if name not in self.wrong else "wrong"
            if verdict == "wrong" and self.findings:
                roots = [f.statement for f in self.findings if name in f.gradients]
                verdict += f", {_relation(name, self.findings)} {' and '.join(roots)}" if roots else ""
            rows.append((name, shape, number, verdict))
        return rows

    def __str__(self):
        lines = [self.sentence, *(f"note: {note}" for note in self.notes)]
        lines += ["", f"    report = {self.use}"] if self.use else []
        if self.errors:
            head = ("gradient", "shape", "relative error", "verdict")
            lines += ["", *("{:<9} {:<10} {:>14}  {}".format(*row) for row in [head, *self._rows()])]
        for finding in self.findings:
            lines += ["", str(finding)]
        if self.picture is not None and self.verdict == "wrong":
            lines += ["", self.picture.description]
        lines += ["", *(f"risk: {risk}" for risk in self.risks)] if self.risks else []
        lines += ["", *(f"ruled out: {text}" for text in self.ruled_out)] if self.ruled_out else []
        lines += ["", self.basis] if self.errors else []
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        parts = [f"<p><strong>{told_html(self.sentence)}</strong></p>", *(f"<p>{told_html(note)}</p>" for note in self.notes)]
        parts += [f"<pre><code>report = {html.escape(self.use)}</code></pre>"] if self.use else []
        if self.errors:
            parts.append(_table(("gradient", "shape", "relative error", "verdict"), self._rows()))
        for f in self.findings:
            parts.append(
                f"<h4>{html.escape(f.statement)}: {html.escape(f.family.replace('_', ' '))}</h4><p>{told_html(f.explanation)}</p>"
                f"<p><strong>Evidence:</strong> {told_html(f.evidence)}</p>{_your_line(f)}"
                f"<p><strong>Instead:</strong> {_code(f.repair or f.remedy)}</p>"
            )
        if self.picture is not None and self.verdict == "wrong":
            parts.append(framed(self.picture.svg(), self.picture.description))
        if self.risks:
            parts.append("<p><strong>Risks</strong></p><ul>" + "".join(f"<li>{told_html(r)}</li>" for r in self.risks) + "</ul>")
        if self.ruled_out:
            parts.append("<details><summary>Ruled out, and how</summary><ul>" + "".join(f"<li>{told_html(r)}</li>" for r in self.ruled_out)
                         + "</ul></details>")  # fmt: skip
        if self.errors:
            parts.append(f"<p><em>{told_html(self.basis)}</em></p>")
        return "\n".join(parts)


def _your_line(finding):
    return f"<p><strong>Your line:</strong> <code>{html.escape(finding.line)}</code></p>" if finding.line else ""


def _code(remedy):
    """A remedy as code where it is a statement, as words where it is advice."""
    return f"<code>{html.escape(remedy)}</code>" if " = " in remedy else told_html(remedy)


def _relation(name, findings):
    """How a gradient is wrong: by its own statement, by one before it, or because something was overwritten."""
    mine = [f for f in findings if name in f.gradients]
    if all(f.family == "in_place" for f in mine):
        return "spoilt by the overwriting in"
    return "fault in" if name in [f.statement for f in mine] else "inherits from"


def _and(names):
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _table(head, rows):
    left = 'style="text-align:left"'
    top = "".join(f'<th scope="col" {left}>{cell}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
