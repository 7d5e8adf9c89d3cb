"""The firing rate of the model neuron and its ReLU: formula, limits, agreement with a simulated membrane and with notebook 02."""

import numpy as np
import pytest

from helpers import firing
from notebook_tools import NOTEBOOKS, by_id, read


def simulated(I, t_ref, tau, seconds=2.0, dt=1e-5):
    """Impulses a second of a membrane that is stepped through time."""
    V, pause, count = firing.V_RESET, 0.0, 0
    for _ in range(round(seconds / dt)):
        if pause > 0:
            pause -= dt
            continue
        V += dt / tau * (firing.V_REST - V + firing.R * I)
        if V >= firing.V_TH:
            V, pause, count = firing.V_RESET, t_ref, count + 1
    return count / seconds


@pytest.mark.parametrize(("I", "t_ref", "tau"), [(1.4, 0.0, 0.01), (2.0, 0.0, 0.01), (3.0, 0.005, 0.01), (2.5, 0.002, 0.025)])
def test_the_rate_is_that_of_a_simulated_membrane(I, t_ref, tau):
    assert firing.firing_rate(I, t_ref, tau) == pytest.approx(simulated(I, t_ref, tau), rel=0.02, abs=0.5)


def test_notebook_02_writes_the_same_formula():
    cells = by_id(read(NOTEBOOKS / "02_activations.ipynb"))
    space = {"np": np}
    exec(cells["neuron-rate"].source.split("\nprint")[0], space)
    exec(cells["neuron-compare"].source.split("\n\nI =")[0], space)
    I = np.linspace(0, 8, 401)
    for t_ref in (0.0, 0.002):
        assert np.allclose(space["firing_rate"](I, t_ref), firing.firing_rate(I, t_ref), rtol=1e-12)
    assert np.allclose(space["relu_rate"](I), firing.relu_rate(I), rtol=1e-12)


def test_the_line_ends_half_a_time_constant_below_the_curve():
    for tau in (0.01, 0.025):
        assert firing.firing_rate(1e6, tau=tau) - firing.relu_rate(1e6, tau=tau) == pytest.approx(1 / (2 * tau), rel=1e-3)


def test_threshold_ceiling_and_shape():
    I = np.array([[0.0, firing.THRESHOLD], [firing.THRESHOLD + 1e-9, 1e9]])
    rate = firing.firing_rate(I, t_ref=0.005)
    assert rate.shape == (2, 2) and (rate[0] == 0).all() and 0 < rate[1, 0] < 10 and rate[1, 1] == pytest.approx(200, rel=1e-6)
    assert (firing.relu_rate(I)[0] == 0).all() and firing.firing_rate(-5) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("fast",), "I"), ((2.0, -0.001), "t_ref is -0.001, expected a number of seconds"), ((2.0, 0.0, 0.0), "tau"), ((np.nan,), "I")],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        firing.firing_rate(*arguments)
