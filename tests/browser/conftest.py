"""Fixtures of the browser tests: `page`, a tab of a real Chromium, and `lab`, a real JupyterLab.

Both are skipped with the reason where this machine has no browser, and fail there where CI is set.

    def test_something(lab, page):
        open_notebook(page, lab, "00_the_case.ipynb")
        run_all(page)
        assert page.locator("…").count() == 1

What the page reports as error is collected in `page.errors`; a test asserts `page.errors == []`.
"""

import shutil

import pytest

from browser.lab import BROWSER_ARGUMENTS, Lab, find_browser
from notebook_tools import NOTEBOOKS
from oracles import missing, require


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium of this machine."""
    playwright = require("playwright.sync_api")
    path = find_browser() or missing("no Chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab over a copy of the notebooks: what a test saves does not reach the tree."""
    copy = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(NOTEBOOKS, copy, ignore=shutil.ignore_patterns(".*"))
    with Lab(copy, tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def page(browser):
    """A new tab that forgets everything afterwards, with the errors it reports in `page.errors`."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    tab = context.new_page()
    tab.errors = []
    tab.on("pageerror", lambda error: tab.errors.append(f"pageerror: {error}"))
    tab.on("console", lambda said: tab.errors.append(f"console: {said.text}") if said.type == "error" else None)
    yield tab
    context.close()
