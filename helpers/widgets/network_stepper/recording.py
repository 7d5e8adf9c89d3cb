"""What the network stepper plays: forward and backward pass, and every path, for each example and each hidden activation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from helpers import case, checks, network
from helpers.activations import get_activation
from helpers.losses import get_loss
from helpers.widgets.kit.base import table
from helpers.widgets.kit.numerals import number
from helpers.widgets.network_stepper import learner, words

HIDDEN = ("relu", "sigmoid", "tanh")
WIDEST, DEEPEST = 16, 5
MOST_EXAMPLES = 24  # how many of a batch can be chosen; its gradients are those of all
MOST_PATHS = 16  # how many paths of a weight are listed, the largest; the others are added up
MOST_NUMBERS = 400_000  # of paths in one recording


@dataclass(frozen=True)
class Net:
    """What is stepped through: parameters, batch, output and loss, and perhaps a learner's backward pass."""

    p: dict
    X: np.ndarray
    y: np.ndarray
    output: str
    loss: str | None
    backward_prop: Any

    @cached_property
    def sizes(self):
        """Units of each layer, inputs first."""
        return [self.p["W1"].shape[1]] + [self.p[f"W{l}"].shape[0] for l in range(1, self.L + 1)]

    @property
    def L(self):
        """The number of layers."""
        return len(self.p) // 2

    @property
    def m(self):
        """The number of examples."""
        return self.X.shape[1]

    @cached_property
    def shown(self):
        """How many examples can be chosen."""
        sizes = self.sizes
        each = sum(sizes[l] * (int(np.prod(sizes[l + 1 :])) + (sizes[l - 1] + 2) * (kept(self, l) + 3)) for l in range(1, self.L + 1))
        return max(1, min(self.m, MOST_EXAMPLES, MOST_NUMBERS // each))


def worked_batch():
    """The batch of the chapter on backward propagation, shape (2, 3), with labels 1, 0, 1: example 1 is the worked example."""
    x, y = case.worked_example()
    return np.hstack([x, [[-1.0, -0.4], [0.6, -1.3]]]), np.hstack([y, [[0.0, 1.0]]])


def make_net(p, X, y, output, loss, backward_prop):
    """Check shapes, labels and sizes; NaN and infinities pass, since the widget says what they do."""
    p = case.worked_params() if p is None else p
    if not isinstance(p, dict):
        raise TypeError(f"p is a {type(p).__name__}, expected a dict with keys 'W1', 'b1', 'W2', ...")
    if (X is None) != (y is None):
        raise TypeError(f"{'X' if X is None else 'y'} is missing: give X and y together, or neither")
    X, y = worked_batch() if X is None else (checks.reals("X", X), checks.reals("y", y))
    if backward_prop is not None and not callable(backward_prop):
        raise TypeError(f"backward_prop is a {type(backward_prop).__name__}, expected a function backward_prop(X, y, c, p) -> grads")
    harmless = {name: np.zeros_like(value) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value for name, value in p.items()}
    network.compute_loss(calm(y), network.forward_prop(calm(X), harmless, output=output), output, loss)  # checks every shape and label
    p = {name: np.array(p[name], dtype=float) for l in range(1, len(p) // 2 + 1) for name in (f"W{l}", f"b{l}")}
    net = Net(p, np.array(X, dtype=float), np.array(y, dtype=float), output, loss, backward_prop)
    if net.L > DEEPEST or max(net.sizes) > WIDEST:
        raise ValueError(f"p has layers of {net.sizes} units, expected at most {DEEPEST - 1} hidden layers and at most {WIDEST} units in each")
    return net


def calm(array):
    """The array with NaN and infinities replaced by 0."""
    return np.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0)


def kept(net, l):
    """How many paths of a weight of layer l are listed."""
    return min(MOST_PATHS, int(np.prod(net.sizes[l + 1 :])))


def with_input(net, example, x):
    """X with another input in place of one example's; its own where x is empty."""
    X = net.X.copy()
    if x:
        X[:, example] = x
    return X


def arrays(net, hidden, X):
    """{name: array}: caches and gradients of the batch, "own" gradients of each shown example alone, slopes, and paths.

    "loss" holds the mean of the batch, then each example's own. Raises DomainError where a number is not finite on the way.
    """
    options = {"hidden": hidden, "output": net.output}
    c = network.forward_prop(X, net.p, **options)
    grads = network.backward_prop(X, net.y, c, net.p, loss=net.loss, **options)
    rule, top = get_loss(net.output, net.loss), net.L
    losses = network.loss_per_example(c[f"Z{top}"], c[f"A{top}"], net.y, net.output, rule)
    found = c | grads | {"loss": np.append(network.compute_loss(net.y, c, net.output, net.loss), losses)}
    found |= {f"slope{l}": get_activation(hidden).slope(c[f"Z{l}"]) for l in range(1, top)}
    alone = [_alone(net, hidden, X, i) for i in range(net.shown)]
    after = None
    for l in range(top, 0, -1):
        found[f"own{l}"] = np.stack([np.hstack([own[f"dW{l}"], own[f"db{l}"]]) for own in alone])
        after = grads[f"dZ{l}"][:, None, : net.shown] if l == top else _through(net.p[f"W{l + 1}"], found[f"slope{l}"][:, : net.shown], after)
        found |= _paths(net, c[f"A{l - 1}"][:, : net.shown], after, l)
    return {name: value[:, : net.shown] if name[:1] in "ZA" or name[:2] in ("dZ", "dA", "sl") else value for name, value in found.items()}


def _alone(net, hidden, X, i):
    """The gradients of example i alone."""
    one = slice(i, i + 1)
    c = network.forward_prop(X[:, one], net.p, hidden, net.output)
    return network.backward_prop(X[:, one], net.y[:, one], c, net.p, hidden, net.output, net.loss)


def _through(W, slope, after):
    """The products of all paths from a layer's units, of those from the next layer's `after`, shape (n_after, P, m): slope times weight times each.

    Returns shape (n, n_after P, m), the paths numbered as in `helpers.paths`, the last layer's unit running fastest.
    """
    products = (slope[:, None, :] * W.T[:, :, None])[:, :, None, :] * after
    return products.reshape(len(slope), -1, slope.shape[1])


def _paths(net, inputs, after, l):
    """Of each weight and bias of layer l: the largest paths, how many live, what the others add up to, and the sum."""
    m, count = net.shown, kept(net, l)
    inputs = np.vstack([inputs, np.ones((1, m))]).T[:, None, :]  # (m, 1, n_in + 1)
    after = after.transpose(2, 0, 1)  # (m, n, P)
    which = _largest(np.nan_to_num(np.abs(after), nan=np.inf, posinf=np.inf), count)
    largest = np.take_along_axis(after, which, axis=-1)  # (m, n, count)
    alive = (after != 0).sum(axis=-1, keepdims=True) * (inputs != 0)
    products, sums = inputs[..., None] * largest[:, :, None, :], inputs * after.sum(axis=-1, keepdims=True)
    return {f"which{l}": which, f"alive{l}": alive, f"path{l}": products, f"sum{l}": sums, f"rest{l}": sums - products.sum(axis=-1)}


def _largest(sizes, count):
    """Where along the last axis the `count` largest stand, in increasing order of place; of equal ones the first."""
    border = np.partition(sizes, -count, axis=-1)[..., [-count]]
    above, equal = sizes > border, sizes == border
    wanted = above | (equal & (equal.cumsum(axis=-1) <= count - above.sum(axis=-1, keepdims=True)))
    return np.nonzero(wanted)[-1].reshape(*sizes.shape[:-1], count)


def blank(net):
    """The names and shapes of `arrays`, all NaN."""
    found = {"loss": (net.m + 1,)}
    for l, n in enumerate(net.sizes):
        found |= dict.fromkeys([f"A{l}"] if l == 0 else [f"Z{l}", f"A{l}", f"dZ{l}"], (n, net.shown))
        if 0 < l < net.L:
            found |= dict.fromkeys([f"dA{l}", f"slope{l}"], (n, net.shown))
        if l:
            before, count = net.sizes[l - 1], kept(net, l)
            found |= {f"dW{l}": (n, before), f"db{l}": (n, 1), f"path{l}": (net.shown, n, before + 1, count), f"which{l}": (net.shown, n, count)}
            found |= dict.fromkeys([f"alive{l}", f"own{l}", f"sum{l}", f"rest{l}"], (net.shown, n, before + 1))
    return {name: np.full(shape, 0.0 if name[:5] in ("which", "alive") else np.nan) for name, shape in found.items()}


def run(net, hidden, X, example=None):
    """One recorded run: {"arrays", "message", "steps", "says", "check"}, as Python objects; in words for one example, or for each."""
    message = ""
    try:
        with np.errstate(all="ignore"):
            found = arrays(net, hidden, X)
    except checks.DomainError as error:
        found, message = blank(net) | {"A0": X[:, : net.shown]}, f"{error}. So there is nothing to step through."
    steps = words.steps(net.sizes, net.m, hidden, net.output, net.loss)
    examined = None if net.backward_prop is None else learner.examine(net, hidden, X, steps, found, bool(message))
    told = range(net.shown) if example is None else [example]
    says = [[sentence(net, hidden, steps, n, i, found) if i in told else "" for i in range(net.shown)] for n in range(len(steps))]
    return {"arrays": found, "message": message, "steps": steps, "says": says, "check": examined}


def sent(recorded):
    """A run as the browser takes it, flat: tables and JSON values."""
    tables = {name: table(value, "int32" if name[:5] in ("which", "alive") else "float64") for name, value in recorded["arrays"].items()}
    check = recorded["check"]
    if check is not None:
        tables |= {f"{whose}_{name}": table(value) for whose in ("mine", "truth") for name, value in check[whose].items()}
        check = {key: check[key] for key in ("message", "first", "summary", "steps")}
    return tables | {key: recorded[key] for key in ("message", "steps", "says")} | {"check": check}


def about(net, found, entry, example):
    """The gradient of a chosen weight or bias ("W", l, j, k), k the last column for a bias, in words."""
    kind, l, j, k = entry
    name = f"{kind}{l}[{j}, {k}]" if kind == "W" else f"b{l}[{j}]"
    count = int(np.prod(net.sizes[l + 1 :]))
    text = f"{name}: {count} {'path' if count == 1 else 'paths'}, {int(found[f'alive{l}'][example, j, k])} alive, adding up to "
    text += f"{number(found[f'sum{l}'][example, j, k])}"
    if net.m == 1:
        return f"{text} = d{name}."
    whole = found[f"dW{l}"][j, k] if kind == "W" else found[f"db{l}"][j, 0]
    return f"{text} for example {example + 1}; mean over the {net.m} examples: d{name} = {number(whole)}."


def sentence(net, hidden, steps, n, example, found):
    """What stands there after step n, in words and numbers."""
    step = steps[n]
    whose = f"Step {n + 1} of {len(steps)}, {words.LABELS[hidden]}"
    whose += f", example {example + 1} of {net.m}{' alone' * (step['kind'] == 'dW')}" if net.m > 1 else ""
    if step["kind"] == "loss":
        own = f"ℓ = {number(found['loss'][example + 1])} for this example, " if net.m > 1 else ""
        return f"{whose}: {own}J = {number(found['loss'][0])}."
    if step["kind"] == "dW":
        l = step["layer"]
        own = found[f"own{l}"][example]
        W = words.without_noise(own[:, :-1])
        alive = f"{np.count_nonzero(W)} of {W.size} entries of dW{l} are not 0"
        return f"{whose}: {alive}; db{l} = {words.listed(own[:, -1])}."
    values = found[step["name"]][:, example]
    zeros = np.count_nonzero(values == 0)
    off = f"; {zeros} of {len(values)} are 0" if zeros and len(values) > 1 else ""
    return f"{whose}: {step['name']} = {words.listed(values)}{off}."
