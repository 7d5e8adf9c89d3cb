"""More models, as they are written in courses and in books: {name: function -> (arguments of Live, names of parameters, those that are wrong)}."""

import collections
import itertools
import types
import warnings

import numpy as np

from clinic_live_shapes import NAMES, draw, run

SHAPES = {}


def shape(function):
    SHAPES[function.__name__] = function
    return function


class Dense:
    """As in the book of the neural network from scratch: gradients beside what they belong to."""

    def __init__(self, r, n, k):
        self.weights, self.biases = r.normal(size=(n, k)), np.zeros((1, k))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights, self.dbiases = self.inputs.T @ dvalues, dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T
        return self.dinputs


class ReLU:
    def forward(self, inputs):
        self.inputs, self.output = inputs, np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


def book():
    X, Y, *_ = draw()
    r = np.random.default_rng(0)
    dense1, relu, dense2 = Dense(r, 3, 4), ReLU(), Dense(r, 4, 2)

    def loss():
        dense1.forward(X)
        relu.forward(dense1.output)
        dense2.forward(relu.output)
        return 0.5 * np.mean(np.sum((dense2.output - Y) ** 2, axis=1))

    def backward():
        dense2.backward((dense2.output - Y) / len(Y))
        relu.backward(dense2.dinputs)
        return dense1.backward(relu.dinputs)

    return [dense1, relu, dense2], loss, backward


@shape
def loose_layers_of_a_book():
    layers, loss, backward = book()
    names = {f"layers[{k}].{name}" for k in (0, 2) for name in ("weights", "biases")}
    return {"model": None, "loss": loss, "grads": backward, "layers": layers}, names, set()


@shape
def an_optimizer_beside_the_layers():
    layers, loss, backward = book()

    class Optimizer:
        def __init__(self, rate):
            self.rate, self.iterations, self.decay = rate, 0, 1e-3

        def update(self, layer):
            now = self.rate / (1 + self.decay * self.iterations)
            layer.weights += -now * layer.dweights
            layer.biases += -now * layer.dbiases

    optimizer = Optimizer(0.1)

    def step():
        backward()
        for layer in layers[::2]:
            optimizer.update(layer)
        optimizer.iterations += 1

    return {"model": layers, "loss": loss, "step": step, "rate": 0.1}, {f"[{k}].{name}" for k in (0, 2) for name in ("weights", "biases")}, set()


@shape
def one_layer_that_returns_the_gradient_of_its_input():
    X, Y, *_ = draw()
    layer = Dense(np.random.default_rng(0), 3, 2)

    def loss():
        layer.forward(X)
        return 0.5 * np.sum((layer.output - Y) ** 2)

    return {"model": layer, "loss": loss, "grads": lambda: layer.backward(layer.output - Y)}, {"weights", "biases"}, set()


class Network:
    """As in the free book of the handwritten digits: columns, one example at a time, biases before weights."""

    def __init__(self, sizes, r):
        self.sizes = sizes
        self.biases = [r.normal(size=(k, 1)) for k in sizes[1:]]
        self.weights = [r.normal(size=(k, n)) for n, k in itertools.pairwise(sizes)]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights, strict=True):
            a = np.tanh(w @ a + b)
        return a

    def backprop(self, x, y):
        nabla_b, nabla_w = [np.zeros(b.shape) for b in self.biases], [np.zeros(w.shape) for w in self.weights]
        acts = [x]
        for b, w in zip(self.biases, self.weights, strict=True):
            acts.append(np.tanh(w @ acts[-1] + b))
        delta = (acts[-1] - y) * (1 - acts[-1] ** 2)
        for layer in range(1, len(self.sizes)):
            nabla_b[-layer], nabla_w[-layer] = delta, delta @ acts[-layer - 1].T
            delta = (self.weights[-layer].T @ delta) * (1 - acts[-layer - 1] ** 2)
        return (nabla_b, nabla_w)

    def update_mini_batch(self, batch, eta):
        nabla_b, nabla_w = [np.zeros(b.shape) for b in self.biases], [np.zeros(w.shape) for w in self.weights]
        for x, y in batch:
            more_b, more_w = self.backprop(x, y)
            nabla_b = [b + more for b, more in zip(nabla_b, more_b, strict=True)]
            nabla_w = [w + more for w, more in zip(nabla_w, more_w, strict=True)]
        self.weights = [w - eta / len(batch) * g for w, g in zip(self.weights, nabla_w, strict=True)]
        self.biases = [b - eta / len(batch) * g for b, g in zip(self.biases, nabla_b, strict=True)]


def digits(sizes=(3, 4, 4, 2)):
    r = np.random.default_rng(0)
    return Network(sizes, r), [(r.normal(size=(sizes[0], 1)), r.normal(size=(sizes[-1], 1))) for _ in range(5)]


LISTS = {f"{name}[{k}]" for name in ("weights", "biases") for k in range(3)}


@shape
def biases_before_weights():
    net, ((x, y), *_) = digits()
    return {"model": net, "loss": lambda: 0.5 * ((net.feedforward(x) - y) ** 2).sum(), "grads": lambda: net.backprop(x, y)}, LISTS, set()


@shape
def a_mini_batch_of_columns():
    net, batch = digits()
    loss = lambda: np.mean([0.5 * ((net.feedforward(x) - y) ** 2).sum() for x, y in batch])  # noqa: E731
    return {"model": net, "loss": loss, "step": lambda: net.update_mini_batch(batch, 3.0), "rate": 3.0}, LISTS, set()


@shape
def gradients_in_a_dict_before_the_cost():
    """Logistic regression as in the course: propagate(w, b, X, Y) -> (grads, cost)."""
    r = np.random.default_rng(0)
    X, Y = r.normal(size=(4, 7)), r.integers(0, 2, (1, 7)) * 1.0
    p = {"w": r.normal(size=(4, 1)), "b": 0.0}

    def propagate(w, b, X, Y):
        m = X.shape[1]
        A = 1 / (1 + np.exp(-(w.T @ X + b)))
        cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
        return {"dw": X @ (A - Y).T / m, "db": np.sum(A - Y) / m}, cost

    return {"model": p, "loss": lambda: propagate(**p, X=X, Y=Y)[1], "grads": lambda: propagate(**p, X=X, Y=Y)}, {"w", "b"}, set()


@shape
def matrices_of_old():
    X, Y, W1, _, W2, _ = draw()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        p = {"W1": np.matrix(W1), "W2": np.matrix(W2)}

    def grads():
        a = np.tanh(np.matrix(X) * p["W1"])
        err = a * p["W2"] - Y
        return {"dW1": X.T * np.multiply(err * p["W2"].T, 1 - np.power(a, 2)), "dW2": a.T * err}

    return {"model": p, "loss": lambda: 0.5 * np.square(np.tanh(X * p["W1"]) * p["W2"] - Y).sum(), "grads": grads}, {"W1", "W2"}, set()


class Private:
    def __init__(self):
        self.__X, self.__Y, self.__W1, self.__b1, self.__W2, self.__b2 = draw()

    def loss(self):
        return run(self.__X, self.__Y, self.__W1, self.__b1, self.__W2, self.__b2)[0]

    def backward(self):
        self.__dW1, self.__db1, self.__dW2, self.__db2 = run(self.__X, self.__Y, self.__W1, self.__b1, self.__W2, self.__b2)[1:]


@shape
def private_names():
    net = Private()
    return {"model": net, "loss": net.loss, "grads": net.backward}, {f"_Private__{name}" for name in NAMES}, set()


class Module:
    """Registers parameters and finds them by `__getattr__`."""

    def __init__(self):
        object.__setattr__(self, "_params", collections.OrderedDict())
        object.__setattr__(self, "_grads", collections.OrderedDict())

    def __setattr__(self, name, value):
        (self._params if isinstance(value, np.ndarray) else vars(self)).__setitem__(name, value)

    def __getattr__(self, name):
        try:
            return vars(self)["_params"][name]
        except KeyError:
            raise AttributeError(name) from None

    def zero_grad(self):
        for name, value in self._params.items():
            self._grads[name] = np.zeros_like(value)


@shape
def a_module_that_registers():
    X, Y, *p = draw()
    net = Module()
    net.W1, net.b1, net.W2, net.b2 = p

    def backward():
        net.zero_grad()
        for name, g in zip(("W1", "b1", "W2", "b2"), run(X, Y, net.W1, net.b1, net.W2, net.b2)[1:], strict=True):
            net._grads[name] += g

    loss = lambda: run(X, Y, net.W1, net.b1, net.W2, net.b2)[0]  # noqa: E731
    return {"model": net, "loss": loss, "grads": backward}, {f"_params['{name}']" for name in NAMES}, set()


class AttrDict(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


@shape
def a_dict_with_attributes():
    X, Y, *p = draw()
    net = AttrDict(zip(("W1", "b1", "W2", "b2"), p, strict=True))

    def step(lr):
        _, dW1, db1, dW2, db2 = run(X, Y, *net.values())
        net.W1, net.b1, net.W2, net.b2 = net.W1 - lr * dW1, net.b1 - lr * db1, net.W2 - lr * dW2, net.b2 - lr * db2

    return {"model": net, "loss": lambda: run(X, Y, *net.values())[0], "step": step, "rate": 0.2}, NAMES, set()


@shape
def a_slope_that_is_learned():
    """One number learns beside arrays, another is a setting."""
    X, Y, W1, _, W2, _ = draw()
    net = types.SimpleNamespace(W1=W1, W2=W2, alpha=0.2, decay=0.01, data=X, answers=Y)

    def both():
        z = net.data @ net.W1
        a = np.where(z > 0, z, net.alpha * z)
        err = a @ net.W2 - net.answers
        back = err @ net.W2.T
        loss = 0.5 * (err**2).sum() + net.decay / 2 * (net.W1**2).sum()
        gradients = {"alpha": (back * np.minimum(z, 0)).sum(), "W1": net.data.T @ (back * np.where(z > 0, 1, net.alpha)) + net.decay * net.W1}
        return loss, gradients | {"W2": a.T @ err}

    return {"model": net, "loss": lambda: both()[0], "grads": lambda: both()[1]}, {"W1", "W2", "alpha"}, set()


@shape
def words_by_their_numbers():
    """Integers choose rows of an embedding."""
    r = np.random.default_rng(0)
    words, Y = np.array([0, 3, 3, 1]), r.normal(size=(4, 2))
    net = types.SimpleNamespace(E=r.normal(size=(5, 3)), W=r.normal(size=(3, 2)), words=words)

    def grads():
        err = net.E[net.words] @ net.W - Y
        net.dE, net.dW = np.zeros_like(net.E), net.E[net.words].T @ err
        np.add.at(net.dE, net.words, err @ net.W.T)

    return {"model": net, "loss": lambda: 0.5 * ((net.E[net.words] @ net.W - Y) ** 2).sum(), "grads": grads}, {"E", "W"}, set()


@shape
def filters_of_four_axes():
    r = np.random.default_rng(0)
    X, Y = r.normal(size=(2, 1, 4, 4)), r.normal(size=(2, 2, 3, 3))
    p = {"filters": r.normal(size=(2, 1, 2, 2)), "bias": np.zeros(2)}

    def windows():
        return [(i, j, X[:, :, i : i + 2, j : j + 2]) for i in range(3) for j in range(3)]

    def error():
        out = np.zeros_like(Y)
        for i, j, part in windows():
            out[:, :, i, j] = np.einsum("mcij,kcij->mk", part, p["filters"]) + p["bias"]
        return out - Y

    def grads():
        err = error()
        d = sum(np.einsum("mk,mcij->kcij", err[:, :, i, j], part) for i, j, part in windows())
        return {"d_filters": d, "d_bias": err.sum((0, 2, 3))}

    return {"model": p, "loss": lambda: 0.5 * (error() ** 2).sum(), "grads": grads}, {"filters", "bias"}, set()


@shape
def a_rate_of_another_name_in_globals():
    """All in one dict of a notebook: globals() itself."""
    text = "import numpy as np\ndef cost():\n    return 0.5 * float(((X @ W + b - Y) ** 2).sum())\n"
    text += "def train(eta):\n    global W, b\n    err = X @ W + b - Y\n    W = W - eta * X.T @ err\n    b -= eta * err.sum(0)\n"
    X, Y, W, *_ = draw(h=2)
    names = {"__name__": "__main__", "X": X, "Y": Y, "W": W, "b": np.zeros(2), "_": W, "Out": {1: W}}
    exec(compile(text, "notebook_cell", "exec"), names)
    return {"model": names, "loss": names["cost"], "step": lambda: names["train"](0.1), "rate": 0.1}, {"W", "b"}, set()


@shape
def updates_in_a_local_name():
    """The update binds local names: nothing learns, in every parameter."""
    X, Y, *p = draw()
    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))

    def step():
        W1, b1, W2, b2 = W.values()
        _, dW1, db1, dW2, db2 = run(X, Y, W1, b1, W2, b2)
        W1, b1, W2, b2 = W1 - 0.1 * dW1, b1 - 0.1 * db1, W2 - 0.1 * dW2, b2 - 0.1 * db2

    return {"model": W, "loss": lambda: run(X, Y, *W.values())[0], "step": step, "rate": 0.1}, NAMES, NAMES


class Batches(Network):
    """Takes the next batch at each call, also of the loss."""

    def __init__(self):
        r = np.random.default_rng(0)
        super().__init__((3, 4, 2), r)
        self.X, self.Y, self.at, self.size = r.normal(size=(12, 3, 1)), r.normal(size=(12, 2, 1)), 0, 4

    def batch(self):
        part = slice(self.at, self.at + self.size)
        self.at = (self.at + self.size) % 12
        return list(zip(self.X[part], self.Y[part], strict=True))

    def loss(self):
        return np.mean([0.5 * ((self.feedforward(x) - y) ** 2).sum() for x, y in self.batch()])

    def train(self):
        self.update_mini_batch(self.batch(), 0.5)


@shape
def the_next_batch_at_each_call():
    net = Batches()
    return {"model": net, "loss": net.loss, "step": net.train, "rate": 0.5}, {f"{name}[{k}]" for name in ("weights", "biases") for k in (0, 1)}, set()


@shape
def the_next_batch_only_in_the_loss():
    """The update uses what the forward pass has left: it needs one before it."""
    net, r = types.SimpleNamespace(at=0), np.random.default_rng(0)
    net.X, net.Y, net.W = r.normal(size=(12, 3)), r.normal(size=(12, 2)), r.normal(size=(3, 2))

    def loss():
        net.part = slice(net.at, net.at + 4)
        net.at += 4
        net.err = net.X[net.part] @ net.W - net.Y[net.part]
        return 0.5 * (net.err**2).sum()

    def update():
        net.W -= 0.1 * net.X[net.part].T @ net.err

    return {"model": net, "loss": loss, "step": update, "rate": 0.1}, {"W"}, set()


@shape
def names_in_a_return_statement_that_a_fault_does_not_hide():
    """The order is another, and one gradient is wrong: no value and no shape could tell."""
    X, Y, *p = draw(n=3, h=3, k=3)
    W = dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))

    def backward():
        _, dW1, db1, dW2, db2 = run(X, Y, *p)
        dW2 = 2 * dW2
        return dW2, db2, dW1, db1

    return {"model": W, "loss": lambda: run(X, Y, *p)[0], "grads": lambda: backward()}, NAMES, {"W2"}


@shape
def data_in_lists_beside_weights_in_lists():
    X, Y, W1, b1, W2, b2 = draw(m=4)
    net = types.SimpleNamespace(weights=[W1, W2], offsets=[b1, b2], batch=[X, Y], scales=[np.ones(4), np.ones(2)])

    def forward():
        return run(net.batch[0], net.batch[1], net.weights[0] * net.scales[0], net.offsets[0], net.weights[1] * net.scales[1], net.offsets[1])

    def step():
        _, dW1, db1, dW2, db2 = forward()
        net.weights = [net.weights[0] - 0.1 * dW1 * net.scales[0], net.weights[1] - 0.1 * dW2 * net.scales[1]]
        net.offsets = [net.offsets[0] - 0.1 * db1, net.offsets[1] - 0.1 * db2]

    names = {f"{name}[{k}]" for name in ("weights", "offsets", "scales") for k in (0, 1)}
    return {"model": net, "loss": lambda: forward()[0], "step": step, "rate": 0.1}, names, {"scales[0]", "scales[1]"}


@shape
def a_loss_whose_arguments_have_defaults():
    X, Y, *p = draw()

    def loss(weights=None, mean=False):
        total = run(X, Y, *(p if weights is None else weights))[0]
        return total / len(X) if mean else total

    return {"model": dict(zip(("W1", "b1", "W2", "b2"), p, strict=True)), "loss": loss, "grads": lambda rows=X: run(rows, Y, *p)[1:]}, NAMES, set()


@shape
def numbers_that_begin_as_integers():
    """`b = 0` is an integer, and learns; so many classes is one as well, and does not."""
    net = types.SimpleNamespace(w=1, b=0, c=2, x=0.5)

    def loss():
        return sum((np.tanh(net.w * net.x + net.b) - 0.2 * k) ** 2 for k in range(net.c))

    def step():
        t = np.tanh(net.w * net.x + net.b)
        d = sum(2 * (t - 0.2 * k) for k in range(net.c)) * (1 - t * t)
        net.w, net.b = net.w - 0.1 * d * net.x, net.b - 0.1 * 2 * d

    return {"model": net, "loss": loss, "step": step, "rate": 0.1}, {"w", "b"}, {"b"}


@shape
def lists_that_a_loop_leaves_half_empty():
    X, Y, W1, b1, W2, b2 = draw(n=3, h=3, k=3)
    weights, biases = [W1, W2], [b1, b2]

    def backward():
        for_W, for_b = [None, None], [None, None]
        _, for_W[0], for_b[0], _, _ = run(X, Y, W1, b1, W2, b2)
        return for_W, for_b

    names = {"[0][0]", "[0][1]", "[1][0]", "[1][1]"}
    return {"model": [weights, biases], "loss": lambda: run(X, Y, W1, b1, W2, b2)[0], "grads": backward}, names, {"[0][1]", "[1][1]"}


@shape
def pictures_among_all_globals():
    text = "import numpy as np\ndef cost():\n    return 0.5 * float(((pictures @ W + b - kinds) ** 2).sum())\n"
    text += "def train():\n    global W, b\n    err = pictures @ W + b - kinds\n    W = W - 0.1 * pictures.T @ err\n"
    X, Y, W, *_ = draw(h=2)
    names = {"__name__": "__main__", "pictures": X, "kinds": Y, "W": W, "b": np.zeros(2)}
    exec(compile(text, "notebook_cell", "exec"), names)
    return {"model": names, "loss": names["cost"], "step": names["train"], "rate": 0.1}, {"W", "b"}, {"b"}
