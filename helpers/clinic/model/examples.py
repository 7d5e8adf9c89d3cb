"""The loss of the examples that one pass takes, where a script's loss is one over all of them: the same expression with less data.

A pass over `for x, t in zip(X, T)`, over `X[i]` or over a minibatch `X[batch]` follows the slope of the loss of these examples. So the
names of the data in the loss stand, while it is computed, for what the pass takes of them.
"""

import ast

import numpy as np

from helpers.clinic.model.syntax import roots

_WHOLE = ("zip", "enumerate", "tqdm", "list", "iter", "reversed", "sorted")


def shares(tree, split, namespace):
    """{name of data in the loss: expression of what a pass takes of it}; {} where the loss and the pass are of the same data.

    tree : the loss as an expression; split : the script's Pass; namespace : as it is in the first pass.
    """
    if not split.loops:
        return {}
    loop = split.loops[-1]
    names = {name for name in roots(tree) if isinstance(namespace.get(name), (np.ndarray, list, tuple)) and name not in split.moving}
    names -= _picked(tree)
    names |= {name for name in _read_by(tree, namespace) if isinstance(namespace.get(name), np.ndarray) and name not in split.moving}
    found = _of_the_loop(loop, namespace)
    found = {name: piece for name, piece in found.items() if name in names}
    used = [part for statement in split.block for part in ast.walk(statement)]
    for name in sorted(names - set(found)):
        pieces = {piece for alias in _aliases(name, namespace) for piece in _taken(alias, used, namespace)}
        pieces = pieces or set(_targets_within(name, split.loops, namespace))
        if len(pieces) == 1:
            found[name] = pieces.pop()
    return {name: found[name] for name in sorted(names) if name in found}


def _picked(tree):
    """Names of which a loss takes a part itself, wherever it names them: `cost(w, X[i], y[i])` is the loss of the pass as it stands."""
    within = [part.value for part in ast.walk(tree) if isinstance(part, ast.Subscript) and roots(part.slice)]
    bare = [part for part in ast.walk(tree) if isinstance(part, ast.Name) and not any(part is one for one in within)]
    return {part.id for part in within if isinstance(part, ast.Name)} - {part.id for part in bare}


def _aliases(name, namespace):
    """A name and the others for the same object: the parameter `x` of a `fit(x, y)` that was handed `X_train`."""
    held = namespace[name]
    return [name, *(other for other, value in namespace.items() if value is held and other != name)]


def _taken(name, used, namespace):
    """The parts of an array that a pass takes, where it takes no other and never all of it."""
    places = [part for part in used if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name) and part.value.id == name]
    bare = sum(isinstance(part, ast.Name) and part.id == name for part in used)
    return {piece for part in places if (piece := _piece(part, namespace)) is not None} if bare == len(places) else set()


def _targets_within(name, loops, namespace):
    """Targets of the loops that hold some of the examples that a name holds, and nothing else: a minibatch cut beforehand or by a generator."""
    whole = namespace[name]
    for target in (part for loop in loops if isinstance(loop, ast.For) for part in ast.walk(loop.target) if isinstance(part, ast.Name)):
        if _is_part(namespace.get(target.id), whole):
            yield target.id


def _is_part(some, whole):
    """Whether an array or a list holds fewer of the examples in another one of its kind, rows or columns."""
    if isinstance(whole, list):
        known = {id(one) for one in whole}
        return isinstance(some, list) and 0 < len(some) < len(whole) and all(id(one) in known for one in some) and not _plain(whole)
    if not isinstance(some, np.ndarray) or not isinstance(whole, np.ndarray) or some.ndim != whole.ndim or not 0 < some.size < whole.size:
        return False
    return any(_rows_within(some, whole) for some, whole in ((some, whole), (some.T, whole.T)) if some.shape[1:] == whole.shape[1:])


def _plain(values):
    return any(isinstance(one, (int, float, str)) for one in values)


def _rows_within(some, whole):
    known = {row.tobytes() for row in np.ascontiguousarray(whole)}
    return some.dtype == whole.dtype and all(row.tobytes() in known for row in np.ascontiguousarray(some))


def _read_by(tree, namespace):
    """Names of globals that the functions in an expression use."""
    codes = [namespace[name].__code__ for name in roots(tree) if hasattr(namespace.get(name), "__code__")]
    return {name for code in codes for name in code.co_names}


def _of_the_loop(loop, namespace):
    """What the loop itself hands over: the first of each that it runs through; of a call of theirs the targets by their order."""
    if not isinstance(loop, ast.For):
        return {}
    given = [part for part in _handed(loop.iter)]
    if given and all(isinstance(part, ast.Name) for part in given):
        return {part.id: f"{part.id}[:1]" for part in given}
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    if not isinstance(loop.iter, ast.Call):
        return {}
    arrays = [part for part in loop.iter.args if isinstance(part, ast.Name) and isinstance(namespace.get(part.id), np.ndarray)]
    pairs = list(zip(arrays, targets, strict=False)) if len(arrays) == len(targets) else []
    if all(isinstance(target, ast.Name) and np.ndim(namespace.get(target.id)) == np.ndim(namespace[array.id]) for array, target in pairs):
        return {array.id: target.id for array, target in pairs}
    return {}


def _handed(node):
    """The things that `zip(X, T)`, `enumerate(zip(X, T))` or `X` run through."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _WHOLE:
        for part in node.args:
            yield from _handed(part)
    elif not isinstance(node, ast.Constant):
        yield node


def _piece(part, namespace):
    """`X[i]` as X[i:i + 1], `X[:, i]` as X[:, i:i + 1], `X[batch]` as it stands; None where it is not a part of the data."""
    keys = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
    written = []
    for key in keys:
        text = ast.unparse(key)
        if not isinstance(key, ast.Slice) and isinstance(_value(text, namespace), (int, np.integer)):
            if isinstance(key, ast.Constant):
                return None
            text = f"{text}:{text} + 1"
        written.append(text)
    return f"{part.value.id}[{', '.join(written)}]" if roots(part.slice) else None


def _value(text, namespace):
    try:
        return eval(text, dict(namespace))
    except Exception:  # whatever a learner's expression does
        return None


def words(found):
    """What was done, in a sentence or two."""
    parts = " and ".join(f"{piece} in the place of {name}" for name, piece in found.items())
    one = all(piece.endswith("[:1]") or "+ 1" in piece for piece in found.values())
    taken = "one example" if one else "a part of the data"
    return f"One pass takes {taken}, and your loss is over all: it was judged by the loss of what the pass takes, with {parts}."
