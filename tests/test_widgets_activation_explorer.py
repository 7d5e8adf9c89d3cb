"""The activation explorer: what is sent is what helpers compute, in numbers and in words."""

import math
import re

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS, chain, make_leaky_relu, make_relu
from helpers.widgets import ActivationExplorer
from helpers.widgets.activation_explorer import recording as rec
from helpers.widgets.activation_explorer import words as activation_words

VARIANTS = [(name, position) for name in ACTIVATIONS for position in range(len(rec.variants(name)))]


@pytest.fixture(scope="module")
def explorer():
    widget = ActivationExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def column(recording, i):
    return array(recording["columns"])[i]


# ---------------------------------------------------------------- numbers


def test_z_is_a_grid_of_twentieths(explorer):
    z = array(explorer.recording["z"])
    assert np.array_equal(z, np.round(np.linspace(-8, 8, 321), 2))


def test_every_activation_is_there_with_a_label_and_a_look(explorer):
    assert explorer.recording["order"] == list(ACTIVATIONS) == list(explorer.recording["curves"])
    assert set(activation_words.LABELS) == set(rec.LOOKS) == set(ACTIVATIONS)


@pytest.mark.parametrize(("name", "position"), VARIANTS)
def test_curves_are_what_helpers_compute(explorer, name, position):
    activation = rec.variants(name)[position]
    curve, z = explorer.recording["curves"][name][position], array(explorer.recording["z"])
    a, slope = activation.value(z), activation.slope(z)
    assert np.array_equal(column(explorer.recording, curve["value"]), a)
    assert np.array_equal(column(explorer.recording, curve["slope"]), slope)
    own = {} if activation.slope_from_output is None else {"own": activation.slope_from_output}
    rules = own | {"sigmoid": ACTIVATIONS["sigmoid"].output_rule, "tanh": ACTIVATIONS["tanh"].output_rule}
    assert set(curve["rules"]) == set(rules)
    for rule, from_output in rules.items():
        sent = column(explorer.recording, curve["rules"][rule]["slope"])
        assert np.array_equal(sent, from_output(a))
        with np.errstate(divide="ignore", invalid="ignore"):
            assert np.array_equal(column(explorer.recording, curve["rules"][rule]["factor"]), sent / slope, equal_nan=True)


def test_the_dials_are_relus_subgradient_and_the_leak(explorer):
    at_zero = int(np.flatnonzero(rec.Z == 0)[0])
    curves = explorer.recording["curves"]
    assert [column(explorer.recording, c["slope"])[at_zero] for c in curves["relu"]] == [0, 0.5, 1]
    assert [column(explorer.recording, c["slope"])[0] for c in curves["leaky_relu"]] == [0.01, 0.1, 0.3]
    assert [c["kink"] for c in curves["relu"]] == [{"row": at_zero, "below": 0, "above": 1}] * 3
    assert [c["kink"]["below"] for c in curves["leaky_relu"]] == [0.01, 0.1, 0.3]
    assert all(curves[name][0]["kink"] is None for name in set(ACTIVATIONS) - {"relu", "leaky_relu"})
    assert "own" not in curves["relu"][1]["rules"], "with ReLU'(0) = 0.5 the output does not determine the slope"


def test_the_factor_of_the_cases_mistake_is_one_plus_one_over_a(explorer):
    a = ACTIVATIONS["sigmoid"].value(rec.Z)
    factor = column(explorer.recording, explorer.recording["curves"]["sigmoid"][0]["rules"]["tanh"]["factor"])
    assert np.allclose(factor, 1 + 1 / a, rtol=1e-9)


@pytest.mark.parametrize(("name", "position"), VARIANTS)
def test_chains_are_what_helpers_compute(explorer, name, position):
    depth = explorer.recording["depth"]
    rows = array(depth["index"][name][position])
    for i, w in enumerate(rec.WEIGHTS):
        for j, start in enumerate(rec.STARTS):
            run = chain(rec.variants(name)[position], w, start, 20)
            assert np.array_equal(array(depth["factors"])[rows[i, j]], run["factors"])
            assert np.array_equal(array(depth["products"])[rows[i, j]], run["products"])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_product_is_the_derivative_of_the_chain(name):
    for w in (-1.0, 0.5, 1.5):
        a, h = np.array([-1.3, 0.4, 2.1]), 1e-6
        numerical = (chain(name, w, a + h, 5)["A"][-1] - chain(name, w, a - h, 5)["A"][-1]) / (2 * h)
        assert np.allclose(chain(name, w, a, 5)["products"][-1], numerical, rtol=1e-5, atol=1e-9)


def test_verdicts_say_what_came_of_the_gradient():
    assert [activation_words.VERDICTS[i] for i in rec.verdict(np.array([0.0, 9e-4, -2e-8, 1.0, -0.5, 1001.0]))] == [
        "cut", "vanishing", "vanishing", "passed on", "passed on", "exploding",
    ]  # fmt: skip


def test_the_recording_is_small_and_made_once(explorer):
    assert len(explorer.recording["columns"]["bytes"]) < 250_000
    assert ActivationExplorer().recording["columns"]["bytes"] is explorer.recording["columns"]["bytes"]


# ---------------------------------------------------------------- words


def computed(template, z, a):
    """The number that a formula in words stands for, z and a put in."""
    code = template.split(" as ")[0]
    code = re.sub(r"\{\(?z\)?\}", "(z)", re.sub(r"\{\(?a\)?\}", "(a)", code))
    code = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", code)
    for sign, python in {"−": "-", "·": "*", "²": "**2", "σ": "sigmoid", "ln": "log", "tanh(z)": "tanh(z)"}.items():
        code = code.replace(sign, python)
    code = re.sub(r"\be\b", "(e)", code)
    names = {"e": math.e, "log": math.log, "tanh": math.tanh, "max": max, "sigmoid": lambda x: 1 / (1 + math.exp(-x)), "z": z, "a": a}
    return eval(code, {"__builtins__": {}}, names)


@pytest.mark.parametrize(("name", "position"), VARIANTS)
def test_every_formula_in_words_is_computed(explorer, name, position):
    curve, recording = explorer.recording["curves"][name][position], explorer.recording
    texts = {"value": (curve["text"]["value"], curve["value"]), "slope": (curve["text"]["slope"], curve["slope"])}
    texts |= {rule: (used["text"], used["slope"]) for rule, used in curve["rules"].items()}
    for what, (pieces, i) in texts.items():
        for row in range(0, len(rec.Z), 8):
            template = [text for first, text in pieces if first <= row][-1]
            z, a = rec.Z[row], column(recording, curve["value"])[row]
            assert computed(template, z, a) == pytest.approx(column(recording, i)[row], rel=1e-9, abs=1e-12), (what, z, template)


def test_reasons_of_pieces_hold():
    for activation in (make_relu(), make_relu(1.0), make_leaky_relu(0.3)):
        for words in (activation_words.words(activation).slope, activation_words.words(activation).from_output):
            if words:
                assert [re.search(r"<|>|is 0|kink", text)[0].replace("kink", "is 0") for text in words] in (["<", "is 0", ">"], ["is 0", "is 0", ">"])


def test_the_description_says_the_numbers():
    widget = ActivationExplorer(["sigmoid", "relu"], z=0, rule="tanh")
    relu, sigmoid = "ReLU a = 0, slope 0 (from a, 1 − a²: 1, ∞ times it)", "sigmoid a = 0.5, slope 0.25 (from a, 1 − a²: 0.75, 3 times it)"
    assert widget.describe() == f"At z = 0: {relu}; {sigmoid}."
    assert ActivationExplorer("sigmoid").describe() == "At z = 1: sigmoid a = 0.7311, slope 0.1966."
    deep = ActivationExplorer("relu", view="depth", weight=2, layers=20)
    assert deep.describe() == "Product over 20 layers with w = 2, from a₀ = 1: ReLU 1048576, exploding."
    assert "ReLU 0, cut" in ActivationExplorer("relu", view="depth", start=-1, layers=1).describe()
    assert "over 1 layer with" in ActivationExplorer("relu", view="depth", start=-1, layers=1).describe()


# ---------------------------------------------------------------- settings and pictures


def test_settings_are_kept_on_the_grid():
    widget = ActivationExplorer("tanh", z=0.12, start=0.8, leak=0.1, domain=(-2, 3))
    assert (widget.z, widget.start, widget.domain) == (0.1, 1.0, (-2.0, 3.0))
    widget.activations = ["tanh", "relu"]
    assert widget.activations == ("relu", "tanh")
    assert repr(widget) == "ActivationExplorer(activations=('relu', 'tanh'), z=0.1, leak=0.1, domain=(-2.0, 3.0))"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activations": "sigmoid2"}, "activations is 'sigmoid2', expected one of identity, relu, .*: did you mean 'sigmoid'"),
        ({"z": 9}, "z is 9, expected a number from -8 to 8"),
        ({"rule": "relu"}, "rule is 'relu', expected one of none, own, sigmoid, tanh"),
        ({"slope_at_zero": 0.3}, "slope_at_zero is 0.3, expected one of 0, 0.5, 1"),
        ({"leak": 0.5}, "leak is 0.5, expected one of 0.01, 0.1, 0.3"),
        ({"domain": (2, -2)}, "domain is .*at least 1 apart"),
        ({"view": "both"}, "view is 'both', expected one of unit, depth"),
        ({"start": -5}, "start is -5, expected a number from -3 to 3"),
        ({"weight": 5}, "weight is 5, expected a number from -4 to 4"),
        ({"layers": 0}, "layers is 0, expected at least 1"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ActivationExplorer(**settings)


def test_z_and_the_domain_agree():
    widget = ActivationExplorer("tanh", z=6)
    assert (widget.z, widget.domain) == (6.0, (-4.0, 6.0))
    widget.domain = (-1, 1)
    assert (widget.z, widget.domain) == (1.0, (-1.0, 1.0))
    widget.z = -2.5
    assert (widget.z, widget.domain) == (-2.5, (-2.5, 1.0))
    with pytest.raises(ValueError, match="expected a number from -8 to 8"):
        ActivationExplorer(z=10**400)


def test_a_weight_can_be_asked_for_in_steps_of_a_half():
    assert [float(w) for w in rec.WEIGHTS] == [k / 2 for k in range(-8, 9)]
    relu = ActivationExplorer("relu", view="depth", weight=1, layers=20)
    assert relu.describe().endswith("ReLU 1, passed on.") and "tanh" not in relu.describe()
    assert "sigmoid 0.9999" not in ActivationExplorer("tanh", z=8, domain=(-8, 8)).describe()
    assert "tanh a = 0.99999977" in ActivationExplorer("tanh", z=8).describe(), "no 1 that is none"


@pytest.mark.parametrize("view", ["unit", "depth"])
@pytest.mark.parametrize("activations", [["sigmoid"], list(ACTIVATIONS)])
def test_the_picture_is_the_same_bytes_every_time_and_names_each_curve(view, activations):
    widget = ActivationExplorer(activations, view=view, rule="tanh", weight=4)
    picture = widget.picture()
    assert picture == ActivationExplorer(activations, view=view, rule="tanh", weight=4).picture()
    for name in activations:
        assert picture.count(f">{activation_words.LABELS[name]}<") == 2
    assert "nan" not in picture and "inf" not in picture and len(picture) < 120_000
