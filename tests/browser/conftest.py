"""Fixtures of the browser tests: `page`, a tab of a real Chromium, and `lab`, a real JupyterLab.

`exported` opens a page that was exported without a kernel, see export.py.

All are skipped with the reason where this machine has no browser, and fail there where CI is set.

    def test_something(lab, page):
        open_notebook(page, lab, "00_the_case.ipynb")
        run_all(page)
        assert page.locator("…").count() == 1

`stage` is a notebook that stays open for a module's tests, in which widgets are shown one after the other, see widgets.py.

What the page reports as error is collected in `page.errors`; a test asserts `page.errors == []`.
"""

import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from browser.export import export, front_end, served, watch
from browser.lab import BROWSER_ARGUMENTS, Lab, find_browser
from browser.widgets import ENOUGH, IMPORTS, PAINTED, show
from notebook_tools import NOTEBOOKS
from oracles import missing, require

# What Chromium's console says where the server answers as lab.py's FOREIGN_ERRORS tells, for /api/kernels alone.
FOREIGN_ANSWER = "Failed to load resource: the server responded with a status of 500 (Internal Server Error)"
# What JupyterLab says where a kernel is ended, as `switch_to` does, before it has answered whether it can debug.
FOREIGN_COMPLAINT = "Could not restore the debugger state: Canceled future for debug_request message before replies were done"


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium of this machine."""
    playwright = require("playwright.sync_api")
    path = find_browser() or missing("no Chromium on this machine (Debian: apt-get install chromium-headless-shell)")
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


@contextmanager
def new_tab(browser):
    """A new tab that forgets everything afterwards, with the errors it reports in `errors`."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    tab = context.new_page()
    tab.errors = []
    tab.on("pageerror", lambda error: tab.errors.append(f"pageerror: {error}"))
    tab.on("console", lambda said: tab.errors.append(f"console: {said.text}") if is_error(said.type, said.text, said.location["url"]) else None)
    yield tab
    context.close()


def is_error(kind: str, text: str, url: str) -> bool:
    """Whether what stands in the console is an error, but for those that nothing in this repository causes."""
    foreign = text == FOREIGN_COMPLAINT or (text == FOREIGN_ANSWER and urlsplit(url).path == "/api/kernels")
    return kind == "error" and not foreign


@pytest.fixture
def page(browser):
    """A tab for one test."""
    with new_tab(browser) as tab:
        yield tab


@pytest.fixture(scope="module")
def stage(lab, browser):
    """A notebook that stays open for all tests of a module, in which `play` shows one widget after the other."""
    lab.set_theme("light")
    with new_tab(browser) as tab:
        show(tab, lab, IMPORTS, "", widgets=0)
        yield tab


@pytest.fixture
def exported(request, tmp_path):
    """Open a page exported from a notebook of some cells in a tab, and return when so many widgets are painted."""
    front = front_end(request.config.cache.mkdir("front_end"))

    def open_page(page, *cells, widgets=1):
        for file in front.glob("*.js"):
            shutil.copyfile(file, tmp_path / file.name)
        export(tmp_path, *cells)
        watch(page)
        page.goto(request.getfixturevalue("address"))
        page.wait_for_function(ENOUGH, arg=[PAINTED, widgets])

    return open_page


@pytest.fixture
def address(tmp_path):
    """Where this test's temporary folder is served."""
    with served(tmp_path) as url:
        yield url
