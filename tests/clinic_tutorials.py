"""Programs in the shapes of well-known courses and tutorials, written anew: each is right, and wrong with one change of its text."""

from dataclasses import dataclass

from clinic_classics import LOSS_FUN

HEAD = """import numpy as np
rng = np.random.default_rng(7)
"""


@dataclass(frozen=True)
class Program:
    """`text` and the `call` of the clinic; with `change` (old, new) the gradients of `wrong` are wrong; `note`: a word that a note has to say.

    verdict : "raises" where it cannot be judged; then `note` stands in the trouble.
    """

    text: str
    call: str
    change: tuple = ()
    wrong: frozenset = frozenset()
    note: str = ""
    verdict: str = "right"

    @property
    def faulty(self):
        assert self.text.count(self.change[0]) == 1, self.change
        return self.text.replace(*self.change)


def program(text, call, change=(), wrong=(), note="", verdict="right"):
    return Program(HEAD + text.lstrip("\n"), call, change, frozenset(wrong.split() if isinstance(wrong, str) else wrong), note, verdict)


P = {}

# --- networks of sigmoids, one example at a time or a batch -------------------------------------------------------------------

P["digits network with cross-entropy and weight decay"] = program('''
class Network:
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.biases = [rng.normal(size=(y, 1)) for y in sizes[1:]]
        self.weights = [rng.normal(size=(y, x)) / np.sqrt(x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a

    def update_mini_batch(self, mini_batch, eta, lmbda, n):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [(1 - eta * (lmbda / n)) * w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = activations[-1] - y
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            sp = sigmoid_prime(zs[-l])
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return nabla_b, nabla_w

    def total_cost(self, data, lmbda):
        cost = 0.0
        for x, y in data:
            a = self.feedforward(x)
            cost += np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a))) / len(data)
        return cost + 0.5 * (lmbda / len(data)) * sum(np.linalg.norm(w) ** 2 for w in self.weights)

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))

net = Network([4, 5, 3])
data = [(rng.normal(size=(4, 1)), np.eye(3)[:, [k % 3]]) for k in range(5)]
''', "check(net, lambda: net.total_cost(data, 0.3), step=lambda: net.update_mini_batch(data, 0.5, 0.3, len(data)), rate=0.5)",
    ("sp = sigmoid_prime(zs[-l])", "sp = sigmoid_prime(zs[-l + 1])[:1]"), "biases[0] weights[0]")

P["layers of a course, dicts and caches"] = program('''
def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = rng.normal(size=(layer_dims[l], layer_dims[l - 1])) * 0.5
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters

def linear_activation_forward(A_prev, W, b, activation):
    Z = W.dot(A_prev) + b
    A = np.maximum(0, Z) if activation == "relu" else 1 / (1 + np.exp(-Z))
    return A, ((A_prev, W, b), Z)

def L_model_forward(X, parameters):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = linear_activation_forward(A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
    caches.append(cache)
    return AL, caches

def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.squeeze((1.0 / m) * (-np.dot(Y, np.log(AL).T) - np.dot(1 - Y, np.log(1 - AL).T)))

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), 1.0 / m * np.dot(dZ, A_prev.T), 1.0 / m * np.sum(dZ, axis=1, keepdims=True)

def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    if activation == "relu":
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
    else:
        s = 1 / (1 + np.exp(-Z))
        dZ = dA * s * (1 - s)
    return linear_backward(dZ, linear_cache)

def L_model_backward(AL, Y, caches):
    grads, L = {}, len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = linear_activation_backward(dAL, caches[L - 1], "sigmoid")
    for l in reversed(range(L - 1)):
        dA_prev, dW, db = linear_activation_backward(grads["dA" + str(l + 1)], caches[l], "relu")
        grads["dA" + str(l)], grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = dA_prev, dW, db
    return grads

X, Y = rng.normal(size=(4, 9)), (rng.random(size=(1, 9)) > 0.5) * 1.0
parameters = initialize_parameters_deep([4, 5, 3, 1])

def backward():
    AL, caches = L_model_forward(X, parameters)
    return L_model_backward(AL, Y, caches)
''', "check(parameters, lambda: compute_cost(L_model_forward(X, parameters)[0], Y), backward)",
    ("return np.dot(W.T, dZ), 1.0 / m", "return np.dot(W.T, dZ) / m, 1.0 / m"), "W1 b1 W2 b2")

P["eleven lines with a bias"] = program('''
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
syn0, bias0 = 2 * rng.random((3, 4)) - 1, np.zeros((1, 4))
syn1, bias1 = 2 * rng.random((4, 1)) - 1, np.zeros((1, 1))
alpha = 0.5

def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

for j in range(6000):
    l0 = X
    l1 = nonlin(np.dot(l0, syn0) + bias0)
    l2 = nonlin(np.dot(l1, syn1) + bias1)
    l2_error = l2 - y
    if (j % 1000) == 0:
        print("Error:" + str(np.mean(np.abs(l2_error))))
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    syn1 -= alpha * l1.T.dot(l2_delta)
    bias1 -= alpha * l2_delta.sum(axis=0, keepdims=True)
    syn0 -= alpha * l0.T.dot(l1_delta)
    bias0 -= alpha * l1_delta.sum(axis=0, keepdims=True)
''', 'check_script(PATH, "0.5 * (l2_error ** 2).sum()", rate="alpha")',
    ("l1_error * nonlin(l1, deriv=True)", "l1_error * nonlin(np.dot(l0, syn0), deriv=True)"), "syn0 bias0")

P["per-layer nablas, averaged afterwards"] = program('''
def squish(x):
    return np.tanh(x)

weights = [rng.normal(size=(5, 3)), rng.normal(size=(4, 5)), rng.normal(size=(2, 4))]
biases = [rng.normal(size=5), rng.normal(size=4), rng.normal(size=2)]
examples = [(rng.normal(size=3), rng.normal(size=2)) for _ in range(6)]

def run(x):
    acts = [x]
    for w, b in zip(weights, biases):
        acts.append(squish(w @ acts[-1] + b))
    return acts

def cost():
    return sum(((run(x)[-1] - t) ** 2).sum() for x, t in examples) / len(examples)

def nudge(x, t):
    acts, dw, db = run(x), [], []
    da = 2 * (acts[-1] - t)
    for k in (2, 1, 0):
        dz = da * (1 - acts[k + 1] ** 2)
        dw.insert(0, np.outer(dz, acts[k]))
        db.insert(0, dz)
        da = weights[k].T @ dz
    return dw, db

def average():
    total_w = [np.zeros_like(w) for w in weights]
    total_b = [np.zeros_like(b) for b in biases]
    for x, t in examples:
        dw, db = nudge(x, t)
        for k in range(3):
            total_w[k] += dw[k] / len(examples)
            total_b[k] += db[k] / len(examples)
    return total_w, total_b
''', "check((weights, biases), cost, average)", ("dz = da * (1 - acts[k + 1] ** 2)", "dz = da * (1 - acts[k + 1]) ** 2"),
    "[0][0] [0][1] [0][2] [1][0] [1][1] [1][2]")

# --- softmax, margins -----------------------------------------------------------------------------------------------------------

P["two layers with a loss method"] = program('''
class TwoLayerNet:
    def __init__(self, D, H, C):
        self.params = {"W1": 0.5 * rng.normal(size=(D, H)), "b1": np.zeros(H), "W2": 0.5 * rng.normal(size=(H, C)), "b2": np.zeros(C)}

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        N, D = X.shape
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores
        shifted = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
        loss = -np.sum(np.log(probs[np.arange(N), y])) / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads["W2"] = hidden.T.dot(dscores) + 2 * reg * W2
        grads["b2"] = np.sum(dscores, axis=0)
        dhidden = dscores.dot(W2.T)
        dhidden[hidden <= 0] = 0
        grads["W1"] = X.T.dot(dhidden) + 2 * reg * W1
        grads["b1"] = np.sum(dhidden, axis=0)
        return loss, grads

net = TwoLayerNet(4, 6, 3)
X, y = rng.normal(size=(8, 4)), rng.integers(0, 3, 8)
''', "check(net, lambda: net.loss(X, y, 0.05)[0], lambda: net.loss(X, y, 0.05)[1])", ("+ 2 * reg * W2", "+ reg * W2"), ["params['W2']"])

P["multiclass hinge, vectorised"] = program('''
def svm_loss(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1.0)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train + reg * np.sum(W * W)
    binary = (margins > 0).astype(float)
    binary[np.arange(num_train), y] = -np.sum(binary, axis=1)
    dW = X.T.dot(binary) / num_train + 2 * reg * W
    return loss, dW

W = rng.normal(size=(5, 4)) * 0.3
X, y = rng.normal(size=(9, 5)), rng.integers(0, 4, 9)
''', "check({'W': W}, lambda: svm_loss(W, X, y, 0.1)[0], lambda: svm_loss(W, X, y, 0.1)[1])",
    ("= -np.sum(binary, axis=1)", "= -1"), "W")

P["logistic regression, optimise"] = program('''
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -(1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = (1 / m) * np.dot(X, (A - Y).T)
    db = (1 / m) * np.sum(A - Y)
    return {"dw": dw, "db": db}, cost

w, b = rng.normal(size=(4, 1)) * 0.1, 0.0
X, Y = rng.normal(size=(4, 10)), (rng.random((1, 10)) > 0.4).astype(int)
learning_rate, costs = 0.05, []
for i in range(2000):
    grads, cost = propagate(w, b, X, Y)
    w = w - learning_rate * grads["dw"]
    b = b - learning_rate * grads["db"]
    if i % 100 == 0:
        costs.append(cost)
''', 'check_script(PATH, "cost", rate="learning_rate")', ("db = (1 / m) * np.sum(A - Y)", "db = (1 / m) * np.sum(Y - A)"), "b")

P["softmax regression with smooth labels"] = program('''
def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

W, b = rng.normal(size=(4, 3)), np.zeros(3)
X, labels = rng.normal(size=(10, 4)), rng.integers(0, 3, 10)
smoothing = 0.1
Y = np.eye(3)[labels] * (1 - smoothing) + smoothing / 3
lr = 0.2
for epoch in range(200):
    P = softmax(X @ W + b)
    loss = -(Y * np.log(P)).sum(axis=1).mean()
    dZ = (P - Y) / len(X)
    W -= lr * (X.T @ dZ)
    b -= lr * dZ.sum(axis=0)
''', 'check_script(PATH, "loss", rate="lr")', ("dZ = (P - Y) / len(X)", "dZ = P * (P - Y) / len(X)"), "W b")

P["twin networks with a contrastive margin"] = program('''
class Siamese:
    def __init__(self):
        self.W, self.b = rng.normal(size=(3, 5)) * 0.5, np.zeros(3)

    def embed(self, x):
        return np.tanh(x @ self.W.T + self.b)

    def loss(self, xa, xb, same, margin=1.5):
        self.ea, self.eb = self.embed(xa), self.embed(xb)
        self.dist = np.sqrt(((self.ea - self.eb) ** 2).sum(axis=1) + 1e-12)
        hinge = np.maximum(margin - self.dist, 0)
        return 0.5 * np.mean(same * self.dist ** 2 + (1 - same) * hinge ** 2)

    def grads(self, xa, xb, same, margin=1.5):
        self.loss(xa, xb, same, margin)
        hinge = np.maximum(margin - self.dist, 0)
        ddist = (same * self.dist - (1 - same) * hinge) / len(same)
        diff = (self.ea - self.eb) / self.dist[:, None]
        da = ddist[:, None] * diff * (1 - self.ea ** 2)
        db = -ddist[:, None] * diff * (1 - self.eb ** 2)
        return {"W": da.T @ xa + db.T @ xb, "b": (da + db).sum(axis=0)}

net = Siamese()
xa, xb, same = rng.normal(size=(12, 5)), rng.normal(size=(12, 5)), rng.integers(0, 2, 12)
''', "check(net, lambda: net.loss(xa, xb, same), lambda: net.grads(xa, xb, same))", ("db = -ddist", "db = ddist"), "W b")

# --- layers as objects -------------------------------------------------------------------------------------------------------------

P["layers from scratch with an optimizer"] = program('''
class Layer_Dense:
    def __init__(self, n_inputs, n_neurons, weight_regularizer_l2=0):
        self.weights = 0.5 * rng.normal(size=(n_inputs, n_neurons))
        self.biases = np.zeros((1, n_neurons))
        self.weight_regularizer_l2 = weight_regularizer_l2

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        if self.weight_regularizer_l2 > 0:
            self.dweights += 2 * self.weight_regularizer_l2 * self.weights
        self.dinputs = np.dot(dvalues, self.weights.T)

class Activation_ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0

class Activation_Softmax_Loss_CategoricalCrossentropy:
    def forward(self, inputs, y_true):
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)
        clipped = np.clip(self.output, 1e-7, 1 - 1e-7)
        return np.mean(-np.log(clipped[range(len(inputs)), y_true]))

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples

class Optimizer_SGD:
    def __init__(self, learning_rate=1.0, decay=0.0, momentum=0.0):
        self.learning_rate = self.current_learning_rate = learning_rate
        self.decay, self.iterations, self.momentum = decay, 0, momentum

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1.0 / (1.0 + self.decay * self.iterations))

    def update_params(self, layer):
        if self.momentum:
            if not hasattr(layer, "weight_momentums"):
                layer.weight_momentums = np.zeros_like(layer.weights)
                layer.bias_momentums = np.zeros_like(layer.biases)
            weight_updates = self.momentum * layer.weight_momentums - self.current_learning_rate * layer.dweights
            layer.weight_momentums = weight_updates
            bias_updates = self.momentum * layer.bias_momentums - self.current_learning_rate * layer.dbiases
            layer.bias_momentums = bias_updates
        else:
            weight_updates = -self.current_learning_rate * layer.dweights
            bias_updates = -self.current_learning_rate * layer.dbiases
        layer.weights += weight_updates
        layer.biases += bias_updates

    def post_update_params(self):
        self.iterations += 1

X, y = rng.normal(size=(9, 2)), rng.integers(0, 3, 9)
dense1, activation1 = Layer_Dense(2, 6, weight_regularizer_l2=5e-3), Activation_ReLU()
dense2, loss_activation = Layer_Dense(6, 3), Activation_Softmax_Loss_CategoricalCrossentropy()
optimizer = Optimizer_SGD(0.85, decay=1e-2, momentum=0.9)

def loss():
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    data_loss = loss_activation.forward(dense2.output, y)
    return data_loss + dense1.weight_regularizer_l2 * np.sum(dense1.weights * dense1.weights)

def step():
    loss()
    loss_activation.backward(loss_activation.output, y)
    dense2.backward(loss_activation.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)
    optimizer.pre_update_params()
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.post_update_params()
''', "check([dense1, dense2], loss, step=step, rate=0.85)",
    ("self.dinputs[self.inputs <= 0] = 0", "self.dinputs[dvalues <= 0] = 0"), "[0].weights [0].biases")

P["batch norm between two layers"] = program('''
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, var = x.mean(axis=0), x.var(axis=0)
    xhat = (x - mu) / np.sqrt(var + eps)
    return gamma * xhat + beta, (xhat, gamma, var, eps)

def batchnorm_backward(dout, cache):
    xhat, gamma, var, eps = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dx = (N * dxhat - dxhat.sum(axis=0) - xhat * (dxhat * xhat).sum(axis=0)) / (N * np.sqrt(var + eps))
    return dx, dgamma, dbeta

params = dict(W1=rng.normal(size=(4, 5)), gamma1=np.ones(5), beta1=np.zeros(5), W2=rng.normal(size=(5, 2)), b2=np.zeros(2))
X, T = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))

def model(backward=False):
    z, cache = batchnorm_forward(X @ params["W1"], params["gamma1"], params["beta1"])
    a = np.maximum(z, 0)
    err = a @ params["W2"] + params["b2"] - T
    if not backward:
        return 0.5 * (err ** 2).sum() / len(X)
    err = err / len(X)
    grads = {"W2": a.T @ err, "b2": err.sum(axis=0)}
    dz = err @ params["W2"].T * (z > 0)
    dz, grads["gamma1"], grads["beta1"] = batchnorm_backward(dz, cache)
    grads["W1"] = X.T @ dz
    return grads
''', "check(params, model, lambda: model(backward=True))", ("dxhat.sum(axis=0) - xhat * (dxhat", "dxhat.sum(axis=0) + xhat * (dxhat"), "W1")

P["convolution in loops, pooling, dense"] = program('''
class Conv:
    def __init__(self, num_filters):
        self.filters = rng.normal(size=(num_filters, 3, 3)) / 3

    def patches(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:i + 3, j:j + 3], i, j

    def forward(self, image):
        self.image = image
        out = np.zeros((image.shape[0] - 2, image.shape[1] - 2, len(self.filters)))
        for patch, i, j in self.patches(image):
            out[i, j] = np.sum(patch * self.filters, axis=(1, 2))
        return out

    def backprop(self, d_out):
        d_filters = np.zeros(self.filters.shape)
        for patch, i, j in self.patches(self.image):
            for f in range(len(self.filters)):
                d_filters[f] += d_out[i, j, f] * patch
        return d_filters

class Pool:
    def forward(self, x):
        self.x = x
        h, w, f = x.shape
        self.blocks = x[: h // 2 * 2, : w // 2 * 2].reshape(h // 2, 2, w // 2, 2, f)
        self.out = self.blocks.max(axis=(1, 3))
        return self.out

    def backprop(self, d_out):
        mask = self.blocks == self.out[:, None, :, None]
        d = np.zeros(self.x.shape)
        d[: mask.shape[0] * 2, : mask.shape[2] * 2] = (mask * d_out[:, None, :, None]).reshape(mask.shape[0] * 2, mask.shape[2] * 2, -1)
        return d

class Softmax:
    def __init__(self, n, nodes):
        self.weights, self.biases = rng.normal(size=(n, nodes)) / n, np.zeros(nodes)

    def forward(self, x):
        self.shape, self.flat = x.shape, x.flatten()
        e = np.exp(self.flat @ self.weights + self.biases)
        self.p = e / e.sum()
        return self.p

    def backprop(self, label):
        d = self.p.copy()
        d[label] -= 1
        return np.outer(self.flat, d), d, (self.weights @ d).reshape(self.shape)

image, label = rng.normal(size=(8, 8)), 2
conv, pool, soft = Conv(2), Pool(), Softmax(18, 3)

def loss():
    return -np.log(soft.forward(pool.forward(conv.forward(image)))[label])

def gradients():
    loss()
    dw, db, dx = soft.backprop(label)
    return {"filters": conv.backprop(pool.backprop(dx)), "weights": dw, "biases": db}
''', "check([conv, soft], loss, gradients)", ("d_filters[f] += d_out", "d_filters[f] = d_out"), "[0].filters")

# --- sequences -------------------------------------------------------------------------------------------------------------------------

P["characters with clipped gradients"] = program('''
hidden_size, vocab_size = 5, 4
Wxh = rng.normal(size=(hidden_size, vocab_size)) * 0.8
Whh = rng.normal(size=(hidden_size, hidden_size)) * 0.8
Why = rng.normal(size=(vocab_size, hidden_size)) * 0.8
bh, by = np.zeros((hidden_size, 1)), np.zeros((vocab_size, 1))
inputs = [int(k) for k in rng.integers(0, vocab_size, 30)]
targets = [int(k) for k in rng.integers(0, 2, 30)]

''' + LOSS_FUN + '''
model = {"Wxh": Wxh, "Whh": Whh, "Why": Why, "bh": bh, "by": by}
h0 = np.zeros((hidden_size, 1))
''', "check(model, lambda: lossFun(inputs, targets, h0)[0], lambda: lossFun(inputs, targets, h0)[1:6])",
    ("dhnext = np.dot(Whh.T, dhraw)", "dhnext = np.dot(Whh, dhraw)"), "Wxh Whh bh", note="clip")

P["a cell with gates through time"] = program('''
H, D = 4, 3
Wf, Wi, Wc, Wo = (rng.normal(size=(H, H + D)) * 0.4 for _ in range(4))
bf, bi, bc, bo = (np.zeros((H, 1)) for _ in range(4))
p = dict(Wf=Wf, Wi=Wi, Wc=Wc, Wo=Wo, bf=bf, bi=bi, bc=bc, bo=bo)
xs, target = [rng.normal(size=(D, 1)) for _ in range(5)], rng.normal(size=(H, 1))

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(p):
    h, c, cache = np.zeros((H, 1)), np.zeros((H, 1)), []
    for x in xs:
        z = np.vstack([h, x])
        f, i, o = (sigmoid(p["W" + k] @ z + p["b" + k]) for k in "fio")
        g = np.tanh(p["Wc"] @ z + p["bc"])
        c_old, c = c, f * c + i * g
        h = o * np.tanh(c)
        cache.append((z, f, i, o, g, c_old, c))
    return h, cache

def loss(p):
    return 0.5 * ((forward(p)[0] - target) ** 2).sum()

def bptt(p):
    h, cache = forward(p)
    grads = {name: np.zeros_like(value) for name, value in p.items()}
    dh, dc = h - target, np.zeros((H, 1))
    for z, f, i, o, g, c_old, c in reversed(cache):
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        pre = {"o": dh * np.tanh(c) * o * (1 - o), "f": dc * c_old * f * (1 - f), "i": dc * g * i * (1 - i), "c": dc * i * (1 - g ** 2)}
        dz = 0
        for k, d in pre.items():
            grads["W" + k] += d @ z.T
            grads["b" + k] += d
            dz = dz + p["W" + k].T @ d
        dh = dz[:H]
        dc = dc * f
    return grads
''', "check(p, lambda: loss(p), lambda: bptt(p))", ("dc = dc * f", "dc = dc * i"), "Wf Wi Wc Wo bf bi bc bo")

P["attention over a few words"] = program('''
class Attention:
    def __init__(self, d, k):
        self.Wq, self.Wk, self.Wv = (rng.normal(size=(d, k)) * 0.5 for _ in range(3))
        self.Wo = rng.normal(size=(k, d)) * 0.5

    def forward(self, X):
        self.X = X
        self.Q, self.K, self.V = X @ self.Wq, X @ self.Wk, X @ self.Wv
        scores = self.Q @ self.K.T / np.sqrt(self.Q.shape[1])
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.A = e / e.sum(axis=-1, keepdims=True)
        self.H = self.A @ self.V
        return self.H @ self.Wo

    def backward(self, dout):
        self.dWo = self.H.T @ dout
        dH = dout @ self.Wo.T
        dA = dH @ self.V.T
        dV = self.A.T @ dH
        dS = self.A * (dA - (dA * self.A).sum(axis=-1, keepdims=True))
        dS = dS / np.sqrt(self.Q.shape[1])
        self.dWq, self.dWk, self.dWv = self.X.T @ dS @ self.K, self.X.T @ dS.T @ self.Q, self.X.T @ dV

X, T = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
att = Attention(4, 3)

def loss():
    return np.mean((att.forward(X) - T) ** 2)

def backward():
    att.backward(2 * (att.forward(X) - T) / T.size)
''', "check(att, loss, backward)", ("dS = dS / np.sqrt(self.Q.shape[1])", "dS = dS * np.sqrt(self.Q.shape[1])"), "Wq Wk")

P["word vectors with negative samples"] = program('''
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def neg_sampling_loss_and_gradient(center, outside, outside_vectors, negatives):
    indices = [outside] + negatives
    u_o, u_k = outside_vectors[outside], outside_vectors[negatives]
    loss = -np.log(sigmoid(u_o @ center)) - np.log(sigmoid(-u_k @ center)).sum()
    grad_center = (sigmoid(u_o @ center) - 1) * u_o + (1 - sigmoid(-u_k @ center)) @ u_k
    grad_outside = np.zeros_like(outside_vectors)
    grad_outside[outside] += (sigmoid(u_o @ center) - 1) * center
    np.add.at(grad_outside, negatives, (1 - sigmoid(-u_k @ center))[:, None] * center)
    return loss, grad_center, grad_outside

def skipgram(word, context, centers, outsides):
    loss, g_in, g_out = 0.0, np.zeros_like(centers), np.zeros_like(outsides)
    for k, other in enumerate(context):
        l, gc, go = neg_sampling_loss_and_gradient(centers[word], other, outsides, [(k + 3) % 6, (k + 3) % 6, 5])
        loss += l
        g_in[word] += gc
        g_out += go
    return loss, g_in, g_out

centers, outsides = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
''', "check([centers, outsides], lambda: skipgram(1, [0, 2, 4], centers, outsides)[0], lambda: skipgram(1, [0, 2, 4], centers, outsides)[1:])",
    ("np.add.at(grad_outside, negatives, (1 - sigmoid(-u_k @ center))[:, None] * center)",
     "grad_outside[negatives] += (1 - sigmoid(-u_k @ center))[:, None] * center"), "[1]")

# --- other models ---------------------------------------------------------------------------------------------------------------------------

P["autoencoder with tied weights"] = program('''
class AutoEncoder:
    def __init__(self, n, h):
        self.W, self.hbias, self.vbias = rng.normal(size=(n, h)) * 0.4, np.zeros(h), np.zeros(n)

    def cost_and_updates(self, x, lr):
        y = 1 / (1 + np.exp(-(x @ self.W + self.hbias)))
        z = 1 / (1 + np.exp(-(y @ self.W.T + self.vbias)))
        cost = -np.mean(np.sum(x * np.log(z) + (1 - x) * np.log(1 - z), axis=1))
        L_vbias = (x - z) / len(x)
        L_hbias = L_vbias @ self.W * y * (1 - y)
        L_W = x.T @ L_hbias + L_vbias.T @ y
        self.W += lr * L_W
        self.hbias += lr * L_hbias.sum(axis=0)
        self.vbias += lr * L_vbias.sum(axis=0)
        return cost

ae = AutoEncoder(6, 3)
x = (rng.random((7, 6)) > 0.5).astype(float)
for epoch in range(100):
    cost = ae.cost_and_updates(x, 0.1)
''', 'check_script(PATH, "cost", rate=0.1)', ("L_W = x.T @ L_hbias + L_vbias.T @ y", "L_W = x.T @ L_hbias"), "W")

P["engine of scalars"] = program('''
class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self._prev, self._backward = data, 0.0, set(parents), lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))
        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()

class Neuron:
    def __init__(self, n, nonlin=True):
        self.w, self.b, self.nonlin = [Value(float(rng.uniform(-1, 1))) for _ in range(n)], Value(0.1), nonlin

    def __call__(self, x):
        act = self.b
        for wi, xi in zip(self.w, x):
            act = act + wi * xi
        return act.relu() if self.nonlin else act

    def parameters(self):
        return self.w + [self.b]

hidden, last = [Neuron(2) for _ in range(3)], Neuron(3, nonlin=False)
data = [([float(v) for v in rng.normal(size=2)], float(rng.normal())) for _ in range(4)]
params = [p for n in hidden + [last] for p in n.parameters()]

def total():
    loss = Value(0.0)
    for x, t in data:
        diff = last([n(x) for n in hidden]) + -t
        loss = loss + diff * diff
    return loss

def backward():
    for p in params:
        p.grad = 0.0
    total().backward()
    return [p.grad for p in params]
''', "check([p for p in params], lambda: total().data, backward)", ("other.grad += self.data * out.grad", "other.grad += other.data * out.grad"),
    "")

P["linear regression in minibatches"] = program('''
true_w, true_b = np.array([2.0, -3.4]), 4.2
features = rng.normal(size=(20, 2))
labels = features @ true_w + true_b + 0.01 * rng.normal(size=20)

def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    np.random.shuffle(indices)
    for i in range(0, len(indices), batch_size):
        batch = indices[i:i + batch_size]
        yield features[batch], labels[batch]

def linreg(X, w, b):
    return X @ w + b

def squared_loss(y_hat, y):
    return (y_hat - y) ** 2 / 2

def sgd(params, grads, lr, batch_size):
    for param, grad in zip(params, grads):
        param -= lr * grad / batch_size

w, b = rng.normal(size=2) * 0.01, np.zeros(1)
lr, num_epochs, batch_size = 0.03, 3, 5
for epoch in range(num_epochs):
    for X, y in data_iter(batch_size, features, labels):
        err = linreg(X, w, b) - y
        l = squared_loss(linreg(X, w, b), y).sum()
        sgd([w, b], [X.T @ err, err.sum()], lr, batch_size)
''', 'check_script(PATH, "l / batch_size", rate="lr")', ("[X.T @ err, err.sum()]", "[X.T @ np.abs(err), err.sum()]"), "w")

P["mixture density output"] = program('''
W = rng.normal(size=(2, 3)) * 0.5
b = np.zeros(3)
x, t = rng.normal(size=(10, 2)), rng.normal(size=10)

def heads(W, b):
    out = x @ W + b
    return out[:, 0], np.exp(out[:, 1]), 1 / (1 + np.exp(-out[:, 2]))

def nll(W, b):
    mu, sigma, gate = heads(W, b)
    return -np.log(gate * np.exp(-0.5 * ((t - mu) / sigma) ** 2) / sigma + (1 - gate) * np.exp(-0.5 * t ** 2)).mean()

def grad(W, b):
    mu, sigma, gate = heads(W, b)
    one = gate * np.exp(-0.5 * ((t - mu) / sigma) ** 2) / sigma
    two = (1 - gate) * np.exp(-0.5 * t ** 2)
    r = one / (one + two)
    d = np.stack([-r * (t - mu) / sigma ** 2, -r * (((t - mu) / sigma) ** 2 - 1), -(r - gate)], axis=1) / len(t)
    return x.T @ d, d.sum(axis=0)
''', "check((W, b), lambda: nll(W, b), lambda: grad(W, b))", ("/ sigma ** 2, -r * (((t", "/ sigma, -r * (((t"), "[0] [1]")

P["policy of a bandit"] = program('''
class Policy:
    def __init__(self, n, h, a):
        self.model = {"W1": rng.normal(size=(h, n)) / np.sqrt(n), "W2": rng.normal(size=(a, h)) / np.sqrt(h)}

    def forward(self, x):
        h = np.dot(self.model["W1"], x)
        h[h < 0] = 0
        logits = np.dot(self.model["W2"], h)
        p = np.exp(logits - logits.max())
        return p / p.sum(), h

    def surrogate(self, episode):
        return -sum(advantage * np.log(self.forward(x)[0][action]) for x, action, advantage in episode)

    def backward(self, episode):
        dW1, dW2 = np.zeros_like(self.model["W1"]), np.zeros_like(self.model["W2"])
        for x, action, advantage in episode:
            p, h = self.forward(x)
            dlogp = p.copy()
            dlogp[action] -= 1
            dlogp *= advantage
            dW2 += np.outer(dlogp, h)
            dh = np.dot(self.model["W2"].T, dlogp)
            dh[h <= 0] = 0
            dW1 += np.outer(dh, x)
        return {"W1": dW1, "W2": dW2}

policy = Policy(4, 6, 3)
episode = [(rng.normal(size=4), int(rng.integers(3)), float(rng.normal())) for _ in range(6)]
''', "check(policy, lambda: policy.surrogate(episode), lambda: policy.backward(episode))", ("dh[h <= 0] = 0", "dh[dh <= 0] = 0"), ["model['W1']"])

# --- steps that are not rate times gradient --------------------------------------------------------------------------------------------------

MLP = '''
class MLP:
    def __init__(self):
        self.W1, self.b1 = rng.normal(size=(3, 5)), np.zeros(5)
        self.W2, self.b2 = rng.normal(size=(5, 2)), np.zeros(2)
        self.t = 0
        self.m = {k: np.zeros_like(getattr(self, k)) for k in self.names}
        self.v = {k: np.zeros_like(getattr(self, k)) for k in self.names}

    names = ("W1", "b1", "W2", "b2")

    def loss(self, X, Y):
        self.X, self.a = X, np.tanh(X @ self.W1 + self.b1)
        self.err = self.a @ self.W2 + self.b2 - Y
        return 0.5 * (self.err ** 2).sum() / len(X)

    def gradients(self, X, Y):
        self.loss(X, Y)
        d2 = self.err / len(X)
        d1 = d2 @ self.W2.T * (1 - self.a ** 2)
        return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": self.a.T @ d2, "b2": d2.sum(axis=0)}

    def step(self, X, Y, lr=0.1):
        g = self.gradients(X, Y)
        self.t += 1
        for k in self.names:
            UPDATE

net = MLP()
X, Y = 3 * rng.normal(size=(8, 3)), 5 * rng.normal(size=(8, 2))
'''
FAULT = ("(1 - self.a ** 2)", "(1 - self.a)")
BELOW = "W1 b1"


def stepped(update, call="check(net, lambda: net.loss(X, Y), step=lambda: net.step(X, Y), rate=0.1)", note="", more="", wrong=BELOW):
    return program(MLP.replace("UPDATE", update.strip("\n").replace("\n", "\n            ")) + more, call, FAULT, wrong, note)


P["momentum"] = stepped('''
self.m[k] = 0.9 * self.m[k] - lr * g[k]
setattr(self, k, getattr(self, k) + self.m[k])
''')
P["momentum looking ahead"] = stepped('''
before = self.m[k]
self.m[k] = 0.9 * before - lr * g[k]
setattr(self, k, getattr(self, k) - 0.9 * before + 1.9 * self.m[k])
''', "check(net, lambda: net.loss(X, Y), step=lambda: net.step(X, Y), rate=0.19)")
P["norm of all gradients clipped"] = stepped('''
norm = np.sqrt(sum((value ** 2).sum() for value in g.values()))
setattr(self, k, getattr(self, k) - lr * g[k] * min(1.0, 2.0 / (norm + 1e-6)))
''', note="clip")
P["each gradient divided by its norm where that is above 1"] = stepped('''
setattr(self, k, getattr(self, k) - lr * g[k] / max(1, np.linalg.norm(g[k])))
''', note="clip")
P["gradients clipped in the step"] = stepped('''
setattr(self, k, getattr(self, k) - lr * np.clip(g[k], -0.5, 0.5))
''', note="clip")
P["weights decay beside the loss"] = stepped('''
setattr(self, k, getattr(self, k) - lr * (g[k] + 0.01 * getattr(self, k) * (k[0] == "W")))
''', note="decay")
P["a rate that falls"] = stepped('''
setattr(self, k, getattr(self, k) - lr / (1 + 0.5 * (self.t - 1)) * g[k])
''')
P["columns kept at most so long"] = stepped('''
setattr(self, k, getattr(self, k) - lr * g[k])
if k[0] == "W":
    length = np.sqrt((getattr(self, k) ** 2).sum(axis=0, keepdims=True))
    setattr(self, k, getattr(self, k) * np.minimum(1, 1.5 / length))
''', note="length")
P["weights kept in a box"] = stepped('''
setattr(self, k, np.clip(getattr(self, k) - lr * g[k], -0.8, 0.8))
''', note="-0.8")
P["an update at every second call"] = stepped('''
self.m[k] = self.m[k] + g[k]
if self.t % 2 == 0:
    setattr(self, k, getattr(self, k) - lr * self.m[k] / 2)
    self.m[k] = np.zeros_like(g[k])
''', note="second call")

ADAM = '''
self.m[k] = 0.9 * self.m[k] + 0.1 * g[k]
self.v[k] = 0.999 * self.v[k] + 0.001 * g[k] ** 2
m_hat, v_hat = self.m[k] / (1 - 0.9 ** self.t), self.v[k] / (1 - 0.999 ** self.t)
setattr(self, k, getattr(self, k) - lr * m_hat / (np.sqrt(v_hat) + 1e-8))
'''
WARM = '''
net.t = 9
for k in net.names:
    net.m[k], net.v[k] = rng.normal(size=net.m[k].shape), rng.random(size=net.m[k].shape)
'''
P["Adam"] = stepped(ADAM, note="gradients() returns")
P["Adam on its way"] = stepped(ADAM, note="gradients() returns", more=WARM)
P["Adam with decay"] = stepped(ADAM.rstrip() + "\nsetattr(self, k, getattr(self, k) * (1 - lr * 0.01))", note="gradients() returns", more=WARM)
P["root mean squares"] = stepped('''
self.v[k] = 0.9 * self.v[k] + 0.1 * g[k] ** 2
setattr(self, k, getattr(self, k) - lr * g[k] / np.sqrt(self.v[k] + 1e-8))
''', note="gradients() returns", more=WARM)

ALONE = '''
class Line:
    def __init__(self):
        self.w, self.b, self.m, self.v = rng.normal(size=4), np.zeros(1), [0.1, 0.2], [0.5, 0.3]

    def loss(self, X, y):
        return ((X @ self.w + self.b - y) ** 2).mean()

    def step(self, X, y):
        SETTING
        err = 2 * (X @ self.w + self.b - y) / len(y)
        UPDATE

X, y, line = rng.normal(size=(8, 4)), rng.normal(size=8), Line()
'''
LINE = "check(line, lambda: line.loss(X, y), step=lambda: line.step(X, y), rate=0.1, only=('w', 'b'))"
PLAIN = "self.w -= 0.1 * X.T @ err\n        self.b -= 0.1 * err.sum()"


def alone(setting, update, note):
    return program(ALONE.replace("SETTING", setting).replace("UPDATE", update), LINE, note=note, verdict="raises")


P["adaptive, and its gradients nowhere"] = alone("pass", """dw, db = X.T @ err, err.sum()
        self.m = [0.9 * m + 0.1 * g for m, g in zip(self.m, (dw, db))]
        self.v = [0.99 * v + 0.01 * g ** 2 for v, g in zip(self.v, (dw, db))]
        self.w = self.w - 0.1 * self.m[0] / np.sqrt(self.v[0])
        self.b = self.b - 0.1 * self.m[1] / np.sqrt(self.v[1])""", "as Adam does")
P["a batch by chance"] = alone("batch = np.random.choice(8, 3)\n        X, y = X[batch], y[batch]", PLAIN, "random numbers")
P["all examples in one step"] = alone("pass", """for k in range(len(y)):
            err = 2 * (X[k] @ self.w + self.b - y[k])
            self.w = self.w - 0.1 * err * X[k]
            self.b -= 0.1 * err""", "makes 8 updates")

P["lists, updated entry by entry"] = program('''
w, b = [[0.5, -0.3], [0.2, 0.8], [-0.6, 0.1]], [0.1, -0.2]
X, Y = rng.normal(size=(6, 3)).tolist(), rng.normal(size=(6, 2)).tolist()

def out(x):
    return [sum(x[i] * w[i][j] for i in range(3)) + b[j] for j in range(2)]

def loss():
    return sum((o - t) ** 2 for x, y in zip(X, Y) for o, t in zip(out(x), y)) / len(X)

def step(rate):
    errors = [[2 * (o - t) / len(X) for o, t in zip(out(x), y)] for x, y in zip(X, Y)]
    for j in range(2):
        for i in range(3):
            w[i][j] = w[i][j] - rate * sum(x[i] * e[j] for x, e in zip(X, errors))
        b[j] = b[j] - rate * sum(e[j] for e in errors)
''', "check({'w': w, 'b': b}, loss, step=lambda: step(0.1), rate=0.1)", ("rate * sum(x[i] * e[j] for", "rate * sum(x[i] ** 2 * e[j] for"), "w")

# --- losses with a small number ---------------------------------------------------------------------------------------------------------------


def small(number, loss="-np.log(Q[np.arange(len(y)), y] + SMALL).mean()"):
    return program('''
W1, b1 = rng.normal(size=(4, 6)), np.zeros(6)
W2, b2 = rng.normal(size=(6, 3)), np.zeros(3)
X, y = rng.normal(size=(9, 4)), rng.integers(0, 3, 9)

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def cost():
    Q = softmax(np.maximum(X @ W1 + b1, 0) @ W2 + b2)
    return LOSS

def backward():
    a = np.maximum(X @ W1 + b1, 0)
    d2 = (softmax(a @ W2 + b2) - np.eye(3)[y]) / len(y)
    d1 = d2 @ W2.T * (a > 0)
    return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": a.T @ d2, "b2": d2.sum(axis=0)}
'''.replace("LOSS", loss).replace("SMALL", number), "check({'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}, cost, backward)",
        ("(a > 0)", "(a > 0.3)"), "W1 b1", note="small number")


P["log(p + 1e-4)"] = small("1e-4")
P["log(p + 1e-3)"] = small("1e-3")
P["log of clipped probabilities"] = small("1e-2", "-np.log(np.clip(Q, SMALL, 1 - SMALL)[np.arange(len(y)), y]).mean()")

P["dropout while training"] = program('''
class Dropout:
    def __init__(self, keep):
        self.keep = keep

    def forward(self, x):
        self.mask = (np.random.rand(*x.shape) < self.keep) / self.keep
        return x * self.mask

    def backward(self, d):
        return d * self.mask

W1, W2, drop = rng.normal(size=(4, 8)), rng.normal(size=(8, 2)), Dropout(0.7)
X, T = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
lr = 0.01
for step in range(300):
    h = np.tanh(X @ W1)
    hd = drop.forward(h)
    err = hd @ W2 - T
    loss = (err ** 2).mean()
    d = 2 * err / err.size
    dh = drop.backward(d @ W2.T) * (1 - h ** 2)
    W1 -= lr * X.T @ dh
    W2 -= lr * hd.T @ d
''', 'check_script(PATH, "loss", rate="lr")', ("drop.backward(d @ W2.T) * (1 - h ** 2)", "drop.backward(d @ W2.T) * (1 - hd ** 2)"), "W1")

# --- one example at a time ----------------------------------------------------------------------------------------------------------------------

P["one example at a time, the loss over all"] = program('''
X, T = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
W1, b1 = rng.normal(size=(3, 4)), np.zeros(4)
W2, b2 = rng.normal(size=(4, 2)), np.zeros(2)
eta = 0.05

def predict(X):
    return np.tanh(X @ W1 + b1) @ W2 + b2

for epoch in range(20):
    for x, t in zip(X, T):
        h = np.tanh(x @ W1 + b1)
        err = h @ W2 + b2 - t
        dh = W2 @ err * (1 - h ** 2)
        W2 -= eta * np.outer(h, err)
        b2 -= eta * err
        W1 -= eta * np.outer(x, dh)
        b1 -= eta * dh
    loss = 0.5 * ((predict(X) - T) ** 2).sum(axis=1).mean()
''', 'check_script(PATH, "loss", rate="eta")', ("dh = W2 @ err * (1 - h ** 2)", "dh = W2 @ err * (1 - h)"), "W1 b1", note="one example")

P["one example at a time by its index"] = program('''
inputs = rng.normal(size=(3, 7))
labels = rng.integers(0, 2, size=7)
w, b = rng.normal(size=3), 0.0
lr = 0.1
for epoch in range(10):
    for i in rng.permutation(7):
        p = 1 / (1 + np.exp(-(w @ inputs[:, i] + b)))
        w = w - lr * (p - labels[i]) * inputs[:, i]
        b = b - lr * (p - labels[i])
    probs = 1 / (1 + np.exp(-(w @ inputs + b)))
    cost = -np.mean(labels * np.log(probs) + (1 - labels) * np.log(1 - probs))
''', 'check_script(PATH, "cost", rate="lr")', ("lr * (p - labels[i]) * inputs[:, i]", "lr * (p - labels[i]) * np.abs(inputs[:, i])"), "w",
    note="one example")

P["a sum over the loop"] = program('''
X, T = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
W, b = rng.normal(size=(3, 2)), np.zeros(2)
for epoch in range(20):
    total = 0.0
    for x, t in zip(X, T):
        err = np.tanh(x @ W + b) - t
        total += 0.5 * (err ** 2).sum()
        d = err * (1 - np.tanh(x @ W + b) ** 2)
        W -= 0.1 * np.outer(x, d)
        b -= 0.1 * d
    loss = total / len(X)
''', 'check_script(PATH, "loss", rate=0.1)', ("np.outer(x, d)", "np.outer(x, err)"), "W")

# --- training loops of scripts ---------------------------------------------------------------------------------------------------------------

LOOP = '''
X, T = 2 * rng.normal(size=(12, 3)), 3 * rng.normal(size=(12, 2))
W1, b1 = rng.normal(size=(3, 4)), np.zeros(4)
W2, b2 = rng.normal(size=(4, 2)), np.zeros(2)
lr = 0.1
SETTING
for epoch in range(50):
    BEFORE
    h = np.tanh(x @ W1 + b1)
    err = h @ W2 + b2 - t
    loss = 0.5 * (err ** 2).sum() / len(x)
    d = err / len(x)
    dh = d @ W2.T * (1 - h ** 2)
    dW2, db2 = h.T @ d, d.sum(axis=0)
    dW1, db1 = x.T @ dh, dh.sum(axis=0)
    UPDATE
'''
ALL = "x, t = X, T"


def loop(update, setting="pass", before=ALL, note="", loss="loss"):
    """`update` with a * in the place of each of W1, b1, W2, b2, or of all of them."""
    update = "\n".join(update.replace("*", name) for name in ("W1", "b1", "W2", "b2")) if "*" in update else update
    text = LOOP.replace("SETTING", setting).replace("BEFORE", before).replace("UPDATE", update.replace("@", "*").replace("\n", "\n    "))
    return program(text, f"check_script(PATH, {loss!r}, rate='lr')", ("(1 - h ** 2)", "(1 - h)"), BELOW, note)


STEP = "* -= lr @ d*"
EVERY = "W1 -= lr @ dW1; b1 -= lr @ db1; W2 -= lr @ dW2; b2 -= lr @ db2"
P["script, a rate that falls at the end of a pass"] = loop(EVERY + "\nlr = lr @ 0.9")
P["script, a rate that warms up"] = loop(STEP, before=ALL + "; lr = 0.1 * min(1.0, (epoch + 1) / 10)")
P["script, entries clipped"] = loop("for g in (dW1, db1, dW2, db2): np.clip(g, -0.5, 0.5, out=g)\n" + EVERY, note="clip")
P["script, the norm clipped"] = loop("""norm = np.sqrt(sum((g @@ 2).sum() for g in (dW1, db1, dW2, db2)))
scale = min(1, 1.5 / norm)
W1 -= lr @ scale @ dW1; b1 -= lr @ scale @ db1; W2 -= lr @ scale @ dW2; b2 -= lr @ scale @ db2""", note="clip")
P["script, decay"] = loop("W1 -= lr @ (dW1 + 0.05 @ W1); b1 -= lr @ db1; W2 -= lr @ (dW2 + 0.05 @ W2); b2 -= lr @ db2", note="decay")
P["script, momentum"] = loop("v* = 0.9 @ v* - lr @ d*; * += v*", "vW1 = vb1 = vW2 = vb2 = 0.0")
P["script, root mean squares"] = loop("c* = 0.9 @ c* + 0.1 @ d* @@ 2; * -= lr @ d* / (np.sqrt(c*) + 1e-8)",
                                      "cW1 = cb1 = cW2 = cb2 = 0.0", note="sign")  # fmt: skip
P["script, sums of squares"] = loop("c* += d* @@ 2; * -= lr @ d* / np.sqrt(c*)",
                                    "cW1, cb1, cW2, cb2 = (np.full(p.shape, 0.1) for p in (W1, b1, W2, b2))", note="along")  # fmt: skip
P["script, a batch by chance, the loss over all"] = loop(STEP, before="idx = rng.choice(12, 4, replace=False); x, t = X[idx], T[idx]",
    loss="0.5 * ((np.tanh(X @ W1 + b1) @ W2 + b2 - T) ** 2).sum() / len(X)", note="a part of the data")  # fmt: skip
P["script, an update at every second pass"] = loop("""gW1 += dW1; gb1 += db1; gW2 += dW2; gb2 += db2
if epoch % 2:
    W1 -= lr @ gW1 / 2; b1 -= lr @ gb1 / 2; W2 -= lr @ gW2 / 2; b2 -= lr @ gb2 / 2
    gW1[:], gb1[:], gW2[:], gb2[:] = 0, 0, 0, 0""", "gW1, gb1, gW2, gb2 = (np.zeros_like(p) for p in (W1, b1, W2, b2))", note="updates nothing")
