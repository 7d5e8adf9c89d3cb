r"""Gradient descent on a network, or on many in a stack, the rules of its updates, and the words for what becomes of a run.

Derived in: notebooks/05_backward_propagation.ipynb
"""

from helpers.training.descent import gradient_descent
from helpers.training.history import Histories, History
from helpers.training.many import descend_many
from helpers.training.outcome import at_floor, comebacks, dead_mask, dead_units, fate, revived
from helpers.training.schedules import after, cosine, exponential_decay, product, step_decay, warm_up
from helpers.training.stack import unstack
from helpers.training.updates import PLAIN, Update, adam, clipped, momentum, norm

__all__ = [
    "PLAIN", "Histories", "History", "Update", "adam", "after", "at_floor", "clipped", "comebacks", "cosine", "dead_mask", "dead_units",
    "descend_many", "exponential_decay", "fate", "gradient_descent", "momentum", "norm", "product", "revived", "step_decay", "unstack",
    "warm_up",
]  # fmt: skip
