"""The learner's text with a probe round every expression that is of interest: `z = __probe__(3, x @ W)`.

Nothing moves to another line, so tracebacks and everything that counts lines stay true.
"""

import ast
from dataclasses import dataclass, field
from functools import cached_property

from helpers.clinic.model.sources import Source, first_line

PROBE = "__probe__"
"""What the probe is called in the text; no name of a learner's, and not mangled within a class."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BARE = (ast.Constant, ast.Lambda, ast.JoinedStr, ast.GeneratorExp, ast.Yield, ast.YieldFrom, ast.Await, ast.Starred, ast.NamedExpr, ast.Slice)
_HOLDERS = (ast.Tuple, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
LOADS = (ast.Name, ast.Attribute, ast.Subscript)


@dataclass(eq=False)
class Site:
    """One expression with a probe round it.

    Attributes
    ----------
    role : str
        "value" (of an assignment), "change" (what an augmented assignment takes), "return", "argument" (of a call that stands alone),
        "part" (of another expression).
    target : str
        What it is assigned to, as text; the name or key it goes under; "" where there is none.
    operator : ast.operator or None
        Of an augmented assignment.
    stores : bool
        Whether it becomes entries of an array or of a container.
    inside : list of Site
        The probes directly inside.
    scope : ast.AST
        The function in which it stands, or the module.
    """

    number: int
    source: Source
    statement: ast.stmt
    node: ast.expr
    role: str
    scope: ast.AST
    target: str = ""
    operator: ast.operator | None = None
    stores: bool = False
    inside: list = field(default_factory=list)

    @property
    def text(self):
        """As the learner wrote it."""
        return self.source.segment(self.node)

    @property
    def is_load(self):
        """Whether it looks something up; np.r_[a, b] makes something."""
        made = isinstance(self.node, ast.Subscript) and getattr(self.node.value, "attr", "") in ("r_", "c_")
        return isinstance(self.node, LOADS) and not made

    @cached_property
    def written(self):
        """The expression in a form that does not depend on spaces and quotes."""
        return ast.unparse(self.node)


def instrumented(source, inner, outer=(), first=0):
    """(text, sites): the probes in the statements that have a line in `inner` (lines that ran in functions) or `outer` (at the top level)."""
    writer = _Writer(source, first)
    for statement, scope in _statements(source.tree, source.tree):
        head = range(first_line(statement), _head_end(statement) + 1)
        if (isinstance(scope, _FUNCTIONS) and any(line in inner for line in head)) or (scope is source.tree and any(line in outer for line in head)):
            writer.statement(statement, scope)
        elif any(line in inner for line in head):
            writer.lambdas(statement, scope)
    return writer.text(), writer.sites


def _statements(node, scope):
    """(statement, the function it stands in, the module, or the class) in the order of the text."""
    for child in getattr(node, "body", []) if isinstance(getattr(node, "body", []), list) else []:
        yield child, scope
        yield from _below(child, scope)


def _below(statement, scope):
    inside = statement if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) else scope
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        for child in getattr(statement, name, []):
            if isinstance(child, ast.stmt):
                yield child, inside
            yield from _below(child, inside)


def _head_end(statement):
    """The last line of a simple statement, or of the head of a compound one."""
    inside = [first_line(child) for name in ("body", "cases") for child in getattr(statement, name, []) if hasattr(child, "lineno")]
    inside += [case.pattern.lineno for case in getattr(statement, "cases", [])]
    return max(statement.lineno, min(inside) - 1) if inside else statement.end_lineno


class _Writer:
    """Collects the probes of one file."""

    def __init__(self, source, first):
        self.source, self.first, self.sites, self.insertions, self.open = source, first, [], [], []
        self.offsets = [0]
        for line in source.lines:
            self.offsets.append(self.offsets[-1] + len(line) + 1)
        self.modules = {
            alias.asname or alias.name.split(".")[0]
            for node in ast.walk(source.tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }

    def text(self):
        """The text with the insertions: those at one place in the order in which they were noted."""
        text, pieces, at = self.source.text, [], 0
        for place, _, new in sorted(self.insertions, key=lambda i: i[:2]):
            pieces += [text[at:place], new]
            at = place
        return "".join([*pieces, text[at:]])

    def statement(self, node, scope):
        self.now, self.scope = node, scope
        match node:
            case ast.Assign() | ast.AnnAssign() if node.value is not None:
                self._assignment(node.targets if isinstance(node, ast.Assign) else [node.target], node.value)
            case ast.AugAssign():
                self._change(node)
            case ast.Return() if node.value is not None:
                self._parts(node.value, "return")
            case ast.Expr(value=ast.Call() as call):
                self._call(call, "argument")
            case ast.For() | ast.AsyncFor():
                self._visit(node.iter)
            case ast.If() | ast.While():
                self._visit(node.test)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self._visit(item.context_expr)
            case _:
                self.lambdas(node, scope)

    def lambdas(self, node, scope):
        """Only what stands inside the lambdas of a statement: the rest of it does not run."""
        self.now, self.scope = node, scope
        for inner in ast.walk(node) if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else ():
            if isinstance(inner, ast.Lambda):
                self._visit(inner)

    def _assignment(self, targets, value):
        names, both = targets[-1], (ast.Tuple, ast.List)
        if isinstance(names, both) and isinstance(value, both) and len(names.elts) == len(value.elts) and not _starred(names) and not _starred(value):
            for target, part in zip(names.elts, value.elts, strict=True):
                self._assigned(target, part)
        else:
            self._assigned(names, value)

    def _assigned(self, target, value):
        """`array[where] = …` changes the array: the probe is handed the array as well."""
        first = len(self.sites)
        self._parts(value, "value", ast.unparse(target))
        if isinstance(target, ast.Subscript) and len(self.sites) > first and self.sites[first].node is value:
            self.sites[first].stores = True
            self._hand_over(self.sites[first], target.value)

    def _change(self, node):
        first = len(self.sites)
        self._parts(node.value, "change", ast.unparse(node.target))
        if len(self.sites) > first and self.sites[first].node is node.value:
            self.sites[first].operator = node.op
            self._hand_over(self.sites[first], node.target)

    def _hand_over(self, site, target):
        """The probe gets the object behind `target` as well, unless looking it up would run something."""
        if not any(isinstance(part, (ast.Call, ast.NamedExpr)) for part in ast.walk(target)):
            start, end = self._range(target)
            text = self.source.text[start:end].replace("\\\n", " ").replace("\n", " ")
            self.insertions.append((self._range(site.node)[1], _LATE - site.number * 2 - 1, f", {text}"))

    def _parts(self, value, role, target=""):
        """An expression whose value goes somewhere; what a literal holds goes there one by one."""
        if isinstance(value, ast.Dict):
            for key, part in zip(value.keys, value.values, strict=True):
                name = key.value if isinstance(key, ast.Constant) else ""
                self._parts(part, role, f"{target}[{name!r}]" if target else str(name))
        elif isinstance(value, (ast.Tuple, ast.List)):
            for part in value.elts:
                self._parts(part.value if isinstance(part, ast.Starred) else part, role, target)
        elif self._visit(value, role, target) is None and isinstance(value, ast.Constant) and type(value.value) in (int, float):
            self._wrap(value, role, target)

    def _call(self, call, role):
        """The arguments of a call that stands alone: `grads.append(dW)`, `setattr(self, name, W - step)`."""
        if isinstance(call.func, ast.Attribute):
            self._visit(call.func.value)
        name = self.source.segment(call.func)
        for part in call.args:
            self._parts(part.value if isinstance(part, ast.Starred) else part, role, name)
        for keyword in call.keywords:
            self._parts(keyword.value, role, keyword.arg or name)

    def _visit(self, node, role="part", target=""):
        """Put a probe round an expression where that can be done, and round those inside; the Site, or None."""
        if isinstance(node, ast.Lambda):
            outer, self.scope, self.open = (self.scope, self.open), node, []
            self._parts(node.body, "return")
            self.scope, self.open = outer
            return None
        if isinstance(node, _BARE):
            self._inside(node)
            return None
        if isinstance(node, ast.Name) and (node.id in self.modules or node.id == "self" or not isinstance(node.ctx, ast.Load)):
            return None
        if isinstance(node, _HOLDERS) and role == "part":
            self._inside(node)
            return None
        return self._wrap(node, role, target)

    def _wrap(self, node, role, target="", inside=True):
        site = Site(self.first + len(self.sites), self.source, self.now, node, role, self.scope, target)
        self.sites.append(site)
        if self.open:
            self.open[-1].inside.append(site)
        start, end = self._range(node)
        bare = isinstance(node, ast.Tuple)
        self.insertions.append((start, len(self.insertions), f"{PROBE}({site.number}, {'(' if bare else ''}"))
        if inside:
            self.open.append(site)
            self._inside(node)
            self.open.pop()
        self.insertions.append((end, _LATE - site.number * 2, "))" if bare else ")"))
        return site

    def _inside(self, node):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                self._visit(node.func.value)
            elif not isinstance(node.func, ast.Name):
                self._visit(node.func)
            for part in node.args:
                self._visit(part)
            for keyword in node.keywords:
                self._visit(keyword.value)
        elif isinstance(node, ast.Subscript):
            self._visit(node.value)
            for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:  # np.r_[a, b] holds arrays there
                if not isinstance(part, ast.Slice):
                    self._visit(part)
        elif isinstance(node, ast.JoinedStr):
            return
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr) and not isinstance(getattr(child, "ctx", None), (ast.Store, ast.Del)):
                    self._visit(child)
                elif isinstance(child, ast.comprehension):
                    self._visit(child.iter)
                    for test in child.ifs:
                        self._visit(test)

    def _range(self, node):
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line, column):
        """Python counts columns in bytes."""
        text = self.source.lines[line - 1]
        return self.offsets[line - 1] + (column if text.isascii() else len(text.encode()[:column].decode()))


_LATE = 10**9  # what ends an expression comes before what begins one at the same place: they never meet, two ends do


def _starred(node):
    return any(isinstance(part, ast.Starred) for part in node.elts)
