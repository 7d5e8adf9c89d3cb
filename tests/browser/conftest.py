"""Fixtures of the browser tests: `page`, a tab of a real Chromium, `lab`, a real JupyterLab, and `desk`, a tab that shows it.

`exported` opens a page that was exported without a kernel, see export.py.

All are skipped with the reason where this machine has no browser, and fail there where CI is set.

    def test_something(lab, desk):
        open_notebook(desk, lab, "00_the_case.ipynb")
        run_all(desk)
        assert desk.locator("…").count() == 1

JupyterLab is loaded once, for that takes longer than most tests: each opens a notebook of its own in it. `stage` is a notebook that
stays open for a module's tests, in which widgets are shown one after the other, see widgets.py.

What the page reports as error is collected in `page.errors`; a test asserts `page.errors == []`.
"""

import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from browser.export import export, exporting_kernel, front_end, served, watch
from browser.lab import BROWSER_ARGUMENTS, Lab, find_browser, load, use_theme
from browser.widgets import ENOUGH, IMPORTS, PAINTED, show
from notebook_tools import NOTEBOOKS
from oracles import missing, require

# What Chromium's console says where the server answers as lab.py's FOREIGN_ERRORS tells, for /api/kernels alone.
FOREIGN_ANSWER = "Failed to load resource: the server responded with a status of 500 (Internal Server Error)"
# What JupyterLab says where a kernel is ended, as `open_notebook` does, before it has answered whether it can debug.
FOREIGN_COMPLAINT = "Could not restore the debugger state: Canceled future for debug_request message before replies were done"
WINDOW = {"width": 1280, "height": 720}


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
    context = browser.new_context(viewport=WINDOW)
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


@pytest.fixture(scope="session")
def jupyterlab(lab, browser):
    """A tab that shows JupyterLab; `desk` and `stage` give it to the tests."""
    with new_tab(browser) as tab:
        load(tab, lab)
        yield tab


def tidy(tab) -> None:
    """Undo what a test did to JupyterLab's tab and not to its notebook."""
    tab.unroute_all()
    tab.set_viewport_size(WINDOW)
    tab.emulate_media(reduced_motion="no-preference")
    use_theme(tab, "light")


@pytest.fixture
def desk(jupyterlab):
    """JupyterLab for one test, which opens a notebook in it."""
    yield jupyterlab
    tidy(jupyterlab)


@pytest.fixture(scope="module")
def stage(lab, jupyterlab):
    """A notebook that stays open for tests of a module, in which `play` shows one widget after the other, until a test takes `desk`."""
    show(jupyterlab, lab, IMPORTS, "", widgets=0)
    yield jupyterlab
    tidy(jupyterlab)


@pytest.fixture(scope="session")
def exporter():
    """The kernel that runs what is exported."""
    with exporting_kernel() as manager:
        yield manager


@pytest.fixture
def exported(request, tmp_path, exporter):
    """Open a page exported from a notebook of some cells in a tab, and return when so many widgets are painted."""
    front = front_end(request.config.cache.mkdir("front_end"))

    def open_page(page, *cells, widgets=1):
        for file in front.glob("*.js"):
            shutil.copyfile(file, tmp_path / file.name)
        export(exporter, tmp_path, *cells)
        watch(page)
        page.goto(request.getfixturevalue("address"))
        page.wait_for_function(ENOUGH, arg=[PAINTED, widgets])

    return open_page


@pytest.fixture
def address(tmp_path):
    """Where this test's temporary folder is served."""
    with served(tmp_path) as url:
        yield url
