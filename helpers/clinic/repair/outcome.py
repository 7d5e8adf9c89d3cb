"""What the search found: for each fault what to write, where, and what else would do."""

import difflib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """One repair that was run: the change, where it stands, and how likely it is (small is likely)."""

    filename: str
    statement: object
    edit: object
    text: str
    badness: float
    suspect: object = None

    @property
    def line(self):
        """The first line that the change touches, in the text it was made for; of lines that only come, the one beside them."""
        if self.beside is not None:
            return self.beside
        return min(self.text.count("\n", 0, start) + 1 + _leading_breaks(self.text, start, end) for start, end, _ in self.edit.changes)

    @property
    def after(self):
        """The whole text with the change."""
        return self.edit.applied(self.text)

    @property
    def source(self):
        """The learner's lines that the change touches, as they stand; of lines that only come, the one beside them."""
        return touched(self.text, self.after)[0] if self.beside is None else self.text.splitlines()[self.beside - 1]

    @property
    def written(self):
        """What stands there instead; empty where lines only go."""
        written = touched(self.text, self.after)[1]
        if self.beside is None:
            return written
        own = self.text.splitlines()[self.beside - 1]
        return f"{own}\n{written}" if self.comes_after else f"{written}\n{own}"

    @property
    def beside(self):
        """The line of the statement after or before which lines come, where the change only adds lines; None for other changes."""
        ((start, end, new), *others) = self.edit.changes
        if others or start != end or not new.endswith(("\n", "\r")) or (start and self.text[start - 1] not in "\r\n"):
            return None
        line = self.text.count("\n", 0, start) + (0 if self.comes_after else 1)
        return line if line and self.text.splitlines()[line - 1].strip() else None

    @property
    def added(self):
        """The lines that come, on one line, where the change only adds lines; "" for other changes."""
        return "" if self.beside is None else " ".join(self.edit.changes[0][2].split())

    @property
    def comes_after(self):
        """Whether a line that is added comes after the statement."""
        start = self.edit.changes[0][0]
        return self.text.count("\n", 0, start) >= self.statement.lineno


@dataclass(frozen=True)
class Step:
    """One fault: the chosen repair, the parameters it makes right, and other repairs that work as well.

    `line` counts in the file as the learner wrote it, also where an earlier step moved lines.
    """

    choice: Choice
    line: int
    gained: frozenset
    others: tuple = ()

    @property
    def filename(self):
        """Of the file that is changed."""
        return self.choice.filename

    @property
    def statement(self):
        """The one that is changed."""
        return self.choice.statement

    @property
    def edit(self):
        """The change itself."""
        return self.choice.edit

    @property
    def suspect(self):
        """What spoke against the statement."""
        return self.choice.suspect


@dataclass(frozen=True)
class Outcome:
    """Steps, one for each fault; `texts` {filename: whole text with them}; `complete` where all gradients are right with them.

    `wrong`: the parameters that are still wrong. `tried`: changes that were run. `seconds` of processor time.
    """

    steps: tuple = ()
    texts: dict = field(default_factory=dict)
    complete: bool = False
    wrong: frozenset = frozenset()
    tried: int = 0
    seconds: float = 0.0


def line_before(original, text, line):
    """The line of `original` that stands at `line` of `text`, or that was there before it was changed."""
    old, new = original.splitlines(), text.splitlines()
    for tag, i, k, j, l in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if j < line <= l:
            return i + line - j if tag == "equal" else min(i + line - j, max(k, i + 1))
    return min(line, max(len(old), 1))


def _leading_breaks(text, start, end):
    """How many line breaks a changed stretch begins with: the change is seen below them."""
    stretch = text[start:end]
    return len(stretch) - len(stretch.lstrip("\n")) if stretch.strip() else 0


def touched(old, new):
    """(old lines, new lines) between the first and the last line that differ."""
    a, b = old.splitlines(), new.splitlines()
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    return "\n".join(a[head : len(a) - tail]), "\n".join(b[head : len(b) - tail])


def difference(before, after):
    """The change ((start, end, new),) that makes one text of another."""
    head = _alike(before, after)
    tail = min(_alike(before[::-1], after[::-1]), len(before) - head, len(after) - head)
    return ((head, len(before) - tail, after[head : len(after) - tail]),)


def _alike(a, b):
    """How many first letters two texts share."""
    return next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
