"""The options of `python -m helpers.clinic`."""

import argparse
import ast
import sys

from helpers.clinic.probes import HIDDEN, LOSSES, N_X, OUTPUTS
from helpers.clinic.words import spelled

SECONDS = 60
"""Time for all: to run the file once, and to examine it."""

_ABOUT = """Examine the gradients in a Python file. Without options it says what the file holds and which options it needs.

A script, from top to bottom, with a training loop or without: --loss, with --rate or --grads.
A class, or functions: --model, --loss, and --step with --rate, or --grads; --before makes what they need.
A function backward_prop(X, y, c, p) of the network 2-10-10-1: --hidden, --output, --loss bce, mse or half_mse.

Exit status: 0 right, 1 wrong, 2 raises or cannot be used."""


def parsed(arguments):
    """(options, what says that they are wrong)."""
    parser = argparse.ArgumentParser(prog="python -m helpers.clinic", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("file", help="a Python file or a notebook; - for standard input")
    add("--loss", help='an expression in the names of the file, such as "((out - y) ** 2).mean()"; for backward_prop: bce, mse, half_mse')
    add("--rate", help="the learning rate: a name, an expression, a number")
    add("--grads", help="of a script W1=dW1,b1=db1; with --model what to call for gradients")
    add("--once", type=_pairs, metavar="NAME=VALUE,…", help="names that get another value before the training loop, such as epochs=1")
    add("--only", type=_names, metavar="NAME,…", help="the parameters to be judged")
    add("--model", help="what holds the parameters: an expression, evaluated after the file has run")
    add("--step", help="what to call for one update")
    add("--before", help='statements that are run after the file, such as "net = Net(3, 5)"')
    add("--no-repair", action="store_true", help="only the verdict, no search for the line and its repair")
    add("--write", metavar="FILE", help="where to write the repaired file")
    for name, choices, default in (("hidden", HIDDEN, "relu"), ("output", OUTPUTS, "sigmoid")):
        add(f"--{name}", type=_word(name, choices), default=default, help=f"for backward_prop: {', '.join(choices)} (default: {default})")
    add("--slope", type=_slope, default=0.01, help="for backward_prop: of leaky ReLU, left of 0 (default: 0.01)")
    add("--inputs", type=_positive, default=N_X, help=f"for backward_prop: number of inputs of the network (default: {N_X})")
    add("--seconds", type=_positive, default=SECONDS, help=f"after which the file is stopped (default: {SECONDS})")
    return parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments)), parser.error


def _joined(arguments):
    """The arguments, with a value that begins with a minus, as a loss often does, joined to the option before it."""
    joined = []
    for argument in arguments:
        if joined and joined[-1].startswith("--") and argument.startswith("-") and not argument.startswith("--") and argument not in ("-", "-h"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def kind(options, found, error):
    """What is to be done with a file: "examine", "script", "model", or "say", that is, say what it needs."""
    if options.model is not None:
        if options.loss is None or (options.step is None) == (options.grads is None):
            error("--model needs --loss, and either --step with --rate, or --grads")
        if options.step is not None and options.rate is None:
            error("--step needs --rate, the learning rate with which it updates")
        return "model"
    if options.step is not None:
        error("--step needs --model: what holds the parameters")
    if found.backward_prop and (options.loss is None or options.loss.isidentifier() or options.loss.replace(" ", "").replace("-", "").isalpha()):
        try:
            options.loss = spelled("loss", options.loss or "bce", LOSSES)
            return "examine"
        except ValueError as wrong:
            if not _named(options.loss, found):
                error(f"argument --loss: {wrong}")
    if options.grads is not None and options.loss is not None:
        options.grads = _pairs_of_names(options.grads, error)
    return "script" if options.loss is not None else "say"


def _named(loss, found):
    return loss in found.losses


def _pairs_of_names(text, error):
    try:
        pairs = dict(pair.split("=", 1) for pair in text.split(","))
    except ValueError:
        error(f"argument --grads: {text[:60]!r}, expected parameters and the names of their gradients, such as W1=dW1,b1=db1")
    return {name.strip(): value.strip() for name, value in pairs.items()}


def _pairs(text):
    try:
        pairs = dict(pair.split("=", 1) for pair in text.split(","))
        return {name.strip(): ast.literal_eval(value.strip()) for name, value in pairs.items()}
    except (ValueError, SyntaxError):
        raise argparse.ArgumentTypeError(f"{text[:60]!r}, expected names and their values, such as epochs=1") from None


def _names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def _word(name, choices):
    def word(text):
        try:
            return spelled(name, text, choices)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return word


def _slope(text):
    try:
        slope = float(text)
    except ValueError:
        slope = float("nan")
    if not 0 <= slope < float("inf"):
        raise argparse.ArgumentTypeError(f"slope is {text[:40]!r}, expected a number of at least 0, such as 0.01")
    return slope


def _positive(text):
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number from 1 to 1000")
    return number
