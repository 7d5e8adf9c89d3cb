"""The tests of the notebooks must fail where they should: faults are planted in a sample and found.

nbval compares what a run prints with what is stored, but passes a notebook without outputs; the hygiene rules
see that one. Here each of them is shown a notebook as it should be, and one with a single fault.
"""

import re
import subprocess
import sys
from copy import deepcopy

import pytest
from nbformat import NotebookNode

import notebook_rules as rules
import store_outputs
from notebook_tools import CURTAIN, ROOT, by_id, execute, minutes, normalised, read, to_text, with_solutions, write
from sample_notebook import sample

NAME = "00_sample.ipynb"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The sample, run and stored by the project's own script."""
    path = tmp_path_factory.mktemp("notebooks") / NAME
    write(normalised(sample()), path)
    assert store_outputs.main([str(path)]) == 0
    return path


@pytest.fixture
def fresh(stored):
    """A copy of the stored sample in which a test may plant a fault."""
    return deepcopy(read(stored))


# ---------------------------------------------------------------- strict nbval


# What is changed in the stored outputs of a copy; each stands in another cell, but for the text and the caption of one picture.
COPIES = {
    "untouched": {},
    "wrong": {
        "loss 0.6931": "loss 0.6932",
        "<figcaption>The line ends at 0.6931": "<figcaption>The line ends at 0.6932",
        "Not attempted": "Right",
    },
    "described_wrongly": {'alt="a line that ends at 0.6931"': 'alt="a line that ends at 0.6932"'},
    "other_bytes": {"AAAADUlEQVR42mNk": "AAAADUlEQVR42mNj"},
}


@pytest.fixture(scope="module")
def judged(stored, tmp_path_factory):
    """The cells that one `pytest` with the project's own options passes and fails in each copy, and what it prints."""
    folder = tmp_path_factory.mktemp("copies")
    for name, changes in COPIES.items():
        write(changed(read(stored), changes), folder / f"{name}.ipynb")
    write(stripped(read(stored)), folder / "stripped.ipynb")
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--color=no", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run([*command, f"--rootdir={ROOT}", str(folder)], cwd=ROOT, capture_output=True, text=True)
    verdicts = {(name, verdict): set() for name in (*COPIES, "stripped") for verdict in ("PASSED", "FAILED")}
    for name, cell, verdict in re.findall(r"(\w+)\.ipynb::Cell (\d+) (PASSED|FAILED)", done.stdout):
        verdicts[name, verdict].add(int(cell))
    assert done.returncode == 1 and len(verdicts) == 2 * len(COPIES) + 2, done.stdout + done.stderr
    return verdicts, done.stdout


def changed(notebook, changes):
    """The notebook with each text replaced in the first outputs that hold it."""
    for old, new in changes.items():
        cell = next(c for c in rules.code_cells(notebook) if old in str(c.outputs))
        cell.outputs = replaced(cell.outputs, old, new)
    return notebook


def replaced(value, old, new):
    """`value` with every string in it changed; dicts and lists are walked through."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return type(value)({key: replaced(item, old, new) for key, item in value.items()})
    return [replaced(item, old, new) for item in value] if isinstance(value, list) else value


def stripped(notebook):
    """The notebook without outputs."""
    for cell in rules.code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    return notebook


def cells_of(notebook, *ids):
    """The numbers that nbval gives the code cells with these ids; all where none is named."""
    return {n for n, cell in enumerate(rules.code_cells(notebook)) if not ids or cell.id in ids}


def test_nbval_passes_the_untouched_notebook(judged, fresh):
    assert judged[0]["untouched", "PASSED"] == cells_of(fresh), judged[1]


@pytest.mark.parametrize(
    ("name", "ids"),
    [("wrong", ("loss", "figure", "ex-double-check")), ("described_wrongly", ("figure",))],
    ids=["number, caption and verdict", "alternative text"],
)
def test_nbval_fails_wrong_outputs_and_no_others(judged, fresh, name, ids):
    wrong = cells_of(fresh, *ids)
    assert judged[0][name, "FAILED"] == wrong and judged[0][name, "PASSED"] == cells_of(fresh) - wrong, judged[1]
    assert judged[1].count("Cell outputs differ") >= len(wrong)


def test_nbval_overlooks_the_bytes_of_a_picture(judged, stored, fresh):
    assert fresh != changed(read(stored), COPIES["other_bytes"])
    assert judged[0]["other_bytes", "PASSED"] == cells_of(fresh), judged[1]


def test_a_stripped_notebook_passes_nbval_and_fails_the_hygiene(judged, stored, fresh):
    assert judged[0]["stripped", "PASSED"] == cells_of(fresh), judged[1]
    assert any("execution counts" in c for c in rules.stripped_complaints(stripped(fresh), stored))


# ---------------------------------------------------------------- the storing script


def test_stored_outputs_are_the_same_bytes_twice(stored):
    before = stored.read_bytes()
    assert store_outputs.main([str(stored)]) == 0
    assert stored.read_bytes() == before
    assert store_outputs.main(["--check", str(stored)]) == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ValueError('broken')", "broken"),
        ("import warnings\nwarnings.warn('beware')", "wrote to stderr"),
    ],
)
def test_a_cell_that_raises_or_warns_leaves_the_file_alone(fresh, tmp_path, capsys, source, said):
    by_id(fresh)["loss"].source = source
    path = tmp_path / NAME
    write(fresh, path)
    before = path.read_bytes()
    assert store_outputs.main([str(path)]) == 1
    assert said in capsys.readouterr().err
    assert path.read_bytes() == before


def test_check_sees_a_wrong_number_and_writes_nothing(fresh, tmp_path, capsys):
    path = tmp_path / NAME
    by_id(fresh)["loss"].outputs[1].text = "loss 0.6932\n"
    write(fresh, path)
    before = path.read_bytes()
    assert store_outputs.main(["--check", str(path)]) == 1
    assert "-      \"loss 0.6932" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_solutions_make_every_check_say_right(stored):
    solved = with_solutions(read(stored))
    execute(solved, stored.parent)
    assert "Right" in rules.cell_text(by_id(solved)["ex-double-check"])


def test_nobodys_own_notes_are_stored(fresh, tmp_path, monkeypatch):
    monkeypatch.setenv("CASEBOOK_NOTES", "mine.json")
    by_id(fresh)["loss"].source = 'import os\nprint(os.environ["CASEBOOK_NOTES"], os.path.exists(os.environ["CASEBOOK_NOTES"]))'
    execute(fresh, tmp_path)
    said = rules.cell_text(by_id(fresh)["loss"])
    assert "mine.json" not in said and said.endswith("notes.json False\n")


def test_the_storing_script_collapses_what_gives_a_prediction_away(fresh):
    by_id(fresh)["widget"].metadata["jupyter"] = {"outputs_hidden": True}
    by_id(fresh)["figure"].metadata.pop("jupyter")
    by_id(fresh)["widget"].outputs.insert(0, rules.NotebookNode(CURTAIN))
    by_id(fresh)["figure"].outputs.pop(0)
    clean = normalised(fresh)
    assert [cell.id for cell in clean.cells if cell.metadata.get("jupyter") == {"outputs_hidden": True}] == ["loss", "figure"]
    assert [cell.id for cell in rules.code_cells(clean) if CURTAIN in cell.outputs] == ["loss", "figure"]
    assert all(by_id(clean)[name].outputs.count(CURTAIN) == 1 and by_id(clean)[name].outputs[0] == CURTAIN for name in ("loss", "figure"))


def test_minutes_grow_with_words_code_exercises_and_predictions(fresh):
    count = len(fresh.cells)
    assert minutes(fresh.cells[:1]) == 5
    by_id(fresh)["widget-answer"].source += " word" * 2000
    assert minutes(fresh.cells) == minutes(fresh.cells[:count - 1]) == 35


def test_what_changes_from_run_to_run_is_not_stored(fresh):
    fresh.metadata["widgets"] = {"state": 1}
    fresh.metadata["language_info"] = {"name": "python", "version": "3.99"}
    by_id(fresh)["loss"].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    text = to_text(normalised(fresh))
    assert not any(word in text for word in ("3.99", "widgets", "iopub"))


# ---------------------------------------------------------------- the hygiene rules


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_sample_keeps_every_rule(rule, stored, fresh):
    assert rule(fresh, stored) == []


def markdown(cell_id, text):
    """A fault: this cell's text, with `text` added."""

    def plant(notebook):
        by_id(notebook)[cell_id].source += f"\n\n{text}"

    return plant


def source(cell_id, text):
    """A fault: this source in place of the cell's own."""

    def plant(notebook):
        by_id(notebook)[cell_id].source = text

    return plant


def replace(cell_id, old, new):
    """A fault: `new` where the cell's text says `old`."""

    def plant(notebook):
        cell = by_id(notebook)[cell_id]
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return plant


def without_curtain(cell_id):
    """A fault: the first line of this cell's output stands in place of the collapsed output."""

    def plant(notebook):
        by_id(notebook)[cell_id].outputs.pop(0)

    return plant


def open_output(cell_id):
    """A fault: the output of this cell is not collapsed."""

    def plant(notebook):
        by_id(notebook)[cell_id].metadata.pop("jupyter")

    return plant


def printed(text):
    """A fault: the cell prints this as well."""

    def plant(notebook):
        extra = {"output_type": "stream", "name": "stdout", "text": text}
        by_id(notebook)["loss"].outputs.append(rules.NotebookNode(extra))

    return plant


def output(text, mime="text/html"):
    """A fault: one more output."""

    def plant(notebook):
        extra = {"output_type": "display_data", "data": {mime: text}, "metadata": {}}
        by_id(notebook)["loss"].outputs.append(rules.NotebookNode(extra))

    return plant


def change(**changes):
    """A fault: these fields of the cell that prints the loss."""

    def plant(notebook):
        by_id(notebook)["loss"].update(changes)

    return plant


def stderr(notebook):
    by_id(notebook)["loss"].outputs[1]["name"] = "stderr"


def without(cell_id):
    """A fault: this cell is missing."""

    def plant(notebook):
        notebook.cells = [cell for cell in notebook.cells if cell.id != cell_id]

    return plant


def other_kernel(notebook):
    notebook.metadata.kernelspec.name = "my-env"


def widget_state(notebook):
    notebook.metadata["widgets"] = {}


def error_output(notebook):
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    by_id(notebook)["loss"].outputs.append(rules.NotebookNode(error))


def tagged(notebook):
    by_id(notebook)["loss"].metadata["tags"] = ["nbval-ignore-output"]


LINES_13 = "\n".join(f"a = {i}" for i in range(13))
HOME = "/ho" + "me/ada/net.csv"  # in two pieces, since a test forbids such paths in this tree

def slide(**kinds):
    """Give the cells named other slide types, or none."""

    def plant(notebook):
        for name, kind in kinds.items():
            by_id(notebook)[name].metadata["slideshow"] = {"slide_type": kind} if kind else {}

    return plant


def no_slides(notebook):
    """Take the marks of all slides away."""
    for cell in notebook.cells:
        cell.metadata.pop("slideshow", None)


def many_slides(notebook):
    """Put far more slides into a deck than a lesson has time for."""
    notebook.cells[1:1] = [NotebookNode(deepcopy(notebook.cells[0]) | {"id": f"more-{n}", "source": "More."}) for n in range(40)]


FAULTS = {
    rules.metadata_complaints: [other_kernel, widget_state],
    rules.stripped_complaints: [change(execution_count=None), change(execution_count=7), change(outputs=[])],
    rules.output_kind_complaints: [stderr, error_output, output("iVBOR", "image/png")],
    rules.address_complaints: [output("<Figure object at 0x7f3a2c>", "text/plain")],
    rules.path_complaints: [output(HOME, "text/plain"), source("loss", f"open('{HOME}')"), markdown("title", HOME)],
    rules.digit_complaints: [
        output("0.12345678", "text/plain"),
        output("[[1.        0.33333333]]", "text/plain"),
        output("<td>-1.2345678e-05</td>"),
        output('<img alt="ends at 0.69314718">'),
    ],
    rules.image_complaints: [
        output('<img src="data:image/png;base64,AAAA">'),
        output('<img alt=" " src="x.png">'),
        markdown("title", "![](x.png)"),
    ],
    rules.python_complaints: [
        source("loss", "%matplotlib inline"),
        source("loss", "!pip install numpy"),
        source("loss", "print(1);"),
        source("loss", "# nothing"),
    ],
    rules.marker_complaints: [tagged, source("loss", "# NBVAL_IGNORE_OUTPUT\nprint(1)")],
    rules.length_complaints: [
        source("loss", LINES_13),
        source("loss", f"print({'1' * 90})"),
        source("setup", f"# {'x' * 94}"),
        printed("word " * 22),
    ],
    rules.id_complaints: [change(id="figure"), change(id="a1b2c3d4"), change(id="My_Cell"), change(id="x1")],
    rules.title_complaints: [source("title", "# 01 A sample\n\n5 minutes"), source("title", "# 00 A sample"),
                             markdown("ending", "word " * 1000), replace("try", "## Does it move?", "## Further"),
                             replace("title", "15 min", "40 min"),
                             replace("title", "5 minutes. The", "15 minutes. The"),
                             replace("title", "#What-does-a", "#Does-a"),
                             markdown("question", "# Another title")],
    rules.ending_complaints: [markdown("ending", "## One more thing"), source("ending", "The end."), without("progress"),
                              source("progress", "print(1)")],
    rules.section_complaints: [markdown("title", "## What you can do now")],
    rules.exercise_complaints: [
        without("ex-double"),
        without("ex-double-check"),
        without("ex-double-hints"),
        without("ex-double-solution"),
        without("task-double"),
        source("ex-double", "answer = 4"),
        source("ex-double-check", "print('Right')"),
        source("ex-double-solution", "<details>\n\nThe answer is what two and two make.\n\n</details>"),
        source("ex-double-solution", "<details>\n\n```python\nanswer = 4\n```\n\n</details>"),
    ],
    rules.answer_complaints: [source("loss", "double = 3"), source("figure", "for triple in (1, 2):\n    pass")],
    rules.untouched_complaints: [lambda nb: by_id(nb)["ex-double-check"].update(outputs=[])],
    rules.prediction_complaints: [
        open_output("loss"),
        open_output("figure"),
        without_curtain("figure"),
        markdown("question", "It is 0.69."),
        without("answer"),
        source("answer", "Less: 0.6931."),
        markdown("answer", "And that is so."),
        without("guess-toss"),
        source("guess-toss", "my_guess = 0.7"),
        replace("loss", "predicted(my_guess, cost)", "predicted(my_guess, 0.69)"),
        replace("loss", "predicted(my_guess, cost)", ""),
    ],
    rules.widget_question_complaints: [without("widget-answer"), source("widget-answer", "The line.")],
    rules.notation_complaints: [
        *(markdown("title", f"${formula}$") for formula in (
            "A^T", "A^{T}", r"A^{\mathsf T}", "W^{[2]T}", "a * b", r"a \circ b", r"\mathcal L", "L(a)", r"L_{\text{x}}", "L = 2.3", r"z^{[3]\,(i)}")),
        markdown("title", "A silent unit."),
        source("loss", "print('mean loss L')"),
    ],
    rules.word_complaints: [markdown("title", "Simply add them."), markdown("title", "It is easy.")],
    rules.table_complaints: [markdown("title", "| a | b |\n|---|---|\n| 1 | 2 |\n**Then** this.")],
    rules.details_complaints: [
        markdown("title", "<details>"),
        markdown("title", "<details><summary>Hint</summary>\nText\n\n</details>"),
        markdown("title", "<details><summary>Hint</summary>\n\n426. Many.\n\n</details>"),
    ],
    rules.formula_complaints: [
        markdown("title", "$$ a"),
        markdown("title", "text\n$$\na\n$$\n\nmore"),
        markdown("title", "$$\na\n$$\nmore"),
        markdown("title", "half a $formula"),
        markdown("title", "$$\na \\tag{1}\n$$"),
        markdown("title", "| a | b |\n|---|---|\n| $|z|$ | 1 |"),
    ],
    rules.link_complaints: [
        markdown("title", "[next](01_nothing.ipynb)"),
        markdown("title", "[below](#No-such-heading)"),
        markdown("title", f"[there]({NAME}#No-such-heading)"),
    ],
    rules.slide_complaints: [
        slide(answer="answer"), slide(title="fragment"), slide(question=None, figure="subslide"),
        slide(**{"try": None}), slide(**{"ex-double-solution": "slide"}),
        no_slides,
        change(metadata={"tags": ["slide-whole"]}), many_slides,
    ],
}
PLANTED = [(rule, plant) for rule, plants in FAULTS.items() for plant in plants]


def test_every_rule_has_a_planted_fault():
    assert set(FAULTS) == set(rules.RULES)


@pytest.mark.parametrize(("rule", "plant"), PLANTED, ids=[rule.__name__ for rule, _ in PLANTED])
def test_each_rule_finds_its_planted_fault(rule, plant, fresh, stored):
    plant(fresh)
    assert rule(fresh, stored)


@pytest.mark.parametrize(
    ("text", "mime"),
    [
        ("2026-11-24, 1234567 examples, 12345678.0, 0.000123456, 1.23457e-10, v1.2.3456789", "text/plain"),
        ('<svg width="33.33333333"></svg> 0.5', "text/html"),
        ("between 0.5 and 1.0e+300", "text/plain"),
    ],
)
def test_integers_dates_versions_and_short_numbers_are_no_complaint(text, mime, fresh, stored):
    output(text, mime)(fresh)
    assert rules.digit_complaints(fresh, stored) == []


@pytest.mark.parametrize(
    "text",
    [
        "`simply` and `just = 1`",
        "```python\nprint('just')  # $\n```",
        "| a | b |\n|---|---|\n| $\\lvert z\\rvert$ | $z$ |",
        "It costs \\$5. An adjustment, justly.",
        r"$a^{*}$ and $a_*$, $(W^{[2]})^\top \odot Z^{[3] (i)}$, $L$ layers, $l = 1, \dots, L$, $T$, $x^{T_0}$ `silent`",
        f"[here]({NAME}#What-you-can-do-now), [out](https://example.org/#x)",
    ],
)
def test_good_prose_is_no_complaint(text, fresh, stored):
    markdown("title", text)(fresh)
    assert [complaint for rule in rules.RULES for complaint in rule(fresh, stored)] == []


def test_the_folder_and_its_numbers(tmp_path):
    names = ["00_a.ipynb", "01_b.ipynb", "guide.md"]
    for name in names:
        (tmp_path / name).touch()
    assert rules.folder_complaints(tmp_path) == []
    (tmp_path / "data.csv").touch()
    (tmp_path / "03_c.ipynb").touch()
    assert len(rules.folder_complaints(tmp_path)) == 2


def test_what_was_brought_is_python(tmp_path):
    (tmp_path / "00_a.ipynb").touch()
    (tmp_path / "brought").mkdir()
    (tmp_path / "brought" / "script.py").touch()
    assert rules.folder_complaints(tmp_path) == []
    (tmp_path / "brought" / "data.csv").touch()
    assert rules.folder_complaints(tmp_path) == ["brought/data.csv does not belong into " + tmp_path.name + "/"]


def test_a_large_file_is_a_complaint(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(b" " * (rules.MAX_BYTES + 1))
    assert rules.file_complaints(path)
