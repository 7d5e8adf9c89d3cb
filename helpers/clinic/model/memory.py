"""What one call leaves for the next: momentum, and gradients that are added to those of the call before.

Three calls from the same parameters give s₁ = β v + g, s₂ = β s₁ + g, s₃ = β s₂ + g, with v what was left before the first. So
β = (s₃ - s₂) / (s₂ - s₁), the same for every entry, and g = s₂ - β s₁. With β = 1 gradients are added up.
"""

import numpy as np


class Memory:
    """How many calls one answer takes (`calls`), how it is read from them (`cleared`), and what is to be said of it (`said`)."""

    def __init__(self, betas=None, said=()):
        self._betas, self.said = betas or {}, list(said)
        self.calls = 2 if self._betas else 1

    @classmethod
    def of(cls, answers, steps):
        """From the answers of three calls in a row; `steps`: whether they are updates."""
        betas, clean, unclear = {}, True, []
        for name in answers[0]:
            s1, s2, s3 = (answer[name] for answer in answers)
            if any(s is None for s in (s1, s2, s3)) or _same(s1, s2):
                continue
            beta = _ratio(s1, s2, s3)
            if beta is None:
                unclear.append(name)
            else:
                betas[name] = beta
                clean = clean and _same(s2 - beta * s1, s1)
        said = _words(betas, unclear, steps)
        return cls(None if clean else betas, said)

    def cleared(self, answers):
        """The gradients of one call, without what the calls before have left."""
        if not self._betas:
            return answers[0]
        found, again = dict(answers[0]), answers[1]
        for name, beta in self._betas.items():
            if found[name] is not None and again[name] is not None:
                found[name] = again[name] - beta * found[name]
        return found


def _same(a, b):
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-9 * (1e-3 + float(np.max(np.abs(a), initial=0))), equal_nan=True))


def _ratio(s1, s2, s3):
    """The common ratio of what a call adds to the last, None where there is none."""
    first, second = s2 - s1, s3 - s2
    length = float(np.sum(first**2))
    if not length or not np.isfinite(length):
        return None
    beta = float(np.sum(first * second)) / length
    return round(beta, 9) if _same(beta * first, second) else None


def _words(betas, unclear, steps):
    """Sentences about what is kept from call to call."""
    found = []
    for beta in sorted(set(np.round(list(betas.values()), 6))):
        those = ", ".join(name for name, b in betas.items() if abs(b - beta) < 1e-6)
        if steps and beta != 1:
            found.append(f"step() has a momentum of {beta:g} ({those}); the gradient was read from a first step, without what went before.")
        else:
            found.append(f"A second call adds to what the first left ({those}): are gradients set to 0 before each? What one call adds counts.")
    if unclear:
        found.append(f"A second call from the same parameters gives something else ({', '.join(unclear)}): something is kept. The first counts.")
    return found
