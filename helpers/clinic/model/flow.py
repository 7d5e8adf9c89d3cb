"""What a statement reads, binds and changes, as far as its text tells.

That is not much in Python, where a call may do anything; it is enough to find the pass of a training loop and the part of it that the
loss needs. Whoever uses it compares afterwards, by running, whether what was left out mattered.
"""

import ast
from dataclasses import dataclass, field

from helpers.clinic.model.syntax import inside, links, reached, root, roots
from helpers.clinic.model.updates import beyond, is_update

PURE = frozenset((
    "sum", "mean", "dot", "T", "reshape", "copy", "max", "min", "argmax", "argmin", "astype", "ravel", "flatten", "transpose", "std", "var", "prod",
    "any", "all", "cumsum", "clip", "round", "squeeze", "tolist", "item", "items", "keys", "values", "get", "format", "join", "split", "strip",
    "startswith", "index", "count", "repeat", "take", "trace", "conj", "nonzero", "lower", "upper",
))  # fmt: skip
"""Methods that change nothing; any other may change what it is called on."""

INTO = {"shuffle", "copyto", "put", "place", "putmask", "fill_diagonal", "at"}
"""Functions of libraries that change their first argument."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Effects:
    """Names that a statement reads, binds, and those whose objects it may change."""

    reads: set = field(default_factory=set)
    binds: set = field(default_factory=set)
    changes: set = field(default_factory=set)

    def add(self, other):
        """What another statement reads, binds and changes as well."""
        self.reads |= other.reads
        self.binds |= other.binds
        self.changes |= other.changes


@dataclass
class Role:
    """What calling one of the file's functions does. `moves` says whether it contains what looks like an update of something outside."""

    parameters: tuple
    reads: frozenset = frozenset()
    changes: frozenset = frozenset()
    moves: bool = False
    defaults: tuple = field(default=(), compare=False)


class Functions:
    """The functions, methods and imported names of a file, and what calling them does."""

    def __init__(self, tree):
        defined = [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        self.imported = {(name.asname or name.name).split(".")[0] for node in imports for name in node.names}
        self.methods = {
            node.name for parent in ast.walk(tree) if isinstance(parent, ast.ClassDef) for node in parent.body if isinstance(node, _FUNCTIONS)
        }
        self.classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        self.roles = {}
        for node in defined:
            self.roles.setdefault(node.name, []).append(Role(_parameters(node), defaults=_defaults(node)))
        for _ in range(4):  # until calls of calls are known
            again = {}
            for node in defined:
                again.setdefault(node.name, []).append(self._role(node))
            if again == self.roles:
                break
            self.roles = again

    def _role(self, node):
        parameters, inner = _parameters(node), Effects()
        for statement in node.body:
            inner.add(self.effects(statement))
        declared = {name for part in ast.walk(node) if isinstance(part, (ast.Global, ast.Nonlocal)) for name in part.names}
        local = (inner.binds | set(parameters)) - declared
        seconds = links(node.body)
        changes = set()
        for name in inner.changes:
            changes |= reached(name, seconds)
        changes = {name for name in changes if name in parameters or name not in local} | (inner.binds & declared)
        outside = (set(parameters) | inner.reads) - (local - set(parameters))
        moves = any(is_update(part, self) and beyond(part, outside, declared, seconds, self) for part in inside(node.body))
        return Role(parameters, frozenset(inner.reads - local), frozenset(changes), moves, _defaults(node))

    def effects(self, node):
        """What running a statement, or an expression, does."""
        found = Effects()
        self._visit(node, found)
        return found

    def _visit(self, node, found):
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            found.binds.add(node.name)
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.binds |= {(name.asname or name.name).split(".")[0] for name in node.names}
            return
        if isinstance(node, ast.Name):
            (found.reads if isinstance(node.ctx, ast.Load) else found.binds).add(node.id)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            found.changes |= {root(node)} - {None}
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.reads.add(node.target.id)
            found.changes.add(node.target.id)
        elif isinstance(node, ast.Call):
            self._call(node, found)
        for child in ast.iter_child_nodes(node):
            self._visit(child, found)

    def _call(self, node, found):
        for keyword in node.keywords:
            if keyword.arg == "out":
                found.changes |= {root(keyword.value)} - {None}
        if isinstance(node.func, ast.Name):
            for role in self.roles.get(node.func.id, ()):
                found.reads |= role.reads
                found.changes |= role.changes - set(role.parameters)
                found.changes |= _arguments(node, role, role.parameters)
            if "__call__" in self.methods and node.func.id not in self.roles:
                found.changes.add(node.func.id)
        elif isinstance(node.func, ast.Attribute):
            self._method(node, found)

    def _method(self, node, found):
        name, owner = node.func.attr, root(node.func.value)
        if owner in self.imported:
            if "random" in ast.unparse(node.func):
                found.changes.add("random numbers")
                found.reads.add("random numbers")
            if name in INTO and node.args:
                found.changes |= {root(node.args[0])} - {None}
        elif name in self.methods:
            for role in self.roles.get(name, ()):
                found.reads |= role.reads
                found.changes |= role.changes - set(role.parameters)
                found.changes |= _arguments(node, role, role.parameters[1:])
                if role.parameters and role.parameters[0] in role.changes and owner:
                    found.changes.add(owner)
        elif name not in PURE and owner:
            found.changes.add(owner)

    def moving(self, call):
        """Whether a call is one of a function of the file that updates something."""
        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else None
        return any(role.moves for role in self.roles.get(name, ()))


def _parameters(node):
    spec = node.args
    return tuple(one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))))


def _defaults(node):
    """((parameter, what it is without an argument), …)."""
    spec = node.args
    names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    pairs = [*zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True)]
    return (*pairs, *((one.arg, value) for one, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value is not None))


def _arguments(call, role, parameters):
    """Names handed over for the parameters that a function changes."""
    given = [*zip(parameters, call.args, strict=False), *((keyword.arg, keyword.value) for keyword in call.keywords)]
    return {name for parameter, value in given if parameter in role.changes for name in roots(value)}
