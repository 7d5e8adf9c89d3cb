"""What a loss number means: every landmark computed another way, and the words that belong to it."""

import math

import numpy as np
import pytest

from helpers.losses import binary_cross_entropy, landmarks, softmax_cross_entropy_from_logits, uninformed_loss, what_a_loss_means
from helpers.losses.meaning import LANDMARKS

TINY = float(np.finfo(np.float32).tiny)


@pytest.mark.parametrize("K", [2, 3, 10, 37, 1000])
def test_ln_k_is_what_equal_logits_cost(K):
    cost = softmax_cross_entropy_from_logits(np.zeros((K, 1)), np.eye(K)[:, :1])
    meaning = what_a_loss_means(round(cost, 3), K)
    assert meaning.name == "ln K" and meaning.value == pytest.approx(cost) and "uniform guess" in meaning.says
    assert f"ln {K} = " in meaning.headline


@pytest.mark.parametrize(
    ("loss", "K", "name", "value"),
    [
        (0.6931, 2, "ln K", 0.693147),
        (6.908, 1000, "ln K", 6.907755),
        (2.3979, 10, "ln(K + 1)", math.log(11)),
        (3.3219, 10, "log2 K", math.log2(10)),
        (0.693, 10, "ln 2", math.log(2)),
        (6.931, 10, "K ln 2", 10 * math.log(2)),
        (16.118, 10, "-ln(1e-7)", -math.log(1e-7)),
        (15.942, 2, "-ln(eps of float32)", 23 * math.log(2)),
        (34.539, 2, "-ln(1e-15)", -math.log(1e-15)),
        (36.04, 2, "-ln(eps of float64)", 52 * math.log(2)),
        (87.3365, 10, "-ln(smallest normal float32)", 126 * math.log(2)),
        (708.4, 10, "-ln(smallest normal float64)", 1022 * math.log(2)),
        (100, 2, "PyTorch's clamp", 100),
        (50, 2, "(1 - 1/K) · 100", 50),
    ],
)
def test_landmarks_are_found(loss, K, name, value):
    meaning = what_a_loss_means(loss, K)
    assert (meaning.name, meaning.loss, meaning.K) == (name, loss, K)
    assert meaning.value == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("K", [2, 10])
def test_one_class_for_all_is_what_clipped_probabilities_cost(K):
    P = np.clip(np.eye(K)[:, [0] * K], 1e-7, 1)  # always class 0, with certainty
    cost = float(-np.log(np.diag(P)).mean())
    assert what_a_loss_means(cost, K).name == "(1 - 1/K) · 16.118"


@pytest.mark.parametrize("f", [0.05, 0.2, 212 / 569])
def test_below_ln_2_the_label_frequencies_are_named(f):
    entropy = -f * math.log(f) - (1 - f) * math.log(1 - f)
    assert f"{100 * f:.1f} : {100 - 100 * f:.1f}" in what_a_loss_means(entropy).says
    told = what_a_loss_means(entropy, 2, entropy)
    assert told.name == "entropy of the labels" and told.value == entropy


def test_the_entropy_comes_from_the_labels():
    y = np.array([[1.0] * 357 + [0] * 212])
    assert what_a_loss_means(0.66, entropy=uninformed_loss(y)).name == "entropy of the labels"
    assert what_a_loss_means(0.5, entropy=uninformed_loss(y)).name.startswith("below the entropy")
    assert what_a_loss_means(0.9, entropy=uninformed_loss(y)).name.startswith("above the entropy")


def test_the_probability_named_is_the_one_that_costs_so_much():
    assert "0.8187" in what_a_loss_means(0.2).says and binary_cross_entropy([[0.81873]], [[1]]) == pytest.approx(0.2, rel=1e-4)
    assert "0.0498" in what_a_loss_means(3.0).says


@pytest.mark.parametrize(
    ("loss", "name"),
    [(math.nan, "not a number"), (math.inf, "infinite"), (-math.inf, "below 0"), (-0.3, "below 0"), (0, "0, or nearly"), (-0.0, "0, or nearly"),
     (5e-324, "0, or nearly"), (1e300, "above ln K, which is 0.6931"), (0.9, "above ln K, which is 0.6931"), (0.4, "below ln K, which is 0.6931")],
)  # fmt: skip
def test_numbers_without_a_landmark_have_a_meaning_too(loss, name):
    meaning = what_a_loss_means(loss)
    assert meaning.name == name and meaning.value is None and meaning.suspects


@pytest.mark.parametrize("loss", [0.0, 0.3, math.log(2), 3.0, 16.118, 87.3365, 100.0, math.nan, math.inf])
def test_it_prints_the_ranked_suspects_with_their_experiments(loss):
    meaning = what_a_loss_means(np.float64(loss))
    lines = str(meaning).splitlines()
    assert lines[0].startswith(meaning.headline) and meaning.says.strip() in lines[0]
    assert [line.split(". ")[0] for line in lines[1:]] == [str(i) for i in range(1, len(meaning.suspects) + 1)]
    assert all(s.cause and len(s.experiment) > 10 for s in meaning.suspects)


@pytest.mark.parametrize("K", [10**400, 1, None])
def test_landmarks_are_there_for_numbers_of_classes(K):
    with pytest.raises((TypeError, ValueError), match="K is"):
        landmarks(K)


def test_only_a_loss_below_the_floor_proves_something():
    below, at, above = (what_a_loss_means(loss, entropy=0.66) for loss in (0.5, 0.66, 0.888))
    assert "it is used" in below.says
    assert "does not prove" in at.says and "does not prove" in what_a_loss_means(math.log(2)).says
    assert "does not tell" in above.says
    assert binary_cross_entropy(np.full((1, 569), 0.3), [[1.0] * 357 + [0] * 212]) == pytest.approx(0.888, abs=5e-4)  # one answer for all, not sure
    separated = binary_cross_entropy([[0.9, 0.185, 0.9, 0.185]], [[1.0, 1, 1, 1]])  # uses its input and costs more than the floor, 0
    assert "does not tell" in what_a_loss_means(separated, entropy=1e-3).says


def test_a_clip_belongs_to_its_layer():
    assert "Caffe's SoftmaxWithLoss" in what_a_loss_means(87.3365, 10).says


def test_the_list_of_landmarks_is_increasing_and_each_is_recognised():
    for K in (2, 10, 1000):
        table = landmarks(K)
        assert list(table.values()) == sorted(table.values()) and table["0"] == 0 and table["ln K"] == pytest.approx(math.log(K))
        for name, value in list(table.items())[1:]:
            assert what_a_loss_means(value, K).value == pytest.approx(value), name
    assert "ln 2" not in landmarks(2), "there it is ln K"
    assert len({one.name for one in LANDMARKS}) == len(LANDMARKS)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("0.69",), TypeError, "loss is '0.69', expected real numbers"),
        ((True,), TypeError, "loss is True, expected one real number"),
        ((np.True_,), TypeError, "loss is np.True_, expected one real number"),
        ((np.complex64(0.69 + 3j),), TypeError, "loss is np.complex64.*, expected real numbers"),
        (([0.69, 0.7],), TypeError, "loss is a list, expected one real number"),
        ((10**400,), ValueError, "loss holds a number too large for a float"),
        ((0.69, 10**400), ValueError, "K is a whole number of more than 40 digits, expected at most 1000000000000"),
        ((0.69, np.timedelta64(3, "s")), TypeError, "K is np.timedelta64.*, expected a whole number"),
        ((0.69, 1), ValueError, "K is 1, expected at least 2"),
        ((0.69, 2.0), TypeError, "K is 2.0, expected a whole number"),
        ((0.69, 2, -1), ValueError, "entropy is -1"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        what_a_loss_means(*arguments)
