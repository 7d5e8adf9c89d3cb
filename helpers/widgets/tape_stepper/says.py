"""A step in words: the sentences of words.py filled in; view.js fills them in alike."""

import re

from helpers.widgets.kit.numerals import number
from helpers.widgets.tape_stepper import words


def sentence(stepper):
    """What the step shows, with its numbers."""
    step, graph = stepper.step, stepper.recorded.graph
    values = stepper.run["nodes"][stepper.row]
    about = {"step": step, "last": stepper.last}
    if step == 0:
        pairs = zip(stepper.inputs, values, strict=False)
        return words.START.format(**about, inputs=", ".join(f"{name} = {number(value)}" for name, value in pairs))
    if step < stepper.seed:
        node = graph.inputs + step - 1
        said = words.FORWARD.format(**about, name=graph.names[node], formula=spelt(graph, graph.formulas[node]), value=number(values[node]))
        return said + (words.KINK if stepper.run["kink"][stepper.row, node] else "")
    if step == stepper.seed:
        return words.SEED.format(**about, name=graph.names[-1], value=number(values[-1]))
    return turn(stepper, about) + (end(stepper) if step == stepper.last else "")


def spelt(graph, formula):
    """A formula with the names of the nodes in their places."""
    return re.sub(r"\{\(?n(\d+)\)?\}", lambda found: graph.names[int(found[1])], formula)


def turn(stepper, about):
    """Whose turn it is, and what it hands on."""
    t, turns, graph, row = stepper.step - stepper.seed - 1, stepper.turns, stepper.recorded.graph, stepper.row
    run, local = stepper.run[stepper.order], stepper.run["local"][row]
    node, up = turns.nodes[t], number(run["up"][row, t])
    hands = [(h, e) for h, (at, e) in enumerate(turns.hands) if at == t]
    shares = [
        words.SHARE.format(parent=graph.names[graph.edges[e][0]], local=number(local[e]), up=up, share=number(run["share"][row, h]),
                           sum=number(run["after"][row, h]))
        for h, e in hands
    ]  # fmt: skip
    said = words.TURN.format(**about, name=graph.names[node], up=up, shares="; ".join(shares))
    if stepper.run["kink"][row, node]:
        said += words.KINK
    if turns.early[t]:
        uses = sum(edge[0] == node for edge in graph.edges)
        said += words.EARLY.format(missing=turns.early[t], uses=uses, name=graph.names[node])
    if turns.again[t]:
        said += words.AGAIN
    if stepper.order == "overwrite":
        for h, e in hands:
            if run["before"][row, h] != 0:
                said += words.LOST.format(before=number(run["before"][row, h]), parent=graph.names[graph.edges[e][0]])
    return said


def end(stepper):
    """The gradients of the inputs, beside the right ones."""
    names = list(stepper.inputs)
    if stepper.turns.rest:
        return words.REST.format(rest=stepper.turns.rest)
    wrong = stepper.run[stepper.order]["wrong"][stepper.row, : len(names)].any()
    kind = "right" if stepper.order == "right" else "wrong" if wrong else "lucky"
    return words.END[kind].format(found=words.listed(names, stepper.gradients.values()), right=words.listed(names, stepper.right.values()))
