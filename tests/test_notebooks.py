"""Hygiene of the stored notebooks: everything that can be seen without running them (see notebook_rules)."""

import pytest

from notebook_rules import RULES, file_complaints, folder_complaints
from notebook_tools import NOTEBOOKS, by_id, formulas, markdown_cells, notebook_paths, read, symbols, to_text


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
