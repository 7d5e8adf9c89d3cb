"""What the softmax explorer plays: each unit's wish dA1 and what ReLU lets pass, dZ1, for every example at moments of training."""

import itertools
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from helpers import checks, datasets, network
from helpers.activations import ACTIVATIONS
from helpers.training import gradient_descent
from helpers.widgets.kit.base import table

STEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_UNITS, MOST_EXAMPLES, MOST_CLASSES, MOST_MOMENTS = 64, 60, 10, 50
EACH = 3  # examples of each digit
SEED = 3  # of the network whose training is recorded
TOY = {
    "W1": np.array([[1, 0.5], [-1, 1], [0.5, -1]]), "b1": np.zeros((3, 1)),
    "W2": np.array([[1, 0, 1], [0, 1, -1], [-0.5, 0.5, 2]]), "b2": np.zeros((3, 1)),
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A network with one hidden ReLU layer and softmax at moments of its training, and the examples on which it is shown.

    steps : the training step of each moment; parameters : one dict for each; X (n_x, m), Y (K, m); classes : their names;
    everything : all examples that it was trained on (n_x, m'), or None.
    """

    steps: tuple
    parameters: tuple
    X: np.ndarray
    Y: np.ndarray
    classes: tuple
    everything: np.ndarray | None = None

    @property
    def units(self):
        """How many hidden units there are."""
        return self.parameters[0]["W1"].shape[0]

    @property
    def true(self):
        """The class of each example, from 0."""
        return self.Y.argmax(axis=0)

    def row(self, step):
        """Which moment is the nearest to a step."""
        return int(np.abs(np.array(self.steps) - step).argmin())

    @cached_property
    def arrays(self):
        """{name: numbers whose first axis counts moments}: Z1, dA1, dZ1 (units, m), p, error = p - y (K, m), W2, loss, right, on.

        products (units, m, K), float32: the parts of each dA1, error of the class times its weight from the unit.
        """
        found = [moment(p, self.X, self.Y, self.everything) for p in self.parameters]
        return {name: np.stack([one[name] for one in found]) for name in found[0]}

    @cached_property
    def off(self):
        """{"pairs": where dZ1 is 0 because ReLU is off, and how often "by_unit", "by_example"; "dead": units off for every example}."""
        pairs = ACTIVATIONS["relu"].slope(self.arrays["Z1"]) == 0
        return {"pairs": pairs, "by_unit": pairs.sum(axis=2), "by_example": pairs.sum(axis=1), "dead": pairs.all(axis=2).sum(axis=1)}


def moment(p, X, Y, everything=None):
    """All numbers of one moment, by `helpers.network`; "on" counts the examples of `everything` for which a unit is on."""
    c = network.forward_prop(X, p, output="softmax")
    grads = network.backward_prop(X, Y, c, p, output="softmax")
    on = [] if everything is None else (network.forward_prop(everything, p, output="softmax")["Z1"] > 0).sum(axis=1)
    right = (c["A2"].argmax(axis=0) == Y.argmax(axis=0)).sum()
    return {
        "Z1": c["Z1"], "dA1": grads["dA1"], "dZ1": grads["dZ1"], "p": c["A2"], "error": grads["dZ2"], "W2": p["W2"],
        "products": np.einsum("kj,ki->jik", p["W2"], grads["dZ2"]).astype("float32"),
        "loss": network.compute_loss(Y, c, "softmax"), "right": right, "on": np.array(on, dtype=int),
    }  # fmt: skip


def trained(X, Y, p, *, learning_rate, batch_size=None, rng=0):
    """The parameters at each of STEPS."""
    rng, found = checks.generator(rng), [p]
    for before, step in itertools.pairwise(STEPS):
        p, _ = gradient_descent(
            X, Y, p, learning_rate=learning_rate, steps=step - before, batch_size=batch_size, rng=rng, output="softmax", record_every=STEPS[-1],
        )  # fmt: skip
        found.append(p)
    return tuple(found)


@cache
def toy():
    """The network of the chapter that is small enough for paper, two examples."""
    X, Y = np.array([[1.0, -1], [2, -2]]), np.array([[0.0, 0], [1, 0], [0, 1]])
    return Run(STEPS, trained(X, Y, TOY, learning_rate=0.5), X, Y, numbered(3))


@cache
def split_digits():
    """X_train, Y_train, X_test, Y_test of the 8 x 8 digits, pixels between 0 and 1."""
    X, y = datasets.digits()
    return datasets.train_test_split(X / 16, datasets.one_hot(y, 10), rng=0)


@cache
def digits():
    """64-32-10 on the 8 x 8 digits, rate 0.5, batches of 32; shown on the first EACH training examples of every digit."""
    X, Y, *_ = split_digits()
    rng = np.random.default_rng(SEED)
    parameters = trained(X, Y, network.init_params((64, 32, 10), rng=rng), learning_rate=0.5, batch_size=32, rng=rng)
    chosen = np.concatenate([np.flatnonzero(row)[:EACH] for row in Y])
    return Run(STEPS, parameters, X[:, chosen], Y[:, chosen], tuple("0123456789"), everything=X)


def own(p, X, Y):
    """A learner's network, one dict of parameters or a list of them from different moments.

    Raises
    ------
    TypeError, ValueError, KeyError
        Names the argument, what came and what was expected.
    """
    moments = tuple(p) if isinstance(p, list | tuple) else (p,)
    if not 1 <= len(moments) <= MOST_MOMENTS:
        raise ValueError(f"p is a list of {len(moments)}, expected parameters, or a list of 1 to {MOST_MOMENTS} of them")
    for one in moments:
        L = checks.parameters(one)
        if L != 2:
            raise ValueError(f"p has {L} layer{'s' * (L != 1)}, expected 2: a hidden ReLU layer and a softmax layer")
        if {name: value.shape for name, value in one.items()} != {name: value.shape for name, value in moments[0].items()}:
            raise ValueError("p is a list of networks of different sizes, expected one network at several moments")
    n, n_x = moments[0]["W1"].shape
    K = moments[0]["W2"].shape[0]
    X = checks.matrix("X", X, (n_x, None))
    Y = checks.one_hot("Y", Y, (K, X.shape[1]))
    for what, count, most in (("hidden units", n, MOST_UNITS), ("classes", K, MOST_CLASSES), ("examples", X.shape[1], MOST_EXAMPLES)):
        if count > most:
            raise ValueError(f"there are {count} {what}, expected at most {most}: pass a part of them")
    if K < 2:
        raise ValueError("there is 1 class, expected at least 2: a softmax over one class is always 1")
    classes = tuple("0123456789") if (n_x, K) == (64, 10) else numbered(K)
    copies = tuple({name: np.array(value, dtype=float) for name, value in one.items()} for one in moments)
    return Run(tuple(range(len(moments))), copies, X.astype(float), Y.astype(float), classes)


def numbered(K):
    """Names of classes that have no names."""
    return tuple(f"class {k + 1}" for k in range(K))


def pixels(run):
    """Each example as 64 shades from 0 to 16 where it may be an 8 x 8 image, else nothing."""
    if run.X.shape[0] != 64 or run.X.max() <= 0:
        return np.zeros((run.X.shape[1], 0))
    return np.round(16 * np.clip(run.X.T / run.X.max(), 0, 1))


def sent(run):
    """The run as the browser takes it."""
    whole = {"by_unit": "uint8", "by_example": "uint8", "dead": "uint8"}
    kinds = {"right": "int32", "on": "int32", "products": "float32"}
    arrays = {name: table(values, kinds.get(name, "float64")) for name, values in run.arrays.items()}
    return {
        "steps": list(run.steps), "classes": list(run.classes), "true": run.true.tolist(), "units": run.units, "examples": run.X.shape[1],
        "largest": np.abs(run.arrays["dA1"]).max(axis=(1, 2)).tolist(), "pixels": table(pixels(run), "uint8"),
        "X": run.X.T.tolist() if run.X.shape[0] <= 4 else [], "everything": 0 if run.everything is None else run.everything.shape[1],
        **arrays, **{name: table(run.off[name], dtype) for name, dtype in whole.items()}, "off": table(run.off["pairs"], "uint8"),
    }  # fmt: skip
