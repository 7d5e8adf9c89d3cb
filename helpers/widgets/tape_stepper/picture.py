"""The first state of the tape stepper as a picture, at the same places as graph.js."""

from helpers.widgets.kit.numerals import number
from helpers.widgets.kit.svg import GREY, document, element, text
from helpers.widgets.tape_stepper.layout import HIGH

BLUE, ORANGE, INK = "#0072B2", "#A84300", "#111111"


def draw(stepper):
    """The graph: values above the nodes, gradients below in brackets, local slopes on the edges that are handed along."""
    recorded, row = stepper.recorded, stepper.row
    graph, places, turns = recorded.graph, recorded.places, stepper.turns
    t = stepper.step - stepper.seed - 1  # the turn, from 0; negative before
    hands = [(h, e) for h, (at, e) in enumerate(turns.hands) if at <= t]
    now = {e for h, e in hands if turns.hands[h][0] == t}
    used, held = {e for _, e in hands}, {}
    for h, e in hands:
        held[graph.edges[e][0]] = stepper.run[stepper.order]["after"][row, h]
    if t >= -1:
        held[len(graph.names) - 1] = 1.0
    active = turns.nodes[t] if t >= 0 else graph.inputs + stepper.step - 1 if stepper.step else -1
    drawn = [_edge(place, e in used, e in now, stepper.run["local"][row, e]) for e, place in enumerate(places["edges"])]
    for k, (x, y, wide) in enumerate(places["nodes"]):
        known = k < graph.inputs or k - graph.inputs < stepper.step
        value = f"{graph.names[k]} = {number(stepper.run['nodes'][row, k], 3)}" if known else graph.names[k]
        wrong = stepper.step == stepper.last and stepper.run[stepper.order]["wrong"][row, k]
        drawn.append(_node(graph.labels[k], x, y, wide, k < graph.inputs, k == active))
        drawn.append(element("text", value, x=x, y=y - 20, text_anchor="middle", fill=BLUE if known else GREY, font_weight="bold"))
        if k in held:
            mark = f"[{number(held[k], 3)}]{' ✗' if wrong else ''}"
            drawn.append(element("text", mark, x=x, y=y + 31, text_anchor="middle", fill=ORANGE, font_weight="bold"))
    return document(round(places["width"]), round(places["height"]) + 6, *drawn)


def _edge(place, used, now, local):
    colour = ORANGE if used else GREY
    x, y = place["end"]
    head = element("path", d=f"M{x - 2} {y - 5}l9 5l-9 5z", fill=colour)
    line = element("path", d=place["d"], fill="none", stroke=colour, stroke_width=4 if now else 2.4 if used else 1.5)
    if not now:
        return line + head
    x, y = place["at"]
    halo = {"paint_order": "stroke", "stroke": "#FFFFFF", "stroke_width": 4}
    return line + head + element("text", f"× {number(local, 3)}", x=x, y=y, text_anchor="middle", fill=INK, font_weight="bold", **halo)


def _node(label, x, y, wide, is_input, active):
    box = element("rect", x=x - wide / 2, y=y - HIGH / 2, width=wide, height=HIGH, rx=5 if is_input else HIGH / 2, stroke=INK,
                  fill="#EEEEEE" if is_input else "#FFFFFF", stroke_width=3.4 if active else 1.5)  # fmt: skip
    return box + text(label, x, y + 5, text_anchor="middle", font_size=15)
