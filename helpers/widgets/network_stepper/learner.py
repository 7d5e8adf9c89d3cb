"""Runs a learner's backward_prop(X, y, c, p) and says which of its statements is the first to go wrong.

dW and db are held against central differences, on the batch and on each example alone: there db of a layer is its dZ. dA and
dZ themselves are held against the reference where the learner returns them.
"""

import numpy as np

from helpers import gradcheck
from helpers.widgets.kit.numerals import number

LISTED = 5  # entries that are shown beside the truth


def examine(net, hidden, X, steps, found, broken):
    """{"message", "first", "summary", "steps": {name: …}, "mine": arrays, "truth": arrays} for one hidden activation."""
    if broken:
        return _nothing("Your backward_prop was not run: the forward pass has no finite result.")
    try:
        with np.errstate(all="ignore"):
            report, mine, truth = _run(net, hidden, X, slice(None))
            alone = [_run(net, hidden, X, slice(i, i + 1)) for i in range(net.shown)]
    except Exception as error:  # a learner's function may raise anything
        return _nothing(f"Your backward_prop cannot be examined: {type(error).__name__}: {error}")
    judged = {}
    for step in steps:
        if step["kind"] in ("dZ", "dA", "dW"):
            judged[step["name"]] = _judge(net, step, report, mine, truth, alone, found)
    first = next((name for name, one in judged.items() if one["wrong"]), "")
    return {"message": "", "first": first, "summary": _summary(first, judged, steps, report), "steps": judged,
            "mine": _arrays(mine, truth), "truth": truth}  # fmt: skip


def _nothing(message):
    return {"message": message, "first": "", "summary": message, "steps": {}, "mine": {}, "truth": {}}


def _run(net, hidden, X, examples):
    """The report of `gradcheck`, what the learner returned, and the numerical truth."""
    caught = []

    def overheard(*arguments):
        caught.append(net.backward_prop(*arguments))
        return caught[-1]

    X, y = X[:, examples], net.y[:, examples]
    report = gradcheck.check_gradients(overheard, X, y, net.p, hidden=hidden, output=net.output, loss=net.loss)
    return report, caught[-1], gradcheck.batched_numerical_gradient(X, y, net.p, hidden, net.output, net.loss)


def _judge(net, step, report, mine, truth, alone, found):
    """{"verdict", "wrong", "rows": [[entry, yours, truth], …]} of one step."""
    l = step["layer"]
    if step["kind"] == "dW":
        wrong = [key for key in step["keys"] if report[key].outcome == "differs"]
        rows = [row for key in wrong or step["keys"] for row in _largest(key, mine.get(key), truth[key])]
        return {"verdict": "; ".join(f"{key} {_worded(report[key])}" for key in step["keys"]), "wrong": bool(wrong), "rows": rows[:LISTED]}
    if step["name"] in mine:
        return _beside_reference(step["name"], mine[step["name"]], found[step["name"]])
    if step["kind"] == "dA":
        return {"verdict": f"{step['name']} is not returned", "wrong": False, "rows": []}
    return _delta_from_bias(step["name"], l, alone)


def _delta_from_bias(name, l, alone):
    """dZ of a layer that is not returned, from db of each example alone."""
    rows, wrong = [], []
    for i, (report, mine, truth) in enumerate(alone):
        if report[f"db{l}"].outcome == "differs":
            wrong.append(i)
            listed = _largest(f"db{l}", mine.get(f"db{l}"), truth[f"db{l}"])
            rows += [[f"{name}{entry.removeprefix(f'db{l}')[:-4]}, {i}]", yours, true] for entry, yours, true in listed]
    if not wrong:
        return {"verdict": f"{name} agrees (it is db{l} of each example alone)", "wrong": False, "rows": []}
    examples = f"example{'s' * (len(wrong) > 1)} {', '.join(str(i + 1) for i in wrong)}"
    return {
        "verdict": f"{name} differs from central differences (it is db{l} of an example alone) for {examples}",
        "wrong": True,
        "rows": rows[:LISTED],
    }


def _beside_reference(name, value, reference):
    try:
        array = np.asarray(value, dtype=float)[:, : reference.shape[1]]
    except (TypeError, ValueError, IndexError):
        return {"verdict": f"{name} is no matrix of numbers", "wrong": True, "rows": []}
    if array.shape != reference.shape:
        return {"verdict": f"{name} has shape {np.shape(value)}, expected as many rows and examples as Z", "wrong": True, "rows": []}
    same = np.allclose(array, reference, rtol=1e-7, atol=1e-12)
    verdict = f"{name} {'agrees with' if same else 'differs from'} the reference"
    return {"verdict": verdict, "wrong": not same, "rows": _largest(name, array, reference)}


def _largest(name, value, truth):
    """The entries that differ most, each with both numbers; none where there is nothing to compare."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return []
    if array.shape != truth.shape:
        return []
    apart = np.nan_to_num(np.abs(array - truth), nan=np.inf)
    order = np.argsort(-apart, axis=None, kind="stable")[:LISTED]
    places = zip(*np.unravel_index(order, truth.shape), strict=True)
    return [[f"{name}[{j}, {k}]", number(array[j, k]), number(truth[j, k])] for j, k in places]


def _worded(row):
    error = f", relative error {row.relative_error:.2g}" if row.verdict == "differs" else ""
    return f"{row.verdict}{error}"


def _summary(first, judged, steps, report):
    if not first:
        return f"Your backward_prop: {report.summary[0].lower()}{report.summary[1:]}" if report.summary else ""
    code = next(step["code"].split("\n")[0] for step in steps if step["name"] == first)
    before = f"d{first[1:]}".replace("dZ", "dA")
    hint = f", or {before} before it" if first.startswith("dZ") and judged.get(before, {}).get("verdict", "").endswith("not returned") else ""
    return f"Your backward_prop first goes wrong at {first}{hint}; right would be {code}."


def _arrays(mine, truth):
    """What the learner returned, where it has the right shape."""
    found = {}
    for name, right in truth.items():
        try:
            array = np.asarray(mine.get(name), dtype=float)
        except (TypeError, ValueError):
            continue
        if array.shape == right.shape:
            found[name] = array
    return found
