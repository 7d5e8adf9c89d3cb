"""What progress() says of a notebook's exercises: in a kernel, after its restart, and where its file is spoilt or cannot be written."""

import ast
import json
import os
import subprocess
import sys
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from helpers import exercises
from helpers.exercises import overview, record
from helpers.exercises.chapters import CHAPTERS, answers, find
from notebook_tools import NOTEBOOKS, by_id, cell_text, exercise_slugs, notebook_paths, read, solution_code, write

SETUP = "from helpers.exercises import case as exercises"
STUB = "shape_W1 = ...\nshape_b1 = ...\nshape_Z2 = ...\nshape_dW3 = ..."
RIGHT = "shape_W1, shape_b1, shape_Z2, shape_dW3 = (10, 30), (10, 1), (10, 569), (1, 10)"
WRONG = RIGHT.replace("(10, 1)", "(10,)")
CHECK = "exercises.check_shapes(shape_W1, shape_b1, shape_Z2, shape_dW3)"
DEAD = "def count_dead(A):\n    return int((A == 0).all(axis=1).sum())"
CHECK_DEAD = "exercises.check_silent_units(count_dead)"


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A kernel in a folder of its own: `kernel(source, …)` runs cells, `kernel.restart()` forgets all but the files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEBOOK_NOTES")
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)

    def start():
        InteractiveShell.clear_instance()
        record._judged.clear()
        record.trouble = ""
        config = Config({"HistoryManager": {"enabled": False}})
        kernel.shell = InteractiveShell.instance(config=config)
        kernel.shell.user_ns_hidden.clear()

    def kernel(*sources):
        for source in sources:
            result = kernel.shell.run_cell(source, store_history=True)
            result.raise_error()
        return result.result

    kernel.restart = start
    start()
    yield kernel
    InteractiveShell.clear_instance()
    record._judged.clear()


def states():
    """{slug: status} of what progress() says now."""
    return {state.slug: state.status for state in exercises.progress().states}


def kept(folder):
    """The entries of the one file that is kept."""
    (path,) = folder.glob("my_progress/*.json")
    return json.loads(path.read_text())


# ---------------------------------------------------------------- the table of chapters


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_the_table_of_chapters_is_that_of_the_notebooks(path):
    notebook = read(path)
    assert CHAPTERS[path.stem] == tuple(exercise_slugs(notebook))
    for slug in CHAPTERS[path.stem]:
        call = ast.parse(by_id(notebook)[f"ex-{slug}-check"].source).body[0].value
        assert find(slug).__name__ == call.func.attr
        assert answers(slug) == [name.id for name in call.args if name.id not in ("p",)]  # p is the notebook's own


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_as_stored_all_exercises_are_open(path):
    said = cell_text(by_id(read(path))["progress"])
    count = len(CHAPTERS[path.stem])
    assert f"0 of {count} exercises right, {count} open." in said and said.count("○ open") == 2 * count


def test_the_package_knows_the_checks_of_all_chapters():
    assert exercises.check_shapes is find("shapes") and exercises.check_round is find("round")
    with pytest.raises(AttributeError, match="check_nothing"):
        _ = exercises.check_nothing


# ---------------------------------------------------------------- one kernel


def test_right_wrong_and_open_with_their_reasons(kernel):
    kernel(SETUP, RIGHT, CHECK, "def count_dead(A):\n    return 0", CHECK_DEAD)
    said = exercises.progress()
    assert said.summary == "1 of 5 exercises right, 1 wrong, 3 open."
    assert [state.status for state in said.states] == ["open", "open", "wrong", "right", "open"]
    reasons = {state.slug: state.reason for state in said.states}
    assert reasons["descent"] == "not checked yet." and "the count for 2 dead of 5 units is 0" in reasons["silent-units"]
    for text in (str(said), said._repr_html_()):
        assert said.summary in text and all(reason[:20] in text for reason in reasons.values())
    assert "<script" not in overview.Progress((overview.State("a", "wrong", "<script>"),))._repr_html_()


def test_what_is_changed_after_its_check_is_judged_anew(kernel):
    kernel(SETUP, RIGHT, CHECK)
    assert states()["shapes"] == "right"
    kernel(WRONG)
    assert states()["shapes"] == "wrong" and kept(record.Path.cwd())["shapes"]["status"] == "wrong"
    kernel(RIGHT)
    assert states()["shapes"] == "right"
    kernel(STUB)
    assert states()["shapes"] == "open"


def test_a_list_that_is_changed_in_place_is_judged_anew(kernel):
    kernel("from helpers.exercises import checking", "reported = ['B', 'D']", "checking.check_reported_faults(reported)")
    assert states()["reported-faults"] == "right"
    kernel("reported.append('A')")
    assert states()["reported-faults"] == "wrong"


def test_an_unchanged_answer_is_not_run_again(kernel):
    kernel(SETUP, "calls = []", f"{DEAD.replace('return', 'calls.append(1); return')}", CHECK_DEAD)
    before = len(kernel.shell.user_ns["calls"])
    assert states()["silent-units"] == "right" and before == len(kernel.shell.user_ns["calls"]) > 0


def test_an_answer_that_can_be_read_once_stays_right(kernel):
    kernel("from helpers.exercises import checking", "reported = (name for name in 'BD')", "checking.check_reported_faults(reported)")
    assert states()["reported-faults"] == "right"


def test_answers_that_do_anything_spoil_nothing(kernel):
    odd = "class Odd:\n    def __eq__(self, other): raise SystemExit\n    __hash__ = None"
    kernel(SETUP, odd, "shape_W1 = shape_b1 = shape_Z2 = shape_dW3 = [Odd()]", CHECK)
    assert states()["shapes"] == "wrong"


def test_a_check_without_its_answers_variable_counts_by_the_variable(kernel):
    kernel(SETUP, STUB, "exercises.check_shapes((10, 30), (10, 1), (10, 569), (1, 10))")
    assert states()["shapes"] == "open"


def test_an_untouched_run_leaves_no_file(kernel, tmp_path):
    kernel(SETUP, STUB, CHECK)
    assert set(states().values()) == {"open"} and not list(tmp_path.rglob("*.json"))


def test_the_name_exercises_may_become_the_package(kernel):
    kernel(SETUP, RIGHT, CHECK)
    assert "1 of 5" in str(kernel("from helpers import exercises\nexercises.progress()"))
    assert "Right" in str(kernel(CHECK)) and "1 of 5" in str(kernel("exercises.progress()"))


# ---------------------------------------------------------------- another kernel


def test_a_restart_forgets_nothing(kernel):
    kernel(SETUP, RIGHT, CHECK, "def count_dead(A):\n    return 0", CHECK_DEAD)
    said = str(exercises.progress())
    kernel.restart()
    kernel("from helpers.exercises import case")
    assert str(exercises.progress()) == said


def test_after_a_restart_what_is_run_counts_and_the_rest_is_remembered(kernel):
    kernel(SETUP, RIGHT, CHECK, DEAD, CHECK_DEAD)
    kernel.restart()
    kernel(SETUP, WRONG)  # the answer has been changed, and its check was not run again
    assert (states()["shapes"], states()["silent-units"]) == ("wrong", "right")
    kernel.restart()
    kernel(SETUP)
    assert states()["shapes"] == "wrong"


def test_an_answer_whose_cells_before_are_not_run_yet_stays_right(kernel):
    answer = "def count_dead(A):\n    return int(np.sum((A == 0).all(axis=1)))"
    kernel(SETUP, "import numpy as np", answer, CHECK_DEAD)
    kernel.restart()
    kernel(SETUP, answer)
    state = next(state for state in exercises.progress().states if state.slug == "silent-units")
    assert state.status == "right" and "before the kernel was restarted" in state.reason
    kernel(answer.replace("np.sum", "np.size"))
    assert states()["silent-units"] == "wrong"


def saved(path, monkeypatch, answer, later):
    """A notebook in which the cell of the shapes holds this answer, saved that many seconds from now, as the one that runs."""
    notebook = read(NOTEBOOKS / "00_the_case.ipynb")
    by_id(notebook)["ex-shapes"].source = answer
    write(notebook, path)
    os.utime(path, (time.time() + later,) * 2)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))


@pytest.mark.parametrize(("answer", "later", "status"), [
    (RIGHT, 60, "right"), (f"{RIGHT}   \n", 60, "right"), (WRONG, 60, "open"), (STUB, 60, "open"), (WRONG, -60, "right"),
])  # fmt: skip
def test_after_a_restart_the_saved_notebook_tells_whether_the_answer_is_still_the_judged_one(kernel, tmp_path, monkeypatch, answer, later, status):
    saved(tmp_path / "mine.ipynb", monkeypatch, RIGHT, -60)
    kernel(SETUP, RIGHT, CHECK)
    kernel.restart()
    saved(tmp_path / "mine.ipynb", monkeypatch, answer, later)
    said = exercises.progress()  # no cell has been run: the chapter is known by the notebook's cells
    assert {state.slug: state.status for state in said.states}["shapes"] == status
    assert status != "open" or "has changed since it was checked" in str(said)


def test_each_notebook_has_its_own_file(kernel, tmp_path, monkeypatch):
    saved(tmp_path / "00_the_case.ipynb", monkeypatch, RIGHT, -60)
    kernel(SETUP, RIGHT, CHECK)
    kernel.restart()
    saved(tmp_path / "00_the_case-Copy1.ipynb", monkeypatch, STUB, -60)
    kernel(SETUP)
    assert states()["shapes"] == "open"
    kernel(WRONG, CHECK)
    kernel.restart()
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "00_the_case.ipynb"))
    kernel(SETUP)
    assert states()["shapes"] == "right"
    assert sorted(path.name for path in tmp_path.glob("my_progress/*")) == ["00_the_case-Copy1.json", "00_the_case.json"]


def test_two_kernels_keep_what_each_of_them_judged(kernel, tmp_path):
    kernel(SETUP, RIGHT, CHECK)
    kernel.restart()
    kernel(SETUP, DEAD, CHECK_DEAD)
    assert kept(tmp_path).keys() == {"shapes", "silent-units"}


def test_real_processes_one_after_the_other(tmp_path):
    def run(*cells):
        environment = {**os.environ, "CASEBOOK_NOTES": str(tmp_path / "my_notes.json"), "IPYTHONDIR": str(tmp_path / "ipython")}
        code = f"for cell in {cells!r}:\n    last = get_ipython().run_cell(cell, store_history=True)\nprint(last.result)"
        command = [sys.executable, "-m", "IPython", "--no-banner", "--no-confirm-exit", "--HistoryManager.enabled=False", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120).stdout

    last = "from helpers.exercises import progress\nprogress()"
    assert "1 of 5 exercises right, 4 open." in run(SETUP, RIGHT, CHECK, last)
    assert "1 of 5 exercises right, 4 open." in run(SETUP, last)


# ---------------------------------------------------------------- what can be wrong with the file


@pytest.mark.parametrize("text", [
    "", "{", "[1]", "\x00", "null", '{"shapes": 3}', '{"shapes": {"status": "splendid", "message": "", "source": null, "time": 0}}',
    '{"shapes": {"status": "right"}}', '{"shapes": {"status": "right", "message": 5, "source": null, "time": 0}}', "[" * 100_000,
])  # fmt: skip
def test_a_spoilt_file_counts_as_empty(kernel, tmp_path, text):
    (tmp_path / "my_progress").mkdir()
    (tmp_path / "my_progress" / "00_the_case.json").write_text(text)
    kernel(SETUP)
    assert states()["shapes"] == "open"
    kernel(RIGHT, CHECK)
    kernel.restart()
    kernel(SETUP)
    assert states()["shapes"] == "right"


def test_where_nothing_can_be_written_it_is_said(kernel, tmp_path):
    (tmp_path / "my_progress").write_text("a file where the folder should be")
    kernel(SETUP, RIGHT, CHECK)
    said = exercises.progress()
    assert "1 of 5" in said.summary and "my_progress cannot be written" in str(said) and "my_progress cannot be written" in said._repr_html_()


def test_an_unreadable_notebook_is_as_good_as_none(kernel, tmp_path, monkeypatch):
    (tmp_path / "mine.ipynb").write_text("{")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "mine.ipynb"))
    kernel(SETUP, RIGHT, CHECK)
    kernel.restart()
    kernel(SETUP)
    assert states()["shapes"] == "right"


def test_without_a_notebook_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(overview, "_chapter", lambda: None)
    said = exercises.progress()
    assert "run its first cell" in str(said) and "run its first cell" in said._repr_html_()


def test_outside_of_a_notebook_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find("shapes")((10, 30), (10, 1), (10, 569), (1, 10)).right
    assert not list(tmp_path.iterdir())


def test_the_solutions_are_judged_as_such(kernel):
    notebook = by_id(read(NOTEBOOKS / "00_the_case.ipynb"))
    kernel(SETUP, *(solution_code(notebook[f"ex-{slug}-solution"]) for slug in ("shapes", "parameter-count", "silent-units")))
    assert [status for status in states().values()] == ["open", "open", "right", "right", "right"]
