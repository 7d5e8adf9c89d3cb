"""Examine a file from the command line: exit status 0 right, 1 wrong, 2 raises or unusable.

    python -m helpers.clinic my_network.py --hidden relu
"""

import argparse
import importlib.util
import sys
from pathlib import Path

from helpers.clinic import examine
from helpers.clinic.probes import HIDDEN, LOSSES, OUTPUTS

STATUS = {"right": 0, "wrong": 1, "raises": 2}


def main(arguments=None):
    """Examine the functions of a file and print the report; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m helpers.clinic", description="Examine the backward pass in a Python file.")
    parser.add_argument("file", type=Path, help="defines backward_prop(X, y, c, p) and, if you like, forward_prop(X, p)")
    parser.add_argument("--hidden", choices=HIDDEN, default="relu")
    parser.add_argument("--output", choices=OUTPUTS, default="sigmoid")
    parser.add_argument("--loss", choices=LOSSES, default="bce")
    parser.add_argument("--slope", type=float, default=0.01, help="of leaky ReLU, left of 0")
    options = parser.parse_args(arguments)
    try:
        module = _loaded(options.file)
        backward_prop = module.backward_prop
    except (Exception, SystemExit) as error:
        print(f"{options.file} cannot be used: {_reason(error)}", file=sys.stderr)
        return 2
    own = getattr(module, "forward_prop", None)
    try:
        report = examine(backward_prop, own, hidden=options.hidden, output=options.output, loss=options.loss, slope=options.slope)
    except (TypeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(report)
    return STATUS[report.verdict]


def _loaded(path):
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location("examined", path)
    if spec is None:
        raise ValueError("the file is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["examined"] = module
    spec.loader.exec_module(module)
    return module


def _reason(error):
    if isinstance(error, AttributeError) and "backward_prop" in str(error):
        return "it defines no function backward_prop(X, y, c, p)"
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
