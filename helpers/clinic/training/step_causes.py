"""Causes that lie in what the steps did: noise, rates beyond a threshold, units that die or saturate.

Each rule takes an `Examined`, and returns a Cause or a false value.
"""

import numpy as np

from helpers import curvature
from helpers.clinic.training.cause import Cause

_NEARLY_ALL = 0.8
_HARDLY_MOVED = 0.2
_STILL = 1e-3
_JUMPS = 10  # steps that a cycle is told from
_FORESEEN = 1e4  # up to this rate the cycle of a bias is computed


def noise(e):
    """A gradient that differs from draw to draw by its own length."""
    if e.noise is not None and e.noise > 0.5:
        whose = "two calls on the same data give two gradients" if e.s.batch_size is None else f"batches of {e.s.batch_size}"
        return Cause("noise", f"{whose}: the noise of a gradient is {e.noise:.2g} times its length", ("whole batch", "mean of calls"))


def bias(e):
    """A dead network whose output bias does not come to rest."""
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


def killed(e):
    """Units that die on the way."""
    born = zip(e.first.dead, e.last.dead, e.last.widths, strict=True)
    layers = [l for l, (a, b, n) in enumerate(born, 1) if b >= _NEARLY_ALL * n and b - a > 0.3 * n]
    if layers:
        at = [f"all of layer {l} by step {e.run.died[l]}" for l in layers if l in e.run.died and l in e.last.blocked]
        l = int(np.argmax(e.first.moves)) + 1 if e.first.moves else 0
        move = f"; the first step moves W{l} by {e.first.moves[l - 1]:.2g} times its size" if l and np.isfinite(e.first.moves).all() else ""
        return Cause("steps that kill units", f"{e.first.dead} units are dead at step 0, {e.last.dead} of {e.last.widths} at step {e.last.step}"
                     + (f", {', '.join(at)}" if at else "") + move, ("rate/10", "rate/100"))  # fmt: skip


def beyond(e):
    """A rate above 2 / λ, λ being the largest curvature at the start."""
    limit = e.threshold
    if limit and e.s.learning_rate > limit and e.run.symptom in ("not finite", "diverges", "oscillates"):
        text = f"at the start the loss curves by λ = {e.curvature:.3g}: the rate {e.s.learning_rate:.3g} is above 2 / λ = {limit:.3g}"
        return Cause("a rate beyond the curvature", text, ("rate/10", "rate/100", "rate 1/curvature"))


def saturated(e):
    """Sigmoid or tanh units with hardly any slope."""
    if e.last.saturates:
        text = f"{e.first.saturated} units are saturated for every example at step 0, {e.last.saturated} of {e.last.widths} at step {e.last.step}"
        return Cause("saturated units", text, ("weights", "rate/10"))


def slow(e):
    """Weights that hardly moved while the loss fell."""
    loss = np.array(e.run.loss)
    W = [name for name in e.first.p if name.startswith("W")]
    moved = max(np.linalg.norm(e.last.p[name] - e.first.p[name]) / max(np.linalg.norm(e.first.p[name]), len(e.first.p[name]) ** 0.5) for name in W)
    if e.run.symptom not in ("not finite", "diverges", "oscillates") and not e.last.blocked and moved < _HARDLY_MOVED and loss[-1] < loss[0]:
        text = f"in {e.last.step} steps no W moved by more than {moved:.2g} of its size, and the loss went from {loss[0]:.4g} to {loss[-1]:.4g}"
        return Cause("too small a rate for so few steps", text, ("rate*10", "rate 1/curvature"))


def cycles(run):
    """Whether every example gets the same answer, and the output bias jumps to and fro without coming to rest."""
    b = np.array(run.biases)
    if len(b) < _JUMPS or run.last.spread > _STILL * max(1.0, np.ptp(b)):
        return False
    jumps = np.diff(b)
    early, late = np.abs(jumps[: len(jumps) // 2]).max(), np.abs(jumps[len(jumps) // 2 :]).max()
    return bool(jumps.max() > 0 > jumps.min() and late > max(_STILL, 0.7 * early))


def _between(low, high):
    """One number, or two where they differ when written."""
    return " to ".join(dict.fromkeys(f"{number:.4g}" for number in (low, high)))
