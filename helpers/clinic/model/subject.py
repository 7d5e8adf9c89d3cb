"""What can be asked of code under examination, whatever its shape."""

import contextlib
from abc import ABC, abstractmethod


class Trouble(Exception):
    """What stopped the learner's code: `str(trouble)` in one sentence, `filename` and `line` where, as far as known, `cause` the exception."""

    def __init__(self, why, filename=None, line=None, cause=None):
        super().__init__(why)
        self.filename, self.line, self.cause = filename, line, cause


class Adaptive(Trouble):
    """A step whose size does not depend on the gradient, so that none can be read from it; `subject` knows the parameters all the same."""

    def __init__(self, why, subject):
        super().__init__(why)
        self.subject = subject


class Subject(ABC):
    """Parameters that can be moved, a loss, and gradients.

    Every question is asked from the same state: what the code keeps and the randomness are as they were at the start, the parameters are
    `values`. Afterwards everything is as it was.

    Attributes
    ----------
    start : dict of ndarray
        The parameters by name, as they came, in float64; a plain number has shape ().
    notes : tuple of str
        What was taken for granted: what counts as data, what was matched by its order.
    handed_over : frozenset of code objects
        The functions that were written for the clinic, such as a lambda around the learner's own: no fault of theirs.
    rate : float or None
        Where updates are judged, their learning rate.
    stated : (str, ast expression, code) or None
        The loss, where it was stated as an expression.
    """

    start: dict
    notes: tuple = ()
    handed_over: frozenset = frozenset()
    rate: float | None = None
    stated: tuple | None = None

    @abstractmethod
    def loss(self, values):
        """The loss at `values` ({name: ndarray}), a float. Raises Trouble."""

    @abstractmethod
    def gradients(self, values):
        """What the code says is the gradient at `values`: {name: ndarray in the parameter's shape, or None where there is none}.

        An update counts as (before - after) / rate. Raises Trouble.
        """

    @abstractmethod
    def edited(self, texts) -> contextlib.AbstractContextManager:
        """Within, the code is that of `texts`, {filename: whole text}. Raises SyntaxError, ValueError where that is no code that fits."""
