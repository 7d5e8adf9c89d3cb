"""What can stand in a statement: the arrays, numbers and functions that its scope knows, in the learner's own words.

What a name stands for is read from how it is used: what is transposed or multiplied is an array, what is divided by and comes from a length
is a count, what is called is a function. Where shapes are known from a run, they decide.
"""

import ast
import functools
import re
from dataclasses import dataclass, field

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, MODULES, function_name, is_number, is_op, of_module
from helpers.clinic.repair.rewriting import span

_BUILTIN = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__) - {"input"}
_NUMBER = re.compile(
    r"(?:\w+\.)?(?:m|n|N|M|B|bs|batch_?size|num_?\w*|n_\w+|lr|\w*rate|eta|alpha|lam|lambda_?|lambd|lmbda|reg|reg\w*|l2\w*|weight_decay|decay|wd|beta\d?|momentum|"
    r"mu|eps|epsilon|keep|keep_?prob|epochs?|count|length|dropout|leak\w*|gain|scale|steps?ize|t|it|iteration|step_size|samples|examples)$"
)
PENALTY = re.compile(r"(?i)(?:\w+\.)*(?:alpha|lam\w*|lmbda|lambd\w*|reg\w*|l2\w*|weight_?decay|decay|wd|penalty)$")
"""Names of the strength of a penalty."""

RATE = re.compile(r"(?i)(?:\w+\.)*(?:lr|\w*rate|eta|alpha|step_?size|a)$")
"""Names of a learning rate."""


@dataclass
class Scope:
    """What can stand in a statement, as texts in the learner's own writing.

    Attributes
    ----------
    arrays, numbers, counts, rates, penalties, functions, indices : tuple of str
        Arrays; plain numbers; of these (and of `len(X)` and the like) what counts examples, learning rates, strengths of penalties;
        functions of one argument; running indices of loops.
    statements : tuple of ast.stmt
        Every statement of the function that holds it (of the script, outside functions).
    unused : frozenset of str
        Arrays that the function does not use although it has them.
    shapes : dict
        Shape by text of what is known from a run; what changes during the run is left out.
    activations : frozenset of str
        Of "relu", "leaky", "sigmoid", "tanh": what the file seems to use.
    slopes : tuple of str
        Slopes of other activations of the file, a null character where their argument stands.
    plain : bool
        Whether the file computes with plain numbers, without arrays.
    outer : bool
        Whether the file takes outer products.
    sums, dots, transposes : str
        How the file writes sums, products and transposes: "np.sum", ".sum"; "@", "np.dot", ".dot"; ".T", "np.transpose", ".transpose()".
    """

    function: ast.AST
    owner: ast.ClassDef | None
    statements: tuple = ()
    arrays: tuple = ()
    numbers: tuple = ()
    counts: tuple = ()
    rates: tuple = ()
    penalties: tuple = ()
    functions: tuple = ()
    indices: tuple = ()
    unused: frozenset = frozenset()
    shapes: dict = field(default_factory=dict)
    activations: frozenset = frozenset()
    slopes: tuple = ()
    plain: bool = False
    outer: bool = False
    sums: str = ".sum"
    dots: str = "@"
    transposes: str = ".T"

    @classmethod
    def of(cls, source, statement, shapes=None):
        """The scope of a statement of `source` (with `text` and `tree`). shapes : {expression text: shape}, optional."""
        function, owner = enclosing(source.tree, statement)
        return _Reading(source, statement, function, owner, shapes or {}).scope()


def enclosing(tree, statement):
    """(the function or module that holds a statement directly, the class it belongs to or None)."""
    function, owner, at = tree, None, (statement.lineno, statement.col_offset)
    inside = True
    node = tree
    while inside:
        inside = False
        for child in _blocks(node):
            if (
                child is not statement
                and (child.lineno, child.col_offset) <= at
                and (child.end_lineno, child.end_col_offset) >= (statement.end_lineno, statement.end_col_offset)
            ):
                node, inside = child, True
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    function = child
                elif isinstance(child, ast.ClassDef):
                    owner = child
                break
    return function, owner


def _blocks(node):
    for name in ("body", "orelse", "finalbody", "handlers"):
        yield from getattr(node, name, ()) if isinstance(getattr(node, name, None), list) else ()


def statements_of(function):
    """Every statement of a function, without those of functions and classes inside it."""
    found, todo = [], list(_blocks(function))
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.stmt):
            found.append(node)
        todo = [*_blocks(node), *todo]
    return tuple(found)


def operands(node, parent=None):
    """(expression, parent) for each place of an expression where an array or number stands: names, attributes, subscripts."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        if isinstance(parent, ast.Call) and parent.func is node:
            if isinstance(node, ast.Attribute) and node.attr in ARRAY_ATTRIBUTES:
                yield from operands(node.value, node)
            return
        if isinstance(node, ast.Attribute):
            if node.attr in ARRAY_ATTRIBUTES:
                yield from operands(node.value, node)
                return
            if isinstance(node.value, ast.Name) and node.value.id in MODULES:
                return
        if isinstance(node, ast.Name) and (node.id in MODULES or node.id in _BUILTIN or node.id == "self"):
            return
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            yield node, parent
            return
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Attribute)
            and isinstance(node.value.value, ast.Name)
            and node.value.value.id in MODULES
        ):
            yield from operands(node.slice, node)  # np.c_[...]
            return
        yield node, parent
        if isinstance(node, ast.Subscript):
            if not isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
                yield from operands(node.value, node)
            yield from operands(node.slice, node)
        elif isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name):
            yield from operands(node.value, node) if not isinstance(node.value, ast.Attribute | ast.Subscript) else ()
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.arguments):
            yield from operands(child, node)


@functools.lru_cache(16)
def activations_of(text):
    """Which activations a file seems to use."""
    signs = {
        "tanh": r"\btanh\b", "sigmoid": r"exp\(\s*-|expit|sigmoid|1\s*\+\s*\w*\.?exp|logistic",
        "relu": r"maximum\(|relu|>=?\s*0|where\(|<=?\s*0|\.clip\(0", "leaky": r"(?i)leak|where\([^,]*,[^,]*,\s*0?\.\d*\s*\*|0\.0\d*\s*\*|elu",
    }  # fmt: skip
    return frozenset(name for name, sign in signs.items() if re.search(sign, text))


@functools.lru_cache(16)
def slopes_of(text):
    """Slopes of leaky ReLU and ELU with the file's own constants, and of softplus, for the activations that the file seems to use."""
    found = []
    leaks = re.findall(r"where\([^,]+,[^,]+,\s*(0?\.\d+|\w+)\s*\*|maximum\((0?\.\d+)\s*\*|maximum\([^,]+,\s*(0?\.\d+)\s*\*", text)
    for leak in dict.fromkeys(part for parts in leaks for part in parts if part):
        found += [f"np.where(\0 > 0, 1, {leak})", f"np.where(\0 > 0, 1.0, {leak})"]
    if re.search(r"exp\([^()]*(?:\([^()]*\))?[^()]*\)\s*-\s*1|expm1", text):
        found += ["np.where(\0 > 0, 1, np.exp(\0))", "np.where(\0 > 0, 1, \0 + 1)"]
    if re.search(r"log\(1 \+ |log1p|logaddexp", text):
        found += ["1 / (1 + np.exp(-\0))"]
    return tuple(found)


_COMPOSED = re.compile(r"""(?P<before>[fF]?['"]\w*(?:\{|['"]\s*\+\s*str\())(?P<layer>[^{}'"()]+)(?P<after>(?:\}|\))\w*['"]?)""")
"""A key with a layer in it: f"Z{l - 1}" and "Z" + str(l - 1)."""


class _Reading:
    """How names are used, in the function of a statement and around it."""

    def __init__(self, source, statement, function, owner, shapes):
        self.text, self.tree, self.statement, self.function, self.owner, self.shapes = source.text, source.tree, statement, function, owner, shapes
        self.statements = statements_of(function)
        self.uses, self.texts, self.lists = {}, {}, {}

    def scope(self):
        own = self._arguments(self.function)
        for name in own:
            self._note(name, name, "given")
        for node in self.statements:
            self._read(node, nearby=True)
        if self.owner is not None:
            for node in ast.walk(self.owner):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == "self"
                    and node.attr not in ARRAY_ATTRIBUTES
                ):
                    self._note(f"self.{node.attr}", f"self.{node.attr}", "attribute")
            for method in self.owner.body:
                if isinstance(method, ast.FunctionDef):
                    for node in statements_of(method):
                        self._read(node, nearby=False, only="self.")
        if self.function is not self.tree:
            for node in statements_of(self.tree):
                self._read_globals(node)
        self._keys_and_layers()
        return self._sorted()

    def _arguments(self, function):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            return []
        arguments = function.args
        return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs) if a.arg not in ("self", "cls")]

    def _text(self, node):
        start, end = span(self.text, node)
        text = self.text[start:end]
        return text if "\n" not in text else ast.unparse(node)

    def _note(self, name, text, *flags):
        self.texts.setdefault(name, text)
        self.uses.setdefault(name, []).extend(flags)

    def _read(self, statement, nearby, only=""):
        for part in _own_parts(statement):
            for node, parent in operands(part, statement):
                self._use(node, parent, only, statement)
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                self._assigned(target, statement.value, statement, only)
        elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
            self._assigned(statement.target, statement.value, statement, only, "changed" if isinstance(statement, ast.AugAssign) else None)
        elif isinstance(statement, ast.For):
            self._looped(statement.target, statement.iter, only)
        if nearby:
            for part in _own_parts(statement):
                for node in ast.walk(part):
                    if isinstance(node, ast.comprehension):
                        for name in ast.walk(node.target):
                            if isinstance(name, ast.Name):
                                self.uses.setdefault(name.id, []).append("inner")

    def _use(self, node, parent, only, statement):
        name = ast.unparse(node)
        if only and not name.startswith(only):
            return
        flags = (
            ["value"]
            if (_handed_on(parent) and not isinstance(statement, ast.Return)) or not isinstance(node.ctx, ast.Load)
            else [("used", statement.lineno), "value"]
        )
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            flags.append("count")
        elif (isinstance(parent, ast.Attribute) and parent.attr in ("T", "dot", "transpose", "sum", "mean", "shape", "reshape", "mT")) or is_op(
            parent, ast.MatMult
        ):
            flags.append("array")
        elif is_op(parent, ast.Div) and parent.right is node:
            flags.append("divisor")
        elif is_op(parent, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow) or isinstance(parent, ast.UnaryOp):
            flags.append("arithmetic")
        elif isinstance(parent, ast.Compare):
            flags.append("compared")
        elif function_name(parent) in ("range", "enumerate"):
            flags.append("counted")
        elif function_name(parent) in ("zip", "reversed"):
            flags.append("list")
        elif (
            isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Attribute)
            and isinstance(parent.func.value, ast.Name)
            and parent.func.value.id in MODULES
        ):
            flags.append("arithmetic" if function_name(parent) not in ("zeros", "ones", "arange", "eye", "full") else "counted")
        self._note(name, self._text(node), *flags)
        if "count" in flags:
            base = node.value.value
            if isinstance(base, ast.Name | ast.Attribute | ast.Subscript):
                self._note(ast.unparse(base), self._text(base), "array")
            return
        while isinstance(node, ast.Subscript):
            index = node.slice
            kind = "array" if isinstance(index, ast.Slice | ast.Tuple | ast.Compare) else "keyed"
            node = node.value
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and (not only or ast.unparse(node).startswith(only)):
                self._note(ast.unparse(node), self._text(node), kind)
                if kind == "keyed":
                    self.lists.setdefault(ast.unparse(node), []).append(self._text(index))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id != "self":
            self._note(node.value.id, node.value.id, "object")

    def _assigned(self, target, value, statement, only, flag=None):
        if isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else [None] * len(target.elts)
            if isinstance(value, ast.Attribute) and value.attr == "shape":
                values = [ast.parse("len(x)", mode="eval").body] * len(target.elts)
            for part, own in zip(target.elts, values, strict=True):
                self._assigned(part, own, statement, only, flag)
            return
        if not isinstance(target, ast.Name | ast.Attribute | ast.Subscript) or (only and not ast.unparse(target).startswith(only)):
            return
        flags = [("set", statement.lineno), *([flag] if flag else ())]
        flags.append("value" if value is None else _kind(value))
        self._note(ast.unparse(target), self._text(target), *flags)

    def _looped(self, target, over, only):
        if only:
            return
        name = function_name(over)
        if name == "reversed" and over.args:
            over, name = over.args[0], function_name(over.args[0])
        names = [node for node in ast.walk(target) if isinstance(node, ast.Name)]
        for place, node in enumerate(names):
            index = name == "range" or (name == "enumerate" and place == 0)
            self._note(node.id, node.id, "index" if index else "given", ("set", target.lineno))

    def _read_globals(self, statement):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and name.id not in self.uses and is_number(statement.value):
                        self._note(name.id, name.id, "number", "global")

    def _keys_and_layers(self):
        """Other entries of the dicts and lists that the function reads."""
        elsewhere = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                elsewhere.setdefault(ast.unparse(node.value), []).append((node.slice.value, self._text(node)))
        dicts = [
            [k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Dict)
        ]
        for name in [n for n, keys in self.lists.items() if any(k[:1] in "'\"" for k in keys)]:
            keys = dict.fromkeys(key for key, _ in elsewhere.get(name, ()))
            for group in dicts:
                if set(group) & set(keys):
                    keys.update(dict.fromkeys(group))
            quote = next((k[0] for k in self.lists[name] if k[:1] in "'\""), '"')
            for key in keys:
                self._note(f"{name}[{key!r}]", f"{self.texts[name]}[{quote}{key}{quote}]", "entry")
        self._composed_keys()
        rows = [n for n, keys in self.lists.items() if not any(k[:1] in "'\"" for k in keys)]
        places = list(dict.fromkeys(index for name in rows for index in self.lists[name] if len(index) < 16))
        for name in rows:
            flags = set(self.uses.get(name, ()))
            if "array" not in flags and "arithmetic" not in flags:
                for index in places[:8]:
                    self._note(ast.unparse(ast.parse(f"{name}[{index}]", mode="eval")), f"{self.texts[name]}[{index}]", "entry")

    def _composed_keys(self):
        """Entries whose key has the layer in it: c[f"Z{l - 1}"], c["A" + str(l)]."""
        everywhere = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.JoinedStr | ast.BinOp):
                everywhere.setdefault(ast.unparse(node.value), []).append(self._text(node.slice))
        for name, keys in self.lists.items():
            mine = [match for match in map(_COMPOSED.fullmatch, keys) if match]
            layers = dict.fromkeys(match["layer"] for match in mine)
            for match in (match for match in map(_COMPOSED.fullmatch, everywhere.get(name, ())) if match):
                for layer in layers:
                    index = match["before"] + layer + match["after"]
                    self._note(ast.unparse(ast.parse(f"{name}[{index}]", mode="eval")), f"{self.texts[name]}[{index}]", "entry")

    def _sorted(self):
        here = self.statement.lineno
        loop = [node for node in self.statements if isinstance(node, ast.For | ast.While) and node.lineno < here <= node.end_lineno]
        again = (loop[0].lineno, loop[0].end_lineno) if loop else (here, here - 1)
        arrays, numbers, indices, unused = [], [], [], set()
        called = {ast.unparse(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        for name, flags in self.uses.items():
            text = self.texts[name]
            sets = [flag[1] for flag in flags if isinstance(flag, tuple) and flag[0] == "set"]
            later = (
                sets
                and "given" not in flags
                and "." not in name
                and "[" not in name
                and not any(line < here or again[0] <= line <= again[1] for line in sets)
            )
            if later or name in called or "inner" in flags or _is_odd(name):
                continue
            kind = self._sort(name, [f for f in flags if isinstance(f, str)])
            if kind == "index":
                indices.append(text)
            if kind in ("number", "either"):
                numbers.append(text)
            if kind in ("array", "either"):
                arrays.append(text)
                if (
                    "[" not in name
                    and "." not in name
                    and not any(isinstance(f, tuple) and f[0] == "used" and f[1] >= (sets or [0])[0] and f[1] != here for f in flags)
                ):
                    unused.add(text)
        return self._made(arrays, numbers, indices, unused)

    def _sort(self, name, flags):
        shape = self.shapes.get(name, self.shapes.get(self.texts[name]))
        if shape is not None:
            return "index" if "index" in flags else "array" if len(shape) else "number"
        known = set(flags)
        if "index" in known:
            return "index"
        if known & {"array"} and "count" not in known:
            return "array"
        if known & {"count", "number", "counted"} or ("divisor" in known and "arithmetic" not in known and "entry" not in known):
            return "number"
        if known & {"object", "list", "text", "container"} or ("keyed" in known and not known & {"array", "arithmetic"}):
            return "other"
        if _NUMBER.match(name):
            return "either" if len(name) == 1 else "number"
        return "array" if known - {"attribute", "compared", "global"} or (known & {"attribute"} and not _NUMBER.match(name)) else "other"

    def _made(self, arrays, numbers, indices, unused):
        text = self.text
        divisors = [n for n in numbers if {"divisor", "count"} & {f for f in self.uses[self._named(n)] if isinstance(f, str)}]
        lengths = [ast.unparse(node) for node in ast.walk(self.function) if function_name(node) == "len" and len(node.args) == 1]
        named = [n for n in numbers if re.match(r"(?:self\.)?(?:m|n|N|M|B|batch_?size|n_?samples|n_?examples|num_?\w*|samples|size)$", n)]
        sized = [n for n in arrays if re.search(r"\.size$|\.shape\[", n)]
        rates = [n for n in numbers if RATE.match(n)]
        counts = [n for n in dict.fromkeys((*named, *divisors, *sized, *lengths, *self._divisors())) if n not in rates and not PENALTY.match(n)]
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return Scope(
            self.function, self.owner, self.statements, tuple(arrays), tuple(numbers), tuple(counts), tuple(rates),
            tuple(n for n in (*numbers, *arrays) if PENALTY.match(n) and (n not in rates or "alpha" in n)),
            tuple(self._functions(calls)), tuple(indices), frozenset(unused),
            self.shapes, activations_of(text), slopes_of(text), _is_plain(text), "outer(" in text,
            "np.sum" if text.count("np.sum(") >= text.count(".sum(") / 2 > 0 else ".sum", _dots(calls, text), _transposes(calls, text),
        )  # fmt: skip

    def _divisors(self):
        """Lengths and sizes by which the file divides anywhere, of what the statement's scope knows."""
        for node in ast.walk(self.tree):
            if is_op(node, ast.Div):
                below = node.right
                array = below.args[0] if function_name(below) == "len" and len(below.args) == 1 else _sized(below)
                if array is not None and ast.unparse(array) in self.uses:
                    yield ast.unparse(below)

    def _named(self, text):
        return next(name for name, own in self.texts.items() if own == text)

    def _functions(self, calls):
        """Functions of one argument: the file's own, the class's, and what is called with one argument as an attribute."""
        own = [node for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.Assign)]
        for node in own:
            if isinstance(node, ast.FunctionDef) and _takes_one(node.args, 0):
                yield node.name
            elif (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Lambda)
                and _takes_one(node.value.args, 0)
                and isinstance(node.targets[0], ast.Name)
            ):
                yield node.targets[0].id
        if self.owner is not None and self._is_method():
            for node in self.owner.body:
                if isinstance(node, ast.FunctionDef):
                    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
                    if _takes_one(node.args, 0 if static else 1) and not node.name.startswith("__") and not _writes(node):
                        yield f"self.{node.name}"
        yield from self._called_attributes(calls)

    def _is_method(self):
        return isinstance(self.function, ast.FunctionDef) and bool(self.function.args.args) and self.function.args.args[0].arg == "self"

    def _called_attributes(self, calls):
        """act.gradient, self.act.slope: methods of one argument of the file's classes, on objects that the function has."""
        methods = [
            m.name
            for c in self.tree.body
            if isinstance(c, ast.ClassDef)
            for m in c.body
            if isinstance(m, ast.FunctionDef) and _takes_one(m.args, 1) and not _writes(m)
        ]
        inside = [
            node for node in ast.walk(self.function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1
        ]
        seen = set()
        for node in inside:
            base = node.func.value
            if (isinstance(base, ast.Name) and base.id in (*MODULES, "self")) or node.func.attr in ARRAY_ATTRIBUTES:
                continue
            text = ast.unparse(base)
            if text not in seen:
                seen.add(text)
                yield from (f"{text}.{name}" for name in dict.fromkeys((node.func.attr, *methods)) if not name.startswith("__"))


def _sized(node):
    """X of X.size and X.shape[i]."""
    if isinstance(node, ast.Attribute) and node.attr == "size":
        return node.value
    return node.value.value if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape" else None


def _handed_on(parent):
    """Whether an operand is handed to another function, or returned, together with others: that is no use of it here."""
    if isinstance(parent, ast.Call):
        return len(parent.args) > 1 and not of_module(parent.func)
    return isinstance(parent, ast.Tuple | ast.List | ast.Return | ast.Dict | ast.Starred)


def _own_parts(statement):
    """The expressions of a statement, without those of statements inside it."""
    return [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr | ast.keyword | ast.withitem)]


def _kind(value):
    name = function_name(value)
    if is_number(value) or name in ("len", "int", "float"):
        return "number"
    if (isinstance(value, ast.Attribute) and value.attr in ("size", "ndim")) or (
        isinstance(value, ast.Subscript) and isinstance(value.value, ast.Attribute) and value.value.attr == "shape"
    ):
        return "number"
    if isinstance(value, ast.Dict | ast.DictComp | ast.List | ast.ListComp | ast.Tuple):
        return "container"
    if isinstance(value, ast.Constant | ast.JoinedStr):
        return "text"
    return "array" if product_like(value) else "value"


def product_like(value):
    """Whether a value is made by a product of matrices, so that it is an array."""
    return any(is_op(node, ast.MatMult) or function_name(node) in ("dot", "outer", "matmul", "einsum") for node in ast.walk(value))


def _takes_one(arguments, first):
    every = [*arguments.posonlyargs, *arguments.args]
    return (
        len(every) - first >= 1
        and len(every) - first - len(arguments.defaults) <= 1
        and not (len(every) - first - len(arguments.defaults) == 0 and len(every) - first > 1)
    )


def _writes(method):
    """Whether a method keeps something: it is a pass, not a function of its argument."""
    return any(isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) for node in ast.walk(method))


def _is_odd(name):
    return "\n" in name or len(name) > 60 or "lambda" in name


def _is_plain(text):
    return not re.search(r"\bnp\b|numpy|jnp|\.T\b| @ ", text)


def _dots(calls, text):
    """How the file writes products of matrices: "@", "np.dot", "np.matmul" or ".dot"."""
    if " @ " in text or re.search(r"\w@\w", text):
        return "@"
    for node in calls:
        name = function_name(node)
        if name in ("dot", "matmul") and isinstance(node.func, ast.Attribute):
            return ast.unparse(node.func) if isinstance(node.func.value, ast.Name) and node.func.value.id in MODULES else ".dot"
    return "@"


def _transposes(calls, text):
    """How it writes transposes: ".T", "np.transpose" or ".transpose()"."""
    if ".T" in text:
        return ".T"
    for node in calls:
        if function_name(node) == "transpose":
            return (
                ast.unparse(node.func)
                if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id in MODULES
                else ".transpose()"
            )
    return ".T"
