"""What is true about a file of any shape, found without the clinic: central differences of its own loss at three points."""

import contextlib
import functools
import io
import warnings

import numpy as np

STEP, DIFF, SAME, NOISE = 1e-6, 1e-4, 3e-6, 0.2


class Unclear(Exception):
    """A gradient that is neither clearly right nor clearly wrong."""


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@functools.lru_cache(maxsize=512)
def _compiled(text, name, mode="exec"):
    return compile(text, name, mode)


class Truth:
    """The loss and the gradients of one file at random points: `wrong` and `losses` compare them with central differences."""

    def __init__(self, shape, text):
        self.shape, self.text = shape, text
        if shape.marker:
            self.head, tail = text.split("\n" + shape.marker, 1)
            self.tail = shape.marker + tail

    def namespace(self, seed):
        """What the owner has in memory, the parameters moved by noise."""
        ns = {"np": np, "r": np.random.default_rng(seed)}
        exec(_compiled(self.head if self.shape.marker else self.text, "<truth>"), ns)
        exec(_compiled("\n".join([*self.shape.setup, self.shape.once]), "<truth>"), ns)
        noise = np.random.default_rng([seed, 1])
        for name in self.shape.parameters:
            value = self.get(ns, name)
            self.put(ns, name, value + NOISE * noise.normal(size=np.shape(value)))
        return ns

    def get(self, ns, name):
        return eval(_compiled(self.shape.parameters[name], "<truth>", "eval"), ns)

    def put(self, ns, name, value):
        ns["_new"] = float(value) if np.ndim(value) == 0 else value
        exec(_compiled(f"{self.shape.parameters[name]} = _new", "<truth>"), ns)

    def pass_once(self, ns):
        """The namespace of a script after one pass."""
        ns = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in ns.items()}
        exec(_compiled(self.tail, "<truth>"), ns)
        return ns

    def loss(self, ns):
        np.random.seed(3)
        ns = self.pass_once(ns) if self.shape.marker else ns
        return float(eval(_compiled(self.shape.loss, "<truth>", "eval"), ns))

    def gradients(self, seed):
        ns, shape = self.namespace(seed), self.shape
        np.random.seed(3)
        if shape.marker and shape.grads:
            ns = self.pass_once(ns)
            return {name: ns.get(own) for name, own in shape.got.items()}
        if not shape.step:
            ns["g"] = eval(shape.grads, ns)
            return {name: _given(expression, ns) for name, expression in shape.got.items()}
        before = {name: np.copy(self.get(ns, name)) for name in shape.parameters}
        if shape.marker:
            ns = self.pass_once(ns)
        else:
            eval(shape.step, ns)
        return {name: (before[name] - self.get(ns, name)) / shape.rate for name in before}

    def differences(self, seed):
        ns, truth = self.namespace(seed), {}
        for name in self.shape.parameters:
            value = np.array(self.get(ns, name), dtype=float)
            truth[name] = np.zeros(value.shape)
            for i in np.ndindex(*value.shape):
                losses = []
                for sign in (1, -1):
                    moved = value.copy()
                    moved[i] += sign * STEP
                    self.put(ns, name, moved)
                    losses.append(self.loss(ns))
                truth[name][i] = (losses[0] - losses[1]) / (2 * STEP)
            self.put(ns, name, value)
        return truth


def differences(shape, seeds=(1, 2, 3)):
    """What the gradients should be, at each point: {seed: (loss, {name: array})}."""
    with quiet():
        right = Truth(shape, shape.text)
        return {seed: (right.loss(right.namespace(seed)), right.differences(seed)) for seed in seeds}


def judged(shape, text, known):
    """("right" | "wrong" | "raises", names of the wrong gradients, whether the loss is as it was)."""
    this, wrong, raised, same = Truth(shape, text), set(), 0, True
    for seed, (loss, truth) in known.items():
        with quiet():
            try:
                same = same and abs(this.loss(this.namespace(seed)) - loss) <= 1e-9 * (1 + abs(loss))
                got = this.gradients(seed)
            except Exception:
                raised += 1
                continue
            wrong |= {name for name, slope in truth.items() if _is_wrong(got[name], slope)}
    return ("raises" if raised == len(known) else "wrong" if wrong or raised else "right"), frozenset(wrong), same


def _given(expression, ns):
    """A gradient out of what came back; None where there is none."""
    try:
        return eval(expression, ns)
    except (KeyError, IndexError, AttributeError):
        return None


def _is_wrong(gradient, truth):
    try:
        gradient = np.broadcast_to(np.asarray(gradient, dtype=float), truth.shape)
    except (TypeError, ValueError):
        return True
    distance = np.linalg.norm(gradient - truth)
    error = 0.0 if distance < 2e-8 else distance / (np.linalg.norm(gradient) + np.linalg.norm(truth))
    if SAME < error <= DIFF and distance > 1e-6:
        raise Unclear(f"off by {error:.1e}")
    return not error <= DIFF
