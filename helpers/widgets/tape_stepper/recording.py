"""The tape at 41 values of each input, in every order: what the browser plays."""

from dataclasses import dataclass

import numpy as np

from helpers import autograd
from helpers.widgets.kit.base import table
from helpers.widgets.tape_stepper import layout, tape, words

ROWS = 41
MIDDLE = ROWS // 2


@dataclass
class Turns:
    """One order of turns: `nodes`; of each handing-on its turn and its edge; which come too early, or again."""

    nodes: list
    rest: int
    hands: list
    early: list
    again: list


@dataclass
class Recorded:
    """The graph, and for each input everything at each of its values.

    values : {input: (41,)}, the middle one is what was given
    runs : {input: {"nodes" (41, nodes), "local" (41, edges), "kink" (41, nodes), "true" (41, nodes),
        order: {"up" (41, turns), "before", "share", "after" (41, hands), "found" (41, nodes), "wrong" (41, nodes)}}}
    """

    graph: tape.Graph
    turns: dict
    values: dict
    runs: dict
    places: dict


def make(f, inputs):
    """`Recorded` of an expression or a function at the numbers {name: value}."""
    graph, _ = tape.run(f, inputs)
    turns = {order: _turns(graph, order) for order in words.ORDERS}
    values = {name: around(value) for name, value in inputs.items()}
    runs = {}
    for name, column in values.items():
        rows = [_row(f, graph, turns, inputs | {name: value}) for value in column]
        runs[name] = {key: np.array([row[key] for row in rows]) for key in ("nodes", "local", "kink", "true")}
        runs[name] |= {order: {key: np.array([row[order][key] for row in rows]) for key in rows[0][order]} for order in turns}
    places = layout.lay(graph.labels, [edge[:2] for edge in graph.edges])
    return Recorded(graph, turns, values, runs, places)


def around(value):
    """41 numbers with round distances, the given one in the middle; a kink at a round place is met exactly."""
    step = 10.0 ** (np.floor(np.log10(max(abs(value), 1))) - 1)
    return np.array([float(f"{value + step * k:.12g}") for k in range(-MIDDLE, MIDDLE + 1)])


def _turns(graph, order):
    nodes, rest = tape.turns(graph, order)
    hands = [(turn, e) for turn, node in enumerate(nodes) for e in graph.into(node)]
    uses = np.bincount([edge[0] for edge in graph.edges], minlength=len(graph.names))
    arrived = [sum(graph.edges[e][0] == node for t, e in hands if t < turn) for turn, node in enumerate(nodes)]
    early = [max(0, int(uses[node]) - count) for node, count in zip(nodes, arrived, strict=True)]
    return Turns(nodes, rest, hands, early, [node in nodes[:turn] for turn, node in enumerate(nodes)])


def _row(f, graph, turns, inputs):
    """Everything at one place: values of the nodes, local slopes, kinks, right gradients, and what each order hands on."""
    found, tensors = tape.run(f, inputs)
    if found.shape != graph.shape:
        at = ", ".join(f"{name} = {value:g}" for name, value in inputs.items())
        raise ValueError(f"at {at} the function computes something else than at the values that were given: write its branches with np.where")
    with np.errstate(all="ignore"):
        local = [tensors[b].rules[i](np.float64(1.0), *tensors[b].recorded, **tensors[b].options) for _, b, i, _ in graph.edges]
        arrived = dict(autograd.sweep(tensors[-1]))
        right = np.array([float(arrived.get(tensor, 0.0)) for tensor in tensors])
        row = {"nodes": [float(t.value) for t in tensors], "local": np.array(local, float), "kink": [_kink(t) for t in tensors], "true": right}
        for order, listed in turns.items():
            up, before, share, after = tape.hand_back(graph, tensors, listed.nodes, replace=order == "overwrite")
            ends = np.zeros(len(tensors))
            ends[-1] = 1.0
            for (_, e), value in zip(listed.hands, after, strict=True):
                ends[graph.edges[e][0]] = value
            wrong = ~np.isclose(ends, right, rtol=1e-9, atol=1e-12, equal_nan=True)
            row[order] = {"up": up, "before": before, "share": share, "after": after, "found": ends, "wrong": wrong}
    return row


def _kink(tensor):
    """Whether a node stands where its slope is a choice: relu and the absolute value at 0, a tie of max or min."""
    if tensor.function in (np.maximum, np.minimum):
        _, a, b = tensor.recorded
        return a == b
    return tensor.function is np.absolute and tensor.value == 0


def sent(recorded):
    """The recording as the browser takes it."""
    graph = recorded.graph
    runs = {
        name: {key: table(value, "uint8" if key == "kink" else "float64") for key, value in run.items() if not isinstance(value, dict)}
        | {order: {key: table(value, "uint8" if key == "wrong" else "float64") for key, value in run[order].items()} for order in recorded.turns}
        for name, run in recorded.runs.items()
    }
    turns = {order: {"nodes": t.nodes, "rest": t.rest, "hands": t.hands, "early": t.early, "again": t.again} for order, t in recorded.turns.items()}
    places = recorded.places
    return {
        "names": graph.names, "labels": graph.labels, "formulas": graph.formulas, "inputs": graph.inputs,
        "edges": [list(edge) for edge in graph.edges], "uses": [sum(edge[0] == k for edge in graph.edges) for k in range(len(graph.names))],
        "turns": turns, "values": {name: column.tolist() for name, column in recorded.values.items()}, "runs": runs,
        "places": places, "middle": MIDDLE,
    }  # fmt: skip
