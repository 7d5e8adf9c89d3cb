"""The gradient check explorer: what is sent is what helpers compute, in numbers and in words."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS
from helpers.gradcheck import STEP, TOLERANCE, crossed_kinks, numerical_gradient, relative_error
from helpers.widgets import GradientCheckExplorer
from helpers.widgets.gradient_check_explorer import recording as rec
from helpers.widgets.gradient_check_explorer import words as wording
from helpers.widgets.gradient_check_explorer.widget import FLOOR
from helpers.widgets.kit.svg import Chart

CURVES = [(name, z) for name in rec.FUNCTIONS for z in rec.POINTS]
KINKS = [(name, h) for name in rec.KINKED for h in rec.KINK_STEPS]
COLUMNS = ("up", "down", "above", "at", "below", "central", "one_sided")


@pytest.fixture(scope="module")
def explorer():
    widget = GradientCheckExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


# ---------------------------------------------------------------- the step size


def test_steps_are_ten_to_a_decade_from_1e_minus_16_to_1(explorer):
    steps = array(explorer.recording["steps"])
    assert len(steps) == 161 and steps[0] == 1e-16 and steps[60] == 1e-10 and steps[-1] == 1 and STEP in steps
    assert np.allclose(np.log10(steps), array(explorer.recording["exponents"])) and np.allclose(np.diff(np.log10(steps)), 0.1)


@pytest.mark.parametrize(("name", "z"), CURVES)
def test_differences_are_their_formulas_in_each_precision(explorer, name, z):
    sent = explorer.recording["curves"][name][rec.POINTS.index(z)]
    f = ACTIVATIONS[name].value
    assert sent["slope"] == ACTIVATIONS[name].slope(z)
    for i, dtype in enumerate((np.float64, np.float32)):
        columns = dict(zip(COLUMNS, array(sent["columns"])[i], strict=True))
        for k in range(0, 161, 8):
            h, at = dtype(rec.STEPS[k]), dtype(z)
            central, one_sided = (f(at + h) - f(at - h)) / (dtype(2) * h), (f(at + h) - f(at)) / h
            assert central.dtype == one_sided.dtype == dtype
            assert np.isclose(columns["central"][k], central, rtol=4 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps / rec.STEPS[k])
            assert np.isclose(columns["one_sided"][k], one_sided, rtol=4 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps / rec.STEPS[k])
            assert columns["up"][k] == at + h and columns["down"][k] == at - h
        for j, kind in enumerate(rec.DIFFERENCES):
            errors = array(sent["errors"])[i, j]
            assert [relative_error([value], [sent["slope"]]) for value in columns[kind]] == pytest.approx(errors.tolist(), rel=1e-12)


@pytest.mark.parametrize(("name", "z"), CURVES)
def test_central_differences_are_those_of_gradcheck(explorer, name, z):
    columns = array(explorer.recording["curves"][name][rec.POINTS.index(z)]["columns"])[0]
    for h in (1e-1, 1e-3, 1e-5):
        k = int(np.flatnonzero(rec.STEPS == h)[0])
        found = numerical_gradient(lambda p: float(ACTIVATIONS[name].value(p["z"]).item()), {"z": np.array([z])}, h)["dz"][0]
        assert columns[5][k] == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize(("name", "z"), CURVES)
def test_the_border_lies_where_the_formula_of_the_best_step_says(name, z):
    eps = {"float64": np.finfo(np.float64).eps, "float32": np.finfo(np.float32).eps}
    for dtype, found in rec.measure(name, z).items():
        powers = {"central": 1 / 3, "one_sided": 1 / 2}
        for kind, row in found["best"].items():
            assert abs(np.log10(rec.STEPS[row]) - powers[kind] * np.log10(eps[dtype])) < 1.2, (dtype, kind)
        errors = found["errors"]["central"]
        best = found["best"]["central"]
        assert np.median(errors[best - 4 : best + 5]) < 1e-3 * min(errors[10], errors[-1]) or dtype == "float32"


def test_each_region_is_named_on_its_side():
    assert GradientCheckExplorer(h=1e-9).region() == "rounding" and GradientCheckExplorer(h=1e-2).region() == "truncation"
    assert GradientCheckExplorer(h=1e-3, precision="float32").region() == "rounding"
    assert GradientCheckExplorer(h=1e-7, difference="one_sided").region() == "truncation"


def test_shapes_are_the_functions(explorer):
    grid = array(explorer.recording["grid"])
    assert all(np.array_equal(array(explorer.recording["shapes"][name]), ACTIVATIONS[name].value(grid)) for name in rec.FUNCTIONS)


# ---------------------------------------------------------------- a kink


@pytest.mark.parametrize(("name", "h"), KINKS)
def test_the_kink_is_what_helpers_compute(explorer, name, h):
    sent = {key: array(values) for key, values in explorer.recording["kinks"][name][rec.KINK_STEPS.index(h)].items()}
    f, z = rec.KINKED[name], rec.SHARES * h
    assert np.array_equal(sent["z"], z) and np.array_equal(sent["slope"], f.slope(z))
    assert np.array_equal(sent["central"], (f.value(z + h) - f.value(z - h)) / (2 * h))
    assert np.array_equal(sent["one_sided"], (f.value(z + h) - f.value(z)) / h)
    assert [relative_error([a], [b]) for a, b in zip(sent["central"], sent["slope"], strict=True)] == pytest.approx(sent["error"].tolist(), rel=1e-9)
    for key, at in (("below", z - h), ("at", z), ("above", z + h)):
        assert np.allclose(sent[f"{key}_in_steps"] * h, f.value(at), rtol=1e-12, atol=0)
    for side, at in zip(sent["sides"], (z - h, z, z + h), strict=True):
        assert np.array_equal(side, np.where(at < 0, 0, np.where(at == 0, 1, 2)))


def test_relus_ramp_is_the_formula_of_the_notebook():
    found = rec.over_kink("relu", 1e-5)
    inside = np.abs(rec.SHARES) < 1
    assert np.allclose(found["central"][inside], (rec.SHARES[inside] + 1) / 2) and np.allclose(found["central"][rec.SHARES >= 1], 1)


@pytest.mark.parametrize("h", rec.KINK_STEPS)
def test_crossings_are_those_that_gradcheck_reports(h):
    found = rec.over_kink("relu", h)
    X = np.array([[1.0]])
    for row in range(0, 241, 5):
        p = {"W1": np.array([[0.0]]), "b1": np.array([[found["z"][row]]]), "W2": np.array([[1.0]]), "b2": np.zeros((1, 1))}
        assert crossed_kinks(X, p, h=h)["b1"][0, 0] == found["crossed"][row]


@pytest.mark.parametrize(("name", "h"), KINKS)
def test_verdicts_and_crossings_are_consistent(name, h):
    found = rec.over_kink(name, h)
    agrees = found["error"] <= TOLERANCE
    assert np.array_equal(found["verdict"] == 0, agrees) and (found["verdict"] != 2).all(), "what fails has crossed"
    inside = np.abs(rec.SHARES) < 1 - 1e-9
    assert (found["verdict"][inside] == 1).all() and agrees[np.abs(rec.SHARES) > 1 + 1e-9].all()
    words = [wording.CROSSINGS[i] for i in found["crossing"]]
    for share, said in zip(rec.SHARES, words, strict=True):
        wanted = "sits on" if share == 0 else "z − h lies" if 0 < share < 1 - 1e-9 else "z + h lies" if -1 + 1e-9 < share < 0 else ""
        assert wanted in said and (wanted or "other side" not in said), share


def test_the_recording_is_small_and_made_once(explorer):
    def size(sent):
        if isinstance(sent, bytes):
            return len(sent)
        return sum(map(size, sent.values() if isinstance(sent, dict) else sent)) if isinstance(sent, dict | list | tuple) else 0

    assert size(explorer.recording) < 700_000
    assert GradientCheckExplorer().recording["steps"]["bytes"] is explorer.recording["steps"]["bytes"]


# ---------------------------------------------------------------- settings and words


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"view": "both"}, "view is 'both', expected one of step, kink"),
        ({"function": "relu"}, "function is 'relu', expected one of sigmoid, tanh, softplus, silu"),
        ({"at": 0}, "at is 0, expected one of -2, -0.5, 0.7, 1, 3"),
        ({"h": 0}, "h is 0, expected a number from 1e-16 to 1"),
        ({"h": np.nan}, "h is nan"),
        ({"h": 10}, "h is 10"),
        ({"difference": "forward"}, "difference is 'forward', expected one of central, one_sided"),
        ({"precision": "float16"}, "precision is 'float16'.*float32"),
        ({"kinked": "sigmoid"}, "kinked is 'sigmoid', expected one of relu, leaky_relu"),
        ({"kink_step": 1e-2}, "kink_step is 0.01, expected one of 0.1, 0.001, 1e-05, 1e-07"),
        ({"share": np.inf}, "share is inf, expected a number from -3 to 3"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        GradientCheckExplorer(**settings)


@pytest.mark.parametrize("given", [1e-16, 3.2e-13, 1e-5, 0.5, 1])
def test_the_nearest_step_on_the_logarithmic_scale_is_kept(given):
    kept = GradientCheckExplorer(h=given).h
    assert kept in rec.STEPS and abs(np.log10(kept / given)) <= 0.051


def test_words_say_what_is_shown():
    assert GradientCheckExplorer(h=1e-5).describe().endswith("which passes at 1e−7; truncation rules here.")
    assert "float32: one-sided difference 0," in GradientCheckExplorer(h=1e-12, difference="one_sided", precision="float32").describe()
    assert GradientCheckExplorer("kink", share=0.5).describe() == (
        "ReLU at z = 0.5 h, h = 1e−5: central difference 0.75, slope 1. z − h lies on the other side of the kink. The check: crossed the kink."
    )


@pytest.mark.parametrize("view", ["step", "kink"])
def test_the_picture_is_the_same_bytes_every_time(view):
    for settings in ({}, {"h": 1e-16, "precision": "float32", "share": 0}, {"h": 1, "difference": "one_sided", "share": -3, "kinked": "leaky_relu"}):
        picture = GradientCheckExplorer(view, **settings).picture()
        assert picture == GradientCheckExplorer(view, **settings).picture() and len(picture) < 120_000
        assert ElementTree.fromstring(picture).get("viewBox") == "0 0 1080 330"


def test_the_picture_shows_the_errors():
    widget = GradientCheckExplorer(h=1e-3)
    root = ElementTree.fromstring(widget.picture())
    errors = rec.measure("sigmoid", 0.7)["float64"]["errors"]["central"]
    chart = Chart("", "", "", x=(-16, 0), y=(FLOOR, 2), left=540, log=True)
    lines = [node.get("points").split() for node in root.iter() if node.tag.endswith("polyline")]
    painted = max((line for line in lines if float(line[0].split(",")[0]) > 540), key=lambda line: len(set(line)))
    wanted = [chart.y(max(error, FLOOR)) for error in errors]
    assert np.ptp(wanted) > 100
    assert np.allclose([float(point.split(",")[1]) for point in painted], wanted, rtol=0, atol=0.06)
    dots = [(float(node.get("cx")), float(node.get("cy"))) for node in root.iter() if node.tag.endswith("circle")]
    assert any(np.allclose(dot, (chart.x(-3), chart.y(errors[widget.row()])), rtol=0, atol=0.06) for dot in dots)
