"""Checks of the answers to notebook 06: central differences, relative error, kinks, which gradients are wrong."""

import numpy as np

from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare

SIGMOID = ACTIVATIONS["sigmoid"]


@check
def check_central_difference(central_difference):
    """Right: (f(z + h) - f(z - h)) / (2 h) for f, z, h in this order.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    f, z, h = np.exp, 0.5, 0.1
    up, down, here = f(z + h), f(z - h), f(z)
    mistakes = [
        ((up - down) / h, "you divided by h: the two points are 2 h apart, so the result is twice the slope."),
        ((up - here) / h, "that is the one-sided difference; its error shrinks like h only, not like h^2."),
        ((here - down) / h, "that is the one-sided difference; its error shrinks like h only, not like h^2."),
        ((down - up) / (2 * h), "the sign is turned round: subtract the left value from the right one."),
        (up - down / (2 * h), "only the second value was divided: put brackets round the difference."),
        ((up - down) / 2 * h, "in Python, / 2 * h multiplies by h: put brackets round 2 * h."),
    ]
    compare(call(central_difference, f, z, h), (up - down) / (2 * h), mistakes, name="the slope of e^z at z = 0.5 with h = 0.1", tolerance=1e-9)
    return "the points z - h and z + h lie symmetrically, so the term in h cancels and the error shrinks like h^2."


@check
def check_relative_error(relative_error):
    """Right: the norm of a - b over the sum of the norms of a and b.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    a, b = np.array([[3.0, -4.0]]), np.array([[3.0, 4.0]])
    n = np.linalg.norm
    mistakes = [
        (n(a - b), "that is the absolute error: divide by the size of the two gradients, or small gradients always pass."),
        (n(a - b) / n(a + b), "you divided by the norm of the sum: opposite entries cancel there. Add the two norms."),
        (n(a - b) / n(a), "you divided by one norm only: the result then depends on which gradient comes first."),
        (abs(n(a) - n(b)) / (n(a) + n(b)), "you compared the lengths: two gradients of one length can point apart. Take the norm of a - b."),
        (n(a + b) / (n(a) + n(b)), "the numerator holds a + b: the difference is what should be small."),
        (np.abs(a - b) / (np.abs(a) + np.abs(b)), "that is one error for each entry: take norms, which sum over the entries."),
    ]
    compare(call(relative_error, a, b), n(a - b) / (n(a) + n(b)), mistakes, name="the relative error of [[3, -4]] and [[3, 4]]")
    return "0 for equal gradients, 1 for opposite ones, and the same whichever comes first."


@check
def check_slope_near_kink(slope_near_kink):
    """Right: (z + h) / (2 h), the central difference of ReLU for |z| < h.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    z, h = 2e-6, 1e-5
    mistakes = [
        (1.0, "that is ReLU's slope at z; the difference mixes both sides of the kink, since z - h < 0 < z + h."),
        (0.5, "that holds only at z = 0; here z is to the right of the kink."),
        ((z - h) / (2 * h), "relu(z - h) is 0, since z - h < 0: what is left is relu(z + h)."),
        ((z + h) / h, "the two points are 2 h apart: divide by 2 h."),
        (((z + h) - (z - h)) / (2 * h), "you used z - h itself: ReLU of a negative number is 0."),
    ]
    compare(call(slope_near_kink, z, h), (z + h) / (2 * h), mistakes, name="the difference at z = 2e-6 with h = 1e-5")
    return "relu(z + h) = z + h and relu(z - h) = 0; the result runs from 0 at z = -h to 1 at z = h."


@check
def check_wrong_gradients(names):
    """Right: dW1, db1, dW2 and db2.

    Posed in: notebooks/06_gradient_checking.ipynb
    """
    if isinstance(names, str) or not hasattr(names, "__iter__"):
        raise Wrong(f"your answer is a {type(names).__name__}, expected a list of names such as ['dW1', 'db1'].")
    names = list(names)
    if any(name is Ellipsis for name in names):
        raise NotAttempted
    named, wrong = {str(name) for name in names}, {"dW1", "db1", "dW2", "db2"}
    if named & {"dW3", "db3"}:
        raise Wrong("dW3 and db3 are computed before the slope of a hidden layer is used: follow dZ3, and see what they read.")
    if named < wrong:
        raise Wrong(f"{', '.join(sorted(named)) or 'nothing'} is not all: everything computed from dZ2 inherits its fault.")
    if named != wrong:
        raise Wrong(f"{', '.join(sorted(named - wrong))} is no gradient of a parameter: choose among dW1, db1, dW2, db2, dW3, db3.")
    return "the slope of layer 2 enters dZ2, and dW2, db2, dZ1, dW1 and db1 are computed from it; dW3 and db3 came before."
