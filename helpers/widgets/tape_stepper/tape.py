"""Runs the reader's expression or function on `autograd` tensors, and reads off what they remember."""

from dataclasses import dataclass

import numpy as np

from helpers import autograd, checks
from helpers.widgets.tape_stepper import words

MOST = 22  # nodes that one picture holds
RESULT = "J"


@dataclass
class Graph:
    """The nodes of a computation in the order in which they were computed, inputs first.

    names, labels, formulas : list of str, one for each node
    edges : list of (start, end, argument, slope in words), in the order of `end`
    inputs : how many of the nodes are inputs
    """

    names: list
    labels: list
    formulas: list
    edges: list
    inputs: int

    @property
    def shape(self):
        """What must stay the same when an input moves."""
        return self.labels, [edge[:3] for edge in self.edges]

    def into(self, node):
        """The numbers of the edges that lead into a node, in the order of its arguments."""
        return [k for k, edge in enumerate(self.edges) if edge[1] == node]


def run(f, inputs):
    """(graph, tensors): what f computes from the numbers {name: value}, and the tensor behind each node."""
    leaves = {name: autograd.Tensor(value) for name, value in inputs.items()}
    with np.errstate(all="ignore"):
        J, made, names = f.run(leaves) if hasattr(f, "run") else (_called(f, leaves), None, {})
    if not isinstance(J, autograd.Tensor):
        raise ValueError(f"{_what(f)} gives {checks.shown(J)}, expected a tensor: something that is computed from its inputs")
    if not J.parents:
        raise ValueError(f"{_what(f)} gives back an input as it is, expected at least one operation")
    used = set(autograd.order(J))
    if len(used) > MOST:
        raise ValueError(f"{_what(f)} has {len(used)} nodes, expected at most {MOST}: each input and each operation is one")
    if unused := [name for name, leaf in leaves.items() if leaf not in used]:
        raise ValueError(f"the result of {_what(f)} does not depend on {unused[0]}, expected each input to be used")
    computed = [tensor for tensor in (made or _in_order(J)) if isinstance(tensor, autograd.Tensor) and tensor in used and tensor.parents]
    tensors = [*leaves.values(), *computed]
    if strange := list(used - set(tensors)):
        raise ValueError(f"{_what(f)} uses the tensor {strange[0]!r}, which is no input: give it by name")
    if big := [tensor for tensor in tensors if tensor.shape != ()]:
        raise ValueError(f"{_what(f)} computes an array of shape {big[0].shape}, expected one number at each node")
    return _graph(tensors, list(leaves), names), tensors


def _what(f):
    return f"the expression {f.text!r}" if hasattr(f, "text") else f"the function {getattr(f, '__name__', 'f')}"


def _called(f, leaves):
    try:
        return f(**leaves)
    except Exception as error:  # a reader's function may raise anything
        raise type(error)(f"{error} (raised in {_what(f)} of {', '.join(leaves)})") if type(error) in (TypeError, ValueError) else error from None


def _in_order(J):
    """Each tensor after its arguments, the first argument first: the order in which Python computes a formula."""
    listed = {}  # as keys, since == between tensors compares their values

    def visit(tensor):
        if tensor not in listed:
            for _, parent in tensor.parents:
                visit(parent)
            listed[tensor] = None

    visit(J)
    return list(listed)


def _graph(tensors, inputs, given):
    """What is written at the nodes and edges."""
    number = {tensor: k for k, tensor in enumerate(tensors)}
    taken = {*inputs, *given.values()}
    fresh = (name for k in range(1, 9999) if (name := f"v{k}") not in taken)
    result = RESULT if RESULT not in taken else "result"
    names = [*inputs, *(given.get(tensor) or (result if tensor is tensors[-1] else next(fresh)) for tensor in tensors[len(inputs) :])]
    labels, formulas, edges = [*inputs], [*inputs], []
    for k, tensor in enumerate(tensors[len(inputs) :], start=len(inputs)):
        parents = dict(tensor.parents)
        arguments = [f"n{number[parents[i]]}" if i in parents else value for i, value in enumerate(tensor.recorded[1:])]
        label, formula = words.operation(tensor.function, arguments)
        labels.append(label)
        formulas.append(formula)
        edges += [(number[parent], k, i, words.slope(tensor.function, arguments, i, f"n{k}")) for i, parent in tensor.parents if tensor.rules[i]]
    return Graph(names, labels, formulas, edges, len(inputs))


# --- turns -----------------------------------------------------------------------------------------------------------------


def turns(graph, order, most=48):
    """(nodes in the order of their turns, how many more there would be): inputs, which hand on nothing, have none."""
    root = len(graph.names) - 1
    parents = {k: [graph.edges[e][0] for e in graph.into(k)] for k in range(len(graph.names))}
    if order in ("right", "overwrite"):
        return list(range(root, graph.inputs - 1, -1)), 0
    listed, stack = [], [root]
    while stack and len(listed) < most:
        node = stack.pop()
        if node >= graph.inputs and (order == "unordered" or node not in listed):
            listed.append(node)
            stack += reversed(parents[node])
    return listed, _visits(graph, parents, root) - len(listed) if order == "unordered" else 0


def _visits(graph, parents, root):
    """How many turns there are when every arrival is one: as many as paths from the result to its nodes."""
    paths = {root: 1}
    for node in range(root, graph.inputs - 1, -1):
        for parent in parents[node]:
            paths[parent] = paths.get(parent, 0) + paths[node]
    return sum(count for node, count in paths.items() if node >= graph.inputs)


def hand_back(graph, tensors, listed, replace=False):
    """Hand gradients back, one node of `listed` after the other, with the rules of the engine.

    Returns
    -------
    (up, before, share, after) : arrays
        What each node holds at its turn; for each share what was there before, the share itself, and what is there then.
    """
    held = {len(tensors) - 1: np.float64(1.0)}
    up, hands = [], []
    for node in listed:
        up.append(held.get(node, 0.0))
        for e in graph.into(node):
            parent, _, i, _ = graph.edges[e]
            share = tensors[node].rules[i](np.float64(up[-1]), *tensors[node].recorded, **tensors[node].options)
            before = held.get(parent, 0.0)
            held[parent] = share if replace or parent not in held else before + share
            hands.append((before, share, held[parent]))
    return np.array(up), *np.array(hands, dtype=float).reshape(-1, 3).T
