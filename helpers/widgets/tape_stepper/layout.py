"""Where the nodes and edges of a graph stand: in columns from left to right, each edge with a lane of its own past the nodes between."""

from itertools import pairwise

import numpy as np

WIDTH = 880  # of the drawing, where the columns have room
PITCH = 128  # least distance of columns
HIGH = 28  # of a box
HALF = {True: 35, False: 16}  # room above and below the middle of a node, of an edge that passes
EDGE = 58  # room at the left and right for values that are wider than their box
PORT = 8  # distance of two edges at the box that they enter, from its middle
SWEEPS, STARTS = 12, 6
STRAIGHT = {True: 1, False: 30}  # how strongly a place where an edge passes is drawn to its end, and to the next such place


def lay(labels, edges):
    """Positions for nodes with these labels and edges [(start, end), ...], numbers of nodes.

    Returns
    -------
    dict : "width", "height", "nodes" [(x, y, width of the box), ...], "edges" [{"d": path, "at": (x, y)}, ...]
        `at` is where an edge's text stands.
    """
    nodes = [str(k) for k in range(len(labels))]
    column = _columns(nodes, [(str(a), str(b)) for a, b in edges])
    chains = [_chain(str(a), str(b), k, column) for k, (a, b) in enumerate(edges)]
    column |= {name: column[chain[0]] + i for chain in chains for i, name in enumerate(chain) if i and i + 1 < len(chain)}
    steps = sorted({step for chain in chains for step in pairwise(chain)})
    layers = _uncrossed([[name for name in column if column[name] == c] for c in range(max(column.values()) + 1)], steps)
    y = _heights(layers, steps, set(nodes))
    if _upside_down(nodes, edges, y):
        layers = [layer[::-1] for layer in layers]
        y = _heights(layers, steps, set(nodes))
    y = _straightened(y, layers, chains, set(nodes))
    y = {name: float(np.floor(value + 0.5001)) for name, value in y.items()}  # whole numbers, not halves that another machine rounds down
    width = [max(46, 9.5 * len(label) + 20) for label in labels]
    pitch = max(PITCH, (WIDTH - 2 * EDGE) / max(1, len(layers) - 1))
    x = {name: EDGE + pitch * column[name] for name in column}
    ports = _ports(edges, chains, y)
    return {
        "width": round(2 * EDGE + pitch * (len(layers) - 1), 1), "height": round(max(y[name] + HALF[name in nodes] for name in y), 1),
        "nodes": [(round(x[name], 1), round(y[name], 1), round(width[k], 1)) for k, name in enumerate(nodes)],
        "edges": [_drawn(chain, ports[k], x, y, width) for k, chain in enumerate(chains)],
    }  # fmt: skip


def _columns(nodes, edges):
    """The longest way from an input, for nodes that come after all that leads to them; an input stands just before its first use."""
    column = {}
    for name in nodes:
        column[name] = max((column[a] + 1 for a, b in edges if b == name), default=0)
    for name in nodes:
        if not any(b == name for _, b in edges):
            column[name] = min(column[b] for a, b in edges if a == name) - 1
    return column


def _chain(start, end, k, column):
    """An edge as a chain of neighbours: where it passes a column it has a place there."""
    return [start, *(f"edge {k}.{c}" for c in range(column[start] + 1, column[end])), end]


def _crossings(left, right, steps):
    """How many of the steps between two neighbouring layers cross."""
    places = {name: i for layer in (left, right) for i, name in enumerate(layer)}
    here = [(places[a], places[b]) for a, b in steps if a in left and b in right]
    return sum((a - c) * (b - d) < 0 for i, (a, b) in enumerate(here) for c, d in here[:i])


def _count(layers, steps):
    return sum(_crossings(*pair, steps) for pair in pairwise(layers))


def _uncrossed(layers, steps):
    """The layers in an order with few crossings, the best of several beginnings."""
    rng = np.random.default_rng(0)
    best = None
    for begin in range(STARTS):
        tried = _improved([rng.permutation(layer).tolist() if begin else layer for layer in layers], steps)
        if best is None or _count(tried, steps) < _count(best, steps):
            best = tried
        if not _count(best, steps):
            break
    return best


def _improved(layers, steps):
    """The layers sorted by the middle of each node's neighbours, there and back, then with neighbours exchanged while that helps."""
    count = lambda layers: _count(layers, steps)  # noqa: E731
    best, layers = layers, [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        there = 1 if sweep % 2 == 0 else -1
        for c in range(len(layers))[::there]:
            layers[c] = sorted(layers[c], key=lambda name, c=c, there=there: _middle(name, layers, c - there, steps))
        if count(layers) < count(best):
            best = [list(layer) for layer in layers]
    while better := _exchanged(best, count):
        best = better
    return best


def _middle(name, layers, c, steps):
    """Mean place of a node's neighbours in layer c, as a share; its own place where it has none."""
    if not 0 <= c < len(layers):
        return 0
    there = [layers[c].index(b if a == name else a) for a, b in steps if name in (a, b) and (b if a == name else a) in layers[c]]
    own = next(layer for layer in layers if name in layer)
    return np.mean(there) / len(layers[c]) if there else own.index(name) / len(own)


def _exchanged(layers, count):
    """The layers with two neighbours exchanged so that fewer edges cross, or None."""
    for c, layer in enumerate(layers):
        for i in range(len(layer) - 1):
            other = [*layer[:i], layer[i + 1], layer[i], *layer[i + 2 :]]
            tried = [*layers[:c], other, *layers[c + 1 :]]
            if count(tried) < count(layers):
                return tried
    return None


def _heights(layers, steps, nodes):
    """y of every place: near the middle of its neighbours, and no nearer to the next one of its column than there is room."""
    y = {name: 60.0 * i for layer in layers for i, name in enumerate(layer)}
    near = {name: [a if b == name else b for a, b in steps if name in (a, b)] for name in y}
    pulls = {name: [1 if name in nodes else STRAIGHT[other in nodes] for other in near[name]] for name in y}
    middle = lambda name: sum(pull * y[other] for pull, other in zip(pulls[name], near[name], strict=True)) / sum(pulls[name])  # noqa: E731
    offsets = [np.cumsum([0, *(HALF[a in nodes] + HALF[b in nodes] for a, b in pairwise(layer))]) for layer in layers]
    columns = [(layer, offset, [1 if name in nodes else 4 for name in layer]) for layer, offset in zip(layers, offsets, strict=True)]
    for sweep in range(200):
        for layer, offset, weight in columns[:: 1 if sweep % 2 else -1]:
            y |= dict(zip(layer, _apart([middle(name) for name in layer], offset, weight), strict=True))
    return y


def _upside_down(nodes, edges, y):
    """Whether later inputs rather stand above earlier ones."""
    inputs = [y[name] for k, name in enumerate(nodes) if not any(b == k for _, b in edges)]
    return np.dot(np.arange(len(inputs)) - (len(inputs) - 1) / 2, inputs) < 0


def _straightened(y, layers, chains, nodes):
    """The same, with each edge on one level where it passes columns and there is room: that of one of its ends, or the nearest."""
    around = {name: (layer[i - 1 : i], layer[i + 1 : i + 2]) for layer in layers for i, name in enumerate(layer)}
    room = lambda name, other: HALF[name in nodes] + HALF[other in nodes]  # noqa: E731
    for start, *inner, end in [*chains, *reversed(chains)] * 3:
        if not inner:
            continue
        low = max((y[other] + room(name, other) for name in inner for other in around[name][0]), default=-np.inf)
        high = min((y[other] - room(name, other) for name in inner for other in around[name][1]), default=np.inf)
        if low <= high:
            wish = next((y[name] for name in (end, start) if low <= y[name] <= high), np.clip(np.mean([y[name] for name in inner]), low, high))
            y |= dict.fromkeys(inner, float(wish))
    top = min(y[name] - HALF[name in nodes] for name in y)
    return {name: value - top for name, value in y.items()}


def _apart(wish, offset, weight):
    """The places nearest to those wished for whose distances are at least those of `offset`: neighbours that clash share a mean."""
    blocks = []
    for value, heavy in zip(wish - offset, weight, strict=True):
        blocks.append([value, heavy, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (a, v, n), (b, w, k) = blocks[-2:]
            blocks[-2:] = [[(v * a + w * b) / (v + w), v + w, n + k]]
    return [float(value) for value in np.concatenate([[value] * n for value, _, n in blocks]) + offset]


def _ports(edges, chains, y):
    """How far from the middle of its end each edge arrives: in the order in which they come from above."""
    ports = {}
    for end in {b for _, b in edges}:
        here = sorted((k for k, (_, b) in enumerate(edges) if b == end), key=lambda k: (y[chains[k][-2]], k))
        ports |= {k: PORT * (2 * i - len(here) + 1) for i, k in enumerate(here)}
    return ports


def _drawn(chain, port, x, y, width):
    """A curve that leaves and arrives level, and is level where it passes a column; its text stands in the last gap."""
    points = [(x[chain[0]] + width[int(chain[0])] / 2, y[chain[0]])]
    for name in chain[1:-1]:
        points += [(x[name] - 26, y[name]), (x[name] + 26, y[name])]
    end = (x[chain[-1]] - width[int(chain[-1])] / 2 - 7, y[chain[-1]] + port)
    d = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (a, b), (c, e) in pairwise([*points, end]):
        middle = (a + c) / 2
        d += f"L{c:.1f} {e:.1f}" if b == e else f"C{middle:.1f} {b:.1f} {middle:.1f} {e:.1f} {c:.1f} {e:.1f}"
    (a, b), (c, e) = points[-1], end
    at = (a + 0.62 * (c - a), b + 0.72 * (e - b) + (-8 if port <= 0 else 19))
    return {"d": d, "at": tuple(round(value, 1) for value in at), "end": tuple(round(value, 1) for value in end)}
