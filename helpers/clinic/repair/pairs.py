"""Two changes in one statement: put together on paper, evaluated where the statement stands, run only where they compute what was wanted."""

import dataclasses
import heapq
import itertools

from helpers.clinic.repair.local import SCALED, WANTED
from helpers.clinic.repair.together import joined_words

SINGLES = 260
"""How many of a statement's cheapest changes are paired."""

MOST_PAIRS = 20000


def wanted_pairs(local, row, tick):
    """Edits of two parts each, the cheapest first, that compute what the suspect should have; `row`: its single edits, the cheapest first."""
    if not (local.usable and local.wanted):
        return
    exact, scaled = 0, 0
    for pair in itertools.islice(_pairs(list(itertools.islice(row, SINGLES)), local.source.text), MOST_PAIRS):
        tick()
        meaning, _ = local.meaning(pair)
        if meaning == WANTED:
            yield pair
            exact += 1
        elif meaning == SCALED and not exact and scaled < 5:
            yield pair
            scaled += 1
        if exact >= 8:
            return


def _pairs(singles, text):
    """Pairs of edits that touch different words, by their costs together."""
    small = [dataclasses.replace(edit, changes=tuple(part for change in edit.changes for part in smallest(text, change))) for edit in singles]
    heap = [(small[i].cost + small[i + 1].cost, i, i + 1) for i in range(len(small) - 1)]
    heapq.heapify(heap)
    while heap:
        cost, i, j = heapq.heappop(heap)
        if j + 1 < len(small):
            heapq.heappush(heap, (small[i].cost + small[j + 1].cost, i, j + 1))
        changes = (*small[i].changes, *small[j].changes)
        if _apart(changes):
            yield dataclasses.replace(small[i], cost=cost, changes=changes, words=joined_words(small[i].words, small[j].words))


def smallest(text, change):
    """The same change as one or two that touch fewer characters: what stays at both ends, or in the middle, is left alone."""
    start, end, new = change
    old = text[start:end]
    if old and new.count(old) == 1 and new != old:
        head, tail = new.split(old)
        return tuple(part for part in ((start, start, head), (end, end, tail)) if part[2])
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    while head and _inside_word(old, new, head):
        head -= 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    while tail and _inside_word(old[::-1], new[::-1], tail):
        tail -= 1
    return ((start + head, end - tail, new[head : len(new) - tail]),)


def _inside_word(old, new, at):
    """Whether a word would be cut at a place."""
    return any(0 < at < len(text) and _wordly(text[at - 1]) and _wordly(text[at]) for text in (old, new))


def _wordly(letter):
    return letter.isalnum() or letter in "_."


def _apart(changes):
    spans = sorted((start, end) for start, end, _ in changes)
    return all(a[1] <= b[0] and a != b for a, b in itertools.pairwise(spans))
