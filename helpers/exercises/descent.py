"""The check of gradient descent in notebook 00: forward, backward, a small move, and again."""

import numpy as np

from helpers import case, datasets, network
from helpers.exercises.feedback import Wrong, call, check, compare, kind

OWN_COPY = ("the caller's parameters are trained as well, so that a second run does not start where the first did. Make new ones, "
            "p = {name: value - ... for name, value in p.items()}; W -= ... and p['W1'] = ... change what came in.")  # fmt: skip


@check
def check_descent(my_descent):
    """p <- p - learning_rate dp, repeated; both passes of the case run anew in each step.

    Posed in: notebooks/00_the_case.ipynb
    """
    X, y = datasets.two_moons(m=20)
    p = network.init_params((2, 10, 10, 1), rng=1)
    rate = 0.5
    for steps in (1, 3):
        answer = call(my_descent, X, y, p, rate, steps, name="my_descent", spoilt=OWN_COPY)
        _parameters(answer, p)
        right = _descend(X, y, p, rate, steps)
        if not _equal(answer, right):
            for wrong, sentence in _descent_mistakes(X, y, p, rate, steps):
                if _equal(answer, wrong):
                    raise Wrong(f"after {steps} steps: {sentence}" if steps > 1 else sentence)
        for name in p:
            compare(answer[name], right[name], name=f"{name} after {steps} step{'s' * (steps > 1)}")
    return "forward, backward, a small move against the gradient, and again from the new parameters: that is all of training."


def _parameters(answer, p):
    """Wrong unless the answer is a dict with every parameter."""
    if isinstance(answer, tuple | list) and answer and isinstance(answer[0], dict):
        raise Wrong(f"my_descent returns {len(answer)} values, expected the dict of parameters alone.")
    if not isinstance(answer, dict):
        raise Wrong(f"my_descent returns {kind(answer)}, expected the dict of parameters.")
    missing = [name for name in p if name not in answer]
    if missing and all(f"d{name}" in answer for name in p):
        raise Wrong("my_descent returns the gradients, expected the parameters after the last step.")
    if missing:
        raise Wrong(f"the returned dict lacks {', '.join(missing)}: every parameter moves, weights and biases.")


def _equal(answer, expected):
    try:
        return all(np.shape(answer[k]) == v.shape and np.allclose(answer[k], v, rtol=1e-9, atol=1e-12) for k, v in expected.items())
    except Exception:
        return False


def _gradients(X, y, p):
    return case.backward_prop(X, y, case.forward_prop(X, p), p)


def _descend(X, y, p, rate, steps, moved="Wb"):
    for _ in range(steps):
        grads = _gradients(X, y, p)
        p = {name: value - rate * grads[f"d{name}"] * (name[0] in moved) for name, value in p.items()}
    return p


def _descent_mistakes(X, y, p, rate, steps):
    grads = _gradients(X, y, p)
    mistakes = [
        (p, "the parameters have not moved."),
        (_descend(X, y, p, -rate, steps), "you add the gradient, so the loss rises: subtract it."),
        (_descend(X, y, p, 1.0, steps), "the learning rate is missing: learning_rate times the gradient."),
        (_descend(X, y, p, rate / X.shape[1], steps), "you divide by m, which the gradients of backward_prop have done already."),
        (_descend(X, y, p, rate, steps, "W"), "only the weights move: the biases have gradients too."),
        (_descend(X, y, p, rate, steps, "b"), "only the biases move: the weights have gradients too."),
        (_descend(X, y, p, rate, steps + 1), "you make one step too many: range(steps) runs steps times."),
        (_descend(X, y, p, case.LEARNING_RATE, steps), "you use the learner's 1.2: use the argument learning_rate."),
    ]
    if steps > 1:
        mistakes += [
            (_descend(X, y, p, rate, 1), "you make one step only (a return inside the loop?)."),
            ({name: p[name] - steps * rate * grads[f"d{name}"] for name in p},
             "all your steps use the gradients of the first parameters: compute them anew in each step."),
            (_with_old_cache(X, y, p, rate, steps), "the forward pass runs once only: new parameters need a new cache."),
        ]  # fmt: skip
    return mistakes


def _with_old_cache(X, y, p, rate, steps):
    c = case.forward_prop(X, p)
    for _ in range(steps):
        grads = case.backward_prop(X, y, c, p)
        p = {name: p[name] - rate * grads[f"d{name}"] for name in p}
    return p
