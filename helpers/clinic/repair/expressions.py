"""Expressions as trees: built, compared, and asked where they need parentheses.

An expression that is put in place of another consists of pieces of the learner's own tree, of pieces that carry the text they should be
written with (`written`), and of new nodes between them.
"""

import ast
import functools
from collections import Counter

MODULES = frozenset(("np", "numpy", "math", "cp", "jnp", "scipy"))
"""Names that stand for a module of array functions."""

ARRAY_ATTRIBUTES = frozenset(
    [
        "T",
        "shape",
        "size",
        "ndim",
        "dtype",
        "dot",
        "sum",
        "mean",
        "max",
        "min",
        "copy",
        "reshape",
        "astype",
        "transpose",
        "ravel",
        "flatten",
        "squeeze",
        "argmax",
        "argmin",
        "clip",
        "std",
        "var",
        "swapaxes",
        "prod",
        "cumsum",
        "item",
        "tolist",
        "append",
        "extend",
        "insert",
        "items",
        "keys",
        "values",
        "get",
        "pop",
        "fill",
        "repeat",
        "conj",
        "diagonal",
        "trace",
        "round",
        "any",
        "all",
        "matmul",
        "mT",
        "update",
        "index",
        "reverse",
    ]
)
"""Attributes that belong to arrays, lists and dicts, not to a learner's objects."""

_LEVELS = {
    ast.Or: 2, ast.And: 3, ast.Not: 4, ast.BitOr: 6, ast.BitXor: 7, ast.BitAnd: 8, ast.LShift: 9, ast.RShift: 9, ast.Add: 10, ast.Sub: 10,
    ast.Mult: 11, ast.Div: 11, ast.FloorDiv: 11, ast.Mod: 11, ast.MatMult: 11, ast.USub: 12, ast.UAdd: 12, ast.Invert: 12, ast.Pow: 13,
}  # fmt: skip
_ATOM = 15


def level(node):
    """How tightly an expression holds together: the larger, the fewer parentheses."""
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp):
        return _LEVELS[type(node.op)]
    if isinstance(node, ast.Compare):
        return 5
    if isinstance(node, ast.IfExp):
        return 1
    if isinstance(node, ast.Lambda | ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Starred | ast.Tuple):
        return 0
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool) and node.value < 0:
        return 12
    return _ATOM


def slot(parent, child):
    """The lowest level that stands at a child's place without parentheses."""
    if isinstance(parent, ast.BinOp):
        own = level(parent)
        if isinstance(parent.op, ast.Pow):
            return 14 if parent.left is child else 12
        return own if parent.left is child else own + 1
    if isinstance(parent, ast.UnaryOp):
        return level(parent)
    if isinstance(parent, ast.Compare):
        return 6
    if isinstance(parent, ast.BoolOp):
        return level(parent) + 1
    if isinstance(parent, ast.IfExp):
        return 1 if parent.orelse is child else 2
    if (
        isinstance(parent, ast.Attribute)
        or (isinstance(parent, ast.Subscript) and parent.value is child)
        or (isinstance(parent, ast.Call) and parent.func is child)
    ):
        return 14
    if isinstance(parent, ast.comprehension):
        return 2
    if isinstance(parent, ast.Subscript | ast.Return | ast.Assign | ast.For | ast.AugAssign):
        return 0 if isinstance(child, ast.Tuple) else 1
    return 1


@functools.lru_cache(8192)
def written(text):
    """The expression that a text says; where it is put, it is written so. Raises SyntaxError."""
    node = ast.parse(text, mode="eval").body
    node.text = text
    return node


_UNSAID = frozenset(("ctx", "kind", "type_comment"))


def key(node, known=None):
    """What an expression says, whatever its formatting: two that are equal are the same code. known : {node: key} of some parts, optional."""
    if known and node.__class__ is not list and node in known:
        return known[node]
    if isinstance(node, ast.Constant):
        return ("Constant", type(node.value).__name__, repr(node.value))
    if isinstance(node, ast.AST):
        return (type(node).__name__, *[key(getattr(node, name, None), known) for name in node._fields if name not in _UNSAID])
    if isinstance(node, list):
        return tuple([key(part, known) for part in node])
    return node


# --- building -------------------------------------------------------------------------------------------------------------


def binary(left, op, right):
    """left op right."""
    return ast.BinOp(left, op(), right)


def times(*factors):
    """a * b * c, from left to right, products among the factors taken apart."""
    product = factors[0]
    for factor in factors[1:]:
        if isinstance(factor, ast.BinOp) and isinstance(factor.op, ast.Mult) and not hasattr(factor, "lineno"):
            product = binary(times(product, factor.left), ast.Mult, factor.right)
        else:
            product = binary(product, ast.Mult, factor)
    return product


def over(numerator, denominator):
    """numerator / denominator."""
    return binary(numerator, ast.Div, denominator)


def call(function, *arguments, **keywords):
    """f(a, b, c=d); function : str or expression."""
    function = written(function) if isinstance(function, str) else function
    return ast.Call(function, list(arguments), [ast.keyword(name, value) for name, value in keywords.items()])


def attribute(value, name):
    """value.name."""
    return ast.Attribute(value, name, ast.Load())


def number(value):
    """A number as Python reads it: -1 is the negative of 1."""
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def negative(node):
    """-node: a difference is turned round, a product gets the sign in front."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return binary(node.right, ast.Sub, node.left)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult):
        return ast.BinOp(negative(node.left), node.op, node.right)
    return ast.UnaryOp(ast.USub(), node)


# --- asking ---------------------------------------------------------------------------------------------------------------


def is_op(node, *ops):
    """Whether a node is one of these binary operations."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ops)


def is_number(node):
    """Whether a node is a number as written; True and False are none."""
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def function_name(node):
    """What a call calls: "sum" for np.sum(x), x.sum() and sum(x); None where that is no name."""
    if isinstance(node, ast.Call):
        return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else None
    return None


def of_module(node):
    """Whether an expression is a function of a module, such as np.sum."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in MODULES


def untransposed(node):
    """x of x.T, x.transpose() and np.transpose(x); None of anything else."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        return node.value
    if function_name(node) == "transpose" and not node.keywords:
        if of_module(node.func):
            return node.args[0] if len(node.args) == 1 else None
        return node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
    return None


def product_of(node):
    """(a, b) of a @ b, np.dot(a, b), np.matmul(a, b) and a.dot(b); None of anything else."""
    if is_op(node, ast.MatMult):
        return node.left, node.right
    if function_name(node) in ("dot", "matmul") and isinstance(node.func, ast.Attribute) and not node.keywords:
        if of_module(node.func):
            return tuple(node.args) if len(node.args) == 2 else None
        return (node.func.value, node.args[0]) if len(node.args) == 1 else None
    return None


def meaning(node, known=None):
    """Like `key`, but the same for what is the same by arithmetic: factors and terms in any order, -(a - b) and b - a, (A B)ᵀ and Bᵀ Aᵀ."""
    if known and node.__class__ is not list and node in known:
        return known[node]
    if is_op(node, ast.Mult, ast.Div) or _is_square(node) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)):
        return _product(node, known)
    if is_op(node, ast.Add, ast.Sub):
        return ("+", _bag(_terms(node, 1, known)))
    below = untransposed(node)
    if below is not None:
        return _transposed(meaning(below, known))
    pair = product_of(node)
    if pair:
        return ("@", meaning(pair[0], known), meaning(pair[1], known))
    if isinstance(node, ast.Call) and of_module(node.func):
        plain = _plainly(node)
        if plain is not None:
            return meaning(plain, known)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Lt | ast.LtE):
        turned = "Gt" if isinstance(node.ops[0], ast.Lt) else "GtE"
        return ("Compare", meaning(node.comparators[0], known), ((turned,),), (meaning(node.left, known),))
    if isinstance(node, ast.Constant):
        return ("Constant", float(node.value)) if is_number(node) else key(node)
    if isinstance(node, ast.AST):
        return (type(node).__name__, *[meaning(getattr(node, name, None), known) for name in node._fields if name not in _UNSAID])
    if isinstance(node, list):
        return tuple([meaning(part, known) for part in node])
    return node


_OPERATORS = {"multiply": ast.Mult, "add": ast.Add, "subtract": ast.Sub, "divide": ast.Div, "true_divide": ast.Div, "power": ast.Pow}


def _plainly(node):
    """a * b of np.multiply(a, b), a ** 2 of np.square(a), a.sum(axis=0) of np.sum(a, axis=0); None of other calls."""
    name, arguments = node.func.attr, node.args
    if name in _OPERATORS and len(arguments) == 2 and not node.keywords:
        return ast.BinOp(arguments[0], _OPERATORS[name](), arguments[1])
    if name == "square" and len(arguments) == 1 and not node.keywords:
        return ast.BinOp(arguments[0], ast.Pow(), ast.Constant(2))
    if name in ("sum", "mean", "max", "min", "argmax", "reshape") and arguments:
        return ast.Call(ast.Attribute(arguments[0], name, ast.Load()), arguments[1:], node.keywords)
    return None


def _bag(items):
    """What a collection holds, in any order."""
    return frozenset(Counter(items).items())


def _transposed(said):
    if said[0] == "T":
        return said[1]
    if said[0] == "@":
        return ("@", _transposed(said[2]), _transposed(said[1]))
    return ("T", said)


def _product(node, known):
    coefficient, above, below = _factors(node, known)
    if coefficient < 0 and len(above) == 1 and not below and above[0][0] == "+":
        coefficient, above = -coefficient, [("+", frozenset(((-sign, term), n) for (sign, term), n in above[0][1]))]
    if coefficient == 1 and len(above) == 1 and not below:
        return above[0]
    return ("*", coefficient, _bag(above), _bag(below))


def _is_square(node):
    return is_op(node, ast.Pow) and is_number(node.right) and node.right.value == 2


def _factors(node, known):
    """(coefficient, numerators, denominators) of a product."""
    if is_op(node, ast.Mult, ast.Div):
        c, above, below = _factors(node.left, known)
        d, more, under = _factors(node.right, known)
        if isinstance(node.op, ast.Mult):
            return c * d, above + more, below + under
        return (c / d, above + under, below + more) if d else (c, above, [*below, ("Constant", 0.0)])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        c, above, below = _factors(node.operand, known)
        return -c, above, below
    if _is_square(node):
        c, above, below = _factors(node.left, known)
        return c * c, above * 2, below * 2
    return (float(node.value), [], []) if is_number(node) else (1.0, [meaning(node, known)], [])


def _terms(node, sign, known):
    """[(sign, term)] of a sum."""
    if is_op(node, ast.Add, ast.Sub):
        return _terms(node.left, sign, known) + _terms(node.right, sign if isinstance(node.op, ast.Add) else -sign, known)
    said = meaning(node, known)
    if said[0] == "+":
        return [(s * sign, term) for (s, term), n in said[1] for _ in range(n)]
    if said[0] == "*" and said[1] < 0:
        above = list(said[2])
        alone = said[1] == -1 and len(above) == 1 and above[0][1] == 1 and not said[3]
        return [(-sign, above[0][0] if alone else ("*", -said[1], *said[2:]))]
    return [(sign, said)]
