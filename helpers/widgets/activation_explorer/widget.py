"""Explore activations: drag z, see value, slope and tangent, and the slope that a rule gives from a."""

from pathlib import Path

import numpy as np
import traitlets

from helpers.activations import ACTIVATIONS, chain
from helpers.widgets.activation_explorer import recording as rec
from helpers.widgets.activation_explorer import words as wording
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.numerals import beside_one, number
from helpers.widgets.kit.settings import Setting, interval, nearest_of, one_number_of, one_of, some_of, whole_number
from helpers.widgets.kit.svg import Chart, document

HOME = (-4.0, 4.0)
NARROWEST = 1.0  # how far the domain can be zoomed in
LOWEST_PRODUCT = 1e-20  # where the chart of products ends


class ActivationExplorer(Widget):
    """a = g(z), g'(z) and the slope from a, for every activation, at the z that you drag; and products of slopes through depth.

    Parameters (all of them traits, which can be set and read later: `explorer.z = 1.5`)
    ----------
    activations : str or list of str
        Names from `helpers.activations.ACTIVATIONS`, drawn together.
    z : float
        From -8 to 8; the nearest recorded value, a multiple of 0.05, is kept. The slider runs over the z that is shown: a z outside
        widens the domain, and a domain without z moves it to the nearer end.
    rule : str
        How the slope is computed from a beside the one from z: "none", "own" (the activation's own rule), or for every
        activation "sigmoid", a(1 - a), or "tanh", 1 - a^2. The case's mistake is `ActivationExplorer("sigmoid", rule="tanh")`.
    slope_at_zero : float
        ReLU'(0): 0, 0.5 or 1.
    leak : float
        Leaky ReLU's slope below 0: 0.01, 0.1 or 0.3.
    domain : pair of float
        The z that is shown, from and to, at least 1 apart.
    view : str
        "unit", or "depth": the product of w g'(z) over 1 to 20 layers of a chain a_l = g(w a_{l-1}).
    start, weight, layers : float, float, int
        The chain's a_0 (-3 to 3) and its w (-4 to 4), both multiples of 0.5, and how many layers are multiplied.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected.

    Derived in: notebooks/02_activations.ipynb, "How steep is the sigmoid?"
    """

    _folder = Path(__file__).parent

    activations = Setting(some_of(ACTIVATIONS), ("sigmoid",))
    z = Setting(nearest_of(rec.Z), 1.0)
    rule = Setting(one_of(rec.RULES), "none")
    slope_at_zero = Setting(one_number_of(rec.SLOPES_AT_ZERO), 0.0)
    leak = Setting(one_number_of(rec.LEAKS), 0.01)
    domain = Setting(interval(rec.Z[0], rec.Z[-1], NARROWEST), HOME)
    view = Setting(one_of(("unit", "depth")), "unit")
    start = Setting(nearest_of(rec.STARTS), 1.0)
    weight = Setting(nearest_of(rec.WEIGHTS), 1.0)
    layers = Setting(whole_number(1, rec.LAYERS), 10)

    def __init__(self, activations="sigmoid", **settings):
        super().__init__(activations=activations, **settings)

    @traitlets.observe("z")
    def _widen(self, _):
        low, high = self.domain
        self.domain = (min(low, self.z), max(high, self.z))

    @traitlets.observe("domain")
    def _keep_inside(self, _):
        low, high = self.domain
        self.z = min(max(self.z, low), high)

    def record(self):
        """The recording of all activations, rules and dials; the same for every explorer."""
        return rec.recording() | {"home": HOME, "narrowest": NARROWEST, "lowest_product": LOWEST_PRODUCT}

    def chosen(self):
        """The activations that are shown, their dials as set, with their numbers in the table of looks."""
        return [(rec.variant(name, self.slope_at_zero, self.leak), rec.LOOKS.index(name)) for name in self.activations]

    def describe(self):
        """The numbers at z, or the products after so many layers, in words."""
        chosen = [activation for activation, _ in self.chosen()]
        if self.view == "unit":
            return f"At z = {number(self.z)}: {'; '.join(map(self._unit_words, chosen))}."
        over = f"{self.layers} {'layer' if self.layers == 1 else 'layers'} with w = {number(self.weight)}, from a₀ = {number(self.start)}"
        return f"Product over {over}: {'; '.join(map(self._depth_words, chosen))}."

    def _unit_words(self, activation):
        a, slope = activation.value(self.z), activation.slope(self.z)
        words = f"{wording.LABELS[activation.name]} a = {beside_one(a)}, slope {number(slope)}"
        if not (rule := rec.rule(activation, self.rule)):
            return words
        factor = rec.factor(rule(a), slope)
        if not abs(factor - 1) > 1e-6 or len(self.activations) > 3:
            return words
        return f"{words} (from a, {wording.RULE_LABELS[self.rule]}: {number(rule(a))}, {number(factor)} times it)"

    def _depth_words(self, activation):
        product = self._chain(activation)["products"][self.layers - 1]
        return f"{wording.LABELS[activation.name]} {number(product)}, {wording.VERDICTS[int(rec.verdict(product))]}"

    def _chain(self, activation):
        return chain(activation, self.weight, self.start, rec.LAYERS)

    def picture(self):
        """Two charts: value and slope, or products and factors."""
        charts = self._depth_charts() if self.view == "depth" else self._unit_charts()
        return document(1080, 330, *(one.markup() for one in charts))

    def _unit_charts(self):
        low, high = self.domain
        z = rec.Z[(rec.Z >= low - 1e-9) & (rec.Z <= high + 1e-9)]
        chosen = self.chosen()
        left = Chart("Value, with its tangent", "z", "a = g(z)", x=self.domain, y=room([activation.value(z) for activation, _ in chosen]))
        heading = "Slope" if self.rule == "none" else "Slope: the line from z, the band from a"
        right = Chart(heading, "z", "g′(z) = da/dz", x=self.domain, y=room([[-0.1, 1.1], *(a.slope(z) for a, _ in chosen)]), left=540)
        for activation, i in chosen:
            name = wording.LABELS[activation.name]
            left.line(z, activation.value(z), i, name=name)
            if rule := rec.rule(activation, self.rule):
                right.line(z, rule(activation.value(z)), i, width=9, opacity=0.35, dash="")
            for points, last in pieces_of(activation, z):
                right.line(points, activation.slope(points), i, name=name if last else "")
            self._tangent(left, activation)
            left.point(self.z, activation.value(self.z), i)
            right.point(self.z, activation.slope(self.z), i)
        return left, right

    def _tangent(self, chart, activation):
        at = self.z + np.array([-0.1, 0.1]) * (self.domain[1] - self.domain[0])
        chart.line(at, activation.value(self.z) + activation.slope(self.z) * (at - self.z), 4, width=2, dash="")

    def _depth_charts(self):
        layers = np.arange(1, rec.LAYERS + 1)
        runs = [(activation, i, self._chain(activation)) for activation, i in self.chosen()]
        sizes = [np.maximum(np.abs(run["products"]), LOWEST_PRODUCT) for _, _, run in runs]
        low, high = min(1e-2, *(size.min() for size in sizes)), max(1e1, *(size.max() for size in sizes))
        left = Chart("Product of slopes and weights", "layers", "size of the product", x=(0, 20), y=(low / 3, high * 3), log=True)
        right = Chart("Factor of each layer", "layer", "w · g′(z)", x=(0, 20), y=room([run["factors"] for *_, run in runs]), left=540)
        for (activation, i, run), size in zip(runs, sizes, strict=True):
            name = wording.LABELS[activation.name]
            left.line(layers, size, i, name=name)
            left.point(self.layers, size[self.layers - 1], i)
            right.line(layers, run["factors"], i, name=name)
        return left, right


def room(curves):
    """The range of y for these curves, 0 included, with a margin."""
    values = np.concatenate([np.ravel(curve) for curve in curves])
    low, high = min(0.0, values.min()), max(0.0, values.max())
    margin = 0.08 * max(high - low, 0.1)
    return float(low - margin), float(high + margin)


def pieces_of(activation, z):
    """The parts of z on which the slope has no jump, each with whether it is the last."""
    if activation.kink is None or not z[0] < activation.kink < z[-1]:
        return [(z, True)]
    below, above = z[z < activation.kink], z[z > activation.kink]
    return [(np.append(below, activation.kink - rec.NEAR), False), (np.append(activation.kink + rec.NEAR, above), True)]
