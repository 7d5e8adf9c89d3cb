"""Blocks of a script in other forms: as one pass of a loop, and with every update taken back at once."""

import ast

from helpers.clinic.model.syntax import DEFINITIONS

PUT_BACK = "__put_back__"
"""A function in the script's namespace that gives the parameters their values again."""


def once(block):
    """A block as the body of a loop with one pass, so that `continue` and `break` leave it."""
    loop = ast.For(ast.Name("__pass__", ast.Store()), ast.Tuple([ast.Constant(0)], ast.Load()), [], [])
    ast.fix_missing_locations(ast.copy_location(loop, block[0]))
    loop.body = [one if hasattr(one, "lineno") else ast.fix_missing_locations(ast.copy_location(one, block[0])) for one in block]
    return loop


def taken_back(block, updates):
    """A block with a call that takes back what an update did after each of them, in the blocks inside as well."""
    return _Back(updates).block(block)


class _Back(ast.NodeTransformer):
    def __init__(self, updates):
        self.updates = updates

    def block(self, statements):
        found = []
        for statement in statements:
            copied = statement
            if not isinstance(statement, DEFINITIONS) and any(getattr(statement, name, None) for name in ("body", "orelse", "finalbody")):
                copied = type(statement)(**{name: value for name, value in ast.iter_fields(statement)})
                ast.copy_location(copied, statement)
                for name in ("body", "orelse", "finalbody"):
                    if getattr(statement, name, None):
                        setattr(copied, name, self.block(getattr(statement, name)))
            found.append(copied)
            if id(statement) in self.updates:
                call = ast.Expr(ast.Call(ast.Name(PUT_BACK, ast.Load()), [], []))
                found.append(ast.fix_missing_locations(ast.copy_location(call, statement)))
        return found
