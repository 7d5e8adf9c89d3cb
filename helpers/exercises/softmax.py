"""Checks of the exercises on softmax: its slope, what leaves it unchanged, two classes, first losses, two mistakes by their numbers.

Posed in: notebooks/09_softmax.ipynb
"""

import numpy as np

from helpers import losses
from helpers.exercises.feedback import Wrong, call, check, compare, items, numbers, short
from helpers.exercises.softmax_layer import check_count_cut, check_layer_rows, parts

__all__ = [
    "check_class_moves", "check_count_cut", "check_double_floor", "check_first_losses", "check_layer_rows", "check_single_unit",
    "check_sum_rate", "check_unchanged",
]  # fmt: skip

P = np.array([0.5, 0.3, 0.2])
NUDGE = 0.01


@check
def check_class_moves(moves):
    """0.01 times the first column of the Jacobian of p = (0.5, 0.3, 0.2): 0.0025, -0.0015, -0.0010.

    moves : three numbers, the changes of p_1, p_2, p_3 when logit 1 grows by 0.01.
    Posed in: notebooks/09_softmax.ipynb
    """
    column = P * (np.eye(3)[0] - P[0])
    right = NUDGE * column
    answer = numbers(moves, "moves")
    answer = answer.ravel() if answer.size == 3 else answer
    own = np.array([1.0, 0, 0])
    compare(
        answer, right,
        [
            (column, "these are the slopes: logit 1 moves by 0.01, so each move is 0.01 times its slope."),
            (right * own, "only class 1 moves here: the sum below the fraction grows too, so every other class loses p_1 p_j of what z_1 gains."),
            (column * own, "only class 1 moves here, and these are slopes: every other class has the slope -p_1 p_j. Then times 0.01."),
            (NUDGE * own, "this is how the logit moves; its probability moves by p_1 (1 - p_1) of that, and the others move too."),
            (NUDGE * P * own, "the slope of p_1 is p_1 (1 - p_1), not p_1; and the others move too, by -p_1 p_j each."),
            (NUDGE * P, "this shares the move by the probabilities: class 1 gains p_1 (1 - p_1), each other class loses p_1 p_j."),
            (NUDGE * P * (1 - P), "p_j (1 - p_j) is how class j moves with its own logit: with logit 1 it moves by -p_1 p_j."),
            (NUDGE * P * (1 - P) * (2 * own - 1), "p_j (1 - p_j) belongs to class j's own logit: with logit 1 the others move by -p_1 p_j."),
            (NUDGE * P[0] * P, "the other classes fall: what class 1 gains they lose, so their slope is -p_1 p_j."),
            (-right, "all signs are turned: class 1 gains when its own logit grows."),
            (NUDGE * 0.25 * np.array([1, -0.5, -0.5]), "the loss is not shared equally: class j pays p_1 p_j, so the probable one pays more."),
            (P + right, "these are the new probabilities: give the moves, new minus old."),
        ],
        name="moves", tolerance=5e-3,
    )  # fmt: skip
    return "class 1 gains p_1 (1 - p_1), the others pay p_1 p_j each, and the moves sum to 0: probability is only passed on."


CHANGES = {
    "A": "A multiplies numerator and denominator by the same e^100.",
    "B": "B doubles every difference of logits, and differences are what counts: it is the temperature 1/2.",
    "C": "C gives each column its own shift, and each column is a softmax by itself.",
    "D": "D raises one class against the others, in every column.",
    "E": "E is the shift that keeps e^z from overflowing, and it changes no probability.",
    "F": "F takes the same number from all logits of an example: its column means times A1. It is a shift, one for each example.",
}
SAME = {"A", "C", "E", "F"}


@check
def check_unchanged(unchanged):
    """A, C, E and F, which add the same number to all logits of an example; B and D do not.

    Posed in: notebooks/09_softmax.ipynb
    """
    given = items(unchanged, "unchanged is", "letters such as ['A', 'D']")
    texts = [one.strip().upper() if isinstance(one, str) else short(one) for one in given]
    named = {letter for text in texts for letter in (text if set(text) <= CHANGES.keys() else [text])}
    if unknown := sorted(named - CHANGES.keys()):
        raise Wrong(f"{', '.join(unknown)} is none of the six: choose among A, B, C, D, E, F.")
    if not named:
        raise Wrong("some of them change no probability: which add the same number to all logits of an example?")
    if moving := sorted(named - SAME):
        raise Wrong(f"{moving[0]} does change probabilities. {CHANGES[moving[0]]}")
    if missing := sorted(SAME - named):
        raise Wrong(f"one is missing, {missing[0]}. {CHANGES[missing[0]]}")
    return "a column's probabilities depend on the differences of its logits, so a number added to the whole column is not seen."


def _two_class(n, rng):
    rng = np.random.default_rng(rng)
    return rng.standard_normal((2, n)), rng.standard_normal((2, 1))


@check
def check_single_unit(my_single_unit):
    """w = W2[0] - W2[1], b = b2[0] - b2[1]: one sigmoid unit that says p_1 of two softmax units.

    my_single_unit(W2, b2) for W2 (2, n), b2 (2, 1) returns w (1, n) and b, one number.
    Posed in: notebooks/09_softmax.ipynb
    """
    for n in (3, 2, 5):
        W2, b2 = _two_class(n, n)
        w, b = parts(call(my_single_unit, W2, b2, name="my_single_unit"), "my_single_unit", ("w", "b"))
        w = numbers(w, "w")
        _compare_unit(w[None] if w.shape == (n,) else w, W2[:1], W2[1:], "w", "W2")
        _compare_unit(numbers(b, "b", ()), b2[0, 0], b2[1, 0], "b", "b2")
    return "two softmax units have one degree of freedom too many: only the difference of their logits counts."


def _compare_unit(answer, first, second, name, whole):
    right = first - second
    compare(
        answer, right,
        [
            (-right, f"{name} has the wrong sign: this unit says p_2. p_1 is the sigmoid of z_1 - z_2."),
            (first, f"{name} is the first row of {whole} alone: class 2's logit counts as well, p_1 = σ(z_1 - z_2)."),
            (second, f"{name} is the second row of {whole}: p_1 = σ(z_1 - z_2) needs the difference of both."),
            (first + second, f"{name} is the sum of the two rows: only the difference z_1 - z_2 counts."),
            (right / 2, f"{name} is half of the difference: divide e^(z_1) and the sum by e^(z_1), and the whole difference remains."),
            ((first + second) / 2, f"{name} is the mean of the two rows, which is the part that the softmax does not see."),
            (0 * right, f"{name} is 0: it is the difference of the two rows of {whole}."),
        ],
        name=name,
    )  # fmt: skip


BIASED = np.array([5.0] + [0.0] * 9)
RARE = np.array([0.91] + [0.01] * 9)


@check
def check_first_losses(first_zero, first_biased, first_rare):
    """ln 10, 4.5589 and ln 10 again: the network's own probabilities and the labels' frequencies decide, nothing else.

    Posed in: notebooks/09_softmax.ipynb
    """
    ten, lse = np.log(10), np.log(np.exp(BIASED).sum())
    entropy = -(RARE * np.log(RARE)).sum()
    bits = "is in bits: use the natural logarithm."
    compare(first_zero, ten, [
        (ten / np.log(2), f"first_zero {bits}"), (1.0, "first_zero uses the logarithm to base 10: use the natural logarithm."),
        (0.1, "first_zero is the probability of each class: the loss is -ln of it."), (-ten, "first_zero has the wrong sign: -ln 0.1 is positive."),
        (0.0, "first_zero is 0, which only a sure and right network pays: equal logits give each class 1/10."),
    ], name="first_zero", tolerance=1e-3)  # fmt: skip
    compare(first_biased, lse - 0.5, [
        (ten, "first_biased is ln 10, the price of equal probabilities: here class 1 gets e^5 / (e^5 + 9) = 0.943."),
        (lse, "first_biased is what an example of classes 2 to 10 costs: one in ten is of class 1 and costs 0.0589."),
        (lse - 5, "first_biased is what an example of class 1 costs: nine in ten are of the others and cost 5.0589."),
        (lse - 2.5, "first_biased is the mean over both costs, taken once each: nine examples in ten are of classes 2 to 10."),
        (0.9 * (lse - 5) + 0.1 * lse, "first_biased has the frequencies exchanged: one example in ten is of class 1, which costs 0.0589."),
        ((lse - 0.5) / np.log(2), f"first_biased {bits}"),
        (ten + 5, "first_biased is ln 10 + 5: the biases go through softmax, and -ln of what comes out is the cost."),
    ], name="first_biased", tolerance=1e-3)  # fmt: skip
    compare(first_rare, ten, [
        (entropy, "first_rare is the entropy of the labels, the best constant answer, and this network does not give it: it says 1/10 for each."),
        (-np.log(0.91), "first_rare is what a network pays that says 0.91 for the frequent class: this one says 1/10 for each."),
        (-np.log(0.01), "first_rare is -ln of a label's frequency: the loss is -ln of the network's probability, 1/10."),
        (lse - 0.5, "first_rare belongs to a network with biases 0: all logits are 0."),
        (ten / np.log(2), f"first_rare {bits}"), (1.0, "first_rare uses the logarithm to base 10: use the natural logarithm."),
    ], name="first_rare", tolerance=1e-3)  # fmt: skip
    return "ln K is the price of equal probabilities, for any labels; a network that is sure at the start pays more than it has to."


def floor(K):
    """The lowest loss of a softmax behind a softmax: the cost of the logits 1, 0, ..., 0 for the first of K classes."""
    sure = np.eye(K)[:, :1]
    return losses.softmax_cross_entropy_from_logits(sure, sure)


STANDS = 2.0782
"""The loss at which the log of twenty classes stands still."""


@check
def check_double_floor(floor_two, classes):
    """ln(e + 1) - 1 = 0.3133 for two classes; e^(2.0782 + 1) - e + 1 = 20 classes for a log that stands at 2.0782.

    Posed in: notebooks/09_softmax.ipynb
    """
    right = floor(2)
    compare(floor_two, right, [
        (0.0, "floor_two is 0, where one softmax ends: the second gets probabilities, and the best it can get are the logits 1 and 0."),
        (np.log(2), "floor_two is ln 2, the price of a blind guess: with the logits 1 and 0 the true class gets e / (e + 1)."),
        (np.log(np.e + 1), "floor_two lacks - z_true: the true class has the logit 1, so subtract 1 from ln(e + 1)."),
        (np.log(np.e + 2) - 1, "floor_two counts one class too many: K - 1 = 1 other class has the logit 0."),
        (np.log(np.e + 9) - 1, "floor_two is that of ten classes: here K = 2."),
        (np.e / (np.e + 1), "floor_two is the probability of the true class: the loss is -ln of it."),
        (-right, "floor_two has the wrong sign: -ln of a probability is positive."),
        (right / np.log(2), "floor_two is in bits: use the natural logarithm."),
    ], name="floor_two", tolerance=1e-3)  # fmt: skip
    top = np.exp(STANDS + 1)
    compare(classes, 20, [
        (np.exp(STANDS), "classes is e to the loss: a blind guess among 8 costs 2.08, but this network reads most examples right."),
        (8, "classes is 8: a blind guess among 8 costs ln 8 = 2.08, but this network reads most examples right. Turn ln(e + K - 1) - 1 round."),
        (top, "classes is e^(loss + 1): that is e + K - 1, so subtract e - 1."),
        (22, "classes is e^(loss + 1), rounded: that is e + K - 1, so subtract e - 1."),
        (top - np.e, "classes is one too few: e^(loss + 1) = e + K - 1."),
        (19, "classes is one too few: e^(loss + 1) = e + K - 1."),
        (top - 1, "classes is e^(loss + 1) - 1: subtract e and add 1, since e^(loss + 1) = e + K - 1."),
        (np.exp(STANDS) - np.e + 1, "classes lacks the 1 of the logit: ln(e + K - 1) is the loss plus 1."),
    ], name="classes", tolerance=2e-3)  # fmt: skip
    return "with a softmax too many the best logits are 1 and 0, so the loss stops at ln(e + K - 1) - 1, however good the answers are."


@check
def check_sum_rate(mean_rate, large_rate):
    """0.64 for the mean, 0.02 · 32; 0.005 for the sum over 128 examples, 0.64 / 128.

    Posed in: notebooks/09_softmax.ipynb
    """
    compare(mean_rate, 0.64, [
        (0.02 / 32, "mean_rate is divided by 32: the mean is 32 times smaller than the sum, so its rate must be 32 times as large."),
        (0.02, "mean_rate is the rate of the sum: the mean is 32 times smaller, so the step would be as well."),
        (1.0, "mean_rate: no rate is right in itself; a step of the sum is 0.02 · 32 times the mean gradient."),
        (32.0, "mean_rate is the size of the batch: multiply the rate by it."),
        (0.02 * 128, "mean_rate is for the batches of 128: this run has 32."),
    ], name="mean_rate", tolerance=1e-3)  # fmt: skip
    compare(large_rate, 0.005, [
        (0.02, "large_rate: with 128 examples the sum is about four times as large, and so is each step at the same rate."),
        (0.08, "large_rate goes the wrong way: the sum over four times as many examples is larger, so its rate must be smaller."),
        (0.02 / 128, "large_rate is divided by 128: against 32 examples the sum grows by 128 / 32 = 4 only."),
        (0.02 / 32, "large_rate is divided by 32: the sum grows from 32 examples to 128, by 4."),
        (0.64, "large_rate is the rate of the mean; for the sum over 128 divide it by 128."),
        (0.02 / 2, "large_rate is divided by 2, the square root of 4: the sum itself grows by 4."),
    ], name="large_rate", tolerance=1e-3)  # fmt: skip
    return "a sum hides the size of the batch in the rate; with the mean one rate serves batches of any size, about."
