"""The checks of notebook 04 with right, untouched and wrong answers: each mistake is told by its name."""

import numpy as np
import pytest

from helpers import case, network
from helpers.activations import ACTIVATIONS
from helpers.exercises import chain

sigmoid, relu = ACTIVATIONS["sigmoid"].value, ACTIVATIONS["relu"].slope
CHECKS = (
    chain.check_composition, chain.check_used_twice, chain.check_neuron, chain.check_forward_sweep, chain.check_path_contributions,
)  # fmt: skip


def raises(*_):
    raise RuntimeError("not today")


def assert_wrong(feedback, *words):
    assert feedback.status == "wrong", feedback
    for word in words:
        assert word in feedback.message, feedback


# ---------------------------------------------------------------- whatever comes


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_untouched_is_not_attempted(check):
    assert check(...).status == "not attempted"


@pytest.mark.parametrize("check", [c for c in CHECKS if c is not chain.check_neuron], ids=lambda check: check.__name__)
def test_an_untouched_function_is_not_attempted(check):
    assert check(lambda *_: ...).status == "not attempted"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "answer", [None, "text", 3.0, [], {}, np.nan, raises, lambda: 1, lambda *_: None, lambda *_: "text", lambda *_: np.ones((3, 4, 5)),
               lambda *_: np.nan, lambda *_: {}, lambda *_: [1, [2, 3]]],
)  # fmt: skip
def test_garbage_is_wrong_and_never_raises(check, answer):
    feedback = check(answer)
    assert feedback.status == "wrong"
    assert feedback.message


@pytest.mark.parametrize("check", [c for c in CHECKS if c is not chain.check_neuron], ids=lambda check: check.__name__)
def test_an_error_in_the_answer_is_told(check):
    assert_wrong(check(raises), "RuntimeError", "not today")


# ---------------------------------------------------------------- one path


def test_composition_right():
    assert chain.check_composition(lambda w: 3 * (sigmoid(3 * w) - 1)).right


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda w: sigmoid(3 * w) - 1, "first edge is missing"),
        (lambda w: 3 * (1 - sigmoid(3 * w)), "sign is wrong"),
        (lambda w: -3 / sigmoid(3 * w), "slope of sigmoid is missing"),
        (lambda w: -3 * (1 - sigmoid(3 * w) ** 2) / sigmoid(3 * w), "slope of tanh"),
        (lambda w: 3 + sigmoid(3 * w) * (1 - sigmoid(3 * w)) - 1 / sigmoid(3 * w), "multiplied, not added"),
        (lambda w: -3 * (1 - sigmoid(w)), "sigmoid(3 w), not sigmoid(w)"),
        (lambda w: 3 * sigmoid(3 * w) * (1 - sigmoid(3 * w)), "this is da/dw"),
        (lambda w: -np.log(sigmoid(3 * w)), "ℓ itself"),
        (lambda w: 3 * sigmoid(3 * w), "a - y, with y = 1"),
        (lambda w: -3 * sigmoid(3 * w) * (1 - sigmoid(3 * w)), "is -1/a, not -1"),
        (lambda w: w * (sigmoid(3 * w) - 1), "the input 3, not w"),
        (lambda w: -3.0, "wrong in 3 of 3 entries"),
        (lambda w: np.array([w]), "wrong in 3 of 3 entries"),
        (lambda w: np.array([w, w]), "has shape (2,), expected a single number"),
        (lambda w: w, "wrong in 3 of 3 entries"),
    ],
)
def test_composition_mistakes(answer, word):
    assert_wrong(chain.check_composition(answer), word)


# ---------------------------------------------------------------- two paths


def both(w, x):
    a = np.tanh(w * x)
    return a + w * (1 - a**2) * x


def test_used_twice_right():
    assert chain.check_used_twice(both).right


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda w, x, a: a, "direct path alone"),
        (lambda w, x, a: w * (1 - a**2) * x, "path through z1 and a alone"),
        (lambda w, x, a: a * w * (1 - a**2) * x, "but paths add"),
        (lambda w, x, a: a + w * (1 - a**2), "dz1/dw = x"),
        (lambda w, x, a: a + (1 - a**2) * x, "dz2/da = w"),
        (lambda w, x, a: a + w * a * (1 - a) * x, "slope of sigmoid"),
        (lambda w, x, a: a + w * x, "slope of tanh is missing"),
        (lambda w, x, a: a - w * (1 - a**2) * x, "paths add"),
        (lambda w, x, a: w * a, "z2 itself"),
        (lambda w, x, a: 2 * a, "different slopes"),
        (lambda w, x, a: a + w * (1 - (w * x) ** 2) * x, "not 1 - z1**2"),
        (lambda w, x, a: a + w * (1 - a) ** 2 * x, "not (1 - a)**2"),
    ],
)
def test_used_twice_mistakes(answer, word):
    assert_wrong(chain.check_used_twice(lambda w, x: answer(w, x, np.tanh(w * x))), word)


def test_single_numbers_come_one_by_one():
    import math

    assert chain.check_used_twice(lambda w, x: math.tanh(w * x) + w * (1 - math.tanh(w * x) ** 2) * x).right
    assert chain.check_composition(lambda w: -3 / (1 + math.exp(3 * w)) if isinstance(w, float) else None).right


# ---------------------------------------------------------------- one neuron

RIGHT = {"z": 0.2689, "w1": 0.2689, "w2": 0.5379, "b": 0.2689, "x2": -0.2689}


def test_neuron_right_with_four_digits_and_with_all():
    a = sigmoid(-1.0)
    assert chain.check_neuron(RIGHT).right
    assert chain.check_neuron({"z": a, "w1": a, "w2": 2 * a, "b": a, "x2": -a}).right
    assert chain.check_neuron({name.upper() + " ": np.array([slope]) for name, slope in RIGHT.items()}).right


@pytest.mark.parametrize("name", RIGHT)
def test_neuron_partly_answered_is_not_attempted(name):
    assert chain.check_neuron(RIGHT | {name: ...}).status == "not attempted"


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("z", -0.7311, "the one for y = 1"),
        ("z", -0.2689, "wrong sign"),
        ("z", 1.3679, "is dℓ/da"),
        ("z", -1.3679, "dℓ/da with the wrong sign"),
        ("z", 0.1966, "da/dz alone"),
        ("z", 1.2689, "slope of tanh"),
        ("z", 5.0, "not the right number"),
        ("w1", 0.1345, "the other factor, x1"),
        ("w1", 1, "local slope alone"),
        ("w2", -0.2689, "the other factor, x2"),
        ("w2", -0.5379, "w2 = -1 itself does not enter"),
        ("w2", 2, "local slope alone"),
        ("b", 0.1345, "b enters z with slope 1"),
        ("b", 1, "local slope alone"),
        ("x2", 0.5379, "the other factor, w2"),
        ("x2", 0.2689, "lost the sign"),
        ("x2", -1, "local slope alone"),
        ("x2", "text", "slopes['x2']"),
        ("x2", None, "slopes['x2']"),
    ],
)
def test_neuron_mistakes(name, value, word):
    assert_wrong(chain.check_neuron(RIGHT | {name: value}), word)


def test_neuron_names_what_is_lacking():
    assert_wrong(chain.check_neuron({"z": 0.2689, "w1": 0.2689}), "lacks w2, b, x2")


# ---------------------------------------------------------------- the sweep


def sweep(edges, start, *, order=1, keep=lambda old, new: old + new, local=lambda s, slope: s * slope, first=1.0, others=()):
    """The right forward sweep, with a place for each mistake."""
    slopes = {start: first, **dict(others)}
    for begin, end, slope in edges[::order]:
        slopes[end] = keep(slopes.get(end, 0.0), local(slopes.get(begin, 0.0), slope))
    return slopes


def strict_sweep(edges, start):
    """Right, but it stops at a node that nothing has reached."""
    slopes = {start: 1.0}
    for begin, end, slope in edges:
        slopes[end] = slopes.get(end, 0.0) + slopes[begin] * slope
    return slopes


def test_forward_sweep_right():
    assert chain.check_forward_sweep(sweep).right


def test_forward_sweep_right_with_arrays_for_slopes():
    for form in (np.float64, np.array, lambda slope: np.array([[slope]])):
        assert chain.check_forward_sweep(lambda edges, start, form=form: {k: form(v) for k, v in sweep(edges, start).items()}).right


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda edges, start: sweep(edges, start, order=-1), "from last to first"),
        (lambda edges, start: sweep(edges, start, first=0.0), "start with that"),
        (lambda edges, start: sweep(edges, start, keep=lambda old, new: new), "overwrites the first"),
        (lambda edges, start: chain._backward(edges), "the backward sweep"),
        (lambda edges, start: {"w": 1.0, "u": 2.0}, "lacks v, s, loss"),
        (lambda edges, start: sweep(edges, start, first=1.0, others={"q": 1.0}), "does not reach q"),
        (lambda edges, start: strict_sweep(edges, start), "has the slope 0"),
        (lambda edges, start: sweep(edges, start)["loss"], "expected a dict"),
        (lambda edges, start: sweep(edges, start, local=lambda s, slope: slope), "without the slope of the node"),
        (lambda edges, start: sweep(edges, start, local=lambda s, slope: s + slope), "multiplied by the local slope, not added"),
    ],
)
def test_forward_sweep_mistakes(answer, word):
    assert_wrong(chain.check_forward_sweep(answer), word)


# ---------------------------------------------------------------- ten paths


def contributions(p, c, y, j, k):
    to_unit = c["A0"][k, 0] * relu(c["Z1"][j, 0])
    return to_unit * p["W2"][:, j] * relu(c["Z2"][:, 0]) * p["W3"][0] * (c["A3"] - y)[0, 0]


def test_path_contributions_right():
    assert chain.check_path_contributions(contributions).right


def test_the_contributions_add_up_to_the_gradient():
    p, (x, y) = case.worked_params(), case.worked_example()
    c = network.forward_prop(x, p)
    dW1 = network.backward_prop(x, y, c, p)["dW1"]
    sums = [[contributions(p, c, y, j, k).sum() for k in range(2)] for j in range(10)]
    assert np.allclose(sums, dW1, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda x, on1, W2, j, on2, W3, delta: (x * on1 * W2[:, j] * on2 * W3 * delta).sum(), "ten contributions are asked"),
        (lambda x, on1, W2, j, on2, W3, delta: -x * on1 * W2[:, j] * on2 * W3 * delta, "sign is wrong"),
        (lambda x, on1, W2, j, on2, W3, delta: x * on1 * W2[j] * on2 * W3 * delta, "row j of W2"),
        (lambda x, on1, W2, j, on2, W3, delta: x * on1 * W2[:, j] * W3 * delta, "slope of ReLU at z2 is missing"),
        (lambda x, on1, W2, j, on2, W3, delta: x * W2[:, j] * on2 * W3 * delta, "slope of ReLU at z1[j] is missing"),
        (lambda x, on1, W2, j, on2, W3, delta: x * W2[:, j] * W3 * delta, "slope of ReLU at z2 is missing"),
        (lambda x, on1, W2, j, on2, W3, delta: on1 * W2[:, j] * on2 * W3 * delta, "first factor is missing"),
        (lambda x, on1, W2, j, on2, W3, delta: x * on1 * on2 * W3 * delta, "factor W2[:, j]"),
        (lambda x, on1, W2, j, on2, W3, delta: x * on1 * W2[:, j] * on2 * delta, "factor W3[0, :]"),
        (lambda x, on1, W2, j, on2, W3, delta: x * on1 * W2[:, j] * on2 * W3, "upstream factor a3 - y"),
        (lambda x, on1, W2, j, on2, W3, delta: x * on1 * W2[:, j] * on2 * W3 * delta / 2, "wrong in"),
        (lambda x, on1, W2, j, on2, W3, delta: (x * on1 * W2[:, j] * on2 * W3 * delta)[:, None], "has shape (10, 1)"),
    ],
)
def test_path_contributions_mistakes(answer, word):
    def attempt(p, c, y, j, k):
        on1, on2 = relu(c["Z1"][j, 0]), relu(c["Z2"][:, 0])
        return answer(c["A0"][k, 0], on1, p["W2"], j, on2, p["W3"][0], (c["A3"] - y)[0, 0])

    assert_wrong(chain.check_path_contributions(attempt), word)


def test_the_output_slope_counted_twice_is_told():
    def twice(p, c, y, j, k):
        return contributions(p, c, y, j, k) * (c["A3"] * (1 - c["A3"]))[0, 0]

    assert_wrong(chain.check_path_contributions(twice), "counted twice")


def test_activations_instead_of_slopes_are_told():
    def activations(p, c, y, j, k):
        return c["A0"][k, 0] * c["A1"][j, 0] * p["W2"][:, j] * c["A2"][:, 0] * p["W3"][0] * (c["A3"] - y)[0, 0]

    assert_wrong(chain.check_path_contributions(activations), "a1 and a2 stand where")
