"""Lines that a notebook shows: bold beginnings and links where there is HTML, plain text elsewhere."""

import re
import textwrap
from dataclasses import dataclass
from html import escape

WIDTH = 100


@dataclass(frozen=True)
class Paragraph:
    """A line with a bold beginning, and at its end a link to a section of a notebook."""

    bold: str
    text: str
    link: str = ""
    file: str = ""

    def __str__(self):
        begin = f"{self.bold}{'' if self.bold[-1:] in '?.' else ':'} " if self.bold else ""
        return f"{begin}{self.text}{f' ({self.file})' if self.file else ''}"

    def html(self):
        """The same with tags."""
        begin = f"<strong>{escape(self.bold)}{'' if self.bold[-1:] in '?.' else ':'}</strong> " if self.bold else ""
        text = f'<a href="{escape(self.link)}">{escape(self.text)}</a> ({escape(self.file)})' if self.link else escape(self.text)
        return begin + text


def paragraph(bold, text, link="", file=""):
    """A line; `bold` begins it, `link` makes its text a link into `file`."""
    return Paragraph(bold, text, link, file)


@dataclass(frozen=True)
class Shown:
    """What a cell shows: a list of lines, texts or Paragraphs."""

    lines: list

    def __repr__(self):
        return "\n".join(textwrap.fill(str(line), WIDTH) for line in self.lines)

    def _repr_html_(self):
        return "".join(f"<p>{'<br>'.join(map(_html, block))}</p>" for block in self._blocks())

    def _blocks(self):
        """The lines, those of a list, "a) …", together."""
        blocks = []
        for line in self.lines:
            goes_on = re.match(r"[b-z]\) ", str(line)) and blocks
            blocks = [*blocks[:-1], [*blocks[-1], line]] if goes_on else [*blocks, [line]]
        return blocks


def _html(line):
    return line.html() if isinstance(line, Paragraph) else escape(line)
