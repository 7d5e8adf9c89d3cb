"""The causes of a run that does not train: a rule accuses, with numbers; the experiment that it names decides.

The order of `RULES` is that in which causes are told: what was there before the first step comes before what the steps did.
"""

from dataclasses import replace

from helpers.clinic.training import start_causes as start
from helpers.clinic.training import step_causes as step
from helpers.clinic.training.cause import Cause

RULES = (
    start.labels, start.gradients, start.symmetric, start.output_off, start.offset, start.scale, start.small, start.large, start.one_sign,
    start.born_dead, step.noise, step.bias, step.killed, step.beyond, step.saturated, start.vanishing, step.slow, start.misfit,
)  # fmt: skip
"""Each takes an `Examined` and returns a Cause or a false value."""


def suspected(e):
    """The causes that a run that does not train gives reason for; without a first record only what needs none."""
    rules = RULES if e.first else (start.labels,)
    return [cause for cause in (rule(e) for rule in rules) if cause]


# --- what the experiments say ----------------------------------------------------------------------------------------


def judged(causes, runs, own):
    """The causes with what their experiments say, those that are confirmed first; runs : {key: Run}, own : the run that does not train.

    Where two changes at once revive it, what either of them removes counts as confirmed. Where a change revives the run and no rule had
    named what it removes, the experiment itself names it.
    """
    causes = [_decided(cause, runs, own) for cause in causes]
    for keys, run in runs.items():
        if isinstance(keys, tuple) and run.trains:
            causes = [replace(cause, decided=True, by=(run.note,)) if set(keys) & set(cause.removed_by) else cause for cause in causes]
    alive = {key: run for key, run in runs.items() if run.trains}
    if not any(cause.decided for cause in causes):
        causes += [Cause(name, "no measurement names it, the experiment does", (key,), True, (alive[key].note,))
                   for key, name in _FOUND.items() if key in alive]  # fmt: skip
    return tuple(sorted(causes, key=lambda cause: {True: 0, None: 1, False: 2}[cause.decided]))


_FOUND = {
    "standardised": "the scale of the inputs", "weights": "the initial weights", "rate/10": "too large a rate", "rate/100": "too large a rate",
    "rate*10": "too small a rate for so few steps", "output": "the output unit and its loss",
}  # fmt: skip


def _decided(cause, runs, own):
    """The cause with the answer of its own experiment: mostly, whether the run trains; a cause that does not stand alone may end in less."""
    tried = [runs[key] for key in cause.removed_by if key in runs]
    if not tried:
        return cause
    good = [run for run in tried if run.trains]
    if cause.name == "a bias beyond its threshold":  # a slower bias comes to rest; units that are dead stay so
        good = [run for run in tried if not run.stopped and not step.cycles(run)]
    elif cause.name == "the shape of the labels" and own.symptom in _NO_STEP:
        good = [run for run in tried if run.symptom not in _NO_STEP]
    return replace(cause, decided=bool(good), by=tuple(run.note for run in good or tried))


_NO_STEP = ("raises", "shapes")
