"""Live widgets for the notebooks: Python computes with `helpers`, the browser plays what was recorded.

Each is a class, shown as the last line of a cell; its settings can be set and read from the next one.

- `ActivationExplorer`: drag z along the activations: value, slope from z and from a, tangent, products of slopes
- `GradientCheckExplorer`: the step size of a difference over 16 decades in two precisions, and checks that fail near a kink
- `LossExplorer`: what a probability costs, softmax with p - y, and what the loss of a stuck run says
- `NetworkStepper`: every statement of forward and backward propagation with its numbers, gradients as sums over paths

`gallery()` shows all of them, each under a heading and a sentence.
"""

from helpers.widgets.activation_explorer import ActivationExplorer
from helpers.widgets.gallery import gallery
from helpers.widgets.gradient_check_explorer import GradientCheckExplorer
from helpers.widgets.loss_explorer import LossExplorer
from helpers.widgets.network_stepper import NetworkStepper

__all__ = ["ActivationExplorer", "GradientCheckExplorer", "LossExplorer", "NetworkStepper", "gallery"]
