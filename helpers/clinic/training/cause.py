"""What is told of a cause, and what a rule reads to find one."""

from dataclasses import dataclass

from helpers import curvature
from helpers.clinic.training.seen import Seen


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


def those(layers):
    """The layers in words."""
    return f"layer {layers[0]}" if len(layers) == 1 else f"each of the layers {', '.join(map(str, layers))}"
