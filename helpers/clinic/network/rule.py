"""What a rule is: one way to write a statement of a backward pass, right or wrong.

A rule is a formula over the values `v` of one call: "X", "y", "m", "W1" ... "b3", "Z1" ... "A3", the gradients computed so far
by the rules chosen before ("dZ3", "dA2", ...), and "A1 after" ... for arguments as the call left them. The rules are run with
NumPy's own shapes and broadcasting, so that a mistake that raises, or works by coincidence, does so here as well.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One way to write a statement.

    Attributes
    ----------
    statement : str
        The statement at fault, "" for a right one; "dA2" where only the part before the slope is wrong.
    family : str
        One of `findings.FAMILIES`.
    says : str
        What the code computes, as a formula.
    why : str
        The mistake, as a sentence without its full stop.
    value : callable
        v -> ndarray
    cost : float
        How far-fetched it is: 0 for right, about 1 for a usual mistake.
    whole : bool
        For a slope: `value` is all of dZ, not the slope that dA is multiplied by.
    """

    statement: str
    family: str
    says: str
    why: str
    value: Callable
    cost: float = 1.0
    whole: bool = False
