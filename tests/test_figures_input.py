"""What cannot be drawn is refused, and the error names the argument."""

from types import SimpleNamespace

import numpy as np
import pytest

from figure_samples import HISTORY, ONE, P, X, Y, probability
from helpers import figures, network


class Hostile:
    """An object that raises whatever is asked of it."""

    def refuse(self, *args, **kwargs):
        raise RuntimeError("refused")

    __array__ = __len__ = __repr__ = __str__ = refuse


BAD = {
    "curves lengths": (lambda: figures.curves([0, 1], {"a": [1, 2, 3]}), ValueError, "a has 3 values, expected 2"),
    "curves no dict": (lambda: figures.curves([0, 1], [1, 2]), TypeError, "lines is a list, expected a dict"),
    "curves empty": (lambda: figures.curves([0, 1], {}), ValueError, "lines is empty"),
    "curves text": (lambda: figures.curves([0, 1], {"a": ["x", "y"]}), TypeError, "a holds text, expected real numbers"),
    "curves x nan": (lambda: figures.curves([0, np.nan], {"a": [1, 2]}), ValueError, "x holds nan at index"),
    "curves log": (lambda: figures.curves([0, 1], {"a": [1, 2]}, log="x"), ValueError, "x holds 0, expected numbers > 0"),
    "curves log y": (lambda: figures.curves([0, 1], {"a": [-1, 0]}, log="y"), ValueError, "a holds no number > 0"),
    "curves scale": (lambda: figures.curves([0, 1], {"a": [1, 2]}, log="z"), ValueError, "log is 'z', expected one of"),
    "curves mark": (lambda: figures.curves([0, 1], {"a": [1, 2]}, marks=[(1, 2)]), ValueError, r"marks\[0\] is \(1, 2\)"),
    "loss empty": (lambda: figures.loss_curves({"relu": []}), ValueError, r"relu has shape \(0,\)"),
    "loss nan": (lambda: figures.loss_curves({"relu": [np.nan]}), ValueError, "relu holds no finite loss"),
    "loss bare": (lambda: figures.loss_curves([1, 2]), TypeError, "runs is a list, expected a dict"),
    "activation name": (lambda: figures.activation_and_slope("rellu"), ValueError, "did you mean 'relu'"),
    "activation z": (lambda: figures.activation_and_slope("relu", [1, 0]), ValueError, "z is not increasing"),
    "activation none": (lambda: figures.activation_and_slope(3), TypeError, "names_or_activations is 3"),
    "decision X": (lambda: figures.decision_boundary(X.T, Y, probability), ValueError, r"X has shape \(40, 2\), expected \(2, m\)"),
    "decision y": (lambda: figures.decision_boundary(X, Y[0], probability), ValueError, r"y has shape \(40,\), expected \(1, 40\): write y.reshape"),
    "decision labels": (lambda: figures.decision_boundary(X, Y + 1, probability), ValueError, "expected only the labels 0 and 1"),
    "decision function": (lambda: figures.decision_boundary(X, Y, 3), TypeError, "predict_probability is an int, expected a function"),
    "decision shape": (lambda: figures.decision_boundary(X, Y, lambda p: p), ValueError, r"predict_probability returned shape \(2, 25600\)"),
    "decision range": (lambda: figures.decision_boundary(X, Y, lambda p: p[:1] * 0 + 2), ValueError, "returned 2 to 2, expected probabilities"),
    "matrix vector": (lambda: figures.matrix_heatmap([1, 2]), ValueError, r"matrix has shape \(2,\).*reshape\(-1, 1\)"),
    "matrix large": (lambda: figures.matrix_heatmap({"A": np.zeros((3, 200))}), ValueError, r"A has shape \(3, 200\), too large to read"),
    "matrix labels": (lambda: figures.matrix_heatmap([[1, 2]], col_labels=["a"]), ValueError, "col_labels has 1 entries, expected 2"),
    "matrix cell": (lambda: figures.matrix_heatmap([[1, 2]], highlight=[(1, 0)]), ValueError, r"at index \(1, 0\), but the shape is \(1, 2\)"),
    "matrix between": (lambda: figures.matrix_heatmap({"A": [[1]], "B": [[1]]}, between=[]), ValueError, "between has 0 entries, expected 1"),
    "network values": (lambda: figures.network_diagram(P, values=network.forward_prop(X, P)), ValueError, "pass the values of one example"),
    "network keys": (lambda: figures.network_diagram(P, values={"B1": 1}), KeyError, "values has none of"),
    "network p": (lambda: figures.network_diagram({"W1": P["W1"]}), KeyError, "p lacks 'b1'"),
    "network sizes": (lambda: figures.network_diagram(3), TypeError, "layers is 3, expected layer sizes"),
    "network path": (lambda: figures.network_diagram(P, path=(0, 1)), ValueError, "path has 2 units, expected one for each of the 4 layers"),
    "network unit": (lambda: figures.network_diagram(P, path=(2, 0, 0, 0)), ValueError, "layer 0 has no unit at index 2: it has 2"),
    "network layer": (lambda: figures.network_diagram(P, highlight=[(4, 0)]), ValueError, "there is no layer 4: the last one is layer 3"),
    "network edge": (lambda: figures.network_diagram(P, highlight=[((0, 0), (2, 0))]), ValueError, "expected units of neighbouring layers"),
    "network weights": (lambda: figures.network_diagram(P, weights="some"), ValueError, "weights is 'some', expected one of all, highlighted"),
    "network off": (lambda: figures.network_diagram(P, off=[(1, 10)]), ValueError, "at index 10: it has 10 units, so the last index is 9"),
    "network hidden": (lambda: figures.network_diagram((30, 1), highlight=[(0, 20)]), ValueError, "unit 21 of layer 0 is not shown"),
    "graph node": (lambda: figures.computational_graph(["a"], [("a", "b")]), ValueError, "there is no node 'b'"),
    "graph cycle": (lambda: figures.computational_graph(["a", "b"], [("a", "b"), ("b", "a")]), ValueError, "cycle through a, b"),
    "graph edge": (lambda: figures.computational_graph(["a"], [("a",)]), ValueError, "expected .start, end, forward, backward."),
    "graph places": (lambda: figures.computational_graph(["a", "b"], [("a", "b")], positions={"a": (0, 0)}), ValueError, "positions lacks 'b'"),
    "check h": (lambda: figures.gradient_check_error([0, 1], {"a": [1, 1]}), ValueError, "expected at least two step sizes > 0"),
    "check negative": (lambda: figures.gradient_check_error([1, 2], {"a": [1, -1]}), ValueError, "a holds -1, expected errors >= 0"),
    "check zero": (lambda: figures.gradient_check_error([1, 2], {"a": [0, 0]}), ValueError, "a holds no finite error above 0"),
    "slopes": (lambda: figures.slope_products([1, 2], {"a": [1]}), ValueError, "a has 1 values, expected 2"),
    "bars": (lambda: figures.bars(["a"], [1, 2]), ValueError, "values has 2 values, expected 1"),
    "bars log": (lambda: figures.bars(["a"], [-1], log=True), ValueError, "values hold -1, expected numbers >= 0"),
    "bars labels": (lambda: figures.bars("ab", [1, 2]), TypeError, "labels is 'ab', expected a list of texts"),
    "curves one mark": (lambda: figures.curves([0, 1], {"a": [1, 2]}, marks=(1, 1, "t")), TypeError, r"marks is \(1, 1, 't'\), .*put it in \[ \]"),
    "curves one region": (lambda: figures.curves([0, 1], {"a": [1, 2]}, shade=(0, 1, "t")), TypeError, r"shade is .*put it in \[ \]"),
    "curves mark text": (lambda: figures.curves([0, 1], {"a": [1, 2]}, marks=[(1, "x", "t")]), TypeError, r"y of marks\[0\] is 'x'"),
    "curves mark log": (lambda: figures.curves([1, 2], {"a": [1, 2]}, marks=[(0, 1, "t")], log="x"), ValueError, r"x of marks\[0\] is 0, expected"),
    "curves region log": (lambda: figures.curves([1, 2], {"a": [1, 2]}, shade=[(0, 1, "t")], log="x"), ValueError, r"shade\[0\] begins at 0"),
    "curves region": (lambda: figures.curves([0, 1], {"a": [1, 2]}, shade=[(1, 0, "t")]), ValueError, r"shade\[0\] is \(1, 0\), expected"),
    "curves ylim": (lambda: figures.curves([0, 1], {"a": [1, 2]}, ylim=(1, 1)), ValueError, r"ylim is \(1, 1\), .* with low < high"),
    "curves ylim one": (lambda: figures.curves([0, 1], {"a": [1, 2]}, ylim=3), ValueError, "ylim is 3, expected"),
    "curves ylim log": (lambda: figures.curves([1, 2], {"a": [1, 2]}, ylim=(0, 1), log="y"), ValueError, "ylim begins at 0"),
    "curves height": (lambda: figures.curves([0, 1], {"a": [1, 2]}, height=0), ValueError, "height is 0, expected 2 to 40 inches"),
    "curves height text": (lambda: figures.curves([0, 1], {"a": [1, 2]}, height="4"), TypeError, "height is '4'"),
    "curves xlabel": (lambda: figures.curves([0, 1], {"a": [1, 2]}, xlabel=3), TypeError, "xlabel is 3, expected a text"),
    "curves ylabel": (lambda: figures.curves([0, 1], {"a": [1, 2]}, ylabel="cost in $"), ValueError, "ylabel is 'cost in .', .* no partner"),
    "curves TeX": (lambda: figures.curves([0, 1], {"a": [1, 2]}, title="$\\frac$"), ValueError, "title is .*TeX cannot be read"),
    "curves label": (lambda: figures.curves([0, 1], {"a$": [1, 2]}), ValueError, "a key of lines is 'a.', in which one . has no partner"),
    "curves half a character": (lambda: figures.curves([0, 1], {"\ud800": [1, 2]}), ValueError, r"a key of lines is '\\ud800', which holds half"),
    "curves huge": (lambda: figures.curves([0, 1], {"a": [1, 1e308]}), ValueError, r"a holds a number of size 1e\+308, too large to draw"),
    "curves no number": (lambda: figures.curves([0, 1], {"a": [1, 10**400]}), ValueError, "a holds a number too large for a float"),
    "loss pair": (lambda: figures.loss_curves({"relu": (P, HISTORY)}), TypeError, "expected the History alone"),
    "loss stopped": (lambda: figures.loss_curves({"relu": SimpleNamespace(step=[], loss=[], stopped="z is nan")}), ValueError, "at once, z is nan"),
    "loss log": (lambda: figures.loss_curves({"relu": [0, -1]}, log=True), ValueError, "relu holds no loss > 0"),
    "loss line": (lambda: figures.loss_curves({"a": [1]}, reference_lines={"r": [1, 2]}), ValueError, r"r has shape \(2,\), expected one number"),
    "loss line log": (lambda: figures.loss_curves({"a": [1]}, log=True, reference_lines={"r": 0}), ValueError, "r is 0, expected a number > 0"),
    "activation height": (lambda: figures.activation_and_slope("relu", height=-1), ValueError, "height is -1"),
    "decision margin": (lambda: figures.decision_boundary(X, Y, probability, margin=-1), ValueError, "margin is -1, expected a number > 0"),
    "decision names": (lambda: figures.decision_boundary(X, Y, probability, names=("a", 2.0, "c")), ValueError, "names has 3 entries, expected 2"),
    "decision axes": (lambda: figures.decision_boundary(X, Y, probability, axis_labels=[object(), "b"]), TypeError, r"axis_labels\[0\] is"),
    "decision size": (lambda: figures.decision_boundary(X, Y, probability, resolution=10**9), ValueError, "resolution is 1000000000, expected"),
    "decision height": (lambda: figures.decision_boundary(X, Y, probability, height=0), ValueError, "height is 0"),
    "matrix one cell": (lambda: figures.matrix_heatmap([[1, 2]], highlight=(0, 1)), TypeError, r"highlight of matrix is \(0, 1\), .*put it in \[ \]"),
    "matrix cell text": (lambda: figures.matrix_heatmap([[1, 2]], highlight=[("a", 1)]), TypeError, "a row or column in highlight of matrix is 'a'"),
    "matrix digits": (lambda: figures.matrix_heatmap([[1, 2]], digits=99), ValueError, "digits is 99, expected at most 12"),
    "matrix row labels": (lambda: figures.matrix_heatmap([[1, 2]], row_labels=5), TypeError, "row_labels is 5, expected a list of 1 texts"),
    "network one unit": (lambda: figures.network_diagram(P, highlight=(1, 2)), TypeError, r"highlight is \(1, 2\), .*put it in \[ \]"),
    "network one off": (lambda: figures.network_diagram(P, off=(1, 2)), TypeError, r"off is \(1, 2\), .*put it in \[ \]"),
    "network no path": (lambda: figures.network_diagram(P, path=3), TypeError, "path is 3, expected one unit for each layer"),
    "network no values": (lambda: figures.network_diagram(P, values=3), TypeError, "values is an int, expected a cache"),
    "network quantity": (lambda: figures.network_diagram(P, values=ONE, quantity=3), TypeError, "quantity is 3, expected a name such as 'A'"),
    "network digits": (lambda: figures.network_diagram(P, digits=-1), ValueError, "digits is -1, expected at least 0"),
    "network units": (lambda: figures.network_diagram(P, max_units=10**400), ValueError, "max_units is a far larger number, expected at most 60"),
    "graph nodes": (lambda: figures.computational_graph("ab", []), TypeError, "nodes is a str, expected a dict"),
    "graph no edges": (lambda: figures.computational_graph(["a", "b"], ("a", "b")), TypeError, r"edges is \('a', 'b'\), .*put it in \[ \]"),
    "graph value": (lambda: figures.computational_graph(["a", "b"], [("a", "b", object())]), TypeError, "a value of an edge is an object, expected"),
    "graph loop": (lambda: figures.computational_graph(["a"], [("a", "a")]), ValueError, "expected an edge between two nodes"),
    "graph row height": (lambda: figures.computational_graph(["a"], [], row_height=0), ValueError, "row_height is 0, expected 0.6 to 10 inches"),
    "graph digits": (lambda: figures.computational_graph(["a"], [], digits=None), TypeError, "digits is None, expected a whole number"),
    "graph place": (lambda: figures.computational_graph(["a"], [], positions={"a": 3}), ValueError, r"positions\['a'\] is 3, expected .column, row."),
    "graph twins": (lambda: figures.computational_graph(["a", "b"], [], positions={"a": (0, 0), "b": (0, 0)}), ValueError, "both at"),
    "graph no places": (lambda: figures.computational_graph(["a"], [], positions=[(0, 0)]), TypeError, "positions is a list, expected a dict"),
    "check ylabel": (lambda: figures.gradient_check_error([1, 2], {"a": [1, 1]}, ylabel=None), TypeError, "ylabel is None, expected a text"),
    "slopes zero": (lambda: figures.slope_products([1, 2], {"a": [0, 0]}), ValueError, "products holds no finite number other than 0"),
    "bars digits": (lambda: figures.bars(["a"], [1], digits=0), ValueError, "digits is 0, expected at least 1"),
    "bars no labels": (lambda: figures.bars(None, [1]), TypeError, "labels is None, expected a list"),
    "bars lines": (lambda: figures.bars(["a"], [1], reference_lines=[1]), TypeError, "reference_lines is a list, expected a dict"),
    "bars masked labels": (lambda: figures.bars(np.ma.masked, [1]), TypeError, "labels is masked, expected a list of texts"),
    "bars label alone": (lambda: figures.bars(np.array("a"), [1]), TypeError, r"labels is array\('a'.*, expected a list of texts"),
    "bars masked": (lambda: figures.bars(["a", "b"], np.ma.array([1, 2], mask=[0, 1])), TypeError, "values is an array with masked entries"),
    "bars no labels at all": (lambda: figures.bars([], []), ValueError, r"values has shape \(0,\)"),
    "bars ragged": (lambda: figures.bars(["a", "b"], [[1], [1, 2]]), TypeError, "values is no array of numbers: its rows have different lengths"),
    "matrix signs": (lambda: figures.matrix_heatmap([[1]], col_labels={"": None}), TypeError, "col_labels is None, expected a list of 1 texts"),
    "network masked": (lambda: figures.network_diagram(np.ma.masked), TypeError, "layers is masked, expected layer sizes"),
    "histograms rows": (lambda: figures.histograms([[1, 2]]), TypeError, "rows is a list, expected a dict {label: dict of arrays by column}"),
    "histograms row": (lambda: figures.histograms({"s": [1, 2]}), TypeError, r"rows\['s'\] is a list, expected a dict {label: array}"),
    "histograms columns": (lambda: figures.histograms({"s": {"Z1": [1]}, "t": {"Z2": [1]}}), ValueError, r"rows\['t'\] has the columns \['Z2'\]"),
    "histograms none": (lambda: figures.histograms({"s": {"Z1": [np.nan]}}), ValueError, "Z1 of 's' holds no finite number"),
    "histograms many": (lambda: figures.histograms({f"{k}": {"Z": [1]} for k in range(7)}), ValueError, "rows holds 7 rows of 1 panels, expected"),
    "histograms bins": (lambda: figures.histograms({"s": {"Z": [1]}}, bins=1), ValueError, "bins is 1, expected at least 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    draw, error, message = BAD[name]
    with pytest.raises(error, match=message):
        draw()


def test_arguments_are_not_changed():
    errors, z = np.array([0.0, 1e-3, 1e-2]), np.array([1.0, 0.0, 2.0])
    figures.gradient_check_error([1e-6, 1e-4, 1e-2], {"a": errors})
    figures.slope_products([1, 2, 3], {"a": z})
    figures.decision_boundary(X, Y, lambda points: np.clip(points.__imul__(0)[:1], 0, 1))
    assert list(errors) == [0, 1e-3, 1e-2] and list(z) == [1, 0, 2] and np.abs(X).max() > 0


HOSTILE = {
    "bars labels": (lambda bad: figures.bars(bad, [1]), "labels is"),
    "bars values": (lambda bad: figures.bars(["a"], bad), "values is no array of numbers"),
    "bars value": (lambda bad: figures.bars(["a"], [bad]), "values is no array of numbers"),
    "bars key": (lambda bad: figures.bars(["a"], {bad: [1]}), "values has the key"),
    "bars title": (lambda bad: figures.bars(["a"], [1], title=bad), "title is"),
    "curves marks": (lambda bad: figures.curves([0, 1], {"a": [1, 2]}, marks=bad), "marks is"),
    "loss run": (lambda bad: figures.loss_curves({"a": bad}), "a is no array of numbers"),
    "loss history": (lambda bad: figures.loss_curves({"a": SimpleNamespace(loss=bad)}), "a.loss is no array of numbers"),
    "activation": (lambda bad: figures.activation_and_slope(bad), "names_or_activations is"),
    "matrix": (lambda bad: figures.matrix_heatmap(bad), "matrix is no array of numbers"),
    "network layers": (lambda bad: figures.network_diagram(bad), "layers is"),
    "network path": (lambda bad: figures.network_diagram((2, 1), path=bad), "path is"),
    "network quantity": (lambda bad: figures.network_diagram((2, 1), values={"A1": [[1]]}, quantity=bad), "quantity is"),
    "network key": (lambda bad: figures.network_diagram((2, 1), values={bad: 1}), "values has none of"),
    "graph edge": (lambda bad: figures.computational_graph(["a"], [(bad, "a")]), "edges holds"),
    "histograms": (lambda bad: figures.histograms({"s": {"Z": bad}}), "Z of 's' is no array of numbers"),
    "show": (lambda bad: figures.show(bad), "figure is a Hostile"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_object_that_raises_is_named_by_its_argument(name):
    draw, message = HOSTILE[name]
    with pytest.raises((TypeError, ValueError, KeyError), match=message):
        draw(Hostile())


@pytest.mark.parametrize(
    "draw",
    [lambda long: figures.bars(long, [1]), lambda long: figures.bars(["a"], [1], ylabel="$" + long),
     lambda long: figures.activation_and_slope([long]),
     lambda long: figures.computational_graph(["a"], [(long, "a")]), lambda long: figures.network_diagram((2, 1), path=long),
     lambda long: figures.bars(["a"], [1], ylabel=f"$\\{long}$"), lambda long: figures.curves([0], {"a": [0]}, log=long)],
)  # fmt: skip
def test_a_message_stays_short_whatever_it_quotes(draw):
    with pytest.raises((TypeError, ValueError)) as caught:
        draw("x" * 20_000)
    assert len(str(caught.value)) < 500
