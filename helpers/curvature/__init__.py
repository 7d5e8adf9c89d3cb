r"""Curvature, and the learning rate that it allows: of a quadratic, of the output bias of a dead network, of a whole network.

Along a direction of curvature lambda a step of gradient descent multiplies the distance from the minimum by
1 - learning_rate lambda. Beyond a rate of 2 / lambda that is below -1, and the distance grows.

Derived in: notebooks/08_training_that_fails.ipynb
"""

from helpers.curvature.bias import bias_curvature, bias_loss, dead_cycle, dead_loss, descend_bias, period
from helpers.curvature.hessians import hessian, sharpness
from helpers.curvature.quadratic import descend, largest, least_squares, multiplier, principal, second_moment, threshold

__all__ = [
    "bias_curvature", "bias_loss", "dead_cycle", "dead_loss", "descend", "descend_bias", "hessian", "largest", "least_squares", "multiplier",
    "period", "principal", "second_moment", "sharpness", "threshold",
]  # fmt: skip
