"""Hygiene of the stored notebooks: everything that can be seen without running them (see notebook_rules)."""

import pytest

from notebook_rules import RULES, file_complaints, folder_complaints
from notebook_tools import NOTEBOOKS, notebook_paths, read, to_text


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
