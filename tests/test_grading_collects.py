"""Which notebooks the gradebook finds, whose they are, what it says of those that it cannot use, and how it writes its tables."""

import csv
import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.exercises import __main__ as command
from helpers.exercises.chapters import CHAPTERS
from helpers.exercises.grading import collect, gradebook
from helpers.exercises.grading.judge import Graded, Verdict
from helpers.exercises.grading.submission import Unusable, recognised, steps
from notebook_tools import NOTEBOOKS, by_id, read, write

NAME = "00_the_case.ipynb"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lay(folder, *names):
    """Copies of notebook 00 under these names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((NOTEBOOKS / NAME).read_bytes())


def learners(*arguments, learner_from=None):
    return sorted((one.learner, one.path.name) for one in collect.found([str(argument) for argument in arguments], learner_from))


# ---------------------------------------------------------------- whose a notebook is


@pytest.mark.parametrize(("files", "arguments", "expected"), [
    (["in/ann/00.ipynb", "in/bob/deep/00.ipynb"], ["in"], ["ann", "bob"]),
    (["in/ann/a.ipynb", "in/ann/b.ipynb"], ["in"], ["ann", "ann"]),
    (["in/ann_00_the_case.ipynb", "in/00_the_case-bob.ipynb", "in/cem.ipynb"], ["in"], ["ann", "bob", "cem"]),
    (["ann/00_the_case.ipynb"], ["ann"], ["ann"]),
    (["ann/00_the_case.ipynb"], ["ann/00_the_case.ipynb"], ["ann"]),
    (["ann/x.ipynb", "bob/x.ipynb"], ["ann", "bob"], ["ann", "bob"]),
    (["in/ann/x.ipynb", "in/bob/x.ipynb"], ["in/*/x.ipynb"], ["ann", "bob"]),
    (["l/ann/notebooks/05.ipynb", "l/bob/notebooks/05.ipynb"], ["l/ann/notebooks/05.ipynb", "l/bob/notebooks/05.ipynb"], ["ann", "bob"]),
    (["submitted/ann/ps1/x.ipynb", "submitted/bob/ps1/x.ipynb"], ["submitted"], ["ann", "bob"]),
    (["submitted/ann/ps1/x.ipynb"], ["submitted/ann/ps1/x.ipynb"], ["ann"]),
    (["m/Ann Other_12_assignsubmission_file_/x.ipynb", "m/Bo von B_3_assignsubmission_file_/x.ipynb"], ["m"], ["Ann Other", "Bo von B"]),
    (["m/Ann Other_12_assignsubmission_file_x.ipynb"], ["m"], ["Ann Other"]),
])  # fmt: skip
def test_learners_are_found_in_the_paths(folder, files, arguments, expected):
    lay(folder, *files)
    assert [learner for learner, _ in learners(*arguments)] == expected


@pytest.mark.parametrize(("expression", "expected"), [(r"/(\w+)-hw", "ann"), (r"(?P<learner>a\w+)-(hw)", "ann"), ("ann", "ann")])
def test_an_expression_finds_the_learner(folder, expression, expected):
    lay(folder, "ann-hw.ipynb")
    assert learners("ann-hw.ipynb", learner_from=expression) == [(expected, "ann-hw.ipynb")]


def test_each_file_counts_once_and_copies_of_tools_do_not(folder):
    lay(folder, "in/ann/x.ipynb", "in/ann/.ipynb_checkpoints/x.ipynb", "in/__MACOSX/ann/x.ipynb")
    assert learners("in", "in/ann/x.ipynb", "in/*/x.ipynb") == [("ann", "x.ipynb")]


# ---------------------------------------------------------------- what cannot be used


@pytest.mark.parametrize(("arguments", "said"), [
    (["nowhere"], "nowhere: there is no such file or folder"),
    (["in/*.ipynb"], "there is no such file"),
    (["empty"], "there are no notebooks"),
    (["in", "--learner-from", "("], "is no regular expression"),
    (["in", "--learner-from", "zoe"], "finds nobody"),
    (["in", "--csv", "empty"], "is a folder"),
    (["in", "--csv", "no/grades.csv"], "folder does not exist"),
    (["in", "--csv", "letter.txt"], "is no gradebook"),
    (["in", "--notebooks", "empty"], "none of the casebook's notebooks"),
])  # fmt: skip
def test_what_cannot_be_carried_out_is_told_before_anything_runs(folder, capsys, arguments, said):
    lay(folder, "in/ann/x.ipynb")
    (folder / "empty").mkdir()
    (folder / "letter.txt").write_text("Dear Ann")
    assert command.main(arguments) == 2
    assert said in capsys.readouterr().err and (folder / "letter.txt").read_text() == "Dear Ann"


@pytest.mark.parametrize("option", [["--seconds", "0"], ["--memory", "-1"], ["--total", "nan"], ["--seconds", "soon"]])
def test_limits_are_positive_numbers(folder, capsys, option):
    with pytest.raises(SystemExit, match="2"):
        command.main(["in", *option])


@pytest.mark.parametrize(("text", "said"), [
    (b"", "does not hold JSON"), (b"\x00\xff", "does not hold JSON"), (b"[]", "has no cells"), (b"{}", "has no cells"),
    (b'{"cells": 3}', "has no cells"),
    (b'{"worksheets": []}', "before 2015"), (b"[" * 100_000, "does not hold JSON"), (b'{"cells": []}', "none of the casebook's"),
    (b'{"cells": [{"cell_type": "code", "source": "1"}, 3, {"source": 5}]}', "none of the casebook's"),
])  # fmt: skip
def test_a_file_that_is_no_notebook_of_ours_says_why(folder, text, said):
    (folder / "homework.ipynb").write_bytes(text)
    with pytest.raises(Unusable, match=said):
        recognised(folder / "homework.ipynb", NOTEBOOKS)


def test_what_is_left_out_is_told_and_the_rest_is_graded(folder, capsys, monkeypatch):
    monkeypatch.setattr(command, "Judge", Quick)
    lay(folder, "in/ann/00.ipynb", "in/ann/00-new.ipynb", "in/bob/00.ipynb", "in/bob/00-copy.ipynb", "in/cem/00_the_case.new.ipynb")
    (folder / "in/bob/00-copy.ipynb").write_bytes((folder / "in/bob/00.ipynb").read_bytes())
    changed = read(folder / "in/ann/00-new.ipynb")
    by_id(changed)["ex-shapes"].source = "shape_W1 = 3"
    write(changed, folder / "in/ann/00-new.ipynb")
    os.utime(folder / "in/ann/00.ipynb", (1, 1))
    (folder / "in/dee").mkdir()
    (folder / "in/dee/homework.ipynb").write_text("{")
    assert command.main(["in", "--csv", "grades.csv"]) == 1
    said = capsys.readouterr().err
    assert "ann/00.ipynb is left out: ann/00-new.ipynb is 00 too, and was saved last" in said
    assert "bob" not in said  # the same bytes twice
    assert "cem: 00_the_case.new.ipynb is a new version of the material" in said and "dee: homework.ipynb is no notebook" in said
    rows = {row["learner"]: row for row in csv.DictReader((folder / "grades.csv").read_text().splitlines())}
    assert list(rows) == ["ann", "bob", "cem", "dee"] and rows["dee"]["00 shapes"] == "missing" and "does not hold JSON" in rows["dee"]["notes"]


# ---------------------------------------------------------------- which chapter, and in which order


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_chapter_is_known_whatever_the_file_is_called(folder, chapter):
    notebook = read(NOTEBOOKS / f"{chapter}.ipynb")
    for cells in (notebook.cells, [cell for cell in notebook.cells if cell.id.startswith("ex-")], notebook.cells[:1]):
        write(new_notebook(cells=cells), folder / "07_homework.ipynb")
        assert recognised(folder / "07_homework.ipynb", NOTEBOOKS).chapter == chapter
    assert [step.slug for step in steps(recognised(folder / "07_homework.ipynb", NOTEBOOKS), NOTEBOOKS) if step.slug] == list(CHAPTERS[chapter])


def test_another_notebook_with_one_cell_of_the_same_name_is_none_of_ours(folder):
    cells = [new_markdown_cell("# My diary", id="title"), new_code_cell("import numpy as np", id="setup")]
    write(new_notebook(cells=cells), folder / "diary.ipynb")
    with pytest.raises(Unusable, match="none of the casebook's"):
        recognised(folder / "diary.ipynb", NOTEBOOKS)


# ---------------------------------------------------------------- the tables


class Quick:
    """Stands for the judge: nothing is run."""

    def __init__(self, submission, *settings):
        self.submission = submission

    def grade(self):
        return Graded({slug: Verdict("open", "not run") for slug in CHAPTERS[self.submission.chapter]}, [], 0.0)


class Stopped(Quick):
    """The second notebook is stopped by the teacher, or the grader fails on it."""

    error, count = KeyboardInterrupt, 0

    def grade(self):
        type(self).count += 1
        if self.count == 2:
            raise self.error
        return super().grade()


@pytest.mark.parametrize(("error", "status", "bob"), [(KeyboardInterrupt, 1, "missing"), (RuntimeError, 1, "open: the grader failed on it")])
def test_a_stop_or_a_failure_loses_nothing(folder, monkeypatch, error, status, bob):
    monkeypatch.setattr(command, "Judge", type("Once", (Stopped,), {"error": error, "count": 0}))
    lay(folder, "in/ann/00.ipynb", "in/bob/00.ipynb", "in/cem/00.ipynb")
    assert command.main(["in", "--csv", "grades.csv"]) == status
    rows = {row["learner"]: row for row in csv.DictReader((folder / "grades.csv").read_text().splitlines())}
    assert rows["ann"]["00 shapes"] == "open: not run" and rows["bob"]["00 shapes"].startswith(bob)


def test_a_table_that_cannot_be_written_now_is_written_later(folder, monkeypatch, capsys):
    monkeypatch.setattr(command, "Judge", Quick)
    written, replace = [], gradebook.replace

    def held(path, text):
        written.append(path)
        if len(written) == 1:
            raise PermissionError(13, "Permission denied")
        replace(path, text)

    monkeypatch.setattr(gradebook, "replace", held)
    lay(folder, "in/ann/00.ipynb")
    assert command.main(["in", "--csv", "grades.csv"]) == 0
    assert "cannot be written now: Permission denied" in capsys.readouterr().err and (folder / "grades.csv").exists()


def test_a_spreadsheet_reads_text_as_text():
    text = gradebook.as_csv([["=SUM(A1)", "-3", "@x", "a\nb, c", "\ud800", 7]])
    assert next(csv.reader(text.splitlines())) == ["'=SUM(A1)", "'-3", "'@x", "a b, c", "\\ud800", "7"]


def test_chapters_side_by_side_and_one_that_was_not_handed_in():
    book = gradebook.Gradebook({"bob", "ann"}, {"12_interview", "00_the_case"})
    right = Verdict("right")
    book.enter("ann", "12_interview", Graded({slug: right for slug in CHAPTERS["12_interview"]}, ["cell x raised E"]))
    book.enter("bob", "00_the_case", Graded({**{slug: right for slug in CHAPTERS["00_the_case"]}, "shapes": Verdict("wrong", "too large.")}))
    head, ann, bob = (dict(zip(next(book.rows()), row, strict=True)) for row in book.rows())
    assert list(head)[:8] == ["learner", "right", "wrong", "open", "of", "percent", "00 right", "12 right"] and list(head)[-1] == "notes"
    assert (ann["right"], ann["of"], ann["percent"], ann["00 right"], ann["12 right"], ann["00 shapes"], ann["notes"]) == (
        3, 8, "38", "missing", 3, "missing", "12: cell x raised E")  # fmt: skip
    assert (bob["right"], bob["wrong"], bob["00 shapes"], bob["12 deciding"]) == (4, 1, "wrong: too large.", "missing")
    rates = {row[0]: row[1:] for row in book.rates()}
    assert rates["00 shapes"] == [1, 0, 1, 0, "0", "too large."] and rates["12 deciding"] == [1, 1, 0, 0, "100", ""]


def test_the_guide_names_the_command_and_its_options():
    guide = (Path(__file__).parents[1] / "docs" / "classroom" / "grading.md").read_text(encoding="utf-8")
    for word in ("python -m helpers.exercises submissions/ --csv grades.csv", "--learner-from", "--seconds", "--total", "--memory", "_rates.csv"):
        assert word in guide
