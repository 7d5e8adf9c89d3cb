"""What a run that does not train shows of its cause: each rule reads measurements and answers with numbers, or with nothing.

A rule accuses; the experiment that it names decides, see `Cause.decided`. The order of `RULES` is that in which causes are told: what
was there before the first step comes before what the steps did.
"""

from dataclasses import dataclass, replace

import numpy as np

from helpers import curvature, datasets
from helpers.clinic import seen
from helpers.clinic.seen import Seen

_SMALL, _LARGE = 0.01, 5.0  # products over the layers of the sizes of `seen.sizes`
_ONE_SMALL = 0.1  # and at least one layer is smaller than this
_OFFSET = 3.0  # length of the mean input against that of its spread
_SCALE = 3.0  # spread of the inputs, or one over it
_NEARLY_ALL = 0.8
_VANISHED = 1e-3
_HARDLY_MOVED = 0.2
_STILL = 1e-3
_JUMPS = 10  # steps that a cycle is told from
_FORESEEN = 1e4  # up to this rate the cycle of a bias is computed


@dataclass(frozen=True)
class Cause:
    """Why a run may not train.

    Attributes
    ----------
    name : str
    evidence : str
        What was measured, in numbers.
    removed_by : tuple of str
        Keys of the changes that remove it, and it alone: the experiment.
    decided : bool or None
        Whether one of them revives the run; None where none was run.
    by : tuple of str
        How the report writes the changes that revive it, or those that were tried in vain.
    """

    name: str
    evidence: str
    removed_by: tuple = ()
    decided: bool | None = None
    by: tuple = ()


@dataclass(frozen=True)
class Examined:
    """What the rules read: the setting, its run, what the first calls told, the curvature at the start (None: unknown) and the noise of a
    gradient in its own length (None: it has none)."""

    s: object
    run: object
    call: object
    curvature: float | None = None
    noise: float | None = None

    @property
    def first(self) -> Seen:
        """The first record."""
        return self.run.first

    @property
    def last(self) -> Seen:
        """The last one."""
        return self.run.last

    @property
    def threshold(self):
        """2 / λ at the start, beyond which descent leaves a bowl; None where λ is unknown or not above 0."""
        return curvature.threshold(self.curvature) if self.curvature and self.curvature > 0 else None

    @property
    def bias_threshold(self):
        """The rate beyond which the output bias of a dead network cycles; None for other networks than sigmoid and cross-entropy."""
        if self.s.output != "sigmoid" or self.s.loss != "bce":
            return None
        return curvature.threshold(curvature.bias_curvature(float(self.s.y.mean())))

    def rates(self):
        """The learning rates that a cause may ask for, by the key of the change."""
        found = {}
        if self.bias_threshold:
            found["rate below 2/(f(1-f))"] = 0.8 * self.bias_threshold
        if self.curvature and self.curvature > 0:
            found["rate 1/curvature"] = 1 / self.curvature
        return found


# --- what was there before the first step ----------------------------------------------------------------------------


def _labels(e):
    shape = (1, e.s.X.shape[1])
    return e.s.y.shape != shape and Cause("the shape of the labels", f"y has shape {e.s.y.shape}, the outputs have {shape}", ("labels",))


def _gradients(e):
    wrong = e.call.wrong
    if wrong:
        name = max(wrong, key=wrong.get)
        text = f"the outputs are the reference's, {name} is not: {wrong[name]:.2g} times its length away (`clinic.examine` looks for the line)"
        return Cause("wrong gradients", text, ("reference",))


def _symmetric(e):
    layers = [l for l, (a, b) in enumerate(zip(e.first.copies, e.last.copies, strict=True), 1) if a and b]
    if layers:
        zeros = all((value == 0).all() for value in e.first.p.values())
        text = "all weights are 0 at the start, and" if zeros else ""
        moved = ", ".join(f"‖dW{l}‖ = {norm:.2g}" for l, norm in enumerate(e.last.norms, 1))
        text = f"{text} {_those(layers)} has units that are all copies of one another, at step 0 and at step {e.last.step}; there {moved}"
        return Cause("a symmetric start", text.strip(), ("weights",))


def _output_off(e):
    if e.last.output_off:
        return Cause("an output that is off", f"the ReLU at the output is 0 for every example at step {e.last.step}: its slope is 0", ("output",))


def _offset(e):
    mean, spread = e.s.X.mean(axis=1), e.s.X.std(axis=1)
    offset = np.linalg.norm(mean) / max(np.linalg.norm(spread), 1e-300)
    if offset > _OFFSET:
        largest = int(np.abs(mean).argmax())
        text = f"the mean of the inputs is {offset:.3g} times as long as their spread (input {largest + 1} has the mean {mean[largest]:.3g})"
        return Cause("the offset of the inputs", text, ("centred",))


def _scale(e):
    spread = e.s.X.std(axis=1)
    typical = np.sqrt((spread**2).mean())
    if typical > _SCALE or typical < 1 / _SCALE**2:
        text = f"the spread of the inputs runs from {spread.min():.2g} to {spread.max():.3g}, expected about 1"
        return Cause("the scale of the inputs", text, ("standardised",))


def _small(e):
    sizes = seen.sizes(e.first.p, e.s.hidden)
    if 0 < np.prod(sizes) < _SMALL and min(sizes) < _ONE_SMALL:
        grown = f"‖dW‖ goes from {e.run.totals[0]:.2g} to {e.run.totals[-1]:.2g}" if e.run.totals else "no gradient came back"
        text = f"the weights are {_list(sizes)} times as large as those that keep a signal's size, {np.prod(sizes):.2g} together; {grown}"
        return Cause("small weights", text, ("enlarged", "weights"))


def _large(e):
    sizes = seen.sizes(e.first.p, e.s.hidden)
    if np.prod(sizes) > _LARGE or max(sizes) > _LARGE:
        text = f"the weights are {_list(sizes)} times as large as those that keep a signal's size; the first loss is {e.run.loss[0]:.3g}"
        return Cause("large weights", text, ("weights",))


def _one_sign(e):
    W = [value for name, value in e.first.p.items() if name.startswith("W")]
    layers = [l for l, w in enumerate(W, 1) if w.size > 5 and abs(np.sign(w).sum()) == w.size]
    if layers:
        text = f"all weights of {_those(layers)} have one sign, so that the sums add up: the first loss is {e.run.loss[0]:.3g}, "
        return Cause("weights of one sign", text + f"an uninformed guess {e.s.floor:.3g}", ("weights",))


def _born_dead(e):
    if e.first.blocked and not any(e.first.copies):
        text = f"every unit of {_those(e.first.blocked)} is dead at step 0"
        return Cause("units dead from the start", text, ("raised biases",))


# --- what the steps did ----------------------------------------------------------------------------------------------


def _noise(e):
    if e.noise is not None and e.noise > 0.5:
        whose = "two calls on the same data give two gradients" if e.s.batch_size is None else f"batches of {e.s.batch_size}"
        return Cause("noise", f"{whose}: the noise of a gradient is {e.noise:.2g} times its length", ("whole batch", "mean of calls"))


def _bias(e):
    b = np.array(e.run.biases)
    limit = e.bias_threshold
    if limit is None or e.s.batch_size is not None or e.s.learning_rate <= limit or not cycles(e.run):
        return None
    text = (f"the answer is the same for every example, and the output bias jumps between {b[-2]:.3g} and {b[-1]:.3g}: "
            f"the rate {e.s.learning_rate:.3g} is above 2 / (f (1 - f)) = {limit:.3g}")  # fmt: skip
    if e.s.learning_rate < _FORESEEN:
        losses = np.sort(curvature.dead_loss(float(e.s.y.mean()), e.s.learning_rate, start=float(b[-1])))
        text += f", where a bias alone would jump to a loss of {_between(losses[0], losses[-1])}"
    return Cause("a bias beyond its threshold", text, ("rate below 2/(f(1-f))",))


def _killed(e):
    born = zip(e.first.dead, e.last.dead, e.last.widths, strict=True)
    layers = [l for l, (a, b, n) in enumerate(born, 1) if b >= _NEARLY_ALL * n and b - a > 0.3 * n]
    if layers:
        at = [f"all of layer {l} by step {e.run.died[l]}" for l in layers if l in e.run.died and l in e.last.blocked]
        l = int(np.argmax(e.first.moves)) + 1 if e.first.moves else 0
        move = f"; the first step moves W{l} by {e.first.moves[l - 1]:.2g} times its size" if l and np.isfinite(e.first.moves).all() else ""
        return Cause("steps that kill units", f"{e.first.dead} units are dead at step 0, {e.last.dead} of {e.last.widths} at step {e.last.step}"
                     + (f", {', '.join(at)}" if at else "") + move, ("rate/10", "rate/100"))  # fmt: skip


def _beyond(e):
    limit = e.threshold
    if limit and e.s.learning_rate > limit and e.run.symptom in ("not finite", "diverges", "oscillates"):
        text = f"at the start the loss curves by λ = {e.curvature:.3g}: the rate {e.s.learning_rate:.3g} is above 2 / λ = {limit:.3g}"
        return Cause("a rate beyond the curvature", text, ("rate/10", "rate/100", "rate 1/curvature"))


def _saturated(e):
    if e.last.saturates:
        text = f"{e.first.saturated} units are saturated for every example at step 0, {e.last.saturated} of {e.last.widths} at step {e.last.step}"
        return Cause("saturated units", text, ("weights", "rate/10"))


def _vanishing(e):
    norms = e.first.norms
    if norms and not e.first.blocked and not e.first.saturates and 0 < norms[0] < _VANISHED * norms[-1]:
        text = f"at step 0 ‖dW1‖ is {norms[0]:.2g}, ‖dW{len(norms)}‖ is {norms[-1]:.2g}"
        return Cause("gradients that vanish on their way down", text, ("weights", "adam"))


def _slow(e):
    loss = np.array(e.run.loss)
    W = [name for name in e.first.p if name.startswith("W")]
    moved = max(np.linalg.norm(e.last.p[name] - e.first.p[name]) / max(np.linalg.norm(e.first.p[name]), len(e.first.p[name]) ** 0.5) for name in W)
    if e.run.symptom not in ("not finite", "diverges", "oscillates") and not e.last.blocked and moved < _HARDLY_MOVED and loss[-1] < loss[0]:
        text = f"in {e.last.step} steps no W moved by more than {moved:.2g} of its size, and the loss went from {loss[0]:.4g} to {loss[-1]:.4g}"
        return Cause("too small a rate for so few steps", text, ("rate*10", "rate 1/curvature"))


def _misfit(e):
    share, chance = neighbours(e.s.X, e.s.y)
    if share <= chance + 3 * np.sqrt(chance * (1 - chance) / e.s.y.size):  # more than 2, since neighbours are so mutually, mostly
        text = f"an example and its nearest neighbour have the same label in {share:.0%} of the cases, by chance in {chance:.0%}"
        return Cause("labels that do not belong to the inputs", f"{text}; no change of the training cures that")


RULES = (_labels, _gradients, _symmetric, _output_off, _offset, _scale, _small, _large, _one_sign, _born_dead, _noise, _bias, _killed, _beyond,
         _saturated, _vanishing, _slow, _misfit)  # fmt: skip
"""Each takes an `Examined` and returns a Cause or a false value."""


def suspected(e):
    """The causes that a run that does not train gives reason for; without a first record only what needs none."""
    rules = RULES if e.first else (_labels,)
    return [cause for cause in (rule(e) for rule in rules) if cause]


# --- what the experiments say ----------------------------------------------------------------------------------------


def judged(causes, runs, own):
    """The causes with what their experiments say, those that are confirmed first; runs : {key: Run}, own : the run that does not train.

    Where two changes at once revive it, what either of them removes counts as confirmed. Where a change revives the run and no rule had
    named what it removes, the experiment itself names it.
    """
    causes = [_decided(cause, runs, own) for cause in causes]
    for keys, run in runs.items():
        if isinstance(keys, tuple) and run.trains:
            causes = [replace(cause, decided=True, by=(run.note,)) if set(keys) & set(cause.removed_by) else cause for cause in causes]
    named = {key for cause in causes if cause.decided for key in cause.removed_by}
    alive = {key: run for key, run in runs.items() if run.trains}
    if not any(cause.decided for cause in causes):
        causes += [Cause(name, "no measurement names it, the experiment does", (key,), True, (alive[key].note,))
                   for key, name in _FOUND.items() if key in alive and key not in named]  # fmt: skip
    return tuple(sorted(causes, key=lambda cause: {True: 0, None: 1, False: 2}[cause.decided]))


_FOUND = {
    "standardised": "the scale of the inputs", "weights": "the initial weights", "rate/10": "too large a rate", "rate/100": "too large a rate",
    "rate*10": "too small a rate for so few steps", "output": "the output unit and its loss",
}  # fmt: skip


def _decided(cause, runs, own):
    """The cause with the answer of its own experiment: mostly, whether the run trains; a cause that does not stand alone may end in less."""
    tried = [runs[key] for key in cause.removed_by if key in runs]
    if not tried:
        return cause
    good = [run for run in tried if run.trains]
    if cause.name == "a bias beyond its threshold":  # a slower bias comes to rest; units that are dead stay so
        good = [run for run in tried if not run.stopped and not cycles(run)]
    elif cause.name == "the shape of the labels" and own.symptom in _NO_STEP:
        good = [run for run in tried if run.symptom not in _NO_STEP]
    return replace(cause, decided=bool(good), by=tuple(run.note for run in good or tried))


_NO_STEP = ("raises", "shapes")


def cycles(run):
    """Whether every example gets the same answer, and the output bias jumps to and fro without coming to rest."""
    b = np.array(run.biases)
    if len(b) < _JUMPS or run.last.spread > _STILL * max(1.0, np.ptp(b)):
        return False
    jumps = np.diff(b)
    early, late = np.abs(jumps[: len(jumps) // 2]).max(), np.abs(jumps[len(jumps) // 2 :]).max()
    return bool(jumps.max() > 0 > jumps.min() and late > max(_STILL, 0.7 * early))


def neighbours(X, y, most=1000):
    """The share of examples whose nearest other example has their label, and that share by chance, f² + (1 - f)² for two labels.

    Of the first `most` examples; the inputs that vary are standardised, so that each counts.
    """
    X, y = X[:, :most], y.reshape(-1)[:most]
    X = datasets.standardise(X[X.std(axis=1) > 0]) if (X.std(axis=1) > 0).any() else X
    square = (X**2).sum(axis=0)
    away = square[:, None] + square[None, :] - 2 * X.T @ X
    np.fill_diagonal(away, np.inf)
    shares = np.unique(y, return_counts=True)[1] / y.size
    return float((y[away.argmin(axis=1)] == y).mean()), float((shares**2).sum())


def _those(layers):
    return f"layer {layers[0]}" if len(layers) == 1 else f"each of the layers {', '.join(map(str, layers))}"


def _list(numbers):
    return ", ".join(f"{number:.2g}" for number in numbers)


def _between(low, high):
    """One number, or two where they differ when written."""
    return " to ".join(dict.fromkeys(f"{number:.4g}" for number in (low, high)))
