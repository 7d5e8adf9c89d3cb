"""Each exercise can be solved: with the solutions in place of the stubs every check says "Right".

One kernel per notebook runs all of its cells, as a reader's would. What the stored notebooks say about the
untouched stubs ("not attempted") is a rule in notebook_rules.py.
"""

from functools import cache

import pytest

from notebook_tools import NOTEBOOKS, by_id, cell_text, execute, exercise_slugs, notebook_paths, read, with_solutions

EXERCISES = [(path.name, slug) for path in notebook_paths() for slug in exercise_slugs(read(path))]


@cache
def solved(name):
    """The notebook after a run with its solutions."""
    notebook = with_solutions(read(NOTEBOOKS / name))
    execute(notebook, NOTEBOOKS)
    return notebook


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_each_notebook_has_exercises(path):
    assert exercise_slugs(read(path)), f"{path.name} has no cell with an id ex-SLUG"


@pytest.mark.parametrize(("name", "slug"), EXERCISES, ids=[f"{name[:2]}-{slug}" for name, slug in EXERCISES])
def test_the_solution_is_right(name, slug):
    verdict = cell_text(by_id(solved(name))[f"ex-{slug}-check"])
    assert "Right" in verdict and "Wrong" not in verdict, verdict
