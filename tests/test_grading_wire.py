"""What passes between grader and worker: values as they were, functions that can be called, errors with their names, and nothing else."""

import json
from collections import Counter, OrderedDict
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from helpers import autograd
from helpers.exercises import calling
from helpers.exercises.chapters import find
from helpers.exercises.grading.peer import Nonsense, Peer
from helpers.exercises.grading.wire import Wire, put_back
from helpers.exercises.grading.worker import Worker


class HalfAWorker(Worker):
    """A worker in this process, without a shell and a clock."""

    def __init__(self):
        self.seconds = 5  # of the processor


class Line:
    """Grader and worker in one process; what passes is turned into text and back."""

    def __init__(self):
        worker = HalfAWorker()
        self.inbox = {"grader": [], "worker": []}
        self.grader = self.end("grader", "worker", {"call": self.called_back}, Exception)
        self.worker = worker.peer = self.end("worker", "grader", {"call": worker.call, "beside": worker.beside}, BaseException)

    def end(self, own, other, duties, caught):
        def send(message):
            message = json.loads(json.dumps(message))
            if "ask" in message:
                getattr(self, other).serve(message)
            else:
                self.inbox[other].append(message)

        return Peer(lambda: self.inbox[own].pop(0), send, duties, caught)

    def called_back(self, f, arguments):
        given, named = self.grader.wire.read(arguments)
        return {"result": self.grader.wire.write(self.grader.wire.lent[f](*given, **named)), "after": self.grader.wire.write(given)}

    def passed(self, value):
        """What the grader has of a learner's value."""
        found = self.grader.wire.read(json.loads(json.dumps(self.worker.wire.write(value))))
        if hasattr(found, "lent"):
            found.beside = self.beside
        return found

    def beside(self, function, helper, *arguments):
        written = self.grader.wire.write(list(arguments))
        return self.grader.wire.read(self.grader.ask("beside", module=helper.__module__, helper=helper.__name__, f=function.lent, arguments=written))


@pytest.fixture
def line():
    return Line()


# ---------------------------------------------------------------- values

VALUES = [
    None, True, 3, -(2**70), 0.1, float("inf"), "ü\ud800", b"\xff", 1 + 2j, ..., [1, [2.5, ...]], (1, (2,)), {1, 2}, frozenset((1, 2)),
    {"a": [1], (1, 2): None, 3: {}}, Fraction(1, 3), Decimal("0.1"), np.float32(0.5), np.int64(7), np.bool_(True), np.str_("x"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_values_arrive_as_they_were(line, value):
    found = line.passed(value)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("array", [
    np.arange(6.0).reshape(2, 3), np.array(3), np.array([], dtype=int), np.float32([[1], [2]]), np.array([True]), np.array(["a", "bc"]),
    np.array([1 + 1j]), np.arange(6).reshape(2, 3).T[::-1],
])  # fmt: skip
def test_arrays_arrive_as_they_were(line, array):
    found = line.passed(array)
    assert np.array_equal(found, array) and found.dtype == array.dtype and found.flags.writeable


def test_odd_ones_arrive_as_what_a_check_takes_them_for(line):
    assert np.isnan(line.passed(float("nan"))) and line.passed(np.array([1, None, "a"], dtype=object)).tolist() == [1, None, "a"]
    masked = line.passed(np.ma.array([1.0, 2.0], mask=[True, False]))
    assert np.ma.is_masked(masked) and masked[1] == 2
    assert line.passed(c for c in "BD") == ["B", "D"] and line.passed({"a": 1}.keys()) == ["a"] and line.passed(range(3)) == [0, 1, 2]
    assert line.passed(Counter("aab")) == {"a": 2, "b": 1} and line.passed(OrderedDict(a=1)) == {"a": 1}
    assert len(line.passed(iter(int, 1))) == 1000  # an endless generator ends
    assert line.passed(autograd.Tensor(np.ones(2))).value.tolist() == [1, 1]


class Hostile:
    """Raises whatever one does with it."""

    def __getattribute__(self, name):
        raise SystemExit(name)


class Pickled:
    """Would run something where it is unpickled."""

    def __reduce__(self):
        return (print, ("run",))


@pytest.mark.parametrize("make", [Hostile, Pickled, object, lambda: np.array([(1, 2)], dtype="i,i")])
def test_what_is_no_data_arrives_as_an_empty_object_of_that_name(line, make):
    value = make()
    found = line.passed(value)
    assert type(found).__name__ == type(value).__name__ and type(found) is not type(value)


def test_a_list_within_itself_ends(line):
    endless = []
    endless.append(endless)
    assert isinstance(line.passed(endless), list)


@pytest.mark.parametrize("told", [
    {}, {"t": "evil"}, {"t": "__class__"}, {"t": "array"}, {"t": "array", "d": "O", "shape": [1], "v": ""}, {"t": "int", "v": 3},
    {"t": "array", "d": "f8", "shape": [10**9], "v": ""}, {"t": "yours", "f": 10**6}, {"t": "dict", "v": [[[], 1]]}, {"t": "tuple", "v": 5},
    {"t": "fraction", "v": "1/0"}, {"t": "masked", "v": []}, {"t": "function", "f": "x"}, {"t": "tensor", "v": {"t": "object", "kind": "x"}},
])  # fmt: skip
def test_nonsense_is_no_value(told):
    with pytest.raises(ValueError):
        Wire(None).read(told)


# ---------------------------------------------------------------- functions


def test_a_function_is_called_over_there_and_calls_back(line):
    assert line.passed(lambda x, g: g(x) + 1)(3, lambda x: 2 * x) == 7


def test_its_names_are_known_and_what_it_changes_is_seen(line):
    def spoils(p, X):
        p["W1"] *= 2
        p["new"] = 1
        X.append(4)
        return p

    p, X = {"W1": np.ones(2)}, [3]
    array, function = p["W1"], line.passed(spoils)
    result = function(p, X)
    assert p["new"] == 1 and p["W1"] is array and array.tolist() == [2, 2] and X == [3, 4] and result["W1"].tolist() == [2, 2]
    assert calling._labels(function, 2) == ["p", "X"] and calling._name(function) == "spoils"


def test_what_was_handed_out_takes_the_form_of_what_came_back():
    assert put_back([1, 2, 3], [9]) == [9] and put_back({"a": 1}, {}) == {} and put_back(np.ones(2), np.ones(3)).shape == (3,)


@pytest.mark.parametrize(("error", "base", "text"), [
    (KeyError("Z1"), KeyError, "'Z1'"), (np.linalg.LinAlgError("singular"), ValueError, "singular"), (SystemExit(3), Exception, "3"),
    (KeyboardInterrupt(), Exception, ""), (type("Odd", (TypeError,), {"__str__": lambda self: "odd"})(), Exception, "odd"),
    (UnicodeDecodeError("utf-8", b"a", 0, 1, "bad"), Exception, "'utf-8' codec can't decode byte 0x61 in position 0: bad"),
])  # fmt: skip
def test_errors_keep_their_names_and_texts(line, error, base, text):
    def raises():
        raise error

    with pytest.raises(base) as caught:
        line.passed(raises)()
    assert type(caught.value).__name__ == type(error).__name__ and str(caught.value) == text


def test_an_answer_that_nobody_asked_for_is_nonsense():
    peer = Peer(lambda: {"answer": 7, "value": 1}, lambda message: None, {})
    with pytest.raises(Nonsense):
        peer.ask("run", source="1")


# ---------------------------------------------------------------- the checks say the same on both sides


def fits_badly(A):
    return A @ np.ones((3, 3))


SAID = [
    ("silent-units", [lambda A: int((A == 0).all(axis=1).sum())]), ("silent-units", [lambda A: 0]), ("silent-units", [fits_badly]),
    ("silent-units", [lambda A: A.fill(0)]), ("silent-units", [3]), ("silent-units", [lambda A: ...]), ("silent-units", [int]),
    ("depth", [lambda X, p, g, h: h(p["W1"] @ X + p["b1"])]), ("depth", [lambda X, p, g, h: p["W9"]]),
    ("numerical-gradient", [lambda loss, p: {f"d{name}": 0 * value + loss(p) for name, value in p.items()}]),
    ("safe-sqrt", [lambda x: np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0)]), ("safe-sqrt", [lambda x: np.sqrt(x)]),
    ("safe-sqrt", [lambda x: x.value]), ("forward-sweep", [lambda edges, start: {start: edges["x"]}]),
    ("shapes", [(10, 30), (10, 1), (10, 569), np.array([1, 10])]), ("shapes", [(10, 30), (10,), ..., 1]), ("culprits", [[1, 5], {"a": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "answers"), SAID, ids=[f"{slug}-{i}" for i, (slug, _) in enumerate(SAID)])
def test_a_check_says_the_same_of_what_has_passed(line, slug, answers):
    assert find(slug).unnoted(*(line.passed(answer) for answer in answers)) == find(slug).unnoted(*answers)
