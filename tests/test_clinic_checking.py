"""`check` on code of several shapes: verdicts, factors, errors of use as reports, and the learner's own exceptions kept."""

import io
import time

import numpy as np
import pytest

from helpers.clinic import check, check_script, checking
from helpers.clinic.progress import Progress


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Net:
    """Rows, ReLU, softmax; updates itself."""

    def __init__(self, rng, fault=None, n=(5, 6, 3), m=9):
        self.X, self.y, self.fault = rng.normal(size=(m, n[0])), rng.integers(0, n[2], m), fault
        self.W1, self.b1 = rng.normal(size=n[:2]) * 0.6, np.zeros(n[1])
        self.W2, self.b2 = rng.normal(size=n[1:]) * 0.6, np.zeros(n[2])

    def forward(self):
        self.z = self.X @ self.W1 + self.b1
        self.a = np.maximum(self.z, 0)
        self.prob = softmax(self.a @ self.W2 + self.b2)

    def loss(self):
        self.forward()
        return -np.mean(np.log(self.prob[np.arange(len(self.y)), self.y]))

    def gradients(self):
        d2 = (self.prob - np.eye(self.prob.shape[1])[self.y]) / len(self.y)
        d1 = d2 @ self.W2.T * (self.z > (-1 if self.fault == "mask" else 0))
        if self.fault == "raises":
            d1 = d1 @ self.X
        g = {"W1": self.X.T @ d1, "b1": d1.sum(axis=0), "W2": self.a.T @ d2, "b2": d2.sum(axis=0)}
        if self.fault == "mean twice":
            g = {name: value / len(self.y) for name, value in g.items()}
        if self.fault == "climbs":
            g = {name: -value for name, value in g.items()}
        return g

    def step(self, rate=0.1):
        self.forward()
        for name, g in self.gradients().items():
            setattr(self, name, getattr(self, name) - rate * g)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def asked(net, **options):
    return check(net, net.loss, step=net.step, rate=0.1, repair=False, **options)


def test_right_code_is_acquitted_and_put_back(rng):
    net = Net(rng)
    before = {name: np.array(value) for name, value in vars(net).items() if isinstance(value, np.ndarray)}
    state, line = np.random.get_state()[1].copy(), np.geterr()
    report = asked(net)
    assert report.verdict == "right"
    assert report.sentence == "All 4 gradients are right: what your code computes is the derivative of its loss."
    assert not report.findings
    assert report.repaired is None
    assert all(np.array_equal(getattr(net, name), value) for name, value in before.items())
    assert np.array_equal(np.random.get_state()[1], state)
    assert np.geterr() == line


def test_a_wrong_mask_spoils_what_lies_below_it(rng):
    report = asked(Net(rng, "mask"))
    assert report.verdict == "wrong"
    assert set(report.wrong) == {"W1", "b1"}
    assert report.factor is None


def test_a_common_factor_is_said_in_the_names_of_the_case(rng):
    report = asked(Net(rng, "mean twice"))
    assert report.factor == pytest.approx(1 / 9)
    assert report.sentence.startswith("The direction is right, the size is 1/9 of what it should be. 9 is ")
    assert "the gradients are divided by 9 once more than the loss" in report.sentence
    assert "a rate that is not the one of the step" in report.sentence
    report = check(net := Net(rng, "climbs"), net.loss, net.gradients, repair=False)
    assert report.factor == pytest.approx(-1)
    assert "Every gradient points the wrong way" in report.sentence
    assert "rate" not in report.sentence


def test_only_names_the_parameters(rng):
    report = asked(Net(rng, "mask"), only=("W2", "b2"))
    assert report.verdict == "right"
    assert [row.name for row in report.rows] == ["W2", "b2"]


def test_large_models_are_sampled_and_the_numbers_said(rng):
    net = Net(rng, "mask", n=(400, 30, 10))
    report = asked(net)
    assert set(report.wrong) == {"W1", "b1"}
    assert " of 12,000 entries of W1" in report.basis
    assert "3 directions over all entries of each" in report.basis


MODEL = {"W": np.array([[1.0, 2.0]])}
X = np.array([[0.3], [0.7]])


def squares():
    return float(((MODEL["W"] @ X) ** 2).sum())


def slopes():
    return {"W": 2 * (MODEL["W"] @ X) @ X.T}


MISUSED = {
    "no loss": (lambda: check(MODEL, None, slopes), "loss is missing"),
    "a number as loss": (lambda: check(MODEL, squares(), slopes), "write `lambda:` in front of it"),
    "a dict as gradients": (lambda: check(MODEL, squares, slopes()), "grads is a dict"),
    "neither": (lambda: check(MODEL, squares), "neither grads nor step is there"),
    "both": (lambda: check(MODEL, squares, slopes, step=slopes, rate=0.1), "grads and step are both there"),
    "no rate": (lambda: check(MODEL, squares, step=slopes), "step is there without rate="),
    "a rate of 0": (lambda: check(MODEL, squares, step=slopes, rate=0), "rate is 0, expected a number other than 0"),
    "a rate in words": (lambda: check(MODEL, squares, step=slopes, rate="0.1"), "rate is '0.1'"),
    "a rate that is true": (lambda: check(MODEL, squares, step=slopes, rate=True), "rate is True"),
    "no model": (lambda: check(None, squares, slopes), "model is None"),
    "an empty model": (lambda: check({}, squares, slopes), "depends on nothing in the model"),
    "a model of words": (lambda: check("W", squares, slopes), "depends on nothing in the model"),
    "another model": (lambda: check({"W": np.ones(3)}, squares, slopes), "depends on nothing in the model"),
    "only what is not there": (lambda: check(MODEL, squares, slopes, only="V"), "only names V"),
    "only as a number": (lambda: check(MODEL, squares, slopes, only=3), "only is 3"),
    "an array as loss": (lambda: check(MODEL, lambda: MODEL["W"] * X.T, slopes), "(1, 2)"),
    "text as loss": (lambda: check(MODEL, lambda: "low", slopes), "low"),
    "nothing as loss": (lambda: check(MODEL, lambda: None, slopes), "None"),
    "no seconds": (lambda: check(MODEL, squares, slopes, seconds=0), "seconds is 0"),
    "no file": (lambda: check_script("nowhere.py", "loss"), "there is no file 'nowhere.py'"),
    "no path": (lambda: check_script(3, "loss"), "path is 3"),
    "a loss that is no text": (lambda: check_script(__file__, 0.3), "expected an expression in the names of the script as text"),
    "gradients that are no dict": (lambda: check_script(__file__, "loss", grads="dW"), "grads is 'dW'"),
}


@pytest.mark.parametrize("what", MISUSED)
def test_errors_of_use_are_reports(what):
    call, words = MISUSED[what]
    report = call()
    assert report.verdict == "raises"
    assert words in report.trouble
    assert str(report).startswith("Your code cannot be judged as it is: ")
    assert all(len(line) <= 100 for line in str(report).splitlines())
    assert "<strong>" in report._repr_html_()


def test_the_learners_exception_is_kept_with_its_line(rng):
    net = Net(rng, "raises")
    report = asked(net)
    assert report.verdict == "raises"
    assert "ValueError" in report.trouble
    assert "matmul" in report.trouble
    marked = [text.strip() for _, text, at in report.excerpt if at]
    assert marked == ["d1 = d1 @ self.X"]
    assert "->" in str(report)

    def loss():
        return {}["cost"]

    report = check(net, loss, step=net.step, rate=0.1)
    assert "KeyError" in report.trouble
    assert [text.strip() for _, text, at in report.excerpt if at] == ['return {}["cost"]']


def test_a_loss_that_never_ends_is_stopped(rng, monkeypatch):
    monkeypatch.setattr(checking.guard, "TIME_LIMIT", 0.3)

    def loss():
        while True:
            pass

    began = time.perf_counter()
    report = check(MODEL, loss, slopes)
    assert report.verdict == "raises"
    assert "did not end within 0.3 s" in report.trouble
    assert time.perf_counter() - began < 3


def test_a_loss_that_draws_is_a_report():
    report = check(MODEL, lambda: time.perf_counter() * MODEL["W"].sum(), slopes)
    assert report.verdict == "raises"
    assert "called again from the same state" in report.trouble


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_that_goes_away(monkeypatch):
    out = Terminal()
    with Progress(out) as say:
        say("at once")
        assert out.getvalue() == ""
        say.began -= 3
        say.last -= 3
        say.tried(1240)
        assert out.getvalue() == "\rtried 1,240 repairs, 3 s …"
        say("too soon")
        say.last -= 3
        say("short")
        assert out.getvalue().endswith("\r" + "short, 3 s …".ljust(26))
    assert out.getvalue().endswith("\r")
    assert out.getvalue().rsplit("\r", 2)[1].strip() == ""
    with Progress(io.StringIO()) as say:
        say.began -= 9
        say.last -= 9
        say("nobody reads this")
        assert say.out.getvalue() == ""


class ZMQInteractiveShell:
    """Stands for the shell of a notebook's kernel, by its name."""


def test_in_jupyter_the_line_is_a_display_that_is_updated(monkeypatch):
    IPython = pytest.importorskip("IPython")
    shown = []

    class Handle:
        update = staticmethod(lambda thing: shown.append(thing.data))

    monkeypatch.setattr(IPython, "get_ipython", ZMQInteractiveShell)
    monkeypatch.setattr("IPython.display.display", lambda thing, display_id: shown.append(thing.data) or Handle)
    monkeypatch.delenv("CASEBOOK_NOTES", raising=False)
    with Progress() as say:
        say.began, say.last = say.began - 5, say.last - 5
        say.tried(1)
        say.last -= 5
        say("following your lines")
    assert shown == ["tried 1 repair, 5 s …", "following your lines, 5 s …", ""]
    monkeypatch.setenv("CASEBOOK_NOTES", "notes.json")  # stored outputs do not depend on how fast a machine is
    assert Progress().kind == "nowhere"
