import numpy as np

rng = np.random.default_rng(1)
X = rng.normal(size=(60, 2))                        # one example a row
y = (X[:, :1] * X[:, 1:] > 0) * 1.0

W1, b1 = rng.normal(size=(2, 8)), np.zeros(8)
W2, b2 = rng.normal(size=(8, 1)), np.zeros(1)
lr = 0.5


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


for epoch in range(5000):
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    out = sigmoid(a1 @ W2 + b2)
    error = out - y
    if epoch % 1000 == 0:
        print(epoch, np.mean(error**2))
    delta2 = error / len(X)
    delta1 = delta2 @ W2.T * sigmoid_derivative(a1)
    W2 -= lr * a1.T @ delta2
    b2 -= lr * delta2.sum(axis=0)
    W1 -= lr * X.T @ delta1
    b1 -= lr * delta1.sum(axis=0)
