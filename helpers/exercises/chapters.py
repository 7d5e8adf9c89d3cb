"""Which exercises each notebook poses, in its order; known here because the notebooks themselves need not be installed.

An exercise is named by its SLUG: the cells `ex-SLUG` and `ex-SLUG-check`, and the check `check_slug`. The check's parameters have the
names of the notebook's variables, which no other cell binds. (Tests compare all of this with the notebooks.)
"""

import importlib
import inspect

CHAPTERS = {
    "00_the_case": ("descent", "uninformed-loss", "silent-units", "shapes", "parameter-count"),
    "01_forward_propagation": ("unit", "change", "layer", "spoilt", "collapse", "depth"),
    "02_activations": ("sigmoid-slope-from-output", "comment-factor", "piece-slope", "leaky-kink", "from-output", "slope-depth", "product-slope"),
    "03_loss": ("cross-entropy", "one-wrong", "squared-error-delta", "weighted-delta", "softmax-delta", "loss-from-logits", "uninformed-floor"),
    "04_chain_rule": ("composition", "used-twice", "neuron", "forward-sweep", "path-contributions"),
    "05_backward_propagation": ("weight-gradient", "bias-gradient", "activation-gradient", "dz2-column", "layer-sizes", "one-layer", "tanh-network"),
    "06_gradient_checking": ("central-difference", "relative-error", "numerical-gradient", "slope-near-kink", "reported-faults", "wrong-gradients"),
    "07_the_verdict": ("harmless-slope", "revive", "repair-m", "repair-n", "culprits", "round", "relu-output-delta"),
    "08_training_that_fails": ("dead-layers", "rate-threshold", "dead-loss", "hidden-runs", "zeros", "clip", "adam-step", "cures", "noise-factor"),
    "09_softmax": ("class-moves", "unchanged", "first-losses", "count-cut", "sum-rate", "double-floor", "single-unit", "layer-rows"),
    "10_automatic_differentiation": ("order", "local-slopes", "unbroadcast", "dual-product", "hand-on", "safe-sqrt", "passes"),
    "11_convolution": ("output-length", "kernel-gradient", "input-gradient", "enough-data", "white-patch", "parameters", "ties", "blank-patch"),
    "12_interview": ("line-offset", "judgements", "deciding"),
}  # fmt: skip
"""The slugs by the stem of the notebook's file."""

MODULES = {
    "00_the_case": ("case",), "01_forward_propagation": ("forward",), "02_activations": ("activations",), "03_loss": ("loss",),
    "04_chain_rule": ("chain",), "05_backward_propagation": ("backward",), "06_gradient_checking": ("checking",),
    "07_the_verdict": ("verdict", "repairs"), "08_training_that_fails": ("failing", "hidden_runs", "update_rules"), "09_softmax": ("softmax",),
    "10_automatic_differentiation": ("autodiff",), "11_convolution": ("convolution",), "12_interview": ("opinions",),
}  # fmt: skip
"""The modules of this package that a notebook takes its checks from."""

CHAPTER_OF = {slug: chapter for chapter, slugs in CHAPTERS.items() for slug in slugs}


def slug_of(name):
    """The slug of the check with this name: "silent-units" for "check_silent_units"."""
    return name.removeprefix("check_").replace("_", "-")


def find(slug):
    """The check of an exercise.

    Raises
    ------
    KeyError
        There is no such exercise.
    """
    name = f"check_{slug.replace('-', '_')}"
    modules = (importlib.import_module(f"helpers.exercises.{module}") for module in MODULES[CHAPTER_OF[slug]])
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def answers(slug):
    """The names of the variables that hold the reader's answer; those of parameters with a default are not asked for."""
    parameters = inspect.signature(find(slug)).parameters.values()
    return [parameter.name for parameter in parameters if parameter.default is parameter.empty]

