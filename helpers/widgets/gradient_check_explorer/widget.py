"""Explore gradient checks: the step size from 1e-16 to 1 in two precisions, and what happens near a kink."""

from pathlib import Path

import numpy as np

from helpers.activations import ACTIVATIONS
from helpers.widgets.gradient_check_explorer import recording as rec
from helpers.widgets.gradient_check_explorer import words as wording
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.settings import Setting, nearest_of, one_number_of, one_of
from helpers.widgets.kit.svg import Chart, document

FLOOR = 1e-17  # where the chart of errors ends: an error of 0 is drawn there


class GradientCheckExplorer(Widget):
    """Central and one-sided differences at the step that you drag, and ReLU's kink, near which every check fails.

    Parameters (all of them traits, which can be set and read later: `explorer.h = 1e-5`)
    ----------
    view : str
        "step": how the error depends on the step; or "kink": z drawn towards a kink.
    function : str
        "sigmoid", "tanh", "softplus" or "silu".
    at : float
        Where its slope is computed: -2, -0.5, 0.7, 1 or 3.
    h : float
        The step, from 1e-16 to 1; the nearest recorded one is kept, ten to a decade.
    difference : str
        "central", (f(z + h) - f(z - h)) / 2h, or "one_sided", (f(z + h) - f(z)) / h.
    precision : str
        "float64" or "float32".
    kinked : str
        "relu" or "leaky_relu" (with slope 0.1 below 0).
    kink_step : float
        The step near the kink: 1e-1, 1e-3, 1e-5 or 1e-7.
    share : float
        z / h, from -3 to 3 in steps of 0.025.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected.

    Derived in: notebooks/06_gradient_checking.ipynb, "How small should the step be?"
    """

    _folder = Path(__file__).parent

    view = Setting(one_of(("step", "kink")), "step")
    function = Setting(one_of(rec.FUNCTIONS), "sigmoid")
    at = Setting(one_number_of(rec.POINTS), 0.7)
    h = Setting(nearest_of(rec.STEPS), 1e-1)
    difference = Setting(one_of(rec.DIFFERENCES), "central")
    precision = Setting(one_of(rec.PRECISIONS), "float64")
    kinked = Setting(one_of(rec.KINKED), "relu")
    kink_step = Setting(one_number_of(rec.KINK_STEPS), 1e-5)
    share = Setting(nearest_of(rec.SHARES), 1.5)

    def __init__(self, view="step", **settings):
        super().__init__(view=view, **settings)

    def record(self):
        """The recording, the same for every explorer."""
        return rec.recording() | {"floor": FLOOR, "kinds": wording.KIND_LABELS}

    def row(self):
        """Which of the recorded steps is set."""
        return int(np.abs(np.log(rec.STEPS / self.h)).argmin())

    def region(self):
        """Which error is the larger one at this step: "rounding" or "truncation"."""
        return "rounding" if self.row() < rec.measure(self.function, self.at)[self.precision]["best"][self.difference] else "truncation"

    def describe(self):
        """The step with its difference and error, or the kink with its verdict, in words."""
        return self._step_words() if self.view == "step" else self._kink_words()

    def _step_words(self):
        found, row = rec.measure(self.function, self.at)[self.precision], self.row()
        kind = self.difference
        slope, value, error = ACTIVATIONS[self.function].slope(self.at), found["columns"][kind][row], found["errors"][kind][row]
        verdict = "passes" if error <= rec.TOLERANCE else "fails"
        words = f"{wording.LABELS[self.function]} at z = {number(self.at)}, h = {number(self.h)} in {self.precision}: "
        words += f"{wording.KIND_LABELS[kind]} difference {number(value, 6)}, slope {number(slope, 6)}, relative error {number(error, 2)}, "
        return words + f"which {verdict} at 1e−7; {self.region()} rules here."

    def _kink_words(self):
        at = self.near()
        words = f"{wording.LABELS[self.kinked]} at z = {number(self.share)} h, h = {number(self.kink_step)}: "
        words += f"central difference {number(at['central'])}, slope {number(at['slope'])}. "
        return words + f"{wording.CROSSINGS[at['crossing']]} The check: {wording.VERDICTS[at['verdict']]}."

    def near(self):
        """All numbers at z = share · h."""
        row = int(np.abs(rec.SHARES - self.share).argmin())
        return {key: values[..., row] for key, values in rec.over_kink(self.kinked, self.kink_step).items()}

    def picture(self):
        """Two charts of the view that is shown."""
        charts = self._step_charts() if self.view == "step" else self._kink_charts()
        return document(1080, 330, *(one.markup() for one in charts))

    def _step_charts(self):
        z = np.linspace(self.at - 2, self.at + 2, 161)
        activation, row, found = ACTIVATIONS[self.function], self.row(), rec.measure(self.function, self.at)
        values, columns = activation.value(z), found[self.precision]["columns"]
        left = Chart("The chord and the tangent", "z", "f(z)", x=(z[0], z[-1]), y=(values.min() - 0.3, values.max() + 0.3))
        left.line(z, values, 0, name=wording.LABELS[self.function])
        ends = z[[40, -41]]
        left.line(ends, activation.value(self.at) + activation.slope(self.at) * (ends - self.at), 4, width=2, dash="")
        for key, height in (("down", "below"), ("up", "above")) if self.difference == "central" else (("up", "above"),):
            left.point(columns[key][row], columns[height][row], 1)
        right = Chart("Relative error against the step", "log₁₀ h", "relative error", x=(-16, 0), y=(FLOOR, 2), left=540, log=True)
        for i, (dtype, kind) in enumerate((d, k) for d in rec.PRECISIONS for k in rec.DIFFERENCES):
            errors = np.maximum(found[dtype]["errors"][kind], FLOOR)
            chosen = (dtype, kind) == (self.precision, self.difference)
            right.line(rec.EXPONENTS, errors, i, name=f"{wording.KIND_LABELS[kind]} {dtype[5:]}", width=3 if chosen else 1.4)
            if chosen:
                right.point(rec.EXPONENTS[row], errors[row], i)
        return left, right

    def _kink_charts(self):
        found, at = rec.over_kink(self.kinked, self.kink_step), self.near()
        left = Chart("The step, seen from close by", "z / h", "f / h", x=(-4.2, 4.2), y=(-1, 4.4))
        wide = np.linspace(-4.2, 4.2, 169)
        left.line(wide, rec.KINKED[self.kinked].value(wide), 0, name=wording.LABELS[self.kinked])
        left.line([self.share - 1, self.share + 1], [at["below_in_steps"], at["above_in_steps"]], 1, dash="")
        for x, key in ((self.share - 1, "below_in_steps"), (self.share, "at_in_steps"), (self.share + 1, "above_in_steps")):
            left.point(x, at[key], 1, hollow=key == "at_in_steps")
        right = Chart("Slope and differences", "z / h", "slope", x=(-3, 3), y=(-0.15, 1.15), left=540)
        for i, (key, name) in enumerate((("slope", "slope"), ("central", "central"), ("one_sided", "one-sided"))):
            right.line(rec.SHARES, found[key], i, name=name)
        right.point(self.share, at["central"], 1)
        return left, right
