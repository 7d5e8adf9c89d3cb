"""Functions in memory that run another text for a while.

An edit is tried thousands of times, on functions that lambdas, bound methods and other modules hold already. So no file is run again:
the functions stay the objects they are and get the code of the new text, of which only the changed part is compiled.
"""

import ast
import contextlib
import gc
import sys
import weakref
from types import CodeType, FunctionType

from helpers.clinic.model.texts import FEATURES, first_line, source_of

_AWAITING = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_FLAGS = sum(set(FEATURES.values()))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@contextlib.contextmanager
def patched(texts):
    """Within, every live function of the files in {filename: text} runs the new text; nothing is executed for it.

    ValueError where something else than the inside of functions changed, or a function would need other outer variables;
    SyntaxError as it comes. For thousands of edits of the same code keep a `Patches`, which looks for the functions once.
    """
    with Patches()(texts):
        yield


class Patches:
    """`patched` for many edits of code that stays in memory: its functions are looked for once."""

    def __init__(self):
        self._files, self._depth = {}, 0

    @contextlib.contextmanager
    def __call__(self, texts):
        with self.running(self.prepared(texts)):
            yield

    def prepared(self, texts):
        """[(function, its code in another text)] for `running`."""
        self._look_at(texts)
        plain = {filename: text.replace("\r\n", "\n").replace("\r", "\n") for filename, text in texts.items()}
        return [change for filename, text in plain.items() for change in self._files[filename].changes(text)]

    @contextlib.contextmanager
    def held(self):
        """Within, functions that have got other code are those that were looked for before."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextlib.contextmanager
    def running(self, changes):
        """Within, functions have other code, also where they have other code already."""
        before = [(function, function.__code__) for function, _ in changes]
        inner = [pair for (_, old), (_, new) in zip(before, changes, strict=True) for pair in _inner(old, new)]
        held = [sys.getrefcount(new) for _, new in inner]
        try:
            for function, code in changes:
                function.__code__ = code
            with self.held():
                yield
        finally:
            for function, code in before:
                function.__code__ = code
            _give_back([(old, new) for (old, new), count in zip(inner, held, strict=True) if sys.getrefcount(new) > count])

    def _look_at(self, filenames):
        """Look for the functions of files that are not known, or no longer as they were: through all of memory, so for all files at once."""
        unknown = {}
        for filename in filenames:
            file, source = self._files.get(filename), source_of(filename)
            if source is None:
                raise ValueError(f"the text of {filename} is not known")
            if file is None or (not self._depth and (file.source is not source or file.stale())):
                unknown[filename] = source
        if unknown:
            live = [f for f in gc.get_objects() if type(f) is FunctionType and f.__code__.co_filename in unknown]
            self._files.update({filename: _File(source, live) for filename, source in unknown.items()})


class _File:
    """The text of one file, cut at its top-level statements, and the functions in memory that were made from it."""

    def __init__(self, source, functions):
        self.source, self.live, self.flags, self.compiled = source, {}, source.flags, {}
        for function in [f for f in functions if f.__code__.co_filename == source.filename]:
            code = function.__code__
            self.live.setdefault((code.co_qualname, code.co_firstlineno), []).append((weakref.ref(function), code))
            self.flags |= code.co_flags & _FLAGS
        self.starts, end = [1], 0
        for node in source.tree.body:
            if first_line(node) > max(end, 1):  # what begins on a line on which another ends belongs to it
                self.starts.append(first_line(node))
            end = max(end, node.end_lineno)

    def stale(self):
        """Whether a function has gone, or has got other code, since they were looked for."""
        return any((f := ref()) is None or f.__code__ is not code for known in self.live.values() for ref, code in known)

    def changes(self, text):
        """[(function, its new code)]."""
        new = text.split("\n")
        part = self._part(new)
        if part is None:
            return []
        first, last, until = part
        if part[:2] not in self.compiled:
            self.compiled[part[:2]] = self._compiled("\n".join(self.source.lines[first - 1 : last]), first)
        tree, codes = self.compiled[part[:2]]
        new_tree, new_codes = self._compiled("\n".join(new[first - 1 : until]), first)
        if not _same(tree, new_tree):
            raise ValueError("what changed is not the inside of a function: it takes effect when the file is run again")
        return self._paired(codes, new_codes)

    def _part(self, new):
        """(first, last, last in the new text): the lines of whole top-level statements outside of which nothing changed."""
        old, least = self.source.lines, min(len(self.source.lines), len(new))
        above = next((k for k in range(least) if old[k] != new[k]), least)
        below = next((k for k in range(least - above) if old[-1 - k] != new[-1 - k]), least - above)
        if above == len(old) == len(new):
            return None
        until = len(old) - below
        touched = (above + 1, until) if above < until else (max(above, 1), min(until + 1, len(old)))  # lines put in: both neighbours
        first = max(s for s in self.starts if s <= touched[0])
        last = min((s - 1 for s in self.starts if s > touched[1]), default=len(old))
        return first, last, last + len(new) - len(old)

    def _compiled(self, text, first):
        """(tree, code objects in the order in which they stand) of a part of the text that begins in line `first`."""
        tree = compile("\n" * (first - 1) + text + "\n", self.source.filename, "exec", ast.PyCF_ONLY_AST | _AWAITING | self.flags, dont_inherit=True)
        code = compile(tree, self.source.filename, "exec", _AWAITING | self.flags, dont_inherit=True)
        return tree, _by_name(code)

    def _paired(self, old, new):
        """[(function, its new code)]; ValueError where the text is not what the functions in memory were made from."""
        changes, alive = [], False
        for name, codes in old.items():
            for position, code in enumerate(codes):
                functions = self._made_from(code, codes)
                alive = alive or bool(functions)
                if functions and len(new.get(name, ())) != len(codes):
                    raise ValueError(f"{name} is there {len(new.get(name, ()))} times instead of {len(codes)}")
                for function in functions:
                    other = new[name][position]
                    if other.co_freevars != code.co_freevars:
                        raise ValueError(f"{name} would need other variables from outside: {other.co_freevars} instead of {code.co_freevars}")
                    if other != code:
                        changes.append((function, other))
        if not alive:
            raise ValueError(f"no function in memory was made from this part of {self.source.filename}: has the text changed since it was run?")
        return changes

    def _made_from(self, code, same_name):
        """The live functions of a code object of the old text; where several begin on one line, those of the same content."""
        known = [(ref(), made) for ref, made in self.live.get((code.co_qualname, code.co_firstlineno), ())]
        if sum(other.co_firstlineno == code.co_firstlineno for other in same_name) > 1:
            known = [(function, made) for function, made in known if list(made.co_positions()) == list(code.co_positions())]
        return [function for function, _ in known if function is not None]


def _codes(code):
    """The code objects inside one, in the order in which they stand."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _by_name(code):
    found = {}
    for inside in _codes(code):
        found.setdefault(inside.co_qualname, []).append(inside)
    return found


def _inner(old, new):
    """(code in the old, its counterpart in the new) for the functions that are made inside a function."""
    ours, theirs = _by_name(old), _by_name(new)
    return [pair for name, codes in ours.items() if len(theirs.get(name, ())) == len(codes) for pair in zip(codes, theirs[name], strict=True)]


def _give_back(pairs):
    """Give functions that were made within, and live on, their old code; pairs: (old, new)."""
    old = {id(new): old for old, new in pairs if old.co_freevars == new.co_freevars}
    for function in gc.get_referrers(*[new for _, new in pairs]) if pairs else ():
        if isinstance(function, FunctionType) and id(function.__code__) in old:
            function.__code__ = old[id(function.__code__)]


def _same(old, new):
    """Whether two syntax trees say the same, the inside of functions and their annotations apart."""
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(_same, old, new))
    if not isinstance(old, ast.AST):
        return type(old) is type(new) and old == new
    if type(old) is not type(new):
        return False
    if isinstance(old, _FUNCTIONS):
        head = old.args.defaults, old.args.kw_defaults, getattr(old, "name", ""), getattr(old, "decorator_list", [])
        other = new.args.defaults, new.args.kw_defaults, getattr(new, "name", ""), getattr(new, "decorator_list", [])
        return all(map(_same, head, other))
    return all(_same(getattr(old, field, None), getattr(new, field, None)) for field in old._fields)
