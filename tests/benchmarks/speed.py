"""How long the reference takes beside what people would use instead, with one thread each, in one interleaved run.

    python tests/benchmarks/speed.py            everything, about four minutes
    python tests/benchmarks/speed.py --quick    fewer rounds, about one

Each round runs every contender, in an order that is drawn anew, so that a machine that changes its speed changes it for
all, and none always finds the caches that another left; the ratio is taken round by round. It is the reference's time by
the other one's: below 1 the reference is faster. PyTorch, scikit-learn and HIPS autograd are compared where they are installed. At the
end stand the rows of the README's table.
"""

import os

os.environ |= {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}  # before NumPy is loaded

import argparse
import importlib.util
import itertools
import time
import tracemalloc
import warnings

import numpy as np

from helpers import autograd, convolution, datasets, gradcheck, network
from helpers.training import descend_many, gradient_descent

LEARNING_RATE, STEPS = 0.5, 1000


# --- bare NumPy, as people write it: no checks, no words, one network -----------------------------------------------------


def bare_forward(X, p):
    """The forward pass of 2-10-10-1."""
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = np.maximum(0, Z2)
    Z3 = p["W3"] @ A2 + p["b3"]
    A3 = 1 / (1 + np.exp(-Z3))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}


def bare_backward(X, y, c, p):
    """Its backward pass."""
    m = X.shape[1]
    dZ3 = c["A3"] - y
    dW3 = dZ3 @ c["A2"].T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dZ2 = p["W3"].T @ dZ3 * (c["Z2"] > 0)
    dW2 = dZ2 @ c["A1"].T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = p["W2"].T @ dZ2 * (c["Z1"] > 0)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def bare_training(X, y, p):
    """Gradient descent that keeps the loss of each step, and nothing else."""
    losses = []
    for _ in range(STEPS):
        c = bare_forward(X, p)
        losses.append(-np.mean(y * np.log(c["A3"]) + (1 - y) * np.log(1 - c["A3"])))
        grads = bare_backward(X, y, c, p)
        p = {name: p[name] - LEARNING_RATE * grads["d" + name] for name in p}
    return p, losses


def bare_numerical_gradient(X, y, p, h=1e-5):
    """Central differences, one parameter after the other."""

    def loss(q):
        A = bare_forward(X, q)["A3"]
        return -np.mean(y * np.log(A) + (1 - y) * np.log(1 - A))

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


def pass_to_differentiate(X, y, xp):
    """The loss as a function of the parameters, for `autograd` or, with its own NumPy as xp, for HIPS autograd."""

    def loss(W1, b1, W2, b2, W3, b3):
        A1 = xp.maximum(0, xp.dot(W1, X) + b1)
        A2 = xp.maximum(0, xp.dot(W2, A1) + b2)
        A3 = 1 / (1 + xp.exp(-(xp.dot(W3, A2) + b3)))
        return -xp.mean(y * xp.log(A3) + (1 - y) * xp.log(1 - A3))

    return loss


def bare_convolution(X, K, dZ):
    """dK of a 3 x 3 correlation with a margin of 1, one place after the other."""
    wide, dK = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1))), np.zeros_like(K)
    for i, j in np.ndindex(dZ.shape[2:]):
        dK += np.tensordot(dZ[:, :, i, j], wide[:, :, i : i + 3, j : j + 3], axes=(0, 0))
    return dK


# --- PyTorch and scikit-learn -----------------------------------------------------------------------------------------------


def torch_step(X, y, p, rate=None):
    """A function that makes one pass in PyTorch, in float64 from the same weights, and the update where there is a rate."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    layers = [torch.nn.Linear(p[f"W{l}"].shape[1], p[f"W{l}"].shape[0]) for l in range(1, len(p) // 2 + 1)]
    with torch.no_grad():
        for l, layer in enumerate(layers, start=1):
            layer.weight.copy_(torch.tensor(p[f"W{l}"]))
            layer.bias.copy_(torch.tensor(p[f"b{l}"][:, 0]))
    model = torch.nn.Sequential(*itertools.chain(*([layer, torch.nn.ReLU()] for layer in layers[:-1])), layers[-1])
    inputs, labels, loss = torch.tensor(X.T), torch.tensor(y.T), torch.nn.BCEWithLogitsLoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=rate) if rate else None

    def step():
        model.zero_grad()
        loss(model(inputs), labels).backward()
        if optimiser:
            optimiser.step()

    return step


def torch_training(X, y, p):
    """The same steps in PyTorch, which keeps nothing of them."""
    step = torch_step(X, y, p, LEARNING_RATE)
    for _ in range(STEPS):
        step()


def torch_autograd(X, y, p):
    """A function that writes the pass of `pass_to_differentiate` in PyTorch and differentiates it."""
    import torch

    torch.set_num_threads(1)
    X, y, *arrays = (torch.tensor(a) for a in (X, y, *p.values()))
    W1, b1, W2, b2, W3, b3 = (a.requires_grad_() for a in arrays)

    def step():
        A1 = torch.relu(W1 @ X + b1)
        A2 = torch.relu(W2 @ A1 + b2)
        A3 = 1 / (1 + torch.exp(-(W3 @ A2 + b3)))
        return torch.autograd.grad(-(y * torch.log(A3) + (1 - y) * torch.log(1 - A3)).mean(), (W1, b1, W2, b2, W3, b3))

    return step


def torch_convolution(X, K, b, dZ):
    """A function that correlates in PyTorch, forward and backward."""
    import torch

    torch.set_num_threads(1)
    dZ, *arrays = (torch.tensor(a) for a in (dZ, X, K, b))
    leaves = [a.requires_grad_() for a in arrays]
    return lambda: torch.autograd.grad(torch.nn.functional.conv2d(*leaves, padding=1), leaves, dZ)


def sklearn_training(X, y):
    """The same number of full-batch steps in scikit-learn, which keeps the loss of each (and draws weights of its own)."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (10, 10), solver="sgd", learning_rate_init=LEARNING_RATE, momentum=0, alpha=0, batch_size=X.shape[1],
        max_iter=STEPS, tol=0, n_iter_no_change=STEPS + 1, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X.T, y[0])


def installed(name):
    """Whether a package can be imported; says so where it cannot."""
    found = importlib.util.find_spec(name) is not None
    if not found:
        print(f"({name} is not installed and is left out)")
    return found


# --- measuring ----------------------------------------------------------------------------------------------------------------


def seconds(function, calls=1):
    """Time of one call, the mean of a few in a row."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def compare(title, contenders, rounds, calls=1):
    """Print and return the README's rows of one comparison: the first contender, the reference, beside each of the others."""
    for function in contenders.values():
        function()
    times, rng = {name: [] for name in contenders}, np.random.default_rng(0)
    for _ in range(rounds):
        for name in rng.permutation(list(contenders)):
            times[name].append(seconds(contenders[name], calls))
    print(f"\n{title}")
    ours, rows, first = np.array(times["reference"]), [], f"{title} | {written(times['reference'])}"
    for name, values in times.items():
        low, middle, high = np.percentile(ours / np.array(values), [5, 50, 95])
        print(f"  {name:<36} {1e3 * np.median(values):10.3f} ms   reference / this {middle:6.2f}   (5 to 95 %: {low:.2f} to {high:.2f})")
        if name != "reference":
            rows.append(f"| {first} | {name}: {written(values)} | {middle:.2g} |")
            first = " | "
    return rows


def written(times):
    """A median as the README writes it."""
    middle = np.median(times)
    return next(f"{middle / unit:.3g} {name}" for name, unit in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)) if middle >= unit)


def passes(X, y, p, rounds):
    """One forward and backward pass."""
    contenders = {
        "reference": lambda: network.backward_prop(X, y, network.forward_prop(X, p), p),
        "bare NumPy": lambda: bare_backward(X, y, bare_forward(X, p), p),
    }
    if installed("torch"):
        contenders["PyTorch, eager"] = torch_step(X, y, p)
    return compare("forward and backward pass", contenders, rounds, calls=10)


def differentiation(X, y, p, rounds):
    """The same gradients without a backward pass of one's own: a forward pass that is differentiated."""
    arrays, loss = tuple(p.values()), pass_to_differentiate(X, y, np)
    contenders = {
        "reference": lambda: autograd.gradient(loss, *arrays),
        "by hand, `backward_prop`": lambda: network.backward_prop(X, y, network.forward_prop(X, p), p),
        "by hand, bare NumPy": lambda: bare_backward(X, y, bare_forward(X, p), p),
    }
    if installed("autograd"):
        import autograd as hips

        theirs = hips.grad(pass_to_differentiate(X, y, hips.numpy), argnum=tuple(range(len(arrays))))
        contenders["HIPS autograd"] = lambda: theirs(*arrays)
    if installed("torch"):
        contenders["PyTorch, eager"] = torch_autograd(X, y, p)
    return compare("the same by `autograd.gradient`", contenders, rounds, calls=10)


def images(rounds):
    """A convolution layer on real digits, forward and backward."""
    X = datasets.digits()[0][:, :200].T.reshape(-1, 1, 8, 8)
    rng = np.random.default_rng(0)
    K, b, dZ = rng.standard_normal((8, 1, 3, 3)), rng.standard_normal(8), rng.standard_normal((200, 8, 8, 8))

    def reference():
        convolution.correlate(X, K, b, padding=1)
        convolution.correlate_backward(dZ, X, K, padding=1)

    contenders = {"reference": reference, "bare NumPy, dK alone, a place at a time": lambda: bare_convolution(X, K, dZ)}
    if installed("torch"):
        contenders["PyTorch, eager"] = torch_convolution(X, K, b, dZ)
    return compare("8 kernels of 3 × 3 on 200 digits, forward and backward", contenders, rounds, calls=3)


def training(X, y, p, rounds):
    """Steps of gradient descent with whole batches."""
    contenders = {
        "reference": lambda: gradient_descent(X, y, p, learning_rate=LEARNING_RATE, steps=STEPS),
        "bare NumPy, with its loss": lambda: bare_training(X, y, p),
    }
    if installed("torch"):
        contenders["PyTorch, eager"] = lambda: torch_training(X, y, p)
    if installed("sklearn"):
        contenders["scikit-learn, `MLPClassifier`"] = lambda: sklearn_training(X, y)
    return compare("1,000 training steps, a record at each", contenders, rounds)


def many_runs(X, y, rounds, count=60, steps=300):
    """Runs in a stack beside the same runs one after the other."""
    starts = [network.init_params(rng=seed) for seed in range(count)]
    settings = {"learning_rate": LEARNING_RATE, "steps": steps}
    return compare(f"{count} runs of {steps} steps in a stack", {
        "reference": lambda: descend_many(X, y, starts, **settings),
        "one after the other": lambda: [gradient_descent(X, y, p, record_every=steps, **settings) for p in starts],
    }, rounds)  # fmt: skip


def numerical_gradients(X, y, p, rounds):
    """All perturbations of a parameter in one stack, beside loops over its entries."""
    sizes = "-".join(str(n) for n in (X.shape[0], 10, 10, 1))
    return compare(f"numerical gradient of {sizes}, in stacks", {
        "reference": lambda: gradcheck.batched_numerical_gradient(X, y, p),
        "bare NumPy, an entry at a time": lambda: bare_numerical_gradient(X, y, p),
    }, rounds)  # fmt: skip


def growth(p):
    """Time and memory of one forward and backward pass from 100 to 1,000,000 examples."""
    print("\ngrowth with m, 2-10-10-1: one forward and backward pass")
    for m in (100, 1_000, 10_000, 100_000, 1_000_000):
        X, y = datasets.two_moons(m)

        def run(X=X, y=y):
            network.backward_prop(X, y, network.forward_prop(X, p), p)

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
    few = parser.parse_args().quick
    X, y = datasets.two_moons()
    X30, y30 = (a[:, :200] for a in datasets.breast_cancer())
    p = network.init_params()
    rows = passes(X, y, p, 100 if few else 600)
    rows += differentiation(X, y, p, 100 if few else 600)
    rows += images(50 if few else 300)
    rows += training(X, y, p, 5 if few else 15)
    rows += numerical_gradients(X, y, p, 15 if few else 51)
    rows += numerical_gradients(X30, y30, network.init_params((30, 10, 10, 1)), 9 if few else 31)
    rows += many_runs(X, y, 3 if few else 9)
    growth(p)
    print("\nThe rows of the README's table:\n", "| | the reference | beside | ratio |", "|---|---|---|---|", *rows, sep="\n")


if __name__ == "__main__":
    main()
