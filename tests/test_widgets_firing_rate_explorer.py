"""The firing-rate explorer: what is sent is what helpers compute, in numbers and in words."""

import numpy as np
import pytest

from helpers import firing
from helpers.widgets import FiringRateExplorer
from helpers.widgets.firing_rate_explorer import recording as rec
from helpers.widgets.firing_rate_explorer import words


@pytest.fixture(scope="module")
def explorer():
    widget = FiringRateExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def test_rates_are_what_helpers_compute(explorer):
    sent = explorer.recording
    I = array(sent["currents"])
    assert I.shape == (201,) and np.array_equal(I, np.round(np.linspace(0, 6, 201), 2)) and firing.THRESHOLD in I
    assert array(sent["rates"]).shape == (5, 201)
    for k, t_ref in enumerate(sent["refractory"]):
        assert np.array_equal(array(sent["rates"])[k], firing.firing_rate(I, t_ref / 1000))
        assert np.array_equal(array(sent["difference"])[k], firing.firing_rate(I, t_ref / 1000) - firing.relu_rate(I))
        assert sent["ceilings"][k] == (1000 / t_ref if t_ref else 0)
    assert np.array_equal(array(sent["relu"]), firing.relu_rate(I)) and sent["offset"] == 50


def test_everything_fits_into_the_charts(explorer):
    sent = explorer.recording
    assert 0 <= array(sent["rates"]).min() and array(sent["rates"]).max() < sent["highest"] and array(sent["relu"]).max() < sent["highest"]
    assert sent["lowest"] < array(sent["difference"]).min() and array(sent["difference"]).max() < sent["above"]


def test_the_recording_is_small_and_made_once(explorer):
    assert sum(len(one["bytes"]) for one in explorer.recording.values() if isinstance(one, dict) and "bytes" in one) < 25_000
    assert FiringRateExplorer().recording["rates"]["bytes"] is explorer.recording["rates"]["bytes"]


def test_the_description_says_the_numbers():
    free = "Without refractory period the difference settles at 1 / (2τ) = 50."
    assert FiringRateExplorer(2.1).describe() == f"At 2.1 nA the neuron fires 79.82 times a second, the ReLU says 40: a difference of 39.82. {free}"
    assert FiringRateExplorer(1.5).describe() == f"At 1.5 nA the neuron is quiet: the threshold is 1.5 nA. Neuron and ReLU say 0. {free}"
    bound = FiringRateExplorer(6, refractory=5).describe()
    assert "a difference of −173" in bound and bound.endswith("With 5 ms of refractory period no current exceeds 200 impulses a second.")


def test_settings_are_kept_on_the_grid():
    widget = FiringRateExplorer(2.11, refractory=2)
    assert (widget.current, widget.refractory) == (2.1, 2.0) and repr(widget) == "FiringRateExplorer(refractory=2.0)"
    assert repr(FiringRateExplorer(current=3)) == "FiringRateExplorer(current=3.0)"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"current": 7}, "current is 7, expected a number from 0 to 6"),
        ({"current": "much"}, "current is 'much', expected a number from 0 to 6"),
        ({"refractory": 3}, "refractory is 3, expected one of 0, 1, 2, 5, 10"),
        ({"tau": 3}, "has no setting 'tau'"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        FiringRateExplorer(**settings)


@pytest.mark.parametrize("refractory", rec.REFRACTORY)
def test_the_picture_is_the_same_bytes_every_time_and_names_each_curve(refractory):
    picture = FiringRateExplorer(4.5, refractory=refractory).picture()
    assert picture == FiringRateExplorer(4.5, refractory=refractory).picture()
    assert all(f">{name}<" in picture for name in (*words.NAMES.values(), "1/(2τ)"))
    assert "nan" not in picture and "inf" not in picture and len(picture) < 30_000
