"""What pages need to be read on a phone, as far as a style sheet alone cannot know it."""

from docutils import nodes

PROSE = 18  # letters: a column that holds more in some cell holds sentences, and must not be squeezed to a word a line
CLOSING = tuple(".,;:?!)")
WORD_JOINER = "\u2060"


def fit_narrow_pages(app, doctree) -> None:
    """Mark the columns of tables that hold sentences, and keep what closes a sentence on one line with the formula before it."""
    for table in doctree.findall(nodes.table):
        mark_prose(table)
    for formula in doctree.findall(nodes.math):
        after = formula.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and after.startswith(CLOSING):
            after.parent.replace(after, nodes.Text(WORD_JOINER + after))


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
