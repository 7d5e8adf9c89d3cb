"""Explore training: the 2-10-10-1 network learns step by step, at the rate, with the weights and the units that you choose."""

from pathlib import Path

import traitlets

from helpers.widgets.kit.settings import Setting, nearest_of, one_of, whole_number, yes_or_no
from helpers.widgets.training_explorer import picture
from helpers.widgets.training_explorer import recording as rec
from helpers.widgets.training_explorer.bowl import Bowl
from helpers.widgets.training_explorer.experiment import DATA, HIDDEN, OUTPUTS, SEEDS, STARTS, STEPS, Experiment

VIEWS = ("network", "bowl")
DIALS = ("hidden", "start", "seed", "data", "wrong_slope", "output")


_rate = nearest_of(rec.RATES, ratio=True)


def _step(name, value):
    """A check: a number of steps; the nearest recorded one is kept."""
    step = whole_number(0, STEPS[-1])(name, value)
    return min(STEPS, key=lambda recorded: abs(recorded - step))


class TrainingExplorer(Bowl):
    """The 2-10-10-1 network learning: loss, dead units, decision boundary, sums and gradient norms at each step; and a bowl to descend.

    Parameters (all of them traits, which can be set and read later: `explorer.rate = 0.12`)
    ----------
    view : str
        "network", or "bowl": gradient descent and heavy ball on a quadratic.
    rate : float
        Learning rate from 0.001 to 20; the nearest of the 31 recorded ones is kept, 1.2 and 0.12 among them.
    step : int
        0 to 300, counted from 0: step 0 is before the first update. The nearest recorded one is kept: 0, 1, ... 10, 12, 15, ... 300.
    hidden : str
        "relu", "leaky_relu" (0.01), "leaky_relu_0.2", "elu", "silu", "sigmoid" or "tanh".
    start : str
        The first weights: "uniform" as in the case, "small", "he", "glorot" or "zeros".
    seed : int
        0 to 19, what the first weights are drawn with; the case's is 0.
    data : str
        "moons", or the tumours, "raw" or "standardised".
    wrong_slope : bool
        Whether 1 - A**2, as the case's comment has it, stands where the activation's own slope belongs.
    output : str
        "sigmoid", or "relu" with the same cross-entropy, or "relu_half_mse" with half the squared error.
    bowl, bowl_momentum, bowl_rate, bowl_step
        What the bowl shows, see `Bowl`.

    The case's own settings are recorded at all rates; for others Python is asked.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected.

    Derived in: notebooks/07_the_verdict.ipynb, "Suspects 6 and 7: what happens in the first two steps?"
    """

    _folder = Path(__file__).parent

    view = Setting(one_of(VIEWS), "network")
    rate = Setting(_rate, 1.2)
    step = Setting(_step, 0)
    hidden = Setting(one_of(HIDDEN), "relu")
    start = Setting(one_of(STARTS), "uniform")
    seed = Setting(whole_number(0, SEEDS - 1), 0)
    data = Setting(one_of(DATA), "moons")
    wrong_slope = Setting(yes_or_no, False)
    output = Setting(one_of(OUTPUTS), "sigmoid")
    held = traitlets.Dict().tag(sync=True)
    """The run of the settings as they are, unless it is in the recording: so every view and an exported page have it."""

    def __init__(self, view="network", **settings):
        super().__init__(view=view, **settings)

    def record(self):
        """The recording, the same for every explorer; what belongs to these settings is held beside it."""
        self._hold()
        return rec.recording() | {"bowl": self.bowl_recording()}

    @traitlets.observe(*DIALS, "rate")
    def _hold(self, _=None):
        self.held = {} if self.experiment == rec.CASE else rec.runs(self.experiment, [self.rate])

    @property
    def experiment(self):
        """What the dials say, the learning rate excepted."""
        return Experiment(**{name: getattr(self, name) for name in DIALS})

    @property
    def run(self):
        """{name: array} of the run that is shown, see `recording.run`."""
        return {name: values[0] for name, values in rec.one_run(self.experiment, self.rate).items()}

    def answer(self, question):
        """The runs of {"kind": "run", "rates", and a value for each dial}; what else is asked concerns the bowl."""
        if question["kind"] != "run":
            return self.bowl_answer(question)
        traits = self.traits()
        dials = {name: traits[name].check(name, question[name]) for name in DIALS}
        return rec.runs(Experiment(**dials), [_rate("rate", rate) for rate in question["rates"]])

    def describe(self):
        """What has happened up to the step that is shown, in words."""
        return self.bowl_words() if self.view == "bowl" else self.run["says"][STEPS.index(self.step)]

    def picture(self):
        """The loss so far, the boundary or the outputs, and the lamps; or the bowl."""
        if self.view == "bowl":
            return self.bowl_picture()
        return picture.draw(self.experiment, self.rate, self.run, STEPS.index(self.step))
