"""What every public function asks of its arguments, and the words it uses when an argument is wrong.

Errors are in the reader's terms: which argument, what came, what was expected and, where there is one, the remedy.
"""

from helpers.checks.arrays import DomainError, all_finite, floats, is_floats, labels, matrix, one_hot, reals
from helpers.checks.networks import cached, depth, fitting, layer, names, parameters, returned, structure
from helpers.checks.plain import choice, function, generator, positive, truth, whole
from helpers.checks.words import brief, is_a, listed, said, shown

__all__ = [
    "DomainError", "all_finite", "brief", "cached", "choice", "depth", "fitting", "floats", "function", "generator", "is_a", "is_floats",
    "labels", "layer", "listed", "matrix", "names", "one_hot", "parameters", "positive", "reals", "returned", "said", "shown", "structure",
    "truth", "whole",
]  # fmt: skip
