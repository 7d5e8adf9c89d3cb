"""One fault in the learner's own source: the line, and what to write there."""

import html
import textwrap
from dataclasses import dataclass

from helpers.clinic.words import told_html

COLUMNS = 100


@dataclass(frozen=True)
class Culprit:
    """One fault.

    Attributes
    ----------
    filename, line : str, int
        Where it stands in the learner's file.
    source : str
        The learner's line.
    repair : str or None
        What to write there, or the move in words; None where no repair was found.
    explanation, evidence : str
        What is wrong, and how that is known.
    gradients : tuple of str
        The parameters that it spoils.
    family : str or None
        One of `FAMILIES`, where it is known.
    statement : str or None
        What the line computes, where that is known.
    others : tuple of str
        Other repairs that work as well.
    excerpt : tuple of (int, str, bool)
        Lines of the file around it: number, text, and whether it is at fault.
    verified : str
        What was run to see that the repair works.
    moved : bool
        Whether the repair moves lines: then it is said in words.
    """

    filename: str
    line: int
    source: str
    repair: str | None = None
    explanation: str = ""
    evidence: str = ""
    gradients: tuple = ()
    family: str | None = None
    statement: str | None = None
    others: tuple = ()
    excerpt: tuple = ()
    verified: str = ""
    moved: bool = False

    @property
    def title(self):
        """Where it is, and what kind of mistake."""
        kind = f": {self.family.replace('_', ' ')}" if self.family and self.family != "none" else ""
        return f"Line {self.line} of {short(self.filename)}{kind}"

    @property
    def _to_do(self):
        return "do" if self.moved else "write"

    def _told(self):
        """(word, text) of all that is said in sentences."""
        return [(word, text) for word, text in (("why", self.explanation), ("evidence", self.evidence), ("verified", self.verified)) if text]

    def __str__(self):
        return "\n".join([self.title, *excerpt_lines(self.excerpt), *self._repair_lines(), *wrapped(self._told()), *self._other_lines()])

    __repr__ = __str__

    def _repair_lines(self):
        if self.repair is None:
            return ["  no repair was found that makes the gradients right"]
        first, *rest = self.repair.splitlines() or [""]
        return [f"  {self._to_do + ':':<9} {first}", *(f"            {line}" for line in rest)]

    def _other_lines(self):
        lines = []
        for k, other in enumerate(self.others):
            first, *rest = other.splitlines() or [""]
            lines += [f"  {'as well:' if k == 0 else '':<9} {first}", *(f"            {line}" for line in rest)]
        return lines

    def html(self):
        """The same for a notebook, in colours that suit a light page and a dark one."""
        parts = [f"<h4>{html.escape(self.title)}</h4>", excerpt_html(self.excerpt)]
        if self.repair is None:
            parts.append("<p>No repair was found that makes the gradients right.</p>")
        else:
            parts.append(f"<p><strong>{self._to_do.capitalize()}:</strong></p>{code_html(self.repair)}")
        parts += [f"<p><strong>{word.capitalize()}:</strong> {told_html(text)}</p>" for word, text in self._told()]
        if self.others:
            items = "".join(f"<li><code>{html.escape(other)}</code></li>" for other in self.others)
            parts.append(f"<details><summary>Repairs that work as well</summary><ul>{items}</ul></details>")
        return "".join(parts)


def short(filename):
    """A file's name without its folder; a word for a cell of a notebook."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    cell = filename.startswith("<ipython-input") or "ipykernel_" in filename
    return "a cell" if cell else name


def excerpt_of(lines, first, last=None, around=2):
    """Lines of a file about those from `first` to `last`, counted from 1: ((number, text, marked), ...)."""
    last = first if last is None else last
    span = range(max(1, first - around), min(len(lines), last + around) + 1)
    return tuple((n, lines[n - 1], first <= n <= last) for n in span)


def excerpt_lines(excerpt):
    """The excerpt as text, the lines at fault with an arrow."""
    width = max((len(str(n)) for n, _, _ in excerpt), default=1)
    return [cut(f"  {'->' if marked else '  '} {n:>{width}} | {text}".rstrip()) for n, text, marked in excerpt]


def excerpt_html(excerpt):
    """The excerpt as HTML, the lines at fault bold, on a tint that lets any page shine through."""
    width = max((len(str(n)) for n, _, _ in excerpt), default=1)
    rows = []
    for n, text, marked in excerpt:
        row = html.escape(f"{'▸' if marked else ' '} {n:>{width}} │ {text}")
        rows.append(f'<span style="display:block; background:rgba(213,94,0,0.18); font-weight:bold">{row}</span>' if marked else f"{row}\n")
    return f'<pre style="{_PRE}">{"".join(rows)}</pre>' if rows else ""


def plain_html(text):
    """A whole file."""
    return f'<pre style="{_PRE}">{html.escape(text)}</pre>'


def code_html(code):
    """Code that stands for itself."""
    return f'<pre style="{_PRE}; border-left:3px solid rgba(0,158,115,0.9); padding-left:8px">{html.escape(code)}</pre>'


_PRE = "background:transparent; color:inherit; line-height:1.45; margin:4px 0; overflow-x:auto; padding:0 0 0 4px"


def wrapped(told):
    """(word, text) pairs as lines, the words in a column."""
    lines = []
    for word, text in told:
        lines += textwrap.wrap(text, COLUMNS, initial_indent=f"  {word + ':':<9} ", subsequent_indent=" " * 12, break_long_words=False) or []
    return lines


def cut(line):
    """At most as many columns as a report has."""
    return line if len(line) <= COLUMNS else line[: COLUMNS - 2] + " …"
