"""How fast the reference is, as ratios beside what people would use instead, all measured in one interleaved run.

    python tests/benchmarks/speed.py            everything, about two minutes
    python tests/benchmarks/speed.py --quick    fewer rounds

Each round runs every contender once, in turn, so that a machine that changes its speed changes it for all; the
ratio is taken round by round and its median printed. PyTorch and scikit-learn are compared where they are installed.
Ratios above 1 mean that the other one is slower than the reference.
"""

import argparse
import importlib.util
import itertools
import time
import tracemalloc
import warnings

import numpy as np

from helpers import datasets, gradcheck, network
from helpers.training import gradient_descent

LEARNING_RATE, STEPS = 0.5, 1000


def seconds(function):
    """Time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def interleaved(contenders, rounds):
    """{name: list of seconds} from `rounds` rounds in which every contender runs once, after one warm-up."""
    for function in contenders.values():
        function()
    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, function in contenders.items():
            times[name].append(seconds(function))
    return times


def report(title, times, base):
    """Print the median time of each contender and its median ratio to `base`."""
    print(f"\n{title}")
    for name, values in times.items():
        ratios = np.array(values) / np.array(times[base])
        low, middle, high = np.percentile(ratios, [5, 50, 95])
        print(f"  {name:<44} {1e3 * np.median(values):10.3f} ms   x {middle:6.2f}   (5 to 95 %: {low:.2f} to {high:.2f})")


def numpy_passes(X, y, p):
    """One forward and backward pass of the reference."""
    return lambda: network.backward_prop(X, y, network.forward_prop(X, p), p)


def torch_model(p):
    """The same network with the same weights in PyTorch, in float64."""
    import torch

    torch.set_default_dtype(torch.float64)
    L = len(p) // 2
    layers = [torch.nn.Linear(p[f"W{l}"].shape[1], p[f"W{l}"].shape[0]) for l in range(1, L + 1)]
    with torch.no_grad():
        for l, layer in enumerate(layers, start=1):
            layer.weight.copy_(torch.tensor(p[f"W{l}"]))
            layer.bias.copy_(torch.tensor(p[f"b{l}"][:, 0]))
    between = [[layer, torch.nn.ReLU()] for layer in layers[:-1]]
    return torch.nn.Sequential(*itertools.chain(*between), layers[-1])


def torch_step(model, X, y, optimiser=None):
    """A function that makes one forward and backward pass, and the update where there is an optimiser."""
    import torch

    inputs, labels, loss = torch.tensor(X.T), torch.tensor(y.T), torch.nn.BCEWithLogitsLoss()

    def step():
        model.zero_grad()
        loss(model(inputs), labels).backward()
        if optimiser:
            optimiser.step()

    return step


def installed(name):
    """Whether a package can be imported; says so where it cannot."""
    found = importlib.util.find_spec(name) is not None
    if not found:
        print(f"({name} is not installed and is left out)")
    return found


def compare_passes(X, y, p, rounds):
    """One forward and backward pass at m = 200."""
    contenders = {"reference": numpy_passes(X, y, p)}
    if installed("torch"):
        contenders["PyTorch, eager"] = torch_step(torch_model(p), X, y)
    report(f"one forward and backward pass, 2-10-10-1, m = {X.shape[1]}", interleaved(contenders, rounds), "reference")


def compare_training(X, y, p, rounds):
    """1,000 steps of full-batch gradient descent at m = 200."""
    contenders = {
        "reference, a record every step": lambda: gradient_descent(X, y, p, learning_rate=LEARNING_RATE, steps=STEPS),
        "reference, a record every 100 steps": lambda: gradient_descent(
            X, y, p, learning_rate=LEARNING_RATE, steps=STEPS, record_every=100),
    }  # fmt: skip
    if installed("torch"):
        contenders["PyTorch, eager, SGD"] = lambda: torch_training(X, y, p)
    if installed("sklearn"):
        contenders["scikit-learn, MLPClassifier, SGD"] = lambda: sklearn_training(X, y)
    report(f"{STEPS} training steps, 2-10-10-1, m = {X.shape[1]}", interleaved(contenders, rounds), "reference, a record every step")


def torch_training(X, y, p):
    """The same steps in PyTorch."""
    import torch

    model = torch_model(p)
    step = torch_step(model, X, y, torch.optim.SGD(model.parameters(), lr=LEARNING_RATE))
    for _ in range(STEPS):
        step()


def sklearn_training(X, y):
    """The same number of full-batch steps in scikit-learn (its own initial weights)."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (10, 10), solver="sgd", learning_rate_init=LEARNING_RATE, momentum=0, alpha=0, batch_size=X.shape[1],
        max_iter=STEPS, tol=0, n_iter_no_change=STEPS + 1, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X.T, y[0])


def compare_numerical_gradients(X, y, p, rounds):
    """All perturbations stacked, beside a loop over the parameters."""

    def loss(q):
        return network.compute_loss(y, network.forward_prop(X, q))

    contenders = {
        "batched": lambda: gradcheck.batched_numerical_gradient(X, y, p),
        "one parameter at a time": lambda: gradcheck.numerical_gradient(loss, p),
        "one at a time, bare NumPy without checks": lambda: bare_numerical_gradient(X, y, p),
    }
    sizes = "-".join(str(n) for n in (X.shape[0], 10, 10, 1))
    report(f"numerical gradient, {sizes}, m = {X.shape[1]}", interleaved(contenders, rounds), "batched")


def bare_numerical_gradient(X, y, p, h=1e-5):
    """The shortest loop that somebody would write, for comparison only."""

    def loss(q):
        A = np.maximum(0, q["W1"] @ X + q["b1"])
        A = np.maximum(0, q["W2"] @ A + q["b2"])
        Z = q["W3"] @ A + q["b3"]
        return np.mean(np.logaddexp(0, Z) - y * Z)

    q = {name: value.copy() for name, value in p.items()}
    grads = {name: np.zeros_like(value) for name, value in p.items()}
    for name, value in q.items():
        for index in np.ndindex(value.shape):
            middle = value[index]
            value[index] = middle + h
            up = loss(q)
            value[index] = middle - h
            grads[name][index] = (up - loss(q)) / (2 * h)
            value[index] = middle
    return grads


def growth(p):
    """Time and memory of one forward and backward pass from 100 to 1,000,000 examples."""
    print("\ngrowth with m, 2-10-10-1: one forward and backward pass")
    for m in (100, 1_000, 10_000, 100_000, 1_000_000):
        X, y = datasets.two_moons(m)
        run = numpy_passes(X, y, p)
        run()
        best = min(seconds(run) for _ in range(3))
        cache = sum(array.nbytes for array in network.forward_prop(X, p).values())
        tracemalloc.start()
        run()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"  m = {m:>9,}   {1e3 * best:9.3f} ms   {1e9 * best / m:8.1f} ns an example   peak memory {peak / cache:.1f} x the cache")


def main():
    """Run every comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    quick = parser.parse_args().quick
    X, y = datasets.two_moons()
    p = network.init_params()
    compare_passes(X, y, p, 200 if quick else 1000)
    compare_training(X, y, p, 3 if quick else 9)
    compare_numerical_gradients(X, y, p, 9 if quick else 31)
    X30, y30 = datasets.breast_cancer()
    compare_numerical_gradients(X30[:, :200], y30[:, :200], network.init_params((30, 10, 10, 1)), 9 if quick else 31)
    growth(p)


if __name__ == "__main__":
    main()
