"""The tape stepper: what is sent is what `helpers.autograd` computes, wrong orders give what a recursion gives, nothing overlaps."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import numpy as np
import pytest

from helpers import autograd
from helpers.widgets import TapeStepper
from helpers.widgets.tape_stepper import layout, tape, words
from helpers.widgets.tape_stepper.expression import ALLOWED, FUNCTIONS, Expression

CASES = {
    "default": ("z = a*b + c; u = relu(z); u + a*u", {"a": 2, "b": 1.5, "c": -1}),
    "issue": ("(a*b + exp(c)) * a", {"a": 2, "b": -3, "c": 0.5}),
    "early": ("u = x**2; u + u*u", {"x": 2}),
    "late": ("u = x**2; u*u + u", {"x": 2}),
    "doubled": ("b = a + a; b + b", {"a": 1}),
    "shared": ("s = sin(p); q = cos(s) / p; t = tanh(q*s); t**3 - 2**s + abs(q) + log(1 + p*p)", {"p": 1.3}),
    "several": ("m = max(a, b); n = min(a, 2); sqrt(m*n) - (-m) + 3 - n/2", {"a": 1.7, "b": 0.4}),
    "wide": ("a*b + c*d + a*d + b*c + a*c + b*d", {"a": 1, "b": 2, "c": 3, "d": 4}),
    "full": ("p = a*x + b*y; q = c*x - a*y; r = relu(p); s = relu(q); t = tanh(r*s); w = exp(-t); (w - 1)*w + r*r + s",
             {"a": 1, "b": 2, "c": 0.5, "x": 1.5, "y": -0.5}),
    "steps": ("x+1+x+2+x+3+x+4+x+5+x+6+x+7", {"x": 1}),
}  # fmt: skip


def stepper(name, **settings):
    text, inputs = CASES[name]
    return TapeStepper(text, **inputs, **settings)


def random_expression(seed):
    """A text with three inputs in which results are used again, and values for the inputs."""
    rng = np.random.default_rng(seed)
    names, parts = ["a", "b", "c"], []
    for k in range(7):
        x, y = rng.choice(names, 2)
        forms = (f"{x}*{y}", f"{x} + {y}", f"{x} - 0.5*{y}", f"tanh({x})", f"relu({x})", f"{x} / 2", f"{x}*{x}", f"sin({x}) + {y}")
        parts.append(f"w{k} = {forms[rng.integers(len(forms))]}")
        names.append(f"w{k}")
    whole = "; ".join(parts) + f"; w6*a + w5*b + {names[-3]}*c"
    return whole, dict(zip("abc", rng.normal(size=3).round(2).tolist(), strict=True))


def evaluated(text, inputs):
    """The value of an expression, by Python itself."""
    known = {"relu": lambda z: max(z, 0.0), "exp": np.exp, "log": np.log, "tanh": np.tanh, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "abs": abs,
             "max": max, "min": min} | inputs  # fmt: skip
    *first, last = text.split(";")
    for part in first:
        exec(part.strip(), known)
    return eval(last.split("=")[-1].strip(), known)


class Number:
    """A scalar of an engine of its own, for the wrong orders."""

    def __init__(self, parents):
        self.parents, self.grad = parents, 0.0


def handed_back(stepper, order):
    """{input: gradient} by plain recursion over values that were computed apart from the widget's turns."""
    graph, local = stepper.recorded.graph, stepper.run["local"][stepper.row]
    nodes = [Number([]) for _ in graph.names]
    for (start, end, *_), slope in zip(graph.edges, local, strict=True):
        nodes[end].parents.append((nodes[start], slope))
    nodes[-1].grad = 1.0
    done = set()

    def visit(node):
        if order == "preorder" and node in done:
            return
        done.add(node)
        for parent, slope in node.parents:
            parent.grad += slope * node.grad
        for parent, _ in node.parents:
            visit(parent)

    visit(nodes[-1])
    return {name: node.grad for name, node in zip(stepper.inputs, nodes, strict=False)}


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("seed", range(25))
def test_right_gradients_are_those_of_autograd_and_of_central_differences(seed):
    text, inputs = random_expression(seed)
    try:
        widget = TapeStepper(text, **inputs)
    except (ValueError, TypeError):
        pytest.skip("an input is not used")
    f = Expression(text)
    names = list(widget.inputs)
    wanted = autograd.gradient(lambda *t: f.run(dict(zip(names, t, strict=True)))[0], *(inputs[name] for name in names))
    assert list(widget.gradients.values()) == pytest.approx(wanted, rel=1e-12) and widget.right == pytest.approx(widget.gradients, rel=1e-12)
    for name in names:
        up, down = (evaluated(text, inputs | {name: inputs[name] + h}) for h in (1e-6, -1e-6))
        assert widget.gradients[name] == pytest.approx((up - down) / 2e-6, rel=2e-6, abs=2e-6)
    assert widget.run["nodes"][widget.row, -1] == pytest.approx(evaluated(text, inputs), rel=1e-12)
    for order in ("preorder", "unordered"):
        widget.order = order
        if not widget.turns.rest:
            assert widget.gradients == pytest.approx(handed_back(widget, order), rel=1e-9)


def test_enough_of_the_random_expressions_are_fit():
    fit = 0
    for seed in range(25):
        text, inputs = random_expression(seed)
        try:
            tape.run(Expression(text), inputs)
        except ValueError:
            continue
        fit += 1
    assert fit >= 20


@pytest.mark.parametrize("name", CASES)
def test_every_recorded_value_of_every_input(name):
    text, inputs = CASES[name]
    widget = stepper(name)
    for moved in inputs:
        widget.input = moved
        column, run = widget.recorded.values[moved], widget.run
        assert len(column) == 41 and column[20] == inputs[moved] and np.allclose(np.diff(column), 0.1)
        for row in range(0, 41, 4):
            here = inputs | {moved: float(column[row])}
            with np.errstate(all="ignore"):
                value = evaluated(text, {k: np.float64(v) for k, v in here.items()})
            assert run["nodes"][row, -1] == pytest.approx(value, rel=1e-12, nan_ok=True)
            assert np.allclose(run["right"]["found"][row], run["true"][row], rtol=1e-12, atol=1e-13, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("early", {"right": 36, "preorder": 4, "unordered": 76, "overwrite": 16}),
        ("late", {"right": 36, "preorder": 36}),
        ("doubled", {"right": 4, "preorder": 4, "unordered": 8, "overwrite": 1}),
    ],
)
def test_the_answers_of_the_chapter(name, found):
    for order, gradient in found.items():
        (value,) = stepper(name, order=order).gradients.values()
        assert value == gradient
    assert TapeStepper("a*a", a=3, order="overwrite").gradients == {"a": 3}


def test_the_default_goes_wrong_in_every_wrong_order_and_has_its_kink():
    for order in words.ORDERS:
        widget = TapeStepper(order=order)
        assert (widget.gradients != widget.right) == (order != "right")
    assert TapeStepper().right == {"a": 6.5, "b": 6.0, "c": 3.0}
    kink = TapeStepper(input="b", value=0.5, step=3)
    assert kink.describe() == "Step 3 of 11, forward: u = relu(z) = 0. It stands at its kink: the slope there is a choice."
    assert kink.right == {"a": 0, "b": 0, "c": 0}
    assert [TapeStepper(value=b, step=3).run["kink"][TapeStepper(value=b).row].sum() for b in (0.4, 0.5, 0.6)] == [0, 1, 0]


@pytest.mark.parametrize("name", CASES)
def test_shares_add_up_and_are_the_local_slope_times_what_came(name):
    widget = stepper(name)
    graph, local = widget.recorded.graph, widget.run["local"]
    for order, turns in widget.recorded.turns.items():
        run = widget.run[order]
        held = np.zeros((41, len(graph.names)))
        held[:, -1] = 1
        for h, (t, e) in enumerate(turns.hands):
            start, end, *_ = graph.edges[e]
            assert end == turns.nodes[t]
            with np.errstate(all="ignore"):
                assert np.allclose(run["up"][:, t], held[:, end], equal_nan=True)
                assert np.allclose(run["share"][:, h], local[:, e] * run["up"][:, t], equal_nan=True)
                assert np.allclose(run["before"][:, h], held[:, start], equal_nan=True)
                held[:, start] = run["share"][:, h] + (0 if order == "overwrite" else held[:, start])
            assert np.allclose(run["after"][:, h], held[:, start], equal_nan=True)
        assert np.allclose(run["found"], held, equal_nan=True)
        assert np.array_equal(run["wrong"], ~np.isclose(run["found"], widget.run["true"], rtol=1e-9, atol=1e-12, equal_nan=True))


def test_each_local_slope_in_words_is_the_slope():
    said = 0
    for name in CASES:
        widget = stepper(name)
        graph = widget.recorded.graph
        values = widget.run["nodes"][widget.row]
        for e, (*_, slope) in enumerate(graph.edges):
            if slope:
                code = slope.replace("·", "*").replace("²", "**2").replace("^", "**").replace("−", "-").replace(", else", " else")
                code = re.sub(r"\{n(\d+)\}", lambda found, v=values: f"({float(v[int(found[1])])!r})", code)
                value = eval(code, {"cos": np.cos, "sin": np.sin, "log": np.log, "sign": np.sign})
                assert value == pytest.approx(widget.run["local"][widget.row, e], rel=1e-12), slope
                said += 1
    assert said > 90
    for text in ("exp(a)", "sqrt(a)", "-a", "a/b", "b/a", "a**b", "a**3", "2**a", "cos(a)", "sin(a)", "tanh(a)", "log(a)", "abs(a)"):
        assert all(edge[3] for edge in TapeStepper(text, **{name: 2.0 for name in Expression(text).inputs}).recorded.graph.edges), text


def test_too_many_turns_are_left_out_and_it_is_said():
    text = "; ".join(f"w{k + 1} = w{k} + w{k}" for k in range(20)).replace("w0", "x")
    widget = TapeStepper(text, x=1, order="unordered", step="end")
    assert len(widget.turns.nodes) + widget.turns.rest == 2**20 - 1 and len(widget.turns.nodes) == 48
    assert widget.describe().endswith("1048527 more would follow, and the gradients are not complete.")
    assert widget.right == {"x": 2.0**20}


# ---------------------------------------------------------------- expressions and functions


def test_a_function_of_tensors():
    widget = TapeStepper(lambda a, b: np.tanh(a * b) + np.log1p(a * a), a=2, b=-3)
    assert widget.recorded.graph.names == ["a", "b", "v1", "v2", "v3", "v4", "J"] and widget.recorded.graph.labels[-2:] == ["log1p", "+"]
    assert widget.right == pytest.approx({"a": -3 * (1 - np.tanh(-6) ** 2) + 4 / 5, "b": 2 * (1 - np.tanh(-6) ** 2)})
    assert "log1p" in TapeStepper(lambda a: np.log1p(a), a=1, step=1).describe()


def test_equal_values_are_different_nodes():
    widget = TapeStepper(lambda a, b: (a + b) * (b + a), a=1, b=1)
    assert widget.recorded.graph.labels == ["a", "b", "+", "+", "×"] and widget.right == {"a": 4, "b": 4}


def test_the_tape_is_in_the_order_of_the_text():
    graph = TapeStepper("w = 3*x; u = x**2; u*w - 1", x=2).recorded.graph
    assert graph.names == ["x", "w", "u", "v1", "J"] and graph.labels == ["x", "3 ×", "^ 2", "×", "− 1"]
    assert TapeStepper("v1 = x*x; v1 + exp(x)", x=1).recorded.graph.names == ["x", "v1", "v2", "J"]
    assert TapeStepper("J*J", J=1).recorded.graph.names == ["J", "result"]
    assert Expression("u = x^2\nu + 1").text == "u = x**2; u + 1"


@pytest.mark.parametrize(
    ("f", "settings", "message"),
    [
        ("a +", {"a": 1}, "the expression 'a \\+' cannot be read at character 4: allowed are numbers, names"),
        ("a @ b", {"a": 1, "b": 1}, "'a @ b' at character 1 of the expression is not allowed: allowed are"),
        ("2 + sigmoid(a)", {"a": 1}, r"'sigmoid\(a\)' at character 5 of the expression is not allowed \(write 1 / \(1 \+ exp\(-z\)\)\)"),
        ("np.exp(a)", {"a": 1}, r"not allowed \(write exp\(...\)\)"),
        ("exp(a, b)", {"a": 1, "b": 1}, r"exp takes 1 argument, 2 came"),
        ("__import__('os')", {}, "is not allowed"),
        ("a.real", {"a": 1}, "'a.real' at character 1"),
        ("(lambda: a)()", {"a": 1}, "is not allowed"),
        ("a if a else a", {"a": 1}, "is not allowed"),
        ("a*True", {"a": 1}, "'True' at character 3"),
        ("a*a; a", {"a": 1}, r"'a\*a' at character 1"),
        ("u = a; a = u*2; a", {"a": 1}, "'a' gets a second value"),
        ("", {"a": 1}, "has 0 characters, expected 1 to 400"),
        ("+".join("a" * 30), {"a": 1}, "has 30 nodes, expected at most 22"),
        ("a*b", {"a": 1}, "no value came for the input b, expected one"),
        ("a*a", {"a": 1, "b": 2}, "b is no input of the expression 'a\\*a', and no setting: its inputs are a"),
        ("2*3", {}, "no inputs came, expected at least one by name"),
        ("a", {"a": 1}, "gives back an input as it is"),
        ("u = a*2; b*b", {"a": 1, "b": 1}, "does not depend on a, expected each input to be used"),
        ("step*2", {"step": 1}, "has an input 'step', the name of a setting"),
        ("a*a", {"a": "2"}, "a is '2', expected real numbers"),
        ("a*a", {"a": [1, 2]}, "a is a list, expected one number"),
        ("a*a", {"a": np.nan}, "a holds nan"),
        (3, {"a": 1}, "f is 3, expected an expression such as"),
        (lambda x: 3.0, {"x": 1}, "the function <lambda> gives 3.0, expected a tensor"),
        (lambda x: x * np.ones(2), {"x": 1}, r"computes an array of shape \(2,\), expected one number at each node"),
        (lambda x: x * x if x > 0 else x + x, {"x": 0.5}, "at x = -1.5 the function computes something else"),
        (lambda x, y: x * y, {"x": 0.5}, "missing 1 required positional argument: 'y'"),
        (lambda x: x * autograd.Tensor(2.0), {"x": 0.5}, "which is no input: give it by name"),
        ("a*a", {"a": 1, "order": "up"}, "order is 'up', expected one of right, preorder, unordered, overwrite"),
        ("a*a", {"a": 1, "step": 4}, "step is 4, expected at most 3"),
        ("a*a", {"a": 1, "step": "last"}, "step is 'last', expected one of backward, end"),
        ("a*a", {"a": 1, "input": "b"}, "input is 'b', expected one of a"),
        ("a*a", {"a": 1, "value": 7}, "value is 7, expected a number from -1 to 3, around what was given for a"),
    ],
)
def test_what_is_wrong_is_named(f, settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TapeStepper(f, **settings)


def test_all_that_is_said_to_be_allowed_is():
    for name, (_, arguments) in FUNCTIONS.items():
        assert name in ALLOWED
        TapeStepper(f"{name}({', '.join('ab'[:arguments])})", **{letter: 1.0 for letter in "ab"[:arguments]})


# ---------------------------------------------------------------- the picture


def sampled(d):
    """Points along a path of M, L and C."""
    points, at = [], None
    for kind, numbers in re.findall(r"([MLC])([-\d. ]+)", d):
        values = np.array(numbers.split(), float).reshape(-1, 2)
        t = np.linspace(0, 1, 30)[:, None]
        if kind == "L":
            points.append(at + t * (values[0] - at))
        elif kind == "C":
            p, q, r = values
            points.append((1 - t) ** 3 * at + 3 * t * (1 - t) ** 2 * p + 3 * t**2 * (1 - t) * q + t**3 * r)
        at = values[-1]
    return np.concatenate(points)


@pytest.mark.parametrize("name", [*CASES, *range(25)])
def test_no_box_overlaps_and_no_edge_runs_through_a_box(name):
    text, inputs = CASES[name] if isinstance(name, str) else random_expression(name)
    f = Expression(text)
    graph = TapeStepper(text, **{key: inputs[key] for key in f.inputs}).recorded.graph if isinstance(name, str) else None
    if graph is None:
        try:
            graph = TapeStepper(text, **inputs).recorded.graph
        except (ValueError, TypeError):
            pytest.skip("an input is not used")
    edges = [edge[:2] for edge in graph.edges]
    places = layout.lay(graph.labels, edges)
    half = {k: (w / 2, layout.HIGH / 2) for k, (_, _, w) in enumerate(places["nodes"])}
    for (j, (x, y, _)), (k, (v, w, _)) in combinations(enumerate(places["nodes"]), 2):
        assert abs(x - v) > half[j][0] + half[k][0] + 20 or abs(y - w) >= 2 * layout.HALF[True] - 0.2, "values and gradients have room"
    for (start, end), place in zip(edges, places["edges"], strict=True):
        assert places["nodes"][start][0] < places["nodes"][end][0], "from left to right"
        points = sampled(place["d"])
        for k, (x, y, _) in enumerate(places["nodes"]):
            if k not in (start, end):
                assert not ((abs(points[:, 0] - x) < half[k][0] + 2) & (abs(points[:, 1] - y) < half[k][1] + 2)).any(), (start, end, k)
        assert points.min() >= 0 and points[:, 0].max() <= places["width"] and points[:, 1].max() <= places["height"]
    lanes = [sampled(place["d"]) for place in places["edges"]]
    for (j, one), (k, other) in combinations(enumerate(lanes), 2):
        if edges[j][0] != edges[k][0]:
            near = np.hypot(*(one[:, None] - other[None]).transpose(2, 0, 1)) < 1.5
            assert near.any(axis=1).sum() < 15, "two edges run on one another"


def test_edges_cross_no_more_than_they_must():
    tree, shared = [(0, 3), (1, 3), (3, 4), (2, 4)], [(0, 1), (1, 2), (1, 2), (1, 3), (2, 3)]
    for labels, edges in ((["a", "b", "c", "×", "+"], tree), (["x", "u", "×", "+"], shared)):
        lanes = [sampled(place["d"])[5:-5] for place in layout.lay(labels, edges)["edges"]]
        for (j, one), (k, other) in combinations(enumerate(lanes), 2):
            if edges[j][0] != edges[k][0]:
                assert np.hypot(*(one[:, None] - other[None]).transpose(2, 0, 1)).min() > 4


@pytest.mark.parametrize("settings", [{}, {"step": "backward"}, {"step": "end"}, {"order": "unordered", "step": "end", "value": 0.5}])
def test_the_picture_is_the_same_bytes_every_time_and_shows_the_step(settings):
    widget = TapeStepper(**settings)
    assert widget.picture() == TapeStepper(**settings).picture() and len(widget.picture()) < 20_000
    texts = [node.text for node in ElementTree.fromstring(widget.picture()).iter() if node.tag.endswith("text")]
    assert {"a = 2", "relu"} <= set(texts)
    assert sum("=" in text for text in texts) == (3 if not settings else 8) and ("[1]" in texts) == bool(settings)
    if settings == {"step": "end"}:
        assert {"[6.5]", "[6]", "[3]", "× 1.5", "× 2"} <= set(texts)
    if "order" in settings:
        assert sum("✗" in text for text in texts) == widget.run["unordered"]["wrong"][widget.row].sum()


# ---------------------------------------------------------------- settings and words


def test_settings_both_ways():
    widget = stepper("early", order="unordered", step="end")
    assert widget.step == widget.last == 9 and widget.seed == 4
    widget.order = "right"
    assert widget.step == 7
    widget.step = "backward"
    assert widget.step == 4
    widget.value = 2.56
    assert widget.value == 2.6 and widget.right["x"] == pytest.approx(2 * 2.6 + 4 * 2.6**3)
    widget = TapeStepper(value=1, input="a")
    assert (widget.input, widget.value) == ("a", 1.0)
    widget.input = "c"
    assert widget.value == -1.0
    widget.set_state({"value": 2.5, "input": "a", "step": 14, "order": "unordered"})
    assert (widget.input, widget.value, widget.step, widget.order) == ("a", 2.5, 14, "unordered"), "together, whatever comes first"


def test_repr():
    assert repr(TapeStepper()) == "TapeStepper()" and repr(TapeStepper(step=2, value=2)) == "TapeStepper(step=2, value=2.0)"
    assert repr(stepper("early", order="preorder")) == "TapeStepper('u = x**2; u + u*u', x=2.0, order='preorder')"
    assert repr(TapeStepper(input="c")) == "TapeStepper(input='c')"
    assert repr(TapeStepper(lambda x: x * x, x=1)) == "TapeStepper(<lambda>, x=1.0)"


def test_words_say_what_happens():
    said = [stepper("early", order="preorder", step=k).describe() for k in range(8)]
    assert said[0] == "Step 0 of 7: the inputs x = 2." and said[1] == "Step 1 of 7, forward: u = x ^ 2 = 4."
    assert said[4] == "Step 4 of 7: the forward pass is done, J = 20. Backward begins with dJ/dJ = 1."
    assert said[6] == ("Step 6 of 7, backward: u hands on its 1, to x 4 · 1 = 4, which then has 4. "
                       "Too early: 2 of the 3 shares of u are still to come.")  # fmt: skip
    assert said[7].endswith("Gradients in this order: x 4; right: x 36.")
    assert stepper("late", order="preorder", step="end").describe().endswith("Gradients in this order: x 36, which are right here.")
    assert "It has handed on before, and hands all of it on again." in stepper("early", order="unordered", step="end").describe()
    lost = TapeStepper("a*a", a=3, order="overwrite", step="end").describe()
    assert lost.endswith("Lost: the 3 that a had. Gradients in this order: a 3; right: a 6.")


def test_the_recording_is_small():
    def size(sent):
        if isinstance(sent, bytes):
            return len(sent)
        return sum(map(size, sent.values() if isinstance(sent, dict) else sent)) if isinstance(sent, dict | list | tuple) else 0

    assert size(TapeStepper().recording) < 250_000
    assert size(stepper("full").recording) < 1_600_000
