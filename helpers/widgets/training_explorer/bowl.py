"""The second view of the training explorer, the bowl: gradient descent and heavy ball on a quadratic, or on the bias of a dead network."""

import numpy as np
import traitlets

from helpers import checks
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.settings import Setting, one_number_of, one_of, whole_number
from helpers.widgets.kit.svg import Chart, document
from helpers.widgets.training_explorer import bowl_recording as rec
from helpers.widgets.training_explorer import bowl_words as wording

FIRST = 56  # of the rates: 0.95 of the threshold


class Bowl(Widget):
    """The settings of the bowl, for `TrainingExplorer` to inherit.

    Parameters (all of them traits: `explorer.bowl_rate = 0.152`)
    ----------
    bowl : str
        "raw" or "standardised": a quadratic as curved as the tumours' data along their steepest and their middle direction;
        "balanced" or "tumours": the loss as a function of the output bias of a dead network, for these labels.
    bowl_momentum : float
        β, 0, 0.5 or 0.9.
    bowl_rate : float
        The learning rate, up to twice 2/λ; the nearest recorded one is kept. When `bowl` is changed it stays the same share of 2/λ.
    bowl_step : int
        Up to which step the path is drawn, 0 to 25.
    """

    bowl = Setting(one_of(rec.BOWLS), "standardised")
    bowl_momentum = Setting(one_number_of(rec.MOMENTA), 0.0)
    bowl_rate = Setting(checks.positive, float(rec.tape("standardised")["rates"][FIRST]))
    bowl_step = Setting(whole_number(0, rec.STEPS), rec.STEPS)

    @traitlets.validate("bowl_rate")
    def _recorded_rate(self, proposal):
        rates, value = rec.tape(self.bowl)["rates"], proposal["value"]
        if not rates[0] / 2 <= value <= rates[-1] * (1 + 1e-9):
            raise ValueError(f"bowl_rate is {value:g}, expected a number from {rates[0]:.3g} to {rates[-1]:.3g} for {wording.LABELS[self.bowl]}")
        return float(rates[np.abs(rates - value).argmin()])

    @traitlets.observe("bowl")
    def _same_share(self, change):
        """Another bowl has other rates: keep the share of 2/λ, unless the rate was set together with the bowl."""
        rates = rec.tape(self.bowl)["rates"]
        if self.bowl_rate not in rates:
            before = change["old"] if change["old"] in rec.BOWLS else "standardised"  # none, where the explorer is made with this bowl
            self.bowl_rate = float(rates[_place(before, self.bowl_rate)])

    def bowl_place(self):
        """The numbers of the momentum and of the rate that are set."""
        return rec.MOMENTA.index(self.bowl_momentum), _place(self.bowl, self.bowl_rate)

    def bowl_recording(self):
        """What bowl.js plays."""
        return rec.recording()

    def bowl_answer(self, question):
        """Nothing is asked: all rates are recorded."""
        raise ValueError(f"the question is {checks.shown(question.get('kind'))}, expected 'run'")

    def bowl_words(self):
        """The rate beside its threshold, what it does, and where the path stands."""
        return wording.sentence(rec.tape(self.bowl), rec.steep(), rec.MOMENTA, *self.bowl_place(), self.bowl_step)

    def bowl_picture(self):
        """The landscape with the path, and the loss against steps, as the text of an SVG."""
        tape, (i, j) = rec.tape(self.bowl), self.bowl_place()
        steps = np.arange(self.bowl_step + 1)
        loss, quadratic = tape["loss"][i, j, : len(steps)].astype(float), tape["kind"] == "quadratic"
        left = _landscape(tape, i, j, len(steps)) if quadratic else _bias_curve(tape, i, j, len(steps))
        right = Chart("The loss", "step", "loss J", x=(0, rec.STEPS), y=tape["loss_range"], left=540, log=quadratic)
        right.line(steps, np.maximum(loss, tape["loss_range"][0]), 1, dash="")
        if not quadratic:
            right.line([0, rec.STEPS], [tape["floor"]] * 2, 4, name="floor", width=1.4)
        if tape["loss_range"][0] <= loss[-1] <= tape["loss_range"][1]:
            right.point(steps[-1], loss[-1], 1)
        return document(1080, 330, left.markup(), right.markup())


def _place(bowl, rate):
    return int(np.abs(rec.tape(bowl)["rates"] - rate).argmin())


def _landscape(tape, i, j, count):
    reach = tape["reach"]
    texts, ends = wording.TEXTS["quadratic"], (-reach, reach)
    heading, along = texts["left"].format(curvature=number(tape["curvature"])), texts["x"].format(flat=number(tape["flat_curvature"]))
    chart = Chart(heading, along, texts["y"], x=ends, y=ends)
    for level in tape["contours"].astype(float):
        for half in level:
            chart.line(*half, 0, width=1)
    steep, flat = rec.steep()[i, j, :count].astype(float), tape["flat"][i, j, :count].astype(float)
    chart.line(flat, np.clip(steep, -9 * reach, 9 * reach), 1, dash="", width=1.4)
    if abs(steep[-1]) <= reach:
        chart.point(flat[-1], steep[-1], 1)
    return chart


def _bias_curve(tape, i, j, count):
    heading = wording.TEXTS["bias"]["left"].format(curvature=number(tape["curvature"]))
    chart = Chart(heading, "output bias b3", "loss J", x=tape["reach"], y=tape["loss_range"])
    chart.line(tape["grid"], tape["curve"], 0)
    b, loss = tape["b"][i, j, :count].astype(float), tape["loss"][i, j, :count].astype(float)
    chart.line(b, loss, 1, dash="", width=1.4)
    chart.point(b[-1], loss[-1], 1)
    return chart
