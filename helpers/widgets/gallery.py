"""The list of all widgets, and all of them one below the other, for those who would rather drag than read."""

import importlib
import re
from html import escape

import ipywidgets

EXHIBITS = {
    "ActivationExplorer": ("Activations", "Drag z. Where is the slope of the sigmoid largest, and what does it become over 20 layers?"),
    "NetworkStepper": ("A network, step by step", "Press play, then select a weight of the first layer. How many paths lead from it to the loss?"),
    "LossExplorer": ("Losses", "Drag the probability of the true class to 0.001. Which slope grows without bound, and which does not?"),
    "GradientCheckExplorer": ("Gradient checks", "Drag the step from 1 to 1e-16. Why is the smallest step not the best?"),
    "TrainingExplorer": ("Training, step by step", "Take two steps at rate 1.2, then two at 0.12. Which lamps go out, and what does the loss do?"),
    "SoftmaxExplorer": ("Softmax and ReLU", "Choose a cell that is off, then drag the training step. Does that unit get nothing from any example?"),
    "TapeStepper": ("A tape, there and back", "Go to the end, then let each node hand on at every arrival. Which gradient is still right?"),
    "ConvolutionExplorer": ("Convolution", "Slide Sobel's kernel over a digit. Which strokes does it answer, and with which sign?"),
    "FiringRateExplorer": ("A nerve cell and ReLU", "Drag the current, then choose a refractory period. What does ReLU keep of the curve?"),
}
"""For each widget its heading, and one thing to try with a question."""


def folder(name):
    """Where a class is at home: "network_stepper" for "NetworkStepper"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def exhibit(name):
    """The class of that name."""
    return getattr(importlib.import_module(f"helpers.widgets.{folder(name)}"), name)


def gallery():
    """Return all widgets in one box, each under a heading and a sentence.

    Returns
    -------
    ipywidgets.VBox
        Shown as the last line of a cell; its `children` alternate between a text and a widget.
    """
    children = []
    for name, (heading, sentence) in EXHIBITS.items():
        children += [ipywidgets.HTML(f"<h2>{escape(heading)}</h2><p>{escape(sentence)}</p>"), exhibit(name)()]
    return Gallery(children=children)


class Gallery(ipywidgets.VBox):
    """A box of widgets whose text says what is in it, and no memory address."""

    def __repr__(self):
        return f"gallery of {', '.join(type(child).__name__ for child in self.children[1::2])}"

    def _repr_mimebundle_(self, **kwargs):
        """The live box; for readers without JavaScript the picture of each widget under its heading."""
        bundle = super()._repr_mimebundle_(**kwargs)
        texts, widgets = self.children[::2], self.children[1::2]
        shown = [text.value + widget._repr_mimebundle_()[0]["text/html"] for text, widget in zip(texts, widgets, strict=True)]
        return {**bundle, "text/html": "".join(shown)}
