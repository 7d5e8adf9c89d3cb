"""The softmax explorer: what is sent is what helpers compute, in numbers and in words."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from helpers import datasets, losses, network
from helpers.widgets import SoftmaxExplorer
from helpers.widgets.kit.numerals import number
from helpers.widgets.softmax_explorer import recording as rec
from helpers.widgets.softmax_explorer import temperatures as heat
from helpers.widgets.softmax_explorer import words

RUNS = {"toy": rec.toy, "digits": rec.digits}
SAMPLES = ("toy 1", "toy 2", "sure", "torn", "wrong")


@pytest.fixture(scope="module")
def explorer():
    widget = SoftmaxExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def a_network(n=4, K=3, n_x=2, m=5, seed=0):
    rng = np.random.default_rng(seed)
    p = network.init_params((n_x, n, K), rng=rng)
    return p, rng.standard_normal((n_x, m)), datasets.one_hot(rng.integers(0, K, (1, m)) * 1.0, K)


# ---------------------------------------------------------------- which gradients survive


@pytest.mark.parametrize("name", RUNS)
def test_each_moment_is_what_the_network_computes(explorer, name):
    sent, run = explorer.recording["runs"][name], RUNS[name]()
    found = {key: array(sent[key]) for key in ("Z1", "dA1", "dZ1", "p", "error", "W2", "loss", "right", "off", "by_unit", "by_example", "dead")}
    assert sent["steps"] == list(rec.STEPS) and len(run.parameters) == len(rec.STEPS)
    for t, p in enumerate(run.parameters):
        Z1 = p["W1"] @ run.X + p["b1"]
        P = losses.softmax(p["W2"] @ np.maximum(0, Z1) + p["b2"])
        assert np.allclose(found["Z1"][t], Z1) and np.allclose(found["p"][t], P) and np.allclose(found["error"][t], P - run.Y)
        assert np.allclose(found["dA1"][t], p["W2"].T @ (P - run.Y)) and np.array_equal(found["W2"][t], p["W2"])
        assert np.allclose(found["dZ1"][t], np.where(Z1 > 0, found["dA1"][t], 0))
        assert np.array_equal(found["off"][t], Z1 <= 0)
        products = array(sent["products"])[t]
        for j, i in np.ndindex(Z1.shape):
            parts = [found["error"][t, k, i] * found["W2"][t, k, j] for k in range(len(P))]
            assert products[j, i].tolist() == np.float32(parts).tolist(), "the chain that is written"
            assert sum(parts) == pytest.approx(found["dA1"][t, j, i], abs=1e-14), "and its sum"
        assert found["loss"][t] == pytest.approx(losses.softmax_cross_entropy_from_logits(p["W2"] @ np.maximum(0, Z1) + p["b2"], run.Y))
        assert found["right"][t] == (P.argmax(axis=0) == run.Y.argmax(axis=0)).sum()
        assert np.array_equal(found["by_unit"][t], (Z1 <= 0).sum(axis=1)) and np.array_equal(found["by_example"][t], (Z1 <= 0).sum(axis=0))
        assert found["dead"][t] == (Z1 <= 0).all(axis=1).sum() and sent["largest"][t] == np.abs(found["dA1"][t]).max()


def test_the_toy_network_is_the_one_on_paper():
    run = rec.toy()
    a = {name: values[0].round(4).tolist() for name, values in run.arrays.items()}
    assert [row[0] for row in a["Z1"]] == [2, 1, -1.5] and [row[0] for row in a["p"]] == [0.6897, 0.2537, 0.0566]
    assert [row[0] for row in a["dA1"]] == [0.6614, -0.718, 1.5492] and [row[0] for row in a["dZ1"]] == [0.6614, -0.718, 0]
    assert np.argmax(np.abs(run.arrays["dA1"][0, :, 0])) == 2 and run.off["pairs"][0, 2, 0], "its largest wish is cut"
    assert a["loss"] == 0.791


def test_the_digits_are_three_of_each_and_train():
    run = rec.digits()
    assert run.true.tolist() == [k for k in range(10) for _ in range(3)]
    X, _ = datasets.digits()
    assert all(any(np.array_equal(x * 16, one) for one in X.T) for x in run.X.T)
    *_, X, Y = rec.split_digits()
    final = network.forward_prop(X, run.parameters[-1], output="softmax")
    assert network.accuracy(Y, final["A2"]) > 0.96
    assert run.arrays["loss"][0] > 2.3 and run.arrays["loss"][-1] < 0.05


def test_units_that_are_off_for_all_that_are_shown_come_back():
    run = rec.digits()
    dead = run.off["pairs"].all(axis=2)
    back = {j + 1 for t, j in np.argwhere(dead) if not dead[t:, j].all()}
    assert back == {4, 20, 30}, "so the notebook can point at one"
    assert (run.arrays["on"] > 0).all(), "no unit is off for every training image"
    assert run.off["by_example"].max() < run.units, "no example is without any unit"


def test_on_counts_all_training_images():
    run = rec.digits()
    X, *_ = rec.split_digits()
    for t in (0, 5, 10):
        p = run.parameters[t]
        assert np.array_equal(run.arrays["on"][t], (p["W1"] @ X + p["b1"] > 0).sum(axis=1))


def test_images_are_the_digits(explorer):
    pixels = array(explorer.recording["runs"]["digits"]["pixels"])
    assert np.array_equal(pixels, 16 * rec.digits().X.T)
    assert array(explorer.recording["runs"]["toy"]["pixels"]).shape == (2, 0)


# ---------------------------------------------------------------- temperature and shift


@pytest.mark.parametrize("name", SAMPLES)
def test_temperatures_are_softmax_of_z_by_T(explorer, name):
    sent = explorer.recording["samples"][name]
    z, true = np.array(sent["z"]), sent["true"]
    y = np.eye(len(z))[true]
    p, error, dZ, loss, largest = (array(sent[key]) for key in ("p", "error", "dZ", "loss", "largest"))
    assert len(heat.TEMPERATURES) == 61 and heat.TEMPERATURES[30] == 1 and np.allclose(np.log10(heat.TEMPERATURES), heat.EXPONENTS, atol=2e-3)
    for t, T in enumerate(heat.TEMPERATURES):
        e = np.exp(z / T - (z / T).max())
        assert np.allclose(p[t], e / e.sum()) and np.allclose(error[t], p[t] - y) and np.allclose(dZ[t], (p[t] - y) / T)
        assert np.allclose(array(sent["rest"])[t], [(e.sum() - one) / e.sum() for one in e]) and sent["first"] == z.argmax()
        assert loss[t] == pytest.approx(np.log(e.sum()) + (z / T).max() - (z / T)[true])
        assert largest[t] == np.abs(dZ[t]).max() and p[t].argmax() == z.argmax(), "the largest stays the largest"


@pytest.mark.parametrize("name", SAMPLES)
def test_dZ_is_the_slope_by_central_differences(name):
    _, z, true, _ = heat.built_in()[name]
    Y = np.eye(len(z))[:, [true]]
    found, h = heat.of_temperatures(z, true), 1e-5
    for t in range(10, 61, 10):
        T = heat.TEMPERATURES[t]
        for k in range(len(z)):
            up, down = (losses.softmax_cross_entropy_from_logits(((z + s * h * np.eye(len(z))[k]) / T)[:, None], Y) for s in (1, -1))
            assert found["dZ"][t, k] == pytest.approx((up - down) / (2 * h), abs=1e-8)


@pytest.mark.parametrize("name", SAMPLES)
def test_shifts_move_nothing_and_the_plain_formula_breaks_where_it_says(explorer, name):
    sent = explorer.recording["samples"][name]
    z = np.array(sent["z"])
    codes, top, drift, p = (array(sent[key]) for key in ("naive", "top", "drift", "p"))
    assert np.array_equal(array(sent["shifted"]), [z + shift for shift in heat.SHIFTS])
    assert heat.SHIFTS.tolist() == sorted(heat.SHIFTS.tolist()) and heat.SHIFTS[15] == 0 and len(heat.SHIFTS) == 31
    for t in range(0, 61, 6):
        for c, shift in enumerate(heat.SHIFTS):
            u = (z + shift) / heat.TEMPERATURES[t]
            assert top[t, c] == pytest.approx(u.max()) and np.abs(losses.softmax(u[:, None])[:, 0] - p[t]).max() < 1e-9
            assert drift[t, c] == pytest.approx(np.abs(losses.softmax(u[:, None])[:, 0] - p[t]).max(), abs=1e-11)
            for d, dtype in enumerate((np.float64, np.float32, np.float16)):
                with np.errstate(all="ignore"):
                    e = np.exp(u.astype(dtype))
                    plain = e / e.sum()
                meaning = words.SHORT[codes[t, c, d]]
                assert (meaning == "nan") == bool(np.isnan(plain).any())
                assert (meaning == "right") == bool((np.abs(plain.astype(float) - p[t]) <= 0.01).all())
                assert ("∞" in words.NAIVE[codes[t, c, d]]) == bool(np.isinf(e).any())


def test_what_overflows_is_told_by_precision(explorer):
    assert np.round(explorer.recording["overflows"], 2).tolist() == [709.78, 88.72, 11.09]
    for limit, dtype in zip(heat.OVERFLOWS, (np.float64, np.float32, np.float16), strict=True):
        with np.errstate(over="ignore"):
            assert np.isfinite(np.exp(dtype(limit - 0.01))) and np.isinf(np.exp(dtype(limit + 0.01)))


def test_the_three_digits_are_what_they_are_called():
    found = heat.built_in()
    for name in ("sure", "torn"):
        assert found[name][1].argmax() == found[name][2]
    p = {name: np.sort(losses.softmax(found[name][1][:, None])[:, 0]) for name in ("sure", "torn", "wrong")}
    assert p["sure"][-1] > 0.99 and p["torn"][-1] - p["torn"][-2] < 0.05 and p["wrong"][-1] > 0.9
    assert found["wrong"][1].argmax() != found["wrong"][2] and found["wrong"][0] == "a 3, taken for a 5"


# ---------------------------------------------------------------- one's own network


def test_ones_own_network():
    p, X, Y = a_network()
    widget = SoftmaxExplorer(p, X, Y)
    assert widget.data == "own" and widget.sample == "own 1" and repr(widget) == "SoftmaxExplorer(2-4-3, data='own', sample='own 1')"
    sent = widget.recording["runs"]["own"]
    grads = network.backward_prop(X, Y, network.forward_prop(X, p, output="softmax"), p, output="softmax")
    assert np.array_equal(array(sent["dZ1"])[0], grads["dZ1"]) and sent["steps"] == [0] and sent["classes"] == ["class 1", "class 2", "class 3"]
    assert np.allclose(widget.recording["samples"]["own 2"]["z"], network.forward_prop(X, p, output="softmax")["Z2"][:, 1])
    widget.data = "toy"
    widget.data = "own"
    p["W1"][:] = 0
    assert np.array_equal(widget.run.arrays["dZ1"][0], grads["dZ1"]), "it keeps a copy"


def test_ones_own_network_at_several_moments():
    p, X, Y = a_network()
    other = {name: value + 0.1 for name, value in p.items()}
    widget = SoftmaxExplorer([p, other, p], X, Y, step=1)
    assert widget.step == 1 and widget.run.steps == (0, 1, 2)
    widget.step = 500
    assert widget.step == 2
    assert not np.array_equal(widget.run.arrays["Z1"][0], widget.run.arrays["Z1"][1])


def test_ones_own_digits_are_shown_as_images():
    p, X, Y = a_network(n=6, K=10, n_x=64, m=12)
    assert array(SoftmaxExplorer(p, np.abs(X), Y).recording["runs"]["own"]["pixels"]).shape == (12, 64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, X, Y: (p, X, None), "p came without X and Y, expected all three"),
        (lambda p, X, Y: (None, X, Y), "X and Y came without p, expected all three"),
        (lambda p, X, Y: (network.init_params((2, 4, 4, 3)), X, Y), "p has 3 layers, expected 2: a hidden ReLU layer and a softmax layer"),
        (lambda p, X, Y: (network.init_params((2, 3)), X, Y), "p has 1 layer, expected 2"),
        (lambda p, X, Y: ([], X, Y), "p is a list of 0, expected parameters, or a list of 1 to 50"),
        (lambda p, X, Y: ([p, network.init_params((2, 5, 3))], X, Y), "networks of different sizes"),
        (lambda p, X, Y: (network.init_params((2, 65, 3)), X, Y), "there are 65 hidden units, expected at most 64"),
        (lambda p, X, Y: (p, np.tile(X, 13), np.tile(Y, 13)), "there are 65 examples, expected at most 60"),
        (lambda p, X, Y: (p, X.T, Y), r"X has shape \(5, 2\)"),
        (lambda p, X, Y: (p, X, Y.T), r"Y has shape \(5, 3\)"),
        (lambda p, X, Y: (p, X, Y * 2), "Y"),
        (lambda p, X, Y: (p, X * np.nan, Y), "X holds nan"),
        (lambda p, X, Y: ("weights", X, Y), "p is 'weights'"),
    ],
)
def test_a_wrong_network_is_named(change, message):
    with pytest.raises((ValueError, TypeError, KeyError), match=message):
        SoftmaxExplorer(*change(*a_network()))


def test_one_class_is_no_choice():
    p = network.init_params((2, 3, 1))
    with pytest.raises(ValueError, match="there is 1 class"):
        SoftmaxExplorer(p, np.ones((2, 2)), np.ones((1, 2)))


# ---------------------------------------------------------------- settings and words


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"view": "both"}, "view is 'both', expected one of gradient, temperature"),
        ({"data": "moons"}, "data is 'moons', expected one of toy, digits"),
        ({"data": "own"}, "data is 'own', but no network was given"),
        ({"show": "dZ1"}, "show is 'dZ1', expected one of wish, passed"),
        ({"step": -1}, "step is -1"),
        ({"step": 1001}, "step is 1001, expected at most 1000"),
        ({"unit": 0}, "unit is 0"),
        ({"example": 61}, "example is 61, expected at most 60"),
        ({"sample": "own 1"}, "sample is 'own 1', expected one of toy 1, toy 2, sure, torn, wrong"),
        ({"temperature": 0}, "temperature is 0, expected a number from 0.0316 to 31.6"),
        ({"temperature": "hot"}, "temperature is 'hot'"),
        ({"shift": np.inf}, "shift is inf, expected a number from -1000 to 1000"),
        ({"units": 3}, "SoftmaxExplorer has no setting 'units'"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        SoftmaxExplorer(**settings)


def test_the_nearest_recorded_value_is_kept():
    widget = SoftmaxExplorer(step=60, temperature=0.1001, shift=3)
    assert (widget.step, widget.temperature, widget.shift) == (50, 0.1, 2)
    widget.step = 999
    assert widget.step == 1000 and repr(SoftmaxExplorer()) == "SoftmaxExplorer()"


def test_the_last_unit_and_example_stand_in_where_there_are_fewer():
    widget = SoftmaxExplorer(unit=20, example=30, data="toy")
    assert widget.cell == (0, 2, 1) and "unit 3, example 2 (class 3)" in widget.describe()
    widget.data = "digits"
    assert widget.cell == (0, 19, 29)


def test_words_say_what_is_shown():
    assert SoftmaxExplorer(data="toy", unit=3).describe() == (
        "Step 0, unit 3, example 1 (class 2): dA1 = 1.549, z = −1.5 is off, so dZ1 = 0. "
        "Off: 1 of 3 units for this example, 0 of 3 for all 2; this unit for 1 of 2."
    )
    assert SoftmaxExplorer(data="toy", unit=1).describe().startswith("Step 0, unit 1, example 1 (class 2): dA1 = 0.6614, z = 2 is on, so")
    said = SoftmaxExplorer(unit=4, example=25, step=20).describe()
    assert "example 25 (an 8)" in said and said.endswith("this unit for 30 of 30, on for 9 of the 1348 training images.")
    assert SoftmaxExplorer(view="temperature", shift=800).describe() == (
        "T = 1: class 1 has the largest p, 0.69, as at every T. Loss 1.372; largest |dZ| 0.7463. Adding 800 to every logit changes p "
        f"by at most {said_drift('toy 1', 800)}. Without subtracting the maximum: float64 nan, float32 nan, float16 nan."
    )
    assert "float16 wrong" in SoftmaxExplorer(view="temperature", sample="torn", shift=5).describe()


def said_drift(name, shift):
    z = heat.built_in()[name][1]
    return number(np.float32(np.abs(losses.softmax((z + shift)[:, None]) - losses.softmax(z[:, None])).max()), 1)


def test_the_recording_is_small_and_made_once(explorer):
    def size(sent):
        if isinstance(sent, bytes):
            return len(sent)
        return sum(map(size, sent.values() if isinstance(sent, dict) else sent)) if isinstance(sent, dict | list | tuple) else 0

    assert size(explorer.recording) < 1_200_000
    assert SoftmaxExplorer().run is explorer.run


@pytest.mark.parametrize("settings", [{}, {"data": "toy", "unit": 3}, {"show": "wish", "step": 50}, {"view": "temperature"},
                                      {"view": "temperature", "sample": "wrong", "temperature": 0.1}])
def test_the_picture_is_the_same_bytes_every_time(settings):
    picture = SoftmaxExplorer(**settings).picture()
    assert picture == SoftmaxExplorer(**settings).picture() and len(picture) < 60_000
    assert ElementTree.fromstring(picture).get("viewBox") in ("0 0 900 470", "0 0 1080 330")


def test_the_picture_leaves_out_what_is_off():
    run = rec.digits()
    for show, drawn in (("passed", ~run.off["pairs"][0]), ("wish", np.ones((32, 30), dtype=bool))):
        root = ElementTree.fromstring(SoftmaxExplorer(show=show).picture())
        boxes = "".join(node.get("d") for node in root.iter() if node.tag.endswith("path") and node.get("fill-opacity"))
        assert boxes.count("M") == drawn.sum()
    texts = [node.text for node in ElementTree.fromstring(SoftmaxExplorer(data="toy", unit=3).picture()).iter() if node.tag.endswith("text")]
    assert {"0.6614", "−0.718", "−0.2078", "1.55", "1 of 2 off"} <= set(texts)
