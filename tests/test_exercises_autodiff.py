"""The checks of notebook 10 with right, untouched and wrong answers: each mistake is told by its name."""

import math

import numpy as np
import pytest

from helpers import autograd
from helpers.exercises import autodiff

ONE = (autodiff.check_order, autodiff.check_hand_on, autodiff.check_unbroadcast, autodiff.check_safe_sqrt, autodiff.check_dual_product,
       lambda f: autodiff.check_local_slopes(f, tanh), lambda f: autodiff.check_local_slopes(division, f))  # fmt: skip


def division(a, b):
    return 1 / b, -a / b**2


def tanh(out):
    return 1 - out**2


def raises(*_):
    raise RuntimeError("not today")


def assert_wrong(feedback, *words):
    assert feedback.status == "wrong", feedback
    for word in words:
        assert word in feedback.message, feedback


def assert_right(feedback):
    assert feedback.right, feedback


# ---------------------------------------------------------------- whatever comes


@pytest.mark.parametrize("check", ONE)
@pytest.mark.parametrize("answer", [..., lambda *_: ..., lambda *_: (..., ...), lambda *_: [..., 1]])
def test_untouched_is_not_attempted(check, answer):
    assert check(answer).status == "not attempted"


@pytest.mark.parametrize("check", ONE)
@pytest.mark.parametrize("answer", [
    None, "text", 3.0, [], {}, np.nan, raises, lambda: 1, lambda *_: None, lambda *_: "text", lambda *_: np.ones((3, 4, 5)), lambda *_: np.nan,
    lambda *_: {}, lambda *_: [1, [2, 3]], lambda *_: math.inf, lambda *_: object(),
])  # fmt: skip
def test_garbage_is_wrong_and_never_raises(check, answer):
    feedback = check(answer)
    assert feedback.status == "wrong"
    assert feedback.message


@pytest.mark.parametrize("check", ONE)
def test_an_error_in_the_answer_is_told(check):
    assert_wrong(check(raises), "RuntimeError", "not today")


# ---------------------------------------------------------------- the order


def by_recursion(parents, goal):
    listed = []

    def visit(node):
        if node not in listed:
            for parent in parents[node]:
                visit(parent)
            listed.append(node)

    visit(goal)
    return listed[::-1]


def by_counting_users(parents, goal):
    waiting, turns = dict.fromkeys(parents, 0), []
    for nodes in parents.values():
        for node in nodes:
            waiting[node] += 1
    ready = [node for node, users in waiting.items() if not users]
    while ready:
        turns.append(ready.pop())
        for node in parents[turns[-1]]:
            waiting[node] -= 1
            if not waiting[node]:
                ready.append(node)
    return turns


def preorder(parents, goal, turns=None):
    turns = [] if turns is None else turns
    if goal not in turns:
        turns.append(goal)
        for node in parents[goal]:
            preorder(parents, node, turns)
    return turns


def breadth_first(parents, goal):
    turns = [goal]
    for node in turns:
        turns += [parent for parent in dict.fromkeys(parents[node]) if parent not in turns]
    return turns


def every_arrival(parents, goal):
    return [goal] + [turn for node in parents[goal] for turn in every_arrival(parents, node)]


@pytest.mark.parametrize("form", [list, tuple, np.array, iter, dict.fromkeys, ", ".join])
@pytest.mark.parametrize("order", [by_recursion, by_counting_users])
def test_order_right(order, form):
    assert_right(autodiff.check_order(lambda parents, goal: form(order(parents, goal))))


@pytest.mark.parametrize(("order", "word"), [
    (preorder, "has its turn before 's', which was computed from it"),
    (breadth_first, "comes too late"),
    (every_arrival, "has several turns"),
    (lambda parents, goal: by_recursion(parents, goal)[::-1], "the order of calculation"),
    (lambda parents, goal: by_recursion(parents, goal)[:-1], "lacks x"),
    (lambda parents, goal: list(parents), "comes too late"),
    (lambda parents, goal: list(parents)[::-1], "comes too late"),
    (lambda parents, goal: [*by_recursion(parents, goal), "z"], "name of no node"),
    (lambda parents, goal: ["l", "s", "u", "x"], "name of no node"),
    (lambda parents, goal: [], "lacks l, s, u, x"),
    (lambda parents, goal: parents.pop(goal) and [goal], "overwrites its argument"),
])  # fmt: skip
def test_order_mistakes(order, word):
    assert_wrong(autodiff.check_order(order), word)


# ---------------------------------------------------------------- one node's turn


def hand_on(change):
    def turn(grads, up, parents, slopes):
        for parent, slope in zip(parents, slopes, strict=True):
            grads[parent] = change(grads[parent], slope, up)
        return grads

    return turn


def new_dict(grads, up, parents, slopes):
    return {name: old + sum(slope * up for parent, slope in zip(parents, slopes, strict=True) if parent == name) for name, old in grads.items()}


def last_only(grads, up, parents, slopes):
    return grads | {parent: grads[parent] + slope * up for parent, slope in zip(parents, slopes, strict=True)}


def first_only(grads, up, parents, slopes):
    return grads | {parent: grads[parent] + slope * up for parent, slope in reversed([*zip(parents, slopes, strict=True)])}


@pytest.mark.parametrize("right", [
    hand_on(lambda old, slope, up: old + slope * up), hand_on(lambda old, slope, up: up * slope + old), new_dict,
    hand_on(lambda old, slope, up: np.array([old + slope * up])), hand_on(lambda old, slope, up: np.float32(old + slope * up)),
])  # fmt: skip
def test_hand_on_right(right):
    assert_right(autodiff.check_hand_on(right))


def test_hand_on_with_the_stub_as_it_is():
    assert autodiff.check_hand_on(hand_on(lambda *_: ...)).status == "not attempted"


@pytest.mark.parametrize(("change", "word"), [
    (lambda old, slope, up: slope * up, "an overwrite: what had arrived"),
    (lambda old, slope, up: slope, "an overwrite by the local slope alone"),
    (lambda old, slope, up: old + slope, "without the factor up"),
    (lambda old, slope, up: old + up, "without the local slope"),
    (lambda old, slope, up: old + up + slope, "slope and up were added"),
    (lambda old, slope, up: old + slope * old, "multiplied by what had arrived at the parent"),
    (lambda old, slope, up: old * slope * up, "over the paths add"),
    (lambda old, slope, up: old * up + slope, "multiplies what was there"),
    (lambda old, slope, up: old - slope * up, "paths add"),
    (lambda old, slope, up: old, "nothing has arrived"),
    (lambda old, slope, up: "text", "grads['a']"),
])  # fmt: skip
def test_hand_on_mistakes(change, word):
    assert_wrong(autodiff.check_hand_on(hand_on(change)), word)


@pytest.mark.parametrize(("answer", "word"), [
    (last_only, "got its last share only"), (first_only, "got its first share only"),
    (lambda grads, up, parents, slopes: {name: new_dict(grads, up, parents, slopes)[name] for name in parents}, "the dict lacks c"),
    (lambda grads, up, parents, slopes: list(grads.values()), "expected the dict"),
    (lambda grads, up, parents, slopes: grads.update(new_dict(grads, up, parents, slopes)), "returns None"),
])  # fmt: skip
def test_hand_on_mistakes_of_the_whole(answer, word):
    assert_wrong(autodiff.check_hand_on(answer), word)


# ---------------------------------------------------------------- local slopes


@pytest.mark.parametrize("right", [
    division, lambda a, b: [1 / b, -a * b**-2], lambda a, b: np.array([1.0, -a / b]) / b, lambda a, b: (np.array([1 / b]), -(a / b) / b),
])  # fmt: skip
def test_division_right(right):
    assert_right(autodiff.check_local_slopes(right, tanh))


@pytest.mark.parametrize("right", [
    tanh, lambda out: (1 - out) * (1 + out), lambda out: np.array([1 - out * out]), lambda out: 1 / math.cosh(math.atanh(out)) ** 2,
])  # fmt: skip
def test_tanh_right(right):
    assert_right(autodiff.check_local_slopes(division, right))


@pytest.mark.parametrize(("wrong", "word"), [
    (lambda a, b: (-a / b**2, 1 / b), "changed places"),
    (lambda a, b: (1 / b, a / b**2), "sign of the second"),
    (lambda a, b: (1 / b, -a / b), "lacks a factor 1 / b"),
    (lambda a, b: (1 / b, a / b), "a / b itself"),
    (lambda a, b: (1 / b, -1 / b**2), "lacks the factor a"),
    (lambda a, b: (1 / b, a), "as for a product"),
    (lambda a, b: (1 / b, 1 / a), "hold a fixed"),
    (lambda a, b: (b, a), "slopes of a product"),
    (lambda a, b: (1, -a / b**2), "towards a the slope is 1 / b"),
    (lambda a, b: 1 / b, "has shape ()"),
    (lambda a, b: (1 // b, -a // b**2), "wrong in"),
])  # fmt: skip
def test_division_mistakes(wrong, word):
    assert_wrong(autodiff.check_local_slopes(wrong, tanh), word)


@pytest.mark.parametrize(("wrong", "word"), [
    (lambda out: 1 - np.tanh(out) ** 2, "which is tanh(z) already"),
    (lambda out: 1 - np.arctanh(out) ** 2, "square is that of the output"),
    (lambda out: out * (1 - out), "slope of sigmoid"),
    (lambda out: 1 + out**2, "slope of tan;"),
    (lambda out: (1 - out) ** 2, "not (1 - out)**2"),
    (lambda out: -2 * out, "slope of 1 - out**2"),
    (lambda out: out**2 - 1, "tanh rises everywhere"),
    (lambda out: 1 / (1 - out**2), "inverse function"),
    (lambda out: 1 - out, "square is missing"),
    (lambda out: math.tanh(out), "and not a slope"),
    (lambda out: 0.5, "wrong in 3 of 3"),
])  # fmt: skip
def test_tanh_mistakes(wrong, word):
    assert_wrong(autodiff.check_local_slopes(division, wrong), word)


# ---------------------------------------------------------------- unbroadcast


def by_steps(share, shape):
    while share.ndim > len(shape):
        share = share.sum(axis=0)
    for i, length in enumerate(shape):
        if length == 1:
            share = share.sum(axis=i, keepdims=True)
    return share


def at_once(share, shape):
    new = share.ndim - len(shape)
    axes = tuple(i for i in range(share.ndim) if i < new or (shape[i - new] == 1 and share.shape[i] > 1))
    return share.sum(axis=axes).reshape(shape) if axes else share


@pytest.mark.parametrize("right", [
    by_steps, at_once, lambda share, shape: autograd.gradient(lambda a: (a * share).sum(), np.ones(shape))[0],
    lambda share, shape: by_steps(share, shape).astype(np.float32), lambda share, shape: by_steps(share, shape).tolist(),
])  # fmt: skip
def test_unbroadcast_right(right):
    assert_right(autodiff.check_unbroadcast(right))


def same_number_of_axes(share, shape, sum_=np.sum, keepdims=True):
    for i, length in enumerate(shape):
        if length == 1 and share.ndim == len(shape):
            share = sum_(share, axis=i, keepdims=keepdims)
    return share


def each_but(share, shape):
    axes = tuple(i for i, length in enumerate(shape) if length != 1 and share.ndim == len(shape))
    return share.sum(axis=axes, keepdims=True) if axes and len(axes) < len(shape) else by_steps(share, shape)


def columns_always(share, shape):
    return share.sum(axis=0, keepdims=True) if share.shape != shape else share


@pytest.mark.parametrize(("wrong", "word"), [
    (lambda share, shape: share, "nothing was summed"),
    (lambda share, shape: same_number_of_axes(share, shape, np.mean), "the mean was taken"),
    (lambda share, shape: same_number_of_axes(share, shape, lambda a, axis, keepdims: a.take([0], axis)), "the first of the repeated entries"),
    (lambda share, shape: same_number_of_axes(share, shape), "for a share of shape (3, 4) and the shape (4,)"),
    (lambda share, shape: share.sum(axis=1) if shape == (3, 1) else by_steps(share, shape), "the axis is gone: keepdims=True"),
    (lambda share, shape: by_steps(share, (1,) * (share.ndim - len(shape)) + shape), "axes that NumPy put in front remain"),
    (columns_always, "wrong axis"),
    (each_but, "wrong axis"),
    (lambda share, shape: share.sum(), "everything was summed"),
    (lambda share, shape: by_steps(share, shape) if shape != share.shape else share.sum(), "here nothing was repeated"),
    (lambda share, shape: np.broadcast_to(by_steps(share, shape), share.shape), "has shape (3, 4), expected (3, 1)"),
    (lambda share, shape: share.reshape(shape), "reshape"),
])  # fmt: skip
def test_unbroadcast_mistakes(wrong, word):
    assert_wrong(autodiff.check_unbroadcast(wrong), word)


# ---------------------------------------------------------------- the safe root


def twice_where(x):
    return np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0)


@pytest.mark.parametrize("right", [
    twice_where, lambda x: np.sqrt(np.where(x > 0, x, 1.0)) * (x > 0), lambda x: np.sqrt(np.where(x > 0, x, 0)),
    lambda x: np.where(x > 0, np.where(x > 0, x, 1) ** 0.5, 0.0),
    lambda x: np.where(x <= 0, 0, np.sqrt(np.where(x <= 0, 7, x))), lambda x: np.where(x > 0, x, 0) / np.sqrt(np.where(x > 0, x, 1)),
])  # fmt: skip
def test_safe_sqrt_right(right):
    assert_right(autodiff.check_safe_sqrt(right))


@pytest.mark.parametrize(("wrong", "word"), [
    (lambda x: np.where(x > 0, np.sqrt(x), 0), "the slope is NaN at x = 0, -1"),
    (lambda x: np.sqrt(np.maximum(x, 0)), "the slope is NaN at x = 0, -1"),
    (lambda x: np.where(x >= 0, np.sqrt(np.where(x >= 0, x, 1)), 0), "the slope at 0 is infinite"),
    (np.sqrt, "holds NaN"),
    (lambda x: np.sqrt(np.where(x > 0, x, 1)), "choose the value outside"),
    (lambda x: np.sqrt(np.maximum(x, 1e-12)), "a small number inside"),
    (lambda x: np.sqrt(np.maximum(x, 0) + 1e-8), "a small number inside"),
    (lambda x: np.sqrt(abs(x)), "absolute value"),
    (lambda x: np.where(x.value > 0, 1, 0) if isinstance(x, autograd.Tensor) else twice_where(x), "its gradient is lost"),
    (lambda x: twice_where(x) if isinstance(x, np.ndarray) else autograd.Tensor(twice_where(x.value)), "all slopes are 0"),
    (lambda x: autograd.Tensor(twice_where(x)) if isinstance(x, np.ndarray) else twice_where(x), "a Tensor for a plain array"),
    (lambda x: math.sqrt(x), "raised TypeError"),
])  # fmt: skip
def test_safe_sqrt_mistakes(wrong, word):
    assert_wrong(autodiff.check_safe_sqrt(wrong), word)


# ---------------------------------------------------------------- dual numbers, passes


@pytest.mark.parametrize("form", [tuple, list, np.array, np.float32])
def test_dual_product_right(form):
    assert_right(autodiff.check_dual_product(lambda u, v: (np.array([u[0] * v[0]]), u[1] * v[0] + u[0] * v[1])))
    assert_right(autodiff.check_dual_product(lambda u, v: form([u[0] * v[0], u[1] * v[0] + u[0] * v[1]])))


@pytest.mark.parametrize(("wrong", "word"), [
    (lambda a, da, b, db: (a * b, da * db), "the movements are multiplied"),
    (lambda a, da, b, db: (a * b, da + db), "added without factors"),
    (lambda a, da, b, db: (a * b, a * da + b * db), "its own number's value"),
    (lambda a, da, b, db: (a * b, da * b), "of u alone"),
    (lambda a, da, b, db: (a * b, a * db), "of v alone"),
    (lambda a, da, b, db: (a * b, da * b - a * db), "subtracted"),
    (lambda a, da, b, db: (a * b, da * b + a * db + da * db), "too much"),
    (lambda a, da, b, db: (da * b + a * db, a * b), "changed places"),
    (lambda a, da, b, db: (a + b, da + db), "sum of the two"),
    (lambda a, da, b, db: (a + b, da * b + a * db), "a * b is asked"),
    (lambda a, da, b, db: a * b, "has shape ()"),
])  # fmt: skip
def test_dual_product_mistakes(wrong, word):
    assert_wrong(autodiff.check_dual_product(lambda u, v: wrong(*u, *v)), word)


@pytest.mark.parametrize("right", [
    {"forward": 3, "reverse": 1000}, {"Forward ": np.array([3.0]), "REVERSE": np.int64(1000)}, {"forwards": 3, "backward": 1e3}, (3, 1000), [3, 1000],
])  # fmt: skip
def test_passes_right(right):
    assert_right(autodiff.check_passes(right))


@pytest.mark.parametrize(("forward", "reverse", "word"), [
    (1000, 3, "other way round"), (3, 1, "begins at one output"), (1, 1000, "follows one input"), (1, 1, "one column or one row"),
    (3000, 3000, "one pass gives many"), (6, 1000, "central differences"), (4, 1000, "values come along"), (3, 3000, "by all inputs at once"),
    (3000, 1000, "all outputs by its input"), (7, 8, "wrong in 2 of 2"), ("three", 1000, "my_passes['forward']"), (3, None, "my_passes['reverse']"),
])  # fmt: skip
def test_passes_mistakes(forward, reverse, word):
    assert_wrong(autodiff.check_passes({"forward": forward, "reverse": reverse}), word)


def test_passes_of_other_kinds():
    assert autodiff.check_passes(...).status == "not attempted"
    assert autodiff.check_passes({"forward": 3, "reverse": ...}).status == "not attempted"
    assert_wrong(autodiff.check_passes({"forward": 3}), "lacks 'reverse'")
    assert_wrong(autodiff.check_passes(3), "expected the dict")
