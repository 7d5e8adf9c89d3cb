"""`clinic.examine_training`: the symptom, in the words of `helpers.training`, the single changes that cure it, and any argument."""

import contextlib
import warnings

import numpy as np
import pytest

from helpers import case, clinic, datasets, losses, network, training
from helpers.clinic import guard
from helpers.clinic.training import budget
from helpers.clinic.training.symptoms import MEANING

X, Y = datasets.two_moons()
START = case.initial_params()


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch):
    """What a report says must not hang on the machine."""
    monkeypatch.setattr(budget, "clock", lambda: 0.0)


def run(backward_prop=None, forward_prop=None, X=X, y=Y, **more):
    return clinic.examine_training(backward_prop, forward_prop, X, y, **{"steps": 60} | more)


def test_the_case():
    report = run(case.backward_prop, case.forward_prop, p=START, learning_rate=1.2, steps=300)
    assert report.symptom == "dead units"
    assert set(report.cures) == {"He initialisation", "learning rate / 10"}
    assert [own.note for own in report.runs][:3] == ["as you have it", "inputs standardised", "He initialisation"]
    assert report.floor == losses.uninformed_loss(Y)
    assert report.runs[0].dead == report.runs[0].widths == (10, 10)
    assert "Cures: one change alone revives it: He initialisation or learning rate / 10." in str(report)
    assert [cause.name for cause in report.causes if cause.decided] == ["weights of one sign", "steps that kill units"]


def test_the_words_are_those_of_the_helpers():
    """A run trains, is stuck or neither as `training.fate` says; its dead units are those of `training.dead_units`."""
    for rate, steps in ((0.1, 5), (0.1, 60), (1.2, 60), (1e-4, 20)):
        for own in run(learning_rate=rate, p=START, steps=steps).runs:
            if own.stopped:
                continue
            fate = training.fate(own.loss[-1], own.accuracy, Y)
            assert own.trains == (fate == "trains"), own
            assert (own.symptom.startswith("stuck") or own.symptom in ("dead units", "saturated units")) >= (fate == "stuck")
    p, history = training.gradient_descent(X, Y, START, learning_rate=1.2, steps=60, record_every=60)
    own = run(p=START, learning_rate=1.2).runs[0]
    assert own.dead == training.dead_units(network.forward_prop(X, p)) == history.dead_units[-1]
    assert own.loss[-1] == pytest.approx(history.loss[-1], rel=1e-12)
    assert own.accuracy == history.accuracy[-1]


SATURATED = {name: 400.0 * value for name, value in START.items()} | {"W3": 0 * START["W3"]}
SYMPTOMS = {
    "trains": {"learning_rate": 0.5, "steps": 200},
    "slow": {"learning_rate": 1e-3, "steps": 40},
    "dead units": {"learning_rate": 1.2, "p": START},
    "stuck at the entropy of the labels": {"scheme": "zeros", "hidden": "tanh"},
    "saturated units": {"hidden": "tanh", "p": SATURATED, "learning_rate": 1e-9},
    "not finite": {"learning_rate": 1e200},
    "oscillates": {"learning_rate": 12.0, "hidden": "tanh", "steps": 200},
    "stuck": {"p": network.init_params(rng=3) | {"b3": np.full((1, 1), 3.0), "W3": np.zeros((1, 10))}, "learning_rate": 1e-6},
    "too sure": {"X": 40 * X, "learning_rate": 1e-9, "p": network.init_params(rng=0)},
}  # fmt: skip


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_each_symptom_is_named(symptom):
    report = run(**SYMPTOMS[symptom])
    assert report.symptom == symptom, str(report)
    assert MEANING[symptom] in report.sentence


def test_a_climbing_loss_diverges():
    report = run(lambda X, y, c, p: {name: -g for name, g in network.backward_prop(X, y, c, p).items()}, learning_rate=0.3, steps=200)
    assert report.symptom in ("diverges", "not finite")
    assert (report.cause, report.cures) == ("wrong gradients", ("the reference's backward pass",))


def test_a_wrong_shape_is_told():
    def flat(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        return grads | {"db1": grads["db1"].ravel()}

    report = run(flat)
    assert report.symptom == "shapes"
    assert report.runs[0].stopped == "step 0: db1 has shape (10,), so that the update would turn b1 from (10, 1) into (10, 10)"


def test_labels_in_a_column_are_one_of_the_things_examined():
    report = run(case.backward_prop, case.forward_prop, y=Y.T, steps=120)
    assert report.symptom == "raises"
    assert report.cures == ("labels reshaped to (1, m)",)
    report = run(y=Y[0], learning_rate=1e-6, steps=20)  # two causes: without the first it runs, and is slow
    assert (report.symptom, report.cures) == ("raises", ())
    assert (report.cause, report.causes[0].decided) == ("the shape of the labels", True)
    report = run(case.backward_prop, case.forward_prop, y=Y[0], scheme="zeros")  # which broadcasts to the right shape
    assert report.cause == "a symmetric start"
    assert [cause.decided for cause in report.causes if cause.name == "the shape of the labels"] == [False]


class Mute(BaseException):
    def __str__(self):
        raise SystemExit


def raising(*arguments):
    raise Mute


HOSTILE = {
    "raises": (raising, "Mute: (no message)"), "returns None": (lambda *a: None, "returns None, expected a dict with dW1"),
    "returns the class dict": (lambda *a: dict, "the class dict itself"), "exits": (lambda *a: exit(), "SystemExit"),
    "complex": (lambda X, y, c, p: {f"d{name}": value + 1j for name, value in p.items()}, "complex numbers"),
    "lacks one": (lambda X, y, c, p: {"dW1": p["W1"]}, "db1"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_function_does_is_reported(name):
    function, says = HOSTILE[name]
    report = run(function)
    assert report.symptom == "raises"
    assert says in report.runs[0].stopped
    assert run(None, function).symptom == "raises"


def test_an_endless_function_is_stopped(monkeypatch):
    monkeypatch.setattr(guard, "TIME_LIMIT", 0.1)

    def endless(X, y, c, p):
        while True:
            with contextlib.suppress(BaseException):
                sum(range(100))

    report = run(endless)
    assert report.symptom == "too slow"
    assert report.runs[0].stopped == "step 0: a call was stopped after 0.1 seconds"
    assert len(report.runs) == 1


def test_prints_and_warnings_stay_away(capsys, recwarn):
    def loud(X, y, c, p):
        print("hello")
        warnings.warn("oh", stacklevel=1)
        np.log(np.zeros(2))
        return case.backward_prop(X, y, c, p)

    assert str(run(loud, steps=20)) == str(run(case.backward_prop, steps=20))
    assert capsys.readouterr() == ("", "")
    assert not list(recwarn)


WRONG = [
    ({"p": 5}, TypeError, "p is 5, expected a dict"), ({"p": {}}, KeyError, "p lacks 'W1'"), ({"backward_prop": 5}, TypeError, "backward_prop is 5"),
    ({"forward_prop": "f"}, TypeError, "forward_prop is 'f'"), ({"hidden": "banana"}, ValueError, "hidden is 'banana'"),
    ({"hidden": "rleu"}, ValueError, "did you mean 'relu'?"),
    ({"y": 2 * Y - 1}, ValueError, r"labels -1 and 1, expected 0 and 1: write \(y \+ 1\) / 2"),
    ({"y": 2 * Y}, ValueError, "y holds 2, expected only the labels 0 and 1"), ({"y": 0 * Y + 1}, ValueError, "y holds 1 only"),
    ({"y": Y[:, :9]}, ValueError, "one label for each of the 200"), ({"rng": "x"}, TypeError, "rng is 'x'"), ({"steps": 0}, ValueError, "steps is 0"),
    ({"p": network.init_params((3, 10, 10, 1))}, ValueError, r"p\['W1'\] has shape \(10, 3\), expected as many columns as X has rows: 2"),
    ({"p": network.init_params((2, 10, 2))}, ValueError, r"p\['W2'\] has shape \(2, 10\), expected one row"),
    ({"loss": "hinge"}, ValueError, "loss is 'hinge'"),
    ({"learning_rate": -1}, ValueError, "learning_rate is -1"), ({"output": "softmax"}, ValueError, "output is 'softmax'"),
    ({"scheme": "hee"}, ValueError, "scheme is 'hee'"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "error", "says"), WRONG, ids=[says[:30] for *_, says in WRONG])
def test_an_argument_that_describes_no_training_is_named(more, error, says):
    with pytest.raises(error, match=says) as raised:
        run(**more)
    (line,) = raised.value._render_traceback_()
    assert line == f"{raised.type.__name__}: {raised.value.args[0]}"


def test_gradients_that_are_wrong_and_train_are_told():
    report = run(case.backward_prop_sigmoid, case.forward_prop_sigmoid, hidden="sigmoid", scheme="glorot", learning_rate=1.2, steps=600)
    assert report.symptom == "trains"
    assert "Yet db1 is not the reference's" in report.sentence
    assert "Yet" not in run(steps=200).sentence


# --- the floor, and the share of the majority ------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "floor"), [
    ({"output": "identity"}, Y.var() / 2), ({"output": "identity", "loss": "mse"}, Y.var()), ({"loss": "half mse"}, Y.var() / 2),
    ({}, losses.uninformed_loss(Y)), ({"output": "identity", "y": 3.0 * Y - 7}, 9 * Y.var() / 2),
])  # fmt: skip
def test_the_floor_is_that_of_the_loss(more, floor):
    report = run(**{"steps": 5} | more)
    assert report.floor == pytest.approx(floor, rel=1e-12)
    assert not any(own.stopped for own in report.runs)


RARE = np.zeros((1, 200))
RARE[:, :20] = 1
SHIFTED = np.where(RARE > 0, 1.0, -1.0) + 0.8 * np.random.default_rng(5).standard_normal((2, 200))


@pytest.mark.parametrize(("more", "lowest", "accuracy"), [
    ({}, 0.30, 0.9), ({"loss": "mse"}, 0.05, 0.9), ({"loss": "half_mse"}, 0.02, 0.9), ({"output": "identity"}, 0.02, 0.9),
    ({"output": "relu"}, 0.02, 0.9), ({"output": "relu", "loss": "bce"}, 0.2, 0.9),
])  # fmt: skip
def test_a_run_at_the_share_of_the_majority_does_not_train(more, lowest, accuracy):
    """However low its loss. The output is moved by hand: nine tenths right, all of them by the answer 0, at a loss far below the floor."""
    hidden = more.get("output", "sigmoid"), more.get("loss")
    far = {"sigmoid": (-0.4, -4.0), "identity": (0.45, 0.0), "relu": (0.45, 0.01)}[hidden[0]]

    def told(X, p):
        c = network.forward_prop(X, p, output=hidden[0])
        c["Z3"] = np.where(RARE > 0, *far)
        return c | {"A3": {"sigmoid": 1 / (1 + np.exp(-c["Z3"]))}.get(hidden[0], c["Z3"])}

    report = run(None, told, X=SHIFTED, y=RARE, steps=5, **more)
    assert report.runs[0].accuracy == accuracy
    assert report.runs[0].loss[-1] < 0.7 * report.floor, "the run has to tempt"
    assert report.symptom == "answers the majority", str(report)
    assert not report.runs[0].trains


@pytest.mark.parametrize("y", [Y, 3 * Y - 7], ids=["0 and 1", "-7 and -4"])
def test_a_squared_error_trains_by_its_own_floor(y):
    """Half a squared error has half the floor: a run between 0.7 of the one and 0.7 of the other is no success."""
    for loss in ("mse", "half_mse"):
        report = run(y=y, output="identity", loss=loss, learning_rate=0.05, steps=400)
        assert report.symptom == "trains"
        assert 0.8 < report.runs[0].accuracy < 1
        shares = [own.loss[-1] / report.floor for own in report.runs]
        assert all((share < 0.7) == own.trains for share, own in zip(shares, report.runs, strict=True))


def test_runs_and_changes_do_not_touch_what_they_were_given():
    p, x, y = {name: value.copy() for name, value in START.items()}, X.copy(), Y.copy()

    def spoils(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        X[:] = y[:] = 0
        return grads

    assert str(run(spoils, p=START)) == str(run(p=START))
    assert all((START[name] == p[name]).all() for name in p) and (X == x).all() and (Y == y).all()


def test_two_changes_together_where_none_alone_helps():
    raw, y = datasets.breast_cancer(standardised=False)
    report = run(case.backward_prop, case.forward_prop, raw, y, p=case.initial_params(raw.shape[0]), learning_rate=1.2, steps=100)
    assert report.cures == ("inputs standardised and He initialisation",)
    assert "two together do" in report.sentence
    assert [cause.name for cause in report.causes if cause.decided] == ["the scale of the inputs", "weights of one sign"]


# --- time ------------------------------------------------------------------------------------------------------------


class Clock:
    """Seconds that pass when a function of ours says so."""

    def __init__(self):
        self.now, self.steps = 0.0, 0

    def __call__(self):
        return self.now


RAW, LABELS = datasets.breast_cancer(standardised=False)


def slow(monkeypatch, seconds, wrong=False, random=False, **more):
    """The report on raw tumours by a backward pass that takes so many seconds; the clock."""
    clock, rng = Clock(), np.random.default_rng(0)
    monkeypatch.setattr(budget, "clock", clock)

    def backward_prop(X, y, c, p):
        clock.now, clock.steps = clock.now + seconds, clock.steps + 1
        factor = rng.uniform(0.5, 1.5) if random else 1.01 if wrong else 1.0
        return {name: factor * g for name, g in network.backward_prop(X, y, c, p).items()}

    return run(backward_prop, None, **{"X": RAW, "y": LABELS, "steps": 400} | more), clock


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize("seconds", [0.004, 0.1, 0.3, 1, 4.4])
def test_ten_seconds_are_enough_whatever_a_call_costs(monkeypatch, seconds, wrong):
    for more in ({"X": X + 100}, {"X": X + 100, "random": True}, {"X": X + 100, "batch_size": 20, "scheme": "uniform", "learning_rate": 1e-3}):
        report, clock = slow(monkeypatch, seconds, wrong, y=Y, steps=400 if seconds < 0.1 else 120, **more)  # either takes more than 10 s
        assert clock.now <= 10, (more, str(report))
        assert clock.steps >= 2
        assert all(own.reached >= 4 for own in report.runs[1:] if own.cut), "a change that cannot make a few steps says nothing"


def test_the_steps_that_were_made_are_said(monkeypatch):
    report, _ = slow(monkeypatch, 0.1, wrong=True)
    own, *changes = report.runs
    assert own.cut and own.reached == 25
    assert "Your functions had the time for 25 of 400 steps." in report.sentence
    with_own = [change.reached for change in changes if "reference" not in change.note]
    assert max(with_own) - min(with_own) <= 4, "fair shares"
    assert min(with_own) == report.steps_of_changes >= 5
    assert f"The changes had the time for {min(with_own)} steps or more." in report.sentence


def test_the_reference_stands_in_for_functions_that_are_right_and_slow(monkeypatch):
    report, clock = slow(monkeypatch, 1)
    assert clock.steps == 3
    assert report.runs[0].symptom == "too slow" and report.symptom == "dead units"
    assert report.cures == ("inputs standardised",) and report.cause == "the scale of the inputs"
    assert "At the first step they agree with the reference's" in report.sentence
    assert "the same, by the reference" in str(report)
    report, clock = slow(monkeypatch, 0.006)  # the run itself comes to its end, the changes would not
    assert not report.runs[0].cut and not report.stand_in and report.by_reference
    assert report.steps_of_changes == 400


def test_a_call_that_is_held_up_says_nothing_about_the_others(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(budget, "clock", clock)

    def backward_prop(X, y, c, p):
        clock.now, clock.steps = clock.now + (1e-5 if clock.steps else 0.05), clock.steps + 1
        return network.backward_prop(X, y, c, p)

    report = run(backward_prop, None, X=RAW, y=LABELS, steps=400)
    assert not report.by_reference and "reference" not in str(report) and report.cures == ("inputs standardised",)


def test_it_is_said_when_nothing_can_be_said(monkeypatch):
    report, _ = slow(monkeypatch, 1, wrong=True)
    assert report.symptom == "too slow" and len(report.runs) == 1
    assert "Your functions had the time for 1 of 400 steps." in report.sentence
    report, _ = slow(monkeypatch, 30, wrong=True)
    assert report.runs[0].stopped == "step 0: one step takes 30 seconds"
    assert MEANING["too slow"] in report.sentence and not report.cures and not report.causes


def test_no_call_lasts_longer_than_what_is_left(monkeypatch):
    """The alarm of each call is set to the end of the whole examination."""
    allowed, clock, limited = [], Clock(), guard.limited

    def asked(function, *arguments, seconds=None):
        allowed.append((clock.now, seconds))
        return limited(function, *arguments, seconds=seconds)

    def backward_prop(X, y, c, p):
        clock.now += 0.05
        return {name: 1.01 * g for name, g in network.backward_prop(X, y, c, p).items()}

    monkeypatch.setattr(budget, "clock", clock)
    monkeypatch.setattr(guard, "limited", asked)
    run(backward_prop, None, X=RAW, y=LABELS, steps=400)
    assert max(now + seconds for now, seconds in allowed) <= 10
    assert min(seconds for _, seconds in allowed) > 0
