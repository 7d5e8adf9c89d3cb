"""What can stand in a statement: the arrays, numbers and functions that its scope knows, in the learner's own words.

What a name stands for is read from how it is used: what is transposed or multiplied is an array, what is divided by and comes from a length
is a count, what is called is a function. Where shapes are known from a run, they decide.
"""

import ast
import re
from dataclasses import dataclass, field

from helpers.clinic.repair.expressions import ARRAY_ATTRIBUTES, MODULES, function_name, is_op
from helpers.clinic.repair.habits import PENALTY, RATE, activations_of, dots_of, is_plain, slopes_of, transposes_of
from helpers.clinic.repair.places import enclosing
from helpers.clinic.repair.usage import Usage

_NUMBER = re.compile(
    r"(?:\w+\.)?(?:m|n|N|M|B|bs|batch_?size|num_?\w*|n_\w+|lr|\w*rate|eta|alpha|lam|lambda_?|lambd|lmbda|reg|reg\w*|l2\w*|weight_decay|decay|wd|beta\d?|momentum|"
    r"mu|eps|epsilon|keep|keep_?prob|epochs?|count|length|dropout|leak\w*|gain|scale|steps?ize|t|it|iteration|step_size|samples|examples)$"
)


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
    text : str
        The file's.
    known : frozenset of str
        All names that the function uses, or the file sets.
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
    text: str = ""
    known: frozenset = frozenset()

    @classmethod
    def of(cls, source, statement, shapes=None):
        """The scope of a statement of `source` (with `text` and `tree`). shapes : {expression text: shape}, optional."""
        function, owner = enclosing(source.tree, statement)
        return _Sorting(source, statement, function, owner, shapes or {}).scope()


class _Sorting(Usage):
    """What names stand for, by how they are used."""

    def scope(self):
        """The Scope."""
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
            if later or name in called or ("inner" in flags and not sets) or _is_odd(name):
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
            self.shapes, activations_of(text), slopes_of(text), is_plain(text), "outer(" in text,
            "np.sum" if text.count("np.sum(") >= text.count(".sum(") / 2 > 0 else ".sum", dots_of(calls, text), transposes_of(calls, text),
            text, frozenset(self.uses) | self._set_at_the_top(),
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
