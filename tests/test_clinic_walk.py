"""The parts below: paths to numbers, what is put back, names of gradients, what is returned, what is kept from call to call."""

import collections
import functools
import random
import types

import numpy as np
import pytest

from helpers.clinic.model import given, matching, memory, names
from helpers.clinic.model.state import State
from helpers.clinic.model.walk import Step, follow, leaves, name_of


class Slotted:
    __slots__ = ("W", "empty")

    def __init__(self):
        self.W = np.ones(2)


class Plain:
    kept = np.zeros(2)

    def __init__(self, **attributes):
        vars(self).update(attributes)


Pair = collections.namedtuple("Pair", "w b")


# --- walk ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (np.ones(3), ["params"]),
        ({"W1": np.ones(2), ("W", 2): np.ones(2), 3: np.ones(2)}, ["W1", "W2", "[3]"]),
        ([Plain(W=np.ones(2)), Slotted()], ["[0].W", "[0].kept", "[1].W"]),
        (Plain(layers=[Plain(w=0.5, n=3)], p={"W": np.ones(1)}), ["layers[0].w", "layers[0].kept", "p['W']"]),
        (Pair(0.5, np.ones(1)), ["w", "b"]),
        ([0.5, 1, 2.0], ["params"]),
        ({"W": [[0.5, 1], [2, 3.0]], "ragged": [[0.5], [1, 2]], "sizes": [3, 4]}, ["W", "ragged[0]"]),
        ({"a": True, "b": "0.5", "c": None, "d": np.arange(3.0) > 1}, []),
        (np.array([np.ones(2), np.ones(3)], dtype=object), ["[0]", "[1]"]),
    ],
)
def test_leaves_of_a_model(model, found):
    assert [leaf.name for leaf in leaves(model) if leaf.kind != "integers"] == found


def test_an_array_under_two_names_counts_once_and_circles_end():
    W = np.ones((2, 3))
    model = Plain(first=W, second=W, turned=W.T)
    model.me, model.list = model, [model]
    assert [leaf.name for leaf in leaves(model)] == ["first", "kept"]


def test_views_that_make_up_a_vector_stand_for_it():
    theta = np.zeros(6)
    assert [leaf.name for leaf in leaves({"theta": theta, "W": theta[:4].reshape(2, 2), "b": theta[4:]})] == ["W", "b"]
    assert [leaf.name for leaf in leaves({"theta": theta, "W": theta[:4]})] == ["theta"]


def test_no_property_of_theirs_runs():
    class Hostile:
        @property
        def W(self):
            raise AssertionError

        def __getattr__(self, name):
            raise AssertionError

    assert leaves(Hostile()) == []


def test_a_path_is_followed_through_what_was_bound_anew():
    model = Plain(layers=[{"W": np.ones(1)}])
    (leaf, _) = leaves(model)
    model.layers = [{"W": np.zeros(1)}]
    assert follow(model, leaf.path) is model.layers[0]["W"] and name_of(leaf.path) == "layers[0]['W']"


# --- state -----------------------------------------------------------------------------------------------------------

COUNT = 0


def counting(box=[0]):  # noqa: B006
    global COUNT
    COUNT += 1
    box[0] += 1
    counting.calls = COUNT
    return np.random.rand() + random.random()


def test_all_that_functions_reach_is_put_back():
    rng, ordered, seen, queue = np.random.default_rng(0), collections.OrderedDict(a=1, b=2), {1}, collections.deque([1])
    net, slotted, cell = Plain(v=np.zeros(2), t=1), Slotted(), 3

    def step(more=1):
        nonlocal cell
        cell += more
        net.v += rng.normal(size=2)
        net.t, net.new = 2, 5
        del slotted.W
        slotted.empty = 1
        Plain.kept[0] = 7
        Plain.other = 8
        ordered["c"] = ordered.pop("a")
        seen.add(2)
        queue.append(2)
        counting()

    state = State(net, functools.partial(step, more=2))
    randomness = rng.bit_generator.state, np.random.get_state()[1].tolist(), random.getstate()
    step()
    assert state.changed()
    state.restore(everything=True)
    assert not state.changed()
    assert (cell, net.t, vars(net).keys(), net.v.tolist()) == (3, 1, {"v", "t"}, [0, 0])
    assert slotted.W.tolist() == [1, 1] and not hasattr(slotted, "empty") and Plain.kept[0] == 0 and not hasattr(Plain, "other")
    assert dict(ordered) == {"a": 1, "b": 2} and seen == {1} and list(queue) == [1]
    assert COUNT == 0 and counting.__defaults__ == ([0],) and not vars(counting)
    assert (rng.bit_generator.state, np.random.get_state()[1].tolist(), random.getstate()) == randomness


def test_what_was_found_changed_once_is_put_back_from_then_on():
    net = Plain(v=np.zeros(2), w=np.zeros(2))
    state = State(net)
    net.v += 1
    state.restore(everything=True)
    net.v += 1
    net.w += 1
    state.restore()
    assert net.v.tolist() == [0, 0] and net.w.tolist() == [1, 1]
    state.restore(everything=True)
    assert net.w.tolist() == [0, 0]


def test_one_object_takes_the_place_of_another_within_tuples():
    W, new = np.ones(2), np.zeros(2)
    net = Plain(pair=(1, (W, 2)), W=W)
    state = State(net)
    state.replace(W, new)
    assert net.pair[1][0] is new and net.W is new and net.pair[0] == 1
    state.restore(everything=True)
    assert net.pair[1][0] is W and net.W is W


# --- names -----------------------------------------------------------------------------------------------------------


SPELLINGS = """
    W1 dW1 dW_1 d_W1 gW1 g_W1 GW1 grad_W1 gradW1 W1_grad W1grad to_W1 nabla_W1 nablaW1 delta_W1 dJ_dW1 dLdW1 dLoss_dW1 step_W1 δW1 ∇W1 dw1
"""


@pytest.mark.parametrize("called", sorted(names.words(SPELLINGS)))
def test_a_name_of_a_gradient(called):
    assert names.pairs([["b1"], ["W1"], ["W2"]], [["db1"], [called], ["dW2"]])[1] == 1


@pytest.mark.parametrize(
    ("parameter", "gradient"),
    [
        (["layers", 0, "weights"], ["layers", 0, "dweights"]),
        (["layers", 0, "weights"], ["layers", 0, "dW"]),
        (["layers", 0, "params", "W"], ["layers", 0, "grads", "W"]),
        (["layers", 0, "params", 1], ["layers", 0, "grads", 1]),
        (["w", 0, "data"], ["w", 0, "grad"]),
        (["weights", 2], ["nabla_w", 2]),
        (["biases", 2], ["db", 2]),
        (["_Net__W1"], ["_Net__dW1"]),
        (["params", "W1"], ["grads", "dW1"]),
        (["V"], ["gV"]),
    ],
)
def test_paths_that_belong_together(parameter, gradient):
    others = [["layers", 1, "weights"], ["v"]]
    assert names.pairs([parameter, *others], [["layers", 1, "dweights"], ["gv"], gradient])[0] == 2


def test_what_fits_two_is_no_name():
    assert names.pairs([["a", "W"], ["b", "W"]], [["dW"]]) == {}
    assert names.pairs([[0], [1]], [[0], [1]]) == {}


def test_counted_from_one():
    assert names.pairs([["weights", 0], ["weights", 1]], [["dW1"], ["dW2"]]) == {0: 0, 1: 1}
    assert names.pairs([["W1"], ["W2"]], [["dW2"]]) == {1: 0}


# --- what is given ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "shape", "fits"),
    [
        ((3,), (3,), True), ((3,), (1, 3), True), ((1, 3), (3,), True), ((1, 1), (), True), ((), (1, 1), True), ((1, 1), (1,), True),
        ((3,), (3, 1), None), ((1, 3), (3, 1), None), ((3, 1), (3,), None), ((2, 3), (3, 2), None), ((8, 3), (3,), None),
        ((1, 1), (3, 1), False), ((), (3,), False), ((1, 3), (4, 3), False),
    ],
)  # fmt: skip
def test_a_shape_counts_as_an_update_would_take_it(came, shape, fits):
    value, said = given.fitted(np.ones(came), shape)
    assert value.shape == shape and np.isnan(value).all() == (fits is None) and (said is None) == bool(fits)


def test_a_misfit_is_said_in_words():
    assert "one gradient for each of 8 examples, not summed over axis 0" in given.fitted(np.ones((8, 3, 2)), (3, 2))[1]
    assert "it is transposed" in given.fitted(np.ones((2, 3)), (3, 2))[1]


def parameters(**shapes):
    return leaves({name: np.ones(shape) for name, shape in shapes.items()})


def test_order_decides_where_shapes_fit_and_values_only_where_all_are_right():
    ours, answer = parameters(a=(2, 2), c=(2, 2)), [np.full((2, 2), 1.0), np.full((2, 2), 2.0)]

    def told(**right):
        return lambda name, value: value[0, 0] == right[name]

    def order(is_slope):
        return [match.path[0].which for match in matching.matched(ours, answer, None, is_slope).values()]

    assert order(told(a=1, c=2)) == order(told(a=1, c=7)) == order(told(a=2, c=7)) == order(told(a=7, c=7)) == [0, 1]
    assert order(told(a=2, c=1)) == [1, 0]


def test_shapes_decide_where_the_order_does_not_fit():
    found = matching.matched(parameters(a=(2, 3), c=(3,), e=(3, 1)), (np.ones((3, 1)), np.ones((2, 3)), np.ones(3)))
    assert {name: match.path[0].which for name, match in found.items()} == {"a": 1, "c": 2, "e": 0}


def test_one_vector_is_cut():
    ours = parameters(W=(2, 2), b=(2,))
    found = matching.matched(ours, np.arange(6.0))
    assert found["b"].read(np.arange(6.0), (2,))[0].tolist() == [4, 5]


def test_iterators_are_read_once():
    answer = given.unrolled(x for x in (np.ones(1), map(float, [1, 2])))
    assert [value.tolist() for _, value in given.arrays_in(answer)] == [[1], 1, 2]


# --- memory ----------------------------------------------------------------------------------------------------------


def calls(beta, g, v=0.0, share=1.0):
    found = []
    for _ in range(3):
        v = beta * v + share * g
        found.append({"W": np.array(v)})
    return found


@pytest.mark.parametrize(("beta", "v", "share"), [(0.9, 0, 1), (0.9, 3, 1), (1.0, 3, 1), (0.9, 3, 0.1), (0.0, 0, 1)])
def test_what_one_gradient_adds(beta, v, share):
    g = np.array([1.0, -2.0, 0.5])
    answers = calls(beta, g, v, share)
    kept = memory.Memory.of(answers, True, lambda name, value: np.allclose(value, g))
    assert np.allclose(kept.cleared(answers[: kept.calls])["W"], g)
    assert bool(kept.said) == (beta > 0)


def test_nesterov():
    g, v, found = np.array([1.0, -2.0]), 0.0, []
    for _ in range(3):
        last, v = v, 0.9 * v - g
        found.append({"W": -(-0.9 * last + 1.9 * v)})
    kept = memory.Memory.of(found, True, lambda name, value: np.allclose(value, g))
    assert kept.calls == 2 and np.allclose(kept.cleared(found[:2])["W"], g)


def test_something_else_is_only_said():
    kept = memory.Memory.of([{"W": np.array([1.0, 2])}, {"W": np.array([5.0, 2])}, {"W": np.array([6.0, 3])}], True, lambda *_: False)
    assert kept.calls == 1 and "something is kept" in kept.said[0]


def test_steps_of_a_path_name_themselves():
    assert name_of((Step("item", 0), Step("attr", "W"))) == "[0].W" and name_of((Step("key", "p"), Step("key", "W"))) == "p['W']"
    assert name_of(()) == "params"


def test_a_normal_number_that_waits_is_put_back():
    kept = np.random.get_state()
    try:
        np.random.seed(0)
        np.random.randn()
        expected = np.random.get_state()
        state = State(lambda: None)
        np.random.randn()
        state.restore(everything=True)
        assert str(np.random.get_state()) == str(expected)
    finally:
        np.random.set_state(kept)


def test_functions_of_their_modules_are_followed():
    module = types.ModuleType("theirs")
    exec(compile("count, cache = 0, []\ndef call():\n    global count\n    count += 1\n    cache.append(count)\n", "theirs.py", "exec"), vars(module))
    state = State(lambda: module.call())
    module.call()
    state.restore(everything=True)
    assert module.count == 0 and module.cache == []


def test_a_resized_array_gets_its_shape_back():
    v = np.arange(6.0)
    state = State([v])
    v.resize((2, 4), refcheck=False)
    state.restore(everything=True)
    assert v.tolist() == [0, 1, 2, 3, 4, 5]
