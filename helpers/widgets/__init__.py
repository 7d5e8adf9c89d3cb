"""Live widgets for the notebooks: Python computes with `helpers`, the browser plays what was recorded.

Each is a class, shown as the last line of a cell; its settings can be set and read from the next one.

- `ActivationExplorer`: drag z along the activations: value, slope from z and from a, tangent, products of slopes
"""

from helpers.widgets.activation_explorer import ActivationExplorer

__all__ = ["ActivationExplorer"]
