"""The example of the README's first screen: `python docs/somebodys_network.py` prints the report that stands there."""

import numpy as np

from helpers import clinic, datasets


class Net:
    def forward(self, X):
        self.A = np.tanh(X @ self.W1 + self.b1)
        return self.A @ self.W2 + self.b2

    def backward(self, X, y, rate):
        d2 = (self.forward(X) - y) / len(X)
        self.W2 -= rate * self.A.T @ d2
        self.b2 -= rate * d2.sum(axis=0)
        d1 = d2 @ self.W2.T * (1 - self.A**2)
        self.W1 -= rate * X.T @ d1
        self.b1 -= rate * d1.sum(axis=0)


X, y = (array.T for array in datasets.two_moons())  # (200, 2), (200, 1): one example a row
rng, net = np.random.default_rng(0), Net()
net.W1, net.b1 = rng.normal(size=(2, 10)), rng.normal(size=10)
net.W2, net.b2 = rng.normal(size=(10, 1)), rng.normal(size=1)

report = clinic.check(
    net,
    loss=lambda: np.mean((net.forward(X) - y) ** 2) / 2,
    step=lambda: net.backward(X, y, rate=0.1),
    rate=0.1,
)
print(report)
