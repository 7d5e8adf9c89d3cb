"""What a script's own updates say: the learning rate, and where the gradients are."""

import ast
import re
from collections import Counter

RATE = re.compile(
    r"(?i)^(lr|alpha|eta|rate|learning_?rate|learn_?rate|l_?rate|step_?size|epsilon_?lr|learningrate|lrate|lern_?rate|schrittweite|taux|tasa)$|(^|_)(lr|eta|rate)($|_|\d)"
)
"""Names that stand for a learning rate."""


def rate_of(updates, functions):
    """The text of the expression that stands for the rate in a script's updates, or None."""
    votes = Counter()
    for statement in updates:
        votes.update(set(factors(statement)))
    named = [text for text, _ in votes.most_common() if RATE.search(re.split(r"\W+", text.rstrip("]'\""))[-1])]
    if named:
        return named[0]
    for statement in updates:
        found = _handed_over(statement, functions)
        if found:
            return found
    numbers = [text for text, _ in votes.most_common() if _is_number(text)]
    return numbers[0] if numbers else None


def factors(statement):
    """Texts of names and numbers that are factors in what an update takes away."""
    value = getattr(statement, "value", None)
    if value is None:
        return
    for part in ast.walk(value):
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div)):
            for side in (part.left, part.right) if isinstance(part.op, ast.Mult) else (part.left,):
                side = side.operand if isinstance(side, ast.UnaryOp) else side
                if isinstance(side, (ast.Name, ast.Attribute, ast.Subscript)) or _number(side):
                    yield ast.unparse(side)


def sized(statement):
    """Whether an update has a factor that may be a rate: a name that stands for one, or a number."""
    return any(_is_number(text) or RATE.search(re.split(r"\W+", text)[-1]) for text in factors(statement))


def _number(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def _is_number(text):
    try:
        return 0 < float(text) != 1
    except ValueError:
        return False


def _handed_over(statement, functions):
    """What a call in an update hands over for a parameter, or by a name, that stands for a rate; of an object what it keeps under one."""
    for call in ast.walk(statement):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else None
        for role in functions.roles.get(name, ()):
            parameters = role.parameters[1:] if isinstance(call.func, ast.Attribute) else role.parameters
            given = [*zip(parameters, call.args, strict=False), *((word.arg, word.value) for word in call.keywords)]
            for parameter, value in given:
                if parameter and RATE.search(parameter):
                    return ast.unparse(value)
            named = {parameter for parameter, _ in given}
            for parameter, value in role.defaults:
                if parameter not in named and RATE.search(parameter) and _number(value):
                    return ast.unparse(value)
        for value in (*call.args, *(word.value for word in call.keywords)):
            if isinstance(value, (ast.Name, ast.Attribute)) and RATE.search(ast.unparse(value).split(".")[-1]):
                return ast.unparse(value)
    return None


def kept_rate(namespace):
    """The text of an attribute or a name that stands for a rate, found in what the script has, or None."""
    for name, value in list(namespace.items()):
        if RATE.search(name) and isinstance(value, float) and len(name) > 1:
            return name
    for name, value in list(namespace.items()):
        for attribute, held in (
            list(getattr(value, "__dict__", {}).items()) if not isinstance(value, type) and not hasattr(value, "__loader__") else ()
        ):
            if RATE.search(attribute) and isinstance(held, float):
                return f"{name}.{attribute}"
    return None
