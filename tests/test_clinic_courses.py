"""What students hand in: scripts that are right and were misread, and slips for which no repair was known."""

import ast

import numpy as np
import pytest

from clinic_courses import BATCHES, COURSES
from helpers import clinic
from helpers.clinic.model.memory import Memory
from helpers.clinic.repair import choice
from helpers.clinic.survey import survey
from test_clinic_edits import rank_of, source_of


def checked(folder, source, loss, rate, **said):
    (folder / "mine.py").write_text(source, encoding="utf-8")
    return clinic.check_script(folder / "mine.py", loss, rate, **said)


@pytest.mark.parametrize("name", COURSES)
def test_a_right_script_of_a_course_is_right(tmp_path, name):
    report = checked(tmp_path, *COURSES[name], repair=False)
    assert report.verdict == "right", str(report)


def test_a_fault_in_a_fit_on_batches_is_found_by_the_loss_of_the_batch(tmp_path):
    report = checked(tmp_path, BATCHES.replace("d.sum(axis=0)", "d.mean(axis=0)"), "model.evaluate(x_train, y_train)", "lr", seconds=20)
    assert report.wrong == ("bias",) and "x[batch] in the place of x_train" in str(report)
    assert len(report.findings) == 1 and report.findings[0].source.strip().startswith("self.bias")


PIECES = [
    ("huber", "r = pred - y\nloss = np.where(abs(r) < c, r ** 2 / 2, c * abs(r))", "g = np.where(np.abs(r) < c, r, c)", "c)", "c * np.sign(r))"),
    ("penalty |w|", "loss = cost + lam * np.abs(w).sum()", "dw = X.T @ e + lam * w", "lam * w", "lam * np.sign(w)"),
    ("elu", "A = 0.7\na = np.where(z > 0, z, A * (np.exp(z) - 1))", "d = np.where(a > 0, 1.0, a)", "1.0, a)", "1.0, a + A)"),
    ("leaky mask", "slope = 0.1\na = np.where(z > 0, z, slope * z)", "dz[z <= 0] = 0", "= 0", "*= slope"),
    ("gelu", "t = np.tanh(0.8 * (x + 0.04 * x**3))", "d = 0.8 * (1 + 0.04 * x**2)", "0.04 * x**2", "3 * (0.04 * x**2)"),
    ("cosine", "def back(out, t, cos):\n    no = np.linalg.norm(out)", "    d = t / no - cos * out / no", "cos * out / no", "cos * out / no ** 2"),
    ("abs in a condition", "r = pred - y\nloss = np.where(abs(r) < c, r ** 2, 1)", "small = r <= c", "r <= c", "np.abs(r) <= c"),
    ("lists", "zs, acts = [], [x]\nfor i in range(3):\n    zs.append(z)\n    acts.append(a)", "dz = da * slope(acts[i])", "acts[i]", "zs[i - 1]"),
    ("words", "if kind == 'relu':\n    a = b = 0\nelif kind == 'tanh':\n    a = b = 1", "g = back(dA, cache, 'tanh')", "'tanh'", "'relu'"),
    ("slope in a product", "a = np.tanh(z)", "d = d @ W * a * (1 - a)", "* a * (1 - a)", "* (1 - a ** 2)"),
    ("swish", "s = 1 / (1 + np.exp(-x))\nswish = x * s", "d = g * s * (1 - s)", "s * (1 - s)", "(s + x * s * (1 - s))"),
    ("attribute", "class Layer:\n    def run(self, x):\n        self.x = self.out = x\ndef back(d, layer):", "    d = d * layer.x", ".x", ".out"),
    ("constant", "omega = 30.0\ndef back(d, x, p):\n    db = omega * d.sum(axis=0)", "    dW = np.dot(x.T, d)", "np.dot", "omega * np.dot"),
    ("steps", "b = [b - lr / n * g for b, g in zip(b, gb)]", "w = [w - lr * g for w, g in zip(w, gw)]", "lr * g", "lr / n * g"),
    ("cube", "loss = np.abs(out - t) ** 3 / 3\ndiff = out - t", "d = diff ** 2 / n", "diff ** 2", "diff ** 2 * np.sign(diff)"),
    ("sech", "def sech(z):\n    return 1 / np.cosh(z)\na = np.tanh(z)", "d1 = d2 @ W.T * sech(z)", "sech(z)", "sech(z) ** 2"),
    ("velocities", "v = mu * v - lr * g\nv2 = mu * v2 - lr * g2", "v1 = mu * v1 + lr * d @ x.T", "+ lr", "- lr"),
]  # fmt: skip


@pytest.mark.parametrize(("above", "line", "old", "new"), [piece[1:] for piece in PIECES], ids=[piece[0] for piece in PIECES])
def test_the_catalogue_has_what_pieces_need(above, line, old, new):
    wanted = "".join((line[: line.rindex(old)], new, line[line.rindex(old) + len(old) :]))
    rank = rank_of(source_of(f"import numpy as np\n{above}\n{line}\n"), line.strip(), wanted.strip())
    assert rank is not None and rank < 40, rank


def test_a_mask_is_divided_by_what_it_is_divided_by_elsewhere_first_of_all():
    above = "import numpy as np\nF = np.float32\nkeep = F(0.8)\n"
    text = above + "def forward(h, mask):\n    return h * mask / keep\ndef back(dd, mask):\n    dh = dd * mask\n    return dh\n"
    assert rank_of(source_of(text), "dh = dd * mask", "dh = dd * mask / keep") == 0


def test_a_momentum_is_known_for_a_gradient_that_changes_with_every_call():
    velocity, answers = {"a": np.array([3.0, 1.0]), "b": np.array([5.0])}, []
    for call in range(3):  # b's gradient is computed with a that has moved
        velocity = {"a": 0.9 * velocity["a"] + 1.0, "b": 0.9 * velocity["b"] + 2.0 + call**2}
        answers.append(velocity)
    memory = Memory.of(answers, True, lambda name, value: bool(name == "a" and np.allclose(value, 1.0)))
    assert memory.unclear == () and memory.cleared(answers[:2])["b"] == pytest.approx(3.0)


def test_a_line_of_a_generator_is_found():
    made = {}
    source = '''
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
weights = [rng.normal(size=(3, 4)), rng.normal(size=(4, 1))]
def loss():
    return np.mean((np.tanh(X @ weights[0]) @ weights[1] - Y) ** 2)
def gradients():
    h = np.tanh(X @ weights[0])
    d = 2 * (h @ weights[1] - Y) / Y.size
    yield h.T @ d
    d = d @ weights[1].T * (1 - h) ** 2
    yield X.T @ d
'''
    exec(compile(source, "generator_of_a_student", "exec"), made)
    clinic.model.sources.register("generator_of_a_student", source)
    report = clinic.check(made["weights"], made["loss"], lambda: list(made["gradients"]())[::-1], seconds=20)
    assert report.wrong == ("[0]",) and report.findings[0].line == 12 and "(1 - h ** 2)" in report.findings[0].repair


def test_an_update_in_a_loop_too_deep_is_a_fault_and_no_step_of_several():
    def step():
        d = w[0] * x[0] + w[1] * x[1] + w[2] - 1.0
        for j in range(2):
            w[j] -= 0.1 * d * x[j]
            w[2] -= 0.1 * d

    w, x = [0.3, -0.2, 0.1], [0.7, -0.4]
    report = clinic.check({"w": w}, lambda: 0.5 * (w[0] * x[0] + w[1] * x[1] + w[2] - 1.0) ** 2, step=step, rate=0.1, repair=False)
    assert report.verdict == "wrong", str(report)


def test_a_name_that_is_made_for_a_line_is_kept_in_it():
    tree = ast.parse("active = margin > 0\ng = y * active / n")
    assert choice._orphans(tree, "g = y * active / n", "g = y * margin / n")
    assert not choice._orphans(tree, "g = y * active / n", "g = y * active / n * margin")


RMSPROP = '''
import numpy as np
class MLP:
    def __init__(self):
        r = np.random.default_rng(0)
        self.W, self.b = [r.normal(size=(3, 2)), r.normal(size=(1, 3))], [np.zeros((3, 1)), np.zeros((1, 1))]
        self.cache_W, self.cache_b = [np.zeros_like(w) for w in self.W], [np.zeros_like(b) for b in self.b]
    def loss(self, X, Y):
        return np.mean((self.W[1] @ np.tanh(self.W[0] @ X + self.b[0]) + self.b[1] - Y) ** 2)
    def gradients(self, X, Y):
        H = np.tanh(self.W[0] @ X + self.b[0])
        D = 2 * (self.W[1] @ H + self.b[1] - Y) / Y.size
        E = self.W[1].T @ D * (1 - H**2)
        gW, gb = [E @ X.T, D @ H.T], [E.sum(1, keepdims=True), D.sum(1, keepdims=True)]
        return gW, gb
    def step(self, X, Y):
        gW, gb = self.gradients(X, Y)
        for p, c, g in zip(self.W + self.b, self.cache_W + self.cache_b, gW + gb):
            c *= 0.9
            c += 0.1 * g * g
            p -= 0.01 * g / (np.sqrt(c) + 1e-7)
X, Y = np.random.default_rng(1).normal(size=(2, 5)), np.random.default_rng(2).normal(size=(1, 5))
'''


def test_an_adaptive_step_is_judged_by_lists_of_gradients_that_are_returned_by_name():
    made = {}
    exec(compile(RMSPROP, "rmsprop_of_a_student", "exec"), made)
    clinic.model.sources.register("rmsprop_of_a_student", RMSPROP)
    net, X, Y = made["MLP"](), made["X"], made["Y"]
    report = clinic.check(net, lambda: net.loss(X, Y), step=lambda: net.step(X, Y), rate=0.01, repair=False)
    assert report.verdict == "right" and "what MLP.gradients() returns" in str(report).replace("\n  ", " ")


MOMENTUM = """
import numpy as np
class Net:
    def __init__(self, r):
        self.W1, self.b1 = r.normal(size=(3, 4)), r.normal(size=(3, 1))
        self.W2, self.b2 = r.normal(size=(1, 3)), r.normal(size=(1, 1))
        self.v_W1 = self.v_b1 = self.v_W2 = self.v_b2 = 0
    def predict(self, X):
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        return self.W2 @ self.A1 + self.b2
    def learn(self, X, Y, rate, momentum):
        dZ2 = 2 * (self.predict(X) - Y) / Y.size
        dZ1 = self.W2.T @ dZ2 * (1 - self.A1**2)
        db1 = dZ1.sum(axis=1)
        self.v_W1 = momentum * self.v_W1 - rate * dZ1 @ X.T
        self.W1 = self.W1 + self.v_W1
        self.v_b1 = momentum * self.v_b1 - rate * db1
        self.b1 = self.b1 + self.v_b1
        self.v_W2 = momentum * self.v_W2 - rate * dZ2 @ self.A1.T
        self.W2 = self.W2 + self.v_W2
        self.v_b2 = momentum * self.v_b2 - rate * dZ2.sum(axis=1, keepdims=True)
        self.b2 = self.b2 + self.v_b2
"""


def test_a_shape_that_a_step_spoils_is_no_chance():
    made = {}
    exec(compile(MOMENTUM, "momentum_of_a_student", "exec"), made)
    clinic.model.sources.register("momentum_of_a_student", MOMENTUM)
    r = np.random.default_rng(0)
    net, X, Y = made["Net"](r), r.normal(size=(4, 6)), r.normal(size=(1, 6))
    report = clinic.check(net, lambda: np.mean((net.predict(X) - Y) ** 2), step=lambda: net.learn(X, Y, 0.1, 0.9), rate=0.1)
    assert report.verdict == "wrong" and report.findings[0].repair == "db1 = dZ1.sum(axis=1, keepdims=True)", str(report)


SURVEYED = [
    ("for i in range(9):\n    w = w - 0.1 * grad(w)\nprint(kosten(w))", "kosten(w)", ("w",)),
    ("def sgd(w):\n    return [a - b for a, b in zip(w, grad(w))]\nfor i in range(9):\n    w = sgd(w)\n    print(perte(w))", "perte(w)", ("w",)),
    ("for i in range(9):\n    for j in range(2):\n        v[j] = v[j] - 0.1 * (w[j] ** 2).sum()\n    print(huber(v))", "huber(v)", ("v",)),
    ("back, forward = mse(Y)\nfor i in range(9):\n    w -= 0.1 * back(w)\n    print(loss(w))", "loss(w)", ("w",)),
]  # fmt: skip


@pytest.mark.parametrize(("loop", "loss", "updated"), SURVEYED)
def test_the_survey_sees_losses_of_other_languages_and_updates_from_functions(loop, loss, updated):
    made = "".join(f"def {name}(w):\n    return w\n" for name in ("grad", "kosten", "perte", "huber", "loss", "mse"))
    found = survey(f"import numpy as np\nw = v = Y = np.ones(2)\n{made}{loop}\n", "mine.py")
    assert found.losses[:1] == (loss,) and found.updated == updated and found.loop
