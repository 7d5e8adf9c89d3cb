"""Checks of the exercises on losses."""

import numpy as np

from helpers import losses
from helpers.exercises.feedback import Wrong, call, check, compare, numbers, true_or_false
from helpers.exercises.loss_slopes import LARGE, A, Y, Z, check_softmax_delta, check_squared_error_delta, check_weighted_delta

__all__ = [
    "check_cross_entropy", "check_loss_from_logits", "check_one_wrong", "check_softmax_delta", "check_squared_error_delta",
    "check_uninformed_floor", "check_weighted_delta",
]  # fmt: skip

LARGEST = 1e38
"""Larger than -ln of any positive number; what np.nan_to_num makes of infinity is larger still."""


@check
def check_cross_entropy(my_cross_entropy):
    """The mean over the examples of -y ln a - (1 - y) ln(1 - a), a single float.

    Posed in: notebooks/03_loss.ipynb
    """
    _cross_entropy(my_cross_entropy, A, Y)
    _cross_entropy(my_cross_entropy, A[:, 1:], Y[:, 1:])
    _sure_and_right(my_cross_entropy)
    return "the label chooses which logarithm counts, and the mean makes the number independent of m."


def _cross_entropy(my_cross_entropy, A, Y):
    def each(A, Y):
        return -Y * np.log(A) - (1 - Y) * np.log(1 - A)

    m = Y.size
    pairs, each, right = each(A, Y.T), each(A, Y), each(A, Y).mean()
    column = f"A and y meet as a row and a column, which makes a table of {m} by {m}: keep both as rows, shape (1, m)."
    compare(
        call(my_cross_entropy, A, Y, name="my_cross_entropy"), right,
        [
            (pairs.mean(), column),
            (pairs.sum() / m, column),
            (pairs.sum(), column),
            (pairs, column),
            (pairs.T, column),
            (each.sum() / 4, "this is the sum over the examples divided by 4, the m of another call: read m from y.shape[1]."),
            (-right, "the sign is turned: ln of a probability is negative, so the loss needs a minus."),
            (each.sum(), "this is the sum over the examples: divide by m, or the loss grows with the number of examples."),
            (each, "these are the losses of the single examples: take their mean to get one number."),
            ((-Y * np.log(A)).mean(), "the term for label 0 is missing: with -y ln a alone an output of 1 everywhere would be perfect."),
            ((-(1 - Y) * np.log(1 - A)).mean(), "the term for label 1 is missing: add -y ln a."),
            (right / np.log(2), "this is in bits: use the natural logarithm, np.log, to get nats."),
            (right / np.log(10), "this uses the logarithm to base 10: use the natural logarithm, np.log."),
            ((-(1 - Y) * np.log(A) - Y * np.log(1 - A)).mean(), "the labels are exchanged: y goes with ln a, 1 - y with ln(1 - a)."),
            ((-Y * np.log(A) + (1 - Y) * np.log(1 - A)).mean(), "the second term has the wrong sign: both logarithms need a minus."),
            (np.exp(-each.sum()), "this is the likelihood: take -ln of it and divide by m."),
            (((A - Y) ** 2).mean(), "this is the mean squared error, not cross-entropy."),
            (np.abs(A - Y).mean(), "this is the mean distance of output and label: take -ln of the probability of each label."),
            (-np.log(np.exp(-each).mean()), "this is -ln of the mean probability: take the logarithm of each, then the mean."),
        ],
        name="my_cross_entropy(A, y)",
    )  # fmt: skip


def _sure_and_right(my_cross_entropy):
    """Wrong unless outputs that are exactly right cost 0, and nearly impossible labels what they should: nothing is clipped or shifted."""
    answer = call(my_cross_entropy, np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]), name="my_cross_entropy")
    cost = numbers(answer, "the loss", finite=False)
    if np.isnan(cost).any():
        raise Wrong("right for outputs between 0 and 1, but NaN where an output is exactly right: 0 * np.log(0) is 0 times minus infinity. "
                    "Choose the probability of the label first, then take its logarithm.")  # fmt: skip
    if (np.abs(cost) > 1e-16).any():  # a clip at 1e-15 shows
        why = ("less than nothing: something was added inside the logarithm, so the probability exceeds 1" if cost.max() < 0 else
               "more than nothing: a probability was clipped, or something was added to it")  # fmt: skip
        raise Wrong(f"right for outputs between 0 and 1, but outputs that are exactly right cost {cost.max():.2g}, {why}. "
                    "Choose the probability of the label first, then take its logarithm.")  # fmt: skip
    rare = call(my_cross_entropy, np.array([[1e-12]]), np.array([[1.0]]), name="my_cross_entropy")
    compare(rare, -np.log(1e-12), name="the loss of output 1e-12 for label 1 (clipping hides how wrong it is)")
    answer = call(my_cross_entropy, np.array([[0.0]]), np.array([[1.0]]), name="my_cross_entropy")
    never = numbers(answer, "the loss", finite=False)
    if not (never > LARGEST).all():
        raise Wrong(f"right for outputs between 0 and 1, but output 0 for label 1 costs {float(never.max()):.4g}, and -ln 0 is infinite: "
                    "a probability was clipped, or something was added to it.")  # fmt: skip


@check
def check_one_wrong(mean_loss, share):
    """(99 · -ln 0.99 - ln 0.001)/100 = 0.0790, of which 0.874 is due to the last label.

    Posed in: notebooks/03_loss.ipynb
    """
    easy, hard = -99 * np.log(0.99), -np.log(0.001)
    total = easy + hard
    compare(
        mean_loss, total / 100,
        [
            (total, "mean_loss is the sum over the 100 examples: divide by 100."),
            (hard / 100, "mean_loss counts the last label only: the other 99 cost a little each."),
            (easy / 100, "mean_loss leaves out the last label."),
            ((-np.log(0.99) - np.log(0.001)) / 2, "mean_loss counts both kinds once: 99 labels cost -ln 0.99 each."),
            (-np.log((99 * 0.99 + 0.001) / 100), "mean_loss is -ln of the mean probability: take the mean of the costs, not of the probabilities."),
            (-total / 100, "mean_loss has the wrong sign: ln of a probability is negative."),
            (total / 100 / np.log(2), "mean_loss is in bits: use the natural logarithm, np.log."),
            (total / 100 / np.log(10), "mean_loss uses the logarithm to base 10: use the natural logarithm, np.log."),
        ],
        name="mean_loss", tolerance=2e-3,
    )  # fmt: skip
    compare(
        share, hard / total,
        [
            (100 * hard / total, "share is in per cent: give it between 0 and 1."),
            (easy / total, "share is what the 99 contribute."),
            (0.01, "share: 1 in 100 is the share of the examples; which share of the loss is due to it?"),
            (hard, "share is the last label's cost: divide it by the cost of all 100."),
            (hard / easy, "share is the last label's cost divided by that of the others: divide by the cost of all."),
            (0.001, "share is the last label's probability: what does it cost, compared with all 100?"),
        ],
        name="share", tolerance=5e-3,
    )  # fmt: skip
    return "0.0790, and 87 % of it from one label: a mean of logarithms is ruled by the worst answers."


@check
def check_loss_from_logits(my_loss_from_logits):
    """The mean of max(0, z) - y z + ln(1 + e^{-|z|}), a single float, finite for |z| up to 10000, and exact where it is tiny.

    Posed in: notebooks/03_loss.ipynb
    """
    each = np.log1p(np.exp(Z)) - Y * Z
    right = each.mean()
    compare(
        call(my_loss_from_logits, Z, Y, name="my_loss_from_logits"), right,
        [
            (-right, "the sign is turned: the loss is ln(1 + e^z) - y z."),
            (each.sum(), "this is the sum over the examples: take the mean."),
            (each, "these are the losses of the single examples: take their mean to get one number."),
            (np.log1p(np.exp(Z)).mean(), "the term - y z is missing: this is the loss if every label were 0."),
            ((np.log1p(np.exp(Z)) + Y * Z).mean(), "the sign of y z is turned: a large logit is good for label 1, so it is subtracted."),
            ((np.log1p(np.exp(Z)) - Z).mean(), "this is the loss if every label were 1: multiply z by y."),
            ((np.maximum(0, Z) - Y * Z).mean(), "the term ln(1 + e^{-|z|}) is missing: it is what bends the loss near z = 0."),
            ((np.log1p(np.exp(-np.abs(Z))) - Y * Z).mean(), "the term max(0, z) is missing."),
            ((np.maximum(0, Z) + np.log1p(np.exp(np.abs(Z))) - Y * Z).mean(), "the exponent has the wrong sign: it is e^{-|z|}, never above 1."),
            ((np.maximum(0, Z) + np.log1p(np.exp(-Z)) - Y * Z).mean(), "the absolute value is missing: for z < 0 the exponent must be -|z|, not -z."),
        ],
        name="my_loss_from_logits(Z, y)",
    )  # fmt: skip
    for z, y in ((40.0, 0.0), (-800.0, 1.0), (LARGE, 0.0), (-LARGE, 1.0), (LARGE, 1.0), (-LARGE, 0.0)):
        _finite(my_loss_from_logits, z, y)
    for z, y in ((30.0, 1.0), (36.0, 1.0), (-36.0, 0.0)):
        _tiny(my_loss_from_logits, z, y)
    return "no probability is formed, so none can round to 0 or 1; the exponent is never positive, and the tiny term comes last."


def _finite(function, z, y):
    """Wrong unless the loss of one large logit is finite and right."""
    answer = call(function, np.array([[z]]), np.array([[y]]), name="my_loss_from_logits")
    value = numbers(answer, "the loss", finite=False)
    if not np.isfinite(value).all():
        reason = ("sigmoid(z) rounds to 1, so 1 - a is 0" if abs(z) < 100 else "np.exp overflows, or a rounds to 0 or 1")
        raise Wrong(f"right for small logits, but for z = {z:.0f} and y = {y:.0f} the loss is not finite: {reason}. "
                    "Use ln(1 + e^z) = max(0, z) + ln(1 + e^{-|z|}).")  # fmt: skip
    if value.shape == () and 0 < value < 0.999 * abs(z) and z * (1 - 2 * y) > 0:
        raise Wrong(f"right for small logits, but for z = {z:.0f} and y = {y:.0f} the loss is {value:.6g} instead of {abs(z):.0f}: "
                    f"a probability was clipped at {np.exp(-value):.2g}, and no loss can exceed -ln of that. "
                    "Do not form the probability.")  # fmt: skip
    compare(answer, losses.binary_cross_entropy_from_logits(np.array([[z]]), np.array([[y]])),
            name=f"the loss for z = {z:.0f} and y = {y:.0f}")  # fmt: skip


def _tiny(function, z, y):
    """Wrong unless the loss of a sure and right answer keeps its digits."""
    right = np.log1p(np.exp(-abs(z)))
    answer = call(function, np.array([[z]]), np.array([[y]]), name="my_loss_from_logits")
    value = float(numbers(answer, "the loss", ()))
    if abs(value - right) > 1e-5 * right:  # what is rounded away is gone from the first digits on; float32 keeps six
        raise Wrong(f"finite, but for z = {z:.0f} and y = {y:.0f} the loss is {value:.4g} instead of {right:.4g}: "
                    "the tiny ln(1 + e^{-|z|}) was rounded away when it was added to something large. "
                    "Let max(0, z) - y z cancel first, and add it last (with np.log1p).")  # fmt: skip


@check
def check_uninformed_floor(floor_three, three_proved, rare_proved):
    """The entropy of classes with 80, 15 and 5 in 100, 0.6129 nats; 0.55 is a proof there, 0.20 is none with 5 : 95.

    Posed in: notebooks/03_loss.ipynb
    """
    f = np.array([0.80, 0.15, 0.05])
    right = -(f * np.log(f)).sum()
    compare(
        floor_three, right,
        [
            (np.log(3), "floor_three is ln 3, the floor of three equal classes: here one of them makes 80 of 100."),
            (-right, "floor_three has the wrong sign: logarithms of frequencies are negative, so the entropy needs a minus."),
            (-np.log(f).sum(), "floor_three adds the costs of the three classes: weight each with its frequency."),
            (-np.log(f).mean(), "floor_three is the mean over the classes: weight each cost with the frequency of its class."),
            (-np.log(f[0]), "floor_three is what an example of the largest class costs: weight all three with their frequencies."),
            (-f[0] * np.log(f[0]), "floor_three counts the largest class only: all three come, each with its frequency."),
            (-(f[0] * np.log(f[0]) + 0.2 * np.log(0.2)), "floor_three takes the two small classes as one: they are told apart, so each counts."),
            (-(f[:2] * np.log(f[:2])).sum(), "floor_three leaves out the smallest class."),
            (right / np.log(2), "floor_three is in bits: use the natural logarithm to get nats."),
            (right / np.log(10), "floor_three uses the logarithm to base 10: use the natural logarithm."),
            (right / 3, "floor_three is divided by the number of classes: the frequencies are the weights already."),
            (100 * right, "floor_three is the sum over 100 examples: the loss is a mean."),
        ],
        name="floor_three", tolerance=2e-4,
    )  # fmt: skip
    _verdict("three_proved", three_proved, True, "0.55 is below the floor 0.6129, and nobody gets there without looking at the input.")
    _verdict("rare_proved", rare_proved, False, "the frequencies 5 : 95 alone give 0.1985, so 0.20 can be had without the input; "
             "a network that tells all ill from all healthy may pay as much, so the contrary is not proved either.")  # fmt: skip
    return "below its floor, 0.55 is a proof; at or above it, 0.20 against 0.1985, a loss proves nothing by itself."


def _verdict(name, answer, right, reason):
    if true_or_false(answer, name) != right:
        raise Wrong(f"{name}: {reason}")
