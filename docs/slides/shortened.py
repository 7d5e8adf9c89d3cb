"""What a slide shows of a cell's prose: headings, formulas, lists, tables, code and questions, and of other prose its beginning.

A cell is written to be read alone; a slide is heard as well. What is left out is said by the teacher, who finds it in the notes.
"""

import re
from itertools import zip_longest
from typing import NamedTuple

from nbformat import NotebookNode

ENOUGH = 30  # words of plain prose; when they are on the slide, no further sentence follows
FOR_AN_ANSWER, FOR_A_QUESTION = 45, 80  # where a question is asked, its conditions are all needed
MOST = 55  # words: a first sentence that is longer stands there all the same
FENCED = r"(^```.*?^```[ \t]*$|^[ \t]*\$\$.*?\$\$[ \t]*$)"
FOLDED = r"<details><summary>(.*?)</summary>\n(.*?)</details>"
STRUCTURE = r"#{1,6} |[-*] |\d+\. |\||```|[ \t]*\$\$|!\[|<|> "
ASKED = r"\*\*(?:Predict|Question)\.\*\*"
CLAIM = r"\*\*(Verdict|A good answer)"  # what an answer comes to
SPOKEN = r"\*\*(A poor answer|Derived in)"  # the class is to find the fault; nobody clicks on a projected page
QUESTION = r"\*\*(Predict|Try|Question|Your turn|Note down)\.?\*\*"
ELSEWHERE = r"\bFurther\b|further down\]|cell above"  # a sentence that sends its reader to another place of the page
SENTENCE_END = r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!cf\.)\s+(?=[A-Z*`$\"“(\d])"


class Said(NamedTuple):
    """A text in two parts: on the slide, and left to the speaker."""

    shown: str
    rest: str


def heading_of(cell: NotebookNode) -> str | None:
    """The last heading of a markdown cell with its marks, "## What does each name stand for?"; None where it has none."""
    return (headings_of(cell) or [None])[-1]


def headings_of(cell: NotebookNode) -> list[str]:
    """All headings of a cell, in order."""
    if cell.cell_type != "markdown":
        return []
    return re.findall(r"^#{1,4} .+$", re.sub(FENCED, "", cell.source, flags=re.M | re.S), flags=re.M)


def question_of(cell: NotebookNode) -> str:
    """What a markdown cell asks of the class, to stand above the reply; "" where it asks nothing."""
    asked = [block for block in blocks(cell.source) if re.search(ASKED, block)] if cell.cell_type == "markdown" else []
    return re.split(ASKED, asked[-1])[-1].strip() if asked else ""


def blocks(text: str) -> list[str]:
    """Its paragraphs, lists, tables, formulas and pieces of code; the last two may hold empty lines."""
    parts = re.split(FENCED, text, flags=re.M | re.S)
    found = [[part] if i % 2 else re.split(r"\n[ \t]*\n", part) for i, part in enumerate(parts)]
    return [block.strip("\n") for part in found for block in part if block.strip()]


def said(text: str, whole: bool = False) -> Said:
    """Divide the source of a cell, or take the `whole`. A folded answer is opened: the fragment that it is on is what folds it here."""
    if fold := re.search(FOLDED, text, re.S):
        before = said(text[: fold.start()], whole)
        inside = Said(fold[2], "") if whole else shortened(fold[2], FOR_AN_ANSWER)
        return Said(f'{before.shown}\n\n<div class="answer">\n\n{inside.shown}\n\n</div>', f"{before.rest}\n\n{inside.rest}".strip())
    return Said(text, "") if whole else shortened(text)


def shortened(text: str, enough: int = ENOUGH) -> Said:
    """Divide prose that holds no fold."""
    shown, rest, words = [], [], 0
    enough = FOR_A_QUESTION if re.search(QUESTION, text) else enough
    aims = text.startswith("# ")  # of a chapter: what it needs and how long it takes is for its reader
    parts = blocks(text)
    for block, after in zip_longest(parts, parts[1:], fillvalue=""):
        if re.match(STRUCTURE, block) or re.search(QUESTION, block) or re.match(CLAIM, block):
            shown.append(block)
            continue
        if (aims and block.startswith("**")) or re.match(SPOKEN, block):
            rest.append(block)
            continue
        goes_on = shown and words >= enough and re.match(STRUCTURE, shown[-1]) and block[0].islower()  # a sentence round a formula
        for_slide, left = beginning(block, *((0, 1) if goes_on else (words, enough)))
        words += enough if left else len(for_slide.split())  # where a sentence is left out, none follows
        lead = re.split(SENTENCE_END, block)[-1]
        if lead in left and re.match(STRUCTURE, after) and block[-1] not in ".!?":  # without it nobody knows what the formula or the list is
            for_slide, left = f"{for_slide} {lead}".strip(), left.replace(lead, "").strip()
        shown += [for_slide] if for_slide else []
        rest += [left] if left else []
    return without_lead(shown, rest)


def without_lead(shown: list[str], rest: list[str]) -> Said:
    """Leave to the speaker the sentence with a colon at the end of all, which leads to what is not on the slide."""
    if shown and shown[-1].endswith(":") and not re.match(STRUCTURE, shown[-1]):
        *others, last = re.split(SENTENCE_END, shown[-1])
        if others or any(not block.startswith("#") for block in shown[:-1]):
            shown, rest = [*shown[:-1], *([" ".join(others)] if others else [])], [last, *rest]
    return Said("\n\n".join(shown), "\n\n".join(rest))


def beginning(paragraph: str, words: int, enough: int) -> tuple[str, str]:
    """Its first sentences, as long as fewer than `enough` words stand on the slide and it does not come to many more; and the others."""
    sentences = re.split(SENTENCE_END, paragraph)
    sends = [one for one in sentences if re.search(ELSEWHERE, one)]
    sentences = [one for one in sentences if one not in sends]
    taken = 0
    while taken < len(sentences) and words < enough:
        words += len(sentences[taken].split())
        if words > max(MOST, enough) and taken:
            break
        taken += 1
    return " ".join(sentences[:taken]), " ".join(sentences[taken:] + sends)


def without_links(text: str) -> str:
    """The words of a link to another notebook or heading: a deck stands alone, and nobody clicks on a projected page."""
    text = re.sub(r"\s*\(\[[^\]]+\]\((?![a-z]+:)[^)]*\)\)", "", text)  # a link in parentheses says only where to look
    return re.sub(r"(?<!!)\[([^\]]+)\]\((?![a-z]+:)[^)]*\)", r"\1", text)
