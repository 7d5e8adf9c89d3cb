"""Explore losses: what a probability costs, softmax with its gradient p - y, and what the loss of a stuck run says."""

from pathlib import Path

import numpy as np
import traitlets

from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.settings import Setting, nearest_of, one_number_of, one_of, whole_number
from helpers.widgets.kit.svg import Chart, document, text
from helpers.widgets.loss_explorer import recording as rec

TOP_LOSS = 7.2  # where the charts end


class LossExplorer(Widget):
    """-ln p and its slopes at the p that you drag; softmax, cross-entropy and p - y of your logits; what a loss number means.

    Parameters (all of them traits, which can be set and read later: `explorer.p = 0.9`)
    ----------
    view : str
        "probability", "logits", or "number": uniform guesses, and the meaning of a loss at which a run is stuck.
    p : float
        Probability of the true class, from 0.001 to 0.999; the nearest recorded value, a multiple of 0.001, is kept.
    label : int
        The true class of a sigmoid output, 1 or 0.
    logits : sequence of float
        2 to 10 of them, each from -10 to 10, rounded to one decimal.
    true_class : int
        Which of the logits belongs to the true class, counted from 1 as on the screen; the last one where there are fewer.
    classes : int
        K, from 2 to 1000.
    stuck : number or str
        The loss at which a run is stuck; kept as text, since nan and inf are among them.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected.

    Derived in: notebooks/03_loss.ipynb, "What does a loss tell you?"
    """

    _folder = Path(__file__).parent

    view = Setting(one_of(("probability", "logits", "number")), "probability")
    p = Setting(nearest_of(rec.P), 0.3)
    label = Setting(one_number_of((1, 0)), 1)
    logits = Setting(rec.logits, (2.0, 1.0, 0.0))
    true_class = Setting(whole_number(1, rec.MOST_LOGITS), 1)
    classes = Setting(whole_number(2, int(rec.CLASSES[-1])), 1000)
    stuck = Setting(rec.loss_text, "6.908")
    held = traitlets.Dict().tag(sync=True)
    """Python's answers for the settings as they are, so that every view and an exported page have them."""

    def __init__(self, view="probability", **settings):
        super().__init__(view=view, **settings)

    def record(self):
        """The recording, the same for every explorer; what belongs to these settings is held beside it."""
        self._hold()
        return rec.recording() | {"top": TOP_LOSS}

    @traitlets.observe("logits", "true_class", "classes", "stuck")
    def _hold(self, _=None):
        self.held = {"logits": self.softmax(), "reading": self.reading()}

    def softmax(self):
        """Probabilities, loss and gradient of the logits as they are set."""
        return rec.softmax(self.logits, min(self.true_class, len(self.logits)) - 1)

    def reading(self):
        """What the loss means at which the run is stuck."""
        return rec.reading(self.stuck, self.classes)

    def answer(self, question):
        """Softmax of other logits, or the meaning of another loss."""
        if question["kind"] == "logits":
            logits = rec.logits("logits", question["logits"])
            return rec.softmax(logits, whole_number(1, len(logits))("true_class", question["true"] + 1) - 1)
        K = whole_number(2, int(rec.CLASSES[-1]))("classes", question["K"])
        return rec.reading(rec.loss_text("stuck", question["loss"]), K)

    def describe(self):
        """The numbers of the view that is shown, in words."""
        if self.view == "probability":
            return self._probability_words()
        if self.view == "logits":
            return self.softmax()["words"]
        return f"A uniform guess over {self.classes} classes costs {number(rec.uniform(self.classes))}. {self.reading()['headline']}"

    def _at(self):
        row = int(np.abs(rec.P - self.p).argmin())
        return {name: float(values[row]) for name, values in rec.columns(self.label).items()}

    def _probability_words(self):
        at = self._at()
        costs = f"The true class, y = {self.label}, has probability {number(self.p)}: it costs {number(at['loss'])}. "
        return costs + f"Slope by a {number(at['slope'])}, by z {number(at['dz'])}, which is a − y."

    def picture(self):
        """Two charts of the view that is shown."""
        charts = {"probability": self._probability_charts, "logits": self._logit_charts, "number": self._number_charts}[self.view]()
        return document(1080, 330, *charts)

    def _probability_charts(self):
        at, curves = self._at(), rec.columns(self.label)
        left = Chart("Loss against the output", "a = σ(z)", "loss ℓ (nats)", x=(0, 1), y=(0, TOP_LOSS))
        right = Chart("Loss against the logit", "z", "loss ℓ (nats)", x=(-7.2, 7.2), y=(0, TOP_LOSS), left=540)
        for chart, x, slope in ((left, "a", "slope"), (right, "z", "dz")):
            order = np.argsort(curves[x])
            chart.line(curves[x][order], curves["loss"][order], 0, name=f"y = {self.label}")
            reach = 0.12 * (chart.x_range[1] - chart.x_range[0]) / max(1, abs(at[slope]) / 6)
            ends = at[x] + reach * np.array([-1, 1])
            chart.line(ends, at["loss"] + at[slope] * (ends - at[x]), 4, width=2, dash="")
            chart.point(at[x], at["loss"], 0)
        return left.markup(), right.markup()

    def _logit_charts(self):
        found = self.softmax()
        K = len(found["p"])
        left = Chart("p = softmax(z)", "class", "p", x=(-0.5, K - 0.5), y=(0, 1))
        right = Chart("Gradient p − y", "class", "p − y", x=(-0.5, K - 0.5), y=(-1, 1), left=540)
        for chart, values in ((left, found["p"]), (right, found["gradient"])):
            for k, value in enumerate(values):
                chart.line([k, k], [0, value], 1 if value < 0 else 0, width=16, dash="")
        return left.markup(), right.markup()

    def _number_charts(self):
        chart = Chart("A uniform guess over K classes", "K", "loss (nats)", x=(0, 1000), y=(0, TOP_LOSS + 0.8))
        chart.line(rec.CLASSES, [rec.uniform(K) for K in rec.CLASSES], 0, name="ln K")
        chart.point(self.classes, rec.uniform(self.classes), 0)
        found = self.reading()
        words = [text(found["headline"], 600, 60, font_weight="bold")]
        words += [text(f"{i}. {cause}", 600, 60 + 30 * i) for i, (cause, _) in enumerate(found["suspects"], 1)]
        return chart.markup(), *words
