"""Which of several repairs that all work a person would write: small, in the likeliest line, like its siblings, with names for sizes.

A repair is compared by its `badness`: the cost of its kind, the place of its line among the suspects, the words that it changes, numbers
that happen to equal a size, and lines that were written for the clinic. Being written as the lines of the other layers are counts for it.
"""

import ast
import difflib
import io
import re
import tokenize

from helpers.clinic.repair.candidates import place_cost
from helpers.clinic.repair.outcome import touched

WORD = 0.12
"""Badness of each word that changes."""

GONE = 0.02
"""The same of each that only goes."""

SIMPLER = -0.3
"""A change that only takes something away, and more than a word: that makes nothing right by accident."""

LEFT_OUT = 0.5
"""A line that goes altogether."""

LINE = 0.2
"""The same of each line that a change touches after the first."""

NUMBER = 1.0
SIZE_AS_NUMBER = 2.0
"""A new number that nobody writes every day, and one that happens to be a size."""

HANDED_OVER = 5.0
LIKE_SIBLING, UNLIKE_SIBLING = -0.7, 0.4
"""Being written as the same line of another layer; not being so any more."""

BARE = -0.35
"""A line that only gives a value another name has lost something, mostly."""

LISTED = 0.7
"""A line that only hands on or returns names is left as it is, rather."""

LATE = 0.6
"""What the last line costs more than the first: a wrong value is set right where it arises."""

MISPLACED = 0.8
"""A learning rate anywhere but in an update, or anything but a rate in one."""

DOWNHILL, UPHILL = -0.6, 0.3
"""A step that goes the other way: from += to -=, and from -= to +=."""

FAR = 1.3
"""What a place among the suspects costs at most: far down it says nothing."""

FORWARD_SCALE = -0.7
"""A root by which the forward pass divides as well, beside a number that happens to equal it."""

AREA = -0.3
"""The size of a window or an image over which the forward pass takes a mean, beside a name that happens to equal it."""

ORPHANED = 0.5
"""Taking away the only use of a name: mostly something is missing beside it, and nothing is wrong with it."""

ONE = 0.8
"""A factor or divisor that happens to be 1."""

_ROOT = re.compile(r"sqrt\([\w.\[\]-]+\)")
"""The root of a size."""

_EVERYDAY = {0, 1, 2, -1, 0.5}
_RATE = re.compile(r"(?i)\b(?:lr|\w*rate|eta|alpha|step_?size)\b")


class Judge:
    """Says how likely a repair is, knowing the sizes of the parameters and which code was written for the clinic."""

    def __init__(self, subject, points):
        self.sizes = {float(n) for value in points[0].values.values() for n in (*getattr(value, "shape", ()), getattr(value, "size", 0))}
        self.parameters = {word for name in points[0].values for word in re.findall(r"[^\W\d]\w*", name)[:1]}
        self.adapters = [(code.co_filename, _lines(code)) for code in subject.handed_over]

    def badness(self, candidate):
        """Small where the repair is likely."""
        source, edit, statement = candidate.source, candidate.edit, candidate.suspect.statement
        before, after = _statement_texts(source.text, statement, edit)
        changed, gone = words_changed(edit, source.text)
        total = edit.cost + min(place_cost(candidate.place, candidate.suspect), FAR) + WORD * changed + GONE * gone
        total += (LEFT_OUT if edit.kind == "left out" else SIMPLER * (changed <= 1 and gone >= 4))
        total += self._numbers(edit, source.text) if edit.kind != "area" else AREA
        total += HANDED_OVER * any(source.filename == name and statement.lineno in lines for name, lines in self.adapters)
        total += LINE * (max(text.count("\n") for text in touched(source.text, edit.applied(source.text))))
        total += _turned(statement, after) + FORWARD_SCALE * any(_ROOT.search(new) for _, _, new in edit.changes)
        total += ORPHANED * _orphans(source.tree, before, after)
        total += BARE * (_is_bare(before) - _is_bare(after)) + LISTED * _only_names(statement)
        total += MISPLACED * (_misplaced(statement, before, after) and edit.kind != "assignment")
        if after is not None:
            siblings = sibling_patterns(source.tree, statement)
            like = pattern(after) in siblings or (edit.kind == "sibling" and _is_step(statement))
            total += LIKE_SIBLING * like + UNLIKE_SIBLING * (pattern(before) in siblings)
        return total

    def _numbers(self, edit, text):
        """What new numbers cost."""
        total = 0.0
        for start, end, new in edit.changes:
            old = _numbers_in(text[start:end])
            for number in _numbers_in(new):
                if number not in old:
                    total += 0.1 if number in _EVERYDAY else SIZE_AS_NUMBER if number in self.sizes else NUMBER
            total += SIZE_AS_NUMBER * any(name in self.parameters for name in _counted(new))
        return total


def _is_step(statement):
    """Whether a statement is an update in a comprehension, whose sibling is known by what it does and not by a number."""
    return isinstance(getattr(statement, "value", None), ast.ListComp)


def _orphans(tree, before, after):
    """Whether a change takes away the only use of a name that the file sets for it: somebody made it to be used."""
    gone = set(re.findall(r"(?<![\w.])[^\W\d]\w*", before)) - set(re.findall(r"(?<![\w.])[^\W\d]\w*", after or before))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in gone] if gone else []
    uses = [node.id for node in names if isinstance(node.ctx, ast.Load)]
    return any(uses.count(node.id) == 1 for node in names if isinstance(node.ctx, ast.Store))


def _turned(statement, after):
    """What it costs that an update goes the other way: little from += to -=, since a step along the gradient climbs; more back."""
    old = type(statement.op) if isinstance(statement, ast.AugAssign) else None
    if after is None or old not in (ast.Add, ast.Sub) or not _RATE.search(after):
        return 0.0
    new = getattr(ast.parse(after).body[0], "op", None)
    return {(ast.Add, ast.Sub): DOWNHILL, (ast.Sub, ast.Add): UPHILL}.get((old, type(new)), 0.0)


def _only_names(statement):
    """Whether a statement returns or assigns several names and computes nothing."""
    value = getattr(statement, "value", None)
    return isinstance(value, (ast.Tuple, ast.List)) and all(isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) for part in value.elts)


def _misplaced(statement, before, after):
    """Whether a change brings a rate into a line that is no update, or something else into an update."""
    if after is None or not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return False
    rated = len(_RATE.findall(after)) - len(_RATE.findall(before))
    updating = isinstance(statement, ast.AugAssign) or _reads_its_target(statement)
    return rated == 0 and bool(_RATE.search(before)) if updating else rated > 0


def _reads_its_target(statement):
    target = ast.unparse(statement.targets[0])
    return any(isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and ast.unparse(node) == target for node in ast.walk(statement.value))


def _is_bare(text):
    """Whether a statement only gives a value another name."""
    return bool(text and re.fullmatch(r"\w+ = \w+", text))


def words_changed(edit, text):
    """(words, signs and brackets that come or are others, those that only go)."""
    changed = gone = 0
    for start, end, new in edit.changes:
        old, fresh = _words(text[start:end]), _words(new)
        for tag, i, k, j, l in difflib.SequenceMatcher(None, old, fresh, autojunk=False).get_opcodes():
            if tag != "equal":
                changed, gone = changed + l - j, gone + max(k - i - (l - j), 0)
    return changed, gone


def _words(text):
    return re.findall(r"\w+(?:\.\d+)?|[^\w\s]", text)


def _counted(text):
    """Names of which a text takes the size: pesos of self.pesos[-1].size and of len(pesos)."""
    found = re.findall(r"([\w.]+)(?:\[[^\]]*\])?(?:\.T)?\.(?:size|shape)\b|len\(([\w.]+)", text)
    return {(a or b).rsplit(".", 1)[-1] for a, b in found}


def _numbers_in(text):
    found = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NUMBER:
                found.add(float(ast.literal_eval(token.string)) if "j" not in token.string.lower() else 0.0)
    except (tokenize.TokenError, IndentationError, SyntaxError, ValueError):
        pass
    return found


def pattern(text):
    """A statement with its layers counted from the one that it is for: `dW2 = dZ2 @ A1.T` and `dW3 = dZ3 @ A2.T` have one pattern.

    None where its target has no number.
    """
    match = re.match(r"\s*[\w.\[\]'\"]*?(\d)", text.split("=")[0])
    if not match or "=" not in text:
        return None
    own = int(match[1])
    return " ".join(re.sub(r"(?<=[A-Za-z_])(\d)", lambda m: f"<{int(m[1]) - own}>", word) for word in _words(text))


def sibling_patterns(tree, statement):
    """Patterns of the other assignments of the same block of code."""
    kinds = (ast.Assign, ast.AugAssign)
    return {pattern(ast.unparse(node)) for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno != statement.lineno} - {None}


def _statement_texts(text, statement, edit):
    """(the statement, the statement after the change), both as Python writes them; None where it is not one statement any more."""
    before = ast.unparse(statement)
    try:
        after = edit.applied(text)
        line = statement.lineno
        for node in ast.walk(ast.parse(after)):
            if type(node) is type(statement) and getattr(node, "lineno", None) == line and node.col_offset == statement.col_offset:
                return before, ast.unparse(node)
    except SyntaxError:
        pass
    return before, None


def _lines(code):
    lines = [line for _, _, line in code.co_lines() if line]
    return range(min(lines, default=0), max(lines, default=-1) + 1)
