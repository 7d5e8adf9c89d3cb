"""The names that statements see each time they run, so that other right sides can be evaluated there."""

import contextlib
import copy

import numpy as np

from helpers.clinic.model.sources import tracing

MOST_RUNS = 12
"""So many runs of a statement are kept; a statement that runs more often is not evaluated where it stands."""

MOST_BYTES = 64 << 20
"""So much is copied at most."""


def scopes_of(statements, ask):
    """{id(statement): [scope of each run]} while `ask()` runs. A scope is a dict of names, copied deeply; none where that cannot be done.

    statements : list of (filename, ast statement)
    """
    lines = {(filename, node.lineno): node for filename, node in statements}
    files = {filename for filename, _ in lines}
    kept, at, room = {id(node): [] for _, node in statements}, {}, [MOST_BYTES]

    def enter(frame, event, arg):
        return step if frame.f_code.co_filename in files else None

    def step(frame, event, arg):
        if event == "line":
            node = lines.get((frame.f_code.co_filename, frame.f_lineno))
            inside = at.get(id(frame))
            if inside is not None and node is not inside and inside.lineno <= frame.f_lineno <= inside.end_lineno and not hasattr(inside, "body"):
                return step  # another line of the statement that is running
            if node is not None and (inside is not node or node.lineno == node.end_lineno):
                _keep(kept, node, frame, room)
            at[id(frame)] = node
        elif event == "return":
            at.pop(id(frame), None)
        return step

    with tracing(enter), contextlib.suppress(Exception, SystemExit):  # what ran until then is known
        ask()
    return {key: [] if scopes is None else scopes for key, scopes in kept.items()}


def _keep(kept, node, frame, room):
    scopes = kept[id(node)]
    if scopes is None:
        return
    if len(scopes) == MOST_RUNS or room[0] <= 0:
        kept[id(node)] = None
        return
    try:
        local = frame.f_locals  # since Python 3.13 of a function no dict, and not to be copied as it is
        local = copy.deepcopy(dict(local) if local is not frame.f_globals else _arrays(local))
    except Exception:
        kept[id(node)] = None
        return
    room[0] -= sum(value.nbytes for value in local.values() if isinstance(value, np.ndarray)) + 1000
    scopes.append({**frame.f_globals, **local})


def _arrays(names):
    """Of a script's names those that hold values."""
    return {
        name: value for name, value in names.items() if isinstance(value, (np.ndarray, int, float, list, tuple, dict)) and not name.startswith("__")
    }
