"""Each exercise can be solved: its check says that the solution is right.

Each notebook runs once, as it is, and every solution is tried beside its cells (solution_trial.py). What the run shows is left where the
site's build looks for it, so that no notebook runs twice for both. What the stored notebooks say about the untouched stubs ("not
attempted") is a rule in notebook_rules.py.
"""

import os

import pytest

import solution_trial
from notebook_tools import NOTEBOOKS, ROOT, code_cells, execute, exercise_slugs, notebook_paths, read

EXERCISES = [(path.name, slug) for path in notebook_paths() for slug in exercise_slugs(read(path))]


def run_with_trials(notebook, folder, **options):
    """As `execute`, and with all solutions tried on the way; of that nothing stays in the notebook."""
    trying = solution_trial.with_trials(notebook)
    try:
        return execute(trying, folder, **options)
    finally:
        for cell, ran in zip(code_cells(notebook), code_cells(trying), strict=True):
            cell.update(outputs=ran.outputs, execution_count=ran.execution_count)
        notebook.metadata.update(trying.metadata)


@pytest.fixture(scope="module")
def said(request, tmp_path_factory):
    """{slug: [status, message]} of the notebooks whose tests were asked for."""
    asked = {item.callspec.params["name"] for item in request.session.items if item.name.startswith(f"{test_the_solution_is_right.__name__}[")}
    record = tmp_path_factory.mktemp("solutions") / "tried"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(solution_trial.RECORD, str(record))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT / "tests"), os.environ.get("PYTHONPATH")])))
        patch.syspath_prepend(str(ROOT / "docs"))
        import executed

        patch.setattr(executed, "execute", run_with_trials)
        for path in (paths := [NOTEBOOKS / name for name in sorted(asked)]):
            executed.place(path, executed.CACHE).unlink(missing_ok=True)  # a run in which nothing was tried
        executed.executed_all(paths)
    return solution_trial.verdicts(record)


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_each_notebook_has_exercises(path):
    assert exercise_slugs(read(path)), f"{path.name} has no cell with an id ex-SLUG"


@pytest.mark.parametrize(("name", "slug"), EXERCISES, ids=[f"{name[:2]}-{slug}" for name, slug in EXERCISES])
def test_the_solution_is_right(name, slug, said):
    status, message = said[slug]
    assert status == "right", message
