"""The loss explorer: what is sent is what helpers compute, in numbers and in words."""

import json
import math
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from helpers import losses
from helpers.widgets import LossExplorer
from helpers.widgets.loss_explorer import recording as rec
from helpers.widgets.loss_explorer import words as wording


@pytest.fixture(scope="module")
def explorer():
    widget = LossExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("y", [0, 1])
def test_the_cost_of_a_probability_is_what_helpers_compute(explorer, y):
    p, sent = array(explorer.recording["p"]), {name: array(values) for name, values in explorer.recording["labels"][str(y)].items()}
    assert np.array_equal(p, np.round(np.linspace(0.001, 0.999, 999), 3))
    a, z, Y = sent["a"], sent["z"], np.full((1, 999), float(y))
    assert np.allclose(a, p if y else 1 - p, rtol=1e-15) and np.allclose(losses.SIGMOID.value(z), a)
    assert np.allclose(sent["loss"], [losses.binary_cross_entropy([[one]], [[y]]) for one in a], rtol=1e-15)
    assert np.allclose(sent["loss"], -np.log(p))
    assert np.array_equal(sent["slope"], losses.binary_cross_entropy_slope(a[None], Y)[0])
    assert np.allclose(sent["dz"], a - y, rtol=1e-12) and np.allclose(sent["slope"] * sent["rise"], sent["dz"])


@pytest.mark.parametrize("y", [0, 1])
def test_every_formula_in_words_is_computed(explorer, y):
    columns = {name: array(values) for name, values in explorer.recording["labels"][str(y)].items()}
    for name, template in explorer.recording["formulas"][str(y)].items():
        for row in (0, 299, 998):
            code = re.sub(r"\{\w+\}", lambda found: f"({found[0][1:-1]})", template).replace("−", "-").replace("·", "*").replace("ln", "log")
            code = code.replace("log (", "log(")
            value = eval(code, {"__builtins__": {}}, {"log": math.log, "p": rec.P[row], "a": columns["a"][row]})
            assert value == pytest.approx(columns[name][row], rel=1e-9, abs=1e-12)


def test_uniform_guesses_cost_ln_k(explorer):
    assert np.array_equal(array(explorer.recording["classes"]), np.arange(2, 1001))
    assert np.allclose(array(explorer.recording["uniform"]), np.log(np.arange(2, 1001)), rtol=1e-12)
    assert f"{array(explorer.recording['uniform'])[-1]:.4f}" == "6.9078"


@pytest.mark.parametrize("K", range(2, 11))
def test_softmax_is_what_helpers_compute_and_its_gradient_what_differences_say(K):
    z, true = np.round(np.random.default_rng(K).uniform(-9, 9, K), 1), K // 2
    found = LossExplorer("logits", logits=z, true_class=true + 1).softmax()
    cost = lambda z: losses.softmax_cross_entropy_from_logits(z[:, None], np.eye(K)[:, [true]])  # noqa: E731
    assert found["p"] == losses.softmax(z[:, None])[:, 0].tolist() and found["loss"] == cost(z)
    numerical = [(cost(z + step) - cost(z - step)) / 2e-6 for step in 1e-6 * np.eye(K)]
    assert np.allclose(found["gradient"], numerical, atol=1e-7) and sum(found["gradient"]) == pytest.approx(0, abs=1e-12)
    assert found["words"] == LossExplorer("logits", logits=z, true_class=true + 1).describe()


def test_adding_to_all_logits_changes_nothing():
    first, second = (LossExplorer(logits=[z, z + 1, z - 2]).softmax() for z in (0.0, 5.0))
    assert np.allclose(first["p"], second["p"]) and first["loss"] == pytest.approx(second["loss"])


def test_examples_and_known_numbers_are_answered_in_the_recording(explorer):
    for found, (values, true) in zip(explorer.recording["logits"], rec.PRESETS.values(), strict=True):
        assert {key: found[key] for key in found if key != "label"} == rec.softmax(rec.logits("logits", values), true)
    for found, (text, K) in zip(explorer.recording["reading"], rec.KNOWN.values(), strict=True):
        meaning = losses.what_a_loss_means(float(text), K)
        assert found["headline"] == wording.typeset(meaning.headline) and len(found["suspects"]) == len(meaning.suspects)
    json.dumps({key: explorer.recording[key] for key in ("logits", "reading")}, allow_nan=False)


def test_python_holds_the_answers_for_its_settings():
    explorer = LossExplorer(stuck=87.3365, classes=10)
    assert "smallest normal float32" in explorer.held["reading"]["headline"]
    explorer.stuck, explorer.logits = "nan", (1, 1)
    assert explorer.held["reading"] == rec.reading("nan", 10)
    assert explorer.held["logits"]["p"] == [0.5, 0.5]
    json.dumps(explorer.held, allow_nan=False)


def test_questions_are_answered_and_wrong_ones_raise(explorer):
    assert explorer.answer({"kind": "logits", "logits": [0.5, 1], "true": 1}) == rec.softmax((0.5, 1.0), 1)
    assert explorer.answer({"kind": "reading", "loss": "2.3", "K": 10}) == rec.reading("2.3", 10)
    for question in (
        {"kind": "logits", "logits": [1], "true": 0},
        {"kind": "logits", "logits": [1, 2], "true": 2},
        {"kind": "reading", "loss": "x", "K": 10},
    ):
        with pytest.raises(ValueError, match=r"logits has shape|true_class is 3|stuck is 'x'"):
            explorer.answer(question)


def test_the_recording_is_small_and_made_once(explorer):
    sizes = [len(values["bytes"]) for y in ("0", "1") for values in explorer.recording["labels"][y].values()]
    assert sum(sizes) < 110_000 and len(json.dumps(explorer.recording["reading"])) < 40_000
    assert LossExplorer().recording["p"]["bytes"] is explorer.recording["p"]["bytes"]


# ---------------------------------------------------------------- settings and words


@pytest.mark.parametrize(
    ("given", "kept"),
    [(6.908, "6.908"), ("6,9", "6,9"), (math.nan, "nan"), (np.inf, "inf"), (1e300, "1e+300"), ("−1", "−1"), (7, "7"), (" 2.3 ", "2.3")],
)
def test_a_stuck_loss_is_kept_as_text(given, kept):
    explorer = LossExplorer("number", stuck=given)
    assert explorer.stuck == kept and explorer.describe()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"view": "all"}, "view is 'all', expected one of probability, logits, number"),
        ({"p": 0}, "p is 0, expected a number from 0.001 to 0.999"),
        ({"p": math.nan}, "p is nan"),
        ({"label": 2}, "label is 2, expected one of 1, 0"),
        ({"logits": [1]}, r"logits has shape \(1,\), expected 2 to 10 numbers from -10 to 10"),
        ({"logits": [0, 11]}, "logits holds 11, expected 2 to 10 numbers"),
        ({"logits": [0, math.inf]}, "logits holds inf"),
        ({"logits": "abc"}, "logits (holds|is)"),
        ({"true_class": 11}, "true_class is 11, expected at most 10"),
        ({"true_class": 0}, "true_class is 0, expected at least 1"),
        ({"classes": 1}, "classes is 1, expected at least 2"),
        ({"classes": 10**9}, "classes is 1000000000, expected at most 1000"),
        ({"stuck": "high"}, "stuck is 'high', expected a number such as 6.908, or nan or inf"),
        ({"stuck": None}, "stuck is None"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        LossExplorer(**settings)


def test_a_true_class_beyond_the_last_is_the_last():
    assert LossExplorer("logits", logits=(0, 0), true_class=6).softmax()["true"] == 1


def test_words_say_what_is_shown():
    assert (
        LossExplorer(p=0.25).describe() == "The true class, y = 1, has probability 0.25: it costs 1.386. Slope by a −4, by z −0.75, which is a − y."
    )
    assert LossExplorer(p=0.25, label=0).describe().endswith("Slope by a 4, by z 0.75, which is a − y.")
    assert "every other class the same, 0.1" in LossExplorer("logits", logits=[0] * 10, true_class=4).describe()
    assert LossExplorer("number").describe() == "A uniform guess over 1000 classes costs 6.908. 6.908 is ln 1000 = 6.9078."
    assert wording.typeset("-ln(1e-7) and 2^-126") == "−ln(1e−7) and 2⁻¹²⁶"


@pytest.mark.parametrize("view", ["probability", "logits", "number"])
def test_the_picture_is_the_same_bytes_every_time(view):
    for settings in ({}, {"p": 0.999, "logits": [0] * 10, "stuck": "nan"}, {"p": 0.001, "label": 0, "stuck": "−3", "classes": 2}):
        picture = LossExplorer(view, **settings).picture()
        assert picture == LossExplorer(view, **settings).picture() and len(picture) < 120_000
        assert ElementTree.fromstring(picture).get("viewBox") == "0 0 1080 330"


def test_classes_are_counted_from_1():
    widget = LossExplorer("logits", logits=(2, 1, 0), true_class=3)
    assert widget.softmax()["true"] == 2
    assert widget.describe().startswith("Class 3 of 3 is the true one: ") and "the largest of the others is class 1 with" in widget.describe()
