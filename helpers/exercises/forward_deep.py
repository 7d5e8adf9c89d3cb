"""Checks of the exercises on networks of any depth in notebook 01: collapsing one without activations, and the pass in a loop."""

import numpy as np

from helpers import network
from helpers.activations import ACTIVATIONS
from helpers.exercises.feedback import Wrong, call, check, compare, kind


def two(result, name, parts):
    """The two parts of what a reader's function returned."""
    if isinstance(result, np.ndarray) and result.ndim:
        result = list(result)
    if not isinstance(result, tuple | list) or len(result) != 2:
        came = f"{len(result)} values" if isinstance(result, tuple | list) else kind(result)
        raise Wrong(f"{name} returns {came}, expected two: return {parts}.")
    return result


@check
def check_collapse(my_collapse):
    """W = W[L] ... W[2] W[1], and b from b <- W[l] b + b[l] for l = 2 ... L, starting from b[1].

    Parameters
    ----------
    my_collapse : function (p) -> (W, b)

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(2)
    for sizes in ((3, 3, 3, 3), (2, 10, 10, 1), (4, 3, 5, 2), (3, 2), (2, 4, 1), (3, 3, 3, 3, 3), (2, 5, 4, 3, 1)):
        p, L = network.init_params(sizes, rng=rng), len(sizes) - 1
        p.update({f"b{l}": rng.uniform(-1, 1, size=(sizes[l], 1)) for l in range(1, L + 1)})
        Ws, bs = ([p[f"{kind}{l}"] for l in range(1, L + 1)] for kind in "Wb")
        W, b = two(call(my_collapse, p, name="my_collapse", depth=L), "my_collapse", "W, b")
        right_W, right_b = _collapsed(Ws, bs)
        square = len(set(sizes)) == 1
        compare(W, right_W, _weight_mistakes(Ws, bs, right_W, square), name=f"W for layer sizes {sizes}")
        compare(b, right_b, _bias_mistakes(Ws, bs, square), name=f"b for layer sizes {sizes}")
    return "each later layer comes from the left, and each bias passes through all the layers after its own."


def _collapsed(Ws, bs):
    W, b = Ws[0], bs[0]
    for W_l, b_l in zip(Ws[1:], bs[1:], strict=True):
        W, b = W_l @ W, W_l @ b + b_l
    return W, b


def _weight_mistakes(Ws, bs, right, square):
    mistakes = [(right.T, "W is transposed: expected shape (outputs, inputs).")]
    if len(Ws) > 3:
        mistakes.append((_collapsed(Ws[:3], bs[:3])[0], "you stop after layer 3: loop over all layers."))
    if len(Ws) > 1:
        mistakes += [
            (_collapsed(Ws[:-1], bs[:-1])[0], "the last layer is missing: range(2, L + 1) includes L."),
            (Ws[-1], "this is the last layer's W alone: multiply it from the left on what you have so far."),
            (Ws[0], "this is W1 alone: the later layers come from the left."),
        ]
    if square:
        mistakes += [
            (_product(Ws), "the order is reversed: x meets W1 first, so W1 stands next to x, on the right."),
            (np.prod(Ws, axis=0), "* multiplies element by element: use @."),
            (np.sum(Ws, axis=0), "the matrices are added: layers one after the other multiply."),
        ]
    return mistakes


def _product(factors):
    result = factors[0]
    for factor in factors[1:]:
        result = result @ factor
    return result


def _bias_mistakes(Ws, bs, square):
    none = [0 * b for b in bs]
    mistakes = [
        (none[-1], "b is 0: the biases must not be dropped."),
        (bs[-1], "b holds the last bias only: the earlier ones reach the output as well, through the later weights."),
        (_collapsed(Ws, [none[0], *bs[1:]])[1], "b1 is missing: it passes through all layers after the first."),
        (_collapsed(Ws, [*bs[:-1], none[-1]])[1], "the last bias is missing: it is added at the very end."),
        (_collapsed(Ws, [bs[0], *none[1:]])[1], "only b1 arrives: each layer adds its own bias after multiplying."),
    ]
    if len(Ws) > 3:
        mistakes.append((_collapsed(Ws[:3], bs[:3])[1], "you stop after layer 3: loop over all layers."))
    if len(Ws) > 2:
        mistakes.append((_collapsed(Ws, [bs[0], *none[1:-1], bs[-1]])[1], "b2 is missing: it passes through the layers after the second."))
    if square:
        accumulated, inside, W = bs[0], bs[0], Ws[0]
        for W_l, b_l in zip(Ws[1:], bs[1:], strict=True):
            W = W_l @ W
            accumulated, inside = W @ accumulated + b_l, W_l @ (inside + b_l)
        mistakes += [
            (sum(bs), "the biases are added as they are: each passes through the weights of all later layers."),
            (accumulated, "b is multiplied by the collapsed W, which has just grown: it meets W[l] alone. Compute b before W, or both in one line."),
            (inside, "a bias is not multiplied by its own W: it is added after it, W[l] b + b[l]."),
            (W @ sum(bs), "a bias is not multiplied by its own W: it is added after it."),
        ]
    return mistakes


@check
def check_depth(my_forward):
    """A[L], from A[0] = X, Z[l] = W[l] A[l-1] + b[l], with g_hidden in layers 1 to L-1 and g_output in layer L.

    Parameters
    ----------
    my_forward : function (X, p, g_hidden, g_output) -> A of the last layer

    Posed in: notebooks/01_forward_propagation.ipynb
    """
    rng = np.random.default_rng(3)
    networks = [(sizes, "relu", "sigmoid") for sizes in ((3, 3, 3, 3), (2, 5, 4, 1), (2, 4, 1), (2, 1), (3, 5, 4, 4, 2), (2, 3, 1, 4, 2))]
    for sizes, *names in [*networks, ((2, 5, 4, 1), "tanh", "softplus")]:
        hidden, output = (ACTIVATIONS[name].value for name in names)
        p = network.init_params(sizes, rng=rng)
        p.update({f"b{l}": rng.uniform(-1, 1, size=(n, 1)) for l, n in enumerate(sizes[1:], start=1)})
        X, L = rng.normal(size=(sizes[0], 6)), len(sizes) - 1
        answer = call(my_forward, X, p, hidden, output, name="my_forward", depth=L)
        name = f"A{L} for layer sizes {sizes}, with {names[0]} and {names[1]},"
        compare(answer, _run(X, p, [hidden] * (L - 1) + [output]), _depth_mistakes(X, p, L, hidden, output), name=name)
    return "all layers say the same sentence; only the last one uses another activation, so that its output is a probability."


def _run(X, p, activations, bias=1):
    """A of the last layer that has an activation in the list."""
    A = X
    for l, g in enumerate(activations, start=1):
        A = g(p[f"W{l}"] @ A + bias * p[f"b{l}"])
    return A


def _depth_mistakes(X, p, L, hidden, output):
    """What slips in the loop give; values of another shape than the answer never match."""

    def run(activations, bias=1):
        return _run(X, p, activations, bias)

    def identity(Z):
        return Z

    layers = [hidden] * (L - 1) + [output]
    mistakes = [
        (run([hidden] * L), "the last layer uses the hidden activation as well: with ReLU at the output, A is no probability. "
                             "That is suspect 5. (Ask l == L, whatever the number of units.)"),
        (run([*layers[:-1], identity]), "the last activation is missing: this is Z of the last layer."),
        (run(layers, bias=0), "the biases are missing: Z = W A + b."),
    ]
    relu, sigmoid = ACTIVATIONS["relu"].value, ACTIVATIONS["sigmoid"].value
    if (hidden, output) != (relu, sigmoid):
        mistakes += [(run([g] * (L - 1) + [h]), "the activations are built in: use g_hidden and g_output, whatever they are.")
                     for g, h in ((relu, sigmoid), (hidden, sigmoid), (relu, output))]  # fmt: skip
    if L > 3:
        mistakes += [(run([hidden, hidden, g]), f"your loop stops after layer 3, but this network has {L} layers: find L from p.")
                     for g in (hidden, output)]  # fmt: skip
    single = [output if p[f"W{l}"].shape[0] == 1 else hidden for l in range(1, L)]
    if output in single:
        mistakes += [(run([*single, g]), "a hidden layer gets the output's activation because it has one unit: ask l == L instead.")
                     for g in (hidden, output)]  # fmt: skip
    if L > 1:
        mistakes += [
            (run([output] * L), "the hidden layers use the output's activation."),
            (run([identity] * (L - 1) + [output]), "Z goes on to the next layer: pass A = g(Z) on, or the layers collapse into one."),
            (run(layers[:-1]), "the loop stops one layer early: range(1, L + 1) includes L."),
            (run([output] + [hidden] * (L - 1)), "the two activations are swapped: the output's belongs to layer L, not to layer 1."),
            (run([hidden] * (L - 2) + [output]), "the loop stops one layer early: range(1, L + 1) includes L."),
        ]
        if X.shape[0] == p[f"W{L}"].shape[1]:
            mistakes.append((output(p[f"W{L}"] @ X + p[f"b{L}"]), "every layer reads X: layer l reads the A of layer l - 1."))
    return mistakes
