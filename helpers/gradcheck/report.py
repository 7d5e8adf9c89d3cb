r"""The outcome of a gradient check as a table.

Derived in: notebooks/06_gradient_checking.ipynb
"""

import html
from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.gradcheck.comparison import TOLERANCE


@dataclass(frozen=True)
class GradientReport:
    """The outcome of `check_gradients`: a table that prints as text and shows as HTML in Jupyter.

    `passed` is True when every gradient was decided and agrees; `wrong` names the gradients that differ, `undecided` those
    that could not be compared; `report["dW2"]` is one row. Where the step crosses a kink in some entries of a gradient, the
    others decide.
    """

    rows: tuple

    @property
    def passed(self):
        """True when every gradient was decided and agrees with central differences."""
        return all(row.outcome == "agrees" for row in self.rows)

    @property
    def wrong(self):
        """Names of the gradients that differ."""
        return [row.name for row in self.rows if row.outcome == "differs"]

    @property
    def undecided(self):
        """Names of the gradients about which central differences with this step say nothing."""
        return [row.name for row in self.rows if row.outcome == "undecided"]

    def __getitem__(self, name):
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{checks.brief(name)} is not in the report: it has {[row.name for row in self.rows]}")

    def _cells(self):
        return [(row.name, str(row.shape), _error_text(row), row.verdict) for row in self.rows]

    @property
    def summary(self):
        """What differs or agrees, and what could not be decided and why."""
        sentences = [self._decided(), *self._why_undecided()]
        kinks = sum(row.kinks for row in self.rows)
        if kinks and self.passed:
            sentences.append(f"{kinks} entries whose step crosses a kink were left out.")
        return " ".join(sentences)

    def _decided(self):
        rows, wrong = len(self.rows), self.wrong
        agree = rows - len(wrong) - len(self.undecided)
        if wrong:
            return f"{len(wrong)} of {rows} gradients differ from central differences: {', '.join(wrong)}."
        if not agree:
            return "No gradient could be confirmed."
        if agree == 1:
            return "1 gradient agrees with central differences."
        return f"{'All ' if agree == rows else ''}{agree} gradients agree with central differences."

    def _why_undecided(self):
        undecided = [row for row in self.rows if row.outcome == "undecided"]
        for reason in dict.fromkeys(row.reason for row in undecided):
            yield f"{', '.join(row.name for row in undecided if row.reason == reason)} cannot be decided: {reason}."

    def __str__(self):
        lines = [("gradient", "shape", "relative error", "verdict"), *self._cells()]
        table = ["{:<9} {:<10} {:>14}  {}".format(*line) for line in lines]
        return "\n".join([*table, self.summary])

    __repr__ = __str__

    def _repr_html_(self):
        head = "".join(f'<th scope="col" style="text-align:left">{h}</th>' for h in ("gradient", "shape", "relative error", "verdict"))
        body = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(cell)}</td>' for cell in cells) + "</tr>"
            for cells in self._cells()
        )
        return f"<table><caption>{html.escape(self.summary)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _error_text(row):
    """Digits that are noise differ from machine to machine, so they are not printed."""
    if row.outcome == "undecided" or np.isnan(row.relative_error):
        return "-"
    if row.outcome == "differs":
        return f"{row.relative_error:.3g}"
    bound = TOLERANCE
    while row.relative_error > bound:
        bound *= 10
    return f"below {bound:.0e}"
