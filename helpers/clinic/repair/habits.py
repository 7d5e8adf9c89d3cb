"""How a file writes: which activations it seems to use, with which slopes, and its ways of products, transposes and sums."""

import ast
import functools
import re

from helpers.clinic.repair.expressions import MODULES, function_name

PENALTY = re.compile(r"(?i)(?:\w+\.)*(?:alpha|lam\w*|lmbda|lambd\w*|reg\w*|l2\w*|weight_?decay|decay|wd|penalty)$")
"""Names of the strength of a penalty."""


RATE = re.compile(r"(?i)(?:\w+\.)*(?:lr|\w*rate|eta|alpha|step_?size|taux|tasa|schrittweite|a)$")
"""Names of a learning rate."""


@functools.lru_cache(16)
def activations_of(text):
    """Which activations a file seems to use."""
    signs = {
        "tanh": r"\btanh\b", "sigmoid": r"exp\(\s*-|expit|sigmoid|1\s*\+\s*\w*\.?exp|logistic",
        "relu": r"maximum\(|relu|>=?\s*0|where\(|<=?\s*0|\.clip\(0", "leaky": r"(?i)leak|where\([^,]*,[^,]*,\s*0?\.\d*\s*\*|0\.0\d*\s*\*|elu",
    }  # fmt: skip
    return frozenset(name for name, sign in signs.items() if re.search(sign, text))


@functools.lru_cache(16)
def slopes_of(text):
    """Slopes of leaky ReLU and ELU with the file's own constants, and of softplus, for the activations that the file seems to use."""
    found = []
    leaks = re.findall(r"where\([^,]+,[^,]+,\s*(0?\.\d+|\w+)\s*\*|maximum\((0?\.\d+)\s*\*|maximum\([^,]+,\s*(0?\.\d+)\s*\*", text)
    for leak in dict.fromkeys(part for parts in leaks for part in parts if part):
        found += [f"np.where(\0 > 0, 1, {leak})", f"np.where(\0 > 0, 1.0, {leak})"]
    if re.search(r"exp\([^()]*(?:\([^()]*\))?[^()]*\)\s*-\s*1|expm1", text):
        found += ["np.where(\0 > 0, 1, np.exp(\0))", "np.where(\0 > 0, 1, \0 + 1)"]
    if re.search(r"log\(1 \+ |log1p|logaddexp", text):
        found += ["1 / (1 + np.exp(-\0))"]
    return tuple(found)


def is_plain(text):
    """Whether a text has nothing of NumPy in it."""
    return not re.search(r"\bnp\b|numpy|jnp|\.T\b| @ ", text)


def dots_of(calls, text):
    """How the file writes products of matrices: "@", "np.dot", "np.matmul" or ".dot"."""
    if " @ " in text or re.search(r"\w@\w", text):
        return "@"
    for node in calls:
        name = function_name(node)
        if name in ("dot", "matmul") and isinstance(node.func, ast.Attribute):
            return ast.unparse(node.func) if isinstance(node.func.value, ast.Name) and node.func.value.id in MODULES else ".dot"
    return "@"


def transposes_of(calls, text):
    """How it writes transposes: ".T", "np.transpose" or ".transpose()"."""
    if ".T" in text:
        return ".T"
    for node in calls:
        if function_name(node) == "transpose":
            return (
                ast.unparse(node.func)
                if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id in MODULES
                else ".transpose()"
            )
    return ".T"
