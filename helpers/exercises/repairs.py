"""Checks of notebook 07's repairs: a report is read without its repair, and the reader's line is run in the place of the faulty one."""

from dataclasses import dataclass

import numpy as np

from helpers import clinic
from helpers.exercises import calling
from helpers.exercises.feedback import NotAttempted, Wrong, check, kind, numbers, unfinished


@dataclass(frozen=True)
class Brought:
    """A backward pass that somebody brings.

    Attributes
    ----------
    text : str
        Defines cost(X, Y, p) and gradients(X, Y, p).
    known : tuple of (str, str)
        Lines that readers may write without repairing it, blanks left out, and what to say about them.
    told : str
        The sentence that confirms a right line.
    """

    text: str
    known: tuple
    told: str

    @property
    def lines(self):
        """The text by lines."""
        return self.text.splitlines()

    def built(self, number=None, line=None):
        """(p, cost, gradients) on 30 examples; with another text for line `number`, counted from 1, if given."""
        lines = self.lines
        if number is not None:
            old = lines[number - 1]
            lines[number - 1] = old[: len(old) - len(old.lstrip())] + line
        space = {"np": np}
        text = "\n".join(lines)
        (exec if line is None else calling.execute)(compile(text, "<brought>", "exec") if line is None else text, space)
        rng = np.random.default_rng(0)
        X, Y = rng.normal(size=(30, 4)), np.eye(3)[rng.integers(0, 3, 30)]
        p = {"W1": rng.normal(size=(4, 6)), "b1": rng.normal(size=6), "W2": rng.normal(size=(6, 3)), "b2": rng.normal(size=3)}
        return p, lambda: space["cost"](X, Y, p), lambda: space["gradients"](X, Y, p)

    def report(self, number=None, line=None):
        """What the clinic says of it, the repair left out."""
        return clinic.check(*self.built(number, line), repair=False, seconds=10)


_MEAN = """\
def forward(X, p):                                  # X (30, 4), one example a row
    A = np.tanh(X @ p["W1"] + p["b1"])
    E = np.exp(A @ p["W2"] + p["b2"])
    return A, E / E.sum(axis=1, keepdims=True)      # (30, 6), (30, 3)


def cost(X, Y, p):                                  # Y (30, 3), one-hot
    return -np.sum(Y * np.log(forward(X, p)[1])) / len(X)


def gradients(X, Y, p):
    A, P = forward(X, p)
    D2 = (P - Y) / len(X)
    D1 = D2 @ p["W2"].T * (1 - A**2)
    dW2, db2 = A.T @ D2, D2.sum(axis=0)
    dW1, db1 = X.T @ D1, D1.mean(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""

_PENALTY = """\
penalty = 0.1


def forward(X, p):                                  # X (30, 4), one example a row
    A = np.maximum(0, X @ p["W1"] + p["b1"])
    return A, A @ p["W2"] + p["b2"]                 # (30, 6), (30, 3)


def cost(X, Y, p):                                  # Y (30, 3)
    squares = np.sum((forward(X, p)[1] - Y) ** 2) / 2
    return squares + penalty * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))


def gradients(X, Y, p):
    A, out = forward(X, p)
    D2 = out - Y
    D1 = D2 @ p["W2"].T * (A > 0)
    dW2 = A.T @ D2 + 2 * penalty * p["W2"]
    dW1 = X.T @ D1 + penalty * p["W1"]
    return {"W1": dW1, "b1": D1.sum(axis=0), "W2": dW2, "b2": D2.sum(axis=0)}
"""

BROUGHT = {
    "M": Brought(
        _MEAN,
        (("dW1,db1=X.T@D1,D1.sum()", "b1 has 6 entries, one for each unit: sum over the examples alone, which are the rows."),
         ("dW1,db1=X.T@D1,D1.sum(axis=1)", "axis 1 runs over the units: the examples are the rows, axis 0."),
         ("dW1,db1=X.T@D1/len(X),D1.sum(axis=0)", "D1 has its 1/m already, from D2.")),
        "D2 brings the 1/m, so what follows sums: a mean divides once more.",
    ),
    "N": Brought(
        _PENALTY,
        (("dW1=X.T@D1", "the loss has a penalty on W1, and so has its gradient: what is the derivative of w²?"),
         ("dW1=X.T@D1+penalty", "the derivative of w² is not constant: it has w in it.")),
        "the derivative of w² is 2 w; what is missing is what the report says, 0.1 times the parameter.",
    ),
}  # fmt: skip
"""By letter; the gradients that are wrong, and by how much, tell the repair."""


def brought(letter):
    """Print the code with its lines counted; returns the clinic's report without the repair.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    patient = BROUGHT[letter]
    print("\n".join(f"{number:2}  {line}" for number, line in enumerate(patient.lines, start=1)))
    return patient.report()


def _check(patient, my_repair):
    if unfinished(my_repair):
        raise NotAttempted
    number, line = _parts(my_repair, len(patient.lines))
    if _bare(line) == _bare(patient.lines[number - 1]):
        raise Wrong(f"that is line {number} as it stands.")
    try:
        same = np.isclose(patient.built(number, line)[1](), patient.built()[1](), rtol=1e-12)
        report = patient.report(number, line)
    except SyntaxError as error:
        raise Wrong(f"with that in line {number} it is no Python: {error.msg}.") from None
    except Exception as error:
        raise Wrong(f"with your line the code raises {type(error).__name__}: {error}.") from None
    for known, sentence in patient.known:
        if _bare(line) == known:
            raise Wrong(sentence)
    if not same:
        raise Wrong("with your line the loss itself is another one: the loss is what was asked for, and its gradients are to be those of it.")
    if report.verdict == "raises":
        raise Wrong(f"with your line {report.trouble[:1].lower()}{report.trouble[1:]}")
    if report.verdict == "wrong":
        left = ", ".join(row.name for row in report.rows if row.name in report.wrong)
        raise Wrong(f"with your line there is still a wrong gradient: {left}.")
    return patient.told


def _parts(my_repair, most):
    """(number, line) of an answer such as (12, "d = a - y")."""
    if not isinstance(my_repair, list | tuple) or len(my_repair) != 2:
        raise Wrong(f"the repair is {kind(my_repair)}, expected a line's number and its new text, such as (12, 'd = a - y').")
    if any(unfinished(part) or part == "..." for part in my_repair):
        raise NotAttempted
    number, line = my_repair if isinstance(my_repair[1], str) else my_repair[::-1]
    if not isinstance(line, str) or not line.strip():
        raise Wrong(f"the new text of the line is {kind(line)}, expected a text between quotation marks.")
    number = int(numbers(number, "the line's number", ()))
    if not 1 <= number <= most:
        raise Wrong(f"there is no line {number}: they are counted from 1 to {most}.")
    return number, line.strip()


def _bare(line):
    """Without blanks, and with one kind of quotation marks."""
    return "".join(line.split()).replace('"', "'")


@check
def check_repair_m(repair_m):
    """A line that makes all gradients of M right, in any form.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    return _check(BROUGHT["M"], repair_m)


@check
def check_repair_n(repair_n):
    """A line that makes all gradients of N right, in any form.

    Posed in: notebooks/07_the_verdict.ipynb
    """
    return _check(BROUGHT["N"], repair_n)
