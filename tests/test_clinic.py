"""The clinic names every planted fault and accuses none of the innocent, whatever it is handed.

The environment variables CLINIC_CASES and CLINIC_PAIRS set how many planted faults are examined; `python tests/clinic_faults.py` examines
all that there are and prints the confusion matrix.
"""

import os
import re
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest

import clinic_faults
import clinic_innocents
import clinic_styles
import clinic_truth as truth
from clinic_catalogue import FAMILIES
from helpers import case, clinic
from helpers.clinic import guard
from helpers.clinic.__main__ import main
from helpers.clinic.network import examination
from notebook_tools import ROOT

CASES = int(os.environ.get("CLINIC_CASES", "48"))
PAIRS_PER_KIND = int(os.environ.get("CLINIC_PAIRS", "1"))
SEEDS = 200
RIGHT = clinic_styles.right_source("unrolled", "relu", "sigmoid", "bce")


@pytest.fixture(autouse=True)
def _no_search(monkeypatch):
    """What is told does not hang on repairs, for which a search takes seconds: see test_clinic_mending.py."""
    monkeypatch.setattr(examination, "SECONDS", 0)


def backward(text):
    """backward_prop of a source text, with np."""
    return clinic_styles.functions("import numpy as np\n" + text)[0]


def changed(old, new, source=RIGHT):
    """The right backward pass with one piece of text replaced."""
    assert old in source
    return clinic_styles.functions(source.replace(old, new))[0]


# --- the generator itself --------------------------------------------------------------------------------------------


def test_every_style_and_network_starts_from_a_right_program():
    for hidden, (output, loss) in clinic_faults.NETWORKS:
        for style in clinic_styles.STYLES:
            found = truth.examine(*clinic_styles.functions(clinic_styles.right_source(style, hidden, output, loss)), hidden, output, loss)
            assert found.verdict == "right", f"{style} {hidden} {output} {loss}: {found}"


def test_the_sample_holds_every_family_and_style():
    chosen = clinic_faults.sample(CASES)
    assert len({one.id for one in chosen}) == CASES
    assert {one.family for one in chosen} == set(FAMILIES)
    if CASES >= 48:
        assert {one.style for one in chosen} == set(clinic_styles.STYLES)
        assert {one.hidden for one in chosen} == set(truth.HIDDEN)


def test_innocents_are_innocent():
    """On a share of them; `python tests/clinic_faults.py --validate` asks all."""
    chosen = [one for one in clinic_innocents.innocents() if zlib.crc32(one.id.encode()) % 4 == 0]
    guilty = [f"{one.id}: {one.truth}" for one in chosen if one.truth.verdict != "right"]
    assert not guilty, "\n".join(guilty)


def test_labels_are_told_apart_by_what_the_code_does():
    """Two faults that nobody can tell apart share their labels; others do not."""
    alike = clinic_faults.twins("tanh", "identity", "mse", "delta")
    assert {fault.name for fault in alike["A3 - y@dZ3"]} == {"A3 - y@dZ3", "halved@dZ3"}
    assert {fault.name for fault in alike["sigmoid'@slope2"]} == {"sigmoid'@slope2"}


# --- planted faults --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("planted", [*FAMILIES, "(no family)", "(raises)"])
def test_planted_faults_are_named(planted):
    """Verdict, wrong gradients, statement and family; no finding too many."""
    chosen = [one for one in clinic_faults.sample(CASES) if clinic_faults.row(one) == planted]
    failures = []
    for one in chosen:
        if problems := clinic_faults.judge(one, clinic_faults.examined(one, clinic)):
            failures.append(f"{one.id}\n    " + "\n    ".join(problems))
    assert not failures, f"{len(failures)} of {len(chosen)}:\n" + "\n".join(failures)


def test_two_independent_faults_give_two_findings():
    chosen = clinic_faults.pairs(PAIRS_PER_KIND)
    assert len(chosen) >= 15 * PAIRS_PER_KIND
    failures = []
    for one in chosen:
        if problems := clinic_faults.judge_pair(one, one.examine(clinic)):
            failures.append(f"{one.id}\n    " + "\n    ".join(problems))
    assert not failures, f"{len(failures)} of {len(chosen)}:\n" + "\n".join(failures)


def test_a_finding_says_what_it_spoils_and_how_it_knows():
    for one in clinic_faults.sample(CASES)[:12]:
        report = clinic_faults.examined(one, clinic)
        if report.verdict != "wrong":
            continue
        assert {name for finding in report.findings for name in finding.gradients} == one.wrong, one.id
        for finding in report.findings:
            for part in ("explanation", "evidence", "remedy"):
                assert len(getattr(finding, part)) > 5, f"{one.id}: {part}"
            assert finding.statement in str(report)


PECULIAR = {
    "a factor for each unit": (
        'dW2 = dW2 * np.linspace(0.5, 1.5, 10)[:, None]', "dW2", "scale", "row of dW2 is multiplied by a factor of its own, from 0.5 to 1.5"),
    "another layer's": ('db1, db2 = 1.0 * db1, db1', "db2", "wrong_layer", "db2 holds what should be db1"),
    "weight decay": ('dW2 = dW2 + 0.01 * p["W2"]', "dW2", "missing_term", "0.01 * W2 is added: a weight decay that the loss lacks"),
    "few digits": ('dW2 = dW2 * (1 + 1e-4 * np.sin(np.arange(100).reshape(10, 10)))', "dW2", "dtype", "right to about three digits only"),
    "not derived": ('dW2 = np.sin(1e3 * dW2)', "dW2", "none", "is the first statement that is wrong"),
}  # fmt: skip


@pytest.mark.parametrize("name", PECULIAR)
def test_what_no_rule_explains_is_told_as_far_as_it_can_be(name):
    line, statement, family, says = PECULIAR[name]
    report = clinic.examine(changed("    return {", f"    {line}\n    return {{"))
    (finding,) = report.findings
    assert (finding.statement, finding.family) == (statement, family)
    assert says in finding.explanation
    assert report.wrong == (statement,)
    assert ("every number that you returned is reproduced" in str(report)) == (family != "none")


SLOPES = {
    "(c['Z2'] > 0) * 0.75 + 0.25": "The slope that the code uses is 1 for z > 0 and 0.25 for z < 0",
    "2.0 - 0.5 * c['Z2'] + 3 * c['Z2'] ** 2": "The slope that the code uses is 2 + -0.5 z + 3 z^2",
    "np.exp(0.1 * c['Z2'])": "a function of z without a name here",
}  # fmt: skip


@pytest.mark.parametrize("slope", SLOPES)
def test_a_slope_without_a_name_is_read_off(slope):
    source = RIGHT.replace('(c["A2"] > 0)', f"({slope})")
    assert source != RIGHT
    report = clinic.examine(clinic_styles.functions(source)[0])
    (finding,) = report.findings
    assert (finding.statement, finding.family) == ("dZ2", "wrong_derivative")
    assert SLOPES[slope] in finding.explanation, finding.explanation
    assert report.picture.l == 2 and "it differs from that of relu" in report.picture.description


def test_a_slope_is_pictured_with_and_without_a_forward_pass():
    wrong = RIGHT.replace('(c["A2"] > 0)', '(1 - c["A2"] ** 2)')
    alone = clinic.examine(clinic_styles.functions(wrong)[0])
    both = clinic.examine(*clinic_styles.functions(clinic_styles.forward_source("relu", "sigmoid") + "\n\n" + wrong))
    for report in (alone, both):
        assert report.picture is not None and report.picture.l == 2
        np.testing.assert_allclose(report.picture.used, 1 - np.maximum(report.picture.z, 0) ** 2, atol=1e-6)
        assert "<svg" in report._repr_html_()
    assert "forward pass: A3 is the output" in str(both) and "forward pass: A3" not in str(alone)


def test_a_second_call_on_the_same_cache_is_a_risk():
    """The case's masks spoil the cache for whoever calls again; a pass that changes nothing has no such risk."""
    again = "called a second time on the same cache it gives other gradients."
    assert again in clinic.examine(case.backward_prop).risks
    assert clinic.examine(clinic_styles.functions(RIGHT)[0]).risks == ()
    assert again not in clinic.examine(case.backward_prop_sigmoid, hidden="sigmoid").risks


def test_what_is_reproduced_is_said_only_where_something_is():
    named = "everything else: with the statements named above replaced, every number that you returned is reproduced."
    assert named in clinic.examine(case.backward_prop_sigmoid, hidden="sigmoid").ruled_out
    assert named not in clinic.examine(case.backward_prop).ruled_out
    assert named not in clinic.examine(changed('"dW2": dW2', '"dW2": None')).ruled_out


@pytest.mark.parametrize(("old", "new", "statement", "family"), [
    ('p["W3"].T @ dZ3', 'p["W3"] @ dZ3', "dA2", "transpose"), ('p["W2"].T @ dZ2', 'p["W2"].T * dZ2', "dA1", "elementwise_vs_matmul"),
    ('dZ3 @ c["A2"].T', 'dZ3 @ c["A2"]', "dW3", "transpose"),
])  # fmt: skip
def test_a_raise_names_its_statement(old, new, statement, family):

    report = clinic.examine(changed(old, new))
    assert report.verdict == "raises"
    assert (report.findings[0].statement, report.findings[0].family) == (statement, family)
    assert ("raises the same exception" in report.findings[0].evidence) == ("It runs for" not in str(report))


@pytest.mark.parametrize(("lines", "name", "says"), [
    ({"A1": "np.tanh(Z1)"}, "forward A1", "A1 is tanh of Z1, not relu, applied to Z1."), ({"A2": "Z2"}, "forward A2", "A2 is identity of Z2"),
    ({"Z2": 'p["W2"] @ A1'}, "forward Z2", "Z2 is W2 @ A1, without b2, not p"),
    ({"Z2": 'p["W2"].T @ A1 + p["b2"]'}, "forward Z2", "Z2 is W2.T @ A1 + b2"),
    ({"Z3": 'p["W3"] @ A2 - p["b3"]'}, "forward Z3", "Z3 is W3 @ A2 - b3"), ({"Z2": 'p["W2"] @ Z1 + p["b2"]'}, "forward Z2", "Z2 is W2 @ Z1 + b2"),
])  # fmt: skip
def test_what_a_forward_statement_is_instead(lines, name, says):
    forward = clinic_styles.forward_source("relu", "sigmoid", lines=lines)
    report = clinic.examine(*clinic_styles.functions(forward + "\n\n" + RIGHT))
    finding = next(f for f in report.findings if f.statement == name)
    assert says in finding.explanation


# --- innocents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", range(4))
def test_no_innocent_is_accused(share):
    """Every innocent function, on 200 seeds between them; the script asks each of them 200 times."""
    accused = []
    for number, one in enumerate(clinic_innocents.innocents()):
        if number % 4 == share and (accusation := clinic_innocents.accusations(one.examine(clinic, rng=number % SEEDS))):
            accused.append(f"{one.id}, seed {number % SEEDS}: {accusation}")
    assert not accused, "\n".join(accused)


HARDEST = ("mask in place, unrolled", "1/m in dZ3", "dA clipped", "flat deltas", "float32")


@pytest.mark.parametrize("name", HARDEST)
def test_no_seed_accuses_the_innocent(name):
    """One innocent of each kind on a fifth of the seeds; `python tests/clinic_faults.py --innocents` asks all of all of them."""
    one = next(one for one in clinic_innocents.innocents() if one.name.startswith(name))
    accused = [f"seed {seed}: {said}" for seed in range(0, SEEDS, 5) if (said := clinic_innocents.accusations(one.examine(clinic, rng=seed)))]
    assert not accused, f"{one.id}\n" + "\n".join(accused)


def test_what_is_changed_without_harm_is_a_risk_and_no_fault():
    for one in clinic_innocents.innocents():
        if one.risk and one.risk != ("c",) and zlib.crc32(one.id.encode()) % 5 == 0:
            report = one.examine(clinic)
            assert not clinic_innocents.accusations(report), one.id
            text = str(report)
            assert any(name in text for name in one.risk), f"{one.id}: nothing about {one.risk} in\n{text}"
            assert re.search("overwr|chang|in place|updat", text), f"{one.id}:\n{text}"


# --- the case of the book ------------------------------------------------------------------------------------------------


def test_the_case():
    """The learner's own two versions: in-place masks acquitted, the comment that is tanh's convicted."""
    assert clinic.examine(case.backward_prop, case.forward_prop).verdict == "right"
    report = clinic.examine(case.backward_prop_sigmoid, case.forward_prop_sigmoid, hidden="sigmoid")
    assert (report.verdict, set(report.wrong)) == ("wrong", {"dW1", "db1", "dW2", "db2"})
    assert {(finding.statement, finding.family) for finding in report.findings} == {("dZ2", "wrong_derivative"), ("dZ1", "wrong_derivative")}
    assert "tanh" in report.findings[0].explanation
    assert clinic.examine(case.backward_prop_sigmoid, hidden="tanh").verdict == "right"


def test_the_case_with_relu_at_the_output():
    report = clinic.examine(case.backward_prop, hidden="relu", output="relu", loss="bce")
    assert report.verdict == "wrong"
    assert (report.findings[0].statement, report.findings[0].family) == ("dZ3", "output_delta")
    assert len(report.wrong) == 6


# --- robustness --------------------------------------------------------------------------------------------------------

AT_ONCE = "def backward_prop(X, y, c, p):\n    "
UNUSABLE = {
    "raises": "raise ValueError('no idea')",
    "returns nothing": "pass",
    "returns a list": "return [1, 2, 3]",
    "returns a number": "return 3.0",
    "returns a text": "return 'dW1'",
    "returns an array": "return np.zeros((10, 10))",
    "returns a tuple": "return p['W1'], p['b1'], p['W2'], p['b2'], p['W3'], p['b3']",
    "returns an empty dict": "return {}",
    "calls sys.exit": "import sys\n    sys.exit(0)",
    "calls exit with text": "raise SystemExit('bye')",
    "ends the generator": "raise StopIteration",
    "recurses for ever": "return backward_prop(X, y, c, p)",
    "raises without words": "class Mute(Exception):\n        def __str__(self):\n            raise RuntimeError('no')\n    raise Mute()",
    "wants another key": "return {'dW1': c['a1']}",
    "uses an unknown name": "return {'dW1': sigmoid_prime(c['Z1'])}",
    "takes attributes": "return {'dW1': c.A1}",
    "has no memory": "raise MemoryError",
    "is a generator": "yield 1",
    "divides whole numbers by zero": "return {'dW1': 1 // 0}",
    "wants other shapes": "return {'dW1': p['W1'] @ X @ y}",
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used_is_reported(name):
    report = clinic.examine(backward(AT_ONCE + UNUSABLE[name]))
    assert report.verdict in ("raises", "wrong")
    assert report.verdict == "raises" or name in ("returns an empty dict",), name
    assert len(str(report)) > 40
    assert isinstance(report._repr_html_(), str)


@pytest.mark.parametrize("arguments", ["X, y, c", "", "X, y, c, p, learning_rate", "*, X, y, c, p"])
def test_another_signature_is_reported(arguments):
    report = clinic.examine(backward(f"def backward_prop({arguments}):\n    return {{}}"))
    assert report.verdict == "raises"
    assert "argument" in str(report)


BAD_VALUES = {
    "None": "None", "a text": "'a'", "NaN": "np.full((10, 10), np.nan)", "infinity": "np.full((10, 10), np.inf)", "complex": "dW2 * 1j",
    "an object array": "np.array([None, dW2], dtype=object)", "ragged": "[[1, 2], [3]]", "a function": "np.sum", "an empty array": "np.array([])",
    "a dict": "{'W': dW2}", "three axes": "dW2[None]", "too large": "np.zeros((20, 20))", "a set": "{1.0}",
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_gradient_of_a_wrong_kind_is_a_wrong_gradient(name):
    report = clinic.examine(changed('"dW2": dW2', f'"dW2": {BAD_VALUES[name]}'))
    assert report.verdict in ("wrong", "raises")
    if report.verdict == "wrong":
        assert set(report.wrong) == {"dW2"}
        assert report.findings[0].statement == "dW2"
    assert "dW2" in str(report)


def test_a_missing_gradient_is_named():
    report = clinic.examine(changed('"db1": db1', '"bias": db1'))
    assert report.verdict in ("wrong", "raises")
    assert "db1" in str(report)


@pytest.fixture
def soon(monkeypatch):
    """Endless functions are stopped after a fifth of a second instead of the stated time."""
    monkeypatch.setattr(guard, "TIME_LIMIT", 0.2)


def test_an_endless_loop_is_stopped(soon):
    started = time.perf_counter()
    report = clinic.examine(backward(AT_ONCE + "while True:\n        pass"))
    assert report.verdict == "raises"
    assert "stopped" in str(report)
    assert time.perf_counter() - started < 20


def test_an_endless_loop_that_swallows_exceptions_is_stopped(soon):
    text = "while True:\n        try:\n            sum(range(100))\n        except Exception:\n            pass"
    assert clinic.examine(backward(AT_ONCE + text)).verdict == "raises"


def test_what_the_function_prints_and_warns_stays_away(capsys, recwarn):
    text = "import warnings, sys\n    print('hello')\n    print('there', file=sys.stderr)\n    warnings.warn('oh')\n    np.log(np.zeros(3))\n    "
    report = clinic.examine(changed("m = X.shape[1]", text + "m = X.shape[1]"))
    assert report.verdict == "right"
    assert capsys.readouterr() == ("", "")
    assert not list(recwarn)


def test_nothing_of_the_caller_is_changed():
    """A function that spoils its arguments and the global random state cannot spoil the next call."""
    loop = "    X[:] = y[:] = 0\n    for array in (*c.values(), *p.values()):\n        array[:] = 7\n"
    spoils = changed("    return", loop + "    return")
    first, second = clinic.examine(spoils), clinic.examine(spoils)
    assert first.verdict == second.verdict == "right"
    assert str(first) == str(second)


def test_the_random_state_and_the_seed():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    one = clinic_faults.sample(CASES)[0]
    reports = [one.examine(clinic, rng=seed) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert str(reports[0]) == str(reports[1])
    assert reports[0].verdict == reports[2].verdict


def test_randomness_in_the_function_is_survived():
    noisy = changed("/ m\n    db3", "/ m + np.random.standard_normal((1, 10))\n    db3")
    report = clinic.examine(noisy)
    assert report.verdict == "wrong"
    assert "dW3" in report.wrong


def test_state_between_calls_is_survived():
    """Gradients that pile up from call to call: wrong from the second call on."""
    text = RIGHT.replace("def backward_prop", "total = {}\n\n\ndef backward_prop").replace("    return {", "    new = {")
    text += "    for name, value in new.items():\n        total[name] = total.get(name, 0) + np.sum(value) * 0 + value\n    return dict(total)\n"
    report = clinic.examine(clinic_styles.functions(text)[0])
    assert report.verdict in ("wrong", "raises")


def test_a_slow_function_is_waited_for():
    report = clinic.examine(changed("m = X.shape[1]", "import time\n    time.sleep(0.02)\n    m = X.shape[1]"))
    assert report.verdict == "right"


def test_any_callable_will_do():
    function = clinic_styles.functions(RIGHT)[0]

    class Callable:
        def __call__(self, X, y, c, p):
            return function(X, y, c, p)

        def method(self, X, y, c, p):
            return function(X, y, c, p)

    for callable_ in (Callable(), Callable().method, lambda *arguments: function(*arguments), np.vectorize(lambda x: x)):
        report = clinic.examine(callable_)
        assert report.verdict == ("raises" if isinstance(callable_, np.vectorize) else "right")


@pytest.mark.parametrize("nothing", [None, 3, "backward_prop", {}])
def test_something_that_cannot_be_called_is_told(nothing):
    report = clinic.examine(nothing)
    assert report.verdict == "raises" and "backward_prop is" in str(report)


# --- a forward pass of one's own --------------------------------------------------------------------------------------------

FORWARD = "def forward_prop(X, p):\n    "
BAD_FORWARDS = {
    "raises": FORWARD + "raise ValueError('no')",
    "returns nothing": FORWARD + "pass",
    "returns an array": FORWARD + "return X",
    "exits": FORWARD + "raise SystemExit",
    "returns an empty dict": FORWARD + "return {}",
    "wants other parameters": FORWARD + "return {'Z1': p['w1'] @ X}",
    "lacks A3": clinic_styles.forward_source("relu", "sigmoid").replace('"A3": A3', '"AL": A3'),
    "never ends": FORWARD + "while True:\n        pass",
    "NaN": clinic_styles.forward_source("relu", "sigmoid", lines={"A3": "Z3 * np.nan"}),
}


@pytest.mark.parametrize("name", BAD_FORWARDS)
def test_an_unusable_forward_pass_is_reported(name, soon):
    function, forward = clinic_styles.functions(BAD_FORWARDS[name] + "\n\n\n" + RIGHT)
    report = clinic.examine(function, forward)
    assert report.verdict in ("raises", "wrong")
    assert "forward" in str(report)


def test_backward_that_needs_what_the_cache_lacks():
    forward = clinic_styles.forward_source("relu", "sigmoid").replace('"Z2": Z2, ', "")
    function, own = clinic_styles.functions(forward + "\n\n" + RIGHT.replace('(c["A2"] > 0)', '(c["Z2"] > 0)'))
    report = clinic.examine(function, own)
    assert report.verdict == "raises"
    assert "Z2" in str(report)


def test_a_forward_pass_that_changes_its_arguments():
    forward = clinic_styles.forward_source("relu", "sigmoid").replace("    Z1 =", '    p["W1"] = p["W1"].copy()\n    Z1 =')
    assert clinic.examine(*clinic_styles.functions(forward + "\n\n" + RIGHT)).verdict == "right"


def test_a_cache_that_is_a_tuple_and_a_dict():
    """`return A3, cache` is common; a clinic that cannot use it says so."""
    forward = clinic_styles.forward_source("relu", "sigmoid").replace("return {", "return A3, {")
    assert clinic.examine(*clinic_styles.functions(forward + "\n\n" + RIGHT)).verdict in ("right", "raises")


# --- the slope of leaky ReLU -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slope", "verdict"), [(0.01, "wrong"), (0.2, "right")])
def test_the_slope_of_leaky_relu_is_an_argument(slope, verdict):
    source = clinic_styles.right_source("unrolled", "leaky_relu", "sigmoid", "bce").replace("0.01", "0.2")
    report = clinic.examine(clinic_styles.functions(source)[0], hidden="leaky_relu", slope=slope)
    assert report.verdict == verdict
    if verdict == "wrong":
        assert (report.findings[0].statement, report.findings[0].family) == ("dZ2", "wrong_derivative")


# --- the command line --------------------------------------------------------------------------------------------------------


def python(*arguments):
    """Run Python from the root of the repository."""
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=300, env=environment)


def command(capsys, path, *options):
    """(exit status, all that is printed) of the command; the file itself is run in a process of its own."""
    try:
        status = main([str(path), *options])
    except SystemExit as left:  # argparse
        status = left.code
    return status, "".join(capsys.readouterr())


@pytest.mark.parametrize(("name", "source", "options", "status", "says"), [
    ("right", RIGHT, (), 0, "right"),
    ("right with forward", clinic_styles.right_source("class", "tanh", "identity", "mse"),
     ("--hidden", "tanh", "--output", "identity", "--loss", "mse"), 0, "right"),
    ("wrong", RIGHT.replace('c["A3"] - y', 'y - c["A3"]'), (), 1, "dZ3"),
    ("another network", RIGHT, ("--hidden", "tanh", "--no-repair"), 1, "dZ2"),
    ("leaky", clinic_styles.right_source("unrolled", "leaky_relu", "sigmoid", "bce").replace("0.01", "0.1"),
     ("--hidden", "leaky_relu", "--slope", "0.1"), 0, "right"),
    ("raises", RIGHT.replace('c["A3"]', 'c["A4"]'), ("--no-repair",), 2, "A4"),
    ("no function", "backward = 3\n", (), 2, "It defines no function"),
    ("no Python", "def backward_prop(:\n", (), 2, ""),
    ("exits when imported", "import sys\nsys.exit(0)\n", (), 2, ""),
    ("no such unit", RIGHT, ("--hidden", "swish"), 2, "swish"),
    ("prints when imported", "print('hello')\n" + RIGHT, (), 0, "right"),
], ids=lambda value: value if isinstance(value, str) and "\n" not in value else "")  # fmt: skip
def test_the_command_line(tmp_path, capsys, name, source, options, status, says):
    path = tmp_path / "learner.py"
    path.write_text(source, encoding="utf-8")
    ended, printed = command(capsys, path, *options)
    assert ended == status, printed
    assert says in printed
    assert "Traceback" not in printed


def test_the_command_line_without_a_file(tmp_path, capsys):
    status, printed = command(capsys, tmp_path / "nowhere.py")
    assert status == 2
    assert "nowhere.py" in printed


def test_the_script_prints_a_confusion_matrix():
    result = python(clinic_faults.__file__, "--sample", "3")
    assert result.returncode == 0, result.stderr
    assert "rows: planted" in result.stdout
