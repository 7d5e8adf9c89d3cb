"""Checks of the answers to notebook 06: central differences, relative error, kinks, which faults and gradients show."""

import numpy as np

from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare, items, kind, short

SIGMOID = ACTIVATIONS["sigmoid"]
ONE_NORM = "you divided by one norm only: the result then depends on which gradient comes first."


@check
def check_central_difference(central_difference):
    """Right: (f(z + h) - f(z - h)) / (2 h) for f, z, h in this order.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    _compare_difference(central_difference, np.exp, 0.5, 0.1, name="the slope of e^z at z = 0.5 with h = 0.1")
    built_in = [((np.exp(-0.5) - np.exp(-1.5)) / 1.0, "np.exp is built in: take the values of f, whatever function comes.")]
    _compare_difference(central_difference, lambda z: z**3, -1.0, 0.5, built_in, name="the slope of z^3 at z = -1 with h = 0.5")
    return "the points z - h and z + h lie symmetrically, so the term in h cancels and the error shrinks like h^2."


def _compare_difference(central_difference, f, z, h, more=(), *, name):
    up, down, here = f(z + h), f(z - h), f(z)
    mistakes = [
        ((up - down) / h, "you divided by h: the two points are 2 h apart, so the result is twice the slope."),
        ((up - here) / h, "that is the one-sided difference; its error shrinks like h only, not like h^2."),
        ((here - down) / h, "that is the one-sided difference; its error shrinks like h only, not like h^2."),
        ((down - up) / (2 * h), "the sign is turned round: subtract the left value from the right one."),
        ((f(z + h / 2) - f(z - h / 2)) / h, "your points are h/2 away from z: take z + h and z - h, and divide by 2 h."),
        *[((f(z + k) - f(z - k)) / (2 * k), f"this is the difference for h = {k:g}: use the argument h.") for k in (1e-4, 1e-5, 1e-6)],
        (up - down / (2 * h), "only the second value was divided: put brackets round the difference."),
        ((up - down) / 2 * h, "in Python, / 2 * h multiplies by h: put brackets round 2 * h."),
        *more,
    ]
    compare(call(central_difference, f, z, h), (up - down) / (2 * h), mistakes, name=name, tolerance=1e-9)


@check
def check_relative_error(relative_error):
    """Right: the norm of a - b over the sum of the norms of a and b.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    # Norms that differ, norms that are equal, and two matrices.
    pairs = (([[3.0, -4.0]], [[6.0, 8.0]]), ([[3.0, -4.0]], [[3.0, 4.0]]), ([[1.0, 2.0], [-3.0, 0.5]], [[1.5, 2.0], [-2.0, 0.5]]))
    for a, b in pairs:
        a, b = np.array(a), np.array(b)
        both = [_error_mistakes(*pair) for pair in ((a, b), (b, a))]  # a norm of one of them tells itself when they change places
        mistakes = [([first, second], sentence) for (first, sentence), (second, _) in zip(*both, strict=True)]
        right = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
        name = f"the relative error, both ways round, of {a.tolist()} and {b.tolist()}"
        answers = [call(relative_error, a, b), call(relative_error, b, a)]
        if isinstance(answers[0], np.ndarray) and answers[0].ndim:
            compare(answers[0], right, _error_mistakes(a, b), name="the relative error")
        compare(answers, [right, right], mistakes, name=name)
    return "0 for equal gradients, 1 for opposite ones, and the same whichever comes first."


def _error_mistakes(a, b):
    n = np.linalg.norm
    larger = "you divided by the larger norm: here the two norms are added, so that opposite gradients give 1."
    return [
        (n(a - b), "that is the absolute error: divide by the size of the two gradients, or small gradients always pass."),
        (n(a - b) / n(a + b), "you divided by the norm of the sum: opposite entries cancel there. Add the two norms."),
        (n(a - b) / max(n(a), n(b)), larger if n(a) != n(b) else ONE_NORM),
        (n(a - b) / n(a), ONE_NORM),
        (n(a - b) / n(b), ONE_NORM),
        (n(a - b) / min(n(a), n(b)), "you divided by the smaller norm: add the two."),
        (2 * n(a - b) / (n(a) + n(b)), "you divided by the mean of the two norms: divide by their sum."),
        (-n(a - b) / (n(a) + n(b)), "a relative error is a size: without the minus."),
        (n(a - b) / n(a) + n(b), "put brackets round the sum of the norms: in Python, / comes before +."),
        (n(a - b) ** 2 / (n(a) + n(b)), "the numerator is the norm itself, not its square."),
        (n(a - b) ** 2 / (n(a) ** 2 + n(b) ** 2), "the roots are missing: a norm is the root of a sum of squares."),
        (np.abs(a - b).max() / (np.abs(a).max() + np.abs(b).max()), "you took the largest entries; the norm is the root of the sum of squares."),
        (np.abs(a - b).sum() / (np.abs(a).sum() + np.abs(b).sum()), "you summed sizes; the norm is the root of the sum of squares."),
        (abs(n(a) - n(b)) / (n(a) + n(b)), "you compared the lengths: two gradients of one length can point apart. Take the norm of a - b."),
        (n(a + b) / (n(a) + n(b)), "the numerator holds a + b: the difference is what should be small."),
        (np.abs(a - b) / (np.abs(a) + np.abs(b)), "that is one error for each entry: take norms, which sum over the entries."),
    ]


@check
def check_numerical_gradient(my_gradient):
    """Right: (loss(p with + h) - loss(p with - h)) / (2 h) for each entry of each parameter, as {"dW1": ..., "db1": ...}.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    p = {"W1": np.array([[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]]), "b1": np.array([[0.2], [-0.1]])}
    x, h = np.array([[1.0], [-2.0], [0.5]]), 1e-5
    E = np.exp(p["W1"] @ x + p["b1"])
    loss = lambda q: float(np.exp(q["W1"] @ x + q["b1"]).sum())  # noqa: E731
    grads = call(my_gradient, loss, p, name="my_gradient", spoilt="put the entry back after the two losses, or move a copy.")
    if not isinstance(grads, dict):
        raise Wrong(f"my_gradient returns {kind(grads)}, expected the dict of gradients.")
    for name, right, curvature in (("dW1", E * x.T, E * x.T**2), ("db1", E, E)):
        if name not in grads:
            raise Wrong(f"{name} is missing from the returned dict, which has {', '.join(map(short, grads)) or 'nothing'}.")
        compare(grads[name], right, _difference_mistakes(right, curvature, h), name=name, tolerance=1e-7)
    return "two forward passes for each entry, and not a line about networks: it shares no mistake with a backward pass."


def _difference_mistakes(right, curvature, h):
    """What slips in one central difference give, for a loss with these slopes and second derivatives."""
    brackets = "put brackets round 2 * h: in Python, / 2 * h multiplies by h."
    return [
        (2 * right, "you divided by h: the two losses are 2 h apart, so the slopes come out twice too large."),
        (-right, "the sign is turned round: subtract the loss after the step down from that after the step up."),
        (right * h**2, brackets),
        (0 * right, "all slopes are 0: is the moved array in the dict that you give to loss, in both directions?"),
        (right + h / 2 * curvature, "that is the one-sided difference: step up and step down."),
        (right - h / 2 * curvature, "that is the one-sided difference: step up and step down."),
        (2 * h * right, "the difference of the losses is not divided: it lacks 2 h."),
        (np.full_like(right, right.sum()), "all entries moved at once: move the one at index alone, with step."),
    ]


@check
def check_slope_near_kink(slope_near_kink):
    """Right: (z + h) / (2 h), the central difference of ReLU for |z| < h.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    for z, h in ((2e-6, 1e-5), (-0.3, 0.5), (0.0, 1e-3)):
        side = "right" if z > 0 else "left"
        name = f"the difference at z = {z:g} with h = {h:g}"
        compare(call(slope_near_kink, z, h), (z + h) / (2 * h), _kink_mistakes(z, h, side), name=name)
    return "relu(z + h) = z + h and relu(z - h) = 0; the result runs from 0 at z = -h to 1 at z = h."


def _kink_mistakes(z, h, side):
    return [
        ((z > 0) * 1.0, "that is ReLU's slope at z; the difference mixes both sides of the kink, since z - h < 0 < z + h."),
        (0.5, f"that holds only at z = 0; here z is to the {side} of the kink."),
        ((abs(z) + h) / (2 * h), "you used the size of z: its sign counts, since z may lie on either side of the kink."),
        (0.6, "that holds only at z = 2e-6 with h = 1e-5: compute it from z and h."),
        ((z - h) / (2 * h), "relu(z - h) is 0, since z - h < 0: what is left is relu(z + h)."),
        (z / h, "relu(z + h) is z + h, and the two points are 2 h apart."),
        (z / (2 * h), "relu(z + h) is z + h, not z."),
        ((h - z) / (2 * h), "the sign of z is turned: relu(z + h) = z + h, and relu(z - h) = 0."),
        ((z + h) / h, "the two points are 2 h apart: divide by 2 h."),
        ((z + h) / 2 * h, "in Python, / 2 * h multiplies by h: put brackets round 2 * h."),
        (((z + h) - (z - h)) / (2 * h), "you used z - h itself: ReLU of a negative number is 0."),
    ]


FAULTS = {
    "A": "the update comes after the backward pass, and the check never runs it.",
    "B": "without its 1/m, db2 is m times the slope of the mean loss: relative error (m - 1) / (m + 1).",
    "C": "loss and gradient are computed from the same shuffled labels, so they agree.",
    "D": "a mask from the wrong layer spoils dZ1, and with it dW1 and db1.",
    "E": "the check differentiates the loss that it is told, and the backward pass belongs to the same loss: they agree.",
}


@check
def check_reported_faults(reported):
    """Right: B and D, the two that make the backward pass return something else than the slope of the computed loss.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    named = {letter for name in _names(reported, "letters such as ['A', 'E']") for letter in _letters(name.upper())}
    if unknown := sorted(named - FAULTS.keys()):
        raise Wrong(f"{', '.join(unknown)} is none of the five: choose among A, B, C, D, E.")
    if invisible := sorted(named - {"B", "D"}):
        raise Wrong(f"{invisible[0]} is not reported: {FAULTS[invisible[0]]}")
    if missing := sorted({"B", "D"} - named):
        hint = f"one is missing, {missing[0]}: {FAULTS[missing[0]]}"
        raise Wrong(hint if named else "a check does report some of them: look for a wrong derivative.")
    return "a check sees what makes the backward pass differ from the slope of the loss that is computed, and nothing else."


def _letters(text):
    """The letters of "BD"; a text with anything else stays one."""
    return text if set(text) <= FAULTS.keys() else [text]


def _names(answer, expected):
    """The reader's list as a set of texts."""
    return {name if isinstance(name, str) else short(name) for name in items(answer, "your answer is", expected)}


@check
def check_wrong_gradients(wrong_gradients):
    """Right: dW2 and dW3, which read A1 and A2 after they were overwritten.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    known = {f"{d}{kind}{l}".lower(): f"d{kind}{l}" for kind in "Wb" for l in (1, 2, 3) for d in ("d", "")}
    named = {known.get(name.lower().replace("_", ""), name) for name in _names(wrong_gradients, "names such as ['dW1', 'db1']")}
    wrong = {"dW2", "dW3"}
    if unknown := sorted(named - set(known.values())):
        raise Wrong(f"{', '.join(unknown)} is no gradient of a parameter: choose among dW1, db1, dW2, db2, dW3, db3.")
    if biases := sorted(name for name in named if name.startswith("db")):
        raise Wrong(f"{biases[0]} reads its dZ alone, and the three dZ are right: each slope was there when it was needed.")
    if "dW1" in named:
        raise Wrong("dW1 reads dZ1 and X; dZ1 is right, and nobody writes into X.")
    if missing := sorted(wrong - named):
        reads = {"dW2": "A1", "dW3": "A2"}[missing[0]]
        hint = f"{missing[0]} is missing: it reads {reads}, which holds slopes by then."
        raise Wrong(hint if named else "some are wrong: see who reads A2 and A1 last.")
    return "dW3 reads A2 and dW2 reads A1 after they were overwritten; the others read dZ and X, which are right."
