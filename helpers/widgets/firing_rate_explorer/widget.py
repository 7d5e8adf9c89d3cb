"""Explore the firing rate of a leaky integrate-and-fire neuron: drag the current, and compare the rate with a ReLU."""

from pathlib import Path

import numpy as np

from helpers import firing
from helpers.widgets.firing_rate_explorer import recording as rec
from helpers.widgets.firing_rate_explorer import words
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.settings import Setting, nearest_of, one_number_of
from helpers.widgets.kit.svg import Chart, document


class FiringRateExplorer(Widget):
    """The rate of a leaky integrate-and-fire neuron at the current that you drag, beside the ReLU that idealises it.

    Parameters (all of them traits, which can be set and read later: `explorer.current = 2.1`)
    ----------
    current : float
        In nA, from 0 to 6; the nearest recorded value, a multiple of 0.03, is kept. The threshold is 1.5.
    refractory : float
        How long the neuron pauses after an impulse, in ms: 0, 1, 2, 5 or 10.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected.

    Derived in: notebooks/02_activations.ipynb, "Where does ReLU come from?"
    """

    _folder = Path(__file__).parent

    current = Setting(nearest_of(rec.CURRENTS), 2.1)
    refractory = Setting(one_number_of(rec.REFRACTORY), 0.0)

    def __init__(self, current=2.1, **settings):
        super().__init__(current=current, **settings)

    def record(self):
        """Rates at all currents and refractory periods, the ReLU, the words; the same for every explorer."""
        return rec.recording()

    @property
    def place(self):
        """(refractory period, current) as rows of the recording."""
        return rec.REFRACTORY.index(self.refractory), int(np.abs(rec.CURRENTS - self.current).argmin())

    def describe(self):
        """The two rates at the current, in words."""
        k, i = self.place
        rate, relu = rec.rates()[k, i], rec.line()[i]
        if rate == 0:
            said = words.QUIET.format(I=number(self.current), threshold=number(firing.THRESHOLD))
        else:
            said = words.FIRES.format(I=number(self.current), rate=number(rate), relu=number(relu), difference=number(rate - relu))
        if self.refractory:
            return said + words.BOUND.format(t_ref=number(self.refractory), ceiling=number(rec.ceiling(self.refractory)))
        return said + words.FREE.format(offset=number(rec.OFFSET))

    def picture(self):
        """Two charts: the rates, and how far the neuron stands above the ReLU."""
        k, i = self.place
        ends = (rec.CURRENTS[0], rec.CURRENTS[-1])
        left = Chart("Impulses a second", "current I (nA)", "rate", x=ends, y=(0, rec.HIGHEST))
        right = Chart("Neuron minus ReLU", "current I (nA)", "difference", x=ends, y=(rec.LOWEST, rec.ABOVE), left=540)
        for index, (values, name) in enumerate(((rec.rates()[k], "neuron"), (rec.line(), "relu"))):
            left.line(rec.CURRENTS, values, index, name=words.NAMES[name])
            left.point(self.current, values[i], index)
        right.line(ends, [rec.OFFSET, rec.OFFSET], 4, name="1/(2τ)", width=1.6)
        right.line(rec.CURRENTS, rec.rates()[k] - rec.line(), 0, name=words.NAMES["neuron"])
        right.point(self.current, rec.rates()[k, i] - rec.line()[i], 0)
        return document(1080, 330, left.markup(), right.markup())
