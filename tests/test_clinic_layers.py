"""Mistakes in layers beyond the dense ones, convolutions, recurrences, softmaxes and engines: found early, named rightly, within the seconds."""

import ast
import linecache
import re
import time
import types

import numpy as np
import pytest

from helpers import clinic
from helpers.clinic.model.live import Live
from helpers.clinic.repair import values
from helpers.clinic.repair.edits import Scope, edits_of
from helpers.clinic.repair.overwriting import overwrites
from helpers.clinic.repair.places import enclosing
from helpers.clinic.repair.words import explained
from test_clinic_edits import source_of, statement

SOFTMAX = """
def attend(q, k, d_attn, scale):
    e = np.exp(q @ k.T)
    attn = e / e.sum(axis=1, keepdims=True)
    {line}
    return d_scores @ k
"""
COLUMNS = """
def backward(dout, cols, W):
    flat = W @ cols
    out = flat.reshape(3, 4, 4, 5).transpose(3, 0, 1, 2)
    {line}
    return flat_grad @ cols.T
"""
POLICY = """
def backward(self, a, adv):
    dlogits = self.p * adv[:, None]
    {line}
    self.dW = self.h.T @ dlogits
"""
NORM = """
def backward(dxhat, x, mu, inv):
    n = len(x)
    dvar = (dxhat * (x - mu)).sum(0) * -0.5 * inv ** 3
    dmu = -(dxhat * inv).sum(0)
    {line}
    return dx
"""
IMAGE = """
def forward(z):
    return np.where(z > 0, z, 0.2 * z)

def backward(dout, x, z):
    N, C, H, W = x.shape
    {line}
    return dx
"""
GATES = """
def backward(p, x, h, dh, dz, dr, z, r):
    az = dz * z * (1 - z)
    {line}
    ar = dr * r * (1 - r)
    g = p["Ur"]
    return dh
"""
KINDS = [
    (SOFTMAX, "d_scores = attn * d_attn", "d_scores = attn * (d_attn - (d_attn * attn).sum(axis=1, keepdims=True))", 1.05, "sum to 1"),
    (COLUMNS, "flat_grad = dout.transpose(1, 0, 2, 3).reshape(3, -1)", "flat_grad = dout.transpose(1, 2, 3, 0).reshape(3, -1)", 0.95, "wrong order"),
    (COLUMNS, "flat_grad = dout.reshape(3, -1)", "flat_grad = dout.transpose(1, 2, 3, 0).reshape(3, -1)", 1.05, "wrong order"),
    (NORM, "dx = dxhat * inv + dmu / n", "dx = dxhat * inv + dmu / n + dvar * 2 * (x - mu) / n", 1.05, "The term"),
    (IMAGE, "dx = np.broadcast_to(dout[:, :, None, None], x.shape)", "dx = np.broadcast_to(dout[:, :, None, None], x.shape) / (H * W)", 0.95,
     "gets its share"),
    (IMAGE, "cnt = N", "cnt = N * H * W", 1.0, "`N * H * W` numbers, not `N`"),
    (IMAGE, "dz = np.where(z > 0, dout, 0)", "dz = np.where(z > 0, dout, 0.2 * dout)", 0.9, "not flat"),
    (IMAGE, "both = np.concatenate((dout, dout), axis=1)", "both = np.concatenate((dout, -dout), axis=1)", 0.95, "sign"),
    (GATES, 'dW = np.einsum("ni,nj->ij", x, dz)', 'dW = np.einsum("ni,nj->ij", x, dz + dh)', 1.25, "The term `dh` is missing"),
    (GATES, 'dh += az @ p["Uz"].T', 'dh += ar @ p["Ur"].T', 1.15, 'There is no line `dh += ar @ p["Ur"].T`'),
    (POLICY, "dlogits[np.arange(5), a] -= 1", "dlogits[np.arange(5), a] -= adv", 0.75, "has to be scaled as well"),
]


@pytest.mark.parametrize(("text", "line", "right", "cost", "said"), KINDS, ids=[case[2][:45] for case in KINDS])
def test_a_mistake_of_a_kind_is_tried_early_and_told(text, line, right, cost, said):
    source = source_of("import numpy as np\n" + text.format(line=line))
    node = statement(source, line)
    cheap = [edit for edit in edits_of(source, node, Scope.of(source, node)) if edit.cost <= cost]
    found = [edit for edit in cheap if bare(right) in map(bare, edit.after.splitlines())]
    assert len(found) == 1 and said in explained(found[0])[1]


def bare(row):
    return re.sub(r"[\s()]", "", row)


def test_orders_of_axes_are_permutations_only():
    source = source_of("y = np.transpose(x, (0, 2, 3, 1))\nz = np.transpose(x, (0, 1, 2, 3, 4)).reshape(a, b)\nw = transpose(x, 1, 2)\n")
    assert sum(edit.kind == "permutation" for edit in edits_of(source, source.tree.body[0])) == 24  # all others, and none
    assert sum(edit.kind == "permutation" for edit in edits_of(source, source.tree.body[1])) == 11  # swaps of two of five axes, and none
    assert not any(edit.kind == "permutation" for edit in edits_of(source, source.tree.body[2]))


def test_a_list_of_parameters_is_not_multiplied():
    source = source_of("def parameters(self):\n    return self.w + [self.b]\n")
    assert not [edit.after for edit in edits_of(source, source.tree.body[0].body[0]) if "2 *" in edit.after]


OVERWRITING = """
class Value:
    def __mul__(self, other):
        def _backward():
            self.grad += other.data * out.grad
            other.grad = self.data * out.grad  # yes
        self.grad = 0.0
        out.grad = out.grad + seed
        self.data = self.data * 2

def conv(dout, w, x):
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    y = np.zeros(3)
    for i in range(4):
        for j in range(4):
            dx[:, i:i+2, j:j+2] = w * dout[i, j]  # yes
            dw = dout[i, j] * x[:, i:i+2, j:j+2]  # yes
            y[i] = dout[i, j]
            patch = x[:, i:i+2, j:j+2]
            dx[ids[i]] = patch  # yes
    return dx, dw
"""


def test_lines_that_overwrite_what_they_should_add_to():
    tree = ast.parse(OVERWRITING)
    every = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    odd = {node.lineno for node in every if overwrites(node, enclosing(tree, node)[0], tree)}
    assert odd == {k for k, line in enumerate(OVERWRITING.split("\n"), 1) if line.endswith("# yes")}


def made(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    return module


LOOPS = """
import numpy as np


def forward(x, W):
    out = np.zeros((len(x), W.shape[1]))
    for n in range(len(x)):
        for k in range(W.shape[1]):
            for i in range(W.shape[0]):
                out[n, k] += x[n, i] * W[i, k]
    return out


def loss(x, W, V):
    return 0.5 * np.sum((np.tanh(forward(x, W)) @ V) ** 2)


def grads(x, W, V):
    z = forward(x, W)
    h = np.tanh(z)
    d = h @ V
    dz = (d @ V.T) * (1 - z ** 2)
    return x.T @ dz, h.T @ d
"""


def test_values_in_long_loops_are_followed_within_the_time_that_is_given():
    r, m = np.random.default_rng(3), made(LOOPS, "learner_of_loops")
    x, W, V = r.normal(size=(20, 8)), r.normal(size=(8, 6)) / 3, r.normal(size=(6, 2))
    subject = Live([W, V], lambda: m.loss(x, W, V), lambda: m.grads(x, W, V))
    began = time.process_time()
    found = values.suspects(subject, seconds=0.5)
    assert time.process_time() - began < 2  # asked about each of 3000 values in turn it takes ten times as long
    assert found[0].line == 22


FILLED = """
import numpy as np


def forward(x, W):
    g = np.exp(x @ W)
    g /= g.sum(axis=1, keepdims=True)
    return g


def loss(x, W, V, t):
    return 0.5 * np.sum((forward(x, W) @ V - t) ** 2)


def grads(x, W, V, t):
    g = forward(x, W)
    d = g @ V - t
    dg = d @ V.T
    dz = g * dg
    dz -= dz.sum(axis=1, keepdims=True)
    return x.T @ dz, g.T @ d
"""


def test_arrays_that_are_changed_in_place_have_a_slope_of_their_own():
    r, m = np.random.default_rng(4), made(FILLED, "learner_of_places")
    x, W, V, t = r.normal(size=(6, 3)), r.normal(size=(3, 4)), r.normal(size=(4, 2)), r.normal(size=(6, 2))
    found = values.suspects(Live([W, V], lambda: m.loss(x, W, V, t), lambda: m.grads(x, W, V, t)))
    assert found[0].line == 19
    assert 18 not in [suspect.line for suspect in found]  # dg is right: it is the slope in g as it is after the division


SUMMED = """
import numpy as np


def states(xs, W, U):
    hs = [np.zeros((len(xs[0]), U.shape[1]))]
    for x in xs:
        hs.append(np.tanh(x @ W + hs[-1] * (x @ U)))
    return hs


def loss(xs, W, U):
    return np.sum(states(xs, W, U)[-1] ** 2)


def grads(xs, W, U):
    hs = states(xs, W, U)
    dh, dW, dU = 2 * hs[-1], np.zeros_like(W), np.zeros_like(U)
    for k in range(len(xs) - 1, -1, -1):
        dz = dh * (1 - hs[k + 1])
        dW += xs[k].T @ dz
        da = dz * hs[k]
        dU += xs[k].T @ da
        dh = dz * (xs[k] @ U)
    return dW, dU
"""


def test_a_sum_over_time_is_followed_to_what_is_added_wrongly_before_its_last_pass():
    """The first state is 0, so the last pass adds 0 to dU, which is right whatever da is otherwise."""
    r, m = np.random.default_rng(5), made(SUMMED, "learner_of_sums")
    xs, W, U = r.normal(size=(4, 5, 3)), r.normal(size=(3, 4)), r.normal(size=(3, 4))
    found = values.suspects(Live([W, U], lambda: m.loss(xs, W, U), lambda: m.grads(xs, W, U)))
    assert found[0].line == 20
    assert all(suspect.score < found[0].score / 2 for suspect in found if suspect.line == 23)


def test_a_loss_that_goes_to_0_with_the_parameters_is_not_judged_next_to_0():
    """There tanh is a straight line, and any slope of it that is 1 at 0 would do."""
    r = np.random.default_rng(6)
    x, p = r.normal(size=(9, 3)), {"W": r.normal(size=(3, 4)), "V": r.normal(size=(4, 2))}

    def grads(slope):
        h = np.tanh(x @ p["W"])
        d = 2 * h @ p["V"]
        return {"W": x.T @ (d @ p["V"].T * slope(h)), "V": h.T @ d}

    def loss():
        return np.sum((np.tanh(x @ p["W"]) @ p["V"]) ** 2)

    assert clinic.check(p, loss, lambda: grads(lambda h: 1 - h**2), repair=False).verdict == "right"
    assert clinic.check(p, loss, lambda: grads(lambda h: 1 - h), repair=False).wrong == ("W",)
    assert clinic.check(p, loss, lambda: grads(lambda h: 1 - np.arctanh(h) ** 2), repair=False).wrong == ("W",)


def test_gradients_that_are_all_transposed_are_still_gradients():
    r = np.random.default_rng(7)
    x, W, V = r.normal(size=(5, 3)), r.normal(size=(3, 4)), r.normal(size=(4, 2))

    def grads():
        d = 2 * (x @ W @ V - 1)
        return [(x.T @ (d @ V.T)).T, d.T @ (x @ W)]

    found = clinic.check([W, V], lambda: ((x @ W @ V - 1) ** 2).sum(), grads, repair=False)
    assert found.wrong == ("[0]", "[1]") and sum("it is transposed" in note for note in found.notes) == 2


SCALED = """
import numpy as np


def loss(x, v, g, t):
    norm = np.sqrt(np.einsum("io,io->o", v, v))
    w = v * (g / norm)
    return 0.5 * np.sum((x @ w - t) ** 2)


def grads(x, v, g, t):
    norm = np.sqrt(np.einsum("io,io->o", v, v))
    w = v * (g / norm)
    dw = x.T @ (x @ w - t)
    dg = np.einsum("io,io->o", dw, v) / norm
    dv = (g / norm) * dw
    return dv, dg
"""


def test_a_row_of_factors_goes_with_the_slope_in_what_it_is_spread_over():
    """g / norm has one number a column and dw one an entry: dw is no slope in the wrong value."""
    r, m = np.random.default_rng(8), made(SCALED, "learner_of_norms")
    x, v, g, t = r.normal(size=(6, 3)), r.normal(size=(3, 4)), 1 + r.random(4), r.normal(size=(6, 4))
    found = values.suspects(Live([v, g], lambda: m.loss(x, v, g, t), lambda: m.grads(x, v, g, t)))
    assert found[0].line == 16 and 14 not in [suspect.line for suspect in found]
