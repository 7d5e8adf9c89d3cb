"""The training explorer: what is sent is what helpers.training and helpers.network compute, in numbers and in words."""

import itertools
import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from helpers import case, curvature, datasets, losses, network
from helpers.training import comebacks, dead_mask, fate, gradient_descent
from helpers.widgets import TrainingExplorer
from helpers.widgets.training_explorer import recording as rec
from helpers.widgets.training_explorer import words
from helpers.widgets.training_explorer.experiment import DATA, HIDDEN, OUTPUTS, STARTS, STEPS, Experiment

EXPERIMENTS = {
    Experiment(): 1.2, Experiment("leaky_relu_0.2", "he", 4): 0.5, Experiment("elu", "glorot", data="standardised"): 0.12,
    Experiment("tanh", "small", wrong_slope=True): 1.0, Experiment("sigmoid", wrong_slope=True): 0.3, Experiment("silu", data="raw"): 0.001,
    Experiment("relu", "he", 3, output="relu_half_mse"): 0.1, Experiment("relu", "zeros", data="standardised"): 5.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def explorer():
    widget = TrainingExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def size(sent):
    """Bytes of what is sent: tables as they are, the rest as JSON."""
    if isinstance(sent, dict):
        return len(sent["bytes"]) if isinstance(sent.get("bytes"), bytes) else sum(len(json.dumps(key)) + size(value) for key, value in sent.items())
    return len(json.dumps(sent))


def step_by_step(experiment, rate):
    """Parameters and gradients of every step, by the single network's own functions, written as a loop."""
    X, y = datasets.two_moons() if experiment.data == "moons" else datasets.breast_cancer(standardised=experiment.data == "standardised")
    p, rule = network.init_params((X.shape[0], 10, 10, 1), experiment.start, experiment.seed), HIDDEN[experiment.hidden][1]
    kind = {"hidden": rule, "output": experiment.unit}
    for _ in range(STEPS[-1] + 1):
        c = network.forward_prop(X, p, **kind)
        if experiment.wrong_slope:
            loss_rule = losses.get_loss(experiment.unit, experiment.loss)
            delta = network.output_delta(c["Z3"], c["A3"], y, experiment.unit, loss_rule)
            grads = network.backward(delta, c, p, lambda Z, A: 1 - A**2)
        else:
            grads = network.backward_prop(X, y, c, p, **kind, loss=experiment.loss)
        yield y, p, c, grads
        p = {name: p[name] - rate * grads[f"d{name}"] for name in p}


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(("experiment", "rate"), EXPERIMENTS.items(), ids=lambda one: getattr(one, "key", one))
def test_a_run_is_what_the_functions_of_one_network_give(experiment, rate):
    found = {name: values[0] for name, values in rec.run(experiment, (rate,)).items()}
    masks, edges = [], rec.edges(experiment.data)
    for step, (y, p, c, grads) in enumerate(step_by_step(experiment, rate)):
        loss = network.compute_loss(y, c, experiment.unit, experiment.loss)
        masks.append(np.concatenate(dead_mask(c, experiment.rule)))
        assert found["curve"][step] == pytest.approx(loss, rel=1e-6, abs=1e-9)
        if step not in STEPS:
            continue
        k = STEPS.index(step)
        assert found["loss"][k] == pytest.approx(loss, rel=1e-6, abs=1e-9) and found["accuracy"][k] == network.accuracy(y, c["A3"])
        norms = [np.sqrt((grads[f"dW{l}"] ** 2).sum() + (grads[f"db{l}"] ** 2).sum()) for l in (1, 2, 3)]
        assert np.allclose(found["norms"][k], norms, rtol=1e-6, atol=1e-12)
        died, back = comebacks(np.array(masks))
        assert found["states"][k].tolist() == [1 if dead else 2 if n else 0 for dead, n in zip(masks[-1], back, strict=True)] and (back <= died).all()
        for l in (1, 2):
            Z, dead = c[f"Z{l}"], masks[-1][10 * l - 10 : 10 * l]
            mean = 100 * np.abs(experiment.rule.slope(Z)).mean(axis=1) / experiment.rule.slope(np.linspace(-10, 10, 4001)).max()
            assert np.abs(found["flow"][k][10 * l - 10 : 10 * l] - mean).max() <= 0.5 + 1e-9
            for which, rows in enumerate((Z[~dead], Z[dead])):
                counted = found["counts"][k][l - 1, which]
                assert counted.sum() == rows.size and counted[12:].sum() == (rows > 0).sum()
                inner = ((rows > edges[5]) & (rows <= edges[6])).sum()
                assert abs(int(counted[5]) - inner) <= 1, "on an edge rounding may decide"
        answers(found, k, experiment, c, p, y)
    assert found["stopped"] == -1


def answers(found, k, experiment, c, p, y):
    """The field is the network's answer in each cell; the tumours' outputs are counted by label."""
    if experiment.data == "moons":
        A = network.forward_prop(rec.grid(), p, experiment.rule, experiment.unit)["A3"][0]
        clear = np.abs(A - 0.5) > 1e-9
        assert np.array_equal((found["field"][k] > 127)[clear], (A > 0.5)[clear])
        assert np.abs(found["field"][k] - 256 * np.clip(A, 0, 1)).max() <= 1 + 1e-6
    else:
        for label in (0, 1):
            A = c["A3"][0, y[0] == label]
            assert found["answers"][k][label].sum() == A.size
            assert abs(int(found["answers"][k][label][10:].sum()) - int((A > 0.5).sum())) <= (np.abs(A - 0.5) < 1e-9).sum()


@pytest.mark.parametrize("experiment", [Experiment("tanh"), Experiment("silu", data="standardised")], ids=lambda one: one.key)
def test_percents_are_counted(experiment):
    run, y = rec.run(experiment, (0.5,)), experiment.Xy[1]
    for (_, p, c, _), step in zip(step_by_step(experiment, 0.5), range(41), strict=False):
        if step not in STEPS:
            continue
        k = STEPS.index(step)
        assert np.allclose(run["above"][0, k], [100 * (c[f"Z{l}"] > 0).mean() for l in (1, 2)])
        if experiment.data == "moons":
            field = network.forward_prop(rec.grid(), p, hidden=experiment.rule)["A3"]
            assert run["ones"][0, k] == pytest.approx(100 * (field > 0.5).mean())
        else:
            assert np.allclose(run["told"][0, k], [100 * ((c["A3"] > 0.5) == label)[y == label].mean() for label in (0, 1)])


def test_the_case_is_the_learners_own_code():
    run, X_y = TrainingExplorer().run, datasets.two_moons()
    given = {"learning_rate": 1.2, "steps": 300, "forward_prop": case.forward_prop, "backward_prop": case.backward_prop}
    assert np.allclose(run["curve"], gradient_descent(*X_y, case.initial_params(), **given)[1].loss)
    assert [(run["states"][k] == 1).sum() for k in (0, 1, 2)] == [0, 9, 20], "two steps kill everything"
    saved = TrainingExplorer(rate=0.12).run
    assert (saved["states"] == 1).sum(axis=1).max() == 1 and "trains" in saved["says"][-1], "0.12 saves it"


def test_the_comments_slope_is_that_of_the_learners_sigmoid_version():
    run, (X, y) = TrainingExplorer(hidden="sigmoid", wrong_slope=True, rate=0.12).run, datasets.two_moons()
    given = {"forward_prop": case.forward_prop_sigmoid, "backward_prop": case.backward_prop_sigmoid, "hidden": "sigmoid"}
    history = gradient_descent(X, y, case.initial_params(), learning_rate=0.12, steps=300, **given)[1]
    assert np.allclose(run["curve"], history.loss)
    right, claimed = (TrainingExplorer(hidden="tanh", wrong_slope=wrong).run["curve"] for wrong in (False, True))
    assert np.allclose(right, claimed), "for tanh the comment's slope is the right one"


def test_all_rates_are_recorded_for_the_case_in_little_room(explorer):
    rates = explorer.recording["rates"]
    assert len(rates) >= 24 and rates[0] == 0.001 and rates[-1] == 20 and list(rates) == sorted(rates)
    assert {0.12, 0.5, 1.2, 5, 10} <= set(rates) and case.LEARNING_RATE in rates
    assert size(explorer.recording | {"bowl": {}}) < 1_500_000
    sent = explorer.recording["runs"]
    assert sent["key"] == Experiment().key == explorer.recording["case"] and list(sent["rates"]) == list(rates)
    assert array(sent["field"]).shape == (len(rates), len(STEPS), rec.ROWS * rec.COLUMNS) and len(sent["says"]) == len(rates)
    assert all(top == 10 for _, top in sent["ranges"]), "the axis of the loss stays while somebody drags the rate"
    for r in (0, 11, 17, 27):
        alone = rec.run(Experiment(), (rates[r],))
        for name, dtype in rec.DTYPES.items():
            if name in sent:
                assert np.allclose(array(sent[name])[r].astype(float), alone[name][0].astype(dtype).astype(float), rtol=1e-5), name


def test_steps_are_recorded_each_at_first_and_later_thinner():
    assert STEPS[:11] == tuple(range(11)) and STEPS[-1] == 300
    assert (np.diff(np.diff(STEPS)) >= -20).all() and len(STEPS) == 27 - 1


def test_tones_are_on_the_side_of_the_answer():
    A = np.array([0, 0.25, 0.5 - 1e-12, 0.5, 0.5 + 1e-12, 0.75, 1.0, 7.0, -3.0, np.nan])
    assert rec.tones(A).tolist() == [0, 63, 127, 127, 128, 191, 255, 255, 0, 0]


def test_a_sum_of_0_is_counted_as_off():
    edges = rec.edges("moons")
    assert edges[12] == 0 and np.allclose(edges, -edges[::-1]) and edges[-1] == pytest.approx(100)
    Z = np.array([[[0.0, -1e-9, 1e-9, 5e3, -5e3]] * 10])
    counts = rec._counts(Z, np.zeros((1, 10), dtype=bool), edges)[0]
    assert counts[0, :12].sum() == 30 and counts[0, 12:].sum() == 20 and counts[0, 0] == counts[0, -1] == 10 and counts[1].sum() == 0


def life(*dead):
    """Masks of both layers, (301, 1, 10) each: unit 3 of layer 2 is dead in these steps, all others never."""
    masks = np.zeros((2, STEPS[-1] + 1, 1, 10), dtype=bool)
    masks[1, list(dead), 0, 2] = True
    return tuple(masks)


def test_a_unit_that_came_back_and_died_again_is_dead_and_a_comeback_is_told_once():
    dead = life(1, 2, 5, 13)  # 13 is no recorded step: the unit is dead between 12 and 15
    states = rec._states(dead, 0)
    assert states[[STEPS.index(step) for step in (0, 1, 2, 3, 4, 5, 6, 12, 15, 300)], 12].tolist() == [0, 1, 1, 2, 2, 1, 2, 2, 2, 2]
    assert states.max() == 2 and not states[:, np.arange(20) != 12].any()
    masks = [layer[:, 0] for layer in dead]
    told = {step: words.of_comebacks(masks, before, step) for before, step in itertools.pairwise(STEPS)}
    assert {step for step, text in told.items() if text} == {3, 6, 15} and told[3] == "Unit 3 of layer 2 comes back."


# ---------------------------------------------------------------- floors and cycles


def test_floors_are_those_of_the_loss():
    for data, (_, y) in {"moons": datasets.two_moons(), "raw": datasets.breast_cancer()}.items():
        assert Experiment(data=data).floor == losses.uninformed_loss(y)
        constant = np.linspace(0, 1, 10001)
        squares = ((constant[:, None] - y) ** 2).mean(axis=1) / 2
        assert Experiment(data=data, output="relu_half_mse").floor == pytest.approx(squares.min(), abs=1e-8)


def test_a_dead_network_cycles_only_beyond_its_threshold():
    assert Experiment().cycle(8) is None and Experiment(output="relu").cycle(20) is None
    assert Experiment().cycle(10) == pytest.approx((1.0444, 1.0444), abs=1e-4)
    assert Experiment().threshold == 8 and Experiment(data="raw").threshold == pytest.approx(8.5556, abs=1e-3)
    low, high = Experiment(data="raw").cycle(10)
    assert low < high and (low, high) == (curvature.dead_loss(357 / 569, 10).min(), curvature.dead_loss(357 / 569, 10).max())
    run = TrainingExplorer(rate=10).run
    assert run["loss"][-1] == pytest.approx(1.0444, abs=1e-4) and "in the cycle of a dead network beyond rate 8;" in run["says"][-1]
    assert "stuck" in run["says"][-1]


# ---------------------------------------------------------------- words


def test_words_tell_what_happened(explorer):
    says = explorer.run["says"]
    assert says[0] == "Step 0: no unit is dead. Loss 4.602, above the floor of 0.6931; accuracy 0.58."
    assert says[1].startswith("Step 1: 6 of 10 units of layer 1 and 3 of 10 units of layer 2 are dead, off for every example. Loss 0.9052,")
    assert says[2].startswith("Step 2: all 20 units are dead, off for every example: no example's input reaches the output. Loss 0.7042,")
    assert says[-1].endswith("Loss 0.6931, at the floor of 0.6931; accuracy 0.5. The run is stuck.")
    for r, rate in enumerate(rec.RATES):
        run, y = {name: values[r] for name, values in rec.own_runs().items()}, datasets.two_moons()[1]
        ends = {word for word in ("trains", "is stuck", "neither trains nor is stuck") if run["says"][-1].endswith(f"The run {word}.")}
        assert ends == {words.FATES[fate(run["loss"][-1], run["accuracy"][-1], y)][8:-1]}, rate


def test_units_of_layer_2_come_back_and_none_of_layer_1():
    returned = 0
    for seed in range(6):
        run = TrainingExplorer(start="he", rate=5, seed=seed).run
        assert not (run["states"][:, :10] == 2).any()
        back = (run["states"][:, 10:] == 2).sum(axis=1)
        returned += back.max()
        for k in np.flatnonzero(np.diff(back, prepend=0) > 0):
            assert "of layer 2 come" in run["says"][k] and "back." in run["says"][k]
        assert all("layer 1 come" not in text for text in run["says"])
    assert returned > 0


def test_a_run_that_cannot_begin_and_one_that_ends_early_say_so():
    run = TrainingExplorer(output="relu").run
    assert run["stopped"] == 0 and not np.isfinite(run["curve"]).any()
    text = "Step 0: the loss is not a number (NaN) before the first update, so there is nothing to descend. The run cannot begin."
    assert set(run["says"]) == {text}
    c = network.forward_prop(datasets.two_moons()[0], case.initial_params())
    assert np.array_equal(run["counts"][3], run["counts"][0]) and run["counts"][0][0, :, 12:].sum() == (c["Z1"] > 0).sum()
    explorer = TrainingExplorer(hidden="leaky_relu", rate=10, start="he")
    stopped = int(explorer.run["stopped"])
    assert 0 < stopped < 300
    explorer.step = 300
    assert explorer.describe().startswith(f"Step {stopped}: the loss is ")
    assert explorer.describe().endswith("The run has stopped; the pictures show its last finite networks.")


def test_an_output_that_is_dead_is_told():
    settings = {"hidden": "sigmoid", "start": "he", "output": "relu_half_mse", "step": 300}
    said = "The output unit is off for every example, so every gradient is 0."
    for rate in (0.001, 0.1, 5.0, 20.0):
        for seed in range(4):
            explorer = TrainingExplorer(**settings, seed=seed, rate=rate)
            *_, (_, _, c, grads) = step_by_step(explorer.experiment, rate)
            assert (said in explorer.describe()) == (not (c["Z3"] > 0).any()) == (not any(grads[f"dW{l}"].any() for l in (1, 2, 3)))
    assert said in TrainingExplorer(**settings, rate=20).describe() and said not in TrainingExplorer(step=2).describe()


def test_the_axis_of_the_loss_reaches_down_to_all_losses():
    deep = TrainingExplorer(hidden="tanh", start="he", data="standardised", rate=1.2)
    assert deep.run["curve"][-1] < 0.01 and rec.loss_range(deep.experiment, deep.run["curve"]) == (0.001, 10.0)
    assert rec.loss_range(rec.CASE, TrainingExplorer().run["curve"]) == (0.01, 10.0)
    assert rec.loss_range(rec.CASE, np.array([1.0, 1e-9, np.nan])) == (0.01, 10.0), "what is lower stands at the edge"
    assert rec.loss_range(Experiment(output="relu_half_mse"), np.array([1.0, 2e-5, 3e8])) == (1e-5, 1e6)


def test_dead_is_said_in_the_words_of_the_activation():
    says = TrainingExplorer(hidden="elu", rate=20, step=60).describe()
    assert "units of layer 2 are dead, slope 0 for every example." in says
    assert words.listed([3]) == "3" and words.listed([1, 4]) == "1 and 4" and words.listed([1, 2, 9]) == "1, 2 and 9"


# ---------------------------------------------------------------- settings


def test_settings_go_both_ways(explorer):
    widget = TrainingExplorer(rate=1, step=11, hidden="tanh", start="he", seed=3, data="raw", wrong_slope=True, output="relu_half_mse")
    assert (widget.rate, widget.step, widget.held["key"], widget.held["rates"]) == (1.0, 10, "tanh|he|3|raw|comment|relu_half_mse", [1.0])
    widget.hidden, widget.rate = "elu", 3.4
    assert widget.rate == 3.0 and widget.held["key"] == widget.experiment.key and widget.held["rates"] == [3.0]
    for name, options in (("hidden", HIDDEN), ("start", STARTS), ("data", DATA), ("output", OUTPUTS)):
        assert [value for value, _ in widget.recording[name]] == list(options)
    assert explorer.held == {} and repr(explorer) == "TrainingExplorer()"
    assert repr(TrainingExplorer(rate=0.12, step=2)) == "TrainingExplorer(rate=0.12, step=2)"


@pytest.mark.parametrize(("given", "kept"), [(1.2, 1.2), (0.12, 0.12), (0.001, 0.001), (20, 20), (1.1, 1.2), (0.11, 0.12), (14, 15), (1e-3, 0.001)])
def test_the_nearest_rate_in_ratio_is_kept(given, kept):
    assert TrainingExplorer(rate=given).rate == kept


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"view": "both"}, "view is 'both', expected one of network, bowl"),
        ({"rate": 0}, "rate is 0, expected a number from 0.001 to 20"),
        ({"rate": 21}, "rate is 21, expected a number from 0.001 to 20"),
        ({"rate": float("nan")}, "rate is nan, expected a number from 0.001 to 20"),
        ({"rate": "fast"}, "rate is 'fast', expected a number from 0.001 to 20"),
        ({"rate": None}, "rate is None, expected a number from 0.001 to 20"),
        ({"rate": True}, "rate is True, expected a number from 0.001 to 20"),
        ({"rate": [1.0, 2.0]}, r"rate is \[1.0, 2.0\], expected a number from 0.001 to 20"),
        ({"step": -1}, "step is -1, expected at least 0"),
        ({"step": 301}, "step is 301, expected at most 300"),
        ({"step": 2.5}, "step is 2.5"),
        ({"hidden": "rely"}, "hidden is 'rely', expected one of relu"),
        ({"start": "normal"}, "start is 'normal', expected one of uniform, small, he, glorot, zeros"),
        ({"seed": 20}, "seed is 20, expected at most 19"),
        ({"data": "digits"}, "data is 'digits', expected one of moons, raw, standardised"),
        ({"wrong_slope": 1}, "wrong_slope is 1, expected True or False"),
        ({"output": "softmax"}, "output is 'softmax', expected one of sigmoid, relu, relu_half_mse"),
        ({"speed": 2}, "TrainingExplorer has no setting 'speed'"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TrainingExplorer(**settings)


def test_answers_are_the_runs_that_were_asked_for(explorer):
    dials = {"hidden": "tanh", "start": "he", "seed": 1, "data": "moons", "wrong_slope": False, "output": "sigmoid"}
    answer = explorer.answer({"kind": "run", **dials, "rates": [0.5, 1.2]})
    assert answer["key"] == "tanh|he|1|moons|own|sigmoid" and answer["rates"] == [0.5, 1.2]
    other = TrainingExplorer(**dials, rate=1.2)
    assert np.array_equal(array(answer["loss"])[1], other.run["loss"]) and answer["says"][1] == other.run["says"]
    assert np.array_equal(array(answer["loss"])[1], array(other.held["loss"])[0])
    for wrong in ({"hidden": "rely"}, {"rates": [40]}, {"kind": "walk"}):
        with pytest.raises(ValueError):
            explorer.answer({"kind": "run", **dials, "rates": [0.5]} | wrong)


# ---------------------------------------------------------------- the picture


PICTURES = ({}, {"step": 2}, {"rate": 10, "step": 300}, {"data": "standardised", "step": 5}, {"output": "relu"}, {"hidden": "elu", "rate": 20})


@pytest.mark.parametrize("settings", PICTURES)
def test_the_picture_is_the_same_bytes_every_time(settings):
    widget = TrainingExplorer(**settings)
    picture = widget.picture()
    assert picture == TrainingExplorer(**settings).picture() and len(picture) < 120_000
    assert ElementTree.fromstring(picture).get("viewBox") == "0 0 1080 420"
    dead = int((widget.run["states"][STEPS.index(widget.step)] == 1).sum())
    assert picture.count("l10 10m-10 0l10 -10") == dead
