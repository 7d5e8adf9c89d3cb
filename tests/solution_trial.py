"""Tries an exercise's solution in the kernel of a running notebook, beside its cells: what they have computed is there, and stays as it is.

A call of `tried` before each check (see kept_runs.py) says nothing in the notebook, but writes a line to the file that RECORD names.
"""

import json
import os
import shutil
from contextlib import redirect_stdout
from io import StringIO

RECORD = "CASEBOOK_TRIED"  # in the environment

_solved = {}  # what the solutions before this one have given, as a reader who solved them has it


def calls(notebook):
    """{id of an exercise's check: the code that tries the solution before it}."""
    from notebook_tools import by_id, exercise_slugs, solution_code

    solutions = {slug: solution_code(by_id(notebook)[f"ex-{slug}-solution"]) for slug in exercise_slugs(notebook)}
    return {f"ex-{slug}-check": f"__import__({__name__!r}).tried({slug!r}, {code!r}, globals())" for slug, code in solutions.items()}


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


def kept(run):
    """Where the record of a run that is kept in `run` is kept."""
    return run.with_suffix(".tried")


def keep(record, run):
    """Keep `record` beside a run, in place of those of older runs of that notebook."""
    for old in run.parent.glob(f"{run.stem.rpartition('-')[0]}-*.tried"):
        old.unlink(missing_ok=True)
    if record.is_file():
        shutil.move(record, kept(run))


def verdicts(record):
    """{slug: [status, what was said]} of all that was tried."""
    return {slug: said for slug, *said in map(json.loads, record.read_text(encoding="utf-8").splitlines())} if record.is_file() else {}
