"""Repairs of what is missing: a product, an activation, an update, a share of a gradient; of lists in lists, slices and flat vectors."""

import ast
import itertools
import textwrap
import types

import pytest

from helpers.clinic import check
from helpers.clinic.model import sources
from helpers.clinic.repair.edits import edits_of
from helpers.clinic.repair.entries import depths_in
from helpers.clinic.repair.outcome import Choice
from helpers.clinic.repair.words import explained

LISTS = """
    def forward(x):
        for k in range(3):
            for j in range(4):
                out[k] += hidden[j] * w2[j][k]
        for j in range(4):
            for i in range(2):
                hidden[j] += x[i] * w1[i][j]

    def backward(x, d_out, d_hid, hidden, dw1, error):
        for j in range(4):
            s = 0.0
            for k in range(3):
                s += d_out[k]
                t = d_out[k] * w2[k][j]
        for i in range(2):
            for j in range(4):
                dw1[i][j] += d_hid[j] * hidden[j]
        delta = [(o - y) for o, y in zip(out, error)]
        for j in range(4):
            rows.append(error * w1[i][j])
"""
ROWS = """
    import numpy as np
    lr = 0.1

    def forward(X, W1, b1, W2, W3):
        A0 = np.hstack([X, np.ones((len(X), 1))])
        Z1 = A0 @ W1 + b1
        A1 = np.tanh(Z1)
        S = A1 @ W2 / np.sqrt(len(W2))
        return Z1, np.maximum(0, A1 @ W3 + b1) @ W2

    def backward(X, Z1, A1, W1, W2, W3, dZ2, d_code, ids, y, mask, n, db1, db2):
        dA1 = dZ2
        dZ1 = dA1 * (1 - Z1 ** 2)
        dH = dZ2 @ W2[1:].T
        dQ = dZ2 @ A1
        dW1 = d_code.T @ A1
        demb[ids] += dZ2
        mask = (Z1 > 0).astype(float)
        mask[np.arange(n), y] = -1
        W1 -= lr * dW1
        dW3 = A1.T @ dZ2
        layer.backward(dZ1)
"""
LAYERS = """
    def step(self, eta):
        gW, gb = self.backward()
        for l in range(3):
            for i in range(4):
                for j in range(5):
                    self.weights[l][i][j] -= eta * gW[l][i][j]

    def back(self, delta):
        for l in range(3):
            previous = delta @ self.weights[l].T
            print(l)
"""

OFFERED = [
    (LISTS, "s += d_out", "s += d_out[k] * w2[j][k]"),
    (LISTS, "t = d_out", "t = d_out[k] * w2[j][k]"),
    (LISTS, "dw1[i][j] +=", "dw1[i][j] += d_hid[j] * x[i]"),
    (LISTS, "delta = ", "delta = [(o - y) * o * (1 - o) for o, y in zip(out, error)]"),
    (LISTS, "rows.append", "rows.append(error * w1[i][j] * hidden[j])"),
    (ROWS, "dA1 = ", "dA1 = dZ2 @ W2.T"),
    (ROWS, "dZ1 = ", "dZ1 = dA1 * (1 - np.tanh(Z1) ** 2)"),
    (ROWS, "dH = ", "dH = dZ2 @ W2[:-1].T"),
    (ROWS, "dH = ", "dH = dZ2 @ W2[:, 1:].T"),
    (ROWS, "dQ = ", "dQ = dZ2 @ A1 / np.sqrt(len(W2))"),
    (ROWS, "dW1 = ", "dW1 = d_code.T @ A1 + X.T @ dZ2"),
    (ROWS, "demb[ids]", "np.add.at(demb, ids, dZ2)"),
    (ROWS, "mask[np", "mask[np.arange(n), y] = -mask.sum(axis=1)"),
    (ROWS, "W1 -= ", "W1 -= lr * dW1\n    W3 -= lr * dW3\n"),
    (ROWS, "layer.backward", "dZ1 = layer.backward(dZ1)"),
    (LAYERS, "self.weights[l][i][j] -=", "-= eta * gW[l][i][j]\n            self.biases[l][i] -= eta * gb[l][i]\n"),
    (LAYERS, "previous = ", "delta = delta @ self.weights[l].T"),
]


def source_of(code):
    text = textwrap.dedent(code).lstrip()
    return sources.Source("given", text, ast.parse(text))


def statement(source, begins):
    return next(n for n in ast.walk(source.tree) if isinstance(n, ast.stmt) and ast.get_source_segment(source.text, n).startswith(begins))


@pytest.mark.parametrize(("code", "begins", "wanted"), OFFERED, ids=[wanted.strip().split("\n")[-1] for _, _, wanted in OFFERED])
def test_what_is_missing_is_offered(code, begins, wanted):
    if "biases" in wanted:
        code = code.replace("def back(", "def other(self):\n        return self.biases\n\n    def back(")
        code = "\n    class Network:" + textwrap.indent(textwrap.dedent(code), "        ")
        wanted = wanted.replace("\n            ", "\n                ")
    source = source_of(code)
    offered = [edit.applied(source.text) for edit in itertools.islice(edits_of(source, statement(source, begins)), 700)]
    assert any(wanted in text for text in offered)


def test_how_deep_lists_go():
    text = textwrap.dedent(LISTS)
    assert {name: depth for name, depth in depths_in(text).items() if name in ("w2", "x", "hidden")} == {"w2": 2, "x": 1, "hidden": 1}
    assert "A" not in depths_in("A[:, 1:] = A['x'] + B[k]\n") and depths_in("A['x'] + B[k][k + 1]\n") == {"B": 2}


def test_a_line_that_comes_is_told_beside_the_line_that_stays():
    source = source_of(ROWS)
    node = statement(source, "W1 -= ")
    edit = next(e for e in edits_of(source, node) if "W3 -= lr * dW3" in e.applied(source.text))
    choice = Choice("given", node, edit, source.text, 0.0)
    assert (choice.line, choice.source.strip()) == (node.lineno, "W1 -= lr * dW1")
    assert [row.strip() for row in choice.written.splitlines()] == ["W1 -= lr * dW1", "W3 -= lr * dW3"]


@pytest.mark.parametrize(("before", "after", "says"), [
    ("d = W[-l].T @ d", "d = W[-l + 1].T @ d", "one off"),
    ("d = a[l - 1]", "d = a[l - 2]", "one off"),
    ("s += d[k] * w[k][j]", "s += d[k] * w[j][k]", "wrong order"),
    ("d = W[1:].T @ d", "d = W[:, 1:].T @ d", "wrong part"),
    ("d[A < 0] = 0", "d[A <= 0] = 0", "Where both sides of `A < 0` are equal, an entry has to be set as well: `A <= 0`."),
    ("d[A >= 0] = 0", "d[A > 0] = 0", "Where both sides of `A >= 0` are equal, an entry must stay as it is: `A > 0`."),
    ("d[A > 0] = 0", "d[Z <= 0] = 0", "The line sets the entries where `A > 0`; those where `Z <= 0` have to be set."),
])  # fmt: skip
def test_an_index_is_told_as_one(before, after, says):
    assert says in explained(before, after)[1]


# --- run -------------------------------------------------------------------------------------------------------------

FLAT = """
import numpy as np
rng = np.random.default_rng(5)
X, T = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
theta, lam = rng.normal(size=3 * 4 + 4 + 4 * 2 + 2) * 0.4, 0.03

def unpack(theta):
    return theta[:12].reshape(3, 4), theta[12:16], theta[16:24].reshape(4, 2), theta[24:]

def cost(theta):
    W1, b1, W2, b2 = unpack(theta)
    O = 1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2
    return 0.5 * np.sum((O - T) ** 2) / len(X) + 0.5 * lam * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

def grad(theta):
    W1, b1, W2, b2 = unpack(theta)
    H = 1 / (1 + np.exp(-(X @ W1 + b1)))
    D2 = (H @ W2 + b2 - T) / len(X)
    gW2 = H.T @ D2 + lam * W2
    D1 = D2 @ W2.T * H * (1 - H)
    gW1 = X.T @ D1 + lam * W1
    return np.concatenate([gW1.ravel(), D1.sum(axis=0), gW2.ravel(), D2.sum(axis=0)])
"""
DEEP = """
import numpy as np
rng = np.random.default_rng(9)
sizes = [4, 6, 5, 3]
Ws = [rng.normal(size=(a, b)) * 0.5 for a, b in zip(sizes[:-1], sizes[1:])]
X, Y = rng.normal(size=(8, 4)), rng.normal(size=(8, 3))

def forward():
    acts = [X]
    for W in Ws:
        acts.append(np.tanh(acts[-1] @ W))
    return acts

def loss():
    return 0.5 * ((forward()[-1] - Y) ** 2).sum() / len(X)

def step(rate):
    acts, gWs = forward(), [None] * 3
    delta = (acts[-1] - Y) / len(X) * (1 - acts[-1] ** 2)
    for l in (2, 1, 0):
        gWs[l] = acts[l].T @ delta
        if l > 0:
            delta = delta @ Ws[l].T * (1 - acts[l] ** 2)
    for l in range(3):
        Ws[l] -= rate * gWs[l]
"""

SOFT = """
import numpy as np
rng = np.random.default_rng(3)
X, Y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
Ws = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))]

def forward():
    E = np.exp(X @ Ws[0])
    A = E / E.sum(axis=1, keepdims=True)
    return A, A @ Ws[1]

def loss():
    return 0.5 * ((forward()[1] - Y) ** 2).sum()

def step(rate):
    A, out = forward()
    dout = out - Y
    dA = dout @ Ws[1].T
    dZ = A * (dA - (dA * A).sum(axis=1, keepdims=True))
    Ws[1] -= rate * A.T @ dout
    Ws[0] -= rate * X.T @ dZ
"""
SOFT_COLUMNS = """
import numpy as np
rng = np.random.default_rng(3)
X, Y = rng.normal(size=(3, 7)), rng.normal(size=(2, 7))
Ws = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))]

def softmax(z):
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)

def softmax_backward(up, out):
    return out * (up - np.sum(up * out, axis=0, keepdims=True))

def loss():
    return 0.5 * np.sum((np.dot(Ws[1], softmax(np.dot(Ws[0], X))) - Y) ** 2)

def step(rate):
    p = softmax(np.dot(Ws[0], X))
    error = np.dot(Ws[1], p) - Y
    delta = softmax_backward(np.dot(Ws[1].T, error), p)
    Ws[1] -= rate * np.dot(error, p.T)
    Ws[0] -= rate * np.dot(delta, X.T)
"""

LABELS = """
import numpy as np
rng = np.random.default_rng(3)
X, y = rng.normal(size=(7, 3)), np.array([1, 2, 4, 3, 2, 1, 2])
Ws = [rng.normal(size=(3, 5)), rng.normal(size=(5, 5))]

def forward():
    H = np.tanh(X @ Ws[0])
    E = np.exp(H @ Ws[1])
    return H, E / E.sum(axis=1, keepdims=True)

def loss():
    return -np.log(forward()[1][np.arange(len(y)), y - 1]).mean()

def step(rate):
    H, P = forward()
    d = P.copy()
    d[np.arange(len(y)), y - 1] -= 1
    d /= len(y)
    dH = d @ Ws[1].T * (1 - H ** 2)
    Ws[1] -= rate * H.T @ d
    Ws[0] -= rate * X.T @ dH
"""
CODES = """
import numpy as np
rng = np.random.default_rng(3)
words, T = np.array([2, 1, 3, 4, 2]), rng.normal(size=(5, 2))
Ws = [rng.normal(size=(4, 3)), rng.normal(size=(3, 2))]

def loss():
    return 0.5 * np.sum((np.dot(Ws[0][words - 1], Ws[1]) - T) ** 2)

def step(rate):
    rows = Ws[0][words - 1]
    error = np.dot(rows, Ws[1]) - T
    back = np.zeros_like(Ws[0])
    for k in range(len(words)):
        back[words[k] - 1] += np.dot(Ws[1], error[k])
    Ws[1] -= rate * np.dot(rows.T, error)
    Ws[0] -= rate * back
"""

BUFFER = """
import numpy as np
rng = np.random.default_rng(3)
X, y = rng.normal(size=(6, 3)), np.array([1, 0, 1, 1, 0, 1])
Ws = [rng.normal(size=(3, 4)), rng.normal(size=4)]
n = len(y)

def forward():
    H = np.tanh(X @ Ws[0])
    return H, 1 / (1 + np.exp(-H @ Ws[1]))

def loss():
    P = forward()[1]
    return -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))

def step(rate):
    H, P = forward()
    d = np.zeros_like(y, dtype=float)
    for i in range(n):
        d[i] = (P[i] - y[i]) / n
    dH = np.outer(d, Ws[1]) * (1 - H ** 2)
    Ws[1] -= rate * H.T @ d
    Ws[0] -= rate * X.T @ dH
"""
BUFFER_COLUMN = """
import numpy as np
rng = np.random.default_rng(3)
X, T = rng.normal(size=(3, 6)), np.array([[3, 1, 2, 5, 2, 1]])
Ws = [rng.normal(size=(4, 3)), rng.normal(size=(1, 4))]

def loss():
    return np.mean(np.square(np.dot(Ws[1], np.tanh(np.dot(Ws[0], X))) - T))

def step(rate):
    hidden = np.tanh(np.dot(Ws[0], X))
    delta = np.empty_like(T, dtype=float)
    delta[:] = 2 * (np.dot(Ws[1], hidden) - T) / T.size
    back = np.dot(Ws[1].T, delta) * (1 - np.square(hidden))
    Ws[1] -= rate * np.dot(delta, hidden.T)
    Ws[0] -= rate * np.dot(back, X.T)
"""


def checked(text, *changes):
    """(report on a text with changes, the module, its text)"""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    name = f"<missing {abs(hash(text))}>"
    sources.register(name, text)
    module = types.ModuleType("theirs")
    exec(compile(text, name, "exec"), module.__dict__)
    if "theta" in module.__dict__:
        return check(module.theta, lambda: module.cost(module.theta), lambda: module.grad(module.theta)), text
    return check(module.Ws, module.loss, step=lambda: module.step(0.1), rate=0.1), text


def test_two_faults_of_a_flat_vector_are_found_one_after_the_other():
    report, _ = checked(FLAT, ("* H * (1 - H)", "* (1 - H)"), (" + lam * W1\n", "\n"))
    assert report.repaired and len(report.findings) == 2 and report.tried < 3000, str(report)
    assert {"gW1 = X.T @ D1 + lam * W1"} <= {finding.repair for finding in report.findings}


@pytest.mark.parametrize(("old", "new"), [
    ("Ws[l].T", "Ws[l - 1].T"),  # raises in the first pass: what equals `Ws[-1]` there is not the same in the next
    (" / len(X) * (1 - acts[-1] ** 2)", " * (1 - acts[-1] ** 2)"),  # the first line, not all updates
    ("delta @ Ws[l].T *", "delta *"),
])  # fmt: skip
def test_the_line_that_was_changed_is_repaired(old, new):
    report, _ = checked(DEEP, (old, new))
    line = next(k for k, row in enumerate(DEEP.splitlines(), 1) if old.strip() in row)
    assert report.repaired and [finding.line for finding in report.findings] == [line], str(report)


@pytest.mark.parametrize(("text", "old", "new"), [
    (SOFT, "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "dA * A * (1 - A)"),
    (SOFT_COLUMNS, "out * (up - np.sum(up * out, axis=0, keepdims=True))", "(1.0 - out) * out * up"),
], ids=["rows", "columns"])  # fmt: skip
def test_a_softmax_that_is_differentiated_entry_by_entry(text, old, new):
    report, _ = checked(text, (old, new))
    (finding,) = report.findings
    assert report.repaired and finding.repair.endswith(old) and "each depends on all" in finding.explanation, str(report)
    assert finding.line == next(k for k, row in enumerate(text.splitlines(), 1) if old in row)


def test_no_change_asks_or_ends():
    source = source_of(LABELS.replace("y - 1] -= 1", "y] -= 1"))
    texts = [edit.applied(source.text) for edit in edits_of(source, statement(source, "d[np.arange"))]
    assert len(texts) > 50 and not any(f"{name}(" in text for text in texts for name in ("breakpoint", "input", "exit", "open", "exec"))


@pytest.mark.parametrize(("text", "old", "new"), [
    (LABELS, "d[np.arange(len(y)), y - 1] -= 1", "d[np.arange(len(y)), y] -= 1"),  # the neighbour's entry
    (LABELS.replace("(3, 5)", "(3, 4)").replace("(5, 5)", "(4, 4)"), "d[np.arange(len(y)), y - 1] -= 1", "d[np.arange(len(y)), y] -= 1"),  # raises
    (CODES, "rows = Ws[0][words - 1]", "rows = Ws[0][words]"),
], ids=["labels", "raises", "codes"])  # fmt: skip
def test_indices_that_count_from_one(text, old, new):
    report, _ = checked(text, (old, new))
    (finding,) = report.findings
    assert report.repaired and finding.repair.startswith(old) and "one off" in finding.explanation, str(report)
    assert finding.line == next(k for k, row in enumerate(text.splitlines(), 1) if old in row)


@pytest.mark.parametrize(("text", "array"), [(BUFFER, "y"), (BUFFER_COLUMN, "T")])
def test_a_buffer_that_takes_whole_numbers(text, array):
    report, _ = checked(text, (", dtype=float", ""))
    (finding,) = report.findings
    assert report.repaired and finding.repair.endswith("dtype=float)") and f"whole numbers from `{array}`" in finding.explanation, str(report)
    assert finding.line == next(k for k, row in enumerate(text.splitlines(), 1) if "dtype=float" in row)
