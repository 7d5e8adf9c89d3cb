"""The modules that build the site, one by one: running, playing, linking. None of these tests builds it."""

import json
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from notebook_tools import KERNELSPEC, ROOT, write

CASE = "notebooks/00_the_case.ipynb"
WIDGET = "from helpers.widgets import FiringRateExplorer\nFiringRateExplorer()"


@pytest.fixture
def stored(tmp_path):
    """Store a notebook of these cells, and return its path."""

    def store(*cells, name="99_short"):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        made = [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(cells)]
        write(new_notebook(cells=[new_markdown_cell("# 99 Short", id="title"), *made], metadata={"kernelspec": KERNELSPEC}), path)
        return path

    return store


# ---------------------------------------------------------------- executed.py


def test_a_run_keeps_the_state_of_widgets_and_is_not_repeated(docs, stored, tmp_path, monkeypatch):
    import executed

    path = stored("print(6 * 7)", WIDGET)
    first = executed.executed(path, tmp_path / "cache")
    assert first.cells[1].outputs[0].text == "42\n"
    models = first.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert first.cells[2].outputs[0].data["application/vnd.jupyter.widget-view+json"]["model_id"] in models
    monkeypatch.setattr(executed, "execute", lambda *arguments, **options: pytest.fail("it runs again"))
    assert executed.executed(path, tmp_path / "cache") == first


def test_what_a_run_depends_on_makes_it_run_again(docs, stored, tmp_path, monkeypatch):
    import executed

    path = stored("print(1)")
    helpers = tmp_path / "helpers"
    helpers.mkdir()
    (helpers / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(executed, "ROOT", tmp_path)
    seen = [executed.fingerprint(path)]
    (helpers / "one.py").write_text("x = 2\n")
    seen.append(executed.fingerprint(path))
    (path.parent / "brought").mkdir()
    (path.parent / "brought" / "script.py").write_text("")
    seen.append(executed.fingerprint(path))
    stored("print(2)")
    seen.append(executed.fingerprint(path))
    monkeypatch.setattr(executed, "version", lambda name: "0")
    seen.append(executed.fingerprint(path))
    assert len(set(seen)) == len(seen)
    (helpers / "__pycache__").mkdir()
    (helpers / "__pycache__" / "one.pyc").write_bytes(b"")
    assert executed.fingerprint(path) == seen[-1]


def test_only_the_newest_run_is_kept(docs, stored, tmp_path):
    import executed

    for text in ("print(1)", "print(2)"):
        executed.executed(stored(text), tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["x = 1", "1 / 0"], "99_short.ipynb cannot be shown: cell cell-1 raises ZeroDivisionError: division by zero"),
        (["import os\nos._exit(3)"], "99_short.ipynb cannot be shown: cell cell-0 ends its kernel"),
    ],
)
def test_a_cell_that_fails_is_named(docs, stored, tmp_path, cells, words):
    import executed

    with pytest.raises(executed.CannotRun, match=words.replace(".", r"\.")):
        executed.executed(stored(*cells), tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.ipynb"))


def test_a_cell_that_does_not_end_is_named(docs, stored, tmp_path, monkeypatch):
    import executed
    import notebook_tools

    monkeypatch.setattr(notebook_tools, "CELL_TIMEOUT", 1)
    with pytest.raises(executed.CannotRun, match="cell cell-0 does not end"):
        executed.executed(stored("import time\ntime.sleep(60)"), tmp_path / "cache")


def test_a_run_during_which_the_notebook_is_changed_is_not_kept(docs, stored, tmp_path):
    import executed

    path = stored("from pathlib import Path\nfile = Path('99_short.ipynb')\nfile.write_text(file.read_text() + ' ')")
    with pytest.raises(executed.CannotRun, match=r"99_short\.ipynb, or what it imports, was changed while it ran"):
        executed.executed(path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_notebook_that_is_not_there_is_named(docs, tmp_path):
    import executed

    with pytest.raises(executed.CannotRun, match=r"no notebook 98_gone\.ipynb"):
        executed.executed(tmp_path / "98_gone.ipynb")


def test_the_build_says_why_it_stops(docs, monkeypatch, capsys):
    import build
    from executed import CannotRun

    def stop(*arguments, **options):
        raise CannotRun("07_x.ipynb cannot be shown: cell a raises ValueError: no")

    monkeypatch.setattr(build, "installed", lambda: None)
    monkeypatch.setattr(build, "pages", stop)
    assert build.main(["--only", "pages"]) == 1
    assert capsys.readouterr().err == "The site cannot be built. 07_x.ipynb cannot be shown: cell a raises ValueError: no\n"


# ---------------------------------------------------------------- players.py


def test_a_widget_becomes_a_place_with_its_picture_and_two_files(docs, stored, tmp_path):
    import executed
    from players import with_players

    shown = with_players(executed.run(executed.read(path := stored(WIDGET)), path.name, path.parent), tmp_path)
    [output] = shown.cells[1].outputs
    assert output.data.keys() == {"text/html"} and 'class="live-widget"' in output.data["text/html"] and "<figure" in output.data["text/html"]
    assert "widgets" not in shown.metadata
    [code], [state] = (tmp_path / "live").glob("*.js"), (tmp_path / "live").glob("*.json")
    assert "export default" in code.read_text(encoding="utf-8")
    kept = json.loads(state.read_text(encoding="utf-8"))
    assert kept["buffers"] and kept["state"].keys() == {"recording"}


def test_widgets_that_differ_in_their_settings_alone_share_their_recording(docs, stored, tmp_path):
    import executed
    from players import with_players

    path = stored("from helpers.widgets import FiringRateExplorer\nFiringRateExplorer()", "FiringRateExplorer(current=2.0)")
    with_players(executed.run(executed.read(path), path.name, path.parent), tmp_path)
    assert len(list((tmp_path / "live").iterdir())) == 2


def test_a_widget_that_needs_python_is_refused(docs, stored, tmp_path):
    import executed
    from players import NoPlayer, with_players

    path = stored("import ipywidgets\nipywidgets.IntSlider()")
    with pytest.raises(NoPlayer, match="cell cell-0 shows a IntSliderModel of @jupyter-widgets/controls"):
        with_players(executed.run(executed.read(path), path.name, path.parent), tmp_path)


# ---------------------------------------------------------------- links.py


@pytest.mark.parametrize(
    ("home", "page", "written", "right"),
    [
        ("docs/teaching.md", "teaching.md", "[x](../notebooks/00_the_case.ipynb#Is-it?)", "[x](notebooks/00_the_case.ipynb#Is-it?)"),
        ("docs/classroom/README.md", "classroom.md", "[x](../../notebooks/00_the_case.ipynb)", "[x](notebooks/00_the_case.ipynb)"),
        ("docs/clinic.md", "clinic.md", "[x](../helpers/case.py)", "[x](HOME/blob/main/helpers/case.py)"),
        ("docs/clinic.md", "clinic.md", "[x](../helpers/clinic)", "[x](HOME/tree/main/helpers/clinic)"),
        ("docs/clinic.md", "clinic.md", "[x](https://example.org/a#b)", "[x](https://example.org/a#b)"),
        ("docs/clinic.md", "clinic.md", "[x](#here) `[y](../helpers/case.py)`", "[x](#here) `[y](../helpers/case.py)`"),
        (CASE, "questions.md", "[x](#Who?) [y](03_loss.ipynb)", "[x](notebooks/00_the_case.ipynb#Who?) [y](notebooks/03_loss.ipynb)"),
        (CASE, CASE, "[x](#Who?) [y](03_loss.ipynb#Z)", "[x](#Who?) [y](03_loss.ipynb#Z)"),
        ("docs/index.md", "index.md", "[x](no_such.md)", "[x](no_such.md)"),
    ],
)
def test_links_are_led_right(docs, home, page, written, right):
    import links

    assert links.moved(written, ROOT / home, page) == right.replace("HOME", links.REPOSITORY)


# ---------------------------------------------------------------- formulas.py


def test_a_formula_that_cannot_be_typeset_is_named(docs):
    from formulas import Formulas

    with Formulas() as formulas:
        assert "katex" in formulas.html("a^2") and "<math" in formulas.html("a^2", mathml=True)
        with pytest.raises(ValueError, match=r"the formula '\\\\frac\{' cannot be typeset"):
            formulas.html(r"\frac{")


def test_a_formula_of_a_page_that_cannot_be_typeset_is_a_fault_at_its_place(tmp_path):
    settings = ("import sys", f'sys.path.insert(0, r"{ROOT / "docs"}")', 'extensions = ["formulas"]', 'html_math_renderer = "katex"')
    text = ("Title", "=====", "", "In :math:`a^2` all is well.", "", r".. math:: \sqrt{b}", "", r"Here :math:`\frac{` is not.")
    for name, lines in (("conf.py", settings), ("index.rst", text)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(tmp_path), str(tmp_path / "out")]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert ran.returncode == 1 and ran.stderr.count("WARNING") == 1
    assert r"index.rst:8: WARNING: the formula '\\frac{' cannot be typeset: KaTeX parse error" in ran.stderr
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count("katex-html") == 2 and page.count("katex-display") == 1


# ---------------------------------------------------------------- narrow.py


def test_a_column_of_sentences_is_marked_and_a_formula_keeps_what_closes_its_sentence(docs):
    from docutils import nodes

    import narrow

    rows = [("W1", "weights of layer 1, which are learnt"), ("b1", "biases")]
    cells = [[nodes.entry("", nodes.paragraph("", text)) for text in row] for row in rows]
    table = nodes.table("", nodes.tgroup("", nodes.tbody("", *(nodes.row("", *row) for row in cells))))
    closed = nodes.paragraph("", "all real ", nodes.math("", "z"), nodes.Text(". Does it?"))
    open_ = nodes.paragraph("", "all ", nodes.math("", "z"), nodes.Text(" do"))
    narrow.fit_narrow_pages(None, nodes.container("", table, closed, open_))
    assert [[cell["classes"] for cell in row] for row in cells] == [[[], ["prose"]]] * 2
    assert closed.astext() == "all real z. Does it?" and open_.astext() == "all z do"
    assert [node.astext() for node in closed.children] == ["all real ", "z.", " Does it?"] and closed[1]["classes"] == ["unbroken"]
    assert not list(open_.findall(nodes.inline))
