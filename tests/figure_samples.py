"""A sample of every picture, drawn once however many tests look at it."""

from functools import cache
from io import BytesIO
from types import SimpleNamespace

import numpy as np

from helpers import datasets, figures, network
from helpers.figures import display

X, Y = datasets.two_moons(m=40)
P = network.init_params(rng=1)
ONE = network.forward_prop(X[:, [0]], P)
HISTORY = SimpleNamespace(step=[0, 1], loss=[0.8, 0.4], stopped=None)
DIGITS = datasets.digits()[0][:, :12]
GRAPH = (
    {"w": "$w_1$", "x": "x", "b": "b", "m": "×", "s": "+"},
    [("w", "m", 2.0, 1.5), ("x", "m", 1.5, 2.0), ("m", "s", 3.0, 1.0), ("b", "s", -0.5, 1.0), ("s", None, 2.5, 1.0)],
)


def probability(points):
    return network.forward_prop(points, P)["A3"]


PICTURES = {
    "activation_and_slope": lambda: figures.activation_and_slope(["relu", "tanh"]),
    "bars": lambda: figures.bars(["dW1", "db1"], {"relu": [1e-9, 0.25], "tanh": [0.5, 0]}, log=True, reference_lines={"limit": 1e-7}),
    "computational_graph": lambda: figures.computational_graph(*GRAPH),
    "confusion_matrix": lambda: figures.confusion_matrix([[40, 2, 0], [0, 38, 1], [5, 0, 33]]),
    "curves": lambda: figures.curves(
        np.arange(5), {"a": np.arange(5) ** 2, "b: long label for a line": np.zeros(5)}, marks=[(1, 1, "here")], shade=[(2, 3, "s")]
    ),
    "decision_boundary": lambda: figures.decision_boundary(X, Y, {"before": probability, "none": lambda p: np.full((1, p.shape[1]), 0.4)}),
    "digit_images": lambda: figures.digit_images(DIGITS, [f"{k}, read as\n{k + 1}" for k in range(12)]),
    "gradient_check_error": lambda: figures.gradient_check_error([1e-8, 1e-6, 1e-4, 1e-2], {"central": [1e-7, 1e-10, 1e-8, 1e-4]}),
    "histograms": lambda: figures.histograms(
        {"step 0": {"Z1": [-1, 1, 2], "Z2": [[-3, -2], [1, np.nan]]}, "step 1": {"Z1": [-2, -1, 0], "Z2": [-1, 1e-12]}}, bins=6
    ),
    "loss_curves": lambda: figures.loss_curves({"relu": [0.8, 0.4, 0.05], "rate 5": [0.8, 2.5, np.inf]}, reference_lines={"ln 2": np.log(2)}),
    "matrix_heatmap": lambda: figures.matrix_heatmap({"W": [[1, -2], [0.5, 3]], "x": [[1], [-1]]}, between=["@"], highlight={"W": [(0, None)]}),
    "network_diagram": lambda: figures.network_diagram(P, values=ONE, path=(0, 3, 7, 0)),
    "seed_curves": lambda: figures.seed_curves(
        [0, 5, 9], {"rate 5": [[0.9, 0.8], [0.7, 0.5], [0.69, 0.1]], "leak": [[1, 2], [3, np.inf], [4, np.inf]]}, {"floor": 0.693}
    ),
    "slope_products": lambda: figures.slope_products([1, 2, 3], {"sigmoid": [0.25, 0.0625, 0.015625], "off": [1, 0, 0]}),
    "surviving_gradient": lambda: figures.surviving_gradient([[0.66, 0.28], [-0.72, -0.09], [1.55, -0.21]], [[0.66, 0], [-0.72, 0], [0, -0.21]]),
}


@cache
def picture(name):
    """The sample of that name; not to be changed."""
    return PICTURES[name]()


@cache
def png(name):
    """What a notebook stores of it."""
    return display.as_png(picture(name))


def draw(figure):
    """Draw it once, small, to see that it can be drawn."""
    figure.savefig(BytesIO(), dpi=40)


def labelled(figure, label):
    """The line of that label."""
    return next(line for axes in figure.axes for line in axes.get_lines() if line.get_label() == label)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]
