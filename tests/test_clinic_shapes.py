"""The generator of shapes tells the truth, and the clinic keeps above its floors on a small sample."""

import ast
import collections

import pytest

import clinic_plants
import clinic_shapes
import clinic_shapes_truth as truth
from clinic_manners import Line

SHAPES = range(66)


@pytest.mark.parametrize("number", SHAPES)
def test_a_shape_without_a_fault_is_right_by_differences(number):
    case = clinic_shapes.innocent(5, number)
    assert truth.judged(case.shape, case.text, case.known) == ("right", frozenset(), True)


def test_shapes_are_as_many_as_people():
    shapes = [clinic_shapes.shape(5, number) for number in range(900)]
    assert len({one.manner for one in shapes}) == 18
    nets = [one.net for one in shapes]
    assert {net.layers for net in nets} == {2, 3, 4, 5}
    assert {net.layout for net in nets} == {"rows", "columns", "one"}
    assert {net.hidden for net in nets} == {"relu", "leaky_relu", "sigmoid", "tanh", "elu"}
    assert {net.output for net in nets} == {"softmax", "sigmoid", "identity"}
    assert {net.loss for net in nets} == {"bce", "cce", "cce_sum", "mse", "half_mse", "sse", "half_sse", "hinge"}
    for what in ("penalty", "dropout", "integers"):
        assert {getattr(net, what) for net in nets} == {True, False}


def test_formatting_leaves_the_tree_as_it_is():
    for number in range(30):
        one = clinic_shapes.shape(6, number)
        assert ast.dump(ast.parse(clinic_shapes.innocent(6, number).text)) == ast.dump(ast.parse(one.text))


def test_faults_are_faults_on_the_lines_that_are_named():
    cases = clinic_shapes.sample(60, salt=5)
    assert len({fault for case in cases for fault in case.faults}) >= 25
    assert {case.verdict for case in cases} == {"wrong", "raises"}
    for case in cases:
        verdict, wrong, same = truth.judged(case.shape, case.text, case.known)
        assert (verdict, same) == (case.verdict, True) and (wrong or verdict == "raises"), case.id
        assert truth.judged(case.shape, case.original, case.known) == ("right", frozenset(), True)
        before, after = (collections.Counter(line.strip() for line in text.splitlines()) for text in (case.original, case.text))
        assert before != after or case.faults[0] in ("update before use", "after it was handed on", "inside the loop"), case.id
        assert case.roots and max(case.roots) <= len(case.text.splitlines())


def test_two_faults_are_two():
    doubles = [case for case in clinic_shapes.sample(60, salt=8) if len(case.faults) == 2]
    assert doubles
    for case in doubles:
        assert len(case.roots) >= 2, case.id


def test_truth_sees_a_wrong_line_and_a_changed_loss():
    one = next(one for one in (clinic_shapes.shape(5, n) for n in range(200)) if one.manner == "dicts" and "return 0.5 *" in one.text)
    known = truth.differences(one)
    assert truth.judged(one, one.text.replace("0.5 *", "0.6 *"), known)[2] is False
    returned = one.text.replace("return {", "return {**{'nothing': 1 / 0}, ")
    assert truth.judged(one, returned, known)[0] == "raises"


def test_a_plant_names_the_line_that_it_changed():
    lines = (Line("d2 = out - y", "top"), Line("gW2 = a1.T @ d2 / m", "gW"))
    plants = [plant for plant in clinic_plants.plants(type("Shape", (), {"lines": lines})) if plant.fault == "division forgotten"]
    assert [(plant.lines[1].text, plant.roots, plant.original) for plant in plants] == [("gW2 = a1.T @ d2", {2}, "gW2 = a1.T @ d2 / m")]


# --- the clinic ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results():
    """What the clinic makes of a fault in each manner; seconds for a busy machine, a quiet one takes two for each."""
    return [clinic_shapes.examine(case, seconds=25) for case in clinic_shapes.sample(len(clinic_shapes.MANNERS), salt=17)]


def test_the_verdict_and_the_wrong_gradients_are_right_in_all_shapes(results):
    assert [one.case.id for one in results if not one.names] == []


def test_most_lines_at_fault_are_named_first_and_repaired(results):
    """More of them: `python tests/clinic_shapes.py --sample 66 --salt 90`."""
    assert sum(one.first for one in results) >= 10
    assert sum(one.repaired for one in results) >= 10
    assert sum(one.alike for one in results) >= 8


def test_a_repair_is_never_called_verified_without_being_right(results):
    assert [one.case.id for one in results if not one.crashed and one.report.repaired and not one.repaired] == []


@pytest.mark.parametrize("number", range(22))
def test_an_innocent_in_any_shape_is_not_accused(number):
    result = clinic_shapes.examine(clinic_shapes.innocent(9, number), seconds=6)
    assert result.verdict and not result.report.findings, "\n".join(clinic_shapes.said(result))


def test_lists_with_gaps_are_read_by_their_places():
    """A loop that ends early leaves None in the lists of gradients: the others are still whose place they have."""
    shapes = (clinic_shapes.shape(15, number) for number in range(200))
    one = next(one for one in shapes if one.manner == "class of lists" and "range(len(self." in one.text and "- 1, -1, -1)" in one.text)
    text = one.text.replace("- 1, -1, -1)", "- 1, 0, -1)")
    known = truth.differences(one)
    verdict, wrong, _ = truth.judged(one, text, known)
    root = frozenset(n for n, line in enumerate(text.splitlines(), 1) if "- 1, 0, -1)" in line)
    result = clinic_shapes.examine(clinic_shapes.Case(one, text, ("loop",), root, one.text, (), verdict, wrong, known), seconds=10)
    assert result.names and result.first and result.alike, "\n".join(clinic_shapes.said(result))
