"""Right backward passes as people write them, and lines of theirs with a mistake: what the catalogue of changes has to turn back.

python tests/clinic_edit_styles.py     at which place of the catalogue each right line comes, and how many changes a line has
"""

import ast
import statistics
import time
from types import SimpleNamespace

from helpers.clinic.repair import edits
from helpers.clinic.repair.edits import edits_of
from helpers.clinic.repair.expressions import meaning
from helpers.clinic.repair.moves import moves_of

STYLES = {}


def style(name, text, *faults):
    """faults: (right, wrong) pieces of the text; each piece stands in it once."""
    STYLES[name] = text, faults


style("columns, cache dict", '''
import numpy as np

def propagate(X, params):
    cache = {"A0": X}
    cache["Z1"] = np.dot(params["W1"], X) + params["b1"]
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = np.dot(params["W2"], cache["A1"]) + params["b2"]
    cache["A2"] = 1 / (1 + np.exp(-cache["Z2"]))
    return cache

def backward_propagation(params, cache, X, Y):
    m = X.shape[1]
    W2 = params["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = 1 / m * np.dot(dZ2, A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = 1 / m * np.dot(dZ1, X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return grads
''',
    ("dZ2 = A2 - Y", "dZ2 = Y - A2"), ("dZ2 = A2 - Y", "dZ2 = A2 + Y"), ("dZ2 = A2 - Y", "dZ2 = (A2 - Y) * A2 * (1 - A2)"),
    ("dZ2 = A2 - Y", "dZ2 = 2 * (A2 - Y)"),
    ("np.dot(dZ2, A1.T)", "np.dot(dZ2, A1)"), ("np.dot(dZ2, A1.T)", "np.dot(A1, dZ2.T)"), ("np.dot(dZ2, A1.T)", "dZ2 * A1"),
    ("np.dot(dZ2, A1.T)", "np.dot(dZ2, A2.T)"),
    ("dW2 = 1 / m * np.dot(dZ2, A1.T)", "dW2 = np.dot(dZ2, A1.T)"), ("dW2 = 1 / m * np.dot(dZ2, A1.T)", "dW2 = 1 / m * np.dot(dZ2, A1.T) / m"),
    ("dW1 = 1 / m * np.dot(dZ1, X.T)", "dW1 = 1 / m * np.dot(dZ1, A1.T)"), ("dW1 = 1 / m * np.dot(dZ1, X.T)", "dW1 = 1 / m * np.dot(dZ2, X.T)"),
    ("db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = 1 / m * np.sum(dZ1, axis=0, keepdims=True)"),
    ("db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = 1 / m * np.sum(dZ1, axis=1)"),
    ("db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = 1 / m * dZ1"),
    ("db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)"),
    ("np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))", "np.dot(W2.T, dZ2)"),
    ("np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))", "np.dot(W2, dZ2) * (1 - np.power(A1, 2))"),
    ("np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))", "np.dot(W2.T, dZ2) * (1 - np.power(A2, 2))"), ("(1 - np.power(A1, 2))", "(1 - A1)"),
    ("(1 - np.power(A1, 2))", "np.power(A1, 2)"),
    ("m = X.shape[1]", "m = X.shape[0]"), ("m = X.shape[1]", "m = Y.shape[0]"),
    ('{"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}', '{"dW1": dW2, "db1": db1, "dW2": dW1, "db2": db2}'),
)  # fmt: skip

style("class, rows, attributes", '''
import numpy as np

class Network:
    def feed(self, X):
        self.h_in = X @ self.w_ih + self.b_h
        self.h_out = self.act(self.h_in)
        self.o_in = self.h_out @ self.w_ho + self.b_o
        self.o_out = self.act(self.o_in)
        return self.o_out

    def act(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def act_prime(self, z):
        return self.act(z) * (1 - self.act(z))

    def learn(self, X, y):
        out = self.feed(X)
        error = out - y
        delta_o = error * self.act_prime(self.o_in)
        delta_h = delta_o.dot(self.w_ho.T) * self.act_prime(self.h_in)
        self.w_ho -= self.lr * self.h_out.T.dot(delta_o)
        self.w_ih -= self.lr * X.T.dot(delta_h)
        self.b_o -= self.lr * delta_o.sum(axis=0)
        self.b_h -= self.lr * delta_h.sum(axis=0)
''',
    ("error = out - y", "error = y - out"), ("self.act_prime(self.o_in)", "self.act_prime(self.o_out)"),
    ("error * self.act_prime(self.o_in)", "error"),
    ("self.act_prime(self.h_in)", "self.act_prime(self.h_out)"), ("self.act_prime(self.h_in)", "self.act_prime(self.o_in)"),
    ("self.act_prime(self.h_in)", "self.act(self.h_in)"),
    ("delta_o.dot(self.w_ho.T) * ", "delta_o.dot(self.w_ho) * "), ("delta_o.dot(self.w_ho.T) * ", "error.dot(self.w_ho.T) * "),
    ("delta_o.dot(self.w_ho.T) * ", "delta_o.dot(self.w_ih.T) * "),
    ("self.w_ho -= self.lr * self.h_out.T.dot(delta_o)", "self.w_ho += self.lr * self.h_out.T.dot(delta_o)"),
    ("self.h_out.T.dot(delta_o)", "self.h_in.T.dot(delta_o)"),
    ("self.lr * X.T.dot(delta_h)", "self.lr * X.T.dot(delta_o)"), ("self.lr * X.T.dot(delta_h)", "X.T.dot(delta_h)"),
    ("self.lr * X.T.dot(delta_h)", "self.lr * X.dot(delta_h)"),
    ("self.b_o -= self.lr * delta_o.sum(axis=0)", "self.b_o -= self.lr * delta_o"),
    ("self.b_o -= self.lr * delta_o.sum(axis=0)", "self.b_o -= self.lr * delta_o.sum(axis=1)"),
    ("self.b_o -= self.lr * delta_o.sum(axis=0)", "self.b_o -= self.lr * delta_o.mean(axis=0)"),
    ("self.b_o -= self.lr * delta_o.sum(axis=0)", "self.b_o -= self.lr * self.lr * delta_o.sum(axis=0)"),
    ("self.act(z) * (1 - self.act(z))", "z * (1 - z)"), ("self.act(z) * (1 - self.act(z))", "self.act(z)"),
    ("self.act(z) * (1 - self.act(z))", "self.act(z) * (1 - z)"),
    ("        self.b_h -= self.lr * delta_h.sum(axis=0)\n", ""),
)  # fmt: skip

style("lists of columns, one example", '''
import numpy as np

class Net(object):
    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            z = zs[-l]
            sp = sigmoid_prime(z)
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return (nabla_b, nabla_w)

    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]

    def cost_derivative(self, output_activations, y):
        return output_activations - y

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))
''',
    ("* sigmoid_prime(zs[-1])", "* sigmoid_prime(activations[-1])"),
    ("self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])", "self.cost_derivative(activations[-1], y)"),
    ("activations[-2].transpose()", "activations[-1].transpose()"), ("activations[-2].transpose()", "activations[-2]"),
    ("self.weights[-l + 1].transpose()", "self.weights[-l].transpose()"),
    ("self.weights[-l + 1].transpose()", "self.weights[-l + 1]"), ("delta) * sp", "delta)"), ("sp = sigmoid_prime(z)", "sp = sigmoid(z)"),
    ("z = zs[-l]", "z = zs[-l + 1]"),
    ("activations[-l - 1].transpose()", "activations[-l].transpose()"), ("range(2, self.num_layers)", "range(1, self.num_layers)"),
    ("range(2, self.num_layers)", "range(2, self.num_layers - 1)"),
    ("return (nabla_b, nabla_w)", "return (nabla_w, nabla_b)"), ("nb + dnb for nb", "dnb for nb"),
    ("w - (eta / len(mini_batch)) * nw", "w - eta * nw"), ("w - (eta / len(mini_batch)) * nw", "w + (eta / len(mini_batch)) * nw"),
    ("return output_activations - y", "return y - output_activations"), ("activations[-1], y)", "y, activations[-1])"),
)  # fmt: skip

style("loop with f-strings", '''
import numpy as np

def grads_of(X, Y, theta, L):
    h = {"a0": X}
    for l in range(1, L + 1):
        h[f"z{l}"] = h[f"a{l - 1}"] @ theta[f"w{l}"] + theta[f"b{l}"]
        h[f"a{l}"] = np.maximum(h[f"z{l}"], 0) if l < L else h[f"z{l}"]
    g = {}
    n = len(X)
    d = 2 * (h[f"a{L}"] - Y) / n
    for l in range(L, 0, -1):
        if l < L:
            d = d * (h[f"z{l}"] > 0)
        g[f"w{l}"] = h[f"a{l - 1}"].T @ d
        g[f"b{l}"] = d.sum(axis=0)
        d = d @ theta[f"w{l}"].T
    return g
''',
    ("2 * (h[", "(h["), (" / n\n", "\n"), ("- Y) / n", "- Y) / n / n"), ("range(L, 0, -1)", "range(L, 1, -1)"),
    ("range(L, 0, -1)", "range(L - 1, 0, -1)"), ("if l < L:", "if l > L:"),
    ("if l < L:", "if l < L - 1:"), ("d = d * (h", "d = d @ (h"), ('d * (h[f"z{l}"] > 0)', 'd * (h[f"z{l - 1}"] > 0)'),
    ('d * (h[f"z{l}"] > 0)', 'd * (h[f"z{l}"] < 0)'), ('d * (h[f"z{l}"] > 0)', 'd * h[f"z{l}"]'),
    ('h[f"a{l - 1}"].T @ d', 'h[f"a{l}"].T @ d'), ('h[f"a{l - 1}"].T @ d', 'h[f"z{l - 1}"].T @ d'), ('h[f"a{l - 1}"].T @ d', 'h[f"a{l - 1}"] @ d'),
    ('h[f"a{l - 1}"].T @ d', 'd.T @ h[f"a{l - 1}"]'),
    ("d.sum(axis=0)", "d.sum(axis=1)"), ("d.sum(axis=0)", "d.mean(axis=0)"), ("d.sum(axis=0)", "d"), ('d @ theta[f"w{l}"].T', 'd @ theta[f"w{l}"]'),
    ('d @ theta[f"w{l}"].T', 'd @ theta[f"w{l + 1}"].T'),
    ('d @ theta[f"w{l}"].T', 'd * theta[f"w{l}"].T'),
)  # fmt: skip

style("layer objects", '''
import numpy as np

class Dense:
    def __init__(self, n, k):
        self.W = np.random.randn(n, k) * 0.1
        self.b = np.zeros(k)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = np.matmul(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.matmul(dout, self.W.T)

class Relu:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask

class Leaky:
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0.05 * x)

    def backward(self, dout):
        return dout * np.where(self.x > 0, 1, 0.05)

class Dropout:
    def __init__(self, keep):
        self.keep = keep

    def forward(self, x):
        self.mask = np.random.rand(*x.shape) < self.keep
        return x * self.mask / self.keep

    def backward(self, dout):
        return dout * self.mask / self.keep

class SoftmaxLoss:
    def forward(self, x, t):
        self.t = t
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.y = e / np.sum(e, axis=1, keepdims=True)
        return -np.sum(np.log(self.y[np.arange(len(t)), t])) / len(t)

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)
''',
    ("np.matmul(self.x.T, dout)", "np.matmul(self.x, dout)"), ("np.matmul(self.x.T, dout)", "np.matmul(dout.T, self.x)"),
    ("np.matmul(self.x.T, dout)", "np.matmul(self.W.T, dout)"), ("np.sum(dout, axis=0)", "np.sum(dout, axis=1)"),
    ("np.sum(dout, axis=0)", "np.sum(dout)"), ("np.sum(dout, axis=0)", "dout"), ("np.matmul(dout, self.W.T)", "np.matmul(dout, self.W)"),
    ("np.matmul(dout, self.W.T)", "np.matmul(self.W, dout)"), ("np.matmul(dout, self.W.T)", "np.matmul(dout, self.dW.T)"),
    ("return dout * self.mask\n\nclass Leaky", "return dout\n\nclass Leaky"),
    ("return dout * self.mask\n\nclass Leaky", "return self.mask\n\nclass Leaky"),
    ("np.where(self.x > 0, 1, 0.05)", "np.where(self.x > 0, 0.05, 1)"),
    ("np.where(self.x > 0, 1, 0.05)", "np.where(self.x < 0, 1, 0.05)"), ("np.where(self.x > 0, 1, 0.05)", "np.where(self.x > 0, 1, 0.5)"),
    ("np.where(self.x > 0, 1, 0.05)", "np.where(self.x > 0, 1, 0)"), ("dout * np.where(self.x > 0, 1, 0.05)", "np.where(self.x > 0, 1, 0.05)"),
    ("dout * self.mask / self.keep", "dout * self.mask"), ("dout * self.mask / self.keep", "dout / self.keep"),
    ("dout * self.mask / self.keep", "dout * self.mask * self.keep"),
    ("dx = self.y.copy()", "dx = self.y"), ("self.t] -= 1", "self.t] += 1"), ("self.t] -= 1", "self.t] = 1"),
    ("return dx / len(self.t)", "return dx"), ("return dx / len(self.t)", "return dx / len(self.y[0])"),
    ("return dx / len(self.t)", "return dx * len(self.t)"),
)  # fmt: skip

style("script with updates", '''
import numpy as np

x = np.random.rand(20, 3)
t = np.random.rand(20, 2)
w1 = np.random.randn(3, 6)
w2 = np.random.randn(6, 2)
c1, c2 = np.zeros((1, 6)), np.zeros((1, 2))
step = 0.1
lam = 0.01

for epoch in range(100):
    hid = np.tanh(x @ w1 + c1)
    out = hid @ w2 + c2
    loss = 0.5 * ((out - t) ** 2).mean() + lam / 2 * ((w1 ** 2).sum() + (w2 ** 2).sum())
    g_out = (out - t) / out.size
    g_w2 = hid.T @ g_out + lam * w2
    g_c2 = g_out.sum(axis=0, keepdims=True)
    g_hid = g_out @ w2.T
    g_pre = g_hid * (1 - hid ** 2)
    g_w1 = x.T @ g_pre + lam * w1
    g_c1 = g_pre.sum(axis=0, keepdims=True)
    w2 -= step * g_w2
    c2 -= step * g_c2
    w1 -= step * g_w1
    c1 -= step * g_c1
''',
    ("g_out = (out - t) / out.size", "g_out = (out - t) / len(x)"), ("g_out = (out - t) / out.size", "g_out = (out - t)"),
    ("g_out = (out - t) / out.size", "g_out = out - t / out.size"),
    ("hid.T @ g_out + lam * w2", "hid.T @ g_out"), ("hid.T @ g_out + lam * w2", "hid.T @ g_out - lam * w2"),
    ("hid.T @ g_out + lam * w2", "hid.T @ g_out + 2 * lam * w2"), ("hid.T @ g_out + lam * w2", "hid.T @ g_out + lam * w1"),
    ("hid.T @ g_out + lam * w2", "hid.T @ g_out + lam * w2 ** 2"), ("x.T @ g_pre + lam * w1", "x.T @ g_pre"),
    ("x.T @ g_pre + lam * w1", "x.T @ g_hid + lam * w1"), ("g_out @ w2.T", "g_w2 @ w2.T"), ("g_out @ w2.T", "w2 @ g_out.T"),
    ("g_hid * (1 - hid ** 2)", "g_hid * (1 - hid) ** 2"), ("g_hid * (1 - hid ** 2)", "g_hid * 1 - hid ** 2"),
    ("g_hid * (1 - hid ** 2)", "g_hid * (1 - hid)"), ("g_hid * (1 - hid ** 2)", "g_hid * (1 - out ** 2)"),
    ("g_hid * (1 - hid ** 2)", "g_hid * (1 + hid ** 2)"),
    ("g_hid * (1 - hid ** 2)", "g_hid * (1 - hid ** 3)"), ("g_c1 = g_pre.sum", "g_c1 = g_hid.sum"), ("c1 -= step * g_c1", "c1 -= step * g_c2"),
    ("w1 -= step * g_w1", "w1 -= g_w1"), ("w1 -= step * g_w1", "w1 = step * g_w1"), ("    c2 -= step * g_c2\n", ""),
)  # fmt: skip

style("examples one by one, accumulated", '''
import numpy as np

def slope(a):
    return a * (1 - a)

def gradient(data, target, top, low):
    G_top, G_low = np.zeros_like(top), np.zeros_like(low)
    for row, want in zip(data, target):
        mid = 1 / (1 + np.exp(-(low @ row)))
        got = 1 / (1 + np.exp(-(top @ mid)))
        err = (got - want) * slope(got)
        back = (top.T @ err) * slope(mid)
        G_top += np.outer(err, mid)
        G_low += np.outer(back, row)
    return G_top / len(data), G_low / len(data)
''',
    ("return a * (1 - a)", "return a * (1 + a)"), ("return a * (1 - a)", "return 1 - a"), ("return a * (1 - a)", "return a * 1 - a"),
    ("return a * (1 - a)", "return 1 - a ** 2"), ("(got - want) * slope(got)", "(want - got) * slope(got)"),
    ("(got - want) * slope(got)", "(got - want) * slope(mid)"), ("(got - want) * slope(got)", "(got - want) / slope(got)"),
    ("(got - want) * slope(got)", "got - want"), ("top.T @ err", "top @ err"), ("(top.T @ err) * slope(mid)", "top.T @ (err * slope(mid))"),
    ("* slope(mid)", "* mid"), ("np.outer(err, mid)", "np.outer(mid, err)"), ("np.outer(err, mid)", "err * mid"),
    ("np.outer(back, row)", "np.outer(err, row)"), ("np.outer(back, row)", "np.outer(back, mid)"),
    ("G_top += np.outer(err, mid)", "G_top = np.outer(err, mid)"),
    ("G_low += np.outer", "G_low -= np.outer"), ("G_top / len(data), G_low / len(data)", "G_top, G_low / len(data)"),
    ("G_top / len(data), G_low / len(data)", "G_low / len(data), G_top / len(data)"),
    ("np.zeros_like(top), np.zeros_like(low)", "np.zeros_like(top), np.ones_like(low)"),
)  # fmt: skip

style("flat vector", '''
import numpy as np

def cost_and_grad(nn_params, n_in, n_hid, n_lab, X, y, reg):
    Theta1 = nn_params[: n_hid * (n_in + 1)].reshape(n_hid, n_in + 1)
    Theta2 = nn_params[n_hid * (n_in + 1) :].reshape(n_lab, n_hid + 1)
    m = X.shape[0]
    Y = np.eye(n_lab)[y]
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1.dot(Theta1.T)
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    a3 = sigmoid(a2.dot(Theta2.T))
    J = -np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3)) / m
    J += reg / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    delta3 = a3 - Y
    delta2 = delta3.dot(Theta2[:, 1:]) * sigmoid_gradient(z2)
    Theta1_grad = delta2.T.dot(a1) / m
    Theta2_grad = delta3.T.dot(a2) / m
    Theta1_grad[:, 1:] += reg / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += reg / m * Theta2[:, 1:]
    return J, np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def sigmoid_gradient(z):
    g = sigmoid(z)
    return g * (1 - g)
''',
    ("delta3.dot(Theta2[:, 1:])", "delta3.dot(Theta2)"), ("delta3.dot(Theta2[:, 1:])", "delta3.dot(Theta2[1:])"),
    ("sigmoid_gradient(z2)", "sigmoid_gradient(a2)"), ("sigmoid_gradient(z2)", "sigmoid(z2)"), ("delta2.T.dot(a1) / m", "delta2.T.dot(a2) / m"),
    ("delta2.T.dot(a1) / m", "delta2.T.dot(X) / m"),
    ("delta2.T.dot(a1) / m", "delta2.T.dot(a1)"), ("delta3.T.dot(a2) / m", "delta3.T.dot(a3) / m"),
    ("delta3.T.dot(a2) / m", "a2.T.dot(delta3) / m"), ("Theta1_grad[:, 1:] += reg / m * Theta1[:, 1:]", "Theta1_grad += reg / m * Theta1"),
    ("+= reg / m * Theta1[:, 1:]", "+= reg * Theta1[:, 1:]"),
    ("+= reg / m * Theta1[:, 1:]", "-= reg / m * Theta1[:, 1:]"), ("+= reg / m * Theta2[:, 1:]", "+= reg / m * Theta1[:, 1:]"),
    ("[Theta1_grad.ravel(), Theta2_grad.ravel()]", "[Theta2_grad.ravel(), Theta1_grad.ravel()]"), ("return g * (1 - g)", "return z * (1 - z)"),
    ("delta3 = a3 - Y", "delta3 = a3 - y"), ("    Theta2_grad[:, 1:] += reg / m * Theta2[:, 1:]\n", ""),
)  # fmt: skip

style("einsum", '''
import numpy as np

def back(x, y, W, V, m):
    s = np.einsum("bi,ij->bj", x, W)
    a = np.maximum(s, 0.0)
    p = np.einsum("bj,jk->bk", a, V)
    e = (p - y) / m
    gV = np.einsum("bj,bk->jk", a, e)
    ga = np.einsum("bk,jk->bj", e, V)
    gs = np.where(s > 0, ga, 0.0)
    gW = np.einsum("bi,bj->ij", x, gs)
    return gW, gV
''',
    ('"bj,bk->jk", a, e', '"bj,bk->kj", a, e'), ('"bj,bk->jk", a, e', '"bj,bk->jk", s, e'), ('"bk,jk->bj", e, V', '"bk,kj->bj", e, V'),
    ("np.where(s > 0, ga, 0.0)", "np.where(s > 0, 0.0, ga)"), ("np.where(s > 0, ga, 0.0)", "np.where(ga > 0, ga, 0.0)"),
    ("np.where(s > 0, ga, 0.0)", "ga"), ('"bi,bj->ij", x, gs', '"bi,bj->ij", x, ga'), ("return gW, gV", "return gV, gW"),
    ("(p - y) / m", "(y - p) / m"), ("(p - y) / m", "p - y"),
)  # fmt: skip

style("plain numbers", '''
from math import exp

def step(x1, x2, t, w1, w2, v, b, c):
    z = w1 * x1 + w2 * x2 + b
    h = 1 / (1 + exp(-z))
    o = v * h + c
    do = 2 * (o - t)
    dv = do * h
    dc = do
    dh = do * v
    dz = dh * h * (1 - h)
    dw1 = dz * x1
    dw2 = dz * x2
    db = dz
    return dw1, dw2, dv, db, dc
''',
    ("do = 2 * (o - t)", "do = o - t"), ("do = 2 * (o - t)", "do = 2 * (t - o)"), ("dv = do * h", "dv = do * v"), ("dv = do * h", "dv = do * z"),
    ("dh = do * v", "dh = do * h"), ("dz = dh * h * (1 - h)", "dz = dh * h * (1 - z)"), ("dz = dh * h * (1 - h)", "dz = dh * z * (1 - z)"),
    ("dz = dh * h * (1 - h)", "dz = dh"), ("dz = dh * h * (1 - h)", "dz = dh * h * 1 - h"), ("dz = dh * h * (1 - h)", "dz = do * h * (1 - h)"),
    ("dw1 = dz * x1", "dw1 = dz * w1"), ("dw1 = dz * x1", "dw1 = dz * x2"), ("dw1 = dz * x1", "dw1 = dh * x1"), ("db = dz", "db = dh"),
    ("dc = do", "dc = o"),
    ("dw1, dw2, dv, db, dc", "dw1, dw2, dv, dc, db"), ("dw1, dw2, dv, db, dc", "dw2, dw1, dv, db, dc"),
)  # fmt: skip

style("batch normalisation and residual", '''
import numpy as np

def bn_back(dy, cache):
    xhat, gamma, inv_std = cache
    n = dy.shape[0]
    dgamma = np.sum(dy * xhat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dxhat = dy * gamma
    dx = inv_std / n * (n * dxhat - np.sum(dxhat, axis=0) - xhat * np.sum(dxhat * xhat, axis=0))
    return dx, dgamma, dbeta

def bn_front(x, gamma, beta):
    mu, var = np.mean(x, axis=0), np.var(x, axis=0)
    inv_std = 1 / np.sqrt(var + 1e-5)
    xhat = (x - mu) * inv_std
    return gamma * xhat + beta, (xhat, gamma, inv_std)

def block_back(dout, x, z, W):
    dz = dout * (z > 0)
    dW = x.T @ dz
    dx = dz @ W.T + dout
    return dx, dW
''',
    ("np.sum(dy * xhat, axis=0)", "np.sum(dy, axis=0)"), ("np.sum(dy * xhat, axis=0)", "np.sum(dy * gamma, axis=0)"),
    ("np.sum(dy * xhat, axis=0)", "dy * xhat"), ("dxhat = dy * gamma", "dxhat = dy"), ("dxhat = dy * gamma", "dxhat = dy * dgamma"),
    ("dxhat = dy * gamma", "dxhat = dy / gamma"),
    ("inv_std / n * (n", "1 / n * (n"), ("(n * dxhat - np.sum(dxhat, axis=0)", "(n * dxhat + np.sum(dxhat, axis=0)"),
    ("n * dxhat - np.sum(dxhat, axis=0)", "n * dxhat - np.sum(dy, axis=0)"),
    ("xhat * np.sum(dxhat * xhat, axis=0)", "np.sum(dxhat * xhat, axis=0)"),
    ("xhat * np.sum(dxhat * xhat, axis=0)", "xhat * np.sum(dxhat, axis=0)"),
    ("n = dy.shape[0]", "n = dy.shape[1]"), ("dz @ W.T + dout", "dz @ W.T"), ("dz @ W.T + dout", "dz @ W.T + dz"),
    ("dz @ W.T + dout", "dout @ W.T + dout"), ("dout * (z > 0)", "dout * (x > 0)"), ("return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
)  # fmt: skip

style("softmax by hand, momentum", '''
import numpy as np

class MLP:
    def train_step(self, X, labels, lr, mu):
        N = X.shape[0]
        hidden = np.maximum(0, X.dot(self.W1) + self.b1)
        scores = hidden.dot(self.W2) + self.b2
        exp_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        probs = exp_scores / exp_scores.sum(axis=1, keepdims=True)
        dscores = probs.copy()
        dscores[range(N), labels] -= 1
        dscores /= N
        dW2 = hidden.T.dot(dscores)
        db2 = dscores.sum(axis=0)
        dhidden = dscores.dot(self.W2.T)
        dhidden[hidden <= 0] = 0
        dW1 = X.T.dot(dhidden)
        db1 = dhidden.sum(axis=0)
        dW2 += self.reg * self.W2
        dW1 += self.reg * self.W1
        self.vW2 = mu * self.vW2 - lr * dW2
        self.W2 += self.vW2
        self.vW1 = mu * self.vW1 - lr * dW1
        self.W1 += self.vW1
        self.b1 += -lr * db1
        self.b2 += -lr * db2
''',
    ("probs.copy()", "probs"), ("labels] -= 1", "labels] += 1"), ("labels] -= 1", "labels] -= 2"), ("        dscores /= N\n", ""),
    ("dscores /= N", "dscores *= N"), ("hidden.T.dot(dscores)", "hidden.dot(dscores)"), ("hidden.T.dot(dscores)", "dscores.T.dot(hidden)"),
    ("hidden.T.dot(dscores)", "scores.T.dot(dscores)"),
    ("dscores.dot(self.W2.T)", "dscores.dot(self.W2)"), ("dhidden[hidden <= 0] = 0", "dhidden[hidden > 0] = 0"),
    ("dhidden[hidden <= 0] = 0", "dhidden[scores <= 0] = 0"), ("dhidden[hidden <= 0] = 0", "dhidden[hidden <= 0] = 1"),
    ("        dhidden[hidden <= 0] = 0\n", ""), ("X.T.dot(dhidden)", "X.T.dot(dscores)"),
    ("dW1 += self.reg * self.W1", "dW1 += self.reg * self.W2"), ("dW1 += self.reg * self.W1", "dW1 = self.reg * self.W1"),
    ("        dW1 += self.reg * self.W1\n", ""), ("- lr * dW1", "+ lr * dW1"), ("- lr * dW1", "- lr * dW2"),
    ("self.b1 += -lr * db1", "self.b1 += lr * db1"), ("self.b1 += -lr * db1", "self.b1 -= -lr * db1"),
    ("N = X.shape[0]", "N = X.shape[1]"),
)  # fmt: skip


def cases():
    """(name, right text, wrong text, right piece, wrong piece)."""
    for name, (text, faults) in STYLES.items():
        for right, wrong in faults:
            assert text.count(right) == 1, (name, right)
            yield name, text, text.replace(right, wrong), right, wrong


def places(text, wrong_text):
    """The statements of the wrong text that differ from the right one; where a line is missing, those beside it."""
    tree = ast.parse(wrong_text)
    rows, right_rows = wrong_text.splitlines(), text.splitlines()
    first = next((i for i, (a, b) in enumerate(zip(rows, right_rows, strict=False)) if a != b), len(rows) - 1) + 1
    here = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and not isinstance(n, ast.FunctionDef | ast.ClassDef)]
    if len(rows) < len(right_rows):
        first = min(first, len(rows))
        near = [n for n in here if first - 5 <= n.lineno <= first + 4 and not hasattr(n, "body")]
        return tree, near
    return tree, [n for n in here if n.lineno == first]


def lines_of(text):
    return sorted(ast.unparse(n) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.stmt) and not hasattr(n, "body"))


def rank(text, wrong_text):
    """(place of the right text in the catalogue or None, its Edit, counts of changes, seconds) of the statement that was changed."""
    tree, here = places(text, wrong_text)
    source = SimpleNamespace(text=wrong_text, tree=tree, lines=wrong_text.splitlines(), filename="mine.py")
    wanted, lost = meaning(ast.parse(text)), lines_of(text) if len(wrong_text.splitlines()) < len(text.splitlines()) else None
    right, wrong = ({ast.unparse(n) for n in ast.walk(t) if isinstance(n, ast.stmt)} for t in (ast.parse(text), tree))
    meant = {meaning(_head(row)) for row in right - wrong}
    best, counts, took = None, [], 0.0
    for node in here:
        start = time.process_time()
        every = sorted((*edits_of(source, node), *moves_of(source, node)), key=lambda edit: edit.cost)
        took += time.process_time() - start
        counts.append(len(every))
        for place, edit in enumerate(every):
            likely = edit.plan is None or meaning(_head(edit.after)) in meant
            if likely and (best is None or place < best[0]) and _same(edit.applied(wrong_text), wanted, lost):
                best = place, edit
    return *(best or (None, None)), counts, took / max(1, len(here))


def _head(text):
    """A statement, of one that holds others the first line."""
    first = text.splitlines()[0] if text.startswith(("if ", "for ", "while ", "elif ")) else text
    return ast.parse(first.removeprefix("el") + " pass" if first.endswith(":") else text).body[0]


def _same(text, wanted, lost):
    try:
        return meaning(ast.parse(text)) == wanted or (lost is not None and lines_of(text) == lost)
    except SyntaxError:
        return False


def main():
    edits.STRICT = True
    ranks, counts, seconds, missed = {}, [], [], 0
    for name, text, wrong_text, right, wrong in cases():
        place, edit, count, took = rank(text, wrong_text)
        ranks.setdefault(name, []).append(place)
        counts += count
        seconds.append(took)
        missed += place is None
        if place is None or place > 30:
            print("missed" if place is None else f"{place:3d} {edit.cost:.2f} {edit.kind}", "|", name, "|", wrong, "->", right)
    for name, found in ranks.items():
        known = [r for r in found if r is not None]
        print(f"{name:40s} {len(known):3d} of {len(found):3d}   median {statistics.median(known):5.1f}   {found}")
    every = sorted(r for found in ranks.values() for r in found if r is not None)
    print(f"{len(every)} of {len(every) + missed} found")
    print(f"place: median {statistics.median(every)}, 90 % {every[int(0.9 * len(every))]}, last {every[-1]}")
    counts.sort()
    print(f"changes of a line: median {statistics.median(counts)}, 95 % {counts[int(0.95 * len(counts))]}")
    print(f"{1000 * statistics.median(seconds):.0f} ms for a line")


if __name__ == "__main__":
    main()
