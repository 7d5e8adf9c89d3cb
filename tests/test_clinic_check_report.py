"""What the report of `check` says and shows: how wrong gradients relate to right ones, factors in words, text and HTML."""

import re

import numpy as np
import pytest

from helpers.clinic import CheckReport, Culprit
from helpers.clinic.check_report import Row, listed
from helpers.clinic.culprit import COLUMNS, excerpt_of, short
from helpers.clinic.model import factor, truth
from helpers.clinic.model.relations import fraction, relation, times
from helpers.clinic.model.slopes import Slopes

LINES = ["import numpy as np", "", "def backward(err, act, W):", "    gU = err.T @ act", "    back = err @ W.T", "    return gU, back"]


def culprit(**changes):
    given = {
        "filename": "somewhere/mine.py", "line": 4, "source": "gU = err.T @ act", "repair": "gU = act.T @ err", "family": "transpose",
        "explanation": "`err.T @ act` has its sides in the wrong order.", "evidence": "The value is the transpose of what it should be.",
        "verified": "Run at 3 points: the loss is unchanged, and all 4 gradients are right.", "others": ("gU = (err.T @ act).T",),
        "excerpt": excerpt_of(LINES, 4), "gradients": ("U",),
    }  # fmt: skip
    return Culprit(**given | changes)


ROWS = (
    Row("U", (4, 4), 0.67, "wrong", "the transpose of the right one"),
    Row("a_long_name_of_a_bias", (3,), 3e-9, "right"),
    Row("v", (), None, "undecided", "every step crosses a kink of the loss"),
    Row("w", (2, 2), np.inf, "wrong", "there is none"),
)


def report(**changes):
    given = {"verdict": "wrong", "wrong": ("U", "w"), "undecided": ("v",), "rows": ROWS, "findings": (culprit(),), "tried": 1240}
    return CheckReport(**given | changes)


def test_the_report_shows_the_line_and_what_to_write_there():
    text = str(report(basis="Judged at 3 points.", notes=("Taken for data: X.",)))
    assert text.splitlines()[0] == "The gradients of U and w are wrong; the fault lies in line 4."
    assert "  -> 4 |     gU = err.T @ act" in text
    assert text.index("-> 4") < text.index("write:    gU = act.T @ err") < text.index("why:") < text.index("evidence:") < text.index("verified:")
    assert "as well:  gU = (err.T @ act).T" in text
    assert "Line 4 of mine.py: transpose" in text
    assert "Note: Taken for data: X." in text
    assert "Note: 1,240 changes of your source were run." in text


def test_the_table_has_columns_and_no_digits_of_rounding():
    lines = [line for line in str(report()).splitlines() if line.startswith(("parameter", "U ", "a_long", "v ", "w "))]
    assert len({line.index(word) for line, word in zip(lines, ("verdict", "wrong", "right", "undecided", "wrong"), strict=True)}) == 1
    assert "below 1e-07" in lines[2]
    assert lines[3].split()[1:3] == ["()", "-"]


@pytest.mark.parametrize("width", [60, 140])
def test_no_line_is_longer_than_a_hundred_columns(width):
    long = culprit(explanation="word " * width, evidence="word " * width, excerpt=excerpt_of(["x = 1", "y" * 2 * width, "z = 2"], 2))
    rows = (Row("U", (4, 4), 0.5, "wrong", "word " * width),)
    text = str(report(findings=(long,), rows=rows, notes=("word " * width,), basis="word " * width))
    assert max(map(len, text.splitlines())) <= COLUMNS


def test_several_faults_and_none_found():
    two = report(findings=(culprit(), culprit(line=5)))
    assert two.sentence == "The gradients of U and w are wrong; the faults lie in lines 4 and 5."
    none = report(findings=(culprit(repair=None, others=()),))
    assert "no repair was found that makes the gradients right" in str(none)
    assert "No repair was found" in none._repr_html_()
    assert report(findings=()).sentence == "The gradients of U and w are wrong."
    assert report(rows=ROWS[:1], wrong=("U",), undecided=()).sentence == "The gradient of U is wrong; the fault lies in line 4."


def test_moves_are_said_in_words():
    moved = culprit(repair="move line 4 after line 5", moved=True)
    assert "  do:       move line 4 after line 5" in str(moved)
    assert "<strong>Do:</strong>" in moved.html()


def test_what_is_right_or_undecided_is_said_so():
    right = CheckReport("right", rows=ROWS[1:2])
    assert right.sentence == "The gradient is right: what your code computes is the derivative of its loss."
    some = CheckReport("right", rows=ROWS[1:3], undecided=("v",))
    assert some.sentence == "1 of 2 gradients is right; v cannot be decided."


def test_html_is_escaped_and_suits_dark_pages():
    page = report(findings=(culprit(repair="g = (a < b) & c", excerpt=excerpt_of(["if a < b:", "    g = '&'"], 2)),), repaired="a < b")._repr_html_()
    assert "a &lt; b" in page
    assert "<pre>a < b" not in page
    assert "<script" not in page
    colours = re.findall(r"(?:color|background):\s*([^;\"]+)", page)
    assert colours
    assert all(c in ("transparent", "inherit") or re.fullmatch(r"rgba\(.*0\.\d+\)", c) for c in colours)
    assert page.count("<summary>") == 2


def test_a_cell_of_a_notebook_has_no_file():
    assert short("/tmp/ipykernel_123/456.py") == "a cell"
    assert short("C:\\me\\mine.py") == "mine.py"
    assert listed(["a"]) == "a"
    assert listed([]) == ""


# --- relations and factors -------------------------------------------------------------------------------------------


def point(D, value):
    none = np.zeros((0, *D.shape))
    slopes = Slopes(D, 1e-9 * np.ones(D.shape), np.ones(D.shape, dtype=bool), none, np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool), "decided")
    return truth.Point({"W": value}, 0.5, {"W": slopes})


RELATED = {
    "transposed": (lambda D, W: D.T, "the transpose of the right one"),
    "a penalty left out": (lambda D, W: D - 0.3 * W, "0.3 times the parameter itself is missing"),
    "a penalty too much": (lambda D, W: D + 0.02 * W, "0.02 times the parameter itself is too much"),
    "a row": (lambda D, W: D * np.array([[1], [3], [1], [1]]), "in row 1 only, counted from 0"),
    "a column": (lambda D, W: D + np.array([0, 0, 0, 1]), "in column 3 only, counted from 0"),
    "zeros": (lambda D, W: 0 * D, "0, which it should not be"),
    "NaN": (lambda D, W: np.nan * D, "its shape does not fit, or all of it is NaN"),
    "infinity": (lambda D, W: np.where(D > 0, np.inf, D), "it holds NaN or infinite entries"),
    "nothing": (lambda D, W: None, "there is none"),
    "something": (lambda D, W: D @ D, ""),
}


@pytest.mark.parametrize("what", RELATED)
def test_how_a_wrong_gradient_is_related_to_the_right_one(what):
    change, words = RELATED[what]
    rng = np.random.default_rng(0)
    at = [point(rng.normal(size=(4, 4)), rng.normal(size=(4, 4))) for _ in range(2)]
    given = [{"W": change(p.slopes["W"].D, p.values["W"])} for p in at]
    assert relation(at, given, "W") == words
    assert relation(at, [{"W": 2 * p.slopes["W"].D} for p in at], "W", 2.0) == "2 times the right one"


@pytest.mark.parametrize(
    "number, text",
    [(2, "2"), (0.5, "1/2"), (1 / 7, "1/7"), (2 / 9, "2/9"), (1 / 784, "1/784"), (1.5, "3/2"), (0.123456, "0.1235"), (60000.0, "60000")],
)
def test_fractions(number, text):
    assert fraction(number * (1 + 1e-9)) == text


def test_times():
    assert [times(c) for c in (2, 1 / 7, -1, -3)] == ["2 times", "1/7 of", "minus", "minus 3 times"]


def test_a_factor_is_told_in_the_sizes_of_the_case():
    sizes = {9: ["X.shape[0]", "m", "labels.shape[0]"], 3: ["k"]}
    assert factor.told(1 / 9, sizes) == (
        "The direction is right, the size is 1/9 of what it should be. 9 is m = X.shape[0] = labels.shape[0]: "
        "the gradients are divided by 9 once more than the loss."
    )
    assert "3 is k: the loss is divided by 3 once more than the gradients." in factor.told(3.0, sizes)
    assert "A half that stands with the square" in factor.told(0.5, sizes)
    assert factor.told(1 / 11, sizes).endswith("The gradients are divided by 11 once more than the loss.")
    assert "climbs" in factor.told(-1.0, sizes)


def test_sizes_are_read_from_the_learners_functions():
    def gradients(X, labels):
        m = len(X)
        return m

    seen = factor.sizes_seen(lambda: gradients(np.ones((9, 4)), [1, 2, 3]))
    assert seen[9] == ["X.shape[0]", "m"]
    assert seen[4] == ["X.shape[1]"]
    assert seen[3] == ["len(labels)"]
