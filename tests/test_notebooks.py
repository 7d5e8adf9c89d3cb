"""Hygiene of the stored notebooks: everything that can be seen without running them (see notebook_rules)."""

import os
import re
from pathlib import Path

import pytest

from notebook_rules import RULES, file_complaints, folder_complaints
from notebook_tools import NOTEBOOKS, ROOT, by_id, formulas, markdown_cells, notebook_paths, read, symbols, to_text


def test_there_are_notebooks():
    assert notebook_paths(), f"no notebooks in {NOTEBOOKS.name}/"


def test_the_folder_holds_numbered_notebooks_only():
    assert folder_complaints(NOTEBOOKS) == []


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.removesuffix("_complaints"))
def test_hygiene(rule, path):
    complaints = rule(read(path), path)
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_the_file_is_as_the_storing_script_writes_it(path):
    assert file_complaints(path) == []
    assert path.read_text(encoding="utf-8") == to_text(read(path)), "run tests/store_outputs.py on it"


TABLES = ("notation-table", "notation-numbers", "notation-operations")


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_every_symbol_stands_in_the_tables_of_notebook_00(path):
    tables = by_id(read(notebook_paths()[0]))
    known = {symbol for name in TABLES for formula in formulas(tables[name].source) for symbol in symbols(formula)}
    used = {
        (symbol, cell.id) for cell in markdown_cells(read(path)) for formula in formulas(cell.source) for symbol in symbols(formula)
    }
    assert not sorted(use for use in used if use[0] not in known)


def test_letters_are_found_in_formulas():
    assert symbols(r"\frac{dJ}{dw} = \sigma(z)\,e^{-z} \odot \text{floor} + n_{\text{in}}") == {"J", "w", "sigma", "z", "e", "n"}
    assert symbols(r"dZ^{[l]} \leftarrow (W^{[l]})^\top d") == {"Z", "l", "W"}


def minutes_of(title):
    """What a title cell says: minutes of the whole chapter, and of its part of the express route, 0 where it has none."""
    express = re.search(r"\*\*Express route:\*\*.*?(\d+) minutes", title, re.DOTALL)
    return int(re.search(r"\*\*Time:\*\* (\d+) minutes", title)[1]), int(express[1]) if express else 0


@pytest.mark.parametrize("where", ["README.md", "notebook 00"])
def test_the_routes_say_what_the_chapters_say(where):
    routes = by_id(read(notebook_paths()[0]))["routes"].source
    text = routes if where == "notebook 00" else (ROOT / "README.md").read_text(encoding="utf-8")
    minutes = {path.name: minutes_of(read(path).cells[0].source) for path in notebook_paths()}
    totals = tuple(map(sum, zip(*minutes.values(), strict=True)))
    for name, (whole, express) in {**minutes, "together": totals}.items():
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        row = next(line for line in rows if name in line or line.startswith(f"| {name[:2]} "))
        assert f"| {whole} |" in row, row
        assert f"| {express or '–'} |" in row or f"{express} min |" in row or (not express and "–" in row), row


def test_a_readers_own_notes_are_out_of_reach():
    notes = Path(os.environ["CASEBOOK_NOTES"])
    assert not notes.exists() and NOTEBOOKS not in notes.parents
