"""A check gives a Feedback whatever an answer is and does: hostile exceptions, dicts and classes."""

import time

import numpy as np
import pytest

from helpers.exercises.calling import call
from helpers.exercises.outcome import Wrong, check, kind, raised, said, unfinished


class Mute(Exception):
    def __str__(self):
        raise SystemExit("no")

    __repr__ = __str__


class Text(str):
    def __getitem__(self, key):
        raise RuntimeError("no")

    __format__ = __str__ = __getitem__


class Odd(Exception):
    def __str__(self):
        return Text("a text of its own class")


class Values(dict):
    def values(self):
        raise GeneratorExit


class Nameless(type):
    @property
    def __name__(cls):
        raise RuntimeError("no name")


class Error(Exception, metaclass=Nameless):
    pass


def raising(error):
    def answer(*arguments):
        raise error

    return answer


@check
def check_four(function):
    """The answer is 4."""
    if call(function, 2, name="square") != 4:
        raise Wrong("it is not 4.")
    return "2 squared."


@pytest.mark.parametrize("error", [
    Mute(), Odd(), Error(), GeneratorExit(), SystemExit(), StopIteration(), RecursionError(), BaseExceptionGroup("two", [Mute(), KeyError()]),
    ValueError("operands could not be broadcast together " * 30_000), KeyError("W" * 10**6), KeyError(Text("W9")),
], ids=lambda error: type.__dict__["__name__"].__get__(type(error)))  # fmt: skip
def test_what_a_function_raises_is_a_feedback(error):
    started = time.process_time()
    feedback = check_four(raising(error))
    assert feedback.status == "wrong"
    assert "square" in feedback.message or "judged" in feedback.message
    assert len(feedback.message) < 1000
    assert time.process_time() - started < 2


def test_a_keyboard_interrupt_is_the_readers_own():
    with pytest.raises(KeyboardInterrupt):
        check_four(raising(KeyboardInterrupt()))


@pytest.mark.parametrize("answer", [Values(a=1), [Values(a=1)], dict, np.array([Values()], dtype=object), {1: {2: Values()}}])
def test_what_cannot_be_looked_into_is_finished(answer):
    assert not unfinished(answer)
    assert check_four(lambda x: answer).status == "wrong"
    assert check_four(answer).status == "wrong"


@pytest.mark.parametrize("answer", [[1, [..., 2]], {"a": (1, ...)}, np.array([1, ...], dtype=object)])
def test_a_stub_is_unfinished(answer):
    assert unfinished(answer)
    assert check_four(lambda x: answer).status == "not attempted"


def test_words_for_odd_objects():
    assert raised(Mute()) == "Mute: (no message)"
    assert raised(Error()) == "Error: "
    assert said(Odd(), str) == "a text of its own class"
    assert type(said(Odd(), str)) is str
    assert kind(Error()) == "an Error"
    assert len(kind(type("A" * 10_000, (), {})())) < 100
