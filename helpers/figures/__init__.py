"""Pictures for the notebooks: arrays in, a matplotlib Figure out, with a description computed from the data as its label.

`show(figure)` displays a figure with its description, as visible text and as the image's alternative text.

- `activation_and_slope`: g(z) beside g'(z), kinks marked
- `bars`: bars with their values: relative errors, dead units, softmax
- `computational_graph`: operations, with forward and backward values on the edges
- `confusion_matrix`: which class was taken for which
- `curves`: any lines over a common axis
- `decision_boundary`: two classes of points, the probability around them and its contour 0.5
- `digit_images`: small images, each with a caption
- `gradient_check_error`: error of a numerical gradient against the step size
- `histograms`: small multiples, such as Z1 and Z2 from step to step, with the share of the numbers above 0
- `loss_curves`: loss against step, a line for each run
- `matrix_heatmap`: matrices with a number in each cell, side by side
- `network_diagram`: units and connections, with weights, values and paths
- `seed_curves`: the losses of many starts, a thin line for each and a thick one for the median
- `slope_products`: product of slopes through depth
- `surviving_gradient`: units against examples: which part of the gradient passes the activation

Nothing here uses pyplot or changes matplotlib's settings.
"""

from helpers.figures.activation import activation_and_slope
from helpers.figures.barchart import bars
from helpers.figures.checking import gradient_check_error, slope_products
from helpers.figures.confusion import confusion_matrix
from helpers.figures.decision import decision_boundary
from helpers.figures.digits import digit_images
from helpers.figures.display import show
from helpers.figures.graph import computational_graph
from helpers.figures.histogram import histograms
from helpers.figures.lines import curves
from helpers.figures.matrices import matrix_heatmap
from helpers.figures.network import network_diagram
from helpers.figures.seeds import seed_curves
from helpers.figures.survival import surviving_gradient
from helpers.figures.training import loss_curves

__all__ = [
    "activation_and_slope",
    "bars",
    "computational_graph",
    "confusion_matrix",
    "curves",
    "decision_boundary",
    "digit_images",
    "gradient_check_error",
    "histograms",
    "loss_curves",
    "matrix_heatmap",
    "network_diagram",
    "seed_curves",
    "show",
    "slope_products",
    "surviving_gradient",
]
