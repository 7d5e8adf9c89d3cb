"""One item of the bank, and the places of the collection that it sends a reader to."""

from dataclasses import dataclass
from urllib.parse import quote

SAFE = "-?,':"
"""What a link keeps as it is, as the links that are written in the notebooks do."""

TRUTHS = ("true", "half true", "false")

NOTEBOOKS = {
    "00": "00_the_case.ipynb", "01": "01_forward_propagation.ipynb", "02": "02_activations.ipynb", "03": "03_loss.ipynb",
    "04": "04_chain_rule.ipynb", "05": "05_backward_propagation.ipynb", "06": "06_gradient_checking.ipynb",
    "07": "07_the_verdict.ipynb", "08": "08_training_that_fails.ipynb", "09": "09_softmax.ipynb",
    "10": "10_automatic_differentiation.ipynb", "11": "11_convolution.ipynb", "12": "12_interview.ipynb",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A question, an answer that somebody gives, and what is to be said of it.

    slug : its name; level : 1 (every interview), 2 (the follow-up), 3 (for a good day); question, answer : as they are spoken;
    truth : one of TRUTHS; reason : why; experiment : a key of EXPERIMENTS; section : number of a notebook, blank, its heading.
    """

    slug: str
    level: int
    question: str
    answer: str
    truth: str
    reason: str
    experiment: str
    section: str

    @property
    def file(self):
        """The notebook in which it is derived."""
        return NOTEBOOKS[self.section[:2]]

    @property
    def heading(self):
        """The heading of the section there."""
        return self.section[3:]

    @property
    def link(self):
        """The address of that section, as JupyterLab spells it."""
        return f"{self.file}#{quote(self.heading.replace(' ', '-'), safe=SAFE)}"
