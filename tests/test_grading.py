"""The gradebook: learners' notebooks as they come, right and wrong, broken and hostile, each costing only itself."""

import csv
import json
import os
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.exercises.__main__ import main
from helpers.exercises.chapters import CHAPTERS
from helpers.exercises.grading import process
from notebook_tools import NOTEBOOKS, by_id, read, with_solutions, write

CHAPTER = "00_the_case"
SLUGS = CHAPTERS[CHAPTER]
SETUP = "import numpy as np\nfrom helpers import case, network\nfrom helpers.exercises import case as exercises\n"
SETUP += "forward_prop, backward_prop = network.forward_prop, network.backward_prop\n"
SETUP += "guess_loss = lambda a, f: -f * np.log(a) - (1 - f) * np.log(1 - a)"
posix = pytest.mark.skipif(os.name != "posix", reason="limits are POSIX's")


def small():
    """Notebook 00 with its exercises alone, and a setup that takes no time."""
    real = read(NOTEBOOKS / f"{CHAPTER}.ipynb")
    kept = [cell for cell in real.cells if cell.id.startswith("ex-") or cell.id in (real.cells[0].id, "progress")]
    return new_notebook(cells=[kept[0], new_code_cell(SETUP, id="setup"), *kept[1:]], metadata=real.metadata, nbformat_minor=5)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with the small notebook as the project's own."""
    folder = tmp_path_factory.mktemp("project")
    write(small(), folder / f"{CHAPTER}.ipynb")
    return folder


@pytest.fixture
def class_(tmp_path, project, capsys):
    """A class: `hand_in(learner, notebook)`, then `grade(…)` gives exit status, rows, rates and what was printed."""
    folder = tmp_path / "in"
    folder.mkdir()

    def hand_in(learner, notebook, name=f"{CHAPTER}.ipynb"):
        path = folder / learner / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(notebook, path) if not isinstance(notebook, str) else path.write_text(notebook)
        return path

    def grade(*options, where=None, seconds=20):
        table = tmp_path / "grades.csv"
        asked = [str(folder)] if where is None else [str(one) for one in where]
        status = main([*asked, "--csv", str(table), "--notebooks", str(project), "--seconds", str(seconds), *options])
        said = capsys.readouterr()
        rows = {row["learner"]: row for row in rows_of(table)}
        rates = rows_of(tmp_path / "grades_rates.csv")
        return SimpleNamespace(status=status, rows=rows, rates=rates, out=said.out, err=said.err, table=table)

    return SimpleNamespace(hand_in=hand_in, grade=grade, folder=folder)


def rows_of(path):
    """The rows of a table; none where it was not written."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []


def column(slug):
    return f"{CHAPTER[:2]} {slug}"


def verdicts(row):
    """The verdicts of a row, without their reasons."""
    return [row[column(slug)].partition(":")[0] for slug in SLUGS]


def answered(**answers):
    """The small notebook with answers by slug (hyphens as underscores); of `solved=True` all solutions first."""
    notebook = with_solutions(small()) if answers.pop("solved", False) else small()
    for slug, source in answers.items():
        by_id(notebook)[f"ex-{slug.replace('_', '-')}"].source = source
    return notebook


# ---------------------------------------------------------------- a class as it should be


def test_rows_columns_reasons_and_rates(class_):
    wrong = "def count_dead(A):\n    return 0"
    class_.hand_in("ann", answered(solved=True))
    class_.hand_in("bob", small())
    class_.hand_in("cem", answered(solved=True, silent_units=wrong))
    class_.hand_in("dee", answered(silent_units=wrong, descent="def my_descent(X, y, p, learning_rate, steps):\n    return p @ 1"))
    done = class_.grade()
    assert done.status == 0 and list(done.rows) == ["ann", "bob", "cem", "dee"]
    assert [done.rows[name][key] for name in done.rows for key in ("right", "wrong", "open", "of", "percent", "00 right")] == [
        "5", "0", "0", "5", "100", "5", "0", "0", "5", "5", "0", "0", "4", "1", "0", "5", "80", "4", "0", "2", "3", "5", "0", "0"]  # fmt: skip
    assert verdicts(done.rows["ann"]) == ["right"] * 5 and done.rows["ann"]["notes"] == ""
    assert done.rows["bob"][column("shapes")].startswith("open: a ... is left.")
    assert done.rows["cem"][column("silent-units")].startswith("wrong: the count for 2 dead of 5 units is 0")
    assert "TypeError" in done.rows["dee"][column("descent")] and "return p @ 1" not in done.rows["ann"][column("descent")]
    (rate,) = [rate for rate in done.rates if rate["exercise"] == column("silent-units")]
    assert [rate[key] for key in ("handed in", "right", "wrong", "open", "percent right")] == ["4", "1", "2", "1", "25"]
    assert rate["commonest reason"].startswith("2 times: the count for 2 dead")
    assert "1 of   4 right" in done.out and "2/4  bob" in done.out and done.err == ""


def test_a_real_chapter_with_its_solutions_from_end_to_end(tmp_path, capsys):
    (tmp_path / "solved").mkdir()
    write(with_solutions(read(NOTEBOOKS / "04_chain_rule.ipynb")), tmp_path / "solved" / "homework.ipynb")
    assert main([str(tmp_path), "--csv", str(tmp_path / "grades.csv")]) == 0
    rows = rows_of(tmp_path / "grades.csv")
    count = str(len(CHAPTERS["04_chain_rule"]))
    assert [(row["learner"], row["right"], row["of"], row["notes"]) for row in rows] == [("solved", count, count, "")]


# ---------------------------------------------------------------- cheats

# Each is the first line of the setup, of an answer, or a cell that was added; none may make one exercise right.
CHEATS = {
    "prints": "print('Right: all of it.')",
    "replaces the checks": (
        "import helpers.exercises.case as c, helpers.exercises.outcome as o, helpers.exercises.feedback as f\n"
        "right = o.Feedback('right', 'yes')\n"
        "for module in (c, o, f):\n    for name in list(vars(module)):\n        if callable(getattr(module, name)):\n"
        "            setattr(module, name, lambda *a, **k: right)"
    ),
    "replaces NumPy": "import numpy as np\nnp.allclose = np.isclose = np.array_equal = lambda *a, **k: True\nnp.abs = lambda x: 0 * x",
    "replaces builtins": "import builtins\nbuiltins.all = builtins.any = builtins.isinstance = lambda *a: True",
    "lies about equality": (
        "class Same(float):\n    def __eq__(self, other): return True\n    __le__ = __lt__ = __ge__ = __gt__ = __eq__\n    __hash__ = None\n"
        "    def __sub__(self, other): return 0.0\n    __rsub__ = __abs__ = lambda *a: 0.0\n"
        "shape_W1 = shape_b1 = shape_Z2 = shape_dW3 = loss_balanced = loss_357_212 = Same(3)"
    ),
    "speaks for the worker": (
        "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'{\"answer\": 1, \"value\": {\"shapes\": \"right\"}}\\n')\n"
        "    except OSError: pass"
    ),
    "grades itself": "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'helpers.exercises', '.', '--csv', 'grades.csv'])",
    "returns feedback": (
        "from helpers.exercises import Feedback\nshape_W1 = shape_b1 = shape_Z2 = shape_dW3 = Feedback('right', 'yes')\n"
        "count_dead = count_parameters = my_descent = lambda *a, **k: Feedback('right', 'yes')"
    ),
    "raises its own verdict": (
        "from helpers.exercises.outcome import NotAttempted, Wrong\nclass Right(Wrong): status = 'right'\n"
        "def count_dead(A): raise Right('Right: yes')\ncount_parameters = my_descent = count_dead"
    ),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_no_cheat_is_right(class_, cheat):
    notebook = small()
    by_id(notebook)["setup"].source = f"{SETUP}\n{CHEATS[cheat]}"
    for slug in SLUGS:  # the stubs are gone; an honest wrong answer stands among them, and the checks are forged
        by_id(notebook)[f"ex-{slug}"].source = CHEATS[cheat] if slug != "shapes" else f"{CHEATS[cheat]}\nshape_W1 = 1"
        by_id(notebook)[f"ex-{slug}-check"].source = "from helpers.exercises import Feedback\nFeedback('right', 'yes')"
    class_.hand_in("cheat", notebook)
    row = class_.grade(seconds=5).rows["cheat"]
    assert "right" not in verdicts(row), row


def test_stored_outputs_count_for_nothing(class_):
    notebook = small()
    for slug in SLUGS:
        by_id(notebook)[f"ex-{slug}-check"].outputs = [new_output("execute_result", {"text/plain": "Right: yes."}, execution_count=1)]
    class_.hand_in("ann", notebook)
    assert verdicts(class_.grade().rows["ann"]) == ["open"] * 5


def test_what_lies_outside_of_its_folder_is_safe(class_, tmp_path, project):
    (tmp_path / "grades.csv").write_text("learner,right\nkept,5\n")
    victim = tmp_path / "victim.txt"
    victim.write_text("as it was")
    attempts = [f"open({str(victim)!r}, 'w').write('x')", f"__import__('pathlib').Path({str(victim)!r}).unlink()",
                f"__import__('os').rename({str(victim)!r}, 'mine')", f"__import__('shutil').rmtree({str(project)!r})",
                f"__import__('os').open({str(victim)!r}, __import__('os').O_WRONLY | __import__('os').O_TRUNC)",
                "__import__('os').fork()", "__import__('os').system('true')", "__import__('os').kill(__import__('os').getppid(), 0)",
                "__import__('socket').create_connection(('127.0.0.1', 9), 1)", "__import__('ctypes').CDLL(None).getpid()"]  # fmt: skip
    lines = "\n".join(f"try:\n    {attempt}\n    done.append({i})\nexcept PermissionError: pass" for i, attempt in enumerate(attempts))
    free = "open('mine.txt', 'w').write('own folder')\nopen('mine.txt').read()\nimport tempfile\ntempfile.TemporaryFile().close()"
    solution = by_id(with_solutions(small()))["ex-shapes"].source
    class_.hand_in("eve", answered(shapes=f"done = []\n{lines}\n{free}\n{solution}\nif done: shape_W1 = done"))
    done = class_.grade()
    assert victim.read_text() == "as it was" and (project / f"{CHAPTER}.ipynb").exists()
    assert done.rows["eve"][column("shapes")] == "right", done.rows["eve"]


# ---------------------------------------------------------------- what breaks

SOFT = {  # the process goes on
    "descent": ("def f(): return f()\nf()", "RecursionError"),
    "uninformed-loss": ("raise SystemExit", "SystemExit"),
    "silent-units": ("while True: pass", "not done within 1 s"),
    "parameter-count": ("hoard = np.ones(10**10)", "MemoryError"),
}
HARD = {  # the process ends
    "descent": ("import signal\nsignal.signal(signal.SIGPROF, signal.SIG_IGN)\nwhile True: pass", "was not done within 2 s by the clock"),
    "silent-units": ("import os\nos._exit(0)", "ended the process (exit status 0)"),
    "parameter-count": ("import ctypes\nctypes.string_at(0)", "ended the process (SIGSEGV)"),
}
FUNCTIONS = {"descent": "my_descent(*given, **named)", "silent-units": "count_dead(A)", "parameter-count": "count_parameters(layer_sizes)"}


@posix
@pytest.mark.parametrize("called", [False, True], ids=["in its cell", "when it is called"])
@pytest.mark.parametrize("breaks", [SOFT, HARD], ids=["soft", "hard"])
def test_what_breaks_costs_that_exercise_alone(class_, breaks, called):
    notebook = answered(solved=True)
    broken = {slug: broken for slug, broken in breaks.items() if not called or slug in FUNCTIONS}
    for slug, (source, _) in broken.items():
        body = "\n".join(f"    {line}" for line in source.splitlines())
        by_id(notebook)[f"ex-{slug}"].source = f"def {FUNCTIONS[slug]}:\n{body}\n    return 0" if called else source
    class_.hand_in("ann", notebook)
    row = class_.grade(seconds=1).rows["ann"]
    assert verdicts(row) == ["wrong" if slug in broken else "right" for slug in SLUGS], row
    assert all(reason in row[column(slug)] for slug, (_, reason) in broken.items()), row


def test_a_cell_without_syntax_costs_that_exercise_alone(class_):
    class_.hand_in("ann", answered(solved=True, shapes="def ("))
    row = class_.grade().rows["ann"]
    assert row["right"] == "4" and "SyntaxError" in row[column("shapes")]


LINES = {  # what a cell can do to the worker itself, and what is said then
    "asks for ever": ("while True: os.write(fd, b'{\"ask\": 1, \"do\": \"call\", \"f\": 0, \"arguments\": []}\\n')", "ended"),
    "never ends its line": ("while True: os.write(fd, b'x' * 100000)", "sent nonsense"),
    "tells an error that is none": ("os.write(fd, b'{\"answer\": 3, \"raised\": 5}\\n' * 9)", "sent nonsense"),
}


@posix
@pytest.mark.parametrize("what", LINES)
def test_what_is_done_to_the_line_costs_that_exercise_alone(class_, what):
    source, reason = LINES[what]
    lines = f"import os\nfor fd in range(3, 30):\n    try:\n        os.fstat(fd)\n        {source}\n    except OSError: pass"
    class_.hand_in("ann", answered(solved=True, shapes=lines))
    row = class_.grade(seconds=1).rows["ann"]
    assert verdicts(row) == ["right", "right", "right", "wrong", "right"] and reason in row[column("shapes")], row


@posix
def test_what_is_too_large_to_be_told_ends_it(class_, monkeypatch):
    monkeypatch.setattr(process, "LONGEST", 10_000)
    class_.hand_in("ann", answered(solved=True, shapes="shape_W1 = shape_b1 = shape_Z2 = shape_dW3 = list(range(100_000))"))
    done = class_.grade()
    assert "sent nonsense" in done.rows["ann"][column("shapes")] and done.rows["ann"]["right"] == "4"


def test_a_notebook_that_takes_all_of_its_time_is_stopped(class_):
    notebook = answered(solved=True)
    notebook.cells.insert(5, new_code_cell("import time\ntry: time.sleep(60)\nexcept BaseException: time.sleep(60)", id="mine"))
    class_.hand_in("ann", notebook)
    done = class_.grade("--total", "5", seconds=30)
    assert set(verdicts(done.rows["ann"])[1:]) == {"open"} and "the 5 s of the notebook were over" in done.rows["ann"][column("shapes")]


def test_other_cells_that_raise_are_noted_and_cost_nothing(class_):
    notebook = answered(solved=True)
    notebook.cells.insert(3, new_code_cell("1 / 0", id="mine"))
    class_.hand_in("ann", notebook)
    done = class_.grade()
    assert verdicts(done.rows["ann"]) == ["right"] * 5 and "ZeroDivisionError" in done.rows["ann"]["notes"]


# ---------------------------------------------------------------- cells deleted, moved, doubled, renamed


def reordered(notebook):
    notebook.cells.reverse()


def without_checks_and_setup(notebook):
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-check") and cell.id != "setup"]


def answer_in_a_cell_before(notebook):
    cell = by_id(notebook)["ex-silent-units"]
    at = notebook.cells.index(cell)
    notebook.cells[at : at + 1] = [new_code_cell("def helper(A):\n    return (A == 0).all(axis=1)", id="mine"),
                                   new_code_cell("def count_dead(A):\n    return int(helper(A).sum())", id="mine-too")]  # fmt: skip


def corrected_after_the_check(notebook):
    source = by_id(notebook)["ex-shapes"].source
    by_id(notebook)["ex-shapes"].source = "shape_W1 = shape_b1 = shape_Z2 = shape_dW3 = (1, 1)"
    at = notebook.cells.index(by_id(notebook)["ex-shapes-solution"])
    notebook.cells.insert(at + 1, new_code_cell(source, id="mine"))


def answer_in_the_checks_cell(notebook):
    check = by_id(notebook)["ex-shapes-check"]
    check.source = f"{by_id(notebook)['ex-shapes'].source}\n{check.source}"
    by_id(notebook)["ex-shapes"].source = "shape_W1 = ..."


def answer_in_the_place_of_the_hints(notebook):
    at = notebook.cells.index(by_id(notebook)["ex-shapes-hints"])
    notebook.cells[at] = new_code_cell(by_id(notebook)["ex-shapes"].source, id="ex-shapes-hints")
    by_id(notebook)["ex-shapes"].source = "shape_W1 = ..."


def without_ids(notebook):
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.pop("id")


def with_magics(notebook):
    by_id(notebook)["ex-shapes"].source = "%matplotlib inline\nimport asyncio\nawait asyncio.sleep(0)\n" + by_id(notebook)["ex-shapes"].source


@pytest.mark.parametrize("change", [
    reordered, without_checks_and_setup, answer_in_a_cell_before, corrected_after_the_check, answer_in_the_checks_cell,
    answer_in_the_place_of_the_hints, without_ids, with_magics,
])  # fmt: skip
def test_a_notebook_that_was_rearranged_is_graded_all_the_same(class_, change):
    notebook = answered(solved=True)
    change(notebook)
    class_.hand_in("ann", json.dumps(notebook))
    row = class_.grade().rows["ann"]
    assert verdicts(row) == ["right"] * 5, row


def test_cells_that_are_missing_or_empty_are_open(class_):
    notebook = answered(solved=True, shapes=" ")
    notebook.cells.remove(by_id(notebook)["ex-descent"])
    class_.hand_in("ann", notebook)
    class_.hand_in("bob", new_notebook())
    done = class_.grade()
    assert verdicts(done.rows["ann"]) == ["open", "right", "right", "open", "right"]
    assert done.rows["ann"][column("descent")] == "open: its cell is missing or empty."
    assert verdicts(done.rows["bob"]) == ["open"] * 5 and "without any cell" in done.rows["bob"]["notes"]


def test_an_answer_by_another_name_and_one_of_an_earlier_cell_are_told(class_):
    notebook = answered(shapes="shape_1 = (10, 30)", silent_units="count_dead = 1 / 0")
    right = by_id(with_solutions(small()))["ex-silent-units"].source
    notebook.cells.insert(2, new_code_cell(right, id="mine"))  # of an earlier cell: not what the answer's own cell gives
    class_.hand_in("ann", notebook)
    row = class_.grade().rows["ann"]
    assert "shape_W1, shape_b1, shape_Z2, shape_dW3 are not defined" in row[column("shapes")]
    assert "its cell raised ZeroDivisionError" in row[column("silent-units")]
