"""Live widgets for the notebooks: Python computes with `helpers`, the browser plays what was recorded.

Each is a class, shown as the last line of a cell; its settings can be set and read from the next one.

- `ActivationExplorer`: drag z along the activations: value, slope from z and from a, tangent, products of slopes
- `NetworkStepper`: every statement of forward and backward propagation with its numbers, gradients as sums over paths
"""

from helpers.widgets.activation_explorer import ActivationExplorer
from helpers.widgets.network_stepper import NetworkStepper

__all__ = ["ActivationExplorer", "NetworkStepper"]
