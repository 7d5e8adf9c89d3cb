"""The words with which a learner describes a network, in the spellings that are in use, and how errors and sentences are told."""

import contextlib
import html
import re

from helpers import checks

SPELLINGS = {
    "relu": ("rectifier", "rectified linear", "rectified linear unit"),
    "leaky_relu": ("lrelu", "leaky", "leaky rectifier"),
    "sigmoid": ("logistic", "sigma", "expit", "logistic sigmoid", "sigm"),
    "tanh": ("hyperbolic tangent",),
    "identity": ("linear", "none", "no activation", "id"),
    "softplus": (),
    "elu": (),
    "silu": ("swish",),
    "bce": (
        "cross-entropy", "binary cross-entropy", "binary cross-entropy loss", "cross-entropy loss", "log loss", "logistic loss", "bce loss", "xent",
        "negative log-likelihood", "nll", "ce", "log-likelihood", "bce with logits", "bcewithlogitsloss", "binary log loss", "binary ce",
    ),
    "mse": ("mean squared error", "squared error", "l2", "l2 loss", "mse loss", "mean square error", "squared loss", "quadratic loss"),
    "half_mse": (
        "half mean squared error", "half squared error", "half the mean squared error", "1/2 mse", "mse/2", "0.5 mse", "quadratic", "quadratic cost",
        "half squared loss",
    ),
}  # fmt: skip
"""Other spellings of each word; letter case, blanks, hyphens and underscores do not count."""


def letters(word):
    """A word without letter case, blanks, hyphens and underscores."""
    return re.sub(r"[^a-z0-9]", "", word.casefold())


_KNOWN = {letters(spelling): word for word, others in SPELLINGS.items() for spelling in (word, *others)}


def spelled(name, word, options):
    """The one of `options` that a learner's word means. Raises TypeError or ValueError, a near miss named."""
    meant = _KNOWN.get(letters(word[:100])) if isinstance(word, str) else None
    return meant if meant in options else checks.choice(name, word, options)


@contextlib.contextmanager
def told_plainly():
    """An error about an argument stays what it is; a notebook shows its one line instead of the way through these modules."""
    try:
        yield
    except (TypeError, ValueError, KeyError) as error:
        line = f"{type(error).__name__}: {error.args[0] if error.args else error}"
        error._render_traceback_ = lambda: [line]
        raise


def told_html(text):
    """A sentence for a page: what stands between backticks is set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
