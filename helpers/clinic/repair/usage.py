"""How names are used in the function of a statement and around it: what is transposed, divided by, called, looped over."""

import ast
import functools
import re

from helpers.clinic.repair.entries import around, depths_in, entries
from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, MODULES, function_name, is_number, is_op, of_module
from helpers.clinic.repair.partners import partners_of
from helpers.clinic.repair.places import operands, own_parts, product_like, statements_of
from helpers.clinic.repair.rewriting import span

_COMPOSED = re.compile(r"""(?P<before>[fF]?['"]\w*(?:\{|['"]\s*\+\s*str\())(?P<layer>[^{}'"()]+)(?P<after>(?:\}|\))\w*['"]?)""")
"""A key with a layer in it: f"Z{l - 1}" and "Z" + str(l - 1)."""


class Usage:
    """How names are used, in the function of a statement and around it."""

    def __init__(self, source, statement, function, owner, shapes):
        self.text, self.tree, self.statement, self.function, self.owner, self.shapes = source.text, source.tree, statement, function, owner, shapes
        self.statements = statements_of(function)
        self.uses, self.texts, self.lists = {}, {}, {}
        self._read_all()

    def _read_all(self):
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
        self._attributes_of_objects()
        self._keys_and_layers()

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
        for part in own_parts(statement):
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
            for part in own_parts(statement):
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
                    if isinstance(name, ast.Name) and _is_numeric(statement.value) and (name.id not in self.uses or self._is_constant(name.id)):
                        self._note(name.id, name.id, "number", "global")
                    elif isinstance(name, ast.Name) and name.id not in self.uses and name.id in dict(partners_of(self.text)):
                        self._note(name.id, name.id, "array", "global")  # other functions multiply by it

    def _is_constant(self, name):
        """Whether the file sets a name once and hands it over under no other: omega = 30."""
        stores = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)]
        return len(stores) == 1 and not any(isinstance(n, ast.arg) and n.arg == name for n in ast.walk(self.tree))

    def _attributes_of_objects(self):
        """Other attributes of an object whose class stands in the file: layer.a beside layer.x."""
        groups = attributes_in(self.text)
        for name in [name for name in self.uses if name.count(".") == 1 and not name.startswith("self.")]:
            owner, attribute = name.split(".")
            if not owner.isidentifier():
                continue
            for group in groups:
                if attribute in group:
                    for other in group:
                        self._note(f"{owner}.{other}", f"{owner}.{other}", "attribute")

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
        deep = self._deep_entries()
        for name in rows:
            flags = set(self.uses.get(name, ()))
            if "array" not in flags and "arithmetic" not in flags and not (deep and name.partition("[")[0] in depths_in(self.text)):
                for index in places[:8]:
                    self._note(ast.unparse(ast.parse(f"{name}[{index}]", mode="eval")), f"{self.texts[name]}[{index}]", "entry")

    def _set_at_the_top(self):
        """Names that the file itself sets."""
        return {n.id for node in self.tree.body if isinstance(node, ast.Assign) for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}

    def _deep_entries(self):
        """Entries of lists in lists, where the file has such; whether it has."""
        depths = depths_in(self.text)
        if max(depths.values(), default=0) < 2:
            return False
        top = self._set_at_the_top()
        bases = {name: self.texts.get(name, name) for name in depths if name in self.uses or name in top}
        indices = around(self.statements, self.statement)
        for entry in entries(self.text, bases, indices):
            self._note(ast.unparse(ast.parse(entry, mode="eval")), entry, "entry")
        return bool(indices)

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


@functools.lru_cache(32)
def attributes_in(text):
    """For every class of a file the names of the data that its objects hold."""
    groups = []
    for owner in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)):
        stored = [n for n in ast.walk(owner) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) and ast.unparse(n.value) == "self"]
        fields = [n.target.id for n in owner.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
        groups.append(tuple(dict.fromkeys([*(n.attr for n in stored), *fields])))
    return tuple(groups)


def _is_numeric(value):
    """Whether an expression is one number, as 0.8, -1, 1 / 3, np.float32(0.8) and F(0.8)."""
    if isinstance(value, ast.UnaryOp):
        return _is_numeric(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_numeric(value.left) and _is_numeric(value.right)
    typed = isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords and _TYPES.fullmatch(function_name(value) or "")
    return _is_numeric(value.args[0]) if typed else is_number(value)


_TYPES = re.compile(r"(?i)float\d*|f\d*|double|single|real|dtype|d?type")


def _handed_on(parent):
    """Whether an operand is handed to another function, or returned, together with others: that is no use of it here."""
    if isinstance(parent, ast.Call):
        return len(parent.args) > 1 and not of_module(parent.func)
    return isinstance(parent, ast.Tuple | ast.List | ast.Return | ast.Dict | ast.Starred)


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
