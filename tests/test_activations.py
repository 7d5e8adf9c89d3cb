"""Activations: values and slopes against independent oracles, extremes, kinks, bad input."""

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS, get_activation, make_elu, make_leaky_relu, make_relu
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


@pytest.mark.parametrize(("z", "error", "says"), [
    ([1.0, np.nan], DomainError, r"z holds nan at index \(1,\)"),
    ("text", TypeError, "expected real numbers"),
    (None, TypeError, "z holds NoneType"),
    ([[1.0], [1.0, 2.0]], TypeError, "z is no array of numbers"),
    (1j, TypeError, "complex"),
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


@pytest.mark.parametrize("make", [lambda: make_relu(1.5), lambda: make_leaky_relu(0), lambda: make_elu(-1)])
def test_parameters_out_of_range_are_refused(make):
    with pytest.raises(ValueError, match="expected"):
        make()
