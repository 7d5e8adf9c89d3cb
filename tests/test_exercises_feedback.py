"""How answers are judged in every chapter: the forms in which one and the same right answer may come."""

import numpy as np
import pytest

from helpers.exercises.feedback import NotAttempted, Wrong, compare, items, numbers, true_or_false

A_NUMBER = [0.25, np.float32(0.25), np.array(0.25), np.array([0.25]), np.array([[0.25]]), [0.25], (0.25,)]


@pytest.mark.parametrize("answer", A_NUMBER, ids=repr)
def test_one_number_is_a_number_in_any_brackets(answer):
    compare(answer, 0.25)
    assert numbers(answer, shape=()).shape == ()


@pytest.mark.parametrize("answer", [[0.25, 0.25], np.zeros((2, 1)), []])
def test_two_numbers_or_none_are_not(answer):
    with pytest.raises(Wrong, match="expected a single number"):
        compare(answer, 0.25)


def test_a_known_mistake_is_named_in_any_brackets():
    with pytest.raises(Wrong, match="turned"):
        compare(np.array([-0.25]), 0.25, [(-0.25, "turned")])


def test_float32_is_judged_by_its_own_digits():
    right = np.linspace(0.1, 1, 7)
    compare((right * (1 + 3e-6)).astype(np.float32), right)
    for wrong in (right * (1 + 3e-6), (right * (1 + 3e-5)).astype(np.float32)):
        with pytest.raises(Wrong):
            compare(wrong, right)


@pytest.mark.parametrize(
    "answer",
    [["B", "D"], ("B", "D"), {"B": 1, "D": 2}, {"B": 1, "D": 2}.keys(), np.array(["B", "D"]), (c for c in "BD"), filter(None, "BD"), "B, D", "B D",
     "B and D.", {"A": False, "B": True, "D": np.True_}],
)
def test_a_list_of_names_in_any_form(answer):
    assert sorted(items(answer, "it is", "names")) == ["B", "D"]


@pytest.mark.parametrize("answer", [4, [4], np.int64(4), np.array(4), np.array([4]), {4}, iter([4])])
def test_one_entry_alone_is_a_list_of_it(answer):
    assert items(answer, "it is", "numbers") == [4]


def test_no_list():
    with pytest.raises(Wrong, match="expected a list of names"):
        items(object(), "it is", "names")
    with pytest.raises(NotAttempted):
        items((... for _ in range(2)), "it is", "names")


def test_an_endless_generator_ends():
    assert len(items(iter(int, 1), "it is", "numbers")) == 1000


@pytest.mark.parametrize("answer", [True, np.bool_(True), np.array([True]), np.array(True)])
def test_true_in_any_form(answer):
    assert true_or_false(answer, "it") is True
