"""Repairs of the learner's own lines by `examine`: found in any style, run, right for every batch, and shown with the number of the line."""

import pytest

import clinic_styles
from helpers import clinic
from test_clinic import RIGHT

LOOP = clinic_styles.right_source("loop", "relu", "sigmoid", "bce")
EXAMPLES = clinic_styles.right_source("examples", "relu", "sigmoid", "bce")
CLASS = clinic_styles.right_source("class", "relu", "sigmoid", "bce")
HELPER = clinic_styles.right_source("dA", "relu", "sigmoid", "bce")

CASES = {
    "a mask": (RIGHT, '(c["A2"] > 0)', '(c["A2"] >= 0)', "dZ2"),
    "a loop": (LOOP, "W[l].T, dZ[l]", "W[l], dZ[l]", "dA2"),
    "an example at a time": (EXAMPLES, "dz2 @ a1.T", "dz2 @ a2.T", "dW2"),
    "a class": (CLASS, 'self.c["A3"] - self.y', 'self.c["A3"]', "dZ3"),
    "a helper": (HELPER, "np.dot(W.T, dZ)", "2 * np.dot(W.T, dZ)", "dA2 dA1 dZ2 dZ1"),
    "the number of examples": (LOOP, "m = X.shape[1]", "m = X.shape[0]", "dZ3 dW3"),
    "a shape": (RIGHT, "    dW2 = ", '    dW2 = np.zeros(p["W2"])\n    dW2 += ', "dW2"),
    "a product that raises": (RIGHT, 'dZ3 @ c["A2"].T', 'dZ3 @ c["A2"]', "dW3"),
    "labels of whole numbers": (RIGHT, "    dZ3 = c", "    dZ3 = np.zeros_like(y)\n    dZ3[:] = c", "dZ3"),
    "the forward pass": (CLASS, "A1 = np.maximum(0, Z1)", "A1 = np.tanh(Z1)", "forward_A1"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_repair_is_found_and_makes_it_right(name):
    source, old, new, statements = CASES[name]
    assert old in source
    wrong = source.replace(old, new)
    report = clinic.examine(*clinic_styles.functions(wrong, f"mending {name}"), seconds=60)
    assert report.findings and report.findings[0].statement in [word.replace("_", " ") for word in statements.split()], str(report)
    assert all(f.repair and f.number and f.source for f in report.findings), str(report)
    text = report.repaired
    if text is None:
        text = wrong.replace(report.findings[0].line, report.findings[0].repair)
    assert clinic.examine(*clinic_styles.functions(text, f"mended {name}")).verdict == "right"


def test_without_a_search_nothing_long_is_run():
    wrong = clinic_styles.functions(LOOP.replace("W[l].T, dZ[l]", "W[l], dZ[l]"))
    report = clinic.examine(*wrong, repair=False)
    assert report.verdict == "raises" and report.repaired is None
