"""Checks of the answers to notebook 10: an engine that differentiates, its order, its rules, and what it cannot know."""

import numpy as np

from helpers import autograd
from helpers.exercises.calling import beside
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, items, kind, numbers, short, unfinished

# ---------------------------------------------------------------- the order of a tape

GRAPHS = {
    "one node used by two": ({"l": ("u", "s"), "x": (), "s": ("u", "u"), "u": ("x", "x")}, "l"),
    "the other spelling": ({"u": ("x", "x"), "l": ("s", "u"), "s": ("u", "u"), "x": ()}, "l"),
    "a short cut past three nodes": ({"J": ("a", "d"), "a": (), "d": ("c", "a"), "b": ("a",), "c": ("b", "b")}, "J"),
    "two inputs": ({"p": ("w", "x"), "w": (), "loss": ("q", "p"), "q": ("p", "b"), "b": (), "x": ()}, "loss"),
    "a node beside it": ({"r": ("x",), "s": ("x",), "x": (), "t": ("r", "s"), "u": ("t", "r")}, "t"),
}


@check
def check_order(my_order):
    """The goal first, and each node after everything that was computed from it.

    Parameters
    ----------
    my_order : callable
        my_order(parents, goal) -> list of names; parents is a dict with a tuple of names for each node.

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    for parents, goal in GRAPHS.values():
        turns = items(call(my_order, parents, goal, name="my_order"), "the order", "names")
        _complete(turns, parents, goal)
        _no_turn_too_early(turns, parents, goal)
    return "each node has its turn when all that is computed from it has had its own."


def _complete(turns, parents, goal):
    where = f"for {parents} and the goal {goal!r}"
    if strange := [turn for turn in turns if turn not in parents]:
        raise Wrong(f"the order holds {short(strange[0])}, which is the name of no node, {where}.")
    if lacking := sorted(_below(parents, goal) - set(turns)):
        raise Wrong(f"the order lacks {', '.join(lacking)}, {where}: {goal!r} depends on it, so it needs a turn.")
    if twice := sorted({turn for turn in turns if turns.count(turn) > 1}):
        raise Wrong(f"{', '.join(twice)} has several turns in {turns}: it would hand on what it has handed on before. One turn each.")


def _no_turn_too_early(turns, parents, goal):
    place = {turn: i for i, turn in enumerate(turns)}
    edges = [(user, node) for user in _below(parents, goal) for node in parents[user]]
    late = sorted((place[node], node, user) for user, node in edges if place[user] > place[node])
    if not late:
        return
    if all(place[user] > place[node] for user, node in edges):
        raise Wrong(f"{turns} is the order of calculation, each node after its parents: gradients go the other way, so turn it round.")
    _, node, user = late[0]
    raise Wrong(f"in {turns} {node!r} has its turn before {user!r}, which was computed from it: the share from {user!r} comes too late. "
                f"The parents: {parents}.")  # fmt: skip


def _below(parents, goal):
    found, waiting = set(), [goal]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += parents[node]
    return found


# ---------------------------------------------------------------- one node's turn


@check
def check_hand_on(hand_on):
    """grads[parent] += slope * up for each parent, one that occurs twice included.

    Parameters
    ----------
    hand_on : callable
        hand_on(grads, up, parents, slopes) -> grads, a dict of numbers by name.

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    grads = {"a": 0.5, "b": 2.0, "c": -1.0}
    once = _handed(hand_on, grads, 3.0, ("a", "b"), (4.0, 5.0))
    mistakes = [
        ([12, 15, -1], "an overwrite: what had arrived at a and b from other nodes is lost. Add the share to it."),
        ([4, 5, -1], "an overwrite by the local slope alone: the share is slope * up, added to what is there."),
        ([4.5, 7, -1], "the local slope was added without the factor up: the share is slope * up."),
        ([3.5, 5, -1], "up was added without the local slope: the share is slope * up."),
        ([7.5, 10, -1], "slope and up were added: along an edge they are multiplied."),
        ([2.5, 12, -1], "the slope was multiplied by what had arrived at the parent: it belongs to up, the node's own gradient."),
        ([6, 30, -1], "what arrives is multiplied with what is there: along a path multiply, over the paths add."),
        ([1.5 + 4, 6 + 5, -1], "up multiplies what was there: it belongs to the slope."),
        ([-11.5, -13, -1], "the share was subtracted: paths add."),
        ([0.5, 2, -1], "nothing has arrived: add slope * up to grads[parent]."),
    ]
    compare(once, [12.5, 17, -1], mistakes, name="the gradients of a, b, c after a turn with up = 3 and the slopes 4 and 5")
    twice = _handed(hand_on, grads, 2.0, ("c", "c"), (3.0, 7.0))
    lost = [
        ([0.5, 2, 13], "a parent that occurs twice, as in c * c, got its last share only: both count."),
        ([0.5, 2, 5], "a parent that occurs twice, as in c * c, got its first share only: both count."),
    ]
    compare(twice, [0.5, 2, 19], lost, name="the gradients of a, b, c where both parents are c")
    return "the share is local slope times up, and shares add up, those of one parent that occurs twice, too."


def _handed(hand_on, grads, up, parents, slopes):
    """The three gradients that a reader's turn leaves, whether it changes the dict or makes a new one."""
    if not callable(hand_on):
        call(hand_on, name="hand_on")
    given = dict(grads)
    result = call(lambda: hand_on(given, up, parents, slopes), name="hand_on")
    if unfinished(list(given.values())):
        raise NotAttempted
    if not isinstance(result, dict):
        raise Wrong(f"hand_on returns {kind(result)}, expected the dict grads.")
    if lacking := [name for name in grads if name not in result]:
        raise Wrong(f"the dict lacks {', '.join(lacking)}: nodes that get nothing in this turn keep what they have.")
    return [numbers(result[name], f"grads[{name!r}]", ()) for name in grads]


# ---------------------------------------------------------------- two rules


@check
def check_local_slopes(division_slopes, tanh_slope):
    """1/b and -a/b^2 for a/b; 1 - out^2 for out = tanh(z).

    Parameters
    ----------
    division_slopes : callable
        division_slopes(a, b) -> the slopes of a / b towards a and towards b.
    tanh_slope : callable
        tanh_slope(out) -> the slope of tanh where its value is out.

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    for a, b in ((3.0, 2.0), (-1.5, 0.4), (2.0, -5.0)):
        _division(division_slopes, a, b)
    out = np.array([-0.9, 0.25, 0.6])
    z = np.arctanh(out)
    mistakes = [
        (1 - np.tanh(out) ** 2, "tanh was taken of out, which is tanh(z) already: 1 - out**2."),
        (1 - z**2, "this is 1 - z**2; the square is that of the output, which comes as the argument."),
        (out * (1 - out), "out (1 - out) is the slope of sigmoid."),
        (1 + out**2, "1 + out**2 is the slope of tan; that of tanh is 1 - out**2."),
        ((1 - out) ** 2, "the slope of tanh is 1 - out**2, not (1 - out)**2."),
        (-2 * out, "this is the slope of 1 - out**2; the slope of tanh is 1 - out**2 itself."),
        (out**2 - 1, "the sign is wrong: tanh rises everywhere, so its slope is positive, 1 - out**2."),
        (1 / (1 - out**2), "this is the slope of the inverse function, artanh."),
        (1 - out, "the square is missing: 1 - out**2."),
        (np.tanh(out), "this is the value of tanh, once more, and not a slope."),
    ]
    slopes = [numbers(call(tanh_slope, float(t), name="tanh_slope"), "the slope of tanh", ()) for t in out]
    compare(slopes, 1 - out**2, mistakes, name="the list of tanh's slopes at out = -0.9, 0.25, 0.6")
    return "two lines, and the engine can divide and knows tanh."


def _division(division_slopes, a, b):
    pair = _apart(call(division_slopes, a, b, name="division_slopes"))
    mistakes = [
        ([-a / b**2, 1 / b], "the two slopes have changed places: first towards a, then towards b."),
        ([1 / b, a / b**2], "the sign of the second is wrong: a / b falls where b grows, for positive a and b."),
        ([1 / b, -a / b], "the second lacks a factor 1 / b: the slope of 1 / b is -1 / b**2."),
        ([1 / b, a / b], "the second is a / b itself; the slope of 1 / b is -1 / b**2."),
        ([1 / b, -1 / b**2], "the second lacks the factor a, which stands before 1 / b."),
        ([1 / b, a], "the second is a, as for a product; the slope of 1 / b is -1 / b**2."),
        ([1 / b, 1 / a], "1 / a is no slope of a / b: hold a fixed and move b."),
        ([1 / b, a * np.log(abs(b))], "ln b is what 1 / b is the slope of; asked is the slope of 1 / b."),
        ([b, a], "these are the slopes of a product; a / b is a times 1 / b."),
        ([b, -a], "these are nearly the slopes of a product; a / b is a times 1 / b."),
        ([1, -a / b**2], "towards a the slope is 1 / b: a is multiplied by 1 / b."),
        ([1 / b**2, -a / b**2], "towards a the slope is 1 / b, not 1 / b**2."),
    ]
    compare(pair, [1 / b, -a / b**2], mistakes, name=f"the list of the slopes of a / b at a = {a}, b = {b}")


def _apart(pair):
    """A pair with each number in as few brackets as possible, so that (array([2.]), 3) is one, too."""
    if isinstance(pair, tuple | list) and len(pair) == 2:
        return [part.item() if isinstance(part, np.ndarray) and part.size == 1 else part for part in pair]
    return pair


# ---------------------------------------------------------------- broadcasting, undone

SHAPES = [((3, 4), (3, 1)), ((3, 4), (1, 4)), ((3, 3), (3, 1)), ((3, 3), (1, 3)), ((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 4), (1, 1)),
          ((3, 4), ()), ((5,), (1,)), ((2, 3, 4), (3, 1)), ((2, 3, 4), (2, 1, 4)), ((4, 3, 1), (3, 1)), ((1, 4), (1, 1))]  # fmt: skip


@check
def check_unbroadcast(my_unbroadcast):
    """The sum over the axes along which an array of this shape was repeated, in that shape.

    Parameters
    ----------
    my_unbroadcast : callable
        my_unbroadcast(share, shape) -> array of this shape.

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    rng = np.random.default_rng(0)
    for long, shape in SHAPES:
        share = rng.integers(1, 9, long) + 0.5
        name = f"the sum of a share of shape {long} in the shape {shape}"
        result = call(my_unbroadcast, share, shape, name="my_unbroadcast")
        compare(result, autograd.backward.unbroadcast(share, shape), _sums(share, shape), name=name)
    return "each use counts, so the share is summed over the repeated axes and has the argument's shape."


def _sums(share, shape):
    """What known mistakes give, with the sentence about each."""
    repeated = tuple(i for i in range(share.ndim) if (j := i - share.ndim + len(shape)) < 0 or shape[j] == 1 != share.shape[i])
    if not repeated:
        return [(np.array(share.sum()), "here nothing was repeated: the share stays as it is.")]
    right = share.sum(axis=repeated, keepdims=True)
    where = f"for a share of shape {share.shape} and the shape {shape}"
    mean, dropped = right / np.prod([share.shape[i] for i in repeated]), share.sum(axis=repeated)
    kept = tuple(i for i in range(share.ndim) if i not in repeated)
    other, first = share.sum(axis=kept), share[tuple(slice(1) if i in repeated else slice(None) for i in range(share.ndim))]
    found = [(mean.reshape(shape), f"the mean was taken {where}: each use counts fully, so sum."),
             (first.reshape(shape), f"the first of the repeated entries was taken {where}: all of them count, so sum."),
             (share, f"nothing was summed {where}: {_repeats(repeated)}.")]  # fmt: skip
    if dropped.shape != shape:
        found.append((dropped, f"the numbers are right {where}, but the axis is gone: keepdims=True keeps it with length 1."))
    if right.shape != shape:
        found.append((right, f"the numbers are right {where}, but axes that NumPy put in front remain: without keepdims they go."))
    for turned in (other, share.sum(axis=kept, keepdims=True)):
        found.append((turned, f"the sum runs along the wrong axis {where}: {_repeats(repeated)}."))
        if turned.size == np.prod(shape, dtype=int):
            found.append((turned.reshape(shape), f"the sum runs along the wrong axis {where}: {_repeats(repeated)}."))
    found.append((np.array(share.sum()), f"everything was summed {where}: {_repeats(repeated)}."))
    return found


def _repeats(axes):
    return f"the array was repeated along {'axis' if len(axes) == 1 else 'the axes'} {' and '.join(map(str, axes))}"


# ---------------------------------------------------------------- a root with a slope everywhere


@check
def check_safe_sqrt(safe_sqrt):
    """sqrt(x) where x > 0, else the value 0 and the slope 0, for arrays and for tensors of `autograd`.

    Parameters
    ----------
    safe_sqrt : callable
        safe_sqrt(x) -> array for an array, Tensor for a Tensor.

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    x = np.array([4.0, 0.25, 0.0, 1e-8, -1.0])
    with np.errstate(all="ignore"):
        value = call(safe_sqrt, x, name="safe_sqrt")
        if isinstance(value, autograd.Tensor):
            raise Wrong("safe_sqrt returns a Tensor for a plain array: use NumPy's functions on x as it is, and the engine does the rest.")
        root = np.sqrt(x)
        compare(value, [2, 0.5, 0, 1e-4, 0], _roots(x, root), name="the list of the values at x = 4, 0.25, 0, 1e-8, -1", tolerance=1e-9)
        found = call(lambda: beside(safe_sqrt, _with_slope, x), name="safe_sqrt")
    slopes = np.array([0.25, 1, 0, 5e3, 0])
    if not found.any():
        raise Wrong("all slopes are 0: x > 0 has its usual slope, 1 / (2 sqrt(x)). Was .value taken?")
    if np.isnan(found).any():
        raise Wrong("the values are right, and the slope is NaN at x = "
                    f"{', '.join(f'{at:g}' for at in x[np.isnan(found)])}: neither np.where around a root nor np.maximum inside of it "
                    "hides a NaN, since 0 times an infinite slope is one. Change what stands inside of np.sqrt.")  # fmt: skip
    if np.isinf(found).any():
        raise Wrong("the slope at 0 is infinite: the root of 0 is still computed. Put another number inside there.")
    compare(found, slopes, name="the list of the slopes at x = 4, 0.25, 0, 1e-8, -1")
    return "the inner number keeps the root away from 0, the outer choice gives the value."


def _with_slope(safe_sqrt, x):
    tensor = autograd.Tensor(x)
    out = safe_sqrt(tensor)
    if unfinished(out):
        return out
    if not isinstance(out, autograd.Tensor):
        raise Wrong(f"for a tensor safe_sqrt returns {kind(out)}: its gradient is lost. Write it with NumPy's functions, and without .value.")
    out.sum().backward()
    return np.zeros(x.shape) if tensor.grad is None else tensor.grad  # None: what it returned was made anew


def _roots(x, root):
    inside = np.where(x > 0, x, 1)
    return [
        (root, "the root of -1 is NaN: where x <= 0 the value is 0."),
        (np.sqrt(inside), "where x <= 0 the value is 1, the root of what you put inside: choose the value outside as well."),
        (np.sqrt(np.abs(x)), "the root of the absolute value gives 1 at x = -1; the value there is 0."),
        *((np.sqrt(np.maximum(x, 0) + eps), _CHANGED) for eps in (1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-16)),
        *((np.sqrt(x + eps), _CHANGED) for eps in (1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-16)),
        *((np.sqrt(np.maximum(x, eps)), _CHANGED) for eps in (1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-16)),
    ]


_CHANGED = ("a small number inside of the root changes the value where x <= 0 (or near it), and leaves a huge slope: choose with np.where, "
            "inside and outside.")  # fmt: skip


# ---------------------------------------------------------------- dual numbers, passes


@check
def check_dual_product(my_product):
    """(u, du) (v, dv) = (u v, du v + u dv).

    Parameters
    ----------
    my_product : callable
        my_product(u, v) -> (value, movement), for two pairs (value, movement).

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    for u, v in (((2.0, 3.0), (5.0, 7.0)), ((-1.5, 1.0), (0.5, 0.0)), ((0.0, 2.0), (3.0, -4.0))):
        (a, da), (b, db) = u, v
        mistakes = [
            ([a * b, da * db], "the movements are multiplied: a product moves by what each factor's movement does to it, the other held still."),
            ([a * b, da + db], "the movements are added without factors: each is multiplied by the other number's value."),
            ([a * b, a * da + b * db], "each movement is multiplied by its own number's value, it is the other's that counts."),
            ([a * b, da * b], "this is the movement of u alone: v moves, too."),
            ([a * b, a * db], "this is the movement of v alone: u moves, too."),
            ([a * b, da * b - a * db], "the two contributions are subtracted, as in a quotient: in a product they add."),
            ([a * b, da * b + a * db + da * db], "the product of the two movements is too much: a derivative keeps what is linear in them."),
            ([da * b + a * db, a * b], "value and movement have changed places."),
            ([a + b, da + db], "this is the sum of the two."),
            ([a + b, da * b + a * db], "the value is that of the sum, a * b is asked."),
        ]
        compare(_apart(call(my_product, u, v, name="my_product")), [a * b, da * b + a * db], mistakes, name=f"the product of {u} and {v}")
    return "the product rule, in a pair."


@check
def check_passes(my_passes):
    """3 forward passes (one an input) or 1000 backward sweeps (one an output) for 1000 slopes by 3 inputs.

    Parameters
    ----------
    my_passes : dict
        {"forward": ..., "reverse": ...}

    Posed in: notebooks/10_automatic_differentiation.ipynb
    """
    if isinstance(my_passes, tuple | list) and len(my_passes) == 2:
        my_passes = dict(zip(("forward", "reverse"), my_passes, strict=True))
    if not isinstance(my_passes, dict):
        raise Wrong(f"my_passes is {kind(my_passes)}, expected the dict of the stub.")
    my_passes = {name.strip().lower() if isinstance(name, str) else name: value for name, value in my_passes.items()}
    my_passes = {{"backward": "reverse", "forwards": "forward"}.get(name, name): value for name, value in my_passes.items()}
    if lacking := [name for name in ("forward", "reverse") if name not in my_passes]:
        raise Wrong(f"my_passes lacks {' and '.join(map(repr, lacking))}.")
    pair = [numbers(my_passes[name], f"my_passes[{name!r}]", ()) for name in ("forward", "reverse")]
    mistakes = [
        ([1000, 3], "the other way round: a forward pass follows one input to all outputs, a backward sweep one output to all inputs."),
        ([3, 1], "one backward sweep begins at one output; here there are 1000, and each needs its own."),
        ([1, 1000], "one forward pass follows one input; there are 3, and each needs its own."),
        ([1, 1], "one pass gives one column or one row of the table: one input's slopes, or one output's."),
        ([3000, 3000], "there are 3000 slopes, but one pass gives many of them: all of one input, or all of one output."),
        ([6, 1000], "two evaluations for each input is what central differences need; a dual number needs one pass for each."),
        ([4, 1000], "the values come along with every pass: 3 passes are enough."),
        ([3, 3000], "one sweep gives the slopes of its output by all inputs at once: 1000 sweeps."),
        ([3000, 1000], "one forward pass gives the slopes of all outputs by its input at once: 3 passes."),
    ]
    compare(pair, [3, 1000], mistakes, name="the list of forward passes and backward sweeps")
    return "one pass for each input, or one for each output: count both and take the smaller."
