"""What a change of the learner's line says about the mistake: its family, and a sentence in the learner's own names.

The sentences say what the line does and what the changed line does instead; the reason is given only where it holds whatever the network is.
"""

import ast
import re

from helpers.clinic.repair.entries import chain
from helpers.clinic.repair.expressions import key
from helpers.clinic.repair.sentences import BUILDING, RULES, say, targets


def explained(edit, after=None):
    """(family, sentence) of an Edit, or of a statement's text before and after.

    The family is one of `helpers.clinic.network.findings.FAMILIES`, "none" where the change fits none of them.
    """
    if after is None and " → " in edit.words and "; " in edit.words:
        return _joined(edit)
    kind, before = (edit.kind, edit.before) if after is None else ("", edit)
    if after is None and kind in _WHOLE:
        return _WHOLE[kind](edit)
    try:
        old, new = _parsed(before), _parsed(edit.after if after is None else after)
    except (SyntaxError, ValueError, AttributeError, IndexError):
        return "none", "The line is changed as shown."
    if kind.split(" in ")[0] in _WHOLE:
        return _WHOLE[kind.split(" in ")[0]](edit)
    return _statements(old, new)


def _joined(edit):
    """Two changes that are made as one: what is said of each."""
    told = []
    for part in re.split(r"; (?=[^→]+ → )", edit.words):
        before, _, after = part.partition(" → ")
        told.append(explained(before, after))
    families = [family for family, _ in told if family != "none"]
    return (families or ["none"])[0], " ".join(dict.fromkeys(sentence for _, sentence in told))


def _parsed(text):
    """The first statement of a text, one that holds others without them."""
    text = text.strip().splitlines()[0] if "\n" in text and ":" not in text.splitlines()[0] and _alone(text.strip().splitlines()[0]) else text.strip()
    text = text[2:] if text.startswith("elif") else text
    return ast.parse(text + " pass" if text.endswith(":") else text).body[0]


def _alone(row):
    try:
        ast.parse(row)
    except SyntaxError:
        return False
    return True


def _order(edit):
    done = re.sub(r"^move ", "", edit.words)
    target = re.match(r"\s*([\w.\[\]'\" -]+?)\s*(?:[-+*/]?=)(?!=)", edit.before)
    changed = re.findall(r"(?m)^\s*([\w.]+(?:\[[^\]]*\])?)\s*[-+*/]=", edit.before)
    what = changed[0] if changed else target[1] if target else None
    why = (
        f"{say(what)} is changed before another line has read its old value"
        if changed
        else "a value is read before, or after, the line that it belongs with"
    )
    return "update_order", f"The order of the lines matters here: {why}. {_capital(done)}: {_after_words(edit.words)}"


def _after_words(words):
    return (
        "then every line reads what the forward pass used."
        if words.startswith(("move", "compute", "exchange"))
        else "then it is done when it should be."
    )


def _capital(text):
    return text[:1].upper() + text[1:]


def _dedented(edit):
    return "update_order", f"These lines are carried out in each pass of a loop or condition to which they do not belong: {edit.words}."


def _indented(edit):
    return "update_order", f"These lines belong inside: as they stand they are carried out once, after the last pass. {_capital(edit.words)}."


def _assignment(edit):
    old, new = (_parsed(text) for text in (edit.before, edit.after))
    target = say(old.target if isinstance(old, ast.AugAssign) else old.targets[0])
    if isinstance(old, ast.AugAssign) and isinstance(new, ast.AugAssign):
        if isinstance(old.op, ast.Add | ast.Sub) and isinstance(new.op, ast.Add | ast.Sub):
            return "sign", f"The step goes the wrong way: {target} has to {'fall' if isinstance(new.op, ast.Sub) else 'grow'} by this value."
        return (
            "scale",
            f"{target} is {'divided' if isinstance(new.op, ast.Div) else 'multiplied'} here in the changed line, and the opposite in yours.",
        )
    if isinstance(new, ast.AugAssign):
        if isinstance(new.op, ast.Mult | ast.Div):
            return "wrong_derivative", f"`=` puts {say(old.value)} in place of what {target} holds; the changed line scales what came from above."
        return "missing_term", f"`=` puts this value in place of what {target} holds; the changed line adds to it."
    return "missing_term", f"{target} holds a value already, and this line changes that instead of setting it anew."


def _in_place(edit):
    target = _parsed(edit.before)
    name = say(target.target) if isinstance(target, ast.AugAssign) else "the array"
    return (
        "in_place",
        f"This line writes into the array itself, and every other name for the same array changes too; the changed line gives {name} a new one.",
    )


def _removed(edit):
    return "scale" if re.search(
        r"[/*]=", edit.before
    ) else "none", f"The line {say(edit.before.strip())} is one too many: without it the gradients are right."


def _missing(edit):
    added = [new.strip("; \t\r\n") for *_, new in edit.changes if new.strip()]
    return "missing_term", f"There is no line {say(added[0] if added else edit.after)}: what it should set is never set."


def _repeated(edit):
    target = _parsed(edit.before).target
    return (
        "missing_term",
        f"{say(target)} with a repeated index is changed once, not once for each time that the index stands in {say(target.slice)}: "
        "what belongs to the others is lost. `np.add.at` adds all of them.",
    )


def _taken(edit):
    name = edit.after.split("=")[0].strip()
    return "missing_term", f"What {say(edit.before)} returns is not kept: the next line goes on with the old {say(name)}."


def _missing_target(edit):
    old, new = (targets(_parsed(text)) for text in (edit.before, edit.after))
    return "missing_term", f"No line reads {say(old)}: what is computed here has to go on as {say(new)}."


def _copied(edit):
    if edit.plan is None:
        name = edit.after.split("=")[0].strip()
        kind = "dtype" if "astype" in edit.after else "in_place"
        return kind, f"The lines below write into {say(name)}, which the caller still uses; they need an array of their own."
    return "in_place", "Both names stand for one array: what changes one of them changes the other. The changed line makes a copy."


def _permuted(edit):
    return (
        "transpose",
        "The axes are in the wrong order: flattened or multiplied, the numbers stand elsewhere than those of the forward pass. "
        "The changed line lays them out as it does.",
    )


def _area(edit):
    old, new = (_parsed(text).value for text in (edit.before, edit.after))
    if isinstance(old, ast.Name):
        return "scale", f"A mean over several axes counts all of them: {say(new)} numbers, not {say(old)}."
    return "scale", "The forward pass takes a mean over so many numbers, and each of them gets its share: the slope has to be divided by that."


def _leak(edit):
    new = say(_parsed(edit.after).value)
    return "wrong_derivative", f"Where its condition does not hold the function is not flat, so its slope there is not 0: {new}."


def _one_hot(edit):
    name, by = (ast.unparse(part) for part in (_parsed(edit.before).target.value, _parsed(edit.after).value))
    return (
        "scale",
        f"{say(name)} was scaled before the 1 is taken off for the right answer, so the 1 has to be scaled as well: {say(by)}.",
    )


_WHOLE = {
    "order": lambda edit: _order(edit) if edit.plan is None else _statements(_parsed(edit.before), _parsed(edit.after)),
    "dedent": _dedented, "indent": _indented, "assignment": _assignment,
    "in place": lambda edit: _in_place(edit) if edit.plan is None else _statements(_parsed(edit.before), _parsed(edit.after)),
    "repeated": _repeated, "permutation": _permuted, "one-hot": _one_hot, "area": _area, "leak": _leak,
    "taken": _taken, "target": _missing_target, "left out": _removed, "missing line": _missing, "copy": _copied,
}  # fmt: skip


def _statements(old, new):
    changed = []
    for name in ("value", "test", "iter"):
        a, b = getattr(old, name, None), getattr(new, name, None)
        if isinstance(a, ast.expr) and isinstance(b, ast.expr):
            changed += _pairs(a, b, old, old)
    if not changed:
        if type(old) is not type(new) and isinstance(old, ast.Assign | ast.AugAssign) and isinstance(new, ast.Assign | ast.AugAssign):
            return "missing_term", "The line sets the array anew where it should add to it, or the other way round."
        places = [s.targets[0] if isinstance(s, ast.Assign) else getattr(s, "target", None) for s in (old, new)]
        told = _change(places[0].slice, places[1].slice, old, places[0]) if _same_array(*places) else None
        if told is not None and "one off" in told[1]:
            return told
        if told is not None and all(isinstance(place.slice, ast.Compare) for place in places):
            return "wrong_derivative", _chosen(places[0].slice, places[1].slice)
        return "wrong_layer", f"The line sets {say(targets(old))}, and should set {say(targets(new))}."
    told = {}
    for a, b, parent in changed:  # one name for another at several places is one mistake, told by the place that says most
        said = (key(a), key(b))
        family, sentence = _change(a, b, old, parent)
        if said not in told or told[said][0] == "wrong_layer":
            told[said] = family, sentence
    return next(iter(told.values()))[0], " ".join(dict.fromkeys(sentence for _, sentence in told.values()))


def _chosen(a, b):
    """One comparison for another, as the index of what a line sets."""
    equal = [{ast.Lt: ast.LtE, ast.Gt: ast.GtE}.get(type(x.ops[0])) is type(y.ops[0]) and key(x.left) == key(y.left) for x, y in ((a, b), (b, a))]
    if any(equal) and key(a.comparators[0]) == key(b.comparators[0]):
        also = "has to be set as well" if equal[0] else "must stay as it is"
        return f"Where both sides of {say(a)} are equal, an entry {also}: {say(b)}."
    return f"The line sets the entries where {say(a)}; those where {say(b)} have to be set."


def _same_array(a, b):
    return isinstance(a, ast.Subscript) and isinstance(b, ast.Subscript) and key(a.value) == key(b.value)


def _pairs(a, b, statement, parent):
    """[(expression, what it becomes, the node above it)]: the smallest parts of two expressions that have something to say."""
    if key(a) == key(b):
        return []
    if isinstance(a, ast.Subscript) and isinstance(b, ast.Subscript) and key(chain(a)[0]) == key(chain(b)[0]):
        return [(a.slice, b.slice, a)] if key(a.value) == key(b.value) else [(a, b, parent)]
    if type(a) is not type(b) or isinstance(a, ast.JoinedStr) or any(rule(a, b, statement, parent) for rule in BUILDING):
        return [(a, b, parent)]
    found = []
    for name in a._fields:
        mine, new = getattr(a, name, None), getattr(b, name, None)
        if isinstance(mine, ast.expr) and isinstance(new, ast.expr):
            found += _pairs(mine, new, statement, a)
        elif isinstance(mine, list) and isinstance(new, list) and len(mine) == len(new):
            for x, y in zip(mine, new, strict=True):
                if isinstance(x, ast.keyword) and isinstance(y, ast.keyword) and x.arg == y.arg:
                    found += _pairs(x.value, y.value, statement, x)
                elif isinstance(x, ast.expr) and isinstance(y, ast.expr):
                    found += _pairs(x, y, statement, a)
                elif key(x) != key(y):
                    return [(a, b, parent)]
        elif name not in ("ctx", "kind") and key(mine) != key(new):
            return [(a, b, parent)]
    return found if len(found) <= 3 else [(a, b, parent)]


def _change(a, b, statement, parent):
    """(family, sentence) for an expression a that becomes b."""
    for rule in RULES:
        told = rule(a, b, statement, parent)
        if told:
            return told
    family = "wrong_layer" if isinstance(b, ast.Name | ast.Attribute | ast.Subscript) else "none"
    return family, f"{say(a)} stands where {say(b)} should."
