"""Checks of the answers to notebook 04: slopes along the paths of a graph."""

import numpy as np

from helpers import case, network
from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare, kind, numbers

SIGMOID = ACTIVATIONS["sigmoid"]


@check
def check_composition(slope_of_loss):
    """dℓ/dw = -3 (1 - a) for z = 3 w, a = sigmoid(z), ℓ = -ln(a).

    Parameters
    ----------
    slope_of_loss : callable
        slope_of_loss(w) -> dℓ/dw, for one number w.

    Posed in: notebooks/04_chain_rule.ipynb
    """
    w = np.array([-1.0, 0.1, 0.5])
    a = SIGMOID.value(3 * w)
    early = SIGMOID.value(w)
    mistakes = [
        (-(1 - a), "the first edge is missing: z = 3 w has the slope 3, and it belongs into the product."),
        (3 * (1 - a), "the sign is wrong: the slope of -ln(a) is -1/a."),
        (-3 / a, "the slope of sigmoid is missing: da/dz = a (1 - a) belongs between -1/a and 3."),
        (-3 * (1 - a**2) / a, "1 - a**2 is the slope of tanh; that of sigmoid is a (1 - a)."),
        (3 + a * (1 - a) - 1 / a, "slopes along one path are multiplied, not added."),
        (-3 * early * (1 - early) / early, "each slope belongs at the value of its own node: a is sigmoid(3 w), not sigmoid(w)."),
        (-np.log(a), "this is ℓ itself; the question is for its slope."),
        (3 * a, "label 1 is missing: the slope at z is a - y, with y = 1."),
        (-3 * a * (1 - a), "the slope of -ln(a) is -1/a, not -1: it belongs into the product."),
        (w * (a - 1), "the first edge's slope is the input 3, not w: z = 3 w."),
        (3 * a * (1 - a), "this is da/dw: the last edge, the slope -1/a of -ln(a), is missing."),
    ]
    compare(_one_by_one(slope_of_loss, w), -3 * (1 - a), mistakes, name="the list of dℓ/dw at w = -1, 0.1, 0.5")
    return "3 times a (1 - a) times -1/a: the a cancels and -3 (1 - a) is left."


@check
def check_used_twice(slope_of_shared):
    """dz2/dw = a + w (1 - a^2) x for z1 = w x, a = tanh(z1), z2 = w a.

    Parameters
    ----------
    slope_of_shared : callable
        slope_of_shared(w, x) -> dz2/dw, for two numbers.

    Posed in: notebooks/04_chain_rule.ipynb
    """
    w, x = np.array([0.5, -1.2, 2.0]), np.array([1.5, 0.4, -0.5])
    a = np.tanh(w * x)
    direct, around = a, w * (1 - a**2) * x
    mistakes = [
        (direct, "this is the direct path alone: w also acts through z1 and a."),
        (around, "this is the path through z1 and a alone: w also multiplies a directly, with slope a."),
        (direct * around, "the two paths are multiplied: slopes along a path multiply, but paths add."),
        (direct + w * (1 - a**2), "the path through z1 lacks its first factor: dz1/dw = x."),
        (direct + (1 - a**2) * x, "the path through z1 lacks its last factor: dz2/da = w."),
        (direct + w * a * (1 - a) * x, "a (1 - a) is the slope of sigmoid; that of tanh is 1 - a**2."),
        (direct - around, "the second path is subtracted: paths add."),
        (w * a, "this is z2 itself; the question is for its slope."),
        (2 * direct, "w is used twice, but the two paths have different slopes: the second runs through z1 and a."),
        (direct + w * (1 - (w * x) ** 2) * x, "tanh's slope is 1 - a**2 with the output a, not 1 - z1**2."),
        (direct + w * x, "the slope of tanh is missing on the path through z1: da/dz1 = 1 - a**2."),
        (direct + w * (1 - a) ** 2 * x, "the slope of tanh is 1 - a**2, not (1 - a)**2."),
    ]
    compare(_one_by_one(slope_of_shared, w, x), direct + around, mistakes, name="the list of dz2/dw at (w, x) = (0.5, 1.5), (-1.2, 0.4), (2, -0.5)")
    return "one product for each path, and the two products add up."


def _one_by_one(slope, *inputs):
    """What a reader's function of single numbers gives for each place of the arrays."""
    return np.array([numbers(call(slope, *map(float, given)), "the slope at one point", ()) for given in zip(*inputs, strict=True)])


@check
def check_neuron(slopes):
    """dℓ/dz = a - y = a for y = 0, then times x1, x2 and 1 for w1, w2 and b, times w2 for x2.

    The neuron has w1 = 0.5, x1 = 1, w2 = -1, x2 = 2, b = 0.5, a = sigmoid(z), ℓ = -ln(1 - a).

    Parameters
    ----------
    slopes : dict
        The slopes of the loss by node: "z", "w1", "w2", "b", "x2".

    Posed in: notebooks/04_chain_rule.ipynb
    """
    if not isinstance(slopes, dict):
        raise Wrong(f"slopes is {kind(slopes)}, expected the dict of the stub.")
    slopes = {name.strip().lower() if isinstance(name, str) else name: slope for name, slope in slopes.items()}
    if lacking := [name for name in ("z", "w1", "w2", "b", "x2") if name not in slopes]:
        raise Wrong(f"slopes lacks {', '.join(lacking)}.")
    a = float(SIGMOID.value(-1.0))
    z_mistakes = [
        (a - 1, "slopes['z'] is a - 1, the one for y = 1: here y = 0 and ℓ = -ln(1 - a)."),
        (-a, "slopes['z'] has the wrong sign: two minus signs meet in the slope of -ln(1 - a)."),
        (1 / (1 - a), "slopes['z'] is dℓ/da: multiply it by da/dz = a (1 - a)."),
        (-1 / (1 - a), "slopes['z'] is dℓ/da with the wrong sign: its slope is +1 / (1 - a), times da/dz = a (1 - a)."),
        (a * (1 - a), "slopes['z'] is da/dz alone: multiply it by dℓ/da = 1 / (1 - a)."),
        ((1 - a**2) / (1 - a), "slopes['z'] uses 1 - a**2, the slope of tanh; that of sigmoid is a (1 - a)."),
    ]
    _compare_to_four_digits(slopes["z"], a, z_mistakes, "slopes['z']")
    w_says = "slopes['{0}'] holds the local slope alone: multiply it by the upstream slope dℓ/dz."
    swapped = "slopes['{0}'] was multiplied by {0} itself: the slope of a product with respect to one factor is the other factor, {1}."
    _compare_to_four_digits(slopes["w1"], a * 1, [(0.5 * a, swapped.format("w1", "x1")), (1, w_says.format("w1"))], "slopes['w1']")
    w2_mistakes = [
        (-a, swapped.format("w2", "x2")),
        (-2 * a, "slopes['w2'] has the wrong sign: the local slope is x2 = 2; w2 = -1 itself does not enter."),
        (2, w_says.format("w2")),
    ]
    _compare_to_four_digits(slopes["w2"], a * 2, w2_mistakes, "slopes['w2']")
    b_mistakes = [(0.5 * a, "slopes['b'] was multiplied by b: b enters z with slope 1."), (1, w_says.format("b"))]
    _compare_to_four_digits(slopes["b"], a, b_mistakes, "slopes['b']")
    x_mistakes = [(2 * a, swapped.format("x2", "w2")), (a, "slopes['x2'] has lost the sign of w2 = -1."), (-1, w_says.format("x2"))]
    _compare_to_four_digits(slopes["x2"], -a, x_mistakes, "slopes['x2']")
    return "one upstream slope, a - y, times the local slope of each edge into z."


def _compare_to_four_digits(answer, right, mistakes, name):
    """By hand four digits are plenty."""
    compare(answer, right, mistakes, name=name, tolerance=2e-3)


@check
def check_forward_sweep(forward_sweep):
    """slope[end] += slope[start] * local, edge by edge in order of calculation, from slope[start] = 1.

    Parameters
    ----------
    forward_sweep : callable
        forward_sweep(edges, start) -> dict of d(node)/d(start) by node.

    Posed in: notebooks/04_chain_rule.ipynb
    """
    # In the order of calculation: w -> u, v; u, v -> s; s, w -> loss, with numbers that tell the mistakes apart.
    edges = [("w", "u", 2.0), ("w", "v", 3.0), ("u", "s", 5.0), ("v", "s", 7.0), ("s", "loss", 0.5), ("w", "loss", 11.0)]
    slopes = _swept(_forgiving(forward_sweep), edges)
    if all(slopes.get(node, 0) == slope for node, slope in _backward(edges).items()):
        raise Wrong("these are slopes of the loss with respect to the nodes, the backward sweep: here each node's slope with respect to w is asked.")
    mistakes = [
        ([1, 2, 3, 21, 11], "a second edge into a node overwrites the first: paths add, so add to what has arrived."),
        ([1, 2, 3, 0, 11], "the edges were taken from last to first: a node's slope must be complete before it is handed on."),
        ([0, 0, 0, 0, 0], "all slopes are 0: the slope of w with respect to itself is 1, start with that."),
        ([1, 3, 4, 19, 31.5], "along an edge the slope is multiplied by the local slope, not added to it."),
        ([1, 2, 3, 12, 11.5], "the local slopes were added up without the slope of the node where the edge begins."),
    ]
    _compare_slopes(slopes, [1, 2, 3, 31, 26.5], mistakes)
    other = _swept(_forgiving(forward_sweep), edges, "v")
    ignored = [([3, 31, 26.5], "with the start v you give the slopes for w: begin at the argument start.")]
    compare([other.get(node, 0.0) for node in ("v", "s", "loss")], [1, 7, 3.5], ignored, name="the list of slopes of v, s, loss with the start v")
    slopes = _swept(_forgiving(forward_sweep), [*edges, ("q", "loss", 13.0)])
    reached = [(39.5, "an edge q -> loss was added, and w does not reach q: the slope of q with respect to w is 0, not 1.")]
    compare(slopes.get("loss"), 26.5, reached, name="the slope of the loss in a graph with one more input q")
    return "the same rule, carried forward: one sweep gives the slopes of every node with respect to one start."


def _swept(sweep, edges, start="w"):
    """The dict that a reader's sweep returns for a copy of the edges."""
    slopes = call(sweep, edges, start, name="forward_sweep", spoilt="the backward sweep may need it again.")
    if not isinstance(slopes, dict):
        raise Wrong(f"forward_sweep returns {kind(slopes)}, expected a dict with a slope for each node.")
    return {node: slope.item() if isinstance(slope, np.ndarray) and slope.size == 1 else slope for node, slope in slopes.items()}


def _compare_slopes(slopes, right, mistakes):
    nodes = ("w", "u", "v", "s", "loss")
    if lacking := [node for node in nodes if node not in slopes]:
        raise Wrong(f"the result lacks {', '.join(lacking)}: every node that w reaches has a slope, w itself the slope 1.")
    compare([slopes[node] for node in nodes], right, mistakes, name="the list of slopes of w, u, v, s, loss")


def _forgiving(sweep):
    """The sweep, with a better word for the KeyError of a node that nothing has reached yet."""
    if not callable(sweep):
        return sweep

    def wrapped(edges, start):
        try:
            return sweep(edges, start)
        except KeyError as error:
            node = error.args[0] if error.args else None
            if node not in {name for edge in edges for name in edge[:2]}:
                raise
            raise Wrong(f"forward_sweep raised KeyError: {node!r} has no slope yet where you read it. A node that nothing has reached "
                        "has the slope 0, as in slope.get(node, 0.0).") from None  # fmt: skip

    return wrapped


def _backward(edges):
    upstream = {"loss": 1.0}
    for start, end, slope in reversed(edges):
        upstream[start] = upstream.get(start, 0.0) + upstream[end] * slope
    return upstream


@check
def check_path_contributions(contributions):
    """x[k] g'(z1[j]) W2[:, j] g'(z2) W3[0, :] (a3 - y): one number for each unit of layer 2, for W1[j, k].

    Parameters
    ----------
    contributions : callable
        contributions(p, c, y, j, k) -> array, shape (10,)

    Posed in: notebooks/04_chain_rule.ipynb
    """
    p, (x, y) = case.worked_params(), case.worked_example()
    c = network.forward_prop(x, p)
    for j, k in ((2, 0), (6, 1), (3, 0)):
        result = call(contributions, p, c, y, j, k, name="contributions")
        compare(result, _contributions(p, c, y, j, k), _path_mistakes(p, c, y, j, k), name=f"contributions(p, c, y, {j}, {k})")
    return "six factors a path, ten paths a weight; their sum is the entry of dW1."


def _contributions(p, c, y, j, k):
    on1, on2 = c["Z1"][j, 0] > 0, c["Z2"][:, 0] > 0
    return c["A0"][k, 0] * on1 * p["W2"][:, j] * on2 * p["W3"][0] * (c["A3"] - y)[0, 0]


def _path_mistakes(p, c, y, j, k):
    x, on1, on2 = c["A0"][k, 0], c["Z1"][j, 0] > 0, c["Z2"][:, 0] > 0
    to_output, delta = p["W3"][0], (c["A3"] - y)[0, 0]
    a3, right = c["A3"][0, 0], _contributions(p, c, y, j, k)
    return [
        (right.sum(), "this is the sum over the paths; the ten contributions are asked, one for each unit of layer 2."),
        (-right, "the sign is wrong: the last factor is a3 - y."),
        (x * on1 * p["W2"][j] * on2 * to_output * delta,
         "row j of W2 was used: the paths leave unit j of layer 1, so W2[:, j], column j. This is where the transpose will come from."),
        (x * on1 * p["W2"][:, j] * to_output * delta, "the slope of ReLU at z2 is missing: paths through units of layer 2 that are off are cut."),
        (x * p["W2"][:, j] * on2 * to_output * delta, "the slope of ReLU at z1[j] is missing: where unit j is off, all ten paths are cut."),
        (x * p["W2"][:, j] * to_output * delta, "both slopes of ReLU are missing: units that are off cut the paths through them."),
        (on1 * p["W2"][:, j] * on2 * to_output * delta, "the first factor is missing: dz1[j]/dW1[j, k] = x[k]."),
        (x * on1 * on2 * to_output * delta, "the factor W2[:, j] of the second edge is missing."),
        (x * on1 * p["W2"][:, j] * on2 * delta, "the factor W3[0, :] of the last edge is missing."),
        (x * on1 * p["W2"][:, j] * on2 * to_output, "the upstream factor a3 - y is missing: this is dz3/dW1[j, k], not dℓ/dW1[j, k]."),
        (right * a3 * (1 - a3), "the slope of the output's sigmoid is in a3 - y already: a3 (1 - a3) was counted twice."),
        (right * p["W1"][j, k] / x, "the first factor is x[k], not the weight W1[j, k] itself."),
        (x * c["A1"][j, 0] * p["W2"][:, j] * c["A2"][:, 0] * to_output * delta,
         "a1 and a2 stand where the slopes of ReLU belong: 1 where z > 0, else 0."),
    ]  # fmt: skip
