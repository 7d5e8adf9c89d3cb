"""Right scripts as courses and their students write them: {name: (source, loss, rate)}. Each was misread once."""

BATCHES = '''
import numpy as np
class Model:
    def __init__(self, inputs, units):
        self.kernel = np.random.normal(size=(inputs, units)) * 0.4
        self.bias = np.zeros(units)
    def predict(self, x):
        return np.tanh(x @ self.kernel + self.bias)
    def evaluate(self, x, y):
        return np.mean((self.predict(x) - y) ** 2)
    def train_on_batch(self, x, y, lr):
        out = self.predict(x)
        d = 2 * (out - y) / y.size * (1 - out ** 2)
        self.kernel -= lr * x.T @ d
        self.bias -= lr * d.sum(axis=0)
    def fit(self, x, y, epochs=2, batch_size=8, lr=0.1):
        idx = np.arange(len(x))
        for epoch in range(epochs):
            np.random.shuffle(idx)
            for start in range(0, len(x), batch_size):
                batch = idx[start:start + batch_size]
                self.train_on_batch(x[batch], y[batch], lr)
np.random.seed(0)
x_train = np.random.normal(size=(24, 3))
y_train = np.random.normal(size=(24, 2))
model = Model(3, 2)
model.fit(x_train, y_train)
'''

PAIRS = '''
import random
import numpy as np
class Network:
    def __init__(self, sizes):
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = 1 / (1 + np.exp(-(w @ a + b)))
        return a
    def cost(self, data):
        return sum(0.5 * np.linalg.norm(self.feedforward(x) - y) ** 2 for x, y in data) / len(data)
    def SGD(self, training_data, epochs, size, eta):
        for j in range(epochs):
            random.shuffle(training_data)
            mini_batches = [training_data[k:k + size] for k in range(0, len(training_data), size)]
            for mini_batch in mini_batches:
                self.update_mini_batch(mini_batch, eta)
    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            activations = [x]
            for b, w in zip(self.biases, self.weights):
                activations.append(1 / (1 + np.exp(-(w @ activations[-1] + b))))
            delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
            for l in range(1, len(self.weights) + 1):
                nabla_b[-l] += delta
                nabla_w[-l] += delta @ activations[-l - 1].T
                delta = self.weights[-l].T @ delta * activations[-l - 1] * (1 - activations[-l - 1])
        self.weights = [w - eta / len(mini_batch) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - eta / len(mini_batch) * nb for b, nb in zip(self.biases, nabla_b)]
np.random.seed(1)
data = []
for _ in range(6):
    data.append((np.random.randn(3, 1), np.random.rand(1, 1)))
net = Network([3, 2, 1])
net.SGD(data, 2, 2, 0.5)
'''

DEFAULT_RATE = '''
import numpy as np
np.random.seed(1)
X, Y = np.random.randn(2, 9), np.random.rand(1, 9)
def forward(X, parameters):
    return np.tanh(parameters["W"] @ X + parameters["b"])
def gradients(parameters, A, X, Y):
    dZ = (A - Y) / Y.shape[1] * (1 - A ** 2)
    return {"dW": dZ @ X.T, "db": dZ.sum(axis=1, keepdims=True)}
def update_parameters(parameters, grads, learning_rate=1.2):
    for key in ("W", "b"):
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters
parameters = {"W": np.random.randn(1, 2), "b": np.zeros((1, 1))}
for i in range(3):
    A = forward(X, parameters)
    cost = 0.5 * np.mean((A - Y) ** 2)
    grads = gradients(parameters, A, X, Y)
    parameters = update_parameters(parameters, grads)
'''

SUMS = '''
from math import exp
def forward(network, row):
    inputs = row[:-1]
    for layer in network:
        new = []
        for neuron in layer:
            total = neuron["weights"][-1]
            for i in range(len(inputs)):
                total += neuron["weights"][i] * inputs[i]
            neuron["output"] = 1.0 / (1.0 + exp(-total))
            new.append(neuron["output"])
        inputs = new
    return inputs
def example_loss(network, row):
    return 0.5 * (forward(network, row)[0] - row[-1]) ** 2
def backward(network, expected):
    for i in reversed(range(len(network))):
        layer = network[i]
        errors = []
        if i != len(network) - 1:
            for j in range(len(layer)):
                error = 0.0
                for neuron in network[i + 1]:
                    error += neuron["weights"][j] * neuron["delta"]
                errors.append(error)
        else:
            errors.append(layer[0]["output"] - expected)
        for j in range(len(layer)):
            layer[j]["delta"] = errors[j] * layer[j]["output"] * (1.0 - layer[j]["output"])
def update(network, row, l_rate):
    for i in range(len(network)):
        inputs = row[:-1] if i == 0 else [neuron["output"] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron["weights"][j] -= l_rate * neuron["delta"] * inputs[j]
            neuron["weights"][-1] -= l_rate * neuron["delta"]
def train(network, rows, l_rate, n_epoch):
    for epoch in range(n_epoch):
        sum_error = 0
        for row in rows:
            sum_error += example_loss(network, row)
            backward(network, row[-1])
            update(network, row, l_rate)
network = [[{"weights": [0.3, -0.2, 0.1]}, {"weights": [-0.4, 0.5, 0.2]}], [{"weights": [0.7, -0.6, 0.05]}]]
train(network, [[1.0, 0.5, 1.0], [-0.7, 0.2, 0.0]], 0.5, 2)
'''

CLOSURES = '''
import numpy as np
rng = np.random.default_rng(0)
PARAMS, GRADS = [], []
def dense(n_in, n_out):
    W = rng.normal(size=(n_in, n_out))
    dW = np.zeros_like(W)
    PARAMS.append(W)
    GRADS.append(dW)
    saved = None
    def forward(x):
        nonlocal saved
        saved = x
        return x @ W
    def backward(g):
        dW[...] = saved.T @ g
        return g @ W.T
    return forward, backward
def mse(target):
    diff = None
    def forward(pred):
        nonlocal diff
        diff = pred - target
        return (diff ** 2).mean()
    def backward():
        return 2 * diff / diff.size
    return forward, backward
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
net = [dense(3, 2), dense(2, 1)]
loss_forward, loss_backward = mse(Y)
def total_loss():
    h = X
    for forward, _ in net:
        h = forward(h)
    return loss_forward(h)
def train_step(lr):
    total_loss()
    g = loss_backward()
    for _, backward in reversed(net):
        g = backward(g)
    for p, dp in zip(PARAMS, GRADS):
        p -= lr * dp
for step in range(3):
    train_step(0.1)
'''

ONE_BY_ONE = '''
import numpy as np
np.random.seed(4)
X = np.random.randn(9, 3)
t = (X[:, 0] > 0).astype(int)
w, b = np.random.randn(3) * 0.1, np.zeros(1)
def cost(w, b, x, y):
    p = 1 / (1 + np.exp(-(np.dot(w, x) + b[0])))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))
def gradient(w, b, x, y):
    error = 1 / (1 + np.exp(-(np.dot(w, x) + b[0]))) - y
    return error * x, np.array([error])
for epoch in range(3):
    for i in reversed(range(9)):
        gw, gb = gradient(w, b, X[i], t[i])
        w -= 0.1 * gw
        b -= 0.1 * gb
'''

ENUMERATED = '''
import numpy as np
class Reg:
    def __init__(self, d):
        r = np.random.RandomState(0)
        self.p = [r.randn(d, 1) * 0.5, np.zeros(1)]
    def loss(self, X, y):
        return np.mean(np.log(np.cosh(X @ self.p[0] + self.p[1] - y)))
    def grad(self, X, y):
        d = np.tanh(X @ self.p[0] + self.p[1] - y) / len(X)
        return [X.T @ d, d.sum(0)]
    def fit(self, X, y, epochs=3, bs=4, lr=0.1):
        for e in range(epochs):
            perm = np.random.permutation(len(X))
            for i in range(0, len(X), bs):
                idx = perm[i:i+bs]
                for k, g in enumerate(self.grad(X[idx], y[idx])):
                    self.p[k] = self.p[k] - lr * g
np.random.seed(1)
X = np.random.randn(12, 3)
y = X[:, :1] ** 2
net = Reg(3)
net.fit(X, y)
'''

COURSES = {
    "gradients are enumerated": (ENUMERATED, "net.loss(X, y)", "lr"),
    "a fit on batches, the loss over all": (BATCHES, "model.evaluate(x_train, y_train)", "lr"),
    "batches cut from a list of pairs": (PAIRS, "net.cost(data)", "eta"),
    "the rate is a default": (DEFAULT_RATE, "cost", None),
    "errors are summed up in plain Python": (SUMS, "sum_error", "l_rate"),
    "layers are closures": (CLOSURES, "total_loss()", "lr"),
    "the loss picks its example": (ONE_BY_ONE, "cost(w, b, X[i], t[i])", "0.1"),
}
