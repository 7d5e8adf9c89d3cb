"""Each check of notebook 02 with right, untouched, mistaken and impossible answers."""

import math

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS, chain
from helpers.exercises import activations as exercises

sigmoid = ACTIVATIONS["sigmoid"]


def tanh_slope(z):
    return 1 - np.tanh(z) ** 2


def untouched_function(*_):
    return ...


def overwriting(a):
    a *= a
    return (1 - a) / 2


def piece(z, left=lambda z: 1 / (1 - z) ** 2):
    return np.where(z > 0, 1, left(z))


RIGHT = {
    "sigmoid_slope_from_output": (lambda a: (1 - a**2) / 2,),
    "comment_factor": (5, 3.0),
    "piece_slope": (lambda z: piece(z), False),
    "leaky_kink": (0.1, 1, 0.55),
    "product_slope": (lambda z: np.tanh(z) + z / np.cosh(z) ** 2,),
    "from_output": (True, False, False, np.bool_(False)),
    "slope_depth": (10, 20.0),
}

ALSO_RIGHT = [
    ("sigmoid_slope_from_output", (lambda a: 0.5 * (1 - a) * (1 + a),)),
    ("sigmoid_slope_from_output", (lambda a: (1 - a.astype(np.float32) ** 2) / 2,)),
    ("sigmoid_slope_from_output", (lambda a: [[(1 - number**2) / 2 for number in row] for row in a],)),
    ("piece_slope", (lambda z: [1 if number > 0 else (1 - number) ** -2 for number in z], np.array([False]))),
    ("piece_slope", (lambda z: piece(z.astype(np.float32)), np.bool_(False))),
    ("comment_factor", (np.array([5]), np.array([[3.0]]))),
    ("comment_factor", ([5], np.float32(3))),
    ("product_slope", (lambda z: [math.tanh(number) + number * (1 - math.tanh(number) ** 2) for number in z],)),
    ("product_slope", (lambda z: np.tanh(z.astype("f")) + z.astype("f") / np.cosh(z.astype("f")) ** 2,)),
    ("leaky_kink", (np.array([0.1]), np.array([[1]]), [0.55])),
    ("leaky_kink", (np.float32(0.1), np.array(1), np.float32(0.55))),
    ("from_output", (np.array(True), np.array([False]), np.bool_(False), False)),
    ("slope_depth", (np.array([10]), np.array([[20.0]]))),
    ("slope_depth", (np.float32(10), np.int8(20))),
]

WRONG = [
    ("sigmoid_slope_from_output", (lambda a: (1 - math.tanh(math.atanh(a)) ** 2) / 2,), "works for a single number"),
    ("sigmoid_slope_from_output", (lambda a: (1 - a**2) / 2 if a < 1 else 0,), "works for a single number"),
    ("piece_slope", (lambda z: 1 if z > 0 else 1 / (1 - z) ** 2, False), "np.where instead of if"),
    ("piece_slope", (lambda z: 1 if z > 0 else z.no_such_name, False), "raised"),
    ("product_slope", (lambda z: math.tanh(z) + z / math.cosh(z) ** 2,), "np.exp instead of math.exp"),
    ("comment_factor", (5, np.array([np.inf])), "divided by 0"),
    ("comment_factor", ([1 / 5], 3), "right divided by wrong"),
    ("leaky_kink", (np.array([1]), np.array([0.1]), 0.55), "wrong way round"),
    ("leaky_kink", ([0.1, 1], 1, 0.55), "expected a single number"),
    ("leaky_kink", (np.float32(0.01), 1, 0.505), "default leak"),
    ("slope_depth", (10, 12), "without biases"),
    ("slope_depth", (np.array([10]), [12]), "without biases"),
    ("slope_depth", ([10, 20], [10, 20]), "expected a single number"),
    ("sigmoid_slope_from_output", (lambda a: a * (1 - a),), "plain sigmoid"),
    ("sigmoid_slope_from_output", (lambda a: 2 * a * (1 - a),), "first get σ(z)"),
    ("sigmoid_slope_from_output", (lambda a: 1 - a**2,), "tanh's"),
    ("sigmoid_slope_from_output", (lambda a: (1 - a**2) / 4,), "outer factor 2"),
    ("sigmoid_slope_from_output", (lambda a: (a**2 - 1) / 2,), "sign"),
    ("sigmoid_slope_from_output", (lambda a: (1 - a) ** 2 / 2,), "one has a plus"),
    ("sigmoid_slope_from_output", (lambda a: 1 - a**2 / 2,), "bracket"),
    ("sigmoid_slope_from_output", (sigmoid.slope,), "once more"),
    ("sigmoid_slope_from_output", (lambda a: 2 * sigmoid.slope(a),), "once more"),
    ("sigmoid_slope_from_output", (lambda a: (1 - a**2) / 2 - 1,), "moves the curve down"),
    ("sigmoid_slope_from_output", (lambda a: (a - 1) * (3 - a) / 2,), "with a plus"),
    ("sigmoid_slope_from_output", (lambda a: a,), "output itself"),
    ("sigmoid_slope_from_output", (lambda a: (1 + a) / 2,), "this is σ(z)"),
    ("sigmoid_slope_from_output", (lambda a: (a > 0) * 1.0,), "ReLU's derivative"),
    ("sigmoid_slope_from_output", (overwriting,), "overwrites its argument"),
    ("sigmoid_slope_from_output", (lambda a: ((1 - a**2) / 2).T,), "transposed"),
    ("sigmoid_slope_from_output", (lambda a: 0.5,), "shape ()"),
    ("sigmoid_slope_from_output", (lambda a: 3 * (1 - a**2),), "expected"),
    ("piece_slope", (lambda z: 1 / (1 - z) ** 2, False), "use np.where"),
    ("piece_slope", (lambda z: piece(z, lambda z: 1 / (1 - z)), False), "square of the bottom"),
    ("piece_slope", (lambda z: piece(z, lambda z: -1 / (1 - z) ** 2), False), "minus times minus"),
    ("piece_slope", (lambda z: piece(z, lambda z: (1 - 2 * z) / (1 - z) ** 2), False), "wrong sign"),
    ("piece_slope", (lambda z: piece(z, lambda z: z / (1 - z)), False), "the function itself"),
    ("piece_slope", (lambda z: np.where(z > 0, z, z / (1 - z)), False), "g itself"),
    ("piece_slope", (lambda z: np.where(z > 0, z, 1 / (1 - z) ** 2), False), "whose slope is 1"),
    ("piece_slope", (lambda z: piece(z, lambda z: 0), False), "ReLU's slope"),
    ("piece_slope", (lambda z: piece(z, lambda z: -1), False), "use the quotient rule"),
    ("piece_slope", (lambda z: np.where(z > 0, 1 / (1 - z) ** 2, 1), False), "exchanged"),
    ("piece_slope", (lambda z: 1 / (1 + np.abs(z)) ** 2, False), "use np.where"),
    ("piece_slope", (lambda z: piece(z), True), "glides through"),
    ("piece_slope", (lambda z: piece(z), 0), "expected True or False"),
    ("leaky_kink", (1, 0.1, 0.55), "wrong way round"),
    ("leaky_kink", (0.01, 1, 0.505), "default leak"),
    ("leaky_kink", (0, 1, 0.5), "0 is for ReLU"),
    ("leaky_kink", (-0.1, 1, 0.55), "left piece"),
    ("leaky_kink", (0.1, 0.1, 0.55), "slope on the left"),
    ("leaky_kink", (0.1, 1, 0.5), "0.5 is ReLU's"),
    ("leaky_kink", (0.1, 1, 0.45), "minus times minus"),
    ("leaky_kink", (0.1, 1, 1.1), "divide by 2h"),
    ("leaky_kink", (0.1, 1, 1), "right only"),
    ("comment_factor", (5, np.inf), "σ(0) = 1/2"),
    ("comment_factor", (5, np.float64("nan")), "divided by 0"),
    ("comment_factor", (1 / 5, 3), "right divided by wrong"),
    ("comment_factor", (4, 3), "this is 1/a"),
    ("comment_factor", (2, 3), "bound"),
    ("comment_factor", (3, 5), "3 belongs to a = 1/2"),
    ("comment_factor", (7, 3), "not the right number"),
    ("comment_factor", (5, 0), "a is not 0 where z is 0"),
    ("comment_factor", (5, 4), "tanh's slope at 0"),
    ("comment_factor", (5, 1 / 3), "turn it over"),
    ("product_slope", (tanh_slope,), "product rule is missing"),
    ("product_slope", (lambda z: np.tanh(z) + z * (1 - np.tanh(z)),), "square is missing"),
    ("product_slope", (lambda z: z * np.tanh(z) * tanh_slope(z),), "a sum of two terms"),
    ("product_slope", (lambda z: z * tanh_slope(z),), "z itself moves too"),
    ("product_slope", (np.tanh,), "tanh z moves too"),
    ("product_slope", (lambda z: np.tanh(z) - z * tanh_slope(z),), "sign of the second term"),
    ("product_slope", (lambda z: np.tanh(z) + tanh_slope(z),), "lacks its factor z"),
    ("product_slope", (lambda z: z * np.tanh(z),), "g itself"),
    ("product_slope", (lambda z: np.tanh(z) + z * np.tanh(z) * (1 - np.tanh(z)),), "sigmoid's derivative"),
    ("product_slope", (lambda z: np.tanh(z) + z * 1 - np.tanh(z) ** 2,), "bracket"),
    ("from_output", (False, False, False, False), "rises strictly"),
    ("from_output", (True, True, False, False), "z = -2"),
    ("from_output", (True, False, True, False), "z = π"),
    ("from_output", (True, False, False, True), "slope 0.5"),
    ("from_output", ("yes", False, False, False), "expected True or False"),
    ("from_output", (1, False, False, False), "expected True or False"),
    ("slope_depth", (9, 20), "still above"),
    ("slope_depth", (11, 20), "is enough"),
    ("slope_depth", (9.965784284662087, 20), "round up"),
    ("slope_depth", (9.966, 20), "layers_weight_1: layers come whole"),
    ("slope_depth", (10, 19.9), "layers_weight_2: layers come whole"),
    ("slope_depth", (10, 19), "still above"),
    ("slope_depth", (10, 10), "weight is a factor too"),
]


def check_of(name):
    return getattr(exercises, f"check_{name}")


def test_every_check_is_tried():
    assert {name.removeprefix("check_") for name in dir(exercises) if name.startswith("check_")} == set(RIGHT)


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    feedback = check_of(name)(*RIGHT[name])
    assert feedback.right, feedback


@pytest.mark.parametrize(("name", "answers"), ALSO_RIGHT)
def test_right_in_another_form(name, answers):
    feedback = check_of(name)(*answers)
    assert feedback.right, feedback


@pytest.mark.parametrize(("weight", "layers"), [(1, 10), (2, 20)])
def test_biases_reach_the_bound_of_the_slope_depth(weight, layers):
    """With b = -w a every z is 0 and the product is (w/4)^n, the largest there is, since no slope exceeds 1/4."""
    products = np.cumprod([weight * sigmoid.slope(weight * a - weight * a) for a in (0.3, *[0.5] * (layers - 1))])
    assert np.allclose(products, (weight / 4) ** np.arange(1, layers + 1), rtol=1e-12)
    assert products[-1] < 1e-6 < products[-2]
    assert sigmoid.slope(np.linspace(-50, 50, 100_001)).max() == 0.25


@pytest.mark.parametrize(("weight", "layers"), [(1, 10), (2, 12)])
def test_without_biases_the_slope_depth_is_another(weight, layers):
    largest = np.abs(chain("sigmoid", weight, np.linspace(-20, 20, 40_001), layers)["products"]).max(axis=1)
    assert largest[-1] < 1e-6 < largest[-2]


@pytest.mark.parametrize("name", RIGHT)
def test_untouched(name):
    for answers in ([...] * len(RIGHT[name]), [untouched_function if callable(RIGHT[name][0]) else ..., *RIGHT[name][1:]]):
        assert check_of(name)(*answers).status == "not attempted"


@pytest.mark.parametrize(("name", "answers", "reason"), WRONG)
def test_the_mistake_is_named(name, answers, reason):
    feedback = check_of(name)(*answers)
    assert feedback.status == "wrong" and reason in feedback.message, feedback


@pytest.mark.parametrize("garbage", [None, "text", np.nan, 1j, [], {}, np.zeros((3, 2, 1)), object(), [[1], [1, 2]], lambda *_: 1 / 0])
@pytest.mark.parametrize("name", RIGHT)
def test_garbage_is_wrong_and_never_raises(name, garbage):
    right = RIGHT[name]
    for position in range(len(right)):
        answers = [*right[:position], garbage, *right[position + 1 :]]
        assert check_of(name)(*answers).status == "wrong"


@pytest.mark.parametrize("name", [name for name in RIGHT if callable(RIGHT[name][0])])
@pytest.mark.parametrize("result", [None, "text", np.nan, [1, 2], {}, np.zeros((7, 7))])
def test_functions_that_return_garbage(name, result):
    assert check_of(name)(lambda _: result, *RIGHT[name][1:]).status == "wrong"


@pytest.mark.parametrize("name", RIGHT)
def test_the_docstring_says_what_is_right(name):
    text = check_of(name).__doc__
    assert text.rstrip().endswith("Posed in: notebooks/02_activations.ipynb") and text.split("\n")[0].endswith(".")
