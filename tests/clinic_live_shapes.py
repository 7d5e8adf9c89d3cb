"""Models of many shapes, none of them made for the clinic: {name: function -> (arguments of Live, names of parameters, those that are wrong)}."""

import collections
import dataclasses
import math
import types

import numpy as np

SHAPES = {}


def shape(function):
    SHAPES[function.__name__] = function
    return function


def draw(seed=0, n=3, h=4, k=2, m=6):
    """X (m, n), Y (m, k), W1, b1, W2, b2 of rows."""
    r = np.random.default_rng(seed)
    return r.normal(size=(m, n)), r.normal(size=(m, k)), r.normal(size=(n, h)), r.normal(size=h), r.normal(size=(h, k)), r.normal(size=k)


def run(X, Y, W1, b1, W2, b2):
    """(half the squared error, dW1, db1, dW2, db2)."""
    a = np.tanh(X @ W1 + b1)
    err = a @ W2 + b2 - Y
    back = (err @ W2.T) * (1 - a * a)
    return 0.5 * (err**2).sum(), X.T @ back, back.sum(0), a.T @ err, err.sum(0)


NAMES = {"W1", "b1", "W2", "b2"}


@shape
def tuple_returned_in_another_order():
    X, Y, *p = draw()

    def backward():
        _, dW1, db1, dW2, db2 = run(X, Y, *p)
        return dW2, db2, dW1, db1

    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))
    return (W, lambda: run(X, Y, *p)[0], backward), NAMES, set()


@shape
def square_layers_returned_without_names():
    """Both weights have one shape: only their values tell them apart."""
    X, Y, *p = draw(n=3, h=3, k=3)

    def backward():
        g = run(X, Y, *p)
        return [g[3], g[4], g[1], g[2]]

    return (p, lambda: run(X, Y, *p)[0], backward), {"[0]", "[1]", "[2]", "[3]"}, set()


@shape
def loss_and_gradients_in_one():
    X, Y, *p = draw()
    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))
    return (W, lambda: run(X, Y, *p)[0], lambda: run(X, Y, *p)), NAMES, set()


class Layer:
    def __init__(self, r, n, k):
        self.params = [r.normal(size=(n, k)), r.normal(size=(1, k))]

    def forward(self, X):
        self.X = X
        return X @ self.params[0] + self.params[1]

    def backward(self, g):
        self.grads = [self.X.T @ g, g.sum(0, keepdims=True)]
        return g @ self.params[0].T


class Tanh:
    params = ()

    def forward(self, X):
        self.out = np.tanh(X)
        return self.out

    def backward(self, g):
        return g * (1 - self.out**2)


@shape
def layers_with_lists_of_params_and_grads():
    X, Y, *_ = draw()
    r = np.random.default_rng(1)
    layers = [Layer(r, 3, 4), Tanh(), Layer(r, 4, 2)]

    def forward():
        out = X
        for layer in layers:
            out = layer.forward(out)
        return out

    def grads():
        g = forward() - Y
        for layer in reversed(layers):
            g = layer.backward(g)
        return g

    return (layers, lambda: 0.5 * ((forward() - Y) ** 2).sum(), grads), {"[0].params[0]", "[0].params[1]", "[2].params[0]", "[2].params[1]"}, set()


class Tensor:
    __slots__ = ("data", "grad")

    def __init__(self, data):
        self.data, self.grad = np.array(data, dtype=float), np.zeros_like(data)


@shape
def tensors_with_slots_that_add_up():
    X, Y, *p = draw()
    W = [Tensor(v) for v in p]

    def grads():
        for t, g in zip(W, run(X, Y, *(t.data for t in W))[1:], strict=True):
            t.grad += g

    for t in W:
        t.grad += 1  # what another call has left
    return (W, lambda: run(X, Y, *(t.data for t in W))[0], grads), {f"[{k}].data" for k in range(4)}, set()


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for parent in v.parents:
                    visit(parent)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for parent, slope in zip(v.parents, v.slopes, strict=True):
                parent.grad += slope * v.grad


class Neuron:
    def __init__(self, r, n):
        self.w, self.b = [Value(float(r.normal())) for _ in range(n)], Value(0.0)

    def __call__(self, x):
        total = self.b
        for w, v in zip(self.w, x, strict=True):
            total = total + w * v
        return total.tanh()


@shape
def values_of_a_small_engine():
    r = np.random.default_rng(0)
    net = [[Neuron(r, 2), Neuron(r, 2)], [Neuron(r, 2)]]

    def loss():
        x = [Value(0.5), Value(-1.5)]
        for layer in net:
            x = [neuron(x) for neuron in layer]
        miss = x[0] + Value(-0.3)
        return miss * miss

    def grads():
        loss().backward()

    names = {f"[0][{i}].w[{j}].data" for i in (0, 1) for j in (0, 1)} | {f"[0][{i}].b.data" for i in (0, 1)}
    return (net, loss, grads), names | {"[1][0].w[0].data", "[1][0].w[1].data", "[1][0].b.data"}, set()


@dataclasses.dataclass(frozen=True)
class Params:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


@shape
def frozen_dataclass_gives_its_like():
    X, Y, *p = draw()
    P = Params(*p)
    now = lambda: (P.W1, P.b1, P.W2, P.b2)  # noqa: E731
    return (P, lambda: run(X, Y, *now())[0], lambda: Params(*run(X, Y, *now())[1:])), NAMES, set()


Numbers = collections.namedtuple("Numbers", "w b")


@shape
def namedtuple_of_numbers():
    """The loss takes the model."""
    loss = lambda p: (math.tanh(0.7 * p.w + p.b) - 0.2) ** 2  # noqa: E731

    def grads(p):
        t = math.tanh(0.7 * p.w + p.b)
        d = 2 * (t - 0.2) * (1 - t * t)
        return Numbers(w=d * 0.7, b=d)

    return (Numbers(0.4, -0.1), loss, grads), {"w", "b"}, set()


@shape
def list_of_pairs_answered_from_the_end():
    X, Y, W1, b1, W2, b2 = draw(h=3, k=3)
    p = [(W1, b1), (W2, b2)]

    def backprop():
        _, dW1, db1, dW2, db2 = run(X, Y, *p[0], *p[1])
        return [(dW2, db2), (dW1, db1)]

    return (p, lambda: run(X, Y, *p[0], *p[1])[0], backprop), {"[0][0]", "[0][1]", "[1][0]", "[1][1]"}, set()


@shape
def nested_dicts():
    X, Y, W1, b1, W2, b2 = draw()
    p = {"layer1": {"W": W1, "b": b1}, "layer2": {"W": W2, "b": b2}}
    now = lambda: [p[layer][name] for layer in ("layer1", "layer2") for name in "Wb"]  # noqa: E731

    def grads():
        _, dW1, db1, dW2, db2 = run(X, Y, *now())
        return {"layer1": {"dW": dW1, "db": 2 * db1}, "layer2": {"dW": dW2, "db": db2}}

    names = {f"{layer}['{name}']" for layer in ("layer1", "layer2") for name in "Wb"}
    return (p, lambda: run(X, Y, *now())[0], grads), names, {"layer1['b']"}


@shape
def flat_vector_as_argument():
    X, Y, *p = draw()
    theta = np.concatenate([v.ravel() for v in p])

    def cut(t):
        parts, at = [], 0
        for v in p:
            parts.append(t[at : at + v.size].reshape(v.shape))
            at += v.size
        return parts

    gradient = lambda t: np.concatenate([g.ravel() for g in run(X, Y, *cut(t))[1:]])  # noqa: E731
    return (theta, lambda t: run(X, Y, *cut(t))[0], gradient), {"params"}, set()


class Rows:
    """A class with its data, a rate and biases in self."""

    def __init__(self, dtype=float, **more):
        X, Y, *p = draw()
        self.X, self.Y = X.astype(dtype), Y.astype(dtype)
        self.W1, self.b1, self.W2, self.b2 = (v.astype(dtype) for v in p)
        self.lr, self.costs = 0.05, [1.0, 0.5]
        vars(self).update(more)

    def all(self):
        return self.X, self.Y, self.W1, self.b1, self.W2, self.b2

    def loss(self):
        self.cost = run(*self.all())[0]
        return self.cost

    def step(self):
        _, dW1, db1, dW2, db2 = run(*self.all())
        self.W1 -= self.lr * dW1
        self.b1 -= self.lr * db1
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2
        self.costs.append(self.cost)


@shape
def rate_kept_in_the_object():
    net = Rows()
    return (net, net.loss, None, net.step), NAMES, set()


@shape
def single_precision():
    net = Rows(np.float32)
    return (net, net.loss, None, net.step, 0.05), NAMES, set()


@shape
def a_bias_that_never_learns():
    net = Rows()

    def step():
        kept = net.b1.copy()
        net.step()
        net.b1[...] = kept

    return (net, net.loss, None, step, 0.05), NAMES, {"b1"}


class Momentum(Rows):
    def step(self):
        for name, g in zip(("W1", "b1", "W2", "b2"), run(*self.all())[1:], strict=True):
            self.v[name] = self.beta * self.v.get(name, 0) + self.share * g
            setattr(self, name, getattr(self, name) - self.lr * self.v[name])


@shape
def momentum_after_a_few_steps():
    net = Momentum(v={}, beta=0.9, share=1)
    for _ in range(3):
        net.step()
    return (net, net.loss, None, net.step, 0.05), NAMES, set()


@shape
def momentum_as_a_mean():
    net = Momentum(v={}, beta=0.9, share=0.1)
    return (net, net.loss, None, net.step, 0.05), NAMES, set()


class Dropout:
    def __init__(self, r, p=0.5):
        X, Y, *rest = draw(h=20)
        self.X, self.Y, self.W1, self.b1, self.W2, self.b2 = X, Y, *rest
        self.rng, self.p = r, p

    def forward(self):
        self.a = np.tanh(self.X @ self.W1 + self.b1)
        self.mask = (self.rng.random(self.a.shape) > self.p) / (1 - self.p)
        return (self.a * self.mask) @ self.W2 + self.b2

    def loss(self):
        return 0.5 * ((self.forward() - self.Y) ** 2).sum()

    def gradients(self, again=True):
        self.err = self.forward() - self.Y if again else self.out - self.Y
        back = (self.err @ self.W2.T) * self.mask * (1 - self.a**2)
        return {"W1": self.X.T @ back, "b1": back.sum(0), "W2": (self.a * self.mask).T @ self.err, "b2": self.err.sum(0)}


@shape
def dropout_with_its_own_generator():
    net = Dropout(np.random.default_rng(0))
    return (net, net.loss, net.gradients), NAMES, set()


@shape
def dropout_with_the_global_generator():
    net = Dropout(np.random)
    return (net, net.loss, net.gradients), NAMES, set()


@shape
def dropout_that_needs_the_forward_pass():
    net = Dropout(np.random)

    def loss():
        net.out = net.forward()
        return 0.5 * ((net.out - net.Y) ** 2).sum()

    return (net, loss, lambda: net.gradients(again=False)), NAMES, set()


class BatchNorm:
    def __init__(self):
        X, Y, *rest = draw(m=9)
        self.X, self.Y, self.W1, _, self.W2, self.b2 = X, Y, *rest
        self.gamma, self.beta, self.running_mean, self.running_var, self.eps, self.steps = np.ones(4), np.zeros(4), np.zeros(4), np.ones(4), 1e-5, 0

    def loss(self):
        self.steps += 1
        z = self.X @ self.W1
        self.running_mean = 0.9 * self.running_mean + 0.1 * z.mean(0)
        self.running_var *= 0.9
        self.running_var += 0.1 * z.var(0)
        self.s = np.sqrt(z.var(0) + self.eps)
        self.n = (z - z.mean(0)) / self.s
        self.out = (self.gamma * self.n + self.beta) @ self.W2 + self.b2
        return 0.5 * ((self.out - self.Y) ** 2).sum()

    def backward(self):
        err = self.out - self.Y
        self.dW2, self.db2 = (self.gamma * self.n + self.beta).T @ err, err.sum(0)
        back = err @ self.W2.T
        self.dgamma, self.dbeta = (back * self.n).sum(0), back.sum(0)
        dn = back * self.gamma
        self.dW1 = self.X.T @ ((dn - dn.mean(0) - self.n * (dn * self.n).mean(0)) / self.s)


@shape
def batch_norm_with_running_means():
    net = BatchNorm()
    return (net, net.loss, net.backward), {"W1", "gamma", "beta", "W2", "b2"}, set()


def world(text, **names):
    """The names of a file of its own."""
    module = types.ModuleType("learners_file")
    vars(module).update(names)
    exec(compile(text, "learners_file.py", "exec"), vars(module))
    return module


GLOBALS = """
import numpy as np
def loss():
    global a, err
    a = np.tanh(X @ W1 + b1)
    err = a @ W2 + b2 - Y
    return 0.5 * (err ** 2).sum()
def backward():
    global dW1, db1, dW2, db2
    back = (err @ W2.T) * (1 - a * a)
    dW1, db1, dW2, db2 = X.T @ back, back.sum(0), a.T @ err, err.sum(0)
def update():
    global W1, b1, W2, b2
    loss()
    backward()
    W1 = W1 - 0.1 * dW1
    b1 = b1 - 0.1 * db1
    W2 = W2 - 0.1 * dW2
    b2 = b2 - 0.1 * db2
"""


@shape
def globals_bound_anew():
    M = world(GLOBALS, **dict(zip(("X", "Y", "W1", "b1", "W2", "b2"), draw(), strict=True)))
    return ({name: vars(M)[name] for name in sorted(NAMES)}, M.loss, None, M.update, 0.1), NAMES, set()


@shape
def globals_hold_the_gradients():
    M = world(GLOBALS, **dict(zip(("X", "Y", "W1", "b1", "W2", "b2"), draw(), strict=True)))
    return ({name: vars(M)[name] for name in sorted(NAMES)}, M.loss, M.backward), NAMES, set()


@shape
def a_module_as_the_model():
    M = world(GLOBALS, **dict(zip(("X", "Y", "W1", "b1", "W2", "b2"), draw(), strict=True)))
    return (M, M.loss, M.backward), NAMES, set()


@shape
def globals_that_are_numbers():
    M = world(
        "import math\n"
        "w, b, rate = 0.4, -0.1, 0.1\n"
        "def cost():\n    return (math.tanh(0.7 * w + b) - 0.2) ** 2\n"
        "def train():\n    global w, b\n    t = math.tanh(0.7 * w + b)\n"
        "    d = 2 * (t - 0.2) * (1 - t * t)\n    w, b = w - rate * d * 0.7, b - rate * d\n"
    )
    return ({"w": M.w, "b": M.b}, M.cost, None, M.train, 0.1), {"w", "b"}, set()


@shape
def step_returns_new_parameters():
    X, Y, *p = draw()
    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))

    def update():
        return {name: W[name] - 0.1 * g for name, g in zip(W, run(X, Y, *W.values())[1:], strict=True)}

    return (W, lambda: run(X, Y, *W.values())[0], None, update, 0.1), NAMES, set()


@shape
def gradients_one_by_one():
    """A generator: it can be read once."""
    X, Y, *p = draw()
    return (p, lambda: run(X, Y, *p)[0], lambda: (g for g in run(X, Y, *p)[1:])), {"[0]", "[1]", "[2]", "[3]"}, set()


@shape
def a_dict_of_gradients_in_self():
    net = Rows()
    net.grads = {}

    def backward():
        net.grads = dict(zip(("W1", "b1", "W2", "b2"), run(*net.all())[1:], strict=True))

    return (net, net.loss, backward), NAMES, set()


@shape
def one_gradient_for_each_example():
    net = Rows()

    def backward():
        _, _, db1, dW2, db2 = run(*net.all())
        each = np.stack([run(net.X[i : i + 1], net.Y[i : i + 1], net.W1, net.b1, net.W2, net.b2)[1] for i in range(6)])
        return {"W1": each, "b1": db1, "W2": dW2, "b2": db2}

    return (net, net.loss, backward), NAMES, {"W1"}


@shape
def lists_of_lists():
    """No arrays at all."""
    net = {"hidden": [[0.3, -0.2, 0.1], [0.5, 0.4, -0.3]], "output": [0.7, -0.6, 0.2]}
    x, t = [0.5, -1.0], 0.3

    def forward():
        hidden = [math.tanh(sum(w * v for w, v in zip(row, [*x, 1], strict=True))) for row in net["hidden"]]
        return hidden, sum(w * v for w, v in zip(net["output"], [*hidden, 1], strict=True))

    def train(rate=0.1):
        hidden, out = forward()
        back = [(out - t) * w * (1 - h * h) for w, h in zip(net["output"], hidden, strict=False)]
        for k, v in enumerate([*hidden, 1]):
            net["output"][k] -= rate * (out - t) * v
        for k, d in enumerate(back):
            for j, v in enumerate([*x, 1]):
                net["hidden"][k][j] -= rate * d * v

    return (net, lambda: 0.5 * (forward()[1] - t) ** 2, None, train, 0.1), {"hidden", "output"}, set()


@shape
def read_only_arrays():
    X, Y, *p = draw()
    for v in p:
        v.flags.writeable = False
    W = types.SimpleNamespace(W1=p[0], b1=p[1], W2=p[2], b2=p[3])
    now = lambda: (W.W1, W.b1, W.W2, W.b2)  # noqa: E731
    return (W, lambda: run(X, Y, *now())[0], lambda: run(X, Y, *now())[1:]), NAMES, set()


@shape
def all_zeros_at_the_start():
    net = Rows()
    for v in (net.W1, net.b1, net.W2, net.b2):
        v[...] = 0
    return (net, net.loss, None, net.step, 0.05), NAMES, set()


@shape
def arrays_of_arrays():
    X, Y, W1, b1, W2, b2 = draw()
    net = types.SimpleNamespace(W=np.empty(2, dtype=object), b=np.empty(2, dtype=object))
    net.W[:], net.b[:] = [W1, W2], [b1, b2]
    now = lambda: (net.W[0], net.b[0], net.W[1], net.b[1])  # noqa: E731

    def step():
        _, dW1, db1, dW2, db2 = run(X, Y, *now())
        for k, (dW, db) in enumerate(((dW1, db1), (dW2, db2))):
            net.W[k] = net.W[k] - 0.1 * dW
            net.b[k] = net.b[k] - 0.1 * db

    return (net, lambda: run(X, Y, *now())[0], None, step, 0.1), {"W[0]", "W[1]", "b[0]", "b[1]"}, set()


@shape
def columns_with_flat_bias_gradients():
    r = np.random.default_rng(0)
    X, Y = r.normal(size=(3, 6)), r.normal(size=(2, 6))
    p = {"W1": r.normal(size=(4, 3)), "b1": r.normal(size=(4, 1)), "W2": r.normal(size=(2, 4)), "b2": r.normal(size=(2, 1))}

    def both():
        a = np.tanh(p["W1"] @ X + p["b1"])
        err = p["W2"] @ a + p["b2"] - Y
        back = (p["W2"].T @ err) * (1 - a * a)
        return 0.5 * (err**2).sum(), (back @ X.T, back.sum(1), err @ a.T, err.sum(1))

    return (p, lambda: both()[0], lambda: both()[1]), NAMES, {"b1", "b2"}


@shape
def a_number_for_a_whole_bias():
    X, Y, *p = draw()
    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))

    def grads():
        _, dW1, db1, dW2, db2 = run(X, Y, *p)
        return {"W1": dW1, "b1": db1.sum(), "W2": dW2, "b2": db2}

    return (W, lambda: run(X, Y, *p)[0], grads), NAMES, {"b1"}


@shape
def views_of_one_vector():
    X, Y, *p = draw()
    net = types.SimpleNamespace(theta=np.concatenate([v.ravel() for v in p]))
    at = 0
    for name, v in zip(("W1", "b1", "W2", "b2"), p, strict=True):
        setattr(net, name, net.theta[at : at + v.size].reshape(v.shape))
        at += v.size
    now = lambda: (net.W1, net.b1, net.W2, net.b2)  # noqa: E731

    def step():
        net.theta -= 0.1 * np.concatenate([g.ravel() for g in run(X, Y, *now())[1:]])

    return (net, lambda: run(X, Y, *now())[0], None, step, 0.1), NAMES, set()


@shape
def a_closure_that_keeps_everything():
    X, Y, W1, b1, W2, b2 = draw()

    def make():
        W = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

        def loss():
            return run(X, Y, *W.values())[0]

        def step():
            nonlocal W
            W = {name: W[name] - 0.1 * g for name, g in zip(W, run(X, Y, *W.values())[1:], strict=True)}

        return W, loss, step

    W, loss, step = make()
    return (W, loss, None, step, 0.1), NAMES, set()


RNN = """
import numpy as np
def lossFun():
    hs, loss, hprev = [], 0, np.zeros((4, 1))
    h = hprev
    for x, t in zip(inputs, targets):
        h = np.tanh(Wxh @ x + Whh @ h + bh)
        hs.append(h)
        e = Why @ h + by - t
        loss += 0.5 * float((e ** 2).sum())
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, dhnext = np.zeros_like(bh), np.zeros_like(by), np.zeros_like(hprev)
    for t in reversed(range(len(inputs))):
        dy = Why @ hs[t] + by - targets[t]
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        draw = (1 - hs[t] ** 2) * dh
        dbh += draw
        dWxh += draw @ inputs[t].T
        dWhh += draw @ (hs[t - 1].T if t else hprev.T)
        dhnext = Whh.T @ draw
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[-1]
"""


@shape
def a_recurrent_network_of_globals():
    r = np.random.default_rng(0)
    sizes = {"Wxh": (4, 3), "Whh": (4, 4), "Why": (2, 4), "bh": (4, 1), "by": (2, 1)}
    held = {name: 0.5 * r.normal(size=size) for name, size in sizes.items()}
    M = world(RNN, inputs=list(r.normal(size=(5, 3, 1))), targets=list(r.normal(size=(5, 2, 1))), **held)
    return (M, lambda: M.lossFun()[0], M.lossFun), set(sizes), set()


class Parent:
    pass


@shape
def parents_that_know_each_other():
    net, X, Y, *p = Parent(), *draw()
    net.layers = [Parent(), Parent()]
    for k, layer in enumerate(net.layers):
        layer.net, layer.W, layer.b = net, p[2 * k], p[2 * k + 1]
    now = lambda: [v for layer in net.layers for v in (layer.W, layer.b)]  # noqa: E731

    def backward():
        for layer, *gs in zip(net.layers, *[iter(run(X, Y, *now())[1::2]), iter(run(X, Y, *now())[2::2])], strict=True):
            layer.gW, layer.gb = gs

    return (net, lambda: run(X, Y, *now())[0], backward), {f"layers[{k}].{name}" for k in (0, 1) for name in "Wb"}, set()


class Shared:
    W1 = np.random.default_rng(0).normal(size=(3, 4))
    W2 = np.random.default_rng(1).normal(size=(4, 2))

    def loss(self):
        X, Y, *_ = draw()
        return run(X, Y, self.W1, 0, self.W2, 0)[0]

    def step(self):
        X, Y, *_ = draw()
        _, dW1, _, dW2, _ = run(X, Y, self.W1, 0, self.W2, 0)
        self.W1 = self.W1 - 0.1 * dW1
        self.W2 = self.W2 - 0.1 * dW2.mean()


@shape
def attributes_of_the_class():
    net = Shared()
    return (net, net.loss, None, net.step, 0.1), {"W1", "W2"}, {"W2"}


@shape
def settings_and_targets_beside_the_weights():
    """Everything in one object, with a penalty; the gradients of the data are not asked for."""
    net = Rows(alpha=0.1, target=np.ones(2))

    def loss():
        return run(*net.all())[0] + net.alpha / 2 * (net.W1**2).sum() + ((net.target - 1) ** 2).sum()

    def grads():
        _, dW1, db1, dW2, db2 = run(*net.all())
        return dW1 + net.alpha * net.W1, db1, dW2, db2

    return (net, loss, grads), NAMES, set()


@shape
def a_bias_that_the_forward_pass_forgets():
    X, Y, *p = draw()
    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))

    def grads():
        g = run(X, Y, W["W1"], 0, W["W2"], W["b2"])
        return {"W1": g[1], "b1": g[2], "W2": g[3], "b2": g[4]}

    return (W, lambda: run(X, Y, W["W1"], 0, W["W2"], W["b2"])[0], grads), NAMES, {"b1"}


class Fit:
    """Draws its weights in `fit`, with the global generator."""

    def fit(self, X, Y, rate, epochs, seed=None):
        if seed is not None:
            np.random.seed(seed)
        self.W1, self.b1 = np.random.randn(3, 4), np.zeros(4)
        self.W2, self.b2 = np.random.randn(4, 2), np.zeros(2)
        for _ in range(epochs):
            _, dW1, db1, dW2, db2 = run(X, Y, self.W1, self.b1, self.W2, self.b2)
            self.W1 -= rate * dW1
            self.b1 = self.b1 - rate * db1
            self.W2 -= rate * dW2
            self.b2 = self.b2 - rate * 2 * db2


@shape
def fit_with_a_seed():
    X, Y, *_ = draw()
    net = Fit()
    net.fit(X, Y, 0.1, 0, seed=0)
    return (net, lambda: run(X, Y, net.W1, net.b1, net.W2, net.b2)[0], None, lambda: net.fit(X, Y, 0.1, 1, seed=0), 0.1), NAMES, {"b2"}


class Lazy:
    """Makes its parameters when it first sees an input."""

    def __init__(self, k):
        self.k, self.W = k, None

    def forward(self, X):
        if self.W is None:
            self.W, self.b = np.random.default_rng(0).normal(size=(X.shape[1], self.k)), np.zeros(self.k)
        self.X = X
        return X @ self.W + self.b

    def backward(self, g):
        self.dW, self.db = self.X.T @ g, g.sum(0)
        return g @ self.W.T


@shape
def parameters_made_by_the_first_forward_pass():
    X, Y, *_ = draw()
    net = [Lazy(4), Tanh(), Lazy(2)]

    def forward():
        out = X
        for layer in net:
            out = layer.forward(out)
        return out

    def grads():
        g = forward() - Y
        for layer in reversed(net):
            g = layer.backward(g)

    return (net, lambda: 0.5 * ((forward() - Y) ** 2).sum(), grads), {"[0].W", "[0].b", "[2].W", "[2].b"}, set()


@shape
def dropout_with_a_generator_made_each_time():
    net = Dropout(None)

    class Rng:
        @staticmethod
        def random(size):
            return np.random.default_rng().random(size)

    net.rng = Rng
    return (net, net.loss, net.gradients), NAMES, set()


@shape
def gradients_counted_from_one():
    """weights[0] and dW1, with square layers between."""
    r = np.random.default_rng(0)
    X, Y = r.normal(size=(6, 3)), r.normal(size=(6, 3))
    net = types.SimpleNamespace(weights=[0.5 * r.normal(size=(3, 3)) for _ in range(3)])

    def grads():
        acts = [X]
        for W in net.weights:
            acts.append(np.tanh(acts[-1] @ W))
        d, found = acts[-1] - Y, {}
        for k in (2, 1, 0):
            d = d * (1 - acts[k + 1] ** 2)
            found[f"dW{k + 1}"] = acts[k].T @ d
            d = d @ net.weights[k].T
        return found

    def loss():
        out = X
        for W in net.weights:
            out = np.tanh(out @ W)
        return 0.5 * ((out - Y) ** 2).sum()

    return (net, loss, grads), {"weights[0]", "weights[1]", "weights[2]"}, set()


@shape
def examples_in_a_long_list():
    net = types.SimpleNamespace(w=0.5, b=0.1, data=[(0.01 * k, 0.02 * k) for k in range(300)])

    def loss():
        return sum((net.w * x + net.b - t) ** 2 for x, t in net.data) / len(net.data)

    def step():
        dw = sum(2 * (net.w * x + net.b - t) * x for x, t in net.data) / len(net.data)
        db = sum(2 * (net.w * x + net.b - t) for x, t in net.data) / len(net.data)
        net.w, net.b = net.w - 0.1 * dw, net.b - 0.1 * db

    return (net, loss, None, step, 0.1), {"w", "b"}, set()
