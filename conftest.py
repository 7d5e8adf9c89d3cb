"""What holds for the tests and for the notebooks that nbval runs: notes of their own, one thread each, two side by side.

A run of everything (`pytest` with no path) shares the work out to workers, a file to a worker at a time, where pytest-xdist is
installed; a run of named files does not, nor does `pytest -n 0`.
"""

import itertools
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

# Two workers, and the kernels and browsers that they start, share the cores: none may take all of them for one matrix product.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

MAX_WORKERS = 4  # each holds a JupyterLab, a browser and the kernels of its notebooks
# The notebooks come first, whose runs the site shows and the solutions are tried in; beside the last of them a class server that waits more
# than it computes. Then what takes longest, so that no worker is left alone with it at the end. Files that are not listed follow.
FIRST = (
    "notebooks/", "tests/test_classroom.py", "tests/test_solutions.py", "tests/test_site.py", "tests/test_grading.py", "tests/browser/",
    "tests/test_clinic", "tests/test_figures", "tests/test_notebook",
)  # fmt: skip

# The tests that look at the built site share one, and the solutions are tried in the runs that it shows, so they stay on one worker.
LOOKS_AT_THE_SITE = re.compile(r"/test_(solutions|site|slides)\.py|/browser/test_lite\.py")

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
FOLDER = Path(tempfile.mkdtemp(prefix="casebook-notes-"))
FRESH = itertools.count()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A reader's own notes, or those of another test, change nothing that a test or a notebook's kernel reads."""
    os.environ["CASEBOOK_NOTES"] = str(FOLDER / f"{next(FRESH)}.json")


def pytest_unconfigure():
    """Leave nothing behind."""
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """What nbval runs is kept for the site and for the trial of the solutions (tests/kept_runs.py)."""
    from kept_runs import keeping

    return [keeping(collector) for collector in (yield)]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Share the work out where everything is run, unless the command says how many workers there shall be."""
    option = config.option
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput")
    if everything and getattr(option, "numprocesses", 0) is None and not (option.usepdb or option.collectonly):
        option.numprocesses = min(MAX_WORKERS, max(2, os.cpu_count() or 1))


def pytest_collection_modifyitems(items):
    """Put what others wait for, and what takes long, first, in its file's order, and call each test by a name that every worker gives it.

    A name that holds an address (of a function among its parameters) would differ from worker to worker.
    """
    items.sort(key=lambda item: next((i for i, start in enumerate(FIRST) if item.nodeid.startswith(start)), len(FIRST)))
    for n, item in enumerate(items):
        if (name := ADDRESS.sub("", item.nodeid)) != item.nodeid:
            item._nodeid = f"{name}#{n}"  # as pytest-xdist itself renames tests; the number keeps two of them apart


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file, and a notebook, stays on one worker: its fixtures and its kernel are made once; files keep their order."""
    from xdist.scheduler import LoadScopeScheduling

    class LoadFiles(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::", 1)[0]
            return "the site" if LOOKS_AT_THE_SITE.search(file) else file

    config.option.loadscopereorder = False
    return LoadFiles(config, log)
