"""The bowl of the training explorer: what is sent is what helpers.curvature computes, in numbers and in words."""

import math

import numpy as np
import pytest

from helpers import curvature, datasets, losses, training
from helpers.widgets.kit.numerals import beside_one, number
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
        assert flat == pytest.approx(eigenvalues[15], rel=1e-6), "the middle one of 31"
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
            assert number(high, 5) in text and (number(low, 5) in text or math.isclose(low, high, rel_tol=1e-4))
