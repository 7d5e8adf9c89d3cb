"""Code that is not the network that `examine` knows is sent to `clinic.check`, and no finding is made of it; sums and penalties are stated."""

import re

import numpy as np
import pytest

import clinic_styles
from helpers import clinic
from test_clinic import RIGHT

ROWS = """
import numpy as np


def forward_prop(X, p):
    Z1 = X @ p["W1"] + p["b1"]; A1 = np.maximum(0, Z1)
    Z2 = A1 @ p["W2"] + p["b2"]; A2 = np.maximum(0, Z2)
    Z3 = A2 @ p["W3"] + p["b3"]; A3 = 1 / (1 + np.exp(-Z3))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}


def backward_prop(X, y, c, p):
    m = X.shape[0]
    dZ3 = c["A3"] - y
    dW3 = c["A2"].T @ dZ3 / m
    db3 = dZ3.sum(axis=0, keepdims=True) / m
    dZ2 = dZ3 @ p["W3"].T * (c["Z2"] > 0)
    dW2 = c["A1"].T @ dZ2 / m
    db2 = dZ2.sum(axis=0, keepdims=True) / m
    dZ1 = dZ2 @ p["W2"].T * (c["Z1"] > 0)
    dW1 = X.T @ dZ1 / m
    db1 = dZ1.sum(axis=0, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}
"""
ALONE = ROWS[ROWS.index("def backward") :]
TURNED = ALONE.replace('@ p["W3"].T', '@ p["W3"]').replace('@ p["W2"].T', '@ p["W2"]').replace('c["A2"].T @ dZ3', 'dZ3.T @ c["A2"]')
TURNED = TURNED.replace('c["A1"].T @ dZ2', 'dZ2.T @ c["A1"]').replace("X.T @ dZ1", "dZ1.T @ X").replace("axis=0, keepdims=True", "axis=0")
ONE_HIDDEN = """
def backward_prop(X, y, c, p):
    m = X.shape[1]
    dZ2 = c["A2"] - y
    dZ1 = p["W2"].T @ dZ2 * (c["Z1"] > 0)
    return {"dW2": dZ2 @ c["A1"].T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m,
            "dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m}
"""
ONE_HIDDEN_FORWARD = """
def forward_prop(X, p):
    Z1 = p["W1"] @ X + p["b1"]
    Z2 = p["W2"] @ np.tanh(Z1) + p["b2"]
    return {"Z1": Z1, "A1": np.tanh(Z1), "Z2": Z2, "A2": 1 / (1 + np.exp(-Z2))}
"""
THREE_HIDDEN = """
def backward_prop(X, y, c, p):
    dZ, m, grads = c["A4"] - y, X.shape[1], {}
    for l in (4, 3, 2, 1):
        grads[f"dW{l}"] = dZ @ (X if l == 1 else c[f"A{l - 1}"]).T / m
        grads[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dZ = p[f"W{l}"].T @ dZ * (c[f"Z{l - 1}"] > 0)
    return grads
"""
FORWARD = clinic_styles.forward_source("relu", "sigmoid")
KEPT = RIGHT.replace("    return {", "    g = {")
assert KEPT != RIGHT


def examined(text, **more):
    return clinic.examine(*clinic_styles.functions("import numpy as np\n" + text), **more)


CODE = {
    "rows": (ROWS, "rows"), "rows, backward alone": (ALONE, "rows, X (m, n_x); handed rows, all six gradients come out right"),
    "rows and a fault": (ALONE.replace('c["Z2"] > 0', 'c["A2"] < 0'), "takes the examples as rows, X (m, n_x). "),
    "rows and a fault that raises": (ALONE.replace('dZ2 @ p["W2"].T', 'dZ3 @ p["W2"].T'), "rows"),
    "rows, W as (n, n_in)": (TURNED, "come out right"),
    "one hidden layer": (ONE_HIDDEN, "one hidden layer"), "one hidden layer, forward": (ONE_HIDDEN + ONE_HIDDEN_FORWARD, "one hidden layer"),
    "three hidden layers": (THREE_HIDDEN, "A4: a network with more layers"),
    "softmax": (RIGHT + FORWARD.replace("1 / (1 + np.exp(-Z3))", "np.exp(Z3) / np.exp(Z3).sum(axis=0)"), "is a softmax"),
    "softmax in a word": (RIGHT.replace("m = X", "# the delta of softmax with cross-entropy\n    m = X"), "speaks of softmax"),
    "softmax called": ("def softmax(z):\n    return np.exp(z)\n\n\n" + RIGHT.replace('c["A3"] - y', 'softmax(c["Z3"]) - y'), "speaks of softmax"),
    "a tuple": (KEPT + "    return tuple(g.values())\n", "a tuple of 6"), "a list": (KEPT + "    return list(g.values())\n", "a list of 6"),
    "an update": (KEPT + "    for k in p:\n        p[k] -= 0.1 * g['d' + k]\n", "it updates"),
    "an update returned": (KEPT + "    return {k: p[k] - 0.1 * g['d' + k] for k in p}\n", "it updates"),
    "other keys": (KEPT + "    return {'layer 1': g['dW1']}\n", "and none of dW1"),
    "three arguments": (RIGHT.replace("(X, y, c, p)", "(X, y, p)"), "backward_prop(X, y, p) takes other arguments"),
    "a rate": (RIGHT.replace("(X, y, c, p)", "(X, y, c, p, lr)"), "takes other arguments"),
    "one example": ("""
def backward_prop(X, y, c, p):
    assert X.shape[1] == 1
    d3 = c["A3"] - y
    d2 = p["W3"].T * d3 * (c["Z2"] > 0)
    d1 = p["W2"].T @ d2 * (c["Z1"] > 0)
    return {"dW3": d3 * c["A2"].T, "db3": d3, "dW2": np.outer(d2, c["A1"]), "db2": d2, "dW1": np.outer(d1, X), "db1": d1}
""", "one example at a time"),
}  # fmt: skip


@pytest.mark.parametrize("name", CODE)
def test_another_network_is_sent_to_check_without_a_finding(name):
    text, says = CODE[name]
    report = examined(text)
    assert (report.verdict, report.wrong, report.findings) == ("raises", (), ()), str(report)
    assert says in report.trouble and "This is not the network that examine knows" in report.trouble
    assert "use clinic.check" in str(report) and f"report = {report.use}" in str(report) and report.use[:13] in report._repr_html_()
    compile(report.use, "the call", "eval")


@pytest.mark.parametrize(("name", "call"), [
    ("an update", "step=lambda: backward_prop(X, y, c, p), rate=learning_rate)"),
    ("an update returned", "step=lambda: p.update(backward_prop(X, y, c, p)), rate=learning_rate)"),
    ("a rate", "step=lambda: backward_prop(X, y, c, p, lr), rate=learning_rate)"), ("three arguments", "grads=lambda: backward_prop(X, y, p))"),
    ("softmax", "grads=lambda: backward_prop(X, y, forward_prop(X, p), p))"),
])  # fmt: skip
def test_the_call_to_write_is_for_their_function(name, call):
    assert examined(CODE[name][0]).use.endswith(call)


def test_methods_and_classes_are_told_how():
    class Net:
        def backward(self, X, y):
            """Uses what it keeps."""

    assert clinic.examine(Net().backward).use == "clinic.check(net, loss=lambda: your_loss(X, y), grads=lambda: net.backward(X, y))"
    assert "It is a method" in clinic.examine(Net.backward).trouble
    assert "the class Net" in clinic.examine(Net).trouble
    assert "a Net, expected a function" in clinic.examine(Net()).trouble


@pytest.mark.parametrize("text", [
    RIGHT.replace("(X, y, c, p):", "(parameters, cache, X, Y):\n    c, p, y = cache, parameters, Y"),
    RIGHT.replace("(X, y, c, p)", "(p, c, y, X)"), RIGHT.replace("(X, y, c, p)", "(X, y, c, p, rate=0.1)"),
    RIGHT.replace('c["A3"] - y', 'c["A3"] - y  # sigmoid, not softmax'),
])  # fmt: skip
def test_the_same_network_is_examined_all_the_same(text):
    assert text != RIGHT and examined(text).verdict == "right"
    report = examined(text.replace('c["A1"].T', 'c["A2"].T'), repair=False)
    assert [(f.statement, f.family) for f in report.findings] == [("dW2", "wrong_layer")]


def test_a_typo_is_no_other_network():
    report = examined(RIGHT.replace('c["A3"] - y', 'c["A4"] - y'), repair=False)
    assert [(f.statement, f.family) for f in report.findings] == [("dZ3", "wrong_layer")]


# --- sums and penalties ----------------------------------------------------------------------------------------------------------

SUM = RIGHT.replace(" / m", "")
ALL = {"dW1", "db1", "dW2", "db2", "dW3", "db3"}


def penalised(number, text=RIGHT):
    return re.sub(r"(dW(\d) = [^\n]*)", lambda line: f'{line[1]} + {number} * p["W{line[2]}"]', text)


def test_a_sum_is_said_or_suspected():
    assert examined(SUM, reduction="sum").verdict == "right"
    report = examined(SUM, repair=False)
    assert (report.verdict, set(report.wrong), report.factor, len(report.findings)) == ("wrong", ALL, "m", 1)
    assert "The direction of all six gradients is right, the size is m times what it should be: " in str(report) and 'reduction="sum"' in str(report)
    report = examined(RIGHT, reduction="sum", repair=False)
    assert (report.factor, report.unsaid) == ("1 / m", None) and "1/m stands in every dW and db" in str(report)


@pytest.mark.parametrize(("old", "new", "found"), [
    ('p["W2"].T', 'p["W2"]', ("dA1", "transpose")), ('c["A2"] > 0', 'c["A2"] < 1', ("dZ2", "wrong_derivative")),
    ("np.sum(dZ2, axis=1, keepdims=True)", "np.mean(dZ2, axis=1, keepdims=True)", ("db2", "scale")),
])  # fmt: skip
def test_faults_are_found_in_a_sum_with_a_penalty(old, new, found):
    text = penalised("0.2", SUM).replace(old, new)
    report = examined(text, loss="bce_sum", l2=0.2)
    assert report.findings[0].family == found[1] or found[1] == "wrong_derivative"
    assert [f.statement for f in report.findings] == [found[0]]
    assert " / m" not in report.findings[0].remedy


@pytest.mark.parametrize(("number", "form"), [
    ("0.1", "0.1 / 2 * sum(W ** 2)"), ("0.1 / m", "0.1 / (2 * m) * sum(W ** 2)"), ("2 * 0.1", "0.1 * sum(W ** 2)"),
    ("0.2 / m", "0.1 / m * sum(W ** 2)"),
])  # fmt: skip
def test_a_penalty_is_said_or_suspected(number, form):
    text = penalised(number)
    report = examined(text, l2=0.1)
    assert report.verdict == "right" and form in report.notes[0]
    report = examined(text, repair=False)
    assert (report.verdict, set(report.wrong), len(report.findings)) == ("wrong", {"dW1", "dW2", "dW3"}, 1)
    said = re.search(r"it looks as if a penalty were in it .* say l2=([\d.]+)\.", report.sentence)[1]
    assert examined(text, l2=float(said)).verdict == "right"


@pytest.mark.parametrize(("text", "wrong", "says"), [
    (RIGHT, {"dW1", "dW2", "dW3"}, 'penalty is missing from dW3, dW2 and dW1: 0.1 * W is to be added'),
    (penalised("0.1").replace(' + 0.1 * p["W2"]', ""), {"dW2"}, "penalty is missing from dW2"),
    (penalised("0.1").replace('0.1 * p["W2"]', '0.3 * p["W2"]'), {"dW2"}, "penalty in dW2 is 0.3 * W2 instead of 0.1 * W2"),
    (penalised("0.1").replace("    dZ1 =", '    db2 += 0.1 * p["b2"]\n    dZ1 ='), {"db2"}, "0.1 * b2 is added in db2: the bias is penalised, too"),
])  # fmt: skip
def test_what_is_wrong_with_a_penalty_is_said(text, wrong, says):
    report = examined(text, l2=0.1, repair=False)
    assert set(report.wrong) == wrong and len(report.findings) == 1
    assert says in report.findings[0].explanation


# --- labels of whole numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [
    ("    dZ3 = c", "    dZ3 = np.zeros_like(y)\n    dZ3[:] = c"), ("    dZ3 = c", "    dZ3 = np.empty(y.shape, y.dtype)\n    dZ3[...] = c"),
    ('c["A3"] - y', '(c["A3"] - y).astype(y.dtype)'),
])  # fmt: skip
def test_labels_of_whole_numbers_are_tried_as_well(old, new):
    text = RIGHT.replace(old, new)
    assert text != RIGHT
    report = examined(text, repair=False)
    assert (report.verdict, set(report.wrong)) == ("wrong", ALL)
    assert [(f.statement, f.family) for f in report.findings] == [("dZ3", "dtype")]
    assert "whole numbers (dtype int64)" in report.notes[0]


def test_a_raise_for_whole_numbers_is_a_risk():
    report = examined(RIGHT.replace('dZ3 = c["A3"] - y', 'y -= c["A3"]\n    dZ3 = -y'))
    assert report.verdict == "right" and any("labels of whole numbers" in risk for risk in report.risks)


def test_the_labels_handed_over_are_float_and_whole():
    kinds = set()

    def watched(X, y, c, p):
        kinds.add(y.dtype.kind)
        return clinic_styles.functions(RIGHT)[0](X, y, c, p)

    assert clinic.examine(watched).verdict == "right" and kinds == {"f", "i"}
    assert np.all(np.isfinite(list(clinic.examine(watched).errors.values())))
