"""Make a complete repair as small as it can be: without steps that turn out not to be needed, and with one step for one statement."""

import ast
import dataclasses

from helpers.clinic.repair.outcome import difference


def without_needless(steps, texts, is_right):
    """(steps, texts) without the steps that can be taken back: `is_right(texts)` says whether everything is right with texts."""
    for step in steps:
        if len(steps) > 1:
            fewer = taken_back(step, texts)
            if fewer is not None and is_right(fewer):
                steps, texts = tuple(other for other in steps if other is not step), fewer
    return steps, texts


def taken_back(step, texts):
    """The texts with the lines of a step as they were before it; None where a later step changed these lines again."""
    choice = step.choice
    old, new = choice.source.split("\n"), choice.written.split("\n")
    lines = texts[choice.filename].split("\n")
    if not choice.written:
        return None
    places = [i for i in range(len(lines) - len(new) + 1) if lines[i : i + len(new)] == new]
    if not places:
        return None
    at = min(places, key=lambda i: abs(i + 1 - choice.line))
    return texts | {choice.filename: "\n".join(lines[:at] + old + lines[at + len(new) :])}


def merged(steps):
    """Steps in which those that change the same line one after the other are one."""
    found = []
    for step in steps:
        same = next((k for k, other in enumerate(found) if _follows(step, other)), None)
        if same is None:
            found.append(step)
        else:
            found[same] = _as_one(found[same], step)
    return tuple(found)


def line_by_line(steps):
    """Steps in which a change that was made in several statements at once is one for each of them."""
    return tuple(part for step in steps for part in _parts(step))


def _parts(step):
    choice = step.choice
    if " in " not in choice.edit.kind:
        return [step]
    tree = ast.parse(choice.text)
    groups = {}
    for change in choice.edit.changes:
        line = choice.text.count("\n", 0, change[0]) + 1
        groups.setdefault(_statement_at(tree, line), []).append(change)
    if len(groups) < 2:
        return [step]
    found = []
    for statement, changes in groups.items():
        edit = dataclasses.replace(choice.edit, changes=tuple(changes), kind=choice.edit.kind.split(" in ")[0])
        part = dataclasses.replace(choice, statement=statement or choice.statement, edit=edit)
        edit = dataclasses.replace(
            edit, before=part.source.strip(), after=part.written.strip(), words=f"{part.source.strip()} → {part.written.strip()}"
        )
        here = step.line + part.line - choice.line
        found.append(dataclasses.replace(step, choice=dataclasses.replace(part, edit=edit), line=here, others=() if found else step.others))
    return found


def _statement_at(tree, line):
    """The innermost statement that begins at or before a line and ends after it."""
    around = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno]
    return max(around, key=lambda node: (node.lineno, -node.end_lineno), default=None)


def _follows(step, other):
    """Whether a step changes the lines that another one wrote, in the text that it left."""
    return step.filename == other.filename and step.choice.text == other.choice.after and step.choice.source == other.choice.written != ""


def _as_one(first, second):
    a, b = first.choice, second.choice
    changes = difference(a.text, b.after)
    told = {"before": a.source.strip(), "after": b.written.strip(), "words": f"{a.source.strip()} → {b.written.strip()}"}
    edit = dataclasses.replace(a.edit, cost=a.edit.cost + b.edit.cost, changes=changes, **told)
    choice = dataclasses.replace(a, edit=edit, badness=a.badness + b.badness)
    return dataclasses.replace(first, choice=choice, gained=first.gained | second.gained, others=())
