"""Partial repairs that, put together, make everything right."""

import itertools

MOST_TOGETHER = 4
TRIED = 60
"""How many sets are offered."""

OF_A_KIND = 2
"""How many repairs are kept for each set of parameters that they make right."""


def covers(partial, wrong):
    """Sets of choices whose gains together are all of `wrong`; fewest and likeliest first.

    partial : list of (Choice, frozenset of the names it makes right), the likeliest first.
    """
    by_gain = {}
    for choice, gained in partial:
        by_gain.setdefault(gained, []).append(choice)
    kept = [(choice, gained) for gained, choices in by_gain.items() for choice in choices[:OF_A_KIND]]
    found = []
    for size in range(2, MOST_TOGETHER + 1):
        for group in itertools.combinations(kept[:24], size):
            if _union(group) == wrong and _needed(group) and apart([choice for choice, _ in group]):
                found.append([choice for choice, _ in group])
        if found:
            break
    return sorted(found or _greedy(kept, wrong), key=lambda group: sum(choice.badness for choice in group))[:TRIED]


def apart(choices):
    """Whether no two changes touch the same stretch of a text."""
    spans = sorted((choice.filename, start, end) for choice in choices for start, end, _ in choice.edit.changes)
    return all(a[0] != b[0] or (a[2] <= b[1] and a[:2] != b[:2]) for a, b in itertools.pairwise(spans))


def all_applied(choices):
    """The text with the changes of all choices, which do not overlap."""
    text = choices[0].text
    for start, end, new in sorted((change for choice in choices for change in choice.edit.changes), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _greedy(kept, wrong):
    """One large set: again and again the choice that adds most."""
    group, missing = [], wrong
    while missing:
        fitting = [(choice, gained) for choice, gained in kept if gained & missing and apart([*group, choice])]
        if not fitting:
            return []
        choice, gained = max(fitting, key=lambda pair: (len(pair[1] & missing), -pair[0].badness))
        group, missing = [*group, choice], missing - gained
    return [group]


def _union(group):
    return frozenset().union(*(gained for _, gained in group))


def _needed(group):
    """Whether each of them adds something to the others."""
    return all(not gained <= _union(group[:i] + group[i + 1 :]) for i, (_, gained) in enumerate(group))
