"""Tries an exercise's solution in the kernel of a running notebook, beside its cells: what they have computed is there, and stays as it is.

`with_trials` puts a call of `tried` before each check; it says nothing in the notebook, but writes a line to the file that RECORD names.
"""

import json
import os
from contextlib import redirect_stdout
from copy import deepcopy
from io import StringIO

RECORD = "CASEBOOK_TRIED"  # in the environment

_solved = {}  # what the solutions before this one have given, as a reader who solved them has it


def with_trials(notebook):
    """A copy of a notebook in which each check is preceded by the trial of its solution."""
    from notebook_tools import by_id, exercise_slugs, solution_code

    trying = deepcopy(notebook)
    cells = by_id(trying)
    for slug in exercise_slugs(trying):
        call = f"__import__({__name__!r}).tried({slug!r}, {solution_code(cells[f'ex-{slug}-solution'])!r}, globals())"
        check = cells[f"ex-{slug}-check"]
        check.source = f"{call}\n{check.source}"
    return trying


def tried(slug, solution, names):
    """Run a solution in a copy of the notebook's names and note what the exercise's check says of its answers."""
    from helpers.exercises.chapters import answers, find

    scope = names | _solved
    try:
        with redirect_stdout(StringIO()):
            exec(solution, scope)
        feedback = find(slug).unnoted(*(scope[name] for name in answers(slug)))
        said = [feedback.status, feedback.message]
    except Exception as error:
        said = ["raised", repr(error)]
    _solved.update({name: value for name, value in scope.items() if name not in names or value is not names[name]})
    with open(os.environ[RECORD], "a", encoding="utf-8") as record:
        record.write(json.dumps([slug, *said]) + "\n")


def verdicts(record):
    """{slug: [status, what was said]} of all that was tried."""
    return {slug: said for slug, *said in map(json.loads, record.read_text(encoding="utf-8").splitlines())} if record.is_file() else {}
