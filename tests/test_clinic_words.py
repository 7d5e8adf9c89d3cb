"""The network in the learner's own words, its corrections in the learner's own names, and its own number of inputs."""

import ast

import numpy as np
import pytest

import clinic_faults
import clinic_styles
from helpers import case, clinic, datasets
from helpers.clinic import probes
from helpers.clinic.network.findings import STATEMENTS, remedy
from helpers.clinic.words import SPELLINGS, spelled
from test_clinic import RIGHT, changed

# --- spellings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "meant"), [
    ({"hidden": "ReLU"}, {}), ({"hidden": "RELU "}, {}), ({"hidden": "Leaky ReLU"}, {"hidden": "leaky_relu"}),
    ({"hidden": "leaky-relu"}, {"hidden": "leaky_relu"}), ({"hidden": "LeakyReLU"}, {"hidden": "leaky_relu"}),
    ({"hidden": "Sigmoid"}, {"hidden": "sigmoid"}), ({"hidden": "logistic"}, {"hidden": "sigmoid"}), ({"hidden": "TanH"}, {"hidden": "tanh"}),
    ({"loss": "cross-entropy"}, {}), ({"loss": "Binary Cross-Entropy"}, {}), ({"loss": "log loss"}, {}), ({"loss": "BCE"}, {}),
    ({"loss": "cross_entropy"}, {}), ({"loss": "MSE"}, {"loss": "mse"}), ({"loss": "mean squared error"}, {"loss": "mse"}),
    ({"loss": "half MSE"}, {"loss": "half_mse"}), ({"output": "linear", "loss": "mse"}, {"output": "identity", "loss": "mse"}),
])  # fmt: skip
def test_any_usual_spelling_means_the_same(given, meant):
    assert str(clinic.examine(case.backward_prop, **given)) == str(clinic.examine(case.backward_prop, **meant))


def test_a_spelling_means_one_word():
    letters = [spelled("word", spelling, tuple(SPELLINGS)) for word, others in SPELLINGS.items() for spelling in (word, word.upper(), *others)]
    assert letters == [word for word, others in SPELLINGS.items() for _ in range(2 + len(others))]


UNKNOWN = [
    ({"hidden": "rleu"}, "hidden is 'rleu', expected one of relu, leaky_relu, sigmoid, tanh: did you mean 'relu'?"),
    ({"hidden": "x" * 10**6}, "hidden is 'xxx"), ({"loss": None}, "loss is None"), ({"rng": "x"}, "rng is 'x'"), ({"n_x": 0}, "n_x is 0"),
    ({"n_x": 2.5}, "n_x is 2.5"), ({"slope": float("nan"), "hidden": "leaky_relu"}, "slope"), ({"reduction": "max"}, "reduction is 'max'"),
    ({"forward_prop": 5}, "forward_prop is 5, expected a function"), ({"l2": -0.1}, "l2 is -0.1"), ({"l2": "0.1"}, "l2 is '0.1'"),
    ({"output": "identity", "loss": "bce"}, "loss is 'bce', expected one that goes with"), ({"slope": -1.0, "hidden": "leaky_relu"}, "slope is -1"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "says"), UNKNOWN, ids=[says[:30] for _, says in UNKNOWN])
def test_an_error_of_use_is_a_report_in_one_line(more, says):
    report = clinic.examine(case.backward_prop, **more)
    assert (report.verdict, report.wrong, report.findings) == ("raises", (), ())
    assert str(report).startswith("This call cannot be carried out: " + says) and len(str(report)) < 400
    assert says[:10] in report._repr_html_().replace("&#x27;", "'")


@pytest.mark.parametrize("word", [
    {"hidden": "linear"}, {"hidden": "GELU"}, {"hidden": ["relu", "tanh"]}, {"output": "Softmax"}, {"loss": "hinge"},
    {"loss": "Categorical Cross-Entropy"}, {"loss": "MAE"}, {"output": "tanh"},
])  # fmt: skip
def test_a_word_for_another_network_leads_to_check(word):
    report = clinic.examine(case.backward_prop, case.forward_prop, **word)
    assert (report.verdict, report.findings) == ("raises", ())
    assert "use clinic.check" in str(report)
    assert report.use == "clinic.check(p, loss=lambda: your_loss(X, y), grads=lambda: backward_prop(X, y, forward_prop(X, p), p))"


@pytest.mark.parametrize(("given", "meant"), [
    ({"output": None, "loss": "l2"}, {"output": "identity", "loss": "mse"}), ({"hidden": np.tanh}, {"hidden": "tanh"}),
    ({"output": "None", "loss": "quadratic"}, {"output": "identity", "loss": "half_mse"}), ({"loss": "binary crossentropy"}, {}),
    ({"loss": "bce_sum"}, {"reduction": "sum"}), ({"loss": "Sum of BCE"}, {"reduction": "summed"}), ({"loss": "sum"}, {"reduction": "sum"}),
    ({"loss": "SSE"}, {"loss": "mse", "reduction": "sum"}), ({"reduction": "Average"}, {}), ({"l2": None}, {}),
])  # fmt: skip
def test_more_words(given, meant):
    assert str(clinic.examine(case.backward_prop, **given)) == str(clinic.examine(case.backward_prop, **meant))


# --- the number of inputs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_x", [1, 2, 3, 10, 30])
@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_the_networks_have_as_many_inputs_as_asked_for(n_x, hidden):
    seen = set()

    def watched(X, y, c, p):
        seen.add(X.shape[0])
        return clinic_styles.functions(clinic_styles.right_source("unrolled", hidden, "sigmoid", "bce"))[0](X, y, c, p)

    report = clinic.examine(watched, hidden=hidden, n_x=n_x)
    assert (report.verdict, seen, report.shapes["dW1"]) == ("right", {n_x}, (10, n_x))
    assert f"{n_x}-10-10-1" in str(report)
    assert ("Why 3 inputs" in str(report)) == (n_x == 3)


def test_code_for_two_inputs_is_examined_with_two():
    two = changed("m = X.shape[1]", "x1, x2 = X\n    m = X.shape[1]")
    assert clinic.examine(two).verdict == "raises"
    assert clinic.examine(two, n_x=2).verdict == "right"


# --- their own names -------------------------------------------------------------------------------------------------

OWN = """
import numpy


def backward_prop(inputs, targets, cache, weights):
    a1, a2, out = cache['A1'], cache['A2'], cache['A3']
    W3 = weights['W3'].copy()
    N = inputs.shape[1]
    delta3 = out - targets
    dw3, db3 = delta3 @ a2.T / N, numpy.sum(delta3, axis=1, keepdims=True) / N
    delta2 = W3.T @ delta3 * (cache['Z2'] > 0)
    dw2 = delta2 @ a1.T / N
    db2 = numpy.sum(
        delta2, axis=1, keepdims=True,
    ) / N
    delta1 = weights['W2'].T @ delta2 * (a1 > 0)
    grads = {}
    grads['dW1'] = delta1 @ inputs.T / N
    db1 = numpy.sum(delta1, axis=1, keepdims=True) / N
    return grads | {'db1': db1, 'dW2': dw2, 'db2': db2, 'dW3': dw3, 'db3': db3}
"""


@pytest.mark.parametrize(("old", "new", "line", "yours"), [
    ("out - targets", "targets - out", "delta3 = targets - out", "delta3 = out - targets"),
    ("dw3, db3 = delta3 @ a2.T", "dw3, db3 = delta3 @ a1.T",
     "dw3, db3 = delta3 @ a1.T / N, numpy.sum(delta3, axis=1, keepdims=True) / N",
     "dw3, db3 = delta3 @ a2.T / N, numpy.sum(delta3, axis=1, keepdims=True) / N"),
    ("W3.T @ delta3 * (cache['Z2'] > 0)", "W3.T @ delta3 * (1 - a2**2)",
     "delta2 = W3.T @ delta3 * (1 - a2**2)", "delta2 = W3.T @ delta3 * (cache['Z2'] > 0)"),
    ("        delta2, axis=1, keepdims=True,\n", "        delta2, keepdims=True,\n",
     "db2 = numpy.sum( delta2, keepdims=True, ) / N", "db2 = numpy.sum(delta2, axis=1, keepdims=True) / N"),
    ("weights['W2'].T @ delta2", "weights['W2'] @ delta2",
     "delta1 = weights['W2'] @ delta2 * (a1 > 0)", "delta1 = weights['W2'].T @ delta2 * (cache['Z1'] > 0)"),
    ("inputs.T / N", "inputs.T", "grads['dW1'] = delta1 @ inputs.T", "grads['dW1'] = delta1 @ inputs.T / N"),
])  # fmt: skip
def test_the_correction_is_in_the_readers_own_names(old, new, line, yours):
    source = OWN.replace(old, new)
    assert source != OWN
    report = clinic.examine(clinic_styles.functions(source)[0])
    (finding,) = report.findings
    assert finding.line == finding.source == line and finding.repair == finding.yours
    assert finding.repair.split(" = ")[0] == yours.split(" = ")[0] and abs(finding.number - source[: source.index(new)].count("\n") - 1) <= 1
    assert f"your line: {line}" in str(report) and f"instead: {finding.repair}" in str(report)
    yours = finding.repair
    assert "Your line" in report._repr_html_()
    corrected = source.replace(new, old) if "\n" in new else source.replace(line, yours)
    assert clinic.examine(clinic_styles.functions(corrected)[0]).verdict == "right"


def test_every_corrected_line_works():
    """Put in place of the reader's, all of them together make the backward pass right."""
    counted = 0
    for one in clinic_faults.sample(48):
        report = clinic_faults.examined(one, clinic)
        if not report.findings or not all(f.yours for f in report.findings):
            continue
        counted += 1
        source = one.source
        for finding in report.findings:
            assert source.count(finding.line) == 1, one.id
            source = source.replace(finding.line, finding.yours)
        backward_prop, forward_prop = clinic_styles.functions(source)
        fixed = clinic.examine(backward_prop, forward_prop, hidden=one.hidden, output=one.output, loss=one.loss)
        assert fixed.verdict == "right", f"{one.id}\n{report}"
    assert counted >= 12


def test_two_faults_at_once_are_corrected_in_two_lines():
    source = OWN.replace("delta2 @ a1.T", "delta2 @ a2.T").replace("out - targets", "out + targets")
    report = clinic.examine(clinic_styles.functions(source)[0])
    assert [finding.yours for finding in report.findings] == ["delta3 = out - targets", "dw2 = delta2 @ a1.T / N"]


@pytest.mark.parametrize(("old", "new"), [
    ("delta3 = out - targets", "delta3 = (out - targets) / N"),  # 1/m twice: the usual formula for dW3 would be wrong here
    ("delta2 = W3.T", "delta2 = 0\n    delta2 = weights['W2'].T"),  # set twice: which line is it?
    ("dw2 = delta2 @ a1.T / N", "a1 *= 1\n    a1 += 1\n    dw2 = delta2 @ a1.T / N"),  # a name that no longer holds A1
])  # fmt: skip
def test_no_correction_is_shown_that_does_not_work(old, new):
    report = clinic.examine(clinic_styles.functions(OWN.replace(old, new))[0])
    assert report.verdict in ("wrong", "raises")
    for finding in report.findings:
        if finding.yours:
            fixed = clinic_styles.functions(OWN.replace(old, new).replace(finding.line, finding.yours))[0]
            assert clinic.examine(fixed).verdict == "right"


def test_without_a_source_the_correction_is_in_the_notation():
    space = {"np": np}
    exec(compile(RIGHT.replace('c["A3"] - y', 'y - c["A3"]'), "<nowhere>", "exec"), space)
    (finding,) = clinic.examine(space["backward_prop"]).findings
    assert (finding.line, finding.yours, finding.remedy) == (None, None, 'dZ3 = c["A3"] - y')


def test_remedies_are_code():
    for hidden in clinic_faults.truth.HIDDEN:
        for output, loss in clinic_faults.truth.PAIRS:
            network = probes.meant(hidden, output, loss, 0.01)
            for statement in STATEMENTS[1:]:
                ast.parse(remedy(statement, network))


def test_training_takes_the_same_words():
    X, y = datasets.two_moons()
    one = clinic.examine_training(None, None, X, y, steps=5, hidden="ReLU", loss="cross-entropy")
    assert str(one) == str(clinic.examine_training(None, None, X, y, steps=5))
