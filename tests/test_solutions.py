"""Each exercise can be solved: its check says that the solution is right.

Every solution is tried beside the cells of its notebook while nbval runs it (kept_runs.py); where nothing has changed since nbval last ran
one, that run holds. What the stored notebooks say about the untouched stubs ("not attempted") is a rule in notebook_rules.py.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import solution_trial
from kept_runs import executed
from notebook_tools import NOTEBOOKS, ROOT, exercise_slugs, notebook_paths, read

EXERCISES = [(path.name, slug) for path in notebook_paths() for slug in exercise_slugs(read(path))]
TIMEOUT = 600  # seconds


def tried(path):
    """{slug: [status, message]} of a notebook's solutions; nbval runs it where its last run is not of this state."""
    record = solution_trial.kept(executed().place(path, executed().CACHE))
    if not record.is_file():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT)
        assert record.is_file(), f"{path.name} does not run to its end:\n{ran.stdout}\n{ran.stderr}"
    return solution_trial.verdicts(record)


@pytest.fixture(scope="module")
def said(request):
    """{slug: [status, message]} of the notebooks whose tests were asked for, two of which run at a time."""
    asked = {item.callspec.params["name"] for item in request.session.items if item.name.startswith(f"{test_the_solution_is_right.__name__}[")}
    with ThreadPoolExecutor(executed().AT_ONCE) as runners:
        return {slug: words for all_ in runners.map(tried, [NOTEBOOKS / name for name in sorted(asked)]) for slug, words in all_.items()}


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_each_notebook_has_exercises(path):
    assert exercise_slugs(read(path)), f"{path.name} has no cell with an id ex-SLUG"


@pytest.mark.parametrize(("name", "slug"), EXERCISES, ids=[f"{name[:2]}-{slug}" for name, slug in EXERCISES])
def test_the_solution_is_right(name, slug, said):
    status, message = said[slug]
    assert status == "right", message
