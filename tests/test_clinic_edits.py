"""The catalogue of changes: right backward passes with one thing changed by hand have to come back, early, and in the learner's own writing."""

import ast
import textwrap
from types import SimpleNamespace

import pytest

import clinic_edit_styles as styles
from helpers.clinic.repair import edits
from helpers.clinic.repair.edits import Scope, edits_of, together
from helpers.clinic.repair.expressions import key
from helpers.clinic.repair.rewriting import Written


def source_of(text):
    text = textwrap.dedent(text)
    return SimpleNamespace(text=text, tree=ast.parse(text), lines=text.splitlines(), filename="mine.py")


def statement(source, begins):
    """The first statement whose text begins so."""
    return next(n for n in ast.walk(source.tree) if isinstance(n, ast.stmt) and ast.get_source_segment(source.text, n).startswith(begins))


def changed(source, edit):
    """The line that an edit changes, afterwards."""
    before, after = source.text.splitlines(), edit.applied(source.text).splitlines()
    return [row for row, old in zip(after, before, strict=False) if row != old]


def rank_of(source, begins, wanted, **scope):
    """At which position the catalogue has a line that says `wanted`; None where it has not."""
    node = statement(source, begins)
    for rank, edit in enumerate(edits_of(source, node, Scope.of(source, node, **scope))):
        edited = edit.applied(source.text)
        if key(ast.parse(edited)) == key(ast.parse(source.text.replace(Written(source.text, node).segment, wanted, 1))):
            return rank
    return None


UNROLLED = """
import numpy as np

def backward(X, Y, cache, p):
    m = X.shape[1]
    Z1, A1, Z2, A2 = cache
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = (p["W2"].T @ dZ2) * (Z1 > 0)
    dW1 = {line}
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2
"""


@pytest.mark.parametrize(
    "line",
    [
        "dZ1 @ X / m", "dZ1.T @ X / m", "X @ dZ1.T / m", "dZ1 @ X.T", "dZ1 @ A1.T / m", "dZ2 @ X.T / m", "dZ1 * X.T / m", "dZ1 @ X.T * m",
        "-dZ1 @ X.T / m", "2 * dZ1 @ X.T / m", "dZ1 @ X.T / m / m", "dZ1 @ Y.T / m", "dZ1 @ X.T / X.size", "np.dot(dZ1, X) / m", "Z1 @ X.T / m",
    ],
)  # fmt: skip
def test_a_changed_weight_gradient_comes_back(line):
    rank = rank_of(source_of(UNROLLED.replace("{line}", line)), "dW1 =", "dW1 = dZ1 @ X.T / m" if "dot" not in line else "dW1 = np.dot(dZ1, X.T) / m")
    assert rank is not None and rank < 12


def test_only_the_segment_changes():
    source = source_of(
        "def f(x, z):\n\ty = (x @   z   # the product\n\t     .T) * 2 ; w=x*z  # and this\r\n\tif (z > 0).all(): y = y*x\n\treturn y\n"
    )
    for begins in ("y = (x", "w=x", "if (z", "y = y*x", "return"):
        node = statement(source, begins)
        line = Written(source.text, node)
        for edit in edits_of(source, node):
            after = edit.applied(source.text)
            ast.parse(after)
            if edit.plan is not None:
                assert after.startswith(source.text[: line.start]) and after.endswith(source.text[line.end :])
                assert "# and this\r\n" in after


def test_edits_come_cheapest_first_and_once():
    source = source_of(UNROLLED.replace("{line}", "dZ1 @ X / m"))
    edits = list(edits_of(source, statement(source, "dW1 =")))
    assert [e.cost for e in edits] == sorted(e.cost for e in edits)
    texts = [e.applied(source.text) for e in edits]
    assert len(set(texts)) == len(texts)


def test_shapes_leave_out_what_cannot_be():
    source = source_of(UNROLLED.replace("{line}", "dZ1 @ X / m"))
    node = statement(source, "dW1 =")
    shapes = {"dZ1": (4, 9), "X": (3, 9), "m": (), "A1": (4, 9), "Z1": (4, 9), "dZ2": (2, 9), "A2": (2, 9), "Z2": (2, 9), "Y": (2, 9)}
    every, fewer = list(edits_of(source, node)), list(edits_of(source, node, Scope.of(source, node, shapes)))
    assert len(fewer) < 0.7 * len(every)
    assert rank_of(source, "dW1 =", "dW1 = dZ1 @ X.T / m", shapes=shapes) < 6


def test_the_same_change_in_every_line():
    source = source_of(UNROLLED.replace("{line}", "dZ1 @ X.T").replace("A1.T / m", "A1.T"))
    node = statement(source, "dW1 =")
    edit = next(e for e in edits_of(source, node) if changed(source, e) == ["    dW1 = dZ1 @ X.T / m"])
    both = together(source, node, edit)
    assert changed(source, both) == ["    dW2 = dZ2 @ A1.T / m", "    dW1 = dZ1 @ X.T / m"]


@pytest.mark.parametrize("name", styles.STYLES)
def test_what_people_get_wrong_is_turned_back(name, monkeypatch):
    """In each style nearly every right line comes back, and half of them early; `clinic_edit_styles` tries them all."""
    monkeypatch.setattr(edits, "STRICT", True)
    cases = [(text, wrong_text) for style, text, wrong_text, _, _ in styles.cases() if style == name]
    ranks = [styles.rank(text, wrong_text)[0] for text, wrong_text in cases[::2]]
    found = [rank for rank in ranks if rank is not None]
    assert len(found) >= len(ranks) - 1
    assert sorted(found)[(len(found) - 1) // 2] <= 20


def test_numbers_that_are_no_layers_stay():
    """An axis is not a layer's number."""
    source = source_of("""
        def back(dZ1, dZ2, A1, X):
            dW2 = dZ2 @ A1.T / dZ2.shape[1]
            dW1 = dZ1 @ X / dZ1.shape[1]
            db1 = dZ1.sum(axis=1) / dZ1.shape[0]
            db0 = X.sum(axis=1) / X.shape[0]
            return dW1, dW2, db1, db0
        """)
    assert rank_of(source, "dW1 =", "dW1 = dZ1 @ X.T / dZ1.shape[1]") < 3
    for begins in ("dW1 =", "db1 =", "db0 ="):
        node = statement(source, begins)
        for edit in edits_of(source, node):
            together(source, node, edit)


def test_an_update_of_another_list_that_is_missing():
    source = source_of("""
        def learn(self, gW, gb, rate):
            for k in range(3):
                self.Ws[k] -= rate * gW[k]
                print(self.bs[k], gb[k])
        """)
    found = [edit.applied(source.text) for edit in edits_of(source, statement(source, "self.Ws")) if edit.kind == "missing line"]
    assert any("        self.bs[k] -= rate * gb[k]\n" in text for text in found)
