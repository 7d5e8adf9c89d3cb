"""What the clinic is handed may be anything and do anything: it neither takes it for numbers, nor raises, nor hangs, nor keeps traces of it."""

import functools
import gc
import os
import random
import sys
import threading
import time

import numpy as np
import pytest

import clinic_styles
from helpers import case, clinic
from helpers.clinic import guard, patient
from helpers.clinic.network import examination
from helpers.clinic.network.findings import sentence
from test_clinic import RIGHT, changed

NAMES = ("dW1", "db1", "dW2", "db2", "dW3", "db3")


@pytest.fixture(autouse=True)
def _no_search(monkeypatch):
    """What is told does not hang on repairs, for which a search takes seconds: see test_clinic_mending.py."""
    monkeypatch.setattr(examination, "SECONDS", 0)


@functools.cache
def right():
    return clinic_styles.functions(RIGHT)[0]


def returning(change, names=NAMES):
    """The right backward pass with some of its gradients changed."""

    def backward_prop(X, y, c, p):
        grads = right()(X, y, c, p)
        return grads | {name: change(grads[name]) for name in names}

    return backward_prop


# --- what is no array of real numbers ------------------------------------------------------------------------------------

NO_NUMBERS = {
    "complex": (lambda g: g + 0j, "complex numbers"),
    "imaginary": (lambda g: g + 1e-9j, "complex numbers"),
    "text": (lambda g: g.astype(str), "text"),
    "lists of text": (lambda g: g.astype(str).tolist(), "text"),
    "bytes": (lambda g: g.astype("S20"), "bytes"),
    "masked": (lambda g: np.ma.masked_array(g, mask=np.arange(g.size).reshape(g.shape) == 0), "masked"),
    "dates": (lambda g: g.astype("datetime64[s]"), "dates"),
    "complex objects": (lambda g: (g + 0j).astype(object), "real numbers"),
    "None": (lambda g: None, "is None"),
}


@pytest.mark.parametrize("name", NO_NUMBERS)
@pytest.mark.parametrize("where", [NAMES, ("dW2",), ("dW3", "db3"), ("db1",)], ids="+".join)
def test_what_is_no_array_of_numbers_is_no_gradient(name, where):
    change, word = NO_NUMBERS[name]
    report = clinic.examine(returning(change, where))
    assert report.verdict == "wrong"
    assert set(report.wrong) == set(where)
    assert {finding.statement for finding in report.findings} == set(where)
    assert all(word in finding.explanation for finding in report.findings), str(report)
    assert "every number that you returned is reproduced" not in str(report)


@pytest.mark.parametrize("change", [
    lambda g: np.ma.masked_array(g), np.asmatrix, np.ndarray.tolist, lambda g: g.astype(object), lambda g: g.astype(np.longdouble),
    lambda g: np.asfortranarray(g)[::1].astype(">f8"),
])  # fmt: skip
def test_real_numbers_in_any_form_are_gradients(change):
    assert clinic.examine(returning(change)).verdict == "right"


def test_an_unreadable_output_is_told():
    forward = clinic_styles.forward_source("relu", "sigmoid", lines={"A3": "1j * Z3"})
    report = clinic.examine(*clinic_styles.functions(forward + "\n\n" + RIGHT))
    assert report.verdict == "raises"
    assert "A3 of forward_prop holds complex numbers" in str(report)


# --- hostile objects -------------------------------------------------------------------------------------------------


class Mute(ValueError):
    def __str__(self):
        raise SystemExit("no")

    __repr__ = __str__


class Hostile:
    def __getattr__(self, name):
        raise GeneratorExit(name)


class Keys(dict):
    def __getitem__(self, name):
        raise SystemExit

    def __contains__(self, name):
        return True


def raising(error):
    def backward_prop(X, y, c, p):
        raise error

    return backward_prop


@pytest.mark.parametrize("error", [
    Mute(), GeneratorExit(), SystemExit(3), StopIteration(), BaseException("b"), MemoryError(), BaseExceptionGroup("two", [Mute(), KeyError()]),
    ValueError("operands could not be broadcast together with shapes (1,2) " * 20_000), KeyError("Z" * 10**6),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_whatever_is_raised_is_reported(error):
    started = time.process_time()
    for report in (clinic.examine(raising(error)), clinic.examine(case.backward_prop, raising(error))):
        assert report.verdict == "raises"
        assert len(str(report)) < 4000
    assert time.process_time() - started < 3


def test_a_keyboard_interrupt_is_the_learners_own():
    with pytest.raises(KeyboardInterrupt):
        clinic.examine(raising(KeyboardInterrupt()))


@pytest.mark.parametrize("returned", [dict, Hostile(), Keys(), 3, None, [1], type("A" * 9000, (), {})()], ids=lambda value: type(value).__name__[:9])
def test_whatever_is_returned_is_reported(returned):
    report = clinic.examine(lambda X, y, c, p: returned)
    assert report.verdict in ("raises", "wrong")
    assert len(str(report)) < 4000
    assert clinic.examine(case.backward_prop, lambda X, p: returned).verdict == "raises"
    if returned is dict:
        assert "the class dict itself" in str(report)


def test_a_line_of_any_length_is_cut():
    report = clinic.examine(changed('c["A3"] - y', 'c["A4"] - y' + "  # " + "x" * 5000))
    assert report.verdict == "raises"
    assert len(str(report)) < 4000


# --- endless functions -----------------------------------------------------------------------------------------------

SWALLOWS = {
    "bare except": "while True:\n        try:\n            sum(range(50))\n        except:\n            pass",
    "long body": "while True:\n        try:\n            sum(range(3_000))\n        except BaseException:\n            pass",
    "sleeps": "import time\n    while True:\n        try:\n            time.sleep(5)\n        except:\n            continue",
    "gives in at last": "try:\n        while True:\n            pass\n    except BaseException:\n        return {}",
    "raises something else": "try:\n        while True:\n            pass\n    except BaseException:\n        raise ValueError('no')",
    "keys without end": "class Endless(dict):\n        def __contains__(self, name):\n            while True: pass\n    return Endless()",
}


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(guard, "TIME_LIMIT", 0.2)


@pytest.mark.parametrize("name", SWALLOWS)
def test_whatever_swallows_the_alarm_is_stopped(name, soon):
    source = f"import numpy as np\n\n\ndef backward_prop(X, y, c, p):\n    {SWALLOWS[name]}\n"
    started = time.perf_counter()
    report = clinic.examine(clinic_styles.functions(source)[0])
    assert report.verdict == "raises"
    assert "was stopped after 0.2 seconds" in str(report)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize("forward", [False, True], ids=["backward", "forward"])
def test_a_pass_that_does_not_end_is_waited_for_once(forward, soon):
    calls = []

    def endless(*arguments):
        calls.append(arguments)
        while True:
            pass

    report = clinic.examine(case.backward_prop, endless) if forward else clinic.examine(endless)
    assert report.verdict == "raises" and len(calls) == 1


@pytest.mark.parametrize("name", [name for name in SWALLOWS if name not in ("sleeps", "long body")])
def test_the_watchdog_stops_what_no_alarm_can(name, soon):
    """In another thread, as on Windows, there is no alarm."""
    source = f"import numpy as np\n\n\ndef backward_prop(X, y, c, p):\n    {SWALLOWS[name]}\n"
    function, reports = clinic_styles.functions(source)[0], []
    thread = threading.Thread(target=lambda: reports.append(clinic.examine(function)), daemon=True)
    thread.start()
    thread.join(30)
    assert reports, "still running"
    assert "was stopped after 0.2 seconds" in str(reports[0])


@pytest.fixture
def in_a_browser(monkeypatch):
    """Python in a browser has neither alarms nor threads."""

    def refuse(*arguments, **options):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(guard, "_IN_A_BROWSER", True)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(guard.signal, "setitimer", refuse)


@pytest.mark.parametrize("name", [name for name in SWALLOWS if name not in ("sleeps", "keys without end")])  # the last has no next line
def test_a_browser_stops_it_too(name, soon, in_a_browser):
    source = f"import numpy as np\n\n\ndef backward_prop(X, y, c, p):\n    {SWALLOWS[name]}\n"
    report = clinic.examine(clinic_styles.functions(source)[0])
    assert report.verdict == "raises"
    assert "was stopped after 0.2 seconds" in str(report)
    assert sys.gettrace() is None


def test_a_browser_leaves_the_innocent_alone(in_a_browser, monkeypatch):
    report = clinic.examine(case.backward_prop)
    monkeypatch.undo()
    assert str(report) == str(clinic.examine(case.backward_prop))


def test_the_watchdog_leaves_the_innocent_alone():
    reports = []
    thread = threading.Thread(target=lambda: reports.append(clinic.examine(case.backward_prop)))
    thread.start()
    thread.join()
    assert reports[0].verdict == "right"
    assert str(reports[0]) == str(clinic.examine(case.backward_prop))


# --- the interpreter is left as it was ---------------------------------------------------------------------------------


def restless(X, y, c, p):
    """Changes every setting that it can reach."""
    np.random.seed(1)
    random.seed(1)
    np.set_printoptions(precision=1, threshold=3)
    np.seterr(all="raise")
    sys.setrecursionlimit(900)
    os.chdir(os.path.dirname(os.getcwd()))
    sys.stdout = sys.stderr = None
    return case.backward_prop(X, y, c, p)


def settings():
    return (
        random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2:], np.get_printoptions(), np.geterr(),
        sys.getrecursionlimit(), os.getcwd(), sys.stdout, sys.stderr, gc.get_threshold(),
    )  # fmt: skip


def test_settings_are_put_back():
    X, y = np.random.default_rng(0).standard_normal((2, 20)), np.arange(20).reshape(1, 20) % 2.0
    for ask in (lambda: clinic.examine(restless), lambda: clinic.examine_training(restless, None, X, y, steps=3)):
        before = settings()
        report = ask()
        assert settings() == before
        assert getattr(report, "verdict", "right") == "right"


def test_settings_of_the_caller_do_not_matter():
    expected = str(clinic.examine(case.backward_prop_sigmoid, case.forward_prop_sigmoid, hidden="sigmoid"))
    with np.errstate(all="raise"):
        assert str(clinic.examine(case.backward_prop_sigmoid, case.forward_prop_sigmoid, hidden="sigmoid")) == expected


def test_calls_share_the_global_random_state():
    """Put back after every call, it would make a random function look as if it were none."""
    noisy = changed("/ m\n    db3", "/ m + 1e-9 * np.random.standard_normal((1, 10))\n    db3")
    assert clinic.examine(noisy).verdict == "right"
    loud = changed("/ m\n    db3", "/ m + np.random.standard_normal((1, 10))\n    db3")
    assert any("random" in risk for risk in clinic.examine(loud).risks)


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "expected"), [
    ("dA3 stands where dZ3 belongs", "dA3 stands where dZ3 belongs."), ("y is turned into a column", "y is turned into a column."),
    ("keepdims is missing", "keepdims is missing."), ("a matrix product stands there", "A matrix product stands there."),
    ("the labels are left out", "The labels are left out."), ("W2 is not transposed", "W2 is not transposed."),
])  # fmt: skip
def test_names_keep_their_letters_at_the_start_of_a_sentence(why, expected):
    assert sentence(why) == expected


def test_no_report_capitalises_a_name():
    report = clinic.examine(changed("dZ3 @", "(dZ3 / (c['A3'] * (1 - c['A3']))) @"))
    assert report.findings[0].explanation.startswith("dA3 stands where dZ3 belongs")
    source = RIGHT.replace('dZ3 @ c["A2"].T', 'dZ3.T @ c["A2"]')
    report = clinic.examine(clinic_styles.functions(source)[0])
    assert "dZ3 is transposed" in report.findings[0].explanation


def test_an_outcome_holds_no_numbers_of_a_call_that_raised():
    outcome = patient.run_backward(raising(KeyError("A4")), np.ones((3, 2)), np.ones((1, 2)), {}, {})
    assert (outcome.values, outcome.raw, outcome.unreadable) == ({}, {}, {})
    assert outcome.error == "backward_prop raises KeyError: 'A4'"
