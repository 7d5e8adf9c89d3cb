"""The learner's own lines: found, followed, and run with another text, whatever holds the functions."""

import gc
import linecache
import sys
import types

import numpy as np
import pytest

from helpers.clinic.model import sources

TEXT = """import math

RATE = 0.1


def plain(x):
    y = x * 2
    return y


def twice(function):
    def inner(x):
        return function(function(x))

    return inner


@twice
def decorated(x):
    return x + 1


class Base:
    def value(self, x):
        return x


class Layer(Base):
    factor = 3

    def value(self, x):
        return super().value(x) * self.factor

    @property
    def double(self):
        return self.factor * 2

    @staticmethod
    def still(x):
        return [k * 10 for k in range(x)]

    def __hidden(self, x):
        return x - 1

    def asked(self, x):
        return self.__hidden(x)


class Other:
    def value(self, x):
        return -x


slopes = {"a": lambda x: x + 100, "b": lambda x: x + 200}


def counter():
    def count(x):
        return x + 5

    return count


def numbers(n):
    for k in range(n):
        yield k + 1


if RATE > 1:
    def chosen(x):
        return "first"
else:
    def chosen(x):
        return "second"
"""


@pytest.fixture
def learner():
    return made("learner_of_sources", TEXT)


def made(name, text):
    """A module from a text that linecache knows, as it knows a notebook cell."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    return module


EDITS = [
    ("y = x * 2", "y = x * 7", lambda m: m.plain(1), 2, 7),
    ("return x + 1", "return x + 3", lambda m: m.decorated(0), 2, 6),
    ("super().value(x) * self.factor", "super().value(x) + self.factor", lambda m: m.Layer().value(5), 15, 8),
    ("return self.factor * 2", "return self.factor * 4", lambda m: m.Layer().double, 6, 12),
    ("k * 10", "k * 20", lambda m: m.Layer.still(2), [0, 10], [0, 20]),
    ("return x - 1", "return x - 2", lambda m: m.Layer().asked(0), -1, -2),
    ("return -x", "return -9 * x", lambda m: (m.Layer().value(1), m.Other().value(1)), (3, -1), (3, -9)),
    ("lambda x: x + 200", "lambda x: x + 300", lambda m: (m.slopes["a"](0), m.slopes["b"](0)), (100, 200), (100, 300)),
    ("return x + 5", "return x + 6", lambda m: m.counter()(0), 5, 6),
    ("yield k + 1", "yield k + 2", lambda m: list(m.numbers(2)), [1, 2], [2, 3]),
    ('return "second"', 'return "third"', lambda m: m.chosen(0), "second", "third"),
    ("    y = x * 2\n", "    x = x + 1\n    y = x * 2\n", lambda m: m.plain(1), 2, 4),
    ("    return y\n", "    y += 1\n    return y\n", lambda m: m.plain(1), 2, 3),
    ("    y = x * 2\n    return y\n", "    return x\n", lambda m: m.plain(1), 2, 1),
]


@pytest.mark.parametrize(("old", "new", "ask", "before", "within"), EDITS)
def test_live_functions_run_the_new_text_and_then_the_old(learner, old, new, ask, before, within):
    assert TEXT.count(old) == 1
    assert ask(learner) == before
    with sources.patched({learner.__name__: TEXT.replace(old, new)}):
        assert ask(learner) == within
    assert ask(learner) == before


def test_what_holds_a_function_already_runs_the_new_text(learner):
    bound, held, closure = learner.Layer().value, [learner.plain], learner.counter()
    changed = TEXT.replace("x * 2", "x * 5").replace("* self.factor", "* 50").replace("x + 5", "x + 50")
    with sources.patched({learner.__name__: changed}):
        assert (bound(1), held[0](1), closure(1)) == (50, 5, 51)
    assert (bound(1), held[0](1), closure(1)) == (3, 2, 6)


def test_a_function_made_within_and_kept_gets_the_old_code_back(learner):
    with sources.patched({learner.__name__: TEXT.replace("x + 5", "x + 50")}):
        kept = learner.counter()
        assert kept(0) == 50
    assert kept(0) == 5


def test_two_modules_of_one_text_are_both_patched(learner):
    again = made(learner.__name__, TEXT)
    with sources.patched({learner.__name__: TEXT.replace("x * 2", "x * 4")}):
        assert learner.plain(1) == again.plain(1) == 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RATE = 0.1", "RATE = 0.2"),
        ("factor = 3", "factor = 4"),
        ("def plain(x):", "def plane(x):"),
        ("def plain(x):", "def plain(x=1):"),
        ("@twice\n", ""),
        ("if RATE > 1:", "if RATE < 1:"),
        ('"b": lambda', '"c": lambda'),
    ],
)
def test_what_only_a_run_of_the_file_would_change_is_refused(learner, old, new):
    with pytest.raises(ValueError, match="not the inside of a function"), sources.patched({learner.__name__: TEXT.replace(old, new)}):
        pass


def test_other_outer_variables_are_refused_where_a_closure_is_alive(learner):
    text = TEXT.replace("return x + 5", "return x + more").replace("def counter():", "def counter(more=0):")
    with pytest.raises(ValueError), sources.patched({learner.__name__: text}):
        pass
    changed = TEXT.replace("return function(function(x))", "return x")
    with pytest.raises(ValueError, match="from outside"), sources.patched({learner.__name__: changed}):
        pass


def test_a_text_that_is_no_python_is_a_syntax_error_and_changes_nothing(learner):
    with pytest.raises(SyntaxError), sources.patched({learner.__name__: TEXT.replace("x * 2", "x * ")}):
        pass
    assert learner.plain(1) == 2


def test_an_exception_within_puts_everything_back(learner):
    with pytest.raises(ZeroDivisionError), sources.patched({learner.__name__: TEXT.replace("x * 2", "x / 0")}):
        learner.plain(1)
    assert learner.plain(1) == 2


def test_lines_of_a_traceback_are_those_of_the_text(learner):
    line = TEXT[: TEXT.index("return -x")].count("\n") + 1
    with sources.patched({learner.__name__: TEXT.replace("return -x", "return x / 0")}), pytest.raises(ZeroDivisionError) as raised:
        learner.Other().value(1)
    assert raised.traceback[-1].lineno + 1 == line
    assert str(raised.traceback[-1].path).endswith(learner.__name__)


def test_annotations_of_the_future_are_kept():
    text = "from __future__ import annotations\n\n\ndef f(x):\n    y: unknown = x\n    return y\n"
    module = made("learner_of_the_future", text)
    with sources.patched({module.__name__: text.replace("return y", "return y + 1")}):
        assert module.f(1) == 2


def test_many_edits_are_tried_with_one_look_for_the_functions(learner):
    patches = sources.Patches()
    for k in range(5):
        with patches({learner.__name__: TEXT.replace("x * 2", f"x * {k}")}):
            assert learner.plain(1) == k
    again = made(learner.__name__, TEXT)
    learner.plain = again.plain
    gc.collect()
    with patches({learner.__name__: TEXT.replace("x * 2", "x * 9")}):  # one of the functions has gone: they are looked for again
        assert again.plain(1) == 9


def test_a_source_knows_its_statements(learner):
    source = sources.source_of(learner.__name__)
    assert source.text == TEXT and source.lines[2] == "RATE = 0.1"
    assert source.segment(source.statement(7)) == "y = x * 2"
    assert source.statement(6).name == "plain"
    assert source.statement(4) is None


def test_a_registered_text_and_a_file_in_the_working_folder_are_found(tmp_path, monkeypatch):
    sources.register("nowhere", "a = 1\n")
    assert sources.source_of("nowhere").lines[0] == "a = 1"
    sources.register("nowhere", None)
    assert sources.source_of("nowhere") is None
    (tmp_path / "their_case.py").write_bytes(b"a = 2\r\nb = 3\r\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert sources.source_of("their_case").text == "a = 2\nb = 3\n"
    (tmp_path / "their_broken.py").write_text("a = = 2\n")
    assert sources.source_of("their_broken") is None
    assert sources.source_of("<nothing>") is None


def test_theirs_is_what_is_not_installed():
    assert sources.is_theirs(made.__code__)
    assert not sources.is_theirs(np.linalg.norm.__wrapped__.__code__)
    assert not sources.is_theirs(types.DynamicClassAttribute.__init__.__code__)
    assert not sources.is_theirs(sources.ran.__code__)


def test_lines_that_ran_are_counted_and_the_tracing_put_back(learner):
    tracing = sys.gettrace()
    lines = sources.ran(lambda: [learner.plain(k) for k in range(3)])[learner.__name__]
    assert lines == {7: 3, 8: 3}
    assert sys.gettrace() is tracing
    found = {}
    with pytest.raises(TypeError):
        sources.ran(lambda: learner.plain(None), found)
    assert found[learner.__name__] == {7: 1}
    where = sources.ran_where(lambda: exec(compile("a = 1\nf(a)\n", "top_of_it", "exec"), {"f": learner.plain}))
    assert where["top_of_it", True] == {1: 1, 2: 1} and where[learner.__name__, False] == {7: 1, 8: 1}


def test_a_text_that_the_functions_were_not_made_from_is_refused(learner):
    other = "# a line more\n" + TEXT
    linecache.cache[learner.__name__] = (len(other), None, other.splitlines(keepends=True), learner.__name__)
    with pytest.raises(ValueError, match="has the text changed"), sources.patched({learner.__name__: other.replace("x * 2", "x * 3")}):
        pass
