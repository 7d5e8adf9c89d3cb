"""Entries of lists in lists, as plain Python has them: which `w[j][k]` can stand in a statement.

How deep a list goes is read from how the file uses it; what counts are the loops around the statement. So `x[i]` and `w2[j][k]` are there
although the function says neither of them.
"""

import ast
import functools
import itertools

DEEPEST = 3
"""Lists of lists of lists, and no further."""

MOST = 40
"""So many entries are offered."""


@functools.lru_cache(32)
def depths_in(text):
    """{name of a list: how many indices the file puts after it}, of names that are indexed by numbers and running indices only."""
    found, mixed = {}, set()
    tree = ast.parse(text)
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and id(node) not in inner:
            base, indices = chain(node)
            name = ast.unparse(base)
            if not isinstance(base, ast.Name | ast.Attribute) or not all(map(_counts, indices)):
                mixed.add(name)
            found[name] = max(found.get(name, 0), len(indices))
    return {name: depth for name, depth in found.items() if name not in mixed and depth <= DEEPEST}


def chain(node):
    """(base, [indices]) of base[i][j]."""
    indices = []
    while isinstance(node, ast.Subscript):
        indices.append(node.slice)
        node = node.value
    return node, indices[::-1]


def _counts(index):
    """Whether an index counts: k, 0, -1, k + 1."""
    if isinstance(index, ast.BinOp):
        return _counts(index.left) and _counts(index.right)
    if isinstance(index, ast.UnaryOp):
        return _counts(index.operand)
    if isinstance(index, ast.Call):  # len(W) - 1
        return isinstance(index.func, ast.Name) and index.func.id == "len"
    return isinstance(index, ast.Name) or (isinstance(index, ast.Constant) and isinstance(index.value, int))


def around(statements, statement):
    """The running indices of the loops around a statement, the outermost first."""
    here = (statement.lineno, statement.col_offset)
    found = []
    for node in statements:
        inside = isinstance(node, ast.For) and (node.lineno, node.col_offset) < here <= (node.end_lineno, node.end_col_offset or 0)
        if inside and node is not statement:
            found += running(node.target, node.iter)
    return list(dict.fromkeys(found))


def running(target, over):
    """The indices that a loop counts with: j of `for j in range(n)`, i of `for i, x in enumerate(X)`."""
    name = over.func.id if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) else ""
    if name == "reversed" and over.args:
        return running(target, over.args[0])
    if name == "enumerate" and isinstance(target, ast.Tuple):
        target = target.elts[0]
    return [target.id] if name in ("range", "enumerate") and isinstance(target, ast.Name) else []


def entries(text, bases, indices):
    """Texts such as "w[j][k]" for each of `bases` {name: text} that the file indexes, with the running indices that there are."""
    depths, found = depths_in(text), []
    for name, own in bases.items():
        depth = depths.get(name, 0)
        if 0 < depth <= len(indices):
            found += [own + "".join(f"[{i}]" for i in order) for order in itertools.permutations(indices, depth)]
    return list(dict.fromkeys(found))[:MOST]


def swapped_indices(line):
    """(cost, kind, {node: expression}): w[k][j] for w[j][k]."""
    for node in line.expressions():
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
            outer, inner = node.slice, node.value.slice
            if _counts(outer) and _counts(inner) and ast.dump(outer) != ast.dump(inner):
                yield 0.8, "index", {outer: inner, inner: outer}
