"""What one call leaves for the next: momentum, and gradients that are added to those of the call before.

Three calls from the same parameters give s₁ = β v + g, s₂ = β s₁ + g, s₃ = β s₂ + g, with v what was left before the first. So
β = (s₃ - s₂) / (s₂ - s₁), the same for every entry, and g = s₂ - β s₁ (for Nesterov's momentum as well). With β = 1 gradients are added up.
Where a running mean is kept, v ← β v + (1 - β) g, this is (1 - β) g: a size that is no fault, if it fits the loss.
"""

import numpy as np


class Memory:
    """How many calls one answer takes (`calls`), how it is read from them (`cleared`), and what is to be said of it (`said`)."""

    def __init__(self, betas=None, scale=1.0, said=()):
        self._betas, self._scale, self.said = betas or {}, scale, list(said)
        self.calls, self.unclear = 2 if self._betas else 1, ()

    @classmethod
    def of(cls, answers, steps, is_slope):
        """From the answers of three calls in a row.

        steps : bool
            Whether they are updates.
        is_slope : callable
            (name, array) -> whether it is the parameter's gradient, as far as one direction tells.
        """
        betas, clear, unclear = {}, {}, []
        for name in answers[0]:
            s1, s2, s3 = (answer[name] for answer in answers)
            if any(s is None or not np.isfinite(s).all() for s in (s1, s2, s3)) or _same(s1, s2):
                continue
            beta = _ratio(s1, s2, s3)
            if not beta:
                unclear.append(name)
            else:
                betas[name], clear[name] = beta, s2 - beta * s1
        if steps:
            betas, clear, unclear = _alike(betas, clear, unclear, answers, is_slope)
        found = cls._read(betas, clear, unclear, answers, steps, is_slope)
        found.unclear = tuple(unclear)
        return found

    @classmethod
    def _read(cls, betas, clear, unclear, answers, steps, is_slope):
        if not steps or not betas:
            needed = any(not _same(clear[name], answers[0][name]) for name in clear)
            return cls(betas if needed else None, 1.0, _words(betas, unclear, steps, 1.0))
        usual, scale = _best(betas, clear, answers, is_slope)
        if usual and scale == 1:
            return cls(None, 1.0, _words(betas if _starts_clean(clear, answers) else {}, unclear, steps, scale))
        return cls(None if usual else betas, scale, _words(betas, unclear, steps, scale))

    def cleared(self, answers):
        """The gradients of one call, without what the calls before have left."""
        found, again = dict(answers[0]), answers[-1]
        for name, beta in self._betas.items():
            if found[name] is not None and again[name] is not None:
                found[name] = again[name] - beta * found[name]
        return {name: value if value is None or self._scale == 1 else value * self._scale for name, value in found.items()}


def _same(a, b):
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-9 * (1e-3 + float(np.max(np.abs(a), initial=0)))))


def _ratio(s1, s2, s3):
    """The common ratio of what a call adds to the last, None where there is none."""
    first, second = s2 - s1, s3 - s2
    length = float(np.sum(first**2))
    if not length or not np.isfinite(length):
        return None
    beta = float(np.sum(first * second)) / length
    return round(beta, 6) if _same(beta * first, second) else None


def _alike(betas, clear, unclear, answers, is_slope):
    """The same three, with the momentum of all others for a parameter whose own gradient changes from call to call.

    That is so where it is computed with weights that the call has moved already: there the gradient is wrong, and its momentum still counts.
    """
    certain = {beta for name, beta in betas.items() if clear[name].size > 1}  # a single number has a ratio in any case
    if len(certain) != 1 or not 0 < next(iter(certain)) < 1:
        return betas, clear, unclear
    (beta,) = certain
    odd = [*unclear, *(name for name in betas if betas[name] != beta)]
    alike = [name for name in odd if not is_slope(name, answers[0][name])]
    kept = {name: own for name, own in betas.items() if own == beta} | dict.fromkeys(alike, beta)
    read = {name: clear[name] if betas.get(name) == beta else answers[1][name] - beta * answers[0][name] for name in kept}
    return kept, read, [name for name in odd if name not in alike]


def _starts_clean(clear, answers):
    """Whether nothing was left before the first call."""
    return all(_same(value, answers[0][name]) for name, value in clear.items())


def _best(betas, clear, answers, is_slope):
    """(whether the first call is taken as it is, a factor): the reading that makes most gradients those of the loss.

    A rate that falls from step to step looks like momentum, but there the first step is right.
    """
    beta = next(iter(betas.values()))
    factors = [1.0, 1 / (1 - beta)] if 0 < beta < 1 and len(set(betas.values())) == 1 else [1.0]
    options = [(usual, factor) for factor in factors for usual in (False, True)]

    def right(usual, factor):
        values = {name: answers[0][name] for name in clear} if usual else clear
        return sum(is_slope(name, factor * value) for name, value in values.items())

    best = max(options, key=lambda option: right(*option))
    return best if not _starts_clean(clear, answers) or best[1] != 1 else (True, 1.0)


def _words(betas, unclear, steps, scale):
    """Sentences about what is kept from call to call."""
    found = []
    for beta in sorted(set(betas.values())):
        those = ", ".join(name for name, b in betas.items() if b == beta)
        if steps and beta != 1:
            mean = f", and moves by a mean of gradients, 1 - {beta:g} of the last" if scale != 1 else ""
            found.append(f"step() has a momentum of {beta:g} ({those}){mean}; what one gradient adds counts.")
        else:
            found.append(f"A second call adds to what the first left ({those}): are gradients set to 0 before each? What one call adds counts.")
    if unclear:
        found.append(f"A second call from the same parameters gives something else ({', '.join(unclear)}): something is kept. The first counts.")
    return found
