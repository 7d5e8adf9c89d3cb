"""Checks for the exercises on activations and their derivatives.

Posed in: notebooks/02_activations.ipynb
"""

import numpy as np

from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare, numbers, true_or_false


def slopes(function, values, name):
    """What the reader's function returns for an array; where it works for single numbers only, Wrong says so."""
    try:
        return call(function, values, name=name)
    except Wrong as reason:
        if f"{name} raised" not in str(reason) or not _takes_single_numbers(function, values, name):
            raise
    raise Wrong(
        f"{name} works for a single number, but it gets a whole array, and the slope of each entry is wanted: "
        "use NumPy's operations, np.exp instead of math.exp, np.where instead of if and else."
    )


def _takes_single_numbers(function, values, name):
    try:
        return all(np.size(call(function, value.item(), name=name)) == 1 for value in values.flat)
    except Wrong:
        return False


@check
def check_sigmoid_slope_from_output(my_sigmoid_slope):
    """(1 - a²)/2 for an array of outputs a = 2 σ(z) - 1.

    Posed in: notebooks/02_activations.ipynb
    """
    a = np.array([[-0.96, -0.5, 0.1], [0.2, 0.8, 0.98]])
    s = (1 + a) / 2  # the sigmoid inside
    sigmoid = ACTIVATIONS["sigmoid"]
    right = (1 - a**2) / 2
    compare(
        slopes(my_sigmoid_slope, a, "my_sigmoid_slope"),
        right,
        [
            (a * (1 - a), "a (1 - a) belongs to the plain sigmoid. This output runs from -1 to 1; at a = 0 the curve is steepest, not flat."),
            (2 * a * (1 - a), "you doubled a (1 - a), but a is 2 σ(z) - 1 here: first get σ(z) from a."),
            (1 - a**2, "this is tanh's, twice too large: 2 · (1 + a)/2 · (1 - a)/2 keeps one half."),
            ((1 - a) ** 2 / 2, "the two factors are (1 + a)/2 and (1 - a)/2: one has a plus."),
            (1 - a**2 / 2, "a bracket is missing: the whole of 1 - a² is divided by 2."),
            (s * (1 - s), "the outer factor 2 is missing: the curve is stretched, so its slope is 2 σ(z) (1 - σ(z))."),
            (2 * right, "one half is missing: both factors, σ and 1 - σ, bring one."),
            (-right, "the sign is wrong: the curve rises everywhere, so its slope is positive."),
            (2 * sigmoid.slope(a), "you applied the sigmoid once more: a is 2 σ(z) - 1 already, so the slope is written in a alone."),
            (sigmoid.slope(a), "you applied the sigmoid once more: a is 2 σ(z) - 1 already, so the slope is written in a alone."),
            (2 * s * (1 - s) - 1, "the -1 moves the curve down and leaves its slope as it is."),
            (2 * (a - 1) / 2 * (1 - (a - 1) / 2), "from a = 2 σ(z) - 1 you get σ(z) = (a + 1)/2, with a plus."),
            (a, "this is the output itself; the question is for the slope."),
            (s, "this is σ(z); the slope is 2 σ(z) (1 - σ(z))."),
            ((a > 0) * 1.0, "this is ReLU's derivative."),
        ],
        name="my_sigmoid_slope(a)",
    )
    return "(1 - a²)/2. It is at most 1/2, at a = 0, and close to 0 where the unit is saturated."


@check
def check_comment_factor(factor_at_quarter, factor_at_z_zero):
    """(1 + a)/a: 5 where a = 0.25, and 3 where z = 0, that is a = 0.5.

    Posed in: notebooks/02_activations.ipynb
    """
    for name, answer in (("factor_at_quarter", factor_at_quarter), ("factor_at_z_zero", factor_at_z_zero)):
        if not np.isfinite(number := numbers(answer, name, (), finite=False)):
            raise Wrong(f"{name} is {number}: you divided by 0. The formula takes the output, and a is not 0 where z is 0: σ(0) = 1/2.")
    compare(
        factor_at_quarter,
        5,
        [
            (1 / 5, "this is right divided by wrong; the question is how much too large the comment is."),
            (1.25, "this is 1 + a; divide it by a."),
            (4, "this is 1/a; the factor is (1 + a)/a."),
            (15 / 16, "this is the comment's own value, 1 - a²; divide it by the right slope, a (1 - a)."),
            (3 / 16, "this is the right slope, a (1 - a); divide 1 - a² by it."),
            (2, "2 is the bound that the factor stays above; for a = 0.25 it is larger."),
            (3, "factor_at_quarter: 3 belongs to a = 1/2, the unit with z = 0."),
            (12 / 16, "this is the difference of the two slopes; the question is for their ratio."),
        ],
        name="factor_at_quarter",
    )
    compare(
        factor_at_z_zero,
        3,
        [
            (1 / 3, "factor_at_z_zero is right divided by wrong: turn it over."),
            (0, "a is not 0 where z is 0: σ(0) = 1/2."),
            (1, "factor_at_z_zero: at z = 0 the sigmoid's slope is 1/4, the comment says 3/4."),
            (4, "4 is tanh's slope at 0 divided by sigmoid's. The comment puts the sigmoid's output, 1/2, into 1 - a²."),
            (0.75, "this is the comment's own value at a = 1/2; divide it by the right slope, 1/4."),
            (2, "2 is the bound for a near 1; here a = 1/2."),
        ],
        name="factor_at_z_zero",
    )
    return "5 and 3: (1 + a)/a. The more a unit is off, the more the comment exaggerates its slope."


@check
def check_piece_slope(my_piece_slope, has_kink):
    """1 for z > 0, else 1/(1 - z)²; no kink, since both sides have slope 1 at 0.

    Posed in: notebooks/02_activations.ipynb
    """
    z = np.array([-4.0, -1.5, -0.5, 0.0, 0.4, 3.0])
    left = 1 / (1 - z) ** 2
    compare(
        slopes(my_piece_slope, z, "my_piece_slope"),
        np.where(z > 0, 1, left),
        [
            (left, "right for z <= 0, but to the right of 0 the function is z, with slope 1: use np.where."),
            (np.where(z > 0, 1, 1 / (1 - z)), "left of 0 this is 1/(1 - z): the quotient rule divides by the square of the bottom."),
            (np.where(z > 0, 1, -left), "left of 0 the sign is wrong: the bottom's slope is -1, and minus times minus is plus."),
            (np.where(z > 0, 1, (1 - 2 * z) * left), "left of 0 the two products are subtracted with a wrong sign: (1 - z) - z · (-1) = 1."),
            (np.where(z > 0, 1, z / (1 - z)), "left of 0 this is the function itself; the question is for its slope."),
            (np.where(z > 0, z, z / (1 - z)), "this is g itself; the question is for its slope."),
            (1 / (1 + np.abs(z)) ** 2, "right for z <= 0, but to the right of 0 the function is z, with slope 1: use np.where."),
            (np.where(z > 0, z, left), "right of 0 this is z itself, whose slope is 1."),
            (np.where(z > 0, 1, 0), "this is ReLU's slope; left of 0 this function rises."),
            (np.where(z > 0, 1, -1.0), "left of 0 you divided the slope of the top by the slope of the bottom: use the quotient rule."),
            (np.where(z > 0, left, 1), "the two pieces are exchanged."),
        ],
        name="my_piece_slope(z)",
    )
    if true_or_false(has_kink, "has_kink"):
        raise Wrong("has_kink: at 0 the left slope is 1/(1 - 0)² = 1, as on the right, so the curve glides through.")
    return "1/(1 - z)² on the left and 1 on the right: both are 1 at 0, so there is no kink."


@check
def check_leaky_kink(lowest, highest, central):
    """Subgradients from 0.1 to 1, and a central difference of 0.55, for leaky ReLU with leak 0.1 at 0.

    Posed in: notebooks/02_activations.ipynb
    """
    low, high, _ = (numbers(answer, name, ()) for answer, name in ((lowest, "lowest"), (highest, "highest"), (central, "central")))
    if np.allclose((low, high), (1, 0.1), rtol=1e-6):
        raise Wrong("lowest and highest are the wrong way round.")
    if np.allclose((low, high), (0.01, 1), rtol=1e-6):
        raise Wrong("lowest is the default leak, 0.01; this one has 0.1.")
    compare(
        lowest,
        0.1,
        [
            (0, "lowest: 0 is for ReLU. To the left of 0 this curve is 0.1 z, and the line 0 z lies above it."),
            (-0.1, "lowest: the left piece is 0.1 z, which rises to the right, so its slope is +0.1."),
        ],
        name="lowest",
    )
    compare(highest, 1, [(0.1, "highest: 0.1 is the slope on the left; on the right it is larger.")], name="highest")
    compare(
        central,
        0.55,
        [
            (0.5, "central: 0.5 is ReLU's. Here g(-h) = -0.1 h, not 0."),
            (0.45, "central: minus times minus: h - (-0.1 h) = 1.1 h."),
            (1.1, "central: divide by 2h, since the two points are 2h apart."),
            (1, "central: that is the slope on the right only; a central difference steps to both sides."),
            (0.1, "central: that is the slope on the left only; a central difference steps to both sides."),
        ],
        name="central",
    )
    return "from 0.1 to 1, and the central difference is the mean of both sides, 0.55, whatever the step."


@check
def check_product_slope(my_slope):
    """tanh z + z (1 - tanh² z), the slope of z tanh z.

    Posed in: notebooks/02_activations.ipynb
    """
    z = np.array([-3.0, -1.2, -0.4, 0.0, 0.3, 0.9, 2.5])
    t = np.tanh(z)
    compare(
        slopes(my_slope, z, "my_slope"),
        t + z * (1 - t**2),
        [
            (1 - t**2, "the product rule is missing: (u v)' is u' v + u v', not u' times v'."),
            (z * (1 - t**2), "one term of the product rule is missing: z itself moves too, which gives 1 · tanh z."),
            (t, "one term of the product rule is missing: tanh z moves too, which gives z (1 - tanh² z)."),
            (t - z * (1 - t**2), "the sign of the second term is wrong: a product rule has a plus; the minus is the quotient rule's."),
            (t + z * (1 - t), "tanh's slope is 1 - tanh² z: the square is missing."),
            (z * t * (1 - t**2), "the product rule is a sum of two terms, u' v + u v', not a product."),
            (t + (1 - t**2), "the second term lacks its factor z: u v' with u = z."),
            (t + z * t * (1 - t), "you used sigmoid's derivative, a (1 - a); tanh's is 1 - a²."),
            (z * t, "this is g itself; the question is for its slope."),
            (t + 1 - z * t**2, "a bracket is missing: z multiplies 1 - tanh² z as a whole."),
            (t + z - t**2, "a bracket is missing: z multiplies 1 - tanh² z as a whole."),
        ],
        name="my_slope(z)",
    )
    return "tanh z + z (1 - tanh² z): both factors move, so the product rule gives two terms."


@check
def check_from_output(cube, absolute_value, sine, relu_with_half):
    """True for z³, False for |z|, sin z and ReLU with ReLU'(0) = 0.5.

    Posed in: notebooks/02_activations.ipynb
    """
    reasons = {
        "cube": (cube, True, "cube: z³ rises strictly, so a gives back z, and with it the slope 3z²."),
        "absolute_value": (absolute_value, False, "absolute_value: |z| = 2 at z = -2 with slope -1 and at z = 2 with slope 1."),
        "sine": (sine, False, "sine: sin z = 0 at z = 0 with slope 1 and at z = π with slope -1."),
        "relu_with_half": (
            relu_with_half,
            False,
            "relu_with_half: a = 0 at z = 0 with slope 0.5 and at z = -1 with slope 0. With ReLU'(0) = 0 it would be True.",
        ),
    }
    for name, (answer, right, reason) in reasons.items():
        if true_or_false(answer, name) != right:
            raise Wrong(reason)
    return "only z³: elsewhere two inputs share an output but not a slope."


@check
def check_slope_depth(layers_weight_1, layers_weight_2):
    """10 and 20: the smallest n with (1/4)^n and (2/4)^n below one millionth, the largest product that biases allow.

    Posed in: notebooks/02_activations.ipynb
    """
    for name, answer, right in (("layers_weight_1", layers_weight_1, 10), ("layers_weight_2", layers_weight_2, 20)):
        if right - 1 < numbers(answer, name, ()) < right:
            raise Wrong(f"{name}: layers come whole: round up.")
    compare(
        layers_weight_1,
        10,
        [
            (9, "layers_weight_1: 0.25⁹ = 3.8e-6 is still above one millionth."),
            (20, "layers_weight_1: that would be a largest slope of 1/2; sigmoid's is 1/4."),
            (6, "layers_weight_1: that would be a factor of 10 for each layer; it is 4 at least."),
            (11, "layers_weight_1: 11 is enough, but 10 is too: 0.25¹⁰ = 9.5e-7."),
        ],
        name="layers_weight_1",
    )
    compare(
        layers_weight_2,
        20,
        [
            (12, "layers_weight_2: 12 is the answer for a chain without biases, where z is positive from layer 2 on. "
                 "With b = -w a every z can be 0, and then 0.5¹² = 2.4e-4 is left."),
            (19, "layers_weight_2: 0.5¹⁹ = 1.9e-6 is still above one millionth."),
            (10, "layers_weight_2: the weight is a factor too: each layer multiplies by at most 2 · 1/4."),
            (5, "layers_weight_2: the weight works against the small slope: 2 · 1/4 is larger than 1/4, not smaller."),
            (7, "layers_weight_2: the weight multiplies the slope, 2 · 1/4 = 1/2; it does not divide it."),
            (21, "layers_weight_2: 21 is enough, but 20 is too: 0.5²⁰ = 9.5e-7."),
        ],
        name="layers_weight_2",
    )  # fmt: skip
    return "10 and 20: each layer multiplies by at most w/4, and by that where a bias holds its z at 0."
