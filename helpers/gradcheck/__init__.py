r"""Checking gradients: central differences, how far two gradients are apart, and when a check cannot decide.

A row of the report is undecided where no comparison is possible: each step crosses a kink, or the gradient is too small
for the digits that rounding leaves of a difference, or the step is too large for the curvature of the loss.

Derived in: notebooks/06_gradient_checking.ipynb
"""

from helpers.gradcheck.batched import batched_numerical_gradient, crossed_kinks
from helpers.gradcheck.check import check_gradients
from helpers.gradcheck.comparison import TOLERANCE, GradientRow, relative_error
from helpers.gradcheck.numerical import STEP, numerical_gradient
from helpers.gradcheck.report import GradientReport

__all__ = [
    "STEP", "TOLERANCE", "GradientReport", "GradientRow",
    "batched_numerical_gradient", "check_gradients", "crossed_kinks", "numerical_gradient", "relative_error",
]  # fmt: skip
