"""Activations: values and slopes against independent oracles, extremes, kinks, bad input."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS, chain, get_activation, make_elu, make_leaky_relu, make_relu
from helpers.checks import DomainError

Z = np.linspace(-6, 6, 241) + 0.0125  # never at a kink
EVERY = [*ACTIVATIONS.values(), make_leaky_relu(0.3), make_elu(0.5)]
EXPECTED = {
    "identity": lambda z: z,
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else np.exp(z) - 1,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "silu": lambda z: z / (1 + np.exp(-z)),
}


def test_the_table_holds_the_eight_activations():
    assert list(ACTIVATIONS) == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_value_follows_its_definition(name):
    np.testing.assert_allclose(ACTIVATIONS[name].value(Z), [EXPECTED[name](z) for z in Z], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
def test_slope_agrees_with_central_differences(g):
    h = 1e-5
    numerical = (g.value(Z + h) - g.value(Z - h)) / (2 * h)
    np.testing.assert_allclose(g.slope(Z), numerical, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
def test_slope_from_output_is_the_slope(g):
    if g.slope_from_output is None:
        assert g.name == "silu"
        assert g.latex_slope_from_output is None
    else:
        np.testing.assert_allclose(g.slope_from_output(g.value(Z)), g.slope(Z), rtol=1e-9, atol=1e-12)


def test_silu_takes_one_value_with_two_slopes():
    silu = ACTIVATIONS["silu"]
    left, right = np.linspace(-4, -1.3, 2000), np.linspace(-1.27, 0, 2000)
    i = np.abs(silu.value(left)[:, None] - silu.value(right)).argmin() // 2000
    assert silu.slope(left[i]) < 0 < silu.slope(right[np.abs(silu.value(right) - silu.value(left[i])).argmin()])


@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
@pytest.mark.filterwarnings("error")
def test_extreme_inputs_neither_overflow_nor_give_nan(g):
    z = np.array([-1e4, -750.0, -40.0, 0.0, 40.0, 750.0, 1e4])
    for result in (g.value(z), g.slope(z), g.slope_from_output(g.value(z)) if g.slope_from_output else z):
        assert np.isfinite(result).all()
    assert abs(g.slope(1e4)) <= 1


@pytest.mark.parametrize("z", [0.3, 5.0, 15.0, 19.0, 40.0, 300.0])
def test_the_slope_of_tanh_far_out_is_small_but_not_0(z):
    true = 4 * np.exp(-2 * z) / (1 + np.exp(-2 * z)) ** 2  # 1 / cosh(z)^2
    for slope in (ACTIVATIONS["tanh"].slope(z), ACTIVATIONS["tanh"].slope(-z)):
        assert slope == pytest.approx(true, rel=1e-13, abs=0) and slope > 0


@pytest.mark.parametrize(("g", "slope"), [
    (make_relu(), 0), (make_relu(0.5), 0.5), (make_leaky_relu(0.2), 0.2), (make_leaky_relu(2.0), 2), (make_elu(0.5), 0.5), (make_elu(2.0), 2),
])  # fmt: skip
def test_the_slope_at_the_kink_is_the_one_stated(g, slope):
    assert (g.kink, g.slope_at_kink) == (0, slope)
    assert g.slope(0.0) == slope
    assert (g.slope(-1e-300), g.slope(1e-300)) == (pytest.approx(g.slope(-1e-9)), 1)


def test_relu_with_another_subgradient_has_no_slope_from_output():
    assert make_relu(0.5).slope_from_output is None


def test_smooth_activations_have_no_kink():
    assert [g.name for g in ACTIVATIONS.values() if g.kink is not None] == ["relu", "leaky_relu"]
    assert [(g.kink, g.slope_at_kink) for g in (make_leaky_relu(1.0), make_elu(1.0))] == [(None, None)] * 2


@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
def test_arguments_stay_as_they_were_and_float32_stays_float32(g):
    z = np.array([[-1.0, 0.0, 2.0]], dtype=np.float32)
    before = z.copy()
    assert g.value(z).dtype == g.slope(z).dtype == np.float32
    assert g.value(z) is not z
    np.testing.assert_array_equal(z, before)


def test_numbers_come_back_as_numbers():
    assert ACTIVATIONS["relu"].value(3) == 3.0
    assert np.ndim(ACTIVATIONS["sigmoid"].slope(0.0)) == 0


class Hostile:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("not today")


@pytest.mark.parametrize(("z", "error", "says"), [
    ([1.0, np.nan], DomainError, r"z holds nan at index \(1,\)"),
    ("text", TypeError, "expected real numbers"),
    (None, TypeError, "z is None, expected real numbers"),
    ([[1.0], [1.0, 2.0]], TypeError, "z is no array of numbers: its rows have different lengths"),
    (1j, TypeError, "z is 1j, expected real numbers"),
    ([1j], TypeError, "z holds complex numbers"),
    (["1.0"], TypeError, "z holds text, expected real numbers"),
    ([1.0, None], TypeError, "z holds None, expected real numbers"),
    (np.array(["1"], dtype=object), TypeError, "z holds '1', expected real numbers"),
    ({}, TypeError, "z is a dict"),
    (Hostile(), TypeError, "z is no array of numbers: 'not today'"),
    (np.ma.masked_array([1.0, 2.0], mask=[False, True]), TypeError, "z is an array with masked entries"),
    (10**400, DomainError, "z holds a number too large for a float"),
    ([Fraction(10**400)], DomainError, "z holds a number too large for a float"),
])  # fmt: skip
def test_bad_input_is_named(z, error, says):
    with pytest.raises(error, match=says):
        ACTIVATIONS["relu"].value(z)


def test_unknown_names_get_a_suggestion():
    with pytest.raises(ValueError, match="did you mean 'relu'"):
        get_activation("ReLu")
    with pytest.raises(TypeError, match="expected one of identity"):
        get_activation(3)
    assert get_activation(make_relu(0.5)).slope_at_kink == 0.5


@pytest.mark.parametrize(("make", "error", "says"), [
    (lambda: make_relu(1.5), ValueError, "slope_at_zero is 1.5, expected a subgradient between 0 and 1"),
    (lambda: make_relu(-0.1), ValueError, "slope_at_zero is -0.1, expected one number >= 0"),
    (lambda: make_relu(np.nan), DomainError, "slope_at_zero holds nan"),
    (lambda: make_relu("0"), TypeError, "slope_at_zero is '0'"),
    (lambda: make_relu([0, 1]), ValueError, "slope_at_zero is a list, expected one number"),
    (lambda: make_leaky_relu(0), ValueError, "leak is 0, expected one number > 0"),
    (lambda: make_leaky_relu(1e31), ValueError, r"leak is 1e\+31, expected at most 1e\+30"),
    (lambda: make_elu(-1), ValueError, "alpha is -1, expected one number > 0"),
    (lambda: make_elu(1e300), ValueError, r"alpha is 1e\+300, expected at most 1e\+30"),
])  # fmt: skip
def test_parameters_out_of_range_are_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


@pytest.mark.filterwarnings("error")
def test_the_largest_parameters_are_numbers_in_float32_as_well():
    z = np.array([-1e4, -1, 0, 1, 1e4], dtype=np.float32)
    for g in (make_leaky_relu(1e30), make_elu(1e30)):
        assert np.isfinite(g.value(z)).all() and np.isfinite(g.slope(z)).all() and g.value(z).dtype == g.slope(z).dtype == np.float32


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
def test_underflow_is_no_error_even_where_numpy_is_told_to_raise(g):
    z = np.array([-1e4, -800.0, -700.0, -1e-300, 0.0, 1e-300, 700.0, 800.0, 1e4])
    with np.errstate(all="raise"):
        a = g.value(z)
        assert np.isfinite(a).all() and np.isfinite(g.slope(z)).all()
        if g.slope_from_output:
            assert np.isfinite(g.slope_from_output(a)).all()
        chain(g, 0.5, 1e-300, 40)


@pytest.mark.parametrize(("layers", "says"), [(10**19, "layers is 10000000000000000000, expected at most 1000000"), (0, "layers is 0"),
                                              (10**400, "layers is a whole number of more than 40 digits, expected at most")])  # fmt: skip
def test_a_chain_without_end_is_refused(layers, says):
    with pytest.raises(ValueError, match=says):
        chain("tanh", 1, 0.5, layers=layers)
    with pytest.raises(ValueError, match="expected at most 500000"):
        chain("tanh", 1, [0.5, 0.6], layers=10**6)


class Raises:
    """Whatever is asked of it raises."""

    def __getattribute__(self, name):
        raise RuntimeError("ask somebody else")

    def __repr__(self):
        raise RuntimeError("no words")

    __str__ = __eq__ = __hash__ = __repr__


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("not even that")


class Number(float):
    def __repr__(self):
        raise RuntimeError("no words")


class Silent:
    def __array__(self, dtype=None, copy=None):
        raise Speechless


HOSTILE = {
    "raises": Raises, "silent": Silent, "list": lambda: [Raises()], "number": lambda: Number(np.nan), "dict": lambda: {"a" * 10**4: 1},
    "text": lambda: "x" * 10**4, "type": type("T" * 10**4, (), {}), "shape": lambda: np.zeros((1,) * 64) * np.nan,
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE)
@pytest.mark.parametrize("call", [ACTIVATIONS["relu"].value, get_activation, make_relu, lambda value: chain("relu", 1, 1.0, value)],
                         ids=["value", "get_activation", "make_relu", "chain"])  # fmt: skip
def test_a_message_is_short_and_comes_whatever_is_given(call, make):
    value = HOSTILE[make]()
    with pytest.raises((TypeError, ValueError)) as error:
        call(value)
    assert 10 < len(str(error.value)) < 300


@pytest.mark.parametrize("z", [[Fraction(1, 2)], [Decimal("0.5")], np.array([0.5], dtype=object), np.ma.masked_array([0.5])])
def test_numbers_of_python_are_numbers(z):
    value = ACTIVATIONS["relu"].value(z)
    assert type(value) is np.ndarray and value.dtype == float
    assert value.item() == 0.5
    assert ACTIVATIONS["relu"].value(10**30) == 1e30


@pytest.mark.parametrize(("name", "a"), [("sigmoid", 2.0), ("sigmoid", -0.1), ("tanh", 3.0), ("softplus", -1.0), ("elu", -5.0), ("relu", -3.0)])
def test_a_slope_asked_for_an_impossible_output_is_refused(name, a):
    with pytest.raises(DomainError, match=f"a is {a:g}, no output of {name}, which lies between .* did you give z"):
        ACTIVATIONS[name].slope_from_output([0.5, a])


@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_output_rounded_across_its_bound_counts_as_the_bound(g, dtype):
    for bound in g.outputs:
        if np.isfinite(bound):
            a = np.array([bound], dtype) + np.array([-4, 4], dtype) * np.finfo(dtype).eps
            assert (g.slope_from_output(a) >= 0).all()
            assert g.slope_from_output(a).dtype == dtype


@pytest.mark.parametrize("g", EVERY, ids=lambda g: g.name)
def test_every_output_lies_between_the_bounds(g):
    value = g.value(np.concatenate([Z, [-1e4, 0, 1e4]]))
    assert g.outputs[0] <= value.min() and value.max() <= g.outputs[1]


@pytest.mark.filterwarnings("error")
@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="longdouble is float64 here")
def test_a_number_of_more_than_64_bits_becomes_float64():
    assert ACTIVATIONS["relu"].value(np.array([1], np.longdouble)).dtype == float
    with pytest.raises(DomainError, match="z holds inf"):
        ACTIVATIONS["relu"].value(np.array([np.finfo(np.longdouble).max]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_exponential_gives_what_sigma_of_z_and_of_minus_z_give(dtype):
    ends = [0.0, -0.0, 88.8, -88.8, 710, -710, 745, -745.2, np.inf, -np.inf, np.nan]
    z = np.concatenate([*(np.random.default_rng(0).standard_normal((8, 2000)) * 10.0 ** np.arange(-8, 8, 2)[:, None]), ends]).astype(dtype)

    def sigma(z):
        return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))

    with np.errstate(all="ignore"):
        wanted = {
            ("sigmoid", "value_rule"): sigma(z), ("sigmoid", "slope_rule"): sigma(z) * sigma(-z),
            ("tanh", "slope_rule"): 4 * sigma(2 * z) * sigma(-2 * z), ("silu", "slope_rule"): sigma(z) + z * sigma(z) * sigma(-z),
        }  # fmt: skip
        for (name, rule), values in wanted.items():
            found = getattr(ACTIVATIONS[name], rule)(z)
            assert found.dtype == dtype and np.array_equal(found, values, equal_nan=True), (name, rule)
