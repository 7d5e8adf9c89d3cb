"""The report on code of any shape: verdict, gradients, the learner's own lines with the culprit marked, and what to write there."""

import html
import textwrap
from dataclasses import dataclass

from helpers.clinic.culprit import COLUMNS, excerpt_html, excerpt_lines, plain_html
from helpers.clinic.words import told_html

_HEAD = ("parameter", "shape", "relative error", "verdict")
_BOUNDS = (1e-7, 1e-6, 1e-5, 1e-4)


@dataclass(frozen=True)
class Row:
    """One parameter: its name, the shape, the relative error of its gradient (None: not decided), the verdict and a remark on it."""

    name: str
    shape: tuple
    error: float | None
    verdict: str
    remark: str = ""

    @property
    def cells(self):
        """As text; digits that are rounding differ from machine to machine, so they are not printed."""
        if self.error is None or self.error == float("inf"):
            error = "-"
        elif self.verdict == "right":
            error = next((f"below {bound:.0e}" for bound in _BOUNDS if self.error <= bound), f"{self.error:.2g}")
        else:
            error = f"{self.error:.2g}"
        return self.name, str(self.shape).replace(" ", ""), error, f"{self.verdict}: {self.remark}" if self.remark else self.verdict


@dataclass(frozen=True)
class CheckReport:
    """What `check` found.

    Attributes
    ----------
    verdict : str
        "right", "wrong" or "raises": the code raises, or cannot be judged.
    wrong, undecided : tuple of str
        Parameters.
    factor : float or None
        Where every gradient is one factor times the right one.
    findings : tuple of Culprit
        The faults, each with the learner's line and what to write there.
    repaired : str or None
        The learner's whole file with the repairs, where they make all gradients right.
    files : dict of str
        {filename: whole text with the repairs}, where more than one file changes as well.
    notes : tuple of str
        What was taken for granted, and what was not judged.
    rows : tuple of Row
    trouble : str or None
        What stopped the code, for the verdict "raises".
    excerpt : tuple
        The learner's lines about it, as in Culprit.
    size : str
        The common factor in words.
    upto : str
        What the gradients are right up to: "a clip of every entry at ±5".
    basis : str
        What the verdict rests on.
    tried : int
        Repairs that were run.
    seconds : float
    """

    verdict: str
    wrong: tuple = ()
    undecided: tuple = ()
    factor: float | None = None
    findings: tuple = ()
    repaired: str | None = None
    files: dict | None = None
    notes: tuple = ()
    rows: tuple = ()
    trouble: str | None = None
    excerpt: tuple = ()
    size: str = ""
    upto: str = ""
    basis: str = ""
    tried: int = 0
    seconds: float = 0.0

    @property
    def sentence(self):
        """The verdict in a sentence or two."""
        if self.verdict == "raises":
            found = [f.line for f in self.findings if f.repair] not in ([], [n for n, _, marked in self.excerpt if marked])
            start = "Your code stops" if self.excerpt else "Your code cannot be judged as it is"
            return f"{start}: {self.trouble}{f' The fault lies in {self._where}.' if found else ''}"
        if self.verdict == "right":
            return self._right()
        if self.factor is not None:
            return self.size + (f" See {self._where}." if self.findings else "")
        all_of_them = len(self.wrong) == len(self.rows) > 1
        everything = "Both gradients" if len(self.wrong) == 2 else f"All {len(self.wrong)} gradients"
        names = everything if all_of_them else f"The gradient{_s(self.wrong)} of {listed(self.wrong)}"
        start = f"{names} {'is' if len(self.wrong) == 1 else 'are'} wrong"
        return (
            f"{start}; the fault{_s(self.findings)} lie{'s' if len(self.findings) == 1 else ''} in {self._where}." if self.findings else f"{start}."
        )

    @property
    def _stopped_at(self):
        """The lines where it stopped, unless a finding shows them."""
        return () if any(f.excerpt == self.excerpt for f in self.findings) else self.excerpt

    @property
    def _where(self):
        lines = [f.line for f in self.findings]
        return f"line {lines[0]}" if len(lines) == 1 else f"lines {listed(map(str, lines))}"

    def _right(self):
        known, but = len(self.rows) - len(self.undecided), f", up to {self.upto}" if self.upto else ""
        if not self.undecided:
            number = {1: "The gradient is", 2: "Both gradients are"}.get(known, f"All {known} gradients are")
            return f"{number} right{but}: what your code computes is the derivative of its loss."
        return (f"{known} of {len(self.rows)} gradients {'are' if known > 1 else 'is'} right{but}; "
                f"{listed(self.undecided)} cannot be decided.")  # fmt: skip

    @property
    def _spent(self):
        """What was run in vain in the search for a repair; how many it took until one was found is nobody's concern."""
        if not self.tried or self.repaired is not None:
            return ""
        return f"{self.tried:,} change{'' if self.tried == 1 else 's'} of your source {'was' if self.tried == 1 else 'were'} run."

    def _notes(self):
        return [*self.notes, *([self._spent] if self._spent else [])]

    def __str__(self):
        parts = ["\n".join(textwrap.wrap(self.sentence, COLUMNS, break_long_words=False, break_on_hyphens=False))]
        if self._stopped_at:
            parts.append("\n".join(excerpt_lines(self._stopped_at)))
        if self.rows:
            parts.append("\n".join(_table([row.cells for row in self.rows])))
        parts += [str(finding) for finding in self.findings]
        told = ([self.basis] if self.basis else []) + [f"Note: {note}" for note in self._notes()]
        parts += (
            ["\n".join(line for text in told for line in textwrap.wrap(text, COLUMNS, subsequent_indent="  ", break_long_words=False))]
            if told
            else []
        )
        return "\n\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self):
        parts = [f"<p><strong>{told_html(self.sentence)}</strong></p>", excerpt_html(self._stopped_at)]
        if self.rows:
            parts.append(_html_table(_HEAD, [row.cells for row in self.rows]))
        parts += [finding.html() for finding in self.findings]
        if self.repaired is not None:
            parts.append(f"<details><summary>The whole file, repaired</summary>{plain_html(self.repaired)}</details>")
        if self.basis:
            parts.append(f"<p><em>{told_html(self.basis)}</em></p>")
        if self._notes():
            parts.append("<ul>" + "".join(f"<li>{told_html(note)}</li>" for note in self._notes()) + "</ul>")
        return "\n".join(part for part in parts if part)


def _table(rows):
    """Columns as wide as their cells."""
    rows = [_HEAD, *rows]
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    lines = []
    for name, shape, error, verdict in rows:
        head = f"{name:<{widths[0]}}  {shape:<{widths[1]}}  {error:>{widths[2]}}  "
        lines += _hung(head, verdict)
    return lines


def _hung(head, text):
    """A text beside a head, further lines below its beginning."""
    lines = textwrap.wrap(text, max(COLUMNS - len(head), 30)) or [""]
    return [head + lines[0], *(" " * len(head) + line for line in lines[1:])]


def _html_table(head, rows):
    left = 'style="text-align:left"'
    top = "".join(f'<th scope="col" {left}>{cell}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def listed(names):
    """Names as in a sentence."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _s(things):
    return "" if len(things) == 1 else "s"
