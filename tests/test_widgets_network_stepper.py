"""The network stepper: what is sent is what helpers compute, for any network, and what cannot be computed is said."""

import re

import numpy as np
import pytest

from helpers import case, gradcheck, network, paths
from helpers.activations import get_activation
from helpers.losses import OUTPUT_LOSSES
from helpers.widgets import NetworkStepper
from helpers.widgets.kit.numerals import number
from helpers.widgets.network_stepper import recording as rec
from helpers.widgets.network_stepper import words as stepper_words

NETWORKS = [((2, 10, 10, 1), 3, "sigmoid", None), ((1, 1, 1), 1, "sigmoid", "mse"), ((3, 16, 1), 2, "identity", None),
            ((2, 3, 4, 2, 3, 3), 2, "softmax", None),
            ((4, 5, 2), 4, "sigmoid", None), ((2, 3, 1), 2, "relu", None), ((2, 4, 2), 3, "relu", "mse")]  # fmt: skip


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def make(sizes, m, output="sigmoid", loss=None, seed=0, **more):
    rng = np.random.default_rng(seed)
    p = network.init_params(sizes, "glorot", rng)
    X = rng.normal(size=(sizes[0], m))
    y = np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], m)] if output == "softmax" else rng.integers(0, 2, (sizes[-1], m)) * 1.0
    return NetworkStepper(p, X, y, output=output, loss=loss, **more)


@pytest.fixture(scope="module")
def stepper():
    widget = NetworkStepper()
    yield widget
    widget.close()


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(("sizes", "m", "output", "loss"), NETWORKS)
@pytest.mark.parametrize("hidden", rec.HIDDEN)
def test_what_is_sent_is_what_helpers_compute(sizes, m, output, loss, hidden):
    widget = make(sizes, m, output, loss)
    net, sent = widget.net, widget.recording["runs"][hidden]
    c = network.forward_prop(net.X, net.p, hidden, output)
    grads = network.backward_prop(net.X, net.y, c, net.p, hidden, output, loss)
    for name, value in (c | grads).items():
        assert np.array_equal(array(sent[name]), value), name
    losses = [network.compute_loss(net.y[:, [i]], network.forward_prop(net.X[:, [i]], net.p, hidden, output), output, loss) for i in range(m)]
    assert np.allclose(array(sent["loss"]), [np.mean(losses), *losses], rtol=1e-12)
    for l in range(1, len(sizes) - 1):
        assert np.array_equal(array(sent[f"slope{l}"]), get_activation(hidden).slope(c[f"Z{l}"]))
    for l in range(1, len(sizes)):
        own = array(sent[f"own{l}"])
        assert np.allclose(own[:, :, :-1].mean(axis=0), grads[f"dW{l}"], rtol=1e-10, atol=1e-14)
        assert np.allclose(own[:, :, -1:].mean(axis=0), grads[f"db{l}"], rtol=1e-10, atol=1e-14)
        assert np.allclose(array(sent[f"sum{l}"]), own, rtol=1e-10, atol=1e-14)
    assert all(np.array_equal(array(widget.recording["p"][name]), value) for name, value in net.p.items())
    widget.close()


@pytest.mark.parametrize(("sizes", "m", "output", "loss"), NETWORKS)
def test_paths_are_the_largest_ones_and_the_rest(sizes, m, output, loss):
    widget = make(sizes, m, output, loss, seed=3)
    net, sent = widget.net, widget.recording["runs"]["tanh"]
    c = network.forward_prop(net.X, net.p, "tanh", output)
    grads = network.backward_prop(net.X, net.y, c, net.p, "tanh", output, loss)
    for l in range(1, len(sizes)):
        for i, j, k in np.ndindex(m, sizes[l], sizes[l - 1] + 1):
            every = paths.from_weight(net.p, c, grads, l, j, None if k == sizes[l - 1] else k, hidden="tanh", example=i)
            which, products = array(sent[f"which{l}"])[i, j], array(sent[f"path{l}"])[i, j, k]
            assert len(which) == min(16, len(every.products)) and np.allclose(products, every.products[which], rtol=1e-12, atol=0)
            assert np.isclose(np.abs(products).sum(), np.sort(np.abs(every.products))[-len(which) :].sum())
            assert np.isclose(products.sum() + array(sent[f"rest{l}"])[i, j, k], every.total, rtol=1e-9, atol=1e-15)
            assert array(sent[f"alive{l}"])[i, j, k] == np.count_nonzero(every.products)
    widget.close()


@pytest.mark.parametrize(("sizes", "m", "output", "loss"), [*NETWORKS, ((2, 3, 1), 2, "sigmoid", "half_mse"), ((2, 3, 1), 2, "relu", "bce")])
@pytest.mark.parametrize("hidden", rec.HIDDEN)
def test_every_line_of_code_computes_what_is_shown(sizes, m, output, loss, hidden):
    rng = np.random.default_rng(1)
    p = {name: np.abs(value) / 9 for name, value in network.init_params(sizes, "glorot", rng).items()}  # a relu as output stays in (0, 1)
    X = np.abs(rng.normal(size=(sizes[0], m))) + 0.1
    y = np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], m)] if output == "softmax" else rng.integers(0, 2, (sizes[-1], m)) * 1.0
    c = network.forward_prop(X, p, hidden, output)
    right = c | network.backward_prop(X, y, c, p, hidden, output, loss) | {"loss": network.compute_loss(y, c, output, loss)}
    steps = stepper_words.steps(list(sizes), m, hidden, output, loss)
    names = p | {"A0": X, "y": y, "m": m, "np": np}
    for step in steps:
        exec(step["code"], names)
        for key in step["keys"]:
            assert np.allclose(names[key], right[key], rtol=1e-9, atol=1e-13), step["code"]
    last = len(sizes) - 1
    assert [s["name"] for s in steps[: 2 * last]] == [f"{kind}{l}" for l in range(1, last + 1) for kind in "ZA"]
    assert [s["name"] for s in steps[2 * last :]][:3] == ["loss", f"dZ{last}", f"dW{last}"] and steps[-1]["keys"] == ["dW1", "db1"]


def test_shapes_are_those_of_the_arrays(stepper):
    run = stepper.run("relu")
    for step in run["steps"]:
        if step["kind"] in ("Z", "A", "dZ", "dA"):
            assert step["shapes"].endswith(f"→ {run['arrays'][step['name']].shape}")
    blank = rec.blank(stepper.net)
    assert {name: value.shape for name, value in blank.items()} == {name: value.shape for name, value in run["arrays"].items()}


def test_sentences_say_the_numbers(stepper):
    for step in ("Z2", "A1", "dZ2", "dA1"):
        stepper.step = step
        said = re.findall(r"−?\d[\d.e−]*", stepper.describe().split(" = ")[1].split(";")[0].replace("≈ 0", "0"))
        values = stepper.run()["arrays"][step][:, 0]
        assert [number(value, 3) for value in values] == [s.rstrip(".") for s in said] or "≈ 0" in stepper.describe()
    stepper.step, stepper.selected = "dW1", "W1[1, 0]"
    assert "W1[1, 0]: 10 paths, 4 alive, adding up to 0.4076 for example 1; mean over the 3 examples: dW1[1, 0] = " in stepper.describe()
    stepper.selected, stepper.step = "", "Z1"


def test_large_batches_and_networks_are_cut_to_what_can_be_chosen():
    widget = make((2, 3, 1), 60)
    assert widget.recording["shown"] == rec.MOST_EXAMPLES and widget.recording["m"] == 60
    c = network.forward_prop(widget.net.X, widget.net.p)
    grads = network.backward_prop(widget.net.X, widget.net.y, c, widget.net.p)
    assert np.array_equal(array(widget.recording["runs"]["relu"]["dW1"]), grads["dW1"]), "the gradient is that of all 60"
    assert array(widget.recording["runs"]["relu"]["Z1"]).shape == (3, 24)
    huge = make((16, 16, 16, 16, 16, 1), 3)
    tables = [value["bytes"] for value in huge.recording["runs"]["relu"].values() if isinstance(value, dict) and "bytes" in value]
    assert sum(map(len, tables)) < 2_000_000


def test_the_widest_and_deepest_network_has_all_its_paths():
    rng = np.random.default_rng(0)
    p, X = network.init_params([16] * 6, "glorot", rng), rng.normal(size=(16, 1))
    stepper = NetworkStepper(p, X, np.eye(16)[:, :1], hidden="tanh", selected="W1[0, 0]")
    found = stepper.run()["arrays"]
    assert (found["alive1"] == 16**4).all() and np.allclose(found["sum1"][0, :, :-1], found["dW1"], rtol=1e-10, atol=1e-14)
    assert "W1[0, 0]: 65536 paths, 65536 alive" in stepper.describe()


# ---------------------------------------------------------------- settings


def test_settings_are_checked_in_the_readers_terms(stepper):
    accepted = [("step", "db2", "dW2"), ("step", 3, "Z2"), ("step", "loss", "loss"), ("selected", " W2[3,1] ", "W2[3, 1]"),
                ("selected", "b3[0]", "b3[0]"),
                ("selected", None, ""), ("x", [1, 2], (1.0, 2.0)), ("x", (), ()), ("example", 2, 2), ("selected", "", "")]  # fmt: skip
    for name, value, kept in accepted:
        setattr(stepper, name, value)
        assert getattr(stepper, name) == kept
    refused = [("step", "Z4", "step is 'Z4', expected 1 to 15 or one of Z1, A1"), ("step", 16, "step is 16, expected 1 to 15"),
               ("selected", "W2[10, 0]", r"an entry of W2, whose shape is \(10, 10\)"), ("selected", "W4[0, 0]", "a layer from 1 to 3"),
               ("selected", "b1[0, 0]", "expected a weight"), ("x", [1], "expected 2 finite numbers"), ("x", [1, np.nan], "finite"),
               ("example", 4, "example is 4, expected 1 to 3"), ("example", 0, "example is 0, expected 1 to 3"),
               ("hidden", "reluu", "did you mean 'relu'"),
               ("speed", 3, "expected one of")]  # fmt: skip
    for name, value, said in refused:
        with pytest.raises(ValueError, match=said):
            setattr(stepper, name, value)
    for name, value in (("step", None), ("example", 1.0), ("x", "up"), ("selected", 3), ("batch", 1), ("selected", np.zeros(3)), ("x", Raising())):
        with pytest.raises(TypeError, match=f"{name} is "):
            setattr(stepper, name, value)
    stepper.example, stepper.step, stepper.selected = 1, "Z1", ""


class Raising:
    """An array that cannot be had."""

    def __array__(self, *_, **__):
        raise RuntimeError("gone")


def test_what_is_no_array_is_named():
    with pytest.raises(TypeError, match="X is no array of numbers: 'gone'"):
        NetworkStepper(X=Raising(), y=np.zeros((1, 1)))
    with pytest.raises(TypeError, match="y is no array of numbers: 'gone'"):
        NetworkStepper(X=np.zeros((2, 1)), y=Raising())
    assert NetworkStepper(X=[[1, 2], [3, 4]], y=[[0, 1]]).net.m == 2


def test_example_1_is_the_worked_example_and_words_count_from_1(stepper):
    x, y = case.worked_example()
    assert np.array_equal(stepper.net.X[:, :1], x) and np.array_equal(stepper.net.y[:, :1], y)
    assert "example 1 of 3" in NetworkStepper().describe() and "example 3 of 3" in NetworkStepper(example=3).describe()
    seen = NetworkStepper(example=2).shown_run()["arrays"]["A0"][:, NetworkStepper(example=2).column]
    assert np.array_equal(seen, stepper.net.X[:, 1])
    check = NetworkStepper(backward_prop=spoilt_for_example_3).recording["runs"]["relu"]["check"]
    assert check["steps"]["dZ2"]["verdict"].endswith("for example 3"), check["steps"]["dZ2"]


def spoilt_for_example_3(X, y, c, p):
    grads = network.backward_prop(X, y, c, p)
    third = rec.worked_batch()[0][0, 2]
    return {key: value + (key == "db2") * np.any(X[0] == third) for key, value in grads.items() if key[:2] != "dZ" and key[:2] != "dA"}


def test_with_a_learners_function_it_begins_where_that_goes_wrong():
    assert NetworkStepper(backward_prop=case.backward_prop_sigmoid, hidden="sigmoid").step == "dZ2"
    assert NetworkStepper(backward_prop=case.backward_prop_sigmoid, hidden="sigmoid", step="Z1").step == "Z1"
    assert NetworkStepper(backward_prop=case.backward_prop).step == "Z1"


@pytest.mark.parametrize(("value", "text"), [(-0.000356, "−3.6e−4"), (-0.0123, "−0.0123"), (-0.00356, "−0.0036"), (123456.7, "123457"),
                                             (-1e-9, "−1e−9"), (2.5, "2.5"), (-98765432.1, "−9.88e7")])  # fmt: skip
def test_what_stands_in_a_unit_fits_there(value, text):
    assert stepper_words.brief(value, 1.0) == text and len(text) <= 7


def test_another_input_is_answered_and_forgotten_with_its_example(stepper):
    answer = stepper.answer({"x": [0.5, -2.0], "example": 2, "hidden": "tanh"})
    X = stepper.net.X.copy()
    X[:, 1] = [0.5, -2.0]
    c = network.forward_prop(X, stepper.net.p, "tanh")
    grads = network.backward_prop(X, stepper.net.y, c, stepper.net.p, "tanh")
    assert all(np.array_equal(array(answer[name]), value) for name, value in (c | grads).items())
    stepper.x = (0.5, -2)
    assert stepper.describe() != NetworkStepper().describe()
    stepper.example = 2
    assert stepper.x == ()
    stepper.example = 1
    assert NetworkStepper(example=2, x=(1, 2)).x == (1.0, 2.0)


def test_repr_and_picture_are_the_same_every_time():
    one, two = NetworkStepper(step="dZ2", hidden="tanh"), NetworkStepper(step="dZ2", hidden="tanh")
    assert repr(one) == "NetworkStepper(2-10-10-1, step='dZ2', hidden='tanh')" and repr(NetworkStepper()) == "NetworkStepper(2-10-10-1)"
    assert one.picture() == two.picture() and one.describe() == two.describe()
    for step in [step["name"] for step in one.steps]:
        one.step = step
        assert one.picture().count("<line") == 130 and "nan" not in one.picture()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [({"p": {"W1": np.zeros((2, 2))}}, KeyError, "p lacks 'b1'"), ({"p": 3}, TypeError, "p is a int"),
     ({"X": np.zeros((2, 1))}, TypeError, "y is missing"),
     ({"X": np.zeros((3, 1)), "y": np.zeros((1, 1))}, ValueError, r"X has shape \(3, 1\), expected \(2, m\)"),
     ({"X": np.zeros((2, 2)), "y": np.zeros((1, 1))}, ValueError, "y has shape"),
     ({"X": np.zeros((2, 1)), "y": np.full((1, 1), 0.5)}, ValueError, "labels 0 and 1"),
     ({"backward_prop": 3}, TypeError, "backward_prop is a int"), ({"output": "sigmod"}, ValueError, "did you mean 'sigmoid'"),
     ({"p": network.init_params((2, 17, 1))}, ValueError, "at most 16 units"),
     ({"p": network.init_params((2, 2, 2, 2, 2, 2, 1))}, ValueError, "at most 4 hidden"),
     ({"colour": 1}, TypeError, "has no setting 'colour'")],
)  # fmt: skip
def test_bad_arguments_are_named(arguments, error, said):
    with pytest.raises(error, match=said):
        NetworkStepper(**arguments)


# ---------------------------------------------------------------- what has no finite result


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("W2", np.nan, "holds nan at index"), ("b1", np.inf, "holds inf at index"), ("W1", 1e308, "expected finite"), ("X", np.nan, "X holds nan")],
)
def test_nan_and_infinities_are_told(name, value, said):
    p, (X, y) = case.worked_params(), rec.worked_batch()
    target = X if name == "X" else p[name]
    target[:] = value
    widget = NetworkStepper(p, X, y)
    message = widget.recording["runs"]["relu"]["message"]
    assert said in message and message in widget.describe() and widget.picture()


def test_huge_and_dead_networks_have_numbers():
    p = {name: value * 1e60 for name, value in case.worked_params().items()}
    assert NetworkStepper(p).recording["runs"]["relu"]["message"] == ""
    dead = case.worked_params()
    dead["b2"][:] = -100.0
    widget = NetworkStepper(dead, selected="W1[1, 0]", step="dW1")
    assert "10 paths, 0 alive, adding up to 0" in widget.describe()


# ---------------------------------------------------------------- a learner's function


def check(backward_prop, hidden="relu", **more):
    return NetworkStepper(backward_prop=backward_prop, **more).recording["runs"][hidden]["check"]


def test_the_case_is_acquitted_with_relu_and_wrong_with_sigmoid():
    right = check(case.backward_prop)
    assert right["first"] == "" and right["summary"] == "Your backward_prop: all 6 gradients agree with central differences."
    wrong = check(case.backward_prop_sigmoid, "sigmoid")
    assert wrong["first"] == "dZ2" and "dZ2, or dA2 before it; right would be dZ2 = dA2 * A2 * (1 - A2)." in wrong["summary"]
    assert not wrong["steps"]["dW3"]["wrong"] and wrong["steps"]["dW1"]["wrong"]


def spoilt(key, change):
    def backward_prop(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        return grads | {key: change(grads[key])}

    return backward_prop


@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize(("key", "first"), [("dW3", "dW3"), ("db2", "dW2"), ("dA1", "dA1"), ("dZ1", "dZ1"), ("dZ3", "dZ3"), ("dW1", "dW1")])
def test_the_first_statement_that_goes_wrong_is_named(key, first, m):
    X, y = (part[:, :m] for part in rec.worked_batch())
    found = check(spoilt(key, lambda value: value * 1.01 + 1e-3), X=X, y=y)
    assert found["first"] == first and found["steps"][first]["wrong"] and first in found["summary"]


def test_yours_stands_beside_the_numerical_truth():
    widget = NetworkStepper(backward_prop=spoilt("dW2", lambda value: -value))
    run, net = widget.recording["runs"]["relu"], widget.net
    truth = gradcheck.batched_numerical_gradient(net.X, net.y, net.p)
    reference = network.backward_prop(net.X, net.y, network.forward_prop(net.X, net.p), net.p)
    assert np.array_equal(array(run["truth_dW2"]), truth["dW2"]) and np.array_equal(array(run["mine_dW2"]), -reference["dW2"])
    entry, mine, true = run["check"]["steps"]["dW2"]["rows"][0]
    j, k = map(int, re.findall(r"\d+", entry)[1:])
    assert (mine, true) == (number(-reference["dW2"][j, k]), number(truth["dW2"][j, k]))
    assert abs(truth["dW2"][j, k]) == np.abs(truth["dW2"]).max()


def only_layer_3(X, y, c, p):
    return {key: value for key, value in network.backward_prop(X, y, c, p).items() if key[-1] == "3"}


def raises(X, y, c, p):
    raise ZeroDivisionError("a hole")


@pytest.mark.parametrize(
    ("backward_prop", "said"),
    [(raises, "ZeroDivisionError: a hole"), (lambda: {}, "TypeError"), (lambda X, y, c, p: None, "returned None, expected a dict"),
     (lambda X, y, c, p: {}, "first goes wrong at dZ3"), (only_layer_3, "first goes wrong at dZ2"),
     (spoilt("dW2", lambda value: "nonsense"), "first goes wrong at dW2"), (spoilt("dW2", lambda value: value.T[:3]), "first goes wrong at dW2"),
     (spoilt("db1", lambda value: value * np.nan), "first goes wrong at dW1"),
     (spoilt("dZ2", lambda value: [[1, 2], [3]]), "first goes wrong at dZ2"),
     (spoilt("dA1", lambda value: value[:2]), "first goes wrong at dA1")],
)  # fmt: skip
def test_functions_that_raise_or_return_nonsense_are_told(backward_prop, said):
    found = check(backward_prop)
    assert said in found["summary"], found["summary"]


def test_a_function_may_spoil_what_it_is_given():
    def spoils(X, y, c, p):
        grads = network.backward_prop(X, y, c, p)
        for part in (X, y, *c.values(), *p.values()):
            part[:] = 0
        return grads

    widget = NetworkStepper(backward_prop=spoils)
    assert "all 6 gradients agree" in widget.recording["runs"]["relu"]["check"]["summary"]
    assert np.array_equal(widget.net.X, rec.worked_batch()[0]) and np.array_equal(widget.net.p["W1"], case.worked_params()["W1"])


def test_every_output_and_loss_has_its_words():
    for output, losses in OUTPUT_LOSSES.items():
        for loss in losses:
            for n in (1, 3):
                assert stepper_words.steps([2, 3, n], 2, "relu", output, loss)
