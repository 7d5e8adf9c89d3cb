r"""A loss that is a sum, and a penalty on the weights: what the learner states is taken out of the gradients before they are judged.

With s = m for a sum and 1 for a mean, what is judged is (dW - k W) / s, where k W is the slope of the penalty: λ/2 · ΣW² has λ W, and
λ/(2m) · ΣW², as many write it, has λ/m W. Which of the usual forms the code has is read off; a layer that has another is at fault.
"""

from dataclasses import dataclass

import numpy as np

FORMS = {
    "l2 / 2 * sum(W ** 2)": lambda l2, m: l2,
    "l2 / (2 * m) * sum(W ** 2)": lambda l2, m: l2 / m,
    "l2 * sum(W ** 2)": lambda l2, m: 2 * l2,
    "l2 / m * sum(W ** 2)": lambda l2, m: 2 * l2 / m,
}
"""The penalties that are in use, over all weights and no bias, each with the number that its slope has in front of W."""


@dataclass
class Stated:
    """What is stated: "mean" or "sum", λ, and the form of the penalty as far as it is known."""

    reduction: str = "mean"
    l2: float = 0.0
    form: str = next(iter(FORMS))

    def taken_out(self, values, m, p):
        """The gradients of the mean without a penalty, {name: ndarray}."""
        if self.reduction == "mean" and not self.l2:
            return values
        share = FORMS[self.form](self.l2, m)
        return {name: self._plain(name, value, share, m, p) for name, value in values.items()}

    def _plain(self, name, value, share, m, p):
        W = p.get(name[1:])
        if self.l2 and name[:2] == "dW" and W is not None and value.shape == W.shape:
            value = value - share * W
        return value / m if self.reduction == "sum" else value

    def read_off(self, wrong):
        """Settle for the form with which the fewest gradients are wrong. wrong : callable, () -> their number."""
        if self.l2:
            counts = {}
            for self.form in FORMS:
                counts[self.form] = wrong()
            self.form = min(FORMS, key=counts.get)

    def notes(self):
        """What was taken for granted, a sentence each."""
        if self.reduction == "sum":
            yield "judged as the gradients of the sum over the examples: no 1/m belongs into them."
        if self.l2:
            yield (f"judged with the penalty {self.form.replace('l2', f'{self.l2:g}')} over W1, W2 and W3, not the biases: "
                   "make sure that your loss has the same.")  # fmt: skip

    def worded(self, text):
        """A formula of the plain mean as it is for what is stated: without / m for a sum."""
        return text.replace(" / m", "") if self.reduction == "sum" else text

    def added(self, statement):
        """What the penalty adds to the right formula for a statement, as code; "" for none."""
        return f' + {self.number()} * p["{statement[1:]}"]' if self.l2 and statement[:2] == "dW" else ""

    def number(self):
        """What stands in front of W in the penalty's slope, as code."""
        doubled, by_m = self.form.startswith(("l2 *", "l2 / m")), "m" in self.form.split("sum")[0]
        return f"{2 * self.l2 if doubled else self.l2:g}" + " / m" * by_m

    def in_own_units(self, share):
        """A share of a parameter in the learner's own gradient, {m: k}."""
        return {m: k * (m if self.reduction == "sum" else 1) for m, k in share.items()}

    def present(self, statement, share):
        """All that a learner's own dW or db holds of its parameter, {m: k}."""
        stated = {m: FORMS[self.form](self.l2, m) if statement[:2] == "dW" else 0.0 for m in share}
        total = {m: k + stated[m] for m, k in self.in_own_units(share).items()}
        return {m: 0.0 if abs(k) < 1e-6 * (abs(stated[m]) + 1e-12) else k for m, k in total.items()}

    def unsaid(self, factor, findings):
        """What the learner may have left unsaid about the loss, in words; None where it explains not all."""
        if factor == "m" and self.reduction == "mean":
            return 'if your loss is the sum over the examples, nothing is wrong: say reduction="sum".'
        if len(findings) == 1 and "it looks as if a penalty" in findings[0].explanation:
            return findings[0].explanation
        return None

    def guess(self, share):
        """The λ to state for a share {m: k} in front of W, as text."""
        ms = sorted(share)
        constant = abs(share[ms[0]] - share[ms[-1]]) <= 1e-4 * abs(share[ms[0]])
        return f"{share[ms[0]] if constant else share[ms[0]] * ms[0]:.4g}"


NOTHING = Stated()
"""A mean without a penalty."""


def share_of(values, rights, parameters, sizes):
    """{m: k} such that value = right + k · parameter for all batches of that size, or None. Lists of arrays, value None where there is none."""
    shares = {}
    for m in sorted(set(sizes)):
        rows = [(v - r, w) for v, r, w, size in zip(values, rights, parameters, sizes, strict=True)
                if size == m and v is not None and r is not None and v.shape == r.shape == w.shape]  # fmt: skip
        if not rows:
            return None
        extra, weight = (np.concatenate([row[i].ravel() for row in rows]) for i in (0, 1))
        k = float(extra @ weight / (weight @ weight)) if weight.any() else 0.0
        if not np.isfinite(k) or np.linalg.norm(extra - k * weight) > 1e-6 * (np.linalg.norm(extra) + 1e-12):
            return None
        shares[m] = k
    return shares
