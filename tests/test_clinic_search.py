"""The search for repairs: one limited trial, what a line would compute, which repair is chosen, several faults."""

import ast
import contextlib
import sys
import time
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.clinic import guard
from helpers.clinic.model import sources, truth
from helpers.clinic.model.subject import Subject, Trouble
from helpers.clinic.repair import local, search, trial_run
from helpers.clinic.repair.choice import Judge, pattern, words_changed
from helpers.clinic.repair.edits import Edit
from helpers.clinic.repair.outcome import line_before
from helpers.clinic.repair.raised import raised_suspects
from helpers.clinic.repair.together import covers

NETWORK = """import numpy as np

r = np.random.default_rng(3)
X, Y = r.normal(size=(4, 7)), r.normal(size=(2, 7))


def forward(p):
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.tanh(Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    return Z1, A1, Z2


def loss(p):
    Z1, A1, Z2 = forward(p)
    return 0.5 * np.sum((Z2 - Y) ** 2) / X.shape[1]


def gradients(p):
    m = X.shape[1]
    Z1, A1, Z2 = forward(p)
    dZ2 = (Z2 - Y) / m
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = (p["W2"].T @ dZ2) * (1 - A1**2)
    dW1 = dZ1 @ X.T
    db1 = dZ1.sum(axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""


class Text(Subject):
    """loss(p) and gradients(p) of a text that is executed anew for each change."""

    def __init__(self, text, name="toy_network.py", start=None):
        self.name, self.text = name, text
        sources.register(name, text)
        r = np.random.default_rng(0)
        sizes = {"W1": (3, 4), "b1": (3, 1), "W2": (2, 3), "b2": (2, 1)}
        self.start = start or {n: r.normal(size=size) * 0.7 for n, size in sizes.items()}
        self.module = self._executed(text)

    def _executed(self, text):
        module = {}
        exec(compile(text, self.name, "exec"), module)
        return module

    def _asked(self, name, values):
        try:
            return guard.call(self.module[name], {n: v.copy() for n, v in values.items()})
        except Exception as error:
            lines = [line for frame, line in _frames(error) if frame == self.name]
            raise Trouble(str(error), self.name, lines[-1] if lines else None, error) from error

    def loss(self, values):
        return float(self._asked("loss", values))

    def gradients(self, values):
        return self._asked("gradients", values)

    @contextlib.contextmanager
    def edited(self, texts):
        before = self.module
        self.module = self._executed(texts[self.name])
        try:
            yield
        finally:
            self.module = before


def _frames(error):
    at = error.__traceback__
    while at is not None:
        yield at.tb_frame.f_code.co_filename, at.tb_lineno
        at = at.tb_next


@dataclass(frozen=True)
class Suspect:
    filename: str
    statement: object
    score: float = 1.0
    evidence: str = ""


def suspects_in(text, name="toy_network.py", first="def gradients"):
    """Every statement after a mark, in order."""
    tree = ast.parse(text)
    start = text[: text.index(first)].count("\n") + 1
    kinds = (ast.Assign, ast.AugAssign, ast.Return)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno > start]
    return [Suspect(name, node) for node in sorted(nodes, key=lambda node: node.lineno)]


def found(*changes, text=NETWORK, seconds=60, accused="", **options):
    """(Outcome, the planted text) of a network with (old, new) planted. accused : how the statement begins that is suspected most."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    points = truth.points(Text(NETWORK))
    subject = Text(text)

    def again(texts):
        return suspects_in(*texts.values())

    suspects = sorted(suspects_in(text), key=lambda suspect: not ast.unparse(suspect.statement).startswith(accused))
    return search.repairs(subject, points, suspects, seconds, again=again, **options), text


def right(text):
    points = truth.points(Text(NETWORK))
    return not truth.overall([truth.judged(p, Text(text).gradients(p.values)) for p in points]).wrong


# --- one fault -------------------------------------------------------------------------------------------------------


FAULTS = [
    ("dW2 = dZ2 @ A1.T", "dW2 = (A1 @ dZ2.T)", "W2"),
    ("(1 - A1**2)", "(1 - A1)", "W1 b1"),
    ("dZ2 = (Z2 - Y) / m", "dZ2 = (Z2 + Y) / m", "W1 W2 b1 b2"),
    ("dZ2 = (Z2 - Y) / m", "dZ2 = (Z2 - Y)", "W1 W2 b1 b2"),
    ("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ1.mean(axis=1, keepdims=True)", "b1"),
    ('p["W2"].T @ dZ2', 'p["W2"].T @ Z2', "W1 b1"),
]


@pytest.mark.parametrize("line, fault, spoils", FAULTS)
def test_one_fault_is_repaired_in_its_own_line(line, fault, spoils):
    outcome, text = found((line, fault))
    assert outcome.complete and right(outcome.texts["toy_network.py"])
    assert [step.line for step in outcome.steps] == [text[: text.index(fault)].count("\n") + 1]
    assert outcome.steps[0].gained == set(spoils.split())


def test_the_answer_is_the_same_each_time():
    once, twice = (found(FAULTS[1][:2])[0] for _ in range(2))
    assert once.texts == twice.texts and once.tried == twice.tried


def test_two_faults_in_one_statement_are_repaired():
    outcome, _ = found(("(1 - A1**2)", "(1 + Z1**2)"), accused="dZ1")
    assert outcome.complete and len(outcome.steps) == 1 and right(outcome.texts["toy_network.py"])


def test_right_code_is_left_alone():
    outcome, _ = found()
    assert outcome.complete and not outcome.steps and not outcome.tried


# --- several faults --------------------------------------------------------------------------------------------------


def test_two_faults_apart_are_repaired():
    outcome, _ = found(("dW2 = dZ2 @ A1.T", "dW2 = 2 * dZ2 @ A1.T"), ("db1 = dZ1.sum(axis=1", "db1 = dZ1.mean(axis=1"))
    assert outcome.complete and len(outcome.steps) == 2 and right(outcome.texts["toy_network.py"])


def test_two_faults_in_one_chain_are_repaired():
    outcome, _ = found(("(1 - A1**2)", "(1 - Z1**2)"), ("dW1 = dZ1 @ X.T", "dW1 = dZ1 @ X.T / m"))
    assert outcome.complete and len(outcome.steps) == 2 and right(outcome.texts["toy_network.py"])


def test_two_faults_that_hide_each_other_are_repaired():
    outcome, _ = found(('dZ1 = (p["W2"].T @ dZ2)', 'dZ1 = (p["W2"].T @ Z2)'), ("dZ2 = (Z2 - Y)", "dZ2 = (Z2 + Y)"))
    assert outcome.complete and len(outcome.steps) == 2 and right(outcome.texts["toy_network.py"])


# --- exceptions ------------------------------------------------------------------------------------------------------


def test_a_line_that_raises_is_repaired():
    outcome, text = found(("dW1 = dZ1 @ X.T", "dW1 = dZ1 @ X"))
    assert outcome.complete and outcome.steps[0].line == text[: text.index("dZ1 @ X")].count("\n") + 1


def test_suspects_of_an_exception_are_its_line_and_what_computed_its_operands():
    source = sources.Source("f", NETWORK, ast.parse(NETWORK))
    line = NETWORK[: NETWORK.index("dW1 =")].count("\n") + 1
    first, *others = raised_suspects(Trouble("shapes", "f", line), source)
    assert ast.unparse(first.statement) == "dW1 = dZ1 @ X.T"
    assert "dZ1 = p['W2'].T @ dZ2 * (1 - A1 ** 2)" in [ast.unparse(suspect.statement) for suspect in others]


# --- limits ----------------------------------------------------------------------------------------------------------


def test_the_seconds_are_kept_and_the_progress_is_said():
    said = []
    began = time.process_time()
    found(
        ("dZ2 = (Z2 - Y) / m", "dZ2 = np.sin(Z2 + Y) / m"), ("dW1 = dZ1 @ X.T", "dW1 = np.cos(dZ1) @ X.T"), seconds=1.5, say=lambda *a: said.append(a)
    )
    assert time.process_time() - began < 6
    assert len(said) >= 2 and said[0][0] < said[-1][0]


def test_a_trial_that_does_not_end_is_stopped():
    slow = NETWORK.replace("    m = X.shape[1]\n", "    m = X.shape[1]\n    while True:\n        pass\n")
    subject = Text(NETWORK)
    trials = trial_run.Trials(subject, truth.points(subject))
    state = trials.base({})
    began = time.process_time()
    assert trials.better({subject.name: slow}, replace(state, distances=dict.fromkeys(state.distances, 4))) is None
    assert time.process_time() - began < 1.5 and guard.TIME_LIMIT == 10


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_memory_is_limited_and_the_limit_put_back():
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with trial_run.memory_limited(1 << 28), pytest.raises(MemoryError):
        np.ones((1 << 28,))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_changed_loss_is_no_repair():
    subject = Text(NETWORK)
    points = truth.points(subject)
    halved = Text(NETWORK.replace("dW2 = dZ2 @ A1.T", "dW2 = dZ2 @ A1.T * 2"), "other.py")
    trials = trial_run.Trials(halved, points)
    state = trials.base({})
    assert state.wrong == {"W2"}
    repaired = halved.text.replace("dZ2 @ A1.T * 2", "dZ2 @ A1.T")
    assert not trials.better({"other.py": repaired}, state).wrong
    assert trials.better({"other.py": repaired.replace("0.5 * np.sum", "0.7 * np.sum")}, state) is None


# --- what a line would compute ---------------------------------------------------------------------------------------


def _edit(old, new, text, cost=1.0):
    return Edit(cost, "word", ((text.index(old), text.index(old) + len(old), new),), "")


def test_a_changed_line_is_evaluated_where_it_stands():
    line = "d = a * b"
    source = sources.Source("f", line, ast.parse(line))
    here = local.Local(source.tree.body[0], source, [{"a": np.arange(1.0, 4), "b": np.array([2.0, 5, 7])}])
    values = [here.value(_edit("*", new, line)) for new in ("+", "-", "@ c @", "+")]
    assert values[2] == local.RAISES and values[0] == values[3] != values[1]
    assert here.value(_edit("a * b", "b * a", line)) == here.value(_edit("a * b", "1 * b * a", line))
    assert here.value(_edit("d", "e", line)) is None


# --- which repair is chosen ------------------------------------------------------------------------------------------


def test_lines_of_other_layers_are_written_alike():
    assert pattern("dW2 = dZ2 @ A1.T") == pattern("dW3 = dZ3 @ A2.T") != pattern("dW3 = dZ3 @ A3.T")
    assert pattern("delta = 2 * A1") is None


def test_a_size_written_as_a_number_is_unlikely():
    subject = Text(NETWORK)
    judge = Judge(subject, truth.points(subject))
    source = sources.source_of(subject.name)
    line = next(node for node in ast.walk(source.tree) if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "db1")

    def badness(new):
        return judge.badness(SimpleNamespace(source=source, edit=_edit("dZ1.sum", new, NETWORK), place=0, suspect=Suspect("f", line)))

    assert badness("m * dZ1.sum") < badness("3 * dZ1.sum") and badness("2 * dZ1.sum") < badness("3 * dZ1.sum")


def test_words_that_change_are_counted():
    assert words_changed(_edit("A1", "A2", "dZ2 @ A1.T"), "dZ2 @ A1.T") == (1, 0)
    assert words_changed(_edit("A1 / m", "A1", "dZ2 @ A1 / m"), "dZ2 @ A1 / m") == (0, 2)


def test_repairs_whose_gains_make_up_everything_are_put_together():
    choices = [SimpleNamespace(filename="f", badness=k, edit=SimpleNamespace(changes=((10 * k, 10 * k + 1, "x"),)), name=k) for k in range(4)]
    gains = [frozenset("a"), frozenset("ab"), frozenset("b"), frozenset("c")]
    sets = list(covers(list(zip(choices, gains, strict=True)), frozenset("abc")))
    assert [[choice.name for choice in group] for group in sets] == [[1, 3]]


def test_a_line_is_found_again_in_the_text_before_a_move():
    before, after = "a\nb\nc\nd\n", "a\nc\nd\nb\n"
    assert [line_before(before, after, n) for n in (1, 2, 3)] == [1, 3, 4]
    assert line_before("a\nb\nc\n", "a\nB\nc\n", 2) == 2
