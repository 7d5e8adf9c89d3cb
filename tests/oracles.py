"""What only the tests need: skipped where it is missing, except on a continuous-integration machine.

A learner who installed requirements.txt alone can run `pytest` and reads why some tests were skipped.
Where the environment variable CI is set (.ci/run sets it) the same tests fail instead, so that no
oracle goes missing unnoticed. Use:

    from oracles import require

    sympy = require("sympy")                            # at the top of a test module, or in a test
    gradient = require("autograd").grad
    require("hypothesis")
    from hypothesis import given, strategies as st
"""

import importlib
import os

import pytest


def require(module: str):
    """Import `module`; where it is missing skip the caller (a test, or a whole test module) or fail on CI."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        reason = f"{module} cannot be imported ({error}); install tests/requirements.txt"
    return missing(reason)


def missing(reason: str):
    """Skip the caller with this reason, or fail it where the environment variable CI is set."""
    if os.environ.get("CI"):
        pytest.fail(f"required where CI is set: {reason}", pytrace=False)
    pytest.skip(reason, allow_module_level=True)
