"""Lines that stand in the wrong place: moved by hand, they have to come back; and what a change says about the mistake."""

import ast
import textwrap
from types import SimpleNamespace

import pytest

from helpers.clinic.network.findings import FAMILIES
from helpers.clinic.repair.edits import Edit, edits_of
from helpers.clinic.repair.moves import moves_of
from helpers.clinic.repair.words import explained


def source_of(text):
    text = textwrap.dedent(text).lstrip("\n")
    return SimpleNamespace(text=text, tree=ast.parse(text), lines=text.splitlines(), filename="mine.py")


def moves(text, begins):
    source = source_of(text)
    node = next(n for n in ast.walk(source.tree) if isinstance(n, ast.stmt) and ast.get_source_segment(source.text, n).startswith(begins))
    return source, list(moves_of(source, node))


EARLY = """
def step(self, x, err, rate):
    self.W -= rate * x.T @ (
        err)  # the step
    self.b -= rate * err.sum(axis=0)
    back = err @ self.W.T
    return back
"""


def test_an_update_moves_behind_the_line_that_reads_it():
    source, found = moves(EARLY, "self.W -=")
    assert (
        found[0].applied(source.text)
        == source_of("""
        def step(self, x, err, rate):
            self.b -= rate * err.sum(axis=0)
            back = err @ self.W.T
            self.W -= rate * x.T @ (
                err)  # the step
            return back
        """).text
    )
    assert explained(found[0])[0] == "update_order"


def test_the_reading_line_moves_up():
    source, found = moves(EARLY, "back =")
    assert "    back = err @ self.W.T\n    self.W -=" in found[0].applied(source.text)


def test_nothing_moves_before_what_it_needs():
    _, found = moves("def f(x):\n    y = x + 1\n    z = y * 2\n    return z\n", "z =")
    assert not found


def test_a_step_is_kept_where_the_error_is_overwritten():
    source, found = moves("""
        def back(W, a, d, lr):
            for k in reversed(range(len(W))):
                W[k] -= lr * a[k].T @ d
                d = d @ W[k].T
        """, "W[k] -=")  # fmt: skip
    wanted = "        step = lr * a[k].T @ d\n        d = d @ W[k].T\n        W[k] -= step\n"
    assert any(wanted in edit.applied(source.text) for edit in found)


LOOP = """
for batch in batches:
    out = batch @ w
    for row in out:
        right += row.argmax() == 0
        g = batch.T @ out
        w -= 0.1 * g
print(w)
"""


def test_lines_leave_the_loop_in_which_they_do_not_belong():
    source, found = moves(LOOP, "g = batch")
    wanted = "        right += row.argmax() == 0\n    g = batch.T @ out\n    w -= 0.1 * g\nprint(w)"
    dedent = next(edit for edit in found if wanted in edit.applied(source.text))
    assert explained(dedent)[0] == "update_order"


def test_a_line_goes_into_the_loop_before_it():
    source, found = moves("for x in data:\n\tg = x * 2\ntotal += g\nprint(total)\n", "total +=")
    assert any(edit.applied(source.text) == "for x in data:\n\tg = x * 2\n\ttotal += g\nprint(total)\n" for edit in found)


def test_two_statements_on_one_line_change_places():
    source, found = moves("def f(w, d):\n    w -= d; e = w * 2\n    return e\n", "w -=")
    assert any(edit.applied(source.text) == "def f(w, d):\n    e = w * 2; w -= d\n    return e\n" for edit in found)


def test_every_move_is_code():
    for text, begins in ((EARLY, "self.b"), (LOOP, "w -="), (LOOP, "out ="), (LOOP.rstrip(), "print")):
        source, found = moves(text, begins)
        for edit in found:
            ast.parse(edit.applied(source.text))


@pytest.mark.parametrize(
    ("before", "after", "family", "says"),
    [
        ("gU = err.T @ act", "gU = act.T @ err", "transpose", "wrong order or transposed"),
        ("dW = dZ @ X", "dW = dZ @ X.T", "transpose", "`X` has to be transposed"),
        ("d = W.T * e", "d = W.T @ e", "elementwise_vs_matmul", "product of matrices"),
        ("step_w1 = low * w1 * rate", "step_w1 = low * x * rate", "wrong_layer", "`w1` and should be by `x`"),
        ("d = (e @ W.T)", "d = (e @ W.T) * (z > 0)", "missing_term", "slope of the activation, `(z > 0)`"),
        ("d = e", "d = e * a * (1 - a)", "missing_term", "`a * (1 - a)`"),
        ("d = e * slope(a)", "d = e * slope(z)", "derivative_of_wrong_argument", "given `a`"),
        ("return s * (1 - s)", "return t * (1 - t)", "derivative_of_wrong_argument", "taken at `s`"),
        ("d = e * (1 - a)", "d = e * (1 - a ** 2)", "wrong_derivative", "power is wrong"),
        ("d = e * (z < 0)", "d = e * (z > 0)", "wrong_derivative", "wrong way round"),
        ("dW = d @ x.T", "dW = d @ x.T / m", "scale", "divided by `m`"),
        ("dW = d @ x.T / m / m", "dW = d @ x.T / m", "scale", "must not be divided by `m`"),
        ("b += low", "b += rate * low", "scale", "learning rate `rate`"),
        ("db = d.sum(axis=1)", "db = d.sum(axis=0)", "axis_or_keepdims", "`d.sum(axis=1)`"),
        ("db = d", "db = d.sum(axis=0)", "axis_or_keepdims", "sum is missing"),
        ("db = d.mean(axis=0)", "db = d.sum(axis=0)", "scale", "divides by how many"),
        ("d = y - a", "d = a - y", "sign", "wrong sign"),
        ("g = x.T @ d", "g = x.T @ d + lam * W", "missing_term", "penalty"),
        ("n = x.shape[0]", "n = x.shape[1]", "scale", "counts the wrong axis"),
        ("if k not in (0, n):", "if k != 0:", "missing_term", "condition"),
        ("for k in range(n - 2, -1, -1):", "for k in range(n - 1, -1, -1):", "missing_term", "loop"),
        ("d = p", "d = p.copy()", "in_place", "same array"),
        ("g = np.zeros(3, dtype=int)", "g = np.zeros(3, dtype=float)", "dtype", "whole numbers"),
        ("a = z[k]", "a = z[k - 1]", "wrong_layer", "index"),
    ],
)
def test_the_words_of_a_change(before, after, family, says):
    told = explained(before, after)
    assert told[0] == family and says in told[1]


def test_two_changes_in_one_are_both_told():
    family, sentence = explained(Edit(2.0, "transpose", (), "dW = d @ x → dW = d @ x.T; dW = d @ x → dW = d @ x / m", "dW = d @ x", "dW = d @ x.T"))
    assert family == "transpose" and "transposed" in sentence and "divided by `m`" in sentence


def test_every_change_has_a_family_and_a_sentence():
    source = source_of("""
        import numpy as np

        def back(x, y, W, V, p, a, z, m, lam):
            d = (p - y) / m
            g = x.T @ (d @ V.T * (z > 0)) + lam * W
            W -= 0.1 * g
            for k in range(3, -1, -1):
                if k > 0 and k != 2:
                    g[k] += d.sum(axis=0)
            return g, np.zeros_like(W)
        """)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef | ast.Import):
            for edit in (*edits_of(source, node), *moves_of(source, node)):
                family, sentence = explained(edit)
                assert family in FAMILIES and sentence.endswith(".") and len(sentence) > 15, edit
