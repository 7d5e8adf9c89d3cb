"""What a report says besides its verdict: what does no harm here but may elsewhere, and what has been ruled out."""

import numpy as np

from helpers.clinic.network.fits import MATCH
from helpers.clinic.patient import GRADIENTS, run_backward


def risks(hearing, outcomes, wrong, findings):
    """What does no harm here but may elsewhere, a sentence each."""
    probe, first = hearing.probes[0], outcomes[0]
    changed = sorted({name for o in outcomes for name in o.changed})
    if changed and not any(f.family in ("in_place", "update_order") for f in findings):
        yield f"it overwrites {', '.join(changed)}: harmless here, but whatever reads them afterwards is wrong."
        if not wrong and _second_call_differs(hearing.backward_prop, probe):
            yield "called a second time on the same cache it gives other gradients."
    again = hearing.backward(probe)
    if not again.error and any(name in again.values and not _equal(again.values[name], first.values.get(name)) for name in GRADIENTS):
        yield "two calls with equal arguments give different gradients: is there something random in it, or something that is kept?"
    whole = hearing.with_whole_labels()
    whole = None if wrong else whole.backward(whole.probes[0]).error
    if whole:
        yield f"with labels of whole numbers (dtype int64) {whole}."
    alone = next((o.error for probe, o in zip(hearing.probes, outcomes, strict=True) if o.error and probe.m == 1), None)
    if alone:
        yield f"with a single example {alone}."
    for name in GRADIENTS:
        shape, wanted = first.values[name].shape if name in first.values else None, probe.p[name[1:]].shape
        if shape not in (None, wanted) and name not in wrong:
            yield f"{name} has shape {shape} instead of {wanted}; subtracting it from {name[1:]} happens to work."


def ruled_out(hearing, outcomes, wrong, findings):
    """What the examination excludes, and how."""
    families = {f.family for f in findings}
    if not any(o.changed for o in outcomes):
        yield "overwritten arguments: X, y, the cache and the parameters are unchanged after the call."
    if not families & {"scale", "axis_or_keepdims", "broadcasting"} and not outcomes[0].error:
        yield "a wrong factor of m or a wrong axis: batches of 1, 7 and 10 examples agree with each other."
    if not wrong:
        yield f"a wrong derivative, a missing transpose, another layer's values: all six gradients agree on {len(outcomes)} random batches."
    elif families and "none" not in families and not any(o.unreadable for o in outcomes):
        yield "everything else: with the statements named above replaced, every number that you returned is reproduced."
    if hearing.forward_prop is not None and not hearing.own:
        yield "the forward pass: A3 is the output of the network that you describe."


def _second_call_differs(backward_prop, probe):
    """Whether a second call on what the first one left behind gives other gradients."""
    both = []

    def twice(X, y, c, p):
        for _ in range(2):
            both.append({k: np.array(v, dtype=float) for k, v in backward_prop(X, y, c, p).items() if k in GRADIENTS})
        return both[-1]

    run_backward(twice, probe.X, probe.y, probe.c, probe.p)
    return len(both) == 2 and any(not _equal(both[0][k], both[1].get(k)) for k in both[0])


def _equal(a, b):
    return b is not None and a.shape == b.shape and np.allclose(a, b, rtol=MATCH, atol=1e-12, equal_nan=True)
