"""A loss that can be had although the code behind it raises: one function gives loss and gradients, and stops on the way to the gradients.

The statements on which the loss does not depend are left out of the learner's functions, in memory: by their text they become `pass`, and
what is returned beside the loss becomes None. Which of the things returned is the loss is tried: the others give no number.
"""

import ast
import contextlib
import copy
import re

from helpers.clinic.model import texts as known
from helpers.clinic.model.flow import Effects, Functions
from helpers.clinic.model.slices import needed_for
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.syntax import blocks, inside

MOST = 40
"""Calls of the loss that the search for a cut takes at most."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOSS = re.compile(r"(?i)loss|cost|err|^j$|nll|objective|total")


class Cut:
    """Functions that run without what the loss does not need; `within()` is a context in which they do.

    Attributes
    ----------
    chosen : dict
        {(filename, qualified name, how many of that name stand before): which of the things returned is the loss, None for the only one}
    texts : dict
        {filename: text} of the code, where it has been edited.
    """

    def __init__(self, patches):
        self.chosen, self.texts, self._patches, self._ready, self._functions = {}, {}, patches, {}, {}

    def within(self):
        """The context in which the loss is asked for."""
        return self._patches.running(self._changes()) if self.chosen else contextlib.nullcontext()

    def _changes(self):
        key = tuple(self.chosen.items()), tuple(self.texts.items())
        if self._ready.get("key") != key:
            self._ready = {"key": key, "changes": self._patches.prepared(self._written())}
        return self._ready["changes"]

    def _written(self):
        """{filename: text without what the loss does not need}."""
        found = {}
        for filename in {filename for filename, _, _ in self.chosen}:
            source = known.source_of(filename)
            if filename not in self._functions:
                self._functions[filename] = Functions(source.tree)  # an edit of a line hardly changes what a function does to others
            chosen = {(name, k): which for (file, name, k), which in self.chosen.items() if file == filename}
            found[filename] = shortened(self.texts.get(filename) or source.text, chosen, self._functions[filename])
        return found

    # --- the search ----------------------------------------------------------------------------------------------------

    def find(self, ask):
        """Whether `ask()`, which raises Trouble, gives a loss with some cut, which is kept then."""
        left = [MOST]
        with self._patches.held():
            return self._found(ask, left)

    def _found(self, ask, left):
        left[0] -= 1
        try:
            ask()
            return True
        except (Trouble, SyntaxError, ValueError) as what:
            cause = getattr(what, "cause", None)
        before = dict(self.chosen)
        for place, node in reversed(_frames(cause)):
            if place in before:
                continue
            for which in _returned(node):
                self.chosen = {**before, place: which}
                if left[0] > 0 and self._found(ask, left):
                    return True
        self.chosen = before
        return False


def _frames(error):
    """[((filename, qualified name, how many of that name before), function)] of theirs through which an exception came, the innermost last."""
    found, step = [], getattr(error, "__traceback__", None)
    while step is not None:
        code = step.tb_frame.f_code
        source = known.source_of(code.co_filename) if known.is_theirs(code) else None
        for (name, k), node in functions_of(source.tree).items() if source else ():
            if name == code.co_qualname and known.first_line(node) == code.co_firstlineno:
                found.append(((code.co_filename, name, k), node))
        step = step.tb_next
    return found


def functions_of(tree):
    """{(qualified name, how many of that name stand before): function}."""
    found, counts = {}, {}

    def walk(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
                name = prefix + child.name
                if isinstance(child, _FUNCTIONS):
                    found[name, counts.setdefault(name, 0)] = child
                    counts[name] += 1
                walk(child, f"{name}." if isinstance(child, ast.ClassDef) else f"{name}.<locals>.")
            else:
                walk(child, prefix)

    walk(tree, "")
    return found


def _returned(node):
    """Which of the things that a function returns may be the loss, the likeliest first; [None] where it returns one."""
    returns = [one for one in inside(node.body) if isinstance(one, ast.Return) and one.value is not None]
    parts = max((_parts(one.value) for one in returns), key=len, default=[])
    order = sorted(range(len(parts)), key=lambda k: not _LOSS.search(parts[k][0]))
    return order or [None]


def _parts(value):
    """(what it is called, expression) of each thing in a tuple, a list or a dict that is returned."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return [(ast.unparse(one), one) for one in value.elts]
    if isinstance(value, ast.Dict):
        return [(ast.unparse(key) if key else "", one) for key, one in zip(value.keys, value.values, strict=True)]
    return []


def cut_where_needed(cut, ask):
    """Let a loss that raises be computed without what raises, if it can; notes."""
    try:
        ask()
    except Trouble as what:
        if not isinstance(what.cause, Exception) or not cut.find(ask):
            raise
        where = f"line {what.line}" if what.line else "what"
        return [f"Your loss comes from code that stops on the way to the gradients: it was computed without {where} and what else it does not need."]
    return []


# --- the text ------------------------------------------------------------------------------------------------------------


def shortened(text, chosen, functions):
    """A text in which functions do nothing but what one thing needs that they return; every line keeps its number.

    chosen : {(qualified name, how many of that name before): which thing, None where it is the only one}; functions : Functions of the file.
    """
    named, spans = functions_of(ast.parse(text)), []
    for key, which in chosen.items():
        spans += _left_out(named[key], which, functions)
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def at(line, column):
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    for node, new in sorted(spans, key=lambda span: (-span[0].lineno, -span[0].col_offset)):
        start, end = at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)
        text = text[:start] + new + "\n" * text[start:end].count("\n") + text[end:]
    return text


def _left_out(function, which, functions):
    """[(node, what stands in its place)]: statements that the chosen thing does not need, and the other things returned."""
    slim = _Flat(functions.imported).visit(copy.deepcopy(function))
    spans, needed = [], set()
    for one, flat in zip(_returns(function), _returns(slim), strict=True):
        parts = _parts(one.value) if which is not None and one.value is not None else []
        spans += [(part, "None") for k, (_, part) in enumerate(parts) if k != which]
        flat_parts = _parts(flat.value) if parts else []
        flat.value = flat_parts[which][1] if which is not None and which < len(flat_parts) else flat.value
        needed |= {part.id for part in ast.walk(flat) if isinstance(part, ast.Name)}
    body = [one for one in slim.body if not isinstance(one, ast.Return)]
    kept, _ = needed_for(body, needed, _Fine(functions, slim), set())
    there = {_place(one) for one in inside(kept)} | {_place(one) for one in _returns(function)}
    return spans + _unneeded(function.body, there)


def _unneeded(block, there):
    found = []
    for one in block:
        inner = [two for part in blocks(one) for two in part] if not isinstance(one, (*_FUNCTIONS, ast.ClassDef)) else []
        if _place(one) in there and isinstance(one, (ast.If, ast.For, ast.While, ast.With)):
            found += _unneeded(inner, there)
        elif _place(one) not in there and not any(_place(two) in there for two in inside(inner)) and not _is_text(one):
            found.append((one, "pass"))
        elif inner and _place(one) not in there:
            found += _unneeded(inner, there)
    return found


def _is_text(one):
    return isinstance(one, (ast.Global, ast.Nonlocal)) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))


def _returns(function):
    return [one for one in inside(function.body) if isinstance(one, ast.Return)]


def _place(node):
    return type(node), node.lineno, node.col_offset


class _Flat(ast.NodeTransformer):
    """`self.z` and `p["W"]` as names of their own, so that what changes one of them does not count as changing all."""

    def __init__(self, imported):
        self.imported = imported

    def visit_Call(self, node):
        """Methods stay what they are."""
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args, node.keywords = [self.visit(one) for one in node.args], [self.visit(one) for one in node.keywords]
        return node

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name) and node.value.id not in self.imported:
            return ast.copy_location(ast.Name(f"{node.value.id}.{node.attr}", node.ctx), node)
        return self.generic_visit(node)

    def visit_Subscript(self, node):
        if isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return ast.copy_location(ast.Name(f"{node.value.id}.{node.slice.value}", node.ctx), node)
        return self.generic_visit(node)


class _Fine:
    """Effects of statements in which attributes are names: what a method reads or changes of an object is any of them."""

    def __init__(self, functions, function):
        self.functions = functions
        self.dotted = {part.id for part in ast.walk(function) if isinstance(part, ast.Name) and "." in part.id}

    def effects(self, node):
        """What running it does."""
        found = self.functions.effects(node)
        return Effects(self._with(found.reads, found.reads | found.changes), set(found.binds), self._with(found.changes, found.changes | found.binds))

    def _with(self, names, wholes):
        more = {name for name in self.dotted if name.split(".")[0] in wholes}
        return names | more
