"""Explore softmax: which gradients survive ReLU, per unit, example and batch; and what temperature and shift do to logits."""

from pathlib import Path

import numpy as np
import traitlets

from helpers import checks
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.numerals import beside_one, number
from helpers.widgets.kit.settings import Own, Setting, nearest_of, one_of, whole_number
from helpers.widgets.softmax_explorer import picture, words
from helpers.widgets.softmax_explorer import recording as rec
from helpers.widgets.softmax_explorer import temperatures as heat


def _data(explorer, value):
    """Which network is shown."""
    if value == "own" and "own" not in explorer.runs:
        raise ValueError("data is 'own', but no network was given: SoftmaxExplorer(p, X, Y)")
    return checks.choice("data", value, list(explorer.runs))


def _sample(explorer, value):
    """Whose logits are shown."""
    return checks.choice("sample", value, list(explorer.samples))


class SoftmaxExplorer(Widget):
    """Unit by example: what each hidden unit wishes, dA1, and what ReLU lets pass, dZ1; logits under a temperature and a shift.

    Parameters
    ----------
    p : dict of ndarray, or a list of them, optional
        Your own network with one hidden ReLU layer and softmax, "W1" (n, n_x), "b1", "W2" (K, n), "b2"; a list shows it at several
        moments of training, steps 0, 1, .... At most 64 units and 10 classes.
    X, Y : ndarray, shapes (n_x, m) and (K, m) one-hot
        The examples that go with it, at most 60.

    All others are traits, which can be set and read later (`explorer.unit = 3`):

    view : str
        "gradient" or "temperature".
    data : str
        "toy", "digits", or "own" where a network was given.
    show : str
        What is coloured: "wish", dA1, or "passed", dZ1.
    step : int
        The training step; the nearest recorded one is kept: 0, 1, 2, 5, 10, ..., 1000.
    unit, example : int
        The chosen cell, counted from 1 as on the screen; the last one where there are fewer.
    sample : str
        Whose logits get a temperature: "toy 1", "toy 2", "sure", "torn", "wrong" (three digits), or "own 1", ....
    temperature : float
        T from 0.0316 to 31.6; the nearest recorded one is kept, twenty to a decade.
    shift : float
        Added to every logit, from -1000 to 1000; the nearest recorded one is kept.

    Raises
    ------
    TypeError, ValueError, KeyError
        Names the setting or argument, what came and what was expected.

    Derived in: notebooks/09_softmax.ipynb, "Does ReLU kill my gradient?"
    """

    _folder = Path(__file__).parent

    view = Setting(one_of(("gradient", "temperature")), "gradient")
    data = Own(_data, "digits")
    show = Setting(one_of(words.SHOW), "passed")
    step = Setting(whole_number(0, rec.STEPS[-1]), 0)
    unit = Setting(whole_number(1, rec.MOST_UNITS), 1)
    example = Setting(whole_number(1, rec.MOST_EXAMPLES), 1)
    sample = Own(_sample, "toy 1")
    temperature = Setting(nearest_of(heat.TEMPERATURES), 1.0)
    shift = Setting(nearest_of(heat.SHIFTS), 0.0)

    def __init__(self, p=None, X=None, Y=None, **settings):
        if p is None and (X is not None or Y is not None):
            raise TypeError("X and Y came without p, expected all three: SoftmaxExplorer(p, X, Y)")
        if p is not None and (X is None or Y is None):
            raise TypeError("p came without X and Y, expected all three: SoftmaxExplorer(p, X, Y)")
        self.runs, self.samples = {"toy": rec.toy(), "digits": rec.digits()}, dict(heat.built_in())
        if p is not None:
            self.runs["own"] = rec.own(p, X, Y)
            self.samples |= heat.own(self.runs["own"])
            settings = {"data": "own", "sample": "own 1"} | settings
        super().__init__(**settings)

    def record(self):
        """Each network with its examples at all its moments, each sample at all temperatures and shifts, the words."""
        fresh = {name: heat.sent(*sample) for name, sample in self.samples.items() if name.startswith("own")}
        self._keep_a_recorded_step()
        return {
            "runs": {name: rec.sent(run) for name, run in self.runs.items()}, "samples": heat.recorded() | fresh,
            "exponents": heat.EXPONENTS.tolist(), "temperatures": heat.TEMPERATURES.tolist(), "shifts": heat.SHIFTS.tolist(),
            "precisions": heat.PRECISIONS, "overflows": heat.OVERFLOWS, "naive": words.NAIVE, "short": words.SHORT,
            "show": words.SHOW, "chips": words.CHIPS, "data": words.DATA,
            "states": words.STATE, "sentences": words.SENTENCES,
            "called": {name: words.called(name) for run in self.runs.values() for name in run.classes},
            "classed": {name: words.classed(name) for run in self.runs.values() for name in run.classes},
        }  # fmt: skip

    @traitlets.observe("step", "data")
    def _keep_a_recorded_step(self, _=None):
        run = self.run
        self.step = run.steps[run.row(self.step)]

    @property
    def run(self):
        """The network that is shown, with its examples."""
        return self.runs[self.data]

    @property
    def cell(self):
        """(moment, unit, example) that is chosen, from 0."""
        run = self.run
        return run.row(self.step), min(self.unit, run.units) - 1, min(self.example, run.X.shape[1]) - 1

    @property
    def heated(self):
        """(temperature, shift) as rows of the recording."""
        return int(np.abs(heat.TEMPERATURES - self.temperature).argmin()), int(np.abs(heat.SHIFTS - self.shift).argmin())

    def describe(self):
        """The numbers of the view that is shown, in words."""
        return self._cell_words() if self.view == "gradient" else self._heat_words()

    def _cell_words(self):
        run, (t, j, i) = self.run, self.cell
        off = run.off
        values = {"step": run.steps[t], "unit": j + 1, "example": i + 1, "name": words.called(run.classes[run.true[i]])}
        values |= {name: number(run.arrays[key][t, j, i]) for name, key in (("wish", "dA1"), ("z", "Z1"), ("passed", "dZ1"))}
        values |= {"state": words.STATE[int(off["pairs"][t, j, i])], "lost": off["by_example"][t, i], "missed": off["by_unit"][t, j]}
        values |= {"dead": off["dead"][t], "units": run.units, "examples": run.X.shape[1]}
        said = words.CELL + words.COUNTS
        if run.everything is not None:
            said += words.EVERYTHING
            values |= {"everything": run.everything.shape[1], "on": run.arrays["on"][t, j]}
        return f"{said}.".format(**values)

    def _heat_words(self):
        _, z, true, classes = self.samples[self.sample]
        t, c = self.heated
        found, shifts = heat.of_temperatures(z, true), heat.of_shifts(z)
        top = int(np.argmax(z))
        said = words.HEAT.format(
            T=number(heat.TEMPERATURES[t]), top=words.classed(classes[top]), p=beside_one(found["p"][t, top], 3),
            loss=number(found["loss"][t]), largest=number(found["largest"][t]),
        )  # fmt: skip
        if self.shift:
            said += words.SHIFTED.format(shift=number(heat.SHIFTS[c]), drift=number(np.float32(shifts["drift"][t, c]), 1))
        verdicts = (f"{dtype} {words.SHORT[code]}" for dtype, code in zip(heat.PRECISIONS, shifts["naive"][t, c], strict=True))
        return said + words.PLAIN.format(verdicts=", ".join(verdicts))

    def picture(self):
        """The matrix with the chosen cell's chain, or the probabilities beside loss and gradient against the temperature."""
        if self.view == "gradient":
            return picture.gradient(self.run, *self.cell, self.show)
        return picture.temperature(self.samples[self.sample], *self.heated)

    def __repr__(self):
        if "own" not in self.runs:
            return super().__repr__()
        run = self.runs["own"]
        sizes = f"{run.X.shape[0]}-{run.units}-{run.Y.shape[0]}"
        return super().__repr__().replace("(", f"({sizes}, ", 1)
