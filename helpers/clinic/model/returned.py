"""The names in the `return` of the function that made an answer: `return gV, gv, gU, gu` says what is what."""

import ast
import collections
import sys

from helpers.clinic.model import sources


def watched(function, said):
    """The function, such that the names in the `return` of whoever made its answer are appended to `said`."""

    def call(*arguments):
        returns, traced = collections.deque(maxlen=1000), sys.getprofile()

        def profile(frame, event, result):
            if event == "return" and isinstance(result, (tuple, list)) and sources.is_theirs(frame.f_code):
                returns.append((frame.f_code, frame.f_lineno, result))

        sys.setprofile(profile)
        try:
            answer = function(*arguments)
        finally:
            sys.setprofile(traced)
        made = next(((code, line) for code, line, result in returns if result is answer), None)
        said.append(names_returned(*made, len(answer)) if made and isinstance(answer, (tuple, list)) else None)
        return answer

    return call


def names_returned(code, line, count):
    """The names in a return statement of so many things, None for each that has none; None where it cannot be read."""
    source = sources.source_of(code.co_filename)
    statement = source.statement(line) if source else None
    value = getattr(statement, "value", None)
    if not isinstance(statement, ast.Return) or not isinstance(value, (ast.Tuple, ast.List)) or len(value.elts) != count:
        return None
    return [_name_in(node) for node in value.elts]


def _name_in(node):
    """`dW` of dW, self.dW, dW[::-1], dW / m, np.array(dW); None where several names stand."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        return f"{_name_in(node.value) or ''}_{node.slice.value}" if isinstance(node.slice, ast.Constant) else None
    inner = {ast.Subscript: "value", ast.BinOp: "left", ast.UnaryOp: "operand"}.get(type(node))
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _name_in(node.args[0])
    return _name_in(getattr(node, inner)) if inner else None
