"""The slope that a backward pass really uses, read off its outputs, beside the right one."""

from dataclasses import dataclass

import numpy as np

from helpers.clinic.network.singles import observed_deltas, used_slope
from helpers.clinic.picture import slope_svg


@dataclass(frozen=True)
class SlopePicture:
    """The slope that the code uses in hidden layer l, at the z of every unit and example seen, beside the right one."""

    l: int
    z: np.ndarray
    used: np.ndarray
    hidden: object

    @property
    def description(self):
        """What the picture shows, in a sentence."""
        right = self.hidden.slope(self.z)
        off = np.abs(self.used - right) > 1e-4 * (1 + np.abs(right))
        if not off.any():
            return f"Slope used in layer {self.l} against z: at all {self.z.size} points it is that of {self.hidden.name}."
        return (
            f"Slope used in layer {self.l} against z, at {self.z.size} points from z = {self.z.min():.2g} to {self.z.max():.2g}: "
            f"it differs from that of {self.hidden.name} at {int(off.sum())} of them; "
            f"it lies between {self.used.min():.3g} and {self.used.max():.3g}, "
            f"the right one between {right.min():.3g} and {right.max():.3g}."
        )

    def svg(self):
        """The picture as inline SVG."""
        grid = np.linspace(min(self.z.min(), -3), max(self.z.max(), 3), 201)
        grid = np.sort(np.append(grid, [-1e-9, 1e-9]))  # a step is drawn upright
        return slope_svg(self.z, self.used, grid, self.hidden.slope(grid), self.description)


def picture_of(meant, search, hypothesis, findings):
    """The slope used in the hidden layer that is at fault; None where no hidden layer is, or where it cannot be read off."""
    at_fault = [f for f in findings if f.statement in ("dZ2", "dZ1", "dA2", "dA1") and f.family != "in_place"]
    if hypothesis is None or not at_fault:
        return None
    l = int(at_fault[0].statement[-1])
    singles = [k for k, i in enumerate(search.usable) if search.probes[i].m == 1]
    deltas = observed_deltas(search, l)
    upstream = [v.get(f"dZ{l + 1}") for v in hypothesis.values]
    if deltas is None or not singles or any(u is None or u.ndim != 2 or u.shape[0] not in (1, 10) for u in upstream):
        return None
    dA = [search.probes[i].p[f"W{l + 1}"].T @ u for i, u in zip(search.usable, upstream, strict=True)]
    z, _, used = used_slope(l, search, dA, deltas, singles)
    return SlopePicture(l, z, used, meant.hidden)
