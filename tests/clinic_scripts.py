"""Scripts as people write them, top to bottom: each with its loss, what else is said of it, its parameters, and those that come out wrong."""

import textwrap
from dataclasses import dataclass, field

START = """import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(8, 4))
Y = rng.normal(size=(8, 2))
W1 = rng.normal(size=(4, 5)) * 0.5
b1 = rng.normal(size=5) * 0.1
W2 = rng.normal(size=(5, 2)) * 0.5
b2 = np.zeros(2)
lr = 0.1
"""

FORWARD = """
H = np.tanh(X @ W1 + b1)
out = H @ W2 + b2
loss = ((out - Y) ** 2).mean()
"""

BACKWARD = """
d2 = 2 * (out - Y) / Y.size
dW2 = H.T @ d2
db2 = d2.sum(axis=0)
d1 = (d2 @ W2.T) * (1 - H ** 2)
dW1 = X.T @ d1
db1 = d1.sum(axis=0)
"""

UPDATE = """
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
"""

FOUR = ("W1", "b1", "W2", "b2")


def indented(text, by=1):
    return "".join(f"{'    ' * by}{line}\n" if line else "\n" for line in text.strip("\n").split("\n"))


@dataclass
class Case:
    source: str
    loss: str = "loss"
    said: dict = field(default_factory=dict)
    parameters: tuple = FOUR
    wrong: tuple = ()


LOOP = START + "\nfor epoch in range(1000):\n" + indented(FORWARD + BACKWARD + UPDATE)

UPDATED = indented(UPDATE)
WORK = START.replace("import numpy as np\n", "") + "\nfor epoch in range(1000):\n" + indented(FORWARD + BACKWARD + UPDATE)
MAIN = "import numpy as np\n\n\ndef main():\n" + indented(WORK) + "\n\nif __name__ == '__main__':\n    main()\n"

TRAIN = (
    START.replace("lr = 0.1\n", "") + "\n\ndef train(X, Y, W1, b1, W2, b2, lr=0.1, epochs=50):\n    history = []\n    for epoch in range(epochs):\n"
    + indented(FORWARD + BACKWARD + UPDATE, 2) + "        history.append(loss)\n        if loss < 1e-3:\n            return W1, b1, W2, b2, history\n"
    + "    return W1, b1, W2, b2, history\n\n\nW1, b1, W2, b2, history = train(X, Y, W1, b1, W2, b2)\nprint(history[-1])\n"
)  # fmt: skip

FUNCTIONS = START + '''

def init():
    return W1, b1, W2, b2


def forward_prop(X, W1, b1, W2, b2):
    H = np.tanh(X @ W1 + b1)
    return H, H @ W2 + b2


def backward_prop(X, Y, H, out, W2):
    d2 = 2 * (out - Y) / Y.size
    d1 = (d2 @ W2.T) * (1 - H ** 2)
    return X.T @ d1, d1.sum(axis=0), H.T @ d2, d2.sum(axis=0)


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def gradient_descent(X, Y, alpha, iterations):
    W1, b1, W2, b2 = init()
    for i in range(iterations):
        H, out = forward_prop(X, W1, b1, W2, b2)
        dW1, db1, dW2, db2 = backward_prop(X, Y, H, out, W2)
        W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
        if i % 10 == 0:
            print("Iteration:", i, ((out - Y) ** 2).mean())
    return W1, b1, W2, b2


W1, b1, W2, b2 = gradient_descent(X, Y, 0.10, 500)
'''  # fmt: skip

EXAMPLES = """import numpy as np

rng = np.random.default_rng(0)
data = rng.normal(size=(20, 3))
labels = (data.sum(axis=1) > 0).astype(float)
w = rng.normal(size=3) * 0.3
b = 0
eta = 0.05

for epoch in range(100):
    order = rng.permutation(len(data))
    total = 0
    for i in order:
        x, t = data[i], labels[i]
        a = 1 / (1 + np.exp(-(w @ x + b)))
        total += -(t * np.log(a) + (1 - t) * np.log(1 - a))
        dz = a - t
        w = w - eta * dz * x
        b = b - eta * dz
    if epoch % 10 == 0:
        print(epoch, total / len(data))
"""

BATCHES = (
    START
    + """batch_size = 3

for epoch in range(20):
    perm = rng.permutation(len(X))
    X_shuffled, Y_shuffled = X[perm], Y[perm]
    epoch_loss = 0.0
    for start in range(0, len(X), batch_size):
        Xb = X_shuffled[start:start + batch_size]
        Yb = Y_shuffled[start:start + batch_size]
        H = np.maximum(Xb @ W1 + b1, 0)
        out = H @ W2 + b2
        batch_loss = ((out - Yb) ** 2).sum() / len(Xb)
        epoch_loss += batch_loss
        d2 = 2 * (out - Yb) / len(Xb)
        dW2, db2 = H.T @ d2, d2.sum(axis=0)
        d1 = (d2 @ W2.T) * (H > 0)
        dW1, db1 = Xb.T @ d1, d1.sum(axis=0)
        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2
    history = epoch_loss / 3
    lr *= 0.99
"""
)

TOLERANCE = START + """
loss, previous, step = np.inf, 0, 0
while abs(previous - loss) > 1e-6 and step < 1000:
    previous = loss
""" + indented(FORWARD + BACKWARD + UPDATE) + "    step += 1\n"  # fmt: skip

LISTS = """import numpy as np

np.random.seed(1)
sizes = [4, 6, 5, 2]
weights = [np.random.randn(a, b) * 0.5 for a, b in zip(sizes[:-1], sizes[1:])]
biases = [np.random.randn(b) * 0.1 for b in sizes[1:]]
X, Y = np.random.randn(7, 4), np.random.randn(7, 2)
learning_rate = 0.01

for it in range(300):
    acts = [X]
    for W, b in zip(weights, biases):
        acts.append(np.tanh(acts[-1] @ W + b))
    loss = 0.5 * np.sum((acts[-1] - Y) ** 2)
    delta = (acts[-1] - Y) * (1 - acts[-1] ** 2)
    for k in range(len(weights) - 1, -1, -1):
        dW, db = acts[k].T @ delta, delta.sum(axis=0)
        delta = (delta @ weights[k].T) * (1 - acts[k] ** 2)
        weights[k] -= learning_rate * dW
        biases[k] -= learning_rate * db
"""
LISTED = ("weights[0]", "weights[1]", "weights[2]", "biases[0]", "biases[1]", "biases[2]")

NIELSEN = LISTS.replace("""        dW, db = acts[k].T @ delta, delta.sum(axis=0)
        delta = (delta @ weights[k].T) * (1 - acts[k] ** 2)
        weights[k] -= learning_rate * dW
        biases[k] -= learning_rate * db
""", """        nabla_w[k], nabla_b[k] = acts[k].T @ delta, delta.sum(axis=0)
        delta = (delta @ weights[k].T) * (1 - acts[k] ** 2)
    weights = [w - learning_rate * nw for w, nw in zip(weights, nabla_w)]
    biases = [b - learning_rate * nb for b, nb in zip(biases, nabla_b)]
""").replace("    delta = (acts[-1]", "    nabla_w, nabla_b = [0] * 3, [0] * 3\n    delta = (acts[-1]")  # fmt: skip

DICTIONARY = (
    START.split("lr =")[0]
    + """params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
config = {"lr": 0.1, "epochs": 100}


def forward(X, params):
    H = np.tanh(X @ params["W1"] + params["b1"])
    return H, H @ params["W2"] + params["b2"]


def backward(X, Y, H, out, params):
    grads = {}
    d2 = 2 * (out - Y) / Y.size
    grads["W2"], grads["b2"] = H.T @ d2, d2.sum(axis=0)
    d1 = (d2 @ params["W2"].T) * (1 - H ** 2)
    grads["W1"], grads["b1"] = X.T @ d1, d1.sum(axis=0)
    return grads


for epoch in range(config["epochs"]):
    H, out = forward(X, params)
    loss = ((out - Y) ** 2).mean()
    grads = backward(X, Y, H, out, params)
    for key in params:
        params[key] -= config["lr"] * grads[key]
"""
)

MOMENTUM = (
    START + "mu = 0.9\nvW1, vb1, vW2, vb2 = np.zeros_like(W1), np.zeros_like(b1), np.zeros_like(W2), np.zeros_like(b2)\n\nfor epoch in range(100):\n"
    + indented(FORWARD + BACKWARD + "".join(f"v{n} = mu * v{n} - lr * d{n}\n{n} += v{n}\n" for n in FOUR))
)  # fmt: skip

PENALTY = START + "lam = 0.3\n\nfor epoch in range(100):\n" + indented(
    FORWARD + BACKWARD.replace("X.T @ d1", "X.T @ d1 + lam * W1").replace("H.T @ d2", "H.T @ d2 + lam * W2") + UPDATE
    + "print(f'{epoch} {loss + 0.5 * lam * (np.sum(W1 ** 2) + np.sum(W2 ** 2)):.4f}')\n")  # fmt: skip

DRAWN = "history.append(loss)\nax.clear()\nax.plot(history)\nplt.pause(0.5)\ntime.sleep(3)\nprint('loss', loss)\n"
PLOTTED = (
    "import time\nimport matplotlib.pyplot as plt\n" + START + "history = []\nplt.ion()\nfig, ax = plt.subplots()\n\nfor epoch in range(100):\n"
    + indented(FORWARD + DRAWN + BACKWARD + UPDATE) + "plt.show()\n"
)  # fmt: skip

ACCUMULATED = START + """m = len(X)

for epoch in range(100):
    loss = 0
    dW1, db1 = np.zeros_like(W1), np.zeros_like(b1)
    dW2, db2 = np.zeros_like(W2), np.zeros_like(b2)
    for i in range(m):
        h = np.tanh(X[i] @ W1 + b1)
        o = h @ W2 + b2
        loss += 0.5 * np.sum((o - Y[i]) ** 2) / m
        d2 = (o - Y[i]) / m
        dW2 += np.outer(h, d2)
        db2 += d2
        d1 = (W2 @ d2) * (1 - h ** 2)
        dW1 += np.outer(X[i], d1)
        db1 += d1
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
"""  # fmt: skip

OBJECTS = """import numpy as np


class Layer:
    def __init__(self, n_in, n_out, rng):
        self.W, self.b = rng.normal(size=(n_in, n_out)) * 0.5, np.zeros(n_out)

    def forward(self, x):
        self.x = x
        self.a = np.tanh(x @ self.W + self.b)
        return self.a

    def backward(self, grad, lr):
        dz = grad * (1 - self.a ** 2)
        below = dz @ self.W.T
        self.W -= lr * self.x.T @ dz
        self.b -= lr * dz.sum(axis=0)
        return below


rng = np.random.default_rng(0)
X, Y = rng.normal(size=(6, 3)), rng.uniform(-1, 1, (6, 2))
layers = [Layer(3, 4, rng), Layer(4, 2, rng)]

for epoch in range(50):
    out = X
    for layer in layers:
        out = layer.forward(out)
    error = np.mean((out - Y) ** 2)
    grad = 2 * (out - Y) / Y.size
    for layer in reversed(layers):
        grad = layer.backward(grad, 0.1)
"""
OBJECTED = ("layers[0].W", "layers[0].b", "layers[1].W", "layers[1].b")

FITTED = """import numpy as np


class Net:
    def __init__(self, rng):
        self.W1, self.b1 = rng.normal(size=(3, 4)) * 0.5, np.zeros(4)
        self.W2, self.b2 = rng.normal(size=(4, 1)) * 0.5, np.zeros(1)

    def forward(self, X):
        self.h = np.maximum(X @ self.W1 + self.b1, 0)
        return self.h @ self.W2 + self.b2

    def backward(self, X, y, out, lr):
        d = (out - y) / len(X)
        dh = (d @ self.W2.T) * (self.h > 0)
        self.W2 -= lr * self.h.T @ d
        self.b2 -= lr * d.sum(axis=0)
        self.W1 -= lr * X.T @ dh
        self.b1 -= lr * dh.sum(axis=0)

    def fit(self, X, y, epochs=100, lr=0.1):
        for _ in range(epochs):
            out = self.forward(X)
            self.backward(X, y, out, lr)


rng = np.random.default_rng(0)
X = rng.normal(size=(9, 3))
y = X[:, :1] * X[:, 1:2]
net = Net(rng)
net.fit(X, y)
"""

NUMBERS = """import math

w1, w2, b1, b2 = 0.15, 0.4, 0.35, 0
x, target = 0.05, 0.01
alpha = 0.5
for step in range(1000):
    h = 1 / (1 + math.exp(-(w1 * x + b1)))
    o = 1 / (1 + math.exp(-(w2 * h + b2)))
    E = 0.5 * (target - o) ** 2
    do = (o - target) * o * (1 - o)
    dh = do * w2 * h * (1 - h)
    w1, w2, b1, b2 = w1 - alpha * dh * x, w2 - alpha * do * h, b1 - alpha * dh, b2 - alpha * do
"""

DATA = "import sys\n" + START.replace("X = rng.normal(size=(8, 4))", "X = np.loadtxt('data.csv', delimiter=',')") + (
    "epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 10\n\nfor epoch in range(epochs):\n") + indented(FORWARD + BACKWARD + UPDATE)  # fmt: skip

UPDATED_FIRST = START + "\nfor epoch in range(9):\n    H = np.tanh(X @ W1 + b1)\n    out = H @ W2 + b2\n" + indented(
    BACKWARD + UPDATE) + "    loss = ((out - Y) ** 2).mean()\n    print(epoch, loss)\n    if loss < 0.01:\n        break\n"  # fmt: skip

LATE = START + "\nfor epoch in range(9):\n    H = np.tanh(X @ W1 + b1)\n    out = H @ W2 + b2\n" + indented(
    BACKWARD + UPDATE) + "    out = np.tanh(X @ W1 + b1) @ W2 + b2\n    loss = ((out - Y) ** 2).mean()\n"  # fmt: skip

CENTRED = """m, mean = X.shape[0], X.mean(axis=0)
X = X - mean
X /= X.std(axis=0)
Y = Y - Y.mean()
"""

GLOBALS = (
    START
    + """

def predict(x):
    global H
    H = np.tanh(x @ W1 + b1)
    return H @ W2 + b2


def learn(x, y):
    global W1, b1, W2, b2
    d2 = 2 * (predict(x) - y) / y.size
    d1 = (d2 @ W2.T) * (1 - H ** 2)
    W2 = W2 - lr * H.T @ d2
    b2 = b2 - lr * d2.sum(axis=0)
    W1 -= lr * x.T @ d1
    b1 -= lr * d1.sum(axis=0)


for epoch in range(100):
    learn(X, Y)
    if epoch % 10 == 0:
        print(epoch, np.mean((predict(X) - Y) ** 2))
"""
)

ONE_PASS = START + "m = len(X)\n" + textwrap.dedent(ACCUMULATED.split("range(100):\n")[1])

LISTED_LOSSES = (
    BATCHES.replace("epoch_loss = 0.0", "losses = []").replace("epoch_loss += batch_loss", "losses.append(batch_loss)")
    .replace("epoch_loss / 3", "np.mean(losses)")
)  # fmt: skip

WRAPPED = (
    START + "with np.errstate(all='ignore'):\n    try:\n        for epoch in range(10):\n" + indented(FORWARD + BACKWARD + UPDATE, 3)
    + "    except KeyboardInterrupt:\n        pass\n"
)  # fmt: skip

ADAM = START + """beta1, beta2, eps = 0.9, 0.999, 1e-8
ms = {k: np.zeros_like(v) for k, v in (("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2))}
vs = {k: np.zeros_like(v) for k, v in ms.items()}


def adam(key, value, grad, t):
    ms[key] = beta1 * ms[key] + (1 - beta1) * grad
    vs[key] = beta2 * vs[key] + (1 - beta2) * grad ** 2
    return value - lr * (ms[key] / (1 - beta1 ** t)) / (np.sqrt(vs[key] / (1 - beta2 ** t)) + eps)


t = 0
for epoch in range(100):
""" + indented(FORWARD + BACKWARD + "t += 1\n" + "".join(f"{n} = adam('{n}', {n}, d{n}, t)\n" for n in FOUR))  # fmt: skip

AVERAGED = START + "beta = 0.9\nV = [np.zeros_like(p) for p in (W1, b1, W2, b2)]\n\nfor epoch in range(100):\n" + indented(
    FORWARD + BACKWARD + "".join(f"V[{k}] = beta * V[{k}] + (1 - beta) * d{n}\n{n} -= lr * V[{k}]\n" for k, n in enumerate(FOUR)))  # fmt: skip

CASES = {
    "loop": Case(LOOP, said={"rate": "lr"}),
    "loop, the rate is seen": Case(LOOP),
    "loop, the gradients are named": Case(LOOP, said={"grads": {n: f"d{n}" for n in FOUR}}),
    "no loop": Case(START + FORWARD + BACKWARD + UPDATE),
    "no loop, no update": Case(START + FORWARD + BACKWARD, said={"grads": {n: f"d{n}" for n in FOUR}}),
    "no loop, two gradients": Case(START + FORWARD + BACKWARD, said={"grads": {"W1": "dW1", "b2": "db2"}}, parameters=("W1", "b2")),
    "in main": Case(MAIN),
    "in train": Case(TRAIN),
    "functions": Case(FUNCTIONS, loss="((out - Y) ** 2).mean()"),
    "examples": Case(EXAMPLES, loss="-(t * np.log(a) + (1 - t) * np.log(1 - a))", parameters=("w", "b")),
    "examples, the sum of losses": Case(EXAMPLES, loss="total", said={"rate": "eta"}, parameters=("w", "b")),
    "mini-batches": Case(BATCHES, loss="batch_loss"),
    "until it stands still": Case(TOLERANCE),
    "lists": Case(LISTS, parameters=LISTED),
    "lists, new ones": Case(NIELSEN, parameters=LISTED),
    "dictionary": Case(DICTIONARY),
    "momentum": Case(MOMENTUM, said={"rate": "lr"}),
    "penalty": Case(PENALTY, loss="loss + 0.5 * lam * (np.sum(W1 ** 2) + np.sum(W2 ** 2))"),
    "plots": Case(PLOTTED),
    "accumulated": Case(ACCUMULATED),
    "layers": Case(OBJECTS, loss="error", parameters=OBJECTED),
    "fit": Case(FITTED, loss="0.5 * ((out - y) ** 2).sum() / len(X)", parameters=("W1", "b1", "W2", "b2")),
    "numbers": Case(NUMBERS, loss="E", parameters=("w1", "w2", "b1", "b2")),
    "a file of data": Case(DATA),
    "the loss after the update": Case(UPDATED_FIRST),
    "once": Case(BATCHES, loss="batch_loss", said={"once": {"batch_size": 8}}),
    "the loss after the loop": Case(BATCHES, loss="history", said={"rate": "lr"}),
    "losses in a list": Case(LISTED_LOSSES, loss="history"),
    "a last look": Case(LOOP + "\nfinal = ((out - Y) ** 2).mean()\n", loss="final"),
    "with and try": Case(WRAPPED),
    "Adam, the gradients are found": Case(ADAM, said={"rate": "lr"}),
    "an average of gradients": Case(AVERAGED, said={"rate": "lr"}),
    "an average of gradients, one doubled": Case(AVERAGED.replace("d2.sum(axis=0)", "2 * d2.sum(axis=0)"), said={"rate": "lr"}, wrong=("b2",)),
    "data that is centred": Case(START + CENTRED + LOOP[len(START):]),
    "data that is centred, no loop": Case(START + CENTRED + FORWARD + BACKWARD + UPDATE),
    "data that is centred, in train": Case(TRAIN.replace("    history = []\n", "    history = []\n" + indented(CENTRED))),
    "a rate that falls": Case(BATCHES.replace("    lr *= 0.99", "    lr -= 0.001"), loss="batch_loss"),
    "a rate that falls first": Case(BATCHES.replace("    epoch_loss = 0.0", "    lr = lr - 0.001\n    epoch_loss = 0.0"), loss="batch_loss"),
    "two trainings": Case(LOOP + "\nlr = 0.01\nfor epoch in range(20):\n" + indented(FORWARD + BACKWARD.replace("2 *", "4 *") + UPDATE), wrong=()),
    "a list of all": Case(LOOP.replace(UPDATED, "    for p, g in zip(every, [dW1, db1, dW2, db2]):\n        p -= lr * g\n").replace(
        "lr = 0.1\n", "lr = 0.1\nevery = [W1, b1, W2, b2]\n")),
    "globals": Case(GLOBALS, loss="np.mean((predict(X) - Y) ** 2)"),
    "one pass, adding up": Case(ONE_PASS),
    # and with faults
    "a bias that never learns": Case(LOOP.replace("    b1 -= lr * db1\n", ""), wrong=("b1",)),
    "weights that never learn": Case(LOOP.replace("    W1 -= lr * dW1\n", ""), wrong=("W1",)),
    "a step without the rate": Case(LOOP.replace("b2 -= lr * db2", "b2 -= db2"), wrong=("b2",)),
    "a slope forgotten": Case(
        LISTS.replace(" * (1 - acts[k] ** 2)\n        w", "\n        w"),
        parameters=LISTED, wrong=("weights[0]", "weights[1]", "biases[0]", "biases[1]")),
    "a list that never learns": Case(
        LISTS.replace("        biases[k] -= learning_rate * db\n", ""), parameters=LISTED, wrong=("biases[0]", "biases[1]", "biases[2]")),
    "a key that never learns": Case(DICTIONARY.replace("for key in params:", 'for key in ("W1", "W2", "b1"):'), wrong=("b2",)),
    "an object updates too early": Case(
        OBJECTS.replace("        below = dz @ self.W.T\n", "").replace("        return below", "        return dz @ self.W.T"),
        loss="error", parameters=OBJECTED, wrong=("layers[0].W", "layers[0].b")),
    "half a step, with names that change": Case(
        LOOP.replace(UPDATED, "    for array, step in zip((W1, b1, W2, b2), (dW1, db1, dW2, db2)):\n        array -= 0.5 * lr * step\n"),
        said={"rate": "lr"}, wrong=FOUR),
    "a wrong sign": Case(EXAMPLES.replace("b = b - eta", "b = b + eta"), loss="total", said={"rate": "eta"}, parameters=("w", "b"), wrong=("b",)),
    "gradients not set to 0": Case(ACCUMULATED.replace("    dW2, db2 = np.zeros_like(W2), np.zeros_like(b2)\n", "").replace(
        "m = len(X)\n", "m = len(X)\ndW2, db2 = np.zeros_like(W2), np.zeros_like(b2)\n")),
}  # fmt: skip
