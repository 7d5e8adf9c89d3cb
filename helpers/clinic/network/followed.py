"""What each line of the learner's computed in one call, and which of them computed a statement of the backward pass: by its values, not its name.

The hypothesis that reproduces what was returned says what every statement came to, right or wrong. The line that came to the same numbers,
up to a factor and turned or not, is the line of that statement, whatever it is called and wherever it stands.
"""

import ast
import contextlib
import itertools
from dataclasses import dataclass

import numpy as np

from helpers.clinic.model.sources import tracing
from helpers.clinic.network.aims import aims, anew, came
from helpers.clinic.repair.outcome import Choice, Outcome, Step
from helpers.clinic.repair.scopes import scopes_of
from helpers.clinic.repair.trial_run import Trials

MOST = 4000
"""Values that are kept."""


@dataclass(frozen=True)
class Value:
    """What a statement of a Source set or returned, one of its runs."""

    source: object
    statement: ast.stmt
    array: np.ndarray


@dataclass(frozen=True)
class Aimed:
    """A suspect whose line should have come to `wanted`, in each of its runs."""

    filename: str
    statement: ast.stmt
    score: float
    evidence: str
    wanted: tuple = ()


class Followed:
    """The learner's lines in one call on the first batch, beside the hypothesis that explains what they returned.

    subject, points : as in `repair.search`; ran : [(Source, statement)]; v : the values of a hypothesis for that batch, or None.
    """

    def __init__(self, subject, points, ran, v):
        self.subject, self.points, self.ran, self.v = subject, points, ran, v
        self.values = followed(self._ask, ran) if self.v is not None else []
        self.aims = aims(self.values, self.v) if self.v is not None else {}

    def _ask(self):
        self.subject.gradients(self.points[0].values)

    def lines_of(self, names):
        """[(Source, statement)] of the lines that computed one of these statements, the first ones first."""
        names = sorted(names)
        return lines_of(self.values, [came(name, self.v) for name in names]) if self.v is not None else []

    def suspect(self, source, statement):
        """The suspect for a line, with what it should have come to where that is known."""
        row = self.aims.get(id(statement))
        plain = bool(row) and (row[0].example is None or row[0].statement[1] not in "Wb")  # no sum of shares
        wanted = (tuple(aim.wanted for aim in row),) if plain and not isinstance(statement, ast.AugAssign) else ()
        return Aimed(source.filename, statement, 1.0, "it computes what is wrong", wanted)

    def written_anew(self, meant, is_right):
        """An Outcome in which the lines at fault are written anew, right for every batch; None where that cannot be done."""
        places = [(source, s) for source, s in self.ran if self._is_off(s)]
        scopes = scopes_of([(source.filename, s) for source, s in places], self._ask)
        rows = [
            (source, s, list(itertools.islice(anew(source, s, self.aims[id(s)], scopes.get(id(s), []), self.v, meant), 12))) for source, s in places
        ]
        rows = [row for row in rows if row[2]]
        trials = Trials(self.subject, self.points)
        for number in range(1, min(len(rows), 3) + 1):
            for group in itertools.combinations(rows, number):
                for edits in itertools.islice(itertools.product(*(row[2] for row in group)), 40):
                    outcome = _outcome(group, edits, trials)
                    with self.subject.edited(outcome.texts) if outcome else contextlib.nullcontext():
                        if outcome is not None and is_right():
                            return outcome
        return None

    def _is_off(self, statement):
        """Whether a line came to something else than its right formula gives."""
        row, came = self.aims.get(id(statement)), [value.array for value in self.values if value.statement is statement]
        if row and row[0].example is not None and row[0].statement[1] in "Wb":
            row, came = row[-1:], came[-1:]
        return bool(row) and any(not np.allclose(a, aim.wanted, rtol=1e-6, atol=1e-12) if a.shape == aim.wanted.shape else True
                                 for a, aim in zip(came, row, strict=True))  # fmt: skip


def _outcome(group, edits, trials):
    """The Outcome of some lines written anew; None where it is not right."""
    texts, steps = {}, []
    for (source, statement, _), edit in sorted(zip(group, edits, strict=True), key=lambda pair: -pair[1].changes[0][0]):
        choice = Choice(source.filename, statement, edit, source.text, edit.cost)
        texts[source.filename] = edit.applied(texts.get(source.filename, source.text))  # from the end of the file to its beginning
        steps.append(Step(choice, choice.line, frozenset()))
    state = trials.base(texts)
    return Outcome(tuple(steps[::-1]), texts, True) if not state.wrong else None


def followed(ask, ran):
    """[Value] in the order in which they came while `ask()` ran. ran : [(Source, statement)]."""
    places = {(source.filename, line): (source, s) for source, s in ran for line in range(s.lineno, _end(s) + 1)}
    files = {source.filename for source, _ in ran}
    found, at = [], {}

    def enter(frame, event, arg):
        return step if frame.f_code.co_filename in files else None

    def step(frame, event, arg):
        before = at.get(id(frame))
        here = places.get((frame.f_code.co_filename, frame.f_lineno)) if event == "line" else None
        if before is not None and (event != "line" or here is None or here[1] is not before[1] or _is_loop(before[1])):
            _note(found, *before, frame, arg if event == "return" else None)
        at[id(frame)] = here
        if event == "return":
            at.pop(id(frame), None)
        return step

    with tracing(enter), contextlib.suppress(Exception):
        ask()
    return found


def _is_loop(statement):
    return hasattr(statement, "body")


def _end(statement):
    """The last line of a statement's own: of a loop or a condition, that of its head."""
    return statement.body[0].lineno - 1 if _is_loop(statement) and statement.body[0].lineno > statement.lineno else (
        statement.lineno if _is_loop(statement) else statement.end_lineno)  # fmt: skip


def _note(found, source, statement, frame, returned):
    if len(found) >= MOST:
        return
    if isinstance(statement, ast.Return):
        values = returned if isinstance(returned, tuple) else [returned]
    else:
        values = [_value(part, frame) for part in _targets(statement)]
    for value in values:
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fib" and 0 < value.size < 10_000:
            found.append(Value(source, statement, np.array(value, dtype=float)))


def _targets(statement):
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for target in targets:
        if target is not None and not _is_loop(statement):
            yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _value(target, frame):
    """What a target holds; a slice of an array counts as the array."""
    if isinstance(target, ast.Starred):
        return None
    with contextlib.suppress(Exception):
        if isinstance(target, ast.Subscript):
            whole = eval(compile(ast.Expression(_loaded(target.value)), "<target>", "eval"), frame.f_globals, frame.f_locals)
            if isinstance(whole, np.ndarray):
                return whole
        return eval(compile(ast.Expression(_loaded(target)), "<target>", "eval"), frame.f_globals, frame.f_locals)
    return None


def _loaded(target):
    return ast.parse(ast.unparse(target), mode="eval").body


def lines_of(values, wanted):
    """[(source, statement)] of the lines that came to one of the `wanted` arrays, up to a factor, turned or not; the first ones first."""
    found = {}
    for value in values:
        if any(_alike(value.array, array) for array in wanted if array is not None):
            found.setdefault(id(value.statement), (value.source, value.statement))
    return list(found.values())


def _alike(one, other):
    if one.size != other.size or one.size < 2:
        return one.size == other.size == 1 and bool(np.allclose(one.ravel(), other.ravel(), rtol=1e-9))
    for turned in (one, one.T):
        if turned.size == other.size and (turned.shape == other.shape or 1 in other.shape):
            a, b = turned.ravel(), other.ravel()
            square = b @ b
            if square and np.linalg.norm(a - (a @ b / square) * b) <= 1e-7 * np.linalg.norm(a) and a.any():
                return True
    return False
