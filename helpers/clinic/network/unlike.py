"""What the functions do that those of the network which `examine` knows do not: rows, other layers, softmax, updates, tuples.

Each is found by what the code does on the batches, turned round where that may be its way; words in the source count where numbers
cannot tell: with one output unit, softmax with cross-entropy and a sigmoid with it have the same delta.
"""

import contextlib
import inspect
import re
import types

import numpy as np

from helpers.clinic.network.elsewhere import Elsewhere, call_for, call_of_update
from helpers.clinic.patient import GRADIENTS, run_backward, run_forward
from helpers.gradcheck import relative_error

_LAYER = r"^[dD]?_?[WbZA]_?([1-9])$"


def of_forward(hearing, outcomes):
    """Raise Elsewhere where the forward pass is one of another network. outcomes : of `run_forward`, probe by probe."""
    probe, first = hearing.probes[0], outcomes[0]
    if first.error and _is_in_rows(run_forward(hearing.forward_prop, probe.X.T, _turned(probe.p)), probe.m):
        raise _elsewhere(hearing, "forward_prop takes the examples as rows")
    if first.error and (layer := _missing_layer(first)) and not run_forward(hearing.forward_prop, probe.X, _deeper(probe.p)).error:
        raise _elsewhere(hearing, f"forward_prop asks for {layer}: a network with more layers")
    c = first.values
    if not first.error and "A3" not in c and "Z3" not in c and ("A2" in c or "Z2" in c or "A1" in c) and len(c) <= 5:
        raise _elsewhere(hearing, f"forward_prop has {'one hidden layer' if 'A2' in c or 'Z2' in c else 'no hidden layer'}")
    if not first.error and "A4" in c:
        raise _elsewhere(hearing, "forward_prop has more than two hidden layers")
    if "A3" in c and c["A3"].ndim == 2 and c["A3"].size > 1 and np.allclose(c["A3"], 1) and _adds_up_to_one(hearing, probe):
        raise _elsewhere(hearing, "A3 of forward_prop is a softmax, and with its one output unit always 1")


def of_backward(hearing, outcomes):
    """Raise Elsewhere where the backward pass is one of another network, or returns its gradients in another way."""
    first = outcomes[0]
    if word := _softmax_words(hearing):
        raise _elsewhere(hearing, f"your source speaks of {word}: several output units")
    if first.returned is None and not first.exception and not first.stopped and any(name[0] in "Wb" for name in first.changed):
        raise _elsewhere(hearing, "backward_prop returns nothing and changes the parameters: it updates", step=True)
    if isinstance(first.returned, tuple | list) and len(first.returned) > 1:
        raise _elsewhere(hearing, f"backward_prop returns a {type(first.returned).__name__} of {len(first.returned)} instead of a dict")
    if first.exception is not None and (layer := _missing_layer(first)) and _works_with_four_layers(hearing):
        raise _elsewhere(hearing, f"backward_prop asks for {layer}: a network with more layers")
    _by_keys(hearing, first)
    if not first.stopped and any(o.error or _shapes_are_off(o, probe) for o, probe in zip(outcomes[:2], hearing.probes[:2], strict=True)):
        _in_rows(hearing, all(o.error for o in outcomes[:2]))
        _one_example(hearing, outcomes)


def _elsewhere(hearing, why, step=False):
    return Elsewhere(why, call_for(hearing.handed, hearing.handed_forward, step=step))


# --- keys and layers --------------------------------------------------------------------------------------------------------


def _missing_layer(outcome):
    """The key of a fourth layer that the code asked for in vain, or None."""
    key = outcome.exception.args[0] if isinstance(outcome.exception, KeyError) and outcome.exception.args else None
    found = re.match(_LAYER, key) if isinstance(key, str) else None
    return key if found and int(found[1]) > 3 else None


def _by_keys(hearing, first):
    """Elsewhere for a dict with the gradients of another number of layers, or with none of the six."""
    keys = first.keys
    if keys is None or first.error:
        return
    if more := [key for key in keys if (found := re.match(_LAYER, key)) and key[0] == "d" and key[1] in "Wb" and int(found[1]) > 3]:
        raise _elsewhere(hearing, f"backward_prop returns {more[0]}: a network with more layers")
    there = [name for name in GRADIENTS if name in keys]
    if keys and all(re.fullmatch(r"[Wb]_?\d", key) for key in keys):
        call = call_for(hearing.handed, hearing.handed_forward)
        raise Elsewhere("backward_prop returns parameters instead of gradients: it updates", call_of_update(call))
    if keys and not there:
        raise _elsewhere(hearing, f"backward_prop returns a dict with {', '.join(keys[:8])}, and none of dW1, db1, dW2, db2, dW3, db3")
    if there and not {"dW3", "db3"} & set(there) and _works_without_layer_3(hearing):
        raise _elsewhere(hearing, "backward_prop makes no use of a third layer: one hidden layer" + " less" * ("dW2" not in there))


def _deeper(p):
    """Parameters with a hidden layer more."""
    rng = np.random.default_rng(0)
    return {**p, "W3": rng.standard_normal((10, 10)) / 3, "b3": np.zeros((10, 1)), "W4": p["W3"], "b4": p["b3"]}


def _works_with_four_layers(hearing):
    """Whether the code runs on a network with three hidden layers, and has gradients for its fourth layer."""
    probe, p = hearing.probes[0], _deeper(hearing.probes[0].p)
    outcome = run_backward(hearing.backward_prop, probe.X, probe.y, hearing.meant.forward(probe.X, p), p)
    return not outcome.error and "dW4" in (outcome.keys or ())


def _works_without_layer_3(hearing):
    """Whether the code does the same where there is neither W3 nor A3."""
    probe = hearing.probes[0]
    c = {key: value for key, value in dict(probe.c).items() if key not in ("Z3", "A3")}
    p = {key: value for key, value in probe.p.items() if key not in ("W3", "b3")}
    return not run_backward(hearing.backward_prop, probe.X, probe.y, c, p).error


# --- rows, and one example at a time --------------------------------------------------------------------------------------------


def _turned(values):
    """The arrays of a dict transposed."""
    return {key: value.T if isinstance(value, np.ndarray) else value for key, value in dict(values).items()}


def _is_in_rows(outcome, m):
    A = outcome.values.get("A3")
    return not outcome.error and A is not None and A.shape == (m, 1)


def _shapes_are_off(outcome, probe):
    return any(name in outcome.values and outcome.values[name].size not in (1, probe.p[name[1:]].size) for name in GRADIENTS)


def _in_rows(hearing, raises):
    """Elsewhere where the code runs on the same batches turned round, X (m, n_x), and gives gradients of the right shapes there.

    raises : bool
        Whether it does not run on columns: then what its source says of axes counts, too.
    """
    for weights in ("turned", "as they are"):
        errors = [_error_in_rows(hearing, probe, weights) for probe in hearing.probes[:2]]
        if None not in errors:
            right = max(errors) < 1e-4
            more = "; handed rows, all six gradients come out right" if right else ""
            raise _elsewhere(hearing, f"backward_prop takes the examples as rows, X (m, n_x){more}")
    text = _source(hearing.handed)
    if raises and re.search(r"axis\s*=\s*0|\.(sum|mean)\(0", text) and re.search(r"len\(\s*(X|y)\b|\b(X|y)\.shape\[0\]", text):
        raise _elsewhere(hearing, "backward_prop seems to take the examples as rows, X (m, n_x)")


def _error_in_rows(hearing, probe, weights):
    """The largest relative error of a gradient in rows; None where the code does not run there, or the shapes do not fit."""
    turned = _turned(probe.p)
    p = {key: value if key[0] == "W" and weights != "turned" else turned[key] for key, value in probe.p.items()}
    outcome = run_backward(hearing.backward_prop, probe.X.T, probe.y.T, _turned(hearing.completed(probe).c), p)
    if outcome.error or not all(name in outcome.values for name in GRADIENTS):
        return None
    hearing.brought(outcome, probe.m, p)
    truth, errors = hearing.truth(probe), []
    for name in GRADIENTS:
        value, wanted = outcome.values[name], p[name[1:]].shape
        if value.shape != wanted and not (name[1] == "b" and value.size == max(wanted)):
            return None
        right = truth[name].T if p[name[1:]].shape != truth[name].shape or (name[1] == "W" and weights == "turned") else truth[name]
        errors.append(relative_error(value.reshape(right.shape), right))
    return max(errors)


def _one_example(hearing, outcomes):
    """Elsewhere where the code is right for a single example and does not run for more."""
    if re.search(r"shape|\blen\(|\bsize\b|mean|average|axis|keepdims", re.sub(r"(?m)^\s*assert .*$", "", _source(hearing.handed))):
        return  # it counts examples
    batches = [(o, probe) for o, probe in zip(outcomes, hearing.probes, strict=True) if probe.m > 1]
    alone = [(o, probe) for o, probe in zip(outcomes, hearing.probes, strict=True) if probe.m == 1]
    if all(o.error for o, _ in batches) and alone and all(_is_right(hearing, o, probe) for o, probe in alone):
        raise _elsewhere(hearing, "backward_prop takes one example at a time: with a single one it is right, with several it raises")


def _is_right(hearing, outcome, probe):
    truth = hearing.truth(probe)
    if outcome.error or truth is None:
        return False
    return all(n in outcome.values and outcome.values[n].shape == truth[n].shape and relative_error(outcome.values[n], truth[n]) < 1e-4
               for n in GRADIENTS)  # fmt: skip


# --- softmax --------------------------------------------------------------------------------------------------------------------


def _adds_up_to_one(hearing, probe):
    """Whether the outputs of the forward pass, of three units, add up to 1."""
    rng = np.random.default_rng(0)
    p = probe.p | {"W3": rng.standard_normal((3, 10)), "b3": rng.standard_normal((3, 1))}
    A = run_forward(hearing.forward_prop, probe.X, p).values.get("A3")
    return A is not None and A.shape == (3, probe.m) and np.allclose(A.sum(axis=0), 1)


_SEVERAL = re.compile(r"(?i)softmax|one_?hot|n_?(um_)?class(es)?$|^logsumexp$|categorical")


def _softmax_words(hearing):
    """A word of the functions' own that stands for several output units, or None."""
    names = [name for function in (hearing.handed, hearing.handed_forward) for name in _identifiers(function)]
    found = next((name for name in names if _SEVERAL.search(name)), None)
    if found:
        return found
    text = _source(hearing.handed)
    return "softmax" if re.search(r"(?i)soft-?max", text) and not re.search(r"(?i)sigmoid|logistic|not (a )?soft-?max", text) else None


def _identifiers(function, seen=None):
    """The names that a function uses, and those of the functions of the same file that it calls."""
    seen = set() if seen is None else seen
    function = getattr(inspect.unwrap(function) if callable(function) else function, "__func__", function)
    function = inspect.unwrap(function) if callable(function) else function
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType) or code in seen:
        return []
    seen.add(code)
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    names = [name for each in (code, *inner) for name in (each.co_name, *each.co_names, *each.co_varnames)]
    space = getattr(function, "__globals__", {})
    called = [space[name] for name in code.co_names if isinstance(space.get(name), types.FunctionType)]
    own = [one for one in called if one.__code__.co_filename == code.co_filename]
    return names + [name for one in own for name in _identifiers(one, seen)]


def _source(function):
    with contextlib.suppress(Exception):
        return inspect.getsource(inspect.unwrap(function))
    return ""
