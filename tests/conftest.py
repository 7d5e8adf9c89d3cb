"""Settings shared by all tests, and the site that some of them look at."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from notebook_tools import ROOT
from oracles import missing, require

try:
    from hypothesis import settings
except ImportError:  # the tests that use it say so themselves, see oracles.py
    pass
else:
    # The same examples on every run and every machine: a red test is red again when somebody looks at it.
    settings.register_profile("casebook", derandomize=True, database=None, deadline=None, max_examples=50)
    settings.load_profile("casebook")

BUILD_TIMEOUT = 1800  # seconds; a first build runs every notebook


@pytest.fixture
def docs(monkeypatch):
    """The modules that build the site can be imported."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))


@pytest.fixture(scope="session")
def site():
    """The folder of the site, built once by the one command: pages, JupyterLite and slides (see conftest.py of the root).

    With CASEBOOK_BUILT=1 in the environment it is the site as it was last built, for who works on one test.
    """
    require("furo")
    folder = ROOT / "docs" / "_build" / "site"
    if os.environ.get("CASEBOOK_BUILT"):
        assert folder.is_dir(), "CASEBOOK_BUILT is set, and there is no site: run python docs/build.py"
        return folder
    done = subprocess.run(
        [sys.executable, "docs/build.py"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=BUILD_TIMEOUT
    )
    if "npm" in done.stderr and done.returncode:
        missing(done.stderr.strip())
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return folder


@pytest.fixture(scope="session")
def prefix():
    """The path at which the site stands on its host, such as /backprop-casebook; only the page for missing ones knows it."""
    sys.path.append(str(ROOT / "docs"))
    try:
        from links import SITE
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return urlsplit(SITE).path.rstrip("/")


@pytest.fixture(scope="session")
def run_example():
    """What the clinic's example prints, see README.md."""
    command = [sys.executable, "docs/somebodys_network.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
