r"""Gradient descent on a network, or on many in a stack, and the words for what becomes of a run.

Derived in: notebooks/05_backward_propagation.ipynb
"""

from helpers.training.descent import gradient_descent
from helpers.training.history import History
from helpers.training.many import Histories, descend_many
from helpers.training.outcome import at_floor, comebacks, dead_mask, dead_units, fate, revived
from helpers.training.stack import unstack

__all__ = [
    "Histories", "History", "at_floor", "comebacks", "dead_mask", "dead_units", "descend_many", "fate", "gradient_descent", "revived", "unstack",
]  # fmt: skip
