"""A script is asked for its loss and its gradients, one pass of its training loop at a time, whatever its shape."""

import numpy as np
import pytest

from clinic_scripts import CASES
from helpers.clinic.model.script import Script


def script_of(folder, source, *arguments, **said):
    (folder / "mine.py").write_text(source, encoding="utf-8")
    np.savetxt(folder / "data.csv", np.random.default_rng(0).normal(size=(8, 4)), delimiter=",")
    return Script(folder / "mine.py", *arguments, **said)


def differences(script, values, eps=1e-6):
    """Central differences of the script's loss."""
    slopes = {}
    for name, value in values.items():
        slopes[name] = np.zeros(np.shape(value))
        for i in np.ndindex(*np.shape(value)):
            ends = []
            for by in (eps, -eps):
                moved = {other: np.array(array) for other, array in values.items()}
                moved[name][i] += by
                ends.append(script.loss(moved))
            slopes[name][i] = (ends[0] - ends[1]) / (2 * eps)
    return slopes


def wrong(script, rng=0):
    """The parameters whose gradients are not those of the loss, at a point beside the start."""
    rng = np.random.default_rng(rng)
    values = {name: value + 0.1 * rng.normal(size=value.shape) for name, value in script.start.items()}
    slopes, gradients = differences(script, values), script.gradients(values)
    found = set()
    for name, slope in slopes.items():
        said = np.zeros(slope.shape) if gradients[name] is None else gradients[name]
        if not np.linalg.norm(said - slope) <= 1e-5 * (np.linalg.norm(said) + np.linalg.norm(slope)):
            found.add(name)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_script_is_asked_one_pass_at_a_time(tmp_path, name):
    case = CASES[name]
    script = script_of(tmp_path, case.source, case.loss, **case.said)
    assert set(script.start) == set(case.parameters)
    assert wrong(script) == set(case.wrong)
