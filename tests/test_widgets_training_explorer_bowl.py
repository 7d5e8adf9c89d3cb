"""The bowl of the training explorer: what is sent is what helpers.curvature computes, in numbers and in words."""

import math
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from helpers import curvature, datasets, losses, training
from helpers.widgets import TrainingExplorer
from helpers.widgets.kit.numerals import beside_one, number
from helpers.widgets.kit.svg import Chart
from helpers.widgets.training_explorer import bowl_recording as rec
from helpers.widgets.training_explorer import bowl_words as wording

TAPES = {bowl: rec.tape(bowl) for bowl in rec.BOWLS}


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def size(sent):
    if isinstance(sent, bytes):
        return len(sent)
    return sum(map(size, sent.values() if isinstance(sent, dict) else sent)) if isinstance(sent, dict | list | tuple) else 0


# ---------------------------------------------------------------- numbers


def test_curvatures_are_those_of_the_data():
    for bowl, standardised in (("raw", False), ("standardised", True)):
        X, _ = datasets.breast_cancer(standardised=standardised)
        eigenvalues = np.linalg.eigvalsh(curvature.second_moment(X))
        steep, flat = rec.curvatures(bowl)
        assert steep == pytest.approx(curvature.largest(X), rel=1e-12) and TAPES[bowl]["curvature"] == steep
        assert flat == pytest.approx(eigenvalues[-16], rel=1e-6), "the middle one of 31"
        assert len(eigenvalues) == 31 and "16th of 31" in wording.TEXTS["quadratic"]["x"]
    assert TAPES["raw"]["curvature"] == pytest.approx(1.67e6, rel=3e-3) and TAPES["standardised"]["curvature"] == pytest.approx(13.28, rel=1e-3)
    assert TAPES["balanced"]["curvature"] == 0.25 and TAPES["tumours"]["share"] == 357 / 569


@pytest.mark.parametrize("bowl", rec.BOWLS)
def test_rates_reach_twice_the_threshold_which_is_one_of_them(bowl):
    tape = TAPES[bowl]
    assert len(tape["rates"]) == 120 and tape["rates"][-1] == pytest.approx(4 / tape["curvature"])
    for i, beta in enumerate(rec.MOMENTA):
        assert tape["thresholds"][i] == curvature.threshold(tape["curvature"], beta)
        where = np.abs(tape["rates"] - tape["thresholds"][i]).argmin()
        assert tape["rates"][where] == pytest.approx(tape["thresholds"][i], rel=1e-12)
        assert tape["sides"][i].tolist() == [0] * where + [1] + [2] * (119 - where)


@pytest.mark.parametrize("bowl", rec.QUADRATICS)
def test_paths_are_descent_on_the_quadratic(bowl):
    tape, (steep, flat) = TAPES[bowl], rec.curvatures(bowl)
    for i, beta in enumerate(rec.MOMENTA):
        for j in (0, 30, 59, 60, 75, 89, 113, 119):
            w, v, rate = np.array([1.0, 1.0]), np.zeros(2), tape["rates"][j]
            for k in range(rec.STEPS + 1):
                np.testing.assert_allclose([rec.steep()[i, j, k], tape["flat"][i, j, k]], w, rtol=1e-5, atol=1e-7)
                assert tape["loss"][i, j, k] == pytest.approx((steep * w[0] ** 2 + flat * w[1] ** 2) / 2, rel=1e-5)
                v = beta * v + np.array([steep, flat]) * w
                w = w - rate * v
            for n, lam in enumerate((steep, flat)):
                roots = np.roots([1, -(1 + beta - rate * lam), beta])
                assert abs(tape["multipliers"][n, i, j]) == pytest.approx(abs(roots).max(), abs=1e-7)
    assert np.isfinite(rec.steep()).all() and np.isfinite(tape["loss"]).all()


@pytest.mark.parametrize("bowl", rec.QUADRATICS)
def test_contours_have_one_loss_each_a_factor_4_apart(bowl):
    steep, flat = rec.curvatures(bowl)
    x, y = rec.contours(np.array([steep, flat])).transpose(2, 0, 1, 3)
    found = (flat * x**2 + steep * y**2) / 2
    levels = found.mean(axis=(1, 2))
    assert np.allclose(found / levels[:, None, None], 1, rtol=1e-9) and np.allclose(levels[1:] / levels[:-1], 4)
    assert np.isclose(levels, TAPES[bowl]["loss"][0, 0, 0]).any(), "one goes through the start"


@pytest.mark.parametrize("bowl", rec.BIASES)
def test_biases_are_those_of_a_dead_network(bowl):
    tape, y = TAPES[bowl], datasets.two_moons()[1] if bowl == "balanced" else datasets.breast_cancer()[1]
    assert tape["share"] == y.mean() and tape["floor"] == pytest.approx(losses.uninformed_loss(y), rel=1e-12)
    p = {"W1": np.zeros((1, 1)), "b1": np.full((1, 1), rec.START)}  # no input has a weight: only the bias learns
    for i, beta in enumerate(rec.MOMENTA):
        for j in (5, 59, 74, 105):
            _, h = training.gradient_descent(np.zeros_like(y), y, p, learning_rate=tape["rates"][j], steps=rec.STEPS, update=training.momentum(beta))
            np.testing.assert_allclose(tape["loss"][i, j], h.loss, rtol=1e-5)
    np.testing.assert_allclose(tape["curve"], curvature.bias_loss(tape["grid"], tape["share"]))
    assert tape["grid"][0] < tape["b"].min() and tape["b"].max() < tape["grid"][-1] and tape["loss"].max() < tape["loss_range"][1]


@pytest.mark.parametrize("bowl", rec.BIASES)
def test_ends_are_where_a_long_run_ends(bowl):
    tape, f = TAPES[bowl], TAPES[bowl]["share"]
    for j in (8, 45, 67, 74, 89, 104):
        wanted = curvature.dead_loss(f, tape["rates"][j])
        found = tape["ends"][0, j][np.isfinite(tape["ends"][0, j])]
        if len(wanted) <= rec.MOST:
            assert tape["periods"][0, j] == len(wanted)
            assert sorted(found) == pytest.approx(sorted(wanted), abs=2e-4)
    assert TAPES["balanced"]["ends"][0, 74][:2] == pytest.approx([1.0444, 1.0444], abs=5e-5), "rate 10"


def test_the_recording_is_small_and_made_once():
    sent = rec.recording()
    assert size(sent) < 450_000 and rec.recording() is sent
    for bowl, tape in sent["tapes"].items():
        for name, value in TAPES[bowl].items():
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(array(tape[name]), value)


# ---------------------------------------------------------------- words


def said(bowl, beta, factor, step=rec.STEPS):
    return wording.sentence(TAPES[bowl], rec.steep(), rec.MOMENTA, rec.MOMENTA.index(beta), round(factor * 60) - 1, step)


def test_words_tell_convergence_oscillation_and_divergence():
    assert "by 0.5." in said("standardised", 0, 0.25) and "hops" not in said("standardised", 0, 0.25)
    assert "by −0.9: it hops across and comes nearer." in said("standardised", 0, 0.95)
    at = said("raw", 0, 1)
    assert "rate 1.201e−6 = 2/λ = 1.201e−6." in at and "by −1: it hops across for ever." in at
    assert said("standardised", 0, 61 / 60).startswith(
        "standardised tumours: rate 0.1531 > 2/λ = 0.1506. Each step multiplies the distance along the steep direction by −1.033: "
        "it hops across and gets further away. After step 25: loss "
    )
    assert "momentum β = 0.9: rate 0.1506 < 2(1 + β)/λ = 0.2861. In the long run" in said("standardised", 0.9, 1)


def test_words_tell_where_a_bias_ends():
    assert "rate 10 > 2/(f(1 − f)) = 8. In the end the bias goes round in 2 values, and the loss stands at 1.0444, above the floor 0.69315." in said(
        "balanced", 0, 1.25
    )
    assert "comes to rest where the loss is at its floor, 0.66032." in said("tumours", 0, 0.5)
    assert "ever more slowly" in said("balanced", 0, 1)
    assert "goes round in 4 values, with losses from" in said("tumours", 0, 1.5)
    assert "No round of up to 16 steps is found" in said("tumours", 0, 2)
    assert "Close to its best value the bias would come to rest; from here it goes round in 3 values" in said("tumours", 0.9, 1.5)


@pytest.mark.parametrize("bowl", rec.QUADRATICS)
def test_every_rule_holds_for_the_path(bowl):
    tape, names = TAPES[bowl], list(wording.RULES)
    for i, beta in enumerate(rec.MOMENTA):
        for j in range(120):
            steep = rec.steep()[i, j].astype(float)
            name = names[tape["rule"][i, j]].removesuffix(" with momentum")
            assert name.endswith("momentum") or ("with momentum" in names[tape["rule"][i, j]]) == (beta > 0)
            if name == "away":
                assert abs(steep[-1]) > abs(steep[-8]) > 0
            elif name == "at":
                assert abs(steep[-1]) == pytest.approx(abs(steep[-2]), rel=0.1)
            else:
                assert abs(steep[-4:]).max() <= abs(steep[:4]).max()
            if beta == 0:
                assert (name == "nearer") == (tape["multipliers"][0, i, j] >= 0)


def test_every_rule_is_said_somewhere():
    used = {list(wording.RULES)[k] for tape in TAPES.values() for k in np.unique(tape["rule"])}
    assert used >= set(wording.RULES) - {"stands below the threshold"}


@pytest.mark.parametrize("bowl", rec.BOWLS)
def test_numbers_in_words_are_those_of_the_tape(bowl):
    tape = TAPES[bowl]
    for i, j, step in ((0, 74, 7), (1, 97, 0), (2, 45, 25)):
        text = wording.sentence(tape, rec.steep(), rec.MOMENTA, i, j, step)
        assert f"rate {number(tape['rates'][j])} " in text and f"After step {step}: " in text
        assert f"loss {number(tape['loss'][i, j, step], 5)}" in text
        if bowl in rec.QUADRATICS:
            assert f"by {beside_one(tape['multipliers'][0, i, j])}" in text
        else:
            low, high = np.nanmin(tape["ends"][i, j]), np.nanmax(tape["ends"][i, j])
            assert (tape["low"][i, j], tape["high"][i, j]) == (low, high)
            assert number(high, 5) in text and (number(low, 5) in text or math.isclose(low, high, rel_tol=1e-4))


# ---------------------------------------------------------------- settings and picture


@pytest.fixture
def explorer():
    widget = TrainingExplorer("bowl")
    yield widget
    widget.close()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bowl": "digits"}, "bowl is 'digits', expected one of raw, standardised, balanced, tumours"),
        ({"bowl_momentum": 0.7}, "bowl_momentum is 0.7, expected one of 0, 0.5, 0.9"),
        ({"bowl_rate": 0}, "bowl_rate is 0, expected one number > 0"),
        ({"bowl_rate": 5}, "bowl_rate is 5, expected a number from 0.00251 to 0.301 for standardised tumours"),
        ({"bowl_rate": np.nan}, "bowl_rate holds nan"),
        ({"bowl_rate": "fast"}, "bowl_rate is 'fast'"),
        ({"bowl": "balanced", "bowl_rate": 17}, "from 0.133 to 16 for dead network, balanced labels"),
        ({"bowl_step": 26}, "bowl_step is 26, expected at most 25"),
        ({"bowl_step": 1.5}, "bowl_step is 1.5"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TrainingExplorer("bowl", **settings)


def test_the_nearest_rate_is_kept_and_a_refused_one_changes_nothing(explorer):
    explorer.bowl_rate = 0.152
    kept = explorer.bowl_rate
    assert kept == TAPES["standardised"]["rates"][60] and abs(kept - 0.152) < 0.0013
    with pytest.raises(ValueError, match="bowl_rate is 16"):
        explorer.bowl_rate = 16
    assert explorer.bowl_rate == kept


def test_another_bowl_keeps_the_share_of_its_threshold(explorer):
    explorer.bowl_rate = 0.12
    place = explorer.bowl_place()[1]
    for bowl in ("raw", "balanced", "tumours", "standardised"):
        explorer.bowl = bowl
        assert explorer.bowl_rate == TAPES[bowl]["rates"][place]
    assert TrainingExplorer("bowl", bowl="raw").bowl_place() == TrainingExplorer("bowl").bowl_place()


def test_a_rate_that_comes_with_its_bowl_is_kept_in_either_order(explorer):
    for settings in ({"bowl": "balanced", "bowl_rate": 10}, {"bowl_rate": 10, "bowl": "balanced"}):
        assert TrainingExplorer("bowl", **settings).bowl_rate == 10
    for state in ({"bowl": "tumours", "bowl_rate": TAPES["tumours"]["rates"][30]}, {"bowl_rate": TAPES["raw"]["rates"][99], "bowl": "raw"}):
        explorer.set_state({name: float(value) if name == "bowl_rate" else value for name, value in state.items()})  # as a browser sends it
        assert (explorer.bowl, explorer.bowl_rate) == (state["bowl"], state["bowl_rate"])


def test_its_text_makes_it_again(explorer):
    explorer.bowl, explorer.bowl_rate, explorer.bowl_momentum, explorer.bowl_step = "tumours", 12, 0.5, 7
    again = eval(repr(explorer), {"TrainingExplorer": TrainingExplorer})
    assert again.describe() == explorer.describe() and "bowl_momentum=0.5" in repr(explorer)


def test_what_is_asked_of_a_bowl_is_refused(explorer):
    with pytest.raises(ValueError, match="the question is 'fall', expected 'run'"):
        explorer.answer({"kind": "fall"})


STATES = [{}, {"bowl_rate": 0.3}, {"bowl": "raw", "bowl_step": 0}, {"bowl": "balanced"}, {"bowl": "tumours", "bowl_rate": 17}]


@pytest.mark.parametrize("settings", STATES)
def test_the_picture_is_the_same_bytes_every_time(settings):
    picture = TrainingExplorer("bowl", **settings).picture()
    assert picture == TrainingExplorer("bowl", **settings).picture() and len(picture) < 60_000
    assert ElementTree.fromstring(picture).get("viewBox") == "0 0 1080 330"


def test_the_picture_shows_the_hops(explorer):
    explorer.bowl, explorer.bowl_rate, explorer.bowl_step = "balanced", 10, 6
    tape = TAPES["balanced"]
    chart = Chart("", "", "", x=tape["reach"], y=tape["loss_range"])
    lines = [node.get("points").split() for node in ElementTree.fromstring(explorer.picture()).iter() if node.tag.endswith("polyline")]
    wanted = [(chart.x(b), chart.y(loss)) for b, loss in zip(tape["b"][0, 74, :7], tape["loss"][0, 74, :7], strict=True)]
    painted = [[tuple(map(float, point.split(","))) for point in line] for line in lines if len(line) == 7]
    assert any(np.allclose(line, wanted, rtol=0, atol=0.06) for line in painted)
