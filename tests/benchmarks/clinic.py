"""How long the clinic takes for a right, a wrong and an unexplained backward pass, beside one plain gradient check.

    python tests/benchmarks/clinic.py

Each round runs every contender once, in turn; times are medians, ratios are taken round by round.
"""

import numpy as np
from speed import interleaved, report

from helpers import case, clinic, datasets, gradcheck, network


def unexplained(X, y, c, p):
    """A backward pass with a fault that has no name: a different factor for each unit of layer 2."""
    grads = network.backward_prop(X, y, c, p)
    factor = np.linspace(0.5, 1.5, 10)[:, None]
    return grads | {"dW2": grads["dW2"] * factor, "db2": grads["db2"] * factor}


def main(rounds=11):
    """Measure and print."""
    X, y = datasets.two_moons()
    p = network.init_params()
    times = interleaved({
        "one gradient check, 200 examples": lambda: gradcheck.check_gradients(network.backward_prop, X, y, p),
        "clinic: the case, right gradients": lambda: clinic.examine(case.backward_prop),
        "clinic: the comment's slope, two faults": lambda: clinic.examine(case.backward_prop_sigmoid, hidden="sigmoid"),
        "clinic: a fault without a name": lambda: clinic.examine(unexplained),
    }, rounds)  # fmt: skip
    report("examine", times, "one gradient check, 200 examples")


if __name__ == "__main__":
    main()
