"""A step from which no gradient can be read: why not, and the gradients that it leaves or that one of its functions returns.

Adam's step shows a sign, a step on a batch of its own shows another loss, a step that goes through all examples shows many updates in one.
That is no fault of the gradients. Often they can be had all the same: what stands beside the parameters after a step, `net.dW1`, or what
a function of theirs returned on the way.
"""

import collections
import contextlib
import re
import sys

import numpy as np

from helpers.clinic.model import sources
from helpers.clinic.model.live import Live
from helpers.clinic.model.matching import matched
from helpers.clinic.model.returned import names_returned
from helpers.clinic.model.subject import Trouble


def instead(step, subject, make):
    """(subject that reads the gradients out of a step, where they are in words), (None, "") where there are none for every parameter.

    make : callable
        make(grads=...) -> Live with the same model and loss.
    """
    ways = [(step, "what it leaves in the objects")]
    ways += [(_Returned(step, name), f"what {name}() returns on the way") for name in _returning(step, subject)]
    for grads, words in ways:
        with contextlib.suppress(Trouble):
            other = make(grads=grads)
            if set(other.start) == set(subject.start) and other.by_name:
                return other, words
    return None, ""


class _Returned:
    """Runs a step and gives what one function of theirs returned in it, the last time."""

    def __init__(self, step, name):
        self.step, self.name, self.__code__ = step, name, getattr(step, "__code__", None)

    def __call__(self):
        return _watched(self.step).get(self.name)


def _watched(step):
    """{qualified name: what the function of theirs returned} of one step, but for its outermost functions."""
    found, traced = {}, sys.getprofile()

    def profile(frame, event, result):
        if event == "return" and isinstance(result, (tuple, list, dict)) and sources.is_theirs(frame.f_code):
            found[frame.f_code.co_qualname] = frame.f_code, frame.f_lineno, _copied(result)

    sys.setprofile(profile)
    try:
        step()
    finally:
        sys.setprofile(traced)
    return {name: _by_name(*made) for name, made in found.items()}


def _by_name(code, line, result):
    """What a function returned, as a dict where its `return` has a name for each: `return gW, gb`."""
    said = names_returned(code, line, len(result)) if isinstance(result, (tuple, list)) else None
    return dict(zip(said, result, strict=True)) if said and None not in said and len(set(said)) == len(said) else result


def _copied(value):
    """A copy of arrays in lists, tuples and dicts: what a step does to them afterwards is not the gradient."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def _returning(step, subject):
    """Names of functions of theirs that return something for every parameter, by its name."""
    try:
        found = subject.ask_step(lambda: _watched(step))
    except Trouble:
        return []
    return [name for name, value in found.items() if _for_all(value, subject)]


def _for_all(value, subject):
    try:
        matches = matched(subject.leaves, value)
    except Exception:  # whatever somebody's objects do when they are looked at
        return False
    return set(matches) == set(subject.start) and all(match.how == "name" for match in matches.values())


# --- why a step cannot be judged ---------------------------------------------------------------------------------------


def unreadable(subject):
    """Why an update is not rate times the gradient of the loss, in a sentence; "" where nothing speaks for that."""
    if not isinstance(subject, Live) or subject.rate is None:
        return ""
    try:
        return _several(subject) or _by_chance(subject) or _adapting(subject)
    except Trouble:
        return ""


def _several(subject):
    """Whether one line updates an entry of a parameter more than once in a step: several updates, each from where the last has led."""
    counts = collections.defaultdict(int)

    def step(run):
        with sources.tracing(_counting(subject, counts)):
            return run()

    subject.ask_step(step)
    most = {where: int(np.max(entries)) for where, entries in counts.items()}
    (name, (_, line)), times = max(most.items(), key=lambda one: one[1], default=(("", ("", 0)), 0))
    if times < 2:
        return ""
    return (
        f"one call of step() makes {times} updates of {name} (line {line}), each from where the last has led, and none of them is that of your "
        "loss. Hand over a step that makes one, and the loss of what it takes: loss=lambda: cost(X[:1], y[:1]), step=lambda: fit(X[:1], y[:1])"
    )


def _counting(subject, counts):
    """A tracer that counts after each line of theirs which entries of the parameters it has changed: loops may go from entry to entry.

    The same amount once more is no further update: a line that stands in a loop too deep adds its one gradient several times, which is a fault.
    """
    last, steps = {}, {}

    def look(place):
        for name, value in subject.values_now().items():
            if place is not None and name in last:
                by, before = value - last[name], steps.get((name, place), np.full(value.shape, np.nan))
                counts[name, place] = counts[name, place] + ((by != 0) & ~np.isclose(by, before, rtol=1e-6, atol=0))
                steps[name, place] = np.where(by != 0, by, before)
            last[name] = value

    def enter(frame, event, arg):
        if not sources.is_theirs(frame.f_code):
            return None
        place = [None]

        def local(frame, event, arg):
            look(place[0])
            place[0] = (frame.f_code.co_filename, frame.f_lineno) if event == "line" else None
            return local

        return local

    return enter


def _by_chance(subject):
    """Whether the update depends on random numbers, and the loss does not."""
    (one, first), *others = (subject.shaken(k) for k in range(4))
    if any(second != first for _, second in others) or all(_alike(one, other) for other, _ in others):
        return ""
    return (
        "step() draws random numbers, on which its update depends, and loss() draws none: does it take examples of its own, or switch units off? "
        "Hand over a loss and a step that take the same"
    )


def _adapting(subject):
    """Whether calls from the same parameters give updates that no momentum relates, and the step divides by a root of what it keeps."""
    if not subject.unclear or not _takes_roots(subject):
        return ""
    return (
        "calls of step() from the same parameters make different updates, and none is rate times the gradient: their size is adapted, as Adam does. "
        "Hand over grads=…, or a step of plain descent"
    )


def _takes_roots(subject):
    """Whether a line that runs in the step, and not in the loss, takes a square root."""
    both = []
    for ask in (subject.gradients, subject.loss):
        both.append({(filename, line) for filename, lines in sources.ran(lambda ask=ask: ask(subject.start)).items() for line in lines})
    texts = [sources.source_of(filename).lines[line - 1] for filename, line in both[0] - both[1] if sources.source_of(filename)]
    return any(re.search(r"sqrt|\*\* ?\(?(0?\.5|1 ?/ ?2)", text) for text in texts)


def _alike(one, other):
    return all(np.allclose(one[n], other[n], rtol=1e-9, atol=1e-12, equal_nan=True) for n in one if one[n] is not None and other.get(n) is not None)
