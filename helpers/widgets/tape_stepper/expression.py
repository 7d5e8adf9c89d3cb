"""The reader's expression: read with `ast`, never run as Python, computed on tensors, and what is not allowed is named with its place."""

import ast
import operator
import re

import numpy as np

FUNCTIONS = {
    "relu": (lambda z: np.maximum(z, 0), 1), "exp": (np.exp, 1), "log": (np.log, 1), "tanh": (np.tanh, 1), "sqrt": (np.sqrt, 1),
    "sin": (np.sin, 1), "cos": (np.cos, 1), "abs": (np.absolute, 1), "max": (np.maximum, 2), "min": (np.minimum, 2),
}  # fmt: skip
"""What may be called, and with how many arguments."""
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}
ALLOWED = f"numbers, names, + - * / **, parentheses, {', '.join(FUNCTIONS)}, and name = ...; before the last part"
INSTEAD = {
    "sigmoid": "1 / (1 + exp(-z))", "maximum": "max(a, b)", "minimum": "min(a, b)", "ln": "log(z)", "softplus": "log(1 + exp(z))",
    "square": "z**2", "pow": "a**b",
}  # fmt: skip
LONGEST = 400


class Expression:
    """An expression such as "u = x**2; u + u*u".

    Attributes
    ----------
    inputs : list of str
        The names to which it gives no value itself, in the order in which they come.
    """

    def __init__(self, text):
        if not text.strip() or len(text) > LONGEST:
            raise ValueError(f"the expression has {len(text)} characters, expected 1 to {LONGEST}: for example 'u = x**2; u + u*u'")
        self.text = re.sub(r"\s*\n\s*", "; ", text.strip().replace("^", "**"))
        try:
            self.parts = ast.parse(self.text).body
        except (SyntaxError, ValueError, RecursionError) as error:
            place = f" at character {error.offset}" if getattr(error, "offset", None) else ""
            raise ValueError(f"the expression {self.text!r} cannot be read{place}: allowed are {ALLOWED}") from None
        self.inputs, self._given = [], set()
        for part in self.parts[:-1]:
            self._assignment(part)
        last = self.parts[-1]
        if isinstance(last, ast.Assign):
            self._assignment(last)
        elif isinstance(last, ast.Expr):
            self._check(last.value)
        else:
            self._refuse(last)

    def _assignment(self, part):
        if not isinstance(part, ast.Assign) or len(part.targets) != 1 or not isinstance(part.targets[0], ast.Name):
            self._refuse(part)
        self._check(part.value)
        name = part.targets[0].id
        if name in self._given or name in self.inputs:
            raise ValueError(f"{name!r} gets a second value in the expression, expected one value for each name: call it {name}2")
        self._given.add(name)

    def _refuse(self, node, why=""):
        written = ast.get_source_segment(self.text, node) or self.text
        raise ValueError(f"{written!r} at character {node.col_offset + 1} of the expression is not allowed{why}: allowed are {ALLOWED}")

    def _check(self, node):
        """Raise for anything that is not allowed; gather the inputs."""
        match node:
            case ast.Name(id=name):
                if name not in self._given and name not in self.inputs:
                    self.inputs.append(name)
            case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
                pass
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                self._check(node.operand)
            case ast.BinOp() if type(node.op) in OPERATORS:
                self._check(node.left)
                self._check(node.right)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
                if len(node.args) != (wanted := FUNCTIONS[name][1]):
                    self._refuse(node, f" ({name} takes {wanted} argument{'s' * (wanted > 1)}, {len(node.args)} came)")
                for argument in node.args:
                    self._check(argument)
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if name in FUNCTIONS or name in INSTEAD:
                self._refuse(node, f" (write {INSTEAD.get(name, f'{name}(...)')})")
            case _:
                self._refuse(node)

    def run(self, inputs):
        """(result, made, names): all that was computed, in that order, and {tensor: name} for what has a name of its own."""
        self._made, known, names = [], dict(inputs), {}
        value = None
        for part in self.parts:
            value = self._value(part.value, known)
            if isinstance(part, ast.Assign):
                known[part.targets[0].id] = value
                names.setdefault(value, part.targets[0].id)
        return value, self._made, names

    def _value(self, node, known):
        match node:
            case ast.Name(id=name):
                return known[name]
            case ast.Constant(value=value):
                return np.float64(value)
            case ast.UnaryOp(op=ast.UAdd()):
                return self._value(node.operand, known)
            case ast.UnaryOp():
                made = -self._value(node.operand, known)
            case ast.BinOp():
                made = OPERATORS[type(node.op)](self._value(node.left, known), self._value(node.right, known))
            case _:
                made = FUNCTIONS[node.func.id][0](*(self._value(argument, known) for argument in node.args))
        self._made.append(made)
        return made
