"""What pages need to be read on a phone, as far as a style sheet alone cannot know it."""

import re

from docutils import nodes

PROSE = 24  # letters: a column that holds more in some cell holds sentences, and must not be squeezed to a word a line
CLOSING = re.compile(r"[.,;:?!)\]]+|['’]s?\b")
SHORT = 24  # letters of a formula's source: it and what follows fit one line anywhere


def fit_narrow_pages(app, doctree) -> None:
    """Mark the columns of tables that hold sentences, and keep what closes a sentence on one line with the formula before it."""
    for table in doctree.findall(nodes.table):
        mark_prose(table)
    for formula in list(doctree.findall(nodes.math)):
        after = formula.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and len(formula.astext()) <= SHORT and (closing := CLOSING.match(after)):
            keep_together(formula, after, closing[0])


def keep_together(formula: nodes.math, after: nodes.Text, closing: str) -> None:
    """Put a formula and the beginning of the text after it into an element that is not broken."""
    unbroken = nodes.inline(classes=["unbroken"])
    formula.replace_self(unbroken)
    unbroken += [formula, nodes.Text(closing)]
    unbroken.parent.replace(after, nodes.Text(after[len(closing) :]))


def mark_prose(table: nodes.table) -> None:
    """Give each cell of a column of sentences the class `prose`."""
    rows = [[cell for cell in row.children if isinstance(cell, nodes.entry)] for row in table.findall(nodes.row)]
    for column in zip(*rows, strict=True):
        if max(map(letters, column)) > PROSE:
            for cell in column:
                cell["classes"].append("prose")


def letters(cell: nodes.entry) -> int:
    """How many letters a cell shows, about; the source of a formula is longer than the formula."""
    return sum(len(text) // (3 if isinstance(text.parent, nodes.math) else 1) for text in cell.findall(nodes.Text))
