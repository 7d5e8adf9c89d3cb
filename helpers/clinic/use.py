"""What is wrong with the arguments of `check` and `check_script`: what came and what was expected, in a sentence."""

from pathlib import Path

import numpy as np

from helpers import checks


def of_check(model, loss, grads, step, rate, only, layers, seconds):
    """What is wrong with the arguments of `check`, in a sentence; None where nothing is."""
    if model is None and layers is None:
        return "model is None, expected what holds your parameters: a dict, a list, an object, an array."
    if loss is None:
        return "loss is missing: hand over a function without arguments that returns your loss, such as `lambda: cost(X, y, W)`."
    if not callable(loss):
        return f"loss is {checks.shown(loss)}, expected a function without arguments that computes it anew: write `lambda:` in front of it."
    if (grads is None) == (step is None):
        both = "grads and step are both there, expected one of them" if grads is not None else "neither grads nor step is there"
        return (
            f"{both}: grads=, a function that returns gradients or leaves them in your objects, or step=, one that makes an update, with its rate=."
        )
    name, function = ("grads", grads) if grads is not None else ("step", step)
    if not callable(function):
        return f"{name} is {checks.shown(function)}, expected a function without arguments that computes it anew: write `lambda:` in front of it."
    if step is not None and rate is None:
        return "step is there without rate=: the learning rate with which it updates, so that (before - after) / rate is the gradient."
    return (_number("rate", rate) if step is not None else None) or _names("only", only) or _number("seconds", seconds, least=0)


def of_script(path, loss, rate, grads, once, seconds):
    """The same for `check_script`."""
    if not isinstance(path, (str, Path)):
        return f"path is {checks.shown(path)}, expected the path of a Python file."
    if not Path(path).is_file():
        return f"there is no file {str(path)!r} in the folder {str(Path.cwd())!r}."
    if not isinstance(loss, str) or not loss.strip():
        return (
            f'loss is {checks.shown(loss)}, expected an expression in the names of the script as text, such as "loss" or "((out - y) ** 2).mean()".'
        )
    if grads is not None and not isinstance(grads, dict):
        return f'grads is {checks.shown(grads)}, expected a dict from parameters to the names of their gradients, such as {{"W1": "dW1"}}.'
    if once is not None and not isinstance(once, dict):
        return f'once is {checks.shown(once)}, expected a dict of names and values, such as {{"epochs": 1}}.'
    return (None if rate is None or isinstance(rate, str) else _number("rate", rate)) or _number("seconds", seconds, least=0)


def _number(name, value, least=None):
    """What is wrong with a number; None where nothing is."""
    number = value if isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, complex)) else None
    if number is None or not np.isfinite(number) or number == 0 or (least is not None and number < least):
        return f"{name} is {checks.shown(value)}, expected a {'number other than 0' if least is None else 'positive number'}."
    return None


def _names(name, value):
    if value is None or isinstance(value, str) or (isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(v, str) for v in value)):
        return None
    return f"{name} is {checks.shown(value)}, expected names of parameters, such as ('W1', 'b1')."
