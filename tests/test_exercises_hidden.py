"""The hidden runs of notebook 08: each fails, its marks are those of the table for every seed, and any two causes are told apart."""

import itertools
import os
import pickle

import numpy as np
import pytest

from helpers import network
from helpers.exercises import hidden_runs
from helpers.exercises.hidden_causes import DRAWN, descend
from helpers.exercises.hidden_experiments import EXPERIMENTS
from helpers.exercises.hidden_runs import CAUSES, SHOWS, case_of, cases, check_hidden_runs, deciding

SEEDS = int(os.environ.get("HIDDEN_SEEDS", "6"))
"""For how many seeds the table is compared; HIDDEN_SEEDS=200 takes minutes."""


@pytest.mark.parametrize("cause", CAUSES)
def test_each_experiment_finds_in_each_seed_what_the_table_says(cause):
    for seed in range(SEEDS):
        run = case_of(cause, seed)
        assert run.history.fate(run.y) != "trains", seed
        found = {experiment: run.ask(experiment).finding for experiment in SHOWS[cause]}
        assert found == SHOWS[cause], seed


@pytest.mark.parametrize(("said", "true"), list(itertools.permutations(CAUSES, 2)))
def test_any_two_causes_are_told_apart(said, true):
    experiment = deciding(said, true)
    assert experiment in EXPERIMENTS
    assert SHOWS[said][experiment] != SHOWS[true][experiment]


@pytest.mark.parametrize("cause", CAUSES)
def test_the_first_mark_of_a_cause_is_its_own(cause):
    experiment, finding = next(iter(SHOWS[cause].items()))
    assert not [other for other in CAUSES if other != cause and SHOWS[other].get(experiment) == finding]


@pytest.mark.parametrize("cause", [cause for cause in CAUSES if cause != "labels of the wrong shape"])
def test_the_gradients_are_right(cause):
    s = DRAWN[cause](np.random.default_rng(3))
    p, h = {name: value + 1e-3 for name, value in s.p.items()}, 1e-6
    c = network.forward_prop(s.X, p, s.hidden)
    grads = network.backward_prop(s.X, s.y, c, p, s.hidden)
    sides = [network.compute_loss(s.y, network.forward_prop(s.X, p | {"b3": p["b3"] + step}, s.hidden)) for step in (h, -h)]
    assert (sides[0] - sides[1]) / (2 * h) == pytest.approx(grads["db3"].item(), abs=1e-6)


def test_labels_in_a_column_teach_their_mean():
    """What automatic differentiation does with A of (1, m) and y of (m, 1), written out with all m x m differences."""
    s = DRAWN["labels of the wrong shape"](np.random.default_rng(0))
    p, _ = descend(s)
    q, m = s.p, s.X.shape[1]
    for _ in range(300):
        c = network.forward_prop(s.X, q, s.hidden)
        dZ = (c["A3"] - s.y.T).sum(axis=0, keepdims=True) / m  # (m, m): rows are labels, columns are outputs
        grads = network.backward(dZ, c, q, lambda Z, A: 1.0 * (Z > 0))
        q = {name: q[name] - s.learning_rate * grads[f"d{name}"] for name in q}
    for name in p:
        np.testing.assert_allclose(p[name], q[name], rtol=1e-8, atol=1e-10)


def test_the_logged_loss_is_the_formula_of_the_outputs():
    s = DRAWN["unstable loss"](np.random.default_rng(0))
    p, history = descend(s)
    Z = network.forward_prop(s.X, p, s.hidden)["Z3"]
    assert np.isnan(history.loss[-1]) and np.abs(Z).max() > 36.7 and history.accuracy[-1] > 0.99
    assert history.loss[0] == pytest.approx(network.compute_loss(s.y, network.forward_prop(s.X, s.p, s.hidden)))


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_the_cause_stands_nowhere_in_a_case(seed):
    for letter, run in cases(seed).items():
        assert repr(run).startswith(f"run {letter}: 300 steps: loss ") or "stopped at step" in repr(run)
        told = [repr(run), str(vars(run)), *map(str, vars(run).values())]
        assert not [cause for cause in CAUSES if any(cause in text for text in told)]
        with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
            pickle.dumps(run)


def test_cases_are_those_of_their_seed():
    first, again, other = cases(), cases(0), cases(5)
    assert list(first) == list("ABCDEFGH")
    assert [run.history.accuracy for run in first.values()] == [run.history.accuracy for run in again.values()]
    assert [run.history.accuracy for run in first.values()] != [run.history.accuracy for run in other.values()]
    assert len({tuple(sorted(hidden_runs._truth(seed).values())) for seed in range(20)}) > 15
    assert {cause for seed in range(10) for cause in hidden_runs._truth(seed).values()} == set(CAUSES)


def test_what_an_experiment_says():
    run = case_of("small weights", 0)
    outcome = run.ask("dead units")
    assert repr(outcome).startswith("dead units: no whole layer\n") and "of 10 in layer 1 and" in outcome.text
    assert not outcome.trains and run.ask("fresh start").trains
    assert "there is nothing to change" in run.ask("whole batch").text
    assert run.asked == ["dead units", "fresh start", "whole batch"]
    assert all(len(line) <= 106 for name in EXPERIMENTS for line in repr(run.ask(name)).splitlines())
    with pytest.raises(ValueError, match=r"experiment is 'dead unit', expected one of .*: did you mean 'dead units'"):
        run.ask("dead unit")
    with pytest.raises(ValueError, match="cause is 'bad luck', expected one of"):
        case_of("bad luck", 0)


# ---------------------------------------------------------------- the check

TRUTH = hidden_runs._truth(0)
LETTERS = {cause: letter for letter, cause in TRUTH.items()}


def test_right_answers_in_any_form():
    assert check_hidden_runs(TRUTH).right
    assert check_hidden_runs({letter.lower(): cause.upper().replace(" ", "_") for letter, cause in TRUTH.items()}).right
    assert check_hidden_runs({f" {letter} ": f"{cause}." for letter, cause in TRUTH.items()}).right
    assert check_hidden_runs(hidden_runs._truth(3), seed=3).right
    assert check_hidden_runs(TRUTH, 3).status == "wrong"


@pytest.mark.parametrize("letter", TRUTH)
def test_each_wrong_answer_is_told_the_experiment_that_decides(letter):
    for said in CAUSES:
        if said != TRUTH[letter]:
            feedback = check_hidden_runs(TRUTH | {letter: said})
            assert feedback.status == "wrong"
            assert feedback.message.startswith(f'7 of 8 right. {letter}: ask "{deciding(said, TRUTH[letter])}"; with "{said}" it would find: ')
            assert TRUTH[letter] not in feedback.message


@pytest.mark.parametrize(("answers", "status", "says"), [
    (dict.fromkeys("ABCDEFGH", ...), "not attempted", "replace"),
    (TRUTH | {"H": ...}, "wrong", "7 of 7 right, H still open."),
    ({"A": TRUTH["A"], "B": TRUTH["B"]}, "wrong", "2 of 2 right, C, D, E, F, G and H still open."),
    ({"A": TRUTH["B"], "B": TRUTH["A"]}, "wrong", "0 of 2 right"),
    (TRUTH | {"J": "small weights"}, "wrong", "there is no 'J': the letters are A to H"),
    (TRUTH | {"A": "dead layer"}, "wrong", "A: your answer is 'dead layer', expected one of the causes: rate too high, "),
    (TRUTH | {"A": 3}, "wrong", "A: your answer is 3, expected one of the causes"),
    (list(TRUTH.values()), "wrong", "my_causes is a list, expected a dict"),
])  # fmt: skip
def test_other_answers(answers, status, says):
    feedback = check_hidden_runs(answers)
    assert (feedback.status, says in feedback.message) == (status, True), feedback
